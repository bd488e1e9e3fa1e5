import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { LOG } from '#platform';
import { rawEvents } from './support/histories.js';
import { lastDay, monthsEarlier, NaiveViews, RULES, type RawEvent, type Rules } from './support/naive-views.js';
import { CLOCK_CASES, HLD, TestServer } from './support/server.js';

const MORE_CASES = 'test/data/more-clock-cases';

type Rows = Record<string, object>;
interface Expected {
  readonly asOf: string;
  readonly staleAfterMonths: number;
  readonly total: object;
  readonly agenciesRoleAny: Rows;
  readonly agenciesRoleLead: Rows;
  readonly themes: Rows;
}

const expectedOf = (folder: string): Expected[] =>
  readdirSync(`${folder}/expected`)
    .sort()
    .map((file) => JSON.parse(readFileSync(`${folder}/expected/${file}`, 'utf8')) as Expected);

/** Rows by code, without names: the same set of codes is compared too. */
const byCode = (
  rows: { agency?: string; theme?: string; key?: string; name?: string; lastOwnReportOn?: string | null }[],
): Rows =>
  Object.fromEntries(
    rows.map(({ agency, theme, key, name: _name, lastOwnReportOn: _own, ...row }) => [agency ?? theme ?? key, row]),
  );

/** The same totals by the naive views. */
function naively(views: NaiveViews, { asOf, staleAfterMonths }: Pick<Expected, 'asOf' | 'staleAfterMonths'>): Expected {
  const clocks = { asOf, knownAt: Infinity, staleAfter: staleAfterMonths };
  return {
    asOf,
    staleAfterMonths,
    total: views.row(views.commitments(clocks)),
    agenciesRoleAny: byCode(views.perAgency(clocks)),
    agenciesRoleLead: byCode(views.perAgency(clocks, {}, 'lead')),
    themes: byCode(views.perTheme(clocks)),
  };
}

