/**
 * Random acts on a few commitments, on few dates, so that ties, late reports and lost roles are frequent. The subject
 * of an act (a revision, the agency that was asked, the parts that another record takes over) is chosen when it is its
 * turn, of the state by then.
 */
import { type CommitmentAct } from '#acts';
import { plainToInstance } from 'class-transformer';
import fc from 'fast-check';
import { classOf } from '#bodies';
import { ACTS, asAt, type ActName, type Commitment, type CommitmentAsAt } from '#commitments';
import { type AgencyState, type EntryHistory, type Register } from '#registers';
import { FINDINGS, FORMER_LEAD, OUTLOOKS, RELATION_TYPES, ROLES, STAGES } from '#words';
import { agencies } from '../../libs/commitments/src/testing/a-commitment.js';
import { blank, dissolve, join, leave, merge, rename, retract } from '../../libs/registers/src/testing/an-entry.js';

/** An act that is tried; it may be refused. */
export interface Try {
  readonly reference: string;
  readonly act: ActName;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whose focal point acts; absent: the secretariat. */
  readonly by?: string;
  /** The agency that the act is about; absent: one is chosen. */
  readonly agency?: string;
  /** The choice among several: a number that is as good as any. */
  readonly pick: number;
}

/** One step of a history: a register is written, something becomes of an agency, or an act on a commitment is tried. */
export type Step = Try | { readonly register: Register; readonly entry: { code?: string; id?: string } } | Becoming;

/** The end of an agency. */
interface Becoming {
  readonly code: string;
  readonly becomes: 'rename' | 'merge' | 'dissolve' | 'join' | 'leave' | 'retract' | 'blank';
  readonly effective: string;
  readonly pick: number;
}

const enter = (register: Register, entry: { code?: string; id?: string }): Step => ({ register, entry });
const agency = (code: string, name = `Agency ${code}`, more: object = {}): Step =>
  enter('agency', { code, name, kind: 'igo', ...more } as never);
const theme = (code: string, framework: string, parent?: string): Step =>
  enter('theme', { code, framework, label: `Theme ${code}`, ...(parent && { parent }) } as never);
const forum = (id: string, parent?: string): Step =>
  enter('forum', { id, name: `Forum ${id}`, kind: 'meeting', ...(parent && { parent }) } as never);
const document = (id: string, reportedOn = '2006-12-31'): Step =>
  enter('document', { id, title: id, publisher: 'P', published: '2006', reportedOn } as never);
const outcome = (id: string, document: string, addressees: string[], forum?: string): Step =>
  enter('outcome', { id, document, locator: 'l', text: `Do ${id}`, addressees, ...(forum && { forum }) } as never);

export const AGENCIES = ['AAA', 'BBB', 'CCC', 'DDD'];
/** The bodies that agencies can be members of. */
export const BODY = 'GMG';

/** The beginning of every history. */
export const REGISTRATIONS: readonly Step[] = [
  ...AGENCIES.map((code) => agency(code)),
  theme('T-1', 'T'),
  theme('T-1.a', 'T', 'T-1'),
  theme('T-1.a.i', 'T', 'T-1.a'),
  theme('T-2', 'T'),
  theme('U-1', 'U'),
  forum('F-1'),
  forum('F-1-RT', 'F-1'),
  forum('F-2'),
  document('D-1'),
  document('D-2'),
  document('D-3', '2007-02-28'),
  outcome('R-1', 'D-1', ['AAA', 'Agency BBB'], 'F-1-RT'),
  outcome('R-2', 'D-2', ['Member States']),
  outcome('R-3', 'D-3', ['BBB'], 'F-2'),
  agency(BODY),
  agency('DDD', 'Agency DDD', { memberships: [{ body: BODY, from: '2006-11' }] }),
];

