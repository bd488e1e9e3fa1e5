/**
 * The relations of commitments, and their ends: merger, split, supersession and withdrawal. Each is decided in the
 * stream of one commitment; its consequences for the others follow from that event (`following.ts`).
 */
import type {
  AddFollowUp,
  CommitmentAsAt,
  EndOfRecord,
  Merge,
  Reasoned,
  Relate,
  ReportedRelation,
  Split,
  Supersede,
  TakeBackFollowUp,
  TakeOver,
  TakenOver,
  Withdraw,
} from '#bodies';
import { Facts, inLogOrder, reportedBy, Series, type FullDate } from '#clocks';
import { Conflict, refused } from '#eventsourcing';
import type { End, Life } from '#words';
import type { Commitment } from './commitment.js';
import { withRoles, type NamedRole, type RoleFact } from './responsibility.js';
import {
  withValue,
  dataOf,
  refuseUnsoundDates,
  forbidden,
  sourceOf,
  type ActorOnDay,
  type Decide,
  type Evolvers,
  type FieldFunctions,
  type DecisionContext,
  type DatedValues,
} from './statement.js';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

export type LineageEvents = {
  Related: Omit<Relate, 'type'> & { type: string };
  FollowUpAdded: AddFollowUp;
  FollowUpTakenBack: TakeBackFollowUp;
  Merged: Omit<Merge, 'takeOver'> & { takeOver?: Omit<TakeOver, 'agencies'> & { agencies?: NamedRole[] | null } };
  SplitUp: Split;
  Superseded: Supersede;
  Withdrawn: Withdraw;
  /** In the other commitment's stream: the consequences of the end of `from`. */
  TookOver: Reasoned & Omit<TakeOver, 'agencies'> & { from: string; how: End; agencies?: NamedRole[] | null };
};

/** Forums and outcomes that are followed up from a report on, or no more. */
interface FollowUpFact {
  readonly ids: readonly string[];
  readonly takenBack?: true;
}

export interface Lineage {
  readonly relations: Series<ReportedRelation>;
  readonly ends: Series<EndOfRecord>;
  readonly tookOver: Series<TakenOver>;
  readonly followsUp: DatedValues<FollowUpFact>;
}

export const lineageAtFirst: Lineage = {
  relations: Series.of(),
  ends: Series.of(),
  tookOver: Series.of(),
  followsUp: Facts.none,
};

const withEnd = (
  c: Commitment,
  life: End,
  into: readonly string[],
  { data, revision }: { data: Reasoned; revision: number },
): Partial<Commitment> => {
  const end = { life, into, reason: data.reason, ...sourceOf(data, { reportedOn: data.reportedOn, revision }) };
  return { ends: inLogOrder(c.ends, end) };
};

export const lineageEvolvers: Evolvers<LineageEvents> = {
  Related: (c, { data, revision }) => ({
    relations: inLogOrder(c.relations, { type: data.type, to: data.to, ...sourceOf(data, { ...data, revision }) }),
  }),
  FollowUpAdded: (c, { data, revision }) => ({
    followsUp: withValue(c.followsUp, { ids: data.followsUp }, { ...data, revision }),
  }),
  FollowUpTakenBack: (c, { data, revision }) => ({
    followsUp: withValue(c.followsUp, { ids: data.followsUp, takenBack: true }, { ...data, revision }),
  }),
  Merged: (c, event) => withEnd(c, 'merged', [event.data.into], event),
  SplitUp: (c, event) => withEnd(c, 'split', event.data.into, event),
  Superseded: (c, event) => withEnd(c, 'superseded', [event.data.supersededBy], event),
  Withdrawn: (c, event) => withEnd(c, 'withdrawn', [], event),
  TookOver: (c, { data, revision }) => {
    const { from, how, reason, reportedOn } = data;
    const [agencies, themes, followsUp] = [data.agencies ?? [], data.themes ?? [], data.followsUp ?? []];
    const at = { reportedOn, revision };
    return {
      tookOver: inLogOrder(c.tookOver, { from, how, reason, agencies, themes, followsUp, ...sourceOf(data, at) }),
      ...withRoles(
        c,
        ...agencies.map(({ agency, role, asked }): RoleFact => {
          return { agency, loses: [], gains: role, asked, unlessHeld: true, ...at };
        }),
      ),
      themes: themes.length ? withValue(c.themes, { themes, added: true }, at) : c.themes,
      followsUp: followsUp.length ? withValue(c.followsUp, { ids: followsUp }, at) : c.followsUp,
    };
  },
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

export const lineageFields: FieldFunctions<'life' | 'end' | 'tookOver' | 'relations' | 'followsUp'> = {
  life: (_, __, { end }): Life => end?.life ?? 'active',
  end: (c, asOf) => c.ends.find(reportedBy(asOf)) ?? null,
  tookOver: (c, asOf) => c.tookOver.filter(reportedBy(asOf)),
  relations: (c, asOf) => c.relations.filter(reportedBy(asOf)),
  followsUp: followsUpAsAt,
};

/** The follow-up: of several reports on a forum or outcome the last holds. */
function followsUpAsAt({ followsUp }: Lineage, asOf: FullDate): string[] {
  const followed = new Set<string>();
  for (const { value } of followsUp.upTo(asOf))
    for (const id of value.ids)
      if (value.takenBack) followed.delete(id);
      else followed.add(id);
  return [...followed];
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A commitment comes to follow up further forums or outcomes. */
export const addFollowUp: Decide<AddFollowUp> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  const then = followsUpAsAt(c, act.reportedOn);
  const known = act.followsUp.findIndex((id) => then.includes(id));
  if (known >= 0)
    throw new Conflict('follows_up_already', `It follows up ${act.followsUp[known]} by then.`, `/followsUp/${known}`);
  return [{ name: 'FollowUpAdded', data: dataOf(act) }];
};

/** A commitment follows up something no more, or never did. */
export const takeBackFollowUp: Decide<TakeBackFollowUp> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  const then = followsUpAsAt(c, act.reportedOn);
  if (then.length === 0) throw new Conflict('follows_up_nothing', 'It follows up nothing by then.');
  const unknown = act.followsUp.findIndex((id) => !then.includes(id));
  if (unknown >= 0)
    throw refused(
      'does_not_follow_up',
      `/followsUp/${unknown}`,
      `It does not follow up ${act.followsUp[unknown]} by ${act.reportedOn}.`,
    );
  return [{ name: 'FollowUpTakenBack', data: dataOf(act) }];
};

