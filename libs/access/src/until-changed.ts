/** A memory of a store's answers, valid until somebody's rights may have changed. */
import { LRUCache } from 'lru-cache';
import type { AccessStore } from './access-store.js';

/** For so many, but not from the beginning: `max` would take room for all. */
const CACHE_OPTIONS = { maxSize: 10_000, sizeCalculation: () => 1 };

/**
 * Keeps answers by the hash of a secret (a token, a session). A change by this process counts at once. The store's
 * mark, which shows those by other processes, is read every `marksHoldMs`: so long may a secret that another process
 * has ended still be accepted. An unknown secret is not kept.
 */
export class UntilChanged<A extends object> {
  #known = new LRUCache<string, A>(CACHE_OPTIONS);
  #lookedAt = -Infinity;
  #mark: unknown;
  #ownChanges = 0;

  constructor(private readonly store: Pick<AccessStore, 'mark' | 'marksHoldMs' | 'ownChanges'>) {}

  /** @param ask the store, where the answer is not known */
  async get(hash: string, ask: () => Promise<A | null>): Promise<A | null> {
    const now = performance.now();
    if (now - this.#lookedAt >= this.store.marksHoldMs) {
      const mark = await this.store.mark();
      if (mark !== this.#mark) this.#forgetAll();
      [this.#mark, this.#lookedAt] = [mark, now];
    }
    if (this.store.ownChanges !== this.#ownChanges) this.#forgetAll();
    // The answer is kept with the state known by now: a change meanwhile makes it void.
    const known = this.#known;
    const kept = known.get(hash);
    if (kept) return kept;
    const answer = await ask();
    if (answer) known.set(hash, answer);
    return answer;
  }

  forget(hash: string): void {
    this.#known.delete(hash);
  }

  #forgetAll(): void {
    this.#known = new LRUCache(CACHE_OPTIONS);
    this.#ownChanges = this.store.ownChanges;
  }
}
