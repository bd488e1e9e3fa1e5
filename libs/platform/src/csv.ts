/** Lists as CSV that spreadsheets read. */
import { stringify, type Options } from 'csv-stringify';
import { stringify as stringifyAll } from 'csv-stringify/sync';
import type { Transform } from 'node:stream';

const OPTIONS: Options = { header: true, escape_formulas: true, cast: { boolean: (value) => String(value) } };

/**
 * Rows as CSV (RFC 4180) with a header; what is nested becomes columns, a list one cell. Cells that a spreadsheet would run
 * as formulas are escaped.
 */
export function csvOf(rows: readonly object[]): string {
  const flatRows = rows.map(flat);
  return stringifyAll(flatRows, { ...OPTIONS, columns: columnsOf(flatRows) });
}

/** The same as a stream that flat rows are written to. */
export const csvStream = (columns?: readonly string[]): Transform =>
  stringify({ ...OPTIONS, ...(columns && { columns: [...columns] }) });

/** Every column that any of some flat rows has. */
export const columnsOf = (flatRows: readonly object[]): string[] => [
  ...new Set(flatRows.flatMap((row) => Object.keys(row))),
];

/** A row with a value per column. */
export const flat = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [[key, value.map(cell).join('; ')]];
      return value && typeof value === 'object' ? Object.entries(flat(value)) : [[key, value]];
    }),
  );

const cell = (value: unknown): string =>
  value && typeof value === 'object' ? Object.values(value).join(' ') : String(value);
