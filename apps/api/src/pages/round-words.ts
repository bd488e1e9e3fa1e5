/** The words of rounds and returns. */
import type { FindingLevel, ReturnState, RoundState } from '#words';
import { counted } from './words.js';

/** Silence, a nil return and no change are three things, and are called so. */
export const RETURN_STATE_WORDS: Readonly<Record<ReturnState, string>> = {
  awaited: 'Awaited',
  draft: 'Being written',
  submitted: 'Submitted',
  returned: 'Sent back',
  accepted: 'Accepted',
  nil: 'Nil return',
  not_received: 'Not received',
};

export const ROUND_STATE_WORDS: Readonly<Record<RoundState, string>> = {
  open: 'Open',
  closed: 'Closed',
  published: 'Published',
};

export const LEVEL_WORDS: Readonly<Record<FindingLevel, string>> = {
  missing: 'Still missing',
  wrong: 'Not right yet',
  odd: 'Looks odd; may be submitted as it is',
};

/** `12 days left`, `3 days past the deadline`. */
export const daysWords = (days: number): string =>
  days > 0 ? `${counted(days, 'day')} left` : days === 0 ? 'today is the last day' : `${counted(-days, 'day')} past`;

/** The acts on a round that have a form. */
export const ROUND_FORM_TITLES = {
  open: 'Open the round',
  amend: 'Amend the round',
  extend: 'Extend the deadline',
  remind: 'Remind those who still owe',
  close: 'Close the round',
  reopen: 'Reopen for one agency',
  publish: 'Publish the round',
} as const;
export type FormAct = keyof typeof ROUND_FORM_TITLES;
