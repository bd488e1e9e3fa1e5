import { beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessStore } from '#access';
import { Digests } from '#eventsourcing';
import { accessStores, onEachDatabase } from '../../access/src/testing/each-database.js';
import { Once } from './once.js';
import { browserWords, KeptSessions } from './sessions.js';

const LIMITS = { idleMs: 3_600_000, longestMs: 36_000_000 };

onEachDatabase('What lets people in', (kind) => {
  const stores = accessStores(kind);
  const { open } = stores;
  let here: AccessStore;
  let elsewhere: AccessStore;
  let account: string;
  beforeEach(async () => {
    [here, elsewhere] = [open(), open()];
    account = await here.accounts.open({ kind: 'person', name: 'Ada' }, { role: 'focal_point', agency: 'IOM' });
  });
  const markPasses = () => sleep(here.marksHoldMs + 5);

  it('is a session in every process, until it is ended in one', async () => {
    const [one, other] = [new KeptSessions(here, LIMITS), new KeptSessions(elsewhere, LIMITS)];
    const secret = await one.begin(account, 'link', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0');
    const session = (await other.sessionOf(secret))!;
    expect(session).toMatchObject({ account, name: 'Ada', principal: { role: 'focal_point', agency: 'IOM' } });
    expect(await other.of(account)).toMatchObject([{ id: session.id, way: 'link', browser: 'Firefox on Linux' }]);
    await one.end(account, session.id);
    await markPasses();
    expect(await other.sessionOf(secret)).toBeNull();
  });

  it('is left alone nowhere while one process sees it', async () => {
    const [one, other] = [new KeptSessions(here, LIMITS), new KeptSessions(elsewhere, LIMITS)];
    const secret = await one.begin(account, 'link', undefined);
    await one.sessionOf(secret);
    const ages = (ms: number) =>
      elsewhere.query('UPDATE sessions SET seen = ?', new Date(Date.now() - ms).toISOString());
    await ages(LIMITS.idleMs - 120_000);
    await markPasses();
    expect(await other.sessionOf(secret)).not.toBeNull(); // and that it was seen is noted
    expect(await one.sessionOf(secret)).not.toBeNull();
  });

  it('goes on when another algorithm is taken up: a session, a link and its browser; what was used once is used', async () => {
    const [secret, once] = [await new KeptSessions(here, LIMITS).begin(account, 'link', undefined), new Once(here)];
    const link = await once.make('link', { account, browser: 'a browser', forMs: 60_000 });
    expect(await once.isFirst('logout', 'a token', 60_000)).toBe(true);

    const [changed, without] = [open(new Digests('sha512')), open(new Digests('sha512', ['sha512']))];
    // The control: where the former one is recognised no more, all of it is unknown.
    expect(await new KeptSessions(without, LIMITS).sessionOf(secret)).toBeNull();
    expect(await new Once(without).look('link', link, 'a browser')).toBeNull();
    expect(await new KeptSessions(changed, LIMITS).sessionOf(secret)).toMatchObject({ account });
    await markPasses();
    expect(await new KeptSessions(without, LIMITS).sessionOf(secret)).toMatchObject({ account });
    expect(await new Once(changed).take('link', link, 'another browser')).toBeNull();
    expect(await new Once(changed).take('link', link, 'a browser')).toMatchObject({ account });
    expect(await once.look('link', link, 'a browser')).toBeNull();
    expect(await new Once(changed).isFirst('logout', 'a token', 60_000)).toBe(false);
  });

  it('is good once, of two processes that take it at once, for its purpose and its browser alone', async () => {
    const [one, other] = [new Once(here), new Once(elsewhere)];
    const secret = await one.make('link', { account, forMs: 60_000, kept: { to: '/' } });
    expect(await other.take('provider', secret)).toBeNull();
    expect(await other.look('link', secret)).toEqual({ account, kept: { to: '/' } });
    const taken = await Promise.all([one.take('link', secret), other.take('link', secret)]);
    expect(taken.filter(Boolean)).toHaveLength(1);

    const bound = await one.make('passkey', { browser: 'mine', forMs: 60_000 });
    expect(await other.take('passkey', bound, 'another')).toBeNull();
    expect(await other.take('passkey', bound)).toBeNull();
    expect(await other.take('passkey', bound, 'mine')).not.toBeNull();
    expect(await one.take('link', await one.make('link', { account, forMs: -1 }))).toBeNull();
  });

  it('goes with the person, and stands nowhere as it is', async () => {
    const sessions = new KeptSessions(here, LIMITS);
    const secret = await sessions.begin(account, 'link', undefined);
    const link = await new Once(here).make('link', { account, forMs: 60_000 });
    if (kind === 'SQLite') {
      const bytes = await stores.bytes();
      for (const one of [secret, link]) expect(bytes).not.toContain(one);
      expect(bytes).toContain('Ada');
    }
    await elsewhere.accounts.erase(account);
    await markPasses();
    expect(await sessions.sessionOf(secret)).toBeNull();
    expect(await new Once(here).look('link', link)).toBeNull();
  });
});

describe('A browser', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/147.0 Safari/537.36 Edg/147.0',
      'Edge on Windows',
    ],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1', 'Safari on iOS'],
    ['Mozilla/5.0 (Linux; Android 15) Chrome/147.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['curl/8.5.0', 'Another browser'],
  ])('that calls itself %s is told apart as %s', (userAgent, words) => expect(browserWords(userAgent)).toBe(words));
});
