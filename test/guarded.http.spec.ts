/** The guards of a server on the internet: the headers of every answer, and the settings with which it refuses to start in production. */
import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore } from '#access';
import { refuseUnsafe } from '../apps/api/src/production.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { CLOCK_CASES, TestServer } from './support/server.js';

const server = TestServer.forAll([CLOCK_CASES], { PUBLIC_URL: 'https://followthrough.example.org' });

const POLICY = {
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};
const PATHS = [
  ...['/', '/agencies', '/agencies/NOBODY', '/nothing', '/docs', '/docs/scalar.js', '/openapi.json', '/robots.txt'],
  ...['/sign-in', '/assets/margins.css?left=a&right=b&foot=c'],
  ...['/v1/agencies', '/v1/agencies?format=csv', '/v1/agencies?format=ndjson'],
  ...['/v1/agencies?nothing=1', '/v1/changes', '/health/live', '/metrics', '/v1/agencies/', '/%ff'],
];

describe('Every answer', () => {
  it.each(PATHS)('%s tells browsers to guard it', async (path) => {
    const accept = 'text/html, */*;q=0.1';
    const { headers, body } = await fetch(server.url + path, { redirect: 'manual', headers: { accept } });
    await body?.cancel(); // unread, it would hold its connection open
    expect(Object.fromEntries(Object.keys(POLICY).map((name) => [name, headers.get(name)]))).toEqual(POLICY);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    // At /docs the styles alone are in the page.
    expect([path, /unsafe/.test(policy.replace(/style-src [^;]*/, ''))]).toEqual([path, false]);
    if (!path.startsWith('/docs') && path !== '/openapi.json') expect(policy).not.toContain('unsafe');
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.has('access-control-allow-origin')).toBe(false);
  });

  it('asks for https only where that is its address', async () => {
    const plain = await TestServer.start([]);
    try {
      const { headers } = await plain.get('/health/live');
      expect([headers.has('strict-transport-security'), headers.get('x-frame-options')]).toEqual([false, 'DENY']);
    } finally {
      await plain.close();
    }
  });

  it('has the head and foot of a printed page in a stylesheet, whatever they say', async () => {
    const page = (await server.get('/agencies')).body as string;
    expect(page).not.toContain('<style');
    const [, path] = /<link rel="stylesheet" media="print" href="([^"]+)"/.exec(page)!;
    const css = await server.get(path!.replaceAll('&amp;', '&'));
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(css.body).toContain('@bottom-left{content:"Followthrough, as recorded');
    const hostile = encodeURIComponent('"}*{background:url(//evil.example)}\n</style>');
    expect((await server.get(`/assets/margins.css?left=${hostile}&right=r&foot=f`)).body).toBe(
      '@page{@top-left{content:"\\22 \\7d \\2a \\7b background:url\\28 \\2f \\2f evil.example\\29 \\7d \\a \\3c \\2f style\\3e "}' +
        '@top-right{content:"r"}@bottom-left{content:"f"}}',
    );
  });
});

describe('In production', () => {
  const refused = async (env: NodeJS.ProcessEnv, demo = false): Promise<string> => {
    const settings = { ...settingsFrom({ DATA_DIR: server.dataDir, NODE_ENV: 'production', ...env }), demo };
    return refuseUnsafe(settings, server.app.get(AccessStore)).then(
      () => '',
      (error: Error) => error.message,
    );
  };
  const PUBLIC_URL = 'https://followthrough.example.org';

  it('a server starts only with a public address, without the demo and its tokens, and with tokens that others cannot read', async () => {
    const file = join(server.dataDir, 'access.db');
    chmodSync(file, 0o640);
    chmodSync(join(server.dataDir, 'drafts.db'), 0o640);
    expect(await refused({ PUBLIC_URL })).toBe('');
    expect(await refused({})).toContain('PUBLIC_URL is missing');
    expect(await refused({ PUBLIC_URL: 'http://followthrough.example.org' })).toContain('over http');
    expect(await refused({ PUBLIC_URL }, true)).toContain('The demo prints tokens');
    chmodSync(file, 0o644);
    expect(await refused({ PUBLIC_URL })).toContain(`may read ${file}`);
    chmodSync(file, 0o600);
    const { id } = await server.app.get(AccessStore).create('IOM', 'demo', undefined, { demo: true });
    expect(await refused({ PUBLIC_URL })).toContain(`token revoke ${id}`);
    // The control: elsewhere all of this is taken.
    expect(await refused({ NODE_ENV: 'development' }, true)).toBe('');
    await server.app.get(AccessStore).revoke(id);
    expect(await refused({ PUBLIC_URL })).toBe('');
  });

  it('what holds a secret may stand in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    const file = join(folder, 'log-url');
    writeFileSync(file, 'postgres://writer:secret@db/log\n');
    expect(settingsFrom({ LOG_URL_FILE: file }).logUrl).toBe('postgres://writer:secret@db/log');
    expect(() => settingsFrom({ LOG_URL_FILE: file, LOG_URL: 'sqlite:x' })).toThrow('LOG_URL and LOG_URL_FILE');
    expect(() => settingsFrom({ SMTP_URL_FILE: join(folder, 'none') })).toThrow('SMTP_URL_FILE names a file');
  });
});
