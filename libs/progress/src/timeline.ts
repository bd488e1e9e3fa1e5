/** How many commitments there were in each stage, at each step between two dates. */
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { lastDayOf, monthsBefore, type FullDate } from '#clocks';
import { ENDS, STAGES, type End, type Life, type Stage } from '#commitments';
import { Rejected, type Log, type ReadStore } from '#eventsourcing';
import { clocksOf, LOG, OnDate } from '#platform';
import { listQuery } from './list-query.js';
import { Asked, ProgressQuery } from './progress.controller.js';
import { CountsBy, list, OPEN, Progress, rolesOf, Row, Sql } from './progress.projection.js';
import type { At, Facet, Filter, Pinned } from './progress.projection.js';

export const STEPS = ['month', 'quarter', 'year', 'report'] as const;
type Every = (typeof STEPS)[number];

/** How many steps one answer may have. */
export const MOST_STEPS = 400;

/** What a timeline can be narrowed to. */
export type TimelineFilter = Pick<Filter, 'agency' | 'role' | 'agencies' | 'theme' | 'followsUp'>;

export class TimelineQuery extends ProgressQuery {
  @OnDate({ optional: true, description: 'The first step (default: the first report)' }) from?: FullDate;
  @OnDate({ optional: true, description: 'The last step (default `asOf`); not after `asOf`', example: '2011-02-17' })
  to?: FullDate;
  @ApiProperty({
    required: false,
    enum: STEPS,
    default: 'year',
    description: 'Steps at the ends of months, quarters or years, or on the days on which something was reported',
  })
  @IsOptional()
  @IsIn(STEPS)
  step?: Every;
  @Asked('An agency, in the role given', 'IOM') agency?: string;
  @Asked('A theme, or any below it', 'HLD06-04') theme?: string;
}

export class TimelineRow extends Row {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @CountsBy(ENDS, 'Records that have ended by then; they are in no total')
  readonly apart: Readonly<Record<End, number>>;
  @ApiProperty({
    description: 'The query of `/v1/commitments` that lists what `total` counts',
    example: 'asOf=2006-11-21',
  })
  readonly list: string;
}

class TimelineView {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @ApiProperty({ type: String, format: 'date' }) readonly from: FullDate;
  @ApiProperty({ type: String, format: 'date' }) readonly to: FullDate;
  @ApiProperty({ enum: STEPS }) readonly step: Every;
  @ApiProperty({ type: [TimelineRow], description: 'Empty when nothing had been reported by then' })
  readonly rows: TimelineRow[];
}

/** Commitments that count alike, from one step up to another one. */
interface Group {
  readonly [column: string]: string | number;
  readonly stage: Stage;
  readonly life: Life;
  readonly first: number;
  readonly until: number;
  readonly overdue: number;
  readonly stale: number;
  readonly targeted: number;
  readonly n: number;
  readonly last: FullDate;
}

export class Timeline {
  readonly #progress: Progress;

  constructor(private readonly reads: ReadStore) {
    this.#progress = new Progress(reads);
  }

