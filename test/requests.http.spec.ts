/** HTTP as clients expect it: methods, addresses, formats, compression, other sites, validators. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ModulesContainer, type ApplicationConfig } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import zlib, { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { bearer, done } from './support/asking.js';
import { commitment } from './support/commitment.js';
import type { OpenApi, Operation } from './support/openapi.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD], { CORS_ORIGINS: '*' });
let [secretariat, iom] = ['', ''];
/** The path of every GET of the document, with the query of its example. */
let reads: string[];

beforeAll(async () => {
  [secretariat, iom] = [server.token(null), server.token('IOM')];
  const { paths } = (await server.get('/openapi.json')).body as OpenApi;
  reads = Object.entries(paths).flatMap(([path, { get }]) => {
    if (!get) return [];
    const query = new URLSearchParams();
    let address = path;
    for (const { name, in: where, example } of get.parameters)
      if (example === undefined) continue;
      else if (where === 'path') address = address.replace(`{${name}}`, encodeURIComponent(String(example)));
      else query.set(name!, String(example));
    return query.size > 0 ? `${address}?${query}` : address;
  });
  // The example of some rests on acts that were done before.
  const statuses = await Promise.all(reads.map(async (path) => (await server.get(path)).status));
  reads = reads.filter((_, i) => statuses[i] === 200);
});

interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request as it goes over the wire: nothing is followed, decompressed or added. */
const raw = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const sent = request(server.url + path, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject).end(body);
  });

const problemIn = ({ status, body, headers }: Raw) => {
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const { code, detail } = JSON.parse(body.toString()) as { code: string; detail: string };
  return { problem: `${status} ${code}`, detail };
};

describe('A path that is known', () => {
  const PATHS = [
    ['/v1/agencies', 'GET, HEAD, OPTIONS, POST'],
    ['/v1/agencies/IOM', 'GET, HEAD, OPTIONS'],
    ['/v1/commitments/IOM-2006-01/stage', 'OPTIONS, POST'],
    ['/agencies/IOM', 'GET, HEAD, OPTIONS'],
    ['/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/health/live', 'GET, HEAD, OPTIONS'],
  ] as const;

  it.each(PATHS)('%s answers another method with 405 and what it takes', async (path, methods) => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      const answer = await raw(method, path);
      expect([method, answer.headers.allow]).toEqual([method, methods]);
      expect(problemIn(answer)).toEqual({
        problem: '405 method_not_allowed',
        detail: `There is no ${method} at ${path}, which takes ${methods}.`,
      });
    }
  });

  it.each(PATHS)('%s answers OPTIONS with what it takes', async (path, methods) => {
    const { status, headers, body } = await raw('OPTIONS', path);
    expect([status, headers.allow, body.length]).toEqual([204, methods, 0]);
  });

  it('is led to without the slash at its end, with its query, method and body', async () => {
    for (const [path, to] of [
      ['/v1/agencies/?limit=1', '/v1/agencies?limit=1'],
      ['/v1/agencies/IOM/', '/v1/agencies/IOM'],
      ['/v1/documents/A%2FRES%2F58%2F208/', '/v1/documents/A%2FRES%2F58%2F208'],
      ['/agencies/IOM//', '/agencies/IOM'],
      ['/agencies/?utm_source=mail&fbclid=x', '/agencies?utm_source=mail&fbclid=x'],
      ['/docs/', '/docs'],
    ] as const)
      expect([path, await raw('GET', path)]).toMatchObject([path, { status: 308, headers: { location: to } }]);
    const followed = await server.post('/v1/commitments/', commitment(), iom);
    expect(followed.status).toBe(201);
  });

  it('is known only as a whole', async () => {
    for (const path of ['/nothing', '/nothing/', '//evil.example/', '/v1/commitments//stage', '/v1/agencies/IOM/x'])
      for (const method of ['GET', 'PUT', 'OPTIONS'])
        expect([method, path, problemIn(await raw(method, path)).problem]).toEqual([method, path, '404 not_found']);
  });
});

describe('A parameter that there is not', () => {
  it('is passed over by pages, which mail and social media add to, and refused by the API', async () => {
    for (const more of ['utm_source=x&utm_medium=y', 'fbclid=1', 'anything=at%20all']) {
      const { status, body } = await server.get(`/agencies?asOf=2012-11-02&${more}`, { accept: 'text/html' });
      expect([status, /utm_|fbclid|anything/.test(body)]).toEqual([200, false]);
      expect((await server.get(`/v1/agencies?asOf=2012-11-02&${more}`)).status).toBe(400);
    }
  });
});

