/** Questions and texts: refused by name where they cannot be meant, else kept and answered as people mean them. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { OPERATION_EXAMPLES } from '../apps/api/src/openapi.js';
import { bearer, done, refusal } from './support/asking.js';
import { commitment } from './support/commitment.js';
import type { OpenApi, Parameter, Schema } from './support/openapi.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
beforeAll(() => void (secretariat = server.token(null)));

const records = (more: object) => server.post('/v1/commitments', commitment({ reference: null, ...more }), secretariat);

describe('A wrong value', () => {
  interface Asked {
    readonly id: string;
    readonly method: string;
    readonly path: string;
    readonly parameters: readonly Parameter[];
    readonly takesFile: boolean;
  }
  let operations: Asked[];
  let schemaOf: (schema: Schema) => Schema;
  beforeAll(async () => {
    const { paths, components } = (await server.get('/openapi.json')).body as OpenApi;
    schemaOf = (schema) => (schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)!]! : schema);
    operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { operationId: id, parameters, requestBody }]) => ({
        ...{ id, path, method: method.toUpperCase() },
        parameters: parameters.map(
          (one) => (one.$ref ? components.parameters[one.$ref.split('/').at(-1)!] : one) as Parameter,
        ),
        takesFile: requestBody !== undefined && !('application/json' in requestBody.content),
      })),
    );
  });

  const exampleOf = (id: string) => {
    const example = OPERATION_EXAMPLES[id];
    if (!example) throw new Error(`openapi-examples.json has no example of ${id}: npm run examples writes it.`);
    return example;
  };
  /** The codes of the real data, where the example of an operation is made by another one before. */
  const THERE: Readonly<Record<string, string>> = { round: 'CM-2011' };
  const isThere = ({ id }: Asked, name: string): string =>
    (id.includes('Crosswalk') && name === 'code' ? 'HLD06-HLD13' : THERE[name]) ?? exampleOf(id).path![name]!;

  const ask = async (
    operation: Asked,
    { path = {}, query = {} }: { path?: Record<string, string>; query?: Record<string, string> },
  ) => {
    const { id, method } = operation;
    const { query: usual = {}, body } = exampleOf(id);
    const address = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(path[name] ?? isThere(operation, name)),
    );
    const needed = operation.parameters.filter((one) => one.in === 'query' && one.required).map(({ name }) => name);
    const asked = new URLSearchParams({
      ...Object.fromEntries(Object.entries(usual).filter(([name]) => needed.includes(name))),
      ...query,
    });
    const at = asked.size > 0 ? `${address}?${asked}` : address;
    return method === 'GET'
      ? server.get(at, bearer(secretariat))
      : server[method === 'PUT' ? 'put' : 'post'](at, body ?? {}, secretariat);
  };

  /** Values that a field cannot take, by its schema in the document. */
  const wrongOf = ({ name, schema }: Parameter): string[] => {
    if (name === 'q') return ['!!!', ' ', '""', '%'];
    if (name === 'knownAt' || name === 'after')
      return [
        ...['0010', '+10', ' 10', '1e1', '0x1', '10.0', '-1', 'No-Such-Thing'],
        ...['2025-02-29T12:00:00Z', '2026-01-01T24:00:00Z', '2026-06-31T12:00:00+02:00'],
      ];
    const { enum: words, type, format, minimum = 0, maximum } = schemaOf(schema.items ?? schema);
    const another = (word: string) => (word === word.toUpperCase() ? word.toLowerCase() : word.toUpperCase());
    if (words) return ['No-Such', another(words[0]!), schema.items ? `${words[0]},No-Such` : words.slice(0, 2).join()];
    if (type === 'boolean') return ['maybe', 'TRUE', '1'];
    if (type === 'integer')
      return ['x', '1.5', '1e0', '007', '+7', ' 7', `${minimum - 1}`, ...(maximum ? [`${maximum + 1}`] : [])];
    if (format === 'date') return ['2011-02-30', '0000-01-01', 'yesterday', '20110203'];
    if (format === 'date-time') return ['2026-11-31T00:00:00Z', 'yesterday'];
    return ['No-Such-Thing', 'a b'];
  };

  /** Fields that take values that nobody can know beforehand, with the reason. */
  const TAKES_ANY: Readonly<Record<string, string>> = {
    log: 'the identity of a log; of another one the answer is 409, which tells both',
  };

  it('of a field of a query is refused on every route, naming the field', async () => {
    const faults: unknown[] = [];
    let asked = 0;
    for (const operation of operations.filter(({ method }) => method === 'GET'))
      for (const parameter of operation.parameters.filter((one) => one.in === 'query'))
        for (const value of [...(parameter.name in TAKES_ANY ? [] : wrongOf(parameter)), '']) {
          if (value === '' && parameter.name === 'log') continue;
          asked++;
          const { status, body } = await ask(operation, { query: { [parameter.name]: value } });
          const pointers = ((body.errors ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);
          if (![400, 404].includes(status) || !pointers.includes(`/${parameter.name}`))
            faults.push([operation.path, parameter.name, value, status, body.detail]);
        }
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(1_000);
  });

  it.each(['knownAt=2024-02-29T23:59:59Z', 'asOf=2024-02-29', 'asOf=0001-01-01', 'asOf=9999-12-31'])(
    'negative control: %s is answered',
    async (query) => expect((await server.get(`/v1/commitments?${query}`)).status).toBe(200),
  );

  it('in an address is refused on every route, by the name that was asked for', async () => {
    const faults: unknown[] = [];
    for (const operation of operations.filter(({ takesFile }) => !takesFile)) {
      const parts = operation.parameters.filter((one) => one.in === 'path');
      for (const { name, schema } of parts)
        for (const value of schemaOf(schema).type === 'integer'
          ? ['x', '-1', '1.5', '007', '1e3', '99999']
          : ['No-Such', 'a b']) {
          const { status, body } = await ask(operation, { path: { [name]: value } });
          // The subjects of some examples are gone by now.
          const named = [value, ...parts.flatMap((one) => (one.name === name ? [] : [isThere(operation, one.name)]))];
          const told = JSON.stringify([body.detail, body.errors]);
          if (![400, 404].includes(status) || !named.some((one) => told.includes(one)))
            faults.push([operation.method, operation.path, name, value, status, body.detail]);
        }
    }
    expect(faults).toEqual([]);
  });

  it('that no field is for is refused on every route, of acts as of what is read', async () => {
    const faults: unknown[] = [];
    for (const operation of operations.filter(({ takesFile, path }) => !takesFile && path.startsWith('/v1/'))) {
      const { status, body } = await ask(operation, { query: { AsOf: '2012-11-02' } });
      if (status !== 400 || body.errors?.[0].pointer !== '/AsOf')
        faults.push([operation.method, operation.path, status, body.detail]);
    }
    expect(faults).toEqual([]);
  });

  it('of a text is refused wherever it stands in the body of any route: a character, a field given twice, a byte', async () => {
    const textsIn = (value: unknown, at = ''): [string, string][] =>
      typeof value === 'string'
        ? [[at, value]]
        : Object.entries(value ?? {}).flatMap(([name, within]) => textsIn(within, `${at}/${name}`));
    const faults: unknown[] = [];
    let asked = 0;
    const refuses = async (operation: Asked, what: string, bytes: string | Uint8Array, named: string) => {
      const { id, method, path } = operation;
      const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(isThere(operation, name)));
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${secretariat}` };
      const answer = await fetch(server.url + address, { method, headers, body: bytes as string });
      const said = await answer.text();
      asked++;
      if (answer.status !== 400 || !said.includes(named)) faults.push([id, what, answer.status, said.slice(0, 200)]);
    };
    for (const operation of operations.filter(({ id, takesFile }) => exampleOf(id).body && !takesFile)) {
      const example = exampleOf(operation.id).body as Readonly<Record<string, unknown>>;
      const json = JSON.stringify(example);
      const texts = textsIn(example);
      // The acts of a batch are judged one by one: the batch is taken, and each act refused within it.
      for (const [at, text] of operation.id === 'doActs' ? [] : texts) {
        const wrong = structuredClone(example);
        const names = at.split('/').slice(1);
        const place = names
          .slice(0, -1)
          .reduce((within, name) => within[name] as Record<string, unknown>, wrong as Record<string, unknown>);
        place[names.at(-1)!] = `${text}\u202e`;
        await refuses(operation, at, JSON.stringify(wrong), `"pointer":"/${names[0]!}`);
      }
      const [first] = Object.keys(example);
      if (first) await refuses(operation, 'twice', `{"${first}":0,${json.slice(1)}`, first);
      const [, text] = texts[0] ?? [];
      if (text === undefined) continue;
      await refuses(operation, 'Latin-1', Buffer.from(json.replace(JSON.stringify(text), '"é"'), 'latin1'), 'byte');
    }
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(400);
  });

  it('control: what the examples ask is taken', async () => {
    const taken = operations.filter(({ path }) => path.startsWith('/v1/progress/'));
    expect(taken.length).toBeGreaterThan(10);
    for (const operation of taken)
      expect([operation.id, (await ask(operation, { query: { ...exampleOf(operation.id).query } })).status]).toEqual([
        operation.id,
        200,
      ]);
  });

  it.each([
    ['stage=Completed', 'stage knows no Completed; it takes proposed, planned'],
    ['stage=planned,finished', 'stage knows no finished; it takes'],
    ['life=any,merged', 'life takes any alone'],
    ['role=Lead', 'role knows no Lead; it takes any, lead'],
    ['overdue=yes', 'overdue knows no yes; it takes true, false'],
    ['asked=TRUE', 'asked knows no TRUE; it takes true, false'],
    ['match=same', 'match knows no same; it takes exact'],
    ['match=exact', 'match says how a crosswalk is read: name one in crosswalk'],
    ['crosswalkVersion=1', 'crosswalkVersion says how a crosswalk is read'],
    ['agency=', 'agency is empty: leave it out'],
    ['knownAt=1&knownAt=2', 'knownAt is given 2 times: give it once'],
    ['overdue=true&overdue=true', 'overdue is given 2 times: give it once'],
    ['stage=planned&stage=begun', 'stage knows no begun'],
    ['country=mar', 'country knows no mar; it takes a code of ISO 3166-1 alpha-3, such as MAR'],
    ['country=ZZZ', 'country knows no ZZZ'],
  ])('%s is told with what would be right', async (query, message) => {
    const { body } = await server.get(`/v1/commitments?asOf=2012-11-02&${query}`);
    expect([body.status, body.detail]).toEqual([400, expect.stringContaining(message)]);
  });

  it('of a search is one without a letter and a digit, and the page of the search says so in words', async () => {
    const words = 'has no letter and no digit: there is nothing to search for';
    const paths = ['/v1/commitments', '/v1/agencies', '/v1/publications', '/v1/search', '/v1/reports/register'];
    for (const path of paths) {
      const { body } = await server.get(`${path}?q=!!!`);
      expect([path, body.errors]).toEqual([path, [{ pointer: '/q', message: `“!!!” ${words}.` }]]);
    }
    const parameters = { q: '!!!' };
    const report = await server.post('/v1/reports', { kind: 'register', parameters }, secretariat);
    expect(refusal(report)).toBe('400 invalid /parameters/q');
    const follow = await server.post('/v1/follows', { kind: 'list', code: 'agency=IOM&q=!!!' }, secretariat);
    expect(refusal(follow)).toBe('400 invalid /q');
    const page = (path: string) => server.get(path, { accept: 'text/html' });
    const search = await page('/search?q=!!!');
    expect([search.status, search.body]).toEqual([200, expect.stringContaining(words)]);
    expect(search.body).not.toContain('Nothing was found');
    const list = await page('/commitments?q=!!!');
    expect([list.status, list.body]).toEqual([400, expect.stringContaining(words)]);
  });

  it('negative control: of a search is none that is not found, and none of one letter, digit or sign among letters', async () => {
    const found = async (path: string) => {
      const { status, body } = await server.get(path);
      return [status, body.total];
    };
    for (const path of ['/v1/commitments', '/v1/agencies', '/v1/search'])
      expect([path, await found(`${path}?q=xyzzy`)]).toEqual([path, [200, 0]]);
    for (const q of ['h', '7', '移', '-remittances', 'remittances !!!'])
      expect([q, (await found(`/v1/search?q=${encodeURIComponent(q)}`))[0]]).toEqual([q, 200]);
    const search = await server.get('/search?q=xyzzy', { accept: 'text/html' });
    expect(search.body).toContain('Nothing was found');
  });

  it('is refused in pages and in files, too', async () => {
    const page = await server.get('/commitments?stage=Completed', { accept: 'text/html' });
    expect([page.status, page.body]).toEqual([400, expect.stringContaining('stage knows no Completed')]);
    expect((await server.get('/v1/commitments?stage=Completed&format=csv')).status).toBe(400);
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
    ['commitments?agency=iom', 'There is no agency iom. Did you mean IOM?'],
    ['commitments?with=ilo', 'There is no agency ilo. Did you mean ILO?'],
    ['progress/agencies?memberOf=gmg', 'There is no agency gmg. Did you mean GMG?'],
    ['progress/timeline?theme=hld06-04', 'There is no theme hld06-04. Did you mean HLD06-04?'],
    ['progress/themes?framework=hld06', 'There is no framework hld06. Did you mean HLD06?'],
    ['progress/flows?from=2006-11-21&followsUp=cm-2011', 'There is no forum or outcome cm-2011. Did you mean CM-2011?'],
    ['commitments?document=WP.204', 'There is no document WP.204.'],
    ['progress/themes?crosswalk=nowhere', 'There is no crosswalk nowhere.'],
    [
      'progress/themes?crosswalk=HLD06-HLD13&crosswalkVersion=9',
      'There is no version 9 of the crosswalk HLD06-HLD13; there is 1.',
    ],
    ['commitments?reference=iom-2006-24', 'There is no commitment iom-2006-24. Did you mean IOM-2006-24?'],
    ['commitments?relatedTo=IOM-1', 'There is no commitment or forum IOM-1.'],
    ['commitments?region=Africa', 'There is no region Africa. Did you mean africa?'],
    ['progress/outcomes?addressedTo=hld-2013', 'There is no forum hld-2013. Did you mean HLD-2013?'],
    ['progress/outcomes?addressee=iom', 'There is no addressee iom. Did you mean IOM?'],
    ['changes?agency=IOM,iom', 'There is no agency iom. Did you mean IOM?'],
    ['changes?commitment=iom-2006-24', 'There is no commitment iom-2006-24. Did you mean IOM-2006-24?'],
    ['progress/agencies/iom', 'There is no agency iom. Did you mean IOM?'],
    ['progress/themes/hld06-04', 'There is no theme hld06-04. Did you mean HLD06-04?'],
  ])('%s is told, with the one that is meant', async (path, message) => {
    const { status, body } = await server.get(`/v1/${path}`);
    expect([status, body.detail]).toEqual([404, message]);
  });

  it.each([
    ['agencies/iom', 'IOM'],
    ['agencies/IOM/themes/hld06-04', 'HLD06-04'],
    ['themes/hld06-04', 'HLD06-04'],
    ['themes?framework=hld06', 'HLD06'],
    ['forums/hld-2006', 'HLD-2006'],
    ['outcomes/gfmd-2009-diaspora', 'GFMD-2009-DIASPORA'],
    ['documents/d-2012-mc2353', 'D-2012-MC2353'],
    ['crosswalks/hld06-hld13', 'HLD06-HLD13'],
  ])('the page %s tells the one that is meant, too', async (path, meant) => {
    const { status, body } = await server.get(`/${path}`, { accept: 'text/html' });
    expect([status, body]).toEqual([404, expect.stringContaining(`Did you mean ${meant}?`)]);
  });

  it('of a document that an act cites is told with the way to register it', async () => {
    const citation = { document: 'NOWHERE', locator: 'page 4' };
    const evidence = { title: 'A report', reportedOn: '2012-11-02', citation };
    const { body } = await server.post('/v1/commitments/IOM-2006-24/evidence', evidence, server.token('IOM'));
    expect(body.detail).toBe('Unknown document: NOWHERE (register it with this act, as newDocument, or before)');
  });

  it('is refused in the filter of a webhook, too', async () => {
    const hook = { url: 'https://example.org/hook', filter: { agency: ['iom'] } };
    const { body } = await server.post('/v1/webhooks', hook, secretariat);
    expect([body.status, body.errors[0].pointer]).toEqual([404, '/filter/agency']);
  });

  it('negative control: a right one counts what it counts', async () => {
    for (const query of ['agency=IOM', 'region=africa', 'reference=IOM-2006-24', 'followsUp=HLD-2006', 'kind=research'])
      for (const path of ['commitments', 'progress/matrix', 'progress/partnerships'])
        expect([path, (await server.get(`/v1/${path}?asOf=2012-11-02&${query}`)).status]).toEqual([path, 200]);
    expect((await server.get('/v1/commitments?agency=IOM&asOf=2012-11-02')).body.total).toBeGreaterThan(100);
  });

  it('negative control: a register may be searched for words as a report, too', async () => {
    const { status } = await server.get('/v1/reports/register?q=remittances&asOf=2012-11-02&format=json');
    expect(status).toBe(200);
  });
});

