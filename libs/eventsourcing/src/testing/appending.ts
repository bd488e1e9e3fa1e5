/** Appends to a store under test, and all that its log then holds. */
import { NO_STREAM, type EventStore } from '../event-store.js';
import type { EncodedEvent, Envelope } from '../events.js';
import { newMeta } from './counter.js';

export { newMeta };
export const event = (text = '', type = 'test.Happened'): EncodedEvent => ({
  type,
  version: 1,
  data: JSON.stringify({ text }),
});
export const append = (to: EventStore, stream: string, expected = NO_STREAM, events = [event()], meta = newMeta()) =>
  to.append(stream, expected, events, meta);

/** The pages of a log, of so many events at most. */
export async function pagesOf(from: EventStore, limit = 1_000): Promise<Envelope[][]> {
  const pages: Envelope[][] = [];
  for (let page; (page = await from.readAll(pages.at(-1)?.at(-1)?.position ?? null, limit)).length > 0;)
    pages.push(page);
  return pages;
}
export const allEventsOf = async (from: EventStore): Promise<Envelope[]> => (await pagesOf(from)).flat();

/** The error of work that fails; `null` of work that is done. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
