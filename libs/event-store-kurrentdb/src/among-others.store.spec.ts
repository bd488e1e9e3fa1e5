/** A log beside the streams of others, and events taken over from another log. */
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  chainHash,
  eventDigest,
  eventId,
  newSalt,
  NO_STREAM,
  PAGE_BYTES,
  StoreUnavailable,
  verify,
  type Envelope,
} from '#eventsourcing';
import { proposed } from '../../../test/support/kurrentdb-double-log.js';
import { type AppendFate } from '../../../test/support/kurrentdb-double.js';
import { pagesOf } from '../../eventsourcing/src/testing/appending.js';
import {
  newDouble,
  newStore,
  bareAppend,
  bareClient,
  newMeta,
  event,
  number,
  append,
  allEventsOf,
  failure,
  answerOf,
  PATIENT,
  connected,
  QUICK,
  WITH_ATTEMPTS,
  waitUntil,
  follow,
  expectFollowed,
  newPrefix,
  withPrefix,
  stopKept,
} from './testing/stores.js';

// All wait at once: each has servers of its own.
afterAll(stopKept);

describe('Among the streams of others', () => {
  it.concurrent('the log is read as if it were alone, in pages of any size', async () => {
    const double = await newDouble();
    const store = newStore(double.url, { ...PATIENT, markEvery: 4 });
    const following = follow(store);
    for (let n = 0; n < 12; n++) {
      await append(store, `s${n % 3}`, Math.floor(n / 3) - 1, newMeta(), [event(n)]);
      double.foreign(n * 7);
      double.log.append('followthroughs', 'any', [proposed('x', { n })]);
    }
    const numbers = Array.from({ length: 12 }, (_, n) => n);
    const late = newStore(double.url);
    for (const reader of [store, late])
      for (const page of [1, 5, 12]) expect((await pagesOf(reader, page)).flat().map(number)).toEqual(numbers);
    await expectFollowed(following, late);
    await expectFollowed(follow(late), store);
  });

  it.concurrent('a mark is set beyond a long stretch of theirs, and whoever opens the log begins there', async () => {
    const double = await newDouble();
    const prefix = newPrefix();
    const store = newStore(withPrefix(double.url, prefix), { ...PATIENT, markEveryBytes: 100_000n });
    const { position } = await append(store, 's');
    follow(store);
    double.foreign(2_000);
    const end = double.log.end;
    const marks = (): { reached: string }[] =>
      (double.log.stream(`${prefix.slice(0, -1)}~marks`) ?? []).map(
        ({ data }) => JSON.parse(Buffer.from(data).toString()) as { reached: string },
      );
    await waitUntil(() => {
      double.foreign(40);
      return marks().some(({ reached }) => BigInt(reached.split(':')[0]!) >= end);
    });
    const pages: bigint[] = [];
    const { page } = double.log;
    double.log.page = function (from, ...more) {
      pages.push(from.commit);
      return page.call(this, from, ...more);
    };
    const late = newStore(withPrefix(double.url, prefix));
    expect(await late.head()).toBe(position);
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((from) => from < end)).toEqual([]);
    double.log.page = page;
    expect(await allEventsOf(late)).toHaveLength(1);
  });

  it.concurrent('an event of theirs under our prefix is refused by name', async () => {
    const double = await newDouble();
    await bareAppend(bareClient(double), 'followthrough.s');
    await expect(newStore(double.url).head()).rejects.toThrow(
      'followthrough.s at revision 0 was not written by Followthrough',
    );
  });

  it.concurrent('data stands in the server as JSON, as it was given', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    const data = ['{"a":1,"b":"移"}', '{ "b" : 1.0 }'];
    const events = data.map((text) => ({ ...event(), data: text }));
    await append(store, 's', NO_STREAM, newMeta(), events);
    const stored = double.log.stream('followthrough.s')!;
    expect(stored.map((e) => [e.json, Buffer.from(e.data).toString()])).toEqual([
      [true, data[0]],
      [false, data[1]],
    ]);
    expect(stored.map(({ type }) => type)).toEqual(['test.Happened', 'test.Happened']);
  });

  it.concurrent('what is blanked is gone from every answer, and still in the server’s own log', async () => {
    const double = await newDouble();
    const store = newStore(double.url);
    await append(store, 's', NO_STREAM, newMeta(), [{ ...event(), data: '{"name":"Jo Doe"}' }]);
    await store.blank('s', 0);
    expect(JSON.stringify([await store.read('s'), await allEventsOf(store)])).not.toContain('Jo Doe');
    expect(Buffer.from(double.log.stream('followthrough.s')![0]!.data).toString()).toContain('Jo Doe');
  });
});

