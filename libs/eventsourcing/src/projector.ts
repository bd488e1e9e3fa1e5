import { context, type Context } from '@opentelemetry/api';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Rejected } from './aggregate.js';
import { decodeAll, isBlanked } from './blanking.js';
import type { Log } from './command-handling.js';
import { StoreUnavailable } from './event-store.js';
import { UnknownEvent, type Envelope, type Recorded } from './events.js';
import { Parking, type ParkedStream } from './parking.js';
import {
  beingBuilt,
  CheckpointMoved,
  LeaseLost,
  type Checkpoint,
  type Generation,
  type Projection,
  type ReadStore,
  type ReadTx,
} from './projection.js';
import { applying } from './tracing.js';

export interface Progress {
  readonly projection: string;
  readonly version: number;
  /** The last position applied, by this process or another one. */
  readonly position: string | null;
  /** The last position of the log when it was last looked at. */
  readonly head: string | null;
  readonly error: string | null;
  /** Whether there are views to be read. */
  readonly serving: boolean;
  /** How many streams wait because an event of theirs could not be applied. */
  readonly parked: number;
  /** The generation that is being built, by this process or another one. */
  readonly building: Building | null;
}

export interface Building {
  /** Of the log, in per cent. */
  readonly percent: number;
  readonly position: string | null;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly secondsLeft: number | null;
}

/** Hears of a rebuild while it goes on. */
export type OnBuilding = (building: Building, head: string | null) => void;

/** What went wrong with a projection: an event was parked, or it cannot follow the log for now. */
export interface Failure {
  readonly projection: string;
  readonly error: unknown;
  /** The event that was parked, its whole stream with it. */
  readonly parked?: Envelope;
}

/** How many events are read at once, and committed at once. */
const [PAGE, COMMIT, COMMIT_BY_STREAM] = [500, 2_000, 8_000];
/** How long other work of this process may have to wait. */
const SLICE_MS = 8;
const RETRY_MS = [100, 500, 2_000, 10_000];
/** How often, at most, it is looked how far another process is. */
const LOOK_MS = 25;
/** How long the views may be without a process that brings them up to date. */
const ALONE_MS = 3_000;

/**
 * Keeps projections up with the log: each on its own, in order, its checkpoint in the transaction of its rows. Before it is
 * started, and once it was stopped, another process may do so: then this one tells what the read store knows of it.
 */
export class Projector {
  #followers: Follower[] = [];
  #stopped = new AbortController();
  #running: Promise<unknown>[] = [];
  #look: Promise<ReadonlyMap<string, bigint>> | undefined;
  #lookedAt = -Infinity;

  constructor(
    private readonly log: Log,
    private readonly reads: ReadStore,
    private readonly projections: readonly Projection[],
    /** Hears of failures, of one that goes on once. */
    private readonly onFailure: (failure: Failure) => void = () => {},
  ) {}

  /** Of the projections that have tables. */
  get names(): string[] {
    return this.projections.filter(({ schema }) => schema).map(({ name }) => name);
  }

  /** Whether this process follows the log. */
  get follows(): boolean {
    return this.#followers.length > 0;
  }

