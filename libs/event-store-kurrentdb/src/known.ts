/** The knowledge of one process about the log: its end, its latest events, and the notes beside it. */
import { type AllStreamRecordedEvent, type Position } from '@kurrent/kurrentdb-client';
import { LRUCache } from 'lru-cache';
import { PAGE_BYTES, type Envelope, type EventType } from '#eventsourcing';
import { type Floor } from './floors.js';
import {
  eventsAfter,
  commitOf,
  lastUpTo,
  positionFrom,
  Positions,
  toEnvelope,
  toText,
  type LogMark,
  type Names,
} from './records.js';

/** The number of latest events kept, and of characters of data; up to twice as many for a while. */
const WINDOW_EVENTS = 2_000;
const WINDOW_CHARS = 8_000_000;

/** The last event of a stream. */
export interface StreamHead {
  readonly revision: number;
  readonly hash: string;
  readonly recordedAt: number;
}

/** The knowledge of one process about the log up to a place in it; every record of ours passes here once, in order. */
export class KnownLog {
  /** Up to where everything is known. */
  reached: Position | null = null;
  /** A place with no event of ours before it. */
  first: Position | null = null;
  /** The position shown of the last event. */
  last: bigint | null = null;
  /** In ms: the greatest time of all events. */
  recordedAt = 0;
  identity: string | null = null;
  /** The end of the server's log when ours was opened: floors up to there are read from their own stream. */
  openedAt = -1n;
  readonly marks: LogMark[] = [];
  readonly types = new Map<string, EventType>();
  readonly heads = new LRUCache<string, StreamHead>({ max: 20_000 });
  /** Own events, and bytes of the server's log, since the last mark. */
  sinceMark = 0;
  /** The revisions of the streams beside the log. */
  readonly #revisions = new Map<string, number>();
  readonly #blanked = new Set<string>();
  #positions = new Positions();
  /** Events of an append whose last one has not come yet: nobody is to see a part of it. */
  #partial: Envelope[] = [];
  /** The latest events in order, and the position after which they begin. */
  #window: Envelope[] = [];
  #windowBegins = -1n;
  #chars = 0;

  constructor(
    private readonly names: Names,
    private readonly heardFloor: (floor: Floor) => void,
  ) {}

  /** The places of the last record that came, and of the last that may be seen. */
  #commit = -1n;
  #visible = -1n;

  /** The streams beside the log, read whole when the log is opened; then the log is known up to the last mark. */
  begin(beside: readonly AllStreamRecordedEvent[]): void {
    for (const record of beside) this.#beside(record);
    const mark = this.marks.at(-1);
    if (!mark) return;
    this.first = positionFrom(mark.first);
    this.reached = positionFrom(mark.reached);
    this.#commit = this.#visible = lastUpTo(this.reached);
    this.last = this.#windowBegins = BigInt(mark.shown);
    this.recordedAt = mark.recordedAt;
    this.#positions = new Positions(mark.positions);
  }