describe('A number that no answer wrote so', () => {
  const feed = { accept: 'text/event-stream', 'last-event-id': '0010' };
  const revised = { reason: 'x', says: { title: 'y' } };
  const hook = { url: 'https://example.org/hook' };

  it('is refused in a header, in an address and in a body, as it is in a query', async () => {
    const tried: [string, ReturnType<typeof server.get>][] = [
      ['400 bad_request', server.get('/v1/changes', feed)],
      ['400 bad_request', server.get('/v1/agencies', { 'if-position-at-least': '0010' })],
      ['400 bad_request', server.get('/v1/agencies', { 'if-position-at-least': '9'.repeat(17) })],
      ['400 bad_request', server.post('/v1/commitments/IOM-2006-01/wording', {}, secretariat, { 'if-match': '"00"' })],
      ['400 bad_request', server.post('/v1/commitments/IOM-2006-01/history/00/correct', revised, secretariat)],
      [
        '400 bad_request',
        server.post('/v1/rounds/CM-2011/history/00/blank', { reason: 'x', fields: ['/note'] }, secretariat),
      ],
      ['400 invalid /after', server.post('/v1/webhooks', { ...hook, after: '0010' }, secretariat)],
      [
        '400 invalid /positions',
        server.post(`/v1/webhooks/${randomUUID()}/dead-letters/replay`, { positions: ['0010'] }, secretariat),
      ],
    ];
    for (const [problem, answer] of tried) {
      const { status, body } = await answer;
      expect([problem, refusal({ status, body } as never)]).toEqual([problem, problem]);
    }
    const page = (path: string) => server.get(path, { accept: 'text/html' });
    expect((await page('/commitments?limit=007')).body).toContain('takes a whole number from 1 to 1000, not 007');
    expect((await page('/commitments?take=table-01')).status).toBe(404);
  });

  it('negative control: as an answer wrote it, it is taken', async () => {
    expect((await server.get('/v1/agencies', { 'if-position-at-least': '10' })).status).toBe(200);
    for (const knownAt of ['0', '10']) expect((await server.get(`/v1/agencies?knownAt=${knownAt}`)).status).toBe(200);
    expect((await server.get('/v1/changes?after=10')).status).toBe(200);
    const stage = { stage: 'planned', effective: '2012', reportedOn: '2012-11-02' };
    const revision = { 'if-match': '"99"' };
    const late = await server.post('/v1/commitments/IOM-2006-01/stage', stage, secretariat, revision);
    expect(refusal(late)).toBe('412 wrong_revision');
    expect((await server.get('/commitments?take=table-1', { accept: 'text/html' })).status).toBe(200);
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

describe('What people write', () => {
  it('is refused with the name of a character that it may not hold, and as blank where it shows nothing', async () => {
    const { status, body } = await records({ evidence: [{ title: 'a\u0007b' }] });
    const fault = { pointer: '/evidence/0/title', message: expect.stringContaining('U+0007') };
    expect([status, body.errors?.[0]]).toEqual([400, fault]);
    expect(refusal(await records({ title: '\u200b\u200b' }))).toBe('400 invalid /title');
  });

  it('is kept composed and without what stands around it, in acts, in batches and in registers', async () => {
    const evidence = [{ title: ' Guide ' }];
    const { reference } = await done(records({ title: ' \u200bE\u0301ducation\u00a0', evidence }));
    const { body } = await server.get(`/v1/commitments/${reference}?asOf=2030-01-01`);
    expect([body.title, body.evidence[0].title]).toEqual(['Éducation', 'Guide']);
    const batch = { acts: [{ act: 'record', body: commitment({ reference: null, title: 'Handbook ' }) }] };
    const { reference: second } = (await done(server.post('/v1/batches', batch, secretariat))).results[0];
    expect((await server.get(`/v1/commitments/${second}?asOf=2030-01-01`)).body.title).toBe('Handbook');
    await server.post('/v1/agencies', { code: 'ZZ-NAME', name: ' Alpha Agency ', kind: 'un-body' }, secretariat);
    expect((await server.get('/v1/agencies/ZZ-NAME')).body.name).toBe('Alpha Agency');
  });

  it('negative control: line ends, tabs, joiners and other scripts are taken', async () => {
    for (const title of ['two\nlines\tand a tab', 'الهجرة\u200f', '移民', '👩\u200d🌾 farmers'])
      expect([title, (await records({ title })).status]).toEqual([title, 201]);
  });

  it.each([
    ['https://my_site.example.org/x', 201],
    ['https://example.org/a@b?mail=c@d.org#e@f', 201],
    ['https://user:pw@example.org/x', 400],
    ['https://user@example.org/x', 400],
    ['http://javascript:alert(1)@evil.example/', 400],
    ['https://@example.org/', 400],
    ['ftp://example.org/x', 400],
    ['https:example.org/x', 400],
    ['https:/example.org/x', 400],
    ['https://example.org/\u202egnp', 400],
  ])('%s as the address of evidence: %d', async (url, status) =>
    expect((await records({ evidence: [{ title: 'Guide', url }] })).status).toBe(status),
  );

  it('holds no address with a user or a password, where it is read as Markdown or is an address itself', async () => {
    const [url, text] = ['https://user:secret@example.org/x', 'See [the guide](https://user:secret@example.org/x)'];
    const round = {
      ...{ code: 'TOLD', name: 'Told', asOf: '2012-11-02', opens: '2012-11-02', deadline: '2012-12-01' },
      expected: { agencies: ['IOM'] },
    };
    const words = { section: 'summary', language: 'en' };
    const document = { id: 'D-TOLD', title: 'Told', publisher: 'IOM', published: '2012', reportedOn: '2012-11-02' };
    const evidence = [{ title: 'Guide' }];
    const { reference } = await done(records({ title: 'Told', evidence }));
    const says = { evidence: [{ title: 'Guide', url }] };
    const attached = { title: 'Guide', reportedOn: '2012-11-02' };
    const cited = { citation: { document: 'D-TOLD', locator: 'p. 1' }, newDocument: { ...document, url } };
    const sent: [pointer: string, path: string, body: object][] = [
      ['/text', 'publications/P-TOLD/narrative', { ...words, text }],
      ['/guidance', 'rounds', { ...round, guidance: text }],
      ['/note', 'rounds/CM-2011/returns/IOM/nil', { note: text }],
      ['/url', `commitments/${reference}/evidence`, { ...attached, url }],
      ['/newDocument/url', `commitments/${reference}/evidence`, { ...attached, ...cited }],
      ['/says/evidence/0/url', `commitments/${reference}/history/0/correct`, { reason: 'x', says }],
      ['/url', 'documents', { ...document, url }],
      ['/url', 'webhooks', { url }],
    ];
    for (const [pointer, path, body] of sent) {
      const answer = await server.post(`/v1/${path}`, body, secretariat);
      expect([path, refusal(answer)]).toEqual([path, `400 invalid ${pointer}`]);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
    const draft = { commitments: [], narratives: [{ language: 'en', text }] };
    const returned = await server.put('/v1/rounds/CM-2011/returns/IOM', draft, server.token('IOM'));
    expect(refusal(returned)).toBe('400 invalid /narratives/0/text');
    const plain = { ...round, guidance: 'See [the guide](https://example.org/@user), or write to user@example.org' };
    expect((await server.post('/v1/rounds', plain, secretariat)).status).toBe(201); // control
  });
});

describe('Dates', () => {
  const day = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 10);

  it('today is today anywhere on Earth: until UTC+14, and no longer', async () => {
    const reportedOn = async (date: string) => refusal(await records({ effective: '2012', reportedOn: date }));
    expect(await reportedOn(day(13.9))).toBe('201');
    expect(await reportedOn(day(38.5))).toMatch(/^422 .* \/reportedOn$/);
  });

  it('a target in 9999 is no end: overdue nowhere, now and for ever', async () => {
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
        await records({ reportedOn: '2012-11-02', effective: '2012', target: { date } });
      expect((await figures(asOf)).slice(0, 3)).toEqual([overdue, overdue, overdue]);
      expect((await figures(asOf, position)).slice(0, 3)).toEqual([overdue, overdue, overdue]);
    }
  });

  it('the year 0 is refused wherever a date is said', async () => {
    for (const more of [
      { target: { date: '0000' } },
      { effective: '0000-01' },
      { milestones: [{ title: 'M', due: '0000-01-01' }] },
    ])
      expect((await records(more)).status).toBe(400);
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
