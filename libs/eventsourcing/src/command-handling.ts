import type { LRUCache } from 'lru-cache';
import { fold, streamOf, type Aggregate } from './aggregate.js';
import { decodeAll, namedIn } from './blanking.js';
import { NO_STREAM, WrongRevision, type EventStore } from './event-store.js';
import type { EventCodec, EventMap, Meta, NewEvent, Recorded } from './events.js';

/** What a stream has come to: its state, its last event, and the commands that wrote it. */
export interface Loaded<State = unknown> {
  readonly state: State;
  readonly revision: number;
  readonly position: string | null;
  readonly commands: ReadonlySet<string>;
}

/** A log: a store, and the codec that reads and writes what is in it. */
export interface Log {
  readonly store: EventStore;
  readonly codec: EventCodec;
  /** What streams lately written have come to, so that of these only what came since is read. */
  readonly recent?: LRUCache<string, Loaded>;
}

/** What a command did. `before` and `state` are the aggregate's states around its events. */
export interface Handled<State> {
  readonly before: State;
  readonly state: State;
  readonly revision: number;
  readonly position: string;
}

/** Each lost race is another command's success, so this is only met by very many commands on one stream at once. */
const ATTEMPTS = 100;

/**
 * Load, recognise a repeated command, decide, append; decide again when another command was faster. What a `Blanked` event
 * names is erased once the event is in the log, by whoever meets it first.
 * @param expected the revision the caller saw (`If-Match`); with it a lost race is the caller's to settle
 * @throws WrongRevision, and whatever `decide` throws (`Rejected`)
 */
export async function handle<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  id: string,
  decide: (state: State, revision: number) => readonly NewEvent<M>[],
  meta: Meta,
  expected?: number,
): Promise<Handled<State>> {
  const stream = streamOf(aggregate, id);
  for (let attempt = 1; ; attempt++) {
    const { state: before, revision, position, commands } = await loaded(log, aggregate, stream);
    if (commands.has(meta.commandId)) return earlier(log, aggregate, stream, meta.commandId);
    if (expected !== undefined && expected !== revision) throw new WrongRevision(stream, expected, revision);

    const events = decide(before, revision);
    if (events.length === 0) return { before, state: before, revision, position: position ?? '0' };
    try {
      const encoded = events.map((event) => log.codec.encode(aggregate.category, event));
      const named = namedIn(events, revision);
      const appended = await log.store.append(stream, revision, encoded, meta);
      for (const erased of named) await log.store.blank(stream, erased);
      const state = fold(aggregate, before, events, revision, meta);
      if (appended.revision === revision + events.length)
        log.recent?.set(stream, { state, ...appended, commands: new Set(commands).add(meta.commandId) });
      return { before, state, ...appended };
    } catch (error) {
      if (!(error instanceof WrongRevision) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A stream's state; of a stream lately written only what came since is read. */
async function loaded<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
): Promise<Loaded<State>> {
  const { store, recent } = log;
  const nothing = { state: aggregate.initial, revision: NO_STREAM, position: null, commands: new Set<string>() };
  const known = (recent?.get(stream) as Loaded<State> | undefined) ?? nothing;
  const since = await decodeAll(log, await store.read(stream, known.revision + 1));
  const last = since.at(-1);
  if (!last) return known;
  for (const erased of namedIn(since, last.revision)) await store.blank(stream, erased);
  const now = {
    state: foldRecorded(aggregate, known.state, since),
    revision: last.revision,
    position: last.position,
    commands: new Set([...known.commands, ...since.map(({ meta }) => meta.commandId)]),
  };
  recent?.set(stream, now);
  return now;
}

/** What a command did when it was given before. */
async function earlier<State, M extends EventMap>(
  log: Log,
  aggregate: Aggregate<State, M>,
  stream: string,
  commandId: string,
): Promise<Handled<State>> {
  const history = await decodeAll(log, await log.store.read(stream));
  const own = history.filter(({ meta }) => meta.commandId === commandId);
  const [first, last] = [own[0]!, own.at(-1)!];
  const before = foldRecorded(aggregate, aggregate.initial, history.slice(0, first.revision));
  const state = foldRecorded(aggregate, before, history.slice(first.revision, last.revision + 1));
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
    state: foldRecorded(aggregate, aggregate.initial, history),
    revision: last?.revision ?? NO_STREAM,
    position: last?.position ?? null,
  };
}

const foldRecorded = <State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  state: State,
  events: readonly Recorded[],
): State => fold(aggregate, state, events as never);
