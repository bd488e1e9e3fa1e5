import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { handle, type Log } from './command-handling.js';
import { StoreUnavailable, type EventStore } from './event-store.js';
import { EventCodec, type Recorded } from './events.js';
import { releases } from './releases.js';
import type { Earlier, ProjectionStatus, Projection } from './projection.js';
import type { Failure } from './follower.js';
import { Projector } from './projector.js';
import { add, newMeta, counter, handlersOf } from './testing/counter.js';
import { blanked, guestBook, signed } from './testing/guest-book.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';
import { TURN_MS, Turns } from './testing/tested-log.js';
import { LIMIT_MS } from '../../../test/support/waiting.js';

const codec = new EventCodec([counter, guestBook, releases]);
let shared: MemoryLog;
let log: Log;
const running = new Set<Projector>();

beforeEach(() => {
  shared = new MemoryLog();
  log = connected();
});
afterEach(async () => {
  await Promise.all([...running].map((projector) => projector.stop()));
  running.clear();
});

const connected = (): Log => ({ store: new MemoryEventStore(shared), codec });
/** The same store, with some methods replaced. */
const withStore = (change: Partial<EventStore>): Log => {
  const { store } = log;
  return { codec, store: new Proxy(store, { get: (_, name) => forwarded(change, store, name) }) };
};
const forwarded = (change: Partial<EventStore>, store: EventStore, name: string | symbol): unknown => {
  if (name in change) return change[name as keyof EventStore];
  const found = (store as unknown as Record<string | symbol, unknown>)[name];
  return typeof found === 'function' ? found.bind(store) : found;
};
const addTo = async (id: string, amount: number): Promise<string> =>
  (await handle(log, counter, id, add(amount), newMeta())).position;

type Added = Recorded<{ readonly by: number }>;

/** The additions to each counter, with their numbers: an event applied twice or not at all shows. */
class Sums implements Projection {
  readonly version = 1;
  readonly rows = new Map<string, { events: number; total: number }>();
  readonly heard: string[] = [];
  readonly on: Projection['on'];

  constructor(
    readonly name = 'sums',
    before: (event: Added, earlier: Earlier) => void | Promise<void> = () => {},
    readonly acts?: true,
  ) {
    const apply = ({ stream, data }: Added): void => {
      const { events, total } = this.rows.get(stream) ?? { events: 0, total: 0 };
      this.heard.push(`${stream.slice(-1)}${data.by}`);
      this.rows.set(stream, { events: events + 1, total: total + data.by });
    };
    this.on = handlersOf(counter, {
      Added: (event, earlier) => {
        const done = before(event, earlier);
        return done ? done.then(() => apply(event)) : apply(event);
      },
    });
  }

  clear(): void {
    this.rows.clear();
  }

  get said() {
    return Object.fromEntries([...this.rows].map(([stream, { events, total }]) => [stream.slice(-1), [events, total]]));
  }
}

const projectorOf = (
  projections: readonly Projection[],
  of: Log = log,
  hears?: (failure: Failure) => void,
  pauses = [TURN_MS],
) => {
  const projector = new Projector(of, projections, hears, null, pauses);
  running.add(projector);
  return projector;
};
const started = async (...of: Parameters<typeof projectorOf>): Promise<Projector> => {
  const projector = projectorOf(...of);
  await projector.start();
  return projector;
};
const progressUntil = async (
  projector: Projector,
  met: (progress: ProjectionStatus) => boolean,
): Promise<ProjectionStatus> => {
  for (let left = LIMIT_MS; ; left -= TURN_MS, await sleep(TURN_MS)) {
    const [progress] = await projector.progress();
    if (met(progress!) || left <= 0) return progress!;
  }
};
const thirteen = ({ data }: Added): void => {
  if (data.by === 13) throw new Error('thirteen');
};

