/**
 * Requests made from the OpenAPI document, valid and hostile: nothing makes the server fail, nothing is written without right,
 * memory stays, others are answered meanwhile. `npm run abuse` sends ten times as many, by chance.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AccessStore } from '#access';
import type { Log } from '#eventsourcing';
import { LOG } from '#platform';
import { bearer } from './support/asking.js';
import { Hostile, type Sent } from './support/hostile.js';
import type { OpenApi } from './support/openapi.js';
import { seed } from './support/properties.js';
import { HLD, TestServer } from './support/server.js';

const REQUESTS = Number(process.env['ABUSE_REQUESTS'] ?? 10_000);
const AT_ONCE = 16;

let server: TestServer;
let hostile: Hostile;
let callers: readonly (string | null)[];
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  server = await TestServer.start([HLD]);
  const access = server.app.get(AccessStore);
  const revoked = await access.create('IOM', 'revoked');
  await access.revoke(revoked.id);
  const reader = await access.create('IOM', 'reads only', undefined, { scopes: ['read'] });
  callers = [null, 'ft_unknown', revoked.token, reader.token, server.token('IOM'), server.token('IOM')];
  hostile = new Hostile((await server.get('/openapi.json')).body as OpenApi, seed);
});
afterAll(async () => {
  agent.destroy();
  jest.restoreAllMocks();
  await server.close();
});

interface Got {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Sends a request, and reads as much of the answer as shows its kind. */
const send = ({ method, path, headers, body }: Sent): Promise<Got | 'not sent'> =>
  new Promise((resolve, reject) => {
    let sent;
    try {
      const length = body && { 'content-length': String(body.length) };
      sent = request(server.url, { agent, method, path, headers: { ...headers, ...length } });
    } catch {
      return resolve('not sent'); // Node's client refuses to write it
    }
    sent.on('error', (error: NodeJS.ErrnoException) =>
      // A body that is not waited for may be cut off before the answer is read.
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve('not sent') : reject(error),
    );
    sent.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (some: string) => {
        if (text.length < 20_000) text += some;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, type: answer.headers['content-type'] ?? '', body: text }),
      );
      answer.on('error', reject);
    });
    sent.end(body);
  });

/** Words that would tell of our insides. */
const INSIDES = /node_modules|\bat [\w.<>]+ \(|SQLITE_|SqliteError|\bfile:\/\/\/work|\.js:\d+:\d+/;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

describe(`${REQUESTS} requests by chance, SEED=${seed}`, () => {
  it('make no failure, write nothing without right, keep no memory, and hold up nobody', async () => {
    const store = server.app.get<Log>(LOG).store;
    const before = (await store.head())!;
    const statuses = new Map<number | string, number>();
    const faults: object[] = [];
    const memory: number[] = [];
    const others = server.token('ILO');
    let asked = 0;
    const cpu = process.cpuUsage();
    const ask = async (): Promise<void> => {
      while (asked < REQUESTS) {
        const nth = asked++;
        const one = hostile.next();
        const caller = hostile.one(callers);
        if (caller !== null) one.headers['authorization'] ??= `Bearer ${caller}`;
        const got = await send(one);
        const key = got === 'not sent' ? got : got.status;
        statuses.set(key, (statuses.get(key) ?? 0) + 1);
        if (got !== 'not sent') {
          const isProblem = got.status >= 400 && one.method !== 'HEAD';
          if (
            (got.status >= 500 && !(got.status === 503 && 'if-position-at-least' in one.headers)) ||
            (isProblem && !/^(application\/problem\+json|text\/html)/.test(got.type)) ||
            INSIDES.test(isProblem ? got.body : '')
          )
            faults.push({
              nth,
              ...one,
              body: one.body?.toString().slice(0, 500),
              got: { ...got, body: got.body.slice(0, 500) },
            });
        }
        if (nth % 500 === 0) {
          expect((await server.get('/v1/agencies?limit=1', bearer(others))).status).toBe(200);
          expect((await server.get('/health/live')).status).toBe(200);
        }
        if (nth === Math.floor(REQUESTS / 2)) memory.push(heap());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    memory.push(heap());
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(
      `SEED=${seed} ${REQUESTS} requests, ${Math.round((user + system) / 1e6)} s CPU: ${[...statuses].map(([status, n]) => `${status} ${n}`).join(', ')}\n`,
    );
    expect(faults.slice(0, 3)).toEqual([]);
    // Valid ones were among them, and were taken; else nothing would have been tried.
    expect(statuses.get(200)! + statuses.get(201)!).toBeGreaterThan(REQUESTS / 20);
    const written = await store.readAll(before, 100_000);
    const acts = written.filter(({ meta }) => meta.role !== 'focal_point' || meta.agency !== 'IOM');
    expect(acts.map(({ type, stream }) => `${type} ${stream}`)).toEqual([]);
    const registers = written.filter(({ type }) =>
      /^(agency|theme|framework|forum|outcome|crosswalk|publication)\./.test(type),
    );
    expect(registers.map(({ type, stream }) => `${type} ${stream}`)).toEqual([]);
    // The second half left no more than a cache grows.
    expect(memory[1]! - memory[0]!).toBeLessThan(40);
    expect({}).not.toHaveProperty('isAdmin');
  });
});

describe('Whoever may write', () => {
  it.each([
    ['/v1/accounts', { kind: 'person', name: 'Anna', email: '\ud800' }, '/email'],
    ['/v1/accounts', { kind: 'person', name: 'Anna', email: 'anna@a\udfff.example' }, '/email'],
    ['/v1/webhooks', { url: 'https://example.org/hook', filter: { type: null, agency: ['OIM'] } }, '/filter/agency'],
  ])('is told which field cannot be: %s %j', async (path, body, pointer) => {
    const answer = await server.post(path, body, server.token(null));
    expect([answer.status < 500, answer.body.errors[0].pointer]).toEqual([true, pointer]);
  });
});