describe('Accept', () => {
  it('is refused on every route where it fits nothing, and no act is done', async () => {
    expect(reads.length).toBeGreaterThan(30);
    for (const path of reads.filter((one) => !one.includes('format=')))
      expect([path, problemIn(await raw('GET', path, { accept: 'image/avif, video/mp4;q=0.9' })).problem]).toEqual([
        path,
        '406 not_acceptable',
      ]);
    const before = (await server.get('/v1/commitments')).body.position;
    const headers = { accept: 'text/turtle', authorization: `Bearer ${iom}`, 'content-type': 'application/json' };
    const answer = await raw('POST', '/v1/commitments', headers, JSON.stringify(commitment()));
    expect(problemIn(answer)).toEqual({
      problem: '406 not_acceptable',
      detail: 'This is answered as application/json, not as text/turtle.',
    });
    expect((await server.get('/v1/commitments')).body.position).toBe(before);
    expect((await raw('GET', '/agencies', { accept: 'application/json' })).status).toBe(406);
  });

  it('is met where it can be, by a format that is named in any case', async () => {
    for (const path of reads)
      for (const accept of ['*/*', 'application/*, text/*', 'text/html,application/xhtml+xml,*/*;q=0.8'])
        expect([path, (await raw('GET', path, { accept })).status]).toEqual([path, 200]);
    expect((await raw('GET', '/v1/agencies', { accept: 'text/turtle, text/csv;q=0.1' })).headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
    });
    expect((await raw('GET', '/v1/agencies?format=csv', { accept: 'text/turtle' })).status).toBe(200);
    expect((await raw('GET', '/v1/agencies/IOM', { accept: 'text/csv' })).status).toBe(406);
  });

  it('asks for a page where it names HTML and takes it, also at an address that cannot be read', async () => {
    const [page, problem] = ['text/html; charset=utf-8', 'application/problem+json; charset=utf-8'];
    for (const path of ['/nothing', '/agencies/%zz'])
      for (const [accept, type] of [
        ['text/html', page],
        ['application/json, text/html;level=1;q=0.1', page],
        ['text/html;q=0, */*', problem],
        ['*/*', problem],
      ] as const) {
        const { headers } = await raw('GET', path, { accept });
        expect([path, accept, headers['content-type']]).toEqual([path, accept, type]);
      }
  });
});

describe('A body', () => {
  it('that is not plain UTF-8 is refused by what it says it is', async () => {
    const send = (headers: Record<string, string>) =>
      raw('POST', '/v1/commitments', { authorization: `Bearer ${iom}`, ...headers }, JSON.stringify(commitment()));
    for (const charset of ['iso-8859-1', 'utf-16', 'windows-1252', '"latin1"'])
      expect(problemIn(await send({ 'content-type': `application/json; charset=${charset}` })).problem).toBe(
        '415 unsupported_media_type',
      );
    for (const coding of ['gzip', 'br', 'x'])
      expect(problemIn(await send({ 'content-type': 'application/json', 'content-encoding': coding })).problem).toBe(
        '415 unsupported_media_type',
      );
    for (const type of ['application/json', 'application/json;charset=UTF-8', 'application/json; charset="utf-8"'])
      expect((await send({ 'content-type': type, 'content-encoding': 'identity' })).status).toBe(201);
  });
});

