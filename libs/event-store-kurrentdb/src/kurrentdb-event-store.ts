import {
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM as NO_SUCH_STREAM,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
  type AllStreamRecordedEvent,
  type EventData,
  type Position,
  type RecordedEvent,
} from '@kurrent/kurrentdb-client';
import { LRUCache } from 'lru-cache';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Arrivals,
  chainHash,
  checkAppend,
  checkTakeOver,
  digestOf,
  earlierResult,
  eventId,
  InvalidAppend,
  isStreamName,
  MAX_APPEND_BYTES,
  newSalt,
  NO_STREAM,
  NoSuchEvent,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  type EventType,
  type Meta,
  type Waiting,
} from '#eventsourcing';
import { Address } from './address.js';
import { Connection, isRefused, saying, Turns, Unanswered, within } from './connection.js';
import { Feed } from './feed.js';
import { Known, type Head } from './known.js';
import { read, type Wanted } from './reading.js';
import { commitOf, lastUpTo, Names, placeOf, toEnvelope, toOwnRecord, toTakenRecord } from './records.js';

export interface KurrentdbOptions {
  /** The clock that stamps events. */
  readonly now?: () => number;
  /** In ms: what is not answered in this time is given up; an append is then settled within `settling`. */
  readonly deadline?: number;
  /** In ms: how long reading back may take after the deadline. */
  readonly settling?: number;
  /** In ms: after such a silence of the subscription the log is looked at. */
  readonly watchAfter?: number;
  /** After how many events of ours a mark is set. */
  readonly markEvery?: number;
  /** After how many bytes of the server's log without an event of ours a mark is set. */
  readonly markEveryBytes?: bigint;
}

/** How many records are read at once. */
const PAGE = 1_000;
/** How many characters are read ahead of a subscriber, about. */
const AHEAD_CHARS = 8_000_000;
/** More records than a stream has; the protocol has no word for all. */
const ALL = 2 ** 52;
/** How often the log is looked at while the subscription is down, in ms. */
const POLL_MS = 100;
/** How long a subscriber waits at most for the feed to tell it something, in ms. */
const IDLE_MS = 1_000;
/** An append that is late is waited for on, if another one was answered within this time, in ms. */
const PROGRESS_MS = 500;
/** How long the feed is waited for before the log is read instead, in ms. */
const FED_MS = 30;
/** How much of others may stand after our last event for it to be looked for from the end, in bytes of the server's log. */
const FAR_BYTES = 500_000n;
/** How often it is looked how far foreign events reach, in ms. */
const REACH_EVERY_MS = 2_000;

interface Timed extends Waiting {
  /** Of `performance.now()`. */
  readonly until: number;
}

/** An append that expected another revision than the stream has. */
interface Overtaken {
  readonly stream: string;
  readonly expected: number;
  /** Its result, if it is what was written at that revision before. */
  readonly ours: (written: readonly Envelope[]) => Appended | null;
  readonly until: number;
  /** The revision of the stream's last event, if the server said so: it may be one that cannot be read yet. */
  readonly last?: number;
}

/**
 * The log in a KurrentDB (EventStoreDB) server or cluster, beside whatever else is in it: our stream `s` is its stream
 * `<prefix>s`, and what we keep beside the log is in `<prefix without the dot>~log`, `~types`, `~marks` and `~blanked`.
 *
 * What was blanked is gone from every answer of every process, but not from the server's files: the server cannot erase a
 * single event without its own licensed tool (redaction). `copy-log` to a fresh log takes no blanked words along.
 */
