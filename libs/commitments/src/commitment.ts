/**
 * A commitment: what may be said about it (acts), what was said (events), what that adds up to (state), as at a date, and the
 * rules. Its topics have a file each; here is the record act, and the whole.
 */
import type { CommitmentAsAt, Deliverable, Evidence, Milestone, RecordCommitment, Relation } from '#bodies';
import { Facts, lastDayOf, Series, type FullDate } from '#clocks';
import {
  Conflict,
  refused,
  settled,
  type Aggregate,
  type NewEvent,
  type Settling,
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
  numberIn,
  type Content,
  type ContentEvents,
} from './content.js';
import {
  changedBy,
  correctionsAsAt,
  isAmendment,
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
  agenciesAreSound,
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
  stageIsSound,
  stagesAtFirst,
  withEntry,
  type StageEvents,
  type Stages,
} from './stages.js';
import {
  and,
  dataOf,
  datesAreSound,
  forbidden,
  type By,
  type Decide,
  type Evolvers,
  type Fields,
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
export const REFERENCE = /^[A-Z0-9.-]+-\d{4}-\d{2,}$/;

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
} & StageEvents &
  ResponsibilityEvents &
  ContentEvents &
  EditionEvents &
  ActivityEvents &
  LineageEvents;

export type CommitmentEvents = Statements & CorrectionEvents;
export type CommitmentEvent = NewEvent<CommitmentEvents>;

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

export interface Commitment extends Stages, Responsibility, Content, Editions, Activities, Lineage {
  readonly recorded: Pick<
    Statements['Recorded'],
    'kind' | 'nature' | 'strength' | 'regions' | 'countries' | 'deliverables'
  > | null;
  /** The reportedOn of every act, in order, each once: whatever it said, it is a sign of life. */
  readonly reports: Series<FullDate>;
  /** Every event; those alone that say something of the commitment; and what corrections and retractions made of these. */
  readonly said: Series<Statement>;
  readonly statements: Series<Statement>;
  readonly changes: Changes;
  /** The first revision that was corrected since what was said was told anew (`settle`); `null`: none was. */
  readonly unsettled: number | null;
  /** Now and then the state is kept: what is corrected later is told anew from there. */
  readonly kept: readonly Told[];
}

/** The state after so many statements, the last one at a revision, without what was said. */
interface Told {
  readonly count: number;
  readonly revision: number;
  readonly state: Commitment;
}

const nothingSaid = {
  ...{ said: Series.of<Statement>(), statements: Series.of<Statement>(), changes: new Map() as Changes },
  ...{ unsettled: null, kept: [], numbered: 0 },
} satisfies Partial<Commitment>;

