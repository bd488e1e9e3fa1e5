import { beforeAll, describe, expect, it } from '@jest/globals';
import { LOG } from '#platform';
import { done, refusal } from './support/asking.js';
import { commitment, roles } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
let positionBefore: string;

const resolution = {
  id: 'A/RES/64/289',
  title: 'System-wide coherence',
  publisher: 'UN',
  published: '2010-07-02',
  reportedOn: '2010-07-02',
};
const merger = {
  into: 'UN-WOMEN',
  effective: '2010-07',
  reason: 'Consolidated into UN-Women, operational from 2011-01-01',
  citation: { document: 'A/RES/64/289', locator: 'para 49' },
};
const renaming = { name: 'Organisation of Islamic Cooperation', effective: '2011-06-28' };

const act = (path: string, body: object, token = secretariat, headers = {}) =>
  server.post(`/v1/agencies/${path}`, body, token, headers);
/** Acts, and waits until that is shown. */
const actAndWait = async (path: string, body: object) => {
  const { position } = await done(act(path, body));
  await server.get('/v1/agencies', { 'if-position-at-least': position });
  return position as string;
};
const agency = async (code: string, query = '') => (await server.get(`/v1/agencies/${code}${query}`)).body;
const listed = async (code: string, query: string) =>
  (await server.get(`/v1/agencies${query}`)).body.items.find((item: { code: string }) => item.code === code);
const head = () => server.app.get(LOG).store.head();

const gone = { document: 'D-NONE', locator: 'p' };
const women = { code: 'UN-WOMEN', name: 'UN Women', kind: 'un' };
const wrongAgency = {
  reason: 'Recorded of the wrong agency',
  citation: { document: 'D-2007-WP204', locator: 'line 277' },
};

/** The real data, and the later changes of the United Nations to these agencies. */
beforeAll(async () => {
  secretariat = server.token(null);
  await server.post('/v1/documents', resolution, secretariat);
  positionBefore = (await server.get('/v1/agencies')).body.position as string;
  for (const code of ['UNIFEM', 'INSTRAW']) await actAndWait(`${code}/merge`, merger);
  const reason = 'Widened into the Global Migration Group';
  await actAndWait('GENEVA-MG/dissolve', { succeededBy: 'GMG', effective: '2006', reason });
  await actAndWait('OIC/rename', renaming);
  await actAndWait('WORLD-BANK/leave', { body: 'GMG', to: '2018' });
});

describe('an agency as at a date', () => {
  it('was a member of a body and in its chair, each with its source; a chair that is known by a day is one from then', async () => {
    const of = async (code: string, asOf: string) => {
      const { memberships, chairs } = await agency(code, `?asOf=${asOf}`);
      return [memberships, chairs];
    };
    const [body, from, to] = ['GMG', '2006-07', '2006-12'];
    const source = { document: 'D-2007-WP204', section: 'Part one, Report, «IV The Global Migration Group»' };
    expect(await of('UNHCR', '2006-11-20')).toMatchObject([
      [
        { body: 'GENEVA-MG', from: '2003-04', to: '2006-04', member: false },
        { body, from: '2006-04', member: true },
      ],
      [{ body, role: 'chair', from, to, chairing: true, source }],
    ]);
    const cochair = { body: 'GMG-WG-DATA', role: 'co-chair', fromIsLatest: true, to: null, chairing: true };
    expect((await of('DESA', '2020-01-01'))[1]).toMatchObject([cochair]);
    expect((await of('DESA', '2012-11-01'))[1]).toEqual([]);
  });

  it('is shown in the list as it is by itself', async () => {
    for (const asOf of ['2006-11-21', '2010-07-01', '2020-01-01'])
      for (const code of ['UNIFEM', 'OIC', 'UNHCR', 'GMG']) {
        const { members: _, entry: __, ...alone } = await agency(code, `?asOf=${asOf}`);
        const { revision, position } = alone;
        expect({ ...(await listed(code, `?asOf=${asOf}`)), asOf, revision, position }).toEqual(alone);
      }
    expect((await server.get('/v1/agencies?asOf=2006-11-21')).body).toMatchObject({ asOf: '2006-11-21', total: 138 });
  });

  it('is shown as it was known before, too', async () => {
    const known = `?asOf=2020-01-01&knownAt=${positionBefore}`;
    for (const shown of [await agency('UNIFEM', known), await listed('UNIFEM', known)])
      expect(shown).toMatchObject({ status: 'active', succeededBy: 'UN-WOMEN' }); // undated, as it was imported
    expect((await agency('GMG', known)).members).toHaveLength(16);
    expect((await agency('OIC', known)).names).toHaveLength(1);
  });

  it('can be read by a spreadsheet', async () => {
    const { body, headers } = await server.get('/v1/agencies?format=csv&asOf=2006-11-20');
    expect(headers.get('content-type')).toContain('text/csv');
    const [columns, ...rows] = (body as string).trim().split('\n');
    expect(columns!.split(',')).toEqual(
      expect.arrayContaining(['code', 'name', 'status', 'names', 'memberships', 'chairs', 'succeededBy']),
    );
    expect(rows).toHaveLength(138);
    const row = rows.find((line) => line.startsWith('UNHCR,'));
    expect(row).toContain('GMG (from 2006-04)');
    expect(row).toContain('GMG (chair, from 2006-07, to 2006-12)');
    expect(body).not.toContain('[object');
    const { body: later } = await server.get('/v1/agencies?format=csv&asOf=2020-01-01');
    expect(later).toMatch(
      /^OIC,.*Organization of the Islamic Conference; Organisation of Islamic Cooperation \(from 2011-06-28\)/m,
    );
  });
});

