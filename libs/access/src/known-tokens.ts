/** A cache of the holders of tokens, valid until somebody's rights may have changed. */
import { LRUCache } from 'lru-cache';
import { principalAt, type Principal, type Tokens } from '#platform';
import { hashOf, type AccessStore, type TokenHolder } from './access-store.js';

/** The interval at which the last use of a token is noted. */
const NOTED_MS = 60_000;
const MOST = 10_000;

/**
 * Asks a store whose a token is, and does not ask again before somebody's rights have changed. A change by this process counts
 * at once. The store's mark, which tells those by other processes, is looked at every `marksHoldMs`: so long may a token that
 * another process has revoked still be taken. Whether it has expired, and which roles its account has now, is judged each time.
 */
export class KnownTokens implements Tokens {
  /** By hash. What is nobody's is not kept. */
  #known = new LRUCache<string, TokenHolder>({ max: MOST });
  #lookedAt = -Infinity;
  #mark: unknown;
  #ownChanges = 0;
  /** When the last use of a token was noted, by its id. */
  readonly #noted = new LRUCache<string, number>({ max: MOST });

  constructor(
    private readonly store: Pick<AccessStore, 'holderOf' | 'mark' | 'marksHoldMs' | 'ownChanges' | 'used'>,
    /** Whether the tokens of the demo are taken. */
    private readonly demo = false,
  ) {}

  async principalOf(token: string, actingFor?: string): Promise<Principal | null> {
    const holder = await this.holderOf(token);
    return holder && principalAt(holder, actingFor, Date.now());
  }

  /** The holder of a token that can be used now. */
  async holderOf(token: string): Promise<TokenHolder | null> {
    const holder = await this.#kept(token);
    const now = Date.now();
    if (!holder || now >= holder.expires || (holder.demo && !this.demo)) return null;
    if (now - (this.#noted.get(holder.token) ?? 0) >= NOTED_MS) this.#note(holder.token, now);
    return holder;
  }

  async #kept(token: string): Promise<TokenHolder | null> {
    const now = performance.now();
    if (now - this.#lookedAt >= this.store.marksHoldMs) {
      const mark = await this.store.mark();
      if (mark !== this.#mark) this.#forget();
      [this.#mark, this.#lookedAt] = [mark, now];
    }
    if (this.store.ownChanges !== this.#ownChanges) this.#forget();
    // The answer is kept with the state known by now: a change meanwhile makes it void.
    const known = this.#known;
    const hash = hashOf(token);
    const kept = known.get(hash);
    if (kept) return kept;
    const holder = await this.store.holderOf(token);
    if (holder) known.set(hash, holder);
    return holder;
  }

  /** Nobody waits for it, and nobody is refused when it fails. */
  #note(id: string, now: number): void {
    this.#noted.set(id, now);
    void this.store.used(id, new Date(now).toISOString()).catch(() => this.#noted.delete(id));
  }

  #forget(): void {
    this.#known = new LRUCache({ max: MOST });
    this.#ownChanges = this.store.ownChanges;
  }
}
