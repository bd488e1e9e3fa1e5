import pg from 'pg';
import { StoreUnavailable } from '#eventsourcing';
import { AccessStore, SCHEMA } from './access-store.js';

const CONNECTIONS = 8;
/** One of our processes at a time makes the tables. */
const MAKES = 0x616363;

/** Tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. */
export class PostgresAccessStore extends AccessStore {
  readonly #pool: pg.Pool;
  #ready: Promise<unknown> | undefined;

  constructor(url: string) {
    super();
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'followthrough',
      max: CONNECTIONS,
      connectionTimeoutMillis: 10_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
    });
    // A lost connection is told to whoever uses it next; unheard, it would end the process.
    this.#pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  }

  protected async query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    await this.#prepared();
    return (await this.#pool.query<R & pg.QueryResultRow>(translated(sql), values).catch(unavailable)).rows;
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
    // Statements that are sent together are one transaction.
    this.#ready ??= this.#pool
      .query(
        `SELECT pg_advisory_xact_lock(${MAKES}); CREATE SCHEMA IF NOT EXISTS followthrough_access; ${SCHEMA.map(translated).join('; ')}`,
      )
      .catch((error: unknown) => {
        this.#ready = undefined;
        return unavailable(error);
      });
    return this.#ready;
  }
}

const translations = new Map<string, string>();
/** A statement as PostgreSQL takes it. */
function translated(sql: string): string {
  let text = translations.get(sql);
  if (text !== undefined) return text;
  let n = 0;
  text = sql
    .replace(/(?<!\.)\b(tokens|idempotency_keys)\b(?!\.)/g, 'followthrough_access.$1')
    .replace(/\) STRICT\b.*$/s, ')')
    .replace(/\?/g, () => `$${++n}`);
  translations.set(sql, text);
  return text;
}

/** What PostgreSQL says of a statement and its values; everything else is about the machine. */
const REFUSAL = /^(?:22|23|42(?!501))/;
const unavailable = (error: unknown): never => {
  if (REFUSAL.test(String((error as { code?: unknown }).code))) throw error;
  throw new StoreUnavailable(`Tokens and keys cannot be reached now: ${(error as Error).message}`, { cause: error });
};
