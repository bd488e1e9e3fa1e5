import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventCodec, handle, on, Projector, type Log, type Progress, type Projection } from '#eventsourcing';
import { add, by, counter, counterCodec } from '../../eventsourcing/src/testing/counter.js';
import { MemoryEventStore, MemoryLog } from '../../eventsourcing/src/testing/memory-event-store.js';
import { SqliteReadStore } from './sqlite-read-store.js';

let folder: string;
let shared: MemoryLog;
let log: Log;
let reads: SqliteReadStore;
const running = new Set<Projector>();
const readStores = new Set<SqliteReadStore>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'projector-'));
  shared = new MemoryLog();
  log = connected();
  reads = openReads();
});
afterEach(async () => {
  await Promise.all([...running].map((projector) => projector.stop()));
  running.clear();
  await Promise.all([...readStores].map((store) => store.close()));
  readStores.clear();
  rmSync(folder, { recursive: true });
});

const connected = (): Log => ({ store: new MemoryEventStore(shared), codec: counterCodec });
const openReads = (): SqliteReadStore => {
  const store = new SqliteReadStore(join(folder, 'views.db'));
  readStores.add(store);
  return store;
};
const projectorOf = (projections: readonly Projection[], of: Log = log, into = reads): Projector => {
  const projector = new Projector(of, into, projections);
  running.add(projector);
  return projector;
};
const addTo = async (id: string, amount: number): Promise<string> =>
  (await handle(log, counter, id, add(amount), by())).position;

/** How often, and with what, each counter was added to: an event applied twice or not at all shows. */
const sums = (change: Partial<Projection> = {}, failing: () => boolean = () => false): Projection => ({
  name: 'sums',
  version: 1,
  schema: 'CREATE TABLE sums_rows (stream TEXT PRIMARY KEY, events INTEGER NOT NULL, total INTEGER NOT NULL)',
  on: on(counter, {
    Added: async ({ stream, data }, tx) => {
      tx.run(
        `INSERT INTO sums_rows VALUES (?, 1, ?)
         ON CONFLICT (stream) DO UPDATE SET events = events + 1, total = total + excluded.total`,
        stream,
        data.by,
      );
      if (failing()) throw new Error('the handler failed');
    },
  }),
  ...change,
});
const rows = (from = reads) => from.all('SELECT stream, events, total FROM sums_rows ORDER BY stream');
const until = async (projector: Projector, met: (progress: Progress) => boolean): Promise<Progress> => {
  for (const end = performance.now() + 3_000; ; await sleep(5)) {
    const [progress] = await projector.progress();
    if (met(progress!) || performance.now() > end) return progress!;
  }
};

describe('A projector', () => {
  it('applies what the log holds before it has started, then what comes', async () => {
    await addTo('a', 1);
    await addTo('b', 2);
    const projector = projectorOf([sums()]);
    await projector.start();
    expect(await rows()).toEqual([
      { stream: 'counter-a', events: 1, total: 1 },
      { stream: 'counter-b', events: 1, total: 2 },
    ]);
    const position = await addTo('a', 5);
    expect(await projector.reached(position, 2_000)).toBe(true);
    expect((await rows())[0]).toEqual({ stream: 'counter-a', events: 2, total: 6 });
    expect(await projector.progress()).toEqual([
      { projection: 'sums', version: 1, position, head: position, error: null },
    ]);
  });

  it('goes on from its checkpoint, and applies nothing twice', async () => {
    for (let n = 0; n < 3; n++) await addTo('a', 1);
    const first = projectorOf([sums()]);
    await first.start();
    await first.stop();
    await addTo('a', 1);
    await projectorOf([sums()]).start();
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 4, total: 4 }]);
  });

  it('passes over events that a projection has no handler for, and moves its checkpoint beyond them', async () => {
    const { position } = await log.store.append('other', -1, [{ type: 'other.Unheard', version: 9, data: '{}' }], by());
    const projector = projectorOf([sums()]);
    await projector.start();
    expect(await projector.progress()).toMatchObject([{ position, error: null }]);
  });

  it('keeps several projections up, each with its own checkpoint', async () => {
    await addTo('a', 1);
    await projectorOf([sums()]).start();
    await addTo('a', 1);
    const counts: Projection = {
      name: 'counts',
      version: 1,
      schema: 'CREATE TABLE counts_rows (position TEXT)',
      on: on(counter, { Added: ({ position }, tx) => tx.run('INSERT INTO counts_rows VALUES (?)', position) }),
    };
    const both = projectorOf([sums(), counts]);
    await both.start();
    await both.reached(await addTo('a', 1), 2_000);
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 3, total: 3 }]);
    expect(await reads.all('SELECT position FROM counts_rows')).toEqual([
      { position: '1' },
      { position: '2' },
      { position: '3' },
    ]);
  });
});

