/**
 * A commitment: what may be said about it (acts), what was said (events), what that adds up to (state), as at a date, and the
 * rules. Its topics have a file each; here is the record act, and the whole.
 */
import { ApiProperty } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { lastDayOf, type FullDate } from '#clocks';
import { Rejected, type Aggregate, type Happened, type NewEvent } from '#eventsourcing';
import {
  Code,
  CodesOf,
  Countries,
  invalid,
  Kebabs,
  Language,
  ListOf,
  Nested,
  OneOf,
  Text,
  VALIDATION,
  within,
} from '#platform';
import * as content from './content.js';
import { contentAsAt, contentAtFirst, contentEvolvers, Deliverable, Evidence, Milestone, Target } from './content.js';
import * as corrections from './corrections.js';
import {
  blanked,
  changesOf,
  correctionsAsAt,
  isMadeBy,
  onlyWords,
  saidAt,
  type Change,
  type Said,
} from './corrections.js';
import * as editions from './editions.js';
import { editionEvolvers, editionsAsAt, editionsAtFirst } from './editions.js';
import * as lineage from './lineage.js';
import { inWords, lineageAsAt, lineageAtFirst, lineageEvolvers, noCycle, Relation } from './lineage.js';
import * as responsibility from './responsibility.js';
import {
  agenciesAreSound,
  AgencyRole,
  askedIfNamed,
  isResponsible,
  leadToCome,
  responsibilityAsAt,
  responsibilityEvolvers,
  responsibleAtFirst,
  type NamedRole,
  type Role,
} from './responsibility.js';
import * as stages from './stages.js';
import {
  entryOf,
  headlineAsAt,
  isOpen,
  isProven,
  partOf,
  NATURES,
  reportingAgency,
  ReportStage,
  stageEvolvers,
  StageEntry,
  stageIsSound,
  STAGES,
  stagesAsAt,
  stagesAtFirst,
  Verification,
  type Nature,
  type Stage,
} from './stages.js';
import {
  and,
  datesAreSound,
  isCited,
  refused,
  refusedTo,
  told,
  type By,
  type Decide,
  type Evolvers,
  type On,
} from './statement.js';

export * from './content.js';
export * from './corrections.js';
export * from './editions.js';
export * from './lineage.js';
export * from './responsibility.js';
export * from './stages.js';
export * from './statement.js';

// ── Words (DESIGN.md §1) ────────────────────────────────────────────────────────────────────────────────────────────

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

/** A given reference is opaque and never parsed. */
export const REFERENCE = /^[A-Z0-9.-]+-\d{4}-\d{2,}$/;

// ── The record act: each class is the request body, its validation and its OpenAPI schema ───────────────────────────

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

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An event's data is what its act said, without the nulls. An item of a list that was retracted is null. */
type Statements = {
  Recorded: Omit<
    RecordCommitment,
    'reference' | 'agencies' | 'milestones' | 'deliverables' | 'evidence' | 'relations'
  > & {
    agencies: NamedRole[];
    milestones?: (Milestone | null)[] | null;
    deliverables?: (Deliverable | null)[] | null;
    evidence?: (Evidence | null)[] | null;
    relations?: ((Omit<Relation, 'type'> & { type: string }) | null)[] | null;
  };
} & stages.StageEvents &
  responsibility.ResponsibilityEvents &
  content.ContentEvents &
  editions.EditionEvents &
  lineage.LineageEvents;

export type CommitmentEvents = Statements & corrections.CorrectionEvents;
export type CommitmentEvent = NewEvent<CommitmentEvents>;

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

export interface Commitment
  extends stages.Stages, responsibility.Responsibility, content.Content, editions.Editions, lineage.Lineage {
  readonly recorded: Pick<
    Statements['Recorded'],
    'kind' | 'nature' | 'strength' | 'regions' | 'countries' | 'deliverables'
  > | null;
  /** The reportedOn of every act: whatever it said, it is a sign of life. */
  readonly reports: readonly FullDate[];
  /** Every event, and what corrections and retractions made of it. */
  readonly said: readonly Said[];
  readonly changes: ReadonlyMap<number, readonly Change[]>;
}

