/** Keeps the read models of a process up with the log, and does what is to be done because of its events. */
import { context, type Context } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rejected } from './aggregate.js';
import { decodeAll, isBlanked } from './blanking.js';
import { handle, type Log } from './command-handling.js';
import { StoreUnavailable } from './event-store.js';
import { UnknownEvent, type Envelope, type Meta, type Recorded } from './events.js';
import { Parking, type ParkedStream } from './parking.js';
import { releases, type Released } from './releases.js';
import { beingBuilt, type Building, type ProjectionStatus, type Projection } from './projection.js';
import { SnapshotRejected, type SnapshotContent, type SnapshotFile } from './snapshot.js';
import { applying } from './tracing.js';
import { Turns } from './turns.js';

/** A failure of a projection: an event was parked, or the projection cannot follow the log for now. */
export interface Failure {
  readonly projection: string;
  readonly error: unknown;
  /** The event that was parked, its whole stream with it. */
  readonly parked?: Envelope;
}

/** The size of a page at most: in events, in bytes (about), and in events of the subscription. */
const [PAGE, PAGE_BYTES, LIVE_PAGE] = [500, 4_000_000, 100];
const RETRY_MS = [100, 500, 2_000, 10_000];
/** A snapshot is written after so many events, and at the end. */
const SAVED_EVERY = 50_000;
/** The interval at which a start looks for further events, since other processes may be writing. */
const ROUNDS = 3;
/** The number of events that may wait for a projection that acts, before the views wait, too. */
const MOST_WAITING = 10_000;

/** Errors that are not the fault of one event: the store is unavailable, or the process is too old for the log. */
const stopsEverything = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof UnknownEvent;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const NO_SPANS: ReadonlyMap<string, Context> = new Map();

/** A projection with its checkpoint and its parked streams. */
class Follower {
  position: string | null = null;
  error: string | null = null;
  readonly parking = new Parking();

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
    const told = await decodeAll(this.log, all); // with the event itself, which may say what was blanked
    return told.filter((event) => event.revision < revision && !this.parking.wasPassed(event));
  }

  /** Applies the events that the projection listens to; a failing event is parked. Events up to its position are passed over. */
  async apply(batch: readonly Read[], inOrder: boolean, traced: boolean): Promise<void> {
    const heard = batch.filter(
      ({ envelope }) =>
        this.hears(envelope) && !(inOrder && this.position !== null && +envelope.position <= +this.position),
    );
    if (traced && heard.some(({ envelope }) => envelope.meta.traceparent !== undefined)) {
      const envelopes = heard.map(({ envelope }) => envelope);
      await applying(this.projection.name, envelopes, (under) => this.#all(heard, under, inOrder));
    } else if (heard.length > 0) await this.#all(heard, NO_SPANS, inOrder);
  }

  async #all(heard: readonly Read[], under: ReadonlyMap<string, Context>, inOrder: boolean): Promise<void> {
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
  #one({ envelope, event }: Read, under?: Context): Promise<void> | void {
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

  progress(head: string | null, serving: boolean, building: Building | null, error: string | null): ProjectionStatus {
    const { name, version } = this.projection;
    return {
      ...{ projection: name, version, position: this.position, head },
      ...{ error: this.error ?? error, serving, parked: this.parking.size, building },
    };
  }
}

/** An event as it was read, decoded, or the error of decoding. */
interface Read {
  readonly envelope: Envelope;
  readonly event: Recorded | Error;
}

