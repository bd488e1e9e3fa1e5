import { beforeEach, describe, expect, it } from '@jest/globals';
import { Digests, type Algorithm } from './digests.js';
import { chainParts, chainHash, eventDigest, type Envelope } from './events.js';
import { newMeta } from './testing/counter.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';
import { verify, type Anchor } from './verify.js';

let log: MemoryLog;
let store: MemoryEventStore;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-01T12:00:00.000Z');
  log = new MemoryLog();
  store = new MemoryEventStore(log, () => now++);
  // Positions 1 to 8: a0 a1 b0 a2 b1 c0 c1 a3
  await append('a', -1, 2);
  await append('b', -1, 1);
  await append('a', 1, 1);
  await append('b', 0, 1);
  await append('c', -1, 2);
  await append('a', 2, 1);
});

const append = (stream: string, expected: number, count: number) =>
  store.append(
    stream,
    expected,
    Array.from({ length: count }, (_, n) => ({ type: 't.E', version: 1, data: `{"n":${n}}` })),
    newMeta(),
  );
const change = (position: number, changed: Partial<Envelope>) => {
  log.events[position - 1] = { ...log.events[position - 1]!, ...changed };
};
/** Appends a Blanked event. */
const appendBlanked = (stream: string, expected: number, data: object) =>
  store.append(stream, expected, [{ type: 't.Blanked', version: 1, data: JSON.stringify(data) }], newMeta());
/** … and erases the event that it names. */
const blank = async (stream: string, expected: number, data: { revision: number; left?: object }) => {
  await appendBlanked(stream, expected, data);
  await store.blank(stream, data.revision);
};
const anchored = async (): Promise<Anchor> => {
  const verdict = await verify(store);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.anchor;
};

describe('Verifying', () => {
  it('finds nothing wrong with a log as it was written, and gives its anchor', async () => {
    const verdict = await verify(store);
    expect(verdict).toMatchObject({ ok: true, blanked: 0, anchor: { position: '8', events: 8 } });
    expect(await verify(store, { anchor: await anchored() })).toEqual(verdict);
  });

  describe('of a log whose algorithm was changed', () => {
    /** An event as software whose present algorithm is another one would have written it. */
    const hashed = (e: Envelope, previous: string | null, by: Algorithm): Envelope => {
      const digests = new Digests(by);
      const anew = { ...e, digest: digests.of(e.salt + e.data) };
      const [before, after] = chainParts(anew);
      return { ...anew, hash: digests.of(`${previous ?? ''}${before}${e.recordedAt}${after}`) };
    };
    beforeEach(() => change(8, hashed(log.events[7]!, log.events[3]!.hash, 'sha512')));

    it('finds nothing wrong, also after what follows by the former one, and keeps to anchors of before', async () => {
      expect(log.events[7]!.hash).toMatch(/^sha512:/);
      const anchor = await anchored();
      const byAnother: Anchor = {
        ...anchor,
        heads: new Digests('sha384').piecewise((told) => {
          for (const e of [7, 4, 6].map((n) => log.events[n]!)) told.update(`${e.stream}\n${e.revision}\n${e.hash}\n`);
        }),
      };
      await append('a', 3, 1);
      expect(log.events[8]!.hash).not.toContain(':');
      expect(await verify(store, { anchor })).toMatchObject({ ok: true });
      expect(await verify(store, { anchor: byAnother })).toMatchObject({ ok: true });
    });

    it.each<[string, (e: Envelope) => Partial<Envelope>, RegExp]>([
      ['its data was altered', () => ({ data: '{"n":7}' }), /data is not what was recorded/],
      ['its time was altered', () => ({ recordedAt: '2030-01-01T00:00:00.000Z' }), /hash chain of a breaks/],
      ['it says another algorithm', ({ hash }) => ({ hash: hash.replace('512', '384') }), /hash chain of a breaks/],
      [
        'it says one that nobody knows',
        ({ hash }) => ({ hash: hash.replace('sha512', 'sha9') }),
        /sha9, which this version/,
      ],
    ])('finds out that %s', async (_, altered, reason) => {
      change(8, altered(log.events[7]!));
      expect(await verify(store)).toMatchObject({ ok: false, position: '8', reason: expect.stringMatching(reason) });
    });

    it('says of an anchor by an algorithm that it does not know that it cannot be checked', async () => {
      const anchor = { ...(await anchored()), heads: 'sha9:of something' };
      expect(await verify(store, { anchor })).toMatchObject({ ok: false, reason: expect.stringMatching(/sha9/) });
    });
  });

  it('finds nothing wrong with times that fall from one stream to another, as in a log that was kept in KurrentDB', async () => {
    await append('later', -1, 1);
    const event = { ...log.events[8]!, recordedAt: '2026-03-01T11:59:59.999Z' };
    change(9, { ...event, hash: chainHash(null, event) });
    expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 9 } });
  });

  it('finds nothing wrong with an empty log, whatever is then written', async () => {
    const empty = new MemoryLog();
    const verdict = await verify(new MemoryEventStore(empty));
    expect(verdict).toMatchObject({ ok: true, anchor: { position: null, events: 0 } });
    if (verdict.ok) expect(await verify(store, { anchor: verdict.anchor })).toMatchObject({ ok: true });
  });

  it('accepts an anchor that the log has grown beyond', async () => {
    const anchor = await anchored();
    await append('d', -1, 3);
    expect(await verify(store, { anchor })).toMatchObject({ ok: true, anchor: { position: '11', events: 11 } });
  });

  it('counts blanked events, and accepts them when a later Blanked event names them', async () => {
    await blank('b', 1, { revision: 0 });
    await blank('a', 3, { revision: 3 });
    expect(await verify(store)).toMatchObject({ ok: true, blanked: 2, toErase: [] });
    await append('b', 2, 1);
    expect(await verify(store, { anchor: await anchored() })).toMatchObject({ ok: true, blanked: 2 });
  });

  it('accepts a Blanked event that was blanked itself, as long as what is left names what it named', async () => {
    await blank('b', 1, { revision: 0 });
    await blank('b', 2, { revision: 2, left: { revision: 0 } });
    expect(await verify(store)).toMatchObject({ ok: true, blanked: 2, toErase: [] });
  });

  it('names the Blanked events whose payload is still there', async () => {
    await blank('b', 1, { revision: 0 });
    await appendBlanked('a', 3, { revision: 1 });
    expect(await verify(store)).toMatchObject({ ok: true, blanked: 1, toErase: ['10'] });
  });

  it('tells how far it is', async () => {
    for (let n = 0; n < 6; n++) await append(`many-${n}`, -1, 300);
    const told: [number, string][] = [];
    await verify(store, { onProgress: (events, position) => void told.push([events, position]) });
    expect(told).toEqual([
      [1000, '1000'],
      [1808, '1808'],
    ]);
  });
});

