/** The routes of reports: each kind made now, in the format that is asked for. */
import { Controller, Get, Query, Req, Res, type Type } from '@nestjs/common';
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
import { ReportAnswer, ReportManifest } from './answers.js';
import { Erasures } from './erasures.projection.js';
import { REPORT_FORMATS, reportFormat } from './formats.js';
import type { ReportKind } from './report.js';
import { holdsRows, REPORT_MAKERS, Reports } from './reports.js';
import { begun, fileName, sendFile, tagOf, wantedFormat, wasHad } from './sent.js';
import { writtenInThread } from './threads.js';

/** The types of formats that are files: documents before data. */
const FILE_TYPES = Object.values(REPORT_FORMATS)
  .map(({ mediaType }): string => mediaType)
  .filter((type) => type !== 'application/json')
  .sort((a, b) => Number(a === 'text/csv') - Number(b === 'text/csv'));

/** The route of a kind of report. */
export function reportController(kind: ReportKind): Type<unknown> {
  const { query, summary } = REPORT_MAKERS[kind];
  class KindQuery extends query {}

  @ApiTags('Reports')
  @Controller('v1/reports')
  class ReportController {
    constructor(
      private readonly reports: Reports,
      private readonly erasures: Erasures,
    ) {}

    @Get(kind)
    @ApiOperation({
      summary,
      description: 'With `asOf` and `knownAt` the same request gives the same bytes at any time, on any machine.',
      operationId: `report${kind[0]!.toUpperCase()}${kind.slice(1)}`,
    })
    @ApiExtraModels(ReportAnswer, ReportManifest)
    @ApiOkResponse({
      description: 'The report, as a file',
      content: {
        'application/json': {
          schema: { oneOf: [{ $ref: getSchemaPath(ReportAnswer) }, { $ref: getSchemaPath(ReportManifest) }] },
        },
        ...Object.fromEntries(FILE_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
      },
    })
    @ApiBadRequestResponse({ description: '`since` is after `asOf`, or the format cannot hold the report' })
    @ApiNotFoundResponse({ description: 'There is no such agency, theme, forum or body' })
    async make(@Query() query: KindQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const format = wantedFormat(request, query.format);
      const report = holdsRows(await this.reports.make(kind, query, undefined, reportFormat(format).reads), format);
      const { asOf, knownAt } = report.manifest;
      if (await wasHad(request, reply, tagOf(report.manifest, format, this.erasures.last))) return;
      const chunks = await begun(writtenInThread(format, report));
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
  return ReportController;
}
