/** The holder of a bearer token: one of ours, or one that the identity provider has signed. */
import type { KnownTokens } from '#access';
import { Tokens, type Principal } from '#platform';
import { isProvidersToken, type Provider } from './provider.js';

export class Bearers extends Tokens {
  constructor(
    private readonly own: KnownTokens,
    private readonly provider: Provider | null,
  ) {
    super();
  }

  async principalOf(token: string, actingFor?: string): Promise<Principal | null> {
    return this.provider && isProvidersToken(token)
      ? this.provider.principalOf(token, actingFor)
      : this.own.principalOf(token, actingFor);
  }

  async whyNot(token: string): Promise<string> {
    return this.provider && isProvidersToken(token) ? this.provider.whyNot() : this.own.whyNot(token);
  }
}
