import { addressOf, parameterNamesOf } from '#acts';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACTS, type ActName } from '#commitments';
import { StoreUnavailable, verify, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import { commitment } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';
import { until } from './support/waiting.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  secretariat = server.token(null);
  for (const agency of ['IOM', 'ILO', 'DESA', 'UNHCR', 'EC', 'WHO']) tokens.set(agency, server.token(agency));
});
afterEach(() => void jest.restoreAllMocks());

/** Who posts: an agency’s focal point, the secretariat, or nobody that is known. */
type Who = 'IOM' | 'ILO' | 'DESA' | 'UNHCR' | 'EC' | 'WHO' | 'secretariat' | 'anonymous';
const tokenOf = (who: Who) => (who === 'secretariat' ? secretariat : tokens.get(who));

const citation = { document: 'D-2012-MC2353', locator: 'para 26' };
const withRole = (role: string, agency = 'ILO') => ({
  agencies: [
    { agency: 'IOM', role: 'lead' },
    { agency, role },
  ],
});
const record = async (changes: object = {}, who: Who = 'IOM'): Promise<string> => {
  const answer = await server.post('/v1/commitments', commitment(changes), tokenOf(who));
  expect([answer.status, answer.body]).toMatchObject([201, {}]);
  return answer.body.reference as string;
};

/** Acts on a commitment. Unless it says otherwise, its source is of 2012-11-30. */
const act = (reference: string, path: string, body: object, who: Who = 'IOM', headers: Record<string, string> = {}) => {
  const said = path.startsWith('history/') ? body : { reportedOn: '2012-11-30', ...body };
  return server.post(`/v1/commitments/${encodeURIComponent(reference)}/${path}`, said, tokenOf(who), headers);
};
const done = async (answer: Promise<Answer>): Promise<string> => {
  const { status, body } = await answer;
  expect([status, body]).toMatchObject([200, { position: expect.any(String) }]);
  return body.position as string;
};
const stage = (changes: object = {}) => ({ stage: 'in_progress', effective: '2012-11', ...changes });
/** Why it was refused: status, code and the field at fault. */
const refusal = async (answer: Promise<Answer>): Promise<string> => {
  const { status, body, headers } = await answer;
  expect(headers.get('content-type')).toContain(status === 200 ? 'json' : 'application/problem+json');
  return [status, body.code, body.errors?.[0]?.pointer].filter(Boolean).join(' ');
};
const get = async (reference: string, query = '') => {
  const { status, body } = await server.get(`/v1/commitments/${reference}${query && `?${query}`}`);
  expect([reference, query, status]).toEqual([reference, query, 200]);
  return body;
};
const history = async (reference: string, query = '') =>
  (await server.get(`/v1/commitments/${reference}/history${query && `?${query}`}`)).body.items;
const head = async (): Promise<string> => (await server.app.get(LOG).store.head())!;
/** The answer of a view once it knows all that was recorded. */
const view = async (path: string) => (await server.get(path, { 'if-position-at-least': await head() })).body;
/** In how many commitments an agency stands, and how many there are at all. */
const counted = async (agency: string, query = ''): Promise<[number, number]> => {
  const { row, total } = await view(`/v1/progress/agencies/${agency}?${query}`);
  return [row?.total ?? 0, total.total];
};
const listed = async (query = ''): Promise<number> => (await view(`/v1/commitments?limit=1&${query}`)).total;

describe('An agency named by another', () => {
  it('is asked, and its role is confirmed when its focal point accepts', async () => {
    const reference = await record(withRole('partner'));
    const asked = { agency: 'ILO', role: 'partner', asked: true };
    expect((await get(reference)).agencies).toEqual([{ agency: 'IOM', role: 'lead' }, asked]);
    await done(act(reference, 'agencies/ILO/accept', {}, 'ILO'));
    expect((await get(reference)).agencies[1]).toEqual({ agency: 'ILO', role: 'partner' });
    expect((await get(reference, 'asOf=2012-11-29')).agencies[1]).toEqual(asked);
    expect((await history(reference))[1]).toMatchObject({
      type: 'commitment.RoleAccepted',
      by: { role: 'focal_point', agency: 'ILO' },
      reportedOn: '2012-11-30',
    });
  });

  it('counts like any other until it declines, with a reason, and not from then on', async () => {
    const before = (await counted('ILO'))[0];
    const reference = await record(withRole('partner'));
    expect((await counted('ILO'))[0]).toBe(before + 1);
    expect(await refusal(act(reference, 'agencies/ILO/decline', {}, 'ILO'))).toBe('400 invalid /reason');
    await done(act(reference, 'agencies/ILO/decline', { reason: 'Not in the programme' }, 'ILO'));
    expect(await get(reference)).toMatchObject({
      agencies: [{ agency: 'IOM', role: 'lead' }],
      declined: [{ agency: 'ILO', role: 'partner', reason: 'Not in the programme', reportedOn: '2012-11-30' }],
    });
    expect((await counted('ILO'))[0]).toBe(before);
    const [then, since] = [await counted('ILO', 'asOf=2012-11-29'), await counted('ILO', 'asOf=2012-11-30')];
    expect(since[0]).toBe(then[0] - 1);
    expect(since[1]).toBe(then[1]);
  });

  it('answers for itself only, once, and only when it was asked', async () => {
    const reference = await record(withRole('partner'));
    const accept = (agency: string, who: Who) => refusal(act(reference, `agencies/${agency}/accept`, {}, who));
    expect(await accept('ILO', 'anonymous')).toBe('401 unauthenticated');
    expect(await accept('ILO', 'IOM')).toBe('403 forbidden');
    expect(await accept('ILO', 'DESA')).toBe('403 forbidden');
    expect(await accept('DESA', 'secretariat')).toBe('404 not_found');
    expect(await accept('IOM', 'IOM')).toBe('409 not_asked');
    expect(await accept('ILO', 'secretariat')).toBe('200');
    expect(await accept('ILO', 'ILO')).toBe('409 not_asked');
    expect(await refusal(act(reference, 'agencies/ILO/decline', { reason: 'r' }, 'ILO'))).toBe('409 not_asked');
    expect(await refusal(act(reference, 'agencies/ILO/accept', { role: 'host' }, 'ILO'))).toBe(
      '422 no_such_role /from',
    );
  });

  it('is confirmed by the document that the secretariat cites', async () => {
    const roles = withRole('partner').agencies;
    const cited = await record({ agencies: roles, citation }, 'secretariat');
    expect((await get(cited)).agencies).toEqual(roles);
    const uncited = await record({ agencies: roles, agency: 'IOM' }, 'secretariat');
    expect((await get(uncited)).agencies).toEqual([roles[0], { ...roles[1], asked: true }]);
    await done(act(cited, 'agencies', { agency: 'DESA', role: 'observer', citation }, 'secretariat'));
    await done(act(cited, 'agencies', { agency: 'UNHCR', role: 'observer' }, 'IOM'));
    expect((await get(cited)).agencies.slice(2)).toEqual([
      { agency: 'DESA', role: 'observer' },
      { agency: 'UNHCR', role: 'observer', asked: true },
    ]);
  });

  it('is nowhere in the imported catalogue, whose roles stand in its documents', async () => {
    const { items, total } = await view('/v1/commitments?limit=1000&document=D-2007-WP204');
    expect(total).toBeGreaterThan(200);
    for (const { reference } of (items as { reference: string }[]).filter((_, i) => i % 4 === 0))
      expect((await get(reference)).agencies.filter((a: { asked?: true }) => a.asked)).toEqual([]);
  });
});

