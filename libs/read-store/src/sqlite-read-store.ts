import Database from 'better-sqlite3';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
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
import { SqliteReaders } from './sqlite-readers.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS generations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    state      TEXT NOT NULL,
    log        TEXT NOT NULL,
    started_at TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS generations_one_of_each ON generations (name, version, state);

  CREATE TABLE IF NOT EXISTS lease (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    term    INTEGER NOT NULL,
    holder  TEXT NOT NULL,
    expires INTEGER NOT NULL
  ) STRICT`;

/** In the file of a generation, beside its tables. Only while it is open may it be written to. */
const CHECKPOINT = `
  CREATE TABLE checkpoint (position TEXT, cursor TEXT, events INTEGER NOT NULL, open INTEGER NOT NULL) STRICT;
  INSERT INTO checkpoint VALUES (NULL, NULL, 0, 1)`;

/** In the file of a generation: the term of the lease; who holds an older one writes nothing any more. */
const FENCE = `
  CREATE TABLE IF NOT EXISTS fence (one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL) STRICT`;

/** How long a transaction waits for another process. */
const BUSY_MS = 10_000;

type Registered = Omit<Generation, keyof Checkpoint>;
type At = Required<Checkpoint> & { open: number };

/**
 * The views in SQLite: one small file says which generations there are, and each of these is a file beside it. So one that is
 * built never waits for one that serves, and to switch is to change a word.
 */
export class SqliteReadStore implements ReadStore, Erases {
  readonly #file: string;
  readonly #temporary: boolean;
  /** Says which generations there are. */
  readonly #register: Connection;
  readonly #generations = new Map<number, Connection>();
  readonly #readers = new SqliteReaders();
  /** The version of each projection that this process reads. */
  readonly #versions = new Map<string, number>();
  /** Of the lease that this store took last. */
  #term: number | null = null;
  #attach: { at: unknown; files: Record<string, string> } = { at: undefined, files: {} };

  /** @param file `:memory:`: a folder that is thrown away when it is closed */
  constructor(file: string) {
    this.#temporary = file === ':memory:';
    this.#file = this.#temporary ? join(mkdtempSync(join(tmpdir(), 'views-')), 'views.db') : file;
    mkdirSync(dirname(this.#file), { recursive: true });
    removeOldViews(this.#file);
    this.#register = new Connection(this.#file, SCHEMA);
  }

  async generations(): Promise<Generation[]> {
    return this.#registered().flatMap((one) => {
      const at = this.#at(one);
      return at ? [{ ...one, ...placeOf(at) }] : [];
    });
  }

  current({ name, version }: Projection): Promise<Generation | null> {
    this.#versions.set(name, version);
    this.#attach.at = undefined;
    return this.#register.transaction(async (db) => {
      for (const state of ['serving', 'building'] as const) {
        const [one] = registered(db, 'WHERE name = ? AND version = ? AND state = ?', name, version, state);
        const at = one && this.#at(one);
        if (one && !at) forget(db, one); // somebody has deleted its file
        if (!at) continue;
        // Closed, and still the one that serves: whoever was to put another one in its place was killed on the way.
        if (at.open === 0) await this.#connection(one).transaction(async (own) => void own.exec(OPEN));
        return { ...one, ...placeOf(at) };
      }
      return null;
    });
  }

  build(projection: Projection, log: string): Promise<Generation> {
    const { name, version, schema } = projection;
    return this.#register.transaction(async (db) => {
      this.#holdLease(db);
      await this.#dropBuilding(db, projection);
      const { lastInsertRowid } = db
        .prepare(`INSERT INTO generations (name, version, state, log, started_at) VALUES (?, ?, 'building', ?, ?)`)
        .run(name, version, log, new Date().toISOString());
      const [one] = registered(db, 'WHERE id = ?', Number(lastInsertRowid));
      const file = this.#fileOf(one!);
      remove(file); // of a generation whose registration was rolled back
      const made = new Connection(file, FENCE);
      try {
        await made.transaction(async (own) => {
          own.exec(`${CHECKPOINT}; ${new Parking(name).schema} ${schema}`);
          fence(own, leaseIn(db)?.term ?? 0);
        });
      } catch (error) {
        await made.close();
        remove(file);
        throw error;
      }
      this.#generations.set(one!.id, made);
      return { ...one!, position: null, cursor: null, events: 0 };
    });
  }

  revive(generation: Generation): Promise<Generation> {
    return this.#register.transaction(async (db) => {
      this.#holdLease(db);
      await this.#dropBuilding(db, generation);
      const startedAt = new Date().toISOString();
      await this.#connection(generation).transaction(async (own) => void own.exec(`${OPEN}, events = 0`));
      db.prepare(`UPDATE generations SET state = 'building', started_at = ? WHERE id = ?`).run(
        startedAt,
        generation.id,
      );
      return { ...generation, state: 'building', events: 0, startedAt };
    });
  }

  async apply(generation: Generation, to: Checkpoint | null, work: (tx: ReadTx) => Promise<void>): Promise<Generation> {
    const { position, cursor = null, events } = to ?? { ...generation, events: 0 };
    const connection = this.#connection(generation);
    return connection.transaction(async () => {
      if (this.#term !== null && connection.statement('SELECT 1 FROM fence WHERE term > ?').get(this.#term))
        throw new LeaseLost(LOST);
      const moved = to
        ? connection
            .statement(
              `UPDATE checkpoint SET position = ?, cursor = ?, events = events + ?
               WHERE open = 1 AND position IS ? AND cursor IS ?`,
            )
            .run(position, cursor, events, generation.position, generation.cursor).changes
        : connection.statement('UPDATE checkpoint SET open = 1 WHERE open = 1').run().changes;
      if (moved === 0)
        throw new CheckpointMoved(
          `${generation.name} is no longer at ${generation.position}, or served by another one`,
        );
      await work(connection.tx);
      return { ...generation, position, cursor, events: generation.events + events };
    });
  }

  serve(generation: Generation, catchUp: (position: string) => Promise<Generation>): Promise<void> {
    const { id, name, version, log } = generation;
    return this.#register.transaction(async (db) => {
      this.#holdLease(db);
      const [own] = registered(db, `WHERE id = ? AND state = 'building'`, id);
      const at = own && this.#at(own);
      if (!at) throw new CheckpointMoved(`Generation ${id} of ${name} is not being built any more`);
      // Queries are planned by a sample of what the tables hold.
      await this.#connection(own).transaction(async (its) => void its.exec('PRAGMA analysis_limit = 1000; ANALYZE'));
      const [before] = registered(db, `WHERE name = ? AND version = ? AND state = 'serving'`, name, version);
      if (before) {
        await this.#connection(before).transaction(async (served) => {
          const { position } = served.prepare<[], At>('SELECT position FROM checkpoint').get()!;
          if (before.log === log && BigInt(position ?? 0) > BigInt(at.position ?? 0)) await catchUp(position!);
          served.exec('UPDATE checkpoint SET open = 0');
        });
        const [former] = registered(db, `WHERE name = ? AND version = ? AND state = 'former'`, name, version);
        if (former) await this.#drop(db, former);
        db.prepare(`UPDATE generations SET state = 'former' WHERE id = ?`).run(before.id);
      }
      db.prepare(`UPDATE generations SET state = 'serving' WHERE id = ?`).run(id);
    });
  }

  drop(generation: Generation): Promise<void> {
    return this.#register.transaction(async (db) => {
      this.#holdLease(db);
      await this.#drop(db, generation);
    });
  }

  takeLease(holder: string, ms: number): Promise<number | null> {
    return this.#register.transaction(async (db) => {
      const [lease, now] = [leaseIn(db), Date.now()];
      const renews = lease?.holder === holder && lease.term === this.#term;
      if (lease && !renews && lease.expires > now) return null;
      const term = renews ? lease.term : (lease?.term ?? 0) + 1;
      db.prepare('INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?)').run(term, holder, now + ms);
      if (!renews)
        for (const one of registered(db, ''))
          if (existsSync(this.#fileOf(one))) await this.#connection(one).transaction(async (own) => fence(own, term));
      return (this.#term = term);
    });
  }

  endLease(holder: string): Promise<void> {
    return this.#register.transaction(
      async (db) => void db.prepare('UPDATE lease SET expires = ? WHERE holder = ?').run(Date.now(), holder),
    );
  }

  async lease(): Promise<Lease | null> {
    const lease = leaseIn(this.#register.committed);
    if (!lease) return null;
    const ago = Date.now() - lease.expires;
    return { holder: lease.holder, endedMsAgo: ago < 0 ? null : ago };
  }

  async all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]> {
    const files = this.#serving();
    try {
      return (await this.#readers.all(sql, values, files)) as R[];
    } catch (error) {
      if (!/no such table/.test((error as Error).message)) throw error;
      if (this.#serving() !== files) return this.all<R>(sql, ...values); // dropped while the query waited
      const missing = [...this.#versions.keys()].filter((name) => !(name in files));
      throw missing.length > 0 ? beingBuilt(missing) : error;
    }
  }

  async position(...names: string[]): Promise<string> {
    const missing = names.filter((name) => !(name in this.#serving()));
    if (missing.length > 0) throw beingBuilt(missing);
    const rows = await Promise.all(
      names.map((name) => this.all<{ position: string | null }>(`SELECT position FROM "${name}".checkpoint`)),
    );
    return String(rows.map(([row]) => BigInt(row!.position ?? 0)).reduce((a, b) => (a < b ? a : b)));
  }

  async erasing(): Promise<Erasure[]> {
    return this.#registered().flatMap(({ id, name, version }) =>
      this.#generations.get(id)?.erasing
        ? [{ projection: name, version, error: 'Someone reads what was there before.' }]
        : [],
    );
  }

  async close(): Promise<void> {
    await this.#readers.close();
    await this.#register.close();
    for (const connection of this.#generations.values()) await connection.close();
    if (this.#temporary) rmSync(dirname(this.#file), { recursive: true, force: true });
  }

  /** The files of the generations that serve, by projection: the same object as long as they are the same. */
  #serving(): Readonly<Record<string, string>> {
    const at = this.#register.committed.pragma('data_version', { simple: true });
    if (at !== this.#attach.at) {
      const [files, all]: [Record<string, string>, Registered[]] = [{}, this.#registered()];
      for (const [id, connection] of this.#generations) {
        if (all.some((one) => one.id === id)) continue;
        this.#generations.delete(id); // another process has dropped it
        void connection.close();
      }
      for (const one of all)
        if (one.state === 'serving' && this.#versions.get(one.name) === one.version)
          files[one.name] = this.#fileOf(one);
      this.#attach = { at, files };
    }
    return this.#attach.files;
  }

  /** @throws LeaseLost */
  #holdLease(db: Database.Database): void {
    if (this.#term !== null && leaseIn(db)?.term !== this.#term) throw new LeaseLost(LOST);
  }

  #registered(): Registered[] {
    return registered(this.#register.committed, 'ORDER BY id');
  }

  #fileOf({ name, version, id }: Registered): string {
    return `${this.#file.replace(/\.db$/, '')}-${name}-${version}-${id}.db`;
  }

  /** @throws CheckpointMoved when it is not there any more */
  #connection(generation: Registered): Connection {
    const kept = this.#generations.get(generation.id);
    if (kept) return kept;
    const file = this.#fileOf(generation);
    if (!existsSync(file)) throw new CheckpointMoved(`Generation ${generation.id} of ${generation.name} was dropped`);
    const connection = new Connection(file, FENCE);
    this.#generations.set(generation.id, connection);
    return connection;
  }

  #at(generation: Registered): At | null {
    if (!existsSync(this.#fileOf(generation))) return null;
    return this.#connection(generation).committed.prepare<[], At>('SELECT * FROM checkpoint').get()!;
  }

  async #dropBuilding(db: Database.Database, { name, version }: Projection | Generation): Promise<void> {
    const [building] = registered(db, `WHERE name = ? AND version = ? AND state = 'building'`, name, version);
    if (building) await this.#drop(db, building);
  }

  /** Closes it to whoever writes to it, then deletes it: who still reads it, reads on. */
  async #drop(db: Database.Database, generation: Registered): Promise<void> {
    const file = this.#fileOf(generation);
    if (existsSync(file)) {
      const connection = this.#connection(generation);
      await connection.transaction(async (own) => void own.exec('UPDATE checkpoint SET open = 0'));
      this.#generations.delete(generation.id);
      await connection.close();
    }
    forget(db, generation);
    remove(file);
  }
}

