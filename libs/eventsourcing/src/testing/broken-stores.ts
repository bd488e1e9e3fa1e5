/**
 * Stores that are wrong in one respect each, made of a good one: the negative controls of the store contract. The name of
 * each says its fault, to follow "a store fails the contract when it …".
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { chainHash, eventDigest, eventId, type EncodedEvent, type Envelope, type Meta } from '../events.js';
import { idleTime, type TestedLog } from './tested-log.js';

export type BrokenStore = (log: TestedLog) => TestedLog;

type Append = EventStore['append'];

/** A store that differs from a good one in some functions. `breaking` is called once per connection. */
const store =
  (breaking: (good: EventStore, now: () => number) => Partial<EventStore>): BrokenStore =>
  (log) => ({
    ...log,
    connect: async (now) => {
      const good = await log.connect(now);
      return { ...methods(good), ...breaking(methods(good), now ?? Date.now) };
    },
  });

const methods = (good: EventStore): EventStore => ({
  identity: () => good.identity(),
  append: (...args) => good.append(...args),
  blank: (...args) => good.blank(...args),
  read: (...args) => good.read(...args),
  readAll: (...args) => good.readAll(...args),
  ...(good.readByStream && { readByStream: good.readByStream.bind(good) }),
  subscribe: (...args) => good.subscribe(...args),
  head: () => good.head(),
  positionAt: (...args) => good.positionAt(...args),
  types: () => good.types(),
  takeOver: (...args) => good.takeOver(...args),
  close: () => good.close(),
});

type Subscribe = EventStore['subscribe'];

/** A subscription that gives the part of each batch that `left` leaves. */
const leaving = (good: EventStore, left: (batch: Envelope[]) => Envelope[]): Subscribe =>
  async function* (...args) {
    for await (const batch of good.subscribe(...args)) {
      const some = left(batch);
      if (some.length > 0) yield some;
    }
  };

/** A subscription that looks for new events, and again after each `pause`. */
const looking = (good: EventStore, pause: (signal: AbortSignal) => Promise<unknown>): Subscribe =>
  async function* (after, signal, batchSize = 500) {
    for (let at = after; !signal.aborted; await pause(signal)) {
      const batch = await good.readAll(at, batchSize);
      if (batch.length > 0) yield batch;
      at = batch.at(-1)?.position ?? at;
    }
  };

/** A store whose `append` differs. */
const appending = (append: (good: EventStore) => Append): BrokenStore => store((good) => ({ append: append(good) }));

/** A store that shows its events otherwise than they were written; `map` sees all that were read at once. */
const showing = (
  map: (events: Envelope[], now: () => number) => Envelope[],
  where: 'both' | 'readAll' | 'subscribe' = 'both',
): BrokenStore =>
  store((good, now) => {
    const read: Partial<EventStore> = { read: async (...args) => map(await good.read(...args), now) };
    const readAll: Partial<EventStore> = { readAll: async (...args) => map(await good.readAll(...args), now) };
    if (where === 'subscribe') return { subscribe: leaving(good, (batch) => map(batch, now)) };
    return where === 'readAll' ? readAll : { ...read, ...readAll };
  });

const showingEach = (map: (event: Envelope, now: () => number) => Envelope): BrokenStore =>
  showing((events, now) => events.map((event) => map(event, now)));

/** A store that appends once more, expecting the present revision, when the refusal is one that `takes` lets pass. */
const forgiving = (takes: (refused: WrongRevision) => boolean): BrokenStore =>
  appending((good) => async (stream, expected, events, meta) => {
    try {
      return await good.append(stream, expected, events, meta);
    } catch (error) {
      if (!(error instanceof WrongRevision) || !takes(error)) throw error;
      return good.append(stream, error.actual, events, meta);
    }
  });

/** A store that refuses a repeated command in the cases that `forgets` names. */
const forgetting = (
  forgets: (written: readonly Envelope[], commandId: string, own: ReadonlySet<string>) => boolean,
): BrokenStore =>
  appending((good) => {
    const own = new Set<string>();
    return async (stream, expected, events, meta) => {
      const written = await good.read(stream);
      if (written.some((e) => e.meta.commandId === meta.commandId) && forgets(written, meta.commandId, own))
        throw new WrongRevision(stream, expected, written.at(-1)!.revision);
      own.add(meta.commandId);
      return good.append(stream, expected, events, meta);
    };
  });

