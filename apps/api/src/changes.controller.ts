import { Controller, Get, Inject, Query, Req, Res, type OnModuleDestroy } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { decodeAll, Rejected, type Envelope, type Log, type Meta, type Recorded } from '#eventsourcing';
import { LOG } from '#platform';

class ChangesQuery {
  @ApiProperty({ required: false, type: String, description: 'Only what follows this position', example: '1841' })
  @IsOptional()
  @Matches(/^\d{1,16}$/, { message: 'after must be a position' })
  after?: string;
  @ApiProperty({
    required: false,
    enum: ['true', 'false'],
    default: 'false',
    description: 'Stay connected and send what comes',
  })
  @IsOptional()
  @Matches(/^(true|false)$/, { message: 'follow must be true or false' })
  follow?: string;
}

class ChangeMeta implements Meta {
  @ApiProperty({ description: 'An account; no personal data' }) readonly actor: string;
  @ApiProperty({ type: String, nullable: true }) readonly agency: string | null;
  @ApiProperty({ enum: ['secretariat', 'focal_point'] }) readonly role: string;
  @ApiProperty({ format: 'uuid' }) readonly commandId: string;
  @ApiProperty() readonly correlationId: string;
  @ApiProperty({ type: String, nullable: true }) readonly causationId: string | null;
  @ApiProperty({ required: false, description: 'W3C Trace Context of the append, when its trace was recorded' })
  readonly traceparent?: string;
}

class ChangeBlanked implements NonNullable<Recorded['blanked']> {
  @ApiProperty({ type: 'integer', description: 'Of the Blanked event, in the same stream' }) readonly revision: number;
  @ApiProperty() readonly reason: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
}

class Change {
  @ApiProperty({ description: 'Strictly rising; for `after`' }) readonly position: string;
  @ApiProperty({ example: 'commitment-IOM-2011-12' }) readonly stream: string;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty({ example: 'commitment.StageReported' }) readonly type: string;
  @ApiProperty({ type: 'integer' }) readonly version: number;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
  @ApiProperty() readonly meta: ChangeMeta;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly data: object;
  @ApiProperty({ required: false, description: 'When its payload was erased; `data` is what is left of it' })
  readonly blanked?: ChangeBlanked;
}

const PAGE = 500;

@ApiTags('Operations')
@Controller()
export class ChangesController implements OnModuleDestroy {
  readonly #closing = new AbortController();

  constructor(@Inject(LOG) private readonly log: Log) {}

  /** Ends the feeds that follow, which would keep the server from closing. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  @Get('v1/changes')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'As `after`, when an event source reconnects' })
  @ApiOkResponse({
    description: 'One event per line',
    content: {
      'application/x-ndjson': { schema: { $ref: getSchemaPath(Change) } },
      'text/event-stream': { schema: { type: 'string', description: '`data` of each is such an event' } },
    },
  })
  @ApiExtraModels(Change)
  @ApiOperation({
    operationId: 'getChanges',
    summary: 'The feed of events, oldest first',
    description: 'NDJSON, or server-sent events with `Accept: text/event-stream` (which follow by themselves).',
  })
  async changes(
    @Query() query: ChangesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const sse = /text\/event-stream/.test(request.headers.accept ?? '');
    const after = (sse && (request.headers['last-event-id'] as string | undefined)) || query.after || null;
    if (after !== null && !/^\d{1,16}$/.test(after))
      throw new Rejected('bad_request', 'Last-Event-ID takes a position as the feed gave it.');
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const lines = this.events(
      after,
      sse || query.follow === 'true',
      AbortSignal.any([gone.signal, this.#closing.signal]),
      sse,
    );
    await reply
      .type(sse ? 'text/event-stream' : 'application/x-ndjson; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .send(Readable.from(lines, { objectMode: false }));
  }

  private async *events(
    after: string | null,
    follow: boolean,
    signal: AbortSignal,
    sse: boolean,
  ): AsyncGenerator<string> {
    const line = (event: Recorded): string => {
      const { position, stream, revision, id, type, version, recordedAt, meta, data, blanked } = event;
      const json = JSON.stringify({ position, stream, revision, id, type, version, recordedAt, meta, data, blanked });
      return sse ? `id: ${position}\nevent: ${type}\ndata: ${json}\n\n` : `${json}\n`;
    };
    const lines = async (batch: readonly Envelope[]): Promise<string> =>
      (await decodeAll(this.log, batch)).map(line).join('');
    if (sse) yield ': followthrough\n\n';
    if (follow) {
      for await (const batch of this.log.store.subscribe(after, signal)) yield lines(batch);
      return;
    }
    for (
      let batch;
      (batch = await this.log.store.readAll(after, PAGE)).length > 0 && !signal.aborted;
      after = batch.at(-1)!.position
    )
      yield lines(batch);
  }
}
