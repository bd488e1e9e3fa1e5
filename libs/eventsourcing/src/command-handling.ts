import { fold, streamOf, type Aggregate } from './aggregate.js';
import { NO_STREAM, WrongRevision, type EventStore } from './event-store.js';
import type { EventCodec, EventMap, Meta, NewEvent } from './events.js';

/** A log: a store, and the codec that reads and writes what is in it. */
export interface Log {
  readonly store: EventStore;
  readonly codec: EventCodec;
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
 * Load, recognise a repeated command, decide, append; decide again when another command was faster.
 * @param expected the revision the caller saw (`If-Match`); with it a lost race is the caller's to settle
 * @throws WrongRevision, and whatever `decide` throws (`Rejected`)
 */
export async function handle<State, M extends EventMap>(
  { store, codec }: Log,
  aggregate: Aggregate<State, M>,
  id: string,
  decide: (state: State, revision: number) => readonly NewEvent<M>[],
  meta: Meta,
  expected?: number,
): Promise<Handled<State>> {
  const stream = streamOf(aggregate, id);
  for (let attempt = 1; ; attempt++) {
    const history = (await store.read(stream)).map((e) => codec.decode(e));
    const earlier = history.filter((event) => event.meta.commandId === meta.commandId);
    if (earlier.length > 0) {
      const [first, last] = [earlier[0]!, earlier.at(-1)!];
      const before = foldRecorded(aggregate, history.slice(0, first.revision));
      const state = foldRecorded(aggregate, history.slice(0, last.revision + 1));
      return { before, state, revision: last.revision, position: last.position };
    }
    const revision = history.at(-1)?.revision ?? NO_STREAM;
    if (expected !== undefined && expected !== revision) throw new WrongRevision(stream, expected, revision);

    const before = foldRecorded(aggregate, history);
    const events = decide(before, revision);
    if (events.length === 0) return { before, state: before, revision, position: history.at(-1)?.position ?? '0' };
    try {
      const encoded = events.map((event) => codec.encode(aggregate.category, event));
      const appended = await store.append(stream, revision, encoded, meta);
      return { before, state: fold(aggregate, before, events, revision), ...appended };
    } catch (error) {
      if (!(error instanceof WrongRevision) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The state of an aggregate as its stream stands, up to a position (`knownAt`); the initial state when there is none. */
export async function load<State, M extends EventMap>(
  { store, codec }: Log,
  aggregate: Aggregate<State, M>,
  id: string,
  knownAt?: string,
): Promise<{ state: State; revision: number; position: string | null }> {
  const history = (await store.read(streamOf(aggregate, id)))
    .filter((event) => knownAt === undefined || BigInt(event.position) <= BigInt(knownAt))
    .map((e) => codec.decode(e));
  const last = history.at(-1);
  return {
    state: foldRecorded(aggregate, history),
    revision: last?.revision ?? NO_STREAM,
    position: last?.position ?? null,
  };
}

const foldRecorded = <State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  history: readonly { name: string; data: object; revision: number; recordedAt: string }[],
): State => fold(aggregate, aggregate.initial, history as never);