export class KurrentdbEventStore implements EventStore {
  readonly #address: Address;
  readonly #connection: Connection;
  readonly #names: Names;
  readonly #known: Known;
  readonly #feed: Feed;
  readonly #arrivals = new Arrivals();
  readonly #now: () => number;
  readonly #settling: number;
  readonly #markEvery: number;
  readonly #markEveryBytes: bigint;
  #closed = false;
  #opening: Promise<void> | null = null;
  #queue: Timed[] = [];
  #flushing: Promise<void> | null = null;
  /** Appends that are not answered yet. */
  readonly #underWay = new Set<Promise<void>>();
  /** The last append of each stream that is under way: what follows waits for it. */
  readonly #inStream = new Map<string, Promise<void>>();
  /** The look at the log that is under way, and the one that begins after it. */
  #looking: Promise<void> | null = null;
  #lookingNext: Promise<void> | null = null;
  readonly #never = new AbortController().signal;
  #reachedAt = 0;
  #stamped = 0;
  /** So much is on its way to the server at most, in bytes; what waits longer waits here, where nothing is uncertain. */
  readonly #sending = new Turns(4_000_000);
  /** When an append was answered last. */
  #answeredAt = 0;
  /** Notes beside the log are written one after the other. */
  #noting: Promise<void> = Promise.resolve();
  #marking = false;
  /** Where pages ended lately, by the position shown. */
  readonly #ends = new LRUCache<string, Position>({ max: 2_000 });

  /**
   * @param url a connection string of the client; `prefix=NAME.` (default `followthrough.`) is ours
   * @throws Error when it is not one
   */
  constructor(url: string, options: KurrentdbOptions = {}) {
    this.#address = new Address(url);
    this.#names = new Names(this.#address.prefix);
    this.#known = new Known(this.#names);
    this.#now = options.now ?? Date.now;
    this.#settling = options.settling ?? 1_000;
    this.#markEvery = options.markEvery ?? 1_000;
    this.#markEveryBytes = options.markEveryBytes ?? 32_000_000n;
    this.#connection = new Connection(this.#address, options.deadline ?? 10_000);
    this.#feed = new Feed(
      this.#connection,
      {
        prefixes: this.#names.prefixes,
        from: () => this.#known.reached,
        take: (record) => void (this.#known.take(record) && this.#gained()),
        reach: (place) => {
          this.#known.reach(place);
          this.#mark();
        },
        look: async () => {
          await this.#look();
          return this.#known.commit;
        },
        changed: () => this.#arrivals.tell(),
      },
      options.watchAfter ?? 3_000,
    );
  }