const nothing: Commitment = {
  recorded: null,
  reports: [],
  said: [],
  changes: new Map(),
  ...stagesAtFirst,
  ...responsibleAtFirst,
  ...contentAtFirst,
  ...editionsAtFirst,
  ...lineageAtFirst,
};

const there = <T>(items: readonly (T | null)[] | null | undefined): T[] =>
  (items ?? []).filter((item) => item !== null);

const statements: Evolvers<Statements> = {
  Recorded: (c, { data, revision }) => {
    const whenever = { reportedOn: null, revision };
    const { title, summary, language, condition, milestones, evidence, relations, kind, nature, strength } = data;
    const { regions, countries, followsUp, deliverables } = data;
    return {
      recorded: { kind, nature, strength, regions, countries, deliverables },
      wording: {
        title: and(c.wording.title, title, whenever),
        summary: and(c.wording.summary, summary, whenever),
        language: and(c.wording.language, language ?? null, whenever),
        condition: and(c.wording.condition, condition ?? null, whenever),
      },
      entries: [...c.entries, entryOf(data, revision)],
      roles: data.agencies.map(({ agency, role, asked }) => ({ ...whenever, agency, loses: [], gains: role, asked })),
      themes: and(c.themes, { themes: data.themes }, whenever),
      target: and(c.target, data.target ?? null, whenever),
      milestones: (milestones ?? []).flatMap((m, i) =>
        m === null
          ? []
          : {
              ...whenever,
              number: i + 1,
              title: m.title,
              due: and([], m.due ?? null, whenever),
              reached: m.reachedOn ? and([], { on: m.reachedOn }, whenever) : [],
              dropped: [],
            },
      ),
      evidence: there(evidence).map((e) => ({ ...e, ...whenever })),
      relations: there(relations).map((r) => ({ ...r, ...whenever })),
      followsUp: and(c.followsUp, followsUp ?? [], whenever),
    };
  },
  ...stageEvolvers,
  ...responsibilityEvolvers,
  ...contentEvolvers,
  ...editionEvolvers,
  ...lineageEvolvers,
};

/** `c` after a statement. */
function after(c: Commitment, said: Said): Commitment {
  const evolve = statements[said.name as keyof Statements] as (c: Commitment, event: Happened<object>) => object;
  return { ...c, ...evolve(c, said), reports: [...c.reports, (said.data as { reportedOn: FullDate }).reportedOn] };
}

/** The state after everything that was said, each as corrected since; what was retracted was never said. */
function again(said: readonly Said[]): Commitment {
  const changes = changesOf(said);
  return said.reduce(
    (c, one) => {
      if (!(one.name in statements)) return c;
      const last = changes.get(one.revision)?.at(-1);
      return last?.says === null ? c : after(c, { ...one, data: last?.says ?? one.data });
    },
    { ...nothing, said, changes },
  );
}

type Evolve = Aggregate<Commitment, CommitmentEvents>['evolve'];

const evolve = {
  ...Object.fromEntries(
    Object.keys(statements).map((name) => [
      name,
      (c: Commitment, event: Happened<object>) => {
        const said = { name: name as keyof Statements, data: event.data, revision: event.revision, by: event.by };
        return { ...after(c, said), said: [...c.said, said] };
      },
    ]),
  ),
  Corrected: (c, event) => again([...c.said, { name: 'Corrected', ...event }]),
  Retracted: (c, event) => again([...c.said, { name: 'Retracted', ...event }]),
  Blanked: (c, event) => again([...blanked(c.said, event.data), { name: 'Blanked', ...event }]),
} as Evolve;

export const commitment: Aggregate<Commitment, CommitmentEvents> = { category: 'commitment', initial: nothing, evolve };

// ── A commitment as at a date ───────────────────────────────────────────────────────────────────────────────────────

const COUNT = { type: 'integer', minimum: 1 } as const;

