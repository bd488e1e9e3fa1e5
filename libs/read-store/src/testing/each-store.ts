import { afterAll, afterEach, beforeEach, describe, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadStore } from '#eventsourcing';
import { PostgresReadStore, SqliteReadStore } from '#read-store';
import { HAS_POSTGRES, PostgresServer } from '../../../../test/support/postgres.js';

/** Where views are kept, empty at first; each store that is opened on it is as one of another process. */
export interface Place {
  readonly kind: 'SQLite' | 'PostgreSQL';
  readonly url: string;
  open(): ReadStore;
}

/** A test that needs `emptyDatabase`. */
export const itOnPostgres = HAS_POSTGRES ? it : it.skip;

/** The same tests on SQLite and on a real PostgreSQL. */
export function onEachDatabase(what: string, tests: (kind: Place['kind']) => void): void {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const runs = kind === 'SQLite' || HAS_POSTGRES;
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

let database: Promise<{ server: PostgresServer; name: string }> | undefined;

/** A database of this test file alone, that holds neither views nor tokens nor a log, and its server. */
export async function emptyDatabaseOf(): Promise<{ server: PostgresServer; name: string }> {
  database ??= PostgresServer.shared().then(async (server) => ({ server, name: await server.newDatabase() }));
  const { server, name } = await database;
  const ours = await server.sql<{ schema: string }>(
    `SELECT nspname AS schema FROM pg_namespace WHERE nspname LIKE 'views%' OR nspname IN ('followthrough_access', 'followthrough_log')`,
    [],
    name,
  );
  for (const { schema } of ours) await server.sql(`DROP SCHEMA ${schema} CASCADE`, [], name);
  return { server, name };
}

/** Its URL. */
export const emptyDatabase = async (): Promise<string> =>
  emptyDatabaseOf().then(({ server, name }) => server.url(name));
