import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateSecret, SignJWT, UnsecuredJWT } from 'jose';
import { AccessStore } from '#access';
import { SignIn } from '#sign-in';
import { bearer } from './support/asking.js';
import { AUDIENCE, CLIENT, PROGRAM, TestProvider } from './support/oidc.js';
import { freePort } from './support/postgres.js';
import { TestServer } from './support/server.js';
import { hiddenOf, Visitor, wordsIn, type Visit } from './support/visitor.js';
import { waitUntil } from './support/waiting.js';

let provider: TestProvider;
let server: TestServer;
let access: AccessStore;
let home: string;
let visitor: Visitor;
let subjects = 0;

beforeAll(async () => {
  const port = await freePort();
  home = `http://localhost:${port}`;
  provider = await TestProvider.start(`${home}/sign-in/provider/return`);
  server = await TestServer.start([], {
    ...{ PORT: String(port), PUBLIC_URL: home },
    ...{ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
    ...{ OIDC_AUDIENCE: AUDIENCE, OIDC_NAME: 'Test login' },
    SIGN_IN_LINKS: 'false',
    OIDC_ROLES: 'groups=ft-all: secretariat; groups=ft-iom: focal_point IOM; groups=ft-ilo: alternate ILO',
  });
  access = server.app.get(AccessStore);
});
afterAll(async () => {
  await server.close();
  await provider.close();
});
beforeEach(() => {
  visitor = new Visitor(home);
});

/** Somebody whom the provider knows, and who signs in there next. */
function atProvider(person: Parameters<typeof provider.people.set>[1], subject = `subject-${++subjects}`): string {
  provider.people.set(subject, person);
  provider.signsIn = subject;
  return subject;
}

const accountOf = (subject: string) => access.accounts.byIdentity(provider.issuer, subject);
const signsIn = (by = visitor): Promise<Visit> => by.opens('/sign-in/provider?to=/account');
const rolesOf = async (account: string) =>
  (await access.accounts.one(account))!.appointments
    .filter(({ until }) => until === null)
    .map(({ role, agency }) => (agency ? `${role} ${agency}` : role));

describe('Whoever comes from the provider', () => {
  it('is given an account with the roles that the claims stand for, and has the same one the next time', async () => {
    const ada = { name: 'Ada', email: 'ada@iom.example', email_verified: true };
    const subject = atProvider({ ...ada, groups: ['ft-iom', 'else'] });
    expect(wordsIn(await signsIn())).toContain('for IOM');
    const account = (await accountOf(subject))!;
    expect(await access.accounts.one(account)).toMatchObject({ name: 'Ada', email: 'ada@iom.example', kind: 'person' });
    expect(await rolesOf(account)).toEqual(['focal_point IOM']);
    await signsIn(new Visitor(home));
    expect(await accountOf(subject)).toBe(account);
    expect(await server.app.get(SignIn).sessions.of(account)).toHaveLength(2);
  });

  it('loses the roles that the claims stood for and stand for no more, and keeps those of the secretariat', async () => {
    const subject = atProvider({ groups: ['ft-iom', 'ft-ilo'] });
    await signsIn();
    const account = (await accountOf(subject))!;
    await access.accounts.appoint(account, { role: 'reader', agency: 'DESA' });
    atProvider({ groups: ['ft-ilo'] }, subject);
    await signsIn(new Visitor(home));
    expect((await rolesOf(account)).sort()).toEqual(['alternate ILO', 'reader DESA']);
  });

  it('takes over the account to which its address was invited, where the provider has verified it', async () => {
    const bea = { kind: 'person', name: 'Bea', email: 'bea@ilo.example' } as const;
    const invited = await access.accounts.open(bea, { role: 'focal_point', agency: 'ILO' });
    const claims = { email: 'Bea@ILO.example', email_verified: false };
    atProvider(claims);
    expect((await signsIn()).status).toBe(403);
    const subject = atProvider({ ...claims, email_verified: true });
    expect(wordsIn(await signsIn(new Visitor(home)))).toContain('Bea for ILO');
    expect(await accountOf(subject)).toBe(invited);
    // The address has passed to somebody else.
    atProvider({ ...claims, email_verified: true });
    expect((await signsIn(new Visitor(home))).status).toBe(403);
  });

  it('is let in nowhere without an account and without a claim that gives a role', async () => {
    const subject = atProvider({ name: 'Eve', email: 'eve@evil.example', email_verified: true, groups: ['ft-iom-2'] });
    const page = await signsIn();
    expect([page.status, wordsIn(page)]).toEqual([403, expect.stringContaining('Ask the secretariat')]);
    expect(visitor.cookie('session')).toBeUndefined();
    expect(await accountOf(subject)).toBeNull();
  });

  it('comes by no letter where the settings leave links out', async () => {
    const page = await visitor.opens('/sign-in');
    expect([wordsIn(page).includes('With Test login'), wordsIn(page).includes('By a link')]).toEqual([true, false]);
    expect((await visitor.sends('/sign-in/link', { email: 'bea@ilo.example' })).status).toBe(404);
  });

  it('is told where to sign out there, too', async () => {
    atProvider({ groups: ['ft-iom'] });
    const page = await signsIn();
    const out = await visitor.sends('/sign-in/out', hiddenOf(page.html, '/sign-in/out'));
    const there = /href="([^"]*\/session\/end[^"]*)"/.exec(out.html)![1]!.replaceAll('&amp;', '&');
    expect((await visitor.opens(there)).status).toBe(200);
    expect((await visitor.asks('/account')).status).toBe(303);
  });

  it('is signed out here, too, once it has signed out there: the provider tells us', async () => {
    const [subject, other] = [atProvider({ groups: ['ft-iom'] }), new Visitor(home)];
    await signsIn();
    atProvider({ groups: ['ft-ilo'] });
    await signsIn(other);
    const page = await visitor.opens(`${provider.issuer}/session/end`);
    const action = /action="([^"]+)"/.exec(page.html)![1]!;
    await visitor.sends(action, { ...hiddenOf(page.html, action), logout: 'yes' });
    await waitUntil(async () => (await visitor.asks('/account')).status === 303);
    expect(await accountOf(subject)).not.toBeNull();
    expect((await other.asks('/account')).status).toBe(200);
  });

  it('is signed out by nothing else that is sent in the place of that', async () => {
    const subject = atProvider({ groups: ['ft-iom'] });
    await signsIn();
    const good = {
      ...{ sub: subject, aud: CLIENT.id, iat: inMs(0), jti: 'a' },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    const left = async (token: string) => {
      const body = new URLSearchParams({ logout_token: token });
      return (await fetch(`${home}/sign-in/provider/left`, { method: 'POST', body })).status;
    };
    for (const claims of [
      { ...good, aud: AUDIENCE },
      { ...good, iss: 'https://elsewhere.example.org' },
      { ...good, iat: inMs(-600_000) },
      { ...good, jti: undefined },
      { ...good, nonce: 'x' },
      { ...good, events: { another: {} } },
      { ...good, events: undefined },
      { ...good, sub: undefined },
    ])
      expect([claims, await left(await provider.forged(claims as never))]).toEqual([claims, 400]);
    expect(await left(new UnsecuredJWT({ ...good, iss: provider.issuer }).encode())).toBe(400);
    expect((await visitor.asks('/account')).status).toBe(200);
    const token = await provider.forged(good);
    expect(await left(token)).toBe(200); // the control
    expect((await visitor.asks('/account')).status).toBe(303);
    // Nor by the same once more: not the person who has signed in since.
    await signsIn();
    expect([await left(token), await left(await provider.forged(good))]).toEqual([400, 400]);
    expect((await visitor.asks('/account')).status).toBe(200);
    expect(await left(await provider.forged({ ...good, jti: 'b' }))).toBe(200);
    expect((await visitor.asks('/account')).status).toBe(303);
  });

  it('who signs in again has shown there who it is just now', async () => {
    atProvider({ groups: ['ft-iom'] });
    const first = (await visitor.asks('/sign-in/provider?again=true')).headers.get('location')!;
    expect(new URL(first).searchParams.get('max_age')).toBe('60');
    await visitor.opens('/sign-in/provider?again=true&to=/account');
    const made = (await visitor.opens('/account')).html;
    const { csrf } = hiddenOf(made, '/account/tokens') as { csrf: string };
    const page = await visitor.sends('/account/tokens', { csrf, label: 'x', scopes: 'admin', days: '30' });
    expect([page.status, page.url]).toEqual([403, `${home}/account/tokens`]); // not led away: it has no such scope
  });
});

