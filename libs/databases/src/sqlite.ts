/** Opens every SQLite file of ours, and waits for other processes. */
import Database from 'better-sqlite3';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { retry } from './retry.js';
import { NothingThere } from './nothing-there.js';

/** How much of a file SQLite keeps in memory; the system keeps the rest. The check of a log reads all of it. */
const CACHE_KB = 4_000;
/** The time that the opening of a file waits for other processes; it blocks this one. */
const OPENING_BUSY_MS = 5_000;
/** The time that a write waits for another process's transaction, and the interval of its tries. */
const [BUSY_MS, AGAIN_MS] = [5_000, 2];

interface Opening {
  /** Whether a file that is not there is an error; otherwise it is made. */
  readonly mustExist?: boolean;
  /**
   * The time that a statement waits inside SQLite for another process, which blocks this one; 0: it does not
   * (`retryWhileBusy`).
   */
  readonly waitMs: number;
  /** Looks at the file before anything is changed in it, in one transaction. */
  readonly look?: (db: Database.Database) => void;
  /** Sets the pragmas of the connection, and makes the tables if need be. */
  readonly prepare: (db: Database.Database) => void;
}

/**
 * Opens a database file as durable as SQLite can be: WAL, with `synchronous=FULL` for every write.
 * @throws NothingThere when there is no such file and there must be, and every error of `look` and `prepare`
 */
export function openSqlite(file: string, { mustExist = false, waitMs, look, prepare }: Opening): Database.Database {
  if (mustExist && file !== ':memory:' && !existsSync(file)) throw new NothingThere(`There is no file ${file}.`);
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new Database(file, { timeout: OPENING_BUSY_MS });
  try {
    // The work of another process meanwhile is seen whole or not at all.
    if (look) db.transaction(() => look(db))();
    toWal(db);
    db.pragma('synchronous = FULL');
    db.pragma(`cache_size = -${CACHE_KB}`);
    prepare(db);
    assertFull(db);
    db.pragma(`busy_timeout = ${waitMs}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Of several processes that make a file at once, one can do it; SQLite refuses the others without waiting. */
function toWal(db: Database.Database): void {
  for (const end = performance.now() + OPENING_BUSY_MS; ;)
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
}

/** better-sqlite3 lowers `synchronous` to NORMAL with the first write in WAL mode unless it was set: asserted after one. */
function assertFull(db: Database.Database): void {
  db.transaction(() => setFormat(db, tablesFormat(db))).immediate();
  if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('SQLite does not keep synchronous=FULL');
}

/** The number of the form of a file's tables; 0: there are none yet. */
export const tablesFormat = (db: Database.Database): number => db.pragma('user_version', { simple: true }) as number;
export const setFormat = (db: Database.Database, format: number): void => void db.pragma(`user_version = ${format}`);

export const isBusy = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');

/**
 * Does something as soon as no other process hinders it; the wait for that stops nobody else. The work must not wait
 * inside SQLite. @throws SqliteError `SQLITE_BUSY` when it is hindered for too long
 */
export async function retryWhileBusy<T>(act: () => T): Promise<T> {
  try {
    return act();
  } catch (error) {
    if (!isBusy(error)) throw error;
    return retry(act, { forMs: BUSY_MS, everyMs: AGAIN_MS, after: isBusy });
  }
}
