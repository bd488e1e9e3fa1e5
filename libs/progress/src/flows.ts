/** The flows between two dates: *N then + … − … = N now*, with every term and its list. */
import { historyOf } from '#acts';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { firstDayOf, type FullDate, type PartialDate } from '#clocks';
import { LIVES, STAGES, type Life, type Stage } from '#commitments';
import type { Log } from '#eventsourcing';
import {
  Answers,
  ShownList,
  Shown,
  OrNull,
  Count,
  CountsBy,
  Day,
  TextOrNull,
  AtClocks,
  Page,
  InRows,
  listText,
  LOG,
  OnDate,
  PageSize,
  positionOf,
  WantedFormat,
  type Format,
  QueryChoice,
  EachKnown,
  DatedAnswer,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { LATEST_DATE } from '#registers';
import { compareTexts } from '#text';
import { NO_ROW } from './columns.js';
import { OptionalText, ProgressQuery, FilterField, type Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { Look, badField, View } from './look.js';
import { rowAt, STAGE_BITS, type ViewClocks, type Selection, type PinnedClocks } from './scan.js';

/** The terms that add to a total … */
export const ENTRY_REASONS = ['new', 'restored', 'joined'] as const;
/** … and those that leave it. */
export const EXIT_REASONS = ['merged', 'split', 'superseded', 'withdrawn', 'removed', 'departed'] as const;
export type EntryReason = (typeof ENTRY_REASONS)[number];
export type Exit = (typeof EXIT_REASONS)[number];

/** `same`, an entry, an exit, or `in_progress-completed`: from one stage to another. */
export type FlowName = 'same' | EntryReason | Exit | `${Stage}-${Stage}`;

const STAGE_MOVES = STAGES.flatMap((from) => STAGES.filter((to) => to !== from).map((to) => `${from}-${to}` as const));
export const FLOW_NAMES: readonly FlowName[] = ['same', ...ENTRY_REASONS, ...EXIT_REASONS, ...STAGE_MOVES];

/** The legs: knowledge about the first date gained since, and reports between the two dates. */
export const LEG_NAMES = ['learned', 'reported'] as const;
export type LegName = (typeof LEG_NAMES)[number];

/** The filters of changes. Members, and themes through a crosswalk, are those of each of the two dates. */
export type FlowFilter = Pick<
  Filter,
  'agency' | 'role' | 'agencies' | 'memberOf' | 'theme' | 'crosswalk' | 'crosswalkVersion' | 'match' | 'followsUp'
>;

export class FlowsQuery extends ProgressQuery {
  @OnDate({ description: 'The total as at this date …', example: '2006-11-21' }) from: FullDate;
  @OnDate({ optional: true, description: '… became that as at this one (default `asOf`); not after `asOf`' })
  to?: FullDate;
  @OptionalText(
    'A position or an instant, not after `knownAt`: begin with the figures as known then, such as published ones',
  )
  knownThen?: string;
  @FilterField() agency?: string;
  @FilterField({ description: 'Only of agencies that were members of this body on each of the dates' })
  memberOf?: string;
  @FilterField() theme?: string;
  @FilterField() crosswalk?: string;
  @FilterField({ description: 'Which version of it; without it the one as at each of the dates' })
  crosswalkVersion?: string;
  @FilterField() match?: string;
}

const InStage = (description: string) => QueryChoice(STAGES, { description });

export class FlowListQuery extends FlowsQuery {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: [...FLOW_NAMES] },
    example: ['new'],
    description: `One or more of same, ${[...ENTRY_REASONS, ...EXIT_REASONS].join(', ')}, or from one stage to another, such as planned-completed; separated by commas`,
  })
  @Transform(({ value }) => listText(value).split(','))
  @EachKnown(FLOW_NAMES)
  flow: readonly FlowName[];
  @InStage('In this stage before') before?: Stage;
  @InStage('In this stage after') after?: Stage;
  @QueryChoice(LEG_NAMES, { default: 'reported', description: '`learned` only with `knownThen`' })
  leg?: LegName;
  @PageSize(50, 200) limit?: number;
  @OptionalText('`nextCursor` of the answer before') cursor?: string;
}

