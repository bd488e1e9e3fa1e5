import { beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#eventsourcing';
import { accessStores, onEachDatabase } from './testing/each-database.js';
import type { AccessStore } from './access-store.js';
import { KnownTokens } from './known-tokens.js';

onEachDatabase('Whose a token is', (kind) => {
  const { open } = accessStores(kind);
  let here: AccessStore;
  let elsewhere: AccessStore;
  let known: KnownTokens;
  let token: string;
  let id: string;
  let asked: number;
  beforeEach(async () => {
    [here, elsewhere] = [open(), open()];
    known = new KnownTokens(here);
    ({ token, id } = await elsewhere.create('IOM', 'a'));
    asked = 0;
    const ask = here.holderOf.bind(here);
    here.holderOf = (one) => (asked++, ask(one));
  });
  const markPasses = () => sleep(here.marksHoldMs + 5);

  it('is asked for once', async () => {
    for (let n = 0; n < 5; n++)
      expect(await known.principalOf(token)).toMatchObject({ role: 'focal_point', agency: 'IOM' });
    await markPasses();
    await known.principalOf(token);
    expect(asked).toBe(1);
  });

  it('is nobody at once when this process revoked it', async () => {
    here.mark = () => 'same';
    await known.principalOf(token);
    await here.revoke(id);
    expect(await known.principalOf(token)).toBeNull();
  });

  it('is nobody when another process revoked it, as soon as the mark is looked at', async () => {
    await known.principalOf(token);
    await elsewhere.revoke(id);
    await markPasses();
    expect(await known.principalOf(token)).toBeNull();
  });

  it('control: would stay known by a mark that never changes', async () => {
    const { marksHoldMs, holderOf, secrets, tokenOf } = here;
    const own = { mark: () => 'same', ownChanges: 0, used: async () => {} };
    known = new KnownTokens({ ...own, marksHoldMs, holderOf, secrets, tokenOf });
    await known.principalOf(token);
    await elsewhere.revoke(id);
    await markPasses();
    expect(await known.principalOf(token)).not.toBeNull();
  });

  it('is found for a token that was made since', async () => {
    const later = 'ft_made-later';
    expect(await known.principalOf(later)).toBeNull();
    await elsewhere.create('ILO', 'b', later);
    expect(await known.principalOf(later)).toMatchObject({ agency: 'ILO' });
  });

  it('is not kept when it was revoked while it was asked for', async () => {
    const ask = here.holderOf;
    here.holderOf = async (one) => {
      const holder = await ask(one);
      here.holderOf = ask;
      await elsewhere.revoke(id);
      await markPasses();
      expect(await known.principalOf(token)).toBeNull();
      return holder;
    };
    await known.principalOf(token);
    expect(await known.principalOf(token)).toBeNull();
  });

  it('is not answered by what was known when the database cannot be reached', async () => {
    await known.principalOf(token);
    here.mark = () => Promise.reject(new StoreUnavailable('gone'));
    await markPasses();
    await expect(known.principalOf(token)).rejects.toThrow('gone');
  });
});
