import { Controller, Get, Inject, Logger, Query, Req, Res, type OnModuleDestroy } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { Readable } from 'node:stream';
import {
  decodeAll,
  Projector,
  Rejected,
  type Building,
  type Envelope,
  type Log,
  type Meta,
  type Progress,
  type Recorded,
} from '#eventsourcing';
import { AlwaysOpen, LOG, metrics, READS } from '#platform';
import type { Erases, Erasure } from '#read-store';

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

class Live {
  @ApiProperty({ enum: ['live'] }) status: string;
}

class BuildingProgress implements Building {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100 }) percent: number;
  @ApiProperty({ type: String, nullable: true }) position: string | null;
  @ApiProperty({ type: 'integer' }) events: number;
  @ApiProperty({ type: 'integer' }) eventsPerSecond: number;
  @ApiProperty({ type: 'integer', nullable: true }) secondsLeft: number | null;
}

class ProjectionProgress {
  @ApiProperty({ example: 'progress' }) projection: string;
  @ApiProperty({ type: 'integer' }) version: number;
  @ApiProperty({ type: String, nullable: true, description: 'The last position applied' }) position: string | null;
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many positions are not applied yet' }) lag: number;
  @ApiProperty({ type: String, nullable: true }) error: string | null;
  @ApiProperty({ description: 'Whether there are views to be read; not while the first ones are being built' })
  serving: boolean;
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Streams that wait because an event could not be applied' })
  parked: number;
  @ApiProperty({ type: () => BuildingProgress, nullable: true, description: 'A generation that is being built' })
  building: BuildingProgress | null;
}

class ErasureUnderWay implements Erasure {
  @ApiProperty({ example: 'progress' }) projection: string;
  @ApiProperty({ type: 'integer' }) version: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last try did not succeed; it is tried again' })
  error: string | null;
}

class Ready {
  @ApiProperty({
    enum: ['ready', 'degraded', 'building', 'failing'],
    description: 'degraded: some streams wait, all else is shown',
  })
  status: string;
  @ApiProperty({ type: [ProjectionProgress] }) projections: ProjectionProgress[];
  @ApiProperty({
    type: [ErasureUnderWay],
    description:
      'Views that hold words in the files of their database which were blanked, and are yet to be erased there',
  })
  erasing: ErasureUnderWay[];
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

const lagOf = ({ position, head }: Pick<Progress, 'position' | 'head'>): number =>
  Number(head ?? 0) - Number(position ?? 0);

@ApiTags('Operations')
@Controller()
export class OperationsController implements OnModuleDestroy {
  readonly #closing = new AbortController();
  readonly #logger = new Logger('Metrics');
  /** Of this application's views; what is measured of the process, `metrics`, is beside them. */
  readonly #registry = new Registry();
  readonly #erasing = new Gauge({
    name: 'followthrough_views_to_erase',
    help: 'Views that hold words in their files which were blanked, and are yet to be erased there',
    registers: [this.#registry],
  });
  readonly #gauges: { readonly gauge: Gauge; readonly value: (progress: Progress, next?: Envelope) => number }[] = [];

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    @Inject(READS) private readonly reads: Erases,
  ) {
    if (!metrics.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics({ register: metrics });
    this.#gauge(
      'followthrough_projection_lag_positions',
      'Positions of the log that a projection has not applied yet',
      lagOf,
    );
    this.#gauge(
      'followthrough_projection_lag_seconds',
      'How long ago the first event was recorded that a projection has not applied yet; 0: it has applied all',
      (_, next) => (next ? Math.max(0, Date.now() - Date.parse(next.recordedAt)) / 1000 : 0),
    );
    this.#gauge('followthrough_projection_parked_streams', 'Streams that wait behind an event', ({ parked }) => parked);
    this.#gauge('followthrough_projection_failing', '1: a projection does not follow the log', ({ error }) =>
      Number(error !== null),
    );
    this.#gauge(
      'followthrough_projection_building_events_per_second',
      'How fast a generation is being built; 0: none is',
      ({ building }) => building?.eventsPerSecond ?? 0,
    );
    this.#gauge(
      'followthrough_projection_building_seconds_left',
      'How long it will take; 0: none is being built',
      ({ building }) => building?.secondsLeft ?? 0,
    );
  }

  #gauge(name: string, help: string, value: (progress: Progress, next?: Envelope) => number): void {
    this.#gauges.push({
      gauge: new Gauge({ name, help, labelNames: ['projection'], registers: [this.#registry] }),
      value,
    });
  }

  /** Looks how the views are; while that cannot be seen, nothing is said of it. */
  async #measure(): Promise<void> {
    const all = [...this.#gauges.map(({ gauge }) => gauge), this.#erasing];
    try {
      const looked = await Promise.all(
        (await this.projector.progress()).map(async (progress) => {
          const behind = lagOf(progress) > 0;
          return { progress, next: behind ? (await this.log.store.readAll(progress.position, 1))[0] : undefined };
        }),
      );
      const erasing = await this.reads.erasing();
      all.forEach((gauge) => gauge.reset());
      for (const { progress, next } of looked)
        for (const { gauge, value } of this.#gauges)
          gauge.set({ projection: progress.projection }, value(progress, next));
      this.#erasing.set(erasing.length);
    } catch (error) {
      all.forEach((gauge) => gauge.reset());
      this.#logger.warn(`The views cannot be measured: ${String(error)}`);
    }
  }

  /** Ends the feeds that follow, which would keep the server from closing. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  @Get('health/live')
  @AlwaysOpen()
  @ApiOperation({ summary: 'Whether the process answers', operationId: 'isLive' })
  @ApiOkResponse({ type: Live })
  live() {
    return { status: 'live' };
  }

  @Get('health/ready')
  @AlwaysOpen()
  @ApiOperation({
    summary: 'Whether requests can be served, and how far each projection is behind',
    operationId: 'isReady',
  })
  @ApiOkResponse({ type: Ready, description: 'Ready' })
  @ApiServiceUnavailableResponse({ type: Ready, description: 'A projection is failing, or has yet to be built' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const all = await this.projector.progress();
    const projections = all.map(({ head, ...progress }) => ({ ...progress, lag: lagOf({ head, ...progress }) }));
    const status = all.some(({ error }) => error !== null)
      ? 'failing'
      : all.some(({ serving }) => !serving)
        ? 'building'
        : all.some(({ parked }) => parked > 0)
          ? 'degraded'
          : 'ready';
    void reply.status(status === 'ready' || status === 'degraded' ? 200 : 503);
    return { status, projections, erasing: await this.reads.erasing() };
  }

  @Get('metrics')
  @AlwaysOpen()
  @ApiOperation({ summary: 'Prometheus metrics', operationId: 'getMetrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String })
  async prometheus(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    await this.#measure();
    const all = Registry.merge([metrics, this.#registry]);
    void reply.type(all.contentType);
    return all.metrics();
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