  /** Applies everything the log holds, tries once what was parked before, then keeps following the log until `stop`. */
  async start(): Promise<void> {
    const { signal } = (this.#stopped = new AbortController());
    const followers = this.projections.map(
      (projection) => new Follower(this.log, this.reads, projection, null, this.onFailure),
    );
    this.#followers = followers;
    const prepared = (async () => {
      for (const projection of this.projections) await this.reads.current(projection);
      for (const follower of followers) await follower.prepare(signal);
    })();
    this.#running = [prepared];
    await prepared;
    this.#running = followers.map((follower) => follower.follow(signal));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#running);
    this.#followers = [];
  }

  /** Lets queries see the views that another process brings up to date. */
  async watch(): Promise<void> {
    for (const projection of this.projections) await this.reads.current(projection);
  }

  /** Where each projection stands. */
  async progress(): Promise<Progress[]> {
    const [head, generations] = [await this.log.store.head(), await this.reads.generations()];
    const lease = this.follows ? null : await this.reads.lease();
    const alone = lease !== null && (lease.endedMsAgo ?? 0) > ALONE_MS;
    return Promise.all(
      this.projections.map(async ({ name, version }) => {
        const follower = this.#followers.find(({ projection }) => projection.name === name);
        const own = generations.filter((one) => one.name === name && one.version === version);
        const building = own.find(({ state }) => state === 'building');
        const serving = own.find(({ state }) => state === 'serving');
        const position = follower ? follower.position : ((serving ?? building)?.position ?? null);
        const behind = BigInt(position ?? 0) < BigInt(head ?? 0);
        return {
          projection: name,
          version,
          position,
          head,
          error: follower ? follower.error : alone && behind ? 'No process brings the views up to date now.' : null,
          serving: serving !== undefined,
          parked: serving ? (await new Parking(name).inView(this.reads)).length : 0,
          building: building ? buildingOf(building, head) : null,
        };
      }),
    );
  }

  /** Waits until projections, all if none is named, have applied a position; `false` when that takes longer than `timeoutMs`. */
  async reached(position: string, timeoutMs: number, ...names: string[]): Promise<boolean> {
    const [at, timedOut] = [BigInt(position), AbortSignal.timeout(timeoutMs)];
    const meant = this.projections.map(({ name }) => name).filter((name) => names.length === 0 || names.includes(name));
    if (!this.follows) return this.#seen(at, timedOut, meant);
    const followers = this.#followers.filter(({ projection }) => meant.includes(projection.name));
    const all = await Promise.all(followers.map((follower) => follower.reached(at, timedOut)));
    return all.every((reached) => reached);
  }

  /** Waits for what another process does. */
  async #seen(at: bigint, timedOut: AbortSignal, names: readonly string[]): Promise<boolean> {
    while (!timedOut.aborted) {
      const positions = await this.#nextLook();
      if (names.every((name) => (positions.get(name) ?? -1n) >= at)) return true;
    }
    return false;
  }