const LIST_SCHEMA = { description: 'The query that lists them', example: 'flow=merged&from=2006-11-21&to=2011-02-17' };

export class Total {
  @Count() readonly total: number;
  @CountsBy(STAGES) readonly byStage: Readonly<Record<Stage, number>>;
  @Shown('The query of `/v1/commitments` that lists them', 'asOf=2006-11-21') readonly list: string;
}

/** One commitment that came in or went out. */
export class Term {
  @Count() readonly total: number;
  @CountsBy(STAGES, 'Those that came in by their stage after; those that went out by their stage before')
  readonly byStage: Readonly<Record<Stage, number>>;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
}

export class MergedTerm extends Term {
  @Count('Into how many commitments') readonly into: number;
}

export class Move {
  @ApiProperty({ enum: STAGES }) readonly from: Stage;
  @ApiProperty({ enum: STAGES }) readonly to: Stage;
  @Count() readonly count: number;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
}

class Entered implements Record<EntryReason, Term> {
  @Shown('Not there before: newly reported, or recorded since') readonly new: Term;
  @Shown('Its end was retracted, or corrected to a later date') readonly restored: Term;
  @Shown('There before, but not among those asked for: an agency or a theme came to it') readonly joined: Term;
}

class Left implements Record<Exit, Term> {
  @ApiProperty() readonly merged: MergedTerm;
  @ApiProperty() readonly split: Term;
  @ApiProperty() readonly superseded: Term;
  @ApiProperty() readonly withdrawn: Term;
  @Shown('The statement of its existence by then was retracted, or corrected to a later date') readonly removed: Term;
  @Shown('Still there, but no longer among those asked for: an agency or a theme went') readonly departed: Term;
}

/** From one total to the next one. */
export class Leg {
  @Shown('With every term that is not 0', '75 + 10 new − 2 merged = 83') readonly equation: string;
  @Shown('In the same stage before and after') readonly same: Term;
  @ShownList(Move, 'From stage to stage, in the order of the stages') readonly moves: Move[];
  @ApiProperty() readonly entered: Entered;
  @ApiProperty() readonly left: Left;
}

export class FlowsView extends DatedAnswer {
  @Day() readonly from: FullDate;
  @Day() readonly to: FullDate;
  @TextOrNull('The position of `knownThen`; null: as known now') readonly knownThen: string | null;
  @Shown('As at `from`, as known at `knownThen`') readonly totalThen: Total;
  @OrNull(() => Leg, 'Later knowledge about `from`; null without `knownThen`') readonly learned: Leg | null;
  @Shown('As at `from`, as known now; without `knownThen` the same as `totalThen`') readonly totalThenAsKnownNow: Total;
  @Shown('The reports after `from` and by `to`') readonly reported: Leg;
  @Shown('As at `to`, as known now') readonly totalNow: Total;
}

/** An event by which a commitment changed. */
export class Why {
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty() readonly position: string;
  @ApiProperty({ example: 'commitment.StageReported' }) readonly type: string;
  @Day() readonly reportedOn: FullDate;
  @TextOrNull('The reason that was given, or the note on the stage') readonly reason: string | null;
}

export class Changed {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ enum: FLOW_NAMES }) readonly flow: FlowName;
  @ApiProperty({ enum: STAGES, nullable: true, description: 'null: it was not counted' }) readonly before: Stage | null;
  @ApiProperty({ enum: STAGES, nullable: true, description: 'null: it is not counted any more' })
  readonly after: Stage | null;
  @ShownList(String, 'The commitments that it became') readonly into: readonly string[];
  @ApiProperty({ example: '/v1/commitments/IOM-2006-24/history?knownAt=1362' }) readonly history: string;
  @ShownList(Why, 'The statements on it in between; none: a register changed') readonly why: readonly Why[];
}

class ChangedList extends DatedAnswer {
  @Day() readonly from: FullDate;
  @Day() readonly to: FullDate;
  @TextOrNull() readonly knownThen: string | null;
  @Count('Of all pages') readonly total: number;
  @ApiProperty({ type: [Changed] }) readonly items: Changed[];
  @TextOrNull('null: this is the last page') readonly nextCursor: string | null;
}

/** Between which two dates, and from which knowledge on; settled. */
export type FlowDates = Readonly<Pick<FlowsQuery, 'from' | 'to' | 'knownThen'>>;

