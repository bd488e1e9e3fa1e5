/** The table of acts: everything that is said of an act once, and who may do which, on what. */
import type { Body, BodyName, CommitmentAsAt } from '#bodies';
import type { FullDate } from '#clocks';
import { Rejected } from '#eventsourcing';
import type { ActLine, Taking } from '#registers';
import type { Role } from '#words';
import * as amending from './amending.js';
import { record, viewAsAt, type Commitment, type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import * as content from './content.js';
import { statementAt, type Statement } from './corrections.js';
import * as editions from './editions.js';
import * as lineage from './lineage.js';
import * as responsibility from './responsibility.js';
import * as stages from './stages.js';
import { forbidden, type By, type Decide, type DecisionContext } from './statement.js';

// ── Whose an act is, and on what it can be done ─────────────────────────────────────────────────────────────────────

/** The agency whose act it is, beside the secretariat, which may do all. */
type Who = (now: CommitmentAsAt, by: By, on: Choice, c: Commitment) => boolean;

/** The part of a commitment on which an act is done. */
type Choice = Pick<DecisionContext, 'agency' | 'milestone' | 'revision'>;

/** The parts on which an act can be done at present. */
type Choices = (now: CommitmentAsAt, c: Commitment, by: By) => readonly Choice[];

const holding =
  (...roles: readonly Role[]): Who =>
  (now, by) =>
    now.agencies.some(({ agency, role }) => agency === by.agency && roles.includes(role));

const anybody: Who = () => true;
const nobody: Who = () => false;
const lead = holding('lead');
const responsible = holding('lead', 'co_lead');
const contributing = holding('lead', 'co_lead', 'partner');
const named: Who = (_, by, { agency }) => agency === by.agency;
const offered: Who = ({ leadTransfer }, by) => leadTransfer?.to === by.agency;
/** Its part was verified, or what it said as the lead before, on which the headline still rests. */
const verified: Who = ({ parts, headline, verification }, by, _, c) =>
  parts.some((part) => part.agency === by.agency && part.verification !== null) ||
  (verification !== null && stages.partOf(c, headline) === by.agency);
/** It recorded the statement, or is the agency that reports in it. */
const maker: Who = (_, by, { revision }, c) => {
  const { name, data, by: recorder } = statementAt(c.said, revision);
  const reporter = actOf({ name })?.namesReporter && (data as { agency?: string }).agency;
  return by.agency !== null && (recorder.agency === by.agency || reporter === by.agency);
};

const when =
  (holds: (now: CommitmentAsAt) => unknown): Choices =>
  (now) =>
    holds(now) ? [{}] : [];
const each = (agencies: readonly { agency: string }[]) =>
  [...new Set(agencies.map(({ agency }) => agency))].map((agency) => ({ agency }));
const beside: Choices = ({ agencies }) => each(agencies.slice(1));
const asked: Choices = ({ agencies }) => each(agencies.filter((a) => a.asked));
const standingMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped }) => dropped === null).map(({ milestone }) => ({ milestone }));
const openMilestones: Choices = ({ milestones }) =>
  milestones.filter(({ dropped, reached }) => dropped === null && !reached).map(({ milestone }) => ({ milestone }));
const onOffer = when(({ leadTransfer }) => leadTransfer);
const statements =
  (may: (statement: Statement, c: Commitment) => boolean): Choices =>
  (_, c) =>
    c.said.filter((statement) => may(statement, c)).map(({ revision }) => ({ revision }));

// ── A line of the table ─────────────────────────────────────────────────────────────────────────────────────────────

type EventName = keyof CommitmentEvents;
type Field<B> = keyof B & string;