/** The links of a commitment to others. */
export type Links = Pick<Commitment, 'ends' | 'relations'>;

/** The commitments that a commitment leads to by links of a kind: a type of relation, or how records ended. */
export const linksOf = (c: Links, kind: string): readonly string[] =>
  kind === 'end'
    ? c.ends.flatMap(({ into }) => into)
    : c.relations.flatMap(({ type, to }) => (type === kind ? to : []));

/** Links of these kinds say the same in both directions. */
const isMutual = (kind: string): boolean => kind === 'same_as';

/** No commitment leads back to itself by links of one kind. */
export function noCycle(
  { reference, others }: Pick<DecisionContext, 'reference' | 'others'>,
  kind: string,
  to: string,
  pointer: string,
): void {
  if (to === reference) throw refused('related_to_itself', pointer, 'A commitment cannot be related to itself.');
  if (!isMutual(kind)) leadsElsewhere(reference, others, kind, to, pointer);
  if (isMutual(kind) && reference && linksOf(others?.get(to) ?? ({ relations: [] } as never), kind).includes(reference))
    throw new Conflict('already_related', `${to} says already that it is the same as ${reference}.`);
}

function leadsElsewhere(
  reference: string | null,
  others: DecisionContext['others'],
  kind: string,
  to: string,
  at: string,
): void {
  const seen = new Set<string>();
  const toVisit: string[] = [];
  for (let from: string | undefined = to; from !== undefined; from = toVisit.pop()) {
    if (from === reference)
      throw refused('cycle', at, `${to} leads back to ${reference} already: that would be a circle.`);
    if (seen.has(from)) continue;
    seen.add(from);
    const other = others?.get(from) ?? (others instanceof LinkedCommitments ? others.beyond.get(from) : undefined);
    if (other) toVisit.push(...linksOf(other, kind));
    else if (others instanceof LinkedCommitments && !others.isWhole)
      throw refused(
        'too_far',
        at,
        `${to} leads to so many commitments that it cannot be told whether that would be a circle.`,
      );
  }
}

/** Commitments by their references, with the links of those that they lead to; not of all when there are very many. */
export class LinkedCommitments extends Map<string, Commitment> {
  isWhole = true;
  readonly beyond = new Map<string, Links>();
}

export const relate: Decide<Relate> = (c, act, by, on) => {
  refuseUnsoundDates(by, act.reportedOn);
  if (c.relations.some(({ type, to }) => type === act.type && to === act.to))
    throw new Conflict('already_related', `It is related to ${act.to} as ${act.type} already.`);
  noCycle(on, act.type, act.to, '/to');
  return [{ name: 'Related', data: dataOf(act) }];
};