export type LegTerms = Readonly<Pick<FlowListQuery, 'flow' | 'leg' | 'before' | 'after'>>;

/** One leg: the clocks of the two looks that it compares. */
interface LegClocks {
  readonly before: PinnedClocks;
  readonly after: PinnedClocks;
}

type Settled = Record<LegName, LegClocks> & {
  readonly view: Pick<FlowsView, 'asOf' | 'position' | 'from' | 'to' | 'knownThen'>;
};

/** A commitment that was counted before or after. */
type FlowChange = Pick<Changed, 'reference' | 'flow' | 'before' | 'after'>;

type CountedChange = Pick<FlowChange, 'flow' | 'before' | 'after'> & { readonly n: number };

/** One of the two looks that are compared: by commitment its stage and one, or 0 where it is not among those found. */
interface CountedLook {
  readonly look: Look;
  readonly stages: Uint8Array;
}

export class Flows extends View {
  /** The change of the total, term by term. @throws Rejected `invalid` when the dates are out of order */
  async between(at: ViewClocks, dates: FlowDates, filter: FlowFilter = {}): Promise<FlowsView> {
    const { view, learned, reported } = await this.#settle(at, dates);
    const { from, to, knownThen } = view;
    const [then, now] = [await this.#counted(reported.before, filter), await this.#counted(reported.after, filter)];
    const first = knownThen === null ? null : talliesOf(await this.#counted(learned.before, filter), then);
    const second = talliesOf(then, now);
    const terms = (leg: LegName) => (flow: FlowName) =>
      listQuery(
        { flow, ...(leg === 'learned' && { leg }), from, to, knownThen, ...filter },
        { ...at, knownAt: view.position },
      );
    const totalThen = sideTotal(second.tallies, 'before', listQuery(filter, learned.after));
    return {
      ...view,
      totalThen: first ? sideTotal(first.tallies, 'before', listQuery(filter, learned.before)) : totalThen,
      learned: first && legOf(first.tallies, first.into, terms('learned')),
      totalThenAsKnownNow: totalThen,
      reported: legOf(second.tallies, second.into, terms('reported')),
      totalNow: sideTotal(second.tallies, 'after', listQuery(filter, reported.after)),
    };
  }

  /** The commitments of some terms, ordered by reference; `why` is told by `whyOf`. */
  async commitments(
    at: ViewClocks,
    dates: FlowDates,
    terms: LegTerms,
    filter: FlowFilter = {},
    { limit = 50, cursor }: { readonly limit?: number; readonly cursor?: string } = {},
  ): Promise<Omit<ChangedList, 'items'> & { items: Omit<Changed, 'why' | 'history'>[] }> {
    const { leg = 'reported' } = terms;
    const asked = { ...filter, ...dates, ...terms, leg };
    const page = new Page(at, asked, cursor);
    const settled = await this.#settle(page.at, dates);
    const { view } = settled;
    if (leg === 'learned' && view.knownThen === null) throw badField('leg', 'learned needs knownThen');
    const looks = settled[leg];
    const isWanted = ({ flow, before, after }: Omit<FlowChange, 'reference'>) =>
      terms.flow.includes(flow) &&
      [undefined, before].includes(terms.before) &&
      [undefined, after].includes(terms.after);
    const changed = await this.#changed(looks, filter, isWanted);
    const rows = changed
      .filter(({ reference }) => page.after === undefined || compareTexts(reference, page.after) > 0)
      .sort((a, b) => compareTexts(a.reference, b.reference))
      .slice(0, limit + 1);
    const shown = rows.slice(0, limit);
    const titleOf = await this.#titles(looks);
    return {
      ...view,
      total: page.total(changed.length),
      items: shown.map(({ reference, flow, before, after }) => ({
        ...{ reference, flow, before, after },
        ...titleOf(reference),
      })),
      nextCursor: rows.length > limit ? page.next(shown.at(-1)!.reference, changed.length, view.position) : null,
    };
  }

  async #settle(at: ViewClocks, { from, to = at.asOf, knownThen }: FlowDates): Promise<Settled> {
    if (to > at.asOf)
      throw badField('to', `is after asOf, ${at.asOf}: what is reported later is not known as at that date`);
    if (from > to) throw badField('from', `is after the last date, ${to}`);
    const pinned = await this.looks.pin(at);
    if (knownThen !== undefined && BigInt(knownThen) > BigInt(pinned.knownAt))
      throw badField('knownThen', `is after what is shown, position ${pinned.knownAt}`);
    const [then, now] = [
      { ...pinned, asOf: from },
      { ...pinned, asOf: to },
    ];
    return {
      learned: { before: { ...then, knownAt: knownThen ?? pinned.knownAt }, after: then },
      reported: { before: then, after: now },
      view: { asOf: at.asOf, position: pinned.knownAt, from, to, knownThen: knownThen ?? null },
    };
  }

  async #counted(at: PinnedClocks, filter: FlowFilter): Promise<CountedLook> {
    const look = await this.looks.look(at);
    const found = await look.find(filter);
    const stages = stageOfCommitments(found);
    found.end();
    return { look, stages };
  }