describe('the history of an agency', () => {
  it('has every act, with who, when and why', async () => {
    const { body } = await server.get('/v1/agencies/UNIFEM/history');
    expect(body.items).toMatchObject([
      { type: 'agency.Registered', by: { account: 'import' }, data: { succeededBy: 'UN-WOMEN' } },
      { type: 'agency.Merged', revision: 1, by: { role: 'secretariat' }, recordedAt: expect.any(String), data: merger },
    ]);
  });
});

describe('an act on an agency', () => {
  it('answers what it did, with its ETag, and is done once under its key', async () => {
    const rename = { name: 'UN-Habitat', effective: '2002', reason: 'A/RES/56/206' };
    await done(server.post('/v1/agencies', { code: 'HABITAT', name: 'UNCHS', kind: 'un' }, secretariat));
    const stale = await act('HABITAT/rename', rename, secretariat, { 'if-match': '"7"' });
    expect(refusal(stale)).toBe('412 wrong_revision');
    const headers = { 'idempotency-key': 'rename-habitat', 'if-match': '"0"' };
    const first = await act('HABITAT/rename', rename, secretariat, headers);
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"1"']);
    expect(first.body).toEqual({ code: 'HABITAT', revision: 1, position: expect.any(String) });
    expect((await act('HABITAT/rename', rename, secretariat, headers)).body).toEqual(first.body);
    expect((await server.get('/v1/agencies/HABITAT/history')).body.items).toHaveLength(2);
  });

  it.each([
    ['NASA/rename', '404 not_found', renaming],
    ['IOM/rename', '400 invalid /name', { name: ' ', effective: '2006' }],
    ['IOM/rename', '400 invalid /effective', { ...renaming, effective: '2011-02-30' }],
    ['IOM/rename', '400 invalid /colour', { ...renaming, colour: 'red' }],
    ['IOM/rename', '422 date_in_the_future /effective', { ...renaming, effective: '2999' }],
    ['IOM/rename', '422 unknown_reference /citation/document', { ...renaming, citation: gone }],
    ['IOM/merge', '400 invalid /reason', { ...merger, reason: undefined }],
    ['ACBC/merge', '422 unknown_reference /into', { ...merger, into: 'NASA' }],
    ['UN-WOMEN/merge', '422 cycle /into', { ...merger, into: 'UNIFEM', effective: '2020' }],
    ['UN-WOMEN/amend', '422 cycle /succeededBy', { ...women, succeededBy: 'UNIFEM' }],
    ['GMG/dissolve', '422 cycle /succeededBy', { effective: '2018', succeededBy: 'GENEVA-MG', reason: 'r' }],
    ['IOM/chair', '400 invalid /to', { body: 'GMG', from: '2007', to: 'x' }],
    ['UNFPA/history/0/retract', '400 invalid /reason', {}],
    ['UNFPA/history/0/retract', '400 invalid /effective', { ...wrongAgency, effective: '2003' }],
    ['OIC/history/1/retract', '422 unknown_reference /citation/document', { ...wrongAgency, citation: gone }],
  ])('that cannot be is refused and leaves nothing behind: %s, %s', async (path, expected, body) => {
    const before = await head();
    const answer = await act(path, body);
    expect(refusal(answer)).toBe(expected);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await head()).toBe(before);
  });
});

