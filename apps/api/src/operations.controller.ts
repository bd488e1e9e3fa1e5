/** The routes for operators: health, metrics, and the state of the projections. */
import { Controller, Get, Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
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
import { Projector, type Build, type Envelope, type Log, type ProjectionStatus } from '#eventsourcing';
import { AccessStore } from '#access';
import { DraftsStore } from '#drafts';
import { HookStore } from '#feed';
import { LogCheck, LogChecked } from './log-check.js';
import { Answers, Count, AlwaysOpen, LOG, metrics, clockJumps, outageOf, Reply, Shown, type Outage } from '#platform';

/** Whether the server is about to end: it still answers, but should be asked no more. */
@Injectable()
export class Shutdown {
  begun = false;
}

class Live {
  @ApiProperty({ enum: ['live'] }) status: string;
}

class BuildingProgress implements Build {
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
  @Count('How many positions are not applied yet') lag: number;
  @ApiProperty({ type: String, nullable: true }) error: string | null;
  @Shown('Whether there are views to be read; not while the first ones are being built') serving: boolean;
  @Count('Streams that wait because an event could not be applied') parked: number;
  @ApiProperty({ type: () => BuildingProgress, nullable: true, description: 'How far it is being built' })
  building: BuildingProgress | null;
}

class StoreOutage implements Outage {
  @ApiProperty({ enum: ['log', 'access', 'drafts'], description: 'access: tokens and idempotency keys' }) store: string;
  @ApiProperty({ format: 'date-time' }) since: string;
  @Shown('Its error at the last try') error: string;
}

class Ready {
  @ApiProperty({
    enum: ['ready', 'degraded', 'building', 'failing', 'closing'],
    description:
      'degraded: some streams wait, a store could not be written when it was last tried, the clock is wrong, or ' +
      'the log has been damaged; all else is shown. closing: about to end',
  })
  status: string;
  @ApiProperty({ type: [ProjectionProgress] }) projections: ProjectionProgress[];
  @ApiProperty({ type: [StoreOutage], description: 'Stores that could not be used when they were last tried' })
  stores: StoreOutage[];
  @ApiProperty({ type: String, nullable: true, description: 'The fault of the clock, by the times in the log' })
  clock: string | null;
  @ApiProperty({ type: LogChecked, description: 'The chain of the log, read over and over while it is served' })
  log: LogChecked;
}

/** By how much clocks may differ before that is told. */
const MAX_CLOCK_SKEW_MS = 2_000;
/** The least jump of the clock that counts, and the interval of the checks. */
const [JUMP_MS, LOOK_MS] = [5_000, 1_000];

const lagOf = ({ position, head }: Pick<ProjectionStatus, 'position' | 'head'>): number =>
  Number(head ?? 0) - Number(position ?? 0);

@ApiTags('Operations')
@Controller()
export class OperationsController implements OnModuleDestroy {
  /** The clock beside the time that has passed: their difference changes when somebody sets the clock. */
  #offset = Date.now() - performance.now();
  readonly #looking = setInterval(() => this.#lookAtClock(), LOOK_MS).unref();
  readonly #logger = new Logger('Metrics');
  /** Of this application's views; measurements of the process, `metrics`, are beside them. */
  readonly #registry = new Registry();
  readonly #ahead = this.#measured(
    'followthrough_log_ahead_of_clock_seconds',
    'How much later than it is now the last event was recorded: somebody’s clock was wrong, or this one is',
  );
  readonly #webhooks = this.#measured(
    'followthrough_webhooks',
    'Webhooks by state: going, waiting to try again, ended',
    'state',
  );
  readonly #deadLetters = this.#measured(
    'followthrough_webhook_dead_letters',
    'Events that were given up and wait to be sent again or left',
  );
  readonly #checked = this.#measured(
    'followthrough_log_checked_position',
    'How far the pass over the log under way, or the last one, has come',
  );
  readonly #unsound = this.#measured(
    'followthrough_log_unsound',
    '1: the last pass over the log found a fault; /health/ready names its position',
  );
  readonly #gauges: {
    readonly gauge: Gauge;
    readonly value: (progress: ProjectionStatus, next?: Envelope) => number;
  }[] = [];

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly shutdown: Shutdown,
    private readonly access: AccessStore,
    private readonly drafts: DraftsStore,
    private readonly hooks: HookStore,
    private readonly check: LogCheck,
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

  #measured<L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, value: (progress: ProjectionStatus, next?: Envelope) => number): void {
    this.#gauges.push({ gauge: this.#measured(name, help, 'projection'), value });
  }

  onModuleDestroy(): void {
    clearInterval(this.#looking);
  }

  #lookAtClock(): void {
    const offset = Date.now() - performance.now();
    const jump = offset - this.#offset;
    if (Math.abs(jump) < JUMP_MS) return;
    this.#offset = offset;
    clockJumps.inc();
    this.#logger.warn(`The clock was set by ${Math.round(jump / 1000)} s, or this machine slept.`);
  }

  /** By how much the last event was recorded later than it is now, in ms: somebody's clock was, or ours is, wrong. */
  async #logAheadMs(): Promise<number> {
    const head = await this.log.store.head();
    const [last] = head === null ? [] : await this.log.store.readAll(String(BigInt(head) - 1n), 1);
    return last ? Math.max(0, Date.parse(last.recordedAt) - Date.now()) : 0;
  }

  /** Looks how the webhooks are; while that cannot be seen, nothing is said of it. */
  async #measureWebhooks(): Promise<void> {
    this.#webhooks.reset();
    this.#deadLetters.reset();
    try {
      const { states, deadLetters } = await this.hooks.standing();
      for (const [state, number] of Object.entries(states)) this.#webhooks.set({ state }, number);
      this.#deadLetters.set(deadLetters);
    } catch (error) {
      this.#logger.warn(`The webhooks cannot be measured: ${String(error)}`);
    }
  }

  /** Looks how the views are; while that cannot be seen, nothing is said of it. */
  async #measure(): Promise<void> {
    const all = this.#gauges.map(({ gauge }) => gauge);
    const { position, fault } = this.check.found;
    this.#checked.set(Number(position ?? 0));
    this.#unsound.set(Number(fault !== null));
    try {
      this.#ahead.set((await this.#logAheadMs()) / 1000);
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
  @Answers(
    Live,
    'Whether the process answers',
    '200 as long as the process answers at all. Restart it when this fails.',
  )
  isLive() {
    return { status: 'live' };
  }

  @Get('health/ready')
  @AlwaysOpen()
  @ApiOperation({
    summary: 'Whether requests can be served, and how far each projection is behind',
    description:
      'Send it no requests while this is 503. It names every projection with its lag, and every store that cannot be used.',
  })
  @ApiOkResponse({ type: Ready, description: 'Ready' })
  @ApiServiceUnavailableResponse({
    type: Ready,
    description: 'A projection is failing or has yet to be built, or it is about to end',
  })
  async isReady(@Reply() reply: FastifyReply) {
    const used = { log: this.log.store, access: this.access, drafts: this.drafts };
    const stores = Object.entries(used).flatMap(([store, of]): StoreOutage[] => {
      const outage = outageOf(of);
      return outage ? [{ store, ...outage }] : [];
    });
    let [all, ahead]: [ProjectionStatus[], number] = [[], 0];
    try {
      [all, ahead] = [await this.projector.progress(), await this.#logAheadMs()];
    } catch (error) {
      void reply.status(503).header('Retry-After', '1');
      if (!stores.some(({ store }) => store === 'log'))
        stores.unshift({ store: 'log', since: new Date().toISOString(), error: (error as Error).message });
      return {
        status: this.shutdown.begun ? 'closing' : 'failing',
        projections: [],
        stores,
        clock: null,
        log: this.check.found,
      };
    }
    const clock =
      ahead > MAX_CLOCK_SKEW_MS
        ? `The last event was recorded ${Math.round(ahead / 1000)} s later than it is now.`
        : null;
    const projections = all.map(({ head, ...progress }) => ({ ...progress, lag: lagOf({ head, ...progress }) }));
    const failing = all.some(({ error }) => error !== null);
    const status = this.shutdown.begun
      ? 'closing'
      : failing
        ? 'failing'
        : all.some(({ serving }) => !serving)
          ? 'building'
          : all.some(({ parked }) => parked > 0) || stores.length > 0 || clock !== null || this.check.found.fault
            ? 'degraded'
            : 'ready';
    if (status !== 'ready' && status !== 'degraded') void reply.status(503).header('Retry-After', '1');
    return { status, projections, stores, clock, log: this.check.found };
  }

  @Get('metrics')
  @AlwaysOpen()
  @Answers(String, 'Prometheus metrics', 'In the text format of Prometheus. docs/observability.md explains each.')
  @ApiProduces('text/plain')
  async getMetrics(@Reply() reply: FastifyReply): Promise<string> {
    await Promise.all([this.#measure(), this.#measureWebhooks()]);
    const all = Registry.merge([metrics, this.#registry]);
    void reply.type(all.contentType);
    return all.metrics();
  }
}
