/** The log in one SQLite file. */
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqlite, retryWhileBusy } from '#databases';
import {
  Arrivals,
  chainHash,
  checkAppend,
  checkTakeOver,
  eventDigest,
  earlierResult,
  eventId,
  newSalt,
  NO_STREAM,
  NoSuchEvent,
  OwnAppends,
  readChained,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type Damage,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  type EventType,
  type Meta,
  type QueuedAppend,
} from '#eventsourcing';
import { MAX_BYTES_CHECKED_AT_OPEN, integrityAside, integrityOf } from './integrity.js';
import { readPage, preparedStatements, toEnvelope, type StreamHead } from './statements.js';
import { damagedLog, look, prepareTables, throwAsLogError } from './log-file.js';

/** The interval of looks for events that another process has appended. */
const POLL_MS = 50;
/** Times in a log taken over from KurrentDB may fall from one stream to another: by this much at most. */
const MAX_DISORDER_MS = 60_000;

let stamped: { readonly at: number; readonly text: string } = { at: NaN, text: '' };

/** An instant as text: events of a batch have the same. */
const isoOf = (at: number): string =>
  (at === stamped.at ? stamped : (stamped = { at, text: new Date(at).toISOString() })).text;

/** The log in one SQLite file. Appends that wait in the same turn of the event loop share one durable transaction. */
export class SqliteEventStore implements EventStore {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof preparedStatements>;
  readonly #arrivals = new Arrivals();
  readonly #own = new OwnAppends();
  #queue: QueuedAppend[] = [];
  #flushing: Promise<void> | null = null;
  /** Types that are in the table of types, or will be with the commit under way. */
  readonly #typesKnown = new Set<string>();
  /** The last revision, hash and time of streams lately used, as long as no other process has written. */
  readonly #heads = new LRUCache<string, StreamHead>({ maxSize: 20_000, sizeCalculation: () => 1 });
  /** Changes when another connection has written. */
  #dataVersion = 0;
  readonly #closing = new AbortController();
  /** The result of the check of its indexes, once it was made. */
  #looked: Promise<Damage | null>;

