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
import { lastReported, type FullDate, type PartialDate, type Reported } from '#clocks';
import { Conflict, Rejected, refused } from '#eventsourcing';
import type { Commitment } from './commitment.js';
import { and, dataOf, datesAreSound, isCited, sourceOf, type Decide, type Evolvers, type Facts } from './statement.js';

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
  readonly due: Facts<PartialDate | null>;
  readonly reached: Facts<{ on: PartialDate | null }>;
  readonly dropped: Facts<string>;
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
  readonly wording: { readonly [K in 'title' | 'summary' | 'language' | 'condition']: Facts<string | null> };
  readonly lifted: Facts<{ readonly liftedOn: PartialDate; readonly liftedBy: string }>;
  readonly themes: Facts<ThemesFact>;
  readonly target: Facts<Target | null>;
  readonly milestones: readonly MilestoneFacts[];
  readonly evidence: readonly ReportedEvidence[];
  readonly claims: readonly ClaimFact[];
}

export const contentAtFirst: Content = {
  wording: { title: [], summary: [], language: [], condition: [] },
  lifted: [],
  themes: [],
  target: [],
  milestones: [],
  evidence: [],
  claims: [],
};

const changedMilestone = (
  c: Commitment,
  number: number,
  change: (milestone: MilestoneFacts) => Partial<MilestoneFacts>,
): Partial<Commitment> => ({
  milestones: c.milestones.map((m) => (m.number === number ? { ...m, ...change(m) } : m)),
});

export const contentEvolvers: Evolvers<ContentEvents> = {
  ThemesSet: (c, { data, revision }) => ({ themes: and(c.themes, { themes: data.themes }, { ...data, revision }) }),
  TargetSet: (c, { data, revision }) => {
    const { date, note } = data;
    return { target: and(c.target, date ? { date, note } : null, { ...data, revision }) };
  },
  MilestoneAdded: (c, { data: { milestone: number, title, due, reportedOn }, revision }) => {
    const at = { reportedOn, revision };
    const milestone = { ...at, number, title, due: and([], due ?? null, at), reached: [], dropped: [] };
    return { milestones: [...c.milestones, milestone] };
  },
  MilestoneReached: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ reached }) => ({
      reached: and(reached, { on: data.reachedOn ?? null }, { ...data, revision }),
    })),
  MilestoneRescheduled: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ due }) => ({ due: and(due, data.due, { ...data, revision }) })),
  MilestoneDropped: (c, { data, revision }) =>
    changedMilestone(c, data.milestone, ({ dropped }) => ({ dropped: and(dropped, data.note, { ...data, revision }) })),
  EvidenceAttached: (c, { data, revision }) => {
    const { title, date, url, language, citation, citations, reportedOn } = data;
    const evidence = { title, date, url, language, citation, ...(citations && { citations }), reportedOn, revision };
    return { evidence: [...c.evidence, evidence] };
  },
  WordingAmended: (c, { data, revision }) => {
    const amended = { ...c.wording };
    for (const key of Object.keys(amended) as (keyof typeof amended)[])
      if (data[key]) amended[key] = and(amended[key], data[key], { ...data, revision });
    return { wording: amended };
  },
  ConditionLifted: (c, { data, revision }) => {
    const { liftedOn, liftedBy } = data;
    return { lifted: and(c.lifted, { liftedOn, liftedBy }, { ...data, revision }) };
  },
  Claimed: (c, { data, revision }) => {
    const { about, says, note = null, reportedOn } = data;
    return { claims: [...c.claims, { about, says, note, ...sourceOf(data, { reportedOn, revision }) }] };
  },
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

function themesAsAt(facts: Content['themes'], asOf: FullDate): readonly string[] {
  const known = facts
    .filter(({ reportedOn }) => (reportedOn ?? '') <= asOf)
    .toSorted((a, b) => (a.reportedOn ?? '').localeCompare(b.reportedOn ?? '') || a.revision - b.revision);
  let themes: readonly string[] = [];
  for (const { value } of known) themes = value.added ? [...new Set([...themes, ...value.themes])] : value.themes;
  return themes;
}

