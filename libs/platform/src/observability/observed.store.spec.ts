import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NO_STREAM, StoreUnavailable, type EventStore } from '#eventsourcing';
import { newMeta } from '../../../eventsourcing/src/testing/counter.js';
import { memoryLog } from '../../../eventsourcing/src/testing/memory-event-store.js';
import { storeContract } from '../../../eventsourcing/src/testing/store-contract.js';
import type { TestedLog } from '../../../eventsourcing/src/testing/tested-log.js';
import { metrics } from './metrics.js';
import { observeAppends } from './observed.js';

storeContract('in memory, observed', async () => {
  const log = await memoryLog();
  return { ...log, connect: async (now) => observeAppends(await log.connect(now), 'memory') };
});

const happened = { type: 'test.Happened', version: 1, data: '{}' };

/** The value of a metric for the store of a test. */
async function measured(name: string, store: string): Promise<number | undefined> {
  const line = new RegExp(`^${name}\\{store="${store}"\\} (.+)$`, 'm').exec(await metrics.metrics());
  return line ? Number(line[1]) : undefined;
}

let log: TestedLog;
let store: EventStore;
/** Its own for each test, since metrics are the process's. */
let system: string;
beforeEach(async () => {
  log = await memoryLog();
  system = uuidv7();
  store = observeAppends(await log.connect(), system);
});
afterEach(async () => {
  await log.remove();
});

describe('An observed store', () => {
  it('is the same object, with all that the store can do and nothing more', async () => {
    const plain = await log.connect();
    const before = { byStream: plain.readByStream, proto: Object.getPrototypeOf(plain) as unknown };
    expect(observeAppends(plain, system)).toBe(plain);
    expect({ byStream: plain.readByStream, proto: Object.getPrototypeOf(plain) as unknown }).toEqual(before);
  });

  it('counts events, appends and conflicts', async () => {
    expect(await measured('followthrough_append_conflicts_total', system)).toBe(0);
    await store.append('test-1', NO_STREAM, [happened, happened], newMeta());
    await expect(store.append('test-1', NO_STREAM, [happened], newMeta())).rejects.toThrow('is at revision');
    expect(await measured('followthrough_appended_events_total', system)).toBe(2);
    expect(await measured('followthrough_append_duration_seconds_count', system)).toBe(2);
    expect(await measured('followthrough_append_conflicts_total', system)).toBe(1);
    expect(await measured('followthrough_store_unavailable_total', system)).toBe(0);
  });

  it('says how many appends wait, and counts those that the store could not take', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    store = observeAppends(Object.assign(await log.connect(), { append: () => promise }), system);
    const appends = ['test-1', 'test-2'].map((stream) => store.append(stream, NO_STREAM, [happened], newMeta()));
    const settled = Promise.allSettled(appends);
    expect(await measured('followthrough_appends_waiting', system)).toBe(2);
    reject(new StoreUnavailable('The disk is full.'));
    await settled;
    expect(await measured('followthrough_appends_waiting', system)).toBe(0);
    expect(await measured('followthrough_store_unavailable_total', system)).toBe(2);
    expect(await measured('followthrough_append_conflicts_total', system)).toBe(0);
  });
});

describe('In a trace', () => {
  const exporter = new InMemorySpanExporter();
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  });
  afterEach(() => {
    for (const api of [trace, propagation, context]) api.disable();
    exporter.reset();
  });

  it('an append is a span, which its events name', async () => {
    await store.append('test-1', NO_STREAM, [happened, happened], newMeta());
    const [span] = exporter.getFinishedSpans();
    const { traceId, spanId } = span!.spanContext();
    expect(span).toMatchObject({
      name: 'append',
      attributes: { 'db.system.name': system, 'followthrough.stream': 'test-1', 'followthrough.events': 2 },
    });
    const traceparents = (await store.read('test-1')).map(({ meta }) => meta.traceparent);
    expect(traceparents).toEqual(Array(2).fill(`00-${traceId}-${spanId}-01`));
  });

  it('a command that is sent again finds its events, though it is of another trace', async () => {
    const meta = newMeta();
    const first = await store.append('test-1', NO_STREAM, [happened], meta);
    expect(await store.append('test-1', NO_STREAM, [happened], meta)).toEqual(first);
    expect(await store.read('test-1')).toHaveLength(1);
  });

  it('an append that the store could not take is an error; one that came too late is not, but says so', async () => {
    await store.append('test-1', NO_STREAM, [happened], newMeta());
    await expect(store.append('test-1', NO_STREAM, [happened], newMeta())).rejects.toThrow();
    const down = () => Promise.reject(new StoreUnavailable('The disk is full.'));
    const broken = observeAppends(Object.assign(await log.connect(), { append: down }), system);
    await expect(broken.append('test-2', NO_STREAM, [happened], newMeta())).rejects.toThrow();
    const told = exporter
      .getFinishedSpans()
      .map(({ status, attributes, events }) => [status.code, attributes['followthrough.outcome'], events.length]);
    const { UNSET, ERROR } = SpanStatusCode;
    expect(told).toEqual([
      [UNSET, undefined, 0],
      [UNSET, 'conflict', 0],
      [ERROR, undefined, 1],
    ]);
  });
});

describe('Without an SDK', () => {
  it('nothing is added to the meta of events', async () => {
    const meta = newMeta();
    await store.append('test-1', NO_STREAM, [happened], meta);
    expect((await store.read('test-1'))[0]!.meta).toEqual(meta);
  });
});
