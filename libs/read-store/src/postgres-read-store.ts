import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  beingBuilt,
  CheckpointMoved,
  LeaseLost,
  type Checkpoint,
  Parking,
  StoreUnavailable,
  type Generation,
  type Lease,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Row,
  type Value,
} from '#eventsourcing';
import type { Erases, Erasure } from './erasure.js';

const SCHEMA = `
  CREATE SCHEMA IF NOT EXISTS views;
  CREATE TABLE IF NOT EXISTS views.generations (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    log        TEXT NOT NULL,
    position   TEXT,
    cursor     TEXT,
    events     BIGINT NOT NULL,
    started_at TEXT NOT NULL,
    UNIQUE (name, version, state) DEFERRABLE
  );
  -- The last transaction that deleted rows which still stand in the files; of older tables nobody knows.
  ALTER TABLE views.generations ADD COLUMN IF NOT EXISTS deleted_by TEXT DEFAULT 'unknown';
  ALTER TABLE views.generations ADD COLUMN IF NOT EXISTS cursor TEXT;
  CREATE TABLE IF NOT EXISTS views.lease (
    one     BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
    term    BIGINT NOT NULL,
    holder  TEXT NOT NULL,
    expires TIMESTAMPTZ NOT NULL
  );
  INSERT INTO views.lease (term, holder, expires) VALUES (0, '', '-infinity') ON CONFLICT DO NOTHING`;
const COLUMNS = 'id, name, version, state, log, position, cursor, events, started_at AS "startedAt"';
/** One of our processes at a time changes which generations there are, and one erases. */
const [CHANGES, ERASES] = [0x766965, 0x766966];
/** How long readers may be kept waiting by what waits for them, and how soon it is tried again, ever later. */
const [LOCK_MS, AGAIN_MS, AGAIN_AT_MOST_MS] = [2_000, 1_000, 600_000];
/** Where PostgreSQL keeps samples of the values in tables; and, in `deleted_by`, that nothing else is left of them. */
const [STATISTICS, SAMPLES] = ['pg_catalog.pg_statistic', 'samples'];
const STILL_SEEN = 'A transaction that is under way may still see what was deleted.';

/** The schema of a generation. To switch is to rename two of them, which every reader sees at once. */
const schemaOf = ({ name, version, state }: Pick<Generation, 'name' | 'version' | 'state'>): string =>
  `views_${name}_${version}${state === 'building' ? '_next' : state === 'former' ? '_former' : ''}`;

/** Numbers are numbers, also when they are large or sums; truth is 1 or 0, as in SQLite. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const { INT8, NUMERIC, BOOL } = pg.types.builtins;
    if (oid === INT8 || oid === NUMERIC) return Number;
    if (oid === BOOL) return (value: string) => (value === 't' ? 1 : 0);
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

const [READERS, WRITERS] = [8, 8];
/**
 * What a process that stands still in the middle of a transaction has locked, is free after the first: longer than an event's
 * handler thinks between two statements, and short enough to be waited for. While one generation takes the place of another
 * nothing may be sent for longer: the events since are read from the log. Who waits for a lock says so after the last.
 */
const [IDLE_MS, IDLE_SWITCHING_MS, WAITS_MS] = [10_000, 60_000, 90_000];

/** The views in PostgreSQL: a schema per generation. */
export class PostgresReadStore implements ReadStore, Erases {
  readonly #readers: pg.Pool;
  readonly #writers: pg.Pool;
  /** The version of each projection that this process reads. */
  readonly #versions = new Map<string, number>();
  /** The schemas that each reading connection looks into. */
  readonly #paths = new WeakMap<pg.PoolClient, string>();
  /** Of the lease that this store took last. */
  #term: number | null = null;
  #ready: Promise<void> | undefined;
  #erasing: Promise<void> | undefined;
  #toErase = false;
  /** Tables were dropped, and samples of what they held are left. */
  #samplesLeft = false;
  /** Why the last try to erase did not do all. */
  #notErased: string | null = null;
  readonly #closing = new AbortController();

