import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Reports, writtenInThread, type NumberedReport } from '#reports';
import { bearer, done, refusal } from './support/asking.js';
import { commitment, roles } from './support/commitment.js';
import { Visitor, wordsIn } from './support/visitor.js';
import { endOf, endedJob } from './support/publishing.js';
import { HLD, TestServer } from './support/server.js';
import { waitUntil } from './support/waiting.js';

const server = TestServer.forAll([HLD]);
let [secretariat, whoToken] = ['', ''];
beforeAll(() => {
  [secretariat, whoToken] = [server.token(null), server.token('WHO')];
});

/** On an agency with one commitment: publishing makes every file in every language. */
const REPORT = { kind: 'agency', parameters: { agency: 'SPRINGER' }, asOf: '2012-11-02' };
const post = (path: string, body: object, token = secretariat, headers = {}) =>
  server.post(`/v1/publications${path}`, body, token, headers);
const prepare = (id: string, more: object = {}) => post('', { id, ...REPORT, ...more });
const publish = (id: string, headers = {}) => post(`/${id}/publish`, {}, secretariat, headers);
const published = async (id: string, headers = {}) => endedJob(server, await publish(id, headers));
const write = (id: string, text: string, more: object = {}, token = secretariat) =>
  post(`/${id}/narrative`, { section: 'summary', language: 'en', text, ...more }, token);
const fileOf = async (id: string, query: string, token?: string): Promise<Buffer> => {
  const headers: HeadersInit = token ? bearer(token) : {};
  const answer = await fetch(`${server.url}/v1/publications/${id}/file?${query}`, { headers });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
};
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const verified = async (bytes: Buffer) =>
  (await server.post('/v1/reports/verify', { sha256: sha256(bytes) })).body.published;
const viewOf = async (id: string, token?: string) =>
  (await server.get(`/v1/publications/${id}`, token ? bearer(token) : {})).body;
const kept = () => readdirSync(join(server.dataDir, 'published'));

