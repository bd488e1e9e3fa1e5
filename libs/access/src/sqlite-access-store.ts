/** Accounts, tokens and idempotency keys in a SQLite file. */
import Database from 'better-sqlite3';
import { SqliteStatements, type Statement, type Value } from '#databases';
import { StoreUnavailable, type Digests } from '#eventsourcing';
import { AccessStore } from './access-store.js';

/** Accounts, tokens and idempotency keys in a file. */
export class SqliteAccessStore extends AccessStore {
  readonly #statements: SqliteStatements;

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, how: { mustExist?: boolean } = {}, secrets?: Digests) {
    super(secrets);
    this.#statements = new SqliteStatements('Tokens and keys', file, new URL('./sqlite/', import.meta.url), how);
    const { db } = this.#statements;
    db.pragma('foreign_keys = ON');
    // SQLite overwrites deleted data, in every page: what was erased must be gone from the file.
    db.pragma('secure_delete = ON');
    // After a crash the WAL may still hold what was erased.
    db.pragma('wal_checkpoint(TRUNCATE)');
  }

  query<R extends object>(sql: string, ...values: Value[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  protected together(statements: readonly Statement[]): Promise<void> {
    return this.#statements.together(statements);
  }

  async scrub(): Promise<void> {
    const { db } = this.#statements;
    await this.#statements.tried(() => void db.exec('VACUUM'));
    return this.#statements.tried(() => {
      if (db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0)
        throw new Database.SqliteError('the WAL is being read', 'SQLITE_BUSY');
    });
  }

  readonly marksHoldMs = 5;
  #dataVersion: Database.Statement | undefined;

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  mark(): string {
    const { db } = this.#statements;
    if (!db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= db.prepare('PRAGMA data_version').pluck();
    return String(this.#dataVersion.get());
  }

  close(): Promise<void> {
    return this.#statements.close();
  }
}