  constructor(url: string) {
    const common = { connectionString: url, types, application_name: 'followthrough', connectionTimeoutMillis: 10_000 };
    this.#readers = new pg.Pool({ ...common, max: READERS, options: '-c default_transaction_read_only=on' });
    const patience = { idle_in_transaction_session_timeout: IDLE_MS, lock_timeout: WAITS_MS };
    this.#writers = new pg.Pool({ ...common, ...patience, max: WRITERS, pipeline: true } as pg.PoolConfig);
    // A lost connection is told to whoever uses it next; unheard, it would end the process.
    for (const pool of [this.#readers, this.#writers])
      pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  }

  async generations(): Promise<Generation[]> {
    await this.#prepared();
    return this.#query<Generation>(`SELECT ${COLUMNS} FROM views.generations ORDER BY id`);
  }

  async current({ name, version }: Projection): Promise<Generation | null> {
    this.#versions.set(name, version);
    await this.#prepared();
    const [current] = await this.#query<Generation>(
      `SELECT ${COLUMNS} FROM views.generations
       WHERE name = ? AND version = ? AND state <> 'former' ORDER BY state = 'serving' DESC LIMIT 1`,
      ...[name, version],
    );
    return current ?? null;
  }

  async build({ name, version, schema }: Projection, log: string): Promise<Generation> {
    await this.#prepared();
    return this.#change(async (client) => {
      const next = { name, version, state: 'building' as const };
      await dropped(client, next);
      await client.query(`CREATE SCHEMA ${schemaOf(next)}; SET LOCAL search_path TO ${schemaOf(next)}`);
      await client.query(
        `${new Parking(name).schema} ${schema}`
          .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')
          .replace(/\bWITHOUT ROWID\b/g, ''),
      );
      const { rows } = await client.query<Generation>(
        `INSERT INTO views.generations (name, version, state, log, events, started_at, deleted_by)
         VALUES ($1, $2, 'building', $3, 0, $4, NULL) RETURNING ${COLUMNS}`,
        [name, version, log, new Date().toISOString()],
      );
      return rows[0]!;
    });
  }

  revive(generation: Generation): Promise<Generation> {
    return this.#change(async (client) => {
      const next = { ...generation, state: 'building' as const };
      await dropped(client, next);
      const { rows } = await client.query<Generation>(
        `UPDATE views.generations SET state = 'building', events = 0, started_at = $2
         WHERE id = $1 AND state = 'former' RETURNING ${COLUMNS}`,
        [generation.id, new Date().toISOString()],
      );
      if (!rows[0]) throw new CheckpointMoved(`Generation ${generation.id} of ${generation.name} was dropped`);
      await client.query(`ALTER SCHEMA ${schemaOf({ ...next, state: 'former' })} RENAME TO ${schemaOf(next)}`);
      return rows[0];
    });
  }

  apply(generation: Generation, to: Checkpoint | null, work: (tx: ReadTx) => Promise<void>): Promise<Generation> {
    const { id, name, version, position, cursor } = generation;
    return this.#transaction(async (client) => {
      const move = client.query<Generation>({
        name: 'move',
        text: `UPDATE views.generations SET position = CASE WHEN $2 THEN $3 ELSE position END,
                 cursor = CASE WHEN $2 THEN $7 ELSE cursor END, events = events + $4
               WHERE id = $1 AND state <> 'former'
                 AND (NOT $2 OR (position IS NOT DISTINCT FROM $5 AND cursor IS NOT DISTINCT FROM $8))
               RETURNING ${COLUMNS}, set_config('search_path', $6 || CASE state WHEN 'building' THEN '_next' ELSE '' END, true)`,
        values: [
          id,
          to !== null,
          to?.position ?? null,
          to?.events ?? 0,
          position,
          schemaOf({ name, version, state: 'serving' }),
          to?.cursor ?? null,
          cursor,
        ],
      });
      const [{ rows }] = await Promise.all([move, this.#holdLease(client)]);
      const moved = rows[0];
      if (!moved) throw new CheckpointMoved(`${name} is no longer at ${position}, or served by another one`);
      await work(client);
      await client.done();
      if (client.deletes)
        await client.query('UPDATE views.generations SET deleted_by = pg_current_xact_id()::text WHERE id = $1', [id]);
      const { set_config: _, ...at } = moved as Generation & { set_config?: string };
      return { at, deletes: client.deletes };
    }).then(({ at, deletes }) => {
      if (deletes) this.#eraseSoon();
      return at;
    });
  }

  async serve(generation: Generation, catchUp: (position: string) => Promise<Generation>): Promise<void> {
    const { id, name, version, log } = generation;
    const COMPARED = `SELECT ${COLUMNS} FROM views.generations WHERE name = $1 AND version = $2 AND state = $3 FOR UPDATE`;
    await this.#change(async (client) => {
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${IDLE_SWITCHING_MS}`);
      const { rows } = await client.query<Generation>(COMPARED, [name, version, 'serving']);
      const before = rows[0];
      const own = async () => {
        const building = await client.query<Generation>(COMPARED.replace('FOR UPDATE', ''), [
          name,
          version,
          'building',
        ]);
        if (building.rows[0]?.id === id) return building.rows[0];
        throw new CheckpointMoved(`Generation ${id} of ${name} is not being built any more`);
      };
      const { position } = await own();
      await analyzed(client, { name, version, state: 'building' });
      if (before?.log === log && BigInt(before.position ?? 0) > BigInt(position ?? 0)) await catchUp(before.position!);
      if (before) {
        await dropped(client, { name, version, state: 'former' });
        await renamed(client, before, 'former');
      }
      await renamed(client, await own(), 'serving');
    });
    this.#eraseSoon();
  }

  async drop(generation: Generation): Promise<void> {
    await this.#change(async (client) => {
      const { rows } = await client.query<Generation>(
        `SELECT ${COLUMNS} FROM views.generations WHERE id = $1 FOR UPDATE`,
        [generation.id],
      );
      if (rows[0]) await dropped(client, rows[0]);
    });
    this.#samplesLeft = true;
    this.#eraseSoon();
  }

  async takeLease(holder: string, ms: number): Promise<number | null> {
    await this.#prepared();
    const until = `clock_timestamp() + interval '${ms} milliseconds'`;
    // Columns that are no key: that waits for nobody who holds the lease still while writing (`#holdLease`).
    const renewed = await this.#transaction((client) =>
      client.query<{ term: number }>(
        `UPDATE views.lease SET expires = ${until} WHERE holder = $1 AND term = $2 RETURNING term`,
        [holder, this.#term],
      ),
    );
    if (renewed.rows[0]) return renewed.rows[0].term;
    return this.#transaction(async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${ms}`);
      const { rows: over } = await client.query(
        'SELECT FROM views.lease WHERE expires <= clock_timestamp() FOR UPDATE',
      );
      if (over.length === 0) return null;
      const { rows } = await client.query<{ term: number }>(
        `UPDATE views.lease SET term = term + 1, holder = $1, expires = ${until} RETURNING term`,
        [holder],
      );
      return rows[0]!.term;
    }).then((term) => {
      if (term !== null) this.#term = term;
      return term;
    });
  }

  async endLease(holder: string): Promise<void> {
    await this.#transaction((client) =>
      client.query('UPDATE views.lease SET expires = clock_timestamp() WHERE holder = $1', [holder]),
    );
  }

  async lease(): Promise<Lease | null> {
    await this.#prepared();
    const [lease] = await this.#query<{ holder: string; ago: number }>(
      `SELECT holder, EXTRACT(EPOCH FROM clock_timestamp() - expires) * 1000 AS ago FROM views.lease WHERE term > 0`,
    );
    return lease ? { holder: lease.holder, endedMsAgo: lease.ago < 0 ? null : lease.ago } : null;
  }

  async erasing(): Promise<Erasure[]> {
    const generations = await this.#query<Erasure>(
      `SELECT name AS projection, version FROM views.generations WHERE deleted_by IS NOT NULL ORDER BY id`,
    );
    return generations.map((one) => ({ ...one, error: this.#notErased }));
  }

  async all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]> {
    const path = [...this.#versions].map(([name, version]) => schemaOf({ name, version, state: 'serving' })).join(', ');
    const client = await this.#readers.connect().catch(unavailable);
    try {
      if (this.#paths.get(client) !== path) {
        await client.query(`SELECT set_config('search_path', $1, false)`, [path]);
        this.#paths.set(client, path);
      }
      const { rows } = await client.query<R>({ ...statementOf(sql), values });
      client.release();
      return rows;
    } catch (error) {
      client.release(true);
      if ((error as { code?: string }).code !== UNDEFINED_TABLE) return unavailable(error);
      const serving = await this.#serving();
      const missing = [...this.#versions.keys()].filter((name) => !serving.some((one) => one.name === name));
      throw missing.length > 0 ? beingBuilt(missing) : error;
    }
  }

  async position(...names: string[]): Promise<string> {
    const rows = await this.#serving();
    const positions = names.map((name) => rows.find((row) => row.name === name)?.position);
    const missing = names.filter((_, i) => positions[i] === undefined);
    if (missing.length > 0) throw beingBuilt(missing);
    return String(positions.map((position) => BigInt(position ?? 0)).reduce((a, b) => (a < b ? a : b)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#erasing;
    await Promise.all([this.#readers.end(), this.#writers.end()]);
  }

  async #serving(): Promise<{ name: string; position: string | null }[]> {
    await this.#prepared();
    const rows = await this.#query<Pick<Generation, 'name' | 'version' | 'position'>>(
      `SELECT name, version, position FROM views.generations WHERE state = 'serving'`,
    );
    return rows.filter(({ name, version }) => this.#versions.get(name) === version);
  }

  /** Makes the table of generations if need be; tried again the next time when that fails. */
  #prepared(): Promise<void> {
    this.#ready ??= this.#made().then(
      () => this.#eraseSoon(), // what a process that was killed had yet to erase
      (error: unknown) => {
        this.#ready = undefined;
        throw error;
      },
    );
    return this.#ready;
  }

  /** To make what is there already would wait for everybody who writes, and make everybody who reads wait for that. */
  async #made(): Promise<void> {
    const [newest] = await this.#query<{ made: 0 | 1 }>(`SELECT to_regclass('views.lease') IS NOT NULL AS made`);
    if (!newest!.made) await this.#change(async (client) => void (await client.query(SCHEMA)));
  }

  /** Erases what was deleted from the generations that serve, and tries again until that is done. */
  #eraseSoon(): void {
    const { signal } = this.#closing;
    this.#toErase = true;
    this.#erasing ??= (async () => {
      for (let pause = AGAIN_MS; this.#toErase && !signal.aborted;) {
        this.#toErase = false;
        this.#notErased = await this.#erase().catch((error: unknown) => (error as Error).message);
        if (this.#notErased === null) continue;
        this.#toErase = true;
        await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
        pause = Math.min(2 * pause, AGAIN_AT_MOST_MS);
      }
      this.#erasing = undefined;
    })();
  }

  /**
   * Writes tables anew, without the rows that were deleted. (`VACUUM` alone leaves their bytes in the pages of indexes.)
   * @returns why something is left
   */
  async #erase(): Promise<string | null> {
    const client = await this.#writers.connect();
    /** Rows that someone may still see, and so are kept. */
    let kept = 0;
    const notice = ({ detail }: { detail?: string | undefined }) =>
      (kept += Number(/^\d+/.exec(detail ?? '')?.[0] ?? 0));
    client.on('notice', notice);
    const done = ({ id, by }: { id: number; by: string }, left: string | null) =>
      client.query(
        `UPDATE views.generations SET deleted_by = $3 WHERE id = $1 AND state = 'serving' AND deleted_by = $2`,
        [id, by, left],
      );
    try {
      const { rows: serving } = await client.query<Generation & { by: string }>(
        `SELECT id, name, version, state, deleted_by AS by FROM views.generations WHERE state = 'serving' AND deleted_by IS NOT NULL`,
      );
      if (serving.length === 0 && !this.#samplesLeft) return null;
      const { rows } = await client.query<{ free: 0 | 1 }>('SELECT pg_try_advisory_lock($1) AS free', [ERASES]);
      if (!rows[0]!.free) return 'Another process is at it.';
      await client.query(`SET lock_timeout = ${LOCK_MS}`);
      for (const one of serving.filter(({ by }) => by !== SAMPLES)) {
        const { rows: tables } = await client.query<{ name: string }>(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = $1`,
          [schemaOf(one)],
        );
        for (const { name } of tables) await client.query(`VACUUM (FULL, ANALYZE, VERBOSE) ${name}`);
        if (kept > 0) return STILL_SEEN;
        await done(one, SAMPLES);
      }
      await client.query(`VACUUM (FULL, VERBOSE) ${STATISTICS}`);
      if (kept > 0) return STILL_SEEN;
      this.#samplesLeft = false;
      for (const { id } of serving) await done({ id, by: SAMPLES }, null);
      return null;
    } finally {
      client.off('notice', notice);
      client.release(true); // with its lock and its settings
    }
  }

  async #query<R extends pg.QueryResultRow>(sql: string, ...values: Value[]): Promise<R[]> {
    return (await this.#writers.query<R>({ ...statementOf(sql), values }).catch(unavailable)).rows;
  }

  /** Holds the lease still until the transaction ends: who takes it over, waits for that. @throws LeaseLost */
  async #holdLease(client: Session): Promise<void> {
    if (this.#term === null) return;
    const { rows } = await client.query('SELECT FROM views.lease WHERE term = $1 FOR KEY SHARE', [this.#term]);
    if (rows.length === 0) throw new LeaseLost('Another process brings the views up to date now.');
  }

  #change<T>(work: (client: Session) => Promise<T>): Promise<T> {
    return this.#transaction(async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(${CHANGES})`);
      await this.#holdLease(client);
      return work(client);
    });
  }

  async #transaction<T>(work: (client: Session) => Promise<T>): Promise<T> {
    const client = await this.#writers.connect().catch(unavailable);
    try {
      const session = new Session(client);
      const [, result] = await Promise.all([session.query('BEGIN'), work(session)]);
      await session.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      client.release(true); // statements may still be under way on it: its end rolls back whatever they are
      throw error;
    }
  }
}