/** The line of an act on a commitment. */
interface Definition<A> extends Omit<ActLine, 'body' | 'yields'> {
  readonly who: Who;
  readonly decide: Decide<A>;
  /** Absent: it can always be done. */
  readonly on?: Choices;
  /** It may also be done on a record that has ended. */
  readonly afterwards?: true;
  /** The fields of its body that its event does not hold. */
  readonly unsaid?: (data: Record<string, unknown>) => Partial<A>;
  /** Its answer tells how things stand. */
  readonly answers?: 'StageAnswer';
  /** The `agency` of its event is the one that reports; of any other event it is whoever recorded it. */
  readonly namesReporter?: A extends { agency?: string | null } ? true : never;
  /** The agencies that take a role by it, and from when on. */
  readonly gives?: (act: A, on: Choice) => readonly Taking[];
  /** The fields that say who does what; whoever corrects one answers for it. */
  readonly names?: readonly Field<A>[];
}

/** The fields of an event that the words of its act do not hold. */
type Beside<E extends EventName, A> = Exclude<keyof CommitmentEvents[E], keyof A>;

/**
 * What becomes of an event that was wrong. Most can be corrected: what it holds beside the words of its act is then decided
 * anew, or stays until one of some fields is corrected. Some are only retracted, or settled by the acts made for that.
 */
type Amended<E extends EventName, A> =
  | { readonly amended: 'retracted' | 'never' }
  | ([Beside<E, A>] extends [never]
      ? { readonly amended?: never }
      : { readonly amended: { readonly [F in Beside<E, A>]: 'decided anew' | readonly Field<A>[] } });

const act = <E extends EventName, B extends BodyName>(
  yields: E,
  body: B,
  definition: Definition<Body<B>> & Amended<E, Body<B>>,
) => ({ conflict: HAS_ENDED, ...definition, yields, body });

/** The acts on commitments: while an event has none, this does not compile, unless it follows from another commitment's. */
const allActs = <T extends Readonly<Record<string, { readonly yields: EventName }>>>(
  acts: T &
    ([Exclude<EventName, T[keyof T]['yields'] | 'TookOver'>] extends [never]
      ? unknown
      : { readonly actFor: Exclude<EventName, T[keyof T]['yields'] | 'TookOver'> }),
): T => acts;

const HAS_ENDED = 'It has ended already: merged, split, superseded or withdrawn';
const MILESTONE_IS_SETTLED = 'The milestone was dropped or reached already';
const NO_OFFER = 'The lead is not on offer';

const ASKED_ANEW = ['role', 'citation', 'citations'] as const;

