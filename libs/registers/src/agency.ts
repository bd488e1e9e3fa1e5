/**
 * An agency: its registered content, and its dated changes since.
 *
 * The registered or last amended content (its *entry*) is its beginning. The dated acts come on top and outrank it, in
 * any order of recording:
 * - the entry's name holds until the first rename;
 * - the entry's memberships and chairs are the first ones; joining and chairing add one, leaving gives a membership its
 *   end, the entry's as well;
 * - the entry's `succeededBy` has no date and so holds at any time, until an end that names a successor takes its
 *   place.
 *
 * An amendment replaces the entry and leaves the dated acts as they are. A dated act holds from the first day of its
 * period, and a membership or chair to the last day of it. Rules about two periods refuse only impossible ones: if a
 * partial date leaves open which came first, the reporter is believed.
 *
 * A dated act that was a mistake is retracted: the agency is then as if it had never been said.
 */
import type {
  Agency,
  AgencyAsAt,
  AgencyEnd,
  AgencyName,
  Chair,
  ChairBody,
  DissolveAgency,
  JoinBody,
  LeaveBody,
  Membership,
  MergeAgency,
  RenameAgency,
  RetractDatedAct,
} from '#bodies';
import { firstDayOf, lastDayOf, type FullDate, type PartialDate } from '#clocks';
import { Conflict, Rejected, fold, refused, withoutNulls, type Aggregate, type Blanked } from '#eventsourcing';
import type { DecideEntry } from './act.js';
import { keepingStatements, retractedIn, takenBack, type EntryHistory } from './corrections.js';

/** A retraction: the act that it takes back, and the reason. */
export type Retraction = RetractDatedAct & { readonly revision: number };

// ── Events: their data, without the nulls ───────────────────────────────────────────────────────────────────────────

export type AgencyEvents = {
  Registered: Agency;
  Amended: Agency;
  Renamed: RenameAgency;
  Merged: MergeAgency;
  Dissolved: DissolveAgency;
  Joined: JoinBody;
  Left: LeaveBody;
  Chaired: ChairBody;
  Retracted: Retraction;
  Blanked: Blanked;
};

// ── State: the entry, and the dated acts in the order recorded ──────────────────────────────────────────────────────

interface EndedAgency extends AgencyEnd {
  readonly status: 'merged' | 'dissolved';
  readonly succeededBy?: string | null;
}

export interface AgencyState {
  readonly entry: Agency | null;
  readonly renamed: readonly RenameAgency[];
  readonly end: EndedAgency | null;
  readonly moves: readonly (JoinBody | LeaveBody)[];
  readonly chaired: readonly ChairBody[];
}

export const agency: Aggregate<AgencyState & EntryHistory, AgencyEvents> = keepingStatements<
  AgencyState,
  Omit<AgencyEvents, 'Blanked'>
>({
  category: 'agency',
  initial: { entry: null, renamed: [], end: null, moves: [], chaired: [] },
  evolve: {
    Registered: (state, { data }) => ({ ...state, entry: data }),
    Amended: (state, { data }) => ({ ...state, entry: data }),
    Renamed: (state, { data }) => ({ ...state, renamed: [...state.renamed, data] }),
    Merged: (state, { data: { into, ...end } }) => ({ ...state, end: { status: 'merged', succeededBy: into, ...end } }),
    Dissolved: (state, { data }) => ({ ...state, end: { status: 'dissolved', ...data } }),
    Joined: (state, { data }) => ({ ...state, moves: [...state.moves, data] }),
    Left: (state, { data }) => ({ ...state, moves: [...state.moves, data] }),
    Chaired: (state, { data }) => ({ ...state, chaired: [...state.chaired, data] }),
    Retracted: (state) => state, // by then the event that it names is gone
  },
});

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A date that nothing is after. */
export const LATEST_DATE: FullDate = '9999-12-31';

