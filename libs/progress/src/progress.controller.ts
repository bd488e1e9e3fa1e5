import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { LIVES, OUTLOOKS, RELATION_TYPES, ROLES, STAGES, VERIFICATIONS, type Role } from '#commitments';
import { Rejected, type Log } from '#eventsourcing';
import {
  clocksOf,
  FieldsOf,
  GoesOn,
  goingOn,
  InFormat,
  InRows,
  LOG,
  OnDate,
  PageSize,
  ProgressClockQuery,
  WantedFormat,
  type Format,
} from '#platform';
import { MATCHES, Registers, WITHIN } from '#registers';
import { Crosswalks, ThroughCrosswalk } from './crosswalk.js';
import { SORTS, type Sort } from './order.js';
import {
  AgencyRow,
  Item,
  ItemList,
  Progress,
  ProgressView,
  ThemeRow,
  type At,
  type Filter,
} from './progress.projection.js';

/** A text that a query may ask for. */
export const Asked =
  (description: string, example?: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ required: false, type: String, description, example })(target, property);
    IsOptional()(target, property);
    IsString()(target, property);
    MaxLength(300)(target, property);
  };

/** A yes or no that a query may ask for. */
export const Flag =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ required: false, type: Boolean, description })(target, property);
    IsOptional()(target, property);
    Transform(({ value }) => ({ true: true, false: false })[String(value)] ?? (value as unknown))(target, property);
    IsBoolean()(target, property);
  };

export class ProgressQuery extends ProgressClockQuery {
  @Asked('Only what follows up a forum (with its round tables and outcomes) or an outcome', 'HLD-2006')
  followsUp?: string;
  @ApiProperty({
    required: false,
    enum: ['any', ...ROLES],
    default: 'any',
    description: 'Shapes agency rows only. any: lead, co_lead or partner',
  })
  @IsOptional()
  @IsIn(['any', ...ROLES])
  role?: Role | 'any';
  @ApiProperty({
    required: false,
    enum: ['then', 'today'],
    default: 'then',
    description:
      'Agencies as they were then, or as what they have become by today: successors stand for all before them',
  })
  @IsOptional()
  @IsIn(['then', 'today'])
  agencies?: 'then' | 'today';
  @InFormat() format?: Format;
}

const MEMBER_OF = 'No other agencies count than those that were members of this body on the date';

/** What takes agencies as rows, too. */
export class AgenciesQuery extends ProgressQuery {
  @Asked(MEMBER_OF, 'GMG') memberOf?: string;
}

const MATCH = `one or more of ${MATCHES.join(', ')}, separated by commas; without it ${WITHIN.join(',')}`;

/** Reads a crosswalk. */
export class ThroughQuery extends ProgressQuery {
  @Asked('Also what reaches the themes through the links of a crosswalk to their framework', 'HLD06-HLD13')
  crosswalk?: string;
  @Asked('Which version of it; without it the one as at the date', '1') crosswalkVersion?: string;
  @Asked(`Only links of these types: ${MATCH}`, 'exact,close,broad')
  @Matches(new RegExp(`^(${MATCHES.join('|')})(,(${MATCHES.join('|')}))*$`), { message: `match takes ${MATCH}` })
  match?: string;
}

export class ThemesQuery extends OmitType(ThroughQuery, ['role']) {
  @Asked('Only the themes of this framework; with a crosswalk those of the one that it leads to', 'HLD06')
  framework?: string;
  @ApiProperty({ required: false, enum: ['any', ...ROLES], description: 'Without effect on themes' })
  @IsOptional()
  @IsIn(['any', ...ROLES])
  role?: Role | 'any';
}