/** A store that takes an append that it must refuse, after making it fit. */
const fitting = (
  fit: (stream: string, events: readonly EncodedEvent[], meta: Meta) => [string, readonly EncodedEvent[], Meta] | null,
): BrokenStore =>
  appending((good) => (stream, expected, events, meta) => {
    const fitted = fit(stream, events, meta);
    return fitted
      ? good.append(fitted[0], expected, fitted[1], fitted[2])
      : good.append(stream, expected, events, meta);
  });

/** A store that refuses an append that it must take. */
const refusing = (refuses: (stream: string, events: readonly EncodedEvent[], meta: Meta) => boolean) =>
  appending((good) => async (stream, expected, events, meta) => {
    if (refuses(stream, events, meta)) throw new InvalidAppend('refused');
    return good.append(stream, expected, events, meta);
  });

const replaceText = (value: EncodedEvent | Meta, pattern: RegExp, by: string) =>
  JSON.parse(
    JSON.stringify(value, (key, text: unknown) =>
      typeof text !== 'string'
        ? text
        : key === 'data'
          ? text.replace(pattern, by)
          : text.replace(/[\0\ud800-\udfff]/g, by),
    ),
  ) as never;

const bytes = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
const sizeOf = (events: readonly EncodedEvent[], meta: Meta): number =>
  bytes(events.flatMap(({ data }) => [data, JSON.stringify(meta)]));
const empty = (events: readonly EncodedEvent[]): EncodedEvent[] => events.map((event) => ({ ...event, data: '{}' }));
const forever = (signal: AbortSignal): Promise<void> =>
  sleep(60_000, undefined, { signal, ref: false }).catch(() => {});
const byText = (a: string | number, b: string | number): number => (String(a) < String(b) ? -1 : 1);

/** Not broken, only wrapped like the others. */
export const inNoWay = store(() => ({}));

// --- streams one after the other ---------------------------------------------------------------------------------------
type ByStream = NonNullable<EventStore['readByStream']>;
const byStream = (read: (good: ByStream) => ByStream): BrokenStore =>
  store((good) => (good.readByStream ? { readByStream: read(good.readByStream) } : {}));
export const readsOtherCategories = byStream((good) => async (category, after, upTo, limit) => [
  ...(await good(category, after, upTo, limit)),
  ...(after ? [] : await good(`${category}s`, null, upTo, limit)),
]);
export const readsStreamsBeyondThePosition = byStream(
  (good) => (category, after, _upTo, limit) => good(category, after, String(Number.MAX_SAFE_INTEGER), limit),
);
export const leavesTheRestOfAStream = byStream(
  (good) => async (category, after, upTo, limit) =>
    (await good(category, after, upTo, limit)).filter(({ stream }) => stream !== after?.stream),
);
export const readsAStreamAgain = byStream(
  (good) => (category, after, upTo, limit) =>
    good(category, after && { ...after, revision: after.revision - 1 }, upTo, limit),
);
export const readsAStreamBackwards = byStream(
  (good) =>
    async (...args) =>
      (await good(...args)).reverse(),
);

// --- the expected revision ---------------------------------------------------------------------------------------------
export const answersWithTheFirstRevision = appending((good) => async (...args) => {
  const answer = await good.append(...args);
  return { ...answer, revision: args[1] + 1 };
});
export const answersWithTheFirstPosition = appending((good) => async (...args) => {
  const answer = await good.append(...args);
  return { ...answer, position: (await good.read(args[0], args[1] + 1))[0]!.position };
});
export const ignoresTheExpectedRevision = forgiving(() => true);
export const takesARevisionAhead = forgiving((e) => e.expected > e.actual);
export const takesNoStreamAsAny = forgiving((e) => e.expected === NO_STREAM);
export const takesARevisionOfAMissingStream = forgiving((e) => e.actual === NO_STREAM);
export const takesMinusTwoAsAny = appending(
  (good) => async (stream, expected, events, meta) =>
    good.append(
      stream,
      expected === -2 ? ((await good.read(stream)).at(-1)?.revision ?? NO_STREAM) : expected,
      events,
      meta,
    ),
);
export const letsTheLosersOfARaceWrite = appending((good) => {
  let underWay = 0;
  return async (stream, expected, events, meta) => {
    underWay++;
    try {
      return await good.append(stream, expected, events, meta);
    } catch (error) {
      if (!(error instanceof WrongRevision) || underWay === 1) throw error;
      return good.append(stream, error.actual, events, meta);
    } finally {
      underWay--;
    }
  };
});
export const checksAgainstItsOwnMemory = appending((good) => {
  const heads = new Map<string, number>();
  return async (stream, expected, events, meta) => {
    const own = heads.get(stream) === expected;
    const actual = own ? ((await good.read(stream)).at(-1)?.revision ?? NO_STREAM) : expected;
    const answer = await good.append(stream, actual, events, meta);
    heads.set(stream, expected + events.length);
    return answer;
  };
});