/** Every act on a commitment. */
export const ACTS = allActs({
  record: act('Recorded', 'RecordCommitment', {
    path: '',
    summary: 'Record a commitment with its first stage',
    description:
      'By an agency that is named in it, or by the secretariat. A focal point gives a reference only of its own agency’s prefix; without one the next free number of the lead and the year is taken.',
    operationId: 'recordCommitment',
    conflict: 'The reference is taken',
    who: anybody,
    decide: record,
    on: () => [],
    namesReporter: true,
    names: ['agency', 'agencies'],
    gives: ({ agencies, effective: from }) =>
      agencies.map(({ agency }, i) => ({ agency, from, pointer: `/agencies/${i}/agency` })),
  }),
  reportStage: act('StageReported', 'ReportStage', {
    path: 'stage',
    summary: 'Report the stage of one’s part',
    description:
      'By the lead, a co-lead or a partner, each of its own part. The answer says what the stage is now, and whether this report changed it; if not, which entry outranks it and how to correct that one.',
    who: contributing,
    decide: stages.reportStage,
    answers: 'StageAnswer',
    namesReporter: true,
  }),
  confirm: act('Confirmed', 'Confirm', {
    path: 'confirm',
    summary: 'No change: confirm what was said of one’s part',
    description:
      'By the lead, a co-lead or a partner, each of its own part. It counts as a report, so that the commitment is not stale; the stage stays as it was, with the dates that it had.',
    who: contributing,
    decide: stages.confirm,
    namesReporter: true,
  }),
  verify: act('Verified', 'Verify', {
    path: 'verification',
    summary: 'The secretariat’s reading of a part',
    description:
      'By the secretariat. It is of one part and of the entry that holds then, and stands beside what the agency says; also after the record has ended.',
    conflict: 'Nothing was reported that could be read',
    who: nobody,
    decide: stages.verify,
    afterwards: true,
    amended: { entry: ['agency'] },
  }),
  reply: act('Replied', 'Reply', {
    path: 'reply',
    summary: 'The agency’s reply to the secretariat’s reading',
    description: 'By the agency whose part was read. It stands beside the reading and overwrites nothing.',
    conflict: 'Nothing was read that could be replied to',
    who: verified,
    decide: stages.reply,
    on: when(({ parts, verification }) => verification ?? parts.some((part) => part.verification)),
    afterwards: true,
    namesReporter: true,
    amended: { to: ['agency'] },
  }),
  addAgency: act('AgencyAdded', 'AddAgency', {
    path: 'agencies',
    summary: 'Add an agency; one named by another agency is asked',
    description:
      'By the lead or a co-lead. The agency’s role counts at once, and is marked as asked until the agency accepts it or a published document is cited.',
    who: responsible,
    decide: responsibility.addAgency,
    gives: ({ agency, reportedOn: from }) => [{ agency, from, pointer: '/agency' }],
    amended: { asked: ['agency', ...ASKED_ANEW] },
  }),
  changeRole: act('RoleChanged', 'ChangeRole', {
    path: 'agencies/:agency/role',
    summary: 'Change an agency’s role',
    description: 'By the lead or a co-lead; the secretariat moves the lead by it, in one act.',
    who: responsible,
    decide: responsibility.changeRole,
    gives: ({ reportedOn: from }, { agency = '' }) => [{ agency, from, pointer: '/role' }],
    on: beside,
    amended: { agency: 'decided anew', asked: ASKED_ANEW },
  }),
  removeAgency: act('AgencyRemoved', 'RemoveAgency', {
    path: 'agencies/:agency/remove',
    summary: 'Remove an agency, or one of its roles',
    description: 'By the lead or a co-lead. The lead itself is not removed but moved: it offers the lead.',
    who: responsible,
    decide: responsibility.removeAgency,
    on: beside,
    unsaid: ({ roles }) => ((roles as Role[]).length === 1 ? { role: (roles as Role[])[0] } : {}),
    amended: { agency: 'decided anew', roles: 'decided anew' },
  }),
  acceptRole: act('RoleAccepted', 'AcceptRole', {
    path: 'agencies/:agency/accept',
    summary: 'The agency that was asked accepts its role',
    description: 'By the agency itself. From then on its role is confirmed by its own word.',
    conflict: 'It was not asked',
    who: named,
    decide: responsibility.acceptRole,
    on: asked,
    amended: { agency: 'decided anew' },
  }),
  declineRole: act('RoleDeclined', 'DeclineRole', {
    path: 'agencies/:agency/decline',
    summary: 'The agency that was asked declines; its role counts no more from then on',
    description: 'By the agency itself. A lead cannot decline; it offers the lead.',
    conflict: 'It was not asked',
    who: named,
    decide: responsibility.declineRole,
    on: ({ agencies }) => each(agencies.slice(1).filter((a) => a.asked)),
    amended: { agency: 'decided anew' },
  }),
  offerLead: act('LeadOffered', 'OfferLead', {
    path: 'lead-transfer',
    summary: 'Offer the lead to another agency',
    description:
      'By the lead: to whom, why, from when, and what stays open. The lead stays where it is until the offer is accepted.',
    conflict: 'The lead is on offer, or moving, already',
    who: lead,
    decide: responsibility.offerLead,
    gives: ({ to: agency, effective: from }) => [{ agency, from, pointer: '/to' }],
    on: ({ leadTransfer }, c, { today }) => (leadTransfer || responsibility.leadToCome(c, today) ? [] : [{}]),
    amended: 'never',
  }),
  acceptLead: act('LeadAccepted', 'AcceptLead', {
    path: 'lead-transfer/accept',
    summary: 'Take the lead that was offered',
    description:
      'By the agency to which it was offered. The lead moves on the later of this report’s date and the first day of the offer.',
    conflict: NO_OFFER,
    who: offered,
    decide: responsibility.acceptLead,
    on: onOffer,
    amended: 'never',
  }),
  declineLead: act('LeadDeclined', 'DeclineLead', {
    path: 'lead-transfer/decline',
    summary: 'Decline the lead that was offered',
    description: 'By the agency to which it was offered. The lead stays where it is.',
    conflict: NO_OFFER,
    who: offered,
    decide: responsibility.declineLead,
    on: onOffer,
    amended: 'never',
  }),
  withdrawLeadOffer: act('LeadOfferWithdrawn', 'WithdrawLeadOffer', {
    path: 'lead-transfer/withdraw',
    summary: 'Take back the offer of the lead',
    description: 'By the lead, as long as the offer was neither accepted nor declined.',
    conflict: NO_OFFER,
    who: lead,
    decide: responsibility.withdrawLeadOffer,
    on: onOffer,
    amended: 'never',
  }),
  setThemes: act('ThemesSet', 'SetThemes', {
    path: 'themes',
    summary: 'Set the themes',
    description: 'By the lead or a co-lead. The themes that are given replace those before.',
    who: responsible,
    decide: content.setThemes,
  }),
  setTarget: act('TargetSet', 'SetTarget', {
    path: 'target',
    summary: 'Set, move or lift the target',
    description: 'By the lead or a co-lead. Without a date the target is lifted; 9999 says that there is no end.',
    who: responsible,
    decide: content.setTarget,
    unsaid: () => ({ date: null }),
  }),
  addMilestone: act('MilestoneAdded', 'AddMilestone', {
    path: 'milestones',
    summary: 'Add a milestone',
    description: 'By the lead or a co-lead. It gets the next number.',
    who: responsible,
    decide: content.addMilestone,
    amended: { milestone: [] },
  }),
  reachMilestone: act('MilestoneReached', 'ReachMilestone', {
    path: 'milestones/:milestone/reach',
    summary: 'A milestone is reached',
    description: 'By the lead or a co-lead. When it was reached may be left open.',
    conflict: MILESTONE_IS_SETTLED,
    who: responsible,
    decide: content.reachMilestone,
    on: openMilestones,
    amended: { milestone: [] },
  }),
  rescheduleMilestone: act('MilestoneRescheduled', 'RescheduleMilestone', {
    path: 'milestones/:milestone/reschedule',
    summary: 'A milestone gets another date',
    description: 'By the lead or a co-lead. The former date stays in the history.',
    conflict: MILESTONE_IS_SETTLED,
    who: responsible,
    decide: content.rescheduleMilestone,
    on: standingMilestones,
    amended: { milestone: [] },
  }),
  dropMilestone: act('MilestoneDropped', 'DropMilestone', {
    path: 'milestones/:milestone/drop',
    summary: 'A milestone is given up',
    description: 'By the lead or a co-lead, with a reason.',
    conflict: MILESTONE_IS_SETTLED,
    who: responsible,
    decide: content.dropMilestone,
    on: standingMilestones,
    amended: { milestone: [] },
  }),
  attachEvidence: act('EvidenceAttached', 'AttachEvidence', {
    path: 'evidence',
    summary: 'Attach evidence',
    description: 'By the lead, a co-lead or a partner: a title, and where it can be seen.',
    who: contributing,
    decide: content.attachEvidence,
  }),
  amendWording: act('WordingAmended', 'AmendWording', {
    path: 'wording',
    summary: 'Amend title, summary, language or condition',
    description: 'By the lead or a co-lead. What is left out stays as it is.',
    who: responsible,
    decide: content.amendWording,
  }),
  liftCondition: act('ConditionLifted', 'LiftCondition', {
    path: 'condition/lift',
    summary: 'The condition is lifted: when, and by what',
    description: 'By the lead or a co-lead. From then on the commitment stands without it.',
    conflict: 'There is no condition, or it was lifted already',
    who: responsible,
    decide: content.liftCondition,
    on: when(({ condition, conditionLifted }) => condition && !conditionLifted),
  }),
  claim: act('Claimed', 'Claim', {
    path: 'claims',
    summary: 'Keep what a source claims, beside what others do',
    description:
      'By the lead, a co-lead or a partner. Claims of several sources stand side by side; none of them is counted.',
    who: contributing,
    decide: content.claim,
  }),
  holdEdition: act('EditionHeld', 'HoldEdition', {
    path: 'editions',
    summary: 'An edition of a recurring commitment was held',
    description: 'By the lead, a co-lead or a partner, of a commitment whose nature is recurring.',
    who: contributing,
    decide: editions.holdEdition,
    on: when(({ nature }) => nature === 'recurring'),
  }),
  reportUpkeep: act('UpkeepReported', 'ReportUpkeep', {
    path: 'upkeep',
    summary: 'Whether a standing commitment was kept up in a period',
    description: 'By the lead, a co-lead or a partner, of a commitment whose nature is standing.',
    who: contributing,
    decide: editions.reportUpkeep,
    on: when(({ nature }) => nature === 'standing'),
  }),
  relate: act('Related', 'Relate', {
    path: 'relations',
    summary: 'Relate to another commitment, or to a forum it prepares for',
    description: 'By the lead or a co-lead. By relations of one type no commitment leads back to itself.',
    conflict: 'It is related so already',
    who: responsible,
    decide: lineage.relate,
  }),
  addFollowUp: act('FollowUpAdded', 'AddFollowUp', {
    path: 'follows-up',
    summary: 'Add forums or outcomes that it follows up',
    description: 'By the lead or a co-lead. They count from the date of this report.',
    conflict: 'It follows one of them up already',
    who: responsible,
    decide: lineage.addFollowUp,
  }),
  takeBackFollowUp: act('FollowUpTakenBack', 'TakeBackFollowUp', {
    path: 'follows-up/take-back',
    summary: 'Take back that it follows up forums or outcomes',
    description: 'By the lead or a co-lead. They count no more from the date of this report.',
    conflict: 'It follows up nothing',
    who: responsible,
    decide: lineage.takeBackFollowUp,
    on: when(({ followsUp }) => followsUp.length > 0),
  }),
  merge: act('Merged', 'Merge', {
    path: 'merge',
    summary: 'Merge this duplicate into the commitment that stays',
    description:
      'By the lead. From then on it is counted in no total; the record that stays takes over the agencies, themes and follow-up that are listed, and nothing else.',
    who: lead,
    decide: lineage.merge(viewAsAt),
    amended: 'retracted',
  }),
  split: act('SplitUp', 'Split', {
    path: 'split',
    summary: 'Split into commitments that are recorded already',
    description: 'By the lead. From then on it is counted in no total; each part takes over what is listed for it.',
    who: lead,
    decide: lineage.split(viewAsAt),
    amended: 'retracted',
  }),
  supersede: act('Superseded', 'Supersede', {
    path: 'supersede',
    summary: 'Another commitment takes its place',
    description: 'By the lead. From then on it is counted in no total, and the other one takes over what is listed.',
    who: lead,
    decide: lineage.supersede(viewAsAt),
    amended: 'retracted',
  }),
  withdraw: act('Withdrawn', 'Withdraw', {
    path: 'withdraw',
    summary: 'Withdraw it',
    description: 'By the lead, with a reason. From then on it is counted in no total, and listed apart.',
    who: lead,
    decide: lineage.withdraw(viewAsAt),
    amended: 'retracted',
  }),
  correct: act('Corrected', 'Correct', {
    path: 'history/:revision/correct',
    summary: 'Correct what was said, with a reason',
    description:
      'By whoever said it, or the secretariat; of what counts now only with a present role. It is then as if it had been said so, at every date; as known before, nothing has changed but a marker.',
    conflict: 'It cannot be corrected',
    who: maker,
    decide: amending.correct(actOf),
    on: statements((one, c) => amending.isCorrectable(actOf(one)) && amending.isInForce(c, one)),
    afterwards: true,
    amended: 'never',
  }),
  retract: act('Retracted', 'Retract', {
    path: 'history/:revision/retract',
    summary: 'Retract what was said, with a reason',
    description:
      'By whoever said it, or the secretariat; of what counts now only with a present role. It is then as if it had never been said, at every date.',
    conflict: 'It cannot be retracted, or was already',
    who: maker,
    decide: amending.retract(actOf),
    on: statements(
      (one, c) => amending.isRetractable(actOf(one)) && one.name !== 'Recorded' && amending.isInForce(c, one),
    ),
    afterwards: true,
    amended: 'never',
  }),
  blank: act('Blanked', 'Blank', {
    path: 'history/:revision/blank',
    summary: 'Blank words that must go; what is left keeps every figure as it was',
    description:
      'By the secretariat. The words are erased from the log for good, at every position; everything that is counted stays.',
    conflict: 'It is a blanking itself, of which only the reason can be blanked',
    who: nobody,
    decide: amending.blank,
    on: statements(() => true),
    afterwards: true,
    amended: 'never',
  }),
} as const);

