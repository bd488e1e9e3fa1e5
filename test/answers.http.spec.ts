/** Questions that cannot be answered are refused by name: a typing error never reads as “nobody has reported anything”. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
    expect(schemaOf('stage')).toMatchObject({ type: 'array', items: { enum: expect.arrayContaining(['completed']) } });
    expect(schemaOf('life')).toMatchObject({ items: { enum: expect.arrayContaining(['merged', 'any']) } });
    expect(schemaOf('relation')).toMatchObject({ enum: expect.arrayContaining(['part_of']) });
    expect(schemaOf('q')).not.toHaveProperty('enum'); // negative control
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