export const THEMES = ['T-1', 'T-1.a', 'T-1.a.i', 'T-2', 'U-1'];
export const FOLLOWED_UP = ['F-1', 'F-1-RT', 'F-2', 'R-1', 'R-2', 'R-3'];
export const ACTIVITIES = ['1', '2', '3'].map((n) => ({ scheme: 'iati', id: `XM-DAC-47066-${n}` }));
export const DOCUMENTS = ['D-1', 'D-2', 'D-3'];
export const REFERENCES = ['AAA-2006-01', 'BBB-2006-01', 'X-2006-01'];

/** Month ends and leap days, where months are hard to count. */
export const DATES = [
  '2006-02-28',
  '2006-11-20',
  '2006-11-21',
  '2007-01-31',
  '2007-02-28',
  '2007-03-01',
  '2008-02-28',
  '2008-02-29',
  '2008-03-31',
  '2009-02-28',
];
export const date = fc.constantFrom(...DATES);
/** Ends are late, so that most commitments live for a while. */
const lateDate = fc.constantFrom(...DATES.slice(3), ...DATES.slice(6), ...DATES.slice(8));
/** A date, and one on or after it. */
const twoDates = fc.tuple(date, date).map((both) => both.sort() as [string, string]);
const precision = fc.constantFrom(4, 7, 10);
const period = fc.tuple(date, precision).map(([on, length]) => on.slice(0, length));
const orNone = <T>(of: fc.Arbitrary<T>, freq?: number) => fc.option(of, { nil: undefined, freq });
const anAgency = fc.constantFrom(...AGENCIES);
const role = fc.constantFrom(...ROLES);
/** Any but the lead; partners are twice as many. */
const roleBeside = fc.constantFrom(...ROLES.slice(1).flatMap((one) => (one === 'partner' ? [one, one] : [one])));
const reason = fc.constantFrom('because', 'as we were told');
const outlook = fc.constantFrom(...OUTLOOKS);
const finding = fc.constantFrom(...FINDINGS);
const relationType = fc.constantFrom(...RELATION_TYPES);
const themes = fc.uniqueArray(fc.constantFrom(...THEMES), { minLength: 1, maxLength: 3 });
const target = fc.record({ date: period });
const formerLead = fc.constantFrom(...FORMER_LEAD);
const citation = fc.constantFrom(...DOCUMENTS.map((document) => ({ document, locator: 'l' })));
const citations = orNone(fc.array(citation, { minLength: 1, maxLength: 2 }), 2);
const sources = { citation: orNone(citation), citations };
const cited = { citation, citations };
const roleBesideLead = fc.record({ agency: anAgency, role: roleBeside });

/** A statement on a date about a period that begins before it. */
const dated = (field: string, said: Record<string, fc.Arbitrary<unknown>> = {}, dates = twoDates) =>
  fc
    .record({ dates, length: precision, said: fc.record(said) })
    .map(({ dates: [began, reportedOn], length, said: { next, ...said } }) => ({
      ...{ ...said, ...(next as object | undefined) },
      ...{ [field]: began.slice(0, length), reportedOn },
    }));

const stage = {
  stage: fc.constantFrom(...STAGES),
  citation: orNone(citation, 9),
  outlook: orNone(outlook, 2),
  next: orNone(
    fc.oneof(
      fc.record({ nextStep: fc.constant('printing'), nextStepDue: period }, { requiredKeys: ['nextStep'] }),
      fc.constant({ noNextStep: true }),
    ),
    2,
  ),
  note: orNone(fc.constant('because'), 9),
};

const list = (said: Record<string, fc.Arbitrary<unknown>>) =>
  orNone(fc.array(fc.record(said), { minLength: 1, maxLength: 3 }), 2);