  /** The commitments counted before or after, and which flow they are in, of the flows that are wanted. */
  async #changed(
    { before, after }: LegClocks,
    filter: FlowFilter,
    isWanted: (change: Omit<FlowChange, 'reference'>) => boolean,
  ): Promise<FlowChange[]> {
    const [was, is] = [await this.#counted(before, filter), await this.#counted(after, filter)];
    const { references } = is.look.columns;
    const changes: FlowChange[] = [];
    hearEach(was, is, (commitment, from, to, elsewhere) => {
      const change = flowChangeOf(from, to, elsewhere);
      if (isWanted(change)) changes.push({ reference: references.at(commitment)!, ...change });
    });
    return changes;
  }

  /** The titles and ends of commitments: as at the second look, or as at the first if they do not exist at the second. */
  async #titles(looks: LegClocks) {
    const [was, is] = [await this.looks.look(looks.before), await this.looks.look(looks.after)];
    return (reference: string): { title: string; into: readonly string[] } => {
      const commitment = is.columns.references.find(reference);
      const [now, then] = [rowAt(is.columns, commitment, is.at), rowAt(was.columns, commitment, was.at)];
      const row = now === NO_ROW ? then : now;
      return {
        title: is.columns.texts.wording(is.columns.columns.text[row]!)?.title ?? '',
        into: detailsOf(is, row).into,
      };
    };
  }
}

/** By commitment: its stage and one, or 0 when it is not among those found. */
function stageOfCommitments({ columns, rows, statuses }: Selection): Uint8Array {
  const stages = new Uint8Array(columns.references.size);
  for (let i = 0; i < rows.length; i++) stages[columns.columns.commitment[rows[i]!]!] = (statuses[i]! & STAGE_BITS) + 1;
  return stages;
}

/**
 * Tells every commitment that is counted at one of two looks.
 * @param hear with its stages, and its row at the look at which it is not counted (`NO_ROW` where it is at both)
 */
function hearEach(
  was: CountedLook,
  is: CountedLook,
  hear: (commitment: number, before: number, after: number, elsewhere: Life | null, row: number) => void,
): void {
  const [befores, afters] = [was.stages, is.stages];
  for (let commitment = 0; commitment < afters.length; commitment++) {
    const [before, after] = [befores[commitment] ?? 0, afters[commitment]!];
    if (before === 0 && after === 0) continue;
    if (before > 0 && after > 0) {
      hear(commitment, before, after, null, NO_ROW);
      continue;
    }
    const { look } = after === 0 ? is : was;
    const row = rowAt(look.columns, commitment, look.at);
    hear(commitment, before, after, lifeOf(look, row), row);
  }
}

const flowChangeOf = (
  from: number,
  to: number,
  elsewhere: Life | null,
): Pick<FlowChange, 'flow' | 'before' | 'after'> => {
  const [before, after] = [STAGES[from - 1] ?? null, STAGES[to - 1] ?? null];
  return { flow: flowOf(before, after, elsewhere), before, after };
};

