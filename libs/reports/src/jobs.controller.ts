/** The routes of reports that are made in the background: order one, see how far it is, cancel it, take its file. */
import { Body, Controller, Get, Injectable, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiTags,
  PickType,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Answers,
  OnDate,
  OneOf,
  Plain,
  Problem,
  Reads,
  Text,
  Uuid,
  WholeNumber,
  Reply,
  OneWord,
  type ApiRequest,
} from '#platform';
import { OrNull, ReportManifest } from './answers.js';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, reportFormat, type ReportFormatName } from './formats.js';
import { JOB_STATES, type JobState, type NamedJob, type ReportOrder } from './job.js';
import { clientOf, ReportJobs } from './jobs.js';
import { LANGUAGES, REPORT_KINDS, type Language, type ReportKind } from './report.js';
import { Reports } from './reports.js';
import type { RowsRead } from './rows-read.js';
import { begun, fileName, sendFile } from './sent.js';

/** How long the file of a job that is under way is waited for. */
const FILE_WAIT_MS = 10_000;
/** The seconds after which it is worth asking again. */
export const RETRY_AFTER_S = 2;

/** A report, as the route of its kind takes it. */
export class OrderReport {
  @Uuid({ optional: true, description: 'Of the job, so that the order may be given again; without it a new one' })
  id?: string | null;
  @OneOf(REPORT_KINDS, { example: 'register' }) kind: ReportKind;
  @Plain({
    optional: true,
    description: 'Its subject, as the route of its kind takes it: without dates, language and format',
    example: { agency: 'IOM' },
  })
  parameters?: Readonly<Record<string, string>> | null;
  @OnDate({ optional: true, description: 'Only facts reported by this date count (default today, UTC)' })
  asOf?: string | null;
  @Text({
    optional: true,
    max: 40,
    free: false,
    description: 'A position of the log, or an instant; without it what is known now',
  })
  knownAt?: string | null;
  @OnDate({ optional: true, description: 'It covers what came between this date and `asOf`' }) since?: string | null;
  @WholeNumber({ optional: true, description: 'Calendar months; without it 12' }) staleAfter?: number | null;
  @OneOf(LANGUAGES, { optional: true, description: 'Without it en' }) language?: Language | null;
  @OneOf(REPORT_FORMAT_NAMES, { optional: true, description: 'Without it html' }) format?: ReportFormatName | null;
}

class JobOrder
  extends PickType(ReportManifest, ['kind', 'parameters', 'asOf', 'knownAt', 'since', 'staleAfter', 'language'])
  implements ReportOrder
{
  @ApiProperty({ enum: REPORT_FORMAT_NAMES }) readonly format: ReportFormatName;
}

class JobProgress implements RowsRead {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Of long tables, so far' }) readonly read: number;
  @ApiProperty({ type: 'integer', minimum: 0 }) readonly of: number;
}

class JobFile {
  @ApiProperty({ description: 'Where it is', example: '/v1/reports/jobs/…/file' }) readonly address: string;
  @ApiProperty({ type: 'integer' }) readonly bytes: number;
  @ApiProperty({ description: 'SHA-256 of its bytes, in hexadecimal' }) readonly sha256: string;
}

export class ReportJobAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @OneWord(JOB_STATES, 'reading: the report’s content is looked up; writing: its file is written')
  readonly state: JobState;
  @ApiProperty({ description: 'With the dates settled: the same report whenever it is made' })
  readonly report: JobOrder;
  @ApiProperty({ format: 'date-time' }) readonly askedAt: string;
  @OrNull('JobProgress', 'How far it is; null: it has not begun to write long tables, or has none')
  readonly progress: JobProgress | null;
  @OrNull('JobFile', 'null: it is not done') readonly file: JobFile | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it is not over' })
  readonly keptUntil: string | null;
  @OrNull('Problem', 'Why it failed') readonly problem: Problem | null;
}

/** Takes orders, of the API and of pages. */
@Injectable()
export class ReportOrders {
  constructor(
    private readonly jobs: ReportJobs,
    private readonly reports: Reports,
  ) {}

  /** @throws Rejected where there is no such report, or too many wait */
  async place(order: OrderReport, request: Pick<ApiRequest, 'principal' | 'ip'>): Promise<NamedJob> {
    const { order: settled } = await this.#settled(order);
    return this.jobs.order(settled, clientOf(request.principal?.account ?? request.ip), order.id ?? undefined);
  }

