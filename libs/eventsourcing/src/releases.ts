/** The decisions of operators that a projection passes over an event for good. */
import type { Aggregate } from './aggregate.js';
import type { Envelope } from './events.js';

export type EventPlace = Pick<Envelope, 'stream' | 'revision'>;

/** The event of a stream that a projection passes over for good when it cannot be applied. */
export type Released = EventPlace;

/** The decisions of operators about a projection: the streams `projection-<name>`. */
export const releases: Aggregate<readonly Released[], { Released: Released }> = {
  category: 'projection',
  initial: [],
  evolve: { Released: (all, { data }) => [...all, data] },
};
