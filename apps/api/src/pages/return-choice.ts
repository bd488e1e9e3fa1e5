/** The commitments that the form of a return shows: all of them, or some that whoever writes it has chosen. Pure. */
import type { CommitmentInQuestion } from '#rounds';

export const ONLY = ['open', 'overdue', 'odd', 'comments'] as const;
export type Only = (typeof ONLY)[number];
export const PARTS = ['lead', 'other'] as const;
type Part = (typeof PARTS)[number];

/** What was chosen; without anything all are shown. */
export interface Chosen {
  readonly only?: Only | undefined;
  readonly theme?: string | undefined;
  readonly part?: Part | undefined;
}

/** What a choice rests on. */
export interface RowFacts extends Pick<CommitmentInQuestion, 'reference' | 'themes' | 'role' | 'overdue'> {
  /** The return has yet to say something of it. */
  readonly isOpen: boolean;
  readonly isOdd: boolean;
  readonly comments: number;
}

export const ONLY_WORDS: Readonly<Record<Only, string>> = {
  open: 'Not yet answered',
  overdue: 'Overdue',
  odd: 'Looks odd',
  comments: 'With comments',
};
export const PART_WORDS: Readonly<Record<Part, string>> = { lead: 'You lead', other: 'You have another part' };

const IS: Readonly<Record<Only, (row: RowFacts) => boolean>> = {
  open: ({ isOpen }) => isOpen,
  overdue: ({ overdue }) => overdue,
  odd: ({ isOdd }) => isOdd,
  comments: ({ comments }) => comments > 0,
};

export const isChosen = (row: RowFacts, { only, theme, part }: Chosen): boolean =>
  (only === undefined || IS[only](row)) &&
  (theme === undefined || row.themes.includes(theme)) &&
  (part === undefined || (row.role === 'lead') === (part === 'lead'));

/** What a form or an address says of a choice; what is no choice is none. */
export const chosenIn = (said: Readonly<Record<string, unknown>>): Chosen => ({
  only: ONLY.find((one) => one === said['only']),
  theme: typeof said['theme'] === 'string' ? said['theme'] : undefined,
  part: PARTS.find((one) => one === said['part']),
});
