/** Commitments in reports: as a table that is read, and as the rows of data that every kind but one has. */
import type { CommitmentView } from '#acts';
import { isOpen } from '#commitments';
import type { Filter } from '#progress';
import type { Cell, Column, Inline, Row, Table } from './report.js';
import type { Dossier, Draft, Title } from './draft.js';
import type { SaidOfCommitment } from './round-of-report.js';

type Part = CommitmentView['parts'][number];

// ── Tables that are read ────────────────────────────────────────────────────────────────────────────────────────────

/** The columns of a commitment with its title, stage and agencies; `more` after these. */
const columnsOf = (draft: Draft, more: readonly Column[]): Column[] => [
  draft.column('commitment', 'list', 4),
  draft.column('stageAndDate', 'list', 2.2),
  draft.column('parts', 'list', 2.1),
  ...more,
];

/** @param told what stands below the title */
const cellsOf = (draft: Draft, dossier: Dossier, told: readonly Inline[][] = []): Row => [
  draft.lines([titleOf(draft, dossier), ...told]),
  draft.lines(stageLines(draft, dossier)),
  draft.lines(partLines(draft, dossier)),
];

/** Commitments with what their agencies said of them, and the evidence of each. */
export function commitmentTable(
  draft: Draft,
  id: string,
  title: Title,
  dossiers: readonly Dossier[],
  href: string,
): Table {
  const columns = columnsOf(draft, [draft.column('target', 'date', 1.3), draft.column('evidence', 'list', 2.7)]);
  const rows = dossiers.map((dossier): Row => {
    const { target, evidence } = dossier.view;
    const shown = evidence.map((one) => evidenceOf(draft, one));
    return [...cellsOf(draft, dossier, notesOf(draft, dossier)), draft.date(target?.date), draft.lines(shown)];
  });
  return draft.table(id, title, columns, rows, href);
}

/** Commitments with what their agencies said of them, and what they depend on. */
export function reasonTable(draft: Draft, id: string, title: Title, dossiers: readonly Dossier[], href: string): Table {
  const columns = columnsOf(draft, [
    draft.column('target', 'date', 1.2),
    draft.column('lastReportedOn', 'date', 1.2),
    draft.column('note', 'list', 2.1),
  ]);
  const rows = dossiers.map((dossier): Row => [
    ...cellsOf(draft, dossier),
    draft.date(dossier.view.target?.date),
    draft.date(dossier.view.lastReportedOn),
    draft.lines(reasonsOf(draft, dossier)),
  ]);
  return draft.table(id, title, columns, rows, href);
}

const titleOf = (draft: Draft, { item, view }: Dossier): Inline[] => [
  ...[draft.reference(item.reference), ' ', draft.foreign(view.title, view.language)],
  ...draft.notes(view.headline),
];

/** The words of each agency with the stage of its part, and in the return of the round that the report comes out of. */
function notesOf(draft: Draft, { item, view }: Dossier): Inline[][] {
  const { parts, headline } = view;
  const entries = parts.flatMap(({ agency, entry }) => (entry ? { agency, entry } : []));
  const isOfPart = entries.some(({ entry }) => entry.revision === headline.revision);
  const said = [...(isOfPart ? [] : [{ agency: headline.agency ?? null, entry: headline }]), ...entries].flatMap(
    ({ agency, entry: { note } }) => (note ? { agency, word: '', note } : []),
  );
  const inReturns = (draft.round?.saidOf.get(item.reference) ?? []).flatMap(({ agency, says, words }) => {
    const word = says === 'update' ? '' : `, ${draft.wordOf('inReturn', says).toLowerCase()}`;
    return words
      .filter((note) => !said.some((one) => one.agency === agency && one.note === note))
      .map((note) => ({ agency, word, note }));
  });
  return [...said, ...inReturns].map(({ agency, word, note }) => [
    ...(agency === null ? [] : [`${agency}${word}${draft.words.parts.colon}`]),
    draft.isRemoved(note) ? draft.foreign(note) : emphasis(draft.foreign(note, view.language)),
  ]);
}

const emphasis = (...inlines: readonly Inline[]): Inline => ({ type: 'emphasis', inlines });

function stageLines(draft: Draft, { item, view }: Dossier): Inline[][] {
  const { lines } = draft.words;
  const stage = draft.wordOf('stage', item.stage);
  return [
    ...(isOpen(item.stage)
      ? [[`${stage} ${lines.since(view.headline.effective)}`]]
      : [[stage], [lines.at(view.headline.effective)]]),
    ...(item.overdue ? [[emphasis(lines.overdue)]] : []),
    ...(item.stale ? [[emphasis(lines.noUpdateSince(item.lastReportedOn))]] : []),
    ...(item.nextStep ? [lines.nextStep(draft.foreign(item.nextStep, view.language), item.nextStepDue)] : []),
    ...(item.noNextStep ? [[lines.noNextStep]] : []),
  ];
}

