import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeAll } from './blanking.js';
import { handle, load, recentStreams, type Log, type RecentStreams } from './command-handling.js';
import { StoreUnavailable } from './event-store.js';
import { canonicalJson, type Meta, type NewEvent, type Recorded } from './events.js';
import { Projector } from './projector.js';
import { newMeta } from './testing/counter.js';
import { blanked, guestBook, guestBookCodec, signed, type GuestBookEvents } from './testing/guest-book.js';
import { MemoryEventStore, MemoryLog } from './testing/memory-event-store.js';
import { verify } from './verify.js';

let shared: MemoryLog;
let store: MemoryEventStore;
let log: Log & { recent: RecentStreams };
beforeEach(() => {
  shared = new MemoryLog();
  store = new MemoryEventStore(shared);
  log = { store, codec: guestBookCodec, recent: recentStreams(10) };
});

const asSecretariat = (): Meta => newMeta();
const asAgency = (): Meta => ({ ...newMeta(), agency: 'IOM', role: 'focal_point' });
const give = (events: readonly NewEvent<GuestBookEvents>[], meta = asAgency(), id = 'a') =>
  handle(log, guestBook, id, () => events, meta);
/** Writes events as any version of the software may have, without erasing anything. */
const append = (expected: number, ...events: (NewEvent<GuestBookEvents> & { version?: number })[]) =>
  store.append(
    'guests-a',
    expected,
    events.map(({ name, data, version = name === 'Signed' ? 2 : 1 }) => ({
      type: `guests.${name}`,
      version,
      data: canonicalJson(data),
    })),
    newMeta(),
  );
const payloads = () => shared.events.map(({ data }) => data);
const decoded = async () => decodeAll(log, await store.read('guests-a'));
/** Events as they are read one by one, so that nothing else of their stream is at hand. */
const decodedAlone = async (): Promise<Recorded[]> =>
  (await Promise.all(shared.events.map((event) => decodeAll(log, [event])))).flat();

describe('Decoding', () => {
  it('reads an erased payload as what is left of it, and says by what and why', async () => {
    await append(-1, signed('Jo', 3), signed('Li', 4));
    await append(1, blanked(0, 3));
    await store.blank('guests-a', 0);
    const { recordedAt } = shared.events[2]!;
    const [jo, li, why] = await decoded();
    expect(jo).toMatchObject({ name: 'Signed', revision: 0, position: '1', data: { name: '…', stars: 3 } });
    expect(jo!.blanked).toEqual({ revision: 2, reason: 'asked to', recordedAt });
    expect(li).toMatchObject({ data: { name: 'Li', stars: 4 } });
    expect([li, why].map((event) => 'blanked' in event!)).toEqual([false, false]);
    expect(await decodedAlone()).toEqual([jo, li, why]);
  });

  it('upcasts what is left from the version it has, which need not be that of the event', async () => {
    const old = { ...signed('Jo'), data: { name: 'Jo' } as never, version: 1 };
    const left = (version: number, data: object) =>
      ({ name: 'Blanked', data: { revision: version - 1, reason: 'x', version, left: data } }) as const;
    await append(-1, old, old, old);
    await append(2, left(1, { name: 'first' }), left(2, { name: 'second', stars: 2 }));
    await store.blank('guests-a', 0);
    await store.blank('guests-a', 1);
    expect((await decoded()).slice(0, 3).map(({ data, version }) => ({ data, version }))).toEqual([
      { data: { name: 'first', stars: null }, version: 1 },
      { data: { name: 'second', stars: 2 }, version: 1 },
      { data: { name: 'Jo', stars: null }, version: 1 },
    ]);
  });

  it('reads a stream the same before and after the payload is erased', async () => {
    await append(-1, signed('Jo'), blanked(0));
    const before = await decoded();
    expect(before[0]!.data).toEqual({ name: '…', stars: 5 });
    await store.blank('guests-a', 0);
    expect(await decoded()).toEqual(before);
  });

  it('keeps the streams of a log apart, and their order', async () => {
    await give([signed('Jo')]);
    await give([signed('Li')], asAgency(), 'b');
    await give([signed('Wu')], asAgency(), 'ab');
    await give([blanked(0)], asSecretariat(), 'b');
    const read = await decodeAll(log, shared.events);
    expect(read.map(({ stream, data }) => [stream, (data as { name?: string }).name])).toEqual([
      ['guests-a', 'Jo'],
      ['guests-b', '…'],
      ['guests-ab', 'Wu'],
      ['guests-b', undefined],
    ]);
  });

  it('believes the last of several, and one that was blanked itself as far as it is left', async () => {
    await append(-1, signed('Jo', 1), blanked(0, 2, 'Jo asked'), signed('Li', 1), blanked(2, 2), blanked(2, 3));
    const { data } = blanked(0, 4, 'a guest asked');
    await append(4, { name: 'Blanked', data: { revision: 1, reason: 'a name', version: 1, left: data } });
    for (const revision of [0, 1, 2]) await store.blank('guests-a', revision);
    for (const [jo, first, li] of [await decoded(), await decodedAlone()]) {
      expect(jo).toMatchObject({ data: { stars: 4 }, blanked: { revision: 1, reason: 'a guest asked' } });
      expect(first).toMatchObject({ data, blanked: { revision: 5, reason: 'a name' } });
      expect(li).toMatchObject({ data: { stars: 3 }, blanked: { revision: 4 } });
    }
  });

  it.each<[string, readonly NewEvent<GuestBookEvents>[]]>([
    ['nothing says so', [signed('Jo'), signed('Li')]],
    ['it is another that is named', [signed('Jo'), signed('Li'), blanked(0)]],
    ['what names it comes before it', [blanked(1), signed('Li')]],
  ])('is refused for an erased payload when %s', async (_, events) => {
    await append(-1, ...events);
    await store.blank('guests-a', 1);
    await expect(decoded()).rejects.toThrow(
      'The payload of guests-a at revision 1 (position 2) was erased unexplained.',
    );
    await expect(load(log, guestBook, 'a')).rejects.toThrow('erased unexplained');
  });
});

