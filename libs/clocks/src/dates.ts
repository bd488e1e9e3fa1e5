/** Dates as their ISO texts, which compare as strings: partial dates and the periods that they name. Pure. */
import { Temporal } from 'temporal-polyfill';

/** `2006-11-20` */
export type FullDate = string;
/** `2006`, `2006-11` or `2006-11-20` */
export type PartialDate = string;

/** The length of a day in UTC. */
export const DAY_MS = 86_400_000;

const DATE_PATTERN = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

interface Period {
  readonly first: FullDate;
  readonly last: FullDate;
}

/** Few dates are asked about very often: several times in each act. All are forgotten when there are too many. */
const periods = new Map<unknown, Period | null>();
const MAX_REMEMBERED_PERIODS = 20_000;

/** The first and the last day of the period that a partial date names; `null` when it is not a real date. */
export function periodOf(date: unknown): Period | null {
  const known = periods.get(date);
  if (known !== undefined) return known;
  if (typeof date !== 'string' || date.length > 10) return null;
  if (periods.size >= MAX_REMEMBERED_PERIODS) periods.clear();
  const period = readPeriod(date);
  periods.set(date, period);
  return period;
}

function readPeriod(date: string): Period | null {
  const parts = DATE_PATTERN.exec(date);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  try {
    const first = Temporal.PlainDate.from({ year: year!, month: month ?? 1, day: day ?? 1 }, { overflow: 'reject' });
    const length = day ? { days: 0 } : month ? { months: 1 } : { years: 1 };
    const last = day ? first : first.add(length).subtract({ days: 1 });
    return { first: first.toString(), last: last.toString() };
  } catch {
    return null;
  }
}

/** The last day of a partial date that is known to be real. */
export const lastDayOf = (date: PartialDate): FullDate => periodOf(date)!.last;
/** The first day of a partial date that is known to be real. */
export const firstDayOf = (date: PartialDate): FullDate => periodOf(date)!.first;

/** Whether a partial date is real and of a year that existed. There was no year 0. */
export const isPartialDate = (date: unknown): date is PartialDate =>
  periodOf(date) !== null && !(date as string).startsWith('0000');

/** Nothing that is followed up here is older: a year before it is taken (rule 3), and pointed out, as it is most likely mistyped. */
export const FIRST_YEAR = '1800';

export const isFullDate = (date: unknown): date is FullDate => isPartialDate(date) && date.length === 10;

let lastConverted: { readonly day: number; readonly date: FullDate } = { day: NaN, date: '' };

/** Today, in UTC. */
export function todayAt(now: Date): FullDate {
  const day = Math.floor(now.getTime() / DAY_MS);
  if (day !== lastConverted.day) lastConverted = { day, date: now.toISOString().slice(0, 10) };
  return lastConverted.date;
}

/** Today where the day begins first, at UTC+14: a report of today there is not in the future (rule 3). */
export const todayAnywhere = (now: Date): FullDate => todayAt(new Date(now.getTime() + 14 * 3_600_000));

/** A day beyond the years of four digits would not compare as a text: there the range ends. */
function withinFourDigits(day: Temporal.PlainDate): FullDate {
  if (day.year > 9999) return '9999-12-31';
  return day.year < 0 ? '0000-01-01' : day.toString();
}

/** `date` less a number of calendar months; the day is clamped to the month's end (rule 5). */
export const monthsBefore = (date: FullDate, months: number): FullDate =>
  withinFourDigits(Temporal.PlainDate.from(date).subtract({ months }));

/** `date` and a number of calendar months; the day is clamped to the month's end. */
export const monthsAfter = (date: FullDate, months: number): FullDate =>
  withinFourDigits(Temporal.PlainDate.from(date).add({ months }));

export const daysAfter = (date: FullDate, days: number): FullDate =>
  withinFourDigits(Temporal.PlainDate.from(date).add({ days }));
export const dayAfter = (date: FullDate): FullDate => daysAfter(date, 1);

export const daysBetween = (from: FullDate, to: FullDate): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days;
