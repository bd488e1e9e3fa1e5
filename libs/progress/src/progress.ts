/** Progress per agency and theme, and lists of commitments. */
import { ApiProperty } from '@nestjs/swagger';
import { setImmediate as turn } from 'node:timers/promises';
import type { FullDate } from '#clocks';
import { ENDS, isOpen, STAGES, type End } from '#commitments';
import type { Projector } from '#eventsourcing';
import { Shown, Count, COUNT_SCHEMA, CountsBy, Page } from '#platform';
import { citationWords, type Citation, type Registers, type Theme } from '#registers';
import { compareTexts, sortKey } from '#text';
import { dateOf } from './columns.js';
import { FiguresAnswer, countAll, countBy, ZERO_ROW, Row, type KeyCount } from './count.js';
import type { Filter } from './filters.js';
import { Keys } from './keys.js';
import { lastOwnReports, OwnReport } from './own-reports.js';
import { itemOf, MAX_RANKED, type Item, type ItemList } from './items.js';
import { keyed, Look, View } from './look.js';
import { firstIn, orderOf, type Sort } from './order.js';
import { reportDays, type ViewClocks, type Selection, type PinnedClocks } from './scan.js';
import type { CrosswalkChoice } from './theme-tree.js';

/** The stages of open commitments, as the `stage` filter takes them. */
export const OPEN_STAGES = STAGES.filter(isOpen).join(',');

export class AgencyRow extends Row {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({
    ...COUNT_SCHEMA,
    required: false,
    description: 'In how many it has yet to accept the role that another agency named it for; absent: in none',
  })
  readonly asked?: number;
  @OwnReport() readonly lastOwnReportOn: FullDate | null;
}
export class ThemeRow extends Row {
  @ApiProperty() readonly theme: string;
  @ApiProperty() readonly name: string;
}

/** Rows do not add up to the total: a commitment counts once under each of its agencies and themes. */
export abstract class ProgressView<R> extends FiguresAnswer {
  @Shown('The rows do not add up to it: a commitment counts once under each agency and theme') readonly total: Row;
  @CountsBy(ENDS, 'Records that have ended by then; they are in no total')
  readonly apart: Readonly<Record<End, number>>;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  abstract readonly rows: R[];
}

export type Totals = Omit<ProgressView<never>, 'rows'>;
type ViewFilter = Pick<Filter, 'followsUp' | 'role' | 'agencies' | 'memberOf' | 'kind'>;

/** Only the filters that every view takes. */
const commonFilters = ({ followsUp, role, agencies, memberOf, kind }: ViewFilter): ViewFilter => ({
  followsUp,
  role,
  agencies,
  memberOf,
  kind,
});
const throughOf = ({ crosswalk, crosswalkVersion, match }: CrosswalkChoice): CrosswalkChoice => ({
  crosswalk,
  crosswalkVersion,
  match,
});

/** The fields whose values in use are counted. */
export type Facet = 'agency' | 'theme' | 'region' | 'country' | 'followsUp' | 'document' | 'relation';

const FACET_KEYS = {
  agency: ({ columns }: Look) => new Keys(columns, 'agencies', (all) => all.map(({ agency }) => ({ key: agency }))),
  theme: ({ columns }: Look) => new Keys(columns, 'themes', (all) => all.map(keyed)),
  region: ({ columns }: Look) => new Keys(columns, 'places', ({ regions }) => regions.map(keyed)),
  country: ({ columns }: Look) => new Keys(columns, 'places', ({ countries }) => countries.map(keyed)),
  followsUp: ({ columns }: Look) => new Keys(columns, 'followsUp', (all) => all.map(keyed)),
  document: ({ columns }: Look) => new Keys(columns, 'documents', (all) => all.map(keyed)),
  relation: ({ columns }: Look) => new Keys(columns, 'relations', (all) => all.map(({ to }) => ({ key: to }))),
} as const satisfies Record<Facet, unknown>;

/**
 * The number of entries of a list that is read whole which are made at once. So many stay in memory if the reader
 * stops, and entries that wait long are taken for old by the collector: with a hundred at a time, whole lists piled up
 * before it came to them.
 */
const ITEMS_PER_PAGE = 16;

/** The queries over the read model. */
export class Progress extends View {
  constructor(
    projector: Projector,
    patienceMs?: number,
    /** Of more than this nobody reads the best: they are not ranked. */
    private readonly mostRanked = MAX_RANKED,
  ) {
    super(projector, patienceMs);
  }

