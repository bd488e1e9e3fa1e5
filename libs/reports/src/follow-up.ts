/** The sections that reports on the commitments of an agency, a theme or of all have in common. */
import { FINDINGS, isOpen, type Stage } from '#commitments';
import { SHOWN_STAGES } from '#charts';
import {
  ENTRY_REASONS,
  EXIT_REASONS,
  FLOW_NAMES,
  type Changed,
  type Filter,
  type FlowFilter,
  type Item,
  type Leg,
  type OutcomeRow,
  type Row as Figures,
} from '#progress';
import { chartOf } from './chart.js';
import { reasonTable } from './commitments.js';
import type { Dossier, Draft, ColumnWithCell } from './draft.js';
import type { Block, Inline, Row, Section, Table } from './report.js';
import type { CountedList, Flow } from './words/index.js';

const ENDED_LIVES = 'merged,split,superseded,withdrawn';

// ── Summary ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Summarised extends CountedRow {
  /** The first paragraph: whose commitments these are, and how many. */
  readonly opening: readonly Inline[];
  readonly more?: readonly Block[];
}

export async function summary(draft: Draft, { row, filter, opening, more = [] }: Summarised): Promise<Section> {
  const { words, at } = draft;
  const { sentences } = words;
  const { total, byStage, withTarget, overdue, stale, lastReportedOn } = row;
  const of = (n: number, narrower: Filter) => draft.counted(n, { ...filter, ...narrower });
  const all = of(total, {});
  const isStillOpen = SHOWN_STAGES.filter(isOpen);
  const open = isStillOpen.reduce((sum, stage) => sum + byStage[stage], 0);
  const others = SHOWN_STAGES.filter((stage) => stage !== 'completed' && byStage[stage] > 0);
  const inOthers = others.map((stage) => ({ stage, count: of(byStage[stage], { stage }) }));
  const apart = await draft.views.progress.total(at, { ...filter, life: ENDED_LIVES });
  const isDrawn = total > 0 && filter.overdue === undefined && filter.stale === undefined;
  const chart = isDrawn ? await chartOf(draft, filter, all.href!) : null;
  const blocks: Block[] = [draft.paragraph(opening, lastReportedOn ? sentences.lastReport(lastReportedOn) : [])];
  if (total > 0)
    blocks.push(
      draft.paragraph(
        sentences.completed(all, of(byStage.completed, { stage: 'completed' }), at.asOf),
        others.length === 0 ? [] : sentences.stages(inOthers, total, byStage.completed),
      ),
      draft.paragraph(sentences.targets(of(withTarget, { withTarget: true }), of(overdue, { overdue: true }), all)),
      draft.paragraph(
        open === 0
          ? sentences.nothingOpen
          : sentences.stale(of(stale, { stale: true }), of(open, { stage: isStillOpen.join() }), at.staleAfter),
      ),
    );
  if (apart.total > 0) blocks.push(draft.paragraph(sentences.apart(of(apart.total, { life: ENDED_LIVES }))));
  if (total > 0) blocks.push(stageTable(draft, row, filter));
  if (chart) blocks.push(chart);
  return draft.section('summary', words.sections.summary, [...blocks, ...more]);
}

function stageTable(draft: Draft, { total, byStage }: Figures, filter: Filter): Table {
  const { words } = draft;
  const columns = [
    draft.column('stage', 'code', 2, 'stage'),
    draft.column('total', 'integer'),
    draft.column('share', 'share', 2),
  ];
  const rows = SHOWN_STAGES.map((stage): Row => {
    const counted = draft.counted(byStage[stage], { ...filter, stage });
    return [draft.code('stage', stage), draft.integer(counted), draft.share(counted, total)];
  });
  const all = draft.counted(total, filter);
  const totalRow: Row = [draft.text(words.parts.all), draft.integer(all), draft.share(all, total)];
  return draft.table('stages', words.captions.stages, columns, rows, all.href!, { totalRow });
}

/** Some commitments, and how they stand. */
export interface CountedRow {
  readonly row: Figures;
  readonly filter: Filter;
}

