import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, fold, Rejected } from '#eventsourcing';
import {
  asAt,
  commitment,
  linksOf,
  refold,
  turningPoints,
  type ActorOnDay,
  type Commitment,
  type CommitmentEvent,
  type DecisionContext,
} from './commitment.js';
import { ENDS, inFewWords, isEnd, Model, type PartOfCommitment, type Says } from './testing/commitment-model.js';
import { A_THIRD, ACTIVITY, stateAfter, agencies, ledBy, A_SECOND, recorded, SCENES } from './testing/a-commitment.js';
import { forms, type CommitmentAsAt } from '#bodies';
import { ACTS, type ActName } from './acts.js';
import { allowedActs, decide } from './deciding.js';
import { RELATION_TYPES, ROLES, STAGES } from '#words';
import { runs } from '../../../test/support/properties.js';

const AGENCIES = ['AAA', 'BBB', 'CCC', 'DDD'] as const;
const REFERENCES = ['AAA-2006-01', 'BBB-2006-01', 'CCC-2006-01'] as const;
const NATURES = ['one_off', 'recurring', 'standing'] as const;
const ROLES_BESIDE_LEAD = ['co_lead', 'partner', 'observer', 'funder'] as const;
const THEMES = ['T-1', 'T-2'];
/** Few, so that much is reported on one day; the last is to come when a history begins. */
const DAYS = ['2006-11-21', '2007-03-01', '2007-03-02', '2008-06-01', '2009-07-01'];
const TODAYS = ['2008-12-31', '2009-12-31'];
const LOOKED_AT = [...DAYS, '2010-06-01'];
const CITATION = { document: 'D-1', locator: 'p. 1' };

// ── Random acts ─────────────────────────────────────────────────────────────────────────────────────────────────────

type FurtherAct = Exclude<ActName, 'record'>;

/** By whom an act is tried, when, and numbers that choose its content from the present state when it is its turn. */
interface Try {
  readonly reference: number;
  readonly by: number;
  readonly day: number;
  readonly picks: readonly number[];
}

/** Tried more often than others, as they need something before them, or change much. Others are tried as often with more acts. */
const WEIGHTS: { readonly [A in ActName]?: number } = {
  ...{ correct: 9, reply: 6, retract: 5, reportStage: 4, merge: 4 },
  ...{ addAgency: 3, changeRole: 3, removeAgency: 3, acceptRole: 3, declineRole: 3, offerLead: 3 },
  ...{ verify: 3, relate: 3, attachEvidence: 2, holdEdition: 2, reportUpkeep: 2, addMilestone: 2, reachMilestone: 2 },
  ...{ liftCondition: 2, amendWording: 2, takeBackFollowUp: 2, takeBackActivityIds: 3 },
  ...{ acceptLead: 4, declineLead: 2, withdrawLeadOffer: 2, supersede: 3, split: 3, withdraw: 2 },
};
const acts = (Object.keys(ACTS) as ActName[]).filter((act): act is FurtherAct => act !== 'record');
/** Each act as often as its weight. A history draws from these, so it grows with the acts, and none is tried more rarely. */
const DRAWN_FROM = acts.flatMap((act) => Array<FurtherAct>(WEIGHTS[act] ?? 1).fill(act));
const [FEWEST_ACTS, MOST_ACTS] = [0.5, 0.9].map((share) => Math.round(share * DRAWN_FROM.length)) as [number, number];
const tries = fc.record<Try>({
  reference: fc.constantFrom(0, 0, 1, 2),
  by: fc.nat(99),
  day: fc.nat(99),
  picks: fc.array(fc.nat(999), { minLength: 5, maxLength: 5 }),
});
const history = fc.record({
  records: fc.tuple(...REFERENCES.map(() => fc.array(fc.nat(999), { minLength: 7, maxLength: 7 }))),
  acts: fc.shuffledSubarray(DRAWN_FROM, { minLength: FEWEST_ACTS, maxLength: MOST_ACTS }),
  tries: fc.array(tries, { minLength: MOST_ACTS, maxLength: MOST_ACTS }),
});

