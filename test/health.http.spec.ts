import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import Database from 'better-sqlite3';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteEventStore } from '#event-store-sqlite';
import { NO_STREAM } from '#eventsourcing';
import { LOG } from '#platform';
import { refuseBusyPort } from '../apps/api/src/server.js';
import { LogCheck } from '../apps/api/src/log-check.js';
import { newMeta } from '../libs/eventsourcing/src/testing/counter.js';
import { CLOCK_CASES, TestServer } from './support/server.js';
import { LIMIT_MS, waitUntil } from './support/waiting.js';

const server = TestServer.forAll([CLOCK_CASES], { REQUEST_TIMEOUT_MS: '500' });

const ready = async () => (await server.get('/health/ready')) as { status: number; body: Record<string, unknown> };
const metric = async (name: string): Promise<number> => {
  const text = (await server.get('/metrics')).body as string;
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)![1]);
};
const FAILURE_METRIC = 'followthrough_store_unavailable_total\\{store="access"\\}';

describe('A server that cannot listen', () => {
  it('says at once what to set', async () => {
    const { port } = server.app.getHttpServer().address() as AddressInfo;
    for (const [host, at, told] of [
      ['127.0.0.1', port, `Set PORT to a free one, such as PORT=${port + 1}.`],
      ['192.0.2.1', 0, '192.0.2.1 is no address of this machine. Set HOST to one'],
    ] as const)
      await expect(refuseBusyPort({ host, port: at })).rejects.toThrow(told);
    await refuseBusyPort({ host: '127.0.0.1', port: 0 }); // control
  });
});

describe('A store that cannot be written', () => {
  it('is waited for without stopping anybody else, then told of by health and the metric to alert on', async () => {
    const foreign = new Database(join(server.dataDir, 'access.db'));
    const token = server.token(null);
    const write = (key: string) =>
      server.post('/v1/agencies', { code: key, name: key, kind: 'other' }, token, { 'idempotency-key': key });
    expect([(await ready()).body['status'], await metric(FAILURE_METRIC)]).toEqual(['ready', 0]);
    foreign.exec('BEGIN IMMEDIATE');
    let settled = false;
    const waiting = write('LOCKED').finally(() => (settled = true));
    // As often as this is answered it was not stopped; inside SQLite the lock would be waited for in one go.
    for (let turns = 0; turns < 10; turns++) expect((await server.get('/health/live')).status).toBe(200);
    expect(settled).toBe(false);
    // Five seconds are over.
    const now = performance.now.bind(performance);
    const hurried = jest.spyOn(performance, 'now').mockImplementation(() => now() + 4_900);
    expect(await waiting).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: 'degraded', stores: [{ store: 'access', error: expect.stringContaining('locked') }] },
    });
    hurried.mockRestore();
    expect(await metric(FAILURE_METRIC)).toBeGreaterThan(0);
    foreign.exec('COMMIT');
    foreign.close();
    expect((await write('LOCKED')).status).toBe(201);
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready', stores: [] } });
  });
});

describe('A clock that was ahead', () => {
  it('is told of by health and by a metric, as soon as it is set right', async () => {
    expect(await ready()).toMatchObject({ body: { status: 'ready', clock: null } });
    expect(await metric('followthrough_log_ahead_of_clock_seconds')).toBe(0);
    const wrong = new SqliteEventStore(join(server.dataDir, 'log.db'), () => Date.now() + 3_600_000);
    const event = { type: 'numbering.NumberTaken', version: 1, data: '{"number":1,"reference":"X-2013-01"}' };
    await wrong.append('numbering-X-2013', NO_STREAM, [event], newMeta());
    await wrong.close();
    expect(await ready()).toMatchObject({
      body: { status: 'degraded', clock: expect.stringMatching(/^The last event was recorded 3\d\d\d s later/) },
    });
    expect(await metric('followthrough_log_ahead_of_clock_seconds')).toBeGreaterThan(3_500);
  });
});

describe('A clock that is set', () => {
  it('is told of by the log and counted, each time', async () => {
    const JUMPS = 'followthrough_clock_jumps_total';
    const [warn, now] = [jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {}), Date.now.bind(Date)];
    const told = (words: string) => warn.mock.calls.some(([said]) => String(said).includes(words));
    const before = await metric(JUMPS);
    try {
      jest.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
      await waitUntil(() => told('The clock was set by 3600 s'));
      expect(await metric(JUMPS)).toBe(before + 1);
      jest.spyOn(Date, 'now').mockImplementation(now);
      await waitUntil(() => told('The clock was set by -3600 s'));
      expect(await metric(JUMPS)).toBe(before + 2);
    } finally {
      jest.restoreAllMocks();
    }
  });
});

describe('A log that is read again and again while it is served', () => {
  let damaged: TestServer;
  beforeAll(async () => {
    damaged = await TestServer.start([CLOCK_CASES]);
  });
  afterAll(() => damaged.close());

  const checked = async (of: TestServer) => {
    of.app.get(LogCheck).start();
    await waitUntil(() => of.app.get(LogCheck).found.checkedAt !== null);
    const [{ body }, metrics] = [await of.get('/health/ready'), await of.get('/metrics')];
    const unsound = Number(/^followthrough_log_unsound (\d)$/m.exec(metrics.body as string)![1]);
    return { status: body.status, log: body.log, unsound };
  };

  it('is told of when an event is not what was recorded, which is named by its position', async () => {
    const file = new Database(join(damaged.dataDir, 'log.db'));
    const triggers = file.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all();
    for (const trigger of triggers) file.exec(`DROP TRIGGER ${trigger}`);
    const { position } = file
      .prepare<[], { position: number }>(`SELECT position FROM events WHERE stream = 'agency-BBB'`)
      .get()!;
    file.prepare(`UPDATE events SET data = replace(data, 'Agency B', 'Agency X') WHERE position = ?`).run(position);
    file.close();
    const complaint = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const { status, log, unsound } = await checked(damaged);
    expect([status, unsound, log.fault.position]).toEqual(['degraded', 1, String(position)]);
    expect(complaint.mock.calls[0]![0]).toContain(`not sound at position ${position}`);
    jest.restoreAllMocks();
  });

  it('negative control: a log that is as it was recorded is told of as sound', async () => {
    const { log, unsound } = await checked(server);
    const position = await server.app.get(LOG).store.head();
    expect([log, unsound]).toEqual([{ checkedAt: expect.any(String), position, fault: null }, 0]);
  });
});

describe('A request that stops half-way', () => {
  it('is answered 408 and cut off, whether it stops in its head or in its body; a whole one is not', async () => {
    const { port, hostname } = new URL(server.url);
    const send = async (text: string): Promise<string> => {
      const socket = connect(Number(port), hostname).setEncoding('utf8');
      let said = '';
      socket.on('data', (some: string) => (said += some)).on('error', () => {});
      socket.write(text);
      await Promise.race([once(socket, 'close'), sleep(LIMIT_MS, undefined, { ref: false })]);
      socket.destroy();
      return said;
    };
    // Who may not ask is answered before its body has come.
    const token = server.token(null);
    const head = `POST /v1/agencies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n`;
    const whole = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const said = await Promise.all([head, `${head}\r\n{"code":"HALF"`, whole].map(send));
    expect(said.map((one) => one.slice(0, 12))).toEqual(['HTTP/1.1 408', 'HTTP/1.1 408', 'HTTP/1.1 200']);
  });
});
