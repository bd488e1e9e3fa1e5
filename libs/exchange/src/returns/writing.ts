/**
 * Writes a return as a workbook that is filled in anywhere: reference cells are locked, cells with a closed list have a
 * drop-down, and the first sheet has the instructions, and the draft that it was made of.
 */
import type { DataValidation, WorkbookWriter, WorksheetWriter } from '@cj-tech-master/excelts';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { columnLetters } from '#files';
import type { Suggestion } from '#progress';
import { questionWords } from '#rounds';
import { CELL_STYLES, commitRow, setCell } from '#tables';
import { keyOfDraft, questionsOf, sheetsOf } from './sheets.js';
import { cellWords, type CellSpec, type ReturnSheet, type SheetSource } from './cells.js';
import { filledIn, type SheetWords } from './words.js';

/** The sheet with the instructions. */
const GUIDE_SHEET = 'Return';
/** Its lines by which the workbook is known again, in its language. */
export const KNOWN_BY = { round: 'Round', agency: 'Agency', revision: 'Draft', key: 'Made of' } as const;

const LISTS_SHEET = 'lists';
/** A validation that names its words itself has no more letters. */
const LINE_BREAK = '\n';

const { head, wrapped, text } = CELL_STYLES;
const LOCKED_STYLE = {
  ...wrapped,
  fill: { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFEDEFF2' } },
} as const;
const CELL_BORDER = { style: 'thin', color: { argb: 'FFB8C0CC' } } as const;
const OPEN_STYLE = {
  ...text,
  alignment: { vertical: 'top', wrapText: true },
  border: { top: CELL_BORDER, left: CELL_BORDER, bottom: CELL_BORDER, right: CELL_BORDER },
  protection: { locked: false },
} as const;
const TITLE_STYLE = { ...wrapped, font: { name: 'Arial', size: 12, bold: true } } as const;
const PAGE_SETUP = { orientation: 'landscape', paperSize: 9, fitToPage: true, fitToWidth: 1, fitToHeight: 0 } as const;
/** How many letters stand across a printed page. */
const PAGE_WIDTH_CHARS = 220;

/** Columns and rows may be made wider, sorted and filtered; locked cells stay. */
const SHEET_PROTECTION = { formatColumns: true, formatRows: true, sort: true, autoFilter: true } as const;

interface WorkbookOfReturn extends SheetSource {
  /** Of the draft; 0: none was saved yet. */
  readonly revision: number;
  readonly agencyName: string;
  readonly deadline: string;
  /** Where the return is filled in, too. */
  readonly address: string;
  /** By the name of a list, the codes that cells may hold. */
  readonly codes: ReadonlyMap<string, readonly Suggestion[]>;
}

export async function workbookOf(source: WorkbookOfReturn): Promise<Buffer> {
  const { WorkbookWriter } = await import('@cj-tech-master/excelts');
  const out = new PassThrough();
  const whole = buffer(out);
  const workbook = new WorkbookWriter({ stream: out, useStyles: true, creator: 'Followthrough' });
  const sheets = sheetsOf(source);
  const lists = new DropDownLists(source.words);
  await guide(workbook, source, sheets);
  for (const sheet of sheets) await writeSheet(workbook, sheet, lists);
  await writeCodes(workbook, source);
  lists.write(workbook);
  await workbook.commit();
  return whole;
}

async function guide(
  workbook: WorkbookWriter,
  source: WorkbookOfReturn,
  sheets: readonly ReturnSheet[],
): Promise<void> {
  const { round, agency, agencyName, deadline, revision, draft, address, words } = source;
  const { say, date, asAt } = words;
  const sheet = workbook.addWorksheet(say(GUIDE_SHEET), { views: [{ showGridLines: false }], pageSetup: PAGE_SETUP });
  const widths = [22, 110];
  sheet.columns = widths.map((width) => ({ width }));
  const line = (name: string, value: string, style: object = wrapped) => {
    const row = sheet.addRow([]);
    if (name) setCell(row.getCell(1), say(name), wrapped);
    setCell(row.getCell(2), value, style);
    commitRow(row, widths);
  };
  line('', filledIn(say('Return of {agency}'), { agency: agencyName }), TITLE_STYLE);
  line('', round.name);
  line('', `${filledIn(say('Due on {deadline}.'), { deadline: date(deadline) })} ${asAt(round.asOf)}`);
  line('', '');
  for (const text of INSTRUCTIONS) line('', say(text));
  line('', '');
  for (const { name, explains } of sheets) line(name, explains);
  const required = questionsOf(round, 'agency').filter((one) => one.required);
  if (required.length > 0) line('Must be answered', required.map(questionWords).join(LINE_BREAK));
  if (round.guidance) line('Guidance', round.guidance);
  line('', '');
  line(KNOWN_BY.round, round.code);
  line(KNOWN_BY.agency, agency);
  line(KNOWN_BY.revision, String(revision));
  line(KNOWN_BY.key, keyOfDraft(draft));
  line('On the web', address);
  await locked(sheet);
}

const INSTRUCTIONS: readonly string[] = [
  'Fill in the white cells; the grey ones are there to look at. Save the workbook as .xlsx, mail it to whom you like, and upload it where it came from: you see what it would change before anything is saved.',
  'A cell that you leave as it is changes nothing, and a cell that you empty takes out what it said. Rows can be sorted and filtered.',
  'A date is written 2012, 2012-11 or 2012-11-02. Several codes in one cell are parted by semicolons; the sheet “Codes” has them.',
];

async function locked(sheet: WorksheetWriter): Promise<void> {
  await sheet.protect(undefined, SHEET_PROTECTION);
  sheet.commit();
}

async function writeSheet(workbook: WorkbookWriter, model: ReturnSheet, lists: DropDownLists): Promise<void> {
  const { columns, rows, room, explains } = model;
  const sheet = workbook.addWorksheet(model.name, {
    // The reference and its title stay in sight.
    views: [{ state: 'frozen', ySplit: 2, xSplit: columns.findIndex(({ spec }) => spec) > 1 ? 2 : 1 }],
    pageSetup: {
      ...{ ...PAGE_SETUP, printTitlesRow: '2:2', printTitlesColumn: 'A:A' },
      fitToWidth: Math.ceil(columns.reduce((sum, { width }) => sum + width, 0) / PAGE_WIDTH_CHARS),
    },
  });
  const widths = columns.map(({ width }) => width);
  sheet.columns = widths.map((width) => ({ width }));
  const first = sheet.addRow([]);
  setCell(first.getCell(1), explains, { ...wrapped, alignment: { vertical: 'top' } });
  first.commit();
  const heads = sheet.addRow([]);
  columns.forEach((column, i) =>
    setCell(heads.getCell(i + 1), column.head, { ...head, alignment: { vertical: 'top', wrapText: true } }),
  );
  commitRow(heads, widths);
  const fill = (shown: Readonly<Record<string, unknown>>, specs: Readonly<Record<string, CellSpec>> = {}) => {
    const row = sheet.addRow([]);
    columns.forEach(({ name, spec: usual, help }, i) => {
      const cell = row.getCell(i + 1);
      const spec = specs[name] ?? usual;
      const value = shown[name];
      const isNumber = typeof value === 'number';
      cell.style = usual ? (isNumber ? { ...OPEN_STYLE, numFmt: 'General' } : OPEN_STYLE) : LOCKED_STYLE;
      const words = cellWords(value, spec);
      if (words !== '') setCell(cell, isNumber ? value : words, cell.style);
      const validation = usual && lists.validationOf(spec!, help);
      if (validation) (cell as { dataValidation?: DataValidation }).dataValidation = validation;
    });
    commitRow(row, widths);
  };
  for (const { shown, specs } of rows) fill(shown, specs);
  for (let i = 0; i < room; i++) fill({});
  sheet.autoFilter = { from: { row: 2, col: 1 }, to: { row: 2 + rows.length + room, col: columns.length } };
  await locked(sheet);
}

/** The closed lists that cells drop down, each once, in a hidden sheet: in the cell itself they could hold no comma. */
class DropDownLists {
  readonly #columns: (readonly string[])[] = [];
  readonly #known = new Map<string, DataValidation>();

  constructor(private readonly words: SheetWords) {}

  validationOf(spec: CellSpec, help: string | undefined): DataValidation | null {
    if (spec.form !== 'choice') return help === undefined ? null : this.#once(help, () => prompted(help));
    const words = spec.options.map(([, one]) => one);
    if (words.length === 0) return null;
    return this.#once(words.join(LINE_BREAK), () => {
      this.#columns.push(words);
      const letter = columnLetters(this.#columns.length - 1);
      return {
        type: 'list',
        allowBlank: true,
        formulae: [`${LISTS_SHEET}!$${letter}$1:$${letter}$${words.length}`],
        showErrorMessage: true,
        errorTitle: this.words.say('One of the list'),
        error: this.words.say('Choose one of the words of the list.'),
      };
    });
  }

  #once(key: string, made: () => DataValidation): DataValidation {
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = made()));
    return known;
  }

  write(workbook: WorkbookWriter): void {
    const sheet = workbook.addWorksheet(LISTS_SHEET, { state: 'hidden' });
    const most = Math.max(0, ...this.#columns.map(({ length }) => length));
    for (let i = 0; i < most; i++) {
      const row = sheet.addRow([]);
      this.#columns.forEach((words, c) => words[i] !== undefined && setCell(row.getCell(c + 1), words[i]!, text));
      row.commit();
    }
    sheet.commit();
  }
}

