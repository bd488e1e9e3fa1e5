import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Rejected } from './aggregate.js';
import { handle, load, recentStreams, type Log } from './command-handling.js';
import { StoreUnavailable, WrongRevision } from './event-store.js';
import { add, added, newMeta, counter, counterCodec, type Counter } from './testing/counter.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';

let shared: MemoryLog;
let log: Log;
beforeEach(() => {
  shared = new MemoryLog();
  log = { store: new MemoryEventStore(shared), codec: counterCodec };
});

const run = (amount: number, meta = newMeta(), expected?: number) =>
  handle(log, counter, 'a', add(amount), meta, expected);
const totals = () => shared.events.map(({ data }) => (JSON.parse(data!) as { by: number }).by);

/** Lets another command win the race: it is done after the stream was read and before the append. */
const overtaken = (times: number, other: () => Promise<unknown>): Log => {
  const { store } = log;
  let left = times;
  const overtaking = Object.create(store, {
    read: { value: store.read.bind(store) },
    append: {
      value: async (...args: Parameters<typeof store.append>) => {
        if (left-- > 0) await other();
        return store.append(...args);
      },
    },
  }) as typeof store;
  return { store: overtaking, codec: counterCodec };
};

describe('A command', () => {
  it('is decided on what happened before, and its events are appended', async () => {
    await run(3);
    const [three, four] = [3, 4].map((by, revision) => ({ by, revision }));
    expect(await run(4)).toEqual({
      before: { total: 3, entries: [three] },
      state: { total: 7, entries: [three, four] },
      revision: 1,
      position: shared.events[1]!.position,
    });
    const added = { stream: 'counter-a', type: 'counter.Added', version: 1 };
    expect(shared.events).toMatchObject([3, 4].map((by) => ({ ...added, data: `{"by":${by}}` })));
  });

  it('sees the revision it is decided at, -1 when there is nothing yet', async () => {
    const seen: number[] = [];
    const deciding = (_: Counter, revision: number) => (seen.push(revision), [added(1), added(1)]);
    for (let n = 0; n < 3; n++) await handle(log, counter, 'a', deciding, newMeta());
    expect(seen).toEqual([-1, 1, 3]);
  });

  it('that is rejected writes nothing, and says why', async () => {
    await expect(run(-1)).rejects.toThrow(Rejected);
    await expect(run(-1)).rejects.toMatchObject({ code: 'below_zero' });
    expect(shared.events).toEqual([]);
  });

  it('that decides nothing writes nothing, and answers where the stream stands', async () => {
    const nothing = { before: counter.initial, state: counter.initial, revision: -1 };
    expect(await run(0)).toMatchObject(nothing);
    const { revision, position, state } = await run(5);
    expect(await run(0)).toEqual({ before: state, state, revision, position });
    expect(totals()).toEqual([5]);
  });

  it('goes to its own stream only', async () => {
    await run(1);
    const other = await handle(log, counter, 'b', add(2), newMeta());
    expect(other.state.total).toBe(2);
    expect(shared.events.map(({ stream }) => stream)).toEqual(['counter-a', 'counter-b']);
  });

  it('carries who gave it and why into its events', async () => {
    const meta = { ...newMeta(), agency: 'IOM', causationId: 'round-7' };
    await run(1, meta);
    expect(shared.events[0]!.meta).toEqual(meta);
  });
});

describe('A repeated command', () => {
  it('is recognised before it is decided, and gets its first answer', async () => {
    const meta = newMeta();
    await run(1);
    const first = await run(5, meta);
    await run(2);
    const decide = jest.fn(add(5));
    expect(await handle(log, counter, 'a', decide, meta)).toEqual(first);
    expect(decide).not.toHaveBeenCalled();
    expect(totals()).toEqual([1, 5, 2]);
  });

  it('gets its first answer even if it would be rejected by now', async () => {
    const meta = newMeta();
    await run(5);
    const first = await run(-5, meta);
    expect(await run(-5, meta)).toEqual(first);
  });

  it('gets its first answer also when it names the revision that it changed', async () => {
    const meta = newMeta();
    await run(5);
    const first = await run(1, meta, 0);
    expect(await run(1, meta, 0)).toEqual(first);
    await run(1);
    expect(await run(1, meta, 0)).toEqual(first);
  });

  it('is recognised when it comes twice at once', async () => {
    const meta = newMeta();
    const [one, other] = await Promise.all([run(5, meta), run(5, meta)]);
    expect(other).toEqual(one);
    expect(totals()).toEqual([5]);
  });

  it('is decided anew when it was rejected before', async () => {
    const meta = newMeta();
    await expect(run(-1, meta)).rejects.toThrow(Rejected);
    await run(3);
    expect((await run(-1, meta)).state.total).toBe(2);
  });

  it('is another command in another stream', async () => {
    const meta = newMeta();
    await run(5, meta);
    expect((await handle(log, counter, 'b', add(7), meta)).state.total).toBe(7);
  });
});

