import pg from 'pg';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  Arrivals,
  canonicalJson,
  chained,
  checkAppend,
  checkTakeOver,
  digestOf,
  earlierResult,
  eventId,
  InvalidAppend,
  newSalt,
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

/** Raised when the schema or a function in it changes; one with a greater number was made by newer software. */
const FORMAT = 1;
/** One writer at a time holds this advisory lock until its transaction has ended; one process erases. */
const [WRITES, ERASES] = [0x6c6f67, 0x6c6f68];
/** By how much, in ms, times may fall from one stream to another in a log that was taken over. */
const DISORDER_MS = 60_000;
const CHANNEL = 'followthrough_log';

/** How long a write waits for another's, and how long the database keeps what was sent by somebody who has stopped since. */
const [LOCK_MS, STOPPED_MS] = [8_000, 10_000];
/** Of events that do not follow on what is here. */
const MISFIT = 'FT001';
/** How long an answer is waited for, and how long a connection: longer than the server waits for the lock. */
const [ANSWER_MS, CONNECT_MS] = [12_000, 5_000];
/** How long it is tried to find out what became of an append whose answer was lost, and how soon again. */
const [OUTCOME_MS, OUTCOME_AGAIN_MS] = [15_000, 100];
/** How often the log is looked at for events that another process has appended. */
const POLL_MS = 50;
/** How soon it is tried again to listen. */
const LISTEN_AGAIN_MS = 10_000;
/** How long a rewriting may keep others waiting before it begins, how soon it is tried again, ever later, and how long it may take. */
const [ERASE_LOCK_MS, ERASE_AGAIN_MS, ERASE_AGAIN_AT_MOST_MS, ERASE_MS] = [2_000, 1_000, 600_000, 3_600_000];
/** What one transaction takes at most, roughly, in bytes of data. */
const BATCH_BYTES = 8_000_000;
const [READERS, WRITERS] = [8, 4];

