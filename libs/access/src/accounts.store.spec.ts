import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { retry } from '#databases';
import { StoreUnavailable } from '#eventsourcing';
import { principalAt } from '#platform';
import { Turns } from '../../eventsourcing/src/testing/tested-log.js';
import { LIMIT_MS } from '../../../test/support/waiting.js';
import { accessStores, onEachDatabase } from './testing/each-database.js';
import type { AccessStore } from './access-store.js';
import { Audit, type NewAuditRow, type AuditFilter, type AuditRow } from './audit.js';
import { KnownTokens } from './known-tokens.js';

const ANNA = { kind: 'person', name: 'Anna Kowalska-Ndiaye', email: 'Anna.Kowalska@iom.example' } as const;
const HOUR = 3_600_000;
/** Something that was asked. */
const AUDITED_REQUEST: NewAuditRow = {
  ...{ at: new Date().toISOString(), account: null, role: null, agency: null, address: null },
  ...{ what: 'POST /v1/commitments', subject: null, status: 201, code: null, correlation: null },
};
const YEAR = 365 * 24 * HOUR;

/** Reads the names, and goes on as if it had not done so to the end. @returns a function that ends the reading */
async function readsFile(file: string): Promise<() => Promise<void>> {
  const db = new Database(file);
  db.exec('BEGIN; SELECT count(*) FROM people');
  db.prepare('SELECT * FROM people').all();
  return async () => void db.close();
}
async function readsDatabase(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT 1'); // it may still see rows that are deleted from now on, and locks no table
  return () => client.end();
}