const wording = {
  title: fc.constantFrom('Remittances handbook', 'Métis survey', 'Diaspora fund'),
  summary: fc.constantFrom('A handbook', 'A fund for the diaspora'),
  kind: fc.constantFrom('research', 'funding'),
  nature: fc.constantFrom('one_off', 'recurring', 'standing'),
  strength: fc.constantFrom('undertaken', 'offered'),
  condition: orNone(fc.constant('if funded')),
  agencies: fc
    .tuple(
      anAgency,
      fc.uniqueArray(roleBesideLead, { minLength: 1, maxLength: 4, size: 'max', selector: ({ agency }) => agency }),
    )
    .map(([lead, others]) => [
      { agency: lead, role: 'lead' },
      ...others.filter(({ agency, role }) => agency !== lead || role === 'host'),
    ]),
  themes,
  regions: fc.subarray(['africa', 'europe']),
  countries: fc.subarray(['SEN', 'CHE']),
  followsUp: fc.subarray(FOLLOWED_UP),
  activityIds: orNone(fc.subarray(ACTIVITIES, { minLength: 1 }), 4),
  target: orNone(target),
  milestones: list({ title: fc.constant('M'), due: orNone(period) }),
  evidence: list({ title: fc.constant('E') }),
  deliverables: list({ type: fc.constant('publication'), title: fc.constant('P') }),
  relations: orNone(
    fc.subarray(['F-1', 'F-2'], { minLength: 1 }).map((forums) => forums.map((to) => ({ type: 'prepares_for', to }))),
    2,
  ),
};
/** Most are recorded from an early paper. */
const firstDates = fc.tuple(fc.constantFrom(...DATES.slice(0, 6)), fc.constantFrom(...DATES.slice(0, 3), DATES[6]!));
const record = dated(
  'effective',
  { ...wording, ...stage, note: fc.constant('because') },
  firstDates.map((both) => both.sort() as [string, string]),
)
  .map((said) => said as Record<string, unknown>)
  .filter(({ nature, stage }) => nature !== 'standing' || stage !== 'completed')
  .map((said) => (said['stage'] === 'completed' ? { citation: { document: 'D-1', locator: 'l' }, ...said } : said));

// ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const pick = fc.nat(9_999);
const aReference = fc.constantFrom(...REFERENCES);
/** Mostly the secretariat, which may do all; an agency may do acts of its own. */
const actor = fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anAgency });
const secretariat = fc.constant(undefined);

const act = (act: ActName, body: fc.Arbitrary<object>, who: fc.Arbitrary<string | undefined> = actor) =>
  fc.record({ reference: aReference, act: fc.constant(act), body, by: who, pick }).map((step) => [step as Try]);
const datedBody = (said: Record<string, fc.Arbitrary<unknown>> = {}) => fc.record({ reportedOn: date, ...said });

/** An agency is named by another one, and answers. */
const asking = fc
  .record({
    reference: aReference,
    agency: anAgency,
    role: roleBeside,
    dates: twoDates,
    answer: fc.constantFrom('acceptRole', 'declineRole', null),
    pick,
  })
  .map(({ reference, agency, role, dates: [named, answered], answer, pick }): Try[] => [
    { reference, act: 'addAgency', body: { agency, role, reportedOn: named }, pick },
    ...answersOf(reference, answer, { reportedOn: answered }, pick, agency),
  ]);

/** An offer of the lead, and its answer: many take effect later. */
const transfer = fc
  .record({
    reference: aReference,
    offer: fc.record({
      to: anAgency,
      effective: fc.oneof(period, fc.constantFrom('2008-03', '2009', '2010-05')),
      formerLeadBecomes: orNone(formerLead),
      reason,
    }),
    dates: twoDates,
    answer: fc.constantFrom('acceptLead', 'acceptLead', 'acceptLead', 'declineLead', 'withdrawLeadOffer'),
    own: fc.boolean(),
    pick,
  })
  .map(({ reference, offer, dates: [offered, answered], answer, own, pick }): Try[] => [
    { reference, act: 'offerLead', body: { ...offer, reportedOn: offered }, pick },
    ...answersOf(reference, answer, { reportedOn: answered }, pick, own ? offer.to : undefined),
  ]);

/** The secretariat reads a part, and its agency replies. */
const reviewing = fc
  .record({
    reference: aReference,
    reading: fc.record({ verification: finding, reason, agency: orNone(anAgency, 2), ...cited }),
    reply: fc.record({ text: fc.constantFrom('We agree.', 'We do not.'), ...sources }),
    dates: twoDates,
    by: actor,
    pick,
  })
  .map(({ reference, reading, reply, dates: [read, replied], by, pick }): Try[] => [
    { reference, act: 'verify', body: { ...reading, reportedOn: read }, pick },
    { reference, act: 'reply', body: { ...reply, reportedOn: replied }, by, pick },
  ]);

