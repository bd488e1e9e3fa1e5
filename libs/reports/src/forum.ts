/** The report on the follow-up to a forum: every outcome of it and of its round tables, who took it up, and how far. */
import { ApiProperty } from '@nestjs/swagger';
import { listQuery, OptionalText, FilterField, type Filter, type OutcomeRow } from '#progress';
import { commitmentTable, dataColumnsOf } from './commitments.js';
import { coverOf } from './cover.js';
import type { ColumnKey, Dossier, Draft, ColumnWithCell } from './draft.js';
import { attention, changes, outcomeColumns, summary, verification } from './follow-up.js';
import { ReportQuery, reportSubject, type ReportMaker } from './kind.js';
import type { Block, Inline, Row, Section, Table } from './report.js';
import type { CountedList } from './words/index.js';

export class ForumReportQuery extends ReportQuery {
  @ApiProperty({ required: true })
  @OptionalText('The forum whose follow-up the report is on, with its round tables', 'HLD-2006')
  forum?: string;
  @FilterField() memberOf?: string;
}

export const forum: ReportMaker = {
  summary: 'A report on the follow-up to a forum and its round tables, outcome by outcome',
  query: ForumReportQuery,
  template: 15,

  async make(draft, { memberOf, ...asked }) {
    const { words, at, views } = draft;
    const { sentences, captions } = words;
    const { id, name } = await reportSubject(views.registers, 'forum', asked, { knownAt: at.knownAt });
    const filter = { followsUp: id, ...(memberOf && { memberOf }) };
    const { rows, total, kinds, leftOut } = await views.coverage.outcomes(at, filter, { limit: null });
    const put = await views.coverage.outcomes(at, { addressedTo: id, ...(memberOf && { memberOf }) }, { limit: null });
    const row = await views.progress.total(at, filter);
    const dossiers = await draft.all(filter);
    const following = new Map(dossiers.map((dossier) => [dossier.item.reference, dossier]));
    for (const { outcome } of put.rows.filter(({ covered }) => covered))
      for (const dossier of await draft.all({ ...filter, followsUp: outcome }))
        following.set(dossier.item.reference, dossier);
    const list = (more: object = {}) => draft.address('outcomes', listQuery({ ...filter, ...more }, at));
    const all = { n: total.outcomes, href: list() };
    const taken = { n: total.covered, href: list({ covered: true }) };
    const kindTable = draft.table(
      'kinds',
      captions.outcomesByKind,
      [
        draft.column('outcomeKind', 'code', 2, 'outcomeKind'),
        draft.column('outcomes', 'integer'),
        draft.column('covered', 'share', 2),
      ],
      kinds.map(({ kind, outcomes, covered, list }): Row => {
        const href = draft.address('outcomes', list);
        const ofKind = { n: covered, href: `${href}&covered=true` };
        return [draft.code('outcomeKind', kind), draft.integer({ n: outcomes, href }), draft.share(ofKind, outcomes)];
      }),
      all.href,
      { totalRow: [draft.text(words.parts.all), draft.integer(all), draft.share(taken, total.outcomes)] },
    );
    const body = memberOf && draft.name('agency', memberOf);
    const about: Block[] = [
      ...(body ? [draft.paragraph(sentences.ofMembersOnly(body))] : []),
      draft.paragraph(
        sentences.outcomes(all, taken, at.asOf),
        ...(leftOut > 0 ? [' ', ...sentences.leftOut({ n: leftOut, href: list({ concerns: 'organisation' }) })] : []),
      ),
      ...(total.outcomes > 0 ? [kindTable] : []),
    ];
    const joint = await jointUndertakings(draft, filter, row.total);
    const opening = sentences.followed(draft.counted(row.total, filter));
    const subtitle = [draft.foreign(name), ...(body ? [words.parts.colon, ...words.cover.membersOf(body)] : [])];
    return {
      cover: coverOf(draft, subtitle, { row, filter }),
      sections: async () => [
        await summary(draft, { row, filter, opening, more: about }),
        ...(await changes(draft, filter)),
        ...(rows.length > 0 ? [outcomesOneByOne(draft, id, rows, dossiers, filter)] : []),
        outcomesWithoutFollowUp(draft, id, rows, all, list({ covered: false }), filter),
        ...asAWhole(draft, rows, dossiers, filter),
        putTo(draft, put, [...following.values()], { addressedTo: id, memberOf }),
        joint,
        attention(draft, row, dossiers, filter),
        verification(draft, dossiers, filter),
      ],
      data: outcomeData(draft, [...rows, ...put.rows], [...following.values()], list()),
    };
  },
};