describe('Compression', () => {
  it('gives the same bytes for less', async () => {
    const { paths } = (await server.get('/openapi.json')).body as OpenApi;
    const written = Object.entries(paths['/v1/commitments']!['get']!.responses['200']!.content!);
    const texts = written.flatMap(([type, { schema }]) => (schema.format === 'binary' ? [] : type));
    expect(texts.length).toBeGreaterThan(2);
    for (const [path, accept] of [['/agencies', 'text/html'], ...texts.map((type) => ['/v1/commitments', type])]) {
      const answer = (coding?: string) =>
        raw('GET', path!, { accept: accept!, ...(coding && { 'accept-encoding': coding }) });
      const [plain, gzip, br] = [await answer(), await answer('gzip'), await answer('gzip;q=0.5, br')];
      const codings = [plain, gzip, br].map(({ headers }) => headers['content-encoding']);
      expect(codings).toEqual([undefined, 'gzip', 'br']);
      expect([gunzipSync(gzip.body), brotliDecompressSync(br.body)]).toEqual([plain.body, plain.body]);
      expect(gzip.body.length).toBeLessThan(plain.body.length / 4);
      expect(gzip.headers.vary).toMatch(/accept-encoding/i);
      expect(gzip.headers.etag).toBe(plain.headers.etag);
    }
  });

  it('of the documentation is done once, however often it is asked for; of what changes anew, as it is sent (the control)', async () => {
    const once = [jest.spyOn(zlib, 'gzip'), jest.spyOn(zlib, 'brotliCompress')];
    const gzipped = (path: string) => raw('GET', path, { 'accept-encoding': 'gzip' });
    const paths = ['/openapi.json', '/docs/scalar.js', '/docs'];
    for (const path of paths) {
      const plain = (await raw('GET', path)).body;
      for (let n = 0; n < 3; n++) {
        const { headers, body } = await gzipped(path);
        expect([path, headers['content-encoding'], headers.vary]).toEqual([path, 'gzip', 'Accept-Encoding']);
        expect(body.equals(zlib.gzipSync(plain))).toBe(true);
        const br = await raw('GET', path, { 'accept-encoding': 'gzip;q=0.5, br' });
        expect([br.headers['content-encoding'], brotliDecompressSync(br.body).equals(plain)]).toEqual(['br', true]);
      }
    }
    const times = () => once.map(({ mock }) => mock.calls.length);
    const before = times();
    for (const n of before) expect([n > 0, n <= paths.length]).toEqual([true, true]);
    const changing = await raw('GET', '/v1/agencies');
    expect((await gzipped('/v1/agencies')).body.equals(zlib.gzipSync(changing.body))).toBe(false);
    expect(times()).toEqual(before);
    jest.restoreAllMocks();
  });

  it('holds back nothing of a download, and nothing of a feed that follows', async () => {
    const firstOf = (path: string, headers: Record<string, string>) =>
      new Promise<{ text: string; coding?: string }>((resolve, reject) => {
        const sent = request(server.url + path, { headers: { 'accept-encoding': 'gzip, br;q=0.1', ...headers } });
        sent.on('error', reject).end();
        sent.on('response', (answer) => {
          const coding = answer.headers['content-encoding'];
          const read = coding === 'gzip' ? answer.pipe(createGunzip()) : answer;
          read.on('error', () => undefined);
          read.once('data', (chunk: Buffer) => {
            resolve({ text: chunk.toString(), coding });
            sent.destroy();
          });
        });
      });
    const [last] = (await server.get('/v1/changes')).body.trim().split('\n').slice(-2);
    const after = (JSON.parse(last as string) as { position: string }).position;
    for (const [path, headers] of [
      [`/v1/changes?follow=true&after=${after}`, {}],
      [`/v1/changes?after=${after}`, { accept: 'text/event-stream' }],
    ] as const) {
      const first = await firstOf(path, headers);
      expect([path, first.coding]).toEqual([path, undefined]);
      expect(first.text).toContain('"position"');
    }
    const download = await firstOf('/v1/commitments?format=ndjson', {});
    expect([download.coding, download.text.startsWith('{"reference"')]).toEqual(['gzip', true]);
  });
});

