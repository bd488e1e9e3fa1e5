/** Queries of a search: words, beginnings, phrases; and the score of a single text. */
import { fold } from '#text';
import {
  beginningOfForms,
  foldedWords,
  formsOf,
  isUnparted,
  joinedWords,
  languagesOf,
  sharedStem,
  soughtForms,
  UNPARTED_SCRIPTS,
  wordsOf,
} from './words.js';

/** Words as written: letters with invisible characters among them; a single letter where words are not parted. */
const WRITTEN_WORD = new RegExp(
  `(?=[\\p{L}\\p{N}])[${UNPARTED_SCRIPTS}][\\p{M}\\p{Default_Ignorable_Code_Point}ﾞﾟ]*|(?:(?![${UNPARTED_SCRIPTS}])[\\p{L}\\p{N}\\p{M}\\p{Default_Ignorable_Code_Point}])+`,
  'gu',
);

/** A word, or words that follow each other. */
export interface SearchTerm {
  readonly words: readonly string[];
  /** In quotation marks: the words as they are. Otherwise the last may be the beginning of one, and a single one another form. */
  readonly exact: boolean;
  /** The joined word, where a word has parts: either will do. */
  readonly joined?: string;
}

export interface SearchedField {
  readonly text: string;
  /** 1 (default) to 3: how much it counts to be found here. */
  readonly weight?: 1 | 2 | 3;
  /** A tag such as `fr`; without one it is told from the words of all fields that have none. */
  readonly language?: string | null;
}

/** Words joined by these are sought as they follow each other when there is a digit: IOM-2006-24, A/RES/58/208. */
const JOINED_CODE = new RegExp(`(?<![\\p{L}\\p{N}\\p{M}])[\\p{L}\\p{N}\\p{M}]+(?:[-'./_][\\p{L}\\p{N}\\p{M}]+)+`, 'gu');

