/**
 * The contract of every event store, sentence by sentence. An adapter's spec runs it in one line, `storeContract(name, open)`.
 * Each case names the broken stores on which it must fail; `storeContractControls(open)` proves, on any good adapter, that
 * it does.
 */
import { describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import {
  InvalidAppend,
  isStreamName,
  MAX_APPEND_BYTES,
  NO_STREAM,
  NoSuchEvent,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EventStore,
} from '../event-store.js';
import {
  canonicalJson,
  chainHash,
  eventDigest,
  eventId,
  newSalt,
  type EncodedEvent,
  type Envelope,
  type Meta,
} from '../events.js';
import { verify } from '../verify.js';
import { newMeta, failure } from './appending.js';
import * as broken from './broken-stores.js';
import { idleTime, TURN_MS, Turns, type TestedLog } from './tested-log.js';

/** A case, on one connection, on two, or on those that it opens itself. */
type Case = { readonly failsOn: readonly broken.BrokenStore[] } & (
  | { onOne(store: EventStore, log: TestedLog): Promise<void> }
  | { onTwo(store: EventStore, other: EventStore, log: TestedLog): Promise<void> }
  | { run(log: TestedLog): Promise<void> }
);

/** Runs the contract on an adapter, or the sentences of it that match. */
export function storeContract(name: string, open: () => Promise<TestedLog>, only = /^/): void {
  describe(`The store contract: ${name}`, () => {
    const cases = Object.entries(contract).filter(([sentence]) => only.test(sentence));
    it.each(cases)('%s', (_, one) => runOn(open, one));
  });
}

/** Proves on top of a good adapter that each case of the contract fails on the stores that are broken in its respect. */
export function storeContractControls(open: () => Promise<TestedLog>): void {
  describe('A store fails the contract', () => {
    const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const faults = new Map(Object.entries(broken).map(([name, store]) => [store, inWords(name)]));
    const controls = Object.entries(contract).flatMap(([sentence, one]) =>
      one.failsOn.map((breaking) => [faults.get(breaking), sentence, one, breaking] as const),
    );
    /** The patience with a broken store, in ms; a good one passes every case with it. */
    const short = 200;
    // At once: on a broken store a case mostly waits in vain.
    it.concurrent.each(controls)('when it %s: %s', async (_fault, _sentence, one, breaking) => {
      const error = await failure(runOn(async () => breaking(await open()), one, short));
      // An assertion of the case must have failed: a control that merely crashes would prove nothing.
      expect(error).toHaveProperty('matcherResult.pass');
    });

    it.concurrent('but not when it is wrapped like these and does nothing wrong', async () => {
      const inNoWay = async () => broken.inNoWay(await open());
      await Promise.all(Object.values(contract).map((one) => runOn(inNoWay, one, short)));
    });

    it('and no case is without such a store', () => {
      expect(Object.keys(contract).filter((sentence) => contract[sentence]!.failsOn.length === 0)).toEqual([]);
    });

    it('and no broken store is left unused', () => {
      const used = new Set(Object.values(contract).flatMap(({ failsOn }) => failsOn));
      expect(Object.values(broken).filter((store) => store !== broken.inNoWay && !used.has(store))).toEqual([]);
    });
  });
}

/** Of the case that runs: its clock, the time, in ms, that a subscription may take to give its events, and its end. */
const running = new AsyncLocalStorage<{
  readonly clock: Turns;
  readonly patience: number;
  readonly end: AbortSignal;
}>();
const now = (): number => running.getStore()!.clock.ms;
const patience = (): number => running.getStore()!.patience;

async function runOn(open: () => Promise<TestedLog>, one: Case, ms = 2_000): Promise<void> {
  const [clock, ended] = [new Turns(), new AbortController()];
  const log = await open();
  try {
    await running.run({ clock, patience: ms, end: ended.signal }, async () => {
      if ('run' in one) return one.run(log);
      const store = await log.connect();
      return 'onOne' in one ? one.onOne(store, log) : one.onTwo(store, await log.connect(), log);
    });
  } finally {
    clock.end();
    ended.abort();
    await log.remove();
  }
}

const event = (data: object = {}): EncodedEvent => ({ type: 'test.Happened', version: 1, data: canonicalJson(data) });
const events = (count: number): EncodedEvent[] => Array.from({ length: count }, (_, n) => event({ n }));
/** An event that makes an append, together with `meta`, exactly so many bytes large. */
const eventOfSize = (bytes: number, meta: Meta, character = 'a'): EncodedEvent => {
  const room = bytes - Buffer.byteLength(JSON.stringify(meta)) - Buffer.byteLength(event({ text: '' }).data);
  const size = Buffer.byteLength(character);
  return event({ text: character.repeat(Math.floor(room / size)) + 'a'.repeat(room % size) });
};

const allEvents = async (store: EventStore, page = 1000): Promise<Envelope[]> => {
  const all: Envelope[] = [];
  for (let batch; (batch = await store.readAll(all.at(-1)?.position ?? null, page)).length > 0;) {
    all.push(...batch);
    if (all.length >= 100_000) expect(all.length).toBeLessThan(100_000);
  }
  return all;
};
const number = ({ data }: Envelope): number => (JSON.parse(data!) as { n: number }).n;

async function refusesAsWrong(append: Promise<unknown>, stream: string, expected: number, actual: number) {
  const error = await failure(append);
  expect(error).toBeInstanceOf(WrongRevision);
  expect(error).toMatchObject({ stream, expected, actual });
}

async function refusesAsInvalid(store: EventStore, stream: string, appended: EncodedEvent[], meta = newMeta()) {
  expect(await failure(store.append(stream, NO_STREAM, appended, meta))).toBeInstanceOf(InvalidAppend);
  expect(await store.head()).toBeNull();
}

/** An event of another log; `ms` after noon it was recorded there. */
interface ForeignEvent {
  readonly stream: string;
  readonly position: number;
  readonly ms?: number;
  readonly data?: object;
  readonly meta?: Meta;
  readonly type?: string;
  readonly version?: number;
  readonly isBlanked?: boolean;
}

/** The content of another log, its chain in order. Events of one command in one stream have the same `meta`. */
function otherLog(events: readonly ForeignEvent[]): Envelope[] {
  const last = new Map<string, { readonly event: Envelope; readonly index: number }>();
  return events.map(
    ({ stream, position, ms = 0, data = {}, meta = newMeta(), type = 'test.Happened', version = 1, ...e }) => {
      const before = last.get(stream);
      const index = before?.event.meta === meta ? before.index + 1 : 0;
      const salt = newSalt();
      const identified = {
        id: eventId(meta.commandId, stream, index),
        stream,
        revision: (before?.event.revision ?? NO_STREAM) + 1,
        type,
        version,
        digest: eventDigest(salt, canonicalJson(data)),
        meta,
        recordedAt: new Date(NOON + ms).toISOString(),
      };
      const words = e.isBlanked ? { data: null, salt: '' } : { data: canonicalJson(data), salt };
      const hash = chainHash(before?.event.hash ?? null, identified);
      const event = { ...identified, position: String(position), ...words, hash };
      last.set(stream, { event, index });
      return event;
    },
  );
}

/** A log as another store gives it: positions far apart, times that fall from stream to stream, a blanked event. */
function anotherLog(): Envelope[] {
  const meta = newMeta();
  return otherLog([
    { stream: 'book-a', position: 7, ms: 0, data: { n: 0 } },
    { stream: 'book-b', position: 1_048_576, ms: 500, data: { n: 1 }, meta },
    { stream: 'book-b', position: 1_048_600, ms: 500, data: { n: 2 }, meta },
    { stream: 'book-a', position: 4_294_967_296, ms: 200, data: { name: 'Jo Doe' }, isBlanked: true },
    { stream: 'book-a', position: 4_294_967_297, ms: 700, data: { revision: 1 }, type: 'test.Blanked' },
    { stream: 'note.a', position: 7_000_000_000_000_000, ms: 1000, data: { n: 3 }, version: 3 },
  ]);
}

/** In ms of a machine that has nothing else to do; a late answer takes three times as long. */
const SOON_MS = 1_000;
const LATE = Symbol('late');
async function answeredWithin<T>(ms: number, promise: Promise<T>): Promise<T> {
  const result = await Promise.race([promise, idleTime(ms).then(() => LATE)]);
  expect(result).not.toBe(LATE);
  return result as T;
}

interface Following {
  readonly batches: Envelope[][];
  readonly times: number[];
  /** The subscription's end; the error when it fails. */
  readonly ended: Promise<unknown>;
  readonly stop: () => void;
  /** Waits until so many events have come, or patience is at its end. */
  got(count: number): Promise<Envelope[]>;
}

interface Follower {
  readonly batchSize?: number;
  /** Works a batch off. */
  readonly work?: () => Promise<unknown>;
  /** Ends the subscription with its first batch. */
  readonly leaves?: boolean;
  readonly aborted?: boolean;
}

/** Subscribes and collects, until it is stopped or the case ends. */
function follow(
  store: EventStore,
  after: string | null,
  { batchSize, work, leaves, aborted }: Follower = {},
): Following {
  const abort = new AbortController();
  if (aborted) abort.abort();
  const [batches, times]: [Envelope[][], number[]] = [[], []];
  const signal = AbortSignal.any([abort.signal, running.getStore()!.end]);
  const collect = async (): Promise<void> => {
    for await (const batch of store.subscribe(after, signal, batchSize)) {
      batches.push(batch);
      times.push(now());
      if (leaves) abort.abort();
      await work?.();
    }
  };
  const ended = failure(collect());
  return {
    batches,
    times,
    ended,
    stop: () => abort.abort(),
    got: async (count) => {
      for (let left = patience(); left > 0; left -= TURN_MS, await sleep(TURN_MS))
        if (batches.flat().length >= count) break;
      return batches.flat();
    },
  };
}

/** Writers on several connections at once, each append as often again as it loses a race. */
async function writeAtOnce(stores: readonly EventStore[], writers: number, appends: number): Promise<Appended[]> {
  const write = async (store: EventStore, writer: number): Promise<Appended[]> => {
    const done: Appended[] = [];
    for (let n = 0; n < appends;) {
      const stream = `shared-${(writer + n) % 3}`;
      const revision = (await store.read(stream)).at(-1)?.revision ?? NO_STREAM;
      if (n % 4 === 0) await nextTurn();
      const result = await store.append(stream, revision, events(1 + (n % 3)), newMeta()).catch((error: unknown) => {
        if (error instanceof WrongRevision) return null;
        throw error;
      });
      if (result) {
        done.push(result);
        n++;
      }
    }
    return done;
  };
  return (
    await Promise.all(stores.flatMap((store) => Array.from({ length: writers }, (_, w) => write(store, w))))
  ).flat();
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** A connection that listens idly, and how long events of `writer` take to reach it. */
async function delayOfEvents(reader: EventStore, writer: EventStore): Promise<number> {
  const following = follow(reader, null);
  const delays: number[] = [];
  for (let n = 0; n < 5; n++) {
    await sleep(70);
    await writer.append('s', n - 1, events(1), newMeta());
    const written = now();
    await following.got(n + 1);
    delays.push((following.times[n] ?? Infinity) - written);
    if (delays[n] === Infinity) break;
  }
  return delays.includes(Infinity) ? Infinity : median(delays);
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const DAY = 86_400_000;
const NOON = Date.parse('2026-03-01T12:00:00.000Z');

export const contract: { readonly [sentence: string]: Case } = {
  // --- the expected revision -----------------------------------------------------------------------------------------
  'the first append expects NO_STREAM, and an append answers with the revision and position of its last event': {
    failsOn: [broken.answersWithTheFirstRevision, broken.answersWithTheFirstPosition],
    async onOne(store) {
      const first = await store.append('s', NO_STREAM, events(3), newMeta());
      const second = await store.append('s', 2, events(2), newMeta());
      const written = await store.read('s');
      expect(first).toEqual({ revision: 2, position: written[2]?.position });
      expect(second).toEqual({ revision: 4, position: written[4]?.position });
    },
  },
  'an append that expects less than the stream has is refused with WrongRevision, and nothing is written': {
    failsOn: [broken.ignoresTheExpectedRevision],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(3), newMeta());
      await refusesAsWrong(store.append('s', 1, events(2), newMeta()), 's', 1, 2);
      await refusesAsWrong(store.append('s', 0, events(2), newMeta()), 's', 0, 2);
      expect(await store.read('s')).toHaveLength(3);
    },
  },
  'an append that expects more than the stream has is refused with WrongRevision, and nothing is written': {
    failsOn: [broken.takesARevisionAhead],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(3), newMeta());
      await refusesAsWrong(store.append('s', 3, events(2), newMeta()), 's', 3, 2);
      await refusesAsWrong(store.append('s', 9_999_999, events(2), newMeta()), 's', 9_999_999, 2);
      expect(await store.read('s')).toHaveLength(3);
    },
  },
  'an append that expects NO_STREAM is refused when there is one': {
    failsOn: [broken.takesNoStreamAsAny],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(1), newMeta());
      await refusesAsWrong(store.append('s', NO_STREAM, events(1), newMeta()), 's', NO_STREAM, 0);
      expect(await store.read('s')).toHaveLength(1);
    },
  },
  'an append that expects a revision is refused when there is no such stream': {
    failsOn: [broken.takesARevisionOfAMissingStream],
    async onOne(store) {
      await refusesAsWrong(store.append('s', 0, events(1), newMeta()), 's', 0, NO_STREAM);
      expect(await store.head()).toBeNull();
    },
  },
  'what is not a revision is refused: there is no word for "any"': {
    failsOn: [broken.takesMinusTwoAsAny],
    async onOne(store) {
      for (const expected of [-2, -3, -4, 0.5, NaN, Infinity, 2 ** 60, undefined as never, null as never])
        expect(await failure(store.append('s', expected, events(1), newMeta()))).toBeInstanceOf(InvalidAppend);
      expect(await store.head()).toBeNull();
    },
  },
  'of many appends at once that expect the same revision one is written, the others are refused': {
    failsOn: [broken.letsTheLosersOfARaceWrite],
    async onOne(store) {
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.append('s', NO_STREAM, events(2), newMeta())),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of all) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongRevision);
      expect(await store.read('s')).toHaveLength(2);
    },
  },
  'the expected revision is checked against what every connection has written': {
    failsOn: [broken.checksAgainstItsOwnMemory],
    async onTwo(one, other) {
      await one.append('s', NO_STREAM, events(1), newMeta());
      await other.append('s', 0, events(1), newMeta());
      await refusesAsWrong(one.append('s', 0, events(1), newMeta()), 's', 0, 1);
      const all = await Promise.allSettled(
        [one, other, one, other].map((store) => store.append('s', 1, events(1), newMeta())),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await one.read('s')).toHaveLength(3);
      expect(await other.read('s')).toEqual(await one.read('s'));
    },
  },

  // --- the same command again ----------------------------------------------------------------------------------------
  'the same command, stream and expected revision again give the earlier result, and nothing is written twice': {
    failsOn: [broken.forgetsCommands, broken.writesARepeatedCommandAgain],
    async onOne(store) {
      const meta = newMeta();
      const first = await store.append('s', NO_STREAM, events(2), meta);
      expect(await failure(store.append('s', NO_STREAM, events(2), meta))).toBeNull();
      expect(await store.append('s', NO_STREAM, events(2), meta)).toEqual(first);
      expect(await allEvents(store)).toHaveLength(2);
    },
  },
  'a repeated command gets its earlier result also when later events follow': {
    failsOn: [broken.recognisesOnlyTheLastAppend, broken.answersARepeatedCommandWithTheEnd],
    async onOne(store) {
      const meta = newMeta();
      await store.append('s', NO_STREAM, events(1), newMeta());
      const first = await store.append('s', 0, events(2), meta);
      await store.append('s', 2, events(3), newMeta());
      await store.append('other', NO_STREAM, events(1), meta);
      expect(await store.append('s', 0, events(2), meta).catch(String)).toEqual(first);
      expect(await allEvents(store)).toHaveLength(7);
    },
  },
  'a repeated command gets its earlier result also from another connection': {
    failsOn: [broken.remembersOnlyItsOwnCommands],
    async run(log) {
      const meta = newMeta();
      const first = await (await log.connect()).append('s', NO_STREAM, events(2), meta);
      const other = await log.connect();
      expect(await other.append('s', NO_STREAM, events(2), meta).catch(String)).toEqual(first);
      expect(await allEvents(other)).toHaveLength(2);
    },
  },
  'a command sent several times at once is written once, and every sender gets its result': {
    failsOn: [broken.refusesACommandUnderWay],
    async onTwo(one, other) {
      const meta = newMeta();
      const sent = [one, other, one, one, other].map((store) =>
        store.append('s', NO_STREAM, events(2), meta).catch(String),
      );
      const results = await Promise.all(sent);
      const written = await one.read('s');
      expect(written).toHaveLength(2);
      expect(results).toEqual(Array(5).fill({ revision: 1, position: written[1]!.position }));
    },
  },
  'a known command with another expected revision is refused with WrongRevision': {
    failsOn: [broken.recognisesACommandAtAnyRevision],
    async onOne(store) {
      const meta = newMeta();
      await store.append('s', NO_STREAM, events(1), newMeta());
      await store.append('s', 0, events(3), meta);
      await store.append('s', 3, events(1), newMeta());
      await refusesAsWrong(store.append('s', NO_STREAM, events(3), meta), 's', NO_STREAM, 4);
      await refusesAsWrong(store.append('s', 1, events(3), meta), 's', 1, 4);
      await refusesAsWrong(store.append('s', 2, events(1), meta), 's', 2, 4);
      await refusesAsWrong(store.append('s', 3, events(3), meta), 's', 3, 4);
      await refusesAsWrong(store.append('s', 7, events(3), meta), 's', 7, 4);
      expect(await store.read('s')).toHaveLength(5);
    },
  },
  'a repeated command gets its earlier result, however many events it has this time, and whatever they say': {
    failsOn: [broken.answersForAsManyEventsAsItIsGiven, broken.refusesACommandThatGrew],
    async onOne(store) {
      const meta = newMeta();
      await store.append('s', NO_STREAM, events(1), newMeta());
      const first = await store.append('s', 0, events(2), meta);
      await store.append('s', 2, events(1), newMeta());
      for (const again of [events(1), events(3), events(5), [event({ n: 'else' }), event()]])
        expect(await store.append('s', 0, again, meta).catch(String)).toEqual(first);
      expect((await store.read('s')).map(number)).toEqual([0, 0, 1, 0]);
    },
  },
  'the same command in another stream is another append': {
    failsOn: [broken.recognisesACommandInAnyStream],
    async onOne(store) {
      const meta = newMeta();
      await store.append('one', NO_STREAM, events(1), meta);
      await store.append('other', NO_STREAM, events(2), meta);
      expect(await store.read('other')).toHaveLength(2);
      expect(await allEvents(store)).toHaveLength(3);
    },
  },
  'an append whose answer was lost is read back before it is answered': {
    failsOn: [broken.takesALostAnswerForAFailure],
    async onOne(store, log) {
      await store.append('s', NO_STREAM, events(1), newMeta());
      log.loseNextAnswer();
      const result = await answeredWithin(15_000, store.append('s', 0, events(2), newMeta()).catch(String));
      const written = await store.read('s');
      expect(written).toHaveLength(3);
      expect(result).toEqual({ revision: 2, position: written[2]!.position });
    },
  },

  'of two streams with the same commands, each append is recognised in its own': {
    failsOn: [broken.recognisesACommandInAnyStream, broken.recognisesACommandAtAnyRevision],
    async onOne(store) {
      const metas = [newMeta(), newMeta()];
      const done: [string, number, Meta, Appended][] = [];
      for (const [n, meta] of metas.entries())
        for (const stream of ['a', 'b'])
          done.push([stream, 2 * n - 1, meta, await store.append(stream, 2 * n - 1, events(2), meta)]);
      for (const [stream, expected, meta, first] of [...done, ...done.toReversed()])
        expect(await store.append(stream, expected, events(2), meta).catch(String)).toEqual(first);
      await refusesAsWrong(store.append('a', NO_STREAM, events(2), metas[1]!), 'a', NO_STREAM, 3);
      await refusesAsWrong(store.append('b', 0, events(1), metas[0]!), 'b', 0, 3);
      expect(await allEvents(store)).toHaveLength(8);
    },
  },

  // --- all or nothing ------------------------------------------------------------------------------------------------
  'all events of an append are written, in their order, next to each other in the log': {
    failsOn: [broken.writesHalfOfAnAppend, broken.reversesAnAppend, broken.mixesAppends],
    async onOne(store) {
      await Promise.all([
        store.append('a', NO_STREAM, events(5), newMeta()),
        store.append('b', NO_STREAM, events(5), newMeta()),
        store.append('c', NO_STREAM, events(5), newMeta()),
      ]);
      for (const stream of ['a', 'b', 'c']) expect((await store.read(stream)).map(number)).toEqual([0, 1, 2, 3, 4]);
      expect((await allEvents(store)).map(number)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    },
  },
  'an append with one event that cannot be taken is not written at all': {
    failsOn: [broken.writesUpToTheBadEvent],
    async onOne(store) {
      await refusesAsInvalid(store, 's', [...events(2), event({ text: 'a\0b' })]);
    },
  },
  'a reader never sees a part of an append': {
    failsOn: [broken.writesOneByOne],
    async onTwo(store, reader) {
      const seen = new Set<number>();
      const writing = (async () => {
        for (let n = 0; n < 10; n++) await store.append('s', n * 4 - 1, events(4), newMeta());
      })();
      for (let done = false; !done; await nextTurn()) {
        done = await Promise.race([writing.then(() => true), nextTurn(false)]);
        seen.add((await reader.read('s')).length % 4).add((await store.readAll(null, 100)).length % 4);
      }
      expect(await reader.read('s')).toHaveLength(40);
      expect([...seen]).toEqual([0]);
    },
  },
  'more than 100 appends at once on a fresh connection are all answered, and written as they were answered': {
    failsOn: [broken.answersOnlyAHundredAtOnce, broken.mixesUpAnswers],
    async onOne(store) {
      const sent = Array.from({ length: 250 }, (_, n) => store.append(`s${n}`, NO_STREAM, [event({ n })], newMeta()));
      const answers = await answeredWithin(patience() * 4, Promise.all(sent));
      const written = await allEvents(store);
      expect(written).toHaveLength(250);
      const at = new Map(written.map((e) => [number(e), e.position]));
      expect(answers).toEqual(answers.map((_, n) => ({ revision: 0, position: at.get(n) })));
    },
  },
  'a hundred appends at once to one stream, each after the one before, are written in their order': {
    failsOn: [broken.mixesUpAnswers],
    async onOne(store) {
      const sent = Array.from({ length: 100 }, (_, n) =>
        store.append('s', n - 1, [event({ n })], newMeta()).catch((error: unknown) => {
          if (!(error instanceof WrongRevision)) throw error;
        }),
      );
      const answers = await answeredWithin(patience() * 4, Promise.all(sent));
      const written = await store.read('s');
      expect(written.map(({ revision, position }) => ({ revision, position }))).toEqual(answers.filter((a) => a));
      expect(written.map(number)).toEqual(written.map((_, n) => n));
      expect(written.length).toBeGreaterThan(0);
    },
  },
  'an append has at least one event': {
    failsOn: [broken.takesEmptyAppends],
    onOne: async (store) => refusesAsInvalid(store, 's', []),
  },

  // --- appends -------------------------------------------------------------------------------------------------------
  'an append of exactly 900 kB, data and meta together, is taken': {
    failsOn: [broken.refusesTheLimitItself, broken.cutsLargeData],
    async onOne(store) {
      const meta = newMeta();
      const large = eventOfSize(MAX_APPEND_BYTES, meta);
      expect(await failure(store.append('s', NO_STREAM, [large], meta))).toBeNull();
      expect((await store.read('s'))[0]?.data === large.data).toBe(true);
    },
  },
  'an append of one byte more is refused': {
    failsOn: [broken.hasNoLimit],
    async onOne(store) {
      const meta = newMeta();
      await refusesAsInvalid(store, 's', [eventOfSize(MAX_APPEND_BYTES + 1, meta)], meta);
    },
  },
  'the limit counts bytes, not characters': {
    failsOn: [broken.countsCharacters],
    async onOne(store) {
      const meta = newMeta();
      await refusesAsInvalid(store, 's', [eventOfSize(MAX_APPEND_BYTES + 1, meta, '移')], meta);
    },
  },
  'the limit holds for all events of an append together': {
    failsOn: [broken.limitsEachEventAlone],
    async onOne(store) {
      const meta = newMeta();
      const third = eventOfSize(MAX_APPEND_BYTES / 3, meta);
      await refusesAsInvalid(store, 's', [third, third, eventOfSize(MAX_APPEND_BYTES / 3 + 1, meta)], meta);
      await store.append('s', NO_STREAM, [third, third, third], meta);
      expect(await store.read('s')).toHaveLength(3);
    },
  },
  'what cannot be taken is refused before anything is sent': {
    failsOn: [broken.sendsBeforeItLooks],
    async onOne(store) {
      const meta = newMeta();
      await store.close();
      const refused = [
        () => store.append('s', NO_STREAM, [eventOfSize(MAX_APPEND_BYTES + 1, meta)], meta),
        () => store.append('s', NO_STREAM, [], meta),
        () => store.append('no name', NO_STREAM, events(1), meta),
      ];
      for (const append of refused) expect(await failure(append())).toBeInstanceOf(InvalidAppend);
    },
  },
  'a stream name is 1 to 200 of A-Z a-z 0-9 . _ / -, and each is a stream of its own': {
    failsOn: [broken.takesOnlyShortNames, broken.foldsTheCaseOfNames, broken.readsByPrefix],
    async onOne(store) {
      const long = 'a'.repeat(199);
      const names = [
        's',
        'S',
        'sS',
        '0',
        'a/b',
        'a.b',
        'a_b',
        'a-b',
        'A/RES/58/208',
        '-',
        '..',
        '/',
        `${long}b`,
        `${long}c`,
      ];
      for (const [n, name] of names.entries()) {
        expect(isStreamName(name)).toBe(true);
        expect(await failure(store.append(name, NO_STREAM, [event({ n })], newMeta()))).toBeNull();
      }
      for (const [n, name] of names.entries())
        expect((await store.read(name)).map((e) => [e.stream, number(e)])).toEqual([[name, n]]);
    },
  },
  'any other stream name is refused': {
    failsOn: [broken.rewritesStreamNames],
    async onOne(store) {
      for (const name of ['', 'a'.repeat(201), 'a b', ' a', 'a\n', 'ä', '*', '%', 'a\0', '$all', 'a:b', "a'b", '移民'])
        await refusesAsInvalid(store, name, events(1));
    },
  },
  'text with U+0000 is refused, in values, keys and meta': {
    failsOn: [broken.dropsNul],
    async onOne(store) {
      for (const data of [{ a: '\0' }, { a: ['x', { b: 'x\0y' }] }, { 'a\0': 1 }, { a: '\\\0' }, { a: '\\\\\0' }])
        await refusesAsInvalid(store, 's', [event(data)]);
      await refusesAsInvalid(store, 's', [{ ...event(), type: 'test.A\0' }]);
      await refusesAsInvalid(store, 's', events(1), newMeta(uuidv7(), { actor: 'a\0' }));
      await refusesAsInvalid(store, 's', events(1), newMeta(uuidv7(), { correlationId: '\0' }));
    },
  },
  'text with a lone surrogate is refused, escaped or not, in values, keys and meta': {
    failsOn: [broken.replacesLoneSurrogates],
    async onOne(store) {
      const escaped = [
        '{"a":"\\ud800"}',
        '{"a":"x\\uDFFFy"}',
        '{"\\udc00":1}',
        '{"a":"\\ude00\\ud83d"}',
        '{"a":"\\\\\\ud800"}',
      ];
      for (const data of [...escaped, '{"a":"\ud800"}', '{"a":["\udfff"]}', '{"\udc00":1}'])
        await refusesAsInvalid(store, 's', [{ ...event(), data }]);
      await refusesAsInvalid(store, 's', [{ ...event(), type: 'test.A\ud800' }]);
      await refusesAsInvalid(store, 's', events(1), newMeta(uuidv7(), { actor: 'a\ud83d' }));
    },
  },
  'a backslash before the letters u0000 is text like any other': {
    failsOn: [broken.takesBackslashesForNul],
    async onOne(store) {
      const data = { path: 'C:\\u0000', regex: '\\ud800', more: '\\\\u0000', pair: '😀' };
      expect(
        await failure(store.append('s', NO_STREAM, [event(data)], newMeta(undefined, { actor: 'a\\u0000' }))),
      ).toBeNull();
      const [written] = await store.read('s');
      expect(JSON.parse(written!.data!)).toEqual(data);
      expect(written!.meta.actor).toBe('a\\u0000');
    },
  },

  // --- reads ---------------------------------------------------------------------------------------------------------
  'data comes back byte for byte': {
    failsOn: [broken.normalisesText, broken.parsesAndPrintsData],
    async onOne(store) {
      const data = {
        text: 'Żółć — 移民 🧳🏿‍♀️ مهاجرون \u00e9 e\u0301 \u2028\u2029\u200f\u001f\u007f\ufeff\uffff 𝒳 "\\/"',
        numbers: [0, -1.5, 1e21, 1e-7, 9007199254740991, 4.9e-324],
        nested: { aa: [[[]], {}], b: null, B: [true, false], '': 'no name', ['__proto__']: 1, é: 2, '10': 3, '9': 4 },
      };
      const spaced = '{ "b" : 1.0,\n\t"a":"\\u00e9\\ud83d\\ude00\\/" , "b2":[ ] }';
      await store.append('s', NO_STREAM, [event(data), { ...event(), data: spaced }], newMeta());
      const written = [await store.read('s'), await store.readAll(null, 10)];
      for (const read of written) expect(read.map((e) => e.data)).toEqual([canonicalJson(data), spaced]);
    },
  },
  'text stays text and numbers stay numbers, whatever a driver might take them for': {
    failsOn: [broken.revivesDates, broken.takesTextForNumbers, broken.parsesAndPrintsData],
    async onOne(store) {
      const texts = [
        ...['2026-03-01T12:00:00.000Z', '2026-03-01', '12:00', '1e400', '-0', '007', '9007199254740993', '1_000'],
        ...['null', 'true', 'NaN', '{}', '{1,2}', '[]', '"', '\\x6162', '0x10', "'; --", '$1', '%s', ':a', '?', ''],
        ...['a8098c1a-f86e-11da-bd1a-00112444be1e', ' spaced ', 'ends with CRLF\r\n', 'x'.repeat(5000)],
      ];
      const numbers = [2 ** 53, 2 ** 60, -(2 ** 63), 1e300, 1.7976931348623157e308, 5e-324, -0, 1 / 3, 100, 1e2];
      for (const [n, text] of texts.entries())
        await store.append(
          's',
          n - 1,
          [event({ text, [text]: [text] })],
          newMeta(uuidv7(), { actor: text, role: text }),
        );
      const exact = [event({ numbers }), { ...event(), data: '{"n":9007199254740993,"e":1e400,"z":-0,"d":1,"d":2}' }];
      await store.append('numbers', NO_STREAM, exact, newMeta());
      const written = await allEvents(store);
      expect(written.slice(0, texts.length).map(({ data, meta }) => [data, meta.actor, meta.role])).toEqual(
        texts.map((text) => [canonicalJson({ text, [text]: [text] }), text, text]),
      );
      expect(written.slice(texts.length).map(({ data }) => data)).toEqual(exact.map(({ data }) => data));
    },
  },
  'type, version and meta come back as they were given': {
    failsOn: [broken.losesTheCause, broken.losesTheTrace, broken.callsEverythingVersionOne],
    async onOne(store) {
      const given = [
        { type: 'commitment.StageReported', version: 1, data: '{}' },
        { type: 'commitment.StageReported', version: 17, data: '{}' },
        { type: 'Ähnlich.移', version: 2, data: '{}' },
      ];
      const metas = [
        newMeta(uuidv7(), { causationId: uuidv7(), correlationId: 'ß 移 🧳 "' }),
        newMeta(uuidv4(), {
          agency: null,
          role: 'secretariat',
          traceparent: `00-${'4b'.repeat(16)}-${'7c'.repeat(8)}-01`,
        }),
      ];
      await store.append('s', NO_STREAM, given, metas[0]!);
      await store.append('s', 2, given, metas[1]!);
      const written = await store.read('s');
      expect(written.map(({ type, version }) => ({ type, version, data: '{}' }))).toEqual([...given, ...given]);
      expect(written.map(({ meta }) => meta)).toEqual([0, 0, 0, 1, 1, 1].map((n) => metas[n]));
      expect(written.map(({ stream }) => stream)).toEqual(Array(6).fill('s'));
    },
  },
  'what else stands in meta comes back with it, and is in the hash chain': {
    failsOn: [broken.keepsOnlyTheMetaItKnows],
    async onOne(store) {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const more = { traceparent, attempt: 2, note: null, nested: { b: [1, { a: 'x' }], a: false } };
      const metas = [{ ...newMeta(), ...more }, newMeta(), { ...more, ...newMeta() }];
      for (const [n, meta] of metas.entries()) await store.append('s', n - 1, events(1), meta);
      for (const written of [await store.read('s'), await store.readAll(null, 10)])
        expect(written.map(({ meta }) => meta)).toEqual(metas);
      expect(await verify(store)).toMatchObject({ ok: true });
      expect(await store.append('s', 0, events(1), metas[1]!)).toMatchObject({ revision: 1 });
    },
  },
  'events of exactly the limit come by every way, several at a time': {
    failsOn: [broken.cutsLargeData, broken.leavesOutLargePages],
    async onOne(store) {
      const large: EncodedEvent[] = [];
      for (let n = 0; n < 6; n++) {
        const meta = newMeta();
        large.push(eventOfSize(MAX_APPEND_BYTES, meta, ['a', '移', 'b', 'é', '🧳', '\u2028'][n]));
        await store.append(`large-${n % 2}`, Math.floor(n / 2) - 1, [large[n]!], meta);
      }
      const [all, upTo] = [await allEvents(store), (await store.head())!];
      expect(all.map(({ data }, n) => data === large[n]!.data)).toEqual(Array(6).fill(true));
      const ways = [
        await follow(store, null).got(6),
        await allEvents(store, 2),
        ...(store.readByStream ? [await store.readByStream('large', null, upTo, 10)] : []),
        [...(await store.read('large-0')), ...(await store.read('large-1'))],
      ];
      for (const way of ways) {
        expect(way).toHaveLength(6);
        expect(way.filter(({ data, id }) => data !== all.find((e) => e.id === id)?.data)).toEqual([]);
      }
    },
  },
  'a stream and the log show the same events': {
    failsOn: [broken.leavesTheSaltOutOfTheLog],
    async onTwo(store, other) {
      await store.append('a', NO_STREAM, events(2), newMeta());
      await other.append('b', NO_STREAM, events(2), newMeta());
      const all = await allEvents(store);
      expect([...(await store.read('a')), ...(await store.read('b'))]).toEqual(all);
      expect(await allEvents(other)).toEqual(all);
      expect(await follow(store, null).got(4)).toEqual(all);
    },
  },

  // --- ids, revisions, positions -------------------------------------------------------------------------------------
  "an event's id is a UUID derived from the command's id, the stream and the event's index": {
    failsOn: [broken.makesUpIds],
    async onOne(store) {
      const [meta, later] = [newMeta(), newMeta(uuidv4())];
      await store.append('s', NO_STREAM, events(3), meta);
      await store.append('s', 2, events(2), later);
      const ids = (await store.read('s')).map(({ id }) => id);
      expect(ids).toEqual([
        ...[0, 1, 2].map((index) => eventId(meta.commandId, 's', index)),
        ...[0, 1].map((index) => eventId(later.commandId, 's', index)),
      ]);
      for (const id of ids) expect(id).toMatch(UUID);
    },
  },
  "a command's id is a UUID, whatever may follow it": {
    failsOn: [broken.takesAnyCommandId],
    async onOne(store) {
      for (const commandId of [
        '',
        'x',
        'import:row-7',
        uuidv7().slice(1),
        `x${uuidv7()}`,
        uuidv7().replaceAll('-', ''),
      ])
        await refusesAsInvalid(store, 's', events(1), newMeta(commandId));
      await store.append('s', NO_STREAM, events(1), newMeta(`${uuidv7()}:2`));
      expect((await store.read('s'))[0]!.id).toMatch(UUID);
    },
  },
  'no two events of a log have the same id, even if one command writes to several streams': {
    failsOn: [broken.givesStreamsTheSameIds],
    async onOne(store) {
      const meta = newMeta();
      for (const stream of ['a', 'b', 'c']) await store.append(stream, NO_STREAM, events(3), meta);
      await store.append('a', 2, events(3), newMeta());
      expect(new Set((await allEvents(store)).map(({ id }) => id)).size).toBe(12);
    },
  },
  'the ids of commands whose ids rise with time (UUIDv7) rise with time': {
    failsOn: [broken.scattersIds],
    async onOne(store) {
      for (let n = 0; n < 8; n++)
        await store.append(
          `s${n}`,
          NO_STREAM,
          events(1),
          newMeta(uuidv7({ msecs: NOON + n * 1000, random: new Uint8Array(16) })),
        );
      const ids = (await allEvents(store)).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted());
    },
  },
  'the revisions of a stream are 0, 1, 2 …, and it is read in their order': {
    failsOn: [broken.countsRevisionsFromOne, broken.readsRevisionsAsText],
    async onOne(store) {
      for (let n = 0; n < 6; n++)
        await store.append('s', n * 2 - 1, [event({ n: n * 2 }), event({ n: n * 2 + 1 })], newMeta());
      const written = await store.read('s');
      expect(written.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(written.map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    },
  },
  'a stream is read from a revision on, that one included': {
    failsOn: [broken.readsAfterTheRevision],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(4), newMeta());
      expect((await store.read('s', 0)).map(number)).toEqual([0, 1, 2, 3]);
      expect((await store.read('s', 2)).map(number)).toEqual([2, 3]);
      expect((await store.read('s', 3)).map(number)).toEqual([3]);
      expect(await store.read('s', 4)).toEqual([]);
    },
  },
  'a long stream is read whole, and a long log page by page and in one': {
    failsOn: [broken.readsAThousandAtMost, broken.skipsBetweenPages],
    async onOne(store) {
      for (let n = 0; n < 10; n++) {
        const some = Array.from({ length: 120 }, (_, i) => event({ n: 120 * n + i }));
        await store.append('long', 120 * n - 1, some, newMeta());
      }
      const numbers = Array.from({ length: 1200 }, (_, n) => n);
      expect((await store.read('long')).map(number)).toEqual(numbers);
      expect((await store.read('long', 1100)).map(number)).toEqual(numbers.slice(1100));
      for (const page of [17, 1199, 1200, 100_000]) expect((await allEvents(store, page)).map(number)).toEqual(numbers);
      expect((await follow(store, null, { batchSize: 31 }).got(1200)).map(number)).toEqual(numbers);
    },
  },
  'a stream that does not exist has no events': {
    failsOn: [broken.readsByPrefix],
    async onOne(store) {
      await store.append('commitment-IOM-2006-10', NO_STREAM, events(2), newMeta());
      for (const name of ['other', 'commitment-IOM-2006-1', 'commitment-IOM-2006-100', 'Commitment-IOM-2006-10'])
        expect(await store.read(name)).toEqual([]);
    },
  },
  'positions are decimal digits that rise strictly over the whole log, across connections': {
    failsOn: [broken.sharesPositions, broken.readsPositionsAsText],
    async run(log) {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 12; n++)
        await stores[n % 2]!.append(`s${n % 3}`, Math.floor(n / 3) * 2 - 1, events(2), newMeta());
      const positions = (await allEvents(stores[0]!)).map(({ position }) => position);
      expect(positions).toHaveLength(24);
      for (const position of positions) expect(position).toMatch(/^[1-9]\d*$/);
      for (let n = 1; n < 24; n++) expect(BigInt(positions[n]!) > BigInt(positions[n - 1]!)).toBe(true);
    },
  },

  // --- streams one after the other -----------------------------------------------------------------------------------
  'a store that reads a category stream by stream gives each event up to a position once, wherever it goes on': {
    failsOn: [
      broken.readsOtherCategories,
      broken.readsStreamsBeyondThePosition,
      broken.leavesTheRestOfAStream,
      broken.readsAStreamAgain,
      broken.readsAStreamBackwards,
    ],
    async onOne(store) {
      const names = ['book-b', 'book-a', 'books-a', 'book.a', 'book-a.b', 'boo-k', 'book-A'];
      for (let n = 0; n < 3; n++) for (const name of names) await store.append(name, n - 1, [event({ n })], newMeta());
      const upTo = (await store.head())!;
      for (const name of ['book-a', 'book-c'])
        await store.append(name, name === 'book-a' ? 2 : -1, [event({ n: 3 })], newMeta());
      if (!store.readByStream) return;
      const read = async (page: number) => {
        const all: Envelope[] = [];
        for (let some; (some = await store.readByStream!('book', all.at(-1) ?? null, upTo, page)).length > 0;) {
          expect(some.length).toBeLessThanOrEqual(page);
          all.push(...some);
          expect(all.length).toBeLessThan(100);
        }
        return all;
      };
      const all = await read(100);
      expect([...new Set(all.map(({ stream }) => stream))].sort()).toEqual(['book-A', 'book-a', 'book-a.b', 'book-b']);
      expect(all.map(number)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
      for (const page of [1, 2, 4, 5, 11]) expect(await read(page)).toEqual(all);
    },
  },

  // --- the whole log -------------------------------------------------------------------------------------------------
  'the log is read in the order of the commits': {
    failsOn: [broken.readsStreamByStream],
    async run(log) {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 10; n++) await stores[n % 2]!.append(`s${9 - n}`, NO_STREAM, [event({ n })], newMeta());
      for (const store of stores)
        expect((await store.readAll(null, 100)).map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  },
  'the log is read after a position, that one excluded': {
    failsOn: [broken.readsFromThePositionOn],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(5), newMeta());
      const all = await store.readAll(null, 100);
      for (const [n, { position }] of all.entries())
        expect(await store.readAll(position, 100)).toEqual(all.slice(n + 1));
    },
  },
  'no more events are read than were asked for': {
    failsOn: [broken.readsOneTooMany],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(5), newMeta());
      for (const limit of [1, 2, 4, 5, 6])
        expect((await store.readAll(null, limit)).map(number)).toEqual([0, 1, 2, 3, 4].slice(0, limit));
    },
  },
  'read page by page, of whatever size, the log is the same': {
    failsOn: [broken.skipsBetweenPages],
    async onOne(store) {
      for (let n = 0; n < 5; n++)
        await store.append(`s${n}`, NO_STREAM, [event({ n: n * 2 }), event({ n: n * 2 + 1 })], newMeta());
      for (const page of [1, 2, 3, 7, 10, 11])
        expect((await allEvents(store, page)).map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  },
  'the head is the last position of the log, null when it is empty': {
    failsOn: [broken.knowsOnlyItsOwnHead, broken.startsAtZero],
    async onTwo(store, other) {
      expect(await store.head()).toBeNull();
      const first = await store.append('a', NO_STREAM, events(2), newMeta());
      expect([await store.head(), await other.head()]).toEqual([first.position, first.position]);
      const second = await other.append('b', NO_STREAM, events(1), newMeta());
      expect([await store.head(), await other.head()]).toEqual([second.position, second.position]);
    },
  },
  'with many writers on several connections nothing is lost, doubled or out of order, read or followed live': {
    failsOn: [broken.skipsEventsWhileWritersAreBusy, broken.leapsToTheHead],
    async run(log) {
      const [one, two, three] = [await log.connect(), await log.connect(), await log.connect()];
      const following = [one, three].map((store) => follow(store, null, { batchSize: 7 }));
      const acknowledged = await writeAtOnce([one, two], 6, 12);
      const stored = await allEvents(three);
      expect(stored).toHaveLength(2 * 6 * (4 * (1 + 2 + 3)));
      expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
      const positions = new Set(stored.map(({ position }) => position));
      expect(acknowledged.filter(({ position }) => !positions.has(position))).toEqual([]);
      for (const stream of ['shared-0', 'shared-1', 'shared-2']) {
        const revisions = stored.filter((e) => e.stream === stream).map(({ revision }) => revision);
        expect(revisions).toEqual(revisions.map((_, n) => n));
      }
      for (const { got } of following)
        expect((await got(stored.length)).map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
      expect(await verify(three)).toMatchObject({ ok: true });
    },
  },

  'where some appends are refused, nothing that follows is lost, read or followed live': {
    failsOn: [broken.losesWhatFollowsARefusal],
    async run(log) {
      const [one, other, reader] = [await log.connect(), await log.connect(), await log.connect()];
      const following = [one, reader].map((store) => follow(store, null, { batchSize: 3 }));
      let refused = 0;
      const write = async (store: EventStore, stream: string): Promise<void> => {
        for (let n = 0; n < 25; n++) {
          const sent = [
            store.append(stream, n - 1, [event({ n })], newMeta()),
            store.append(stream, n + 7, events(2), newMeta()),
            store.append(stream, n - 2, events(3), newMeta()),
            store.append(stream, n - 1, [event(), event({ text: '\0' })], newMeta()),
          ];
          const [good, ...bad] = await Promise.allSettled(sent);
          expect(good).toMatchObject({ status: 'fulfilled' });
          refused += bad.filter(({ status }) => status === 'rejected').length;
        }
      };
      await Promise.all([write(one, 'a'), write(one, 'b'), write(other, 'c'), write(other, 'd')]);
      expect(refused).toBe(4 * 25 * 3);
      const stored = await allEvents(reader);
      for (const stream of ['a', 'b', 'c', 'd'])
        expect(stored.filter((e) => e.stream === stream).map(number)).toEqual(Array.from({ length: 25 }, (_, n) => n));
      for (const { got } of following) expect((await got(100)).map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
    },
  },
  'a subscription that begins while writers are busy, wherever it begins, loses nothing on its way to what comes': {
    failsOn: [broken.leapsWhenItGoesLive],
    async run(log) {
      const [one, other, reader] = [await log.connect(), await log.connect(), await log.connect()];
      const following: [string | null, Following][] = [];
      const writing = writeAtOnce([one, other], 4, 12);
      let done = false;
      void writing.finally(() => (done = true)).catch(() => {});
      while (!done && following.length < 12) {
        const all = await reader.readAll(null, 1000);
        for (const at of [null, all[Math.floor(all.length / 2)]?.position ?? null, all.at(-1)?.position ?? null])
          following.push([
            at,
            follow(following.length % 2 ? one : reader, at, { batchSize: 1 + following.length * 4 }),
          ]);
        await nextTurn();
      }
      await writing;
      const stored = await allEvents(other);
      for (const [after, { got }] of following) {
        const due = stored.filter(({ position }) => BigInt(position) > BigInt(after ?? 0)).map(({ id }) => id);
        expect((await got(due.length)).map(({ id }) => id)).toEqual(due);
      }
    },
  },

  // --- following -----------------------------------------------------------------------------------------------------
  'a subscription gives what the log holds, then what comes': {
    failsOn: [broken.followsOnlyWhatComes, broken.endsAtTheHead],
    async onOne(store) {
      await store.append('a', NO_STREAM, [event({ n: 0 }), event({ n: 1 })], newMeta());
      const following = follow(store, null);
      expect((await following.got(2)).map(number)).toEqual([0, 1]);
      for (let n = 2; n < 6; n++) await store.append(`b${n}`, NO_STREAM, [event({ n })], newMeta());
      expect((await following.got(6)).map(number)).toEqual([0, 1, 2, 3, 4, 5]);
    },
  },
  'a subscription begins after the position it is given, that one excluded': {
    failsOn: [broken.followsFromThePositionOn],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(4), newMeta());
      const all = await allEvents(store);
      const following = all.map(({ position }) => follow(store, position));
      await store.append('s', 3, [event({ n: 4 })], newMeta());
      for (const [n, { got }] of following.entries())
        expect((await got(4 - n)).map(number)).toEqual([1, 2, 3, 4].slice(n));
    },
  },
  'a subscription taken up again after the last position seen goes on without loss or repetition': {
    failsOn: [broken.followsFromThePositionOn, broken.skipsBetweenPages],
    async onTwo(store, other) {
      const writing = writeAtOnce([other], 4, 21);
      const seen: Envelope[] = [];
      let takenUp = 0;
      for (const end = now() + patience() * 5; seen.length < 4 * 42 && now() < end; takenUp++) {
        const following = follow(store, seen.at(-1)?.position ?? null, { batchSize: 5, leaves: true });
        await following.got(1);
        following.stop();
        await following.ended;
        seen.push(...following.batches.flat());
      }
      await writing;
      expect(seen.map(({ id }) => id)).toEqual((await allEvents(store)).map(({ id }) => id));
      expect(takenUp).toBeGreaterThan(10);
    },
  },
  'a subscription gives no batch larger than was asked for, and none that is empty': {
    failsOn: [broken.ignoresTheBatchSize, broken.givesEmptyBatches],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(10), newMeta());
      const following = follow(store, null, { batchSize: 3 });
      await following.got(10);
      await store.append('s', 9, events(5), newMeta());
      await following.got(15);
      await sleep(120);
      const sizes = following.batches.map(({ length }) => length);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(15);
      expect(sizes.filter((size) => size < 1 || size > 3)).toEqual([]);
    },
  },
  'a subscription ends at once when it is aborted, idle or busy, and when it was aborted before': {
    failsOn: [broken.endsLate, broken.finishesTheLogFirst],
    async onOne(store) {
      const idle = follow(store, null);
      await sleep(30);
      idle.stop();
      expect(await answeredWithin(SOON_MS, idle.ended)).toBeNull();

      await store.append('s', NO_STREAM, events(10), newMeta());
      const busy = follow(store, null, { batchSize: 1, work: () => sleep(20) });
      await busy.got(2);
      busy.stop();
      expect(await answeredWithin(SOON_MS, busy.ended)).toBeNull();
      expect(busy.batches.length).toBeLessThan(5);

      const never = follow(store, null, { aborted: true });
      expect(await answeredWithin(SOON_MS, never.ended)).toBeNull();
      expect(never.batches).toEqual([]);
    },
  },
  'an event appended on the same connection reaches a subscriber within 200 ms': {
    failsOn: [broken.neverWakesSubscribers],
    async onOne(store) {
      expect(await delayOfEvents(store, store)).toBeLessThan(200);
    },
  },
  'an event appended on another connection, as by another process, reaches a subscriber within 200 ms': {
    failsOn: [broken.noticesOnlyItsOwnEvents],
    async onTwo(store, other) {
      expect(await delayOfEvents(store, other)).toBeLessThan(200);
    },
  },
  'every subscriber gets every event': {
    failsOn: [broken.sharesOneCursor],
    async onOne(store) {
      const following = [follow(store, null), follow(store, null), follow(store, null, { batchSize: 2 })];
      for (let n = 0; n < 6; n++) await store.append('s', n - 1, [event({ n })], newMeta());
      for (const { got } of following) expect((await got(6)).map(number)).toEqual([0, 1, 2, 3, 4, 5]);
    },
  },
  'more than 100 subscribers of one connection each get every event, and reads and appends go on': {
    failsOn: [broken.servesAHundredSubscribers],
    async onOne(store) {
      await store.append('s', NO_STREAM, [event({ n: 0 })], newMeta());
      const following = Array.from({ length: 130 }, () => follow(store, null));
      await answeredWithin(patience(), store.append('s', 0, [event({ n: 1 })], newMeta()));
      expect(await answeredWithin(patience(), store.read('s'))).toHaveLength(2);
      for (const { got } of following) expect((await got(2)).map(number)).toEqual([0, 1]);
      for (const { stop } of following) stop();
      expect(await answeredWithin(patience(), Promise.all(following.map(({ ended }) => ended)))).toEqual(
        Array(130).fill(null),
      );
    },
  },
  'a subscriber that leaves, or fails, in the middle hinders neither the others nor the close': {
    failsOn: [broken.holdsOnToASubscriber],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(10), newMeta());
      const staying = follow(store, null, { batchSize: 2 });
      const never = new AbortController().signal;
      const leave = async (fails: boolean): Promise<void> => {
        for await (const batch of store.subscribe(null, never, 2)) {
          if (fails) throw new Error(`cannot take ${batch.length}`);
          break;
        }
      };
      expect(await answeredWithin(patience(), failure(leave(false)))).toBeNull();
      expect(await answeredWithin(patience(), failure(leave(true)))).toMatchObject({ message: 'cannot take 2' });
      await store.append('s', 9, events(1), newMeta());
      expect(await staying.got(11)).toHaveLength(11);
      await answeredWithin(patience(), store.close());
      expect(await answeredWithin(patience(), staying.ended)).toBeInstanceOf(StoreUnavailable);
    },
  },
  'a slow subscriber misses nothing': {
    failsOn: [broken.leapsToTheHead],
    async onOne(store) {
      let appended = 0;
      const append = () => store.append('s', appended - 1, [event({ n: appended++ })], newMeta());
      await append();
      // Three more come while it works a batch off.
      const work = async () => {
        for (let n = 0; n < 3 && appended < 20; n++) await append();
      };
      const following = follow(store, null, { batchSize: 2, work });
      expect((await following.got(20)).map(number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    },
  },

  // --- time ----------------------------------------------------------------------------------------------------------
  'recordedAt is the clock of the store when it writes, ISO 8601 in UTC with milliseconds': {
    failsOn: [broken.datesWithoutMilliseconds, broken.datesByTheReader],
    async run(log) {
      let now = NOON + 7;
      const store = await log.connect(() => now);
      await store.append('s', NO_STREAM, events(1), newMeta());
      now += DAY;
      await store.append('s', 0, events(2), newMeta());
      const [first, ...later] = (await store.read('s')).map(({ recordedAt }) => recordedAt);
      expect(first).toBe('2026-03-01T12:00:00.007Z');
      expect(later).toEqual(['2026-03-02T12:00:00.007Z', '2026-03-02T12:00:00.007Z']);
    },
  },
  'recordedAt never falls from an event to one that is sent after it was acknowledged, whatever the clocks do': {
    failsOn: [broken.believesTheClock],
    async run(log) {
      let now = NOON;
      const [store, behind] = [await log.connect(() => now), await log.connect(() => NOON - 400 * DAY)];
      await store.append('a', NO_STREAM, events(1), newMeta());
      now -= DAY;
      await store.append('b', NO_STREAM, events(1), newMeta());
      await behind.append('c', NO_STREAM, events(1), newMeta());
      now = NOON + 1000;
      await store.append('d', NO_STREAM, events(1), newMeta());
      await behind.append('a', 0, events(1), newMeta());
      const reopened = await log.connect(() => 0);
      await reopened.append('e', NO_STREAM, events(1), newMeta());
      const times = (await allEvents(store)).map(({ recordedAt }) => Date.parse(recordedAt) - NOON);
      expect(times).toEqual([0, 0, 0, 1000, 1000, 1000]);
    },
  },
  'recordedAt never falls within a stream, however many write to it at once by different clocks': {
    failsOn: [broken.believesTheClock],
    async run(log) {
      const clocks = [() => NOON, () => NOON - 400 * DAY, () => NOON + 3 * DAY];
      await writeAtOnce(await Promise.all(clocks.map((clock) => log.connect(clock))), 2, 9);
      const all = await allEvents(await log.connect());
      for (const stream of ['shared-0', 'shared-1', 'shared-2']) {
        const times = all.filter((e) => e.stream === stream).map(({ recordedAt }) => recordedAt);
        expect(times.length).toBeGreaterThan(20);
        expect(times).toEqual(times.toSorted());
      }
    },
  },
  'an instant stands for the greatest position recorded by then, null before the first': {
    failsOn: [broken.excludesTheInstant, broken.findsTheFirstOfAnInstant],
    async run(log) {
      let now = NOON;
      const store = await log.connect(() => now);
      expect(await store.positionAt(new Date(NOON))).toBeNull();
      const positions: string[] = [];
      for (let n = 0; n < 7; n++) {
        now = NOON + Math.floor(n / 2) * 1000;
        positions.push((await store.append(`s${n % 2}`, Math.floor(n / 2) * 2 - 1, events(2), newMeta())).position);
      }
      const at = (ms: number) => store.positionAt(new Date(NOON + ms));
      expect([await at(-DAY), await at(-1)]).toEqual([null, null]);
      expect([await at(0), await at(1), await at(999)]).toEqual([positions[1], positions[1], positions[1]]);
      expect([await at(1000), await at(1999)]).toEqual([positions[3], positions[3]]);
      expect([await at(2000), await at(2999)]).toEqual([positions[5], positions[5]]);
      expect([await at(3000), await at(DAY * 9000)]).toEqual([positions[6], positions[6]]);
    },
  },

  // --- the hash chain ------------------------------------------------------------------------------------------------
  "an event's hash is SHA-256 over the previous hash of its stream and its canonical JSON without position and data": {
    failsOn: [broken.chainsEventsToNothing, broken.chainsTheWholeLog],
    async run(log) {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 8; n++)
        await stores[n % 2]!.append(
          `s${n % 2}`,
          Math.floor(n / 2) * 2 - 1,
          events(2),
          newMeta(undefined, { agency: null }),
        );
      const last = new Map<string, string>();
      for (const e of await allEvents(stores[0]!)) {
        const { id, stream, revision, type, version, digest, meta, recordedAt } = e;
        const said = canonicalJson({ digest, id, meta, recordedAt, revision, stream, type, version });
        const hash = createHash('sha256').update((last.get(stream) ?? '') + said);
        expect(e.hash).toBe(hash.digest('base64url'));
        last.set(stream, e.hash);
      }
    },
  },
  'the digest of data is salted, with another salt for each event': {
    failsOn: [broken.saltsAllAlike],
    async onOne(store) {
      for (let n = 0; n < 3; n++)
        await store.append(`s${n}`, NO_STREAM, [event({ name: 'x' }), event({ name: 'x' })], newMeta());
      const written = await allEvents(store);
      for (const { salt, data, digest } of written)
        expect(digest).toBe(
          createHash('sha256')
            .update(salt + data!)
            .digest('base64url'),
        );
      expect(new Set(written.map(({ salt }) => salt)).size).toBe(6);
      expect(new Set(written.map(({ digest }) => digest)).size).toBe(6);
      expect(written.filter(({ salt }) => salt.length < 16)).toEqual([]);
    },
  },
  'a log as it was written verifies, from every connection and after reopening': {
    failsOn: [broken.altersWhatItReads],
    async onTwo(store, other, log) {
      await writeAtOnce([store, other], 3, 6);
      await store.append(
        'text',
        NO_STREAM,
        [event({ text: '\u00e9 e\u0301 移 🧳' }), { ...event(), data: '{ "b":1.0 }' }],
        newMeta(),
      );
      await store.close();
      for (const reader of [other, await log.connect()])
        expect(await verify(reader)).toMatchObject({ ok: true, blanked: 0, anchor: { events: 6 * 12 + 2 } });
    },
  },

  // --- blanking ------------------------------------------------------------------------------------------------------
  'the data and salt of an event can be blanked, and nothing else changes, on any connection': {
    failsOn: [
      broken.blanksNothing,
      broken.blanksTheDigestToo,
      broken.keepsTheSalt,
      broken.blanksTheWholeStream,
      broken.blanksOnlyForItself,
    ],
    async onTwo(store, other, log) {
      await store.append('s', NO_STREAM, [event({ n: 0 }), event({ name: 'Jo Doe' }), event({ n: 2 })], newMeta());
      await store.append('t', NO_STREAM, events(2), newMeta());
      const before = await allEvents(store);
      expect(before[1]!.data).toContain('Jo Doe');
      await store.blank('s', 1);
      const after = before.map((e, n) => (n === 1 ? { ...e, data: null, salt: '' } : e));
      for (const reader of [store, other, await log.connect()]) {
        expect(await allEvents(reader)).toEqual(after);
        expect(await reader.read('s')).toEqual(after.slice(0, 3));
      }
    },
  },
  'a log with blanked data verifies, and goes on': {
    failsOn: [broken.blanksTheDigestToo, broken.blanksNothing],
    async onOne(store, log) {
      const meta = newMeta();
      const first = await store.append('s', NO_STREAM, events(2), meta);
      await store.append('s', 1, [{ ...event({ revision: 1 }), type: 'test.Blanked' }], newMeta());
      await store.blank('s', 1);
      expect(await verify(store)).toMatchObject({ ok: true, blanked: 1, toErase: [] });
      expect(await store.append('s', NO_STREAM, events(2), meta)).toEqual(first);
      await store.append('s', 2, events(1), newMeta());
      expect(await verify(await log.connect())).toMatchObject({ ok: true, blanked: 1, anchor: { events: 4 } });
    },
  },
  'blanking again changes nothing, from whatever connection': {
    failsOn: [broken.blanksOnlyOnce],
    async onTwo(store, other) {
      await store.append('s', NO_STREAM, events(2), newMeta());
      await store.blank('s', 0);
      const blanked = await allEvents(store);
      expect(await failure(Promise.all([store.blank('s', 0), other.blank('s', 0)]))).toBeNull();
      expect(await allEvents(store)).toEqual(blanked);
    },
  },
  'what is not there cannot be blanked: NoSuchEvent': {
    failsOn: [broken.blanksWhatIsNotThere],
    async onOne(store) {
      await store.append('s', NO_STREAM, events(2), newMeta());
      const before = await allEvents(store);
      for (const [stream, revision] of [
        ['s', 2],
        ['s', -1],
        ['s', 0.5],
        ['none', 0],
      ] as const)
        expect(await failure(store.blank(stream, revision))).toBeInstanceOf(NoSuchEvent);
      expect(await allEvents(store)).toEqual(before);
    },
  },
  'blanking does no harm to appends under way': {
    failsOn: [broken.refusesAppendsWhileItBlanks],
    async onTwo(store, other) {
      await store.append('s', NO_STREAM, events(8), newMeta());
      const sent = Array.from({ length: 8 }, (_, n) => [
        store.append(`a${n}`, NO_STREAM, events(2), newMeta()),
        store.blank('s', n),
        other.append(`b${n}`, NO_STREAM, events(2), newMeta()),
      ]).flat();
      expect((await Promise.allSettled(sent)).filter(({ status }) => status === 'rejected')).toEqual([]);
      const all = await allEvents(store);
      expect(all.map(({ data }) => data === null)).toEqual(all.map(({ stream }) => stream === 's'));
      expect(all).toHaveLength(8 + 8 * 4);
    },
  },

  // --- types ---------------------------------------------------------------------------------------------------------
  'a log names every type and version that it holds, whoever appended them': {
    failsOn: [broken.namesOnlyItsOwnTypes, broken.forgetsVersions, broken.namesTheTypeOfAnAppendOnly],
    async onTwo(store, other, log) {
      const named = async (of: EventStore) =>
        (await of.types()).map(({ type, version }) => `${type} ${version}`).sort();
      expect(await store.types()).toEqual([]);
      const some = [
        { ...event(), type: 'a.A' },
        { ...event(), type: 'a.A', version: 3 },
        { ...event(), type: 'b.Ä' },
      ];
      await store.append('s', NO_STREAM, some, newMeta());
      expect(await named(store)).toEqual(['a.A 1', 'a.A 3', 'b.Ä 1']);
      await other.append(
        't',
        NO_STREAM,
        [
          { ...event(), type: 'c.C' },
          { ...event(), type: 'b.Ä' },
        ],
        newMeta(),
      );
      for (const reader of [store, other, await log.connect()])
        expect(await named(reader)).toEqual(['a.A 1', 'a.A 3', 'b.Ä 1', 'c.C 1']);
    },
  },

  // --- the events of another log -------------------------------------------------------------------------------------
  'events of another log are taken over as they are, and read in every way, on every connection': {
    failsOn: [
      broken.numbersWhatItTakesOver,
      broken.datesWhatItTakesOver,
      broken.fillsWhatWasBlanked,
      broken.namesItselfForWhatItTakesOver,
      broken.keepsATakeOverToItself,
    ],
    async onTwo(store, other, log) {
      const taken = anotherLog();
      await store.takeOver(null, taken.slice(0, 4));
      await other.takeOver(taken[3]!.position, taken.slice(4));
      for (const reader of [store, other, await log.connect()]) {
        expect(await allEvents(reader)).toEqual(taken);
        expect(await allEvents(reader, 2)).toEqual(taken);
        expect(await reader.read('book-a', 1)).toEqual([taken[3], taken[4]]);
        expect(await reader.read('book-b')).toEqual([taken[1], taken[2]]);
        expect(await reader.head()).toBe(taken[5]!.position);
        expect(await follow(reader, null, { batchSize: 4 }).got(6)).toEqual(taken);
        if (reader.readByStream)
          expect(await reader.readByStream('book', null, taken[3]!.position, 9)).toEqual(
            [0, 3, 1, 2].map((n) => taken[n]),
          );
        expect(await verify(reader)).toMatchObject({ ok: true, blanked: 1, anchor: { events: 6 } });
      }
    },
  },
  'the positions that events had elsewhere stay, and after one that no event has comes what is greater': {
    failsOn: [broken.numbersWhatItTakesOver, broken.looksForThePositionItself],
    async onOne(store) {
      const taken = anotherLog();
      await store.takeOver(null, taken);
      const between = ['1', '6', '8', '1048599', '4294967295', '4294967298', '6999999999999999', '7000000000000001'];
      for (const after of [...taken.map(({ position }) => position), ...between]) {
        const due = taken.filter(({ position }) => Number(position) > Number(after));
        expect(await store.readAll(after, 100)).toEqual(due);
        expect(await store.readAll(after, 2)).toEqual(due.slice(0, 2));
        expect(await follow(store, after, { batchSize: 2 }).got(due.length)).toEqual(due);
      }
    },
  },
  'an instant stands for the last position up to which everything was recorded by then, also of another log': {
    failsOn: [broken.findsTheLastEventOfAnInstant, broken.datesWhatItTakesOver],
    async run(log) {
      const store = await log.connect(() => NOON + 2000);
      const taken = anotherLog();
      await store.takeOver(null, taken);
      const at = async (ms: number) => {
        const position = await store.positionAt(new Date(NOON + ms));
        return taken.findIndex((e) => e.position === position);
      };
      expect([await at(-1), await at(0), await at(200), await at(499)]).toEqual([-1, 0, 0, 0]);
      expect([await at(500), await at(699), await at(700), await at(999)]).toEqual([3, 3, 4, 4]);
      expect([await at(1000), await at(DAY)]).toEqual([5, 5]);
      const { position } = await store.append('book-a', 2, events(1), newMeta());
      expect(await store.positionAt(new Date(NOON + 1999))).toBe(taken[5]!.position);
      expect(await store.positionAt(new Date(NOON + 2000))).toBe(position);
    },
  },
  'a log goes on after what it took over: revisions, positions, times and hashes follow, for every connection': {
    failsOn: [
      broken.believesTheClock,
      broken.knowsNothingOfStreamsItTookOver,
      broken.countsOnFromItsOwnPositions,
      broken.chainsAnewAfterATakeOver,
    ],
    async run(log) {
      const clock = () => NOON - DAY;
      const [store, other] = [await log.connect(clock), await log.connect(clock)];
      await other.append('book-a', NO_STREAM, events(1), newMeta()).then(() => other.read('book-a'));
      const own = await allEvents(store);
      const before = Number(own[0]!.position);
      const taken = otherLog([
        { stream: 'book-b', position: before + 3_000, ms: 900 },
        { stream: 'note', position: before + 5_000, ms: 300 },
      ]);
      await store.takeOver(own[0]!.position, taken);
      await refusesAsWrong(other.append('book-b', NO_STREAM, events(1), newMeta()), 'book-b', NO_STREAM, 0);
      const appended = [
        await other.append('book-b', 0, events(2), newMeta()),
        await store.append('book-a', 0, events(1), newMeta()),
        await other.append('new', NO_STREAM, events(1), newMeta()),
        await (await log.connect(clock)).append('book-b', 2, events(1), newMeta()),
      ];
      const all = await allEvents(other);
      expect(all.slice(0, 3)).toEqual([...own, ...taken]);
      expect(all.slice(3).map(({ stream, revision }) => [stream, revision])).toEqual([
        ['book-b', 1],
        ['book-b', 2],
        ['book-a', 1],
        ['new', 0],
        ['book-b', 3],
      ]);
      expect(all.filter((_, n) => n > 3).map(({ position }) => position)).toEqual(
        appended.map(({ position }) => position),
      );
      const rising = all.map(({ position }) => Number(position));
      expect(rising).toEqual([...new Set(rising)].sort((a, b) => a - b));
      expect(await store.head()).toBe(appended[3]!.position);
      expect(await verify(store)).toMatchObject({ ok: true, anchor: { events: 8 } });
    },
  },
  'a repeated command is recognised by the events it wrote in another log': {
    failsOn: [broken.remembersOnlyItsOwnCommands, broken.numbersWhatItTakesOver],
    async onTwo(store, other) {
      const taken = anotherLog();
      await store.takeOver(null, taken);
      for (const connection of [store, other]) {
        const again = connection.append('book-b', NO_STREAM, events(2), taken[1]!.meta).catch(String);
        expect(await again).toEqual({ revision: 1, position: taken[2]!.position });
        const last = connection.append('note.a', NO_STREAM, events(1), taken[5]!.meta).catch(String);
        expect(await last).toEqual({ revision: 0, position: taken[5]!.position });
      }
      expect(await allEvents(store)).toHaveLength(6);
    },
  },
  'what was taken over can be blanked': {
    failsOn: [broken.blanksNothing, broken.keepsTheSalt],
    async onTwo(store, other, log) {
      const taken = anotherLog();
      await store.takeOver(null, taken);
      await other.blank('book-b', 0);
      await store.blank('book-a', 1);
      const after = taken.map((e, n) => (n === 1 ? { ...e, data: null, salt: '' } : e));
      for (const reader of [store, other, await log.connect()]) expect(await allEvents(reader)).toEqual(after);
    },
  },
  'a live subscriber gets what is taken over, and types name it, on every connection': {
    failsOn: [broken.keepsATakeOverToItself, broken.namesOnlyItsOwnTypes],
    async onTwo(store, other, log) {
      const following = [store, other].map((reader) => follow(reader, null));
      await sleep(20);
      const taken = anotherLog();
      await store.takeOver(null, taken);
      for (const { got } of following) expect(await got(6)).toEqual(taken);
      for (const reader of [store, other, await log.connect()])
        expect((await reader.types()).map(({ type, version }) => `${type} ${version}`).sort()).toEqual([
          'test.Blanked 1',
          'test.Happened 1',
          'test.Happened 3',
        ]);
    },
  },
  'what does not follow on is refused with InvalidAppend, and nothing of it is written': {
    failsOn: [
      broken.takesOverWherever,
      broken.takesOverInAnyOrder,
      broken.takesOverWithHoles,
      broken.takesOverUpToTheBadEvent,
    ],
    async onOne(store) {
      const taken = anotherLog();
      const [first, ...rest] = taken as [Envelope, ...Envelope[]];
      const refuses = async (after: string | null, events: readonly Envelope[]): Promise<void> => {
        const before = await allEvents(store);
        expect(await failure(store.takeOver(after, events))).toBeInstanceOf(InvalidAppend);
        expect(await allEvents(store)).toEqual(before);
      };
      const changed = (n: number, change: Partial<Envelope>) =>
        taken.map((e, i) => (i === n ? { ...e, ...change } : e));
      for (const after of ['1', first.position]) await refuses(after, taken);
      for (const position of ['0', '-1', '', '1.5', '01', 'x', '9007199254740993'])
        await refuses(null, changed(5, { position }));
      for (const position of [taken[1]!.position, taken[4]!.position, '6', '1048599'])
        await refuses(null, changed(5, { position }));
      for (const revision of [0, 1, 3, -1, 0.5]) await refuses(null, changed(4, { revision }));
      await refuses(null, changed(5, { revision: 1 }));
      await refuses(null, changed(5, { stream: 'no name' }));
      await refuses(null, rest);

      await store.takeOver(null, [first]);
      for (const after of [null, '6', '8']) await refuses(after, rest);
      for (const position of ['7', '6']) await refuses('7', [{ ...rest[0]!, position }]);
      await refuses('7', [{ ...first, position: '8' }]);
      await refuses('7', taken);
      await store.takeOver('7', rest);
      await refuses('7', rest);
      expect(await allEvents(store)).toEqual(taken);
    },
  },
  'many events are taken over at once, in the order of the other log': {
    failsOn: [broken.readsStreamByStream, broken.skipsBetweenPages],
    async onOne(store) {
      const meta = newMeta();
      const many = Array.from({ length: 400 }, (_, n) => ({
        stream: `s-${(n * 7) % 11}`,
        position: 40 * n + 11 + (n % 3),
        data: { n },
        ms: n,
        ...(n % 5 === 0 && { meta }),
      }));
      const taken = otherLog(many);
      const following = follow(store, null, { batchSize: 9 });
      for (let n = 0; n < 400; n += 200) await store.takeOver(taken[n - 1]?.position ?? null, taken.slice(n, n + 200));
      // To write out how long lists of events differ takes a second; of their positions, nothing.
      for (const found of [await allEvents(store, 33), await following.got(400)]) {
        expect(found.map(({ position }) => position)).toEqual(taken.map(({ position }) => position));
        expect(found).toEqual(taken);
      }
      for (const stream of ['s-0', 's-7'])
        expect(await store.read(stream)).toEqual(taken.filter((e) => e.stream === stream));
    },
  },

  // --- identity and end ----------------------------------------------------------------------------------------------
  'a log has one identity, on every connection and after reopening': {
    failsOn: [broken.identifiesTheConnection, broken.hasNoIdentity],
    async onTwo(store, other, log) {
      const identity = await store.identity();
      expect(identity).toMatch(/\S{8,}/);
      await store.append('s', NO_STREAM, events(1), newMeta());
      await store.close();
      expect([await other.identity(), await (await log.connect()).identity()]).toEqual([identity, identity]);
    },
  },
  'everything acknowledged is there after reopening': {
    failsOn: [broken.acknowledgesBeforeWriting],
    async onOne(store, log) {
      const told = [];
      for (let n = 0; n < 5; n++) told.push(await store.append('s', n * 2 - 1, events(2), newMeta()));
      const before = await allEvents(store);
      await store.close();
      const reopened = await log.connect();
      expect(await allEvents(reopened)).toEqual(before);
      expect(before.filter((_, n) => n % 2 === 1).map(({ revision, position }) => ({ revision, position }))).toEqual(
        told,
      );
      expect(await reopened.append('s', 9, events(1), newMeta())).toMatchObject({ revision: 10 });
    },
  },
  'closing answers the appends under way, truthfully': {
    failsOn: [broken.leavesAppendsUnansweredOnClose],
    async onOne(store, log) {
      const sent = Array.from({ length: 5 }, (_, n) =>
        store.append(`s${n}`, NO_STREAM, events(1), newMeta()).catch(() => null),
      );
      await answeredWithin(patience(), store.close());
      const answers = await answeredWithin(patience(), Promise.all(sent));
      const written = await allEvents(await log.connect());
      const told = answers.filter((answer) => answer !== null).map(({ position }) => position);
      expect(written.map(({ position }) => position)).toEqual(told.sort((a, b) => Number(a) - Number(b)));
    },
  },
  'a closed connection refuses everything with StoreUnavailable, and tells its subscribers so': {
    failsOn: [broken.acknowledgesAfterClose, broken.leavesSubscribersWaiting],
    async onOne(store, log) {
      const { position } = await store.append('s', NO_STREAM, events(1), newMeta());
      const following = follow(store, null);
      await following.got(1);
      await store.close();
      expect(await answeredWithin(SOON_MS, following.ended)).toBeInstanceOf(StoreUnavailable);
      const calls = [
        () => store.append('s', 0, events(1), newMeta()),
        () => store.blank('s', 0),
        () => store.read('s'),
        () => store.readAll(position, 10),
        () => store.head(),
        () => store.positionAt(new Date()),
        () => store.identity(),
        () => store.types(),
        () => store.takeOver(position, otherLog([{ stream: 't', position: Number(position) + 1 }])),
        () => follow(store, null).ended.then((error) => Promise.reject(error)),
      ];
      for (const call of calls) expect(await answeredWithin(SOON_MS, failure(call()))).toBeInstanceOf(StoreUnavailable);
      await store.close();
      expect(await allEvents(await log.connect())).toHaveLength(1);
    },
  },
};
