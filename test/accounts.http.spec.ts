/** Accounts, their roles over time and their tokens, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore, Audit } from '#access';
import { todayAt } from '#clocks';
import { Post } from '#letters';
import { SignIn } from '#sign-in';
import { onEachDatabase } from '../libs/access/src/testing/each-database.js';
import { backup } from '../apps/cli/src/logs.js';
import { exportDump } from '../apps/cli/src/dumps.js';
import { bearer, done } from './support/asking.js';
import { debianBin, PostgresServer } from './support/postgres.js';
import { CLOCK_CASES, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll();
let secretariat: string;
beforeAll(async () => {
  secretariat = server.token(null);
  for (const code of ['IOM', 'ILO'])
    await server.post('/v1/agencies', { code, name: `Agency ${code}`, kind: 'igo' }, secretariat);
});

interface Appointment {
  readonly id: string;
  readonly role: string;
  readonly agency: string | null;
  readonly until: string | null;
}
const get = (path: string, token: string) => server.get(path, bearer(token));
const opened = async (name: string, appointment: object | null, by = secretariat, more: object = {}): Promise<Answer> =>
  server.post('/v1/accounts', { kind: 'person', name, ...(appointment && { appointment }), ...more }, by);
const account = async (name: string, appointment: object | null): Promise<string> =>
  (await opened(name, appointment)).body.account as string;
/** A token with every scope, as somebody who is signed in has. */
const tokenFor = async (of: string, scopes = ['read', 'report', 'record', 'register', 'publish', 'admin']) =>
  (await done(server.post('/v1/tokens', { account: of, label: 'a', scopes }, secretariat))).token as string;
const told = ({ status, body }: Answer): string => `${status} ${body.code ?? ''}`.trim();
const appoint = (account: string, appointment: object, by = secretariat, headers = {}) =>
  server.post(`/v1/accounts/${account}/appointments`, appointment, by, headers);
const [IOM, ILO] = ['IOM', 'ILO'].map((agency) => ({ role: 'focal_point', agency })) as [object, object];
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('A focal point', () => {
  it('appoints and relieves alternates and readers of its own agency, and nobody else', async () => {
    const lead = await tokenFor(await account('Lead of IOM', IOM));
    const made = await opened('Alternate', { role: 'alternate', agency: 'IOM' }, lead);
    expect(told(made)).toBe('201');
    const { account: of, appointments } = made.body as { account: string; appointments: Appointment[] };
    const alternate = await tokenFor(of);
    expect((await get('/v1/me', alternate)).body).toMatchObject({ role: 'alternate', agency: { code: 'IOM' } });

    for (const appointment of [
      { role: 'alternate', agency: 'ILO' },
      { role: 'secretariat' },
      { role: 'reader' },
      null,
    ]) {
      const { status } = await opened('x', appointment, lead);
      expect([appointment, status]).toEqual([appointment, appointment ? 403 : 422]);
    }
    expect(told(await opened('x', { role: 'alternate', agency: 'IOM' }, alternate))).toBe('403 forbidden');
    const ofIlo = await done(opened('ILO', ILO));
    const at = `/v1/accounts/${ofIlo.account}`;
    expect(told(await get(at, lead))).toBe('404 not_found');
    const relieve = `${at}/appointments/${ofIlo.appointments[0].id}/relieve`;
    expect(told(await server.post(relieve, {}, lead))).toBe('404 not_found');
    expect(told(await get('/v1/accounts?agency=ILO', lead))).toBe('403 forbidden');
    // A pseudonym stands in the history, which everybody reads: it opens no name, address or token.
    const { account: ofSecretariat } = (await get('/v1/me', secretariat)).body as { account: string };
    for (const other of [ofIlo.account as string, ofSecretariat]) {
      expect(told(await appoint(other, { role: 'reader', agency: 'IOM' }, lead))).toBe('404 not_found');
      expect(told(await get(`/v1/tokens?account=${other}`, lead))).toBe('404 not_found');
    }

    const relieved = await server.post(`/v1/accounts/${of}/appointments/${appointments[0]!.id}/relieve`, {}, lead);
    expect(relieved.body.appointments).toEqual([expect.objectContaining({ until: expect.any(String) })]);
    expect(told(await get('/v1/me', alternate))).toBe('401 unauthenticated');
  });

  it('sees everything that its predecessors did, and who they were', async () => {
    const before = await account('Predecessor', ILO);
    await account('Of IOM alone', IOM);
    const successor = await tokenFor(await account('Successor', ILO));
    const { items } = (await get('/v1/accounts', successor)).body as {
      items: { account: string; name: string; appointments: Appointment[] }[];
    };
    expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining(['Predecessor', 'Successor']));
    expect(items.flatMap(({ appointments }) => appointments.map(({ agency }) => agency))).not.toContain('IOM');
    const tokens = (await get('/v1/tokens', successor)).body.items as { account: string }[];
    await tokenFor(before);
    expect(((await get('/v1/tokens', successor)).body.items as object[]).length).toBe(tokens.length + 1);
  });

  it('gives a token to nobody who acts for another agency, too, and no scope that its own has not', async () => {
    const lead = await tokenFor(await account('Lead', IOM), ['read', 'report', 'admin']);
    const both = await account('Both', { role: 'alternate', agency: 'IOM' });
    const give = (of: string, scopes: string[]) => server.post('/v1/tokens', { account: of, label: 'a', scopes }, lead);
    expect(told(await give(both, ['report']))).toBe('201');
    expect(told(await give(both, ['record']))).toBe('403 forbidden');
    await appoint(both, { role: 'alternate', agency: 'ILO' });
    expect(told(await give(both, ['report']))).toBe('403 forbidden');
    const seen = async (by: string) => (await done(get(`/v1/tokens?account=${both}`, by))).items as object[];
    expect([(await seen(lead)).length, (await seen(secretariat)).length]).toEqual([0, 1]);
  });
});