describe('an act that was a mistake', () => {
  const retract = (code: string, revision: number, headers: object = {}) =>
    act(`${code}/history/${revision}/retract`, wrongAgency, secretariat, headers);
  const once = { 'idempotency-key': 'retract-ohchr', 'if-match': '"1"' };
  let mistaken: string;
  let retracted: string;
  beforeAll(async () => {
    mistaken = await actAndWait('OHCHR/merge', { ...merger, into: 'UNHCR', effective: '2015' });
    retracted = (await done(retract('OHCHR', 1, once))).position;
    await server.get('/v1/agencies', { 'if-position-at-least': retracted });
  });

  it('is taken back once under its key, and answered with its ETag', async () => {
    const again = await retract('OHCHR', 1, once);
    expect([again.status, again.headers.get('etag')]).toEqual([200, '"2"']);
    expect(again.body).toEqual({ code: 'OHCHR', revision: 2, position: retracted });
  });

  it('is taken back, also from what is counted under today’s agencies; as known before, it still counts there', async () => {
    const rolledUp = async (query: string) =>
      (await server.get(`/v1/progress/agencies?agencies=today${query}`)).body.rows.map(
        (row: { agency: string }) => row.agency,
      );
    expect(await rolledUp('')).toContain('OHCHR');
    expect(await rolledUp(`&knownAt=${mistaken}`)).not.toContain('OHCHR');
  });

  it('stays in the history, with what became of it and why', async () => {
    const { items } = (await server.get('/v1/agencies/OHCHR/history')).body;
    expect(items.map(({ type }: { type: string }) => type)).toEqual([
      'agency.Registered',
      'agency.Merged',
      'agency.Retracted',
    ]);
    expect(items[2].data).toEqual({ revision: 1, ...wrongAgency });
    const { recordedAt } = items[2];
    expect(items.map(({ corrections }: { corrections: object[] }) => corrections)).toEqual([
      [],
      [{ kind: 'retracted', ...wrongAgency, by: 2, position: retracted, recordedAt }],
      [],
    ]);
  });

  it('is not taken back when what then holds again closes a circle', async () => {
    for (const code of ['ONE', 'TWO', 'THREE'])
      await done(server.post('/v1/agencies', { code, name: code, kind: 'other' }, secretariat));
    await actAndWait('ONE/amend', { code: 'ONE', name: 'One', kind: 'other', succeededBy: 'TWO' });
    const end = { effective: '2010', reason: 'r' };
    await actAndWait('ONE/merge', { ...end, into: 'THREE' });
    await actAndWait('TWO/merge', { ...end, into: 'ONE' });
    expect(refusal(await retract('ONE', 2))).toMatch(/^422 cycle/);
    await done(retract('TWO', 1));
    await done(retract('ONE', 2));
    expect(await agency('ONE')).toMatchObject({ status: 'active', succeededBy: 'TWO' });
  });
});

describe('the data that was imported', () => {
  it('is known when it is imported again, whatever was dated since', async () => {
    const before = await head();
    await server.import(HLD);
    expect(await head()).toBe(before);
  });
});

describe('an agency that has ended', () => {
  const record = (changes: object) =>
    server.post('/v1/commitments', commitment({ title: `Given ${JSON.stringify(changes)}`, ...changes }), secretariat);
  const of = (named: Readonly<Record<string, string>>) => ({ agencies: roles(named) });
  const told = ({ status, body }: Answer) => [status, body.code, body.errors?.[0]?.pointer, body.detail];
  const refused = (pointer: string, successor = 'UN-WOMEN') => [
    ...[422, 'agency_has_ended', pointer, expect.stringContaining(`Its successor is ${successor}`)],
  ];

  it('takes on nothing from then on, and the refusal names its successor', async () => {
    expect(told(await record(of({ INSTRAW: 'lead' })))).toEqual(refused('/agencies/0/agency'));
    expect(told(await record(of({ IOM: 'lead', UNIFEM: 'partner' })))).toEqual(refused('/agencies/1/agency'));
    expect(told(await record(of({ 'GENEVA-MG': 'lead' })))).toEqual(refused('/agencies/0/agency', 'GMG'));
    const before = { effective: '2009', reportedOn: '2009-11-02', ...of({ IOM: 'lead', INSTRAW: 'partner' }) };
    const { reference } = (await record(before)).body;
    const act = (path: string, body: object) => server.post(`/v1/commitments/${reference}/${path}`, body, secretariat);
    const later = { reportedOn: '2012-11-02', reason: 'x' };
    expect(told(await act('lead-transfer', { to: 'UNIFEM', effective: '2013', ...later }))).toEqual(refused('/to'));
    const add = { agency: 'UNIFEM', role: 'partner', reportedOn: '2012-11-02' };
    expect(told(await act('agencies', add))).toEqual(refused('/agency'));
    const lead = { role: 'lead', reportedOn: '2012-11-02' };
    expect(told(await act('agencies/INSTRAW/role', lead))).toEqual(refused('/role'));
    const says = { effective: '2012', reportedOn: '2012-11-02', ...of({ INSTRAW: 'lead' }) };
    expect(told(await act('history/0/correct', { reason: 'x', says }))).toEqual(refused('/says/agencies/0/agency'));
    const batch = { acts: [{ act: 'addAgency', reference, body: add }] };
    const [{ problem }] = (await done(server.post('/v1/batches', batch, secretariat))).results;
    expect(problem).toMatchObject({ code: 'agency_has_ended', errors: [{ pointer: '/acts/0/body/agency' }] });
    expect((await server.get(`/v1/commitments/${reference}/history`)).body.items).toHaveLength(1);
  });

  it('negative control: took on what came about before, and may have in the year itself', async () => {
    for (const effective of ['2009', '2010-06', '2010'])
      expect((await record({ effective, ...of({ INSTRAW: 'lead' }) })).status).toBe(201);
    expect((await record(of({ 'UN-WOMEN': 'lead' }))).status).toBe(201);
  });
});
