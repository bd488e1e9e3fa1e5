/** The rows of the log in PostgreSQL, and the statements that read or write them. */
import { randomUUID } from 'node:crypto';
import {
  canonicalJson,
  chainParts,
  eventDigest,
  envelopeOf,
  eventId,
  newSalt,
  PAGE_BYTES,
  type Envelope,
  type QueuedAppend,
} from '#eventsourcing';
import { LOCK_MS } from './schema.js';

/** The size that one transaction takes at most, roughly, in bytes of data. */
const BATCH_BYTES = 8_000_000;

/**
 * Statements as one message and one transaction, independent of the server's defaults: nobody waits for anything to be
 * sent while a lock is held, and each statement sees everything that was committed before it.
 */
export const inOneTransaction = (sql: string, forMs: number): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED; ${setTimeouts(forMs)}; ${sql}; COMMIT`;
const setTimeouts = (forMs: number): string =>
  `SELECT set_config('statement_timeout', '${forMs}', true), set_config('lock_timeout', '${LOCK_MS}', true)`;

/** A text in such a message, which has no parameters. */
export function dollarQuoted(text: string): string {
  for (let tag = '$ft$'; ; tag = `$ft${randomUUID().slice(0, 8)}$`)
    if (!text.includes(tag)) return `${tag}${text}${tag}`;
}

export const CREATE_ARRIVING = `CREATE TEMPORARY TABLE arriving (position bigint, stream text COLLATE "C", revision bigint, id text,
  type text, version integer, data text, salt text, digest text, meta text, recorded_at bigint, hash text) ON COMMIT DROP`;

const EVENT_COLUMNS = `e.position, e.stream, e.revision, e.id, e.type, e.version, p.data, p.salt, e.digest, e.meta,
    e.recorded_at AS "recordedAt", e.hash`;
const FROM_EVENTS_WITH_PAYLOADS =
  'FROM followthrough_log.events e JOIN followthrough_log.payloads p ON p.position = e.position';
export const READ_STREAM = `SELECT ${EVENT_COLUMNS} ${FROM_EVENTS_WITH_PAYLOADS} WHERE e.stream = $1 AND e.revision >= $2 ORDER BY e.revision LIMIT $3`;
/** A page, which ends by its bytes, too. */
const pageSql = (where: string, order: string, limit: string): string => `
  SELECT * FROM (
    SELECT ${EVENT_COLUMNS}, row_number() OVER w AS n, sum(octet_length(p.data)) OVER w AS bytes
    ${FROM_EVENTS_WITH_PAYLOADS} ${where} WINDOW w AS (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) ORDER BY ${order} LIMIT ${limit}
  ) page WHERE n = 1 OR bytes IS NULL OR bytes <= ${PAGE_BYTES} ORDER BY n`;
export const READ_LOG = pageSql('AND p.position > $1 WHERE e.position > $1', 'e.position', '$2');
// '.' is the character after '-'.
export const READ_BY_STREAM = pageSql(
  'WHERE (e.stream, e.revision) > ($1, $2) AND e.stream < $3 AND e.position <= $4',
  'e.stream, e.revision',
  '$5',
);

/** Numbers of 64 bits come as text, which no setting of the server rounds. */
export interface EventRow extends Omit<Envelope, 'meta' | 'recordedAt' | 'revision' | 'damaged'> {
  readonly revision: string;
  readonly meta: string;
  /** In ms since 1970. */
  readonly recordedAt: string;
  readonly n?: string;
  readonly bytes?: string | null;
}

export const toEnvelope = ({ revision, recordedAt, n: _n, bytes: _bytes, ...row }: EventRow): Envelope =>
  envelopeOf({ ...row, revision: Number(revision), recordedAt: Number(recordedAt) });

export const toRow = ({ meta, recordedAt, damaged: _damaged, ...event }: Envelope): object => ({
  ...event,
  meta: canonicalJson(meta),
  recorded_at: Date.parse(recordedAt),
});

/** The parameters of an append: its events, the hashed text of each, and their types. */
export function appendParameters(batch: readonly QueuedAppend[]) {
  const [events, chain, types] = [[] as object[], [] as object[], new Set<string>()];
  for (const [append, { stream, expected, events: appended, meta, metaText }] of batch.entries()) {
    for (const [index, { type, version, data }] of appended.entries()) {
      const n = events.length;
      const revision = expected + 1 + index;
      const [id, salt] = [eventId(meta.commandId, stream, index), newSalt()];
      const digest = eventDigest(salt, data);
      const [before, after] = chainParts({ id, stream, revision, type, version, digest, meta }, metaText);
      events.push({ n, stream, revision, id, type, version, data, salt, digest, meta: metaText });
      chain.push({ n, append, stream, revision, before, after });
      types.add(`${type} ${version}`);
    }
  }
  return { events, chain, types };
}

export const appendChars = ({ events }: QueuedAppend): number => events.reduce((sum, { data }) => sum + data.length, 0);

/** Parts of a list, in its order, that are about as large as one transaction may be; none is empty. */
export function inBatches<T>(all: readonly T[], sizeOf: (one: T) => number): T[][] {
  const batches: T[][] = [];
  let size = Infinity;
  for (const one of all) {
    size += sizeOf(one);
    if (size > BATCH_BYTES) {
      batches.push([]);
      size = sizeOf(one);
    }
    batches.at(-1)!.push(one);
  }
  return batches;
}
