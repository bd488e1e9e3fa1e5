import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyLog } from './copy-log.js';
import { InvalidAppend, StoreUnavailable, type EventStore } from './event-store.js';
import { canonicalJson, chainHash, eventDigest, type Envelope } from './events.js';
import { newMeta } from './testing/counter.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';
import { verify } from './verify.js';

const STREAMS = 7;
let sourceLog: MemoryLog;
let targetLog: MemoryLog;
let source: MemoryEventStore;
let targetStore: MemoryEventStore;
/** The revision that comes next in each stream. */
let nextRevisions: Map<string, number>;
const begin = (events: readonly Envelope[] = []): void => {
  [sourceLog, targetLog] = [new MemoryLog(), new MemoryLog()];
  [source, targetStore] = [new MemoryEventStore(sourceLog), new MemoryEventStore(targetLog)];
  sourceLog.events.push(...events);
  nextRevisions = new Map(events.map(({ stream, revision }) => [stream, revision + 1]));
};
/** The events of the source as each test finds them. */
let first: readonly Envelope[];
beforeAll(async () => {
  begin();
  // Positions with gaps, as KurrentDB gives them.
  await say('s-0', 'first');
  sourceLog.events[0] = { ...sourceLog.events[0]!, position: '4096' };
  for (let n = 1; n <= 60; n++)
    await say(`s-${n % STREAMS}`, ...Array.from({ length: 20 }, (_, i) => `words ${n} ${i}`));
  first = sourceLog.events;
});
beforeEach(() => begin(first));

const saidEvent = (text: string) => ({ type: 't.Said', version: 1, data: canonicalJson({ text }) });
const append = async (stream: string, type: string, data: object[]): Promise<number> => {
  const revision = nextRevisions.get(stream) ?? 0;
  nextRevisions.set(stream, revision + data.length);
  const events = data.map((one) => ({ type, version: 1, data: canonicalJson(one) }));
  await source.append(stream, revision - 1, events, newMeta());
  return revision;
};
/** Appends to a stream of the source; its first event has the revision of the answer. */
const say = (stream: string, ...words: string[]): Promise<number> =>
  append(
    stream,
    't.Said',
    words.map((text) => ({ text })),
  );
const sayThatItIsBlanked = (stream: string, revision: number, left: object = {}): Promise<number> =>
  append(stream, 't.Blanked', [{ revision, reason: 'asked to', version: 1, left }]);
const blank = async (stream: string, revision: number): Promise<void> => {
  await sayThatItIsBlanked(stream, revision);
  await source.blank(stream, revision);
};
const change = (log: MemoryLog, index: number, changed: Partial<Envelope>) => {
  log.events[index] = { ...log.events[index]!, ...changed };
};
/** A store that does something else in some functions. */
const storeWith = (log: MemoryLog, otherwise: Partial<EventStore>): EventStore =>
  Object.assign(new MemoryEventStore(log), otherwise);
const rejectionReason = (copying: Promise<unknown>): Promise<string> =>
  copying.then(
    () => 'it was copied',
    (error: Error) => error.message,
  );