/** The number of commitments with each change, and into how many others the merged ones went. */
function talliesOf(was: CountedLook, is: CountedLook): { tallies: CountedChange[]; into: number } {
  const [stages, lives] = [STAGES.length + 1, [null, ...LIVES]];
  const counts = new Int32Array(stages * stages * lives.length);
  const into = new Set<string>();
  hearEach(was, is, (_, before, after, elsewhere, row) => {
    counts[(before * stages + after) * lives.length + lives.indexOf(elsewhere)]!++;
    if (after === 0 && elsewhere === 'merged') into.add(JSON.stringify(detailsOf(is.look, row).into));
  });
  const tallies: CountedChange[] = [];
  for (const [i, n] of counts.entries()) {
    const [pair, life] = [Math.floor(i / lives.length), lives[i % lives.length]!];
    if (n > 0) tallies.push({ ...flowChangeOf(Math.floor(pair / stages), pair % stages, life), n });
  }
  return { tallies, into: into.size };
}

const lifeOf = ({ columns }: Look, row: number): Life | null =>
  row === NO_ROW ? null : columns.dictionaries.standing.entries[columns.columns.standing[row]!]!.life;

const detailsOf = ({ columns }: Look, row: number) =>
  columns.dictionaries.details.entries[columns.columns.details[row]!]!;

/** @param elsewhere how it lives at the look at which it is not counted; null: it does not exist then */
function flowOf(before: Stage | null, after: Stage | null, elsewhere: Life | null): FlowName {
  if (before && after) return before === after ? 'same' : `${before}-${after}`;
  if (after === null) return elsewhere === 'active' ? 'departed' : (elsewhere ?? 'removed');
  return elsewhere === null ? 'new' : elsewhere === 'active' ? 'joined' : 'restored';
}

const sideTotal = (tallies: readonly CountedChange[], side: 'before' | 'after', list: string): Total => ({
  ...countedStages(tallies, side),
  list,
});

function countedStages(tallies: readonly CountedChange[], side: 'before' | 'after') {
  const byStage = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  let total = 0;
  for (const { [side]: stage, n } of tallies) {
    if (stage === null) continue;
    byStage[stage] += n;
    total += n;
  }
  return { total, byStage };
}

function legOf(tallies: readonly CountedChange[], into: number, list: (flow: FlowName) => string): Leg {
  const of = (flow: FlowName) => tallies.filter((tally) => tally.flow === flow);
  const term = (flow: FlowName, side: 'before' | 'after'): Term => ({
    ...countedStages(of(flow), side),
    list: list(flow),
  });
  const terms = <F extends EntryReason | Exit>(flows: readonly F[], side: 'before' | 'after') =>
    Object.fromEntries(flows.map((flow) => [flow, term(flow, side)])) as Record<F, Term>;
  const entered = terms(ENTRY_REASONS, 'after');
  const left = terms(EXIT_REASONS, 'before');
  const words = (sign: string, all: object) =>
    Object.entries(all as Record<string, Term>).map(([flow, { total }]) =>
      total > 0 ? ` ${sign} ${total} ${flow}` : '',
    );
  const [then, now] = [countedStages(tallies, 'before').total, countedStages(tallies, 'after').total];
  return {
    equation: `${then}${words('+', entered).join('')}${words('−', left).join('')} = ${now}`,
    same: term('same', 'after'),
    moves: STAGE_MOVES.flatMap((flow) => {
      const count = countedStages(of(flow), 'after').total;
      const [from, to] = flow.split('-') as [Stage, Stage];
      return count > 0 ? [{ from, to, count, list: list(flow) }] : [];
    }),
    entered,
    left: { ...left, merged: { ...left.merged, into } },
  };
}

