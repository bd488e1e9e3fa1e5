/**
 * Reads workbooks (XLSX). What is not cells stays packed: macros, pictures, links to other files. How much is unpacked, and how
 * many cells there are, is counted before anything is made of them.
 */
import type { CellObject, WorkBook, WorkSheet } from '@e965/xlsx';
import { LIMITS, UnreadableFile, columnLetters, dateOfSerial, type Cell, type Epoch, type Sheet } from './sheet.js';
import type { SheetRow, SpreadsheetFile } from './sheet.js';

/** The parts of a workbook that hold cells, and how they are shown. */
const NEEDED =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|xl\/(?:workbook|sharedStrings|styles|metadata|theme\/[^/]+)\.xml|xl\/_rels\/workbook\.xml\.rels|xl\/worksheets\/[^/]+\.xml)$/i;

/** @throws UnreadableFile */
export async function readXlsx(bytes: Uint8Array): Promise<SpreadsheetFile> {
  const { read } = await import('@e965/xlsx');
  const packed = await cellsOnly(bytes);
  let book: WorkBook;
  try {
    book = read(packed, {
      ...{
        type: 'array',
        dense: true,
        cellNF: true,
        cellStyles: true,
        cellHTML: false,
        bookVBA: false,
        bookDeps: false,
      },
      // Days stay numbers: what they mean is settled here.
      cellDates: false,
    });
  } catch (error) {
    throw new UnreadableFile(`The workbook is damaged: ${(error as Error).message}`);
  }
  const settings = book.Workbook;
  const epoch: Epoch = settings?.WBProps?.date1904 ? 1904 : 1900;
  const isHidden = (i: number) => (settings?.Sheets?.[i]?.Hidden ?? 0) !== 0;
  if (book.SheetNames.length > LIMITS.sheets)
    throw new UnreadableFile(`The workbook has more than ${LIMITS.sheets} sheets.`);
  const names = book.SheetNames.filter((_, i) => !isHidden(i));
  const { SSF } = await import('@e965/xlsx');
  const isDate = (format: string) => SSF.is_date(format) as boolean;
  const sheets = names.map((name) => sheetOf(name, book.Sheets[name]!, epoch, isDate));
  const rows = sheets.reduce((sum, sheet) => sum + sheet.rows.length, 0);
  if (rows > LIMITS.rows) throw new UnreadableFile(`The workbook holds more than ${LIMITS.rows} rows.`);
  return {
    format: 'xlsx',
    sheets,
    hiddenSheets: book.SheetNames.filter((_, i) => isHidden(i)),
    epoch,
    readAs: [`The workbook counts days from ${epoch}.`],
  };
}

/** A workbook without what is not cells. @throws UnreadableFile for what is none, and for one that would unpack to too much */
async function cellsOnly(bytes: Uint8Array): Promise<Uint8Array> {
  const { unzipSync, zipSync } = await import('fflate');
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    throw new UnreadableFile(
      'The workbook is protected by a password, or is of the older form .xls: save it without a password as .xlsx.',
    );
  let [unpacked, parts] = [0, 0];
  let kind = '';
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name === 'xl/workbook.bin') kind = 'a binary workbook (.xlsb)';
        if (name === 'content.xml') kind = 'an OpenDocument spreadsheet (.ods)';
        if (name === 'word/document.xml') kind = 'a text document (.docx)';
        if (!NEEDED.test(name)) return false;
        if ((unpacked += originalSize) > LIMITS.unpacked || ++parts > 4 * LIMITS.sheets)
          throw new UnreadableFile(`The workbook unpacks to more than ${LIMITS.unpacked / 1024 / 1024} MB.`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile('The file is no workbook, or is damaged: it cannot be unpacked.');
  }
  if (!entries['xl/workbook.xml'])
    throw new UnreadableFile(`The file is ${kind || 'no workbook'}: save it as .xlsx or .csv.`);
  let cells = 0;
  for (const [name, xml] of Object.entries(entries)) {
    if (!name.startsWith('xl/')) continue;
    const text = Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength);
    if (text.includes('<!DOCTYPE') || text.includes('<!ENTITY'))
      throw new UnreadableFile(`The workbook is not of the usual form: ${name} declares a document type.`);
    if (name.startsWith('xl/worksheets/')) {
      for (let at = text.indexOf('<c '); at >= 0; at = text.indexOf('<c ', at + 3)) cells++;
      if (cells > LIMITS.cells) throw new UnreadableFile(`The workbook holds more than ${LIMITS.cells} cells.`);
    }
  }
  return zipSync(entries, { level: 0 });
}

type Dense = (CellObject[] | undefined)[];

function sheetOf(name: string, sheet: WorkSheet, epoch: Epoch, isDate: (format: string) => boolean): Sheet {
  const data = (sheet['!data'] ?? []) as Dense;
  const rows: SheetRow[] = [];
  const read = (cell: CellObject | undefined) => (cell ? readCell(cell, epoch, isDate) : null);
  const merged = mergedBelow(name, sheet);
  // Only what is there is visited, however large the sheet says that it is.
  for (const index of Object.keys(data)) {
    const r = Number(index);
    const cells = new Map<number, Cell>();
    for (const column of Object.keys(data[r] ?? [])) {
      const c = Number(column);
      const cell = read(data[r]![c]);
      if (!cell) continue;
      if (c >= LIMITS.columns)
        throw new UnreadableFile(`Cell ${columnLetters(c)}${r + 1} of «${name}» is beyond column ${LIMITS.columns}.`);
      cells.set(c, cell);
    }
    for (const { column, from } of cells.size > 0 ? (merged.get(r) ?? []) : []) {
      const cell = cells.has(column) ? null : read(data[from]?.[column]);
      if (cell) cells.set(column, { ...cell, note: `is merged with row ${from + 1}` });
    }
    if (cells.size > 0) rows.push({ number: r + 1, hidden: sheet['!rows']?.[r]?.hidden ?? false, cells });
  }
  const hiddenColumns = (sheet['!cols'] ?? []).flatMap((column, c) => (column?.hidden && c < LIMITS.columns ? c : []));
  return { name, rows, hiddenColumns };
}

/** The cells that are merged with one above them, by row: what stands above holds for them, too. */
function mergedBelow(name: string, sheet: WorkSheet): ReadonlyMap<number, { column: number; from: number }[]> {
  const merged = new Map<number, { column: number; from: number }[]>();
  let steps = 0;
  for (const { s, e } of sheet['!merges'] ?? [])
    for (let r = s.r + 1; r <= Math.min(e.r, s.r + LIMITS.rows) && s.c < LIMITS.columns; r++) {
      if (++steps > LIMITS.cells) throw new UnreadableFile(`«${name}» merges more than ${LIMITS.cells} cells.`);
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
      return text.length > LIMITS.letters
        ? { text: text.slice(0, 100), fault: `is longer than ${LIMITS.letters} characters` }
        : { text, ...note };
    }
    case 'b':
      return { text: v ? 'true' : 'false', ...note };
    case 'e':
      return { text: String(cell.w ?? v), fault: `holds the error ${String(cell.w ?? '#VALUE!')}` };
    case 'n': {
      const number = v as number;
      const format = typeof z === 'string' ? z : 'General';
      if (isDate(format)) return dateCell(number, format, epoch, note);
      return { text: numberText(number, format), number, ...note };
    }
    default:
      return cell.f === undefined ? null : { text: '', fault: 'holds a formula that was never computed' };
  }
}

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
