import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags, OmitType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { LIVES, OUTLOOKS, RELATION_TYPES, ROLES, STAGES, VERIFICATIONS, type Role } from '#commitments';
import { Rejected, type Log } from '#eventsourcing';
import { clocksOf, LOG, ProgressClockQuery, sendCsv } from '#platform';
import { Registers } from '#registers';
import { AgencyRow, ItemList, Progress, ProgressView, ThemeRow, type At, type Filter } from './progress.projection.js';

const Asked =
  (description: string, example?: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ required: false, type: String, description, example })(target, property);
    IsOptional()(target, property);
    IsString()(target, property);
    MaxLength(300)(target, property);
  };

const Flag =
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
  @ApiProperty({ required: false, enum: ['json', 'csv'], default: 'json' })
  @IsOptional()
  @IsIn(['json', 'csv'])
  format?: 'json' | 'csv';
}

export class ThemesQuery extends OmitType(ProgressQuery, ['role']) {
  @Asked('Only the themes of this framework', 'HLD06') framework?: string;
  @ApiProperty({ required: false, enum: ['any', ...ROLES], description: 'Without effect on themes' })
  @IsOptional()
  @IsIn(['any', ...ROLES])
  role?: Role | 'any';
}

export class CommitmentsQuery extends ProgressQuery {
  @Asked('References, separated by commas', 'IOM-2006-24') reference?: string;
  @Asked('An agency, in the role given', 'IOM') agency?: string;
  @Asked('A theme, or any below it', 'HLD06-04') theme?: string;
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
  @Flag('Only those that are, or are not, overdue') overdue?: boolean;
  @Flag('Only those that are, or are not, stale') stale?: boolean;
  @Asked('Words, or beginnings of words, of reference, title, summary or condition', 'remittances') q?: string;
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 1000, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
  @Asked('`nextCursor` of the answer before') cursor?: string;
}

class PerAgency extends ProgressView<AgencyRow> {
  @ApiProperty({ type: [AgencyRow] }) readonly rows: AgencyRow[];
}

class PerTheme extends ProgressView<ThemeRow> {
  @ApiProperty({ type: [ThemeRow] }) readonly rows: ThemeRow[];
}

class OfAgency extends PerTheme {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ type: () => AgencyRow, nullable: true, description: 'null: it has no commitment' })
  readonly row: AgencyRow | null;
}

class OfTheme extends PerAgency {
  @ApiProperty() readonly theme: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ type: () => ThemeRow, nullable: true, description: 'null: it has no commitment' })
  readonly row: ThemeRow | null;
}

@ApiTags('Progress')
@Controller('v1')
export class ProgressController {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get('commitments')
  @ApiTags('Commitments')
  @ApiOperation({ summary: 'Commitments as at a date, filtered, ordered by reference', operationId: 'listCommitments' })
  @ApiOkResponse({ type: ItemList })
  async commitments(
    @Query() { limit, cursor, format, ...query }: CommitmentsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const at = await this.at(query);
    if (format !== 'csv') return this.progress.commitments(at, query, { limit, cursor });
    const items = [];
    for (let next: string | null | undefined = cursor; next !== null;) {
      const page = await this.progress.commitments(at, query, { limit: limit ?? 1000, cursor: next });
      items.push(...page.items);
      next = limit === undefined ? page.nextCursor : null;
    }
    return sendCsv(
      reply,
      'commitments',
      items.map(({ agencies, themes, followsUp, into, spread, verification, lastUpkeep, ...item }) => ({
        ...item,
        lastUpkeep: lastUpkeep ? `${lastUpkeep.period}: ${lastUpkeep.keptUp ? '' : 'not '}kept up` : '',
        into: into.join('; '),
        spread: Object.entries(spread)
          .map(([stage, parts]) => `${parts} ${stage}`)
          .join('; '),
        verification: verification?.verification ?? 'unreviewed',
        verificationReason: verification?.reason ?? '',
        replies: (verification?.replies ?? []).map(({ agency, text }) => `${agency}: ${text}`).join('; '),
        agencies: agencies.map(({ agency, role, asked }) => `${agency} (${role}${asked ? ', asked' : ''})`).join('; '),
        themes: themes.join('; '),
        followsUp: followsUp.join('; '),
      })),
    );
  }

  @Get('progress/agencies')
  @ApiOperation({ summary: 'Progress per agency', operationId: 'progressPerAgency' })
  @ApiOkResponse({ type: PerAgency })
  async agencies(@Query() query: ProgressQuery, @Res({ passthrough: true }) reply: FastifyReply) {
    const view = await this.progress.agencies(await this.at(query), query);
    return query.format === 'csv' ? sendCsv(reply, 'progress-agencies', view.rows) : view;
  }

  @Get('progress/agencies/:code')
  @ApiOperation({ summary: 'Progress of one agency, and per theme', operationId: 'progressOfAgency' })
  @ApiOkResponse({ type: OfAgency })
  async agency(
    @Param('code') code: string,
    @Query() query: ProgressQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const at = await this.at(query);
    const agency = await this.registers.one('agency', code, at.knownAt, at.asOf);
    if (!agency) throw new Rejected('not_found', `There is no agency ${code}.`);
    const view = await this.progress.agency(code, at, query);
    return query.format === 'csv'
      ? sendCsv(reply, `progress-${code}`, view.rows)
      : { agency: code, name: agency.name, ...view };
  }

  @Get('progress/themes')
  @ApiOperation({ summary: 'Progress per theme', operationId: 'progressPerTheme' })
  @ApiOkResponse({ type: PerTheme })
  @ApiNotFoundResponse({ description: 'There is no such framework' })
  async themes(@Query() query: ThemesQuery, @Res({ passthrough: true }) reply: FastifyReply) {
    const at = await this.at(query);
    if (query.framework && !(await this.registers.one('framework', query.framework, at.knownAt)))
      throw new Rejected('not_found', `There is no framework ${query.framework}.`);
    const view = await this.progress.themes(at, query);
    return query.format === 'csv' ? sendCsv(reply, 'progress-themes', view.rows) : view;
  }

  @Get('progress/themes/:code')
  @ApiOperation({ summary: 'Progress of one theme with all below it, and per agency', operationId: 'progressOfTheme' })
  @ApiOkResponse({ type: OfTheme })
  async theme(
    @Param('code') code: string,
    @Query() query: ProgressQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const at = await this.at(query);
    const theme = await this.registers.one('theme', code, at.knownAt);
    if (!theme) throw new Rejected('not_found', `There is no theme ${code}.`);
    const view = await this.progress.theme(code, at, query);
    return query.format === 'csv'
      ? sendCsv(reply, `progress-${code}`, view.rows)
      : { theme: code, name: theme.label, ...view };
  }

  private async at(query: ProgressClockQuery): Promise<At> {
    return { ...(await clocksOf(query, this.log.store)), staleAfter: query.staleAfter };
  }
}

export type { Filter };
