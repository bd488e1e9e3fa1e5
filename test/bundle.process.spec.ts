import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { Service } from './support/service.js';

/** The server as single modules, in this process, and its bundle on the same log. */
let modules: TestServer;
let bundle: Service;
beforeAll(async () => {
  const env = { PUBLIC_URL: 'https://followthrough.example' };
  modules = await TestServer.start([CLOCK_CASES], env);
  bundle = await (await Service.start('api', { ...env, DATA_DIR: modules.dataDir })).ready();
});
afterAll(async () => {
  await bundle.end();
  await modules.close();
});

/** The answer of a server, without its own address and the numbers that ECharts gives to charts. */
async function answer(url: string, path: string) {
  const response = await fetch(url + path);
  const [type, bytes] = [response.headers.get('content-type'), Buffer.from(await response.arrayBuffer())];
  // A picture has the address in it, drawn.
  const body = type === 'image/png' ? bytes.readUInt32BE(20) : bytes.toString('latin1');
  return {
    status: response.status,
    type,
    body: String(body)
      .replaceAll(url, '')
      .replaceAll(/\bzr\d+/g, 'zr'),
  };
}

it('The bundled server answers as its modules do: the document, views, pages with their style, charts and pictures', async () => {
  const { body: page } = await answer(modules.url, '/');
  const first = (link: RegExp): string => link.exec(page)![1]!.replaceAll('&amp;', '&');
  const paths = [
    ...['/openapi.json', '/docs', '/docs/docs.css', '/docs/scalar.js', '/v1/progress/agencies', '/v1/countries', '/'],
    ...['/no-such-page', first(/href="(\/assets\/\w+\.css)"/)],
    ...['svg', 'png'].map((form) => first(new RegExp(`href="([^"]*\\.${form}[^"]*)" rel="nofollow"`))),
  ];
  for (const path of paths) {
    const expected = await answer(modules.url, path);
    expect({ path, ...(await answer(bundle.url, path)) }).toEqual({ path, ...expected });
  }
});
