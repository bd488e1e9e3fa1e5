/** The words for people in the place of the domain's codes. */
import { LRUCache } from 'lru-cache';
import type { ChartWords } from '#charts';
import { capital, codesIn, type NextStepWord } from '#words';
import { DAY_MS, monthsBefore, type FullDate, type PartialDate } from '#clocks';
import {
  BLANKED_TEXT,
  isOpen,
  type End,
  type RelationType,
  type ActivityScheme,
  type Role,
  type Stage,
} from '#commitments';

/** The words of codes on pages. */
export const {
  stage: STAGE_WORDS,
  nature: NATURE_WORDS,
  outlook: OUTLOOK_WORDS,
  role: ROLE_WORDS,
  verification: READING_WORDS,
  inReturn: RETURN_WORD_WORDS,
  outcomeKind: OUTCOME_KIND_WORDS,
} = codesIn('en', 'page');

export { SHOWN_STAGES } from '#charts';

export { countryName } from '#platform';

export { OPEN_STAGES } from '#progress';

export const NEXT_STEP_WORDS: Readonly<Record<NextStepWord, string>> = {
  stated: 'stated',
  none: 'none is to come',
  not_stated: 'not stated',
};

/** The words for the end of a record, before the name of its successor. */
export const END_WORDS: Readonly<Record<End, string>> = {
  merged: 'Merged into',
  split: 'Split into',
  superseded: 'Superseded by',
  withdrawn: 'Withdrawn',
};

/** Each relation from the side that says so, and from the other. */
export const RELATION_WORDS: Readonly<Record<RelationType, readonly [said: string, fromTheOther: string]>> = {
  part_of: ['Part of', 'Has as part'],
  continues: ['Continues', 'Continued by'],
  replaces: ['Replaces', 'Replaced by'],
  prepares_for: ['Prepares for', 'Prepared by'],
  depends_on: ['Depends on', 'Needed by'],
  same_as: ['Same as', 'Same as'],
};

/** The registers in which activities have identifiers. */
export const ACTIVITY_WORDS: Readonly<Record<ActivityScheme, string>> = { iati: 'IATI', doi: 'DOI' };

export const roleWords = (role: Role): string => ROLE_WORDS[role];

const ACRONYMS = /\b(igo|ngo|un|ga|rcp|hld|gfmd|gmg)\b/g;

/** Codes whose words are more than the code says. */
const CODE_WORDS: Readonly<Record<string, string>> = {
  hld: 'High-level Dialogue',
  gfmd: 'Global Forum',
  rcp: 'Regional consultative process',
  roundtable: 'Round table',
  'un-fund-programme': 'UN fund or programme',
  'un-specialised-agency': 'UN specialized agency',
  igo: 'Intergovernmental organization',
  ngo: 'Non-governmental organization',
};

/** A code as words: `capacity-building` → `Capacity building`. */
export const sentence = (code: string): string => {
  if (CODE_WORDS[code]) return CODE_WORDS[code];
  const words = code.replaceAll(/[-_]/g, ' ').replaceAll(ACRONYMS, (acronym) => acronym.toUpperCase());
  return capital(words);
};

/** The upkeep of a standing commitment, which is never completed and never overdue. */
export const standingWords = (stage: Stage): string =>
  stage === 'in_progress' ? 'Kept up' : isOpen(stage) && stage !== 'on_hold' ? 'Not begun' : 'Not kept up';

/** `latin-america-caribbean` → `Latin America Caribbean`. */
export const regionName = (code: string): string => code.split('-').map(sentence).join(' ');

const formatsWith = (month: 'long' | 'short') =>
  [{}, { month }, { month, day: 'numeric' as const }].map(
    (parts) => new Intl.DateTimeFormat('en-GB', { year: 'numeric', ...parts, timeZone: 'UTC' }),
  );
const formats = { long: formatsWith('long'), short: formatsWith('short') };

/** The words of dates, of which a page has the same few hundred times. */
const dateCache = new LRUCache<string, string>({ max: 10_000 });

/** `2006-11` → `November 2006`. */
export function dateWords(date: PartialDate, length: 'long' | 'short' = 'long'): string {
  const key = length + date;
  let words = dateCache.get(key);
  if (!words) dateCache.set(key, (words = formats[length][date.split('-').length - 1]!.format(new Date(date))));
  return words;
}

export const CHART_WORDS: ChartWords = {
  day: (date) => dateWords(date, 'short').replace(/ \d{4}$/, ''),
  month: (month) => dateWords(month, 'short'),
  noUpdateSince: (date) => `No update since ${dateWords(date, 'short')}`,
  number: (n) => count(n),
};

/** `20–21 November 2006`; where one of both is less exact, each by itself. */
export const periodWords = (from: PartialDate, to: PartialDate): string =>
  from.length === to.length
    ? formats.long[from.split('-').length - 1]!.formatRange(new Date(from), new Date(to))
    : `${dateWords(from)} – ${dateWords(to)}`;

/** A text, or that its words were removed. */
export const textWords = (text: string): string => (text === BLANKED_TEXT ? 'Words removed' : text);

/** `in November 2006`, `on 20 November 2006`. */
export const whenWords = (date: PartialDate): string => `${date.length === 10 ? 'on' : 'in'} ${dateWords(date)}`;

const instants = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** `28 Nov 2026, 15:16 UTC`. */
export const instantWords = (instant: string): string => `${instants.format(new Date(instant))} UTC`;

/** The time between two dates, in words: `12 days`, `5 months`, `14 years`. */
export function ageWords(from: FullDate, to: FullDate): string {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  const months = 12 * years + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
  const whole = from <= monthsBefore(to, months) ? months : months - 1;
  if (whole >= 24) return counted(Math.floor(whole / 12), 'year');
  if (whole >= 2) return counted(whole, 'month');
  return counted(Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS), 'day');
}

const numbers = new Intl.NumberFormat('en');
export const count = (n: number): string => numbers.format(n);

/** `2 commitments`, `1 commitment`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

const languages = new Intl.DisplayNames('en', { type: 'language' });

/** `fr` → `French` */
export const languageName = (tag: string): string => languages.of(tag) ?? tag;
