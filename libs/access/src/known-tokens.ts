/** A cache of the owners of tokens, valid until a token may have been revoked. */
import { LRUCache } from 'lru-cache';
import type { Principal, Tokens } from '#platform';
import { hashOf, type AccessStore } from './access-store.js';

/**
 * Asks a store whose a token is, and does not ask again before the store's mark has changed. The mark is looked at every
 * `marksHoldMs`: so long may a token that another process has revoked still be taken.
 */
export class KnownTokens implements Tokens {
  /** By hash. What is nobody's is not kept. */
  #known = new LRUCache<string, Principal>({ max: 10_000 });
  #lookedAt = -Infinity;
  #mark: unknown;

  constructor(private readonly store: Pick<AccessStore, 'principalOf' | 'tokensMark' | 'marksHoldMs'>) {}

  async principalOf(token: string): Promise<Principal | null> {
    const now = performance.now();
    if (now - this.#lookedAt >= this.store.marksHoldMs) {
      const mark = await this.store.tokensMark();
      if (mark !== this.#mark) this.#known = new LRUCache({ max: 10_000 });
      [this.#mark, this.#lookedAt] = [mark, now];
    }
    // The answer is kept with the state known by now: a change meanwhile makes it void.
    const known = this.#known;
    const hash = hashOf(token);
    const kept = known.get(hash);
    if (kept) return kept;
    const principal = await this.store.principalOf(token);
    if (principal) known.set(hash, principal);
    return principal;
  }
}
