/** The dates when agencies last reported themselves: by a stage of their part, or by an act of their focal point. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { dateOf, dayOf } from './columns.js';
import type { CountedAgencies } from './hierarchy.js';
import type { Look } from './look.js';
import { flags, type Selection } from './scan.js';

/** The field of a row: `lastReportedOn` is when anybody last mentioned its commitments, this is when the agency did. */
export const OwnReport = (of = 'Its') =>
  ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: `${of} own last report: a stage of its part, or an act of its focal point. null: none`,
  });

/** By key: the last day on which one of the agencies that count under it reported on a commitment itself. */
export async function lastOwnReports(
  look: Look,
  { columns: { columns, dictionaries }, rows }: Selection,
  filter: CountedAgencies,
): Promise<ReadonlyMap<string, FullDate>> {
  const [leads, holdersIn] = [await look.leads(filter), await look.hierarchy.holders(filter)];
  const { starts, numbers } = leads.lists;
  const { agencies, leadReportedOn, heard } = columns;
  /** By the code of a set of agencies: the last day on which its lead reported; and the other agencies' days. */
  const led = new Int32Array(dictionaries.agencies.size);
  const others = new Map<number, Set<number>>();
  const nothing = flags(dictionaries.heard.entries, (on) => Object.keys(on).length === 0);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const code = agencies[row]!;
    if (leadReportedOn[row]! > led[code]!) led[code] = leadReportedOn[row]!;
    if (nothing[heard[row]!] === 1) continue;
    const known = others.get(code);
    if (known) known.add(heard[row]!);
    else others.set(code, new Set([heard[row]!]));
  }
  const leadDays = new Int32Array(leads.names.length);
  for (let code = 0; code < led.length; code++)
    for (let i = starts[code]!; i < starts[code + 1]!; i++) {
      const lead = numbers[i]! >> 1;
      if (led[code]! > leadDays[lead]!) leadDays[lead] = led[code]!;
    }
  const days = new Map<string, number>();
  const hear = (key: string, day: number): void => void (day > (days.get(key) ?? 0) && days.set(key, day));
  leads.names.forEach((key, lead) => hear(key, leadDays[lead]!));
  for (const [code, all] of others)
    for (const { key, agency, leads } of holdersIn(dictionaries.agencies.entries[code]!))
      for (const one of leads ? [] : all) {
        const on = dictionaries.heard.entries[one]![agency];
        if (on) hear(key, dayOf(on));
      }
  return new Map([...days].map(([key, day]) => [key, dateOf(day)]));
}
