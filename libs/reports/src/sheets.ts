/** The sheets of a workbook: one for the data, one for each table, and one for all like tables of sections beside each other. */
import { plain, type Column, type NumberedReport, type Section, type Table } from './report.js';

export interface Sheet {
  readonly title: string;
  /** Each with the title of its section; several have no row of totals. */
  readonly tables: readonly { readonly table: Table; readonly section: string }[];
  /** All that any of the tables has, by their keys. */
  readonly columns: readonly Column[];
}

type Placed = Sheet['tables'][number];

/** The data first, then the tables in the order in which they are read. A table of the rows of the data has none. */
export function sheetsOf({ data, sections }: NumberedReport): Sheet[] {
  const whole = sheetOf('', [{ table: data, section: '' }]);
  const first = ({ tables: [one] }: Sheet) => one!.table.number;
  return [whole, ...beside(null, sections).sort((a, b) => first(a) - first(b))];
}

function sheetOf(title: string, tables: readonly Placed[]): Sheet {
  const [first, ...others] = tables.map(({ table }) => table.columns);
  return { title, tables, columns: others.reduce(together, first!) };
}

/** @param above what the sections stand in; `null`: nothing, then each is for itself */
function beside(above: Section | null, sections: readonly Section[]): Sheet[] {
  const placed = sections.flatMap((section) => {
    const tables = tablesOf(section);
    const title = plain(section.title);
    return tables.map((table) => ({
      table,
      section: tables.length > 1 ? table.title : title,
      within: above ?? section,
    }));
  });
  const like = Map.groupBy(placed, ({ table: { number, columns, totalRow }, within }) =>
    totalRow ? number : [within.id, ...columns.slice(0, 2).map(({ key }) => key)].join(' '),
  );
  const sheets = [...like.values()].map((tables) => {
    const [{ table, within }] = tables as [(typeof placed)[number]];
    return sheetOf(tables.length === 1 ? table.title : plain(within.title), tables);
  });
  return [...sheets, ...sections.flatMap((section) => beside(section, section.sections))];
}

const tablesOf = ({ blocks }: Section): Table[] =>
  blocks.filter((block) => block.type === 'table').filter(({ ofData }) => !ofData);

/** A column that only some have comes after the one that it follows there. */
function together(all: readonly Column[], more: readonly Column[]): readonly Column[] {
  const columns = [...all];
  more.forEach((column, i) => {
    if (columns.some(({ key }) => key === column.key)) return;
    const before = more[i - 1]?.key;
    columns.splice(columns.findIndex(({ key }) => key === before) + 1, 0, column);
  });
  return columns;
}