const answersOf = (reference: string, act: string | null, body: object, pick: number, by?: string): Try[] =>
  act
    ? [
        {
          reference,
          act: act as ActName,
          body: /decline|withdraw/.test(act) ? { ...body, reason: 'because' } : { ...body },
          ...(act !== 'withdrawLeadOffer' && by && { by }),
          ...(act.endsWith('Role') && { agency: by }),
          pick,
        },
      ]
    : [];

/** The values that a correction may give to the fields of an event; those that the event has are chosen. */
const says = fc.record({
  ...{ ...wording, ...stage, evidence: fc.constant([{ title: 'E' }]), target: fc.option(target) },
  ...{ reportedOn: date, effective: period, agency: anAgency, role, formerLeadBecomes: formerLead, reason },
  ...{ date: fc.option(period), due: period, held: period, period, liftedOn: period, keptUp: fc.constant(true) },
  ...{ verification: finding, text: fc.constant('We differ.'), says: fc.constant('BBB'), type: relationType },
});

const ending = { reportedOn: lateDate, reason, ...sources };
const takeOver = orNone(fc.record({ agencies: fc.boolean(), themes: fc.boolean(), followsUp: fc.boolean() }), 5);

/** The acts, each by how much more often than others it is tried. */
const WEIGHTED_ACTS: [number, fc.Arbitrary<Try[]>][] = [
  [8, act('reportStage', dated('effective', stage))],
  [8, act('reportStage', dated('effective', { ...stage, agency: anAgency }))],
  [5, act('confirm', datedBody({ agency: orNone(anAgency), ...sources }))],
  [3, act('verify', datedBody({ verification: finding, reason, agency: orNone(anAgency, 2), ...cited }))],
  [4, reviewing],
  [2, act('reply', datedBody({ text: fc.constantFrom('We agree.', 'We do not.'), ...sources }))],
  [2, act('addAgency', datedBody({ agency: anAgency, role: roleBeside, ...sources }))],
  [5, asking],
  [2, act('acceptRole', datedBody(), secretariat)],
  [2, act('declineRole', datedBody({ reason }), secretariat)],
  [6, act('changeRole', datedBody({ role, formerLeadBecomes: orNone(formerLead), ...sources }))],
  [5, act('removeAgency', datedBody({ role: orNone(role, 2) }))],
  [6, transfer],
  [2, act('setThemes', datedBody({ themes, ...sources }))],
  [2, act('setTarget', datedBody({ date: fc.option(period) }))],
  [3, act('addMilestone', datedBody({ title: fc.constant('M'), due: orNone(period) }))],
  [3, act('reachMilestone', dated('reachedOn'))],
  [4, act('rescheduleMilestone', datedBody({ due: period }))],
  [3, act('dropMilestone', datedBody({ note: reason }))],
  [2, act('attachEvidence', datedBody({ title: fc.constant('E'), ...sources }))],
  [
    2,
    act(
      'amendWording',
      datedBody({
        title: orNone(fc.constantFrom('New title', 'Ñandú')),
        condition: orNone(fc.constant('if paid'), 2),
      }),
    ),
  ],
  [3, act('liftCondition', dated('liftedOn', { liftedBy: fc.constant('a grant') }))],
  [2, act('claim', datedBody({ about: fc.constant('host'), says: fc.constantFrom('AAA', 'BBB'), ...cited }))],
  [4, act('holdEdition', dated('held', { nextDue: orNone(fc.constantFrom('2010', '2011-06'), 2), ...sources }))],
  [4, act('reportUpkeep', dated('period', { keptUp: fc.boolean(), note: reason, ...sources }))],
  [3, act('relate', datedBody({ type: relationType, ...sources }))],
  [3, act('addFollowUp', datedBody({ followsUp: fc.subarray(FOLLOWED_UP, { minLength: 1 }), ...sources }))],
  [6, act('takeBackFollowUp', datedBody({ followsUp: fc.subarray(FOLLOWED_UP, { minLength: 1 }), ...sources }))],
  [3, act('addActivityIds', datedBody({ activityIds: fc.subarray(ACTIVITIES, { minLength: 1 }), ...sources }))],
  [3, act('takeBackActivityIds', datedBody({ activityIds: fc.subarray(ACTIVITIES, { minLength: 1 }), ...sources }))],
  [4, act('merge', fc.record({ ...ending, takeOver }), secretariat)],
  [3, act('split', fc.record(ending), secretariat)],
  [3, act('supersede', fc.record(ending), secretariat)],
  [2, act('withdraw', fc.record(ending))],
  [14, act('correct', fc.record({ reason, citation: orNone(citation), says }))],
  [6, act('retract', fc.record({ reason }))],
  [2, act('blank', fc.record({ reason }), secretariat)],
];
const anAct = fc.oneof(...WEIGHTED_ACTS.map(([weight, arbitrary]) => ({ weight, arbitrary })));