  /** The registers of the same log. */
  get registers(): Registers {
    return this.looks.registers;
  }

  async agencies(at: ViewClocks, filter: ViewFilter = {}): Promise<ProgressView<AgencyRow>> {
    using look = await this.looks.look(at);
    const scope = commonFilters(filter);
    const all = await look.find({ ...scope, life: 'any' });
    return { ...totalsOf(look, all), rows: await agencyRows(look, look.active(all), scope) };
  }

  /** One agency's progress, and per theme of its commitments; `row` is `null` for an agency that has no commitment. */
  async agency(
    code: string,
    at: ViewClocks,
    filter: ViewFilter = {},
  ): Promise<ProgressView<ThemeRow> & { row: AgencyRow | null }> {
    using look = await this.looks.look(at);
    const scope = commonFilters(filter);
    const ofAgency = { ...scope, agency: code };
    const all = await look.find({ ...scope, life: 'any' });
    const found = look.within(all, ...(await look.conditions(ofAgency)));
    const own = await agencyRows(look, found, ofAgency);
    return {
      ...totalsOf(look, all),
      row: own.find(({ agency }) => agency === code) ?? null,
      rows: await themeRows(look, found),
    };
  }

  /** Progress per theme, of one framework or of all; a theme's commitments count under its parents too. */
  async themes(
    at: ViewClocks,
    filter: Pick<Filter, 'followsUp' | 'framework'> & CrosswalkChoice = {},
  ): Promise<ProgressView<ThemeRow>> {
    using look = await this.looks.look(at);
    const all = await look.find({ followsUp: filter.followsUp, life: 'any' });
    const rows = await themeRows(look, look.active(all), throughOf(filter), filter.framework);
    return { ...totalsOf(look, all), rows };
  }

  /** One theme's progress, with all below it, and per agency who works on it. */
  async theme(
    code: string,
    at: ViewClocks,
    filter: ViewFilter & CrosswalkChoice = {},
  ): Promise<ProgressView<AgencyRow> & { row: ThemeRow | null }> {
    using look = await this.looks.look(at);
    const [scope, through] = [commonFilters(filter), throughOf(filter)];
    const all = await look.find({ ...scope, life: 'any' });
    const found = look.within(all, ...(await look.conditions({ ...scope, ...through, theme: code })));
    const own = await themeRows(look, found, through);
    return {
      ...totalsOf(look, all),
      row: own.find(({ theme }) => theme === code) ?? null,
      rows: await agencyRows(look, found, scope),
    };
  }

  /** The number of commitments of a filter, with their counts. */
  async total(at: ViewClocks, filter: Filter = {}): Promise<Row> {
    using look = await this.looks.look(at);
    return countAll(await look.find(filter)).row;
  }

  /**
   * Commitments in an order, else in that of their references; `cursor` is an answer's `nextCursor`, which keeps to the log and
   * the clocks of the first page.
   */
  async commitments(
    at: ViewClocks,
    filter: Filter = {},
    { limit = 50, cursor, sort: wanted = 'reference' }: { limit?: number; cursor?: string; sort?: Sort } = {},
  ): Promise<ItemList> {
    const page = new Page(at, { ...filter, sort: wanted }, cursor);
    using look = await this.looks.look(page.at);
    const found = await look.find(filter);
    const total = page.total(found.size);
    const sort = this.#sortOf(wanted, total);
    const rows = await this.#ordered(look, found, sort, filter.q, page.after, limit + 1);
    const items = await itemsOf(look, found, rows.slice(0, limit));
    return {
      asOf: page.at.asOf,
      position: look.at.knownAt,
      total,
      sort,
      items,
      nextCursor: rows.length > limit ? page.next(items.at(-1)!.reference, total, look.at.knownAt) : null,
    };
  }

  /** The same list whole, or from a cursor on, some at a time. */
  async *allCommitments(
    at: PinnedClocks,
    filter: Filter = {},
    { cursor, sort: wanted = 'reference' }: { cursor?: string; sort?: Sort } = {},
  ): AsyncGenerator<Item[]> {
    const page = new Page(at, { ...filter, sort: wanted }, cursor);
    using look = await this.looks.look(at);
    const found = await look.find(filter);
    const sort = this.#sortOf(wanted, page.total(found.size));
    const rows = await this.#ordered(look, found, sort, filter.q, page.after);
    for (let i = 0; i < rows.length; i += ITEMS_PER_PAGE) {
      yield await itemsOf(look, found, rows.slice(i, i + ITEMS_PER_PAGE));
      await turn();
    }
  }

