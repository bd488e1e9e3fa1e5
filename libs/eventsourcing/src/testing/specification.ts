/** The given/when/then kit for tests of decisions. */
import { expect } from '@jest/globals';
import { fold, Rejected, type Aggregate, type Maker } from '../aggregate.js';
import type { EventMap, NewEvent } from '../events.js';

/**
 * given(…events).when(decide).then(…events), .rejected(code) or .state(…): the whole kit for testing decisions.
 * A refusal may be given as its code alone, or with the pointers of its fields: `no_part /agency`.
 * `then` compares all events, so an extra one fails. A given event may say who made it (`by`); else the secretariat did.
 */
export const specification =
  <State, M extends EventMap>(aggregate: Aggregate<State, M>) =>
  (...history: (NewEvent<M> & { readonly by?: Maker })[]) => {
    const given = history.map(({ by, ...event }) => ({ ...event, meta: by })) as unknown as NewEvent<M>[];
    const before = fold(aggregate, aggregate.initial, given);
    return {
      state: before,
      when: (decide: (state: State) => readonly NewEvent<M>[]) => ({
        then: (...expected: NewEvent<M>[]) => expect(decide(before)).toEqual(expected),
        state: (by?: Maker) => fold(aggregate, before, decide(before), history.length - 1, by),
        rejected: (refusal: string) => {
          try {
            decide(before);
          } catch (error) {
            if (!(error instanceof Rejected)) throw error;
            const whole = [error.code, ...error.errors.map(({ pointer }) => pointer)].join(' ');
            return expect(refusal.includes(' ') ? whole : error.code).toBe(refusal);
          }
          throw new Error(`Not rejected, though ${refusal} was expected`);
        },
      }),
    };
  };