/** A transaction, in which statements are sent without waiting for the answers of those before. */
class Session implements ReadTx {
  /** Rows were deleted, because words had to go. */
  deletes = false;
  #failed: { readonly error: unknown } | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: pg.PoolClient) {}

  query<R extends pg.QueryResultRow>(text: string | pg.QueryConfig, values?: Value[]): Promise<pg.QueryResult<R>> {
    return this.client.query<R>(text as string, values).catch(unavailable);
  }

  run(sql: string, ...values: Value[]): void {
    this.deletes ||= sql.startsWith('DELETE');
    this.#last = this.query({ ...statementOf(sql), values }).catch((error: unknown) => {
      this.#failed ??= { error };
    });
  }

  async insert(table: string, columns: readonly string[], rows: readonly (readonly Value[])[], otherwise = '') {
    const most = Math.floor(PARAMETERS / columns.length);
    for (let i = 0; i < rows.length; i += most) {
      const some = rows.slice(i, i + most);
      const row = `(${columns.map(() => '?').join(', ')})`;
      const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${some.map(() => row).join(', ')} ${otherwise}`;
      if (some.length === most) this.run(sql, ...some.flat());
      else
        for (const one of some)
          this.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${row} ${otherwise}`, ...one);
      if (i > 0) await this.done();
    }
  }

  async all<R extends Row>(sql: string, ...values: Value[]): Promise<R[]> {
    const answer = await this.query<R>({ ...statementOf(sql), values }).catch((error: unknown) => {
      throw this.#failed ? this.#failed.error : error;
    });
    await this.done();
    return answer.rows;
  }

  /** Waits for all that was sent. */
  async done(): Promise<void> {
    await this.#last;
    if (this.#failed) throw this.#failed.error;
  }
}

