/** The changes in the sheets of a return that comes back as a workbook, cell by cell. Pure. */
import { columnLetters, type Cell, type Sheet, type SheetRow, type SpreadsheetFile } from '#files';
import { cleanText } from '#text';
import { oneOf } from '#words';
import { valueInCell } from '../cell-values.js';
import { fieldNames, nameKey } from '../fields.js';
import { MAX_ROWS_BEFORE_HEAD } from '../tables.js';
import type { SheetProblem } from '../preview.js';
import { cellWords, type CellSpec, type Choice, type ReturnColumn, type ReturnSheet, type RowValues } from './cells.js';

export type WorkbookPlace = Pick<SheetProblem, 'sheet' | 'row' | 'column'>;

/** A cell whose value differs from the one that was written in it. */
export interface CellChange extends WorkbookPlace {
  readonly head: string;
  /** The key of its row: a reference, a question. */
  readonly about: string | null;
  readonly was: string;
  readonly is: string;
}

/** A row as it was read: the values of the model with its changes. */
export interface ReadRow {
  /** `null`: it is new. */
  readonly key: string | null;
  readonly values: RowValues;
  readonly changed: ReadonlySet<string>;
  readonly at: (column: string | null) => WorkbookPlace;
}

export interface SheetRead {
  readonly model: ReturnSheet;
  readonly rows: readonly ReadRow[];
  /** The keys of the rows that are not there any more. */
  readonly gone: readonly string[];
}

/** The most words of a list that a fault names. */
const MAX_CHOICES_NAMED = 20;

const cellTextOf = (cell: Cell | undefined): string => cleanText(cell?.text ?? '').replaceAll('\r\n', '\n');

export class WorkbookReader {
  readonly changes: CellChange[] = [];
  readonly problems: SheetProblem[] = [];
  readonly notes: string[] = [];

  constructor(private readonly file: SpreadsheetFile) {}

  problem(
    place: WorkbookPlace,
    field: string | null,
    value: string | null,
    message: string,
    right: string | null = null,
  ) {
    this.problems.push({ ...place, field, value, message, right });
  }

  /** Tells of a row that is not there any more. */
  gone({ name: sheet }: ReturnSheet, about: string, was: string) {
    this.changes.push({ sheet, row: 0, column: null, head: '', about, was, is: '' });
  }

  /** `null`: the sheet is not there, and so says nothing. */
  read(model: ReturnSheet): SheetRead | null {
    const sheet = this.file.sheets.find(({ name }) => nameKey(name) === nameKey(model.name));
    if (!sheet) {
      if (model.rows.length > 0) this.notes.push(`There is no sheet «${model.name}»: what it said stays.`);
      return null;
    }
    const columns = columnsIn(sheet, model);
    const key = columns?.places.get(model.key);
    if (!columns || key === undefined) {
      const [{ head }] = model.columns.filter(({ name }) => name === model.key) as [ReturnColumn];
      this.problem(
        { sheet: sheet.name, row: 0, column: null },
        null,
        null,
        `has no column «${head}»`,
        'as it was sent',
      );
      return null;
    }
    for (const { name, head, spec } of model.columns)
      if (spec && !columns.places.has(name))
        this.notes.push(`«${sheet.name}» has no column «${head}»: what it said stays.`);
    const seen = new Set<string>();
    const rows = columns.rows.flatMap((row) => this.#row(sheet, model, columns.places, row, key, seen) ?? []);
    return { model, rows, gone: model.room > 0 ? model.rows.flatMap((row) => (seen.has(row.key) ? [] : row.key)) : [] };
  }

  #row(
    sheet: Sheet,
    model: ReturnSheet,
    places: ReadonlyMap<string, number>,
    row: SheetRow,
    keyColumn: number,
    seen: Set<string>,
  ): ReadRow | null {
    const at = (column: string | null): WorkbookPlace => {
      const place = column === null ? undefined : places.get(column);
      return { sheet: sheet.name, row: row.number, column: place === undefined ? null : columnLetters(place) };
    };
    const given = cellTextOf(row.cells.get(keyColumn));
    const known = model.rows.find(({ key }) => nameKey(key) === nameKey(given));
    const readable = model.columns.filter(({ name, spec }) => spec && places.has(name));
    const says = readable.some(({ name }) => cellTextOf(row.cells.get(places.get(name)!)) !== '');
    if (!known && given === '' && !says) return null;
    if (!known && (given !== '' || model.room === 0)) {
      const message = given === '' ? 'names no row of the sheet as it was sent' : 'is none of the rows that were sent';
      this.problem(
        at(model.key),
        model.key,
        given,
        message,
        model.room > 0 ? 'a new row has an empty cell here' : null,
      );
      return null;
    }
    const isAgain = known !== undefined && seen.has(known.key);
    if (isAgain && model.room === 0) {
      this.problem(at(model.key), model.key, given, 'is there twice', 'one row for each');
      return null;
    }
    if (known) seen.add(known.key);
    const base = isAgain ? undefined : known;
    const values: Record<string, unknown> = { ...base?.shown };
    const changed = new Set<string>();
    for (const { name, head, spec: usual } of readable) {
      const spec = base?.specs?.[name] ?? usual!;
      const cell = row.cells.get(places.get(name)!);
      const [was, is] = [cellWords(base?.shown[name], spec), cellTextOf(cell)];
      if (cleanText(was) === is) continue;
      const read = this.#value(cell, is, spec);
      if ('wrong' in read) {
        this.problem(at(name), name, is, read.wrong, read.right);
        continue;
      }
      if (read.note) this.notes.push(`${sheet.name}, ${at(name).column}${row.number}: ${read.note}.`);
      if (cellWords(read.value, spec) === was) continue;
      values[name] = read.value;
      changed.add(name);
      const about = base?.key ?? (cellWords(values['reference'], undefined) || null);
      this.changes.push({ ...at(name), head, about, was, is: cellWords(read.value, spec) });
    }
    if (base) this.#noteReference(model, base, row, places, at);
    return { key: base?.key ?? null, values, changed, at };
  }

