import { Controller, Get, Inject, Injectable, Logger, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { Projector, type Building, type Envelope, type Log, type Progress } from '#eventsourcing';
import { AlwaysOpen, LOG, metrics } from '#platform';

/** Whether the server is about to end: it still answers, but should be asked no more. */
@Injectable()
export class Draining {
  begun = false;
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
  @ApiProperty({ type: () => BuildingProgress, nullable: true, description: 'How far it is being built' })
  building: BuildingProgress | null;
}

class Ready {
  @ApiProperty({
    enum: ['ready', 'degraded', 'building', 'failing', 'closing'],
    description: 'degraded: some streams wait; all else is shown. closing: about to end',
  })
  status: string;
  @ApiProperty({ type: [ProjectionProgress] }) projections: ProjectionProgress[];
}

const lagOf = ({ position, head }: Pick<Progress, 'position' | 'head'>): number =>
  Number(head ?? 0) - Number(position ?? 0);

@ApiTags('Operations')
@Controller()
export class OperationsController {
  readonly #logger = new Logger('Metrics');
  /** Of this application's views; what is measured of the process, `metrics`, is beside them. */
  readonly #registry = new Registry();
  readonly #gauges: { readonly gauge: Gauge; readonly value: (progress: Progress, next?: Envelope) => number }[] = [];

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly draining: Draining,
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
      'How fast it is being built; 0: it is built',
      ({ building }) => building?.eventsPerSecond ?? 0,
    );
    this.#gauge(
      'followthrough_projection_building_seconds_left',
      'How long that will take; 0: it is built',
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
    const all = this.#gauges.map(({ gauge }) => gauge);
    try {
      const looked = await Promise.all(
        (await this.projector.progress()).map(async (progress) => {
          const behind = lagOf(progress) > 0;
          return { progress, next: behind ? (await this.log.store.readAll(progress.position, 1))[0] : undefined };
        }),
      );
      all.forEach((gauge) => gauge.reset());
      for (const { progress, next } of looked)
        for (const { gauge, value } of this.#gauges)
          gauge.set({ projection: progress.projection }, value(progress, next));
    } catch (error) {
      all.forEach((gauge) => gauge.reset());
      this.#logger.warn(`The views cannot be measured: ${String(error)}`);
    }
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
  @ApiServiceUnavailableResponse({
    type: Ready,
    description: 'A projection is failing or has yet to be built, or it is about to end',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const all = await this.projector.progress();
    const projections = all.map(({ head, ...progress }) => ({ ...progress, lag: lagOf({ head, ...progress }) }));
    const failing = all.some(({ error }) => error !== null);
    const status = this.draining.begun
      ? 'closing'
      : failing
        ? 'failing'
        : all.some(({ serving }) => !serving)
          ? 'building'
          : all.some(({ parked }) => parked > 0)
            ? 'degraded'
            : 'ready';
    void reply.status(status === 'ready' || status === 'degraded' ? 200 : 503);
    return { status, projections };
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
}
