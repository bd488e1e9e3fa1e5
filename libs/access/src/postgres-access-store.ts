/** Accounts, tokens and idempotency keys in PostgreSQL. */
import type pg from 'pg';
import { retrying, asError, errorCodeOf, migratePostgres, numbered, openPool } from '#databases';
import { AccessStore } from './access-store.js';
import type { Statement } from './accounts.js';

const CONNECTIONS = 8;
/** One of our processes at a time makes the tables. */
const MAKES = 0x616363;
const SCHEMA = 'followthrough_access';
/** The properties that differ from server to server, and must not here: names, isolation, durability, time limits. */
const SETTINGS = [
  `search_path=${SCHEMA}`,
  'default_transaction_isolation=read\\ committed',
  'synchronous_commit=on',
  'lock_timeout=10000',
  'idle_in_transaction_session_timeout=10000',
];
/** Two statements met; whoever is told so tries again. */
const MET = /^40/;

/**
 * Accounts, tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. What was erased is gone from the
 * tables and their files; it stays in the write-ahead log, its archive and backups for as long as these are kept.
 */
export class PostgresAccessStore extends AccessStore {
  readonly #pool: pg.Pool;
  readonly #sql = new Map<string, string>();
  #ready: Promise<unknown> | undefined;

  constructor(url: string) {
    super();
    const options = SETTINGS.map((setting) => `-c ${setting}`).join(' ');
    this.#pool = openPool({ connectionString: url, options, max: CONNECTIONS, connectionTimeoutMillis: 10_000 });
  }

  async query<R extends object>(sql: string, ...values: (string | number | null)[]): Promise<R[]> {
    return this.#tried(async () => (await this.#pool.query<R & pg.QueryResultRow>(this.#numbered(sql), values)).rows);
  }

  protected run(statements: readonly Statement[]): Promise<void> {
    return this.#tried(async () => {
      const client = await this.#pool.connect();
      let broken = true;
      try {
        await client.query('BEGIN');
        for (const [sql, ...values] of statements) await client.query(this.#numbered(sql), values);
        await client.query('COMMIT');
        broken = false;
      } finally {
        client.release(broken); // the end of a connection rolls back what it was at
      }
    });
  }

  /** Writes every table anew. */
  async scrub(): Promise<void> {
    const tables = await this.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = ?',
      SCHEMA,
    );
    for (const { name } of tables) await this.query(`VACUUM FULL ${SCHEMA}.${name}`);
  }

  #numbered(sql: string): string {
    let text = this.#sql.get(sql);
    if (text === undefined) this.#sql.set(sql, (text = numbered(sql)));
    return text;
  }

  async #tried<T>(act: () => Promise<T>): Promise<T> {
    try {
      await this.#prepared();
      return await retrying(act, { forMs: 5_000, everyMs: 5, after: (error) => MET.test(errorCodeOf(error)) });
    } catch (error) {
      throw asError('Tokens and keys', error);
    }
  }

  readonly marksHoldMs = 1_000;

  async mark(): Promise<string> {
    const [row] = await this.query<{ changes: number }>('SELECT changes FROM mark');
    return String(row!.changes);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Makes the tables if need be; tried again the next time when that fails. */
  #prepared(): Promise<unknown> {
    const folder = new URL('./postgres/', import.meta.url);
    this.#ready ??= migratePostgres(this.#pool, SCHEMA, folder, MAKES).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}
