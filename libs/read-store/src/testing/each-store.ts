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

/** The same tests on SQLite and on a real PostgreSQL, each test with an empty store. */
export function onEachStore(what: string, tests: (place: Place) => void): void {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const runs = kind === 'SQLite' || HAS_POSTGRES;
    (runs ? describe : describe.skip)(`${what}, on ${kind}${runs ? '' : ' (which npm does not have here)'}`, () => {
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
          const store =
            kind === 'SQLite' ? new SqliteReadStore(url.slice('sqlite:'.length)) : new PostgresReadStore(url);
          open.add(store);
          return store;
        },
      });
    });
  }
}

let cluster: Promise<PostgresServer> | undefined;
afterAll(async () => (await cluster)?.stop());

/** The URL of a PostgreSQL that holds no views. */
export async function emptyDatabase(): Promise<string> {
  const server = await (cluster ??= PostgresServer.start());
  const views = await server.sql<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'views%'`,
  );
  for (const { name } of views) await server.sql(`DROP SCHEMA ${name} CASCADE`);
  return server.url();
}
