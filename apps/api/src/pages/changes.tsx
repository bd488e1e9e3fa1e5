/** The page of changes between two dates, with the statements that made them. */
import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { PartialType } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ComponentChildren } from 'preact';
import type { Stage } from '#commitments';
import type { Log } from '#eventsourcing';
import { withClocksOfCursor, LOG } from '#platform';
import {
  ENTRIES,
  EXITS,
  FlowListQuery,
  Flows,
  datesOf,
  withCauses,
  type Changed,
  type EntryReason,
  type Exit,
  type FlowFilter,
  type FlowName,
  type Filter,
  type FlowsView,
  type Leg,
  type LegName,
  type Term,
  type Terms,
  type Total,
} from '#progress';
import { recordedWords } from './as-at.js';
import { Figure, ShownDate, StageTag } from './figures.js';
import { AgencyLink } from './links.js';
import { Pager } from './lists.js';
import { Page } from './layout.js';
import { narrowingParams, Narrow, Narrowing } from './narrow.js';
import { Table } from './take-away.js';
import { RendersPages } from './rendering.js';
import { Words } from './source.js';
import { path, Views, type Params, type View } from './view.js';
import { count, counted, dateWords, instantWords, sentence, SHOWN_STAGES, STAGE_WORDS } from './words.js';

type InWords = readonly [short: string, meaning: string];

/** The name and meaning of each term, in each leg. */
const TERM_WORDS: Readonly<Record<EntryReason | Exit, Readonly<Record<LegName, InWords>>>> = {
  new: {
    learned: ['recorded since', 'Reported by the first date, but recorded later'],
    reported: ['newly reported', 'Reported for the first time between the two dates'],
  },
  restored: {
    learned: ['came back', 'Had ended by what was known then; that was retracted or corrected'],
    reported: ['came back', 'Had ended; that was retracted'],
  },
  joined: {
    learned: ['turned out to belong here', 'Not among those asked for by what was known then'],
    reported: ['came under it', 'There before, but not among those asked for: an agency or a theme came to it'],
  },
  merged: both('merged', 'Went on in another commitment, in which they are counted once'),
  split: both('split', 'Went on as several others'),
  superseded: both('superseded', 'Another one took its place'),
  withdrawn: both('withdrawn', 'Taken back'),
  removed: {
    learned: ['taken out', 'What said that it was there by then was retracted, or corrected to a later date'],
    reported: ['taken out', 'What said that it was there was retracted'],
  },
  departed: {
    learned: ['turned out not to belong here', 'No longer among those asked for by what is known now'],
    reported: ['no longer under it', 'Still there, but no longer among those asked for: an agency or a theme went'],
  },
};

function both(short: string, meaning: string): Readonly<Record<LegName, InWords>> {
  return { learned: [short, `${meaning}; recorded since`], reported: [short, meaning] };
}

/** The parameters of the address that concern the list. */
const LIST = ['flow', 'leg', 'before', 'after', 'cursor', 'limit'];

/** The page may be opened without a date, or without a term to list. */
class ChangesQuery extends PartialType(FlowListQuery) {}

interface Listed {
  readonly terms: Terms;
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
    private readonly narrowing: Narrowing,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  async changes(@Query() query: ChangesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request, withClocksOfCursor(query));
    const reported = view.reports.filter(({ date }) => date <= view.asOf).map(({ date }) => date);
    // The last report but one: then the last one is what changed.
    const from = query.from ?? reported.at(-2) ?? reported.at(-1) ?? view.asOf;
    const { dates } = await datesOf({ ...query, from }, this.log);
    const [at, filter] = [view.at, filterOf(view, query)];
    const between = { from, knownThen: dates.knownThen };
    const [flows, choices, listed] = await Promise.all([
      this.flows.between(at, between, filter),
      this.narrowing.choices(view),
      this.listed(view, query, between),
    ]);
    const then = flows.knownThen ? await this.views.whenRecorded(flows.knownThen) : null;
    return <Changes view={view} flows={flows} filter={filter} then={then} choices={choices} listed={listed} />;
  }

  private async listed(
    view: View,
    query: ChangesQuery,
    between: { from: string; knownThen?: string },
  ): Promise<Listed | null> {
    const { flow, leg = 'reported', before, after, limit, cursor } = query;
    if (!flow) return null;
    const terms = { flow, leg, before, after };
    const page = await this.flows.commitments(view.at, between, terms, filterOf(view, query), { limit, cursor });
    return { ...page, terms, leg, items: await withCauses(this.log, leg, page) };
  }
}

