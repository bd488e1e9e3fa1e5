/** A guest book: an aggregate with words that can be blanked, for tests of the core. */
import type { Aggregate, Maker } from '../aggregate.js';
import { EventCodec, type Blanked, type NewEvent } from '../events.js';

/** The events of a guest book, for tests of who made an event and of erasure. */
export type GuestBook = readonly (Signed & { readonly by: Maker; readonly revision: number })[];
type Signed = { readonly name: string; readonly stars: number | null };
export type GuestBookEvents = { Signed: Signed; Blanked: Blanked };

export const guestBook: Aggregate<GuestBook, GuestBookEvents> = {
  category: 'guests',
  initial: [],
  evolve: {
    Signed: (book, { data, revision, by }) => [...book, { ...data, revision, by }],
    Blanked: (book, { data }) =>
      book.map((entry) => (entry.revision === data.revision ? { ...entry, ...data.left } : entry)),
  },
  upcasts: { Signed: [(data: { name: string }) => ({ ...data, stars: null })] },
};

export const signed = (name: string, stars: number | null = 5): NewEvent<GuestBookEvents> => ({
  name: 'Signed',
  data: { name, stars },
});

/** Blanks the name of an entry. */
export const blanked = (revision: number, stars = 5, reason = 'asked to'): NewEvent<GuestBookEvents> => ({
  name: 'Blanked',
  data: { revision, reason, version: 2, left: { name: '…', stars } },
});

export const guestBookCodec = new EventCodec([guestBook]);