/** An agency that is registered, as at a date. */
export function asAt(state: AgencyState, asOf: FullDate): AgencyAsAt {
  const { end } = state;
  const { memberships: _, chairs: __, succeededBy: ___, ...entry } = state.entry!;
  const names = namesBy(state, asOf);
  const ended = end && firstDayOf(end.effective) <= asOf ? end : null;
  const successor = successorAt(state, asOf);
  const memberships = begunBy(membershipsOf(state), asOf).map(({ body, from, fromIsLatest, to, source }) => ({
    body,
    ...(from && { from }),
    ...(fromIsLatest && { fromIsLatest }),
    ...(to && { to }),
    ...(source && { source }),
    member: !ended && covers({ from, to }, asOf),
  }));
  const chairs = begunBy(chairsOf(state), asOf).map(({ body, role, from, fromIsLatest, to, source }) => ({
    body,
    role: role ?? 'chair',
    from,
    ...(fromIsLatest && { fromIsLatest }),
    to: to ?? null,
    ...(source && { source }),
    chairing: covers({ from, to }, asOf) && memberships.some((m) => m.body === body && m.member),
  }));
  return {
    ...entry,
    name: names.at(-1)!.name,
    names,
    status: ended?.status ?? 'active',
    ...(ended && { endedOn: ended.effective, reason: ended.reason }),
    ...(ended?.citation && { citation: ended.citation }),
    ...(successor && { succeededBy: successor }),
    memberships,
    chairs,
  };
}

/** The name of a registered agency on a date. */
export const nameAt = (state: AgencyState, asOf: FullDate): string => namesBy(state, asOf).at(-1)!.name;

/** The agency that had taken its place by a date, if any. */
export const successorAt = ({ entry, end }: AgencyState, asOf: FullDate): string | null | undefined => {
  if (!end?.succeededBy) return entry?.succeededBy;
  return firstDayOf(end.effective) <= asOf ? end.succeededBy : null;
};

/** An agency that had ended by a date, in words. Where a partial date leaves it open which came first, the one who says it is believed. */
function endedBy(
  { entry, end }: AgencyState,
  date: PartialDate,
): { readonly was: string; readonly successor: string } | null {
  if (!end || mayPrecede(date, end.effective)) return null;
  const successor = end.succeededBy ? `Its successor is ${end.succeededBy}.` : 'It has no successor.';
  return { was: `${entry!.code} was ${end.status} on ${end.effective}`, successor };
}

/** Why nothing new may be given to an agency from a period on: it had ended by then, and who took its place. `null`: it may. */
export function endedBefore(state: AgencyState, date: PartialDate): string | null {
  const ended = endedBy(state, date);
  return ended && `${ended.was}, so it takes on nothing from ${date} on. ${ended.successor}`;
}

/**
 * Why an act of some date may mean another agency: this one had ended by then, or it has a successor since a day that is not
 * registered. `null`: nothing speaks against it.
 */
export function mayHaveEnded(state: AgencyState, date: PartialDate): string | null {
  const ended = endedBy(state, date);
  if (ended) return `${ended.was}, and so had ended by ${date}. ${ended.successor}`;
  const { entry, end } = state;
  if (end || !entry?.succeededBy) return null;
  const { code, succeededBy } = entry;
  return `${code} has a successor, ${succeededBy}, since a day that is not registered. Is ${succeededBy} meant?`;
}

/** The names of an agency by a date; of two since the same day, the one said later holds. */
function namesBy({ entry, renamed }: AgencyState, asOf: FullDate): AgencyName[] {
  const dated = begunBy(
    renamed.map(({ effective, ...said }) => ({ ...said, from: effective })),
    asOf,
  );
  return [{ name: entry!.name, from: null }, ...dated]
    .filter(({ from }, i, all) => all.findLastIndex((other) => begins(other) === begins({ from })) === i)
    .filter(({ name }, i, all) => name !== all[i - 1]?.name);
}

/** The membership that a leaving ends: of those in a body that had begun by then, the last. */
const membershipsOf = ({ entry, moves }: AgencyState): readonly Membership[] =>
  moves.reduce<readonly Membership[]>((memberships, move) => {
    if ('from' in move) return [...memberships, { ...move, source: move.citation }];
    const left = leftBy(memberships, move);
    return memberships.map((membership) => (membership === left ? { ...membership, to: move.to } : membership));
  }, entry?.memberships ?? []);

