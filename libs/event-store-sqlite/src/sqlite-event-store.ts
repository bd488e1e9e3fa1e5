import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Arrivals,
  chainHash,
  checkAppend,
  checkTakeOver,
  digestOf,
  earlierResult,
  eventId,
  newSalt,
  NO_STREAM,
  NoSuchEvent,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  type EventType,
  type Meta,
  type Waiting,
} from '#eventsourcing';

/**
 * Raised when the file changes; one with a greater number was written by newer software. Of format 1, which had the same
 * tables, pages may hold copies of rows in their unused parts: what was deleted was not overwritten.
 */
const FORMAT = 2;

const SCHEMA = `
  CREATE TABLE about (
    identity TEXT NOT NULL
  ) STRICT;

  CREATE TABLE types (
    type    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (type, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    data        TEXT,
    salt        TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    meta        TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL,
    hash        TEXT    NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;

  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT raise(ABORT, 'events are never deleted'); END;
  CREATE TRIGGER events_are_never_changed
    BEFORE UPDATE OF position, stream, revision, id, type, version, digest, meta, recorded_at, hash ON events
    BEGIN SELECT raise(ABORT, 'events are never changed'); END;
  CREATE TRIGGER data_can_only_be_blanked
    BEFORE UPDATE OF data, salt ON events WHEN new.data IS NOT NULL OR new.salt <> ''
    BEGIN SELECT raise(ABORT, 'data can only be blanked, with its salt'); END;`;

/** How often the log is looked at for events that another process has appended. */
const POLL_MS = 50;
/** How long a read or the opening waits for another process; it blocks this one, and is hardly ever needed. */
const READ_BUSY_MS = 1_000;
/** How long a write waits for another process's transaction. */
const BUSY_MS = 5_000;

/** Times in a log taken over from KurrentDB may fall from one stream to another: by this much at most. */
const DISORDER_MS = 60_000;

interface EventRow {
  position: number;
  stream: string;
  revision: number;
  id: string;
  type: string;
  version: number;
  data: string | null;
  salt: string;
  digest: string;
  meta: string;
  recorded_at: number;
  hash: string;
}

type StreamHead = Pick<EventRow, 'revision' | 'hash' | 'recorded_at'>;

/** The log in one SQLite file. Appends that wait in the same turn of the event loop share one durable transaction. */
export class SqliteEventStore implements EventStore {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof statements>;
  readonly #arrivals = new Arrivals();
  #queue: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  /** Types that are in the table of types, or will be with the commit under way. */
  readonly #typesKnown = new Set<string>();
  /** The last revision, hash and time of streams lately written, as long as no other process has written. */
  readonly #heads = new LRUCache<string, StreamHead>({ max: 20_000 });
  /** Changes when another connection has written. */
  #dataVersion = 0;

