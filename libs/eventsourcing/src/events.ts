/** Events: as a decision yields them, as the store keeps them, and the way from one to the other. */
import { hash, randomUUID } from 'node:crypto';
import { EVENT_DIGESTS } from './digests.js';

/** An event's data by its name: the events of one aggregate, `{ StageReported: {...} }`. */
export type EventMap = Record<string, object>;

/** The result of a decision: a fact, named and typed, not yet recorded. */
export type NewEvent<M extends EventMap = EventMap> = {
  [N in keyof M & string]: { readonly name: N; readonly data: M[N] };
}[keyof M & string];

/** The data of an event: the body of an act, as plain data without the nulls. */
export const withoutNulls = <B extends object>(said: B): B => withoutNullsIn(said) as B;

function withoutNullsIn(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutNullsIn);
  const members: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== null && member !== undefined) members[name] = withoutNullsIn(member);
  }
  return members;
}

/** The maker and the cause of an event. Account ids only: no personal data in the log. */
export interface Meta {
  readonly actor: string;
  readonly agency: string | null;
  readonly role: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** W3C Trace Context of the append; only when its trace was recorded. */
  readonly traceparent?: string;
}

/** The record of an event in a store. `data` is canonical JSON (RFC 8785), `null` once it was blanked. */
export interface Envelope {
  readonly id: string;
  readonly stream: string;
  /** 0, 1, 2 … within the stream. */
  readonly revision: number;
  /** Strictly rising over the whole log; opaque to everybody but the store that gave it. */
  readonly position: string;
  /** The wire name, `commitment.StageReported`. */
  readonly type: string;
  readonly version: number;
  readonly data: string | null;
  readonly salt: string;
  readonly digest: string;
  readonly meta: Meta;
  /**
   * ISO 8601 in UTC, stamped by the store; never falls within a stream, nor from an event to one that was sent after it was
   * acknowledged.
   */
  readonly recordedAt: string;
  readonly hash: string;
  /** The damage, when it is not as it was recorded (`damage.ts`). */
  readonly damaged?: string;
}

/** An event as aggregates and projections see it: decoded, upcast to the newest version. */
export interface Recorded<Data = object> extends Omit<Envelope, 'data' | 'salt' | 'digest' | 'hash' | 'damaged'> {
  readonly name: string;
  readonly data: Data;
  /** The `Blanked` event by which the payload was erased; `data` is then the rest that the event left of it. */
  readonly blanked?: { readonly revision: number; readonly reason: string; readonly recordedAt: string };
}

/**
 * The data of an event named `Blanked`, in any category: the payload of an earlier event of its stream is erased, with
 * the reason, and with the rest of it in the event's form of `version`, so that only the blanked words are gone.
 */
export type Blanked = {
  readonly revision: number;
  readonly reason: string;
  readonly version: number;
  readonly left: object;
};

/** Turns the data of one version into that of the next. */
export type Upcast = (data: never) => object;

/** The events of one category: a function per name; `upcasts[name]` has one function per version that is no more. */
export interface EventCatalog {
  readonly category: string;
  readonly evolve: Readonly<Record<string, unknown>>;
  readonly upcasts?: { readonly [name: string]: readonly Upcast[] | undefined };
}

/** The log holds an event that this version of the software does not know: a newer one wrote it. */
export class UnknownEvent extends Error {
  constructor(type: string, version: number) {
    super(
      `The log holds ${type} version ${version}, which this version of Followthrough does not know. ` +
        'It was written by newer software: please upgrade.',
    );
  }
}

/** An event that differs from the recorded one. It is not shown, and nothing is decided from it. */
export class DamagedEvent extends Error {
  constructor(
    readonly position: string,
    message: string,
  ) {
    super(message);
  }
}

/** Encodes new events for the store and decodes recorded ones; older versions are upcast here, once, and nowhere else. */
export class EventCodec {
  readonly #upcasts = new Map<string, readonly Upcast[]>();