describe('Given a log and an empty store', () => {
  it('when it is copied, then the store holds the same events under its own identity, and both are sound', async () => {
    const steps: string[] = [];
    const { anchor, copied, sourceHead } = await copyLog(source, targetStore, (step, events) =>
      steps.push(`${step} ${events}`),
    );
    expect(targetLog.events).toEqual(sourceLog.events);
    expect([copied, sourceHead]).toEqual([1201, anchor.position]);
    expect([anchor.events, anchor.position]).toEqual([1201, await source.head()]);
    expect(await verify(targetStore, { anchor })).toEqual(await verify(source));
    expect(await targetStore.identity()).not.toBe(await source.identity());
    expect(steps).toEqual([
      ...['copying 500', 'copying 1000', 'copying 1201'],
      ...['checking 500', 'checking 1000', 'checking 1201'],
    ]);
  });

  it('when it is copied again, then nothing is written', async () => {
    await copyLog(source, targetStore);
    const never = () => Promise.reject(new Error('written'));
    const again = await copyLog(source, storeWith(targetLog, { takeOver: never, blank: never, append: never }));
    expect(again).toMatchObject({ copied: 0, anchor: { events: 1201 } });
    expect(targetLog.events).toEqual(sourceLog.events);
  });

  it('when the log is empty, too, then there is nothing to do', async () => {
    const nothing = { copied: 0, sourceHead: null, anchor: { events: 0, position: null } };
    expect(await copyLog(new MemoryEventStore(), targetStore)).toMatchObject(nothing);
  });

  it('when the copy has gone on by itself, then it can be copied further, and positions follow', async () => {
    await copyLog(source, targetStore);
    const last = Number(await targetStore.head());
    const { position } = await targetStore.append('s-1', nextRevisions.get('s-1')! - 1, [saidEvent('')], newMeta());
    expect(Number(position)).toBeGreaterThan(last);
    const third = new MemoryLog();
    expect(await copyLog(targetStore, new MemoryEventStore(third))).toMatchObject({ copied: 1202 });
    expect(third.events).toEqual(targetLog.events);
  });

  it('when events come that are larger or fewer than were asked for, then it is the same', async () => {
    const few = (log: MemoryLog) => {
      const store = new MemoryEventStore(log);
      return storeWith(log, { readAll: async (after, limit) => store.readAll(after, 1 + (limit % 37)) });
    };
    expect(await copyLog(few(sourceLog), targetStore)).toMatchObject({ copied: 1201 });
    expect(await copyLog(source, few(targetLog))).toMatchObject({ copied: 0 });
    expect(targetLog.events).toEqual(sourceLog.events);
  });
});

describe('Given a copy that was cut off', () => {
  /** A store that fails once so many events are written, in the middle of an append. */
  const failingAfter = (events: number): EventStore =>
    storeWith(targetLog, {
      takeOver: async (after, batch) => {
        const room = Math.max(0, events - targetLog.events.length);
        if (room < batch.length) {
          await targetStore.takeOver(after, batch.slice(0, room));
          throw new StoreUnavailable('gone');
        }
        return targetStore.takeOver(after, batch);
      },
    });

  it.each([0, 1, 499, 500, 501, 777, 1200])(
    'after %d events, when it is repeated, then only the rest is copied, and all is there',
    async (events) => {
      await expect(copyLog(source, failingAfter(events))).rejects.toThrow(StoreUnavailable);
      expect(targetLog.events).toEqual(sourceLog.events.slice(0, events));
      expect(await copyLog(source, targetStore)).toMatchObject({ copied: 1201 - events });
      expect(targetLog.events).toEqual(sourceLog.events);
    },
  );

  it('again and again, when the source grows meanwhile, then it comes to its end', async () => {
    for (let cut = 100; cut < 1300; cut += 400) {
      await expect(copyLog(source, failingAfter(cut))).rejects.toThrow('gone');
      await say(`s-${cut % STREAMS}`, 'later', 'and later');
    }
    expect((await copyLog(source, targetStore)).anchor.events).toBe(1207);
    expect(targetLog.events).toEqual(sourceLog.events);
  });
});

describe('Given a source that is being written to', () => {
  it('when it is copied, then it is copied as far as it was, and the rest when it is repeated', async () => {
    let reads = 0;
    const busy = storeWith(sourceLog, {
      readAll: async (after, limit) => {
        if (++reads % 2 === 0) await say(`s-${reads % STREAMS}`, 'meanwhile');
        return source.readAll(after, limit);
      },
    });
    const first = await copyLog(busy, targetStore);
    expect(first.anchor.events).toBeGreaterThanOrEqual(1201);
    expect(targetLog.events).toEqual(sourceLog.events.slice(0, first.anchor.events));
    expect(first.sourceHead).toBe(sourceLog.events.at(-1)!.position);
    expect(Number(first.sourceHead)).toBeGreaterThan(Number(first.anchor.position));
    expect((await copyLog(source, targetStore)).copied).toBe(sourceLog.events.length - first.anchor.events);
    expect(targetLog.events).toEqual(sourceLog.events);
  });
});