// --- the same command again --------------------------------------------------------------------------------------------
export const forgetsCommands = forgetting(() => true);
export const writesARepeatedCommandAgain = appending((good) => {
  const seen = new Set<string>();
  return async (stream, expected, events, meta) => {
    if (!seen.has(meta.commandId)) {
      seen.add(meta.commandId);
      return good.append(stream, expected, events, meta);
    }
    const actual = (await good.read(stream)).at(-1)!.revision;
    return good.append(stream, actual, events, { ...meta, commandId: randomUUID() });
  };
});
export const recognisesOnlyTheLastAppend = forgetting(
  (written, commandId) => written.at(-1)!.meta.commandId !== commandId,
);
export const answersARepeatedCommandWithTheEnd = appending((good) => {
  return async (stream, expected, events, meta) => {
    const last = (await good.read(stream)).at(-1);
    const answer = await good.append(stream, expected, events, meta);
    return last && answer.revision < last.revision ? { revision: last.revision, position: last.position } : answer;
  };
});
export const remembersOnlyItsOwnCommands = forgetting((_written, commandId, own) => !own.has(commandId));
export const refusesACommandUnderWay = appending((good) => {
  const underWay = new Set<string>();
  return async (stream, expected, events, meta) => {
    if (underWay.has(meta.commandId)) throw new WrongRevision(stream, expected, expected + events.length);
    underWay.add(meta.commandId);
    return good.append(stream, expected, events, meta).finally(() => underWay.delete(meta.commandId));
  };
});
export const recognisesACommandAtAnyRevision = appending((good) => {
  return async (stream, expected, events, meta) => {
    const own = (await good.read(stream)).filter((e) => e.meta.commandId === meta.commandId);
    const last = own.at(-1);
    return last ? { revision: last.revision, position: last.position } : good.append(stream, expected, events, meta);
  };
});
export const recognisesACommandInAnyStream = appending((good) => {
  const known = new Map<string, Promise<Appended>>();
  return (stream, expected, events, meta) => {
    const answer = known.get(meta.commandId) ?? good.append(stream, expected, events, meta);
    known.set(meta.commandId, answer);
    return answer;
  };
});
export const takesALostAnswerForAFailure: BrokenStore = (log) => {
  let lost = false;
  const breaking = appending((good) => async (...args) => {
    const answer = await good.append(...args);
    if (!lost) return answer;
    lost = false;
    throw new StoreUnavailable('The answer was lost.');
  });
  return { ...breaking(log), loseNextAnswer: () => void (lost = true) };
};

export const answersForAsManyEventsAsItIsGiven = appending((good) => async (...args) => {
  const answer = await good.append(...args);
  const last = (await good.read(args[0], args[1] + args[2].length))[0];
  return last && last.revision < answer.revision ? { revision: last.revision, position: last.position } : answer;
});
export const refusesACommandThatGrew = appending((good) => async (stream, expected, events, meta) => {
  const written = await good.read(stream);
  const own = written.filter((e) => e.meta.commandId === meta.commandId).length;
  if (own > 0 && own < events.length) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
  return good.append(stream, expected, events, meta);
});

// --- all or nothing ----------------------------------------------------------------------------------------------------
export const writesHalfOfAnAppend = fitting((stream, events, meta) =>
  events.length > 1 ? [stream, events.slice(0, Math.ceil(events.length / 2)), meta] : null,
);
export const reversesAnAppend = fitting((stream, events, meta) => [stream, events.toReversed(), meta]);
export const mixesAppends = appending((good) => oneByOne(good));
export const writesOneByOne = appending((good) => oneByOne(good));
export const writesUpToTheBadEvent = appending((good) => async (...args) => {
  try {
    return await good.append(...args);
  } catch (error) {
    await oneByOne(good)(...args);
    throw error;
  }
});
function oneByOne(good: EventStore): Append {
  return async (stream, expected, events, meta) => {
    if (events.length === 0) return good.append(stream, expected, events, meta);
    let answer: Appended = { revision: expected, position: '' };
    for (const event of events) answer = await good.append(stream, answer.revision, [event], meta);
    return answer;
  };
}
export const answersOnlyAHundredAtOnce = appending((good) => {
  let underWay = 0;
  return (...args) =>
    ++underWay > 100 ? new Promise<Appended>(() => {}) : good.append(...args).finally(() => underWay--);
});
export const mixesUpAnswers = appending((good) => {
  let before: Appended | null = null;
  let underWay = 0;
  return async (...args) => {
    const alone = ++underWay === 1;
    const answer = await good.append(...args).finally(() => underWay--);
    const given = alone ? answer : (before ?? answer);
    before = answer;
    return given;
  };
});
export const takesEmptyAppends = appending(
  (good) =>
    async (...args) =>
      args[2].length > 0 ? good.append(...args) : { revision: args[1], position: (await good.head()) ?? '0' },
);

