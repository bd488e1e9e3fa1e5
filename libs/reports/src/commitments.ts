/** Commitments in reports: as a table that is read, and as the rows of data that every kind but one has. */
import type { CommitmentPart, CommitmentView } from '#acts';
import { isOpen } from '#commitments';
import type { Filter } from '#progress';
import type { Inline, Row, Table } from './report.js';
import type { ColumnKey, Dossier, Draft, Title, ColumnWithCell } from './draft.js';
import type { SaidOfCommitment } from './round-of-report.js';

// ── Tables that are read ────────────────────────────────────────────────────────────────────────────────────────────

/** The columns of a commitment with its title, stage and agencies. @param below the words below the title */
const readColumns = (draft: Draft, below: (of: Dossier) => Inline[][] = () => []): ColumnWithCell<Dossier>[] => [
  draft.lists('commitment', 4, (of) => [[...draft.title(of), ...draft.notes(of.view.headline)], ...below(of)]),
  draft.lists('stageAndDate', 2.2, (of) => stageLines(draft, of)),
  draft.lists('parts', 2.1, (of) => partLines(draft, of)),
];

const targetOf = ({ view }: Dossier) => view.target?.date;

/** Of a table of commitments. */
type OfDossiers = [id: string, title: Title, dossiers: readonly Dossier[], href: string];

/** Commitments with the words of their agencies, and the evidence of each; no table for none. */
export function commitmentTable(draft: Draft, ...[id, title, dossiers, href]: OfDossiers): Table[] {
  const evidence = ({ view }: Dossier) => view.evidence.map((one) => evidenceOf(draft, one));
  const more = [draft.dates('target', 1.3, targetOf), draft.lists('evidence', 2.7, evidence)];
  return draft.tableOf(id, title, [...readColumns(draft, (of) => notesOf(draft, of)), ...more], dossiers, href);
}

/** Commitments with the words of their agencies, and their dependencies; no table for none. */
export function reasonTable(draft: Draft, ...[id, title, dossiers, href]: OfDossiers): Table[] {
  const more = [
    draft.dates('target', 1.2, targetOf),
    draft.dates('lastReportedOn', 1.2, ({ view }: Dossier) => view.lastReportedOn),
    draft.lists('note', 2.1, (of: Dossier) => reasonsOf(draft, of)),
  ];
  return draft.tableOf(id, title, [...readColumns(draft), ...more], dossiers, href);
}