export class CommitmentAsAt {
  @ApiProperty() readonly title: string;
  @ApiProperty() readonly summary: string;
  @ApiProperty({ type: String, nullable: true }) readonly language: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'What it depends on' }) readonly condition: string | null;
  @ApiProperty({ type: () => content.LiftedCondition, nullable: true })
  readonly conditionLifted: content.LiftedCondition | null;
  @ApiProperty({ enum: KINDS }) readonly kind: (typeof KINDS)[number];
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: (typeof STRENGTHS)[number];
  @ApiProperty({ enum: lineage.LIVES, description: 'Only an active record is counted' }) readonly life: lineage.Life;
  @ApiProperty({ type: () => lineage.EndOfRecord, nullable: true }) readonly end: lineage.EndOfRecord | null;
  @ApiProperty({ enum: STAGES, description: 'The lead’s part' }) readonly stage: Stage;
  @ApiProperty({ type: () => StageEntry, description: 'The entry that the stage rests on' })
  readonly headline: StageEntry;
  @ApiProperty({ type: () => Verification, nullable: true, description: 'Of the headline; null: unreviewed' })
  readonly verification: Verification | null;
  @ApiProperty({ type: [stages.Part], description: 'What lead, co-leads and partners each say of their part' })
  readonly parts: readonly stages.Part[];
  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries([...STAGES, 'unreported'].map((stage) => [stage, COUNT])),
    additionalProperties: false,
    description: 'The parts by stage',
    example: { in_progress: 1, unreported: 1 },
  })
  readonly spread: { readonly [S in Stage | 'unreported']?: number };
  @ApiProperty({ type: [responsibility.RoleAsAt], description: 'The lead first' })
  readonly agencies: responsibility.RoleAsAt[];
  @ApiProperty({ type: [responsibility.DeclinedRole] }) readonly declined: readonly responsibility.DeclinedRole[];
  @ApiProperty({ type: () => responsibility.LeadTransfer, nullable: true, description: 'The lead is on offer' })
  readonly leadTransfer: responsibility.LeadTransfer | null;
  @ApiProperty({ type: [String] }) readonly themes: readonly string[];
  @ApiProperty({ type: [String] }) readonly regions: readonly string[];
  @ApiProperty({ type: [String] }) readonly countries: readonly string[];
  @ApiProperty({ type: [String] }) readonly followsUp: readonly string[];
  @ApiProperty({ type: () => Target, nullable: true }) readonly target: Target | null;
  @ApiProperty({ type: [content.MilestoneAsAt] }) readonly milestones: content.MilestoneAsAt[];
  @ApiProperty({ type: [Deliverable] }) readonly deliverables: readonly Deliverable[];
  @ApiProperty({ type: [content.ReportedEvidence] }) readonly evidence: readonly content.ReportedEvidence[];
  @ApiProperty({ type: [content.Claims], description: 'What sources say, side by side' })
  readonly claims: readonly content.Claims[];
  @ApiProperty({ type: [editions.Edition], description: 'Of a recurring commitment, the last one last' })
  readonly editions: readonly editions.Edition[];
  @ApiProperty({ type: () => editions.Edition, nullable: true }) readonly lastEdition: editions.Edition | null;
  @ApiProperty({ type: String, nullable: true, example: '2007-10', description: 'When the next edition is due' })
  readonly nextDue: string | null;
  @ApiProperty({ type: [editions.Upkeep], description: 'Of a standing commitment: whether it was kept up, per period' })
  readonly upkeep: readonly editions.Upkeep[];
  @ApiProperty({ type: () => editions.Upkeep, nullable: true }) readonly lastUpkeep: editions.Upkeep | null;
  @ApiProperty({ type: [lineage.ReportedRelation] }) readonly relations: readonly lineage.ReportedRelation[];
  @ApiProperty({ type: [lineage.TakenOver], description: 'From commitments that ended in this one' })
  readonly tookOver: readonly lineage.TakenOver[];
  @ApiProperty({ type: [corrections.Correction] }) readonly corrections: readonly corrections.Correction[];
  @ApiProperty({ type: [StageEntry], description: 'The stage entries reported by then, in the order recorded' })
  readonly entries: readonly StageEntry[];
  @ApiProperty({ type: String, format: 'date' }) readonly lastReportedOn: FullDate;
}

