import { beforeAll, describe, expect, it } from '@jest/globals';
import { read as readBook, utils } from '@e965/xlsx';
import { todayAt } from '#clocks';
import { bearer, done, refusal } from './support/asking.js';
import { Visitor, wordsIn } from './support/visitor.js';
import { endOf, endedJob } from './support/publishing.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let [secretariat, iom, colleague, ilo] = ['', '', '', ''];
beforeAll(() => {
  [secretariat, iom] = [server.token(null), server.token('IOM')];
  [colleague, ilo] = [server.token('IOM'), server.token('ILO')];
});

const today = todayAt(new Date());
const daysFromNow = (days: number): string => todayAt(new Date(Date.now() + days * 86_400_000));
/** IOM and ILO have four commitments each on this theme. */
const THEME = 'HLD06-10';
const ROUND = {
  name: 'Follow-up on policies',
  asOf: today,
  opens: today,
  deadline: daysFromNow(14),
  expected: { agencies: ['IOM', 'ILO', 'WHO'] },
  inQuestion: { theme: THEME },
  report: { kind: 'theme', parameters: { theme: THEME } },
  questions: [
    {
      id: 'staff',
      of: 'agency',
      kind: 'number',
      text: 'How many staff?',
      unit: 'persons',
      required: true,
      carriedOver: true,
    },
    { id: 'hard', of: 'commitment', kind: 'yes_no', text: 'Was it harder than expected?' },
  ],
};

const post = (path: string, body: object = {}, token = secretariat, headers = {}) =>
  server.post(`/v1/rounds${path}`, body, token, headers);
const get = (path: string, token?: string) => server.get(`/v1/rounds${path}`, token ? bearer(token) : {});
const put = (path: string, body: object, revision: number, token = iom) =>
  server.put(`/v1/rounds${path}`, body, token, { 'if-match': `"${revision}"` });
/** Posts an act, and waits until views show it. @returns the answer */
const actAndWait = async (path: string, body: object = {}, token = secretariat, headers = {}) => {
  const answer = await done(post(path, body, token, headers));
  await server.get('/v1/rounds', { 'if-position-at-least': answer.position ?? '0' });
  return answer;
};
const opened = async (code: string, more: object = {}): Promise<void> => {
  await actAndWait('', { code, ...ROUND, ...more });
  await actAndWait(`/${code}/open`);
};
const headOf = async (): Promise<string> => (await server.get('/v1/rounds')).body.position;
const historyOf = async (reference: string) => (await server.get(`/v1/commitments/${reference}/history`)).body.items;
const typesIn = (items: readonly { type: string }[]) => items.map(({ type }) => type.replace('commitment.', ''));
const stateOf = async (code: string, agency: string, token?: string) =>
  (await get(`/${code}/returns`, token)).body.items.find((one: { agency: string }) => one.agency === agency);

/** A return that says something of each of the four commitments. */
async function contentFor(code: string, token = iom, agency = 'IOM') {
  const { body } = await get(`/${code}/returns/${agency}`, token);
  const references: string[] = body.register.map(({ reference }: { reference: string }) => reference);
  expect(references).toHaveLength(4);
  const [first, second, third, fourth] = references as [string, string, string, string];
  return {
    references,
    content: {
      commitments: [
        {
          reference: first,
          says: 'update',
          acts: [
            { act: 'attachEvidence', body: { title: 'Report of the year' } },
            { act: 'reportStage', body: { stage: 'on_hold', effective: today.slice(0, 7), note: 'The grant ended.' } },
          ],
          answers: [{ question: 'hard', yes: true }],
        },
        { reference: second, says: 'no_change', note: 'As it was' },
        { reference: third, says: 'not_assessed', why: 'The office was closed.' },
        { reference: fourth, says: 'no_change' },
      ],
      newCommitments: [
        {
          body: {
            title: 'Guide for parliaments',
            summary: 'A guide on migration policies for parliaments.',
            ...{ kind: 'publication', nature: 'one_off', strength: 'undertaken' },
            ...{ agencies: [{ agency, role: 'lead' }], themes: [THEME], stage: 'planned', effective: today },
          },
        },
      ],
      answers: [{ question: 'staff', number: 12 }],
      narratives: [{ language: 'en', text: 'It was a year of change.' }],
    },
  };
}

