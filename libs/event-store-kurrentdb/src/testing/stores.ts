/** The common part of specs of stores in KurrentDB: doubles and stores that are kept to be stopped, events, followers. */
import { expect } from '@jest/globals';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { NO_STREAM, StoreUnavailable, type Appended, type EncodedEvent, type Envelope } from '#eventsourcing';
import { newMeta, allEventsOf, failure } from '../../../eventsourcing/src/testing/appending.js';
import { idleTime, Turns } from '../../../eventsourcing/src/testing/tested-log.js';
import { KurrentdbDouble, type DoubleOptions } from '../../../../test/support/kurrentdb-double.js';
import { waitUntil } from '../../../../test/support/waiting.js';
import { endClient } from '../connection.js';
import { KurrentdbEventStore, type KurrentdbOptions } from '../kurrentdb-event-store.js';

export const newPrefix = (): string => `test-${uuidv7()}.`;
export const withPrefix = (url: string, prefix: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}prefix=${prefix}`;

/** The resources that a test has opened, the last first. */
const opened: { stop(): unknown }[] = [];
export const keep = <T extends { stop(): unknown }>(something: T): T => {
  opened.push(something);
  return something;
};
/** For the end of every test, or spec, that opens something. */
export async function stopKept(): Promise<void> {
  for (const something of opened.toReversed()) await something.stop();
  opened.length = 0;
}

export const newDouble = async (options?: DoubleOptions): Promise<KurrentdbDouble> =>
  keep(await KurrentdbDouble.start(options));
export { endClient, waitUntil };
/** A store that gives up soon: for calls that get no answer. */
export const QUICK = { deadline: 600, settling: 400, watchAfter: 200 };
/** A store that waits for every answer, however busy the machine is. */
export const PATIENT = { ...QUICK, deadline: 60_000 };
/** A store with time for several attempts at an append, each of half the time that is left, on a busy machine, too. */
export const WITH_ATTEMPTS = { ...QUICK, deadline: 20_000 };
/** The time that a store may take beyond its limits, in ms of a machine that has nothing else to do. */
export const SLACK_MS = 1_500;
export function newStore(url: string, options: KurrentdbOptions = PATIENT): KurrentdbEventStore {
  const store = new KurrentdbEventStore(url, options);
  keep({ stop: () => store.close() });
  return store;
}
/** The client as it is. Its connection is closed at the end, too: else it goes on trying, and may reach who has the port then. */
export function bareClient({ url }: { readonly url: string }, deadline = PATIENT.deadline): KurrentDBClient {
  const client = KurrentDBClient.connectionString(`${url}&defaultDeadline=${deadline}&keepAliveInterval=10001`);
  keep({ stop: () => endClient(client) });
  return client;
}

/** An append of the bare client. */
export const bareAppend = (client: KurrentDBClient, stream: string) =>
  client.appendToStream(stream, jsonEvent({ type: 'x', data: {} }));

export { newMeta, allEventsOf, failure };
export const event = (n = 0): EncodedEvent => ({ type: 'test.Happened', version: 1, data: JSON.stringify({ n }) });
export const number = ({ data }: Envelope): number => (JSON.parse(data!) as { n: number }).n;
export const append = (
  store: KurrentdbEventStore,
  stream: string,
  expected = NO_STREAM,
  meta = newMeta(),
  events = [event()],
): Promise<Appended> => store.append(stream, expected, events, meta);
export const PENDING = Symbol('pending');
export const outcomeAfter = (ms: number, work: Promise<unknown>): Promise<unknown> => {
  work.catch(() => {});
  return Promise.race([work.then(() => 'done', String), idleTime(ms).then(() => PENDING)]);
};
/** The outcome of a call, and its duration by the turns that this process was given meanwhile. */
export async function timed(work: Promise<unknown>): Promise<{ answer: unknown; ms: number }> {
  const turns = new Turns();
  const answer: unknown = await work.catch((error: unknown) => error);
  return { answer, ms: turns.end() };
}
/** The answer to a call that a store may give up, which is made until it is answered. */
export async function answerOf<T>(call: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
}

/** A store that is connected: its limits count for the calls that follow, not for the connecting of all specs at once. */
export async function connected(url: string, options: KurrentdbOptions): Promise<KurrentdbEventStore> {
  const store = newStore(url, options);
  await answerOf(() => store.head());
  return store;
}

export interface Following {
  readonly events: Envelope[];
  readonly ended: Promise<unknown>;
}
export function follow(store: KurrentdbEventStore, from: string | null = null): Following {
  const abort = new AbortController();
  const events: Envelope[] = [];
  const ended = failure(
    (async () => {
      for await (const batch of store.subscribe(from, abort.signal)) events.push(...batch);
    })(),
  );
  keep({ stop: () => abort.abort() });
  return { events, ended };
}
/** Followed the events of the log exactly, once and in order. */
export async function expectFollowed({ events }: Following, store: KurrentdbEventStore): Promise<void> {
  const all = await allEventsOf(store);
  await waitUntil(() => events.length >= all.length);
  await sleep(50);
  expect(events.map(({ id, position }) => [id, position])).toEqual(all.map(({ id, position }) => [id, position]));
}
