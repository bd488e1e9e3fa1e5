/** The chart of stages over time, drawn on the server: plain SVG whose colours are those of the stylesheet. */
import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { DAY_MS, dayAfter, monthsBefore, type FullDate, type PartialDate } from '#clocks';
import type { Row, TimelineRow } from '#progress';
import { codesOf, STAGES_IN_WORDS } from '#words';

/** Loaded with the first chart, as one file: it takes half as long as all else together. */
const echarts = () => createRequire(import.meta.url)('echarts') as typeof import('echarts');

/** The stages in the order in which bars, columns and legends show them. */
export const SHOWN_STAGES = codesOf(STAGES_IN_WORDS);

export interface ChartWords {
  /** `21 Nov` */
  readonly day: (date: FullDate) => string;
  /** `Nov 2006` */
  readonly month: (month: PartialDate) => string;
  /** Over the time in which nothing was reported any more. */
  readonly noUpdateSince: (date: FullDate) => string;
  /** `1,234` */
  readonly number: (n: number) => string;
}

/** A row of a timeline, without its list. */
export type TimelineStep = Row & Pick<TimelineRow, 'asOf'>;

/** The greatest number of steps in a chart. */
const MAX_STEPS = 120;
/** For how many months after the last report a chart goes on. */
const MONTHS_AFTER_LAST_REPORT = 12;

/**
 * The dates at which counts may differ from the day before: those of reports, and those on which commitments become
 * stale, until soon after the last report. If there are too many, the last of each of evenly long periods: a step is
 * drawn only for a change.
 */
export function datesToPlot(
  reported: readonly FullDate[],
  asOf: FullDate,
  staleAfter: number,
  from: FullDate = reported[0] ?? asOf,
): FullDate[] {
  const [first, last] = [reported[0], reported.at(-1)];
  if (!first || !last) return [];
  const ends = [asOf, dayAfter(monthsBefore(last, -MONTHS_AFTER_LAST_REPORT))].sort()[0]!;
  const stale = reported.map((date) => dayAfter(monthsBefore(date, -staleAfter)));
  const begins = [from, first].sort()[1]!;
  const dates = [...new Set([begins, ...reported, ...stale, ends])].filter((d) => d >= begins && d <= ends).sort();
  if (dates.length <= MAX_STEPS) return dates;
  const [start, length] = [Date.parse(begins), Date.parse(ends) - Date.parse(begins) + DAY_MS];
  const period = (date: FullDate) => Math.floor((MAX_STEPS * (Date.parse(date) - start)) / length);
  return [begins, ...[...Map.groupBy(dates.slice(1), period).values()].map((some) => some.at(-1)!)];
}

const dateAt = (time: number): FullDate => new Date(time).toISOString().slice(0, 10);

/** Pales the stretch after the last report. */
const pale = (since: FullDate, end: number, words: ChartWords) => ({
  silent: true,
  z: 5,
  itemStyle: { color: 'var(--paper)', opacity: 0.55 },
  label: { position: 'top', color: 'var(--caution)', formatter: words.noUpdateSince(since) },
  data: [[{ xAxis: Date.parse(since) }, { xAxis: end }]],
});

/** Between two labels of the axis: so many days, months or years. */
const LABEL_SPACINGS = [
  ...[1, 2, 7, 14].map((days) => ({ days, months: 0, format: ({ day }: ChartWords, date: FullDate) => day(date) })),
  ...[1, 2, 3, 6].map((months) => ({
    days: 0,
    months,
    format: ({ month }: ChartWords, date: FullDate) => month(date.slice(0, 7)),
  })),
  ...[1, 2, 5, 10, 20, 50, 100].map((years) => ({
    days: 0,
    months: 12 * years,
    format: (_: ChartWords, date: FullDate) => date.slice(0, 4),
  })),
];

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The labels of the axis: the closest that leave each other room; always some, however short the time. */
export function ticksBetween(first: FullDate, end: FullDate, most: number, words: ChartWords): Tick[] {
  let ticks: Tick[] = [];
  for (const { days, months, format } of LABEL_SPACINGS) {
    ticks = [];
    let date = months === 0 ? first : firstOfPeriod(first, months);
    for (
      ;
      date <= end && ticks.length <= most;
      date = months === 0 ? dateAt(Date.parse(date) + days * DAY_MS) : monthsBefore(date, -months)
    )
      if (date >= first) ticks.push({ at: Date.parse(date), label: format(words, date) });
    if (ticks.length <= most) return ticks;
  }
  return ticks;
}