describe('A page of another site', () => {
  const origin = 'https://notebook.example.org';
  const preflight = {
    ...{ origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' },
  };

  it('may read the API, also what is refused, and nothing else', async () => {
    for (const path of [...reads.filter((path) => path.startsWith('/v1/')), '/openapi.json', '/v1/agencies/NOBODY'])
      expect([path, (await raw('GET', path, { origin })).headers['access-control-allow-origin']]).toEqual([path, '*']);
    const { status, headers } = await raw('OPTIONS', '/v1/agencies', preflight);
    expect([status, headers]).toMatchObject([
      204,
      { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': /If-None-Match/ },
    ]);
    expect((await raw('GET', '/agencies', { origin })).headers).not.toHaveProperty('access-control-allow-origin');
    const act = { origin, authorization: `Bearer ${iom}`, 'content-type': 'application/json' };
    expect((await raw('POST', '/v1/commitments', act, '{}')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('learns why it is refused, also before there is a route, and what an answer depends on', async () => {
    const CORS_ORIGINS = `https://other.example.org, ${origin}`;
    const other = await TestServer.start([], { CORS_ORIGINS, RATE_LIMIT: '8' });
    const named = async (path: string, method = 'GET', from = origin) => {
      const asked = { method, headers: { origin: from }, redirect: 'manual' } as const;
      const { status, headers } = await fetch(other.url + path, asked);
      const varies = (headers.get('vary') ?? '').split(', ').includes('Origin');
      return [status, headers.get('access-control-allow-origin'), varies];
    };
    for (const path of ['/v1/agencies', '/v1/open/catalogue']) expect(await named(path)).toEqual([200, origin, true]);
    expect(await named('/v1/agencies', 'GET', 'https://third.example.org')).toEqual([200, null, true]);
    expect(await named('/v1/agencies/')).toEqual([308, origin, true]);
    expect(await named('/v1/nothing')).toEqual([404, origin, true]);
    expect(await named('/v1/agencies/NOBODY', 'PUT')).toEqual([405, origin, true]);
    const plain = await fetch(`${other.url}/v1/agencies`, { method: 'OPTIONS', headers: { origin } });
    expect([plain.status, plain.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    for (let asked = 0; asked < 4; asked++) await named('/v1/agencies');
    expect(await named('/v1/agencies')).toEqual([429, origin, true]);
    await other.close();
  });

  it('may not where it is not named', async () => {
    const allowed = async (env: NodeJS.ProcessEnv) => {
      const other = await TestServer.start([], env);
      const { headers } = await other.get('/v1/agencies', { origin });
      await other.close();
      return headers.get('access-control-allow-origin');
    };
    expect(await allowed({})).toBeNull();
    expect(await allowed({ CORS_ORIGINS: 'https://other.example.org' })).toBeNull();
    expect(await allowed({ CORS_ORIGINS: `https://other.example.org, ${origin}` })).toBe(origin);
    expect(await allowed({ PUBLIC_READING: 'false', CORS_ORIGINS: origin })).toBe(origin);
    await expect(TestServer.start([], { CORS_ORIGINS: 'notebook.example.org' })).rejects.toThrow('CORS_ORIGINS takes');
  });
});

describe('A validator', () => {
  const validatorOf = async (path: string, headers = {}) => {
    const answer = await raw('GET', path, headers);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.headers.etag!;
  };
  const again = async (path: string, validator: string, headers = {}) =>
    (await raw('GET', path, { ...headers, 'if-none-match': validator })).status;

  it('is given with everything that is read, and answered 304 with nothing in it', async () => {
    const api = reads.filter((path) => path.startsWith('/v1/') && !path.startsWith('/v1/changes'));
    const paths = [...api, '/', '/openapi.json'];
    for (const path of paths) {
      const validator = await validatorOf(path);
      const { status, headers, body } = await raw('GET', path, { 'if-none-match': `"other", ${validator}` });
      expect([path, status, body.length, headers.etag]).toEqual([path, 304, 0, validator]);
      expect([path, (await raw('HEAD', path)).headers.etag]).toEqual([path, validator]);
      expect([path, await again(path, '"other"')]).toEqual([path, 200]);
    }
  });

  it('changes with the date, the format and the fields that are asked for', async () => {
    const views = ['', 'asOf=2010-01-01', 'format=csv', 'format=ndjson', 'fields=code'];
    const validators = await Promise.all(views.map((query) => validatorOf(`/v1/agencies?${query}`)));
    expect(new Set(validators).size).toBe(views.length);
    for (const query of views)
      for (const validator of validators)
        expect([query, validator, await again(`/v1/agencies?${query}`, validator)]).toEqual([
          query,
          validator,
          validator === validators[views.indexOf(query)] ? 304 : 200,
        ]);
  });

  it('of a commitment serves If-Match by its revision, and tells dates, callers and later acts apart', async () => {
    const recorded = await server.post('/v1/commitments', commitment({ target: { date: '2013' } }), iom);
    expect(recorded.headers.get('etag')).toBe('"0"');
    const path = `/v1/commitments/${recorded.body.reference}`;
    const [caller, past] = [bearer(iom), `${path}?asOf=2012-12-31`];
    const [now, mine, then] = [await validatorOf(path), await validatorOf(path, caller), await validatorOf(past)];
    for (const validator of [now, mine, then]) expect(validator).toMatch(/^W\/"0-[\w-]+"$/);
    expect(await again(path, '"0"')).toBe(200); // the revision alone does not settle the answer
    expect([await again(path, now), await again(path, mine), await again(path, then)]).toEqual([304, 200, 200]);
    expect(await again(path, mine, caller)).toBe(304);
    const report = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' };
    const reported = await server.post(`${path}/stage`, report, iom, { 'if-match': now });
    expect([reported.status, reported.headers.get('etag')]).toEqual([200, '"1"']);
    expect((await server.post(`${path}/stage`, report, iom, { 'if-match': then })).status).toBe(412);
    expect([await again(path, now), await again(past, then)]).toEqual([200, 200]);
  });

  it('of a view changes with every event, also where one is sent as it is read', async () => {
    const paths = ['/v1/progress/agencies', '/v1/progress/agencies?format=csv', '/v1/commitments?format=ndjson', '/'];
    const before = await Promise.all(paths.map((path) => validatorOf(path)));
    const { position } = (await server.post('/v1/commitments', commitment(), iom)).body;
    for (const [i, path] of paths.entries())
      expect([path, await again(path, before[i]!, { 'if-position-at-least': position })]).toEqual([path, 200]);
  });

  it('of an address that is kept to a position changes when words are erased, and it is not kept for long', async () => {
    const words = 'Told by somebody who has changed her mind';
    const { reference, position } = (await server.post('/v1/commitments', commitment({ title: words }), iom)).body;
    const at = `asOf=2012-12-31&knownAt=${position}`;
    const lists = ['fields=reference,title&limit=1000', 'format=csv', 'format=ndjson'];
    const own = [`/v1/commitments/${reference}`, `/v1/commitments/${reference}/history`, `/commitments/${reference}`];
    const paths = [...lists.map((more) => `/v1/commitments?${at}&${more}`), ...own.map((path) => `${path}?${at}`)];
    const reach = { 'if-position-at-least': position };
    const before = [];
    for (const path of paths) {
      const answer = await raw('GET', path, reach);
      expect([path, answer.status, answer.body.includes(words)]).toEqual([path, 200, true]);
      if (path.startsWith('/v1/'))
        expect([path, answer.headers['cache-control']]).toEqual([path, 'public, max-age=300, must-revalidate']);
      before.push(answer.headers.etag!);
    }
    const blank = { reason: 'She asked for it', fields: ['/title'] };
    const since = (await done(server.post(`/v1/commitments/${reference}/history/0/blank`, blank, secretariat)))
      .position;
    for (const [i, path] of paths.entries()) {
      const answer = await raw('GET', path, { 'if-none-match': before[i]!, 'if-position-at-least': since });
      expect([path, answer.status, answer.body.includes(words)]).toEqual([path, 200, false]);
    }
  });

  it('is for the caller alone where a token was sent, and asked for each time where no position is named', async () => {
    const kept = async (path: string, headers = {}) => (await raw('GET', path, headers)).headers['cache-control'];
    expect(await kept('/v1/agencies')).toBe('no-cache');
    expect(await kept('/v1/agencies?asOf=2012-11-02')).toBe('no-cache');
    expect(await kept('/v1/agencies?asOf=2012-11-02&knownAt=900', bearer(iom))).toBe('private, no-cache');
  });
});

/** The routes that write, with the address of their example. */
async function writing(takes: (operation: Operation) => boolean): Promise<(readonly [method: string, path: string])[]> {
  const { paths } = (await server.get('/openapi.json')).body as OpenApi;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      if (method === 'get' || !takes(operation)) return [];
      const address = operation.parameters
        .filter((one) => one.in === 'path')
        .reduce((to, { name, example = 'x' }) => to.replace(`{${name}}`, encodeURIComponent(example)), path);
      return [[method.toUpperCase(), address] as const];
    }),
  );
}

describe('A body without a byte', () => {
  it('is none, also where it is called JSON: a route that needs none goes on, any other names the missing fields', async () => {
    const authorization = `Bearer ${secretariat}`;
    const odd: unknown[] = [];
    const json = ({ requestBody }: Operation) => !requestBody || 'application/json' in requestBody.content;
    const routes = await writing(json);
    expect(routes.length).toBeGreaterThan(100);
    for (const [method, address] of routes) {
      const none = await raw(method, address, { authorization, 'content-length': '0' });
      const empty = await raw(method, address, {
        authorization,
        ...{ 'content-type': 'application/json', 'content-length': '0' },
      });
      const told = ({ status, body }: Raw) => `${status} ${body.toString()}`;
      if (told(none) !== told(empty)) odd.push([method, address, told(none), told(empty)]);
    }
    expect(odd).toEqual([]);
    const job = await raw('POST', '/v1/publishing/x/cancel', { authorization, 'content-type': 'application/json' }, '');
    expect(problemIn(job).problem).toBe('404 not_found');
  });

  it('negative control: one of blanks is no JSON, and says so', async () => {
    const headers = { authorization: `Bearer ${secretariat}`, 'content-type': 'application/json' };
    const { problem, detail } = problemIn(await raw('POST', '/v1/publishing/x/cancel', headers, ' '));
    expect([problem, detail]).toEqual([
      '400 bad_request',
      expect.stringMatching(/^The body is not well-formed JSON: /),
    ]);
  });
});

describe('A request that cannot be taken as it is', () => {
  const form = 'multipart/form-data; boundary=x';
  const part = (name: string, value: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"${name === 'file' ? '; filename="x"' : ''}\r\n\r\n${value}\r\n`;
  const whole = (...parts: readonly string[]) => `${parts.join('')}--x--\r\n`;
  const fields = Array.from({ length: 51 }, (_, i) => part(`f${i}`, 'a'));
  const mebibytes = (n: number) => 'x'.repeat(n * 1_048_576);
  const MEDIA_TYPE = /^The Content-Type is not one that is taken here: the API takes application\/json, /;

  it.each<[string, string, string, string | undefined, string, RegExp]>([
    [
      'JSON that is none',
      '/v1/commitments',
      'application/json',
      '{a}',
      '400 bad_request',
      /^The body is not well-formed JSON/,
    ],
    ['no type', '/v1/commitments', '', '{}', '415 unsupported_media_type', MEDIA_TYPE],
    ['a type that is none', '/v1/commitments', 'json', '{}', '415 unsupported_media_type', MEDIA_TYPE],
    ['another type', '/v1/commitments', 'text/xml', '<a/>', '415 unsupported_media_type', MEDIA_TYPE],
    ['a form', '/v1/commitments', 'application/x-www-form-urlencoded', 'a=b', '415 unsupported_media_type', MEDIA_TYPE],
    ['a form with a file', '/v1/commitments', form, whole(), '415 unsupported_media_type', MEDIA_TYPE],
    ['JSON for a file', '/v1/imports', 'application/json', '{}', '415 unsupported_media_type', MEDIA_TYPE],
    [
      'a large body',
      '/v1/commitments',
      'application/json',
      mebibytes(1),
      '413 too_large',
      /^The body is larger than is taken here\.$/,
    ],
    [
      'a large file',
      '/v1/imports',
      form,
      whole(part('file', mebibytes(17))),
      '413 too_large',
      /^The file is larger than/,
    ],
    ['many fields', '/v1/imports', form, whole(...fields), '413 too_large', /^The form has more than 50 fields/],
    [
      'a long field',
      '/v1/imports',
      form,
      whole(part('mapping', 'x'.repeat(70_000))),
      '413 too_large',
      /^The field mapping has/,
    ],
    [
      'a form that ends early',
      '/v1/imports',
      form,
      part('file', 'x'),
      '400 bad_request',
      /^The form is not well formed/,
    ],
  ])('is refused in our words: %s', async (_, path, type, body, problem, words) => {
    const headers = { authorization: `Bearer ${secretariat}`, ...(type && { 'content-type': type }) };
    expect(problemIn(await raw('POST', path, headers, body))).toEqual({
      problem,
      detail: expect.stringMatching(words),
    });
  });

  it('is refused so before there is a body, too: its address, what it expects, what another site asks', async () => {
    const told = async (method: string, path: string, headers = {}) => problemIn(await raw(method, path, headers));
    expect(await told('GET', `/v1/agencies/${'X'.repeat(401)}`)).toEqual({
      problem: '414 address_too_long',
      detail: 'A part of the address has more than 400 characters.',
    });
    expect((await told('GET', '/v1/agencies/%E9')).problem).toBe('400 bad_request');
    expect(await told('GET', '/v1/agencies', { expect: 'miracles' })).toEqual({
      problem: '417 expectation_failed',
      detail: 'Expect takes 100-continue alone, not miracles.',
    });
    expect((await raw('GET', '/v1/agencies', { expect: '100-continue' })).status).toBe(200); // control
    const preflight = await raw('OPTIONS', '/v1/agencies', { 'access-control-request-method': 'GET' });
    expect([preflight.status, preflight.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });
});

describe('A body that is no object', () => {
  it('is refused by every route that takes one, and nothing comes of it', async () => {
    const { position } = (await server.get('/v1/agencies?limit=1')).body as { position: string };
    const taking = await writing(({ requestBody }) => Boolean(requestBody?.content['application/json']));
    expect(taking.length).toBeGreaterThan(50);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${secretariat}` };
    const odd: unknown[] = [];
    for (const [method, address] of taking)
      for (const body of ['[]', '[{}]', '5', '"x"', 'null', 'true']) {
        const { status } = await raw(method, address, headers, body);
        if (status < 400 || status >= 500) odd.push([method, address, body, status]);
      }
    expect(odd).toEqual([]);
    expect((await server.get('/v1/agencies?limit=1')).body.position).toBe(position);
  });
});

describe('The list of steps in steps.ts', () => {
  const text = readFileSync('libs/platform/src/requests/steps.ts', 'utf8');
  /** The names in the list, by phase. */
  const listed = Map.groupBy(
    [...text.matchAll(/^ \* +\d+\. (\w+) (?:(\d) × )?`(\w+)`/gm)].flatMap(([, phase, times, name]) =>
      Array.from({ length: Number(times ?? 1) }, () => ({ phase: phase!, name: name! })),
    ),
    ({ phase }) => phase,
  );
  const namesOf = (phase: string) => (listed.get(phase) ?? []).map(({ name }) => name);

  it('has every hook in its place', () => {
    const fastify: FastifyInstance = server.app.getHttpAdapter().getInstance();
    const printed = fastify.printRoutes({ includeHooks: true, commonPrefix: false });
    const hooks = Map.groupBy(new Set(printed.match(/\w+\) \["[^\]]*\]/g)), (line) => line.split(')')[0]!);
    const inNest = ['guard', 'interceptor', 'pipe', 'filter'];
    expect([...hooks.keys(), ...inNest].sort()).toEqual([...listed.keys()].sort());
    for (const [phase, routes] of hooks) {
      const orders = routes.map((line) => [...line.matchAll(/(\w+)\(\)/g)].map(([, name]) => name!));
      orders.sort((a, b) => b.length - a.length);
      expect([phase, orders[0]]).toEqual([phase, namesOf(phase)]);
      for (const [i, order] of orders.entries()) {
        const left = [...order];
        for (const name of namesOf(phase)) if (name === left[0]) left.shift();
        expect([phase, i, left]).toEqual([phase, i, []]);
      }
    }
  });

  it('has every guard, interceptor, pipe and filter: those of all routes, then those of some', () => {
    const { config } = server.app as unknown as { config: ApplicationConfig };
    const places = [...server.app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
      [...controllers.values()].flatMap(({ metatype }) => [
        { of: metatype as object, args: {} },
        ...Object.entries(Object.getOwnPropertyDescriptors(metatype!.prototype as object)).map(([name, { value }]) => ({
          of: value as object,
          args: (Reflect.getMetadata('__routeArguments__', metatype!, name) ?? {}) as object,
        })),
      ]),
    );
    const marked = (mark: string) => places.flatMap(({ of }) => (Reflect.getMetadata(mark, of) ?? []) as object[]);
    const parameters = places.flatMap(({ args }) => Object.values(args) as { pipes: object[] }[]);
    const registered = {
      guard: [...config.getGlobalGuards(), ...marked('__guards__')],
      interceptor: [...config.getGlobalInterceptors(), ...marked('__interceptors__')],
      pipe: [...config.getGlobalPipes(), ...marked('__pipes__'), ...parameters.flatMap(({ pipes }) => pipes)],
      filter: [...config.getGlobalFilters(), ...marked('__exceptionFilters__')],
    };
    for (const [phase, all] of Object.entries(registered)) {
      const names = all.map((one) => (typeof one === 'function' ? (one as { name: string }) : one.constructor).name);
      // A plain object reads one parameter.
      expect([phase, ...new Set(names)].filter((name) => name !== 'Object')).toEqual([phase, ...namesOf(phase)]);
    }
  });
});
