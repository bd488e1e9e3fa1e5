/** The widths of the columns of a table in DOCX, which hold with any typeface that stands in for the one that is asked for. */
import type { Column } from './report.js';
import { weightOf } from './flow.js';
import { CODE } from './in-words.js';

/** What a cell has on both sides of its text, in twentieths of a point. */
export const ROOM = 140;

/** The room of letters in bold of so many half points, in the widest of the common typefaces. */
export const roomOf = (letters: number, size: number): number => Math.ceil(ROOM + letters * size * 7.2);

/** Of the letters of its style. */
export const TABLE_SIZE = 18;

/** What a number takes in any case, in letters. */
const DIGITS = 5;
/** A turned head that is longer goes on in a second line. */
const LONGEST_TURNED = 2_400;

export interface Columns {
  readonly widths: readonly number[];
  /** How high the head is where the titles of numbers stand on their side; `null`: they do not. */
  readonly turned: number | null;
}

/** Capitals are wider. */
const CAPITAL = 1.15;
/** Longer words, such as addresses, are broken anyway. */
const LONGEST = 18;

/** How many letters what is never broken has, of a text. */
export const longestWord = (text: string): number =>
  text.split(/[^\S\u00A0]|[\u200B/-]/).reduce((most, { length }, i, words) => {
    if (length <= most / CAPITAL) return most;
    return Math.max(most, Math.min(length, LONGEST) * (words[i]!.toUpperCase() === words[i] ? CAPITAL : 1));
  }, 0);

/** Above a column of numbers a code stands whole. */
const longestOfHead = ({ title, type }: Column): number =>
  type === 'integer' && CODE.test(title) ? title.length * CAPITAL : longestWord(title);

export const isNumber = ({ type }: Column): boolean => type === 'integer';

/**
 * Columns as wide as their weights say, but for those in which a word would be broken: these take from the others. Where those
 * have not enough, the titles of numbers are turned.
 * @param longest the letters of the longest word in the cells of each
 */
export function columnsIn(
  columns: readonly Column[],
  longest: readonly number[],
  whole: number,
  size = TABLE_SIZE,
): Columns {
  const natural = columns.map(({ weight }) => (weight * whole) / weightOf(columns));
  const needed = columns.map((column, i) => roomOf(Math.max(longestOfHead(column), longest[i]!), size));
  const upright = fitted(natural, needed, whole);
  if (upright) return { widths: upright, turned: null };
  const small = columns.map((column, i) => (isNumber(column) ? roomOf(DIGITS, size) : needed[i]!));
  const titles = columns.filter(isNumber).map(({ title }) => title);
  const turned = Math.min(
    Math.max(...titles.map(({ length }) => roomOf(length, size))),
    Math.max(LONGEST_TURNED, ...titles.map((title) => roomOf(longestWord(title), size))),
  );
  const widths = fitted(natural, small, whole) ?? natural.map(Math.floor);
  return { widths, turned: titles.length > 0 ? turned : null };
}

/** The least of its weight that a column keeps where others take from it. */
const LEAST = 0.7;

/** `null`: what is needed takes too much from the others. */
function fitted(natural: readonly number[], needed: readonly number[], whole: number): number[] | null {
  const sum = (widths: readonly number[], of: (i: number) => boolean) =>
    widths.reduce((all, width, i) => all + (of(i) ? width : 0), 0);
  const short = new Set<number>();
  for (;;) {
    const others = sum(natural, (i) => !short.has(i));
    const scale = (whole - sum(needed, (i) => short.has(i))) / others;
    if (others === 0 || scale < LEAST) return null;
    const more = natural.flatMap((width, i) => (!short.has(i) && width * scale < needed[i]! ? [i] : []));
    if (more.length === 0) return natural.map((width, i) => Math.floor(short.has(i) ? needed[i]! : width * scale));
    for (const i of more) short.add(i);
  }
}
