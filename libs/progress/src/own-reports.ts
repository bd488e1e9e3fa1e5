/** When agencies last reported themselves: by a stage of their part, or by an act of their focal point. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { dateOf, dayOf, type AgencyInRole } from './columns.js';
import type { Under } from './count.js';
import type { Selection } from './scan.js';

/** The field of a row: `lastReportedOn` is when anybody last mentioned what it counts, this is when the agency did. */
export const OwnReport = (of = 'Its') =>
  ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: `${of} own last report: a stage of its part, or an act of its focal point. null: none`,
  });

/** An agency in some role, the key under which its commitments count, and whether it leads. */
export interface Holder extends Under {
  readonly agency: string;
  readonly leads: boolean;
}

/** By key: the last day on which one of the agencies that count under it reported on a commitment itself. */
export function lastOwnReports(
  { columns: { columns, dictionaries }, rows }: Selection,
  holdersIn: (agencies: readonly AgencyInRole[]) => readonly Holder[],
): ReadonlyMap<string, FullDate> {
  const days = new Map<string, number>();
  const byCode: (readonly Holder[] | undefined)[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const code = columns.agencies[row]!;
    const holders = (byCode[code] ??= holdersIn(dictionaries.agencies.entries[code]!));
    for (const { key, agency, leads } of holders) {
      const on = leads ? null : dictionaries.heard.entries[columns.heard[row]!]![agency];
      const day = leads ? columns.leadReportedOn[row]! : on ? dayOf(on) : 0;
      if (day > (days.get(key) ?? 0)) days.set(key, day);
    }
  }
  return new Map([...days].map(([key, day]) => [key, dateOf(day)]));
}
