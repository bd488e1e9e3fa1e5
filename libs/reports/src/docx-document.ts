/** A report as the parts of a DOCX: a cover, contents, its text in runs of pages upright and aside, its manifest. */
import type * as Docx from 'docx';
import { pngOf } from '#charts';
import {
  ACCENT_COLOUR,
  CHART_WIDTH,
  CHART_SCALE,
  PAGE_HEIGHT,
  LINE_COLOUR,
  PAGE_MARGIN,
  numberingBy,
  PARAGRAPHS,
  POINTS,
  tableLetterSize,
  SOFT_COLOUR,
  STEPS,
  stylesIn,
  PAGE_WIDTH,
  textWidth,
} from './docx-styles.js';
import { textsIn } from './columns.js';
import { columnLayout, isNumber, longestInBold, longestInCell, roomOf, TABLE_SIZE } from './docx-columns.js';
import { DocxText, inLanguage } from './docx-text.js';
import { runsOf, columnsWeight, type Heading, type Run } from './flow.js';
import { isLong, leadingOnce, cellLines, pageInWords } from './in-words.js';
import { manifestLines } from './manifest-lines.js';
import {
  pagesOf,
  textOfInlines,
  type Block,
  type Cell,
  type Chart,
  type Cover,
  type NumberedReport,
  type Table,
} from './report.js';
import { reportWords, type Words } from './words/index.js';

/** Between the columns of a page, in twentieths of a point. */
const COLUMN_GAP = 420;
const BETWEEN_ITEMS = 30;

const HEADING_LEVELS = ['Heading1', 'Heading2', 'Heading3'] as const;

interface HeadCell {
  readonly children: Docx.Paragraph[];
  readonly isTurned: boolean;
}

interface GridParts {
  readonly head?: readonly HeadCell[];
  /** `null`: as high as its titles are. */
  readonly headHeight?: number | null;
  readonly none?: Docx.Paragraph[];
  readonly total?: Docx.Paragraph[][];
  /** In the last row: LibreOffice keeps a row with the next one, but not with the paragraph after the table. */
  readonly source?: Docx.Paragraph;
}

export class DocxDocument {
  readonly #words: Words;
  readonly #text: DocxText;
  readonly #isLong: boolean;
  #pictures = 0;
  #lists = 0;

  constructor(
    private readonly docx: typeof Docx,
    private readonly report: NumberedReport,
  ) {
    this.#words = reportWords(report.language);
    this.#text = new DocxText(docx);
    this.#isLong = isLong(report.sections);
  }