  /** @throws Error when the file was written by newer software, or is not a log */
  constructor(
    readonly file: string,
    private readonly now: () => number = Date.now,
  ) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#db = new Database(file, { timeout: READ_BUSY_MS });
    try {
      open(this.#db, file);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#statements = statements(this.#db);
  }

  async identity(): Promise<string> {
    return this.#sql.identity.get()!;
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      checkAppend(stream, expected, events, meta);
      this.#queue.push({ stream, expected, events, meta, resolve, reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /** Durable in one transaction; then nothing of it is left in the WAL either, which a crash in between would leave to `open`. */
  async blank(stream: string, revision: number): Promise<void> {
    const { changes } = await this.#unhindered(() => this.#sql.blank.run(stream, revision));
    if (changes === 0) throw new NoSuchEvent(stream, revision);
    await this.#unhindered(() => {
      if (formatOf(this.#db) < FORMAT) {
        this.#db.exec('VACUUM');
        this.#db.pragma(`user_version = ${FORMAT}`);
      }
      if (this.#sql.emptyWal.get()!.busy) throw new Database.SqliteError('the WAL is being read', 'SQLITE_BUSY');
    });
  }

  async read(stream: string, fromRevision = 0): Promise<Envelope[]> {
    return this.#sql.stream.all(stream, fromRevision).map(toEnvelope);
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    return this.#sql.log.all(Number(after ?? 0), limit).map(toEnvelope);
  }

  async readByStream(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]> {
    const { stream, revision } = after ?? { stream: `${category}-`, revision: -1 };
    return this.#sql.byStream.all(stream, revision, `${category}.`, Number(upTo), limit).map(toEnvelope);
  }

  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    while (!signal.aborted) {
      const batch = await this.readAll(after, batchSize);
      if (batch.length > 0) {
        yield batch;
        after = batch.at(-1)!.position;
      } else await this.#arrivals.next(POLL_MS, signal);
    }
  }

  async head(): Promise<string | null> {
    return this.#sql.head.get()?.position.toString() ?? null;
  }

  async positionAt(instant: Date): Promise<string | null> {
    let [low, high] = [0, this.#sql.head.get()?.position ?? 0];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#sql.recordedAt.get(middle) ?? 0) <= instant.getTime() - DISORDER_MS) low = middle;
      else high = middle - 1;
    }
    const later = this.#sql.laterThan.get(low, instant.getTime());
    return this.#sql.lastUpTo.get(later ? later - 1 : (this.#sql.head.get()?.position ?? 0))?.toString() ?? null;
  }

  async types(): Promise<EventType[]> {
    return this.#sql.types.all();
  }

  /** In one durable transaction. */
  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    await this.#flushing;
    await this.#unhindered(() => {
      const { addType, insert } = this.#sql;
      this.#begin();
      try {
        const streams = [...new Set(events.map(({ stream }) => stream))];
        const revisions = new Map(streams.map((s) => [s, this.#sql.streamHead.get(s)?.revision ?? NO_STREAM]));
        checkTakeOver(after, this.#sql.head.get()?.position.toString() ?? null, events, revisions);
        for (const e of events) {
          addType.run(e.type, e.version);
          insert.run(
            ...([Number(e.position), e.stream, e.revision, e.id, e.type, e.version, e.data, e.salt, e.digest] as const),
            ...([JSON.stringify(e.meta), Date.parse(e.recordedAt), e.hash] as const),
          );
        }
        this.#sql.commit.run();
      } catch (error) {
        if (this.#db.inTransaction) this.#sql.rollback.run();
        throw error;
      } finally {
        this.#heads.clear();
      }
    });
    this.#arrivals.tell();
  }

  async backup(file: string): Promise<void> {
    await this.#db.backup(file);
  }

  /**
   * Makes a backup the log at `target`, under a new identity, so that views know that they must be made anew.
   * @param check is given the copy before it takes its place; what it throws refuses it
   * @throws Error when there is a log with events at `target`
   */
  static async restore<T>(backup: string, target: string, check: (copy: SqliteEventStore) => Promise<T>): Promise<T> {
    if (!existsSync(backup)) throw new Error(`There is no file ${backup}.`);
    if (existsSync(target)) {
      const present = new SqliteEventStore(target);
      const head = await present.head();
      await present.close();
      if (head !== null) throw new Error(`${target} holds a log already. Move it away first.`);
    }
    const arriving = `${target}.restoring`;
    const remove = (file: string) => ['', '-wal', '-shm'].forEach((suffix) => rmSync(file + suffix, { force: true }));
    remove(arriving);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(backup, arriving);
    try {
      const copy = new SqliteEventStore(arriving);
      try {
        const checked = await check(copy);
        copy.#db.prepare('UPDATE about SET identity = ?').run(randomUUID());
        await copy.close();
        remove(target);
        renameSync(arriving, target);
        return checked;
      } finally {
        await copy.close();
      }
    } finally {
      remove(arriving);
    }
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#db.close();
    this.#arrivals.tell();
  }

  get #sql(): ReturnType<typeof statements> {
    if (!this.#db.open) throw new StoreUnavailable('The log is closed.');
    return this.#statements;
  }

  async #flushSoon(): Promise<void> {
    await new Promise(setImmediate);
    for (let busySince: number | null = null; this.#queue.length > 0; await new Promise(setImmediate)) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        const settle = this.#commit(batch);
        settle.forEach((done) => done());
        busySince = null;
      } catch (error) {
        busySince ??= performance.now();
        if (isBusy(error) && performance.now() < busySince + BUSY_MS) {
          this.#queue = [...batch, ...this.#queue];
          await sleep(2);
        } else {
          this.#refuse(batch, error as Error);
          busySince = null;
        }
      }
    }
    this.#flushing = null;
  }

  /** Does something as soon as no other process hinders it; the wait for that stops nobody else. */
  async #unhindered<T>(act: () => T): Promise<T> {
    for (const end = performance.now() + BUSY_MS; ; await sleep(2)) {
      this.#sql.doNotWait.get();
      try {
        return act();
      } catch (cause) {
        if (!(cause instanceof Database.SqliteError)) throw cause;
        if (!isBusy(cause) || performance.now() > end)
          throw new StoreUnavailable(`The log cannot be written now: ${(cause as Error).message}`, { cause });
      } finally {
        this.#sql.waitAgain.get();
      }
    }
  }

