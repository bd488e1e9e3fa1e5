/** How the domain's codes read to people. */
import countries from 'i18n-iso-countries';
import type { PartialDate } from '#clocks';
import {
  BLANKED,
  isOpen,
  type End,
  type Nature,
  type OUTLOOKS,
  type RelationType,
  type Role,
  type Stage,
  type VerificationWord,
} from '#commitments';

/** The stages in the order in which bars, columns and legends show them: what is done first, from a common baseline. */
export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  completed: 'Completed',
  in_progress: 'In progress',
  planned: 'Planned',
  proposed: 'Proposed',
  on_hold: 'On hold',
  discontinued: 'Discontinued',
};

export const SHOWN_STAGES = Object.keys(STAGE_WORDS) as Stage[];

export { OPEN_STAGES } from '#progress';

export const NATURE_WORDS: Readonly<Record<Nature, string>> = {
  one_off: 'One-off',
  recurring: 'Recurring',
  standing: 'Standing',
};

export const OUTLOOK_WORDS: Readonly<Record<(typeof OUTLOOKS)[number], string>> = {
  on_track: 'On track',
  at_risk: 'At risk',
  off_track: 'Off track',
};

/** The secretariat's readings. */
export const READING_WORDS: Readonly<Record<VerificationWord, string>> = {
  unreviewed: 'Unreviewed',
  no_evidence: 'No evidence found',
  documented: 'Documented',
  corroborated: 'Corroborated',
  contested: 'Contested',
};

/** How a record ends, before the name of what it became. */
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

/** `co_lead` → `co-lead`. */
export const roleWords = (role: Role): string => role.replace('_', '-');

const ACRONYMS = /\b(igo|ngo|un|ga|rcp)\b/g;

/** A code as words: `capacity-building` → `Capacity building`. */
export const sentence = (code: string): string => {
  const words = code.replaceAll(/[-_]/g, ' ').replaceAll(ACRONYMS, (acronym) => acronym.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Whether a standing commitment is kept up: it is never completed and never overdue. */
export const standingWords = (stage: Stage): string =>
  stage === 'in_progress' ? 'Kept up' : isOpen(stage) && stage !== 'on_hold' ? 'Not begun' : 'Not kept up';

/** `latin-america-caribbean` → `Latin America Caribbean`. */
export const regionName = (code: string): string => code.split('-').map(sentence).join(' ');

export const countryName = (code: string): string => countries.getName(code, 'en') ?? code;

const formatsWith = (month: 'long' | 'short') =>
  [{}, { month }, { month, day: 'numeric' as const }].map(
    (parts) => new Intl.DateTimeFormat('en-GB', { year: 'numeric', ...parts, timeZone: 'UTC' }),
  );
const formats = { long: formatsWith('long'), short: formatsWith('short') };

/** `2006-11` → `November 2006`. */
export const dateWords = (date: PartialDate, length: 'long' | 'short' = 'long'): string =>
  formats[length][date.split('-').length - 1]!.format(new Date(date));

/** `20–21 November 2006`; where one of both is less exact, each by itself. */
export const periodWords = (from: PartialDate, to: PartialDate): string =>
  from.length === to.length
    ? formats.long[from.split('-').length - 1]!.formatRange(new Date(from), new Date(to))
    : `${dateWords(from)} – ${dateWords(to)}`;

/** A text, or that its words were removed. */
export const textWords = (text: string): string => (text === BLANKED ? 'Words removed' : text);

/** `in November 2006`, `on 20 November 2006`. */
export const whenWords = (date: PartialDate): string => `${date.length === 10 ? 'on' : 'in'} ${dateWords(date)}`;

const instants = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
export const instantWords = (instant: string): string => `${instants.format(new Date(instant))} UTC`;

const numbers = new Intl.NumberFormat('en');
export const count = (n: number): string => numbers.format(n);

/** `2 commitments`, `1 commitment`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** What an outcome is, in a word. */
export const OUTCOME_KIND_WORDS = {
  decision: 'decision',
  recommendation: 'recommendation',
  conclusion: 'conclusion',
  statement: 'statement',
  proposal: 'proposal',
  request: 'request',
  not_told: 'outcome',
} as const;

const languages = new Intl.DisplayNames('en', { type: 'language' });

/** `fr` → `French` */
export const languageName = (tag: string): string => languages.of(tag) ?? tag;
