/** The scenes of tests of the aggregate: actors, a first record, and given/when/then over acts as over events. */
import { fold, type Maker } from '#eventsourcing';
import { formsAtHand } from '../../../bodies/src/testing/forms-at-hand.js';
import { specification } from '../../../eventsourcing/src/testing/specification.js';
import {
  asAt,
  commitment,
  type ActorOnDay,
  type Commitment,
  type CommitmentEvent,
  type CommitmentEvents,
  type DecisionContext,
} from '../commitment.js';
import { type ActName, type BodyOf } from '../acts.js';
import { allowedActs, decide } from '../deciding.js';
import { type AgencyRole, type CommitmentAsAt, type ReportStage } from '#bodies';
import { type Role } from '#words';

export const TODAY = '2012-11-02';
export const secretariat: ActorOnDay = { role: 'secretariat', agency: null, today: TODAY };
export const focalPoint = (agency: string): ActorOnDay => ({ role: 'focal_point', agency, today: TODAY });

export const REFERENCE = 'IOM-2006-01';
export const citation = { document: 'D-2007-WP204', locator: 'para 12' };

/** Agencies in their roles, each in words: `IOM lead`. */
export const agencies = (...inRoles: readonly `${string} ${Role}`[]): AgencyRole[] =>
  inRoles.map((words) => words.split(' ')).map(([agency, role]) => ({ agency: agency!, role: role as Role }));

/** A commitment that IOM leads; cited, so that all its agencies are confirmed. */
export const recorded = (other: Partial<CommitmentEvents['Recorded']> = {}): CommitmentEvent => ({
  name: 'Recorded',
  data: {
    title: 'Remittances handbook',
    summary: 'IOM is to write a handbook on remittances.',
    kind: 'publication',
    nature: 'one_off',
    strength: 'undertaken',
    agencies: agencies('IOM lead', 'ILO co_lead', 'WB partner', 'WB funder', 'UNHCR observer'),
    themes: ['HLD06-04'],
    stage: 'planned',
    effective: '2006-11',
    reportedOn: '2006-11-21',
    ...other,
  },
});
/** A commitment of one agency. */
export const ledBy = (agency: string): CommitmentEvent => recorded({ agencies: agencies(`${agency} lead`) });
export const staged = (other: Partial<ReportStage> = {}): CommitmentEvent => ({
  name: 'StageReported',
  data: { stage: 'in_progress', effective: '2007', reportedOn: '2007-06-01', ...other },
});

/** An act that was done. */
interface Deed {
  readonly act: (c: Commitment) => CommitmentEvent[];
  readonly by: ActorOnDay;
}
type ContextChanges = Partial<DecisionContext>;

export const deed = <A extends ActName>(act: A, body: BodyOf<A>, by = secretariat, on: ContextChanges = {}): Deed => ({
  act: (c) => decide(act, c, body, by, { reference: REFERENCE, forms: formsAtHand, ...on }),
  by,
});

/** An earlier event: as an event (of the secretariat, unless it says `by`) or as an act. */
export type Happening = (CommitmentEvent & { readonly by?: Maker }) | Deed;

/** The events of a history, each with its actor. */
export function eventsOf(...history: readonly Happening[]): (CommitmentEvent & { readonly by?: Maker })[] {
  const events: (CommitmentEvent & { by?: Maker })[] = [];
  let state = commitment.initial;
  for (const happening of history) {
    const { by } = happening;
    const more = 'act' in happening ? happening.act(state) : [happening];
    state = fold(commitment, state, more, events.length - 1, by);
    events.push(...more.map((event) => ({ ...event, by: by && { role: by.role, agency: by.agency } })));
  }
  return events;
}

export const stateAfter = (...history: readonly Happening[]): Commitment =>
  specification(commitment)(...eventsOf(...history)).state;

/** The commitment with this history as at a date. */
export const viewOn = (asOf: string, ...history: readonly Happening[]): CommitmentAsAt =>
  asAt(stateAfter(...history), asOf)!;

/** `<agency> <role>` of each agency on a date, the lead first, the others in alphabetical order; one that is asked has a `?`. */
export const rolesOn = (asOf: string, ...history: readonly Happening[]): string[] => {
  const [lead, ...beside] = viewOn(asOf, ...history).agencies.map(
    ({ agency, role, asked }) => `${agency} ${role}${asked ? '?' : ''}`,
  );
  return [lead!, ...beside.sort()];
};

/** The names of the acts that someone may do. */
export const allowedTo = (by: ActorOnDay, ...history: readonly Happening[]): ActName[] => [
  ...new Set(allowedActs(stateAfter(...history), by).map(({ act }) => act)),
];

/** Another commitment, that IOM leads. */
export const A_SECOND = 'IOM-2011-10';
export const anotherCommitment = stateAfter(ledBy('IOM'));
export const A_THIRD = 'IOM-2011-11';

const reportedOn = '2007-06-01';
const reason = 'As the paper says';
const ripe = recorded({ condition: 'if funded', milestones: [{ title: 'Draft', due: '2007' }] });
const asked: CommitmentEvent = {
  name: 'AgencyAdded',
  data: { agency: 'WHO', role: 'partner', reportedOn, asked: true },
};
const offered: CommitmentEvent = {
  name: 'LeadOffered',
  data: { from: 'IOM', to: 'ILO', effective: '2007', formerLeadBecomes: 'partner', reason, reportedOn },
};
const read: CommitmentEvent = {
  name: 'Verified',
  data: { agency: 'IOM', entry: 0, verification: 'contested', reason, citation, reportedOn },
};
const attached: Happening = {
  name: 'EvidenceAttached',
  data: { title: 'Draft', note: 'By hand', reportedOn },
  by: { role: 'focal_point', agency: 'IOM' },
};
export const ACTIVITY = { scheme: 'iati', id: 'XM-DAC-47066-MH.0012' } as const;
const otherCommitments = new Map([A_SECOND, A_THIRD].map((reference) => [reference, anotherCommitment]));

