/** Stores that are wrong in one respect each, made of a good one: the negative controls of the store contract. */
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

export interface BrokenStore {
  /** Its fault, to follow "a store fails the contract when it …". */
  readonly fault: string;
  readonly breaking: (log: TestedLog) => TestedLog;
}

type Append = EventStore['append'];

/** A store that differs from a good one in some functions. `breaking` is called once per connection. */
const store = (
  fault: string,
  breaking: (good: EventStore, now: () => number, log: TestedLog) => Partial<EventStore>,
): BrokenStore => ({
  fault,
  breaking: (log) => ({
    ...log,
    connect: async (now) => {
      const good = await log.connect(now);
      return { ...methods(good), ...breaking(methods(good), now ?? Date.now, log) };
    },
  }),
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

/** A store whose `append` differs. */
const appending = (fault: string, append: (good: EventStore) => Append): BrokenStore =>
  store(fault, (good) => ({ append: append(good) }));

/** A store that shows its events otherwise than they were written; `map` sees all that were read at once. */
const showing = (
  fault: string,
  map: (events: Envelope[], now: () => number) => Envelope[],
  where: 'both' | 'readAll' | 'subscribe' = 'both',
): BrokenStore =>
  store(fault, (good, now) => {
    const read: Partial<EventStore> = { read: async (...args) => map(await good.read(...args), now) };
    const readAll: Partial<EventStore> = { readAll: async (...args) => map(await good.readAll(...args), now) };
    const subscribe: Partial<EventStore> = {
      async *subscribe(...args) {
        for await (const batch of good.subscribe(...args)) yield map(batch, now);
      },
    };
    if (where === 'subscribe') return subscribe;
    return where === 'readAll' ? readAll : { ...read, ...readAll };
  });

const showingEach = (fault: string, map: (event: Envelope, now: () => number) => Envelope): BrokenStore =>
  showing(fault, (events, now) => events.map((event) => map(event, now)));

/** A store that appends once more, expecting the present revision, when the refusal is one that `takes` lets pass. */
const forgiving = (fault: string, takes: (refused: WrongRevision) => boolean): BrokenStore =>
  appending(fault, (good) => async (stream, expected, events, meta) => {
    try {
      return await good.append(stream, expected, events, meta);
    } catch (error) {
      if (!(error instanceof WrongRevision) || !takes(error)) throw error;
      return good.append(stream, error.actual, events, meta);
    }
  });

/** A store that refuses a repeated command in the cases that `forgets` names. */
const forgetting = (
  fault: string,
  forgets: (written: readonly Envelope[], commandId: string, own: ReadonlySet<string>) => boolean,
): BrokenStore =>
  appending(fault, (good) => {
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
  fault: string,
  fit: (stream: string, events: readonly EncodedEvent[], meta: Meta) => [string, readonly EncodedEvent[], Meta] | null,
): BrokenStore =>
  appending(fault, (good) => (stream, expected, events, meta) => {
    const fitted = fit(stream, events, meta);
    return fitted
      ? good.append(fitted[0], expected, fitted[1], fitted[2])
      : good.append(stream, expected, events, meta);
  });

/** A store that refuses an append that it must take. */
const refusing = (fault: string, refuses: (stream: string, events: readonly EncodedEvent[], meta: Meta) => boolean) =>
  appending(fault, (good) => async (stream, expected, events, meta) => {
    if (refuses(stream, events, meta)) throw new InvalidAppend(fault);
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
export const inNoWay = store('is not broken', () => ({}));

// --- streams one after the other ---------------------------------------------------------------------------------------
type ByStream = NonNullable<EventStore['readByStream']>;
const byStream = (fault: string, read: (good: ByStream) => ByStream): BrokenStore =>
  store(fault, (good) => (good.readByStream ? { readByStream: read(good.readByStream) } : {}));
export const readsOtherCategories = byStream(
  'reads the streams of categories that only begin alike',
  (good) => async (category, after, upTo, limit) => [
    ...(await good(category, after, upTo, limit)),
    ...(after ? [] : await good(`${category}s`, null, upTo, limit)),
  ],
);
export const readsStreamsBeyondThePosition = byStream(
  'reads streams beyond the position',
  (good) => (category, after, _upTo, limit) => good(category, after, String(Number.MAX_SAFE_INTEGER), limit),
);
export const leavesTheRestOfAStream = byStream(
  'leaves the rest of a stream for the next one',
  (good) => async (category, after, upTo, limit) =>
    (await good(category, after, upTo, limit)).filter(({ stream }) => stream !== after?.stream),
);
export const readsAStreamAgain = byStream(
  'begins a stream again',
  (good) => (category, after, upTo, limit) =>
    good(category, after && { ...after, revision: after.revision - 1 }, upTo, limit),
);
export const readsAStreamBackwards = byStream(
  'reads a stream from its end',
  (good) =>
    async (...args) =>
      (await good(...args)).reverse(),
);

// --- the expected revision ---------------------------------------------------------------------------------------------
export const answersWithTheFirstRevision = appending('answers with the first revision', (good) => async (...args) => {
  const answer = await good.append(...args);
  return { ...answer, revision: args[1] + 1 };
});
export const answersWithTheFirstPosition = appending('answers with the first position', (good) => async (...args) => {
  const answer = await good.append(...args);
  return { ...answer, position: (await good.read(args[0], args[1] + 1))[0]!.position };
});
export const ignoresTheExpectedRevision = forgiving('ignores the expected revision', () => true);
export const takesARevisionAhead = forgiving('takes a revision that is ahead', (e) => e.expected > e.actual);
export const takesNoStreamAsAny = forgiving('takes NO_STREAM as "any"', (e) => e.expected === NO_STREAM);
export const takesARevisionOfAMissingStream = forgiving(
  'takes a revision of a missing stream',
  (e) => e.actual === NO_STREAM,
);
export const takesMinusTwoAsAny = appending(
  'takes -2 as "any"',
  (good) => async (stream, expected, events, meta) =>
    good.append(
      stream,
      expected === -2 ? ((await good.read(stream)).at(-1)?.revision ?? NO_STREAM) : expected,
      events,
      meta,
    ),
);
export const letsTheLosersOfARaceWrite = appending('lets the losers of a race write', (good) => {
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
export const checksAgainstItsOwnMemory = appending('checks the revision against its own memory', (good) => {
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
export const forgetsCommands = forgetting('does not know a command again', () => true);
export const writesARepeatedCommandAgain = appending('writes a repeated command again', (good) => {
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
  'knows only the last append of a stream again',
  (written, commandId) => written.at(-1)!.meta.commandId !== commandId,
);
export const answersARepeatedCommandWithTheEnd = appending('answers a repeated command with the end', (good) => {
  return async (stream, expected, events, meta) => {
    const last = (await good.read(stream)).at(-1);
    const answer = await good.append(stream, expected, events, meta);
    return last && answer.revision < last.revision ? { revision: last.revision, position: last.position } : answer;
  };
});
export const remembersOnlyItsOwnCommands = forgetting(
  'knows only the commands of its own connection again',
  (_written, commandId, own) => !own.has(commandId),
);
export const refusesACommandUnderWay = appending('refuses a command that is under way', (good) => {
  const underWay = new Set<string>();
  return async (stream, expected, events, meta) => {
    if (underWay.has(meta.commandId)) throw new WrongRevision(stream, expected, expected + events.length);
    underWay.add(meta.commandId);
    return good.append(stream, expected, events, meta).finally(() => underWay.delete(meta.commandId));
  };
});
export const recognisesACommandAtAnyRevision = appending('knows a command again at any revision', (good) => {
  return async (stream, expected, events, meta) => {
    const own = (await good.read(stream)).filter((e) => e.meta.commandId === meta.commandId);
    const last = own.at(-1);
    return last ? { revision: last.revision, position: last.position } : good.append(stream, expected, events, meta);
  };
});
export const recognisesACommandInAnyStream = appending('knows a command again in any stream', (good) => {
  const known = new Map<string, Promise<Appended>>();
  return (stream, expected, events, meta) => {
    const answer = known.get(meta.commandId) ?? good.append(stream, expected, events, meta);
    known.set(meta.commandId, answer);
    return answer;
  };
});
export const takesALostAnswerForAFailure: BrokenStore = {
  fault: 'takes a lost answer for a failure',
  breaking: (log) => {
    let lost = false;
    const { breaking } = appending('', (good) => async (...args) => {
      const answer = await good.append(...args);
      if (!lost) return answer;
      lost = false;
      throw new StoreUnavailable('The answer was lost.');
    });
    return { ...breaking(log), loseNextAnswer: () => void (lost = true) };
  },
};

export const answersForAsManyEventsAsItIsGiven = appending(
  'answers a repeated command as far as its events go',
  (good) =>
    async (...args) => {
      const answer = await good.append(...args);
      const last = (await good.read(args[0], args[1] + args[2].length))[0];
      return last && last.revision < answer.revision ? { revision: last.revision, position: last.position } : answer;
    },
);
export const refusesACommandThatGrew = appending(
  'does not know a command again that has more events now',
  (good) => async (stream, expected, events, meta) => {
    const written = await good.read(stream);
    const own = written.filter((e) => e.meta.commandId === meta.commandId).length;
    if (own > 0 && own < events.length) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
    return good.append(stream, expected, events, meta);
  },
);

// --- all or nothing ----------------------------------------------------------------------------------------------------
export const writesHalfOfAnAppend = fitting('writes only half of an append', (stream, events, meta) =>
  events.length > 1 ? [stream, events.slice(0, Math.ceil(events.length / 2)), meta] : null,
);
export const reversesAnAppend = fitting('writes an append backwards', (stream, events, meta) => [
  stream,
  events.toReversed(),
  meta,
]);
export const mixesAppends = appending('mixes the events of several appends', (good) => oneByOne(good));
export const writesOneByOne = appending('writes the events of an append one by one', (good) => oneByOne(good));
export const writesUpToTheBadEvent = appending('writes an append up to the bad event', (good) => async (...args) => {
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
export const answersOnlyAHundredAtOnce = appending('answers only 100 appends at once', (good) => {
  let underWay = 0;
  return (...args) =>
    ++underWay > 100 ? new Promise<Appended>(() => {}) : good.append(...args).finally(() => underWay--);
});
export const mixesUpAnswers = appending('gives appends under way the answers of others', (good) => {
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
  'takes an append without events',
  (good) =>
    async (...args) =>
      args[2].length > 0 ? good.append(...args) : { revision: args[1], position: (await good.head()) ?? '0' },
);

// --- appends -----------------------------------------------------------------------------------------------------------
export const refusesTheLimitItself = refusing(
  'refuses what is exactly as large as allowed',
  (_stream, events, meta) => sizeOf(events, meta) >= MAX_APPEND_BYTES,
);
export const cutsLargeData = showingEach('cuts large data', (e) => ({ ...e, data: e.data && e.data.slice(0, 65_535) }));
export const hasNoLimit = fitting('has no limit of size', (stream, events, meta) =>
  sizeOf(events, meta) > MAX_APPEND_BYTES ? [stream, empty(events), meta] : null,
);
export const countsCharacters = fitting('counts characters instead of bytes', (stream, events, meta) => {
  const characters = events.reduce((sum, { data }) => sum + data.length + JSON.stringify(meta).length, 0);
  return sizeOf(events, meta) > MAX_APPEND_BYTES && characters <= MAX_APPEND_BYTES
    ? [stream, empty(events), meta]
    : null;
});
export const limitsEachEventAlone = fitting('limits each event alone', (stream, events, meta) =>
  sizeOf(events, meta) > MAX_APPEND_BYTES && events.every((e) => sizeOf([e], meta) <= MAX_APPEND_BYTES)
    ? [stream, empty(events), meta]
    : null,
);
export const sendsBeforeItLooks = store('sends before it looks', (good) => {
  let closed = false;
  return {
    append: async (...args) => {
      if (closed) throw new StoreUnavailable('closed');
      return good.append(...args);
    },
    close: () => ((closed = true), good.close()),
  };
});
export const takesOnlyShortNames = refusing('takes only short stream names', (stream) => stream.length > 100);
export const foldsTheCaseOfNames = store('folds the case of stream names', (good) => ({
  append: (stream, ...rest) => good.append(stream.toLowerCase(), ...rest),
  read: (stream, from, limit) => good.read(stream.toLowerCase(), from, limit),
}));
export const readsByPrefix = store('reads streams by the beginning of their name', (good) => ({
  read: async (stream, from = 0) =>
    (await good.readAll(null, 1000)).filter((e) => e.stream.startsWith(stream) && e.revision >= from),
}));
export const rewritesStreamNames = fitting('rewrites stream names that it cannot take', (stream, events, meta) =>
  isStreamName(stream) ? null : [`x${Buffer.from(stream).toString('hex').slice(0, 150)}`, events, meta],
);
export const dropsNul = fitting('drops U+0000', (stream, events, meta) => [
  stream,
  events.map((event) => replaceText(event, /\\u0000/g, '')),
  replaceText(meta, /\0/g, ''),
]);
export const replacesLoneSurrogates = fitting('replaces lone surrogates', (stream, events, meta) => [
  stream,
  events.map(({ type, version, data }) => ({
    type: type.toWellFormed(),
    version,
    data: data.toWellFormed().replace(/\\u(d[89a-f]..)/gi, '?'),
  })),
  { ...meta, actor: meta.actor.toWellFormed() },
]);
export const takesBackslashesForNul = refusing('takes a backslash and u0000 for U+0000', (_stream, events) =>
  events.some(({ data }) => data.includes('\\u0000')),
);

// --- reads -------------------------------------------------------------------------------------------------------------
export const normalisesText = showingEach('normalises text', (e) => ({
  ...e,
  data: e.data && e.data.normalize('NFC'),
}));
export const parsesAndPrintsData = showingEach('parses data and prints it again', (e) => ({
  ...e,
  data: e.data && JSON.stringify(JSON.parse(e.data)),
}));
export const losesTheCause = showingEach('loses the causation id', (e) => ({
  ...e,
  meta: { ...e.meta, causationId: null },
}));
export const losesTheTrace = showingEach('loses the trace of the append', (e) => ({
  ...e,
  meta: { ...e.meta, traceparent: undefined },
}));
export const callsEverythingVersionOne = showingEach('gives every event version 1', (e) => ({ ...e, version: 1 }));
export const leavesTheSaltOutOfTheLog = showing(
  'leaves the salt out when it reads the log',
  (events) => events.map((e) => ({ ...e, salt: '' })),
  'readAll',
);
export const keepsOnlyTheMetaItKnows = showingEach('keeps only the meta that it knows', (e) => {
  const { actor, agency, role, commandId, correlationId, causationId } = e.meta;
  return { ...e, meta: { actor, agency, role, commandId, correlationId, causationId } };
});
export const revivesDates = showingEach('takes text for dates', (e) => ({
  ...e,
  data: e.data && e.data.replaceAll(/"(\d{4}-\d\d-\d\d)"/g, '"$1T00:00:00.000Z"'),
}));
export const takesTextForNumbers = showingEach('takes text for numbers', ({ meta, ...e }) => ({
  ...e,
  meta: /^-?\d+$/.test(meta.actor) ? { ...meta, actor: String(Number(meta.actor)) } : meta,
}));
export const leavesOutLargePages = showing(
  'leaves out what makes a page too large',
  (events) => {
    let size = 0;
    return events.filter((e, n) => (size += e.data?.length ?? 0) < 3 * MAX_APPEND_BYTES || n === events.length - 1);
  },
  'readAll',
);
export const readsAThousandAtMost = store('reads a thousand events of a stream at most', (good) => ({
  read: async (...args) => (await good.read(...args)).slice(0, 1000),
}));

// --- ids, revisions, positions -----------------------------------------------------------------------------------------
export const makesUpIds = showingEach('makes up ids', (e) => ({ ...e, id: randomUUID() }));
export const takesAnyCommandId = fitting('takes any id of a command', (stream, events, meta) =>
  /^[\da-f]{8}-/.test(meta.commandId) ? null : [stream, events, { ...meta, commandId: randomUUID() }],
);
export const givesStreamsTheSameIds = showingEach('gives a command the same ids in every stream', (e) => ({
  ...e,
  id: eventId(e.meta.commandId, '', e.revision),
}));
export const scattersIds = showingEach('hashes the time out of ids', (e) => ({
  ...e,
  id: createHash('sha256').update(e.id).digest('hex').slice(0, 32),
}));
export const countsRevisionsFromOne = showingEach('counts revisions from 1', (e) => ({
  ...e,
  revision: e.revision + 1,
}));
export const readsRevisionsAsText = showing('reads a stream in the order of revisions as text', (events) =>
  events.toSorted((a, b) => byText(a.revision, b.revision)),
);
export const readsAfterTheRevision = store('reads a stream only after the revision', (good) => ({
  read: async (stream, from = 0, limit) => good.read(stream, from === 0 ? 0 : from + 1, limit),
}));
export const sharesPositions = showing('gives all events of an append one position', (events) =>
  events.map((e) => ({ ...e, position: events.findLast((o) => o.meta.commandId === e.meta.commandId)!.position })),
);
export const readsPositionsAsText = showing('reads the log in the order of positions as text', (events) =>
  events.toSorted((a, b) => byText(a.position, b.position)),
);

// --- the whole log -----------------------------------------------------------------------------------------------------
export const readsStreamByStream = showing('reads the log stream by stream', (events) =>
  events.toSorted((a, b) => byText(a.stream, b.stream)),
);
export const readsFromThePositionOn = store('reads the log from a position on', (good) => ({
  readAll: async (after, limit) => (after === null ? good.readAll(after, limit) : good.readAll(before(after), limit)),
}));
const before = (position: string): string => String(BigInt(position) - 1n);
export const readsOneTooMany = store('reads one event too many', (good) => ({
  readAll: (after, limit) => good.readAll(after, limit + 1),
}));
export const skipsBetweenPages = store('skips an event between two pages', (good) => ({
  readAll: async (after, limit) =>
    after === null ? good.readAll(after, limit) : (await good.readAll(after, limit + 1)).slice(1),
  async *subscribe(after, ...rest) {
    let first = after !== null;
    for await (const batch of good.subscribe(after, ...rest)) {
      const left = first ? batch.slice(1) : batch;
      first = false;
      if (left.length > 0) yield left;
    }
  },
}));
export const knowsOnlyItsOwnHead = store('knows only the head of its own appends', (good) => {
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
export const startsAtZero = store('says that an empty log stands at position 0', (good) => ({
  head: async () => (await good.head()) ?? '0',
}));
export const skipsEventsWhileWritersAreBusy = showing(
  'skips events while writers are busy',
  (events) => events.filter((_, n) => n % 2 === 0),
  'subscribe',
);
export const leapsToTheHead = store('leaps to the head after each batch', (good) => ({
  async *subscribe(after, signal) {
    for (let at = after; !signal.aborted; await sleep(5)) {
      // However few come at a time, of an append of several it loses some.
      const batch = await good.readAll(at, 1);
      if (batch.length > 0) yield batch;
      at = await good.head();
    }
  },
}));

export const losesWhatFollowsARefusal = store('loses what follows a refused append', (good) => {
  let refused = 0;
  return {
    append: (...args) =>
      good.append(...args).catch((error: unknown) => {
        refused++;
        throw error;
      }),
    async *subscribe(...args) {
      for await (const batch of good.subscribe(...args)) {
        const left = batch.slice(refused > 0 ? 1 : 0);
        refused = 0;
        if (left.length > 0) yield left;
      }
    },
  };
});
export const leapsWhenItGoesLive = store(
  'leaps over what comes while it goes from the past to the present',
  (good) => ({
    async *subscribe(after, signal, batchSize = 500) {
      let at = after;
      for (let batch; (batch = await good.readAll(at, batchSize)).length > 0; at = batch.at(-1)!.position) yield batch;
      for (let left = 20; left > 0 && (await good.head()) === at; left--) await sleep(5);
      yield* good.subscribe(await good.head(), signal, batchSize);
    },
  }),
);

// --- following ---------------------------------------------------------------------------------------------------------
export const followsOnlyWhatComes = store('follows only what comes', (good) => ({
  async *subscribe(_after, ...rest) {
    yield* good.subscribe(await good.head(), ...rest);
  },
}));
export const endsAtTheHead = store('ends a subscription at the head of the log', (good) => ({
  async *subscribe(after, _signal, batchSize = 500) {
    for (let at = after, batch; (batch = await good.readAll(at, batchSize)).length > 0; at = batch.at(-1)!.position)
      yield batch;
  },
}));
export const followsFromThePositionOn = store('follows from a position on', (good) => ({
  subscribe: (after, ...rest) => good.subscribe(after === null ? null : before(after), ...rest),
}));
export const ignoresTheBatchSize = store('ignores the size of batches', (good) => ({
  subscribe: (after, signal) => good.subscribe(after, signal),
}));
export const givesEmptyBatches = store('gives empty batches', (good) => ({
  async *subscribe(...args) {
    yield [];
    yield* good.subscribe(...args);
  },
}));
export const endsLate = store('ends a subscription late', (good) => ({
  async *subscribe(...args) {
    yield* good.subscribe(...args);
    await idleTime(3_000);
  },
}));
export const finishesTheLogFirst = store('goes through the whole log before it ends', (good) => ({
  async *subscribe(after, signal, batchSize = 500) {
    const never = new AbortController();
    signal.addEventListener('abort', () => void idleTime(3_000).then(() => never.abort()));
    yield* good.subscribe(after, signal.aborted ? signal : never.signal, batchSize);
  },
}));
export const neverWakesSubscribers = store('looks for new events only now and then', (good) => ({
  async *subscribe(after, signal, batchSize = 500) {
    for (let at = after; !signal.aborted; await idleTime(600, signal)) {
      const batch = await good.readAll(at, batchSize);
      if (batch.length > 0) yield batch;
      at = batch.at(-1)?.position ?? at;
    }
  },
}));
export const noticesOnlyItsOwnEvents = store('notices only events of its own connection', (good) => {
  let woken = Promise.withResolvers<void>();
  return {
    append: async (...args) => {
      const answer = await good.append(...args);
      woken.resolve();
      woken = Promise.withResolvers();
      return answer;
    },
    async *subscribe(after, signal, batchSize = 500) {
      for (let at = after; !signal.aborted; await Promise.race([woken.promise, forever(signal)])) {
        const batch = await good.readAll(at, batchSize);
        if (batch.length > 0) yield batch;
        at = batch.at(-1)?.position ?? at;
      }
    },
  };
});
export const servesAHundredSubscribers = store('serves only 100 subscribers', (good) => {
  let serving = 0;
  return {
    async *subscribe(after, signal, batchSize) {
      if (++serving > 100) await forever(signal);
      else yield* good.subscribe(after, signal, batchSize);
    },
  };
});
export const holdsOnToASubscriber = store('holds on to a subscriber that leaves', (good) => ({
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
export const sharesOneCursor = store('shares one cursor among its subscribers', (good) => {
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
export const datesWithoutMilliseconds = showingEach('leaves milliseconds out', (e) => ({
  ...e,
  recordedAt: e.recordedAt.replace(/\.\d{3}Z$/, 'Z'),
}));
export const datesByTheReader = showingEach('dates events when they are read', (e, now) => ({
  ...e,
  recordedAt: new Date(now()).toISOString(),
}));
export const believesTheClock: BrokenStore = {
  fault: 'believes its clock',
  breaking: (log) => {
    const times = new Map<string, string>();
    const { breaking } = store('', (good, now) => ({
      append: async (...args) => {
        times.set(args[3].commandId, new Date(now()).toISOString());
        return good.append(...args);
      },
      readAll: async (...args) =>
        (await good.readAll(...args)).map((e) => ({ ...e, recordedAt: times.get(e.meta.commandId) ?? e.recordedAt })),
    }));
    return breaking(log);
  },
};
export const excludesTheInstant = store('excludes what was recorded at the very instant', (good) => ({
  positionAt: (instant) => good.positionAt(new Date(instant.getTime() - 1)),
}));
export const findsTheFirstOfAnInstant = store('finds the first position of an instant, not the last', (good) => ({
  positionAt: async (instant) => {
    const position = await good.positionAt(instant);
    if (position === null) return null;
    const all = await good.readAll(null, 1000);
    const found = all.find((e) => e.position === position)!;
    return all.find((e) => e.recordedAt === found.recordedAt)!.position;
  },
}));

export const findsTheLastEventOfAnInstant = store(
  'finds the last event of an instant, whatever stands before',
  (good) => ({
    positionAt: async (instant) =>
      (await good.readAll(null, 1000)).findLast((e) => Date.parse(e.recordedAt) <= instant.getTime())?.position ?? null,
  }),
);

// --- the hash chain ----------------------------------------------------------------------------------------------------
export const chainsEventsToNothing = showingEach('chains events to nothing', (e) => ({
  ...e,
  hash: chainHash(null, e),
}));
export const chainsTheWholeLog = showing('chains the whole log instead of each stream', (events) => {
  let hash: string | null = null;
  return events.map((e) => ({ ...e, hash: (hash = chainHash(hash, e)) }));
});
export const saltsAllAlike = showingEach('salts all data alike', (e) => ({
  ...e,
  salt: 'one-salt-for-all-data',
  digest: eventDigest('one-salt-for-all-data', e.data ?? ''),
}));
export const altersWhatItReads = showing('alters what it reads', (events) =>
  events.map((e, n) => (n === 5 ? { ...e, data: '{}' } : e)),
);

// --- blanking ----------------------------------------------------------------------------------------------------------
export const blanksTheDigestToo = showingEach('blanks the digest with the data', (e) =>
  e.data === null ? { ...e, digest: '' } : e,
);
export const blanksNothing = store('does not blank what it should', () => ({ blank: async () => {} }));
export const keepsTheSalt = showingEach('keeps the salt of what it blanks', (e) =>
  e.data === null ? { ...e, salt: 'a-salt' } : e,
);
export const blanksTheWholeStream = store('blanks the whole stream', (good) => ({
  blank: async (stream) => {
    for (const { revision } of await good.read(stream)) await good.blank(stream, revision);
  },
}));
export const blanksOnlyForItself = store('blanks only what it shows itself', (good) => {
  const blanked = new Set<string>();
  const shown = (events: Envelope[]) =>
    events.map((e) => (blanked.has(`${e.stream} ${e.revision}`) ? { ...e, data: null, salt: '' } : e));
  return {
    blank: async (stream, revision) => void blanked.add(`${stream} ${revision}`),
    read: async (...args) => shown(await good.read(...args)),
    readAll: async (...args) => shown(await good.readAll(...args)),
  };
});
export const blanksOnlyOnce = store('refuses to blank again', (good) => ({
  blank: async (stream, revision) => {
    if ((await good.read(stream, revision))[0]?.data === null) throw new NoSuchEvent(stream, revision);
    return good.blank(stream, revision);
  },
}));
export const blanksWhatIsNotThere = store('takes it well when there is nothing to blank', (good) => ({
  blank: (...args) => good.blank(...args).catch(() => {}),
}));
export const refusesAppendsWhileItBlanks = store('refuses appends while it blanks', (good) => {
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
export const namesOnlyItsOwnTypes = store('names only the types that it appended itself', (good) => {
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
export const forgetsVersions = store('names types without their versions', (good) => ({
  types: async () => (await good.types()).map(({ type }) => ({ type, version: 1 })),
}));
export const namesTheTypeOfAnAppendOnly = store("names the type of an append's first event only", (good) => ({
  types: async () => {
    const all = await good.readAll(null, 1000);
    const first = all.filter((e) => e.id === eventId(e.meta.commandId, e.stream, 0));
    return [...new Map(first.map(({ type, version }) => [`${type} ${version}`, { type, version }])).values()];
  },
}));

// --- the events of another log -----------------------------------------------------------------------------------------
const takingOver = (fault: string, change: (e: Envelope) => Envelope): BrokenStore =>
  store(fault, (good) => ({ takeOver: (after, events) => good.takeOver(after, events.map(change)) }));

/** A store that treats a log otherwise once it took events over, by any connection; `taken` are their ids. */
const afterATakeOver = (
  fault: string,
  breaking: (good: EventStore, taken: ReadonlySet<string>) => Partial<EventStore>,
): BrokenStore => ({
  fault,
  breaking: (log) => {
    const taken = new Set<string>();
    return store(fault, (good) => ({
      takeOver: async (after, events) => {
        await good.takeOver(after, events);
        for (const { id } of events) taken.add(id);
      },
      ...breaking(good, taken),
    })).breaking(log);
  },
});

export const numbersWhatItTakesOver = store('gives what it takes over positions of its own', (good) => ({
  takeOver: async (_after, events) => {
    const head = await good.head();
    const numbered = events.map((e, n) => ({ ...e, position: String(Number(head) + n + 1) }));
    return good.takeOver(head, numbered);
  },
}));
export const datesWhatItTakesOver = takingOver('dates what it takes over', (e) => ({
  ...e,
  recordedAt: new Date().toISOString(),
}));
export const fillsWhatWasBlanked = takingOver('fills what was blanked', (e) =>
  e.data === null ? { ...e, data: '{}', salt: 'a-salt' } : e,
);
export const namesItselfForWhatItTakesOver = takingOver('says that it did what others did', (e) => ({
  ...e,
  meta: { ...e.meta, actor: 'copy-log' },
}));
export const keepsATakeOverToItself = afterATakeOver('keeps what it takes over from subscribers', (good, taken) => ({
  async *subscribe(...args) {
    for await (const batch of good.subscribe(...args)) {
      const left = batch.filter(({ id }) => !taken.has(id));
      if (left.length > 0) yield left;
    }
  },
}));
export const looksForThePositionItself = store('finds nothing after a position that no event has', (good) => ({
  readAll: async (after, limit) => {
    const all = await good.readAll(null, 100_000);
    const at = all.findIndex((e) => e.position === after);
    return after !== null && at < 0 ? [] : all.slice(at + 1, at + 1 + limit);
  },
}));
export const knowsNothingOfStreamsItTookOver = afterATakeOver(
  'does not go on in streams it took over',
  (good, taken) => ({
    append: async (stream, expected, events, meta) => {
      const written = await good.read(stream);
      if (written.some(({ id }) => taken.has(id))) throw new WrongRevision(stream, expected, NO_STREAM);
      return good.append(stream, expected, events, meta);
    },
  }),
);
export const countsOnFromItsOwnPositions = afterATakeOver(
  'counts positions after a take-over as if there had been none',
  (good, taken) => ({
    readAll: async (...args) =>
      (await good.readAll(...args)).map((e, n) => (taken.has(e.id) ? e : { ...e, position: String(n + 1) })),
  }),
);
export const chainsAnewAfterATakeOver = afterATakeOver(
  'begins the hash chains anew after a take-over',
  (good, taken) => ({
    readAll: async (...args) =>
      (await good.readAll(...args)).map((e) =>
        taken.size === 0 || taken.has(e.id) ? e : { ...e, hash: chainHash(null, e) },
      ),
  }),
);
/** A store that takes over events that it must refuse, after making them fit. */
const takingOverAfterAll = (
  fault: string,
  fit: (good: EventStore, events: readonly Envelope[]) => Promise<Envelope[]>,
): BrokenStore =>
  store(fault, (good) => ({
    takeOver: (after, events) =>
      good.takeOver(after, events).catch(async (error: unknown) => {
        if (!(error instanceof InvalidAppend)) throw error;
        return good.takeOver(after, await fit(good, events));
      }),
  }));
export const takesOverInAnyOrder = takingOverAfterAll('takes events over in any order', async (good, events) => {
  let last = Number(await good.head());
  return events.map((e) => ({ ...e, position: String((last = Math.max(last + 1, Number(e.position) || 0))) }));
});
export const takesOverWithHoles = takingOverAfterAll('takes over streams with holes', async (good, events) => {
  const heads = new Map<string, number>();
  for (const { stream } of events) heads.set(stream, (await good.read(stream)).at(-1)?.revision ?? NO_STREAM);
  return events.map((e) => {
    const revision = heads.get(e.stream)! + 1;
    heads.set(e.stream, revision);
    return { ...e, revision };
  });
});
export const takesOverWherever = store('takes events over wherever its log ends', (good) => ({
  takeOver: async (_after, events) => good.takeOver(await good.head(), events),
}));
export const takesOverUpToTheBadEvent = store('takes over what comes before a bad event', (good) => ({
  takeOver: async (after, events) => {
    for (const [n, e] of events.entries()) await good.takeOver(n === 0 ? after : events[n - 1]!.position, [e]);
  },
}));

// --- identity and end --------------------------------------------------------------------------------------------------
export const identifiesTheConnection = store('has an identity per connection', () => {
  const identity = randomUUID();
  return { identity: async () => identity };
});
export const hasNoIdentity = store('has no identity', () => ({ identity: async () => '' }));
export const acknowledgesBeforeWriting = appending('acknowledges before it writes', (good) => {
  let held: Parameters<Append> | null = null;
  let last = 0;
  return async (...args) => {
    if (held) last = Number((await good.append(...held)).position);
    held = args;
    return { revision: args[1] + args[2].length, position: String(last + args[2].length) };
  };
});
export const leavesAppendsUnansweredOnClose = store('leaves appends unanswered when it is closed', (good) => {
  let closed = false;
  return {
    append: async (...args) => {
      await sleep(20);
      return closed ? new Promise<Appended>(() => {}) : good.append(...args);
    },
    close: () => ((closed = true), good.close()),
  };
});
export const acknowledgesAfterClose = store('acknowledges appends after it was closed', (good) => {
  let closed = false;
  return {
    append: async (...args) => (closed ? { revision: args[1] + args[2].length, position: '99' } : good.append(...args)),
    close: () => ((closed = true), good.close()),
  };
});
export const leavesSubscribersWaiting = store('leaves its subscribers waiting when it is closed', (good) => ({
  async *subscribe(after, signal, batchSize) {
    try {
      yield* good.subscribe(after, signal, batchSize);
    } catch {
      await forever(signal);
    }
  },
}));