// ── The subject of an act ───────────────────────────────────────────────────────────────────────────────────────────

const REPORT_FIELDS = ['reportedOn', 'reportedOn', 'citation'];
/** The fields of events that are corrected, the more telling ones more often. */
const CORRECTED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Recorded: [
    ...REPORT_FIELDS,
    ...['title', 'kind', 'nature', 'condition', 'agencies', 'agencies', 'themes', 'countries', 'followsUp', 'target'],
    ...['evidence', 'relations', 'stage', 'effective', 'outlook', 'nextStep', 'nextStepDue', 'agency'],
  ],
  StageReported: [...REPORT_FIELDS, 'stage', 'effective', 'outlook', 'nextStep', 'nextStepDue', 'noNextStep', 'agency'],
  Confirmed: [...REPORT_FIELDS, 'agency'],
  Verified: [...REPORT_FIELDS, 'verification', 'reason'],
  Replied: [...REPORT_FIELDS, 'text'],
  AgencyAdded: [...REPORT_FIELDS, 'agency', 'role'],
  RoleChanged: [...REPORT_FIELDS, 'role', 'formerLeadBecomes'],
  ThemesSet: [...REPORT_FIELDS, 'themes'],
  TargetSet: [...REPORT_FIELDS, 'date'],
  WordingAmended: [...REPORT_FIELDS, 'title', 'condition'],
  MilestoneAdded: [...REPORT_FIELDS, 'due'],
  EditionHeld: [...REPORT_FIELDS, 'held'],
  UpkeepReported: [...REPORT_FIELDS, 'period'],
  Claimed: [...REPORT_FIELDS, 'says'],
  ConditionLifted: [...REPORT_FIELDS, 'liftedOn'],
  Related: [...REPORT_FIELDS, 'type'],
  FollowUpAdded: REPORT_FIELDS,
  FollowUpTakenBack: REPORT_FIELDS,
  ActivityIdsAdded: REPORT_FIELDS,
  ActivityIdsTakenBack: REPORT_FIELDS,
  RoleAccepted: REPORT_FIELDS,
  RoleDeclined: [...REPORT_FIELDS, 'reason'],
  AgencyRemoved: REPORT_FIELDS,
  EvidenceAttached: REPORT_FIELDS,
};
const END_EVENTS = ['Merged', 'SplitUp', 'Superseded', 'Withdrawn'];
/** The acts that are never taken back, or only now and then. */
const SELDOM_RETRACTED = [
  ...END_EVENTS,
  'TookOver',
  'LeadOffered',
  'LeadAccepted',
  'LeadDeclined',
  'LeadOfferWithdrawn',
];

const oneOf = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length];

