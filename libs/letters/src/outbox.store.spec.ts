/** The outbox and the follows in both databases: nothing twice, one sender at a time, nothing left of who has gone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessStore } from '#access';
import type { Log } from '#eventsourcing';
import { accessStores, onEachDatabase } from '../../access/src/testing/each-database.js';
import type { FollowTargets } from './follow-targets.js';
import { Follows, WEEK_MS } from './follows.js';
import { Outbox, type NewLetter } from './outbox.js';

const START = Date.parse('2026-03-01T00:00:00Z');
const LETTER: NewLetter = {
  id: 'letter-1',
  ...{ kind: 'invitation', account: 'account-1', round: 'R', agency: 'IOM', facts: {} },
};

onEachDatabase('The outbox', (kind) => {
  const stores = accessStores(kind);
  let access: AccessStore;
  let outbox: Outbox;
  let following: Follows;
  let now = START;
  beforeEach(() => {
    now = START;
    access = stores.open();
    outbox = new Outbox(access);
    const log = { store: { head: async () => '7' } } as Log;
    const followed = { checked: async (asked: object) => asked } as FollowTargets;
    following = new Follows(log, access, followed, { now: () => new Date(now) });
  });

  it('begins where the log ends, and goes on from where it was', async () => {
    expect(await outbox.checkpoint('10')).toBe('10');
    await outbox.decided([LETTER], '10', '12', new Date(now));
    expect(await outbox.checkpoint('99')).toBe('12');
  });

  it('holds a letter once, and moves on from the position that was read only', async () => {
    await outbox.checkpoint('10');
    await outbox.decided([LETTER], '10', '14', new Date(now));
    // Another server has read the same events, and is late.
    await outbox.decided([LETTER], '10', '12', new Date(now + 1));
    expect(await outbox.checkpoint('0')).toBe('14');
    expect(await outbox.latest(10)).toMatchObject([
      { id: 'letter-1', state: 'waiting', decided: '2026-03-01T00:00:00.000Z' },
    ]);
  });

  it('gives a letter to one sender at a time, to another one after the lease, and to nobody once it was sent', async () => {
    await outbox.checkpoint('0');
    await outbox.decided([LETTER], '0', '1', new Date(now));
    expect(await outbox.due(now, 10)).toEqual(['letter-1']);
    expect(await outbox.take('letter-1', 'a', now, now + 100)).toMatchObject({ facts: {}, attempts: 0 });
    expect(await outbox.take('letter-1', 'b', now, now + 100)).toBeNull();
    expect(await outbox.due(now, 10)).toEqual([]);
    expect(await outbox.take('letter-1', 'b', now + 101, now + 200)).not.toBeNull();
    // A process that has lost the lease notes nothing.
    await outbox.settle('letter-1', 'a', 'given_up', new Date(now));
    await outbox.failed('letter-1', 'b', now + 500, 'busy');
    expect(await outbox.due(now + 499, 10)).toEqual([]);
    expect(await outbox.take('letter-1', 'c', now + 500, now + 600)).toMatchObject({ attempts: 1, error: 'busy' });
    await outbox.settle('letter-1', 'c', 'sent', new Date(now));
    expect(await outbox.take('letter-1', 'd', now + 9_999, now + 99_999)).toBeNull();
    expect(await outbox.again('letter-1')).toBe(false);
  });

  it('tells a follower of a week once, whichever server is faster', async () => {
    await following.ask('reader@example.org', 'fr', { kind: 'agency', code: 'IOM' });
    const [{ secret }] = (await access.query('SELECT secret FROM followers')) as [{ secret: string }];
    const { follower, follows } = await following.behind(secret);
    await following.confirm(secret, follows[0]!.id);
    expect(await following.due(now + WEEK_MS - 1)).toEqual([]);
    const [mine] = await following.due(now + WEEK_MS);
    await following.turned(mine!, now + 2 * WEEK_MS, '9');
    await following.turned(mine!, now + 5 * WEEK_MS, '20');
    expect(await following.one(follower.id)).toMatchObject({ nextAt: now + 2 * WEEK_MS, language: 'fr' });
    expect(await following.ofFollower(follower.id)).toMatchObject([{ position: '9' }]);
  });

  it('keeps nothing of an address that follows nothing any more, or has not confirmed', async () => {
    await following.ask('reader@example.org', 'en', { kind: 'agency', code: 'IOM' });
    await following.ask('other@example.org', 'en', { kind: 'agency', code: 'IOM' });
    const [{ secret }] = (await access.query("SELECT secret FROM followers WHERE email LIKE 'reader%'")) as [
      { secret: string },
    ];
    await following.endBy(secret);
    now += WEEK_MS + 1;
    await following.forgetUnconfirmed();
    for (const table of ['followers', 'follows', 'letters'])
      expect(await access.query(`SELECT * FROM ${table}`)).toEqual([]);
  });

  it('keeps nothing of a person who is erased, though it followed under the address, too', async () => {
    const whose = { kind: 'person', name: 'Zdenka', email: 'Zdenka@example.org', language: 'es' } as const;
    const account = await access.accounts.open(whose, { role: 'focal_point', agency: 'IOM' });
    await following.follow(account, { kind: 'theme', code: 'T' });
    await following.ask('zdenka@example.org', 'en', { kind: 'agency', code: 'IOM' });
    await outbox.checkpoint('0');
    await outbox.decided([{ ...LETTER, account }], '0', '1', new Date(now));
    await access.accounts.erase(account);
    expect(await access.query('SELECT * FROM followers')).toEqual([]);
    expect(await outbox.latest(10)).toMatchObject([{ account }]);
    if (kind === 'SQLite') expect(await stores.bytes()).not.toMatch(/zdenka/i);
  });

  describe('what may be asked', () => {
    it('ends at fifty things, of one who is known, and at three that wait, of one who is not', async () => {
      const account = await access.accounts.open({ kind: 'person', name: 'A', email: 'a@example.org' });
      for (let n = 0; n < 50; n++) await following.follow(account, { kind: 'agency', code: `A${n}` });
      await expect(following.follow(account, { kind: 'agency', code: 'A50' })).rejects.toMatchObject({
        code: 'too_many',
      });
      for (let n = 0; n < 9; n++) await following.ask('b@example.org', 'en', { kind: 'agency', code: `A${n}` });
      expect(await access.query("SELECT id FROM letters WHERE kind = 'confirmation'")).toHaveLength(3);
    });
  });
});