/** A commitment as at a date by the clock rules of DESIGN.md §2; `null` when it does not exist by then. */
export function asAt(c: Commitment, asOf: FullDate): CommitmentAsAt | null {
  const headline = headlineAsAt(c, asOf);
  if (!headline || !c.recorded) return null;
  const { regions, countries, deliverables, ...recorded } = c.recorded;
  return {
    ...recorded,
    ...contentAsAt(c, asOf),
    stage: headline.stage,
    headline,
    ...stagesAsAt(c, headline, asOf),
    ...responsibilityAsAt(c, asOf),
    regions: regions ?? [],
    countries: countries ?? [],
    deliverables: there(deliverables),
    ...editionsAsAt(c, asOf),
    ...lineageAsAt(c, asOf),
    corrections: correctionsAsAt(c.said, asOf),
    entries: c.entries.filter(({ reportedOn }) => reportedOn <= asOf),
    lastReportedOn: c.reports.reduce((last, on) => (on <= asOf && on > last ? on : last), ''),
  };
}

/** The dates on which anything about a commitment may read otherwise than the day before, in order. */
export function turningPoints(c: Commitment): FullDate[] {
  const amended = c.said.flatMap(({ revision, data }) =>
    (c.changes.get(revision) ?? []).map(({ says }) => says ?? data),
  ) as readonly { reportedOn: FullDate }[];
  const dates = [...c.roles, ...amended].flatMap(({ reportedOn }) => reportedOn ?? []);
  return [...new Set([...c.reports, ...dates])].sort();
}

/** Rule 4. */
export const isOverdue = (c: Pick<CommitmentAsAt, 'target' | 'stage' | 'nature'>, asOf: FullDate): boolean =>
  c.target !== null && lastDayOf(c.target.date) < asOf && isOpen(c.stage) && c.nature !== 'standing';

// ── Rules of recording and correcting ───────────────────────────────────────────────────────────────────────────────

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

const record: Decide<RecordCommitment> = (c, act, by, on) => {
  const { reference } = on;
  if (c.recorded) throw new Rejected('already_recorded', `${reference} is recorded already.`);
  ownReference(act.reference, by);
  agenciesAreSound(act.agencies);
  const lead = act.agencies.find(({ role }) => role === 'lead')!.agency;
  if (by.role !== 'secretariat' && lead !== by.agency)
    throw refusedTo(`A focal point of ${by.agency} records commitments that ${by.agency} leads, not ${lead}.`);
  if (reference === null && !REFERENCE.test(`${lead}-2000-01`))
    throw refused('reference_needed', '/reference', `No reference can be made of ${lead}: please give one.`);
  const agency = reportingAgency(by, act.agency);
  if (agency && !act.agencies.some((a) => a.agency === agency && isResponsible(a.role)))
    throw refused('no_part', '/agency', `${agency} is not lead, co-lead or partner, and so has no part to report on.`);
  datesAreSound(by, act.reportedOn, {
    '/effective': act.effective,
    ...Object.fromEntries((act.evidence ?? []).map((e, i) => [`/evidence/${i}/date`, e.date])),
    ...Object.fromEntries((act.milestones ?? []).map((m, i) => [`/milestones/${i}/reachedOn`, m.reachedOn])),
  });
  stageIsSound(c, act, act.nature, agency ?? lead, (act.evidence?.length ?? 0) > 0 || isProven(c));
  act.relations?.forEach(({ type, to }, i) => noCycle(on, type, to, `/relations/${i}/to`));
  const { reference: _, ...data } = told(act);
  const agencies = data.agencies.map((a) => ({ ...a, ...askedIfNamed(by, act, a.agency, agency ?? lead) }));
  return [{ name: 'Recorded', data: { ...data, agencies, agency } }];
};

/** What two have agreed on, or what follows elsewhere, is settled by the acts made for it. */
const SETTLED = ['LeadOffered', 'LeadAccepted', 'LeadDeclined', 'LeadOfferWithdrawn', 'TookOver'];
const isCorrectable = ({ name }: Said): boolean => name in statements && !SETTLED.includes(name);
const ENDS_IT = ['Merged', 'SplitUp', 'Superseded', 'Withdrawn'];