/** The words of each agency with the stage of its part, and in the return of the round that the report comes out of. */
function notesOf(draft: Draft, { item, view }: Dossier): Inline[][] {
  const { parts, headline } = view;
  const entries = parts.flatMap(({ agency, entry }) => (entry ? { agency, entry } : []));
  const isOfPart = entries.some(({ entry }) => entry.revision === headline.revision);
  const said = [...(isOfPart ? [] : [{ agency: headline.agency ?? null, entry: headline }]), ...entries].flatMap(
    ({ agency, entry: { note } }) => (note ? { agency, word: '', note } : []),
  );
  const inReturns = draft.saidOf(item.reference).flatMap(({ agency, says, words }) => {
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
  const said = new Map(draft.saidOf(item.reference).map(({ agency, says }) => [agency, says]));
  const unheard = view.parts.filter(({ agency, entry, role }) => !entry && role !== 'lead' && !said.has(agency));
  const isAsked = ({ agency }: CommitmentPart) => view.agencies.some((one) => one.agency === agency && one.asked);
  const asked = unheard.filter(isAsked);
  const others = unheard.filter((part) => !isAsked(part));
  const named = (parts: readonly CommitmentPart[]) =>
    parts.flatMap(({ agency }, i) => [...(i > 0 ? [', '] : []), draft.agency(agency)]);
  return [
    ...view.parts
      .filter((part) => !unheard.includes(part))
      .map((part) => partInWords(draft, view, part, said.get(part.agency))),
    ...(others.length > 0 ? [[`${lines.notReported}${parts.colon}`, ...named(others)]] : []),
    ...(asked.length > 0 ? [[`${lines.asked}${parts.colon}`, ...named(asked)]] : []),
  ];
}

/**
 * `IOM (lead): completed, 20 Nov. 2006`; without its stage where that is the one of the commitment.
 * @param says the agency's words on it in its return
 */
function partInWords(
  draft: Draft,
  view: CommitmentView,
  { agency, role, entry }: CommitmentPart,
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

type CodeAndWords = readonly [coded: string, inWords: string, ...more: Inline[]];

/** A column of lists whose items have codes and, for people, their words. */
const inBoth = (draft: Draft, key: ColumnKey, weight: number, itemsOf: (of: Dossier) => readonly CodeAndWords[]) =>
  draft.told(key, 'list', weight, (of: Dossier) => {
    const items = itemsOf(of);
    const cell = draft.lines(items.map(([coded, , ...more]) => [coded, ...more]));
    return cell && { ...cell, words: items.map(([, inWords, ...more]) => [inWords, ...more]) };
  });

/** The columns in every kind of report that is about commitments: data have no notes, and are the same in every language. */
export function dataColumns(draft: Draft): ColumnWithCell<Dossier>[] {
  const foreign = (text: string | null | undefined, { view }: Dossier) =>
    text ? draft.foreign(text, view.language) : null;
  const { lists, dates, codes, texts } = draft;
  return [
    texts('reference', 1.6, ({ item }) => draft.reference(item.reference)),
    texts('title', 5, (of) => foreign(of.view.title, of)),
    texts('language', 1, ({ view }) => view.language || null),
    codes('kind', 1.6, 'kind', ({ item }) => item.kind),
    codes('nature', 1.2, 'nature', ({ item }) => item.nature),
    codes('strength', 1.2, 'strength', ({ item }) => item.strength),
    codes('life', 1, 'life', ({ item }) => item.life),
    codes('stage', 1.2, 'stage', ({ item }) => item.stage),
    dates('stageSince', 1.2, ({ view }) => view.headline.effective),
    dates('stageReportedOn', 1.2, ({ view }) => view.headline.reportedOn),
    codes('outlook', 1, 'outlook', ({ item }) => item.outlook),
    texts('nextStep', 3, (of) => foreign(of.item.nextStep, of)),
    dates('nextStepDue', 1.2, ({ item }) => item.nextStepDue),
    codes('noNextStep', 1, 'yesNo', ({ item }) => String(item.noNextStep)),
    texts('lead', 1.2, ({ item }) => item.lead),
    inBoth(draft, 'agencies', 2.5, (of) => roleRows(draft, of)),
    inBoth(draft, 'parts', 3, (of) => partsIn(draft, of)),
    lists('themes', 2, ({ item }) => item.themes.map((theme) => [theme])),
    lists('followsUp', 2, ({ item }) => item.followsUp.map((one) => [one])),
    dates('target', 1.2, ({ item }) => item.target),
    codes('overdue', 1, 'yesNo', ({ item }) => String(item.overdue)),
    codes('stale', 1, 'yesNo', ({ item }) => String(item.stale)),
    dates('lastReportedOn', 1.2, ({ item }) => item.lastReportedOn),
    lists('evidence', 4, ({ view }) =>
      view.evidence.map(({ title, date, language }) => [
        draft.foreign(title, language),
        ...(date ? [`, ${date}`] : []),
      ]),
    ),
    texts('note', 3, (of) => foreign(of.view.headline.note, of)),
    texts('condition', 2, (of) => foreign(of.view.condition, of)),
    codes('verification', 1.4, 'verification', ({ item }) => item.verification?.verification ?? 'unreviewed'),
    texts('reason', 3, (of) => foreign(of.view.verification?.reason, of)),
    lists('replies', 3, ({ view }) =>
      (view.verification?.replies ?? []).map(({ agency, text }) => [`${agency}: `, draft.foreign(text)]),
    ),
    inBoth(draft, 'source', 3, (of) => sourcesIn(draft, of)),
    inBoth(draft, 'inReturns', 3, (of) => returnsIn(draft, of)),
  ];
}

/** Some of the columns of data, by their keys. */
export function dataColumnsOf(draft: Draft, keys: readonly ColumnKey[]): ColumnWithCell<Dossier>[] {
  const all = new Map(dataColumns(draft).map((told) => [told.column.key, told]));
  return keys.map((key) => all.get(key)!);
}

const roleRows = ({ words, wordOf }: Draft, { view }: Dossier): CodeAndWords[] =>
  view.agencies.map(({ agency, role, asked }) => [
    `${agency} (${role}${asked ? ', asked' : ''})`,
    `${agency} (${wordOf('role', role)}${asked ? `, ${words.lines.yetToAccept}` : ''})`,
  ]);

function partsIn({ words: { lines, parts }, wordOf }: Draft, { view }: Dossier): CodeAndWords[] {
  return view.parts.map(({ agency, entry }) => {
    if (!entry) return [`${agency}: unreported`, `${agency}${parts.colon}${lines.nothingReported}`];
    const { stage, effective } = entry;
    const inWords = wordOf('stage', stage).toLowerCase();
    return [`${agency}: ${stage}, ${effective}`, `${agency}${parts.colon}${inWords}, ${effective}`];
  });
}

function sourcesIn(draft: Draft, { view }: Dossier): CodeAndWords[] {
  const { citation, citations, onBehalf } = view.headline;
  const sources = draft.notes({ citation, citations }).map((note): CodeAndWords => [note.citation, note.citation]);
  if (!onBehalf) return sources;
  const { agency } = onBehalf;
  const authority = draft.cite(onBehalf.citation).citation;
  return [...sources, [`secretariat for ${agency}: ${authority}`, draft.words.parts.onBehalf(agency, authority)]];
}

function returnsIn(draft: Draft, { item, view }: Dossier): CodeAndWords[] {
  return draft.saidOf(item.reference).flatMap(({ agency, says, words }): CodeAndWords[] => {
    const said = `${agency}: ${says}`;
    const inWords = `${agency}${draft.words.parts.colon}${draft.wordOf('inReturn', says).toLowerCase()}`;
    return words.length === 0
      ? [[said, inWords]]
      : words.map((note) => [`${said}, `, `${inWords}, `, draft.foreign(note, view.language)]);
  });
}

/** All commitments of a filter, read as the rows are written. */
export function dataTable(draft: Draft, filter: Filter, rowCount: number): Table {
  return streamedTable(draft, 'data', draft.words.captions.commitments, dataColumns(draft), filter, rowCount);
}

/** Commitments of a filter, which can be read again from the start. */
export function streamedTable(
  draft: Draft,
  id: string,
  title: Title,
  told: readonly ColumnWithCell<Dossier>[],
  filter: Filter,
  rowCount: number,
): Table {
  const columns = told.map(({ column }) => column);
  const rows = {
    async *[Symbol.asyncIterator]() {
      for await (const some of draft.dossiers(filter)) yield some.map((of): Row => told.map(({ cell }) => cell(of)));
    },
  };
  return { ...draft.table(id, title, columns, [], draft.listOf(filter)), rowCount, rows };
}
