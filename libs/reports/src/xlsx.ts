/**
 * The tables of a report as a workbook: the source of all of it, with a link to each sheet; the data, the tables, the
 * notes, and the meaning of each column and code. Rows are written as they are read.
 */
import { PassThrough } from 'node:stream';
import type { Alignment, Font, WorkbookWriter } from '@cj-tech-master/excelts';
import {
  archivedAlike,
  CELL_STYLES,
  cellDate,
  commitRow,
  waitForDrain,
  MAX_NAME_CHARS,
  MAX_ROWS,
  shortenedText,
  XLSX_TYPE,
} from '#tables';
import { cellLines } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import { pagesOf, textOfInlines, type Cell, type Column, type Inline, type NumberedReport } from './report.js';
import type { ReportFormat } from './report.js';
import { reportSheets, type Sheet } from './sheets.js';
import { reportWords, type Words } from './words/index.js';

/** The most links that a sheet holds. */
const MAX_LINKS = 65_530;

/**
 * In sheets of no more rows texts are kept once for the whole workbook, as programs do themselves: some show the lines of a text
 * only then. They are in memory until the end.
 */
const MAX_ROWS_WITH_SHARED_STRINGS = 5_000;

/** How many letters stand across a printed page. */
const PAGE_WIDTH_CHARS = 220;

/** How many letters of width a column of weight 1 has. */
const CHARS_PER_WEIGHT = 13;
const MAX_COLUMN_CHARS = 70;

/** With more columns than this a row is wider than a screen. */
const MAX_COLUMNS_ON_SCREEN = 8;

export const xlsx: ReportFormat = {
  mediaType: XLSX_TYPE,
  extension: 'xlsx',
  reads: ['sections', 'data'],
  rowsOnce: true,
  quick: 3_000,
  // One row is the head.
  mostRows: MAX_ROWS - 1,
  inThread: 128,
  async *write(report) {
    const { WorkbookWriter } = await import('@cj-tech-master/excelts');
    const out = new PassThrough();
    const asOf = new Date(`${report.manifest.asOf}T00:00:00Z`);
    const workbook = new WorkbookWriter({
      stream: out,
      useStyles: true,
      created: asOf,
      modified: asOf,
      creator: report.manifest.publisher,
      lastModifiedBy: report.manifest.publisher,
    });
    Object.assign(workbook, { title: report.cover.title, description: JSON.stringify(report.manifest) });
    await archivedAlike(workbook, out);
    const written = new Book(workbook, report, out).write().catch((e: unknown) => void out.destroy(e as Error));
    try {
      yield* out;
    } finally {
      out.destroy();
      await written;
    }
  },
};

type CellValue = string | number | Date | { text: string; hyperlink: string } | null;

interface Style {
  readonly numFmt?: string;
  readonly font?: Partial<Font>;
  readonly alignment?: Partial<Alignment>;
}

const { font: FONT, alignment: WRAPPING } = CELL_STYLES.wrapped;
const HEAD_STYLE = { ...CELL_STYLES.head, alignment: WRAPPING } as const;
const NUMERIC_HEAD_STYLE = { ...HEAD_STYLE, alignment: { ...WRAPPING, horizontal: 'right' } } as const;
const LINK_STYLE: Style = { font: { color: { argb: 'FF0B5394' }, underline: true } };
/** A column that a person edits stays text, though it begins like a formula. */
const TEXT_STYLE: Style = { numFmt: '@' };

type StyledValue = readonly [value: CellValue, style: Style];

interface SheetColumn {
  readonly title: string;
  /** In letters. */
  readonly width: number;
  readonly isNumeric?: boolean;
}

interface NamedSheet extends Sheet {
  /** By which programs and links know it. */
  readonly name: string;
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
const widthsOf = (columns: readonly SheetColumn[]) => columns.map(({ width }) => width);

class Book {
  readonly #words: Words;
  readonly #names = new Set<string>();

  constructor(
    private readonly workbook: WorkbookWriter,
    private readonly report: NumberedReport,
    private readonly out: PassThrough,
  ) {
    this.#words = reportWords(report.language);
  }

