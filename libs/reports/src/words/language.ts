/**
 * Numbers, shares and dates as a language writes them. Plural rules and number formats come from packages that carry the data
 * with them, not from Node's ICU: that may be another one on another machine.
 */
import { formatLocale, type FormatLocaleDefinition } from 'd3-format';
import type { ChartWords } from '#charts';
import type { FullDate, PartialDate } from '#clocks';
import { capital } from '#words';
import type { Figure, Inline } from '../report.js';

/** How many, and the address of the list that is counted. */
export interface CountedList {
  readonly n: number;
  readonly href?: string;
}

interface Rules<Category extends string> {
  readonly plural: (n: number) => Category;
  readonly locale: FormatLocaleDefinition;
  readonly months: { readonly long: readonly string[]; readonly short: readonly string[] };
  /** A day, a month and a year as one date. */
  readonly ofDay: (day: number, month: string, year: string) => string;
  readonly ofMonth: (month: string, year: string) => string;
  /** The same of short names of months, in tables. */
  readonly ofShortDay?: (day: number, month: string, year: string) => string;
  /** `30` → `30 per cent` */
  readonly percent: (whole: string) => string;
  readonly lessThan: (text: string) => string;
  readonly moreThan: (text: string) => string;
  readonly partOf: (part: string, of: string) => string;
  /** The word before the last of several; in some languages it depends on the next word. */
  readonly and: string | ((last: readonly Inline[]) => string);
}

/** The functions that each language has, by its rules. */
export function languageBy<Category extends string>(rules: Rules<Category>) {
  const { plural, locale, months, ofDay, ofMonth, lessThan, moreThan, partOf, and } = rules;
  const { ofShortDay = (day, month, year) => `${day}\u00a0${month}\u00a0${year}` } = rules;
  const write = formatLocale(locale).format(',d');
  const number = (n: number): string => write(n);
  const dated =
    (names: readonly string[], dayOf: Rules<Category>['ofDay'], monthOf: Rules<Category>['ofMonth']) =>
    (date: PartialDate) => {
      const [year = '', month, day] = date.split('-');
      if (month === undefined) return year;
      const name = names[Number(month) - 1]!;
      return day === undefined ? monthOf(name, year) : dayOf(Number(day), name, year);
    };
  const shortDate = dated(months.short, ofShortDay, (month, year) => `${month}\u00a0${year}`);
  /** A share in whole per cent; one that is not quite nothing, or not quite all, does not read so. */
  const percent = (part: number, of: number): string => {
    const whole = of === 0 ? 0 : Math.round((100 * part) / of);
    if (whole === 0 && part > 0) return lessThan(rules.percent(number(1)));
    if (whole === 100 && part < of) return moreThan(rules.percent(number(99)));
    return rules.percent(number(whole));
  };
  /** The form of a word for a number. */
  const form = (n: number, forms: Readonly<Partial<Record<Category, string>>> & { readonly other: string }): string =>
    (forms as Readonly<Record<string, string>>)[plural(n)] ?? forms.other;
  const decimal = formatLocale(locale).format(',~f');
  return {
    number,
    /** A number that need not be whole, with six decimals at most. */
    decimal: (n: number): string => decimal(n),
    percent,
    /** `28 of 92 (30 per cent)`; of nothing, only that. */
    share: (part: number, of: number): string =>
      of === 0 ? partOf(number(part), number(of)) : `${partOf(number(part), number(of))} (${percent(part, of)})`,
    /** `21 November 2006`, `November 2006`, `2006`; no line ends between the day and the month. */
    date: dated(months.long, ofDay, ofMonth),
    shortDate,
    chart: {
      day: (date: FullDate) => `${Number(date.slice(8))} ${months.short[Number(date.slice(5, 7)) - 1]}`,
      month: (month: PartialDate) => `${months.short[Number(month.slice(5, 7)) - 1]} ${month.slice(0, 4)}`,
      noUpdateSince: shortDate,
      number,
    } satisfies ChartWords,
    form,
    /** A word in its form for a number. */
    agreed: (n: number, one: string, other: string): string => form(n, { one, other } as Parameters<typeof form>[1]),
    /** A word in its form for a number, behind it: `3 months`. */
    counted: (n: number, one: string, other: string): string =>
      `${number(n)} ${form(n, { one, other } as Parameters<typeof form>[1])}`,
    /** `a, b and c` */
    listed: (parts: readonly (readonly Inline[])[]): Inline[] =>
      parts.flatMap((part, i) => {
        const isLast = i === parts.length - 1;
        return [...(i === 0 ? [] : [isLast ? ` ${typeof and === 'string' ? and : and(part)} ` : ', ']), ...part];
      }),
    figure: ({ n, href }: CountedList): Figure => ({
      type: 'figure',
      value: n,
      text: number(n),
      ...(href && { href }),
    }),
  };
}

/** A sentence with figures, names and notes in it. */
export const say = (strings: TemplateStringsArray, ...values: readonly (Inline | readonly Inline[])[]): Inline[] =>
  strings.flatMap((text, i) => [
    ...(text ? [text] : []),
    ...(i < values.length ? [values[i]!].flat() : []),
  ]) as Inline[];

/** A word in the singular and in the plural. */
export type WordForms = readonly [one: string, other: string];

/** The first forms, with a capital. */
export const firstOf = <K extends string>(forms: Readonly<Record<K, WordForms>>) =>
  Object.fromEntries(Object.entries<WordForms>(forms).map(([key, [one]]) => [key, capital(one)])) as Record<K, string>;