/** Whether the whole is as sound with a correction as it would be had everything been said so at once. */
function wholeIsSound(c: Commitment): Commitment {
  if (!c.recorded || c.entries.length === 0)
    throw new Rejected('last_entry', 'Nothing would be left of it: withdraw the commitment instead.');
  const { nature } = c.recorded;
  for (const entry of c.entries.filter(({ stage }) => stage === 'completed')) {
    if (nature === 'standing')
      throw new Rejected('standing_never_completes', `It was reported as completed (revision ${entry.revision}).`);
    if (!isCited(entry) && !isProven(c))
      throw new Rejected('completed_needs_proof', `Revision ${entry.revision}, completed, would rest on nothing.`);
  }
  if (c.editions.length > 0 && nature !== 'recurring') throw new Rejected('not_recurring', 'It has had editions.');
  if (c.upkeep.length > 0 && nature !== 'standing') throw new Rejected('not_standing', 'Its upkeep was reported.');
  return c;
}

/** The act whose event this is, with the class of its body. */
export const actOf = ({ name }: Pick<Said, 'name'>) =>
  Object.values(ACTS as unknown as Record<string, ActDefinition<object>>).find(({ yields }) => yields === name)!;

const stands = (c: Commitment, { revision }: Said): boolean => c.changes.get(revision)?.at(-1)?.says !== null;

function stillStands(c: Commitment, was: Said): void {
  if (!stands(c, was)) throw new Rejected('already_retracted', `Revision ${was.revision} was retracted already.`);
}

/** What an event holds beside the words of its act: it stays as it was decided, until one of these fields is corrected. */
const DECIDED: Readonly<Record<string, readonly string[]>> = {
  asked: ['agency', 'role', 'citation', 'citations'],
  milestone: [],
  entry: ['agency'],
  to: ['agency'],
};

/** What an event would say with some fields said otherwise: valid, and decided as if it were said for the first time. */
const correct: Decide<corrections.Correct> = (c, { says, reason, citation }, by, on, { end }) => {
  const was = saidAt(c.said, on.revision);
  if (!isCorrectable(was) || ENDS_IT.includes(was.name))
    throw new Rejected(
      'not_correctable',
      `${was.name} cannot be corrected; it may be retracted, or answered by another act.`,
    );
  stillStands(c, was);
  const { body: Body, decide, afterwards, unsaid } = actOf(was);
  const before = (c.changes.get(was.revision)?.at(-1)?.says ?? was.data) as Record<string, unknown>;
  const corrects = (fields: readonly string[]): boolean => fields.some((field) => field in says);
  if (corrects(['reference'])) throw refused('reference_stays', '/says/reference', 'Its reference stays what it is.');
  const faults = validateSync(plainToInstance(Body, says), { ...VALIDATION, skipMissingProperties: true });
  if (faults.length > 0) throw invalid(faults, '/says');
  const { asked: _, ...merged }: Record<string, unknown> = { ...unsaid?.(before), ...before, ...says };
  for (const [key, value] of Object.entries(merged)) if (Array.isArray(value)) merged[key] = there(value);
  const whole = plainToInstance(Body, merged);
  const missing = validateSync(whole, { ...VALIDATION, whitelist: false, forbidNonWhitelisted: false });
  // What was said before today's rules stays as it was said.
  const missed = missing.filter(({ property }) => property in says);
  if (missed.length > 0) throw invalid(missed, '/says');
  const numbered = (data: object) => (data as { milestones?: unknown[] | null }).milestones?.length ?? 0;
  if (numbered(before) !== numbered({ ...before, ...says }))
    throw refused(
      'milestones_are_numbered',
      '/says/milestones',
      'Retract a milestone, or add one: their numbers stay.',
    );

  const { agency, milestone } = was.data as { agency?: string; milestone?: number };
  const without = again(c.said.filter(({ revision }) => revision !== was.revision));
  const named = was.name === 'Recorded' ? ['agency', 'agencies'] : DECIDED.asked!;
  // Who is named, and for whom, is decided by who corrects it; all else was the maker's to say.
  const speaker: By = corrects(named) ? by : { ...by, role: 'secretariat', agency: null };
  const now = asAt(without, by.today) ?? asAt(c, by.today)!;
  const saidAnew = (): object => {
    try {
      return decide(without, whole, speaker, { ...on, agency, milestone }, now)[0]!.data;
    } catch (error) {
      throw within('/says', error);
    }
  };
  const decided = onlyWords(says) ? { ...before, ...says } : saidAnew();
  const { reportedOn } = decided as { reportedOn: FullDate };
  if (corrects(['reportedOn']) && !afterwards) goesOn(end, reportedOn);
  const stays = (field: string): boolean =>
    !(field in says) && (was.name === 'Recorded' || (field in DECIDED && !corrects(DECIDED[field]!)));
  const fieldsOf = (said: object, chosen: (field: string) => boolean) =>
    Object.fromEntries(Object.entries(said).filter(([field]) => chosen(field)));
  const whatItSays = { ...fieldsOf(decided, (field) => !stays(field)), ...fieldsOf(before, stays) };
  const data = { revision: was.revision, says: whatItSays, reason, ...(citation && { citation }) };
  wholeIsSound(evolve.Corrected(c, { data, revision: c.said.length, by: was.by }));
  return [{ name: 'Corrected', data }];
};

