/**
 * A report as a document that a drafter goes on with: headings, paragraphs and notes number themselves, contents and captions
 * are fields, tables repeat their heads.
 */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type * as Docx from 'docx';
import { pngOf } from '#charts';
import { isWide, runsOf, weightOf, type Heading, type Run } from './flow.js';
import { linesOf, pageInWords, tablesIn } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import { pagesOf, plain, type Block, type Cell, type Chart, type Inline, type Language } from './report.js';
import type { Cover, NumberedReport, ReportFormat, Table } from './report.js';
import { wordsOf, type Words } from './words/index.js';
import { FIRST_DAY } from './xlsx.js';

export const docx: ReportFormat = {
  mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  extension: 'docx',
  reads: ['sections'],
  quick: 300,
  // All of it is in memory: about 60 kB a row.
  mostRows: 10_000,
  inThread: 1_536,
  async *write(report) {
    const library = await import('docx');
    const { estimatePageNumbersWith } = await import('docx/layout');
    const rows = tablesIn(report.sections).reduce((sum, { rowCount }) => sum + rowCount, 0);
    const pageNumbers = rows > LAID_OUT ? undefined : estimatePageNumbersWith({ guess: true });
    const options = await new Drafting(library, report).document();
    const file = await library.Packer.toBuffer(
      new library.Document({ ...options, ...(pageNumbers && { pageNumbers }) }),
    );
    yield alike(file, report.manifest.asOf);
  },
};

/** With more rows than this in its tables, its pages are left for Word to number, which asks before it does: a row takes 10 ms. */
const LAID_OUT = 400;

/**
 * The same file without what the library takes from the clock, from chance and from the documents before it: times, ids of links,
 * names of bookmarks.
 */
function alike(file: Uint8Array, asOf: string): Uint8Array {
  const parts = unzipSync(file);
  const ids = new Map<string, string>();
  const texts = new Map(
    Object.entries(parts)
      .filter(([path]) => /\.(xml|rels)$/.test(path))
      .map(([path, bytes]) => [path, strFromU8(bytes)]),
  );
  for (const [path, text] of texts)
    if (path.endsWith('.rels'))
      for (const [, id = ''] of text.matchAll(/ Id="(rId[^"]*)"/g))
        if (!/^rId\d+$/.test(id)) ids.set(id, `rIdLink${ids.size + 1}`);
  const bookmarks = new Map<string, string>();
  const bookmark = (name: string) =>
    bookmarks.get(name) ?? (bookmarks.set(name, `_Toc${bookmarks.size + 1}`), bookmarks.get(name)!);
  const marks = new Map<string, string>();
  const mark = (id: string) => marks.get(id) ?? (marks.set(id, String(marks.size + 1)), marks.get(id)!);
  for (const [path, text] of texts) {
    // Quotation marks in what people wrote are entities, so these are attributes.
    const named = text
      .replaceAll(
        / (Id|r:id|r:embed)="(rId[^"]*)"/g,
        (_, name: string, id: string) => ` ${name}="${ids.get(id) ?? id}"`,
      )
      .replaceAll(/ (w:anchor|w:name)="(_Toc\d+)"/g, (_, name: string, of: string) => ` ${name}="${bookmark(of)}"`)
      .replaceAll(
        /(<w:bookmark(?:Start|End)\b[^>]* w:id=)"(\d+)"/g,
        (_, start: string, id: string) => `${start}"${mark(id)}"`,
      )
      .replaceAll(/>PAGEREF (_Toc\d+) /g, (_, of: string) => `>PAGEREF ${bookmark(of)} `);
    const dated = path === 'docProps/core.xml' ? named.replaceAll(/>[\dT:.-]{19,}Z</g, `>${asOf}T00:00:00Z<`) : named;
    parts[path] = strToU8(dated);
  }
  return zipSync(parts, { mtime: FIRST_DAY });
}

