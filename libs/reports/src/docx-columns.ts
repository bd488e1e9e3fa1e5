/** The widths of the columns of a table in DOCX, which hold with any typeface that stands in for the one that is asked for. */
import { fit, widthInLetters, longestWord, naturalWidths, type Letters } from './columns.js';
import { CODE_PATTERN } from './in-words.js';
import type { Column } from './report.js';

/** The margins of a cell beside its text, in twentieths of a point. */
export const CELL_MARGINS = 140;

/** Of the widest of the common typefaces. */
const WIDEST_LETTERS: Letters = { capital: 1.12, digit: 0.9, sign: 0.5, small: 0.95 };
/** By how much bold letters are wider. */
const BOLD_FACTOR = 1.1;

/** How many letters the longest word of the text of a cell takes. */
export const longestInCell = (text: string): number => longestWord(text, WIDEST_LETTERS);
export const longestInBold = (text: string): number => BOLD_FACTOR * longestInCell(text);

/** The room of so many letters of so many half points. */
export const roomOf = (letters: number, size: number): number => Math.ceil(CELL_MARGINS + letters * size * 7.2);

/** Of the letters of its style. */
export const TABLE_SIZE = 18;

/** The least width of a number, in letters. */
const MIN_NUMBER_LETTERS = 5;
/** A turned head that is longer goes on in a second line. */
const MAX_TURNED_LETTERS = 2_400;
/** The least of its weight that a column keeps where a day or a code would be parted otherwise. */
const MIN_SQUEEZED_SHARE = 0.45;

export interface ColumnLayout {
  readonly widths: readonly number[];
  /** How high the head is where the titles of numbers stand on their side; `null`: they do not. */
  readonly turned: number | null;
}

/** Above a column of numbers a code stands whole, however long. */
const longestOfHead = ({ title, type }: Column): number =>
  type === 'integer' && CODE_PATTERN.test(title)
    ? BOLD_FACTOR * widthInLetters(title, WIDEST_LETTERS)
    : longestInBold(title);

export const isNumber = ({ type }: Column): boolean => type === 'integer';

/**
 * Columns as wide as their weights say, but for those in which a word would be broken: these take from the others. Where those
 * have not enough, the titles of numbers are turned.
 * @param longest the letters of the longest word in the cells of each
 */
export function columnLayout(
  columns: readonly Column[],
  longest: readonly number[],
  whole: number,
  size = TABLE_SIZE,
): ColumnLayout {
  const natural = naturalWidths(columns, whole);
  const needed = columns.map((column, i) => roomOf(Math.max(longestOfHead(column), longest[i]!), size));
  const upright = fit(natural, needed, whole);
  if (upright) return { widths: upright, turned: null };
  const small = columns.map((column, i) => (isNumber(column) ? roomOf(MIN_NUMBER_LETTERS, size) : needed[i]!));
  const titles = columns.filter(isNumber).map(({ title }) => title);
  const turned = Math.min(
    Math.max(...titles.map(({ length }) => roomOf(length, size))),
    Math.max(MAX_TURNED_LETTERS, ...titles.map((title) => roomOf(longestInBold(title), size))),
  );
  const widths =
    fit(natural, small, whole) ?? fit(natural, small, whole, MIN_SQUEEZED_SHARE) ?? natural.map(Math.floor);
  return { widths, turned: titles.length > 0 ? turned : null };
}