/** The texts that a blanking may name. */
const textsIn = (data: object, at = ''): string[] =>
  Object.entries(data).flatMap(([key, value]) => {
    if (value && typeof value === 'object') return textsIn(value as object, `${at}/${key}`);
    return /^(title|summary|condition|note|reason|text|says|liftedBy)$/.test(key) ? [`${at}/${key}`] : [];
  });

type PartOfStep = (
  step: Try,
  c: Commitment,
  then: CommitmentAsAt | null,
) => Pick<CommitmentAct, 'agency' | 'milestone' | 'revision'> & { body?: object };

const besideTheLead: PartOfStep = ({ pick }, _c, then) => ({
  agency: oneOf(then?.agencies.slice(1) ?? [], pick)?.agency,
});
const whoWasAsked: PartOfStep = ({ pick }, _c, then) => ({
  agency: oneOf(then?.agencies.filter(({ asked }) => asked) ?? [], pick)?.agency,
});
const aMilestone: PartOfStep = ({ pick }, { milestones }) => ({ milestone: oneOf([...milestones], pick)?.number });

/** The parts that a merger leaves to the other record: of each list that it names, the entries there are. */
function leftBy(then: CommitmentAsAt | null, takeOver: Readonly<Record<string, boolean>> | undefined, pick: number) {
  if (!then || !takeOver) return {};
  const roles = then.agencies.map(({ agency, role }, i) => ({
    agency,
    role: role === 'lead' || pick % 3 === i ? ['co_lead', 'partner', 'funder'][pick % 3] : role,
  }));
  const left = {
    ...(takeOver['agencies'] && { agencies: roles.slice(pick % 2) }),
    ...(takeOver['themes'] && { themes: then.themes.slice(pick % 2) }),
    ...(takeOver['followsUp'] && { followsUp: then.followsUp.slice(pick % 2) }),
  };
  return { takeOver: left };
}

/** The subject of each act that is about a part of the commitment. */
const ABOUT_ACT: { readonly [A in ActName]?: PartOfStep } = {
  verify: ({ body, pick }, { entries }) => ({
    body: { ...body, ...(body['agency'] !== undefined && { agency: oneOf([...entries], pick)?.agency }) },
  }),
  reply: ({ body, pick }, { readings }) => {
    const { agency, reportedOn } =
      oneOf(
        [...readings.values()].flatMap((all) => [...all]).sort((a, b) => a.revision - b.revision),
        pick,
      ) ?? {};
    const on = [reportedOn ?? '', body['reportedOn'] as string].sort()[1];
    return { body: { ...body, agency, reportedOn: on } };
  },
  changeRole: besideTheLead,
  removeAgency: besideTheLead,
  acceptRole: whoWasAsked,
  declineRole: whoWasAsked,
  reachMilestone: aMilestone,
  rescheduleMilestone: aMilestone,
  dropMilestone: aMilestone,
  relate: ({ reference, body, pick }) => {
    const forums = body['type'] === 'prepares_for' ? ['F-1', 'F-2'] : [];
    return { body: { ...body, to: oneOf([...othersThan(reference), ...forums], pick) } };
  },
  merge: ({ reference, body: { takeOver, ...body }, pick }, _, then) => ({
    body: { ...body, into: oneOf(othersThan(reference), pick), ...leftBy(then, takeOver as never, pick) },
  }),
  split: ({ reference, body }) => ({ body: { ...body, into: othersThan(reference) } }),
  supersede: ({ reference, body, pick }) => ({ body: { ...body, supersededBy: oneOf(othersThan(reference), pick) } }),
  correct: ({ body, pick }, { said }) => {
    const known = said.filter(({ name }) => name in CORRECTED_FIELDS);
    const event = oneOf([...known.slice(0, 1), ...known], pick);
    const fields = CORRECTED_FIELDS[event?.name ?? 'Recorded']!;
    const chosen = [oneOf(fields, pick), ...(pick % 2 ? [oneOf(fields, pick >> 3)] : [])];
    const says = Object.entries(body['says'] as object).filter(([field]) => chosen.includes(field));
    return { revision: event?.revision, body: { ...body, says: Object.fromEntries(says) } };
  },
  retract: ({ body, pick }, { said, changes }) => {
    const known = said.filter(({ name }) => !SELDOM_RETRACTED.includes(name));
    const ends = said.filter(({ name }) => END_EVENTS.includes(name));
    const says = (changes.get(0)?.at(-1)?.says ?? said.at(0)?.data ?? {}) as Record<string, unknown>;
    const items = ['relations', 'evidence', 'milestones', 'deliverables'].flatMap((list) =>
      ((says[list] as unknown[] | null | undefined) ?? []).flatMap((item, i) => (item ? `/${list}/${i}` : [])),
    );
    const event = oneOf(pick % 3 === 0 && ends.length > 0 ? ends : known, pick >> 2);
    const item = pick % 3 === 1 || event?.name === 'Recorded' ? oneOf(items.slice(0, 3), pick >> 2) : undefined;
    return item ? { revision: 0, body: { ...body, item } } : { revision: event?.revision };
  },
  blank: ({ body, pick }, { said }) => {
    const event = oneOf([...said], pick);
    const texts = textsIn(event?.data ?? {});
    return { revision: event?.revision, body: { ...body, fields: texts.filter((_, i) => i % 2 === pick % 2) } };
  },
};

