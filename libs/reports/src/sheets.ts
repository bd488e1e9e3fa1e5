/**
 * The sheets of a workbook: one for the data, one for each table, one for all like tables of sections beside each
 * other, and one for people's words.
 */
import { textOfInlines, type Cell, type Column, type Inline, type NumberedReport, type Row } from './report.js';
import type { Section, Table } from './report.js';
import type { ColumnKey } from './draft.js';
import type { Words } from './words/index.js';

export interface Sheet {
  readonly title: string;
  /** Each with the title of its section; several have no row of totals. */
  readonly tables: readonly { readonly table: Table; readonly section: string }[];
  /** All that any of the tables has, by their keys. */
  readonly columns: readonly Column[];
}

type PlacedTable = Sheet['tables'][number];

/**
 * The data first, then the tables in the order in which they are read, then people's words. A table of the rows of the
 * data has none.
 */
export function reportSheets({ data, sections }: NumberedReport, words: Words): Sheet[] {
  const alone = (title: string, table: Table): Sheet => sheetWith(title, [{ table, section: '' }]);
  const first = ({ tables: [one] }: Sheet) => one!.table.number;
  const written = writtenIn(sections, words);
  return [
    alone(words.parts.data, data),
    ...sheetsOfSections(null, sections).sort((a, b) => first(a) - first(b)),
    ...(written ? [alone(words.book.written, written)] : []),
  ];
}

/** The words of people, a row for each paragraph and each point of a list; `null`: there are none. */
function writtenIn(sections: readonly Section[], words: Words): Table | null {
  const columns = NARRATIVE_COLUMNS.map(([key, type, weight]): Column => ({
    key,
    type,
    weight,
    ...words.columns[key],
  }));
  const text = (...inlines: readonly Inline[]): Cell => ({ type: 'text', inlines });
  const rowsIn = ({ number, title, blocks, sections: below }: Section): Row[] => [
    ...blocks
      .filter((block) => block.type === 'narrative')
      .flatMap(({ agency, round, lang, blocks: written }) =>
        written
          .flatMap((one): (readonly [Cell, readonly Inline[]])[] =>
            one.type === 'list'
              ? one.items.map((item) => [null, item])
              : [[{ type: 'integer', value: one.number }, one.inlines]],
          )
          .map(([paragraph, said]): Row => [
            text(`${number}. `, ...title),
            agency === null ? null : text(agency),
            round === null ? null : text(round),
            text(lang),
            paragraph,
            text(...said),
          ]),
      ),
    ...below.flatMap(rowsIn),
  ];
  const rows = sections.flatMap(rowsIn);
  if (rows.length === 0) return null;
  const title = [words.book.written];
  return {
    ...{ type: 'table', id: 'written', number: 0, title, columns, rows, rowCount: rows.length },
    ...{ asAtLine: '', sourceLine: [] },
  };
}

const NARRATIVE_COLUMNS = [
  ['section', 'text', 3],
  ['writer', 'text', 1.2],
  ['round', 'text', 1.2],
  ['writtenIn', 'text', 1],
  ['paragraph', 'integer', 1],
  ['text', 'text', 6],
] as const satisfies readonly (readonly [ColumnKey, Column['type'], number])[];

function sheetWith(title: string, tables: readonly PlacedTable[]): Sheet {
  const [first, ...others] = tables.map(({ table }) => table.columns);
  return { title, tables, columns: others.reduce(mergedColumns, first!) };
}

/** @param above the part that the sections are in; `null`: nothing, then each is for itself */
function sheetsOfSections(above: Section | null, sections: readonly Section[]): Sheet[] {
  const placed = sections.flatMap((section) => {
    const tables = tablesOfSection(section);
    const title = textOfInlines(section.title);
    return tables.map((table) => ({
      table,
      section: tables.length > 1 ? textOfInlines(table.title) : title,
      within: above ?? section,
    }));
  });
  const like = Map.groupBy(placed, ({ table: { number, columns, totalRow }, within }) =>
    totalRow ? number : [within.id, ...columns.slice(0, 2).map(({ key }) => key)].join(' '),
  );
  const sheets = [...like.values()].map((tables) => {
    const [{ table, within }] = tables as [(typeof placed)[number]];
    return sheetWith(textOfInlines((tables.length === 1 ? table : within).title), tables);
  });
  return [...sheets, ...sections.flatMap((section) => sheetsOfSections(section, section.sections))];
}

const tablesOfSection = ({ blocks }: Section): Table[] =>
  blocks.filter((block) => block.type === 'table').filter(({ ofData }) => !ofData);

/** A column that only some have comes after the one that it follows there. */
function mergedColumns(all: readonly Column[], more: readonly Column[]): readonly Column[] {
  const columns = [...all];
  more.forEach((column, i) => {
    if (columns.some(({ key }) => key === column.key)) return;
    const before = more[i - 1]?.key;
    columns.splice(columns.findIndex(({ key }) => key === before) + 1, 0, column);
  });
  return columns;
}