  /** How far the views are that are read: one look for all who wait, none when nobody does. */
  #nextLook(): Promise<ReadonlyMap<string, bigint>> {
    this.#look ??= sleep(Math.max(0, this.#lookedAt + LOOK_MS - performance.now())).then(async () => {
      this.#look = undefined;
      this.#lookedAt = performance.now();
      const generations = await this.reads.generations().catch(() => []); // waits on until it can be asked
      return new Map(
        generations
          .filter(({ name, version, state }) => state === 'serving' && this.#versionOf(name) === version)
          .map(({ name, position }) => [name, BigInt(position ?? 0)]),
      );
    });
    return this.#look;
  }

  #versionOf(name: string): number | undefined {
    return this.projections.find((one) => one.name === name)?.version;
  }

  /** Every generation there is. */
  async generations(): Promise<Generation[]> {
    await this.watch();
    return this.reads.generations();
  }

  /**
   * Builds a projection anew beside what serves, and lets readers see it once it is as far.
   * @throws Rejected `conflict` when more streams would be parked than are now; then it is dropped
   */
  async rebuild(name: string, on: OnBuilding = () => {}): Promise<Generation> {
    const projection = this.#of(name);
    const parking = new Parking(name);
    const now = await this.reads.current(projection);
    const [released, parked] =
      now?.state === 'serving'
        ? [await parking.released(this.reads), (await parking.inView(this.reads)).length]
        : [[], 0];
    const empty = await this.reads.build(projection, await this.log.store.identity());
    await this.reads.apply(empty, null, async (tx) => released.forEach((row) => parking.release(tx, row)));
    const builder = new Follower(this.log, this.reads, projection, empty, this.onFailure);
    return builder.build(on, this.#stopped.signal, now?.state === 'serving' ? parked : Infinity);
  }

  /** Lets readers see the generation again that served before, once it is as far. @throws Rejected `not_found` */
  async rollback(name: string, on: OnBuilding = () => {}): Promise<Generation> {
    const { version } = this.#of(name);
    const log = await this.log.store.identity();
    const former = (await this.generations()).find(
      (one) => one.name === name && one.version === version && one.state === 'former' && one.log === log,
    );
    if (!former) throw new Rejected('not_found', `There is no former generation of ${name} version ${version}.`);
    const revived = await this.reads.revive(former);
    const follower = new Follower(this.log, this.reads, this.#of(name), revived, this.onFailure);
    return follower.build(on, this.#stopped.signal, Infinity);
  }

  /** Drops what no reader of this version sees: former generations, what was left half built, and other versions. */
  async prune(): Promise<Generation[]> {
    const all = await this.generations();
    const versions = new Map(this.projections.map(({ name, version }) => [name, version]));
    const dropped = all.filter((one) => one.state !== 'serving' || versions.get(one.name) !== one.version);
    for (const generation of dropped) await this.reads.drop(generation);
    return dropped;
  }

  /** The streams of a projection that wait, in the order of the log. */
  async parked(name: string): Promise<ParkedStream[]> {
    await this.reads.current(this.#of(name));
    return new Parking(name).inView(this.reads);
  }

  /** Tries again, in order, what was parked of a projection, or of one of its streams. @returns what is parked still */
  async retry(name: string, stream?: string): Promise<ParkedStream[]> {
    await this.#serving(name).then((follower) => follower.retry(stream));
    return this.parked(name);
  }

  /** Passes over the event that a stream waits for, leaves a trace of that, and tries what waits behind it. @throws Rejected */
  async release(name: string, stream: string, position: string): Promise<ParkedStream[]> {
    await this.#serving(name).then((follower) => follower.release(stream, position));
    return this.parked(name);
  }

  async #serving(name: string): Promise<Follower> {
    const projection = this.#of(name);
    const serving = await this.reads.current(projection);
    if (serving?.state !== 'serving') throw beingBuilt([name]);
    return new Follower(this.log, this.reads, projection, serving, this.onFailure);
  }

  #of(name: string): Projection {
    const projection = this.projections.find((one) => one.name === name);
    if (projection) return projection;
    throw new Rejected('not_found', `There is no projection ${name}; there are ${this.names.join(', ')}.`);
  }
}

/** How far a generation is, and how long it will take. */
export function buildingOf({ position, events, startedAt }: Generation, head: string | null): Building {
  const seconds = Math.max(Date.now() - Date.parse(startedAt), 1) / 1000;
  const [done, all] = [position === null ? events : Number(position), Number(head ?? 0)];
  return {
    percent: Math.min(100, Math.floor((100 * done) / Math.max(1, all))),
    position,
    events,
    eventsPerSecond: Math.round(events / seconds),
    secondsLeft: done > 0 ? Math.ceil((seconds * Math.max(all - done, 0)) / done) : null,
  };
}

/** What is not the fault of an event, and may be over soon; or all the events of a process that is too old. */
const stopsEverything = (error: unknown): boolean =>
  [StoreUnavailable, CheckpointMoved, LeaseLost, UnknownEvent].some((kind) => error instanceof kind);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The checkpoint once an event is applied. */
type To = (event: Envelope) => Pick<Checkpoint, 'position' | 'cursor'>;
const inOrder: To = ({ position }) => ({ position });

/** How far a generation is filled stream by stream, of a log that ends at `upTo`. */
type Cursor = Pick<Envelope, 'stream' | 'revision'> & { readonly category: string; readonly upTo: string };

class Follower {
  error: string | null = null;
  #at: Generation | null;
  /** Since when nothing else had a turn. */
  #began = 0;
  /** Something was blanked. */
  #erased = false;
  /** What the events that are being applied are handled under. */
  #under: ReadonlyMap<string, Context> = new Map();
  readonly #parking: Parking;
  readonly #waiting = new Set<{ position: bigint; resolve: (reached: boolean) => void }>();

  readonly projection: Projection;

  constructor(
    private readonly log: Log,
    private readonly reads: ReadStore,
    projection: Projection,
    at: Generation | null,
    private readonly onFailure: (failure: Failure) => void,
  ) {
    this.projection = projection.fresh?.() ?? projection;
    this.#at = at;
    this.#parking = new Parking(projection.name);
  }

  /** Of the events that it hears. */
  get #categories(): string[] {
    return [...new Set(Object.keys(this.projection.on).map((type) => type.slice(0, type.indexOf('.'))))].sort();
  }

  get position(): string | null {
    return this.#at?.position ?? null;
  }

  /** Makes the projection's tables if need be, tries again what was parked, and applies everything the log holds. */
  async prepare(signal: AbortSignal): Promise<void> {
    this.#at = await this.#found();
    await this.retry().catch((error: unknown) => this.#recover(error));
    await this.#catchUp(signal);
  }

  /** The generation to go on with; a new one when there is none of this log. */
  async #found(): Promise<Generation> {
    const { store } = this.log;
    const [log, head, found] = [await store.identity(), await store.head(), await this.reads.current(this.projection)];
    const ahead = BigInt(found?.position ?? 0) > BigInt(head ?? 0);
    if (found?.log === log && !ahead) return found;
    if (found) await this.reads.drop(found);
    return this.reads.build(this.projection, log);
  }

  /** Follows the log; after an error it says so in `progress` and tries again from its checkpoint, more and more slowly. */
  async follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#catchUp(signal);
        this.error = null;
        for await (const batch of this.log.store.subscribe(this.position, signal, PAGE)) {
          await this.#apply(batch, inOrder);
          await this.#forget();
          failures = 0;
        }
      } catch (error) {
        await this.#recover(error).catch(async (failure: unknown) => {
          const known = this.error;
          this.error = messageOf(failure);
          if (this.error !== known) this.onFailure({ projection: this.projection.name, error: failure });
          await sleep(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)], undefined, { signal }).catch(() => {});
        });
      }
    }
  }

  /** Fills a generation that is being built and lets it serve, unless more than `parkedAtMost` of its streams are parked. */
  async build(on: OnBuilding, signal: AbortSignal, parkedAtMost: number): Promise<Generation> {
    const { id } = this.#at!;
    await this.#catchUp(signal, async (at, all) => {
      const head = await this.log.store.head();
      on(buildingOf(at, head), head);
      if (!all) return;
      let parked = 0;
      await this.reads.apply(at, null, async (tx) => void (parked = (await this.#parking.streams(tx)).size));
      if (parked <= parkedAtMost) return;
      await this.reads.drop(at);
      throw new Rejected(
        'conflict',
        `${parked} streams cannot be applied, more than now. What serves was left as it is.`,
      );
    });
    if (this.#at!.id !== id) throw new Rejected('conflict', 'Another rebuild has taken the place of this one.');
    return this.#at!;
  }

  /** Waits for a position; `false` when the signal comes first. */
  reached(position: bigint, timedOut: AbortSignal): Promise<boolean> {
    if (BigInt(this.position ?? -1) >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiting = { position, resolve };
      this.#waiting.add(waiting);
      timedOut.addEventListener('abort', () => {
        this.#waiting.delete(waiting);
        resolve(false);
      });
    });
  }

  /** Applies, in order, what is parked of a stream or of all, as far as it can be. */
  async retry(only?: string): Promise<void> {
    const streams = only === undefined ? [...(await this.#alone((tx) => this.#parking.streams(tx)))] : [only];
    for (const stream of streams) {
      const first = await this.#alone((tx) => this.#parking.first(tx, stream));
      for (const event of first ? await this.log.store.read(stream, first.revision) : [])
        if (!(await this.#retryOne(event))) break;
    }
  }

  /** @returns whether the next one can be tried */
  async #retryOne(event: Envelope): Promise<boolean> {
    const isFirst = async (tx: ReadTx) => (await this.#parking.first(tx, event.stream))?.revision === event.revision;
    try {
      return await this.#alone(async (tx) => {
        if (!(await isFirst(tx))) return false;
        this.#parking.remove(tx, event);
        await this.#handle([event], tx);
        return true;
      });
    } catch (error) {
      this.projection.reset?.();
      await this.#isOf(event, error);
      await this.#alone(async (tx) => {
        if (await isFirst(tx)) this.#parking.blame(tx, event, messageOf(error));
      });
      return false;
    }
  }

  async release(stream: string, position: string): Promise<void> {
    await this.#alone(async (tx) => {
      const first = await this.#parking.first(tx, stream);
      if (first === undefined || String(first.position) !== position)
        throw new Rejected(
          'not_found',
          `The first event of ${stream} that waits for ${this.projection.name} is not that of position ${position}.`,
        );
      this.#parking.release(tx, first);
      this.#parking.remove(tx, first);
    });
    await this.retry(stream);
  }

  /** A transaction that does not move the checkpoint. */
  async #alone<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    let result: T;
    await this.reads.apply(this.#at!, null, async (tx) => void (result = await work(tx)));
    return result!;
  }

  /** Applies what there is; a generation that is being built serves from then on. */
  async #catchUp(signal: AbortSignal, on?: (at: Generation, all: boolean) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const { batch, to } = await this.#next();
      if (batch.length > 0) await this.#apply(batch, to).catch((error: unknown) => this.#recover(error));
      await this.#forget();
      await this.#yield();
      await on?.(this.#at!, batch.length === 0);
      if (batch.length > 0) continue;
      if (this.#at!.state !== 'building') return;
      try {
        await this.reads.serve(this.#at!, (position) => this.#upTo(position));
        this.#moved({ ...this.#at!, state: 'serving' });
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** The events to be applied next, and where each of them leads to. */
  async #next(): Promise<{ batch: Envelope[]; to: To }> {
    const { store } = this.log;
    const { position, cursor } = this.#at!;
    if (position === null && this.projection.byStream && store.readByStream) {
      const at = cursor === null ? null : (JSON.parse(cursor) as Cursor);
      const upTo = at?.upTo ?? (await store.head());
      for (const category of upTo === null ? [] : this.#categories) {
        if (at && category < at.category) continue;
        const after = at?.category === category ? at : null;
        const batch: Envelope[] = [];
        for (let page: Envelope[]; batch.length < COMMIT_BY_STREAM; batch.push(...page)) {
          page = await store.readByStream(category, batch.at(-1) ?? after, upTo!, PAGE);
          if (page.length === 0) break;
          await this.#yield();
        }
        const cursorAt = ({ stream, revision }: Envelope) => JSON.stringify({ category, stream, revision, upTo });
        if (batch.length > 0) return { batch, to: (event) => ({ position, cursor: cursorAt(event) }) };
      }
      if (upTo !== null) {
        const filled = this.reads.apply(this.#at!, { position: upTo, events: 0 }, async () => {});
        await filled.then((at) => this.#moved(at)).catch((error: unknown) => this.#recover(error));
        return this.#next();
      }
    }
    return { batch: await store.readAll(this.position, COMMIT), to: inOrder };
  }

  /** Applies what there is up to a position that the log holds. */
  async #upTo(position: string): Promise<Generation> {
    while (BigInt(this.position ?? 0) < BigInt(position))
      await this.#apply(await this.log.store.readAll(this.position, COMMIT), inOrder);
    return this.#at!;
  }

  /** Applies events in one transaction; of those it fails for, each half in its own, down to the event whose stream has to wait. */
  async #apply(batch: readonly Envelope[], to: To): Promise<void> {
    const [event, ...others] = batch as [Envelope, ...Envelope[]];
    try {
      await this.#commit(batch, to, (tx, parked) => this.#handle(batch, tx, parked));
    } catch (error) {
      this.projection.reset?.();
      await this.#isOf(event, error);
      if (others.length === 0) {
        await this.#commit(batch, to, (tx) => this.#parking.park(tx, event, messageOf(error)));
        return this.onFailure({ projection: this.projection.name, error, parked: event });
      }
      const half = batch.length >> 1;
      await this.#apply(batch.slice(0, half), to);
      await this.#apply(batch.slice(half), to);
    }
  }

  /** Throws an error that may not be the event's: nothing is parked while the log cannot be read. */
  async #isOf({ stream, revision }: Envelope, error: unknown): Promise<void> {
    if (stopsEverything(error)) throw error;
    await this.log.store.read(stream, revision);
  }

  async #commit(
    batch: readonly Envelope[],
    to: To,
    work: (tx: ReadTx, parked: ReadonlySet<string>) => Promise<void>,
  ): Promise<void> {
    // What is built, or far behind, shows in no trace.
    const shown = this.#at!.state === 'serving' && batch.length < PAGE;
    const traced = shown ? batch.filter(({ type }) => this.projection.on[type]) : [];
    const at = await applying(this.projection.name, traced, (under) => {
      this.#under = under;
      return this.reads.apply(this.#at!, { ...to(batch.at(-1)!), events: batch.length }, async (tx) => {
        await work(tx, await this.#parking.streams(tx));
      });
    });
    this.#moved(at);
    this.#erased ||= batch.some((event) => isBlanked(event) && this.projection.on[event.type]);
  }

  /** Words that were erased still stand in what served before. */
  async #forget(): Promise<void> {
    if (!this.#erased) return;
    this.#erased = false;
    const { name, version } = this.projection;
    for (const one of await this.reads.generations())
      if (one.name === name && one.version === version && one.state === 'former') await this.reads.drop(one);
  }

  /** Lets the projection handle events, and parks those of streams that wait. */
  async #handle(batch: readonly Envelope[], tx: ReadTx, parked: ReadonlySet<string> = new Set()): Promise<void> {
    const { on } = this.projection;
    const heard = batch.filter(({ type }) => on[type]);
    for (let i = 0; i < heard.length; i += PAGE) {
      const page = heard.slice(i, i + PAGE);
      const decoded = new Map<string, Recorded>(
        (
          await decodeAll(
            this.log,
            page.filter(({ stream }) => !parked.has(stream)),
          )
        ).map((event) => [event.id, event]),
      );
      for (const envelope of page) {
        const event = decoded.get(envelope.id);
        const under = this.#under.get(envelope.id);
        if (event && under) await context.with(under, () => on[event.type]!(event as never, tx));
        else if (event) await on[event.type]!(event as never, tx);
        else await this.#parking.park(tx, envelope, null);
        await this.#yield();
      }
    }
    await this.projection.flush?.(tx);
  }

  /** Lets other work of this process have its turn. */
  async #yield(): Promise<void> {
    if (performance.now() - this.#began < SLICE_MS) return;
    await turn();
    this.#began = performance.now();
  }

  /** After a batch that was not committed: goes on from where another process got to; any other error is thrown again. */
  async #recover(error: unknown): Promise<void> {
    this.projection.reset?.();
    if (!(error instanceof CheckpointMoved)) throw error;
    const { name } = this.projection;
    const at = await this.reads.current(this.projection);
    if (!at) throw new Error(`The views of ${name} are being made anew.`);
    if (at.log !== this.#at!.log) throw new Error(`The views of ${name} are made from another log now.`);
    this.#moved(at);
  }

  #moved(at: Generation): void {
    this.#at = at;
    for (const waiting of this.#waiting)
      if (waiting.position <= BigInt(at.position ?? -1)) {
        this.#waiting.delete(waiting);
        waiting.resolve(true);
      }
  }
}