const oneOf = <T>(all: readonly T[], pick = 0): T => all[pick % all.length]!;
/** In one of so many cases. */
const rarely = <T>(cases: number, pick = 0, value: T): T | undefined => (pick % cases === 0 ? value : undefined);

const recording = (i: number, picks: readonly number[]): Says => {
  const [one = 0, two = 0, three = 0, four = 0, five = 0, six = 0, seven = 0] = picks;
  const others = AGENCIES.filter((agency) => agency !== AGENCIES[i]);
  return {
    ...(recorded().data as unknown as Says),
    nature: NATURES[i],
    agencies: agencies(
      `${AGENCIES[i]!} lead`,
      `${oneOf(others, one)} ${oneOf(ROLES_BESIDE_LEAD, two)}`,
      ...(one % 2 ? [`${oneOf(others, one + 1)} ${oneOf(ROLES_BESIDE_LEAD, three)}` as const] : []),
    ),
    agency: five % 4 ? undefined : oneOf([...others, AGENCIES[i]!], one),
    themes: ['T-1'],
    followsUp: rarely(2, four, ['F-1']) ?? [],
    activityIds: rarely(2, five, [{ scheme: 'iati', id: 'XM-DAC-47066-1' }]),
    citation: rarely(2, three, CITATION),
    condition: four % 3 ? 'if funded' : undefined,
    milestones: five % 2 ? [{ title: 'M' }, { title: 'N' }] : undefined,
    evidence: rarely(3, five, [{ title: 'E' }]),
    relations: rarely(3, six, [{ type: oneOf(RELATION_TYPES, six >> 2), to: oneOf(REFERENCES, i + 1) }]),
    stage: oneOf(['planned', 'planned', ...STAGES], seven),
    effective: '2006',
    reportedOn: oneOf(DAYS.slice(0, 3), seven),
    note: 'As told',
  };
};

/** Mostly possible acts: an act that answers another is done when there is one to answer, else that other one. */
function timely(act: FurtherAct, pick: number, model: Model, today: string): FurtherAct {
  if (pick % 5 === 0) return act;
  const offered = model.offer(today) !== undefined;
  const asked = [...model.roles(today).held.values()].some((roles) => [...roles.values()].some((isAsked) => isAsked));
  const answers: readonly FurtherAct[] = [
    'acceptLead',
    'acceptLead',
    'declineLead',
    'declineLead',
    'withdrawLeadOffer',
  ];
  if (act === 'offerLead' && offered) return oneOf(answers, pick);
  if (answers.includes(act) && !offered) return 'offerLead';
  if (/^(accept|decline)Role$/.test(act) && !asked) return 'addAgency';
  if (act === 'reply' && !model.lines.some((line) => line.act === 'verify')) return 'verify';
  if (/^(reach|reschedule|drop)Milestone$/.test(act) && model.numbers.length === 0) return 'addMilestone';
  if (act === 'takeBackFollowUp' && model.followsUp(today).length === 0) return 'addFollowUp';
  if (act === 'takeBackActivityIds' && model.activities(today).length === 0) return 'addActivityIds';
  if (act === 'liftCondition' && !model.record?.condition) return 'amendWording';
  if (isEnd(act) && today === TODAYS[0]) return 'reportStage';
  if (act === 'holdEdition' && model.record?.nature === 'standing') return 'reportUpkeep';
  if (act === 'reportUpkeep' && model.record?.nature === 'recurring') return 'holdEdition';
  return act;
}

interface Attempt {
  readonly act: FurtherAct;
  readonly body: Says;
  readonly by: ActorOnDay;
  readonly on: PartOfCommitment;
}

