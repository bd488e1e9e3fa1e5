/**
 * A commitment: the statements that are possible (acts), those that were made (events), their result (state), as at a
 * date, and the rules. Its topics have a file each; here is the record act, and the whole.
 */
import type { CommitmentAsAt, Deliverable, Evidence, Milestone, RecordCommitment, Relation } from '#bodies';
import { Facts, lastDayOf, ofEvent, Ranking, Series, type DatedEntry, type FullDate, type Reported } from '#clocks';
import {
  Conflict,
  refused,
  runSteps,
  type Aggregate,
  type NewEvent,
  type StateSteps,
  type StreamEvent,
} from '#eventsourcing';
import { blanked } from '#registers';
import {
  activitiesAtFirst,
  activityEvolvers,
  activityFields,
  activityIdsAreSound,
  type Activities,
  type ActivityEvents,
} from './activities.js';
import {
  contentAtFirst,
  contentEvolvers,
  contentFields,
  milestonesWithout,
  greatestMilestoneIn,
  type Content,
  type ContentEvents,
} from './content.js';
import {
  changedBy,
  correctionsAsAt,
  isAmendment,
  standingAt,
  statementAt,
  type Changes,
  type CorrectionEvents,
  type Statement,
} from './corrections.js';
import { editionEvolvers, editionFields, editionsAtFirst, type EditionEvents, type Editions } from './editions.js';
import {
  lineageAtFirst,
  lineageEvolvers,
  lineageFields,
  noCycle,
  type Lineage,
  type LineageEvents,
} from './lineage.js';
import {
  refuseUnsoundAgencies,
  unconfirmedIfNamed,
  isResponsible,
  responsibilityEvolvers,
  responsibilityFields,
  responsibleAtFirst,
  withRoles,
  type NamedRole,
  type Responsibility,
  type ResponsibilityEvents,
} from './responsibility.js';
import {
  stageEntryOf,
  isOpen,
  isProven,
  partsAnew,
  reportingAgency,
  stageEvolvers,
  stageFields,
  refuseUnsoundStage,
  stagesAtFirst,
  withEntry,
  type StageEvents,
  type Stages,
} from './stages.js';
import {
  withValue,
  dataOf,
  refuseUnsoundDates,
  forbidden,
  type ActorOnDay,
  type Decide,
  type Evolvers,
  type FieldFunctions,
} from './statement.js';

export * from './activities.js';
export * from './content.js';
export * from './corrections.js';
export * from './editions.js';
export * from './lineage.js';
export * from './responsibility.js';
export * from './stages.js';
export * from './statement.js';

/** A given reference is opaque and never parsed. */
export const REFERENCE_PATTERN = /^[A-Z0-9.-]+-\d{4}-\d{2,}$/;

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An event's data is the body of its act, without the nulls. An item of a list that was retracted is null. */
type StatementEvents = {
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
} & StageEvents &
  ResponsibilityEvents &
  ContentEvents &
  EditionEvents &
  ActivityEvents &
  LineageEvents;

export type CommitmentEvents = StatementEvents & CorrectionEvents;
export type CommitmentEvent = NewEvent<CommitmentEvents>;

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

export interface Commitment extends Stages, Responsibility, Content, Editions, Activities, Lineage {
  readonly recorded: Pick<
    StatementEvents['Recorded'],
    'kind' | 'nature' | 'strength' | 'regions' | 'countries' | 'deliverables'
  > | null;
  /** The report of every act: any statement is a sign of life. */
  readonly reports: Facts<Reported & { readonly reportedOn: FullDate }>;
  /** Every event; only the statements on the commitment; and these after corrections and retractions. */
  readonly said: Series<Statement>;
  readonly statements: Series<Statement>;
  readonly changes: Changes;
  /** Whether something was corrected since on which later events built: all is to be told anew (`settle`). */
  readonly unsettled: boolean;
}