describe('A report that is prepared for publication', () => {
  it.each([
    ['404 not_found /parameters/agency', { parameters: { agency: 'who' } }],
    ['404 not_found /parameters/agency', { kind: 'register', parameters: { agency: 'who' } }],
    ['400 invalid /parameters/match', { kind: 'register', parameters: { match: 'exact' } }],
    ['400 invalid /parameters/colour', { parameters: { agency: 'WHO', colour: 'red' } }],
    ['400 invalid /since', { since: '2013-01-01' }],
    ['400 invalid /kind', { kind: 'poem' }],
  ])('is one that can be made, or is refused: %s', async (refused, more) => {
    expect(refusal(await prepare('BAD-1', more))).toBe(refused);
    expect((await viewOf('BAD-1', secretariat)).status).toBe(404);
  });

  it('has words of the secretariat, and of an agency on its own behalf, in sections that it has', async () => {
    expect((await prepare('P-1')).status).toBe(201);
    expect(refusal(await write('P-1', 'x', { section: 'sumary' }))).toBe('400 invalid /section');
    expect(refusal(await write('P-1', 'x', {}, whoToken))).toBe('403 forbidden /agency');
    expect(refusal(await write('P-1', 'x', { agency: 'ILO' }, whoToken))).toBe('403 forbidden /agency');
    expect(refusal(await prepare('P-1'))).toBe('409 already_registered /id');
    expect(refusal(await prepare('p-1'))).toBe('409 code_differs_by_case /id');
    for (const words of ['First thoughts', '**Second** thoughts']) await done(write('P-1', words));
    await done(write('P-1', 'The word of WHO', { agency: 'WHO' }, whoToken));
    expect(refusal(await post('/P-1/publish', {}, whoToken))).toBe('403 forbidden');
    expect(refusal(await post('/P-1/amend', { id: 'P-1', ...REPORT, since: '2011-02-17' }, whoToken))).toBe(
      '403 forbidden',
    );
    const { narratives } = await viewOf('P-1', whoToken);
    expect(narratives).toMatchObject([{ text: '**Second** thoughts' }, { text: 'The word of WHO' }]);
    const shown = String(await fileOf('P-1', 'format=html', whoToken));
    expect(shown).toContain('The word of WHO');
    expect(shown).not.toContain('First thoughts');
  });

  it('has words in each of its sections, whatever code or word the id of one has', async () => {
    await prepare('P-6');
    const [, listed] = /: (.*)$/.exec((await write('P-6', 'x', { section: 'nowhere' })).body.detail)!;
    const sections = listed!.split(', ');
    expect(sections).toEqual(expect.arrayContaining(['themes', expect.stringMatching(/^theme-[A-Z]/), 'onHold']));
    for (const section of sections) {
      expect([section, (await write('P-6', `On ${section}`, { section })).status]).toEqual([section, 200]);
      expect(wordsIn({ html: String(await fileOf('P-6', 'format=html', secretariat)) })).toContain(`On ${section}`);
    }
  });

  it('shows Markdown of a safe subset: no script, no address that runs, no image', async () => {
    await prepare('P-2');
    await write('P-2', 'a <script>alert(1)</script> <b>b</b> [c](javascript:alert(1)) ![d](https://example.org/d.png)');
    const shown = String(await fileOf('P-2', 'format=html', secretariat));
    expect(shown).toContain('&lt;script>alert(1)&lt;/script>');
    expect(shown).not.toMatch(/<script|href="javascript|<img/);
    for (const endless of ['> '.repeat(9_000) + 'x', '*'.repeat(9_000) + 'a' + '*'.repeat(9_000)])
      expect(refusal(await write('P-2', endless))).toBe('400 invalid /text');
  });
});

describe('A reader, of what is being prepared', () => {
  const told = async (id: string, headers = {}) => {
    const paths = ['', '/file', '/history', '/file?format=pdf&language=fr'].map(
      (path) => `/v1/publications/${id}${path}`,
    );
    const pages = [`/publications/${id}`, `/v1/search?q=${id}`, `/v1/publications?q=${id}`];
    const answers = await Promise.all([...paths, ...pages].map((path) => server.get(path, headers)));
    return JSON.stringify(answers.map(({ status, body }) => [status, body])).replaceAll(id, 'SYMBOL');
  };
  const everything = async () => {
    const paths = ['/v1/publications', '/v1/publications?format=csv', '/publications', '/sitemap.xml', '/v1/changes'];
    const answers = await Promise.all(paths.map((path) => server.get(path)));
    return JSON.stringify(answers.map(({ body }) => body));
  };

  it('is told exactly what is told of a symbol that nobody has, and that no event, list or count has changed', async () => {
    const before = await everything();
    await prepare('SECRET-1');
    await write('SECRET-1', 'Nobody knows');
    expect(await everything()).toBe(before);
    expect(await told('SECRET-1')).toBe(await told('NOBODY-1'));
    expect((await server.get('/v1/publications?preparing=true')).status).toBe(401);
  });

  it('negative control: an agency is told of it, and of no more once it is discarded', async () => {
    const asWho = bearer(whoToken);
    expect(await told('SECRET-1', asWho)).not.toBe(await told('NOBODY-1', asWho));
    const { items } = (await server.get('/v1/publications?preparing=true', asWho)).body;
    expect(items.map(({ id }: { id: string }) => id)).toContain('SECRET-1');
    expect((await post('/SECRET-1/narrative/remove', { section: 'summary', language: 'en' })).status).toBe(200);
    expect((await viewOf('SECRET-1', whoToken)).narratives).toEqual([]);
    expect((await post('/SECRET-1/discard', {})).status).toBe(200);
    expect(await told('SECRET-1', asWho)).toBe(await told('NOBODY-1', asWho));
  });
});

describe('The pages on which a report is prepared', () => {
  const here = '/publications/P-4';

  it('take it from the report that a page offers to its publication, with words of both, and a preview', async () => {
    const [desk, focal] = [await Visitor.signedIn(server, null), await Visitor.signedIn(server, 'WHO')];
    const agency = await desk.opens('/agencies/SPRINGER?asOf=2012-11-02');
    const [, offer] = /href="(\/publications\/prepare[^"]*)"/.exec(agency.html)!;
    const form = await desk.opens(offer!.replaceAll('&amp;', '&'));
    const nameless = await desk.fillsIn(form, '/publications/prepare', { id: '' });
    expect([nameless.status, wordsIn(nameless)]).toEqual([400, expect.stringContaining('Something is not right yet')]);
    const prepared = await desk.fillsIn(form, '/publications/prepare', { id: 'P-4' });
    expect([prepared.to, prepared.to ? '' : wordsIn(prepared)]).toEqual([here, '']);
    expect(wordsIn(await focal.opens('/publications'))).toContain('P-4');

    const said = async (who: Visitor, text: string) => {
      const asked = await who.opens(`${here}/words/summary`);
      return who.fillsIn(asked, `${here}/words/summary`, { text });
    };
    expect((await said(desk, 'Thanks to Ms. Smith')).to).toBe(`${here}#summary`);
    expect((await said(focal, 'The word of *WHO*')).to).toBe(`${here}#summary`);
    const page = wordsIn(await focal.opens(here));
    expect(page).toContain('The word of WHO');
    expect(page).not.toContain('Publish it');
    const preview = (await desk.opens(`${here}/preview?language=fr`)).html;
    expect(preview).toContain('Thanks to Ms. Smith');
    expect(preview).toContain('<html lang="fr">');
    const late = await desk.opens(`${here}/words/summary`);
    await said(desk, 'Thanks to Ms. Smith, again');
    expect((await desk.fillsIn(late, `${here}/words/summary`, { text: 'x' })).status).toBe(412);
    await focal.fillsIn(await focal.opens(here), `${here}/remove`);
    expect(wordsIn(await focal.opens(here))).not.toContain('The word of WHO');

    for (const path of [here, `${here}/preview`, `${here}/words/summary`]) {
      const { status } = await server.get(path);
      expect([path, status]).toEqual([path, path === here ? 404 : 401]);
    }
    const asks = await desk.opens(`${here}/publish`);
    expect((await focal.fillsIn(asks, `${here}/publish`)).status).toBe(403);
    const asked = await desk.fillsIn(asks, `${here}/publish`);
    expect([asked.status, asked.to]).toEqual([303, expect.stringMatching(/^\/publishing\/[0-9a-f-]{36}$/)]);
    const job = asked.to!;
    expect((await focal.opens(job)).status).toBe(403);
    expect((await desk.opens(job)).html).toMatch(/http-equiv="refresh"|It is published/);
    await waitUntil(async () => wordsIn(await desk.opens(job)).includes('It is published'));
    expect((await desk.opens(job)).html).toContain(`href="${here}"`);
    await waitUntil(async () => wordsIn(await desk.opens(here)).includes('it never changes'));
  });
});

