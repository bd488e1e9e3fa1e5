/** A counter: the smallest aggregate, for tests of the core. */
import { v7 as uuidv7 } from 'uuid';
import { Rejected, type Aggregate } from '../aggregate.js';
import { EventCodec, type Meta, type NewEvent } from '../events.js';

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
