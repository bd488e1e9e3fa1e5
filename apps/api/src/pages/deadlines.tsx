/** The page of deadlines: commitments due next, and overdue ones by their delay. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Deadlines, DeadlinesQuery, Progress, type DeadlinesView, type Filter, type ItemList } from '#progress';
import { choice, type Choosable } from './choice.js';
import { Figure } from './figures.js';
import { Page, Section } from './layout.js';
import { CommitmentTable } from './lists.js';
import { narrowingParams, Narrow, FilterChoices } from './narrow.js';
import { Table } from './take-away.js';
import { RendersPages } from './rendering.js';
import { withoutClocks, Views, type View } from './view.js';
import { count, counted, dateWords } from './words.js';

const COMMITMENTS_PER_LIST = 25;
const MONTHS_AHEAD = [3, 6, 12, 24, 60];

@RendersPages()
@Controller('deadlines')
export class DeadlinesPage {
  constructor(
    private readonly views: Views,
    private readonly deadlines: Deadlines,
    private readonly progress: Progress,
    private readonly filterChoices: FilterChoices,
  ) {}

  @Get()
  async ahead(@Query() query: DeadlinesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { within, until } = query;
    const filter = narrowingParams(view);
    const deadlines = await this.deadlines.ahead(view.at, { ...filter, within, until });
    const page = { limit: COMMITMENTS_PER_LIST, sort: 'target' } as const;
    const [next, overdue, choices] = await Promise.all([
      this.progress.commitments(view.at, filterFromQuery(deadlines.ahead.list), page),
      this.progress.commitments(view.at, { ...filter, overdue: true }, page),
      this.filterChoices.choices(view),
    ]);
    return <Due {...{ view, deadlines, next, overdue, choices, within: query.within ?? 6 }} />;
  }
}

const filterFromQuery = (list: string): Filter => ({
  ...withoutClocks(Object.fromEntries(new URLSearchParams(list))),
  withTarget: true,
});

interface DueParts {
  readonly view: View;
  readonly deadlines: DeadlinesView;
  readonly next: ItemList;
  readonly overdue: ItemList;
  readonly choices: readonly Choosable[];
  readonly within: number;
}

const Due = ({ view, deadlines, next, overdue, choices, within }: DueParts) => {
  const list = (query: string) => view.link('/commitments', { ...filterFromQuery(query) });
  const overdueList = (query: string) => view.link('/commitments', { ...filterFromQuery(query), overdue: true });
  const { ahead, until } = deadlines;
  const others = MONTHS_AHEAD.filter((months) => months !== 6).map(
    (months) => [String(months), counted(months, 'month')] as const,
  );
  const lookingAhead = choice('within', 'Look ahead', counted(6, 'month'), others, within === 6 ? null : within);
  return (
    <Page
      view={view}
      title="Deadlines"
      lead={
        <p>
          <Figure n={deadlines.of} href={list(deadlines.list)} /> open commitments have a target date:{' '}
          <Figure n={ahead.total} href={list(ahead.list)} /> fall due by {dateWords(until)}, and{' '}
          <Figure n={deadlines.overdue.total} href={overdueList(deadlines.overdue.list)} /> are overdue.
        </p>
      }
      api={['/progress/deadlines']}
    >
      <Narrow view={view} choices={[lookingAhead, ...choices]} own={['until']} />
      <Section id="ahead" title={`Due by ${dateWords(until)}`}>
        {ahead.total === 0 ? (
          <p>No open commitment falls due by then.</p>
        ) : (
          <>
            <DueTable
              caption="By the month in which the time for it ends: a target of a whole year ends with its December"
              of="Month"
              rows={ahead.months.map((due) => [dateWords(due.month), due.total, list(due.list)])}
            />
            <ComingTargets view={view} shown={next} href={`${list(ahead.list)}&sort=target`} />
          </>
        )}
      </Section>
      <Section id="overdue" title="Overdue">
        {deadlines.overdue.total === 0 ? (
          <p>No open commitment has passed its target date.</p>
        ) : (
          <>
            <DueTable
              caption="By how long ago the target date passed"
              of="For"
              rows={deadlines.overdue.byLength.map(({ over, upTo, total, list }) => [
                `${upTo === null ? `more than ${over}` : over === 0 ? `up to ${upTo}` : `more than ${over}, up to ${upTo}`} months`,
                total,
                overdueList(list),
              ])}
            />
            <ComingTargets view={view} shown={overdue} href={`${overdueList(deadlines.overdue.list)}&sort=target`} />
          </>
        )}
      </Section>
      <p>
        <a href={view.link('/no-update')}>Agencies with no update</a> ·{' '}
        <a href={view.list({ stale: true })}>all commitments with no update for {counted(view.staleAfter, 'month')}</a>
      </p>
    </Page>
  );
};

interface DueTableParts {
  readonly caption: string;
  readonly of: string;
  readonly rows: readonly (readonly [name: string, total: number, list: string])[];
}

const DueTable = ({ caption, of, rows }: DueTableParts) => (
  <Table class="due" caption={caption} heads={[of, { n: 'Commitments' }]}>
    {rows.map(([name, total, list]) => (
      <tr key={name}>
        <th scope="row">{name}</th>
        <td class="n">
          <Figure n={total} href={list} />
        </td>
      </tr>
    ))}
  </Table>
);

const ComingTargets = ({ view, shown, href }: { view: View; shown: ItemList; href: string }) => (
  <>
    <CommitmentTable
      view={view}
      caption={`${count(shown.items.length)} of ${count(shown.total)}, the earliest target date first`}
      items={shown.items}
    />
    {shown.total > shown.items.length && (
      <p>
        <a href={href}>All {count(shown.total)}</a>
      </p>
    )}
  </>
);
