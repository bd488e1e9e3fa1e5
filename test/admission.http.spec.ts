/** The limits of one client: before its body is read, in a minute, at once; and the end of answers that nobody reads. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { Projector } from '#eventsourcing';
import { LOG, WaitingRoom } from '#platform';
import { Matrix } from '#progress';
import { bearer } from './support/asking.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';
import { LIMIT_MS, waitUntil } from './support/waiting.js';

let server: TestServer;
let iom: string;
beforeAll(async () => {
  // Four answers at once of a client; an answer that is not read is cut after half a second.
  server = await TestServer.start([HLD], {
    ...{ CONCURRENCY: '16', SEND_TIMEOUT_MS: '500', TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  iom = server.token('IOM');
});
afterAll(() => server.close());

/** A connection, and its result. */
function open(text: string): { readonly socket: Socket; readonly said: () => string; readonly ended: () => boolean } {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let [said, ended] = ['', false];
  socket.on('data', (some: Buffer) => (said += some.toString())).on('error', () => {});
  socket.on('close', () => (ended = true));
  socket.write(text);
  return { socket, said: () => said, ended: () => ended };
}
const answered = async (text: string): Promise<string> => {
  const { socket, said, ended } = open(text);
  await waitUntil(() => ended() || said().includes('\r\n\r\n'));
  socket.destroy();
  return said();
};
const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers].join('\r\n') + '\r\n\r\n';
const statusIn = (said: string) => Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]);

describe('A body of somebody without a token', () => {
  const post = (path: string, length: number | 'chunked', ...headers: string[]) =>
    head(
      `POST ${path} HTTP/1.1`,
      'Content-Type: application/json',
      length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
      ...headers,
    );

  it('is not waited for: the answer comes when the headers are there', async () => {
    for (const [path, status] of [
      ['/v1/batches', 401],
      ['/v1/commitments', 401],
      ['/v1/agencies/IOM/blank', 404],
      ['/nothing', 404],
    ] as const)
      for (const length of [100, 4_000_000, 'chunked'] as const) {
        const said = await answered(post(path, length, 'Authorization: Bearer ft_unknown'));
        expect([path, length, statusIn(said)]).toEqual([path, length, status]);
        expect(said).toContain('content-type: application/problem+json');
        expect([length, /^connection: close/m.test(said)]).toEqual([length, length !== 100]);
      }
  });

  it('is not asked for where it is offered first', async () => {
    const offering = async (length: number, token: string) =>
      statusIn(await answered(post('/v1/batches', length, 'Expect: 100-continue', ...(token ? [token] : []))));
    for (const token of ['', 'Authorization: Bearer ft_unknown']) expect(await offering(4_000_000, token)).toBe(401);
    expect(await offering(4_000, `Authorization: Bearer ${iom}`)).toBe(100); // the control
  });

  it('negative control: that of somebody with a token is waited for', async () => {
    const { socket, said } = open(post('/v1/commitments', 2, `Authorization: Bearer ${iom}`));
    await server.get('/health/live');
    expect(said()).toBe('');
    socket.write('{}');
    await waitUntil(() => said() !== '');
    expect(statusIn(said())).toBe(400);
    socket.destroy();
  });

  it('is led nowhere else by an address with the name of another host', async () => {
    const led = await answered(head('GET http://evil.example/agencies/ HTTP/1.1', 'Connection: close'));
    expect([statusIn(led), /^location: (.*)\r$/m.exec(led)?.[1]]).toEqual([308, '/agencies']);
    for (const [path, status] of [
      ['', 200],
      ['/v1/nothing', 404],
    ] as const)
      expect(statusIn(await answered(head(`GET http://evil.example${path} HTTP/1.1`, 'Connection: close')))).toBe(
        status,
      );
  });

  it('is small where it is taken', async () => {
    const verify = (more: number) =>
      server.post('/v1/reports/verify', JSON.stringify({ sha256: 'a'.repeat(64) }) + ' '.repeat(more));
    expect((await verify(0)).status).toBe(200);
    expect((await verify(20_000)).status).toBe(413);
  });
});