describe('A report that is published', () => {
  it('takes away what a server that was killed left half made, and not what another one is making', async () => {
    const folder = join(server.dataDir, 'published');
    mkdirSync(folder, { recursive: true });
    for (const name of ['old.arriving', 'new.arriving']) writeFileSync(join(folder, name), 'half');
    utimesSync(join(folder, 'old.arriving'), 0, 0);
    await prepare('P-7');
    expect(endOf(await published('P-7'))).toBe('done');
    expect(kept().filter((name) => name.endsWith('.arriving'))).toEqual(['new.arriving']);
    rmSync(join(folder, 'new.arriving'));
  });

  it('is there in every language and format, each under the digest that was recorded, and is verified from the file alone', async () => {
    const key = { 'idempotency-key': 'publish-p1' };
    const asked = await publish('P-1', key);
    expect([asked.status, asked.body]).toMatchObject([202, { round: null, publication: 'P-1', keptUntil: null }]);
    const own = asked.headers.get('location')!;
    expect((await server.get(own, bearer(whoToken))).status).toBe(403);
    const again = await publish('P-1', key);
    expect([again.status, again.body.id, again.headers.get('location')]).toEqual([202, asked.body.id, own]);
    const ended = await endedJob(server, asked);
    expect([endOf(ended), ended.body.progress]).toEqual(['done', { read: 21, of: 21 }]);
    expect((await publish('P-1', key)).body.id).toBe(asked.body.id);
    expect((await server.get(`/v1/reports/jobs/${asked.body.id}`)).status).toBe(404);
    const { items } = (await server.get('/v1/publications/P-1/history')).body;
    expect(items.map(({ type }: { type: string }) => type.split('.')[1])).toEqual([
      ...['Registered', 'NarrativeWritten', 'NarrativeWritten', 'Published'],
    ]);
    const { published } = await viewOf('P-1');
    const named = published.files.map(
      (file: { language: string; format: string }) => `${file.language} ${file.format}`,
    );
    const formats = new Set(named.map((one: string) => one.slice(3)));
    expect(named).toHaveLength(3 * formats.size);
    expect(formats).toEqual(expect.objectContaining(new Set(['html', 'csv', 'json', 'md'])));
    for (const { language, format, sha256: digest, bytes } of published.files) {
      const file = await fileOf('P-1', `format=${format}&language=${language}`);
      expect([format, sha256(file), file.length]).toEqual([format, digest, bytes]);
      expect(await verified(file)).toContainEqual(expect.objectContaining({ publication: 'P-1', language, format }));
    }
  });

  it('negative control: a file in which one byte differs was never published', async () => {
    const file = await fileOf('P-1', 'format=csv&language=en');
    file[file.length - 2]! ^= 1;
    expect(await verified(file)).toEqual([]);
  });

  it('takes no further act, and its figures stay when the register changes, which is told beside it', async () => {
    const before = await fileOf('P-1', 'format=json&language=en');
    expect(refusal(await write('P-1', 'Afterthought'))).toBe('409 already_published');
    expect(refusal(await publish('P-1'))).toBe('409 already_published');
    const amended = { id: 'P-1', ...REPORT, since: '2011-02-17' };
    expect(refusal(await post('/P-1/amend', amended))).toBe('409 already_published');
    const late = commitment({ title: 'A late one', agencies: roles({ SPRINGER: 'lead' }) });
    const { position } = await done(server.post('/v1/commitments', late, secretariat));
    await server.get('/v1/publications', { 'if-position-at-least': position });
    expect((await fileOf('P-1', 'format=json&language=en')).equals(before)).toBe(true);
    // Beside it are its present figures, and the corrections.
    const page = wordsIn({ html: String((await server.get('/publications/P-1', { accept: 'text/html' })).body) });
    for (const words of ['As corrected since', 'A late one', 'Not counted before', 'Recorded'])
      expect(page).toContain(words);
    expect(page).toMatch(/All\s+1\s+2\s/);
    const { body: since } = await server.get('/v1/publications/P-1/since');
    expect([since.figures.totalThen.total, since.figures.totalThenAsKnownNow.total]).toEqual([1, 2]);
    expect(since).toMatchObject({ publication: 'P-1', total: 1, changed: [{ title: 'A late one' }] });
    const list = wordsIn({ html: String((await server.get('/publications', { accept: 'text/html' })).body) });
    expect(list).toMatch(/P-1 .* 1 commitment\b/);
    expect((await server.get('/v1/publications/NOBODY-1/since')).status).toBe(404);
  });

  it('is made again to the byte where its files are lost', async () => {
    const all = ['html&language=en', 'html&language=fr', 'csv&language=es', 'md&language=en'];
    const files = all.map((one) => `format=${one}`);
    const before = await Promise.all(files.map((query) => fileOf('P-1', query)));
    for (const file of before) rmSync(join(server.dataDir, 'published', sha256(file)));
    for (const [i, query] of files.entries()) expect((await fileOf('P-1', query)).equals(before[i]!)).toBe(true);
    // And on any machine with the same log from the manifest that stands in each of them.
    const { manifest } = JSON.parse(String(await fileOf('P-1', 'format=json&language=fr'))) as NumberedReport;
    const again = await buffer(writtenInThread('html', await server.app.get(Reports).remake(manifest)));
    expect(again.equals(before[1]!)).toBe(true);
  });

  it('is not published without words that came while it was made', async () => {
    await prepare('P-3');
    const ordered = await publish('P-3');
    const written = await write('P-3', 'In the last moment');
    const end = endOf(await endedJob(server, ordered));
    if (written.status === 200) expect(end).toBe('failed wrong_revision');
    else expect([end, refusal(written)]).toEqual(['done', expect.stringMatching(/^409 (already|being)_published$/)]);
    expect(refusal(await publish('P-3', { 'if-match': '"0"' }))).toMatch(/^(412|409)/);
  });

  it('is not published where it was cancelled meanwhile: what was prepared stays, and can be published', async () => {
    await prepare('P-5');
    const { headers } = await publish('P-5');
    const cancel = `${headers.get('location')}/cancel`;
    expect((await server.post(cancel, {}, whoToken)).status).toBe(403);
    const cancelled = await server.post(cancel, {}, secretariat);
    expect([cancelled.status, endOf(cancelled)]).toEqual([200, 'cancelled']);
    expect((await server.get('/v1/publications/P-5')).status).toBe(404);
    await done(write('P-5', 'A word more'));
    expect(endOf(await published('P-5'))).toBe('done');
    expect((await viewOf('P-5')).narratives).toMatchObject([{ text: 'A word more' }]);
    // The next order to publish it has the same address.
    expect(endOf(await server.post(cancel, {}, secretariat))).toBe('done');
  });

  it('hands out no words that were erased since, not from the kept files either', async () => {
    const before = kept().length;
    expect(String(await fileOf('P-4', 'format=html'))).toContain('Ms. Smith');
    expect((await post('/P-4/history/1/blank', { reason: 'A name', fields: ['/text'] })).status).toBe(200);
    expect(String(await fileOf('P-4', 'format=html'))).not.toContain('Ms. Smith');
    expect(kept().length).toBe(before - 1);
  });
});