describe('A handler that fails', () => {
  it('leaves neither rows nor checkpoint behind, is reported, and tried again', async () => {
    let failing = false;
    const projection = sums({}, () => failing);
    await addTo('a', 1);
    const projector = projectorOf([projection]);
    await projector.start();
    failing = true;
    const position = await addTo('a', 1);

    const progress = await until(projector, ({ error }) => error !== null);
    expect(progress).toMatchObject({ position: '1', head: '2', error: 'the handler failed' });
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
    expect(await reads.checkpoint(projection)).toMatchObject({ position: '1' });
    expect(await projector.reached(position, 20)).toBe(false);

    failing = false;
    expect(await projector.reached(position, 3_000)).toBe(true);
    expect(await until(projector, ({ error }) => error === null)).toMatchObject({ position, error: null });
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
  });

  it('makes the projection forget what it keeps in memory', async () => {
    let [failing, resets] = [false, 0];
    const projector = projectorOf([sums({ reset: () => void resets++ }, () => failing)]);
    await projector.start();
    failing = true;
    await addTo('a', 1);
    await until(projector, () => resets > 0);
    expect(resets).toBeGreaterThan(0);
  });

  it('does not stop the other projections', async () => {
    const broken: Projection = { ...sums({}, () => true), name: 'broken', schema: 'CREATE TABLE broken_rows (a)' };
    const projector = projectorOf([broken, sums()]);
    await projector.start();
    await addTo('a', 1);
    for (const end = performance.now() + 2_000; (await rows()).length === 0 && performance.now() < end;) await sleep(5);
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
  });

  it('refuses the start: what cannot be read at all should not be served', async () => {
    await addTo('a', 1);
    await expect(projectorOf([sums({}, () => true)]).start()).rejects.toThrow('the handler failed');
    await expect(
      projectorOf([sums()], {
        ...log,
        codec: new EventCodec([]),
      }).start(),
    ).rejects.toThrow('newer software');
  });
});

it('An error of the log is reported until the log can be followed again, even if nothing is appended', async () => {
  let broken = false;
  const { store } = log;
  const flaky = Object.create(store, {
    identity: { value: () => store.identity() },
    head: { value: () => store.head() },
    readAll: {
      value: async (...args: Parameters<typeof store.readAll>) => {
        if (broken) throw new Error('connection lost');
        return store.readAll(...args);
      },
    },
    subscribe: {
      value: async function* (_after: unknown, signal: AbortSignal) {
        for (; !broken; await sleep(5)) if (signal.aborted) return;
        throw new Error('connection lost');
      },
    },
  }) as typeof store;
  await addTo('a', 1);
  const projector = projectorOf([sums()], { ...log, store: flaky });
  await projector.start();
  broken = true;
  expect(await until(projector, ({ error }) => error !== null)).toMatchObject({ error: 'connection lost' });
  broken = false;
  expect(await until(projector, ({ error }) => error === null)).toMatchObject({ error: null, position: '1' });
});

