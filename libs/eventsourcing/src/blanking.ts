/** Blanked events, as every reader decodes them: the words left by the last blanking stand in the place of the erased payload. */
import type { EventStore } from './event-store.js';
import type { Blanked, Envelope, EventCodec, Recorded } from './events.js';
import { Turns } from './turns.js';

const BLANKED_EVENT = 'Blanked';
export const isBlanked = ({ type }: { readonly type: string }): boolean => type.endsWith(`.${BLANKED_EVENT}`);

/**
 * Decodes events in their order. An event named by a `Blanked` event is decoded from `left` of that event: always if its
 * payload is erased, and before that if both are among `envelopes`.
 * @throws Error when a payload was erased and no `Blanked` event of the stream says so
 */
export async function decodeAll(
  { store, codec }: { readonly store: EventStore; readonly codec: EventCodec },
  envelopes: readonly Envelope[],
): Promise<Recorded[]> {
  const blankings = new Map<string, Recorded<Blanked>>();
  const keyOf = (stream: string, revision: number): string => `${stream} ${revision}`;
  const blankingOf = ({ stream, revision }: Envelope) =>
    blankings.size > 0 ? blankings.get(keyOf(stream, revision)) : undefined;
  const hear = (events: readonly Envelope[]): void => {
    // From the last on, as a `Blanked` event may itself have been blanked later.
    for (const event of events.filter(isBlanked).toReversed()) {
      if (event.data === null && !blankingOf(event)) continue;
      const blanking = codec.decode(event, blankingOf(event)) as Recorded<Blanked>;
      const key = keyOf(event.stream, blanking.data.revision);
      if (event.revision > (blankings.get(key)?.revision ?? blanking.data.revision)) blankings.set(key, blanking);
    }
  };
  hear(envelopes);
  for (const event of envelopes)
    if (event.data === null && !blankingOf(event)) hear(await store.read(event.stream, event.revision + 1));
  const [decoded, turns]: [Recorded[], Turns] = [[], new Turns()];
  for (const event of envelopes) {
    decoded.push(codec.decode(event, blankingOf(event)));
    const pause = turns.next();
    if (pause) await pause;
  }
  return decoded;
}

/**
 * The revisions whose payloads are to be erased, as the `Blanked` events among some events say.
 * @throws Error for one that is not at or before `revision`: it could never be erased
 */
export const revisionsToErase = (events: readonly { name: string; data: object }[], revision: number): number[] =>
  events
    .filter(({ name }) => name === BLANKED_EVENT)
    .map(({ data }) => (data as Blanked).revision)
    .map((named) => {
      if (Number.isInteger(named) && named >= 0 && named <= revision) return named;
      throw new Error(`A ${BLANKED_EVENT} event names revision ${named}, which is not before it.`);
    });