const SCHEMA = `
DO $schema$ BEGIN
  PERFORM pg_advisory_xact_lock(${WRITES});
  IF to_regclass('followthrough_log.about') IS NOT NULL THEN RETURN; END IF;
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'a log needs a database whose encoding is UTF8, not %', current_setting('server_encoding');
  END IF;
  CREATE SCHEMA IF NOT EXISTS followthrough_log;

  -- blanked counts blankings, erased those of them whose words are gone from the files, too. latest: of times taken over.
  CREATE TABLE followthrough_log.about (
    format   integer NOT NULL,
    identity text    NOT NULL,
    latest   bigint  NOT NULL DEFAULT 0,
    blanked  bigint  NOT NULL DEFAULT 0,
    erased   bigint  NOT NULL DEFAULT 0
  );
  INSERT INTO followthrough_log.about (format, identity) VALUES (${FORMAT}, gen_random_uuid()::text);

  CREATE TABLE followthrough_log.types (
    type    text COLLATE "C" NOT NULL,
    version integer          NOT NULL,
    PRIMARY KEY (type, version)
  );

  CREATE TABLE followthrough_log.events (
    position    bigint           PRIMARY KEY,
    stream      text COLLATE "C" NOT NULL,
    revision    bigint           NOT NULL,
    id          text COLLATE "C" NOT NULL,
    type        text COLLATE "C" NOT NULL,
    version     integer          NOT NULL,
    digest      text COLLATE "C" NOT NULL,
    meta        text COLLATE "C" NOT NULL,
    recorded_at bigint           NOT NULL,
    hash        text COLLATE "C" NOT NULL,
    UNIQUE (stream, revision)
  );
  -- What can be blanked, apart: to get it out of the files this table is written anew.
  CREATE TABLE followthrough_log.payloads (
    position bigint           PRIMARY KEY,
    data     text COLLATE "C",
    salt     text COLLATE "C" NOT NULL
  );
  -- No samples of them for the planner, which would keep what was blanked.
  ALTER TABLE followthrough_log.payloads ALTER data SET STATISTICS 0, ALTER salt SET STATISTICS 0;

  CREATE FUNCTION followthrough_log.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
  CREATE TRIGGER never_deleted BEFORE DELETE ON followthrough_log.events
    FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
  CREATE TRIGGER never_changed BEFORE UPDATE ON followthrough_log.events
    FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never changed');
  CREATE TRIGGER never_emptied BEFORE TRUNCATE ON followthrough_log.events
    EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
  CREATE TRIGGER never_deleted BEFORE DELETE ON followthrough_log.payloads
    FOR EACH ROW EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');
  CREATE TRIGGER only_blanked BEFORE UPDATE ON followthrough_log.payloads
    FOR EACH ROW WHEN (new.position <> old.position OR new.data IS NOT NULL OR new.salt <> '')
    EXECUTE FUNCTION followthrough_log.refuse('data can only be blanked, with its salt');
  CREATE TRIGGER never_emptied BEFORE TRUNCATE ON followthrough_log.payloads
    EXECUTE FUNCTION followthrough_log.refuse('events are never deleted');

  -- Until the transaction ends nobody else writes; the statement after sees all that was written before.
  CREATE FUNCTION followthrough_log.begin_writing() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config('lock_timeout', '${LOCK_MS}', true);
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    PERFORM pg_advisory_xact_lock(${WRITES});
  END $$;

  -- Takes appends of which each is judged on its own. chain: an event's number, its append's number, what is hashed of it.
  -- refused: the revision where the stream of a refused append is, by the append's number.
  CREATE FUNCTION followthrough_log.append(
    clock bigint, events json, chain json, new_types boolean, OUT base text, OUT refused json
  ) LANGUAGE plpgsql AS $$
  DECLARE
    head     bigint := 0;
    at       bigint := clock;
    instant  text;
    said     record;
    stream   text;
    append   integer;
    judged   boolean;
    revision bigint;
    last     text;
    taken    integer[] := '{}';
    hashes   text[] := '{}';
    wrong    jsonb := '{}';
  BEGIN
    PERFORM followthrough_log.begin_writing();
    SELECT e.position, greatest(clock, e.recorded_at, a.latest) INTO head, at
      FROM followthrough_log.events e, followthrough_log.about a ORDER BY e.position DESC LIMIT 1;
    IF NOT FOUND THEN head := 0; at := clock; END IF;
    instant := to_char(timestamp '1970-01-01' + at * interval '1 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    FOR said IN
      SELECT c.n, c.append, c.stream, c.revision, c.before, c.after
      FROM json_to_recordset(chain) AS c(n integer, append integer, stream text, revision bigint, before text, after text)
      ORDER BY c.stream COLLATE "C", c.n
    LOOP
      IF said.stream IS DISTINCT FROM stream THEN
        stream := said.stream;
        SELECT e.revision, e.hash INTO revision, last
          FROM followthrough_log.events e WHERE e.stream = said.stream ORDER BY e.revision DESC LIMIT 1;
        IF NOT FOUND THEN revision := -1; last := ''; END IF;
      END IF;
      IF said.append IS DISTINCT FROM append THEN
        append := said.append;
        judged := said.revision = revision + 1;
        IF NOT judged THEN wrong := wrong || jsonb_build_object(append::text, revision); END IF;
      END IF;
      IF judged THEN
        revision := said.revision;
        last := translate(rtrim(encode(
          sha256(convert_to(last || said.before || instant || said.after, 'UTF8')), 'base64'), '='), '+/', '-_');
        taken := taken || said.n;
        hashes := hashes || last;
      END IF;
    END LOOP;

    IF new_types THEN
      INSERT INTO followthrough_log.types
        SELECT DISTINCT t.type, t.version FROM json_to_recordset(events) AS t(type text, version integer)
        ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(taken) > 0 THEN
      WITH accepted AS MATERIALIZED (
        SELECT e.*, t.hash, head + row_number() OVER (ORDER BY e.n) AS position
        FROM json_to_recordset(events) AS e(n integer, stream text, revision bigint, id text, type text,
               version integer, data text, salt text, digest text, meta text)
        JOIN unnest(taken, hashes) AS t(n, hash) ON t.n = e.n
      ), payload AS (
        INSERT INTO followthrough_log.payloads (position, data, salt) SELECT a.position, a.data, a.salt FROM accepted a
      )
      INSERT INTO followthrough_log.events
        SELECT a.position, a.stream, a.revision, a.id, a.type, a.version, a.digest, a.meta, at, a.hash FROM accepted a;
      PERFORM pg_notify('${CHANNEL}', '');
    END IF;
    base := head::text;
    refused := wrong;
  END $$;

  -- Takes over what was put into pg_temp.arriving before, so that the lock is not held while that is sent.
  CREATE FUNCTION followthrough_log.take_over(since bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    head   bigint;
    misfit record;
  BEGIN
    PERFORM followthrough_log.begin_writing();
    SELECT max(e.position) INTO head FROM followthrough_log.events e;
    IF head IS DISTINCT FROM since THEN
      RAISE EXCEPTION 'The log ends at %, not at %.', coalesce(head::text, 'its beginning'),
        coalesce(since::text, 'its beginning') USING ERRCODE = '${MISFIT}';
    END IF;
    SELECT a.stream, a.revision INTO misfit FROM (
      SELECT a.*, coalesce((SELECT max(e.revision) FROM followthrough_log.events e WHERE e.stream = a.stream), -1)
        + row_number() OVER (PARTITION BY a.stream ORDER BY a.position) AS next FROM pg_temp.arriving a
    ) a WHERE a.revision <> a.next ORDER BY a.position LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION '% has no revision % here.', misfit.stream, misfit.revision - 1 USING ERRCODE = '${MISFIT}';
    END IF;
    INSERT INTO followthrough_log.types SELECT DISTINCT a.type, a.version FROM pg_temp.arriving a ON CONFLICT DO NOTHING;
    INSERT INTO followthrough_log.payloads (position, data, salt)
      SELECT a.position, a.data, a.salt FROM pg_temp.arriving a ORDER BY a.position;
    INSERT INTO followthrough_log.events
      SELECT a.position, a.stream, a.revision, a.id, a.type, a.version, a.digest, a.meta, a.recorded_at, a.hash
      FROM pg_temp.arriving a ORDER BY a.position;
    UPDATE followthrough_log.about SET latest = greatest(latest, (SELECT max(a.recorded_at) FROM pg_temp.arriving a));
    PERFORM pg_notify('${CHANNEL}', '');
  END $$;

  -- Whether there is such an event; afterwards it has no data.
  CREATE FUNCTION followthrough_log.blank(of_stream text, of_revision bigint) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE of_position bigint;
  BEGIN
    SELECT e.position INTO of_position FROM followthrough_log.events e
      WHERE e.stream = of_stream AND e.revision = of_revision;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM set_config('lock_timeout', '${LOCK_MS}', true);
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    UPDATE followthrough_log.payloads p SET data = NULL, salt = '' WHERE p.position = of_position AND p.data IS NOT NULL;
    IF FOUND THEN UPDATE followthrough_log.about SET blanked = blanked + 1; END IF;
    RETURN true;
  END $$;

  -- Writes the payloads anew, without those that were blanked: the blankings that this erases, null if another is at it.
  CREATE FUNCTION followthrough_log.erase() RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE blankings bigint;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(${ERASES}) THEN RETURN NULL; END IF;
    PERFORM set_config('lock_timeout', '${ERASE_LOCK_MS}', true);
    SELECT a.blanked INTO blankings FROM followthrough_log.about a;
    CLUSTER VERBOSE followthrough_log.payloads USING payloads_pkey;
    RETURN blankings;
  END $$;

  CREATE FUNCTION followthrough_log.position_at(instant bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
  DECLARE
    low    bigint := 0;
    high   bigint;
    middle bigint;
    told   bigint;
  BEGIN
    SELECT coalesce(max(e.position), 0) INTO high FROM followthrough_log.events e;
    WHILE low < high LOOP
      middle := low + (high - low + 1) / 2;
      SELECT e.recorded_at INTO told FROM followthrough_log.events e
        WHERE e.position <= middle ORDER BY e.position DESC LIMIT 1;
      IF NOT FOUND OR told <= instant - ${DISORDER_MS} THEN low := middle; ELSE high := middle - 1; END IF;
    END LOOP;
    SELECT e.position INTO high FROM followthrough_log.events e
      WHERE e.position > low AND e.recorded_at > instant ORDER BY e.position LIMIT 1;
    RETURN (SELECT max(e.position) FROM followthrough_log.events e WHERE high IS NULL OR e.position < high);
  END $$;
END $schema$`;