describe('Lead, co-lead and partner each', () => {
  const joint = () =>
    record({
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'DESA', role: 'co_lead' },
        { agency: 'ILO', role: 'partner' },
        { agency: 'EC', role: 'funder' },
      ],
    });

  it('report their own part: a stage, outlook, note and citation per agency; the headline is the lead’s', async () => {
    const reference = await joint();
    const own = stage({ stage: 'on_hold', outlook: 'at_risk', note: 'The grant is late', citation });
    const answer = await act(reference, 'stage', own, 'ILO');
    expect(answer.body).toMatchObject({
      ...{ reference, revision: 1, stage: 'planned', headlineChanged: false },
      part: { agency: 'ILO', stage: 'on_hold', changed: true },
    });
    expect(answer.body).not.toHaveProperty('outrankedBy');
    await done(act(reference, 'stage', stage(), 'IOM'));
    const { stage: headline, parts, spread } = await get(reference);
    expect(headline).toBe('in_progress');
    expect(parts).toMatchObject([
      { agency: 'IOM', role: 'lead', entry: { stage: 'in_progress', revision: 2 }, verification: null },
      { agency: 'DESA', role: 'co_lead', entry: null },
      { agency: 'ILO', role: 'partner', entry: { ...own, agency: 'ILO', reportedOn: '2012-11-30', revision: 1 } },
    ]);
    expect(spread).toEqual({ in_progress: 1, on_hold: 1, unreported: 1 });
    expect(await get(reference, 'asOf=2012-11-29')).toMatchObject({ stage: 'planned', spread: { unreported: 2 } });
  });

  it('report for no other agency; a funder has no part', async () => {
    const reference = await joint();
    expect(await refusal(act(reference, 'stage', stage({ agency: 'IOM' }), 'ILO'))).toBe('403 forbidden');
    expect(await refusal(act(reference, 'stage', stage(), 'EC'))).toBe('403 forbidden');
    expect(await refusal(act(reference, 'stage', stage(), 'WHO'))).toBe('403 forbidden');
    expect(await refusal(act(reference, 'stage', stage({ agency: 'EC' }), 'secretariat'))).toBe('422 no_part /agency');
    expect(await refusal(act(reference, 'stage', stage({ agency: 'NASA' }), 'secretariat'))).toBe(
      '422 no_part /agency',
    );
    expect(await refusal(act(reference, 'stage', stage({ agency: 'DESA' }), 'secretariat'))).toBe('200');
  });

  it('say more than the lead: an entry that names no agency is of whoever was lead as at its report', async () => {
    const reference = await record({ citation, ...withRole('partner') }, 'secretariat');
    const moved = { role: 'lead', citation, reportedOn: '2013-01-10' };
    await done(act(reference, 'agencies/ILO/role', moved, 'secretariat'));
    const before = stage({ citation, reportedOn: '2013-01-09', effective: '2013-01' });
    const after = stage({ stage: 'completed', citation, reportedOn: '2013-01-11', effective: '2013-01' });
    await done(act(reference, 'stage', before, 'secretariat'));
    await done(act(reference, 'stage', after, 'secretariat'));
    expect((await get(reference)).parts).toMatchObject([
      { agency: 'ILO', role: 'lead', entry: { stage: 'completed' } },
      { agency: 'IOM', role: 'partner', entry: { stage: 'in_progress' } },
    ]);
  });
});

describe('The lead', () => {
  const offer = {
    to: 'ILO',
    reason: 'The work is in Turin now',
    effective: '2013-02',
    staysOpen: 'The second edition',
  };
  const offered = async (changes: object = {}): Promise<string> => {
    const reference = await record(withRole('partner'));
    await done(act(reference, 'lead-transfer', { ...offer, ...changes }));
    return reference;
  };
  const leadOf = async (reference: string, query = '') => (await get(reference, query)).agencies[0].agency;

  it('is offered, and moves when the other accepts, from the day on which that is effective', async () => {
    const reference = await offered();
    expect((await get(reference)).leadTransfer).toMatchObject({ from: 'IOM', ...offer, reportedOn: '2012-11-30' });
    expect(await leadOf(reference)).toBe('IOM');
    await done(act(reference, 'lead-transfer/accept', { reportedOn: '2012-12-15' }, 'ILO'));
    expect(await get(reference)).toMatchObject({
      leadTransfer: null,
      agencies: [
        { agency: 'ILO', role: 'lead' },
        { agency: 'IOM', role: 'partner' },
      ],
    });
    expect(await leadOf(reference, 'asOf=2013-01-31')).toBe('IOM');
    expect(await leadOf(reference, 'asOf=2013-02-01')).toBe('ILO');
    expect((await get(reference, 'asOf=2012-12-14')).leadTransfer).toMatchObject({ to: 'ILO' });
    expect((await counted('IOM', 'role=lead&asOf=2013-01-31'))[0]).toBe(
      (await counted('IOM', 'role=lead&asOf=2013-02-01'))[0] + 1,
    );
  });

  it('moves no earlier than the acceptance', async () => {
    const reference = await offered({ effective: '2012-12', formerLeadBecomes: 'none' });
    await done(act(reference, 'lead-transfer/accept', { reportedOn: '2013-03-05' }, 'ILO'));
    expect(await leadOf(reference, 'asOf=2013-03-04')).toBe('IOM');
    expect((await get(reference, 'asOf=2013-03-05')).agencies).toEqual([{ agency: 'ILO', role: 'lead' }]);
  });

  it('stays when the other declines, or the offer is withdrawn', async () => {
    for (const [answer, who] of [
      ['decline', 'ILO'],
      ['withdraw', 'IOM'],
    ] as const) {
      const reference = await offered();
      const path = `lead-transfer/${answer}`;
      expect(await refusal(act(reference, path, {}, who))).toBe('400 invalid /reason');
      await done(act(reference, path, { reason: 'Turin is full', reportedOn: '2012-12-01' }, who));
      expect(await get(reference)).toMatchObject({
        leadTransfer: null,
        agencies: [{ agency: 'IOM' }, { agency: 'ILO' }],
      });
      expect((await get(reference, 'asOf=2012-11-30')).leadTransfer).toMatchObject({ to: 'ILO' });
      expect(await refusal(act(reference, 'lead-transfer/accept', {}, 'secretariat'))).toBe('409 no_lead_offer');
    }
  });

  it('is offered by itself, and answered by the one that it is offered to', async () => {
    const reference = await record(withRole('co_lead', 'DESA'));
    const offering = (who: Who, changes: object = {}) =>
      refusal(act(reference, 'lead-transfer', { ...offer, ...changes }, who));
    expect(await offering('DESA')).toBe('403 forbidden');
    expect(await offering('ILO')).toBe('403 forbidden');
    expect(await offering('IOM', { to: 'IOM' })).toBe('409 leads_already /to');
    expect(await offering('IOM', { to: 'NASA' })).toBe('422 unknown_reference /to');
    expect(await offering('IOM', { reason: undefined })).toBe('400 invalid /reason');
    expect(await refusal(act(reference, 'lead-transfer/withdraw', { reason: 'r' }))).toBe('409 no_lead_offer');
    expect(await offering('IOM')).toBe('200');
    expect(await offering('IOM', { to: 'DESA' })).toBe('409 lead_is_on_offer');
    for (const path of ['accept', 'decline'])
      for (const who of ['IOM', 'DESA'] as const)
        expect(
          await refusal(act(reference, `lead-transfer/${path}`, { ...(path === 'decline' && { reason: 'r' }) }, who)),
        ).toBe('403 forbidden');
    expect(await refusal(act(reference, 'lead-transfer/withdraw', { reason: 'r' }, 'ILO'))).toBe('403 forbidden');
    const early = act(reference, 'lead-transfer/accept', { reportedOn: '2012-11-29' }, 'ILO');
    expect(await refusal(early)).toBe('422 before_the_offer /reportedOn');
  });

  it('is moved without an offer by the secretariat only', async () => {
    const reference = await record(withRole('partner'));
    const move = (who: Who) => refusal(act(reference, 'agencies/ILO/role', { role: 'lead', citation }, who));
    expect(await move('IOM')).toBe('422 lead_is_offered /role');
    expect(await move('ILO')).toBe('403 forbidden');
    expect(await move('secretariat')).toBe('200');
    expect(await leadOf(reference)).toBe('ILO');
  });
});

