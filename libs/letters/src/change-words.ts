/** The changes of a commitment as a digest tells them: every event of a commitment is one of these. */
import type { CommitmentEvents } from '#commitments';
import type { ReturnEvents, RoundEvents } from '#rounds';

/** What is told of something that is followed, the most telling first. */
export const CHANGES = [
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
export type Change = (typeof CHANGES)[number];

/** An event that has no word here does not compile. */
export const CHANGE_OF: Readonly<Record<keyof CommitmentEvents, Change>> = {
  Recorded: 'recorded',
  StageReported: 'stage',
  UpkeepReported: 'editions',
  EditionHeld: 'editions',
  Confirmed: 'confirmed',
  EvidenceAttached: 'evidence',
  MilestoneAdded: 'milestones',
  MilestoneReached: 'milestones',
  MilestoneRescheduled: 'milestones',
  MilestoneDropped: 'milestones',
  TargetSet: 'targets',
  ConditionLifted: 'targets',
  AgencyAdded: 'agencies',
  AgencyRemoved: 'agencies',
  RoleChanged: 'agencies',
  RoleAccepted: 'agencies',
  RoleDeclined: 'agencies',
  LeadOffered: 'agencies',
  LeadAccepted: 'agencies',
  LeadDeclined: 'agencies',
  LeadOfferWithdrawn: 'agencies',
  Claimed: 'agencies',
  WordingAmended: 'wording',
  ThemesSet: 'wording',
  FollowUpAdded: 'related',
  FollowUpTakenBack: 'related',
  Related: 'related',
  ActivityIdsAdded: 'related',
  ActivityIdsTakenBack: 'related',
  TookOver: 'related',
  Merged: 'ended',
  SplitUp: 'ended',
  Superseded: 'ended',
  Withdrawn: 'ended',
  Verified: 'reading',
  Replied: 'reading',
  Corrected: 'corrected',
  Retracted: 'corrected',
  Blanked: 'words',
};

/** The events of rounds and returns that are told; the others say of a submission how far it is. */
export type RoundChange = keyof RoundEvents;
export type ReturnChange = Exclude<keyof ReturnEvents, 'Applied' | 'TakenBack'>;
