/** The log in a schema of a PostgreSQL database. */
import type pg from 'pg';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { retry, asError, errorCodeOf, NothingThere, openPool, UNDEFINED_TABLE, wasRolledBack } from '#databases';
import {
  checkAppend,
  checkTakeOver,
  earlierResult,
  InvalidAppend,
  NoSuchEvent,
  readChained,
  StoreUnavailable,
  WrongRevision,
  type Appended,
  type EncodedEvent,
  type Envelope,
  type EventStore,
  type EventType,
  type Meta,
  type QueuedAppend,
} from '#eventsourcing';
import { Eraser } from './eraser.js';
import { News } from './news.js';
import { FORMAT, LOCK_MS, makeSchema, MISFIT, WRITES } from './schema.js';
import {
  CREATE_ARRIVING,
  READ_BY_STREAM,
  inBatches,
  inOneTransaction,
  dollarQuoted,
  READ_LOG,
  appendParameters,
  appendChars,
  READ_STREAM,
  toEnvelope,
  toRow,
  type EventRow,
} from './statements.js';

/** The time for which the database keeps the request of a client that has stopped since. */
const CLIENT_CHECK_MS = 10_000;
/** The time limits of a statement, an answer and a connection: each longer than a lock. */
const [STATEMENT_MS, ANSWER_MS, CONNECT_MS] = [11_000, 12_000, 5_000];
/** The time for which the outcome of an append whose answer was lost is looked for, and the interval. */
const [OUTCOME_MS, OUTCOME_AGAIN_MS] = [15_000, 100];
const [MAX_READERS, MAX_WRITERS] = [8, 4];
/** The settings of the transaction of a take-over, independent of the server's defaults. */
const TAKING_OVER = `SELECT set_config(s.name, said.value, true) FROM pg_settings s JOIN (VALUES
  ('lock_timeout', '${LOCK_MS}'), ('idle_in_transaction_session_timeout', '${CLIENT_CHECK_MS}'),
  ('statement_timeout', '0'), ('transaction_timeout', '0')) AS said(name, value) ON said.name = s.name`;

/**
 * The log in a schema of a PostgreSQL database. Appends that wait in the same turn go in one statement, which is a
 * transaction of its own: under one lock it judges each, stamps, chains and writes them. So positions become visible in
 * their order, no program that stops holds the lock, and nothing is kept in a session (PgBouncer may pool transactions).
 *
 * A blanked payload is gone from the tables and their files: the table of payloads is written anew, while everybody waits. It
 * stays in the write-ahead log, its archive, replicas that lag, and backups for as long as these are kept; and until the
 * transactions that began before have ended, in all databases of the server, which is waited for in the background.
 */
export class PostgresEventStore implements EventStore {
  readonly #readers: pg.Pool;
  readonly #writers: pg.Pool;
  readonly #news: News;
  readonly #eraser: Eraser;
  #ready: Promise<void> | undefined;
  #closed = false;
  #ended: Promise<unknown> | undefined;
  #queue: QueuedAppend[] = [];
  #flushing: Promise<void> | null = null;
  /** Refused appends of which it is being read whether they are known. */
  #judging: Promise<unknown> = Promise.resolve();
  /** Types that are in the table of types. */
  readonly #typesKnown = new Set<string>();
  /**
   * Connects when it is first used; makes the schema if there is none.
   * @param now a clock for tests; absent: the database's, read when it is a write's turn
   */
  constructor(
    readonly url: string,
    private readonly now?: () => number,
    private readonly how: { readonly mustExist?: boolean } = {},
  ) {
    const common = {
      connectionString: url,
      application_name: 'followthrough-log',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
    };
    this.#readers = openPool({ ...common, max: MAX_READERS });
    this.#writers = openPool({ ...common, max: MAX_WRITERS });
    this.#news = new News(url, () => this.head());
    this.#eraser = new Eraser(this.#writers);
  }

