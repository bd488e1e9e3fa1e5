/** A report in the making: its clocks, its words, its names, and the addresses that its figures and names lead to. */
import { Inject, Injectable } from '@nestjs/common';
import { viewOf, type CommitmentView } from '#acts';
import type { FullDate } from '#clocks';
import { BLANKED_TEXT, type Citation, type Source } from '#commitments';
import type { Log } from '#eventsourcing';
import { LOG } from '#platform';
import { Coverage, Crosswalks, Flows, listQuery, Matrix, Progress, Silence, Timeline } from '#progress';
import type { Filter, Item } from '#progress';
import { placeWords, documentWords, Registers, type Document } from '#registers';
import { RoundViews } from '#rounds';
import { compareTexts } from '#text';
import { path, PATHS } from '#words';
import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReportAbbreviation } from './answers.js';
import type {
  Cell,
  Chart,
  Column,
  Foreign,
  Inline,
  Link,
  List,
  Manifest,
  Note,
  Paragraph,
  Row,
  Section,
  Table,
} from './report.js';
import type { RoundOfReport, SaidOfCommitment } from './round-of-report.js';
import { reportWords, type CountedList, type Words } from './words/index.js';

/** The publisher of reports, the address of links, and the terms. */
export abstract class Imprint {
  abstract readonly publicUrl: string;
  abstract readonly publisher: string;
  /** By its SPDX name; null: nobody said. */
  abstract readonly dataLicence: string | null;
  abstract readonly software: string;
  /** Of charts, by the names of their custom properties. */
  abstract readonly colours: ReadonlyMap<string, string>;
}

/** The views of the API, which count; a report counts nothing itself. */
@Injectable()
export class ReportViews {
  constructor(
    @Inject(LOG) readonly log: Log,
    readonly imprint: Imprint,
    readonly progress: Progress,
    readonly coverage: Coverage,
    readonly crosswalks: Crosswalks,
    readonly flows: Flows,
    readonly matrix: Matrix,
    readonly silence: Silence,
    readonly timeline: Timeline,
    readonly registers: Registers,
    readonly rounds: RoundViews,
  ) {}
}

/** A commitment as lists have it, and in full. */
export interface Dossier {
  readonly item: Item;
  readonly view: CommitmentView;
}

/** The registers whose entries are shown by name. */
const NAMED_REGISTERS = ['agency', 'theme', 'framework', 'forum'] as const;
type NamedRegister = (typeof NAMED_REGISTERS)[number];
/** The names of a register by code, as at the date. */
type Names = Readonly<Record<NamedRegister, ReadonlyMap<string, string>>>;

/** After so many ms of reading others have their turn. */
const READ_SLICE_MS = 3;

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** An id is no longer than a code, as words are written under it. */
const MAX_ID_CHARS = 120;

/** Codes may hold characters that an id may not; a digest stands for the end of a long one. */
export function idFrom(name: string): string {
  const id = name.replaceAll(/[^A-Za-z0-9-]+/g, '-');
  return id.length <= MAX_ID_CHARS ? id : `${id.slice(0, MAX_ID_CHARS - 17)}-${hash('sha256', name).slice(0, 16)}`;
}

/** A title with a name in it tells where the name is: that may be in another language. */
export type Title = string | readonly Inline[];
const titled = (title: Title): readonly Inline[] => (typeof title === 'string' ? [title] : title);

export type ColumnKey = keyof Words['columns'];

/** A column of a table, with the cell of each thing. */
export interface ColumnWithCell<T> {
  readonly column: Column;
  readonly cell: (of: T) => Cell;
}

