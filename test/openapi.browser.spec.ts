import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { OPERATION_EXAMPLES, PROBLEM_EXAMPLES, type Example, type ProblemExample } from '../apps/api/src/openapi.js';
import { Reader, wrongFor } from './support/browser.js';
import { Documented, jsonTextsIn, Validators } from './support/documented.js';
import { deep } from './support/properties.js';
import { endedJob } from './support/publishing.js';
import { servedBy } from './support/served.js';
import type { Media, OpenApi, Operation } from './support/openapi.js';
import { HLD, TestServer, type Answer } from './support/server.js';

interface Route extends Operation {
  readonly method: 'get' | 'post' | 'put';
  readonly path: string;
}

const server = TestServer.forAll([HLD]);
let document: OpenApi;
let routes: Map<string, Route>;
let validators: Validators;

beforeAll(async () => {
  document = (await server.get('/openapi.json')).body as OpenApi;
  routes = new Map(
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [
        operation.operationId,
        { ...operation, method: method as Route['method'], path },
      ]),
    ),
  );
  validators = new Validators(document);
});

/** The answer's schema and example, by status and media type. */
const answerOf = (operationId: string, status: number, type: string): Media => {
  const response = routes.get(operationId)!.responses[status];
  const { content } = response?.$ref ? document.components.responses[status]! : (response ?? {});
  const media = content?.[type];
  if (!media) throw new Error(`${operationId} says nothing of ${status} ${type}`);
  return media;
};

/** The formats that a list or view is answered in; none of any other answer. */
const formatsOf = ({ parameters }: Route): readonly string[] =>
  parameters.some(({ schema }) => schema?.$ref === '#/components/schemas/Format')
    ? (document.components.schemas['Format'] as { enum: readonly string[] }).enum
    : [];

const typeOf = ({ headers }: Answer): string => headers.get('content-type')!.split(';')[0]!;

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

/** The body of an operation: JSON, or a form with a file. */
const bodyOf = ({ content }: NonNullable<Operation['requestBody']>): Media => Object.values(content)[0]!;

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Sends the workbook of an address back to it. */
async function sendBack(address: string, url: string, headers: Record<string, string>): Promise<Answer> {
  const body = await (await fetch(server.url + address, { headers })).arrayBuffer();
  const sent = { ...headers, 'content-type': XLSX };
  const answer = await fetch(server.url + url, { method: 'PUT', body, headers: sent });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** An answer that is as the document says. Work in the background is over before the next example comes. */
async function expectAnswered(operationId: string, example: AnyExample): Promise<Answer> {
  const answer = await asked(operationId, example);
  const { method, path } = routes.get(operationId)!;
  const documented = await Documented.of(server);
  const faults = documented.faults(method.toUpperCase(), path, answer.status, typeOf(answer), answer.body);
  expect([operationId, example.path, example.query, faults]).toEqual([operationId, example.path, example.query, []]);
  await endedJob(server, answer);
  return answer;
}

const asked = (
  operationId: string,
  { as, path = {}, query = {}, body, headers, padTo }: AnyExample,
): Promise<Answer> => {
  const { method, path: template } = routes.get(operationId)!;
  const search = new URLSearchParams(query).toString();
  const address = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name]!));
  const url = search ? `${address}?${search}` : address;
  const token = as && server.token(as === 'secretariat' ? null : as);
  const own: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  if (method === 'get') return server.get(url, { ...headers, ...own });
  if (routes.get(operationId)!.requestBody?.content['multipart/form-data'])
    return server.send(url, (body ?? {}) as Record<string, string>, token, headers);
  if (routes.get(operationId)!.requestBody?.content[XLSX]) return sendBack(address, url, { ...headers, ...own });
  if (method === 'put') return server.put(url, body, token!, headers);
  return server.post(url, JSON.stringify(body ?? {}).padEnd(padTo ?? 0), token, headers);
};
type AnyExample = Omit<Example, 'answer'> & Pick<ProblemExample, 'padTo'>;

const MADE_ANEW = new Set([
  ...['on', 'saved', 'checkedAt', 'created', 'ended', 'secret', 'label', 'sha256', 'bytes', 'publishedOn', 'position'],
  ...['nextCursor', 'recordedAt', 'commandId', 'correlationId', 'id', 'account', 'askedAt', 'keptUntil', 'knownAt'],
  ...['knownThen', 'log', 'lag'],
]);
/** Instants, accounts and tokens. */
const DIFFERS = /^(\d{4}-\d{2}-\d{2}T[\d:.]+Z|account-[0-9a-f]{16}|ft_[\w-]{32})$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Rights are those of the day on which they are asked for; elsewhere `at` is a pointer. */
const isToday = (key: string, v: unknown): boolean => key === 'at' && /^\d{4}-\d{2}-\d{2}$/.test(String(v));

