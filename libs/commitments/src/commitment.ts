/** A commitment: what may be said about it (acts), what was said (events), what that adds up to (state), and the rules. */
import {
  headlineOf,
  lastReported,
  lastDayOf,
  firstDayOf,
  type Entry,
  type FullDate,
  type PartialDate,
  type Reported,
} from '#clocks';
import { ApiProperty } from '@nestjs/swagger';
import { Rejected, type Aggregate, type FieldError, type NewEvent } from '#eventsourcing';
import {
  Address,
  Code,
  CodeOf,
  CodesOf,
  Countries,
  InPeriod,
  Kebab,
  Kebabs,
  Language,
  ListOf,
  Nested,
  OnDate,
  OneOf,
  said,
  Text,
  type Principal,
  type Registered,
} from '#platform';

// ── Words (DESIGN.md §1) ────────────────────────────────────────────────────────────────────────────────────────────

export const STAGES = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'] as const;
export const NATURES = ['one_off', 'recurring', 'standing'] as const;
export const STRENGTHS = ['undertaken', 'intended', 'offered', 'proposed'] as const;
export const KINDS = [
  'research',
  'data',
  'publication',
  'capacity-building',
  'technical-cooperation',
  'coordination',
  'policy-dialogue',
  'normative',
  'operational',
  'funding',
  'advocacy',
] as const;
/** At most one of these per agency … */
export const RESPONSIBLE_ROLES = ['lead', 'co_lead', 'partner'] as const;
/** … and any of these beside it. */
export const OTHER_ROLES = ['observer', 'funder', 'host'] as const;
export const ROLES = [...RESPONSIBLE_ROLES, ...OTHER_ROLES] as const;

export type Stage = (typeof STAGES)[number];
export type Nature = (typeof NATURES)[number];
export type Role = (typeof ROLES)[number];

/** A given reference is opaque and never parsed. */
export const REFERENCE = /^[A-Z0-9.-]+-\d{4}-\d{2,}$/;

// ── Acts: each class is the request body, its validation and its OpenAPI schema ─────────────────────────────────────

export class Citation {
  @CodeOf('document', { example: 'D-2012-MC2353' }) document: string;
  @Text({ max: 300, description: 'Paragraph, lines or page', example: 'para 26' }) locator: string;
}

/** What every act says: when its source says so, and where that can be read … */
class Sourced {
  @OnDate({ description: 'The date of the document or return that says so; not after today', example: '2012-11-02' })
  reportedOn: FullDate;
  @Nested(() => Citation, { optional: true, description: 'Without it the reporting agency itself is the source' })
  citation?: Citation | null;
}

