/** The sort key of a text: by words, as people sort, not by code points. */
import { fold } from './fold.js';

const wordsAlone = (text: string): string =>
  text
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter(Boolean)
    .join(' ');

/** The length of a number as digits of which a longer one is greater: 1 … 8, 91 … 98, 991 … */
const sortableLength = (digits: number): string => (digits <= 8 ? String(digits) : `9${sortableLength(digits - 8)}`);

const withPaddedNumbers = (words: string): string =>
  words.replace(/[0-9]+/g, (number) => {
    const digits = number.replace(/^0+(?=.)/, '');
    return sortableLength(digits.length) + digits;
  });

/**
 * A key of a text. Keys compare by code units (`<`, `ORDER BY` in binary order) as people put texts in order: words
 * without case, accents and punctuation; numbers by their size (99 before 100); an accent decides between texts that
 * are alike otherwise. Texts that differ in case or punctuation only have the same key.
 */
export function sortKey(text: string): string {
  const key = withPaddedNumbers(wordsAlone(fold(text)));
  const accented = withPaddedNumbers(wordsAlone(text.normalize('NFC').toLowerCase()));
  return accented === key ? key : `${key}\0${accented}`;
}

const keys = new Map<string, string>();
/** How many keys are remembered: more than there are codes and names of agencies, themes and forums. */
const MAX_REMEMBERED_KEYS = 20_000;

function sortKeyOf(text: string): string {
  let key = keys.get(text);
  if (key !== undefined) return key;
  if (keys.size >= MAX_REMEMBERED_KEYS) keys.clear();
  keys.set(text, (key = sortKey(text)));
  return key;
}

/** Which of two texts comes first, as people put them in order (negative: the first one); 0 only of the same text. */
export function compareTexts(a: string, b: string): number {
  const [one, other] = [sortKeyOf(a), sortKeyOf(b)];
  return compareStrings(one, other) || compareStrings(a, b);
}

const compareStrings = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
