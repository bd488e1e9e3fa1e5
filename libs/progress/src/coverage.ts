/**
 * The view of outcomes: each with the commitments that follow it up, or none. An outcome exists as at a date when the document
 * in which it was read was reported by then.
 */
import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { STAGES, type Stage } from '#commitments';
import { Rejected, type Projector } from '#eventsourcing';
import {
  Answers,
  ShownList,
  Shown,
  OneWord,
  Count,
  CountsBy,
  Day,
  DayOrNull,
  TextOrNull,
  AtClocks,
  CursorField,
  Page,
  PageSize,
  WantedFormat,
  type Format,
  QueryChoice,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { entryCode, documentWords, unknownCode, placeWords, type Forum } from '#registers';
import { CONCERNS, OUTCOME_KINDS, OUTCOME_STATUSES, type Concern, type OutcomeStatus } from '#words';
import { compareTexts } from '#text';
import { FiguresAnswer, countBy, CrossTab, ZERO_ROW, Row } from './count.js';
import { AgenciesQuery, OptionalText, Flag, FilterField, type Filter } from './filters.js';
import { withAncestors } from './theme-tree.js';
import { inOrder, Keys } from './keys.js';
import { listQuery } from './list-query.js';
import { keyed, View, type Look } from './look.js';
import { dateOf, NO_ROW } from './columns.js';
import { END_OF_TIME } from './days.js';
import { LIST_DESCRIPTION } from './matrix.js';
import { AgencyRow, Progress, ProgressView } from './progress.js';
import { flags, type Selection, type ViewClocks } from './scan.js';

/** The kinds of outcomes, and last those without a stated kind. */
export const TOLD_KINDS = [...OUTCOME_KINDS, 'not_told'] as const;
export type ToldKind = (typeof TOLD_KINDS)[number];

export class OutcomesQuery extends AgenciesQuery {
  @QueryChoice(TOLD_KINDS, { description: 'Only outcomes of this kind' }) kind?: ToldKind;
  @QueryChoice(['any', ...CONCERNS], {
    default: 'substance',
    description: 'substance leaves out what only arranges a meeting; organisation: only that',
  })
  concerns?: Concern | 'any';
  @OptionalText('Only proposals put to this forum, by anybody', 'HLD-2013') addressedTo?: string;
  @FilterField({ description: 'Only follow-up by this agency, in the role given, counts' }) agency?: string;
  @OptionalText('Only requests to this agency, by its code or one of its names, or to an addressee of this name', 'IOM')
  addressee?: string;
  @Flag('Only outcomes that a commitment follows up, or that none does') covered?: boolean;
  @FilterField({
    description: 'Only outcomes that a commitment in one of these stages follows up',
    example: 'completed',
  })
  stage?: string;
  @PageSize(200) limit?: number;
  @CursorField() cursor?: string;
}

/** The number of outcomes, and of those with follow-up. An outcome counts once. */
class OutcomeCounts {
  @Count() readonly outcomes: number;
  @CountsBy(TOLD_KINDS, 'Of each kind') readonly byKind: Readonly<Record<ToldKind, number>>;
  @Count('That at least one commitment follows up') readonly covered: number;
  @CountsBy(STAGES, 'That at least one commitment in the stage follows up; they do not add up')
  readonly byStage: Readonly<Record<Stage, number>>;
  @Count('That at least one overdue commitment follows up') readonly overdue: number;
  @Count('That at least one stale commitment follows up') readonly stale: number;
}

const OUTCOMES_LIST_DESCRIPTION = 'The query of `/v1/progress/outcomes` that lists them';

class KindCounts extends OutcomeCounts {
  @ApiProperty({ enum: TOLD_KINDS }) readonly kind: ToldKind;
  @Shown(OUTCOMES_LIST_DESCRIPTION, 'kind=decision&asOf=2011-02-17') readonly list: string;
}

/** The outcomes of a forum, with its round tables; or those put to it. */
class ForumCounts extends OutcomeCounts {
  @ApiProperty({ example: 'GFMD-2010' }) readonly forum: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ type: String, nullable: true, example: '2010' }) readonly start: string | null;
  @Shown(OUTCOMES_LIST_DESCRIPTION, 'followsUp=GFMD-2010&asOf=2011-02-17') readonly list: string;
}

