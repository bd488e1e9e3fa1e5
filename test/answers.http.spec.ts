/** What is asked for and what is written: refused by name where it cannot be meant, else kept and answered as people mean it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitment } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start([HLD]);
});
afterAll(() => server.close());

/** Every view that is narrowed, with what it needs to be asked. */
const VIEWS = ['commitments?', 'progress/matrix?', 'progress/partnerships?'];
const NARROWED = [
  'progress/timeline?',
  'progress/flows?from=2006-11-21&',
  'progress/flows/items?from=2006-11-21&flow=new&',
];

const inEach = (paths: readonly string[], query: string) => paths.map((path) => `/v1/${path}asOf=2012-11-02&${query}`);

describe('A word of a closed list that there is not', () => {
  it.each([
    ['stage=Completed', 'stage knows no Completed; it takes proposed, planned'],
    ['stage=planned,finished', 'stage knows no finished; it takes'],
    ['stage=', 'stage knows no (nothing); it takes'],
    ['kind=Research', 'kind knows no Research; it takes research, data'],
    ['nature=one-off', 'nature knows no one-off; it takes one_off'],
    ['strength=strong', 'strength knows no strong; it takes undertaken'],
    ['life=dead', 'life knows no dead; it takes active'],
    ['life=any,merged', 'life takes any alone'],
    ['outlook=good', 'outlook knows no good; it takes on_track'],
    ['verification=verified', 'verification knows no verified; it takes unreviewed'],
    ['relation=partOf', 'relation knows no partOf; it takes part_of'],
    ['role=Lead', 'role knows no Lead; it takes any, lead'],
    ['match=same', 'match knows no same; it takes exact'],
    ['country=mar', 'country knows no mar; it takes a code of ISO 3166-1 alpha-3, such as MAR'],
    ['country=ZZZ', 'country knows no ZZZ'],
  ])('%s is refused by name on every view', async (query, message) => {
    for (const path of inEach(VIEWS, query)) {
      const { status, body } = await server.get(path);
      expect([path, status, body.detail]).toEqual([path, 400, expect.stringContaining(message)]);
      expect(body.errors[0].pointer).toBe(`/${query.split('=')[0]}`);
    }
  });

  it('is refused in pages and in files, too', async () => {
    const page = await server.get('/commitments?stage=Completed', { accept: 'text/html' });
    expect([page.status, page.body]).toEqual([400, expect.stringContaining('stage knows no Completed')]);
    expect((await server.get('/v1/commitments?stage=Completed&format=csv')).status).toBe(400);
    expect((await server.get('/v1/progress/outcomes?stage=Completed')).body.detail).toContain(
      'stage knows no Completed',
    );
  });

  it('is in the document of the API with all others, also where several may be given', async () => {
    const { body } = await server.get('/openapi.json');
    const parameters = body.paths['/v1/commitments'].get.parameters as { name?: string; schema: object }[];
    const schemaOf = (name: string) => parameters.find((one) => one.name === name)!.schema;
    const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(schemaOf('stage')).toMatchObject({ type: 'array', items: named('Stage') });
    expect(schemaOf('life')).toMatchObject({ items: named('LifeOrAny') });
    expect(schemaOf('relation')).toMatchObject(named('RelationType'));
    expect(body.components.schemas).toMatchObject({
      Stage: { enum: expect.arrayContaining(['completed']) },
      LifeOrAny: { enum: expect.arrayContaining(['merged', 'any']) },
      RelationType: { enum: expect.arrayContaining(['part_of']) },
    });
    expect(schemaOf('q')).not.toHaveProperty('$ref'); // negative control
  });
});

