import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';

/**
 * Rows as CSV (RFC 4180) with a header; what is nested becomes columns, a list one cell. Cells that a spreadsheet would run
 * as formulas are escaped.
 */
export function csvOf(rows: readonly object[]): string {
  const flatRows = rows.map((row) => flat(row));
  return stringify(flatRows, {
    header: true,
    columns: [...new Set(flatRows.flatMap((row) => Object.keys(row)))],
    escape_formulas: true,
    cast: { boolean: (value) => String(value) },
  });
}

const flat = (row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).flatMap(([key, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [[key, value.map(cell).join('; ')]];
      return value && typeof value === 'object' ? Object.entries(flat(value)) : [[key, value]];
    }),
  );

const cell = (value: unknown): string =>
  value && typeof value === 'object' ? Object.values(value).join(' ') : String(value);

/** Answers with rows as CSV, under a file name. */
export function sendCsv(reply: FastifyReply, name: string, rows: readonly object[]): string {
  void reply
    .type('text/csv; charset=utf-8')
    .header('Content-Disposition', `inline; filename="${name.replaceAll('/', '-')}.csv"`);
  return csvOf(rows);
}
