/** The view of commitments by stage, at each step between two dates. */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { lastDayOf, monthsBefore, type FullDate } from '#clocks';
import { ENDS, LIVES, STAGES, type End, type Stage } from '#commitments';
import { Answers, CountsBy, Day, AtClocks, OnDate, QueryChoice, ShownList, Shown, DatedAnswer } from '#platform';
import { dateOf, dayOf, NO_ROW, type Columns } from './columns.js';
import { Row } from './count.js';
import { ProgressQuery, FilterField, type Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { badField, View, type Look } from './look.js';
import { reportDays, standings, type Condition, type ViewClocks } from './scan.js';

export const TIMELINE_STEPS = ['month', 'quarter', 'year', 'report'] as const;
type TimelineStep = (typeof TIMELINE_STEPS)[number];

/** The greatest number of steps in an answer. */
export const MAX_STEPS = 400;

export type TimelineFilter = Pick<Filter, 'agency' | 'role' | 'agencies' | 'theme' | 'followsUp'>;

export class TimelineQuery extends ProgressQuery implements TimelineFilter {
  @OnDate({ optional: true, description: 'The first step (default: the first report)' }) from?: FullDate;
  @OnDate({ optional: true, description: 'The last step (default `asOf`); not after `asOf`', example: '2011-02-17' })
  to?: FullDate;
  @QueryChoice(TIMELINE_STEPS, {
    default: 'year',
    description: 'Steps at the ends of months, quarters or years, or on the days on which something was reported',
  })
  step?: TimelineStep;
  @FilterField() agency?: string;
  @FilterField({ description: 'A theme, or any below it' }) theme?: string;
}

export class TimelineRow extends Row {
  @Day() readonly asOf: FullDate;
  @CountsBy(ENDS, 'Records that have ended by then; they are in no total')
  readonly apart: Readonly<Record<End, number>>;
  @Shown('The query of `/v1/commitments` that lists what `total` counts', 'asOf=2006-11-21') readonly list: string;
}

class TimelineView extends DatedAnswer {
  @Day() readonly from: FullDate;
  @Day() readonly to: FullDate;
  @ApiProperty({ enum: TIMELINE_STEPS }) readonly step: TimelineStep;
  @ShownList(TimelineRow, 'Empty when nothing had been reported by then') readonly rows: TimelineRow[];
}

export class Timeline extends View {
  /** @throws Rejected `invalid` when the dates are out of order or the steps too many */
  async steps(
    at: ViewClocks,
    { from, to = at.asOf, step = 'year', ...filter }: TimelineFilter & Pick<TimelineQuery, 'from' | 'to' | 'step'>,
  ): Promise<TimelineView> {
    if (to > at.asOf)
      throw badField('to', `is after asOf, ${at.asOf}: what is reported later is not known as at that date`);
    if (from !== undefined && from > to) throw badField('from', `is after the last step, ${to}`);
    using look = await this.looks.look(at);
    const reported =
      from === undefined || step === 'report' ? reportDays(look.columns, { ...look.at, asOf: to }).map(dateOf) : [];
    const first = from ?? reported[0];
    const dates = first === undefined ? [] : datesBetween(first, to, step, reported);
    if (dates.length > MAX_STEPS)
      throw badField(
        'step',
        `${step} gives ${dates.length} steps, and one answer has at most ${MAX_STEPS}: take longer ones`,
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
    using look = await this.looks.look(at);
    return await stepsOf(look, dates, filter);
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

/** The place of each count of a step: by stage, without a target and with one; the other marks; the ended records. */
const [STAGE_OFFSET, TARGETED_OFFSET] = [0, STAGES.length] as const;
const [OVERDUE_OFFSET, STALE_OFFSET, LIFE_OFFSET] = [
  2 * STAGES.length,
  2 * STAGES.length + 1,
  2 * STAGES.length + 2,
] as const;
const COUNTS_PER_STEP = LIFE_OFFSET + LIVES.length;

/**
 * Counts as at each of some dates, which are in order. Every row is looked at once, however many dates there are: from which
 * step and up to which one it counts, and from which one on as overdue or stale.
 */
async function stepsOf(look: Look, dates: readonly FullDate[], filter: TimelineFilter): Promise<TimelineRow[]> {
  const { at } = look;
  const steps = new CountedSteps(look, dates, await look.conditions({ ...filter, life: 'any' }));
  steps.countEach();
  const [counts, lastDays] = [new Int32Array(COUNTS_PER_STEP), steps.latest.all()];
  return dates.map((asOf, step) => {
    for (let which = 0; which < COUNTS_PER_STEP; which++)
      counts[which]! += steps.changes[step * COUNTS_PER_STEP + which]!;
    const inStage = STAGES.map((_, i) => counts[STAGE_OFFSET + i]! + counts[TARGETED_OFFSET + i]!);
    const lastDay = lastDays[step]!;
    return {
      asOf,
      total: sum(inStage),
      byStage: Object.fromEntries(STAGES.map((stage, i) => [stage, inStage[i]!])) as Record<Stage, number>,
      withTarget: sum([...counts.subarray(TARGETED_OFFSET, TARGETED_OFFSET + STAGES.length)]),
      overdue: counts[OVERDUE_OFFSET]!,
      stale: counts[STALE_OFFSET]!,
      lastReportedOn: lastDay === 0 ? null : dateOf(lastDay),
      apart: Object.fromEntries(ENDS.map((end) => [end, counts[LIFE_OFFSET + LIVES.indexOf(end)]!])) as Record<
        End,
        number
      >,
      list: listQuery(filter, { ...at, asOf }),
    };
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

/** Counts every row once, in a loop of its own (see scan.ts). */
class CountedSteps {
  /** The rows that begin to count at a step, less those that end. */
  readonly changes: Int32Array;
  readonly latest: Latest;
  readonly #columns: Columns;
  readonly #position: number;
  readonly #on: Steps;
  readonly #staleBefore: Steps;
  readonly #standings: ReturnType<typeof standings>;
  /** By the code of a standing: where it counts without a target. */
  readonly #placeOf: Uint8Array;
  /** By the code of a target: how much further on it counts, and from which step on it has passed. */
  readonly #further: Uint8Array;
  readonly #passed: Int32Array;

  constructor(
    { columns, at }: Look,
    private readonly dates: readonly FullDate[],
    private readonly conditions: readonly Condition[],
  ) {
    const { standing, target } = columns.dictionaries;
    const steps = dates.length;
    this.#columns = columns;
    this.#position = Number(at.knownAt);
    this.#on = new Steps(Int32Array.from(dates, dayOf));
    this.#staleBefore = new Steps(Int32Array.from(dates, (date) => dayOf(monthsBefore(date, at.staleAfter ?? 12))));
    this.#standings = standings(columns);
    const { stages } = this.#standings;
    this.#placeOf = Uint8Array.from(standing.entries, ({ life }, code) =>
      life === 'active' ? STAGE_OFFSET + stages[code]! : LIFE_OFFSET + LIVES.indexOf(life),
    );
    this.#further = Uint8Array.from(target.entries, ({ last }) => (last > 0 ? TARGETED_OFFSET : 0));
    this.#passed = Int32Array.from(target.entries, ({ last }) => (last > 0 ? this.#on.from(last + 1) : steps));
    this.changes = new Int32Array((steps + 1) * COUNTS_PER_STEP);
    this.latest = new Latest(steps);
  }

  countEach(): void {
    const { heads, references, columns } = this.#columns;
    const { from, since, until, next, standing, target, lastReportedOn } = columns;
    const { canBeOverdue, open } = this.#standings;
    const [position, on, staleBefore] = [this.#position, this.#on, this.#staleBefore];
    const [placeOf, further, passed] = [this.#placeOf, this.#further, this.#passed];
    const { changes, latest, conditions } = this;
    const [steps, size] = [this.dates.length, references.size];
    for (let commitment = 0; commitment < size; commitment++) {
      let end = steps;
      for (let row = heads[commitment]!; row !== NO_ROW && end > 0; row = next[row]!) {
        if (since[row]! > position || until[row]! <= position) continue;
        const first = on.from(from[row]!);
        if (first >= end) continue;
        const upTo = end;
        end = first;
        if (conditions.length > 0 && !meets(row, conditions)) continue;
        const stands = standing[row]!;
        const place = placeOf[stands]!;
        if (place >= LIFE_OFFSET) {
          change(changes, first, upTo, place);
          continue;
        }
        const due = target[row]!;
        change(changes, first, upTo, place + further[due]!);
        const late = passed[due]!;
        if (canBeOverdue[stands] === 1 && late < upTo) change(changes, Math.max(first, late), upTo, OVERDUE_OFFSET);
        const reported = lastReportedOn[row]!;
        const silent = staleBefore.from(reported + 1);
        if (open[stands] === 1 && silent < upTo) change(changes, Math.max(first, silent), upTo, STALE_OFFSET);
        latest.hear(reported, first, upTo);
      }
    }
  }
}

function change(changes: Int32Array, first: number, end: number, place: number): void {
  changes[first * COUNTS_PER_STEP + place]!++;
  changes[end * COUNTS_PER_STEP + place]!--;
}

function meets(row: number, conditions: readonly Condition[]): boolean {
  for (let i = 0; i < conditions.length; i++) if (conditions[i]!.holds[conditions[i]!.codes[row]!] !== 1) return false;
  return true;
}

/** The greatest of the values heard at each of some steps, each heard from one step up to another one. */
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

/** The first date, the ends of the periods or the reports between, and the last date. */
export function datesBetween(
  from: FullDate,
  to: FullDate,
  step: TimelineStep,
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
  @Answers(
    TimelineView,
    'Counts by stage at each step between two dates',
    'One row a step: a month, quarter or year, or each date of a report. Each row is as at its own date, so rows are comparable, and no later report changes one.',
  )
  async progressTimeline(@AtClocks() { at, ...asked }: TimelineQuery) {
    return this.timeline.steps(at, asked);
  }
}
