/** A counter: the smallest aggregate, for tests of the core. */
import { v7 as uuidv7 } from 'uuid';
import { Rejected, type Aggregate } from '../aggregate.js';
import { EventCodec, type EventMap, type Meta, type NewEvent } from '../events.js';
import type { Handler } from '../projection.js';

/** The smallest aggregate there is, for tests of the core. */
export interface Counter {
  readonly total: number;
  readonly entries: readonly { readonly by: number; readonly revision: number }[];
}
export type CounterEvents = { Added: { by: number; note?: string }; Closed: object };

export const counter: Aggregate<Counter, CounterEvents> = {
  category: 'counter',
  initial: { total: 0, entries: [] },
  evolve: {
    Added: ({ total, entries }, { data, revision }) => ({
      total: total + data.by,
      entries: [...entries, { by: data.by, revision }],
    }),
    Closed: (state) => state,
  },
};

export const added = (by: number): NewEvent<CounterEvents> => ({ name: 'Added', data: { by } });

/** Adds, but not below zero. */
export const add =
  (by: number) =>
  ({ total }: Counter): NewEvent<CounterEvents>[] => {
    if (total + by < 0) throw new Rejected('below_zero', 'A counter does not go below zero.');
    return by === 0 ? [] : [added(by)];
  };

export const counterCodec = new EventCodec([counter]);

/** The meta of a command, a new one if no id is given. */
export const newMeta = (commandId = uuidv7(), more: Partial<Meta> = {}): Meta => ({
  actor: 'account-7',
  agency: null,
  role: 'secretariat',
  commandId,
  correlationId: commandId,
  causationId: null,
  ...more,
});

/** Handlers keyed by the event names of an aggregate: a misspelt one does not compile. */
export const handlersOf = <M extends EventMap>(
  aggregate: Aggregate<never, M> | { readonly category: string; readonly evolve: { readonly [N in keyof M]: unknown } },
  handlers: { readonly [N in keyof M & string]?: Handler<M[N]> },
): Record<string, Handler<never>> =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [`${aggregate.category}.${name}`, handler as Handler<never>]),
  );