describe('Commitments that are related', () => {
  const relate = (from: string, type: string, to: string, who: Who = 'IOM') =>
    refusal(act(from, 'relations', { type, to }, who));

  it('are so in one of six ways', async () => {
    const [reference, other] = [await record(), await record()];
    for (const type of ['part_of', 'continues', 'replaces', 'prepares_for', 'depends_on', 'same_as'])
      expect([type, await relate(reference, type, other)]).toEqual([type, '200']);
    expect(await relate(reference, 'prepares_for', 'HLD-2013')).toBe('200');
    expect(await relate(reference, 'part_of', 'HLD-2013')).toBe('422 unknown_reference /to');
    expect(await relate(reference, 'part_of', 'IOM-1066-01')).toBe('422 unknown_reference /to');
    expect(await relate(reference, 'follows', other)).toBe('400 invalid /type');
    expect(await relate(reference, 'part_of', other)).toBe('409 already_related');
    expect(await relate(reference, 'part_of', other, 'ILO')).toBe('403 forbidden');
    expect((await get(reference)).relations).toHaveLength(7);
  });

  it('make no circle by links of one kind', async () => {
    const [a, b, c] = [await record(), await record(), await record()];
    expect(await relate(a, 'depends_on', a)).toBe('422 related_to_itself /to');
    expect(await relate(a, 'depends_on', b)).toBe('200');
    expect(await relate(b, 'depends_on', c)).toBe('200');
    expect(await relate(b, 'depends_on', a)).toBe('422 cycle /to');
    expect(await relate(c, 'depends_on', a)).toBe('422 cycle /to');
    expect(await relate(c, 'continues', a)).toBe('200');
    expect(await relate(a, 'same_as', b)).toBe('200');
    expect(await relate(b, 'same_as', a)).toBe('409 already_related');
  });

  it('may be free of a link that was a mistake, and may then be linked the other way', async () => {
    const [a, b] = [await record(), await record()];
    expect(await relate(a, 'part_of', b)).toBe('200');
    await done(act(a, 'history/1/retract', { reason: 'It is the other way round' }));
    expect((await get(a)).relations).toEqual([]);
    expect(await relate(b, 'part_of', a)).toBe('200');
  });
});

describe('A duplicate that is merged', () => {
  const merge = (reference: string, into: string, more: object = {}, who: Who = 'IOM') =>
    act(reference, 'merge', { into, reason: 'Recorded twice', ...more }, who);

  it('points to the winner; both histories stay readable', async () => {
    const [loser, winner] = [await record({ title: 'Guide, again' }), await record()];
    const position = await done(merge(loser, winner, { citation }));
    expect(await get(loser)).toMatchObject({
      title: 'Guide, again',
      life: 'merged',
      end: { life: 'merged', into: [winner], reason: 'Recorded twice', reportedOn: '2012-11-30', citation },
    });
    expect(await get(loser, 'asOf=2012-11-29')).toMatchObject({ life: 'active', end: null });
    const { tookOver, position: last, life } = await get(winner);
    expect(tookOver).toMatchObject([{ from: loser, how: 'merged', reason: 'Recorded twice', citation }]);
    expect([life, last]).toEqual(['active', position]);
    const types = async (reference: string) => (await history(reference)).map(({ type }: { type: string }) => type);
    expect(await types(loser)).toEqual(['commitment.Recorded', 'commitment.Merged']);
    expect(await types(winner)).toEqual(['commitment.Recorded', 'commitment.TookOver']);
  });

  it('is counted once from then on, and before then as it was', async () => {
    const [loser, winner] = [await record(), await record()];
    const [known, [own, all]] = [await head(), await counted('IOM')];
    await done(merge(loser, winner));
    expect(await counted('IOM')).toEqual([own - 1, all - 1]);
    expect(await listed()).toBe(all - 1);
    expect(await counted('IOM', `knownAt=${known}`)).toEqual([own, all]);
    const [before, since] = [await counted('IOM', 'asOf=2012-11-29'), await counted('IOM', 'asOf=2012-11-30')];
    expect(since[1]).toBeLessThan(before[1]);
    expect(await listed('asOf=2012-11-29')).toBe(before[1]);
    expect(await counted('IOM', `asOf=2012-11-29&knownAt=${known}`)).toEqual(before);
    const theme = async (query: string) => (await view(`/v1/progress/themes/HLD06-04?${query}`)).row.total;
    expect(await theme('')).toBe((await theme(`knownAt=${known}`)) - 1);
  });

  it('leaves agencies, themes and follow-up to the winner only where the act lists them', async () => {
    const also = { themes: ['HLD06-01', 'HLD06-15'], followsUp: ['HLD-2006', 'GFMD-2010'] };
    const loser = await record({
      agencies: [...withRole('partner').agencies, { agency: 'DESA', role: 'co_lead' }],
      ...also,
    });
    const [winner, [ilo], [desa]] = [await record(), await counted('ILO'), await counted('DESA')];
    const takeOver = {
      agencies: [{ agency: 'ILO', role: 'partner' }],
      themes: ['HLD06-15'],
      followsUp: ['GFMD-2010'],
    };
    await done(merge(loser, winner, { takeOver }));
    expect(await get(winner)).toMatchObject({
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'ILO', role: 'partner', asked: true },
      ],
      themes: ['HLD06-04', 'HLD06-15'],
      followsUp: ['GFMD-2010'],
    });
    expect(await get(winner, 'asOf=2012-11-29')).toMatchObject({ themes: ['HLD06-04'], followsUp: [] });
    expect([(await counted('ILO'))[0], (await counted('DESA'))[0]]).toEqual([ilo, desa - 1]);
  });

  it('leaves nothing that it does not have', async () => {
    const [loser, winner] = [await record(withRole('partner')), await record()];
    const taking = (takeOver: object) => refusal(merge(loser, winner, { takeOver }));
    expect(await taking({ agencies: [{ agency: 'EC', role: 'funder' }] })).toBe('422 not_its_own /takeOver/agencies/0');
    expect(await taking({ agencies: [{ agency: 'IOM', role: 'lead' }] })).toBe('422 one_lead /takeOver/agencies/0');
    expect(await taking({ themes: ['HLD06-04', 'HLD06-01'] })).toBe('422 not_its_own /takeOver/themes/1');
    expect(await taking({ followsUp: ['HLD-2006'] })).toBe('422 not_its_own /takeOver/followsUp/0');
    expect(await taking({ themes: ['NONE'] })).toBe('422 not_its_own /takeOver/themes/0');
    expect(await taking({ colour: 'red' })).toBe('400 invalid /takeOver/colour');
    expect((await get(loser)).revision).toBe(0);
  });

  it('is merged by who leads both, or by the secretariat, with a reason', async () => {
    const [loser, winner] = [
      await record(withRole('co_lead')),
      await record({ agencies: withRole('x').agencies.slice(0, 1) }),
    ];
    const [ilos] = [await record({ agencies: [{ agency: 'ILO', role: 'lead' }] }, 'ILO')];
    expect(await refusal(merge(loser, winner, {}, 'ILO'))).toBe('403 forbidden');
    expect(await refusal(merge(loser, ilos!, {}, 'IOM'))).toBe('403 forbidden');
    expect(await refusal(merge(loser, winner, { reason: undefined }))).toBe('400 invalid /reason');
    expect(await refusal(merge(loser, loser))).toBe('422 related_to_itself /into');
    expect(await refusal(merge(loser, 'IOM-1066-01'))).toBe('422 unknown_reference /into');
    expect(await refusal(merge('IOM-1066-01', winner))).toBe('404 not_found');
    expect(await refusal(merge(loser, ilos!, {}, 'secretariat'))).toBe('200');
    expect(await refusal(merge(winner, loser))).toBe('409 not_active /into');
    expect(await refusal(merge(ilos!, loser, {}, 'secretariat'))).toBe('422 cycle /into');
    expect(await refusal(merge(loser, winner, {}, 'secretariat'))).toBe('409 not_active');
  });

  it('takes no act any more, but for what was before', async () => {
    const [loser, winner] = [await record(), await record()];
    await done(merge(loser, winner, { reportedOn: '2012-12-31' }));
    const late = stage({ reportedOn: '2013-01-01' });
    expect(await refusal(act(loser, 'stage', late))).toBe('409 not_active');
    expect(await refusal(act(loser, 'evidence', { title: 'Draft', reportedOn: '2012-12-31' }))).toBe('409 not_active');
    expect(await refusal(act(loser, 'withdraw', { reason: 'r', reportedOn: '2013-01-01' }))).toBe('409 not_active');
    expect(await refusal(act(loser, 'stage', stage()))).toBe('200');
    const read = { verification: 'contested', reason: 'r', citation, reportedOn: '2013-01-01' };
    expect(await refusal(act(loser, 'verification', read, 'secretariat'))).toBe('200');
  });

  it('is active again when the merge is retracted; what the winner took over goes back', async () => {
    const [loser, winner] = [await record({ themes: ['HLD06-15'] }), await record()];
    const all = await listed();
    await done(merge(loser, winner, { takeOver: { themes: ['HLD06-15'] } }));
    expect(await refusal(act(loser, 'history/1/correct', { says: { reason: 'Other' }, reason: 'r' }))).toBe(
      '409 not_correctable',
    );
    expect(await refusal(act(winner, 'history/1/retract', { reason: 'r' }, 'secretariat'))).toBe('409 not_correctable');
    const known = await head();
    await done(act(loser, 'history/1/retract', { reason: 'They are two' }));
    expect(await get(loser)).toMatchObject({ life: 'active', end: null });
    expect(await get(winner)).toMatchObject({ themes: ['HLD06-04'], tookOver: [] });
    expect(await listed()).toBe(all);
    expect(await listed(`knownAt=${known}`)).toBe(all - 1);
    expect(await get(loser, `knownAt=${known}`)).toMatchObject({
      life: 'merged',
      correctedLater: [{ revision: 1, kind: 'retracted', reason: 'They are two' }],
    });
    expect(await refusal(act(loser, 'stage', stage()))).toBe('200');
  });

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
    await until(async () => (await get(winner)).revision > 0);
    expect((await get(winner)).tookOver).toMatchObject([{ from: loser, how: 'merged' }]);
    expect(await refusal(merge(loser, winner))).toBe('409 not_active');
  });
});

