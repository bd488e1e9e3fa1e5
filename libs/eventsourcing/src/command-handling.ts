/** Commands: decided on the state of their stream, appended, and decided again after a lost race. */
import { LRUCache } from 'lru-cache';
import { Rejected, streamOf, foldUnsettled, type Aggregate } from './aggregate.js';
import { decodeAll, revisionsToErase } from './blanking.js';
import { NO_STREAM, WrongRevision, type EventStore } from './event-store.js';
import type { EncodedEvent, EventCodec, EventMap, Meta, NewEvent, Recorded } from './events.js';
import { Turns } from './turns.js';

/** A stream as it was loaded: its state, its last event, and the commands that wrote it. */
export interface LoadedStream<State = unknown> {
  readonly state: State;
  readonly revision: number;
  readonly position: string | null;
  /** Added to in place: a long stream has as many commands as events. It may know commands that `state` does not. */
  readonly commands: Set<string>;
}

/** The states of streams lately used, so that a command on one of them need not read it. */
export type RecentStreams = LRUCache<string, LoadedStream>;

/** @param events how many events all streams that are kept may have together */
export const recentStreams = (streams = 10_000, events = 200_000): RecentStreams =>
  new LRUCache({ max: streams, maxSize: events, sizeCalculation: ({ revision }) => revision + 2 });

/** A log: a store, and the codec that reads and writes its events. */
export interface Log {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly recent?: RecentStreams;
}

/** The result of a command. `before` and `state` are the aggregate's states around its events. */
export interface CommandResult<State> {
  readonly before: State;
  readonly state: State;
  readonly revision: number;
  readonly position: string;
}

/** Each lost race is another command's success, so this is only met by very many commands on one stream at once. */
const MAX_ATTEMPTS = 100;

/**
 * Recognise a repeated command, decide, append. The command is decided on the cached state of its stream, if there is
 * one: the append fails when that is out of date. A refusal, a lost race or another expected revision counts only once
 * the stream was read. The payload that a `Blanked` event names is erased once the event is in the log, by the first
 * process that meets it.
 * @param expected the revision the caller saw (`If-Match`); with it a lost race is the caller's to settle
 * @throws WrongRevision, and every error of `decide` (`Rejected`)
 */
