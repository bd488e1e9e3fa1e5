/** The chart of stages over time, drawn on the server: plain SVG whose colours are those of the stylesheet. */
import { createRequire } from 'node:module';
import { monthsBefore, type FullDate } from '#clocks';
import type { Row, TimelineRow } from '#progress';
import { dateWords, SHOWN_STAGES } from './words.js';

/** Loaded with the first chart, as one file: it takes half as long as all else together. */
const echarts = () => createRequire(import.meta.url)('echarts') as typeof import('echarts');

/** A row of a timeline, without its list. */
export type Step = Row & Pick<TimelineRow, 'asOf'>;

const MOST = 24;
const DAY = 86_400_000;

/**
 * The dates at which counts may differ from the day before: those of reports, and those on which what was said in them
 * becomes stale. Where there are too many, the ends of evenly long periods.
 */
export function datesToPlot(reported: readonly FullDate[], asOf: FullDate, staleAfter: number): FullDate[] {
  if (!reported[0]) return [];
  const silent = reported.map((date) => dayAfter(monthsBefore(date, -staleAfter)));
  const dates = [...new Set([...reported, ...silent, asOf])].filter((date) => date <= asOf).sort();
  if (dates.length <= MOST) return dates;
  const [first, last] = [Date.parse(dates[0]!), Date.parse(asOf)];
  return Array.from({ length: MOST }, (_, i) => dateOf(first + (i / (MOST - 1)) * (last - first)));
}

const dateOf = (time: number): FullDate => new Date(time).toISOString().slice(0, 10);
const dayAfter = (date: FullDate): FullDate => dateOf(Date.parse(date) + DAY);

/** Pales what is only the last that was said. */
const silence = (since: FullDate, end: number) => ({
  silent: true,
  z: 5,
  itemStyle: { color: 'var(--paper)', opacity: 0.55 },
  label: { position: 'top', color: 'var(--silent)', formatter: `Silence since ${dateWords(since, 'short')}` },
  data: [[{ xAxis: Date.parse(since) }, { xAxis: end }]],
});

const yearOf = (time: number): string => dateOf(time).slice(0, 4);

/** The first days of at most so many years between the steps. */
function newYears(steps: readonly Step[], most: number): number[] {
  const [first, last] = [steps[0], steps.at(-1)].map((step) => Number(step?.asOf.slice(0, 4) ?? 0)) as [number, number];
  const every = Math.max(1, Math.ceil((last - first) / most));
  const years = Array.from({ length: Math.ceil((last - first) / every) }, (_, i) => last - i * every);
  return years.map((year) => Date.UTC(year, 0, 1)).reverse();
}

/** How much of the width is left after the last step, so that it shows. */
const TAIL = 0.02;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * @param silentSince since when nothing has been reported at all, where that is long
 * @returns SVG without a style of its own, so that a strict Content-Security-Policy lets it pass
 */
export function stagesChart(steps: readonly Step[], silentSince: FullDate | null, { width, height }: Size): string {
  const chart = echarts().init(null, null, { renderer: 'svg', ssr: true, width, height });
  const [first, last] = [Date.parse(steps[0]!.asOf), Date.parse(steps.at(-1)!.asOf)];
  const end = last + TAIL * (last - first);
  const years = newYears(steps, Math.floor(width / 80));
  /** From each step to the next, on one level. */
  const levels = (value: (row: Row) => number) =>
    steps.flatMap((row, i) => [
      [Date.parse(row.asOf), value(row)],
      [Date.parse(steps[i + 1]?.asOf ?? '') || end, value(row)],
    ]);
  const line = { type: 'line', silent: true, symbol: 'none' } as const;
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 13 },
    grid: {
      left: 4,
      right: 16,
      top: silentSince ? 30 : 14,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'time',
      min: first,
      max: end,
      axisLabel: { color: 'var(--soft)', customValues: years, formatter: (time: number) => yearOf(time) },
      axisLine: { lineStyle: { color: 'var(--soft)' } },
      axisTick: { lineStyle: { color: 'var(--soft)' }, customValues: years },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: 'var(--soft)' },
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
      ...(silentSince ? [{ ...line, data: [], markArea: silence(silentSince, end) }] : []),
    ],
  });
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replaceAll(/ style="[^"]*"/g, '')
    .replaceAll(/ class="[^"]*"/g, '')
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ')
    .trim();
}