const [FONT, ACCENT, SOFT, LINE] = ['Times New Roman', '00599D', '48535E', 'B8C1CA'] as const;
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR', es: 'es-ES' };

/** A4, in twentieths of a point. */
const [WIDE, HIGH, MARGIN] = [11_906, 16_838, 1_304] as const;
/** In the pixels of a chart, the width of the text, and how many dots of the picture stand for one of them. */
const [CHART_WIDTH, DOTS] = [600, 2] as const;

/** Names of the lists that number themselves. */
const [HEADINGS, PARAGRAPHS, POINTS, STEPS] = ['headings', 'paragraphs', 'points', 'steps'] as const;

class Drafting {
  readonly #words: Words;
  /** Notes that the text has a mark of: the next mark refers to the first. */
  readonly #noted = new Set<number>();
  #pictures = 0;
  #lists = 0;

  constructor(
    private readonly docx: typeof Docx,
    private readonly report: NumberedReport,
  ) {
    this.#words = wordsOf(report.language);
  }

  async document(): Promise<Docx.IPropertiesOptions> {
    const { cover, manifest, language, notes, sections } = this.report;
    const { docx } = this;
    const locale = LOCALES[language];
    const body: Docx.ISectionOptions[] = [this.#cover(), this.#section(false, this.#front())];
    for (const { aside, parts } of runsOf(sections)) body.push(this.#section(aside, await this.#parts(parts)));
    body.push(this.#section(false, this.#manifest()));
    return {
      title: cover.title,
      subject: manifest.kind,
      creator: manifest.publisher,
      lastModifiedBy: manifest.publisher,
      ...(cover.symbol !== null && { keywords: cover.symbol }),
      description: JSON.stringify(manifest),
      sections: body,
      numbering: { config: this.#numbering() },
      footnotes: Object.fromEntries(
        notes.map(({ number, citation, href }) => [
          number,
          {
            children: [
              new docx.Paragraph({
                style: 'FootnoteText',
                children: [
                  new docx.TextRun(' '),
                  ...(href === undefined
                    ? [new docx.TextRun(citation)]
                    : [this.#link([new docx.TextRun({ text: citation, style: 'Hyperlink' })], href)]),
                ],
              }),
            ],
          },
        ]),
      ),
      styles: {
        default: {
          document: {
            run: { font: FONT, size: 21, language: { value: locale, bidirectional: 'ar-SA' } },
            paragraph: { spacing: { after: 140, line: 264, lineRule: 'auto' } },
          },
          title: { run: { size: 58, bold: true, color: 'FFFFFF' } },
          heading1: { run: { size: 30, bold: true, color: ACCENT }, paragraph: this.#headingStyle(0) },
          heading2: { run: { size: 25, bold: true, color: ACCENT }, paragraph: this.#headingStyle(1) },
          heading3: { run: { size: 22, bold: true, color: ACCENT }, paragraph: this.#headingStyle(2) },
          caption: {
            run: { size: 21, bold: true },
            paragraph: { keepNext: true, spacing: { before: 200, after: 40 } },
          },
          hyperlink: { run: { color: ACCENT } },
          footnoteText: { run: { size: 17 } },
        },
        paragraphStyles: [
          this.#style('AsAt', 'As at', { color: SOFT }, { keepNext: true, spacing: { after: 80 } }),
          this.#style('Source', 'Source', { size: 17, color: SOFT }, { spacing: { before: 60, after: 240 } }),
          this.#style('TableText', 'Table text', { size: 18 }, { spacing: { after: 0, line: 240, lineRule: 'auto' } }),
          this.#style(
            'TableHead',
            'Table head',
            { size: 18, bold: true },
            { keepNext: true, spacing: { after: 0, line: 240, lineRule: 'auto' } },
          ),
          this.#style(
            'Unnumbered',
            'Heading without number',
            { size: 30, bold: true, color: ACCENT },
            {
              keepNext: true,
              spacing: { before: 280, after: 160 },
              outlineLevel: 0,
            },
          ),
          this.#style('Attribution', 'Attribution', { size: 18, italics: true, color: SOFT }, { alignment: 'right' }),
        ],
      },
    };
  }

  #style(
    id: string,
    name: string,
    run: Docx.IRunStylePropertiesOptions,
    paragraph: Docx.IParagraphStylePropertiesOptions,
  ): Docx.IParagraphStyleOptions {
    return { id, name, basedOn: 'Normal', quickFormat: true, run, paragraph };
  }

  #headingStyle = (level: number): Docx.IParagraphStylePropertiesOptions => ({
    keepNext: true,
    keepLines: true,
    spacing: { before: 320 - 60 * level, after: 140 },
    outlineLevel: level,
    numbering: { reference: HEADINGS, level },
  });

  /** Roman numbers, then letters, then numbers, as the report itself has them. */
  #numbering(): Docx.NumberingDefinition[] {
    const { LevelFormat, AlignmentType } = this.docx;
    const level = (
      level: number,
      format: (typeof LevelFormat)[keyof typeof LevelFormat],
      text: string,
      left = 500,
    ) => ({
      level,
      format,
      text,
      alignment: AlignmentType.LEFT,
      style: { paragraph: { indent: { left, hanging: 500 } } },
    });
    const flush = { style: { paragraph: { indent: { left: 0, hanging: 0, firstLine: 0 } } } };
    return [
      {
        reference: HEADINGS,
        levels: [
          level(0, LevelFormat.UPPER_ROMAN, '%1.'),
          level(1, LevelFormat.UPPER_LETTER, '%2.'),
          level(2, LevelFormat.DECIMAL, '%3.'),
        ],
      },
      { reference: PARAGRAPHS, levels: [{ ...level(0, LevelFormat.DECIMAL, '%1.'), ...flush }] },
      { reference: POINTS, levels: [level(0, LevelFormat.BULLET, '•', 1000)] },
      { reference: STEPS, levels: [level(0, LevelFormat.LOWER_LETTER, '(%1)', 1000)] },
    ];
  }

  #cover(): Docx.ISectionOptions {
    const { Paragraph, TextRun, BorderStyle } = this.docx;
    const { symbol, title, subtitle, asAt, issuedBy, figures } = this.report.cover;
    return {
      properties: { page: this.#page(false) },
      children: [
        new Paragraph({
          tabStops: [{ type: 'right', position: WIDE - 2 * MARGIN }],
          border: { bottom: { style: BorderStyle.SINGLE, size: 12, space: 4, color: '16222E' } },
          children: [
            new TextRun({ text: this.report.manifest.publisher, bold: true, size: 26, color: ACCENT }),
            new TextRun({ text: `\t${symbol ?? this.#words.parts.draft}`, bold: true, size: 26 }),
          ],
        }),
        new Paragraph({ alignment: 'right', spacing: { after: 2400 }, children: [new TextRun(asAt)] }),
        this.#ground([
          new Paragraph({
            style: 'Title',
            children: [new TextRun({ text: title, size: title.length > 90 ? 44 : 58 })],
          }),
          new Paragraph({ children: this.#inlines(subtitle, { size: 30, color: 'FFFFFF' }) }),
        ]),
        ...(figures.length > 0
          ? [new Paragraph({ spacing: { after: 200 }, children: [] }), this.#figures(figures)]
          : []),
        new Paragraph({
          spacing: { before: 2000, after: 60 },
          children: [new TextRun({ text: asAt, bold: true, size: 26, color: ACCENT })],
        }),
        ...issuedBy.map((line) => new Paragraph({ spacing: { after: 40 }, children: [new TextRun(line)] })),
      ],
    };
  }

  /** Figures beside each other, each above its words. */
  #figures(figures: Cover['figures']): Docx.Table {
    const { Paragraph, Table, TableRow, TableCell, TextRun, WidthType, BorderStyle, TableLayoutType } = this.docx;
    const none = { style: BorderStyle.NONE, size: 0, color: 'auto' };
    const whole = widthOf(false);
    const width = Math.floor(whole / figures.length);
    const cells = figures.map(
      ({ words, figure }) =>
        new TableCell({
          width: { size: width, type: WidthType.DXA },
          borders: {
            top: { style: BorderStyle.SINGLE, size: 12, color: ACCENT },
            bottom: none,
            left: none,
            right: none,
          },
          margins: { top: 100, right: 200 },
          children: [
            new Paragraph({ spacing: { after: 0 }, children: this.#inlines([figure], { size: 52, bold: true }) }),
            new Paragraph({ spacing: { after: 0 }, children: [new TextRun({ text: words, size: 20, color: SOFT })] }),
          ],
        }),
    );
    return new Table({
      columnWidths: figures.map(() => width),
      width: { size: whole, type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
      rows: [new TableRow({ children: cells })],
    });
  }

  /** A coloured ground, which grows with what stands on it. */
  #ground(children: Docx.Paragraph[]): Docx.Table {
    const { Table, TableRow, TableCell, WidthType, BorderStyle, TableLayoutType } = this.docx;
    const none = { style: BorderStyle.NONE, size: 0, color: 'auto' };
    const width = widthOf(false);
    const cell = new TableCell({
      children,
      shading: { type: 'clear', fill: ACCENT },
      verticalAlign: 'center',
      width: { size: width, type: WidthType.DXA },
      margins: { top: 300, bottom: 300, left: 400, right: 400 },
    });
    return new Table({
      columnWidths: [width],
      width: { size: width, type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
      rows: [new TableRow({ height: { value: 4800, rule: 'atLeast' }, children: [cell] })],
    });
  }

  #page = (aside: boolean) => ({
    size: { width: WIDE, height: HIGH, orientation: this.docx.PageOrientation[aside ? 'LANDSCAPE' : 'PORTRAIT'] },
    margin: { top: 1_474, bottom: 1_247, left: MARGIN, right: MARGIN, header: 680, footer: 600 },
  });

  #section(aside: boolean, children: Docx.FileChild[]): Docx.ISectionOptions {
    const { Header, Footer, Paragraph, TextRun, PageNumber, BorderStyle } = this.docx;
    const { title, subtitle, symbol, asAt } = this.report.cover;
    const head = [title, plain(subtitle)].filter(Boolean).join(': ');
    const small = { size: 17, color: SOFT };
    const tabStops = [{ type: 'right', position: widthOf(aside) } as const];
    const page = pageInWords(this.#words).map((part) =>
      part === 'page' ? PageNumber.CURRENT : part === 'of' ? PageNumber.TOTAL_PAGES : part.text,
    );
    return {
      properties: { page: this.#page(aside) },
      headers: {
        default: new Header({
          children: [
            new Paragraph({
              tabStops,
              spacing: { after: 0 },
              border: { bottom: { style: BorderStyle.SINGLE, size: 3, space: 3, color: LINE } },
              children: [
                new TextRun({
                  text: `${head.slice(0, 90)}${head.length > 90 ? '…' : ''}\t${symbol ?? ''}`,
                  ...small,
                }),
              ],
            }),
          ],
        }),
      },
      footers: {
        default: new Footer({
          children: [
            new Paragraph({ tabStops, children: [new TextRun({ ...small, children: [`${asAt}\t`, ...page] })] }),
          ],
        }),
      },
      children,
    };
  }

  #unnumbered = (text: string): Docx.Paragraph => new this.docx.Paragraph({ style: 'Unnumbered', text });

  #front(): Docx.FileChild[] {
    const { Paragraph, TextRun, TableOfContents } = this.docx;
    const { parts } = this.#words;
    const { abbreviations } = this.report;
    return [
      new Paragraph({
        spacing: { after: 160 },
        children: [new TextRun({ text: parts.contents, size: 30, bold: true, color: ACCENT })],
      }),
      new TableOfContents(parts.contents, {
        hyperlink: true,
        headingStyleRange: '1-3',
        useAppliedParagraphOutlineLevel: true,
      }),
      ...(abbreviations.length === 0
        ? []
        : [
            this.#unnumbered(parts.abbreviations),
            ...abbreviations.map(
              ({ short, long }) =>
                new Paragraph({
                  indent: { left: 2600, hanging: 2600 },
                  tabStops: [{ type: 'left', position: 2600 }],
                  spacing: { after: 40 },
                  children: [new TextRun({ text: short, bold: true }), new TextRun(`\t${long}`)],
                }),
            ),
          ]),
    ];
  }

  #manifest(): Docx.FileChild[] {
    const { manifest } = this.#words;
    const rows = manifestLines(this.report);
    const [name, value] = [0.42, 0.58].map((part) => Math.floor(part * widthOf(false))) as [number, number];
    return [
      this.#unnumbered(manifest.title),
      new this.docx.Paragraph(manifest.explains),
      this.#grid(
        [name, value],
        rows.map((row) => row.map((text) => [this.#line([text], 'TableText')])),
      ),
    ];
  }

  async #parts(parts: Run['parts']): Promise<Docx.FileChild[]> {
    const children: Docx.FileChild[] = [];
    for (const part of parts) children.push(...(await this.#part(part)));
    return children;
  }

  async #part(part: Heading | Block): Promise<Docx.FileChild[]> {
    const { Paragraph } = this.docx;
    switch (part.type) {
      case 'heading':
        return [new Paragraph({ ...this.#heading(part.level), children: this.#inlines(part.title) })];
      case 'paragraph': {
        const numbering = part.number > 0 ? { numbering: { reference: PARAGRAPHS, level: 0 } } : {};
        return [new Paragraph({ ...numbering, children: this.#inlines(part.inlines) })];
      }
      case 'list': {
        const instance = ++this.#lists;
        const numbering = { reference: part.ordered ? STEPS : POINTS, level: 0, instance };
        return part.items.map(
          (item) => new Paragraph({ numbering, spacing: { after: 60 }, children: this.#inlines(item) }),
        );
      }
      case 'table':
        return this.#table(part);
      case 'chart':
        return this.#chart(part);
      default: {
        const children: Docx.FileChild[] = [];
        for (const block of part.blocks) children.push(...(await this.#part(inLanguage(block, part.lang))));
        return [...children, new Paragraph({ style: 'Attribution', text: part.attribution })];
      }
    }
  }

  #heading(level: number): Partial<Docx.IParagraphOptions> {
    const { HEADING_1, HEADING_2, HEADING_3 } = this.docx.HeadingLevel;
    const heading = [HEADING_1, HEADING_2, HEADING_3][level - 1] ?? HEADING_3;
    return { heading };
  }

  #inlines(inlines: readonly Inline[], run: Docx.IRunOptions = {}): Docx.ParagraphChild[] {
    const { TextRun } = this.docx;
    const of = (text: string, more: Docx.IRunOptions = {}) =>
      linesIn(text).map((line, i) => new TextRun({ ...run, ...more, text: line, ...(i > 0 && { break: 1 }) }));
    return inlines.flatMap((one): Docx.ParagraphChild[] => {
      if (typeof one === 'string') return of(one);
      switch (one.type) {
        case 'figure':
          return one.href === undefined ? of(one.text) : [this.#link(of(one.text, HYPERLINK), one.href)];
        case 'foreign': {
          const language = one.dir === 'rtl' ? { bidirectional: one.lang } : { value: one.lang };
          return of(one.text, { language, ...(one.dir === 'rtl' && { rightToLeft: true }) });
        }
        case 'note':
          return this.#note(one.number);
        case 'emphasis':
          return this.#inlines(one.inlines, { ...run, italics: true });
        default:
          return [this.#link(this.#inlines(one.inlines, { ...run, ...HYPERLINK }), one.href)];
      }
    });
  }

  #link = (children: Docx.ParagraphChild[], link: string): Docx.ExternalHyperlink =>
    new this.docx.ExternalHyperlink({ children, link });

  /** A note where it is first referred to; after that, its number, which follows that of the first. */
  #note(number: number): Docx.ParagraphChild[] {
    const { Bookmark, FootnoteReferenceRun } = this.docx;
    const name = `_Note${number}`;
    if (!this.#noted.has(number)) {
      this.#noted.add(number);
      return [new Bookmark({ id: name, children: [new FootnoteReferenceRun(number)] })];
    }
    return this.#field(`NOTEREF ${name} \\f \\h`, String(number), { style: 'FootnoteReference' });
  }

  /**
   * A field with what it comes to now. Each part is a run of its own, as Word writes it: of a field in one run LibreOffice takes
   * the numbers of its paragraph for those of all that follow.
   */
  #field(instruction: string, text: string, run: Docx.IRunOptions = {}): Docx.Run[] {
    const { Run, XmlComponent } = this.docx;
    class Element extends XmlComponent {
      constructor(name: string, attributes: object, text = '') {
        super(name);
        this.root.push({ _attr: attributes });
        if (text) this.root.push(text);
      }
    }
    const mark = (type: string) => new Element('w:fldChar', { 'w:fldCharType': type });
    class Part extends Run {
      constructor(part: Element) {
        super(run);
        this.root.push(part);
      }
    }
    const parts = [
      mark('begin'),
      new Element('w:instrText', { 'xml:space': 'preserve' }, instruction),
      mark('separate'),
    ];
    return [...parts, new Element('w:t', {}, text), mark('end')].map((part) => new Part(part));
  }

  /** “Table 3. Title”, whose number is a field. */
  #caption(
    label: (n: number) => string,
    sequence: string,
    { number, title, asAtLine }: Table | Chart,
  ): Docx.Paragraph[] {
    const { Paragraph, TextRun } = this.docx;
    const [before = '', after = ''] = label(number).split(String(number));
    return [
      new Paragraph({
        style: 'Caption',
        children: [
          new TextRun(before),
          ...this.#field(`SEQ ${sequence} \\* ARABIC`, String(number)),
          new TextRun(`${after}. ${title}`),
        ],
      }),
      new Paragraph({ style: 'AsAt', text: asAtLine }),
    ];
  }

  #source = (...lines: readonly (readonly Inline[])[]): Docx.Paragraph =>
    new this.docx.Paragraph({
      style: 'Source',
      children: lines.flatMap((line, i) => [
        ...(i > 0 ? [new this.docx.TextRun({ break: 1 })] : []),
        ...this.#inlines(line),
      ]),
    });

  async #chart(chart: Chart): Promise<Docx.FileChild[]> {
    const { Paragraph, ImageRun } = this.docx;
    const width = Math.min(CHART_WIDTH, chart.width);
    const height = Math.round((chart.height * width) / chart.width);
    const id = String(++this.#pictures);
    return [
      ...this.#caption(this.#words.parts.figure, 'Figure', chart),
      new Paragraph({
        keepNext: true,
        children: [
          new ImageRun({
            type: 'png',
            data: await pngOf(chart.svg, width * DOTS),
            transformation: { width, height },
            altText: { id, name: chart.id, title: chart.title, description: chart.alt },
          }),
        ],
      }),
      this.#source(chart.sourceLine),
    ];
  }

  async #table(table: Table): Promise<Docx.FileChild[]> {
    const { columns, totalRow, sourceLine, remarks = [] } = table;
    const perWeight = widthOf(isWide(table)) / weightOf(columns);
    const widths = columns.map(({ weight }) => Math.floor(weight * perWeight));
    const right = columns.map(({ type }) => type === 'integer' || type === 'share');
    const cells = (row: readonly Cell[], run: Docx.IRunOptions = {}) =>
      row.map((cell, i) => {
        const lines = linesOf(cell, this.#words);
        return (lines.length > 0 ? lines : [[]]).map((line) => this.#line(line, 'TableText', right[i], run));
      });
    const head = columns.map(({ title }, i) => [this.#line([title], 'TableHead', right[i])]);
    const rows: Docx.Paragraph[][][] = [];
    for await (const page of pagesOf(table)) for (const row of page) rows.push(cells(row));
    const none = rows.length === 0 ? [this.#line([this.#words.parts.nothing], 'TableText')] : undefined;
    return [
      ...this.#caption(this.#words.parts.table, 'Table', table),
      this.#grid(widths, rows, { head, none, total: totalRow && cells(totalRow, { bold: true }) }),
      this.#source(sourceLine, ...remarks),
    ];
  }

  #line = (inlines: readonly Inline[], style: string, right = false, run: Docx.IRunOptions = {}): Docx.Paragraph =>
    new this.docx.Paragraph({ style, ...(right && { alignment: 'right' }), children: this.#inlines(inlines, run) });

  #grid(
    widths: readonly number[],
    rows: readonly Docx.Paragraph[][][],
    { head, none, total }: { head?: Docx.Paragraph[][]; none?: Docx.Paragraph[]; total?: Docx.Paragraph[][] } = {},
  ): Docx.Table {
    const { Table, TableRow, TableCell, BorderStyle, TableLayoutType, WidthType } = this.docx;
    const [strong, thin, no] = [
      { style: BorderStyle.SINGLE, size: 10, color: ACCENT },
      { style: BorderStyle.SINGLE, size: 3, color: LINE },
      { style: BorderStyle.NONE, size: 0, color: 'auto' },
    ];
    const row = (
      cells: readonly Docx.Paragraph[][],
      options: Partial<Docx.ITableRowOptions> = {},
      borders?: Docx.ITableCellBorders,
    ) =>
      new TableRow({
        cantSplit: true,
        ...options,
        children: cells.map(
          (children, i) =>
            new TableCell({
              children,
              width: { size: widths[i]!, type: WidthType.DXA },
              ...(borders && { borders }),
            }),
        ),
      });
    return new Table({
      columnWidths: widths,
      width: { size: widths.reduce((a, b) => a + b, 0), type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      margins: { top: 50, bottom: 50, left: 70, right: 70 },
      borders: {
        top: head ? strong : thin,
        bottom: head ? strong : thin,
        left: no,
        right: no,
        insideHorizontal: thin,
        insideVertical: no,
      },
      rows: [
        ...(head ? [row(head, { tableHeader: true }, { bottom: { ...strong, size: 6 } })] : []),
        ...rows.map((cells) => row(cells)),
        ...(none ? [new TableRow({ children: [new TableCell({ columnSpan: widths.length, children: none })] })] : []),
        ...(total ? [row(total, {}, { top: { ...strong, size: 6 } })] : []),
      ],
    });
  }
}

const HYPERLINK: Docx.IRunOptions = { style: 'Hyperlink' };
const widthOf = (aside: boolean): number => (aside ? HIGH : WIDE) - 2 * MARGIN;

/** A text in its lines, without the characters that a document may not have. */
const linesIn = (text: string): string[] =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .split('\n');

/** What people wrote in a language of their own, tagged with it. */
function inLanguage<B extends Block>(block: B, lang: string): B {
  const tagged = (inlines: readonly Inline[]): Inline[] =>
    inlines.map((one) => {
      if (typeof one === 'string') return { type: 'foreign', text: one, lang };
      return one.type === 'emphasis' || one.type === 'link' ? { ...one, inlines: tagged(one.inlines) } : one;
    });
  if (block.type === 'paragraph') return { ...block, inlines: tagged(block.inlines) };
  if (block.type === 'list') return { ...block, items: block.items.map(tagged) };
  return block;
}
