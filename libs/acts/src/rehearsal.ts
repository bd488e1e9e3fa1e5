/** A rehearsal of acts: a log that takes appends without recording them, for `dryRun`. */
import {
  checkAppend,
  eventDigest,
  earlierResult,
  eventId,
  NO_STREAM,
  WrongRevision,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  recentStreams,
  type Log,
  type Meta,
} from '#eventsourcing';

/**
 * A log as it stood at a moment, with later appends. They show in its streams as if they were recorded, but exist only here.
 */
class RehearsalStore implements EventStore {
  readonly #added = new Map<string, Envelope[]>();
  readonly #addedInOrder: Envelope[] = [];
  #head: bigint;

  constructor(
    private readonly real: EventStore,
    private readonly since: bigint,
  ) {
    this.#head = since;
  }

  async append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    checkAppend(stream, expected, events, meta);
    const written = await this.read(stream, Math.max(expected, 0));
    const earlier = earlierResult(
      written.filter(({ revision }) => revision > expected),
      meta.commandId,
    );
    if (earlier) return earlier;
    const actual = (written.at(-1) ?? (await this.read(stream)).at(-1))?.revision ?? NO_STREAM;
    if (actual !== expected) throw new WrongRevision(stream, expected, actual);
    const added = events.map((event, index) => ({
      ...event,
      id: eventId(meta.commandId, stream, index),
      stream,
      revision: expected + 1 + index,
      position: String(++this.#head),
      meta,
      recordedAt: new Date().toISOString(),
      // An event that is not recorded stands in no chain.
      ...{ salt: '', digest: eventDigest('', event.data), hash: '' },
    }));
    const before = this.#added.get(stream);
    if (before) before.push(...added);
    else this.#added.set(stream, added);
    this.#addedInOrder.push(...added);
    const { revision, position } = added.at(-1)!;
    return { revision, position };
  }

  async read(stream: string, fromRevision = 0): Promise<Envelope[]> {
    const real = (await this.real.read(stream, fromRevision)).filter(({ position }) => BigInt(position) <= this.since);
    const added = this.#added.get(stream) ?? [];
    return [...real, ...added.slice(Math.max(0, fromRevision - (added[0]?.revision ?? 0)))];
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    const isOf = ({ position }: Envelope) => BigInt(position) <= this.since;
    const real = BigInt(after ?? 0) < this.since ? (await this.real.readAll(after, limit)).filter(isOf) : [];
    const ended = real.length === 0 || BigInt(real.at(-1)!.position) === this.since;
    const later = ended ? this.#addedInOrder.filter(({ position }) => BigInt(position) > BigInt(after ?? 0)) : [];
    return [...real, ...later].slice(0, limit);
  }

  /** Nothing is erased: the stream itself has the rest that a blanking leaves. */
  async blank(): Promise<void> {}
  async close(): Promise<void> {}
  async takeOver(): Promise<void> {
    throw new Error('A rehearsal takes nothing over.');
  }

  head = async () => String(this.#head);
  identity = () => this.real.identity();
  types = () => this.real.types();
  positionAt = (instant: Date) => this.real.positionAt(instant);
  subscribe = (after: string | null, signal: AbortSignal, batchSize?: number) =>
    this.real.subscribe(after, signal, batchSize);
}

/** A log to try commands on: each command sees the events of those before it, and nothing is recorded. */
export const rehearsalOf = async ({ store, codec }: Log): Promise<Log> => ({
  store: new RehearsalStore(store, BigInt((await store.head()) ?? 0)),
  codec,
  recent: recentStreams(1_000),
});