async function decodedOf(log: Log, envelopes: readonly Envelope[]): Promise<Read[]> {
  try {
    const events = await decodeAll(log, envelopes);
    return envelopes.map((envelope, i) => ({ envelope, event: events[i]! }));
  } catch (error) {
    if (stopsEverything(error)) throw error;
    const reads: Read[] = [];
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

/** An event to act on; without its type it has to be read again. */
type Due = Envelope | Pick<Envelope, 'stream' | 'revision' | 'position'>;

/** A projection that acts: it takes events one after the other, in the order of the log, at its own pace. */
class Acting {
  readonly due: Due[] = [];
  #working: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(
    private readonly log: Log,
    readonly follower: Follower,
  ) {}

  /** Takes the due events, in the background. @param upTo the position to which the log was read */
  go(upTo: () => string | null, signal: AbortSignal, say: (error: unknown) => void): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#working = this.#work(upTo, signal, say).finally(() => (this.#busy = false));
  }

  get done(): Promise<void> {
    return this.#working;
  }

  async #work(upTo: () => string | null, signal: AbortSignal, say: (error: unknown) => void): Promise<void> {
    const { follower } = this;
    for (let failures = 0; !signal.aborted;) {
      const next = this.due[0];
      if (!next) {
        follower.position = upTo();
        return;
      }
      try {
        const envelope = 'type' in next ? next : (await this.log.store.read(next.stream, next.revision, 1))[0]!;
        await follower.apply(await decodedOf(this.log, [envelope]), false, true);
        follower.position = envelope.position;
        follower.error = null;
        this.due.shift();
        failures = 0;
      } catch (error) {
        if (follower.error === null) say(error);
        follower.error = messageOf(error);
        await sleep(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)], undefined, { signal }).catch(() => {});
      }
    }
  }
}

/** Reads a log in pages of so many events, and of so many bytes, about. */
class LogPages {
  #limit = 64;

  /** The size of the next request for events. */
  get limit(): number {
    return this.#limit;
  }

  /** Learns the size of events from a page. */
  seen(page: readonly Envelope[]): readonly Envelope[] {
    const bytes = page.reduce((sum, { data }) => sum + (data?.length ?? 0) + 400, 0);
    const fitting = Math.floor((PAGE_BYTES * page.length) / Math.max(bytes, 1));
    this.#limit = Math.max(1, Math.min(PAGE, fitting, this.#limit * 4));
    return page;
  }
}

/**
 * Keeps projections up with the log: one reader for all of them, each event told in order. Views are shown after they have
 * applied the log as it was at the start; until then only their progress is known.
 */
export class Projector {
  readonly #views: readonly Follower[];
  readonly #acting: readonly Acting[];
  readonly #turns = new Turns();
  readonly #pages = new LogPages();
  readonly #known = new Set<string>();
  readonly #waiting = new Set<{ position: bigint; resolve: (reached: boolean) => void }>();
  #stopped = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #serving = false;
  #error: string | null = null;
  /** The last position that was read and told. */
  #position: string | null = null;
  #building: { readonly began: number; events: number } | null = null;
  /** The events since the last snapshot, the count of blankings, and the snapshot under way. */
  #unsaved = 0;
  #blanked = 0;
  #saving: Promise<void> | null = null;

