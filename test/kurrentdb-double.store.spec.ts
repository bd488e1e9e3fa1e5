import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ANY,
  BACKWARDS,
  END,
  ErrorType,
  eventTypeFilter,
  excludeSystemEvents,
  FORWARDS,
  jsonEvent,
  KurrentDBClient,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  streamNameFilter,
  type AllStreamSubscription,
  type AppendStreamState,
  type AppendToStreamOptions,
  type Direction,
  type Filter,
  type Position,
  type SubscribeToAllOptions,
} from '@kurrent/kurrentdb-client';
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endClient } from '../libs/event-store-kurrentdb/src/testing/stores.js';
import { idleTime } from '../libs/eventsourcing/src/testing/tested-log.js';
import { KurrentdbCluster, makeCertificates, startProxy } from './support/kurrentdb-double-cluster.js';
import { KurrentdbDouble, type AppendFate, type DoubleOptions } from './support/kurrentdb-double.js';
import { waitUntil } from './support/waiting.js';

/**
 * The bare official client against the double. The behaviour of a server is proved on both when `KURRENTDB_URL` names a
 * real one; where it is read from the server's source, the file is named. The faults of the client are proved on the
 * double alone: these are the controls for the adapter's tests. The URL needs a query:
 * `kurrentdb://127.0.0.1:2113?tls=false`.
 */
const REAL = process.env['KURRENTDB_URL'];
/** Clients of one process share a connection where their addresses and settings are the same (see below). */
const OWN_CONNECTION = 'keepAliveInterval=10001';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

type Recorded = { readonly stream: string; readonly revision: number; readonly id: string; readonly at: bigint };
type Seen = { readonly streamId: string; readonly revision: bigint; readonly id: string; readonly position?: Position };
type Events = AsyncIterable<{ readonly event?: Seen | undefined }>;

const event = (id: string = randomUUID(), data: Record<string, unknown> = {}, type = 'Happened') =>
  jsonEvent({ id, type, data, metadata: { by: 'spec' } });
const newStream = (): string => `spec-${randomUUID()}`;
const someEvents = (n: number): ReturnType<typeof event>[] =>
  Array.from({ length: n }, (_, i) => event(undefined, { i }));

const recorded = ({ streamId, revision, id, position }: Seen): Recorded => ({
  stream: streamId,
  revision: Number(revision),
  id,
  at: position!.commit,
});
async function allRecords(events: Events): Promise<Recorded[]> {
  const found = [];
  for await (const resolved of events) found.push(recorded(resolved.event!));
  return found;
}
async function headOf(client: KurrentDBClient): Promise<Position> {
  for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
    return event!.position!;
  throw new Error('The log is empty.');
}
/** Another application writes to its own streams. */
async function foreign(client: KurrentDBClient, n: number): Promise<bigint[]> {
  const found = [];
  for (let i = 0; i < n; i += 1)
    found.push((await client.appendToStream(`foreign-${randomUUID()}`, someEvents(1))).position!.commit);
  return found;
}
const failure = async (work: Promise<unknown>): Promise<Error & { type?: ErrorType }> =>
  work.then(
    (value) => Promise.reject(new Error(`It did not fail: ${String(value)}`)),
    (error: Error) => error,
  );
/** Its outcome after a while. */
const outcomeAfter = async (ms: number, work: Promise<unknown>): Promise<'pending' | 'done' | 'failed'> =>
  Promise.race([
    work.then(
      () => 'done' as const,
      () => 'failed' as const,
    ),
    idleTime(ms).then(() => 'pending' as const),
  ]);
async function expectFailed(work: Promise<unknown>, type: ErrorType, more: object = {}): Promise<void> {
  expect(await failure(work)).toMatchObject({ type, ...more });
}

/** A subscription to `$all`, written down. */
class Listener {
  readonly events: Recorded[] = [];
  readonly checkpoints: Position[] = [];
  readonly caughtUp: (Position | undefined)[] = [];
  readonly errors: Error[] = [];
  confirmed = false;
  ended = false;
  readonly subscription: AllStreamSubscription;

  constructor(client: KurrentDBClient, options: SubscribeToAllOptions) {
    const { filter } = options;
    if (filter)
      filter.checkpointReached = async (_, position) => {
        this.checkpoints.push(position);
      };
    this.subscription = client.subscribeToAll(options);
    this.subscription
      .on('confirmation', () => (this.confirmed = true))
      .on('caughtUp', (info) => this.caughtUp.push(info.position))
      .on('data', ({ event }) => this.events.push(recorded(event!)))
      .on('error', (error) => this.errors.push(error))
      .on('end', () => (this.ended = true));
  }