const LISTED = /^\/(milestones|evidence|deliverables|relations)\/(\d+)$/;

const retract: Decide<corrections.Retract> = (c, { item, reason, citation }, _, on) => {
  const was = saidAt(c.said, on.revision);
  if (!isCorrectable(was))
    throw new Rejected('not_correctable', `${was.name} cannot be retracted: answer it by another act.`);
  stillStands(c, was);
  const last = c.changes.get(was.revision)?.at(-1);
  if (was.name === 'Recorded' && !item)
    throw new Rejected(
      'record_stays',
      'The record act stays: correct it, retract an item of it, or withdraw the commitment.',
    );
  if (item) {
    const [, list, index] = LISTED.exec(item) ?? [];
    const items = list && ((last?.says ?? was.data) as Record<string, unknown[] | undefined>)[list];
    if (was.name !== 'Recorded' || !items || !items[Number(index)])
      throw refused('no_such_item', '/item', `There is no ${item} in revision ${was.revision}.`);
  }
  const data = { revision: was.revision, reason, ...(item && { item }), ...(citation && { citation }) };
  wholeIsSound(evolve.Retracted(c, { data, revision: c.said.length, by: was.by }));
  return [{ name: 'Retracted', data }];
};

const blank: Decide<corrections.Blank> = (c, act, by, { revision }) =>
  corrections.blank(c.said, act, by, ({ name }) => 1 + (commitment.upcasts?.[name]?.length ?? 0), revision);

// ── All acts: who may do them, on what, and what decides them ───────────────────────────────────────────────────────

/** Whose act it is, beside the secretariat, which may do all. */
type Who = (now: CommitmentAsAt, by: By, on: Omit<On, 'reference'>, c: Commitment) => boolean;

const holding =
  (...roles: readonly Role[]): Who =>
  (now, by) =>
    now.agencies.some(({ agency, role }) => agency === by.agency && roles.includes(role));

const nobody: Who = () => false;
const lead = holding('lead');
const responsible = holding('lead', 'co_lead');
const contributing = holding('lead', 'co_lead', 'partner');
const named: Who = (_, by, { agency }) => agency === by.agency;
const offered: Who = ({ leadTransfer }, by) => leadTransfer?.to === by.agency;
/** Its part was read, or what it said as the lead before, on which the headline still rests. */
const read: Who = ({ parts, headline, verification }, by, _, c) =>
  parts.some((part) => part.agency === by.agency && part.verification !== null) ||
  (verification !== null && partOf(c, headline) === by.agency);
const maker: Who = (_, by, { revision }, c) => isMadeBy(saidAt(c.said, revision), by.agency);

/** What an act can be done on as things stand. */
type Choices = (now: CommitmentAsAt, c: Commitment, by: By) => readonly Omit<On, 'reference'>[];

const when =
  (holds: (now: CommitmentAsAt) => unknown): Choices =>
  (now) =>
    holds(now) ? [{}] : [];
const each = (agencies: readonly AgencyRole[]) =>
  [...new Set(agencies.map(({ agency }) => agency))].map((agency) => ({ agency }));
const beside: Choices = ({ agencies }) => each(agencies.slice(1));
const asked: Choices = ({ agencies }) => each(agencies.filter((a) => a.asked));
const standingMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped }) => dropped === null).map(({ milestone }) => ({ milestone }));
const openMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped, reached }) => dropped === null && !reached).map(({ milestone }) => ({ milestone }));

