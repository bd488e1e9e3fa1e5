/** The view of commitments by stage, at each step between two dates. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { lastDayOf, monthsBefore, type FullDate } from '#clocks';
import { ENDS, LIVES, STAGES, type End, type Stage } from '#commitments';
import { type Projector, refused } from '#eventsourcing';
import { AtClocks, OnDate } from '#platform';
import { dateOf, dayOf, NONE } from './columns.js';
import { CountsBy, Row } from './count.js';
import { ProgressQuery, FilterField, type Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { LookFactory, type Look } from './look.js';
import { days, standings, type ViewClocks } from './scan.js';

export const STEPS = ['month', 'quarter', 'year', 'report'] as const;
type Every = (typeof STEPS)[number];

/** The greatest number of steps in an answer. */
export const MOST_STEPS = 400;

/** The filters of a timeline. */
export type TimelineFilter = Pick<Filter, 'agency' | 'role' | 'agencies' | 'theme' | 'followsUp'>;

export class TimelineQuery extends ProgressQuery implements TimelineFilter {
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
  @FilterField() agency?: string;
  @FilterField({ description: 'A theme, or any below it' }) theme?: string;
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

export class Timeline {
  readonly #looks: LookFactory;

  constructor(projector: Projector) {
    this.#looks = new LookFactory(projector);
  }

  /** @throws Rejected `invalid` when the dates are out of order or the steps too many */
  async steps(
    at: ViewClocks,
    { from, to = at.asOf, step = 'year', ...filter }: TimelineFilter & Pick<TimelineQuery, 'from' | 'to' | 'step'>,
  ): Promise<TimelineView> {
    if (to > at.asOf)
      throw badStep('to', `is after asOf, ${at.asOf}: what is reported later is not known as at that date`);
    if (from !== undefined && from > to) throw badStep('from', `is after the last step, ${to}`);
    const look = await this.#looks.look(at);
    const reported =
      from === undefined || step === 'report' ? days(look.columns, { ...look.at, asOf: to }).map(dateOf) : [];
    const first = from ?? reported[0];
    const dates = first === undefined ? [] : datesBetween(first, to, step, reported);
    if (dates.length > MOST_STEPS)
      throw badStep(
        'step',
        `${step} gives ${dates.length} steps, and one answer has at most ${MOST_STEPS}: take longer ones`,
      );
    return {
      asOf: at.asOf,
      position: look.at.knownAt,
      from: first ?? to,
      to,
      step,
      rows: await stepsOf(look, dates, filter),
    };
  }

  /** Counts as at each of some dates, which are in order. */
  async on(dates: readonly FullDate[], at: ViewClocks, filter: TimelineFilter = {}): Promise<TimelineRow[]> {
    return stepsOf(await this.#looks.look(at), dates, filter);
  }
}

/** Days in order, by which a day is looked up. */
class Steps {
  /** Of each day from the first to the last: the first step that is not before it. */
  readonly #stepOf: Int32Array;
  readonly #first: number;

