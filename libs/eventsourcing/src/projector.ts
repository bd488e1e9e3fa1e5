import { setTimeout as sleep } from 'node:timers/promises';
import { decodeAll } from './blanking.js';
import type { Log } from './command-handling.js';
import type { Envelope } from './events.js';
import { CheckpointMoved, type Checkpoint, type Projection, type ReadStore } from './projection.js';

export interface Progress {
  readonly projection: string;
  readonly version: number;
  /** The last position applied. */
  readonly position: string | null;
  /** The last position of the log when it was last looked at. */
  readonly head: string | null;
  readonly error: string | null;
}

const BATCH = 500;
const RETRY_MS = [100, 500, 2_000, 10_000];

/** Keeps projections up with the log: each on its own, in order, its checkpoint in the transaction of its rows. */
export class Projector {
  readonly #followers: Follower[];
  readonly #stopped = new AbortController();
  #running: Promise<void>[] = [];

  constructor(
    private readonly log: Log,
    reads: ReadStore,
    projections: readonly Projection[],
  ) {
    this.#followers = projections.map((projection) => new Follower(log, reads, projection));
  }

  /** Applies everything the log holds, then keeps following it until `stop`. */
  async start(): Promise<void> {
    for (const follower of this.#followers) await follower.prepare(this.#stopped.signal);
    this.#running = this.#followers.map((follower) => follower.follow(this.#stopped.signal));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running);
  }

  /** Where each projection stands. */
  async progress(): Promise<Progress[]> {
    const head = await this.log.store.head();
    return this.#followers.map((follower) => ({ ...follower.progress, head }));
  }

  /** Waits until every projection has applied a position; `false` when that takes longer than `timeoutMs`. */
  async reached(position: string, timeoutMs: number): Promise<boolean> {
    const [at, timedOut] = [BigInt(position), AbortSignal.timeout(timeoutMs)];
    const all = await Promise.all(this.#followers.map((follower) => follower.reached(at, timedOut)));
    return all.every((reached) => reached);
  }
}

class Follower {
  #at: Checkpoint = { log: '', position: null };
  #error: string | null = null;
  readonly #waiting = new Set<{ position: bigint; resolve: (reached: boolean) => void }>();

  constructor(
    private readonly log: Log,
    private readonly reads: ReadStore,
    private readonly projection: Projection,
  ) {}

  get progress(): Omit<Progress, 'head'> {
    const { name, version } = this.projection;
    return { projection: name, version, position: this.#at.position, error: this.#error };
  }

  /** Makes the projection's tables if need be, and applies everything the log holds. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { store } = this.log;
    this.#at = await this.reads.prepare(this.projection, await store.identity(), await store.head());
    await this.#catchUp(signal);
  }

  /** Follows the log; after an error it says so in `progress` and tries again from its checkpoint, more and more slowly. */
  async follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#catchUp(signal);
        this.#error = null;
        for await (const batch of this.log.store.subscribe(this.#at.position, signal, BATCH)) {
          await this.#apply(batch);
          failures = 0;
        }
      } catch (error) {
        await this.#recover(error).catch(async (failure: unknown) => {
          this.#error = failure instanceof Error ? failure.message : String(failure);
          await sleep(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)], undefined, { signal }).catch(() => {});
        });
      }
    }
  }

  /** Waits for a position; `false` when the signal comes first. */
  reached(position: bigint, timedOut: AbortSignal): Promise<boolean> {
    if (BigInt(this.#at.position ?? -1) >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiting = { position, resolve };
      this.#waiting.add(waiting);
      timedOut.addEventListener('abort', () => {
        this.#waiting.delete(waiting);
        resolve(false);
      });
    });
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = await this.log.store.readAll(this.#at.position, BATCH);
      if (batch.length === 0) return;
      await this.#apply(batch).catch((error: unknown) => this.#recover(error));
    }
  }

  async #apply(batch: readonly Envelope[]): Promise<void> {
    const to = batch.at(-1)!.position;
    const { on } = this.projection;
    const heard = await decodeAll(
      this.log,
      batch.filter(({ type }) => on[type]),
    );
    await this.reads.apply(this.projection, this.#at, to, async (tx) => {
      for (const event of heard) await on[event.type]!(event as never, tx);
    });
    this.#moved({ ...this.#at, position: to });
  }

  /** After a batch that was not committed: goes on from where another process got to; any other error is thrown again. */
  async #recover(error: unknown): Promise<void> {
    this.projection.reset?.();
    if (!(error instanceof CheckpointMoved)) throw error;
    const at = await this.reads.checkpoint(this.projection);
    if (at.log !== this.#at.log) throw new Error(`The views of ${this.projection.name} are made from another log now.`);
    this.#moved(at);
  }

  #moved(at: Checkpoint): void {
    this.#at = at;
    for (const waiting of this.#waiting)
      if (waiting.position <= BigInt(at.position ?? -1)) {
        this.#waiting.delete(waiting);
        waiting.resolve(true);
      }
  }
}