interface ActDefinition<A> {
  readonly body: new () => A;
  /** The name of its event; none: the record of what it yields is not an act that can be corrected. */
  readonly yields: keyof CommitmentEvents;
  readonly who: Who;
  readonly decide: Decide<A>;
  /** Absent: it can always be done. */
  readonly on?: Choices;
  /** It may also be done on a record that has ended. */
  readonly afterwards?: true;
  /** What its body says and its event does not hold. */
  readonly unsaid?: (data: Record<string, unknown>) => Partial<A>;
}

const act = <A>(
  yields: keyof CommitmentEvents,
  body: new () => A,
  who: Who,
  decide: Decide<A>,
  more: Pick<ActDefinition<A>, 'on' | 'afterwards' | 'unsaid'> = {},
): ActDefinition<A> => ({ body, yields, who, decide, ...more });

/** Every act on a commitment. */
export const ACTS = {
  record: act('Recorded', RecordCommitment, () => true, record, { on: () => [] }),
  reportStage: act('StageReported', ReportStage, contributing, stages.reportStage),
  verify: act('Verified', stages.Verify, nobody, stages.verify, { afterwards: true }),
  reply: act('Replied', stages.Reply, read, stages.reply, {
    on: when(({ parts, verification }) => verification ?? parts.some((part) => part.verification)),
    afterwards: true,
  }),
  addAgency: act('AgencyAdded', responsibility.AddAgency, responsible, responsibility.addAgency),
  changeRole: act('RoleChanged', responsibility.ChangeRole, responsible, responsibility.changeRole, { on: beside }),
  removeAgency: act('AgencyRemoved', responsibility.RemoveAgency, responsible, responsibility.removeAgency, {
    on: beside,
    unsaid: ({ roles }) => ((roles as Role[]).length === 1 ? { role: (roles as Role[])[0] } : {}),
  }),
  acceptRole: act('RoleAccepted', responsibility.AcceptRole, named, responsibility.acceptRole, { on: asked }),
  declineRole: act('RoleDeclined', responsibility.DeclineRole, named, responsibility.declineRole, {
    on: ({ agencies }) => each(agencies.slice(1).filter((a) => a.asked)),
  }),
  offerLead: act('LeadOffered', responsibility.OfferLead, lead, responsibility.offerLead, {
    on: ({ leadTransfer }, c, { today }) => (leadTransfer || leadToCome(c, today) ? [] : [{}]),
  }),
  acceptLead: act('LeadAccepted', responsibility.AcceptLead, offered, responsibility.acceptLead, {
    on: when(({ leadTransfer }) => leadTransfer),
  }),
  declineLead: act('LeadDeclined', responsibility.DeclineLead, offered, responsibility.declineLead, {
    on: when(({ leadTransfer }) => leadTransfer),
  }),
  withdrawLeadOffer: act(
    'LeadOfferWithdrawn',
    responsibility.WithdrawLeadOffer,
    lead,
    responsibility.withdrawLeadOffer,
    {
      on: when(({ leadTransfer }) => leadTransfer),
    },
  ),
  setThemes: act('ThemesSet', content.SetThemes, responsible, content.setThemes),
  setTarget: act('TargetSet', content.SetTarget, responsible, content.setTarget, { unsaid: () => ({ date: null }) }),
  addMilestone: act('MilestoneAdded', content.AddMilestone, responsible, content.addMilestone),
  reachMilestone: act('MilestoneReached', content.ReachMilestone, responsible, content.reachMilestone, {
    on: openMilestones,
  }),
  rescheduleMilestone: act(
    'MilestoneRescheduled',
    content.RescheduleMilestone,
    responsible,
    content.rescheduleMilestone,
    { on: standingMilestones },
  ),
  dropMilestone: act('MilestoneDropped', content.DropMilestone, responsible, content.dropMilestone, {
    on: standingMilestones,
  }),
  attachEvidence: act('EvidenceAttached', content.AttachEvidence, contributing, content.attachEvidence),
  amendWording: act('WordingAmended', content.AmendWording, responsible, content.amendWording),
  liftCondition: act('ConditionLifted', content.LiftCondition, responsible, content.liftCondition, {
    on: when(({ condition, conditionLifted }) => condition && !conditionLifted),
  }),
  claim: act('Claimed', content.Claim, contributing, content.claim),
  holdEdition: act('EditionHeld', editions.HoldEdition, contributing, editions.holdEdition, {
    on: when(({ nature }) => nature === 'recurring'),
  }),
  reportUpkeep: act('UpkeepReported', editions.ReportUpkeep, contributing, editions.reportUpkeep, {
    on: when(({ nature }) => nature === 'standing'),
  }),
  relate: act('Related', lineage.Relate, responsible, lineage.relate),
  merge: act('Merged', lineage.Merge, lead, lineage.merge(asAt)),
  split: act('SplitUp', lineage.Split, lead, lineage.split(asAt)),
  supersede: act('Superseded', lineage.Supersede, lead, lineage.supersede(asAt)),
  withdraw: act('Withdrawn', lineage.Withdraw, lead, lineage.withdraw(asAt)),
  correct: act('Corrected', corrections.Correct, maker, correct, {
    on: (_, c) =>
      c.said
        .filter((s) => isCorrectable(s) && !ENDS_IT.includes(s.name) && stands(c, s))
        .map(({ revision }) => ({ revision })),
    afterwards: true,
  }),
  retract: act('Retracted', corrections.Retract, maker, retract, {
    on: (_, c) =>
      c.said
        .filter((s) => isCorrectable(s) && s.name !== 'Recorded' && stands(c, s))
        .map(({ revision }) => ({ revision })),
    afterwards: true,
  }),
  blank: act('Blanked', corrections.Blank, nobody, blank, {
    on: (_, { said }) => said.map(({ revision }) => ({ revision })),
    afterwards: true,
  }),
} as const;

