/** The words of acts: on buttons, above forms, and the groups in which they are offered. */
import type { ActName } from '#commitments';

export const GROUPS = {
  report: 'Report',
  answer: 'Answer',
  content: 'The commitment itself',
  agencies: 'Agencies',
  milestones: 'Milestones',
  links: 'What it belongs to',
  end: 'The end of the record',
} as const;

interface ActWords {
  readonly button: string;
  /** `null`: it is about a statement, and offered beside it. */
  readonly group: keyof typeof GROUPS | null;
}

const of =
  (group: ActWords['group']) =>
  (button: string): ActWords => ({ button, group });
const [report, answer, content, agencies] = [of('report'), of('answer'), of('content'), of('agencies')];
const [milestones, links, end, statement] = [of('milestones'), of('links'), of('end'), of(null)];

export const ACT_WORDS: { readonly [A in ActName]: ActWords } = {
  record: report('Record a commitment'),
  reportStage: report('Report how it stands'),
  confirm: report('Nothing has changed'),
  attachEvidence: report('Attach evidence'),
  holdEdition: report('Report an edition'),
  reportUpkeep: report('Report the upkeep'),
  claim: report('Keep what a source claims'),
  acceptRole: answer('Accept the role'),
  declineRole: answer('Decline the role'),
  acceptLead: answer('Take the lead'),
  declineLead: answer('Decline the lead'),
  reply: answer('Reply to the reading'),
  verify: answer('Read and judge'),
  amendWording: content('Amend the wording'),
  setThemes: content('Set the themes'),
  setTarget: content('Set the target'),
  liftCondition: content('Lift the condition'),
  addAgency: agencies('Add an agency'),
  changeRole: agencies('Change the role'),
  removeAgency: agencies('Remove'),
  offerLead: agencies('Hand over the lead'),
  withdrawLeadOffer: agencies('Take back the offer of the lead'),
  addMilestone: milestones('Add a milestone'),
  reachMilestone: milestones('Reached'),
  rescheduleMilestone: milestones('Another date'),
  dropMilestone: milestones('Give up'),
  relate: links('Relate to another'),
  addFollowUp: links('Add what it follows up'),
  takeBackFollowUp: links('Take back what it follows up'),
  addActivityIds: links('Name activities elsewhere'),
  takeBackActivityIds: links('Take back activities elsewhere'),
  merge: end('Merge into another'),
  split: end('Split up'),
  supersede: end('Another takes its place'),
  withdraw: end('Withdraw'),
  correct: statement('Correct'),
  retract: statement('Retract'),
  blank: statement('Remove words'),
};
