/** Numbers in texts: those that programs send back, and those of headings and lists. */

/** A whole number as we write it, in a pattern: without a sign, without zeros before it, of 16 digits at most. */
export const WHOLE_DIGITS = '(0|[1-9]\\d{0,15})';
/** Of a text that is nothing else. */
export const WHOLE_NUMBER = `^${WHOLE_DIGITS}$`;

const wholeNumber = new RegExp(WHOLE_NUMBER);

/** Whether a text is a whole number as we write it: a position, a revision, a count. */
export const isWholeNumber = (text: unknown): text is `${number}` => typeof text === 'string' && wholeNumber.test(text);

const ROMAN = { M: 1000, CM: 900, D: 500, CD: 400, C: 100, XC: 90, L: 50, XL: 40, X: 10, IX: 9, V: 5, IV: 4, I: 1 };

/** `4` → `IV` */
export function roman(n: number): string {
  let [left, signs] = [n, ''];
  for (const [sign, worth] of Object.entries(ROMAN)) for (; left >= worth; left -= worth) signs += sign;
  return signs;
}

/** `1` → `A`, `27` → `AA`, `28` → `BB`: as UN papers go on after Z, and Word does. */
export const letters = (n: number): string => String.fromCharCode(65 + ((n - 1) % 26)).repeat(Math.ceil(n / 26));
