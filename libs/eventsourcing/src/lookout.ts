/** A lookout for work that new events bring: it looks after an event, after a call, and from time to time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import type { EventStore } from './event-store.js';
import type { Envelope } from './events.js';
import { Tail } from './tail.js';

interface Looking {
  /** Does all that is due, and logs its own failures. */
  readonly look: () => Promise<void>;
  /** The interval between looks, where nothing is recorded. */
  readonly everyMs: number;
  /** The pause after a look, in ms: events of so short a time are looked at together. */
  readonly pauseMs: number;
  /** The wait before a log that cannot be read is followed again. */
  readonly againMs?: number;
  /** Is told the events after a position, before the look that they bring. */
  readonly hears?: (after: string | null, batch: readonly Envelope[]) => void;
}

/** Wakes a worker from time to time; a call that comes while it works is not forgotten. */
class Bell {
  readonly #arrivals = new Arrivals();
  #rung = false;

  ring(): void {
    if (this.#rung) return;
    this.#rung = true;
    this.#arrivals.tell();
  }

  /** Waits until it is rung, for `ms` at most; ends at once when the signal aborts, or it was rung since the last wait. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung) await this.#arrivals.next(ms, signal);
    this.#rung = false;
  }
}

export class Lookout {
  readonly #stopping = new AbortController();
  readonly #bell = new Bell();
  #running: Promise<unknown> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly looking: Looking,
  ) {}

  /** Aborts when it is stopped: a look that is under way ends soon. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Begins; a second call changes nothing. */
  start(): void {
    this.#running ??= Promise.all([this.#run(), this.#follow()]);
  }

  /** Looks at once. */
  look(): void {
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { look, everyMs, pauseMs } = this.looking;
    while (!this.signal.aborted) {
      await look();
      await this.#pause(pauseMs);
      await this.#bell.next(everyMs, this.signal);
    }
  }

  async #follow(): Promise<void> {
    const tail = new Tail(this.store);
    const { hears, againMs = 1_000 } = this.looking;
    while (!this.signal.aborted)
      try {
        let after = await this.store.head();
        for await (const batch of tail.subscribe(after, this.signal)) {
          hears?.(after, batch);
          after = batch.at(-1)!.position;
          this.look();
        }
      } catch {
        await this.#pause(againMs);
      }
  }

  #pause(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.signal, ref: false }).catch(() => undefined);
  }
}
