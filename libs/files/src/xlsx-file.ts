/** Reads workbooks (XLSX), of which only the parts with cells are unpacked. */
import type { CellObject, WorkBook, WorkSheet } from '@e965/xlsx';
import {
  FILE_LIMITS,
  UnreadableFile,
  columnLetters,
  dateOfSerial,
  type Cell,
  type Epoch,
  type Sheet,
} from './sheet.js';
import type { SheetRow, SpreadsheetFile } from './sheet.js';
import { cellsOnly, type HiddenCells } from './workbook-parts.js';

/** @throws UnreadableFile */
export async function readXlsx(bytes: Uint8Array): Promise<SpreadsheetFile> {
  const { read } = await import('@e965/xlsx');
  const { packed, sheets: parts } = await cellsOnly(bytes);
  let book: WorkBook;
  try {
    book = read(packed, {
      ...{
        type: 'array',
        dense: true,
        cellNF: true,
        cellHTML: false,
        cellText: false,
        // A formula without a result is a cell without a value.
        sheetStubs: true,
        bookVBA: false,
        bookDeps: false,
      },
      // Days stay numbers: their meaning is settled here.
      cellDates: false,
    });
  } catch (error) {
    throw new UnreadableFile(`The workbook is damaged: ${(error as Error).message}`);
  }
  const settings = book.Workbook;
  const epoch: Epoch = settings?.WBProps?.date1904 ? 1904 : 1900;
  const isHidden = (i: number) => (settings?.Sheets?.[i]?.Hidden ?? 0) !== 0;
  if (book.SheetNames.length > FILE_LIMITS.sheets)
    throw new UnreadableFile(`The workbook has more than ${FILE_LIMITS.sheets} sheets.`);
  const { SSF } = await import('@e965/xlsx');
  const isDate = (format: string) => SSF.is_date(format) as boolean;
  const sheets = book.SheetNames.flatMap((name, i): Sheet[] => {
    if (isHidden(i)) return [];
    const [sheet, hidden] = [book.Sheets[name], parts[i]];
    // One that cannot be read the library leaves out, as it does those that hold no cells.
    if (!sheet && hidden) throw new UnreadableFile(`The workbook is damaged: sheet «${name}» cannot be read.`);
    if (!sheet) return [{ name, rows: [], hiddenColumns: [] }];
    return [readSheet(name, sheet, hidden ?? NOTHING_HIDDEN, epoch, isDate)];
  });
  const rows = sheets.reduce((sum, sheet) => sum + sheet.rows.length, 0);
  if (rows > FILE_LIMITS.rows) throw new UnreadableFile(`The workbook holds more than ${FILE_LIMITS.rows} rows.`);
  return {
    format: 'xlsx',
    sheets,
    hiddenSheets: book.SheetNames.filter((_, i) => isHidden(i)),
    epoch,
    readAs: [`The workbook counts days from ${epoch}.`],
  };
}

const NOTHING_HIDDEN: HiddenCells = { rows: new Set(), columns: [] };

type Dense = (CellObject[] | undefined)[];

function readSheet(
  name: string,
  sheet: WorkSheet,
  hidden: HiddenCells,
  epoch: Epoch,
  isDate: (format: string) => boolean,
): Sheet {
  const data = (sheet['!data'] ?? []) as Dense;
  const rows: SheetRow[] = [];
  const read = (cell: CellObject | undefined) => (cell ? readCell(cell, epoch, isDate) : null);
  const merged = mergedBelow(name, sheet);
  // Only existing cells are visited, however large the sheet claims to be.
  for (const index of Object.keys(data)) {
    const r = Number(index);
    const cells = new Map<number, Cell>();
    for (const column of Object.keys(data[r] ?? [])) {
      const c = Number(column);
      const cell = read(data[r]![c]);
      if (!cell) continue;
      if (c >= FILE_LIMITS.columns)
        throw new UnreadableFile(
          `Cell ${columnLetters(c)}${r + 1} of «${name}» is beyond column ${FILE_LIMITS.columns}.`,
        );
      cells.set(c, cell);
    }
    for (const { column, from } of cells.size > 0 ? (merged.get(r) ?? []) : []) {
      const cell = cells.has(column) ? null : read(data[from]?.[column]);
      if (cell) cells.set(column, { ...cell, note: `is merged with row ${from + 1}` });
    }
    if (cells.size > 0) rows.push({ number: r + 1, hidden: hidden.rows.has(r + 1), cells });
  }
  return { name, rows, hiddenColumns: hidden.columns };
}