const chairsOf = ({ entry, chaired }: AgencyState): readonly Chair[] => [
  ...(entry?.chairs ?? []),
  ...chaired.map(({ citation, ...chair }) => ({ ...chair, source: citation })),
];

const leftBy = (memberships: readonly Membership[], { body, to }: LeaveBody): Membership | undefined =>
  begunBy(memberships, lastDayOf(to)).findLast((membership) => membership.body === body);

interface Period {
  readonly from?: PartialDate | null;
  readonly to?: PartialDate | null;
}

const begins = ({ from }: Period): FullDate => (from ? firstDayOf(from) : '');

/** The facts that have begun by a date, in the order of their beginnings. */
const begunBy = <P extends Period>(periods: readonly P[], asOf: FullDate): P[] =>
  periods.filter((one) => begins(one) <= asOf).sort((a, b) => begins(a).localeCompare(begins(b)));

const covers = (one: Period, date: FullDate): boolean => begins(one) <= date && (!one.to || date <= lastDayOf(one.to));

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

type Decide<A> = DecideEntry<AgencyState & EntryHistory, A, AgencyEvents>;

function refuseUnlessRegistered({ entry }: AgencyState): void {
  if (!entry) throw new Rejected('not_found', 'There is no such agency.');
}

function refuseUnlessBegun(pointer: string, date: PartialDate, today: FullDate): void {
  if (firstDayOf(date) > today) throw refused('date_in_the_future', pointer, `${date} begins after today, ${today}.`);
}

function refuseEndBeforeBeginning(from: PartialDate, to: PartialDate | null | undefined): void {
  if (to && lastDayOf(to) < firstDayOf(from)) throw refused('ends_before_it_begins', '/to', `${to} is before ${from}.`);
}

/** Nothing happens to an agency after its end. */
function refuseAfterItsEnd({ end }: AgencyState, pointer: string, date: PartialDate): void {
  if (end && !mayPrecede(date, end.effective))
    throw refused('has_ended', pointer, `It was ${end.status} on ${end.effective}; ${date} is not before that.`);
}

/** Whether a day of one partial date is before a day of another. */
const mayPrecede = (a: PartialDate, b: PartialDate): boolean => firstDayOf(a) < lastDayOf(b);

/** Whether two periods must overlap; a period overlaps itself. */
const clash = (a: Period, b: Period): boolean => {
  const isBefore = ({ to }: Period, { from }: Period) => Boolean(to && from && mayPrecede(to, from));
  const isSame = (a.from ?? null) === (b.from ?? null) && (a.to ?? null) === (b.to ?? null);
  return isSame || !(isBefore(a, b) || isBefore(b, a));
};

/** Whether one period may lie within another. */
const mayContain = (outer: Period, { from, to }: { from: PartialDate; to?: PartialDate | null }): boolean =>
  begins(outer) <= lastDayOf(from) && (!outer.to || firstDayOf(to ?? from) <= lastDayOf(outer.to));

const lasting = ({ from, to }: Period): string => (from ? ` from ${from}` : '') + (to ? ` to ${to}` : '');

/** An agency gets another name from a date on. */
export const rename: Decide<RenameAgency> = (state, act, { today }) => {
  refuseUnlessRegistered(state);
  refuseUnlessBegun('/effective', act.effective, today);
  refuseAfterItsEnd(state, '/effective', act.effective);
  if (nameAt(state, firstDayOf(act.effective)) === act.name)
    throw refused('nothing_renamed', '/name', `It is called so on ${act.effective} already.`);
  return [{ name: 'Renamed', data: withoutNulls(act) }];
};

/** An agency ends once, and after all that is dated of it. */
function endsNow(state: AgencyState, { effective }: AgencyEnd, today: FullDate): void {
  refuseUnlessRegistered(state);
  if (state.end) throw new Conflict('already_ended', `It was ${state.end.status} on ${state.end.effective} already.`);
  refuseUnlessBegun('/effective', effective, today);
  const begun = [...membershipsOf(state), ...chairsOf(state)].flatMap((one) => one.from ?? []);
  const dated = [...state.renamed.map((renaming) => renaming.effective), ...begun];
  const later = dated.find((date) => !mayPrecede(date, effective));
  if (later) throw refused('ends_too_early', '/effective', `Something is recorded of it on ${later}, which is later.`);
}

