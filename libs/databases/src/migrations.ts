/** The tables beside the log: numbered SQL files of a folder, each number run once, in order. */
import type Database from 'better-sqlite3';
import type pg from 'pg';
import { readdirSync, readFileSync } from 'node:fs';
import { tablesFormat, setFormat } from './sqlite.js';

/** Each database: the end of the files that it does not run, and its words for those of all files. */
const SQL_DIALECTS = {
  sqlite: { passes: '.postgres.sql', says: (sql: string) => sql.replaceAll('BIGINT', 'INTEGER') },
  postgres: { passes: '.sqlite.sql', says: (sql: string) => sql.replaceAll(/\) STRICT(?:, WITHOUT ROWID)?;/g, ');') },
} as const;

/**
 * The tables that the files `001-….sql`, `002-….sql` … of a folder make, in the order of their names. They are written for
 * SQLite, with `BIGINT` where PostgreSQL needs one. A file of one database alone ends in `.sqlite.sql` or `.postgres.sql`.
 * @throws Error when the numbers are not 1, 2, 3 …
 */
export function migrationsIn(folder: URL, dialect: keyof typeof SQL_DIALECTS): string[] {
  const { passes, says } = SQL_DIALECTS[dialect];
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql') && !name.endsWith(passes));
  const byNumber = Map.groupBy(names.sort(), (name) => Number.parseInt(name, 10));
  return [...byNumber].map(([number, files], index) => {
    if (number !== index + 1) throw new Error(`${files[0]} is not number ${index + 1} of ${folder.pathname}.`);
    return files.map((name) => says(readFileSync(new URL(name, folder), 'utf8'))).join('\n');
  });
}

/** Runs the statements that a file lacks; its format is the number of the last one. @throws Error for a newer format */
export function migrateSqlite(db: Database.Database, folder: URL): void {
  const all = migrationsIn(folder, 'sqlite');
  db.transaction(() => {
    const had = tablesFormat(db);
    refuseNewer(db.name, had, all.length);
    for (const sql of all.slice(had)) db.exec(sql);
    if (had < all.length) setFormat(db, all.length);
  }).immediate();
}

/**
 * Runs the statements that a schema has not had yet; one process at a time does so.
 * @param key of the lock that keeps the others waiting
 * @throws Error when newer software made it
 */
export async function migratePostgres(pool: pg.Pool, schema: string, folder: URL, key: number): Promise<void> {
  const all = migrationsIn(folder, 'postgres');
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await client.query(`SELECT pg_advisory_xact_lock(${key})`);
    // An administrator may have made the schema, for a role that may make none.
    const { rows } = await client.query('SELECT to_regnamespace($1) IS NULL AS missing', [schema]);
    if ((rows[0] as { missing: boolean }).missing) await client.query(`CREATE SCHEMA ${schema}`);
    const { rows: known } = await client.query('SELECT to_regclass($1) IS NULL AS missing', [`${schema}.migrations`]);
    if ((known[0] as { missing: boolean }).missing)
      await client.query(`CREATE TABLE ${schema}.migrations (number integer PRIMARY KEY)`);
    const { rows: done } = await client.query<{ had: number }>(
      `SELECT count(*)::integer AS had FROM ${schema}.migrations`,
    );
    refuseNewer(schema, done[0]!.had, all.length);
    for (let number = done[0]!.had + 1; number <= all.length; number++) {
      await client.query(all[number - 1]!);
      await client.query(`INSERT INTO ${schema}.migrations VALUES (${number})`);
    }
    await client.query('COMMIT');
    broken = false;
  } finally {
    client.release(broken); // the end of a connection rolls back its transaction
  }
}

function refuseNewer(what: string, had: number, known: number): void {
  if (had > known)
    throw new Error(`${what} was written by newer software (format ${had}, this is ${known}): please upgrade.`);
}