describe('Verifying names the first bad position when', () => {
  const finds = async (position: string | null, reason: string | RegExp, anchor?: Anchor) => {
    expect(await verify(store, { anchor })).toEqual({
      ok: false,
      position,
      reason: expect.stringMatching(reason),
      events: expect.any(Number),
    });
  };

  it('data was altered', async () => {
    change(4, { data: '{"n":7}' });
    change(7, { data: '{}' });
    await finds('4', 'data is not what was recorded');
  });

  it('data was altered and its digest made to fit', async () => {
    const { salt } = log.events[3]!;
    change(4, { data: '{"n":7}', digest: eventDigest(salt, '{"n":7}') });
    await finds('4', 'hash chain of a breaks at revision 2');
  });

  it('data was altered and one hash made to fit', async () => {
    const [before, event] = [log.events[1]!, log.events[3]!];
    const altered = { ...event, data: '{"n":7}', digest: eventDigest(event.salt, '{"n":7}') };
    change(4, { ...altered, hash: chainHash(before.hash, altered) });
    await finds('8', 'hash chain of a breaks at revision 3');
  });

  it.each<[string, Partial<Envelope>]>([
    ['actor', { meta: { ...newMeta('c'), actor: 'someone' } }],
    ['type', { type: 't.Other' }],
    ['version', { version: 2 }],
    ['id', { id: '01920000-0000-8000-8000-000000000000' }],
    ['time', { recordedAt: '2026-03-01T12:00:00.004Z' }],
    ['hash', { hash: 'x' }],
  ])('the %s of an event was changed', async (_, changed) => {
    change(5, changed);
    await finds('5', 'hash chain of b breaks at revision 1');
  });

  it.each<[string, () => unknown, string, string]>([
    ['blanked without its digest', () => change(5, { data: null, digest: '' }), '5', 'hash chain of b breaks'],
    ['removed from the middle', () => log.events.splice(3, 1), '8', 'a goes from revision 1 to 3'],
    ['removed, and was a first one', () => log.events.splice(2, 1), '5', 'b goes from revision -1 to 1'],
    ['moved to another stream', () => change(8, { stream: 'c', revision: 2 }), '8', 'chain of c breaks at revision 2'],
    ['doubled', () => log.events.push({ ...log.events[7]!, position: '9' }), '9', 'a goes from revision 3 to 3'],
  ])('an event was %s', async (_, tamper, position, reason) => {
    tamper();
    await finds(position, reason);
  });

  it('a payload was erased and no Blanked event says why', async () => {
    await blank('b', 1, { revision: 0 });
    for (const [stream, revision] of [
      ['c', 1],
      ['a', 2],
    ] as const)
      await store.blank(stream, revision);
    await finds('4', 'the payload was erased, and no later Blanked event says why');
  });

  it.each<[string, string, number, object]>([
    ['of another stream', 'c', 1, { revision: 2 }],
    ['for another event', 'a', 3, { revision: 1 }],
    ['for what is left of another', 'a', 3, { revision: 1, left: { revision: 2 } }],
  ])('a payload was erased and there is a Blanked event only %s', async (_, stream, expected, data) => {
    await store.blank('a', 2);
    await appendBlanked(stream, expected, data);
    await finds('4', 'the payload was erased');
  });

  it('a payload was erased and the Blanked event came before it', async () => {
    await appendBlanked('a', 3, { revision: 5 });
    await append('a', 4, 1);
    expect(await verify(store)).toMatchObject({ ok: true });
    await store.blank('a', 5);
    await finds('10', 'the payload was erased');
  });

  it('a Blanked event was blanked and nothing is left of what it named', async () => {
    await blank('b', 1, { revision: 0 });
    await blank('b', 2, { revision: 2, left: {} });
    await finds('3', 'the payload was erased');
  });

  it('an event was removed and the revisions were closed up', async () => {
    log.events.splice(3, 1);
    log.events[6] = { ...log.events[6]!, revision: 2 };
    await finds('8', 'hash chain of a breaks at revision 2');
  });

  it('two events of a stream were swapped', async () => {
    const [first, second] = [log.events[0]!, log.events[1]!];
    log.events.splice(0, 2, { ...second, position: '1' }, { ...first, position: '2' });
    await finds('1', 'a goes from revision -1 to 1');
  });

  it('the contents of two events were swapped', async () => {
    const [one, other] = [log.events[5]!, log.events[6]!];
    change(6, { data: other.data, salt: other.salt });
    change(7, { data: one.data, salt: one.salt });
    await finds('6', 'data is not what was recorded');
  });

  it('an event was put in', async () => {
    const forged = { ...log.events[7]!, revision: 4, position: '9' };
    log.events.push({ ...forged, hash: chainHash(null, forged) });
    await finds('9', 'hash chain of a breaks at revision 4');
  });

  it('positions do not rise', async () => {
    // A store that reads its log in another order than that of positions.
    const wrong = Object.assign(Object.create(store) as MemoryEventStore, {
      readAll: async (after: string | null) =>
        after === null ? log.events.toSpliced(5, 2, log.events[6]!, log.events[5]!) : [],
    });
    expect(await verify(wrong)).toMatchObject({ ok: false, position: '7', reason: 'c goes from revision -1 to 1' });
    wrong.readAll = async (after) =>
      after === null ? log.events.map((e, n) => (n === 4 ? { ...e, position: '4' } : e)) : [];
    expect(await verify(wrong)).toMatchObject({ ok: false, position: '4', reason: 'position 4 follows 4' });
  });

  it('recordedAt falls within a stream, even if every hash fits', async () => {
    const event = { ...log.events[1]!, recordedAt: '2026-03-01T11:59:59.999Z' };
    change(2, { ...event, hash: chainHash(log.events[0]!.hash, event) });
    await finds('2', 'recordedAt falls from 2026-03-01T12:00:00.000Z to 2026-03-01T11:59:59.999Z in a');
  });

  describe('and only with an anchor', () => {
    it.each([1, 3, 8])('the last %d events were cut off', async (count) => {
      const anchor = await anchored();
      log.events.splice(8 - count);
      expect(await verify(store)).toMatchObject({ ok: true });
      await finds(log.events.at(-1)?.position ?? null, "ends before the anchor's position 8", anchor);
    });

    it.each<[string, () => unknown]>([
      ['a stream was removed as a whole', () => log.events.splice(5, 2)],
      [
        'the tail was cut off and written anew',
        async () => {
          log.events.splice(6);
          await append('c', 0, 1);
          await append('a', 2, 1);
        },
      ],
      [
        'the whole log was written anew',
        () => {
          let hash: string | null = null;
          log.events.splice(0, 8, ...log.events.map((e, n) => ({ ...e, stream: 'a', revision: n })));
          log.events.forEach((e, n) =>
            change(n + 1, { hash: (hash = chainHash(hash, { ...e, hash: '' } as Envelope)) }),
          );
        },
      ],
    ])('%s', async (_, tamper) => {
      const anchor = await anchored();
      await tamper();
      expect(await verify(store)).toMatchObject({ ok: true });
      await finds('8', 'not what the anchor was made of', anchor);
    });
  });
});