/** Without the values that differ from server to server: positions, instants, generated ids and accounts. */
const lasting = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, v: unknown) =>
    (MADE_ANEW.has(key) && (key !== 'id' || UUID.test(String(v)))) || isToday(key, v) || DIFFERS.test(String(v))
      ? '…'
      : typeof v === 'string'
        ? atAnyPosition(v)
        : v,
  );
/** An address without the position that it is kept to. */
const atAnyPosition = (text: string): string => text.replaceAll(/\b(known(?:At|Then))=\d+/g, '$1=…');

/** `answer` with its lists as long as those of `example`. */
const cutLike = (example: unknown, answer: unknown): unknown => {
  const cut = { ...(answer as Record<string, unknown[]>) };
  for (const list of ['items', 'rows'])
    if (cut[list]) cut[list] = cut[list].slice(0, (example as typeof cut)[list]!.length);
  return cut;
};

/** Expects an answer to equal its example; a text's example is some of its lines, a list's its first entries. */
function expectLike(example: unknown, answer: unknown): void {
  if (typeof example !== 'string') return expect(lasting(cutLike(example, answer))).toEqual(lasting(example));
  const isJson = /^[^ -\uffff]*\{/.test(example);
  const partsIn = isJson ? jsonTextsIn : linesOf;
  const [some, all] = [partsIn(example), partsIn(answer as string)];
  const comparable = (part: string) => (isJson ? JSON.stringify(lasting(JSON.parse(part))) : atAnyPosition(part));
  expect(some.length).toBeGreaterThan(0); // of an empty list its head
  expect(all.map(comparable)).toEqual(expect.arrayContaining(some.map(comparable)));
}

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(structuredClone(document) as never)).toEqual({ valid: true });
  });

  it('would not be valid without the description of an answer', async () => {
    const broken = structuredClone(document) as { components: { responses: Record<string, { description?: string }> } };
    delete broken.components.responses['400']!.description;
    expect((await new Validator().validate(broken as never)).valid).toBe(false);
  });

  it('says null the way of JSON Schema 2020-12, and refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('"nullable"');
    const targets = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]*)"/g)].map(([, kind, name]) => [
      kind,
      name,
    ]);
    expect(targets.length).toBeGreaterThan(100);
    for (const [kind, name] of targets) expect(document.components[kind as 'schemas']).toHaveProperty([name!]);
  });

  it('has every route of the API, and no other', () => {
    const served = servedBy(server)
      .filter((route) => /^(get|post|put|patch|delete) \/(v1|health|metrics)(\/|$)/.test(route))
      .sort();
    const described = [...routes.values()].map(({ method, path }) => `${method} ${path}`).sort();
    expect(described).toEqual(served);
  });

  it('names every operation by a verb, once, in a line, under one known tag', () => {
    const tags = document.tags.map(({ name }) => name);
    expect(routes.size).toBe(Object.values(document.paths).flatMap((item) => Object.keys(item)).length);
    for (const { operationId, summary, tags: own } of routes.values()) {
      expect(operationId).toMatch(/^[a-z]+([A-Z][A-Za-z]*)?$/);
      expect(summary).toMatch(/^[A-Z][^\n]{5,100}$/);
      expect([operationId, own.length, tags]).toEqual([operationId, 1, expect.arrayContaining([...own])]);
    }
  });

  it('says of every operation what it answers, how it refuses, and shows an example of each', () => {
    for (const route of routes.values()) {
      const { operationId, method, path, requestBody, responses, security, 'x-rights': rights } = route;
      const [status, success] = Object.entries(responses)[0]!;
      expect([operationId, status]).toEqual([operationId, expect.stringMatching(/^20[012]$/)]);
      const shown = Object.entries(success.content!).filter(
        ([type, { schema }]) => type !== 'text/event-stream' && (schema as { format?: string }).format !== 'binary',
      );
      for (const [type, media] of shown)
        expect([operationId, type, media]).toEqual([
          operationId,
          type,
          { schema: expect.any(Object), example: expect.anything() },
        ]);
      if (requestBody) expect(bodyOf(requestBody).example).toBeDefined();
      if (!path.startsWith('/v1/')) continue;
      const onSomething = path.includes('{');
      const expected = rights && method !== 'get' ? [400, 401, 403, 406, 413, 415, 422, 503] : [400, 401, 406, 503];
      if (onSomething) expected.push(404, ...(method !== 'get' ? [412] : []));
      const refusals = Object.keys(responses).filter((code) => code >= '400');
      expect([operationId, refusals]).toEqual([operationId, expect.arrayContaining(expected.map(String))]);
      expect([operationId, security]).toEqual([operationId, rights ? [{ bearer: [] }] : []]);
    }
  });

  it('asks for a token for reading, where reading is not public', async () => {
    const closedServer = await TestServer.start([], { PUBLIC_READING: 'false' });
    const { paths } = (await closedServer.get('/openapi.json')).body as OpenApi;
    await closedServer.close();
    expect(paths['/v1/commitments']!['get']!.security).toEqual([{ bearer: [] }]);
    expect(document.paths['/v1/commitments']!['get']!.security).toEqual([]);
  });
});