const ARRIVING = `CREATE TEMPORARY TABLE arriving (position bigint, stream text COLLATE "C", revision bigint, id text,
  type text, version integer, data text, salt text, digest text, meta text, recorded_at bigint, hash text) ON COMMIT DROP`;
const EVENTS = `SELECT e.position, e.stream, e.revision::float8, e.id, e.type, e.version, p.data, p.salt, e.digest, e.meta,
    e.recorded_at::float8 AS "recordedAt", e.hash
  FROM followthrough_log.events e JOIN followthrough_log.payloads p ON p.position = e.position`;
const STREAM = `${EVENTS} WHERE e.stream = $1 AND e.revision >= $2 ORDER BY e.revision`;
const LOG = `${EVENTS} AND p.position > $1 WHERE e.position > $1 ORDER BY e.position LIMIT $2`;
// '.' is the character after '-'.
const BY_STREAM = `${EVENTS} WHERE (e.stream, e.revision) > ($1, $2) AND e.stream < $3 AND e.position <= $4
  ORDER BY e.stream, e.revision LIMIT $5`;

interface EventRow extends Omit<Envelope, 'meta' | 'recordedAt'> {
  readonly meta: string;
  /** In ms since 1970. */
  readonly recordedAt: number;
}

/**
 * The log in a schema of a PostgreSQL database. Appends that wait in the same turn go in one statement, which is a
 * transaction of its own: under one lock it judges each, stamps, chains and writes them. So positions become visible in
 * their order, no program that stops holds the lock, and nothing is kept in a session (PgBouncer may pool transactions).
 *
 * What is blanked is gone from the tables and their files: the table of payloads is written anew, while everybody waits. It
 * stays in the write-ahead log, its archive, replicas that lag, and backups for as long as these are kept; and until the
 * last transaction that may still see it has ended, which is waited for in the background.
 */