describe('Appointments', () => {
  it('can be asked as at any date: who could act for whom', async () => {
    const { body } = await opened('In a week', { ...IOM, from: day(7), to: day(9) });
    const on = async (at: string): Promise<string[]> => {
      const { items } = (await get(`/v1/appointments?agency=IOM&at=${at}`, secretariat)).body;
      return (items as { account: string }[]).map((one) => one.account);
    };
    const found = await Promise.all([6, 7, 9, 10].map(async (days) => (await on(day(days))).includes(body.account)));
    expect(found).toEqual([false, true, true, false]);
    expect(told(await get('/v1/appointments?agency=NOBODY', secretariat))).toBe('404 not_found');
  });

  it('begin today or later, and need the agency that they are for', async () => {
    const codes = [
      [{ ...IOM, from: day(-1) }, '422 in_the_past'],
      [{ ...IOM, from: day(2), to: day(1) }, '422 ends_before_it_begins'],
      [{ role: 'focal_point' }, '422 agency_needed'],
      [{ role: 'secretariat', agency: 'IOM' }, '422 no_agency'],
      [{ role: 'alternate', agency: 'NOBODY' }, '422 unknown_reference'],
      [{ role: 'king', agency: 'IOM' }, '400 invalid'],
    ] as const;
    for (const [appointment, code] of codes)
      expect([appointment, told(await opened('x', appointment))]).toEqual([appointment, code]);
  });

  it('of several agencies let it act for the one that it names', async () => {
    const of = await account('Two agencies', { role: 'alternate', agency: 'IOM' });
    await appoint(of, ILO);
    const token = await tokenFor(of);
    const as = (actingFor?: string) =>
      server.get('/v1/me', { ...bearer(token), ...(actingFor && { 'acting-for': actingFor }) });
    expect((await as()).body).toMatchObject({ role: 'reader', agency: null });
    expect((await as('IOM')).body).toMatchObject({ role: 'alternate', agency: { code: 'IOM' } });
    expect((await as('ILO')).body).toMatchObject({ role: 'focal_point', agency: { code: 'ILO' } });
    expect(told(await as('UNHCR'))).toBe('403 forbidden');
    expect((await as()).body.appointments).toHaveLength(2);
  });
});

describe('A request with an Idempotency-Key', () => {
  it('opens, appoints and gives once', async () => {
    const key = (name: string) => ({ 'idempotency-key': name });
    const body = { kind: 'machine', name: 'Once', appointment: IOM };
    const open = () => done(server.post('/v1/accounts', body, secretariat, key('once')));
    const first = await open();
    expect(await open()).toEqual(first);
    const appoints = () => done(appoint(first.account, { role: 'reader' }, secretariat, key('twice')));
    expect(await appoints()).toEqual(await appoints());
    const asked = { account: first.account, label: 'a', scopes: ['read'] };
    const give = () => server.post('/v1/tokens', asked, secretariat, key('token'));
    expect([told(await give()), told(await give())]).toEqual(['201', '409 shown_once']);
    expect((await server.app.get(AccessStore).tokens(first.account)).length).toBe(1);
  });
});

