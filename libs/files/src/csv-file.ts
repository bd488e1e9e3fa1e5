/** Reads CSV: settles its encoding and the sign between its cells by rules, and says which. */
import { parse } from 'csv-parse/sync';
import { unguarded } from '#text';
import {
  FILE_LIMITS,
  refuseOtherText,
  UnreadableFile,
  type Cell,
  type Encoding,
  type Epoch,
  type SheetRow,
  type SpreadsheetFile,
} from './sheet.js';

const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const;
type Delimiter = keyof typeof DELIMITERS;

/** The number of records that tell which sign stands between the cells. */
const RECORDS_SAMPLED = 50;

const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1252': 'Windows-1252',
};

/**
 * @param name of the file, for the name of its only sheet
 * @param encoding where somebody says it; else it is settled by rule
 * @throws UnreadableFile
 */
export function readCsv(bytes: Uint8Array, name: string, epoch: Epoch, encoding?: Encoding): SpreadsheetFile {
  const settled = encoding ? { encoding, why: 'as was said' } : encodingOf(bytes);
  const text = decodedFile(bytes, settled.encoding).replace(/^\ufeff/, '');
  if (text.trim() === '') throw new UnreadableFile('The file is empty.');
  if (text.includes('\0')) throw new UnreadableFile('The file is no text: it holds a character U+0000.');
  refuseOtherText(text, 'save it as .xlsx or .csv');
  // Excel writes this line itself, and reads it.
  const named = /^sep=(.)\r?\n/i.exec(text);
  const table = withoutBlanksBehind(named ? text.slice(named[0].length) : text);
  const sign = named ? named[1]! : delimiterOf(table);
  const rows = rowsInText(table, sign, named ? 2 : 1);
  const between = DELIMITERS[sign as Delimiter] ?? `«${sign}»`;
  return {
    format: 'csv',
    sheets: [{ name: name.replace(/\.[^.]*$/, ''), rows, hiddenColumns: [] }],
    hiddenSheets: [],
    epoch,
    encoding: settled.encoding,
    delimiter: sign,
    readAs: [
      `The text was read as ${ENCODING_NAMES[settled.encoding]} (${settled.why}).`,
      `Its cells are parted by ${between} (${named ? 'as its first line says' : 'the sign that gives most rows equally many columns'}).`,
    ],
  };
}

/** Programs write a million empty rows for a format that somebody gave a whole column. */
function withoutBlanksBehind(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n,;'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

const unguardedCell = (cell: string): Cell => {
  const text = unguarded(cell);
  return text.length > FILE_LIMITS.letters
    ? { text: text.slice(0, 100), fault: `is longer than ${FILE_LIMITS.letters} characters` }
    : { text };
};

/** By a byte order mark; else by zero bytes, which every second byte of Latin text in UTF-16 is; else by whether it is UTF-8. */
export function encodingOf(bytes: Uint8Array): { encoding: Encoding; why: string } {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', why: 'by its byte order mark' };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', why: 'by its byte order mark' };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', why: 'by its byte order mark' };
  const head = bytes.subarray(0, 4096);
  const zeros = [0, 1].map((parity) => head.filter((byte, i) => i % 2 === parity && byte === 0).length);
  const [even, odd] = zeros as [number, number];
  if (Math.max(even, odd) > head.length / 8 && Math.min(even, odd) === 0 && bytes.length % 2 === 0)
    return { encoding: even > odd ? 'utf-16be' : 'utf-16le', why: 'every second byte is zero' };
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { encoding: 'utf-8', why: 'all its bytes are valid as such' };
  } catch {
    return { encoding: 'windows-1252', why: 'its bytes are not valid as UTF-8' };
  }
}

function decodedFile(bytes: Uint8Array, encoding: Encoding): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableFile(`The file is not in ${ENCODING_NAMES[encoding]}: save it as CSV in UTF-8.`);
  }
}

/** The sign by which most records have equally many columns, and many; a comma, where two do as well. */
function delimiterOf(text: string): Delimiter {
  let best: { sign: Delimiter; worth: number } = { sign: ',', worth: 0 };
  for (const sign of Object.keys(DELIMITERS) as Delimiter[]) {
    const records = firstRecords(text, sign);
    const widths = Map.groupBy(records, (record) => record.length);
    for (const [width, alike] of widths) {
      const worth = (width - 1) * (alike.length / records.length) ** 2;
      if (worth > best.worth) best = { sign, worth };
    }
  }
  return best.sign;
}

/** The most characters between two ends of lines. */
const MAX_RECORD_CHARS = 4_000_000;
/** The most rows of a spreadsheet, empty ones too. */
const MAX_ROWS = 1_048_576;

const PARSER_OPTIONS = {
  ...{ relax_column_count: true, skip_empty_lines: false, max_record_size: MAX_RECORD_CHARS },
  record_delimiter: ['\r\n', '\n', '\r'],
};

/** Of a large file the first characters hold as many records as are looked at; where they do not, all of it is looked through. */
const HEAD_CHARS = 256 * 1024;

function firstRecords(text: string, delimiter: string): string[][] {
  const head = text.slice(0, HEAD_CHARS);
  try {
    const records: string[][] = parse(head, { ...PARSER_OPTIONS, delimiter, relax_quotes: true, to: RECORDS_SAMPLED });
    if (records.length === RECORDS_SAMPLED || head.length === text.length) return records;
  } catch {
    if (head.length === text.length) return [];
  }
  try {
    return parse(text, { ...PARSER_OPTIONS, delimiter, relax_quotes: true, to: RECORDS_SAMPLED });
  } catch {
    return [];
  }
}

/** The rows that are not empty. @param first the number of the first one */
function rowsInText(text: string, delimiter: string, first: number): SheetRow[] {
  const rows: SheetRow[] = [];
  let [number, cells] = [first, 0];
  const take = (record: string[]): null => {
    const said = record.flatMap((cell, column): [number, Cell][] =>
      cell.trim() === '' ? [] : [[column, unguardedCell(cell)]],
    );
    cells += said.length;
    if (number > MAX_ROWS || (said.length > 0 && rows.length >= FILE_LIMITS.rows))
      throw new UnreadableFile(`The file holds more than ${FILE_LIMITS.rows} rows.`);
    if ((said.at(-1)?.[0] ?? 0) >= FILE_LIMITS.columns)
      throw new UnreadableFile(`Row ${number} holds more than ${FILE_LIMITS.columns} columns.`);
    if (cells > FILE_LIMITS.cells) throw new UnreadableFile(`The file holds more than ${FILE_LIMITS.cells} cells.`);
    if (said.length > 0) rows.push({ number, hidden: false, cells: new Map(said) });
    number++;
    return null;
  };
  try {
    parse(text, { ...PARSER_OPTIONS, delimiter, onRecord: take });
    return rows;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const { code = '' } = error as { code?: string };
    throw new UnreadableFile(
      {
        CSV_QUOTE_NOT_CLOSED: `A quotation mark in row ${number} is not closed.`,
        CSV_MAX_RECORD_SIZE: `Row ${number} is longer than ${MAX_RECORD_CHARS} characters; perhaps a quotation mark in it is not closed.`,
      }[code] ??
        `Row ${number} holds a quotation mark within a cell. Such a cell stands in quotation marks, and those in it are doubled: "a ""word"" in it".`,
    );
  }
}
