/** The same tests on every database that tokens and keys can be kept in. */
import { describe } from '@jest/globals';
import { HAS_POSTGRES, PostgresServer } from '../../../../test/support/postgres.js';

/** The same tests on SQLite and on a real PostgreSQL. */
export function onEachDatabase(what: string, tests: (kind: 'SQLite' | 'PostgreSQL') => void): void {
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
