/** The one subscription of a process to the log. */
import { START, streamNameFilter, type AllStreamRecordedEvent, type Position } from '@kurrent/kurrentdb-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection } from './connection.js';
import { lastUpTo } from './records.js';

interface FeedListener {
  readonly prefixes: string[];
  /** From where on. */
  from(): Position | null;
  take(record: AllStreamRecordedEvent): void;
  /** No event of ours is up to here but those given to `take`. */
  reach(place: Position): void;
  /** Reads to the end of the log and says where its last record of ours is. */
  look(): Promise<bigint>;
  /** The feed has come alive, or died. */
  changed(): void;
}

/** The time that a subscription found behind may still take to deliver, in ms. */
const GRACE_MS = 250;
const BACKOFF_MS = [50, 3_000] as const;

/**
 * The one subscription of a process to the log. It begins again after an error, after an end without one, and when it has
 * gone silent: when for some time nothing came, the log is looked at, and it must not have gone on without it.
 */
export class Feed {
  /** Whether new events come by themselves. */
  isLive = false;
  #stopping = new AbortController();
  #running = false;

  constructor(
    private readonly connection: Connection,
    private readonly followed: FeedListener,
    /** In ms: the longest silence in which nothing is suspected. */
    private readonly watchAfter: number,
  ) {}

  start(): void {
    if (this.#running || this.#stopping.signal.aborted) return;
    this.#running = true;
    void this.#keepFollowing();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #keepFollowing(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause: number = BACKOFF_MS[0]; !signal.aborted; pause = Math.min(pause * 2, BACKOFF_MS[1])) {
      const lived = await this.#follow();
      if (lived) pause = BACKOFF_MS[0];
      this.isLive = false;
      this.followed.changed();
      await sleep(pause * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Until it ends, for any reason. Answers whether it ever lived. */
  async #follow(): Promise<boolean> {
    const { client, gone } = this.connection.current;
    const ended = new AbortController();
    const end = AbortSignal.any([ended.signal, gone, this.#stopping.signal]);
    const from = this.followed.from();
    let [lived, heardAt, last] = [false, performance.now(), from ? lastUpTo(from) : -1n];
    const subscription = client.subscribeToAll({
      fromPosition: from ?? START,
      filter: streamNameFilter({
        prefixes: this.followed.prefixes,
        // An error thrown in here kills the process.
        checkpointReached: (_, place) => {
          try {
            heardAt = performance.now();
            // Events may still be on their way from the client to us.
            if (subscription.readableLength === 0) this.followed.reach(place);
          } catch {
            ended.abort();
          }
        },
      }),
    });
    subscription
      .on('data', ({ event }) => {
        if (!event || end.aborted) return;
        try {
          heardAt = performance.now();
          last = event.position.commit;
          this.followed.take(event);
        } catch {
          ended.abort();
        }
      })
      .on('confirmation', () => {
        lived = this.isLive = true;
        this.followed.changed();
      })
      .on('error', () => ended.abort())
      .on('end', () => ended.abort())
      .on('close', () => ended.abort());
    const confirmed = setTimeout(() => {
      if (!lived) this.connection.discard(client);
    }, this.connection.deadline);
    try {
      while (!end.aborted) {
        await sleep(this.watchAfter / 4, undefined, { signal: end, ref: false }).catch(() => {});
        if (end.aborted || performance.now() - heardAt < this.watchAfter) continue;
        const commit = await this.followed.look().catch(() => -1n);
        if (last < commit) await sleep(GRACE_MS, undefined, { signal: end, ref: false }).catch(() => {});
        if (last < commit && commit >= 0n && performance.now() - heardAt >= this.watchAfter) break;
        heardAt = performance.now();
      }
    } finally {
      clearTimeout(confirmed);
      subscription.unsubscribe().catch(() => {});
      subscription.destroy();
    }
    return lived;
  }
}