describe('The rounds of the papers', () => {
  it('come with the data: who answered, and who did not', async () => {
    const { items } = (await get('')).body;
    expect(items.map(({ code, state }: { code: string; state: string }) => `${code} ${state}`)).toEqual([
      'COUNCIL-101 closed',
      'CM-2011 closed',
      'CM-2006 closed',
    ]);
    const { agencies, responses, openedOn, closedOn } = (await get('/CM-2006')).body;
    expect({ openedOn, closedOn }).toEqual({ openedOn: '2006-11-20', closedOn: '2006-11-21' });
    expect(agencies).toEqual(expect.arrayContaining(['UNODC', 'WORLD-BANK', 'ESCWA']));
    expect(responses).toMatchObject({
      expected: { count: 22 },
      received: { count: 19 },
      late: { count: 0 },
      nil: { count: 0 },
      silent: { agencies: ['UN-HABITAT', 'UNICEF', 'WHO'] },
    });
    expect(await stateOf('CM-2006', 'WHO')).toMatchObject({
      state: 'not_received',
      late: true,
      daysLeft: null,
    });
    expect((await get('/CM-2006/returns/IOM')).body.papers).toMatchObject([
      { citation: { document: 'D-2006-5CM-IOM' } },
      { citation: { document: 'D-2007-WP204' } },
    ]);
    expect((await get('/CM-2011')).body.responses).toMatchObject({
      expected: { count: 16 },
      received: { agencies: ['IOM'] },
    });
    const { equation } = (await get('/CM-2011/bridge')).body.reported;
    const { total } = (await server.get('/v1/progress/agencies?asOf=2006-11-21')).body;
    expect(equation).toMatch(new RegExp(`^${total.total} \\+ \\d+ new`));
    const page = String((await server.get('/rounds/CM-2011', { accept: 'text/html' })).body);
    expect(page).toContain('href="/changes-since?from=2006-11-21&amp;to=2011-02-17"');
  });
});