// --- appends -----------------------------------------------------------------------------------------------------------
export const refusesTheLimitItself = refusing((_stream, events, meta) => sizeOf(events, meta) >= MAX_APPEND_BYTES);
export const cutsLargeData = showingEach((e) => ({ ...e, data: e.data && e.data.slice(0, 65_535) }));
export const hasNoLimit = fitting((stream, events, meta) =>
  sizeOf(events, meta) > MAX_APPEND_BYTES ? [stream, empty(events), meta] : null,
);
export const countsCharacters = fitting((stream, events, meta) => {
  const characters = events.reduce((sum, { data }) => sum + data.length + JSON.stringify(meta).length, 0);
  return sizeOf(events, meta) > MAX_APPEND_BYTES && characters <= MAX_APPEND_BYTES
    ? [stream, empty(events), meta]
    : null;
});
export const limitsEachEventAlone = fitting((stream, events, meta) =>
  sizeOf(events, meta) > MAX_APPEND_BYTES && events.every((e) => sizeOf([e], meta) <= MAX_APPEND_BYTES)
    ? [stream, empty(events), meta]
    : null,
);
export const sendsBeforeItLooks = store((good) => {
  let closed = false;
  return {
    append: async (...args) => {
      if (closed) throw new StoreUnavailable('closed');
      return good.append(...args);
    },
    close: () => ((closed = true), good.close()),
  };
});
export const takesOnlyShortNames = refusing((stream) => stream.length > 100);
export const foldsTheCaseOfNames = store((good) => ({
  append: (stream, ...rest) => good.append(stream.toLowerCase(), ...rest),
  read: (stream, from, limit) => good.read(stream.toLowerCase(), from, limit),
}));
export const readsByPrefix = store((good) => ({
  read: async (stream, from = 0) =>
    (await good.readAll(null, 1000)).filter((e) => e.stream.startsWith(stream) && e.revision >= from),
}));
export const rewritesStreamNames = fitting((stream, events, meta) =>
  isStreamName(stream) ? null : [`x${Buffer.from(stream).toString('hex').slice(0, 150)}`, events, meta],
);
export const dropsNul = fitting((stream, events, meta) => [
  stream,
  events.map((event) => replaceText(event, /\\u0000/g, '')),
  replaceText(meta, /\0/g, ''),
]);
export const replacesLoneSurrogates = fitting((stream, events, meta) => [
  stream,
  events.map(({ type, version, data }) => ({
    type: type.toWellFormed(),
    version,
    data: data.toWellFormed().replace(/\\u(d[89a-f]..)/gi, '?'),
  })),
  { ...meta, actor: meta.actor.toWellFormed() },
]);
export const takesBackslashesForNul = refusing((_stream, events) =>
  events.some(({ data }) => data.includes('\\u0000')),
);

// --- reads -------------------------------------------------------------------------------------------------------------
export const normalisesText = showingEach((e) => ({
  ...e,
  data: e.data && e.data.normalize('NFC'),
}));
export const parsesAndPrintsData = showingEach((e) => ({
  ...e,
  data: e.data && JSON.stringify(JSON.parse(e.data)),
}));
export const losesTheCause = showingEach((e) => ({
  ...e,
  meta: { ...e.meta, causationId: null },
}));
export const losesTheTrace = showingEach((e) => ({
  ...e,
  meta: { ...e.meta, traceparent: undefined },
}));
export const callsEverythingVersionOne = showingEach((e) => ({ ...e, version: 1 }));
export const leavesTheSaltOutOfTheLog = showing((events) => events.map((e) => ({ ...e, salt: '' })), 'readAll');
export const keepsOnlyTheMetaItKnows = showingEach((e) => {
  const { actor, agency, role, commandId, correlationId, causationId } = e.meta;
  return { ...e, meta: { actor, agency, role, commandId, correlationId, causationId } };
});
export const revivesDates = showingEach((e) => ({
  ...e,
  data: e.data && e.data.replaceAll(/"(\d{4}-\d\d-\d\d)"/g, '"$1T00:00:00.000Z"'),
}));
export const takesTextForNumbers = showingEach(({ meta, ...e }) => ({
  ...e,
  meta: /^-?\d+$/.test(meta.actor) ? { ...meta, actor: String(Number(meta.actor)) } : meta,
}));
export const leavesOutLargePages = showing((events) => {
  let size = 0;
  return events.filter((e, n) => (size += e.data?.length ?? 0) < 3 * MAX_APPEND_BYTES || n === events.length - 1);
}, 'readAll');
export const readsAThousandAtMost = store((good) => ({
  read: async (...args) => (await good.read(...args)).slice(0, 1000),
}));