  /** Columns that are there to look at are not read; a cell that was changed in one is told. */
  #noteReference(
    model: ReturnSheet,
    { shown }: ReturnSheet['rows'][number],
    { cells }: SheetRow,
    places: ReadonlyMap<string, number>,
    at: ReadRow['at'],
  ) {
    for (const { name, head, spec } of model.columns) {
      const column = places.get(name);
      if (spec || name === model.key || column === undefined) continue;
      const is = cellTextOf(cells.get(column));
      if (is === cleanText(cellWords(shown[name], undefined))) continue;
      const place = at(name);
      this.notes.push(
        `${place.sheet}, ${place.column}${place.row}: «${head}» is for reference; its change${is && ` to «${is}»`} is not taken.`,
      );
    }
  }

  #value(cell: Cell | undefined, text: string, spec: CellSpec) {
    if (!cell || text === '') return { value: null };
    if (cell.fault) return { wrong: cell.fault, right: 'write the value itself' };
    if (spec.form === 'choice') {
      const found = spec.options.find((option) => option.some((one) => nameKey(String(one)) === nameKey(text)));
      return found ? { value: found[0] } : { wrong: 'is none of the words for it', right: choicesIn(spec) };
    }
    if (spec.form === 'number') {
      const number = cell.number ?? (/^-?\d+(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : NaN);
      return Number.isNaN(number) ? { wrong: 'is no number', right: 'such as 12 or 1.5' } : { value: number };
    }
    return valueInCell(cell, spec, { epoch: this.file.epoch, dates: 'iso' });
  }
}

/** The words that a cell takes; of very many only how many there are. */
export function choicesIn({ options }: Choice): string {
  const words = options.map(([, one]) => one);
  return words.length > MAX_CHOICES_NAMED
    ? `one of the ${words.length} that the cell offers, such as ${words[0]}`
    : oneOf(words);
}

/** Where the columns of a sheet stand, and the rows below their heads. */
function columnsIn(sheet: Sheet, { columns, key }: ReturnSheet) {
  const heads = new Map(columns.map(({ name, head }) => [nameOfHead(head), name]));
  // Workbooks that were handed out before call a field otherwise, as tables of agencies do.
  const fields = new Set(columns.flatMap(({ name, isField }) => (isField ? name : [])));
  const others = fieldNames('commitment');
  const otherwise = (text: string): string | undefined => {
    const name = heads.has(nameOfHead(text)) ? undefined : others.get(nameKey(text))?.name;
    return name !== undefined && fields.has(name) ? name : undefined;
  };
  const at = sheet.rows
    .slice(0, MAX_ROWS_BEFORE_HEAD)
    .findIndex(({ cells }) =>
      [...cells.values()].some(({ text }) => (heads.get(nameOfHead(text)) ?? otherwise(text)) === key),
    );
  if (at < 0) return null;
  const places = new Map<string, number>();
  for (const nameOf of [(text: string) => heads.get(nameOfHead(text)), otherwise])
    for (const [column, { text }] of sheet.rows[at]!.cells) {
      const name = nameOf(text);
      if (name !== undefined && !places.has(name)) places.set(name, column);
    }
  return { places, rows: sheet.rows.slice(at + 1) };
}

/** Unlike in other names of columns, the text in brackets counts: it is the question. */
const nameOfHead = (head: string): string => nameKey(head.replaceAll(/[[\]]/g, ' '));