  /** Takes the next record; one that came before, by any way, is ignored. Answers whether there is more to be seen. */
  take(record: AllStreamRecordedEvent): boolean {
    const place = commitOf(record);
    if (place.commit <= this.#commit) return false;
    if (record.streamId.startsWith(this.names.prefix)) this.#event(record);
    else this.#beside(record);
    this.#commit = place.commit;
    this.reach(place);
    if (this.#partial.length > 0) return false;
    this.#visible = place.commit;
    return true;
  }

  /** There is no event of ours up to here but those that came. */
  reach(place: Position): void {
    if (place.commit > (this.reached?.commit ?? -1n)) this.reached = place;
  }

  /** The place of the last record that came with all of its append. */
  get commit(): bigint {
    return this.#visible;
  }

  /** The position shown of an event that was written by `append`. */
  shown(commit: bigint): bigint {
    return commit > this.#commit ? this.#positions.ofNew(commit) : this.#positions.of(commit);
  }

  revisionOf(stream: string): number {
    return this.#revisions.get(stream) ?? -1;
  }

  /** Up to `limit` events after a position, fewer when they are large, if they are among those kept. */
  after(position: bigint, limit: number): Envelope[] | null {
    if (position < this.#windowBegins) return null;
    let [low, high] = [0, this.#window.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (BigInt(this.#window[middle]!.position) <= position) low = middle + 1;
      else high = middle;
    }
    let [end, bytes] = [low, 0];
    for (; end < Math.min(low + limit, this.#window.length); end++)
      if ((bytes += this.#window[end]!.data?.length ?? 0) > PAGE_BYTES && end > low) break;
    return this.masked(this.#window.slice(low, end));
  }

  /** Without the blanked words. */
  masked(events: Envelope[]): Envelope[] {
    if (this.#blanked.size === 0) return events;
    return events.map((e) => (this.isBlanked(e.stream, e.revision) ? { ...e, data: null, salt: '' } : e));
  }

  isBlanked(stream: string, revision: number): boolean {
    return this.#blanked.has(`${stream}@${revision}`);
  }

  /** The head of a stream is at least here. */
  headIs(stream: string, head: StreamHead): void {
    if ((this.heads.get(stream)?.revision ?? -1) < head.revision) this.heads.set(stream, head);
  }

  get mark(): LogMark | null {
    if (this.last === null || !this.reached || this.#partial.length > 0) return null;
    return {
      shown: String(this.last),
      recordedAt: this.recordedAt,
      reached: toText(this.reached),
      first: toText(this.first ?? this.reached),
      positions: this.#positions.toJSON(),
    };
  }

  #event(record: AllStreamRecordedEvent): void {
    // `(commit, 0)` lies before the record.
    this.first ??= { commit: commitOf(record).commit, prepare: 0n };
    const envelope = toEnvelope(record, this.names.prefix, (commit, taken) => this.#positions.next(commit, taken));
    const recordedAt = Date.parse(envelope.recordedAt);
    this.recordedAt = Math.max(this.recordedAt, recordedAt);
    this.headIs(envelope.stream, { revision: envelope.revision, hash: envelope.hash, recordedAt });
    this.sinceMark++;
    this.#partial.push(envelope);
    this.#chars += envelope.data?.length ?? 0;
    if (eventsAfter(record) > 0) return;
    this.#window.push(...this.#partial);
    this.#partial = [];
    this.last = BigInt(envelope.position);
    if (this.#window.length > 2 * WINDOW_EVENTS || (this.#chars > 2 * WINDOW_CHARS && this.#window.length > 1))
      this.#trim();
  }

  #trim(): void {
    let [from, chars] = [this.#window.length, 0];
    while (from > this.#window.length - WINDOW_EVENTS && chars < WINDOW_CHARS && from > 1)
      chars += this.#window[--from]!.data?.length ?? 0;
    this.#windowBegins = BigInt(this.#window[from - 1]!.position);
    this.#window = this.#window.slice(from);
    this.#chars = chars;
  }

  #beside({ streamId, revision, data, position }: AllStreamRecordedEvent): void {
    if (Number(revision) <= this.revisionOf(streamId)) return;
    this.#revisions.set(streamId, Number(revision));
    if (streamId === this.names.log) this.identity ??= (data as { identity: string }).identity;
    else if (streamId === this.names.types) {
      const type = data as unknown as EventType;
      this.types.set(`${type.type} ${type.version}`, type);
    } else if (streamId === this.names.blanked) {
      const { stream, revision: blanked } = data as { stream: string; revision: number };
      this.#blanked.add(`${stream}@${blanked}`);
    } else if (streamId === this.names.marks) {
      this.marks.push(data as unknown as LogMark);
      this.sinceMark = 0;
    } else if (streamId === this.names.floors && position.commit > this.openedAt)
      this.heardFloor(data as unknown as Floor);
  }
}