/** How the commitments of each of some agencies or themes stand: a row each, with all in the last. */
export function rowsTable(
  draft: Draft,
  first: 'agency' | 'theme',
  those: readonly (CountedRow & { readonly code: string })[],
  total: CountedRow,
): Table {
  const [id, title] =
    first === 'agency'
      ? ['agencies-table', draft.words.captions.agencies]
      : ['themes-table', draft.words.captions.themes];
  const stages = SHOWN_STAGES.filter((stage) => total.row.byStage[stage] > 0);
  const columns = [
    draft.column(first, 'text', 3),
    draft.column('total', 'integer', 0.9),
    ...stages.map((stage) => draft.figuresAs('stage', 1.4, { key: stage, title: draft.wordOf('stage', stage) })),
    draft.column('overdue', 'integer', 1.2),
    draft.column('staleCount', 'integer', 1.3),
  ];
  const rowOf = (name: Inline, { row: { total, byStage, overdue, stale }, filter }: CountedRow): Row => [
    draft.text(name),
    draft.integer(draft.counted(total, filter)),
    ...stages.map((stage) => draft.integer(draft.counted(byStage[stage], { ...filter, stage }))),
    draft.integer(draft.counted(overdue, { ...filter, overdue: true })),
    draft.integer(draft.counted(stale, { ...filter, stale: true })),
  ];
  const rows = those.map((one) => rowOf(draft.entry(first, one.code), one));
  const totalRow = rowOf(draft.words.parts.all, total);
  const remarks = [[draft.words.lines.noSum(first)]];
  return draft.table(id, title, columns, rows, draft.listOf(total.filter), { totalRow, remarks });
}

// ── Changes between two dates ───────────────────────────────────────────────────────────────────────────────────────

/** How the number of commitments went, and which of them changed; none where the report has no first date. */
export async function changes(draft: Draft, filter: FlowFilter): Promise<Section[]> {
  const { since, at, words, round } = draft;
  if (!since) return [];
  const before = round?.before?.asOf === since ? round.before : null;
  const dates = { from: since, ...(before && { knownThen: before.knownAt }) };
  const flows = await draft.views.flows.between(at, dates, filter);
  const { totalThen, learned, totalThenAsKnownNow, reported, totalNow } = flows;
  const blocks: Block[] = [];
  if (before && learned)
    blocks.push(
      draft.paragraph(
        words.sentences.asPublished(before.symbol, draft.listed(totalThen), since),
        flowTerms(draft, learned).length === 0
          ? words.sentences.nothingCorrected
          : words.sentences.corrected(flowTerms(draft, learned), draft.listed(totalThenAsKnownNow)),
      ),
      ...movesOf(draft, learned),
    );
  const terms = flowTerms(draft, reported);
  blocks.push(
    draft.paragraph(
      words.sentences.bridge(draft.listed(totalThenAsKnownNow), terms, draft.listed(totalNow), since, at.asOf),
    ),
  );
  if (terms.length === 0 && reported.moves.length === 0) blocks.push(draft.paragraph(words.sentences.nothingChanged));
  else {
    blocks.push(
      draft.paragraph(words.sentences.moves(movedIn(draft, reported), draft.listed(reported.same, 'changes-since'))),
      ...movesOf(draft, reported),
      ...(await changeTable(draft, since, filter)),
    );
  }
  return [draft.section('since', words.sections.since(since), blocks)];
}

/** The commitments that came in and went out, each with its list; terms of 0 are left out. */
function flowTerms(draft: Draft, { entered, left }: Leg) {
  const term = (sign: '+' | '−', flow: Flow, { total, list }: { total: number; list: string }) =>
    total === 0 ? [] : { sign, flow, count: draft.listed({ total, list }, 'changes-since') };
  return [
    ...ENTRY_REASONS.flatMap((name) => term('+', name, entered[name])),
    ...EXIT_REASONS.flatMap((name) => term('−', name, left[name])),
  ];
}

/** All that changed their stage: apart from its one move each list is the same. */
function movedIn(draft: Draft, { moves, same }: Leg): CountedList {
  const total = moves.reduce((sum, { count }) => sum + count, 0);
  const all = encodeURIComponent(moves.map(({ from, to }) => `${from}-${to}`).join());
  return draft.listed({ total, list: same.list.replace('flow=same', `flow=${all}`) }, 'changes-since');
}

/** From stage to stage. */
const movesOf = (draft: Draft, { moves }: Leg): Block[] =>
  moves.length === 0
    ? []
    : [
        draft.list(
          moves.map(({ from, to, count, list }) =>
            draft.words.sentences.move(draft.listed({ total: count, list }, 'changes-since'), from, to),
          ),
        ),
      ];

/** A commitment that came, went or changed its stage. */
type Moved = Omit<Changed, 'why' | 'history'>;

