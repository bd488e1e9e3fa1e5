/** A report in the making: its clocks, its words, its names, and the addresses that its figures and names lead to. */
import { viewOf, type CommitmentView } from '#acts';
import type { FullDate } from '#clocks';
import { BLANKED, type Citation, type Source } from '#commitments';
import type { Log } from '#eventsourcing';
import {
  listQuery,
  type Coverage,
  type Crosswalks,
  type Filter,
  type Flows,
  type Item,
  type Matrix,
  type Progress,
  type Silence,
  type Timeline,
} from '#progress';
import { placeWords, documentWords, type Document, type Registers, type Register } from '#registers';
import { compareTexts } from '#text';
import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type {
  Abbreviation,
  Cell,
  Chart,
  Column,
  Foreign,
  Inline,
  Language,
  Link,
  Manifest,
  Note,
  Paragraph,
  Row,
  Section,
  Table,
} from './report.js';
import type { RoundViews } from '#rounds';
import type { RoundOfReport } from './round-of-report.js';
import { wordsOf, type Counted, type Words } from './words/index.js';

/** The views of the API, which count; a report counts nothing itself. */
export interface ReportViews {
  readonly progress: Progress;
  readonly coverage: Coverage;
  readonly crosswalks: Crosswalks;
  readonly flows: Flows;
  readonly matrix: Matrix;
  readonly silence: Silence;
  readonly timeline: Timeline;
  readonly registers: Registers;
  readonly rounds: RoundViews;
  readonly log: Log;
  /** The colours of charts, by the names of their custom properties. */
  readonly colours: ReadonlyMap<string, string>;
}

/** A commitment as lists have it, and in full. */
export interface Dossier {
  readonly item: Item;
  readonly view: CommitmentView;
}

/** The names of a register by code, as at the date. */
type Names = Readonly<Record<Exclude<Register, 'document' | 'crosswalk' | 'publication'>, ReadonlyMap<string, string>>>;

/** After so many ms of reading others have their turn. */
const TURN_MS = 3;

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** An id is no longer than a code, as words are written under it. */
const LONGEST_ID = 120;

/** Codes may hold what an id may not; the end of a long one is told by its digest. */
export function idOf(name: string): string {
  const id = name.replaceAll(/[^A-Za-z0-9-]+/g, '-');
  return id.length <= LONGEST_ID ? id : `${id.slice(0, LONGEST_ID - 17)}-${hash('sha256', name).slice(0, 16)}`;
}

/** A title with a name in it tells where the name is: that may be in another language. */
export type Title = string | readonly Inline[];
const titled = (title: Title): readonly Inline[] => (typeof title === 'string' ? [title] : title);

export type ColumnKey = keyof Words['columns'];

export class Draft {
  readonly words: Words;
  readonly language: Language;
  readonly at: { readonly asOf: FullDate; readonly knownAt: string; readonly staleAfter: number };
  readonly since: FullDate | null;
  readonly #named = new Map<string, string>();

  /** The round that the report comes out of; `null`: it comes of none. */
  round: RoundOfReport | null = null;

  private constructor(
    readonly views: ReportViews,
    readonly manifest: Manifest,
    readonly names: Names,
    readonly documents: ReadonlyMap<string, Document>,
  ) {
    const { asOf, knownAt, staleAfter, language, since } = manifest;
    this.at = { asOf, knownAt, staleAfter };
    this.since = since;
    this.language = language;
    this.words = wordsOf(language);
  }

  static async begin(views: ReportViews, manifest: Manifest): Promise<Draft> {
    const { registers } = views;
    const { knownAt, asOf } = manifest;
    const names = (kind: Register) => registers.names(kind, knownAt, asOf);
    return new Draft(
      views,
      manifest,
      {
        agency: await names('agency'),
        theme: await names('theme'),
        framework: await names('framework'),
        forum: await names('forum'),
        outcome: await names('outcome'),
      },
      new Map((await registers.all('document', knownAt)).map((document) => [document.id, document])),
    );
  }

  // ── Addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @param query of a list, as the API gives it */
  address(page: string, query: string): string {
    return `${this.manifest.site}/${page}?${query}`;
  }

  /** The page of an entry, with the same clocks. */
  pageOf(page: string, code: string): string {
    const { asOf, knownAt } = this.at;
    return this.address(`${page}/${encodeURIComponent(code)}`, `asOf=${asOf}&knownAt=${knownAt}`);
  }

  listOf(filter: Filter): string {
    return this.address('commitments', listQuery(filter, this.at));
  }

  /** How many, with the list of them. */
  counted(n: number, filter: Filter): Counted {
    return { n, href: this.listOf(filter) };
  }

  listed({ total, list }: { readonly total: number; readonly list: string }, page = 'commitments'): Counted {
    return { n: total, href: this.address(page, list) };
  }

  // ── Inlines ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The words of people in their language; of blanked ones, that they were removed. */
  foreign(text: string, lang: string | null | undefined = null): Inline {
    if (text === BLANKED) return { type: 'emphasis', inlines: [this.words.lines.removed] };
    const foreign: Foreign = { type: 'foreign', text, lang: lang ?? 'und' };
    return RIGHT_TO_LEFT.test(text) ? { ...foreign, dir: 'rtl' } : foreign;
  }

  /** Whether words were erased. */
  isRemoved = (text: string): boolean => text === BLANKED;

  link(inline: Inline, href: string): Link {
    return { type: 'link', inlines: [inline], href };
  }

  /** An agency by its code, which the list of abbreviations explains. */
  agency(code: string): Inline {
    this.#named.set(code, this.names.agency.get(code) ?? code);
    return this.link(code, this.pageOf('agencies', code));
  }

