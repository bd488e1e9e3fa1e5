/** A reporting round, from its opening on: who is asked which questions, until when, and the result. */
import type { CloseRound, ExtendRound, PublishRound, RemindRound, ReopenRound, Round } from '#bodies';
import type { FullDate } from '#clocks';
import { canonicalJson, Conflict, refused, Rejected, withoutNulls, type NewEvent } from '#eventsourcing';
import { keepingStatements, type EntryHistory } from '#registers';
import type { ReportKind, RoundState } from '#words';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

/** Each says on which day (UTC) it was done. */
export interface DoneOn {
  readonly on: FullDate;
}

/** The agencies that are expected by name: the members of a body are those of the day. */
interface AgenciesAsked {
  readonly agencies: readonly string[];
}

export type RoundEvents = {
  Opened: Round & AgenciesAsked & DoneOn;
  Amended: Round & AgenciesAsked & DoneOn;
  Extended: ExtendRound & DoneOn;
  /** The agencies that were named; the log has no address. */
  Reminded: AgenciesAsked & DoneOn;
  Closed: CloseRound & DoneOn;
  Reopened: ReopenRound & DoneOn;
  Published: PublishRound & DoneOn;
};

/** A deadline, and the day from which it held. */
interface Deadline extends DoneOn {
  readonly deadline: FullDate;
  /** `null`: of all agencies. */
  readonly agency: string | null;
}

export interface OpenedRound {
  readonly round: Round | null;
  readonly agencies: readonly string[];
  /** In the order in which they were set. */
  readonly deadlines: readonly Deadline[];
  readonly openedOn: FullDate | null;
  readonly closedOn: FullDate | null;
  /** By agency: the last day on which it can answer though the round is closed. */
  readonly reopened: Readonly<Record<string, FullDate>>;
  readonly published: (PublishRound & DoneOn) | null;
  readonly reminded: readonly (AgenciesAsked & DoneOn)[];
}

const roundIn = ({ on: _on, agencies: _agencies, ...round }: RoundEvents['Opened']): Round => round;

export const round = keepingStatements<OpenedRound, RoundEvents>({
  category: 'round',
  initial: {
    round: null,
    agencies: [],
    deadlines: [],
    openedOn: null,
    closedOn: null,
    reopened: {},
    published: null,
    reminded: [],
  },
  evolve: {
    Opened: (state, { data }) => ({
      ...state,
      round: roundIn(data),
      agencies: data.agencies,
      openedOn: data.on,
      deadlines: [{ deadline: data.deadline, agency: null, on: data.on }],
    }),
    Amended: (state, { data }) => ({
      ...state,
      round: roundIn(data),
      agencies: data.agencies,
      deadlines: [
        ...state.deadlines,
        ...(data.deadline === state.round?.deadline ? [] : [{ deadline: data.deadline, agency: null, on: data.on }]),
      ],
    }),
    Extended: (state, { data: { deadline, agency = null, on } }) => ({
      ...state,
      round: agency ? state.round : { ...state.round!, deadline },
      deadlines: [...state.deadlines, { deadline, agency, on }],
    }),
    Reminded: (state, { data }) => ({ ...state, reminded: [...state.reminded, data] }),
    Closed: (state, { data }) => ({ ...state, closedOn: data.on }),
    Reopened: (state, { data: { agency, until } }) => ({ ...state, reopened: { ...state.reopened, [agency]: until } }),
    Published: (state, { data }) => ({ ...state, published: data }),
  },
});

// ── Consequences ────────────────────────────────────────────────────────────────────────────────────────────────────

export const stateOf = ({ closedOn, published }: OpenedRound): RoundState =>
  published ? 'published' : closedOn ? 'closed' : 'open';

/** The subject of a report of each kind, where the round does not name it. */
const SUBJECT_OF_REPORT: Readonly<
  Record<ReportKind, (round: Round) => Readonly<Record<string, string | null | undefined>>>