async function changeTable(draft: Draft, since: string, filter: FlowFilter): Promise<Table[]> {
  const { at, words } = draft;
  const changed: Moved[] = [];
  const flow = FLOW_NAMES.filter((name) => name !== 'same');
  let cursor: string | null | undefined;
  do {
    const terms = { limit: 200, ...(cursor && { cursor }) };
    const page = await draft.views.flows.commitments(at, { from: since }, { flow }, filter, terms);
    changed.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  const columns: ColumnWithCell<Moved>[] = [
    draft.texts('commitment', 4.5, ({ reference, title }) => [draft.reference(reference), ' ', draft.foreign(title)]),
    draft.told('change', 'text', 2, ({ flow }) =>
      flow in words.codes.flow ? draft.code('flow', flow) : draft.text(words.lines.stageChanged),
    ),
    draft.codes('before', 1.2, 'stage', ({ before }) => before),
    draft.codes('after', 1.2, 'stage', ({ after }) => after),
  ];
  return draft.tableOf('changes', words.captions.changes(since, at.asOf), columns, changed, draft.listOf(filter));
}

// ── The need for attention ──────────────────────────────────────────────────────────────────────────────────────────

/** The commitments that are overdue, without update, on hold and discontinued, each with the reason. */
export function attention(draft: Draft, row: Figures, dossiers: readonly Dossier[], filter: Filter): Section {
  const { sections, captions, sentences } = draft.words;
  const { staleAfter } = draft.at;
  const { overdue, stale, byStage } = row;
  const part = (
    id: 'overdue' | 'stale' | 'onHold' | 'discontinued',
    caption: string,
    counted: CountedList,
    holds: (item: Item) => boolean,
    sentence: (n: CountedList) => Inline[],
  ): Section => {
    const those = dossiers.filter(({ item }) => holds(item));
    return draft.section(id, sections[id], [
      draft.paragraph(sentence(counted)),
      ...reasonTable(draft, `${id}-table`, caption, those, counted.href!),
    ]);
  };
  const of = (n: number, narrower: Filter) => draft.counted(n, { ...filter, ...narrower });
  const inStage = (stage: Stage) => (item: Item) => item.stage === stage;
  const [held, given] = [
    of(byStage.on_hold, { stage: 'on_hold' }),
    of(byStage.discontinued, { stage: 'discontinued' }),
  ];
  const silent = of(stale, { stale: true });
  const parts = [
    part('overdue', captions.overdue, of(overdue, { overdue: true }), (item) => item.overdue, sentences.overdue),
    part(
      'stale',
      captions.stale(staleAfter),
      silent,
      (item) => item.stale,
      (n) => sentences.staleList(n, staleAfter),
    ),
    part('onHold', captions.onHold, held, inStage('on_hold'), sentences.onHold),
    part('discontinued', captions.discontinued, given, inStage('discontinued'), sentences.discontinued),
  ];
  return draft.section('attention', sections.attention, [], parts);
}

/** The secretariat's reading of each part, and the replies of the agencies. */
export function verification(draft: Draft, dossiers: readonly Dossier[], filter: Filter): Section {
  const { words } = draft;
  const readings = dossiers.flatMap((dossier) =>
    dossier.view.parts.flatMap(({ agency, verification }) => (verification ? { dossier, agency, verification } : [])),
  );
  const read = new Set(readings.map(({ dossier }) => dossier)).size;
  const replies = readings.reduce((sum, { verification }) => sum + verification.replies.length, 0);
  const columns: ColumnWithCell<(typeof readings)[number]>[] = [
    draft.texts('commitment', 3.2, ({ dossier }) => draft.title(dossier)),
    draft.texts('agency', 1.2, ({ agency }) => draft.agency(agency)),
    draft.codes('verification', 1.6, 'verification', ({ verification }) => verification.verification),
    draft.texts('reason', 3, ({ verification: of }) => [draft.foreign(of.reason), ...draft.notes(of)]),
    draft.lists('replies', 3, ({ verification }) =>
      verification.replies.map((reply) => [draft.foreign(reply.text), ...draft.notes(reply)]),
    ),
  ];
  const href = draft.listOf({ ...filter, verification: FINDINGS.join() });
  return draft.section('verification', words.sections.verification, [
    draft.paragraph(
      words.sentences.verification({ n: read, href }, draft.counted(dossiers.length, filter), { n: replies, href }),
    ),
    ...draft.tableOf('verification', words.captions.verification, columns, readings, href),
  ]);
}

/** An outcome by its text, with where it stands, and its kind. */
export const outcomeColumns = (draft: Draft, weight: number): ColumnWithCell<OutcomeRow>[] => [
  draft.texts('outcomeText', weight, (row) => [
    ...[draft.outcome(row.outcome), ' ', draft.foreign(row.text)],
    draft.cite(row),
  ]),
  draft.codes('outcomeKind', 1.5, 'outcomeKind', ({ kind }) => kind),
];
