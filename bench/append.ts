/**
 * Appends to the SQLite log by 1, 8 and 32 callers, one event each, with revision check, idempotence and hash chain; against
 * a raw loop that inserts one row per durable commit into a table with the same keys.
 */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import { canonicalJson, NO_STREAM } from '#eventsourcing';
import { inScratch, load, machine, row, ROUNDS, SECONDS, type Measured } from './measure.js';

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

const raw = (): Promise<Measured> =>
  inScratch(async (folder) => {
    const db = new Database(join(folder, 'raw.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, meta TEXT NOT NULL, recorded_at INTEGER NOT NULL, UNIQUE (stream, revision)) STRICT`);
    const insert = db.prepare(
      'INSERT INTO events (stream, revision, id, type, data, meta, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const measured = await load(1, SECONDS, async (_, turn) =>
      insert.run(
        `commitment-${turn % 100}`,
        Math.floor(turn / 100),
        uuidv7(),
        'commitment.StageReported',
        data,
        JSON.stringify(meta()),
        Date.now(),
      ),
    );
    db.close();
    return measured;
  });

const ours = (callers: number): Promise<Measured> =>
  inScratch(async (folder) => {
    const store = new SqliteEventStore(join(folder, 'log.db'));
    const revisions = new Map<string, number>();
    const event = { type: 'commitment.StageReported', version: 1, data };
    const measured = await load(callers, SECONDS, async (caller, turn) => {
      const stream = `commitment-${caller}-${turn % 100}`;
      const { revision } = await store.append(stream, revisions.get(stream) ?? NO_STREAM, [event], meta());
      revisions.set(stream, revision);
    });
    await store.close();
    return measured;
  });

console.log(`Appending to the SQLite log\n${await machine()}`);
const table = [];
for (const [callers, target] of [
  [1, ''],
  [8, ''],
  [32, '≥ 5, p99 ≤ 5 ms'],
] as const) {
  const [oursRounds, rawRounds]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rawRounds.push(await raw());
    oursRounds.push(await ours(callers));
  }
  table.push(row(`${callers} callers`, oursRounds, rawRounds, target));
}
console.table(table);
