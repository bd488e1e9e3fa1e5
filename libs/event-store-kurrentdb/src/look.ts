/** Looks at the end of the log, so that a process knows the events of others. */
import { type Position } from '@kurrent/kurrentdb-client';
import { type Arrivals } from '#eventsourcing';
import { type Feed } from './feed.js';
import { type KnownLog } from './known.js';
import { RECORDS_PER_READ, type LogReader } from './log-reader.js';
import { commitOf, type Names } from './records.js';

/** The time that a look waits for the feed before it reads the log, in ms. */
const FEED_WAIT_MS = 30;
/** The greatest distance of our last event from the end at which it is searched from the end, in bytes of the server's log. */
const FAR_BYTES = 500_000n;
/** The interval at which the reach of foreign events is measured, in ms. */
const REACH_INTERVAL_MS = 2_000;

interface LookContext {
  readonly reader: LogReader;
  readonly known: KnownLog;
  readonly names: Names;
  readonly feed: Feed;
  readonly arrivals: Arrivals;
  /** There is more to be seen. */
  gained(): void;
  /** A look has ended. @param began of `performance.now()` */
  looked(began: number): void;
}

export class LogLook {
  /** The look that is under way, and the one that begins after it. */
  #now: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #reachedAt = 0;
  readonly #never = new AbortController().signal;

  constructor(private readonly at: LookContext) {}

  /** Ends once everything is known that was acknowledged, to whomever, before the call. All who wait share one look. */
  take(): Promise<void> {
    if (!this.#now) return this.#begin();
    // The one under way may have begun to read before the call.
    this.#next ??= this.#now
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#begin();
      });
    return this.#next;
  }

  #begin(): Promise<void> {
    const began = performance.now();
    this.#now = this.#once()
      .then(() => this.at.looked(began))
      .finally(() => (this.#now = null));
    return this.#now;
  }

  async #once(): Promise<void> {
    const { reader, known, names, feed } = this.at;
    if (feed.isLive && (await this.#isFed())) return;
    const end = performance.now() > this.#reachedAt + REACH_INTERVAL_MS ? await this.#end() : null;
    for (let [count, isAll] = [RECORDS_PER_READ, false]; !isAll; count = 4 * RECORDS_PER_READ) {
      const { reached: from } = known;
      const { prefixes } = names;
      const some = await (count === RECORDS_PER_READ
        ? reader.someRecords({ prefixes, from, count })
        : reader.manyRecords(from, count, prefixes));
      const isNew = some.records.map((record) => known.take(record));
      if (isNew.some(Boolean)) this.at.gained();
      isAll = some.isAll;
    }
    if (end) known.reach(end);
  }

  /** Whether the feed will soon bring the present last event of the log. */
  async #isFed(): Promise<boolean> {
    const { reader, known, names, feed, arrivals } = this.at;
    const { reached, commit: last } = known;
    // With much of others since, it is far back.
    if (!reached || reached.commit - last > FAR_BYTES) return false;
    const { prefixes } = names;
    const [record] = await reader.records({ prefixes, from: null, backwards: true, count: 1 });
    const commit = record ? commitOf(record).commit : -1n;
    for (const end = performance.now() + FEED_WAIT_MS; known.commit < commit;) {
      const left = end - performance.now();
      if (left <= 0 || !feed.isLive) return false;
      await arrivals.next(left, this.#never);
    }
    return true;
  }

  /** The end of the server's log, whichever process wrote the last record. */
  async #end(): Promise<Position | null> {
    this.#reachedAt = performance.now();
    const [last] = await this.at.reader.records({ from: null, backwards: true, count: 1 });
    return last ? commitOf(last) : null;
  }
}
