import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { classOf, type BodyName } from '#bodies';
import { ACTS } from '#commitments';
import { canonicalJson } from '#eventsourcing';
import { bodyOfForm, formFieldsOf, type FieldValues } from '#platform';
import { REGISTER_ACTS } from '#registers';
import { Form } from '../apps/api/src/pages/form.js';
import { asFilled, KEY } from '../apps/api/src/pages/form-parts.js';
import { roles } from './support/commitment.js';
import { sound } from './support/bodies.js';
import { pairsOf, Visitor, wordsIn, type Visit } from './support/visitor.js';
import { HLD, TestServer } from './support/server.js';
import { runs } from './support/properties.js';

const OF_REGISTERS = Object.values(REGISTER_ACTS).flatMap((acts) => Object.values(acts));
const BODIES = [...new Set([...Object.values(ACTS), ...OF_REGISTERS].map(({ body }) => body as BodyName))].filter(
  (name) => !['Publication', 'WriteNarrative', 'PublishReport'].includes(name),
);

/** A body without the fields that a form leaves out: nulls, and empty lists and objects. */
const said = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(said);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, said(one)] as const)
      .filter(([, one]) => one !== null && (typeof one !== 'object' || Object.keys(one as object).length > 0)),
  );
};

describe('The form of a body', () => {
  it.each(BODIES.filter((name) => name !== 'Correct'))('sends %s as it was filled in', (name) => {
    const Body = classOf(name) as new () => object;
    const places = ['/note', '/reason', '/a/0'].map((value) => ({ value, label: value }));
    fc.assert(
      fc.property(sound(Body), (body) => {
        const meant = said(
          name === 'Blank'
            ? { ...body, fields: ['/note', '/a/0'] }
            : name === 'Retract'
              ? { ...body, item: '/a/0' }
              : body,
        );
        const shown = { filled: asFilled(meant) as FieldValues, key: '' };
        const form = h(Form, { of: Body, shown, places, action: '/x', submit: 's', back: '/' });
        const pairs = pairsOf(renderToString(form)).filter(([field]) => field !== 'csrf' && field !== KEY);
        const sent = formFieldsOf(new URLSearchParams(pairs).toString());
        expect(canonicalJson(said(bodyOfForm(Body, sent)))).toBe(canonicalJson(meant));
      }),
      runs(8),
    );
  });
});

