import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailable } from '#eventsourcing';
import { AccessStore, SCHEMA } from './access-store.js';

/** How long one process waits for another. */
const BUSY_MS = 5_000;

/** Tokens and idempotency keys in a file. */
export class SqliteAccessStore extends AccessStore {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<(string | null)[]>>();

  constructor(file: string) {
    super();
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#db = new Database(file, { timeout: BUSY_MS });
    try {
      toWal(this.#db);
      this.#db.pragma('synchronous = NORMAL');
      this.#db
        .transaction(() => {
          for (const table of SCHEMA) this.#db.exec(table);
          const columns = this.#db.pragma('table_info(idempotency_keys)') as { name: string }[];
          if (!columns.some(({ name }) => name === 'tries'))
            // made by an earlier version
            this.#db.exec('ALTER TABLE idempotency_keys ADD COLUMN tries INTEGER NOT NULL DEFAULT 1');
        })
        .immediate();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  protected async query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    try {
      let statement = this.#statements.get(sql);
      if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
      return statement.all(...values) as R[];
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code?.startsWith('SQLITE_CONSTRAINT')) throw error;
      throw new StoreUnavailable(`Tokens and keys cannot be reached now: ${message}`, { cause: error });
    }
  }

  readonly marksHoldMs = 1;
  #dataVersion: Database.Statement | undefined;
  #revocations = 0;

  override async revoke(idOrLabel: string): Promise<number> {
    const revoked = await super.revoke(idOrLabel);
    this.#revocations++;
    return revoked;
  }

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  tokensMark(): string {
    if (!this.#db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= this.#db.prepare('PRAGMA data_version').pluck();
    return `${String(this.#dataVersion.get())} ${this.#revocations}`;
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

/** Of several processes that make the file at once, one can do it; SQLite refuses the others without waiting. */
function toWal(db: Database.Database): void {
  for (const end = performance.now() + BUSY_MS; ;)
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY') || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
}
