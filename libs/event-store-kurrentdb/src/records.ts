/** The form of our events as records of the server, and their positions. */
import {
  binaryEvent,
  jsonEvent,
  type AllStreamRecordedEvent,
  type EventData,
  type Position,
  type RecordedEvent,
} from '@kurrent/kurrentdb-client';
import { randomUUID } from 'node:crypto';
import type { Envelope } from '#eventsourcing';

/** The names of our streams in the server: `<prefix><stream>`, and the streams beside the log. */
export class Names {
  readonly log: string;
  readonly types: string;
  readonly marks: string;
  readonly blanked: string;
  readonly floors: string;

  constructor(readonly prefix: string) {
    const own = `${prefix.slice(0, -1)}~`;
    this.log = `${own}log`;
    this.types = `${own}types`;
    this.marks = `${own}marks`;
    this.blanked = `${own}blanked`;
    this.floors = `${own}floors`;
  }

  get prefixes(): string[] {
    return [this.prefix, `${this.prefix.slice(0, -1)}~`];
  }

  physical(stream: string): string {
    return this.prefix + stream;
  }
}

interface Metadata extends Pick<Envelope, 'version' | 'salt' | 'digest' | 'meta' | 'recordedAt' | 'hash'> {
  /** The envelope's id, where the server's id of the record is another one. */
  readonly id?: string;
  /** The number of events of the same append after it; absent: none. */
  readonly more?: number;
  /** The position in the log from which the event was taken over. */
  readonly position?: string;
  /** The data was erased before it was taken over. */
  readonly blanked?: true;
}

/**
 * An event as the server is to keep it. Data that the client would print as it is, byte for byte, goes as JSON, so that the
 * server's own pages show it; other data goes as bytes.
 */
function toRecord(
  e: Omit<Envelope, 'position' | 'stream' | 'revision'>,
  special: Pick<Metadata, 'id' | 'more' | 'position' | 'blanked'>,
): EventData {
  const { id, type, version, data, salt, digest, meta, recordedAt, hash } = e;
  const metadata: Metadata = { version, salt, digest, meta, recordedAt, hash, ...special };
  const record = { id, type, metadata };
  const parsed = data === null ? undefined : parse(data);
  if (parsed !== undefined && JSON.stringify(parsed) === data)
    return jsonEvent({ ...record, data: parsed as Record<string, unknown> });
  return binaryEvent({ ...record, data: Buffer.from(data ?? '') });
}

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/**
 * An event of an append. The server knows an append by the ids of its records: with the ids of the command, which another
 * process may be sending, too, it would answer for that one's records, whose salts and hashes are others.
 */
export const toOwnRecord = (e: Parameters<typeof toRecord>[0], more: number): EventData => ({
  ...toRecord(e, { id: e.id, ...(more > 0 && { more }) }),
  id: randomUUID(),
});

/** An event of another log, with the position it has there. */
export const toTakenRecord = (e: Envelope): EventData =>
  toRecord(e, { position: e.position, ...(e.data === null && { blanked: true }) });

/** The number of events of the same append after this one. */
export const eventsAfter = (record: RecordedEvent): number => (record.metadata as { more?: number }).more ?? 0;

/** The event of a record with the position it had where it was taken over; `shows` has the other positions. */
export function toEnvelope(
  record: RecordedEvent,
  prefix: string,
  shows: (commit: bigint, taken?: string) => bigint,
): Envelope {
  const metadata = record.metadata as unknown as Metadata | undefined;
  if (typeof metadata?.hash !== 'string')
    throw new Error(`${record.streamId} at revision ${record.revision} was not written by Followthrough.`);
  const { id = record.id, version, salt, digest, meta, recordedAt, hash, position, blanked } = metadata;
  const data = record.isJson ? JSON.stringify(record.data) : Buffer.from(record.data as Uint8Array).toString();
  return {
    id,
    stream: record.streamId.slice(prefix.length),
    revision: Number(record.revision),
    type: record.type,
    version,
    data: blanked ? null : data,
    salt,
    digest,
    meta,
    recordedAt,
    hash,
    position: String(shows(commitOf(record).commit, position)),
  };
}

/** The state of the log when a mark was set; a process that begins here needs nothing before it. */
export interface LogMark {
  /** The position shown of the last event. */
  readonly shown: string;
  /** In ms: the greatest time of all events so far. */
  readonly recordedAt: number;
  /** Up to where in the server's log this holds: up to there is no other event of ours. `commit:prepare` */
  readonly reached: string;
  /** Before the first event of ours. */
  readonly first: string;
  /** See `Positions`. */
  readonly positions: { readonly ahead: string; readonly steps: readonly (readonly [string, string])[] };
}

export const positionFrom = (text: string): Position => {
  const [commit, prepare] = text.split(':');
  return { commit: BigInt(commit!), prepare: BigInt(prepare!) };
};
/** The server's `(commit, 0)` lies before the record at `commit`, `(commit, commit)` on it. */
export const lastUpTo = ({ commit, prepare }: Position): bigint => (prepare < commit ? commit - 1n : commit);
export const toText = ({ commit, prepare }: Position): string => `${commit}:${prepare}`;

/**
 * The position that an event shows: where the server has it, as long as that is greater than every position that was taken
 * over before; else as much more as makes it so.
 */
export class Positions {
  /** By how much the greatest position taken over is ahead of where the server has it. */
  #ahead = 0n;
  /** From where on (`commit`) own events add how much. */
  readonly #steps: { readonly commit: bigint; readonly more: bigint }[] = [];

  constructor({ ahead, steps }: LogMark['positions'] = { ahead: '0', steps: [] }) {
    this.#ahead = BigInt(ahead);
    this.#steps = steps.map(([commit, more]) => ({ commit: BigInt(commit), more: BigInt(more) }));
  }

  /** The next event of the log, in its order. */
  next(commit: bigint, taken?: string): bigint {
    if (taken !== undefined) {
      const shown = BigInt(taken);
      if (shown - commit > this.#ahead) this.#ahead = shown - commit;
      return shown;
    }
    if (this.#ahead > (this.#steps.at(-1)?.more ?? 0n)) this.#steps.push({ commit, more: this.#ahead });
    return commit + this.#ahead;
  }

  /** An own event before the end of the part that was read. */
  of(commit: bigint): bigint {
    return commit + (this.#steps.findLast((step) => step.commit <= commit)?.more ?? 0n);
  }

  /** An own event after that. */
  ofNew(commit: bigint): bigint {
    return commit + this.#ahead;
  }

  toJSON(): LogMark['positions'] {
    return { ahead: String(this.#ahead), steps: this.#steps.map(({ commit, more }) => [String(commit), String(more)]) };
  }
}

export const commitOf = (record: AllStreamRecordedEvent | RecordedEvent): Position =>
  (record as AllStreamRecordedEvent).position;

/** About how many characters of data a record has. */
export const recordChars = ({ data }: RecordedEvent): number =>
  data instanceof Uint8Array ? data.length : jsonLength(data);

function jsonLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 5;
  let length = 2;
  for (const key in value) length += key.length + 4 + jsonLength((value as Record<string, unknown>)[key]);
  return length;
}