/** It is told how to fill in the cell, and takes anything: a wrong cell is pointed out when the workbook comes back. */
const prompted = (help: string): DataValidation => ({
  type: 'textLength',
  operator: 'greaterThanOrEqual',
  formulae: [0],
  allowBlank: true,
  showInputMessage: true,
  prompt: help,
});

async function writeCodes(workbook: WorkbookWriter, { codes: lists, words }: WorkbookOfReturn): Promise<void> {
  const sheet = workbook.addWorksheet(words.say('Codes'), {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: PAGE_SETUP,
  });
  sheet.columns = [{ width: 20 }, { width: 26 }, { width: 90 }];
  const heads = sheet.addRow([]);
  ['Of', 'Code', 'Stands for'].forEach((name, i) => setCell(heads.getCell(i + 1), words.say(name), head));
  heads.commit();
  let rows = 1;
  for (const [list, all] of lists)
    for (const { value, label } of all) {
      const row = sheet.addRow([]);
      [list.replace(/^list-/, '').replaceAll('-', ', '), value, words.text(label)].forEach(
        (cell, i) => cell && setCell(row.getCell(i + 1), cell, i === 2 ? wrapped : text),
      );
      commitRow(row, [20, 26, 90]);
      rows++;
    }
  sheet.autoFilter = { from: { row: 1, col: 1 }, to: { row: rows, col: 3 } };
  await locked(sheet);
}