export type ActName = keyof typeof ACTS;
export type BodyOf<A extends ActName> = Body<(typeof ACTS)[A]['body']>;
type Line = ActLine & Definition<object> & amending.HowAmended;

/** The act whose event this is; some events follow from those of others. */
export function actOf({ name }: Pick<Statement, 'name'>): Line | undefined {
  return (Object.values(ACTS) as readonly unknown[] as readonly Line[]).find(({ yields }) => yields === name);
}

/** The agencies that take a role by an act, and from when on. */
export const givenBy = (name: ActName, body: object, on: Choice): readonly Taking[] =>
  (ACTS[name] as unknown as Line).gives?.(body as never, on) ?? [];

// ── Deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Decides any act: is there such a commitment, is the act the caller's, has the record not ended, and then the act's own rule.
 * @throws Rejected
 */
export function decide<A extends ActName>(
  name: A,
  c: Commitment,
  body: BodyOf<A>,
  by: By,
  on: DecisionContext,
): CommitmentEvent[] {
  const { who, decide: decideMatter, afterwards } = ACTS[name] as unknown as Line;
  if (name === 'record') return decideMatter(c, body, by, on, null as never);
  const now = viewAsAt(c, by.today);
  if (!now) throw new Rejected('not_found', 'There is no such commitment.');
  if (by.role !== 'secretariat' && !who(now, by, on, c)) throw forbidden(notYours(now, by));
  const { reportedOn = by.today } = body as { reportedOn?: FullDate };
  if (!afterwards) lineage.refuseAfterEnd(now, reportedOn);
  return decideMatter(c, body, by, on, now);
}

const notYours = ({ agencies }: CommitmentAsAt, { agency }: By): string => {
  const roles = agencies.filter((a) => a.agency === agency).map(({ role }) => role);
  return `${agency} is ${roles.join(' and ') || 'no agency'} of this commitment, so this act is not its to do.`;
};

/** An act that someone may do as things stand, and on what. */
export type AllowedAct = { readonly act: ActName } & Choice;

/** Every act that someone may do on a commitment as it stands today. */
export function allowedActs(c: Commitment, by: By): AllowedAct[] {
  const now = viewAsAt(c, by.today);
  if (!now) return [];
  return (Object.keys(ACTS) as ActName[]).flatMap((name) => {
    const { who, on = () => [{}], afterwards } = ACTS[name] as unknown as Line;
    if (now.end && !afterwards) return [];
    return on(now, c, by)
      .filter((choice) => by.role === 'secretariat' || who(now, by, choice, c))
      .map((choice) => ({ act: name, ...choice }));
  });
}
