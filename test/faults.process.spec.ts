import { beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteEventStore } from '#event-store-sqlite';
import { Projector, SnapshotFile, WrongRevision, type Appended, type Envelope } from '#eventsourcing';
import { TURN_MS } from '../libs/eventsourcing/src/testing/tested-log.js';
import {
  eventsOf,
  LOGS_MADE,
  MAKE_MS,
  metaOf,
  sumAfter,
  AppendedStreams,
  tallyCodec,
  type Line,
} from './support/appender.js';
import { allEventsOf, Faults } from './support/processes.js';
import { waitUntil } from './support/waiting.js';

/** How often processes are killed; `FAULT_ROUNDS=1000` for a long run. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 8);
const CALLERS = 8;

const folder = mkdtempSync(join(tmpdir(), 'faults-'));

/** A process of appender.ts. */
const appender = (args: readonly string[], ipc = false): ChildProcess =>
  spawn(process.execPath, ['test/support/appender.ts', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });

/** A log, and the journals of all processes that ever wrote to it. */
class Place {
  readonly #folder = mkdtempSync(join(folder, 'place-'));
  readonly #journals: string[] = [];
  /** The findings about commands whose process was killed before it was answered. */
  readonly #resolved: Line[] = [];

  /** The same once more, when nobody writes. */
  copy(): Place {
    const copy = new Place();
    cpSync(this.#folder, copy.#folder, { recursive: true });
    copy.#journals.push(...this.#journals);
    copy.#resolved.push(...this.#resolved);
    return copy;
  }

  /** Starts a process that appends until it is ended; resolves when it is at it. */
  async appender({ unsafe = false } = {}): Promise<ChildProcess> {
    const journal = join(this.#folder, `journal-${this.#journals.length}`);
    this.#journals.push(journal);
    const child = appender([this.#folder, journal, String(CALLERS), ...(unsafe ? ['unsafe'] : [])]);
    while (!existsSync(journal) || statSync(journal).size === 0) {
      if (child.exitCode !== null) throw new Error(`The appender ended with ${child.exitCode}. Is dist/ built?`);
      await sleep(2);
    }
    return child;
  }

  /** Every try, and its answer, in the order of the journals. */
  journal(): Line[] {
    const lines = this.#journals.flatMap((journal) =>
      readFileSync(journal, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line),
    );
    return [...lines, ...this.#resolved];
  }

  get log(): string {
    return join(this.#folder, 'log.db');
  }

  open(): SqliteEventStore {
    return new SqliteEventStore(this.log);
  }

  /** Sends every command again whose outcome nobody was told. */
  async resolve(store: SqliteEventStore): Promise<void> {
    const tried = new Map<string, Extract<Line, { is: 'tried' }>>();
    for (const line of this.journal())
      if (line.is === 'tried') tried.set(line.command, line);
      else tried.delete(line.command);
    for (const { command, stream, expected, count } of tried.values())
      this.#resolved.push(
        await store.append(stream, expected, eventsOf(command, count), metaOf(command)).then(
          (appended: Appended) => ({ is: 'acknowledged', command, ...appended }) as const,
          (error: unknown) => {
            if (!(error instanceof WrongRevision)) throw error;
            return { is: 'refused', command, actual: error.actual } as const;
          },
        ),
      );
  }
}

/** Tells a process to end, and waits until it has. */
const end = async (child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};
const kill = (child: ChildProcess): Promise<void> => end(child, 'SIGKILL');
/** The faults of a log, measured against the answers that its writers got; none if all is well. */
async function faultsOf(place: Place): Promise<string[]> {
  const store = place.open();
  const faults = new Faults();
  const blame = faults.blame.bind(faults);
  try {
    await place.resolve(store);
    const log = await faults.ofLog(store);
    const streams = Map.groupBy(log, (e) => e.stream);
    blame(new Set(log.map(({ id }) => id)).size !== log.length, 'an event is there twice');

    const written = Map.groupBy(log, (e) => e.meta.commandId);
    const tried = new Map<string, Extract<Line, { is: 'tried' }>>();
    for (const line of place.journal()) {
      if (line.is === 'tried') {
        tried.set(line.command, line);
        continue;
      }
      const { stream, expected, count } = tried.get(line.command)!;
      const events = written.get(line.command) ?? [];
      if (line.is === 'acknowledged') {
        blame(events.length === 0, `lost: ${line.command}, acknowledged at position ${line.position}`);
        blame(events.length > 0 && events.length !== count, `${line.command}: ${events.length} of ${count} events`);
        const last = events.at(-1);
        blame(
          last !== undefined &&
            (last.position !== line.position || last.revision !== line.revision || last.stream !== stream),
          `${line.command} is not where it was said to be`,
        );
        blame(line.revision !== expected + count, `${line.command} is not at the revision it expected`);
      } else {
        blame(events.length > 0, `${line.command} was refused and written`);
        const there = streams.get(stream)?.[expected + 1];
        blame(line.actual === expected || there === undefined, `${line.command} was refused for nothing`);
        blame((streams.get(stream)?.length ?? 0) <= line.actual, `${line.command} was told a revision that never was`);
      }
    }
    blame(
      [...written.keys()].some((command) => !tried.has(command)),
      'an event is there that nobody sent',
    );

    const tally = new AppendedStreams();
    const projector = new Projector({ store, codec: tallyCodec }, [tally]);
    await projector.start();
    await projector.stop();
    blame(tallied(tally) !== fold(log), 'the views are not those of the log');
  } finally {
    await store.close();
  }
  return faults.found;
}

const tallied = ({ streams }: AppendedStreams): string =>
  JSON.stringify([...streams].map(([stream, { events, said }]) => ({ stream, events, said })).sort(byStream));
const byStream = (a: { stream: string }, b: { stream: string }): number => (a.stream < b.stream ? -1 : 1);
/** The expected views, computed from the events alone. */
const fold = (events: readonly Envelope[]): string =>
  JSON.stringify(
    [...Map.groupBy(events, (e) => e.stream)]
      .map(([stream, own]) => {
        const all = own.reduce((before, { id }) => sumAfter(before, id), '');
        return { stream, events: own.length, said: all };
      })
      .sort(byStream),
  );

const count = (place: Place, is: Line['is']): number => place.journal().filter((line) => line.is === is).length;
/** A log to which one process has appended, and its writers were told so of so many appends. */
async function written(appends: number, how: { readonly unsafe?: boolean } = {}): Promise<Place> {
  const place = new Place();
  const writer = await place.appender(how);
  await waitUntil(() => count(place, 'acknowledged') >= appends);
  await end(writer);
  return place;
}

describe('Killed at any moment', () => {
  it(`writers lose, double and reorder nothing (${ROUNDS} rounds)`, async () => {
    let [acknowledged, unknown] = [0, 0];
    // On a busy machine, until enough was under way when they were killed: otherwise this would have shown nothing.
    const isEnough = () => acknowledged > ROUNDS * 20 && unknown > ROUNDS;
    for (let round = 0, place = new Place(); round < ROUNDS || !isEnough(); round++) {
      if (round % 5 === 0) place = new Place();
      const told = count(place, 'acknowledged');
      const writers = await Promise.all([place.appender(), place.appender()]);
      for (const writer of writers) {
        await sleep(Math.random() * 80);
        await kill(writer);
      }
      acknowledged += count(place, 'acknowledged') - told;
      unknown += count(place, 'tried') - count(place, 'acknowledged') - count(place, 'refused');
      expect(await faultsOf(place)).toEqual([]);
    }
  });

  it('a writer that acknowledges before it has committed is found out', async () => {
    const place = new Place();
    const writer = await place.appender({ unsafe: true });
    await waitUntil(() => count(place, 'acknowledged') > 0);
    await kill(writer);
    expect(await faultsOf(place)).toContainEqual(expect.stringMatching(/^lost: .*, acknowledged at position \d+$/));
  });

  it('and only by being killed: left to its end, that writer has no fault', async () => {
    expect(await faultsOf(await written(51, { unsafe: true }))).toEqual([]);
  });
});

describe('Several processes that write to one store', () => {
  it('make it together, and lose, double and reorder nothing; each refusal is true', async () => {
    const place = new Place();
    const writers = await Promise.all([0, 1, 2].map(() => place.appender()));
    const before = count(place, 'acknowledged');
    await waitUntil(() => count(place, 'acknowledged') > before + 100 && count(place, 'refused') > 20);
    await Promise.all(writers.map((writer) => end(writer)));
    expect(writers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(count(place, 'tried')).toBe(count(place, 'acknowledged') + count(place, 'refused'));
    expect(await faultsOf(place)).toEqual([]);
  });

  it('notice each other’s events within 200 ms', async () => {
    const place = new Place();
    const store = place.open();
    const stop = new AbortController();
    const delays: number[] = [];
    // On a busy machine this process has few turns to notice anything.
    const turns: number[] = [];
    const turning = setInterval(() => turns.push(Date.now()), TURN_MS);
    const reading = (async () => {
      for await (const batch of store.subscribe(null, stop.signal))
        delays.push(TURN_MS * turns.filter((at) => at > Date.parse(batch.at(-1)!.recordedAt)).length);
    })();
    const writer = await place.appender();
    await waitUntil(() => delays.length > 10);
    await end(writer);
    stop.abort();
    await reading;
    clearInterval(turning);
    expect(delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(200);
    await store.close();
  });
});

describe('Several processes that make one log at once', () => {
  /** The verdict of each of them on each log. */
  const made = async (...guard: string[]): Promise<string[][]> => {
    const place = mkdtempSync(join(folder, 'made-'));
    const children = [1, 2, 3].map(() => appender([place, 'make', ...guard], true));
    await Promise.all(children.map((child) => once(child, 'message')));
    const start = Date.now() + MAKE_MS;
    for (const child of children) child.send(start);
    return Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as string[]));
  };

  it('all open the one that was made', async () => {
    const [first, ...others] = await made();
    expect(first).toHaveLength(LOGS_MADE);
    expect(new Set(first)).toEqual(new Set(first!.filter((identity) => /^[0-9a-f-]{36}$/.test(identity))));
    expect(new Set(first).size).toBe(LOGS_MADE);
    expect(others).toEqual([first, first]);
  });

  it('do not, when they look at it in one moment after the other (a control, which must fail)', async () => {
    const isFault = (said: string): boolean => said.includes('is a database, but not a log');
    let all: string[] = [];
    // On a busy machine they may begin one after the other.
    for (let tries = 0; tries < 10 && !all.some(isFault); tries++) all = (await made('apart')).flat();
    expect(all.filter(isFault)).not.toEqual([]);
  });
});

describe('The judge of these tests finds', () => {
  let untouched: Place;
  const tamper = async (sql: string): Promise<string[]> => {
    const place = untouched.copy();
    const { default: Database } = await import('better-sqlite3');
    const store = place.open();
    const db = new Database(store.file);
    for (const trigger of ['events_are_never_deleted', 'events_are_never_changed', 'data_can_only_be_blanked'])
      db.exec(`DROP TRIGGER ${trigger}`);
    db.exec(sql);
    db.close();
    await store.close();
    return faultsOf(place);
  };
  const lengthOf = async (stream: string): Promise<number> => {
    const store = untouched.open();
    const { length } = await store.read(stream);
    await store.close();
    return length;
  };
  beforeAll(async () => {
    // On a busy machine a stream may have no room for a hole yet.
    do untouched = await written(50);
    while ((await lengthOf('tally-1')) < 4);
  });
  const last = "(SELECT max(position) FROM events WHERE stream = 'tally-1')";

  it.each([
    ['an acknowledged append that is gone', `DELETE FROM events WHERE position = ${last}`, /^lost: |events$/],
    [
      'events in another order',
      `UPDATE events SET position = position + 100000 WHERE position = ${last} - 1`,
      'not where',
    ],
    [
      'an event twice',
      `INSERT INTO events SELECT position + 100000, stream, revision + 1, id, type, version, data, salt, digest,
       meta, recorded_at, hash FROM events WHERE position = ${last}`,
      'an event is there twice',
    ],
    ['altered data', `UPDATE events SET data = '{}' WHERE position = ${last}`, 'does not verify'],
    ['a hole', "DELETE FROM events WHERE stream = 'tally-1' AND revision = 1", 'other revisions'],
    [
      'an event that nobody sent',
      `UPDATE events SET meta = json_set(meta, '$.commandId', 'x') WHERE position = ${last}`,
      'nobody sent',
    ],
  ])('%s', async (_, sql, fault) => {
    expect(await faultsOf(untouched)).toEqual([]);
    expect(await tamper(sql)).toContainEqual(expect.stringMatching(fault));
  });
});

describe('Killed while a snapshot is written', () => {
  /** How many snapshots were taken up after a kill, and how many were not whole. */
  const killed = async (...guard: string[]) => {
    const place = await written(50);
    const store = place.open();
    const path = join(mkdtempSync(join(folder, 'kept-')), 'views.snapshot');
    let [taken, damaged] = [0, 0];
    for (let round = 0; round < ROUNDS / 2; round++) {
      const child = appender([place.log, path, 'keep', ...guard], true);
      await Promise.race([once(child, 'message'), once(child, 'exit')]);
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}. Is dist/ built?`);
      await sleep(Math.random() * 100);
      await kill(child);
      const tally = new AppendedStreams();
      await new SnapshotFile(path, 'these').read(store).then(
        ({ projections: [one] }) => (taken++, tally.load(one!.memory!)),
        () => damaged++,
      );
      const kept = new SnapshotFile(path, '-');
      const projector = new Projector({ store, codec: tallyCodec }, [new AppendedStreams()], () => {}, kept);
      await projector.start();
      await projector.stop();
      const log = await allEventsOf(store);
      if (tally.streams.size > 0) expect(tallied(tally)).toBe(fold(log));
      expect(tallied(projector.model(AppendedStreams))).toBe(fold(log));
    }
    await store.close();
    return { taken, damaged };
  };

  it('a process leaves the former one or the new one, whole', async () => {
    expect(await killed()).toEqual({ taken: ROUNDS / 2, damaged: 0 });
  });

  it('would leave one that is not whole, which is thrown away, if it were written in place (a control)', async () => {
    expect(await killed('inPlace')).toEqual({ taken: 0, damaged: ROUNDS / 2 });
  });
});