  async write() {
    const { report } = this;
    const { parts, book } = this.#words;
    const about = this.#name(book.about);
    const sheets = reportSheets(report, this.#words).map((sheet) => ({
      ...sheet,
      name: this.#name(this.#wanted(sheet)),
    }));
    const notes = report.notes.length > 0 ? this.#name(parts.notes) : null;
    const columns = this.#name(parts.columns);
    await this.#about(about, sheets, [...(notes === null ? [] : [notes]), columns]);
    for (const sheet of sheets) await this.#tables(sheet);
    if (notes !== null) await this.#notes(notes);
    await this.#columns(columns, sheets);
    await this.workbook.commit();
  }

  /** The numbers of its tables come first: they are never cut. */
  #wanted({ title, tables }: Sheet): string {
    const [first, last] = [tables[0]!, tables.at(-1)!].map(({ table }) => table.number);
    if (first === 0) return title;
    return `${first === last ? first : `${first}–${last}`} ${title}`;
  }

  /** A name that no other sheet has, in any letter case, without the signs that addresses of cells use. */
  #name(wanted: string): string {
    const safe = wanted
      .replaceAll(/[[\]:*?/\\\p{Cc}\p{Cs}]/gu, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replaceAll(/^'|'$/g, '’');
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? '' : ` (${n})`;
      const name = `${shortenedName(safe, MAX_NAME_CHARS - suffix.length).trim()}${suffix}`;
      if (this.#names.has(name.toLowerCase())) continue;
      this.#names.add(name.toLowerCase());
      return name;
    }
  }

  /** @param others the names of sheets that hold no table */
  async #about(name: string, sheets: readonly NamedSheet[], others: readonly string[]) {
    const { report } = this;
    const { book, manifest, parts } = this.#words;
    const { symbol, title, subtitle, asAt, issuedBy } = report.cover;
    const sheet = this.workbook.addWorksheet(name, {
      views: [{ showGridLines: false }],
      pageSetup: PAGE_SETUP,
      useSharedStrings: true,
    });
    const widths = [44, 90];
    sheet.columns = widths.map((width) => ({ width }));
    const add = (values: readonly CellValue[], style: Style = {}) => {
      // A cell that stands alone may go on over the next column.
      const isAlone = values.length === 1;
      const whole: Style = { ...(isAlone && { alignment: { vertical: 'top' } }), ...style };
      addRow(
        sheet,
        isAlone ? [sumOf(widths)] : widths,
        values.map((value) => [value, whole]),
      );
    };
    add([symbol ?? parts.draft], { font: { bold: true } });
    add([title], { font: { bold: true } });
    if (subtitle.length > 0) add([textOfInlines(subtitle)]);
    for (const line of [asAt, ...issuedBy]) add([line]);
    add([]);
    add([book.sheets], { font: { bold: true } });
    const linked = (to: string) => ({ text: to, hyperlink: `#'${to.replaceAll("'", "''")}'!A1` });
    for (const { name, tables } of sheets) {
      const [{ table }] = tables as [Sheet['tables'][number]];
      const titles = tables.map(({ table: { number, title } }) =>
        number === 0 ? textOfInlines(title) : `${parts.table(number)}. ${textOfInlines(title)}`,
      );
      const lines = [
        ...titles,
        table.asAtLine,
        textOfInlines(table.sourceLine),
        ...(table.remarks ?? []).map(textOfInlines),
      ];
      add([linked(name), lines.filter(Boolean).join('\n')]);
    }
    for (const name of others) add([linked(name), '']);
    add([]);
    add([parts.abbreviations], { font: { bold: true } });
    for (const { short, long } of report.abbreviations) add([short, long]);
    add([]);
    add([manifest.title, manifest.explains], { font: { bold: true } });
    for (const pair of manifestLines(report)) add(pair);
    sheet.commit();
    await waitForDrain(this.out);
  }

  /** Tables one below the other. Of several, each row tells whose it is, and the columns are all that any of them has. */
  async #tables({ name, tables, columns }: NamedSheet) {
    const isOne = tables.length === 1;
    const { book } = this.#words;
    const whose = isOne
      ? []
      : [book.table, book.section].map((title, i) => ({ title, width: CHARS_PER_WEIGHT * (1 + 2 * i) }));
    const head = [...whose, ...columns.flatMap((column) => this.#headOf(column))];
    const rowCount = tables.reduce((sum, { table }) => sum + table.rowCount, 0);
    // A sheet holds no more links than this.
    const links = rowCount * head.length < MAX_LINKS;
    const widths = widthsOf(head);
    const sheet = this.#sheet(name, head, rowCount, whose.length + 1);
    const write = (before: readonly CellValue[], cells: readonly Cell[], bold = false) => {
      const values = cells.flatMap((cell, i) => this.#valuesOf(cell, columns[i]!, links));
      const styled = bold
        ? values.map(([value, style]): StyledValue => [value, { ...style, font: { ...style.font, bold } }])
        : values;
      addRow(sheet, widths, [...before.map((value): StyledValue => [value, NUMBER_STYLE]), ...styled]);
    };
    let last = 1;
    for (const { table, section } of tables) {
      const before = isOne ? [] : [table.number, section];
      const places = columns.map(({ key }) => table.columns.findIndex((column) => column.key === key));
      for await (const page of pagesOf(table)) {
        for (const row of page) write(before, isOne ? row : places.map((place) => row[place] ?? null));
        last += page.length;
        await waitForDrain(this.out);
      }
    }
    sheet.autoFilter = { from: { row: 1, col: 1 }, to: { row: last, col: head.length } };
    const { totalRow } = tables[0]!.table;
    if (totalRow) write([], totalRow, true);
    sheet.commit();
  }

  async #notes(name: string) {
    const { parts, book, manifest } = this.#words;
    const head = [
      { title: book.note, width: 10 },
      { title: parts.source, width: 70 },
      { title: manifest.site, width: MAX_COLUMN_CHARS },
    ];
    const sheet = this.#sheet(name, head);
    for (const { number, citation, href } of this.report.notes)
      addRow(sheet, widthsOf(head), [
        [number, NUMBER_STYLE],
        [citation, PLAIN_STYLE],
        ...(href === undefined ? [] : [[{ text: href, hyperlink: href }, LINK_STYLE] as const]),
      ]);
    sheet.commit();
    await waitForDrain(this.out);
  }

  async #columns(name: string, sheets: readonly NamedSheet[]) {
    const { parts, book } = this.#words;
    const head = [
      { title: book.sheet, width: 34 },
      { title: parts.column, width: 26 },
      { title: book.key, width: 22 },
      { title: parts.meaning, width: 60 },
      { title: parts.code, width: 20 },
      { title: book.codeMeaning, width: 34 },
    ];
    const sheet = this.#sheet(name, head);
    const add = (...values: readonly string[]) =>
      addRow(
        sheet,
        widthsOf(head),
        values.map((value) => [value, PLAIN_STYLE]),
      );
    for (const { name, columns } of sheets)
      for (const { title, key, type, explains, codes = [] } of columns) {
        const more = { share: [book.share], date: [book.dates] }[type as string] ?? [];
        add(name, title, key, [explains, ...more].join(' '), '', '');
        for (const { code, words } of codes) add(name, title, key, '', code, words);
      }
    sheet.commit();
    await waitForDrain(this.out);
  }

  /**
   * A sheet with a head that stays, and is on every printed page; so do the columns that name a row, where there are many others.
   * @param naming how many columns name a row
   */
  #sheet(name: string, head: readonly SheetColumn[], rows = 0, naming = 1) {
    const isWide = head.length > MAX_COLUMNS_ON_SCREEN && sumOf(widthsOf(head.slice(0, naming))) <= MAX_COLUMN_CHARS;
    const sheet = this.workbook.addWorksheet(name, {
      views: [{ state: 'frozen', ySplit: 1, ...(isWide && { xSplit: naming }) }],
      pageSetup: {
        ...PAGE_SETUP,
        fitToWidth: Math.ceil(sumOf(widthsOf(head)) / PAGE_WIDTH_CHARS),
        printTitlesRow: '1:1',
        ...(isWide && { printTitlesColumn: `A:${'ABC'[naming - 1]}` }),
      },
      useSharedStrings: rows <= MAX_ROWS_WITH_SHARED_STRINGS,
      headerFooter: { oddFooter: `&L${this.report.cover.title.replaceAll('&', '&&')}&R&P / &N` },
    });
    sheet.columns = head.map(({ width }) => ({ width }));
    const row = sheet.addRow([]);
    head.forEach(({ title, isNumeric }, i) => {
      const cell = row.getCell(i + 1);
      cell.value = shortenedText(title);
      cell.style = isNumeric ? NUMERIC_HEAD_STYLE : HEAD_STYLE;
    });
    commitRow(row, widthsOf(head));
    return sheet;
  }

  /** A share is two columns of numbers. */
  #headOf({ title, type, weight }: Column): SheetColumn[] {
    const width = Math.min(CHARS_PER_WEIGHT * weight, MAX_COLUMN_CHARS);
    if (type !== 'share') return [{ title, width, isNumeric: type === 'integer' }];
    return [title, this.#words.book.of(title)].map((title) => ({
      title,
      width: Math.max(CHARS_PER_WEIGHT, width / 2),
      isNumeric: true,
    }));
  }

  #valuesOf(cell: Cell, { type, weight }: Column, links: boolean): StyledValue[] {
    switch (cell?.type) {
      case undefined:
        return type === 'share' ? [EMPTY_CELL, EMPTY_CELL] : [EMPTY_CELL];
      case 'integer':
        return [[cell.value, COUNT_STYLE]];
      case 'share':
        return [
          [cell.value, COUNT_STYLE],
          [cell.of, COUNT_STYLE],
        ];
      case 'date': {
        const day = cellDate(cell.value);
        return [day ? [day, DAY_STYLE] : [cell.value, TEXT_STYLE]];
      }
      default: {
        const lines = cellLines(cell, this.#words);
        const text = lines.map(marked).join('\n');
        // Some programs show a link on one line and without its breaks: a text that needs more room is no link.
        const isShort = lines.length === 1 && text.length <= CHARS_PER_WEIGHT * weight;
        const href = links && isShort ? lines.flat().map(hrefOf).find(Boolean) : undefined;
        return [href === undefined || text === '' ? [text, PLAIN_STYLE] : [{ text, hyperlink: href }, LINK_STYLE]];
      }
    }
  }
}

