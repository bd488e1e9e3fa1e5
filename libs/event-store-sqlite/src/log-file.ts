/** The file of a log: whether this software knows it, how a new one is made, and the meaning of SQLite's errors. */
import type Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tablesFormat, NothingThere, setFormat } from '#databases';
import { DamagedLog, StoreUnavailable, type Damage } from '#eventsourcing';

/** Raised when the file changes; one with a greater number was written by newer software. */
const FILE_FORMAT = 2;

/** Checks whether a file is a log that this software knows, before anything is changed in it. */
export function look(db: Database.Database, mustExist: boolean): void {
  const format = tablesFormat(db);
  if (format > FILE_FORMAT)
    throw new Error(
      `${db.name} was written by newer software (format ${format}, this is ${FILE_FORMAT}): please upgrade.`,
    );
  if (format === 0 && db.prepare('SELECT 1 FROM sqlite_schema').get())
    throw new Error(`${db.name} is a database, but not a log.`);
  if (format === 0 && mustExist) throw new NothingThere(`${db.name} holds nothing: it is not a log.`);
}

/** Sets how the file is kept, and makes the tables of a new log. */
export function prepareTables(db: Database.Database): void {
  // SQLite overwrites deleted data, in every page: blanked data must be gone from the file.
  db.pragma('secure_delete = ON');
  // Pages of the index are written again and again: a longer WAL copies each back once (32 MB at most).
  db.pragma('wal_autocheckpoint = 8000');
  db.transaction(() => {
    if (tablesFormat(db) !== 0) return;
    db.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
    db.prepare('INSERT INTO about (identity) VALUES (?)').run(randomUUID());
    setFormat(db, FILE_FORMAT);
  }).immediate();
  // After a crash the WAL may still hold blanked words.
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Why a damaged log is not written to. */
export const damagedLog = ({ reason, position }: Damage): DamagedLog =>
  new DamagedLog(
    `The log cannot be trusted: ${reason}${position === null ? '' : ` (position ${position})`}. Nothing is written to it.`,
  );

/** The errors of SQLite about a file whose pages are not as it wrote them. */
const DAMAGE_CODE = /^SQLITE_(?:CORRUPT|NOTADB)/;

/** Throws an error of SQLite as the log's own error. */
export const throwAsLogError =
  (what: 'read' | 'written') =>
  (cause: unknown): never => {
    const { code, message } = cause as { code?: unknown; message: string };
    if (!String(code).startsWith('SQLITE_')) throw cause;
    if (DAMAGE_CODE.test(String(code))) throw new DamagedLog(`The log cannot be trusted: ${message}`, { cause });
    throw new StoreUnavailable(`The log cannot be ${what} now: ${message}`, { cause });
  };
