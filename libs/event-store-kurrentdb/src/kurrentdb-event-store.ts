/** The log in a KurrentDB (EventStoreDB) server or cluster, as an event store. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Arrivals,
  checkAppend,
  checkTakeOver,
  InvalidAppend,
  isStreamName,
  MAX_APPEND_BYTES,
  NO_STREAM,
  NoSuchEvent,
  StoreUnavailable,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  type EventType,
  type Meta,
} from '#eventsourcing';
import { Address } from './address.js';
import { Appends, writtenOf, type AppendOptions } from './appends.js';
import { Connection, isRefused, withTimeout } from './connection.js';
import { Feed } from './feed.js';
import { Floors, type Floor, type FloorOptions } from './floors.js';
import { KnownLog } from './known.js';
import { ALL_RECORDS, LogReader, RECORDS_PER_READ } from './log-reader.js';
import { LogLook } from './look.js';
import { Notes, type MarkOptions } from './notes.js';
import { commitOf, Names, toTakenRecord } from './records.js';

export interface KurrentdbOptions extends Partial<AppendOptions & MarkOptions & Pick<FloorOptions, 'fresh'>> {
  /** In ms: a call without an answer in this time is given up; an append is then settled within `settling`. */
  readonly deadline?: number;
  /** In ms: after such a silence of the subscription the log is looked at. */
  readonly watchAfter?: number;
}

/** The interval of looks at the log while the subscription is down, in ms. */
const POLL_MS = 100;
/** The time that a subscriber waits at most for the feed, in ms. */
const IDLE_MS = 1_000;
/** More floors than are written while the server shows one. */
const MAX_FLOORS = 1_000;
/** The time that closing may take, in ms. */
const CLOSE_TIMEOUT_MS = 1_000;
/** A clock that is so much behind the log serves no floor, in ms. */
const MAX_CLOCK_LAG_MS = 20;

/**
 * The log in a KurrentDB (EventStoreDB) server or cluster, beside the streams of others: our stream `s` is its stream
 * `<prefix>s`, and our notes beside the log are in `<prefix without the dot>~log`, `~types`, `~marks`, `~blanked` and
 * `~floors`.
 *
 * A blanked payload is gone from every answer of every process, but not from the server's files: the server cannot
 * erase a single event without its own licensed tool (redaction). `copy-log` to a fresh log takes no blanked words
 * along.
 */
