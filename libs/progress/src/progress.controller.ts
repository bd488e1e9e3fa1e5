/** The routes of lists of commitments and of progress per agency and theme. */
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { refused } from '#eventsourcing';
import {
  Answers,
  OrNull,
  AtClocks,
  FieldsOf,
  CursorField,
  InRows,
  PageSize,
  PUBLIC_URL,
  WantedFormat,
  type Format,
  QueryChoice,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { Registers } from '#registers';
import { deliverableCell, evidenceCell, milestoneCell, relationCell } from '#text';
import { path } from '#words';
import { Crosswalks, ThroughCrosswalk, type Listed } from './crosswalk.js';
import { AgenciesQuery, FilterQuery, ThemesQuery, ThroughQuery, type Filter } from './filters.js';
import { AddressedItem, ItemList, type Item } from './items.js';
import { SORTS, type Sort } from './order.js';
import { AgencyRow, Progress, ProgressView, ThemeRow } from './progress.js';

export class CommitmentsQuery extends FilterQuery {
  @QueryChoice(SORTS, {
    description: 'Default: relevance with q, else reference. -: the last first; those without it are at the end',
  })
  sort?: Sort;
  @FieldsOf(AddressedItem) fields?: string[];
  @PageSize(50, 1000, `As ${WRITTEN_FORMAT_WORDS} without it: all`) limit?: number;
  @CursorField() cursor?: string;
}

/**
 * The query of a list of commitments: filter, order and limit.
 * @throws Rejected `invalid`
 */
export function listQueryOf(query: Omit<CommitmentsQuery, 'at'>) {
  const { asOf: _, knownAt: _k, staleAfter: _s, format: _f, fields: _i, limit, cursor, sort: asked, ...filter } = query;
  const isSearch = filter.q !== undefined;
  if (asked === 'relevance' && !isSearch) {
    const message = 'sort by relevance needs words to search for: q';
    throw refused('invalid', '/sort', message);
  }
  const sort: Sort = asked ?? (isSearch ? 'relevance' : 'reference');
  return { filter: filter as Filter, page: { limit, cursor, sort } };
}

class PerAgency extends ProgressView<AgencyRow> {
  @ApiProperty({ type: [AgencyRow] }) readonly rows: AgencyRow[];
}

class PerTheme extends ProgressView<ThemeRow> {
  @ApiProperty({ type: [ThemeRow] }) readonly rows: ThemeRow[];
}

const AsRead = () =>
  ApiProperty({ type: () => ThroughCrosswalk, required: false, description: 'Where it is asked for' });

class AllThemes extends PerTheme {
  @AsRead() readonly crosswalk?: ThroughCrosswalk;
}

class OfAgency extends PerTheme {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly name: string;
  @OrNull(() => AgencyRow, 'null: it has no commitment') readonly row: AgencyRow | null;
}

class OfTheme extends PerAgency {
  @AsRead() readonly crosswalk?: ThroughCrosswalk;
  @ApiProperty() readonly theme: string;
  @ApiProperty() readonly name: string;
  @OrNull(() => ThemeRow, 'null: it has no commitment') readonly row: ThemeRow | null;
}

/** The cells of a table for nested fields. */
const NESTED_CELLS: { readonly [F in keyof Item]?: (value: Item[F]) => object } = {
  lastUpkeep: (last) => ({ lastUpkeep: last ? `${last.period}: ${last.keptUp ? '' : 'not '}kept up` : '' }),
  onBehalf: (onBehalf) => ({ onBehalf: onBehalf ? `${onBehalf.agency}: ${onBehalf.authority}` : '' }),
  relations: (all) => ({ relations: all.map(relationCell) }),
  milestones: (all) => ({ milestones: all.filter(({ dropped }) => dropped === null).map(milestoneCell) }),
  deliverables: (all) => ({ deliverables: all.map(deliverableCell) }),
  evidence: (all) => ({ evidence: all.map(evidenceCell) }),
  spread: (spread) => ({
    spread: Object.entries(spread)
      .map(([stage, parts]) => `${parts} ${stage}`)
      .join('; '),
  }),
  verification: (reading) => ({
    verification: reading?.verification ?? 'unreviewed',
    verificationReason: reading?.reason ?? '',
    replies: (reading?.replies ?? []).map(({ agency, text }) => `${agency}: ${text}`).join('; '),
  }),
  agencies: (all) => ({
    agencies: all.map(({ agency, role, asked }) => `${agency} (${role}${asked ? ', asked' : ''})`).join('; '),
  }),
};

/** The columns of nested fields that have other ones than theirs. */
export const COMMITMENT_COLUMNS: { readonly [F in keyof Item]?: readonly string[] } = {
  verification: ['verification', 'verificationReason', 'replies'],
  onBehalf: ['onBehalf'],
  spread: ['spread'],
  lastUpkeep: ['lastUpkeep'],
};

export const commitmentInRow = (item: Partial<Item>): object =>
  Object.fromEntries(
    Object.entries(item).flatMap(([field, value]) =>
      Object.entries(NESTED_CELLS[field as keyof Item]?.(value as never) ?? { [field]: value as unknown }),
    ),
  );

/** With the addresses of its lists. */
function addressed({ carrying, reached, noEquivalent, ownThemes, ...through }: ThroughCrosswalk): ThroughCrosswalk {
  const to = (row: Listed): Listed => ({ ...row, list: `/v1/commitments?${row.list}` });
  const all = { carrying: to(carrying), reached: to(reached) };
  return { ...through, ...all, noEquivalent: to(noEquivalent), ownThemes: to(ownThemes) };
}

@ApiTags('Progress')
@Controller('v1')
export class ProgressController {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly crosswalks: Crosswalks,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get('commitments')
  @ApiTags('Commitments')
  @InRows<AddressedItem>(commitmentInRow, COMMITMENT_COLUMNS)
  @Answers(
    ItemList,
    'Commitments as at a date, filtered and ordered',
    'In pages of `limit`; the pages that `nextCursor` leads to show what was known when the first one was read. ' +
      `As ${WRITTEN_FORMAT_WORDS} without \`limit\`: all of them.`,
  )
  async listCommitments(@AtClocks() { at, ...query }: CommitmentsQuery, @WantedFormat() format: Format) {
    const { filter, page } = listQueryOf(query);
    if (format === 'json' || page.limit !== undefined) {
      const list = await this.progress.commitments(at, filter, page);
      return { ...list, items: this.addressed(list.items, list.asOf) };
    }
    const pinned = await this.progress.pin(at);
    const pages = this.progress.allCommitments(pinned, filter, page);
    return { asOf: pinned.asOf, position: pinned.knownAt, items: this.addressedPages(pages, pinned.asOf) };
  }

  @Get('progress/agencies')
  @Answers(
    PerAgency,
    'Progress per agency',
    'A row for every agency that has a commitment, and the total. A commitment counts once in the total and once under each of its agencies: rows do not add up to it.',
  )
  async progressPerAgency(@AtClocks() { at, ...query }: AgenciesQuery) {
    return this.progress.agencies(at, query);
  }

  @Get('progress/agencies/:code')
  @Answers(
    OfAgency,
    'Progress of one agency, and per theme',
    'The row of the agency, and of its commitments a row per theme. No roll-up from an agency to its parent.',
  )
  async progressOfAgency(@Param('code') code: string, @AtClocks() { at, ...query }: AgenciesQuery) {
    const agency = await this.registers.needed('agency', code, at.knownAt, { asOf: at.asOf });
    return { agency: code, name: agency.name, ...(await this.progress.agency(code, at, query)) };
  }

  @Get('progress/themes')
  @Answers(
    AllThemes,
    'Progress per theme',
    'A row for every theme that has a commitment, and the total; a theme counts what is below it. With `crosswalk`: read through it from another framework.',
  )
  @ApiNotFoundResponse({ description: 'There is no such framework or crosswalk' })
  async progressPerTheme(@AtClocks() { at: clocks, ...query }: ThemesQuery, @WantedFormat() format: Format) {
    const at = await this.progress.pin(clocks);
    if (query.framework && !(await this.registers.one('framework', query.framework, at.knownAt)))
      throw await this.registers.missing('framework', query.framework, at.knownAt, 'framework');
    const crosswalk = await this.crosswalks.through(at, query, query.framework);
    const view = await this.progress.themes(at, { ...query, framework: query.framework ?? crosswalk?.to });
    if (!crosswalk || format === 'json') return { ...view, ...(crosswalk && { crosswalk: addressed(crosswalk) }) };
    const { list: _list, ...none } = crosswalk.noEquivalent;
    return { ...view, rows: [...view.rows, { theme: '', name: `No equivalent by ${crosswalk.code}`, ...none }] };
  }

  @Get('progress/themes/:code')
  @Answers(
    OfTheme,
    'Progress of one theme with all below it, and per agency',
    'The row of the theme with all below it, and a row per agency. With `crosswalk`: also what is reached through it.',
  )
  async progressOfTheme(@Param('code') code: string, @AtClocks() { at: clocks, ...query }: ThroughQuery) {
    const at = await this.progress.pin(clocks);
    const theme = await this.registers.needed('theme', code, at.knownAt);
    const crosswalk = await this.crosswalks.through(at, query, theme.framework);
    const view = await this.progress.theme(code, at, query);
    return { theme: code, name: theme.label, ...view, ...(crosswalk && { crosswalk: addressed(crosswalk) }) };
  }

  /** With the whole address of the page of each. */
  private addressed(items: readonly Item[], asOf: string): AddressedItem[] {
    const page = ({ reference }: Item) => `${this.publicUrl}${path('commitments', reference)}?asOf=${asOf}`;
    return items.map((item) => ({ ...item, page: page(item) }));
  }

  private async *addressedPages(pages: AsyncIterable<readonly Item[]>, asOf: string) {
    for await (const items of pages) yield this.addressed(items, asOf);
  }
}
