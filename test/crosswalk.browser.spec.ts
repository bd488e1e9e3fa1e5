import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Imports, jsonFolderAt, planImport, type ImportPlan } from '#exchange';
import { LOG, metaOf } from '#platform';
import { refusal } from './support/asking.js';
import { expectDated, expectReadable, Reader, text } from './support/browser.js';
import { CLOCK_CASES, HLD, IMPORTER, TestServer, type Answer } from './support/server.js';
import type { Link } from './support/naive-crosswalk.js';

const dayNow = (): string => new Date().toISOString().slice(0, 10);
const today = dayNow();

const given = JSON.parse(readFileSync(join(HLD, 'crosswalk-hld06-hld13.json'), 'utf8')) as {
  readonly links: Link[];
  readonly noEquivalent: string[];
};

describe('Crosswalks over HTTP', () => {
  const server = TestServer.forAll([HLD]);
  let secretariat: string;
  /** The day on which the folder was imported: another spec of the run may have done it, before midnight. */
  let importedOn: string;
  beforeAll(async () => {
    secretariat = server.token(null);
    const [entered] = await server.app.get(LOG).store.read('crosswalk-HLD06-HLD13');
    importedOn = entered!.recordedAt.slice(0, 10);
  });

  const post = (path: string, body: object, token: string | undefined = secretariat, headers = {}) =>
    server.post(`/v1/crosswalks${path}`, body, token, headers);
  const get = async (path: string) => {
    const { status, body } = await server.get(`/v1${path}`);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const head = () => server.app.get(LOG).store.head();
  const seen = async ({ body }: Answer, path: string) =>
    (await server.get(`/v1${path}`, { 'if-position-at-least': body.position })).body;

  const entry = { code: 'IOM04-HLD13', title: 'IOM’s model by the agenda of 2013', from: 'IOM04', to: 'HLD13' };
  const version = {
    version: '1',
    author: 'IOM',
    reportedOn: '2013-09-01',
    links: [
      { from: 'IOM-1', to: 'HLD13-6', match: 'close' },
      { from: 'IOM-1.remittances', to: 'HLD13-2', match: 'related', note: 'Only their costs' },
    ],
    citation: { document: 'D-2012-MC2353', locator: 'para 26' },
  };

  it('show what the folder said, with the names of themes', async () => {
    const crosswalk = await get('/crosswalks/HLD06-HLD13');
    expect(crosswalk).toMatchObject({ from: 'HLD06', to: 'HLD13', revision: 1 });
    expect([today, dayNow()]).toContain(crosswalk.asOf);
    expect(crosswalk.version).toMatchObject({ version: '1', reportedOn: importedOn, author: 'The secretariat' });
    expect(crosswalk.version.links.map(({ from, to, match }: Link) => ({ from, to, match }))).toEqual(given.links);
    expect(crosswalk.version.links[0]).toMatchObject({
      fromLabel: 'International migration and development',
      toLabel: 'Migration in the development agenda',
    });
    expect(crosswalk.version.noEquivalent).toEqual([
      { theme: 'HLD06-17', label: 'Follow-up to the High-level Dialogue' },
    ]);
    expect(crosswalk.versions).toEqual([
      expect.objectContaining({ version: '1', reportedOn: importedOn, revision: 1 }),
    ]);
    const csv = ((await server.get('/v1/crosswalks/HLD06-HLD13?format=csv')).body as string).trim().split('\n');
    expect(csv).toHaveLength(1 + given.links.length + given.noEquivalent.length);
    expect(csv.at(-1)).toContain('HLD06-17,Follow-up to the High-level Dialogue,no equivalent');
  });

  it('are set up, published, read as at a date and as known then, and taken back', async () => {
    const entered = await post('', entry);
    expect([entered.status, entered.headers.get('location')]).toEqual([201, '/v1/crosswalks/IOM04-HLD13']);
    const headers = { 'idempotency-key': 'first', 'if-match': '"0"' };
    const first = await post('/IOM04-HLD13/versions', version, secretariat, headers);
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"1"']);
    expect((await post('/IOM04-HLD13/versions', version, secretariat, headers)).body).toEqual(first.body);
    const links = version.links.slice(0, 1);
    const later = { ...version, version: '2', reportedOn: '2014-01-01', links, noEquivalent: [{ theme: 'IOM-4' }] };
    const second = await post('/IOM04-HLD13/versions', later);
    const on = async (query: string) =>
      (await seen(second, `/crosswalks/IOM04-HLD13?${query}`)).version?.version ?? null;
    expect(await on('asOf=2013-08-31')).toBeNull();
    expect(await on('asOf=2013-09-01')).toBe('1');
    expect(await on('asOf=2014-01-01')).toBe('2');
    expect(await on('asOf=2013-08-31&version=2')).toBe('2');
    expect(await on(`knownAt=${first.body.position}`)).toBe('1');
    const { items } = await seen(second, '/crosswalks?asOf=2013-12-31&sort=code');
    expect(items.map(({ code, versions }: { code: string; versions: object[] }) => [code, versions.length])).toEqual([
      ['HLD06-HLD13', 0],
      ['IOM04-HLD13', 1],
    ]);

    const gone = await post('/IOM04-HLD13/history/2/retract', { reason: 'A draft' });
    expect((await seen(gone, '/crosswalks/IOM04-HLD13')).version.version).toBe('1');
    expect(await on(`knownAt=${second.body.position}`)).toBe('2');
    const history = (await get('/crosswalks/IOM04-HLD13/history')).items;
    expect(history.map(({ type }: { type: string }) => type)).toEqual(
      ['Registered', 'Published', 'Published', 'Retracted'].map((name) => `crosswalk.${name}`),
    );
    expect(history[2].corrections).toEqual([expect.objectContaining({ kind: 'retracted', reason: 'A draft', by: 3 })]);

    const blanked = await post('/IOM04-HLD13/history/1/blank', { reason: 'A name', fields: ['/links/1/note'] });
    const known = await seen(blanked, `/crosswalks/IOM04-HLD13?knownAt=${second.body.position}&version=1`);
    expect(known.version.links[1]).toMatchObject({ to: 'HLD13-2', note: '[blanked]' });
    const retitled = await post('/IOM04-HLD13/amend', { ...entry, title: 'IOM’s model in 2013' });
    expect((await seen(retitled, '/crosswalks/IOM04-HLD13')).title).toBe('IOM’s model in 2013');
  });

  // The refusals of a crosswalk by itself are in its unit spec.
  it('are refused with a clear problem, which leaves nothing behind', async () => {
    const before = await head();
    const publish = async (said: object, code = 'HLD06-HLD13') => {
      const links = [{ from: 'HLD06-01', to: 'HLD13-1', match: 'exact' }];
      return refusal(await post(`/${code}/versions`, { ...version, version: '9', links, ...said }));
    };
    const link = (from: string, to: string, match = 'exact') => ({ links: [{ from, to, match }] });
    expect(refusal(await post('', { ...entry, code: 'HLD06-HLD13' }))).toBe('409 already_registered');
    expect(refusal(await post('', { ...entry, code: 'X', to: 'NONE' }))).toBe('422 unknown_reference /to');
    expect(await publish({}, 'NONE')).toBe('404 not_found');
    expect(await publish(link('HLD06-99', 'HLD13-1'))).toBe('422 unknown_reference /links/0/from');
    expect(await publish(link('HLD06-01', 'HLD13-1', 'broader'))).toBe('400 invalid /links/0/match');
    expect(await publish({ links: [] })).toBe('400 invalid /links');
    expect(await publish({ author: ' ' })).toBe('400 invalid /author');
    expect(await publish({ colour: 'red' })).toBe('400 invalid /colour');
    const late = await post('/HLD06-HLD13/versions', version, secretariat, { 'if-match': '"0"' });
    expect(refusal(late)).toBe('412 wrong_revision');
    expect(await head()).toBe(before);
  });

  describe('themes read through one', () => {
    const path = '/progress/themes?crosswalk=HLD06-HLD13';

    it('count by links that hold as a whole, where nothing else is asked for', async () => {
      expect(await get(path)).toEqual(await get(`${path}&match=exact,close,broad`));
      expect(await get(`${path}&framework=HLD13`)).toEqual(await get(path));
      expect((await get(path)).rows).not.toEqual((await get(`${path}&match=exact,close`)).rows);
    });

    it('each lead to a list with exactly as many', async () => {
      for (const asked of ['', '&match=related&followsUp=HLD-2006', '&asOf=2011-02-17&crosswalkVersion=1']) {
        const { rows, crosswalk } = await get(path + asked);
        for (const { total, list } of [
          crosswalk.carrying,
          crosswalk.reached,
          crosswalk.noEquivalent,
          crosswalk.ownThemes,
        ])
          expect([list, (await get(list.slice('/v1'.length))).total]).toEqual([list, total]);
        for (const { theme, ...row } of rows) {
          const same = `crosswalk=HLD06-HLD13${asked}`;
          expect((await get(`/commitments?theme=${theme}&${same}`)).total).toBe(row.total);
          const one = await get(`/progress/themes/${theme}?${same}`);
          expect([one.row, one.crosswalk]).toEqual([{ theme, ...row }, crosswalk]);
        }
      }
    });

    it('are only their own before a version was published, unless one is named', async () => {
      const before = await get(`${path}&asOf=2011-02-17`);
      expect([before.rows, before.crosswalk]).toMatchObject([
        [],
        { version: null, author: null, reportedOn: null, reached: { total: 0 } },
      ]);
      expect(before.crosswalk.noEquivalent.total).toBe(before.crosswalk.carrying.total);
      const named = await get(`${path}&asOf=2011-02-17&crosswalkVersion=1`);
      expect(named.crosswalk).toMatchObject({ version: '1', reportedOn: importedOn });
      expect(named.rows.length).toBeGreaterThan(3);
    });

    it('say in a table, too, how much has no equivalent', async () => {
      const { crosswalk } = await get(path);
      const lines = ((await server.get(`/v1${path}&format=csv`)).body as string).trim().split('\n');
      expect(lines.at(-1)).toContain(`No equivalent by HLD06-HLD13,${crosswalk.noEquivalent.total},`);
      expect((await server.get('/v1/progress/themes?format=csv')).body).not.toContain('No equivalent');
    });

    it.each([
      ['/progress/themes?crosswalk=NONE', '404 not_found /crosswalk'],
      ['/progress/themes?crosswalk=HLD06-HLD13&framework=HLD06', '422 other_framework /crosswalk'],
      ['/progress/themes?crosswalk=HLD06-HLD13&match=broader', '400 invalid /match'],
      ['/progress/themes?crosswalk=HLD06-HLD13&crosswalkVersion=7', '404 not_found /crosswalkVersion'],
      ['/progress/themes/HLD06-01?crosswalk=HLD06-HLD13', '422 other_framework /crosswalk'],
      ['/commitments?theme=HLD13-1&crosswalk=NONE', '404 not_found /crosswalk'],
      ['/commitments?noEquivalent=NONE', '404 not_found /noEquivalent'],
      ['/commitments?reached=HLD06-HLD13&match=', '400 invalid /match'],
    ])('%s is refused: %s', async (wrong, expected) => {
      expect(refusal(await server.get(`/v1${wrong}`))).toBe(expected);
    });
  });

  describe('on the pages', () => {
    const reader = Reader.forAll(server);

    const PAGES = [
      `/themes?crosswalk=HLD06-HLD13&asOf=${today}`,
      '/themes?crosswalk=HLD06-HLD13&asOf=2011-02-17',
      `/themes/HLD13-2?crosswalk=HLD06-HLD13&match=broad,related&asOf=${today}`,
      '/crosswalks',
      `/crosswalks/HLD06-HLD13?asOf=${today}`,
      '/crosswalks/HLD06-HLD13?asOf=2011-02-17',
      '/crosswalks/IOM04-HLD13?version=1&asOf=2011-02-17',
      '/commitments?noEquivalent=HLD06-HLD13',
    ];
    it.each(PAGES)('%s can be read, on a phone as well as at a desk', async (path) => {
      await reader.on(path, async (page) => {
        await expectDated(page);
        await expectReadable(page);
        expect(await page.locator('table:not(:has(caption)), th:not([scope])').count()).toBe(0);
      });
      expect(reader.complaints).toEqual([]);
    });

    it.each(PAGES.filter((path) => /^\/themes|version=|HLD06-HLD13\?asOf=(?!2011)/.test(path)))(
      'every figure of %s leads to a list with exactly that many commitments',
      async (path) => {
        const { count, wrong } = await reader.figuresOf(path);
        expect(wrong).toEqual([]);
        expect(count).toBeGreaterThan(3);
      },
    );

    it('show the figures of the API, and what has no equivalent as a line of its own', async () => {
      const { rows, crosswalk } = await get(`/progress/themes?crosswalk=HLD06-HLD13&asOf=${today}`);
      await reader.on(`/themes?crosswalk=HLD06-HLD13&asOf=${today}`, async (page) => {
        const lines = await page
          .locator('.breakdown tbody tr')
          .evaluateAll((trs) =>
            trs.map((tr) => [tr.querySelector('a')!.textContent, tr.querySelector('td.n a')!.textContent]),
          );
        expect(lines).toEqual([
          ...rows.map(({ name, total }: { name: string; total: number }) => [name, String(total)]),
          ['No equivalent', String(crosswalk.noEquivalent.total)],
        ]);
        expect(await text(page, '.reached')).toContain(
          `Of ${crosswalk.carrying.total} commitments with a theme of “Topics of the 2006 High-level Dialogue”`,
        );
      });
    });

    it('let a reader without scripts choose a crosswalk and its links', async () => {
      const go = async (page: Parameters<Parameters<Reader['on']>[1]>[0]) => {
        await page.goto(`${server.url}/themes?asOf=2011-02-17&framework=HLD06`);
        await page.selectOption('select[name=crosswalk]', 'HLD06-HLD13');
        await page.click('form.filters button');
        await page.waitForURL((url) => url.searchParams.has('crosswalk'));
        expect(await text(page, '.as-read')).toContain('As at 17 February 2011 no version had been published');
        await page.click('.as-read .callout a');
        await page.waitForURL((url) => url.searchParams.get('crosswalkVersion') === '1');
        expect(await text(page, '.as-read')).toContain('later than the date shown');
        await page.check('input[value=related]');
        await page.uncheck('input[value=exact]');
        await page.click('form.filters button');
        await page.waitForURL((url) => url.searchParams.get('match') === 'close,broad,related');
        const { crosswalk } = await get(
          '/progress/themes?crosswalk=HLD06-HLD13&asOf=2011-02-17&crosswalkVersion=1&match=close,broad,related',
        );
        expect(await text(page, '.reached strong')).toBe(`${crosswalk.noEquivalent.total} have no equivalent`);
        expect(await page.locator('input[name=match]:checked').count()).toBe(3);
        const json = (await page.locator('.take a').first().getAttribute('href'))!;
        expect((await get(json.slice('/v1'.length))).crosswalk.noEquivalent).toMatchObject({
          total: crosswalk.noEquivalent.total,
        });
        await page.click('.reached strong a');
        expect(await text(page, '#total')).toBe(`${crosswalk.noEquivalent.total} commitments`);
        expect(await text(page, 'main')).toContain('Those without equivalent by the crosswalk HLD06-HLD13');
        await page.selectOption('select[name=stage]', 'planned');
        await page.click('form.filters button');
        await page.waitForURL((url) => url.searchParams.get('stage') === 'planned');
        expect(new URL(page.url()).searchParams.get('noEquivalent')).toBe('HLD06-HLD13');
      };
      await reader.on('/themes', go, { javaScriptEnabled: false });
    });

    it('say of a crosswalk who made it, when, and every link in words', async () => {
      await reader.on('/crosswalks/IOM04-HLD13?asOf=2013-12-31', async (page) => {
        expect(await text(page, '.lead')).toMatch(
          /Version 1, by International Organization for Migration, published on 1 September 2013/,
        );
        expect(await text(page, 'table.linked')).toContain('is much the same as Migration in the development agenda');
        expect(await text(page, 'main')).toContain('is related to Costs of labour migration');
        expect(await page.locator('main').innerText()).toContain('Words removed');
      });
      await reader.on(`/crosswalks/HLD06-HLD13?asOf=${today}`, async (page) => {
        expect(await text(page, '#none + table')).toContain('Has no equivalent');
        const linked = new Set(given.links.map(({ from }) => from));
        expect(await page.locator('table.linked').first().locator('tbody tr').count()).toBe(linked.size);
      });
    });
  });
});

describe('Crosswalks of a folder', () => {
  let server: TestServer;
  let folder: string;
  beforeEach(async () => {
    server = await TestServer.start();
    folder = join(mkdtempSync(join(tmpdir(), 'followthrough-crosswalk-')), 'folder');
    cpSync(CLOCK_CASES, folder, { recursive: true });
    const [tst] = JSON.parse(readFileSync(join(folder, 'frameworks.json'), 'utf8')) as object[];
    const other = { code: 'OTH', name: 'Other', version: '1', source: 's' };
    const themes = ['O-1', 'O-2'].map((code) => ({ code, label: code }));
    write('frameworks.json', [tst, { ...other, themes }]);
  });
  afterEach(() => server.close());

  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
  const plan = () =>
    planImport(jsonFolderAt(folder), server.app.get(LOG), () => ({ by: IMPORTER, meta: metaOf(IMPORTER) }));
  const run = () => server.app.get(Imports).importFolder(jsonFolderAt(folder), IMPORTER);
  const problems = async () =>
    (await plan()).problems.map(({ file, field, message }) => `${file} ${field}: ${message}`);
  const FILE = 'crosswalk-tst-oth.json';
  const outcomesIn = ({ rows }: ImportPlan) => rows.filter(({ sheet }) => sheet === FILE).map(({ outcome }) => outcome);
  const crosswalk = {
    from: 'TST',
    to: 'OTH',
    links: [
      { from: 'T-1', to: 'O-1', match: 'broad' },
      { from: 'T-1.a', to: 'O-2', match: 'related' },
    ],
    noEquivalent: ['T-2'],
  };
  const versions = async () => (await server.get('/v1/crosswalks/TST-OTH')).body.versions;

  it('are imported with it, and recognised the second time', async () => {
    write(FILE, { ...crosswalk, relations: 'as in SKOS' });
    await run();
    const [version] = await versions();
    expect(version).toEqual({
      version: '1',
      author: 'The secretariat',
      reportedOn: today,
      note: 'as in SKOS',
      revision: 1,
    });
    const before = await server.app.get(LOG).store.head();
    const again = await plan();
    expect([again.problems, again.commands, outcomesIn(again)]).toEqual([[], [], ['recognised']]);
    expect(await server.app.get(LOG).store.head()).toBe(before);
  });

  it('say who made them and when, where the file does; another version comes on top', async () => {
    write(FILE, { ...crosswalk, title: 'A title', author: 'DESA', reportedOn: '2013-10-04', version: '2013' });
    await run();
    const next = {
      ...crosswalk,
      version: '2014',
      author: 'DESA',
      reportedOn: '2014-01-01',
      noEquivalent: [{ theme: 'T-2', note: 'n' }],
    };
    write(FILE, next);
    expect(outcomesIn(await plan())).toEqual(['changed']);
    await run();
    expect(await versions()).toMatchObject([
      { version: '2013', author: 'DESA', reportedOn: '2013-10-04' },
      { version: '2014', author: 'DESA', reportedOn: '2014-01-01' },
    ]);
    expect((await plan()).commands).toEqual([]);
    write(FILE, { ...next, version: '2015' });
    expect(await problems()).toEqual([`${FILE} : Version 2014 says this already.`]);
  });

  it('are not published again when their version was taken back', async () => {
    write(FILE, crosswalk);
    await run();
    const why = { reason: 'A draft' };
    expect((await server.post('/v1/crosswalks/TST-OTH/history/1/retract', why, server.token(null))).status).toBe(200);
    expect((await plan()).commands).toEqual([]);
  });

  it('that differ from what is recorded are a problem', async () => {
    write(FILE, crosswalk);
    await run();
    write(FILE, { ...crosswalk, title: 'Another', author: 'IOM', links: crosswalk.links.slice(1) });
    expect(await problems()).toEqual([
      `${FILE} /title: differs from what is recorded: "From TST to OTH"`,
      expect.stringMatching(`^${FILE} /author: differs`),
      expect.stringMatching(`^${FILE} /links: differs`),
    ]);
    await expect(run()).rejects.toThrow('problems');
  });

  it('that are not sound are told by field, and nothing is imported', async () => {
    write('crosswalk-a.json', { from: 'TST', to: 'TST', links: crosswalk.links });
    write('crosswalk-b.json', {
      ...crosswalk,
      noEquivalent: ['T-1', 'T-9'],
      links: [...crosswalk.links, { from: 'O-1', to: 'O-1', match: 'same' }],
    });
    write('crosswalk-c.json', {
      ...crosswalk,
      code: 'C',
      noEquivalent: ['T-1'],
      links: [{ from: 'O-1', to: 'O-2', match: 'exact' }],
    });
    write('crosswalk-d.json', [crosswalk]);
    write('crosswalk-e.json', null);
    write('crosswalk-f.json', { ...crosswalk, code: 'C', mood: 'good' });
    writeFileSync(join(folder, 'crosswalk-g.json'), '{');
    expect((await problems()).sort()).toEqual([
      'crosswalk-a.json /to: It leads from TST to itself.',
      'crosswalk-b.json /links/2/match: match must be one of: exact, close, broad, narrow, related',
      'crosswalk-b.json /noEquivalent/1: unknown theme: T-9',
      'crosswalk-c.json /links/0/from: O-1 is a theme of OTH, not of TST.',
      'crosswalk-d.json : should be an object',
      'crosswalk-e.json : should be an object',
      'crosswalk-f.json /mood: property mood should not exist',
      'crosswalk-f.json : is in crosswalk-c.json twice, first as row 0',
      expect.stringMatching('^crosswalk-g.json : is not well-formed JSON'),
    ]);
    expect(await server.app.get(LOG).store.head()).toBeNull();
  });
});
