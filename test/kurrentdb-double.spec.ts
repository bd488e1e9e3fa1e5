import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
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
  type AppendToStreamOptions,
  type Position,
  type SubscribeToAllOptions,
} from '@kurrent/kurrentdb-client';
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KurrentdbCluster, makeCertificates, startSilentPeer } from './support/kurrentdb-double-cluster.js';
import { KurrentdbDouble, type AppendFate, type DoubleOptions } from './support/kurrentdb-double.js';

/**
 * The bare official client against the double. What a server does is proved on both when `KURRENTDB_URL` names a real one;
 * where it is read from the server's source, the file is named. What the client does wrong is proved on the double alone:
 * these are the controls for the adapter's tests.
 */
const REAL = process.env['KURRENTDB_URL'];
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

type Recorded = { readonly stream: string; readonly revision: number; readonly id: string; readonly at: bigint };
type Seen = { readonly streamId: string; readonly revision: bigint; readonly id: string; readonly position?: Position };
type Events = AsyncIterable<{ readonly event?: Seen | undefined }>;

const event = (id: string = randomUUID(), data: Record<string, unknown> = {}, type = 'Happened') =>
  jsonEvent({ id, type, data, metadata: { by: 'spec' } });
const newStream = (): string => `spec-${randomUUID()}`;
const some = (n: number): ReturnType<typeof event>[] => Array.from({ length: n }, (_, i) => event(undefined, { i }));

const recorded = ({ streamId, revision, id, position }: Seen): Recorded => ({
  stream: streamId,
  revision: Number(revision),
  id,
  at: position!.commit,
});
async function all(events: Events): Promise<Recorded[]> {
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
    found.push((await client.appendToStream(`foreign-${randomUUID()}`, some(1))).position!.commit);
  return found;
}
const failure = async (work: Promise<unknown>): Promise<Error & { type?: ErrorType }> =>
  work.then(
    (value) => Promise.reject(new Error(`It did not fail: ${String(value)}`)),
    (error: Error) => error,
  );
/** What became of it after a while. */
const after = async (ms: number, work: Promise<unknown>): Promise<'pending' | 'done' | 'failed'> =>
  Promise.race([
    work.then(
      () => 'done' as const,
      () => 'failed' as const,
    ),
    sleep(ms).then(() => 'pending' as const),
  ]);
async function until(is: () => boolean | undefined): Promise<void> {
  const end = Date.now() + 10_000;
  while (!is()) {
    if (Date.now() > end) throw new Error(`It never was so: ${is.toString()}`);
    await sleep(5);
  }
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

  get ids(): string[] {
    return this.events.map(({ id }) => id);
  }
}

interface Case {
  readonly sentence: string;
  readonly run: (client: KurrentDBClient) => Promise<void>;
}