  /** One durable transaction; each append is judged on its own, and answered only after the commit. */
  #commit(batch: readonly Waiting[]): (() => void)[] {
    const { commit, rollback } = this.#sql;
    this.#begin();
    try {
      if (this.#dataVersion !== (this.#dataVersion = this.#sql.dataVersion.get()!)) this.#heads.clear();
      const last = this.#sql.head.get();
      let position = last?.position ?? 0;
      const recordedAt = Math.max(this.now(), last?.recorded_at ?? 0);
      const settle = batch.map((waiting) => {
        const result = this.#insert(waiting, position, recordedAt);
        if (result instanceof Error) return () => waiting.reject(result);
        position = Math.max(position, Number(result.position));
        return () => waiting.resolve(result);
      });
      commit.run();
      this.#arrivals.tell();
      return settle;
    } catch (error) {
      if (this.#db.inTransaction) rollback.run();
      this.#typesKnown.clear();
      this.#heads.clear();
      throw error;
    }
  }

  /** Begins without waiting: a wait inside SQLite would stop the whole process. */
  #begin(): void {
    this.#sql.doNotWait.get();
    try {
      this.#sql.begin.run();
    } finally {
      this.#sql.waitAgain.get();
    }
  }

  #insert({ stream, expected, events, meta }: Waiting, after: number, now: number): Appended | WrongRevision {
    const head = this.#heads.get(stream) ?? this.#sql.streamHead.get(stream);
    const actual = head?.revision ?? NO_STREAM;
    if (actual !== expected) {
      const written = actual > expected ? this.#sql.stream.all(stream, expected + 1).map(toEnvelope) : [];
      return earlierResult(written, meta.commandId) ?? new WrongRevision(stream, expected, actual);
    }
    const { addType, insert } = this.#sql;
    const metaText = JSON.stringify(meta);
    const recordedAt = Math.max(now, head?.recorded_at ?? 0);
    const at = new Date(recordedAt).toISOString();
    let [revision, position, hash] = [expected, after, head?.hash ?? null];
    events.forEach(({ type, version, data }, index) => {
      const id = eventId(meta.commandId, stream, index);
      const salt = newSalt();
      const digest = digestOf(salt, data);
      hash = chainHash(hash, { id, stream, revision: ++revision, type, version, digest, meta, recordedAt: at });
      const typeAndVersion = `${type} ${version}`;
      if (!this.#typesKnown.has(typeAndVersion)) addType.run(type, version);
      this.#typesKnown.add(typeAndVersion);
      insert.run(++position, stream, revision, id, type, version, data, salt, digest, metaText, recordedAt, hash);
    });
    this.#heads.set(stream, { revision, hash: hash!, recorded_at: recordedAt });
    return { revision, position: String(position) };
  }

  /** A failed commit was rolled back, so nothing of the batch is in the log; that is read back before it is said. */
  #refuse(batch: readonly Waiting[], cause: Error): void {
    for (const { stream, expected, meta, resolve, reject } of batch) {
      try {
        const earlier = earlierResult(this.#sql.stream.all(stream, expected + 1).map(toEnvelope), meta.commandId);
        if (earlier) resolve(earlier);
        else reject(new StoreUnavailable(`The log cannot be written now: ${cause.message}`, { cause }));
      } catch {
        reject(new StoreUnavailable(`The log can be neither written nor read now: ${cause.message}`, { cause }));
      }
    }
  }
}