const EMPTY_COMMITMENT: Commitment = {
  ...{ said: Series.of(), statements: Series.of(), changes: new Map(), unsettled: false },
  recorded: null,
  reports: Facts.none,
  ...stagesAtFirst,
  ...responsibleAtFirst,
  ...contentAtFirst,
  ...editionsAtFirst,
  ...activitiesAtFirst,
  ...lineageAtFirst,
};

/** The items of a list that were not retracted. */
export const withoutRetracted = <T>(items: readonly (T | null)[] | null | undefined): T[] =>
  (items ?? []).filter((item) => item !== null);

const statementEvolvers: Evolvers<StatementEvents> = {
  Recorded: (c, { data, revision }) => {
    const whenever = { reportedOn: null, revision };
    const { title, summary, language, condition, milestones, evidence, relations, kind, nature, strength } = data;
    const { regions, countries, followsUp, deliverables, activityIds } = data;
    const roles = withRoles(
      c,
      ...data.agencies.map(({ agency, role, asked }) => ({ ...whenever, agency, loses: [], gains: role, asked })),
    );
    return {
      recorded: { kind, nature, strength, regions, countries, deliverables },
      wording: {
        title: withValue(c.wording.title, title, whenever),
        summary: withValue(c.wording.summary, summary, whenever),
        language: withValue(c.wording.language, language ?? null, whenever),
        condition: withValue(c.wording.condition, condition ?? null, whenever),
      },
      ...withEntry({ ...c, ...roles }, stageEntryOf(data, revision)),
      ...roles,
      themes: withValue(c.themes, { themes: data.themes }, whenever),
      target: withValue(c.target, data.target ?? null, whenever),
      milestones: Series.of(
        ...(milestones ?? []).flatMap((m, i) =>
          m === null
            ? []
            : {
                ...whenever,
                number: i + 1,
                title: m.title,
                due: Facts.of({ ...whenever, value: m.due ?? null }),
                reached: m.reachedOn ? Facts.of({ ...whenever, value: { on: m.reachedOn } }) : Facts.none,
                dropped: Facts.none,
              },
        ),
      ),
      evidence: Series.of(...withoutRetracted(evidence).map((e) => ({ ...e, ...whenever }))),
      relations: Series.of(...withoutRetracted(relations).map((r) => ({ ...r, ...whenever }))),
      followsUp: withValue(c.followsUp, { ids: followsUp ?? [] }, whenever),
      activityIds: activityIds ? withValue(c.activityIds, { ids: activityIds }, whenever) : c.activityIds,
    };
  },
  ...stageEvolvers,
  ...responsibilityEvolvers,
  ...contentEvolvers,
  ...editionEvolvers,
  ...activityEvolvers,
  ...lineageEvolvers,
};

/** A state that is nobody's yet. */
type MutableCommitment = { -readonly [F in keyof Commitment]: Commitment[F] };

/** `c` after a statement. */
function afterStatement(c: Commitment, said: Statement): MutableCommitment {
  const evolve = statementEvolvers[said.name as keyof StatementEvents] as (
    c: Commitment,
    event: StreamEvent<object>,
  ) => object;
  const changed: MutableCommitment = { ...c, ...evolve(c, said) };
  const { reportedOn } = said.data as { reportedOn: FullDate };
  changed.reports = c.reports.with({ reportedOn, revision: said.revision });
  return withPartsOf(c, changed);
}

/** The parts are whose they are by the leads: where these changed, anew. */
const withPartsOf = (before: Commitment, changed: MutableCommitment): MutableCommitment =>
  changed.leads === before.leads || changed.entries.length === 0 ? changed : Object.assign(changed, partsAnew(changed));

/** So many statements are told in one step. */
const STATEMENTS_PER_STEP = 100;

type StatementLists = Pick<Commitment, 'said' | 'statements' | 'changes' | 'numbered'>;

/** The state after the statements, each as corrected since; a retracted one was never made. */
function* toldAnew({ said, statements: all, changes, numbered }: StatementLists): StateSteps<Commitment> {
  let [c, told]: [Commitment, number] = [{ ...EMPTY_COMMITMENT, said, statements: all, changes, numbered }, 0];
  for (const one of all) {
    const last = changes.get(one.revision)?.at(-1);
    if (last?.says !== null) c = afterStatement(c, last ? { ...one, data: last.says } : one);
    if (++told % STATEMENTS_PER_STEP === 0) yield;
  }
  return c;
}