/** How many rows are inserted before other work has its turn. */
const ROWS_AT_ONCE = 1_000;

const placeOf = ({ position, cursor, events }: At): Required<Checkpoint> => ({ position, cursor, events });

const OPEN = 'UPDATE checkpoint SET open = 1';

const registered = (db: Database.Database, where: string, ...values: Value[]): Registered[] =>
  db
    .prepare<Value[], Registered>(
      `SELECT id, name, version, state, log, started_at AS "startedAt" FROM generations ${where}`,
    )
    .all(...values);

const LOST = 'Another process brings the views up to date now.';

const leaseIn = (db: Database.Database) =>
  db.prepare<[], { term: number; holder: string; expires: number }>('SELECT term, holder, expires FROM lease').get();

const fence = (db: Database.Database, term: number): void =>
  void db.prepare('INSERT OR REPLACE INTO fence VALUES (1, ?)').run(term);

const forget = (db: Database.Database, { id }: Registered): void =>
  void db.prepare('DELETE FROM generations WHERE id = ?').run(id);

const remove = (file: string): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
};

/** Views of a version that kept all in this one file, and words that were blanked since with them: they are made anew. */
function removeOldViews(file: string): void {
  if (!existsSync(file)) return;
  const db = new Database(file, { timeout: BUSY_MS });
  const old = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'checkpoints'`).get();
  db.close();
  if (old) remove(file);
}

/** A connection that writes, one transaction at a time. */
class Connection {
  readonly #db: Database.Database;
  /** Another connection, which sees only what was committed. */
  readonly committed: Database.Database;
  readonly #prepared = new Map<string, Database.Statement<Value[]>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Rows were deleted, because words had to go, and may still stand in the WAL. */
  erasing = false;

  constructor(file: string, schema = '') {
    this.#db = new Database(file, { timeout: BUSY_MS });
    toWal(this.#db);
    this.#db.pragma('synchronous = NORMAL');
    this.#db.pragma('secure_delete = ON');
    this.#db.pragma('wal_autocheckpoint = 8000');
    this.#db.pragma('cache_size = -32000');
    this.#db.exec(schema);
    this.#db.pragma('busy_timeout = 0');
    this.erasing = this.#emptyWal() !== 0; // of a process that was killed
    this.committed = new Database(file, { readonly: true, timeout: BUSY_MS });
  }

  readonly tx: ReadTx = {
    run: (sql, ...values) => {
      unavailableOr(() => this.statement(sql).run(...values));
      this.erasing ||= sql.startsWith('DELETE');
    },
    insert: async (table, columns, rows, otherwise = '') => {
      const values = columns.map(() => '?').join(', ');
      const statement = this.statement(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values}) ${otherwise}`);
      for (let i = 0; i < rows.length; i += ROWS_AT_ONCE) {
        if (i > 0) await turn();
        unavailableOr(() => rows.slice(i, i + ROWS_AT_ONCE).forEach((row) => statement.run(...row)));
      }
    },
    all: async <R extends Row>(sql: string, ...values: Value[]) =>
      unavailableOr(() => this.statement(sql).all(...values) as R[]),
  };

  statement(sql: string): Database.Statement<Value[]> {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, (statement = this.#db.prepare<Value[]>(sql)));
    return statement;
  }

  transaction<T>(work: (db: Database.Database) => Promise<T>): Promise<T> {
    const run = this.#turn.then(async () => {
      await this.#begin();
      try {
        const result = await work(this.#db);
        unavailableOr(() => this.#db.exec('COMMIT'));
        if (this.erasing) this.erasing = this.#emptyWal() !== 0;
        return result;
      } catch (error) {
        if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
    this.#turn = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    await this.#turn;
    this.committed.close();
    this.#db.close();
  }

  /** 0 when nothing is left of it; it is tried again with the next transaction when someone reads. */
  #emptyWal(): unknown {
    return this.#db.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
  }

  /** Begins as soon as no other process writes; to wait inside SQLite would stop this process meanwhile. */
  async #begin(): Promise<void> {
    if (!this.#db.open) throw new CheckpointMoved('It was dropped.');
    for (const end = performance.now() + BUSY_MS; ; await sleep(2))
      try {
        this.#db.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw unavailable(error);
      }
  }
}

/** Of several processes that make a file at once, one can do it; SQLite refuses the others without waiting. */
function toWal(db: Database.Database): void {
  for (const end = performance.now() + BUSY_MS; ;)
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
}

const isBusy = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');

/** What SQLite says of a statement and its values; everything else is about the machine. */
const REFUSAL = /^SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/;
const unavailable = (error: unknown): unknown => {
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined || REFUSAL.test(code)) return error;
  return new StoreUnavailable(`The views cannot be written now: ${message}`, { cause: error });
};
function unavailableOr<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unavailable(error);
  }
}
