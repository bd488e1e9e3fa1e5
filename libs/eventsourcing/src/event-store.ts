/** The port of every log: appending, reading and following streams of events. */
import { canonicalJson, eventId, type EncodedEvent, type Envelope, type Meta } from './events.js';

/** The revision of a stream that has no event. The same in every adapter. */
export const NO_STREAM = -1;
/** An append larger than this, data and meta in bytes, is refused before it is sent. */
export const MAX_APPEND_BYTES = 900_000;

/** The largest page of events, in characters of data, unless its first event alone is larger. */
export const PAGE_BYTES = 8_000_000;

/** A wire name and a version of it. */
export interface EventType {
  readonly type: string;
  readonly version: number;
}

/** A fault of a log, and its position, if it has one. */
export interface Damage {
  readonly position: string | null;
  readonly reason: string;
}

/** The end of an append: the revision and position of its last event. */
export interface Appended {
  readonly revision: number;
  readonly position: string;
}

/**
 * The port every store implements; the contract suite (`testing/store-contract.ts`) proves that all do so alike.
 * Positions are decimal digits from 1 to 2^53 - 1, greater is later, but opaque to everyone outside the process.
 */
export interface EventStore {
  /** Changes when the log is another one (a restore from a backup), so that views know that they must be rebuilt. */
  identity(): Promise<string>;
  /**
   * Appends all events or none. The same command id, stream and expected revision again give the earlier result.
   * @param expectedRevision exact; `NO_STREAM` for a stream's first event
   * @throws WrongRevision | InvalidAppend | StoreUnavailable
   */
  append(stream: string, expectedRevision: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended>;
  /**
   * Erases the data and salt of one event for ever; its digest stays, so the hash chain still verifies. Erased before:
   * nothing changes. Who may erase, and why, a `Blanked` event must say before (`blanking.ts`).
   * @throws NoSuchEvent | StoreUnavailable; after the latter it may be erased or not: repeat it
   */
  blank(stream: string, revision: number): Promise<void>;
  /** A stream's events in order, from a revision on, all or so many; empty when there is no such stream. */
  read(stream: string, fromRevision?: number, limit?: number): Promise<Envelope[]>;
  /**
   * Up to `limit` events of the whole log in commit order, after a position (`null`: from the start); fewer, but at least
   * one, when they are large (`PAGE_BYTES`).
   */
  readAll(after: string | null, limit: number): Promise<Envelope[]>;
  /**
   * Up to `limit` events of the streams `<category>-…` up to a position of the log, by the names of their streams (in the order
   * of this store) and their revisions, after one of them; fewer when they are large. Absent: this store can only read in the
   * order of the log.
   */
  readByStream?(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]>;
  /** Follows the log after a position for ever: batches in commit order, nothing skipped; ends when the signal aborts. */
  subscribe(after: string | null, signal: AbortSignal, batchSize?: number): AsyncGenerator<Envelope[]>;
  /** The last position of the log, `null` when it is empty. */
  head(): Promise<string | null>;
  /** The last position up to which everything was recorded at or before an instant. */
  positionAt(instant: Date): Promise<string | null>;
  /** Every type and version of an event that the log holds; one that was only tried may be among them. */
  types(): Promise<readonly EventType[]>;
  /**
   * Takes over events of another log, in its order, as they are: with ids, positions, times, salts, digests and hashes,
   * so that a position of that log names the same event here. `after` is where this log ends.
   * @throws InvalidAppend when they do not follow on the events here; nothing is written then
   * @throws StoreUnavailable; then the first of them may be written: go on from `head`
   */
  takeOver(after: string | null, events: readonly Envelope[]): Promise<void>;
  /** The faults of the indexes of the store, checked anew. Absent: the store has none that could differ. */
  damage?(): Promise<Damage | null>;
  /** A consistent copy of the log as a SQLite file, also while it is written to. Absent: `copyLog` makes one. */
  backup?(file: string): Promise<void>;
  /**
   * Makes a verified backup the content of this log, which must be empty: every process that has it open sees all of it
   * or nothing. Absent: `copyLog` fills it. @throws Error when this log has events
   */
  fillFrom?(backup: string): Promise<void>;
  close(): Promise<void>;
}

/** An append that waits to be written together with others, and who is to hear of it. */
export interface QueuedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly EncodedEvent[];
  readonly meta: Meta;
  /** As canonical JSON. */
  readonly metaText: string;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/** Someone was faster, or the caller named a revision that is not the stream's last. */
export class WrongRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`${stream} is at revision ${actual}, not ${expected}`);
  }
}

/** There is no event at this revision of the stream. */
export class NoSuchEvent extends Error {
  constructor(stream: string, revision: number) {
    super(`${stream} has no revision ${revision}`);
  }
}

/** An append that no store takes: a bad stream name, no events, too large, text that JSON cannot carry everywhere. */
export class InvalidAppend extends Error {}

