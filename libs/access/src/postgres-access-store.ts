/** Accounts, tokens and idempotency keys in PostgreSQL. */
import { PostgresStatements, type Statement, type Value } from '#databases';
import type { Digests } from '#eventsourcing';
import { AccessStore } from './access-store.js';

/** One of our processes at a time makes the tables. */
const MAKES = 0x616363;
const SCHEMA = 'followthrough_access';

/**
 * Accounts, tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. What was erased is gone from the
 * tables and their files; it stays in the write-ahead log until `docker/postgres-forget.sql` is run, and in its archive and
 * backups for as long as these are kept.
 */
export class PostgresAccessStore extends AccessStore {
  readonly #statements: PostgresStatements;

  constructor(url: string, secrets?: Digests) {
    super(secrets);
    const migrations = new URL('./postgres/', import.meta.url);
    this.#statements = new PostgresStatements('Tokens and keys', url, SCHEMA, migrations, MAKES);
  }

  query<R extends object>(sql: string, ...values: Value[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  protected together(statements: readonly Statement[]): Promise<void> {
    return this.#statements.together(statements);
  }

  scrub(): Promise<void> {
    return this.#statements.rewrite();
  }

  /** So that what ended in one process is over in all within a second, the time to look included. */
  readonly marksHoldMs = 700;

  async mark(): Promise<string> {
    const [row] = await this.query<{ changes: number }>('SELECT changes FROM mark');
    return String(row!.changes);
  }

  close(): Promise<void> {
    return this.#statements.close();
  }
}
