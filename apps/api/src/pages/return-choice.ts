/** The commitments of a return that its page shows: all of them, or some that its writer or reader has chosen. Pure. */
import type { CommitmentInQuestion } from '#rounds';
import { RETURN_WORDS } from '#words';
import { RETURN_WORD_WORDS } from './words.js';

export const ROW_CHOICES = ['open', 'mended', 'changed', ...RETURN_WORDS, 'overdue', 'odd', 'comments'] as const;
export type RowChoice = (typeof ROW_CHOICES)[number];
export const PARTICIPATIONS = ['lead', 'other'] as const;
type Participation = (typeof PARTICIPATIONS)[number];

/** The choice; without one all are shown. */
export interface ChosenRows {
  readonly only?: RowChoice | undefined;
  readonly theme?: string | undefined;
  readonly part?: Participation | undefined;
}

/** The facts that a choice rests on. */
export interface RowFacts extends Pick<CommitmentInQuestion, 'reference' | 'themes' | 'role'> {
  /** The properties by which it can be chosen; `open`: the return has yet to say something of it. */
  readonly is: ReadonlySet<RowChoice>;
}

export const ROW_CHOICE_WORDS: Readonly<Record<RowChoice, string>> = {
  open: 'Not yet answered',
  mended: 'Changed since it was sent back',
  changed: 'Differs from the last round',
  ...RETURN_WORD_WORDS,
  overdue: 'Overdue',
  odd: 'Looks odd',
  comments: 'With comments',
};
export const PART_WORDS: Readonly<Record<Participation, string>> = { lead: 'Lead', other: 'Another part' };

/** The choices that are true of a commitment. */
export const factsOf = (is: Partial<Record<RowChoice, boolean>>): RowFacts['is'] =>
  new Set(ROW_CHOICES.filter((only) => is[only]));

export const isChosen = (row: RowFacts, { only, theme, part }: ChosenRows): boolean =>
  (only === undefined || row.is.has(only)) &&
  (theme === undefined || row.themes.includes(theme)) &&
  (part === undefined || (row.role === 'lead') === (part === 'lead'));

/** The choice that a form or an address names; any other word is no choice. */
export const chosenIn = (said: Readonly<Record<string, unknown>>): ChosenRows => ({
  only: ROW_CHOICES.find((one) => one === said['only']),
  theme: typeof said['theme'] === 'string' && said['theme'] !== '' ? said['theme'] : undefined,
  part: PARTICIPATIONS.find((one) => one === said['part']),
});