async function dropped(client: Session, generation: Pick<Generation, 'name' | 'version' | 'state'>): Promise<void> {
  const { name, version, state } = generation;
  await client.query('DELETE FROM views.generations WHERE name = $1 AND version = $2 AND state = $3', [
    ...[name, version, state],
  ]);
  await client.query(`DROP SCHEMA IF EXISTS ${schemaOf(generation)} CASCADE`);
}

/** Queries are planned by a sample of what the tables hold. */
async function analyzed(client: Session, generation: Pick<Generation, 'name' | 'version' | 'state'>): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1',
    [schemaOf(generation)],
  );
  for (const { name } of rows) await client.query(`ANALYZE ${schemaOf(generation)}.${name}`);
}

async function renamed(client: Session, generation: Generation, state: Generation['state']): Promise<void> {
  await client.query(`ALTER SCHEMA ${schemaOf(generation)} RENAME TO ${schemaOf({ ...generation, state })}`);
  await client.query('UPDATE views.generations SET state = $2 WHERE id = $1', [generation.id, state]);
}

/** How many values a statement that inserts many rows takes. */
const PARAMETERS = 4_000;
/** How many statements a connection keeps prepared; those that come after are planned each time. */
const STATEMENTS = 1_000;
const statements = new Map<string, pg.QueryConfig>();
/** A statement with `$1, $2 …` for its question marks. */
function statementOf(sql: string): pg.QueryConfig {
  const known = statements.get(sql);
  if (known) return known;
  let n = 0;
  const text = sql.replace(/'(?:[^']|'')*'|"[^"]*"|\?/g, (found) => (found === '?' ? `$${++n}` : found));
  if (statements.size >= STATEMENTS) return { text };
  const statement = { name: `s${statements.size}`, text };
  statements.set(sql, statement);
  return statement;
}

const UNDEFINED_TABLE = '42P01';
/** What PostgreSQL says of a statement and its values: data, integrity, syntax. Everything else is about the machine. */
const REFUSAL = /^(?:22|23|42(?!501))/;
const unavailable = (error: unknown): never => {
  if (REFUSAL.test(String((error as { code?: unknown }).code))) throw error;
  throw new StoreUnavailable(`The views cannot be reached now: ${(error as Error).message}`, { cause: error });
};
