/** The table of acts: everything that is said of an act, once. It is long as there are many acts, and each has its line here alone. */
import type { Body, BodyName, CommitmentAsAt } from '#bodies';
import type { ActLine, NoneLeft, TakingAgency } from '#registers';
import { AGENCY_RELATIONS, RESPONSIBLE_ROLES, ROLES, type ActOfReturn, type AgencyRelation, type Role } from '#words';
import * as activities from './activities.js';
import * as amending from './amending.js';
import { record, viewAsAt, type Commitment, type CommitmentEvents } from './commitment.js';
import * as content from './content.js';
import type { Statement } from './corrections.js';
import * as editions from './editions.js';
import * as lineage from './lineage.js';
import * as responsibility from './responsibility.js';
import * as stages from './stages.js';
import type { ActorOnDay, Decide, DecisionContext } from './statement.js';

// ── Whose an act is, and when it is possible ────────────────────────────────────────────────────────────────────────

/** The part of a commitment on which an act is done. */
export type Choice = Pick<DecisionContext, 'agency' | 'milestone' | 'revision'>;

/** The agencies whose act it is, beside the secretariat, which may do all. */
export interface ActOwners {
  readonly relations: readonly AgencyRelation[];
  /** A condition beside its relation, such as that it made the statement: deciding.ts says each. */
  readonly only?: 'named' | 'offered' | 'verified' | 'maker';
}

const ownedBy = (relations: readonly AgencyRelation[], only?: ActOwners['only']): ActOwners => ({
  relations,
  ...(only && { only }),
});
const anyAgency = ownedBy(AGENCY_RELATIONS);
const noAgency = ownedBy([]);
const lead = ownedBy(['lead']);
const responsible = ownedBy(['lead', 'co_lead']);
const contributing = ownedBy(RESPONSIBLE_ROLES);
const named = ownedBy(AGENCY_RELATIONS, 'named');
const offered = ownedBy(AGENCY_RELATIONS, 'offered');
const verified = ownedBy(AGENCY_RELATIONS, 'verified');
const maker = ownedBy(AGENCY_RELATIONS, 'maker');

/** The parts on which an act can be done at present. */
type Choices = (now: CommitmentAsAt, c: Commitment, by: ActorOnDay) => readonly Choice[];

const wholeWhen =
  (holds: (now: CommitmentAsAt) => unknown): Choices =>
  (now) =>
    holds(now) ? [{}] : [];
const eachAgency = (agencies: readonly { agency: string }[]) =>
  [...new Set(agencies.map(({ agency }) => agency))].map((agency) => ({ agency }));
const besideLead: Choices = ({ agencies }) => eachAgency(agencies.slice(1));
const asked: Choices = ({ agencies }) => eachAgency(agencies.filter((a) => a.asked));
const standingMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped }) => dropped === null).map(({ milestone }) => ({ milestone }));
const openMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped, reached }) => dropped === null && !reached).map(({ milestone }) => ({ milestone }));
/** The lead is offered, and neither given nor taken away. */
const BESIDE_LEAD = ROLES.filter((role) => role !== 'lead');
const rolesBeside = ({ agencies }: CommitmentAsAt, agency: string | undefined): readonly Role[] =>
  agencies.slice(1).flatMap((one) => (one.agency === agency ? [one.role] : []));
const rolesAsked = ({ agencies }: Pick<CommitmentAsAt, 'agencies'>, agency: string | undefined): readonly Role[] =>
  agencies.flatMap((one) => (one.agency === agency && one.asked ? [one.role] : []));
const onOffer = wholeWhen(({ leadTransfer }) => leadTransfer);
const statements =
  (may: (statement: Statement, c: Commitment) => boolean): Choices =>
  (_, c) =>
    c.said.filter((statement) => may(statement, c)).map(({ revision }) => ({ revision }));

// ── A line of the table ─────────────────────────────────────────────────────────────────────────────────────────────