function open(db: Database.Database, file: string): void {
  // What another process makes meanwhile is seen whole or not at all.
  db.transaction(() => {
    const format = formatOf(db);
    if (format > FORMAT)
      throw new Error(`${file} was written by newer software (format ${format}, this is ${FORMAT}): please upgrade.`);
    if (format === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get())
      throw new Error(`${file} is a database, but not a log.`);
  })();
  toWal(db);
  db.pragma('synchronous = FULL');
  // What is deleted is overwritten, in every page: blanked data must be gone from the file.
  db.pragma('secure_delete = ON');
  // Pages of the index are written again and again: a longer WAL copies each back once (32 MB at most).
  db.pragma('wal_autocheckpoint = 8000');
  db.transaction(() => {
    if (formatOf(db) !== 0) return;
    db.exec(SCHEMA);
    db.prepare('INSERT INTO about (identity) VALUES (?)').run(randomUUID());
    db.pragma(`user_version = ${FORMAT}`);
  }).immediate();
  // better-sqlite3 lowers `synchronous` to NORMAL with the first write in WAL mode unless it was set: assert it after one.
  db.transaction(() => db.exec('UPDATE about SET identity = identity')).immediate();
  if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('SQLite does not keep synchronous=FULL');
  // After a crash the WAL may still hold what was blanked.
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Of several processes that make a log at once, one can do it; SQLite refuses the others without waiting. */
function toWal(db: Database.Database): void {
  for (const end = performance.now() + READ_BUSY_MS; ;)
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
}

const formatOf = (db: Database.Database): number => db.pragma('user_version', { simple: true }) as number;

const statements = (db: Database.Database) => ({
  doNotWait: db.prepare('PRAGMA busy_timeout = 0'),
  waitAgain: db.prepare(`PRAGMA busy_timeout = ${READ_BUSY_MS}`),
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  blank: db.prepare<[string, number]>("UPDATE events SET data = NULL, salt = '' WHERE stream = ? AND revision = ?"),
  emptyWal: db.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)'),
  identity: db.prepare<[], string>('SELECT identity FROM about').pluck(),
  dataVersion: db.prepare<[], number>('PRAGMA data_version').pluck(),
  types: db.prepare<[], { type: string; version: number }>('SELECT type, version FROM types ORDER BY type, version'),
  addType: db.prepare<[string, number]>('INSERT OR IGNORE INTO types VALUES (?, ?)'),
  head: db.prepare<[], { position: number; recorded_at: number }>(
    'SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1',
  ),
  streamHead: db.prepare<[string], StreamHead>(
    'SELECT revision, hash, recorded_at FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
  ),
  stream: db.prepare<[string, number], EventRow>(
    'SELECT * FROM events WHERE stream = ? AND revision >= ? ORDER BY revision',
  ),
  log: db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?'),
  // '.' is the character after '-'.
  byStream: db.prepare<[string, number, string, number, number], EventRow>(
    `SELECT * FROM events WHERE (stream, revision) > (?, ?) AND stream < ? AND +position <= ?
     ORDER BY stream, revision LIMIT ?`,
  ),
  recordedAt: db
    .prepare<[number], number>('SELECT recorded_at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1')
    .pluck(),
  laterThan: db
    .prepare<[number, number], number>(
      'SELECT position FROM events WHERE position > ? AND recorded_at > ? ORDER BY position LIMIT 1',
    )
    .pluck(),
  lastUpTo: db
    .prepare<[number], number>('SELECT position FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1')
    .pluck(),
  insert: db.prepare<
    [number, string, number, string, string, number, string | null, string, string, string, number, string]
  >('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
});

const toEnvelope = ({ position, recorded_at, meta, ...row }: EventRow): Envelope => ({
  ...row,
  position: String(position),
  meta: JSON.parse(meta) as Meta,
  recordedAt: new Date(recorded_at).toISOString(),
});

const isBusy = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