export class PostgresEventStore implements EventStore {
  readonly #readers: pg.Pool;
  readonly #writers: pg.Pool;
  readonly #arrivals = new Arrivals();
  #ready: Promise<void> | undefined;
  #closed = false;
  #ended: Promise<unknown> | undefined;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  /** Refused appends of which it is being read whether they are known. */
  #judging: Promise<unknown> = Promise.resolve();
  /** Types that are in the table of types. */
  readonly #typesKnown = new Set<string>();
  /** How often there was news of the log, and how many subscribers wait for some. */
  #news = 0;
  #idle = 0;
  #watching: Promise<void> | undefined;
  #headSeen: string | null = null;
  #listener: pg.Client | undefined;
  #listenNotBefore = 0;
  #erasing: Promise<void> = Promise.resolve();
  #toErase: Promise<void> | undefined;
  #eraseAgain: NodeJS.Timeout | undefined;
  #erasePause = ERASE_AGAIN_MS;

  /** Connects when it is first used; makes the schema if there is none. */
  constructor(
    readonly url: string,
    private readonly now: () => number = Date.now,
  ) {
    const common = {
      connectionString: url,
      application_name: 'followthrough-log',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    };
    this.#readers = new pg.Pool({ ...common, max: READERS });
    this.#writers = new pg.Pool({ ...common, max: WRITERS });
    // A lost connection is told to whoever uses it next; unheard, it would end the process.
    for (const pool of [this.#readers, this.#writers])
      pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  }

  async identity(): Promise<string> {
    const [row] = await this.#read<{ identity: string }>('SELECT identity FROM followthrough_log.about');
    return row!.identity;
  }

  append(stream: string, expected: number, events: readonly EncodedEvent[], meta: Meta): Promise<Appended> {
    return new Promise((resolve, reject) => {
      checkAppend(stream, expected, events, meta);
      if (this.#closed) throw closed();
      this.#queue.push({ stream, expected, events, meta, resolve, reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /**
   * Durable at once; then one try to get it out of the files, too. What hinders that (a transaction that may still see it,
   * long reading) is waited for in the background, also by the next process.
   */
  async blank(stream: string, revision: number): Promise<void> {
    if (!Number.isSafeInteger(revision)) throw new NoSuchEvent(stream, revision);
    const [row] = await this.#write<{ found: boolean }>('SELECT followthrough_log.blank($1, $2) AS found', [
      stream,
      revision,
    ]);
    if (!row!.found) throw new NoSuchEvent(stream, revision);
    await this.#eraseSoon();
  }

  async read(stream: string, fromRevision = 0): Promise<Envelope[]> {
    return (await this.#read<EventRow>(STREAM, [stream, fromRevision])).map(toEnvelope);
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    return (await this.#read<EventRow>(LOG, [after ?? -1, limit])).map(toEnvelope);
  }

  async readByStream(
    category: string,
    after: Pick<Envelope, 'stream' | 'revision'> | null,
    upTo: string,
    limit: number,
  ): Promise<Envelope[]> {
    const { stream, revision } = after ?? { stream: `${category}-`, revision: -1 };
    return (await this.#read<EventRow>(BY_STREAM, [stream, revision, `${category}.`, upTo, limit])).map(toEnvelope);
  }

  /** @throws StoreUnavailable when the log cannot be read: subscribe again after the last event */
  async *subscribe(after: string | null, signal: AbortSignal, batchSize = 500): AsyncGenerator<Envelope[]> {
    while (!signal.aborted) {
      const news = this.#news;
      const batch = await this.readAll(after, batchSize);
      if (batch.length > 0) {
        yield batch;
        after = batch.at(-1)!.position;
      } else if (news === this.#news) await this.#nextNews(signal);
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
    const client = await this.#writers.connect().catch(unavailable);
    let broken = true;
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${STOPPED_MS}`);
      await client.query(ARRIVING);
      for (const some of inBatches(events, ({ data }) => data?.length ?? 0))
        await client.query(
          'INSERT INTO pg_temp.arriving SELECT * FROM json_populate_recordset(NULL::pg_temp.arriving, $1)',
          [JSON.stringify(some.map(toRow))],
        );
      // In one message: who holds the lock does not wait for anything to be sent.
      await client.query(`SELECT followthrough_log.take_over(${after === null ? 'NULL' : BigInt(after)}); COMMIT`);
      broken = false;
    } catch (error) {
      if ((error as { code?: string }).code === MISFIT) throw new InvalidAppend((error as Error).message);
      unavailable(error);
    } finally {
      client.release(broken); // the end of a connection rolls back what it was at
    }
    this.#tell();
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#judging;
    this.#closed = true;
    clearTimeout(this.#eraseAgain);
    this.#tell();
    await this.#erasing;
    await this.#watching;
    await this.#listener?.end().catch(() => {});
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
    const { rows } = await about().catch(async (error: unknown) => {
      if ((error as { code?: string }).code !== UNDEFINED_TABLE) return unavailable(error);
      await this.#writers.query(SCHEMA).catch(unavailable);
      return about().catch(unavailable);
    });
    const { format, owes } = rows[0]!;
    if (format > FORMAT)
      throw new Error(`The log was written by newer software (format ${format}, this is ${FORMAT}): please upgrade.`);
    if (owes) void this.#eraseSoon(); // what a process that was killed had yet to erase
  }

  async #read<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    await this.#prepared();
    return (await this.#readers.query<R>(sql, values).catch(unavailable)).rows;
  }

  async #write<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    await this.#prepared();
    return (await this.#writers.query<R>(sql, values).catch(unavailable)).rows;
  }

  async #flushSoon(): Promise<void> {
    await nextTurn();
    for (; this.#queue.length > 0; await nextTurn()) {
      const [batch] = inBatches(this.#queue, sizeOf);
      this.#queue = this.#queue.slice(batch!.length);
      await this.#commit(batch!);
    }
    this.#flushing = null;
  }

  /** One transaction; each append is judged on its own there, and answered only after the commit. */
  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { events, chain, types } = rowsOf(batch);
    const news = [...types].some((type) => !this.#typesKnown.has(type));
    let client: pg.PoolClient;
    try {
      await this.#prepared();
      client = await this.#writers.connect().catch(unavailable);
    } catch (error) {
      return batch.forEach(({ reject }) => reject(error as Error));
    }
    try {
      const { rows } = await client.query<{ base: string; refused: Record<string, number> }>(
        'SELECT base, refused FROM followthrough_log.append($1, $2, $3, $4)',
        [this.now(), JSON.stringify(events), JSON.stringify(chain), news],
      );
      client.release();
      types.forEach((type) => this.#typesKnown.add(type));
      this.#tell();
      this.#settle(batch, BigInt(rows[0]!.base), rows[0]!.refused);
    } catch (cause) {
      client.release(true);
      if (wasRolledBack(cause)) batch.forEach(({ reject }) => reject(asError(cause)));
      else await this.#findOut(batch, cause);
    }
  }

  #settle(batch: readonly Waiting[], base: bigint, refused: Record<string, number>): void {
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
  async #judge({ stream, expected, meta, resolve, reject }: Waiting, actual: number): Promise<void> {
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
   * What became of appends whose answer did not come. They may still be at it: who holds the lock after them sees what they
   * have written.
   */
  async #findOut(batch: readonly Waiting[], cause: unknown): Promise<void> {
    const [unknown, end] = [new Set(batch), performance.now() + OUTCOME_MS];
    while (unknown.size > 0)
      try {
        await this.#write(`SELECT set_config('lock_timeout', '${LOCK_MS}', true), pg_advisory_xact_lock(${WRITES})`);
        for (const waiting of unknown) {
          const earlier = await this.#earlier(waiting.stream, waiting.expected, waiting.meta);
          if (earlier) waiting.resolve(earlier);
          else waiting.reject(asError(cause));
          unknown.delete(waiting);
        }
      } catch (error) {
        if (performance.now() < end) await sleep(OUTCOME_AGAIN_MS);
        else {
          unknown.forEach(({ reject }) => reject(asError(error)));
          unknown.clear();
        }
      }
    this.#tell();
  }

  #tell(): void {
    this.#news++;
    this.#arrivals.tell();
  }

  async #nextNews(signal: AbortSignal): Promise<void> {
    this.#idle++;
    this.#watching ??= this.#watch();
    try {
      await this.#arrivals.next(1_000, signal);
    } finally {
      this.#idle--;
    }
  }

  /** One look at the log for all who wait; when it fails, they find out themselves. */
  async #watch(): Promise<void> {
    for (; this.#idle > 0 && !this.#closed; await sleep(POLL_MS, undefined, { ref: false })) {
      this.#listen();
      const head = await this.head().catch(() => undefined);
      if (head === this.#headSeen) continue;
      this.#headSeen = head ?? null;
      this.#tell();
    }
    this.#watching = undefined;
  }

  /** A hint, sooner than the next look; where it cannot be had, nothing is missing. */
  #listen(): void {
    if (this.#listener || performance.now() < this.#listenNotBefore) return;
    this.#listenNotBefore = performance.now() + LISTEN_AGAIN_MS;
    const listener = new pg.Client({
      connectionString: this.url,
      application_name: 'followthrough-log',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    const lost = () => {
      if (this.#listener === listener) this.#listener = undefined;
      listener.end().catch(() => {});
    };
    this.#listener = listener.on('notification', () => this.#tell()).on('error', lost);
    listener
      .connect()
      .then(() => listener.query(`LISTEN ${CHANNEL}`))
      .catch(lost);
  }

  /** One try that begins after what was blanked by now; those who ask meanwhile share it. */
  #eraseSoon(): Promise<void> {
    this.#toErase ??= this.#erasing.then(() => {
      this.#toErase = undefined;
      return (this.#erasing = this.#erase());
    });
    return this.#toErase;
  }

  async #erase(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#eraseAgain);
    const done = await this.#rewrite().catch(() => false);
    this.#erasePause = done ? ERASE_AGAIN_MS : Math.min(2 * this.#erasePause, ERASE_AGAIN_AT_MOST_MS);
    if (!done && !this.#closed)
      this.#eraseAgain = setTimeout(() => void this.#eraseSoon(), this.#erasePause / 2).unref();
  }

  /** @returns whether nothing is left */
  async #rewrite(): Promise<boolean> {
    const client = await this.#writers.connect();
    /** Rows that someone may still see, and so are kept. */
    let kept = 0;
    client.on('notice', ({ detail }) => (kept += Number(/^\d+/.exec(detail ?? '')?.[0] ?? 0)));
    try {
      const { rows } = await client.query<{ erased: string | null }>({
        text: 'SELECT followthrough_log.erase() AS erased',
        query_timeout: ERASE_MS,
      } as pg.QueryConfig);
      const { erased } = rows[0]!;
      if (erased === null || kept > 0) return false;
      await client.query('UPDATE followthrough_log.about SET erased = greatest(erased, $1)', [erased]);
      return true;
    } finally {
      client.release(true);
    }
  }
}

/** What the database is given of appends: their events, what is hashed of each, and their types. */
function rowsOf(batch: readonly Waiting[]) {
  const [events, chain, types] = [[] as object[], [] as object[], new Set<string>()];
  for (const [append, { stream, expected, events: appended, meta }] of batch.entries()) {
    const metaText = canonicalJson(meta);
    for (const [index, { type, version, data }] of appended.entries()) {
      const n = events.length;
      const revision = expected + 1 + index;
      const [id, salt] = [eventId(meta.commandId, stream, index), newSalt()];
      const digest = digestOf(salt, data);
      const [before, after] = chained({ id, stream, revision, type, version, digest, meta });
      events.push({ n, stream, revision, id, type, version, data, salt, digest, meta: metaText });
      chain.push({ n, append, stream, revision, before, after });
      types.add(`${type} ${version}`);
    }
  }
  return { events, chain, types };
}

const sizeOf = ({ events }: Waiting): number => events.reduce((sum, { data }) => sum + data.length, 0);

/** Parts of a list, in its order, that are about as large as one transaction may be; none is empty. */
function inBatches<T>(all: readonly T[], sizeOf: (one: T) => number): T[][] {
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

const toEnvelope = ({ meta, recordedAt, ...row }: EventRow): Envelope => ({
  ...row,
  meta: JSON.parse(meta) as Meta,
  recordedAt: new Date(recordedAt).toISOString(),
});

const toRow = ({ meta, recordedAt, ...event }: Envelope): object => ({
  ...event,
  meta: canonicalJson(meta),
  recorded_at: Date.parse(recordedAt),
});

const UNDEFINED_TABLE = '42P01';
/** What PostgreSQL says of a statement and its values: data, integrity, syntax, privileges. Everything else may pass. */
const REFUSAL = /^(?:22|23|42)/;
/** Whether the server has answered that it did not do it. */
const wasRolledBack = (error: unknown): boolean => {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === 'ERROR' && !/^(?:08|57P|XX)/.test(code ?? 'XX');
};
const closed = (): StoreUnavailable => new StoreUnavailable('The log is closed.');
const asError = (error: unknown): Error => {
  if (error instanceof StoreUnavailable || REFUSAL.test(String((error as { code?: unknown }).code)))
    return error as Error;
  return new StoreUnavailable(`The log cannot be reached now: ${(error as Error).message}`, { cause: error });
};
const unavailable = (error: unknown): never => {
  throw asError(error);
};
