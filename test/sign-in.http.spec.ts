import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AccessStore, Audit } from '#access';
import { LOG } from '#platform';
import { SignIn } from '#sign-in';
import { bearer } from './support/asking.js';
import { servedBy } from './support/served.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { hiddenOf, Visitor, wordsIn, type Visit } from './support/visitor.js';

const server = TestServer.forAll([CLOCK_CASES]);
let access: AccessStore;
let signIn: SignIn;
let visitor: Visitor;
let people = 0;
beforeAll(async () => {
  access = server.app.get(AccessStore);
  signIn = server.app.get(SignIn);
});
beforeEach(() => {
  visitor = new Visitor(server.url);
});

/** A person with roles. */
const person = async (...agencies: (string | null)[]): Promise<{ account: string; email: string }> => {
  const email = `ada-${++people}@iom.example`;
  const roles = agencies.map((agency) => ({
    role: agency ? ('focal_point' as const) : ('secretariat' as const),
    agency,
  }));
  return { email, account: await access.accounts.open({ kind: 'person', name: 'Ada <b>', email }, ...roles) };
};

/** The way of a link on this server, without its public address. */
const wayOf = (link: string): string => new URL(link).pathname + new URL(link).search;

const opensLink = async (link: string, by = visitor): Promise<Visit> =>
  by.fillsIn(await by.opens(wayOf(link)), '/sign-in/link/open');

const signsIn = async (account: string, by = visitor): Promise<Visit> => opensLink(await linkFor(account), by);

const letters = (): string[] => {
  const folder = join(server.dataDir, 'letters');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => readFileSync(join(folder, name), 'utf8').replaceAll(/=\r\n/g, ''));
};
const linkFor = (account: string) => signIn.links.make(account, 'link', '/account');
const isGood = async (token: string) => (await server.get('/v1/me', bearer(token))).status === 200;
const linkIn = (letter: string): string => /https?:\S+\/sign-in\/link\?key=\S+/.exec(letter.replaceAll('=3D', '='))![0];