const followers = (dossiers: readonly Dossier[], outcome: string): Dossier[] =>
  dossiers.filter(({ item }) => item.followsUp.includes(outcome));

/** An outcome with its kind, its text and its source, and the commitments that follow it up. */
function outcomeBlocks(
  draft: Draft,
  row: OutcomeRow,
  dossiers: readonly Dossier[],
  { memberOf }: Pick<Filter, 'memberOf'>,
): Block[] {
  const { words } = draft;
  const those = followers(dossiers, row.outcome);
  const href = draft.address('commitments', row.list);
  const taken = row.covered
    ? words.sentences.tookUp(
        { n: row.total, href },
        row.leads.map((lead) => draft.agency(lead)),
      )
    : [memberOf ? words.sentences.noMemberTookUp : words.sentences.nobodyTookUp];
  return [
    draft.paragraph(...outcomeWords(draft, row), ' ', ...taken),
    ...commitmentTable(draft, `follow-up-${row.outcome}`, words.captions.followUp(row.outcome), those, href),
  ];
}

const outcomeWords = (draft: Draft, row: OutcomeRow): Inline[] => [
  draft.outcome(row.outcome),
  ` (${draft.wordOf('outcomeKind', row.kind).toLowerCase()})${draft.words.parts.colon}`,
  draft.foreign(row.text),
  draft.cite(row),
];

/** Those of the forum itself first, then those of each round table. */
function outcomesOneByOne(
  draft: Draft,
  id: string,
  rows: readonly OutcomeRow[],
  dossiers: readonly Dossier[],
  filter: Filter,
): Section {
  const { words } = draft;
  const taken = rows.filter(({ covered }) => covered);
  const blocksOf = (own: readonly OutcomeRow[]) => own.flatMap((row) => outcomeBlocks(draft, row, dossiers, filter));
  if (taken.every(({ forum }) => (forum ?? id) === id))
    return draft.section('outcomes', words.sections.outcomes, blocksOf(taken));
  const sections = [...Map.groupBy(taken, ({ forum }) => forum ?? id)]
    .sort(([a], [b]) => Number(b === id) - Number(a === id) || (a < b ? -1 : 1))
    .map(([forum, own]) =>
      draft.section(
        `forum-${forum}`,
        forum === id ? words.sections.ofForumItself : [draft.name('forum', forum)],
        blocksOf(own),
      ),
    );
  return draft.section('outcomes', words.sections.outcomes, [], sections);
}

/** Outcomes that no commitment follows up. */
function outcomesWithoutFollowUp(
  draft: Draft,
  id: string,
  rows: readonly OutcomeRow[],
  all: CountedList,
  href: string,
  { memberOf }: Filter,
): Section {
  const { words } = draft;
  const open = rows.filter(({ covered }) => !covered);
  const isOfItself = open.every(({ forum }) => forum === id);
  const forum = draft.texts<OutcomeRow>('forum', 2.2, ({ forum }) => (forum ? draft.entry('forum', forum) : null));
  const columns = [...outcomeColumns(draft, 6), ...(isOfItself ? [] : [forum])];
  return draft.section('nobody', memberOf ? words.sections.noMember : words.sections.nobody, [
    draft.paragraph(words.sentences.nobody({ n: open.length, href }, all, memberOf !== undefined)),
    ...draft.tableOf('nobody-table', words.captions.nobody, columns, open, href),
  ]);
}

/** The commitments that follow up the forum or a round table of it, and none of the outcomes. */
function asAWhole(draft: Draft, rows: readonly OutcomeRow[], dossiers: readonly Dossier[], filter: Filter): Section[] {
  const { words } = draft;
  const outcomes = new Set(rows.map(({ outcome }) => outcome));
  const those = dossiers.filter(({ item }) => !item.followsUp.some((one) => outcomes.has(one)));
  if (those.length === 0) return [];
  const counted = draft.counted(those.length, { ...filter, followsUpOutcome: false });
  return [
    draft.section('as-a-whole', words.sections.ofNoOutcome, [
      draft.paragraph(words.sentences.asAWhole(counted)),
      ...commitmentTable(draft, 'as-a-whole-table', words.captions.followUpForum, those, counted.href!),
    ]),
  ];
}