/** The facts that later events build on: an item of the record act, and the one offer that they answer. */
const BUILT_ON: readonly string[] = [
  ...(['Recorded', 'LeadOffered', 'LeadAccepted', 'LeadDeclined', 'LeadOfferWithdrawn'] as const),
] satisfies (keyof StatementEvents)[];

/** The parts of the state from which a retraction does not take facts by their event: they are put right in ways of their own. */
const PARTS_NOT_BY_EVENT = [
  'recorded',
  'offers',
  'milestones',
  'numbered',
  'replies',
  'said',
  'statements',
  'changes',
  'unsettled',
] as const satisfies (keyof Commitment)[];
type ByEvent = Exclude<keyof Commitment, (typeof PARTS_NOT_BY_EVENT)[number]>;
const PARTS_BY_EVENT = (Object.keys(EMPTY_COMMITMENT) as (keyof Commitment)[]).filter(
  (name): name is ByEvent => !(PARTS_NOT_BY_EVENT as readonly string[]).includes(name),
);

type FactsOfEvents = Facts<Reported> | Ranking<DatedEntry> | Series<Reported>;
/** Facts, each of one event. Any other part of the state stands in `PARTS_NOT_BY_EVENT`, or its retraction does not compile. */
type HeldByEvent = FactsOfEvents | ReadonlyMap<string, FactsOfEvents> | { readonly [name: string]: FactsOfEvents };

/** Facts without those of an event; themselves where it said none. */
function withoutEvent(facts: HeldByEvent, event: Reported): HeldByEvent {
  if (facts instanceof Facts || facts instanceof Ranking) return facts.without(event);
  if (facts instanceof Series) {
    const gone = ofEvent(facts, event.revision).length;
    return gone === 0 ? facts : facts.spliced(placeOfEvent(facts, event), gone);
  }
  const before = facts instanceof Map ? [...facts] : Object.entries(facts);
  const left = before.map(([key, some]) => [key, withoutEvent(some, event) as FactsOfEvents] as const);
  if (left.every(([, some], i) => some === before[i]![1])) return facts;
  return facts instanceof Map ? new Map(left.filter(([, { length }]) => length > 0)) : Object.fromEntries(left);
}

const placeOfEvent = (facts: Series<Reported>, { revision }: Reported): number =>
  facts.count((one) => one.revision < revision);

/**
 * The state as if a statement had not been said.
 * @param was as it stands now
 * @param stays whether it is said anew, with other words
 */
function withoutStatement(c: Commitment, was: Statement, stays = false): Commitment {
  const { reportedOn } = was.data as { reportedOn: FullDate };
  const event = { reportedOn, revision: was.revision };
  const left: MutableCommitment = {
    ...c,
    milestones: milestonesWithout(c, was, event, stays),
    replies: c.replies.without(({ revision }) => revision === was.revision),
  };
  for (const name of PARTS_BY_EVENT) Object.assign(left, { [name]: withoutEvent(c[name], event) });
  return withPartsOf(c, left);
}

/** The state as if a statement had not been said, with the later statements that build on it folded anew. */
export function neverSaid(c: Commitment, { name, revision }: Statement): Commitment {
  const was = standingAt(c, revision);
  if (was && !BUILT_ON.includes(name)) return withoutStatement(c, was);
  return refold(c.said.without((one) => one.revision === revision));
}

/** The state after everything that was said. */
export function refold(said: Series<Statement>): Commitment {
  const all = said.toArray();
  const heard = {
    said,
    statements: Series.from(all.filter(({ name }) => name in statementEvolvers)),
    changes: all.filter(isAmendment).reduce((changes: Changes, one) => changedBy(changes, said, one), new Map()),
    numbered: all.reduce((last, one) => Math.max(last, greatestMilestoneIn(one)), 0),
  };
  return runSteps(toldAnew(heard));
}

