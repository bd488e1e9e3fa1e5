/** The widths of the columns of a printed table: what must stay whole is not wider than its column. */
import { weightOf } from './flow.js';
import { CODE } from './in-words.js';
import { plain, type Cell, type Column } from './report.js';
import type { Words } from './words/index.js';

/** Capitals are wider. */
export const CAPITAL = 1.15;
/** Longer words, such as addresses, are broken anyway. */
const LONGEST = 18;

/** Where a line may end in any case. */
const ENDS = /[^\S\u00A0]|\u200B/;

/** How many letters what is never broken has, of a text: codes are whole, other words are parted at their hyphens. */
export const longestWord = (text: string): number =>
  text.split(ENDS).reduce((most, word) => {
    if (word.length <= most / CAPITAL) return most;
    const parts = CODE.test(word) ? [word] : word.split('-');
    const wide = (part: string) => Math.min(part.length, LONGEST) * (part.toUpperCase() === part ? CAPITAL : 1);
    return Math.max(most, ...parts.map(wide));
  }, 0);

/** The texts of a cell in which a word may be too long; a number has its room in any case. */
export function textsIn(cell: Cell, words: Words): readonly string[] {
  switch (cell?.type) {
    case 'code':
      return [cell.words];
    case 'date':
      return [words.shortDate(cell.value)];
    case 'text':
      return [plain(cell.inlines)];
    case 'list':
      return (cell.words ?? cell.items).map(plain);
    default:
      return [];
  }
}

/** The words of a text that no language parts, such as dates and codes. */
export const unparted = (text: string): string =>
  text
    .split(ENDS)
    .filter((word) => /\d|\u00A0/.test(word) || CODE.test(word))
    .join(' ');

export const naturalWidths = (columns: readonly Column[], whole: number): number[] =>
  columns.map(({ weight }) => (weight * whole) / weightOf(columns));

/** The least of its weight that a column keeps where others take from it. */
const LEAST = 0.7;

/**
 * Columns as wide as their weights say, but for those that need more: these take from the others.
 * @returns `null`: what is needed takes too much from the others
 */
export function fitted(natural: readonly number[], needed: readonly number[], whole: number): number[] | null {
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