export async function handle<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  id: string,
  decide: (state: State, revision: number) => readonly NewEvent<M>[],
  meta: Meta,
  expected?: number,
): Promise<CommandResult<State>> {
  const stream = streamOf(aggregate, id);
  const supposed = supposedOf(log, aggregate, stream, meta);
  if (supposed && (expected ?? supposed.revision) === supposed.revision)
    try {
      const events = decide(supposed.state, supposed.revision);
      if (events.length > 0) return await appended(log, aggregate, stream, supposed, events, meta);
    } catch (error) {
      if (!(error instanceof Rejected || error instanceof WrongRevision)) throw error;
    }
  for (let attempt = 1; ; attempt++) {
    const before = await loadState(log, aggregate, stream);
    const { state, revision, position, commands } = before;
    if (commands.has(meta.commandId)) return earlier(log, aggregate, stream, meta.commandId);
    if (expected !== undefined && expected !== revision) throw new WrongRevision(stream, expected, revision);

    const events = decide(state, revision);
    if (events.length === 0) return { before: state, state, revision, position: position ?? '0' };
    try {
      return await appended(log, aggregate, stream, before, events, meta);
    } catch (error) {
      if (!(error instanceof WrongRevision) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const nothingOf = <State, M extends EventMap>({ initial }: Aggregate<State, M>): LoadedStream<State> => ({
  state: initial,
  revision: NO_STREAM,
  position: null,
  commands: new Set(),
});

/**
 * Whether a command cannot have been given before. Its id is a UUIDv7 then, made just now for it alone; an id of another version
 * is derived from the command, so that the same command given again has the same id.
 */
const isMadeJustNow = (commandId: string): boolean => commandId[14] === '7';

/**
 * The supposed state of a stream before it is read: the state kept of it, or nothing when the command cannot have
 * been given before. `undefined`: it must be read.
 */
function supposedOf<State, M extends EventMap>(
  { recent }: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
  { commandId }: Meta,
): LoadedStream<State> | undefined {
  const kept = recent?.get(stream) as LoadedStream<State> | undefined;
  if (kept) return kept.commands.has(commandId) ? undefined : kept;
  return recent && isMadeJustNow(commandId) ? nothingOf(aggregate) : undefined;
}

/** Whether just these events follow a revision: a command that was given before, to another process, may have said others. */
async function isInLog(
  { store }: Log,
  stream: string,
  revision: number,
  encoded: readonly EncodedEvent[],
): Promise<boolean> {
  const written = await store.read(stream, revision + 1, encoded.length);
  return encoded.every(({ data }, i) => written[i]?.data === data);
}

/** Appends the events decided on a state, and caches the new state of the stream. */
async function appended<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
  { state: before, revision, commands }: LoadedStream<State>,
  events: readonly NewEvent<M>[],
  meta: Meta,
): Promise<CommandResult<State>> {
  const encoded = events.map((event) => log.codec.encode(aggregate.category, event));
  const named = revisionsToErase(events, revision);
  const done = await log.store.append(stream, revision, encoded, meta);
  const isOther = done.revision !== revision + events.length;
  if (isOther || (!isMadeJustNow(meta.commandId) && !(await isInLog(log, stream, revision, encoded)))) {
    await loadState(log, aggregate, stream); // erases the words that it named
    return earlier(log, aggregate, stream, meta.commandId);
  }
  for (const erased of named) await log.store.blank(stream, erased);
  commands.add(meta.commandId);
  const state = await settledInTurns(aggregate, foldUnsettled(aggregate, before, events, revision, meta));
  // Meanwhile another command may have come.
  if ((log.recent?.peek(stream)?.revision ?? revision) <= done.revision)
    log.recent?.set(stream, { state, ...done, commands });
  return { before, state, ...done };
}

/** A stream's state; of a cached stream only later events are read. */
async function loadState<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
): Promise<LoadedStream<State>> {
  const { store, recent } = log;
  const known = (recent?.get(stream) as LoadedStream<State> | undefined) ?? nothingOf(aggregate);
  const since = await decodeAll(log, await store.read(stream, known.revision + 1));
  const last = since.at(-1);
  if (!last) return known;
  for (const erased of revisionsToErase(since, last.revision)) await store.blank(stream, erased);
  for (const { meta } of since) known.commands.add(meta.commandId);
  const now = {
    state: await foldRecorded(aggregate, known.state, since),
    revision: last.revision,
    position: last.position,
    commands: known.commands,
  };
  recent?.set(stream, now);
  return now;
}

/** The state of an aggregate as its stream stands now; of one lately used only later events are read. */
export async function present<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  id: string,
): Promise<State> {
  return (await loadState(log, aggregate, streamOf(aggregate, id))).state;
}

/** The result of a command that was given before. */
async function earlier<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
  commandId: string,
): Promise<CommandResult<State>> {
  const history = await decodeAll(log, await log.store.read(stream));
  const own = history.filter(({ meta }) => meta.commandId === commandId);
  const [first, last] = [own[0]!, own.at(-1)!];
  const before = await foldRecorded(aggregate, aggregate.initial, history.slice(0, first.revision));
  const state = await foldRecorded(aggregate, before, history.slice(first.revision, last.revision + 1));
  return { before, state, revision: last.revision, position: last.position };
}

/** The state of an aggregate as its stream stands, up to a position (`knownAt`); the initial state when there is none. */
export async function load<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  id: string,
  knownAt?: string,
): Promise<{ state: State; revision: number; position: string | null }> {
  const history = (await decodeAll(log, await log.store.read(streamOf(aggregate, id)))).filter(
    ({ position }) => knownAt === undefined || BigInt(position) <= BigInt(knownAt),
  );
  const last = history.at(-1);
  return {
    state: await foldRecorded(aggregate, aggregate.initial, history),
    revision: last?.revision ?? NO_STREAM,
    position: last?.position ?? null,
  };
}

/** The state after some more recorded events, in turns with other work. */
export async function foldRecorded<State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  state: State,
  events: readonly Recorded[],
): Promise<State> {
  const turns = new Turns();
  for (const event of events) {
    state = foldUnsettled(aggregate, state, [event] as never);
    const pause = turns.next();
    if (pause) await pause;
  }
  return settledInTurns(aggregate, state, turns);
}

async function settledInTurns<State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  state: State,
  turns?: Turns,
): Promise<State> {
  const steps = aggregate.settle?.(state);
  if (!steps) return state;
  turns ??= new Turns();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    const pause = turns.next();
    if (pause) await pause;
  }
}