describe('A request that is none', () => {
  it('is a problem that says so, and the connection ends', async () => {
    for (const [text, status, code] of [
      ['no request at all\r\n\r\n', 400, 'bad_request'],
      [head('GET / HTTP/1.1', `X: ${'x'.repeat(40_000)}`), 431, 'headers_too_large'],
      [head('GET / HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'), 400, 'bad_request'],
      [head('GET /v1/agencies HTTP/1.1', 'Host: y', 'Connection: close'), 400, 'bad_request'],
      ['GET /v1/agencies HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
      [head('GET /%ff HTTP/1.1', 'Connection: close'), 400, 'bad_request'],
    ] as const) {
      const { said, ended } = open(text);
      await waitUntil(ended);
      const [top, body] = said().split('\r\n\r\n') as [string, string];
      expect([text.slice(0, 20), statusIn(top)]).toEqual([text.slice(0, 20), status]);
      expect(top).toMatch(/^content-type: application\/problem\+json/im);
      expect(top).toMatch(/^connection: close/im);
      expect(JSON.parse(body.replace(/^[0-9a-f]+\r\n|\r\n0?$/g, ''))).toMatchObject({ status, code });
    }
  });
});

describe('The requests of a client in a minute', () => {
  const within = async (env: NodeJS.ProcessEnv, ask: (other: TestServer) => Promise<void>): Promise<void> => {
    const limits = { RATE_LIMIT: '3', TOKEN_RATE_LIMIT: '5', SIGN_IN_RATE_LIMIT: '2' };
    const other = await TestServer.start([], { ...limits, ...env });
    try {
      await ask(other);
    } finally {
      await other.close();
    }
  };
  const statuses = async (n: number, ask: () => Promise<Answer>): Promise<number[]> => {
    const given: number[] = [];
    for (let i = 0; i < n; i++) given.push((await ask()).status);
    return given;
  };

  it('are so many without a token, more with one, few with tokens that nobody gave; probes are not counted', () =>
    within({}, async (other) => {
      const token = other.token('IOM');
      expect(await statuses(3, () => other.get('/v1/agencies'))).toEqual([200, 200, 200]);
      const refused = await other.get('/v1/agencies');
      expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests', title: 'Too many requests' } });
      const { headers } = refused;
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
      expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual(['3', '0']);
      // Also of addresses that do not exist, and of other methods.
      expect((await other.get('/nothing')).status).toBe(429);
      expect((await other.post('/v1/agencies', {})).status).toBe(429);
      expect(await statuses(6, () => other.get('/v1/agencies', bearer(token)))).toEqual([200, 200, 200, 200, 200, 429]);
      expect(await statuses(3, () => other.get('/v1/agencies', bearer('wrong')))).toEqual([401, 401, 429]);
      expect(await statuses(9, () => other.get('/health/live'))).toEqual(Array(9).fill(200));
    }));

  it('are those of an address; of whom a proxy names, only where the proxy is trusted; of IPv6, of a /64', async () => {
    const seen = (other: TestServer, addresses: readonly string[]) => {
      const left = [...addresses];
      return statuses(left.length, () => other.get('/v1/agencies', { 'x-forwarded-for': left.shift()! }));
    };
    await within({}, async (other) => {
      expect(await seen(other, ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])).toEqual([200, 200, 200, 429]);
    });
    await within({ TRUSTED_PROXIES: '127.0.0.0/8', RATE_LIMIT: '1' }, async (other) => {
      expect(await seen(other, ['192.0.2.1', '192.0.2.2', '192.0.2.1'])).toEqual([200, 200, 429]);
      expect(await seen(other, ['2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:1::1'])).toEqual([200, 429, 200]);
      expect(await seen(other, ['::ffff:192.0.2.1', '192.0.2.9, 192.0.2.2'])).toEqual([429, 429]);
    });
    await expect(TestServer.start([], { TRUSTED_PROXIES: 'everybody' })).rejects.toThrow('TRUSTED_PROXIES takes');
  });
});

