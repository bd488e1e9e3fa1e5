/** A cache of the owners of tokens, valid until a token may have been revoked. */
import { LRUCache } from 'lru-cache';
import type { Principal, Tokens } from '#platform';
import { hashOf, type AccessStore } from './access-store.js';

/**
 * Asks a store whose a token is, and does not ask again before a token was revoked. A revocation by this process counts at
 * once. The store's mark, which tells those by other processes, is looked at every `marksHoldMs`: so long may a token that
 * another process has revoked still be taken.
 */
export class KnownTokens implements Tokens {
  /** By hash. What is nobody's is not kept. */
  #known = new LRUCache<string, Principal>({ max: 10_000 });
  #lookedAt = -Infinity;
  #mark: unknown;
  #ownRevocations = 0;

  constructor(
    private readonly store: Pick<AccessStore, 'principalOf' | 'tokensMark' | 'marksHoldMs' | 'ownRevocations'>,
  ) {}

  async principalOf(token: string): Promise<Principal | null> {
    const now = performance.now();
    if (now - this.#lookedAt >= this.store.marksHoldMs) {
      const mark = await this.store.tokensMark();
      if (mark !== this.#mark) this.#forget();
      [this.#mark, this.#lookedAt] = [mark, now];
    }
    if (this.store.ownRevocations !== this.#ownRevocations) this.#forget();
    // The answer is kept with the state known by now: a change meanwhile makes it void.
    const known = this.#known;
    const hash = hashOf(token);
    const kept = known.get(hash);
    if (kept) return kept;
    const principal = await this.store.principalOf(token);
    if (principal) known.set(hash, principal);
    return principal;
  }

  #forget(): void {
    this.#known = new LRUCache({ max: 10_000 });
    this.#ownRevocations = this.store.ownRevocations;
  }
}
