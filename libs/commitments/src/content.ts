/** The content of a commitment and its evidence: wording, condition, themes, target, milestones, deliverables, claims. */
import type {
  AddMilestone,
  AmendWording,
  AttachEvidence,
  Claim,
  Claims,
  DropMilestone,
  LiftCondition,
  LiftedCondition,
  MilestoneAsAt,
  ReachMilestone,
  ReportedClaim,
  ReportedEvidence,
  RescheduleMilestone,
  SetTarget,
  SetThemes,
  Target,
} from '#bodies';
import {
  Facts,
  inLogOrder,
  isLater,
  reportedBy,
  Series,
  type FullDate,
  type PartialDate,
  type Reported,
} from '#clocks';
import { Conflict, Rejected, refused } from '#eventsourcing';
import type { Commitment } from './commitment.js';
import type { Statement } from './corrections.js';
import {
  withValue,
  dataOf,
  refuseUnsoundDates,
  isCited,
  sourceOf,
  type Decide,
  type Evolvers,
  type FieldFunctions,
  type DatedValues,
} from './statement.js';

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface OfMilestone {
  milestone: number;
}

export type ContentEvents = {
  ThemesSet: SetThemes;
  TargetSet: SetTarget;
  MilestoneAdded: AddMilestone & OfMilestone;
  MilestoneReached: ReachMilestone & OfMilestone;
  MilestoneRescheduled: RescheduleMilestone & OfMilestone;
  MilestoneDropped: DropMilestone & OfMilestone;
  EvidenceAttached: AttachEvidence;
  WordingAmended: AmendWording;
  ConditionLifted: LiftCondition;
  Claimed: Claim;
};

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

export interface MilestoneFacts extends Reported {
  readonly number: number;
  readonly title: string;
  readonly due: DatedValues<PartialDate | null>;
  readonly reached: DatedValues<{ on: PartialDate | null }>;
  readonly dropped: DatedValues<string>;
}

interface ClaimFact extends ReportedClaim {
  readonly about: string;
}

/** Themes from a report on; `added` to those there were, or instead of them. */
interface ThemesFact {
  readonly themes: readonly string[];
  readonly added?: true;
}

export interface Content {
  readonly wording: { readonly [K in 'title' | 'summary' | 'language' | 'condition']: DatedValues<string | null> };
  readonly lifted: DatedValues<{ readonly liftedOn: PartialDate; readonly liftedBy: string }>;
  readonly themes: DatedValues<ThemesFact>;
  readonly target: DatedValues<Target | null>;
  /** By number. */
  readonly milestones: Series<MilestoneFacts>;
  /** The greatest number that a milestone ever had: no correction or retraction gives it to another. */
  readonly numbered: number;
  readonly evidence: Series<ReportedEvidence>;
  readonly claims: Series<ClaimFact>;
}

export const contentAtFirst: Content = {
  wording: { title: Facts.none, summary: Facts.none, language: Facts.none, condition: Facts.none },
  lifted: Facts.none,
  themes: Facts.none,
  target: Facts.none,
  milestones: Series.of(),
  numbered: 0,
  evidence: Series.of(),
  claims: Series.of(),
};

const milestoneOf = (c: Pick<Content, 'milestones'>, number: number | undefined): MilestoneFacts | undefined => {
  const last = c.milestones.lastOf((one) => one.number <= number!);
  return last?.number === number ? last : undefined;
};

function changedMilestone(
  c: Commitment,
  number: number,
  change: (milestone: MilestoneFacts) => Partial<MilestoneFacts>,
): Partial<Commitment> {
  const milestone = milestoneOf(c, number);
  if (!milestone) return {};
  return { milestones: withMilestone(c, { ...milestone, ...change(milestone) }) };
}

/** The milestones with one more, or with one of them as it is now. */
function withMilestone({ milestones }: Content, one: MilestoneFacts): Content['milestones'] {
  const [at, after] = [
    milestones.count(({ number }) => number < one.number),
    milestones.count(({ number }) => number <= one.number),
  ];
  return milestones.spliced(at, after - at, one);
}

/** The milestones without an event's words on one; if it `stays`, only its own words go, which are said anew. */
export function milestonesWithout(
  { milestones }: Content,
  { name, data }: Statement,
  event: Reported,
  stays: boolean,
): Content['milestones'] {
  const { milestone: number } = data as Partial<OfMilestone>;
  const one = milestoneOf({ milestones }, number);
  if (!one) return milestones;
  if (name === 'MilestoneAdded' && !stays) return milestones.without((other) => other === one);
  const [due, reached, dropped] = [one.due, one.reached, one.dropped].map((facts) => facts.without(event)) as never[];
  return withMilestone({ milestones } as Content, { ...one, due: due!, reached: reached!, dropped: dropped! });
}