/** An agency becomes part of another. That it is not part of itself, by however many steps, is for `Lookup.cycleIn`. */
export const merge: Decide<MergeAgency> = (state, act, { today }) => {
  endsNow(state, act, today);
  return [{ name: 'Merged', data: withoutNulls(act) }];
};

/** An agency ends, and another may take its place. */
export const dissolve: Decide<DissolveAgency> = (state, act, { today }) => {
  endsNow(state, act, today);
  return [{ name: 'Dissolved', data: withoutNulls(act) }];
};

/** An agency becomes a member of a body; it is so once at a time. */
export const join: Decide<JoinBody> = (state, act, { today }) => {
  refuseUnlessRegistered(state);
  refuseUnlessBegun('/from', act.from, today);
  refuseEndBeforeBeginning(act.from, act.to);
  refuseAfterItsEnd(state, '/from', act.from);
  if (act.body === state.entry!.code) throw refused('member_of_itself', '/body', 'Nothing is a member of itself.');
  const known = membershipsOf(state).find((one) => one.body === act.body && clash(one, act));
  if (known) throw new Conflict('already_a_member', `It is a member of ${act.body}${lasting(known)} already.`, '/from');
  return [{ name: 'Joined', data: withoutNulls(act) }];
};

/** An agency leaves a body that it is a member of; it may do so earlier than was said before. */
export const leave: Decide<LeaveBody> = (state, act) => {
  refuseUnlessRegistered(state);
  refuseAfterItsEnd(state, '/to', act.to);
  const left = leftBy(membershipsOf(state), act);
  if (!left) throw refused('not_a_member', '/body', `It is not a member of ${act.body} by ${act.to}.`);
  if (left.to && lastDayOf(act.to) >= lastDayOf(left.to))
    throw new Conflict('already_left', `It was a member of ${act.body}${lasting(left)}.`, '/to');
  return [{ name: 'Left', data: withoutNulls(act) }];
};

/** A member chairs a body for a time. */
export const chair: Decide<ChairBody> = (state, act, { today }) => {
  refuseUnlessRegistered(state);
  refuseUnlessBegun('/from', act.from, today);
  refuseEndBeforeBeginning(act.from, act.to);
  refuseAfterItsEnd(state, '/from', act.from);
  if (!membershipsOf(state).some((one) => one.body === act.body && mayContain(one, act)))
    throw refused('not_a_member', '/body', `It is not a member of ${act.body}${lasting(act)}.`);
  const known = chairsOf(state).find((one) => one.body === act.body && clash(one, act));
  if (known) throw new Conflict('already_chairing', `It chairs ${act.body}${lasting(known)} already.`, '/from');
  return [{ name: 'Chaired', data: withoutNulls(act) }];
};

type DatedAgencyEvents = Omit<AgencyEvents, 'Registered' | 'Amended' | 'Retracted' | 'Blanked'>;
/** The dated acts, which can be taken back; of an act that rests on who is a member then, its decision. */
const DATED_EVENTS: { readonly [N in keyof DatedAgencyEvents]: Decide<never> | null } = {
  Renamed: null,
  Merged: null,
  Dissolved: null,
  Joined: join,
  Left: leave,
  Chaired: chair,
};

/** A dated act that was a mistake is taken back; those that rest on it first. */
export const retract: Decide<RetractDatedAct> = (state, act, on) => {
  const revision = takenBack(
    state,
    on,
    (name) => name in DATED_EVENTS,
    'Only a dated act is retracted; what is registered is amended.',
  );
  const gone = retractedIn(state.said);
  let without = agency.initial;
  for (const one of state.said.filter((other) => other.revision !== revision && !gone.has(other.revision))) {
    try {
      DATED_EVENTS[one.name as keyof DatedAgencyEvents]?.(without, one.data as never, { ...on, today: LATEST_DATE });
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      throw new Rejected('others_rest_on_it', `Revision ${one.revision} rests on it: retract that first.`);
    }
    without = fold(agency, without, [one as never]);
  }
  return [{ name: 'Retracted', data: { ...withoutNulls(act), revision } }];
};