  constructor(private readonly days: Int32Array) {
    this.#first = days[0] ?? 0;
    this.#stepOf = new Int32Array((days.at(-1) ?? 0) - this.#first + 1);
    for (let day = 0, step = 0; day < this.#stepOf.length; day++) {
      while (days[step]! < this.#first + day) step++;
      this.#stepOf[day] = step;
    }
  }

  /** The first step that is not before a day. */
  from(day: number): number {
    const at = day - this.#first;
    return at <= 0 ? 0 : at < this.#stepOf.length ? this.#stepOf[at]! : this.days.length;
  }
}

/** The place of each count of a step: the total, those by stage, the others, and the ended records. */
const [TOTAL, STAGE, TARGETED] = [0, 1, 1 + STAGES.length] as const;
const [OVERDUE, STALE, LIFE] = [TARGETED + 1, TARGETED + 2, TARGETED + 3] as const;
const WIDTH = LIFE + LIVES.length;

/**
 * Counts as at each of some dates, which are in order. Every row is looked at once, however many dates there are: from which
 * step and up to which one it counts, and from which one on as overdue or stale.
 */
async function stepsOf(look: Look, dates: readonly FullDate[], filter: TimelineFilter): Promise<TimelineRow[]> {
  const { columns, at } = look;
  const { from, since, until, next, standing, target, lastReportedOn } = columns.columns;
  const conditions = await look.conditions({ ...filter, life: 'any' });
  const { stages, canBeOverdue, open } = standings(columns);
  const lives = columns.dictionaries.standing.entries.map(({ life }) => LIVES.indexOf(life));
  const due = columns.dictionaries.target.entries.map(({ last }) => last);
  const [position, steps] = [Number(at.knownAt), dates.length];
  const on = new Steps(Int32Array.from(dates, dayOf));
  const staleBefore = new Steps(Int32Array.from(dates, (date) => dayOf(monthsBefore(date, at.staleAfter ?? 12))));
  // The rows that begin to count at a step, less those that end.
  const changes = new Int32Array((steps + 1) * WIDTH);
  const count = (first: number, end: number, which: number): void => {
    if (first >= end) return;
    changes[first * WIDTH + which]!++;
    changes[end * WIDTH + which]!--;
  };
  const last = new Latest(steps);
  for (let commitment = 0; commitment < columns.references.size; commitment++) {
    let end = steps;
    rows: for (let row = columns.heads[commitment]!; row !== NONE && end > 0; row = next[row]!) {
      if (since[row]! > position || until[row]! <= position) continue;
      const first = on.from(from[row]!);
      if (first >= end) continue;
      const upTo = end;
      end = first;
      for (const { codes, holds } of conditions) if (holds[codes[row]!] === 0) continue rows;
      const stands = standing[row]!;
      const life = lives[stands]!;
      if (life > 0) {
        count(first, upTo, LIFE + life);
        continue;
      }
      const ends = due[target[row]!]!;
      count(first, upTo, TOTAL);
      count(first, upTo, STAGE + stages[stands]!);
      if (ends > 0) count(first, upTo, TARGETED);
      if (ends > 0 && canBeOverdue[stands]) count(Math.max(first, on.from(ends + 1)), upTo, OVERDUE);
      if (open[stands]) count(Math.max(first, staleBefore.from(lastReportedOn[row]! + 1)), upTo, STALE);
      last.hear(lastReportedOn[row]!, first, upTo);
    }
  }
  const [counts, latest] = [new Int32Array(WIDTH), last.all()];
  return dates.map((asOf, step) => {
    for (let which = 0; which < WIDTH; which++) counts[which]! += changes[step * WIDTH + which]!;
    const lastDay = latest[step]!;
    return {
      asOf,
      total: counts[TOTAL]!,
      byStage: Object.fromEntries(STAGES.map((stage, i) => [stage, counts[STAGE + i]!])) as Record<Stage, number>,
      withTarget: counts[TARGETED]!,
      overdue: counts[OVERDUE]!,
      stale: counts[STALE]!,
      lastReportedOn: lastDay === 0 ? null : dateOf(lastDay),
      apart: Object.fromEntries(ENDS.map((end) => [end, counts[LIFE + LIVES.indexOf(end)]!])) as Record<End, number>,
      list: listQuery(filter, { ...at, asOf }),
    };
  });
}

/** The greatest of what was heard at each of some steps, each heard from one step up to another one. */
class Latest {
  /** By the step from which on and the one up to which it was heard. */
  readonly #most: Int32Array;

  constructor(private readonly steps: number) {
    this.#most = new Int32Array((steps + 1) ** 2);
  }

  hear(day: number, first: number, end: number): void {
    const at = first * (this.steps + 1) + end;
    if (day > this.#most[at]!) this.#most[at] = day;
  }

  /** Of all steps. */
  all(): Int32Array {
    const [most, width, latest] = [this.#most, this.steps + 1, new Int32Array(this.steps)];
    for (let first = 0; first < this.steps; first++)
      for (let step = this.steps - 1, longer = 0; step >= first; step--) {
        longer = Math.max(longer, most[first * width + step + 1]!);
        latest[step] = Math.max(latest[step]!, longer);
      }
    return latest;
  }
}

const badStep = (field: string, message: string) => refused('invalid', `/${field}`, `${field} ${message}.`);

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

@ApiTags('Progress')
@Controller('v1/progress/timeline')
export class TimelineController {
  constructor(private readonly timeline: Timeline) {}

  @Get()
  @ApiOperation({
    summary: 'Counts by stage at each step between two dates',
    description:
      'One row a step: a month, quarter or year, or each date on which something was reported. Each row is as at its own date, so rows are comparable, and none is changed by what was reported later.',
    operationId: 'progressTimeline',
  })
  @ApiOkResponse({ type: TimelineView })
  async steps(@AtClocks() { at, ...asked }: TimelineQuery) {
    return this.timeline.steps(at, asked);
  }
}
