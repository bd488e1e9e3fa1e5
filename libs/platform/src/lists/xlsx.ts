/** A list as a workbook: typed rows with a head that stays and filters; the meaning of its columns; its source. */
import type { WorkbookWriter, WorksheetWriter } from '@cj-tech-master/excelts';
import { PassThrough, Readable } from 'node:stream';
import {
  archivedAlike,
  CELL_STYLES,
  cellDate,
  columnsOf,
  waitForDrain,
  flat,
  MAX_NAME_CHARS,
  MAX_ROWS,
  setCell,
  shortenedText,
  type SheetCell,
} from '#tables';
import type { ListContent } from './list-content.js';

/** A4. */
const PAGE_SETUP = { orientation: 'landscape', paperSize: 9, printTitlesRow: '1:1' } as const;

/** In letters. */
const [MIN_COLUMN_CHARS, MAX_COLUMN_CHARS] = [10, 60] as const;

/** The sheets beside the data, by their names. The last one tells an import which list the rows were compared with. */
export const WORKBOOK_SHEETS = { columns: 'columns', about: 'about', example: 'example' } as const;

/** @returns the workbook, written as its rows are read and as fast as it is taken */
export function xlsx(content: ListContent): Readable {
  const out = new PassThrough();
  writeWorkbook(content, out).catch((error: unknown) => out.destroy(error as Error));
  return out;
}

async function writeWorkbook({ pages, picked, row, columns, list }: ListContent, out: PassThrough): Promise<void> {
  const { WorkbookWriter } = await import('@cj-tech-master/excelts');
  const workbook = new WorkbookWriter({ stream: out, useStyles: true, creator: 'Followthrough' });
  const flatRow = (entry: object) => flat(row(picked(entry)));
  let known = columns;
  let [sheet, count, number]: [WorksheetWriter | null, number, number] = [null, 0, 0];
  const end = () => {
    sheet!.autoFilter = { from: { row: 1, col: 1 }, to: { row: count, col: Math.max(1, known!.length) } };
    sheet!.commit();
  };
  const begin = (first: readonly object[]) => {
    known ??= columnsOf(first);
    number += 1;
    const name = number === 1 ? list.name : `${list.name} (${number})`;
    sheet = headed(workbook, name, known, widthsOf(known, first));
    count = 1;
  };
  for await (const page of pages) {
    const rows = page.map(flatRow);
    if (!sheet) begin(rows);
    for (const values of rows) {
      if (count === MAX_ROWS) {
        end();
        begin(rows);
      }
      const line = sheet!.addRow([]);
      known!.forEach((column, i) => put(line.getCell(i + 1), (values as Record<string, unknown>)[column]));
      line.commit();
      count++;
    }
    await waitForDrain(out);
  }
  if (!sheet) begin([]);
  end();
  const meanings = list.codebook(known!);
  tableSheet(workbook, WORKBOOK_SHEETS.columns, ['column', 'meaning', 'values'], [24, 90, 60], meanings);
  tableSheet(workbook, WORKBOOK_SHEETS.about, ['what', 'is'], [24, 90], Object.entries(list.about));
  await workbook.commit();
}

/** Sheets of texts as a workbook, whose bytes are the same each time. */
export function sheetsAsXlsx(
  sheets: readonly {
    readonly name: string;
    readonly head: readonly string[];
    readonly widths: readonly number[];
    readonly rows: readonly (readonly string[])[];
  }[],
): Readable {
  const out = new PassThrough();
  void (async () => {
    const { WorkbookWriter } = await import('@cj-tech-master/excelts');
    const never = new Date(0);
    const dates = { created: never, modified: never };
    const workbook = new WorkbookWriter({ stream: out, useStyles: true, creator: 'Followthrough', ...dates });
    await archivedAlike(workbook, out);
    for (const { name, head, widths, rows } of sheets) tableSheet(workbook, name, head, widths, rows);
    await workbook.commit();
  })().catch((error: unknown) => out.destroy(error as Error));
  return out;
}

/** A sheet with a head that stays. */
function headed(workbook: WorkbookWriter, name: string, columns: readonly string[], widths: readonly number[]) {
  const sheet = workbook.addWorksheet(name.replaceAll(/[[\]:*?/\\]/g, ' ').slice(0, MAX_NAME_CHARS), {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: PAGE_SETUP,
  });
  sheet.columns = widths.map((width) => ({ width }));
  const head = sheet.addRow([]);
  columns.forEach((column, i) => setCell(head.getCell(i + 1), column, CELL_STYLES.head));
  head.commit();
  return sheet;
}

function tableSheet(
  workbook: WorkbookWriter,
  name: string,
  head: readonly string[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
): void {
  const sheet = headed(workbook, name, head, widths);
  for (const cells of rows) {
    const line = sheet.addRow([]);
    cells.forEach(
      (text, i) => text && setCell(line.getCell(i + 1), text, i === 0 ? CELL_STYLES.text : CELL_STYLES.wrapped),
    );
    line.commit();
  }
  sheet.commit();
}

const widthsOf = (columns: readonly string[], rows: readonly object[]): number[] =>
  columns.map((column) => {
    const longest = rows.map((row) => String((row as Record<string, unknown>)[column] ?? '').length);
    return Math.min(
      MAX_COLUMN_CHARS,
      Math.max(MIN_COLUMN_CHARS, column.length + 4, ...longest.map((length) => length + 2)),
    );
  });

/** A value with its type: a number, a truth, a day, or a text that stays one. */
function put(cell: SheetCell, value: unknown): void {
  if (value === null || value === undefined || value === '') return;
  if (typeof value === 'number') return setCell(cell, value, CELL_STYLES.number);
  if (typeof value === 'boolean') return setCell(cell, value, CELL_STYLES.plain);
  const text = String(value);
  const day = cellDate(text);
  if (day) return setCell(cell, day, CELL_STYLES.day);
  setCell(cell, shortenedText(text), CELL_STYLES.text);
}