  /**
   * @param mustExist whether a log that is not there is an error; otherwise it is made
   * @param toLook whether it is only looked at, so that also a damaged one is opened
   * @throws Error when the file was written by newer software, or is not a log
   * @throws DamagedLog when its indexes contradict its content; of a large log that is found while it is open
   */
  constructor(
    readonly file: string,
    private readonly now: () => number = Date.now,
    { mustExist = false, toLook = false } = {},
  ) {
    this.#db = openSqlite(file, { mustExist, waitMs: 0, look: (db) => look(db, mustExist), prepare: prepareTables });
    this.#statements = preparedStatements(this.#db);
    try {
      this.#looked = toLook ? Promise.resolve(null) : this.#look();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #look(): Promise<Damage | null> {
    const bytes = ['page_count', 'page_size'].map((of) => this.#db.pragma(of, { simple: true }) as number);
    if (bytes[0]! * bytes[1]! > MAX_BYTES_CHECKED_AT_OPEN) {
      const looked = integrityAside(this.file, this.#closing.signal);
      looked.catch(() => {}); // the writer is told
      return looked;
    }
    const damage = integrityOf(this.#db);
    if (damage) throw damagedLog(damage);
    return Promise.resolve(null);
  }

  async identity(): Promise<string> {
    return this.#read(({ identity }) => identity.get()!);
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const metaText = checkAppend(stream, expected, events, meta);
      this.#queue.push({ stream, expected, events, meta, metaText, resolve, reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /** Durable in one transaction; then nothing of it is left in the WAL either, which a crash in between would leave to `open`. */
  async blank(stream: string, revision: number): Promise<void> {
    const { changes } = await this.#write(({ blank }) => blank.run(stream, revision));
    if (changes === 0) throw new NoSuchEvent(stream, revision);
    this.#own.forget();
    await this.#write(({ emptyWal }) => {
      if (emptyWal.get()!.busy) throw new Database.SqliteError('the WAL is being read', 'SQLITE_BUSY');
    });
  }

  async read(stream: string, fromRevision = 0, limit = Infinity): Promise<Envelope[]> {
    // Most reads ask for events since the last read: none.
    if (fromRevision > 0 && (await this.#read(() => this.#headOf(stream)?.revision ?? NO_STREAM)) < fromRevision)
      return [];
    const page = (from: number, size: number) =>
      this.#read((sql) => sql.stream.all(stream, from, size).map(toEnvelope));
    return readChained(page, fromRevision, limit);
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    return this.#read(({ log }) =>
      readPage(limit, (last, rows) => log.all(Number(last?.position ?? after ?? 0), rows)),
    );
  }

  async readByStream(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]> {
    return this.#read(({ byStream }) =>
      readPage(limit, (last, rows) => {
        const { stream, revision } = last ?? after ?? { stream: `${category}-`, revision: -1 };
        return byStream.all(stream, revision, `${category}.`, Number(upTo), rows);
      }),
    );
  }

  /** Events of this process come from memory where they follow on the subscriber's last one; all others are read. */
  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    const own = this.#own.subscriber();
    try {
      for (let toRead = true; !signal.aborted;) {
        const given = own.next(after, batchSize);
        const batch: readonly Envelope[] = given ?? (toRead ? await this.readAll(after, batchSize) : []);
        if (batch.length > 0) {
          yield batch as Envelope[];
          [after, toRead] = [batch.at(-1)!.position, !given];
        } else {
          if (own.isEmpty) await this.#arrivals.next(POLL_MS, signal);
          toRead = true;
        }
      }
    } finally {
      own.leave();
    }
  }

  async head(): Promise<string | null> {
    return this.#read(({ head }) => head.get()?.position.toString() ?? null);
  }

  async positionAt(instant: Date): Promise<string | null> {
    return this.#read((sql) => {
      let [low, high] = [0, sql.head.get()?.position ?? 0];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((sql.recordedAt.get(middle) ?? 0) <= instant.getTime() - MAX_DISORDER_MS) low = middle;
        else high = middle - 1;
      }
      const later = sql.laterThan.get(low, instant.getTime());
      return sql.lastUpTo.get(later ? later - 1 : (sql.head.get()?.position ?? 0))?.toString() ?? null;
    });
  }

  async types(): Promise<EventType[]> {
    return this.#read(({ types }) => types.all());
  }

  /** In one durable transaction. */
  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    await this.#flushing;
    await this.#transaction(({ streamHead, head, addType, insert }) => {
      this.#heads.clear();
      const streams = [...new Set(events.map(({ stream }) => stream))];
      const revisions = new Map(streams.map((s) => [s, streamHead.get(s)?.revision ?? NO_STREAM]));
      checkTakeOver(after, head.get()?.position.toString() ?? null, events, revisions);
      for (const e of events) {
        addType.run(e.type, e.version);
        insert.run(
          ...([Number(e.position), e.stream, e.revision, e.id, e.type, e.version, e.data, e.salt, e.digest] as const),
          ...([JSON.stringify(e.meta), Date.parse(e.recordedAt), e.hash] as const),
        );
      }
    });
    this.#arrivals.tell();
  }

  async damage(): Promise<Damage | null> {
    return integrityOf(this.#db);
  }

  /** One moment of the log, however much is written meanwhile; the file is there when it is whole, with indexes made anew. */
  async backup(file: string): Promise<void> {
    await this.#read(() => this.#db.prepare('VACUUM INTO ?').run(file));
    const written = openSync(file, 'r+');
    fsyncSync(written);
    closeSync(written);
  }

  /**
   * Makes another log the content of this one, which must be empty, in one transaction: every process that has it open
   * sees all of it or nothing. The other one stays as it is.
   * @param other the file of a log that was verified
   * @throws Error when this log has events
   */
  async fillFrom(other: string): Promise<void> {
    await this.#flushing;
    await this.#read(() => this.#db.prepare('ATTACH ? AS other').run(other));
    try {
      await this.#transaction(({ head }) => {
        this.#heads.clear();
        if (head.get()) throw new Error(`${this.file} holds a log already. Move it away first.`);
        this.#db.exec(`INSERT OR IGNORE INTO types SELECT * FROM other.types;
          INSERT INTO events SELECT * FROM other.events ORDER BY position`);
      });
    } finally {
      this.#db.exec('DETACH other');
    }
    this.#arrivals.tell();
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#closing.abort();
    await this.#looked.catch(() => null);
    this.#db.close();
    this.#arrivals.tell();
  }

  get #sql(): ReturnType<typeof preparedStatements> {
    if (!this.#db.open) throw new StoreUnavailable('The log is closed.');
    return this.#statements;
  }

  async #flushSoon(): Promise<void> {
    await nextTurn();
    for (; this.#queue.length > 0; await nextTurn()) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        await this.#mayWrite();
        for (const settle of await retryWhileBusy(() => this.#commit(batch))) settle();
      } catch (error) {
        this.#refuse(batch, error as Error);
      }
    }
    this.#flushing = null;
  }

  async #read<T>(act: (sql: ReturnType<typeof preparedStatements>) => T): Promise<T> {
    return retryWhileBusy(() => act(this.#sql)).catch(throwAsLogError('read'));
  }

  async #write<T>(act: (sql: ReturnType<typeof preparedStatements>) => T): Promise<T> {
    await this.#mayWrite();
    return retryWhileBusy(() => act(this.#sql)).catch(throwAsLogError('written'));
  }

  /** Nothing is written to a log whose indexes lie: an event that is not found could be recorded again. */
  async #mayWrite(): Promise<void> {
    const damage = await this.#looked;
    if (damage) throw damagedLog(damage);
  }

  /** One durable transaction. */
  #transaction<T>(act: (sql: ReturnType<typeof preparedStatements>) => T): Promise<T> {
    return this.#write((sql) => this.#atOnce(sql, act));
  }

  #atOnce<T>(sql: ReturnType<typeof preparedStatements>, act: (sql: ReturnType<typeof preparedStatements>) => T): T {
    sql.begin.run();
    try {
      const result = act(sql);
      sql.commit.run();
      return result;
    } catch (error) {
      if (this.#db.inTransaction) sql.rollback.run();
      this.#typesKnown.clear();
      this.#heads.clear();
      throw error;
    }
  }

  /** Each append is judged on its own, and answered only after the commit. */
  #commit(batch: readonly QueuedAppend[]): (() => void)[] {
    const written: Envelope[] = [];
    let before: string | null = null;
    const settle = this.#atOnce(this.#sql, ({ head }) => {
      this.#forgetOthers();
      const last = head.get();
      before = last?.position.toString() ?? null;
      let position = last?.position ?? 0;
      const recordedAt = Math.max(this.now(), last?.recorded_at ?? 0);
      return batch.map((waiting) => {
        const result = this.#insert(waiting, position, recordedAt, written);
        if (result instanceof Error) return () => waiting.reject(result);
        position = Math.max(position, Number(result.position));
        return () => waiting.resolve(result);
      });
    });
    this.#own.give(before, written);
    this.#arrivals.tell();
    return settle;
  }

  /** Forgets the heads of streams to which another process may have written. */
  #forgetOthers(): void {
    if (this.#dataVersion !== (this.#dataVersion = this.#sql.dataVersion.get()!)) this.#heads.clear();
  }

  #headOf(stream: string): StreamHead | undefined {
    this.#forgetOthers();
    const known = this.#heads.get(stream);
    if (known) return known;
    const head = this.#sql.streamHead.get(stream);
    if (head) this.#heads.set(stream, head);
    return head;
  }

  /** @param written is added to, if it is wanted */
  #insert(
    { stream, expected, events, meta, metaText }: QueuedAppend,
    after: number,
    now: number,
    written: Envelope[],
  ): Appended | WrongRevision {
    const head = this.#heads.get(stream) ?? this.#sql.streamHead.get(stream);
    const actual = head?.revision ?? NO_STREAM;
    if (actual !== expected) {
      const written = actual > expected ? this.#sql.identities.iterate(stream, expected + 1) : [];
      return earlierResult(written, meta.commandId) ?? new WrongRevision(stream, expected, actual);
    }
    const { addType, insert } = this.#sql;
    const recorded = Math.max(now, head?.recorded_at ?? 0);
    const recordedAt = isoOf(recorded);
    let [revision, position, hash] = [expected, after, head?.hash ?? null];
    for (const [index, { type, version, data }] of events.entries()) {
      const id = eventId(meta.commandId, stream, index);
      const salt = newSalt();
      const digest = eventDigest(salt, data);
      revision++;
      position++;
      hash = chainHash(hash, { id, stream, revision, type, version, digest, meta, recordedAt }, metaText);
      const typeAndVersion = `${type} ${version}`;
      if (!this.#typesKnown.has(typeAndVersion)) addType.run(type, version);
      this.#typesKnown.add(typeAndVersion);
      insert.run(position, stream, revision, id, type, version, data, salt, digest, metaText, recorded, hash);
      if (this.#own.wanted)
        written.push({
          ...{ position: String(position), stream, revision, id, type, version, data, salt, digest, hash },
          ...{ meta, recordedAt },
        });
    }
    this.#heads.set(stream, { revision, hash: hash!, recorded_at: recorded });
    return { revision, position: String(position) };
  }

  /** A failed commit was rolled back, so nothing of the batch is in the log; that is read back before it is said. */
  #refuse(batch: readonly QueuedAppend[], cause: Error): void {
    for (const { stream, expected, meta, resolve, reject } of batch) {
      try {
        const earlier = earlierResult(this.#sql.identities.iterate(stream, expected + 1), meta.commandId);
        if (earlier) resolve(earlier);
        else reject(new StoreUnavailable(`The log cannot be written now: ${cause.message}`, { cause }));
      } catch {
        reject(new StoreUnavailable(`The log can be neither written nor read now: ${cause.message}`, { cause }));
      }
    }
  }
}
