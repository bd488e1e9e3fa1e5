import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonFolderAt, planImport } from '#exchange';
import type { Log } from '#eventsourcing';
import { LOG, metaOf, type CommandContext } from '#platform';
import { Registers } from '#registers';
import { done, refusal } from './support/asking.js';
import { commitment, roles } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
beforeAll(async () => {
  secretariat = server.token(null);
});

const post = (path: string, body: object) => server.post(`/v1/${path}`, body, secretariat);
const agency = (code: string, name: string) => post('agencies', { code, name, kind: 'igo' });
const joint = (reference: string, lead: string, title: string, more = {}) => ({
  ...commitment({ title }),
  ...{ reference, agencies: [{ agency: lead, role: 'lead' }], followsUp: ['HLD-2006'], ...more },
});

describe('A code that differs from a registered one by case only', () => {
  it('is refused, also when both come at once; any other is taken', async () => {
    await done(agency('ZZ-A', 'Alpha Agency'));
    expect(refusal(await agency('Zz-a', 'Another'))).toBe('409 code_differs_by_case /code');
    expect((await done(agency('ZZ-B', 'Beta Agency'))).warnings).toBeUndefined();
    const both = await Promise.all([agency('ZZ-C', 'Gamma'), agency('zz-c', 'Delta')]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const [id, title] = ['d-2012-mc2353', 'Another'];
    const newDocument = { id, title, publisher: 'IOM', published: '2012', reportedOn: '2012-11-02' };
    const citing = { citation: { document: id, locator: 'page 1' }, newDocument };
    const pamphlet = await post('commitments', joint('IOM-2012-700', 'IOM', 'Solitary pamphlet', citing));
    expect(refusal(pamphlet)).toBe('409 code_differs_by_case /newDocument/id');
    expect((await post('forums', { id: 'hld-2006', name: 'Another meeting', kind: 'hld' })).status).toBe(409);
  });
});

describe('An agency that has ended', () => {
  it('takes no lead that was offered to it, no role that it was asked for, and none by a merging', async () => {
    await agency('ENDS', 'An agency that ends');
    const record = (reference: string, agencies: object[]) =>
      post('commitments', { ...commitment({ title: reference }), reference, agencies });
    const [lead, asked] = [
      { agency: 'IOM', role: 'lead' },
      { agency: 'ENDS', role: 'partner' },
    ];
    for (const reference of ['IOM-2012-801', 'IOM-2012-802', 'IOM-2012-803']) await record(reference, [lead, asked]);
    const offer = { to: 'ENDS', reason: 'It takes this on', effective: '2012', reportedOn: '2012-11-02' };
    expect((await post('commitments/IOM-2012-801/lead-transfer', offer)).status).toBe(200);
    const dissolved = { effective: '2013-01', reason: 'Its work is done' };
    expect((await post('agencies/ENDS/dissolve', dissolved)).status).toBe(200);
    const later = { reportedOn: '2013-06-01' };
    const tried = async (path: string, body: object = {}) =>
      refusal(await post(`commitments/IOM-2012-${path}`, { ...body, ...later }));
    expect(await tried('801/lead-transfer/accept')).toBe('422 agency_has_ended /reportedOn');
    const merging = { into: 'IOM-2012-06', reason: 'The same', takeOver: { agencies: [asked] } };
    expect(await tried('802/merge', merging)).toBe('422 agency_has_ended /takeOver/agencies/0/agency');
    expect(await tried('801/lead-transfer/decline', { reason: 'It ended' })).toBe('200');
  });
});

describe('What is recorded of old', () => {
  it('may be of an agency that has ended since, which is pointed out with its successor', async () => {
    await agency('OLD', 'An agency of old');
    const merged = { into: 'IOM', effective: '2010-07', reason: 'They became one' };
    expect((await post('agencies/OLD/merge', merged)).status).toBe(200);
    const record = (effective: string, reportedOn: string) =>
      post('commitments', {
        ...commitment({ title: `Of old, ${effective}, ${reportedOn}` }),
        ...{ agencies: roles({ OLD: 'lead' }), effective, reportedOn },
      });
    expect(await record('2010-05', '2012-11-02')).toMatchObject({
      status: 201,
      body: {
        warnings: [{ code: 'agency_has_ended', of: 'OLD', message: expect.stringContaining('Its successor is IOM.') }],
      },
    });
    expect((await record('2012', '2012-11-02')).status).toBe(422);
    const inTime = await record('2010-05', '2010-06-01'); // control
    expect([inTime.status, inTime.body.warnings]).toEqual([201, undefined]);
  });
});

describe('An act of an agency that had ended by then, or may have', () => {
  const warned = async (answer: ReturnType<typeof post>) =>
    (((await done(answer)).warnings ?? []) as { code: string; of: string }[]).map(({ code, of }) => `${code} ${of}`);
  const ENDED = ['agency_has_ended GONE'];
  const behalf = { agency: 'GONE', citation: { document: 'D-2007-WP204', locator: 'p. 1' } };
  const stage = (effective: string, reportedOn: string, more = {}) => ({
    ...{ stage: 'in_progress', effective, reportedOn },
    ...more,
  });
  let path = '';
  beforeAll(async () => {
    await agency('GONE', 'An agency that is gone');
    const old = { effective: '2010-05', reportedOn: '2010-06-01', agencies: roles({ GONE: 'lead', ILO: 'partner' }) };
    path = `commitments/${(await done(post('commitments', commitment({ title: 'Of one that is gone', ...old })))).reference}`;
    const { position } = await done(
      post('agencies/GONE/merge', { into: 'IOM', effective: '2010-07', reason: 'They became one' }),
    );
    await server.get('/v1/agencies', { 'if-position-at-least': position });
  });

  it('is taken, and pointed out: on its behalf, by name, by itself, and of what it takes on in retrospect', async () => {
    const acts: [string, object][] = [
      [`${path}/stage`, stage('2012', '2012-11-02', { onBehalf: behalf })],
      [`${path}/stage`, stage('2012', '2012-11-03', { agency: 'GONE' })],
      ['agencies/OSCE/join', { body: 'GONE', from: '2012' }],
    ];
    for (const [address, body] of acts) expect([address, await warned(post(address, body))]).toEqual([address, ENDED]);
    const own = server.post(`/v1/${path}/confirm`, { reportedOn: '2012-11-04' }, server.token('GONE'));
    expect(await warned(own)).toEqual(ENDED);
    const offer = { to: 'GONE', reason: 'It led once', effective: '2010-05', reportedOn: '2012-11-02' };
    const other = (
      await done(post('commitments', commitment({ title: 'Led by another', ...stage('2009', '2009-05-01') })))
    ).reference;
    expect(await warned(post(`commitments/${other}/lead-transfer`, offer))).toEqual(ENDED);
  });

  it('is pointed out in a dry run as when it is done', async () => {
    const reference = path.split('/')[1]!;
    const acts = [{ act: 'reportStage', reference, body: stage('2012', '2012-11-05', { onBehalf: behalf }) }];
    const results = async (dryRun: boolean) => (await done(post('batches', { acts, dryRun }))).results[0].warnings;
    const tried = await results(true);
    expect(tried).toMatchObject([{ code: 'agency_has_ended', of: 'GONE' }]);
    expect(await results(false)).toEqual(tried);
  });

  it('negative control: is not pointed out before its end, and not of another agency', async () => {
    expect(await warned(post(`${path}/stage`, stage('2010-06', '2010-06-02', { onBehalf: behalf })))).toEqual([]);
    expect(await warned(post(`${path}/stage`, stage('2012', '2012-11-02', { agency: 'ILO' })))).toEqual([]);
    expect(await warned(post('agencies/OSCE/join', { body: 'GMG', from: '2012' }))).toEqual([]);
  });

  it('is pointed out, too, where only its successor is registered, and no day; the data of the past is taken as it is', async () => {
    const led = (by: string) =>
      post('commitments', commitment({ title: `Led by ${by}`, agencies: roles({ [by]: 'lead' }) }));
    const { warnings } = await done(led('UNIFEM'));
    expect(warnings).toEqual([
      {
        code: 'agency_has_ended',
        message: 'UNIFEM has a successor, UN-WOMEN, since a day that is not registered. Is UN-WOMEN meant?',
        of: 'UNIFEM',
      },
    ]);
    expect(await warned(led('UN-WOMEN'))).toEqual([]); // control
    const by: CommandContext['by'] = { account: 'import', role: 'secretariat', agency: null };
    const { problems } = await planImport(jsonFolderAt(HLD), server.app.get(LOG), () => ({ by, meta: metaOf(by) }));
    expect(problems).toEqual([]);
  });
});

describe('A date of long ago', () => {
  it('is taken, and pointed out wherever it stands in an act, as its year is most likely mistyped', async () => {
    const old = (pointer: string, date: string) => [
      { code: 'long_ago', message: `${pointer} is ${date}, before 1800: is that the year that is meant?`, of: '' },
    ];
    const recorded = await post('commitments', {
      ...commitment({ reference: 'IOM-2012-701', title: 'Of a year that nobody meant', milestones: [] }),
      milestones: [{ title: 'A plan', due: '0201' }],
    });
    expect([recorded.status, recorded.body.warnings]).toEqual([201, old('/milestones/0/due', '0201')]);
    const stage = (effective: string) =>
      post('commitments/IOM-2012-701/stage', { stage: 'planned', effective, reportedOn: '2012-11-02' });
    expect((await stage('0001')).body).toMatchObject({ warnings: old('/effective', '0001') });
    expect((await stage('2012-10')).body.warnings).toBeUndefined(); // control
    const tried = { dryRun: true, acts: [{ act: 'reportStage', reference: 'IOM-2012-701', body: {} as object }] };
    tried.acts[0]!.body = { stage: 'planned', effective: '0201-03', reportedOn: '2012-11-02' };
    expect((await post('batches', tried)).body.results[0].warnings).toEqual(old('/effective', '0201-03'));
    const forum = { id: 'F-OLD', name: 'A forum of old', kind: 'roundtable', start: '0210', end: '2012' };
    expect((await post('forums', forum)).body.warnings).toEqual(old('/start', '0210'));
  });
});

describe('An entry with the name of another one', () => {
  it.each(['alpha agency', 'ＡＬＰＨＡ Agency', 'Alpha\u00a0Agency', 'Álpha  agency'])(
    '«%s» is pointed out',
    async (name) => {
      const code = `NAME-${[...name].map((sign) => sign.codePointAt(0)!.toString(16)).join('')}`
        .slice(0, 40)
        .toUpperCase();
      const { status, body } = await agency(code, name);
      expect(status).toBe(201);
      expect(body.warnings).toContainEqual({ code: 'same_name', message: expect.stringContaining('ZZ-A'), of: 'ZZ-A' });
    },
  );
});

describe('The same item recorded again', () => {
  const title = 'Joint almanac of seasonal mobility';

  it('by another agency, with what it follows up, is pointed out, in a batch as well; another one is not', async () => {
    expect((await post('commitments', joint('IOM-2012-615', 'IOM', title))).body.warnings).toBeUndefined();
    const again = await post('commitments', joint('ILO-2012-615', 'ILO', 'JOINT ALMANAC of seasonal mobility'));
    expect([again.status, again.body.warnings]).toEqual([
      201,
      [{ code: 'likely_duplicate', message: expect.stringContaining(title), of: 'IOM-2012-615' }],
    ]);
    /** Of which others the recording of each of them warns. */
    const warned = async (dryRun: boolean, ...bodies: object[]) => {
      const acts = bodies.map((body) => ({ act: 'record', body }));
      const { results } = await done(post('batches', { dryRun, acts }));
      return (results as { warnings?: { of: string }[] }[]).map((one) => one.warnings?.map(({ of }) => of));
    };
    expect((await warned(true, joint('WHO-2012-615', 'WHO', title)))[0]).toContain('IOM-2012-615');
    const others = { followsUp: ['GFMD-2010'], agencies: roles({ UNFPA: 'lead' }) };
    const batch = [
      joint('UNHCR-2012-615', 'UNHCR', title),
      joint('UNHCR-2012-616', 'UNHCR', 'Seasonal timetable of ferries'),
      joint('UNHCR-2012-617', 'UNHCR', title, others),
    ];
    expect(await warned(false, ...batch)).toEqual([['ILO-2012-615', 'IOM-2012-615'], undefined, undefined]);
  });

  it('by the same agency in most of the words', async () => {
    await post('commitments', joint('UNEP-2012-01', 'UNEP', 'Atlas of climate and displacement in small islands'));
    const { body } = await post(
      'commitments',
      joint('UNEP-2012-02', 'UNEP', 'Atlas of climate displacement on small islands'),
    );
    expect(body.warnings).toMatchObject([{ of: 'UNEP-2012-01' }]);
  });
});

describe('A command', () => {
  it('reads as many streams in a register of twice the size', async () => {
    const { store } = server.app.get<Log>(LOG);
    const read = jest.spyOn(store, 'read');
    const about = (n: number) => joint(`UNEP-2011-${n}`, 'UNEP', `Tidal register of harbours ${n % 9}`);
    const stage = { stage: 'planned', effective: '2012-11', reportedOn: '2012-11-02' };
    const reads = async (n: number) => {
      read.mockClear();
      const recorded = await post('commitments', about(n));
      const reported = await post(`commitments/UNEP-2011-${n}/stage`, stage);
      expect([recorded.status, reported.status]).toEqual([201, 200]);
      return read.mock.calls.map(([stream]) => stream.replace(/-\d+$/, ''));
    };
    await reads(1_000);
    const few = await reads(1_001);
    const acts = Array.from({ length: 600 }, (_, n) => ({ act: 'record', body: about(2_000 + n) }));
    expect((await post('batches', { acts })).body).toMatchObject({ refused: 0 });
    expect(read.mock.calls.length).toBeGreaterThan(600); // control: a batch reads a stream for each act
    expect(await reads(1_002)).toEqual(few);
    expect(few.length).toBeLessThan(4);
  });
});

describe('An import', () => {
  it('refuses codes that differ by case only, in the folder or from what is registered, and points out equal names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'followthrough-'));
    const rows = [
      ['QQ', 'Office of Quays'],
      ['qq', 'Quite another'],
      ['Iom', 'Institute of Metals'],
      ['RR', 'office of quays'],
    ].map(([code, name]) => ({ code, name, kind: 'igo' }));
    writeFileSync(join(folder, 'agencies.json'), JSON.stringify(rows));
    const by: CommandContext['by'] = { account: 'import', role: 'secretariat', agency: null };
    const plan = await planImport(jsonFolderAt(folder), server.app.get(LOG), () => ({ by, meta: metaOf(by) }), {
      entries: (kind) => server.app.get(Registers).all(kind) as never,
    });
    expect(plan.problems).toMatchObject([
      { row: 2, field: '/code', message: 'differs from QQ by case only' },
      { row: 3, field: '/code', message: 'differs from IOM by case only' },
    ]);
    expect(
      plan.rows.flatMap(({ reference, duplicates }) =>
        duplicates.map(({ that, fields }) => [reference, that.reference, fields.filter(({ differs }) => differs)]),
      ),
    ).toEqual([
      [
        'RR',
        'QQ',
        [
          { field: 'code', this: 'RR', that: 'QQ', differs: true },
          { field: 'name', this: 'office of quays', that: 'Office of Quays', differs: true },
        ],
      ],
    ]);
  });
});
