/** The chart of a report: the one of the pages, with its legend, in the colours of paper. */
import { datesToPlot, SHOWN_STAGES, stagesChart } from '#charts';
import type { TimelineFilter } from '#progress';
import { escaped } from '#text';
import type { Draft } from './draft.js';
import type { Chart } from './report.js';

const [CHART_WIDTH, PLOT_HEIGHT] = [720, 300] as const;
const [LINE_HEIGHT, FONT_SIZE] = [24, 14] as const;
/** Of a letter, about, in the size of the legend. */
const LETTER_WIDTH = 8.4;
const FONT_FAMILY = "'DejaVu Sans', sans-serif";

/** How many commitments there were in each stage over time; `null` where there is only one date to show. */
export async function chartOf(draft: Draft, filter: TimelineFilter, href: string): Promise<Chart | null> {
  const { at, words, views } = draft;
  const reported = await views.progress.reportDates(at);
  const steps = await views.timeline.on(datesToPlot(reported, at.asOf, at.staleAfter), at, filter);
  const shown = steps.slice(steps.findIndex(({ total }) => total > 0));
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last || first === last || last.total === 0) return null;
  const drawn = stagesChart(shown, null, { width: CHART_WIDTH, height: PLOT_HEIGHT }, words.chart);
  const stages = SHOWN_STAGES.filter((stage) => shown.some(({ byStage }) => byStage[stage] > 0));
  const keys = stages.map((stage) => ({
    mark: `<rect y="-12" width="14" height="14" rx="2" fill="var(--${stage})"/>`,
    text: `${draft.wordOf('stage', stage)} ${words.number(last.byStage[stage])}`,
  }));
  const stale = {
    mark: '<path d="M0 -5h16" stroke="var(--ink)" stroke-width="2.5" stroke-dasharray="3 3"/>',
    text: words.captions.staleLine(at.staleAfter),
  };
  const legend = legendOf([...keys, ...(shown.some((one) => one.stale > 0) ? [stale] : [])]);
  const height = PLOT_HEIGHT + legend.height;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${height}" viewBox="0 0 ${CHART_WIDTH} ${height}" font-family="${FONT_FAMILY}">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${legend.svg}` +
    drawn.replace(
      /<svg\b[^>]*>/,
      `<svg x="0" y="${legend.height}" width="${CHART_WIDTH}" height="${PLOT_HEIGHT}" viewBox="0 0 ${CHART_WIDTH} ${PLOT_HEIGHT}">`,
    ) +
    '</svg>';
  // The ids within are numbered by a counter of the process.
  const named = svg.replaceAll(/\bzr\d+-/g, 'stages-');
  return {
    type: 'chart',
    id: 'stages-over-time',
    number: 0,
    title: [words.captions.stagesOverTime],
    alt: words.captions.stagesAlt(
      first.asOf,
      last.asOf,
      stages.map((stage) => `${draft.wordOf('stage', stage)} ${words.number(last.byStage[stage])}`).join(', '),
    ),
    svg: named.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => views.imprint.colours.get(name) ?? '#000000'),
    width: CHART_WIDTH,
    height,
    ...draft.origin(href),
  };
}

function legendOf(keys: readonly { readonly mark: string; readonly text: string }[]): { svg: string; height: number } {
  let [x, y] = [4, 20];
  const parts = keys.map(({ mark, text }) => {
    const wide = 22 + text.length * LETTER_WIDTH + 18;
    if (x > 4 && x + wide > CHART_WIDTH) [x, y] = [4, y + LINE_HEIGHT];
    const key = `<g transform="translate(${x} ${y})">${mark}<text x="20" font-size="${FONT_SIZE}" fill="var(--ink)">${escaped(text)}</text></g>`;
    x += wide;
    return key;
  });
  return { svg: parts.join(''), height: y + 14 };
}