export class Draft {
  readonly words: Words;
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
    this.words = reportWords(language);
  }

  static async begin(views: ReportViews, manifest: Manifest): Promise<Draft> {
    const { registers } = views;
    const { knownAt, asOf } = manifest;
    const names: [string, ReadonlyMap<string, string>][] = [];
    for (const kind of NAMED_REGISTERS) names.push([kind, await registers.names(kind, knownAt, asOf)]);
    const documents = (await registers.all('document', knownAt)).map((document) => [document.id, document] as const);
    return new Draft(views, manifest, Object.fromEntries(names) as Names, new Map(documents));
  }

  /** The statements of the returns of the round on a commitment. */
  saidOf(reference: string): readonly SaidOfCommitment[] {
    return this.round?.saidOf.get(reference) ?? [];
  }

  // ── Addresses ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @param query of a list, as the API gives it */
  address(page: string, query: string): string {
    return `${this.manifest.site}/${page}?${query}`;
  }

  /** The page of an entry, with the same clocks. */
  pageOf(page: string, code: string): string {
    const { asOf, knownAt } = this.at;
    return `${this.manifest.site}${path(page, code)}?asOf=${asOf}&knownAt=${knownAt}`;
  }

  listOf(filter: Filter): string {
    return this.address('commitments', listQuery(filter, this.at));
  }

  /** How many, with the list of them. */
  counted(n: number, filter: Filter): CountedList {
    return { n, href: this.listOf(filter) };
  }

  listed({ total, list }: { readonly total: number; readonly list: string }, page = 'commitments'): CountedList {
    return { n: total, href: this.address(page, list) };
  }

  // ── Inlines ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The words of people in their language; of blanked ones, that they were removed. */
  foreign(text: string, lang: string | null | undefined = null): Inline {
    if (text === BLANKED_TEXT) return { type: 'emphasis', inlines: [this.words.lines.removed] };
    const foreign: Foreign = { type: 'foreign', text, lang: lang ?? 'und' };
    return RIGHT_TO_LEFT.test(text) ? { ...foreign, dir: 'rtl' } : foreign;
  }

  /** Whether words were erased. */
  isRemoved = (text: string): boolean => text === BLANKED_TEXT;

  link(inline: Inline, href: string): Link {
    return { type: 'link', inlines: [inline], href };
  }

  #nameOf = (kind: NamedRegister, code: string): string => this.names[kind].get(code) ?? code;

  name = (kind: NamedRegister, code: string): Inline => this.foreign(this.#nameOf(kind, code));

  /** The name of an entry, which leads to its page. */
  entry = (kind: NamedRegister, code: string): Inline =>
    this.link(this.name(kind, code), this.pageOf(PATHS[kind], code));

  /** An agency by its code, which the list of abbreviations explains. */
  agency(code: string): Inline {
    this.#named.set(code, this.#nameOf('agency', code));
    return this.link(code, this.pageOf('agencies', code));
  }

  /** In the order of the names of agencies, for lists that show these. */
  byName<T>(those: readonly T[], agencyOf: (one: T) => string): T[] {
    const nameOf = (one: T) => this.#nameOf('agency', agencyOf(one));
    return those.toSorted((a, b) => compareTexts(nameOf(a), nameOf(b)) || compareTexts(agencyOf(a), agencyOf(b)));
  }

  /** To its whole history. */
  reference(reference: string): Inline {
    return this.link(reference, this.pageOf('commitments', reference));
  }

  outcome(code: string): Inline {
    return this.link(code, this.pageOf('outcomes', code));
  }

  /** A commitment by its reference and title. */
  title({ item, view }: Dossier): Inline[] {
    return [this.reference(item.reference), ' ', this.foreign(view.title, view.language)];
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

  /** The last note of a statement on behalf of an agency says so, and names the authority. */
  notes({ citation, citations, onBehalf }: Pick<Source, 'citation' | 'citations' | 'onBehalf'>): Note[] {
    const cited = [citation ?? [], citations ?? []].flat().map((one) => this.cite(one));
    if (!onBehalf) return cited;
    const authority = this.cite(onBehalf.citation);
    return [...cited, { ...authority, citation: this.words.parts.onBehalf(onBehalf.agency, authority.citation) }];
  }

  abbreviations(): ReportAbbreviation[] {
    return [...this.#named]
      .filter(([short, long]) => short !== long)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([short, long]) => ({ short, long }));
  }

  // ── Cells and blocks ──────────────────────────────────────────────────────────────────────────────────────────────

  integer = ({ n, href }: CountedList): Cell => ({ type: 'integer', value: n, ...(href && { href }) });
  share = ({ n, href }: CountedList, of: number): Cell => ({ type: 'share', value: n, of, ...(href && { href }) });
  date = (value: string | null | undefined): Cell => (value ? { type: 'date', value } : null);
  text = (...inlines: readonly Inline[]): Cell => ({ type: 'text', inlines });
  lines = (items: readonly (readonly Inline[])[]): Extract<Cell, null | { type: 'list' }> =>
    items.length > 0 ? { type: 'list', items } : null;

  /** A code of a closed list with its words. */
  code(of: keyof Words['codes'], value: string | null): Cell {
    return value === null ? null : { type: 'code', value, words: this.wordOf(of, value) };
  }

  wordOf = (of: keyof Words['codes'], value: string): string =>
    (this.words.codes[of] as Readonly<Record<string, string>>)[value] ?? value;

  column(key: ColumnKey, type: Column['type'], weight = 1, of?: keyof Words['codes']): Column {
    const codes = of && Object.entries(this.words.codes[of]).map(([code, words]) => ({ code, words }));
    return { key, type, weight, ...this.words.columns[key], ...(codes && { codes }) };
  }

  /** A column of figures of its own name and title, explained as another one. */
  figuresAs = (like: ColumnKey, weight: number, own: Pick<Column, 'key' | 'title'> & Partial<Column>): Column => ({
    ...this.column(like, 'integer', weight),
    ...own,
  });

  /** A column, with the cell of each thing. */
  told = <T>(key: ColumnKey, type: Column['type'], weight: number, cell: (of: T) => Cell): ColumnWithCell<T> => ({
    column: this.column(key, type, weight),
    cell,
  });

  dates = <T>(key: ColumnKey, weight: number, date: (of: T) => string | null | undefined): ColumnWithCell<T> =>
    this.told(key, 'date', weight, (of) => this.date(date(of)));

  texts = <T>(key: ColumnKey, weight: number, text: (of: T) => Inline | readonly Inline[] | null): ColumnWithCell<T> =>
    this.told(key, 'text', weight, (of) => {
      const said = text(of);
      return said === null ? null : this.text(...[said].flat());
    });

  lists = <T>(key: ColumnKey, weight: number, items: (of: T) => readonly (readonly Inline[])[]): ColumnWithCell<T> =>
    this.told(key, 'list', weight, (of) => this.lines(items(of)));

  figures = <T>(key: ColumnKey, weight: number, counted: (of: T) => CountedList | null): ColumnWithCell<T> =>
    this.told(key, 'integer', weight, (of) => {
      const count = counted(of);
      return count && this.integer(count);
    });

  /** A column of codes of a closed list. */
  codes = <T>(
    key: ColumnKey,
    weight: number,
    list: keyof Words['codes'],
    code: (of: T) => string | null,
  ): ColumnWithCell<T> => ({
    column: this.column(key, 'code', weight, list),
    cell: (of) => this.code(list, code(of)),
  });

  list(items: List['items']): List {
    return { type: 'list', ordered: false, items };
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
      id: idFrom(id),
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

  /** A table with a row for each of some things; none where there are none. */
  tableOf<T>(
    id: string,
    title: Title,
    told: readonly ColumnWithCell<T>[],
    those: readonly T[],
    href: string,
    more: Pick<Table, 'totalRow' | 'remarks'> = {},
  ): Table[] {
    const columns = told.map(({ column }) => column);
    const rows = those.map((one) => told.map(({ cell }) => cell(one)));
    return rows.length > 0 ? [this.table(id, title, columns, rows, href, more)] : [];
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
    return { id: idFrom(id), number: '', title: titled(title), blocks, sections };
  }

  // ── Commitments ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Those of a filter in the order of their references, some at a time. */
  async *dossiers(filter: Filter): AsyncGenerator<Dossier[]> {
    for await (const items of this.views.progress.allCommitments(this.at, filter)) {
      const some: Dossier[] = [];
      let begun = performance.now();
      for (const item of items) {
        some.push({ item, view: await viewOf(this.views.log, item.reference, this.at) });
        if (performance.now() - begun < READ_SLICE_MS) continue;
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
