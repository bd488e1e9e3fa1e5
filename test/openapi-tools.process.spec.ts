/** The OpenAPI document in the hands of others: our client and one that a generator makes of it read every answer. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { OPERATION_EXAMPLES } from '../apps/api/src/openapi.js';
import { commitment } from './support/commitment.js';
import type { OpenApi } from './support/openapi.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD], { PUBLIC_URL: 'https://followthrough.example.org/' });
const folder = mkdtempSync(join(tmpdir(), 'followthrough-clients-'));
let document: OpenApi;

beforeAll(async () => {
  document = (await server.get('/openapi.json')).body as OpenApi;
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  write('openapi.json', document);
});

const write = (name: string, content: string | object): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

/** Runs a program of the packages beside the files. @returns its output, also when it ended with an error */
const run = (program: string, ...args: string[]): Promise<{ code: number; out: string }> =>
  promisify(execFile)(process.execPath, [resolve('node_modules', program), ...args], {
    cwd: folder,
    maxBuffer: 2 ** 26,
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout + stderr }),
  );

describe('the linters of `npm run check`', () => {
  it('find fault with an operation that does not say whether it is open, nor what it does, and with a wrong example', async () => {
    const { description: _said, security: _open, ...bare } = document.paths['/v1/agencies']!['get']!;
    const content = { 'application/json': { schema: { type: 'integer' }, example: 'seven' } };
    const get = { ...bare, parameters: [], responses: { 200: { description: 'All of them', content } } };
    write('broken.json', { ...document, paths: { '/v1/agencies': { get } }, components: {} });
    const linting = promisify(execFile)(process.execPath, ['scripts/lint-openapi.mjs', join(folder, 'broken.json')]);
    const { code, stderr } = await linting.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Redocly: error security-defined #\/paths/m);
    expect(stderr).toMatch(/^Redocly: \w+ no-invalid-media-type-examples #\/paths.*integer/m);
    expect(stderr).toMatch(/^Spectral: operation-description paths/m);
  });
});

const schemas = () => document.components.schemas;

describe('the names in the document', () => {
  it('are given to every closed list and every object', () => {
    const { paths } = document;
    const anonymous: string[] = [];
    const look = (value: unknown, at: string, named: boolean): void => {
      if (typeof value !== 'object' || value === null) return;
      const { enum: list, properties } = value as { enum?: unknown; properties?: object };
      if (!named && (Array.isArray(list) || (properties && typeof properties === 'object'))) anonymous.push(at);
      for (const [key, one] of Object.entries(value))
        if (key === 'example' || key === 'examples') continue;
        else if (key === 'properties' && one)
          for (const [name, field] of Object.entries(one as object)) look(field, `${at}/${name}`, false);
        else look(one, `${at}/${key}`, false);
    };
    for (const [name, schema] of Object.entries(schemas())) look(schema, name, true);
    look(paths, 'paths', false);
    expect(anonymous).toEqual([]);
    const names = Object.keys(schemas());
    for (const name of ['Stage', 'Role', 'Kind', 'Nature', 'Strength', 'Format', 'StageCounts', 'BatchAct'])
      expect(names).toContain(name);
  });

  it('choose between named types by anyOf, as no name is made of a oneOf in C#', () => {
    const chosen = Object.entries(schemas()).filter(([, schema]) => 'oneOf' in schema);
    expect(chosen.map(([name]) => name)).toEqual([]);
    expect(schemas()['BatchAct']).toMatchObject({ discriminator: { propertyName: 'act' } });
  });

  it('say what may be null by oneOf, and no other way', () => {
    const { BatchAct, ...others } = schemas();
    const text = JSON.stringify({ ...document, components: { schemas: others } });
    expect(text).not.toContain('"anyOf"');
    expect(JSON.stringify(BatchAct)).not.toContain('"null"');
    expect(text).toMatch(/"oneOf":\[\{"\$ref":"[^"]+"\},\{"type":"null"\}\]/);
  });
});

/** Every GET with the query of its example, that a fresh server answers in JSON. */
async function reads() {
  const all = Object.entries(document.paths).flatMap(([path, { get }]) => {
    if (!get) return [];
    const asked = (where: string) =>
      Object.fromEntries(
        get.parameters.flatMap((one) =>
          one.in === where && one.example !== undefined ? [[one.name!, one.example]] : [],
        ),
      );
    const type = Object.keys(get.responses['200']!.content!)[0]!;
    return { path, operationId: get.operationId, type, params: { path: asked('path'), query: asked('query') } };
  });
  const rests = new Set(Object.entries(OPERATION_EXAMPLES).flatMap(([name, { before }]) => (before ? [name] : [])));
  const answered = await Promise.all(
    all.map(async (read) => {
      const address = read.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(read.params.path[name])),
      );
      return (await server.get(address, { authorization: `Bearer ${server.token('IOM')}` })).status === 200;
    }),
  );
  return all.filter(({ operationId }, i) => answered[i] && !rests.has(operationId));
}

const ACT = { reportedOn: '2012-11-02', reason: 'It was a plan only' };

/** A program that reads everything with both clients, does some acts, and does not compile with an act that there is not. */
const program = (all: Awaited<ReturnType<typeof reads>>): string => `
import { followthrough, ok, ProblemError, type paths } from './client/index.js';
import { client } from './hey/client.gen.js';
import * as sdk from './hey/sdk.gen.js';
import type { BatchAct, Stage } from './hey/types.gen.js';

const [baseUrl, token] = [process.env['BASE_URL']!, process.env['TOKEN']!];
const headers = { Authorization: \`Bearer \${token}\` };
// A connection that fails now and then: an act is sent twice with one key, and done once.
const keys: (string | null)[] = [];
const flaky = async (request: Request): Promise<Response> => {
  if (request.method !== 'POST') return fetch(request);
  keys.push(request.headers.get('idempotency-key'));
  if (keys.length === 1) return fetch(request).then(() => Promise.reject(new Error('lost')));
  return keys.length === 2 ? new Response('', { status: 503, headers: { 'Retry-After': '0' } }) : fetch(request);
};
const { api, items, changes } = followthrough({ baseUrl, token, retryMs: 1, fetch: flaky });
client.setConfig({ baseUrl, auth: () => token });

type Json<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer A } } } } } ? A : never;
let read = 0;
const answerOf = <T>(answer: T | undefined, error: unknown, of: string): T => {
  if (answer === undefined || error) throw new Error(\`\${of}: \${JSON.stringify(error)}\`);
  read++;
  return answer;
};
${all
  .map(({ path, operationId, type, params }, i) => {
    const json = type === 'application/json';
    const text = json ? '' : `, parseAs: 'text'`;
    // A route without parameters takes none.
    const given = Object.fromEntries(Object.entries(params).filter(([, asked]) => Object.keys(asked).length > 0));
    const options = JSON.stringify(given);
    return `
const f${i} = await api.GET(${JSON.stringify(path)}, { params: ${options}${text}${path === '/v1/me' ? ', headers' : ''} });
const g${i}${json ? `: Json<${JSON.stringify(path)}>` : ''} = answerOf(f${i}.data${json ? '' : ' as string | undefined'}, f${i}.error, ${JSON.stringify(path)}); void g${i};
const h${i} = await sdk.${operationId}({ ...${options}${text} });
answerOf(h${i}.data, h${i}.error, ${JSON.stringify(operationId)});`;
  })
  .join('')}

const recorded = await api.POST('/v1/commitments', { body: ${JSON.stringify(commitment())}, headers });
const { reference, revision } = answerOf(recorded.data, recorded.error, 'record');
const gotten = await sdk.getCommitment({ path: { reference } });
const etag = gotten.response!.headers.get('etag')!;
const stage: Stage = answerOf(gotten.data, gotten.error, 'read').stage;
const report = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' } as const;
const reported = await sdk.reportStage({ path: { reference }, body: report, headers: { 'If-Match': etag } });
const headline: Stage = answerOf(reported.data, reported.error, 'report').stage;
const late = await api
  .POST('/v1/commitments/{reference}/stage', { params: { path: { reference }, header: { 'If-Match': etag } }, body: report })
  .then(() => null, (error: unknown) => (error instanceof ProblemError ? [error.status, error.code] : error));
const listed = new Set<string>();
for await (const item of items('/v1/commitments', { asOf: '2012-11-02', life: ['any'], limit: 100 })) listed.add(item.reference);
const { total } = ok(await api.GET('/v1/commitments', { params: { query: { asOf: '2012-11-02', life: ['any'] } } }));
// @ts-expect-error there is no such list
items('/v1/nothing');
let events = 0;
for await (const change of changes({ commitment: [reference] })) events += change.stream.endsWith(reference) ? 1 : 0;
const withdrawal: BatchAct = { act: 'withdraw', reference, body: ${JSON.stringify(ACT)} };
// @ts-expect-error the body of a stage is no withdrawal
const nonsense: BatchAct = { act: 'withdraw', reference, body: { ...report } };
void nonsense;
const batch = await sdk.doActs({ body: { acts: [withdrawal] } });
const { done } = answerOf(batch.data, batch.error, 'batch');
console.log(JSON.stringify({ read, revision, stage, headline, late, done, all: listed.size === total && total > 400, events, tries: keys.length - new Set(keys).size }));
`;

describe('our client, and one made by hey-api', () => {
  it('compile, read every answer and do acts', async () => {
    const all = await reads();
    expect(all.length).toBeGreaterThan(30);
    const made = await Promise.all([
      run('openapi-typescript/bin/cli.js', 'openapi.json', '-o', 'client/schema.d.ts'),
      run('@hey-api/openapi-ts/bin/run.js', '-i', 'openapi.json', '-o', 'hey', '--no-log-file'),
    ]);
    expect(made).toMatchObject([{ code: 0 }, { code: 0 }]);
    mkdirSync(join(folder, 'client'), { recursive: true });
    copyFileSync('clients/typescript/src/index.ts', join(folder, 'client/index.ts'));
    write('program.ts', program(all));
    write('package.json', { type: 'module' });
    write('tsconfig.json', {
      compilerOptions: {
        ...{ strict: true, skipLibCheck: true, target: 'es2023', module: 'nodenext', outDir: 'out', rootDir: '.' },
        ...{ types: ['node'], lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'] },
      },
      include: ['program.ts', 'hey', 'client'],
    });
    expect(await run('typescript-7/bin/tsc', '-p', '.')).toEqual({ code: 0, out: '' });
    const { stdout } = await promisify(execFile)(process.execPath, ['out/program.js'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', BASE_URL: server.url, TOKEN: server.token('IOM') },
    });
    expect(JSON.parse(stdout)).toEqual({
      read: all.length * 2 + 4,
      revision: 0,
      stage: 'planned',
      headline: 'in_progress',
      late: [412, 'wrong_revision'],
      done: 1,
      all: true,
      events: 2,
      tries: 2,
    });
    expect(readFileSync(join(folder, 'openapi.json'), 'utf8')).toContain('"url":"https://followthrough.example.org"');
  });
});