/** … and most may say a word about it. */
class Act extends Sourced {
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class ReportStage extends Act {
  @OneOf(STAGES, { example: 'in_progress' }) stage: Stage;
  @InPeriod({ description: 'When it happened; may not begin after reportedOn', example: '2012-11-02' })
  effective: PartialDate;
  @CodeOf('agency', {
    optional: true,
    description: 'The agency that reports. A focal point always reports for its own agency',
    example: 'IOM',
  })
  agency?: string | null;
}

export class AgencyRole {
  @CodeOf('agency', { example: 'IOM' }) agency: string;
  @OneOf(ROLES, { example: 'partner' }) role: Role;
}

export class Target {
  @InPeriod({ example: '2011' }) date: PartialDate;
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class Milestone {
  @Text({ example: 'Research Guide produced' }) title: string;
  @InPeriod({ optional: true, example: '2011-06' }) due?: PartialDate | null;
  @InPeriod({ optional: true, example: '2011' }) reachedOn?: PartialDate | null;
}

export class Deliverable {
  @Kebab({ example: 'publication' }) type: string;
  @Text({ example: 'Research Guide' }) title: string;
}

export class Evidence {
  @Text({ max: 500, example: 'Research Guide' }) title: string;
  @InPeriod({ optional: true, example: '2011' }) date?: PartialDate | null;
  @Address({ optional: true, example: 'https://example.org/research-guide' }) url?: string | null;
  @Language({ optional: true }) language?: string | null;
}

const mayLeadTo = ({ type }: { type?: string }): readonly Registered[] =>
  type === 'prepares_for' ? ['commitment', 'forum'] : ['commitment'];

export class Relation {
  @Code({ description: 'An open code: part_of, continues, replaces, depends_on, prepares_for …', example: 'part_of' })
  type: string;
  @CodeOf(mayLeadTo, {
    description: 'The reference of a commitment; for prepares_for also the id of a forum',
    example: 'IOM-2011-10',
  })
  to: string;
}

export class RecordCommitment extends ReportStage {
  @Code({
    optional: true,
    description: 'Given, or generated: lead – year of reportedOn – next free number',
    example: 'IOM-2011-12',
  })
  reference?: string | null;
  @Text({ example: 'ACP indicators of human mobility’s development effects' }) title: string;
  @Text({ max: 4000, example: 'An inventory of possible effects is to grow into detailed indicators.' })
  summary: string;
  @Language({ optional: true, description: 'Of title and summary' }) language?: string | null;
  @OneOf(KINDS, { example: 'data' }) kind: (typeof KINDS)[number];
  @OneOf(NATURES, { example: 'one_off' }) nature: Nature;
  @OneOf(STRENGTHS, { example: 'undertaken' }) strength: (typeof STRENGTHS)[number];
  @Text({ max: 2000, optional: true, example: 'if money for it can be raised' }) condition?: string | null;
  @ListOf(() => AgencyRole, { min: 1, example: [{ agency: 'IOM', role: 'lead' }] }) agencies: AgencyRole[];
  @CodesOf('theme', { example: ['HLD06-15'] }) themes: string[];
  @Kebabs({ optional: true, example: ['africa'] }) regions?: string[] | null;
  @Countries({ optional: true, example: ['SEN'] }) countries?: string[] | null;
  @CodesOf(['forum', 'outcome'], { optional: true, example: ['HLD-2006'] }) followsUp?: string[] | null;
  @Nested(() => Target, { optional: true }) target?: Target | null;
  @ListOf(() => Milestone, { optional: true }) milestones?: Milestone[] | null;
  @ListOf(() => Deliverable, { optional: true }) deliverables?: Deliverable[] | null;
  @ListOf(() => Evidence, { optional: true }) evidence?: Evidence[] | null;
  @ListOf(() => Relation, { optional: true }) relations?: Relation[] | null;
}

export class AddAgency extends Act {
  @CodeOf('agency', { example: 'ILO' }) agency: string;
  @OneOf(ROLES, { example: 'partner' }) role: Role;
}

const FORMER_LEAD = ['co_lead', 'partner', 'none'] as const;
type FormerLead = (typeof FORMER_LEAD)[number];

export class ChangeRole extends Act {
  @OneOf(ROLES, { description: 'The new role. `lead` moves the lead in one act', example: 'co_lead' }) role: Role;
  @OneOf(ROLES, {
    optional: true,
    description: 'The role that changes, when the agency has several',
    example: 'partner',
  })
  from?: Role | null;
  @OneOf(FORMER_LEAD, {
    optional: true,
    description: 'When the lead moves: what the former lead becomes (default partner)',
    example: 'partner',
  })
  formerLeadBecomes?: FormerLead | null;
}

export class RemoveAgency extends Act {
  @OneOf(ROLES, {
    optional: true,
    description: 'Only this role; without it all roles of the agency',
    example: 'funder',
  })
  role?: Role | null;
}

export class SetThemes extends Act {
  @CodesOf('theme', { min: 1, example: ['HLD06-15', 'HLD06-01'] }) themes: string[];
}

export class SetTarget extends Act {
  @InPeriod({ optional: true, description: 'null: no target any more', example: '2013-06' }) date?: PartialDate | null;
}

export class AddMilestone extends Act {
  @Text({ example: 'Indicators piloted in two countries' }) title: string;
  @InPeriod({ optional: true, example: '2013-03' }) due?: PartialDate | null;
}

export class ReachMilestone extends Act {
  @InPeriod({ optional: true, example: '2013-02' }) reachedOn?: PartialDate | null;
}

export class RescheduleMilestone extends Act {
  @InPeriod({ example: '2013-09' }) due: PartialDate;
}

export class DropMilestone extends Sourced {
  @Text({ max: 2000, description: 'Why', example: 'Merged with the regional pilot' }) note: string;
}

export class AttachEvidence extends Act {
  @Text({ max: 500, example: 'Research Guide' }) title: string;
  @InPeriod({ optional: true, example: '2011' }) date?: PartialDate | null;
  @Address({ optional: true, example: 'https://example.org/research-guide' }) url?: string | null;
  @Language({ optional: true }) language?: string | null;
}

export class Relate extends Act {
  @Code({ example: 'part_of' }) type: string;
  @CodeOf(mayLeadTo, { example: 'IOM-2011-10' }) to: string;
}

export class AmendWording extends Act {
  @Text({ optional: true, example: 'ACP Observatory on Migration' }) title?: string | null;
  @Text({ max: 4000, optional: true }) summary?: string | null;
  @Language({ optional: true }) language?: string | null;
  @Text({ max: 2000, optional: true }) condition?: string | null;
}

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An event's data is what its act said, without the nulls. `agency` is the one that reports; absent: whoever leads. */
export type CommitmentEvents = {
  Recorded: Omit<RecordCommitment, 'reference'>;
  StageReported: ReportStage;
  AgencyAdded: AddAgency;
  RoleChanged: Act & {
    agency: string;
    from: Role;
    role: Role;
    formerLeadBecomes?: FormerLead;
  };
  AgencyRemoved: Act & { agency: string; roles: Role[] };
  ThemesSet: SetThemes;
  TargetSet: SetTarget;
  MilestoneAdded: AddMilestone & { milestone: number };
  MilestoneReached: ReachMilestone & { milestone: number };
  MilestoneRescheduled: RescheduleMilestone & { milestone: number };
  MilestoneDropped: DropMilestone & { milestone: number };
  EvidenceAttached: AttachEvidence;
  Related: Relate;
  WordingAmended: AmendWording;
};

export type CommitmentEvent = NewEvent<CommitmentEvents>;

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

/** One value that a thing had, and from which report on. */
interface Fact<T> extends Reported {
  readonly value: T;
}
type Facts<T> = readonly Fact<T>[];

export class StageEntry extends ReportStage implements Entry {
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly revision: number;
}

const REPORTED_ON = {
  type: String,
  format: 'date',
  nullable: true,
  description: 'null: said when the commitment was recorded, and so true whenever it exists',
} as const;

export class ReportedEvidence extends Evidence implements Reported {
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
  @ApiProperty(REPORTED_ON) readonly reportedOn: FullDate | null;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
}

export class ReportedRelation extends Relation implements Reported {
  @ApiProperty(REPORTED_ON) readonly reportedOn: FullDate | null;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
}

interface MilestoneFacts extends Reported {
  readonly title: string;
  readonly due: Facts<PartialDate | null>;
  readonly reached: Facts<{ on: PartialDate | null }>;
  readonly dropped: Facts<string>;
}

/** What an act did to the roles of an agency. */
interface RoleFact extends Reported {
  readonly agency: string;
  readonly loses: readonly Role[];
  readonly gains?: Role;
  readonly formerLeadBecomes?: FormerLead;
}

export interface Commitment {
  readonly recorded: Pick<
    CommitmentEvents['Recorded'],
    'kind' | 'nature' | 'strength' | 'regions' | 'countries' | 'followsUp' | 'deliverables'
  > | null;
  readonly wording: { readonly [K in 'title' | 'summary' | 'language' | 'condition']: Facts<string | null> };
  readonly entries: readonly StageEntry[];
  /** In the order of (reportedOn, revision). */
  readonly roles: readonly RoleFact[];
  readonly themes: Facts<readonly string[]>;
  readonly target: Facts<Target | null>;
  readonly milestones: readonly MilestoneFacts[];
  readonly evidence: readonly ReportedEvidence[];
  readonly relations: readonly ReportedRelation[];
  /** The reportedOn of every act. */
  readonly reports: readonly FullDate[];
}

const nothing: Commitment = {
  recorded: null,
  wording: { title: [], summary: [], language: [], condition: [] },
  entries: [],
  roles: [],
  themes: [],
  target: [],
  milestones: [],
  evidence: [],
  relations: [],
  reports: [],
};

/** `facts` and one more. */
const and = <T>(facts: Facts<T> | undefined, value: T, { reportedOn, revision }: Reported): Facts<T> => [
  ...(facts ?? []),
  { value, reportedOn, revision },
];

/** `c` after what an act of `reportedOn` did to the roles of an agency. */
const withRoles = (c: Commitment, { reportedOn, ...fact }: RoleFact): Commitment => ({
  ...c,
  roles: [
    ...c.roles.filter((r) => (r.reportedOn ?? '') <= (reportedOn ?? '')),
    { reportedOn, ...fact },
    ...c.roles.filter((r) => (r.reportedOn ?? '') > (reportedOn ?? '')),
  ],
});

const changedMilestone = (
  c: Commitment,
  number: number,
  change: (milestone: MilestoneFacts) => Partial<MilestoneFacts>,
): Commitment => ({
  ...c,
  milestones: c.milestones.map((m, i) => (i + 1 === number ? { ...m, ...change(m) } : m)),
});

/** Wraps every evolve function: an act's date counts as a sign of life, whatever it said. */
type Evolve = Aggregate<Commitment, CommitmentEvents>['evolve'];

const evolve: Evolve = {
  Recorded: (c, { data, revision }) => {
    const whenever = { reportedOn: null, revision };
    const { title, summary, language, condition, milestones, evidence, relations, kind, nature, strength } = data;
    const { regions, countries, followsUp, deliverables } = data;
    const recorded: Commitment = {
      ...heard(c, data),
      recorded: { kind, nature, strength, regions, countries, followsUp, deliverables },
      wording: {
        title: and(c.wording.title, title, whenever),
        summary: and(c.wording.summary, summary, whenever),
        language: and(c.wording.language, language ?? null, whenever),
        condition: and(c.wording.condition, condition ?? null, whenever),
      },
      entries: [...c.entries, entryOf(data, revision)],
      themes: and(c.themes, data.themes, whenever),
      target: and(c.target, data.target ?? null, whenever),
      milestones: (milestones ?? []).map((m) => ({
        ...whenever,
        title: m.title,
        due: and([], m.due ?? null, whenever),
        reached: m.reachedOn ? and([], { on: m.reachedOn }, whenever) : [],
        dropped: [],
      })),
      evidence: (evidence ?? []).map((e) => ({ ...e, ...whenever })),
      relations: (relations ?? []).map((r) => ({ ...r, ...whenever })),
    };
    const roles = data.agencies.map(({ agency, role }) => ({ ...whenever, agency, loses: [], gains: role }));
    return { ...recorded, roles };
  },
  StageReported: (c, { data, revision }) => ({ ...heard(c, data), entries: [...c.entries, entryOf(data, revision)] }),
  AgencyAdded: (c, { data: { agency, role, reportedOn }, revision }) =>
    withRoles(heard(c, { reportedOn }), { agency, loses: [], gains: role, reportedOn, revision }),
  RoleChanged: (c, { data: { agency, from, role, formerLeadBecomes, reportedOn }, revision }) =>
    withRoles(heard(c, { reportedOn }), {
      agency,
      loses: [from],
      gains: role,
      formerLeadBecomes,
      reportedOn,
      revision,
    }),
  AgencyRemoved: (c, { data: { agency, roles, reportedOn }, revision }) =>
    withRoles(heard(c, { reportedOn }), { agency, loses: roles, reportedOn, revision }),
  ThemesSet: (c, { data, revision }) => ({
    ...heard(c, data),
    themes: and(c.themes, data.themes, { ...data, revision }),
  }),
  TargetSet: (c, { data, revision }) => {
    const { date, note } = data;
    return { ...heard(c, data), target: and(c.target, date ? { date, note } : null, { ...data, revision }) };
  },
  MilestoneAdded: (c, { data: { title, due, reportedOn, ...data }, revision }) => {
    const at = { reportedOn, revision };
    const milestone = { ...at, title, due: and([], due ?? null, at), reached: [], dropped: [] };
    return { ...heard(c, { ...data, reportedOn }), milestones: [...c.milestones, milestone] };
  },
  MilestoneReached: (c, { data, revision }) =>
    changedMilestone(heard(c, data), data.milestone, ({ reached }) => ({
      reached: and(reached, { on: data.reachedOn ?? null }, { ...data, revision }),
    })),
  MilestoneRescheduled: (c, { data, revision }) =>
    changedMilestone(heard(c, data), data.milestone, ({ due }) => ({ due: and(due, data.due, { ...data, revision }) })),
  MilestoneDropped: (c, { data, revision }) =>
    changedMilestone(heard(c, data), data.milestone, ({ dropped }) => ({
      dropped: and(dropped, data.note, { ...data, revision }),
    })),
  EvidenceAttached: (c, { data, revision }) => {
    const { title, date, url, language, citation, reportedOn } = data;
    return {
      ...heard(c, data),
      evidence: [...c.evidence, { title, date, url, language, citation, reportedOn, revision }],
    };
  },
  Related: (c, { data: { type, to, reportedOn }, revision }) => ({
    ...heard(c, { reportedOn }),
    relations: [...c.relations, { type, to, reportedOn, revision }],
  }),
  WordingAmended: (c, { data, revision }) => {
    const amended = { ...c.wording };
    for (const key of Object.keys(amended) as (keyof typeof amended)[])
      if (data[key]) amended[key] = and(amended[key], data[key], { ...data, revision });
    return { ...heard(c, data), wording: amended };
  },
};

const heard = (c: Commitment, { reportedOn }: { reportedOn: FullDate }): Commitment => ({
  ...c,
  reports: [...c.reports, reportedOn],
});

const entryOf = (data: ReportStage, revision: number): StageEntry => {
  const { stage, effective, reportedOn, agency, note, citation } = data;
  return { stage, effective, reportedOn, agency, note, citation, revision };
};

export const commitment: Aggregate<Commitment, CommitmentEvents> = { category: 'commitment', initial: nothing, evolve };

// ── A commitment as at a date ───────────────────────────────────────────────────────────────────────────────────────

export class MilestoneAsAt {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Its number, for acts on it' }) milestone: number;
  @ApiProperty() title: string;
  @ApiProperty({ type: String, nullable: true, example: '2011-06' }) due: PartialDate | null;
  @ApiProperty() reached: boolean;
  @ApiProperty({ type: String, nullable: true, example: '2011' }) reachedOn: PartialDate | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it was given up' }) dropped: string | null;
}

export class CommitmentAsAt {
  @ApiProperty() readonly title: string;
  @ApiProperty() readonly summary: string;
  @ApiProperty({ type: String, nullable: true }) readonly language: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly condition: string | null;
  @ApiProperty({ enum: KINDS }) readonly kind: (typeof KINDS)[number];
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: (typeof STRENGTHS)[number];
  @ApiProperty({ enum: STAGES }) readonly stage: Stage;
  @ApiProperty({ type: () => StageEntry, description: 'The entry that the stage rests on' })
  readonly headline: StageEntry;
  @ApiProperty({ type: [AgencyRole], description: 'The lead first' }) readonly agencies: AgencyRole[];
  @ApiProperty({ type: [String] }) readonly themes: readonly string[];
  @ApiProperty({ type: [String] }) readonly regions: readonly string[];
  @ApiProperty({ type: [String] }) readonly countries: readonly string[];
  @ApiProperty({ type: [String] }) readonly followsUp: readonly string[];
  @ApiProperty({ type: () => Target, nullable: true }) readonly target: Target | null;
  @ApiProperty({ type: [MilestoneAsAt] }) readonly milestones: MilestoneAsAt[];
  @ApiProperty({ type: [Deliverable] }) readonly deliverables: readonly Deliverable[];
  @ApiProperty({ type: [ReportedEvidence] }) readonly evidence: readonly ReportedEvidence[];
  @ApiProperty({ type: [ReportedRelation] }) readonly relations: readonly ReportedRelation[];
  @ApiProperty({ type: [StageEntry], description: 'The stage entries reported by then, in the order recorded' })
  readonly entries: readonly StageEntry[];
  @ApiProperty({ type: String, format: 'date' }) readonly lastReportedOn: FullDate;
}

/** A commitment as at a date by the clock rules of DESIGN.md §2; `null` when it does not exist by then. */
export function asAt(c: Commitment, asOf: FullDate): CommitmentAsAt | null {
  const headline = headlineOf(c.entries, asOf);
  if (!headline || !c.recorded) return null;
  const { regions, countries, followsUp, deliverables, ...recorded } = c.recorded;
  const now = <T>(facts: Facts<T>): T | undefined => lastReported(facts, asOf)?.value;
  const known = (fact: Reported): boolean => (fact.reportedOn ?? '') <= asOf;
  return {
    ...recorded,
    title: now(c.wording.title)!,
    summary: now(c.wording.summary)!,
    language: now(c.wording.language) ?? null,
    condition: now(c.wording.condition) ?? null,
    stage: headline.stage,
    headline,
    agencies: agenciesAsAt(c, asOf),
    themes: now(c.themes) ?? [],
    regions: regions ?? [],
    countries: countries ?? [],
    followsUp: followsUp ?? [],
    target: now(c.target) ?? null,
    milestones: c.milestones.flatMap((m, i) => {
      if (!known(m)) return [];
      const reached = now(m.reached);
      return {
        milestone: i + 1,
        title: m.title,
        due: now(m.due) ?? null,
        reached: reached !== undefined,
        reachedOn: reached?.on ?? null,
        dropped: now(m.dropped) ?? null,
      };
    }),
    deliverables: deliverables ?? [],
    evidence: c.evidence.filter(known),
    relations: c.relations.filter(known),
    entries: c.entries.filter(known),
    lastReportedOn: c.reports.reduce((last, on) => (on <= asOf && on > last ? on : last), ''),
  };
}

/**
 * The agencies of a commitment and their roles as at a date, the lead first. What acts did is done again in the order of
 * their reports, so that an act that comes late in the log takes effect where it belongs: there is one lead at any date,
 * who stops being it only when another takes the lead.
 */
function agenciesAsAt(c: Commitment, asOf: FullDate): AgencyRole[] {
  let lead = '';
  const beside: AgencyRole[] = [];
  const lose = (agency: string, gone: (role: Role) => boolean) => {
    for (let i = beside.length; i-- > 0;)
      if (beside[i]!.agency === agency && gone(beside[i]!.role)) beside.splice(i, 1);
  };
  for (const { agency, loses, gains, formerLeadBecomes, reportedOn } of c.roles) {
    if ((reportedOn ?? '') > asOf) break;
    const responsibility = [...loses, gains].some((role) => role && isResponsible(role));
    lose(agency, (role) => role === gains || loses.includes(role) || (responsibility && isResponsible(role)));
    if (gains === 'lead') {
      if (lead && lead !== agency && formerLeadBecomes && formerLeadBecomes !== 'none')
        beside.push({ agency: lead, role: formerLeadBecomes });
      lead = agency;
    } else if (gains && !(isResponsible(gains) && agency === lead)) beside.push({ agency, role: gains });
  }
  return [{ agency: lead, role: 'lead' }, ...beside];
}

/** The dates on which anything about a commitment may read otherwise than the day before, in order. */
export const turningPoints = (c: Commitment): FullDate[] => [...new Set(c.reports)].sort();

/** Rule 4. */
export const isOverdue = (c: Pick<CommitmentAsAt, 'target' | 'stage' | 'nature'>, asOf: FullDate): boolean =>
  c.target !== null && lastDayOf(c.target.date) < asOf && isOpen(c.stage) && c.nature !== 'standing';

export const isOpen = (stage: Stage): boolean => stage !== 'completed' && stage !== 'discontinued';

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Who acts, and what day it is (UTC). */
export interface By extends Pick<Principal, 'role' | 'agency'> {
  readonly today: FullDate;
}

/** What the route names: the commitment itself (`null`: its reference is yet to be generated), and what of it. */
interface On {
  readonly reference: string | null;
  readonly agency?: string;
  readonly milestone?: number;
}

/** Decides an act: the events it yields, or `Rejected`. */
export type Decide<A> = (c: Commitment, act: A, by: By, on: On) => CommitmentEvent[];

const refused = (code: string, pointer: string, message: string): Rejected =>
  new Rejected(code, message, [{ pointer, message }]);

/** Rule 3 of DESIGN.md §2, for the act's own date and every period it names. */
function datesAreSound(
  by: By,
  reportedOn: FullDate,
  periods: { [pointer: string]: PartialDate | null | undefined } = {},
): void {
  const errors: FieldError[] = [];
  if (reportedOn > by.today)
    errors.push({ pointer: '/reportedOn', message: `reportedOn ${reportedOn} is after today, ${by.today}` });
  for (const [pointer, period] of Object.entries(periods))
    if (period && firstDayOf(period) > reportedOn)
      errors.push({ pointer, message: `${period} begins after it was reported, on ${reportedOn}` });
  if (errors[0]) throw new Rejected('date_in_the_future', errors.map((e) => e.message).join('; '), errors);
}

function stageIsSound(c: Commitment, act: ReportStage, nature: Nature, evidence: number): void {
  if (act.stage === 'completed' && nature === 'standing')
    throw refused(
      'standing_never_completes',
      '/stage',
      'A standing commitment is kept up or not; it is never completed.',
    );
  if (act.stage === 'completed' && !act.citation && evidence === 0)
    throw refused('completed_needs_proof', '/citation', 'Completed needs evidence or a citation.');
  if ((act.stage === 'discontinued' || act.stage === 'on_hold') && !act.note)
    throw refused('note_needed', '/note', `${act.stage} needs a note that says why.`);
  const goesBack = (asOf: FullDate): boolean => {
    const before = headlineOf(c.entries, asOf);
    return before?.stage === 'completed' && headlineOf([...c.entries, entryOf(act, Infinity)], asOf) !== before;
  };
  if (act.stage !== 'completed' && !act.note && (goesBack(act.reportedOn) || goesBack(NOW)))
    throw refused('note_needed', '/note', 'Going back from completed needs a note that says why.');
}

/** A date that no report is after. */
const NOW = '9999-12-31';

/** The commitment as it stands today: every reportedOn is in the past. */
function standing(c: Commitment): CommitmentAsAt {
  const now = asAt(c, NOW);
  if (!now) throw new Rejected('not_found', 'There is no such commitment.');
  return now;
}

type Who = 'responsible' | 'contributing';

/** The secretariat may do everything; a lead or co-lead every act; a partner may attach evidence. */
function may(c: Commitment, by: By, who: Who): CommitmentAsAt {
  const now = standing(c);
  if (by.role === 'secretariat') return now;
  const roles: readonly Role[] = who === 'responsible' ? ['lead', 'co_lead'] : RESPONSIBLE_ROLES;
  if (!now.agencies.some(({ agency, role }) => agency === by.agency && roles.includes(role)))
    throw new Rejected(
      'forbidden',
      `${by.agency} is not ${roles.join(', ')} of this commitment, so this act is not its to do.`,
    );
  return now;
}

function reportingAgency(by: By, named: string | null | undefined): string | undefined {
  if (by.role === 'secretariat') return named ?? undefined;
  if (named && named !== by.agency)
    throw refusedTo(`A focal point of ${by.agency} reports for ${by.agency} only, not for ${named}.`);
  return by.agency!;
}

const refusedTo = (message: string): Rejected => new Rejected('forbidden', message);

const isResponsible = (role: Role): boolean => (RESPONSIBLE_ROLES as readonly Role[]).includes(role);

function agenciesAreSound(agencies: readonly AgencyRole[]): void {
  const leads = agencies.filter(({ role }) => role === 'lead').length;
  if (leads !== 1) throw refused('one_lead', '/agencies', `A commitment has exactly one lead, not ${leads}.`);
  agencies.forEach(({ agency, role }, i) => {
    const clash = agencies
      .slice(0, i)
      .find(
        (other) =>
          other.agency === agency && (other.role === role || (isResponsible(role) && isResponsible(other.role))),
      );
    if (clash)
      throw refused(
        'one_role',
        `/agencies/${i}`,
        `${agency} cannot be ${role} beside ${clash.role}: one of lead, co_lead, partner.`,
      );
  });
}

function ownReference(reference: string | null | undefined, by: By): void {
  if (!reference) return;
  if (!REFERENCE.test(reference))
    throw refused(
      'bad_reference',
      '/reference',
      `${reference} is not a reference such as IOM-2006-01 (${REFERENCE.source}).`,
    );
  const own = new RegExp(`^${by.agency?.replaceAll('.', '\\.')}-\\d{4}-\\d{2,}$`);
  if (by.role !== 'secretariat' && !own.test(reference))
    throw refusedTo(`A focal point of ${by.agency} may only use references ${by.agency}-<year>-<number>.`);
}

function relationIsSound(reference: string | null, { to }: Relation, pointer: string): void {
  if (to === reference)
    throw refused('related_to_itself', `${pointer}/to`, 'A commitment cannot be related to itself.');
}

/** A milestone that was not dropped by the date of an act on it. */
function openMilestone(c: Commitment, number: number | undefined, reportedOn: FullDate): MilestoneFacts {
  const milestone = c.milestones[(number ?? 0) - 1];
  if (!milestone) throw new Rejected('not_found', `There is no milestone ${number}.`);
  if (lastReported(milestone.dropped, reportedOn))
    throw new Rejected('milestone_dropped', `Milestone ${number} was dropped.`);
  return milestone;
}

/** The role an act on an agency is about: the one named, or the only one it has. */
function roleOf(then: readonly AgencyRole[], agency: string | undefined, named: Role | null | undefined): Role {
  const roles = then.filter((a) => a.agency === agency).map(({ role }) => role);
  if (roles.length === 0) throw new Rejected('not_found', `${agency} has no role in this commitment by then.`);
  const role = named ?? roles.find(isResponsible) ?? roles[0]!;
  if (!roles.includes(role)) throw refused('no_such_role', '/from', `${agency} is not ${role} of this commitment.`);
  return role;
}

/** Whether an agency may be given a role beside those it has; `leaving` is the one it gives up for it. */
function roleIsFree(then: readonly AgencyRole[], agency: string, role: Role, leaving?: Role): void {
  for (const { role: has } of then.filter((a) => a.agency === agency))
    if (has === role || (has !== leaving && isResponsible(has) && isResponsible(role)))
      throw refused(
        'one_role',
        '/role',
        `${agency} is ${has} already: one of lead, co_lead, partner, and no role twice.`,
      );
}

// ── Acts and what they yield ────────────────────────────────────────────────────────────────────────────────────────

export const record: Decide<RecordCommitment> = (c, act, by, { reference }) => {
  if (c.recorded) throw new Rejected('already_recorded', `${reference} is recorded already.`);
  ownReference(act.reference, by);
  agenciesAreSound(act.agencies);
  const lead = act.agencies.find(({ role }) => role === 'lead')!.agency;
  if (by.role !== 'secretariat' && lead !== by.agency)
    throw refusedTo(`A focal point of ${by.agency} records commitments that ${by.agency} leads, not ${lead}.`);
  if (reference === null && !REFERENCE.test(`${lead}-2000-01`))
    throw refused('reference_needed', '/reference', `No reference can be made of ${lead}: please give one.`);
  datesAreSound(by, act.reportedOn, {
    '/effective': act.effective,
    ...Object.fromEntries((act.evidence ?? []).map((e, i) => [`/evidence/${i}/date`, e.date])),
    ...Object.fromEntries((act.milestones ?? []).map((m, i) => [`/milestones/${i}/reachedOn`, m.reachedOn])),
  });
  stageIsSound(c, act, act.nature, act.evidence?.length ?? 0);
  act.relations?.forEach((relation, i) => relationIsSound(reference, relation, `/relations/${i}`));
  const { reference: _reference, ...data } = said(act);
  return [{ name: 'Recorded', data: { ...data, agency: reportingAgency(by, act.agency) } }];
};

export const reportStage: Decide<ReportStage> = (c, act, by) => {
  const now = may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn, { '/effective': act.effective });
  stageIsSound(c, act, now.nature, c.evidence.length);
  return [{ name: 'StageReported', data: { ...said(act), agency: reportingAgency(by, act.agency) } }];
};

export const addAgency: Decide<AddAgency> = (c, act, by) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  if (act.role === 'lead')
    throw refused(
      'one_lead',
      '/role',
      'There is a lead already. Change an agency’s role to lead to move it in one act.',
    );
  roleIsFree(agenciesAsAt(c, act.reportedOn), act.agency, act.role);
  return [{ name: 'AgencyAdded', data: said(act) }];
};