/** An outcome, and the commitments that follow it up. */
export class OutcomeRow extends Row {
  @ApiProperty({ example: 'WHA61.17' }) readonly outcome: string;
  @ApiProperty() readonly text: string;
  @ApiProperty({ enum: TOLD_KINDS }) readonly kind: ToldKind;
  @OneWord(OUTCOME_STATUSES, 'How far it has come by the date; a decision is endorsed') readonly status: OutcomeStatus;
  @DayOrNull('When its first endorsement was reported; a decision is endorsed by its own document')
  readonly endorsedOn: FullDate | null;
  @ShownList(String, 'The agencies and forums that have endorsed it') readonly endorsedBy: readonly string[];
  @DayOrNull('Since which report a commitment that follows it up has done so') readonly followedUpOn: FullDate | null;
  @TextOrNull('The forum that it came from', 'WHA-61') readonly forum: string | null;
  @TextOrNull('The agency or forum that says it') readonly issuedBy: string | null;
  @TextOrNull('Who says it, in words') readonly issuer: string | null;
  @TextOrNull('The forum that it is put to, whose outcome it is not') readonly addressedTo: string | null;
  @ApiProperty({ enum: CONCERNS }) readonly concerns: Concern;
  @ShownList(String, 'Codes of agencies, or free text') readonly addressees: readonly string[];
  @ApiProperty({ type: [String] }) readonly themes: readonly string[];
  @ApiProperty({ example: 'D-2011-9CM-IOM' }) readonly document: string;
  @ApiProperty() readonly locator: string;
  @TextOrNull() readonly section: string | null;
  @TextOrNull() readonly paragraph: string | null;
  @Shown('As people cite it', 'MC/2353, «Enhancing data and research», para. 26') readonly cited: string;
  @Day('Of its document') readonly reportedOn: FullDate;
  @Shown('Whether any commitment follows it up') readonly covered: boolean;
  @ShownList(String, 'The agencies that lead these commitments') readonly leads: string[];
  @Shown(LIST_DESCRIPTION, 'followsUp=WHA61.17&asOf=2011-02-17') readonly list: string;
}

export class OutcomesView extends FiguresAnswer {
  @Shown('Of all outcomes in the question, covered or not and in any stage') readonly total: OutcomeCounts;
  @ShownList(ForumCounts, 'The latest first. An outcome counts in its forum and in those above it: they do not add up')
  readonly forums: ForumCounts[];
  @ShownList(KindCounts, 'By kind, in the order of their weight; they add up') readonly kinds: KindCounts[];
  @ShownList(ForumCounts, 'Proposals put to each forum, the latest first; they are no outcomes of it')
  readonly putTo: ForumCounts[];
  @ApiProperty({ type: OutcomeCounts, description: 'Commitments that follow up no forum' })
  readonly elsewhere: OutcomeCounts;
  @Count('That concern organisation only, and so are left out of all this unless `concerns` asks for them')
  readonly leftOut: number;
  @Count('Of all pages') readonly rowCount: number;
  @ShownList(OutcomeRow, 'By forum, the latest first, then by kind, then by code; those of no forum are at the end')
  readonly rows: OutcomeRow[];
  @TextOrNull('null: this is the last page') readonly nextCursor: string | null;
}

class OfOutcome extends ProgressView<AgencyRow> {
  @ApiProperty({ type: () => OutcomeRow }) readonly row: OutcomeRow;
  @ShownList(AgencyRow, 'Who follows it up') readonly rows: AgencyRow[];
}

export type OutcomesFilter = Pick<Filter, 'followsUp' | 'agency' | 'role' | 'agencies' | 'memberOf'> &
  Partial<Pick<OutcomesQuery, 'addressee' | 'covered' | 'stage' | 'kind' | 'concerns' | 'addressedTo'>>;

export class Coverage extends View {
  readonly #progress: Progress;

  constructor(projector: Projector) {
    super(projector);
    this.#progress = new Progress(projector);
  }

