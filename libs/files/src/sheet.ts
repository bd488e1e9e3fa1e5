/** A spreadsheet as it was read: sheets of rows of cells, from any program and encoding. */

/** A cell: its text, and remarks on how it was read. */
export interface Cell {
  readonly text: string;
  /** A date of the program itself, `2006-11-20`, or shorter where its format shows no day or no month. */
  readonly date?: string;
  /** A number of the program itself. */
  readonly number?: number;
  /** Why it cannot be read. */
  readonly fault?: string;
  /** How it was read, where that is not plain to see. */
  readonly note?: string;
}

export interface SheetRow {
  /** As the program numbers it: 1 is the first. */
  readonly number: number;
  readonly hidden: boolean;
  /** By the number of the column, from 0. An empty cell is missing. */
  readonly cells: ReadonlyMap<number, Cell>;
}

export interface Sheet {
  readonly name: string;
  readonly rows: readonly SheetRow[];
  /** The numbers of the columns that are hidden, from 0. */
  readonly hiddenColumns: readonly number[];
}

/** The system in which a program counts days: from 1900, with a 29 February that never was, or from 1904. */
export type Epoch = 1900 | 1904;

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const satisfies readonly Encoding[];

/** A file as it was read, and how. */
export interface SpreadsheetFile {
  readonly format: 'xlsx' | 'csv';
  readonly sheets: readonly Sheet[];
  /** The sheets that were left out, because they are hidden. */
  readonly hiddenSheets: readonly string[];
  readonly epoch: Epoch;
  /** Of CSV: the encoding and the sign between cells, and by which rule each was settled. */
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  /** How it was read, in sentences. */
  readonly readAs: readonly string[];
}

/** The most that a file may hold. */
export const FILE_LIMITS = {
  /** Of the file, in bytes. */
  bytes: 16 * 1024 * 1024,
  /** Of a part of a workbook once unpacked, in bytes. */
  unpacked: 96 * 1024 * 1024,
  /** Of all its parts. */
  unpackedInAll: 384 * 1024 * 1024,
  /** Of all parts, without the cells that say nothing. */
  kept: 48 * 1024 * 1024,
  sheets: 50,
  rows: 20_000,
  columns: 300,
  cells: 600_000,
  /** Of the text of a cell. */
  letters: 32_767,
} as const;

/** The reason why a file cannot be read, and the right form. */
export class UnreadableFile extends Error {}

/** The first characters of texts that are no table and no paper. */
const OTHER_FILE_TYPES = [
  [/^%PDF-/, 'a PDF'],
  [/^\s*[[{]\s*["{[\]}]/, 'JSON'],
  [/^\s*<(?:\?xml|!doctype|html|table|head|body|meta)\b/i, 'a page of HTML or XML'],
  [/^\{\\rtf/, 'a text document (.rtf)'],
] as const;

/** @throws UnreadableFile for files of other programs, with any name */
export function refuseOtherText(text: string, right: string): void {
  const other = OTHER_FILE_TYPES.find(([beginning]) => beginning.test(text));
  if (other) throw new UnreadableFile(`The file is ${other[1]}, whatever it is called: ${right}.`);
}

/** The letters of a column: 0 is A. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26))
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  return letters;
}

const DAY_MS = 86_400_000;

/**
 * The date that a program means by a number of days.
 * @returns `null` where it means none: before its first day, on the 29 February 1900 that never was, after 9999
 */
export function dateOfSerial(serial: number, epoch: Epoch): string | null {
  const day = Math.floor(serial);
  const first = epoch === 1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30);
  if (day < (epoch === 1904 ? 0 : 1) || (epoch === 1900 && day === 60) || day > 2_958_465) return null;
  return new Date(first + day * DAY_MS).toISOString().slice(0, 10);
}