export type ActName = keyof typeof ACTS;
export type BodyOf<A extends ActName> = InstanceType<(typeof ACTS)[A]['body']>;

/**
 * Decides any act: is there such a commitment, is the act the caller's, has the record not ended, and then the act's own rule.
 * @throws Rejected
 */
export function decide<A extends ActName>(name: A, c: Commitment, body: BodyOf<A>, by: By, on: On): CommitmentEvent[] {
  const { who, decide: decideMatter, afterwards } = ACTS[name] as unknown as ActDefinition<object>;
  if (name === 'record') return decideMatter(c, body, by, on, null as never);
  const now = asAt(c, by.today);
  if (!now) throw new Rejected('not_found', 'There is no such commitment.');
  if (by.role !== 'secretariat' && !who(now, by, on, c)) throw refusedTo(notYours(now, by));
  const { reportedOn = by.today } = body as { reportedOn?: FullDate };
  if (!afterwards) goesOn(now.end, reportedOn);
  return decideMatter(c, body, by, on, now);
}

/** A record takes no act from its end on. */
function goesOn(end: lineage.EndOfRecord | null, reportedOn: FullDate): void {
  if (end && reportedOn >= end.reportedOn!)
    throw new Rejected('not_active', `It was ${end.life}${inWords(end)} on ${end.reportedOn}.`);
}

const notYours = ({ agencies }: CommitmentAsAt, { agency }: By): string => {
  const roles = agencies.filter((a) => a.agency === agency).map(({ role }) => role);
  return `${agency} is ${roles.join(' and ') || 'no agency'} of this commitment, so this act is not its to do.`;
};

/** An act that someone may do as things stand, and on what. */
export type AllowedAct = { readonly act: ActName } & Omit<On, 'reference' | 'others'>;

/** Every act that someone may do on a commitment as it stands today. */
export function allowedActs(c: Commitment, by: By): AllowedAct[] {
  const now = asAt(c, by.today);
  if (!now) return [];
  return (Object.keys(ACTS) as ActName[]).flatMap((name) => {
    const { who, on = () => [{}], afterwards } = ACTS[name] as unknown as ActDefinition<object>;
    if (now.end && !afterwards) return [];
    return on(now, c, by)
      .filter((choice) => by.role === 'secretariat' || who(now, by, choice, c))
      .map((choice) => ({ act: name, ...choice }));
  });
}