  /** Outcomes with their follow-up; `limit` `null`: all of them. */
  async outcomes(
    at: ViewClocks,
    { addressee, covered, stage, kind, concerns = 'substance', addressedTo, ...filter }: OutcomesFilter = {},
    { limit = 200, cursor }: { readonly limit?: number | null; readonly cursor?: string } = {},
  ): Promise<OutcomesView> {
    const which = { addressee, kind, concerns, addressedTo };
    const asked = { view: 'outcomes', ...which, covered, stage, ...filter };
    const page = new Page(at, asked, cursor);
    using look = await this.looks.look(page.at);
    const pinned = look.at;
    const forums = (await look.registers.all('forum', pinned.knownAt)).sort(latestFirst);
    const order = new Map(forums.map(({ id }, i) => [id, i]));
    const all = (await outcomeRows(look, filter, addressee))
      .filter((row) => [undefined, row.kind].includes(kind) && [undefined, row.addressedTo].includes(addressedTo))
      .sort(
        (a, b) =>
          (order.get(a.forum ?? '') ?? order.size) - (order.get(b.forum ?? '') ?? order.size) ||
          TOLD_KINDS.indexOf(a.kind) - TOLD_KINDS.indexOf(b.kind),
      );
    const rows = all.filter((row) => concerns === 'any' || row.concerns === concerns);
    const list = (more: object) =>
      listQuery({ ...filter, ...which, concerns: concerns === 'substance' ? undefined : concerns, ...more }, pinned);
    const perForum = (of: (forum: string) => readonly OutcomeRow[], listing: (forum: string) => object) =>
      forums.flatMap(({ id, name, start }) => {
        const own = of(id);
        if (own.length === 0) return [];
        return [{ forum: id, name, start: start ?? null, ...outcomeCountsOf(own), list: list(listing(id)) }];
      });
    const parents = new Map(forums.map(({ id, parent }) => [id, parent]));
    const isWithin = (forum: string | null, above: string): boolean =>
      forum !== null && withAncestors(forum, parents).includes(above);
    const stages = stage?.split(',') as Stage[] | undefined;
    const chosen = rows.filter(
      (row) => [undefined, row.covered].includes(covered) && (!stages || stages.some((one) => row.byStage[one] > 0)),
    );
    const { entries, nextCursor } = page.slice(chosen, limit, pinned.knownAt);
    return {
      asOf: page.at.asOf,
      position: pinned.knownAt,
      total: outcomeCountsOf(rows),
      kinds: TOLD_KINDS.flatMap((kind) => {
        const own = rows.filter((row) => row.kind === kind);
        return own.length > 0 ? [{ kind, ...outcomeCountsOf(own), list: list({ kind }) }] : [];
      }),
      forums: perForum(
        (id) => rows.filter(({ forum }) => isWithin(forum, id)),
        (id) => ({ followsUp: id }),
      ),
      putTo: perForum(
        (id) => rows.filter((row) => row.addressedTo === id),
        (id) => ({ addressedTo: id }),
      ),
      elsewhere: outcomeCountsOf(rows.filter(({ forum }) => forum === null)),
      leftOut: all.length - rows.length,
      rowCount: chosen.length,
      rows: entries,
      nextCursor,
    };
  }

