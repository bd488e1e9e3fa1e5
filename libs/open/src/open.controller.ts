/** The routes of open formats: linked data of frameworks and crosswalks, SDMX of the figures, and the catalogue of all. */
import { applyDecorators, Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, ValidateBy } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFullDate, todayAt } from '#clocks';
import { Rejected } from '#eventsourcing';
import { AtClocks, ClockQuery, listText, QueryChoice, QueryText, vary, Reply } from '#platform';
import { csvPart } from '#tables';
import { Progress, type Item } from '#progress';
import { LATEST_DATE, Registers, versionOf } from '#registers';
import { ACTIVITY_COLUMNS, activityLinks, activityRows } from './activities.js';
import { OpenData } from './open-data.js';
import { GRAPH_FORMAT_NAMES, GRAPH_FORMATS, type GraphFormat, type GraphThing } from './graph.js';
import { mappingOf, schemeOf } from './skos.js';
import { BREAKDOWNS, sdmxCsv, sdmxStructure, type Breakdown } from './sdmx.js';

class GraphQuery extends ClockQuery {
  @QueryChoice(GRAPH_FORMAT_NAMES, { default: 'turtle', description: 'Or by Accept: text/turtle, application/ld+json' })
  format?: GraphFormat;
}

const ACTIVITY_FORMATS = [...GRAPH_FORMAT_NAMES, 'csv'] as const;

class ActivitiesQuery extends ClockQuery {
  @QueryChoice(ACTIVITY_FORMATS, {
    default: 'turtle',
    description: 'Or by Accept: text/turtle, application/ld+json, text/csv',
  })
  format?: (typeof ACTIVITY_FORMATS)[number];
}

class MappingQuery extends GraphQuery {
  @QueryText('Which version; without it the one as at the date', { max: 60 }) version?: string;
}

class DatesQuery {
  @ApiProperty({
    required: false,
    type: 'array',
    items: { type: 'string', format: 'date' },
    description: 'As at which dates, separated by commas, 60 at most; without it as at today',
  })
  @IsOptional()
  @Transform(({ value }) => listText(value).split(','))
  @ArrayMaxSize(60)
  @ValidateBy(
    {
      name: 'areDates',
      validator: {
        validate: isFullDate,
        defaultMessage: () => 'dates takes real dates, YYYY-MM-DD, separated by commas',
      },
    },
    { each: true },
  )
  dates?: string[];
  @QueryText('A position of the log, or an instant (RFC 3339)') knownAt?: string;
}

const Files = (...types: string[]) =>
  ApiOkResponse({
    description: 'The file',
    content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
  });
const GRAPH_TYPES = GRAPH_FORMAT_NAMES.map((name) => GRAPH_FORMATS[name].mediaType);
const Graph = () => Files(...GRAPH_TYPES);
const CSV_TYPE = 'text/csv';

const SDMX_CSV_TYPE = 'application/vnd.sdmx.data+csv';
const SDMX_STRUCTURE_TYPE = 'application/vnd.sdmx.structure+json';

const BreakdownParameter = () =>
  applyDecorators(
    ApiParam({ name: 'by', enum: Object.keys(BREAKDOWNS), description: 'The breakdown' }),
    ApiNotFoundResponse({ description: 'There is no such breakdown' }),
  );

@ApiTags('Open formats')
@Controller('v1/open')
export class OpenController {
  constructor(
    private readonly registers: Registers,
    private readonly progress: Progress,
    private readonly open: OpenData,
  ) {}

  @Get('catalogue')
  @ApiOperation({
    summary: 'The catalogue of all that can be taken, as DCAT',
    description: 'Every dataset with its addresses by media type, its publisher, its licence where one is stated.',
  })
  @Graph()
  async getCatalogue(@AtClocks() query: GraphQuery, @Req() request: FastifyRequest, @Reply() reply: FastifyReply) {
    return sends(request, reply, 'catalogue', await this.open.catalogue(query.at));
  }

  @Get('frameworks')
  @ApiOperation({
    summary: 'All frameworks with their themes and crosswalks, as SKOS',
    description:
      'A concept scheme for every framework, a concept for every theme, and the mappings of the crosswalks as at the date.',
  })
  @Graph()
  async getFrameworksAsSkos(
    @AtClocks() { at }: GraphQuery,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    const position = await this.registers.pinned(at.knownAt);
    const [frameworks, themes, crosswalks] = await Promise.all([
      this.registers.all('framework', position),
      this.registers.all('theme', position),
      this.registers.all('crosswalk', position, at.asOf),
    ]);
    const schemes = frameworks.flatMap((framework) => schemeOf(framework, themes, this.open.addressOf));
    const mappings = crosswalks.flatMap((crosswalk) => {
      const version = versionOf(crosswalk);
      return version ? mappingOf(crosswalk, version, this.open.addressOf) : [];
    });
    return sends(request, reply, 'frameworks', [...schemes, ...mappings]);
  }

  @Get('frameworks/:code')
  @ApiOperation({
    summary: 'One framework with its themes, as SKOS',
    description: 'A concept scheme and a concept for each theme, with broader and narrower ones.',
  })
  @Graph()
  async getFrameworkAsSkos(
    @Param('code') code: string,
    @AtClocks() { at: { knownAt } }: GraphQuery,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    const position = await this.registers.pinned(knownAt);
    const framework = await this.registers.needed('framework', code, position);
    const themes = await this.registers.all('theme', position);
    return sends(request, reply, code, schemeOf(framework, themes, this.open.addressOf));
  }