/** The other commitment is there and goes on; a focal point also leads it. */
function mayEndIn(
  by: ActorOnDay,
  on: DecisionContext,
  to: string,
  reportedOn: FullDate,
  pointer: string,
  asAt: AsAt,
): CommitmentAsAt {
  noCycle(on, 'end', to, pointer);
  const state = on.others?.get(to);
  const other = state && asAt(state, by.today);
  if (!other) throw refused('unknown_reference', pointer, `Unknown commitment: ${to}`);
  if (other.end)
    throw new Conflict('not_active', `${to} was ${other.end.life} itself${successorsInWords(other.end)}.`, pointer);
  if (state && !asAt(state, reportedOn))
    throw refused('not_there_yet', pointer, `${to} was not reported yet on ${reportedOn}.`);
  if (by.role !== 'secretariat' && other.agencies[0]!.agency !== by.agency)
    throw forbidden(`${to} is led by ${other.agencies[0]!.agency}: the secretariat decides what crosses agencies.`);
  return other;
}

/** As `asAt` of the whole, which this part cannot import. */
type AsAt = (c: Commitment, asOf: FullDate) => CommitmentAsAt | null;

const successorsInWords = ({ into }: EndOfRecord): string => (into.length ? ` into ${into.join(', ')}` : '');

/** A record takes no act from its end on. */
export function refuseAfterEnd({ end }: CommitmentAsAt, reportedOn: FullDate): void {
  if (end && reportedOn >= end.reportedOn!)
    throw new Conflict('not_active', `It was ${end.life}${successorsInWords(end)} on ${end.reportedOn}.`);
}

/** A record ends once, and not before it was first reported. @returns it as at its end */
function mayEnd(
  c: Commitment,
  { reportedOn }: Reasoned,
  by: ActorOnDay,
  { end }: CommitmentAsAt,
  asAt: AsAt,
): CommitmentAsAt {
  if (end)
    throw new Conflict('not_active', `It was ${end.life}${successorsInWords(end)} on ${end.reportedOn} already.`);
  refuseUnsoundDates(by, reportedOn);
  const then = asAt(c, reportedOn);
  if (!then) throw refused('not_there_yet', '/reportedOn', `It was not reported yet on ${reportedOn}.`);
  return then;
}

export const merge =
  (asAt: AsAt): Decide<Merge> =>
  (c, act, by, on, now) => {
    const then = mayEnd(c, act, by, now, asAt);
    const winner = mayEndIn(by, on, act.into, act.reportedOn, '/into', asAt);
    const { agencies, themes, followsUp } = act.takeOver ?? {};
    agencies?.forEach(({ agency, role }, i) => {
      const own = then.agencies.some((a) => a.agency === agency);
      const pointer = `/takeOver/agencies/${i}`;
      if (!own) throw refused('not_its_own', pointer, `${agency} has no role in it that could be taken over.`);
      if (role === 'lead') throw refused('one_lead', pointer, `${act.into} has a lead: ${winner.agencies[0]!.agency}.`);
    });
    const takes = (field: 'themes' | 'followsUp', values: readonly string[] | null | undefined) =>
      values?.forEach((value, i) => {
        if (!then[field].includes(value))
          throw refused('not_its_own', `/takeOver/${field}/${i}`, `${value} is not among its ${field}.`);
      });
    takes('themes', themes);
    takes('followsUp', followsUp);
    const isAsked = (agency: string) => then.agencies.some((a) => a.agency === agency && a.asked);
    const { takeOver, ...data } = dataOf(act);
    const named = takeOver?.agencies?.map((a): NamedRole => (isAsked(a.agency) ? { ...a, asked: true } : a));
    return [
      {
        name: 'Merged',
        data: { ...data, ...(takeOver && { takeOver: { ...takeOver, ...(named && { agencies: named }) } }) },
      },
    ];
  };

export const split =
  (asAt: AsAt): Decide<Split> =>
  (c, act, by, on, now) => {
    mayEnd(c, act, by, now, asAt);
    act.into.forEach((part, i) => mayEndIn(by, on, part, act.reportedOn, `/into/${i}`, asAt));
    return [{ name: 'SplitUp', data: dataOf(act) }];
  };

export const supersede =
  (asAt: AsAt): Decide<Supersede> =>
  (c, act, by, on, now) => {
    mayEnd(c, act, by, now, asAt);
    mayEndIn(by, on, act.supersededBy, act.reportedOn, '/supersededBy', asAt);
    return [{ name: 'Superseded', data: dataOf(act) }];
  };

export const withdraw =
  (asAt: AsAt): Decide<Withdraw> =>
  (c, act, by, _, now) => {
    mayEnd(c, act, by, now, asAt);
    return [{ name: 'Withdrawn', data: dataOf(act) }];
  };