describe('Given a source that is not sound', () => {
  it.each<[string, string, () => void]>([
    ['data', 'the data is not what was recorded', () => change(sourceLog, 700, { data: '{"text":"else"}' })],
    ['meta', 'the hash chain of s-0 breaks', () => change(sourceLog, 700, { meta: newMeta() })],
    ['hash', 'the hash chain of s-0 breaks', () => change(sourceLog, 700, { hash: 'else' })],
    ['a time', 'recordedAt falls', () => change(sourceLog, 700, { recordedAt: '2001-01-01T00:00:00.000Z' })],
    [
      'the order',
      'goes from revision',
      () => sourceLog.events.splice(699, 2, sourceLog.events[700]!, sourceLog.events[699]!),
    ],
    ['a position', 'follows', () => change(sourceLog, 700, { position: sourceLog.events[699]!.position })],
  ])('when it is copied, then nothing from the bad event on is copied: %s', async (_what, message, tamper) => {
    const sound = [...sourceLog.events];
    tamper();
    const said = await rejectionReason(copyLog(source, targetStore));
    expect(said).toMatch(/^The source is not sound at position \d+: /);
    expect(said).toContain(message);
    expect(targetLog.events.length).toBeLessThan(700);
    expect(targetLog.events).toEqual(sound.slice(0, targetLog.events.length));
  });

  it('when an event is missing from the middle, then the copy ends before it', async () => {
    const [removed] = sourceLog.events.splice(700, 1);
    expect(await rejectionReason(copyLog(source, targetStore))).toContain(`${removed!.stream} goes from revision`);
    expect(Number(await targetStore.head())).toBeLessThan(Number(removed!.position));
  });

  it('since it was copied, when it is copied further, then that is said and nothing is copied', async () => {
    await copyLog(source, targetStore);
    const before = [...targetLog.events];
    await say('s-0', 'later');
    change(sourceLog, 700, { data: '{"text":"else"}' });
    const { position } = sourceLog.events[700]!;
    expect(await rejectionReason(copyLog(source, targetStore))).toContain(
      `The source is not sound at position ${position}: the data`,
    );
    expect(targetLog.events).toEqual(before);
  });

  it('when a payload was erased unexplained, before or after it was copied, then that is said', async () => {
    const { data, salt, position } = sourceLog.events[700]!;
    change(sourceLog, 700, { data: null, salt: '' });
    const unexplained = `The source is not sound at position ${position}: the payload was erased, and no later Blanked`;
    expect(await rejectionReason(copyLog(source, targetStore))).toContain(unexplained);
    const busy = storeWith(sourceLog, {
      readAll: (...args) => say('s-0', 'meanwhile').then(() => source.readAll(...args)),
    });
    expect(await rejectionReason(copyLog(busy, targetStore))).toContain(unexplained);
    change(sourceLog, 700, { data, salt });
    targetLog.events.length = 0;
    await copyLog(source, targetStore);
    change(sourceLog, 700, { data: null, salt: '' });
    expect(await rejectionReason(copyLog(source, targetStore))).toContain(unexplained);
    expect(targetLog.events[700]!.data).toBe(data);
  });
});

