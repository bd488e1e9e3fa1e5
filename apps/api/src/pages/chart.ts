/** The chart of stages over time, drawn on the server: plain SVG whose colours are those of the stylesheet. */
import { LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { monthsBefore, type FullDate } from '#clocks';
import type { Row } from '#progress';
import { SHOWN_STAGES } from './words.js';

echarts.use([LineChart, GridComponent, SVGRenderer]);

export interface Step {
  readonly asOf: FullDate;
  readonly row: Row;
}

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

const yearOf = (time: number): string => dateOf(time).slice(0, 4);

/** The first days of at most so many years between the steps. */
function newYears(steps: readonly Step[], most: number): number[] {
  const [first, last] = [steps[0], steps.at(-1)].map((step) => Number(step?.asOf.slice(0, 4) ?? 0)) as [number, number];
  const every = Math.max(1, Math.ceil((last - first) / most));
  const years = Array.from({ length: Math.floor((last - first) / every) }, (_, i) => last - i * every);
  return years.map((year) => Date.UTC(year, 0, 1)).reverse();
}

/** @returns SVG without a style of its own, so that a strict Content-Security-Policy lets it pass */
export function stagesChart(steps: readonly Step[], { width, height }: { width: number; height: number }): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const years = newYears(steps, Math.floor(width / 80));
  const at = (value: (row: Row) => number) => steps.map(({ asOf, row }) => [asOf, value(row)]);
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 13 },
    grid: { left: 4, right: 16, top: 14, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'time',
      min: steps[0]?.asOf,
      max: steps.at(-1)?.asOf,
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
      ...SHOWN_STAGES.map((stage) => ({
        type: 'line',
        step: 'end',
        stack: 'stages',
        silent: true,
        symbol: 'none',
        lineStyle: { width: 1, color: 'var(--paper)' },
        areaStyle: { color: `var(--${stage})`, opacity: 1 },
        data: at(({ byStage }) => byStage[stage]),
      })),
      {
        type: 'line',
        step: 'end',
        silent: true,
        symbol: 'none',
        lineStyle: { width: 2, color: 'var(--ink)', type: [2, 4] },
        data: at(({ stale }) => stale),
      },
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