// --- ids, revisions, positions -----------------------------------------------------------------------------------------
export const makesUpIds = showingEach((e) => ({ ...e, id: randomUUID() }));
export const takesAnyCommandId = fitting((stream, events, meta) =>
  /^[\da-f]{8}-/.test(meta.commandId) ? null : [stream, events, { ...meta, commandId: randomUUID() }],
);
export const givesStreamsTheSameIds = showingEach((e) => ({
  ...e,
  id: eventId(e.meta.commandId, '', e.revision),
}));
export const scattersIds = showingEach((e) => ({
  ...e,
  id: createHash('sha256').update(e.id).digest('hex').slice(0, 32),
}));
export const countsRevisionsFromOne = showingEach((e) => ({
  ...e,
  revision: e.revision + 1,
}));
export const readsRevisionsAsText = showing((events) => events.toSorted((a, b) => byText(a.revision, b.revision)));
export const readsAfterTheRevision = store((good) => ({
  read: async (stream, from = 0, limit) => good.read(stream, from === 0 ? 0 : from + 1, limit),
}));
export const sharesPositions = showing((events) =>
  events.map((e) => ({ ...e, position: events.findLast((o) => o.meta.commandId === e.meta.commandId)!.position })),
);
export const readsPositionsAsText = showing((events) => events.toSorted((a, b) => byText(a.position, b.position)));

// --- the whole log -----------------------------------------------------------------------------------------------------
export const readsStreamByStream = showing((events) => events.toSorted((a, b) => byText(a.stream, b.stream)));
export const readsFromThePositionOn = store((good) => ({
  readAll: async (after, limit) =>
    after === null ? good.readAll(after, limit) : good.readAll(positionBefore(after), limit),
}));
const positionBefore = (position: string): string => String(BigInt(position) - 1n);
export const readsOneTooMany = store((good) => ({
  readAll: (after, limit) => good.readAll(after, limit + 1),
}));
export const skipsBetweenPages = store((good) => ({
  readAll: async (after, limit) =>
    after === null ? good.readAll(after, limit) : (await good.readAll(after, limit + 1)).slice(1),
  subscribe: (after, ...rest) => {
    let at = after === null ? 1 : 0;
    return leaving(good, (batch) => batch.slice(at++ === 0 ? 1 : 0))(after, ...rest);
  },
}));
export const knowsOnlyItsOwnHead = store((good) => {
  let head: string | null = null;
  return {
    append: async (...args) => {
      const answer = await good.append(...args);
      head = answer.position;
      return answer;
    },
    head: async () => head,
  };
});
export const startsAtZero = store((good) => ({
  head: async () => (await good.head()) ?? '0',
}));
export const skipsEventsWhileWritersAreBusy = showing((events) => events.filter((_, n) => n % 2 === 0), 'subscribe');
export const leapsToTheHead = store((good) => ({
  async *subscribe(after, signal) {
    for (let at = after; !signal.aborted; await sleep(5)) {
      // However few come at a time, of an append of several it loses some.
      const batch = await good.readAll(at, 1);
      if (batch.length > 0) yield batch;
      at = await good.head();
    }
  },
}));

export const losesWhatFollowsARefusal = store((good) => {
  let refused = 0;
  return {
    append: (...args) =>
      good.append(...args).catch((error: unknown) => {
        refused++;
        throw error;
      }),
    subscribe: leaving(good, (batch) => {
      const left = batch.slice(refused > 0 ? 1 : 0);
      refused = 0;
      return left;
    }),
  };
});
export const leapsWhenItGoesLive = store((good) => ({
  async *subscribe(after, signal, batchSize = 500) {
    let at = after;
    for (let batch; (batch = await good.readAll(at, batchSize)).length > 0; at = batch.at(-1)!.position) yield batch;
    for (let left = 20; left > 0 && (await good.head()) === at; left--) await sleep(5);
    yield* good.subscribe(await good.head(), signal, batchSize);
  },
}));