/** The first day of the months, quarter, year or years in which a date lies. */
function firstOfPeriod(date: FullDate, months: number): FullDate {
  const [year, month] = date.split('-').map(Number) as [number, number];
  const since = 12 * year + month - 1;
  const first = since - (since % months);
  return `${String(Math.floor(first / 12)).padStart(4, '0')}-${String((first % 12) + 1).padStart(2, '0')}-01`;
}

/** The share of the width after the last step, so that it shows. */
const TAIL_SHARE = 0.02;

interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/**
 * @param since when nothing has been reported any more, where that is long
 * @returns SVG without a style of its own, so that a strict Content-Security-Policy lets it pass
 */
export function stagesChart(
  steps: readonly TimelineStep[],
  since: FullDate | null,
  { width, height }: ChartSize,
  words: ChartWords,
): string {
  const chart = echarts().init(null, null, { renderer: 'svg', ssr: true, width, height });
  const [first, last] = [Date.parse(steps[0]!.asOf), Date.parse(steps.at(-1)!.asOf)];
  const end = last + TAIL_SHARE * (last - first);
  const ticks = ticksBetween(steps[0]!.asOf, dateAt(end), Math.floor(width / 85), words);
  const labels = new Map(ticks.map(({ at, label }) => [at, label]));
  const pixel = (end - first) / width;
  /** From each step to the next, on one level. The point beside the first keeps it level: tiny steps are not drawn. */
  const levels = (value: (row: Row) => number) =>
    steps.flatMap((row, i) => {
      const [from, to] = [Date.parse(row.asOf), Date.parse(steps[i + 1]?.asOf ?? '') || end];
      return [from, Math.min(from + pixel, to), to].map((at) => [at, value(row)]);
    });
  const line = { type: 'line', silent: true, symbol: 'none' } as const;
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 13 },
    grid: {
      left: 4,
      right: 16,
      top: since ? 30 : 14,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'time',
      min: first,
      max: end,
      axisLabel: {
        color: 'var(--soft)',
        customValues: [...labels.keys()],
        formatter: (at: number) => labels.get(at) ?? '',
      },
      axisLine: { lineStyle: { color: 'var(--soft)' } },
      axisTick: { lineStyle: { color: 'var(--soft)' }, customValues: [...labels.keys()] },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: 'var(--soft)', formatter: words.number },
      splitLine: { lineStyle: { color: 'var(--line)' } },
    },
    series: [
      // The highest first: each area covers the foot of the one behind it.
      ...SHOWN_STAGES.toReversed().map((stage, i) => ({
        ...line,
        lineStyle: { width: 1, color: 'var(--paper)' },
        areaStyle: { color: `var(--${stage})`, opacity: 1 },
        data: levels(({ byStage }) =>
          SHOWN_STAGES.slice(0, SHOWN_STAGES.length - i).reduce((sum, below) => sum + byStage[below], 0),
        ),
      })),
      ...[
        { width: 6, color: 'var(--paper)' },
        { width: 2.5, color: 'var(--ink)', type: [3, 3] },
      ].map((lineStyle) => ({ ...line, lineStyle, z: 6, data: levels(({ stale }) => stale) })),
      ...(since ? [{ ...line, data: [], markArea: pale(since, end, words) }] : []),
    ],
  });
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  const plain = svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/ style="[^"]*"/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(DRAWING_NUMBER, '')
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ')
    .trim();
  // The same chart is the same bytes each time it is drawn: its parts are named after it, not after the charts before it.
  const own = hash('sha1', plain, 'hex').slice(0, 8);
  return plain.replaceAll(/(id="|url\(#)(?=c\d)/g, `$1chart-${own}-`);
}

/** How ECharts names the parts of a drawing that refer to each other: it counts the drawings of the process. */
const DRAWING_NUMBER = /\bzr\d+-(?=c\d)/g;
