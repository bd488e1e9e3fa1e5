import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Facts,
  firstDayOf,
  isFullDate,
  lastDayOf,
  monthsBefore,
  outranks,
  periodOf,
  Ranking,
  rankedOn,
  Series,
  todayAt,
  type DatedEntry,
} from './index.js';
import { runs } from '../../../test/support/properties.js';

fc.configureGlobal(runs(100));

const DAY = 86_400_000;
const pad = (n: number) => String(n).padStart(2, '0');
/** Days counted in milliseconds, without a calendar library. */
const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const day = fc
  .integer({ min: Date.UTC(1990, 0, 1) / DAY, max: Date.UTC(2030, 11, 31) / DAY })
  .map((n) => dayAt(n * DAY));
const cut = fc.constantFrom(4, 7, 10);
const period = fc.tuple(day, cut).map(([date, length]) => date.slice(0, length));

describe('A partial date', () => {
  it.each([
    ['2006', '2006-01-01', '2006-12-31'],
    ['2006-11', '2006-11-01', '2006-11-30'],
    ['2007-02', '2007-02-01', '2007-02-28'],
    ['2008-02', '2008-02-01', '2008-02-29'],
    ['2006-11-20', '2006-11-20', '2006-11-20'],
    ['2008-02-29', '2008-02-29', '2008-02-29'],
    ['9999', '9999-01-01', '9999-12-31'],
  ])('%s goes from %s to %s', (date, first, last) => {
    expect(periodOf(date)).toEqual({ first, last });
    expect([firstDayOf(date), lastDayOf(date)]).toEqual([first, last]);
  });
  it.each([
    '2006-02-30',
    '2007-02-29',
    '1900-02-29',
    '2006-00',
    '2006-13',
    '2006-04-31',
    '2006-11-00',
    '206',
    '2006-1',
    '2006-11-2',
    ' 2006',
    '2006\n',
    '2006-11-20T00',
    '+002006',
    '',
    null,
    undefined,
    2006,
    {},
  ])('%j is not one', (date) => expect(periodOf(date)).toBeNull());
  it('holds each of its days and no other', () =>
    fc.assert(
      fc.property(period, day, (date, other) => {
        const { first, last } = periodOf(date)!;
        expect(first <= other && other <= last).toBe(other.startsWith(date));
        expect([first.startsWith(date), last.startsWith(date)]).toEqual([true, true]);
      }),
    ));
  it('is a full date when it has a day', () => {
    fc.assert(fc.property(period, (date) => expect(isFullDate(date)).toBe(date.length === 10)));
    for (const no of ['2006-02-30', ['2006-11-21'], null, 20061121, '2006-11   ']) expect(isFullDate(no)).toBe(false);
  });
});

describe('Months before a date (rule 5)', () => {
  it.each([
    ['2008-02-29', 12, '2007-02-28'],
    ['2007-02-28', 12, '2006-02-28'],
    ['2009-02-28', 12, '2008-02-28'],
    ['2007-03-31', 1, '2007-02-28'],
    ['2008-03-31', 1, '2008-02-29'],
    ['2007-01-31', 2, '2006-11-30'],
    ['2007-11-21', 12, '2006-11-21'],
    ['2007-11-21', 24, '2005-11-21'],
  ])('%s less %d is %s', (date, months, before) => expect(monthsBefore(date, months)).toBe(before));
  it('keep the day, clamped to the end of the month', () =>
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 300 }), (date, months) => {
        const [year, month, dayOfMonth] = date.split('-').map(Number) as [number, number, number];
        const index = year * 12 + month - 1 - months;
        const [y, m] = [Math.floor(index / 12), (index % 12) + 1];
        const length = new Date(Date.UTC(y, m, 0)).getUTCDate();
        expect(monthsBefore(date, months)).toBe(`${y}-${pad(m)}-${pad(Math.min(dayOfMonth, length))}`);
      }),
    ));
});

describe('Today', () => {
  it('is the UTC date, wherever the clock stands', () => {
    expect(todayAt(new Date('2012-11-02T23:59:59.999Z'))).toBe('2012-11-02');
    expect(todayAt(new Date('2012-11-02T23:30:00-05:00'))).toBe('2012-11-03');
  });
});

/** Entries on few days, so that ties are frequent; in a random order of recording. */
const entries = fc
  .array(
    fc.record({
      effective: fc.constantFrom('2006', '2006-11', '2006-11-20', '2006-11-21', '2007', '2007-01', '2007-02-01'),
      reportedOn: fc.constantFrom('2006-11-21', '2007-02-01', '2008-02-29'),
    }),
    { maxLength: 8 },
  )
  .map((all): DatedEntry[] => all.map((entry, revision) => ({ ...entry, revision })));
const asOf = fc.constantFrom('2006-11-20', '2006-11-21', '2007-01-31', '2007-02-01', '2010-01-01');