const cases: Case[] = [
  {
    sentence: 'an append answers with the revision and the position of its last event',
    async run(client) {
      const stream = newStream();
      const answer = await client.appendToStream(stream, some(3), { streamState: NO_STREAM });
      const [first, , third] = await all(client.readStream(stream));
      expect(answer).toEqual({
        success: true,
        nextExpectedRevision: 2n,
        position: { commit: third!.at, prepare: third!.at },
      });
      expect(third!.at - first!.at).toBeGreaterThan(2n);
      expect(first!.at).toBeGreaterThan(0n);
    },
  },
  {
    sentence: 'an append to another revision than the last is refused and names the last',
    async run(client) {
      const stream = newStream();
      const append = (streamState: AppendToStreamOptions['streamState']) =>
        client.appendToStream(stream, some(1), { streamState });
      expect(await failure(append(0n))).toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
        actualState: NO_STREAM,
      });
      expect(await failure(append(STREAM_EXISTS))).toMatchObject({ type: ErrorType.WRONG_EXPECTED_VERSION });
      await append(NO_STREAM);
      await append(STREAM_EXISTS);
      await append(ANY);
      for (const state of [NO_STREAM, 0n, 1n, 3n])
        expect(await failure(append(state))).toMatchObject({
          type: ErrorType.WRONG_EXPECTED_VERSION,
          expectedState: state,
          actualState: 2n,
        });
      await append(2n);
      expect(await all(client.readStream(stream))).toHaveLength(4);
    },
  },
  {
    // IndexWriter.cs, CheckCommit: "strong idempotency checks"; RequestManagerBase.cs, ReturnCommitAt
    sentence: 'the same events at the same earlier revision are not written again: the answer is the earlier one',
    async run(client) {
      const stream = newStream();
      const [a, b, c, d] = some(4);
      const first = await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM });
      const second = await client.appendToStream(stream, [c!], { streamState: 1n });
      await client.appendToStream(stream, [d!], { streamState: 2n });
      expect(await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM })).toEqual(first);
      expect(await client.appendToStream(stream, [c!], { streamState: 1n })).toEqual(second);
      // Fewer of them too: as if they had come alone.
      expect(await client.appendToStream(stream, [a!], { streamState: NO_STREAM })).toMatchObject({
        nextExpectedRevision: 0n,
      });
      expect(await all(client.readStream(stream))).toHaveLength(4);
    },
  },
  {
    // StorageWriterService.cs, VerifyCommitChecks: CorruptedIdempotency counts as a failed check
    sentence: 'events that are there only in part, or elsewhere in the stream, are a conflict',
    async run(client) {
      const stream = newStream();
      const [a, b, c] = some(3);
      await client.appendToStream(stream, [a!, b!], { streamState: NO_STREAM });
      for (const [events, streamState] of [
        [[a!, c!], NO_STREAM],
        [[c!, b!], NO_STREAM],
        [[a!, b!, c!], NO_STREAM],
        [[b!], NO_STREAM],
        [[a!], 0n],
      ] as const)
        expect(await failure(client.appendToStream(stream, [...events], { streamState }))).toMatchObject({
          type: ErrorType.WRONG_EXPECTED_VERSION,
          actualState: 1n,
        });
    },
  },
  {
    // IndexWriter.cs, CheckCommit: "writing exactly to the end … -> ok"
    sentence:
      'an event that is there is written a second time where the revision is the last one: its id guards nothing',
    async run(client) {
      const stream = newStream();
      const a = event();
      await client.appendToStream(stream, a, { streamState: NO_STREAM });
      await client.appendToStream(stream, a, { streamState: 0n });
      await client.appendToStream(newStream(), a, { streamState: NO_STREAM });
      expect((await all(client.readStream(stream))).map(({ id }) => id)).toEqual([a.id, a.id]);
    },
  },
  {
    // IndexWriter.cs, CheckCommit: "weak idempotency checks"
    sentence: 'without a revision only events of late are known again, and only in their own stream',
    async run(client) {
      const stream = newStream();
      const [a, b] = some(2);
      const first = await client.appendToStream(stream, a!, { streamState: ANY });
      expect(await client.appendToStream(stream, a!, { streamState: ANY })).toEqual(first);
      expect(await client.appendToStream(stream, a!, { streamState: STREAM_EXISTS })).toEqual(first);
      expect(await failure(client.appendToStream(stream, [a!, b!], { streamState: ANY }))).toMatchObject({
        type: ErrorType.WRONG_EXPECTED_VERSION,
      });
      // The cache holds one place for an id.
      await client.appendToStream(newStream(), a!, { streamState: ANY });
      await client.appendToStream(stream, a!, { streamState: ANY });
      expect(await all(client.readStream(stream))).toHaveLength(2);
    },
  },
  {
    // Streams.Append.cs, which the client uses when a call has credentials of its own
    sentence: 'an append on a call of its own is treated as one on the common stream',
    async run(client) {
      const stream = newStream();
      const [a, b, c] = some(3);
      const credentials = { username: 'admin', password: 'changeit' };
      const append = (events: (typeof a)[], streamState: AppendToStreamOptions['streamState']) =>
        client.appendToStream(stream, events as never, { streamState, credentials });
      const first = await append([a, b], NO_STREAM);
      expect(first).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(await append([a, b], NO_STREAM)).toEqual(first);
      expect(await failure(append([a, c], NO_STREAM))).toMatchObject({ actualState: 1n, expectedState: NO_STREAM });
      expect(await failure(append([c], 7n))).toMatchObject({ actualState: 1n, expectedState: 7n });
      await append([c], 1n);
      expect((await all(client.readStream(stream))).map(({ id }) => id)).toEqual([a!.id, b!.id, c!.id]);
    },
  },
  {
    sentence: 'of many appends to one revision at once one succeeds',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(1), { streamState: NO_STREAM });
      const outcomes = await Promise.allSettled(
        some(40).map((one) => client.appendToStream(stream, one, { streamState: 0n })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await all(client.readStream(stream))).toHaveLength(2);
    },
  },
  {
    // Streams.BatchAppend.cs, Receive: no time left
    sentence: 'an append whose deadline is over when it comes is refused and not written',
    async run(client) {
      const stream = newStream();
      const error = await failure(client.appendToStream(stream, some(1), { deadline: -60_000 }));
      expect(error).toMatchObject({ type: ErrorType.DEADLINE_EXCEEDED });
      expect(await failure(all(client.readStream(stream)))).toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    },
  },
  {
    sentence: 'an append in several messages is one append',
    async run(client) {
      const stream = newStream();
      const answer = await client.appendToStream(stream, some(20), { streamState: NO_STREAM, batchAppendSize: 200 });
      expect(answer.nextExpectedRevision).toBe(19n);
      expect((await all(client.readStream(stream))).map(({ revision }) => revision)).toEqual([...Array(20).keys()]);
    },
  },
  {
    sentence: 'a stream is read from any revision in both directions',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(70));
      const read = async (options: Parameters<typeof client.readStream>[1]): Promise<number[]> =>
        (await all(client.readStream(stream, options))).map(({ revision }) => revision);
      expect(await read({})).toEqual([...Array(70).keys()]);
      expect(await read({ fromRevision: 67n })).toEqual([67, 68, 69]);
      expect(await read({ fromRevision: 3n, maxCount: 2 })).toEqual([3, 4]);
      expect(await read({ fromRevision: 70n })).toEqual([]);
      expect(await read({ direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([69, 68]);
      expect(await read({ direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
      expect(await failure(all(client.readStream(newStream())))).toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
    },
  },
  {
    // AllReader.cs, ReadAllEventsForwardInternal and …Backward…
    sentence: '$all read forwards begins with the event at the position, read backwards with the one before it',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(3));
      const [a, b, c] = await all(client.readStream(stream));
      const fromPosition = { commit: b!.at, prepare: b!.at };
      const filter = streamNameFilter({ prefixes: [stream] });
      expect(await all(client.readAll({ fromPosition, filter }))).toEqual([b, c]);
      expect(await all(client.readAll({ fromPosition, maxCount: 1 }))).toEqual([b]);
      expect(await all(client.readAll({ fromPosition, maxCount: 1, direction: BACKWARDS }))).toEqual([a]);
      const behindAll = { commit: c!.at + 1_000_000n, prepare: c!.at + 1_000_000n };
      expect(await all(client.readAll({ fromPosition: behindAll }))).toEqual([]);
    },
  },
  {
    // AllReader.cs through TFChunkReader.cs; StorageReaderWorker.All.cs: InvalidReadException
    sentence: 'a position at which no record begins is refused, in another way by a read than by a subscription',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(2));
      const [a] = await all(client.readStream(stream));
      const fromPosition = { commit: a!.at + 1n, prepare: a!.at + 1n };
      expect(await failure(all(client.readAll({ fromPosition, maxCount: 1 })))).toMatchObject({
        type: ErrorType.UNKNOWN,
      });
      const listener = new Listener(client, { fromPosition });
      await until(() => listener.errors.length > 0);
      expect(listener.errors[0]!.message).toContain('Trying to read from an invalid position.');
      expect(listener.events).toEqual([]);
    },
  },
  {
    // EventFilter.cs
    sentence: '$all is filtered by the names of streams and the types of events, by prefix and by pattern',
    async run(client) {
      const stream = newStream();
      const from = await headOf(client);
      const [a, b] = [event(undefined, {}, 'Spec.Opened'), event(undefined, {}, 'Spec.Closed')];
      await client.appendToStream(stream, [a, b]);
      await client.appendToStream(`other-${stream}`, [event(undefined, {}, 'Spec.Opened')]);
      const read = async (filter: NonNullable<SubscribeToAllOptions['filter']>, direction = FORWARDS) =>
        (
          await all(
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
      const foreigners = await all(client.readAll({ filter: excludeSystemEvents(), maxCount: 100 }));
      expect(foreigners.some(({ stream }) => stream.startsWith('$'))).toBe(false);
    },
  },
  {
    // Enumerator.AllSubscription.cs: CatchUp skips what is at the position, GoLive follows
    sentence: 'a subscription begins after its position, says when it has caught up, and follows',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(40));
      const events = await all(client.readStream(stream));
      const listener = new Listener(client, { fromPosition: { commit: events[1]!.at, prepare: events[1]!.at } });
      await until(() => listener.caughtUp.length > 0);
      const own = (): Recorded[] => listener.events.filter((one) => one.stream === stream);
      expect(own()).toEqual(events.slice(2));
      await client.appendToStream(stream, some(2));
      await until(() => own().length === 40);
      expect(own()).toEqual((await all(client.readStream(stream))).slice(2));
      expect(listener.caughtUp[0]!.commit).toBeGreaterThanOrEqual(events.at(-1)!.at);
      await listener.subscription.unsubscribe();
    },
  },
  {
    sentence: 'a subscription from the end hears only what comes',
    async run(client) {
      const stream = newStream();
      await client.appendToStream(stream, some(1));
      const listener = new Listener(client, { fromPosition: END, filter: streamNameFilter({ prefixes: [stream] }) });
      await until(() => listener.confirmed && listener.caughtUp.length > 0);
      await client.appendToStream(stream, some(1));
      await until(() => listener.events.length > 0);
      expect(listener.events.map(({ revision }) => revision)).toEqual([1]);
      await listener.subscription.unsubscribe();
    },
  },
  {
    // Enumerator.AllSubscriptionFiltered.cs, CatchUp; SubscriptionsService.cs, ProcessEventCommitted
    sentence: 'a filtered subscription is told how far it is over a stretch of foreign events, behind and live',
    async run(client) {
      const stream = newStream();
      const from = await headOf(client);
      const behind = await foreign(client, 45);
      const filter = streamNameFilter({ prefixes: [stream], maxSearchWindow: 10, checkpointInterval: 1 });
      const listener = new Listener(client, { fromPosition: from, filter });
      await until(() => listener.caughtUp.length > 0);
      const told = listener.checkpoints.map(({ commit }) => commit);
      expect(told.length).toBeGreaterThanOrEqual(4);
      expect(told).toEqual([...new Set(told)].sort((a, b) => (a < b ? -1 : 1)));
      // It lags: the last page is never part of it.
      expect(told.at(-1)).toBeLessThanOrEqual(behind.at(-1)!);
      expect(told.at(-1)).toBeGreaterThan(behind[20]!);
      const live = await foreign(client, 20);
      await until(() => (listener.checkpoints.at(-1)?.commit ?? 0n) > live[0]!);
      // Going on from any checkpoint loses nothing.
      const last = await client.appendToStream(stream, some(1));
      for (const fromPosition of [listener.checkpoints[0]!, listener.checkpoints.at(-1)!]) {
        const again = new Listener(client, { fromPosition, filter: streamNameFilter({ prefixes: [stream] }) });
        await until(() => again.events.length > 0);
        expect(again.events[0]!.at).toBe(last.position!.commit);
        await again.subscription.unsubscribe();
      }
      await listener.subscription.unsubscribe();
    },
  },
  {
    // Enumerator.AllSubscriptionFiltered.cs, CatchUp: "when completed.CurrentPos == completed.NextPos, we can't use …"
    sentence: 'a subscription that has caught up over few foreign events tells a position before the head',
    async run(client) {
      const from = await headOf(client);
      const [, last] = await foreign(client, 2);
      const listener = new Listener(client, {
        fromPosition: from,
        filter: streamNameFilter({ prefixes: [newStream()] }),
      });
      await until(() => listener.caughtUp.length > 0);
      expect(listener.caughtUp[0]!.commit).toBeLessThan(last!);
      await listener.subscription.unsubscribe();
    },
  },
  {
    // Streams.Delete.cs; RpcExceptions.cs, StreamDeleted
    sentence: 'a stream that is deleted for ever takes no events and is not read, but stays in $all',
    async run(client) {
      const stream = newStream();
      const { position } = await client.appendToStream(stream, some(1));
      await client.tombstoneStream(stream);
      expect(await failure(client.appendToStream(stream, some(1)))).toMatchObject({ type: ErrorType.STREAM_DELETED });
      expect(await failure(all(client.readStream(stream)))).toMatchObject({ type: ErrorType.STREAM_DELETED });
      const [found] = await all(client.readAll({ fromPosition: position!, maxCount: 1 }));
      expect(found!.stream).toBe(stream);
    },
  },
];