const othersThan = (reference: string): string[] => REFERENCES.filter((other) => other !== reference);

/** The act that a step means for a commitment as it stands. */
export function meant(step: Try, c: Commitment): CommitmentAct {
  const then = asAt(c, (step.body['reportedOn'] as string | undefined) ?? '9999-12-31');
  const { body, ...about } = { body: step.body, ...ABOUT_ACT[step.act]?.(step, c, then) };
  return {
    act: step.act,
    body: plainToInstance(classOf(ACTS[step.act].body) as never, body),
    ...about,
    ...(step.agency && { agency: step.agency }),
  } as CommitmentAct;
}

// ── Histories ───────────────────────────────────────────────────────────────────────────────────────────────────────

const amended = fc.constantFrom(
  theme('T-1.a', 'T', 'T-2'),
  theme('T-1.a', 'T'),
  forum('F-1-RT', 'F-2'),
  agency('AAA', 'Agency A', { succeededBy: 'BBB' }),
  agency('BBB', 'Agency B', { succeededBy: 'DDD' }),
  agency('BBB', 'Agency B'),
  agency('CCC', 'Agency CCC', { memberships: [{ body: BODY, from: '2006', to: '2007-01' }] }),
  outcome('R-1', 'D-1', ['CCC'], 'F-2'),
  document('D-2', '2007-01-31'),
);
const becomingCase: fc.Arbitrary<Becoming> = fc.record({
  code: fc.constantFrom('AAA', 'BBB', 'CCC'),
  becomes: fc.constantFrom(
    ...(['rename', 'rename', 'merge', 'merge', 'dissolve', 'dissolve', 'retract', 'blank'] as const),
    ...(['join', 'join', 'join', 'leave', 'leave'] as const),
  ),
  effective: period,
  pick,
});

/** The end of an agency. Successors lead from A to D, so that none comes back. */
export function becoming({ code, becomes, effective, pick }: Becoming): (state: AgencyState & EntryHistory) => never[] {
  const today = '2012-11-02';
  const successors = AGENCIES.filter((other) => other > code);
  const ended = { effective, reason: 'because' };
  const decisions = {
    rename: () => rename({ effective, name: pick % 2 ? 'Renamed' : 'Renamed again' }, today),
    merge: () => merge({ ...ended, into: oneOf(successors, pick)! }, today),
    dissolve: () => dissolve({ ...ended, succeededBy: pick % 2 ? oneOf(successors, pick >> 1) : undefined }, today),
    join: () => join({ body: BODY, from: effective, ...(pick % 3 === 0 && { to: '2008-02' }) }, today),
    leave: () => leave({ body: BODY, to: effective }, today),
    retract: ({ said }: EntryHistory) => {
      const dated = said.filter(({ name }) => /^(Renamed|Merged|Dissolved|Joined|Left)$/.test(name));
      return retract({ revision: oneOf(dated, pick)?.revision ?? 0, reason: 'because' }, today);
    },
    blank: ({ said }: EntryHistory) => {
      const named = said.filter(({ data }) => 'name' in data);
      return blank('agency', oneOf(named, pick)!.revision, { reason: 'because', fields: ['/name'] });
    },
  };
  return (state) => decisions[becomes](state)(state) as never[];
}
/** Something is entered anew in a register, or becomes of an agency. */
export const amendment: fc.Arbitrary<Step[]> = fc.oneof(amended, becomingCase).map((step) => [step]);

