/** Tables for spreadsheets: rows as CSV (RFC 4180), of which no cell is run as a formula. */
import { stringify, type Options } from 'csv-stringify';
import { stringify as stringifyAll } from 'csv-stringify/sync';
import type { Transform } from 'node:stream';
import { guarded, listCell } from '#text';

const CSV_OPTIONS: Options = {
  header: true,
  cast: { boolean: (value) => String(value), string: (value) => guarded(value) },
};

/** Rows as CSV with a header; nested fields become columns, a list one cell. */
export function csvOf(rows: readonly object[]): string {
  const flatRows = rows.map(flat);
  return stringifyAll(flatRows, { ...CSV_OPTIONS, columns: columnsOf(flatRows) });
}

/** The same as a stream that flat rows are written to. @param bom whether a byte order mark tells Excel that it is UTF-8 */
export const csvStream = (columns?: readonly string[], bom = false): Transform =>
  stringify({ ...CSV_OPTIONS, bom, ...(columns && { columns: [...columns] }) });

export interface DelimitedText {
  /** Between cells; absent: a comma. */
  readonly delimiter?: string;
  /** Whether a byte order mark stands before the header. */
  readonly bom?: boolean;
}

/** Some flat rows of a table as CSV, or with another delimiter. @param first whether the header stands before them */
export const csvPart = (
  flatRows: readonly object[],
  columns: readonly string[],
  first: boolean,
  { delimiter, bom = false }: DelimitedText = {},
): string =>
  stringifyAll([...flatRows], { ...CSV_OPTIONS, delimiter, columns: [...columns], header: first, bom: first && bom });

/** Every column that any of some flat rows has. */
export const columnsOf = (flatRows: readonly object[]): string[] => [
  ...new Set(flatRows.flatMap((row) => Object.keys(row))),
];

/** A row with a value per column. */
export const flat = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [[key, listCell(value)]];
      return value && typeof value === 'object' ? Object.entries(flat(value)) : [[key, value]];
    }),
  );