describe('the examples', () => {
  it('are one for each operation, as the document shows them', () => {
    expect(Object.keys(OPERATION_EXAMPLES).sort()).toEqual([...routes.keys()].sort());
    for (const [operationId, { path = {}, query = {}, body, answer, csv }] of Object.entries(OPERATION_EXAMPLES)) {
      const route = routes.get(operationId)!;
      const { parameters, requestBody, responses } = route;
      const shown = parameters
        .filter(({ example }) => example !== undefined)
        .map(({ name, example }) => [name, String(example)]);
      expect([operationId, Object.fromEntries(shown)]).toEqual([operationId, { ...path, ...query }]);
      expect(requestBody && bodyOf(requestBody).example).toEqual(body);
      const isGiven = (example: unknown): boolean => example !== undefined;
      const contents = Object.values(Object.values(responses)[0]!.content!);
      const examples = contents.map(({ example }) => example).filter(isGiven);
      const given = [answer, csv].filter(isGiven);
      // Other formats of a list are made of its answer; they are compared with the answers in them.
      const isList = formatsOf(route).length > 0;
      expect([operationId, examples]).toEqual([operationId, isList ? expect.arrayContaining(given) : given]);
    }
  });

  it('are accepted, and answered as they say, one after the other on a fresh server', async () => {
    for (const [operationId, example] of Object.entries(OPERATION_EXAMPLES)) {
      const route = routes.get(operationId)!;
      const { requestBody, responses } = route;
      if (requestBody)
        expect([operationId, validators.faults(bodyOf(requestBody).schema, example.body)]).toEqual([operationId, []]);
      if (example.kept) {
        const { schema } = answerOf(operationId, Number(Object.keys(responses)[0]), 'application/json');
        expect([operationId, validators.faults(schema, example.answer)]).toEqual([operationId, []]);
        continue;
      }
      for (const step of example.before ?? [])
        expect([step.operation, (await expectAnswered(step.operation, step)).status < 300]).toEqual([
          step.operation,
          true,
        ]);
      const answer = await expectAnswered(operationId, example);
      expect([operationId, answer.status, answer.body]).toEqual([
        operationId,
        Number(Object.keys(responses)[0]),
        expect.anything(),
      ]);
      if (example.answer !== undefined) expectLike(example.answer, answer.body);
      const promised = Object.keys(Object.values(responses)[0]!.headers ?? {});
      for (const header of promised)
        expect([operationId, header, answer.headers.has(header)]).toEqual([operationId, header, true]);
      const types = new Set<string>();
      for (const format of new Set([...formatsOf(route), ...(example.csv === undefined ? [] : ['csv'])])) {
        const written = await expectAnswered(operationId, { ...example, query: { ...example.query, format } });
        const { example: shown } = answerOf(operationId, 200, typeOf(written));
        // A file has none, and an empty one stands for an answer that is no list.
        if (shown) expectLike(shown, written.body);
        types.add(typeOf(written));
      }
      if (formatsOf(route).length > 0)
        expect([operationId, types]).toEqual([
          operationId,
          new Set(Object.keys(Object.values(responses)[0]!.content!)),
        ]);
    }
  });

  it('would be found out when they say something else', () => {
    const { answer } = OPERATION_EXAMPLES['progressPerAgency']!;
    expect(() => expectLike({ ...(answer as object), asOf: '2006-11-22' }, answer)).toThrow();
    expect(() => expectLike('{"position":"1"}\n{"stream":"x"}\n', '{"position":"2"}\n{"stream":"y"}\n')).toThrow();
    const { schema } = answerOf('progressPerAgency', 200, 'application/json');
    expect(validators.faults(schema, answer)).toEqual([]);
    expect(validators.faults(schema, { ...(answer as object), colour: 'red' })).toHaveLength(1);
    expect(validators.faults(schema, { ...(answer as object), total: null })).not.toEqual([]);
  });

  it('of refusals are refused as they say', async () => {
    for (const [status, { operation, ...example }] of Object.entries(PROBLEM_EXAMPLES)) {
      const answer = await expectAnswered(operation, example);
      expect([answer.status, typeOf(answer)]).toEqual([Number(status), 'application/problem+json']);
      expect(answer.body).toEqual(example.answer);
      expect(answerOf(operation, answer.status, typeOf(answer)).example).toEqual(example.answer);
    }
  });
});