  /** One outcome, and per agency who follows it up. @throws Rejected `not_found` when it was not there as at the date */
  async outcome(
    id: string,
    at: ViewClocks,
    filter: Pick<Filter, 'role' | 'agencies' | 'memberOf'> = {},
  ): Promise<OfOutcome> {
    using look = await this.looks.look(at);
    const row = (await outcomeRows(look, { ...filter, followsUp: id })).find(({ outcome }) => outcome === id);
    if (!row) throw new Rejected('not_found', `There is no outcome ${id} as at ${at.asOf}.`);
    return { ...(await this.#progress.agencies(look.at, { ...filter, followsUp: id })), row };
  }
}

/** The outcomes that were reported by then, of those asked for, in the order of their codes. */
async function outcomeRows(look: Look, filter: OutcomesFilter, addressee?: string): Promise<OutcomeRow[]> {
  const { registers, hierarchy, at, columns } = look;
  const { followsUp } = filter;
  const within = followsUp ? new Set(await hierarchy.followUpsOf(followsUp)) : null;
  const documents = await registers.all('document', at.knownAt);
  const sources = new Map(documents.map((document) => [document.id, document]));
  const agency = addressee ? await registers.one('agency', addressee, at.knownAt, at.asOf) : null;
  const called = addressee ? [addressee, ...(agency?.names ?? []).map(({ name }) => name)] : null;
  const outcomes = await registers.all('outcome', at.knownAt, at.asOf);
  if (addressee && !agency && !(await registers.all('outcome')).some((one) => one.addressees.includes(addressee)))
    throw unknownCode('addressee', addressee, (await registers.all('agency')).map(entryCode), 'addressee');
  const became = filter.agencies === 'today' ? await hierarchy.successors() : null;
  const found = await look.find(filter);
  const followed = new Keys(columns, 'followsUp', (ids) => ids.map(keyed));
  const lead = new Keys(columns, 'agencies', ([first]) => [keyed(became?.get(first!.agency) ?? first!.agency)]);
  const counted = new Map(countBy(found, followed).map(({ keys: [id], row }) => [id!, row]));
  const since = followedSince(found, Number(at.knownAt));
  const { metOnes, metOthers } = new CrossTab(found, followed, lead);
  const { sorted, places } = inOrder(lead.names);
  /** By the outcome: where it meets the agencies that lead its follow-up. */
  const leads = Map.groupBy(metOthers.keys(), (i) => followed.names[metOnes[i]!]!);
  const leadsOf = (id: string): string[] =>
    Array.from(Int32Array.from(leads.get(id) ?? [], (i) => places[metOthers[i]!]!).sort(), (place) => sorted[place]!);
  return outcomes.flatMap((outcome): OutcomeRow[] => {
    const { id, text, kind, forum, issuedBy, issuer, addressedTo, concerns, addressees, endorsed } = outcome;
    const { themes, document, locator, section, paragraph } = outcome;
    const source = sources.get(document);
    if (!source || source.reportedOn > at.asOf) return [];
    if ((within && !within.has(id)) || (called && !addressees.some((one) => called.includes(one)))) return [];
    const row = counted.get(id) ?? ZERO_ROW;
    return [
      {
        ...{ outcome: id, text, kind: kind ?? 'not_told' },
        ...statusOf(
          kind === 'decision'
            ? [source.reportedOn, ...endorsed.map(({ reportedOn }) => reportedOn)].sort()[0]
            : endorsed[0]?.reportedOn,
          since.get(id),
        ),
        endorsedBy: endorsed.map(({ by }) => by),
        ...{ forum: forum ?? null, issuedBy: issuedBy ?? null, issuer: issuer ?? null },
        ...{ addressedTo: addressedTo ?? null, concerns: concerns ?? 'substance', addressees, themes: themes ?? [] },
        ...{ document, locator, section: section ?? null, paragraph: paragraph ?? null },
        cited: `${documentWords(source)}, ${placeWords(outcome)}`,
        reportedOn: source.reportedOn,
        covered: row.total > 0,
        ...row,
        leads: leadsOf(id),
        list: listQuery({ ...filter, followsUp: id }, at),
      },
    ];
  });
}

/** The status of an outcome, with its dates; proposed it is on the day of its document. */
const statusOf = (endorsedOn: FullDate | null = null, followedUpOn: FullDate | null = null) => ({
  status: (followedUpOn
    ? 'followed_up'
    : endorsedOn
      ? 'endorsed'
      : 'proposed') satisfies OutcomeStatus as OutcomeStatus,
  ...{ endorsedOn, followedUpOn },
});

/**
 * Forums and outcomes that selected commitments follow up: the first day from which one of these has done so without a break.
 * @param knownAt a position of the log
 */
function followedSince({ columns, rows }: Selection, knownAt: number): Map<string, FullDate> {
  const { from, followsUp } = columns.columns;
  const { entries } = columns.dictionaries.followsUp;
  /** Of commitments that always followed up the same, by the code of that. */
  const firstOf = new Int32Array(entries.length).fill(END_OF_TIME);
  const days = new Map<string, number>();
  const note = (id: string, day: number): void => void (day < (days.get(id) ?? END_OF_TIME) && days.set(id, day));
  const nothing = flags(entries, ({ length }) => length === 0);
  const noteOf = (row: number): void => {
    const code = followsUp[row]!;
    if (nothing[code] === 1) return;
    const first = firstAlike(columns.columns, row, knownAt);
    let before = knownBefore(columns.columns, first, knownAt);
    if (before === NO_ROW) {
      if (from[first]! < firstOf[code]!) firstOf[code] = from[first]!;
      return;
    }
    let still = entries[code]!;
    const began = new Map(still.map((id) => [id, from[first]!]));
    for (; before !== NO_ROW && still.length > 0; before = knownBefore(columns.columns, before, knownAt)) {
      const then = entries[followsUp[before]!]!;
      still = still.filter((id) => then.includes(id));
      for (const id of still) began.set(id, from[before]!);
    }
    began.forEach((on, id) => note(id, on));
  };
  for (let i = 0; i < rows.length; i++) noteOf(rows[i]!);
  for (let code = 0; code < firstOf.length; code++)
    if (firstOf[code]! < END_OF_TIME) for (const id of entries[code]!) note(id, firstOf[code]!);
  return new Map([...days].map(([id, day]) => [id, dateOf(day)]));
}

type Rows = Selection['columns']['columns'];

/** The row before one of the same commitment that is known; `NO_ROW`: there is none. */
function knownBefore({ next, since, until }: Rows, row: number, knownAt: number): number {
  let before = next[row]!;
  while (before !== NO_ROW && (since[before]! > knownAt || until[before]! <= knownAt)) before = next[before]!;
  return before;
}

/** The first row from which on, without a break, the same was followed up. */
function firstAlike({ next, since, until, followsUp }: Rows, row: number, knownAt: number): number {
  const code = followsUp[row]!;
  let first = row;
  for (let before = next[row]!; before !== NO_ROW; before = next[before]!) {
    if (since[before]! > knownAt || until[before]! <= knownAt) continue;
    if (followsUp[before] !== code) break;
    first = before;
  }
  return first;
}

/** Forums that began last come first; those without a date are at the end. */
const latestFirst = (a: Forum, b: Forum): number =>
  (b.start ?? '').localeCompare(a.start ?? '') || compareTexts(a.id, b.id);

const outcomeCountsOf = (rows: readonly OutcomeRow[]): OutcomeCounts => {
  const those = (test: (row: OutcomeRow) => boolean) => rows.filter(test).length;
  const byEach = <N extends string>(names: readonly N[], test: (row: OutcomeRow, name: N) => boolean) =>
    Object.fromEntries(names.map((name) => [name, those((row) => test(row, name))])) as Record<N, number>;
  return {
    outcomes: rows.length,
    byKind: byEach(TOLD_KINDS, ({ kind }, one) => kind === one),
    covered: those(({ covered }) => covered),
    byStage: byEach(STAGES, ({ byStage }, stage) => byStage[stage] > 0),
    overdue: those(({ overdue }) => overdue > 0),
    stale: those(({ stale }) => stale > 0),
  };
};

@ApiTags('Progress')
@Controller('v1/progress/outcomes')
export class CoverageController {
  constructor(private readonly coverage: Coverage) {}

  @Get()
  @Answers(
    OutcomesView,
    'Which outcomes are followed up, and how that stands',
    'Recommendations and requests of forums and resolutions, whether any commitment follows each up, and who leads ' +
      `these. As ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
  )
  async progressOutcomes(@AtClocks() { at, limit, cursor, ...filter }: OutcomesQuery, @WantedFormat() wanted: Format) {
    return this.coverage.outcomes(at, filter, { limit: limit ?? (wanted === 'json' ? undefined : null), cursor });
  }

  @Get(':id')
  @Answers(
    OfOutcome,
    'Progress on one outcome, and per agency',
    'The commitments that follow it up, counted by stage, and a row per agency.',
  )
  @ApiNotFoundResponse({ description: 'There is no such outcome as at the date' })
  async progressOnOutcome(@Param('id') id: string, @AtClocks() { at, role, agencies, memberOf }: AgenciesQuery) {
    return this.coverage.outcome(id, at, { role, agencies, memberOf });
  }
}