/** What the page is narrowed to: what its form offers, and what an address that leads here may say besides. */
const filterOf = (view: View, { memberOf, crosswalk, crosswalkVersion, match }: ChangesQuery): FlowFilter => ({
  ...narrowingParams(view),
  ...(memberOf && { memberOf }),
  ...(crosswalk && { crosswalk, ...(crosswalkVersion && { crosswalkVersion }), ...(match && { match }) }),
});

interface Parts {
  readonly view: View;
  readonly flows: FlowsView;
  readonly filter: FlowFilter;
  /** When the last of what was known then was recorded, where that is asked for. */
  readonly then: string | null;
  readonly choices: Parameters<typeof Narrow>[0]['choices'];
  readonly listed: Listed | null;
}

const Changes = ({ view, flows, filter, then, choices, listed }: Parts) => {
  const recordedThen = then ? `recorded by ${instantWords(then)}` : 'recorded then';
  const { from, totalThen, learned, totalThenAsKnownNow, reported, totalNow } = flows;
  const {
    flow: _flow,
    leg: _leg,
    before: _b,
    after: _a,
    cursor: _cursor,
    limit: _limit,
    ...asked
  } = { ...view.asked, from } as Params;
  const was = (part: Filter) => view.listAt(from, { ...filter, ...part });
  const is = (part: Filter) => view.list({ ...filter, ...part });
  const wasKnown = (part: Filter) => view.listAt(from, { ...filter, ...part }, flows.knownThen);
  return (
    <Page
      view={view}
      title={`What changed since ${dateWords(from)}`}
      lead={
        <p>
          How the {counted(totalThen.total, 'commitment')} of {dateWords(from)} became the {count(totalNow.total)} of{' '}
          {dateWords(view.asOf)}. Every figure leads to the commitments behind it, and to who said so.
        </p>
      }
      json={view.api('/progress/flows', asked)}
      csv={view.api('/progress/flows', { ...asked, format: 'csv' })}
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
      <Narrow view={view} choices={choices} own={['from', 'knownThen', ...LIST]}>
        <label>
          <span>Since</span>
          <input type="date" name="from" value={from} max={view.asOf} required />
        </label>
        <label>
          <span>Compared with what had been recorded by (UTC)</span>
          <input type="datetime-local" name="knownThen" value={then?.slice(0, 16)} />
        </label>
      </Narrow>
      {learned && (
        <Stretch
          {...{ view, leg: learned, name: 'learned' as const, before: totalThen, after: totalThenAsKnownNow }}
          lists={{ before: wasKnown, after: was }}
          title="What has been learned since"
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
        title="What was reported since"
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

interface StretchParts {
  readonly view: View;
  readonly title: string;
  readonly leg: Leg;
  readonly name: LegName;
  readonly before: Total;
  readonly after: Total;
  /** The lists behind the totals. */
  readonly lists: Readonly<Record<'before' | 'after', (filter: Filter) => string>>;
  readonly first: ComponentChildren;
  readonly last: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The equation of one leg, in words and numbers, and from which stage to which. */
const Stretch = ({ view, title, leg, name, before, after, lists, first, last, children }: StretchParts) => {
  const to: ToList = (flow, stages = {}) => {
    const none = Object.fromEntries(LIST.map((field) => [field, null]));
    return `${view.here({ ...none, flow: flow.join(','), ...(name === 'learned' && { leg: name }), ...stages })}#list`;
  };
  const terms = [
    ...ENTRIES.map((flow) => ({ flow, sign: '+', term: leg.entered[flow] as Term })),
    ...EXITS.map((flow) => ({ flow, sign: '−', term: leg.left[flow] as Term })),
  ];
  const some = terms.filter(({ term }) => term.total > 0);
  const moved = leg.moves.reduce((sum, move) => sum + move.count, 0);
  return (
    <section class="stretch">
      <h2>{title}</h2>
      <p>{children}</p>
      {some.length + moved === 0 && name === 'learned' ? (
        <p>
          By what is known now they are the same <Figure n={leg.same.total} href={to(['same'])} /> commitments, in the
          same stages.
        </p>
      ) : (
        <>
          <Table class="equation">
            <caption class="hidden">{title}: each term</caption>
            <tbody>
              <tr class="total">
                <th scope="row">{first}</th>
                <td class="n">
                  <strong>
                    <Figure n={before.total} href={lists.before({})} />
                  </strong>
                </td>
                <td>commitments</td>
              </tr>
              {some.map(({ flow, sign, term }) => (
                <tr key={flow}>
                  <th scope="row">{sentence(TERM_WORDS[flow][name][0])}</th>
                  <td class="n">
                    {sign} <Figure n={term.total} href={to([flow])} />
                  </td>
                  <td>
                    {TERM_WORDS[flow][name][1]}
                    {flow === 'merged' && `: into ${counted(leg.left.merged.into, 'commitment')}`}
                  </td>
                </tr>
              ))}
              {some.length === 0 && (
                <tr>
                  <th scope="row">Nothing came in or went out</th>
                  <td class="n">+ 0</td>
                  <td />
                </tr>
              )}
              <tr class="total">
                <th scope="row">{last}</th>
                <td class="n">
                  ={' '}
                  <strong>
                    <Figure n={after.total} href={lists.after({})} />
                  </strong>
                </td>
                <td>commitments</td>
              </tr>
            </tbody>
          </Table>
          <p>
            Of those counted at both ends, <Figure n={leg.same.total} href={to(['same'])} /> are in the same stage and{' '}
            {count(moved)} in another one.
          </p>
          <StageToStage {...{ title, leg, before, after, lists, to }} />
        </>
      )}
    </section>
  );
};

const ENDS_OF_TABLE = { in: 'Came in', out: 'Went out' };

/** The list behind a figure of a leg. */
type ToList = (flow: readonly FlowName[], stages?: Pick<Terms, 'before' | 'after'>) => string;

/** Rows: the stage before; columns: the stage after. Every row and every column adds up. */
const StageToStage = ({
  title,
  leg,
  before,
  after,
  lists,
  to,
}: Pick<StretchParts, 'title' | 'leg' | 'before' | 'after' | 'lists'> & { to: ToList }) => {
  const stages = SHOWN_STAGES.filter((stage) => before.byStage[stage] + after.byStage[stage] > 0);
  const moved = new Map(leg.moves.map(({ from, to, count }) => [`${from}-${to}`, count]));
  const sum = (terms: object, stage: Stage) =>
    Object.values(terms as Record<string, Term>).reduce((total, { byStage }) => total + byStage[stage], 0);
  const label = `${title}: from stage to stage`;
  return (
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      <Table class="stages">
        <caption>From which stage (rows) to which (columns)</caption>
        <thead>
          <tr>
            <th scope="col">Before</th>
            {stages.map((stage) => (
              <th key={stage} scope="col" class="n">
                {STAGE_WORDS[stage]}
              </th>
            ))}
            <th scope="col" class="n">
              {ENDS_OF_TABLE.out}
            </th>
            <th scope="col" class="n">
              All before
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map((from) => (
            <tr key={from}>
              <th scope="row">
                <StageTag stage={from} />
              </th>
              {stages.map((stage) =>
                stage === from ? (
                  <td key={stage} class="n same">
                    <Figure n={leg.same.byStage[stage]} href={to(['same'], { after: stage })} />
                  </td>
                ) : (
                  <td key={stage} class="n">
                    <Figure n={moved.get(`${from}-${stage}`) ?? 0} href={to([`${from}-${stage}` as FlowName])} />
                  </td>
                ),
              )}
              <td class="n">
                <Figure n={sum(leg.left, from)} href={to(EXITS, { before: from })} />
              </td>
              <td class="n">
                <Figure n={before.byStage[from]} href={lists.before({ stage: from })} />
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">{ENDS_OF_TABLE.in}</th>
            {stages.map((stage) => (
              <td key={stage} class="n">
                <Figure n={sum(leg.entered, stage)} href={to(ENTRIES, { after: stage })} />
              </td>
            ))}
            <td />
            <td />
          </tr>
          <tr class="total">
            <th scope="row">All after</th>
            {stages.map((stage) => (
              <td key={stage} class="n">
                <Figure n={after.byStage[stage]} href={lists.after({ stage })} />
              </td>
            ))}
            <td />
            <td />
          </tr>
        </tbody>
      </Table>
    </div>
  );
};

/** `in_progress-completed` → `In progress, now completed`. */
function flowWords(flow: FlowName, leg: LegName): string {
  if (flow === 'same') return 'In the same stage at both ends';
  if (flow in TERM_WORDS) return sentence(TERM_WORDS[flow as EntryReason | Exit][leg][0]);
  const [from, to] = flow.split('-') as [Stage, Stage];
  return `${STAGE_WORDS[from]}, now ${STAGE_WORDS[to].toLowerCase()}`;
}

/** The heading of a list. */
function termsWords({ flow, before, after }: Terms, leg: LegName): string {
  const among = (flows: readonly FlowName[]) => flow.length > 1 && flow.every((one) => flows.includes(one));
  const what = among(ENTRIES)
    ? 'Came in'
    : among(EXITS)
      ? 'Went out'
      : flow.map((one) => flowWords(one, leg)).join(', ');
  return [
    what,
    before && `${STAGE_WORDS[before].toLowerCase()} before`,
    after && `${STAGE_WORDS[after].toLowerCase()} after`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What became of commitments between two dates or two states of knowledge, and what was said of each. */
export const ChangedTable = ({ view, items, total }: { view: View; items: readonly Changed[]; total: number }) => (
  <Table class="commitments changed">
    <caption>
      {count(items.length)} of {count(total)}, in the order of their references
    </caption>
    <thead>
      <tr>
        <th scope="col">Commitment</th>
        <th scope="col">Before and after</th>
        <th scope="col">What was said</th>
      </tr>
    </thead>
    <tbody>
      {items.map(({ reference, title, before, after, into, why }) => (
        <tr key={reference}>
          <th scope="row">
            <a href={view.link(path('commitments', reference))}>
              <Words text={title} />
            </a>{' '}
            <small class="code">{reference}</small>
          </th>
          <td>
            <span class="step">{before ? <StageTag stage={before} /> : 'Not counted before'}</span>{' '}
            <span class="step">then {after ? <StageTag stage={after} /> : 'not counted any more'}</span>
            {after === null && into.length > 0 && (
              <small class="ended-mark">
                went on in{' '}
                {into.map((other, i) => (
                  <span key={other}>
                    {i > 0 && ', '}
                    <a href={view.link(path('commitments', other))}>{other}</a>
                  </span>
                ))}
              </small>
            )}
          </td>
          <td>
            {why.length === 0 && <span class="nil">Nothing was said of it itself</span>}
            <ul class="why-list">
              {why.map(({ revision, type, reportedOn, reason }) => (
                <li key={revision}>
                  <a href={`${view.link(path('commitments', reference))}#r${revision}`}>{actWords(type)}</a>,{' '}
                  <ShownDate date={reportedOn} short />
                  {reason !== null && (
                    <>
                      : <Words text={reason} />
                    </>
                  )}
                </li>
              ))}
            </ul>
          </td>
        </tr>
      ))}
    </tbody>
  </Table>
);

const ChangedList = ({ view, listed: { terms, leg, total, items, nextCursor } }: { view: View; listed: Listed }) => (
  <section>
    <h2 id="list">
      {termsWords(terms, leg)}: {counted(total, 'commitment')}
    </h2>
    {items.length > 0 && <ChangedTable view={view} items={items} total={total} />}
    <Pager view={view} next={nextCursor} to="#list" />
  </section>
);

/** `commitment.StageReported` → `Stage reported`. */
const actWords = (type: string): string =>
  sentence(
    type
      .slice(type.indexOf('.') + 1)
      .replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)
      .trim(),
  );