/** The greatest number of a milestone that a statement makes or names. */
export function greatestMilestoneIn({ name, data }: Statement): number {
  const { milestone, milestones } = data as { milestone?: number; milestones?: readonly unknown[] };
  return name === 'Recorded' ? (milestones?.length ?? 0) : (milestone ?? 0);
}

export const contentEvolvers: Evolvers<ContentEvents> = {
  ThemesSet: (c, { data, revision }) => ({
    themes: withValue(c.themes, { themes: data.themes }, { ...data, revision }),
  }),
  TargetSet: (c, { data, revision }) => {
    const { date, note } = data;
    return { target: withValue(c.target, date ? { date, note } : null, { ...data, revision }) };
  },
  MilestoneAdded: (c, { data: { milestone: number, title, due, reportedOn }, revision }) => {
    const at = { reportedOn, revision };
    const known = milestoneOf(c, number) ?? { due: Facts.none, reached: Facts.none, dropped: Facts.none };
    const milestone = { ...known, ...at, number, title, due: withValue(known.due, due ?? null, at) };
    return { milestones: withMilestone(c, milestone) };
  },
  MilestoneReached: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ reached }) => ({
      reached: withValue(reached, { on: data.reachedOn ?? null }, { ...data, revision }),
    })),
  MilestoneRescheduled: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ due }) => ({ due: withValue(due, data.due, { ...data, revision }) })),
  MilestoneDropped: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ dropped }) => ({
      dropped: withValue(dropped, data.note, { ...data, revision }),
    })),
  EvidenceAttached: (c, { data, revision }) => {
    const { title, date, url, language, reportedOn } = data;
    const evidence = { title, date, url, language, ...sourceOf(data, { reportedOn, revision }) };
    return { evidence: inLogOrder(c.evidence, evidence) };
  },
  WordingAmended: (c, { data, revision }) => {
    const amended = { ...c.wording };
    for (const key of Object.keys(amended) as (keyof typeof amended)[])
      if (data[key]) amended[key] = withValue(amended[key], data[key], { ...data, revision });
    return { wording: amended };
  },
  ConditionLifted: (c, { data, revision }) => {
    const { liftedOn, liftedBy } = data;
    return { lifted: withValue(c.lifted, { liftedOn, liftedBy }, { ...data, revision }) };
  },
  Claimed: (c, { data, revision }) => {
    const { about, says, note = null, reportedOn } = data;
    return { claims: inLogOrder(c.claims, { about, says, note, ...sourceOf(data, { reportedOn, revision }) }) };
  },
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

function themesAsAt(facts: Content['themes'], asOf: FullDate): readonly string[] {
  const known = facts.upTo(asOf);
  const set = known.findLastIndex(({ value }) => !value.added);
  let themes: readonly string[] = known[set]?.value.themes ?? [];
  for (const { value } of known.slice(set + 1)) themes = [...new Set([...themes, ...value.themes])];
  return themes;
}

/** Whether the condition that holds was lifted since it was said. */
function liftedAsAt(c: Content, asOf: FullDate): LiftedCondition | null {
  const [condition, lifted] = [c.wording.condition.asAt(asOf), c.lifted.asAt(asOf)];
  if (!condition?.value || !lifted || isLater(condition, lifted)) return null;
  return { ...lifted.value, reportedOn: lifted.reportedOn!, revision: lifted.revision };
}

function claimsAsAt(c: Content, asOf: FullDate): Claims[] {
  const byMatter = Map.groupBy(
    c.claims.filter(({ reportedOn }) => reportedOn! <= asOf),
    ({ about }) => about,
  );
  return [...byMatter].map(([about, claims]) => ({
    about,
    contradictory: new Set(claims.map(({ says }) => says)).size > 1,
    claims: claims.map((claim) => ({ says: claim.says, note: claim.note, ...sourceOf(claim, claim) })),
  }));
}

function milestoneAsAt({ number, title, due, reached, dropped }: MilestoneFacts, asOf: FullDate): MilestoneAsAt {
  const isReached = reached.asAt(asOf);
  return {
    milestone: number,
    title,
    due: due.asAt(asOf)?.value ?? null,
    reached: isReached !== undefined,
    reachedOn: isReached?.value.on ?? null,
    dropped: dropped.asAt(asOf)?.value ?? null,
  };
}

/** How a milestone reads, and from which report on; `null`: whenever the commitment exists. */
export function milestoneOverTime(one: MilestoneFacts): (MilestoneAsAt & { readonly from: FullDate | null })[] {
  const first = one.reportedOn ?? '';
  const days = [one, ...one.due, ...one.reached, ...one.dropped].map(({ reportedOn }) => reportedOn ?? '');
  return [...new Set(days.filter((on) => on >= first))]
    .sort()
    .map((from) => ({ ...milestoneAsAt(one, from), from: from || null }));
}