describe('A record that is split, superseded or withdrawn', () => {
  it('becomes others that are recorded already', async () => {
    const [whole, one, other] = [await record({ reportedOn: '2012-10-31' }), await record(), await record()];
    const split = (into: string[], more: object = {}) =>
      refusal(act(whole, 'split', { into, reason: 'Two things', ...more }));
    const all = await listed();
    expect(await split([one])).toBe('400 invalid /into');
    expect(await split([one, one])).toBe('400 invalid /into');
    expect(await split([one, whole])).toBe('422 related_to_itself /into/1');
    expect(await split([one, 'IOM-1066-01'])).toBe('422 unknown_reference /into/1');
    expect(await split([one, other], { reason: null })).toBe('400 invalid /reason');
    expect(await split([one, other], { reportedOn: '2012-11-01' })).toBe('422 not_there_yet /into/0');
    expect(await split([one, other], { reportedOn: '2012-10-30' })).toBe('422 not_there_yet /reportedOn');
    expect(await split([one, other])).toBe('200');
    expect(await get(whole)).toMatchObject({ life: 'split', end: { into: [one, other], reason: 'Two things' } });
    for (const part of [one, other])
      expect((await get(part)).tookOver).toMatchObject([{ from: whole, how: 'split', reason: 'Two things' }]);
    expect(await split([one, other])).toBe('409 not_active');
    expect(await listed()).toBe(all - 1);
  });

  it('gives its place to another', async () => {
    const [old, next] = [await record(), await record()];
    const all = await listed();
    const early = { supersededBy: next, reason: 'A new mandate', reportedOn: '2012-11-01' };
    expect(await refusal(act(old, 'supersede', early))).toBe('422 not_there_yet /reportedOn');
    await done(act(old, 'supersede', { supersededBy: next, reason: 'A new mandate' }));
    expect(await get(old)).toMatchObject({ life: 'superseded', end: { into: [next], reason: 'A new mandate' } });
    expect((await get(next)).tookOver).toMatchObject([{ from: old, how: 'superseded' }]);
    expect(await refusal(act(next, 'supersede', { supersededBy: old, reason: 'r' }))).toBe('422 cycle /supersededBy');
    expect(await listed()).toBe(all - 1);
  });

  it('is gone, with the reason', async () => {
    const reference = await record(withRole('co_lead'));
    const [all, known] = [await listed(), await head()];
    expect(await refusal(act(reference, 'withdraw', { reason: 'r' }, 'ILO'))).toBe('403 forbidden');
    expect(await refusal(act(reference, 'withdraw', {}))).toBe('400 invalid /reason');
    const early = { reason: 'Never adopted', reportedOn: '2012-11-01' };
    expect(await refusal(act(reference, 'withdraw', early))).toBe('422 not_there_yet /reportedOn');
    await done(act(reference, 'withdraw', { reason: 'Never adopted' }));
    expect(await get(reference)).toMatchObject({ life: 'withdrawn', end: { into: [], reason: 'Never adopted' } });
    expect(await refusal(act(reference, 'withdraw', { reason: 'r' }))).toBe('409 not_active');
    expect([await listed(), await listed(`knownAt=${known}`)]).toEqual([all - 1, all]);
  });
});

