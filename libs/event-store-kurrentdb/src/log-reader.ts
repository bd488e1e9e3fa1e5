/** Reads streams and pages of the log from the server, as events with the positions they show. */
import {
  START,
  streamNameFilter,
  type AllStreamRecordedEvent,
  type AllStreamResolvedEvent,
  type KurrentDBClient,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
} from '@kurrent/kurrentdb-client';
import { LRUCache } from 'lru-cache';
import { PAGE_BYTES, type Envelope } from '#eventsourcing';
import { type Address } from './address.js';
import { type Connection } from './connection.js';
import { type StreamHead, type KnownLog } from './known.js';
import { readRecords, type ReadRange } from './reading.js';
import { commitOf, lastUpTo, positionFrom, recordChars, toEnvelope, type Names } from './records.js';

/** The number of records read at once. */
export const RECORDS_PER_READ = 1_000;
/** More records than a stream has; the protocol has no word for all. */
export const ALL_RECORDS = 2 ** 52;

/** Records, and whether there are no more after them. */
interface RecordsRead {
  readonly records: AllStreamRecordedEvent[];
  readonly isAll: boolean;
}

export class LogReader {
  /** The ends of recent pages, by the position shown. */
  readonly #ends = new LRUCache<string, Position>({ max: 2_000 });

  constructor(
    private readonly address: Address,
    private readonly connection: Connection,
    private readonly names: Names,
    private readonly known: KnownLog,
  ) {}

  /** @param until of `performance.now()` */
  async records(wanted: ReadRange, until?: number): Promise<AllStreamRecordedEvent[]> {
    const records = await this.connection.read((client) => readRecords(client, wanted), until);
    return records.flatMap(({ event }) => (event ? [event] : []));
  }

  /**
   * Up to `maxCount` records of the log, fewer where they have more than `PAGE_BYTES`, and whether these are all; by the
   * client’s native reader: it is the faster one where there is much.
   */
  manyRecords(from: Position | null, maxCount: number, prefixes = [this.names.prefix]): Promise<RecordsRead> {
    const { credentials } = this.address;
    const options: ReadAllOptions = {
      ...{ fromPosition: from ?? START, maxCount, filter: streamNameFilter({ prefixes }), requiresLeader: true },
      ...(credentials && { credentials }),
    };
    return this.#ended((client) => client.readAll(options), maxCount);
  }

  /** The same for a few records, by gRPC. */
  someRecords(wanted: ReadRange): Promise<RecordsRead> {
    return this.#ended((client) => readRecords(client, wanted), wanted.count);
  }

  async #ended(events: (client: KurrentDBClient) => AsyncIterable<AllStreamResolvedEvent>, count: number) {
    let size = 0;
    const read = await this.connection.read(
      (client) => ((size = 0), events(client)),
      undefined,
      ({ event }) => event !== undefined && (size += recordChars(event)) > PAGE_BYTES,
    );
    const records = read.flatMap(({ event }) => (event ? [event] : []));
    return { records, isAll: records.length < count && size <= PAGE_BYTES };
  }

  recordsOf(stream: string, from: number, count = ALL_RECORDS, until?: number): Promise<AllStreamRecordedEvent[]> {
    return this.records({ stream: this.names.physical(stream), from: BigInt(from), count }, until);
  }

  async stream(stream: string, from: number, maxCount?: number, until?: number): Promise<Envelope[]> {
    return (await this.recordsOf(stream, from, maxCount, until)).map(this.toEnvelope);
  }

  /** The last event of a stream. */
  async headOf(stream: string, until?: number): Promise<StreamHead | null> {
    const wanted = { stream: this.names.physical(stream), from: null, backwards: true, count: 1 };
    const [last] = await this.records(wanted, until);
    if (!last) return null;
    const { revision, hash, recordedAt } = this.toEnvelope(last);
    return { revision, hash, recordedAt: Date.parse(recordedAt) };
  }

  readonly toEnvelope = (record: RecordedEvent): Envelope =>
    toEnvelope(record, this.names.prefix, (commit, taken) => (taken ? BigInt(taken) : this.known.shown(commit)));

  /**
   * Up to `limit` events after a position, fewer when they are large: from where a page ended, or a mark is, at or
   * before it.
   * @param looked ends once every event that belongs in the page is known; later ones are for the next page
   */
  async page(after: bigint, limit: number, looked: Promise<void>): Promise<Envelope[]> {
    looked.catch(() => {});
    const page: Envelope[] = [];
    let bytes = 0;
    for (let [from, isAll] = [this.#startFor(after), false]; page.length < limit && !isAll;) {
      const some = await this.manyRecords(from, Math.min(limit - page.length + 1, 8 * RECORDS_PER_READ));
      await looked;
      for (const record of some.records) {
        const place = commitOf(record);
        // The server begins with the record at the place itself.
        if (from && place.commit <= lastUpTo(from)) continue;
        if (place.commit > this.known.commit) return this.known.masked(page);
        const event = this.toEnvelope(record);
        if (BigInt(event.position) <= after) continue;
        bytes += event.data?.length ?? 0;
        if (page.length > 0 && bytes > PAGE_BYTES) return this.known.masked(page);
        page.push(event);
        if (page.length === limit || bytes > PAGE_BYTES) {
          this.#ends.set(event.position, place);
          return this.known.masked(page);
        }
      }
      isAll = some.isAll;
      from = some.records.length > 0 ? commitOf(some.records.at(-1)!) : from;
    }
    return this.known.masked(page);
  }

  #startFor(after: bigint): Position | null {
    const mark = this.known.marks.findLast(({ shown }) => BigInt(shown) <= after);
    return this.#ends.get(String(after)) ?? (mark ? positionFrom(mark.reached) : this.known.first);
  }
}
