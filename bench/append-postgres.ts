/**
 * Appends to the PostgreSQL log by 1, 8 and 32 callers, one event each, with revision check, idempotence and hash chain;
 * against a raw loop that inserts one row per durable commit on as many connections into a table with the same keys. Then
 * the log is read from its beginning, against raw pages of the raw table. One server, which waits for the disk.
 */
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PostgresEventStore } from '#event-store-postgres';
import { canonicalJson, NO_STREAM } from '#eventsourcing';
import { PostgresServer } from '../test/support/postgres.js';
import { load, machine, row, ROUNDS, SECONDS, type Measured } from './measure.js';

const PAGE = 1000;
const data = canonicalJson({
  stage: 'in_progress',
  effective: '2012-11',
  reportedOn: '2012-11-02',
  agency: 'IOM',
  note: 'Research projects being set up with the partners of the consortium',
  citation: { document: 'D-2012-MC2353', locator: 'para 26' },
});
const meta = () => {
  const commandId = uuidv7();
  return {
    actor: 'account-1',
    agency: 'IOM',
    role: 'focal_point',
    commandId,
    correlationId: commandId,
    causationId: null,
  };
};

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

/** What pages of 1000 give in a second. */
async function paging(page: (after: string | null) => Promise<{ position: string }[]>): Promise<Measured> {
  const [latencies, start] = [[] as number[], performance.now()];
  let read = 0;
  for (let after: string | null = null, some; ; after = some.at(-1)!.position) {
    const asked = performance.now();
    some = await page(after);
    if (some.length === 0) break;
    latencies.push(performance.now() - asked);
    read += some.length;
  }
  return { rate: (read * 1000) / (performance.now() - start), latencies };
}

const raw = (connections: number): Promise<[Measured, Measured]> =>
  inDatabase(async (url) => {
    const pool = new pg.Pool({ connectionString: url, max: connections });
    await pool.query(`CREATE TABLE events (position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream TEXT NOT NULL,
      revision BIGINT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL,
      recorded_at BIGINT NOT NULL, UNIQUE (stream, revision))`);
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
    const appended = await load(connections, SECONDS, (caller, turn) =>
      clients[caller]!.query({
        name: 'insert',
        text: 'INSERT INTO events (stream, revision, id, type, data, meta, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        values: [
          `commitment-${caller}-${turn % 100}`,
          Math.floor(turn / 100),
          uuidv7(),
          'commitment.StageReported',
          data,
          JSON.stringify(meta()),
          Date.now(),
        ],
      }),
    );
    const read = await paging(async (after) => {
      const text = 'SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2';
      return (await clients[0]!.query<{ position: string }>({ name: 'page', text, values: [after ?? 0, PAGE] })).rows;
    });
    clients.forEach((client) => client.release());
    await pool.end();
    return [appended, read];
  });

const ours = (callers: number): Promise<[Measured, Measured]> =>
  inDatabase(async (url) => {
    const store = new PostgresEventStore(url);
    await store.head();
    const revisions = new Map<string, number>();
    const event = { type: 'commitment.StageReported', version: 1, data };
    const appended = await load(callers, SECONDS, async (caller, turn) => {
      const stream = `commitment-${caller}-${turn % 100}`;
      const { revision } = await store.append(stream, revisions.get(stream) ?? NO_STREAM, [event], meta());
      revisions.set(stream, revision);
    });
    const read = await paging((after) => store.readAll(after, PAGE));
    await store.close();
    return [appended, read];
  });

const [{ version }] = (await server
  .sql<{ version: string }>('SHOW server_version')
  .then((rows) => rows.map((shown) => ({ version: Object.values(shown)[0]! })))) as [{ version: string }];
console.log(`Appending to the PostgreSQL log\n${await machine()}, PostgreSQL ${version}`);
const table = [];
for (const [callers, target] of [
  [1, ''],
  [8, ''],
  [32, '≥ 1.3'],
] as const) {
  const [oursRounds, rawRounds]: [[Measured, Measured][], [Measured, Measured][]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rawRounds.push(await raw(callers));
    oursRounds.push(await ours(callers));
  }
  const side = (rounds: [Measured, Measured][], n: 0 | 1) => rounds.map((measured) => measured[n]);
  table.push(row(`${callers} callers append`, side(oursRounds, 0), side(rawRounds, 0), target));
  if (callers === 32) table.push(row('reading in pages of 1000', side(oursRounds, 1), side(rawRounds, 1), ''));
}
console.table(table);
await server.stop();