export const changeRole: Decide<ChangeRole> = (c, { formerLeadBecomes, ...act }, by, { agency }) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  const then = agenciesAsAt(c, act.reportedOn);
  const from = roleOf(then, agency, act.from);
  if (from === 'lead')
    throw refused('one_lead', '/role', 'A commitment needs a lead: make another agency the lead instead.');
  roleIsFree(then, agency!, act.role, from);
  const moved = act.role === 'lead' && { formerLeadBecomes: formerLeadBecomes ?? 'partner' };
  return [{ name: 'RoleChanged', data: { ...said(act), agency: agency!, from, ...moved } }];
};

export const removeAgency: Decide<RemoveAgency> = (c, { role, ...act }, by, { agency }) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  const then = agenciesAsAt(c, act.reportedOn);
  const one = roleOf(then, agency, role);
  const roles = role ? [one] : then.filter((a) => a.agency === agency).map((a) => a.role);
  if (roles.includes('lead'))
    throw refused('one_lead', '/role', `${agency} is the lead. Make another agency the lead first.`);
  return [{ name: 'AgencyRemoved', data: { ...said(act), agency: agency!, roles } }];
};

export const setThemes: Decide<SetThemes> = (c, act, by) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  return [{ name: 'ThemesSet', data: said(act) }];
};

