import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Digests, StoreUnavailable } from '#eventsourcing';
import { claimKey } from '#platform';
import { accessStores, emptyDatabase, onEachDatabase } from './testing/each-database.js';
import { newToken, type AccessStore } from './access-store.js';
import { PostgresAccessStore } from './postgres-access-store.js';

onEachDatabase('The access store', (kind) => {
  const stores = accessStores(kind);
  const { open } = stores;
  let access: AccessStore;
  let other: AccessStore;
  beforeEach(() => {
    [access, other] = [open(), open()]; // as of two processes
  });

  const of = (role: string, agency: string | null) => ({ appointments: [expect.objectContaining({ role, agency })] });

  describe('Tokens', () => {
    const tokenOf = async (agency: string | null, label = 'a') => (await access.create(agency, label)).token;

    it('one tells every process whose it is: the secretariat, or a focal point of an agency', async () => {
      const [secretariat, focalPoint] = [await tokenOf(null), await tokenOf('IOM')];
      for (const each of [access, other]) {
        expect(await each.holderOf(secretariat)).toMatchObject(of('secretariat', null));
        expect(await each.holderOf(focalPoint)).toMatchObject(of('focal_point', 'IOM'));
      }
    });
    it('two never belong to one account', async () => {
      const [one, another] = [await tokenOf('IOM'), await tokenOf('IOM')];
      expect(one).not.toBe(another);
      expect((await access.holderOf(one))!.account).not.toBe((await access.holderOf(another))!.account);
    });
    it('what was never given out is nobody’s', async () => {
      const { id, token } = await access.create(null, 'a');
      for (const no of ['', id, `${token}x`, token.slice(0, -1), token.toUpperCase()])
        expect(await access.holderOf(no)).toBeNull();
    });
    it('one goes on when another algorithm is taken up, and is kept by that from its next use; control: not where its own is recognised no more', async () => {
      const { id, token } = await access.create('IOM', 'a');
      const hashes = async () => (await access.query<{ hash: string }>('SELECT hash FROM tokens WHERE id = ?', id))[0]!;
      const kept = await hashes();
      expect(await open(new Digests('sha512', ['sha512'])).holderOf(token)).toBeNull();
      expect(await hashes()).toEqual(kept);
      const changed = open(new Digests('sha512'));
      expect(await changed.holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
      expect(await hashes()).toEqual({ hash: new Digests('sha512').of(token) });
      expect(await open(new Digests('sha512', ['sha512'])).holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
      expect(await access.holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
      expect(await changed.revoke(id)).toBe(1);
      for (const each of [access, changed]) expect(await each.holderOf(token)).toBeNull();
    });
    it('one that was revoked is nobody’s in any process from then on: by its id, or all of a label', async () => {
      const [a, b] = [await access.create(null, 'demo'), await access.create('IOM', 'demo')];
      const c = await access.create('ILO', 'kept');
      expect(await other.holderOf(a.token)).not.toBeNull();
      expect(await access.revoke(a.id)).toBe(1);
      expect(await other.holderOf(a.token)).toBeNull();
      expect(await other.holderOf(b.token)).not.toBeNull();
      expect(await access.revoke('demo')).toBe(1);
      expect(await other.holderOf(b.token)).toBeNull();
      expect(await other.holderOf(c.token)).not.toBeNull();
      expect(await access.revoke('demo')).toBe(0);
    });
    it('are listed with what became of them, and without what would let anyone in', async () => {
      const { id, token, account } = await access.create('IOM', 'demo');
      await access.revoke(id);
      const [row] = await other.tokens();
      expect(row).toMatchObject({ id, account, label: 'demo', revoked: expect.any(String) });
      expect(JSON.stringify(row)).not.toContain(token);
    });
    it('a token that was given out already is not given out again', async () => {
      const token = await tokenOf('IOM');
      await expect(other.create('ILO', 'a', token)).rejects.toThrow(/unique/i);
      expect(await access.holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
    });
    it('outlast the process', async () => {
      const token = await tokenOf('IOM');
      await stores.close();
      expect(await open().holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
    });
  });

  describe('Idempotency keys', () => {
    it('a key stays claimed by the digest of another algorithm, by which its command is known', async () => {
      const [former, present] = [new Digests('sha256'), new Digests('sha512')];
      const request = 'POST this';
      expect(await claimKey(access, 'a', 'key', former.all(request))).toBe(former.of(request));
      expect(await claimKey(other, 'a', 'key', present.all(request))).toBe(former.of(request));
      expect(await claimKey(other, 'a', 'key', present.all('POST that'))).toBeNull();
      expect(await claimKey(other, 'a', 'another key', present.all(request))).toBe(present.of(request));
    });
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

  it('several processes that make the store at once, all have it, once', async () => {
    /** Opens one store after the other, each at the same moment as other processes do, and tells how many it could not. */
    const SCRIPT = `
      import { setTimeout as sleep } from 'node:timers/promises';
      const [start, ...places] = process.argv.slice(1);
      const { SqliteAccessStore, PostgresAccessStore } = await import('./dist/libs/access/src/index.js');
      for (const [n, place] of places.entries()) {
        const at = Number(start) + n * 12;
        if (at - Date.now() > 3) await sleep(at - Date.now() - 3);
        while (Date.now() < at);
        const store = new (place.startsWith('postgres') ? PostgresAccessStore : SqliteAccessStore)(place);
        await store.create('IOM', 'made');
        await store.close();
      }`;
    await stores.close();
    const files = Array.from({ length: 50 }, (_, n) => join(stores.folder, `${n}.db`));
    const made = kind === 'SQLite' ? files : [await emptyDatabase()];
    const start = String(Date.now() + 1_500);
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, start, ...made], { stdio: 'inherit' }),
    );
    for (const child of children) if (child.exitCode === null) await once(child, 'exit');
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    for (stores.place of made) expect(await open().tokens()).toHaveLength(3);
  });

  if (kind === 'SQLite')
    it('one that another process is just making is waited for, where SQLite alone refuses at once (the control)', async () => {
      const file = join(stores.folder, 'being-made.db');
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
      stores.place = file;
      expect(await open().tokens()).toEqual([]);
      maker.stdin.end();
      await once(maker, 'exit');
    });

  it('what cannot be reached now is told apart from what is refused', async () => {
    await access.tokens();
    if (kind === 'SQLite') await access.close();
    else access = new PostgresAccessStore(stores.place.replace(/:\d+\//, ':1/'));
    await expect(access.tokens()).rejects.toThrow(StoreUnavailable);
    await expect(other.create('IOM', null as never)).rejects.not.toThrow(StoreUnavailable);
  });

  if (kind === 'SQLite') {
    it('tokens are nowhere in the files; their accounts are', async () => {
      const { token } = await access.create('IOM', 'demo');
      const { account } = (await access.holderOf(token))!;
      const text = await stores.bytes();
      expect(text).not.toContain(token);
      expect(text).not.toContain(token.slice(3));
      expect(text).toContain(account);
    });
    it('a write waits until that of another process is over, and meanwhile all is read', async () => {
      const elsewhere = new Database(stores.place);
      elsewhere.exec('BEGIN IMMEDIATE');
      const made = access.create('IOM', 'waited');
      for (let n = 0; n < 20; n++) expect(await other.tokens()).toEqual([]);
      await sleep(20);
      elsewhere.close(); // ends its transaction
      expect(await other.holderOf((await made).token)).toMatchObject(of('focal_point', 'IOM'));
    });
    it('a new token can be given out before the database answers', async () => {
      const token = newToken();
      void access.create('IOM', 'a', token);
      expect(await access.holderOf(token)).toMatchObject(of('focal_point', 'IOM'));
    });
  }
});
