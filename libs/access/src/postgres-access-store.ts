/** Tokens and idempotency keys in PostgreSQL. */
import { PostgresStatements } from '#databases';
import { AccessStore } from './access-store.js';

/** One of our processes at a time makes the tables. */
const MAKES = 0x616363;

/** Tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. */
export class PostgresAccessStore extends AccessStore {
  readonly #statements: PostgresStatements;

  constructor(url: string) {
    super();
    const migrations = new URL('./postgres/', import.meta.url);
    this.#statements = new PostgresStatements('Tokens and keys', url, 'followthrough_access', migrations, MAKES);
  }

  protected query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  readonly marksHoldMs = 1_000;

  /** No token is taken back into use, so the number of those that can be used, and of all, tells. */
  async tokensMark(): Promise<string> {
    const sql = 'SELECT count(*) AS given, count(revoked) AS revoked FROM tokens';
    const [{ given, revoked }] = (await this.query(sql)) as [{ given: string; revoked: string }];
    return `${given} ${revoked}`;
  }

  close(): Promise<void> {
    return this.#statements.close();
  }
}
