import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { refusal } from './support/asking.js';
import { expectDated, expectReadable, Reader, text } from './support/browser.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';

/** Of each kind, at dates on which there is something to see, and on which there is nothing. */
const PAGES = [
  '/timeline?asOf=2013-06-01',
  '/timeline?asOf=2012-11-02&step=quarter&agency=IOM&role=lead',
  '/timeline?asOf=2001-01-01',
  '/changes-since',
  '/changes-since?asOf=2011-02-17&from=2006-11-21&knownThen=1200&flow=new&leg=learned',
  '/changes-since?asOf=2010-12-31&from=2006-11-21&flow=merged',
  '/changes-since?asOf=2001-01-01',
  '/deadlines?asOf=2007-06-01&within=24',
  '/deadlines?asOf=2001-01-01',
  '/no-update?asOf=2011-02-17',
  '/no-update?asOf=2011-02-17&role=any&silent=false&theme=HLD06-04',
];

describe('What changed, what is due and who is silent', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);
  let before: string;
  let acts: Answer[];

  beforeAll(async () => {
    before = (await server.get('/v1/commitments?limit=1')).body.position;
    const say = async (act: string, body: object) => server.post(`/v1/commitments/${act}`, body, server.token(null));
    acts = [
      await say('ESCWA-2007-05/merge', { into: 'ESCWA-2007-08', reportedOn: '2010-03-01', reason: 'Recorded twice' }),
      await say('IUSSP-2007-02/withdraw', { reportedOn: '2010-05-01', reason: 'No funds' }),
      await say('IUSSP-2007-03/withdraw', { reportedOn: '2006-11-21', reason: 'Recorded too late' }),
    ];
    await server.get('/v1/commitments?limit=1', { 'if-position-at-least': acts[2]!.body.position });
  });

  describe('the API', () => {
    it.each([
      ['timeline?from=2012-01-01&asOf=2011-01-01', '/from'],
      ['timeline?to=2012-01-01&asOf=2011-01-01', '/to'],
      ['timeline?from=1900-01-01&step=month', '/step'],
      ['flows', '/from'],
      ['flows?from=2012-01-01&asOf=2011-01-01', '/from'],
      ['flows?from=2006-11-21&to=2012-01-01&asOf=2011-01-01', '/to'],
      ['flows?from=2006-11-21&knownThen=99999999', '/knownThen'],
      ['flows?from=2006-11-21&knownThen=1200&knownAt=1100', '/knownThen'],
      ['flows/commitments?from=2006-11-21&flow=planned-planned', '/flow'],
      ['flows/commitments?from=2006-11-21&flow=new&leg=learned', '/leg'],
      ['deadlines?asOf=2011-01-01&until=2010-12-31', '/until'],
    ])('refuses %s, and says what is wrong', async (asked, pointer) => {
      expect(refusal(await server.get(`/v1/progress/${asked}`))).toBe(`400 invalid ${pointer}`);
    });

    it('a cursor goes on as at the date and in the log of the first page, and with no other question', async () => {
      const asked = '/v1/progress/flows/commitments?from=2006-11-21&flow=new&limit=20';
      const first = (await server.get(asked)).body;
      const later = commitment({ reference: 'ZZZ-2012-01', effective: '2012', reportedOn: '2012-01-01' });
      const recorded = await server.post('/v1/commitments', later, server.token(null));
      expect(recorded.status).toBe(201);
      await server.get('/v1/commitments?limit=1', { 'if-position-at-least': recorded.body.position });
      const all = [...first.items];
      for (let next = first.nextCursor; next;) {
        const page = (await server.get(`${asked}&cursor=${next}`)).body;
        expect([page.position, page.total]).toEqual([first.position, first.total]);
        all.push(...page.items);
        next = page.nextCursor;
      }
      expect(new Set(all.map(({ reference }: { reference: string }) => reference)).size).toBe(first.total);
      expect((await server.get(asked)).body.total).toBe(first.total + 1);
      const other = await server.get(`${asked.replace('flow=new', 'flow=same')}&cursor=${first.nextCursor}`);
      expect(other.status).toBeGreaterThanOrEqual(400);
    });

    it('what was known then is what was shown then, and what was learned since is a term of its own', async () => {
      expect(acts.map(({ status }) => status)).toEqual([200, 200, 200]);
      const { body } = await server.get(`/v1/progress/flows?from=2006-11-21&asOf=2010-12-31&knownThen=${before}`);
      expect([body.totalThen.total, body.learned.equation]).toEqual([407, '407 − 1 withdrawn = 406']);
      expect(body.reported.equation).toMatch(/^406( \+ \d+ new)? − 1 merged − 1 withdrawn = \d+$/);
      expect(body.reported.left.merged.into).toBe(1);
      const then = await server.get(`/v1/progress/agencies?asOf=2006-11-21&knownAt=${before}`);
      expect(body.totalThen.byStage).toEqual(then.body.total.byStage);
      const { items } = (await server.get(`/v1/progress/flows/commitments?${body.reported.left.merged.list}`)).body;
      expect(items).toEqual([
        expect.objectContaining({ reference: 'ESCWA-2007-05', after: null, into: ['ESCWA-2007-08'] }),
      ]);
      expect(items[0].why).toEqual([expect.objectContaining({ type: 'commitment.Merged', reportedOn: '2010-03-01' })]);
      const history = await server.get(items[0].history);
      expect(history.body.items.map(({ revision }: { revision: number }) => revision)).toContain(
        items[0].why[0].revision,
      );
    });
  });

  describe('the pages', () => {
    it.each(PAGES)('%s says as at when, is legible, and fits a phone as well as a desk', async (path) => {
      await reader.on(path, async (page) => {
        await expectDated(page);
        await expectReadable(page);
        expect(await page.locator('table:not(:has(caption)), main table th:not([scope])').count()).toBe(0);
      });
    });

    it('and the browser had nothing to complain of', () => {
      expect(reader.complaints).toEqual([]);
    });

    it.each([
      ['/timeline?asOf=2012-11-02&agency=IOM', 40],
      ['/changes-since?asOf=2011-02-17&from=2006-11-21', 25],
      [`/changes-since?asOf=2011-02-17&from=2006-11-21&agency=IUSSP&knownThen=1300`, 15],
      ['/deadlines?asOf=2007-06-01&within=24', 9],
      ['/no-update?asOf=2011-02-17&role=any', 60],
    ])('every figure of %s leads to a list of exactly that many', async (path, atLeast) => {
      const { count, wrong } = await reader.figuresOf(path);
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThanOrEqual(atLeast);
    });

    it('a list as at another date would be noticed', async () => {
      const change = (href: string) => href.replace(/asOf=[\d-]+/, 'asOf=2005-01-01');
      const { wrong } = await reader.figuresOf('/timeline?asOf=2012-11-02', { change });
      expect(wrong.length).toBeGreaterThan(10);
    });

    it('the equation adds up, and so does every row of the stages before and every column of those after', async () => {
      await reader.on(`/changes-since?asOf=2010-12-31&from=2006-11-21&knownThen=${before}`, async (page) => {
        for (const stretch of await page.locator('.stretch').all()) {
          const signed = (await stretch.locator('.equation td.n').allInnerTexts()).map((n) =>
            n.replaceAll(/[\s,=]/g, ''),
          );
          const numbers = signed.map((n) => Number(n.replace('−', '-')));
          expect(numbers.slice(0, -1).reduce((sum, n) => sum + n, 0)).toBe(numbers.at(-1));
          const rows = await tableOf(stretch);
          const [ins, after] = rows.splice(-2) as [number[], number[]];
          for (const row of rows) expect(row.slice(0, -1).reduce((sum, n) => sum + n, 0)).toBe(row.at(-1));
          after.forEach((n, i) => expect(ins[i]! + rows.reduce((sum, row) => sum + row[i]!, 0)).toBe(n));
        }
        expect(await page.locator('.stretch').count()).toBe(2);
      });
    });

    it('without a first date, what changed as at the day of a report is what that report brought', async () => {
      const since = (asOf: string) =>
        reader.on(
          `/changes-since?asOf=${asOf}`,
          async (page) => /since (\d+ \w+ \d+)/.exec(await text(page, 'h1'))?.[1],
        );
      const lastBefore = await since('2007-12-31');
      expect(lastBefore).toBe('21 November 2006');
      expect(await since('2007-12-30')).not.toBe(lastBefore); // by then that was the last report itself
    });

    it('a figure leads to the commitments behind it, and these to what was said', async () => {
      await reader.on('/changes-since?asOf=2010-12-31&from=2006-11-21', async (page) => {
        await page.locator('.equation tr', { hasText: 'Merged' }).locator('a').click();
        expect(await text(page, '#list')).toBe('Merged: 1 commitment');
        await page.locator('.changed .why-list a').first().click();
        expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/commitments/ESCWA-2007-05#r1');
        expect(await text(page, '#r1')).toContain('Merged into');
      });
    });

    it('the timeline’s form keeps what else was asked', async () => {
      await reader.on('/timeline?asOf=2012-11-02&agency=IOM', async (page) => {
        await page.selectOption('select[name=step]', 'quarter');
        await page.fill('input[name=from]', '2010-01-01');
        await page.click('form.filters button');
        await page.waitForURL(/step=quarter/);
        expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
          ...{ asOf: '2012-11-02', agency: 'IOM', from: '2010-01-01', step: 'quarter' },
        });
        expect(await page.locator('main tbody tr').count()).toBe(13);
      });
    });
  });
});

/** The numbers of the rows of the stages. */
async function tableOf(stretch: Locator): Promise<number[][]> {
  const rows = await stretch.locator('.stages tbody tr').all();
  return Promise.all(
    rows.map(async (row) => (await row.locator('td.n').allInnerTexts()).map((n) => Number(n.replaceAll(',', '')))),
  );
}