  constructor(catalogs: readonly EventCatalog[]) {
    for (const { category, evolve, upcasts } of catalogs)
      for (const name of Object.keys(evolve)) {
        const type = `${category}.${name}`;
        if (this.#upcasts.has(type)) throw new Error(`Event type defined twice: ${type}`);
        this.#upcasts.set(type, upcasts?.[name] ?? []);
      }
  }

  /** Every wire name with its newest version. */
  get types(): { type: string; version: number }[] {
    return [...this.#upcasts].map(([type, upcasts]) => ({ type, version: upcasts.length + 1 }));
  }

  /** @throws UnknownEvent for an event that a newer version of the software must have written */
  check(types: readonly { type: string; version: number }[]): void {
    for (const { type, version } of types) if (!this.#knows(type, version)) throw new UnknownEvent(type, version);
  }

  #knows(type: string, version: number): boolean {
    const upcasts = this.#upcasts.get(type);
    return upcasts !== undefined && version <= upcasts.length + 1;
  }

  encode(category: string, event: { name: string; data: object }): EncodedEvent {
    const type = `${category}.${event.name}`;
    const upcasts = this.#upcasts.get(type);
    if (!upcasts) throw new Error(`No such event type: ${type}`);
    return { type, version: upcasts.length + 1, data: canonicalJson(event.data) };
  }

  /**
   * @param by the `Blanked` event that names this one, if there is any (`decodeAll` finds it)
   * @throws UnknownEvent for a type or version that this software does not have
   * @throws DamagedEvent for an event that differs from the recorded one, or an erased payload without a `Blanked`
   * event
   */
  decode(envelope: Envelope, by?: Recorded<Blanked>): Recorded {
    const { id, type, stream, revision, position, data, meta, recordedAt } = envelope;
    const damage = damageOf(envelope);
    if (damage !== null) throw new DamagedEvent(position, `The event at position ${position} is damaged: ${damage}.`);
    const version = by?.data.version ?? envelope.version;
    if (!this.#knows(type, version)) throw new UnknownEvent(type, version);
    if (data === null && !by)
      throw new DamagedEvent(
        position,
        `The payload of ${stream} at revision ${revision} (position ${position}) was erased unexplained.`,
      );
    let decoded = by?.data.left ?? (JSON.parse(data!) as object);
    const upcasts = this.#upcasts.get(type)!;
    for (let i = version - 1; i < upcasts.length; i++) decoded = upcasts[i]!(decoded as never);
    const name = type.slice(type.indexOf('.') + 1);
    const event = {
      stream,
      revision,
      id,
      type,
      version: envelope.version,
      position,
      meta,
      recordedAt,
      name,
      data: decoded,
    };
    if (!by) return event;
    return { ...event, blanked: { revision: by.revision, reason: by.data.reason, recordedAt: by.recordedAt } };
  }
}

export interface EncodedEvent {
  readonly type: string;
  readonly version: number;
  readonly data: string;
}

/**
 * Canonical JSON (RFC 8785). Absent (`undefined`) members are left out.
 * @throws Error for a number or text that JSON cannot carry: NaN, infinity, a lone surrogate
 */
export const canonicalJson = (value: unknown): string =>
  isCanonical(value) ? JSON.stringify(value) : canonical(value)!;

/** Whether `JSON.stringify` writes it so: its members are in order already, and it holds nothing that JSON cannot carry. */
function isCanonical(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value !== 'object') return true;
  if ('toJSON' in value) return false;
  if (Array.isArray(value)) return value.every(isCanonical);
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && before > key) return false;
    if (!key.isWellFormed() || !isCanonical((value as Readonly<Record<string, unknown>>)[key])) return false;
    before = key;
  }
  return true;
}

/** `undefined` for values that JSON leaves out. */
function canonical(value: unknown): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error('Lone surrogate is not allowed');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value} is not allowed`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) as string | undefined;
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item) ?? 'null').join(',')}]`;
  let members = '';
  for (const key of sortedKeys(value)) {
    const member = canonical((value as Readonly<Record<string, unknown>>)[key]);
    if (member !== undefined) members += `${members && ','}${canonical(key)}:${member}`;
  }
  return `{${members}}`;
}

/** So many keys are put in order by moving each to its place, which costs less than `sort`. */
const MAX_KEYS_FOR_INSERTION_SORT = 32;

/** By UTF-16 code units. */
function sortedKeys(of: object): string[] {
  const keys = Object.keys(of);
  if (keys.length > MAX_KEYS_FOR_INSERTION_SORT) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let at = i;
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!;
    keys[at] = key;
  }
  return keys;
}

/** The id of a new command: a UUID of version 7, so that ids are ordered by time. */
export function newCommandId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

const NOTHING_BEFORE = '';

/** A fresh salt, so that the digest of blanked data cannot be guessed back. */
export const newSalt = (): string => randomUUID();

export const eventDigest = (salt: string, data: string): string => EVENT_DIGESTS.of(salt + data);

/** The fault of an event in itself, `null` if there is none: whether its data matches its digest. */
export function damageOf(e: Envelope): string | null {
  if (e.damaged !== undefined) return e.damaged;
  const unknown = EVENT_DIGESTS.faultOf(e.digest) ?? EVENT_DIGESTS.faultOf(e.hash);
  if (unknown !== null || e.data === null) return unknown;
  return EVENT_DIGESTS.isOf(e.digest, e.salt + e.data) ? null : 'the data is not what was recorded';
}

type ChainedEvent = Omit<Envelope, 'position' | 'data' | 'salt' | 'hash'>;

/**
 * The digest of the previous event's hash in the stream and the canonical JSON of the parts that identify this one
 * (never its position).
 * @param metaText its meta as canonical JSON, if that is at hand
 */
export const chainHash = (previous: string | null, e: ChainedEvent, metaText?: string): string =>
  EVENT_DIGESTS.of(chainText(previous, e, metaText));

/** Whether an event's hash follows from the one before it in its stream, by the algorithm that it names. */
export const isChained = (previous: string | null, e: ChainedEvent & Pick<Envelope, 'hash'>): boolean =>
  EVENT_DIGESTS.isOf(e.hash, chainText(previous, e));

function chainText(previous: string | null, e: ChainedEvent, metaText?: string): string {
  const [before, after] = chainParts(e, metaText);
  return `${previous ?? NOTHING_BEFORE}${before}${e.recordedAt}${after}`;
}

/** The hashed text after the previous hash, before and after the time: for a store that stamps events where they are kept. */
export function chainParts(
  e: Omit<Envelope, 'position' | 'data' | 'salt' | 'hash' | 'recordedAt'>,
  metaText = canonicalJson(e.meta),
): [string, string] {
  const text = JSON.stringify;
  return [
    `{"digest":${text(e.digest)},"id":${text(e.id)},"meta":${metaText},"recordedAt":"`,
    `","revision":${e.revision},"stream":${text(e.stream)},"type":${text(e.type)},"version":${e.version}}`,
  ];
}

/**
 * The id of a command's n-th event in a stream: a UUID (version 8) that keeps the command id's first 48 bits, its time, so
 * that ids stay ordered by time, and derives the rest.
 */
export function eventId(commandId: string, stream: string, index: number): string {
  const derived = hash('sha256', `${commandId}\n${stream}\n${index}`, 'hex');
  const variant = '89ab'[parseInt(derived[3]!, 16) & 3];
  return `${commandId.slice(0, 13)}-8${derived.slice(0, 3)}-${variant}${derived.slice(4, 7)}-${derived.slice(7, 19)}`;
}
