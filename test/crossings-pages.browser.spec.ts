import { describe, expect, it } from '@jest/globals';
import { refusal } from './support/asking.js';
import { expectDated, expectReadable, Reader, text } from './support/browser.js';
import { HLD, TestServer } from './support/server.js';

const AS_OF = 'asOf=2011-02-17';
const PAGES = [
  `/matrix?${AS_OF}`,
  `/matrix?rows=theme&colour=share&${AS_OF}`,
  `/matrix?columns=outcome&memberOf=GMG`,
  '/matrix?asOf=2001-01-01',
  `/partnerships?${AS_OF}`,
  `/partnerships?agency=IOM&${AS_OF}`,
  '/partnerships?asOf=2001-01-01',
  `/outcomes?${AS_OF}`,
  '/outcomes?followsUp=GFMD-2010&covered=true',
  '/outcomes?asOf=2001-01-01',
  `/agencies?memberOf=GMG&${AS_OF}`,
];

describe('Where agencies, themes, forums and outcomes meet', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);

  const on: Reader['on'] = (...asked) => reader.on(...asked);

  describe('the pages, in a real browser', () => {
    it.each(PAGES)('%s says as at when, fits a phone and a desk, and can be read', (path) =>
      on(path, async (page) => {
        await expectDated(page);
        await expectReadable(page);
      }),
    );

    it.each([...PAGES.filter((path) => !path.includes('2001')), `/matrix?theme=IOM-1&${AS_OF}`])(
      'the figures of %s lead to lists with exactly that many',
      async (path) => {
        const { count, wrong } = await reader.figuresOf(path, { atMost: 40 });
        expect(wrong).toEqual([]);
        expect(count).toBeGreaterThan(5);
      },
    );

    it('a heat map is a table that can be read aloud: every cell has a head of its row and of its column', async () => {
      const heads = await on(`/matrix?${AS_OF}`, (page) =>
        page.locator('table.matrix').evaluate((table) => ({
          caption: table.querySelector('caption')!.textContent,
          columns: [...table.querySelectorAll('thead th')].map((th) => th.getAttribute('scope')),
          rows: [...table.querySelectorAll('tbody tr, tfoot tr')].map((tr) => [
            tr.querySelectorAll('th[scope=row]').length,
            tr.querySelectorAll('th, td').length,
            [...tr.querySelectorAll('td')].every((td) => /^[\d,]+$/.test(td.textContent!.trim())),
          ]),
        })),
      );
      expect(heads.caption).toBe('Commitments per agency and theme');
      expect(new Set(heads.columns)).toEqual(new Set(['col']));
      expect(heads.rows.length).toBeGreaterThan(10);
      for (const row of heads.rows) expect(row).toEqual([1, heads.columns.length, true]);
    });

    it('its figures are those of the API, and its heads stay in sight', async () => {
      await on(`/matrix?framework=HLD06&${AS_OF}`, async (page) => {
        const { body } = await server.get(`/v1/progress/matrix?framework=HLD06&limit=25&${AS_OF}`);
        const shown = await page.locator('table.matrix tbody td a').allInnerTexts();
        const cells = body.rows.flatMap((row: { total: number; cells: { total: number }[] }) => [
          row.total,
          ...row.cells.map(({ total }) => total),
        ]);
        const inOrder = (all: number[]) => all.toSorted((a, b) => a - b);
        expect(inOrder(shown.map(Number))).toEqual(inOrder(cells));
        const box = page.locator('.table.heat');
        await box.evaluate((element) => element.scrollTo(500, 500));
        const [outer, corner] = [
          await box.boundingBox(),
          await page.locator('table.matrix thead th').first().boundingBox(),
        ];
        expect(Math.abs(corner!.x - outer!.x) + Math.abs(corner!.y - outer!.y)).toBeLessThan(5);
      });
    });

    it('the heads lead to what is below, by the keyboard and without any script', async () => {
      await on(
        `/matrix?framework=IOM04&${AS_OF}`,
        async (page) => {
          await page.locator('table.matrix thead a', { hasText: 'Migration and development' }).first().focus();
          await page.keyboard.press('Enter');
          await page.waitForURL('**/matrix?*theme=IOM-1*');
          const heads = await page.locator('table.matrix thead th.turned').count();
          expect(heads).toBeGreaterThan(3);
          expect(await text(page, 'main')).toContain('What is below the theme Migration and development');
        },
        { javaScriptEnabled: false },
      );
    });

    it('only members of a body are shown where that is asked for', async () => {
      await on('/matrix', async (page) => {
        await page.selectOption('select[name=memberOf]', 'GMG');
        await page.click('form.filters button');
        await page.waitForURL('**/matrix?*memberOf=GMG*');
        const { body } = await server.get('/v1/agencies/GMG');
        const members = body.members.map(({ agency }: { agency: string }) => agency).sort();
        const codes = await page.locator('table.matrix tbody th .code').allInnerTexts();
        expect(codes.sort()).toEqual(members);
        expect(await text(page, 'main')).toContain(`${members.length} agencies`);
      });
    });

    it('print without controls, the whole table, in colour', async () => {
      await on(`/matrix?${AS_OF}`, async (page) => {
        await page.emulateMedia({ media: 'print' });
        for (const gone of ['form.filters', '.kinds', '.clock'])
          expect([gone, await page.locator(gone).first().isVisible()]).toEqual([gone, false]);
        const [box, table] = await page
          .locator('.table.heat, table.matrix')
          .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
        expect(box).toBeGreaterThanOrEqual(table!);
      });
    });

    it('nothing was complained about', () => expect(reader.complaints).toEqual([]));
  });

  describe('the answers', () => {
    it.each([
      ['matrix?rows=theme&columns=outcome', '400 invalid /columns'],
      ['matrix?rows=forum', '400 invalid /rows'],
      ['outcomes/A%2FRES%2F58%2F208?asOf=2004-12-30', '404 not_found'],
    ])('refuse what cannot be crossed, or is not there: %s', async (asked, why) => {
      expect(refusal(await server.get(`/v1/progress/${asked}`))).toBe(why);
    });

    it.each(['progress/partnerships?agency=IOM&', 'progress/outcomes?', 'commitments?'])(
      'refuse a cursor of another list: %s',
      async (list) => {
        const { body } = await server.get('/v1/progress/partnerships?limit=1');
        expect(refusal(await server.get(`/v1/${list}cursor=${body.nextCursor}`))).toBe(
          '422 cursor_of_another_list /cursor',
        );
      },
    );

    it('as CSV a matrix is a table, with the margins once each', async () => {
      const { body } = await server.get(`/v1/progress/matrix?framework=HLD06&memberOf=GMG&format=csv&${AS_OF}`);
      const lines = (body as string).trim().split('\n');
      expect(lines[0]).toMatch(/^agency,name,total,placed,HLD06-01 International migration and development,/);
      // Of the sixteen members by then all but the regional commissions have a commitment.
      expect(lines).toHaveLength(1 + 15 + 1);
      const { body: iom } = await server.get(`/v1/progress/agencies/IOM?${AS_OF}`);
      expect(lines.find((line) => line.startsWith('IOM,'))).toContain(`Migration,${iom.row.total},`);
      const { body: members } = await server.get(`/v1/progress/agencies?memberOf=GMG&${AS_OF}`);
      expect(lines.at(-1)).toContain(`,"All, each commitment once",${members.total.total},`);
    });

    it('as CSV partnerships and outcomes are there whole', async () => {
      for (const view of ['partnerships', 'outcomes']) {
        const [csv, json] = [
          await server.get(`/v1/progress/${view}?format=csv`),
          await server.get(`/v1/progress/${view}`),
        ];
        expect((csv.body as string).trim().split('\n')).toHaveLength(1 + json.body.rowCount);
      }
    });
  });
});
