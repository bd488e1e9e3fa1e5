/** Tokens and idempotency keys in a SQLite file. */
import type Database from 'better-sqlite3';
import { migrateSqlite, openSqlite, retryWhileBusy } from '#databases';
import { StoreUnavailable } from '#eventsourcing';
import { AccessStore } from './access-store.js';

/**
 * Tokens and idempotency keys in a file, each as durable as an event once it was answered. What another process locks is
 * waited for without stopping this one.
 */
export class SqliteAccessStore extends AccessStore {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<(string | null)[]>>();

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, { mustExist = false } = {}) {
    super();
    const prepare = (db: Database.Database) => migrateSqlite(db, new URL('./sqlite/', import.meta.url));
    this.#db = openSqlite(file, { mustExist, waitMs: 0, prepare });
  }

  protected async query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    try {
      return await retryWhileBusy(() => this.#prepared(sql).all(...values) as R[]);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code?.startsWith('SQLITE_CONSTRAINT')) throw error;
      throw new StoreUnavailable(`Tokens and keys cannot be reached now: ${message}`, { cause: error });
    }
  }

  #prepared(sql: string): Database.Statement<(string | null)[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  readonly marksHoldMs = 5;
  #dataVersion: Database.Statement | undefined;

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  tokensMark(): string {
    if (!this.#db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= this.#db.prepare('PRAGMA data_version').pluck();
    return String(this.#dataVersion.get());
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