/** Everything that lists can be narrowed by. */
export class FilterQuery extends ThroughQuery {
  @Asked('References, separated by commas', 'IOM-2006-24') reference?: string;
  @Asked('An agency, in the role given', 'IOM') agency?: string;
  @Asked('Another agency that stands in it, too, as lead, co-lead or partner', 'ILO') with?: string;
  @Asked(MEMBER_OF, 'GMG') memberOf?: string;
  @Flag('Only those that several agencies share as lead, co-lead or partner, or those of one alone') joint?: boolean;
  @Asked('A theme, or any below it, or with a crosswalk any linked to one of these', 'HLD06-04') theme?: string;
  @Asked('Any theme of a framework', 'HLD06') framework?: string;
  @Asked('A crosswalk: with a theme from which a link leads', 'HLD06-HLD13') reached?: string;
  @Asked('A crosswalk: with a theme of the framework that it leads from, and none with a link', 'HLD06-HLD13')
  noEquivalent?: string;
  @Asked(`One or more of ${STAGES.join(', ')}, separated by commas`, 'in_progress') stage?: string;
  @Asked('Kinds, separated by commas', 'research') kind?: string;
  @Asked('Natures, separated by commas', 'one_off') nature?: string;
  @Asked('Strengths, separated by commas', 'undertaken') strength?: string;
  @Asked('ISO 3166-1 alpha-3', 'SLV') country?: string;
  @Asked('A region', 'africa') region?: string;
  @Asked('A document that is cited', 'D-2007-WP204') document?: string;
  @Asked(`One or more of ${LIVES.join(', ')}, separated by commas, or any; without it active`, 'merged,split')
  life?: string;
  @Asked(`One or more of ${OUTLOOKS.join(', ')}, separated by commas`, 'at_risk') outlook?: string;
  @Asked(`One or more of ${VERIFICATIONS.join(', ')}, separated by commas`, 'contested') verification?: string;
  @Asked('The commitment or forum that a relation leads to', 'IOM-2011-10') relatedTo?: string;
  @Asked(`With relatedTo: only a relation of this type: ${RELATION_TYPES.join(', ')}`, 'part_of') relation?: string;
  @Flag('Only those that have, or have not, a target') withTarget?: boolean;
  @OnDate({ optional: true, description: 'Only those whose target ends on this day or later', example: '2011-01-01' })
  dueFrom?: string;
  @OnDate({ optional: true, description: 'Only those whose target ends by this day', example: '2011-12-31' })
  dueBy?: string;
  @Flag('Only those that are, or are not, overdue') overdue?: boolean;
  @Flag('Only those that are, or are not, stale') stale?: boolean;
  @Asked(
    'Words, or beginnings of words, of reference, title, summary or condition; in quotation marks, words as they are',
    'remittances',
  )
  q?: string;
}

export class CommitmentsQuery extends FilterQuery {
  @ApiProperty({
    required: false,
    enum: SORTS,
    description:
      'Default: relevance of what q finds, else reference. -: the last first; those without it are at the end',
  })
  @IsOptional()
  @IsIn(SORTS)
  sort?: Sort;
  @FieldsOf(Item) fields?: string[];
  @PageSize(50, 1000, 'As CSV or NDJSON without it: all') limit?: number;
  @GoesOn() cursor?: string;
}

/**
 * What a query for a list of commitments asks for: which, in which order, and how many.
 * @throws Rejected `invalid`
 */
export function listOf(query: CommitmentsQuery) {
  const { asOf: _, knownAt: _k, staleAfter: _s, format: _f, fields: _i, limit, cursor, sort: asked, ...filter } = query;
  const isSearch = Boolean(filter.q?.trim());
  if (asked === 'relevance' && !isSearch) {
    const message = 'sort by relevance needs words to search for: q';
    throw new Rejected('invalid', message, [{ pointer: '/sort', message }]);
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
  @ApiProperty({ type: () => AgencyRow, nullable: true, description: 'null: it has no commitment' })
  readonly row: AgencyRow | null;
}

class OfTheme extends PerAgency {
  @AsRead() readonly crosswalk?: ThroughCrosswalk;
  @ApiProperty() readonly theme: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ type: () => ThemeRow, nullable: true, description: 'null: it has no commitment' })
  readonly row: ThemeRow | null;
}

