/** Finds the tables in a file: the subject of each sheet, its head row, and the field of each column. */
import { AgencyAsAt, OutcomeAsAt } from '#bodies';
import { columnLetters, type Sheet, type SheetRow, type SpreadsheetFile } from '#files';
import { columnsOfEntries, WORKBOOK_SHEETS } from '#platform';
import { AddressedItem, COMMITMENT_COLUMNS, type OutcomeRow } from '#progress';
import { isWholeNumber } from '#text';
import { orderIn, type DateOrder } from './cell-values.js';
import {
  fieldNames,
  tableFieldsOf,
  keyFieldOf,
  nameKey,
  SHEET_NAMES,
  TABLE_SUBJECTS,
  type TableField,
  type TableSubject,
} from './fields.js';

/** By the head of a column, the name of the field that it is for; an empty name: it is not read. */
export type ColumnMapping = Readonly<Record<string, string>>;

export interface TableColumn {
  /** From 0. */
  readonly column: number;
  /** `AB` */
  readonly letters: string;
  readonly head: string;
  /** `null`: it is not read. */
  readonly field: TableField | null;
  /** The way in which the field was found; `computed`: lists show it, and it is computed from other fields. */
  readonly by: 'name' | 'mapping' | 'computed' | 'nothing';
  readonly hidden: boolean;
  readonly dates: DateOrder | null;
}

export interface NamedTable {
  readonly sheet: string;
  readonly subject: TableSubject;
  readonly head: number;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly SheetRow[];
  /** Whether it has the columns that only our own lists have: then an empty cell says that there is nothing. */
  readonly exported: boolean;
}

export interface Tables {
  readonly tables: readonly NamedTable[];
  /** The sheets that were not read, and why. */
  readonly unread: readonly { readonly sheet: string; readonly why: string }[];
  /** The date and position of the list in a workbook that was exported. */
  readonly origin: { readonly asOf?: string; readonly position?: string };
}

/** The columns of our own lists, and of the view of outcomes. */
const LISTED_COLUMNS: { readonly [S in TableSubject]?: readonly string[] } = {
  commitment: columnsOfEntries(AddressedItem, COMMITMENT_COLUMNS),
  agency: columnsOfEntries(AgencyAsAt, {}),
  outcome: [
    ...columnsOfEntries(OutcomeAsAt, {}),
    ...(['status', 'endorsedOn', 'followedUpOn'] satisfies (keyof OutcomeRow)[]),
  ],
};

/** The columns of our own lists that are computed: a person who changes one is told so. */
function computedColumns(subject: TableSubject): readonly string[] {
  const recorded = tableFieldsOf(subject).map(({ name }) => name);
  return (LISTED_COLUMNS[subject] ?? []).filter((name) => !recorded.includes(name));
}

/** The head stands in one of the first rows: above it are titles, or the purpose of the sheet. */
export const MAX_ROWS_BEFORE_HEAD = 30;

/** @param mapping counts for more than names */
export function tablesIn(file: Pick<SpreadsheetFile, 'sheets' | 'hiddenSheets'>, mapping: ColumnMapping = {}): Tables {
  const tables: NamedTable[] = [];
  const unread = file.hiddenSheets.map((sheet) => ({ sheet, why: 'is hidden' }));
  let origin: Tables['origin'] = {};
  for (const sheet of file.sheets) {
    const about = sheet.name === WORKBOOK_SHEETS.about ? aboutIn(sheet) : null;
    if (about) origin = about;
    if (about || isCodebook(sheet) || sheet.name === WORKBOOK_SHEETS.example) continue;
    const table = tableIn(sheet, mapping);
    if (typeof table === 'string') unread.push({ sheet: sheet.name, why: table });
    else tables.push(table);
  }
  return { tables, unread, origin };
}

const cellTextAt = (row: SheetRow | undefined, column: number): string => row?.cells.get(column)?.text.trim() ?? '';

function aboutIn({ rows }: Sheet): Tables['origin'] {
  const said = new Map(rows.map((row) => [cellTextAt(row, 0), cellTextAt(row, 1)]));
  const [asOf, position] = [said.get('asOf'), said.get('position')];
  return {
    ...(asOf && /^\d{4}-\d{2}-\d{2}$/.test(asOf) && { asOf }),
    ...(isWholeNumber(position) && { position }),
  };
}

