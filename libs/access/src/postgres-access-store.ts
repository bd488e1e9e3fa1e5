/** Accounts, tokens and idempotency keys in PostgreSQL. */
import { PostgresStatements } from '#databases';
import type { Digests } from '#eventsourcing';
import { AccessStore } from './access-store.js';

/** One of our processes at a time makes the tables. */
const MIGRATION_LOCK = 0x616363;

/**
 * Accounts, tokens and idempotency keys in PostgreSQL, in the schema `followthrough_access`. Erased rows leave the
 * tables and their files; they stay in the write-ahead log until `docker/postgres-forget.sql` is run, and in its
 * archive and backups for as long as these are kept.
 */
export class PostgresAccessStore extends AccessStore {
  /** So that an end in one process counts in all within a second, the time to look included. */
  readonly marksHoldMs = 700;

  constructor(url: string, secrets?: Digests) {
    const tables = new URL('./tables/', import.meta.url);
    super(new PostgresStatements('Tokens and keys', url, 'followthrough_access', tables, MIGRATION_LOCK), secrets);
  }

  async mark(): Promise<string> {
    const [row] = await this.query<{ changes: number }>('SELECT changes FROM mark');
    return String(row!.changes);
  }
}