/** What stands in a table for what is nested. */
const CELLS: { readonly [F in keyof Item]?: (value: Item[F]) => object } = {
  lastUpkeep: (last) => ({ lastUpkeep: last ? `${last.period}: ${last.keptUp ? '' : 'not '}kept up` : '' }),
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

/** A commitment as a row of a table. */
const inRow = (item: Partial<Item>): object =>
  Object.fromEntries(
    Object.entries(item).flatMap(([field, value]) =>
      Object.entries(CELLS[field as keyof Item]?.(value as never) ?? { [field]: value as unknown }),
    ),
  );

@ApiTags('Progress')
@Controller('v1')
export class ProgressController {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly crosswalks: Crosswalks,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get('commitments')
  @ApiTags('Commitments')
  @InRows(inRow)
  @ApiOperation({
    summary: 'Commitments as at a date, filtered and ordered',
    description:
      'In pages of `limit`; the pages that `nextCursor` leads to show what was known when the first one was read. As CSV or ' +
      'NDJSON without `limit`: all of them.',
    operationId: 'listCommitments',
  })
  @ApiOkResponse({ type: ItemList })
  async commitments(@Query() query: CommitmentsQuery, @WantedFormat() format: Format) {
    const at = await this.at(goingOn(query));
    const { filter, page } = listOf(query);
    if (format === 'json' || page.limit !== undefined) return this.progress.commitments(at, filter, page);
    const pinned = await this.progress.pin(at);
    const items = this.progress.allCommitments(pinned, filter, page);
    return { asOf: pinned.asOf, position: pinned.knownAt, items };
  }

  @Get('progress/agencies')
  @ApiOperation({ summary: 'Progress per agency', operationId: 'progressPerAgency' })
  @ApiOkResponse({ type: PerAgency })
  async agencies(@Query() query: AgenciesQuery) {
    return this.progress.agencies(await this.at(query), query);
  }

  @Get('progress/agencies/:code')
  @ApiOperation({ summary: 'Progress of one agency, and per theme', operationId: 'progressOfAgency' })
  @ApiOkResponse({ type: OfAgency })
  async agency(@Param('code') code: string, @Query() query: AgenciesQuery) {
    const at = await this.at(query);
    const agency = await this.registers.one('agency', code, at.knownAt, at.asOf);
    if (!agency) throw new Rejected('not_found', `There is no agency ${code}.`);
    return { agency: code, name: agency.name, ...(await this.progress.agency(code, at, query)) };
  }

  @Get('progress/themes')
  @ApiOperation({ summary: 'Progress per theme', operationId: 'progressPerTheme' })
  @ApiOkResponse({ type: AllThemes })
  @ApiNotFoundResponse({ description: 'There is no such framework or crosswalk' })
  async themes(@Query() query: ThemesQuery, @WantedFormat() format: Format) {
    const at = await this.progress.pin(await this.at(query));
    if (query.framework && !(await this.registers.one('framework', query.framework, at.knownAt)))
      throw new Rejected('not_found', `There is no framework ${query.framework}.`);
    const crosswalk = await this.crosswalks.through(at, query, query.framework);
    const view = await this.progress.themes(at, { ...query, framework: query.framework ?? crosswalk?.to });
    if (!crosswalk || format === 'json') return { ...view, ...(crosswalk && { crosswalk }) };
    const { list: _list, ...none } = crosswalk.noEquivalent;
    return { ...view, rows: [...view.rows, { theme: '', name: `No equivalent by ${crosswalk.code}`, ...none }] };
  }

  @Get('progress/themes/:code')
  @ApiOperation({ summary: 'Progress of one theme with all below it, and per agency', operationId: 'progressOfTheme' })
  @ApiOkResponse({ type: OfTheme })
  async theme(@Param('code') code: string, @Query() query: ThroughQuery) {
    const at = await this.progress.pin(await this.at(query));
    const theme = await this.registers.one('theme', code, at.knownAt);
    if (!theme) throw new Rejected('not_found', `There is no theme ${code}.`);
    const crosswalk = await this.crosswalks.through(at, query, theme.framework);
    const view = await this.progress.theme(code, at, query);
    return { theme: code, name: theme.label, ...view, ...(crosswalk && { crosswalk }) };
  }

  private async at(query: ProgressClockQuery): Promise<At> {
    return { ...(await clocksOf(query, this.log.store)), staleAfter: query.staleAfter };
  }
}

export type { Filter };