describe.each([
  ['the real follow-up', HLD, 2],
  ['the clock cases', CLOCK_CASES, 12],
  ['what these leave open', MORE_CASES, 4],
])('Imported through the ordinary commands, %s', (_, folder, dates) => {
  const all = expectedOf(folder);
  const server = TestServer.forAll([folder]);
  let events: RawEvent[];
  beforeAll(async () => {
    events = await rawEvents(server.app.get(LOG));
  });

  const get = async (path: string) => {
    const answer = await fetch(`${server.url}/v1/progress/${path}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as { total: object; rows: { agency?: string; theme?: string; name: string }[] };
  };

  it('has expected totals at all its dates', () => expect(all).toHaveLength(dates));

  it.each(all.map((expected) => [expected.asOf, expected] as const))(
    'has exactly the expected totals as at %s',
    async (asOf, expected) => {
      const clocks = `asOf=${asOf}&staleAfter=${expected.staleAfterMonths}`;
      const [any, lead, themes] = await Promise.all([
        get(`agencies?${clocks}`),
        get(`agencies?role=lead&${clocks}`),
        get(`themes?${clocks}`),
      ]);
      expect([any.total, lead.total, themes.total]).toEqual([expected.total, expected.total, expected.total]);
      expect(byCode(any.rows)).toEqual(expected.agenciesRoleAny);
      expect(byCode(lead.rows)).toEqual(expected.agenciesRoleLead);
      expect(byCode(themes.rows)).toEqual(expected.themes);
      for (const { rows } of [any, lead, themes]) {
        const codes = rows.map(({ agency, theme }) => agency ?? theme!);
        expect(codes).toEqual(codes.toSorted());
      }
      expect(naively(new NaiveViews(events), expected)).toEqual(expected);
    },
  );

  it('agrees with the naive views at every date on which anything was reported, and the days around it', async () => {
    const reports = [...new Set(events.flatMap(({ data }) => (data.reportedOn as string | undefined) ?? []))].sort();
    const around = (date: string) =>
      [-1, 0, 1].map((days) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10));
    const views = new NaiveViews(events);
    for (const asOf of new Set(reports.flatMap(around))) {
      const naive = naively(views, { asOf, staleAfterMonths: 12 });
      const [any, themes] = await Promise.all([get(`agencies?asOf=${asOf}`), get(`themes?asOf=${asOf}`)]);
      expect({ asOf, total: any.total, agencies: byCode(any.rows), themes: byCode(themes.rows) }).toEqual({
        asOf,
        total: naive.total,
        agencies: naive.agenciesRoleAny,
        themes: naive.themes,
      });
    }
  });
});

describe('Negative control: the expected totals catch a wrong reading of the rules', () => {
  const wrong: [string, Partial<Rules>][] = [
    ['facts count before they were reported', { reportedBy: () => true, existsBy: () => true }],
    [
      'facts count only from the day after their report',
      { reportedBy: (on, asOf) => on < asOf, existsBy: (e, asOf) => e.some((x) => x.reportedOn < asOf) },
    ],
    [
      'a commitment exists from the first entry of its file',
      { existsBy: ([first], asOf) => first!.reportedOn <= asOf },
    ],
    ['the rank of an entry is not capped at its report', { rank: (effective) => lastDay(effective) }],
    ['a partial date is ranked by its first day', { rank: (effective) => `${effective}-01-01`.slice(0, 10) }],
    ['the last paper always wins', { rank: () => '' }],
    [
      'a tie goes to the earlier entry',
      { tieBreaks: ({ reportedOn, revision }) => [reportedOn, String(99 - revision)] },
    ],
    ['on hold is not open', { isOpen: (stage) => !['completed', 'discontinued', 'on_hold'].includes(stage) }],
    ['discontinued is open', { isOpen: (stage) => stage !== 'completed' }],
    ['completed is open', { isOpen: (stage) => stage !== 'discontinued' }],
    ['overdue on the last day of the target already', { isPast: (target, asOf) => lastDay(target) <= asOf }],
    ['overdue from the first day of the target', { isPast: (target, asOf) => target < asOf }],
    ['a standing commitment is overdue', { neverOverdue: () => false }],
    ['only an open commitment has a target', { hasTarget: (c) => c.target !== null && RULES.isOpen(c.stage) }],
    ['stale on the day itself', { isStale: (last, asOf, months) => last <= monthsEarlier(asOf, months) }],
    [
      'a month is thirty days',
      { isStale: (last, asOf, months) => Date.parse(last) < Date.parse(asOf) - months * 30 * 86_400_000 },
    ],
    ['a year is 365 days', { isStale: (last, asOf) => Date.parse(last) < Date.parse(asOf) - 365 * 86_400_000 }],
    ['funders count under any role', { anyRole: ['lead', 'co_lead', 'partner', 'funder'] }],
    ['observers count under any role', { anyRole: ['lead', 'co_lead', 'partner', 'observer'] }],
    ['co-leads do not count under any role', { anyRole: ['lead', 'partner'] }],
    ['partners do not count under any role', { anyRole: ['lead', 'co_lead'] }],
    ['themes do not count under their parents', { countsUnder: (themes) => themes }],
    [
      'a theme counts once per child',
      {
        countsUnder: (themes, parentOf) =>
          themes.flatMap((theme) => [theme, ...[parentOf(theme)].filter((t) => t !== undefined)]),
      },
    ],
  ];
  const cases: { events: RawEvent[]; all: Expected[] }[] = [];
  beforeAll(async () => {
    for (const folder of [CLOCK_CASES, MORE_CASES]) {
      const server = await TestServer.start([folder]);
      cases.push({ events: await rawEvents(server.app.get(LOG)), all: expectedOf(folder) });
      await server.close();
    }
  });
  /** The dates at which a reading does not give the expected totals. */
  const caughtAt = (rules: Rules): string[] =>
    cases.flatMap(({ events, all }) => {
      const views = new NaiveViews(events, rules);
      return all.filter((expected) => !isDeepStrictEqual(naively(views, expected), expected)).map(({ asOf }) => asOf);
    });

  it('the right reading meets all of them', () => expect(caughtAt(RULES)).toEqual([]));
  it.each(wrong)('%s', (_, rule) => expect(caughtAt({ ...RULES, ...rule })).not.toEqual([]));
});
