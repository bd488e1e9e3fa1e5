import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointMoved, type Checkpoint, type Projection, type ReadTx } from '#eventsourcing';
import { SqliteReadStore } from './sqlite-read-store.js';

const notes: Projection = { name: 'notes', version: 1, schema: 'CREATE TABLE notes_rows (text TEXT NOT NULL)', on: {} };
const note = (text: string | null) => async (tx: ReadTx) => tx.run('INSERT INTO notes_rows VALUES (?)', text);

let folder: string;
let store: SqliteReadStore;
let other: SqliteReadStore;
let start: Checkpoint;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'read-store-'));
  store = new SqliteReadStore(join(folder, 'views.db'));
  other = new SqliteReadStore(join(folder, 'views.db'));
  start = await store.prepare(notes, 'log-1', '9');
});
afterEach(async () => {
  await store.close();
  await other.close();
  rmSync(folder, { recursive: true });
});
const texts = async (from = store) =>
  (await from.all('SELECT text FROM notes_rows ORDER BY rowid')).map(({ text }) => text);

describe('Rows and checkpoint', () => {
  it('are written together, and seen by every connection', async () => {
    expect(start).toEqual({ log: 'log-1', position: null });
    await store.apply(notes, start, '3', note('a'));
    for (const each of [store, other]) {
      expect(await texts(each)).toEqual(['a']);
      expect(await each.checkpoint(notes)).toEqual({ log: 'log-1', position: '3' });
    }
  });

  it('are both left as they were when applying fails, after a while too', async () => {
    const failing = async (tx: ReadTx) => {
      tx.run('INSERT INTO notes_rows VALUES (?)', 'b');
      expect(await tx.all('SELECT text FROM notes_rows')).toEqual([{ text: 'b' }]);
      await sleep(20);
      throw new Error('failed');
    };
    await expect(store.apply(notes, start, '3', failing)).rejects.toThrow('failed');
    await expect(store.apply(notes, start, '3', note(null))).rejects.toThrow('NOT NULL');
    expect(await texts()).toEqual([]);
    expect(await store.checkpoint(notes)).toEqual(start);
    await store.apply(notes, start, '3', note('c'));
    expect(await texts()).toEqual(['c']);
  });

  it('leave no trace in the files once they were deleted; before that they do', async () => {
    const inFiles = (text: string) =>
      readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(text));
    await store.apply(notes, start, '3', note('Jo Doe'));
    expect(inFiles('Jo Doe')).not.toEqual([]);
    await store.apply(notes, { ...start, position: '3' }, '4', async (tx) => tx.run('DELETE FROM notes_rows'));
    expect(inFiles('Jo Doe')).toEqual([]);
  });

  it('are not seen before the commit', async () => {
    const applying = store.apply(notes, start, '3', async (tx) => {
      await note('a')(tx);
      await sleep(30);
    });
    await sleep(10);
    expect([await texts(), await texts(other)]).toEqual([[], []]);
    await applying;
    expect([await texts(), await texts(other)]).toEqual([['a'], ['a']]);
  });

  it('are refused with CheckpointMoved, unapplied, when another connection was faster', async () => {
    await other.apply(notes, start, '2', note('faster'));
    let applied = false;
    const late = store.apply(notes, start, '2', async () => void (applied = true));
    await expect(late).rejects.toThrow(CheckpointMoved);
    expect(applied).toBe(false);
    await store.apply(notes, await store.checkpoint(notes), '3', note('next'));
    expect(await texts()).toEqual(['faster', 'next']);
  });

  it('are written one transaction at a time', async () => {
    const second: Projection = { ...notes, name: 'second', schema: 'CREATE TABLE second_rows (text TEXT)' };
    const from = await store.prepare(second, 'log-1', '9');
    const slow = store.apply(notes, start, '1', async (tx) => {
      await sleep(20);
      await note('slow')(tx);
      throw new Error('failed');
    });
    const quick = store.apply(second, from, '1', async (tx) => tx.run("INSERT INTO second_rows VALUES ('quick')"));
    await expect(slow).rejects.toThrow('failed');
    await quick;
    expect(await store.all('SELECT text FROM second_rows')).toEqual([{ text: 'quick' }]);
    expect(await texts()).toEqual([]);
  });
});

describe('Preparing', () => {
  beforeEach(() => store.apply(notes, start, '5', note('a')));

  it('leaves the views as they are for the same version and log', async () => {
    expect(await other.prepare(notes, 'log-1', '5')).toEqual({ log: 'log-1', position: '5' });
    expect(await texts()).toEqual(['a']);
  });

  it.each([
    ['version', { ...notes, version: 2 }, 'log-1', '9'],
    ['log', notes, 'log-2', '9'],
    ['head, behind the checkpoint,', notes, 'log-1', '4'],
    ['head of an empty log', notes, 'log-1', null],
  ])('makes them afresh for another %s', async (_, projection, log, head) => {
    expect(await store.prepare(projection, log, head)).toEqual({ log, position: null });
    expect(await texts()).toEqual([]);
  });

  it('compares positions as numbers', async () => {
    expect(await store.prepare(notes, 'log-1', '10')).toEqual({ log: 'log-1', position: '5' });
  });

  it('drops only tables of its own', async () => {
    const others: Projection[] = ['note', 'notesmore', 'more_notes'].map((name) => ({
      ...notes,
      name,
      schema: `CREATE TABLE ${name}_rows (text TEXT)`,
    }));
    for (const projection of others) await store.prepare(projection, 'log-1', '9');
    await store.prepare({ ...notes, version: 2, schema: 'CREATE TABLE notes_new (a)' }, 'log-1', '9');
    const tables = await store.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    expect(tables.map(({ name }) => name)).toEqual([
      'checkpoints',
      'more_notes_rows',
      'note_rows',
      'notes_new',
      'notesmore_rows',
    ]);
  });

  it('takes a schema back that does not work, and what was there stays', async () => {
    await expect(
      store.prepare({ ...notes, version: 2, schema: 'CREATE TABLE notes_new (a); nonsense' }, 'log-1', '9'),
    ).rejects.toThrow('syntax error');
    expect(await texts()).toEqual(['a']);
    expect(await store.checkpoint(notes)).toEqual({ log: 'log-1', position: '5' });
  });

  it('tells the older version of a projection that it was replaced', async () => {
    await other.prepare({ ...notes, version: 2 }, 'log-1', '9');
    await expect(store.checkpoint(notes)).rejects.toThrow('made by another version');
  });
});

it('Queries cannot write', async () => {
  await expect(store.all("INSERT INTO notes_rows VALUES ('x') RETURNING text")).rejects.toThrow('readonly');
});
