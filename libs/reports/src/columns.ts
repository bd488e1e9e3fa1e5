/** The widths of the columns of a printed table: a text that must stay whole fits its column. */
import { columnsWeight } from './flow.js';
import { CODE_PATTERN } from './in-words.js';
import { textOfInlines, type Cell, type Column } from './report.js';
import type { Words } from './words/index.js';

/** Words with more letters, such as addresses, are broken anyway. */
const MAX_UNBROKEN_LETTERS = 18;

/** The widths of letters of a typeface, in the letters by which a column is reckoned. */
export interface Letters {
  readonly capital: number;
  readonly digit: number;
  /** Hyphens, points, spaces and the like. */
  readonly sign: number;
  readonly small: number;
}

export function widthInLetters(text: string, { capital, digit, sign, small }: Letters): number {
  let wide = 0;
  for (const letter of text)
    wide += /\p{Lu}/u.test(letter) ? capital : /\d/.test(letter) ? digit : /[\s.,:;()/-]/.test(letter) ? sign : small;
  return wide;
}

/** Where a line may end in any case. */
const LINE_END = /[^\S\u00A0]|\u200B/;

/** Whether a word is a code, with or without the signs around it: `(WORLD-BANK,` */
const isCode = (word: string): boolean => CODE_PATTERN.test(word.replaceAll(/^[(«“]+|[),.:;»”]+$/g, ''));

/** The letters of the longest unbroken part of a text: codes are whole, other words are parted at their hyphens. */
export const longestWord = (text: string, letters: Letters): number =>
  text.split(LINE_END).reduce((most, word) => {
    if (word.length * letters.capital <= most) return most;
    const parts = isCode(word) && word.length <= MAX_UNBROKEN_LETTERS ? [word] : word.split('-');
    return Math.max(most, ...parts.map((part) => widthInLetters(part.slice(0, MAX_UNBROKEN_LETTERS), letters)));
  }, 0);

/** The texts of a cell in which a word may be too long; a number has its room in any case. */
export function textsIn(cell: Cell, words: Words): readonly string[] {
  switch (cell?.type) {
    case 'code':
      return [cell.words];
    case 'date':
      return [words.shortDate(cell.value)];
    case 'text':
      return [textOfInlines(cell.inlines)];
    case 'list':
      return (cell.words ?? cell.items).map(textOfInlines);
    default:
      return [];
  }
}

/** The words of a text that no language parts, such as dates and codes. */
export const unparted = (text: string): string =>
  text
    .split(LINE_END)
    .filter((word) => /\d|\u00A0/.test(word) || isCode(word))
    .join(' ');

export const naturalWidths = (columns: readonly Column[], whole: number): number[] =>
  columns.map(({ weight }) => (weight * whole) / columnsWeight(columns));

/**
 * Widths by weight, of which columns of figures lend their spare room to those of texts, so that more words stand on
 * one line.
 */
export function lent(
  columns: readonly Column[],
  natural: readonly number[],
  { least, most }: { readonly least: (i: number) => number; readonly most: (i: number) => number },
): number[] {
  const isFigures = columns.map(({ type }) => type === 'integer');
  const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
  const spare = natural.map((width, i) => (isFigures[i] ? Math.max(0, width - least(i)) : 0));
  const wanted = natural.map((width, i) => (isFigures[i] ? 0 : Math.max(0, most(i) - width)));
  const share = Math.min(sum(spare), sum(wanted));
  if (share === 0) return [...natural];
  return natural.map((width, i) => width + share * (wanted[i]! / sum(wanted) - spare[i]! / sum(spare)));
}

/** The least of its weight that a column keeps where others take from it. */
const MIN_WEIGHT_SHARE = 0.7;

/**
 * Columns as wide as their weights say, but for those that need more: these take from the others.
 * @returns `null`: the needed room takes too much from the others
 */
export function fit(
  natural: readonly number[],
  needed: readonly number[],
  whole: number,
  least = MIN_WEIGHT_SHARE,
): number[] | null {
  const sum = (widths: readonly number[], of: (i: number) => boolean) =>
    widths.reduce((all, width, i) => all + (of(i) ? width : 0), 0);
  const short = new Set<number>();
  for (;;) {
    const others = sum(natural, (i) => !short.has(i));
    const scale = (whole - sum(needed, (i) => short.has(i))) / others;
    if (others === 0 || scale < least) return null;
    const more = natural.flatMap((width, i) => (!short.has(i) && width * scale < needed[i]! ? [i] : []));
    if (more.length === 0) return natural.map((width, i) => Math.floor(short.has(i) ? needed[i]! : width * scale));
    for (const i of more) short.add(i);
  }
}