/** Whether the condition that holds was lifted since it was said. */
function liftedAsAt(c: Content, asOf: FullDate): LiftedCondition | null {
  const [condition, lifted] = [lastReported(c.wording.condition, asOf), lastReported(c.lifted, asOf)];
  if (!condition?.value || !lifted || lastReported([condition, lifted], asOf) !== lifted) return null;
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

export function contentAsAt(c: Content, asOf: FullDate) {
  const now = <T>(facts: Facts<T>): T | undefined => lastReported(facts, asOf)?.value;
  const known = (fact: Reported): boolean => (fact.reportedOn ?? '') <= asOf;
  return {
    title: now(c.wording.title)!,
    summary: now(c.wording.summary)!,
    language: now(c.wording.language) ?? null,
    condition: now(c.wording.condition) ?? null,
    conditionLifted: liftedAsAt(c, asOf),
    themes: themesAsAt(c.themes, asOf),
    target: now(c.target) ?? null,
    milestones: c.milestones.filter(known).map((m): MilestoneAsAt => {
      const reached = now(m.reached);
      return {
        milestone: m.number,
        title: m.title,
        due: now(m.due) ?? null,
        reached: reached !== undefined,
        reachedOn: reached?.on ?? null,
        dropped: now(m.dropped) ?? null,
      };
    }),
    evidence: c.evidence.filter(known),
    claims: claimsAsAt(c, asOf),
  };
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A milestone that was not dropped by the date of an act on it. */
function openMilestone(c: Commitment, number: number | undefined, reportedOn: FullDate): MilestoneFacts {
  const milestone = c.milestones.find((m) => m.number === number);
  if (!milestone) throw new Rejected('not_found', `There is no milestone ${number}.`);
  if (lastReported(milestone.dropped, reportedOn))
    throw new Conflict('milestone_dropped', `Milestone ${number} was dropped.`);
  return milestone;
}

/** The number of a milestone stays its own, whatever is corrected or retracted. */
const nextMilestone = (c: Commitment): number =>
  1 +
  c.said.reduce((last, { name, data }) => {
    const { milestone, milestones } = data as { milestone?: number; milestones?: readonly unknown[] };
    return Math.max(last, name === 'Recorded' ? (milestones?.length ?? 0) : (milestone ?? 0));
  }, 0);

export const setThemes: Decide<SetThemes> = (_, act, by) => {
  datesAreSound(by, act.reportedOn);
  return [{ name: 'ThemesSet', data: dataOf(act) }];
};

export const setTarget: Decide<SetTarget> = (_, act, by) => {
  if (act.date === undefined) throw refused('date_needed', '/date', 'Give the date, or null to lift the target.');
  datesAreSound(by, act.reportedOn);
  return [{ name: 'TargetSet', data: dataOf(act) }];
};

export const addMilestone: Decide<AddMilestone> = (c, act, by) => {
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneAdded', data: { ...dataOf(act), milestone: nextMilestone(c) } }];
};

export const reachMilestone: Decide<ReachMilestone> = (c, act, by, { milestone }) => {
  const { reached } = openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn, { '/reachedOn': act.reachedOn });
  if (lastReported(reached, act.reportedOn))
    throw new Conflict('milestone_reached', `Milestone ${milestone} was reached already.`);
  return [{ name: 'MilestoneReached', data: { ...dataOf(act), milestone: milestone! } }];
};

export const rescheduleMilestone: Decide<RescheduleMilestone> = (c, act, by, { milestone }) => {
  openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneRescheduled', data: { ...dataOf(act), milestone: milestone! } }];
};

export const dropMilestone: Decide<DropMilestone> = (c, act, by, { milestone }) => {
  openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneDropped', data: { ...dataOf(act), milestone: milestone! } }];
};

export const attachEvidence: Decide<AttachEvidence> = (_, act, by) => {
  datesAreSound(by, act.reportedOn, { '/date': act.date });
  return [{ name: 'EvidenceAttached', data: dataOf(act) }];
};

export const amendWording: Decide<AmendWording> = (_, act, by) => {
  datesAreSound(by, act.reportedOn);
  if (!act.title && !act.summary && !act.language && !act.condition)
    throw refused('nothing_amended', '', 'Give at least one of title, summary, language, condition.');
  return [{ name: 'WordingAmended', data: dataOf(act) }];
};

export const liftCondition: Decide<LiftCondition> = (c, act, by) => {
  datesAreSound(by, act.reportedOn, { '/liftedOn': act.liftedOn });
  if (!lastReported(c.wording.condition, act.reportedOn)?.value)
    throw new Conflict('no_condition', 'It is subject to no condition by then.');
  if (liftedAsAt(c, act.reportedOn)) throw new Conflict('condition_lifted', 'Its condition was lifted already.');
  return [{ name: 'ConditionLifted', data: dataOf(act) }];
};

export const claim: Decide<Claim> = (_, act, by) => {
  datesAreSound(by, act.reportedOn);
  if (!isCited(act)) throw refused('citation_needed', '/citation', 'A claim is kept with its source: cite it.');
  return [{ name: 'Claimed', data: dataOf(act) }];
};
