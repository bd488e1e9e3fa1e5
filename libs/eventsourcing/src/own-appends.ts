/** Events that this process has just appended, given to its own subscribers, so that they need not read them from the log. */
import { PAGE_BYTES } from './event-store.js';
import type { Envelope } from './events.js';

/** How many events may wait for a subscriber; one that is further behind reads the log. */
const MAX_WAITING_EVENTS = 1_000;

interface Handed {
  /** The position at which the log ended when these were written. */
  readonly after: string | null;
  readonly events: readonly Envelope[];
}

/**
 * The log stays the only source of order: a subscriber takes events from here only if they follow right on its last
 * one. Events that another process has written in between, and those dropped here, it reads from the log.
 */
export class OwnAppends {
  readonly #subscribers = new Set<OwnAppendsOf>();

  /** Whether there is anybody to take events. */
  get wanted(): boolean {
    return this.#subscribers.size > 0;
  }

  subscriber(): OwnAppendsOf {
    const subscriber = new OwnAppendsOf(() => this.#subscribers.delete(subscriber));
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  /**
   * Events that are durable now.
   * @param after the end of the log before them, as seen by the transaction that wrote them
   */
  give(after: string | null, events: readonly Envelope[]): void {
    if (events.length === 0 || eventsWeight(events) > PAGE_BYTES) return;
    for (const one of this.#subscribers) one.take({ after, events });
  }

  /** A blanked event is not given from memory. */
  forget(): void {
    for (const one of this.#subscribers) one.forget();
  }
}

class OwnAppendsOf {
  #waiting: Handed[] = [];
  #events = 0;

  constructor(readonly leave: () => void) {}

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  take(handed: Handed): void {
    if (this.#events + handed.events.length > MAX_WAITING_EVENTS) this.forget();
    this.#waiting.push(handed);
    this.#events += handed.events.length;
  }

  forget(): void {
    [this.#waiting, this.#events] = [[], 0];
  }

  /** Up to `limit` events that follow right on a position; none: the next events must be read. */
  next(after: string | null, limit: number): readonly Envelope[] | undefined {
    for (;;) {
      const first = this.#waiting[0];
      if (!first || Number(first.after) > Number(after)) return undefined;
      this.#waiting.shift();
      this.#events -= first.events.length;
      if (first.after === after && first.events.length <= limit) return first.events;
    }
  }
}

const eventsWeight = (events: readonly Envelope[]): number =>
  events.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