// The server of a spec compares each of its answers with the document.
describe('every answer is as the document says', () => {
  /** The codes of the entries of a list: of the first, and of every `nth` after it. */
  const codesIn = async (list: string, nth: number) =>
    ((await server.get(`/v1/${list}`)).body.items as { reference?: string; code?: string; id?: string }[])
      .filter((_, i) => i % nth === 0)
      .map(({ reference, code, id }) => encodeURIComponent(reference ?? code ?? id!));

  it('for commitments at several dates, whether they exist by then or not', async () => {
    const references = await codesIn('commitments?limit=1000&life=any', 20);
    expect(references.length).toBeGreaterThanOrEqual(25);
    const statuses = new Set<number>();
    for (const reference of references)
      for (const asked of ['?asOf=2006-11-21', '?asOf=2012-11-02', '/history?asOf=2006-11-21'])
        statuses.add((await server.get(`/v1/commitments/${reference}${asked}`)).status);
    expect(statuses).toEqual(new Set([200, 404]));
  });

  it.each(['agencies', 'themes'])('for %s, with commitments and without', async (list) => {
    const rows = new Set<boolean>();
    for (const code of await codesIn(list, 4))
      rows.add((await server.get(`/v1/progress/${list}/${code}?asOf=2011-02-17`)).body.row === null);
    expect(rows.size).toBe(2);
  });

  it.each([
    ...['agencies?role=lead&followsUp=HLD-2006', 'agencies?asOf=1999-01-01', 'themes?framework=NONE'],
    ...['themes?crosswalk=HLD06-HLD13&match=related', 'themes?crosswalk=HLD06-HLD13&asOf=1999-01-01'],
    'themes/HLD13-2?crosswalk=HLD06-HLD13',
  ])('for the progress of %s', async (asked) =>
    expect([200, 404]).toContain((await server.get(`/v1/progress/${asked}`)).status),
  );

  it.each(['agencies', 'frameworks', 'themes', 'crosswalks', 'forums', 'outcomes', 'documents'])(
    'for entries of %s, and their history',
    async (list) => {
      for (const code of await codesIn(list, 8))
        for (const part of ['', '/history'])
          expect([code, (await server.get(`/v1/${list}/${code}${part}`)).status]).toEqual([code, 200]);
    },
  );
});

describe('the documentation page', () => {
  it('introduces the API and hinders nobody, in light and in dark, narrow and wide', async () => {
    const reader = await Reader.of(server);
    try {
      await reader.on(
        '/docs',
        async (page) => {
          for (const title of ['Authentication', 'Three clocks', 'Acts', 'Errors', 'Lists', 'Batches', 'Trying again'])
            await page.getByRole('heading', { name: title, exact: true }).first().waitFor();
          const home = page.getByRole('link', { name: 'Followthrough', exact: true }).first();
          expect(await home.getAttribute('href')).toBe('/');
          await page.getByText('Record a commitment with its first stage').first().waitFor({ state: 'attached' });
          // Operations are drawn when they are scrolled to; cards of answers alike stand below each other then.
          const cards = page.locator('.response-card');
          for (let screens = 0; screens < 40 && (await cards.count()) < 3; screens++) {
            await page.mouse.wheel(0, 1_500);
            await page.waitForTimeout(200);
          }
          expect(await cards.count()).toBeGreaterThanOrEqual(3);
          for (const [width, colorScheme] of [
            [1280, 'light'],
            [390, 'dark'],
            ...(deep
              ? ([
                  [1280, 'dark'],
                  [390, 'light'],
                ] as const)
              : []),
          ] as const) {
            await page.setViewportSize({ width, height: 900 });
            await page.emulateMedia({ colorScheme });
            expect([width, colorScheme, await wrongFor(page)]).toEqual([width, colorScheme, []]);
          }
          const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
          expect(new Set(loaded.map((address) => new URL(address).origin))).toEqual(new Set([server.url]));
        },
        { bypassCSP: true },
      );
      expect(reader.complaints).toEqual([]);
    } finally {
      await reader.close();
    }
  });

  it('has its heading before the reference is drawn, and without scripts', async () => {
    const { body } = await server.get('/docs');
    expect(body).toContain('<h1>The API of Followthrough</h1>');
  });
});
