/** A real OpenID Connect provider on a port of its own, whose people sign in without being asked. */
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Adapter, type AdapterPayload } from 'oidc-provider';

export const AUDIENCE = 'https://followthrough.example.org/v1';
export const CLIENT = { id: 'followthrough', secret: 'a-secret-of-the-test' };
/** A program that asks for tokens by itself. */
export const PROGRAM = { id: 'uploader', secret: 'another-secret-of-the-test' };

/** The memory of a provider, as long as it runs. */
class Kept implements Adapter {
  constructor(
    private readonly model: string,
    private readonly all: Map<string, AdapterPayload>,
  ) {}

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.all.set(`${this.model} ${id}`, payload);
  }
  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.all.get(`${this.model} ${id}`);
  }
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...this.all.values()].find((one) => one.uid === uid);
  }
  async findByUserCode(): Promise<undefined> {}
  async consume(id: string): Promise<void> {
    this.all.get(`${this.model} ${id}`)!['consumed'] = true;
  }
  async destroy(id: string): Promise<void> {
    this.all.delete(`${this.model} ${id}`);
  }
  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, one] of this.all) if (one.grantId === grantId) this.all.delete(id);
  }
}

const SECONDS = 600;

export interface TestPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

export class TestProvider {
  /** By subject. */
  readonly people = new Map<string, TestPerson>();
  /** The groups of the program, in its tokens. */
  programGroups: readonly string[] = [];
  /** The subject that signs in next. */
  signsIn = '';
  /** How often its keys were asked for. */
  keysAsked = 0;
  #provider: Provider;
  readonly #kept = new Map<string, AdapterPayload>();
  #key: CryptoKey;

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
    private readonly comesBackTo: string,
  ) {}

  /** @param comesBackTo where people are sent after they have signed in */
  static async start(comesBackTo: string): Promise<TestProvider> {
    const server = createServer();
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    const started = new TestProvider(server, issuer, comesBackTo);
    await started.changeKeys();
    server.on('request', (request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/jwks')) started.keysAsked++;
      if (!url.startsWith('/interaction/')) void started.#provider.callback()(request, response);
      else void started.#provider.interactionFinished(request, response, { login: { accountId: started.signsIn } });
    });
    return started;
  }

  /** From now on it signs with another key, and knows the former ones no more. */
  async changeKeys(): Promise<void> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    this.#key = privateKey;
    const key: JWK = { ...(await exportJWK(privateKey)), kid: `key-${Date.now()}`, use: 'sig', alg: 'RS256' };
    this.kid = key.kid!;
    this.#provider = this.#with(key);
  }
  kid = '';

  #with(key: JWK): Provider {
    const { issuer, comesBackTo, people } = this;
    return new Provider(issuer, {
      adapter: (model) => new Kept(model, this.#kept),
      ttl: Object.fromEntries(
        ['AccessToken', 'ClientCredentials', 'Grant', 'IdToken', 'Interaction', 'Session'].map((one) => [one, SECONDS]),
      ),
      jwks: { keys: [key as never] },
      cookies: { keys: ['test'] },
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [comesBackTo],
          post_logout_redirect_uris: [`${new URL(comesBackTo).origin}/`],
          backchannel_logout_uri: `${new URL(comesBackTo).origin}/sign-in/provider/left`,
        },
        {
          client_id: PROGRAM.id,
          client_secret: PROGRAM.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
      // Every caller is let through: the tests are of our side.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      // It refuses addresses of this machine, where we are.
      fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as RequestInit),
      extraTokenClaims: () => ({ groups: this.programGroups }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: { enabled: true, logoutSource: (context, form) => void (context.body = form) },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, resource) => ({
            scope: 'read report record',
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: SECONDS,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
  }

  /** A token as it gives it to the program. */
  async tokenOfProgram(audience = AUDIENCE, scope = 'report'): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${PROGRAM.id}:${PROGRAM.secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope }),
    });
    const { access_token } = (await response.json()) as { access_token?: string };
    if (!access_token) throw new Error(`The provider gave no token: ${response.status}`);
    return access_token;
  }

  /** A token signed with its present key that it would not give. */
  forged(claims: JWTPayload): Promise<string> {
    return new SignJWT({ iss: this.issuer, aud: AUDIENCE, sub: PROGRAM.id, groups: this.programGroups, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'at+jwt' })
      .sign(this.#key);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((done) => void this.server.close(() => done()));
  }
}
