/** The body of the record act, and the view of the whole commitment. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { Day, TextOrNull, Code, CodesOf, Countries, Kebabs, Language, ListOf, Nested, OneOf, Text } from '#platform';
import {
  KINDS,
  LIVES,
  NATURES,
  STAGES,
  STRENGTHS,
  type Kind,
  type Life,
  type Nature,
  type Stage,
  type Strength,
} from '#words';
import { ActivityId } from './activities.js';
import {
  Claims,
  Deliverable,
  Evidence,
  LiftedCondition,
  Milestone,
  MilestoneAsAt,
  ReportedEvidence,
  Target,
} from './content.js';
import { Correction } from './corrections.js';
import { Edition, Upkeep } from './editions.js';
import { EndOfRecord, Relation, ReportedRelation, TakenOver } from './lineage.js';
import { AgencyRole, DeclinedRole, LeadTransfer, RoleAsAt } from './responsibility.js';
import { Part, ReportStage, StageEntry, Verification } from './stages.js';

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
  @OneOf(KINDS, { example: 'data' }) kind: Kind;
  @OneOf(NATURES, { example: 'one_off' }) nature: Nature;
  @OneOf(STRENGTHS, { example: 'undertaken' }) strength: Strength;
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
  @ListOf(() => ActivityId, {
    optional: true,
    max: 100,
    description: 'The activities in registers of others that carry it out',
  })
  activityIds?: ActivityId[] | null;
}

const COUNT_FROM_ONE_SCHEMA = { type: 'integer', minimum: 1 } as const;

export class CommitmentAsAt {
  @ApiProperty() readonly title: string;
  @ApiProperty() readonly summary: string;
  @TextOrNull() readonly language: string | null;
  @TextOrNull('Its condition') readonly condition: string | null;
  @ApiProperty({ type: () => LiftedCondition, nullable: true })
  readonly conditionLifted: LiftedCondition | null;
  @ApiProperty({ enum: KINDS }) readonly kind: Kind;
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: Strength;
  @ApiProperty({ enum: LIVES, description: 'Only an active record is counted' }) readonly life: Life;
  @ApiProperty({ type: () => EndOfRecord, nullable: true }) readonly end: EndOfRecord | null;
  @ApiProperty({ enum: STAGES, description: 'The lead’s part' }) readonly stage: Stage;
  @ApiProperty({ type: () => StageEntry, description: 'The entry that the stage rests on' })
  readonly headline: StageEntry;
  @ApiProperty({ type: () => Verification, nullable: true, description: 'Of the headline; null: unreviewed' })
  readonly verification: Verification | null;
  @ApiProperty({ type: [Part], description: 'The reports of lead, co-leads and partners, each on its part' })
  readonly parts: readonly Part[];
  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries([...STAGES, 'unreported'].map((stage) => [stage, COUNT_FROM_ONE_SCHEMA])),
    additionalProperties: false,
    description: 'The parts by stage',
    example: { in_progress: 1, unreported: 1 },
  })
  readonly spread: { readonly [S in Stage | 'unreported']?: number };
  @ApiProperty({ type: [RoleAsAt], description: 'The lead first' })
  readonly agencies: readonly RoleAsAt[];
  @ApiProperty({ type: [DeclinedRole] }) readonly declined: readonly DeclinedRole[];
  @ApiProperty({ type: () => LeadTransfer, nullable: true, description: 'The lead is on offer' })
  readonly leadTransfer: LeadTransfer | null;
  @ApiProperty({ type: [String] }) readonly themes: readonly string[];
  @ApiProperty({ type: [String] }) readonly regions: readonly string[];
  @ApiProperty({ type: [String] }) readonly countries: readonly string[];
  @ApiProperty({ type: [String] }) readonly followsUp: readonly string[];
  @ApiProperty({ type: () => Target, nullable: true }) readonly target: Target | null;
  @ApiProperty({ type: [MilestoneAsAt] }) readonly milestones: MilestoneAsAt[];
  @ApiProperty({ type: [Deliverable] }) readonly deliverables: readonly Deliverable[];
  @ApiProperty({ type: [ReportedEvidence] }) readonly evidence: readonly ReportedEvidence[];
  @ApiProperty({ type: [Claims], description: 'The claims of sources, side by side' })
  readonly claims: readonly Claims[];
  @ApiProperty({ type: [Edition], description: 'Of a recurring commitment, the last one last' })
  readonly editions: readonly Edition[];
  @ApiProperty({ type: () => Edition, nullable: true }) readonly lastEdition: Edition | null;
  @ApiProperty({ type: String, nullable: true, example: '2007-10', description: 'When the next edition is due' })
  readonly nextDue: string | null;
  @ApiProperty({ type: [Upkeep], description: 'Of a standing commitment: whether it was kept up, per period' })
  readonly upkeep: readonly Upkeep[];
  @ApiProperty({ type: () => Upkeep, nullable: true }) readonly lastUpkeep: Upkeep | null;
  @ApiProperty({ type: [ReportedRelation] }) readonly relations: readonly ReportedRelation[];
  @ApiProperty({ type: [ActivityId], description: 'The activities in registers of others that carry it out' })
  readonly activityIds: readonly ActivityId[];
  @ApiProperty({ type: [TakenOver], description: 'From commitments that ended in this one' })
  readonly tookOver: readonly TakenOver[];
  @ApiProperty({ type: [Correction] }) readonly corrections: readonly Correction[];
  @ApiProperty({ type: [StageEntry], description: 'The stage entries reported by then, in the order recorded' })
  readonly entries: readonly StageEntry[];
  @Day() readonly lastReportedOn: FullDate;
}
