/** The view of deadlines: commitments due next, month by month, and overdue ones by their delay. */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { DAY_MS, lastDayOf, monthsBefore, type FullDate } from '#clocks';
import { NATURES } from '#commitments';
import {
  Answers,
  Count,
  Day,
  AtClocks,
  OnDate,
  QueryNumber,
  WantedFormat,
  type Format,
  DatedAnswer,
  WRITTEN_FORMAT_WORDS,
} from '#platform';
import { dateOf } from './columns.js';
import { countBy } from './count.js';
import { ProgressQuery, FilterField, type Filter } from './filters.js';
import { Keys } from './keys.js';
import { listQuery } from './list-query.js';
import { badField, View } from './look.js';
import { OPEN_STAGES } from './progress.js';
import type { ViewClocks } from './scan.js';

/** After how many months overdue the next class begins. */
const OVERDUE_MONTHS = [0, 6, 12, 24] as const;

export class DeadlinesQuery extends ProgressQuery implements DeadlinesFilter {
  @QueryNumber(1, 600, { default: 6, description: 'Months ahead', unit: 'months' }) within?: number;
  @OnDate({ optional: true, description: 'Instead of `within`: the last day looked at', example: '2012-12-31' })
  until?: FullDate;
  @FilterField() agency?: string;
  @FilterField({ description: 'A theme, or any below it' }) theme?: string;
}

export type DeadlinesFilter = Pick<Filter, 'agency' | 'role' | 'agencies' | 'theme' | 'followsUp'>;

const LIST_SCHEMA = {
  description: 'The query of `/v1/commitments` that lists them',
  example: 'dueFrom=2012-01-01&dueBy=2012-01-31',
};

export class DueInMonth {
  @ApiProperty({ example: '2012-01', description: 'The month in which the period of the target ends' })
  readonly month: string;
  @Count() readonly total: number;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
}

export class OverdueFor {
  @ApiProperty({ enum: OVERDUE_MONTHS, description: 'For more than so many months …' }) readonly over: number;
  @ApiProperty({ type: 'integer', nullable: true, description: '… and at most so many; null: any longer' })
  readonly upTo: number | null;
  @Count() readonly total: number;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
}

class Ahead {
  @Count('By `until`') readonly total: number;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
  @ApiProperty({ type: [DueInMonth], description: 'The months in which any is due, in order' })
  readonly months: DueInMonth[];
}

class Overdue {
  @Count() readonly total: number;
  @ApiProperty(LIST_SCHEMA) readonly list: string;
  @ApiProperty({ type: [OverdueFor] }) readonly byLength: OverdueFor[];
}

export class DeadlinesView extends DatedAnswer {
  @Day() readonly until: FullDate;
  @Count('Open commitments that can become overdue: with a target, and not standing') readonly of: number;
  @ApiProperty({ description: 'The query of `/v1/commitments` that lists these' }) readonly list: string;
  @ApiProperty({ description: 'Those whose target is yet to pass' }) readonly ahead: Ahead;
  @ApiProperty({ description: 'Those whose target has passed' }) readonly overdue: Overdue;
}

export class Deadlines extends View {
  /** @throws Rejected `invalid` when `until` has passed */
  async ahead(
    at: ViewClocks,
    {
      within = 6,
      until = monthsBefore(at.asOf, -within),
      ...filter
    }: DeadlinesFilter & Pick<DeadlinesQuery, 'within' | 'until'> = {},
  ): Promise<DeadlinesView> {
    const { asOf } = at;
    if (until < asOf) throw badField('until', `has passed by ${asOf}`);
    using look = await this.looks.look(at);
    const pinned = look.at;
    const asked = { ...filter, ...CAN_BE_OVERDUE };
    const dueOn = new Keys(look.columns, 'target', ({ last }) => [{ key: dateOf(last) }]);
    const days = countBy(await look.find(asked), dueOn)
      .map(({ keys: [due], total }) => ({ due: due!, n: total }))
      .sort((a, b) => (a.due < b.due ? -1 : 1));
    const sum = (test: (due: FullDate) => boolean) => days.reduce((sum, { due, n }) => (test(due) ? sum + n : sum), 0);
    const list = (dates: Pick<Filter, 'dueFrom' | 'dueBy'>) => listQuery({ ...asked, ...dates }, pinned);
    const overdue = (dates: Pick<Filter, 'dueFrom' | 'dueBy'> = {}) =>
      listQuery({ ...filter, overdue: true, ...dates }, pinned);
    const isAhead = (due: FullDate) => due >= asOf && due <= until;
    const months = [...new Set(days.filter(({ due }) => isAhead(due)).map(({ due }) => due.slice(0, 7)))];
    return {
      asOf,
      position: pinned.knownAt,
      until,
      of: sum(() => true),
      list: list({}),
      ahead: {
        total: sum(isAhead),
        list: list({ dueFrom: asOf, dueBy: until }),
        months: months.map((month) => {
          const [first, last] = [`${month}-01`, lastDayOf(month)];
          const dates = { dueFrom: first < asOf ? asOf : first, dueBy: last > until ? until : last };
          return { month, total: sum((due) => due >= dates.dueFrom && due <= dates.dueBy), list: list(dates) };
        }),
      },
      overdue: {
        total: sum((due) => due < asOf),
        list: overdue(),
        byLength: OVERDUE_MONTHS.map((over, i) => {
          const upTo = OVERDUE_MONTHS[i + 1] ?? null;
          const [before, since] = [monthsBefore(asOf, over), upTo === null ? '' : monthsBefore(asOf, upTo)];
          return {
            over,
            upTo,
            total: sum((due) => due < before && due >= since),
            list: overdue({ dueBy: dayBefore(before), ...(since && { dueFrom: since }) }),
          };
        }),
      },
    };
  }
}

/** The commitments that can become overdue (rule 4). */
const CAN_BE_OVERDUE = {
  stage: OPEN_STAGES,
  nature: NATURES.filter((nature) => nature !== 'standing').join(','),
  withTarget: true,
} as const satisfies Filter;

const dayBefore = (date: FullDate): FullDate => new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, 10);

@ApiTags('Progress')
@Controller('v1/progress/deadlines')
export class DeadlinesController {
  constructor(private readonly deadlines: Deadlines) {}

  @Get()
  @Answers(
    DeadlinesView,
    'Commitments that are due next, and those that are overdue and for how long',
    `Commitments that are due, by month from the date on, and overdue ones, by the number of months. As ${WRITTEN_FORMAT_WORDS}: a row for each of these months and lengths, with the number of commitments and the query of their list.`,
  )
  async progressDeadlines(@AtClocks() { at, ...asked }: DeadlinesQuery, @WantedFormat() format: Format) {
    const view = await this.deadlines.ahead(at, asked);
    if (format === 'json') return view;
    const { position, overdue, ahead } = view;
    const late = overdue.byLength.toReversed().map(({ over, upTo, total, list }) => {
      const months = upTo === null ? `more than ${over}` : `${over} to ${upTo}`;
      return { due: `overdue for ${months} months`, total, list };
    });
    return {
      asOf: view.asOf,
      position,
      rows: [...late, ...ahead.months.map(({ month, ...due }) => ({ due: month, ...due }))],
    };
  }
}