// --- following ---------------------------------------------------------------------------------------------------------
export const followsOnlyWhatComes = store((good) => ({
  async *subscribe(_after, ...rest) {
    yield* good.subscribe(await good.head(), ...rest);
  },
}));
export const endsAtTheHead = store((good) => ({
  async *subscribe(after, _signal, batchSize = 500) {
    for (let at = after, batch; (batch = await good.readAll(at, batchSize)).length > 0; at = batch.at(-1)!.position)
      yield batch;
  },
}));
export const followsFromThePositionOn = store((good) => ({
  subscribe: (after, ...rest) => good.subscribe(after === null ? null : positionBefore(after), ...rest),
}));
export const ignoresTheBatchSize = store((good) => ({
  subscribe: (after, signal) => good.subscribe(after, signal),
}));
export const givesEmptyBatches = store((good) => ({
  async *subscribe(...args) {
    yield [];
    yield* good.subscribe(...args);
  },
}));
export const endsLate = store((good) => ({
  async *subscribe(...args) {
    yield* good.subscribe(...args);
    await idleTime(3_000);
  },
}));
export const finishesTheLogFirst = store((good) => ({
  async *subscribe(after, signal, batchSize = 500) {
    const never = new AbortController();
    signal.addEventListener('abort', () => void idleTime(3_000).then(() => never.abort()));
    yield* good.subscribe(after, signal.aborted ? signal : never.signal, batchSize);
  },
}));
export const neverWakesSubscribers = store((good) => ({
  subscribe: looking(good, (signal) => idleTime(600, signal)),
}));
export const noticesOnlyItsOwnEvents = store((good) => {
  let woken = Promise.withResolvers<void>();
  return {
    append: async (...args) => {
      const answer = await good.append(...args);
      woken.resolve();
      woken = Promise.withResolvers();
      return answer;
    },
    subscribe: looking(good, (signal) => Promise.race([woken.promise, forever(signal)])),
  };
});
export const servesAHundredSubscribers = store((good) => {
  let serving = 0;
  return {
    async *subscribe(after, signal, batchSize) {
      if (++serving > 100) await forever(signal);
      else yield* good.subscribe(after, signal, batchSize);
    },
  };
});
export const holdsOnToASubscriber = store((good) => ({
  async *subscribe(...args) {
    let left = true;
    try {
      yield* good.subscribe(...args);
      left = false;
    } catch (error) {
      left = false;
      throw error;
    } finally {
      if (left) await forever(args[1]);
    }
  },
}));
export const sharesOneCursor = store((good) => {
  let cursor: string | null = null;
  return {
    async *subscribe(_after, signal, batchSize = 500) {
      for (; !signal.aborted; await sleep(5)) {
        const batch = await good.readAll(cursor, batchSize);
        cursor = batch.at(-1)?.position ?? cursor;
        if (batch.length > 0) yield batch;
      }
    },
  };
});

// --- time --------------------------------------------------------------------------------------------------------------
export const datesWithoutMilliseconds = showingEach((e) => ({
  ...e,
  recordedAt: e.recordedAt.replace(/\.\d{3}Z$/, 'Z'),
}));
export const datesByTheReader = showingEach((e, now) => ({
  ...e,
  recordedAt: new Date(now()).toISOString(),
}));
export const believesTheClock: BrokenStore = (log) => {
  const times = new Map<string, string>();
  return store((good, now) => ({
    append: async (...args) => {
      times.set(args[3].commandId, new Date(now()).toISOString());
      return good.append(...args);
    },
    readAll: async (...args) =>
      (await good.readAll(...args)).map((e) => ({ ...e, recordedAt: times.get(e.meta.commandId) ?? e.recordedAt })),
  }))(log);
};
export const excludesTheInstant = store((good) => ({
  positionAt: (instant) => good.positionAt(new Date(instant.getTime() - 1)),
}));
export const findsTheFirstOfAnInstant = store((good) => ({
  positionAt: async (instant) => {
    const position = await good.positionAt(instant);
    if (position === null) return null;
    const all = await good.readAll(null, 1000);
    const found = all.find((e) => e.position === position)!;
    return all.find((e) => e.recordedAt === found.recordedAt)!.position;
  },
}));

export const findsTheLastEventOfAnInstant = store((good) => ({
  positionAt: async (instant) =>
    (await good.readAll(null, 1000)).findLast((e) => Date.parse(e.recordedAt) <= instant.getTime())?.position ?? null,
}));