/** An attempt, given the present state. An act without a body does not compile. */
function choose(wanted: FurtherAct, { by: who, day, picks }: Try, model: Model, today: string): Attempt {
  const act = timely(wanted, picks[4]!, model, today);
  const [one = 0, two = 0, three = 0, four = 0, five = 0] = picks;
  const { held, lead } = model.roles(today);
  const agency = oneOf(AGENCIES, one);
  const asked = [...held].flatMap(([code, roles]) => ([...roles.values()].some((is) => is) ? code : []));
  const byItself = act === 'acceptRole' || act === 'declineRole';
  const present =
    byItself && asked.length > 0 ? asked : [...held].flatMap(([code, { size }]) => (size > 0 ? code : []));
  const onAgency = two % 7 ? oneOf(present, one) : agency;
  const others = REFERENCES.filter((other) => other !== model.reference && model.world.get(other)!.length > 0);
  const offeredTo = model.offer(today)?.says.to as string | undefined;
  const any = one % 7 ? oneOf(model.lines, one).revision : one % (model.length + 1);
  const revision = act === 'correct' && four % 3 === 0 ? 0 : any;
  const line = model.lines.find((other) => other.revision === revision);
  const likely = (): string | null => {
    if (who % 4 === 0 || act === 'verify' || act === 'blank' || isEnd(act)) return null;
    if (act === 'acceptLead' || act === 'declineLead') return offeredTo ?? agency;
    if (act === 'correct' || act === 'retract') return line?.by ?? line?.reporter ?? null;
    if (act === 'reply')
      return (model.lines.findLast((read) => read.act === 'verify')?.says.agency ?? agency) as string;
    return byItself || act === 'reportStage' || act === 'confirm' ? onAgency : lead;
  };
  const speaks = who % 5 ? likely() : oneOf([null, ...AGENCIES], Math.floor(who / 5));
  const by: ActorOnDay = { role: speaks === null ? 'secretariat' : 'focal_point', agency: speaks, today };
  const reportedOn = oneOf([...DAYS.filter((one) => one <= today), ...DAYS.slice(1, 4), ...(day % 9 ? [] : DAYS)], day);
  const citation = two % 3 ? CITATION : undefined;
  const note = rarely(3, three, 'A word');
  const reason = 'A reason';
  const role = oneOf([...ROLES, 'lead'] as const, two);
  const milestone = { milestone: 1 + (one % (model.numbers.length + 1)) };
  const period = oneOf(['2006', '2006-11', '2007-03-01', '2008'], four);
  const told = { reportedOn, ...(citation && { citation }), ...(note && { note }) };
  const because = { reason, reportedOn, ...(citation && { citation }) };
  const to = three % 11 && others.length > 0 ? oneOf(others, three) : oneOf([...REFERENCES, 'X-2006-01'], three);
  const reporter = { agency: speaks ? undefined : rarely(2, five, onAgency) };
  const evidence = rarely(2, five, [{ title: 'E' }]);
  const formerLeadBecomes = (pick: number) => rarely(2, five, oneOf(['none', 'co_lead'], pick));
  const saying = (body: Says, on: PartOfCommitment = {}): Attempt => ({ act, body, by, on });
  switch (act) {
    case 'reportStage': {
      const stage = oneOf([...STAGES, 'completed'] as const, two);
      const proof = stage === 'completed' && five % 2 ? { citation: undefined } : {};
      return saying({ ...told, ...proof, ...reporter, stage, effective: period });
    }
    case 'confirm':
      return saying({ ...told, ...reporter });
    case 'verify': {
      const verification = oneOf(['no_evidence', 'documented', 'corroborated', 'contested'], three);
      return saying({ ...because, verification, agency: rarely(3, five, agency) });
    }
    case 'reply':
      return saying({ reportedOn, text: 'A reply', agency: rarely(4, five, agency) });
    case 'addAgency':
      return saying({ ...told, agency, role: oneOf([...ROLES_BESIDE_LEAD, ...ROLES], three) });
    case 'changeRole':
      return saying(
        { ...told, role, from: rarely(4, five, oneOf(ROLES, four)), formerLeadBecomes: formerLeadBecomes(four) },
        { agency: onAgency },
      );
    case 'removeAgency':
      return saying({ ...told, role: rarely(2, five, role) }, { agency: onAgency });
    case 'acceptRole':
    case 'declineRole':
      return saying({ ...(act === 'acceptRole' ? told : because), role: rarely(5, five, role) }, { agency: onAgency });
    case 'offerLead':
      return saying({
        ...{ ...because, to: agency, formerLeadBecomes: formerLeadBecomes(three) },
        effective: oneOf(['2007', '2008-06', '2009-07', '2010'], four),
      });
    case 'acceptLead':
      return saying(told);
    case 'declineLead':
    case 'withdrawLeadOffer':
    case 'withdraw':
      return saying(because);
    case 'setThemes':
      return saying({ ...told, themes: [oneOf(THEMES, one)] });
    case 'setTarget':
      return saying({ ...told, date: one % 3 ? oneOf(['2008', '2009-06'], one) : null });
    case 'addMilestone':
      return saying({ ...told, title: 'P' });
    case 'reachMilestone':
      return saying({ ...told, reachedOn: rarely(2, five, period) }, milestone);
    case 'rescheduleMilestone':
      return saying({ ...told, due: '2010' }, milestone);
    case 'dropMilestone':
      return saying({ reportedOn, note: 'A word' }, milestone);
    case 'attachEvidence':
      return saying({ ...told, title: 'E' });
    case 'amendWording':
      return saying({ ...told, title: 'T', condition: rarely(2, one, 'if they agree') });
    case 'liftCondition':
      return saying({ ...told, liftedOn: period, liftedBy: 'A grant' });
    case 'claim':
      return saying({ ...told, about: 'organiser', says: 'AAA' as never });
    case 'holdEdition':
      return saying({ ...told, held: period, evidence });
    case 'reportUpkeep':
      return saying({ ...told, period, keptUp: one % 3 > 0, evidence });
    case 'relate':
      return saying({ ...told, type: oneOf(RELATION_TYPES, two), to });
    case 'addFollowUp':
    case 'takeBackFollowUp':
      return saying({ ...told, followsUp: one % 4 ? [oneOf(['F-1', 'F-2'], two)] : ['F-1', 'F-2'] });
    case 'addActivityIds':
    case 'takeBackActivityIds': {
      const named = ['1', '2'].map((n) => ({ scheme: 'iati', id: `XM-DAC-47066-${n}` }) as const);
      return saying({ ...told, activityIds: one % 4 ? [oneOf(named, two)] : named });
    }
    case 'merge': {
      const agencies = [{ agency: oneOf(present, one), role: oneOf(ROLES_BESIDE_LEAD, two) }];
      const takeOver = { agencies, themes: ['T-1'], followsUp: rarely(2, four, ['F-1']) };
      return saying({ ...because, into: to, takeOver: five % 4 ? takeOver : undefined });
    }
    case 'split':
      return saying({ ...because, into: three % 5 ? others : [to, 'X-2006-01'] });
    case 'supersede':
      return saying({ ...because, supersededBy: to });
    case 'correct':
      return saying({ reason, says: correcting(line?.act as ActName, picks) }, { revision });
    case 'retract': {
      const items = ['/evidence/0', '/milestones/1', '/relations/0'];
      return saying({ reason, item: revision === 0 && two % 4 ? oneOf(items, three) : undefined }, { revision });
    }
    case 'blank': {
      const said = ['/note', '/reason', '/title', '/text'].find((field) => line?.said[field.slice(1)]);
      return saying({ reason, fields: [two % 3 === 0 ? '/note' : (said ?? '/note')] }, { revision });
    }
    default:
      return act satisfies never;
  }
}

