/** Digests: the subjects that people follow by e-mail, the content of a digest and its time; and how it ends. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AccessStore } from '#access';
import { todayAt } from '#clocks';
import { Follows, LetterClock, Post } from '#letters';
import { bearer, done } from './support/asking.js';
import { Inbox, type Arrived } from './support/inbox.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { Visitor } from './support/visitor.js';

let server: TestServer;
let inbox: Inbox;
let [secretariat, anna, aaa] = ['', '', ''];
const TODAY = todayAt(new Date());
let day = 0;

/** Time passes, and the post does its work. @returns the letters that arrived */
async function daysLater(days: number): Promise<Arrived[]> {
  day += days;
  await server.app.get(Post).pass();
  return inbox.taken();
}
const post = (path: string, body: object = {}, token = secretariat) => done(server.post(`/v1${path}`, body, token));
const reports = (reference: string, stage: string) => {
  const said = { stage, effective: TODAY.slice(0, 4), reportedOn: TODAY, note: 'So it is' };
  return post(`/commitments/${reference}/stage`, said, aaa);
};
/** The things that Anna follows. */
const followed = async () => (await done(server.get('/v1/follows', bearer(anna)))).items;
/** Every address in a letter that leads to a page about following. */
const linksIn = ({ text }: Arrived) =>
  [...text!.matchAll(/https:\/\/tracker\.example\.org(\/follow\/\S+)/g)].map(([, path]) => path!);
const followers = () => server.app.get(AccessStore).query<{ email: string | null }>('SELECT email FROM followers');
const stranger = () => new Visitor(server.url);
const asks = (fields: Record<string, string>, headers = {}) =>
  stranger().sends('/follow', { email: 'reader@example.org', language: 'en', ...fields }, headers);

beforeAll(async () => {
  inbox = await Inbox.open();
  const PUBLIC_URL = 'https://tracker.example.org';
  server = await TestServer.start([CLOCK_CASES], { SMTP_URL: inbox.url, MAIL_FROM: 'tracker@example.org', PUBLIC_URL });
  secretariat = server.token(null);
  const access = server.app.get(AccessStore);
  const whose = { kind: 'person', name: 'Anna', email: 'anna@example.org' } as const;
  const account = await access.accounts.open(whose, { role: 'reader', agency: null });
  anna = (await access.give({ account, label: 'test', scopes: ['read'] })).token;
  aaa = server.token('AAA');
  const clock = server.app.get(LetterClock);
  jest.spyOn(clock, 'now').mockImplementation(() => new Date(Date.now() + day * 86_400_000));
  await daysLater(0);
});
afterAll(async () => {
  await server.close();
  await inbox.close();
});