const doubles: { stop(): Promise<void> }[] = [];
const clients: KurrentDBClient[] = [];
async function startDouble(options: DoubleOptions = {}): Promise<KurrentdbDouble> {
  const double = await KurrentdbDouble.start(options);
  doubles.push(double);
  return double;
}
/** Never disposed of: some of these clients never come back from that. Their connections die with the double. */
function connect(url: string): KurrentDBClient {
  const client = KurrentDBClient.connectionString(url);
  clients.push(client);
  return client;
}
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.stop()));
});

describe('The double, as the server does:', () => {
  let double: KurrentdbDouble;
  let client: KurrentDBClient;
  beforeAll(async () => {
    double = await KurrentdbDouble.start();
    client = KurrentDBClient.connectionString(double.url);
    double.foreign(50);
  });
  afterAll(async () => {
    await client.dispose();
    await double.stop();
  });
  it.each(cases)('$sentence', ({ run }) => run(client));
});

describe('A real server:', () => {
  if (!REAL) {
    for (const { sentence } of cases) it.skip(`${sentence} (skipped: no KURRENTDB_URL)`, () => {});
    return;
  }
  let client: KurrentDBClient;
  beforeAll(() => {
    client = KurrentDBClient.connectionString(REAL);
  });
  afterAll(() => client.dispose());
  it.each(cases)('$sentence', ({ run }) => run(client), 30_000);
});
