/**
 * A report as every format is given it: a cover, sections of paragraphs, tables and charts, and one table of data. It says
 * nothing of how it looks. Kinds of reports make it without numbers; `numbered` sets them, once for all formats.
 */
import type { PartialDate } from '#clocks';
import type { ReportKind, ReportLanguage as Language } from '#words';
import type { ReportAbbreviation, ReportManifest as Manifest, ReportNote as Note } from './answers.js';

export type { Manifest, Note };
export { REPORT_KINDS, REPORT_LANGUAGES as LANGUAGES, type ReportKind, type ReportLanguage as Language } from '#words';

// ── Inlines ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A number, written as the language writes it, and the address of the list that it counts. */
export interface Figure {
  readonly type: 'figure';
  readonly value: number;
  /** As it stands in the sentence: `1,234`. */
  readonly text: string;
  readonly href?: string;
}

/** Words in the language of their author. */
export interface Foreign {
  readonly type: 'foreign';
  readonly text: string;
  /** BCP 47; `und` where nobody said. */
  readonly lang: string;
  readonly dir?: 'rtl';
}

export interface Emphasis {
  readonly type: 'emphasis';
  readonly inlines: readonly Inline[];
}

export interface Link {
  readonly type: 'link';
  readonly inlines: readonly Inline[];
  readonly href: string;
}

/** A text is in the language of the report. */
export type Inline = string | Figure | Foreign | Note | Emphasis | Link;

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface LinkedValue {
  /** Of the list that is counted, or of the page of the named thing. */
  readonly href?: string;
}

/** The content of a cell; `null`: nothing. */
export type Cell =
  | null
  | ({ readonly type: 'integer'; readonly value: number } & LinkedValue)
  /** A part of a whole, shown with it: `28 of 92 (30 per cent)`. */
  | ({ readonly type: 'share'; readonly value: number; readonly of: number } & LinkedValue)
  /** As exactly as it is known: `2006`, `2006-11` or `2006-11-20`. */
  | { readonly type: 'date'; readonly value: PartialDate }
  /** A code with its words: `in_progress`, “In progress”. */
  | ({ readonly type: 'code'; readonly value: string; readonly words: string } & LinkedValue)
  | { readonly type: 'text'; readonly inlines: readonly Inline[] }
  /** Several in one cell, each on a line of its own. */
  | {
      readonly type: 'list';
      readonly items: readonly (readonly Inline[])[];
      /** The items with the words of their codes, in the language of the report. */
      readonly words?: readonly (readonly Inline[])[];
    };

/** In the order of the columns. */
export type Row = readonly Cell[];

export interface Column {
  /** In English in every language, so that programs find it: `lastReportedOn`. */
  readonly key: string;
  readonly title: string;
  readonly type: 'integer' | 'share' | 'date' | 'code' | 'text' | 'list';
  /** Its content, in a sentence. */
  readonly explains: string;
  /** Of a column of codes: each with its words. */
  readonly codes?: readonly { readonly code: string; readonly words: string }[];
  /** How wide it is beside the others; 1 is that of a number. */
  readonly weight: number;
}

/** Pages of rows, which can be read again from the start. The rows of a stream have no notes. */
export type RowStream = AsyncIterable<readonly Row[]>;

export interface Table {
  readonly type: 'table';
  readonly id: string;
  /** From 1; 0 until `numbered`, and always in the table of data. */
  readonly number: number;
  readonly title: readonly Inline[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[] | RowStream;
  /** How many rows there are. */
  readonly rowCount: number;
  /** All of it, each counted once; the rows need not add up to it. */
  readonly totalRow?: Row;
  /** “As at 21 November 2006.” */
  readonly asAtLine: string;
  readonly sourceLine: readonly Inline[];
  /** Its rows are those of the data, in fewer columns. */
  readonly ofData?: true;
  /** A note for its readers. */
  readonly remarks?: readonly (readonly Inline[])[];
}

// ── Blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Paragraph {
  readonly type: 'paragraph';
  /** From 1 through the whole report; 0 until `numbered`. */
  readonly number: number;
  readonly inlines: readonly Inline[];
}

export interface List {
  readonly type: 'list';
  readonly ordered: boolean;
  readonly items: readonly (readonly Inline[])[];
}