/** The corrections that are possible of an act. */
function correcting(act: ActName | undefined, [, two = 0, three = 0, four = 0, five = 0]: readonly number[]): Says {
  const word = { reply: { text: 'Another' }, verify: { reason: 'Another' }, declineRole: { reason: 'Another' } }[
    act as string
  ] ?? { note: 'Another' };
  const agency = oneOf(AGENCIES, three);
  const period = oneOf(['2006', '2007-03-01', '2008'], three);
  const cited = { citation: three % 2 ? null : CITATION };
  const menus: { readonly [A in ActName]?: readonly Says[] } = {
    record: [
      { nature: 'standing' },
      { nature: oneOf(NATURES, three) },
      { stage: oneOf(STAGES, three) },
      { agencies: agencies(`${agency} lead`, `${oneOf(AGENCIES, three + 1)} ${oneOf(ROLES_BESIDE_LEAD, four)}`) },
      { evidence: three % 2 ? null : [{ title: 'F' }] },
      { relations: [{ type: oneOf(RELATION_TYPES, four), to: oneOf(REFERENCES, three) }] },
      { condition: 'if all agree' },
      { agency },
    ],
    reportStage: [{ stage: oneOf(STAGES, three) }, { effective: period }, { agency }, cited],
    confirm: [{ agency }],
    verify: [{ verification: 'documented' }, { agency }, { citation: CITATION }],
    reply: [{ agency }, { citation: CITATION }],
    addAgency: [{ role: oneOf(ROLES, three) }, { agency }, { citation: CITATION }],
    changeRole: [{ role: oneOf(ROLES, three) }, { from: oneOf(ROLES, three) }, { citation: CITATION }],
    removeAgency: [{ role: oneOf(ROLES, three) }],
    acceptRole: [{ role: oneOf(ROLES, three) }],
    declineRole: [{ role: oneOf(ROLES, three) }],
    setThemes: [{ themes: THEMES }],
    setTarget: [{ date: null }, { date: '2012' }],
    reachMilestone: [{ reachedOn: period }],
    amendWording: [{ condition: 'if nobody minds' }],
    liftCondition: [{ liftedOn: period }],
    claim: [cited],
    holdEdition: [{ held: period }, { evidence: null }],
    reportUpkeep: [{ keptUp: false }, { evidence: null }, { period }],
    addFollowUp: [{ followsUp: ['F-2'] }],
    takeBackFollowUp: [{ followsUp: ['F-1'] }],
    addActivityIds: [{ activityIds: [{ scheme: 'iati', id: 'XM-DAC-47066-2' }] }],
    takeBackActivityIds: [{ activityIds: [{ scheme: 'iati', id: 'XM-DAC-47066-1' }] }],
    relate: [{ to: oneOf(REFERENCES, three) }, { type: oneOf(RELATION_TYPES, three) }],
  };
  const own = oneOf<Says>([...(menus[act!] ?? []), {}], two);
  const more = four % 3 === 0 ? { reportedOn: oneOf(DAYS, five) } : {};
  return { ...own, ...more, ...(five % 3 === 0 || Object.keys({ ...own, ...more }).length === 0 ? word : {}) };
}

