/** The occasions for letters of a round: consequences of its events, and days of reminders. Pure. */
import type { Round } from '#bodies';
import { daysAfter, daysBetween, type FullDate } from '#clocks';
import type { Recorded } from '#eventsourcing';
import {
  closedFor,
  deadlineFor,
  dueOn,
  owes,
  remindedOn,
  type OpenedRound,
  type ReturnEvents,
  type ReturnSoFar,
  type RoundEvents,
} from '#rounds';
import type { LetterKind } from './outbox.js';

/** The letters of rounds. */
export type RoundLetterKind = Exclude<LetterKind, 'confirmation' | 'digest'>;

/** The people of an agency are written to. */
export interface Occasion {
  readonly kind: RoundLetterKind;
  readonly agency: string;
}

const occasionsFor = (kind: RoundLetterKind, agencies: readonly string[]): Occasion[] =>
  agencies.map((agency) => ({ kind, agency }));

/**
 * The occasions of an event of a round.
 * @param before the round before it, and after it
 */
export function occasionsOf(
  { name, data }: Pick<Recorded, 'name' | 'data'>,
  before: OpenedRound,
  after: OpenedRound,
): Occasion[] {
  const { agency } = data as { agency?: string | null };
  const moved = (agencies: readonly string[]) =>
    agencies.filter((one) => deadlineFor(before, one) !== deadlineFor(after, one));
  const event = name as keyof RoundEvents | 'Blanked';
  switch (event) {
    case 'Opened':
      return occasionsFor('invitation', after.agencies);
    case 'Amended': {
      const asked = after.agencies.filter((one) => before.agencies.includes(one));
      const added = after.agencies.filter((one) => !before.agencies.includes(one));
      return [...occasionsFor('invitation', added), ...occasionsFor('extended', moved(asked))];
    }
    case 'Extended':
      return occasionsFor('extended', moved(agency ? [agency] : after.agencies));
    case 'Reopened':
      return occasionsFor('reopened', [agency!]);
    case 'Reminded':
      return occasionsFor('reminder', (data as { agencies: string[] }).agencies);
    case 'Closed':
      return occasionsFor('closed', after.agencies);
    // The publication of its report brings letters, of which it is one.
    default:
      event satisfies 'Published' | 'Blanked';
      return [];
  }
}

/** `null`: none. */
export const LETTER_OF_RETURN_EVENT: Readonly<Record<keyof ReturnEvents | 'Blanked', RoundLetterKind | null>> = {
  Submitted: null,
  Applied: null,
  TakenBack: null,
  NilReported: null,
  PaperReceived: null,
  Commented: null,
  SentBack: 'returned',
  Accepted: 'accepted',
  Blanked: null,
};

const LETTERS_ABOUT_OWED_RETURNS: readonly RoundLetterKind[] = ['invitation', 'reminder', 'extended', 'reopened'];

/** Events of longer ago bring no letter: a round of the past may be recorded late. */
const PAST_DAYS = 30;
const isRecent = (day: FullDate | null | undefined, today: FullDate): boolean =>
  day !== null && day !== undefined && daysBetween(day, today) <= PAST_DAYS;

/**
 * Whether a letter is still true, on a day: nobody is asked for a return that came meanwhile, nor invited after the
 * deadline. It is checked when a letter is decided, and again when it is sent.
 */
export function stillHolds(
  kind: RoundLetterKind,
  round: OpenedRound,
  agency: string,
  { state }: Pick<ReturnSoFar, 'state'>,
  today: FullDate,
): boolean {
  if (kind === 'published') return isRecent(round.published?.on, today);
  if (kind === 'closed')
    return state === 'none' && isRecent(round.closedOn, today) && closedFor(round, agency, today) !== null;
  if (kind === 'accepted') return state === 'accepted';
  if (kind === 'returned') return state === 'returned' && closedFor(round, agency, today) === null;
  return owes(round, agency, { state }, today) && (kind === 'reminder' || dueOn(round, agency) >= today);
}

export const isAboutWhatIsOwed = (kind: RoundLetterKind): boolean =>
  LETTERS_ABOUT_OWED_RETURNS.includes(kind) || kind === 'returned';

/** Where a round does not say when: these many days before and after the deadline. */
const DEFAULT_REMINDERS: NonNullable<NonNullable<Round['reminders']>['at']> = [
  { days: 14, when: 'before' },
  { days: 3, when: 'before' },
  { days: 1, when: 'after' },
  { days: 7, when: 'after' },
];

/** The days on which an agency is reminded by the terms of a round, the first one first. */
export function reminderDays({ reminders }: Pick<Round, 'reminders'>, due: FullDate): FullDate[] {
  if (reminders?.none) return [];
  return (reminders?.at ?? DEFAULT_REMINDERS)
    .map(({ days, when }) => daysAfter(due, when === 'before' ? -days : days))
    .sort();
}

/** A day of the schedule that was missed by more days is left out. */
const MISSED_DAYS = 7;

/**
 * Whether it is time to remind an agency that owes: a day of the schedule has come and it was not reminded since. Of
 * several days that were missed only the last counts, and only for a week. An agency that was asked that day, or after
 * it, is not reminded of it.
 */
export function isTimeToRemind(round: OpenedRound, agency: string, today: FullDate): boolean {
  const due = dueOn(round, agency);
  const since = daysAfter(today, -MISSED_DAYS);
  const day = reminderDays(round.round!, due).findLast((one) => one <= today && one >= since);
  return day !== undefined && day > round.openedOn! && !remindedOn(round, agency).some((on) => on >= day);
}