  get revisions(): number[] {
    return this.events.map(({ revision }) => revision);
  }
}

/** A subscription, by default from the end on, that has caught up. */
async function listening(client: KurrentDBClient, options: SubscribeToAllOptions = { fromPosition: END }) {
  const listener = new Listener(client, options);
  await waitUntil(() => listener.caughtUp.length > 0);
  return listener;
}

/** @param url for clients of its own */
type Case = (client: KurrentDBClient, url: string) => Promise<void>;

const CASES: Readonly<Record<string, Case>> = {
  async 'an append answers with the revision and the position of its last event'(client) {
    const stream = newStream();
    const answer = await client.appendToStream(stream, someEvents(3), { streamState: NO_STREAM });
    const [first, , third] = await allRecords(client.readStream(stream));
    expect(answer).toEqual({
      success: true,
      nextExpectedRevision: 2n,
      position: { commit: third!.at, prepare: third!.at },
    });
    expect(third!.at - first!.at).toBeGreaterThan(2n);
    expect(first!.at).toBeGreaterThan(0n);
  },
  async 'an append to another revision than the last is refused and names the last'(client) {
    const stream = newStream();
    const append = (streamState: AppendStreamState) => client.appendToStream(stream, someEvents(1), { streamState });
    await expectFailed(append(0n), ErrorType.WRONG_EXPECTED_VERSION, { actualState: NO_STREAM });
    await expectFailed(append(STREAM_EXISTS), ErrorType.WRONG_EXPECTED_VERSION);
    await append(NO_STREAM);
    await append(STREAM_EXISTS);
    await append(ANY);
    for (const state of [NO_STREAM, 0n, 1n, 3n] as const)
      await expectFailed(append(state), ErrorType.WRONG_EXPECTED_VERSION, { expectedState: state, actualState: 2n });
    await append(2n);
    expect(await allRecords(client.readStream(stream))).toHaveLength(4);
  },
  // IndexWriter.cs, CheckCommit: "strong idempotency checks"; RequestManagerBase.cs, ReturnCommitAt
  async 'the same events at the same earlier revision are not written again: the answer is the earlier one'(client) {
    const stream = newStream();
    const [a, b, c, d] = someEvents(4);
    const first = await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM });
    const second = await client.appendToStream(stream, [c!], { streamState: 1n });
    await client.appendToStream(stream, [d!], { streamState: 2n });
    expect(await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM })).toEqual(first);
    expect(await client.appendToStream(stream, [c!], { streamState: 1n })).toEqual(second);
    // Fewer of them too: as if they had come alone.
    expect(await client.appendToStream(stream, [a!], { streamState: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 0n,
    });
    expect(await allRecords(client.readStream(stream))).toHaveLength(4);
  },
  // StorageWriterService.cs, VerifyCommitChecks: CorruptedIdempotency counts as a failed check
  async 'events that are there only in part, or elsewhere in the stream, are a conflict'(client) {
    const stream = newStream();
    const [a, b, c] = someEvents(3);
    await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM });
    for (const [events, streamState] of [
      [[a!, c!], NO_STREAM],
      [[c!, b!], NO_STREAM],
      [[a!, b!, c!], NO_STREAM],
      [[b!], NO_STREAM],
      [[a!], 0n],
    ] as const)
      await expectFailed(
        client.appendToStream(stream, [...events], { streamState }),
        ErrorType.WRONG_EXPECTED_VERSION,
        { actualState: 1n },
      );
  },
  // IndexWriter.cs, CheckCommit: "writing exactly to the end … -> ok"
  async 'an event that is there is written a second time where the revision is the last one: its id guards nothing'(
    client,
  ) {
    const stream = newStream();
    const a = event();
    await client.appendToStream(stream, a, { streamState: NO_STREAM });
    await client.appendToStream(stream, a, { streamState: 0n });
    await client.appendToStream(newStream(), a, { streamState: NO_STREAM });
    expect((await allRecords(client.readStream(stream))).map(({ id }) => id)).toEqual([a.id, a.id]);
  },
  // IndexWriter.cs, CheckCommit: "weak idempotency checks"
  async 'without a revision only events of late are known again, and only in their own stream'(client) {
    const stream = newStream();
    const [a, b] = someEvents(2);
    const first = await client.appendToStream(stream, a!, { streamState: ANY });
    expect(await client.appendToStream(stream, a!, { streamState: ANY })).toEqual(first);
    expect(await client.appendToStream(stream, a!, { streamState: STREAM_EXISTS })).toEqual(first);
    await expectFailed(client.appendToStream(stream, [a!, b!], { streamState: ANY }), ErrorType.WRONG_EXPECTED_VERSION);
    // PutRecord with throwOnDuplicate: false: an id is remembered in the stream where it came first, and there only.
    const other = newStream();
    await client.appendToStream(other, a!, { streamState: ANY });
    await client.appendToStream(other, a!, { streamState: ANY });
    await client.appendToStream(stream, a!, { streamState: ANY });
    expect(await allRecords(client.readStream(other))).toHaveLength(2);
    expect(await allRecords(client.readStream(stream))).toHaveLength(1);
  },
  async 'of many appends to one revision at once one succeeds'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(1), { streamState: NO_STREAM });
    const outcomes = await Promise.allSettled(
      someEvents(40).map((one) => client.appendToStream(stream, one, { streamState: 0n })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await allRecords(client.readStream(stream))).toHaveLength(2);
  },
  // Streams.BatchAppend.cs, Receive: no time left
  async 'an append whose deadline is over when it comes is refused and not written'(client) {
    const stream = newStream();
    const error = await failure(client.appendToStream(stream, someEvents(1), { deadline: -60_000 }));
    expect(error).toMatchObject({ type: ErrorType.DEADLINE_EXCEEDED });
    await expectFailed(allRecords(client.readStream(stream)), ErrorType.STREAM_NOT_FOUND);
  },
  async 'an append in several messages is one append'(client) {
    const stream = newStream();
    const answer = await client.appendToStream(stream, someEvents(20), {
      streamState: NO_STREAM,
      batchAppendSize: 200,
    });
    expect(answer.nextExpectedRevision).toBe(19n);
    expect((await allRecords(client.readStream(stream))).map(({ revision }) => revision)).toEqual([
      ...Array(20).keys(),
    ]);
  },
  async 'a stream is read from any revision in both directions'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(70));
    const read = async (options: Parameters<typeof client.readStream>[1]): Promise<number[]> =>
      (await allRecords(client.readStream(stream, options))).map(({ revision }) => revision);
    expect(await read({})).toEqual([...Array(70).keys()]);
    expect(await read({ fromRevision: 67n })).toEqual([67, 68, 69]);
    expect(await read({ fromRevision: 3n, maxCount: 2 })).toEqual([3, 4]);
    expect(await read({ fromRevision: 70n })).toEqual([]);
    expect(await read({ direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([69, 68]);
    expect(await read({ direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    await expectFailed(allRecords(client.readStream(newStream())), ErrorType.STREAM_NOT_FOUND);
  },
  // AllReader.cs, ReadAllEventsForwardInternal and …Backward…
  async '$all read forwards begins with the event at the position, read backwards with the one before it'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(3));
    const [a, b, c] = await allRecords(client.readStream(stream));
    const fromPosition = { commit: b!.at, prepare: b!.at };
    const filter = streamNameFilter({ prefixes: [stream] });
    expect(await allRecords(client.readAll({ fromPosition, filter }))).toEqual([b, c]);
    expect(await allRecords(client.readAll({ fromPosition, maxCount: 1 }))).toEqual([b]);
    expect(await allRecords(client.readAll({ fromPosition, maxCount: 1, direction: BACKWARDS }))).toEqual([a]);
    const behindAll = { commit: c!.at + 1_000_000n, prepare: c!.at + 1_000_000n };
    expect(await allRecords(client.readAll({ fromPosition: behindAll }))).toEqual([]);
  },
  // StorageReaderWorker.All.cs: InvalidReadException. The client's bridge calls every error it does not know unavailable.
  async 'a position at which no record begins is refused; a read calls that unavailable'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(2));
    const [a] = await allRecords(client.readStream(stream));
    const fromPosition = { commit: a!.at + 1n, prepare: a!.at + 1n };
    await expectFailed(allRecords(client.readAll({ fromPosition, maxCount: 1 })), ErrorType.UNAVAILABLE);
    const listener = new Listener(client, { fromPosition });
    await waitUntil(() => listener.errors.length > 0);
    expect(listener.errors[0]!.message).toContain('Trying to read from an invalid position.');
    expect(listener.events).toEqual([]);
  },
  // EventFilter.cs
  async '$all is filtered by the names of streams and the types of events, by prefix and by pattern'(client) {
    const stream = newStream();
    const from = await headOf(client);
    const [a, b] = [event(undefined, {}, 'Spec.Opened'), event(undefined, {}, 'Spec.Closed')];
    await client.appendToStream(stream, [a, b]);
    await client.appendToStream(`other-${stream}`, [event(undefined, {}, 'Spec.Opened')]);
    const read = async (filter: Filter, direction: Direction = FORWARDS) =>
      (
        await allRecords(
          client.readAll({ fromPosition: direction === FORWARDS ? from : END, filter, maxCount: 2, direction }),
        )
      ).map(({ stream, revision }) => `${stream}@${revision}`);
    expect(await read(streamNameFilter({ prefixes: ['nothing-', stream] }))).toEqual([`${stream}@0`, `${stream}@1`]);
    expect(await read(streamNameFilter({ regex: `^other-${stream}$` }))).toEqual([`other-${stream}@0`]);
    expect(await read(eventTypeFilter({ prefixes: ['Spec.Open'] }))).toEqual([`${stream}@0`, `other-${stream}@0`]);
    expect(await read(eventTypeFilter({ regex: '^Spec.*ed$' }), BACKWARDS)).toEqual([
      `other-${stream}@0`,
      `${stream}@1`,
    ]);
    const foreigners = await allRecords(client.readAll({ filter: excludeSystemEvents(), maxCount: 100 }));
    expect(foreigners.some(({ stream }) => stream.startsWith('$'))).toBe(false);
  },
  // Enumerator.AllSubscription.cs: CatchUp skips the record at the position, GoLive follows
  async 'a subscription begins after its position, says when it has caught up, and follows'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(40));
    const events = await allRecords(client.readStream(stream));
    const listener = await listening(client, { fromPosition: { commit: events[1]!.at, prepare: events[1]!.at } });
    const own = (): Recorded[] => listener.events.filter((one) => one.stream === stream);
    expect(own()).toEqual(events.slice(2));
    await client.appendToStream(stream, someEvents(2));
    await waitUntil(() => own().length === 40);
    expect(own()).toEqual((await allRecords(client.readStream(stream))).slice(2));
    expect(listener.caughtUp[0]!.commit).toBeGreaterThanOrEqual(events.at(-1)!.at);
    await listener.subscription.unsubscribe();
  },
  async 'a subscription from the end hears only what comes'(client) {
    const stream = newStream();
    await client.appendToStream(stream, someEvents(1));
    const listener = await listening(client, { fromPosition: END, filter: streamNameFilter({ prefixes: [stream] }) });
    await client.appendToStream(stream, someEvents(1));
    await waitUntil(() => listener.events.length > 0);
    expect(listener.revisions).toEqual([1]);
    await listener.subscription.unsubscribe();
  },
  // Enumerator.AllSubscriptionFiltered.cs, CatchUp; SubscriptionsService.cs, ProcessEventCommitted
  async 'a filtered subscription is told how far it is over a stretch of foreign events, behind and live'(client) {
    const stream = newStream();
    const from = await headOf(client);
    const behind = await foreign(client, 45);
    const filter = streamNameFilter({ prefixes: [stream], maxSearchWindow: 10, checkpointInterval: 1 });
    const listener = await listening(client, { fromPosition: from, filter });
    const told = listener.checkpoints.map(({ commit }) => commit);
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(told).toEqual([...new Set(told)].sort((a, b) => (a < b ? -1 : 1)));
    // It lags: the last page is never part of it.
    expect(told.at(-1)).toBeLessThanOrEqual(behind.at(-1)!);
    expect(told.at(-1)).toBeGreaterThan(behind[20]!);
    const live = await foreign(client, 20);
    await waitUntil(() => (listener.checkpoints.at(-1)?.commit ?? 0n) > live[0]!);
    // Going on from any checkpoint loses nothing.
    const last = await client.appendToStream(stream, someEvents(1));
    for (const fromPosition of [listener.checkpoints[0]!, listener.checkpoints.at(-1)!]) {
      const again = new Listener(client, { fromPosition, filter: streamNameFilter({ prefixes: [stream] }) });
      await waitUntil(() => again.events.length > 0);
      expect(again.events[0]!.at).toBe(last.position!.commit);
      await again.subscription.unsubscribe();
    }
    await listener.subscription.unsubscribe();
  },
  // Enumerator.AllSubscriptionFiltered.cs, CatchUp: "when completed.CurrentPos == completed.NextPos, we can't use …"
  async 'a subscription that has caught up over few foreign events tells a position before the head'(client) {
    const from = await headOf(client);
    const [, last] = await foreign(client, 2);
    const listener = await listening(client, {
      fromPosition: from,
      filter: streamNameFilter({ prefixes: [newStream()] }),
    });
    expect(listener.caughtUp[0]!.commit).toBeLessThan(last!);
    await listener.subscription.unsubscribe();
  },
  // Kestrel's limit of HTTP/2 streams per connection
  async 'the 101st call of a connection waits, be it a subscription or an append, until another one ends'(_, url) {
    const client = KurrentDBClient.connectionString(`${url}&defaultDeadline=200&${OWN_CONNECTION}`);
    const listen = () => new Listener(client, { fromPosition: END });
    const listeners = Array.from({ length: 100 }, listen);
    await waitUntil(() => listeners.every(({ confirmed }) => confirmed));
    const last = listen();
    const append = client.appendToStream(newStream(), someEvents(1));
    append.catch(() => {});
    expect(await outcomeAfter(1000, append)).toBe('pending');
    expect([last.confirmed, last.errors]).toEqual([false, []]);
    for (const { subscription } of listeners) await subscription.unsubscribe();
    // Kestrel takes it now; Node's server may refuse it, while it still counts those that have just ended.
    await waitUntil(() => last.confirmed || last.errors.length > 0);
    const later = listen();
    await waitUntil(() => later.confirmed);
    endClient(client);
  },
  // A defect of the client's bridge: the server tells 100 ns.
  async 'a read tells the time of an event in whole seconds, a subscription in milliseconds'(client) {
    const from = await headOf(client);
    const stream = newStream();
    for (let i = 0; i < 8; i += 1) {
      await client.appendToStream(stream, someEvents(1));
      await sleep(10);
    }
    const read: number[] = [];
    for await (const { event } of client.readStream(stream)) read.push(event!.created.getTime());
    const heard: number[] = [];
    const filter = streamNameFilter({ prefixes: [stream] });
    const subscription = client.subscribeToAll({ fromPosition: from, filter });
    subscription.on('data', ({ event }) => heard.push(event!.created.getTime())).on('error', () => {});
    await waitUntil(() => heard.length === 8);
    await subscription.unsubscribe();
    expect(read).toEqual(heard.map((time) => Math.floor(time / 1000) * 1000));
    expect(heard.some((time) => time % 1000 > 0)).toBe(true);
  },
  // Enumerator.AllSubscription(Filtered).cs, GoLive: the live channel drops records that do not fit
  async 'a burst that a subscription does not take up at once reaches it whole; it may catch up once more'(client) {
    const stream = newStream();
    const listener = await listening(client, { fromPosition: END, filter: streamNameFilter({ prefixes: [stream] }) });
    for (let i = 0; i < 5; i += 1) await client.appendToStream(stream, someEvents(200));
    await waitUntil(() => listener.events.length >= 1000);
    expect(listener.revisions).toEqual([...Array(1000).keys()]);
    await listener.subscription.unsubscribe();
  },
};

