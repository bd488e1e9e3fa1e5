/**
 * The log of the double of a KurrentDB server, as far as the double keeps it: expected revisions, idempotency, positions,
 * pages of `$all`. Every rule is from the server's source (github.com/kurrent-io/KurrentDB, 44996ed); the files are named
 * where the rule is.
 */
import { randomUUID } from 'node:crypto';

/** A place in `$all`. `commit` is the start of a record; `(commit, 0)` lies before the event there, `(commit, commit)` on it. */
export interface Place {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** An event as an application proposes it. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event as it was written. `next` is where the record after it begins. */
export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly next: bigint;
  readonly created: Date;
}

export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

/** The last event of an append; or the last revision that there is (-1: none), where another one was expected. */
export type Outcome = Stored | number;

export type Filter = (event: Stored) => boolean;

/** A page of `$all`, read forwards: `next` is where the following page begins. */
export interface Page {
  readonly events: readonly Stored[];
  readonly next: Place;
  readonly end: boolean;
  readonly considered: number;
}

/** Before everything. */
export const START: Place = { commit: -1n, prepare: -1n };
export const placeIn = ({ position }: Stored): Place => ({ commit: position, prepare: position });
export const compare = (a: Place, b: Place): number =>
  a.commit === b.commit ? Number(a.prepare - b.prepare) : a.commit < b.commit ? -1 : 1;

/** The log opens with records that nobody may read (its epoch), so that the first event never is at 0. */
const FIRST_POSITION = 546n;
/** The bytes of a record besides names, data and metadata (`PrepareLogRecord`). */
const RECORD_BYTES = 119;

/** Reading cannot begin at this place. The message is the server's, as far as it tells one place from another. */
export class InvalidPosition extends Error {}

/** One log, shared by the nodes of a cluster. */
export class DoubleLog {
  readonly records: Stored[] = [];
  readonly #streams = new Map<string, Stored[]>();
  /** By id, where it was written first. */
  readonly #recent = new Map<string, Stored>();
  readonly #waiting = new Set<() => void>();
  #end = FIRST_POSITION;

  constructor() {
    // The events of a fresh server with users in `$all`.
    this.#write('$$$scavenges', [proposed('$metadata', { $maxAge: 2_592_000 })]);
    for (const user of ['admin', 'ops'])
      this.#write(`$user-${user}`, [proposed('$UserCreated', { loginName: user, groups: ['$admins'] })]);
    this.#write('$users', [proposed('$User', 'admin'), proposed('$User', 'ops')]);
  }

  /** Where the next record will begin. */
  get end(): bigint {
    return this.#end;
  }

  stream(name: string): readonly Stored[] | null {
    return this.#streams.get(name) ?? null;
  }

  /**
   * `CheckCommit` in `IndexWriter.cs`: a revision that is not the last one is no conflict when the events after it have the
   * ids of these; the ids are no guard where the revision is right or missing.
   */
  append(stream: string, expected: Expected, events: readonly Proposed[]): Outcome {
    const known = this.#streams.get(stream) ?? [];
    const current = known.length - 1;
    if (expected === 'stream_exists' && current < 0) return current;
    if (expected === 'any' || expected === 'stream_exists') {
      const found = events.map(({ id }) => {
        const at = this.#recent.get(id);
        return at?.stream === stream ? at : undefined;
      });
      // `VerifyCommitChecks` in `StorageWriterService.cs`: idempotency that is broken off is a conflict.
      if (found[0]) return found.every(Boolean) ? found.at(-1)! : current;
      return this.#write(stream, events);
    }
    const revision = expected === 'no_stream' ? -1 : expected;
    if (revision === current) return this.#write(stream, events);
    const last = known[revision + events.length];
    return last && events.every(({ id }, i) => known[revision + 1 + i]!.id === id) ? last : current;
  }

  /**
   * `ReadAllEventsForwardInternal` in `AllReader.cs`: the place itself is in the page. It must be a record's beginning,
   * or lie beyond the log.
   */
  page(from: Place, max: number, window: number, filter: Filter): Page {
    const last = this.records.at(-1);
    if (!last || from.commit > last.position) return { events: [], next: from, end: true, considered: 0 };
    const { length } = this.records;
    let index = this.#indexOf(from.commit);
    const events: Stored[] = [];
    let next = from;
    let considered = 0;
    for (; index < length && events.length < max && considered < window; index += 1) {
      const event = this.records[index]!;
      if (compare(placeIn(event), from) < 0) continue;
      considered += 1;
      if (filter(event)) events.push(event);
      next = { commit: event.next, prepare: 0n };
    }
    return { events, next, end: index === length && events.length < max && considered < window, considered };
  }

  /** `ReadAllEventsBackwardInternal`: records that end at or before the place, so the event on it is not among them. */
  *backwards(from: Place, filter: Filter): Generator<Stored> {
    if (from.commit > this.end)
      throw new InvalidPosition(
        `Error >> Requested position ${from.commit} is greater than writer checkpoint ${this.end}`,
      );
    for (let index = this.#indexOf(from.commit) - 1; index >= 0; index -= 1) {
      const event = this.records[index]!;
      if (compare({ commit: event.next, prepare: event.next }, from) <= 0 && filter(event)) yield event;
    }
  }

  /** Waits until something was written, or the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  /** The index of the record that begins here; of the end when it is the end. */
  #indexOf(position: bigint): number {
    if (position <= 0n) return 0;
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    if ((this.records[low]?.position ?? this.end) !== position)
      throw new InvalidPosition(`InvalidPosition >> There is no log record at actual pos ${position}.`);
    return low;
  }

  #write(stream: string, events: readonly Proposed[]): Stored {
    const known = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, known);
    const created = new Date();
    for (const event of events) {
      const bytes = RECORD_BYTES + Buffer.byteLength(stream) + Buffer.byteLength(event.type);
      const position = this.#end;
      const next = position + BigInt(bytes + event.data.length + event.metadata.length);
      const stored = { ...event, stream, revision: known.length, position, next, created };
      this.#end = next;
      known.push(stored);
      this.records.push(stored);
      // The first place of an id stays (`PutRecord` with `throwOnDuplicate: false`).
      if (!this.#recent.has(event.id)) this.#recent.set(event.id, stored);
    }
    for (const wake of [...this.#waiting]) wake();
    return known.at(-1)!;
  }
}

/** An event of some other application. */
export function proposed(type: string, data: unknown, metadata?: unknown): Proposed {
  const bytes = (value: unknown): Uint8Array =>
    value === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(value));
  return { id: randomUUID(), type, json: true, data: bytes(data), metadata: bytes(metadata) };
}

/** `DefaultAllFilter` in `EventFilter.cs`: the server's own bookkeeping is in no read of `$all`. */
export const visible: Filter = ({ stream }) =>
  !stream.startsWith('$') ||
  !(stream === '$epoch-information' || /^\$persistentsubscription-\$all::.*-(checkpoint|parked)$/.test(stream));
