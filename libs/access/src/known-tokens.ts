/** The holders of tokens, each asked for once. */
import { LRUCache } from 'lru-cache';
import { principalAt, type Principal, type Tokens } from '#platform';
import type { AccessStore, TokenHolder } from './access-store.js';
import { UntilChanged } from './until-changed.js';

/** The interval at which the last use of a token is noted. */
const LAST_USE_INTERVAL_MS = 60_000;
const MAX_NOTED_TOKENS = 10_000;

/**
 * Asks a store whose a token is, and does not ask again before somebody's rights have changed (`UntilChanged`). Whether it has
 * expired, and which roles its account has now, is judged each time.
 */
export class KnownTokens implements Tokens {
  readonly #known: UntilChanged<TokenHolder>;
  /** When the last use of a token was noted, by its id. */
  readonly #noted = new LRUCache<string, number>({ maxSize: MAX_NOTED_TOKENS, sizeCalculation: () => 1 });

  constructor(
    private readonly store: Pick<
      AccessStore,
      'holderOf' | 'tokenOf' | 'secrets' | 'mark' | 'marksHoldMs' | 'ownChanges' | 'used'
    >,
    /** Whether the tokens of the demo are taken. */
    private readonly demo = false,
  ) {
    this.#known = new UntilChanged(store);
  }

  async principalOf(token: string, actingFor?: string): Promise<Principal | null> {
    const holder = await this.holderOf(token);
    return holder && principalAt(holder, actingFor, Date.now());
  }

  async whyNot(token: string): Promise<string> {
    const known = await this.store.tokenOf(token);
    if (!known) return 'The token is unknown.';
    if (known.revoked !== null) return `The token was revoked on ${known.revoked.slice(0, 10)}.`;
    if (known.expires <= new Date().toISOString()) return `The token expired on ${known.expires.slice(0, 10)}.`;
    return known.demo && !this.demo
      ? 'The token is of the demo, and taken by no other server.'
      : 'The account of the token has no role now.';
  }

  /** The holder of a token that can be used now. */
  async holderOf(token: string): Promise<TokenHolder | null> {
    const holder = await this.#known.get(this.store.secrets.of(token), () => this.store.holderOf(token));
    const now = Date.now();
    if (!holder || now >= holder.expires || (holder.demo && !this.demo)) return null;
    if (now - (this.#noted.get(holder.token) ?? 0) >= LAST_USE_INTERVAL_MS) this.#note(holder.token, now);
    return holder;
  }

  /** Nobody waits for it, and nobody is refused when it fails. */
  #note(id: string, now: number): void {
    this.#noted.set(id, now);
    void this.store.used(id, new Date(now).toISOString()).catch(() => this.#noted.delete(id));
  }
}
