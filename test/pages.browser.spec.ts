import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { followLinks } from './support/addresses.js';
import { expectDated, expectReadable, faintest, overflow, positionOf, Reader, text } from './support/browser.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

/** One page of every kind, at dates on which they hold something. */
const PAGES = [
  '/',
  '/?asOf=2006-11-21',
  '/?asOf=2001-01-01',
  '/agencies?asOf=2011-02-17',
  '/agencies?followsUp=HLD-2006&role=lead',
  '/agencies/IOM?asOf=2011-02-17',
  '/agencies/UNSG',
  '/themes?asOf=2011-02-17',
  '/themes/HLD06-04?asOf=2011-02-17',
  '/themes/IOM-1',
  '/commitments',
  '/commitments?stage=planned&overdue=true&asOf=2011-02-17',
  '/commitments/IOM-2006-24',
  '/commitments/IOM-2011-12?asOf=2011-02-17',
  '/outcomes',
  '/outcomes/A%2FRES%2F58%2F208',
  '/forums/HLD-2006',
  '/forums/GFMD-2010',
  '/documents',
  '/documents/D-2012-MC2353',
  '/search',
  '/search?q=migration+health',
  '/search?q=xyzzy',
];

const HTML = { accept: 'text/html' };

describe('the pages, in a real browser', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);

  const on: Reader['on'] = (...asked) => reader.on(...asked);
  const number = async (page: Page, selector: string): Promise<number> =>
    Number((await text(page, selector)).replaceAll(',', ''));

  it.each(PAGES)('%s says as at when, can be read, and fits a phone as well as a desk', async (path) => {
    await on(path, async (page) => {
      expect(await page.title()).toMatch(/as at .* · Followthrough$/);
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      expect(await page.locator('a.skip').getAttribute('href')).toBe('#main');
      await expectDated(page);
      await expectReadable(page);
    });
  });

  it('a page that does not fit would be noticed', async () => {
    const wide = async (page: Page) => {
      await page.evaluate(() => document.querySelector('main')!.append('x'.repeat(5)));
      await page.evaluate(() => document.querySelector('main')!.setAttribute('style', 'min-width: 500px'));
      return overflow(page);
    };
    expect(await on('/documents', wide, { viewport: { width: 360, height: 740 }, bypassCSP: true })).toBeGreaterThan(0);
  });

  const PHONE = { viewport: { width: 390, height: 844 } };

  it.each(['/commitments', '/outcomes', '/agencies', '/forums/HLD-2006'])(
    '%s is at most eight screens of a phone long, without a script',
    async (path) => {
      const height = await on(path, (page) => page.evaluate(() => document.documentElement.scrollHeight), PHONE);
      expect(height).toBeLessThan(8 * PHONE.viewport.height);
    },
  );

  it('a phone shows the first rows of a long list, and all of them when asked; a desk always shows all', async () => {
    const rows = async (page: Page) => {
      const all = await page.locator('.commitments tbody tr').all();
      return (await Promise.all(all.map((row) => row.isVisible()))).filter(Boolean).length;
    };
    await on(
      '/commitments',
      async (page) => {
        expect(await rows(page)).toBe(10);
        await page.getByLabel('Show all 50 rows').check();
        expect(await rows(page)).toBe(50);
      },
      PHONE,
    );
    await on('/commitments', async (page) => {
      expect(await rows(page)).toBe(50);
      expect(await page.locator('.all-rows').isVisible()).toBe(false);
    });
  });

  it('the overview fits a phone: figures, an index, and the first rows of each list', async () => {
    await on(
      '/',
      async (page) => {
        expect(await page.locator('.contents a').allInnerTexts()).toEqual([
          'Stages over time',
          'Overdue',
          'Agencies',
          'Themes',
        ]);
        for (const to of await page.locator('.contents a').all())
          expect(await page.locator((await to.getAttribute('href'))!).count()).toBe(1);
        const agencies = page.locator('section', { has: page.locator('#agencies') });
        expect(await agencies.locator('tbody tr:visible').count()).toBe(5);
        await agencies.getByLabel('Show all 10 rows').check();
        expect(await agencies.locator('tbody tr:visible').count()).toBe(10);
        const { bottom } = await page.locator('.masthead').evaluate((masthead) => masthead.getBoundingClientRect());
        expect(bottom).toBeLessThan(240);
      },
      PHONE,
    );
  });

  it('an agency with several roles is named once', async () => {
    const who = (page: Page) => page.locator('tr', { hasText: 'BELGIUM-2007-01' }).locator('.who').first().innerText();
    expect(await on('/commitments?reference=BELGIUM-2007-01', who)).toMatch(/^GOV-BEL lead and host(?:,|$)/);
  });

  it('what an outcome says takes the width of a phone', async () => {
    const narrow = (page: Page) =>
      page
        .locator('.outcomes tbody th')
        .evaluateAll((cells) => cells.map((cell) => cell.clientWidth).filter((width) => width > 0 && width < 300));
    expect(await on('/forums/HLD-2006', narrow, PHONE)).toEqual([]);
  });

  it('the overview’s figures are those of the API, as at the date asked for', async () => {
    const { body } = await server.get('/v1/progress/agencies?asOf=2011-02-17');
    await on('/?asOf=2011-02-17', async (page) => {
      const shown = await page.locator('.headline dl dd:not(.of)').allInnerTexts();
      const { total, byStage, overdue, stale } = body.total;
      expect(shown.map(Number)).toEqual([total, byStage.completed, overdue, stale]);
      const open = total - byStage.completed - byStage.discontinued;
      const wholes = await page.locator('.headline dd.of').allInnerTexts();
      expect(wholes.slice(1).map((of) => Number(/of (\d+)/.exec(of)![1]))).toEqual([
        total,
        body.total.withTarget,
        open,
      ]);
    });
  });

  it('the agencies’ rows are those of the API', async () => {
    const { body } = await server.get('/v1/progress/agencies?asOf=2011-02-17');
    await on('/agencies?asOf=2011-02-17&sort=name', async (page) => {
      const rows = await page
        .locator('.breakdown tbody tr')
        .evaluateAll((trs) =>
          trs.map((tr) => [
            decodeURIComponent(tr.querySelector('th a')!.getAttribute('href')!.split('?')[0]!.split('/').pop()!),
            ...[...tr.querySelectorAll('td.n')].map((td) => Number(td.firstElementChild!.textContent)),
          ]),
        );
      const stages = ['completed', 'in_progress', 'planned', 'proposed', 'on_hold', 'discontinued'];
      const expected = body.rows.map(
        (row: { agency: string; total: number; byStage: Record<string, number> } & Record<string, number>) => [
          row.agency,
          row.total,
          ...stages.map((stage) => row.byStage[stage]),
          row['overdue'],
          row['stale'],
        ],
      );
      const byCode = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
      expect(rows.sort(byCode)).toEqual(expected.sort(byCode));
      expect(await text(page, 'main')).toContain('do not add up to the total');
    });
  });

  it.each([
    '/agencies/DESA?asOf=2011-02-17',
    '/themes/HLD06-04?asOf=2006-11-21',
    '/agencies/ILO?followsUp=HLD-2006&role=lead',
    '/',
  ])('every figure of %s leads to a list with exactly that many commitments', async (path) => {
    const { count, wrong } = await reader.figuresOf(path);
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it('the date control keeps what else was asked, and an empty field leaves no trace in the address', async () => {
    await on('/commitments?agency=ILO&stage=planned', async (page) => {
      await page.fill('#as-of', '2006-11-21');
      await page.click('.clock button');
      await page.waitForURL('**/commitments?*asOf=2006-11-21*');
      expect(new URL(page.url()).searchParams.toString()).toBe('agency=ILO&stage=planned&asOf=2006-11-21');
      await page.selectOption('select[name=stage]', '');
      await page.click('form.filters button');
      await page.waitForURL((url) => !url.searchParams.has('stage'));
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ asOf: '2006-11-21', agency: 'ILO' });
      const { body } = await server.get('/v1/commitments?agency=ILO&asOf=2006-11-21');
      expect(await text(page, '#total')).toBe(`${body.total} commitments`);
    });
  });

  it('offers the dates of the reports, and shows how things stood then', async () => {
    const { body } = await server.get('/v1/progress/timeline?step=report&asOf=2012-11-02');
    const { body: documents } = await server.get('/v1/documents');
    const dates = [
      ...new Set<string>([
        ...documents.items.map((document: { reportedOn: string }) => document.reportedOn),
        ...body.rows.map((row: { asOf: string }) => row.asOf),
      ]),
    ].sort();
    await on('/', async (page) => {
      const all = await page
        .locator('#reports option')
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
      expect(all).toEqual(dates);
      const offered = await page
        .locator('.clock nav a')
        .evaluateAll((links) => links.map((a) => new URL((a as HTMLAnchorElement).href).searchParams.get('asOf')));
      expect(offered).toEqual([...dates.slice(-5), new Date().toISOString().slice(0, 10)]);
      await page.locator('.clock nav a').nth(1).click();
      expect(page.url()).toContain(`asOf=${dates.at(-4)!}`);
      expect(await page.locator('.clock [aria-current=date]').count()).toBe(1);
    });
  });

  it('without a date it shows the day of the last report, and says so in a line; of a later day, how old it is', async () => {
    await on('/agencies', async (page) => {
      expect(await text(page, '.state')).toMatch(
        /^As at 2 November 2012, the day of the last report \(\d+ years ago\)/,
      );
      expect(await page.locator('.age').count()).toBe(0);
    });
    await on('/agencies?asOf=2014-01-01', async (page) => {
      expect(await text(page, '.age')).toBe(
        'No update since 2 November 2012, 13 months before the date shown. Show the day of that report',
      );
      await page.click('.age a');
      expect(await text(page, '.state')).toContain('As at 2 November 2012');
    });
  });

  it('counts one commitment as one', async () => {
    const { body } = await server.get('/v1/progress/agencies?asOf=2012-11-02');
    const { agency } = body.rows.find(({ total }: { total: number }) => total === 1);
    await on(`/agencies/${agency}?asOf=2012-11-02`, async (page) =>
      expect(await page.locator('.headline dd.of').nth(1).innerText()).toBe('of 1 commitment'),
    );
  });

  it('an empty list names its conditions, and leads to the ones that find something', async () => {
    const asked = 'agency=IOM&stage=discontinued&overdue=true&asOf=2012-11-02';
    await on(`/commitments?${asked}`, async (page) => {
      expect(await text(page, '.nothing strong')).toBe('No commitment as at 2 November 2012');
      const ways = await page
        .locator('.nothing li')
        .evaluateAll((items) =>
          items.map((li) => [li.querySelector('a')!.getAttribute('href')!, li.textContent!] as const),
        );
      const counted: (readonly [string, number])[] = [];
      for (const field of ['stage', 'agency', 'overdue']) {
        const rest = new URLSearchParams(asked);
        rest.delete(field);
        const { body } = await server.get(`/v1/commitments?${rest}`);
        if (body.total > 0) counted.push([field, body.total]);
      }
      expect(counted.length).toBeGreaterThan(0);
      expect(ways.map(([, words]) => Number(/there (?:is|are) (\d+)/.exec(words)![1]))).toEqual(
        counted.map(([, n]) => n),
      );
      await page.goto(server.url + ways[0]![0]);
      expect(await text(page, '#total')).toMatch(new RegExp(`^${counted[0]![1]} commitment`));
    });
  });

  it.each(['reference=IOM-2006-01', 'dueFrom=2012-01-01&dueBy=2012-12-31', 'kind=research&country=MAR'])(
    'shows the conditions %s, each with a way out',
    async (query) => {
      await on(`/commitments?${query}`, async (page) => {
        const fields = [...new URLSearchParams(query).keys()];
        const ways = await page
          .locator('.conditions li a')
          .evaluateAll((links) => links.map((a) => [...new URL((a as HTMLAnchorElement).href).searchParams.keys()]));
        expect(ways.map((kept) => fields.filter((field) => !kept.includes(field)))).toEqual(
          expect.arrayContaining(fields.map((field) => [field])),
        );
        expect(await text(page, '.lead')).not.toContain('in all');
      });
    },
  );

  it('a permalink shows the same figures after more was recorded', async () => {
    const before = await on('/agencies/IOM', async (page) => ({
      total: await number(page, '.headline dd'),
      permalink: (await page.locator('a[rel=bookmark]').getAttribute('href'))!,
    }));
    const { status } = await record({ title: 'One more', reference: 'IOM-2026-90' });
    expect(status).toBe(201);
    expect(await on('/agencies/IOM', (page) => number(page, '.headline dd'))).toBe(before.total + 1);
    expect(await on(before.permalink, (page) => number(page, '.headline dd'))).toBe(before.total);
  });

  async function record(more: { title: string; reference: string; language?: string }) {
    const body = commitment({ effective: '2013', reportedOn: '2013-06-01', ...more });
    const answer = await server.post('/v1/commitments', body, server.token(null));
    await server.get('/v1/commitments?limit=1', { 'if-position-at-least': answer.body.position });
    return answer;
  }

  it('what people wrote is in its own language and direction', async () => {
    const title = 'إدارة الهجرة (IOM) 2012: تقرير 50%';
    expect((await record({ title, reference: 'IOM-2026-93', language: 'ar' })).status).toBe(201);
    const direction = (page: Page, selector: string) =>
      page.locator(selector).evaluate((element) => getComputedStyle(element).direction);
    await on('/commitments/IOM-2026-93', async (page) => {
      expect(await page.locator('h1').getAttribute('lang')).toBe('ar');
      expect(await direction(page, 'h1')).toBe('rtl');
      expect(await direction(page, '.lead p')).toBe('ltr');
    });
    await on('/commitments?reference=IOM-2026-93', async (page) =>
      expect(await direction(page, '.commitments tbody th a [dir=auto]')).toBe('rtl'),
    );
  });

  it('the page over time shows the period that its JSON shows', async () => {
    await on('/timeline?from=2006-12-31&to=2010-12-31&asOf=2012-11-02', async (page) => {
      const { body } = await server.get((await page.locator('.take a').first().getAttribute('href'))!);
      const shown = await page
        .locator('main tbody tr')
        .evaluateAll((rows) => rows.map((row) => Number(row.querySelector('td')!.textContent!.replaceAll(',', ''))));
      expect(shown).toEqual(body.rows.map(({ total }: { total: number }) => total));
      expect(body.to).toBe('2010-12-31');
    });
  });

  it('a commitment tells which statement holds, and why one that came later does not', async () => {
    const { reference } = (await record({ title: 'Out of order', reference: 'IOM-2026-92' })).body;
    const late = { stage: 'in_progress', effective: '2012', reportedOn: '2013-09-01' };
    const { body } = await server.post(`/v1/commitments/${reference}/stage`, late, server.token(null));
    expect(body.headlineChanged).toBe(false);
    await on(`/commitments/${reference}`, async (page) => {
      expect(await text(page, '.stands .stage')).toBe('Planned');
      expect(await text(page, '.history .holds')).toContain('Recorded as Planned');
      expect(await text(page, '.history .why')).toBe(
        'This came later, but does not change the stage: it tells of the time up to 31 December 2012, and the statement that holds tells of 1 June 2013.',
      );
    });
  });

  it('the history names document, place and all three dates', async () => {
    const { body } = await server.get('/v1/commitments/IOM-2006-24/history');
    await on('/commitments/IOM-2006-24', async (page) => {
      const items = await page.locator('.history > li').allInnerTexts();
      expect(items).toHaveLength(body.items.length);
      expect(items[0]).toMatch(/UN\/POP\/MIG-5CM\/2006\/07, Dialogue among States/);
      expect(items[0]).toMatch(
        /Effective\s+16 November 2006\s+Reported on\s+16 November 2006\s+Recorded\s+\d+ \w+ \d{4}/,
      );
    });
  });

  it('what was asked of an agency and not taken up is listed, and only that', async () => {
    const asOf = '2011-02-17';
    const [{ body: outcomes }, { body: documents }] = await Promise.all([
      server.get('/v1/outcomes'),
      server.get('/v1/documents'),
    ]);
    const reported = new Set(
      documents.items.filter((d: { reportedOn: string }) => d.reportedOn <= asOf).map((d: { id: string }) => d.id),
    );
    const open: string[] = [];
    for (const { id, document, addressees, concerns } of outcomes.items)
      if (reported.has(document) && addressees.includes('IOM') && concerns === 'substance') {
        const { body } = await server.get(`/v1/commitments?followsUp=${encodeURIComponent(id)}&asOf=${asOf}`);
        if (body.total === 0) open.push(id);
      }
    expect(open.length).toBeGreaterThan(0);
    const listed = await on(`/agencies/IOM?asOf=${asOf}`, (page) =>
      page.locator('.outcomes tbody .code').allInnerTexts(),
    );
    expect(listed.sort()).toEqual(open.sort());
  });

  it.each(PAGES.filter((path) => !path.startsWith('/search')))('%s is there as JSON and as CSV too', async (path) => {
    const { body } = await server.get(path, HTML);
    const typeOf = async (name: string) => {
      const href = new RegExp(`<a href="([^"]+)">${name}</a>`).exec(body)![1]!.replaceAll('&amp;', '&');
      const { status, headers } = await server.get(href);
      return [status, headers.get('content-type')];
    };
    expect(await typeOf('JSON')).toEqual([200, expect.stringContaining('application/json')]);
    expect(await typeOf('CSV')).toEqual([200, expect.stringContaining('text/csv')]);
  });

  it('the JSON and the CSV of a list hold what the list holds', async () => {
    const asked = '/commitments?agency=IOM&stage=planned&asOf=2011-02-17&limit=5';
    const { body } = await server.get(`/v1${asked}`);
    await on(asked, async (page) => {
      const listed = await page.locator('.commitments tbody .code').allInnerTexts();
      expect(listed).toEqual(body.items.map(({ reference }: { reference: string }) => reference));
      const csv = await server.get((await page.locator('.take > span a[href*="format=csv"]').getAttribute('href'))!);
      expect(csv.body.trim().split('\n')).toHaveLength(1 + body.total);
      await page.click('a[rel=next]');
      expect(await page.locator('.commitments tbody .code').allInnerTexts()).not.toContain(listed[0]);
    });
  });

  it('a list is ordered by its column heads, and goes on with what it began with while more is recorded', async () => {
    const references = async (page: Page) => {
      await page.waitForLoadState();
      await page.locator('.commitments tbody .code').first().waitFor();
      return page.locator('.commitments tbody .code').allInnerTexts();
    };
    const listed = async (query: string, limit = 20) =>
      (
        (await server.get(`/v1/commitments?agency=ILO&limit=${limit}&${query}`)).body.items as { reference: string }[]
      ).map(({ reference }) => reference);
    await on('/commitments?agency=ILO&limit=20', async (page) => {
      const head = page.locator('thead th').nth(3);
      await head.getByText('Target').click();
      expect(await references(page)).toEqual(await listed('sort=target'));
      expect([await head.getAttribute('aria-sort'), await page.locator('th[aria-sort]').count()]).toEqual([
        'ascending',
        1,
      ]);
      await head.getByText('Target').click();
      expect(await references(page)).toEqual(await listed('sort=-target'));
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      expect(await text(page, 'caption')).toMatch(/^20 of \d+: by target date, the latest first$/);
      const [first, all] = [await references(page), await listed('sort=-target', 1000)];
      const position = await positionOf(page);
      expect((await record({ title: 'Later', reference: 'IOM-2026-95' })).status).toBe(201);
      await page.click('a[rel=next]');
      expect([...first, ...(await references(page))]).toEqual(all.slice(0, 40));
      expect(await positionOf(page)).toBe(position);
      expect(await page.locator('.known').count()).toBe(0);
      const { body } = await server.get(
        (await page.getByRole('link', { name: 'JSON', exact: true }).getAttribute('href'))!,
      );
      expect(body.items.map(({ reference }: { reference: string }) => reference)).toEqual(await references(page));
      await page.getByRole('link', { name: 'To the start' }).click();
      expect(await positionOf(page)).not.toBe(position);
    });
  });

  it('a search gives the best first and marks what it found; its downloads hold the same', async () => {
    await on('/commitments?q=migr+health&asOf=2012-11-02', async (page) => {
      const { body } = await server.get('/v1/commitments?q=migr+health&asOf=2012-11-02');
      const titles = await page.locator('.commitments tbody th a:first-child').allInnerTexts();
      expect(titles).toEqual(body.items.map(({ title }: { title: string }) => title));
      expect(await page.locator('tbody tr').first().locator('mark').allInnerTexts()).toEqual(
        titles[0]!.match(/\b(migr\w*|health\w*)/gi),
      );
      expect(await text(page, 'caption')).toContain('best matches first');
      await page.selectOption('select[name=sort]', '-title');
      await page.click('form.filters button');
      expect(new URL(page.url()).searchParams.get('sort')).toBe('-title');
      const ndjson = await server.get((await page.getByRole('link', { name: 'NDJSON' }).getAttribute('href'))!);
      const lines = (ndjson.body as string).trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { title: string }).title)).toEqual(
        await page.locator('.commitments tbody th a:first-child').allInnerTexts(),
      );
    });
  });

  it('on paper there is no navigation, but the date, when it was recorded and the permanent address', async () => {
    await on('/agencies/IOM?asOf=2011-02-17', async (page) => {
      const hidden = ['.masthead nav', '.clock', '.take', '.filters', '.foot'];
      for (const part of hidden) expect([part, await page.locator(part).first().isVisible()]).toEqual([part, true]);
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 672, height: 950 });
      for (const part of hidden) expect([part, await page.locator(part).first().isVisible()]).toEqual([part, false]);
      expect(await text(page, '.state')).toMatch(/17 February 2011, as recorded by .* UTC.*knownAt=\d+/s);
      expect(await overflow(page)).toBe(0);
    });
  });

  it('everything can be read and used without JavaScript', async () => {
    await on(
      '/',
      async (page) => {
        expect(await page.locator('.chart svg:visible').count()).toBe(1);
        await page.click('.masthead nav a[href="/commitments"]');
        await page.fill('form.filters input[name=q]', 'remittances');
        await page.click('form.filters button');
        const { body } = await server.get('/v1/commitments?q=remittances');
        expect(await text(page, '#total')).toBe(`${body.total} commitments`);
      },
      { javaScriptEnabled: false },
    );
  });

  it('the chart says in a table what it shows', async () => {
    await on('/?asOf=2011-02-17', async (page) => {
      await page.click('.steps summary');
      const rows = await page
        .locator('.steps tbody tr')
        .evaluateAll((trs) =>
          trs.map((tr) => [...tr.querySelectorAll('td')].map((td) => Number(td.textContent!.replaceAll(',', '')))),
        );
      const { body } = await server.get('/v1/progress/agencies?asOf=2011-02-17');
      const { total, byStage: s, overdue, stale } = body.total;
      expect(rows.at(-1)).toEqual([
        total,
        s.completed,
        s.in_progress,
        s.planned,
        s.proposed,
        s.on_hold,
        s.discontinued,
        overdue,
        stale,
      ]);
    });
  });

  it('the stylesheet may be kept for ever, and no other address of one answers', async () => {
    const href = await on('/', (page) => page.locator('link[rel=stylesheet]:not([media])').getAttribute('href'));
    const { headers } = await server.get(href!);
    expect(headers.get('cache-control')).toContain('immutable');
    const other = await server.get('/assets/000000000000.css');
    expect([other.status, other.headers.get('cache-control')]).toEqual([404, null]);
  });

  it('every link within the pages, other than to the lists followed above, leads somewhere', async () => {
    const { found, broken } = await followLinks(server, PAGES);
    expect(found).toBeGreaterThan(500);
    expect(broken).toEqual([]);
  });

  it('faint text would be noticed', async () => {
    const faint = async (page: Page) => {
      await page.evaluate(() => document.querySelector('h1')!.setAttribute('style', 'color: #999'));
      return faintest(page);
    };
    expect(await on('/documents', faint, { bypassCSP: true, colorScheme: 'light' })).toBeLessThan(3);
  });

  it('the browser has complained about nothing; it does complain about what the policy forbids', async () => {
    expect(reader.complaints).toEqual([]);
    await on('/documents', (page) =>
      page.evaluate(() => {
        document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.org/x.png' }));
        return new Promise((seen) => document.addEventListener('securitypolicyviolation', seen, { once: true }));
      }),
    );
    expect(reader.complaints.join()).toContain('Content Security Policy');
  });
});
