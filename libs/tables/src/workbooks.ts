/** The parts of a workbook that several writers share: the styles of cells, the heights of rows, and an archive of the same bytes each time. */
import type { WorkbookWriter, WorksheetWriter } from '@cj-tech-master/excelts';
import type { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** The media type of a workbook. */
export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The most rows that a sheet holds, its head among them, and the most letters of a cell and of a name of a sheet. */
export const [MAX_ROWS, MAX_CELL_CHARS, MAX_NAME_CHARS] = [1_048_576, 32_767, 31] as const;

/** Programs count days from 1900, with a 29 February that never was: earlier dates are text, as are those without a day. */
const FIRST_DATE = '1900-03-01';
export const cellDate = (text: string): Date | null =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= FIRST_DATE ? new Date(`${text}T00:00:00Z`) : null;

/** A text that is too long, without half a letter at its end. */
export const shortenedText = (text: string, most: number = MAX_CELL_CHARS): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

const CELL_FONT = { name: 'Arial', size: 10 } as const;
const TOP_ALIGNMENT = { vertical: 'top' } as const;
const PLAIN_STYLE = { font: CELL_FONT, alignment: TOP_ALIGNMENT } as const;

/** The styles of cells: a head, words that may take several lines, a text that stays one when somebody edits it, and others. */
export const CELL_STYLES = {
  head: {
    font: { ...CELL_FONT, bold: true, color: { argb: 'FFFFFFFF' } },
    fill: { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FF1F4E79' } },
    alignment: TOP_ALIGNMENT,
  },
  wrapped: { font: CELL_FONT, alignment: { ...TOP_ALIGNMENT, wrapText: true } },
  text: { ...PLAIN_STYLE, numFmt: '@' },
  plain: PLAIN_STYLE,
  number: { ...PLAIN_STYLE, numFmt: '0' },
  day: { ...PLAIN_STYLE, numFmt: 'yyyy-mm-dd' },
} as const;

type CellValue = string | number | boolean | Date;

export interface SheetCell {
  value: unknown;
  style: object;
}

/** Sets a cell; no text is run as a formula. */
export function setCell(cell: SheetCell, value: CellValue, style: object): void {
  // As an inline text: written as the result of a formula, which it is no other way, some programs read it twice.
  cell.value = typeof value === 'string' ? { richText: [{ text: value }] } : value;
  cell.style = style;
}

/** How high a line of text is, and the highest row, in points. */
const [LINE_POINTS, MAX_ROW_POINTS] = [13.5, 409] as const;

type SheetRow = ReturnType<WorksheetWriter['addRow']>;

interface Worded {
  readonly text?: string;
  readonly richText?: readonly { readonly text: string }[];
}

function cellText(value: unknown): string {
  if (typeof value === 'string') return value;
  const { text, richText } = (value ?? {}) as Worded;
  return text ?? (richText ?? []).map((run) => run.text).join('');
}

/** Writes a row. Programs trust the height that it has, so it gets the one that its lines need. @param widths in letters */
export function commitRow(row: SheetRow, widths: readonly number[]): void {
  let most = 1;
  row.eachCell((cell, column) => {
    const lines = cellText(cell.value)
      .split('\n')
      .map(({ length }) => Math.max(1, Math.ceil((length * 1.1) / widths[column - 1]!)));
    most = Math.max(
      most,
      lines.reduce((sum, n) => sum + n, 0),
    );
  });
  row.height = Math.min(MAX_ROW_POINTS, most * LINE_POINTS + 2);
  row.commit();
}

/** 1 January 1980 in any zone: the first day that an entry of an archive can have. */
export const FIRST_DAY = new Date(1980, 0, 1);

/**
 * Writes the archive by a library whose bytes are the same everywhere: the workbook's own takes the time of the clock, and the
 * compression of Node, which is another one on another processor.
 */
export async function archivedAlike({ zip }: WorkbookWriter, out: PassThrough) {
  const { Zip, ZipDeflate } = await import('fflate');
  const archive = new Zip((error, data, final) => {
    if (error) out.destroy(error);
    else if (final) out.end(data);
    else out.write(data);
  });
  zip.add = (entry) => {
    const { name } = entry as unknown as { name: string };
    const file = Object.assign(new ZipDeflate(name), { mtime: FIRST_DAY });
    archive.add(file);
    const push = (data: Uint8Array<ArrayBuffer>, final?: boolean) => Promise.resolve(file.push(data, final));
    Object.assign(entry, { push });
  };
  zip.end = () => archive.end();
}

/** Waits until the written chunks have been taken: no more than these are in memory. */
export async function waitForDrain(out: PassThrough): Promise<void> {
  if (out.writableNeedDrain)
    await new Promise<void>((resolve) => {
      const taken = () => {
        out.off('drain', taken).off('close', taken);
        resolve();
      };
      out.on('drain', taken).on('close', taken);
    });
  else await nextTurn();
  if (out.destroyed) throw new Error('Nobody takes the workbook any more.');
}
