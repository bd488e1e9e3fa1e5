/** A log in memory, for tests. */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Arrivals } from '../arrivals.js';
import {
  checkAppend,
  checkTakeOver,
  earlierResult,
  NO_STREAM,
  NoSuchEvent,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EventStore,
  type EventType,
} from '../event-store.js';
import { chainHash, eventDigest, eventId, newSalt, type EncodedEvent, type Envelope, type Meta } from '../events.js';
import type { TestedLog } from './tested-log.js';

/** The state that all connections to one log in memory share. Tests may tamper with its events. */
export class MemoryLog {
  readonly identity = randomUUID();
  readonly events: Envelope[] = [];
  readonly arrivals = new Arrivals();
  answerIsLost = false;
}

/** A store for tests of the core: it keeps the whole contract, but nothing beyond the process. */
export class MemoryEventStore implements EventStore {
  #closed = false;

  constructor(
    private readonly shared = new MemoryLog(),
    private readonly now: () => number = Date.now,
  ) {}

  async identity(): Promise<string> {
    return this.#log.identity;
  }

  async append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    checkAppend(stream, expected, events, meta);
    await nextTurn();
    const written = await this.read(stream);
    const actual = written.at(-1)?.revision ?? NO_STREAM;
    const earlier = earlierResult(written.slice(expected + 1), meta.commandId);
    if (earlier) return earlier;
    if (actual !== expected) throw new WrongRevision(stream, expected, actual);
    this.#write(stream, events, meta, written.at(-1));
    if (!this.#log.answerIsLost) return this.#last(stream);
    this.#log.answerIsLost = false;
    return earlierResult(await this.read(stream, expected + 1), meta.commandId)!;
  }

  async blank(stream: string, revision: number): Promise<void> {
    const { events } = this.#log;
    const index = events.findIndex((e) => e.stream === stream && e.revision === revision);
    if (index < 0) throw new NoSuchEvent(stream, revision);
    events[index] = { ...events[index]!, data: null, salt: '' };
  }

  async read(stream: string, fromRevision = 0, limit = Infinity): Promise<Envelope[]> {
    return this.#log.events.filter((e) => e.stream === stream && e.revision >= fromRevision).slice(0, limit);
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    return this.#log.events.filter((e) => Number(e.position) > Number(after)).slice(0, limit);
  }

  async readByStream(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]> {
    const key = ({ stream, revision }: Pick<Envelope, 'stream' | 'revision'>) => `${stream}\0${1e9 + revision}`;
    return this.#log.events
      .filter((e) => e.stream.startsWith(`${category}-`) && Number(e.position) <= Number(upTo))
      .filter((e) => after === null || key(e) > key(after))
      .sort((a, b) => (key(a) < key(b) ? -1 : 1))
      .slice(0, limit);
  }

  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    while (!signal.aborted) {
      const batch = await this.readAll(after, batchSize);
      if (batch.length > 0) yield batch;
      else await this.#log.arrivals.next(50, signal);
      after = batch.at(-1)?.position ?? after;
    }
  }

  async head(): Promise<string | null> {
    return this.#log.events.at(-1)?.position ?? null;
  }

  async positionAt(instant: Date): Promise<string | null> {
    const { events } = this.#log;
    const later = events.findIndex((e) => Date.parse(e.recordedAt) > instant.getTime());
    return (later < 0 ? events.at(-1) : events[later - 1])?.position ?? null;
  }

  async types(): Promise<EventType[]> {
    const types = new Map(this.#log.events.map(({ type, version }) => [`${type} ${version}`, { type, version }]));
    return [...types.values()];
  }

  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    const revisions = new Map(this.#log.events.map(({ stream, revision }) => [stream, revision]));
    checkTakeOver(after, this.#log.events.at(-1)?.position ?? null, events, revisions);
    this.#log.events.push(...events);
    this.shared.arrivals.tell();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.shared.arrivals.tell();
  }

  get #log(): MemoryLog {
    if (this.#closed) throw new StoreUnavailable('The log is closed.');
    return this.shared;
  }

  #write(stream: string, events: readonly EncodedEvent[], meta: Meta, before: Envelope | undefined): void {
    const log = this.#log.events;
    const times = [log.at(-1), before].map((e) => Date.parse(e?.recordedAt ?? '1970'));
    const recordedAt = new Date(Math.max(this.now(), ...times)).toISOString();
    let [revision, hash] = [before?.revision ?? NO_STREAM, before?.hash ?? null];
    for (const [index, { type, version, data }] of events.entries()) {
      const salt = newSalt();
      const position = String(Number(log.at(-1)?.position ?? 0) + 1);
      const id = eventId(meta.commandId, stream, index);
      const identified = {
        id,
        stream,
        revision: ++revision,
        type,
        version,
        digest: eventDigest(salt, data),
        meta,
        recordedAt,
      };
      hash = chainHash(hash, identified);
      log.push({ ...identified, position, data, salt, hash });
    }
    this.shared.arrivals.tell();
  }

  #last(stream: string): Appended {
    const { revision, position } = this.#log.events.findLast((e) => e.stream === stream)!;
    return { revision, position };
  }
}

/** A log in memory for the store contract. */
export async function memoryLog(): Promise<TestedLog> {
  const log = new MemoryLog();
  const stores: MemoryEventStore[] = [];
  return {
    connect: async (now) => {
      stores.push(new MemoryEventStore(log, now));
      return stores.at(-1)!;
    },
    loseNextAnswer: () => void (log.answerIsLost = true),
    remove: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
}