describe('An answer of the provider', () => {
  /** The address to which the provider sends back, before anybody went there. */
  async function answer(by: Visitor): Promise<URL> {
    atProvider({ groups: ['ft-iom'] });
    let to = (await by.asks('/sign-in/provider')).headers.get('location')!;
    while (!to.startsWith(home)) to = new URL((await by.asks(to)).headers.get('location')!, to).href;
    return new URL(to);
  }

  it('is taken once, by the browser that began, and by no other', async () => {
    const url = await answer(visitor);
    expect((await new Visitor(home).opens(url.href)).status).toBe(403);
    const second = new Visitor(home);
    await second.asks('/sign-in/provider');
    expect((await second.opens(url.href)).status).toBe(403);
    const own = new Visitor(home);
    const mine = await answer(own);
    expect((await own.opens(mine.href)).status).toBe(200);
    expect((await own.asks(mine.href)).status).toBe(403);
  });

  it.each([
    ['another state', 'state', 'x'.repeat(43)],
    ['another code', 'code', 'x'.repeat(43)],
    ['another issuer', 'iss', 'http://localhost:1'],
    ['no state', 'state', ''],
  ])('with %s lets nobody in', async (_, name, value) => {
    const url = await answer(visitor);
    url.searchParams.set(name, value);
    const page = await visitor.opens(url.href);
    expect([page.status, visitor.cookie('session')]).toEqual([403, undefined]);
  });

  it('for a sign-in that was begun by another one of the same browser has another nonce, and lets nobody in', async () => {
    const [first, second] = [await answer(visitor), await answer(visitor)];
    // The code of one in the answer to the other: an attacker who has stolen it would send this.
    second.searchParams.set('code', first.searchParams.get('code')!);
    expect((await visitor.opens(second.href)).status).toBe(403);
  });
});

