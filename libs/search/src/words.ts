/** The words of a text, the forms under which each is found, and which words are forms of one another. */
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stem as english } from 'porter2';
import { fold } from '#text';

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Scripts that do not part their words, or (Korean) join several in one: there each letter is a word, and words are phrases. */
export const UNPARTED_SCRIPTS =
  '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{sc=Hang}\\p{scx=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}\\p{sc=Talu}\\p{sc=Lana}';
const LETTER_CLASS = '[\\p{L}\\p{N}\\p{M}]';
const UNPARTED_LETTER = `(?=[\\p{L}\\p{N}])[${UNPARTED_SCRIPTS}]\\p{M}*`;
const PARTED_WORD = `(?:(?![${UNPARTED_SCRIPTS}])${LETTER_CLASS})+`;
const WORD = new RegExp(`${UNPARTED_LETTER}|${PARTED_WORD}|${LETTER_CLASS}`, 'gu');
const STARTS_UNPARTED = new RegExp(`^[${UNPARTED_SCRIPTS}]`, 'u');
const PLAIN_WORD = /[a-z0-9]+/g;
const ASCII = /^[\0-\x7f]*$/;

/** Words joined by an apostrophe or a hyphen, and letters parted by dots, as they may be written in one: co-operation, U.N. */
const JOINED_WORD =
  /(?<![\p{L}\p{M}])\p{L}[\p{L}\p{M}]*(?:['-]\p{L}[\p{L}\p{M}]*)+|(?<!\p{L})\p{L}(?:\.\p{L}(?!\p{L}))+/gu;
const JOINER = /['.-]/g;
/** Whether a text may have joined words: quicker to see than which. */
const MAY_JOIN = /[^\s\d]['.-][^\s\d]/;

export const foldedWords = (folded: string): string[] => folded.match(ASCII.test(folded) ? PLAIN_WORD : WORD) ?? [];

/** The words of a text, folded, in their order. Of a script that does not part them: the letters. */
export const wordsOf = (text: string): string[] => foldedWords(fold(text));

/** The one word of several that are joined: «cooperation» of «co-operation». */
export const joinedWords = (folded: string): string[] =>
  MAY_JOIN.test(folded) ? (folded.match(JOINED_WORD) ?? []).map((joined) => joined.replace(JOINER, '')) : [];

/** Letters of words that are not parted: they are sought as they follow each other. */
export const isUnparted = (word: string): boolean => STARTS_UNPARTED.test(word);

// ── Prefixes of Arabic and Hebrew ───────────────────────────────────────────────────────────────────────────────────

/** The article with particles before it, and particles of one letter. The rest has three letters at least. */
const ATTACHED_PARTICLES = [
  { script: /^[\u0620-\u064a]{4,}$/, article: /^[وف]?(?:[بك]?ال|لل)/, particle: /^[وفبلك]/ },
  { script: /^[\u05d0-\u05ea]{4,}$/, article: /^ו?ה/, particle: /^[ובלכמש]/ },
];

/**
 * The rest of a word without its attached parts: of «وللهجره» «هجره». Without an article a first letter may be
 * a particle or the word's own: both are told.
 * @returns `bare`: without the article; `maybe`: without particles, one and two
 */
function withoutPrefix(word: string): { bare: string[]; maybe: string[] } {
  const found = { bare: [] as string[], maybe: [] as string[] };
  for (const { script, article, particle } of ATTACHED_PARTICLES) {
    if (!script.test(word)) continue;
    const bare = word.replace(article, '');
    if (bare !== word && bare.length >= 3) found.bare.push(bare);
    for (let less = word.replace(particle, ''), n = 0; n < 2 && less.length >= 3; n++) {
      if (less !== word && !found.maybe.includes(less)) found.maybe.push(less);
      less = less.replace(particle, '');
    }
  }
  return found;
}

/** The forms under which a word of a text is found by its beginning: itself, and without its attached particles. */
export function formsOf(word: string): string[] {
  if (word.length < 4 || word.charCodeAt(0) < 0x590) return [word];
  const { bare, maybe } = withoutPrefix(word);
  return bare.length + maybe.length === 0 ? [word] : [...new Set([word, ...bare, ...maybe])];
}

/** The forms in which a sought word is looked for: `beginnings` of forms, and `whole` forms. */
export function soughtForms(word: string): { beginnings: string[]; whole: string[] } {
  if (word.length < 4 || word.charCodeAt(0) < 0x590) return { beginnings: [word], whole: [] };
  const { bare, maybe } = withoutPrefix(word);
  return { beginnings: [word, ...bare], whole: maybe };
}

// ── Stems ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const STEMMERS = {
  en: english,
  fr: french,
  /** Words are folded; the stemmer knows these endings with their accents only. */
  es: (word: string) => spanish(word.replace(/(?<=[au])cion$/, 'ción').replace(/logia$/, 'logía')),
} as const;
/** A language of which stems are known. */
export type Language = keyof typeof STEMMERS;
const LANGUAGES = Object.keys(STEMMERS) as Language[];

/** Words that stand in nearly every text of one of these languages, and in none of the others. */
const COMMON_WORDS: Readonly<Record<Language, readonly string[]>> = {
  en: ['the', 'of', 'and', 'for', 'to', 'with', 'by', 'from', 'its', 'their'],
  fr: ['le', 'les', 'des', 'du', 'et', 'dans', 'pour', 'sur', 'aux', 'au', 'par', 'une'],
  es: ['el', 'los', 'las', 'del', 'y', 'para', 'por', 'con', 'una', 'al'],
};
const LANGUAGE_OF_WORD = new Map(
  LANGUAGES.flatMap((language, n) => COMMON_WORDS[language].map((word) => [word, n] as const)),
);

export const EVERY_LANGUAGE = (1 << LANGUAGES.length) - 1;
export const languageBits = (language: Language): number => 1 << LANGUAGES.indexOf(language);
export const isLanguage = (language: string): language is Language => language in STEMMERS;

/**
 * In which languages words of a text may be taken for forms of one another.
 * @param language a tag such as `fr` or `fr-CH`; without one the common words in the text tell, or else it may be any
 */
export function languagesOf(language: string | null | undefined, words: readonly string[]): number {
  if (language) {
    const code = language.toLowerCase().split('-')[0]!;
    return isLanguage(code) ? languageBits(code) : 0;
  }
  const counts = LANGUAGES.map(() => 0);
  let [most, bits] = [0, EVERY_LANGUAGE];
  for (const word of words) {
    const n = LANGUAGE_OF_WORD.get(word);
    if (n === undefined) continue;
    const count = ++counts[n]!;
    if (count >= most) bits = count === most ? bits | (1 << n) : 1 << n;
    most = Math.max(most, count);
  }
  return bits;
}

/** Forms of one word begin alike: they have this many letters in common at least, and end in so many others at most. */
const MIN_LETTERS_IN_COMMON = 3;
const MAX_ENDING_LETTERS = 5;
const LATIN_WORD = /^[a-z]+$/;

/** How words begin that may be other forms of this one; `null`: none are. */
export const beginningOfForms = (word: string): string | null =>
  word.length >= MIN_LETTERS_IN_COMMON && LATIN_WORD.test(word)
    ? word.slice(0, Math.max(MIN_LETTERS_IN_COMMON, word.length - MAX_ENDING_LETTERS))
    : null;

/** The languages in which two words are forms of one, as bits. */
export function sharedStem(a: string, b: string): number {
  let alike = 0;
  while (alike < a.length && a[alike] === b[alike]) alike++;
  if (
    alike < MIN_LETTERS_IN_COMMON ||
    Math.max(a.length, b.length) - alike > MAX_ENDING_LETTERS ||
    !LATIN_WORD.test(a) ||
    !LATIN_WORD.test(b)
  )
    return 0;
  return LANGUAGES.reduce((bits, language, n) => {
    const stem = STEMMERS[language];
    const [x, y] = [stem(a), stem(b)];
    return fold(x) === fold(y) || x === b || y === a ? bits | (1 << n) : bits; // mujer, mujeres: the one is the other's stem
  }, 0);
}