const nothing: Commitment = {
  ...nothingSaid,
  recorded: null,
  reports: Series.of(),
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

const statements: Evolvers<Statements> = {
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
        title: and(c.wording.title, title, whenever),
        summary: and(c.wording.summary, summary, whenever),
        language: and(c.wording.language, language ?? null, whenever),
        condition: and(c.wording.condition, condition ?? null, whenever),
      },
      ...withEntry({ ...c, ...roles }, stageEntryOf(data, revision)),
      ...roles,
      themes: and(c.themes, { themes: data.themes }, whenever),
      target: and(c.target, data.target ?? null, whenever),
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
      followsUp: and(c.followsUp, { ids: followsUp ?? [] }, whenever),
      activityIds: activityIds ? and(c.activityIds, { ids: activityIds }, whenever) : c.activityIds,
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
type Fresh = { -readonly [F in keyof Commitment]: Commitment[F] };

/** `c` after a statement. */
function after(c: Commitment, said: Statement): Fresh {
  const evolve = statements[said.name as keyof Statements] as (c: Commitment, event: StreamEvent<object>) => object;
  const changed: Fresh = { ...c, ...evolve(c, said) };
  const { reportedOn } = said.data as { reportedOn: FullDate };
  const at = c.reports.count((on) => on < reportedOn);
  if (c.reports.lastOf((on) => on <= reportedOn) !== reportedOn) changed.reports = c.reports.spliced(at, 0, reportedOn);
  return changed.leads === c.leads || c.entries.length === 0 ? changed : Object.assign(changed, partsAnew(changed));
}

/** The number of statements between two states that are kept. */
const SPAN = 64;

function keepsNowAndThen(c: Fresh, count: number, { revision }: Statement): void {
  if (count % SPAN === 0) c.kept = [...c.kept, { count, revision, state: { ...c, ...nothingSaid } }];
}

type Heard = Pick<Commitment, 'said' | 'statements' | 'changes' | 'numbered' | 'kept' | 'unsettled'>;

/** So many statements are told in one step. */
const STEP = 100;

/** The state after the statements, each as corrected since; what was retracted was never said. */
function* toldAnew({ said, statements: all, changes, numbered, kept, unsettled }: Heard): Settling<Commitment> {
  const valid = kept.filter(({ revision }) => revision < (unsettled ?? 0));
  const { state = nothing, count = 0 } = valid.at(-1) ?? {};
  let c: Commitment = { ...state, said, statements: all, changes, numbered, kept: valid };
  let told = count;
  for (const one of all.between(count, all.length)) {
    const last = changes.get(one.revision)?.at(-1);
    const next: Fresh = last?.says === null ? { ...c } : after(c, last ? { ...one, data: last.says } : one);
    keepsNowAndThen(next, ++told, one);
    c = next;
    if (told % STEP === 0) yield;
  }
  return c;
}

/** The state after everything that was said. */
export function refold(said: Series<Statement>): Commitment {
  const all = said.toArray();
  const heard = {
    said,
    statements: Series.from(all.filter(({ name }) => name in statements)),
    changes: all.filter(isAmendment).reduce((changes: Changes, one) => changedBy(changes, said, one), new Map()),
    numbered: all.reduce((last, one) => Math.max(last, numberIn(one)), 0),
    ...{ kept: [], unsettled: null },
  };
  return settled(toldAnew(heard));
}

type Evolve = Aggregate<Commitment, CommitmentEvents>['evolve'];
type Amends = (c: Commitment, event: StreamEvent<object>) => Commitment;

/** However many corrections are folded together, what was said is told anew once. */
const amends =
  (name: 'Corrected' | 'Retracted'): Amends =>
  (c, event) => {
    const said = { name, ...event };
    const unsettled = Math.min(c.unsettled ?? Infinity, (event.data as CorrectionEvents['Retracted']).revision);
    return { ...c, said: c.said.with(said), changes: changedBy(c.changes, c.said, said), unsettled };
  };

const evolve = {
  ...Object.fromEntries(
    Object.keys(statements).map((name) => [
      name,
      (c: Commitment, event: StreamEvent<object>) => {
        const said = { name: name as keyof Statements, data: event.data, revision: event.revision, by: event.by };
        const changed: Fresh = c.unsettled === null ? after(c, said) : { ...c };
        changed.said = c.said.with(said);
        changed.statements = c.statements.with(said);
        changed.numbered = Math.max(c.numbered, numberIn(said));
        if (c.unsettled === null) keepsNowAndThen(changed, changed.statements.length, said);
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
  initial: nothing,
  evolve,
  settle: (c) => (c.unsettled === null ? null : toldAnew(c)),
};

// ── A commitment as at a date ───────────────────────────────────────────────────────────────────────────────────────

const FIELDS: Fields<keyof CommitmentAsAt> = {
  ...{
    kind: (c) => c.recorded!.kind,
    nature: (c) => c.recorded!.nature,
    strength: (c) => c.recorded!.strength,
    regions: (c) => c.recorded!.regions ?? [],
    countries: (c) => c.recorded!.countries ?? [],
    deliverables: (c) => withoutRetracted(c.recorded!.deliverables),
    corrections: correctionsAsAt,
    lastReportedOn: (c, asOf) => c.reports.lastOf((on) => on <= asOf) ?? '',
  },
  ...contentFields,
  ...stageFields,
  ...responsibilityFields,
  ...editionFields,
  ...activityFields,
  ...lineageFields,
};
const NAMES = Object.keys(FIELDS) as (keyof CommitmentAsAt)[];

/** A commitment as at a date by the clock rules of DESIGN.md §2; each field is worked out when it is asked for, once. */
class View {
  readonly #known: Record<string, unknown> = {};

  constructor(
    private readonly c: Commitment,
    private readonly asOf: FullDate,
  ) {}

  static {
    for (const name of NAMES)
      Object.defineProperty(View.prototype, name, {
        get(this: View & CommitmentAsAt) {
          return (this.#known[name] ??= FIELDS[name](this.c, this.asOf, this));
        },
      });
  }
}

/** As `asAt`, but only what is asked for is worked out. */
export const viewAsAt = (c: Commitment, asOf: FullDate): CommitmentAsAt | null =>
  c.recorded && c.anybody.asAt(asOf) ? (new View(c, asOf) as unknown as CommitmentAsAt) : null;

/** A commitment as at a date by the clock rules of DESIGN.md §2; `null` when it does not exist by then. */
export function asAt(c: Commitment, asOf: FullDate): CommitmentAsAt | null {
  const view = viewAsAt(c, asOf);
  return view && (Object.fromEntries(NAMES.map((name) => [name, view[name]])) as unknown as CommitmentAsAt);
}

/**
 * The dates on which anything about a commitment may read otherwise than the day before, in order.
 * @param since the first, and `before` what they are before
 */
export function turningPoints(c: Commitment, since: FullDate = '', before: FullDate = 'never'): FullDate[] {
  const amended = [...c.changes].flatMap(([revision, changes]) => {
    const was = statementAt(c.said, revision).data;
    return changes.map(({ says }) => says ?? was);
  }) as readonly { reportedOn: FullDate }[];
  const dates = [...c.roles, ...amended]
    .flatMap(({ reportedOn }) => reportedOn ?? [])
    .filter((on) => on >= since && on < before);
  const reports = c.reports.between(
    c.reports.count((on) => on < since),
    c.reports.count((on) => on < before),
  );
  return dates.length === 0 ? reports : [...new Set([...reports, ...dates])].sort();
}

/** Rule 4. */
export const isOverdue = (c: Pick<CommitmentAsAt, 'target' | 'stage' | 'nature'>, asOf: FullDate): boolean =>
  c.target !== null && lastDayOf(c.target.date) < asOf && isOpen(c.stage) && c.nature !== 'standing';

// ── The record act ───────────────────────────────────────────────────────────────────────────────

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
    throw forbidden(`A focal point of ${by.agency} may only use references ${by.agency}-<year>-<number>.`);
}

export const record: Decide<RecordCommitment> = (c, act, by, on) => {
  const { reference } = on;
  if (c.recorded) throw new Conflict('already_recorded', `${reference} is recorded already.`);
  ownReference(act.reference, by);
  agenciesAreSound(act.agencies);
  const lead = act.agencies.find(({ role }) => role === 'lead')!.agency;
  if (by.role !== 'secretariat' && lead !== by.agency)
    throw forbidden(`A focal point of ${by.agency} records commitments that ${by.agency} leads, not ${lead}.`);
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
  activityIdsAreSound(act.activityIds);
  act.relations?.forEach(({ type, to }, i) => noCycle(on, type, to, `/relations/${i}/to`));
  const { reference: _, ...data } = dataOf(act);
  const agencies = data.agencies.map((a) => ({ ...a, ...unconfirmedIfNamed(by, act, a.agency, agency ?? lead) }));
  return [{ name: 'Recorded', data: { ...data, agencies, agency } }];
};
