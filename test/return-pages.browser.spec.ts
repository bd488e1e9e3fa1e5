import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { todayAt } from '#clocks';
import { cookieOf, Reader, signedIn } from './support/browser.js';
import { pairsOf, Visitor, wordsIn } from './support/visitor.js';
import { HLD, TestServer } from './support/server.js';

const today = todayAt(new Date());
const inDays = (days: number): string => todayAt(new Date(Date.now() + days * 86_400_000));

describe('A round on pages', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);
  let [iom, colleague, ilo, secretariat] = [] as unknown as [Visitor, Visitor, Visitor, Visitor];
  const at = '/rounds/R-1/returns/IOM';
  const stateOf = async (agency: string) => (await server.get(`/v1/rounds/R-1/returns/${agency}`)).body.state as string;

  beforeAll(async () => {
    [iom, colleague, ilo, secretariat] = [
      await Visitor.signedIn(server, 'IOM'),
      await Visitor.signedIn(server, 'IOM'),
      await Visitor.signedIn(server, 'ILO'),
      await Visitor.signedIn(server, null),
    ];
  });

  it('is prepared by the secretariat alone, and opened in one act', async () => {
    expect((await iom.opens('/rounds/prepare')).status).toBe(403);
    const fields = {
      ...{ code: 'R-1', name: 'Follow-up', asOf: today, opens: today, deadline: inDays(14), guidance: null },
      ...{ 'expected.agencies': null, 'expected.body': null, previous: null, 'inQuestion.theme': 'HLD06-17' },
      ...{ 'questions.0.id': 'staff', 'questions.0.of': 'agency', 'questions.0.kind': 'number' },
      ...{ 'questions.0.text': 'How many staff?', 'questions.0.required': 'true' },
    };
    const form = await secretariat.opens('/rounds/prepare');
    // Offered is the guidance of the last round, but not where an old one was replayed from, which its own page tells.
    const replayed = 'Replayed from MC/2353';
    expect([form, await secretariat.opens('/rounds/COUNCIL-101')].map(({ html }) => html.includes(replayed))).toEqual([
      false,
      true,
    ]);
    const pairs = pairsOf(form.html, '/rounds/prepare').filter(([name]) => !(name in fields));
    const said = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== null);
    const asked = ['IOM', 'ILO', 'WHO'].map((code): [string, string] => ['expected.agencies', code]);
    const kept = await secretariat.sends('/rounds/prepare', [...pairs, ...said, ...asked]);
    expect([kept.status, kept.to]).toEqual([303, '/rounds/R-1']);
    expect((await iom.opens('/rounds/R-1')).status).toBe(404);
    const desks = [await secretariat.opens('/home'), await iom.opens('/home')];
    expect(desks.map((desk) => wordsIn(desk).includes('Being prepared Follow-up to be opened on'))).toEqual([
      true,
      false,
    ]);
    const prepared = await secretariat.opens('/rounds/R-1');
    expect(wordsIn(prepared)).toMatch(
      /Commitments all in which an agency has a part, on .* Asked International Organization for Migration; .*Reminders .*Report Synthesis/,
    );
    await server.post(
      '/v1/rounds',
      { code: 'R-0', name: 'A slip', asOf: today, opens: today, deadline: today, expected: { agencies: ['WHO'] } },
      server.token(null),
    );
    const slip = await secretariat.fillsIn(await secretariat.opens('/rounds/R-0/discard'), '/rounds/R-0/discard');
    expect([slip.to, (await secretariat.opens('/rounds/R-0')).status]).toEqual(['/rounds', 404]);
    const asks = await secretariat.opens('/rounds/R-1/open');
    expect([prepared.html.includes('href="/rounds/R-1/open"'), wordsIn(asks)]).toEqual([
      true,
      expect.stringMatching(/3 agencies can answer.*0 people of 3 agencies will be sent an invitation: ILO, IOM, WHO/),
    ]);
    const opened = await secretariat.fillsIn(asks, '/rounds/R-1/open');
    expect(opened.status).toBe(303);
    expect((await secretariat.opens('/rounds/R-1/open')).status).toBe(409);
    expect(wordsIn(await iom.opens('/home'))).toMatch(/Follow-up Awaited; due on .*, 14 days left/);
  });

  it('is answered for thirty commitments with the keyboard in less than fifteen minutes', async () => {
    let steps = 0;
    let characters = 0;
    const rows = await reader.on(
      at,
      async (page: Page) => {
        const press = async (key: string) => {
          steps++;
          await page.keyboard.press(key);
        };
        const type = async (text: string) => {
          characters += text.length;
          await page.keyboard.type(text);
        };
        const all = await page.locator('.return-row[id^=in-commitments]').count();
        await page.locator('[name="answers.0.number"]').focus();
        await type('12');
        const nameOf = () => page.evaluate(() => (document.activeElement as HTMLInputElement).name ?? '');
        // Two of three have not changed; of each third something is told.
        for (let row = 0; row < Math.min(all, 30); row++) {
          do await press('Tab');
          while ((await nameOf()) !== `commitments.${row}.says`);
          if (row % 3 > 0) {
            await press('Space');
            await press('ArrowRight');
            continue;
          }
          // Its fold, and in it how it stands.
          await press('Tab');
          await press('Space');
          await press('Tab');
          await type('In');
          await press('Tab');
          await type(today.slice(0, 7));
          await press('Tab');
          await press('Tab');
          await type('It goes on as planned.');
        }
        await page.waitForFunction(
          (n) => document.querySelector('.return-bar strong')!.textContent === String(n),
          Math.min(all, 30),
        );
        return all;
      },
      signedIn(iom),
    );
    expect(rows).toBeGreaterThanOrEqual(30);
    // Four steps where nothing has changed, sixteen where something is told.
    expect(steps).toBeLessThanOrEqual(20 * 4 + 10 * 16);
    // A second for each step, 200 characters a minute, and twelve seconds to think of each commitment.
    expect(steps + characters * 0.3 + 30 * 12).toBeLessThan(15 * 60);
    expect(reader.complaints).toEqual([]);
    const { content } = (
      await server.get(`/v1/rounds/R-1/returns/IOM`, { authorization: `Bearer ${server.token('IOM')}` })
    ).body.draft;
    expect(content.commitments).toHaveLength(30);
    expect(content.answers).toEqual([{ question: 'staff', number: 12 }]);
    expect(content.commitments[0].acts[0]).toMatchObject({ act: 'reportStage', body: { stage: 'in_progress' } });
  });

  it('shows the commitments that were chosen, and keeps what was typed before', async () => {
    const refsIn = ({ html }: { html: string }) =>
      pairsOf(html, at).flatMap(([name, value]) => (/^commitments\.\d+\.reference$/.test(name) ? [value] : []));
    const page = await iom.opens(at);
    const all = refsIn(page);
    expect(wordsIn(page)).toMatch(
      new RegExp(`Not yet answered \\(${all.length - 30}\\).*30 of ${all.length} answered`),
    );
    expect(wordsIn(await iom.opens('/home'))).toContain(`30 of ${all.length} answered`);
    const chosen = await iom.fillsIn(page, at, { _do: 'show open', 'commitments.0.note': 'Typed before' });
    expect(chosen.to).toBe(`${at}?only=open#commitments`);
    const some = await iom.opens(chosen.to!);
    expect(refsIn(some).length).toBe(all.length - 30);
    // Commitments that are not shown are kept, and the choice with them; a check looks at all.
    const row = Number(/name="commitments\.(\d+)\.reference"/.exec(some.html)![1]);
    const saved = await iom.fillsIn(some, at, { [`commitments.${row}.says`]: 'no_change', _add: null });
    expect(saved.to).toBe(`${at}?only=open`);
    const after = await iom.opens(saved.to!);
    expect([refsIn(after).length, wordsIn(after)]).toEqual([
      refsIn(some).length - 1,
      expect.stringContaining(`31 of ${all.length} answered`),
    ]);
    const added = { _do: `add ${row} ${refsIn(some)[0]}`, [`_add.r${row}`]: 'attachEvidence' };
    expect((await iom.fillsIn(await iom.opens(at), at, added)).to).toBe(
      `${at}?add=${refsIn(some)[0]}+attachEvidence#in-commitments-${row}`,
    );
    expect((await iom.fillsIn(after, at, { _do: 'check' })).to).toBe(`${at}?check=yes`);
    const whole = await iom.opens(at);
    expect(Object.fromEntries(pairsOf(whole.html, at))).toMatchObject({ 'commitments.0.note': 'Typed before' });
    const back = { 'commitments.0.note': null, [`commitments.${row}.says`]: null };
    expect((await iom.fillsIn(whole, at, back)).status).toBe(303);
  });

  it('keeps what is written while one is signed out, and saves it for whoever is signed in then', async () => {
    const said = await reader.on(
      at,
      async (page: Page) => {
        const status = async (words: RegExp) =>
          page.waitForFunction(
            (one) => new RegExp(one).test(document.querySelector('#saved')!.textContent!),
            words.source,
          );
        const asksFirst = async () =>
          page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
        const told = [await asksFirst()];
        await page.context().clearCookies();
        await page.locator('[name="answers.0.number"]').fill('13');
        await status(/^Not saved: you are signed out/);
        told.push(await asksFirst());
        await page.context().addCookies([cookieOf(colleague)]);
        await page.evaluate(() => window.dispatchEvent(new Event('focus')));
        await status(/^Saved/);
        return [...told, await asksFirst()];
      },
      signedIn(iom),
    );
    expect(said).toEqual([false, true, false]);
  });

  it('shows two who work on one return both drafts, and loses neither', async () => {
    const [mine, theirs] = [await iom.opens(at), await colleague.opens(at)];
    expect(
      (await colleague.fillsIn(theirs, at, { 'commitments.1.note': 'Theirs', 'commitments.2.note': 'Only theirs' }))
        .status,
    ).toBe(303);
    const both = await iom.fillsIn(mine, at, { 'commitments.1.note': 'Mine', 'commitments.4.note': 'Only mine' });
    expect([both.status, wordsIn(both)]).toEqual([
      412,
      expect.stringMatching(/The other draft says: No change : Theirs/),
    ]);
    expect(both.html).toMatch(/<li><a href="#in-commitments-1">[\w-]+<\/a><\/li><\/ul>/);
    const kept = Object.fromEntries(pairsOf(both.html, at));
    expect([1, 2, 4].map((row) => kept[`commitments.${row}.note`])).toEqual(['Mine', 'Only theirs', 'Only mine']);
    expect((await iom.fillsIn(both, at)).status).toBe(303);
  });

  it('takes a new commitment of several agencies, and names it where something of it is missing', async () => {
    const begun = await iom.fillsIn(await iom.opens(at), at, { _do: 'new' });
    const title = { 'newCommitments.0.body.title': 'A course for diplomats' };
    const list = 'newCommitments.0.body.agencies';
    const grown = await iom.fillsIn(await iom.opens(begun.to!), at, { ...title, _more: list });
    expect(grown.to).toBe(`${at}?more=${list}#in-newCommitments-0-body-agencies`);
    const wider = await iom.opens(grown.to!);
    const partner = { [`${list}.1.agency`]: 'ILO', [`${list}.1.role`]: 'partner' };
    expect(pairsOf(wider.html, at)).toEqual(expect.arrayContaining(Object.keys(partner).map((name) => [name, ''])));
    const checked = await iom.fillsIn(wider, at, { ...partner, _do: 'check' });
    const page = await iom.opens(checked.to!);
    expect(wordsIn(page)).toMatch(/New commitment 1: “Kind” is needed\./);
    expect(Object.fromEntries(pairsOf(page.html, at))).toMatchObject(partner);
    const gone = { 'newCommitments.0.body.title': null, 'newCommitments.0.body.summary': null };
    expect((await iom.fillsIn(page, at, gone)).status).toBe(303);
  });

  it('says before it is submitted what is missing, with links to the fields', async () => {
    const checked = await iom.fillsIn(await iom.opens(at), at, { _do: 'submit' });
    expect(checked.to).toBe(`${at}?check=yes`);
    const page = await iom.opens(checked.to!);
    const links = [...page.html.matchAll(/<a href="#(in-commitments-\d+)">[^<]*an update, no change/g)].map(
      ([, id]) => id!,
    );
    expect(links.length).toBeGreaterThan(0);
    for (const id of links) expect(page.html).toContain(`id="${id}"`);
    expect(await stateOf('IOM')).toBe('awaited');
    const rest = await iom.fillsIn(await iom.opens(at), at, { _do: 'rest' });
    expect(rest.status).toBe(303);
    const done = await iom.fillsIn(await iom.opens(at), at, { _do: 'submit' });
    expect([done.status, await stateOf('IOM')]).toEqual([303, 'submitted']);
  });

  it('is reviewed, sent back with a comment at its commitment, changed, and accepted with others at once', async () => {
    const review = await secretariat.opens(at);
    const field = '/commitments/0/acts/0/body/effective';
    expect(review.html).toContain(`<option value="${field}">`);
    const empty = await secretariat.fillsIn(review, `${at}/return`, { 'comments.0.at': field });
    expect([empty.status, wordsIn(empty)]).toEqual([
      400,
      expect.stringMatching(/This was not recorded Write at least one comment/),
    ]);
    expect(empty.html).toMatch(
      /<a href="#comment-field-10000">.*<textarea id="comment-field-10000"[^>]* aria-invalid/s,
    );
    // The commitments that were chosen, and the one with a comment that was not sent yet.
    const typed = { 'comments.1.at': '/commitments/1', 'comments.1.text': 'Is it so?' };
    const some = await secretariat.fillsIn(review, `${at}/return`, { ...typed, _do: 'show update' });
    const updates = Number(/Update \((\d+)\)/.exec(wordsIn(review))![1]);
    expect([some.status, [...some.html.matchAll(/<li id="c\d+"/g)].length]).toEqual([200, updates + 1]);
    expect(some.html).toMatch(/<textarea id="comment-field-1"[^>]*>Is it so\?<\/textarea>/);
    expect(wordsIn(some)).not.toContain('This was not recorded');
    const read = await fetch(`${server.url}${at}?_do=show+update&_theme=&_part=lead`, { redirect: 'manual' });
    expect([read.status, read.headers.get('location')]).toEqual([303, `${at}?only=update&part=lead#commitments`]);
    const shown = wordsIn({ html: await (await fetch(`${server.url}${at}?only=update`)).text() });
    expect(shown).toContain(`Update (${updates})`);
    const long = { 'comments.0.at': field, 'comments.0.text': 'x'.repeat(4001) };
    const { html } = await secretariat.fillsIn(review, `${at}/return`, long);
    expect(html).toMatch(/<option value="\/commitments\/0\/acts\/0\/body\/effective" selected>.*>x{4001}<\/textarea>/s);
    const back = await secretariat.fillsIn(review, `${at}/return`, {
      'comments.0.at': field,
      'comments.0.text': 'Since when?',
    });
    expect([back.status, await stateOf('IOM')]).toEqual([303, 'returned']);
    expect(wordsIn(await iom.opens('/home'))).toMatch(/Sent back.*1 comment to read/);
    const told = await iom.opens(at);
    expect(wordsIn(told)).toMatch(/Sent back by the secretariat on .*, with 1 comment \./);
    expect(wordsIn(told)).toMatch(/The secretariat, .*, on \S+: Report how it stands: when it happened Since when\?/);
    const answered = await iom.fillsIn(told, `${at}/comments`, { answers: '0', text: 'Since March.' });
    expect(answered.status).toBe(303);
    // Comments that it has answered are not to be read any more.
    expect(wordsIn(await iom.opens('/home'))).not.toContain('comment to read');
    expect(wordsIn(await secretariat.opens(at))).toMatch(/Since when\?.*IOM, .* Since March\./);
    expect((await iom.fillsIn(await iom.opens(at), at, { _do: 'submit' })).status).toBe(303);
    const nil = '/rounds/R-1/returns/ILO/nil';
    expect((await ilo.fillsIn(await ilo.opens('/rounds/R-1/returns/ILO'), nil)).status).toBe(303);
    const asked = await secretariat.opens('/rounds/R-1/accept?agencies=IOM,ILO,WHO');
    expect(wordsIn(asked)).toMatch(/sent word that its return was accepted: ILO, IOM\./);
    const pairs = pairsOf(asked.html, '/rounds/R-1/accept');
    expect(pairs.filter(([name]) => name === 'agencies').map(([, code]) => code)).toEqual(['ILO', 'IOM']);
    const nobody = await secretariat.fillsIn(asked, '/rounds/R-1/accept', { agencies: null });
    expect([nobody.status, wordsIn(nobody)]).toEqual([400, expect.stringContaining('Tick at least one.')]);
    const accepted = await secretariat.sends('/rounds/R-1/accept', pairs);
    expect([accepted.status, await stateOf('IOM')]).toEqual([303, 'accepted']);
    expect(wordsIn(await secretariat.opens(at))).toMatch(
      /Accepted submitted on \S+ \S+ \S+, sent back on .*, submitted again on .*, accepted on \S+ \S+ \S+ /,
    );
  });

  it('tells everybody silence, a nil return and no change apart', async () => {
    const close = '/rounds/R-1/close';
    expect((await secretariat.fillsIn(await secretariat.opens(close), close)).status).toBe(303);
    const round = wordsIn({ html: String((await server.get('/rounds/R-1', { accept: 'text/html' })).body) });
    expect(round).toMatch(/Answered 1 of 3 IOM .*Nil return: nothing to report .*Silent: nothing received 1 of 3 WHO/);
    const html = async (agency: string) =>
      wordsIn({ html: String((await server.get(`/rounds/R-1/returns/${agency}`, { accept: 'text/html' })).body) });
    expect(await html('WHO')).toMatch(/Not received.*That is silence/);
    expect(await html('IOM')).toMatch(/Accepted.*No change/);
    expect((await iom.opens('/rounds/R-1/extend')).status).toBe(403);
  });

  it('is answered and submitted with the keyboard alone where there is no script', async () => {
    const round = { code: 'R-2', name: 'Without a script', asOf: today, opens: today, deadline: inDays(14) };
    const asked = { expected: { agencies: ['ILO'] }, inQuestion: { theme: 'HLD06-10' } };
    await server.post('/v1/rounds', { ...round, ...asked }, server.token(null));
    const { body } = await server.post('/v1/rounds/R-2/open', {}, server.token(null));
    await server.get('/v1/rounds', { 'if-position-at-least': body.position });
    const path = '/rounds/R-2/returns/ILO';
    await reader.on(
      path,
      async (page: Page) => {
        const focused = () =>
          page.evaluate(() => {
            const { name, value } = document.activeElement as HTMLInputElement;
            return name === '_do' ? value : name;
          });
        const tabTo = async (name: string) => {
          for (let i = 0; i < 200 && (await focused()) !== name; i++) await page.keyboard.press('Tab');
          expect(await focused()).toBe(name);
        };
        const rows = await page.locator('.return-row[id^=in-commitments]').count();
        expect(rows).toBeGreaterThan(1);
        for (let row = 0; row < rows; row++) {
          await tabTo(`commitments.${row}.says`);
          for (const key of ['Space', 'ArrowRight']) await page.keyboard.press(key);
        }
        await tabTo('submit');
        await page.keyboard.press('Enter');
        await page.waitForURL(`**${path}#submitted`);
      },
      { ...signedIn(ilo), javaScriptEnabled: false },
    );
    const { body: answered } = await server.get(`/v1${path}`);
    expect([answered.state, answered.submissions[0].content.commitments[0].says]).toEqual(['submitted', 'no_change']);
  });

  it('is published from its page, by the secretariat alone; a symbol that is taken refuses it there', async () => {
    const publish = '/rounds/R-1/publish';
    expect((await iom.opens(publish)).status).toBe(403);
    expect(wordsIn(await secretariat.opens(publish))).not.toMatch(/Location|the answer is|By the secretariat/);
    expect(wordsIn(await secretariat.opens('/rounds/R-1'))).toContain('Its report, as it would be published now');
    const other = { id: 'TAKEN', kind: 'agency', parameters: { agency: 'WHO' }, asOf: today };
    expect((await server.post('/v1/publications', other, server.token(null))).status).toBe(201);
    const refused = await secretariat.fillsIn(await secretariat.opens(publish), publish, { publication: 'TAKEN' });
    expect([refused.status, wordsIn(refused)]).toEqual([409, expect.stringContaining('TAKEN is being prepared as')]);
  });
});