/** The terms of a text, each once. None: nothing in it could be a word. */
export function termsIn(q: string): SearchTerm[] {
  const parts = q.split(/["“”„«»＂]/);
  const sought = parts.flatMap((part, i): SearchTerm[] => {
    const quoted = i % 2 === 1 && i < parts.length - 1; // a last mark without another is none
    if (!quoted) return soughtWords(fold(part));
    const words = wordsOf(part);
    return words.length > 0 ? [{ words, exact: true }] : [];
  });
  return [...new Map(sought.map((one) => [JSON.stringify(one), one])).values()];
}

/** Why a text cannot be searched for, in words for people; `null`: it can. */
export const whyNotSought = (q: string): string | null =>
  termsIn(q).length > 0 ? null : `“${q}” has no letter and no digit: there is nothing to search for.`;

function soughtWords(folded: string): SearchTerm[] {
  const sought: SearchTerm[] = [];
  let at = 0;
  for (const { 0: joined, index } of folded.matchAll(JOINED_CODE)) {
    sought.push(...separateIn(folded.slice(at, index)), ...joinedIn(joined));
    at = index + joined.length;
  }
  return [...sought, ...separateIn(folded.slice(at))];
}

/** In which ways it may be found. */
export const waysOf = (one: SearchTerm): SearchTerm[] =>
  one.joined === undefined ? [one] : [one, { words: [one.joined], exact: false }];

/** Each stretch of letters is a word; of letters that are not parted, a phrase. */
const separateIn = (folded: string): SearchTerm[] =>
  (folded.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).flatMap((stretch) => {
    const words = foldedWords(stretch);
    return words.length > 0 ? [{ words, exact: false }] : [];
  });

function joinedIn(joined: string): SearchTerm[] {
  const isCode = /\p{N}/u.test(joined);
  if (!isCode && /[/_]/.test(joined)) return separateIn(joined.replace(/[/_]/g, ' '));
  // A letter beside an apostrophe is an article or an ending: l’œuvre, women’s.
  const words = foldedWords(joined.replace(/(?<![\p{L}\p{N}])\p{L}(?=')|(?<=')\p{L}(?![\p{L}\p{N}])/gu, ''));
  if (words.length < 2) return [{ words: words.length > 0 ? words : foldedWords(joined), exact: false }];
  const [one] = isCode ? [] : joinedWords(joined);
  return [{ words, exact: false, ...(one !== undefined && { joined: one }) }];
}

/** How a word is found: not, by its beginning or another form, as it is. */
export type MatchKind = 0 | 1 | 2;

/**
 * How one word of a text answers one that is sought.
 * @param languages of the text, as bits
 */
export function howFound(wanted: string, word: string, languages: number): MatchKind {
  if (word === wanted) return 2;
  if (word.startsWith(wanted)) return 1;
  const { beginnings, whole } = soughtForms(wanted);
  const forms = formsOf(word);
  if (forms.some((form) => whole.includes(form) || beginnings.some((one) => form.startsWith(one)))) return 1;
  const alike = beginningOfForms(wanted);
  return alike !== null && word.startsWith(alike) && (sharedStem(wanted, word) & languages) !== 0 ? 1 : 0;
}

/** The words of a field, with its weight and languages; joined words stand in a row of their own. */
export interface WordRow {
  readonly words: readonly string[];
  readonly weight: number;
  readonly languages: number;
}

/** The fields of a document, as they are searched. */
export function wordRowsOf(fields: readonly SearchedField[]): WordRow[] {
  const folded = fields.map(({ text }) => fold(text));
  const words = folded.map(foldedWords);
  const unsaid = fields.length === 1 ? words[0]! : words.flatMap((some, i) => (fields[i]!.language ? [] : some));
  const untold = languagesOf(null, unsaid);
  const rows: WordRow[] = [];
  for (const [i, { weight = 1, language }] of fields.entries()) {
    const languages = language ? languagesOf(language, []) : untold;
    if (words[i]!.length > 0) rows.push({ words: words[i]!, weight, languages });
    const joined = joinedWords(folded[i]!);
    if (joined.length > 0) rows.push({ words: joined, weight, languages });
  }
  return rows;
}

/** How words of a row, from one on, answer the sought words. */
function phraseFound({ words: wanted, exact }: SearchTerm, { words, languages }: WordRow, from: number): MatchKind {
  const last = wanted.length - 1;
  if (last === 0 && !exact) return howFound(wanted[0]!, words[from]!, languages);
  for (let i = 0; i < last; i++) if (words[from + i] !== wanted[i]) return 0;
  if (words[from + last] === wanted[last]) return 2;
  return !exact && !isUnparted(wanted[last]!) && words[from + last]?.startsWith(wanted[last]!) ? 1 : 0;
}

/** The weight of a match in a field: 6, 4 or 2 as it is, one less by a beginning or as another form. */
export const worthOf = (weight: number, how: MatchKind): number => (how === 0 ? 0 : 2 * weight + how - 2);

/**
 * How well a document answers the sought words: the sum of the best worth of each; 0 when one of them is not found. The
 * index gives the same answer for many.
 */
export function relevanceOf(sought: readonly SearchTerm[], fields: readonly SearchedField[]): number {
  const rows = wordRowsOf(fields);
  let sum = 0;
  for (const one of sought) {
    let best = 0;
    for (const way of waysOf(one))
      for (const row of rows)
        for (let i = 0; i < row.words.length; i++) best = Math.max(best, worthOf(row.weight, phraseFound(way, row, i)));
    if (best === 0) return 0;
    sum += best;
  }
  return sum;
}

/** One word of a text as it is written, from where to where, and how it is sought. */
interface WrittenWord {
  readonly from: number;
  readonly to: number;
  readonly word: string;
}

const writtenWords = (text: string): WrittenWord[] =>
  [...text.matchAll(WRITTEN_WORD)].flatMap(({ 0: as, index }) =>
    wordsOf(as).map((word) => ({ from: index, to: index + as.length, word })),
  );

/** Written words that are joined: in text of theirs, nothing but an apostrophe, a hyphen or a dot stands between them. */
function compoundsOf(text: string, words: readonly WrittenWord[]): { first: number; last: number; joined: string[] }[] {
  const compounds: { first: number; last: number; joined: string[] }[] = [];
  for (let first = 0, last = 0; first < words.length; first = ++last) {
    while (last + 1 < words.length && /^['.-]$/.test(fold(text.slice(words[last]!.to, words[last + 1]!.from)))) last++;
    if (last > first)
      compounds.push({ first, last, joined: joinedWords(fold(text.slice(words[first]!.from, words[last]!.to))) });
  }
  return compounds;
}

/**
 * A text in pieces, of which those that were found are marked: whole words, of which the beginning was sought; the letters of
 * words that are not parted.
 */
export function marked(text: string, q: string, language?: string | null): { text: string; found: boolean }[] {
  const words = writtenWords(text);
  const all = words.map(({ word }) => word);
  const languages = languagesOf(language, all);
  const row = { words: all, weight: 1, languages };
  const found = new Set<number>();
  const mark = (first: number, last: number) => {
    for (let i = first; i <= last; i++) found.add(i);
  };
  for (const way of termsIn(q).flatMap(waysOf)) {
    for (let i = 0; i < words.length; i++) if (phraseFound(way, row, i) > 0) mark(i, i + way.words.length - 1);
    for (const { first, last, joined } of compoundsOf(text, words)) {
      const isMarked = words.slice(first, last + 1).some((_, i) => found.has(first + i));
      if (!isMarked && joined.some((word) => phraseFound(way, { words: [word], weight: 1, languages }, 0) > 0))
        mark(first, last);
    }
  }
  const pieces: { text: string; found: boolean }[] = [];
  let at = 0;
  for (const i of [...found].sort((a, b) => a - b)) {
    const { from, to } = words[i]!;
    if (to <= at) continue; // another word of the same letters: ½
    const last = pieces.at(-1);
    if (last?.found && from === at) last.text += text.slice(from, to);
    else pieces.push({ text: text.slice(at, from), found: false }, { text: text.slice(from, to), found: true });
    at = to;
  }
  return [...pieces, { text: text.slice(at), found: false }].filter(({ text }) => text !== '');
}
