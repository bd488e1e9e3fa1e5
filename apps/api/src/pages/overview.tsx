/** The overview: stages, progress per theme, and the age of the reports. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Progress, Timeline, type AgencyRow, type ItemList, type Row, type ThemeRow } from '#progress';
import { Registers, type Framework } from '#registers';
import { datesToPlot, type TimelineStep } from '#charts';
import { Contents } from './contents.js';
import { agencyLines, Breakdown, Headline, Legend, mostFirst, NoSum } from './figures.js';
import { Page, Section } from './layout.js';
import { CorrectedLater, EndedApart, type EndedCounts } from './lineage.js';
import { CommitmentTable } from './lists.js';
import { OverTime } from './over-time.js';
import { RendersPages } from './rendering.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords, OPEN_STAGES } from './words.js';

const AGENCIES_IN_CHART = 10;
const OVERDUE_EXAMPLES = 5;

@ApiExcludeController()
@RendersPages()
@Controller()
export class OverviewPage {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly timeline: Timeline,
    private readonly registers: Registers,
  ) {}

  @Get()
  async overview(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const [agencies, themes, frameworks, overdue, reported] = await Promise.all([
      this.progress.agencies(view.at, view.scope),
      this.progress.themes(view.at),
      this.registers.all('framework', view.position),
      this.progress.commitments(view.at, { overdue: true }, { limit: OVERDUE_EXAMPLES }),
      this.progress.reportDates(view.at),
    ]);
    const drawn = await this.timeline.on(datesToPlot(reported, view.asOf, view.staleAfter), view.at);
    const registered = await this.registers.all('theme', view.position);
    const ofFramework = (code: string) => {
      const top = new Set(registered.filter((t) => t.framework === code && !t.parent).map(({ code }) => code));
      return themes.rows.filter(({ theme }) => top.has(theme));
    };
    const [framework] = [...frameworks]
      .map((framework) => ({ framework, rows: ofFramework(framework.code) }))
      .sort((a, b) => b.rows.length - a.rows.length);
    const { total, apart, correctedLater, rows } = agencies;
    return <Overview {...{ view, total, apart, correctedLater, agencies: rows, drawn, overdue, framework }} />;
  }
}

interface OverviewParts {
  readonly view: View;
  readonly total: Row;
  readonly apart: EndedCounts;
  readonly correctedLater: number;
  readonly agencies: readonly AgencyRow[];
  readonly drawn: readonly TimelineStep[];
  readonly overdue: ItemList;
  readonly framework?: { framework: Framework; rows: readonly ThemeRow[] };
}

const Overview = ({ view, total, apart, correctedLater, agencies, drawn, overdue, framework }: OverviewParts) => (
  <Page
    view={view}
    title="Commitments on international migration and development"
    lead={<p>What agencies undertook after the High-level Dialogues, and what they have reported on it since.</p>}
    api={['/progress/agencies']}
    report={{ kind: 'synthesis', asked: { followsUp: view.asked['followsUp'] } }}
  >
    {total.total === 0 && <NothingRecorded view={view} />}
    {total.total > 0 && (
      <>
        <Headline view={view} row={total} filter={{}} />
        <EndedApart apart={apart} list={(life) => view.list({ life })} />
        <CorrectedLater view={view} n={correctedLater} of={total.total} />
        <Contents
          entries={[
            { id: 'over-time', name: 'Stages over time' },
            { id: 'overdue', name: 'Overdue', n: overdue.total },
            { id: 'agencies', name: 'Agencies' },
            framework && { id: 'themes', name: 'Themes', n: framework.rows.length },
          ]}
        />
        <OverTime view={view} drawn={drawn} steps={drawn} />
        <p>
          <a href={view.link('/timeline')}>Other dates and steps, one agency or theme</a> ·{' '}
          <a href={view.link('/changes-since')}>what changed between two dates</a>
        </p>
        <Overdue view={view} overdue={overdue} />
        <Section id="agencies" title="Agencies with most commitments">
          <Legend />
          <Breakdown
            view={view}
            caption="As lead, co-lead or partner"
            of="Agency"
            brief
            lines={agencyLines(mostFirst(agencies).slice(0, AGENCIES_IN_CHART), (agency) =>
              view.link(path('agencies', agency)),
            )}
          />
          <p>
            <a href={view.link('/agencies')}>All {counted(agencies.length, 'agency', 'agencies')}</a>
          </p>
        </Section>
        {framework && (
          <Section id="themes" title="Themes">
            <Legend />
            <Breakdown
              view={view}
              caption={framework.framework.name}
              of="Theme"
              brief
              lines={framework.rows.map((row) => ({
                code: row.theme,
                name: row.name,
                href: view.link(path('themes', row.theme)),
                filter: { theme: row.theme },
                row,
              }))}
            />
            <p>
              <a href={view.link('/themes')}>All themes, by framework</a>
            </p>
          </Section>
        )}
        <NoSum of="themes" total={total.total} />
      </>
    )}
  </Page>
);

const NothingRecorded = ({ view }: { view: View }) => (
  <section class="callout">
    <h2>Nothing had been reported by {dateWords(view.asOf)}</h2>
    {view.reports[0] && (
      <p>
        The first report here is of{' '}
        <a href={view.here({ asOf: view.reports[0].date })}>{dateWords(view.reports[0].date)}</a>.
      </p>
    )}
  </section>
);

const Overdue = ({ view, overdue }: { view: View; overdue: ItemList }) => (
  <Section id="overdue" title="Overdue">
    {overdue.total === 0 ? (
      <p>No open commitment has passed its target date.</p>
    ) : (
      <>
        <CommitmentTable
          view={view}
          caption={`${count(overdue.items.length)} of the ${count(overdue.total)} that have passed their target date`}
          items={overdue.items}
        />
        <p>
          <a href={view.list({ overdue: true })}>All {count(overdue.total)} overdue</a> ·{' '}
          <a href={view.list({ stale: true })}>all with no update for {counted(view.staleAfter, 'month')}</a> ·{' '}
          <a href={view.list({ stage: OPEN_STAGES })}>all open</a>
        </p>
      </>
    )}
  </Section>
);
