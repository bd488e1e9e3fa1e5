import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  EventCodec,
  followUnderLease,
  handle,
  on,
  StoreUnavailable,
  Projector,
  type Log,
  type Progress,
  type Projection,
  type ReadStore,
} from '#eventsourcing';
import { add, by, counter, counterCodec } from '../../eventsourcing/src/testing/counter.js';
import { blanked, guestBook, guestBookCodec, signed } from '../../eventsourcing/src/testing/guest-book.js';
import { MemoryEventStore, MemoryLog } from '../../eventsourcing/src/testing/memory-event-store.js';
import { onEachStore } from './testing/each-store.js';

let shared: MemoryLog;
let log: Log;

onEachStore('Projections', (place) => {
  let reads: ReadStore;
  const running = new Set<Projector>();

  beforeEach(() => {
    shared = new MemoryLog();
    log = connected();
    reads = place.open();
  });
  afterEach(async () => {
    await Promise.all([...running].map((projector) => projector.stop()));
    running.clear();
  });

  const connected = (): Log => ({ store: new MemoryEventStore(shared), codec: counterCodec });
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
    schema: 'CREATE TABLE sums_rows (stream TEXT PRIMARY KEY, events BIGINT NOT NULL, total BIGINT NOT NULL)',
    on: on(counter, {
      Added: async ({ stream, data }, tx) => {
        tx.run(
          `INSERT INTO sums_rows VALUES (?, 1, ?)
         ON CONFLICT (stream) DO UPDATE SET events = sums_rows.events + 1, total = sums_rows.total + excluded.total`,
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
        {
          projection: 'sums',
          version: 1,
          position,
          head: position,
          error: null,
          serving: true,
          parked: 0,
          building: null,
        },
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
      const { position } = await log.store.append(
        'other',
        -1,
        [{ type: 'other.Unheard', version: 9, data: '{}' }],
        by(),
      );
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

  describe('A read store or a log that fails', () => {
    it('leaves neither rows nor checkpoint behind, is reported, and tried again', async () => {
      let failing = false;
      let resets = 0;
      const unavailable = () => {
        if (failing) throw new StoreUnavailable('the disk is full');
        return false;
      };
      await addTo('a', 1);
      const projector = projectorOf([sums({ reset: () => void resets++ }, unavailable)]);
      await projector.start();
      failing = true;
      const position = await addTo('a', 1);

      const progress = await until(projector, ({ error }) => error !== null);
      expect(progress).toMatchObject({ position: '1', head: '2', error: 'the disk is full', parked: 0 });
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
      expect(await reads.position('sums')).toBe('1');
      expect(await projector.reached(position, 20)).toBe(false);
      expect(resets).toBeGreaterThan(0);

      failing = false;
      expect(await projector.reached(position, 3_000)).toBe(true);
      expect(await until(projector, ({ error }) => error === null)).toMatchObject({ position, error: null });
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
    });

    it('parks nothing, even if the handler says only that it failed, as long as the log cannot be read', async () => {
      let failing = true;
      const projector = projectorOf([sums({}, () => failing)], {
        ...log,
        store: Object.create(log.store, {
          identity: { value: () => log.store.identity() },
          head: { value: () => log.store.head() },
          readAll: { value: (...args: Parameters<typeof log.store.readAll>) => log.store.readAll(...args) },
          read: { value: () => Promise.reject(new Error('connection lost')) },
          subscribe: { value: (...args: Parameters<typeof log.store.subscribe>) => log.store.subscribe(...args) },
        }) as typeof log.store,
      });
      await projector.start();
      const position = await addTo('a', 1);
      expect(await until(projector, ({ error }) => error !== null)).toMatchObject({
        error: 'connection lost',
        parked: 0,
      });
      failing = false;
      expect(await projector.reached(position, 3_000)).toBe(true);
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
    });

    it('and software that is too old for what the log holds: refuses the start', async () => {
      await addTo('a', 1);
      await expect(projectorOf([sums()], { ...log, codec: new EventCodec([]) }).start()).rejects.toThrow(
        'newer software',
      );
    });
  });

  describe('An event that cannot be applied', () => {
    /** Fails for every 13 that is added, after it has written. */
    const superstitious = (change: Partial<Projection> = {}): Projection => ({
      ...sums(),
      on: on(counter, {
        Added: async (event, tx) => {
          await (sums().on['counter.Added'] as (...args: unknown[]) => Promise<void>)(event, tx);
          if (event.data.by === 13) throw new Error('thirteen');
        },
      }),
      ...change,
    });
    const total = (stream: string, events: number, sum: number) => ({
      stream: `counter-${stream}`,
      events,
      total: sum,
    });

    it.each([
      ['while it follows the log', true],
      ['while it catches up', false],
    ])('stops only its own stream, whose later events wait in order: %s', async (_, live) => {
      const projector = projectorOf([superstitious()]);
      if (live) await projector.start();
      let position = '';
      for (const [stream, by] of [
        ['a', 1],
        ['b', 2],
        ['a', 13],
        ['b', 3],
        ['a', 5],
        ['c', 13],
        ['b', 4],
        ['a', 6],
      ] as const)
        position = await addTo(stream, by);
      if (!live) await projector.start();
      expect(await projector.reached(position, 3_000)).toBe(true);
      expect(await rows()).toEqual([total('a', 1, 1), total('b', 3, 9)]);
      expect(await projector.progress()).toMatchObject([{ position, error: null, parked: 2 }]);
      expect(await projector.parked('sums')).toMatchObject([
        { stream: 'counter-a', position: '3', type: 'counter.Added', error: 'thirteen', events: 3 },
        { stream: 'counter-c', position: '6', type: 'counter.Added', error: 'thirteen', events: 1 },
      ]);
    });

    it('is retried with those behind it: by an operator, by another process, or at the next start of mended software', async () => {
      const broken = projectorOf([superstitious()]);
      await broken.start();
      for (const by of [1, 13, 5]) await addTo('a', by);
      await broken.reached(await addTo('b', 13), 3_000);
      const still = { stream: 'counter-a', position: '2', error: 'thirteen', events: 2 };
      expect(await broken.retry('sums', 'counter-a')).toMatchObject([still, { stream: 'counter-b' }]);
      expect(await rows()).toEqual([total('a', 1, 1)]);

      const mended = new Projector(connected(), place.open(), [sums()]);
      expect(await mended.retry('sums', 'counter-a')).toMatchObject([{ stream: 'counter-b' }]);
      expect(await rows()).toEqual([total('a', 3, 19)]);
      await broken.reached(await addTo('a', 7), 3_000);
      expect(await rows()).toEqual([total('a', 4, 26)]);

      await broken.stop();
      const restarted = projectorOf([sums()], connected(), place.open());
      await restarted.start();
      expect(await rows()).toEqual([total('a', 4, 26), total('b', 1, 13)]);
      expect(await restarted.progress()).toMatchObject([{ parked: 0, error: null }]);
    });

    it('is passed over when an operator releases it, with a trace, in what is built later, too', async () => {
      const projector = projectorOf([superstitious()]);
      await projector.start();
      for (const by of [1, 13, 5]) await addTo('a', by);
      await projector.reached(await addTo('a', 6), 3_000);
      for (const position of ['3', '1'])
        await expect(projector.release('sums', 'counter-a', position)).rejects.toMatchObject({ code: 'not_found' });
      expect(await projector.release('sums', 'counter-a', '2')).toEqual([]);
      const released = 'SELECT stream, revision, position, type, error FROM sums_released';
      const trace = [{ stream: 'counter-a', revision: 1, position: 2, type: 'counter.Added', error: 'thirteen' }];
      for (const make of [async () => {}, () => projector.rebuild('sums')]) {
        await make();
        expect(await rows()).toEqual([total('a', 3, 12)]);
        expect(await reads.all(released)).toEqual(trace);
        expect(await projector.parked('sums')).toEqual([]);
      }
    });

    it('does not let a rebuild take the place of what serves, when that has fewer such streams', async () => {
      const projector = projectorOf([sums()]);
      await projector.start();
      await projector.reached(await addTo('a', 13), 3_000);
      const worse = new Projector(connected(), place.open(), [superstitious()]);
      await expect(worse.rebuild('sums')).rejects.toMatchObject({ code: 'conflict' });
      expect(await rows()).toEqual([total('a', 1, 13)]);
      expect(await reads.generations()).toMatchObject([{ state: 'serving' }]);
    });

    it('does not stop the other projections', async () => {
      const broken = { ...superstitious(), name: 'broken', schema: sums().schema.replaceAll('sums', 'broken') };
      const projector = projectorOf([broken, sums()]);
      await projector.start();
      expect(await projector.reached(await addTo('a', 13), 3_000)).toBe(true);
      expect(await rows()).toEqual([total('a', 1, 13)]);
      expect(await projector.progress()).toMatchObject([{ parked: 1 }, { parked: 0 }]);
    });
  });

  describe('A generation that can be filled stream by stream', () => {
    const byStream = (change: Partial<Projection> = {}) => sums({ byStream: true, ...change });
    const some = async () => {
      for (let n = 1; n <= 4; n++) for (const stream of ['b', 'a', 'c']) await addTo(stream, n);
      return ['a', 'b', 'c'].map((stream) => ({ stream: `counter-${stream}`, events: 4, total: 10 }));
    };

    it('is given one stream after the other, then what came meanwhile in the order of the log', async () => {
      const all = await some();
      const heard: string[] = [];
      const noted = on(counter, {
        Added: async (event, tx) => {
          heard.push(event.stream.slice(-1));
          if (heard.length === 2) await addTo('a', 5);
          await (sums().on['counter.Added'] as (...args: unknown[]) => Promise<void>)(event, tx);
        },
      });
      const projector = projectorOf([byStream({ on: noted })]);
      await projector.start();
      expect(heard.join('')).toBe('aaaabbbbcccca');
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 5, total: 15 }, ...all.slice(1)]);
      expect(await reads.position('sums')).toBe('13');
    });

    it('goes on in the middle of a stream after a crash, and applies nothing twice', async () => {
      const all = await some();
      const projection = byStream();
      const empty = await reads.build(projection, await log.store.identity());
      const upTo = (await log.store.head())!;
      const first = await log.store.readByStream!('counter', null, upTo, 6);
      const { stream, revision } = first.at(-1)!;
      await reads.apply(
        empty,
        { position: null, cursor: JSON.stringify({ category: 'counter', stream, revision, upTo }), events: 6 },
        async (tx) => {
          tx.run(`INSERT INTO sums_rows VALUES ('counter-a', 4, 10), ('counter-b', 2, 3)`);
        },
      );
      await projectorOf([projection]).start();
      expect(await rows()).toEqual(all);
      expect(await reads.generations()).toMatchObject([{ state: 'serving', position: upTo, cursor: null, events: 12 }]);
    });

    it('by two processes at once, is filled once', async () => {
      const all = await some();
      const other = projectorOf([byStream()], connected(), place.open());
      const one = projectorOf([byStream()]);
      await Promise.all([one.start(), other.start()]);
      expect(await rows()).toEqual(all);
      expect(await reads.generations()).toMatchObject([{ state: 'serving', events: 12 }]);
    });

    it('parks the stream of an event that cannot be applied, and fills the rest', async () => {
      const all = await some();
      const failing = on(counter, {
        Added: async (event, tx) => {
          await (sums().on['counter.Added'] as (...args: unknown[]) => Promise<void>)(event, tx);
          if (event.stream === 'counter-b' && event.data.by === 2) throw new Error('two');
        },
      });
      const projector = projectorOf([byStream({ on: failing })]);
      await projector.start();
      expect(await rows()).toEqual([all[0], { stream: 'counter-b', events: 1, total: 1 }, all[2]]);
      expect(await projector.parked('sums')).toMatchObject([{ stream: 'counter-b', error: 'two', events: 3 }]);
    });

    it('can hold back rows until they are committed', async () => {
      await some();
      const held: string[] = [];
      const flushes: number[] = [];
      const projector = projectorOf([
        byStream({
          on: on(counter, { Added: ({ stream }) => void held.push(stream) }),
          flush: async (tx) => {
            await tx.insert(
              'sums_rows',
              ['stream', 'events', 'total'],
              [...new Set(held)].map((stream) => [stream, 1, 1]),
              OTHERWISE,
            );
            flushes.push(held.splice(0).length);
          },
        }),
      ]);
      await projector.start();
      expect(await rows()).toMatchObject([{ stream: 'counter-a' }, { stream: 'counter-b' }, { stream: 'counter-c' }]);
      expect(await projector.reached(await addTo('c', 1), 2_000)).toBe(true);
      expect((await rows())[2]).toEqual({ stream: 'counter-c', events: 2, total: 1 });
      expect(flushes.filter((n) => n > 0)).toEqual([12, 1]);
    });

    /** Keeps its sums in memory. */
    const remembering = (): Projection => {
      const known = new Map<string, number>();
      return byStream({
        on: on(counter, {
          Added: ({ stream, data }) => void known.set(stream, (known.get(stream) ?? 0) + data.by),
        }),
        flush: async (tx) => {
          const sums = [...known].map(([stream, total]) => [stream, 1, total]);
          await tx.insert(
            'sums_rows',
            ['stream', 'events', 'total'],
            sums,
            'ON CONFLICT (stream) DO UPDATE SET total = excluded.total',
          );
        },
        fresh: remembering,
      });
    };
    it.each([
      ['with a memory of its own, a rebuild beside one that follows is right', remembering, 10],
      [
        'negative control: with one memory for both it is not',
        () => ({ ...remembering(), fresh: undefined }) as unknown as Projection,
        20,
      ],
    ])('%s', async (_, projection, total) => {
      await some();
      const projector = projectorOf([projection()]);
      await projector.start();
      await projector.rebuild('sums');
      expect(await rows()).toMatchObject([{ total }, { total }, { total }]);
    });
    const OTHERWISE = 'ON CONFLICT (stream) DO UPDATE SET events = sums_rows.events + excluded.events';
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

  it('What served before is dropped when something is blanked: it would hold the words still', async () => {
    const book: Log = { store: log.store, codec: guestBookCodec };
    const names: Projection = {
      ...sums(),
      on: on(guestBook, { Signed: () => {}, Blanked: (_, tx) => tx.run('DELETE FROM sums_rows') }),
    };
    const say = (event: ReturnType<typeof signed>) => handle(book, guestBook, 'b', () => [event], by());
    const projector = projectorOf([names], book);
    await projector.start();
    await say(signed('Jo'));
    await projector.rebuild('sums');
    expect((await reads.generations()).map(({ state }) => state)).toEqual(['former', 'serving']);
    const { position } = await say(blanked(0));
    expect(await projector.reached(position, 3_000)).toBe(true);
    for (const end = performance.now() + 2_000; (await reads.generations()).length > 1 && performance.now() < end;)
      await sleep(5);
    expect((await reads.generations()).map(({ state }) => state)).toEqual(['serving']);
  });

  describe('Two projectors on one read store', () => {
    it('have no double effect: who comes late goes on from where the other one got to', async () => {
      const [one, other] = [projectorOf([sums()]), projectorOf([sums()], connected(), place.open())];
      await one.start();
      await other.start();
      let position = '';
      for (let n = 0; n < 60; n++) position = await addTo(`c${n % 3}`, 1);
      expect(await Promise.all([one.reached(position, 3_000), other.reached(position, 3_000)])).toEqual([true, true]);
      expect(await rows()).toEqual([0, 1, 2].map((n) => ({ stream: `counter-c${n}`, events: 20, total: 20 })));
      for (const projector of [one, other])
        expect(await projector.progress()).toMatchObject([{ position, error: null }]);
    });

    it('have none either when both catch up at once', async () => {
      for (let n = 0; n < 30; n++) await addTo('a', 1);
      await Promise.all([projectorOf([sums()]).start(), projectorOf([sums()], connected(), place.open()).start()]);
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 30, total: 30 }]);
    });

    it('of different versions do not undo each other: each has its own tables and goes on', async () => {
      const older = projectorOf([sums()]);
      await older.start();
      await addTo('a', 1);
      const elsewhere = place.open();
      const newer = projectorOf([sums({ version: 2 })], connected(), elsewhere);
      await newer.start();
      const position = await addTo('a', 1);
      for (const [projector, version, store] of [
        [older, 1, reads],
        [newer, 2, elsewhere],
      ] as const) {
        expect(await projector.reached(position, 2_000)).toBe(true);
        expect(await projector.progress()).toMatchObject([{ version, position, error: null }]);
        expect(await rows(store)).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
      }
    });

    it('of different logs do not mix them: the first one stops and says so', async () => {
      const first = projectorOf([sums()]);
      await first.start();
      const elsewhere: Log = { store: new MemoryEventStore(new MemoryLog()), codec: counterCodec };
      const second = projectorOf([sums()], elsewhere, place.open());
      await second.start();
      await addTo('a', 1);
      const { error } = await until(first, (progress) => progress.error !== null);
      expect(error).toBe('The views of sums are made from another log now.');
      expect(await rows()).toEqual([]);
    });
  });

  describe('The views are made afresh', () => {
    /** Rows that no event made: they stay if nothing is made afresh. */
    const spoil = async () => {
      const [generation] = await reads.generations();
      await reads.apply(generation!, null, async (tx) => tx.run('UPDATE sums_rows SET total = 99'));
    };
    beforeEach(async () => {
      for (let n = 0; n < 3; n++) await addTo('a', 1);
      const projector = projectorOf([sums()]);
      await projector.start();
      await projector.stop();
      await spoil();
    });

    it('when the version of the projection is another one, with its new tables', async () => {
      const schema = 'CREATE TABLE sums_rows (stream TEXT PRIMARY KEY, events BIGINT, total BIGINT, extra TEXT)';
      const renewed = sums({
        version: 2,
        schema,
        on: on(counter, {
          Added: ({ stream, data }, tx) =>
            tx.run(
              'INSERT INTO sums_rows VALUES (?, 1, ?, ?) ON CONFLICT (stream) DO UPDATE SET total = sums_rows.total * 10',
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

  describe('A process that does not follow', () => {
    let elsewhere: Projector;
    let watching: Projector;
    let watched: ReadStore;
    beforeEach(async () => {
      watched = place.open();
      [elsewhere, watching] = [projectorOf([sums()]), projectorOf([sums()], connected(), watched)];
      await watching.watch();
    });
    const total = () => watched.all('SELECT SUM(total) AS total FROM sums_rows');

    it('says so, and that there are no views, until another process has made them; then how far those are', async () => {
      const position = await addTo('a', 1);
      expect(watching.follows).toBe(false);
      expect(await watching.progress()).toMatchObject([
        { serving: false, position: null, head: position, error: null },
      ]);
      expect(await watching.reached('0', 60)).toBe(false);
      await elsewhere.start();
      expect(await watching.progress()).toMatchObject([{ serving: true, position, head: position, error: null }]);
    });

    it('reads what it has waited for', async () => {
      await elsewhere.start();
      for (let n = 1; n <= 20; n++) {
        expect(await watching.reached(await addTo('a', 1), 3_000)).toBe(true);
        expect(await total()).toEqual([{ total: n }]);
      }
    });

    it('waits in vain, and no longer than it is to, when nobody follows', async () => {
      await elsewhere.start();
      await elsewhere.stop();
      const start = performance.now();
      expect(await watching.reached(await addTo('a', 1), 200)).toBe(false);
      expect(performance.now() - start).toBeGreaterThan(190);
    });

    it('asks for all who wait at once, and for nobody when nobody waits', async () => {
      await elsewhere.start();
      await elsewhere.stop();
      let asked = 0;
      const { generations } = watched;
      watched.generations = () => {
        asked++;
        return generations.call(watched);
      };
      const position = await addTo('a', 1);
      const start = performance.now();
      await Promise.all(Array.from({ length: 50 }, (_, n) => watching.reached(position, 200 + n)));
      expect(asked).toBeGreaterThan(3);
      expect(asked).toBeLessThan((performance.now() - start) / 25 + 2);
      const before = asked;
      await sleep(100);
      expect(asked).toBe(before);
    });

    it('goes on waiting while the views cannot be asked for a moment', async () => {
      await elsewhere.start();
      const { generations } = watched;
      let asked = 0;
      watched.generations = async () => {
        if (asked++ < 3) throw new StoreUnavailable('gone');
        return generations.call(watched);
      };
      expect(await watching.reached(await addTo('a', 1), 3_000)).toBe(true);
      expect(asked).toBeGreaterThan(3);
    });
  });

  describe('Of several processes under a lease', () => {
    const ending: AbortController[] = [];
    const following: Promise<void>[] = [];
    const said: string[][] = [];
    /** As a process of its own. */
    const follower = (projection: Projection = sums()) => {
      const [end, store, words] = [new AbortController(), place.open(), [] as string[]];
      const projector = projectorOf([projection], connected(), store);
      const followed = followUnderLease(projector, store, end.signal, (what) => words.push(what));
      ending.push(end);
      following.push(followed);
      said.push(words);
      return { projector, store, words, end: () => (end.abort(), followed) };
    };
    const active = async (...all: ReturnType<typeof follower>[]) => {
      for (;;) {
        const found = all.find(({ projector }) => projector.follows);
        if (found) return found;
        await sleep(10);
      }
    };
    beforeEach(() => projectorOf([sums()]).watch());
    afterEach(async () => {
      ending.forEach((end) => end.abort());
      await Promise.all(following);
    });

    it('one follows; another one goes on at once where it ends', async () => {
      const both = [follower(), follower()];
      const first = await active(...both);
      const other = both.find((one) => one !== first)!;
      expect(await other.projector.reached(await addTo('a', 1), 3_000)).toBe(true);
      expect(other.projector.follows).toBe(false);
      const start = performance.now();
      await first.end();
      await active(other);
      expect(performance.now() - start).toBeLessThan(4_000); // and not when the lease would have run out
      expect(first.projector.follows).toBe(false);
      expect(await first.projector.reached(await addTo('a', 1), 3_000)).toBe(true);
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
    });

    it('one that lost the lease writes nothing, forgets what it had in memory, and stands by', async () => {
      let resets = 0;
      const first = follower({ ...sums(), reset: () => void resets++ });
      await active(first);
      expect(await first.projector.reached(await addTo('a', 1), 3_000)).toBe(true);
      const thief = place.open();
      await first.store.endLease(await thief.lease().then((lease) => lease!.holder));
      expect(await thief.takeLease('thief', 60_000)).toBe(2);
      const position = await addTo('a', 1);
      while (first.projector.follows) await sleep(10);
      expect(resets).toBeGreaterThan(0);
      expect(await first.projector.progress()).toMatchObject([{ position: '1', head: position }]);
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 1, total: 1 }]);
      await thief.endLease('thief');
      await active(first);
      expect(await first.projector.reached(position, 3_000)).toBe(true);
      expect(await rows()).toEqual([{ stream: 'counter-a', events: 2, total: 2 }]);
      expect(first.words).toEqual([
        'Brings the views up to date (term 1).',
        'Stands by: another process brings the views up to date.',
        'Brings the views up to date (term 3).',
      ]);
    }, 20_000);

    it('none is left: who reads is told', async () => {
      const only = follower();
      await active(only);
      await only.projector.reached(await addTo('a', 1), 3_000);
      await only.end();
      await addTo('a', 1);
      const watching = projectorOf([sums()], connected(), place.open());
      await watching.watch();
      expect(await watching.progress()).toMatchObject([{ error: null }]); // somebody may take over yet
      await sleep(3_200);
      const error = 'No process brings the views up to date now.';
      expect(await watching.progress()).toMatchObject([{ position: '1', head: '2', error }]);
      await active(follower());
      await watching.reached('2', 3_000);
      expect(await watching.progress()).toMatchObject([{ position: '2', error: null }]);
    }, 20_000);
  });

  it('Stopping ends a projector promptly, idle or in its pause after an error', async () => {
    let failing = false;
    const projector = projectorOf([
      sums({}, () => {
        if (failing) throw new StoreUnavailable('gone');
        return false;
      }),
    ]);
    await projector.start();
    failing = true;
    await addTo('a', 1);
    await until(projector, ({ error }) => error !== null);
    await sleep(700);
    const start = performance.now();
    await projector.stop();
    expect(performance.now() - start).toBeLessThan(200);
  });
});
