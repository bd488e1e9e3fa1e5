/**
 * An agency: what is registered of it, and what became of it since.
 *
 * What was registered, or last amended (its *entry*), is what it was like to begin with. The dated acts come on top and
 * outrank it, in whatever order both were recorded:
 * - the entry's name holds until the first rename;
 * - the entry's memberships are the first ones; joining adds one, leaving gives one its end, the entry's as well;
 * - the entry's `succeededBy` has no date and so holds at any time, until an end that names a successor takes its place.
 *
 * An amendment replaces the entry and leaves the dated acts as they are. What is dated holds from the first day of its
 * period, and a membership or chair to the last day of it. Rules about two periods refuse only what cannot be: where a
 * partial date leaves it open which came first, the one who says it is believed.
 *
 * A dated act that was a mistake is retracted: the agency is then as if it had never been said.
 */
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { firstDayOf, lastDayOf, type FullDate, type PartialDate } from '#clocks';
import { fold, Rejected, type Aggregate, type Blanked, type NewEvent } from '#eventsourcing';
import { Code, CodeOf, InPeriod, Kebab, ListOf, Nested, said, Text } from '#platform';
import { kept, retractedIn, saidAt, type Kept } from './corrections.js';

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export class Membership {
  @CodeOf('agency', { example: 'GMG' }) body: string;
  @InPeriod({ optional: true, example: '2006-04' }) from?: PartialDate | null;
  @InPeriod({ optional: true, example: '2010' }) to?: PartialDate | null;
}

export class Agency {
  @Code({ example: 'IOM' }) code: string;
  @Text({ example: 'International Organization for Migration' }) name: string;
  @Kebab({ example: 'igo' }) kind: string;
  @CodeOf('agency', { optional: true, example: 'UN' }) parent?: string | null;
  @ListOf(() => Membership, { optional: true }) memberships?: Membership[] | null;
  @CodeOf('agency', { optional: true, example: 'UN-WOMEN' }) succeededBy?: string | null;
}

export class Citation {
  @CodeOf('document', { example: 'D-2012-MC2353' }) document: string;
  @Text({ max: 300, description: 'Paragraph, lines or page', example: 'para 26' }) locator: string;
}

/** Where an act can be read … */
class Cited {
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
}

/** … and why it came about, if one knows … */
class Explained extends Cited {
  @Text({ max: 2000, optional: true, description: 'Why' }) reason?: string | null;
}

/** … as one must of an end. */
class End extends Cited {
  @InPeriod({ description: 'When it ended; may not begin after today', example: '2010-07' }) effective: PartialDate;
  @Text({ max: 2000, description: 'Why', example: 'Consolidated into UN-Women by A/RES/64/289' }) reason: string;
}

export class RenameAgency extends Explained {
  @Text({ example: 'Organisation of Islamic Cooperation' }) name: string;
  @InPeriod({ description: 'Since when; may not begin after today', example: '2011-06-28' }) effective: PartialDate;
}

export class MergeAgency extends End {
  @CodeOf('agency', { description: 'What it became part of', example: 'UN-WOMEN' }) into: string;
}

export class DissolveAgency extends End {
  @CodeOf('agency', { optional: true, description: 'What took its place', example: 'GMG' }) succeededBy?: string | null;
}

export class JoinBody extends Explained {
  @CodeOf('agency', { description: 'What it joins', example: 'GMG' }) body: string;
  @InPeriod({ description: 'May not begin after today', example: '2007' }) from: PartialDate;
  @InPeriod({ optional: true, description: 'Its last day, if that is known; may be to come', example: '2010' })
  to?: PartialDate | null;
}

export class LeaveBody extends Explained {
  @CodeOf('agency', { description: 'What it leaves', example: 'GMG' }) body: string;
  @InPeriod({ description: 'Its last day as a member; may be to come', example: '2010' }) to: PartialDate;
}

export class ChairBody extends Explained {
  @CodeOf('agency', { description: 'What it chairs; it is a member of it then', example: 'GMG' }) body: string;
  @InPeriod({ description: 'May not begin after today', example: '2006-07' }) from: PartialDate;
  @InPeriod({ description: 'Its last day in the chair; may be to come', example: '2006-12' }) to: PartialDate;
}

