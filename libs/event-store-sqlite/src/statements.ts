/** The rows of the log in SQLite, and every statement that reads or writes them. */
import type Database from 'better-sqlite3';
import { envelopeOf, PAGE_BYTES, type Envelope } from '#eventsourcing';

export interface EventRow {
  position: number;
  stream: string;
  revision: number;
  id: string;
  type: string;
  version: number;
  data: string | null;
  salt: string;
  digest: string;
  meta: string;
  recorded_at: number;
  hash: string;
}

export type StreamHead = Pick<EventRow, 'revision' | 'hash' | 'recorded_at'>;

export const statements = (db: Database.Database) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  blank: db.prepare<[string, number]>("UPDATE events SET data = NULL, salt = '' WHERE stream = ? AND revision = ?"),
  emptyWal: db.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)'),
  identity: db.prepare<[], string>('SELECT identity FROM about').pluck(),
  dataVersion: db.prepare<[], number>('PRAGMA data_version').pluck(),
  types: db.prepare<[], { type: string; version: number }>('SELECT type, version FROM types ORDER BY type, version'),
  addType: db.prepare<[string, number]>('INSERT OR IGNORE INTO types VALUES (?, ?)'),
  head: db.prepare<[], { position: number; recorded_at: number }>(
    'SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1',
  ),
  streamHead: db.prepare<[string], StreamHead>(
    'SELECT revision, hash, recorded_at FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
  ),
  stream: db.prepare<[string, number, number], EventRow>(
    'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
  ),
  log: db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?'),
  // '.' is the character after '-'.
  byStream: db.prepare<[string, number, string, number, number], EventRow>(
    `SELECT * FROM events WHERE (stream, revision) > (?, ?) AND stream < ? AND +position <= ?
     ORDER BY stream, revision LIMIT ?`,
  ),
  recordedAt: db
    .prepare<[number], number>('SELECT recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1')
    .pluck(),
  laterThan: db
    .prepare<[number, number], number>(
      'SELECT position FROM events WHERE position > ? AND recorded_at > ? ORDER BY position LIMIT 1',
    )
    .pluck(),
  lastUpTo: db
    .prepare<[number], number>('SELECT position FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1')
    .pluck(),
  insert: db.prepare<
    [number, string, number, string, string, number, string | null, string, string, string, number, string]
  >('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
});

export const toEnvelope = ({ position, recorded_at, ...row }: EventRow): Envelope =>
  envelopeOf({ ...row, position: String(position), recordedAt: recorded_at });

/** The events of a page, which ends by what they weigh, too. */
export function page(rows: Iterable<EventRow>): Envelope[] {
  const events: Envelope[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += row.data?.length ?? 0;
    if (events.length > 0 && bytes > PAGE_BYTES) break;
    events.push(toEnvelope(row));
  }
  return events;
}