  #sortOf(wanted: Sort, total: number): Sort {
    return wanted === 'relevance' && total > this.mostRanked ? 'reference' : wanted;
  }

  /** Rows in an order, after the one of a reference: where that stands is looked up, as its words may be blanked by now. */
  async #ordered(
    look: Look,
    found: Selection,
    sort: Sort,
    q: string | undefined,
    reference: string | undefined,
    limit?: number,
  ): Promise<number[]> {
    const scores = sort === 'relevance' ? look.search(q ?? '')?.scores : undefined;
    const order = orderOf(look.columns, sort, scores);
    if (reference === undefined) return firstIn(found.rows, order, null, limit);
    const [row] = (await look.find({ reference, life: 'any' })).rows;
    const after = row === undefined ? { key: null, referenceKey: sortKey(reference), reference } : order.placeOf(row);
    return firstIn(found.rows, order, after, limit);
  }

  /** The values that commitments have in a field as at a date, each with their number. */
  async valuesInUse(facet: Facet, at: ViewClocks): Promise<Map<string, number>> {
    using look = await this.looks.look(at);
    const counted = countBy(await look.find(), FACET_KEYS[facet](look));
    return new Map(byFirstKey(counted).map(({ keys, total }) => [keys[0]!, total]));
  }

  /** The dates up to `asOf` on which something was reported, in order. */
  async reportDates(at: ViewClocks): Promise<FullDate[]> {
    const { columns, at: pinned } = await this.looks.look(at);
    return reportDays(columns, pinned).map(dateOf);
  }

  /** The position of the log that can be shown. @throws Rejected `not_yet` */
  async position(): Promise<string> {
    return this.looks.position();
  }

  /** @see View.pin */
  async pin(at: ViewClocks): Promise<PinnedClocks> {
    return this.looks.pin(at);
  }
}

/** Items of rows, in their order. */
export async function itemsOf(look: Look, found: Selection, rows: readonly number[]): Promise<Item[]> {
  const { columns, registers, at } = look;
  const documents = new Map((await registers.all('document', at.knownAt)).map((one) => [one.id, one]));
  const cited = ({ document, ...place }: Citation) =>
    citationWords(documents.get(document) ?? { title: document }, place);
  return rows.map((row) => itemOf(columns, row, found.statusOf(row), { ...at, cited }));
}

/** The total, the ended records apart from it, and how many of it were corrected later. */
export function totalsOf(look: Look, all: Selection): Totals {
  const lives = new Map(countBy(all, look.lives()).map((one) => [one.keys[0], one]));
  const active = lives.get('active');
  return {
    asOf: look.at.asOf,
    position: look.at.knownAt,
    total: active?.row ?? ZERO_ROW,
    apart: Object.fromEntries(ENDS.map((life) => [life, lives.get(life)?.total ?? 0])) as Record<End, number>,
    correctedLater: active?.correctedLater ?? 0,
  };
}

/** By their first key, in the order of its code. */
export const byFirstKey = (counted: readonly KeyCount[]): KeyCount[] =>
  counted.toSorted(({ keys: [a] }, { keys: [b] }) => compareTexts(a!, b!));

async function agencyRows(look: Look, found: Selection, filter: Filter): Promise<AgencyRow[]> {
  const names = await look.hierarchy.agencyNames(filter.agencies);
  const own = await lastOwnReports(look, found, filter);
  return byFirstKey(countBy(found, await look.agencies(filter))).map(({ keys: [agency], row, asked }) => ({
    agency: agency!,
    name: names.get(agency!) ?? agency!,
    ...row,
    ...(asked > 0 && { asked }),
    lastOwnReportOn: own.get(agency!) ?? null,
  }));
}

/** Under the themes that the registers have. */
async function themeRows(
  look: Look,
  found: Selection,
  through: CrosswalkChoice = {},
  framework?: string,
): Promise<ThemeRow[]> {
  const tree = await look.hierarchy.themes(through);
  const themes = new Map<string, Theme>(tree.themes.map((theme) => [theme.code, theme]));
  return byFirstKey(countBy(found, await look.themes(through)))
    .filter(({ keys: [theme] }) => themes.has(theme!) && (!framework || themes.get(theme!)!.framework === framework))
    .map(({ keys: [theme], row }) => ({ theme: theme!, name: themes.get(theme!)!.label, ...row }));
}