export class KurrentdbEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #names: Names;
  readonly #known: KnownLog;
  readonly #feed: Feed;
  readonly #reader: LogReader;
  readonly #look: LogLook;
  readonly #notes: Notes;
  readonly #floors: Floors;
  readonly #appends: Appends;
  readonly #arrivals = new Arrivals();
  #closed = false;
  #opening: Promise<void> | null = null;

  /**
   * @param url a connection string of the client; `prefix=NAME.` (default `followthrough.`) is ours
   * @throws Error when it is not one
   */
  constructor(url: string, options: KurrentdbOptions = {}) {
    const { now = Date.now, deadline = 10_000, settling = 1_000, watchAfter = 3_000, fresh = 500 } = options;
    const { markEvery = 1_000, markEveryBytes = 32_000_000n } = options;
    const address = new Address(url);
    const names = (this.#names = new Names(address.prefix));
    const known = (this.#known = new KnownLog(names, (floor) => {
      // The sooner a floor is heard of, the sooner it is high enough.
      if (this.#floors.heard(floor) && floor.floor !== null) this.#feed.start();
    }));
    const connection = (this.#connection = new Connection(address, deadline));
    const gained = (): void => {
      this.#arrivals.tell();
      this.#mark();
    };
    this.#feed = new Feed(
      connection,
      {
        prefixes: names.prefixes,
        from: () => known.reached,
        take: (record) => void (known.take(record) && gained()),
        reach: (place) => {
          known.reach(place);
          this.#mark();
        },
        look: async () => {
          await this.#look.take();
          return known.commit;
        },
        changed: () => this.#arrivals.tell(),
      },
      watchAfter,
    );
    this.#reader = new LogReader(address, connection, names, known);
    this.#look = new LogLook({
      ...{ reader: this.#reader, known, names, feed: this.#feed, arrivals: this.#arrivals, gained },
      looked: (began) => {
        this.#floors.looked(began);
        this.#mark();
      },
    });
    this.#notes = new Notes(connection, names, known, this.#look, { markEvery, markEveryBytes });
    const around = {
      passed: () => performance.now(),
      sleep: (ms: number) => sleep(ms, undefined, { ref: false }),
      look: () => this.#look.take(),
      isFed: () => this.#feed.isLive,
      time: () => this.#appends.time,
      clock: () => (now() + MAX_CLOCK_LAG_MS >= known.recordedAt ? now() : null),
    };
    this.#floors = new Floors(
      { ...around, write: (floor) => this.#notes.floor(floor) },
      { fresh, writer: randomUUID() },
    );
    this.#appends = new Appends(
      ...([connection, names, known, this.#reader, this.#notes, this.#floors] as const),
      // Also while it is being closed: an append that was taken is answered.
      () => (this.#closed ? (this.#opening ?? this.#readBeside()) : this.#open()),
      { now, settling },
    );
  }

  async identity(): Promise<string> {
    await this.#open();
    return this.#known.identity!;
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const metaText = checkAppend(stream, expected, events, meta);
      this.#check();
      this.#appends.take({ stream, expected, events, meta, metaText, until: this.#until(), resolve, reject });
    });
  }

  /** Every connection shows it without data from now on; the server's files hold the data still (see the class). */
  async blank(stream: string, revision: number): Promise<void> {
    await this.#open();
    const isRevision = isStreamName(stream) && Number.isSafeInteger(revision) && revision >= 0;
    const [event] = isRevision ? await this.#reader.stream(stream, revision, 1) : [];
    if (event?.revision !== revision) throw new NoSuchEvent(stream, revision);
    await this.#look.take();
    const isBlanked = () => this.#known.isBlanked(stream, revision);
    await this.#notes.note(this.#names.blanked, { stream, revision }, isBlanked, this.#until());
  }

  async read(stream: string, fromRevision = 0, limit = Infinity): Promise<Envelope[]> {
    await this.#open();
    if (!isStreamName(stream)) return [];
    const from = Math.max(fromRevision, 0);
    const [records] = await Promise.all([
      this.#reader.recordsOf(stream, from, Number.isFinite(limit) ? limit : undefined),
      this.#look.take(),
    ]);
    return this.#known.masked(records.map(this.#reader.toEnvelope));
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    await this.#open();
    const from = BigInt(after ?? -1);
    if (this.#known.after(from, 0)) await this.#look.take();
    return this.#known.after(from, limit) ?? this.#page(from, limit);
  }

  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    let [pause, from] = [POLL_MS, BigInt(after ?? -1)];
    /** The page that is read while the subscriber works on the one before. */
    let ahead: Promise<Envelope[]> | null = null;
    while (!signal.aborted) {
      this.#check();
      const { commit } = this.#known;
      const page = await unlessAborted(signal, ahead ?? this.#upToNow(from, batchSize)).catch((error: unknown) => {
        this.#check();
        if (isRefused((error as Error).cause)) throw error;
        return null;
      });
      ahead = null;
      pause = page ? POLL_MS : Math.min(pause * 2, 2_000);
      if (page && page.length > 0) {
        from = BigInt(page.at(-1)!.position);
        if (!this.#known.after(from, 0)) {
          ahead = this.#page(from, 8 * RECORDS_PER_READ);
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
    await this.#look.take();
    return this.#known.last?.toString() ?? null;
  }

  /** The greatest position up to which everything was recorded by then. */
  async positionAt(instant: Date): Promise<string | null> {
    await this.#open();
    await this.#look.take();
    const time = instant.getTime();
    const { recordedAt, last, marks } = this.#known;
    if (last === null || recordedAt <= time) return last?.toString() ?? null;
    let shown = marks.findLast((mark) => mark.recordedAt <= time)?.shown ?? null;
    for (;;) {
      const page = await this.#page(BigInt(shown ?? -1), RECORDS_PER_READ);
      const late = page.findIndex((e) => Date.parse(e.recordedAt) > time);
      shown = (late < 0 ? page : page.slice(0, late)).at(-1)?.position ?? shown;
      if (late >= 0 || page.length === 0) return shown;
    }
  }

  async types(): Promise<EventType[]> {
    await this.#open();
    await this.#look.take();
    return [...this.#known.types.values()];
  }

  /** Events of one stream that follow one another go in one append; each append waits for the one before. */
  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    checkTakeOver(after, await this.head(), events);
    const revisions = new Map<string, number>();
    for (const { stream, revision } of events) {
      const before = revisions.get(stream) ?? (await this.#reader.headOf(stream))?.revision ?? NO_STREAM;
      if (revision !== before + 1) throw new InvalidAppend(`${stream} has no revision ${revision - 1} here.`);
      revisions.set(stream, revision);
    }
    await this.#notes.declare(events, this.#until());
    for (const run of runs(events)) {
      const [{ stream, revision }] = run as [Envelope];
      const sent = await this.#appends.send(stream, revision - 1, run.map(toTakenRecord), this.#until(), (written) => {
        const last = written[run.length - 1];
        return last && run.every(({ id }, n) => id === written[n]!.id) ? writtenOf(last) : null;
      });
      if ('earlier' in sent) await this.#appends.refuse(sent);
    }
    await this.#look.take();
    // Other events' positions depend on those that were taken over, so all must have looked.
    await this.#floors.beforeTelling(Infinity, performance.now());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#feed.stop();
    this.#arrivals.tell();
    await this.#appends.settled();
    await withTimeout(CLOSE_TIMEOUT_MS, this.#floors.end()).catch(() => {});
    this.#connection.close();
  }

  #check(): void {
    if (this.#closed) throw new StoreUnavailable('The log is closed.');
  }

  /** When a call that begins now is given up, of `performance.now()`. */
  #until(): number {
    return performance.now() + this.#connection.deadline;
  }

  /** Reads, once, the notes beside the log, and makes them when there are none. */
  async #open(): Promise<void> {
    this.#check();
    this.#opening ??= this.#readBeside().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    await this.#opening;
  }

  async #readBeside(): Promise<void> {
    const { log, types, marks, blanked, floors } = this.#names;
    const [end] = await this.#reader.records({ from: null, backwards: true, count: 1 });
    this.#known.openedAt = end ? commitOf(end).commit : -1n;
    // The server shows the floors of the last seconds, by its own clock; in the log there are older ones.
    const latest = { stream: floors, from: null, backwards: true, count: MAX_FLOORS };
    const [held, ...beside] = await Promise.all([
      this.#reader.records(latest),
      ...[log, types, marks, blanked].map((stream) => this.#reader.records({ stream, from: null, count: ALL_RECORDS })),
    ]);
    for (const { data } of held) this.#floors.heard(data as unknown as Floor);
    this.#known.begin(beside.flat());
    await this.#notes.note(log, { identity: randomUUID() }, () => this.#known.identity !== null, this.#until());
  }

  #mark(): void {
    if (!this.#closed && this.#opening) this.#notes.mark();
  }

  #page(from: bigint, limit: number): Promise<Envelope[]> {
    return this.#reader.page(from, limit, this.#look.take());
  }

  /** The events after a position: from memory if they are among the latest, else read. */
  async #upToNow(from: bigint, limit: number): Promise<Envelope[]> {
    await this.#open();
    if (!this.#feed.isLive) await this.#look.take();
    // It begins where the look ended: by the feed a long log would come slowly.
    this.#feed.start();
    return this.#known.after(from, limit) ?? this.#page(from, limit);
  }
}

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

/** The result of a promise; null as soon as the signal aborts. */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