const expectTrue = (run: Case, client: KurrentDBClient, url: string): Promise<void> => run(client, url);

const opened: { stop(): unknown }[] = [];
const keep = <T extends { stop(): unknown }>(one: T): T => {
  opened.push(one);
  return one;
};
// All wait at once: each has servers of its own.
afterAll(() => Promise.all(opened.map((one) => one.stop())));

const startDouble = async (options: DoubleOptions = {}): Promise<KurrentdbDouble> =>
  keep(await KurrentdbDouble.start(options));
/** Its connection is closed at the end: else it goes on trying when the double is gone, and reaches who has the port then. */
const connect = (url: string): KurrentDBClient => {
  const timed = url.includes('defaultDeadline') ? url : `${url}&defaultDeadline=60000`;
  const client = KurrentDBClient.connectionString(timed);
  keep({ stop: () => endClient(client) });
  return client;
};
/** A double and a client of it. */
const doubled = async (options = ''): Promise<{ double: KurrentdbDouble; client: KurrentDBClient }> => {
  const double = await startDouble();
  return { double, client: connect(double.url + options) };
};

describe('The double, as the server does:', () => {
  it.concurrent.each(Object.entries(CASES))('%s', async (_, run) => {
    const { double, client } = await doubled();
    double.foreign(50);
    await expectTrue(run, client, double.url);
  });
});

