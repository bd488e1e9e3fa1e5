/** Damage of a log: records that its store cannot have written, named by position and never taken for events. */
import { isChained, type Envelope, type Meta } from './events.js';
import { Turns } from './turns.js';

/** An event as a table holds it: `meta` as JSON text, the time in ms since 1970. */
interface StoredEvent extends Omit<Envelope, 'meta' | 'recordedAt' | 'damaged'> {
  readonly meta: string;
  readonly recordedAt: number;
}

const NO_META: Meta = { actor: '', agency: null, role: '', commandId: '', correlationId: '', causationId: null };

/** The envelope of a row, with any content: a part that cannot be read marks the event as damaged. */
export function envelopeOf(row: StoredEvent): Envelope {
  const { id, stream, revision, position, type, version, data, salt, digest, hash } = row;
  let damaged = unreadableEvent(row);
  let meta = NO_META;
  try {
    meta = JSON.parse(row.meta) as Meta;
    if (typeof meta?.commandId !== 'string') throw new SyntaxError();
  } catch {
    damaged ??= 'its meta cannot be read';
    meta = NO_META;
  }
  const time = new Date(row.recordedAt);
  const isTime = !Number.isNaN(time.getTime());
  if (!isTime) damaged ??= 'its time is none';
  const recordedAt = isTime ? time.toISOString() : '';
  const envelope = { id, stream, revision, position, type, version, data, salt, digest, meta, recordedAt, hash };
  return damaged === undefined ? envelope : { ...envelope, damaged };
}

const isText = (value: unknown): boolean => typeof value === 'string';

function unreadableEvent({
  stream,
  revision,
  id,
  type,
  version,
  data,
  salt,
  digest,
  hash,
}: Omit<StoredEvent, 'meta' | 'recordedAt'>) {
  if (!isText(stream) || !isText(id) || !isText(type) || !Number.isSafeInteger(revision)) return 'its name is none';
  if (!Number.isSafeInteger(version)) return 'its version is none';
  if ((data !== null && !isText(data)) || !isText(salt)) return 'its data is no text';
  return isText(digest) && isText(hash) ? undefined : 'its digest or hash is no text';
}

/** How many events of a stream are read at once. */
const BATCH_SIZE = 250;

/**
 * Reads a stream page by page, in turns with other work. Each event that does not follow from the one before is marked as
 * damaged; the first of all is looked at only if it is the stream's first.
 * @param page up to so many events from a revision on
 */
export async function readChained(
  page: (from: number, limit: number) => Promise<readonly Envelope[]>,
  from: number,
  limit: number,
): Promise<Envelope[]> {
  const [all, turns]: [Envelope[], Turns] = [[], new Turns()];
  for (let before: Envelope | null = null; ;) {
    const size = Math.min(BATCH_SIZE, limit - all.length);
    const events = await page(before ? before.revision + 1 : from, size);
    for (const event of events) {
      const follows =
        event.damaged !== undefined || (!before && event.revision > 0) || isChained(before?.hash ?? null, event);
      all.push(follows ? event : { ...event, damaged: `the hash chain of ${event.stream} breaks here` });
      before = event;
    }
    if (events.length < size || all.length === limit) return all;
    await turns.next();
  }
}
