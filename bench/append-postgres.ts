/**
 * Appends to the PostgreSQL log by 1, 8 and 32 callers, one event each, with revision check, idempotence and hash chain;
 * against a raw loop that inserts one row per durable commit on as many connections into a table with the same keys. Then
 * the log is read from its beginning, against raw pages of the raw table. One server, which waits for the disk.
 */
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PostgresEventStore } from '#event-store-postgres';
import { PostgresServer } from '../test/support/postgres.js';
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
import { load, machine, SECONDS_PER_ROUND } from './measure.js';

const server = await PostgresServer.start({ durable: true });

/** Runs on a database of its own, which is dropped afterwards. */
async function inDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const name = await server.newDatabase();
  try {
    return await work(server.url(name));
  } finally {
    await server.sql(`DROP DATABASE ${name}`);
    await server.sql('CHECKPOINT');
  }
}

const raw = (connections: number): Promise<AppendedAndRead> =>
  inDatabase(async (url) => {
    const pool = new pg.Pool({ connectionString: url, max: connections });
    await pool.query(`CREATE TABLE events (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream TEXT NOT NULL,
      revision BIGINT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL,
      recorded_at BIGINT NOT NULL, UNIQUE (stream, revision))`);
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
    const appended = await load(connections, SECONDS_PER_ROUND, (caller, turn) =>
      clients[caller]!.query({
        name: 'insert',
        text: 'INSERT INTO events (stream, revision, id, type, data, meta, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        values: [
          `commitment-${caller}-${turn % 100}`,
          Math.floor(turn / 100),
          uuidv7(),
          EVENT_TYPE,
          data,
          JSON.stringify(meta()),
          Date.now(),
        ],
      }),
    );
    const read = await paging<string>(async (after) => {
      const text = 'SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2';
      return (
        await clients[0]!.query<{ position: string }>({ name: 'page', text, values: [after ?? 0, EVENTS_PER_PAGE] })
      ).rows;
    });
    clients.forEach((client) => client.release());
    await pool.end();
    return { appended, read };
  });

const appendsOfOurStore = (callers: number): Promise<AppendedAndRead> =>
  inDatabase(async (url) => {
    const store = new PostgresEventStore(url);
    await store.head();
    const both = await appendAndRead(store, callers);
    await store.close();
    return both;
  });

const [{ version }] = (await server
  .sql<{ version: string }>('SHOW server_version')
  .then((rows) => rows.map((shown) => ({ version: Object.values(shown)[0]! })))) as [{ version: string }];
console.log(`Appending to the PostgreSQL log\n${await machine()}, PostgreSQL ${version}`);
await compare(
  [
    [1, ''],
    [8, ''],
    [32, '≥ 1.5'],
  ],
  raw,
  appendsOfOurStore,
);
await server.stop();