  async identity(): Promise<string> {
    const [row] = await this.#read<{ identity: string }>('SELECT identity FROM followthrough_log.about');
    return row!.identity;
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const metaText = checkAppend(stream, expected, events, meta);
      if (this.#closed) throw closed();
      this.#queue.push({ stream, expected, events, meta, metaText, resolve, reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /**
   * Durable at once; then one try to remove the words from the files, too. Hindrances (a transaction that may still see
   * them, long reading) are waited for in the background, also by the next process.
   */
  async blank(stream: string, revision: number): Promise<void> {
    if (!Number.isSafeInteger(revision)) throw new NoSuchEvent(stream, revision);
    const blanking = `SELECT followthrough_log.blank(${dollarQuoted(stream)}, ${revision}) AS found`;
    const [row] = await this.#write<{ found: boolean }>(blanking);
    if (!row!.found) throw new NoSuchEvent(stream, revision);
    await this.#eraser.soon();
  }

  async read(stream: string, fromRevision = 0, limit = Infinity): Promise<Envelope[]> {
    const page = async (from: number, size: number) =>
      (await this.#read<EventRow>(READ_STREAM, [stream, from, size])).map(toEnvelope);
    return readChained(page, fromRevision, limit);
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    return (await this.#read<EventRow>(READ_LOG, [after ?? -1, limit])).map(toEnvelope);
  }

  async readByStream(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]> {
    const { stream, revision } = after ?? { stream: `${category}-`, revision: -1 };
    return (await this.#read<EventRow>(READ_BY_STREAM, [stream, revision, `${category}.`, upTo, limit])).map(
      toEnvelope,
    );
  }

  /** @throws StoreUnavailable when the log cannot be read: subscribe again after the last event */
  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    while (!signal.aborted) {
      const news = this.#news.count;
      const batch = await this.readAll(after, batchSize);
      if (batch.length > 0) {
        yield batch;
        after = batch.at(-1)!.position;
      } else if (news === this.#news.count) await this.#news.next(signal);
    }
  }

  async head(): Promise<string | null> {
    const [row] = await this.#read<{ head: string | null }>(
      'SELECT max(position) AS head FROM followthrough_log.events',
    );
    return row!.head;
  }

  async positionAt(instant: Date): Promise<string | null> {
    const [row] = await this.#read<{ at: string | null }>('SELECT followthrough_log.position_at($1) AS at', [
      instant.getTime(),
    ]);
    return row!.at;
  }

  async types(): Promise<EventType[]> {
    return this.#read<EventType>('SELECT type, version FROM followthrough_log.types ORDER BY type, version');
  }

  /** In one transaction. */
  async takeOver(after: string | null, events: readonly Envelope[]): Promise<void> {
    checkTakeOver(after, await this.head(), events);
    const client = await this.#writers.connect().catch(throwUnavailable);
    let broken = true;
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      await client.query(TAKING_OVER);
      await client.query(CREATE_ARRIVING);
      for (const some of inBatches(events, ({ data }) => data?.length ?? 0))
        await client.query(
          'INSERT INTO pg_temp.arriving SELECT * FROM json_populate_recordset(NULL::pg_temp.arriving, $1)',
          [JSON.stringify(some.map(toRow))],
        );
      // In one message: who holds the lock does not wait for anything to be sent.
      await client.query(`SELECT followthrough_log.take_over(${after === null ? 'NULL' : BigInt(after)}); COMMIT`);
      broken = false;
    } catch (error) {
      if (errorCodeOf(error) === MISFIT) throw new InvalidAppend((error as Error).message);
      throwUnavailable(error);
    } finally {
      client.release(broken); // the end of a connection rolls back its transaction
    }
    this.#news.tell();
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#judging;
    this.#closed = true;
    await this.#eraser.close();
    await this.#news.close();
    this.#ended ??= Promise.all([this.#readers.end(), this.#writers.end()]);
    await this.#ended;
  }