/** The words of each agency on its part; agencies without words of their own are named together. */
function partLines(draft: Draft, { item, view }: Dossier): Inline[][] {
  const { lines, parts } = draft.words;
  const said = new Map((draft.round?.saidOf.get(item.reference) ?? []).map(({ agency, says }) => [agency, says]));
  const unheard = view.parts.filter(({ agency, entry, role }) => !entry && role !== 'lead' && !said.has(agency));
  const isAsked = ({ agency }: Part) => view.agencies.some((one) => one.agency === agency && one.asked);
  const asked = unheard.filter(isAsked);
  const others = unheard.filter((part) => !isAsked(part));
  const named = (parts: readonly Part[]) =>
    parts.flatMap(({ agency }, i) => [...(i > 0 ? [', '] : []), draft.agency(agency)]);
  return [
    ...view.parts
      .filter((part) => !unheard.includes(part))
      .map((part) => partOf(draft, view, part, said.get(part.agency))),
    ...(others.length > 0 ? [[`${lines.notReported}${parts.colon}`, ...named(others)]] : []),
    ...(asked.length > 0 ? [[`${lines.asked}${parts.colon}`, ...named(asked)]] : []),
  ];
}

/**
 * `IOM (lead): completed, 20 Nov. 2006`; without its stage where that is the one of the commitment.
 * @param says what the agency says of it in its return
 */
function partOf(
  draft: Draft,
  view: CommitmentView,
  { agency, role, entry }: Part,
  says: SaidOfCommitment['says'] | undefined,
): Inline[] {
  const { lines, parts } = draft.words;
  const name: Inline[] = [draft.agency(agency), ` (${draft.wordOf('role', role)})`];
  if (!entry) return says ? [...name, `${parts.colon}${draft.wordOf('inReturn', says).toLowerCase()}`] : name;
  if (entry.revision === view.headline.revision) return name;
  return [...name, `${parts.colon}${draft.wordOf('stage', entry.stage).toLowerCase()}, ${lines.at(entry.effective)}`];
}

function evidenceOf(draft: Draft, evidence: CommitmentView['evidence'][number]): Inline[] {
  const { title, url, language, date } = evidence;
  const words = draft.foreign(title, language);
  const isInTitle = date?.length === 4 && title.includes(date);
  return [
    url ? draft.link(words, url) : words,
    ...(date && !isInTitle ? [`, ${draft.words.lines.at(date)}`] : []),
    ...draft.notes(evidence),
  ];
}

function reasonsOf(draft: Draft, dossier: Dossier): Inline[][] {
  const { view } = dossier;
  const condition = view.conditionLifted ? null : view.condition;
  return [
    ...notesOf(draft, dossier),
    ...(condition ? [draft.words.lines.onCondition(draft.foreign(condition, view.language))] : []),
  ];
}

// ── The rows of data ────────────────────────────────────────────────────────────────────────────────────────────────

/** The same columns in every kind of report that is about commitments. */
export const dataColumns = (draft: Draft): Column[] => [
  draft.column('reference', 'text', 1.6),
  draft.column('title', 'text', 5),
  draft.column('language', 'text', 1),
  draft.column('kind', 'code', 1.6, 'kind'),
  draft.column('nature', 'code', 1.2, 'nature'),
  draft.column('strength', 'code', 1.2, 'strength'),
  draft.column('life', 'code', 1, 'life'),
  draft.column('stage', 'code', 1.2, 'stage'),
  draft.column('stageSince', 'date', 1.2),
  draft.column('stageReportedOn', 'date', 1.2),
  draft.column('outlook', 'code', 1, 'outlook'),
  draft.column('nextStep', 'text', 3),
  draft.column('nextStepDue', 'date', 1.2),
  draft.column('noNextStep', 'code', 1, 'yesNo'),
  draft.column('lead', 'text', 1.2),
  draft.column('agencies', 'list', 2.5),
  draft.column('parts', 'list', 3),
  draft.column('themes', 'list', 2),
  draft.column('followsUp', 'list', 2),
  draft.column('target', 'date', 1.2),
  draft.column('overdue', 'code', 1, 'yesNo'),
  draft.column('stale', 'code', 1, 'yesNo'),
  draft.column('lastReportedOn', 'date', 1.2),
  draft.column('evidence', 'list', 4),
  draft.column('note', 'text', 3),
  draft.column('condition', 'text', 2),
  draft.column('verification', 'code', 1.4, 'verification'),
  draft.column('reason', 'text', 3),
  draft.column('replies', 'list', 3),
  draft.column('source', 'list', 3),
  draft.column('inReturns', 'list', 3),
];

