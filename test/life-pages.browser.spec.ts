import { beforeAll, describe, expect, it } from '@jest/globals';
import { followLinks } from './support/addresses.js';
import { done } from './support/asking.js';
import { expectReadable, line, lines, Reader, text } from './support/browser.js';
import * as life from './support/life.js';
import { HLD, TestServer } from './support/server.js';

const HTML = { accept: 'text/html' };

/** Every page that shows something of the life of commitments and agencies. */
const PAGES = [
  '/commitments/IOM-2006-04',
  '/commitments/IOM-2011-12',
  '/commitments/IOM-2006-05',
  '/commitments/UNDP-2006-113',
  '/commitments/UNDP-2007-04',
  '/commitments/IOM-2004-06',
  '/commitments/OHRLLS-2007-01',
  '/commitments/DESA-2007-01',
  '/commitments/IOM-2011-10',
  '/commitments/IOM-2006-21',
  '/commitments/DESA-2006-108',
  '/commitments/ILO-2006-102',
  '/commitments?life=any&verification=contested,documented',
  '/commitments?life=merged,split,superseded,withdrawn',
  '/',
  '/agencies',
  '/agencies?agencies=today',
  '/agencies/UNODC',
  '/agencies/UN-WOMEN?agencies=today',
  '/agencies/UNIFEM',
  '/agencies/GMG?asOf=2006-11-21',
  '/themes/HLD06-08',
  '/forums/HLD-2006',
];