describe('A token of the provider at the API', () => {
  const asks = async (token: string) => server.get('/v1/me', bearer(token));
  beforeEach(() => {
    provider.programGroups = ['ft-iom'];
  });

  it('is of the account of the program, in the roles of its claims, with the scopes that it names', async () => {
    const { status, body } = await asks(await provider.tokenOfProgram());
    expect([status, body]).toMatchObject([200, { role: 'focal_point', agency: { code: 'IOM' }, scopes: ['report'] }]);
    expect((await asks(await provider.forged({ exp: inMs(60_000), scope: 'openid' }))).body).toMatchObject({
      scopes: ['read'],
    });
  });

  it('is refused where it is for another audience, is over, is of another issuer, or is not good yet', async () => {
    const good = { exp: inMs(60_000) };
    expect((await asks(await provider.forged(good))).status).toBe(200);
    expect((await asks(await provider.tokenOfProgram('https://elsewhere.example.org'))).status).toBe(401);
    for (const claims of [
      { ...good, aud: 'https://elsewhere.example.org' },
      { ...good, aud: CLIENT.id },
      { exp: inMs(-60_000) },
      { exp: undefined },
      { ...good, iss: 'https://elsewhere.example.org' },
      { ...good, nbf: inMs(600_000) },
      { ...good, sub: undefined },
    ])
      expect([claims, (await asks(await provider.forged(claims as never))).status]).toEqual([claims, 401]);
  });

  it('is refused where nobody has signed it, somebody else has, or a shared secret', async () => {
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: PROGRAM.id, exp: inMs(60_000) };
    const unsigned = new UnsecuredJWT(claims).encode();
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: provider.kid })
      .sign(await generateSecret('HS256'));
    const [head, body, signature] = (await provider.forged({ exp: inMs(60_000) })).split('.');
    const changed = Buffer.from(body!, 'base64url').toString().replace(PROGRAM.id, 'someone');
    const other = [head, Buffer.from(changed).toString('base64url'), signature].join('.');
    for (const token of [unsigned, shared, other, `${head}.${body}.`, 'a.b.c', '..'])
      expect((await asks(token)).status).toBe(401);
  });

  it('loses its right at once with the role of its account', async () => {
    const token = await provider.tokenOfProgram();
    expect((await asks(token)).status).toBe(200);
    const account = (await accountOf(PROGRAM.id))!;
    for (const { id, until } of (await access.accounts.one(account))!.appointments)
      if (until === null) await access.accounts.relieve(id);
    // Though its claims still say so.
    expect((await asks(token)).status).toBe(401);
    await access.accounts.appoint(account, { role: 'reader', agency: 'IOM' });
    expect((await asks(token)).body).toMatchObject({ role: 'reader' });
  });

  it('is refused for now, and not for good, while the provider is away', async () => {
    const away = new SignIn(access, null as never, {
      ...server.settings,
      provider: { ...server.settings.provider!, issuer: 'http://localhost:1' },
    }).provider!;
    const token = await provider.forged({ exp: inMs(60_000) });
    await expect(away.principalOf(token)).rejects.toThrow('cannot be reached now');
    await expect(away.begin('x'.repeat(32), '/')).rejects.toThrow('cannot be reached now');
  });

  it('is known by the keys of the provider, asked for once; after they change, the new one is good and the old one is not', async () => {
    const before = provider.keysAsked;
    const old = await provider.forged({ exp: inMs(600_000), jti: 'old' });
    for (let n = 0; n < 5; n++)
      expect((await asks(await provider.forged({ exp: inMs(60_000), jti: `${n}` }))).status).toBe(200);
    expect(provider.keysAsked - before).toBeLessThanOrEqual(1);
    await provider.changeKeys();
    const fresh = new SignIn(access, null as never, server.settings, { keysAgainMs: 0, keysKeptMs: 600_000 }).provider!;
    expect(await fresh.principalOf(await provider.forged({ exp: inMs(60_000) }))).toMatchObject({ scopes: ['read'] });
    expect(await fresh.principalOf(old)).toBeNull();
    await provider.changeKeys();
    expect(await fresh.principalOf(await provider.forged({ exp: inMs(60_000) }))).toMatchObject({ scopes: ['read'] });
    const asked = provider.keysAsked;
    expect(await fresh.principalOf('x.y.z')).toBeNull();
    expect(provider.keysAsked).toBe(asked);
  });
});

