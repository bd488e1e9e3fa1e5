/**
 * Appends to the SQLite log by 1, 8 and 32 callers, one event each, with revision check, idempotence and hash chain, and
 * reads it; against a raw loop that inserts one row per durable commit into a table with the same keys, and reads the rows.
 */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  appendAndRead,
  compare,
  data,
  meta,
  EVENTS_PER_PAGE,
  paging,
  EVENT_TYPE,
  type AppendedAndRead,
} from './logs.js';
import { inScratch, load, machine, SECONDS_PER_ROUND } from './measure.js';

const raw = (): Promise<AppendedAndRead> =>
  inScratch(async (folder) => {
    const db = new Database(join(folder, 'raw.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL, recorded_at INTEGER NOT NULL, UNIQUE (stream, revision)) STRICT`);
    const insert = db.prepare(
      'INSERT INTO events (stream, revision, id, type, data, meta, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const appended = await load(1, SECONDS_PER_ROUND, async (_, turn) =>
      insert.run(
        ...[`commitment-${turn % 100}`, Math.floor(turn / 100), uuidv7(), EVENT_TYPE, data],
        ...[JSON.stringify(meta()), Date.now()],
      ),
    );
    const page = db.prepare<[number, number], { position: number }>(
      'SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?',
    );
    const read = await paging<number>(async (after) => page.all(after ?? 0, EVENTS_PER_PAGE));
    db.close();
    return { appended, read };
  });

const appendsOfOurStore = (callers: number): Promise<AppendedAndRead> =>
  inScratch(async (folder) => {
    const store = new SqliteEventStore(join(folder, 'log.db'));
    const both = await appendAndRead(store, callers);
    await store.close();
    return both;
  });

console.log(`Appending to the SQLite log\n${await machine()}`);
await compare(
  [
    [1, ''],
    [8, ''],
    [32, '≥ 5.5, p99 ≤ 5 ms'],
  ],
  raw,
  appendsOfOurStore,
);
