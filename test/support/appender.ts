/**
 * A process that appends as fast as it can until it is killed, or told to end by SIGTERM: `node appender.ts FOLDER
 * JOURNAL CALLERS [unsafe]`; or that makes logs in a folder, at the same moments as others: `node appender.ts FOLDER
 * make [apart]`; or that keeps a snapshot of a log over and over, until it is killed: `node appender.ts LOG FILE keep
 * [inPlace]`. It runs from dist/. It writes its tries and their answers to the journal, line by line.
 */
import Database from 'better-sqlite3';
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  EventCodec,
  NO_STREAM,
  Projector,
  SnapshotFile,
  WrongRevision,
  type EventStore,
  type Memory,
  type Meta,
  type Projection,
  type Recorded,
} from '#eventsourcing';

/** One line of the journal. */
export type Line = { readonly command: string } & (
  | { readonly is: 'tried'; readonly stream: string; readonly expected: number; readonly count: number }
  | { readonly is: 'acknowledged'; readonly revision: number; readonly position: string }
  | { readonly is: 'refused'; readonly actual: number }
);

export const STREAMS = 5;
export const metaOf = (commandId: string): Meta => ({
  actor: 'account-7',
  agency: null,
  role: 'secretariat',
  commandId,
  correlationId: commandId,
  causationId: null,
});
export const eventsOf = (command: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    type: 'tally.Counted',
    version: 1,
    data: `{"command":"${command}","n":${n}}`,
  }));

export const tallyCodec = new EventCodec([{ category: 'tally', evolve: { Counted: null } }]);
/** A read model in which an event that was applied twice, not at all or out of order shows. */
export class AppendedStreams implements Projection {
  readonly name = 'tally';
  readonly version = 1;
  readonly streams = new Map<string, { events: number; said: string }>();
  readonly on = {
    'tally.Counted': ({ stream, id }: Recorded): void => {
      const before = this.streams.get(stream) ?? { events: 0, said: '' };
      this.streams.set(stream, { events: before.events + 1, said: sumAfter(before.said, id) });
    },
  };

  clear(): void {
    this.streams.clear();
  }

  save(): Memory {
    return { arrays: {}, lists: { streams: [...this.streams] } };
  }

  load({ lists }: Memory): void {
    for (const [stream, told] of lists['streams'] as [string, { events: number; said: string }][])
      this.streams.set(stream, told);
  }
}
/** The sum of a stream so far: it depends on every event and their order, and stays short. */
export const sumAfter = (before: string, id: string): string =>
  [...(before + id)].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 2_147_483_647, 7).toString();

/** The guard removed: acknowledges at once, and writes at its end. Right in everything, unless the process is killed. */
function acknowledgingBeforeTheCommit(store: EventStore): EventStore {
  const heads = new Map<string, number>();
  const held: Parameters<EventStore['append']>[] = [];
  let position = 0;
  return Object.assign(Object.create(store) as EventStore, {
    read: async (stream: string) => (heads.has(stream) ? [{ revision: heads.get(stream)! }] : []),
    append: async (...args: Parameters<EventStore['append']>) => {
      const [stream, expected, events] = args;
      const actual = heads.get(stream) ?? NO_STREAM;
      if (actual !== expected) throw new WrongRevision(stream, expected, actual);
      heads.set(stream, actual + events.length);
      position += events.length;
      const answer = { revision: actual + events.length, position: String(position) };
      held.push(args);
      await sleep(1);
      return answer;
    },
    close: async () => {
      for (const args of held) await store.append(...args);
      await store.close();
    },
  });
}

/** A test tells it to end, or kills it, long before; one that was killed itself cannot. */
const ORPHANED_MS = 600_000;