describe('Given a target that is no beginning of the source', () => {
  const expectRefusal = async (message: string): Promise<void> => {
    const before = [...targetLog.events];
    expect(await rejectionReason(copyLog(source, targetStore))).toContain(message);
    expect(targetLog.events).toEqual(before);
  };

  it('because it has an event of its own, when copied to, then it is left as it is', async () => {
    await targetStore.append('own', -1, [saidEvent('')], newMeta());
    await expectRefusal('at position 1 it holds own at revision 0, which the source does not have there');
  });

  it('because it went on by itself, when copied to, then it is left as it is, whether the source went on or not', async () => {
    await copyLog(source, targetStore);
    await targetStore.append('own', -1, [saidEvent('')], newMeta());
    await expectRefusal('it holds own at revision 0');
    await say('s-0', 'on and on');
    await expectRefusal('it holds own at revision 0');
  });

  it('because it has the same events at other positions, when copied to, then it is left as it is', async () => {
    const renumbered = sourceLog.events.slice(0, 300).map((e, n) => ({ ...e, position: String(n + 1) }));
    await targetStore.takeOver(null, renumbered);
    await expectRefusal('at position 1 it holds s-0 at revision 0, which the source does not have there');
  });

  it('because it lacks an event, when copied to, then it is left as it is', async () => {
    await targetStore.takeOver(null, sourceLog.events.slice(0, 600));
    targetLog.events.splice(300, 1);
    await expectRefusal('which the source does not have there');
  });

  it('because its words were changed or erased, when copied to, then that is said', async () => {
    await copyLog(source, targetStore);
    const { data, position } = targetLog.events[300]!;
    change(targetLog, 300, { data: '{}' });
    await expectRefusal(`The target is not sound at position ${position}: the data is not what was recorded`);
    change(targetLog, 300, { data: null });
    await expectRefusal(`The target is not sound at position ${position}: the payload was erased`);
    change(targetLog, 300, { data });
    await copyLog(source, targetStore);
  });

  it('because it is the source itself, when copied to, then that is refused', async () => {
    await say('s-0', 'more');
    expect(await rejectionReason(copyLog(source, new MemoryEventStore(sourceLog)))).toContain('one and the same log');
  });

  it('because someone else writes to it meanwhile, when copied to, then that is refused', async () => {
    const shared = storeWith(targetLog, {
      takeOver: async (after, batch) => {
        await targetStore.append(
          'own',
          targetLog.events.filter((e) => e.stream === 'own').length - 1,
          [saidEvent('mine')],
          newMeta(),
        );
        return targetStore.takeOver(after, batch);
      },
    });
    await expect(copyLog(source, shared)).rejects.toThrow(InvalidAppend);
    await expect(copyLog(source, new MemoryEventStore(targetLog))).rejects.toThrow('it holds own at revision 0');
    expect(targetLog.events.map(({ stream }) => stream)).toEqual(['own']);
  });
});

it('Given a copy that another one carries on meanwhile, when it is copied to, then that is refused', async () => {
  await targetStore.takeOver(null, sourceLog.events.slice(0, 700));
  const behind = storeWith(targetLog, { head: async () => sourceLog.events[299]!.position });
  await expect(copyLog(source, behind)).rejects.toThrow(InvalidAppend);
  expect(targetLog.events).toEqual(sourceLog.events.slice(0, 700));
});

describe('Given a target that does not keep what it is given', () => {
  it.each<[string, string, (e: Envelope) => Envelope]>([
    ['data', 'the data is not what was recorded', (e) => ({ ...e, data: '{}' })],
    ['its digest, too', 'the hash chain', (e) => ({ ...e, data: '{}', digest: eventDigest(e.salt, '{}') })],
    ['meta', 'the hash chain', (e) => ({ ...e, meta: newMeta() })],
    ['the time', 'the hash chain', (e) => ({ ...e, recordedAt: '2030-01-01T00:00:00.000Z' })],
    ['the chain', 'which the source does not have there', (e) => ({ ...e, hash: chainHash(null, e) })],
    ['payloads', 'the payload was erased', (e) => ({ ...e, data: null, salt: '' })],
  ])('when a log is copied to it, then that is noticed: %s', async (_what, message, altered) => {
    const bad = (batch: readonly Envelope[]) => batch.map((e, n) => (n === 30 ? altered(e) : e));
    const altering = storeWith(targetLog, { takeOver: (after, batch) => targetStore.takeOver(after, bad(batch)) });
    expect(await rejectionReason(copyLog(source, altering))).toContain(message);
  });

  it('when it leaves out the last event, then that is noticed', async () => {
    const bad = storeWith(targetLog, { takeOver: (after, batch) => targetStore.takeOver(after, batch.slice(0, -1)) });
    expect(await rejectionReason(copyLog(source, bad))).not.toBe('it was copied');
  });
});

