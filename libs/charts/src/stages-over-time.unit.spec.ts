import { describe, expect, it } from '@jest/globals';
import { datesToPlot, stagesChart, ticksBetween, type ChartWords, type TimelineStep } from './stages-over-time.js';

const WORDS: ChartWords = { day: (date) => date.slice(8), month: String, noUpdateSince: String, number: String };

const step = (asOf: string, completed: number): TimelineStep => ({
  asOf,
  total: completed,
  byStage: { completed, in_progress: 0, planned: 0, proposed: 0, on_hold: 0, discontinued: 0 },
  withTarget: 0,
  overdue: 0,
  stale: 0,
  lastReportedOn: asOf,
});

describe('The chart of stages over time', () => {
  it.each([
    ['2012-01-01', '2012-01-01'],
    ['2012-03-05', '2012-03-09'],
    ['2012-01-10', '2012-02-20'],
    ['2012-01-01', '2012-11-02'],
    ['2011-02-17', '2012-11-02'],
    ['2004-12-31', '2012-11-02'],
    ['1951-01-01', '2026-11-28'],
  ])('has labels on its axis from %s to %s, in order, in it, and no more than there is room for', (first, end) => {
    for (const most of [4, 14]) {
      const ticks = ticksBetween(first, end, most, WORDS);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(most);
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      const times = ticks.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.every((at) => at >= Date.parse(first) && at <= Date.parse(end))).toBe(true);
    }
  });

  it('ends a year and a day after the last report, or on the date shown', () => {
    const reported = ['2006-11-21', '2012-11-02'];
    expect(datesToPlot(reported, '2026-11-28', 12).at(-1)).toBe('2013-11-03');
    expect(datesToPlot(reported, '2013-01-01', 12).at(-1)).toBe('2013-01-01');
    expect(datesToPlot(reported, '2026-11-28', 120).at(-1)).toBe('2013-11-03');
  });

  it('steps on the days of the reports, and on those on which they become stale', () => {
    expect(datesToPlot(['2006-11-21', '2008-02-01'], '2008-02-01', 12)).toEqual([
      '2006-11-21',
      '2007-11-22',
      '2008-02-01',
    ]);
    expect(datesToPlot([], '2008-02-01', 12)).toEqual([]);
  });

  it('steps only on days on which something happened, however many there are', () => {
    const reported = Array.from({ length: 1_000 }, (_, i) =>
      new Date(Date.UTC(2000, 0, 1 + 3 * i)).toISOString().slice(0, 10),
    );
    const dates = datesToPlot(reported, reported.at(-1)!, 120);
    expect(dates.length).toBeLessThanOrEqual(121);
    expect(dates.filter((date) => !reported.includes(date))).toEqual([]);
    expect([dates[0], dates.at(-1)]).toEqual([reported[0], reported.at(-1)]);
  });

  it('draws a step of one among thousands where it happened, not as a slope', () => {
    const steps = [step('2006-01-01', 5_000), step('2009-01-01', 5_001), step('2012-01-01', 5_001)];
    const svg = stagesChart(steps, null, { width: 1_000, height: 300 }, WORDS);
    const slopes = [...svg.matchAll(/[ML]?(-?[\d.]+)[ ,](-?[\d.]+)[ ,]?L(-?[\d.]+)[ ,](-?[\d.]+)/g)]
      .map(([, ...numbers]) => numbers.map(Number) as [number, number, number, number])
      .filter(([x, y, X, Y]) => Math.abs(X - x) > 2 && Math.abs(Y - y) > 0.01);
    expect(slopes).toEqual([]);
  });
});