describe('A projector', () => {
  it('applies what the log holds before it has started, then what comes', async () => {
    await addTo('a', 1);
    await addTo('b', 2);
    const sums = new Sums();
    const projector = await started([sums]);
    expect(sums.said).toEqual({ a: [1, 1], b: [1, 2] });
    const position = await addTo('a', 5);
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    expect(sums.said).toEqual({ a: [2, 6], b: [1, 2] });
    expect(projector.position()).toBe(position);
    const told = { projection: 'sums', version: 1, position, head: position, error: null, serving: true };
    expect(await projector.progress()).toEqual([{ ...told, parked: 0, building: null }]);
  });

  it('is given the log stream by stream at first, then what came meanwhile in its order', async () => {
    for (let n = 1; n <= 3; n++) for (const stream of ['b', 'a', 'c']) await addTo(stream, n);
    let heard = 0;
    const sums = new Sums('sums', async () => {
      if (++heard === 2) await addTo('a', 4);
    });
    const projector = await started([sums]);
    expect(sums.heard.join(' ')).toBe('a1 a2 a3 b1 b2 b3 c1 c2 c3 a4');
    expect(projector.position()).toBe('10');
  });

  it('is given it in its order by a store that can read in no other', async () => {
    for (let n = 1; n <= 2; n++) for (const stream of ['b', 'a']) await addTo(stream, n);
    const sums = new Sums();
    await projectorOf([sums], withStore({ readByStream: undefined })).start();
    expect(sums.heard.join(' ')).toBe('b1 a1 b2 a2');
  });

  it('shows nothing before it has applied what there was at the start, and says how far it is', async () => {
    for (let n = 0; n < 4; n++) await addTo('a', 1);
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    const sums = new Sums('sums', ({ revision }) => (revision === 3 ? held : undefined));
    const projector = projectorOf([sums]);
    const started = projector.start();
    while (sums.heard.length < 3) await sleep(1);
    expect(() => projector.position()).toThrow('being built');
    expect(await projector.reached('1', 20)).toBe(false);
    expect(await projector.progress()).toMatchObject([{ serving: false, building: { percent: expect.any(Number) } }]);
    go();
    await started;
    expect(await projector.progress()).toMatchObject([{ serving: true, building: null }]);
  });

  it('passes over what no projection hears, and is further then', async () => {
    const unheard = { type: 'other.Unheard', version: 9, data: '{}' };
    const { position } = await log.store.append('other', -1, [unheard], newMeta());
    const projector = await started([new Sums()]);
    expect(await projector.progress()).toMatchObject([{ position, error: null }]);
  });

  it('but stops at an event that newer software wrote of what it hears, and says so', async () => {
    const sums = new Sums();
    const projector = await started([sums]);
    const before = await addTo('a', 1);
    await projector.reached(before, LIMIT_MS);
    await log.store.append('counter-a', 0, [{ type: 'counter.Doubled', version: 1, data: '{}' }], newMeta());
    await addTo('b', 1);
    const { error, position } = await progressUntil(projector, (progress) => progress.error !== null);
    expect([error, position]).toEqual([expect.stringContaining('newer software'), before]);
    expect(sums.said).toEqual({ a: [1, 1] });
    await expect(projectorOf([new Sums()]).start()).rejects.toThrow('newer software');
  });

  it('goes on where it was stopped, and applies nothing twice', async () => {
    const sums = new Sums();
    const projector = projectorOf([sums]);
    for (let n = 1; n <= 3; n++) {
      await addTo('a', 1);
      await projector.start();
      await projector.stop();
      expect(sums.said).toEqual({ a: [n, n] });
    }
  });

  it('keeps several read models up from one reading of the log', async () => {
    let read = 0;
    const counting = withStore({
      subscribe: async function* (...asked) {
        for await (const batch of new MemoryEventStore(shared).subscribe(...asked)) {
          read += batch.length;
          yield batch;
        }
      },
    });
    const [sums, others] = [new Sums(), new Sums('others')];
    const projector = await started([sums, others], counting);
    for (let n = 0; n < 5; n++) await addTo('a', 1);
    await projector.reached('5', LIMIT_MS);
    expect([sums.said, others.said, read]).toEqual([{ a: [5, 5] }, { a: [5, 5] }, 5]);
    expect(projector.model(Sums)).toBe(sums);
  });

  it('stops promptly, idle or in its pause after an error', async () => {
    let failing = false;
    const sums = new Sums('sums', () => {
      if (failing) throw new StoreUnavailable('gone');
    });
    const projector = await started([sums], log, undefined, [60_000]);
    failing = true;
    await addTo('a', 1);
    await progressUntil(projector, ({ error }) => error !== null);
    const turns = new Turns();
    await projector.stop();
    expect(turns.end()).toBeLessThan(1_200);
  });
});