/** Proposals of others to the forum, which are no outcomes of it. */
function putTo(
  draft: Draft,
  { rows, total }: { readonly rows: readonly OutcomeRow[]; readonly total: { outcomes: number; covered: number } },
  dossiers: readonly Dossier[],
  asked: { readonly addressedTo: string; readonly memberOf?: string },
): Section {
  const { words, at } = draft;
  const list = (more: object = {}) => draft.address('outcomes', listQuery({ ...asked, ...more }, at));
  return draft.section('put-to', words.sections.putTo, [
    draft.paragraph(
      words.sentences.putTo({ n: total.outcomes, href: list() }, { n: total.covered, href: list({ covered: true }) }),
    ),
    ...rows.flatMap((row) => outcomeBlocks(draft, row, dossiers, asked)),
  ]);
}

/** The commitments of several agencies; of the members of a body where that is asked for. */
async function jointUndertakings(draft: Draft, filter: Filter, total: number): Promise<Section> {
  const { words, views, at } = draft;
  const shared = { ...filter, joint: true };
  const { total: n } = await views.progress.total(at, shared);
  const dossiers = n > 0 ? await draft.all(shared) : [];
  const counted = draft.counted(n, shared);
  const title = filter.memberOf ? words.sections.jointOf(draft.name('agency', filter.memberOf)) : words.sections.joint;
  return draft.section('joint', title, [
    draft.paragraph(words.sentences.joint(counted, draft.counted(total, filter))),
    ...commitmentTable(draft, 'joint-table', words.captions.joint, dossiers, counted.href!),
  ]);
}

/** An outcome, and a commitment that follows it up; `null`: none does. */
interface FollowedUp {
  readonly row: OutcomeRow;
  readonly dossier: Dossier | null;
}

/** A row for every outcome and commitment that follows it up; for an outcome without any, one without a commitment. */
function outcomeData(draft: Draft, rows: readonly OutcomeRow[], dossiers: readonly Dossier[], href: string): Table {
  const those = rows.flatMap((row): FollowedUp[] => {
    const following = followers(dossiers, row.outcome);
    return following.length > 0 ? following.map((dossier) => ({ row, dossier })) : [{ row, dossier: null }];
  });
  const ofCommitment = (keys: readonly ColumnKey[]): ColumnWithCell<FollowedUp>[] =>
    dataColumnsOf(draft, keys).map(({ column, cell }) => ({ column, cell: ({ dossier: of }) => of && cell(of) }));
  const { texts, codes, lists } = draft;
  const columns: ColumnWithCell<FollowedUp>[] = [
    texts('outcome', 1.6, ({ row }) => draft.outcome(row.outcome)),
    texts('outcomeText', 5, ({ row }) => draft.foreign(row.text)),
    codes('outcomeKind', 1.4, 'outcomeKind', ({ row }) => row.kind),
    codes('status', 1.4, 'status', ({ row }) => row.status),
    texts('forum', 1.6, ({ row }) => row.forum || null),
    texts('cited', 3, ({ row }) => row.cited),
    ...ofCommitment(['reference', 'title', 'lead']),
    lists('agencies', 2.5, ({ dossier }) =>
      (dossier?.item.agencies ?? []).map(({ agency, role }) => [`${agency} (${role})`]),
    ),
    ...ofCommitment(['stage', 'stageSince', 'target', 'overdue', 'lastReportedOn']),
    lists('evidence', 4, ({ dossier }) =>
      (dossier?.view.evidence ?? []).map(({ title, language }) => [draft.foreign(title, language)]),
    ),
  ];
  const table = draft.table(
    'data',
    draft.words.sections.outcomes,
    columns.map(({ column }) => column),
    [],
    href,
  );
  return { ...table, rows: those.map((one) => columns.map(({ cell }) => cell(one))), rowCount: those.length };
}