describe('A sign-in link', () => {
  beforeEach(() => rmSync(join(server.dataDir, 'letters'), { recursive: true, force: true }));

  it('is sent to the address of an account, signs in once, and leads to the page that was wanted', async () => {
    const { email } = await person('IOM');
    await visitor.fillsIn(await visitor.opens('/sign-in?to=/agencies/AAA'), '/sign-in/link', {
      email: email.toUpperCase(),
    });
    await signIn.links.sent();
    const [letter, ...others] = letters();
    expect(others).toEqual([]);
    expect(letter).toContain(`To: ${email}`);
    // It is bound to the browser in which it was asked for.
    expect((await new Visitor(server.url).opens(wayOf(linkIn(letter!)))).status).toBe(404);
    const page = await opensLink(linkIn(letter!));
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/agencies/AAA']);
    expect(page.html).toContain('Ada &lt;b>');
    expect(wordsIn(page)).toContain('Ada <b> for IOM');

    const again = new Visitor(server.url);
    expect((await again.opens(wayOf(linkIn(letter!)))).status).toBe(404);
  });

  it('is not taken by looking at it, as programs do, and by one of two who open it at once', async () => {
    const { account } = await person('IOM');
    const link = await linkFor(account);
    const [one, two] = [new Visitor(server.url), new Visitor(server.url)];
    const pages = [await one.opens(wayOf(link)), await two.opens(wayOf(link))] as const;
    const came = await Promise.all([
      one.fillsIn(pages[0], '/sign-in/link/open'),
      two.fillsIn(pages[1], '/sign-in/link/open'),
    ]);
    expect(came.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
    expect([one.cookie('session'), two.cookie('session')].filter(Boolean)).toHaveLength(1);
  });

  it('has the same answer for an address that nobody has, and no letter', async () => {
    const { email } = await person('IOM');
    const answers = [];
    for (const asked of [email, 'nobody@iom.example', 'no address', `${email}, eve@evil.example`])
      answers.push(await new Visitor(server.url).sends('/sign-in/link', { email: asked }));
    await signIn.links.sent();
    expect(new Set(answers.map(({ status, html }) => `${status} ${html}`)).size).toBe(1);
    expect(letters()).toHaveLength(1);
  });

  it('is sent to nobody more than three times in its ten minutes', async () => {
    const { email } = await person('IOM');
    for (let n = 0; n < 5; n++) {
      await visitor.sends('/sign-in/link', { email });
      await signIn.links.sent();
    }
    expect(letters()).toHaveLength(3);
  });

  it('is over after ten minutes, and with the account', async () => {
    const { account } = await person('IOM');
    const old = await linkFor(account);
    await access.query('UPDATE once SET ends = ? WHERE account = ?', new Date().toISOString(), account);
    expect((await visitor.opens(wayOf(old))).status).toBe(404);
    const good = await linkFor(account);
    await access.accounts.erase(account);
    expect((await visitor.opens(wayOf(good))).status).toBe(404);
  });

  it('leads to no other site', async () => {
    const { account } = await person('IOM');
    for (const to of ['//evil.example/', 'https://evil.example/', '/\\evil.example'])
      expect((await visitor.opens(`/sign-in?to=${encodeURIComponent(to)}`)).html).not.toContain('evil');
    await signsIn(account);
    expect((await visitor.asks('/sign-in?to=//evil.example')).headers.get('location')).toBe('/home');
  });
});

describe('A session', () => {
  it('is in the record of who did what: whoever signed in, and by nothing that would let somebody in', async () => {
    const { account } = await person('IOM');
    const link = await linkFor(account);
    await opensLink(link);
    await server.app.get(Audit).flush();
    const rows = await access.query('SELECT * FROM audit WHERE account = ?', account);
    expect(rows).toMatchObject([{ what: 'POST /sign-in/link/open', role: 'focal_point', agency: 'IOM' }]);
    const all = JSON.stringify(await access.query('SELECT * FROM audit'));
    expect(all).not.toContain(new URL(link).searchParams.get('key'));
  });

  it('gets a new secret with every sign-in, and the one before is over', async () => {
    const { account } = await person('IOM');
    await signsIn(account);
    const before = visitor.cookie('session')!;
    await signsIn(account);
    expect(visitor.cookie('session')).not.toBe(before);
    expect(await signIn.sessions.sessionOf(before)).toBeNull();
    expect(await signIn.sessions.of(account)).toHaveLength(1);
  });

  it('is kept as a hash', async () => {
    const { account } = await person('IOM');
    await signsIn(account);
    const rows = await access.query('SELECT * FROM sessions WHERE account = ?', account);
    expect(JSON.stringify(rows)).not.toContain(visitor.cookie('session'));
  });

  it('ends when it was left alone, when it is too old, when it is ended elsewhere, and with the person', async () => {
    const { account } = await person('IOM');
    const asks = async () => (await visitor.asks('/account')).status;
    const ages = (column: string, hours: number) =>
      access.change([
        `UPDATE sessions SET ${column} = ? WHERE account = ?`,
        new Date(Date.now() - hours * 3_600_000).toISOString(),
        account,
      ]);
    for (const end of [
      () => ages('seen', 3),
      () => ages('ends', 0),
      () => signIn.sessions.endAll(account),
      () => access.accounts.erase(account),
    ]) {
      await signsIn(account);
      expect(await asks()).toBe(200);
      await end();
      expect(await asks()).toBe(303);
    }
  });

  it('acts at once in what the account is appointed for, and in nothing after it was relieved', async () => {
    const { account } = await person('IOM');
    await signsIn(account);
    expect(wordsIn(await visitor.opens('/account'))).toContain('for IOM');
    const [role] = (await access.accounts.one(account))!.appointments;
    const other = await access.accounts.appoint(account, { role: 'reader', agency: 'ILO' });
    await access.accounts.relieve(role!.id);
    expect(wordsIn(await visitor.opens('/account'))).toContain('reading');
    // With the last role the session ends.
    await access.accounts.relieve(other);
    expect((await visitor.asks('/account')).status).toBe(303);
    expect(await access.query('SELECT id FROM sessions WHERE account = ?', account)).toEqual([]);
  });

  it('of whoever acts for several agencies says for which, and keeps to that', async () => {
    const { account } = await person('IOM', 'ILO');
    let page = await signsIn(account);
    expect(wordsIn(page)).toContain('reading');
    page = await visitor.fillsIn(page, '/account/acting-for', { actingFor: 'ILO' });
    expect(wordsIn(page)).toContain('for ILO');
    expect((await visitor.fillsIn(page, '/account/acting-for', { actingFor: 'DESA' })).status).toBe(403);
    expect(wordsIn(await visitor.opens('/account'))).toContain('for ILO');
  });

  it('is listed with its browser, and ended by its person there and everywhere else; nobody ends another’s', async () => {
    const [{ account }, other] = [await person('IOM'), await person('ILO')];
    const elsewhere = new Visitor(server.url);
    await signsIn(account, elsewhere);
    const page = await signsIn(account);
    expect(page.html.match(/Another browser/g)).toHaveLength(2 + 1); // and the name of the button
    await signsIn(other.account, new Visitor(server.url));
    const [theirs] = await signIn.sessions.of(other.account);
    await visitor.fillsIn(page, '/account/sessions/end', { id: theirs!.id });
    expect(await signIn.sessions.of(other.account)).toHaveLength(1);
    await visitor.fillsIn(page, '/account/sessions/end-others');
    expect((await elsewhere.asks('/account')).status).toBe(303);
    await visitor.fillsIn(await visitor.opens('/account'), '/sign-in/out');
    expect(visitor.cookie('session')).toBeUndefined();
    expect(await signIn.sessions.of(account)).toEqual([]);
  });
});

describe('A form', () => {
  const FORGED: readonly [why: string, headers: Record<string, string>][] = [
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another site of the same domain', { 'sec-fetch-site': 'same-site' }],
    ['another origin, of a browser that says no more', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['nowhere', { 'sec-fetch-site': '', origin: 'null' }],
  ];

  it.each(FORGED)('is refused from %s, although the token is right', async (_, headers) => {
    const { account } = await person('IOM', 'ILO');
    const page = await signsIn(account);
    const { csrf } = hiddenIn(page);
    const answer = await visitor.sends('/account/acting-for', { csrf, actingFor: 'ILO' }, headers);
    expect(answer.status).toBe(403);
    expect(wordsIn(await visitor.opens('/account'))).toContain('reading');
  });

  it('is refused without the token of its session, with another’s, and after signing out; with it, it is taken', async () => {
    const { account } = await person('IOM', 'ILO');
    const { csrf: other } = hiddenIn(await signsIn((await person('IOM', 'ILO')).account, new Visitor(server.url)));
    const { csrf } = hiddenIn(await signsIn(account));
    const acts = (fields: Record<string, string>) =>
      visitor.sends('/account/acting-for', { actingFor: 'ILO', ...fields });
    for (const fields of [{}, { csrf: other }, { csrf: `${csrf}x` }])
      expect((await acts(fields as never)).status).toBe(403);
    const taken = await acts({ csrf });
    expect(wordsIn(taken)).toContain('for ILO');
    await signIn.sessions.endAll(account);
    expect((await acts({ csrf })).status).toBe(401);
  });

  it('of whoever was signed out meanwhile is given back, and taken once it is sent by whoever is signed in', async () => {
    const { account } = await person('IOM', 'ILO');
    const page = await signsIn(account);
    await signIn.sessions.endAll(account);
    const action = '/account/acting-for';
    const lost = await visitor.fillsIn(page, action, { actingFor: 'ILO' });
    expect([lost.status, hiddenOf(lost.html, action)]).toEqual([401, { csrf: '', actingFor: 'ILO' }]);
    await signsIn(account);
    const again = await visitor.fillsIn(lost, action);
    expect([again.status, hiddenOf(again.html, action)]).toEqual([403, { csrf: expect.any(String), actingFor: 'ILO' }]);
    expect(wordsIn(await visitor.opens('/account'))).not.toContain('for ILO');
    expect(wordsIn(await visitor.fillsIn(again, action))).toContain('for ILO');
  });

  it('of whoever has no cookie left is given back, too; from another site it is not (the control)', async () => {
    const [fields, action] = [{ actingFor: 'KEPT' }, '/account/acting-for'];
    const ours = await new Visitor(server.url).sends(action, fields);
    expect([ours.status, hiddenOf(ours.html, action)]).toEqual([401, { csrf: '', actingFor: 'KEPT' }]);
    const stranger = await new Visitor(server.url).sends(action, fields, { 'sec-fetch-site': 'cross-site' });
    await signsIn((await person('IOM', 'ILO')).account);
    const forged = await visitor.sends(action, fields, { 'sec-fetch-site': 'cross-site' });
    expect([stranger.status, forged.status]).toEqual([401, 403]);
    for (const { html } of [stranger, forged]) expect(html).not.toContain('KEPT');
  });

  it('of every page is refused without the token, and nothing comes of it', async () => {
    await signsIn((await person(null)).account);
    const before = await server.app.get(LOG).store.head();
    const taken: string[] = [];
    // A form that strangers may send, too, does nothing in anybody's name.
    const open = /^post \/(?:v1|reports|follow|sign-in)(?:\/|$)/;
    const forms = servedBy(server).filter((route) => route.startsWith('post ') && !open.test(route));
    for (const form of forms) {
      const path = form.slice('post '.length).replaceAll(/\{\w+\}/g, 'x');
      let { status } = await visitor.sends(path, {});
      if (status === 415) {
        const file = new FormData();
        file.set('file', new Blob(['x']), 'x.csv');
        const headers = { cookie: `session=${visitor.secret}`, origin: server.url };
        ({ status } = await fetch(server.url + path, { method: 'POST', headers, body: file }));
      }
      if (status !== 403) taken.push(`${status} ${path}`);
    }
    expect(forms.length).toBeGreaterThan(30);
    expect(taken).toEqual([]);
    expect(await server.app.get(LOG).store.head()).toBe(before);
  });

  it('is nothing that another route takes, and its route takes nothing else', async () => {
    const { account } = await person(null);
    const { csrf } = hiddenIn(await signsIn(account));
    expect((await visitor.sends('/v1/agencies', { csrf, code: 'X' })).status).toBe(401);
    const headers = { cookie: `session=${visitor.secret}`, origin: server.url };
    const json = { csrf, actingFor: 'secretariat' };
    expect((await server.post('/account/acting-for', json, undefined, headers)).status).toBe(415);
  });

  it('of signing in is refused from another site: nobody is signed in as somebody else unawares', async () => {
    const link = await linkFor((await person('IOM')).account);
    const key = new URL(link).searchParams.get('key')!;
    const sent = await visitor.sends('/sign-in/link/open', { key }, { 'sec-fetch-site': 'cross-site' });
    expect([sent.status, visitor.cookie('session')]).toEqual([403, undefined]);
    expect((await opensLink(link)).status).toBe(200);
  });
});

const hiddenIn = (page: Visit): { csrf: string } => ({ csrf: /name="csrf" value="([^"]+)"/.exec(page.html)![1]! });

describe('The API', () => {
  it('is read with the session by our own pages, not by another site’s, and is never written by it', async () => {
    const { account } = await person('IOM');
    await signsIn(account);
    const from = (site: string) => ({ cookie: `session=${visitor.secret}`, 'sec-fetch-site': site });
    const { body } = await server.get('/v1/me', from('same-origin'));
    expect(body).toMatchObject({ account, agency: { code: 'IOM' } });
    expect((await server.get('/v1/me', from('cross-site'))).status).toBe(401);
    const written = await server.post('/v1/commitments', { title: 'x' }, undefined, from('same-origin'));
    expect(written.status).toBe(401);
  });

  it('does not mix up a session and a token: the token says who it is', async () => {
    await signsIn((await person('IOM')).account);
    const headers = { cookie: `session=${visitor.secret}`, authorization: 'Bearer ft_unknown' };
    expect((await server.get('/v1/me', headers)).status).toBe(401);
  });
});

describe('Caches', () => {
  const PUBLIC = ['/', '/agencies/AAA', '/v1/commitments', '/agencies/AAA?asOf=2008-01-01&knownAt=20'];

  it.each(PUBLIC)(
    'may keep %s as it is for everybody else, whoever is signed in, and never for whoever is',
    async (path) => {
      await signsIn((await person('IOM')).account);
      const mine = await visitor.asks(path);
      const strangers = [
        await new Visitor(server.url).asks(path),
        await new Visitor(server.url).asks(path, { cookie: 'session=of-nobody-who-was-here' }),
      ];
      expect(strangers[0]!.html).toBe(strangers[1]!.html);
      expect(strangers[0]!.headers.get('cache-control')).not.toMatch(/private|no-store/);
      expect(mine.headers.get('cache-control')).toMatch(/^(private|no-store)/);
      for (const { headers } of [mine, ...strangers]) expect(headers.get('vary')).toMatch(/\bCookie\b/);
      if (!path.startsWith('/v1/')) expect(mine.html).not.toBe(strangers[0]!.html);
      const etag = strangers[0]!.headers.get('etag')!;
      expect((await new Visitor(server.url).asks(path, { 'if-none-match': etag })).status).toBe(304);
    },
  );

  it('keep no page that holds a token or somebody’s own things', async () => {
    await signsIn((await person('IOM')).account);
    for (const path of ['/account', '/sign-in'])
      expect((await visitor.asks(path)).headers.get('cache-control')).toBe('no-store');
    expect((await new Visitor(server.url).asks('/account')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('The page of one’s account', () => {
  it('makes a token with scopes, shows it once, replaces it with an overlap, and revokes it', async () => {
    const { account } = await person('IOM');
    const page = await signsIn(account);
    const { csrf } = hiddenIn(page);
    const make = (scopes: string) => visitor.sends('/account/tokens', { csrf, label: 'Upload', days: '90', scopes });
    const token = tokenIn(await make('report'))!;
    expect((await server.get('/v1/me', bearer(token))).body).toMatchObject({ account, scopes: ['report'] });
    expect((await visitor.opens('/account')).html).not.toContain(token);

    const { id } = (await access.tokens(account))[0]!;
    const next = tokenIn(await visitor.sends('/account/tokens/rotate', { csrf, id }))!;
    expect([await isGood(token), await isGood(next)]).toEqual([true, true]);
    await visitor.sends('/account/tokens/revoke', { csrf, id });
    expect([await isGood(token), await isGood(next)]).toEqual([false, true]);
  });

  it('gives no focal point a token of the secretariat, nor another account’s', async () => {
    const { csrf } = hiddenIn(await signsIn((await person('IOM')).account));
    const asked = { csrf, label: 'a', days: '90', scopes: 'admin' };
    expect((await visitor.sends('/account/tokens', asked)).status).toBe(403);
    const other = await access.create('ILO', 'theirs');
    for (const act of ['revoke', 'rotate'])
      expect((await visitor.sends(`/account/tokens/${act}`, { csrf, id: other.id })).status).toBe(404);
  });
});

describe('The pages of accounts', () => {
  beforeEach(() => rmSync(join(server.dataDir, 'letters'), { recursive: true, force: true }));

  it('let a focal point invite, appoint and relieve for its own agency alone, and see nobody else’s people', async () => {
    const stranger = await person('BBB');
    const { csrf } = hiddenIn(await signsIn((await person('AAA')).account));
    const invite = (role: string, agency: string) =>
      visitor.sends('/accounts', {
        ...{ csrf, kind: 'person', name: 'Bea', email: `bea-${++people}@iom.example` },
        ...{ 'appointment.role': role, 'appointment.agency': agency },
      });
    expect((await invite('alternate', 'BBB')).status).toBe(403);
    expect((await invite('secretariat', '')).status).toBe(403);
    expect(letters()).toEqual([]);

    const page = await invite('alternate', 'AAA');
    const at = new URL(page.url).pathname;
    expect(wordsIn(page)).toContain('Alternate focal point of AAA');
    expect(letters()).toHaveLength(1);
    const { appointment } = hiddenOf(page.html, `${at}/relieve`) as { appointment: string };
    const relieved = await visitor.sends(`${at}/relieve`, { csrf, appointment });
    expect(relieved.html).not.toContain(`action="${at}/relieve"`);
    expect(wordsIn(await visitor.opens(`/accounts?at=${new Date().toISOString().slice(0, 10)}`))).toContain('Bea');

    expect((await visitor.opens(`/accounts/${stranger.account}`)).status).toBe(404);
    expect((await visitor.opens('/accounts')).html).not.toContain(stranger.account);
    expect((await visitor.sends(`${at}/erase`, { csrf, sure: 'on' })).status).toBe(403);
  });

  it('let the secretariat sign somebody out everywhere, revoke tokens and erase a person', async () => {
    const { account, email } = await person('AAA');
    const { id } = await access.give({ account, label: 'Upload', scopes: ['read'] });
    const theirs = new Visitor(server.url);
    await signsIn(account, theirs);
    const { csrf } = hiddenIn(await signsIn((await person(null)).account));
    const at = `/accounts/${account}`;
    expect((await visitor.opens('/accounts')).html).toContain(email);
    await visitor.sends(`${at}/sign-out`, { csrf });
    expect((await theirs.asks('/account')).status).toBe(303);
    await visitor.sends(`${at}/tokens/revoke`, { csrf, id });
    expect((await access.tokens(account))[0]!.revoked).not.toBeNull();
    expect((await visitor.sends(`${at}/erase`, { csrf })).status).toBe(400);
    const erased = await visitor.sends(`${at}/erase`, { csrf, sure: 'on' });
    expect([erased.status, erased.html.includes(email)]).toEqual([200, false]);
    expect((await access.accounts.one(account))!.name).toBeNull();
  });

  it('let nobody do what cannot be taken back who has not shown lately who it is, and lead there and back', async () => {
    const [{ account }, own] = [await person('AAA'), await person(null)];
    const lately = (minutes: number) =>
      access.change(['UPDATE sessions SET proven = ?', new Date(Date.now() - minutes * 60_000).toISOString()]);
    let { csrf } = hiddenIn(await signsIn(own.account));
    const at = `/accounts/${account}`;
    const bea = { kind: 'person', name: 'Bea', email: `bea-${++people}@iom.example` };
    const attempts: readonly [path: string, fields: Record<string, string>][] = [
      ['/accounts', { ...bea, 'appointment.role': 'reader' }],
      [`${at}/appoint`, { role: 'reader' }],
      ['/account/passkeys/begin', {}],
      ['/account/passkeys', { attempt: 'x', answer: 'x', label: 'x' }],
      ['/account/passkeys/remove', { id: 'x' }],
      ['/account/tokens', { label: 'x', scopes: 'admin', days: '30' }],
      [`${at}/erase`, { sure: 'on' }],
    ];
    const ledAway = async (path: string, fields: Record<string, string>): Promise<boolean> => {
      const referer = `${server.url}${path}`;
      const { url } = await visitor.sends(path, { csrf, ...fields }, { referer });
      return url.endsWith(`/sign-in?again=true&to=${encodeURIComponent(path)}`);
    };
    await lately(16);
    for (const [path, fields] of attempts) expect([path, await ledAway(path, fields)]).toEqual([path, true]);
    const { erased, appointments } = (await access.accounts.one(account))!;
    expect([erased, appointments.length, await access.accounts.byEmail(bea.email)]).toEqual([null, 1, null]);
    expect(await access.tokens(own.account)).toEqual([]);
    // A token that keeps no accounts is made as before; and so is all else shortly after signing in.
    const token = { csrf, label: 'x', scopes: 'report', days: '30' };
    expect((await visitor.sends('/account/tokens', token)).status).toBe(200);
    await lately(14);
    for (const [path, fields] of attempts) expect([path, await ledAway(path, fields)]).toEqual([path, false]);
    expect((await access.accounts.one(account))!.erased).not.toBeNull();
    // Signing in again shows it, in a session of its own.
    await lately(60);
    const again = await visitor.opens('/sign-in?again=true&to=/account');
    expect(wordsIn(again)).toContain('Sign in again');
    ({ csrf } = hiddenIn(await signsIn(own.account)));
    expect(await ledAway('/account/tokens', { label: 'y', scopes: 'admin', days: '30' })).toBe(false);
  });

  it('are not for alternates, readers and strangers', async () => {
    const account = await access.accounts.open({ kind: 'person', name: 'Cy' }, { role: 'alternate', agency: 'AAA' });
    await signsIn(account);
    expect((await visitor.opens('/accounts')).status).toBe(403);
    expect((await new Visitor(server.url).asks('/accounts')).status).toBe(303);
  });
});

const tokenIn = ({ html }: Visit): string | undefined => /<code>(ft_[\w-]+)<\/code>/.exec(html)?.[1];