describe('A log that fails', () => {
  it('leaves the views as they were; it is said, and tried again, and nothing is applied twice', async () => {
    let failing = false;
    const sums = new Sums('sums', ({ data }) => {
      if (failing && data.by === 2) throw new StoreUnavailable('the disk is gone');
    });
    await addTo('a', 1);
    const projector = await started([new Sums('first'), sums]);
    failing = true;
    await addTo('b', 1);
    const position = await addTo('a', 2);
    const { error, parked } = await progressUntil(projector, (progress) => progress.error !== null);
    expect([error, parked]).toEqual(['the disk is gone', 0]);
    expect(await projector.reached(position, 20)).toBe(false);
    failing = false;
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    expect(await progressUntil(projector, (progress) => progress.error === null)).toMatchObject({ position });
    for (const { said } of [projector.model(Sums), sums]) expect(said).toEqual({ a: [2, 3], b: [1, 1] });
  });

  it('parks nothing, even if the handler says only that it failed, as long as the log cannot be read', async () => {
    let failing = true;
    const sums = new Sums('sums', () => {
      if (failing) throw new Error('the handler failed');
    });
    const projector = await started([sums], withStore({ read: () => Promise.reject(new Error('connection lost')) }));
    const position = await addTo('a', 1);
    const failed = await progressUntil(projector, ({ error }) => error !== null);
    expect(failed).toMatchObject({ error: 'connection lost', parked: 0 });
    failing = false;
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    expect(sums.said).toEqual({ a: [1, 1] });
  });

  it('is reported until it can be followed again, even if nothing is appended', async () => {
    let broken = false;
    let tries = 0;
    const lost = async (): Promise<never> => {
      tries++;
      throw new Error('connection lost');
    };
    const flaky = withStore({
      readAll: (...asked) => (broken ? lost() : new MemoryEventStore(shared).readAll(...asked)),
      subscribe: async function* (_, signal) {
        for (; !broken; await sleep(5)) if (signal.aborted) return;
        await lost();
      },
    });
    await addTo('a', 1);
    const heard: Failure[] = [];
    const projector = await started([new Sums()], flaky, (failure) => heard.push(failure));
    broken = true;
    expect(await progressUntil(projector, ({ error }) => error !== null)).toMatchObject({ error: 'connection lost' });
    while (tries < 5) await sleep(TURN_MS);
    expect(heard).toHaveLength(1); // once, however often it is tried
    broken = false;
    expect(await progressUntil(projector, ({ error }) => error === null)).toMatchObject({ error: null, position: '1' });
  });

  it('while the views are first filled, begins that anew', async () => {
    for (const stream of ['a', 'b', 'c']) await addTo(stream, 1);
    let failures = 1;
    const sums = new Sums('sums', ({ stream }) => {
      if (stream === 'counter-b' && failures-- > 0) throw new StoreUnavailable('gone');
    });
    const projector = projectorOf([sums]);
    await expect(projector.start()).rejects.toThrow('gone');
    await projector.start();
    expect(sums.said).toEqual({ a: [1, 1], b: [1, 1], c: [1, 1] });
  });
});