/** It has no date of its own: it acts on what is known, as at every date. */
export class RetractDatedAct extends Cited {
  @Text({ max: 2000, description: 'Why', example: 'Said of the wrong agency' }) reason: string;
}

/** … and which. */
export type Retraction = RetractDatedAct & { readonly revision: number };

// ── Events: what was said, without the nulls ────────────────────────────────────────────────────────────────────────

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

type Decided = NewEvent<AgencyEvents>[];

// ── State: the entry, and the dated acts in the order recorded ──────────────────────────────────────────────────────

interface Ended extends End {
  readonly status: 'merged' | 'dissolved';
  readonly succeededBy?: string | null;
}

export interface AgencyState {
  readonly entry: Agency | null;
  readonly renamed: readonly RenameAgency[];
  readonly end: Ended | null;
  readonly moves: readonly (JoinBody | LeaveBody)[];
  readonly chaired: readonly ChairBody[];
}

export const agency: Aggregate<AgencyState & Kept, AgencyEvents> = kept<AgencyState, Omit<AgencyEvents, 'Blanked'>>({
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
    Retracted: (state) => state, // by then what it names is no more
  },
});

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A date that nothing is after. */
export const LATEST: FullDate = '9999-12-31';

const optional = { required: false } as const;
const period = { type: String, pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' } as const;

/** One of the names of an agency, and since when. */
export class AgencyName extends Explained {
  @ApiProperty() readonly name: string;
  @ApiProperty({ ...period, nullable: true, description: 'null: its first name' }) readonly from: PartialDate | null;
}

export class MembershipAsAt extends Membership {
  @ApiProperty({ description: 'Whether it is a member on the date' }) readonly member: boolean;
}

export class ChairAsAt {
  @ApiProperty({ example: 'GMG' }) readonly body: string;
  @ApiProperty(period) readonly from: PartialDate;
  @ApiProperty(period) readonly to: PartialDate;
  @ApiProperty({ description: 'Whether it is in the chair on the date' }) readonly chairing: boolean;
}

/** An agency as it was on a date: its names, memberships and chairs that had begun by then. */
export class AgencyAsAt extends OmitType(Agency, ['memberships']) {
  @ApiProperty({ type: [AgencyName], description: 'From the first to the one on the date' })
  readonly names: AgencyName[];
  @ApiProperty({ enum: ['active', 'merged', 'dissolved'] }) readonly status: 'active' | Ended['status'];
  @ApiProperty({ ...period, ...optional, description: 'Only when it has ended' }) readonly endedOn?: PartialDate;
  @ApiProperty({ ...optional, description: 'Why it ended' }) readonly reason?: string;
  @ApiProperty({ type: Citation, ...optional, description: 'Where its end can be read' }) readonly citation?: Citation;
  @ApiProperty({ type: [MembershipAsAt] }) readonly memberships: MembershipAsAt[];
  @ApiProperty({ type: [ChairAsAt] }) readonly chairs: ChairAsAt[];
}

/** An agency that is registered, as at a date. */
export function asAt(state: AgencyState, asOf: FullDate): AgencyAsAt {
  const { end } = state;
  const { memberships: _, succeededBy: __, ...entry } = state.entry!;
  const names = namesBy(state, asOf);
  const ended = end && firstDayOf(end.effective) <= asOf ? end : null;
  const successor = successorAt(state, asOf);
  const memberships = inTime(membershipsOf(state), asOf).map(({ body, from, to }) => ({
    body,
    ...(from && { from }),
    ...(to && { to }),
    member: !ended && covers({ from, to }, asOf),
  }));
  const chairs = inTime(state.chaired, asOf).map(({ body, from, to }) => {
    const chairing = covers({ from, to }, asOf) && memberships.some((m) => m.body === body && m.member);
    return { body, from, to, chairing };
  });
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

/** What an agency that is registered was called on a date. */
export const nameAt = (state: AgencyState, asOf: FullDate): string => namesBy(state, asOf).at(-1)!.name;

/** The agency that had taken its place by a date, if any. */
export const successorAt = ({ entry, end }: AgencyState, asOf: FullDate): string | null | undefined => {
  if (!end?.succeededBy) return entry?.succeededBy;
  return firstDayOf(end.effective) <= asOf ? end.succeededBy : null;
};

/** Of two names since the same day the one said later holds. */
function namesBy({ entry, renamed }: AgencyState, asOf: FullDate): AgencyName[] {
  const dated = inTime(
    renamed.map(({ effective, ...said }) => ({ ...said, from: effective })),
    asOf,
  );
  return [{ name: entry!.name, from: null }, ...dated]
    .filter(({ from }, i, all) => all.findLastIndex((other) => begins(other) === begins({ from })) === i)
    .filter(({ name }, i, all) => name !== all[i - 1]?.name);
}

/** What every leaving gave an end: of the memberships in a body that had begun by then, the last. */
const membershipsOf = ({ entry, moves }: AgencyState): readonly Membership[] =>
  moves.reduce<readonly Membership[]>((memberships, move) => {
    if ('from' in move) return [...memberships, move];
    const left = leftBy(memberships, move);
    return memberships.map((membership) => (membership === left ? { ...membership, to: move.to } : membership));
  }, entry?.memberships ?? []);

const leftBy = (memberships: readonly Membership[], { body, to }: LeaveBody): Membership | undefined =>
  inTime(memberships, lastDayOf(to)).findLast((membership) => membership.body === body);

interface Period {
  readonly from?: PartialDate | null;
  readonly to?: PartialDate | null;
}

const begins = ({ from }: Period): FullDate => (from ? firstDayOf(from) : '');

/** What has begun by a date, in the order in which it began. */
const inTime = <P extends Period>(periods: readonly P[], asOf: FullDate): P[] =>
  periods.filter((one) => begins(one) <= asOf).sort((a, b) => begins(a).localeCompare(begins(b)));

const covers = (one: Period, date: FullDate): boolean => begins(one) <= date && (!one.to || date <= lastDayOf(one.to));

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Decides an act on an agency; `today` is the UTC date. */
type Decide<A> = (act: A, today: FullDate) => (state: AgencyState & Kept) => Decided;

const refused = (code: string, pointer: string, message: string): Rejected =>
  new Rejected(code, message, [{ pointer, message }]);

function isRegistered({ entry }: AgencyState): void {
  if (!entry) throw new Rejected('not_found', 'There is no such agency.');
}

function hasBegun(pointer: string, date: PartialDate, today: FullDate): void {
  if (firstDayOf(date) > today) throw refused('date_in_the_future', pointer, `${date} begins after today, ${today}.`);
}

function endsAfterItBegins(from: PartialDate, to: PartialDate | null | undefined): void {
  if (to && lastDayOf(to) < firstDayOf(from)) throw refused('ends_before_it_begins', '/to', `${to} is before ${from}.`);
}

/** Nothing happens to an agency after its end. */
function isBeforeItsEnd({ end }: AgencyState, pointer: string, date: PartialDate): void {
  if (end && !mayPrecede(date, end.effective))
    throw refused('has_ended', pointer, `It was ${end.status} on ${end.effective}; ${date} is not before that.`);
}

/** Whether a day of one partial date is before a day of another. */
const mayPrecede = (a: PartialDate, b: PartialDate): boolean => firstDayOf(a) < lastDayOf(b);

/** Whether two periods cannot but overlap; one that is said twice does. */
const clash = (a: Period, b: Period): boolean => {
  const isBefore = ({ to }: Period, { from }: Period) => Boolean(to && from && mayPrecede(to, from));
  const isSame = (a.from ?? null) === (b.from ?? null) && (a.to ?? null) === (b.to ?? null);
  return isSame || !(isBefore(a, b) || isBefore(b, a));
};

/** Whether one period may lie within another. */
const mayContain = (outer: Period, { from, to }: { from: PartialDate; to: PartialDate }): boolean =>
  begins(outer) <= lastDayOf(from) && (!outer.to || firstDayOf(to) <= lastDayOf(outer.to));

const told = ({ from, to }: Period): string => (from ? ` from ${from}` : '') + (to ? ` to ${to}` : '');

/** An agency gets another name from a date on. */
export const rename: Decide<RenameAgency> = (act, today) => (state) => {
  isRegistered(state);
  hasBegun('/effective', act.effective, today);
  isBeforeItsEnd(state, '/effective', act.effective);
  if (nameAt(state, firstDayOf(act.effective)) === act.name)
    throw refused('nothing_renamed', '/name', `It is called so on ${act.effective} already.`);
  return [{ name: 'Renamed', data: said(act) }];
};

/** An agency ends once, and after all that is dated of it. */
function endsNow(state: AgencyState, { effective }: End, today: FullDate): void {
  isRegistered(state);
  if (state.end) throw new Rejected('already_ended', `It was ${state.end.status} on ${state.end.effective} already.`);
  hasBegun('/effective', effective, today);
  const begun = [...state.moves, ...state.chaired].flatMap((one) => ('from' in one ? one.from : []));
  const dated = [...state.renamed.map((renaming) => renaming.effective), ...begun];
  const later = dated.find((date) => !mayPrecede(date, effective));
  if (later) throw refused('ends_too_early', '/effective', `Something is recorded of it on ${later}, which is later.`);
}

/** An agency becomes part of another. That it is not part of itself, by however many steps, is for `Lookup.cycleIn`. */
export const merge: Decide<MergeAgency> = (act, today) => (state) => {
  endsNow(state, act, today);
  return [{ name: 'Merged', data: said(act) }];
};

/** An agency ends, and another may take its place. */
export const dissolve: Decide<DissolveAgency> = (act, today) => (state) => {
  endsNow(state, act, today);
  return [{ name: 'Dissolved', data: said(act) }];
};

/** An agency becomes a member of a body; it is so once at a time. */
export const join: Decide<JoinBody> = (act, today) => (state) => {
  isRegistered(state);
  hasBegun('/from', act.from, today);
  endsAfterItBegins(act.from, act.to);
  isBeforeItsEnd(state, '/from', act.from);
  if (act.body === state.entry!.code) throw refused('member_of_itself', '/body', 'Nothing is a member of itself.');
  const known = membershipsOf(state).find((one) => one.body === act.body && clash(one, act));
  if (known) throw refused('already_a_member', '/from', `It is a member of ${act.body}${told(known)} already.`);
  return [{ name: 'Joined', data: said(act) }];
};

/** An agency leaves what it is a member of; it may do so earlier than was said before. */
export const leave: Decide<LeaveBody> = (act) => (state) => {
  isRegistered(state);
  isBeforeItsEnd(state, '/to', act.to);
  const left = leftBy(membershipsOf(state), act);
  if (!left) throw refused('not_a_member', '/body', `It is not a member of ${act.body} by ${act.to}.`);
  if (left.to && lastDayOf(act.to) >= lastDayOf(left.to))
    throw refused('already_left', '/to', `It was a member of ${act.body}${told(left)}.`);
  return [{ name: 'Left', data: said(act) }];
};

/** A member chairs a body for a time. */
export const chair: Decide<ChairBody> = (act, today) => (state) => {
  isRegistered(state);
  hasBegun('/from', act.from, today);
  endsAfterItBegins(act.from, act.to);
  isBeforeItsEnd(state, '/from', act.from);
  if (!membershipsOf(state).some((one) => one.body === act.body && mayContain(one, act)))
    throw refused('not_a_member', '/body', `It is not a member of ${act.body}${told(act)}.`);
  const known = state.chaired.find((one) => one.body === act.body && clash(one, act));
  if (known) throw refused('already_chairing', '/from', `It chairs ${act.body}${told(known)} already.`);
  return [{ name: 'Chaired', data: said(act) }];
};

/** Who is a member, and when, is what later acts may rest on. */
const RESTING: { readonly [name: string]: Decide<never> | undefined } = { Joined: join, Left: leave, Chaired: chair };

/** A dated act that was a mistake is taken back; those that rest on it first. */
export const retract: Decide<Retraction> = (act) => (state) => {
  const { name, revision } = saidAt(state.said, act.revision);
  if (['Registered', 'Amended', 'Retracted', 'Blanked'].includes(name))
    throw new Rejected('not_correctable', 'Only a dated act is retracted; what is registered is amended.');
  const gone = retractedIn(state.said);
  if (gone.has(revision)) throw new Rejected('already_retracted', `Revision ${revision} was retracted already.`);

  let without = agency.initial;
  for (const one of state.said.filter((other) => other.revision !== revision && !gone.has(other.revision))) {
    try {
      RESTING[one.name]?.(one.data as never, LATEST)(without);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      throw new Rejected('others_rest_on_it', `Revision ${one.revision} rests on it: retract that first.`);
    }
    without = fold(agency, without, [one as never]);
  }
  return [{ name: 'Retracted', data: said(act) }];
};