/** The cells that are merged with one above them, by row: the value above holds for them, too. */
function mergedBelow(name: string, sheet: WorkSheet): ReadonlyMap<number, { column: number; from: number }[]> {
  const merged = new Map<number, { column: number; from: number }[]>();
  let steps = 0;
  for (const { s, e } of sheet['!merges'] ?? [])
    for (let r = s.r + 1; r <= Math.min(e.r, s.r + FILE_LIMITS.rows) && s.c < FILE_LIMITS.columns; r++) {
      if (++steps > FILE_LIMITS.cells)
        throw new UnreadableFile(`«${name}» merges more than ${FILE_LIMITS.cells} cells.`);
      const row = merged.get(r);
      if (row) row.push({ column: s.c, from: s.r });
      else merged.set(r, [{ column: s.c, from: s.r }]);
    }
  return merged;
}

function readCell(cell: CellObject, epoch: Epoch, isDate: (format: string) => boolean): Cell | null {
  const { t, v, z } = cell;
  const note = cell.f === undefined ? {} : { note: 'is the last result of a formula' };
  switch (t) {
    case 's': {
      const text = String(v ?? '');
      if (text.trim() === '') return null;
      return text.length > FILE_LIMITS.letters
        ? { text: text.slice(0, 100), fault: `is longer than ${FILE_LIMITS.letters} characters` }
        : { text, ...note };
    }
    case 'b':
      return { text: v ? 'true' : 'false', ...note };
    case 'e': {
      const name = CELL_ERRORS.get(v as number) ?? 'of an unknown kind';
      return { text: name, fault: `holds the error ${name}` };
    }
    case 'n': {
      const number = v as number;
      if (!Number.isFinite(number)) return { text: String(v), fault: 'is a number that cannot be read' };
      const format = typeof z === 'string' ? z : 'General';
      if (isDate(format)) return dateCell(number, format, epoch, note);
      return { text: numberText(number, format), number, ...note };
    }
    default:
      return cell.f === undefined ? null : { text: '', fault: 'holds a formula that was never computed' };
  }
}

/** By their numbers in the library; the names are those of ECMA-376. */
const CELL_ERRORS = new Map<number, string>([
  ...([
    [0x00, '#NULL!'],
    [0x07, '#DIV/0!'],
    [0x0f, '#VALUE!'],
    [0x17, '#REF!'],
  ] as const),
  ...([
    [0x1d, '#NAME?'],
    [0x24, '#NUM!'],
    [0x2a, '#N/A'],
    [0x2b, '#GETTING_DATA'],
  ] as const),
]);

/** `0.1 + 0.2` reads 0.3, as it is shown; zeros in front stay where the format shows them. */
const numberText = (number: number, format: string): string =>
  /^0+$/.test(format) && Number.isInteger(number) && number >= 0
    ? String(number).padStart(format.length, '0')
    : String(Number(number.toPrecision(15)));

function dateCell(serial: number, format: string, epoch: Epoch, note: Pick<Cell, 'note'>): Cell {
  const shown = format.replaceAll(/\[[^\]]*\]|"[^"]*"|\\./g, '').toLowerCase();
  const hasDate = /[yd]/.test(shown) || /m{3}/.test(shown);
  const day = dateOfSerial(serial, epoch);
  if (!hasDate) return { text: String(serial), number: serial, ...note };
  if (day === null)
    return { text: String(serial), fault: `holds a date that there is not (day ${serial} since ${epoch})` };
  const date = /d/.test(shown) ? day : /m/.test(shown) ? day.slice(0, 7) : day.slice(0, 4);
  const less = date === day ? {} : { note: `shows no ${date.length === 4 ? 'month' : 'day'}` };
  return { text: date, date, ...note, ...less };
}