describe('A person with an account', () => {
  it('follows an agency and a list, and is told what happened, once a week at most', async () => {
    await post('/follows', { kind: 'agency', code: 'AAA' }, anna);
    await post('/follows', { kind: 'list', code: '/commitments?stage=on_hold&sort=title&agency=' }, anna);
    await reports('AAA-2006-01', 'on_hold');
    expect(await daysLater(6)).toEqual([]);
    const [digest, ...others] = await daysLater(1);
    expect(others).toEqual([]);
    expect(digest).toMatchObject({
      envelope: 'anna@example.org',
      subject: expect.stringMatching(/^What is new: .* and 1 more$/),
    });
    const told = 'AAA-2006-01 – A later paper with an earlier effective date does not outrank';
    expect(digest!.text!.split(told)).toHaveLength(3);
    expect(digest!.text).toContain('stage reported; stage now: on hold');
    expect(digest!.text).toContain('now in this list; stage reported; stage now: on hold');
    expect(digest!.html).toContain('href="https://tracker.example.org/commitments/AAA-2006-01"');
    await reports('AAA-2006-01', 'planned');
    expect(await daysLater(6)).toEqual([]);
    const [next] = await daysLater(1);
    expect(next!.text).toContain('no longer in this list; stage reported; stage now: planned');
  });

  it('is told nothing when nothing happened to it', async () => {
    expect(await daysLater(8)).toEqual([]);
    expect(await daysLater(30)).toEqual([]);
  });

  it('is told the same once, whichever of two servers decides', async () => {
    await reports('AAA-2006-01', 'in_progress');
    day += 8;
    await Promise.all([server.app.get(Post).pass(), server.app.get(Post).pass()]);
    expect(inbox.taken()).toHaveLength(1);
  });

  it('reads it in its language', async () => {
    expect((await server.put('/v1/me/language', { language: 'fr' }, anna)).status).toBe(200);
    await reports('AAA-2006-01', 'discontinued');
    const [digest] = await daysLater(8);
    expect(digest!.text).toContain('état signalé; état actuel\u00a0: abandonné');
    expect(digest!.html).toContain('<html lang="fr">');
  });

  it('ends it by one click of a mail program, which comes from no page and is not signed in', async () => {
    await reports('AAA-2006-01', 'on_hold');
    const [digest] = await daysLater(8);
    expect(digest!.header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    const [, address] = /^<https:\/\/tracker\.example\.org(.*)>$/.exec(digest!.header('List-Unsubscribe')!)!;
    // Programs that look at links end nothing.
    expect((await stranger().opens(address!)).html).toContain('This ends the letters about');
    expect(await followed()).toHaveLength(2);
    const parts = new FormData();
    parts.set('List-Unsubscribe', 'One-Click');
    for (const body of [new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), parts]) {
      const answer = await fetch(server.url + address!, { method: 'POST', body, redirect: 'manual' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    expect(await followed()).toEqual([]);
    await reports('AAA-2006-01', 'planned');
    expect(await daysLater(8)).toEqual([]);
  });

  it.each([
    ['agency', 'ZZZ', 404],
    ['list', 'agency=ZZZ', 404],
    ['list', 'stage=finished', 422],
    ['list', 'colour=red', 422],
    ['forums', 'AAA', 422],
  ])('cannot follow the %s %s', async (kind, code, status) => {
    const answer = await server.post('/v1/follows', { kind, code }, anna);
    expect([400, 404, 422]).toContain(answer.status);
    expect(answer.status === 404).toBe(status === 404);
  });

  it('needs an address', async () =>
    expect((await server.post('/v1/follows', { kind: 'agency', code: 'AAA' }, server.token('AAA'))).body.code).toBe(
      'no_address',
    ));
});

describe('Somebody without an account', () => {
  it('is written to once it has confirmed the address, and ends each with a link', async () => {
    const page = await stranger().opens('/agencies/AAA');
    const [, address] = /href="(\/follow\?[^"]*)"/.exec(page.html)!;
    const form = await stranger().opens(address!.replaceAll('&amp;', '&'));
    expect(form.html).toContain('name="email"');
    expect((await asks({ kind: 'agency', code: 'AAA', language: 'es' })).html).toContain('Look into your letters');
    const [confirmation, ...others] = await daysLater(0);
    expect(others).toEqual([]);
    expect(confirmation).toMatchObject({
      envelope: 'reader@example.org',
      subject: expect.stringMatching(/^Para confirmar/),
    });
    await reports('AAA-2006-01', 'on_hold');
    // Nothing is sent before it is confirmed; a look at the link confirms nothing.
    const [link] = linksIn(confirmation!);
    const looked = await stranger().opens(link!);
    expect(await daysLater(6)).toEqual([]);
    await stranger().fillsIn(looked, link!);
    await reports('AAA-2006-01', 'planned');
    const [digest] = await daysLater(8);
    expect(digest!.text).toContain('estado actual: previsto');
    const ends = linksIn(digest!).find((one) => one.includes('follow='))!;
    await stranger().sends(ends, {});
    expect((await followers()).filter(({ email }) => email !== null)).toEqual([]);
    expect((await stranger().opens(ends)).status).toBe(404);
  });

  it('gets one letter, however often it is asked, and nobody learns whether it follows', async () => {
    const answers = [await asks({ kind: 'agency', code: 'AAA' }), await asks({ kind: 'agency', code: 'AAA' })];
    expect(await daysLater(0)).toHaveLength(1);
    for (const code of ['BBB', 'CC-C']) answers.push(await asks({ kind: 'agency', code }));
    answers.push(await asks({ kind: 'theme', code: 'T-1' }));
    expect(await daysLater(0)).toHaveLength(2);
    for (const { status, html } of answers) {
      expect(status).toBe(200);
      expect(html).toContain('Look into your letters');
    }
  });

  it('is forgotten within a week when it does not confirm', async () => {
    await daysLater(8);
    expect((await followers()).filter(({ email }) => email !== null)).toEqual([]);
  });

  it('is written the filters of a list in words, and no words of somebody else', async () => {
    await asks({ kind: 'list', code: 'agency=AAA&overdue=false&q=Buy+cheap+pills+at+example.com' });
    const [{ text, html, subject }] = (await daysLater(0)) as [Arrived];
    expect(subject).toContain(', not overdue, …');
    expect([text, html, subject].join()).not.toMatch(/pills|example\.com/);
  });

  it('is written to at one address, whatever else an address could say', async () => {
    const before = await followers();
    const wrong = ['"a\r\nBcc: eve"@example.org', '"a b"@example.org', 'a@example.org, b@example.org', 'A <a@b.org>'];
    for (const email of wrong)
      expect([email, (await asks({ kind: 'agency', code: 'ILO', email })).status]).toEqual([email, 400]);
    expect(await followers()).toEqual(before);
  });

  it('is asked from our own pages only, and from one place not often', async () => {
    expect((await asks({ kind: 'agency', code: 'AAA' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const strict = await TestServer.start([], { SIGN_IN_RATE_LIMIT: '3' });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) {
      const fields = { kind: 'list', code: 'overdue=true', email: `r${n}@example.org` };
      statuses.push((await new Visitor(strict.url).sends('/follow', fields)).status);
    }
    await strict.close();
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('cannot be made to write to very many', async () => {
    const following = server.app.get(Follows);
    await daysLater(1);
    const asked = { kind: 'agency', code: 'AAA' } as const;
    const all = Array.from({ length: 101 }, (_, n) => following.ask(`many${n}@example.org`, 'en', asked));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });
});
