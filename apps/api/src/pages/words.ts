/** How the domain's codes read to people. */
import countries from 'i18n-iso-countries';
import type { PartialDate } from '#clocks';
import { isOpen, STAGES, type Nature, type Role, type Stage } from '#commitments';

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

/** As the `stage` filter of a list takes it. */
export const OPEN_STAGES = STAGES.filter(isOpen).join(',');

export const NATURE_WORDS: Readonly<Record<Nature, string>> = {
  one_off: 'One-off',
  recurring: 'Recurring',
  standing: 'Standing',
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

const instants = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
export const instantWords = (instant: string): string => `${instants.format(new Date(instant))} UTC`;

const numbers = new Intl.NumberFormat('en');
export const count = (n: number): string => numbers.format(n);

/** `2 commitments`, `1 commitment`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
