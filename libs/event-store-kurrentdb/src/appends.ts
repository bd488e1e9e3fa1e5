/** Appends to the log: stamped, sent, and settled, whichever way the server answers. */
import {
  MaxAppendSizeExceededError,
  NO_STREAM as NO_SUCH_STREAM,
  WrongExpectedVersionError,
  type EventData,
} from '@kurrent/kurrentdb-client';
import { Mutex, Semaphore } from 'async-mutex';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  chainHash,
  eventDigest,
  earlierResult,
  eventId,
  InvalidAppend,
  newSalt,
  NO_STREAM,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type Envelope,
  type QueuedAppend,
} from '#eventsourcing';
import { isRefused, kurrentMessageOf, CallTimeout, withTimeout, type Connection } from './connection.js';
import { type Floors } from './floors.js';
import { type StreamHead, type KnownLog } from './known.js';
import { ALL_RECORDS, type LogReader } from './log-reader.js';
import { type Notes } from './notes.js';
import { toOwnRecord, type Names } from './records.js';

/** An append that is late is waited for on, if another one was answered within this time, in ms. */
const PROGRESS_MS = 500;
/** An append is given half of the time that is left, and all of it when it is less than this, in ms. */
const MIN_ATTEMPT_MS = 500;
/**
 * So much is on its way to the server at most, in pieces of so many bytes; later appends wait here, where nothing is
 * uncertain.
 */
const [MAX_PIECES_UNDER_WAY, PIECE_BYTES] = [500, 8_000];

/** An append and until when it is to be settled (of `performance.now()`). */
interface Timed extends QueuedAppend {
  readonly until: number;
}

/** The revision and position of an append's last event, and its time in ms. */
interface WrittenAppend extends Appended {
  readonly recordedAt: number;
}

/** Finds the last event of an append among those written after the revision that it expected. */
type FindEarlier = (written: readonly Envelope[]) => WrittenAppend | null;

/** An append that expected another revision than the stream has. */
interface RevisionMismatch {
  readonly stream: string;
  readonly expected: number;
  readonly earlier: FindEarlier;
  readonly until: number;
  /** The revision of the stream's last event, if the server said so: it may be one that cannot be read yet. */
  readonly last?: number;
}

export interface AppendOptions {
  /** The clock that stamps events. */
  readonly now: () => number;
  /** In ms: how long reading back may take after the deadline. */
  readonly settling: number;
}