describe('Large events', () => {
  const LARGE = 800_000;
  it.concurrent('are read in pages that end by their size, of one event at least, and all of them', async () => {
    const double = await newDouble();
    const writer = newStore(double.url, { ...PATIENT, markEvery: 5 });
    const texts = Array.from({ length: 12 }, (_, n) => ({
      ...event(),
      data: JSON.stringify({ n, text: 'x'.repeat(LARGE) }),
    }));
    for (const [n, text] of texts.entries())
      await append(writer, `s${n % 3}`, Math.floor(n / 3) - 1, newMeta(), [text]);
    for (const reader of [writer, newStore(double.url)]) {
      const pages = await pagesOf(reader, 100);
      expect(pages.flat().map(number)).toEqual(texts.map((_, n) => n));
      for (const page of pages) expect(page.length * LARGE).toBeLessThan(PAGE_BYTES + LARGE);
      expect(pages.length).toBeGreaterThan(1);
    }
  });
});

describe('Events of another log', () => {
  /** Some streams in turn, at positions far ahead of where this server has them. */
  function another(count: number): Envelope[] {
    const last = new Map<string, Envelope>();
    return Array.from({ length: count }, (_, n) => {
      const stream = `s${Math.floor(n / 2) % 3}`;
      const before = last.get(stream);
      const meta = newMeta();
      const [salt, data] = [newSalt(), JSON.stringify({ n })];
      const identified = {
        id: eventId(meta.commandId, stream, 0),
        stream,
        revision: (before?.revision ?? NO_STREAM) + 1,
        type: 'test.Happened',
        version: 1,
        digest: eventDigest(salt, data),
        meta,
        recordedAt: new Date(Date.UTC(2026, 2, 1) + n).toISOString(),
      };
      const hash = chainHash(before?.hash ?? null, identified);
      const envelope = { ...identified, position: String(10_000_000 + n * 10), data, salt, hash };
      last.set(stream, envelope);
      return envelope;
    });
  }

  it.concurrent.each<AppendFate>(['unanswered', 'lost', 'reset', 'failed'])(
    'are there once when the answer to the second of them is %s, and the log goes on after them',
    async (fate) => {
      const double = await newDouble();
      const [store, other] = [await connected(double.url, WITH_ATTEMPTS), newStore(double.url)];
      const taken = another(12);
      await store.takeOver(null, taken.slice(0, 2));
      double.appendsAre(fate, 1);
      await store.takeOver(taken[1]!.position, taken.slice(2));
      expect(await allEventsOf(other)).toEqual(taken);
      expect(await store.readAll('10000001', 3)).toEqual(taken.slice(1, 4));
      const { position } = await append(other, 's0', 3);
      expect(BigInt(position)).toBeGreaterThan(BigInt(taken.at(-1)!.position));
      expect((await allEventsOf(store)).at(-1)!.position).toBe(position);
      expect((await store.read('s0')).at(-1)!.position).toBe(position);
      expect(await newStore(double.url).head()).toBe(position);
      expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 13 } });
    },
  );

  it.concurrent('are taken over from where it broke off', async () => {
    const double = await newDouble();
    const store = newStore(double.url, QUICK);
    const taken = another(12);
    await answerOf(() => store.head());
    await double.stop();
    expect(await failure(store.takeOver(null, taken))).toBeInstanceOf(StoreUnavailable);
    await double.restart();
    const empty = newStore(withPrefix(double.url, newPrefix()));
    await empty.takeOver(null, taken.slice(0, 5));
    const head = await empty.head();
    await empty.takeOver(head, taken.slice(taken.findIndex(({ position }) => position === head) + 1));
    expect(await allEventsOf(empty)).toEqual(taken);
  });

  it.concurrent('keep their positions for whoever begins at a mark', async () => {
    const double = await newDouble();
    const options = { ...PATIENT, markEvery: 3 };
    const store = newStore(double.url, options);
    const taken = another(20);
    await store.takeOver(null, taken);
    for (let n = 0; n < 10; n++) await append(store, 'own', n - 1);
    const all = await allEventsOf(store);
    await waitUntil(() => (double.log.stream('followthrough~marks') ?? []).length > 3);
    const late = newStore(double.url, options);
    expect(await late.head()).toBe(all.at(-1)!.position);
    for (const [n, { position }] of all.entries())
      expect(await late.readAll(position, 4)).toEqual(all.slice(n + 1, n + 5));
    expect(await late.read('own')).toEqual(all.slice(20));
  });
});