describe('A round', () => {
  it('is prepared out of sight: no list, feed, position or address tells that it is there', async () => {
    const before = await headOf();
    const untold = { round: 'HIDDEN', revision: 0, position: null };
    expect((await post('', { code: 'HIDDEN', ...ROUND })).body).toEqual(untold);
    expect(await headOf()).toBe(before);
    for (const token of [undefined, iom]) {
      expect((await get('/HIDDEN', token)).status).toBe(404);
      expect(JSON.stringify((await get('', token)).body)).not.toContain('HIDDEN');
      expect((await get('/HIDDEN/returns/IOM', token)).status).toBe(404);
    }
    expect((await get('/HIDDEN', secretariat)).body).toMatchObject({ code: 'HIDDEN', state: null, revision: 0 });
    expect(refusal(await post('/HIDDEN/open', {}, iom))).toBe('403 forbidden');
    expect(refusal(await post('/HIDDEN/close'))).toBe('409 not_open_yet');
    // Thrown away it is gone without a trace, and its code is free again.
    expect(refusal(await post('/HIDDEN/discard', {}, iom))).toBe('403 forbidden');
    expect((await post('/HIDDEN/discard')).body).toEqual(untold);
    expect([refusal(await post('/HIDDEN/discard')), await headOf()]).toEqual(['404 not_found', before]);
    expect((await post('', { code: 'HIDDEN', ...ROUND })).status).toBe(201);
    expect(refusal(await post('/CM-2011/discard'))).toBe('409 already_open');
  });
  it.each([
    ['400 invalid /code', { code: 'A/B' }],
    ['422 ends_before_it_begins /deadline', { deadline: '2020-01-01' }],
    ['422 nobody_expected /expected', { expected: {} }],
    ['422 unknown_reference /expected/agencies/0', { expected: { agencies: ['NOBODY'] } }],
    [
      '422 asked_twice /questions/1/id',
      { questions: ['b', 'c'].map((text) => ({ id: 'a', of: 'agency', kind: 'text', text })) },
    ],
    ['422 choices_needed /questions/0/choices', { questions: [{ id: 'a', of: 'agency', kind: 'choice', text: 'b' }] }],
    [
      '422 not_carried_over /questions/0/carriedOver',
      { questions: [{ id: 'a', of: 'commitment', kind: 'text', text: 'b', carriedOver: true }] },
    ],
    ['422 unknown_reference /previous', { previous: 'NONE' }],
    ['404 not_found /report/parameters/agency', { report: { kind: 'agency', parameters: { agency: 'NOBODY' } } }],
    [
      '404 not_found /report/parameters/framework',
      { report: { kind: 'synthesis', parameters: { framework: 'NONE' } } },
    ],
    ['400 invalid /report/parameters/agency', { report: { kind: 'agency' } }],
    ['400 invalid /report/parameters/colour', { report: { kind: 'synthesis', parameters: { colour: 'red' } } }],
    ['400 invalid /report/parameters/theme', { report: { kind: 'theme' }, inQuestion: null }],
  ])('that contradicts itself, or names what is not there, is refused: %s', async (refused, more) =>
    expect(refusal(await post('', { code: 'BAD', ...ROUND, ...more }))).toBe(refused),
  );
  it('is not amended so, either, before and after it is opened; an agency registered a moment ago is there (the control)', async () => {
    const report = (agency: string) => ({ report: { kind: 'agency', parameters: { agency } } });
    await actAndWait('', { code: 'AMENDED', ...ROUND });
    const amended = (agency: string) => post('/AMENDED/amend', { ...ROUND, code: 'AMENDED', ...report(agency) });
    for (const open of [false, true]) {
      if (open) await actAndWait('/AMENDED/open');
      expect(refusal(await amended('NOBODY'))).toBe('404 not_found /report/parameters/agency');
      const code = `NEW-${open}`;
      await done(server.post('/v1/agencies', { code, name: code, kind: 'other' }, secretariat));
      expect((await amended(code)).status).toBe(200);
    }
  });
  it('asks the members that a body has on the day it opens, and others by name', async () => {
    await opened('BODY', { expected: { body: 'GMG', agencies: ['OSCE'] } });
    const { agencies, state } = (await get('/BODY')).body;
    expect(agencies).toEqual(expect.arrayContaining(['DESA', 'IOM', 'OSCE', 'UN-WOMEN']));
    expect([agencies.length, state]).toEqual([17, 'open']);
    expect(refusal(await post('/BODY/open'))).toBe('409 already_open');
  });
  it('is extended, for all or for one; closed; reopened for one agency; published once', async () => {
    await opened('LIFE');
    expect(refusal(await post('/LIFE/extend', { deadline: today, reason: 'r' }))).toBe('422 not_later /deadline');
    const [later, latest] = [daysFromNow(20), daysFromNow(30)];
    await actAndWait('/LIFE/extend', { deadline: later, reason: 'Holidays' });
    await actAndWait('/LIFE/extend', { deadline: latest, agency: 'WHO', reason: 'An emergency' });
    expect([await stateOf('LIFE', 'ILO'), await stateOf('LIFE', 'WHO')]).toMatchObject([
      { state: 'awaited', deadline: later, daysLeft: 20, late: false },
      { state: 'awaited', deadline: latest, daysLeft: 30, late: false },
    ]);
    const stranger = { deadline: latest, agency: 'OSCE', reason: 'r' };
    expect(refusal(await post('/LIFE/extend', stranger))).toBe('422 not_expected /agency');
    expect(refusal(await post('/LIFE/amend', { ...ROUND, code: 'OTHER' }))).toBe('422 other_code /code');
    const shortened = await post('/LIFE/amend', { ...ROUND, code: 'LIFE' });
    expect(refusal(shortened)).toBe('422 deadline_moved_forward /deadline');
    expect(refusal(await get('/LIFE/bridge'))).toBe('422 no_previous');
    expect(refusal(await post('/LIFE/publish'))).toBe('409 still_open');
    await actAndWait('/LIFE/close');
    expect(await stateOf('LIFE', 'ILO')).toMatchObject({ state: 'not_received' });
    expect(refusal(await post('/LIFE/returns/ILO/nil', {}, ilo))).toBe('409 round_closed');
    await actAndWait('/LIFE/reopen', { agency: 'ILO', until: latest, reason: 'It asked' });
    expect([await stateOf('LIFE', 'ILO'), await stateOf('LIFE', 'IOM')]).toMatchObject([
      { state: 'awaited', deadline: later, reopenedUntil: latest, daysLeft: 30 },
      { state: 'not_received', reopenedUntil: null, daysLeft: null },
    ]);
    expect((await get('/LIFE/returns/ILO')).body).toMatchObject({ deadline: later, reopenedUntil: latest });
    await actAndWait('/LIFE/returns/ILO/nil', { note: 'Nothing new' }, ilo);
    expect(await stateOf('LIFE', 'ILO')).toMatchObject({ state: 'nil', receivedOn: today });
    expect((await get('/LIFE')).body.responses).toMatchObject({
      expected: { count: 3 },
      received: { count: 0 },
      nil: { agencies: ['ILO'] },
      silent: { agencies: ['IOM', 'WHO'] },
    });
  });

  it('is measured in each of its acts, by how it ended, as is any command', async () => {
    await opened('S-M');
    expect(refusal(await post('/S-M/extend', { deadline: today, reason: 'r' }))).toBe('422 not_later /deadline');
    await actAndWait('/S-M/returns/ILO/nil', {}, ilo);
    const { body } = await server.get('/metrics');
    for (const labels of [
      'category="round",act="open",outcome="done"',
      'category="round",act="extend",outcome="rejected"',
      'category="return",act="nil",outcome="done"',
    ])
      expect(body).toContain(`followthrough_command_duration_seconds_count{${labels}}`);
  });
});