describe('A command that blanks', () => {
  it('has the payload erased; the state, now and as known before, has only what is left', async () => {
    const { position } = await give([signed('Jo', 3), signed('Li', 4)]);
    const { state } = await give([blanked(0, 3)], asSecretariat());
    expect(payloads().map((data) => data === null)).toEqual([true, false, false]);
    expect(state.map(({ name, stars }) => [name, stars])).toEqual([
      ['…', 3],
      ['Li', 4],
    ]);
    expect((await load(log, guestBook, 'a')).state).toEqual(state);
    expect((await load(log, guestBook, 'a', position)).state).toEqual(state);
    expect(await verify(store)).toMatchObject({ ok: true, blanked: 1, toErase: [] });
  });

  it('has nothing erased when it is refused', async () => {
    await give([signed('Jo'), signed('Li')]);
    await expect(handle(log, guestBook, 'a', () => [blanked(0)], newMeta(), 7)).rejects.toThrow('revision 1, not 7');
    for (const revision of [2, -1, 0.5])
      await expect(give([signed('Li'), blanked(revision)])).rejects.toThrow('which is not before it');
    expect(payloads()).toEqual(['{"name":"Jo","stars":5}', '{"name":"Li","stars":5}']);
  });

  describe('and is interrupted before the payload is erased', () => {
    const meta = newMeta();
    const interrupted = async () => {
      await give([signed('Jo', 3)]);
      jest.spyOn(store, 'blank').mockRejectedValueOnce(new StoreUnavailable('killed'));
      await expect(give([blanked(0, 3)], meta)).rejects.toThrow('killed');
      expect(await verify(store)).toMatchObject({ ok: true, blanked: 0, toErase: ['2'] });
    };

    it('shows nothing of it already', async () => {
      await interrupted();
      expect((await load(log, guestBook, 'a')).state).toMatchObject([{ name: '…', stars: 3 }]);
    });

    it.each([
      ['when it is repeated', () => give([blanked(0, 3)], meta)],
      ['by the next command, whatever that is', () => give([signed('Li')])],
    ])('has it erased %s', async (_, next) => {
      await interrupted();
      expect((await next()).state[0]).toMatchObject({ name: '…', stars: 3 });
      expect(payloads()[0]).toBeNull();
      expect(await verify(store)).toMatchObject({ ok: true, blanked: 1, toErase: [] });
    });
  });
});

it('A state kept in memory is that of a fresh load, after every command and whoever gave it', async () => {
  await give([signed('Jo', 3), signed('Li', 4)]);
  await give([signed('Wu')], asSecretariat());
  await give([blanked(0, 3)], asSecretariat());
  await give([signed('Di')]);
  const { state, revision } = log.recent.get('guests-a')!;
  expect(state).toStrictEqual((await load(log, guestBook, 'a')).state);
  expect(revision).toBe(4);
  const [iom, secretariat] = [asAgency(), asSecretariat()].map(({ agency, role }) => ({ agency, role }));
  expect((state as { by: object }[]).map((entry) => entry.by)).toStrictEqual([iom, iom, secretariat, iom]);
});

it('A projection is given what is left, also when what says so comes much later or is nothing it hears', async () => {
  await give([signed('Jo', 3), signed('Li', 4)]);
  const many = Array.from({ length: 100 }, () => signed('many'));
  for (let n = 0; n < 6; n++) await give(many, asAgency(), 'b');
  await give([blanked(0, 3)], asSecretariat());
  const heard: Recorded[] = [];
  const on = { 'guests.Signed': (event: Recorded) => void heard.push(event) };
  const projector = new Projector(log, [{ name: 'all', version: 1, on }]);
  await projector.start();
  await projector.stop();
  expect(heard).toHaveLength(602);
  expect(heard[0]).toMatchObject({ data: { name: '…', stars: 3 }, blanked: { revision: 2, reason: 'asked to' } });
  expect(heard[1]).toMatchObject({ data: { name: 'Li', stars: 4 } });
});
