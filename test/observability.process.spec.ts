import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteAccessStore } from '#access';
import { Projector, Rejected, StoreUnavailable, type Envelope, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import { ProgressProjection } from '#progress';
import { openStores } from '../apps/api/src/app.module.js';
import { buildServer } from '../apps/api/src/server.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { bearer } from './support/asking.js';
import { commitment } from './support/commitment.js';
import { posted } from './support/processes.js';
import { CLOCK_CASES, TestServer, type Answer } from './support/server.js';
import { Service } from './support/service.js';
import { LIMIT_MS } from './support/waiting.js';

const OWN_COMMITMENT = { agencies: [{ agency: 'AAA', role: 'lead' }], themes: ['T-1'] };
const REPORT = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-20' };
/** The trace that a caller sends: sampled, or not. */
const [TRACE, CALLER] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const traceparent = (flags = '01') => ({ traceparent: `00-${TRACE}-${CALLER}-${flags}` });

/** Waits until something is so; fails with its last value. */
async function waitUntil<T>(look: () => T | Promise<T>, isSo: (found: T) => boolean): Promise<T> {
  for (const end = performance.now() + LIMIT_MS; ; await sleep(10)) {
    const found = await look();
    if (isSo(found)) return found;
    if (performance.now() > end) throw new Error(`It never was so; last: ${JSON.stringify(found)}`);
  }
}

describe('Traces', () => {
  const exporter = new InMemorySpanExporter();
  const server = TestServer.forAll([CLOCK_CASES]);
  let token: string;
  let reference: string;
  beforeAll(async () => {
    token = server.token('AAA');
    reference = (await server.post('/v1/commitments', commitment(OWN_COMMITMENT), token)).body.reference;
  });

  const record = (): void => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  };
  const recordNothing = (): void => [trace, propagation, context].forEach((api) => api.disable());
  afterEach(() => {
    recordNothing();
    exporter.reset();
  });

  const report = (headers: Record<string, string> = {}): Promise<Answer> =>
    server.post(`/v1/commitments/${reference}/stage`, REPORT, token, headers);
  /** Once it is applied, and answered; without those of other projections. */
  const spansOf = async (answer: Answer, by: NestFastifyApplication = server.app): Promise<ReadableSpan[]> => {
    expect(answer.status).toBe(200);
    expect(await by.get(Projector).reached(answer.body.position, LIMIT_MS)).toBe(true);
    return waitUntil(
      () => exporter.getFinishedSpans().filter(({ name }) => !/^apply (?!(batch )?progress$)/.test(name)),
      (spans) => spans.some(({ name }) => name.startsWith('POST ')),
    );
  };
  /** Spans as a tree of names; below a span are those that it caused. */
  const treeOf = (spans: readonly ReadableSpan[], parent?: string, depth = 0): string[] =>
    spans
      .filter(({ parentSpanContext: of }) =>
        parent === undefined ? !of || (of.isRemote === true && of.spanId === CALLER) : of?.spanId === parent,
      )
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...treeOf(spans, span.spanContext().spanId, depth + 1)]);
  const lastEvent = async (): Promise<Envelope> =>
    (await server.app.get<Log>(LOG).store.read(`commitment-${reference}`)).at(-1)!;

  const TREE = [
    'POST /v1/commitments/:reference/stage',
    '  commitment reportStage',
    '    append',
    '      apply progress',
  ];

  it('lead from the request through the command to the append and on to the projection', async () => {
    record();
    const spans = await spansOf(await report());
    const [batch] = spans.filter(({ name }) => name === 'apply batch progress');
    const inTrace = spans.filter((span) => span !== batch);
    expect(treeOf(inTrace)).toEqual(TREE);
    expect(new Set(inTrace.map((span) => span.spanContext().traceId)).size).toBe(1);
    const attributes = Object.fromEntries(inTrace.map((span) => [span.name, span.attributes]));
    expect(attributes).toMatchObject({
      'POST /v1/commitments/:reference/stage': {
        'http.request.method': 'POST',
        'http.route': '/v1/commitments/:reference/stage',
        'http.response.status_code': 200,
      },
      'commitment reportStage': { 'followthrough.act': 'reportStage', 'followthrough.reference': reference },
      append: { 'db.system.name': 'sqlite', 'followthrough.stream': `commitment-${reference}` },
      'apply progress': { 'followthrough.event.type': 'commitment.StageReported' },
    });
    // The batch is of no trace but is linked with those of its events.
    const append = inTrace.find(({ name }) => name === 'append')!.spanContext();
    expect(batch!.spanContext().traceId).not.toBe(append.traceId);
    expect(batch!.links.map(({ context: { spanId } }) => spanId)).toEqual([append.spanId]);
  });

  it('go on in the trace of the caller, which the event keeps, also in the feed', async () => {
    record();
    const answer = await report(traceparent());
    const spans = await spansOf(answer);
    const inTrace = spans.filter((span) => span.spanContext().traceId === TRACE);
    expect(treeOf(inTrace)).toEqual(TREE);
    expect(inTrace.find(({ name }) => name.startsWith('POST'))!.parentSpanContext?.spanId).toBe(CALLER);
    const { traceparent: kept } = (await lastEvent()).meta;
    expect(kept).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
    const feed = await server.get(`/v1/changes?after=${Number(answer.body.position) - 1}`);
    expect(JSON.parse(feed.body).meta.traceparent).toBe(kept);
  });

  it('are not recorded when the caller says so', async () => {
    record();
    const answer = await report(traceparent('00'));
    expect(await server.app.get(Projector).reached(answer.body.position, LIMIT_MS)).toBe(true);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect((await lastEvent()).meta).not.toHaveProperty('traceparent');
    expect((await spansOf(await report())).length).toBeGreaterThan(0); // control: the next one is
  });

  it('show nothing of what asks all the time whether we are well', async () => {
    record();
    for (const path of ['/health/live', '/health/ready', '/metrics', '/v1/agencies']) await server.get(path);
    const spans = await waitUntil(
      () => exporter.getFinishedSpans(),
      ({ length }) => length > 0,
    );
    expect(spans.map(({ name }) => name)).toEqual(['GET /v1/agencies']);
  });

  it('say how a command was refused, which is no error', async () => {
    record();
    const answer = await server.post(`/v1/commitments/${reference}/stage`, { ...REPORT, stage: 'on_hold' }, token);
    expect(answer.status).toBe(422);
    const spans = await waitUntil(
      () => exporter.getFinishedSpans(),
      ({ length }) => length === 2,
    );
    expect(spans.map(({ name, status }) => [name, status.code])).toEqual([
      ['commitment reportStage', 0],
      ['POST /v1/commitments/:reference/stage', 0],
    ]);
    expect(spans[0]!.attributes).toMatchObject({
      'followthrough.outcome': 'rejected',
      'followthrough.code': 'note_needed',
    });
  });

  it('show nothing of what is built at a start', async () => {
    record();
    await spansOf(await report());
    exporter.reset();
    const other = await buildServer(server.settings, await openStores(server.settings));
    try {
      await other.get(Projector).start();
      expect(exporter.getFinishedSpans()).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('are not there without an SDK: nothing is recorded, and nothing stored', async () => {
    const answer = await report(traceparent());
    expect(await server.app.get(Projector).reached(answer.body.position, LIMIT_MS)).toBe(true);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect((await lastEvent()).meta).not.toHaveProperty('traceparent');
  });

  it('go on in another application on the same stores, as in another process', async () => {
    await server.app.get(Projector).stop();
    const other = await buildServer(server.settings, await openStores(server.settings));
    try {
      await other.get(Projector).start();
      record();
      const spans = await spansOf(await report(traceparent()), other);
      expect(treeOf(spans.filter((span) => span.spanContext().traceId === TRACE))).toEqual(TREE);
    } finally {
      await other.close();
    }
  });
});

describe('Metrics', () => {
  const server = TestServer.forAll([CLOCK_CASES]);
  let token: string;
  let reference: string;
  beforeAll(async () => {
    token = server.token('AAA');
    reference = (await server.post('/v1/commitments', commitment(OWN_COMMITMENT), token)).body.reference;
  });

  const scrape = async (): Promise<string> => (await server.get('/metrics')).body;
  /** The value of a sample, by its name with its labels in their order; 0: there is none. */
  const valueIn = (all: string, sample: string): number =>
    Number(
      all
        .split('\n')
        .find((line) => line.startsWith(`${sample} `))
        ?.slice(sample.length + 1) ?? 0,
    );
  /** By how much samples grow while something is done. */
  const growth = async (samples: readonly string[], act: () => Promise<unknown>): Promise<number[]> => {
    const before = await scrape();
    await act();
    const after = await scrape();
    return samples.map((sample) => valueIn(after, sample) - valueIn(before, sample));
  };
  const stage = (body: object) => server.post(`/v1/commitments/${reference}/stage`, body, token);

  it('count requests by route, commands by act, appends and their events', async () => {
    const route = '/v1/commitments/:reference/stage';
    const samples = [
      `followthrough_http_request_duration_seconds_count{method="POST",route="${route}",status="200"}`,
      'followthrough_command_duration_seconds_count{category="commitment",act="reportStage",outcome="done"}',
      'followthrough_append_duration_seconds_count{store="sqlite"}',
      'followthrough_appended_events_total{store="sqlite"}',
      'followthrough_append_conflicts_total{store="sqlite"}',
    ];
    expect(await growth(samples, () => stage(REPORT))).toEqual([1, 1, 1, 1, 0]);
  });

  it('count what was refused by its code, in a batch, too', async () => {
    const samples = [
      'followthrough_rejections_total{code="note_needed"}',
      'followthrough_command_duration_seconds_count{category="commitment",act="reportStage",outcome="rejected"}',
      'followthrough_appended_events_total{store="sqlite"}',
    ];
    const body = { ...REPORT, stage: 'on_hold' };
    expect(await growth(samples, () => stage(body))).toEqual([1, 1, 0]);
    const act = { act: 'reportStage', reference, body };
    expect(await growth(samples, () => server.post('/v1/batches', { acts: [act, act] }, token))).toEqual([2, 2, 0]);
  });

  it('count conflicts, and what the store could not take', async () => {
    const { store } = server.app.get<Log>(LOG);
    const late = async () => {
      const { type, version, meta } = (await store.read(`commitment-${reference}`))[0]!;
      const event = { type, version, data: '{}' };
      const other = { ...meta, commandId: '01900000-0000-7000-8000-000000000000' };
      await expect(store.append(`commitment-${reference}`, -1, [event], other)).rejects.toThrow('is at revision');
    };
    const samples = [
      'followthrough_append_conflicts_total{store="sqlite"}',
      'followthrough_appends_waiting{store="sqlite"}',
    ];
    expect(await growth(samples, late)).toEqual([1, 0]);
  });

  it('tell how far a projection is behind, in positions and in seconds', async () => {
    const projector = server.app.get(Projector);
    await projector.reached((await server.app.get<Log>(LOG).store.head())!, LIMIT_MS);
    const [positions, seconds] = ['positions', 'seconds'].map(
      (unit) => `followthrough_projection_lag_${unit}{projection="progress"}`,
    ) as [string, string];
    const well = await scrape();
    expect([valueIn(well, positions), valueIn(well, seconds)]).toEqual([0, 0]);
    await projector.stop();
    await stage(REPORT);
    await stage(REPORT);
    await sleep(20);
    const behind = await scrape();
    expect(valueIn(behind, positions)).toBe(2);
    expect(valueIn(behind, seconds)).toBeGreaterThanOrEqual(0.02);
  });

  it('are given also while the views cannot be asked', async () => {
    const projector = server.app.get(Projector);
    const away = jest.spyOn(projector, 'progress').mockRejectedValue(new StoreUnavailable('The log is away.'));
    const warned = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const all = await scrape();
      expect(valueIn(all, 'followthrough_appended_events_total{store="sqlite"}')).toBeGreaterThan(0);
      expect(all).not.toContain('followthrough_projection_lag_positions{');
    } finally {
      warned.mockRestore();
      away.mockRestore();
    }
    expect(await scrape()).toContain('followthrough_projection_lag_positions{');
  });

  it('all say what they are; ours are those of the table', async () => {
    const all = await scrape();
    const names = [...all.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
    const helped = [...all.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    expect(helped).toEqual(names);
    const table = [...readFileSync('docs/observability.md', 'utf8').matchAll(/^\| `(followthrough_\w+)`/gm)];
    expect(table.map(([, name]) => name!).toSorted()).toEqual(
      names.filter((name) => name.startsWith('followthrough_')).toSorted(),
    );
  });
});

describe('The log', () => {
  let server: TestServer;
  let token: string;
  let reference: string;
  let written: string[];
  const keep = (): void => {
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => (written.push(String(chunk)), true));
  };
  beforeAll(async () => {
    keep();
    server = await TestServer.start([CLOCK_CASES], { LOG_FORMAT: 'json', LOG_LEVEL: 'info' });
    token = server.token('AAA');
    reference = (await server.post('/v1/commitments', commitment(OWN_COMMITMENT), token)).body.reference;
  });
  afterAll(() => server.close());
  beforeEach(keep);
  afterEach(() => void jest.restoreAllMocks());

  /** Every line that was written, read. */
  const lines = (): Record<string, unknown>[] =>
    written
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const linesOf = (correlationId: string) =>
    waitUntil(
      () => lines().filter((line) => line['correlationId'] === correlationId),
      (found) => found.some(({ context }) => context === 'Request'),
    );
  const SECRET = 'the words of a body';
  const report = (headers: Record<string, string>) =>
    server.post(`/v1/commitments/${reference}/stage`, { ...REPORT, note: SECRET }, token, headers);
  const betrayed = (): string[] => [SECRET, token, 'Bearer'].filter((secret) => written.join('').includes(secret));

  it('has a JSON object per line, with the request’s correlation id, route, status, account and time', async () => {
    const answer = await report({ 'x-correlation-id': 'nightly-42' });
    expect(answer.headers.get('x-correlation-id')).toBe('nightly-42');
    expect(await linesOf('nightly-42')).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        level: 'info',
        message: 'POST /v1/commitments/:reference/stage 200',
        context: 'Request',
        pid: process.pid,
        correlationId: 'nightly-42',
        method: 'POST',
        route: '/v1/commitments/:reference/stage',
        status: 200,
        ms: expect.any(Number),
        account: expect.any(String),
      },
    ]);
  });

  it('names a request as its events and its answer do, also when the caller gave it no name', async () => {
    const given: Record<string, string>[] = [
      {},
      { 'idempotency-key': 'once' },
      { 'x-correlation-id': 'no name, this' },
    ];
    for (const headers of given) {
      const answer = await report(headers);
      const id = answer.headers.get('x-correlation-id')!;
      const event = (await server.app.get<Log>(LOG).store.read(`commitment-${reference}`)).at(-1)!;
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect([event.meta.correlationId, event.meta.commandId]).toEqual([id, id]);
      expect(await linesOf(id)).toHaveLength(1);
    }
  });

  it('holds neither tokens nor bodies', async () => {
    const answers = [await report({}), await server.post('/v1/commitments', `{"title":"${SECRET}"`, token)];
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    for (const { headers } of answers) await linesOf(headers.get('x-correlation-id')!);
    expect(betrayed()).toEqual([]);
    new Logger('Careless').log('got a body', { note: SECRET, authorization: `Bearer ${token}` });
    expect(betrayed()).toEqual([SECRET, token, 'Bearer']); // control
  });

  it('has the stack of an error that is ours, and the answer says how to find it', async () => {
    const { store } = server.app.get<Log>(LOG);
    const { append } = store;
    store.append = async () => {
      new Logger('Deep').warn('deep inside');
      throw new Error('boom');
    };
    const answer = await report({ 'x-correlation-id': 'unlucky' }).finally(() => void (store.append = append));
    expect([answer.status, answer.body.correlationId]).toEqual([500, 'unlucky']);
    expect(answer.body.detail).not.toContain('boom');
    const [inside, error, request] = await linesOf('unlucky');
    expect(inside).toMatchObject({ level: 'warn', message: 'deep inside', context: 'Deep' });
    expect(error).toMatchObject({ level: 'error', message: 'boom', stack: expect.stringContaining('at ') });
    expect(request).toMatchObject({ level: 'info', status: 500 });
    expect(betrayed()).toEqual([]);
  });

  it('is named in every answer, also to an address that cannot be read', async () => {
    for (const path of ['/', '/v1/agencies', '/v1/nowhere', '/v1/commitments/%E0%A4%A', '/health/live']) {
      const answer = await server.get(path, { 'x-correlation-id': 'one.two:3' });
      expect([path, answer.headers.get('x-correlation-id')]).toEqual([path, 'one.two:3']);
    }
  });

  it('says which event a projection could not apply, by its correlation id', async () => {
    const on = server.app.get(Projector).model(ProgressProjection).on as Record<string, unknown>;
    const handler = on['commitment.StageReported'];
    on['commitment.StageReported'] = () => {
      on['commitment.StageReported'] = handler;
      throw new Error('no such column');
    };
    const answer = await report({ 'x-correlation-id': 'stuck' });
    expect(answer.status).toBe(200);
    const found = await waitUntil(lines, (all) => all.some(({ context }) => context === 'Projector'));
    const line = found.find(({ context }) => context === 'Projector');
    expect(line).toMatchObject({
      level: 'error',
      correlationId: 'stuck',
      stream: `commitment-${reference}`,
      position: answer.body.position,
      stack: expect.stringContaining('no such column'),
    });
  });

  it('says nothing of a refusal, of which whoever asked was told, and its time in UTC also as text', async () => {
    const { Logging } = await import('#platform');
    written = [];
    for (const logFormat of ['json', 'text'] as const) {
      const logger = new Logging({ logFormat, logLevel: 'warn' });
      logger.error(new Rejected('gone', 'The caller has gone.'));
      jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => (written.push(String(chunk)), true));
      logger.error(new Error(`boom as ${logFormat}`)); // control
    }
    expect(written.join('')).not.toContain('The caller has gone');
    expect(written.join('')).toMatch(
      /"message":"boom as json"[^]*\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*boom as text/,
    );
  });

  it('shows requests only at level info, and warnings not at level error', async () => {
    const { Logging } = await import('#platform');
    const shownAt = (logLevel: 'error' | 'warn' | 'info' | 'debug'): unknown[] => {
      written = [];
      const logger = new Logging({ logFormat: 'json', logLevel });
      logger.error('e');
      logger.warn('w');
      logger.log('i');
      logger.debug('d');
      return lines().map(({ level }) => level);
    };
    expect(shownAt('error')).toEqual(['error']);
    expect(shownAt('warn')).toEqual(['error', 'warn']);
    expect(shownAt('info')).toEqual(['error', 'warn', 'info']);
    expect(shownAt('debug')).toEqual(['error', 'warn', 'info', 'debug']);
    expect(settingsFrom({}).logLevel).toBe('warn');
  });
});