describe('A token', () => {
  it('that is good no more is refused with the reason wherever it is sent, where nobody needs one, too; but not by probes', async () => {
    const access = server.app.get(AccessStore);
    const of = await account('Of dead tokens', IOM);
    const given = (more: object) => access.give({ account: of, label: 'dead', scopes: ['read'], ...more });
    const revoked = await given({});
    await access.revoke(revoked.id);
    const roleless = await access.give({ account: await account('Nobody', null), label: 'dead', scopes: ['read'] });
    const dead = new Map([
      ['Bearer ft_nobody', 'The token is unknown.'],
      [`Bearer ${revoked.token}`, `The token was revoked on ${day(0)}.`],
      [`bearer ${(await given({ expires: new Date('2020-02-03') })).token}`, 'The token expired on 2020-02-03.'],
      [`Bearer ${(await given({ demo: true })).token}`, 'The token is of the demo, and taken by no other server.'],
      [`Bearer ${roleless.token}`, 'The account of the token has no role now.'],
      ['Bearer', 'Authorization: Bearer . names no token.'],
      ['Bearer two words', 'Authorization: Bearer . names no token.'],
      [`Bearer\t${revoked.token}`, 'Authorization: Bearer . names no token.'],
    ]);
    const { paths } = (await server.get('/openapi.json')).body as { paths: Record<string, object> };
    const read = Object.keys(paths).filter((path) => 'get' in paths[path]! && !path.includes('{'));
    const probes = read.filter((path) => path.startsWith('/health/'));
    const pages = [
      '/',
      '/agencies',
      '/agencies/IOM',
      '/commitments',
      '/data',
      '/sitemap.xml',
      '/feeds/agencies/IOM.atom',
    ];
    const asks = (path: string, authorization: string, init: RequestInit = {}) =>
      fetch(server.url + path, { ...init, headers: { authorization, ...(init.headers as object) } });
    for (const [authorization, reason] of dead) {
      for (const path of [...read, ...pages, '/v1/agencies/IOM'].filter((one) => !probes.includes(one))) {
        const { status, headers, body } = await asks(path, authorization);
        await body?.cancel();
        const challenge = headers.get('www-authenticate');
        const why = `Bearer error="invalid_token", error_description="${reason}"`;
        expect([path, status, challenge]).toEqual([path, 401, why]);
      }
      const json = { 'content-type': 'application/json' };
      const posts = {
        '/v1/reports/verify': { sha256: '0'.repeat(64) },
        '/v1/agencies': {},
        '/v1/batches': { acts: [] },
      };
      for (const [path, body] of Object.entries(posts)) {
        const answer = await asks(path, authorization, { method: 'POST', headers: json, body: JSON.stringify(body) });
        expect([path, answer.status, await answer.json()]).toMatchObject([path, 401, { code: 'unauthenticated' }]);
      }
      const page = await asks('/agencies', authorization, { headers: { accept: 'text/html' }, redirect: 'manual' });
      expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
      for (const path of probes) expect([path, (await asks(path, authorization)).status]).toEqual([path, 200]);
    }
    // The control: a caller without a token, or with a proxy's credentials, is anybody.
    expect((await server.get('/v1/agencies')).status).toBe(200);
    expect((await asks('/v1/agencies', 'Basic YTpi')).status).toBe(200);
    expect((await server.post('/v1/agencies', {})).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is rotated and revoked by itself; by another only with the scope for that', async () => {
    const of = await account('A system', IOM);
    const mine = await tokenFor(of, ['read', 'report']);
    const { id } = (await get('/v1/me', mine)).body.token as { id: string };
    const other = await tokenFor(of, ['read', 'report']);
    for (const what of ['rotate', 'revoke'])
      expect([what, told(await server.post(`/v1/tokens/${id}/${what}`, {}, other))]).toEqual([
        what,
        '403 insufficient_scope',
      ]);
    const fresh = await done(server.post(`/v1/tokens/${id}/rotate`, { overlapHours: 1 }, mine));
    expect(fresh.scopes).toEqual(['read', 'report']);
    expect([(await get('/v1/me', mine)).status, (await get('/v1/me', fresh.token)).status]).toEqual([200, 200]);
    expect((await server.post(`/v1/tokens/${fresh.id}/revoke`, {}, fresh.token)).body.revoked).not.toBeNull();
    expect((await get('/v1/me', fresh.token)).status).toBe(401);
    expect(told(await server.post(`/v1/tokens/${fresh.id}/rotate`, {}, secretariat))).toBe('409 not_in_use');
  });

  it('of a person that was erased is nobody’s, and neither name nor address is shown', async () => {
    const email = 'anna.erased@iom.example';
    const { body } = await opened('Anna Erased', IOM, secretariat, { email });
    const token = await tokenFor(body.account);
    expect(told(await opened('Another', null, secretariat, { email: email.toUpperCase() }))).toBe('409 address_taken');
    const erased = await server.post(`/v1/accounts/${body.account}/erase`, {}, secretariat);
    expect(erased.body).toMatchObject({ name: null, email: null, erased: expect.any(String) });
    expect((await get('/v1/me', token)).status).toBe(401);
    expect(JSON.stringify((await get('/v1/accounts', secretariat)).body)).not.toMatch(/anna/i);
    expect(told(await appoint(body.account, IOM))).toBe('409 erased');
    const asked = { account: body.account, label: 'a', scopes: ['read'] };
    expect(told(await server.post('/v1/tokens', asked, secretariat))).toBe('409 erased');
    expect((await opened('Another', null, secretariat, { email })).status).toBe(201);
  });
});

onEachDatabase('A person who did whatever one can do, and is erased', (kind) => {
  const [name, email, agent] = [
    'Zuleika Kowalska-Ndiaye',
    'zuleika.kowalska@aaa.example',
    'Browser-of-Zuleika Firefox/1',
  ];
  const TRACES = [/kowalska/i, /Laptop of Zuleika/, /zuleika/i];
  let there: TestServer;
  /** Of its own: its files for all databases are looked at, and one of its settings changed. */
  let postgres: PostgresServer | undefined;
  let tables = '';
  let of: string;
  let office: string;

  /** Where files hold something of the person: those of the server, and of the database as they are on the disk. */
  async function traces(): Promise<string[]> {
    const folders = [there.dataDir];
    if (postgres) {
      await postgres.sql('CHECKPOINT', [], tables);
      const [of] = await postgres.sql<{ oid: number }>('SELECT oid FROM pg_database WHERE datname = $1', [tables]);
      folders.push(join(postgres.folder, 'data', 'base', String(of!.oid)));
    }
    return folders.flatMap(tracesIn);
  }
  /** The traces of the person in all that can be taken away: the folder of `export`, a backup of the log, a dump of the database. */
  async function tracesTaken(): Promise<string[]> {
    const away = mkdtempSync(join(tmpdir(), 'taken-'));
    await exportDump(there.settings, join(away, 'export'), {});
    await backup(there.settings, join(away, 'backup.db'));
    if (postgres && debianBin())
      writeFileSync(join(away, 'dump.sql'), postgres.tool('pg_dump', [postgres.url(tables)]));
    else cpSync(there.dataDir, join(away, 'copy'), { recursive: true });
    expect(readdirSync(join(away, 'export')).length).toBeGreaterThan(3);
    return tracesIn(away);
  }
  const tracesIn = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = entry.isFile() && existsSync(file) ? readFileSync(file, 'latin1') : '';
      return TRACES.some((trace) => trace.test(text))
        ? [`${entry.name}: ${/.{0,60}(?:kowalska|zuleika).{0,20}/i.exec(text)?.[0]}`]
        : [];
    });
  /** Runs docker/postgres-forget.sql, one statement after the other, as psql does. */
  const forgets = async (server: PostgresServer): Promise<void> => {
    const file = readFileSync('docker/postgres-forget.sql', 'utf8').replaceAll(/^--.*$/gm, '');
    for (const statement of file.split(/;\n(?=[A-Z]|$)/)) if (statement.trim()) await server.sql(statement);
  };

  beforeAll(async () => {
    if (kind === 'PostgreSQL') {
      postgres = await PostgresServer.start({ bin: debianBin() ?? '' });
      tables = await postgres.newDatabase();
      const url = postgres.url(tables);
      const stores = { LOG_URL: url, ACCESS_URL: url, DRAFTS_URL: url, WEBHOOKS_URL: url };
      there = await TestServer.start([CLOCK_CASES], stores);
    } else there = await TestServer.start([CLOCK_CASES]);
    office = (await there.app.get(AccessStore).create(null, 'office')).token;
    const today = todayAt(new Date());
    const person = { kind: 'person', name, email, language: 'fr', appointment: { role: 'focal_point', agency: 'AAA' } };
    of = (await done(there.post('/v1/accounts', person, office))).account as string;
    const scopes = ['read', 'report', 'record', 'register', 'publish'];
    const asked = { account: of, label: 'Laptop of Zuleika', scopes };
    const { token } = await done(there.post('/v1/tokens', asked, office));
    const signIn = there.app.get(SignIn);
    await signIn.sessions.begin(of, 'link', agent);
    await signIn.links.invite(of);
    // A round, with letters to the person; a draft of its return, and its submission.
    const round = {
      ...{ code: 'R-1', name: 'Follow-up', asOf: today, opens: today, deadline: day(14) },
      ...{ expected: { agencies: ['AAA'] }, inQuestion: {}, report: { kind: 'agency', parameters: { agency: 'AAA' } } },
    };
    await done(there.post('/v1/rounds', round, office));
    const { position } = await done(there.post('/v1/rounds/R-1/open', {}, office));
    await there.get('/v1/rounds', { 'if-position-at-least': position });
    await there.app.get(Post).pass();
    const narratives = [{ language: 'en', text: 'It was a year of change.' }];
    const says = { commitments: [], newCommitments: [], answers: [], narratives };
    const at = '/v1/rounds/R-1/returns/AAA';
    await done(there.put(at, says, token, { 'if-match': '"0"' }));
    const mapping = JSON.stringify({ Ref: 'reference', Name: 'title' });
    const file = 'Ref,Name\nAAA-2006-01,Another title\n';
    await done(there.send('/v1/imports', { file, mapping, saveMapping: 'Ours', reportedOn: today }, token));
    const report = { kind: 'agency', parameters: { agency: 'AAA' }, asOf: today, format: 'md' };
    await done(there.post('/v1/reports', report, token));
    await done(there.post('/v1/follows', { kind: 'agency', code: 'AAA' }, token));
    await done(there.post('/v1/webhooks', { url: 'https://example.org/hook' }, token));
    const stage = { stage: 'on_hold', effective: today.slice(0, 4), reportedOn: today, note: 'So it is' };
    await done(there.post('/v1/commitments/AAA-2006-01/stage', stage, token));
    await there.app.get(Audit).flush();
  });
  afterAll(async () => {
    await there.close();
    await postgres?.stop();
  });

  it('leaves no byte in any file, answer, export or later backup; before, there were some (the control)', async () => {
    const before = await traces();
    expect(before.length).toBeGreaterThan(1);
    // Of the downloads, only the export and the log's backup never name anybody.
    expect((await tracesTaken()).length).toBeGreaterThan(0);
    const erased = () => there.post(`/v1/accounts/${of}/erase`, {}, office);
    let answer = await erased();
    while (answer.status === 503) answer = await erased(); // somebody was reading it
    await done(Promise.resolve(answer));
    expect(await traces()).toEqual([]);
    const lists = ['changes', 'audit?format=ndjson', 'accounts', 'appointments', 'tokens', 'letters'];
    for (const path of lists.map((one) => `/v1/${one}`)) {
      const { body } = await there.get(path, bearer(office));
      expect([path, TRACES.filter((trace) => trace.test(JSON.stringify(body)))]).toEqual([path, []]);
    }
    expect(await tracesTaken()).toEqual([]);
    // Its acts are there, under its pseudonym.
    expect((await there.get('/v1/changes')).body).toContain(`"actor":"${of}"`);

    if (!postgres) return;
    // The write-ahead log of PostgreSQL keeps it (the control) until docker/postgres-forget.sql is run.
    const kept = () => tracesIn(join(postgres!.folder, 'data', 'pg_wal'));
    expect(kept()).not.toEqual([]);
    await forgets(postgres);
    expect(kept()).toEqual([]);
  });
});