async function main(folder: string, journal: string, callers: number, unsafe: boolean): Promise<void> {
  const file = openSync(journal, 'a');
  const tell = (line: Line): number => writeSync(file, `${JSON.stringify(line)}\n`);
  const sqlite = new SqliteEventStore(join(folder, 'log.db'));
  const store = unsafe ? acknowledgingBeforeTheCommit(sqlite) : sqlite;
  const projector = new Projector({ store: sqlite, codec: tallyCodec }, [new AppendedStreams()]);
  await projector.start();
  const told = new AbortController();
  const over = AbortSignal.any([told.signal, AbortSignal.timeout(ORPHANED_MS)]);
  process.once('SIGTERM', () => told.abort());

  const call = async (caller: number): Promise<void> => {
    for (let n = caller; !over.aborted; n++) {
      const [command, stream, count] = [uuidv7(), `tally-${n % STREAMS}`, 1 + (n % 3)];
      const expected =
        (await store.read(stream, Math.max(0, (known.get(stream) ?? 0) - 1))).at(-1)?.revision ?? NO_STREAM;
      known.set(stream, expected);
      tell({ is: 'tried', command, stream, expected, count });
      try {
        tell({
          is: 'acknowledged',
          command,
          ...(await store.append(stream, expected, eventsOf(command, count), metaOf(command))),
        });
      } catch (error) {
        if (!(error instanceof WrongRevision)) throw error;
        tell({ is: 'refused', command, actual: error.actual });
      }
    }
  };
  /** Where each stream was last seen, so that it need not be read from its beginning. */
  const known = new Map<string, number>();
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  await store.close();
  await projector.stop();
}

/** How many logs are made, and how long each may take. */
export const [LOGS_MADE, MAKE_MS] = [20, 25];

/** Waits between the first look and the second, so that others come in between. */
function lookingSlowly(): void {
  const { prepare } = Database.prototype;
  const never = new Int32Array(new SharedArrayBuffer(4));
  Database.prototype.prepare = function (this: Database.Database, sql: string) {
    if (sql.includes('sqlite_schema')) Atomics.wait(never, 0, 0, Math.random() * 10);
    return prepare.call(this, sql);
  } as typeof prepare;
}

/** The guard removed: the parts by which a log is opened are read one after the other. */
function lookingApart(): void {
  const { transaction } = Database.prototype;
  Database.prototype.transaction = function (this: Database.Database, work: () => void) {
    return Object.assign(() => work(), { immediate: transaction.call(this, work).immediate });
  } as typeof transaction;
}

/** Opens one log after the other, none of which is there yet, and tells which logs they are, or why they are not. */
async function make(folder: string): Promise<void> {
  process.send!('ready');
  const [start] = (await once(process, 'message')) as [number];
  const made: string[] = [];
  for (let n = 0; n < LOGS_MADE; n++) {
    const left = start + n * MAKE_MS - Date.now();
    if (left > 3) await sleep(left - 3);
    while (Date.now() < start + n * MAKE_MS);
    try {
      const store = new SqliteEventStore(join(folder, `${n}.db`));
      made.push(await store.identity());
      await store.close();
    } catch (error) {
      made.push((error as Error).message);
    }
  }
  process.send!(made);
}

/** The guard removed: the new bytes are written over the former file, and not renamed. It stands still half-way. */
function writingInPlace(): void {
  fs.rename = async (from, to) => {
    const bytes = await fs.readFile(from);
    await fs.writeFile(to, bytes.subarray(0, bytes.length / 2));
    process.send!('half');
    await sleep(ORPHANED_MS);
  };
  syncBuiltinESMExports();
}

/** Keeps the views of a log in a file, over and over; `inPlace` (the guard removed): not aside, and renamed. */
async function keep(file: string, path: string, inPlace: boolean): Promise<void> {
  const store = new SqliteEventStore(file);
  const tally = new AppendedStreams();
  const projector = new Projector({ store, codec: tallyCodec }, [tally]);
  await projector.start();
  const memory = { arrays: { numbers: Int32Array.from({ length: 300_000 }, (_, n) => n) }, lists: tally.save().lists };
  const standstill = { name: 'tally', version: 1, position: projector.position(), parking: { parked: [], passed: [] } };
  const saved = { position: projector.position(), projections: [{ ...standstill, memory }] };
  if (inPlace) writingInPlace();
  for (;;) {
    await new SnapshotFile(path, 'these').write(store, saved, () => true);
    process.send!('kept');
  }
}

if (import.meta.main) {
  const [folder, what, how, guard] = process.argv.slice(2) as [string, string, string, string?];
  if (what === 'make') {
    lookingSlowly();
    if (how === 'apart') lookingApart();
    await make(folder);
  } else if (how === 'keep') await keep(folder, what, guard === 'inPlace');
  else await main(folder, what, Number(how), guard === 'unsafe');
}