describe('The headline (rule 2)', () => {
  const sorted = (all: readonly DatedEntry[], by: string) =>
    all
      .filter(({ reportedOn }) => reportedOn <= by)
      .map((entry) => {
        const last = lastDayOf(entry.effective);
        const ranked = last > entry.reportedOn ? entry.reportedOn : last;
        return { entry, key: `${ranked} ${entry.reportedOn} ${String(entry.revision).padStart(3, '0')}` };
      })
      .sort((a, b) => (a.key < b.key ? -1 : 1));

  it('is the last of a sort by (ranked day, reportedOn, revision), whatever the order of the list', () =>
    fc.assert(
      fc.property(
        entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        asOf,
        ([all, shuffled], by) => {
          expect(Ranking.of(...shuffled).asAt(by)).toEqual(sorted(all, by).at(-1)?.entry);
        },
      ),
    ));
  it('outranks every other entry, and none outranks itself', () =>
    fc.assert(
      fc.property(entries, (all) => {
        const headline = Ranking.of(...all).asAt('9999-12-31');
        for (const entry of all) {
          expect(outranks(entry, entry)).toBe(false);
          if (entry !== headline)
            expect([outranks(headline!, entry), outranks(entry, headline!)]).toEqual([true, false]);
        }
      }),
    ));
  it('is ranked by the last effective day, but not later than its report', () => {
    const entry = (effective: string, reportedOn: string): DatedEntry => ({ effective, reportedOn, revision: 0 });
    expect(rankedOn(entry('2006', '2006-11-21'))).toBe('2006-11-21');
    expect(rankedOn(entry('2006-05', '2007-02-01'))).toBe('2006-05-31');
  });
  it('the example of the rule: a later paper about an earlier month does not change the stage', () => {
    const inProgress = { effective: '2006-11', reportedOn: '2006-11-21', revision: 0 };
    const completed = { effective: '2006-05', reportedOn: '2007-02-01', revision: 1 };
    expect(Ranking.of(inProgress, completed).asAt('2007-02-01')).toBe(inProgress);
    expect(Ranking.of(inProgress, completed).asAt('2006-11-20')).toBeUndefined();
  });
});

describe('Of several facts about one thing (rule 1)', () => {
  const fact = (reportedOn: string | null, revision: number, value: string) => ({ reportedOn, revision, value });
  it('the last by (reportedOn, revision) holds, in whatever order they are listed', () =>
    fc.assert(
      fc.property(entries, asOf, (all, by) => {
        const last = all
          .filter(({ reportedOn }) => reportedOn <= by)
          .reduce<DatedEntry | undefined>((a, b) => (a && a.reportedOn > b.reportedOn ? a : b), undefined);
        expect(Facts.of(...all).asAt(by)).toBe(last);
        expect(Facts.of(...all.toReversed()).asAt(by)).toBe(last);
      }),
    ));
  it('what the record act said is before all else', () => {
    const facts = [fact(null, 0, 'recorded'), fact('2007-01-01', 1, 'later')];
    expect(Facts.of(...facts).asAt('2006-12-31')?.value).toBe('recorded');
    expect(Facts.of(...facts).asAt('2007-01-01')?.value).toBe('later');
  });
  it('of two that one act says, the second holds', () =>
    expect(Facts.of(fact('2007-01-01', 1, 'first'), fact('2007-01-01', 1, 'second')).asAt('2007-01-01')?.value).toBe(
      'second',
    ));
});

describe('A series', () => {
  const splices = fc.array(fc.record({ at: fc.nat(), removed: fc.nat(90), added: fc.nat(70) }), { maxLength: 30 });
  it('is what an array is after the same changes, and stays what it was', () =>
    fc.assert(
      fc.property(splices, (all) => {
        let [series, array, number] = [Series.of<number>(), [] as number[], 0];
        for (const { at, removed, added } of all) {
          const [before, was] = [series, array];
          const place = at % (array.length + 1);
          const gone = Math.min(removed, array.length - place);
          const items = Array.from({ length: added }, () => number++);
          series = series.spliced(place, gone, ...items).with(number);
          array = [...array.toSpliced(place, gone, ...items), number++];
          expect([[...series], series.length, [...before]]).toEqual([array, array.length, was]);
          expect([series.at(place), series.at(-1)]).toEqual([array[place], array.at(-1)]);
        }
      }),
    ));
  it('stays what it was whichever lists go on from it, and how far', () =>
    fc.assert(
      fc.property(fc.array(fc.record({ of: fc.nat(), at: fc.nat(), more: fc.nat(130) })), (steps) => {
        const lists: [Series<number>, number[]][] = [[Series.of(), []]];
        let number = 0;
        for (const { of, at, more } of steps) {
          let [series, array] = lists[of % lists.length]!;
          const place = at % (array.length + 1);
          if (at % 3 === 0) [series, array] = [series.spliced(place, 0, number), array.toSpliced(place, 0, number)];
          for (let n = 0; n < more; n++, number++) [series, array] = [series.with(number), [...array, number]];
          lists.push([series, array]);
        }
        const isOdd = (n: number) => n % 2 === 1;
        for (const [series, array] of lists) {
          const [length, middle] = [array.length, array.length >> 1];
          expect([[...series], series.length, series.at(-1), series.at(length)]).toEqual([
            ...[array, length, array.at(-1), undefined],
          ]);
          expect([series.between(middle, Infinity), series.between(0, middle)]).toEqual([
            ...[array.slice(middle), array.slice(0, middle)],
          ]);
          expect([series.filter(isOdd), series.find(isOdd), series.some(isOdd)]).toEqual([
            ...[array.filter(isOdd), array.find(isOdd), array.some(isOdd)],
          ]);
          expect([series.map(String), [...series.without(isOdd)]]).toEqual([
            ...[array.map(String), array.filter((n) => !isOdd(n))],
          ]);
          expect([series.count(() => true), series.lastOf(() => true)]).toEqual([length, array.at(-1)]);
          expect([...series.spliced(0, length)]).toEqual([]);
        }
      }),
    ));
  it('finds the place where something ceases to hold', () =>
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(500), (length, first, end) => {
        const numbers = Array.from({ length }, (_, i) => i);
        const series = numbers.reduce((some, n) => some.with(n), Series.of<number>());
        const before = (n: number) => n < first;
        expect(series.count(before)).toBe(Math.min(first, length));
        expect(series.lastOf(before)).toBe(numbers.filter(before).at(-1));
        expect(series.between(first, end)).toEqual(numbers.slice(first, end));
      }),
    ));
});
