/** Days as numbers: in a typed array, and to compare. */
import type { FullDate } from '#clocks';

/** A date as a number that orders like its text. */
export function dayOf(date: FullDate): number {
  const code = (i: number) => date.charCodeAt(i) - 48;
  const year = code(0) * 1000 + code(1) * 100 + code(2) * 10 + code(3);
  return year * 512 + (code(5) * 10 + code(6)) * 32 + code(8) * 10 + code(9);
}
const padded = (n: number, length: number): string => String(n).padStart(length, '0');
const asDate = (day: number): FullDate => `${padded(day >> 9, 4)}-${padded((day >> 5) & 15, 2)}-${padded(day & 31, 2)}`;

/** Dates that were asked for. */
const dates = new Map<number, FullDate>();
const MAX_REMEMBERED_DATES = 50_000;

export function dateOf(day: number): FullDate {
  let date = dates.get(day);
  if (date === undefined) {
    if (dates.size === MAX_REMEMBERED_DATES) dates.clear();
    dates.set(day, (date = asDate(day)));
  }
  return date;
}

/** After every day. */
export const END_OF_TIME = 10_000 * 512;
