import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CheckpointMoved,
  type Checkpoint,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Row,
  type Value,
} from '#eventsourcing';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS checkpoints (
    name     TEXT PRIMARY KEY,
    version  INTEGER NOT NULL,
    log      TEXT NOT NULL,
    position TEXT
  ) STRICT`;

/** How long a transaction waits for another process. */
const BUSY_MS = 10_000;

/** The views in one SQLite file: one connection writes, another reads. */
export class SqliteReadStore implements ReadStore {
  readonly #writer: Database.Database;
  readonly #reader: Database.Database;
  readonly #prepared = new Map<string, Database.Statement<Value[]>>();
  readonly #queries = new Map<string, Database.Statement<Value[]>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Rows were deleted, because words had to go, and may still stand in the WAL. */
  #erasing = false;

  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#writer = new Database(file, { timeout: BUSY_MS });
    this.#writer.pragma('journal_mode = WAL');
    this.#writer.pragma('synchronous = NORMAL');
    this.#writer.pragma('secure_delete = ON');
    this.#writer.exec(SCHEMA);
    this.#writer.pragma('busy_timeout = 0');
    this.#reader = file === ':memory:' ? this.#writer : new Database(file, { readonly: true, timeout: BUSY_MS });
  }

  prepare(projection: Projection, log: string, head: string | null): Promise<Checkpoint> {
    return this.#transaction(async () => {
      const at = this.#read(projection);
      const ahead = BigInt(at?.position ?? 0) > BigInt(head ?? 0);
      if (at?.version === projection.version && at.log === log && !ahead) return { log, position: at.position };
      const tables = this.#writer
        .prepare<[string], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE ? ESCAPE '!'`)
        .pluck()
        .all(`${projection.name}!_%`);
      for (const table of tables) this.#writer.exec(`DROP TABLE "${table}"`);
      this.#writer.exec(projection.schema);
      this.#writer
        .prepare('INSERT OR REPLACE INTO checkpoints (name, version, log, position) VALUES (?, ?, ?, NULL)')
        .run(projection.name, projection.version, log);
      return { log, position: null };
    });
  }

  async checkpoint(projection: Projection): Promise<Checkpoint> {
    const at = this.#read(projection);
    if (at?.version !== projection.version)
      throw new Error(`The views of ${projection.name} are made by another version of this software now.`);
    return { log: at.log, position: at.position };
  }

  apply(projection: Projection, from: Checkpoint, to: string, apply: (tx: ReadTx) => Promise<void>): Promise<void> {
    return this.#transaction(async () => {
      const moved = this.#statement(
        'UPDATE checkpoints SET position = ? WHERE name = ? AND version = ? AND log = ? AND position IS ?',
      ).run(to, projection.name, projection.version, from.log, from.position);
      if (moved.changes === 0) throw new CheckpointMoved(`${projection.name} is no longer at ${from.position}`);
      await apply(this.#tx);
    });
  }

  async all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]> {
    let query = this.#queries.get(sql);
    if (!query) this.#queries.set(sql, (query = this.#reader.prepare<Value[]>(sql)));
    return query.all(...values) as R[];
  }

  async close(): Promise<void> {
    await this.#turn;
    if (this.#reader !== this.#writer) this.#reader.close();
    this.#writer.close();
  }

  readonly #tx: ReadTx = {
    run: (sql, ...values) => {
      this.#statement(sql).run(...values);
      this.#erasing ||= sql.startsWith('DELETE');
    },
    all: async <R extends Row>(sql: string, ...values: Value[]) => this.#statement(sql).all(...values) as R[],
  };

  #statement(sql: string): Database.Statement<Value[]> {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, (statement = this.#writer.prepare<Value[]>(sql)));
    return statement;
  }

  #read(projection: Projection): (Checkpoint & { version: number }) | undefined {
    return this.#writer
      .prepare<[string], Checkpoint & { version: number }>(
        'SELECT version, log, position FROM checkpoints WHERE name = ?',
      )
      .get(projection.name);
  }

  /** One transaction at a time on the writing connection: projections follow the log each on its own. */
  #transaction<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(async () => {
      await this.#begin();
      try {
        const result = await work();
        this.#writer.exec('COMMIT');
        if (this.#erasing) this.#erasing = this.#emptyWal() !== 0;
        return result;
      } catch (error) {
        if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
        throw error;
      }
    });
    this.#turn = run.catch(() => {});
    return run;
  }

  /** 0 when nothing is left of it; it is tried again with the next transaction when someone reads. */
  #emptyWal(): unknown {
    return this.#writer.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
  }

  /** Begins as soon as no other process writes; to wait inside SQLite would stop this process meanwhile. */
  async #begin(): Promise<void> {
    for (const end = performance.now() + BUSY_MS; ; await sleep(2))
      try {
        this.#writer.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > end) throw error;
      }
  }
}

const isBusy = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
