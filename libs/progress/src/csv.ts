import { stringify } from 'csv-stringify/sync';

/** Rows as CSV (RFC 4180) with a header; nested objects become columns. Cells that a spreadsheet would run as formulas are escaped. */
export const csvOf = (rows: readonly object[]): string =>
  stringify(
    rows.map((row) => flat(row)),
    { header: true, escape_formulas: true, cast: { boolean: (value) => String(value) } },
  );

const flat = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]: [string, unknown]) =>
      value && typeof value === 'object' ? Object.entries(flat(value)) : [[key, value]],
    ),
  );