  /**
   * The address of a report that is made while one waits; `null`: it takes long.
   * @throws Rejected where there is no such report
   */
  async addressIfQuick(asked: OrderReport): Promise<string | null> {
    const { query, order } = await this.#settled(asked);
    const { kind, parameters, since, format, ...rest } = order;
    if (await this.reports.takesLong(kind, query, format, order)) return null;
    const params = { ...parameters, ...rest, ...(since && { since }), staleAfter: String(rest.staleAfter), format };
    return `/v1/reports/${kind}?${new URLSearchParams(params)}`;
  }

  async #settled({ kind, parameters, asOf, knownAt, since, staleAfter, language, format }: OrderReport) {
    const said = Object.entries({ asOf, knownAt, since, staleAfter, language }).filter(
      ([, value]) => (value ?? null) !== null,
    );
    const given = { ...parameters, ...Object.fromEntries(said.map(([name, value]) => [name, String(value)])) };
    const query = this.reports.query(kind, given, '/parameters');
    const settled = await this.reports.settled(kind, query, 'parameters/');
    const order: ReportOrder = {
      ...{ kind, parameters: parameters ?? {}, ...settled, since: since ?? null },
      ...{ staleAfter: staleAfter ?? 12, language: language ?? 'en', format: format ?? 'html' },
    };
    return { query, order };
  }
}

@ApiTags('Reports')
@ApiExtraModels(JobProgress, JobFile)
@Controller('v1/reports')
export class ReportJobsController {
  constructor(
    private readonly jobs: ReportJobs,
    private readonly orders: ReportOrders,
  ) {}

  @Post()
  @Reads()
  @Answers(
    ReportJobAnswer,
    'Order a report that is made in the background',
    'For reports that take long. The answer has the addresses of the job and of its file. Every reader may order; a few at once. The same order under way is the same job.',
    202,
  )
  @ApiBadRequestResponse({ description: 'There is no such report' })
  async orderReport(
    @Body() body: OrderReport,
    @Req() request: ApiRequest,
    @Reply() reply: FastifyReply,
  ): Promise<ReportJobAnswer> {
    const job = await this.orders.place(body, request);
    void reply.header('Location', jobAddress(job)).header('Retry-After', String(RETRY_AFTER_S));
    return this.#answer(job);
  }

  @Get('jobs/:id')
  @Answers(
    ReportJobAnswer,
    'A report that is made in the background: how far it is',
    'Only the client that ordered it knows its id.',
  )
  @ApiNotFoundResponse({ description: 'There is no such job, or it was kept long enough' })
  async getReportJob(@Param('id') id: string, @Reply() reply: FastifyReply): Promise<ReportJobAnswer> {
    const job = await this.jobs.one(id);
    if (job.endedAt === null) void reply.header('Retry-After', String(RETRY_AFTER_S));
    return this.#answer(job);
  }

  @Post('jobs/:id/cancel')
  @Reads()
  @Answers(ReportJobAnswer, 'Cancel a report that is made in the background', 'A finished job stays as it is.')
  @ApiNotFoundResponse({ description: 'There is no such job, or it was kept long enough' })
  async cancelReportJob(@Param('id') id: string): Promise<ReportJobAnswer> {
    return this.#answer(await this.jobs.cancel(id));
  }

  @Get('jobs/:id/file')
  @ApiOperation({
    summary: 'The file of a report that was made in the background',
    description:
      'The same bytes as the address of the report gives with the same dates. It waits a moment for a job that is under way.',
  })
  @ApiProduces(...new Set(Object.values(REPORT_FORMATS).map(({ mediaType }) => mediaType)))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiNotFoundResponse({ description: 'There is no such job, or it was kept long enough' })
  @ApiConflictResponse({ description: 'It is not done' })
  async getReportJobFile(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const job = await this.jobs.over(id, FILE_WAIT_MS);
    const { order } = job;
    await sendFile(reply, reportFormat(order.format), fileName(order), await begun(await this.jobs.file(job)));
  }

  #answer(job: NamedJob): ReportJobAnswer {
    const { id, state, order, askedAt, rows, file, problem } = job;
    return {
      ...{ id, state, report: order, askedAt, progress: rows, keptUntil: this.jobs.keptUntil(job), problem },
      file: file && { address: `${jobAddress(job)}/file`, bytes: file.bytes, sha256: file.sha256 },
    };
  }
}

const jobAddress = ({ id }: NamedJob): string => `/v1/reports/jobs/${id}`;