describe('Answers', () => {
  const waits = async () => `If-Position-At-Least: ${BigInt((await server.app.get(LOG).store.head())!) + 1n}`;
  afterEach(() => void jest.restoreAllMocks());
  /** Who waits for a position does so until the test lets it go on, however slow the machine is. */
  const reaching = () => {
    const projector = server.app.get(Projector);
    const reached = projector.reached.bind(projector);
    return jest.spyOn(projector, 'reached').mockImplementation((position) => reached(position, LIMIT_MS));
  };

  it('are so many at once for a client; the others of its wait, and are given; too many more are refused', async () => {
    const reached = reaching();
    const asked = head('GET /v1/agencies?limit=1 HTTP/1.1', await waits(), 'Connection: close');
    const asking = Array.from({ length: 1_100 }, () => open(asked));
    const refused = () => asking.filter(({ said }) => said() !== '');
    await waitUntil(() => refused().length >= 1_100 - 1_004);
    for (const { said } of refused()) {
      expect(statusIn(said())).toBe(429);
      expect(said()).toMatch(/^retry-after: 1\r/m);
    }
    const begun = () => reached.mock.calls.filter(([position]) => asked.includes(` ${position}\r`)).length;
    expect(begun()).toBe(4);
    // Somebody else is answered meanwhile, and lets them go on.
    expect((await server.post('/v1/commitments', commitment(), iom)).status).toBe(201);
    await waitUntil(() => asking.every(({ ended }) => ended()));
    expect(asking.filter(({ said }) => statusIn(said()) === 200)).toHaveLength(1_004);
    expect(begun()).toBe(1_004);
  });

  it('to clients who have hung up are not worked out, however they asked', async () => {
    const [reached, crossed] = [reaching(), jest.spyOn(server.app.get(Matrix), 'crossed')];
    const waiting = await waits();
    const holding = Array.from({ length: 4 }, () => open(head('GET /v1/agencies?limit=1 HTTP/1.1', waiting)));
    await waitUntil(() => reached.mock.calls.length >= 4);
    const asked = head('GET /v1/progress/matrix HTTP/1.1');
    const asking = [...Array.from({ length: 40 }, () => open(asked)), open(asked.repeat(20))];
    await server.get('/health/live');
    for (const { socket } of asking) socket.destroy();
    await server.get('/health/live');
    await server.post('/v1/commitments', commitment(), iom);
    await waitUntil(() => holding.every(({ said }) => statusIn(said()) === 200));
    for (const { socket } of holding) socket.destroy();
    expect((await server.get('/v1/agencies?limit=1')).status).toBe(200);
    expect(crossed).not.toHaveBeenCalled();
    // The control: a client that stays is answered.
    expect((await server.get('/v1/progress/matrix')).status).toBe(200);
    expect(crossed).toHaveBeenCalledTimes(1);
  });

  it('that nobody reads are cut', async () => {
    const served: Socket[] = [];
    const hear = (socket: Socket) => served.push(socket);
    server.app.getHttpServer().on('connection', hear);
    // Apart from the bytes that the network holds: a server that is asked for so much is left with some of it.
    const asking = Array.from({ length: 4 }, () => open(head('GET /v1/changes HTTP/1.1').repeat(20)));
    for (const { socket } of asking) socket.pause();
    await waitUntil(() => served.length === 4 && served.every(({ destroyed }) => destroyed));
    server.app.getHttpServer().off('connection', hear);
    for (const { socket } of asking) socket.destroy();
    expect((await server.get('/v1/agencies?limit=1')).status).toBe(200);
  });
});

describe('Newcomers in a flood', () => {
  afterEach(() => void jest.restoreAllMocks());
  const from = (address: string) => ['Connection: close', `X-Forwarded-For: ${address}`];
  const download = (address: string) => head('GET /v1/commitments?format=ndjson HTTP/1.1', ...from(address));
  const FLOOD = [
    ...Array.from({ length: 20 }, () => download('192.0.2.1')),
    ...Array.from({ length: 50 }, (_, i) => download(`198.51.100.${i}`)),
    ...Array.from({ length: 30 }, (_, i) => head('GET /v1/changes?follow=true HTTP/1.1', ...from(`203.0.113.${i}`))),
  ];

  /** How many of the flood had an answer begun, of all, when three newcomers had theirs, one after the other. */
  async function begunBefore(enter: jest.SpiedFunction<WaitingRoom['enter']>): Promise<number> {
    const flood = FLOOD.map(open);
    // Nobody reads more than the beginning.
    for (const { socket } of flood) socket.once('data', () => socket.pause());
    try {
      await waitUntil(() => enter.mock.calls.length >= FLOOD.length);
      for (const last of [1, 2, 3]) {
        const said = await answered(head('GET /v1/agencies?limit=1 HTTP/1.1', ...from(`192.0.2.10${last}`)));
        expect(statusIn(said)).toBe(200);
      }
      return flood.filter(({ said }) => said() !== '').length;
    } finally {
      for (const { socket } of flood) socket.destroy();
    }
  }

  it('are answered before most of it, from one address and from many, of downloads and followers that nobody reads', async () => {
    expect(await begunBefore(jest.spyOn(WaitingRoom.prototype, 'enter'))).toBeLessThan(FLOOD.length / 2);
  });

  it('negative control: without a waiting room they come last', async () => {
    const everybody = jest.spyOn(WaitingRoom.prototype, 'enter').mockImplementation((_client, _size, _kind, visit) => {
      visit.begin();
      return { leave: () => {}, goOn: async () => {} };
    });
    expect(await begunBefore(everybody)).toBeGreaterThan(FLOOD.length / 2);
  });
});
