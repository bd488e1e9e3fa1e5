/** The rows of the log in SQLite, and every statement that reads or writes them. */
import type Database from 'better-sqlite3';
import { envelopeOf, PAGE_BYTES, type Envelope } from '#eventsourcing';

/** A row of the table of events, in the order of its columns. */
type EventRow = [
  position: number,
  ...[stream: string, revision: number, id: string, type: string, version: number, data: string | null],
  ...[salt: string, digest: string, meta: string, recordedAt: number, hash: string],
];

export interface StreamHead {
  revision: number;
  hash: string;
  recorded_at: number;
}

export const preparedStatements = (db: Database.Database) => ({
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
  stream: db
    .prepare<[string, number, number], EventRow>(
      'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?',
    )
    .raw(),
  identities: db.prepare<[string, number], { position: number; stream: string; revision: number; id: string }>(
    'SELECT position, stream, revision, id FROM events WHERE stream = ? AND revision >= ? ORDER BY revision',
  ),
  log: db
    .prepare<[number, number], EventRow>('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?')
    .raw(),
  // '.' is the character after '-'.
  byStream: db
    .prepare<[string, number, string, number, number], EventRow>(
      `SELECT * FROM events WHERE (stream, revision) > (?, ?) AND stream < ? AND +position <= ?
       ORDER BY stream, revision LIMIT ?`,
    )
    .raw(),
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

export const toEnvelope = (row: EventRow): Envelope => {
  const [position, stream, revision, id, type, version, data, salt, digest, meta, recordedAt, hash] = row;
  // Written out, since every event that is read passes here: spreading would make two objects more.
  // oxfmt-ignore
  return envelopeOf({
    position: String(position), stream, revision, id, type, version, data, salt, digest, meta, recordedAt, hash,
  });
};

/** The rows that are read at once: a page may end after each, by its weight. */
const ROWS_PER_READ = 64;

/**
 * The events of a page, which ends by their bytes, too.
 * @param after up to so many rows after one, or from the first on
 */
export function readPage(
  limit: number,
  after: (last: Envelope | null, limit: number) => readonly EventRow[],
): Envelope[] {
  const events: Envelope[] = [];
  for (let bytes = 0; events.length < limit;) {
    const wanted = Math.min(ROWS_PER_READ, limit - events.length);
    const rows = after(events.at(-1) ?? null, wanted);
    for (const row of rows) {
      bytes += row[DATA_COLUMN]?.length ?? 0;
      if (events.length > 0 && bytes > PAGE_BYTES) return events;
      events.push(toEnvelope(row));
    }
    if (rows.length < wanted) break;
  }
  return events;
}
const DATA_COLUMN = 6;