// ── A history, in the aggregate and beside it ───────────────────────────────────────────────────────────────────────

interface Happened {
  readonly event: CommitmentEvent & { readonly by: Pick<ActorOnDay, 'role' | 'agency'> };
  /** Its state by then. */
  readonly state: Commitment;
}

function decidedOrRejected(act: ActName, state: Commitment, body: Says, by: ActorOnDay, on: DecisionContext) {
  try {
    return decide(act, state, body as never, by, on);
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

class World {
  readonly states = new Map<string, Commitment>();
  readonly models = new Map<string, Model>();
  readonly log = new Map<string, Happened[]>();

  constructor() {
    for (const reference of REFERENCES) {
      this.states.set(reference, commitment.initial);
      this.models.set(reference, new Model(reference, this.models));
      this.log.set(reference, []);
    }
  }

  /** Decides an act in both; reports the result. */
  does(act: ActName, reference: string, body: Says, by: ActorOnDay, about: PartOfCommitment): string {
    const [state, model] = [this.states.get(reference)!, this.models.get(reference)!];
    const recordedOthers = [...this.states].filter(([other, { recorded }]) => other !== reference && recorded);
    const on: DecisionContext = { reference, forms, ...about, others: new Map(recordedOthers) };
    const said = JSON.parse(JSON.stringify(body)) as Says;
    const reasons = model.whoAndWhen(act, said, by, about);
    if (reasons.length === 0) reasons.push(...model.matter(act, said, by, about));
    const told = `${act} ${JSON.stringify({ ...said, on: about, by: by.agency })} of ${reference} at ${model.length}`;

    const before = JSON.stringify(state);
    const events = decidedOrRejected(act, state, body, by, on);
    if (JSON.stringify(state) !== before) throw new Error(`${told}: to decide changed the state`);
    const outcome = events instanceof Rejected ? events.code : 'taken';
    if (events instanceof Rejected || reasons.length > 0) {
      if (!reasons.includes(outcome))
        throw new Error(`${told}: ${outcome}, but expected ${reasons.join(' or ') || 'to be taken'}`);
      return outcome;
    }
    const end = act === 'retract' ? model.lines.find(({ revision }) => revision === about.revision) : undefined;
    model.take(act, said, by, about, events.length);
    this.record(reference, events, by);
    this.follows(reference, act, events[0]!.data, end?.act);
    for (const one of [reference, ...this.states.keys()].slice(0, isEnd(act) || end ? 4 : 1))
      for (const day of LOOKED_AT)
        try {
          expectSame(inFewWords(asAt(this.states.get(one)!, day)), this.models.get(one)!.shown(day));
        } catch (error) {
          throw new Error(`After ${told}, ${one} on ${day}: ${(error as Error).message}`, { cause: error });
        }
    return outcome;
  }

  private record(reference: string, events: readonly CommitmentEvent[], by: Pick<ActorOnDay, 'role' | 'agency'>): void {
    const log = this.log.get(reference)!;
    for (const event of events) {
      const state = fold(commitment, this.states.get(reference)!, [event], log.length - 1, by);
      this.states.set(reference, state);
      log.push({ event: { ...event, by: { role: by.role, agency: by.agency } }, state });
    }
  }

  /** The consequences of an end, or of its retraction, in the others. */
  private follows(reference: string, act: ActName, data: object, was?: string): void {
    const { into, supersededBy, takeOver, reason, reportedOn } = data as Says;
    const secretariat = { role: 'secretariat', agency: null } as const;
    if (isEnd(act))
      for (const to of [into ?? supersededBy ?? []].flat()) {
        const took = { from: reference, how: ENDS[act], reason: reason!, reportedOn: reportedOn! };
        this.record(to, [{ name: 'TookOver', data: { ...took, ...takeOver } }], secretariat);
        this.models.get(to)!.tookOver(reference, { reason, reportedOn, takeOver });
      }
    if (was && isEnd(was))
      for (const [to, { tookOver }] of this.states)
        for (const { from, revision } of tookOver)
          if (from === reference) {
            this.record(to, [{ name: 'Retracted', data: { revision, reason: reason! } }], secretariat);
            this.models.get(to)!.gaveBack(reference);
          }
  }
}

/** The result of every act of all histories. */
const outcomes = new Map<string, Map<string, number>>();

interface Life {
  readonly records: readonly (readonly number[])[];
  readonly acts: readonly FurtherAct[];
  readonly tries: readonly Try[];
}

function live({ records, acts, tries }: Life): World {
  const world = new World();
  const counts = (act: string, outcome: string) => {
    const of = outcomes.get(act) ?? outcomes.set(act, new Map()).get(act)!;
    of.set(outcome, (of.get(outcome) ?? 0) + 1);
  };
  records.forEach((picks, i) => {
    const by: ActorOnDay =
      picks[0]! % 3
        ? { role: 'secretariat', agency: null, today: TODAYS[0]! }
        : { role: 'focal_point', agency: AGENCIES[i]!, today: TODAYS[0]! };
    counts('record', world.does('record', REFERENCES[i]!, recording(i, picks), by, {}));
  });
  acts.forEach((wanted, i) => {
    const tried = tries[i]!;
    const reference = REFERENCES[tried.reference]!;
    const model = world.models.get(reference)!;
    if (model.length === 0) return;
    const { act, body, by, on } = choose(wanted, tried, model, TODAYS[i < acts.length / 2 ? 0 : 1]!);
    counts(act, world.does(act, reference, body, by, on));
  });
  return world;
}

// ── Properties of all of them ───────────────────────────────────────────────────────────────────────────────────────

function expectSound(world: World): void {
  for (const [reference, state] of world.states) {
    for (const day of turningPoints(state)) {
      const view = asAt(state, day);
      if (!view) continue;
      const agencies = [...new Set(view.agencies.map(({ agency }) => agency))];
      const roles = (agency: string) => view.agencies.flatMap((a) => (a.agency === agency ? [a.role as string] : []));
      expect(view.agencies.filter(({ role }) => role === 'lead')).toHaveLength(1);
      for (const agency of agencies) {
        expect(roles(agency).filter((role) => /^(lead|co_lead|partner)$/.test(role)).length).toBeLessThanOrEqual(1);
        expect(new Set(roles(agency)).size).toBe(roles(agency).length);
      }
      if (view.nature === 'standing')
        expect(view.entries.map(({ stage }) => stage as string)).not.toContain('completed');
    }
    const proofs = [
      ...state.evidence,
      ...[...state.editions.all, ...state.upkeep.all].flatMap(({ evidence }) => evidence),
    ];
    for (const { stage, citation } of state.entries)
      if (stage === 'completed' && proofs.length === 0) expect(citation).toBeTruthy();
    for (const kind of ['end', ...RELATION_TYPES.filter((type) => type !== 'same_as')]) {
      const reached = new Set(linksOf(state, kind));
      for (const next of reached)
        for (const further of linksOf(world.states.get(next) ?? commitment.initial, kind)) reached.add(further);
      expect(reached.has(reference)).toBe(false);
    }
    for (const to of linksOf(state, 'same_as'))
      expect(linksOf(world.states.get(to) ?? commitment.initial, 'same_as')).not.toContain(reference);
  }
}

/** The codes of refusals by caller, time or subject; all others are about the body. */
const WHO_OR_WHEN = [
  ...['follows_up_nothing', 'has_no_activity_id'],
  ...['forbidden', 'not_found', 'not_active', 'not_asked', 'not_correctable', 'already_retracted', 'record_stays'],
  ...['no_lead_offer', 'lead_is_on_offer', 'lead_is_moving', 'milestone_dropped', 'milestone_reached', 'one_lead'],
  ...['not_recurring', 'not_standing', 'no_condition', 'condition_lifted', 'nothing_to_reply_to', 'already_recorded'],
];

/** The least body of an act today, for its subject. */
function leastBody(
  act: ActName,
  { said }: Commitment,
  now: CommitmentAsAt,
  by: ActorOnDay,
  on: PartOfCommitment,
): Says {
  const about = said.find(({ revision }) => revision === on.revision);
  const roles = now.agencies.filter(({ agency, role }) => agency === on.agency && role !== 'lead');
  const word = { Verified: 'reason', RoleDeclined: 'reason', Replied: 'text' }[about?.name as string] ?? 'note';
  const read = now.parts.find(({ verification }) => verification)?.agency;
  const least: { readonly [A in ActName]?: Says } = {
    changeRole: { from: roles[0]?.role },
    removeAgency: { role: roles[0]?.role ?? null },
    declineRole: { role: roles.find(({ asked }) => asked)?.role },
    offerLead: { to: AGENCIES.find((agency) => agency !== now.agencies[0]!.agency) },
    reply: { agency: by.agency ?? read },
    takeBackFollowUp: { followsUp: now.followsUp.length > 0 ? now.followsUp.slice(0, 1) : ['F-1'] },
    takeBackActivityIds: { activityIds: now.activityIds.length > 0 ? now.activityIds.slice(0, 1) : [ACTIVITY] },
    correct: { says: { [word]: 'x' } },
    ...(about?.name === 'Blanked' && { blank: { fields: ['/reason'] } }),
  };
  const { reportedOn, ...body } = SCENES[act].body as Says;
  return { ...body, ...least[act], ...(reportedOn && { reportedOn: by.today }) };
}

function expectAllowed(world: World): void {
  // One commitment, as this takes long.
  for (const [reference, state] of [...world.states].slice(0, 1)) {
    if (!state.recorded) continue;
    const now = asAt(state, TODAYS[1]!)!;
    for (const agency of [null, ...AGENCIES]) {
      const by: ActorOnDay = { role: agency ? 'focal_point' : 'secretariat', agency, today: TODAYS[1]! };
      const own = stateAfter(ledBy(agency ?? 'IOM'));
      const others = new Map([A_SECOND, A_THIRD].map((other) => [other, own]));
      const told = (act: ActName, on: PartOfCommitment) => `${act} ${JSON.stringify(on)}`;
      const listed = allowedActs(state, by).map(({ act, ...on }) => told(act, on));
      const choices: Record<string, PartOfCommitment[]> = {
        agency: AGENCIES.map((agency) => ({ agency })),
        milestone: Array.from({ length: 9 }, (_, i) => ({ milestone: i + 1 })),
        revision: Array.from({ length: state.said.length + 1 }, (_, revision) => ({ revision })),
      };
      const may = [...acts, 'record' as const].flatMap(
        (act) =>
          choices[Object.keys(SCENES[act].on ?? {}).find((key) => key !== 'others') ?? '']?.flatMap((on) =>
            tried(act, on) ? [told(act, on)] : [],
          ) ?? (tried(act, {}) ? [told(act, {})] : []),
      );
      function tried(act: ActName, on: PartOfCommitment): boolean {
        const body = leastBody(act, state, now, by, on);
        const outcome = decidedOrRejected(act, state, body, by, { reference, forms, others, ...on });
        return !(outcome instanceof Rejected) || !WHO_OR_WHEN.includes(outcome.code);
      }
      expect([...listed].sort()).toEqual(may.sort());
    }
  }
}

const shownInText = (state: Commitment): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : value));

