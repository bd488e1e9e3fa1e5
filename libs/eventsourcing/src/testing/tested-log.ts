/** The log under test, as the store contract sees it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from '../event-store.js';

/** One log of the kind under test, empty at first. */
export interface TestedLog {
  /** Opens one more connection, as another process would; `now` is the clock it stamps events with. */
  connect(now?: () => number): Promise<EventStore>;
  /** Makes the next write succeed but its answer get lost. */
  loseNextAnswer(): void;
  /** Closes every connection and removes the log. */
  remove(): Promise<void>;
}

/** Limits count turns that this process was given: on a busy machine these come later, and the limit with them. */
export const TURN_MS = 5;
/** A clock of such turns, in ms of a machine that has nothing else to do. */
export class Turns {
  #count = 0;
  readonly #turning = setInterval(() => this.#count++, TURN_MS);

  get ms(): number {
    return this.#count * TURN_MS;
  }

  end(): number {
    clearInterval(this.#turning);
    return this.ms;
  }
}

/** So many ms, on a machine that has nothing else to do, or until `signal` is aborted. */
export async function idleTime(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal?.aborted; left -= TURN_MS) await sleep(TURN_MS, undefined, { ref: false });
}
