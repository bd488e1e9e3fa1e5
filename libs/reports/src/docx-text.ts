/** The text of a DOCX: runs, links, notes, captions and lines, each in its style. */
import type * as Docx from 'docx';
import { contentsTabs } from './docx-styles.js';
import type { Block, Chart, Inline, Table } from './report.js';

interface ContentsEntry {
  /** Of the heading that it leads to. */
  readonly to: string;
  readonly level: number;
  readonly number?: string;
  readonly title: readonly Inline[];
}

const HYPERLINK: Docx.IRunOptions = { style: 'Hyperlink' };

export class DocxText {
  /** Notes that the text has a mark of: the next mark refers to the first. */
  readonly #noted = new Set<number>();
  /** The bookmarks of the targets of the contents. */
  readonly #places = new Map<string, string>();

  constructor(private readonly docx: typeof Docx) {}

  inlines(inlines: readonly Inline[], run: Docx.IRunOptions = {}): Docx.ParagraphChild[] {
    const { TextRun } = this.docx;
    const of = (text: string, more: Docx.IRunOptions = {}) =>
      linesIn(text).map((line, i) => new TextRun({ ...run, ...more, text: line, ...(i > 0 && { break: 1 }) }));
    return inlines.flatMap((one): Docx.ParagraphChild[] => {
      if (typeof one === 'string') return of(one);
      switch (one.type) {
        case 'figure':
          return one.href === undefined ? of(one.text) : [this.link(of(one.text, HYPERLINK), one.href)];
        case 'foreign': {
          const language = one.dir === 'rtl' ? { bidirectional: one.lang } : { value: one.lang };
          return of(one.text, { language, ...(one.dir === 'rtl' && { rightToLeft: true }) });
        }
        case 'note':
          return this.note(one.number);
        case 'emphasis':
          return this.inlines(one.inlines, { ...run, italics: true });
        default:
          return [this.link(this.inlines(one.inlines, { ...run, ...HYPERLINK }), one.href)];
      }
    });
  }

  link = (children: Docx.ParagraphChild[], link: string): Docx.ExternalHyperlink =>
    new this.docx.ExternalHyperlink({ children, link });

  /** A note where it is first referred to; after that, its number, which follows that of the first. */
  note(number: number): Docx.ParagraphChild[] {
    const { Bookmark, FootnoteReferenceRun } = this.docx;
    const name = `_Note${number}`;
    if (!this.#noted.has(number)) {
      this.#noted.add(number);
      return [new Bookmark({ id: name, children: [new FootnoteReferenceRun(number)] })];
    }
    return this.field(`NOTEREF ${name} \\f \\h`, String(number), { style: 'FootnoteReference' });
  }