const PAGE_SETUP = { orientation: 'landscape', paperSize: 9, fitToPage: true, fitToWidth: 1, fitToHeight: 0 } as const;
const COUNT_STYLE: Style = { numFmt: '#,##0' };
/** A number that names, beside a text. */
const NUMBER_STYLE: Style = { alignment: { ...WRAPPING, horizontal: 'left' } };
const DAY_STYLE: Style = { numFmt: 'yyyy-mm-dd', alignment: { ...WRAPPING, horizontal: 'left' } };
const PLAIN_STYLE: Style = {};
const EMPTY_CELL: StyledValue = [null, PLAIN_STYLE];

const hrefOf = (inline: Inline): string | undefined =>
  typeof inline !== 'string' && (inline.type === 'link' || inline.type === 'figure') ? inline.href : undefined;

/** The words of inlines with the numbers of their notes, as people look for them: no line of a cell is kept whole. */
const marked = (inlines: readonly Inline[]): string =>
  inlines
    .map((one) => {
      if (typeof one === 'string') return one.replaceAll('\u00a0', ' ');
      return one.type === 'note' ? ` [${one.number}]` : textOfInlines([one]);
    })
    .join('');

/** A name that is too long, without the words in its middle: names that begin alike end otherwise. */
function shortenedName(name: string, most: number): string {
  if (name.length <= most) return name;
  const words = name.split(' ');
  let end = '';
  while (words.length > 1 && words.at(-1)!.length + 1 + end.length <= most / 2) end = ` ${words.pop()}${end}`;
  return shortenedText(words.join(' '), most - end.length) + end;
}

type WrittenSheet = ReturnType<WorkbookWriter['addWorksheet']>;

/** Whole styles, each made once: the library knows them again by their identity. */
const wholeStyles = new WeakMap<Style, readonly [any: object, formula: object]>();
function styleOf(style: Style, value: CellValue): object {
  const known = wholeStyles.get(style);
  const [any, formula] =
    known ??
    [{}, TEXT_STYLE].map((more) => ({ ...more, alignment: WRAPPING, ...style, font: { ...FONT, ...style.font } }));
  if (!known) wholeStyles.set(style, [any!, formula!]);
  return typeof value === 'string' && /^[=+\-@]/.test(value) ? formula! : any!;
}

/** Writes a row. Texts stay texts, with any beginning. */
function addRow(sheet: WrittenSheet, widths: readonly number[], values: readonly StyledValue[]) {
  const row = sheet.addRow([]);
  for (const [i, [value, style]] of values.entries()) {
    const cell = row.getCell(i + 1);
    if (value === null || value === '') continue;
    cell.value = typeof value === 'string' ? shortenedText(value) : value;
    cell.style = styleOf(style, value);
  }
  commitRow(row, widths);
}
