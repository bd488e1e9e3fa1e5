/** Stages over time: the chart, and the same in a table; on the overview, and on a page of its own. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { monthsBefore, type FullDate } from '#clocks';
import type { Stage } from '#commitments';
import { STEPS, Timeline, TimelineQuery, type Filter, type Row } from '#progress';
import { stagesChart, type Step } from './chart.js';
import { Choice } from './choice.js';
import { Figure, Legend } from './figures.js';
import { Page } from './layout.js';
import { narrowed, Narrow, Narrowing } from './narrow.js';
import { RendersPages } from './rendering.js';
import { Views, type View } from './view.js';
import { counted, dateWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

const STEP_WORDS: Readonly<Record<(typeof STEPS)[number], string>> = {
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
    private readonly narrowing: Narrowing,
  ) {}

  @Get()
  async over(@Query() query: TimelineQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const filter = narrowed(view);
    const { from, step } = query;
    const [timeline, choices] = await Promise.all([
      this.timeline.steps(view.at, { ...filter, from, step }),
      this.narrowing.choices(view),
    ]);
    return (
      <Page
        view={view}
        title="Stages over time"
        lead={<p>How many commitments there were in each stage, step by step, as far as reported by then.</p>}
        json={view.api('/progress/timeline')}
        csv={view.api('/progress/timeline', { ...view.asked, format: 'csv' })}
      >
        <Narrow view={view} choices={choices} own={['from', 'step']}>
          <label>
            <span>From</span>
            <input type="date" name="from" value={timeline.from} max={view.asOf} />
          </label>
          <Choice
            name="step"
            label="In steps of"
            any={STEP_WORDS.year}
            options={STEPS.filter((step) => step !== 'year').map((step) => [step, STEP_WORDS[step]])}
            value={query.step === 'year' ? undefined : query.step}
          />
        </Narrow>
        {timeline.rows.length === 0 ? (
          <p>Nothing had been reported by {dateWords(view.asOf)}.</p>
        ) : (
          <OverTime view={view} total={timeline.rows.at(-1)!} steps={timeline.rows} filter={filter} whole />
        )}
      </Page>
    );
  }
}

/** Since when nothing at all was reported; `null` where that is not long. */
export const silentSince = (view: View, { lastReportedOn }: Row): FullDate | null =>
  lastReportedOn && lastReportedOn < monthsBefore(view.asOf, view.staleAfter) ? lastReportedOn : null;

interface Parts {
  readonly view: View;
  readonly total: Row;
  readonly steps: readonly Step[];
  readonly filter?: Filter;
  /** Every step in the table, in sight; else those that differ from the one before, folded away. */
  readonly whole?: boolean;
}

export const OverTime = ({ view, total, steps, filter = {}, whole = false }: Parts) => {
  const title = 'Stages over time, as reported';
  const silent = silentSince(view, total);
  const chart = (width: number, height: number) => ({ __html: stagesChart(steps, silent, { width, height }) });
  return (
    <section>
      <h2>{title}</h2>
      <figure class="chart">
        <Legend>
          <li>
            <span class="stale-line">Open, but not heard of for {counted(view.staleAfter, 'month')}</span>
          </li>
        </Legend>
        {steps.length > 1 && (
          <>
            <div class="wide" dangerouslySetInnerHTML={chart(1200, 340)} />
            <div class="narrow" dangerouslySetInnerHTML={chart(340, 260)} />
          </>
        )}
        <figcaption>
          Number of commitments in each stage on each day, by what had been reported by then. Stages change only when
          someone reports; the dotted line shows how many open ones nobody had spoken of for{' '}
          {counted(view.staleAfter, 'month')}.
        </figcaption>
        {whole ? (
          <StepTable view={view} title={title} caption={`${title}: each step`} steps={steps} filter={filter} />
        ) : (
          <details>
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
      </figure>
    </section>
  );
};

const figuresOf = (step: Step | undefined): string =>
  JSON.stringify(step && [step.byStage, step.overdue, step.stale, step.withTarget]);

interface TableParts extends Required<Pick<Parts, 'view' | 'steps' | 'filter'>> {
  readonly title: string;
  readonly caption: string;
}

const StepTable = ({ view, title, caption, steps, filter }: TableParts) => {
  const of = (asOf: FullDate, n: number, part: Filter = {}) => (
    <td class="n">
      <Figure n={n} href={view.listAt(asOf, { ...filter, ...part })} />
    </td>
  );
  return (
    <div class="table" role="region" aria-label={title} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">As at</th>
            <th scope="col" class="n">
              Commitments
            </th>
            {SHOWN_STAGES.map((stage) => (
              <th key={stage} scope="col" class="n">
                {STAGE_WORDS[stage]}
              </th>
            ))}
            <th scope="col" class="n">
              Overdue
            </th>
            <th scope="col" class="n">
              Not heard of
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
  );
};
