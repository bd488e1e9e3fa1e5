/** The routes of reports: each kind made now, in the format that is asked for. */
import { applyDecorators, Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgencyReportQuery } from './agency.js';
import { ReportAnswer, ReportManifest } from './answers.js';
import { Erasures } from './erasures.projection.js';
import { REPORT_FORMATS, reportFormat } from './formats.js';
import { ForumReportQuery } from './forum.js';
import type { ReportFilter, ReportQuery } from './kind.js';
import { RegisterReportQuery } from './register.js';
import type { ReportKind } from './report.js';
import { holdsRows, Reports } from './reports.js';
import { begun, fileName, sendFile, tagOf, wantedFormat, wasHad } from './sent.js';
import { SynthesisReportQuery } from './synthesis.js';
import { ThemeReportQuery } from './theme.js';
import { written } from './threads.js';

const OPERATIONS: Readonly<Record<ReportKind, string>> = {
  agency: 'A report on one agency: its commitments, their progress, and recommendations that it has not taken up',
  theme: 'A report on one theme of a framework, across agencies',
  forum: 'A report on the follow-up to a forum and its round tables, outcome by outcome',
  synthesis: 'A synthesis of all agencies’ work: by theme, by agency, by kind of activity',
  register: 'All commitments of a filter, with all that is known of them',
};

/** The types of formats that are documents, not data. */
const DOCUMENTS = Object.values(REPORT_FORMATS)
  .map(({ mediaType }): string => mediaType)
  .filter((type) => !['application/json', 'text/csv'].includes(type));

/** A route that answers with a report. */
const MakesReport = (kind: ReportKind) =>
  applyDecorators(
    Get(kind),
    ApiOperation({
      summary: OPERATIONS[kind],
      description: 'With `asOf` and `knownAt` the same request gives the same bytes at any time, on any machine.',
      operationId: `report${kind[0]!.toUpperCase()}${kind.slice(1)}`,
    }),
    ApiExtraModels(ReportAnswer, ReportManifest),
    ApiOkResponse({
      description: 'The report, as a file',
      content: {
        'application/json': {
          schema: { oneOf: [{ $ref: getSchemaPath(ReportAnswer) }, { $ref: getSchemaPath(ReportManifest) }] },
        },
        ...Object.fromEntries(
          DOCUMENTS.map((type) => [type, { schema: { type: 'string' as const, format: 'binary' } }]),
        ),
      },
    }),
    ApiBadRequestResponse({ description: '`since` is after `asOf`, or the format cannot hold the report' }),
    ApiNotFoundResponse({ description: 'There is no such agency, theme, forum or body' }),
  );

@ApiTags('Reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly reports: Reports,
    private readonly erasures: Erasures,
  ) {}

  @MakesReport('agency')
  async agency(@Query() query: AgencyReportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer('agency', query, request, reply);
  }

  @MakesReport('theme')
  async theme(@Query() query: ThemeReportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer('theme', query, request, reply);
  }

  @MakesReport('forum')
  async forum(@Query() query: ForumReportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer('forum', query, request, reply);
  }

  @MakesReport('synthesis')
  async synthesis(@Query() query: SynthesisReportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer('synthesis', query, request, reply);
  }

  @MakesReport('register')
  async register(@Query() query: RegisterReportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer('register', query, request, reply);
  }

  async #answer(kind: ReportKind, query: ReportQuery & ReportFilter, request: FastifyRequest, reply: FastifyReply) {
    const format = wantedFormat(request, query.format);
    const report = holdsRows(await this.reports.make(kind, query, undefined, reportFormat(format).reads), format);
    const { asOf, knownAt } = report.manifest;
    if (await wasHad(request, reply, tagOf(report.manifest, format, this.erasures.last))) return;
    const chunks = await begun(written(format, report));
    const [path, asked] = request.url.split('?', 2);
    const address = (more: Readonly<Record<string, string>>) => {
      const params = new URLSearchParams(asked);
      for (const [name, value] of Object.entries(more)) params.set(name, value);
      return `<${path}?${params}>`;
    };
    const clocks = { asOf, knownAt };
    void reply
      .header('X-As-Of', asOf)
      .header('X-Position', knownAt)
      .header(
        'Link',
        `${address(clocks)}; rel="bookmark", ${address({ ...clocks, format: 'manifest' })}; rel="describedby"`,
      );
    await sendFile(reply, reportFormat(format), fileName(report.manifest), chunks);
  }
}
