/** Aggregates: how events fold to a state, and how a rule refuses (`Rejected`). */
import type { EventCatalog, EventMap, Meta, NewEvent, Upcast } from './events.js';

/** The maker of an event, as far as states know it. */
export type Maker = Pick<Meta, 'agency' | 'role'>;

/** A result that is worked out in steps, between which other work may have its turn. */
export type StateSteps<State> = Generator<void, State, void>;

/** Works it out at once. */
export function runSteps<State>(steps: StateSteps<State>): State {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** An event as `evolve` sees it: data, revision and maker. */
export interface StreamEvent<Data> {
  readonly data: Data;
  readonly revision: number;
  readonly by: Maker;
}

/**
 * A decider: the events of one stream, the state they add up to, and how each changes it. Decisions are functions of
 * (state, act, context) beside it. All pure: time, ids and actor come in with the act.
 */
export interface Aggregate<State, M extends EventMap> extends EventCatalog {
  /** The streams are `<category>-<id>`, the wire names `<category>.<name>`. */
  readonly category: string;
  readonly initial: State;
  /** A function per event: the keys are the one list of the aggregate's event names. */
  readonly evolve: { readonly [N in keyof M & string]: (state: State, event: StreamEvent<M[N]>) => State };
  readonly upcasts?: { readonly [N in keyof M & string]?: readonly Upcast[] };
  /** Works out the facts that events have left open, once after all that are folded together; a step at a time. */
  readonly settle?: (state: State) => StateSteps<State> | null;
}

export const streamOf = (aggregate: { category: string }, id: string): string => `${aggregate.category}-${id}`;

/** The state after some more events. New events get the revisions that follow `revision`, and are made by `by`. */
export function fold<State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  state: State,
  events: readonly (NewEvent<M> & { revision?: number; meta?: Maker })[],
  revision = -1,
  by: Maker = { agency: null, role: 'secretariat' },
): State {
  const after = foldUnsettled(aggregate, state, events, revision, by);
  const steps = aggregate.settle?.(after);
  return steps ? runSteps(steps) : after;
}

/** The state after some more events, as `fold` gives it, but before `settle`: for callers that have yet more events. */
export function foldUnsettled<State, M extends EventMap>(
  aggregate: Aggregate<State, M>,
  state: State,
  events: readonly (NewEvent<M> & { revision?: number; meta?: Maker })[],
  revision = -1,
  by: Maker = { agency: null, role: 'secretariat' },
): State {
  for (const event of events) {
    revision = event.revision ?? revision + 1;
    const evolve = aggregate.evolve[event.name] as (state: State, event: StreamEvent<unknown>) => State;
    const { agency, role } = event.meta ?? by;
    state = evolve(state, { data: event.data, revision, by: { agency, role } });
  }
  return state;
}

/** Decides several acts in turn, each on the state that those before it led to: the events of all of them. */
export const decideInTurn =
  <State, M extends EventMap, Act>(
    aggregate: Aggregate<State, M>,
    acts: readonly Act[],
    decide: (act: Act, state: State) => NewEvent<M>[],
    by?: Maker,
  ) =>
  (before: State, revision: number): NewEvent<M>[] => {
    const events: NewEvent<M>[] = [];
    let state = before;
    for (const [index, act] of acts.entries()) {
      const decided = decide(act, state);
      if (index < acts.length - 1) state = fold(aggregate, state, decided, revision + events.length, by);
      events.push(...decided);
    }
    return events;
  };

/** A field that is at fault: its place in the body (RFC 6901) and its fault. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

/** The kind of a refusal; the edge has a status for each. The first of them are codes, too. */
const GENERAL_REFUSALS = [
  ...(['invalid', 'bad_request', 'unauthenticated', 'forbidden', 'not_found', 'conflict'] as const),
  ...(['too_many_requests', 'not_yet'] as const),
] as const;
export type RefusalKind = (typeof GENERAL_REFUSALS)[number] | 'rule';

const refusalKindOf = (code: string): RefusalKind => GENERAL_REFUSALS.find((kind) => kind === code) ?? 'rule';

/**
 * The one way an act is refused. The code is part of the API, the message is for people. A general code is its own kind; any
 * other names a rule.
 */
export class Rejected extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
    readonly kind: RefusalKind = refusalKindOf(code),
  ) {
    super(message);
  }
}

/** It is so already, or not in a state for it. `pointer` names the field at fault, if it is one. */
export class Conflict extends Rejected {
  constructor(code: string, message: string, pointer?: string) {
    super(code, message, pointer === undefined ? [] : [{ pointer, message }], 'conflict');
  }
}

/** A rule that one field breaks. */
export const refused = (code: string, pointer: string, message: string): Rejected =>
  new Rejected(code, message, [{ pointer, message }]);

/** A refusal, with its pointers placed in a greater body. */
export const refusedWithin = (pointer: string, error: unknown): unknown =>
  error instanceof Rejected
    ? new Rejected(
        error.code,
        error.message,
        error.errors.map((e) => ({ ...e, pointer: pointer + e.pointer })),
        error.kind,
      )
    : error;
