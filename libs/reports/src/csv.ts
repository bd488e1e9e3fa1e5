/** The data of a report as CSV: one header for all reports of a kind, in every language. Its manifest is a file beside it. */
import { Readable } from 'node:stream';
import { csvStream } from '#tables';
import { listCell } from '#text';
import { pagesOf, textOfInlines, type Cell, type ReportFormat, type Table } from './report.js';

export const csv: ReportFormat = {
  mediaType: 'text/csv',
  extension: 'csv',
  reads: ['data'],
  write: ({ data }) =>
    Readable.from(csvRows(data)).compose(csvStream(data.columns.map(({ key }) => key))) as AsyncIterable<Uint8Array>,
};

async function* csvRows(table: Table): AsyncGenerator<object> {
  const keys = table.columns.map(({ key }) => key);
  for await (const page of pagesOf(table))
    for (const row of page) yield Object.fromEntries(keys.map((key, i) => [key, csvValue(row[i]!)]));
}

/** Numbers and codes as they are, dates as exactly as they are known. */
export function csvValue(cell: Cell): string | number {
  if (cell === null) return '';
  switch (cell.type) {
    case 'text':
      return textOfInlines(cell.inlines);
    case 'list':
      return listCell(cell.items.map(textOfInlines));
    default:
      return cell.value;
  }
}