export const contentFields: FieldFunctions<
  keyof Content['wording'] | 'conditionLifted' | 'themes' | 'target' | 'milestones' | 'evidence' | 'claims'
> = {
  title: ({ wording }, asOf) => wording.title.asAt(asOf)!.value!,
  summary: ({ wording }, asOf) => wording.summary.asAt(asOf)!.value!,
  language: ({ wording }, asOf) => wording.language.asAt(asOf)?.value ?? null,
  condition: ({ wording }, asOf) => wording.condition.asAt(asOf)?.value ?? null,
  conditionLifted: liftedAsAt,
  themes: ({ themes }, asOf) => themesAsAt(themes, asOf),
  target: ({ target }, asOf) => target.asAt(asOf)?.value ?? null,
  milestones: (c, asOf) => c.milestones.filter(reportedBy(asOf)).map((one) => milestoneAsAt(one, asOf)),
  evidence: (c, asOf) => c.evidence.filter(reportedBy(asOf)),
  claims: claimsAsAt,
};

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A milestone that was not dropped by the date of an act on it. */
function openMilestone(c: Commitment, number: number | undefined, reportedOn: FullDate): MilestoneFacts {
  const milestone = milestoneOf(c, number);
  if (!milestone) throw new Rejected('not_found', `There is no milestone ${number}.`);
  if (milestone.dropped.asAt(reportedOn)) throw new Conflict('milestone_dropped', `Milestone ${number} was dropped.`);
  return milestone;
}

export const setThemes: Decide<SetThemes> = (_, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'ThemesSet', data: dataOf(act) }];
};

export const setTarget: Decide<SetTarget> = (_, act, by) => {
  if (act.date === undefined) throw refused('date_needed', '/date', 'Give the date, or null to lift the target.');
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'TargetSet', data: dataOf(act) }];
};

export const addMilestone: Decide<AddMilestone> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'MilestoneAdded', data: { ...dataOf(act), milestone: c.numbered + 1 } }];
};

export const reachMilestone: Decide<ReachMilestone> = (c, act, by, { milestone }) => {
  const { reached } = openMilestone(c, milestone, act.reportedOn);
  refuseUnsoundDates(by, act.reportedOn, { '/reachedOn': act.reachedOn });
  if (reached.asAt(act.reportedOn))
    throw new Conflict('milestone_reached', `Milestone ${milestone} was reached already.`);
  return [{ name: 'MilestoneReached', data: { ...dataOf(act), milestone: milestone! } }];
};

export const rescheduleMilestone: Decide<RescheduleMilestone> = (c, act, by, { milestone }) => {
  openMilestone(c, milestone, act.reportedOn);
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'MilestoneRescheduled', data: { ...dataOf(act), milestone: milestone! } }];
};

export const dropMilestone: Decide<DropMilestone> = (c, act, by, { milestone }) => {
  openMilestone(c, milestone, act.reportedOn);
  refuseUnsoundDates(by, act.reportedOn);
  return [{ name: 'MilestoneDropped', data: { ...dataOf(act), milestone: milestone! } }];
};

export const attachEvidence: Decide<AttachEvidence> = (_, act, by) => {
  refuseUnsoundDates(by, act.reportedOn, { '/date': act.date });
  return [{ name: 'EvidenceAttached', data: dataOf(act) }];
};

export const amendWording: Decide<AmendWording> = (_, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  if (!act.title && !act.summary && !act.language && !act.condition)
    throw refused('nothing_amended', '', 'Give at least one of title, summary, language, condition.');
  return [{ name: 'WordingAmended', data: dataOf(act) }];
};

export const liftCondition: Decide<LiftCondition> = (c, act, by) => {
  refuseUnsoundDates(by, act.reportedOn, { '/liftedOn': act.liftedOn });
  if (!c.wording.condition.asAt(act.reportedOn)?.value)
    throw new Conflict('no_condition', 'It is subject to no condition by then.');
  if (liftedAsAt(c, act.reportedOn)) throw new Conflict('condition_lifted', 'Its condition was lifted already.');
  return [{ name: 'ConditionLifted', data: dataOf(act) }];
};

export const claim: Decide<Claim> = (_, act, by) => {
  refuseUnsoundDates(by, act.reportedOn);
  if (!isCited(act)) throw refused('citation_needed', '/citation', 'A claim is kept with its source: cite it.');
  return [{ name: 'Claimed', data: dataOf(act) }];
};