describe('A real server:', () => {
  let client: KurrentDBClient;
  if (REAL) {
    beforeAll(() => {
      client = KurrentDBClient.connectionString(REAL);
    });
    afterAll(() => client.dispose());
  }
  const onReal = REAL ? it : it.skip;
  onReal.each(Object.entries(CASES))(REAL ? '%s' : '%s (skipped: no KURRENTDB_URL)', (_, run) =>
    expectTrue(run, client, REAL ?? ''),
  );
});

/** Appends one event to a new stream; how many of it were written. */
function appended(double: KurrentdbDouble, client: KurrentDBClient, options: AppendToStreamOptions = {}) {
  const stream = newStream();
  const work = client.appendToStream(stream, event(), { streamState: NO_STREAM, ...options });
  work.catch(() => {});
  return { work, written: () => double.log.stream(stream)?.length ?? 0 };
}

describe('The double misbehaves:', () => {
  it.concurrent.each<[AppendFate, boolean, ErrorType]>([
    ['reset', false, ErrorType.UNAVAILABLE],
    ['not-ready', false, ErrorType.UNKNOWN],
    ['lost', true, ErrorType.UNAVAILABLE],
    ['failed', true, ErrorType.UNAVAILABLE],
    ['late', true, ErrorType.DEADLINE_EXCEEDED],
  ])('an append that is %s fails, and whether it was written is %s', async (fate, isWritten, type) => {
    const { double, client } = await doubled();
    double.appendsAre(fate, 1);
    const { work, written } = appended(double, client);
    await expectFailed(work, type);
    expect(written()).toBe(isWritten ? 1 : 0);
    // The control: the next one is answered.
    const next = appended(double, client);
    expect(await next.work).toMatchObject({ success: true });
    expect(next.written()).toBe(1);
  });

  it.concurrent('an append that is written and not answered gives its earlier answer when it is sent again by another client', async () => {
    const { double, client } = await doubled();
    double.appendsAre('unanswered', 1);
    const [stream, one] = [newStream(), event()];
    const first = client.appendToStream(stream, one, { streamState: NO_STREAM });
    first.catch(() => {});
    await waitUntil(() => double.log.stream(stream)?.length === 1);
    const answer = await connect(double.url).appendToStream(stream, one, { streamState: NO_STREAM });
    expect(answer.position!.commit).toBe(double.log.stream(stream)![0]!.position);
    expect(await outcomeAfter(0, first)).toBe('pending');
  });

  it.concurrent('a read breaks off', async () => {
    const { double, client } = await doubled();
    double.foreign(1);
    const read = (): Promise<Recorded[]> => allRecords(client.readAll({ maxCount: 2 }));
    double.readsAre('cut');
    await expectFailed(read(), ErrorType.UNAVAILABLE);
    double.behave();
    expect(await read()).toHaveLength(2);
  });

  it.concurrent('a subscription goes silent on a healthy connection, and one beside it hears all', async () => {
    const { double, client } = await doubled();
    const mute = await listening(client);
    double.muteSubscriptions();
    const heard = await listening(client);
    await appended(double, client).work;
    await waitUntil(() => heard.events.length === 1);
    expect([mute.events, mute.errors, double.open('subscribe')]).toEqual([[], [], 2]);
    double.muteNew = true;
    const deaf = new Listener(client, { fromPosition: START });
    await waitUntil(() => deaf.confirmed);
    await appended(double, client).work;
    await waitUntil(() => heard.events.length === 2);
    expect([deaf.events, deaf.caughtUp, deaf.errors]).toEqual([[], [], []]);
  });

  it.concurrent('events come twice, and late', async () => {
    const { double, client } = await doubled();
    const listener = await listening(client);
    double.deliverTwice = true;
    double.deliveryDelay = 100;
    const begun = performance.now();
    await appended(double, client).work;
    await waitUntil(() => listener.events.length === 2);
    expect(performance.now() - begun).toBeGreaterThan(95);
    expect(listener.events[0]).toEqual(listener.events[1]);
    double.behave();
    await appended(double, client).work;
    await waitUntil(() => listener.events.length === 3);
  });

  it.concurrent('an append that is too large is refused and not written', async () => {
    const { double, client } = await doubled();
    const half = () => event(undefined, { text: 'x'.repeat(2 ** 19) });
    const too = { maxAppendSize: 2 ** 20 };
    await expectFailed(client.appendToStream('large', [half(), half()]), ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED, too);
    expect(double.log.stream('large')).toBe(null);
    await client.appendToStream('large', half());
  });

  it.concurrent('after a burst a subscription is told once more that it has caught up', async () => {
    const { client } = await doubled();
    const listener = await listening(client);
    await client.appendToStream('burst', someEvents(32));
    await waitUntil(() => listener.events.length === 32);
    expect(listener.caughtUp).toHaveLength(1);
    await client.appendToStream('burst', someEvents(33));
    await waitUntil(() => listener.caughtUp.length === 2);
    expect(listener.events).toHaveLength(65);
  });

  it.concurrent('positions in its log are not counts, and every event of it is there for the oracle', async () => {
    const { double, client } = await doubled();
    double.foreign(10);
    const found = await allRecords(client.readAll({ filter: excludeSystemEvents() }));
    expect(found.map(({ at }) => at)).toEqual(
      double.log.records.filter(({ stream }) => stream.startsWith('foreign-')).map(({ position }) => position),
    );
    const gaps = double.log.records.slice(1).map(({ position }, i) => position - double.log.records[i]!.position);
    expect(gaps.every((gap) => gap > 100n)).toBe(true);
  });
});