describe('An event that cannot be applied', () => {
  it.each([
    ['while it follows the log', true, {}],
    ['while the views are filled stream by stream', false, {}],
    ['while they are filled in the order of the log', false, { readByStream: undefined }],
  ])('stops only its own stream, whose later events wait in order: %s', async (_, live, change) => {
    const sums = new Sums('sums', thirteen);
    const heard: Failure[] = [];
    const projector = projectorOf([sums, new Sums('others')], withStore(change), (failure) => heard.push(failure));
    if (live) await projector.start();
    let position = '';
    for (const told of ['a1', 'b2', 'a13', 'b3', 'a5', 'c13', 'b4', 'a6'])
      position = await addTo(told[0]!, Number(told.slice(1)));
    if (!live) await projector.start();
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    expect(sums.said).toEqual({ a: [1, 1], b: [3, 9] });
    expect(await projector.progress()).toMatchObject([
      { position, error: null, parked: 2 },
      { position, error: null, parked: 0 },
    ]);
    expect(await projector.parked('sums')).toMatchObject([
      { stream: 'counter-a', position: '3', type: 'counter.Added', error: 'thirteen', events: 3 },
      { stream: 'counter-c', position: '6', type: 'counter.Added', error: 'thirteen', events: 1 },
    ]);
    expect(heard.map(({ projection, parked }) => [projection, parked!.stream])).toEqual([
      ['sums', 'counter-a'],
      ['sums', 'counter-c'],
    ]);
  });

  it('that cannot even be read as one stops only its own stream, too', async () => {
    await addTo('a', 1);
    await log.store.append('counter-b', -1, [{ type: 'counter.Added', version: 1, data: 'no JSON' }], newMeta());
    await addTo('c', 1);
    const sums = new Sums();
    const projector = await started([sums]);
    expect(sums.said).toEqual({ a: [1, 1], c: [1, 1] });
    expect(await projector.parked('sums')).toMatchObject([{ stream: 'counter-b', events: 1 }]);
  });

  it('is tried again with those behind it: when asked for, and at the next start', async () => {
    let mended = false;
    const sums = new Sums('sums', (event) => (mended ? undefined : thirteen(event)));
    const projector = await started([sums]);
    for (const by of [1, 13, 5]) await addTo('a', by);
    await projector.reached(await addTo('b', 13), LIMIT_MS);
    const still = { stream: 'counter-a', position: '2', error: 'thirteen', events: 2 };
    expect(await projector.retry('sums', 'counter-a')).toMatchObject([still, { stream: 'counter-b' }]);
    expect(sums.said).toEqual({ a: [1, 1] });
    mended = true;
    expect(await projector.retry('sums', 'counter-a')).toMatchObject([{ stream: 'counter-b' }]);
    expect(sums.said).toEqual({ a: [3, 19] });
    await projector.stop();
    await addTo('a', 7);
    await projector.start();
    expect(sums.said).toEqual({ a: [4, 26], b: [1, 13] });
    expect(await projector.progress()).toMatchObject([{ parked: 0, error: null }]);
  });

  it('is passed over when that was decided, in every process and whatever is built later', async () => {
    let earlier: Earlier | undefined;
    const sums = new Sums('sums', (event, before) => {
      thirteen(event);
      earlier = before;
    });
    const [projector, other] = [projectorOf([sums]), projectorOf([new Sums('sums', thirteen)], connected())];
    for (const one of [projector, other]) await one.start();
    for (const by of [1, 13, 5]) await addTo('a', by);
    await projector.reached(await addTo('a', 6), LIMIT_MS);
    for (const position of ['3', '1'])
      await expect(projector.release('sums', 'counter-a', position, newMeta())).rejects.toMatchObject({
        code: 'not_found',
      });
    expect(await projector.release('sums', 'counter-a', '2', newMeta())).toEqual([]);
    expect(sums.said).toEqual({ a: [3, 12] });
    expect((await earlier!()).map(({ revision }) => revision)).toEqual([0, 2]); // the events that it was told
    await other.reached((await log.store.head())!, LIMIT_MS);
    for (const change of [{}, { readByStream: undefined }]) {
      const anew = await started([new Sums('sums', thirteen)], withStore(change));
      for (const one of [other, anew]) {
        expect(one.model(Sums).said).toEqual({ a: [3, 12] });
        expect(await one.parked('sums')).toEqual([]);
      }
    }
    const mended = await started([new Sums()], connected());
    expect(mended.model(Sums).said).toEqual({ a: [4, 25] }); // the other events are applied
  });
});

