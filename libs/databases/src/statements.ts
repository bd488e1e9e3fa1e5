/** Statements that SQLite and PostgreSQL both understand, with `?` for their values. */
import type Database from 'better-sqlite3';
import type pg from 'pg';
import { StoreUnavailable } from '#eventsourcing';
import { migratePostgres, migrateSqlite } from './migrations.js';
import { asError, errorCodeOf, withNumberedParameters, openPool } from './postgres.js';
import { retry } from './retry.js';
import { openSqlite, retryWhileBusy } from './sqlite.js';

export type SqlValue = string | number | null;

export type SqlStatement = readonly [sql: string, ...values: SqlValue[]];

/** A place in a statement for each value of a list: `?, ?`. */
export const places = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

export interface Statements {
  /** Runs one statement. @throws StoreUnavailable, or the database's own refusal */
  query<R extends object>(sql: string, ...values: SqlValue[]): Promise<R[]>;
  /** Runs several in one transaction. @throws StoreUnavailable, or the database's own refusal */
  together(statements: readonly SqlStatement[]): Promise<void>;
  /** Gets every byte of deleted rows out of the files. @throws StillRead, or StoreUnavailable */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

/** The error of a scrub while somebody may still see deleted rows. */
export class StillRead extends StoreUnavailable {
  constructor(what: string) {
    super(`${what}: what was deleted is still being read; do it again.`);
  }
}

/**
 * Statements on a file, each as durable as an event once it was answered. They wait for the locks of other processes
 * without stopping this one.
 */
export class SqliteStatements implements Statements {
  readonly db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<SqlValue[]>>();

  /**
   * @param what the content of the tables, for messages
   * @param migrations the folder of their SQL files
   * @param mustExist whether a file that is not there is an error; otherwise it is made
   */
  constructor(
    private readonly what: string,
    file: string,
    migrations: URL,
    { mustExist = false } = {},
  ) {
    const prepare = (db: Database.Database) => migrateSqlite(db, migrations);
    this.db = openSqlite(file, { mustExist, waitMs: 0, prepare });
    this.db.pragma('foreign_keys = ON');
    // SQLite overwrites deleted data, in every page: erased rows must be gone from the file.
    this.db.pragma('secure_delete = ON');
  }

  query<R extends object>(sql: string, ...values: SqlValue[]): Promise<R[]> {
    return this.#tried(() => this.#run<R>(sql, values));
  }

  together(statements: readonly SqlStatement[]): Promise<void> {
    const all = (): void => statements.forEach(([sql, ...values]) => this.#run(sql, values));
    return this.#tried(() => this.db.transaction(all).immediate());
  }

  #run<R extends object>(sql: string, values: SqlValue[]): R[] {
    const statement = this.#prepared(sql);
    if (statement.reader) return statement.all(...values) as R[];
    statement.run(...values);
    return [];
  }

  /** Deleted bytes are overwritten at once; older pages are in the WAL until nobody reads it. */
  async scrub(): Promise<void> {
    const isRead = await this.#tried(() => this.db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0);
    if (isRead) throw new StillRead(this.what);
  }

  /** Does something with the file as soon as no other process hinders it. @throws StoreUnavailable, or SQLite's own refusal */
  async #tried<T>(act: () => T): Promise<T> {
    try {
      return await retryWhileBusy(act);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code?.startsWith('SQLITE_CONSTRAINT')) throw error;
      throw new StoreUnavailable(`${this.what} cannot be reached now: ${message}`, { cause: error });
    }
  }

  #prepared(sql: string): Database.Statement<SqlValue[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }

  async close(): Promise<void> {
    this.db.close();
  }
}

const MAX_CONNECTIONS = 8;
/** The properties that differ from server to server, and must not here: isolation, durability, time limits. */
const SESSION_SETTINGS = [
  'default_transaction_isolation=read\\ committed',
  'synchronous_commit=on',
  'lock_timeout=10000',
  'idle_in_transaction_session_timeout=10000',
];
/** Two statements met; the one that is told so tries again. */
const ROLLBACK_CODE = /^40/;

/** Statements in a schema of PostgreSQL, which is made if need be. */
export class PostgresStatements implements Statements {
  readonly #pool: pg.Pool;
  readonly #sql = new Map<string, string>();
  #ready: Promise<unknown> | undefined;

  /**
   * @param what the content of the tables, for messages
   * @param migrations the folder of their SQL files
   * @param makes the key of the lock under which one of our processes at a time makes the tables
   */
  constructor(
    private readonly what: string,
    url: string,
    private readonly schema: string,
    private readonly migrations: URL,
    private readonly makes: number,
  ) {
    const options = [`search_path=${schema}`, ...SESSION_SETTINGS].map((setting) => `-c ${setting}`).join(' ');
    this.#pool = openPool({ connectionString: url, options, max: MAX_CONNECTIONS, connectionTimeoutMillis: 10_000 });
  }

  query<R extends object>(sql: string, ...values: SqlValue[]): Promise<R[]> {
    const text = this.#numbered(sql);
    return this.#tried(async () => (await this.#pool.query<R & pg.QueryResultRow>(text, values)).rows);
  }

  together(statements: readonly SqlStatement[]): Promise<void> {
    return this.#tried(async () => {
      const client = await this.#pool.connect();
      let broken = true;
      try {
        await client.query('BEGIN');
        for (const [sql, ...values] of statements) await client.query(this.#numbered(sql), values);
        await client.query('COMMIT');
        broken = false;
      } finally {
        client.release(broken); // the end of a connection rolls back its transaction
      }
    });
  }

  async #tried<T>(act: () => Promise<T>): Promise<T> {
    try {
      await this.#prepared();
      return await retry(act, {
        forMs: 5_000,
        everyMs: 5,
        after: (error) => ROLLBACK_CODE.test(errorCodeOf(error)),
      });
    } catch (error) {
      throw asError(this.what, error);
    }
  }

  #numbered(sql: string): string {
    let text = this.#sql.get(sql);
    if (text === undefined) this.#sql.set(sql, (text = withNumberedParameters(sql)));
    return text;
  }

  /** Writes every table of the schema anew, without deleted rows. */
  async scrub(): Promise<void> {
    const all = 'SELECT tablename AS name FROM pg_tables WHERE schemaname = ?';
    const tables = await this.query<{ name: string }>(all, this.schema);
    const client = await this.#pool.connect();
    /** The deleted rows that someone may still see: the first number in the notice, wherever its language has it. */
    let kept = 0;
    client.on('notice', ({ detail }) => (kept += Number(/\d+/.exec(detail ?? '')?.[0] ?? 0)));
    try {
      for (const { name } of tables) await client.query(`VACUUM (FULL, VERBOSE) ${this.schema}.${name}`);
    } catch (error) {
      throw asError(this.what, error);
    } finally {
      client.release(true);
    }
    if (kept > 0) throw new StillRead(this.what);
  }

  /** Makes the tables if need be; tried again the next time when that fails. */
  #prepared(): Promise<unknown> {
    this.#ready ??= migratePostgres(this.#pool, this.schema, this.migrations, this.makes).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