// --- the hash chain ----------------------------------------------------------------------------------------------------
export const chainsEventsToNothing = showingEach((e) => ({
  ...e,
  hash: chainHash(null, e),
}));
export const chainsTheWholeLog = showing((events) => {
  let hash: string | null = null;
  return events.map((e) => ({ ...e, hash: (hash = chainHash(hash, e)) }));
});
export const saltsAllAlike = showingEach((e) => ({
  ...e,
  salt: 'one-salt-for-all-data',
  digest: eventDigest('one-salt-for-all-data', e.data ?? ''),
}));
export const altersWhatItReads = showing((events) => events.map((e, n) => (n === 5 ? { ...e, data: '{}' } : e)));

// --- blanking ----------------------------------------------------------------------------------------------------------
export const blanksTheDigestToo = showingEach((e) => (e.data === null ? { ...e, digest: '' } : e));
export const blanksNothing = store(() => ({ blank: async () => {} }));
export const keepsTheSalt = showingEach((e) => (e.data === null ? { ...e, salt: 'a-salt' } : e));
export const blanksTheWholeStream = store((good) => ({
  blank: async (stream) => {
    for (const { revision } of await good.read(stream)) await good.blank(stream, revision);
  },
}));
export const blanksOnlyForItself = store((good) => {
  const blanked = new Set<string>();
  const shown = (events: Envelope[]) =>
    events.map((e) => (blanked.has(`${e.stream} ${e.revision}`) ? { ...e, data: null, salt: '' } : e));
  return {
    blank: async (stream, revision) => void blanked.add(`${stream} ${revision}`),
    read: async (...args) => shown(await good.read(...args)),
    readAll: async (...args) => shown(await good.readAll(...args)),
  };
});
export const blanksOnlyOnce = store((good) => ({
  blank: async (stream, revision) => {
    if ((await good.read(stream, revision))[0]?.data === null) throw new NoSuchEvent(stream, revision);
    return good.blank(stream, revision);
  },
}));
export const blanksWhatIsNotThere = store((good) => ({
  blank: (...args) => good.blank(...args).catch(() => {}),
}));
export const refusesAppendsWhileItBlanks = store((good) => {
  let blanking = 0;
  return {
    append: async (...args) => {
      if (blanking > 0) throw new StoreUnavailable('blanking');
      return good.append(...args);
    },
    blank: async (...args) => {
      blanking++;
      await good.blank(...args).finally(() => blanking--);
    },
  };
});

// --- types -------------------------------------------------------------------------------------------------------------
export const namesOnlyItsOwnTypes = store((good) => {
  const own = new Map<string, { type: string; version: number }>();
  return {
    append: async (stream, expected, events, meta) => {
      const answer = await good.append(stream, expected, events, meta);
      for (const { type, version } of events) own.set(`${type} ${version}`, { type, version });
      return answer;
    },
    types: async () => [...own.values()],
  };
});
export const forgetsVersions = store((good) => ({
  types: async () => (await good.types()).map(({ type }) => ({ type, version: 1 })),
}));
export const namesTheTypeOfAnAppendOnly = store((good) => ({
  types: async () => {
    const all = await good.readAll(null, 1000);
    const first = all.filter((e) => e.id === eventId(e.meta.commandId, e.stream, 0));
    return [...new Map(first.map(({ type, version }) => [`${type} ${version}`, { type, version }])).values()];
  },
}));

// --- the events of another log -----------------------------------------------------------------------------------------
const takingOver = (change: (e: Envelope) => Envelope): BrokenStore =>
  store((good) => ({ takeOver: (after, events) => good.takeOver(after, events.map(change)) }));

/** A store that treats a log otherwise once it took events over, by any connection; `taken` are their ids. */
const afterATakeOver =
  (breaking: (good: EventStore, taken: ReadonlySet<string>) => Partial<EventStore>): BrokenStore =>
  (log) => {
    const taken = new Set<string>();
    return store((good) => ({
      takeOver: async (after, events) => {
        await good.takeOver(after, events);
        for (const { id } of events) taken.add(id);
      },
      ...breaking(good, taken),
    }))(log);
  };