/** The store cannot take the append now; nothing of it was written. */
export class StoreUnavailable extends Error {}

/** The storage of the log is damaged. It takes no appends, so that no event is recorded twice. */
export class DamagedLog extends StoreUnavailable {}

const STREAM_NAME = /^[A-Za-z0-9._/-]{1,200}$/;
export const isStreamName = (name: string): boolean => STREAM_NAME.test(name);

/** A UUID, with any ending: the ids of events are made of its beginning. */
const COMMAND_ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/;

/** The checks of every adapter before it writes. @returns `meta` as canonical JSON, as it is hashed */
export function checkAppend(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): string {
  if (!isStreamName(stream)) throw new InvalidAppend(`Not a stream name: ${JSON.stringify(stream.slice(0, 220))}`);
  if (!Number.isSafeInteger(expected) || expected < NO_STREAM)
    throw new InvalidAppend(`Not an expected revision: ${String(expected)}`);
  if (!COMMAND_ID.test(meta.commandId))
    throw new InvalidAppend(`Not the id of a command: ${JSON.stringify(meta.commandId)}`);
  if (events.length === 0) throw new InvalidAppend('An append needs at least one event.');
  if (!Object.values(meta).every(isFit)) throw new InvalidAppend(UNFIT_TEXT);
  const metaText = canonicalJson(meta);
  const size = events.reduce(
    (sum, { data }) => sum + Buffer.byteLength(data),
    events.length * Buffer.byteLength(metaText),
  );
  if (size > MAX_APPEND_BYTES)
    throw new InvalidAppend(`The append is ${size} bytes; at most ${MAX_APPEND_BYTES} are taken.`);
  for (const { type, version, data } of events) {
    if (!Number.isSafeInteger(version) || version < 1)
      throw new InvalidAppend(`Not an event version: ${String(version)}`);
    if (!isFit(type) || !isFitJson(data)) throw new InvalidAppend(UNFIT_TEXT);
  }
  return metaText;
}

const UNFIT_TEXT = 'Text may hold neither U+0000 nor a lone surrogate.';
const MAYBE_UNFIT = /\\u(?:0000|d[89a-f])/i;
const isFitJson = (json: string): boolean => isFit(json) && (!MAYBE_UNFIT.test(json) || isFit(JSON.parse(json)));

/**
 * Whether all text in a JSON value, key or value, is free of U+0000 and lone surrogates: PostgreSQL and KurrentDB refuse both.
 */
export function isFit(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (Array.isArray(value)) return value.every(isFit);
  if (value && typeof value === 'object') return Object.entries(value).every(([key, v]) => isFit(key) && isFit(v));
  return true;
}

/**
 * The earlier result of the same command: when the events after `expected` have the ids of its first, second … event.
 * (Their command id alone would not do: it also stands in the middle of an append, where another revision was expected.)
 */
export function earlierResult(after: Iterable<Identified>, commandId: string): Appended | null {
  let [last, index]: [Identified | null, number] = [null, 0];
  for (const event of after) {
    if (event.id !== eventId(commandId, event.stream, index++)) break;
    last = event;
  }
  return last && { revision: last.revision, position: String(last.position) };
}

interface Identified extends Pick<Envelope, 'id' | 'stream' | 'revision'> {
  readonly position: string | number;
}

/**
 * The checks of every adapter before it takes events over.
 * @param revisions the last revision of each of their streams, as far as they are here; absent: the caller has checked
 * that the first event of each stream follows on those here
 * @throws InvalidAppend when they do not follow on `head` and `revisions`
 */
export function checkTakeOver(
  after: string | null,
  head: string | null,
  events: readonly Envelope[],
  revisions?: ReadonlyMap<string, number>,
): void {
  if (after !== head)
    throw new InvalidAppend(`The log ends at ${head ?? 'its beginning'}, not at ${after ?? 'its beginning'}.`);
  let last = Number(head);
  const reached = new Map(revisions);
  for (const { position, stream, revision } of events) {
    if (!isStreamName(stream)) throw new InvalidAppend(`Not a stream name: ${JSON.stringify(stream.slice(0, 220))}`);
    if (!/^[1-9]\d*$/.test(position) || !Number.isSafeInteger(Number(position)))
      throw new InvalidAppend(`Not a position: ${JSON.stringify(position.slice(0, 220))}`);
    if (Number(position) <= last) throw new InvalidAppend(`Position ${position} does not follow ${last}.`);
    const before = reached.get(stream) ?? (revisions ? NO_STREAM : revision - 1);
    if (!(Number.isSafeInteger(revision) && revision >= 0 && revision === before + 1))
      throw new InvalidAppend(`${stream} is at revision ${before}, and ${revision} does not follow that.`);
    last = Number(position);
    reached.set(stream, revision);
  }
}
