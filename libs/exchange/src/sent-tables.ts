/** Reads a sent file, a spreadsheet or a folder of them, to the tables in it. */
import { isPartialDate, todayAt, type FullDate } from '#clocks';
import { Rejected } from '#eventsourcing';
import { FILE_LIMITS, spreadsheetIn, UnreadableFile, type Encoding, type Epoch } from '#files';
import { digestOfFiles, type Upload } from '#platform';
import { compareTexts } from '#text';
import { SHEET_NAMES } from './fields.js';
import type { SheetProblem } from './preview.js';
import { tablesIn, type ColumnMapping, type NamedTable, type Tables } from './tables.js';

/** Several spreadsheets that are imported as one: all or none, under one id. */
export interface SentFolder {
  readonly name: string;
  /** Of the names and the digests of its files, in hexadecimal. */
  readonly sha256: string;
  /** In the order of their names. */
  readonly files: readonly Upload[];
  /** The names of others in the folder, which are not read. */
  readonly others?: readonly string[];
}

/** Spreadsheets as one. */
export const folderOf = (name: string, files: readonly Upload[]): SentFolder => ({
  name,
  files,
  sha256: digestOfFiles(files),
});

/** The files of a form: one is a spreadsheet, several are a folder; so is one of JSON. */
export function sentIn(files: readonly Upload[]): Upload | SentFolder {
  const inOrder = files.toSorted((one, other) => compareTexts(one.name, other.name));
  const isOne = files.length === 1 && !JSON_FILE.test(files[0]!.name);
  return isOne ? files[0]! : folderOf(fileNameOf(inOrder), inOrder);
}

const JSON_FILE = /\.json$/i;

const fileNameOf = ([first, ...more]: readonly Upload[]): string =>
  more.length === 0 ? first!.name : `${first!.name} and ${more.length} more`;

/** Whether the files are a folder of JSON. @throws Rejected `unreadable_file` if they are a mixture of both */
export function isJson(sent: Upload | SentFolder): sent is SentFolder {
  if (!isFolder(sent)) return false;
  const json = sent.files.filter(({ name }) => JSON_FILE.test(name)).length;
  if (json > 0 && json < sent.files.length)
    throw unreadableFile('Spreadsheets and files of JSON are sent by themselves: they are imported in different ways.');
  return json > 0;
}

/** The sender's terms for reading it. */
export interface ReadingTerms {
  readonly mapping?: ColumnMapping;
  readonly epoch?: Epoch;
  readonly encoding?: Encoding;
  readonly asOf?: FullDate;
  readonly knownAt?: string;
}

/** The list that rows were exported from. */
export interface Base {
  readonly asOf: FullDate;
  readonly knownAt?: string;
}

/** A table, with the facts that its file gives for all its rows. */
export interface SentTable extends NamedTable {
  readonly epoch: Epoch;
  /** Whether it is text, in which a sign too many moves all cells behind it. */
  readonly isText: boolean;
  /** Absent: its rows are compared with today's values. */
  readonly base?: Base;
}

export interface SentTables {
  readonly format: 'xlsx' | 'csv' | 'folder';
  readonly size: number;
  readonly tables: readonly SentTable[];
  readonly unread: Tables['unread'];
  /** Of files and sheets as a whole. */
  readonly problems: readonly SheetProblem[];
  /** How it was read, in sentences. */
  readonly readAs: readonly string[];
}

/** The most spreadsheets that are imported together. */
const MAX_FILES = 100;
/** The most bytes that they have together. */
const MAX_BYTES = 4 * FILE_LIMITS.bytes;

const isFolder = (sent: Upload | SentFolder): sent is SentFolder => 'files' in sent;

/** @throws Rejected `unreadable_file` for a spreadsheet; in a folder each that cannot be read is a problem of its own */
export async function tablesSent(sent: Upload | SentFolder, asked: ReadingTerms): Promise<SentTables> {
  if (isFolder(sent)) return tablesInFolder(sent, asked);
  const { format, tables, unread, readAs } = await tablesInFile(sent, asked).catch((error: unknown) => {
    if (!(error instanceof UnreadableFile)) throw error;
    throw unreadableFile(error.message);
  });
  const problems = tables.length === 0 ? unread.map(({ sheet, why }) => sheetProblem(sheet, why)) : [];
  return { format, size: sent.bytes.length, tables, unread, problems, readAs };
}

