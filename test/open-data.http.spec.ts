/** The register for others: a full dump that an empty installation takes over, and formats that the validators of others take. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Parser, Store, Writer, type Quad } from 'n3';
import ShaclValidator from 'rdf-validate-shacl';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkDump, DumpedLog, isDump, writeDump } from '#open';
import { copyLog, Projector } from '#eventsourcing';
import { LOG } from '#platform';
import { Progress } from '#progress';
import { Registers } from '#registers';
import { codec } from '../apps/api/src/app.module.js';
import { done } from './support/asking.js';
import type { OpenApi } from './support/openapi.js';
import { CLOCK_CASES, HLD, TestServer } from './support/server.js';
import { LIMIT_MS } from './support/waiting.js';

const require = createRequire(import.meta.url);
const jsonld = require('jsonld') as { canonize(input: unknown, options: object): Promise<string> };
const { Package } = require('datapackage') as {
  Package: {
    load(
      descriptor: object,
      options: { basePath: string },
    ): Promise<{
      valid: boolean;
      errors: Error[];
      resources: { name: string; tabular: boolean; read(options: { relations: boolean }): Promise<unknown[]> }[];
    }>;
  };
};

const AS_OF = '2012-11-02';
const IMPRINT = {
  ...{ publisher: 'The <secretariat> & others', publicUrl: 'https://followthrough.example.org' },
  ...{ licence: 'CC-BY-4.0', software: '1.0.0', doi: '10.5281/zenodo.1234' },
};

let server: TestServer;
let scratch: string;
let dump: string;

async function exported(
  from: TestServer,
  to: string,
  imprint: Parameters<typeof writeDump>[3] = IMPRINT,
): Promise<string> {
  const folder = join(scratch, to);
  const progress = from.app.get(Progress);
  const at = await progress.pin({ asOf: AS_OF });
  await writeDump(folder, { log: from.app.get(LOG), registers: from.app.get(Registers), progress }, at, imprint);
  return folder;
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'followthrough-dump-'));
  server = await TestServer.start([HLD, CLOCK_CASES]);
  const act = (path: string, body: object, agency: string | null = 'IOM') =>
    done(server.post(`/v1/commitments/IOM-2006-01/${path}`, body, server.token(agency)));
  const evidence = { title: '=HYPERLINK("http://bad.example")', date: '2012', reportedOn: AS_OF };
  const { revision } = await act('evidence', evidence);
  const activityIds = [
    { scheme: 'iati', id: 'XM-DAC-47066-MH 1' },
    { scheme: 'doi', id: '10.35802/2<1>' },
  ];
  await act('activity-ids', { activityIds, reportedOn: AS_OF });
  const blanked = await act(`history/${revision}/blank`, { reason: 'Private', fields: ['/title'] }, null);
  await server.app.get(Projector).reached(blanked.position, LIMIT_MS);
  dump = await exported(server, 'dump');
});
afterAll(async () => {
  await server.close();
  rmSync(scratch, { recursive: true });
});

const text = (path: string, folder = dump): string => readFileSync(join(folder, path), 'utf8');
const json = (path: string): never => JSON.parse(text(path)) as never;
function schema(name: string): object {
  const { id: _former, ...rest } = JSON.parse(readFileSync(join('test/data/schemas', `${name}.json`), 'utf8')) as {
    id?: string;
  };
  return rest;
}

const LAX = { strict: false, logger: false } as const;

/** The faults that a validator finds. */
function faults(ajv: Ajv, name: string, value: unknown): string[] {
  addFormats.default(ajv);
  const validate = ajv.compile(schema(name));
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('The files of a dump', () => {
  it('are described as the profile of Data Package v2 asks', () => {
    const found = (descriptor: object) => faults(new Ajv(LAX), 'datapackage-2.0', descriptor);
    expect(found(json('datapackage.json'))).toEqual([]);
    expect(found({ name: 'followthrough', resources: [] })).not.toEqual([]); // control
  });

  it('hold what is said of them, row by row and reference by reference, as the library of Frictionless reads them', async () => {
    const read = async (descriptor: object) => {
      const whole = await Package.load(descriptor, { basePath: dump });
      expect(whole.errors.map(({ message }) => message)).toEqual([]);
      const rows = new Map<string, number>();
      for (const resource of whole.resources.filter(({ tabular }) => tabular))
        rows.set(resource.name, (await resource.read({ relations: REFERRING.includes(resource.name) })).length);
      return rows;
    };
    const descriptor = json('datapackage.json') as { resources: { name: string; schema?: { fields: object[] } }[] };
    // The library is of the version before, which called a table so.
    const asBefore = {
      ...descriptor,
      resources: descriptor.resources.map(({ schema, ...one }) =>
        schema ? { ...one, schema, profile: 'tabular-data-resource' } : one,
      ),
    };
    const rows = await read(asBefore);
    const { body } = await server.get(`/v1/commitments?life=any&asOf=${AS_OF}&limit=1`);
    expect(rows.get('commitments')).toBe((body as { total: number }).total);
    expect([...rows.values()].filter((n) => n > 0).length).toBeGreaterThan(25);
    // The control: a theme that there is not.
    const broken = join(scratch, 'broken');
    cpSync(dump, broken, { recursive: true });
    appendFileSync(join(broken, 'csv/commitments_themes.csv'), 'IOM-2006-01,99,NO-SUCH-THEME\n');
    const [themes] = (await Package.load(asBefore, { basePath: broken })).resources.filter(
      ({ name }) => name === 'commitments-themes',
    );
    await expect(themes!.read({ relations: true })).rejects.toThrow(/foreign key/i);
  });

  it('are cited as CITATION.cff 1.2 and DataCite 4 ask, in JSON and XML', () => {
    const cff = (more: object = {}) =>
      faults(new Ajv(LAX), 'cff-1.2.0', { ...(parse(text('CITATION.cff')) as object), ...more });
    const datacite = (more: object = {}) =>
      faults(new Ajv2019(LAX) as never, 'datacite-4.5', { ...(json('datacite.json') as object), ...more });
    expect([cff(), datacite()]).toEqual([[], []]);
    for (const found of [cff({ license: 'none' }), datacite({ creators: [] })]) expect(found).not.toEqual([]); // control
    const xml = text('datacite.xml');
    expect(() => validateXml(xml)).not.toThrow();
    expect(() => validateXml(xml.replaceAll(/(<\/?)language>/g, '$1tongue>'))).toThrow();
  });

  it('state no licence and no identifier where there is none, and are valid all the same', async () => {
    const plain = await exported(server, 'plain', { ...IMPRINT, licence: null, doi: null });
    expect(text('LICENCE.txt', plain)).toContain('states no licence');
    expect(text('datapackage.json', plain)).not.toContain('licenses');
    expect(faults(new Ajv(LAX), 'cff-1.2.0', parse(text('CITATION.cff', plain)))).toEqual([]);
    expect(() => validateXml(text('datacite.xml', plain))).not.toThrow();
  });

  it('are named with their digests; none is left out, and one that was changed is found', async () => {
    const lines = text('SHA256SUMS').trim().split('\n');
    const found = readdirSync(dump, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(dump.length + 1))
      .filter((path) => path !== 'SHA256SUMS');
    expect(lines).toEqual(
      found.toSorted().map((path) => `${createHash('sha256').update(text(path)).digest('hex')}  ${path}`),
    );
    await expect(checkDump(dump)).resolves.toBeUndefined();
    const changed = join(scratch, 'changed');
    cpSync(dump, changed, { recursive: true });
    appendFileSync(join(changed, 'log.ndjson'), '{}\n');
    await expect(checkDump(changed)).rejects.toThrow('log.ndjson is not as it was exported.');
  });

  it('are the same to the byte when they are written again', async () => {
    expect(text('SHA256SUMS', await exported(server, 'again'))).toBe(text('SHA256SUMS'));
  });

  it('hold nothing that was erased, and nothing that a spreadsheet would run', () => {
    const files = (readdirSync(dump, { recursive: true }) as string[]).filter((path) => /\.\w+$/.test(path));
    expect(files.filter((path) => text(path).includes('bad.example'))).toEqual([]);
    expect(files.filter((path) => text(path).includes('"commitment.Blanked"'))).toEqual(['log.ndjson']); // the control
  });
});

function validateXml(xml: string): void {
  xmlRegisterFsInputProviders();
  using document = XmlDocument.fromString(xml);
  using schema = XmlDocument.fromBuffer(readFileSync('test/data/schemas/datacite-4.6/metadata.xsd'), {
    url: 'test/data/schemas/datacite-4.6/metadata.xsd',
  });
  using validator = XsdValidator.fromDoc(schema);
  validator.validate(document);
}

describe('A dump that is taken over by an empty installation', () => {
  it('shows the same there: every view, list and history, at several dates, also as known before', async () => {
    const other = await TestServer.start();
    try {
      expect(isDump(dump)).toBe(true);
      const source = await DumpedLog.open(dump, codec());
      const { anchor } = await copyLog(source, other.app.get(LOG).store);
      await source.close();
      await other.app.get(Projector).reached(anchor.position!, LIMIT_MS);
      const document = (await server.get('/openapi.json')).body as OpenApi;
      const views = Object.keys(document.paths).filter((path) => document.paths[path]!['get'] && isView(path));
      const answered = new Set<string>();
      const clocks = [{ asOf: '2006-11-21' }, { asOf: AS_OF }, { asOf: '2011-02-17', knownAt: '1000' }];
      for (const path of [...views, '/v1/commitments/IOM-2006-01', '/v1/commitments/IOM-2006-01/history'])
        for (const clock of clocks) {
          const takes = document.paths[path]?.['get']?.parameters.map(({ name }) => name) ?? ['asOf', 'knownAt'];
          const asked = Object.entries({ ...clock, ...NEEDED_PARAMETERS[path] }).filter(([name]) =>
            takes.includes(name),
          );
          const query = `${path}?${new URLSearchParams(asked).toString()}`;
          const [here, there] = await Promise.all([server.get(query), other.get(query)]);
          expect([query, there.status, there.body]).toEqual([query, here.status, addressed(here.body, other)]);
          expect([query, [200, 401].includes(here.status)]).toEqual([query, true]);
          if (here.status === 200) answered.add(path);
        }
      expect(answered.size).toBeGreaterThan(20);
      const changes = await Promise.all([server.get('/v1/changes'), other.get('/v1/changes')]);
      expect(changes[1].body).toBe(changes[0].body);
    } finally {
      await other.close();
    }
  });

  describe('but holds something else', () => {
    const other = TestServer.forAll([CLOCK_CASES]);

    it('is refused', async () => {
      const source = await DumpedLog.open(dump, codec());
      const copied = copyLog(source, other.app.get(LOG).store);
      await expect(copied).rejects.toThrow('The target is no beginning of the source');
      await source.close();
    });
  });
});

/** Tables whose references are looked up: to follow all takes the library long. */
const REFERRING = ['commitments-themes', 'commitments-relations', 'crosswalks-versions-links', 'outcomes-endorsed'];

/** The parameters that some views need. */
const NEEDED_PARAMETERS: Readonly<Record<string, object>> = {
  '/v1/commitments': { limit: '1000', life: 'any' },
  '/v1/progress/flows': { from: '2005-01-01' },
  '/v1/progress/flows/commitments': { from: '2005-01-01', flow: 'new' },
  '/v1/search': { q: 'migration' },
};

/** Everything that is read of the register, and is no report. */
const isView = (path: string): boolean =>
  path.startsWith('/v1/') && !path.includes('{') && !/^\/v1\/(changes|me|reports|openapi)/.test(path);

/** An answer of one server as another gives it: with its own addresses. */
const addressed = (body: unknown, of: TestServer): unknown =>
  JSON.parse(JSON.stringify(body).replaceAll(server.settings.publicUrl, of.settings.publicUrl));

describe('Linked data', () => {
  const of = async (path: string, accept: string) => {
    const response = await fetch(server.url + path, { headers: { accept } });
    expect([path, response.status, response.headers.get('content-type')!.split(';')[0]]).toEqual([path, 200, accept]);
    return response.text();
  };
  const quadsIn = (turtle: string): Quad[] => new Parser().parse(turtle);
  const asNQuads = (quads: readonly Quad[]): string => {
    const writer = new Writer({ format: 'N-Quads' });
    writer.addQuads([...quads]);
    let text = '';
    writer.end((_, written: string) => (text = written));
    return text;
  };
  const CANONICAL = { algorithm: 'RDFC-1.0', format: 'application/n-quads' };

  it.each(['frameworks', 'frameworks/HLD06', 'crosswalks/HLD06-HLD13', 'activities', 'catalogue'])(
    'of %s is the same graph as Turtle and as JSON-LD, read by the libraries of others',
    async (path) => {
      const turtle = asNQuads(quadsIn(await of(`/v1/open/${path}`, 'text/turtle')));
      const canonical = await jsonld.canonize(turtle, { ...CANONICAL, inputFormat: 'application/n-quads' });
      expect(canonical.split('\n').length).toBeGreaterThan(10);
      const json = parsed(await of(`/v1/open/${path}`, 'application/ld+json'));
      expect(await jsonld.canonize(json, CANONICAL)).toBe(canonical);
    },
  );

  it('has every theme of every framework once, under its parents, and keeps the conditions of SKOS', async () => {
    const store = new Store(quadsIn(await of('/v1/open/frameworks', 'text/turtle')));
    const skos = (name: string) => `http://www.w3.org/2004/02/skos/core#${name}`;
    const { items } = (await server.get('/v1/themes')).body as { items: { code: string; parent?: string }[] };
    const notations = store.getObjects(null, skos('notation'), null).map(({ value }) => value);
    for (const { code } of items) expect(notations).toContain(code);
    const all = (name: string) => store.getQuads(null, skos(name), null, null);
    const pairs = (name: string) => new Set(all(name).map(({ subject, object }) => `${subject.value} ${object.value}`));
    const inverse = new Set(all('narrower').map(({ subject, object }) => `${object.value} ${subject.value}`));
    expect(pairs('broader')).toEqual(inverse);
    expect(pairs('broader').size).toBe(items.filter(({ parent }) => parent).length);
    for (const { subject } of all('prefLabel'))
      expect(store.countQuads(subject, skos('prefLabel'), null, null)).toBe(1); // S14
    expect([...pairs('exactMatch')].filter((pair) => pairs('broadMatch').has(pair))).toEqual([]); // S46
    expect([...pairs('exactMatch')].filter((pair) => pairs('relatedMatch').has(pair))).toEqual([]);
    const crosswalk = (await server.get('/v1/crosswalks/HLD06-HLD13')).body as { version: { links: object[] } };
    const mapped = ['exactMatch', 'closeMatch', 'broadMatch', 'narrowMatch', 'relatedMatch'].flatMap(all);
    expect(mapped).toHaveLength(crosswalk.version.links.length);
  });

  it('leads from a commitment to its activities, and to their identifiers as their registers write them', async () => {
    const store = new Store(quadsIn(await of('/v1/open/activities', 'text/turtle')));
    const plan = `${server.settings.publicUrl}/commitments/IOM-2006-01`;
    const [related, said] = ['http://purl.org/dc/terms/relation', 'http://www.w3.org/2004/02/skos/core#notation'];
    const identifiers = store
      .getObjects(plan, related, null)
      .flatMap((activity) => store.getObjects(activity, 'http://www.w3.org/ns/adms#identifier', null))
      .flatMap((identifier) => store.getObjects(identifier, said, null));
    expect(identifiers.map(({ value }) => value).sort()).toEqual(['10.35802/2<1>', 'XM-DAC-47066-MH 1']);
    expect(text('csv/commitments_activityIds.csv')).toContain('IOM-2006-01,1,iati,XM-DAC-47066-MH 1');
  });

  it('of the catalogue meets the shapes of DCAT-AP, and each address answers as it says', async () => {
    const shapes = new Store(quadsIn(readFileSync('test/data/schemas/dcat-ap-2.1.1.ttl', 'utf8')));
    const catalogue = quadsIn(await of('/v1/open/catalogue', 'text/turtle'));
    const violations = async (quads: readonly Quad[]) => {
      const { results } = await new ShaclValidator(shapes as never).validate(new Store([...quads]) as never);
      return results
        .filter(({ severity }) => severity?.value.endsWith('#Violation'))
        .map(({ focusNode, path }) => `${focusNode?.value} ${path?.value}`);
    };
    expect(await violations(catalogue)).toEqual([]);
    const dct = 'http://purl.org/dc/terms/title';
    expect(await violations(catalogue.filter(({ predicate }) => predicate.value !== dct))).not.toEqual([]); // the control
    const store = new Store(catalogue);
    const dcat = (name: string) => `http://www.w3.org/ns/dcat#${name}`;
    const taken = store.getQuads(null, dcat('downloadURL'), null, null);
    expect(taken.length).toBeGreaterThan(50);
    for (const { subject, object } of taken) {
      const type = store.getObjects(subject, dcat('mediaType'), null)[0]!.value.split('/media-types/')[1]!;
      const response = await fetch(object.value.replace(server.settings.publicUrl, server.url));
      await response.body!.cancel();
      expect([object.value, response.status]).toEqual([object.value, 200]);
      if (!object.value.includes('/open/progress/'))
        expect([object.value, response.headers.get('content-type')!.split(';')[0]]).toEqual([object.value, type]);
    }
  });

  it('of the catalogue has every list and view that the API gives as a table', async () => {
    const catalogue = await of('/v1/open/catalogue', 'text/turtle');
    const { paths } = (await server.get('/openapi.json')).body as OpenApi;
    const tables = Object.entries(paths).flatMap(([path, { get }]) =>
      'text/csv' in (get?.responses['200']?.content ?? {}) ? [path] : [],
    );
    // Tables of one entry or commitment, between two dates, documents that are made on demand, and drafts.
    const isNoDataset = /\{|\/flows|^\/v1\/(reports|audit|open)/;
    const listed = tables.filter((path) => !isNoDataset.test(path));
    expect(listed.length).toBeGreaterThan(15);
    expect(listed.filter((path) => !catalogue.includes(`${path}?format=csv`))).toEqual([]);
  });

  it('is refused where it is asked for what there is not', async () => {
    const none = ['frameworks/NONE', 'crosswalks/NONE', 'crosswalks/HLD06-HLD13?asOf=1999-01-01', 'progress/forums'];
    const wrong = ['frameworks?format=rdfxml', 'progress/agencies?dates=2006-13-01'];
    for (const path of none) expect([path, (await server.get(`/v1/open/${path}`)).status]).toEqual([path, 404]);
    for (const path of wrong) expect([path, (await server.get(`/v1/open/${path}`)).status]).toEqual([path, 400]);
    expect((await server.get('/v1/open/frameworks', { accept: 'application/rdf+xml' })).status).toBe(406);
  });
});

describe('SDMX', () => {
  it.each(['agencies', 'themes'] as const)('of %s has a valid structure, and every figure of the view', async (by) => {
    const structure = parsed((await server.get(`/v1/open/progress/${by}/structure`)).body) as {
      data: { codelists: { id: string; codes: { id: string }[] }[] };
    };
    const valid = () => new Ajv2019(LAX) as unknown as Ajv;
    expect(faults(valid(), 'sdmx-json-structure', structure)).toEqual([]);
    expect(faults(valid(), 'sdmx-json-structure', { data: { codelists: [{}] } })).not.toEqual([]); // the control
    const dates = ['2006-11-21', AS_OF];
    const { body } = await server.get(`/v1/open/progress/${by}?dates=${dates.join()}`);
    const lines = (body as string).trim().split('\n');
    expect(lines[0]).toBe(
      `STRUCTURE,STRUCTURE_ID,ACTION,${by === 'agencies' ? 'AGENCY' : 'THEME'},INDICATOR,TIME_PERIOD,OBS_VALUE`,
    );
    const observed = new Map(lines.slice(1).map((line) => [line.split(',').slice(3, 6).join(' '), line.split(',')[6]]));
    const known = new Map(structure.data.codelists.map(({ id, codes }) => [id, codes.map((code) => code.id)]));
    const [own, indicators] = [known.get(by === 'agencies' ? 'CL_AGENCY' : 'CL_THEME')!, known.get('CL_INDICATOR')!];
    for (const key of observed.keys()) {
      const [code, indicator] = key.split(' ') as [string, string];
      expect([key, own.includes(code), indicators.includes(indicator)]).toEqual([key, true, true]);
    }
    for (const asOf of dates) {
      const view = (await server.get(`/v1/progress/${by}?asOf=${asOf}`)).body as {
        total: { total: number; byStage: Record<string, number> };
        rows: { agency?: string; theme?: string; total: number; overdue: number; byStage: Record<string, number> }[];
      };
      expect(observed.get(`_T TOTAL ${asOf}`)).toBe(String(view.total.total));
      for (const { agency, theme, total, overdue, byStage } of view.rows) {
        const code = (agency ?? theme)!.replaceAll('.', '$2E');
        const figures = ['TOTAL', 'OVERDUE', 'IN_PROGRESS'].map((one) => observed.get(`${code} ${one} ${asOf}`));
        expect([code, ...figures]).toEqual([code, ...[total, overdue, byStage['in_progress']].map(String)]);
      }
    }
  });
});

/** An answer, read by who asked for it as text or as JSON. */
const parsed = (body: unknown): unknown => (typeof body === 'string' ? JSON.parse(body) : body);
