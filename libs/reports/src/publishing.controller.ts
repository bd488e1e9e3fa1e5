/** The routes by which reports are published, alone or with their round: a job of which one sees how far it is. */
import { Body, Controller, Get, HttpCode, Injectable, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PublishRound } from '#bodies';
import { Answers, CurrentCommand, Problem, Rights, Reply, InstantOrNull, type CommandContext } from '#platform';
import { operationOnRound, ROUND_ACTS } from '#rounds';
import { OrNull } from './answers.js';
import { PUBLISHING_STATES, type JobState, type NamedJob, type PublishingOrder } from './job.js';
import { ReportJobs } from './jobs.js';
import { RETRY_AFTER_S } from './jobs.controller.js';
import { Publishing, type Publishes } from './publishing.js';

class FilesMade {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Files that are made so far' }) readonly read: number;
  @ApiProperty({ type: 'integer', minimum: 0 }) readonly of: number;
}

export class PublishingAnswer {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty({
    enum: PUBLISHING_STATES,
    description:
      'reading: the report’s content is looked up; writing: its files are made; publishing: it is recorded, and nothing stops it any more; failed: nothing was published',
  })
  readonly state: JobState;
  @ApiProperty({ type: String, nullable: true, description: 'The round that is published; null: a report of none' })
  readonly round: string | null;
  @ApiProperty({ description: 'The symbol of the report' }) readonly publication: string;
  @ApiProperty({ format: 'date-time' }) readonly askedAt: string;
  @OrNull('FilesMade', 'How far it is; null: no file is made yet') readonly progress: FilesMade | null;
  @ApiProperty({ type: String, nullable: true, description: 'For If-Position-At-Least; null: it is not published' })
  readonly position: string | null;
  @InstantOrNull('How long this job can be asked for; null: it is not over') readonly keptUntil: string | null;
  @OrNull('Problem', 'Why it failed') readonly problem: Problem | null;
}

/** Takes orders to publish, of the API and of pages. Given again, the same command is the same job. */
@Injectable()
export class PublishingOrders {
  constructor(
    private readonly jobs: ReportJobs,
    private readonly publishing: Publishing,
  ) {}

  /** @throws Rejected where the round cannot be published */
  round(code: string, said: PublishRound, context: CommandContext): Promise<NamedJob<PublishingOrder>> {
    return this.#place({ round: code, publication: code }, context, () => this.publishing.ofRound(code, said, context));
  }

  /** @throws Rejected where the report cannot be published | WrongRevision */
  report(code: string, context: CommandContext): Promise<NamedJob<PublishingOrder>> {
    return this.#place({ round: null, publication: code }, context, () => this.publishing.ofReport(code, context));
  }

  async #place(
    of: Pick<Publishes, 'round' | 'publication'>,
    { meta }: CommandContext,
    what: () => Promise<Publishes>,
  ): Promise<NamedJob<PublishingOrder>> {
    const last = await this.jobs.lastPublishingOf(of);
    return last?.order.meta.commandId === meta.commandId ? last : this.jobs.publish(await what(), meta);
  }
}

const publishingAddress = (id: string): string => `/v1/publishing/${id}`;

@ApiTags('Reports')
@ApiExtraModels(FilesMade)
@Controller('v1')
export class PublishingController {
  constructor(
    private readonly jobs: ReportJobs,
    private readonly orders: PublishingOrders,
  ) {}

  @Post('rounds/:round/publish')
  @ApiTags('Rounds')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @HttpCode(202)
  @ApiOperation(operationOnRound('publish'))
  @ApiAcceptedResponse({ type: PublishingAnswer })
  @ApiConflictResponse({ description: ROUND_ACTS.publish.conflict })
  async round(
    @Param('round') round: string,
    @Body() body: PublishRound,
    @CurrentCommand() context: CommandContext,
    @Reply() reply: FastifyReply,
  ): Promise<PublishingAnswer> {
    return this.#placed(await this.orders.round(round, body, context), reply);
  }

  @Post('publications/:code/publish')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @Answers(
    PublishingAnswer,
    'Publish a report: its files are made, in every language and format, and never change from then on',
    'In the background: the answer is a job, and `Location` is its address. A report that cannot be published is refused at once. If words are added while the files are made, the job fails with `wrong_revision`: publish again.',
    202,
  )
  @ApiConflictResponse({ description: 'It is published already' })
  async publishReport(
    @Param('code') code: string,
    @CurrentCommand() context: CommandContext,
    @Reply() reply: FastifyReply,
  ): Promise<PublishingAnswer> {
    return this.#placed(await this.orders.report(code, context), reply);
  }

  @Get('publishing/:id')
  @Rights({ scope: 'read', roles: ['secretariat'] })
  @Answers(
    PublishingAnswer,
    'A report that is being published, alone or with its round: how far it is',
    'By the secretariat. It is kept for a week after it is over.',
  )
  @ApiNotFoundResponse({ description: 'There is no such job, or it was kept long enough' })
  async getPublishing(@Param('id') id: string, @Reply() reply: FastifyReply): Promise<PublishingAnswer> {
    const job = await this.jobs.onePublishing(id);
    if (job.endedAt === null) void reply.header('Retry-After', String(RETRY_AFTER_S));
    return this.#answer(job);
  }

  @Post('publishing/:id/cancel')
  @Rights({ scope: 'publish', roles: ['secretariat'] })
  @Answers(
    PublishingAnswer,
    'Cancel a publishing while its files are made: nothing is published, and the prepared report stays',
    'By the secretariat. What is over stays as it is.',
  )
  @ApiNotFoundResponse({ description: 'There is no such job, or it was kept long enough' })
  @ApiConflictResponse({ description: 'It is being recorded by now: nothing stops it' })
  async cancelPublishing(@Param('id') id: string): Promise<PublishingAnswer> {
    return this.#answer(await this.jobs.cancelPublishing(id));
  }

  #placed(job: NamedJob<PublishingOrder>, reply: FastifyReply): PublishingAnswer {
    void reply.header('Location', publishingAddress(job.id)).header('Retry-After', String(RETRY_AFTER_S));
    return this.#answer(job);
  }

  #answer(job: NamedJob<PublishingOrder>): PublishingAnswer {
    const { id, state, order, askedAt, rows, position, problem } = job;
    const { round, publication } = order.publishes;
    return {
      ...{ id, state, round, publication, askedAt, progress: rows, position: position ?? null },
      ...{ keptUntil: this.jobs.keptUntil(job), problem },
    };
  }
}