  async identity(): Promise<string> {
    await this.#open();
    return this.#known.identity!;
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      checkAppend(stream, expected, events, meta);
      this.#check();
      const until = performance.now() + this.#connection.deadline;
      this.#queue.push({ stream, expected, events, meta, until, resolve, reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /** Every connection shows it without data from now on; the server's files hold the data still (see the class). */
  async blank(stream: string, revision: number): Promise<void> {
    await this.#open();
    const isRevision = isStreamName(stream) && Number.isSafeInteger(revision) && revision >= 0;
    const [event] = isRevision ? await this.#readStream(stream, revision, 1) : [];
    if (event?.revision !== revision) throw new NoSuchEvent(stream, revision);
    await this.#look();
    const until = performance.now() + this.#connection.deadline;
    await this.#note(this.#names.blanked, { stream, revision }, () => this.#known.isBlanked(stream, revision), until);
  }

  async read(stream: string, fromRevision = 0): Promise<Envelope[]> {
    await this.#open();
    if (!isStreamName(stream)) return [];
    const [records] = await Promise.all([this.#records(stream, Math.max(fromRevision, 0)), this.#look()]);
    return this.#known.masked(records.map(this.#toEnvelope));
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    await this.#open();
    const from = BigInt(after ?? -1);
    if (this.#known.after(from, 0)) await this.#look();
    return this.#known.after(from, limit) ?? this.#page(from, limit);
  }

  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    let [pause, from] = [POLL_MS, BigInt(after ?? -1)];
    /** What is read while the subscriber works on what came before. */
    let ahead: Promise<Envelope[]> | null = null;
    while (!signal.aborted) {
      this.#check();
      const { commit } = this.#known;
      const page = await unless(signal, ahead ?? this.#upToNow(from, batchSize)).catch((error: unknown) => {
        this.#check();
        if (isRefused((error as Error).cause)) throw error;
        return null;
      });
      ahead = null;
      pause = page ? POLL_MS : Math.min(pause * 2, 2_000);
      if (page && page.length > 0) {
        from = BigInt(page.at(-1)!.position);
        if (!this.#known.after(from, 0)) {
          ahead = this.#page(from, fitting(page));
          ahead.catch(() => {});
        }
        for (let at = 0; at < page.length && !signal.aborted; at += batchSize)
          yield this.#known.masked(page.slice(at, at + batchSize));
      } else if (commit === this.#known.commit || !page)
        await this.#arrivals.next(this.#feed.isLive ? IDLE_MS : pause, signal);
    }
  }

  async head(): Promise<string | null> {
    await this.#open();
    await this.#look();
    return this.#known.last?.toString() ?? null;
  }

  /** The greatest position up to which everything was recorded by then. */
  async positionAt(instant: Date): Promise<string | null> {
    await this.#open();
    await this.#look();
    const time = instant.getTime();
    const { recordedAt, last, marks } = this.#known;
    if (last === null || recordedAt <= time) return last?.toString() ?? null;
    let shown = marks.findLast((mark) => mark.recordedAt <= time)?.shown ?? null;
    for (;;) {
      const page = await this.#page(BigInt(shown ?? -1), PAGE);
      const late = page.findIndex((e) => Date.parse(e.recordedAt) > time);
      shown = (late < 0 ? page : page.slice(0, late)).at(-1)?.position ?? shown;
      if (late >= 0 || page.length === 0) return shown;
    }
  }

  async types(): Promise<EventType[]> {
    await this.#open();
    await this.#look();
    return [...this.#known.types.values()];
  }

  /** Events of one stream that follow one another go in one append; each append waits for the one before. */
  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    checkTakeOver(after, await this.head(), events);
    const revisions = new Map<string, number>();
    for (const { stream, revision } of events) {
      const before = revisions.get(stream) ?? (await this.#headOf(stream))?.revision ?? NO_STREAM;
      if (revision !== before + 1) throw new InvalidAppend(`${stream} has no revision ${revision - 1} here.`);
      revisions.set(stream, revision);
    }
    const until = () => performance.now() + this.#connection.deadline;
    await this.#declare(events, until());
    for (const run of runs(events)) {
      const [{ stream, revision }] = run as [Envelope];
      const records = run.map(toTakenRecord);
      const sent = await this.#send(stream, revision - 1, records, until(), (written) => {
        const last = written[run.length - 1];
        return last && run.every(({ id }, n) => id === written[n]!.id) ? last : null;
      });
      if ('ours' in sent) await this.#refuse(sent);
    }
    await this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#feed.stop();
    this.#arrivals.tell();
    await this.#flushing;
    await Promise.all(this.#underWay);
    this.#connection.close();
  }

  #check(): void {
    if (this.#closed) throw new StoreUnavailable('The log is closed.');
  }

  /** Reads, once, what stands beside the log, and makes it when there is none. */
  async #open(): Promise<void> {
    this.#check();
    this.#opening ??= this.#readBeside().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    await this.#opening;
  }

  async #readBeside(): Promise<void> {
    const { log, types, marks, blanked } = this.#names;
    const beside = await Promise.all(
      [log, types, marks, blanked].map((stream) => this.#read({ stream, from: null, count: ALL })),
    );
    this.#known.begin(beside.flat());
    const until = performance.now() + this.#connection.deadline;
    await this.#note(log, { identity: randomUUID() }, () => this.#known.identity !== null, until);
  }

  /** Answers once everything is known that was acknowledged, to whomever, before the call. */
  #look(): Promise<void> {
    if (!this.#looking) {
      this.#looking = this.#lookOnce().finally(() => (this.#looking = null));
      return this.#looking;
    }
    // The one under way may have begun to read before that.
    this.#lookingNext ??= this.#looking
      .catch(() => {})
      .then(() => {
        this.#lookingNext = null;
        this.#looking = this.#lookOnce().finally(() => (this.#looking = null));
        return this.#looking;
      });
    return this.#lookingNext;
  }

  async #lookOnce(): Promise<void> {
    if (this.#feed.isLive && (await this.#fed())) return;
    const end = performance.now() > this.#reachedAt + REACH_EVERY_MS ? await this.#end() : null;
    for (let count = PAGE; ; count = 4 * PAGE) {
      const { reached: from } = this.#known;
      const { prefixes } = this.#names;
      const records = await (count === PAGE
        ? this.#read({ prefixes, from, count })
        : this.#readMany(from, count, prefixes));
      const isNew = records.map((record) => this.#known.take(record));
      if (isNew.some(Boolean)) this.#gained();
      if (records.length < count) break;
    }
    if (end) this.#known.reach(end);
    this.#mark();
  }

  /** Whether the feed brings, soon, what the log ends with now. */
  async #fed(): Promise<boolean> {
    const { reached, commit: known } = this.#known;
    // Where there was much of others since, it is far back.
    if (!reached || reached.commit - known > FAR_BYTES) return false;
    const { prefixes } = this.#names;
    const [last] = await this.#read({ prefixes, from: null, backwards: true, count: 1 });
    const commit = last ? commitOf(last).commit : -1n;
    for (const end = performance.now() + FED_MS; this.#known.commit < commit;) {
      const left = end - performance.now();
      if (left <= 0 || !this.#feed.isLive) return false;
      await this.#arrivals.next(left, this.#never);
    }
    return true;
  }

  /** Where the server's log ends, whoever wrote the last record. */
  async #end(): Promise<Position | null> {
    this.#reachedAt = performance.now();
    const [last] = await this.#read({ from: null, backwards: true, count: 1 });
    return last ? commitOf(last) : null;
  }

  async #read(wanted: Wanted, until?: number): Promise<AllStreamRecordedEvent[]> {
    const records = await this.#connection.read((client) => read(client, wanted), until);
    return records.flatMap(({ event }) => (event ? [event] : []));
  }

  /** A page of the log, by the client's native reader: it is the faster one where there is much. */
  async #readMany(
    from: Position | null,
    maxCount: number,
    prefixes = [this.#names.prefix],
  ): Promise<AllStreamRecordedEvent[]> {
    const { credentials } = this.#address;
    const filter = streamNameFilter({ prefixes });
    const fromPosition = from ?? START;
    const records = await this.#connection.read((client) =>
      client.readAll({ fromPosition, maxCount, filter, requiresLeader: true, ...(credentials && { credentials }) }),
    );
    return records.flatMap(({ event }) => (event ? [event] : []));
  }

