import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusal } from './support/asking.js';
import { holdingFiles } from './support/holding.js';
import { posted } from './support/processes.js';
import { Service } from './support/service.js';
import { TestServer, type Answer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

/** One that takes longer, as it has much to read. */
const IOM = { parameters: { agency: 'IOM' }, format: 'md' };
const REPORT_OF_WHO = {
  kind: 'agency',
  parameters: { agency: 'WHO' },
  asOf: '2011-02-17',
  knownAt: '1411',
  format: 'pdf',
};

let service: Service;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'followthrough-jobs-'));
  cpSync(await TestServer.imported(), folder, { recursive: true });
  const env = { DATA_DIR: folder, PUBLIC_URL: 'https://gmg.example' };
  service = await (
    await Service.start('api', env, ['--import', holdingFiles(held(), 'rename', /[/\\]jobs[/\\]/)])
  ).ready();
});
beforeEach(async () => {
  if (service.ended) await service.again();
});
afterAll(async () => {
  await service.end();
});

/** As long as this file is there, no report is whole: its server is killed while it is written. */
const held = () => join(folder, 'held');
const hold = () => writeFileSync(held(), '');
const letGo = () => rmSync(held());

const asked = async (path: string): Promise<Answer> => {
  const answer = await fetch(service.url + path);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const order = (more: object = {}) => posted(service, '/v1/reports', { ...REPORT_OF_WHO, ...more });
const jobOf = async (id: string) => (await asked(`/v1/reports/jobs/${id}`)).body;
const comesTo = async (id: string, ...states: string[]) => {
  await waitUntil(async () => states.includes((await jobOf(id)).state));
  return jobOf(id);
};
const sha256 = async (path: string): Promise<string> => {
  const answer = await fetch(service.url + path);
  expect([path, answer.status]).toEqual([path, 200]);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
};
const attemptsOf = (id: string): number => {
  const drafts = new Database(join(folder, 'drafts.db'), { readonly: true });
  const last = drafts.prepare('SELECT content FROM revisions WHERE id = ? ORDER BY revision DESC LIMIT 1');
  const { content } = last.get(id) as { content: string };
  drafts.close();
  return (JSON.parse(content) as { attempts: number }).attempts;
};
/** The files of reports; their folder is made with the first of them. */
const files = () => (existsSync(join(folder, 'jobs')) ? readdirSync(join(folder, 'jobs')) : []);

describe('A report that is ordered', () => {
  it('is refused at once when there is no such report', async () => {
    const refused = async (more: object) => refusal(await order(more));
    expect(await refused({ kind: 'poem' })).toBe('400 invalid /kind');
    expect(await refused({ parameters: { agency: 'iom' } })).toBe('404 not_found /parameters/agency');
    // Codes by which it is filtered: it would be a report of nothing.
    for (const parameters of [{ agency: 'iom' }, { theme: 'HLD06-99' }, { reference: 'IOM-1999-01' }]) {
      const [field] = Object.keys(parameters);
      expect(await refused({ kind: 'register', parameters })).toBe(`404 not_found /parameters/${field}`);
    }
    expect(await refused({ kind: 'register', parameters: { match: 'exact' } })).toBe('400 invalid /parameters/match');
    expect(await refused({ parameters: { agency: 'IOM', colour: 'red' } })).toBe('400 invalid /parameters/colour');
    expect(await refused({ since: '2012-01-01' })).toBe('400 invalid /since');
    expect(await refused({ knownAt: '99999999' })).toBe('400 invalid /knownAt');
    expect((await asked('/v1/reports/jobs/0')).status).toBe(404);
  });

  it('is made once though its server is killed meanwhile, is what its address gives, and leaves no half file', async () => {
    hold();
    const ordered = await order();
    expect(ordered.status).toBe(202);
    const { id } = ordered.body;
    expect(ordered.headers.get('location')).toBe(`/v1/reports/jobs/${id}`);
    expect((await order()).body.id).toBe(id);
    await comesTo(id, 'writing');
    await service.end('SIGKILL');
    expect(files()).not.toContain(id);
    letGo();
    await service.again();
    const { file, report } = await comesTo(id, 'done', 'failed');
    expect(report).toMatchObject({ asOf: '2011-02-17', knownAt: '1411', language: 'en', format: 'pdf' });
    expect(await sha256(file.address)).toBe(file.sha256);
    expect(await sha256('/v1/reports/agency?agency=WHO&asOf=2011-02-17&knownAt=1411&format=pdf')).toBe(file.sha256);
    expect(files()).toEqual([id]);
  });

  it('is taken up no third time', async () => {
    hold();
    const { id } = (await order({ asOf: '2012-11-02' })).body;
    for (let begun = 1; begun <= 2; begun++) {
      // Until it is taken up again, it stands as the server that was killed has left it.
      await waitUntil(() => attemptsOf(id) === begun);
      await comesTo(id, 'writing');
      await service.end('SIGKILL');
      await service.again();
    }
    expect(await comesTo(id, 'done', 'failed')).toMatchObject({
      state: 'failed',
      file: null,
      problem: { code: 'lost' },
    });
    letGo();
    expect((await asked(`/v1/reports/jobs/${id}/file`)).status).toBe(409);
  });

  it('is put back when its server ends in good order, and can be cancelled', async () => {
    hold();
    const { id } = (await order({ asOf: '2012-11-01' })).body;
    await comesTo(id, 'writing');
    await service.end('SIGTERM');
    await service.again();
    await comesTo(id, 'writing');
    expect((await posted(service, `/v1/reports/jobs/${id}/cancel`, {})).body).toMatchObject({
      state: 'cancelled',
      file: null,
    });
    letGo();
    const next = (await order({ format: 'csv' })).body.id;
    const { state, progress } = await comesTo(next, 'done', 'failed');
    expect([state, progress.read]).toEqual(['done', progress.of]);
    expect((await jobOf(id)).state).toBe('cancelled');
    expect(files()).not.toContain(id);
  });

  it('by the form of a page leads to its address, or where it takes long to a page that shows how far it is', async () => {
    const sent = async (fields: Record<string, string>, origin = service.url) => {
      const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams({ asOf: '2011-02-17', knownAt: '1411', since: '', ...fields }).toString();
      return fetch(`${service.url}/reports`, { method: 'POST', redirect: 'manual', headers, body });
    };
    const short = await sent({ kind: 'agency', 'parameters.agency': 'WHO', format: 'md', language: 'fr' });
    expect([short.status, short.headers.get('location')]).toEqual([
      303,
      '/v1/reports/agency?agency=WHO&asOf=2011-02-17&knownAt=1411&staleAfter=12&language=fr&format=md',
    ]);
    const long = await sent({ kind: 'synthesis', format: 'docx' });
    const path = long.headers.get('location')!;
    expect([long.status, path]).toEqual([303, expect.stringMatching(/^\/reports\/jobs\/[0-9a-f-]{36}$/)]);
    const page = await (await fetch(service.url + path, { headers: { accept: 'text/html' } })).text();
    expect(page).toMatch(/http-equiv="refresh"|Open the report/);
    const cancelled = await fetch(`${service.url}${path}/cancel`, {
      ...{ method: 'POST', redirect: 'manual', body: '' },
      headers: { origin: service.url, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([cancelled.status, cancelled.headers.get('location')]).toEqual([303, path]);
    expect((await sent({ kind: 'synthesis' }, 'https://elsewhere.example')).status).toBe(403);
  });

  it('is refused while as many of the same client wait, and made when they are done', async () => {
    hold();
    const more = await Promise.all([1, 2, 3, 4, 5, 6].map((day) => order({ ...IOM, asOf: `2011-01-0${day}` })));
    letGo();
    const statuses = more.map(({ status }) => status);
    expect(statuses).toContain(202);
    expect(statuses).toContain(503);
    for (const { status, body } of more) if (status === 202) await comesTo(body.id, 'done');
    expect((await order({ ...IOM, asOf: '2011-01-06' })).status).toBe(202);
  });
});
