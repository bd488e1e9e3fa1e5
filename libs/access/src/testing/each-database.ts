/** The same tests on every database that tokens and keys can be kept in. */
import { afterAll, describe } from '@jest/globals';
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

let cluster: Promise<PostgresServer> | undefined;
afterAll(async () => (await cluster)?.stop());

/** The URL of a PostgreSQL of this test file alone, that holds neither tokens nor a log. */
export async function emptyDatabase(): Promise<string> {
  const server = await (cluster ??= PostgresServer.start());
  const ours = await server.sql<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname IN ('followthrough_access', 'followthrough_log')`,
  );
  for (const { name } of ours) await server.sql(`DROP SCHEMA ${name} CASCADE`);
  return server.url();
}