  constructor(
    private readonly log: Log,
    private readonly projections: readonly Projection[],
    /** Is told of failures; of a lasting failure once. */
    private readonly onFailure: (failure: Failure) => void = () => {},
    /** Keeps the views over a restart. */
    private readonly snapshot: SnapshotFile | null = null,
  ) {
    const followers = projections.map((one) => new Follower(log, one, this.#turns, onFailure));
    this.#views = followers.filter(({ projection }) => !projection.acts);
    this.#acting = followers.filter(({ projection }) => projection.acts).map((one) => new Acting(log, one));
  }

  get names(): string[] {
    return this.projections.map(({ name }) => name);
  }

  /** The read model of a kind: what the queries of its views read. */
  model<P extends Projection>(Model: abstract new (...args: never[]) => P): P {
    const model = this.projections.find((one) => one instanceof Model);
    if (!model) throw new Error(`There is no ${Model.name} among ${this.names.join(', ')}.`);
    return model as P;
  }

  /**
   * Applies everything that the log holds, then keeps following it until `stop`.
   * @throws what the store throws at first, and UnknownEvent: nothing is followed then
   */
  async start(): Promise<void> {
    const { signal } = (this.#stopped = new AbortController());
    const ready = (async () => {
      if (this.#position === null) await this.#load();
      for (const one of this.#position === null ? [] : this.#views) {
        this.#unsaved += one.parking.size;
        await one.retry();
      }
      for (
        let round = 0;
        round < ROUNDS && (round === 0 || (await this.log.store.head()) !== this.#position);
        round++
      ) {
        await this.#catchUp(signal);
        await Promise.all(this.#acting.map(({ done }) => done)); // acting may have appended events
      }
    })();
    this.#running = ready.catch(() => {});
    await ready;
    this.#running = this.#follow(signal);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await Promise.all(this.#acting.map(({ done }) => done));
    await this.#saving;
    if (this.#serving && this.#unsaved > 0) await this.#save();
  }

  /** Loads the views from the snapshot, if it can be used. */
  async #load(): Promise<void> {
    if (!this.snapshot) return;
    try {
      const { position, projections } = await this.snapshot.read(this.log.store);
      const saved = new Map(projections.map((one) => [`${one.name} ${one.version}`, one]));
      const all = this.#followers.map((follower) => ({ follower, kept: saved.get(follower.key) }));
      if (all.some(({ kept }) => !kept)) throw new SnapshotRejected('It is of other read models.');
      for (const { follower, kept } of all) follower.load(kept!);
      this.#position = position;
      for (const one of this.#acting) await this.#dueSince(one, position);
    } catch (error) {
      if (!(error instanceof SnapshotRejected)) throw error;
    }
  }

  /** Collects the events that an acting projection has yet to take. */
  async #dueSince(one: Acting, upTo: string): Promise<void> {
    let after = one.follower.position;
    while (BigInt(after ?? 0) < BigInt(upTo)) {
      const page = this.#pages.seen(await this.log.store.readAll(after, this.#pages.limit));
      for (const event of page)
        if (one.follower.hears(event) && BigInt(event.position) <= BigInt(upTo)) one.due.push(event);
      after = page.at(-1)?.position ?? upTo;
    }
  }

  /** Writes a snapshot in the background. A failure is reported; the next snapshot tries again. */
  #save(): Promise<void> {
    if (!this.snapshot || this.#position === null || this.#saving) return Promise.resolve();
    const saved = { position: this.#position, projections: this.#followers.map((one) => one.save()) };
    const blanked = this.#blanked;
    this.#unsaved = 0;
    return (this.#saving = this.snapshot
      .write(this.log.store, saved, () => blanked === this.#blanked)
      .then((taken) => void (this.#unsaved += Number(!taken)))
      .catch((error: unknown) => {
        this.#unsaved++;
        this.onFailure({ projection: 'snapshot', error });
      })
      .finally(() => (this.#saving = null)));
  }

  get #followers(): readonly Follower[] {
    return [...this.#views, ...this.#acting.map(({ follower }) => follower)];
  }

  /** The position that the views show. @throws Rejected `not_yet` while they are being built */
  position(): string {
    if (!this.#serving) throw beingBuilt(this.#views.map(({ projection }) => projection.name));
    return this.#position ?? '0';
  }

  /**
   * The position to be shown: the requested one, or that of the views. Waits for a position that the views have yet to reach.
   * @throws Rejected `not_yet`
   */
  async pinned(knownAt: string | undefined, patienceMs: number): Promise<string> {
    const reached = this.position();
    if (knownAt === undefined || BigInt(knownAt) <= BigInt(reached)) return knownAt ?? reached;
    if (await this.reached(knownAt, patienceMs)) return knownAt;
    throw new Rejected('not_yet', `The views have not reached position ${knownAt} yet. Try again soon.`);
  }

  /**
   * Waits until the views have applied a position; `false` when that takes longer than `timeoutMs`.
   * @param position `null`: the end of an empty log, at which all views are
   */
  reached(position: string | null, timeoutMs: number): Promise<boolean> {
    if (position === null) return Promise.resolve(true);
    const at = BigInt(position);
    const isThere = () => this.#serving && BigInt(this.#position ?? -1) >= at;
    if (isThere()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve(reached);
      };
      const waiting = { position: at, resolve: settle };
      const timer = setTimeout(() => settle(isThere()), timeoutMs);
      this.#waiting.add(waiting);
    });
  }

  /** The state of each projection. */
  async progress(): Promise<ProjectionStatus[]> {
    const head = await this.log.store.head();
    const building = this.#buildingOf(head);
    const each = new Map(this.#followers.map((one) => [one.projection, one]));
    return this.projections.map((one) => each.get(one)!.progress(head, this.#serving, building, this.#error));
  }

  #buildingOf(head: string | null): Building | null {
    if (!this.#building) return null;
    const { began, events } = this.#building;
    const seconds = Math.max(performance.now() - began, 1) / 1000;
    const [done, all] = [this.#position === null ? events : Number(this.#position), Number(head ?? 0)];
    return {
      percent: Math.min(100, Math.floor((100 * done) / Math.max(1, all))),
      position: this.#position,
      events,
      eventsPerSecond: Math.round(events / seconds),
      secondsLeft: done > 0 ? Math.ceil((seconds * Math.max(all - done, 0)) / done) : null,
    };
  }

  /** The parked streams of a projection, in the order of the log. */
  async parked(name: string): Promise<ParkedStream[]> {
    return this.#of(name).parking.streams;
  }

  /** Tries the parked events of a projection, or of one of its streams, again. @returns the streams still parked */
  async retry(name: string, stream?: string): Promise<ParkedStream[]> {
    await this.#of(name).retry(stream);
    return this.parked(name);
  }

  /**
   * Records that a parked event is passed over for good, in every process; the events behind it are tried again.
   * @throws Rejected `not_found` when the stream does not wait for the event of that position
   */
  async release(name: string, stream: string, position: string, meta: Meta): Promise<ParkedStream[]> {
    const follower = this.#of(name);
    const revision = follower.parking.waitsFor(stream);
    const first = follower.parking.streams.find((one) => one.stream === stream);
    if (revision === undefined || first?.position !== position)
      throw new Rejected(
        'not_found',
        `The first event of ${stream} that waits for ${name} is not that of position ${position}.`,
      );
    const data = { stream, revision };
    const done = await handle(this.log, releases, name, () => [{ name: 'Released', data }], meta);
    if (this.#stopped.signal.aborted) await this.#catchUp(new AbortController().signal);
    else await this.reached(done.position, RETRY_MS.at(-1)!);
    return this.parked(name);
  }

  #of(name: string): Follower {
    const found = this.#followers.find(({ projection }) => projection.name === name);
    if (found) return found;
    throw new Rejected('not_found', `There is no projection ${name}; there are ${this.names.join(', ')}.`);
  }

  /** Applies all events up to the end of the log. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const { store } = this.log;
    if (!this.#serving) this.#building ??= { began: performance.now(), events: 0 };
    if (this.#position === null) await this.#fill(signal);
    while (!signal.aborted) {
      const page = this.#pages.seen(await store.readAll(this.#position, this.#pages.limit));
      if (page.length === 0) break;
      await this.#apply(page, signal);
    }
    if (signal.aborted) return;
    [this.#serving, this.#building, this.#error] = [true, null, null];
    this.#tell();
    if (this.#unsaved >= SAVED_EVERY) void this.#save();
  }

  /** Fills empty views stream by stream, if the store can read so: the history of each is then needed once. */
  async #fill(signal: AbortSignal): Promise<void> {
    for (const one of this.#views) one.clear();
    for (const one of this.#acting) {
      one.follower.clear();
      one.due.length = 0;
    }
    const { store } = this.log;
    const upTo = await store.head();
    if (!store.readByStream || upTo === null) return;
    const heard = new Set(this.projections.flatMap(({ on }) => Object.keys(on).map(categoryOf)));
    for (const category of [releases.category, ...[...heard].sort()])
      for (let last: Envelope | null = null; !signal.aborted;) {
        const page: readonly Envelope[] = this.#pages.seen(
          await store.readByStream(category, last, upTo, this.#pages.limit),
        );
        if (page.length === 0) break;
        await this.#tellOf(page, false);
        last = page.at(-1)!;
      }
    if (signal.aborted) return;
    this.#position = upTo;
    this.#unsaved = this.#building?.events ?? 0;
    for (const one of this.#views) one.position = upTo;
    for (const one of this.#acting) {
      one.due.sort((a, b) => Number(a.position) - Number(b.position));
      this.#act(one, signal);
    }
  }

  async #apply(page: readonly Envelope[], signal: AbortSignal): Promise<void> {
    await this.#tellOf(page, true);
    this.#position = page.at(-1)!.position;
    for (const one of this.#views) one.position = this.#position;
    for (const one of this.#acting) this.#act(one, signal);
    for (const { due, done } of this.#acting) if (due.length > MOST_WAITING) await done;
    this.#unsaved += page.length;
    if (page.some(isBlanked)) await this.#forget();
    if (!this.#serving) return;
    this.#tell();
    if (this.#unsaved >= SAVED_EVERY) void this.#save();
  }

  /** The snapshot still holds the blanked words: erases it. */
  async #forget(): Promise<void> {
    this.#blanked++;
    await this.snapshot?.erase();
  }

  async #tellOf(page: readonly Envelope[], inOrder: boolean): Promise<void> {
    const heard = page.filter((event) => this.projections.some(({ on }) => on[event.type]));
    for (const { type, version } of page) this.#knows(type, version);
    const decoded = await decodedOf(this.log, heard);
    // No spans while views are built or far behind.
    const traced = inOrder && this.#serving && page.length < LIVE_PAGE;
    for (const view of this.#views) await view.apply(decoded, inOrder, traced);
    for (const { follower, due } of this.#acting)
      for (const event of heard)
        if (follower.hears(event))
          due.push(inOrder ? event : { stream: event.stream, revision: event.revision, position: event.position });
    const decided = page.filter(({ type }) => type === `${releases.category}.Released`);
    for (const { stream, data } of await decodeAll(this.log, decided)) {
      const name = stream.slice(releases.category.length + 1);
      if (this.names.includes(name)) await this.#of(name).release(data as Released);
    }
    if (this.#building) this.#building.events += page.length;
  }

  /** @throws UnknownEvent for an event of what is heard that newer software must have written */
  #knows(type: string, version: number): void {
    const key = `${type} ${version}`;
    if (this.#known.has(key)) return;
    if (this.projections.some(({ on }) => Object.keys(on).some((one) => categoryOf(one) === categoryOf(type))))
      this.log.codec.check([{ type, version }]);
    this.#known.add(key);
  }

  #act(one: Acting, signal: AbortSignal): void {
    one.go(
      () => this.#position,
      signal,
      (error) => this.onFailure({ projection: one.follower.projection.name, error }),
    );
  }

  /** Follows the log. After an error `progress` shows it, and following is tried again from the checkpoint, ever more slowly. */
  async #follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#catchUp(signal);
        for await (const batch of this.log.store.subscribe(this.#position, signal, LIVE_PAGE)) {
          await this.#apply(batch, signal);
          failures = 0;
        }
      } catch (error) {
        const known = this.#error;
        this.#error = messageOf(error);
        if (this.#error !== known)
          for (const { projection } of this.#views) this.onFailure({ projection: projection.name, error });
        await sleep(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)], undefined, { signal }).catch(() => {});
      }
    }
  }

  #tell(): void {
    for (const waiting of this.#waiting) if (waiting.position <= BigInt(this.#position ?? -1)) waiting.resolve(true);
  }
}

const categoryOf = (type: string): string => type.slice(0, type.indexOf('.'));
