import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from '#eventsourcing';
import { emptyDatabase, onEachDatabase } from '../../read-store/src/testing/each-store.js';
import { newToken, type AccessStore } from './access-store.js';
import { PostgresAccessStore } from './postgres-access-store.js';
import { SqliteAccessStore } from './sqlite-access-store.js';

const scratch = mkdtempSync(join(tmpdir(), 'access-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

onEachDatabase('The access store', (kind) => {
  let place: string;
  let access: AccessStore;
  let other: AccessStore;
  const opened: AccessStore[] = [];
  const open = (): AccessStore => {
    const store = kind === 'SQLite' ? new SqliteAccessStore(place) : new PostgresAccessStore(place);
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    place = kind === 'SQLite' ? join(mkdtempSync(join(scratch, 'place-')), 'access.db') : await emptyDatabase();
    [access, other] = [open(), open()]; // as of two processes
  }, 60_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  describe('Tokens', () => {
    const tokenOf = async (agency: string | null, label = 'a') => (await access.create(agency, label)).token;

    it('one tells every process whose it is: the secretariat, or a focal point of an agency', async () => {
      const [secretariat, focalPoint] = [await tokenOf(null), await tokenOf('IOM')];
      for (const each of [access, other]) {
        expect(await each.principalOf(secretariat)).toMatchObject({ role: 'secretariat', agency: null });
        expect(await each.principalOf(focalPoint)).toMatchObject({ role: 'focal_point', agency: 'IOM' });
      }
    });
    it('two never belong to one account', async () => {
      const [one, another] = [await tokenOf('IOM'), await tokenOf('IOM')];
      expect(one).not.toBe(another);
      expect((await access.principalOf(one))!.account).not.toBe((await access.principalOf(another))!.account);
    });
    it('what was never given out is nobody’s', async () => {
      const { id, token } = await access.create(null, 'a');
      for (const no of ['', id, `${token}x`, token.slice(0, -1), token.toUpperCase()])
        expect(await access.principalOf(no)).toBeNull();
    });
    it('one that was revoked is nobody’s in any process from then on: by its id, or all of a label', async () => {
      const [a, b, c] = [
        await access.create(null, 'demo'),
        await access.create('IOM', 'demo'),
        await access.create('ILO', 'kept'),
      ];
      expect(await other.principalOf(a.token)).not.toBeNull();
      expect(await access.revoke(a.id)).toBe(1);
      expect(await other.principalOf(a.token)).toBeNull();
      expect(await other.principalOf(b.token)).not.toBeNull();
      expect(await access.revoke('demo')).toBe(1);
      expect(await other.principalOf(b.token)).toBeNull();
      expect(await other.principalOf(c.token)).not.toBeNull();
      expect(await access.revoke('demo')).toBe(0);
    });
    it('are listed with what became of them, and without what would let anyone in', async () => {
      const { id, token } = await access.create('IOM', 'demo');
      await access.revoke(id);
      const [row] = await other.list();
      expect(row).toMatchObject({ id, role: 'focal_point', agency: 'IOM', label: 'demo', revoked: expect.any(String) });
      expect(JSON.stringify(row)).not.toContain(token);
    });
    it('a token that was given out already is not given out again', async () => {
      const token = await tokenOf('IOM');
      await expect(other.create('ILO', 'a', token)).rejects.toThrow(/unique/i);
      expect(await access.principalOf(token)).toMatchObject({ agency: 'IOM' });
    });
    it('outlast the process', async () => {
      const token = await tokenOf('IOM');
      await Promise.all(opened.splice(0).map((store) => store.close()));
      expect(await open().principalOf(token)).toMatchObject({ agency: 'IOM' });
    });
  });

  describe('Idempotency keys', () => {
    it('the first claim is first; with the same body it is the same, with another body another', async () => {
      expect(await access.claim('a', 'key', 'digest')).toBe('first');
      expect(await other.claim('a', 'key', 'digest')).toBe('same');
      expect(await access.claim('a', 'key', 'changed')).toBe('other');
      expect(await other.claim('a', 'key', 'digest')).toBe('same');
    });
    it('belong to an account each', async () => {
      await access.claim('a', 'key', 'digest');
      expect(await other.claim('b', 'key', 'changed')).toBe('first');
      expect(await other.claim('a', 'other key', 'changed')).toBe('first');
    });
    it('one whose command was refused is free again; the others stay', async () => {
      await access.claim('a', 'key', 'digest');
      await access.claim('b', 'key', 'digest');
      await access.release('a', 'key', 'digest');
      expect(await other.claim('a', 'key', 'changed')).toBe('first');
      expect(await other.claim('b', 'key', 'changed')).toBe('other');
    });
    it('one that was tried twice at once and refused once stays bound to its body; refused twice it is free', async () => {
      await access.claim('a', 'key', 'digest');
      await other.claim('a', 'key', 'digest');
      await access.release('a', 'key', 'digest');
      expect(await access.claim('a', 'key', 'changed')).toBe('other');
      await other.release('a', 'key', 'digest');
      expect(await access.claim('a', 'key', 'changed')).toBe('first');
    });
    it('a late refusal of another body takes nothing from who has the key now', async () => {
      await access.claim('a', 'key', 'digest');
      await access.release('a', 'key', 'digest');
      await other.claim('a', 'key', 'changed');
      await access.release('a', 'key', 'digest');
      expect(await access.claim('a', 'key', 'digest')).toBe('other');
    });
    it('of many that claim one at once, one is first; with another body each, one has it', async () => {
      const claims = (digest: (n: number) => string, key: string) =>
        Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 ? access : other).claim('a', key, digest(n))));
      const counted = (all: string[]) =>
        Object.fromEntries([...new Set(all)].map((c) => [c, all.filter((x) => x === c).length]));
      expect(counted(await claims(() => 'digest', 'one'))).toEqual({ first: 1, same: 15 });
      expect(counted(await claims(String, 'two'))).toEqual({ first: 1, other: 15 });
    });
    it('of a process that was killed before it answered, does not keep another from trying the same', async () => {
      await access.claim('a', 'key', 'digest'); // and never heard of again
      expect(await other.claim('a', 'key', 'digest')).toBe('same');
      expect(await other.claim('a', 'key', 'changed')).toBe('other');
    });
  });

  describe('Several processes that make the store at once', () => {
    /** Opens one store after the other, each at the same moment as other processes do, and tells how many it could not. */
    const SCRIPT = `
      const [open, start, ...places] = process.argv.slice(1);
      const { SqliteAccessStore, PostgresAccessStore } = await import('./dist/libs/access/src/index.js');
      const { default: Database } = await import('better-sqlite3');
      let failed = 0;
      for (const [n, place] of places.entries()) {
        while (Date.now() < Number(start) + n * 12);
        try {
          if (open === 'unguarded') {
            const db = new Database(place, { timeout: 5000 });
            db.pragma('journal_mode = WAL');
            db.exec('CREATE TABLE IF NOT EXISTS made (n TEXT)');
          }
          else {
            const store = new (place.startsWith('postgres') ? PostgresAccessStore : SqliteAccessStore)(place);
            await store.create('IOM', 'made');
            await store.close();
          }
        } catch (error) {
          failed++;
        }
      }
      process.exitCode = failed;`;
    const failedBy = (how: string, places: readonly string[]): Promise<number[]> => {
      const start = String(Date.now() + 1_500);
      const children = [1, 2, 3].map(() =>
        spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, how, start, ...places], { stdio: 'inherit' }),
      );
      return Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    };
    const places = async (): Promise<string[]> => {
      if (kind === 'PostgreSQL') return [await emptyDatabase()];
      const folder = mkdtempSync(join(scratch, 'made-'));
      return Array.from({ length: 100 }, (_, n) => join(folder, `${n}.db`));
    };

    it('all have it, once', async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      const made = await places();
      expect(await failedBy('guarded', made)).toEqual([0, 0, 0]);
      place = made.at(-1)!;
      expect(await open().list()).toHaveLength(3);
    }, 30_000);

    if (kind === 'SQLite')
      it('would be refused by SQLite, if they did not try again (a control)', async () => {
        expect((await failedBy('unguarded', await places())).reduce((a, b) => a + b)).toBeGreaterThan(0);
      }, 30_000);
  });

  it('what cannot be reached now is told apart from what is refused', async () => {
    await access.list();
    if (kind === 'SQLite') await access.close();
    else access = new PostgresAccessStore(place.replace(/:\d+\//, ':1/'));
    await expect(access.list()).rejects.toThrow(StoreUnavailable);
    await expect(other.create('IOM', null as never)).rejects.not.toThrow(StoreUnavailable);
  });

  if (kind === 'SQLite') {
    it('tokens are nowhere in the files; their accounts are', async () => {
      const { token } = await access.create('IOM', 'demo');
      const { account } = (await access.principalOf(token))!;
      const folder = join(place, '..');
      const text = readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join();
      expect(text).not.toContain(token);
      expect(text).not.toContain(token.slice(3));
      expect(text).toContain(account);
    });
    it('a file of an earlier version keeps its keys', async () => {
      const file = join(scratch, 'earlier.db');
      const db = new Database(file);
      db.exec(`CREATE TABLE idempotency_keys (account TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
        PRIMARY KEY (account, key)) STRICT, WITHOUT ROWID; INSERT INTO idempotency_keys VALUES ('a', 'key', 'digest')`);
      db.close();
      place = file;
      expect(await open().claim('a', 'key', 'digest')).toBe('same');
      expect(await open().claim('a', 'key', 'changed')).toBe('other');
    });
    it('a new token can be given out before the database answers', async () => {
      const token = newToken();
      void access.create('IOM', 'a', token);
      expect(await access.principalOf(token)).toMatchObject({ agency: 'IOM' });
    });
  }
});
