/** The check of a text: it is visible, and every output can hold it. */

/** Letters and symbols that show nothing: U+2800 (braille), U+FFFC (an object), and blanks of Egyptian and of music. */
const BLANK_CHARACTER = /[\u2800\ufffc\u{13441}\u{13442}\u{1d159}]/u;
const VISIBLE_CHARACTER = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P}\p{S}]/gu;

/** Most texts have one of these. */
const PRINTABLE_ASCII = /[!-~]/;

/** Whether a text shows anything: a letter, a number, a sign. Spaces, joiners, marks of direction and fillers are nothing. */
export function isVisible(text: string): boolean {
  if (PRINTABLE_ASCII.test(text)) return true;
  for (const [sign] of text.matchAll(VISIBLE_CHARACTER)) if (!BLANK_CHARACTER.test(sign)) return true;
  return false;
}

/** Spaces and characters without width, at both ends. A joiner or a mark of direction at the end may be needed. */
const TRIMMED_CHARACTER = /[\s\u0085\u00ad\u180e\u200b\u2060]/;

function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && TRIMMED_CHARACTER.test(text[from]!)) from++;
  while (to > from && TRIMMED_CHARACTER.test(text[to - 1]!)) to--;
  return text.slice(from, to);
}

/** A text as it is kept: composed (NFC), with nothing around it, lines ended by U+000A. */
export const cleanText = (text: string): string => trimmed(text.replace(/\r\n?/g, '\n').normalize('NFC'));

/** A character that a text may not hold. */
export interface Unfit {
  /** `U+0007` */
  readonly code: string;
  /** Its name in words: `a control character`. */
  readonly what: string;
  /** Where it stands, counted in UTF-16 code units. */
  readonly at: number;
}

/**
 * C0 but for tab and line ends, DEL and C1, surrogates that stand alone, noncharacters: XML 1.0 holds none of them, or
 * discourages them. U+202D and U+202E reverse any text after them.
 */
const UNFIT_CHARACTER = /(?![\t\n\r])\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}|[\u202d\u202e]/u;

const whatIs = (code: number): string => {
  if (code < 0xa0) return 'a control character';
  if (code === 0x202d || code === 0x202e) return 'a character that overrides the direction of writing';
  return code >= 0xd800 && code < 0xe000 ? 'half a character (a lone surrogate)' : 'no character';
};

const DIRECTION_MARK = /[\u202a-\u202c\u2066-\u2069]/;

/** Where an embedding (U+202A, U+202B) or isolate (U+2066–U+2068) begins and is not ended in its line, or ends without a beginning. */
function unbalanced(text: string): { index: number; sign: string } | null {
  if (!DIRECTION_MARK.test(text)) return null;
  const open: { index: number; sign: string; end: string }[] = [];
  for (const { 0: sign, index } of text.matchAll(/[\u202a-\u202c\u2066-\u2069\n\r\u2029]/gu)) {
    if (/[\u202a\u202b]/.test(sign)) open.push({ index, sign, end: '\u202c' });
    else if (/[\u2066-\u2068]/.test(sign)) open.push({ index, sign, end: '\u2069' });
    else if (/[\u202c\u2069]/.test(sign)) {
      if (open.pop()?.end !== sign) return { index, sign };
    } else if (open.length > 0) break;
  }
  return open[0] ?? null;
}

/** The first character of a text that it may not hold; `null` when all are fit. */
export function unfitIn(text: string): Unfit | null {
  const name = (sign: string) => `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const bad = UNFIT_CHARACTER.exec(text);
  if (bad) return { code: name(bad[0]), what: whatIs(bad[0].codePointAt(0)!), at: bad.index };
  const lost = unbalanced(text);
  const what = 'a direction of writing that is begun and not ended, or ended and not begun';
  return lost && { code: name(lost.sign), what, at: lost.index };
}

/** An e-mail address that can stand in an envelope as it is: one, without a name, a comment or a quoted part. */
export const ONE_ADDRESS = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,190}$/;