describe('A recurring commitment', () => {
  it('has editions, each with its own dates and evidence; the last one and when the next is due are shown', async () => {
    const reference = await record({ nature: 'recurring' });
    const edition = (body: object) => refusal(act(reference, 'editions', { reportedOn: '2013-12-31', ...body }));
    const fifth = {
      ...{ title: 'Fifth Coordination Meeting', held: '2006-11-20', until: '2006-11-21', nextDue: '2007-10' },
      evidence: [{ title: 'Report of the meeting', date: '2007' }],
    };
    expect(await edition(fifth)).toBe('200');
    expect(await edition({ held: '2005', note: 'In New York' })).toBe('200');
    expect(await get(reference)).toMatchObject({
      editions: [{ held: '2005', note: 'In New York', nextDue: null }, fifth],
      lastEdition: fifth,
      nextDue: '2007-10',
    });
    expect(await edition({ held: '2014-01' })).toBe('422 date_in_the_future /held');
    expect(await edition({ held: '2007-10', until: '2007-09' })).toBe('422 ends_before_it_begins /until');
    expect(await edition({ held: '2007-10', nextDue: '2007-09' })).toBe('422 next_is_before /nextDue');
    expect(await edition({})).toBe('400 invalid /held');
    expect(await refusal(act(await record(), 'editions', { held: '2006' }))).toBe('422 not_recurring /held');
  });

  it('recorded as completed means that its last edition was done: the edition’s evidence is its proof', async () => {
    const reference = await record({ nature: 'recurring' });
    const completed = stage({ stage: 'completed' });
    expect(await refusal(act(reference, 'stage', completed))).toBe('422 completed_needs_proof /citation');
    await done(act(reference, 'editions', { held: '2012-11', evidence: [{ title: 'Report' }] }));
    expect(await refusal(act(reference, 'stage', completed))).toBe('200');
  });
});

describe('A standing commitment', () => {
  it('is kept up or not, per period, and never completed', async () => {
    const reference = await record({ nature: 'standing' });
    const upkeep = (body: object) => refusal(act(reference, 'upkeep', body));
    expect(await upkeep({ period: '2011', keptUp: true })).toBe('200');
    expect(await upkeep({ period: '2012', keptUp: false })).toBe('422 note_needed /note');
    expect(await upkeep({ period: '2012', keptUp: false, note: 'No staff' })).toBe('200');
    expect(await upkeep({ period: '2012', keptUp: 'yes' })).toBe('400 invalid /keptUp');
    expect(await upkeep({ period: '2013', keptUp: true })).toBe('422 date_in_the_future /period');
    expect(await get(reference)).toMatchObject({
      upkeep: [{ period: '2011', keptUp: true }, { period: '2012' }],
      lastUpkeep: { period: '2012', keptUp: false, note: 'No staff', reportedOn: '2012-11-30' },
    });
    const completed = act(reference, 'stage', stage({ stage: 'completed', citation }));
    expect(await refusal(completed)).toBe('422 standing_never_completes /stage');
    expect(await refusal(act(await record(), 'upkeep', { period: '2011', keptUp: true }))).toBe(
      '422 not_standing /period',
    );
  });
});