onEachDatabase('An account', (kind) => {
  const stores = accessStores(kind);
  const { open } = stores;
  let here: AccessStore;
  let elsewhere: AccessStore;
  beforeEach(() => {
    [here, elsewhere] = [open(), open()];
  });
  const office = (role: 'focal_point' | 'alternate', agency: string, from = 0) => ({
    ...{ role, agency },
    since: new Date(Date.now() + from),
  });
  const actsAs = async (account: string, actingFor?: string, at = Date.now()) => {
    const principal = principalAt((await here.accounts.holder(account, Infinity))!, actingFor, at);
    return principal && `${principal.role} ${principal.agency}`;
  };

  it('is found by its address, however that is written, and by its identity; nobody else has either', async () => {
    const account = await here.accounts.open(ANNA);
    await here.accounts.identify(account, 'https://login.example', 'sub-1');
    expect(await elsewhere.accounts.byEmail(' anna.kowalska@IOM.example')).toBe(account);
    expect(await elsewhere.accounts.byIdentity('https://login.example', 'sub-1')).toBe(account);
    expect(await elsewhere.accounts.byIdentity('https://other.example', 'sub-1')).toBeNull();
    await expect(here.accounts.open({ ...ANNA, email: ANNA.email.toUpperCase() })).rejects.toThrow(/unique/i);
    expect(await here.accounts.all()).toHaveLength(1);
  });

  it('acts in the roles that it has then: none before, none after, and for whom it says where it has several', async () => {
    const account = await here.accounts.open(ANNA, office('focal_point', 'IOM', -2 * HOUR));
    expect(await actsAs(account, undefined, Date.now() - 3 * HOUR)).toBeNull();
    expect(await actsAs(account)).toBe('focal_point IOM');
    const id = await here.accounts.appoint(account, office('alternate', 'ILO', -HOUR));
    expect(await actsAs(account)).toBe('reader null');
    expect(await actsAs(account, 'ILO')).toBe('alternate ILO');
    await expect(actsAs(account, 'UNHCR')).rejects.toThrow('does not act for UNHCR');
    await here.accounts.relieve(id, 'account-of-the-secretariat');
    expect(await actsAs(account)).toBe('focal_point IOM');
    expect(await actsAs(account, 'ILO', Date.now() - HOUR / 2)).toBe('alternate ILO');
    expect((await elsewhere.accounts.all('ILO'))[0]).toMatchObject({
      account,
      appointments: [
        { role: 'focal_point', until: null },
        { role: 'alternate', until: expect.any(String), relievedBy: 'account-of-the-secretariat' },
      ],
    });
  });

  it('may have a role that is yet to come: no table has the list of roles', async () => {
    const account = await here.accounts.open(ANNA);
    const insert = 'INSERT INTO appointments (id, account, role, agency, since) VALUES (?, ?, ?, ?, ?)';
    await here.change([insert, 'of later software', account, 'deputy', null, new Date().toISOString()]);
    expect((await elsewhere.accounts.one(account))!.appointments).toMatchObject([{ role: 'deputy', agency: null }]);
  });

  it('is given no role for an agency that the role has none of, and none without its agency', async () => {
    const account = await here.accounts.open(ANNA);
    await expect(here.accounts.appoint(account, { role: 'alternate', agency: null })).rejects.toThrow('for no agency');
    await expect(here.accounts.appoint(account, { role: 'secretariat', agency: 'IOM' })).rejects.toThrow('for IOM');
    expect((await elsewhere.accounts.one(account))!.appointments).toEqual([]);
  });

  it('loses what it may do at once, also in other processes, when it is relieved or its token expires', async () => {
    const known = new KnownTokens(here);
    const account = await elsewhere.accounts.open(ANNA);
    const id = await elsewhere.accounts.appoint(account, office('focal_point', 'IOM', -HOUR));
    const give = (expires?: Date) => elsewhere.give({ account, label: 'a', scopes: ['report'], expires });
    const { token } = await give();
    expect(await known.principalOf(token)).toMatchObject({ agency: 'IOM', scopes: ['report'], sees: ['IOM'] });
    const expires = Date.now() + HOUR;
    const soon = (await give(new Date(expires))).token;
    expect(await known.principalOf(soon)).not.toBeNull();
    jest.spyOn(Date, 'now').mockReturnValue(expires);
    expect(await known.principalOf(soon)).toBeNull();
    jest.restoreAllMocks();
    await elsewhere.accounts.relieve(id);
    const turns = new Turns();
    while (await known.principalOf(token)) await sleep(10); // until the mark is looked at
    expect(turns.end()).toBeLessThan(here.marksHoldMs + 5_000);
  });

  it('has tokens that expire in a year, tell when they were used, and are rotated with an overlap', async () => {
    const known = new KnownTokens(here);
    const { id, token } = await here.create('IOM', 'sync');
    const principal = await known.principalOf(token);
    const [row] = await here.tokens();
    expect(Math.abs(Date.parse(row!.expires) - Date.now() - YEAR)).toBeLessThan(25 * HOUR);
    expect(Math.abs(Date.parse(row!.lastUsed!) - Date.now())).toBeLessThan(60_000);
    const fresh = (await here.rotate(id, { overlapMs: 60 }))!;
    expect(await known.principalOf(fresh.token)).toEqual({ ...principal, token: fresh.id });
    while (await known.principalOf(token)); // until the overlap has passed
    expect(await known.principalOf(fresh.token)).not.toBeNull();
    expect(await here.rotate(id, { overlapMs: 60 })).toBeNull();
  });

  it('of the demo gets in where the demo runs, and nowhere else', async () => {
    const { token } = await here.create(null, 'demo', undefined, { demo: true });
    expect(await new KnownTokens(here).principalOf(token)).toBeNull();
    expect(await new KnownTokens(here, true).principalOf(token)).toMatchObject({ role: 'secretariat' });
  });

  it('is in the record of who did what: found by it, by time and by outcome, in pages; that is added to alone, and kept for a time', async () => {
    const [audit, other] = [new Audit(here, 400), new Audit(elsewhere, 400)];
    for (let n = 0; n < 30; n++) {
      const at = new Date(Date.now() - n * HOUR).toISOString();
      audit.note({ ...AUDITED_REQUEST, at, account: `a${n % 3}`, status: 200 + 203 * (n % 2) });
    }
    await audit.flush();
    const found = async (filter: AuditFilter) =>
      (await other.find(filter, 100)).map(({ account, status }) => `${account} ${status}`);
    expect(await found({ account: 'a1' })).toHaveLength(10);
    expect(new Set(await found({ account: 'a1', outcome: 'refused' }))).toEqual(new Set(['a1 403']));
    const [from, to] = [11.5, 2.5].map((hours) => new Date(Date.now() - hours * HOUR).toISOString());
    expect(await found({ from: from!, to: to! })).toHaveLength(9);
    const pages: AuditRow[][] = [];
    for await (const page of other.pages({}, 7)) pages.push(page);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 2]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(30);
    await expect(here.query("UPDATE audit SET what = 'x'")).rejects.toThrow();
    await expect(here.query('DELETE FROM audit')).rejects.toThrow();
    audit.note({ ...AUDITED_REQUEST, at: '2001-01-01T00:00:00.000Z' });
    await audit.flush();
    await audit.prune();
    expect(await found({})).toHaveLength(30);
    const many = Array.from({ length: 75 }, (_, n) => ({ subject: `s${n}`, address: `10.0.0.${n}` }));
    for (const one of many) audit.note({ ...AUDITED_REQUEST, ...one });
    await audit.flush();
    const kept = await other.find({}, many.length);
    expect(kept.map(({ subject, address }) => ({ subject, address }))).toEqual(many.toReversed());
  });

  describe('of a person that is erased', () => {
    const erased = async () => {
      const account = await here.accounts.open(ANNA, office('focal_point', 'IOM'));
      await here.accounts.identify(account, 'https://login.example', 'subject-of-anna');
      const { token } = await here.give({ account, label: 'Laptop of Anna', scopes: ['read'] });
      const audit = new Audit(here, 400);
      audit.note({ ...AUDITED_REQUEST, account, address: 'address-of-anna' });
      await audit.flush();
      const soon = new Date(Date.now() + HOUR).toISOString();
      await here.query(
        "INSERT INTO sessions VALUES ('1', 'hash-of-session', ?, 'link', 'browser-of-anna', NULL, ?, ?, ?, ?, 'provider-session')",
        ...[account, soon, soon, soon, soon],
      );
      await here.query("INSERT INTO passkeys VALUES ('passkey-of-anna', ?, 'key', 0, '', 'x', '', NULL)", account);
      await here.query("INSERT INTO once VALUES ('hash-of-link', 'link', ?, NULL, '{}', ?)", account, soon);
      for (let n = 0; n < 40; n++)
        await here.accounts.open({ ...ANNA, name: `Somebody ${n}`, email: `x${n}@iom.example` });
      const once = () => here.accounts.erase(account, 'account-of-the-secretariat');
      /** Older transactions of other specs hold it up, in whichever database of PostgreSQL. */
      const after = (error: unknown) => kind === 'PostgreSQL' && error instanceof StoreUnavailable;
      return { account, token, once, erase: () => retry(once, { forMs: LIMIT_MS, everyMs: 1, after }) };
    };

    it('stays with the roles that it had, without a name, and nobody gets in by it', async () => {
      const { account, token, erase } = await erased();
      await erase();
      expect(await here.holderOf(token)).toBeNull();
      expect(await here.accounts.byEmail(ANNA.email)).toBeNull();
      expect(await here.accounts.byIdentity('https://login.example', 'subject-of-anna')).toBeNull();
      expect(await here.accounts.holder(account, Infinity)).toBeNull();
      expect(await elsewhere.accounts.one(account)).toMatchObject({
        ...{ name: null, email: null, erased: expect.any(String) },
        appointments: [{ role: 'focal_point', agency: 'IOM', until: expect.any(String) }],
      });
      expect(await here.accounts.all()).toHaveLength(41);
    });

    const TRACES = [
      ...[/kowalska/i, /subject-of-anna/, /Laptop of Anna/, /address-of-anna/, /hash-of-session/, /browser-of-anna/],
      ...[/provider-session/, /passkey-of-anna/, /hash-of-link/],
    ];
    /** The traces of the person in the files of the database. */
    const found = async (): Promise<string[]> => {
      const bytes = await stores.bytes();
      return TRACES.filter((trace) => trace.test(bytes)).map(String);
    };

    it('leaves no byte in the files, nor in a later backup; before, all is found there (the control)', async () => {
      const { erase } = await erased();
      if (kind === 'PostgreSQL') await here.query('ANALYZE');
      expect(await found()).toEqual(TRACES.map(String));
      await erase();
      expect(await found()).toEqual([]);
      if (kind === 'SQLite') await here.query(`VACUUM INTO '${join(stores.folder, 'backup.db')}'`);
      expect(await found()).toEqual([]);
    });
    it('would leave bytes behind if it were only deleted (the control)', async () => {
      const { account } = await erased();
      await here.query('DELETE FROM people WHERE account = ?', account);
      expect(await found()).not.toEqual([]);
    });
    it('is told to be there still while somebody reads it, and is erased when it is done again', async () => {
      const { account, once, erase } = await erased();
      const stop = await (kind === 'SQLite' ? readsFile(stores.place) : readsDatabase(stores.place));
      await expect(once()).rejects.toThrow(StoreUnavailable);
      await stop();
      await erase();
      expect(await found()).toEqual([]);
      expect((await here.accounts.one(account))!.erased).not.toBeNull();
    });
  });
});
