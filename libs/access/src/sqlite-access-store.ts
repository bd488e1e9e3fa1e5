/** Accounts, tokens and idempotency keys in a SQLite file. */
import Database from 'better-sqlite3';
import { migrateSqlite, openSqlite, retryWhileBusy } from '#databases';
import { StoreUnavailable } from '#eventsourcing';
import { AccessStore } from './access-store.js';
import type { Statement } from './accounts.js';

/**
 * Accounts, tokens and idempotency keys in a file, each as durable as an event once it was answered. What another process locks is
 * waited for without stopping this one.
 */
export class SqliteAccessStore extends AccessStore {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<(string | number | null)[]>>();

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, { mustExist = false } = {}) {
    super();
    const prepare = (db: Database.Database) => {
      db.pragma('foreign_keys = ON');
      // SQLite overwrites deleted data, in every page: what was erased must be gone from the file.
      db.pragma('secure_delete = ON');
      migrateSqlite(db, new URL('./sqlite/', import.meta.url));
      // After a crash the WAL may still hold what was erased.
      db.pragma('wal_checkpoint(TRUNCATE)');
    };
    this.#db = openSqlite(file, { mustExist, waitMs: 0, prepare });
  }

  query<R extends object>(sql: string, ...values: (string | number | null)[]): Promise<R[]> {
    return this.#tried(() => this.#run<R>(sql, values));
  }

  protected run(statements: readonly Statement[]): Promise<void> {
    const all = (): void => statements.forEach(([sql, ...values]) => this.#run(sql, values));
    return this.#tried(() => this.#db.transaction(all).immediate());
  }

  scrub(): Promise<void> {
    return this.#tried(() => {
      this.#db.exec('VACUUM');
      const { busy } = this.#prepared('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      if (busy) throw new Database.SqliteError('the WAL is being read', 'SQLITE_BUSY');
    });
  }

  #run<R extends object>(sql: string, values: (string | number | null)[]): R[] {
    const statement = this.#prepared(sql);
    if (statement.reader) return statement.all(...values) as R[];
    statement.run(...values);
    return [];
  }

  async #tried<T>(act: () => T): Promise<T> {
    try {
      return await retryWhileBusy(act);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code?.startsWith('SQLITE_CONSTRAINT')) throw error;
      throw new StoreUnavailable(`Tokens and keys cannot be reached now: ${message}`, { cause: error });
    }
  }

  #prepared(sql: string): Database.Statement<(string | number | null)[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  readonly marksHoldMs = 5;
  #dataVersion: Database.Statement | undefined;

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  mark(): string {
    if (!this.#db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= this.#db.prepare('PRAGMA data_version').pluck();
    return String(this.#dataVersion.get());
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