describe('The double serves TLS and asks who is there:', () => {
  const withOpenssl = hasOpenssl ? it.concurrent : it.skip;
  const why = hasOpenssl ? '' : ' (skipped: no openssl)';
  withOpenssl(`a defect of the client: its reads do not decode a password of the URL${why}`, () =>
    expectReadsToTakeThePasswordAsItIsWritten(),
  );
});

async function startDoubleWithTls(password: string): Promise<KurrentdbDouble> {
  const folder = mkdtempSync(join(tmpdir(), 'kurrentdb-double-'));
  return startDouble({ tls: makeCertificates(folder), users: { admin: password } });
}

async function expectReadsToTakeThePasswordAsItIsWritten(): Promise<void> {
  const double = await startDoubleWithTls('change:it');
  const client = connect(double.url);
  expect(double.url).toContain('change%3Ait');
  await appended(double, client).work;
  await expectFailed(allRecords(client.readAll({ maxCount: 1 })), ErrorType.ACCESS_DENIED);
  const credentials = { username: 'admin', password: 'change:it' };
  expect(await allRecords(client.readAll({ maxCount: 1, credentials }))).toHaveLength(1);
}

describe('Doubles make a cluster:', () => {
  const asLeader = { requiresLeader: true };
  const clusterOf = async (size: number) => {
    const cluster = keep(await KurrentdbCluster.start(size));
    const [first, second] = cluster.nodes as [KurrentdbDouble, KurrentdbDouble];
    return { cluster, first, second };
  };
  const readAsLeader = (client: KurrentDBClient): Promise<Recorded[]> =>
    allRecords(client.readAll({ ...asLeader, filter: excludeSystemEvents() }));

  it.concurrent.each(['url', 'discoverUrl'] as const)(
    'a client finds the leader by %s, and the next one after a change',
    async (url) => {
      const { cluster, first, second } = await clusterOf(3);
      const client = connect(cluster[url]);
      await appended(first, client, asLeader).work;
      expect(await readAsLeader(client)).toHaveLength(1);
      expect(cluster.nodes.map(({ calls }) => calls.batchAppend)).toEqual([1, 0, 0]);
      cluster.lead(1);
      // Each of the client's two connections must fail once, and says where to go.
      const leader = { address: second.host, port: second.port };
      const { work, written } = appended(first, client, asLeader);
      await expectFailed(work, ErrorType.NOT_LEADER, { leader });
      expect(written()).toBe(0);
      await expectFailed(readAsLeader(client), ErrorType.NOT_LEADER, { leader });
      await appended(first, client, asLeader).work;
      expect(await readAsLeader(client)).toHaveLength(2);
      expect(second.calls.batchAppend).toBe(1);
    },
  );

  it.concurrent('without a leader nothing is served', async () => {
    const { cluster, first } = await clusterOf(2);
    const client = connect(first.url);
    await appended(first, client).work;
    cluster.lead(null);
    const { work, written } = appended(first, client);
    await expectFailed(work, ErrorType.UNKNOWN);
    expect(written()).toBe(0);
    await expectFailed(allRecords(client.readAll()), ErrorType.UNAVAILABLE);
  });
});