export class Appends {
  #queue: Timed[] = [];
  #flushing: Promise<void> | null = null;
  /** Appends that are not answered yet. */
  readonly #underWay = new Set<Promise<void>>();
  /** Appends to one stream go one after the other. */
  readonly #turns = new Map<string, Mutex>();
  readonly #sending = new Semaphore(MAX_PIECES_UNDER_WAY);
  /** In ms: the greatest time given to an event. */
  #stamped = 0;
  /** When an append was answered last. */
  #answeredAt = 0;

  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
    private readonly known: KnownLog,
    private readonly reader: LogReader,
    private readonly notes: Notes,
    private readonly floors: Floors,
    private readonly open: () => Promise<void>,
    private readonly options: AppendOptions,
  ) {}

  /** The time that an event would be given now, in ms. */
  get time(): number {
    return Math.max(this.options.now(), this.known.recordedAt, this.#stamped);
  }

  take(waiting: Timed): void {
    this.#queue.push(waiting);
    this.#flushing ??= this.#flushSoon();
  }

  /** Ends once all that was taken is answered. */
  async settled(): Promise<void> {
    await this.#flushing;
    await Promise.all(this.#underWay);
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

  /** Appends the records that waited in one turn: to different streams side by side, to one stream one after the other. */
  async #appendAll(batch: readonly Timed[]): Promise<void> {
    const until = Math.min(...batch.map((waiting) => waiting.until));
    try {
      // No event acknowledged before, by any process, is younger than the events stamped after this.
      await withTimeout(
        until - performance.now(),
        this.open().then(() => this.floors.beforeStamping()),
      );
    } catch (cause) {
      const error = new StoreUnavailable(`The log cannot be written now: ${kurrentMessageOf(cause)}`, { cause });
      for (const { reject } of batch) reject(error);
      return;
    }
    await Promise.all(batch.map((waiting) => this.#inTurn(waiting)));
  }

  /** After the appends to the same stream that came before; whom one of them has overtaken finds that out by himself. */
  async #inTurn(waiting: Timed): Promise<void> {
    const { stream, resolve, reject } = waiting;
    const turn = this.#turns.get(stream) ?? new Mutex();
    this.#turns.set(stream, turn);
    try {
      const answer = await turn.runExclusive(() => this.#append(waiting));
      resolve('earlier' in answer ? await this.refuse(answer) : await this.#told(answer));
    } catch (error) {
      reject(error as Error);
    } finally {
      if (!turn.isLocked()) this.#turns.delete(stream);
    }
  }

  /** The answer, once it may be given. */
  async #told({ recordedAt, revision, position }: WrittenAppend): Promise<Appended> {
    await this.floors.beforeTelling(recordedAt, performance.now());
    this.floors.appended().catch(() => {});
    return { revision, position };
  }

  async #append(waiting: Timed): Promise<WrittenAppend | RevisionMismatch> {
    const { stream, expected, events, meta, until } = waiting;
    const earlier: FindEarlier = (written) => {
      const found = earlierResult(written, meta.commandId);
      return found && writtenOf(written[found.revision - expected - 1]!);
    };
    const head = expected === NO_STREAM ? null : await this.#headAt(stream, expected, until);
    if (head === undefined) return { stream, expected, earlier, until };
    await this.notes.declare(events, until);
    const size = events.reduce((sum, { data }) => sum + data.length, 1_000 * events.length);
    const pieces = Math.min(Math.ceil(size / PIECE_BYTES), MAX_PIECES_UNDER_WAY);
    return this.#sending.runExclusive(() => this.#appendNow(waiting, head, earlier), pieces);
  }

  async #appendNow(
    { stream, expected, events, meta, metaText, until }: Timed,
    head: StreamHead | null,
    earlier: FindEarlier,
  ): Promise<WrittenAppend | RevisionMismatch> {
    if (performance.now() > until) throw new StoreUnavailable('The log cannot be written now: it is too busy.');
    // Records are sent, and written, in the order in which they are stamped.
    const recordedAt = (this.#stamped = Math.max(this.time, head?.recordedAt ?? 0));
    const at = new Date(recordedAt).toISOString();
    let [revision, hash] = [expected, head?.hash ?? null];
    const records = events.map(({ type, version, data }, index) => {
      const id = eventId(meta.commandId, stream, index);
      const salt = newSalt();
      const digest = eventDigest(salt, data);
      const identified = { id, stream, revision: ++revision, type, version, digest, meta, recordedAt: at };
      hash = chainHash(hash, identified, metaText);
      return toOwnRecord(
        { id, type, version, data, salt, digest, meta, recordedAt: at, hash },
        events.length - 1 - index,
      );
    });
    const answer = await this.send(stream, expected, records, until, earlier);
    if ('earlier' in answer || 'recordedAt' in answer) return answer;
    this.known.headIs(stream, { revision, hash: hash!, recordedAt });
    return { ...answer, recordedAt };
  }

  /** The event that an append is to be chained to; undefined when the stream is not at this revision. */
  async #headAt(stream: string, revision: number, until: number): Promise<StreamHead | undefined> {
    const head = this.known.heads.get(stream);
    if (head?.revision === revision) return head;
    if (head && head.revision > revision) return undefined;
    // If the stream is longer, the server will say so.
    const [event] = await this.reader.stream(stream, revision, 1, until);
    return event && { revision, hash: event.hash, recordedAt: Date.parse(event.recordedAt) };
  }

  /**
   * The stream is not at the revision that was expected: by this very command, or by another one. It does not use `retry`: no
   * try fails, but a server may answer from before the write.
   * @throws WrongRevision | StoreUnavailable
   */
  async refuse({ stream, expected, earlier, until, last }: RevisionMismatch): Promise<Appended> {
    for (let pause = 1; ; pause *= 2) {
      const written = await this.reader.stream(stream, expected + 1, ALL_RECORDS, until);
      const found = earlier(written);
      if (found) return this.#told(found);
      if (written.length > 0) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
      const actual = (await this.reader.headOf(stream, until))?.revision ?? NO_STREAM;
      if (actual < expected && (last ?? actual) <= expected) throw new WrongRevision(stream, expected, actual);
      if (performance.now() + pause > until) throw new WrongRevision(stream, expected, last ?? actual);
      await sleep(pause);
    }
  }

  /**
   * Appends records at exactly this revision and finds out whether they were written. An attempt of which nothing is known is
   * read back on a new client; only when the stream still is where it was, it is sent again, with the same ids: then
   * the server takes whichever of both arrives first, and knows the other again. `retry` would not read back between tries.
   * @returns with `recordedAt` where it was read back: another process may have written it for the same command
   * @throws WrongRevision | StoreUnavailable
   */
  async send(
    stream: string,
    expected: number,
    records: EventData[],
    until: number,
    earlier: FindEarlier,
  ): Promise<Appended | WrittenAppend | RevisionMismatch> {
    const settled = until + this.options.settling;
    for (let [attempt, pause] = [0, 20]; ; attempt++, pause = Math.min(2 * pause, 500)) {
      const { client } = this.connection.current;
      const left = until - performance.now();
      let said: unknown;
      try {
        const { nextExpectedRevision, position } = await this.#answered(
          Math.max(left / 2, Math.min(left, MIN_ATTEMPT_MS)),
          until,
          client.appendToStream(this.names.physical(stream), records, {
            streamState: expected === NO_STREAM ? NO_SUCH_STREAM : BigInt(expected),
            requiresLeader: true,
            deadline: Math.max(left, 1),
          }),
        );
        const revision = expected + records.length;
        if (attempt === 0 && position && nextExpectedRevision === BigInt(revision))
          return { revision, position: String(this.known.shown(position.commit)) };
      } catch (error) {
        if (error instanceof MaxAppendSizeExceededError)
          throw new InvalidAppend(`The server takes no append of this size: ${error.message}`, { cause: error });
        if (isRefused(error))
          throw new StoreUnavailable(`KurrentDB refuses: ${kurrentMessageOf(error)}`, { cause: error });
        if (error instanceof WrongExpectedVersionError)
          return { stream, expected, earlier, until: settled, last: lastOf(error) };
        said = error;
        this.connection.discard(client);
      }
      const written = await this.reader.stream(stream, expected + 1, undefined, settled).catch((error: unknown) => {
        throw new StoreUnavailable(
          `The log can be neither written nor read now, and the append may be written or not: ${kurrentMessageOf(said ?? error)}`,
          { cause: error },
        );
      });
      const found = earlier(written);
      if (found) return found;
      if (written.length > 0) throw new WrongRevision(stream, expected, written.at(-1)!.revision);
      if (performance.now() + pause >= until)
        throw new StoreUnavailable(`The log cannot be written now: ${kurrentMessageOf(said)}`, { cause: said });
      await sleep(pause);
    }
  }

  /** A call is only slow while others are answered, too. @throws CallTimeout */
  async #answered<T>(ms: number, until: number, append: Promise<T>): Promise<T> {
    for (const sentAt = performance.now(); ; ms = Math.min(PROGRESS_MS, until - performance.now()))
      try {
        const answer = await withTimeout(ms, append);
        this.#answeredAt = performance.now();
        return answer;
      } catch (error) {
        const now = performance.now();
        const isOnlySlow = this.#answeredAt > sentAt && now < this.#answeredAt + PROGRESS_MS && now < until;
        if (!(error instanceof CallTimeout) || !isOnlySlow) throw error;
      }
  }
}

export const writtenOf = ({ revision, position, recordedAt }: Envelope): WrittenAppend => ({
  ...{ revision, position, recordedAt: Date.parse(recordedAt) },
});

const lastOf = ({ actualState }: WrongExpectedVersionError): number =>
  typeof actualState === 'bigint' ? Number(actualState) : NO_STREAM;