const FUND_BODY = {
  ...{ title: 'Diaspora fund', summary: 'A fund for the diaspora', kind: 'funding', nature: 'recurring' },
  ...{ strength: 'undertaken', themes: ['T-1'], stage: 'planned', effective: '2006', reportedOn: '2006-11-20' },
};
/** An act on the n-th commitment. */
const tried = (nth: number, act: ActName, body: Try['body'], more: Partial<Try> = {}): Try => ({
  ...{ reference: REFERENCES[nth]!, act, body, pick: 0 },
  ...more,
});
/** A history of steps that seldom come at random. */
export const EXAMPLE: Step[] = [
  ...REGISTRATIONS,
  { code: 'AAA', becomes: 'join', effective: '2006', pick: 1 },
  { code: 'CCC', becomes: 'join', effective: '2006', pick: 3 },
  { code: 'BBB', becomes: 'join', effective: '2007-03', pick: 1 },
  ...[
    agencies('AAA lead', 'CCC partner'),
    agencies('BBB lead', 'CCC co_lead'),
    agencies('AAA lead', 'BBB observer'),
  ].map((agencies, nth) =>
    tried(nth, 'record', { ...FUND_BODY, agencies, relations: [{ type: 'prepares_for', to: 'F-1' }] }),
  ),
  // The lead moves a year after it was accepted, to an agency that says nothing; a partner has said more than the lead before.
  tried(0, 'reportStage', { stage: 'in_progress', effective: '2007', reportedOn: '2007-01-31', agency: 'CCC' }),
  tried(0, 'offerLead', { to: 'DDD', effective: '2008-03', reportedOn: '2007-02-28', reason: 'because' }),
  tried(0, 'acceptLead', { reportedOn: '2007-02-28' }, { by: 'DDD' }),
  // The role that is left to it would make its partner a co-lead.
  tried(1, 'merge', { reportedOn: '2007-03-01', reason: 'because', takeOver: { agencies: true } }),
  // Here the lead is accepted long after the day for which it was offered.
  tried(2, 'offerLead', { to: 'CCC', effective: '2006-11-21', reportedOn: '2006-11-21', reason: 'because' }),
  tried(2, 'acceptLead', { reportedOn: '2007-03-01' }),
  tried(2, 'retract', { reason: 'because' }, { pick: 4 }),
  // And the later one of its editions is told of first.
  tried(2, 'holdEdition', { held: '2007-01', reportedOn: '2007-01-31' }),
  tried(2, 'holdEdition', { held: '2006', reportedOn: '2007-02-28' }),
  { code: 'AAA', becomes: 'rename', effective: '2008', pick: 0 },
  { code: 'AAA', becomes: 'merge', effective: '2009', pick: 0 },
  { code: 'BBB', becomes: 'merge', effective: '2009', pick: 0 },
];

/** The registers, the commitments, and then their acts. */
export const histories: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.tuple(record, record, record),
    fc.array(
      // A step may be empty, too: so a history that shows a fault shrinks to the steps that it needs.
      fc.option(fc.oneof({ weight: 16, arbitrary: anAct }, { weight: 1, arbitrary: amendment }), { nil: [], freq: 99 }),
      { minLength: 35, maxLength: 70, size: 'max' },
    ),
  )
  .map(([records, steps]) => [
    ...REGISTRATIONS,
    ...records.map((body, nth) => tried(nth, 'record', body)),
    ...steps.flat(),
  ]);
