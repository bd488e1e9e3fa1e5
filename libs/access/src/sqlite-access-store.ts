/** Tokens and idempotency keys in a SQLite file. */
import type Database from 'better-sqlite3';
import { SqliteStatements } from '#databases';
import { StoreUnavailable } from '#eventsourcing';
import { AccessStore } from './access-store.js';

/** Tokens and idempotency keys in a file. */
export class SqliteAccessStore extends AccessStore {
  readonly #statements: SqliteStatements;

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, how: { mustExist?: boolean } = {}) {
    super();
    this.#statements = new SqliteStatements('Tokens and keys', file, new URL('./sqlite/', import.meta.url), how);
  }

  protected query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  readonly marksHoldMs = 5;
  #dataVersion: Database.Statement | undefined;

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  tokensMark(): string {
    const { db } = this.#statements;
    if (!db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= db.prepare('PRAGMA data_version').pluck();
    return String(this.#dataVersion.get());
  }

  close(): Promise<void> {
    return this.#statements.close();
  }
}
