/**
 * What every event store must do, sentence by sentence. An adapter's spec runs it in one line, `storeContract(name, open)`.
 * Each case names the broken stores on which it must fail; `storeContractControls(open)` proves, on any good adapter, that
 * it does.
 */
import { describe, expect, it } from '@jest/globals';
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
import { canonicalJson, eventId, type EncodedEvent, type Envelope, type Meta } from '../events.js';
import { verify } from '../verify.js';
import * as broken from './broken-stores.js';
import type { TestedLog } from './tested-log.js';

interface Case {
  readonly sentence: string;
  readonly run: (log: TestedLog) => Promise<void>;
  readonly failsOn: readonly broken.BrokenStore[];
}

/** Runs the contract on an adapter, or the sentences of it that match. */
export function storeContract(name: string, open: () => Promise<TestedLog>, only = /^/): void {
  describe(`The store contract: ${name}`, () => {
    const cases = contract.filter(({ sentence }) => only.test(sentence));
    it.each(cases.map(({ sentence, run }) => [sentence, run] as const))('%s', (_, run) => runOn(open, run), 20_000);
  });
}

/** Proves on top of a good adapter that each case of the contract fails on the stores that are broken in its respect. */
export function storeContractControls(open: () => Promise<TestedLog>): void {
  describe('A store fails the contract', () => {
    const controls = contract.flatMap(({ sentence, run, failsOn }) =>
      failsOn.map(({ fault, breaking }) => [fault, sentence, run, breaking] as const),
    );
    it.each(controls)(
      'when it %s: %s',
      async (_fault, _sentence, run, breaking) => {
        const error = await failure(runOn(async () => breaking(await open()), run, 400));
        // An assertion of the case must have failed: a control that merely crashes would prove nothing.
        expect(error).toHaveProperty('matcherResult.pass');
      },
      20_000,
    );

    it('but not when it is wrapped like these and does nothing wrong', async () => {
      for (const { run } of contract) await runOn(async () => broken.inNoWay.breaking(await open()), run);
    }, 60_000);

    it('and no case is without such a store', () => {
      expect(contract.filter(({ failsOn }) => failsOn.length === 0).map(({ sentence }) => sentence)).toEqual([]);
    });

    it('and no broken store is left unused', () => {
      const used = new Set(contract.flatMap(({ failsOn }) => failsOn));
      expect(Object.values(broken).filter((store) => store !== broken.inNoWay && !used.has(store))).toEqual([]);
    });
  });
}

/** How long, in ms, a subscription may take to give what it must; a broken store is given less. */
let patience: number;