type Evolve = Aggregate<Commitment, CommitmentEvents>['evolve'];
type Amends = (c: Commitment, event: StreamEvent<object>) => Commitment;

/** Most statements stand alone: they are taken back, and said as they are now. Of others, all is told anew once, later. */
const amends =
  (name: 'Corrected' | 'Retracted'): Amends =>
  (c, event) => {
    const said = { name, ...event };
    const { revision } = event.data as CorrectionEvents['Retracted'];
    const amended = { ...c, said: c.said.with(said), changes: changedBy(c.changes, c.said, said) };
    const [statement] = ofEvent(c.statements, revision);
    if (!statement) return amended;
    if (c.unsettled || BUILT_ON.includes(statement.name)) return { ...amended, unsettled: true };
    const [was, is] = [standingAt(c, revision), standingAt(amended, revision)];
    const left = was ? withoutStatement(amended, was, is !== null) : amended;
    return is ? afterStatement(left, is) : left;
  };

const evolve = {
  ...Object.fromEntries(
    Object.keys(statementEvolvers).map((name) => [
      name,
      (c: Commitment, event: StreamEvent<object>) => {
        const said = { name: name as keyof StatementEvents, data: event.data, revision: event.revision, by: event.by };
        const changed: MutableCommitment = c.unsettled ? { ...c } : afterStatement(c, said);
        changed.said = c.said.with(said);
        changed.statements = c.statements.with(said);
        changed.numbered = Math.max(c.numbered, greatestMilestoneIn(said));
        return changed;
      },
    ]),
  ),
  Corrected: amends('Corrected'),
  Retracted: amends('Retracted'),
  Blanked: (c, event) => refold(Series.from([...blanked(c.said.toArray(), event.data), { name: 'Blanked', ...event }])),
} as Evolve;

export const commitment: Aggregate<Commitment, CommitmentEvents> = {
  category: 'commitment',
  initial: EMPTY_COMMITMENT,
  evolve,
  settle: (c) => (c.unsettled ? toldAnew(c) : null),
};

// ── A commitment as at a date ───────────────────────────────────────────────────────────────────────────────────────

const COMMITMENT_FIELDS: FieldFunctions<keyof CommitmentAsAt> = {
  ...{
    kind: (c) => c.recorded!.kind,
    nature: (c) => c.recorded!.nature,
    strength: (c) => c.recorded!.strength,
    regions: (c) => c.recorded!.regions ?? [],
    countries: (c) => c.recorded!.countries ?? [],
    deliverables: (c) => withoutRetracted(c.recorded!.deliverables),
    corrections: correctionsAsAt,
    lastReportedOn: (c, asOf) => c.reports.asAt(asOf)?.reportedOn ?? '',
  },
  ...contentFields,
  ...stageFields,
  ...responsibilityFields,
  ...editionFields,
  ...activityFields,
  ...lineageFields,
};
const COMMITMENT_FIELD_NAMES = Object.keys(COMMITMENT_FIELDS) as (keyof CommitmentAsAt)[];

/** A commitment as at a date by the clock rules of DESIGN.md §2; each field is worked out when it is asked for, once. */
class LazyView {
  readonly #known: Record<string, unknown> = {};

  constructor(
    private readonly c: Commitment,
    private readonly asOf: FullDate,
  ) {}

