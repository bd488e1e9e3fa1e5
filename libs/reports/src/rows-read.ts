/** The progress of the writing of a report: the rows of its long tables are read as they are written. */
import { isStream, withTables, type NumberedReport, type ReportFormat, type Table } from './report.js';

/** The rows of long tables. */
export interface RowsRead {
  readonly read: number;
  readonly of: number;
}

/**
 * The same report, which tells how many rows are read.
 * @param told hears it after each page; never, where no table is long
 * @returns it, and how many rows there are to read
 */
export function tellingRows(
  report: NumberedReport,
  { reads, rowsOnce }: Pick<ReportFormat, 'reads' | 'rowsOnce'>,
  told: (rows: RowsRead) => void,
): { readonly telling: NumberedReport; readonly of: number } {
  let [read, of] = [0, 0];
  const tellingOf = (table: Table): Table => {
    const { rows, ofData } = table;
    if (!isStream(rows) || (rowsOnce && ofData)) return table;
    of += table.rowCount;
    return {
      ...table,
      rows: {
        async *[Symbol.asyncIterator]() {
          for await (const page of rows) {
            yield page;
            told({ read: (read += page.length), of });
          }
        },
      },
    };
  };
  const telling = {
    ...report,
    ...(reads.includes('sections') && { sections: report.sections.map((one) => withTables(one, tellingOf)) }),
    ...(reads.includes('data') && { data: tellingOf(report.data) }),
  };
  return { telling, of };
}