const isCodebook = ({ name, rows }: Sheet): boolean =>
  name === WORKBOOK_SHEETS.columns && CODEBOOK_HEADS.includes(`${cellTextAt(rows[0], 0)} ${cellTextAt(rows[0], 1)}`);
const CODEBOOK_HEADS = ['column meaning', 'colonne signification', 'columna significado'];

/** A table; or why a sheet holds none. */
function tableIn(sheet: Sheet, mapping: ColumnMapping): NamedTable | string {
  if (sheet.rows.length === 0) return 'is empty';
  const mapped = new Map(Object.entries(mapping).map(([head, name]) => [nameKey(head), name]));
  const named = TABLE_SUBJECTS.find((subject) =>
    SHEET_NAMES[subject].some((name) => nameKey(name) === nameKey(sheet.name)),
  );
  let best: { subject: TableSubject; at: number; found: number } | null = null;
  for (const subject of TABLE_SUBJECTS) {
    const [names, computed] = [fieldNames(subject), computedColumns(subject)];
    sheet.rows.slice(0, MAX_ROWS_BEFORE_HEAD).forEach((row, at) => {
      const fields = [...row.cells.values()].map(({ text }) => {
        const key = nameKey(text);
        return mapped.has(key) ? mapped.get(key) : names.get(key)?.name;
      });
      const distinct = new Set(fields.filter(Boolean));
      const own = [...row.cells.values()].filter(
        ({ text }) => names.get(nameKey(text))?.name === text || computed.includes(text),
      ).length;
      // A sheet that is called after its subject needs fewer hints; of two that fit, our own names tell.
      const found = distinct.size + own + (subject === named ? 3 : 0) + (distinct.has(keyFieldOf(subject)) ? 0.5 : 0);
      if (distinct.size >= 2 && (!best || found > best.found)) best = { subject, at, found };
    });
  }
  if (!best) return `has among its first ${MAX_ROWS_BEFORE_HEAD} rows none in whose cells two columns are named`;
  const { subject, at } = best as { subject: TableSubject; at: number };
  const head = sheet.rows[at]!;
  const columns = columnsBelow(sheet, head, subject, mapped);
  const twice = columns.find(
    ({ field }, i) => field && columns.some((other, k) => k < i && other.field?.name === field.name),
  );
  if (twice) return `has two columns for ${twice.field!.name}; the second is ${twice.letters}, «${twice.head}»`;
  const exported = subject !== 'commitment' || columns.filter(({ by }) => by === 'computed').length >= 3;
  return { sheet: sheet.name, subject, head: head.number, columns, rows: sheet.rows.slice(at + 1), exported };
}

function columnsBelow(
  sheet: Sheet,
  head: SheetRow,
  subject: TableSubject,
  mapped: ReadonlyMap<string, string>,
): TableColumn[] {
  const [names, computed] = [fieldNames(subject), computedColumns(subject)];
  const byName = new Map([...names.values()].map((field) => [field.name, field]));
  const below = new Set(sheet.rows.flatMap((row) => (row.number > head.number ? [...row.cells.keys()] : [])));
  const all = [...new Set([...head.cells.keys(), ...below])].sort((x, y) => x - y);
  const exact = new Set(
    all.flatMap((column) => (byName.has(cellTextAt(head, column)) ? cellTextAt(head, column) : [])),
  );
  const taken = new Map<string, string>();
  return all.map((column): TableColumn => {
    const text = cellTextAt(head, column);
    const letters = columnLetters(column);
    const at = { column, letters, head: text, hidden: sheet.hiddenColumns.includes(column), dates: orderIn(text) };
    const said = mapped.get(nameKey(text));
    if (said !== undefined) return { ...at, field: byName.get(said) ?? null, by: 'mapping' };
    if (computed.includes(text)) return { ...at, field: null, by: 'computed' };
    const found = names.get(nameKey(text));
    // A column of exactly this name is the field's; another one whose name means the same is not. Of two with one name nobody
    // knows which is meant: both are the field's, and the sheet is refused.
    const first = found && taken.get(found.name);
    const isAnother = first !== undefined && nameKey(first) !== nameKey(text);
    if (!found || isAnother || (exact.has(found.name) && text !== found.name))
      return { ...at, field: null, by: 'nothing' };
    taken.set(found.name, text);
    return { ...at, field: found, by: 'name' };
  });
}
