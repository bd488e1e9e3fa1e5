/** Sign-in through an OpenID Connect provider: people by the authorization code flow, programs by its signed tokens. */
import { Logger } from '@nestjs/common';
import { Mutex } from 'async-mutex';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Configuration } from 'openid-client';
import { UntilChanged, type AccessStore } from '#access';
import { Rejected, StoreUnavailable } from '#eventsourcing';
import { principalAt, type Holder, type Principal } from '#platform';
import { SCOPES } from '#words';
import { rolesOfClaims, type TokenClaims, type RoleRule } from './claims.js';
import type { Once } from './once.js';
import type { AtProvider } from './sessions.js';

export interface ProviderSettings {
  /** Its address, as it calls itself in its tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** `null`: a client without a secret, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** The audience of tokens for our API; `null`: none is taken. */
  readonly audience: string | null;
  readonly roles: readonly RoleRule[];
  /** As people know it. */
  readonly name: string;
}

/** Somebody who came back from the provider. */
interface Arrived {
  readonly account: string;
  /** The page that was asked for. */
  readonly to: string;
  readonly there: AtProvider;
}

/** The actor of appointments that the provider gave or ended. */
const BY_PROVIDER = 'provider';

/** The time that the provider may take. */
const SIGN_IN_TIMEOUT_MS = 10 * 60_000;
/** The signatures that are taken: with a key pair, never with a shared secret, and never none. */
const SIGNATURE_ALGORITHMS = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'Ed25519',
  'RS384',
  'RS512',
  'PS384',
  'PS512',
  'ES384',
  'ES512',
];
/** A fresh sign-in needs one at the provider within so many seconds. */
const MAX_SIGN_IN_AGE_S = 60;
/** The event of a logout token, and how old it may be. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const MAX_LOGOUT_TOKEN_AGE_S = 120;
/** The clocks of two machines may differ by so much. */
const MAX_CLOCK_SKEW_S = 30;

export interface Patience {
  /** At most so often are its keys asked for again because of a token with an unknown one. */
  readonly keysAgainMs: number;
  /** For so long its keys are used without asking again. */
  readonly keysKeptMs: number;
}

/** A token of the provider, as opposed to one of ours. */
export const isProvidersToken = (token: string): boolean => token.split('.').length === 3;

type RoleForAgency = Pick<RoleRule, 'role' | 'agency'>;

export class Provider {
  #found: Promise<Configuration> | undefined;
  #keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  readonly #known: UntilChanged<Holder>;
  readonly #oneAtATime = new Mutex();
  readonly #logger = new Logger('Provider');

  constructor(
    readonly settings: ProviderSettings,
    private readonly publicUrl: string,
    private readonly access: AccessStore,
    private readonly once: Once,
    private readonly patience: Patience = { keysAgainMs: 10_000, keysKeptMs: 600_000 },
  ) {
    this.#known = new UntilChanged(access);
  }

  /** Where the provider sends people back to. */
  get comesBackTo(): string {
    return `${this.publicUrl}/sign-in/provider/return`;
  }