interface Scene<A extends ActName> {
  readonly given: readonly Happening[];
  readonly body: BodyOf<A>;
  readonly on?: ContextChanges;
}

const record = { ...ripe.data, reference: REFERENCE } as BodyOf<'record'>;

/** For every act a commitment on which it can be done, and how. */
export const SCENES: { readonly [A in ActName]: Scene<A> } = {
  record: { given: [], body: { ...record, agencies: agencies('IOM lead') } },
  reportStage: { given: [ripe], body: { stage: 'in_progress', effective: '2007', reportedOn } },
  confirm: { given: [ripe], body: { reportedOn } },
  verify: { given: [ripe], body: { verification: 'contested', reason, citation, reportedOn } },
  reply: { given: [ripe, read], body: { text: 'The guide was printed.', reportedOn } },
  addAgency: { given: [ripe], body: { agency: 'WHO', role: 'host', reportedOn } },
  changeRole: { given: [ripe], body: { role: 'host', reportedOn }, on: { agency: 'UNHCR' } },
  removeAgency: { given: [ripe], body: { reportedOn }, on: { agency: 'UNHCR' } },
  acceptRole: { given: [ripe, asked], body: { reportedOn }, on: { agency: 'WHO' } },
  declineRole: { given: [ripe, asked], body: { reason, reportedOn }, on: { agency: 'WHO' } },
  offerLead: { given: [ripe], body: { to: 'ILO', effective: '2007', reason, reportedOn } },
  acceptLead: { given: [ripe, offered], body: { reportedOn } },
  declineLead: { given: [ripe, offered], body: { reason, reportedOn } },
  withdrawLeadOffer: { given: [ripe, offered], body: { reason, reportedOn } },
  setThemes: { given: [ripe], body: { themes: ['HLD06-01'], reportedOn } },
  setTarget: { given: [ripe], body: { date: '2009', reportedOn } },
  addMilestone: { given: [ripe], body: { title: 'Print', reportedOn } },
  reachMilestone: { given: [ripe], body: { reportedOn }, on: { milestone: 1 } },
  rescheduleMilestone: { given: [ripe], body: { due: '2009', reportedOn }, on: { milestone: 1 } },
  dropMilestone: { given: [ripe], body: { note: 'No money', reportedOn }, on: { milestone: 1 } },
  attachEvidence: { given: [ripe], body: { title: 'Draft', reportedOn } },
  amendWording: { given: [ripe], body: { title: 'Handbook', reportedOn } },
  liftCondition: { given: [ripe], body: { liftedOn: '2007', liftedBy: 'A grant', reportedOn } },
  claim: { given: [ripe], body: { about: 'organiser', says: 'Organised by the ILO', citation, reportedOn } },
  holdEdition: { given: [recorded({ nature: 'recurring' })], body: { held: '2007', reportedOn } },
  reportUpkeep: { given: [recorded({ nature: 'standing' })], body: { period: '2006', keptUp: true, reportedOn } },
  relate: {
    given: [ripe],
    body: { type: 'part_of', to: A_SECOND, reportedOn },
    on: { others: otherCommitments },
  },
  addFollowUp: { given: [ripe], body: { followsUp: ['GFMD-2010'], reportedOn } },
  takeBackFollowUp: { given: [recorded({ followsUp: ['HLD-2006'] })], body: { followsUp: ['HLD-2006'], reportedOn } },
  addActivityIds: { given: [ripe], body: { activityIds: [ACTIVITY], reportedOn } },
  takeBackActivityIds: {
    given: [recorded({ activityIds: [ACTIVITY] })],
    body: { activityIds: [ACTIVITY], reportedOn },
  },
  merge: { given: [ripe], body: { into: A_SECOND, reason, reportedOn }, on: { others: otherCommitments } },
  split: {
    given: [ripe],
    body: { into: [A_SECOND, A_THIRD], reason, reportedOn },
    on: { others: otherCommitments },
  },
  supersede: {
    given: [ripe],
    body: { supersededBy: A_SECOND, reason, reportedOn },
    on: { others: otherCommitments },
  },
  withdraw: { given: [ripe], body: { reason, reportedOn } },
  correct: { given: [ripe, attached], body: { says: { title: 'First draft' }, reason }, on: { revision: 1 } },
  retract: { given: [ripe, attached], body: { reason }, on: { revision: 1 } },
  blank: { given: [ripe, attached], body: { fields: ['/note'], reason }, on: { revision: 1 } },
};

/** given(…events).when(act, body, by, on).then(…events), .rejected(code) or .state(). */
export const given = (...history: readonly Happening[]) => {
  const specified = specification(commitment)(...eventsOf(...history));
  return {
    state: specified.state,
    when: <A extends ActName>(act: A, body: BodyOf<A>, by = secretariat, on: ContextChanges = {}) =>
      specified.when((c) => decide(act, c, body, by, { reference: REFERENCE, forms: formsAtHand, ...on })),
  };
};
