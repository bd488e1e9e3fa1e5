/** Drafts in a SQLite file. */
import { isBusy, retryWhileBusy, SqliteStatements } from '#databases';
import { DraftsStore } from './drafts-store.js';

export class SqliteDraftsStore extends DraftsStore {
  readonly #statements: SqliteStatements;

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, how: { mustExist?: boolean } = {}) {
    super();
    this.#statements = new SqliteStatements('Drafts', file, new URL('./sqlite/', import.meta.url), how);
    this.#statements.db.pragma('secure_delete = ON');
    this.#statements.db.pragma('foreign_keys = ON');
    void this.erased();
  }

  protected query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  /** Deleted bytes are overwritten at once; older pages are in the WAL until nobody reads it. */
  protected async erase(): Promise<boolean> {
    try {
      const busy = () => this.#statements.db.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
      return (await retryWhileBusy(busy)) === 0;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }

  protected closeDatabase(): Promise<void> {
    return this.#statements.close();
  }
}