  /** @throws Rejected `invalid` when the dates are out of order or the steps too many */
  async steps(
    at: At,
    { from, to = at.asOf, step = 'year', ...filter }: TimelineFilter & Pick<TimelineQuery, 'from' | 'to' | 'step'>,
  ): Promise<TimelineView> {
    if (to > at.asOf)
      throw badStep('to', `is after asOf, ${at.asOf}: what is reported later is not known as at that date`);
    if (from !== undefined && from > to) throw badStep('from', `is after the last step, ${to}`);
    const pinned = await this.#progress.pin(at);
    const reported =
      from === undefined || step === 'report' ? await this.#progress.reportDates({ ...pinned, asOf: to }) : [];
    const first = from ?? reported[0];
    const dates = first === undefined ? [] : datesBetween(first, to, step, reported);
    if (dates.length > MOST_STEPS)
      throw badStep(
        'step',
        `${step} gives ${dates.length} steps, and one answer has at most ${MOST_STEPS}: take longer ones`,
      );
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      from: first ?? to,
      to,
      step,
      rows: await this.on(dates, pinned, filter),
    };
  }

  /**
   * Counts as at each of some dates, which are in order. Every commitment is looked at once, however many dates there are: what
   * is counted is from which step and up to which one it reads the same.
   */
  async on(dates: readonly FullDate[], at: At, filter: TimelineFilter = {}): Promise<TimelineRow[]> {
    const pinned = await this.#progress.pin(at);
    const groups = dates.length > 0 ? await this.#groups(dates, pinned, filter) : [];
    const rows = dates.map((asOf) => ({
      asOf,
      total: 0,
      byStage: Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>,
      withTarget: 0,
      overdue: 0,
      stale: 0,
      lastReportedOn: null as FullDate | null,
      apart: Object.fromEntries(ENDS.map((end) => [end, 0])) as Record<End, number>,
      list: listQuery(filter, { ...pinned, asOf }),
    }));
    for (const { stage, life, first, until, overdue, stale, targeted, last, n } of groups)
      for (let i = first; i < until; i++) {
        const row = rows[i]!;
        if (life !== 'active') {
          row.apart[life] += n;
          continue;
        }
        row.total += n;
        row.byStage[stage] += n;
        row.withTarget += targeted * n;
        if (i >= overdue) row.overdue += n;
        if (i >= stale) row.stale += n;
        if (row.lastReportedOn === null || last > row.lastReportedOn) row.lastReportedOn = last;
      }
    return rows;
  }

  async #groups(dates: readonly FullDate[], at: Pinned, filter: TimelineFilter): Promise<Group[]> {
    const staleBefore = dates.map((date) => monthsBefore(date, at.staleAfter ?? 12));
    const [from, to] = [before('from_date', dates), before('to_date', dates)];
    const [due, silent] = [before('target_last', dates, '<='), before('last_reported_on', staleBefore, '<=')];
    const parts = await this.#memberships(dates, at, filter);
    const known = [Number(at.knownAt), Number(at.knownAt)];
    const within = (step: string) =>
      `CASE WHEN ${step} < first THEN first WHEN ${step} > until THEN until ELSE ${step} END`;
    const never = String(dates.length);
    const columns = 'reference, stage, life, last_reported_on, targeted, due, silent';
    return this.reads.all<Group>(
      `WITH ${parts.map(({ text }, i) => `member${i + 1} AS MATERIALIZED (${text}),`).join(' ')}
       part0 AS MATERIALIZED (
         SELECT reference, stage, life, last_reported_on, CASE WHEN target_last IS NULL THEN 0 ELSE 1 END AS targeted,
           CASE WHEN target_last IS NOT NULL AND ${OPEN} AND nature <> 'standing' THEN ${due.text} ELSE ${never} END AS due,
           CASE WHEN ${OPEN} THEN ${silent.text} ELSE ${never} END AS silent,
           ${from.text} AS first, ${to.text} AS until
         FROM progress_spans WHERE from_date <= ? AND to_date > ? AND ${KNOWN}
           ${parts.map((_, i) => `AND reference IN (SELECT reference FROM member${i + 1})`).join(' ')})
       ${parts
         .map(
           (_, i) => `, part${i + 1} AS MATERIALIZED (
         SELECT ${columns},
           CASE WHEN part.first < member.first THEN member.first ELSE part.first END AS first,
           CASE WHEN part.until > member.until THEN member.until ELSE part.until END AS until
         FROM part${i} AS part JOIN member${i + 1} AS member USING (reference)
         WHERE part.first < member.until AND member.first < part.until)`,
         )
         .join(' ')}
       SELECT stage, life, first, until, ${within('due')} AS overdue, ${within('silent')} AS stale, targeted,
         COUNT(*) AS n, MAX(last_reported_on) AS last
       FROM part${parts.length} WHERE first < until GROUP BY 1, 2, 3, 4, 5, 6, 7`,
      ...parts.flatMap(({ values }) => values),
      ...[...due.values, ...silent.values, ...from.values, ...to.values, dates.at(-1)!, dates[0]!, ...known],
    );
  }

  /** For each condition of the filter: which commitments meet it, and from which step up to which. */
  async #memberships(dates: readonly FullDate[], { knownAt }: Pinned, filter: TimelineFilter): Promise<Sql[]> {
    const known = [Number(knownAt), Number(knownAt)];
    const [from, to] = [before('from_date', dates), before('to_date', dates)];
    const having = (facet: Facet, values: readonly string[], roles: readonly string[] = ['']): Sql => {
      const [one, role] = [list(values), list(roles)];
      // What overlaps or follows at once is one stretch: an agency may have two roles, a commitment two of the themes.
      return new Sql(
        `SELECT reference, MIN(first) AS first, MAX(until) AS until FROM (
           SELECT reference, first, until, SUM(begins) OVER (PARTITION BY reference ORDER BY first, until ROWS UNBOUNDED PRECEDING) AS stretch
           FROM (
             SELECT reference, first, until, CASE WHEN first <= MAX(until) OVER (
               PARTITION BY reference ORDER BY first, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins
             FROM (
               SELECT reference, ${from.text} AS first, ${to.text} AS until FROM progress_facets
               WHERE facet = '${facet}' AND value IN (${one.text}) AND role IN (${role.text}) AND ${KNOWN}) AS held
             WHERE first < until) AS begun) AS stretches
         GROUP BY reference, stretch`,
        [...from.values, ...to.values, ...one.values, ...role.values, ...known],
      );
    };
    const { agency, role, agencies, theme, followsUp } = filter;
    return [
      ...(agency ? [having('agency', await this.#progress.standingFor(agency, agencies, knownAt), rolesOf(role))] : []),
      ...(theme ? [having('theme', await this.#progress.below('theme', theme, knownAt))] : []),
      ...(followsUp ? [having('followsUp', await this.#progress.followUpsOf(followsUp, knownAt))] : []),
    ];
  }
}

/** By reading all rows: through an index on positions, where most rows match, they would be read one by one. */
const KNOWN = 'from_position <= ? AND +to_position > ?';

const badStep = (field: string, message: string) =>
  new Rejected('invalid', `${field} ${message}.`, [{ pointer: `/${field}`, message: `${field} ${message}` }]);

/** The first date, the ends of the periods or the reports between, and the last date. */
export function datesBetween(
  from: FullDate,
  to: FullDate,
  step: Every,
  reported: readonly FullDate[],
): readonly FullDate[] {
  const between = step === 'report' ? reported : periodEnds(from, to, { month: 1, quarter: 3, year: 12 }[step]);
  return [...new Set([from, ...between.filter((date) => date > from && date < to), to])];
}

/** The last days of the periods of so many months from one date to another. */
function periodEnds(from: FullDate, to: FullDate, months: number): FullDate[] {
  const monthOf = (date: FullDate) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  const first = Math.floor(monthOf(from) / months);
  return Array.from({ length: Math.floor(monthOf(to) / months) - first + 1 }, (_, i) => {
    const last = (first + i + 1) * months - 1;
    const year = String(Math.floor(last / 12)).padStart(4, '0');
    return lastDayOf(`${year}-${String((last % 12) + 1).padStart(2, '0')}`);
  });
}

/** How many of some days, which are in order, come before a column's: by halving, so that few are compared. */
function before(column: string, days: readonly FullDate[], comparison: '<' | '<=' = '<'): Sql {
  const among = (first: number, until: number): Sql => {
    if (first === until) return new Sql(String(first));
    const middle = (first + until) >> 1;
    const [after, up] = [among(middle + 1, until), among(first, middle)];
    return new Sql(`CASE WHEN ? ${comparison} ${column} THEN ${after.text} ELSE ${up.text} END`, [
      days[middle]!,
      ...after.values,
      ...up.values,
    ]);
  };
  return among(0, days.length);
}

@ApiTags('Progress')
@Controller('v1/progress/timeline')
export class TimelineController {
  constructor(
    private readonly timeline: Timeline,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Counts by stage at each step between two dates', operationId: 'progressTimeline' })
  @ApiOkResponse({ type: TimelineView })
  async steps(@Query() query: TimelineQuery) {
    const { staleAfter, format: _format, asOf, knownAt, ...asked } = query;
    return this.timeline.steps({ ...(await clocksOf({ asOf, knownAt }, this.log.store)), staleAfter }, asked);
  }
}
