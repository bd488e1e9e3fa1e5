/**
 * An outcome: its registered entry, and who has endorsed it since. It is proposed until it is endorsed, and
 * followed up from when a commitment says so; a decision is endorsed by the body that took it.
 */
import type { EndorseOutcome, Endorsement, Outcome, OutcomeAsAt, RetractDatedAct } from '#bodies';
import type { FullDate } from '#clocks';
import { Conflict, Rejected, refused, withoutNulls, type Aggregate, type Blanked } from '#eventsourcing';
import type { DecideEntry } from './act.js';
import type { Retraction } from './agency.js';
import { keepingStatements, takenBack, type EntryHistory } from './corrections.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

type OutcomeEvents = {
  Registered: Outcome;
  Amended: Outcome;
  Endorsed: EndorseOutcome;
  Retracted: Retraction;
  Blanked: Blanked;
};

export interface OutcomeState {
  readonly entry: Outcome | null;
  readonly endorsed: readonly Endorsement[];
}

export const outcome: Aggregate<OutcomeState & EntryHistory, OutcomeEvents> = keepingStatements<
  OutcomeState,
  Omit<OutcomeEvents, 'Blanked'>
>({
  category: 'outcome',
  initial: { entry: null, endorsed: [] },
  evolve: {
    Registered: (state, { data }) => ({ ...state, entry: data }),
    Amended: (state, { data }) => ({ ...state, entry: data }),
    Endorsed: (state, { data, revision }) => ({ ...state, endorsed: [...state.endorsed, { ...data, revision }] }),
    Retracted: (state) => state, // by then the event that it names is gone
  },
});

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** An outcome that is registered, with who had endorsed it by a date, the first first. */
export const outcomeAt = ({ entry, endorsed }: OutcomeState, asOf: FullDate): OutcomeAsAt => ({
  ...entry!,
  endorsed: endorsed
    .filter(({ reportedOn }) => reportedOn <= asOf)
    .toSorted((a, b) => a.reportedOn.localeCompare(b.reportedOn) || a.revision - b.revision),
});

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Decide<A> = DecideEntry<OutcomeState & EntryHistory, A, OutcomeEvents>;

/** An agency or forum makes an outcome its own; each does so once. */
export const endorse: Decide<EndorseOutcome> = ({ entry, endorsed }, act, { today }) => {
  if (!entry) throw new Rejected('not_found', 'There is no such outcome.');
  if (act.reportedOn > today)
    throw refused('date_in_the_future', '/reportedOn', `${act.reportedOn} is after today, ${today}.`);
  if (endorsed.some(({ by }) => by === act.by))
    throw new Conflict('already_endorsed', `${act.by} has endorsed it already.`, '/by');
  return [{ name: 'Endorsed', data: withoutNulls(act) }];
};

/** Takes back an endorsement that was a mistake. */
export const retractEndorsement: Decide<RetractDatedAct> = (state, act, on) => {
  const only = 'Only an endorsement is retracted; what is registered is amended.';
  const revision = takenBack(state, on, (name) => name === 'Endorsed', only);
  return [{ name: 'Retracted', data: { ...withoutNulls(act), revision } }];
};
