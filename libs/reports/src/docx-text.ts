/** The text of a DOCX: runs, links, notes, captions and lines, each in its style. */
import type * as Docx from 'docx';
import type { Block, Chart, Inline, Table } from './report.js';

const HYPERLINK: Docx.IRunOptions = { style: 'Hyperlink' };

export class DocxText {
  /** Notes that the text has a mark of: the next mark refers to the first. */
  readonly #noted = new Set<number>();

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

  /**
   * A field with what it comes to now. Each part is a run of its own, as Word writes it: of a field in one run LibreOffice takes
   * the numbers of its paragraph for those of all that follow.
   */
  field(instruction: string, text: string, run: Docx.IRunOptions = {}): Docx.Run[] {
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
  caption(
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
          ...this.field(`SEQ ${sequence} \\* ARABIC`, String(number)),
          new TextRun(`${after}. ${title}`),
        ],
      }),
      new Paragraph({ style: 'AsAt', text: asAtLine }),
    ];
  }

  source = (...lines: readonly (readonly Inline[])[]): Docx.Paragraph =>
    new this.docx.Paragraph({
      style: 'Source',
      children: lines.flatMap((line, i) => [
        ...(i > 0 ? [new this.docx.TextRun({ break: 1 })] : []),
        ...this.inlines(line),
      ]),
    });

  line = (
    inlines: readonly Inline[],
    style: string,
    { right = false, keepNext = false, run = {} }: { right?: boolean; keepNext?: boolean; run?: Docx.IRunOptions } = {},
  ): Docx.Paragraph =>
    new this.docx.Paragraph({
      style,
      ...(right && { alignment: 'right' }),
      ...(keepNext && { keepNext }),
      children: this.inlines(inlines, run),
    });
}

/** A text in its lines, without the characters that a document may not have. */
const linesIn = (text: string): string[] =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .split('\n');

/** What people wrote in a language of their own, tagged with it. */
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