/** The groups in which acts on a commitment are offered. */
export const ACT_GROUPS = ['report', 'answer', 'content', 'agencies', 'milestones', 'links', 'end'] as const;
export type ActGroup = (typeof ACT_GROUPS)[number];

/** The news of a commitment that is followed, the most telling first. */
export const CHANGE_KINDS = [
  'recorded',
  'ended',
  'stage',
  'editions',
  'evidence',
  'milestones',
  'targets',
  'agencies',
  'wording',
  'related',
  'confirmed',
  'reading',
  'corrected',
  'words',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

type EventName = keyof CommitmentEvents;
type Field<B> = keyof B & string;

/** The line of an act on a commitment. */
interface Definition<A> extends Omit<ActLine, 'body' | 'yields'> {
  /** `null`: it is about a statement, and offered beside it. */
  readonly group: ActGroup | null;
  /** The news that a digest tells of its event. */
  readonly change: ChangeKind;
  readonly who: ActOwners;
  readonly decide: Decide<A>;
  /** Absent: it can always be done. */
  readonly on?: Choices;
  /** In returns it is a statement, or supports others: it is recorded before them, and taken back after their new versions. */
  readonly inReturns: 'statement' | 'support' | null;
  /** Its name among the acts of a commitment in an import folder. */
  readonly inFolders: string | null;
  /** It may also be done on a record that has ended. */
  readonly afterwards?: true;
  /** The fields of its body that its event does not hold. */
  readonly notInEvent?: (data: Record<string, unknown>) => Partial<A>;
  /** Its answer tells how things stand. */
  readonly answers?: 'StageAnswer';
  /** The kind of report by the `agency` of its event; without one the recorder reports. */
  readonly namesReporter?: 'of its part' | 'of a reply' | null;
  /** The agencies that take a role by it, and from when on. */
  readonly gives?: (act: A, on: Choice) => readonly TakingAgency[];
  /** Of its fields that are a choice: the options at present, where its rule refuses the rest. */
  readonly choices?: (
    now: CommitmentAsAt,
    by: ActorOnDay,
    on: Choice,
  ) => { readonly [F in Field<A>]?: readonly string[] };
  /** Of its fields that may be left out: when its rule needs them all the same. */
  readonly needs?: { readonly [F in Field<A>]?: string };
  /** The fields that say who does what; an agency that corrects one answers for it. */
  readonly names?: readonly Field<A>[];
}

/** An act whose body names an agency says whether that one reports. */
type Reporter<A> = 'agency' extends keyof A
  ? Required<Pick<Definition<A>, 'namesReporter'>>
  : { readonly namesReporter?: never };

/** The fields of an event that the words of its act do not hold. */
type FieldsBeyondAct<E extends EventName, A> = Exclude<keyof CommitmentEvents[E], keyof A>;

/**
 * The way to put an event right. Most can be corrected: the facts that it holds beside the words of its act are then decided
 * anew, or stays until one of some fields is corrected. Some are only retracted, or settled by the acts made for that.
 */
type Amended<E extends EventName, A> =
  | { readonly amended: 'retracted' | 'never' }
  | ([FieldsBeyondAct<E, A>] extends [never]
      ? { readonly amended?: never }
      : { readonly amended: { readonly [F in FieldsBeyondAct<E, A>]: 'decided anew' | readonly Field<A>[] } });

const act = <
  E extends EventName,
  B extends BodyName,
  R extends Definition<never>['inReturns'],
  const F extends string | null,
>(
  yields: E,
  body: B,
  definition: Definition<Body<B>> &
    Reporter<Body<B>> &
    Amended<E, Body<B>> & { readonly inReturns: R; readonly inFolders: F },
) => ({ conflict: HAS_ENDED, ...definition, yields, body });

type Acts = Readonly<Record<string, Pick<Line, 'inReturns' | 'inFolders'> & { readonly yields: EventName }>>;
type InReturns<T extends Acts> = { [A in keyof T]: T[A]['inReturns'] extends null ? never : A }[keyof T];
type Namesakes<T extends Acts> = {
  [A in keyof T]: T[A]['inFolders'] & T[Exclude<keyof T, A>]['inFolders'] extends null ? never : A;
}[keyof T];

/**
 * The acts on commitments. It does not compile while an event has no act, unless it follows from another commitment's; while
 * `ACTS_OF_RETURNS` holds others than these; or while two have one name in folders.
 */
const allActs = <T extends Acts>(
  acts: T &
    NoneLeft<'actFor', Exclude<EventName, T[keyof T]['yields'] | 'TookOver'>> &
    NoneLeft<'inActsOfReturns', Exclude<InReturns<T>, ActOfReturn>> &
    NoneLeft<'inReturns', Exclude<ActOfReturn, InReturns<T>>> &
    NoneLeft<'otherNameInFolders', Namesakes<T>>,
): T => acts;

const STAGE_NEEDS = {
  note: 'needed for on hold and discontinued, and to go back from completed',
  citation: 'needed for completed, where no evidence is attached',
};

const HAS_ENDED = 'It has ended already: merged, split, superseded or withdrawn';
const MILESTONE_IS_SETTLED = 'The milestone was dropped or reached already';
const NO_OFFER = 'The lead is not on offer';

/** The fields by which it is decided whether an agency is asked for its role: anew, if one of them is corrected. */
const DECIDE_ASKED = ['role', 'citation', 'citations'] as const;

// The parts that acts of one family say alike.
const BY_ITSELF = { inReturns: null, inFolders: null } as const;
const REPORTS = { group: 'report', scope: 'report', who: contributing } as const;
const OF_AGENCIES = {
  ...({ group: 'agencies', change: 'agencies', scope: 'record', who: responsible, inReturns: null } as const),
};
const OF_MILESTONES = {
  ...({ group: 'milestones', change: 'milestones', who: responsible, inReturns: 'statement' } as const),
  amended: { milestone: [] },
};
const OF_WORDING = { group: 'content', change: 'wording', scope: 'record', who: responsible, inReturns: null } as const;
const OF_TARGETS = {
  ...({ group: 'content', change: 'targets', scope: 'record', who: responsible, inReturns: 'statement' } as const),
};
const OF_LINKS = { group: 'links', change: 'related', scope: 'record', who: responsible, inReturns: null } as const;
const OF_ACTIVITIES = { ...OF_LINKS, who: contributing } as const;
const ENDS = {
  ...({ group: 'end', change: 'ended', scope: 'record', who: lead, amended: 'retracted' } as const),
  ...BY_ITSELF,
};
const ON_STATEMENTS = {
  ...({ group: null, change: 'corrected', scope: 'record', who: maker } as const),
  ...({ afterwards: true, amended: 'never', ...BY_ITSELF } as const),
};
const ANSWERS_ROLE = {
  ...({ group: 'answer', change: 'agencies', scope: 'record', who: named } as const),
  ...({ conflict: 'It was not asked', amended: { agency: 'decided anew' }, ...BY_ITSELF } as const),
};
const OF_OFFERS = { ...OF_AGENCIES, who: lead, amended: 'never', inFolders: null } as const;
const ANSWERS_OFFER = {
  ...({ group: 'answer', change: 'agencies', scope: 'record', who: offered } as const),
  ...({ conflict: NO_OFFER, on: onOffer, amended: 'never', ...BY_ITSELF } as const),
};

export const ACTS = allActs({
  record: act('Recorded', 'RecordCommitment', {
    button: 'Record a commitment',
    group: 'report',
    change: 'recorded',
    path: '',
    scope: 'record',
    ...BY_ITSELF,
    summary: 'Record a commitment with its first stage',
    description:
      'By an agency that is named in it, or by the secretariat. A focal point gives a reference only of its own agency’s prefix; without one the next free number of the lead and the year is taken.',
    operationId: 'recordCommitment',
    conflict: 'The reference is taken',
    who: anyAgency,
    decide: record,
    needs: STAGE_NEEDS,
    on: () => [],
    namesReporter: 'of its part',
    names: ['agency', 'agencies'],
    gives: ({ agencies, effective: from }) =>
      agencies.map(({ agency }, i) => ({ agency, from, pointer: `/agencies/${i}/agency` })),
  }),
  reportStage: act('StageReported', 'ReportStage', {
    button: 'Report how it stands',
    ...REPORTS,
    change: 'stage',
    path: 'stage',
    inReturns: 'statement',
    inFolders: null,
    summary: 'Report the stage of one’s part',
    description:
      'By the lead, a co-lead or a partner, each of its own part. The answer gives the stage now, and whether this report changed it; if not, the entry that outranks it and how to correct that one.',
    decide: stages.reportStage,
    choices: ({ nature }) => ({ stage: stages.stagesOf(nature) }),
    needs: STAGE_NEEDS,
    answers: 'StageAnswer',
    namesReporter: 'of its part',
  }),
  confirm: act('Confirmed', 'Confirm', {
    button: 'Nothing has changed',
    ...REPORTS,
    change: 'confirmed',
    path: 'confirm',
    ...BY_ITSELF,
    summary: 'No change: confirm what was said of one’s part',
    description:
      'By the lead, a co-lead or a partner, each of its own part. It counts as a report, so that the commitment is not stale; the stage stays as it was, with the dates that it had.',
    decide: stages.confirm,
    namesReporter: 'of its part',
  }),
  verify: act('Verified', 'Verify', {
    button: 'Read and judge',
    group: 'answer',
    change: 'reading',
    path: 'verification',
    scope: 'report',
    ...BY_ITSELF,
    summary: 'The secretariat’s reading of a part',
    description:
      'By the secretariat. It is about one part and the entry that holds then, and stands beside the agency’s own word; also after the record has ended.',
    conflict: 'Nothing was reported that could be read',
    who: noAgency,
    decide: stages.verify,
    needs: { citation: 'needed unless there is no evidence' },
    afterwards: true,
    namesReporter: null,
    amended: { entry: ['agency'] },
  }),
  reply: act('Replied', 'Reply', {
    button: 'Reply to the reading',
    group: 'answer',
    change: 'reading',
    path: 'reply',
    scope: 'report',
    ...BY_ITSELF,
    summary: 'The agency’s reply to the secretariat’s reading',
    description: 'By the agency whose part was read. It stands beside the reading and overwrites nothing.',
    conflict: 'Nothing was read that could be replied to',
    who: verified,
    decide: stages.reply,
    on: wholeWhen(({ parts, verification }) => verification ?? parts.some((part) => part.verification)),
    afterwards: true,
    namesReporter: 'of a reply',
    amended: { to: ['agency'] },
  }),
  addAgency: act('AgencyAdded', 'AddAgency', {
    button: 'Add an agency',
    ...OF_AGENCIES,
    path: 'agencies',
    inFolders: 'agencies',
    summary: 'Add an agency; one named by another agency is asked',
    description:
      'By the lead or a co-lead. The agency’s role counts at once, and is marked as asked until the agency accepts it or a published document is cited.',
    decide: responsibility.addAgency,
    choices: () => ({ role: BESIDE_LEAD }),
    gives: ({ agency, reportedOn: from }) => [{ agency, from, pointer: '/agency' }],
    namesReporter: null,
    amended: { asked: ['agency', ...DECIDE_ASKED] },
  }),
  changeRole: act('RoleChanged', 'ChangeRole', {
    button: 'Change the role',
    ...OF_AGENCIES,
    path: 'agencies/:agency/role',
    inFolders: 'role',
    summary: 'Change an agency’s role',
    description: 'By the lead or a co-lead; the secretariat moves the lead by it, in one act.',
    decide: responsibility.changeRole,
    choices: (now, { role }, { agency }) => ({
      role: role === 'secretariat' ? ROLES : BESIDE_LEAD,
      from: rolesBeside(now, agency),
    }),
    gives: ({ reportedOn: from }, { agency = '' }) => [{ agency, from, pointer: '/role' }],
    on: besideLead,
    amended: { agency: 'decided anew', asked: DECIDE_ASKED },
  }),
  removeAgency: act('AgencyRemoved', 'RemoveAgency', {
    button: 'Remove',
    ...OF_AGENCIES,
    path: 'agencies/:agency/remove',
    inFolders: null,
    summary: 'Remove an agency, or one of its roles',
    description: 'By the lead or a co-lead. The lead itself is not removed but moved: it offers the lead.',
    decide: responsibility.removeAgency,
    choices: (now, _, { agency }) => ({ role: rolesBeside(now, agency) }),
    on: besideLead,
    notInEvent: ({ roles }) => ((roles as Role[]).length === 1 ? { role: (roles as Role[])[0] } : {}),
    amended: { agency: 'decided anew', roles: 'decided anew' },
  }),
  acceptRole: act('RoleAccepted', 'AcceptRole', {
    button: 'Accept the role',
    ...ANSWERS_ROLE,
    path: 'agencies/:agency/accept',
    summary: 'The agency that was asked accepts its role',
    description: 'By the agency itself. From then on its role is confirmed by its own word.',
    decide: responsibility.acceptRole,
    choices: (now, _, { agency }) => ({ role: rolesAsked(now, agency) }),
    gives: ({ reportedOn: from }, { agency = '' }) => [{ agency, from, pointer: '/reportedOn' }],
    on: asked,
  }),
  declineRole: act('RoleDeclined', 'DeclineRole', {
    button: 'Decline the role',
    ...ANSWERS_ROLE,
    path: 'agencies/:agency/decline',
    summary: 'The agency that was asked declines; its role counts no more from then on',
    description: 'By the agency itself. A lead cannot decline; it offers the lead.',
    decide: responsibility.declineRole,
    choices: ({ agencies }, _, { agency }) => ({ role: rolesAsked({ agencies: agencies.slice(1) }, agency) }),
    on: ({ agencies }) => eachAgency(agencies.slice(1).filter((a) => a.asked)),
  }),
  offerLead: act('LeadOffered', 'OfferLead', {
    button: 'Hand over the lead',
    ...OF_OFFERS,
    path: 'lead-transfer',
    summary: 'Offer the lead to another agency',
    description:
      'By the lead: to whom, why, from when, and the work that stays open. The lead does not move until the offer is accepted.',
    conflict: 'The lead is on offer, or moving, already',
    decide: responsibility.offerLead,
    gives: ({ to: agency, effective: from }) => [{ agency, from, pointer: '/to' }],
    on: ({ leadTransfer }, c, { today }) => (leadTransfer || responsibility.leadToCome(c, today) ? [] : [{}]),
  }),
  acceptLead: act('LeadAccepted', 'AcceptLead', {
    button: 'Take the lead',
    ...ANSWERS_OFFER,
    path: 'lead-transfer/accept',
    summary: 'Take the lead that was offered',
    description:
      'By the agency to which it was offered. The lead moves on the later of this report’s date and the first day of the offer.',
    decide: responsibility.acceptLead,
  }),
  declineLead: act('LeadDeclined', 'DeclineLead', {
    button: 'Decline the lead',
    ...ANSWERS_OFFER,
    path: 'lead-transfer/decline',
    summary: 'Decline the lead that was offered',
    description: 'By the agency to which it was offered. The lead stays where it is.',
    decide: responsibility.declineLead,
  }),
  withdrawLeadOffer: act('LeadOfferWithdrawn', 'WithdrawLeadOffer', {
    button: 'Take back the offer of the lead',
    ...OF_OFFERS,
    path: 'lead-transfer/withdraw',
    summary: 'Take back the offer of the lead',
    description: 'By the lead, as long as the offer was neither accepted nor declined.',
    conflict: NO_OFFER,
    decide: responsibility.withdrawLeadOffer,
    on: onOffer,
  }),
  setThemes: act('ThemesSet', 'SetThemes', {
    button: 'Set the themes',
    ...OF_WORDING,
    path: 'themes',
    inFolders: 'themes',
    summary: 'Set the themes',
    description: 'By the lead or a co-lead. The themes that are given replace those before.',
    decide: content.setThemes,
  }),
  setTarget: act('TargetSet', 'SetTarget', {
    button: 'Set the target',
    ...OF_TARGETS,
    path: 'target',
    inFolders: 'target',
    summary: 'Set, move or lift the target',
    description: 'By the lead or a co-lead. Without a date the target is lifted; 9999 says that there is no end.',
    decide: content.setTarget,
    notInEvent: () => ({ date: null }),
  }),
  addMilestone: act('MilestoneAdded', 'AddMilestone', {
    button: 'Add a milestone',
    ...OF_MILESTONES,
    path: 'milestones',
    scope: 'record',
    inFolders: 'milestones',
    summary: 'Add a milestone',
    description: 'By the lead or a co-lead. It gets the next number.',
    decide: content.addMilestone,
  }),
  reachMilestone: act('MilestoneReached', 'ReachMilestone', {
    button: 'Reached',
    ...OF_MILESTONES,
    path: 'milestones/:milestone/reach',
    scope: 'report',
    inFolders: null,
    summary: 'A milestone is reached',
    description: 'By the lead or a co-lead. When it was reached may be left open.',
    conflict: MILESTONE_IS_SETTLED,
    decide: content.reachMilestone,
    on: openMilestones,
  }),
  rescheduleMilestone: act('MilestoneRescheduled', 'RescheduleMilestone', {
    button: 'Another date',
    ...OF_MILESTONES,
    path: 'milestones/:milestone/reschedule',
    scope: 'record',
    inFolders: null,
    summary: 'A milestone gets another date',
    description: 'By the lead or a co-lead. The former date stays in the history.',
    conflict: MILESTONE_IS_SETTLED,
    decide: content.rescheduleMilestone,
    on: standingMilestones,
  }),
  dropMilestone: act('MilestoneDropped', 'DropMilestone', {
    button: 'Give up',
    ...OF_MILESTONES,
    path: 'milestones/:milestone/drop',
    scope: 'record',
    inFolders: null,
    summary: 'A milestone is given up',
    description: 'By the lead or a co-lead, with a reason.',
    conflict: MILESTONE_IS_SETTLED,
    decide: content.dropMilestone,
    on: standingMilestones,
  }),
  attachEvidence: act('EvidenceAttached', 'AttachEvidence', {
    button: 'Attach evidence',
    ...REPORTS,
    change: 'evidence',
    path: 'evidence',
    inReturns: 'support',
    inFolders: 'evidence',
    summary: 'Attach evidence',
    description: 'By the lead, a co-lead or a partner: a title, and where it can be seen.',
    decide: content.attachEvidence,
  }),
  amendWording: act('WordingAmended', 'AmendWording', {
    button: 'Amend the wording',
    ...OF_WORDING,
    path: 'wording',
    inFolders: 'wording',
    summary: 'Amend title, summary, language or condition',
    description: 'By the lead or a co-lead. Fields that are left out stay as they are.',
    decide: content.amendWording,
  }),
  liftCondition: act('ConditionLifted', 'LiftCondition', {
    button: 'Lift the condition',
    ...OF_TARGETS,
    path: 'condition/lift',
    inFolders: 'condition',
    summary: 'The condition is lifted: the date, and the reason',
    description: 'By the lead or a co-lead. From then on the commitment stands without it.',
    conflict: 'There is no condition, or it was lifted already',
    decide: content.liftCondition,
    on: wholeWhen(({ condition, conditionLifted }) => condition && !conditionLifted),
  }),
  claim: act('Claimed', 'Claim', {
    button: 'Keep what a source claims',
    ...REPORTS,
    change: 'agencies',
    path: 'claims',
    inReturns: 'statement',
    inFolders: null,
    summary: 'Keep the claim of a source, beside those of others',
    description:
      'By the lead, a co-lead or a partner. Claims of several sources stand side by side; none of them is counted.',
    decide: content.claim,
    needs: { citation: 'needed' },
  }),
  holdEdition: act('EditionHeld', 'HoldEdition', {
    button: 'Report an edition',
    ...REPORTS,
    change: 'editions',
    path: 'editions',
    inReturns: 'support',
    inFolders: null,
    summary: 'An edition of a recurring commitment was held',
    description: 'By the lead, a co-lead or a partner, of a commitment whose nature is recurring.',
    decide: editions.holdEdition,
    on: wholeWhen(({ nature }) => nature === 'recurring'),
  }),
  reportUpkeep: act('UpkeepReported', 'ReportUpkeep', {
    button: 'Report the upkeep',
    ...REPORTS,
    change: 'editions',
    path: 'upkeep',
    inReturns: 'support',
    inFolders: null,
    summary: 'Whether a standing commitment was kept up in a period',
    description: 'By the lead, a co-lead or a partner, of a commitment whose nature is standing.',
    decide: editions.reportUpkeep,
    needs: { note: 'needed where it was not kept up' },
    on: wholeWhen(({ nature }) => nature === 'standing'),
  }),
  relate: act('Related', 'Relate', {
    button: 'Relate to another',
    ...OF_LINKS,
    path: 'relations',
    inFolders: 'relations',
    summary: 'Relate to another commitment, or to a forum it prepares for',
    description: 'By the lead or a co-lead. By relations of one type no commitment leads back to itself.',
    conflict: 'It is related so already',
    decide: lineage.relate,
  }),
  addFollowUp: act('FollowUpAdded', 'AddFollowUp', {
    button: 'Add what it follows up',
    ...OF_LINKS,
    path: 'follows-up',
    inFolders: 'follows-up',
    summary: 'Add forums or outcomes that it follows up',
    description: 'By the lead or a co-lead. They count from the date of this report.',
    conflict: 'It follows one of them up already',
    decide: lineage.addFollowUp,
  }),
  takeBackFollowUp: act('FollowUpTakenBack', 'TakeBackFollowUp', {
    button: 'Take back what it follows up',
    ...OF_LINKS,
    path: 'follows-up/take-back',
    inFolders: null,
    summary: 'Take back that it follows up forums or outcomes',
    description: 'By the lead or a co-lead. They count no more from the date of this report.',
    conflict: 'It follows up nothing',
    decide: lineage.takeBackFollowUp,
    on: wholeWhen(({ followsUp }) => followsUp.length > 0),
  }),
  addActivityIds: act('ActivityIdsAdded', 'AddActivityIds', {
    button: 'Name activities elsewhere',
    ...OF_ACTIVITIES,
    path: 'activity-ids',
    inFolders: 'activity-ids',
    summary: 'Add activities in registers of others that carry it out, by their identifiers',
    description:
      'By the lead, a co-lead or a partner. They are named by scheme and identifier, such as that of an activity of IATI; nothing is counted by them.',
    conflict: 'One of them is among its activities already',
    decide: activities.addActivityIds,
  }),
  takeBackActivityIds: act('ActivityIdsTakenBack', 'TakeBackActivityIds', {
    button: 'Take back activities elsewhere',
    ...OF_ACTIVITIES,
    path: 'activity-ids/take-back',
    inFolders: null,
    summary: 'Take back activities in registers of others',
    description:
      'By the lead, a co-lead or a partner. They are no more among its activities from the date of this report.',
    conflict: 'It names no activity',
    decide: activities.takeBackActivityIds,
    on: wholeWhen(({ activityIds }) => activityIds.length > 0),
  }),
  merge: act('Merged', 'Merge', {
    button: 'Merge into another',
    ...ENDS,
    path: 'merge',
    summary: 'Merge this duplicate into the commitment that stays',
    description:
      'By the lead. From then on it is counted in no total; the record that stays takes over the agencies, themes and follow-up that are listed, and nothing else.',
    decide: lineage.merge(viewAsAt),
    gives: ({ takeOver, reportedOn: from }) =>
      (takeOver?.agencies ?? []).map(({ agency }, i) => ({ agency, from, pointer: `/takeOver/agencies/${i}/agency` })),
  }),
  split: act('SplitUp', 'Split', {
    button: 'Split up',
    ...ENDS,
    path: 'split',
    summary: 'Split into commitments that are recorded already',
    description: 'By the lead. From then on it is counted in no total; each part takes over what is listed for it.',
    decide: lineage.split(viewAsAt),
  }),
  supersede: act('Superseded', 'Supersede', {
    button: 'Another takes its place',
    ...ENDS,
    path: 'supersede',
    summary: 'Another commitment takes its place',
    description: 'By the lead. From then on it is counted in no total, and the other one takes over what is listed.',
    decide: lineage.supersede(viewAsAt),
  }),
  withdraw: act('Withdrawn', 'Withdraw', {
    button: 'Withdraw',
    ...ENDS,
    path: 'withdraw',
    summary: 'Withdraw it',
    description: 'By the lead, with a reason. From then on it is counted in no total, and listed apart.',
    decide: lineage.withdraw(viewAsAt),
  }),
  correct: act('Corrected', 'Correct', {
    button: 'Correct',
    ...ON_STATEMENTS,
    path: 'history/:revision/correct',
    summary: 'Correct what was said, with a reason',
    description:
      'By its author, or the secretariat; a statement that counts now only with a present role. From then on the statement reads as corrected, at every date; as known before, only a marker is added.',
    conflict: 'It cannot be corrected',
    decide: amending.correct(actOf),
    on: statements((one, c) => amending.isCorrectable(actOf(one)) && amending.isInForce(c, one)),
  }),
  retract: act('Retracted', 'Retract', {
    button: 'Retract',
    ...ON_STATEMENTS,
    path: 'history/:revision/retract',
    summary: 'Retract what was said, with a reason',
    description:
      'By its author, or the secretariat; a statement that counts now only with a present role. From then on the statement was never made, at every date.',
    conflict: 'It cannot be retracted, or was already',
    decide: amending.retract(actOf),
    on: statements(
      (one, c) => amending.isRetractable(actOf(one)) && one.name !== 'Recorded' && amending.isInForce(c, one),
    ),
  }),
  blank: act('Blanked', 'Blank', {
    button: 'Remove words',
    group: null,
    change: 'words',
    path: 'history/:revision/blank',
    scope: 'admin',
    ...BY_ITSELF,
    summary: 'Blank words that must go; every figure stays as it was',
    description:
      'By the secretariat. The words are erased from the log for good, at every position; everything that is counted stays.',
    conflict: 'It is a blanking itself, of which only the reason can be blanked',
    who: noAgency,
    decide: amending.blank,
    on: statements(() => true),
    afterwards: true,
    amended: 'never',
  }),
} as const);

export type ActName = keyof typeof ACTS;
export type BodyOf<A extends ActName> = Body<(typeof ACTS)[A]['body']>;
export type Line = ActLine & Definition<object> & amending.HowAmended;

const LINES = Object.values(ACTS) as readonly unknown[] as readonly Line[];

/** The act whose event this is; some events follow from those of others. */
export function actOf({ name }: Pick<Statement, 'name'>): Line | undefined {
  return LINES.find(({ yields }) => yields === name);
}

/** The events in which an agency reports on its part: by them the agency is heard, also where the secretariat recorded them. */
export const REPORTS_ON_PARTS: ReadonlySet<string> = new Set(
  LINES.flatMap(({ yields, namesReporter }) => (namesReporter === 'of its part' ? yields : [])),
);

/** The news that a digest tells of an event; one without an act follows from the end of another commitment. */
export const changeOf = (event: EventName): ChangeKind => actOf({ name: event })?.change ?? 'related';

/** The agencies that take a role by an act, and from when on. */
export const givenBy = (name: ActName, body: object, on: Choice): readonly TakingAgency[] =>
  (ACTS[name] as unknown as Line).gives?.(body as never, on) ?? [];
