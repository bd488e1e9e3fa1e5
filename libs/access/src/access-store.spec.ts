import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore } from './access-store.js';

let folder: string;
let access: AccessStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
  access = new AccessStore(join(folder, 'access.db'));
});
afterEach(() => {
  access.close();
  rmSync(folder, { recursive: true });
});

describe('Tokens', () => {
  it('one tells whose it is: the secretariat, or a focal point of an agency', async () => {
    expect(await access.principalOf(access.create(null, 'a').token)).toMatchObject({
      role: 'secretariat',
      agency: null,
    });
    expect(await access.principalOf(access.create('IOM', 'b').token)).toMatchObject({
      role: 'focal_point',
      agency: 'IOM',
    });
  });
  it('two never belong to one account', async () => {
    const [one, other] = [access.create('IOM', 'a'), access.create('IOM', 'a')];
    expect(one.token).not.toBe(other.token);
    expect((await access.principalOf(one.token))!.account).not.toBe((await access.principalOf(other.token))!.account);
  });
  it('what was never given out is nobody’s', async () => {
    const { id, token } = access.create(null, 'a');
    for (const no of ['', id, `${token}x`, token.slice(0, -1), token.toUpperCase()])
      expect(await access.principalOf(no)).toBeNull();
  });
  it('one that was revoked is nobody’s: by its id, or all of a label', async () => {
    const [a, b, c] = [access.create(null, 'demo'), access.create('IOM', 'demo'), access.create('ILO', 'kept')];
    expect(access.revoke(a.id)).toBe(1);
    expect(await access.principalOf(a.token)).toBeNull();
    expect(await access.principalOf(b.token)).not.toBeNull();
    expect(access.revoke('demo')).toBe(1);
    expect(await access.principalOf(b.token)).toBeNull();
    expect(await access.principalOf(c.token)).not.toBeNull();
    expect(access.revoke('demo')).toBe(0);
  });
  it('are listed with what became of them, and without what would let anyone in', () => {
    const { id, token } = access.create('IOM', 'demo');
    access.revoke(id);
    const [row] = access.list();
    expect(row).toMatchObject({ id, role: 'focal_point', agency: 'IOM', label: 'demo', revoked: expect.any(String) });
    expect(JSON.stringify(row)).not.toContain(token);
  });
  it('are nowhere in the files; their accounts are', async () => {
    const { token } = access.create('IOM', 'demo');
    const { account } = (await access.principalOf(token))!;
    const text = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join();
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(3));
    expect(text).toContain(account);
  });
  it('outlast the process', async () => {
    const { token } = access.create('IOM', 'demo');
    access.close();
    access = new AccessStore(join(folder, 'access.db'));
    expect(await access.principalOf(token)).toMatchObject({ agency: 'IOM' });
  });
});

describe('Idempotency keys', () => {
  it('the first claim is first; with the same body it is the same, with another body another', async () => {
    expect(await access.claim('a', 'key', 'digest')).toBe('first');
    expect(await access.claim('a', 'key', 'digest')).toBe('same');
    expect(await access.claim('a', 'key', 'changed')).toBe('other');
    expect(await access.claim('a', 'key', 'digest')).toBe('same');
  });
  it('belong to an account each', async () => {
    await access.claim('a', 'key', 'digest');
    expect(await access.claim('b', 'key', 'changed')).toBe('first');
    expect(await access.claim('a', 'other key', 'changed')).toBe('first');
  });
  it('one that was released is free again; the others stay', async () => {
    await access.claim('a', 'key', 'digest');
    await access.claim('b', 'key', 'digest');
    await access.release('a', 'key');
    expect(await access.claim('a', 'key', 'changed')).toBe('first');
    expect(await access.claim('b', 'key', 'changed')).toBe('other');
  });
  it('are known to another process at once, and after a restart', async () => {
    await access.claim('a', 'key', 'digest');
    const other = new AccessStore(join(folder, 'access.db'));
    expect(await other.claim('a', 'key', 'changed')).toBe('other');
    other.close();
  });
});
