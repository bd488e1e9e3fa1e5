/** Damage of a log: records that its store cannot have written, named by position and never taken for events. */
import { chainHash, type Envelope, type Meta } from './events.js';

/** An event as a table holds it: `meta` as JSON text, the time in ms since 1970. */
export interface StoredEvent extends Omit<Envelope, 'meta' | 'recordedAt' | 'damaged'> {
  readonly meta: string;
  readonly recordedAt: number;
}

const NOBODY: Meta = { actor: '', agency: null, role: '', commandId: '', correlationId: '', causationId: null };

/** The envelope of a row, whatever it holds: what cannot be read marks the event as damaged. */
export function envelopeOf({ meta: metaText, recordedAt: ms, ...row }: StoredEvent): Envelope {
  let damaged = unreadable(row);
  let meta = NOBODY;
  try {
    meta = JSON.parse(metaText) as Meta;
    if (typeof meta?.commandId !== 'string') throw new SyntaxError();
  } catch {
    damaged ??= 'its meta cannot be read';
    meta = NOBODY;
  }
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) damaged ??= 'its time is none';
  const recordedAt = damaged && Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return damaged === undefined ? { ...row, meta, recordedAt } : { ...row, meta, recordedAt, damaged };
}

const isText = (value: unknown): boolean => typeof value === 'string';

function unreadable({
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

/**
 * Events of one stream in their order, each that does not follow from the one before marked as damaged.
 * @param events from any revision on: the first is looked at only if it is the stream's first
 */
export function chainedTo(events: readonly Envelope[]): Envelope[] {
  return events.map((e, n) => {
    if (e.damaged !== undefined || (n === 0 && e.revision > 0)) return e;
    const before = n === 0 ? null : events[n - 1]!.hash;
    return chainHash(before, e) === e.hash ? e : { ...e, damaged: `the hash chain of ${e.stream} breaks here` };
  });
}
