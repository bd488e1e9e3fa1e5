/** The same tests on every database that tokens and keys can be kept in, and the stores that a test opens there. */
import { afterEach, beforeEach, describe } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digests } from '#eventsourcing';
import { HAS_POSTGRES, PostgresServer } from '../../../../test/support/postgres.js';
import { PostgresAccessStore } from '../postgres-access-store.js';
import { SqliteAccessStore } from '../sqlite-access-store.js';

type Kind = 'SQLite' | 'PostgreSQL';

/** The same tests on SQLite and on a real PostgreSQL. */
export function onEachDatabase(what: string, tests: (kind: Kind) => void): void {
  for (const kind of ['SQLite', 'PostgreSQL'] as const) {
    const runs = kind === 'SQLite' || HAS_POSTGRES;
    (runs ? describe : describe.skip)(
      `${what}, on ${kind}${runs ? '' : ' (skipped: npm has no PostgreSQL here)'}`,
      () => tests(kind),
    );
  }
}

let database: Promise<{ server: PostgresServer; name: string }> | undefined;

/** The URL of a database of this test file alone, that holds neither tokens nor a log. */
export async function emptyDatabase(): Promise<string> {
  database ??= PostgresServer.shared().then(async (server) => ({ server, name: await server.newDatabase() }));
  const { server, name } = await database;
  for (const schema of ['followthrough_access', 'followthrough_drafts', 'followthrough_log'])
    await server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`, [], name);
  return server.url(name);
}

/** The folder with the tables of a database, as they are on the disk now. */
async function filesOf(url: string): Promise<string> {
  const server = await PostgresServer.shared();
  const name = new URL(url).pathname.slice(1);
  await server.sql('CHECKPOINT', [], name);
  const [{ oid }] = (await server.sql('SELECT oid FROM pg_database WHERE datname = current_database()', [], name)) as [
    { oid: number },
  ];
  return join(server.folder, 'data', 'base', String(oid));
}

/** The stores of a test, each as of another process, on a new database; after the test they are closed, and it is gone. */
export function storesOf<S extends { close(): Promise<void> }, M extends unknown[]>(
  kind: Kind,
  at: (place: string, ...more: M) => S,
) {
  const opened: S[] = [];
  const stores = {
    folder: '',
    /** The file or the URL of the database. */
    place: '',
    open: (...more: M): S => {
      const store = at(stores.place, ...more);
      opened.push(store);
      return store;
    },
    /** All bytes in the files of the database, as they are on the disk now. */
    bytes: async (): Promise<string> => {
      const folder = kind === 'SQLite' ? stores.folder : await filesOf(stores.place);
      const files = readdirSync(folder).map((file) => join(folder, file));
      return files.map((file) => (existsSync(file) ? readFileSync(file, 'latin1') : '')).join('\n');
    },
    close: async () => void (await Promise.all(opened.splice(0).map((store) => store.close()))),
  };
  beforeEach(async () => {
    stores.folder = mkdtempSync(join(tmpdir(), 'stores-'));
    stores.place = kind === 'SQLite' ? join(stores.folder, 'stored.db') : await emptyDatabase();
  });
  afterEach(async () => {
    await stores.close();
    rmSync(stores.folder, { recursive: true, force: true });
  });
  return stores;
}

export const accessStores = (kind: Kind) =>
  storesOf(kind, (place, secrets?: Digests) =>
    kind === 'SQLite' ? new SqliteAccessStore(place, {}, secrets) : new PostgresAccessStore(place, secrets),
  );