async function runOn(open: () => Promise<TestedLog>, run: Case['run'], ms = 2_000): Promise<void> {
  patience = ms;
  const log = await open();
  try {
    await run(log);
  } finally {
    await log.remove();
  }
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

const by = (commandId = uuidv7(), more: Partial<Meta> = {}): Meta => ({
  actor: 'account-7',
  agency: 'IOM',
  role: 'focal_point',
  commandId,
  correlationId: commandId,
  causationId: null,
  ...more,
});
const event = (data: object = {}): EncodedEvent => ({ type: 'test.Happened', version: 1, data: canonicalJson(data) });
const events = (count: number): EncodedEvent[] => Array.from({ length: count }, (_, n) => event({ n }));
/** An event that makes an append, together with `meta`, exactly so many bytes large. */
const eventOfSize = (bytes: number, meta: Meta, character = 'a'): EncodedEvent => {
  const room = bytes - Buffer.byteLength(JSON.stringify(meta)) - Buffer.byteLength(event({ text: '' }).data);
  const size = Buffer.byteLength(character);
  return event({ text: character.repeat(Math.floor(room / size)) + 'a'.repeat(room % size) });
};

const everything = async (store: EventStore, page = 1000): Promise<Envelope[]> => {
  const all: Envelope[] = [];
  for (let batch; (batch = await store.readAll(all.at(-1)?.position ?? null, page)).length > 0;) {
    all.push(...batch);
    expect(all.length).toBeLessThan(100_000);
  }
  return all;
};
const number = ({ data }: Envelope): number => (JSON.parse(data!) as { n: number }).n;

async function refusesAsWrong(append: Promise<unknown>, stream: string, expected: number, actual: number) {
  const error = await failure(append);
  expect(error).toBeInstanceOf(WrongRevision);
  expect(error).toMatchObject({ stream, expected, actual });
}

async function refusesAsInvalid(store: EventStore, stream: string, appended: EncodedEvent[], meta = by()) {
  expect(await failure(store.append(stream, NO_STREAM, appended, meta))).toBeInstanceOf(InvalidAppend);
  expect(await store.head()).toBeNull();
}

const LATE = Symbol('late');
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const result = await Promise.race([promise, sleep(ms, LATE, { ref: false })]);
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

/** Subscribes and collects; each batch takes `pause` ms to work off. */
function follow(
  store: EventStore,
  after: string | null,
  { batchSize, pause, aborted }: { batchSize?: number; pause?: number; aborted?: boolean } = {},
): Following {
  const abort = new AbortController();
  if (aborted) abort.abort();
  const [batches, times]: [Envelope[][], number[]] = [[], []];
  const collect = async (): Promise<void> => {
    for await (const batch of store.subscribe(after, abort.signal, batchSize)) {
      batches.push(batch);
      times.push(performance.now());
      if (pause !== undefined) await sleep(pause);
    }
  };
  const ended = failure(collect());
  return {
    batches,
    times,
    ended,
    stop: () => abort.abort(),
    got: async (count) => {
      for (const end = performance.now() + patience; performance.now() < end; await sleep(2))
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
      const result = await store.append(stream, revision, events(1 + (n % 3)), by()).catch((error: unknown) => {
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
    await writer.append('s', n - 1, events(1), by());
    const written = performance.now();
    await following.got(n + 1);
    delays.push((following.times[n] ?? Infinity) - written);
    if (delays[n] === Infinity) break;
  }
  following.stop();
  return delays.includes(Infinity) ? Infinity : median(delays);
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const DAY = 86_400_000;
const NOON = Date.parse('2026-03-01T12:00:00.000Z');

export const contract: readonly Case[] = [
  // --- the expected revision -----------------------------------------------------------------------------------------
  {
    sentence:
      'the first append expects NO_STREAM, and an append answers with the revision and position of its last event',
    run: async (log) => {
      const store = await log.connect();
      const first = await store.append('s', NO_STREAM, events(3), by());
      const second = await store.append('s', 2, events(2), by());
      const written = await store.read('s');
      expect(first).toEqual({ revision: 2, position: written[2]?.position });
      expect(second).toEqual({ revision: 4, position: written[4]?.position });
    },
    failsOn: [broken.answersWithTheFirstRevision, broken.answersWithTheFirstPosition],
  },
  {
    sentence: 'an append that expects less than the stream has is refused with WrongRevision, and nothing is written',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(3), by());
      await refusesAsWrong(store.append('s', 1, events(2), by()), 's', 1, 2);
      await refusesAsWrong(store.append('s', 0, events(2), by()), 's', 0, 2);
      expect(await store.read('s')).toHaveLength(3);
    },
    failsOn: [broken.ignoresTheExpectedRevision],
  },
  {
    sentence: 'an append that expects more than the stream has is refused with WrongRevision, and nothing is written',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(3), by());
      await refusesAsWrong(store.append('s', 3, events(2), by()), 's', 3, 2);
      await refusesAsWrong(store.append('s', 9_999_999, events(2), by()), 's', 9_999_999, 2);
      expect(await store.read('s')).toHaveLength(3);
    },
    failsOn: [broken.takesARevisionAhead],
  },
  {
    sentence: 'an append that expects NO_STREAM is refused when there is one',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(1), by());
      await refusesAsWrong(store.append('s', NO_STREAM, events(1), by()), 's', NO_STREAM, 0);
      expect(await store.read('s')).toHaveLength(1);
    },
    failsOn: [broken.takesNoStreamAsAny],
  },
  {
    sentence: 'an append that expects a revision is refused when there is no such stream',
    run: async (log) => {
      const store = await log.connect();
      await refusesAsWrong(store.append('s', 0, events(1), by()), 's', 0, NO_STREAM);
      expect(await store.head()).toBeNull();
    },
    failsOn: [broken.takesARevisionOfAMissingStream],
  },
  {
    sentence: 'what is not a revision is refused: there is no word for "any"',
    run: async (log) => {
      const store = await log.connect();
      for (const expected of [-2, -3, -4, 0.5, NaN, Infinity, 2 ** 60, undefined as never, null as never])
        expect(await failure(store.append('s', expected, events(1), by()))).toBeInstanceOf(InvalidAppend);
      expect(await store.head()).toBeNull();
    },
    failsOn: [broken.takesMinusTwoAsAny],
  },
  {
    sentence: 'of many appends at once that expect the same revision one is written, the others are refused',
    run: async (log) => {
      const store = await log.connect();
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.append('s', NO_STREAM, events(2), by())),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of all) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongRevision);
      expect(await store.read('s')).toHaveLength(2);
    },
    failsOn: [broken.letsTheLosersOfARaceWrite],
  },
  {
    sentence: 'the expected revision is checked against what every connection has written',
    run: async (log) => {
      const [one, other] = [await log.connect(), await log.connect()];
      await one.append('s', NO_STREAM, events(1), by());
      await other.append('s', 0, events(1), by());
      await refusesAsWrong(one.append('s', 0, events(1), by()), 's', 0, 1);
      const all = await Promise.allSettled(
        [one, other, one, other].map((store) => store.append('s', 1, events(1), by())),
      );
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await one.read('s')).toHaveLength(3);
      expect(await other.read('s')).toEqual(await one.read('s'));
    },
    failsOn: [broken.checksAgainstItsOwnMemory],
  },

  // --- the same command again ----------------------------------------------------------------------------------------
  {
    sentence:
      'the same command, stream and expected revision again give the earlier result, and nothing is written twice',
    run: async (log) => {
      const store = await log.connect();
      const meta = by();
      const first = await store.append('s', NO_STREAM, events(2), meta);
      expect(await failure(store.append('s', NO_STREAM, events(2), meta))).toBeNull();
      expect(await store.append('s', NO_STREAM, events(2), meta)).toEqual(first);
      expect(await everything(store)).toHaveLength(2);
    },
    failsOn: [broken.forgetsCommands, broken.writesARepeatedCommandAgain],
  },
  {
    sentence: 'a repeated command gets its earlier result also when later events follow',
    run: async (log) => {
      const store = await log.connect();
      const meta = by();
      await store.append('s', NO_STREAM, events(1), by());
      const first = await store.append('s', 0, events(2), meta);
      await store.append('s', 2, events(3), by());
      await store.append('other', NO_STREAM, events(1), meta);
      expect(await store.append('s', 0, events(2), meta).catch(String)).toEqual(first);
      expect(await everything(store)).toHaveLength(7);
    },
    failsOn: [broken.recognisesOnlyTheLastAppend, broken.answersARepeatedCommandWithTheEnd],
  },
  {
    sentence: 'a repeated command gets its earlier result also from another connection',
    run: async (log) => {
      const meta = by();
      const first = await (await log.connect()).append('s', NO_STREAM, events(2), meta);
      const other = await log.connect();
      expect(await other.append('s', NO_STREAM, events(2), meta).catch(String)).toEqual(first);
      expect(await everything(other)).toHaveLength(2);
    },
    failsOn: [broken.remembersOnlyItsOwnCommands],
  },
  {
    sentence: 'a command sent several times at once is written once, and every sender gets its result',
    run: async (log) => {
      const [one, other] = [await log.connect(), await log.connect()];
      const meta = by();
      const sent = [one, other, one, one, other].map((store) =>
        store.append('s', NO_STREAM, events(2), meta).catch(String),
      );
      const results = await Promise.all(sent);
      const written = await one.read('s');
      expect(written).toHaveLength(2);
      expect(results).toEqual(Array(5).fill({ revision: 1, position: written[1]!.position }));
    },
    failsOn: [broken.refusesACommandUnderWay],
  },
  {
    sentence: 'a known command with another expected revision is refused with WrongRevision',
    run: async (log) => {
      const store = await log.connect();
      const meta = by();
      await store.append('s', NO_STREAM, events(1), by());
      await store.append('s', 0, events(3), meta);
      await store.append('s', 3, events(1), by());
      await refusesAsWrong(store.append('s', NO_STREAM, events(3), meta), 's', NO_STREAM, 4);
      await refusesAsWrong(store.append('s', 1, events(3), meta), 's', 1, 4);
      await refusesAsWrong(store.append('s', 2, events(1), meta), 's', 2, 4);
      await refusesAsWrong(store.append('s', 3, events(3), meta), 's', 3, 4);
      await refusesAsWrong(store.append('s', 7, events(3), meta), 's', 7, 4);
      expect(await store.read('s')).toHaveLength(5);
    },
    failsOn: [broken.recognisesACommandAtAnyRevision],
  },
  {
    sentence: 'the same command in another stream is another append',
    run: async (log) => {
      const store = await log.connect();
      const meta = by();
      await store.append('one', NO_STREAM, events(1), meta);
      await store.append('other', NO_STREAM, events(2), meta);
      expect(await store.read('other')).toHaveLength(2);
      expect(await everything(store)).toHaveLength(3);
    },
    failsOn: [broken.recognisesACommandInAnyStream],
  },
  {
    sentence: 'an append whose answer was lost is read back before it is answered',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(1), by());
      log.loseNextAnswer();
      const result = await within(15_000, store.append('s', 0, events(2), by()).catch(String));
      const written = await store.read('s');
      expect(written).toHaveLength(3);
      expect(result).toEqual({ revision: 2, position: written[2]!.position });
    },
    failsOn: [broken.takesALostAnswerForAFailure],
  },

  // --- all or nothing ------------------------------------------------------------------------------------------------
  {
    sentence: 'all events of an append are written, in their order, next to each other in the log',
    run: async (log) => {
      const store = await log.connect();
      await Promise.all([
        store.append('a', NO_STREAM, events(5), by()),
        store.append('b', NO_STREAM, events(5), by()),
        store.append('c', NO_STREAM, events(5), by()),
      ]);
      for (const stream of ['a', 'b', 'c']) expect((await store.read(stream)).map(number)).toEqual([0, 1, 2, 3, 4]);
      expect((await everything(store)).map(number)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    },
    failsOn: [broken.writesHalfOfAnAppend, broken.reversesAnAppend, broken.mixesAppends],
  },
  {
    sentence: 'an append with one event that cannot be taken is not written at all',
    run: async (log) => {
      const store = await log.connect();
      await refusesAsInvalid(store, 's', [...events(2), event({ text: 'a\0b' })]);
    },
    failsOn: [broken.writesUpToTheBadEvent],
  },
  {
    sentence: 'a reader never sees a part of an append',
    run: async (log) => {
      const [store, reader] = [await log.connect(), await log.connect()];
      const seen = new Set<number>();
      const writing = (async () => {
        for (let n = 0; n < 10; n++) await store.append('s', n * 4 - 1, events(4), by());
      })();
      for (let done = false; !done; await nextTurn()) {
        done = await Promise.race([writing.then(() => true), nextTurn(false)]);
        seen.add((await reader.read('s')).length % 4).add((await store.readAll(null, 100)).length % 4);
      }
      expect(await reader.read('s')).toHaveLength(40);
      expect([...seen]).toEqual([0]);
    },
    failsOn: [broken.writesOneByOne],
  },
  {
    sentence: 'an append has at least one event',
    run: async (log) => refusesAsInvalid(await log.connect(), 's', []),
    failsOn: [broken.takesEmptyAppends],
  },

  // --- what is taken -------------------------------------------------------------------------------------------------
  {
    sentence: 'an append of exactly 900 kB, data and meta together, is taken',
    run: async (log) => {
      const [store, meta] = [await log.connect(), by()];
      const large = eventOfSize(MAX_APPEND_BYTES, meta);
      expect(await failure(store.append('s', NO_STREAM, [large], meta))).toBeNull();
      expect((await store.read('s'))[0]?.data === large.data).toBe(true);
    },
    failsOn: [broken.refusesTheLimitItself, broken.cutsLargeData],
  },
  {
    sentence: 'an append of one byte more is refused',
    run: async (log) => {
      const meta = by();
      await refusesAsInvalid(await log.connect(), 's', [eventOfSize(MAX_APPEND_BYTES + 1, meta)], meta);
    },
    failsOn: [broken.hasNoLimit],
  },
  {
    sentence: 'the limit counts bytes, not characters',
    run: async (log) => {
      const meta = by();
      await refusesAsInvalid(await log.connect(), 's', [eventOfSize(MAX_APPEND_BYTES + 1, meta, '移')], meta);
    },
    failsOn: [broken.countsCharacters],
  },
  {
    sentence: 'the limit holds for all events of an append together',
    run: async (log) => {
      const [store, meta] = [await log.connect(), by()];
      const third = eventOfSize(MAX_APPEND_BYTES / 3, meta);
      await refusesAsInvalid(store, 's', [third, third, eventOfSize(MAX_APPEND_BYTES / 3 + 1, meta)], meta);
      await store.append('s', NO_STREAM, [third, third, third], meta);
      expect(await store.read('s')).toHaveLength(3);
    },
    failsOn: [broken.limitsEachEventAlone],
  },
  {
    sentence: 'what cannot be taken is refused before anything is sent',
    run: async (log) => {
      const [store, meta] = [await log.connect(), by()];
      await store.close();
      const refused = [
        () => store.append('s', NO_STREAM, [eventOfSize(MAX_APPEND_BYTES + 1, meta)], meta),
        () => store.append('s', NO_STREAM, [], meta),
        () => store.append('no name', NO_STREAM, events(1), meta),
      ];
      for (const append of refused) expect(await failure(append())).toBeInstanceOf(InvalidAppend);
    },
    failsOn: [broken.sendsBeforeItLooks],
  },
  {
    sentence: 'a stream name is 1 to 200 of A-Z a-z 0-9 . _ / -, and each is a stream of its own',
    run: async (log) => {
      const store = await log.connect();
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
        expect(await failure(store.append(name, NO_STREAM, [event({ n })], by()))).toBeNull();
      }
      for (const [n, name] of names.entries())
        expect((await store.read(name)).map((e) => [e.stream, number(e)])).toEqual([[name, n]]);
    },
    failsOn: [broken.takesOnlyShortNames, broken.foldsTheCaseOfNames, broken.readsByPrefix],
  },
  {
    sentence: 'any other stream name is refused',
    run: async (log) => {
      const store = await log.connect();
      for (const name of ['', 'a'.repeat(201), 'a b', ' a', 'a\n', 'ä', '*', '%', 'a\0', '$all', 'a:b', "a'b", '移民'])
        await refusesAsInvalid(store, name, events(1));
    },
    failsOn: [broken.rewritesStreamNames],
  },
  {
    sentence: 'text with U+0000 is refused, in values, keys and meta',
    run: async (log) => {
      const store = await log.connect();
      for (const data of [{ a: '\0' }, { a: ['x', { b: 'x\0y' }] }, { 'a\0': 1 }, { a: '\\\0' }, { a: '\\\\\0' }])
        await refusesAsInvalid(store, 's', [event(data)]);
      await refusesAsInvalid(store, 's', [{ ...event(), type: 'test.A\0' }]);
      await refusesAsInvalid(store, 's', events(1), by(uuidv7(), { actor: 'a\0' }));
      await refusesAsInvalid(store, 's', events(1), by(uuidv7(), { correlationId: '\0' }));
    },
    failsOn: [broken.dropsNul],
  },
  {
    sentence: 'text with a lone surrogate is refused, escaped or not, in values, keys and meta',
    run: async (log) => {
      const store = await log.connect();
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
      await refusesAsInvalid(store, 's', events(1), by(uuidv7(), { actor: 'a\ud83d' }));
    },
    failsOn: [broken.replacesLoneSurrogates],
  },
  {
    sentence: 'a backslash before the letters u0000 is text like any other',
    run: async (log) => {
      const store = await log.connect();
      const data = { path: 'C:\\u0000', regex: '\\ud800', more: '\\\\u0000', pair: '😀' };
      expect(
        await failure(store.append('s', NO_STREAM, [event(data)], by(undefined, { actor: 'a\\u0000' }))),
      ).toBeNull();
      const [written] = await store.read('s');
      expect(JSON.parse(written!.data!)).toEqual(data);
      expect(written!.meta.actor).toBe('a\\u0000');
    },
    failsOn: [broken.takesBackslashesForNul],
  },

  // --- what comes back -----------------------------------------------------------------------------------------------
  {
    sentence: 'data comes back byte for byte',
    run: async (log) => {
      const store = await log.connect();
      const data = {
        text: 'Żółć — 移民 🧳🏿‍♀️ مهاجرون \u00e9 e\u0301 \u2028\u2029\u200f\u001f\u007f\ufeff\uffff 𝒳 "\\/"',
        numbers: [0, -1.5, 1e21, 1e-7, 9007199254740991, 4.9e-324],
        nested: { aa: [[[]], {}], b: null, B: [true, false], '': 'no name', ['__proto__']: 1, é: 2, '10': 3, '9': 4 },
      };
      const spaced = '{ "b" : 1.0,\n\t"a":"\\u00e9\\ud83d\\ude00\\/" , "b2":[ ] }';
      await store.append('s', NO_STREAM, [event(data), { ...event(), data: spaced }], by());
      const written = [await store.read('s'), await store.readAll(null, 10)];
      for (const read of written) expect(read.map((e) => e.data)).toEqual([canonicalJson(data), spaced]);
    },
    failsOn: [broken.normalisesText, broken.parsesAndPrintsData],
  },
  {
    sentence: 'type, version and meta come back as they were given',
    run: async (log) => {
      const store = await log.connect();
      const given = [
        { type: 'commitment.StageReported', version: 1, data: '{}' },
        { type: 'commitment.StageReported', version: 17, data: '{}' },
        { type: 'Ähnlich.移', version: 2, data: '{}' },
      ];
      const metas = [
        by(uuidv7(), { causationId: uuidv7(), correlationId: 'ß 移 🧳 "' }),
        by(uuidv4(), { agency: null, role: 'secretariat' }),
      ];
      await store.append('s', NO_STREAM, given, metas[0]!);
      await store.append('s', 2, given, metas[1]!);
      const written = await store.read('s');
      expect(written.map(({ type, version }) => ({ type, version, data: '{}' }))).toEqual([...given, ...given]);
      expect(written.map(({ meta }) => meta)).toEqual([0, 0, 0, 1, 1, 1].map((n) => metas[n]));
      expect(written.map(({ stream }) => stream)).toEqual(Array(6).fill('s'));
    },
    failsOn: [broken.losesTheCause, broken.callsEverythingVersionOne],
  },
  {
    sentence: 'a stream and the log show the same events',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      await store.append('a', NO_STREAM, events(2), by());
      await other.append('b', NO_STREAM, events(2), by());
      const all = await everything(store);
      expect([...(await store.read('a')), ...(await store.read('b'))]).toEqual(all);
      expect(await everything(other)).toEqual(all);
      expect(await follow(store, null).got(4)).toEqual(all);
    },
    failsOn: [broken.leavesTheSaltOutOfTheLog],
  },

  // --- ids, revisions, positions -------------------------------------------------------------------------------------
  {
    sentence: "an event's id is a UUID derived from the command's id, the stream and the event's index",
    run: async (log) => {
      const store = await log.connect();
      const [meta, later] = [by(), by(uuidv4())];
      await store.append('s', NO_STREAM, events(3), meta);
      await store.append('s', 2, events(2), later);
      const ids = (await store.read('s')).map(({ id }) => id);
      expect(ids).toEqual([
        ...[0, 1, 2].map((index) => eventId(meta.commandId, 's', index)),
        ...[0, 1].map((index) => eventId(later.commandId, 's', index)),
      ]);
      for (const id of ids) expect(id).toMatch(UUID);
    },
    failsOn: [broken.makesUpIds],
  },
  {
    sentence: "a command's id is a UUID, whatever may follow it",
    run: async (log) => {
      const store = await log.connect();
      for (const commandId of [
        '',
        'x',
        'import:row-7',
        uuidv7().slice(1),
        `x${uuidv7()}`,
        uuidv7().replaceAll('-', ''),
      ])
        await refusesAsInvalid(store, 's', events(1), by(commandId));
      await store.append('s', NO_STREAM, events(1), by(`${uuidv7()}:2`));
      expect((await store.read('s'))[0]!.id).toMatch(UUID);
    },
    failsOn: [broken.takesAnyCommandId],
  },
  {
    sentence: 'no two events of a log have the same id, even if one command writes to several streams',
    run: async (log) => {
      const [store, meta] = [await log.connect(), by()];
      for (const stream of ['a', 'b', 'c']) await store.append(stream, NO_STREAM, events(3), meta);
      await store.append('a', 2, events(3), by());
      expect(new Set((await everything(store)).map(({ id }) => id)).size).toBe(12);
    },
    failsOn: [broken.givesStreamsTheSameIds],
  },
  {
    sentence: 'the ids of commands whose ids rise with time (UUIDv7) rise with time',
    run: async (log) => {
      const store = await log.connect();
      for (let n = 0; n < 8; n++)
        await store.append(
          `s${n}`,
          NO_STREAM,
          events(1),
          by(uuidv7({ msecs: NOON + n * 1000, random: new Uint8Array(16) })),
        );
      const ids = (await everything(store)).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted());
    },
    failsOn: [broken.scattersIds],
  },
  {
    sentence: 'the revisions of a stream are 0, 1, 2 …, and it is read in their order',
    run: async (log) => {
      const store = await log.connect();
      for (let n = 0; n < 6; n++)
        await store.append('s', n * 2 - 1, [event({ n: n * 2 }), event({ n: n * 2 + 1 })], by());
      const written = await store.read('s');
      expect(written.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(written.map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    },
    failsOn: [broken.countsRevisionsFromOne, broken.readsRevisionsAsText],
  },
  {
    sentence: 'a stream is read from a revision on, that one included',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(4), by());
      expect((await store.read('s', 0)).map(number)).toEqual([0, 1, 2, 3]);
      expect((await store.read('s', 2)).map(number)).toEqual([2, 3]);
      expect((await store.read('s', 3)).map(number)).toEqual([3]);
      expect(await store.read('s', 4)).toEqual([]);
    },
    failsOn: [broken.readsAfterTheRevision],
  },
  {
    sentence: 'a stream that does not exist has no events',
    run: async (log) => {
      const store = await log.connect();
      await store.append('commitment-IOM-2006-10', NO_STREAM, events(2), by());
      for (const name of ['other', 'commitment-IOM-2006-1', 'commitment-IOM-2006-100', 'Commitment-IOM-2006-10'])
        expect(await store.read(name)).toEqual([]);
    },
    failsOn: [broken.readsByPrefix],
  },
  {
    sentence: 'positions are decimal digits that rise strictly over the whole log, across connections',
    run: async (log) => {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 12; n++) await stores[n % 2]!.append(`s${n % 3}`, Math.floor(n / 3) * 2 - 1, events(2), by());
      const positions = (await everything(stores[0]!)).map(({ position }) => position);
      expect(positions).toHaveLength(24);
      for (const position of positions) expect(position).toMatch(/^(0|[1-9]\d*)$/);
      for (let n = 1; n < 24; n++) expect(BigInt(positions[n]!) > BigInt(positions[n - 1]!)).toBe(true);
    },
    failsOn: [broken.sharesPositions, broken.readsPositionsAsText],
  },

  // --- streams one after the other -----------------------------------------------------------------------------------
  {
    sentence:
      'a store that reads a category stream by stream gives each event up to a position once, wherever it goes on',
    run: async (log) => {
      const store = await log.connect();
      const names = ['book-b', 'book-a', 'books-a', 'book.a', 'book-a.b', 'boo-k', 'book-A'];
      for (let n = 0; n < 3; n++) for (const name of names) await store.append(name, n - 1, [event({ n })], by());
      const upTo = (await store.head())!;
      for (const name of ['book-a', 'book-c'])
        await store.append(name, name === 'book-a' ? 2 : -1, [event({ n: 3 })], by());
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
    failsOn: [
      broken.readsOtherCategories,
      broken.readsStreamsBeyondThePosition,
      broken.leavesTheRestOfAStream,
      broken.readsAStreamAgain,
      broken.readsAStreamBackwards,
    ],
  },

  // --- the whole log -------------------------------------------------------------------------------------------------
  {
    sentence: 'the log is read in the order of the commits',
    run: async (log) => {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 10; n++) await stores[n % 2]!.append(`s${9 - n}`, NO_STREAM, [event({ n })], by());
      for (const store of stores)
        expect((await store.readAll(null, 100)).map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
    failsOn: [broken.readsStreamByStream],
  },
  {
    sentence: 'the log is read after a position, that one excluded',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(5), by());
      const all = await store.readAll(null, 100);
      for (const [n, { position }] of all.entries())
        expect(await store.readAll(position, 100)).toEqual(all.slice(n + 1));
    },
    failsOn: [broken.readsFromThePositionOn],
  },
  {
    sentence: 'no more events are read than were asked for',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(5), by());
      for (const limit of [1, 2, 4, 5, 6])
        expect((await store.readAll(null, limit)).map(number)).toEqual([0, 1, 2, 3, 4].slice(0, limit));
    },
    failsOn: [broken.readsOneTooMany],
  },
  {
    sentence: 'read page by page, of whatever size, the log is the same',
    run: async (log) => {
      const store = await log.connect();
      for (let n = 0; n < 5; n++)
        await store.append(`s${n}`, NO_STREAM, [event({ n: n * 2 }), event({ n: n * 2 + 1 })], by());
      for (const page of [1, 2, 3, 7, 10, 11])
        expect((await everything(store, page)).map(number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
    failsOn: [broken.skipsBetweenPages],
  },
  {
    sentence: 'the head is the last position of the log, null when it is empty',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      expect(await store.head()).toBeNull();
      const first = await store.append('a', NO_STREAM, events(2), by());
      expect([await store.head(), await other.head()]).toEqual([first.position, first.position]);
      const second = await other.append('b', NO_STREAM, events(1), by());
      expect([await store.head(), await other.head()]).toEqual([second.position, second.position]);
    },
    failsOn: [broken.knowsOnlyItsOwnHead, broken.startsAtZero],
  },
  {
    sentence:
      'with many writers on several connections nothing is lost, doubled or out of order, read or followed live',
    run: async (log) => {
      const [one, two, three] = [await log.connect(), await log.connect(), await log.connect()];
      const following = [one, three].map((store) => follow(store, null, { batchSize: 7 }));
      const acknowledged = await writeAtOnce([one, two], 6, 12);
      const stored = await everything(three);
      expect(stored).toHaveLength(2 * 6 * (4 * (1 + 2 + 3)));
      expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
      const positions = new Set(stored.map(({ position }) => position));
      expect(acknowledged.filter(({ position }) => !positions.has(position))).toEqual([]);
      for (const stream of ['shared-0', 'shared-1', 'shared-2']) {
        const revisions = stored.filter((e) => e.stream === stream).map(({ revision }) => revision);
        expect(revisions).toEqual(revisions.map((_, n) => n));
      }
      for (const { got, stop } of following) {
        expect((await got(stored.length)).map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
        stop();
      }
      expect(await verify(three)).toMatchObject({ ok: true });
    },
    failsOn: [broken.skipsEventsWhileWritersAreBusy, broken.leapsToTheHead],
  },

  // --- following -----------------------------------------------------------------------------------------------------
  {
    sentence: 'a subscription gives what the log holds, then what comes',
    run: async (log) => {
      const store = await log.connect();
      await store.append('a', NO_STREAM, [event({ n: 0 }), event({ n: 1 })], by());
      const following = follow(store, null);
      expect((await following.got(2)).map(number)).toEqual([0, 1]);
      for (let n = 2; n < 6; n++) await store.append(`b${n}`, NO_STREAM, [event({ n })], by());
      expect((await following.got(6)).map(number)).toEqual([0, 1, 2, 3, 4, 5]);
      following.stop();
    },
    failsOn: [broken.followsOnlyWhatComes, broken.endsAtTheHead],
  },
  {
    sentence: 'a subscription begins after the position it is given, that one excluded',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(4), by());
      const all = await everything(store);
      const following = all.map(({ position }) => follow(store, position));
      await store.append('s', 3, [event({ n: 4 })], by());
      for (const [n, { got, stop }] of following.entries()) {
        expect((await got(4 - n)).map(number)).toEqual([1, 2, 3, 4].slice(n));
        stop();
      }
    },
    failsOn: [broken.followsFromThePositionOn],
  },
  {
    sentence: 'a subscription taken up again after the last position seen goes on without loss or repetition',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      const writing = writeAtOnce([other], 4, 21);
      const seen: Envelope[] = [];
      for (const end = performance.now() + patience * 3; seen.length < 4 * 42 && performance.now() < end;) {
        const following = follow(store, seen.at(-1)?.position ?? null, { batchSize: 3 });
        seen.push(...(await following.got(1)));
        following.stop();
        await following.ended;
        seen.push(...following.batches.flat().filter((e) => !seen.includes(e)));
      }
      await writing;
      expect(seen.map(({ id }) => id)).toEqual((await everything(store)).map(({ id }) => id));
    },
    failsOn: [broken.followsFromThePositionOn, broken.skipsBetweenPages],
  },
  {
    sentence: 'a subscription gives no batch larger than was asked for, and none that is empty',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(10), by());
      const following = follow(store, null, { batchSize: 3 });
      await following.got(10);
      await store.append('s', 9, events(5), by());
      await following.got(15);
      await sleep(120);
      following.stop();
      const sizes = following.batches.map(({ length }) => length);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(15);
      expect(sizes.filter((size) => size < 1 || size > 3)).toEqual([]);
    },
    failsOn: [broken.ignoresTheBatchSize, broken.givesEmptyBatches],
  },
  {
    sentence: 'a subscription ends at once when it is aborted, idle or busy, and when it was aborted before',
    run: async (log) => {
      const store = await log.connect();
      const idle = follow(store, null);
      await sleep(30);
      idle.stop();
      expect(await within(150, idle.ended)).toBeNull();

      await store.append('s', NO_STREAM, events(10), by());
      const busy = follow(store, null, { batchSize: 1, pause: 20 });
      await busy.got(2);
      busy.stop();
      expect(await within(150, busy.ended)).toBeNull();
      expect(busy.batches.length).toBeLessThan(5);

      const never = follow(store, null, { aborted: true });
      expect(await within(150, never.ended)).toBeNull();
      expect(never.batches).toEqual([]);
    },
    failsOn: [broken.endsLate, broken.finishesTheLogFirst],
  },
  {
    sentence: 'an event appended on the same connection reaches a subscriber within 200 ms',
    run: async (log) => {
      const store = await log.connect();
      expect(await delayOfEvents(store, store)).toBeLessThan(200);
    },
    failsOn: [broken.neverWakesSubscribers],
  },
  {
    sentence: 'an event appended on another connection, as by another process, reaches a subscriber within 200 ms',
    run: async (log) => {
      expect(await delayOfEvents(await log.connect(), await log.connect())).toBeLessThan(200);
    },
    failsOn: [broken.noticesOnlyItsOwnEvents],
  },
  {
    sentence: 'every subscriber gets every event',
    run: async (log) => {
      const store = await log.connect();
      const following = [follow(store, null), follow(store, null), follow(store, null, { batchSize: 2 })];
      for (let n = 0; n < 6; n++) await store.append('s', n - 1, [event({ n })], by());
      for (const { got, stop } of following) {
        expect((await got(6)).map(number)).toEqual([0, 1, 2, 3, 4, 5]);
        stop();
      }
    },
    failsOn: [broken.sharesOneCursor],
  },
  {
    sentence: 'a slow subscriber misses nothing',
    run: async (log) => {
      const store = await log.connect();
      const following = follow(store, null, { batchSize: 4, pause: 10 });
      for (let n = 0; n < 20; n++) {
        await store.append('s', n - 1, [event({ n })], by());
        await sleep(2);
      }
      expect((await following.got(20)).map(number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
      following.stop();
    },
    failsOn: [broken.leapsToTheHead],
  },

  // --- time ----------------------------------------------------------------------------------------------------------
  {
    sentence: 'recordedAt is the clock of the store when it writes, ISO 8601 in UTC with milliseconds',
    run: async (log) => {
      let now = NOON + 7;
      const store = await log.connect(() => now);
      await store.append('s', NO_STREAM, events(1), by());
      now += DAY;
      await store.append('s', 0, events(2), by());
      const [first, ...later] = (await store.read('s')).map(({ recordedAt }) => recordedAt);
      expect(first).toBe('2026-03-01T12:00:00.007Z');
      expect(later).toEqual(['2026-03-02T12:00:00.007Z', '2026-03-02T12:00:00.007Z']);
    },
    failsOn: [broken.datesWithoutMilliseconds, broken.datesByTheReader],
  },
  {
    sentence: 'recordedAt never falls within a log, whatever the clocks of its writers do',
    run: async (log) => {
      let now = NOON;
      const [store, behind] = [await log.connect(() => now), await log.connect(() => NOON - 400 * DAY)];
      await store.append('a', NO_STREAM, events(1), by());
      now -= DAY;
      await store.append('b', NO_STREAM, events(1), by());
      await behind.append('c', NO_STREAM, events(1), by());
      now = NOON + 1000;
      await store.append('d', NO_STREAM, events(1), by());
      await behind.append('a', 0, events(1), by());
      const reopened = await log.connect(() => 0);
      await reopened.append('e', NO_STREAM, events(1), by());
      const times = (await everything(store)).map(({ recordedAt }) => Date.parse(recordedAt) - NOON);
      expect(times).toEqual([0, 0, 0, 1000, 1000, 1000]);
    },
    failsOn: [broken.believesTheClock],
  },
  {
    sentence: 'an instant stands for the greatest position recorded by then, null before the first',
    run: async (log) => {
      let now = NOON;
      const store = await log.connect(() => now);
      expect(await store.positionAt(new Date(NOON))).toBeNull();
      const positions: string[] = [];
      for (let n = 0; n < 7; n++) {
        now = NOON + Math.floor(n / 2) * 1000;
        positions.push((await store.append(`s${n % 2}`, Math.floor(n / 2) * 2 - 1, events(2), by())).position);
      }
      const at = (ms: number) => store.positionAt(new Date(NOON + ms));
      expect([await at(-DAY), await at(-1)]).toEqual([null, null]);
      expect([await at(0), await at(1), await at(999)]).toEqual([positions[1], positions[1], positions[1]]);
      expect([await at(1000), await at(1999)]).toEqual([positions[3], positions[3]]);
      expect([await at(2000), await at(2999)]).toEqual([positions[5], positions[5]]);
      expect([await at(3000), await at(DAY * 9000)]).toEqual([positions[6], positions[6]]);
    },
    failsOn: [broken.excludesTheInstant, broken.findsTheFirstOfAnInstant],
  },

  // --- the hash chain ------------------------------------------------------------------------------------------------
  {
    sentence:
      "an event's hash is SHA-256 over the previous hash of its stream and its canonical JSON without position and data",
    run: async (log) => {
      const stores = [await log.connect(), await log.connect()];
      for (let n = 0; n < 8; n++)
        await stores[n % 2]!.append(`s${n % 2}`, Math.floor(n / 2) * 2 - 1, events(2), by(undefined, { agency: null }));
      const last = new Map<string, string>();
      for (const e of await everything(stores[0]!)) {
        const { id, stream, revision, type, version, digest, meta, recordedAt } = e;
        const said = canonicalJson({ digest, id, meta, recordedAt, revision, stream, type, version });
        const hash = createHash('sha256').update((last.get(stream) ?? '') + said);
        expect(e.hash).toBe(hash.digest('base64url'));
        last.set(stream, e.hash);
      }
    },
    failsOn: [broken.chainsEventsToNothing, broken.chainsTheWholeLog],
  },
  {
    sentence: 'the digest of data is salted, with another salt for each event',
    run: async (log) => {
      const store = await log.connect();
      for (let n = 0; n < 3; n++)
        await store.append(`s${n}`, NO_STREAM, [event({ name: 'x' }), event({ name: 'x' })], by());
      const written = await everything(store);
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
    failsOn: [broken.saltsAllAlike],
  },
  {
    sentence: 'a log as it was written verifies, from every connection and after reopening',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      await writeAtOnce([store, other], 3, 6);
      await store.append(
        'text',
        NO_STREAM,
        [event({ text: '\u00e9 e\u0301 移 🧳' }), { ...event(), data: '{ "b":1.0 }' }],
        by(),
      );
      await store.close();
      for (const reader of [other, await log.connect()])
        expect(await verify(reader)).toMatchObject({ ok: true, blanked: 0, anchor: { events: 6 * 12 + 2 } });
    },
    failsOn: [broken.altersWhatItReads],
  },

  // --- blanking ------------------------------------------------------------------------------------------------------
  {
    sentence: 'the data and salt of an event can be blanked, and nothing else changes, on any connection',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      await store.append('s', NO_STREAM, [event({ n: 0 }), event({ name: 'Jo Doe' }), event({ n: 2 })], by());
      await store.append('t', NO_STREAM, events(2), by());
      const before = await everything(store);
      expect(before[1]!.data).toContain('Jo Doe');
      await store.blank('s', 1);
      const after = before.map((e, n) => (n === 1 ? { ...e, data: null, salt: '' } : e));
      for (const reader of [store, other, await log.connect()]) {
        expect(await everything(reader)).toEqual(after);
        expect(await reader.read('s')).toEqual(after.slice(0, 3));
      }
    },
    failsOn: [
      broken.blanksNothing,
      broken.blanksTheDigestToo,
      broken.keepsTheSalt,
      broken.blanksTheWholeStream,
      broken.blanksOnlyForItself,
    ],
  },
  {
    sentence: 'a log with blanked data verifies, and goes on',
    run: async (log) => {
      const store = await log.connect();
      const meta = by();
      const first = await store.append('s', NO_STREAM, events(2), meta);
      await store.append('s', 1, [{ ...event({ revision: 1 }), type: 'test.Blanked' }], by());
      await store.blank('s', 1);
      expect(await verify(store)).toMatchObject({ ok: true, blanked: 1, toErase: [] });
      expect(await store.append('s', NO_STREAM, events(2), meta)).toEqual(first);
      await store.append('s', 2, events(1), by());
      expect(await verify(await log.connect())).toMatchObject({ ok: true, blanked: 1, anchor: { events: 4 } });
    },
    failsOn: [broken.blanksTheDigestToo, broken.blanksNothing],
  },
  {
    sentence: 'blanking again changes nothing, from whatever connection',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      await store.append('s', NO_STREAM, events(2), by());
      await store.blank('s', 0);
      const blanked = await everything(store);
      expect(await failure(Promise.all([store.blank('s', 0), other.blank('s', 0)]))).toBeNull();
      expect(await everything(store)).toEqual(blanked);
    },
    failsOn: [broken.blanksOnlyOnce],
  },
  {
    sentence: 'what is not there cannot be blanked: NoSuchEvent',
    run: async (log) => {
      const store = await log.connect();
      await store.append('s', NO_STREAM, events(2), by());
      const before = await everything(store);
      for (const [stream, revision] of [
        ['s', 2],
        ['s', -1],
        ['s', 0.5],
        ['none', 0],
      ] as const)
        expect(await failure(store.blank(stream, revision))).toBeInstanceOf(NoSuchEvent);
      expect(await everything(store)).toEqual(before);
    },
    failsOn: [broken.blanksWhatIsNotThere],
  },
  {
    sentence: 'blanking does no harm to appends under way',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      await store.append('s', NO_STREAM, events(8), by());
      const sent = Array.from({ length: 8 }, (_, n) => [
        store.append(`a${n}`, NO_STREAM, events(2), by()),
        store.blank('s', n),
        other.append(`b${n}`, NO_STREAM, events(2), by()),
      ]).flat();
      expect((await Promise.allSettled(sent)).filter(({ status }) => status === 'rejected')).toEqual([]);
      const all = await everything(store);
      expect(all.map(({ data }) => data === null)).toEqual(all.map(({ stream }) => stream === 's'));
      expect(all).toHaveLength(8 + 8 * 4);
    },
    failsOn: [broken.refusesAppendsWhileItBlanks],
  },

  // --- identity and end ----------------------------------------------------------------------------------------------
  {
    sentence: 'a log has one identity, on every connection and after reopening',
    run: async (log) => {
      const [store, other] = [await log.connect(), await log.connect()];
      const identity = await store.identity();
      expect(identity).toMatch(/\S{8,}/);
      await store.append('s', NO_STREAM, events(1), by());
      await store.close();
      expect([await other.identity(), await (await log.connect()).identity()]).toEqual([identity, identity]);
    },
    failsOn: [broken.identifiesTheConnection, broken.hasNoIdentity],
  },
  {
    sentence: 'everything acknowledged is there after reopening',
    run: async (log) => {
      const store = await log.connect();
      const told = [];
      for (let n = 0; n < 5; n++) told.push(await store.append('s', n * 2 - 1, events(2), by()));
      const before = await everything(store);
      await store.close();
      const reopened = await log.connect();
      expect(await everything(reopened)).toEqual(before);
      expect(before.filter((_, n) => n % 2 === 1).map(({ revision, position }) => ({ revision, position }))).toEqual(
        told,
      );
      expect(await reopened.append('s', 9, events(1), by())).toMatchObject({ revision: 10 });
    },
    failsOn: [broken.acknowledgesBeforeWriting],
  },
  {
    sentence: 'closing answers the appends under way, truthfully',
    run: async (log) => {
      const store = await log.connect();
      const sent = Array.from({ length: 5 }, (_, n) =>
        store.append(`s${n}`, NO_STREAM, events(1), by()).catch(() => null),
      );
      await within(patience, store.close());
      const answers = await within(patience, Promise.all(sent));
      const written = await everything(await log.connect());
      expect(written.map(({ position }) => position)).toEqual(answers.filter((a) => a !== null).map((a) => a.position));
    },
    failsOn: [broken.leavesAppendsUnansweredOnClose],
  },
  {
    sentence: 'a closed connection refuses everything with StoreUnavailable, and tells its subscribers so',
    run: async (log) => {
      const store = await log.connect();
      const { position } = await store.append('s', NO_STREAM, events(1), by());
      const following = follow(store, null);
      await following.got(1);
      await store.close();
      expect(await within(500, following.ended)).toBeInstanceOf(StoreUnavailable);
      const calls = [
        () => store.append('s', 0, events(1), by()),
        () => store.blank('s', 0),
        () => store.read('s'),
        () => store.readAll(position, 10),
        () => store.head(),
        () => store.positionAt(new Date()),
        () => store.identity(),
        () => follow(store, null).ended.then((error) => Promise.reject(error)),
      ];
      for (const call of calls) expect(await within(500, failure(call()))).toBeInstanceOf(StoreUnavailable);
      await store.close();
      expect(await everything(await log.connect())).toHaveLength(1);
    },
    failsOn: [broken.acknowledgesAfterClose, broken.leavesSubscribersWaiting],
  },
];
