/** The page of changes between two dates, with the statements that made them. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { PartialType } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Log } from '#eventsourcing';
import { LOG, withClocksOfCursor } from '#platform';
import {
  flowDates,
  FlowListQuery,
  Flows,
  withCauses,
  type Changed,
  type Filter,
  type FlowFilter,
  type FlowsView,
  type LegName,
  type LegTerms,
} from '#progress';
import { Field, type Choosable } from './choice.js';
import { recordedWords } from './as-at.js';
import { AgencyLink } from './links.js';
import { Pager } from './lists.js';
import { Page, Section } from './layout.js';
import { Narrow, FilterChoices, narrowingParams } from './narrow.js';
import { RendersPages } from './rendering.js';
import { path, Views, type View } from './view.js';
import { count, counted, dateWords, instantWords } from './words.js';
import { Stretch } from './change-stretch.js';
import { LIST_PARAMETERS, termsWords } from './change-words.js';
import { ChangedTable } from './changed-table.js';

/** The page may be opened without a date, or without a term to list. */
class ChangesQuery extends PartialType(FlowListQuery) {}

interface ListedTerms {
  readonly terms: LegTerms;
  readonly leg: LegName;
  readonly total: number;
  readonly items: readonly Changed[];
  readonly nextCursor: string | null;
}

@RendersPages()
@Controller('changes-since')
export class ChangesPage {
  constructor(
    private readonly views: Views,
    private readonly flows: Flows,
    private readonly filterChoices: FilterChoices,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  async changes(@Query() query: ChangesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request, withClocksOfCursor(query));
    const reported = view.reports.filter(({ date }) => date <= view.asOf).map(({ date }) => date);
    // The last report but one: then the changes are those by the last one.
    const from = query.from ?? reported.at(-2) ?? reported.at(-1) ?? view.asOf;
    const { dates } = await flowDates({ ...query, from }, this.log);
    const [at, filter] = [view.at, pageFilter(view, query)];
    const between = { from, knownThen: dates.knownThen };
    const [flows, choices, listed] = await Promise.all([
      this.flows.between(at, between, filter),
      this.filterChoices.choices(view),
      this.listed(view, query, between),
    ]);
    const then = flows.knownThen ? await this.views.whenRecorded(flows.knownThen) : null;
    return <Changes view={view} flows={flows} filter={filter} then={then} choices={choices} listed={listed} />;
  }

  private async listed(
    view: View,
    query: ChangesQuery,
    between: { from: string; knownThen?: string },
  ): Promise<ListedTerms | null> {
    const { flow, leg = 'reported', before, after, limit, cursor } = query;
    if (!flow) return null;
    const terms = { flow, leg, before, after };
    const page = await this.flows.commitments(view.at, between, terms, pageFilter(view, query), { limit, cursor });
    return { ...page, terms, leg, items: await withCauses(this.log, leg, page) };
  }
}

/** The filters of the page: those of its form, and those that an address may name besides. */
const pageFilter = (view: View, { memberOf, crosswalk, crosswalkVersion, match }: ChangesQuery): FlowFilter => ({
  ...narrowingParams(view),
  ...(memberOf && { memberOf }),
  ...(crosswalk && { crosswalk, ...(crosswalkVersion && { crosswalkVersion }), ...(match && { match }) }),
});

interface ChangesParts {
  readonly view: View;
  readonly flows: FlowsView;
  readonly filter: FlowFilter;
  /** The time of the last event that was known then, where a page asks for it. */
  readonly then: string | null;
  readonly choices: readonly Choosable[];
  readonly listed: ListedTerms | null;
}

const Changes = ({ view, flows, filter, then, choices, listed }: ChangesParts) => {
  const recordedThen = then ? `recorded by ${instantWords(then)}` : 'recorded then';
  const { from, totalThen, learned, totalThenAsKnownNow, reported, totalNow } = flows;
  const asked = { ...view.without(LIST_PARAMETERS), from };
  const was = (part: Filter) => view.listAt(from, { ...filter, ...part });
  const is = (part: Filter) => view.list({ ...filter, ...part });
  const wasKnown = (part: Filter) => view.listAt(from, { ...filter, ...part }, flows.knownThen);
  return (
    <Page
      view={view}
      title={`Changes since ${dateWords(from)}`}
      lead={
        <p>
          How the {counted(totalThen.total, 'commitment')} of {dateWords(from)} became the {count(totalNow.total)} of{' '}
          {dateWords(view.asOf)}. Every figure leads to the commitments behind it, and to who said so.
        </p>
      }
      api={['/progress/flows', asked]}
    >
      {filter.memberOf && (
        <p class="note">
          Only agencies that were members of <AgencyLink view={view} code={filter.memberOf} long /> on each of the two
          dates count. <a href={view.here({ memberOf: null, cursor: null })}>Count all</a>
        </p>
      )}
      {filter.crosswalk && (
        <p class="note">
          Themes are read through the crosswalk{' '}
          <a href={view.link(path('crosswalks', filter.crosswalk))}>{filter.crosswalk}</a>,{' '}
          {filter.crosswalkVersion ? `version ${filter.crosswalkVersion}` : 'as it was on each of the two dates'}.{' '}
          <a href={view.here({ crosswalk: null, crosswalkVersion: null, match: null, cursor: null })}>Without it</a>
        </p>
      )}
      <Narrow view={view} choices={choices} own={['from', 'knownThen', ...LIST_PARAMETERS]}>
        <Field label="Since" type="date" name="from" value={from} max={view.asOf} required />
        <Field
          label="Compared with the records up to (UTC)"
          type="datetime-local"
          name="knownThen"
          value={then?.slice(0, 16)}
        />
      </Narrow>
      {learned && (
        <Stretch
          {...{ view, leg: learned, name: 'learned' as const, before: totalThen, after: totalThenAsKnownNow }}
          lists={{ before: wasKnown, after: was }}
          title="Records and corrections since"
          first={
            <>
              As at {dateWords(from)}, as {recordedThen}
            </>
          }
          last={
            <>
              As at {dateWords(from)}, as {recordedWords(view)}
            </>
          }
        >
          Both figures are of {dateWords(from)}. What lies between them was recorded, corrected or retracted
          {then ? ` after ${instantWords(then)}` : ' since'}.
        </Stretch>
      )}
      <Stretch
        {...{ view, leg: reported, name: 'reported' as const, before: totalThenAsKnownNow, after: totalNow }}
        lists={{ before: was, after: is }}
        title="Reports since"
        first={<>As at {dateWords(from)}</>}
        last={<>As at {dateWords(view.asOf)}</>}
      >
        Reported after {dateWords(from)} and by {dateWords(view.asOf)}, as {recordedWords(view)}.
      </Stretch>
      {listed ? (
        <ChangedList view={view} listed={listed} />
      ) : (
        <p class="note">Choose any figure above to see the commitments behind it, and what was said of each.</p>
      )}
    </Page>
  );
};

const ChangedList = ({ view, listed }: { view: View; listed: ListedTerms }) => (
  <Section id="list" title={`${termsWords(listed.terms, listed.leg)}: ${counted(listed.total, 'commitment')}`}>
    {listed.items.length > 0 && <ChangedTable view={view} items={listed.items} total={listed.total} />}
    <Pager view={view} next={listed.nextCursor} to="#list" />
  </Section>
);