  /**
   * The address at the provider where somebody signs in.
   * @param browser a secret of the browser, which must come back with the answer
   * @param to the page that is wanted
   * @param again whether the person must show there again who it is, unless that was just now
   * @throws StoreUnavailable where the provider does not answer
   */
  async begin(browser: string, to: string, again = false): Promise<URL> {
    const client = await import('openid-client');
    const config = await this.#configuration();
    const verifier = client.randomPKCECodeVerifier();
    const nonce = client.randomNonce();
    const state = await this.once.make('provider', {
      browser,
      kept: { verifier, nonce, to, again },
      forMs: SIGN_IN_TIMEOUT_MS,
    });
    return client.buildAuthorizationUrl(config, {
      redirect_uri: this.comesBackTo,
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce, ...(again && { max_age: String(MAX_SIGN_IN_AGE_S) }) },
    });
  }

  /**
   * @param query the provider's answer
   * @throws Rejected `forbidden` if it is an answer to no question of this browser, the provider has refused, or the
   * person has no account here
   */
  async finish(query: URLSearchParams, browser: string | undefined): Promise<Arrived> {
    const state = query.get('state');
    const begun = state && browser ? await this.once.take('provider', state, browser) : null;
    if (!state || !begun)
      throw new Rejected(
        'forbidden',
        'This sign-in was begun elsewhere, was used already, or took too long. Try again.',
      );
    const { to, ...asked } = begun.kept as { verifier: string; nonce: string; to: string; again: boolean };
    const claims = await this.#claims(query, { state, ...asked });
    const account = await this.#accountOf(claims, 'person');
    if (!account)
      throw new Rejected(
        'forbidden',
        `${this.settings.name} knows you, but nobody has given you an account here. Ask the secretariat for an invitation.`,
      );
    const { auth_time: at, sid } = claims;
    const there = {
      proven: typeof at === 'number' ? at * 1_000 : null,
      session: typeof sid === 'string' ? sid : null,
    };
    return { account, to, there };
  }

  async #claims(
    query: URLSearchParams,
    { state, verifier, nonce, again }: { state: string; verifier: string; nonce: string; again: boolean },
  ): Promise<TokenClaims> {
    const client = await import('openid-client');
    const config = await this.#configuration();
    try {
      const tokens = await client.authorizationCodeGrant(config, new URL(`${this.comesBackTo}?${query}`), {
        ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
        ...(again && { maxAge: MAX_SIGN_IN_AGE_S }),
      });
      const claims = tokens.claims()!;
      const { issuer, clientId } = this.settings;
      // Its signature is checked, although it came by TLS.
      if (!(await this.#verified(tokens.id_token!, { issuer, audience: clientId })))
        throw new Error('its statement is not signed by a key that it names');
      const more = config.serverMetadata().userinfo_endpoint
        ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
        : {};
      return { ...more, ...claims };
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (isAway(error)) throw unreachable(this.settings.name, error);
      this.#logger.warn(`${this.settings.name} did not sign somebody in: ${reasonOf(error)}`);
      throw new Rejected('forbidden', `${this.settings.name} did not sign you in.`);
    }
  }

  /** The address at the provider where somebody signs out there, too; `null`: it has none. */
  async leave(): Promise<URL | null> {
    const client = await import('openid-client');
    const config = await this.#configuration().catch(() => null);
    if (!config?.serverMetadata().end_session_endpoint) return null;
    return client.buildEndSessionUrl(config, { post_logout_redirect_uri: `${this.publicUrl}/` });
  }

  /**
   * The person who has signed out at the provider, by a logout token (OpenID Connect Back-Channel Logout 1.0).
   * @throws Rejected `bad_request` where it is none that this provider has signed for us just now, or came before
   */
  async leaves(token: string): Promise<{ readonly account: string | null; readonly session: string | null }> {
    const { issuer, clientId } = this.settings;
    const claims = await this.#verified(token, { issuer, audience: clientId }, ['iat', 'jti', 'events']);
    const events = (claims?.['events'] ?? {}) as Record<string, unknown>;
    const isOne =
      typeof events[LOGOUT_EVENT] === 'object' && events[LOGOUT_EVENT] !== null && claims?.['nonce'] === undefined;
    const isNow = Math.abs(Date.now() / 1_000 - (claims?.iat ?? 0)) < MAX_LOGOUT_TOKEN_AGE_S;
    const { sub, sid } = (claims ?? {}) as { sub?: unknown; sid?: unknown };
    const session = typeof sid === 'string' ? sid : null;
    if (!isOne || !isNow || (session === null && typeof sub !== 'string'))
      throw new Rejected('bad_request', 'This is no logout token for this server.');
    if (!(await this.once.isFirst('logout', `${issuer} ${String(claims?.jti)}`, 2 * MAX_LOGOUT_TOKEN_AGE_S * 1_000)))
      throw new Rejected('bad_request', 'This logout token was used already.');
    const account = typeof sub === 'string' ? await this.access.accounts.byIdentity(issuer, sub) : null;
    return { account, session };
  }

  /**
   * The principal of a token of the provider, which must be signed by one of its keys, be for us, and not be over.
   * @param actingFor as `principalAt` takes it
   */
  async principalOf(token: string, actingFor?: string): Promise<Principal | null> {
    if (this.settings.audience === null) return null;
    const holder = await this.#known.get(this.access.secrets.of(token), () => this.#holderOf(token));
    return holder && principalAt(holder, actingFor, Date.now());
  }

  /** Why a token of the provider is not taken, as far as everybody may know. */
  whyNot(): string {
    const { name, audience } = this.settings;
    return audience === null
      ? `Tokens of ${name} are not taken here: they sign people in on pages.`
      : `The token has expired, ${name} has not signed it for this server, or its holder has no role here.`;
  }

  async #holderOf(token: string): Promise<Holder | null> {
    const { issuer, audience } = this.settings;
    const claims = await this.#verified(token, { issuer, audience: audience! });
    if (!claims) return null;
    const account = await this.#accountOf(claims, 'machine');
    if (!account) return null;
    return this.access.accounts.holder(account, claims.exp! * 1_000, scopesOf(claims));
  }

  async #verified(
    token: string,
    expected: { issuer: string; audience: string },
    requiredClaims = ['sub', 'exp'],
  ): Promise<JWTPayload | null> {
    try {
      const keys = (this.#keys ??= await this.#remoteKeys());
      const { payload } = await jwtVerify(token, keys, {
        ...expected,
        algorithms: SIGNATURE_ALGORITHMS,
        requiredClaims,
        clockTolerance: MAX_CLOCK_SKEW_S,
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || isAway(error)) throw unreachable(this.settings.name, error);
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  async #remoteKeys(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { jwks_uri } = (await this.#configuration()).serverMetadata();
    if (!jwks_uri) throw new StoreUnavailable(`${this.settings.name} names no keys.`);
    const { keysAgainMs, keysKeptMs } = this.patience;
    return createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: keysAgainMs, cacheMaxAge: keysKeptMs });
  }

  /**
   * The account of the person in the claims: the one that has come by this identity before, or was invited by the
   * address that the provider has verified; else a new one, where a rule gives it a role. Its roles by the rules follow
   * the claims.
   */
  #accountOf(claims: TokenClaims, kind: 'person' | 'machine'): Promise<string | null> {
    // Two first requests at once open one account.
    return this.#oneAtATime.runExclusive(() => this.#foundOrOpened(claims, kind));
  }

  async #foundOrOpened(claims: TokenClaims, kind: 'person' | 'machine'): Promise<string | null> {
    const { issuer, roles: rules } = this.settings;
    const { accounts } = this.access;
    const subject = String(claims['sub']);
    const roles = rolesOfClaims(claims, rules);
    const known = await accounts.byIdentity(issuer, subject);
    const account = known ?? (await this.#invited(claims)) ?? (await this.#opened(claims, kind, roles.length > 0));
    if (account === null) return null;
    if (known === null) await accounts.identify(account, issuer, subject);
    await this.#appoint(account, roles);
    return account;
  }

  /** An account by the verified address that nobody of this provider has come to yet: an address may pass to somebody else. */
  async #invited({ email, email_verified }: TokenClaims): Promise<string | null> {
    if (typeof email !== 'string' || email_verified !== true) return null;
    const account = await this.access.accounts.byEmail(email);
    if (account === null) return null;
    const others = await this.access.query(
      'SELECT subject FROM identities WHERE account = ? AND issuer = ?',
      ...[account, this.settings.issuer],
    );
    return others.length === 0 ? account : null;
  }

  async #opened(claims: TokenClaims, kind: 'person' | 'machine', hasRole: boolean): Promise<string | null> {
    if (!hasRole) return null;
    const { email, email_verified, name, sub } = claims;
    const known = typeof email === 'string' && email_verified === true;
    if (known && (await this.access.accounts.byEmail(email)) !== null) return null;
    return this.access.accounts.open({
      kind,
      name: typeof name === 'string' ? name.slice(0, 300) : known ? email : String(sub),
      ...(known && { email }),
      by: BY_PROVIDER,
    });
  }

  /**
   * Gives the roles of the rules that the account lacks, and ends those that the rules gave and no longer give. A role
   * that somebody here has ended stays ended, whatever the claims say.
   */
  async #appoint(account: string, roles: readonly RoleForAgency[]): Promise<void> {
    const { accounts } = this.access;
    const now = new Date().toISOString();
    const all = (await accounts.one(account))?.appointments ?? [];
    const present = all.filter(({ since, until }) => since <= now && (until === null || until > now));
    const taken = all.filter(
      ({ until, appointedBy, relievedBy }) =>
        appointedBy === BY_PROVIDER && relievedBy !== BY_PROVIDER && until !== null && until <= now,
    );
    const same = (a: RoleForAgency) => (b: RoleForAgency) => a.role === b.role && a.agency === b.agency;
    for (const role of roles)
      if (!present.some(same(role)) && !taken.some(same(role)))
        await accounts.appoint(account, { ...role, by: BY_PROVIDER });
    for (const one of present)
      if (one.appointedBy === BY_PROVIDER && !roles.some(same(one))) await accounts.relieve(one.id, BY_PROVIDER);
  }

  #configuration(): Promise<Configuration> {
    this.#found ??= this.#discover().catch((error: unknown) => {
      this.#found = undefined;
      throw unreachable(this.settings.name, error);
    });
    return this.#found;
  }

  async #discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.settings;
    const address = new URL(issuer);
    const here = address.protocol === 'http:' && /^(?:localhost|127\.|\[::1\])/.test(address.hostname);
    return client.discovery(
      address,
      clientId,
      undefined,
      clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret),
      { timeout: 10, ...(here && { execute: [client.allowInsecureRequests] }) },
    );
  }
}

/** The scopes of ours that a token names; one that names none may only read. */
function scopesOf({ scope, scp }: JWTPayload): Holder['scopes'] {
  const named = [scope ?? scp].flat().join(' ').split(' ');
  const ours = SCOPES.filter((one) => named.includes(one));
  return ours.length > 0 ? ours : ['read'];
}

/** Whether an error says that the provider cannot be reached now, and nothing about who asks. */
function isAway(error: unknown): boolean {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const { code, name } = one as { code?: unknown; name: string };
    if (name === 'TimeoutError' || code === 'OAUTH_TIMEOUT') return true;
    if (typeof code === 'string' && /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|UND_ERR_)/.test(code)) return true;
  }
  return false;
}

/** Why an answer of the provider was refused, for the operator. */
const reasonOf = (error: unknown): string => {
  const { message, error: code, error_description: said, cause } = error as Error & Record<string, unknown>;
  const words = [message, code, said, cause instanceof Error ? cause.message : undefined];
  return words.filter((one) => typeof one === 'string').join('; ');
};

const unreachable = (name: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`${name} cannot be reached now.`, { cause });