describe('A code that nothing has', () => {
  it.each([
    ['agency=iom', 'There is no agency iom. Did you mean IOM?'],
    ['agency=NOBODY', 'There is no agency NOBODY.'],
    ['with=ilo', 'There is no agency ilo. Did you mean ILO?'],
    ['memberOf=gmg', 'There is no agency gmg. Did you mean GMG?'],
    ['theme=hld06-04', 'There is no theme hld06-04. Did you mean HLD06-04?'],
    ['framework=hld06', 'There is no framework hld06. Did you mean HLD06?'],
    ['followsUp=hld-2006', 'There is no forum or outcome hld-2006. Did you mean HLD-2006?'],
    ['document=WP.204', 'There is no document WP.204.'],
    ['crosswalk=nowhere', 'There is no crosswalk nowhere.'],
    ['reached=nowhere', 'There is no crosswalk nowhere.'],
    ['reference=iom-2006-24', 'There is no commitment iom-2006-24. Did you mean IOM-2006-24?'],
    ['relatedTo=IOM-1', 'There is no commitment or forum IOM-1.'],
    ['region=Africa', 'There is no region Africa. Did you mean africa?'],
  ])('%s is told, with the one that is meant', async (query, message) => {
    for (const path of inEach(VIEWS, query)) {
      const { status, body } = await server.get(path);
      expect([path, status, body.detail]).toEqual([path, 404, message]);
      expect(body.errors[0].pointer).toBe(`/${query.split('=')[0]}`);
    }
  });

  it.each(['agency=iom', 'theme=hld06-04', 'followsUp=hld-2006'])(
    '%s: also over time and in what changed',
    async (query) => {
      for (const path of inEach(NARROWED, query)) expect([path, (await server.get(path)).status]).toEqual([path, 404]);
    },
  );

  it('is told of addresses, too', async () => {
    for (const path of ['/v1/progress/agencies/iom', '/v1/agencies/iom'])
      expect((await server.get(path)).body.detail).toBe('There is no agency iom. Did you mean IOM?');
    expect((await server.get('/v1/progress/themes/hld06-04')).body.detail).toContain('Did you mean HLD06-04?');
    expect((await server.get('/v1/progress/themes?framework=hld06')).body.detail).toContain('Did you mean HLD06?');
  });

  it('negative control: a right one counts what it counts', async () => {
    for (const query of ['agency=IOM', 'region=africa', 'reference=IOM-2006-24', 'followsUp=HLD-2006', 'kind=research'])
      for (const path of inEach(VIEWS, query)) expect([path, (await server.get(path)).status]).toEqual([path, 200]);
    expect((await server.get('/v1/commitments?agency=IOM&asOf=2012-11-02')).body.total).toBeGreaterThan(100);
  });
});

describe('A list', () => {
  it('reads the same with a space after the comma, and with the parts given apart', async () => {
    const totals = [];
    for (const query of ['stage=planned,in_progress', 'stage=planned, in_progress', 'stage=planned&stage=in_progress'])
      totals.push((await server.get(`/v1/commitments?asOf=2012-11-02&${query}`)).body.total);
    expect(totals[0]).toBeGreaterThan((await server.get('/v1/commitments?asOf=2012-11-02&stage=planned')).body.total);
    expect(totals).toEqual([totals[0], totals[0], totals[0]]);
    const two = await server.get('/v1/commitments?reference=IOM-2006-24, IOM-2006-35&fields=reference, title');
    expect([two.body.total, Object.keys(two.body.items[0])]).toEqual([2, ['reference', 'title']]);
  });

  it('with a part that is none is refused', async () => {
    for (const query of ['stage=planned,', 'stage=,', 'reference=IOM-2006-24,IOM-x', 'fields=reference,Title'])
      expect([query, (await server.get(`/v1/commitments?${query}`)).status >= 400]).toEqual([query, true]);
  });
});

describe('A time that there never was', () => {
  it.each([
    'knownAt=2026-11-31T00:00:00Z',
    'knownAt=2026-02-30T12:00:00Z',
    'knownAt=2025-02-29T12:00:00Z',
    'knownAt=2026-06-31T12:00:00%2B02:00',
    'knownAt=2026-01-01T24:00:00Z',
    'knownAt=2026-13-01T00:00:00Z',
    'asOf=2026-02-30',
    'asOf=0000-01-01',
  ])('%s is refused', async (query) => {
    for (const path of ['commitments', 'progress/agencies', 'agencies', 'progress/timeline'])
      expect([path, (await server.get(`/v1/${path}?${query}`)).status]).toEqual([path, 400]);
  });

  it.each(['knownAt=2024-02-29T23:59:59Z', 'asOf=2024-02-29', 'asOf=0001-01-01', 'asOf=9999-12-31'])(
    'negative control: %s is answered',
    async (query) => expect((await server.get(`/v1/commitments?${query}`)).status).toBe(200),
  );
});