describe('Two projectors on one read store', () => {
  it('have no double effect: who comes late goes on from where the other one got to', async () => {
    const [one, other] = [projectorOf([sums()]), projectorOf([sums()], connected(), openReads())];
    await one.start();
    await other.start();
    let position = '';
    for (let n = 0; n < 60; n++) position = await addTo(`c${n % 3}`, 1);
    expect(await Promise.all([one.reached(position, 3_000), other.reached(position, 3_000)])).toEqual([true, true]);
    expect(await rows()).toEqual([0, 1, 2].map((n) => ({ stream: `counter-c${n}`, events: 20, total: 20 })));
    for (const projector of [one, other]) expect(await projector.progress()).toMatchObject([{ position, error: null }]);
  });

  it('have none either when both catch up at once', async () => {
    for (let n = 0; n < 30; n++) await addTo('a', 1);
    await Promise.all([projectorOf([sums()]).start(), projectorOf([sums()], connected(), openReads()).start()]);
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 30, total: 30 }]);
  });

  it('of different versions do not undo each other: the older one stops and says so', async () => {
    const older = projectorOf([sums()]);
    await older.start();
    await addTo('a', 1);
    const newer = projectorOf([sums({ version: 2 })], connected(), openReads());
    await newer.start();
    const position = await addTo('a', 1);
    expect(await newer.reached(position, 2_000)).toBe(true);
    const { error } = await until(older, (progress) => progress.error !== null);
    expect(error).toBe('The views of sums are made by another version of this software now.');
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
    expect(await newer.progress()).toMatchObject([{ version: 2, position, error: null }]);
  });

  it('of different logs do not mix them: the first one stops and says so', async () => {
    const first = projectorOf([sums()]);
    await first.start();
    const elsewhere: Log = { store: new MemoryEventStore(new MemoryLog()), codec: counterCodec };
    const second = projectorOf([sums()], elsewhere, openReads());
    await second.start();
    await addTo('a', 1);
    const { error } = await until(first, (progress) => progress.error !== null);
    expect(error).toBe('The views of sums are made from another log now.');
    expect(await rows()).toEqual([]);
  });
});

describe('The views are made afresh', () => {
  /** Rows that no event made: they stay if nothing is made afresh. */
  const spoil = () => {
    const db = new Database(join(folder, 'views.db'));
    db.exec('UPDATE sums_rows SET total = 99');
    db.close();
  };
  beforeEach(async () => {
    for (let n = 0; n < 3; n++) await addTo('a', 1);
    const projector = projectorOf([sums()]);
    await projector.start();
    await projector.stop();
    spoil();
  });

  it('when the version of the projection is another one, with its new tables', async () => {
    const schema = 'CREATE TABLE sums_rows (stream TEXT PRIMARY KEY, events INTEGER, total INTEGER, extra TEXT)';
    const renewed = sums({
      version: 2,
      schema,
      on: on(counter, {
        Added: ({ stream, data }, tx) =>
          tx.run(
            'INSERT INTO sums_rows VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE SET total = total * 10',
            stream,
            data.by,
            'new',
          ),
      }),
    });
    await projectorOf([renewed]).start();
    expect(await reads.all('SELECT * FROM sums_rows')).toEqual([
      { stream: 'counter-a', events: 1, total: 100, extra: 'new' },
    ]);
  });

  it('when the log is another one', async () => {
    const other = new MemoryLog();
    other.events.push(...shared.events.slice(0, 2));
    await projectorOf([sums()], { store: new MemoryEventStore(other), codec: counterCodec }).start();
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
  });

  it('when the checkpoint is beyond the head of the log', async () => {
    shared.events.splice(1);
    await projectorOf([sums()]).start();
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
  });

  it('and not otherwise', async () => {
    await addTo('a', 1);
    await projectorOf([sums()]).start();
    expect(await rows()).toEqual([{ stream: 'counter-a', events: 4, total: 100 }]);
  });
});

describe('Waiting for a position', () => {
  it('ends at once when it was reached before', async () => {
    const position = await addTo('a', 1);
    const projector = projectorOf([sums()]);
    await projector.start();
    const start = performance.now();
    expect(await projector.reached(position, 5_000)).toBe(true);
    expect(await projector.reached('0', 5_000)).toBe(true);
    expect(performance.now() - start).toBeLessThan(50);
  });

  it('ends when it is reached, compared as a number', async () => {
    for (let n = 0; n < 9; n++) await addTo('a', 1);
    const projector = projectorOf([sums()]);
    await projector.start();
    const waiting = projector.reached('10', 3_000);
    expect(await Promise.race([waiting, sleep(50, 'waiting')])).toBe('waiting');
    expect(await addTo('a', 1)).toBe('10');
    expect(await waiting).toBe(true);
    expect(await rows()).toMatchObject([{ events: 10 }]);
  });

  it('gives up in time', async () => {
    const projector = projectorOf([sums()]);
    await projector.start();
    const start = performance.now();
    expect(await projector.reached('7', 100)).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(90);
    expect(performance.now() - start).toBeLessThan(400);
  });
});

it('Stopping ends a projector promptly, idle or in its pause after an error', async () => {
  const projector = projectorOf([sums({}, () => true)]);
  await projector.start();
  await addTo('a', 1);
  await until(projector, ({ error }) => error !== null);
  await sleep(700);
  const start = performance.now();
  await projector.stop();
  expect(performance.now() - start).toBeLessThan(200);
});