describe('A command that loses a race', () => {
  it('is decided again on what the other one did, when it named no revision', async () => {
    await run(5);
    const decide = jest.fn(add(-5));
    const racing = overtaken(2, () => run(1));
    expect((await handle(racing, counter, 'a', decide, newMeta())).before.total).toBe(7);
    expect(decide.mock.calls.map(([{ total }]) => total)).toEqual([5, 6, 7]);
  });

  it('is rejected when what the other one did forbids it', async () => {
    await run(5);
    const racing = overtaken(1, () => run(-1));
    await expect(handle(racing, counter, 'a', add(-5), newMeta())).rejects.toMatchObject({ code: 'below_zero' });
    expect(totals()).toEqual([5, -1]);
  });

  it('is told so, when it named the revision it saw', async () => {
    await run(5);
    const decide = jest.fn(add(1));
    const racing = overtaken(1, () => run(1));
    await expect(handle(racing, counter, 'a', decide, newMeta(), 0)).rejects.toMatchObject({ expected: 0, actual: 1 });
    expect(decide).toHaveBeenCalledTimes(1);
    expect(totals()).toEqual([5, 1]);
  });

  it('gets its answer when the other one was itself, sent twice', async () => {
    const meta = newMeta();
    await run(5);
    const racing = overtaken(1, () => run(1, meta));
    expect((await handle(racing, counter, 'a', add(1), meta)).revision).toBe(1);
    expect(totals()).toEqual([5, 1]);
  });

  it('is not lost among very many on one stream', async () => {
    const all = await Promise.all(Array.from({ length: 48 }, () => run(1)));
    expect(all.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual(all.map((_, n) => n));
    expect((await load(log, counter, 'a')).state.total).toBe(48);
  });

  it('does not go on for ever', async () => {
    const racing = overtaken(Infinity, () => run(1));
    await expect(handle(racing, counter, 'a', add(1), newMeta())).rejects.toThrow(WrongRevision);
  });
});

describe('A command that names the revision it saw', () => {
  it('is refused before it is decided when the stream stands elsewhere', async () => {
    await run(5);
    await run(5);
    const decide = jest.fn(add(1));
    for (const expected of [-1, 0, 2])
      await expect(handle(log, counter, 'a', decide, newMeta(), expected)).rejects.toMatchObject({
        expected,
        actual: 1,
      });
    expect(decide).not.toHaveBeenCalled();
    expect((await run(1, newMeta(), 1)).revision).toBe(2);
  });

  it('can say that there is nothing yet', async () => {
    expect((await run(1, newMeta(), -1)).revision).toBe(0);
    await expect(run(1, newMeta(), -1)).rejects.toThrow(WrongRevision);
  });
});

it('A failure of the store is no lost race: it is the caller’s to see', async () => {
  const failing = overtaken(1, () => Promise.reject(new StoreUnavailable('full')));
  await expect(handle(failing, counter, 'a', add(1), newMeta())).rejects.toThrow('full');
  expect(shared.events).toEqual([]);
});

describe('Loading', () => {
  it('gives the state of a stream, and as it was known at a position', async () => {
    await run(1);
    await handle(log, counter, 'b', add(9), newMeta());
    const { position } = await run(2);
    await run(4);
    expect(await load(log, counter, 'a')).toMatchObject({ state: { total: 7 }, revision: 2, position: '4' });
    expect(await load(log, counter, 'a', position)).toMatchObject({ state: { total: 3 }, revision: 1, position });
    expect(await load(log, counter, 'a', '2')).toMatchObject({ state: { total: 1 }, revision: 0, position: '1' });
    expect(await load(log, counter, 'none')).toEqual({ state: counter.initial, revision: -1, position: null });
  });

  it('compares positions as numbers', async () => {
    for (let n = 0; n < 11; n++) await run(1);
    expect((await load(log, counter, 'a', '9')).state.total).toBe(9);
    expect((await load(log, counter, 'a', '10')).state.total).toBe(10);
  });
});

describe('A command on a stream that is kept', () => {
  let reads: number;
  /** The same log as another process sees it: it caches nothing of this process. */
  let elsewhere: Log;
  beforeEach(() => {
    elsewhere = log;
    const store = new MemoryEventStore(shared);
    reads = 0;
    const counting = Object.create(store, {
      read: { value: (...args: Parameters<typeof store.read>) => (reads++, store.read(...args)) },
      append: { value: store.append.bind(store), writable: true },
    }) as typeof store;
    log = { store: counting, codec: counterCodec, recent: recentStreams() };
  });
  const other = (amount: number, meta = newMeta()) => handle(elsewhere, counter, 'a', add(amount), meta);

  it('is decided without reading it, also when it is new', async () => {
    for (let n = 0; n < 5; n++) await run(1);
    expect(reads).toBe(0);
    expect(totals()).toEqual([1, 1, 1, 1, 1]);
  });

  it('is decided on what another process has done meanwhile', async () => {
    await run(5);
    await other(-5);
    await expect(run(-1)).rejects.toMatchObject({ code: 'below_zero' });
    expect((await run(2)).state.total).toBe(2);
    await other(1);
    expect((await run(2)).state.total).toBe(5);
    expect(totals()).toEqual([5, -5, 2, 1, 2]);
  });

  it('control: would be decided wrongly by a store that takes any revision', async () => {
    const { store } = log;
    const append = store.append.bind(store);
    store.append = (stream, _expected, ...more) => append(stream, shared.events.length - 1, ...more);
    await run(5);
    await other(-5);
    await run(-1);
    expect(totals()).toEqual([5, -5, -1]);
  });

  it('is refused only by what the stream has come to', async () => {
    await run(1);
    await other(4);
    expect((await run(-5)).state.total).toBe(0);
    await expect(run(-1)).rejects.toMatchObject({ code: 'below_zero' });
    expect(totals()).toEqual([1, 4, -5]);
  });

  it('that decides nothing answers where the stream stands', async () => {
    await run(1);
    const { revision, position, state } = await other(4);
    expect(await run(0)).toEqual({ before: state, state, revision, position });
  });

  it('can name a revision that another process has come to', async () => {
    await run(1);
    await other(4);
    await expect(run(1, newMeta(), 0)).rejects.toMatchObject({ expected: 0, actual: 1 });
    expect((await run(1, newMeta(), 1)).revision).toBe(2);
    await other(4);
    expect((await run(1, newMeta(), 3)).revision).toBe(4);
  });

  it('is recognised when it was given before, here or elsewhere', async () => {
    const [here, there, atOnce] = [newMeta(), newMeta(), newMeta()];
    const first = await run(5, here);
    const second = await other(6, there);
    expect(await run(6, there)).toEqual(second);
    expect(await run(5, here)).toEqual(first);
    const [one, again] = await Promise.all([run(1, atOnce), other(1, atOnce)]);
    expect(again).toEqual(one);
    expect(totals()).toEqual([5, 6, 1]);
  });

  it('whose id is derived, so that it may have been given before, reads a stream that is not kept', async () => {
    const meta = newMeta('3f2504e0-4f89-51d3-9a0c-0305e82c3301');
    const first = await other(5, meta);
    await other(1);
    const decide = jest.fn(add(7));
    expect(await handle(log, counter, 'a', decide, meta)).toEqual(first);
    expect(decide).not.toHaveBeenCalled();
  });

  it('that another process did meanwhile, on the same revision, is what was appended then, whatever is decided now', async () => {
    const meta = newMeta('3f2504e0-4f89-51d3-9a0c-0305e82c3302');
    await run(1);
    const first = await other(5, meta);
    expect(await run(7, meta)).toEqual(first);
    expect((await run(2)).before.total).toBe(6);
    expect(totals()).toEqual([1, 5, 2]);
  });

  it('whose append fails is not decided again', async () => {
    log.store.append = () => Promise.reject(new StoreUnavailable('full'));
    const decide = jest.fn(add(1));
    await expect(handle(log, counter, 'a', decide, newMeta())).rejects.toThrow('full');
    expect(decide).toHaveBeenCalledTimes(1);
  });

  it('does not copy what is known of a long one, nor read it', async () => {
    await other(1);
    await run(1);
    const { commands } = log.recent!.get('counter-a')!;
    reads = 0;
    for (let n = 0; n < 100; n++) await run(1);
    expect(log.recent!.get('counter-a')).toMatchObject({ revision: 101, state: { total: 102 } });
    expect(log.recent!.get('counter-a')!.commands).toBe(commands);
    expect([reads, commands.size]).toEqual([0, 102]);
  });

  it('keeps so many events in all, whatever the length of the streams', async () => {
    const recent = recentStreams(10_000, 20);
    for (const id of ['a', 'b', 'c'])
      for (let n = 0; n < 8; n++) await handle({ ...log, recent }, counter, id, add(1), newMeta());
    expect([...recent.keys()]).toEqual(['counter-c', 'counter-b']);
  });
});
