/** Stages over time: the chart, and the same in a table; on the overview, and on a page of its own. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FullDate } from '#clocks';
import type { Stage } from '#commitments';
import { Progress, TIMELINE_STEPS, Timeline, TimelineQuery, type Filter } from '#progress';
import { noUpdateSince } from './as-at.js';
import { datesToPlot, stagesChart, type TimelineStep } from '#charts';
import { choice, Choices, Field, optionsOf } from './choice.js';
import { NothingFound } from './conditions.js';
import { Figure, Legend } from './figures.js';
import { Page, Section } from './layout.js';
import { narrowingParams, Narrow, FilterChoices } from './narrow.js';
import { ChartFiles, WideTable } from './take-away.js';
import { RendersPages } from './rendering.js';
import { Views, type View } from './view.js';
import { CHART_WORDS, counted, dateWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

const STEP_WORDS: Readonly<Record<(typeof TIMELINE_STEPS)[number], string>> = {
  month: 'Months',
  quarter: 'Quarters',
  year: 'Years',
  report: 'Days of reports',
};

@RendersPages()
@Controller('timeline')
export class TimelinePage {
  constructor(
    private readonly views: Views,
    private readonly timeline: Timeline,
    private readonly progress: Progress,
    private readonly filterChoices: FilterChoices,
  ) {}

  @Get()
  async over(@Query() query: TimelineQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const filter = narrowingParams(view);
    const { from, to = view.asOf, step } = query;
    const others = optionsOf(TIMELINE_STEPS, (one) => STEP_WORDS[one]).filter(([one]) => one !== 'year');
    const [timeline, choices, reported] = await Promise.all([
      this.timeline.steps(view.at, { ...filter, from, to, step }),
      this.filterChoices.choices(view),
      this.progress.reportDates({ ...view.at, asOf: to }),
    ]);
    const dates = datesToPlot(reported, to, view.staleAfter, from);
    const drawn = await this.timeline.on(dates, view.at, filter);
    return (
      <Page
        view={view}
        title="Stages over time"
        lead={<p>How many commitments there were in each stage, step by step, as far as reported by then.</p>}
        api={['/progress/timeline']}
      >
        <Narrow view={view} choices={choices} own={['from', 'to', 'step']}>
          <Field label="From" type="date" name="from" value={timeline.from} max={view.asOf} />
          <Field label="To" type="date" name="to" value={query.to} max={view.asOf} />
          <Choices
            view={view}
            of={[choice('step', 'In steps of', STEP_WORDS.year, others, step === 'year' ? null : step)]}
          />
        </Narrow>
        {timeline.rows.length === 0 ? (
          <NothingFound view={view} what="commitment" />
        ) : (
          <OverTime view={view} drawn={drawn} steps={timeline.rows} filter={filter} whole />
        )}
      </Page>
    );
  }
}

interface OverTimeParts {
  readonly view: View;
  /** The dates of the chart: every date with a change. */
  readonly drawn: readonly TimelineStep[];
  /** The dates of the table. */
  readonly steps: readonly TimelineStep[];
  readonly filter?: Filter;
  /** Every step in the table, in sight; else those that differ from the one before, folded away. */
  readonly whole?: boolean;
}

export const OverTime = ({ view, drawn, steps, filter = {}, whole = false }: OverTimeParts) => {
  const title = 'Stages over time, as reported';
  const since = noUpdateSince(view, drawn.at(-1)?.lastReportedOn ?? null);
  const stale = `Open, with no update for ${counted(view.staleAfter, 'month')}`;
  const chart = (width: number, height: number) => stagesChart(drawn, since, { width, height }, CHART_WORDS);
  const [width, height] = [1200, 340];
  const end = drawn.at(-1)?.asOf;
  return (
    <Section id="over-time" title={title}>
      <figure class="chart">
        <Legend>
          <li>
            <span class="stale-line">{stale}</span>
          </li>
        </Legend>
        {drawn.length > 1 && (
          <>
            <div class="wide" dangerouslySetInnerHTML={{ __html: chart(width, height) }} />
            <div class="narrow" dangerouslySetInnerHTML={{ __html: chart(340, 260) }} />
            <ChartFiles
              title="stages over time, as reported"
              draw={() => ({ svg: chart(width, height), width, height, dotted: stale })}
            />
          </>
        )}
        <figcaption>
          Number of commitments in each stage, by what had been reported by each day; the dotted line shows how many
          open ones had no update for {counted(view.staleAfter, 'month')}.
          {end && since && end < view.asOf && ` The chart ends on ${dateWords(end)}, soon after the last report.`}
        </figcaption>
      </figure>
      {whole ? (
        <StepTable view={view} title={title} caption={`${title}: each step`} steps={steps} filter={filter} />
      ) : (
        <details class="steps">
          <summary>The figures of this chart</summary>
          <StepTable
            view={view}
            title={title}
            caption={`${title}: the dates on which figures change`}
            steps={steps.filter((step, i) => figuresOf(step) !== figuresOf(steps[i - 1]))}
            filter={filter}
          />
        </details>
      )}
    </Section>
  );
};

const figuresOf = (step: TimelineStep | undefined): string =>
  JSON.stringify(step && [step.byStage, step.overdue, step.stale, step.withTarget]);

interface StepTableParts extends Required<Pick<OverTimeParts, 'view' | 'steps' | 'filter'>> {
  readonly title: string;
  readonly caption: string;
}

const StepTable = ({ view, title, caption, steps, filter }: StepTableParts) => {
  const of = (asOf: FullDate, n: number, part: Filter = {}) => (
    <td class="n">
      <Figure n={n} href={view.listAt(asOf, { ...filter, ...part })} />
    </td>
  );
  return (
    <WideTable
      label={title}
      caption={caption}
      heads={[
        'As at',
        { n: 'Commitments' },
        ...SHOWN_STAGES.map((stage) => ({ n: STAGE_WORDS[stage] })),
        { n: 'Overdue' },
        { n: 'No update' },
      ]}
    >
      {steps.map(({ asOf, total, byStage, overdue, stale }) => (
        <tr key={asOf}>
          <th scope="row" class="day">
            <a href={view.here({ asOf })}>{dateWords(asOf, 'short')}</a>
          </th>
          {of(asOf, total)}
          {SHOWN_STAGES.map((stage: Stage) => of(asOf, byStage[stage], { stage }))}
          {of(asOf, overdue, { overdue: true })}
          {of(asOf, stale, { stale: true })}
        </tr>
      ))}
    </WideTable>
  );
};