export const setTarget: Decide<SetTarget> = (c, act, by) => {
  may(c, by, 'responsible');
  if (act.date === undefined) throw refused('date_needed', '/date', 'Give the date, or null to lift the target.');
  datesAreSound(by, act.reportedOn);
  return [{ name: 'TargetSet', data: said(act) }];
};

export const addMilestone: Decide<AddMilestone> = (c, act, by) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneAdded', data: { ...said(act), milestone: c.milestones.length + 1 } }];
};

export const reachMilestone: Decide<ReachMilestone> = (c, act, by, { milestone }) => {
  may(c, by, 'responsible');
  const { reached } = openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn, { '/reachedOn': act.reachedOn });
  if (lastReported(reached, act.reportedOn))
    throw new Rejected('milestone_reached', `Milestone ${milestone} was reached already.`);
  return [{ name: 'MilestoneReached', data: { ...said(act), milestone: milestone! } }];
};

export const rescheduleMilestone: Decide<RescheduleMilestone> = (c, act, by, { milestone }) => {
  may(c, by, 'responsible');
  openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneRescheduled', data: { ...said(act), milestone: milestone! } }];
};

export const dropMilestone: Decide<DropMilestone> = (c, act, by, { milestone }) => {
  may(c, by, 'responsible');
  openMilestone(c, milestone, act.reportedOn);
  datesAreSound(by, act.reportedOn);
  return [{ name: 'MilestoneDropped', data: { ...said(act), milestone: milestone! } }];
};

export const attachEvidence: Decide<AttachEvidence> = (c, act, by) => {
  may(c, by, 'contributing');
  datesAreSound(by, act.reportedOn, { '/date': act.date });
  return [{ name: 'EvidenceAttached', data: said(act) }];
};

export const relate: Decide<Relate> = (c, act, by, { reference }) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  relationIsSound(reference, act, '');
  if (c.relations.some(({ type, to }) => type === act.type && to === act.to))
    throw new Rejected('already_related', `It is related to ${act.to} as ${act.type} already.`);
  return [{ name: 'Related', data: said(act) }];
};

export const amendWording: Decide<AmendWording> = (c, act, by) => {
  may(c, by, 'responsible');
  datesAreSound(by, act.reportedOn);
  if (!act.title && !act.summary && !act.language && !act.condition)
    throw refused('nothing_amended', '', 'Give at least one of title, summary, language, condition.');
  return [{ name: 'WordingAmended', data: said(act) }];
};