describe('A return', () => {
  const code = 'ANSWERED';
  const path = `/${code}/returns/IOM`;
  beforeAll(() => opened(code));

  it('begins with what the register knows, and says nothing of any commitment by itself', async () => {
    const { body } = await get(path, iom);
    expect(body).toMatchObject({ state: 'awaited', revision: 0, draft: { content: { commitments: [], answers: [] } } });
    expect(body.register[0]).toMatchObject({
      role: expect.any(String),
      stage: expect.any(String),
      lastReportedOn: expect.any(String),
    });
    expect((await get(path)).body).toMatchObject({ state: 'awaited', draft: null, revision: 0 });
  });
  it('is written by several people, and nothing is overwritten unseen', async () => {
    const draft = { commitments: [], answers: [{ question: 'staff', number: 1 }] };
    expect(refusal(await server.put(`/v1/rounds${path}`, draft, iom))).toBe('400 if_match_needed');
    expect((await put(path, draft, 0)).body).toEqual({ round: code, agency: 'IOM', revision: 1 });
    expect((await get(path, colleague)).body.draft.openBy).toHaveLength(1);
    expect(refusal(await put(path, { commitments: [] }, 0, colleague))).toBe('412 wrong_revision');
    expect((await put(path, { ...draft, answers: [] }, 1, colleague)).body.revision).toBe(2);
    const faster = { commitments: [], answers: [{ question: 'staff', number: 3 }] };
    const refused = await put(path, { ...faster, narratives: [{ language: 'en', text: 'A year.' }] }, 1);
    expect(refusal(refused)).toBe('412 wrong_revision');
    expect(refused.body.meanwhile).toEqual({
      ...{ revision: 2, by: expect.stringMatching(/./), saved: expect.stringMatching(/Z$/) },
      draft: `/v1/rounds${path}`,
      changed: ['answer staff'],
      conflicts: [{ part: 'answer staff', pointer: '/answers/0', theirs: null }],
    });
    const { body } = await get(path, iom);
    expect(refused.body.meanwhile.by).toBe(body.draft.by);
    expect(body).toMatchObject({ state: 'draft', revision: 2, draft: { content: { answers: [] }, writable: true } });
    expect((await get(`${path}?revision=1`, iom)).body.draft.content).toEqual(draft);
    expect((await get(`${path}/revisions`, iom)).body.items).toHaveLength(2);
    expect((await get(path, colleague)).body.draft.openBy).toHaveLength(1);
  });
  it('is nobody else’s: its draft is neither read nor written, and nothing tells that there is one', async () => {
    expect(refusal(await put(path, { commitments: [] }, 2, ilo))).toBe('403 forbidden');
    for (const token of [undefined, ilo]) {
      expect((await get(path, token)).body).toMatchObject({ state: 'awaited', draft: null, revision: 0 });
      expect((await stateOf(code, 'IOM', token)).state).toBe('awaited');
      const refused = token ? '403 forbidden' : '401 unauthenticated';
      expect(refusal(await get(`${path}/findings`, token))).toBe(refused);
      expect(refusal(await get(`${path}/revisions`, token))).toBe(refused);
    }
    expect(await stateOf(code, 'IOM', secretariat)).toMatchObject({ state: 'draft', drafted: { said: 0, of: 4 } });
    expect(await stateOf(code, 'IOM', ilo)).toMatchObject({ drafted: null });
  });
  it('is checked before it is submitted: what is missing, wrong or odd, each with its field', async () => {
    const { content, references } = await contentFor(code);
    const again = 'Handbook on Establishing Effective Labour Migration Policies';
    const [first, second, third] = references;
    const completed = { act: 'reportStage', body: { stage: 'completed', effective: '1999' } };
    const bad = {
      ...content,
      newCommitments: [{ body: { ...content.newCommitments[0]!.body, title: again } }],
      answers: [],
      commitments: [
        { reference: first, says: 'update', acts: [completed] },
        { reference: second, says: 'not_assessed' },
        { reference: third, says: 'update', acts: [{ act: 'reportStage', body: { stage: 'finished' } }] },
      ],
    };
    await done(put(path, bad, 2));
    const { body } = await get(`${path}/findings`, iom);
    const told = body.findings.map(({ level, pointer }: { level: string; pointer: string }) => `${level} ${pointer}`);
    expect(body.submittable).toBe(false);
    expect(told).toEqual(
      expect.arrayContaining([
        'missing /answers',
        'odd /commitments/0/acts/0/body/stage',
        'odd /commitments/0/acts/0/body/effective',
        'missing /commitments/1/why',
        'wrong /commitments/2/acts/0/body/stage',
        'missing /commitments',
        'odd /newCommitments/0/body/title',
      ]),
    );
    const before = await headOf();
    expect(refusal(await post(`${path}/submit`, {}, iom))).toMatch(/^422 return_unfinished/);
    expect(await headOf()).toBe(before);
  });
  it('once submitted, is recorded whole as ordinary acts of the commitments, caused and dated by it', async () => {
    const { content, references } = await contentFor(code);
    await done(put(path, content, 3));
    const stale = await post(`${path}/submit`, {}, iom, { 'if-match': '"3"' });
    expect(refusal(stale)).toBe('412 wrong_revision');
    expect(stale.body.meanwhile).toMatchObject({ revision: 4, conflicts: [] });
    expect(stale.body.meanwhile.changed).toEqual(
      expect.arrayContaining([`commitment ${references[0]}`, 'answer staff']),
    );
    const key = { 'idempotency-key': 'submit-1' };
    const submit = () => actAndWait(`${path}/submit`, { reportedOn: today }, iom, key);
    const first = await submit();
    expect(first).toMatchObject({ state: 'submitted', late: false });
    expect(await submit()).toEqual(first);

    const [one, two, three] = references as [string, string, string];
    const own = async (reference: string) =>
      (await historyOf(reference)).filter(({ reportedOn }: { reportedOn: string }) => reportedOn === today);
    expect(typesIn(await own(one))).toEqual(['EvidenceAttached', 'StageReported']);
    expect(await own(two)).toMatchObject([
      { type: 'commitment.Confirmed', data: { agency: 'IOM', note: 'As it was' } },
    ]);
    expect(await own(three)).toEqual([]);
    const { body: list } = await server.get(`/v1/commitments?q=parliaments&theme=${THEME}`);
    expect(list.items).toMatchObject([{ lead: 'IOM', title: 'Guide for parliaments', lastReportedOn: today }]);
    const feed = String((await server.get(`/v1/changes?after=${Number(first.position) - 12}`)).body);
    const events = feed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const submitted = events.find(({ type }) => type === 'return.Submitted');
    const caused = events.filter(
      ({ type, meta }) => type.startsWith('commitment') && meta.causationId === submitted.id,
    );
    expect(caused).toHaveLength(5);

    expect(await stateOf(code, 'IOM')).toMatchObject({
      state: 'submitted',
      says: { update: 1, no_change: 2, not_assessed: 1, new: 1 },
    });
    const atom = String((await server.get('/feeds/agencies/IOM.atom')).body);
    expect(atom).toContain(`${code}/IOM “${ROUND.name}”: Submitted`);
    expect(atom).not.toContain('Applied');
    const { body } = await get(path, iom);
    const recorded = [{ title: 'Guide for parliaments', likelyDuplicates: [] }];
    expect(body).toMatchObject({ revision: 0, recorded, submissions: [{ outcome: 'applied', content }] });
    expect((await server.get(`/v1/commitments/${two}`)).body).toMatchObject({ lastReportedOn: today });
  });
  it('is sent back with comments on its fields, answered, submitted again as far as it differs, and accepted', async () => {
    const at = '/commitments/0/acts/1';
    expect(refusal(await post(`${path}/return`, { comments: [] }))).toBe('400 invalid /comments');
    for (const nowhere of ['/nowhere', '/commitments/9', '/commitments/0/acts/7/body/note', '/answers/x'])
      expect([nowhere, refusal(await post(`${path}/return`, { comments: [{ at: nowhere, text: 'x' }] }))]).toEqual([
        nowhere,
        '422 unknown_reference /comments/0/at',
      ]);
    expect(refusal(await post(`${path}/return`, { comments: [{ text: 'x' }] }, iom))).toBe('403 forbidden');
    expect((await post(`${path}/return`, { comments: [{ at, text: 'Since when?' }] })).body.state).toBe('returned');
    expect(await stateOf(code, 'IOM')).toMatchObject({ comments: 1, unanswered: 1 });
    expect((await post(`${path}/comments`, { text: 'Since March.', answers: 0 }, iom)).status).toBe(200);
    expect((await get(`${path}/comments`)).body.items).toMatchObject([
      { number: 0, at, text: 'Since when?', agency: null, submission: 0, beside: null },
      { number: 1, answers: 0, agency: 'IOM' },
    ]);
    expect(refusal(await post(`${path}/accept`))).toBe('409 sent_back');

    const { body } = await get(path, iom);
    const { content } = body.draft;
    const [reference] = content.commitments.map((one: { reference: string }) => one.reference);
    content.commitments[0].acts[1].body.effective = `${today.slice(0, 4)}-03`;
    const before = await historyOf(reference);
    // The commitments that it newly recorded are in question by now, too; but it has told of them already.
    expect(body.register.map(({ title }: { title: string }) => title)).toContain('Guide for parliaments');
    await done(put(path, content, 0));
    expect(await stateOf(code, 'IOM', iom)).toMatchObject({ unanswered: 0, drafted: { said: 4, of: 4 } });
    expect(await actAndWait(`${path}/submit`, { reportedOn: today }, iom)).toMatchObject({ state: 'submitted' });
    const more = (await historyOf(reference)).slice(before.length);
    expect(typesIn(more)).toEqual(['Retracted', 'StageReported']);
    expect((await server.get(`/v1/commitments/${reference}`)).body).toMatchObject({
      stage: 'on_hold',
      headline: { effective: `${today.slice(0, 4)}-03` },
    });
    expect((await actAndWait(`${path}/accept`, { note: 'Thank you' })).state).toBe('accepted');
    expect(refusal(await put(path, content, 0))).toBe('409 already_accepted');
    expect(refusal(await post(`${path}/nil`, {}, iom))).toBe('409 already_accepted');
  });
  it('tells the next round what it said, and carries over the answers that stay', async () => {
    await opened('NEXT', { previous: code });
    const { body } = await get('/NEXT/returns/IOM', iom);
    expect(body.draft.content).toEqual({ commitments: [], answers: [{ question: 'staff', number: 12 }] });
    expect(body.before).toMatchObject({ round: code, submitted: { content: { narratives: [{ language: 'en' }] } } });
    expect((await get('/NEXT/bridge')).body).toMatchObject({
      previous: code,
      round: 'NEXT',
      reported: { equation: expect.any(String) },
    });
    const { items } = (await server.get('/v1/agencies/IOM/rounds')).body;
    expect(items.map(({ round, state }: { round: string; state: string }) => `${round} ${state}`)).toEqual(
      expect.arrayContaining([`${code} accepted`, 'NEXT awaited', 'LIFE not_received']),
    );
  });
  it('that the secretariat submits for an agency says on what authority, and so does all that it records', async () => {
    const at = '/NEXT/returns/ILO';
    const [reference] = (await get(at)).body.register.map((one: { reference: string }) => one.reference) as string[];
    const said = { commitments: [{ reference, says: 'no_change' }] };
    const { content } = await contentFor('NEXT', ilo, 'ILO');
    await put(at, { ...said, answers: content.answers }, 0, secretariat);
    const tried = async (body: object, act = 'submit', token = secretariat) =>
      refusal(await post(`${at}/${act}`, body, token));
    const onBehalf = { agency: 'ILO', citation: { document: 'D-2011-9CM-IOM', locator: 'the last page' } };
    for (const act of ['submit', 'nil']) {
      expect(await tried({}, act)).toBe('422 authority_needed /onBehalf');
      expect(await tried({ onBehalf: { ...onBehalf, agency: 'IOM' } }, act)).toBe('422 other_agency /onBehalf/agency');
      expect(await tried({ onBehalf }, act, ilo)).toBe('403 forbidden /onBehalf');
    }
    const gone = { ...onBehalf, citation: { document: 'GONE', locator: 'p. 1' } };
    expect(await tried({ onBehalf: gone })).toBe('422 unknown_reference /onBehalf/citation/document');
    const rest = (await get(at)).body.register.slice(1) as { reference: string }[];
    const all = [...said.commitments, ...rest.map((one) => ({ reference: one.reference, says: 'no_change' }))];
    await put(at, { commitments: all, answers: content.answers }, 1, secretariat);
    await actAndWait(`${at}/submit`, { onBehalf });
    const { submissions, history } = (await get(at)).body;
    expect(submissions).toMatchObject([{ onBehalf, outcome: 'applied' }]);
    expect(history[0].by).toMatchObject({ role: 'secretariat', agency: 'ILO' });
    expect(await stateOf('NEXT', 'ILO')).toMatchObject({ state: 'submitted', authority: 'D-2011-9CM-IOM' });
    expect((await historyOf(reference!)).at(-1)).toMatchObject({
      type: 'commitment.Confirmed',
      by: { role: 'secretariat', agency: 'ILO' },
      data: { agency: 'ILO', onBehalf },
    });
    for (const page of ['/rounds/NEXT', '/rounds/NEXT/returns/ILO'])
      expect((await server.get(page, { accept: 'text/html' })).body).toMatch(/on (its )?behalf/);
  });
  it('that came as a paper is received by the secretariat, and records nothing anew', async () => {
    const paper = {
      reportedOn: '2011-02-17',
      citation: { document: 'D-2011-9CM-IOM', locator: 'the whole' },
      covers: ['IOM-2011-14'],
    };
    const receives = (body: object, token?: string) => post('/NEXT/returns/WHO/paper', body, token);
    expect(refusal(await receives(paper, iom))).toBe('403 forbidden');
    expect(refusal(await receives({ ...paper, covers: ['X-2011-14'] }))).toBe('422 unknown_reference /covers/0');
    expect((await actAndWait('/NEXT/returns/WHO/paper', paper)).state).toBe('accepted');
    expect(await stateOf('NEXT', 'WHO')).toMatchObject({ paper: 'D-2011-9CM-IOM', receivedOn: '2011-02-17' });
    expect(refusal(await receives(paper))).toBe('409 already_submitted /citation/document');
  });
  it('whose words must go, is blanked', async () => {
    const blank = { reason: 'It named a person', fields: ['/content/narratives/0/text'] };
    expect((await post(`${path}/history/0/blank`, blank)).status).toBe(200);
    expect(JSON.stringify((await get(path)).body)).not.toContain('It was a year of change.');
  });
});

