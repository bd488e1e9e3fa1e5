/** The record of who did what, tried what and was refused. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Audit, AccessStore, type AuditRow } from '#access';
import { bearer, done, refusal } from './support/asking.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD], { RATE_LIMIT: '40' });
let secretariat: string;
let iom: { readonly token: string; readonly account: string };
beforeAll(async () => {
  secretariat = server.token(null);
  iom = await server.app.get(AccessStore).create('IOM', 'test');
});

const seen = async (query = ''): Promise<AuditRow[]> =>
  (await server.get(`/v1/audit?${query}`, bearer(secretariat))).body.items as AuditRow[];

describe('The record of who did what', () => {
  it('tells of acts, of refusals and of whoever asks too much, by account, role, agency, address and correlation', async () => {
    const named = { 'x-correlation-id': 'audited-act' };
    const secret = commitment({ title: 'SECRET WORDS' });
    const { reference } = await done(server.post('/v1/commitments', secret, iom.token, named));
    await server.post(`/v1/commitments/${reference}/stage`, { stage: 'x' }, iom.token);
    await server.post('/v1/agencies', { code: 'X', name: 'X', kind: 'other' }, iom.token);
    await server.post('/v1/commitments', commitment(), 'ft_SECRET');
    const all = await seen(`account=${iom.account}`);
    const by = { account: iom.account, role: 'focal_point', agency: 'IOM', address: '127.0.0.1' };
    expect(all).toMatchObject([
      { ...by, what: 'POST /v1/agencies', status: 403, code: 'forbidden' },
      { ...by, what: 'POST /v1/commitments/:reference/stage', subject: reference, status: 400, code: 'invalid' },
      { ...by, what: 'POST /v1/commitments', subject: null, status: 201, code: null, correlation: 'audited-act' },
    ]);
    const refused = await seen('outcome=refused&limit=1000');
    expect(refused.find(({ status }) => status === 401)).toMatchObject({ account: null, code: 'unauthenticated' });
    for (let i = 0; i < 45; i++) await server.get('/v1/agencies?limit=1&q=SECRET');
    expect((await seen('outcome=refused&limit=1000')).filter(({ status }) => status === 429)).toHaveLength(1);
    // Reading is not noted; who reads this record is.
    const what = (await seen('limit=1000')).map((one) => one.what);
    expect(what.filter((one) => /^GET (?!.*(audit|agencies))/.test(one))).toEqual([]);
    expect(what).toContain('GET /v1/audit');
    expect(JSON.stringify(await seen('limit=1000'))).not.toMatch(/SECRET|ft_/);
  });

  it('is for the secretariat alone, and there page by page and as CSV and NDJSON', async () => {
    const headers = bearer(secretariat);
    expect((await server.post('/v1/audit', {}, secretariat)).status).toBe(405);
    const ndjson = async (query: string) =>
      ((await server.get(`/v1/audit?format=ndjson&${query}`, headers)).body as string)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditRow);
    const to = encodeURIComponent(new Date().toISOString());
    const whole = (await seen(`limit=1000&to=${to}`)).map(({ id }) => id);
    const ids: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await server.get(`/v1/audit?limit=3&to=${to}${cursor && `&cursor=${cursor}`}`, headers);
      ids.push(...(body.items as AuditRow[]).map(({ id }) => id));
      cursor = body.nextCursor as string | null;
    }
    expect(ids).toEqual(whole);
    const { nextCursor } = (await server.get(`/v1/audit?limit=3&to=${to}`, headers)).body;
    const ofAnother = await server.get(`/v1/audit?limit=3&cursor=${nextCursor}`, headers);
    expect(refusal(ofAnother)).toBe('422 cursor_of_another_list /cursor');
    const csv = (await server.get(`/v1/audit?format=csv&to=${to}`, headers)).body as string;
    expect(csv.trim().split('\n')).toHaveLength(whole.length + 1);
    const rows = await ndjson(`to=${to}`);
    expect(rows.map(({ id }) => id)).toEqual(whole);
    // All that one account did in a time, and in part; without the token, and with another's, nothing.
    const of = `account=${iom.account}&from=${encodeURIComponent(rows.at(-1)!.at)}&to=${to}`;
    const own = rows.filter(({ account }) => account === iom.account);
    expect(await ndjson(of)).toEqual(own);
    expect(own.length).toBeGreaterThan(0);
    for (const format of ['json', 'ndjson']) {
      const refused = async (token: string) => refusal(await server.get(`/v1/audit?format=${format}`, bearer(token)));
      expect([await refused('wrong'), await refused(iom.token)]).toEqual(['401 unauthenticated', '403 forbidden']);
    }
    expect(csv).toMatch(/^id,at,account,role,agency,address,what,subject,status,code,correlation\n/);
  });

  it('is only ever added to; an address may be erased, and what is old enough goes', async () => {
    const access = server.app.get(AccessStore);
    const audit = server.app.get(Audit);
    await expect(access.query('UPDATE audit SET account = ? WHERE id = 1 RETURNING id', 'x')).rejects.toThrow();
    await expect(access.query('DELETE FROM audit RETURNING id')).rejects.toThrow();
    await access.accounts.erase(iom.account);
    const left = (await seen(`account=${iom.account}`)).map(({ address }) => address);
    expect(new Set(left)).toEqual(new Set([null]));
    const old = { ...(await seen('limit=1'))[0]!, at: '2001-01-01T00:00:00.000Z', what: 'old' };
    audit.note(old);
    expect((await seen('to=2002-01-01')).map(({ what }) => what)).toEqual(['old']);
    await audit.prune();
    expect(await seen('to=2002-01-01')).toEqual([]);
  });

  it('waits for a store that cannot be reached, and loses nothing of what it can hold', async () => {
    const lost: number[] = [];
    const kept: unknown[] = [];
    let isAway = true;
    const store = {
      query: async () => [],
      keep: async (statements: readonly (readonly unknown[])[]) => {
        if (isAway) throw new Error('away');
        kept.push(...statements.flat().filter((value) => value === 'x'));
      },
    };
    const audit = new Audit(store as never, 400, (count) => lost.push(count));
    const entry = { at: '', account: null, role: null, agency: null, address: null, subject: null, code: null };
    for (let status = 0; status < 10_002; status++) audit.note({ ...entry, what: 'x', status, correlation: null });
    await audit.flush();
    expect(kept).toEqual([]);
    isAway = false;
    await audit.flush();
    expect([kept.length, lost.reduce((sum, one) => sum + one, 0)]).toEqual([10_000, 2]);
  });
});