// The last: the server itself asks for new keys every ten seconds at most.
describe('A person', () => {
  it('is let in after the provider has changed its keys; the control asks for no new ones', async () => {
    const patience = (keysAgainMs: number) => ({ keysAgainMs, keysKeptMs: 600_000 });
    const [patient, blind] = [0, 600_000].map(
      (ms) => new SignIn(access, null as never, server.settings, patience(ms)).provider!,
    ) as [NonNullable<SignIn['provider']>, NonNullable<SignIn['provider']>];
    const arrives = async (by: typeof patient): Promise<string> => {
      let at = (await by.begin('a browser', '/account')).href;
      while (!at.startsWith(home)) at = new URL((await visitor.asks(at)).headers.get('location')!, at).href;
      return by.finish(new URL(at).searchParams, 'a browser').then(
        ({ to }) => to,
        ({ message }: Error) => message,
      );
    };
    atProvider({ name: 'Eda', groups: ['ft-iom'] });
    expect([await arrives(patient), await arrives(blind)]).toEqual(['/account', '/account']);
    await provider.changeKeys();
    expect([await arrives(patient), await arrives(blind)]).toEqual(['/account', 'Test login did not sign you in.']);
  });
});

/** Seconds since 1970, as tokens have them. */
const inMs = (ms: number): number => Math.floor((Date.now() + ms) / 1000);
