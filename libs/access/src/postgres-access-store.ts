/** Tokens and idempotency keys in PostgreSQL. */
import type pg from 'pg';
import { retrying, asError, errorCodeOf, migratePostgres, numbered, openPool } from '#databases';
import { AccessStore } from './access-store.js';

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

/** Tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. */
export class PostgresAccessStore extends AccessStore {
  readonly #pool: pg.Pool;
  readonly #sql = new Map<string, string>();
  #ready: Promise<unknown> | undefined;

  constructor(url: string) {
    super();
    const options = SETTINGS.map((setting) => `-c ${setting}`).join(' ');
    this.#pool = openPool({ connectionString: url, options, max: CONNECTIONS, connectionTimeoutMillis: 10_000 });
  }

  protected async query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    let text = this.#sql.get(sql);
    if (text === undefined) this.#sql.set(sql, (text = numbered(sql)));
    try {
      await this.#prepared();
      const ask = () => this.#pool.query<R & pg.QueryResultRow>(text, values);
      return (await retrying(ask, { forMs: 5_000, everyMs: 5, after: (error) => MET.test(errorCodeOf(error)) })).rows;
    } catch (error) {
      throw asError('Tokens and keys', error);
    }
  }

  readonly marksHoldMs = 1_000;

  /** No token is taken back into use, so the number of those that can be used, and of all, tells. */
  async tokensMark(): Promise<string> {
    const sql = 'SELECT count(*) AS given, count(revoked) AS revoked FROM tokens';
    const [{ given, revoked }] = (await this.query(sql)) as [{ given: string; revoked: string }];
    return `${given} ${revoked}`;
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