/** The store's own specs show three more, beside the store that copes with them: appends that stay pending for ever. */
describe('The bare client 1.3.1 has these defects:', () => {
  it.concurrent('when the server ends the common stream, dispose() never comes back', async () => {
    const { double, client } = await doubled('&defaultDeadline=200');
    double.appendsAre('half-closed', 1);
    const { work } = appended(double, client);
    await waitUntil(() => double.calls.batchAppend === 1 && double.open('batchAppend') === 0);
    expect(await outcomeAfter(500, work)).toBe('pending');
    expect(await outcomeAfter(500, client.dispose())).toBe('pending');
    // The control: another client is served.
    await appended(double, connect(double.url)).work;
  });

  it.concurrent('a checkpointReached that throws kills the process, and without it would end the subscription in silence', async () => {
    const double = await startDouble();
    double.foreign(40);
    const script = (first: string): string => `
      import { KurrentDBClient, START, streamNameFilter } from '@kurrent/kurrentdb-client';
      const client = KurrentDBClient.connectionString(${JSON.stringify(double.url)});
      let heard = 0;
      let told = 0;
      const checkpointReached = async () => { told += 1; throw new Error('no place to keep it'); };
      const filter = streamNameFilter({ prefixes: ['foreign-'], maxSearchWindow: 4, checkpointReached });
      client.subscribeToAll({ fromPosition: START, filter }).on('data', () => { heard += 1; }).on('error', () => { heard = -1; });
      ${first}`;
    const run = (first: string): Promise<{ code: unknown; stdout: string; stderr: string }> =>
      new Promise((resolve) => {
        const args = ['--input-type=module', '--eval', script(first)];
        execFile(process.execPath, args, (error, stdout, stderr) =>
          resolve({ code: error?.code ?? 0, stdout, stderr }),
        );
      });
    const dies = await run('');
    expect(dies).toMatchObject({ code: 1, stderr: expect.stringContaining('no place to keep it') });
    const lives = await run(`
      process.on('unhandledRejection', () => {});
      const tell = () => { console.log(JSON.stringify({ heard, told })); process.exit(0); };
      const looking = setInterval(() => { if (told > 0) { clearInterval(looking); setTimeout(tell, 500); } }, 10);`);
    const { heard, told } = JSON.parse(lives.stdout) as { heard: number; told: number };
    expect(told).toBe(1);
    expect(heard).toBeGreaterThanOrEqual(0);
    expect(heard).toBeLessThan(26);
  });

  it.concurrent('dispose() leaves its connections open', async () => {
    const { double, client } = await doubled();
    await appended(double, client).work;
    await allRecords(client.readAll({ maxCount: 1 }));
    expect(double.connections).toBe(2);
    await client.dispose();
    await idleTime(200);
    expect(double.connections).toBe(2);
  });

  it.concurrent('a new client without TLS takes the connection of an old one, unless a setting differs', async () => {
    const { double, client } = await doubled();
    await appended(double, client).work;
    await appended(double, connect(double.url)).work;
    expect(double.connections).toBe(1);
    await appended(double, connect(`${double.url}&${OWN_CONNECTION}`)).work;
    expect(double.connections).toBe(2);
  });

  it.concurrent('so it is lost in the same black hole, while one with another setting is served', async () => {
    const double = await startDouble();
    const proxy = keep(await startProxy(double));
    const url = `${double.url.replace(String(double.port), String(proxy.port))}&defaultDeadline=200`;
    await appended(double, connect(url)).work;
    proxy.freeze();
    const { work, written } = appended(double, connect(url));
    expect(await outcomeAfter(1000, work)).toBe('pending');
    expect(written()).toBe(0);
    await appended(double, connect(`${url}&${OWN_CONNECTION}`)).work;
  });

  it.concurrent('a client whose first read meets a server that is away never reads again; another one does', async () => {
    const { double, client } = await doubled();
    await double.stop();
    await expectFailed(allRecords(client.readAll({ maxCount: 1 })), ErrorType.UNAVAILABLE);
    await double.restart();
    await appended(double, client).work;
    for (let tries = 0; tries < 10; tries += 1) {
      await expectFailed(allRecords(client.readAll({ maxCount: 1 })), ErrorType.UNAVAILABLE);
      await sleep(50);
    }
    expect(await allRecords(connect(double.url).readAll({ maxCount: 1 }))).toHaveLength(1);
  });
});