  #gained(): void {
    this.#arrivals.tell();
    this.#mark();
  }

  /** Events after a position, of those that are known if they are among the latest; else read. */
  async #upToNow(from: bigint, limit: number): Promise<Envelope[]> {
    await this.#open();
    if (!this.#feed.isLive) await this.#look();
    // It begins where the look ended: by the feed a long log would come slowly.
    this.#feed.start();
    return this.#known.after(from, limit) ?? this.#page(from, limit);
  }

  async #readStream(stream: string, from: number, maxCount?: number, until?: number): Promise<Envelope[]> {
    return (await this.#records(stream, from, maxCount, until)).map(this.#toEnvelope);
  }

  async #records(stream: string, from: number, count = ALL, until?: number): Promise<AllStreamRecordedEvent[]> {
    return this.#read({ stream: this.#names.physical(stream), from: BigInt(from), count }, until);
  }

  readonly #toEnvelope = (record: RecordedEvent): Envelope =>
    toEnvelope(record, this.#names.prefix, (commit, taken) => (taken ? BigInt(taken) : this.#known.shown(commit)));

  /** Up to `limit` events after a position, read from the server: from where a page ended, or a mark is, at or before it. */
  async #page(after: bigint, limit: number): Promise<Envelope[]> {
    const looked = this.#look();
    looked.catch(() => {});
    const page: Envelope[] = [];
    for (let from = this.#startFor(after); page.length < limit;) {
      const maxCount = Math.min(limit - page.length + 1, 8 * PAGE);
      const records = await this.#readMany(from, maxCount);
      await looked;
      for (const record of records) {
        const place = commitOf(record);
        // The server begins with the record at the place itself. What was written after the look is left for later.
        if (from && place.commit <= lastUpTo(from)) continue;
        if (page.length === limit || place.commit > this.#known.commit) return this.#known.masked(page);
        const event = this.#toEnvelope(record);
        if (BigInt(event.position) <= after) continue;
        page.push(event);
        if (page.length === limit) this.#ends.set(event.position, place);
      }
      if (records.length < maxCount) break;
      from = commitOf(records.at(-1)!);
    }
    return this.#known.masked(page);
  }

  #startFor(after: bigint): Position | null {
    const mark = this.#known.marks.findLast(({ shown }) => BigInt(shown) <= after);
    return this.#ends.get(String(after)) ?? (mark ? placeOf(mark.reached) : this.#known.first);
  }

  async #flushSoon(): Promise<void> {
    await new Promise(setImmediate);
    const batch = this.#queue;
    this.#queue = [];
    this.#flushing = null;
    const answered = this.#appendAll(batch);
    this.#underWay.add(answered);
    void answered.finally(() => this.#underWay.delete(answered));
  }

  /** Appends what waited in one turn: to different streams side by side, to one stream one after the other. */
  async #appendAll(batch: readonly Timed[]): Promise<void> {
    const until = Math.min(...batch.map((waiting) => waiting.until));
    try {
      // Whatever was acknowledged before, by whichever process, is not younger than what is stamped now.
      await within(
        until - performance.now(),
        this.#opened().then(() => this.#look()),
      );
    } catch (cause) {
      const error = new StoreUnavailable(`The log cannot be written now: ${saying(cause)}`, { cause });
      for (const { reject } of batch) reject(error);
      return;
    }
    await Promise.all(batch.map((waiting) => this.#inTurn(waiting)));
  }

  /** After the appends to the same stream that came before; whom one of them has overtaken finds that out by himself. */
  async #inTurn(waiting: Timed): Promise<void> {
    const { stream, resolve, reject } = waiting;
    const before = this.#inStream.get(stream) ?? Promise.resolve();
    const sent = before.then(() => this.#append(waiting));
    const turn = settled(sent);
    this.#inStream.set(stream, turn);
    await turn;
    if (this.#inStream.get(stream) === turn) this.#inStream.delete(stream);
    await sent.then((answer) => ('ours' in answer ? this.#refuse(answer) : answer)).then(resolve, reject);
  }

  /** Also while it is being closed: what was taken is answered. */
  async #opened(): Promise<void> {
    if (this.#closed) await (this.#opening ?? this.#readBeside());
    else await this.#open();
  }

  async #append({ stream, expected, events, meta, until }: Timed): Promise<Appended | Overtaken> {
    const last = (written: readonly Envelope[]) => earlierResult(written, meta.commandId);
    const head = expected === NO_STREAM ? null : await this.#headAt(stream, expected, until);
    if (head === undefined) return { stream, expected, ours: last, until };
    await this.#declare(events, until);
    const size = events.reduce((sum, { data }) => sum + data.length, 1_000 * events.length);
    return this.#sending.take(size, () => this.#appendNow({ stream, expected, events, meta, until }, head, last));
  }

  async #appendNow(
    { stream, expected, events, meta, until }: Pick<Timed, 'stream' | 'expected' | 'events' | 'meta' | 'until'>,
    head: Head | null,
    last: Overtaken['ours'],
  ): Promise<Appended | Overtaken> {
    if (performance.now() > until) throw new StoreUnavailable('The log cannot be written now: it is too busy.');
    // Records are sent, and written, in the order in which they are stamped.
    this.#stamped = Math.max(this.#now(), this.#known.recordedAt, this.#stamped, head?.recordedAt ?? 0);
    const at = new Date(this.#stamped).toISOString();
    let [revision, hash] = [expected, head?.hash ?? null];
    const records = events.map(({ type, version, data }, index) => {
      const id = eventId(meta.commandId, stream, index);
      const salt = newSalt();
      const digest = digestOf(salt, data);
      hash = chainHash(hash, { id, stream, revision: ++revision, type, version, digest, meta, recordedAt: at });
      return toOwnRecord(
        { id, type, version, data, salt, digest, meta, recordedAt: at, hash },
        events.length - 1 - index,
      );
    });
    const answer = await this.#send(stream, expected, records, until, last);
    if ('ours' in answer) return answer;
    const { asSent, ...appended } = answer;
    if (asSent) this.#known.headIs(stream, { revision, hash: hash!, recordedAt: Date.parse(at) });
    return appended;
  }

  /** What an append is to be chained to; undefined when the stream is not at this revision. */
  async #headAt(stream: string, revision: number, until: number): Promise<Head | undefined> {
    const head = this.#known.heads.get(stream);
    if (head?.revision === revision) return head;
    if (head && head.revision > revision) return undefined;
    // If the stream is longer, the server will say so.
    const [event] = await this.#readStream(stream, revision, 1, until);
    return event && { revision, hash: event.hash, recordedAt: Date.parse(event.recordedAt) };
  }

  /** The last event of a stream. */
  async #headOf(stream: string, until?: number): Promise<Head | null> {
    const wanted = { stream: this.#names.physical(stream), from: null, backwards: true, count: 1 };
    const [last] = await this.#read(wanted, until);
    if (!last) return null;
    const { revision, hash, recordedAt } = this.#toEnvelope(last);
    return { revision, hash, recordedAt: Date.parse(recordedAt) };
  }

  /**
   * The stream is not at the revision that was expected: by this very command, or by another one.
   * @throws WrongRevision | StoreUnavailable
   */
  async #refuse({ stream, expected, ours, until, last }: Overtaken): Promise<Appended> {
    for (let pause = 1; ; pause *= 2) {
      const written = await this.#readStream(stream, expected + 1, ALL, until);
      const earlier = ours(written);
      if (earlier) return earlier;
      if (written.length > 0) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
      const actual = (await this.#headOf(stream, until))?.revision ?? NO_STREAM;
      if (actual < expected && (last ?? actual) <= expected) throw new WrongRevision(stream, expected, actual);
      if (performance.now() + pause > until) throw new WrongRevision(stream, expected, last ?? actual);
      await sleep(pause);
    }
  }

  /**
   * Appends records at exactly this revision and finds out what became of it. An attempt of which nothing is known is read
   * back on a new client; only when the stream still is where it was, it is sent again, with the same ids: then the server
   * takes whichever of both arrives first, and knows the other again.
   * @throws WrongRevision | StoreUnavailable
   */
  async #send(
    stream: string,
    expected: number,
    records: EventData[],
    until: number,
    ours: (written: readonly Envelope[]) => Appended | null,
  ): Promise<(Appended & { asSent?: true }) | Overtaken> {
    const settled = until + this.#settling;
    for (let [attempt, pause] = [0, 20]; ; attempt++, pause = Math.min(2 * pause, 500)) {
      const { client } = this.#connection.current;
      const left = until - performance.now();
      let said: unknown;
      try {
        const { nextExpectedRevision, position } = await this.#answered(
          attempt === 0 ? left / 2 : left,
          until,
          client.appendToStream(this.#names.physical(stream), records, {
            streamState: expected === NO_STREAM ? NO_SUCH_STREAM : BigInt(expected),
            requiresLeader: true,
            deadline: Math.max(left, 1),
          }),
        );
        const revision = expected + records.length;
        if (attempt === 0 && position && nextExpectedRevision === BigInt(revision))
          return { revision, position: String(this.#known.shown(position.commit)), asSent: true };
      } catch (error) {
        if (error instanceof MaxAppendSizeExceededError)
          throw new InvalidAppend(`The server takes no append of this size: ${error.message}`, { cause: error });
        if (isRefused(error)) throw new StoreUnavailable(`KurrentDB refuses: ${saying(error)}`, { cause: error });
        if (error instanceof WrongExpectedVersionError)
          return { stream, expected, ours, until: settled, last: lastOf(error) };
        said = error;
        this.#connection.discard(client);
      }
      const written = await this.#readStream(stream, expected + 1, undefined, settled).catch((error: unknown) => {
        throw new StoreUnavailable(
          `The log can be neither written nor read now, and the append may be written or not: ${saying(said ?? error)}`,
          { cause: error },
        );
      });
      const earlier = ours(written);
      if (earlier) return earlier;
      if (written.length > 0) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
      if (performance.now() + pause >= until)
        throw new StoreUnavailable(`The log cannot be written now: ${saying(said)}`, { cause: said });
      await sleep(pause);
    }
  }

  /** What is not answered while others are is only slow. @throws Unanswered */
  async #answered<T>(ms: number, until: number, append: Promise<T>): Promise<T> {
    for (const sentAt = performance.now(); ; ms = Math.min(PROGRESS_MS, until - performance.now()))
      try {
        const answer = await within(ms, append);
        this.#answeredAt = performance.now();
        return answer;
      } catch (error) {
        const now = performance.now();
        const isOnlySlow = this.#answeredAt > sentAt && now < this.#answeredAt + PROGRESS_MS && now < until;
        if (!(error instanceof Unanswered) || !isOnlySlow) throw error;
      }
  }

  /** Notes types before the first event of them is written. */
  async #declare(events: readonly EventType[], until: number): Promise<void> {
    for (const { type, version } of events) {
      const isKnown = () => this.#known.types.has(`${type} ${version}`);
      if (!isKnown()) await this.#note(this.#names.types, { type, version }, isKnown, until);
    }
  }

  /** Writes a note beside the log until it is known there, whoever wrote it. @throws StoreUnavailable */
  #note(stream: string, note: Record<string, unknown>, isKnown: () => boolean, until: number): Promise<void> {
    const noting = this.#noting.then(() => this.#noteNow(stream, note, isKnown, until));
    this.#noting = settled(noting);
    return noting;
  }

  async #noteNow(stream: string, note: Record<string, unknown>, isKnown: () => boolean, until: number): Promise<void> {
    while (!isKnown()) {
      const { client } = this.#connection.current;
      const revision = this.#known.revisionOf(stream);
      const left = until - performance.now();
      if (left <= 0) throw new StoreUnavailable('The log cannot be written now.');
      try {
        await within(
          left,
          client.appendToStream(stream, jsonEvent({ type: 'Noted', data: note }), {
            streamState: revision < 0 ? NO_SUCH_STREAM : BigInt(revision),
            requiresLeader: true,
            deadline: Math.max(left, 1),
          }),
        );
      } catch (error) {
        if (isRefused(error)) throw new StoreUnavailable(`KurrentDB refuses: ${saying(error)}`, { cause: error });
        if (!(error instanceof WrongExpectedVersionError)) this.#connection.discard(client);
      }
      await this.#look();
    }
  }

  /** Sets a mark when there was much since the last one; it is only there to be faster, and may fail. */
  #mark(): void {
    const { mark, marks, sinceMark } = this.#known;
    if (this.#marking || this.#closed || !mark || !this.#opening) return;
    const bytes = this.#known.reached!.commit - (marks.length > 0 ? placeOf(marks.at(-1)!.reached).commit : 0n);
    if (sinceMark < this.#markEvery && bytes < this.#markEveryBytes) return;
    this.#marking = true;
    const before = marks.length;
    const until = performance.now() + this.#connection.deadline;
    this.#note(this.#names.marks, mark as unknown as Record<string, string>, () => marks.length > before, until)
      .catch(() => {})
      .finally(() => (this.#marking = false));
  }
}

/** Ends when a promise does, however it does. */
const settled = async (promise: Promise<unknown>): Promise<void> => {
  await promise.catch(() => {});
};

const lastOf = ({ actualState }: WrongExpectedVersionError): number =>
  typeof actualState === 'bigint' ? Number(actualState) : NO_STREAM;

/** Events of one stream that follow one another, as many as one append takes. */
function* runs(events: readonly Envelope[]): Generator<Envelope[]> {
  let [run, size]: [Envelope[], number] = [[], 0];
  for (const event of events) {
    const bytes = Buffer.byteLength(event.data ?? '') + Buffer.byteLength(JSON.stringify(event.meta));
    if (run.length > 0 && (run[0]!.stream !== event.stream || size + bytes > MAX_APPEND_BYTES || run.length >= 500)) {
      yield run;
      [run, size] = [[], 0];
    }
    run.push(event);
    size += bytes;
  }
  if (run.length > 0) yield run;
}

/** How many events more to read at once, after some like these: a few megabytes. */
function fitting(page: readonly Envelope[]): number {
  const chars = page.reduce((sum, { data }) => sum + 1_000 + (data?.length ?? 0), 0) / page.length;
  return Math.min(8 * PAGE, Math.max(10, Math.floor(AHEAD_CHARS / chars)));
}

/** What a promise gives; null as soon as the signal aborts. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
