/** Folding: letters that people take for the same become the same. */
import anyAscii from 'any-ascii';

/** Characters that are not seen (soft hyphen, joiners, marks of direction …), and the stroke that only lengthens Arabic letters. */
const INVISIBLE_CHARACTERS = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;

/**
 * Accents, and the vowel signs of Arabic and Hebrew. In other scripts (Thai, Devanagari …) a mark is a letter of its own, and
 * U+3099 and U+309A tell one kana from another.
 */
const ACCENT =
  /(?![\u3099\u309a])(?=\p{M})[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}]/gu;

/** Letters that no decomposition frees of their marks (ø, œ, ł, ħ …), and the digits of other scripts. */
const OTHER_LATIN = /(?=[^\0-\x7f])[\p{sc=Latn}\p{Nd}]/gu;

/** Ways of writing one letter of Arabic (also of Persian and Urdu), of Hebrew, of Greek; apostrophes and hyphens. */
const VARIANTS: Readonly<Record<string, string>> = {
  ...{ ٱ: 'ا', ى: 'ي', ی: 'ي', ے: 'ي', ة: 'ه', ہ: 'ه', ھ: 'ه', ە: 'ه', ک: 'ك' },
  ...{ ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ' },
  ...{ ς: 'σ' },
  ...{
    '\u2018': "'",
    '\u2019': "'",
    '\u02b9': "'",
    '\u02bb': "'",
    '\u02bc': "'",
    '\u2010': '-',
    '\u2212': '-',
    '\u00b7': '-',
  },
};
const VARIANT = new RegExp(`[${Object.keys(VARIANTS).join('')}]`, 'gu');

const ASCII = /^[\0-\x7f]*$/;

const latin = new Map<string, string>();
const toLatin = (letter: string): string => {
  let known = latin.get(letter);
  if (known === undefined) {
    const letters = anyAscii(letter)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
    latin.set(letter, (known = letters || letter));
  }
  return known;
};

/**
 * A text in small letters without accents and invisible characters, so that «metis» is in «Métis», «strasse» in
 * «Straße», «oeuvre» in «ŒUVRE», «lodz» in «Łódź», «هجره» in «هِجْرَة». Spaces and punctuation stay.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(/\u00b4/g, "'") // NFKD would make a space of it
    .normalize('NFKD')
    .replace(INVISIBLE_CHARACTERS, '')
    .replace(ACCENT, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(OTHER_LATIN, toLatin)
    .replace(VARIANT, (letter) => VARIANTS[letter]!)
    .normalize('NFC');
}
