/** Accounts, tokens and idempotency keys in a SQLite file. */
import type Database from 'better-sqlite3';
import { SqliteStatements } from '#databases';
import { StoreUnavailable, type Digests } from '#eventsourcing';
import { AccessStore } from './access-store.js';

export class SqliteAccessStore extends AccessStore {
  readonly marksHoldMs = 5;
  readonly #db: Database.Database;
  #dataVersion: Database.Statement | undefined;

  /** @param mustExist whether a file that is not there is an error; otherwise it is made */
  constructor(file: string, how: { mustExist?: boolean } = {}, secrets?: Digests) {
    const statements = new SqliteStatements('Tokens and keys', file, new URL('./tables/', import.meta.url), how);
    super(statements, secrets);
    this.#db = statements.db;
    // After a crash the WAL may still hold erased rows.
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  override async scrub(): Promise<void> {
    await this.query('VACUUM');
    await super.scrub();
  }

  /** SQLite's `data_version` changes with every write of another connection, and of no own one. */
  mark(): string {
    if (!this.#db.open) throw new StoreUnavailable('Tokens and keys are closed.');
    this.#dataVersion ??= this.#db.prepare('PRAGMA data_version').pluck();
    return String(this.#dataVersion.get());
  }
}