describe('A round that is published', () => {
  const code = 'ANSWERED';
  const symbol = 'CM/2026/1';
  const key = { 'idempotency-key': 'publish-answered' };
  const at = `/v1/publications/${encodeURIComponent(symbol)}`;
  const textOf = async (query: string): Promise<string> => (await fetch(`${server.url}${at}/file?${query}`)).text();
  let knownBefore = '';

  it('publishes its report, once: what was prepared under the symbol, with the words that were added', async () => {
    await actAndWait(`/${code}/returns/ILO/nil`, { note: 'The unit was closed.' }, ilo);
    await actAndWait(`/${code}/close`);
    knownBefore = await headOf();
    const of = { parameters: { round: code, theme: THEME }, kind: 'theme', asOf: today };
    await done(server.post('/v1/publications', { id: symbol, ...of }, secretariat));
    const words = { section: 'round', language: 'en', text: 'We thank those who answered.' };
    await done(server.post(`${at}/narrative`, words, secretariat));
    expect(refusal(await server.post(`${at}/publish`, {}, secretariat))).toBe('409 report_of_a_round');
    expect(refusal(await post(`/${code}/publish`, {}, iom))).toBe('403 forbidden');

    const asked = await post(`/${code}/publish`, { publication: symbol }, secretariat, key);
    expect([asked.status, asked.body]).toMatchObject([202, { round: code, publication: symbol, position: null }]);
    const again = await post(`/${code}/publish`, { publication: symbol });
    // A machine may be so fast that it is published by now.
    expect(again.status === 202 ? again.body.id : refusal(again)).toMatch(
      new RegExp(`${asked.body.id}|409 already_published`),
    );
    const otherwise = refusal(await post(`/${code}/publish`, { publication: 'OTHER' }));
    expect(otherwise).toMatch(/^409 (being|already)_published$/);
    const desk = await Visitor.signedIn(server, null);
    expect(wordsIn(await desk.opens(`/rounds/${code}`))).toMatch(
      /It is being published\. See how far it is|It never changes/,
    );
    const published = await endedJob(server, asked);
    expect(endOf(published)).toBe('done');
    expect((await post(`/${code}/publish`, { publication: symbol }, secretariat, key)).body.id).toBe(asked.body.id);
    expect(refusal(await post(`/${code}/publish`, { publication: 'OTHER' }))).toBe('409 already_published');
    await server.get('/v1/rounds', { 'if-position-at-least': published.body.position });
    expect((await get(`/${code}`)).body).toMatchObject({ state: 'published', publishedOn: today, publication: symbol });
    const { body } = await server.get(at);
    expect(body).toMatchObject({ asOf: today, parameters: { round: code }, narratives: [{ text: words.text }] });
    expect(body.published.files.length).toBeGreaterThan(10);
  });
  it('says in it who answered, what was answered and in which words; silence, a nil return and an answer apart', async () => {
    const read = async (query: string) =>
      (await textOf(query)).replaceAll(/\[([^\]]*)\]\(<[^>]*>\)/g, '$1').replaceAll('\u00a0', ' ');
    const text = await read('format=md');
    expect(text).toContain('We thank those who answered.');
    expect(text).toMatch(/Of 3, 1 \(33 per cent\) answered: .*IOM/);
    expect(text).toMatch(/Of 3, 1 \(33 per cent\) said that there was nothing to report: .*ILO/);
    expect(text).toMatch(/Nothing was received from 1 of 3 \(33 per cent\): .*WHO/);
    expect(text).toContain('The unit was closed.');
    expect(text).toMatch(/How many staff\? \(persons\)[\s\S]*\b12\b/);
    expect(text).toMatch(/Was it harder than expected\?[\s\S]*Yes: 1/);
    for (const said of ['IOM: *The grant ended.*', 'IOM, no change: *As it was*'])
      expect([said, text.includes(said)]).toEqual([said, true]);
    expect(text).toContain('IOM, not assessed: *The office was closed.*');
    // An agency that confirmed that nothing has changed has reported.
    expect(text).toMatch(/IOM \(partner\): no change/);
    expect(text).toMatch(/IOM \(partner\): not assessed/);
    expect(await read('format=csv')).toContain('IOM: not_assessed, The office was closed.');
    const french = await read('format=md&language=fr');
    expect(french).toMatch(/Sur 3, 1 .* a répondu/);
    expect(french).toContain('IOM, sans changement : *As it was*');
    // A browser shows the styles that the file itself allows, and nothing else.
    const shown = await fetch(`${server.url}${at}/file`);
    const [, style] = /style-src '(sha256-[^']+)'/.exec(shown.headers.get('content-security-policy')!)!;
    expect(await shown.text()).toContain(style);
    // Words that were blanked before it are not in it.
    expect(text).not.toContain('It was a year of change.');
  });
  it('has in its workbook the words of the agencies, each with whose they are, of which round and in which language', async () => {
    const { Sheets } = readBook(await (await fetch(`${server.url}${at}/file?format=xlsx`)).arrayBuffer());
    const rows = utils.sheet_to_json<Record<string, unknown>>(Sheets['What people wrote']!);
    expect(rows.map(({ Agency, Round, Language, Text }) => [Agency, Round, Language, Text])).toEqual([
      [undefined, undefined, 'en', 'We thank those who answered.'],
      ['ILO', code, 'und', 'The unit was closed.'],
      ['IOM', code, 'en', 'Words removed'],
    ]);
    const links = Object.values(Sheets['About this report']!).map(
      (cell) => (cell as { l?: { Target?: string } }).l?.Target,
    );
    expect(links).toContain("#'What people wrote'!A1");
  });
  it('never changes; what is corrected later stands beside it, with the replies of the agencies', async () => {
    const before = await textOf('format=json');
    const [{ reference }] = (await get(`/${code}/returns/IOM`)).body.register;
    const gone = { reason: 'It was none', reportedOn: today };
    await done(server.post(`/v1/commitments/${reference}/withdraw`, gone, secretariat));
    const [comment, who] = [{ text: 'We were not asked in time.' }, server.token('WHO')];
    await actAndWait(`/${code}/returns/WHO/comments`, comment, who);
    expect(await textOf('format=json')).toBe(before);
    const since = (await get(`/${code}/since`)).body;
    expect(since).toMatchObject({ publication: symbol, replies: [{ agency: 'WHO', ...comment, on: today }] });
    const beside = (await server.get(`${at}/since`)).body;
    expect(beside).toMatchObject({ publication: symbol, replies: since.replies, total: 1 });
    const { totalThen, totalThenAsKnownNow, learned } = since.figures;
    expect(totalThenAsKnownNow.total).toBe(totalThen.total - 1);
    expect(learned.equation).toBe(`${totalThen.total} − 1 withdrawn = ${totalThen.total - 1}`);
    expect(refusal(await get('/CM-2006/since'))).toBe('404 not_published');
    expect(refusal(await post('/CM-2006/returns/WHO/comments', comment, who))).toBe('409 nothing_received');
  });
  it('shows so on its page, where an agency replies, and on the page of each agency when it answered', async () => {
    const who = await Visitor.signedIn(server, 'WHO');
    const page = await who.opens(`/rounds/${code}`);
    expect(wordsIn(page)).toMatch(/CM\/2026\/1 .* It never changes\. Corrected since As recorded by now: .* withdrawn/);
    expect(wordsIn(page)).toMatch(/Replies of agencies WHO, .* We were not asked in time\./);
    const replied = await who.fillsIn(page, `/rounds/${code}/returns/WHO/comments`, { text: 'And would have.' });
    expect([replied.status, (await get(`/${code}/since`)).body.replies]).toMatchObject([303, [{}, { number: 1 }]]);
    expect(wordsIn(await who.opens('/agencies/IOM'))).toMatch(/Reporting rounds .*Follow-up on policies .* Accepted/);
  });
  it('is what the next round begins with, term by term', async () => {
    const { body } = await get('/NEXT/bridge');
    expect(body).toMatchObject({ previous: code, publication: symbol, learned: { equation: expect.any(String) } });
    const { totalThen } = (await get(`/${code}/since`)).body.figures;
    expect(body.totalThen.total).toBe(totalThen.total);
    const { total } = (await server.get(`/v1/commitments?theme=${THEME}&knownAt=${body.knownThen}`)).body;
    expect(total).toBe(totalThen.total);
    const answer = await server.get(`/v1/reports/theme?theme=${THEME}&round=NEXT&format=md`);
    expect(String(answer.body)).toMatch(new RegExp(`${symbol} counted [\\s\\S]*${totalThen.total}[\\s\\S]*withdrawn`));
    expect(refusal(await server.get(`/v1/reports/theme?theme=${THEME}&round=NEXT&asOf=2012-01-01`))).toBe(
      '422 other_cut_off /asOf',
    );
  });
  it('is seen as it was known at a position: before it was published, and before anybody answered', async () => {
    const known = async (path: string) =>
      (await get(`${path}${path.includes('?') ? '&' : '?'}knownAt=${knownBefore}`)).body;
    expect(await known(`/${code}`)).toMatchObject({ state: 'closed', publication: null });
    expect((await known('')).items.map(({ code }: { code: string }) => code)).toContain(code);
    const opened = (await get(`/${code}/returns/IOM`)).body.history[0];
    const until = `knownAt=${Number(opened.position) - 1}`;
    const { items } = (await get(`/${code}/returns?${until}`)).body;
    expect(
      items.map(({ state, receivedOn }: { state: string; receivedOn: string | null }) => [state, receivedOn]),
    ).toEqual(Array(3).fill(['awaited', null]));
    expect((await get(`/${code}/returns/IOM?${until}`)).body).toMatchObject({ submissions: [], draft: null });
    const rounds = (await server.get(`/v1/agencies/IOM/rounds?${until}`)).body.items;
    expect(rounds.find(({ round }: { round: string }) => round === code)).toMatchObject({ receivedOn: null });
    expect(rounds.map(({ round }: { round: string }) => round)).not.toContain('NEXT');
  });
});