async function tablesInFolder({ files }: SentFolder, asked: ReadingTerms): Promise<SentTables> {
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (files.length > MAX_FILES) throw unreadableFile(`The folder holds more than ${MAX_FILES} spreadsheets: part it.`);
  if (size > MAX_BYTES)
    throw unreadableFile(`The spreadsheets are larger than ${MAX_BYTES / 1024 / 1024} MB together: part them.`);
  const all = { tables: [] as SentTable[], unread: [] as Tables['unread'][number][] };
  const [problems, readAs]: [SheetProblem[], string[]] = [[], []];
  for (const upload of files) {
    try {
      const { format, tables, ...read } = await tablesInFile(upload, asked);
      const named = <T extends { readonly sheet: string }>(one: T): T => ({
        ...one,
        sheet: format === 'csv' ? upload.name : `${upload.name} › ${one.sheet}`,
      });
      const unread = read.unread.map(named);
      if (tables.length === 0) problems.push(...unread.map(({ sheet, why }) => sheetProblem(sheet, why)));
      all.tables.push(...tables.map(named));
      all.unread.push(...unread);
      readAs.push(`${upload.name}: ${read.readAs.join(' ')}`);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      problems.push({ ...sheetProblem(upload.name, error.message), right: null });
    }
  }
  if (all.tables.reduce((sum, { rows }) => sum + rows.length, 0) > FILE_LIMITS.rows)
    throw unreadableFile(`The spreadsheets hold more than ${FILE_LIMITS.rows} rows together: part them.`);
  return { ...all, format: 'folder', size, problems, readAs };
}

/** The tables of a spreadsheet. @throws UnreadableFile */
async function tablesInFile({ name, bytes }: Upload, asked: ReadingTerms) {
  const { mapping, encoding, epoch: said = 1900 } = asked;
  const { format, epoch, readAs, ...file } = await spreadsheetIn({ name, bytes, encoding, epoch: said });
  const found = tablesIn(file, mapping);
  const isText = format === 'csv';
  const base = baseOf(found, asked, isText ? name : '');
  const at = base && `the list as at ${base.asOf}${base.knownAt ? `, as known at position ${base.knownAt}` : ''}`;
  return {
    ...{ format, unread: found.unread },
    tables: found.tables.map((table): SentTable => ({ ...table, epoch, isText, ...(base && { base }) })),
    readAs: [...readAs, `Rows are compared with ${at ?? 'what holds today'}.`],
  };
}

function baseOf({ origin, tables }: Tables, asked: ReadingTerms, name: string): Base | null {
  // A list as CSV says in the addresses of its pages of which date it is.
  const page = tables.flatMap(({ columns, rows }) => {
    const column = columns.find(({ head, by }) => head === 'page' && by === 'computed')?.column;
    const cell = column === undefined ? undefined : rows[0]?.cells.get(column)?.text;
    return /[?&]asOf=(\d{4}-\d{2}-\d{2})/.exec(cell ?? '')?.[1] ?? [];
  })[0];
  const asOf =
    asked.asOf ??
    origin.asOf ??
    (tables.some(({ exported }) => exported) ? page : undefined) ??
    dateInFileName(name, tables);
  const knownAt = asked.knownAt ?? origin.position;
  if (asOf === undefined && knownAt === undefined) return null;
  return { asOf: asOf ?? todayAt(new Date()), ...(knownAt && { knownAt }) };
}

/** The date in the name of a list as CSV, `commitments-2011-02-17.csv`, all of whose columns are called as in ours. */
function dateInFileName(name: string, [table]: Tables['tables']): FullDate | undefined {
  const [, list, date] = /^([a-z]+)-(\d{4}-\d{2}-\d{2})(?: ?\(\d+\))?\.csv$/.exec(name) ?? [];
  if (!table || list !== SHEET_NAMES[table.subject][0]) return undefined;
  const isOurs = table.columns.every(({ head, field, by }) => by === 'computed' || field?.name === head);
  return isOurs && isPartialDate(date!) ? date : undefined;
}

const sheetProblem = (sheet: string, message: string): SheetProblem => ({
  ...{ sheet, row: 0, column: null, field: null, value: null, message },
  right: 'a row that names the columns, with reference, title, stage … or your own names and a mapping',
});

export const unreadableFile = (message: string): Rejected =>
  new Rejected('unreadable_file', message, [{ pointer: '/file', message }], 'invalid');