export interface Chart {
  readonly type: 'chart';
  readonly id: string;
  /** From 1; 0 until `numbered`. */
  readonly number: number;
  readonly title: readonly Inline[];
  /** Its content in words, for those who do not see it. */
  readonly alt: string;
  /** A picture that stands alone, with its legend, on white; its texts are in DejaVu Sans. */
  readonly svg: string;
  /** In the pixels of its view box. */
  readonly width: number;
  readonly height: number;
  readonly asAtLine: string;
  readonly sourceLine: readonly Inline[];
}

/** The words that people wrote for this report. */
export interface Narrative {
  readonly type: 'narrative';
  /** BCP 47. */
  readonly lang: string;
  readonly blocks: readonly (Paragraph | List)[];
  /** “Text of IOM, 3 November 2012” */
  readonly attribution: string;
  /** Whose words they are; `null`: the secretariat’s. */
  readonly agency: string | null;
  /** The reporting round in whose return they stood; `null`: they were written for the report. */
  readonly round: string | null;
}

export type Block = Paragraph | List | Table | Chart | Narrative;

export interface Section {
  /** Of letters, digits and hyphens; by it a section keeps its address and its narrative. */
  readonly id: string;
  /** `I`, `II` … at the top, `A`, `B` … below, `1`, `2` … below that; empty until `numbered`. */
  readonly number: string;
  readonly title: readonly Inline[];
  readonly blocks: readonly Block[];
  readonly sections: readonly Section[];
}

// ── The whole ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Cover {
  /** `null` until it is published. */
  readonly symbol: string | null;
  readonly title: string;
  readonly subtitle: readonly Inline[];
  /** “As at 21 November 2006” */
  readonly asAt: string;
  /** Its publisher, and its terms of use. */
  readonly issuedBy: readonly string[];
  /** The few figures that a reader looks for first, each with its words. */
  readonly figures: readonly { readonly words: string; readonly figure: Figure }[];
}

export interface Report {
  readonly kind: ReportKind;
  readonly language: Language;
  readonly cover: Cover;
  readonly sections: readonly Section[];
  readonly abbreviations: readonly ReportAbbreviation[];
  /** The data of the report, a row for each thing, in the columns of its kind, for table programs. */
  readonly data: Table;
  readonly manifest: Manifest;
}

/** A report whose paragraphs, tables, charts, notes and sections have their numbers. */
export interface NumberedReport extends Report {
  /** In the order of their numbers, each once. */
  readonly notes: readonly Note[];
}

export const isStream = (rows: Table['rows']): rows is RowStream => Symbol.asyncIterator in rows;

/** The rows of a table, page by page. */
export async function* pagesOf({ rows }: Table): AsyncGenerator<readonly Row[]> {
  if (isStream(rows)) yield* rows;
  else if (rows.length > 0) yield rows;
}

/** A section with other tables in the place of its own. */
export const withTables = (section: Section, of: (table: Table) => Table): Section => ({
  ...section,
  blocks: section.blocks.map((block) => (block.type === 'table' ? of(block) : block)),
  sections: section.sections.map((below) => withTables(below, of)),
});

/** The words of inlines alone, without the marks of notes. */
export const textOfInlines = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      if (typeof inline === 'string') return inline;
      if (inline.type === 'note') return '';
      return 'text' in inline ? inline.text : textOfInlines(inline.inlines);
    })
    .join('');

// ── Formats ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ReportFormat {
  /** Without a charset. */
  readonly mediaType: string;
  /** Of its files, without a dot. */
  readonly extension: string;
  /** The tables that it writes: those in the sections, the table of data, or both. */
  readonly reads: readonly ('sections' | 'data')[];
  /** It leaves out a table of the rows that its data have. */
  readonly rowsOnce?: true;
  /** Of more commitments than so many it takes long; absent: of 10,000. */
  readonly quick?: number;
  /** More rows of data than so many it cannot hold; absent: as many as there are. */
  readonly mostRows?: number;
  /** The Content-Security-Policy under which a browser may show it; absent: that of every answer, which shows nothing. */
  readonly policy?: string;
  /** It takes long: a thread of its own writes it, which may take so many megabytes for JavaScript's objects. */
  readonly inThread?: number;
  /** The bytes depend on nothing but the report: no clock, zone, locale or machine. Rows are read as they are written. */
  write(report: NumberedReport): AsyncIterable<Uint8Array>;
}