  @Get('crosswalks/:code')
  @ApiOperation({
    summary: 'One crosswalk as SKOS mappings',
    description: 'The mapping properties between the themes of two frameworks, with who says so and since when.',
  })
  @Graph()
  async getCrosswalkAsSkos(
    @Param('code') code: string,
    @AtClocks() { at, version: named }: MappingQuery,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    const position = await this.registers.pinned(at.knownAt);
    const asOf = named ? LATEST_DATE : at.asOf;
    const crosswalk = await this.registers.needed('crosswalk', code, position, { asOf });
    const version = versionOf(crosswalk, named);
    if (!version) throw new Rejected('not_found', `There is no version of the crosswalk ${code} as at ${at.asOf}.`);
    return sends(request, reply, code, mappingOf(crosswalk, version, this.open.addressOf));
  }

  @Get('activities')
  @ApiOperation({
    summary: 'Commitments and the activities in registers of others that carry them out',
    description:
      'Each commitment that names an activity of IATI or another register, with the identifiers. As CSV a row per activity, ' +
      'with its `iati-identifier`, as files of IATI have it.',
  })
  @Files(...GRAPH_TYPES, CSV_TYPE)
  async getActivities(
    @AtClocks() { at: clocks }: ActivitiesQuery,
    @Req() request: FastifyRequest,
    @Reply() reply: FastifyReply,
  ) {
    const at = await this.progress.pin(clocks);
    const items: Item[] = [];
    for await (const some of this.progress.allCommitments(at, { withActivity: true })) items.push(...some);
    const { format: named } = request.query as Pick<ActivitiesQuery, 'format'>;
    const format = named ?? (request.accepts().type([...GRAPH_TYPES, CSV_TYPE]) === CSV_TYPE ? 'csv' : undefined);
    if (format !== 'csv') {
      const home = this.open.addressIn('/v1/open/activities');
      return sends(request, reply, 'activities', activityLinks(items, home, this.open.addressOf));
    }
    vary(reply, 'Accept');
    void reply.type(`${CSV_TYPE}; charset=utf-8`).header('Content-Disposition', 'inline; filename="activities.csv"');
    const rows = items.flatMap((item) => activityRows(item, this.open.addressOf));
    return csvPart(rows, ACTIVITY_COLUMNS, true);
  }

  @Get('progress/:by')
  @ApiOperation({
    summary: 'Progress as SDMX-CSV, as at several dates',
    description:
      'An observation per agency or theme, indicator and date; `_T` counts each commitment once. The rows do not add up to it.',
  })
  @BreakdownParameter()
  @Files(SDMX_CSV_TYPE)
  async getProgressAsSdmx(
    @Param('by') by: string,
    @Query() { dates, knownAt }: DatesQuery,
    @Reply() reply: FastifyReply,
  ) {
    const breakdown = breakdownNamed(by);
    const all = await this.open.clocksOf(dates ?? [todayAt(new Date())], knownAt);
    const views = [];
    for (const at of all) views.push({ ...(await this.progress[breakdown](at)), asOf: at.asOf });
    void reply
      .type(`${SDMX_CSV_TYPE};version=2.0.0;charset=utf-8`)
      .header('Content-Disposition', `inline; filename="${BREAKDOWNS[breakdown].id}.csv"`);
    return sdmxCsv(breakdown, views);
  }

  @Get('progress/:by/structure')
  @ApiOperation({
    summary: 'The structure of the SDMX data, as SDMX-JSON',
    description: 'Concepts, code lists, data structure and dataflow.',
  })
  @BreakdownParameter()
  @Files(SDMX_STRUCTURE_TYPE)
  async getSdmxStructure(
    @Param('by') by: string,
    @AtClocks() { at: { knownAt, asOf } }: ClockQuery,
    @Reply() reply: FastifyReply,
  ) {
    const breakdown = breakdownNamed(by);
    const position = await this.registers.pinned(knownAt);
    const names = await this.registers.names(breakdown === 'agencies' ? 'agency' : 'theme', position, asOf);
    void reply.type(`${SDMX_STRUCTURE_TYPE};version=2.1.0`);
    return JSON.stringify(sdmxStructure(breakdown, names, await this.open.prepared(position)));
  }
}

function breakdownNamed(name: string): Breakdown {
  if (!Object.hasOwn(BREAKDOWNS, name))
    throw new Rejected(
      'not_found',
      `There is no progress by ${name}; there is ${Object.keys(BREAKDOWNS).join(' and ')}.`,
    );
  return name as Breakdown;
}

/** Linked data in the format that is asked for. */
function sends(request: FastifyRequest, reply: FastifyReply, name: string, things: readonly GraphThing[]): string {
  const { format: named } = request.query as { format?: GraphFormat };
  const best = request.accepts().type(GRAPH_TYPES);
  const format = named ?? GRAPH_FORMAT_NAMES.find((one) => GRAPH_FORMATS[one].mediaType === best) ?? 'turtle';
  const { mediaType, extension, write } = GRAPH_FORMATS[format];
  vary(reply, 'Accept');
  void reply
    .type(`${mediaType}; charset=utf-8`)
    .header('Content-Disposition', `inline; filename="${name.replaceAll(/[^\w.-]+/g, '-')}.${extension}"`);
  return write(things);
}
