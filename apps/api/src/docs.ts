/** The documentation of the API at `/docs`: the introduction and every operation, in a reference that others keep (Scalar). */
import fastify, { type FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

/** The page without its scripts and styles. */
const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The API of Followthrough</title>
<link rel="stylesheet" href="/docs/docs.css">
<script src="/docs/scalar.js" defer></script>
<script src="/docs/docs.js" defer></script>
</head>
<body>
<nav class="back" aria-label="Pages"><a href="/">Followthrough</a> <a href="/commitments">Commitments</a>
<a href="/about">About</a> <a href="/openapi.json">OpenAPI document</a></nav>
<noscript><p>This page needs JavaScript; the <a href="/openapi.json">OpenAPI document</a> holds the same.</p></noscript>
<h1>The API of Followthrough</h1>
<div id="reference"></div>
</body>
</html>
`;

/** Scripts of our own only; Scalar sets its styles in the page. Requests from the page go to this server alone. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Shows the reference, and names for everybody the controls that Scalar leaves without a name, or names alike. */
const PAGE_SCRIPT = `document.querySelector('body > h1').remove();
Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  servers: [{ url: location.origin }],
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: 'json',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
});

function mend() {
  for (const button of document.querySelectorAll('button:not([aria-label])'))
    if (!button.textContent.trim() || button.matches('.scalar-code-copy')) button.setAttribute('aria-label', 'Copy');
  for (const card of document.querySelectorAll('.response-card[role=region]')) card.setAttribute('role', 'group');
  for (const list of document.querySelectorAll('ul.endpoints:not([tabindex])')) list.tabIndex = 0;
}
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
`;

/** The script of Scalar, as its plugin brings it. */
async function scalarScript(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference'); // 4 MB: only when it is asked for
  const plugin = fastify();
  await plugin.register(scalar, { routePrefix: '/reference', configuration: { url: '/openapi.json' } });
  const { body } = await plugin.inject('/reference/js/scalar.js');
  await plugin.close();
  return body;
}

const BROTLI_OPTIONS = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };
/** The encodings of answers, the best first. */
const ENCODERS = {
  br: (bytes: Buffer) => promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)(bytes, BROTLI_OPTIONS),
  gzip: (bytes: Buffer) => promisify<Buffer, Buffer>(zlib.gzip)(bytes),
  identity: async (bytes: Buffer) => bytes,
} as const;
type Encoding = keyof typeof ENCODERS;

/** A file that stays as it is: it is made and compressed once, however often strangers ask for it. */
function keptFile(content: () => string | Promise<string>): (encoding: Encoding) => Promise<Buffer> {
  let plain: Promise<Buffer> | undefined;
  const encoded = new Map<Encoding, Promise<Buffer>>();
  return (encoding) => {
    plain ??= Promise.resolve(content()).then((text) => Buffer.from(text));
    const made = encoded.get(encoding) ?? plain.then(ENCODERS[encoding]);
    encoded.set(encoding, made);
    return made;
  };
}

/** Lets a server show the documentation. @param document gives the OpenAPI document, once it is asked for */
export function showsDocs(server: FastifyInstance, document: () => object): void {
  const files = {
    '/docs': ['text/html; charset=utf-8', () => PAGE_HTML],
    '/docs/docs.css': ['text/css; charset=utf-8', () => readFileSync(new URL('./docs.css', import.meta.url), 'utf8')],
    '/docs/docs.js': ['text/javascript; charset=utf-8', () => PAGE_SCRIPT],
    '/docs/scalar.js': ['text/javascript; charset=utf-8', scalarScript],
    '/openapi.json': ['application/json; charset=utf-8', () => JSON.stringify(document())],
  } as const;
  for (const [path, [type, content]] of Object.entries(files)) {
    const file = keptFile(content);
    server.get(path, async (request, reply) => {
      const encoding = (request.accepts().encoding(Object.keys(ENCODERS)) || 'identity') as Encoding;
      if (encoding !== 'identity') void reply.header('Content-Encoding', encoding);
      return reply
        .type(type)
        .header('Vary', 'Accept-Encoding')
        .header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
        .send(await file(encoding));
    });
  }
}