/** The statements that may have changed how a commitment counts: in a leg, as far as known. */
export async function causesOf(log: Log, reference: string, leg: LegName, view: Settled['view']): Promise<Why[]> {
  const { from, to, knownThen, position } = view;
  const { items } = await historyOf(log, reference, { asOf: LATEST_DATE, knownAt: position });
  const isOnStatements = (type: string) => /\.(Corrected|Retracted|Blanked)$/.test(type);
  const within = (date: FullDate) => date > from && date <= to;
  /** A lead moves on the day it was offered for, not on that of its acceptance. */
  const movesLead = (type: string, data: { effective?: PartialDate }) =>
    type.endsWith('.LeadAccepted') && within(firstDayOf(data.effective!));
  return items
    .filter(({ type, position, reportedOn, data, corrections }) =>
      leg === 'learned'
        ? BigInt(position) > BigInt(knownThen!) && (isOnStatements(type) || reportedOn <= from)
        : !isOnStatements(type) &&
          !corrections.some(
            (one) => one.kind === 'retracted' && !one.item && BigInt(one.position) <= BigInt(view.position),
          ) &&
          (within(reportedOn) || movesLead(type, data)),
    )
    .map(({ revision, position, type, reportedOn, data }) => {
      const { reason, note } = data as { readonly reason?: string | null; readonly note?: string | null };
      return { revision, position, type, reportedOn, reason: reason ?? note ?? null };
    });
}
@ApiTags('Progress')
@Controller('v1/progress/flows')
export class FlowsController {
  constructor(
    private readonly flows: Flows,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  @Answers(
    FlowsView,
    'How the total as at one date became that as at another one',
    `The total as at \`from\`, later knowledge about that date, the reports in between, and the total as at \`to\`. The terms add up. As ${WRITTEN_FORMAT_WORDS}: a row per term.`,
  )
  async progressFlows(@AtClocks() { at, ...asked }: FlowsQuery, @WantedFormat() format: Format) {
    const { dates, filter } = await flowDates(asked, this.log);
    const view = await this.flows.between(at, dates, filter);
    return format === 'json' ? view : { asOf: view.asOf, position: view.position, rows: termRows(view) };
  }

  @Get('commitments')
  @InRows(({ why = [], ...item }: Partial<Changed>) => ({
    ...item,
    why: why.map(
      ({ type, reportedOn, revision, reason }) =>
        `${type} ${reportedOn} (revision ${revision})${reason === null ? '' : `: ${reason}`}`,
    ),
  }))
  @Answers(
    ChangedList,
    'The commitments behind a term, and the statements on each',
    'Of one term of `/v1/progress/flows`: each commitment with its stage before and after.',
  )
  async progressFlowList(@AtClocks() query: FlowListQuery): Promise<ChangedList> {
    const { at, flow, leg = 'reported', before, after, limit, cursor, ...asked } = query;
    const { dates, filter } = await flowDates(asked, this.log);
    const page = await this.flows.commitments(at, dates, { flow, leg, before, after }, filter, { limit, cursor });
    return { ...page, items: await withCauses(this.log, leg, page) };
  }
}

/** The items of a page with the statements on each, and the address of all of them. */
export const withCauses = (
  log: Log,
  leg: LegName,
  page: Settled['view'] & { readonly items: readonly Omit<Changed, 'why' | 'history'>[] },
): Promise<Changed[]> =>
  Promise.all(
    page.items.map(async (item) => ({
      ...item,
      history: `/v1/commitments/${encodeURIComponent(item.reference)}/history?knownAt=${page.position}`,
      why: await causesOf(log, item.reference, leg, page),
    })),
  );

export async function flowDates({ from, to, knownThen, ...filter }: Omit<FlowsQuery, 'at'>, log: Log) {
  const then = knownThen === undefined ? undefined : await positionOf(knownThen, log.store, 'knownThen');
  return { dates: { from, to, knownThen: then }, filter: filter as FlowFilter };
}

/** The equation as rows: one per term, with its sign. */
function termRows({ totalThen, learned, totalThenAsKnownNow, reported, totalNow }: FlowsView): object[] {
  const row = (leg: string, term: string, sign: string, { total, byStage }: Pick<Total, 'total' | 'byStage'>) => ({
    ...{ leg, term, sign, total },
    ...byStage,
  });
  const of = (name: LegName, leg: Leg) => [
    ...Object.entries(leg.entered).map(([flow, term]: [string, Term]) => row(name, flow, '+', term)),
    ...Object.entries(leg.left).map(([flow, term]: [string, Term]) => row(name, flow, '-', term)),
    ...leg.moves.map(({ from, to, count }) => ({ leg: name, term: `${from}-${to}`, sign: '', total: count })),
  ];
  return [
    row('', 'then', '', totalThen),
    ...(learned ? [...of('learned', learned), row('', 'then as known now', '', totalThenAsKnownNow)] : []),
    ...of('reported', reported),
    row('', 'now', '', totalNow),
  ];
}