  static {
    for (const name of COMMITMENT_FIELD_NAMES)
      Object.defineProperty(LazyView.prototype, name, {
        get(this: LazyView & CommitmentAsAt) {
          return (this.#known[name] ??= COMMITMENT_FIELDS[name](this.c, this.asOf, this));
        },
      });
  }
}

/** As `asAt`, but computes a field only when it is read. */
export const viewAsAt = (c: Commitment, asOf: FullDate): CommitmentAsAt | null =>
  c.recorded && c.anybody.asAt(asOf) ? (new LazyView(c, asOf) as unknown as CommitmentAsAt) : null;

/** A commitment as at a date by the clock rules of DESIGN.md §2; `null` when it does not exist by then. */
export function asAt(c: Commitment, asOf: FullDate): CommitmentAsAt | null {
  const view = viewAsAt(c, asOf);
  return (
    view && (Object.fromEntries(COMMITMENT_FIELD_NAMES.map((name) => [name, view[name]])) as unknown as CommitmentAsAt)
  );
}

/**
 * The dates on which anything about a commitment may read otherwise than the day before, in order.
 * @param since the first, and `before` the state before them
 */
export function turningPoints(c: Commitment, since: FullDate = '', before: FullDate = 'never'): FullDate[] {
  const amended = [...c.changes].flatMap(([revision, changes]) => {
    const was = statementAt(c.said, revision).data;
    return changes.map(({ says }) => says ?? was);
  }) as readonly { reportedOn: FullDate }[];
  const dates = [...c.roles, ...amended]
    .flatMap(({ reportedOn }) => reportedOn ?? [])
    .filter((on) => on >= since && on < before);
  for (const { reportedOn } of c.reports.between(since, before)) dates.push(reportedOn);
  return [...new Set(dates)].sort();
}

/** Rule 4. */
export const isOverdue = (c: Pick<CommitmentAsAt, 'target' | 'stage' | 'nature'>, asOf: FullDate): boolean =>
  c.target !== null && lastDayOf(c.target.date) < asOf && isOpen(c.stage) && c.nature !== 'standing';

// ── The record act ───────────────────────────────────────────────────────────────────────────────

function ownReference(reference: string | null | undefined, by: ActorOnDay): void {
  if (!reference) return;
  if (!REFERENCE_PATTERN.test(reference))
    throw refused(
      'bad_reference',
      '/reference',
      `${reference} is not a reference such as IOM-2006-01 (${REFERENCE_PATTERN.source}).`,
    );
  const own = new RegExp(`^${by.agency?.replaceAll('.', '\\.')}-\\d{4}-\\d{2,}$`);
  if (by.role !== 'secretariat' && !own.test(reference))
    throw forbidden(`A focal point of ${by.agency} may only use references ${by.agency}-<year>-<number>.`);
}

export const record: Decide<RecordCommitment> = (c, act, by, on) => {
  const { reference } = on;
  if (c.recorded) throw new Conflict('already_recorded', `${reference} is recorded already.`);
  ownReference(act.reference, by);
  refuseUnsoundAgencies(act.agencies);
  const lead = act.agencies.find(({ role }) => role === 'lead')!.agency;
  if (by.role !== 'secretariat' && lead !== by.agency)
    throw forbidden(`A focal point of ${by.agency} records commitments that ${by.agency} leads, not ${lead}.`);
  if (reference === null && !REFERENCE_PATTERN.test(`${lead}-2000-01`))
    throw refused('reference_needed', '/reference', `No reference can be made of ${lead}: please give one.`);
  const agency = reportingAgency(by, act.agency);
  if (agency && !act.agencies.some((a) => a.agency === agency && isResponsible(a.role)))
    throw refused('no_part', '/agency', `${agency} is not lead, co-lead or partner, and so has no part to report on.`);
  refuseUnsoundDates(by, act.reportedOn, {
    '/effective': act.effective,
    ...Object.fromEntries((act.evidence ?? []).map((e, i) => [`/evidence/${i}/date`, e.date])),
    ...Object.fromEntries((act.milestones ?? []).map((m, i) => [`/milestones/${i}/reachedOn`, m.reachedOn])),
  });
  refuseUnsoundStage(c, act, act.nature, agency ?? lead, (act.evidence?.length ?? 0) > 0 || isProven(c));
  activityIdsAreSound(act.activityIds);
  act.relations?.forEach(({ type, to }, i) => noCycle(on, type, to, `/relations/${i}/to`));
  const { reference: _, ...data } = dataOf(act);
  const agencies = data.agencies.map((a) => ({ ...a, ...unconfirmedIfNamed(by, act, a.agency, agency ?? lead) }));
  return [{ name: 'Recorded', data: { ...data, agencies, agency } }];
};