> = {
  agency: ({ inQuestion }) => ({ followsUp: inQuestion?.followsUp }),
  theme: ({ inQuestion }) => ({ theme: inQuestion?.theme }),
  forum: ({ forum }) => ({ forum }),
  synthesis: ({ inQuestion }) => ({ followsUp: inQuestion?.followsUp }),
  register: ({ inQuestion }) => ({ followsUp: inQuestion?.followsUp, theme: inQuestion?.theme }),
};

/** The report that comes out of a round: its kind, and the parameters of its route. */
export function reportOf(round: Round): {
  readonly kind: ReportKind;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const kind = round.report?.kind ?? 'synthesis';
  const about = Object.entries(SUBJECT_OF_REPORT[kind](round)).flatMap(([name, code]) =>
    code ? [[name, code] as const] : [],
  );
  return { kind, parameters: { ...Object.fromEntries(about), ...round.report?.parameters, round: round.code } };
}

const deadlinesOf = ({ deadlines }: OpenedRound, agency: string): readonly Deadline[] =>
  deadlines.filter((one) => one.agency === null || one.agency === agency);

/** The last day in time for an agency. */
export const deadlineFor = (state: OpenedRound, agency: string): FullDate =>
  deadlinesOf(state, agency).at(-1)!.deadline;

/** The last day on which an agency can answer a closed round; `null`: it was not reopened for it. */
export const reopenedUntil = ({ closedOn, reopened }: OpenedRound, agency: string): FullDate | null =>
  (closedOn && reopened[agency]) || null;

/** The last day on which an agency is to answer: of a round that was reopened for it, the last on which it can. */
export const dueOn = (state: OpenedRound, agency: string): FullDate =>
  reopenedUntil(state, agency) ?? deadlineFor(state, agency);

/** The days on which an agency was reminded, the last one last. */
export const remindedOn = ({ reminded }: OpenedRound, agency: string): readonly FullDate[] =>
  reminded.filter(({ agencies }) => agencies.includes(agency)).map(({ on }) => on);

/**
 * Whether an agency is, or was, late.
 * @param by the day on which it answered, or today. Once a deadline has passed without an answer and without an extension by
 * then, it is late for good: a later extension does not clear that.
 */
export function isLate(state: OpenedRound, agency: string, by: FullDate): boolean {
  const all = deadlinesOf(state, agency);
  return all.some(({ deadline }, i) => {
    const next = all[i + 1];
    return by > deadline && (next === undefined || next.on > deadline);
  });
}

