/** The view of silent agencies: all their open commitments are stale. */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags, OmitType } from '@nestjs/swagger';
import { monthsBefore, type FullDate } from '#clocks';
import type { Role } from '#commitments';
import { Answers, Count, Day, AtClocks, ShownList, Shown, DatedAnswer } from '#platform';
import { compareTexts } from '#text';
import { countAll, countBy } from './count.js';
import { Flag, ProgressQuery, FilterField, type Filter } from './filters.js';
import { listQuery } from './list-query.js';
import { View } from './look.js';
import { lastOwnReports, OwnReport } from './own-reports.js';
import { OPEN_STAGES } from './progress.js';
import type { ViewClocks } from './scan.js';

export class SilentQuery extends OmitType(ProgressQuery, ['role']) {
  @FilterField({ default: 'lead', description: 'Agencies in this role; any: lead, co_lead or partner' })
  role?: Role | 'any';
  @FilterField({ description: 'A theme, or any below it' }) theme?: string;
  @FilterField() memberOf?: string;
  @Flag('Only agencies that are, or are not, silent') silent?: boolean;
}

export type SilentFilter = Pick<Filter, 'role' | 'agencies' | 'theme' | 'followsUp' | 'memberOf'> & {
  readonly silent?: boolean;
};

export class SilentRow {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly name: string;
  @Count('Its open commitments') readonly open: number;
  @Count('Of these: not heard of for `staleAfter` months') readonly stale: number;
  @Shown('Whether all of its open commitments are stale') readonly silent: boolean;
  @Day('The last report on any of its open commitments') readonly lastHeardOn: FullDate;
  @OwnReport() readonly lastOwnReportOn: FullDate | null;
  @Count('Whole calendar months from then to `asOf`') readonly months: number;
  @Shown('The query of `/v1/commitments` that lists the stale ones', 'agency=IOM&stale=true') readonly list: string;
}

class SilenceTotals {
  @Count('With an open commitment') readonly agencies: number;
  @Count('Of these') readonly silent: number;
  @Count('Open commitments, each once') readonly open: number;
  @Count('Of these') readonly stale: number;
  @Shown('The query of `/v1/commitments` that lists the stale ones', 'stale=true') readonly list: string;
}

export class SilenceView extends DatedAnswer {
  @ApiProperty({ type: 'integer', description: 'Calendar months' }) readonly staleAfter: number;
  @ApiProperty() readonly total: SilenceTotals;
  @ShownList(SilentRow, 'The longest silent first; they do not add up to the total') readonly rows: SilentRow[];
}

export class Silence extends View {
  /** Every agency that has an open commitment, and since when nothing was said of any of these. */
  async agencies(at: ViewClocks, { silent, role = 'lead', ...filter }: SilentFilter = {}): Promise<SilenceView> {
    using look = await this.looks.look(at);
    const pinned = look.at;
    const { asOf, knownAt, staleAfter = 12 } = pinned;
    const found = await look.find({ ...filter, stage: OPEN_STAGES });
    const names = await look.hierarchy.agencyNames(filter.agencies);
    const counted = { role, agencies: filter.agencies, memberOf: filter.memberOf };
    const own = await lastOwnReports(look, found, counted);
    const rows = countBy(found, await look.agencies(counted))
      .map(({ keys: [key], row }): SilentRow => {
        const [agency, lastHeardOn] = [key!, row.lastReportedOn!];
        return {
          agency,
          name: names.get(agency) ?? agency,
          open: row.total,
          stale: row.stale,
          silent: row.total === row.stale,
          lastHeardOn,
          lastOwnReportOn: own.get(agency) ?? null,
          months: monthsFrom(lastHeardOn, asOf),
          list: listQuery({ agency, role, ...filter, stale: true }, pinned),
        };
      })
      .sort((a, b) => compareTexts(a.lastHeardOn, b.lastHeardOn) || compareTexts(a.agency, b.agency));
    const all = countAll(found).row;
    return {
      asOf: at.asOf,
      position: knownAt,
      staleAfter,
      total: {
        agencies: rows.length,
        silent: rows.filter((row) => row.silent).length,
        open: all.total,
        stale: all.stale,
        list: listQuery({ ...filter, stale: true }, pinned),
      },
      rows: silent === undefined ? rows : rows.filter((row) => row.silent === silent),
    };
  }
}

/** The number of whole calendar months between two dates, as rule 5 counts them. */
export function monthsFrom(date: FullDate, to: FullDate): number {
  const months = (day: FullDate) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  const apart = months(to) - months(date);
  return monthsBefore(to, apart) < date ? apart - 1 : apart;
}

@ApiTags('Progress')
@Controller('v1/progress/silent')
export class SilenceController {
  constructor(private readonly silence: Silence) {}

  @Get()
  @Answers(
    SilenceView,
    'Which agencies have not been heard of, and for how long',
    'Each agency with the day of its last report and of its last mention by anybody, and the open commitments that it leads. Without a report for `staleAfter` months an agency counts as silent.',
  )
  async progressSilent(@AtClocks() { at, ...filter }: SilentQuery) {
    return this.silence.agencies(at, filter);
  }
}
