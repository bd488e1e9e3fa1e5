/**
 * A report as PDF/UA-1, set by Typst: tagged, with bookmarks, contents, and charts as drawings. Typst is given the
 * report as data (`report.json`), so people's words are never markup.
 */
import { readFile } from 'node:fs/promises';
import type { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { fit, lent, widthInLetters as lettersWith, naturalWidths, textsIn, unparted, type Letters } from './columns.js';
import { runsOf, columnsWeight, type Heading } from './flow.js';
import { CODE_PATTERN, isLong, leadingOnce, cellLines, pageInWords } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import { packPdf } from './pdf-packed.js';
import { pagesOf, textOfInlines, type Block, type Cell, type Inline } from './report.js';
import type { NumberedReport, ReportFormat, Row, Section, Table } from './report.js';
import { FONT_FAMILIES, printable, typeface, type Typeface } from './typeface.js';
import { reportWords, type Words } from './words/index.js';

export const pdf: ReportFormat = {
  mediaType: 'application/pdf',
  extension: 'pdf',
  reads: ['sections'],
  quick: 100,
  // Typst keeps all pages in memory: about 150 kB a row.
  mostRows: 10_000,
  inThread: 512,
  async *write(report) {
    const face = await typeface();
    const [compiler, document] = await Promise.all([compilerWith(face), new Printing(report, face).document()]);
    yield* packPdf(await compiled(compiler, Buffer.from(JSON.stringify(document))));
  },
};

/** No folder of any machine: everything that is read is given. */
const [WORKSPACE, DATA_FILE] = ['/report', '/report/report.json'] as const;

let compiler: Promise<NodeCompiler> | undefined;

const compilerWith = ({ files }: Typeface): Promise<NodeCompiler> =>
  (compiler ??= import('@myriaddreamin/typst-ts-node-compiler').then((typst) =>
    typst.NodeCompiler.create({ workspace: WORKSPACE, fontArgs: [{ fontBlobs: [...files] }] }),
  ));

const TEMPLATE_URL = new URL('report.typ', import.meta.url);
let template: Promise<string> | undefined;

async function compiled(compiler: NodeCompiler, document: Buffer): Promise<Buffer> {
  const mainFileContent = await (template ??= readFile(TEMPLATE_URL, 'utf8'));
  // Nothing waits between here and the end: one report at a time.
  compiler.mapShadow(DATA_FILE, document);
  try {
    const outcome = compiler.compile({ mainFileContent });
    const error = outcome.takeError();
    if (!outcome.result) throw new Error(`Typst: ${JSON.stringify(error && compiler.fetchDiagnostics(error))}`);
    return compiler.pdf(outcome.result, { pdfStandard: 'ua-1' });
  } finally {
    compiler.unmapShadow(DATA_FILE);
    compiler.evictCache(0);
  }
}

/** The form in which the template takes inlines. */
type PrintedInline =
  | string
  | { is: 'foreign'; of: PrintedInline[]; lang: string; rtl: boolean }
  | { is: 'note'; number: number }
  /** Words that are not hyphenated; `whole`: all of them stand on one line. */
  | { is: 'unhyphenated'; text: string; whole: boolean }
  | { is: 'emphasis'; of: PrintedInline[] }
  /** `whole`: it is not parted at its hyphens. */
  | { is: 'code'; href: string; text: string; whole: boolean }
  | { is: 'link'; href: string; of: PrintedInline[] };

/** The width of the text of an upright page and of one on its side, in points, and how many lines surely stand on it. */
const [UPRIGHT_TEXT, ASIDE_TEXT] = [
  [459, 40],
  [705, 24],
] as const;
/** The letters of a table, in points: the heavier its columns are together, the smaller. */
const tableLetterSize = (weight: number): number => (weight > 19 ? 7 : weight > 16 ? 8 : 9);
/** In a paragraph, and of letters alone, a word is broken anywhere after so many; shorter ones only as their language does. */
const [LONG_WORD, LONG_LETTERS] = [60, 24] as const;
/** A code of more letters may be parted at its hyphens. */
const LONG_CODE = 18;
/** So many letters stand in three lines, which stay on one page. */
const THREE_LINES = 240;
/** In the pixels of a chart, the width of the text. */
const CHART_WIDTH = 720;

/** Contents of no more lines, without abbreviations, leave room for the text of the report on their page. */
const MAX_LINES_OF_SHORT_CONTENTS = 8;

const headings = (sections: readonly Section[]): number =>
  sections.reduce((sum, { sections: below }) => sum + 1 + headings(below), 0);

class Printing {
  readonly #words: Words;
  readonly #missing = new Set<string>();
  readonly #isLong: boolean;
  #marks = 0;

  constructor(
    private readonly report: NumberedReport,
    private readonly face: Typeface,
  ) {
    this.#words = reportWords(report.language);
    this.#isLong = isLong(report.sections);
  }

  async document() {
    const { cover, manifest, language, notes, abbreviations, sections } = this.report;
    const { parts, book, manifest: names, print } = this.#words;
    const text = this.#text;
    const fullTitle = [cover.title, textOfInlines(cover.subtitle)].filter(Boolean).join(parts.colon);
    const body = [];
    for (const { aside, parts } of runsOf(sections)) body.push({ aside, blocks: await this.#blocks(parts, aside) });
    const document = {
      language,
      isLong: this.#isLong,
      opensShortly: abbreviations.length === 0 && headings(sections) <= MAX_LINES_OF_SHORT_CONTENTS,
      families: FONT_FAMILIES,
      date: manifest.asOf.split('-').map(Number),
      publisher: text(manifest.publisher),
      manifestJson: JSON.stringify(manifest),
      keywords: [manifest.kind, cover.symbol ?? ''].filter(Boolean),
      head: text(shortenedText(fullTitle, 90)),
      fullTitle: printable(fullTitle, this.face.letters, new Set()),
      cover: {
        symbol: text(cover.symbol ?? ''),
        marking: cover.symbol === null ? parts.draft : '',
        title: text(cover.title),
        subtitle: this.#inlines(cover.subtitle),
        asAt: text(cover.asAt),
        issuedBy: cover.issuedBy.map((line) => text(line)),
        figures: cover.figures.map(({ words, figure }) => ({ words: text(words), of: this.#inlines([figure]) })),
      },
      words: {
        contents: parts.contents,
        abbreviations: parts.abbreviations,
        notes: parts.notes,
        note: book.note,
        nothing: parts.nothing,
        page: pageInWords(this.#words),
        manifest: names.title,
        explains: names.explains,
      },
      abbreviations: abbreviations.map(({ short, long }) => [text(short), text(long)]),
      body,
      notes: notes.map(({ number, citation, href }) => ({ number, citation: text(citation), href: href ?? null })),
      manifest: manifestLines(this.report).map(([name, value]) => [name, text(value)]),
    };
    const letters = [...this.#missing].sort().slice(0, 60);
    return { ...document, missing: letters.length > 0 ? print.missing(letters.map(codePointOf).join(', ')) : null };
  }

  #text = (text: string, long: number = LONG_WORD): string =>
    broken(printable(text, this.face.letters, this.#missing), long);

  /** @param long of a cell: the letters of its lines */
  #inlines(inlines: readonly Inline[], long?: number): PrintedInline[] {
    return inlines.flatMap((one): PrintedInline | PrintedInline[] => {
      if (typeof one === 'string') return this.#own(one, long);
      switch (one.type) {
        case 'figure':
          return one.href === undefined ? one.text : { is: 'link', href: one.href, of: [one.text] };
        case 'foreign':
          return {
            is: 'foreign',
            of: withSymbols(this.#text(one.text, long), long),
            lang: typstLanguage(one.lang),
            rtl: one.dir === 'rtl',
          };
        case 'note':
          this.#marks++;
          return { is: 'note', number: one.number };
        case 'emphasis':
          return { is: 'emphasis', of: this.#inlines(one.inlines, long) };
        default:
          return CODE_PATTERN.test(textOfInlines(one.inlines))
            ? {
                is: 'code',
                href: one.href,
                text: this.#text(textOfInlines(one.inlines), long),
                whole:
                  lettersInTinos(textOfInlines(one.inlines)) <= Math.min(TINOS.capital * LONG_CODE, long ?? Infinity),
              }
            : { is: 'link', href: one.href, of: this.#inlines(one.inlines, long) };
      }
    });
  }

  /** Words of ours: in cells they are hyphenated only where one does not fit. */
  #own(words: string, long?: number): PrintedInline[] {
    const text = this.#text(words, long);
    if (long === undefined || text.split(BREAK_POINT).some((word) => lettersInTinos(word) > long)) return dated(text);
    return [{ is: 'unhyphenated', text, whole: false }];
  }

  async #blocks(parts: readonly (Heading | Block)[], aside: boolean): Promise<object[]> {
    const blocks: object[] = [];
    for (const [i, part] of parts.entries()) blocks.push(await this.#block(part, aside, parts[i + 1]));
    return blocks;
  }

  async #block(block: Heading | Block, aside: boolean, next?: Heading | Block): Promise<object> {
    switch (block.type) {
      case 'heading':
        return { is: 'heading', level: block.level, number: block.number, title: this.#inlines(block.title) };
      case 'paragraph':
        return {
          is: 'paragraph',
          number: block.number,
          inlines: this.#inlines(block.inlines),
          // It stays with the table, picture or list after it.
          leads: next?.type === 'table' || next?.type === 'chart' || next?.type === 'list',
        };
      case 'list':
        return {
          is: 'list',
          ordered: block.ordered,
          // No page ends within one of its items.
          short: block.items.every((item) => textOfInlines(item).length <= THREE_LINES),
          items: block.items.map((item) => this.#inlines(item)),
        };
      case 'table':
        return this.#table(block, aside);
      case 'chart':
        return {
          is: 'chart',
          ...this.#caption(this.#words.parts.figure(block.number), block),
          remarks: [],
          svg: printable(block.svg, this.face.lettersOfPictures, this.#missing),
          alt: block.alt,
          width: Math.min(1, block.width / CHART_WIDTH),
        };
      default:
        return {
          is: 'narrative',
          lang: typstLanguage(block.lang),
          attribution: this.#text(block.attribution),
          blocks: await this.#blocks(block.blocks, aside),
        };
    }
  }

  #caption(label: string, { title, asAtLine, sourceLine }: Pick<Table, 'title' | 'asAtLine' | 'sourceLine'>) {
    return {
      label: `${label}.`,
      title: this.#inlines(title),
      asAt: this.#text(asAtLine),
      source: this.#inlines(sourceLine),
    };
  }

  async #table(table: Table, aside: boolean) {
    const { columns, totalRow, remarks = [], number } = table;
    const [width, most] = aside ? ASIDE_TEXT : UPRIGHT_TEXT;
    const size = tableLetterSize(columnsWeight(columns));
    const read: Row[] = [];
    for await (const page of pagesOf(table)) for (const row of page) read.push(this.#isLong ? leadingOnce(row) : row);
    const natural = lent(columns, naturalWidths(columns, width), {
      least: (i) => CELL_MARGINS + LETTER_SHARE * size * headIn(columns[i]!.title),
      most: (i) => CELL_MARGINS + LETTER_SHARE * size * Math.max(...read.map((row) => lineIn(row[i]!, this.#words))),
    });
    const whole = columns.map((_, i) => Math.max(0, ...read.map((row) => widestWord(row[i]!, this.#words))));
    const needed = whole.map((letters) => CELL_MARGINS + LETTER_SHARE * size * letters);
    const widths = fit(natural, needed, width) ?? natural;
    const letters = widths.map((one) => Math.max(4, (one - CELL_MARGINS) / (LETTER_SHARE * size)));
    const marks = this.#marks;
    const rows = read.map((row) => ({ long: outgrows(row, letters, most), cells: this.#cells(row, letters) }));
    return {
      is: 'table',
      ...this.#caption(this.#words.parts.table(number), table),
      remarks: remarks.map((remark) => this.#inlines(remark)),
      head: columns.map(({ title }, i) => ({
        title: this.#text(title, letters[i]),
        // One of its words does not fit its column. The letters of heads are smaller, and the width of a line is reckoned low.
        parted: title.split(/[\s-]/).some((word) => word.length > 1.2 * letters[i]!),
      })),
      widths,
      numbers: columns.map(({ type }) => type === 'integer' || type === 'share'),
      size,
      rows,
      // Whether a cell has the mark of a note.
      noted: this.#marks > marks,
      total: totalRow ? this.#cells(totalRow, letters) : null,
    };
  }

  /** @param letters that stand in a line of each column */
  #cells = (row: Row, letters: readonly number[]): PrintedInline[][][] =>
    row.map((cell, i) => cellLines(cell, this.#words).map((line) => this.#inlines(line, letters[i])));
}

/** The margins of a cell beside its text, in points; and the width of a letter as a share of its height, a little wider than most. */
const [CELL_MARGINS, LETTER_SHARE] = [7, 0.58] as const;
const TINOS: Letters = { capital: 1.22, digit: 0.88, sign: 0.6, small: 0.82 };

/** How many letters of that width a text is as wide as. */
const lettersInTinos = (text: string): number => lettersWith(text, TINOS);

/** The letters of a line of a head of figures: a short one stands on one line. */
const headIn = (title: string): number =>
  1.1 * Math.max(...(title.length <= 14 ? [title] : title.split(' ')).map(lettersInTinos));

/** The widest line of a cell, in letters. */
const lineIn = (cell: Cell, words: Words): number => Math.max(0, ...textsIn(cell, words).map(lettersInTinos));

/** The widest word of a cell that no language parts, in letters. */
const widestWord = (cell: Cell, words: Words): number =>
  Math.max(0, ...textsIn(cell, words).flatMap((text) => unparted(text).split(' ').map(lettersInTinos).filter(fits)));
/** Longer words are broken anyway. */
const fits = (letters: number): boolean => letters <= TINOS.capital * LONG_CODE;

/** Whether a row may be longer than a page: only then may it be cut. */
function outgrows(row: Row, letters: readonly number[], lines: number): boolean {
  return row.some((cell, i) => linesIn(cell, letters[i]!) > lines);
}

function linesIn(cell: Cell, wide: number): number {
  const lines = cell?.type === 'list' ? cell.items : cell?.type === 'text' ? [cell.inlines] : [];
  return lines
    .flatMap((line) => textOfInlines(line).split('\n'))
    .reduce((sum, line) => sum + 1 + Math.floor(line.length / wide), 0);
}

/** The language of a tag of BCP 47, as Typst takes it. */
const typstLanguage = (tag: string): string => /^[a-z]{2,3}(?=-|$)/i.exec(tag)?.[0].toLowerCase() ?? 'und';

/**
 * Lets a text that is too long for its line be broken: between its words where no line ends otherwise, then after its
 * slashes, then anywhere, by spaces of no width. Texts that no language breaks, such as codes and addresses, are so.
 */
const broken = (text: string, long: number): string =>
  text
    .replaceAll(/[^\s\u200B]+(?:\u00A0[^\s\u200B]+)+/gu, (words) =>
      lettersInTinos(words) > long ? words.replaceAll('\u00A0', ' ') : words,
    )
    .replaceAll(/[^\s\u200B]{5,}/gu, (word) => {
      const most = /^\p{L}+(?:-\p{L}+)*\P{L}*$/u.test(word) ? Math.max(long, LONG_LETTERS) : long;
      // A hyphen parts a word as it is.
      const isLong = (part: string) => part.split('-').some((one) => lettersInTinos(one) > most);
      if (!isLong(word)) return word;
      const parts = word.split(/(?<=\/)/);
      return parts.map((part) => (isLong(part) ? [...part].join('\u200B') : part)).join('\u200B');
    });

/** Where a line may end in words that are not hyphenated. */
const BREAK_POINT = /[\s\u200B]|(?<=-)/u;

/** A day or a month whose name is long enough to be hyphenated: `17 févr. 2011`, `21 de noviembre de 2006`, `June 2007`. */
const LONG_DATE =
  /(\d{1,2}(?:er)?\u00A0(?:de\u00A0)?\p{L}{4,}(?:\.?\u00A0(?:de\u00A0)?\d{4})?|\p{L}{4,}\.?\u00A0(?:de\u00A0)?\d{4})/u;

/** A text in which dates are told from the rest. */
const dated = (text: string): PrintedInline[] =>
  parted(text, LONG_DATE, (date) => ({ is: 'unhyphenated', text: date, whole: false }));

/** The symbol of a document, which is not parted at its slashes: `A/C.2/61/L.12`. */
const DOCUMENT_SYMBOL = /(?<![\p{L}\d/])([A-Z]+(?:\/[A-Z\d][A-Za-z\d.]*)+(?:-\d+)?)(?![\p{L}\d/\u200B])/u;

const withSymbols = (text: string, long: number = LONG_WORD): PrintedInline[] =>
  parted(text, DOCUMENT_SYMBOL, (symbol) =>
    lettersInTinos(symbol) <= Math.min(TINOS.capital * LONG_CODE, long)
      ? { is: 'unhyphenated', text: symbol, whole: true }
      : symbol,
  );

/** A text in which some is told from the rest. @param some in a group */
const parted = (text: string, some: RegExp, printed: (some: string) => PrintedInline): PrintedInline[] =>
  some.test(text) ? text.split(some).flatMap((part, i) => (i % 2 === 1 ? printed(part) : part || [])) : [text];

const shortenedText = (text: string, most: number): string => {
  const letters = [...text];
  if (letters.length <= most) return text;
  const kept = letters.slice(0, most - 1).join('');
  // Between words, unless the last is long.
  return `${kept.replace(/[\s(,;:–-]+\S{0,24}$/u, '')}…`;
};

const codePointOf = (letter: string): string =>
  `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