/** Whether an agency can answer on a day; else why not. */
export function closedFor(state: OpenedRound, agency: string, today: FullDate): Rejected | null {
  const { code } = state.round!;
  if (!state.agencies.includes(agency))
    return new Rejected('not_expected', `${agency} is not among the agencies that ${code} asks.`);
  const until = state.reopened[agency];
  if (!state.closedOn || (until !== undefined && today <= until)) return null;
  return new Conflict(
    'round_closed',
    `${code} was closed on ${state.closedOn}; the secretariat can reopen it for ${agency}.`,
  );
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The facts for a decision beside the round. */
export interface OnRound {
  /** UTC. */
  readonly today: FullDate;
  /** The agencies that are expected, as the bodies have them today. */
  readonly agencies: readonly string[];
  /** The agencies that still owe a return and can answer. */
  readonly owing: readonly string[];
}

type State = OpenedRound & EntryHistory;
type Event = NewEvent<RoundEvents>;
export type DecideRound<A> = (state: State, act: A, on: OnRound) => Event[];

/** @throws Rejected for a round that contradicts itself */
export function refuseUnsoundRound({
  opens,
  deadline,
  asOf,
  from,
  until,
  questions,
  expected,
  reminders,
}: Round): void {
  if (deadline < opens)
    throw refused('ends_before_it_begins', '/deadline', `${deadline} is before it opens, on ${opens}.`);
  if (from && until && until < from) throw refused('ends_before_it_begins', '/until', `${until} is before ${from}.`);
  if (from && from > asOf) throw refused('ends_before_it_begins', '/asOf', `The cut-off ${asOf} is before ${from}.`);
  if (!expected.body && !expected.agencies?.length)
    throw refused('nobody_expected', '/expected', 'Say which body or which agencies are to answer.');
  const ids = new Set<string>();
  for (const [i, { id, of, kind, choices, carriedOver }] of (questions ?? []).entries()) {
    if (ids.has(id)) throw refused('asked_twice', `/questions/${i}/id`, `There are two questions ${id}.`);
    ids.add(id);
    if (carriedOver && of === 'commitment')
      throw refused(
        'not_carried_over',
        `/questions/${i}/carriedOver`,
        'An answer about a commitment is given with what is said of it; that of the last round is shown beside it.',
      );
    if ((kind === 'choice') !== Boolean(choices?.length))
      throw refused('choices_needed', `/questions/${i}/choices`, 'A choice has choices, and nothing else has.');
  }
  refuseUnsoundReminders(reminders);
}

const [MAX_REMINDER_DAYS, MAX_REMINDERS] = [60, 12] as const;

/** @throws Rejected for reminders that contradict each other, or come when nobody thinks of the round */
function refuseUnsoundReminders(reminders: Round['reminders']): void {
  const { none, at } = reminders ?? {};
  if (none && at?.length)
    throw refused('contradiction', '/reminders/none', 'Either nobody is reminded, or on certain days.');
  const known = new Set<string>();
  for (const [i, { days, when }] of (at ?? []).entries()) {
    const pointer = `/reminders/at/${i}`;
    if (days > MAX_REMINDER_DAYS)
      throw refused(
        'too_far',
        `${pointer}/days`,
        `Reminders come ${MAX_REMINDER_DAYS} days from the deadline at most.`,
      );
    if (known.has(`${days} ${when}`))
      throw refused('asked_twice', pointer, `There are two reminders ${days} days ${when} the deadline.`);
    known.add(`${days} ${when}`);
  }
}

/** @throws Rejected unless it was opened */
function openedRound({ round: known }: OpenedRound): Round {
  if (!known) throw new Rejected('not_found', 'There is no such round.');
  return known;
}

/** @throws Conflict unless it is open */
function refuseUnlessOpen(state: OpenedRound): Round {
  const known = openedRound(state);
  if (stateOf(state) !== 'open') throw new Conflict('round_closed', `${known.code} is ${stateOf(state)}.`);
  return known;
}

const refuseNobody = (agencies: readonly string[]): void => {
  if (agencies.length === 0)
    throw refused('nobody_expected', '/expected/body', 'The body has no members on the day the round opens.');
};

/** The day of an act that may be told later. @throws Rejected for one that is to come */
export function actDate({ on }: { readonly on?: FullDate | null }, today: FullDate): FullDate {
  if (on && on > today) throw refused('date_in_the_future', '/on', `${on} is after today.`);
  return on ?? today;
}

export const open: DecideRound<Round> = (state, act, { today, agencies }) => {
  if (state.round) throw new Conflict('already_open', `${act.code} was opened on ${state.openedOn}.`);
  refuseUnsoundRound(act);
  refuseNobody(agencies);
  if (act.opens > today) throw new Conflict('not_open_yet', `${act.code} opens on ${act.opens}.`, '/opens');
  return [{ name: 'Opened', data: { ...withoutNulls(act), agencies, on: today } }];
};

/** Replaces its terms. An agency that has been asked is left out only by name. */
export const amend: DecideRound<Round> = (state, act, { today, agencies }) => {
  const before = refuseUnlessOpen(state);
  if (act.code !== before.code) throw refused('other_code', '/code', `The round is ${before.code}.`);
  refuseUnsoundRound(act);
  refuseNobody(agencies);
  if (act.opens !== before.opens) throw refused('already_open', '/opens', `It opened on ${before.opens}.`);
  if (act.deadline < deadlineOfAll(state))
    throw refused(
      'deadline_moved_forward',
      '/deadline',
      `The deadline is ${deadlineOfAll(state)}; it can only be extended.`,
    );
  const data = withoutNulls(act);
  if (canonicalJson({ ...data, agencies }) === canonicalJson({ ...before, agencies: state.agencies }))
    throw new Rejected('nothing_amended', `${act.code} says this already.`);
  return [{ name: 'Amended', data: { ...data, agencies, on: today } }];
};

const deadlineOfAll = ({ deadlines }: OpenedRound): FullDate =>
  deadlines.findLast(({ agency }) => agency === null)!.deadline;

/** Moves the deadline, for all or for one agency. */
export const extend: DecideRound<ExtendRound> = (state, act, { today }) => {
  const { code } = refuseUnlessOpen(state);
  const { agency, deadline } = act;
  if (agency && !state.agencies.includes(agency))
    throw refused('not_expected', '/agency', `${agency} is not among the agencies that ${code} asks.`);
  const before = agency ? deadlineFor(state, agency) : deadlineOfAll(state);
  if (deadline <= before) throw refused('not_later', '/deadline', `The deadline is ${before} already.`);
  return [{ name: 'Extended', data: { ...withoutNulls(act), on: today } }];
};

/**
 * Reminds those who still owe: nobody twice a day, and nobody more than twelve times in a round. A named agency is refused by name;
 * without names, agencies that cannot be reminded now are left out.
 */
export const remind: DecideRound<RemindRound> = (state, { agencies: named }, { today, owing }) => {
  const { code } = openedRound(state);
  const whyNot = (agency: string): string | null => {
    const before = remindedOn(state, agency);
    if (!owing.includes(agency)) return `${agency} owes nothing in ${code} now.`;
    if (before.includes(today)) return `${agency} was reminded today already.`;
    return before.length >= MAX_REMINDERS ? `${agency} was reminded ${MAX_REMINDERS} times: write otherwise.` : null;
  };
  for (const [i, agency] of (named ?? []).entries()) {
    const why = whyNot(agency);
    if (why) throw new Conflict('not_reminded', why, `/agencies/${i}`);
  }
  const agencies = [...new Set(named ?? owing)].filter((agency) => whyNot(agency) === null).sort();
  if (agencies.length === 0)
    throw new Conflict(
      'not_reminded',
      `There is nobody to remind in ${code}: nobody owes, or all were reminded today.`,
    );
  return [{ name: 'Reminded', data: { agencies, on: today } }];
};

/** From now on silence is *not received*. */
export const close: DecideRound<CloseRound> = (state, act, { today }) => {
  refuseUnlessOpen(state);
  const on = actDate(act, today);
  if (on < state.openedOn!) throw refused('ends_before_it_begins', '/on', `It was opened on ${state.openedOn}.`);
  return [{ name: 'Closed', data: { ...withoutNulls(act), on } }];
};

/** Lets one agency answer after all. */
export const reopen: DecideRound<ReopenRound> = (state, act, { today }) => {
  const { code } = openedRound(state);
  const { agency, until } = act;
  if (!state.closedOn) throw new Conflict('still_open', `${code} is open.`);
  if (!state.agencies.includes(agency))
    throw refused('not_expected', '/agency', `${agency} is not among the agencies that ${code} asks.`);
  if (until < today) throw refused('in_the_past', '/until', `${until} is past.`);
  return [{ name: 'Reopened', data: { ...withoutNulls(act), on: today } }];
};

/** Its report is published because of it (publishing.ts). */
export const publish: DecideRound<PublishRound> = (state, act, { today }) => {
  const { code } = openedRound(state);
  if (!state.closedOn) throw new Conflict('still_open', `${code} is open: close it first.`);
  if (state.published) throw new Conflict('already_published', `${code} was published on ${state.published.on}.`);
  return [{ name: 'Published', data: { ...withoutNulls(act), on: today } }];
};