describe('What was said wrongly', () => {
  const correct = (reference: string, revision: number | string, says: object, who: Who = 'IOM', more: object = {}) =>
    act(reference, `history/${revision}/correct`, { says, reason: 'The paper says so', ...more }, who);
  const retract = (reference: string, revision: number | string, who: Who = 'IOM', more: object = {}) =>
    act(reference, `history/${revision}/retract`, { reason: 'Never said', ...more }, who);

  it('is corrected for every date; what was known before is shown as it was, with a marker', async () => {
    const reference = await record();
    await done(act(reference, 'stage', stage({ stage: 'completed', citation, effective: '2012-11-28' })));
    const known = await head();
    await done(correct(reference, 1, { stage: 'on_hold', note: 'The pilot only' }, 'IOM', { citation }));
    const correction = { revision: 1, kind: 'corrected', reason: 'The paper says so', by: 2, citation };
    for (const asOf of ['2012-11-30', '2013-06-01'])
      expect(await get(reference, `asOf=${asOf}`)).toMatchObject({
        stage: 'on_hold',
        headline: { revision: 1, note: 'The pilot only', effective: '2012-11-28', citation },
        corrections: [correction],
        correctedLater: [],
      });
    expect(await get(reference, `knownAt=${known}`)).toMatchObject({
      stage: 'completed',
      corrections: [],
      correctedLater: [{ ...correction, position: await head(), recordedAt: expect.any(String) }],
    });
    expect((await get(reference, `knownAt=${known}&asOf=2012-11-02`)).correctedLater).toEqual([]);
    const completed = (query: string) => listed(`agency=IOM&stage=completed&${query}`);
    expect(await completed('')).toBe((await completed(`knownAt=${known}`)) - 1);
    expect(await completed('asOf=2012-12-01')).toBe((await completed(`knownAt=${known}&asOf=2012-12-01`)) - 1);
  });

  it('stays in the history, which says what became of it', async () => {
    const reference = await record();
    await done(act(reference, 'evidence', { title: 'Draft' }));
    const known = await head();
    await done(correct(reference, 1, { title: 'Second draft' }));
    await done(retract(reference, 1));
    const items = await history(reference);
    expect(items).toMatchObject([
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
    const then = await history(reference, `knownAt=${known}`);
    expect(then).toHaveLength(2);
    expect(then[1].corrections).toMatchObject([{ by: 2 }, { by: 3 }]);
    expect((await get(reference)).evidence).toEqual([]);
    expect((await get(reference, `knownAt=${known}`)).evidence).toMatchObject([{ title: 'Draft' }]);
  });

  it('is corrected or retracted by the agency that made it, or by the secretariat', async () => {
    const reference = await record(withRole('partner'));
    await done(act(reference, 'stage', stage(), 'ILO'));
    const held = { stage: 'on_hold', note: 'n' };
    for (const who of ['IOM', 'DESA'] as const) {
      expect(await refusal(correct(reference, 1, held, who))).toBe('403 forbidden');
      expect(await refusal(retract(reference, 1, who))).toBe('403 forbidden');
    }
    expect(await refusal(correct(reference, 0, held, 'ILO'))).toBe('403 forbidden');
    expect(await refusal(correct(reference, 1, held, 'anonymous'))).toBe('401 unauthenticated');
    expect(await refusal(correct(reference, 1, held, 'ILO'))).toBe('200');
    expect(await refusal(retract(reference, 1, 'secretariat'))).toBe('200');
    expect((await get(reference)).spread).toEqual({ planned: 1, unreported: 1 });
  });

  it('is corrected to what might have been said: fields, codes, dates and rules hold for it, too', async () => {
    const reference = await record({ nature: 'standing' });
    await done(act(reference, 'stage', stage()));
    const corrected = (says: object, revision = 1) => refusal(correct(reference, revision, says));
    expect(await corrected({ citation: { document: 'D-NONE', locator: 'p' } })).toBe(
      '422 unknown_reference /says/citation/document',
    );
    expect(await corrected({ agency: 'NASA' })).toBe('403 forbidden');
    expect(await refusal(correct(reference, 1, { agency: 'NASA' }, 'secretariat'))).toBe('422 no_part /says/agency');
    expect(await corrected({ themes: ['HLD06-04', 'HLD06-99'] }, 0)).toBe('422 unknown_reference /says/themes/1');
    const agencies = withRole('partner', 'NASA').agencies;
    expect(await corrected({ agencies }, 0)).toBe('422 unknown_reference /says/agencies/1/agency');
    expect(await corrected({ followsUp: ['HLD-1906'] }, 0)).toBe('422 unknown_reference /says/followsUp/0');
    expect(await corrected({ stage: 'done' })).toBe('400 invalid /says/stage');
    expect(await corrected({ stage: null })).toBe('400 invalid /says/stage');
    expect(await corrected({ colour: 'red' })).toBe('400 invalid /says/colour');
    expect(await corrected({ reportedOn: '2012-02-30' })).toBe('400 invalid /says/reportedOn');
    expect(await corrected({})).toBe('400 invalid /says');
    expect(await corrected({ stage: 'completed', citation })).toBe('422 standing_never_completes /says/stage');
    expect(await corrected({ reportedOn: '2999-01-01' })).toBe('422 date_in_the_future /says/reportedOn');
    expect(await corrected({ effective: '2013' })).toBe('422 date_in_the_future /says/effective');
    expect(await refusal(act(reference, 'history/1/correct', { says: { stage: 'planned' } }))).toBe(
      '400 invalid /reason',
    );
    expect((await get(reference)).revision).toBe(1);
  });

  it('is named by its revision', async () => {
    const reference = await record();
    for (const revision of ['x', '-1', '1.5', '99999999999'])
      expect([revision, await refusal(correct(reference, revision, { note: 'n' }))]).toEqual([
        revision,
        '400 bad_request',
      ]);
    expect(await refusal(correct(reference, 7, { note: 'n' }))).toBe('404 not_found');
    expect(await refusal(retract(reference, 7))).toBe('404 not_found');
    expect(await refusal(correct('IOM-1066-01', 0, { note: 'n' }))).toBe('404 not_found');
    expect(await refusal(retract('IOM-1066-01', 0, 'secretariat'))).toBe('404 not_found');
    expect(await refusal(act(reference, 'milestones/x/reach', {}))).toBe('400 bad_request');
  });

  it('in the record act is corrected, or retracted item by item', async () => {
    const reference = await record({
      evidence: [{ title: 'Draft' }, { title: 'Guide' }],
      milestones: [{ title: 'Draft' }, { title: 'Print' }],
      target: { date: '2013' },
      stage: 'completed',
    });
    expect(await refusal(retract(reference, 0))).toBe('422 record_stays');
    expect(await refusal(retract(reference, 0, 'IOM', { item: '/evidence/2' }))).toBe('422 no_such_item /item');
    expect(await refusal(retract(reference, 0, 'IOM', { item: '/title' }))).toBe('422 no_such_item /item');
    expect(await refusal(retract(reference, 0, 'IOM', { item: 'evidence' }))).toBe('400 invalid /item');
    expect(await refusal(retract(reference, 0, 'IOM', { item: '/evidence/0' }))).toBe('200');
    expect(await refusal(retract(reference, 0, 'IOM', { item: '/milestones/0' }))).toBe('200');
    expect(await refusal(retract(reference, 0, 'IOM', { item: '/evidence/1' }))).toBe('422 completed_needs_proof');
    expect(await refusal(correct(reference, 0, { target: { date: '2014' }, title: 'Guide to corridors' }))).toBe('200');
    expect(await get(reference)).toMatchObject({
      title: 'Guide to corridors',
      target: { date: '2014' },
      evidence: [{ title: 'Guide' }],
      milestones: [{ milestone: 2, title: 'Print' }],
    });
    expect((await get(reference)).corrections).toMatchObject([
      { kind: 'retracted', item: '/evidence/0' },
      { kind: 'retracted', item: '/milestones/0' },
      { kind: 'corrected' },
    ]);
    expect(await refusal(act(reference, 'milestones/1/reach', {}))).toBe('404 not_found');
  });

  it('is retracted once; what settles something between two, or corrects, is not corrected itself', async () => {
    const reference = await record(withRole('partner'));
    await done(act(reference, 'target', { date: '2013' }));
    expect(await refusal(retract(reference, 1))).toBe('200');
    expect(await refusal(retract(reference, 1))).toBe('409 already_retracted');
    expect(await refusal(retract(reference, 2))).toBe('409 not_correctable');
    await done(act(reference, 'lead-transfer', { to: 'ILO', reason: 'r', effective: '2013' }));
    expect(await refusal(correct(reference, 3, { reason: 'q' }))).toBe('409 not_correctable');
    expect((await get(reference)).target).toBeNull();
  });
});

describe('The secretariat’s reading and the agency’s reply', () => {
  const read = (reference: string, body: object, who: Who = 'secretariat') =>
    act(reference, 'verification', { reason: 'No such guide was found', ...body }, who);

  it('stand beside the stage, and neither overwrites the other', async () => {
    const reference = await record();
    await done(read(reference, { verification: 'no_evidence' }));
    await done(act(reference, 'reply', { text: 'It is in print', reportedOn: '2012-12-05', citation }));
    const verification = {
      verification: 'no_evidence',
      reason: 'No such guide was found',
      current: true,
      entry: 0,
      replies: [{ text: 'It is in print', agency: 'IOM', reportedOn: '2012-12-05', citation }],
    };
    expect(await get(reference)).toMatchObject({
      stage: 'planned',
      verification,
      parts: [{ agency: 'IOM', verification }],
    });
    expect((await get(reference, 'asOf=2012-12-04')).verification.replies).toEqual([]);
    expect((await get(reference, 'asOf=2012-11-29')).verification).toBeNull();
    await done(act(reference, 'stage', stage({ reportedOn: '2012-12-10' })));
    expect(await get(reference)).toMatchObject({ stage: 'in_progress', verification: { entry: 0, current: false } });
    await done(read(reference, { verification: 'documented', citation, reportedOn: '2012-12-20' }));
    expect((await get(reference)).verification).toMatchObject({ verification: 'documented', entry: 3, replies: [] });
  });

  it('are of one part', async () => {
    const reference = await record(withRole('partner'));
    await done(act(reference, 'stage', stage(), 'ILO'));
    await done(read(reference, { verification: 'contested', citation, agency: 'ILO' }));
    expect(await refusal(act(reference, 'reply', { text: 'It is so' }))).toBe('403 forbidden');
    expect(await refusal(act(reference, 'reply', { text: 'It is so' }, 'ILO'))).toBe('200');
    expect(await get(reference)).toMatchObject({
      verification: null,
      parts: [{ verification: null }, { agency: 'ILO', verification: { verification: 'contested', replies: [{}] } }],
    });
  });

  it('need a reader, a reason and a source, and something to read', async () => {
    const reference = await record(withRole('partner'));
    expect(await refusal(read(reference, { verification: 'no_evidence' }, 'IOM'))).toBe('403 forbidden');
    expect(await refusal(read(reference, { verification: 'documented' }))).toBe('422 citation_needed /citation');
    expect(await refusal(read(reference, { verification: 'unreviewed' }))).toBe('400 invalid /verification');
    expect(await refusal(read(reference, { verification: 'no_evidence', reason: ' ' }))).toBe('400 invalid /reason');
    expect(await refusal(read(reference, { verification: 'no_evidence', agency: 'ILO' }))).toBe(
      '409 nothing_reported /agency',
    );
    const reply = (body: object, who: Who = 'IOM') =>
      refusal(act(reference, 'reply', { text: 'It is so', ...body }, who));
    expect(await reply({}, 'secretariat')).toBe('409 nothing_to_reply_to /agency');
    await done(read(reference, { verification: 'no_evidence' }));
    expect(await reply({}, 'ILO')).toBe('403 forbidden');
    expect(await reply({ reportedOn: '2012-11-29' })).toBe('422 before_the_reading /reportedOn');
    expect(await reply({ text: '' })).toBe('400 invalid /text');
    expect(await reply({})).toBe('200');
  });
});

describe('The detail of what was said', () => {
  it('holds a condition until it is lifted: when, and by what', async () => {
    const reference = await record({ condition: 'subject to funding' });
    const lift = { liftedOn: '2012-11', liftedBy: 'The grant of the European Commission' };
    await done(act(reference, 'condition/lift', lift));
    expect(await get(reference)).toMatchObject({ condition: 'subject to funding', conditionLifted: lift });
    expect((await get(reference, 'asOf=2012-11-29')).conditionLifted).toBeNull();
    expect(await refusal(act(reference, 'condition/lift', lift))).toBe('409 condition_lifted');
    expect(await refusal(act(await record(), 'condition/lift', lift))).toBe('409 no_condition');
    const later = { ...lift, liftedOn: '2012-12' };
    expect(await refusal(act(await record({ condition: 'c' }), 'condition/lift', later))).toBe(
      '422 date_in_the_future /liftedOn',
    );
  });

  it('holds several citations of one statement', async () => {
    const reference = await record();
    const citations = [{ document: 'D-2011-9CM-IOM', locator: 'p. 2' }];
    await done(act(reference, 'stage', stage({ stage: 'completed', citation, citations })));
    expect((await get(reference)).headline).toMatchObject({ citation, citations });
    const unknown = [{ document: 'D-NONE', locator: 'p. 2' }];
    const answer = act(reference, 'evidence', { title: 'Guide', citations: unknown });
    expect(await refusal(answer)).toBe('422 unknown_reference /citations/0/document');
  });

  it('is found by every document that anything of it cites, and counted on the page of sources', async () => {
    const document = async (id: string) => {
      const entry = { id, title: id, publisher: 'IOM', published: '2012', reportedOn: '2012-11-30' };
      expect((await server.post('/v1/documents', entry, secretariat)).status).toBe(201);
      return { citation: { document: id, locator: 'p. 1' } };
    };
    const reference = await record();
    await done(act(reference, 'evidence', { title: 'Outline' }));
    const said: Readonly<Record<string, object>> = {
      target: { date: '2014' },
      themes: { themes: ['HLD06-01'] },
      agencies: { agency: 'ILO', role: 'partner' },
      milestones: { title: 'Draft' },
      wording: { condition: 'if funded' },
      'lead-transfer': { to: 'ILO', effective: '2013', reason: 'r' },
      'history/2/correct': { says: { date: '2015' }, reason: 'r' },
      'history/1/retract': { reason: 'r' },
    };
    const ids = Object.keys(said).map((path) => `D-${path.replaceAll('/', '-')}`);
    for (const [i, [path, body]] of Object.entries(said).entries())
      await done(act(reference, path, { ...body, ...(await document(ids[i]!)) }, 'secretariat'));
    const { body: page } = await server.get('/documents', {
      accept: 'text/html',
      'if-position-at-least': await head(),
    });
    for (const id of ids) {
      const { items } = await view(`/v1/commitments?document=${id}`);
      expect([id, items.map((item: { reference: string }) => item.reference)]).toEqual([id, [reference]]);
      expect(await listed(`document=${id}&asOf=2012-11-29`)).toBe(0);
      expect(page).toMatch(new RegExp(`commitments\\?document=${id}"[^>]*>\\s*1\\s*<`));
    }
  });

  it('keeps claims that contradict each other side by side, with their sources', async () => {
    const reference = await record(withRole('partner'));
    const other = { document: 'D-2011-9CM-IOM', locator: 'p. 2' };
    await done(act(reference, 'claims', { about: 'organiser', says: 'IOM', citation }));
    expect((await get(reference)).claims).toMatchObject([{ about: 'organiser', contradictory: false }]);
    await done(act(reference, 'claims', { about: 'organiser', says: 'ILO', citation: other }, 'ILO'));
    expect((await get(reference)).claims).toMatchObject([
      {
        about: 'organiser',
        contradictory: true,
        claims: [
          { says: 'IOM', citation },
          { says: 'ILO', citation: other },
        ],
      },
    ]);
    expect(await refusal(act(reference, 'claims', { about: 'dates', says: 'May' }))).toBe(
      '422 citation_needed /citation',
    );
  });

  it('is blanked by the secretariat when it must go: the words are gone, the rest stays, the chain verifies', async () => {
    const name = 'Q. Xylander';
    const reference = await record({ note: `As ${name} said`, target: { date: '2013' } });
    const known = await head();
    const all = await listed('overdue=true');
    const blank = (body: object, who: Who = 'secretariat') =>
      act(reference, 'history/0/blank', { reason: 'Named a person', ...body }, who);
    expect(await refusal(blank({ fields: ['/note'] }, 'IOM'))).toBe('403 insufficient_scope');
    expect(await refusal(blank({ fields: ['/stage'] }))).toBe('422 no_such_text /fields/0');
    expect(await refusal(blank({ fields: [] }))).toBe('400 invalid /fields');
    expect(await refusal(blank({ fields: ['note'] }))).toBe('400 invalid /fields');
    expect(await refusal(blank({ fields: ['/note'], reason: '' }))).toBe('400 invalid /reason');
    expect(await refusal(blank({ fields: ['/note'] }))).toBe('200');
    const { store } = server.app.get(LOG);
    expect(JSON.stringify(await store.readAll(null, 100_000))).not.toContain(name);
    expect((await verify(store)).ok).toBe(true);
    for (const query of ['', `knownAt=${known}`]) {
      expect(JSON.stringify([await get(reference, query), await history(reference, query)])).not.toContain(name);
      expect(await get(reference, query)).toMatchObject({ headline: { note: '[blanked]' }, target: { date: '2013' } });
    }
    expect((await get(reference)).corrections).toMatchObject([
      { revision: 0, kind: 'blanked', reason: 'Named a person' },
    ]);
    expect((await history(reference))[0].corrections).toMatchObject([{ kind: 'blanked', reason: 'Named a person' }]);
    expect((await server.get(`/v1/changes?after=${Number(known) - 1}`)).body).toContain('Named a person');
    expect(await listed('overdue=true')).toBe(all);

    const why = (body: object) => act(reference, 'history/1/blank', { reason: 'Said who', ...body }, 'secretariat');
    expect(await refusal(why({ fields: ['/left/note'] }))).toBe('409 not_correctable');
    expect(await refusal(why({ fields: ['/reason'] }))).toBe('200');
    expect(JSON.stringify(await store.readAll(known, 100_000))).not.toContain('Named a person');
    expect((await get(reference)).corrections).toMatchObject([
      { revision: 0, kind: 'blanked', reason: '[blanked]' },
      { revision: 1, kind: 'blanked', reason: 'Said who' },
    ]);
    expect(await listed('overdue=true')).toBe(all);
    expect(JSON.stringify((await server.get('/health/ready')).body)).not.toMatch(/"parked":[1-9]/);
    const page = await server.get(`/commitments/${reference}`, { accept: 'text/html' });
    expect([page.status, /Named a person|undefined/.test(page.body)]).toEqual([200, false]);
    expect((await verify(store)).ok).toBe(true);
  });
});

describe('Every act', () => {
  it('keeps to If-Match', async () => {
    const reference = await record(withRole('partner'));
    const accept = () => act(reference, 'agencies/ILO/accept', {}, 'ILO', { 'if-match': '"7"' });
    expect(await refusal(accept())).toBe('412 wrong_revision');
    const corrected = act(reference, 'history/0/correct', { says: { note: 'n' }, reason: 'r' }, 'IOM', {
      'if-match': '"0"',
    });
    expect((await corrected).headers.get('etag')).toBe('"1"');
    const merged = act(reference, 'merge', { into: await record(), reason: 'r' }, 'IOM', { 'if-match': '"0"' });
    expect(await refusal(merged)).toBe('412 wrong_revision');
  });

  it('is done once under its Idempotency-Key, with what follows from it', async () => {
    const [loser, winner] = [await record(), await record()];
    const merge = (reason: string) =>
      act(loser, 'merge', { into: winner, reason }, 'IOM', { 'idempotency-key': `merge-${loser}` });
    const [first, again] = [await merge('Twice'), await merge('Twice')];
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await get(winner)).revision).toBe(1);
    expect(await refusal(merge('Other'))).toBe('422 idempotency_key_reused');
    const retract = () =>
      act(loser, 'history/1/retract', { reason: 'r' }, 'IOM', { 'idempotency-key': `back-${loser}` });
    expect((await retract()).body).toEqual((await retract()).body);
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
  const CALLERS: readonly Who[] = ['anonymous', 'IOM', 'DESA', 'ILO', 'UNHCR', 'EC', 'WHO', 'secretariat'];
  const allowed = async (reference: string, who: Who): Promise<Allowed[]> => {
    const token = tokenOf(who);
    const { body } = await server.get(
      `/v1/commitments/${reference}`,
      token === undefined ? {} : { authorization: `Bearer ${token}` },
    );
    return body.allowedActs as Allowed[];
  };
  const names = (acts: readonly Allowed[]) => new Set(acts.map(({ act }) => act));

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

  /** A joint commitment as its agencies told it; `then` is what the secretariat recorded last. */
  const scene = async (then: readonly object[] = [], changes: object = {}): Promise<string> => {
    const reference = await record({
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'DESA', role: 'co_lead' },
        { agency: 'ILO', role: 'partner' },
        { agency: 'UNHCR', role: 'partner' },
        { agency: 'EC', role: 'funder' },
      ],
      milestones: [{ title: 'Outline' }, { title: 'Draft', reachedOn: '2012' }, { title: 'Print' }],
      condition: 'subject to funding',
      note: 'As the paper says',
      ...changes,
    });
    const batch = async (who: Who, ...acts: readonly object[]) => {
      const said = acts.map((act) => ({ reference, ...act }));
      const { body } = await server.post('/v1/batches', { acts: said }, tokenOf(who));
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

  it('is what one’s role allows as things stand; nothing without a token', async () => {
    const partner: ActName[] = ['reportStage', 'confirm', 'attachEvidence', 'claim', 'addActivityIds'];
    const coLead: ActName[] = [
      ...partner,
      ...(['addAgency', 'changeRole', 'removeAgency', 'setThemes', 'setTarget', 'amendWording', 'relate'] as const),
      'addFollowUp',
      ...(['addMilestone', 'reachMilestone', 'rescheduleMilestone', 'dropMilestone', 'liftCondition'] as const),
    ];
    const ends: ActName[] = ['merge', 'split', 'supersede', 'withdraw'];
    const ofItsWord: ActName[] = ['reply', 'correct', 'retract'];
    const all: ActName[] = [
      ...coLead,
      ...ends,
      ...ofItsWord,
      'offerLead',
      'acceptRole',
      'declineRole',
      'verify',
      'blank',
    ];
    const reference = await scene();
    const sorted = (acts: Iterable<string>) => [...acts].sort();
    const may: Readonly<Record<Who, ActName[]>> = {
      anonymous: [],
      IOM: [...coLead, ...ends, ...ofItsWord, 'offerLead'],
      DESA: coLead,
      ILO: [...partner, ...ofItsWord],
      UNHCR: [...partner, 'acceptRole', 'declineRole'],
      EC: [],
      WHO: [],
      secretariat: all,
    };
    for (const who of CALLERS)
      expect([who, sorted(names(await allowed(reference, who)))]).toEqual([who, sorted(may[who])]);
    const onOffer = await scene([offer]);
    expect(sorted(names(await allowed(onOffer, 'ILO')))).toEqual(sorted([...may.ILO, 'acceptLead', 'declineLead']));
    expect(sorted(names(await allowed(onOffer, 'IOM')))).toEqual(
      sorted([...may.IOM.filter((act) => act !== 'offerLead'), 'withdrawLeadOffer']),
    );
    expect(sorted(names(await allowed(await scene([end]), 'IOM')))).toEqual(sorted(ofItsWord));
  });

  it.each(CALLERS)('is done by a valid body at its address, for %s', async (who) => {
    const [tried, refused] = [new Set<ActName>(), [] as unknown[]];
    for (const [state, make] of SCENES) {
      const seen = await make();
      for (const { act, href } of await allowed(seen, who)) {
        if (tried.has(act)) continue;
        tried.add(act);
        const body = MINIMAL[act as keyof typeof MINIMAL];
        const answer = await server.post(href.replace(seen, await make()), body, tokenOf(who));
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
      for (const candidate of candidates) {
        const body = { dryRun: true, acts: [{ reference, ...candidate, body: MINIMAL[candidate.act] }] };
        const answer = await server.post('/v1/batches', body, tokenOf(who));
        const { status, problem } = answer.body.results?.[0] ?? { status: 'refused', problem: answer.body };
        const isListed = listed.has(addressOf('commitment', reference, candidate));
        if (isListed ? [401, 403, 404].includes(problem?.status) : status === 'done')
          wrong.push([who, isListed, candidate, status, problem]);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('Commands that race', () => {
  const ROUNDS = 20;
  const inOrder = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);
  const types = async (reference: string): Promise<string[]> =>
    (await history(reference)).map(({ type }: { type: string }) => type.replace('commitment.', ''));

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

  it(`end the same commitment in two ways at once, ${ROUNDS} times: it ends once`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [reference, other] = [await record(), await record()];
      const answers = await Promise.all([
        act(reference, 'merge', { into: other, reason: 'Recorded twice' }),
        act(reference, 'withdraw', { reason: 'Never adopted' }, 'secretariat'),
      ]);
      expect(inOrder(answers)).toEqual([200, 409]);
      expect((await get(other)).tookOver).toHaveLength(answers[0]!.status === 200 ? 1 : 0);
      expect((await types(reference)).length).toBe(2);
    }
  });

  it(`merge into one that ends at once, ${ROUNDS} times: nothing is merged into what is gone`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [loser, winner] = [await record(), await record()];
      const all = await listed();
      const [merged, withdrawn] = await Promise.all([
        act(loser, 'merge', { into: winner, reason: 'Recorded twice' }),
        act(winner, 'withdraw', { reason: 'Never adopted', reportedOn: '2012-12-01' }, 'secretariat'),
      ]);
      expect(withdrawn.status).toBe(200);
      expect([200, 409]).toContain(merged.status);
      expect(await listed()).toBe(all - (merged.status === 200 ? 2 : 1));
      expect((await get(loser)).life).toBe(merged.status === 200 ? 'merged' : 'active');
    }
  });
});