describe('the whole life of a commitment, on the pages of the real data', () => {
  const server = TestServer.forAll([HLD]);
  const reader = Reader.forAll(server);
  /** The position of the log before anything of it was told. */
  let before: string;

  beforeAll(async () => {
    before = (await server.get('/v1/commitments?limit=1')).body.position as string;
    const tokens = new Map<string | null, string>();
    let last = before;
    const post: life.Post = async (path, body, agency) => {
      if (!tokens.has(agency)) tokens.set(agency, server.token(agency));
      const answer = await done(server.post(`/v1/${path}`, body, tokens.get(agency)));
      last = answer.position as string;
      return answer;
    };
    for (const tell of Object.values(life)) await tell(post);
    await server.get('/v1/commitments?limit=1', { 'if-position-at-least': last });
  });

  const on: Reader['on'] = (...asked) => reader.on(...asked);
  /** Expects a part of a page to say something: words, or as patterns have it. */
  const expectSaid = (path: string, part: string, ...wanted: readonly (string | RegExp)[]) =>
    on(path, async (page) => {
      const said = await line(page, part);
      for (const words of wanted) expect(said).toMatch(words);
    });

  describe('joint responsibility', () => {
    const IMDI = '/commitments/IOM-2006-04';

    it('shows the lead’s stage with its outlook, and the spread of all parts', () =>
      on(IMDI, async (page) => {
        expect(await line(page, '.stands .big')).toContain('In progress On track');
        expect(await line(page, 'section:has(#parts)')).toContain('Of 7 parts: 2 in progress, 5 unreported.');
      }));

    it('shows what each agency says of its part, and beside it the reading and the reply', () =>
      on(IMDI, async (page) => {
        expect(await lines(page, '.parts thead th')).toEqual([
          'Agency',
          'Statement on its part',
          'The secretariat’s reading',
          'The agency’s reply',
        ]);
        expect(await lines(page, '.parts tbody tr:nth-child(1) > *')).toEqual([
          'IOM lead',
          'In progress On track Effective 2013, reported 5 Mar 2013 Said by the reporting agency itself',
          expect.stringMatching(
            /^Contested 1 Jun 2013 The council paper of November 2012 names no activity since 2006 MC\/2353, para 26; also ESA\/P\/WP\.204, lines 359-361 of our copy$/,
          ),
          'IOM 10 Jun 2013 Country offices went on with it; their reports are attached to the return.',
        ]);
        expect(await lines(page, '.parts tbody tr:nth-child(2) > *')).toEqual([
          'ILO partner',
          expect.stringContaining('In progress On track Two pilots begun'),
          expect.stringMatching(
            /^Documented 1 Apr 2013 The letter .* This was read on an earlier statement, not on the one that holds now\.$/,
          ),
          'No reply',
        ]);
      }));

    it('marks who was only asked, lists who declined and why, and who was silent', () =>
      on(IMDI, async (page) => {
        const parts = await line(page, 'section:has(#parts)');
        expect(parts).toContain(
          'Nothing of their own was reported by WORLD-BANK partner, UNHCR partner, UNCTAD partner, GMG partner and UNODC partner (asked, yet to accept).',
        );
        expect(parts).toContain(
          'UNESCO declined to be partner on 20 June 2013: It has no programme on labour matching',
        );
        expect(await line(page, '.facts')).toContain(
          'United Nations Office on Drugs and Crime partner (asked, yet to accept)',
        );
        expect(await line(page, '.facts')).not.toContain('Educational, Scientific');
      }));

    it('says that the lead is on offer: to whom, why, from when and what stays open', () =>
      on(IMDI, async (page) => {
        expect(await line(page, '.callout')).toBe(
          'The lead is on offer to World Bank IOM offered it on 1 July 2013, to be taken in January 2014: The Bank runs the labour market surveys ' +
            'What stays open: The third pilot country IOM leads until WORLD-BANK accepts, and then becomes partner.',
        );
        expect(await line(page, '.facts')).toContain('International Organization for Migration lead');
      }));

    it('puts reading and reply side by side on a desk, and below each other on a phone', () =>
      on(IMDI, async (page) => {
        const boxes = () =>
          page
            .locator('.stands .both > div')
            .evaluateAll((divs) => divs.map((div) => div.getBoundingClientRect().toJSON()));
        const [reading, reply] = (await boxes()) as [DOMRect, DOMRect];
        expect(reply.top).toBe(reading.top);
        expect(reply.left).toBeGreaterThan(reading.right);
        await page.setViewportSize({ width: 360, height: 800 });
        const [above, below] = (await boxes()) as [DOMRect, DOMRect];
        expect(below.left).toBe(above.left);
        expect(below.top).toBeGreaterThan(above.bottom);
      }));

    it('shows no table where nobody but the lead has spoken', () =>
      on('/commitments/IOM-2011-12', async (page) => {
        expect(await page.locator('.parts').count()).toBe(0);
        expect(await line(page, 'section:has(#parts)')).toBe(
          'Each agency’s part Of 3 parts: 1 completed, 2 unreported. The stage above is the lead’s part. Nothing of their own was reported by IOM partner and IPPR partner.',
        );
      }));

    it('says in how many commitments an agency was only asked, of how many', async () => {
      await expectSaid('/agencies/UNODC', 'main', 'In 1 of these 5 another agency named it, and it has yet to accept.');
      await on('/agencies', async (page) => {
        expect(await lines(page, '.asked-for')).toEqual(['in 1 of 5 only asked, yet to accept']);
        expect(await page.locator('tr:has(.asked-for) th > a').first().getAttribute('href')).toContain(
          '/agencies/UNODC',
        );
      });
    });
  });

  describe('verification and reply', () => {
    it.each(['/commitments?agency=IOM&q=IMDI', '/agencies/ILO?asOf=2013-12-31', '/themes/HLD06-08'])(
      'stand beside the stage in the list %s, and open to what both say',
      (path) =>
        on(path, async (page) => {
          const row = page.locator('.commitments tr:has(a[href^="/commitments/IOM-2006-04"])').first();
          const mark = row.locator('details.reading');
          // A long list is folded.
          for (const fold of await mark.locator('xpath=ancestor::details').all())
            await fold.evaluate((one) => void ((one as HTMLDetailsElement).open = true));
          expect((await mark.innerText()).replace(/\s+/g, ' ').trim()).toBe('Contested · agency replied');
          expect(await mark.locator('summary').getAttribute('title')).toMatch(/names no activity since 2006/);
          await mark.locator('summary').click();
          expect((await mark.innerText()).replace(/\s+/g, ' ')).toContain(
            'Secretariat: The council paper of November 2012 names no activity since 2006 IOM: Country offices went on with it; their reports are attached to the return.',
          );
        }),
    );

    it('are both on paper, without a click', () =>
      on('/commitments?agency=IOM&q=IMDI', async (page) => {
        const reply = page.locator('details.reading p', { hasText: 'Country offices went on' });
        expect(await reply.isVisible()).toBe(false);
        await page.emulateMedia({ media: 'print' });
        expect(await reply.isVisible()).toBe(true);
      }));

    it('are not claimed where nothing was read', async () => {
      await on('/commitments?reference=IOM-2011-12', async (page) => {
        expect(await lines(page, '.commitments tbody td')).toHaveLength(3);
        expect(await page.locator('details.reading').count()).toBe(0);
      });
      await expectSaid('/commitments/IOM-2011-12', '.stands', 'Unreviewed by the secretariat');
    });

    it('can be asked for in the form', () =>
      on('/commitments', async (page) => {
        await page.click('form.filters summary');
        await page.selectOption('select[name=verification]', { label: 'Contested' });
        await page.click('form.filters button');
        await page.waitForURL('**/commitments?*verification=contested*');
        expect(await lines(page, '.commitments tbody .code')).toEqual(['IOM-2006-04']);
      }));
  });

  describe('corrections', () => {
    const ACP = '/commitments/IOM-2011-12';

    it('strike through what was said, with what is said instead and why beside it', () =>
      on(ACP, async (page) => {
        const [recorded, , , reported] = await lines(page, '.history > li');
        expect(recorded).toContain(
          "Title: No longer: ACP indicators of human mobility's effects on development Instead: ACP human mobility indicators",
        );
        expect(recorded).toContain('Strength: No longer: Undertaken Instead: Intended');
        expect(recorded).toMatch(/Corrected: Copied from the wrong line .* UTC, the secretariat/);
        expect(await lines(page, '#r3 del')).toEqual([
          'No longer: Research Guide with impact indicators reported as issued during 2011',
          'No longer: 2011',
        ]);
        expect(await lines(page, '#r3 ins')).toEqual([
          'Instead: Research Guide issued in June 2011',
          'Instead: June 2011',
        ]);
        expect(reported).toMatch(
          /Corrected: The guide says that it came out in June 2011 .* UTC, the secretariat .*, para 26/,
        );
        expect(await line(page, '.stands')).toMatch(
          /^Completed Effective June 2011, reported on 2 November 2012\. Corrected since it was first said\. Research Guide issued in June 2011/,
        );
      }));

    it('strike through all of what was retracted, and only the item of what was retracted in part', () =>
      on(ACP, async (page) => {
        expect(await line(page, '#r4')).toMatch(
          /^No longer: Reported as Discontinued No longer: The consortium was dissolved No longer: .* Retracted: It was said of another observatory/,
        );
        const struck = await page.locator('#r4 .said del').evaluate((del) => getComputedStyle(del).textDecorationLine);
        expect(struck).toBe('line-through');
        expect(await line(page, '#r0')).toMatch(
          /Deliverables: No longer: Detailed indicators of the effects .* Retracted in part: The indicators are part of the guide/,
        );
        expect(await line(page, '.facts')).not.toContain('Detailed indicators');
      }));

    it('say which words were removed and why; the words are nowhere, whenever one looks', async () => {
      await expectSaid(ACP, '#r6', /^Evidence: Receipt Words removed: It named a person/);
      const { body } = await server.get(`/v1${ACP}/history`);
      const told = body.items.find(({ revision }: { revision: number }) => revision === 6).position as string;
      for (const path of [ACP, `${ACP}?knownAt=${told}`]) {
        const page = await server.get(path, HTML);
        expect([path, page.status, String(page.body).includes('Jane Doe')]).toEqual([path, 200, false]);
        expect(String(page.body).replaceAll(/<[^>]*>/g, '')).toContain('Evidence: Receipt');
      }
    });

    it('show every version of what was corrected twice, and each reason', () =>
      on('/commitments/DESA-2006-108', async (page) => {
        const item = page.locator('.history > li.holds');
        expect((await item.locator('.clocks dd').first().innerText()).replace(/\s+/g, ' ')).toBe(
          'No longer: 2011 No longer: 2012 Instead: 2013',
        );
        expect((await item.locator('p').nth(1).innerText()).replace(/\s+/g, ' ')).toBe(
          'No longer: A tenth inquiry Instead: A tenth inquiry was sent out',
        );
        expect((await item.locator('.why > p:first-child').allInnerTexts()).map((why) => why.trim())).toEqual([
          'Corrected: It began in 2012',
          'Corrected: It was announced in 2012 and began in 2013',
        ]);
      }));

    it('leave no nameless link where a title had to go', async () => {
      await on('/commitments/ILO-2006-102', async (page) => {
        expect(await text(page, 'h1')).toBe('Words removed');
        expect(await line(page, '.lead')).toBe('Words removed: It named a person');
        expect(await line(page, '.history > li')).toContain(
          'Summary: Words removed: It named a person Title: Words removed: It named a person',
        );
      });
      await on('/commitments?reference=ILO-2006-102', async (page) =>
        expect(await lines(page, '.commitments tbody th')).toEqual(['Words removed ILO-2006-102']),
      );
    });

    it('are not there as known before, but marked, with a way to the present', () =>
      on(`${ACP}?knownAt=${before}`, async (page) => {
        expect(await text(page, 'h1')).toBe(
          "ACP indicators of human mobility's development effects and Research Guide",
        );
        expect(await page.locator('del, ins').count()).toBe(0);
        expect(await line(page, '.callout')).toBe(
          '3 statements shown here were corrected later: see its history, or show what is known now.',
        );
        expect(await line(page, '#r3 .why')).toMatch(
          /^Corrected later, on \d+ \w+ \d{4}, [\d:]+ UTC. Show what is known now$/,
        );
        await page.locator('#r3 .why a').click();
        expect(page.url()).toMatch(/IOM-2011-12#r3$/);
        expect(await page.locator('#r3 del').count()).toBe(2);
      }));

    it('are counted beside the totals of what was known before, and nowhere else', async () => {
      const { body } = await server.get(`/v1/progress/agencies?knownAt=${before}`);
      expect(body.correctedLater).toBeGreaterThan(0);
      for (const path of ['/', '/agencies', '/themes'])
        await expectSaid(
          `${path}?knownAt=${before}`,
          'main',
          `${body.correctedLater} of these ${body.total.total} ${body.correctedLater === 1 ? 'was' : 'were'} corrected later.`,
        );
      await on(`/commitments?agency=ACP&knownAt=${before}`, async (page) => {
        expect(await line(page)).toContain('1 of these 4 was corrected later.');
        expect(await page.locator('tr:has(.later) .code').innerText()).toBe('IOM-2011-12');
      });
      await on('/', async (page) => expect(await line(page, '.apart')).not.toContain('corrected later'));
    });
  });

  describe('records that ended', () => {
    it('say so before all else: what they became, when, why and where that can be read', async () => {
      await on('/commitments/UNDP-2006-113', async (page) => {
        expect(await line(page, '.callout')).toMatch(
          /^Merged into Joint projects on the benefits of remittances UNDP-2007-04 on 1 March 2013 Recorded twice, from two passages of the same paper ESA\/P\/WP\.204, lines 2321 and 2702 of our copy Since then this record is counted in no total/,
        );
        await page.locator('.callout h2 a').click();
        expect(await text(page, 'h1')).toBe('Joint projects on the benefits of remittances');
        expect(await line(page, 'section:has(.took-over)')).toMatch(
          /^Predecessors From Gender and remittances research with INSTRAW UNDP-2006-113 merged on 1 March 2013: Recorded twice, .* With it came the theme Migrant women/,
        );
      });
      await expectSaid(
        '/commitments/IOM-2004-06',
        '.callout h2',
        /^Split into .* UNSG-2007-01 and .* IOM-2011-02 on 2 March 2013$/,
      );
      await expectSaid('/commitments/UNITAR-2006-103', '.callout h2', /^Superseded by .* IOM-2011-23 on 3 March 2013$/);
      await expectSaid(
        '/commitments/UNHCR-2006-111',
        '.callout',
        /^Withdrawn on 4 March 2013 It was never undertaken by this agency No document is cited/,
      );
    });

    it('had not ended before they ended', () =>
      on('/commitments/UNDP-2006-113?asOf=2013-02-28', async (page) =>
        expect(await page.locator('.callout').count()).toBe(0),
      ));

    it.each([
      ['/', '1 merged, 1 split, 1 superseded, 1 withdrawn'],
      ['/agencies', '1 merged, 1 split, 1 superseded, 1 withdrawn'],
      ['/agencies/UNDP', '1 merged, 1 split'],
      ['/agencies/UN-WOMEN?agencies=today', '1 merged, 1 split'],
      ['/themes/HLD06-10', '1 merged'],
      ['/forums/HLD-2006', '1 superseded'],
      ['/commitments?agency=UNHCR', '1 split, 1 withdrawn'],
    ])('are listed apart from the totals of %s: %s', (path, ended) =>
      on(path, async (page) => {
        expect(await line(page, '.apart')).toBe(`Ended records, in no total: ${ended}`);
        expect((await reader.figuresOf(path, { within: '.apart' })).wrong).toEqual([]);
      }),
    );

    it('are in no list that does not ask for them, and say in one that does what became of them', async () => {
      await on('/commitments?q=INSTRAW', async (page) =>
        expect(await lines(page, '.commitments tbody .code')).not.toContain('UNDP-2006-113'),
      );
      await on('/commitments', async (page) => {
        await page.click('form.filters summary');
        await page.selectOption('select[name=life]', { label: 'All that have ended' });
        await page.click('form.filters button');
        await page.waitForURL('**life=*');
        expect(await lines(page, '.ended-mark')).toEqual([
          'Split into UNSG-2007-01, IOM-2011-02',
          'Merged into UNDP-2007-04',
          'Withdrawn',
          'Superseded by IOM-2011-23',
        ]);
        expect(await line(page, '.commitments')).not.toContain('Overdue');
      });
    });
  });

  describe('relations', () => {
    it('are links in both directions, named from either side, with their source', async () => {
      await on('/commitments/IOM-2006-02', async (page) => {
        const fact = page.locator('.facts > div', { hasText: 'Depends on' });
        expect((await fact.innerText()).replace(/\s+/g, ' ')).toMatch(
          /^Depends on Mainstreaming Migration into Development Planning: A handbook for policy-makers and practitioners IOM-2011-01 .*, para 26$/,
        );
        await fact.locator('a').first().click();
        expect(await line(page, '.facts')).toContain(
          'Needed by Country assistance to mainstream migration into national development strategies IOM-2006-02',
        );
      });
      await expectSaid(
        '/commitments/UNDP-2007-04',
        '.facts',
        /Has as part Gender and remittances research with INSTRAW UNDP-2006-113 merged .* UNICEF-2007-02/,
      );
    });

    it('lead from a forum to what prepares for it', async () => {
      const { body } = await server.get('/v1/commitments?relatedTo=GFMD-2007&relation=prepares_for&limit=500');
      expect(body.total).toBeGreaterThan(0);
      await on('/forums/GFMD-2007', async (page) => {
        const section = page.locator('section', { has: page.locator('h2', { hasText: 'Prepared by' }) });
        expect(await section.locator('caption').innerText()).toBe(
          `${body.total} commitment${body.total === 1 ? '' : 's'}`,
        );
      });
    });
  });

  describe('detail', () => {
    it('tells a condition, when it was lifted and by what', async () => {
      await expectSaid(
        '/commitments/IOM-2006-21',
        '.stands',
        'On condition: subject to funding. Lifted in March 2007: Switzerland’s grant was signed (reported 1 March 2013).',
      );
      await expectSaid('/commitments/IOM-2006-22', '.stands', 'On condition: subject to funding. Not lifted.');
    });

    it('keeps claims that contradict each other side by side with their sources', () =>
      on('/commitments/OHRLLS-2007-01', async (page) => {
        expect(await line(page, '.matter h3')).toBe('Held on 2 sources, which contradict each other');
        expect(await lines(page, '.claims li')).toEqual([
          expect.stringMatching(/^8–9 February 2006 ESA\/P\/WP\.204, line 349 of our copy Reported on 1 March 2013$/),
          expect.stringMatching(
            /^9–10 February 2006 ESA\/P\/WP\.204, lines 1616-1625 of our copy Reported on 1 March 2013$/,
          ),
        ]);
        const tops = await page
          .locator('.claims li')
          .evaluateAll((items) => items.map((li) => li.getBoundingClientRect().top));
        expect(new Set(tops).size).toBe(1);
      }));

    it('tells the last edition, when the next was due, and what shows each', async () => {
      await on('/commitments/DESA-2007-01', async (page) => {
        expect(await line(page, '.stands')).toContain(
          'Last edition: Fifth Coordination Meeting, 20 – 21 November 2006. The next was due in October 2007.',
        );
        expect(await lines(page, '.told tbody tr')).toEqual([
          expect.stringMatching(
            /^20 – 21 November 2006 Fifth Coordination Meeting .*Report of the meeting 2007 ESA\/P\/WP\.204, lines 223-227 of our copy$/,
          ),
          expect.stringMatching(/^26 – 27 October 2005 Fourth Coordination Meeting/),
        ]);
        expect(await page.locator('.told a[href="https://example.org/wp204"]').count()).toBe(1);
      });
      await expectSaid(
        '/commitments/UNHCR-2006-108',
        '.stands',
        'It comes round, but no edition has been reported by itself.',
      );
    });

    it('tells for each period whether something was kept up, and why not', () =>
      on('/commitments/IOM-2011-10', async (page) => {
        expect(await line(page, '.stands')).toContain('Last told of 2012: not kept up.');
        expect(await line(page, 'section:has(.told)')).toContain('Kept up in 1 of 2 periods reported.');
        expect(await lines(page, '.told tbody tr')).toEqual([
          '2012 Not kept up The secretariat had no staff Said by the reporting agency itself',
          '2011 Kept up Annual report 2011 Said by the reporting agency itself',
        ]);
      }));
  });

  describe('the history', () => {
    it('has words for every act', () =>
      on('/commitments/IOM-2006-05', async (page) => {
        expect((await lines(page, '.history .said')).slice(2)).toEqual([
          'OECD is named as partner (asked, yet to accept)',
          'OECD accepts to be partner',
          'OECD is co-lead, no longer partner (asked, yet to accept)',
          'OECD is no longer co-lead',
          'IOM offers the lead to ILO, to be taken in May 2013; then it becomes partner',
          'ILO declines the lead',
          'IOM offers the lead to ILO, to be taken in May 2013; then it becomes partner',
          'The offer of the lead to ILO is taken back',
          'IOM offers the lead to ILO, to be taken in May 2013; then it becomes partner',
          'ILO accepts the lead, to be taken in May 2013; IOM becomes partner',
          'Its themes are Partnerships and capacity-building',
          'Its target is 2014',
          'Milestone: Network founded, due December 2013',
          'Milestone now due March 2014: Network founded',
          'Milestone: Website',
          'Milestone dropped: Website',
          'Milestone reached in April 2013: Network founded',
          'It is on condition: where universities take part.',
        ]);
      }));

    it.each([
      [
        'IOM-2006-04',
        /ILO reports On hold At risk .*IOM replies to the secretariat’s reading .*UNESCO declines to be partner/,
      ],
      [
        'IOM-2011-12',
        /Its title is now .*An earlier statement is corrected .*Part of what was recorded is retracted .*Words are removed from what was said before/,
      ],
      ['UNDP-2006-113', /Merged into UNDP-2007-04/],
      ['UNDP-2007-04', /UNDP-2006-113 ended in it \(merged\)/],
      ['IOM-2004-06', /Split into UNSG-2007-01 and IOM-2011-02/],
      ['UNITAR-2006-103', /Superseded by IOM-2011-23/],
      ['UNHCR-2006-111', /Withdrawn/],
      ['IOM-2006-02', /Depends on IOM-2011-01/],
      ['IOM-2006-21', /Its condition was lifted in March 2007: Switzerland’s grant was signed/],
      ['OHRLLS-2007-01', /Held on, as a source has it: 8–9 February 2006/],
      [
        'DESA-2007-01',
        /Edition held on 20 November 2006 to 21 November 2006: Fifth Coordination Meeting; the next is due in October 2007/,
      ],
      ['IOM-2011-10', /Kept up in 2011 .*Not kept up in 2012/],
    ])('of %s says what was done, by whom and when', (reference, words) =>
      on(`/commitments/${reference}`, async (page) => {
        const items = await lines(page, '.history > li');
        expect(items.join(' ')).toMatch(words);
        for (const item of items) expect(item).toMatch(/Recorded \d+ \w+ \d{4}, [\d:]+ UTC, ./);
      }),
    );
  });

  describe('agencies', () => {
    it('say what became of them, since when and why; not before', async () => {
      await expectSaid(
        '/agencies/UNIFEM',
        '.callout',
        /^Merged into UN-Women in July 2010 Consolidated into UN-Women by A\/RES\/64\/289 /,
      );
      await on('/agencies/UNIFEM?asOf=2010-06-30', async (page) =>
        expect(await page.locator('.callout').count()).toBe(0),
      );
      await expectSaid(
        '/agencies/UN-WOMEN',
        '.lead',
        /took the place of United Nations Development Fund for Women in July 2010; member of Global Migration Group since 2011/,
      );
    });

    it('have the name of the time', async () => {
      await on('/agencies/OIC?asOf=2006-11-21', async (page) =>
        expect(await text(page, 'h1')).toBe('Organization of the Islamic Conference'),
      );
      await on('/agencies/OIC', async (page) => {
        expect(await text(page, 'h1')).toBe('Organisation of Islamic Cooperation');
        expect(await line(page, '.lead')).toContain(
          'Called Organization of the Islamic Conference until it was renamed on 28 June 2011',
        );
      });
      await on('/agencies?asOf=2006-11-21', async (page) =>
        expect(await page.locator('.breakdown a').allTextContents()).toContain(
          'Organization of the Islamic Conference',
        ),
      );
    });

    it('have the members and the chair of the time', async () => {
      await on('/agencies/GMG?asOf=2006-11-21', async (page) => {
        const members = await line(page, 'section:has(.members)');
        expect(members).toContain(
          '10 members as at 21 November 2006. In the chair: Office of the United Nations High Commissioner for Refugees.',
        );
        expect(await lines(page, '.members li')).toContain('World Bank, April 2006 – 2012');
      });
      await on('/agencies/GMG?asOf=2013-12-31', async (page) => {
        const members = await line(page, 'section:has(.members)');
        expect(members).toContain('15 members as at 31 December 2013. Who was in the chair is not recorded.');
        expect(members).toContain('UN-Women since 2011');
        expect(members).not.toContain('World Bank');
      });
      await expectSaid(
        '/agencies/UNHCR?asOf=2006-11-21',
        '.lead',
        'in the chair of Global Migration Group, July – December 2006',
      );
    });

    it('can be counted as they were then or under today’s, and links stay with the choice', () =>
      on('/agencies', async (page) => {
        const [then, today] = ['as the agencies were then', 'under today’s agencies'];
        const rows = () =>
          page.locator('.breakdown tbody th > a').evaluateAll((links) => links.map((a) => a.getAttribute('href')!));
        expect(await text(page, '.order strong')).toBe(then);
        expect((await rows()).some((href) => href.startsWith('/agencies/INSTRAW'))).toBe(true);
        await page.locator('.order a', { hasText: today }).click();
        await page.waitForURL('**/agencies?agencies=today');
        expect(await text(page, '.order strong')).toBe(today);
        expect((await rows()).some((href) => href.startsWith('/agencies/INSTRAW'))).toBe(false);
        await page.locator('details:has(.breakdown) > summary').click();
        await page.locator('.breakdown a[href^="/agencies/UN-WOMEN"]').click();
        await page.waitForURL('**/agencies/UN-WOMEN?agencies=today');
        const { body } = await server.get('/v1/progress/agencies/UN-WOMEN?agencies=today');
        expect(body.row.total).toBeGreaterThan(
          (await server.get('/v1/progress/agencies/UN-WOMEN')).body.row.total as number,
        );
        expect(await text(page, '.headline dd')).toBe(String(body.row.total));
        expect(await lines(page, '.commitments tbody .who')).toContain('partner as INSTRAW of UNDP');
        for (const nav of ['/', '/commitments', '/outcomes']) {
          await page.locator(`.masthead nav a[href="${nav}?agencies=today"]`).click();
          expect(await line(page, '.clock')).toContain('Agencies are those of today');
        }
        await page.locator('.clock .known a').click();
        expect(page.url()).not.toContain('agencies=');
      }));

    it('that are no more are counted under their successor today', () =>
      expectSaid(
        '/agencies/UNIFEM?agencies=today',
        '.callout',
        'Under today’s agencies, what UNIFEM undertook is counted under its successor.',
      ));
  });

  describe('every page of it', () => {
    it.each(PAGES)('%s can be read, on a phone as well as at a desk', (path) =>
      on(path, (page) => expectReadable(page)),
    );

    it('has links that lead somewhere, to a place on the page as well', async () => {
      const { found, broken } = await followLinks(server, PAGES);
      expect(found).toBeGreaterThan(500);
      expect(broken).toEqual([]);
    });

    it('gives the browser nothing to complain about', () => expect(reader.complaints).toEqual([]));
  });
});