  /** Makes the schema if need be; tried again the next time when that fails. @throws Error when newer software made it */
  #prepared(): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    const ABOUT = 'SELECT format, erased < blanked AS owes FROM followthrough_log.about';
    const about = () => this.#writers.query<{ format: number; owes: boolean }>(ABOUT);
    let found = await about().catch((error: unknown) => {
      if (errorCodeOf(error) === UNDEFINED_TABLE) return null;
      return throwUnavailable(error);
    });
    if (found === null && this.how.mustExist) throw new NothingThere('There is no log in that database.');
    if (found === null || found.rows[0]!.format < FORMAT) {
      await this.#writers.query(inOneTransaction(makeSchema(), ANSWER_MS)).catch(throwUnavailable);
      found = await about().catch(throwUnavailable);
    }
    const { rows } = found;
    const { format, owes } = rows[0]!;
    if (format > FORMAT)
      throw new Error(`The log was written by newer software (format ${format}, this is ${FORMAT}): please upgrade.`);
    if (owes) void this.#eraser.soon(); // words that a process had yet to erase when it was killed
  }

  async #read<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    await this.#prepared();
    return (await this.#readers.query<R>(sql, values).catch(throwUnavailable)).rows;
  }

  /** One statement without parameters, in a transaction of its own. */
  async #write<R extends object>(sql: string): Promise<R[]> {
    await this.#prepared();
    return this.#inOne<R>(this.#writers, sql).catch(throwUnavailable);
  }

  async #inOne<R extends object>(on: pg.Pool | pg.PoolClient, sql: string): Promise<R[]> {
    const answers = await on.query(inOneTransaction(sql, STATEMENT_MS));
    return (answers as unknown as pg.QueryResult<R & pg.QueryResultRow>[])[2]!.rows;
  }

  async #flushSoon(): Promise<void> {
    await nextTurn();
    for (; this.#queue.length > 0; await nextTurn()) {
      const [batch] = inBatches(this.#queue, appendChars);
      this.#queue = this.#queue.slice(batch!.length);
      await this.#commit(batch!);
    }
    this.#flushing = null;
  }

  /** One transaction; each append is judged on its own there, and answered only after the commit. */
  async #commit(batch: readonly QueuedAppend[]): Promise<void> {
    const { events, chain, types } = appendParameters(batch);
    const news = [...types].some((type) => !this.#typesKnown.has(type));
    let client: pg.PoolClient;
    try {
      await this.#prepared();
      client = await this.#writers.connect().catch(throwUnavailable);
    } catch (error) {
      return batch.forEach(({ reject }) => reject(error as Error));
    }
    try {
      const [answer] = await this.#inOne<{ base: string; refused: Record<string, number> }>(
        client,
        `SELECT base, refused FROM followthrough_log.append(${this.now?.() ?? 'NULL'},
          ${dollarQuoted(JSON.stringify(events))}, ${dollarQuoted(JSON.stringify(chain))}, ${news})`,
      );
      client.release();
      types.forEach((type) => this.#typesKnown.add(type));
      this.#news.tell();
      this.#settle(batch, BigInt(answer!.base), answer!.refused);
    } catch (cause) {
      client.release(true);
      if (wasRolledBack(cause)) batch.forEach(({ reject }) => reject(asError('The log', cause)));
      else await this.#findOut(batch, cause);
    }
  }

  #settle(batch: readonly QueuedAppend[], base: bigint, refused: Record<string, number>): void {
    const judged: Promise<void>[] = [];
    for (const [n, waiting] of batch.entries()) {
      const { stream, expected, events, resolve, reject } = waiting;
      const actual = refused[n];
      if (actual === undefined) {
        base += BigInt(events.length);
        resolve({ revision: expected + events.length, position: String(base) });
      } else if (actual < expected) reject(new WrongRevision(stream, expected, actual));
      else judged.push(this.#judge(waiting, actual));
    }
    if (judged.length > 0) this.#judging = Promise.all([this.#judging, ...judged]);
  }

  /** A refused append may be known. */
  async #judge({ stream, expected, meta, resolve, reject }: QueuedAppend, actual: number): Promise<void> {
    try {
      const earlier = await this.#earlier(stream, expected, meta);
      if (earlier) resolve(earlier);
      else reject(new WrongRevision(stream, expected, actual));
    } catch (error) {
      reject(error as Error);
    }
  }

  async #earlier(stream: string, expected: number, meta: Meta): Promise<Appended | null> {
    return earlierResult(await this.read(stream, expected + 1), meta.commandId);
  }

  /**
   * The outcome of appends whose answer did not come. They may still be at it: the next holder of the lock sees the
   * events that they have written.
   */
  async #findOut(batch: readonly QueuedAppend[], cause: unknown): Promise<void> {
    const unknown = new Set(batch);
    const look = async (): Promise<void> => {
      await this.#write(`SELECT pg_advisory_xact_lock(${WRITES})`);
      for (const waiting of unknown) {
        const earlier = await this.#earlier(waiting.stream, waiting.expected, waiting.meta);
        if (earlier) waiting.resolve(earlier);
        else waiting.reject(asError('The log', cause));
        unknown.delete(waiting);
      }
    };
    await retry(look, { forMs: OUTCOME_MS, everyMs: OUTCOME_AGAIN_MS }).catch((error: unknown) =>
      unknown.forEach(({ reject }) => reject(asError('The log', error))),
    );
    this.#news.tell();
  }
}

const closed = (): StoreUnavailable => new StoreUnavailable('The log is closed.');
const throwUnavailable = (error: unknown): never => {
  throw asError('The log', error);
};