  /** An entry of the contents. @param to the bookmark that it leads to */
  marked = (to: string, children: Docx.ParagraphChild[]): Docx.ParagraphChild[] => [
    new this.docx.Bookmark({ id: this.#placeOf(to), children }),
  ];

  /**
   * The contents: an entry for each heading, with the field of its page. For Word all entries are the result of one
   * field, which makes them anew from the headings. Every other reader, such as LibreOffice, which takes the content of
   * such a field for plain text, has the entries alone, and works out their pages itself.
   */
  contents(entries: readonly ContentsEntry[]): Docx.Paragraph[] {
    const { InternalHyperlink, Paragraph, TextRun } = this.docx;
    const inWord = (part: Docx.XmlComponent) =>
      this.#run(this.#element('mc:AlternateContent', {}, this.#element('mc:Choice', { Requires: 'w15' }, part)));
    const begin = [
      this.#mark('begin'),
      this.#element('w:instrText', { 'xml:space': 'preserve' }, 'TOC \\h \\o "1-3" \\u'),
      this.#mark('separate'),
    ];
    return entries.map(({ to, level, number, title }, i) => {
      const place = this.#placeOf(to);
      return new Paragraph({
        style: `TOC${level}`,
        tabStops: contentsTabs(level),
        children: [
          ...(i === 0 ? begin.map(inWord) : []),
          new InternalHyperlink({
            anchor: place,
            children: [
              ...(number ? [new TextRun(`${number}.\t`)] : []),
              ...this.inlines(unlinked(title)),
              new TextRun('\t'),
              ...this.field(`PAGEREF ${place} \\h`, ''),
            ],
          }),
          ...(i === entries.length - 1 ? [inWord(this.#mark('end'))] : []),
        ],
      });
    });
  }

  #placeOf(to: string): string {
    const place = this.#places.get(to) ?? `_Toc${this.#places.size + 1}`;
    this.#places.set(to, place);
    return place;
  }

  /**
   * A field with its present result. Each part is a run of its own, as Word writes it: of a field in one run
   * LibreOffice takes the numbers of its paragraph for those of all that follow.
   */
  field(instruction: string, text: string, run: Docx.IRunOptions = {}): Docx.Run[] {
    const parts = [
      this.#mark('begin'),
      this.#element('w:instrText', { 'xml:space': 'preserve' }, instruction),
      this.#mark('separate'),
      this.#element('w:t', {}, text),
      this.#mark('end'),
    ];
    return parts.map((part) => this.#run(part, run));
  }

  #run(part: Docx.XmlComponent, options: Docx.IRunOptions = {}): Docx.Run {
    const run = new this.docx.Run(options);
    run.addChildElement(part);
    return run;
  }

  #element(name: string, attributes: object, content: string | Docx.XmlComponent = ''): Docx.XmlComponent {
    const { XmlComponent } = this.docx;
    class Element extends XmlComponent {
      constructor() {
        super(name);
        this.root.push({ _attr: attributes });
        if (content) this.root.push(content);
      }
    }
    return new Element();
  }

  #mark = (type: string) => this.#element('w:fldChar', { 'w:fldCharType': type });

  /** “Table 3. Title”, whose number is a field. */
  caption(
    label: (n: number) => string,
    sequence: string,
    { number, title, asAtLine }: Table | Chart,
    remarks: readonly (readonly Inline[])[] = [],
  ): Docx.Paragraph[] {
    const { Paragraph, TextRun } = this.docx;
    const [before = '', after = ''] = label(number).split(String(number));
    return [
      new Paragraph({
        style: 'Caption',
        children: [
          new TextRun(before),
          ...this.field(`SEQ ${sequence} \\* ARABIC`, String(number)),
          new TextRun(`${after}. `),
          ...this.inlines(title),
        ],
      }),
      new Paragraph({ style: 'AsAt', text: asAtLine }),
      ...remarks.map((remark) => new Paragraph({ style: 'Remark', children: this.inlines(remark) })),
    ];
  }

  source = (line: readonly Inline[]): Docx.Paragraph =>
    new this.docx.Paragraph({ style: 'Source', children: this.inlines(line) });

  line = (
    inlines: readonly Inline[],
    style: string,
    {
      right = false,
      keepNext = false,
      after = 0,
      run = {},
    }: { right?: boolean; keepNext?: boolean; after?: number; run?: Docx.IRunOptions } = {},
  ): Docx.Paragraph =>
    new this.docx.Paragraph({
      style,
      ...(right && { alignment: 'right' }),
      ...(keepNext && { keepNext }),
      ...(after > 0 && { spacing: { after } }),
      // An empty line is as high as the letters of its mark.
      ...(inlines.length === 0 && { run }),
      children: this.inlines(inlines, run),
    });
}

/** Inlines without their links. */
const unlinked = (inlines: readonly Inline[]): Inline[] =>
  inlines.flatMap((one): Inline[] => {
    if (typeof one === 'string') return [one];
    switch (one.type) {
      case 'note':
        return [];
      case 'figure':
        return [one.text];
      case 'foreign':
        return [one];
      default:
        return unlinked(one.inlines);
    }
  });

/** A text in its lines, without the characters that a document may not have. */
const linesIn = (text: string): string[] =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .split('\n');

/** Words in the language of their author, tagged with it. */
export function inLanguage<B extends Block>(block: B, lang: string): B {
  const tagged = (inlines: readonly Inline[]): Inline[] =>
    inlines.map((one) => {
      if (typeof one === 'string') return { type: 'foreign', text: one, lang };
      return one.type === 'emphasis' || one.type === 'link' ? { ...one, inlines: tagged(one.inlines) } : one;
    });
  if (block.type === 'paragraph') return { ...block, inlines: tagged(block.inlines) };
  if (block.type === 'list') return { ...block, items: block.items.map(tagged) };
  return block;
}
