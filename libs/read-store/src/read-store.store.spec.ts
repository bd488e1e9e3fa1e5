import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  CheckpointMoved,
  LeaseLost,
  on,
  Projector,
  StoreUnavailable,
  type Generation,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Value,
} from '#eventsourcing';
import { added, by, counter, counterCodec } from '../../eventsourcing/src/testing/counter.js';
import { MemoryEventStore, MemoryLog } from '../../eventsourcing/src/testing/memory-event-store.js';
import type { Erases, Erasure } from './erasure.js';
import { PostgresReadStore } from './postgres-read-store.js';
import { SqliteReadStore } from './sqlite-read-store.js';
import { onEachStore } from './testing/each-store.js';

const notes: Projection = {
  name: 'notes',
  version: 1,
  schema: 'CREATE TABLE notes_rows (n BIGINT, text TEXT NOT NULL)',
  on: {},
};
const INSERT = 'INSERT INTO notes_rows (n, text) VALUES (?, ?)';
const note =
  (text: string | null, n = 0) =>
  async (tx: ReadTx) =>
    tx.run(INSERT, n, text);
const behind = (position: string) => Promise.reject(new Error(`behind ${position}`));
const at = (position: string) => ({ position, events: 1 });

onEachStore('A read store', (place) => {
  let store: ReadStore;
  let other: ReadStore;
  let start: Generation;
  /** A generation that has taken a position with a note, not yet serving. */
  const built = async (position: string, text: string, on = store, projection = notes): Promise<Generation> =>
    on.apply(await on.build(projection, 'log-1'), at(position), note(text));
  const serving = async (position: string, text: string, on = store): Promise<Generation> => {
    const generation = await built(position, text, on);
    await on.serve(generation, behind);
    return { ...generation, state: 'serving' };
  };
  beforeEach(async () => {
    [store, other] = [place.open(), place.open()];
    start = await store.build(notes, 'log-1');
    await store.serve(start, behind);
    for (const each of [store, other]) await each.current(notes);
  });
  const texts = async (from = store) =>
    (await from.all('SELECT text FROM notes_rows ORDER BY text')).map(({ text }) => text);
  const states = async () => (await store.generations()).map(({ version, state }) => `${version} ${state}`);

  describe('Rows and checkpoint', () => {
    it('are written together, and seen by every connection', async () => {
      expect(start).toMatchObject({ name: 'notes', version: 1, log: 'log-1', position: null, events: 0 });
      expect(await store.apply(start, { position: '3', events: 2 }, note('a'))).toMatchObject({
        position: '3',
        events: 2,
      });
      for (const each of [store, other]) {
        expect(await texts(each)).toEqual(['a']);
        expect(await each.current(notes)).toMatchObject({ log: 'log-1', position: '3', events: 2 });
        expect(await each.position('notes')).toBe('3');
      }
    });

    it('are both left as they were when applying fails, after a while too', async () => {
      const failing = async (tx: ReadTx) => {
        tx.run(INSERT, 1, 'b');
        expect(await tx.all('SELECT text FROM notes_rows')).toEqual([{ text: 'b' }]);
        await sleep(20);
        throw new Error('failed');
      };
      await expect(store.apply(start, at('3'), failing)).rejects.toThrow('failed');
      await expect(store.apply(start, at('3'), note(null))).rejects.toThrow(/not.null/i);
      expect(await texts()).toEqual([]);
      expect(await store.current(notes)).toMatchObject({ position: null });
      await store.apply(start, at('3'), note('c'));
      expect(await texts()).toEqual(['c']);
    });

    it('are not seen before the commit', async () => {
      const [written, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const applying = store.apply(start, at('3'), async (tx) => {
        await note('a')(tx);
        written.resolve();
        await commit.promise;
      });
      await written.promise;
      expect([await texts(), await texts(other), await store.position('notes')]).toEqual([[], [], '0']);
      commit.resolve();
      await applying;
      expect([await texts(), await texts(other), await other.position('notes')]).toEqual([['a'], ['a'], '3']);
    });

    it('are refused with CheckpointMoved, unapplied, when another connection was faster', async () => {
      await other.apply(start, at('2'), note('faster'));
      let applied = false;
      const late = store.apply(start, at('2'), async () => void (applied = true));
      await expect(late).rejects.toThrow(CheckpointMoved);
      expect(applied).toBe(false);
      await store.apply((await store.current(notes))!, at('3'), note('next'));
      expect(await texts()).toEqual(['faster', 'next']);
    });

    it('of one position are applied once, however many try at once', async () => {
      const tries = Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? store : other).apply(start, at('1'), note(`try ${i}`)),
      );
      const outcomes = await Promise.allSettled(tries);
      const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(refused).toHaveLength(11);
      for (const reason of refused) expect(reason).toBeInstanceOf(CheckpointMoved);
      expect(await texts()).toHaveLength(1);
    });

    it('of projections do not wait for each other for ever', async () => {
      const second: Projection = { ...notes, name: 'second', schema: 'CREATE TABLE second_rows (text TEXT)' };
      const from = await store.build(second, 'log-1');
      const slow = store.apply(start, at('1'), async (tx) => {
        await sleep(20);
        await note('slow')(tx);
        throw new Error('failed');
      });
      await store.apply(from, at('1'), async (tx) => tx.run("INSERT INTO second_rows VALUES ('quick')"));
      await expect(slow).rejects.toThrow('failed');
      await store.current(second);
      await store.serve({ ...from, position: '1' }, behind);
      expect(await store.all('SELECT text FROM second_rows')).toEqual([{ text: 'quick' }]);
      expect(await texts()).toEqual([]);
    });

    it('without a position to move to: are written under the same lock, and the checkpoint stays', async () => {
      const moved = await store.apply(start, at('3'), note('a'));
      await other.apply(start, null, note('b'));
      expect(await store.apply(moved, at('4'), note('c'))).toMatchObject({ position: '4', events: 2 });
      expect(await texts()).toEqual(['a', 'b', 'c']);
    });
  });

  describe('SQL means the same everywhere', () => {
    const given = async (...rows: [number, string][]) =>
      store.apply(start, at('1'), async (tx) => rows.forEach(([n, text]) => tx.run(INSERT, n, text)));

    it('numbers come back as numbers, large ones and sums too, and truth as 1 and 0', async () => {
      await given([Number.MAX_SAFE_INTEGER, 'a'], [1, 'b']);
      const [row] = await store.all(
        `SELECT MAX(n) AS large, SUM(n) AS sum, COUNT(*) AS count, COUNT(*) FILTER (WHERE n = 1) AS one,
           MIN(n) IS NULL AS no, MIN(n) IS NOT NULL AS yes, CASE WHEN 1 = 1 THEN 1 ELSE 0 END AS "camelCase" FROM notes_rows WHERE n > ?`,
        1,
      );
      const large = Number.MAX_SAFE_INTEGER;
      expect(row).toEqual({ large, sum: large, count: 1, one: 0, no: 0, yes: 1, camelCase: 1 });
    });

    it('text is in the order of code points, and any of it is a value', async () => {
      const all = ['a', 'B', '_', 'é', 'e', 'Z', '10', '9', `O'Brien ?`, '\\x', '$1'];
      await given(...all.map((text, n): [number, string] => [n, text]));
      expect(await texts()).toEqual(all.toSorted());
      for (const text of all)
        expect(await store.all(`SELECT text, '?' AS mark FROM notes_rows WHERE text = ?`, text)).toEqual([
          { text, mark: '?' },
        ]);
    });

    it('lists of values are tables', async () => {
      await given([1, 'a'], [2, 'b']);
      const sql = `WITH up (low, high) AS MATERIALIZED (VALUES (?, ?), (?, ?))
        SELECT high FROM notes_rows JOIN up ON up.low = notes_rows.text ORDER BY text`;
      expect(await store.all(sql, 'b', 'BB', 'a', 'AA')).toEqual([{ high: 'AA' }, { high: 'BB' }]);
    });

    it('queries cannot write', async () => {
      const insert = `INSERT INTO notes_rows (text) VALUES ('x') RETURNING text`;
      await expect(store.all(insert)).rejects.toThrow(/read-?only/);
      expect(await texts(other)).toEqual([]);
    });

    it('a query that fails says why, and the next one is answered', async () => {
      await expect(store.all('SELECT nothing FROM notes_rows')).rejects.toThrow('nothing');
      await expect(store.all('SELECT 1 FROM nowhere')).rejects.toThrow('nowhere');
      expect(await Promise.all(Array.from({ length: 30 }, () => texts()))).toHaveLength(30);
    });

    it('what a statement is refused for is told apart from what cannot be done now', async () => {
      const refused: [string, Value[]][] = [
        [INSERT, [1, null]],
        ['INSERT INTO notes_rows (n) VALUES (?', [1]],
        ['INSERT INTO nowhere VALUES (1)', []],
      ];
      for (const [sql, values] of refused)
        await expect(store.apply(start, at('1'), async (tx) => tx.run(sql, ...values))).rejects.not.toThrow(
          StoreUnavailable,
        );
      const unavailable = store.apply(start, at('1'), async (tx) => {
        if (place.kind === 'SQLite') await tx.all('PRAGMA max_page_count = 1');
        else {
          const [{ pid }] = (await tx.all<{ pid: number }>('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
          const admin = new pg.Client(place.url);
          await admin.connect();
          await admin.query('SELECT pg_terminate_backend($1)', [pid]);
          await admin.end();
        }
        tx.run(INSERT, 1, 'x'.repeat(100_000));
      });
      await expect(unavailable).rejects.toThrow(StoreUnavailable);
      if (place.kind === 'PostgreSQL') await store.apply(start, at('1'), note('again'));
      expect(await texts(other)).toEqual(place.kind === 'PostgreSQL' ? ['again'] : []);
    });
  });

  describe('A generation that is built', () => {
    beforeEach(async () => {
      start = await store.apply(start, at('5'), note('now'));
    });

    it('is not seen before it serves, then by every process at once, and the one before is kept', async () => {
      const next = await built('5', 'next', other);
      expect([await texts(), await texts(other), await states()]).toEqual([
        ['now'],
        ['now'],
        ['1 serving', '1 building'],
      ]);
      expect(await store.current(notes)).toMatchObject({ id: start.id });
      await other.serve(next, behind);
      expect([await texts(), await texts(other), await states()]).toEqual([
        ['next'],
        ['next'],
        ['1 former', '1 serving'],
      ]);
      expect(await store.current(notes)).toMatchObject({ id: next.id, state: 'serving' });
    });

    it('does not serve before it is as far, compared as numbers; nobody can move the other one meanwhile', async () => {
      let next = await built('9', 'next', other);
      start = await store.apply(start, at('10'), note('later'));
      await expect(other.serve(next, behind)).rejects.toThrow('behind 10');
      expect(await texts()).toEqual(['later', 'now']);
      let late: Promise<unknown> = Promise.resolve();
      await other.serve(next, async (position) => {
        late = store.apply(start, at('11'), note('too late')).catch((error: unknown) => error);
        await sleep(50);
        return (next = await other.apply(next, at(position), note('as far')));
      });
      expect(await late).toBeInstanceOf(CheckpointMoved);
      expect(await texts()).toEqual(['as far', 'next']);
      expect(await store.position('notes')).toBe('10');
    });

    it('closes the one before: whoever wrote to it, applies nothing any more and finds the new one', async () => {
      await serving('5', 'next', other);
      for (const late of [store.apply(start, at('6'), note('late')), other.apply(start, null, note('late'))])
        await expect(late).rejects.toThrow(CheckpointMoved);
      await store.apply((await store.current(notes))!, at('6'), note('more'));
      expect(await texts()).toEqual(['more', 'next']);
    });

    it('makes room: of two that served before, the older one is dropped', async () => {
      await serving('5', 'second');
      await serving('5', 'third', other);
      expect(await states()).toEqual(['1 former', '1 serving']);
      const [former] = await store.generations();
      await store
        .apply(await store.revive(former!), at('5'), note('again'))
        .then((again) => store.serve(again, behind));
      expect(await texts()).toEqual(['again', 'second']);
    });

    it('takes the place of another that was being built: that one can neither be written nor serve', async () => {
      const first = await built('5', 'first');
      const second = await built('5', 'second', other);
      await expect(store.apply(first, at('6'), note('late'))).rejects.toThrow(CheckpointMoved);
      await expect(store.serve(first, behind)).rejects.toThrow(CheckpointMoved);
      await other.serve(second, behind);
      expect(await texts()).toEqual(['second']);
    });

    it('can be the former one, revived: closed again when that takes up the log', async () => {
      await serving('5', 'next');
      const [former] = await other.generations();
      const revived = await other.revive(former!);
      expect(revived).toMatchObject({ id: start.id, state: 'building', position: '5', events: 0 });
      await store.apply((await store.current(notes))!, at('6'), note('later'));
      await expect(other.serve(revived, behind)).rejects.toThrow('behind 6');
      await other.serve(await other.apply(revived, at('6'), note('caught up')), behind);
      expect(await texts()).toEqual(['caught up', 'now']);
      expect(await states()).toEqual(['1 serving', '1 former']);
    });

    it('of another version leaves what the older version reads as it is', async () => {
      const newer: Projection = { ...notes, version: 2, schema: notes.schema.replace(')', ', more TEXT)') };
      await other.current(newer);
      await expect(texts(other)).rejects.toMatchObject({ code: 'not_yet' });
      await expect(other.position('notes')).rejects.toMatchObject({ code: 'not_yet' });
      const next = await built('7', 'next', other, newer);
      await other.serve(next, behind);
      await store.apply(start, at('6'), note('still'));
      expect([await texts(), await texts(other)]).toEqual([['now', 'still'], ['next']]);
      expect(await states()).toEqual(['1 serving', '2 serving']);
    });

    it('of another log serves even if it is less far', async () => {
      const next = await other.apply(await other.build(notes, 'log-2'), at('1'), note('other'));
      await other.serve(next, behind);
      expect([await texts(), await store.position('notes')]).toEqual([['other'], '1']);
    });

    it('with a schema that does not work leaves nothing behind', async () => {
      const broken = { ...notes, schema: 'CREATE TABLE notes_new (a TEXT); nonsense' };
      await expect(store.build(broken, 'log-1')).rejects.toThrow('syntax error');
      expect([await texts(), await states()]).toEqual([['now'], ['1 serving']]);
      await serving('5', 'next');
    });

    it('can be dropped, with its tables, while it serves or not', async () => {
      const next = await built('5', 'next');
      await other.drop(next);
      await other.drop(next);
      expect(await states()).toEqual(['1 serving']);
      await other.drop(start);
      await expect(texts()).rejects.toMatchObject({ code: 'not_yet' });
      expect(await store.current(notes)).toBeNull();
      await expect(store.apply(start, at('6'), note('late'))).rejects.toThrow(CheckpointMoved);
    });

    it.each(['switches to what is as far', 'switches to what is behind (a control, which must fail)'])(
      'is never less far than what a reader saw before, when it %s',
      async (how) => {
        const control = how.includes('control');
        let [steps, position, reads, backwards] = [0, 5, 0, 0];
        const reading = (async () => {
          for (let seen = 0; steps < 40; reads++) {
            const from = reads % 2 ? store : other;
            const [row] = await from.all<{ n: number }>('SELECT COALESCE(MAX(n), 0) AS n FROM notes_rows');
            if (row!.n < seen) backwards++;
            seen = row!.n;
          }
        })();
        const writing = (async () => {
          for (; steps < 40; await sleep(1)) {
            const current = (await store.current(notes))!;
            position = Number(current.position) + 1;
            await store.apply(current, at(String(position)), note('n', position)).catch((error: unknown) => {
              expect(error).toBeInstanceOf(CheckpointMoved);
            });
          }
        })();
        for (; steps < 40; steps++) {
          let next = await other.build(notes, control ? `log-${steps}` : 'log-1');
          const upTo = async (to: number) => (next = await other.apply(next, at(String(to)), note('n', to)));
          await upTo(control ? 1 : Math.max(position - 2, 1));
          await other.serve(next, (to) => upTo(Number(to)));
          for (const before = reads; reads === before;) await sleep(1);
        }
        await Promise.all([reading, writing]);
        if (control) expect(backwards).toBeGreaterThan(0);
        else expect(backwards).toBe(0);
      },
      60_000,
    );
  });

  describe('The lease', () => {
    const TERM_MS = 400;
    /** Until the lease of a store that renews it no more is over. */
    const takenBy = async (from: ReadStore, holder: string): Promise<number> => {
      for (;;) {
        const term = await from.takeLease(holder, TERM_MS);
        if (term !== null) return term;
        await sleep(20);
      }
    };

    it('is had by one at a time; whoever has it keeps it by renewing it', async () => {
      expect(await store.lease()).toBeNull();
      expect(await store.takeLease('one', TERM_MS)).toBe(1);
      for (const end = performance.now() + 2 * TERM_MS; performance.now() < end; await sleep(40)) {
        expect(await other.takeLease('other', TERM_MS)).toBeNull();
        expect(await store.takeLease('one', TERM_MS)).toBe(1);
      }
      expect(await other.lease()).toEqual({ holder: 'one', endedMsAgo: null });
    });

    it('passes on when it is renewed no more, with a greater term', async () => {
      expect(await store.takeLease('one', TERM_MS)).toBe(1);
      const start = performance.now();
      expect(await takenBy(other, 'other')).toBe(2);
      expect(performance.now() - start).toBeGreaterThan(TERM_MS / 2);
      expect(await store.takeLease('one', TERM_MS)).toBeNull();
      expect(await takenBy(store, 'one')).toBe(3);
    });

    it('passes on at once when it is ended by who has it, and by nobody else', async () => {
      await store.takeLease('one', 60_000);
      await other.endLease('other');
      expect(await other.takeLease('other', 60_000)).toBeNull();
      await store.endLease('one');
      expect((await store.lease())!.endedMsAgo).toBeGreaterThanOrEqual(0);
      expect(await other.takeLease('other', 60_000)).toBe(2);
    });

    it('of many that take it at once, one has it', async () => {
      const stores = Array.from({ length: 6 }, () => place.open());
      for (let round = 1; round <= 3; round++) {
        const terms = await Promise.all(stores.map((one, n) => one.takeLease(`store ${n}`, 60_000)));
        expect(terms.filter((term) => term !== null)).toHaveLength(1);
        await store.endLease(`store ${terms.findIndex((term) => term !== null)}`);
      }
    });

    it('is not asked of a store that never took it', async () => {
      await store.takeLease('one', TERM_MS);
      await other.apply(start, at('1'), note('without'));
      expect(await texts()).toEqual(['without']);
    });

    /** Everything that who had the lease before may try, at places where nobody was faster. */
    const lateWrites = (late: ReadStore, serving: Generation): Record<string, () => Promise<unknown>> => ({
      'rows without a position': () => late.apply(serving, null, note('late')),
      rows: () => late.apply(serving, at('1'), note('late')),
      'a generation': () => late.build({ ...notes, version: 9 }, 'log-1'),
      dropping: () => late.drop(serving),
    });

    it('fences: who had it before writes nothing any more, also where nobody was faster', async () => {
      await store.takeLease('one', TERM_MS);
      await takenBy(other, 'other');
      for (const write of Object.values(lateWrites(store, start))) await expect(write()).rejects.toThrow(LeaseLost);
      expect([await texts(), await states()]).toEqual([[], ['1 serving']]);
      await other.apply(start, at('1'), note('in time'));
      expect(await texts()).toEqual(['in time']);
    });

    it('fences generations that were built since, and the one that served before', async () => {
      await store.takeLease('one', TERM_MS);
      await takenBy(other, 'other');
      const next = await serving('0', 'next', other);
      await expect(store.apply(next, at('1'), note('late'))).rejects.toThrow(LeaseLost);
      const [former] = await store.generations();
      await expect(store.revive(former!)).rejects.toThrow(LeaseLost);
      const building = await other.build(notes, 'log-1');
      await expect(store.apply(building, at('1'), note('late'))).rejects.toThrow(LeaseLost);
      await expect(store.serve(building, behind)).rejects.toThrow(LeaseLost);
      expect(await texts()).toEqual(['next']);
    });

    it('has to be waited for while something is written under it, and is then had in full', async () => {
      await store.takeLease('one', 50);
      const [written, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const writing = store.apply(start, at('1'), async (tx) => {
        await note('in time')(tx);
        await tx.all('SELECT 1 AS one');
        written.resolve();
        await commit.promise;
      });
      await written.promise;
      await sleep(100);
      let taken = false;
      const taking = other.takeLease('other', 5_000).then((term) => {
        taken = true;
        return term;
      });
      await sleep(100);
      expect(taken).toBe(false);
      commit.resolve();
      await writing;
      expect(await taking).toBe(2);
      expect(await texts(other)).toEqual(['in time']);
    });

    it('is renewed while something long is written under it', async () => {
      await store.takeLease('one', 60_000);
      await store.apply(start, at('1'), async (tx) => {
        await note('long')(tx);
        expect(await store.takeLease('one', 60_000)).toBe(1);
      });
      expect(await texts()).toEqual(['long']);
    });

    it('without the fence, late writers would get through (a control)', async () => {
      const unfenced = place.open(); // of the process that takes the lease by `store`
      await store.takeLease('one', TERM_MS);
      await takenBy(other, 'other');
      for (const write of Object.values(lateWrites(unfenced, start)).slice(0, 3)) await write();
      expect(await texts(other)).toEqual(['late', 'late']);
    });
  });

  if (place.kind === 'PostgreSQL')
    it('A process that starts waits for nobody who writes, and makes no reader wait', async () => {
      const admin = new pg.Client(place.url);
      await admin.connect();
      await admin.query('BEGIN; UPDATE views.generations SET events = events');
      try {
        expect(await place.open().current(notes)).toMatchObject({ id: start.id });
        expect(await other.position('notes')).toBe('0');
        // What it would have waited with, and for: the control.
        const late = new pg.Client(`${place.url}?lock_timeout=200`);
        await late.connect();
        const making = late.query('ALTER TABLE views.generations ADD COLUMN IF NOT EXISTS cursor TEXT');
        await expect(making).rejects.toThrow('lock timeout');
        await late.end();
      } finally {
        await admin.query('ROLLBACK');
        await admin.end();
      }
    });

  describe('Many projections', () => {
    const many = Array.from({ length: 12 }, (_, i) => `many${i}`);
    const joined = (names: readonly string[]) =>
      store.all(
        `SELECT ${names.map((name) => `${name}_rows.n`).join(' + ')} AS sum FROM ${names.join('_rows, ')}_rows`,
      );
    beforeEach(async () => {
      for (const [n, name] of many.entries()) {
        const one = { ...notes, name, schema: `CREATE TABLE ${name}_rows (n BIGINT)` };
        const insert = async (tx: ReadTx) => tx.run(`INSERT INTO ${name}_rows VALUES (?)`, n);
        await store.current(one);
        await store.serve(await store.apply(await store.build(one, 'log-1'), at(String(n + 3)), insert), behind);
      }
    });

    it('are all read, again and again, alone and up to ten at once', async () => {
      for (const _ of [1, 2])
        for (const [n, name] of many.entries()) expect(await store.all(`SELECT n FROM ${name}_rows`)).toEqual([{ n }]);
      expect(await joined(many.slice(0, 10))).toEqual([{ sum: 45 }]);
      expect(await joined(many.slice(2))).toEqual([{ sum: 65 }]);
      const pairs = many.slice(1).map((name, i) => joined([name, many[i]!]));
      expect(await Promise.all(pairs)).toEqual(pairs.map((_, i) => [{ sum: 2 * i + 1 }]));
      expect(await store.position(...many)).toBe('3');
    });

    it('are still read when one of them is switched and another one dropped', async () => {
      await joined(many.slice(2));
      const [, first] = await store.generations();
      const next = await store.build(
        { ...notes, name: 'many0', schema: 'CREATE TABLE many0_rows (n BIGINT)' },
        'log-2',
      );
      await store.serve(
        await store.apply(next, at('1'), async (tx) => tx.run('INSERT INTO many0_rows VALUES (100)')),
        behind,
      );
      expect(first).toMatchObject({ name: 'many0' });
      await store.drop((await store.generations()).find(({ name }) => name === 'many11')!);
      expect(await joined(['many0', 'many10'])).toEqual([{ sum: 110 }]);
      await expect(joined(['many0', 'many11'])).rejects.toMatchObject({ code: 'not_yet' });
    });

    if (place.kind === 'SQLite') {
      it('more than ten in one query are refused, by name', async () => {
        await expect(joined(many.slice(1))).rejects.toThrow(
          `A query can see 10 projections in SQLite, not 11: ${many.slice(1).join(', ')}.`,
        );
        expect(await joined(many.slice(0, 2))).toEqual([{ sum: 1 }]);
      });

      it('would be refused, were all attached: SQLite attaches no more than ten (a control)', () => {
        const db = new Database(':memory:');
        const attach = () => many.forEach((name) => db.exec(`ATTACH ':memory:' AS ${name}`));
        expect(attach).toThrow('too many attached databases - max 10');
        db.close();
      });
    }
  });

  describe('The event loop', () => {
    /** How long work took, and the longest time in which nothing else had a turn, in ms. */
    const watched = async (work: () => Promise<unknown>) => {
      let [longest, last, over] = [0, performance.now(), false];
      const tick = () => {
        const now = performance.now();
        [longest, last] = [Math.max(longest, now - last), now];
        if (!over) setImmediate(tick);
      };
      setImmediate(tick);
      const start = performance.now();
      await work();
      const took = performance.now() - start;
      await new Promise((resolve) => setImmediate(resolve));
      over = true;
      return { took, longest };
    };
    const LONG = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT MAX(i) AS i FROM n`;

    it('goes on during a long query, and short ones are answered', async () => {
      await Promise.all([texts(), texts()]); // everything is open
      let short = 0;
      const { took, longest } = await watched(async () => {
        const long = store.all(LONG);
        const { took: short1 } = await watched(() => texts());
        short = short1;
        expect(await long).toEqual([{ i: 2_000_000 }]);
      });
      expect(took).toBeGreaterThan(100);
      expect(longest).toBeLessThan(took / 2);
      expect(short).toBeLessThan(took / 2);
    });

    it('would be seen not to, if the query ran in this thread (a control)', async () => {
      const db = new Database(':memory:');
      const { took, longest } = await watched(async () => db.prepare(LONG).all());
      db.close();
      expect(longest).toBeGreaterThan(took / 2);
    });

    it('goes on while a projection catches up', async () => {
      const log = { store: new MemoryEventStore(new MemoryLog()), codec: counterCodec };
      for (let n = 0; n < 3_000; n++)
        await log.store.append(`counter-${n}`, -1, [counterCodec.encode('counter', added(1))], by());
      const slow: Projection = {
        ...notes,
        on: on(counter, {
          Added: (_, tx) => {
            for (const end = performance.now() + 0.1; performance.now() < end;);
            tx.run(INSERT, 1, 'x');
          },
        }),
      };
      const projector = new Projector(log, store, [{ ...slow, version: 7 }]);
      const { took, longest } = await watched(() => projector.start());
      await projector.stop();
      expect(took).toBeGreaterThan(300);
      expect(longest).toBeLessThan(took / 4);
    });
  });

  if (place.kind === 'SQLite')
    it('Files that another process is just making are waited for; SQLite alone refuses at once (the control)', async () => {
      const file = `${dirname(place.url.slice('sqlite:'.length))}/being-made.db`;
      const SCRIPT = `
        const { default: Database } = await import('better-sqlite3');
        const db = new Database(process.argv[1]);
        db.exec('BEGIN IMMEDIATE; CREATE TABLE made (n TEXT)');
        process.stdin.once('data', () => setTimeout(() => db.exec('COMMIT'), 300)).once('end', () => db.close());
        console.log('making');`;
      const maker = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, file], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(maker.stdout, 'data');
      const alone = new Database(file, { timeout: 5_000 });
      expect(() => alone.pragma('journal_mode = WAL')).toThrow('database is locked');
      alone.close();
      maker.stdin.write('commit');
      const made = new SqliteReadStore(file);
      expect(await made.generations()).toEqual([]);
      maker.stdin.end();
      await once(maker, 'exit');
      await made.close();
    }, 30_000);

  if (place.kind === 'SQLite')
    it('Views of a version that kept all in one file are made anew', async () => {
      const file = `${dirname(place.url.slice('sqlite:'.length))}/old.db`;
      const db = new Database(file);
      db.exec(
        `CREATE TABLE checkpoints (name TEXT); CREATE TABLE notes_rows (text TEXT); INSERT INTO notes_rows VALUES ('Jo Doe')`,
      );
      db.close();
      expect(readFileSync(file).includes('Jo Doe')).toBe(true);
      const anew = new SqliteReadStore(file);
      expect(await anew.current(notes)).toBeNull();
      await anew.close();
      expect(readFileSync(file).includes('Jo Doe')).toBe(false);
    });

  describe('Erased words', () => {
    /** Erases as the stores do, and says what is left. */
    type Erasing = ReadStore & Erases;
    const erased = async (from = store as Erasing): Promise<Erasure[]> => {
      for (const end = performance.now() + 20_000; performance.now() < end; await sleep(20))
        if ((await from.erasing()).length === 0) break;
      return from.erasing();
    };
    let admin: pg.Client;
    beforeEach(async () => {
      if (place.kind === 'SQLite') return;
      admin = new pg.Client(place.url);
      await admin.connect();
    });
    afterEach(() => (place.kind === 'SQLite' ? undefined : admin.end()));
    /** The files of the database that hold them; not PostgreSQL's WAL, which is a backup of a kind. */
    const inFiles = async (): Promise<string[]> => {
      let folder = dirname(place.url.slice('sqlite:'.length));
      if (place.kind === 'PostgreSQL') {
        await admin.query('CHECKPOINT');
        const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
        folder = rows[0]!.data_directory;
      }
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && !file.parentPath.endsWith('pg_wal'))
        .map((file) => `${file.parentPath}/${file.name}`)
        .filter((file) => readFileSync(file).includes('Jo Doe'));
    };
    /** A note with words that must go among others, in an index and in what the database keeps of samples. */
    const indexed: Projection = {
      ...notes,
      version: 3,
      schema: `${notes.schema}; CREATE INDEX notes_text ON notes_rows (text)`,
    };
    const FORGET = `DELETE FROM notes_rows WHERE text LIKE 'Jo Doe%'`;
    beforeEach(async () => {
      start = await store.build(indexed, 'log-1');
      await store.serve(start, behind);
      await store.current(indexed);
      start = await store.apply(start, at('3'), async (tx) => {
        for (let n = 0; n < 600; n++) tx.run(INSERT, n, n % 200 === 3 ? `Jo Doe ${n}` : `Somebody else ${n}`);
      });
      if (place.kind === 'PostgreSQL') await admin.query('ANALYZE views_notes_3.notes_rows');
    });
    const forget = async () => void (start = await store.apply(start, at('4'), async (tx) => tx.run(FORGET)));
    const left = async () => (await store.all('SELECT COUNT(*) AS n FROM notes_rows'))[0]!.n;

    it('leave no trace once their rows were deleted; before that they do', async () => {
      expect(await inFiles()).not.toEqual([]);
      await forget();
      expect(await erased()).toEqual([]);
      expect(await inFiles()).toEqual([]);
      expect(await left()).toBe(597);
    }, 30_000);

    it('leave none when they were deleted while a generation was built, or dropped with it', async () => {
      const next = await store.apply(await store.build(indexed, 'log-1'), at('3'), note('Jo Doe, again'));
      await store.serve(await store.apply(next, at('4'), async (tx) => tx.run(FORGET)), behind);
      expect(await erased()).toEqual([]);
      expect(await inFiles()).not.toEqual([]); // of the generation that served before
      await store.drop((await store.generations()).find(({ version, state }) => version === 3 && state === 'former')!);
      for (const end = performance.now() + 3_000; (await inFiles()).length > 0 && performance.now() < end;)
        await sleep(50);
      expect(await inFiles()).toEqual([]);
    }, 30_000);

    if (place.kind === 'SQLite') {
      /** Someone who reads what is there now, for a while. */
      const reader = (): Database.Database => {
        const folder = dirname(place.url.slice('sqlite:'.length));
        const db = new Database(`${folder}/views-notes-3-${start.id}.db`, { readonly: true });
        db.exec('BEGIN; SELECT * FROM notes_rows');
        return db;
      };

      it('are left while someone reads them: that is said, and tried again', async () => {
        const reads = reader();
        await forget();
        expect(await inFiles()).not.toEqual([]);
        expect(await (store as Erasing).erasing()).toMatchObject([{ projection: 'notes', version: 3, error: /reads/ }]);
        reads.close();
        start = await store.apply(start, at('5'), async () => {});
        expect(await erased()).toEqual([]);
        expect(await inFiles()).toEqual([]);
      });

      it('are erased by the next process, when the one that deleted them was cut off', async () => {
        const reads = reader();
        const killed = new SqliteReadStore(place.url.slice('sqlite:'.length));
        await killed.apply(start, at('4'), async (tx) => tx.run(FORGET));
        await Promise.all([killed.close(), store.close(), other.close()]);
        reads.close();
        expect(await inFiles()).not.toEqual([]);
        await place.open().current(indexed);
        expect(await inFiles()).toEqual([]);
      });
    } else {
      it('are left while a transaction still sees them, or reads the table: that is said, and tried again', async () => {
        for (const hold of ['SELECT 1', 'LOCK TABLE views_notes_3.notes_rows IN ACCESS SHARE MODE']) {
          await admin.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
          await admin.query(hold);
          await forget();
          expect(await store.all('SELECT n FROM notes_rows WHERE n = 3')).toEqual([]);
          let said: Erasure[] = [];
          while (!(said = await (store as Erasing).erasing())[0]?.error) await sleep(20);
          expect(said).toEqual([
            {
              projection: 'notes',
              version: 3,
              error: expect.stringMatching(/^A transaction that is under way may|lock timeout/),
            },
          ]);
          await admin.query('COMMIT');
          expect(await inFiles()).not.toEqual([]);
          expect(await erased()).toEqual([]);
          expect(await inFiles()).toEqual([]);
          start = await store.apply(start, at('3'), async (tx) =>
            [3, 203, 403].forEach((n) => tx.run(INSERT, n, `Jo Doe ${n}`)),
          );
          start = await store.apply(start, at('3'), async (tx) => tx.run('UPDATE notes_rows SET n = n'));
        }
      }, 30_000);

      it('are erased by the next process, when the one that deleted them was cut off', async () => {
        await admin.query('BEGIN; LOCK TABLE views_notes_3.notes_rows IN ACCESS SHARE MODE');
        const killed = new PostgresReadStore(place.url);
        await killed.apply(start, at('4'), async (tx) => tx.run(FORGET));
        await killed.close();
        await admin.query('COMMIT');
        expect(await inFiles()).not.toEqual([]);
        const next = place.open() as Erasing;
        await next.current(indexed);
        expect(await erased(next)).toEqual([]);
        expect(await inFiles()).toEqual([]);
      }, 30_000);

      it('are erased while others read on and on', async () => {
        let over = false;
        const reader = async () => {
          let reads = 0;
          for (; !over; reads++) await store.all('SELECT COUNT(*), pg_sleep(0.05) FROM notes_rows');
          return reads;
        };
        const readers = [reader(), reader(), reader()];
        await forget();
        expect(await erased()).toEqual([]);
        over = true;
        expect(Math.min(...(await Promise.all(readers)))).toBeGreaterThan(5);
        expect(await inFiles()).toEqual([]);
      }, 30_000);

      it('would stay in the pages of indexes after a plain VACUUM (a control)', async () => {
        await admin.query(FORGET.replace('notes_rows', 'views_notes_3.notes_rows'));
        await admin.query('VACUUM views_notes_3.notes_rows');
        expect(await inFiles()).not.toEqual([]);
      });
    }
  });
});