/** The same text is the same, and soon compared. */
function expectSame(given: unknown, wanted: unknown): void {
  if (JSON.stringify(given) !== JSON.stringify(wanted)) expect(given).toEqual(wanted);
}

/** Folded from the log, as its JSON comes from a store, every prefix gives the answer of its time. */
function expectReplayed(world: World): void {
  for (const [reference, log] of world.log) {
    const events = log.map(({ event: { by, ...event } }) => ({ ...event, meta: by }));
    const stored = JSON.parse(JSON.stringify(events)) as typeof events;
    let again = commitment.initial;
    log.forEach(({ state }, i) => {
      again = fold(commitment, again, [stored[i]!], i - 1);
      expectSame(shownInText(again), shownInText(state));
    });
    const sorted = JSON.parse(canonicalJson(events)) as typeof events;
    const whole = fold(commitment, commitment.initial, sorted);
    expect(whole).toEqual(world.states.get(reference));
    // Told anew once after all of it, as the naive fold does, it is the same as told anew after each correction.
    expect(refold(whole.said)).toEqual(whole);
  }
}

describe('Whatever is done on some commitments, in any order and by anybody', () => {
  it('is taken or refused, and shows, as in a model that was written beside the aggregate', () => {
    fc.assert(
      fc.property(history, (told) => {
        const world = live(told);
        expectSound(world);
        expectAllowed(world);
        expectReplayed(world);
      }),
      runs(50),
    );
    // A history that never gets to an act proves nothing of it.
    for (const act of Object.keys(ACTS)) {
      const { taken = 0, ...refused } = Object.fromEntries(outcomes.get(act) ?? []);
      expect({ act, oftenTaken: taken >= 2, alsoRefused: Object.keys(refused).length > 0 }).toEqual({
        act,
        oftenTaken: true,
        alsoRefused: true,
      });
    }
  });
});