describe('What people write', () => {
  let secretariat: string;
  beforeAll(async () => {
    secretariat = server.token(null);
  });
  const recorded = (more: object) =>
    server.post('/v1/commitments', commitment({ reference: null, ...more }), secretariat);

  it.each([
    ['a\u0007b', 'U+0007'],
    ['two\u000blines', 'U+000B'],
    ['a\u001bc', 'U+001B'],
    ['next\u0085line', 'U+0085'],
    ['x\ufffe', 'U+FFFE'],
    ['\u202egnp.exe', 'U+202E'],
    ['half \ud83d', 'U+D83D'],
  ])('%j is refused naming the character, wherever it stands', async (text, code) => {
    for (const [body, pointer] of [
      [{ title: text }, '/title'],
      [{ summary: text }, '/summary'],
      [{ evidence: [{ title: text }] }, '/evidence/0/title'],
      [{ milestones: [{ title: text }] }, '/milestones/0/title'],
    ] as const) {
      const { status, body: problem } = await recorded(body);
      expect([status, problem.errors?.[0]]).toEqual([400, { pointer, message: expect.stringContaining(code) }]);
    }
    const agency = { code: 'ZZ-TEXT', name: text, kind: 'un-body' };
    expect((await server.post('/v1/agencies', agency, secretariat)).status).toBe(400);
  });

  it.each(['\u200b\u200b', '\u2060', '\u00ad', '\u3164', '\u2800', '\u200e', ' \u00a0 '])(
    '%j shows nothing and is refused as blank',
    async (title) => {
      const { status, body } = await recorded({ title });
      expect([status, body.errors?.[0].pointer]).toEqual([400, '/title']);
    },
  );

  it('is kept composed and without what stands around it, in acts, in batches and in registers', async () => {
    const made = await recorded({ title: ' \u200bE\u0301ducation\u00a0', evidence: [{ title: ' Guide ' }] });
    expect(made.status).toBe(201);
    const { reference } = made.body as { reference: string };
    const { body } = await server.get(`/v1/commitments/${reference}?asOf=2030-01-01`);
    expect([body.title, body.evidence[0].title]).toEqual(['Éducation', 'Guide']);
    const batch = { acts: [{ act: 'record', body: commitment({ reference: null, title: 'Handbook ' }) }] };
    const done = await server.post('/v1/batches', batch, secretariat);
    const { reference: second } = (done.body as { results: { reference: string }[] }).results[0]!;
    expect((await server.get(`/v1/commitments/${second}?asOf=2030-01-01`)).body.title).toBe('Handbook');
    await server.post('/v1/agencies', { code: 'ZZ-NAME', name: ' Alpha Agency ', kind: 'un-body' }, secretariat);
    expect((await server.get('/v1/agencies/ZZ-NAME')).body.name).toBe('Alpha Agency');
  });

  it('negative control: line ends, tabs, joiners and other scripts are taken', async () => {
    for (const title of ['two\nlines\tand a tab', 'الهجرة\u200f', '移民', '👩\u200d🌾 farmers'])
      expect([title, (await recorded({ title })).status]).toEqual([title, 201]);
  });

  it.each([
    ['https://my_site.example.org/x', 201],
    ['https://example.org/a@b?mail=c@d.org#e@f', 201],
    ['https://user:pw@example.org/x', 400],
    ['https://user@example.org/x', 400],
    ['http://javascript:alert(1)@evil.example/', 400],
    ['https://@example.org/', 400],
    ['ftp://example.org/x', 400],
    ['https://example.org/\u202egnp', 400],
  ])('%s as the address of evidence: %d', async (url, status) =>
    expect((await recorded({ evidence: [{ title: 'Guide', url }] })).status).toBe(status),
  );
});

describe('Dates', () => {
  const day = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 10);

  it('today is today anywhere on Earth: until UTC+14, and no longer', async () => {
    const secretariat = server.token(null);
    const reportedOn = (date: string) =>
      server.post('/v1/commitments', commitment({ reference: null, effective: '2012', reportedOn: date }), secretariat);
    expect((await reportedOn(day(13.9))).status).toBe(201);
    const late = await reportedOn(day(38.5));
    expect([late.status, late.body.errors[0].pointer]).toEqual([422, '/reportedOn']);
  });

  it('a target in 9999 is no end: overdue nowhere, now and for ever', async () => {
    const secretariat = server.token(null);
    const figures = async (asOf: string, knownAt = '') => {
      const clocks = `asOf=${asOf}${knownAt && `&knownAt=${knownAt}`}`;
      const { body: one } = await server.get(`/v1/progress/agencies/IOM?${clocks}`);
      const { body: list } = await server.get(`/v1/commitments?agency=IOM&overdue=true&${clocks}`);
      const { body: ahead } = await server.get(`/v1/progress/deadlines?agency=IOM&${clocks}`);
      return [one.row.overdue, list.total, ahead.overdue.total, one.position];
    };
    for (const asOf of ['2012-12-31', '9999-12-31']) {
      const [overdue, listed, ahead, position] = await figures(asOf);
      expect([listed, ahead]).toEqual([overdue, overdue]);
      for (const date of ['9999', '9999-12', '9999-12-31'])
        await server.post(
          '/v1/commitments',
          commitment({ reference: null, reportedOn: '2012-11-02', effective: '2012', target: { date } }),
          secretariat,
        );
      expect((await figures(asOf)).slice(0, 3)).toEqual([overdue, overdue, overdue]);
      expect((await figures(asOf, position)).slice(0, 3)).toEqual([overdue, overdue, overdue]);
    }
  });

  it('the year 0 is refused wherever a date is said', async () => {
    const secretariat = server.token(null);
    for (const more of [
      { target: { date: '0000' } },
      { effective: '0000-01' },
      { milestones: [{ title: 'M', due: '0000-01-01' }] },
    ])
      expect((await server.post('/v1/commitments', commitment({ reference: null, ...more }), secretariat)).status).toBe(
        400,
      );
  });
});

