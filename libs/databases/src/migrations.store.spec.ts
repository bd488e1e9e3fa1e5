import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrateSqlite, migrationsIn } from './migrations.js';

const FIRST = { '001-names.sql': 'CREATE TABLE names (at BIGINT NOT NULL) STRICT, WITHOUT ROWID;' };
const SECOND = { '002-first-name.sql': 'INSERT INTO names VALUES (1);' };

function folderOf(files: Readonly<Record<string, string>>): URL {
  const folder = mkdtempSync(join(tmpdir(), 'tables-'));
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return pathToFileURL(`${folder}/`);
}

describe('Tables beside the log', () => {
  it('are made by numbered files, each in the words of its database', () => {
    const folder = folderOf({ ...FIRST, '001-more.postgres.sql': 'SELECT 1;', '002-rest.sqlite.sql': 'SELECT 2;' });
    expect(migrationsIn(folder, 'postgres')).toEqual(['SELECT 1;\nCREATE TABLE names (at BIGINT NOT NULL);']);
    expect(migrationsIn(folder, 'sqlite')).toEqual([
      'CREATE TABLE names (at INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
      'SELECT 2;',
    ]);
  });

  it('are not made where a number is missing', () => {
    expect(() => migrationsIn(folderOf({ ...FIRST, '003-late.sql': '' }), 'sqlite')).toThrow(
      '003-late.sql is not number 2',
    );
  });

  it('run each file once, also one that comes later', () => {
    const db = new Database(':memory:');
    const first = folderOf({ '001-names.sql': 'CREATE TABLE names (at BIGINT);' });
    for (const folder of [first, first]) migrateSqlite(db, folder);
    const both = folderOf({ '001-names.sql': 'CREATE TABLE names (at BIGINT);', ...SECOND });
    for (const folder of [both, both]) migrateSqlite(db, folder);
    expect(db.prepare('SELECT * FROM names').all()).toEqual([{ at: 1 }]);
    expect(() => migrateSqlite(db, first)).toThrow('was written by newer software (format 2, this is 1)');
  });

  it('that cannot be made leave nothing behind', () => {
    const db = new Database(':memory:');
    const broken = folderOf({ '001-names.sql': 'CREATE TABLE names (at BIGINT);', '002-bad.sql': 'NONSENSE;' });
    expect(() => migrateSqlite(db, broken)).toThrow('syntax error');
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
  });
});