describe('The forms of acts', () => {
  const server = TestServer.forAll([HLD]);
  let iom: Visitor;
  let secretariat: Visitor;
  const record = {
    ...{ title: 'Handbook for municipalities', summary: 'A handbook.', kind: 'publication', nature: 'one_off' },
    ...{ strength: 'undertaken', condition: 'if funded', themes: ['HLD06-04'], target: { date: '2014' } },
    agencies: roles({ IOM: 'lead', ILO: 'partner' }),
    milestones: [{ title: 'A draft', due: '2013-03' }, { title: 'A proof' }],
    evidence: [{ title: 'The plan', url: 'https://example.org/plan' }],
    ...{ stage: 'planned', effective: '2013-05', reportedOn: '2013-06-03' },
  };
  const recorded = async (change: object = {}): Promise<string> =>
    (await server.post('/v1/commitments', { ...record, ...change }, server.token('IOM'))).body.reference as string;
  const last = async (reference: string) =>
    (await server.get(`/v1/commitments/${reference}/history`)).body.items.at(-1) as {
      revision: number;
      data: object;
      type: string;
    };
  const offeredOn = ({ html }: Visit): string[] =>
    [...html.matchAll(/<a href="(\/commitments\/[^"?#]+\/[^"?#]+)"/g)].map(([, href]) => href!);

  beforeAll(async () => {
    iom = await Visitor.signedIn(server, 'IOM');
    secretariat = await Visitor.signedIn(server, null);
  });

  it('offer no choice that the rules refuse', async () => {
    const stagesIn = ({ html }: Visit) =>
      [.../<select id="in-stage".*?<\/select>/s.exec(html)![0].matchAll(/value="(\w+)"/g)].map(([, stage]) => stage);
    const one = await recorded({ title: 'A course' });
    const standing = await recorded({ title: 'A service', nature: 'standing' });
    const form = (reference: string, act: string) => iom.opens(`/commitments/${reference}/${act}`);
    expect(stagesIn(await form(one, 'stage'))).toContain('completed');
    expect(stagesIn(await form(standing, 'stage'))).not.toContain('completed');
    expect((await form(one, 'agencies')).html).not.toContain('value="lead"');
    const role = (await form(one, 'agencies/ILO/role')).html;
    expect([role.includes('value="lead"'), role.includes('id="in-from"')]).toEqual([false, false]);
    const reading = await secretariat.opens(`/commitments/${one}/verification`);
    expect(wordsIn(reading)).toContain('(needed unless there is no evidence)');
  });

  it('record, through the form, what the same body records by the API', async () => {
    const empty = await iom.opens('/record');
    const two = await iom.fillsIn(empty, '/record', { _more: 'milestones', title: 'Kept' });
    expect(pairsOf(two.html).filter(([name]) => /^milestones\.\d\.title$/.test(name))).toHaveLength(2);
    const flat = (value: unknown, path: string): [string, string][] =>
      Array.isArray(value) && typeof value[0] !== 'object'
        ? value.map((one) => [path, String(one)])
        : typeof value === 'object'
          ? Object.entries(value!).flatMap(([name, one]) => flat(one, path ? `${path}.${name}` : name))
          : [[path, String(value)]];
    const names = new Set(flat(record, '').map(([name]) => name));
    const form = pairsOf(two.html).filter(([name]) => !names.has(name));
    const filled = [...form, ...flat(record, '')];
    expect((await iom.sends('/record', [...filled, ['_more', 'evidence']])).status).toBe(200);
    const done = await iom.sends('/record', filled);
    expect(done.status).toBe(303);
    const reference = /commitments\/([^?]+)/.exec(done.to!)![1]!;
    const [byForm, byApi] = [await last(reference), await last(await recorded())];
    expect({ ...byForm.data }).toEqual(byApi.data);
    expect(wordsIn(await iom.opens(done.to!))).toMatch(/Recorded\. Recorded as Planned/);
  });

  it('are offered where they can be done, to whom they are allowed; each opens, and none is offered to strangers', async () => {
    const reference = await recorded();
    for (const [who, agency] of [
      [iom, 'IOM'],
      [secretariat, null],
    ] as const) {
      const page = await who.opens(`/commitments/${reference}`);
      const { body } = await server.get(`/v1/commitments/${reference}`, {
        authorization: `Bearer ${server.token(agency)}`,
      });
      const allowed = (body.allowedActs as { href: string }[]).map(({ href }) => href.replace('/v1', ''));
      expect(offeredOn(page).sort()).toEqual(allowed.sort());
      for (const href of allowed) {
        const form = await who.opens(href);
        expect([href, form.status]).toEqual([href, 200]);
        expect(pairsOf(form.html, href).some(([name]) => name === '_key')).toBe(true);
        expect(form.headers.get('cache-control')).toBe('no-store');
      }
    }
    const { body } = await server.get(`/commitments/${reference}`, { accept: 'text/html' });
    expect(offeredOn({ html: String(body) } as Visit)).toEqual([]);
    const stranger = await server.get(`/commitments/${reference}?done=0&like=IOM-2011-12`, { accept: 'text/html' });
    const plain = (html: string) => html.replaceAll(/ETag.*|done=0&amp;like=IOM-2011-12&amp;?/g, '');
    expect(plain(String(stranger.body))).toBe(plain(String(body)));
    const ilo = await Visitor.signedIn(server, 'ILO');
    expect((await ilo.opens(`/commitments/${reference}/target`)).status).toBe(403);
    expect((await new Visitor(server.url, false).opens(`/commitments/${reference}/target`)).status).toBe(303);
  });

  it('lead to what should be looked at again: an agency that may have ended, which is no likely duplicate', async () => {
    const reference = await recorded({ title: 'A fellowship' });
    const address = `/commitments/${reference}/agencies`;
    const adds = async (agency: string) => {
      const fields = { agency, role: 'partner', reportedOn: '2013-06-04' };
      const { to } = await iom.fillsIn(await iom.opens(address), address, fields);
      return { to: to!, words: wordsIn(await iom.opens(to!)) };
    };
    const ended = await adds('UNIFEM');
    expect(ended.to).toContain('&ended=UNIFEM');
    expect(ended.words).toMatch(/UNIFEM has a successor, UN-WOMEN ?\. Is UN-WOMEN meant\?/);
    expect(ended.words).not.toContain('may be the same');
    const standing = await adds('UN-WOMEN'); // control
    expect([standing.to.includes('ended='), standing.words.includes('has a successor')]).toEqual([false, false]);
    const join = '/agencies/UN-WOMEN/join';
    const joined = await secretariat.fillsIn(await secretariat.opens(join), join, { body: 'UNIFEM', from: '2012' });
    expect(joined.to).toMatch(/^\/register\/agency\/UN-WOMEN\?done=\d+&ended=UNIFEM$/);
    expect(wordsIn(await secretariat.opens(joined.to!))).toMatch(/Recorded\. UNIFEM has a successor, UN-WOMEN ?\. Is/);
    const mistold = wordsIn(await iom.opens(`/commitments/${reference}?done=1&ended=UN-WOMEN,NOBODY,UNIFEM,UNIFEM`));
    expect(mistold.match(/\S+ (has a successor|ended )/g)).toEqual(['UNIFEM has a successor']);
  });

  it('show a fault at its field, with a link to it on top and everything kept', async () => {
    const at = `/commitments/${await recorded()}/stage`;
    const again = await iom.fillsIn(await iom.opens(at), at, {
      ...{ stage: 'completed', effective: 'soon', note: 'Kept <b>' },
      ...{ 'citation.document': 'NOTHING', 'citation.locator': 'p. 1' },
    });
    expect(again.status).toBe(400);
    expect(again.html).toContain('<a href="#in-effective">When it happened must be a real date');
    expect(again.html).toMatch(/<input id="in-effective"[^>]*aria-invalid="true"/);
    const kept = Object.fromEntries(pairsOf(again.html, at));
    expect(kept).toMatchObject({ stage: 'completed', effective: 'soon', note: 'Kept <b>', 'citation.locator': 'p. 1' });
    const then = await iom.fillsIn(again, at, { effective: '2013' });
    expect([then.status, wordsIn(then)]).toEqual([422, expect.stringMatching(/NOTHING/)]);
    expect(then.html).toContain('<a href="#in-citation-document">');
    expect((await iom.fillsIn(then, at, { 'citation.document': null, 'citation.locator': null })).status).toBe(303);
  });

  it('are given once however often they are sent', async () => {
    const reference = await recorded();
    const at = `/commitments/${reference}/evidence`;
    const form = await iom.opens(at);
    const sent = await Promise.all([1, 2, 3].map(() => iom.fillsIn(form, at, { title: 'Draft', note: 'Once' })));
    expect(new Set(sent.map(({ status, to }) => `${status} ${to}`)).size).toBe(1);
    expect((await last(reference)).revision).toBe(1);
  });

  it('show what somebody else recorded meanwhile, and keep what was filled in', async () => {
    const reference = await recorded();
    const at = `/commitments/${reference}/stage`;
    const form = await iom.opens(at);
    const target = { date: '2019', reportedOn: '2013-07-01' };
    await server.post(`/v1/commitments/${reference}/target`, target, server.token('IOM'));
    const again = await iom.fillsIn(form, at, { stage: 'in_progress', effective: '2013-06' });
    expect(again.status).toBe(412);
    expect(wordsIn(again)).toMatch(/Somebody was faster.*Its target is 2019/);
    expect(await last(reference)).toMatchObject({ type: 'commitment.TargetSet' });
    expect((await iom.fillsIn(again, at)).status).toBe(303);
    expect((await last(reference)).data).toMatchObject({ stage: 'in_progress', effective: '2013-06', agency: 'IOM' });
  });

  it('correct only what is said otherwise, and amend only what is worded otherwise', async () => {
    const reference = await recorded();
    const wording = `/commitments/${reference}/wording`;
    expect((await iom.fillsIn(await iom.opens(wording), wording, { title: 'Guide' })).status).toBe(303);
    expect(Object.keys((await last(reference)).data)).toEqual(['reportedOn', 'title']);
    const correct = `/commitments/${reference}/history/0/correct`;
    const form = await iom.opens(correct);
    const changes = { reason: 'Misread', 'says.effective': '2013-04', 'says.target.date': null };
    const done = await iom.fillsIn(form, correct, changes);
    const { target: _, ...others } = record;
    const { revision: of, reason, says } = (await last(reference)).data as Record<string, object>;
    expect([done.status, of, reason]).toEqual([303, 0, 'Misread']);
    const agencies = [record.agencies[0], { ...record.agencies[1], asked: true }];
    expect(says).toEqual({ ...others, agency: 'IOM', agencies, effective: '2013-04' });
    const nothing = await iom.fillsIn(await iom.opens(correct), correct, { reason: 'Why not' });
    expect([nothing.status, wordsIn(nothing)]).toEqual([400, expect.stringMatching(/must say something/)]);
  });

  it('of the registers are there for every act, to the secretariat; what they send is what the API records', async () => {
    const entries = {
      ...{ agency: 'IOM', framework: 'HLD06', theme: 'HLD06-04', crosswalk: 'HLD06-HLD13' },
      ...{ forum: 'CM-2011', outcome: 'GCIM-R33', document: 'D-2012-MC2353' },
    } as const;
    const home = await secretariat.opens('/register');
    for (const [kind, code] of Object.entries(entries)) {
      expect(home.html).toContain(`href="/register/${kind}"`);
      const page = await secretariat.opens(`/register/${kind}/${code}`);
      const links = [...page.html.matchAll(/href="(\/[a-z]+\/[^"/?#]+\/[^"?#]+)"/g)].map(([, href]) => href!);
      const acts = links.filter((href) => href.includes(`/${code}/`));
      const names = Object.values(REGISTER_ACTS[kind as keyof typeof entries]).map(({ path }) => path as string);
      const expected = names
        .filter((path) => path && !path.endsWith('retract'))
        .map((path) => path.replace(':revision', '0'));
      expect(acts.map((href) => href.split(`/${code}/`)[1]!)).toEqual(expect.arrayContaining(expected));
      for (const href of [`/register/${kind}`, ...acts]) {
        const form = await secretariat.opens(href);
        const hasKey = pairsOf(form.html, href).some(([name]) => name === '_key');
        expect([href, form.status, hasKey]).toEqual([href, 200, true]);
      }
    }
    for (const href of ['/agencies/IOM/rename', '/register/agency', '/forums/CM-2011/amend'])
      expect([href, (await iom.opens(href)).status]).toEqual([href, 403]);

    const made = await secretariat.fillsIn(await secretariat.opens('/register/agency'), '/register/agency', {
      ...{ code: 'FORM-WG', name: 'A working group', kind: 'Working group' },
    });
    expect([made.status, made.to]).toEqual([303, '/register/agency/FORM-WG?done=0']);
    const chair = '/agencies/IOM/chair';
    const said = { body: 'FORM-WG', from: 'Nov 2012', role: 'co-chair' };
    expect((await secretariat.fillsIn(await secretariat.opens(chair), chair, said)).status).toBe(422);
    for (const [act, more] of [
      ['/agencies/IOM/join', { body: 'FORM-WG', from: '2012' }],
      [chair, said],
    ] as const)
      expect([act, (await secretariat.fillsIn(await secretariat.opens(act), act, more)).status]).toEqual([act, 303]);
    const { items } = (await server.get('/v1/agencies/IOM/history')).body;
    expect(items.at(-1)).toMatchObject({
      ...{ type: 'agency.Chaired', by: { role: 'secretariat' } },
      data: { body: 'FORM-WG', from: '2012-11', role: 'co-chair' },
    });
    const back = `/agencies/IOM/history/${items.at(-1).revision}/retract`;
    expect((await secretariat.opens('/register/agency/IOM')).html).toContain(back);
    const takenBack = await secretariat.fillsIn(await secretariat.opens(back), back, { reason: 'Said in error' });
    expect(takenBack.status).toBe(303);
    expect(wordsIn(await secretariat.opens('/register/agency/IOM'))).toMatch(/Chaired taken back since/);

    const document = '/register/document';
    const paper = { id: 'IOM-PAPER', title: 'A paper', published: '2012', reportedOn: '2012-06-01' };
    const others = await iom.fillsIn(await iom.opens(document), document, { ...paper, publisher: 'ILO' });
    expect([others.status, wordsIn(others)]).toEqual([403, expect.stringMatching(/must be IOM/)]);
    expect((await iom.fillsIn(await iom.opens(document), document, paper)).status).toBe(303);
  });

  it('make a meeting a dossier: its agenda, papers, rounds, organisations and outcome document', async () => {
    const at = '/forums/CM-2011/amend';
    const form = await secretariat.opens(at);
    const more = await secretariat.fillsIn(form, at, { _more: 'agenda' });
    const done = await secretariat.fillsIn(more, at, {
      ...{ 'agenda.0.number': '3', 'agenda.0.title': 'Follow-up to the Dialogue', 'agenda.0.papers': 'D-2007-WP204' },
      ...{ participants: 'ILO', papers: 'D-2012-MC2353', outcomeDocument: 'MC/2353' },
    });
    expect(done.status).toBe(303);
    const words = wordsIn((await iom.opens('/forums/CM-2011')) as Visit);
    expect(words).toMatch(/Agenda 3 Follow-up to the Dialogue/);
    expect(words).toMatch(/Papers .*Input to the Ninth Coordination Meeting/);
    expect(words).toMatch(/Reporting rounds for it .*1 of 16 agencies answered/);
    expect(words).toMatch(/Organisations that took part ILO and IOM/);
    expect((await server.get('/v1/forums/CM-2011')).body).toMatchObject({
      agenda: [{ number: '3', title: 'Follow-up to the Dialogue', papers: ['D-2007-WP204'] }],
      participants: ['ILO'],
    });
  });
});