describe('A server that is asked for traces', () => {
  it('exports them by OTLP, and what is left of them when it ends; its output is JSON throughout', async () => {
    const collected: Buffer[] = [];
    const collector = createHttpServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (request.url === '/v1/traces') collected.push(Buffer.concat(parts));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const dataDir = mkdtempSync(join(tmpdir(), 'followthrough-'));
    const access = new SqliteAccessStore(join(dataDir, 'access.db'));
    const { token } = await access.create(null, 'test');
    await access.close();
    const server = await Service.start('api', {
      DATA_DIR: dataDir,
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'info',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    });
    try {
      await server.printed(/Listening/);
      const agency = { code: 'IOM', name: 'International Organization for Migration', kind: 'igo' };
      const answer = await posted(server, '/v1/agencies', agency, { ...bearer(token), ...traceparent() });
      expect([answer.status, server.err]).toEqual([201, '']);
      expect(await server.end()).toBe(0);
      const sent = Buffer.concat(collected);
      const names = ['POST /v1/agencies', 'agency enter', 'append', 'apply registers', 'service.name', 'followthrough'];
      expect(names.filter((name) => !sent.includes(name))).toEqual([]);
      expect(sent.includes(Buffer.from(TRACE, 'hex'))).toBe(true);
      const lines = server.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines).toContainEqual(expect.objectContaining({ route: '/v1/agencies', status: 201, traceId: TRACE }));
    } finally {
      await server.end('SIGKILL');
      collector.close();
    }
  });

  it('is started by a variable only, and refuses what it does not know', () => {
    expect(settingsFrom({}).traced).toBeNull();
    expect(settingsFrom({ OTEL_TRACES_EXPORTER: 'otlp' }).traced).toBe(1);
    expect(settingsFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }).traced).toBe(1);
    expect(settingsFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'x', OTEL_TRACES_EXPORTER: 'none' }).traced).toBeNull();
    expect(settingsFrom({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER_ARG: '0.01' }).traced).toBe(0.01);
    expect(() => settingsFrom({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow('OTEL_TRACES_EXPORTER takes otlp, none');
    expect(() => settingsFrom({ OTEL_TRACES_SAMPLER_ARG: 'often' })).toThrow('from 0 to 1');
    expect(() => settingsFrom({ LOG_FORMAT: 'xml' })).toThrow('LOG_FORMAT takes text, json, not xml');
    expect(() => settingsFrom({ LOG_LEVEL: 'loud' })).toThrow('LOG_LEVEL takes');
  });
});