type Both = readonly [coded: string, inWords: string, ...more: Inline[]];

/** Items of data, each with its codes and, for people, in words. */
const inBoth = (draft: Draft, items: readonly Both[]): Cell => {
  const cell = draft.lines(items.map(([coded, , ...more]) => [coded, ...more]));
  return cell && { ...cell, words: items.map(([, inWords, ...more]) => [inWords, ...more]) };
};

/** A text and nothing else: data have no notes, and are the same in every language. */
const words = (text: string | null | undefined): Inline[] => (text ? [text] : []);

export function dataRow(draft: Draft, { item, view }: Dossier): Row {
  const foreign = (text: string | null | undefined) => (text ? draft.text(draft.foreign(text, view.language)) : null);
  const { headline, verification } = view;
  const { citation, citations, onBehalf } = headline;
  const { lines, parts } = draft.words;
  const sources = draft.notes({ citation, citations }).map((note) => [note.citation, note.citation] as const);
  const authority = onBehalf && draft.cite(onBehalf.citation).citation;
  const onAuthority =
    onBehalf && authority
      ? ([`secretariat for ${onBehalf.agency}: ${authority}`, parts.onBehalf(onBehalf.agency, authority)] as const)
      : null;
  return [
    draft.text(draft.reference(item.reference)),
    foreign(view.title),
    view.language ? draft.text(view.language) : null,
    draft.code('kind', item.kind),
    draft.code('nature', item.nature),
    draft.code('strength', item.strength),
    draft.code('life', item.life),
    draft.code('stage', item.stage),
    draft.date(headline.effective),
    draft.date(headline.reportedOn),
    draft.code('outlook', item.outlook),
    foreign(item.nextStep),
    draft.date(item.nextStepDue),
    draft.code('yesNo', String(item.noNextStep)),
    draft.text(item.lead),
    inBoth(
      draft,
      view.agencies.map(({ agency, role, asked }) => [
        `${agency} (${role}${asked ? ', asked' : ''})`,
        `${agency} (${draft.wordOf('role', role)}${asked ? `, ${lines.yetToAccept}` : ''})`,
      ]),
    ),
    inBoth(
      draft,
      view.parts.map(({ agency, entry }) =>
        entry
          ? [
              `${agency}: ${entry.stage}, ${entry.effective}`,
              `${agency}${parts.colon}${draft.wordOf('stage', entry.stage).toLowerCase()}, ${entry.effective}`,
            ]
          : [`${agency}: unreported`, `${agency}${parts.colon}${lines.nothingReported}`],
      ),
    ),
    draft.lines(item.themes.map(words)),
    draft.lines(item.followsUp.map(words)),
    draft.date(item.target),
    draft.code('yesNo', String(item.overdue)),
    draft.code('yesNo', String(item.stale)),
    draft.date(item.lastReportedOn),
    draft.lines(
      view.evidence.map(({ title, date, language }) => [draft.foreign(title, language), ...words(date && `, ${date}`)]),
    ),
    foreign(headline.note),
    foreign(view.condition),
    draft.code('verification', item.verification?.verification ?? 'unreviewed'),
    foreign(verification?.reason),
    draft.lines((verification?.replies ?? []).map(({ agency, text }) => [`${agency}: `, draft.foreign(text)])),
    inBoth(draft, [...sources, ...(onAuthority ? [onAuthority] : [])]),
    inBoth(
      draft,
      (draft.round?.saidOf.get(item.reference) ?? []).flatMap(({ agency, says, words }): Both[] => {
        const said = `${agency}: ${says}`;
        const inWords = `${agency}${parts.colon}${draft.wordOf('inReturn', says).toLowerCase()}`;
        return words.length === 0
          ? [[said, inWords]]
          : words.map((note) => [`${said}, `, `${inWords}, `, draft.foreign(note, view.language)]);
      }),
    ),
  ];
}

/** All commitments of a filter, read as the rows are written. */
export function dataTable(draft: Draft, filter: Filter, rowCount: number): Table {
  const table = draft.table('data', draft.words.captions.commitments, dataColumns(draft), [], draft.listOf(filter));
  return { ...table, rowCount, rows: streamed(draft, filter, dataRow) };
}

/** Rows of commitments, which can be read again from the start. */
export const streamed = (
  draft: Draft,
  filter: Filter,
  rowOf: (draft: Draft, dossier: Dossier) => Row,
): Table['rows'] => ({
  async *[Symbol.asyncIterator]() {
    for await (const some of draft.dossiers(filter)) yield some.map((dossier) => rowOf(draft, dossier));
  },
});
