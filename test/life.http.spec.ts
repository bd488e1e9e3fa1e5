import { actAddress, parameterNamesOf } from '#acts';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACTS, type ActName } from '#commitments';
import { StoreUnavailable, verify, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import { bearer, done, refusal } from './support/asking.js';
import { citation, commitment, roles } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

/** Who posts: an agency’s focal point, the secretariat, or nobody that is known. */
const CALLERS = ['anonymous', 'IOM', 'DESA', 'ILO', 'UNHCR', 'EC', 'WHO', 'secretariat'] as const;
type Caller = (typeof CALLERS)[number];

const server = TestServer.forAll([HLD]);
const tokens = new Map<Caller, string>();
beforeAll(() => {
  for (const who of CALLERS.slice(1)) tokens.set(who, server.token(who === 'secretariat' ? null : who));
});
afterEach(() => void jest.restoreAllMocks());

const record = async (changes: object = {}, who: Caller = 'IOM'): Promise<string> =>
  (await done(server.post('/v1/commitments', commitment(changes), tokens.get(who)))).reference;

/** Acts on a commitment. Unless it says otherwise, its source is of 2012-11-30. */
const act = (
  reference: string,
  path: string,
  body: object,
  who: Caller = 'IOM',
  headers: Record<string, string> = {},
) => {
  const said = path.startsWith('history/') ? body : { reportedOn: '2012-11-30', ...body };
  return server.post(`/v1/commitments/${encodeURIComponent(reference)}/${path}`, said, tokens.get(who), headers);
};
const actDone = (...what: Parameters<typeof act>) => done(act(...what));
const tried = async (...what: Parameters<typeof act>): Promise<string> => refusal(await act(...what));

const get = async (reference: string, query = '') => done(server.get(`/v1/commitments/${reference}?${query}`));
const history = async (reference: string, query = '') =>
  (await done(server.get(`/v1/commitments/${reference}/history?${query}`))).items;
const types = async (reference: string): Promise<string[]> =>
  (await history(reference)).map(({ type }: { type: string }) => type.replace('commitment.', ''));
const head = async (): Promise<string> => (await server.app.get(LOG).store.head())!;
/** The answer of a view once it knows all that was recorded. */
const view = async (path: string) => (await server.get(path, { 'if-position-at-least': await head() })).body;
/** In how many commitments an agency stands, and how many there are at all. */
const counted = async (agency: string, query = ''): Promise<[number, number]> => {
  const { row, total } = await view(`/v1/progress/agencies/${agency}?${query}`);
  return [row?.total ?? 0, total.total];
};
const listed = async (query = ''): Promise<number> => (await view(`/v1/commitments?limit=1&${query}`)).total;

const stage = (changes: object = {}) => ({ stage: 'in_progress', effective: '2012-11', ...changes });
const withIlo = { agencies: roles({ IOM: 'lead', ILO: 'partner' }) };

describe('An agency named by another', () => {
  it('reports its own part, of which the answer tells beside the headline', async () => {
    const answer = await actDone(await record(withIlo), 'stage', stage(), 'ILO');
    expect(answer).toMatchObject({ stage: 'planned', headlineChanged: false });
    expect(answer.part).toMatchObject({ agency: 'ILO', stage: 'in_progress', changed: true });
    expect(answer).not.toHaveProperty('outrankedBy');
  });

  it('is nowhere in the imported catalogue, whose roles stand in its documents', async () => {
    const { items, total } = await view('/v1/commitments?limit=1000&document=D-2007-WP204');
    expect(total).toBeGreaterThan(200);
    for (const { reference } of (items as { reference: string }[]).filter((_, i) => i % 4 === 0))
      expect((await get(reference)).agencies.filter((a: { asked?: true }) => a.asked)).toEqual([]);
  });
});

describe('A duplicate that is merged', () => {
  const merge = (reference: string, into: string, more: object = {}) =>
    act(reference, 'merge', { into, reason: 'Recorded twice', ...more });

  it('has what follows done also when the command was cut off before it', async () => {
    const [loser, winner] = [await record(), await record()];
    const { store } = server.app.get<Log>(LOG);
    const append = store.append.bind(store);
    const cutOff = jest.spyOn(store, 'append').mockImplementation(async (stream, ...rest) => {
      if (stream.endsWith(winner)) throw new StoreUnavailable('The log does not answer.');
      return append(stream, ...rest);
    });
    expect((await merge(loser, winner)).status).toBe(503);
    expect([(await get(loser)).life, (await get(winner)).tookOver]).toEqual(['merged', []]);
    cutOff.mockRestore();
    await waitUntil(async () => (await get(winner)).revision > 0);
    expect((await get(winner)).tookOver).toMatchObject([{ from: loser, how: 'merged' }]);
    expect(refusal(await merge(loser, winner))).toBe('409 not_active');
  });
});

describe('A record that ends', () => {
  it.each<[how: string, act: string, body: (others: string[]) => object, into: number]>([
    ['merged', 'merge', ([into]) => ({ into }), 1],
    ['split', 'split', (into) => ({ into }), 2],
    ['superseded', 'supersede', ([supersededBy]) => ({ supersededBy }), 1],
    ['withdrawn', 'withdraw', () => ({}), 0],
  ])('as %s says why, leads to what took its place, and counts no more', async (life, path, body, into) => {
    const [reference, ...others] = [await record(), await record(), await record()];
    const [all, known, reason] = [await listed(), await head(), 'As was agreed'];
    await actDone(reference!, path, { ...body(others), reason });
    expect(await get(reference!)).toMatchObject({ life, end: { into: others.slice(0, into), reason } });
    for (const [i, other] of others.entries())
      expect((await get(other)).tookOver).toMatchObject(i < into ? [{ from: reference, how: life, reason }] : []);
    expect([await listed(), await listed(`knownAt=${known}`)]).toEqual([all - 1, all]);
    expect(await tried(reference!, path, { ...body(others), reason })).toBe('409 not_active');
  });
});

describe('What was said wrongly', () => {
  const says = (says: object, more: object = {}) => ({ says, reason: 'The paper says so', ...more });

  it('stays in the history, which says what became of it', async () => {
    const reference = await record();
    await actDone(reference, 'evidence', { title: 'Draft' });
    const known = await head();
    await actDone(reference, 'history/1/correct', says({ title: 'Second draft' }));
    await actDone(reference, 'history/1/retract', { reason: 'Never said' });
    expect(await history(reference)).toMatchObject([
      { type: 'commitment.Recorded', corrections: [] },
      {
        type: 'commitment.EvidenceAttached',
        data: { title: 'Draft' },
        corrections: [
          { kind: 'corrected', by: 2, says: { title: 'Second draft', reportedOn: '2012-11-30' } },
          { kind: 'retracted', by: 3, reason: 'Never said' },
        ],
      },
      { type: 'commitment.Corrected', by: { agency: 'IOM' }, reportedOn: '2012-11-30' },
      { type: 'commitment.Retracted', reportedOn: '2012-11-30' },
    ]);
    const later = { position: expect.any(String), recordedAt: expect.any(String) };
    expect((await get(reference, `knownAt=${known}`)).correctedLater).toMatchObject([
      { revision: 1, kind: 'corrected', by: 2, ...later },
      { revision: 1, kind: 'retracted', by: 3, reason: 'Never said', ...later },
    ]);
    const then = await history(reference, `knownAt=${known}`);
    expect(then).toHaveLength(2);
    expect(then[1].corrections).toMatchObject([{ by: 2 }, { by: 3 }]);
    expect((await get(reference)).evidence).toEqual([]);
    expect((await get(reference, `knownAt=${known}`)).evidence).toMatchObject([{ title: 'Draft' }]);
  });
});

describe('The detail of what was said', () => {
  // The spec of citations asks this of every act.
  it('is found by the document that it cites, and counted on the page of sources', async () => {
    const entry = {
      id: 'D-TARGET',
      title: 'Of a target',
      publisher: 'IOM',
      published: '2012',
      reportedOn: '2012-11-30',
    };
    await done(server.post('/v1/documents', entry, tokens.get('secretariat')));
    const reference = await record();
    await actDone(reference, 'target', { date: '2014', citation: { document: entry.id, locator: 'p. 1' } });
    expect((await view(`/v1/commitments?document=${entry.id}`)).items).toMatchObject([{ reference }]);
    const { body: page } = await server.get('/documents', { accept: 'text/html' });
    expect(page).toMatch(/commitments\?document=D-TARGET"[^>]*>\s*1\s*</);
  });

  it('is blanked by the secretariat when it must go: the words are gone, the rest stays, the chain verifies', async () => {
    const name = 'Q. Xylander';
    const reference = await record({ note: `As ${name} said`, target: { date: '2013' } });
    const [known, all] = [await head(), await listed('overdue=true')];
    const blank = (revision: number, field: string, reason: string) =>
      actDone(reference, `history/${revision}/blank`, { reason, fields: [field] }, 'secretariat');
    await blank(0, '/note', 'Named a person');
    const { store } = server.app.get(LOG);
    expect(JSON.stringify(await store.readAll(null, 100_000))).not.toContain(name);
    expect((await verify(store)).ok).toBe(true);
    for (const query of ['', `knownAt=${known}`]) {
      expect(JSON.stringify([await get(reference, query), await history(reference, query)])).not.toContain(name);
      expect(await get(reference, query)).toMatchObject({ headline: { note: '[blanked]' }, target: { date: '2013' } });
    }
    const blanked = { revision: 0, kind: 'blanked', reason: 'Named a person' };
    expect((await get(reference)).corrections).toMatchObject([blanked]);
    const { revision: _, ...inHistory } = blanked;
    expect((await history(reference))[0].corrections).toMatchObject([inHistory]);
    expect((await server.get(`/v1/changes?after=${Number(known) - 1}`)).body).toContain('Named a person');

    await blank(1, '/reason', 'Said who');
    expect(JSON.stringify(await store.readAll(known, 100_000))).not.toContain('Named a person');
    expect((await get(reference)).corrections).toMatchObject([
      { ...blanked, reason: '[blanked]' },
      { ...blanked, revision: 1, reason: 'Said who' },
    ]);
    expect(await listed('overdue=true')).toBe(all);
    expect(JSON.stringify((await server.get('/health/ready')).body)).not.toMatch(/"parked":[1-9]/);
    const page = await server.get(`/commitments/${reference}`, { accept: 'text/html' });
    expect([page.status, /Named a person|undefined/.test(page.body)]).toEqual([200, false]);
    expect((await verify(store)).ok).toBe(true);
  });
});

describe('An act that a rule refuses', () => {
  const [JOINT, ON_OFFER, STANDING, RECURRING, PART, WHOLE, LATER, ENDED, UNKNOWN] = [
    ...['IOM-2012-701', 'IOM-2012-702', 'IOM-2012-703', 'IOM-2012-704', 'IOM-2012-705'],
    ...['IOM-2012-706', 'IOM-2012-707', 'IOM-2012-708', 'IOM-1066-01'],
  ] as const;
  beforeAll(async () => {
    const agencies = roles({ IOM: 'lead', DESA: 'co_lead', ILO: 'partner', EC: 'funder' });
    await record({ reference: JOINT, agencies, condition: 'if funded', evidence: [{ title: 'Draft' }] });
    await record({ reference: ON_OFFER, ...withIlo });
    await record({ reference: STANDING, nature: 'standing' });
    await record({ reference: RECURRING, nature: 'recurring' });
    for (const reference of [PART, WHOLE, ENDED]) await record({ reference });
    await record({ reference: LATER, reportedOn: '2012-11-25' });
    await actDone(ON_OFFER, 'lead-transfer', { to: 'ILO', effective: '2013', reason: 'r' });
    await actDone(ON_OFFER, 'verification', { verification: 'no_evidence', reason: 'r' }, 'secretariat');
    await actDone(STANDING, 'stage', stage());
    await actDone(ENDED, 'supersede', { supersededBy: WHOLE, reason: 'r' });
  });

  const reason = 'r';
  const gone = { document: 'D-NONE', locator: 'p' };
  const because = (says: object) => ({ says, reason });
  const both = (into: readonly string[], more: object = {}) => ({ into, reason, ...more });
  const offer = { to: 'ILO', effective: '2013', reason };
  const early = { reportedOn: '2012-11-01', reason };

  it.each<[reference: string, path: string, refused: string, body: object, who?: Caller]>([
    [JOINT, 'agencies/ILO/accept', '401 unauthenticated', {}, 'anonymous'],
    [JOINT, 'agencies/WHO/accept', '404 not_found', {}, 'secretariat'],
    [JOINT, 'agencies/ILO/accept', '422 no_such_role /from', { role: 'host' }, 'ILO'],
    [JOINT, 'agencies/ILO/role', '422 lead_is_offered /role', { role: 'lead', citation }],
    [JOINT, 'lead-transfer', '403 forbidden', offer, 'DESA'],
    [JOINT, 'lead-transfer', '409 leads_already /to', { ...offer, to: 'IOM' }],
    [JOINT, 'lead-transfer', '422 unknown_reference /to', { ...offer, to: 'NASA' }],
    [ON_OFFER, 'lead-transfer', '409 lead_is_on_offer', { ...offer, to: 'DESA' }],
    [ON_OFFER, 'lead-transfer/accept', '422 before_the_offer /reportedOn', { reportedOn: '2012-11-29' }, 'ILO'],
    [JOINT, 'relations', '422 unknown_reference /to', { type: 'part_of', to: 'HLD-2013' }],
    [JOINT, 'relations', '422 unknown_reference /to', { type: 'part_of', to: UNKNOWN }],
    [JOINT, 'merge', '422 related_to_itself /into', { into: JOINT, reason }],
    [JOINT, 'merge', '422 unknown_reference /into', { into: UNKNOWN, reason }],
    [UNKNOWN, 'merge', '404 not_found', { into: JOINT, reason }],
    [JOINT, 'merge', '409 not_active /into', { into: ENDED, reason }],
    [JOINT, 'split', '422 not_there_yet /into/0', both([LATER, WHOLE], { reportedOn: '2012-11-24' })],
    [JOINT, 'split', '422 not_there_yet /reportedOn', both([PART, WHOLE], early)],
    [JOINT, 'supersede', '422 not_there_yet /reportedOn', { supersededBy: WHOLE, ...early }],
    [WHOLE, 'supersede', '422 cycle /supersededBy', { supersededBy: ENDED, reason }],
    [JOINT, 'withdraw', '422 not_there_yet /reportedOn', early],
    [JOINT, 'editions', '422 not_recurring /held', { held: '2006' }],
    [STANDING, 'upkeep', '422 date_in_the_future /period', { period: '2013', keptUp: true }],
    [JOINT, 'upkeep', '422 not_standing /period', { period: '2011', keptUp: true }],
    [STANDING, 'history/1/correct', '403 forbidden', because({ agency: 'NASA' })],
    [STANDING, 'history/1/correct', '422 no_part /says/agency', because({ agency: 'NASA' }), 'secretariat'],
    [STANDING, 'history/1/correct', '422 unknown_reference /says/citation/document', because({ citation: gone })],
    [STANDING, 'history/0/correct', '422 unknown_reference /says/themes/1', because({ themes: ['HLD06-04', 'NONE'] })],
    [STANDING, 'history/0/correct', '422 unknown_reference /says/followsUp/0', because({ followsUp: ['HLD-1906'] })],
    [
      ...([STANDING, 'history/0/correct', '422 unknown_reference /says/agencies/1/agency'] as const),
      because({ agencies: roles({ IOM: 'lead', NASA: 'partner' }) }),
    ],
    [UNKNOWN, 'history/0/correct', '404 not_found', because({ note: 'n' })],
    [UNKNOWN, 'history/0/retract', '404 not_found', { reason }, 'secretariat'],
    [JOINT, 'history/0/blank', '403 insufficient_scope', { reason, fields: ['/summary'] }],
    [JOINT, 'milestones/1/reach', '404 not_found', {}],
    [JOINT, 'reply', '409 nothing_to_reply_to /agency', { text: 'It is so' }, 'secretariat'],
    [ON_OFFER, 'reply', '422 before_the_reading /reportedOn', { text: 'It is so', reportedOn: '2012-11-29' }],
    [PART, 'condition/lift', '409 no_condition', { liftedOn: '2012-11', liftedBy: 'A grant' }],
    [JOINT, 'condition/lift', '422 date_in_the_future /liftedOn', { liftedOn: '2012-12', liftedBy: 'A grant' }],
    [JOINT, 'evidence', '422 unknown_reference /citations/0/document', { title: 'Guide', citations: [gone] }],
  ])('on %s as %s is told by its code and its field, and leaves nothing behind: %s', async (reference, ...what) => {
    const [path, refused, body, who] = what;
    const before = await head();
    const answer = await act(reference, path, body, who);
    expect(refusal(answer)).toBe(refused);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await head()).toBe(before);
  });
});

describe('Every act', () => {
  it('keeps to If-Match', async () => {
    const reference = await record(withIlo);
    const seen = (revision: number) => ({ 'if-match': `"${revision}"` });
    expect(await tried(reference, 'agencies/ILO/accept', {}, 'ILO', seen(7))).toBe('412 wrong_revision');
    const corrected = await act(reference, 'history/0/correct', { says: { note: 'n' }, reason: 'r' }, 'IOM', seen(0));
    expect(corrected.headers.get('etag')).toBe('"1"');
    const merging = { into: await record(), reason: 'r' };
    expect(await tried(reference, 'merge', merging, 'IOM', seen(0))).toBe('412 wrong_revision');
  });

  it('is done once under its Idempotency-Key, with what follows from it', async () => {
    const [loser, winner] = [await record(), await record()];
    const merge = (reason: string) =>
      act(loser, 'merge', { into: winner, reason }, 'IOM', { 'idempotency-key': `merge-${loser}` });
    const [first, again] = [await done(merge('Twice')), await done(merge('Twice'))];
    expect(again).toEqual(first);
    expect((await get(winner)).revision).toBe(1);
    expect(refusal(await merge('Other'))).toBe('422 idempotency_key_reused');
    const retract = () =>
      actDone(loser, 'history/1/retract', { reason: 'r' }, 'IOM', { 'idempotency-key': `back-${loser}` });
    expect(await retract()).toEqual(await retract());
    expect((await get(winner)).revision).toBe(2);
  });
});

describe('What the caller may do next', () => {
  interface Allowed {
    readonly act: ActName;
    readonly method: string;
    readonly href: string;
    readonly body: string;
  }
  const allowed = async (reference: string, who: Caller): Promise<Allowed[]> => {
    const token = tokens.get(who);
    return (await server.get(`/v1/commitments/${reference}`, token ? bearer(token) : {})).body.allowedActs;
  };

  const on = { reportedOn: '2013-06-01' };
  /** The least body of each act that is valid. */
  const MINIMAL: Readonly<Record<Exclude<ActName, 'record'>, object>> = {
    reportStage: { stage: 'in_progress', effective: '2013', ...on },
    confirm: on,
    verify: { verification: 'no_evidence', reason: 'r', ...on },
    reply: { text: 't', ...on },
    addAgency: { agency: 'WORLD-BANK', role: 'observer', ...on },
    changeRole: { role: 'host', ...on },
    removeAgency: on,
    acceptRole: on,
    declineRole: { reason: 'r', ...on },
    offerLead: { to: 'WORLD-BANK', effective: '2014', reason: 'r', ...on },
    acceptLead: on,
    declineLead: { reason: 'r', ...on },
    withdrawLeadOffer: { reason: 'r', ...on },
    setThemes: { themes: ['HLD06-01'], ...on },
    setTarget: { date: '2014', ...on },
    addMilestone: { title: 't', ...on },
    reachMilestone: on,
    rescheduleMilestone: { due: '2014', ...on },
    dropMilestone: { note: 'n', ...on },
    attachEvidence: { title: 't', ...on },
    amendWording: { title: 't', ...on },
    liftCondition: { liftedOn: '2013', liftedBy: 'b', ...on },
    claim: { about: 'a', says: 's', citation, ...on },
    holdEdition: { held: '2013', ...on },
    reportUpkeep: { period: '2013', keptUp: true, ...on },
    relate: { type: 'continues', to: 'IOM-2006-01', ...on },
    addFollowUp: { followsUp: ['GFMD-2010'], ...on },
    takeBackFollowUp: { followsUp: ['HLD-2006'], ...on },
    addActivityIds: { activityIds: [{ scheme: 'iati', id: 'XM-DAC-47066-2' }], ...on },
    takeBackActivityIds: { activityIds: [{ scheme: 'iati', id: 'XM-DAC-47066-1' }], ...on },
    merge: { into: 'IOM-2006-01', reason: 'r', ...on },
    split: { into: ['IOM-2006-01', 'IOM-2006-02'], reason: 'r', ...on },
    supersede: { supersededBy: 'IOM-2006-01', reason: 'r', ...on },
    withdraw: { reason: 'r', ...on },
    correct: { says: { citation }, reason: 'r' },
    retract: { reason: 'r' },
    blank: { reason: 'r', fields: ['/note'] },
  };

  /** A joint commitment as its agencies told it; `then` is the last statement that the secretariat recorded. */
  const scene = async (then: readonly object[] = [], changes: object = {}): Promise<string> => {
    const reference = await record({
      agencies: roles({ IOM: 'lead', DESA: 'co_lead', ILO: 'partner', UNHCR: 'partner', EC: 'funder' }),
      milestones: [{ title: 'Outline' }, { title: 'Draft', reachedOn: '2012' }, { title: 'Print' }],
      condition: 'subject to funding',
      note: 'As the paper says',
      ...changes,
    });
    const batch = async (who: Caller, ...acts: readonly object[]) => {
      const said = acts.map((act) => ({ reference, ...act }));
      const { body } = await server.post('/v1/batches', { acts: said }, tokens.get(who));
      expect(body.results.filter(({ status }: { status: string }) => status === 'refused')).toEqual([]);
    };
    const then2012 = { reportedOn: '2012-12-01' };
    const reading = { verification: 'contested', reason: 'r', citation, ...then2012 };
    await batch('IOM', { act: 'attachEvidence', body: { title: 'Outline', note: 'n', ...then2012 } });
    await batch('ILO', { act: 'reportStage', body: stage({ reportedOn: '2012-11-30', note: 'n' }) });
    await batch(
      'secretariat',
      ...['DESA', 'ILO', 'EC'].map((agency) => ({ act: 'acceptRole', agency, body: then2012 })),
      { act: 'dropMilestone', milestone: 3, body: { note: 'Web only', ...then2012 } },
      { act: 'verify', body: reading },
      { act: 'verify', body: { ...reading, agency: 'ILO' } },
      ...then,
    );
    return reference;
  };
  const offer = { act: 'offerLead', body: { to: 'ILO', effective: '2013', reason: 'r', reportedOn: '2012-12-02' } };
  const lift = { act: 'liftCondition', body: { liftedOn: '2012', liftedBy: 'b', reportedOn: '2012-12-02' } };
  const end = { act: 'withdraw', body: { reason: 'r', reportedOn: '2012-12-02' } };
  const SCENES: readonly (readonly [string, () => Promise<string>])[] = [
    ['goes on', () => scene()],
    ['has its lead on offer', () => scene([offer])],
    ['is recurring, and free of its condition', () => scene([lift], { nature: 'recurring' })],
    ['is standing', () => scene([], { nature: 'standing' })],
    ['was withdrawn', () => scene([end])],
  ];

  it('is listed with the address, the method and the body of each act, as the document describes them', async () => {
    const { paths, components } = (await server.get('/openapi.json')).body;
    const acts = await allowed(await scene(), 'secretariat');
    expect(acts.length).toBeGreaterThan(40);
    for (const { href, method, body } of acts) {
      const isOf = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(href);
      const { requestBody } = paths[Object.keys(paths).find(isOf)!][method.toLowerCase()];
      expect(requestBody.content['application/json'].schema).toEqual({ $ref: `#/components/schemas/${body}` });
      expect(components.schemas).toHaveProperty(body);
    }
  });

  it.each(CALLERS)('is done by a valid body at its address, for %s', async (who) => {
    const [tried, refused] = [new Set<ActName>(), [] as unknown[]];
    for (const [state, make] of SCENES) {
      const seen = await make();
      for (const { act, href } of await allowed(seen, who)) {
        if (tried.has(act)) continue;
        tried.add(act);
        const body = MINIMAL[act as keyof typeof MINIMAL];
        const answer = await server.post(href.replace(seen, await make()), body, tokens.get(who));
        if (answer.status !== 200) refused.push([state, act, answer.body]);
      }
    }
    expect(refused).toEqual([]);
  });

  it.each(SCENES)('is all that one may do: what is not listed is refused, on a commitment that %s', async (_, make) => {
    const reference = await make();
    const { revision } = await get(reference);
    const choices: Readonly<Record<string, readonly unknown[]>> = {
      agency: ['IOM', 'DESA', 'ILO', 'UNHCR', 'EC', 'WHO'],
      milestone: [1, 2, 3, 4],
      revision: Array.from({ length: revision + 2 }, (_, i) => i),
    };
    const candidates = (Object.keys(MINIMAL) as (keyof typeof MINIMAL)[]).flatMap((act) => {
      const [name] = parameterNamesOf(ACTS[act]);
      return name ? choices[name]!.map((value) => ({ act, [name]: value })) : [{ act }];
    });
    const wrong: unknown[] = [];
    for (const who of CALLERS) {
      const listed = new Set((await allowed(reference, who)).map(({ href }) => href));
      const isListed = (candidate: (typeof candidates)[number]) =>
        listed.has(actAddress('commitment', reference, candidate));
      const rehearsed = async (...tried: typeof candidates) => {
        const acts = tried.map((one) => ({ reference, ...one, body: MINIMAL[one.act] }));
        const { body } = await server.post('/v1/batches', { dryRun: true, acts }, tokens.get(who));
        return tried.map((one, i) => [one, body.results?.[i] ?? { status: 'refused', problem: body }] as const);
      };
      // A refused act changes nothing for the next one.
      for (const [one, { status }] of await rehearsed(...candidates.filter((one) => !isListed(one))))
        if (status === 'done') wrong.push([who, one]);
      for (const candidate of candidates.filter(isListed))
        for (const [one, { problem }] of await rehearsed(candidate))
          if ([401, 403, 404].includes(problem?.status)) wrong.push([who, one, problem]);
    }
    expect(wrong).toEqual([]);
  });
});

describe('Commands that race', () => {
  const ROUNDS = 20;
  const inOrder = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

  it(`merge two commitments into each other at once, ${ROUNDS} times: one stands, and is counted`, async () => {
    let takenBack = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b] = [await record(), await record()];
      const [own, all] = await counted('IOM');
      const merge = (from: string, into: string) => act(from, 'merge', { into, reason: 'Recorded twice' });
      const answers = await Promise.all([merge(a, b), merge(b, a)]);
      expect(inOrder(answers)).toEqual([200, expect.any(Number)]);
      expect([409, 422]).toContain(inOrder(answers)[1]);
      const [loser, winner] = answers[0]!.status === 200 ? [a, b] : [b, a];
      expect(await counted('IOM')).toEqual([own - 1, all - 1]);
      expect(await get(loser)).toMatchObject({ life: 'merged', end: { into: [winner] }, tookOver: [] });
      expect(await get(winner)).toMatchObject({ life: 'active', end: null, tookOver: [{ from: loser }] });
      if ((await types(winner)).includes('Retracted')) takenBack++;
    }
    // Otherwise no two were ever decided at once, and this would have shown nothing.
    expect(takenBack).toBeGreaterThan(0);
  });

  it(`relate three in a circle at once, ${ROUNDS} times: the circle stays open`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const three = [await record(), await record(), await record()];
      const answers = await Promise.all(
        three.map((from, i) => act(from, 'relations', { type: 'part_of', to: three[(i + 1) % 3] })),
      );
      const statuses = inOrder(answers);
      expect([statuses[0], [409, 422].includes(statuses[2]!)]).toEqual([200, true]);
      const links = await Promise.all(three.map(async (reference) => (await get(reference)).relations.length));
      expect(links).toEqual(answers.map(({ status }) => (status === 200 ? 1 : 0)));
    }
  });
});