  async document(): Promise<Docx.IPropertiesOptions> {
    const { cover, manifest, language, notes, sections } = this.report;
    const { docx } = this;
    const runs = runsOf(sections);
    const body: Docx.ISectionOptions[] = [this.#cover(), ...this.#front(runs)];
    for (const [i, { aside, parts }] of runs.entries()) {
      // Columns are as high as each other where the section after them goes on; its heading begins a page all the same.
      const goesOn = i === 0 && !aside && this.report.abbreviations.length > 0;
      const { properties, ...section } = this.#section(aside, await this.#parts(parts, aside, goesOn));
      body.push({
        ...section,
        properties: { ...properties, ...(goesOn && { type: docx.SectionType.CONTINUOUS }) },
      });
    }
    body.push(this.#section(false, this.#manifest()));
    return {
      title: cover.title,
      subject: manifest.kind,
      creator: manifest.publisher,
      lastModifiedBy: manifest.publisher,
      ...(cover.symbol !== null && { keywords: cover.symbol }),
      description: JSON.stringify(manifest),
      sections: body,
      numbering: { config: numberingBy(docx) },
      footnotes: Object.fromEntries(
        notes.map(({ number, citation, href }) => [
          number,
          {
            children: [
              new docx.Paragraph({
                style: 'FootnoteText',
                keepLines: true,
                children: [
                  new docx.TextRun(' '),
                  ...(href === undefined
                    ? [new docx.TextRun(citation)]
                    : [this.#text.link([new docx.TextRun({ text: citation, style: 'Hyperlink' })], href)]),
                ],
              }),
            ],
          },
        ]),
      ),
      styles: stylesIn(language),
    };
  }

  #cover(): Docx.ISectionOptions {
    const { Paragraph, TextRun, BorderStyle } = this.docx;
    const { symbol, title, subtitle, asAt, issuedBy, figures } = this.report.cover;
    return {
      properties: { page: this.#page(false) },
      children: [
        new Paragraph({
          tabStops: [{ type: 'right', position: PAGE_WIDTH - 2 * PAGE_MARGIN }],
          border: { bottom: { style: BorderStyle.SINGLE, size: 12, space: 4, color: '16222E' } },
          children: [
            new TextRun({ text: this.report.manifest.publisher, bold: true, size: 26, color: ACCENT_COLOUR }),
            new TextRun({ text: `\t${symbol ?? this.#words.parts.draft}`, bold: true, size: 26 }),
          ],
        }),
        new Paragraph({ alignment: 'right', spacing: { after: 2400 }, children: [new TextRun(asAt)] }),
        this.#ground([
          new Paragraph({
            style: 'Title',
            children: [new TextRun({ text: title, size: title.length > 90 ? 44 : 58 })],
          }),
          new Paragraph({ children: this.#text.inlines(subtitle, { size: 30, color: 'FFFFFF' }) }),
        ]),
        ...(figures.length > 0
          ? [new Paragraph({ spacing: { after: 200 }, children: [] }), this.#figures(figures)]
          : []),
        new Paragraph({
          spacing: { before: 2000, after: 60 },
          children: [new TextRun({ text: asAt, bold: true, size: 26, color: ACCENT_COLOUR })],
        }),
        ...issuedBy.map((line) => new Paragraph({ spacing: { after: 40 }, children: [new TextRun(line)] })),
      ],
    };
  }

  /** One row without lines around it. */
  #bare(width: number, cells: Docx.TableCell[], height?: Docx.ITableRowOptions['height']): Docx.Table {
    const { Table, TableRow, WidthType, TableLayoutType } = this.docx;
    const none = this.#noLine;
    return new Table({
      columnWidths: cells.map(() => width),
      width: { size: textWidth(false), type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none },
      rows: [new TableRow({ height, children: cells })],
    });
  }

  get #noLine() {
    return { style: this.docx.BorderStyle.NONE, size: 0, color: 'auto' };
  }

  /** Figures beside each other, each above its words. */
  #figures(figures: Cover['figures']): Docx.Table {
    const { Paragraph, TableCell, TextRun, WidthType, BorderStyle } = this.docx;
    const none = this.#noLine;
    const width = Math.floor(textWidth(false) / figures.length);
    const cells = figures.map(
      ({ words, figure }) =>
        new TableCell({
          width: { size: width, type: WidthType.DXA },
          borders: {
            top: { style: BorderStyle.SINGLE, size: 12, color: ACCENT_COLOUR },
            bottom: none,
            left: none,
            right: none,
          },
          margins: { top: 100, right: 200 },
          children: [
            new Paragraph({ spacing: { after: 0 }, children: this.#text.inlines([figure], { size: 52, bold: true }) }),
            new Paragraph({
              spacing: { after: 0 },
              children: [new TextRun({ text: words, size: 20, color: SOFT_COLOUR })],
            }),
          ],
        }),
    );
    return this.#bare(width, cells);
  }

  /** A coloured ground, which grows with its text. */
  #ground(children: Docx.Paragraph[]): Docx.Table {
    const { TableCell, WidthType } = this.docx;
    const width = textWidth(false);
    const cell = new TableCell({
      children,
      shading: { type: 'clear', fill: ACCENT_COLOUR },
      verticalAlign: 'center',
      width: { size: width, type: WidthType.DXA },
      margins: { top: 300, bottom: 300, left: 400, right: 400 },
    });
    return this.#bare(width, [cell], { value: 4800, rule: 'atLeast' });
  }

  #page = (aside: boolean) => ({
    size: {
      width: PAGE_WIDTH,
      height: PAGE_HEIGHT,
      orientation: this.docx.PageOrientation[aside ? 'LANDSCAPE' : 'PORTRAIT'],
    },
    margin: { top: 1_474, bottom: 1_247, left: PAGE_MARGIN, right: PAGE_MARGIN, header: 680, footer: 600 },
  });

  #section(aside: boolean, children: Docx.FileChild[]): Docx.ISectionOptions {
    const { Header, Footer, Paragraph, TextRun, PageNumber, BorderStyle } = this.docx;
    const { title, subtitle, symbol, asAt } = this.report.cover;
    const head = [title, textOfInlines(subtitle)].filter(Boolean).join(this.#words.parts.colon);
    const small = { size: 17, color: SOFT_COLOUR };
    const tabStops = [{ type: 'right', position: textWidth(aside) } as const];
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
              border: { bottom: { style: BorderStyle.SINGLE, size: 3, space: 3, color: LINE_COLOUR } },
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

  #unnumbered = (text: string): Docx.Paragraph =>
    new this.docx.Paragraph({ style: 'Unnumbered', children: this.#text.marked(text, [new this.docx.TextRun(text)]) });

  /** The contents, and the abbreviations below them, as a table in two columns of the page. */
  #front(runs: readonly Run[]): Docx.ISectionOptions[] {
    const { Paragraph, TextRun, SectionType } = this.docx;
    const { parts, manifest } = this.#words;
    const { abbreviations } = this.report;
    const contents = [
      new Paragraph({
        spacing: { after: 160 },
        children: [new TextRun({ text: parts.contents, size: 30, bold: true, color: ACCENT_COLOUR })],
      }),
      ...this.#text.contents([
        ...(abbreviations.length > 0 ? [{ to: parts.abbreviations, level: 1, title: [parts.abbreviations] }] : []),
        ...runs.flatMap(({ parts }) =>
          parts.flatMap((part) => (part.type === 'heading' ? [{ ...part, to: part.id }] : [])),
        ),
        { to: manifest.title, level: 1, title: [manifest.title] },
      ]),
    ];
    if (abbreviations.length === 0) return [this.#section(false, contents)];
    const half = Math.floor((textWidth(false) - COLUMN_GAP) / 2);
    const longest = Math.max(...abbreviations.map(({ short }) => longestInBold(short)));
    const short = Math.min(Math.floor(half / 2), roomOf(longest, TABLE_SIZE));
    const listed = this.#grid(
      [short, half - short],
      abbreviations.map(({ short, long }) => [
        [this.#text.line([short], 'TableText', { run: { bold: true } })],
        [this.#text.line([long], 'TableText')],
      ]),
    );
    const { properties, ...columns } = this.#section(false, [listed]);
    return [
      this.#section(false, [...contents, this.#unnumbered(parts.abbreviations)]),
      {
        ...columns,
        properties: { ...properties, type: SectionType.CONTINUOUS, column: { count: 2, space: COLUMN_GAP } },
      },
    ];
  }

  #manifest(): Docx.FileChild[] {
    const { manifest } = this.#words;
    const rows = manifestLines(this.report);
    const [name, value] = [0.42, 0.58].map((part) => Math.floor(part * textWidth(false))) as [number, number];
    return [
      this.#unnumbered(manifest.title),
      new this.docx.Paragraph(manifest.explains),
      this.#grid(
        [name, value],
        rows.map((row) => row.map((text) => [this.#text.line([text], 'TableText')])),
      ),
    ];
  }

  async #parts(parts: Run['parts'], aside: boolean, beginsPage: boolean): Promise<Docx.FileChild[]> {
    const children: Docx.FileChild[] = [];
    for (const [i, part] of parts.entries()) {
      const next = parts[i + 1]?.type;
      const leads = next === 'table' || next === 'chart' || next === 'list';
      children.push(...(await this.#part(part, aside, leads, beginsPage && i === 0)));
    }
    return children;
  }

  /**
   * @param leads whether a paragraph stays with the next one
   * @param beginsPage whether a heading does
   */
  async #part(part: Heading | Block, aside: boolean, leads: boolean, beginsPage = false): Promise<Docx.FileChild[]> {
    const { Paragraph } = this.docx;
    switch (part.type) {
      case 'heading':
        return [
          new Paragraph({
            heading: HEADING_LEVELS[Math.min(part.level, 3) - 1],
            pageBreakBefore: beginsPage,
            children: this.#text.marked(part.id, this.#text.inlines(part.title)),
          }),
        ];
      case 'paragraph': {
        const numbering = part.number > 0 ? { numbering: { reference: PARAGRAPHS, level: 0 } } : {};
        return [new Paragraph({ ...numbering, keepNext: leads, children: this.#text.inlines(part.inlines) })];
      }
      case 'list': {
        const instance = ++this.#lists;
        const numbering = { reference: part.ordered ? STEPS : POINTS, level: 0, instance };
        return part.items.map(
          (item) => new Paragraph({ numbering, spacing: { after: 60 }, children: this.#text.inlines(item) }),
        );
      }
      case 'table':
        return this.#table(part, aside);
      case 'chart':
        return this.#chart(part);
      default: {
        const children: Docx.FileChild[] = [];
        const last = part.blocks.at(-1);
        for (const block of part.blocks)
          children.push(...(await this.#part(inLanguage(block, part.lang), aside, block === last)));
        return [...children, new Paragraph({ style: 'Attribution', text: part.attribution })];
      }
    }
  }

  async #chart(chart: Chart): Promise<Docx.FileChild[]> {
    const { Paragraph, ImageRun } = this.docx;
    const width = Math.min(CHART_WIDTH, chart.width);
    const height = Math.round((chart.height * width) / chart.width);
    const id = String(++this.#pictures);
    return [
      ...this.#text.caption(this.#words.parts.figure, 'Figure', chart),
      new Paragraph({
        keepNext: true,
        children: [
          new ImageRun({
            type: 'png',
            data: await pngOf(chart.svg, width * CHART_SCALE),
            transformation: { width, height },
            altText: { id, name: chart.id, title: textOfInlines(chart.title), description: chart.alt },
          }),
        ],
      }),
      this.#text.source(chart.sourceLine),
    ];
  }

  async #table(table: Table, aside: boolean): Promise<Docx.FileChild[]> {
    const { columns, totalRow, sourceLine, remarks = [] } = table;
    const size = tableLetterSize(columnsWeight(columns));
    const right = columns.map(({ type }) => type === 'integer' || type === 'share');
    const cells = (row: readonly Cell[], isLast: boolean, run: Docx.IRunOptions = {}) =>
      row.map((cell, i) => {
        const lines = cellLines(cell, this.#words);
        return (lines.length > 0 ? lines : [[]]).map((line, at) =>
          this.#text.line(line, 'TableText', {
            right: right[i],
            keepNext: isLast,
            after: at + 1 < lines.length ? BETWEEN_ITEMS : 0,
            run: { ...size, ...run },
          }),
        );
      });
    const rows: Docx.Paragraph[][][] = [];
    const longest = columns.map(() => 0);
    for await (const page of pagesOf(table))
      for (const row of page) {
        row.forEach(
          (cell, i) => (longest[i] = Math.max(longest[i]!, ...textsIn(cell, this.#words).map(longestInCell))),
        );
        rows.push(cells(this.#isLong ? leadingOnce(row) : row, rows.length + 1 === table.rowCount));
      }
    const { widths, turned } = columnLayout(columns, longest, textWidth(aside), size.size);
    const head = columns.map((column, i) => ({
      isTurned: turned !== null && isNumber(column),
      children: [this.#text.line([column.title], 'TableHead', { right: right[i] && turned === null, run: size })],
    }));
    const none =
      rows.length === 0 ? [this.#text.line([this.#words.parts.nothing], 'TableText', { keepNext: true })] : undefined;
    return [
      ...this.#text.caption(this.#words.parts.table, 'Table', table, remarks),
      this.#grid(widths, rows, {
        head,
        headHeight: turned,
        none,
        total: totalRow && cells(totalRow, true, { bold: true }),
        source: this.#text.source(sourceLine),
      }),
    ];
  }

  #grid(
    widths: readonly number[],
    rows: readonly Docx.Paragraph[][][],
    { head, headHeight = null, none, total, source }: GridParts = {},
  ): Docx.Table {
    const { Table, TableRow, TableCell, BorderStyle, TableLayoutType, WidthType } = this.docx;
    const [strong, thin, no] = [
      { style: BorderStyle.SINGLE, size: 10, color: ACCENT_COLOUR },
      { style: BorderStyle.SINGLE, size: 3, color: LINE_COLOUR },
      this.#noLine,
    ];
    const cell = (children: Docx.Paragraph[], i: number, more: Partial<Docx.ITableCellOptions> = {}) =>
      new TableCell({ children, width: { size: widths[i]!, type: WidthType.DXA }, ...more });
    const row = (cells: readonly Docx.Paragraph[][], borders?: Docx.ITableCellBorders) =>
      new TableRow({
        cantSplit: true,
        children: cells.map((children, i) => cell(children, i, borders && { borders })),
      });
    const heads = (head: readonly HeadCell[]) =>
      new TableRow({
        cantSplit: true,
        tableHeader: true,
        ...(headHeight !== null && { height: { value: headHeight, rule: 'atLeast' } }),
        children: head.map(({ children, isTurned }, i) =>
          cell(children, i, {
            borders: { bottom: { ...strong, size: 6 } },
            verticalAlign: 'bottom',
            ...(isTurned && { textDirection: 'btLr' }),
          }),
        ),
      });
    const whole = (children: Docx.Paragraph[], more: Partial<Docx.ITableCellOptions> = {}) =>
      new TableRow({
        cantSplit: true,
        children: [new TableCell({ columnSpan: widths.length, children, ...more })],
      });
    return new Table({
      columnWidths: widths,
      width: { size: widths.reduce((a, b) => a + b, 0), type: WidthType.DXA },
      layout: TableLayoutType.FIXED,
      margins: { top: 50, bottom: 50, left: 70, right: 70 },
      borders: {
        top: head ? strong : thin,
        bottom: source ? no : head ? strong : thin,
        left: no,
        right: no,
        insideHorizontal: thin,
        insideVertical: no,
      },
      rows: [
        ...(head ? [heads(head)] : []),
        ...rows.map((cells) => row(cells)),
        ...(none ? [whole(none)] : []),
        ...(total ? [row(total, { top: { ...strong, size: 6 } })] : []),
        ...(source ? [whole([source], { borders: { top: strong, bottom: no }, margins: { left: 0, right: 0 } })] : []),
      ],
    });
  }
}
