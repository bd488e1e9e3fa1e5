/** Numbers as headings and the items of lists have them. */

const ROMAN = { M: 1000, CM: 900, D: 500, CD: 400, C: 100, XC: 90, L: 50, XL: 40, X: 10, IX: 9, V: 5, IV: 4, I: 1 };

/** `4` → `IV` */
export function roman(n: number): string {
  let [left, signs] = [n, ''];
  for (const [sign, worth] of Object.entries(ROMAN)) for (; left >= worth; left -= worth) signs += sign;
  return signs;
}

/** `1` → `A`, `27` → `AA`, `28` → `BB`: as UN papers go on after Z, and Word does. */
export const letters = (n: number): string => String.fromCharCode(65 + ((n - 1) % 26)).repeat(Math.ceil(n / 26));