export const numbersWhatItTakesOver = store((good) => ({
  takeOver: async (_after, events) => {
    const head = await good.head();
    const numbered = events.map((e, n) => ({ ...e, position: String(Number(head) + n + 1) }));
    return good.takeOver(head, numbered);
  },
}));
export const datesWhatItTakesOver = takingOver((e) => ({
  ...e,
  recordedAt: new Date().toISOString(),
}));
export const fillsWhatWasBlanked = takingOver((e) => (e.data === null ? { ...e, data: '{}', salt: 'a-salt' } : e));
export const namesItselfForWhatItTakesOver = takingOver((e) => ({
  ...e,
  meta: { ...e.meta, actor: 'copy-log' },
}));
export const keepsATakeOverToItself = afterATakeOver((good, taken) => ({
  subscribe: leaving(good, (batch) => batch.filter(({ id }) => !taken.has(id))),
}));
export const looksForThePositionItself = store((good) => ({
  readAll: async (after, limit) => {
    const all = await good.readAll(null, 100_000);
    const at = all.findIndex((e) => e.position === after);
    return after !== null && at < 0 ? [] : all.slice(at + 1, at + 1 + limit);
  },
}));
export const knowsNothingOfStreamsItTookOver = afterATakeOver((good, taken) => ({
  append: async (stream, expected, events, meta) => {
    const written = await good.read(stream);
    if (written.some(({ id }) => taken.has(id))) throw new WrongRevision(stream, expected, NO_STREAM);
    return good.append(stream, expected, events, meta);
  },
}));
export const countsOnFromItsOwnPositions = afterATakeOver((good, taken) => ({
  readAll: async (...args) =>
    (await good.readAll(...args)).map((e, n) => (taken.has(e.id) ? e : { ...e, position: String(n + 1) })),
}));
export const chainsAnewAfterATakeOver = afterATakeOver((good, taken) => ({
  readAll: async (...args) =>
    (await good.readAll(...args)).map((e) =>
      taken.size === 0 || taken.has(e.id) ? e : { ...e, hash: chainHash(null, e) },
    ),
}));
/** A store that takes over events that it must refuse, after making them fit. */
const takingOverAfterAll = (fit: (good: EventStore, events: readonly Envelope[]) => Promise<Envelope[]>): BrokenStore =>
  store((good) => ({
    takeOver: (after, events) =>
      good.takeOver(after, events).catch(async (error: unknown) => {
        if (!(error instanceof InvalidAppend)) throw error;
        return good.takeOver(after, await fit(good, events));
      }),
  }));
export const takesOverInAnyOrder = takingOverAfterAll(async (good, events) => {
  let last = Number(await good.head());
  return events.map((e) => ({ ...e, position: String((last = Math.max(last + 1, Number(e.position) || 0))) }));
});
export const takesOverWithHoles = takingOverAfterAll(async (good, events) => {
  const heads = new Map<string, number>();
  for (const { stream } of events) heads.set(stream, (await good.read(stream)).at(-1)?.revision ?? NO_STREAM);
  return events.map((e) => {
    const revision = heads.get(e.stream)! + 1;
    heads.set(e.stream, revision);
    return { ...e, revision };
  });
});
export const takesOverWherever = store((good) => ({
  takeOver: async (_after, events) => good.takeOver(await good.head(), events),
}));
export const takesOverUpToTheBadEvent = store((good) => ({
  takeOver: async (after, events) => {
    for (const [n, e] of events.entries()) await good.takeOver(n === 0 ? after : events[n - 1]!.position, [e]);
  },
}));

// --- identity and end --------------------------------------------------------------------------------------------------
export const identifiesTheConnection = store(() => {
  const identity = randomUUID();
  return { identity: async () => identity };
});
export const hasNoIdentity = store(() => ({ identity: async () => '' }));
export const acknowledgesBeforeWriting = appending((good) => {
  let held: Parameters<Append> | null = null;
  let last = 0;
  return async (...args) => {
    if (held) last = Number((await good.append(...held)).position);
    held = args;
    return { revision: args[1] + args[2].length, position: String(last + args[2].length) };
  };
});
export const leavesAppendsUnansweredOnClose = store((good) => {
  let closed = false;
  return {
    append: async (...args) => {
      await sleep(20);
      return closed ? new Promise<Appended>(() => {}) : good.append(...args);
    },
    close: () => ((closed = true), good.close()),
  };
});
export const acknowledgesAfterClose = store((good) => {
  let closed = false;
  return {
    append: async (...args) => (closed ? { revision: args[1] + args[2].length, position: '99' } : good.append(...args)),
    close: () => ((closed = true), good.close()),
  };
});
export const leavesSubscribersWaiting = store((good) => ({
  async *subscribe(after, signal, batchSize) {
    try {
      yield* good.subscribe(after, signal, batchSize);
    } catch {
      await forever(signal);
    }
  },
}));
