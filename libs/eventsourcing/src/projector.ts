/** Keeps the read models of a process up with the log, and runs the work that events cause. */
import { Rejected } from './aggregate.js';
import { decodeAll, isBlanked } from './blanking.js';
import { handle, type Log } from './command-handling.js';
import type { Envelope, Meta } from './events.js';
import type { ParkedStream } from './parked-streams.js';
import { releases, type Released } from './releases.js';
import { beingBuilt, type Build, type Projection, type ProjectionStatus } from './projection.js';
import { SnapshotRejected, type SnapshotFile } from './snapshot.js';
import { Turns } from './turns.js';
import { ActingProjection, pause, BACKOFF_MS } from './acting-projection.js';
import { decodedOf, Follower, messageOf, type Failure } from './follower.js';

/** The size of a page at most: in events, in bytes (about), and in events of the subscription. */
const [MAX_EVENTS_PER_PAGE, MAX_BYTES_PER_PAGE, MAX_EVENTS_PER_LIVE_PAGE] = [500, 4_000_000, 100];
/** A snapshot is written after so many events, and at the end. */
const EVENTS_PER_SNAPSHOT = 50_000;
/** A start reads on so many times at most, since other processes may be writing. */
const MAX_CATCH_UP_ROUNDS = 3;
/** The number of events that may wait for a projection that acts, before the views wait, too. */
const MAX_WAITING_EVENTS = 10_000;

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
    const fitting = Math.floor((MAX_BYTES_PER_PAGE * page.length) / Math.max(bytes, 1));
    this.#limit = Math.max(1, Math.min(MAX_EVENTS_PER_PAGE, fitting, this.#limit * 4));
    return page;
  }
}

/**
 * Keeps projections up with the log: one reader for all of them, each event told in order. Views are shown after they have
 * applied the log as it was at the start; until then only their progress is known.
 */
export class Projector {
  readonly #views: readonly Follower[];
  readonly #acting: readonly ActingProjection[];
  readonly #turns = new Turns();
  readonly #pages = new LogPages();
  /** By type, the versions that were looked up. */
  readonly #known = new Map<string, Set<number>>();
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
    private readonly pauses = BACKOFF_MS,
  ) {
    const followers = projections.map((one) => new Follower(log, one, this.#turns, onFailure));
    this.#views = followers.filter(({ projection }) => !projection.acts);
    this.#acting = followers
      .filter(({ projection }) => projection.acts)
      .map((one) => new ActingProjection(log, one, pauses));
  }

  get names(): string[] {
    return this.projections.map(({ name }) => name);
  }

  /** The read model of a kind, which the queries of its views read. */
  model<P extends Projection>(Model: abstract new (...args: never[]) => P): P {
    const model = this.projections.find((one) => one instanceof Model);
    if (!model) throw new Error(`There is no ${Model.name} among ${this.names.join(', ')}.`);
    return model as P;
  }

  /**
   * Applies everything that the log holds, then keeps following it until `stop`.
   * @throws the store's first error, and UnknownEvent: nothing is followed then
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
        round < MAX_CATCH_UP_ROUNDS && (round === 0 || (await this.log.store.head()) !== this.#position);
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
  async #dueSince(one: ActingProjection, upTo: string): Promise<void> {
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

  #buildingOf(head: string | null): Build | null {
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
    else await this.reached(done.position, BACKOFF_MS.at(-1)!);
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
    if (this.#unsaved >= EVENTS_PER_SNAPSHOT) void this.#save();
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
    for (const { due, done } of this.#acting) if (due.length > MAX_WAITING_EVENTS) await done;
    this.#unsaved += page.length;
    if (page.some(isBlanked)) await this.#forget();
    if (!this.#serving) return;
    this.#tell();
    if (this.#unsaved >= EVENTS_PER_SNAPSHOT) void this.#save();
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
    const traced = inOrder && this.#serving && page.length < MAX_EVENTS_PER_LIVE_PAGE;
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

  /** @throws UnknownEvent for an event of these types that newer software must have written */
  #knows(type: string, version: number): void {
    const known = this.#known.get(type);
    if (known?.has(version)) return;
    if (this.projections.some(({ on }) => Object.keys(on).some((one) => categoryOf(one) === categoryOf(type))))
      this.log.codec.check([{ type, version }]);
    if (known) known.add(version);
    else this.#known.set(type, new Set([version]));
  }

  #act(one: ActingProjection, signal: AbortSignal): void {
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
        for await (const batch of this.log.store.subscribe(this.#position, signal, MAX_EVENTS_PER_LIVE_PAGE)) {
          await this.#apply(batch, signal);
          failures = 0;
        }
      } catch (error) {
        const known = this.#error;
        this.#error = messageOf(error);
        if (this.#error !== known)
          for (const { projection } of this.#views) this.onFailure({ projection: projection.name, error });
        await pause(this.pauses, ++failures, signal);
      }
    }
  }

  #tell(): void {
    for (const waiting of this.#waiting) if (waiting.position <= BigInt(this.#position ?? -1)) waiting.resolve(true);
  }
}

const categoryOf = (type: string): string => type.slice(0, type.indexOf('.'));