describe('Given words that were blanked', () => {
  const words = (log: MemoryLog) => log.events.map(({ data }) => data ?? '').join();
  const expectErased = () => {
    expect(targetLog.events).toEqual(sourceLog.events);
    expect(words(targetLog)).not.toContain('Jo Doe');
  };
  let person: number;
  beforeEach(async () => {
    person = await say('s-3', 'about Jo Doe', 'and more');
  });

  it('when the log is copied, then they do not travel', async () => {
    await blank('s-3', person);
    await copyLog(source, targetStore);
    expectErased();
  });

  it('after they were copied, when the copy goes on, then they are erased there', async () => {
    await copyLog(source, targetStore);
    expect(words(targetLog)).toContain('Jo Doe');
    await blank('s-3', person);
    await say('s-4', 'later');
    expect(await copyLog(source, targetStore)).toMatchObject({ copied: 2 });
    expectErased();
  });

  it('when the copy was cut off before they were erased, then they are when it is repeated', async () => {
    await copyLog(source, targetStore);
    await blank('s-3', person);
    const cut = storeWith(targetLog, { blank: () => Promise.reject(new StoreUnavailable('gone')) });
    await expect(copyLog(source, cut)).rejects.toThrow('gone');
    expect(targetLog.events.length).toBe(sourceLog.events.length);
    expect(words(targetLog)).toContain('Jo Doe');
    expect(await copyLog(source, targetStore)).toMatchObject({ copied: 0 });
    expect(targetLog.events).toEqual(sourceLog.events);
  });

  it('while the log is being copied, whenever that is, then they are erased in the end', async () => {
    for (let at = 0; at < 6; at++) {
      const stream = `t-${at}`;
      await say(stream, `about Doe-${at}-`);
      let reads = 0;
      const busy = storeWith(sourceLog, {
        readAll: async (after, limit) => {
          const page = await source.readAll(after, limit);
          if (reads++ === at) await blank(stream, 0);
          return page;
        },
      });
      const target = new MemoryLog();
      await copyLog(busy, new MemoryEventStore(target));
      expect(reads).toBeGreaterThan(at);
      const isThere = target.events.some((e) => e.stream === stream && e.type === 't.Blanked');
      if (isThere) expect(words(target)).not.toContain(`Doe-${at}-`);
      await copyLog(source, new MemoryEventStore(target));
      expect(target.events).toEqual(sourceLog.events);
      expect(words(target)).not.toContain(`Doe-${at}-`);
    }
  });

  it('but not yet erased in the source (a crash came between), then they are erased in the target', async () => {
    await copyLog(source, targetStore);
    await sayThatItIsBlanked('s-3', person);
    await copyLog(source, targetStore);
    expect(words(targetLog)).not.toContain('Jo Doe');
    expect(words(sourceLog)).toContain('Jo Doe');
    await source.blank('s-3', person);
    await copyLog(source, targetStore);
    expect(targetLog.events).toEqual(sourceLog.events);
  });

  it('by an event that was itself blanked later, then they are erased, too', async () => {
    await copyLog(source, targetStore);
    const blanking = await sayThatItIsBlanked('s-3', person, { why: 'Jo Doe asked' });
    await source.blank('s-3', person);
    await sayThatItIsBlanked('s-3', blanking, { revision: person, reason: '…', version: 1, left: {} });
    await source.blank('s-3', blanking);
    await copyLog(source, targetStore);
    expectErased();
  });
});