describe('What acts because of events', () => {
  it('does so in the order of the log, once each, and the views do not wait for it', async () => {
    for (let n = 1; n <= 2; n++) for (const stream of ['b', 'a']) await addTo(stream, n);
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    const acting = new Sums('acting', ({ data }) => (data.by === 3 ? held : undefined), true);
    const projector = await started([new Sums(), acting]);
    expect(acting.heard.join(' ')).toBe('b1 a1 b2 a2');
    await addTo('a', 3);
    expect(await projector.reached(await addTo('a', 4), LIMIT_MS)).toBe(true);
    expect(await projector.progress()).toMatchObject([{ position: '6' }, { position: '4' }]);
    go();
    while ((await projector.progress())[1]!.position !== '6') await sleep(2);
    expect(acting.heard.join(' ')).toBe('b1 a1 b2 a2 a3 a4');
  });

  it('has done what is due when the start is over, also what it wrote itself', async () => {
    await addTo('a', 1);
    const answers = async ({ stream }: Added) => {
      if (stream === 'counter-a') await addTo('b', 5);
    };
    const acting = new Sums('acting', answers, true);
    const sums = new Sums();
    await started([sums, acting]);
    for (const { said } of [sums, acting]) expect(said).toEqual({ a: [1, 1], b: [1, 5] });
  });

  it('is tried again when the log fails, and holds nothing else up', async () => {
    let failing = true;
    const act = () => {
      if (failing) throw new StoreUnavailable('the disk is full');
    };
    const acting = new Sums('acting', act, true);
    const projector = await started([new Sums(), acting]);
    const position = await addTo('a', 1);
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    while ((await projector.progress())[1]!.error === null) await sleep(2);
    expect(await projector.progress()).toMatchObject([{ error: null }, { error: 'the disk is full', parked: 0 }]);
    failing = false;
    while ((await projector.progress())[1]!.position !== position) await sleep(2);
    expect(acting.said).toEqual({ a: [1, 1] });
  });
});

describe('Waiting for a position', () => {
  it('ends at once when it was reached before', async () => {
    const position = await addTo('a', 1);
    const projector = await started([new Sums()]);
    const turns = new Turns();
    expect(await projector.reached(position, LIMIT_MS)).toBe(true);
    expect(await projector.reached('0', LIMIT_MS)).toBe(true);
    expect(turns.end()).toBeLessThan(2_500);
  });

  it('ends when it is reached, compared as a number', async () => {
    for (let n = 0; n < 9; n++) await addTo('a', 1);
    const projector = await started([new Sums()]);
    const waiting = projector.pinned('10', LIMIT_MS);
    expect(await Promise.race([waiting, sleep(50, 'waiting')])).toBe('waiting');
    expect(await addTo('a', 1)).toBe('10');
    expect(await waiting).toBe('10');
  });

  it('gives up in time', async () => {
    const projector = await started([new Sums()]);
    const start = performance.now();
    expect(await projector.reached('7', 100)).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(90);
    await expect(projector.pinned('7', 10)).rejects.toMatchObject({ code: 'not_yet' });
  });
});

it('What was erased is told as what is left of it, also to who asks for what came earlier', async () => {
  const say = (event: ReturnType<typeof signed>) => handle(log, guestBook, 'b', () => [event], newMeta());
  await say(signed('Jo'));
  const told: object[][] = [];
  const guests: Projection = {
    name: 'guests',
    version: 1,
    on: handlersOf(guestBook, {
      Blanked: async (_, earlier) => void told.push((await earlier()).map(({ data }) => data)),
    }),
  };
  const projector = await started([guests]);
  const { position } = await say(blanked(0));
  expect(await projector.reached(position, LIMIT_MS)).toBe(true);
  expect(told).toEqual([[expect.objectContaining({ name: '…' })]]);
});
