/** A projection as it follows the log: where it stands, and which streams wait since one of their events failed. */
import { context, type Context } from '@opentelemetry/api';
import { decodeAll } from './blanking.js';
import type { Log } from './command-handling.js';
import { StoreUnavailable } from './event-store.js';
import { UnknownEvent, type Envelope, type Recorded } from './events.js';
import { ParkedStreams } from './parked-streams.js';
import type { Released } from './releases.js';
import type { Build, Projection, ProjectionStatus } from './projection.js';
import type { SnapshotContent } from './snapshot.js';
import { traceBatch } from './tracing.js';
import type { Turns } from './turns.js';

/** A failure of a projection: an event was parked, or the projection cannot follow the log for now. */
export interface Failure {
  readonly projection: string;
  readonly error: unknown;
  /** The event that was parked, its whole stream with it. */
  readonly parked?: Envelope;
}

/** Errors that are not the fault of one event: the store is unavailable, or the process is too old for the log. */
const stopsEverything = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof UnknownEvent;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const NO_SPANS: ReadonlyMap<string, Context> = new Map();

/** A projection with its checkpoint and its parked streams. */
export class Follower {
  position: string | null = null;
  error: string | null = null;
  readonly parking = new ParkedStreams();

  constructor(
    private readonly log: Log,
    readonly projection: Projection,
    private readonly turns: Turns,
    private readonly onFailure: (failure: Failure) => void,
  ) {}

  get key(): string {
    return `${this.projection.name} ${this.projection.version}`;
  }

  hears({ type }: Pick<Envelope, 'type'>): boolean {
    return this.projection.on[type] !== undefined;
  }

  clear(): void {
    this.position = null;
    this.parking.clear();
    this.projection.clear?.();
  }

  save(): SnapshotContent['projections'][number] {
    const { name, version } = this.projection;
    const { position, parking } = this;
    return { name, version, position, parking: parking.save(), memory: this.projection.save?.() ?? null };
  }

  load({ position, parking, memory }: SnapshotContent['projections'][number]): void {
    this.clear();
    this.position = position;
    this.parking.load(parking);
    if (memory) this.projection.load?.(memory);
  }

  /** The events before a revision of a stream that the projection was told of. */
  async #earlier({ stream, revision }: Recorded): Promise<Recorded[]> {
    const all = (await this.log.store.read(stream)).filter((event) => event.revision <= revision);
    const told = await decodeAll(this.log, all); // with the event itself, which may name blanked words
    return told.filter((event) => event.revision < revision && !this.parking.wasPassed(event));
  }

  /** Applies the events that the projection listens to; a failing event is parked. Events up to its position are passed over. */
  async apply(batch: readonly ReadEvent[], inOrder: boolean, traced: boolean): Promise<void> {
    const heard = batch.filter(
      ({ envelope }) =>
        this.hears(envelope) && !(inOrder && this.position !== null && +envelope.position <= +this.position),
    );
    if (traced && heard.some(({ envelope }) => envelope.meta.traceparent !== undefined)) {
      const envelopes = heard.map(({ envelope }) => envelope);
      await traceBatch(this.projection.name, envelopes, (under) => this.#all(heard, under, inOrder));
    } else if (heard.length > 0) await this.#all(heard, NO_SPANS, inOrder);
  }

  async #all(heard: readonly ReadEvent[], under: ReadonlyMap<string, Context>, inOrder: boolean): Promise<void> {
    for (const read of heard) {
      const { envelope } = read;
      const waiting = this.parking.waitsFor(envelope.stream);
      if (waiting === undefined) {
        const done = this.#one(read, under.get(envelope.id));
        if (done) await done;
      } else if (envelope.revision > waiting) this.parking.join(envelope.stream);
      if (inOrder) this.position = envelope.position;
      const pause = this.turns.next();
      if (pause) await pause;
    }
  }

  /** @returns nothing if the handler is synchronous */
  #one({ envelope, event }: ReadEvent, under?: Context): Promise<void> | void {
    try {
      if (event instanceof Error) throw event;
      const handler = this.projection.on[envelope.type]!;
      const work = () => handler(event as never, () => this.#earlier(event));
      const done = under ? context.with(under, work) : work();
      return done?.catch((error: unknown) => this.#failed(envelope, error));
    } catch (error) {
      return this.#failed(envelope, error);
    }
  }

  async #failed(envelope: Envelope, error: unknown): Promise<void> {
    if (stopsEverything(error)) throw error;
    await this.log.store.read(envelope.stream, envelope.revision, 1); // nothing is parked while the log cannot be read
    if (this.parking.park(envelope, messageOf(error)))
      this.onFailure({ projection: this.projection.name, error, parked: envelope });
  }

  /** Applies the parked events of one stream or of all, in order, as far as possible. */
  async retry(only?: string): Promise<void> {
    const streams = only === undefined ? this.parking.streams.map(({ stream }) => stream) : [only];
    for (const stream of streams) {
      const first = this.parking.waitsFor(stream);
      if (first === undefined) continue;
      const { events } = this.parking.streams.find((one) => one.stream === stream)!;
      const waiting = (await this.log.store.read(stream, first))
        .filter((event) => this.hears(event))
        .filter((event) => this.position === null || +event.position <= +this.position)
        .slice(0, events);
      this.parking.unpark(stream);
      await this.#all(await decodedOf(this.log, waiting), NO_SPANS, false);
    }
  }

  /** An event is passed over for good. */
  async release(released: Released): Promise<void> {
    if (this.parking.release(released)) await this.retry(released.stream);
  }

  progress(head: string | null, serving: boolean, building: Build | null, error: string | null): ProjectionStatus {
    const { name, version } = this.projection;
    return {
      ...{ projection: name, version, position: this.position, head },
      ...{ error: this.error ?? error, serving, parked: this.parking.size, building },
    };
  }
}

/** An event as it was read, decoded, or the error of decoding. */
interface ReadEvent {
  readonly envelope: Envelope;
  readonly event: Recorded | Error;
}

/** Decodes events; one that cannot be decoded does not keep the others from it. */
export async function decodedOf(log: Log, envelopes: readonly Envelope[]): Promise<ReadEvent[]> {
  try {
    const events = await decodeAll(log, envelopes);
    return envelopes.map((envelope, i) => ({ envelope, event: events[i]! }));
  } catch (error) {
    if (stopsEverything(error)) throw error;
    const reads: ReadEvent[] = [];
    for (const envelope of envelopes)
      try {
        // Only events of the same stream blank an event.
        const own = envelopes.filter(({ stream }) => stream === envelope.stream);
        reads.push({ envelope, event: (await decodeAll(log, own))[own.indexOf(envelope)]! });
      } catch (alone) {
        if (stopsEverything(alone)) throw alone;
        reads.push({ envelope, event: alone instanceof Error ? alone : new Error(String(alone)) });
      }
    return reads;
  }
}
