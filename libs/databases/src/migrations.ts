/** The tables beside the log: numbered SQL files of a folder, each run once, in order. */
import type Database from 'better-sqlite3';
import type pg from 'pg';
import { readdirSync, readFileSync } from 'node:fs';
import { formatOf, setFormat } from './sqlite.js';

interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** The files `001-….sql`, `002-….sql` … of a folder. @throws Error when their numbers are not 1, 2, 3 … */
function migrationsIn(folder: URL): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number.parseInt(name, 10);
    if (number !== index + 1) throw new Error(`${name} is not number ${index + 1} of ${folder.pathname}.`);
    return { number, sql: readFileSync(new URL(name, folder), 'utf8') };
  });
}

/** Runs what a file has not had yet; its format is the number of the last one. @throws Error when newer software made it */
export function migrateSqlite(db: Database.Database, folder: URL): void {
  const all = migrationsIn(folder);
  db.transaction(() => {
    const had = formatOf(db);
    refuseNewer(db.name, had, all.length);
    for (const { number, sql } of all.slice(had)) {
      db.exec(sql);
      setFormat(db, number);
    }
  }).immediate();
}

/**
 * Runs what a schema has not had yet; one process at a time does so.
 * @param key of the lock that keeps the others waiting
 * @throws Error when newer software made it
 */
export async function migratePostgres(pool: pg.Pool, schema: string, folder: URL, key: number): Promise<void> {
  const all = migrationsIn(folder);
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
    for (const { number, sql } of all.slice(done[0]!.had)) {
      await client.query(sql);
      await client.query(`INSERT INTO ${schema}.migrations VALUES (${number})`);
    }
    await client.query('COMMIT');
    broken = false;
  } finally {
    client.release(broken); // the end of a connection rolls back what it was at
  }
}

function refuseNewer(what: string, had: number, known: number): void {
  if (had > known)
    throw new Error(`${what} was written by newer software (format ${had}, this is ${known}): please upgrade.`);
}
