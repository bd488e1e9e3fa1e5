/** The end of the log, followed once for all of a process who follow it: a thousand of them cost as much as one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import { isBlanked } from './blanking.js';
import type { EventStore } from './event-store.js';
import type { Envelope } from './events.js';

/** The number of events read at once: few, as each who follows may have so many in memory. */
const BATCH_SIZE = 100;
/** The time for which batches are kept for those who are a little behind, and the most that are kept. */
const [KEPT_MS, BATCHES_KEPT] = [1_000, 16];
/** The time without news after which a subscriber looks itself. */
const MAX_SUBSCRIBER_WAIT_MS = 60_000;

interface Batch {
  /** The position that it follows. */
  readonly after: string | null;
  readonly events: readonly Envelope[];
  readonly at: number;
}

export class Tail {
  readonly #arrivals = new Arrivals();
  #followers = 0;
  #following: AbortController | undefined;
  #batches: Batch[] = [];
  /** The number of arrivals and failures of the tail. */
  #news = 0;

  constructor(private readonly store: EventStore) {}

  /**
   * Follows the log after a position for ever: batches in commit order, nothing skipped; ends when the signal aborts. All
   * who are at the same position are given the same batch.
   * @throws StoreUnavailable when the log cannot be read
   */
  async *subscribe(after: string | null, signal: AbortSignal): AsyncGenerator<readonly Envelope[]> {
    this.#followers++;
    try {
      for (let news = -1; !signal.aborted;) {
        this.#follow();
        const kept = this.#kept(after);
        const before = this.#news;
        // Without news since the last look there is nothing to look for.
        const batch = kept ?? (news === before ? [] : await this.store.readAll(after, BATCH_SIZE));
        news = before;
        if (batch.length > 0) {
          yield batch;
          [after, news] = [batch.at(-1)!.position, kept ? news : -1];
        } else if (before === this.#news) {
          await this.#arrivals.next(MAX_SUBSCRIBER_WAIT_MS, signal);
          if (before === this.#news) news = -1;
        }
      }
    } finally {
      if (--this.#followers === 0) this.#following?.abort();
    }
  }

  #kept(after: string | null): readonly Envelope[] | undefined {
    const since = performance.now() - KEPT_MS;
    return this.#batches.findLast((batch) => batch.after === after && batch.at >= since)?.events;
  }

  #follow(): void {
    if (this.#following) return;
    const following = (this.#following = new AbortController());
    void this.#run(following.signal).finally(() => {
      this.#following = undefined;
      this.#batches = [];
      this.#tell();
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      let after = await this.store.head();
      this.#tell();
      for await (const events of this.store.subscribe(after, signal, BATCH_SIZE)) {
        // A blanked event is not given from memory.
        if (events.some(isBlanked)) this.#batches = [];
        this.#batches = [...this.#batches.slice(1 - BATCHES_KEPT), { after, events, at: performance.now() }];
        after = events.at(-1)!.position;
        this.#tell();
      }
    } catch {
      // A follower finds out by reading; soon after that it tries again.
      await sleep(100);
    }
  }

  #tell(): void {
    this.#news++;
    this.#arrivals.tell();
  }
}