describe('A table', () => {
  const header = async (path: string) => ((await server.get(path)).body as string).split('\n')[0]!;

  it.each([
    ['/v1/forums', 'q=abuja'],
    ['/v1/agencies', 'q=UNFPA'],
    ['/v1/documents', 'q=D-2007-WP204'],
    ['/v1/outcomes', 'q=WHA61.17'],
    ['/v1/crosswalks', 'q=HLD06-HLD13'],
    ['/v1/commitments', 'asOf=2012-11-02&reference=IOM-2006-24'],
    ['/v1/progress/agencies', 'asOf=2006-11-21'],
    ['/v1/progress/themes', 'asOf=2006-11-21'],
    ['/v1/progress/partnerships', 'asOf=2006-11-21&agency=IOM'],
    ['/v1/progress/silent', 'asOf=2012-11-02&theme=HLD06-04'],
  ])('of %s has one header, whatever is in it, also when nothing is', async (path, some) => {
    const whole = await header(`${path}?format=csv&asOf=2012-11-02`);
    expect(whole.split(',').length).toBeGreaterThan(3);
    expect(await header(`${path}?format=csv&${some}`)).toBe(whole);
    const none = path.startsWith('/v1/progress/') ? 'asOf=1990-01-01' : 'asOf=1990-01-01&q=zzzzqqqq';
    expect(await header(`${path}?format=csv&${none}`)).toBe(whole);
  });

  it('of commitments leaves nothing out that the JSON has', async () => {
    const path = '/v1/commitments?asOf=2012-11-02&limit=1000';
    const columns = (await header(`${path}&format=csv`)).split(',');
    const names = new Set((await server.get(path)).body.items.flatMap((item: object) => Object.keys(item)) as string[]);
    expect([...names].filter((name) => name !== 'target' && !columns.includes(name))).toEqual([]);
  });

  it('begins with a byte order mark when that is asked for, and only then', async () => {
    const bytes = async (query: string) =>
      [...new Uint8Array(await (await fetch(`${server.url}/v1/forums?format=csv${query}`)).arrayBuffer())].slice(0, 3);
    expect(await bytes('&bom=true')).toEqual([0xef, 0xbb, 0xbf]);
    expect(await bytes('&bom=false')).not.toEqual([0xef, 0xbb, 0xbf]);
    expect(await bytes('')).not.toEqual([0xef, 0xbb, 0xbf]);
    for (const list of ['forums', 'commitments', 'progress/agencies', 'progress/matrix'])
      expect([list, (await server.get(`/v1/${list}?format=csv&bom=perhaps`)).status]).toEqual([list, 400]);
    for (const list of [
      'commitments',
      'progress/agencies',
      'progress/matrix',
      'progress/outcomes',
      'progress/timeline',
    ])
      expect([list, (await server.get(`/v1/${list}?format=csv&bom=true&asOf=2012-11-02`)).status]).toEqual([list, 200]);
  });

  it('is a file that says what it is and of when', async () => {
    const { headers } = await server.get('/v1/progress/agencies?format=csv&asOf=2012-11-02');
    expect(headers.get('content-disposition')).toBe('inline; filename="progress-agencies-2012-11-02.csv"');
  });

  it('of what changed says + and −, not more', async () => {
    const path = '/v1/progress/flows?format=csv&from=2006-11-21&to=2012-11-02&asOf=2012-11-02';
    expect((await server.get(path)).body).not.toContain("'");
  });
});
