/** The log under test, as the store contract sees it. */
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