  agencyName(code: string): Inline {
    return this.link(this.foreign(this.names.agency.get(code) ?? code), this.pageOf('agencies', code));
  }

  /** In the order of the names of agencies, for lists that show these. */
  byName<T>(those: readonly T[], agencyOf: (one: T) => string): T[] {
    const nameOf = (one: T) => this.names.agency.get(agencyOf(one)) ?? agencyOf(one);
    return those.toSorted((a, b) => compareTexts(nameOf(a), nameOf(b)) || compareTexts(agencyOf(a), agencyOf(b)));
  }

  themeName(code: string): Inline {
    return this.link(this.foreign(this.names.theme.get(code) ?? code), this.pageOf('themes', code));
  }

  forumName(code: string): Inline {
    return this.link(this.foreign(this.names.forum.get(code) ?? code), this.pageOf('forums', code));
  }

  /** To its whole history. */
  reference(reference: string): Inline {
    return this.link(reference, this.pageOf('commitments', reference));
  }

  /** A place in a document as people cite it. */
  cite({ document, ...place }: Pick<Citation, 'document' | 'locator' | 'section' | 'paragraph'>): Note {
    const cited = this.documents.get(document);
    return {
      type: 'note',
      citation: `${cited ? documentWords(cited) : document}, ${placeWords(place)}`,
      href: cited?.url ?? this.pageOf('documents', document),
      number: 0,
    };
  }

  /** Of a statement that the secretariat made for an agency the last note says so, and on what authority. */
  notes({ citation, citations, onBehalf }: Pick<Source, 'citation' | 'citations' | 'onBehalf'>): Note[] {
    const cited = [citation ?? [], citations ?? []].flat().map((one) => this.cite(one));
    if (!onBehalf) return cited;
    const authority = this.cite(onBehalf.citation);
    return [...cited, { ...authority, citation: this.words.parts.onBehalf(onBehalf.agency, authority.citation) }];
  }

  abbreviations(): Abbreviation[] {
    return [...this.#named]
      .filter(([short, long]) => short !== long)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([short, long]) => ({ short, long }));
  }

  // ── Cells and blocks ──────────────────────────────────────────────────────────────────────────────────────────────

  integer = ({ n, href }: Counted): Cell => ({ type: 'integer', value: n, ...(href && { href }) });
  share = ({ n, href }: Counted, of: number): Cell => ({ type: 'share', value: n, of, ...(href && { href }) });
  date = (value: string | null | undefined): Cell => (value ? { type: 'date', value } : null);
  text = (...inlines: readonly Inline[]): Cell => ({ type: 'text', inlines });
  lines = (items: readonly (readonly Inline[])[]): Extract<Cell, null | { type: 'list' }> =>
    items.length > 0 ? { type: 'list', items } : null;

  /** A code of a closed list with its words. */
  code(of: keyof Words['codes'], value: string | null): Cell {
    return value === null ? null : { type: 'code', value, words: this.wordOf(of, value) };
  }

  wordOf(of: keyof Words['codes'], value: string): string {
    return (this.words.codes[of] as Readonly<Record<string, string>>)[value] ?? value;
  }

  column(key: ColumnKey, type: Column['type'], weight = 1, of?: keyof Words['codes']): Column {
    const codes = of && Object.entries(this.words.codes[of]).map(([code, words]) => ({ code, words }));
    return { key, type, weight, ...this.words.columns[key], ...(codes && { codes }) };
  }

  paragraph(...inlines: readonly (Inline | readonly Inline[])[]): Paragraph {
    return { type: 'paragraph', number: 0, inlines: inlines.flat() as Inline[] };
  }

  /**
   * A table. A column of which no row has anything to say is left out.
   * @param href of all that the table shows
   */
  table(
    id: string,
    title: Title,
    columns: readonly Column[],
    rows: readonly Row[],
    href: string,
    { totalRow, ...more }: Pick<Table, 'totalRow' | 'remarks'> = {},
  ): Table {
    const says = columns.map(
      (_, i) => rows.length === 0 || [...rows, totalRow ?? []].some((row) => (row[i] ?? null) !== null),
    );
    const saying = <T>(all: readonly T[]): T[] => all.filter((_, i) => says[i]);
    return {
      type: 'table',
      id: idOf(id),
      number: 0,
      title: titled(title),
      columns: saying(columns),
      rows: rows.map(saying),
      rowCount: rows.length,
      ...this.origin(href),
      ...(totalRow && { totalRow: saying(totalRow) }),
      ...more,
    };
  }

  /** The date and the source of a table or chart. */
  origin(href: string): Pick<Chart, 'asAtLine' | 'sourceLine'> {
    const { lines } = this.words;
    const { publisher, knownAt } = this.manifest;
    return {
      asAtLine: lines.asAt(this.at.asOf),
      sourceLine: lines.source((text) => this.link(text, href), publisher, knownAt),
    };
  }

  section(id: string, title: Title, blocks: Section['blocks'], sections: Section['sections'] = []): Section {
    return { id: idOf(id), number: '', title: titled(title), blocks, sections };
  }

  // ── Commitments ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Those of a filter in the order of their references, some at a time. */
  async *dossiers(filter: Filter): AsyncGenerator<Dossier[]> {
    for await (const items of this.views.progress.allCommitments(this.at, filter)) {
      const some: Dossier[] = [];
      let begun = performance.now();
      for (const item of items) {
        some.push({ item, view: await viewOf(this.views.log, item.reference, this.at) });
        if (performance.now() - begun < TURN_MS) continue;
        await turn();
        begun = performance.now();
      }
      yield some;
    }
  }

  async all(filter: Filter): Promise<Dossier[]> {
    const all: Dossier[] = [];
    for await (const some of this.dossiers(filter)) all.push(...some);
    return all;
  }
}
