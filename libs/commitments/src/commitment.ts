/**
 * A commitment: what may be said about it (acts), what was said (events), what that adds up to (state), as at a date, and the
 * rules. Its topics have a file each; here is the record act, and the whole.
 */
import type { CommitmentAsAt, Deliverable, Evidence, Milestone, RecordCommitment, Relation } from '#bodies';
import { lastDayOf, type FullDate } from '#clocks';
import { Conflict, refused, type Aggregate, type StreamEvent, type NewEvent } from '#eventsourcing';
import { blanked } from '#registers';
import { contentAsAt, contentAtFirst, contentEvolvers, type Content, type ContentEvents } from './content.js';
import { changesOf, correctionsAsAt, type Amendment, type CorrectionEvents, type Statement } from './corrections.js';
import { editionEvolvers, editionsAsAt, editionsAtFirst, type EditionEvents, type Editions } from './editions.js';
import { lineageAsAt, lineageAtFirst, lineageEvolvers, noCycle, type Lineage, type LineageEvents } from './lineage.js';
import {
  agenciesAreSound,
  unconfirmedIfNamed,
  isResponsible,
  responsibilityAsAt,
  responsibilityEvolvers,
  responsibleAtFirst,
  type NamedRole,
  type Responsibility,
  type ResponsibilityEvents,
} from './responsibility.js';
import {
  stageEntryOf,
  headlineAsAt,
  isOpen,
  isProven,
  reportingAgency,
  stageEvolvers,
  stageIsSound,
  stagesAsAt,
  stagesAtFirst,
  type StageEvents,
  type Stages,
} from './stages.js';
import { and, dataOf, datesAreSound, forbidden, type By, type Decide, type Evolvers } from './statement.js';

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
  LineageEvents;

export type CommitmentEvents = Statements & CorrectionEvents;
export type CommitmentEvent = NewEvent<CommitmentEvents>;

// ── State: facts with their dates, so that it can be asked as at any date ───────────────────────────────────────────

export interface Commitment extends Stages, Responsibility, Content, Editions, Lineage {
  readonly recorded: Pick<
    Statements['Recorded'],
    'kind' | 'nature' | 'strength' | 'regions' | 'countries' | 'deliverables'
  > | null;
  /** The reportedOn of every act: whatever it said, it is a sign of life. */
  readonly reports: readonly FullDate[];
  /** Every event, and what corrections and retractions made of it. */
  readonly said: readonly Statement[];
  readonly changes: ReadonlyMap<number, readonly Amendment[]>;
}

const nothing: Commitment = {
  recorded: null,
  reports: [],
  said: [],
  changes: new Map(),
  ...stagesAtFirst,
  ...responsibleAtFirst,
  ...contentAtFirst,
  ...editionsAtFirst,
  ...lineageAtFirst,
};

/** The items of a list that were not retracted. */
export const withoutRetracted = <T>(items: readonly (T | null)[] | null | undefined): T[] =>
  (items ?? []).filter((item) => item !== null);

const statements: Evolvers<Statements> = {
  Recorded: (c, { data, revision }) => {
    const whenever = { reportedOn: null, revision };
    const { title, summary, language, condition, milestones, evidence, relations, kind, nature, strength } = data;
    const { regions, countries, followsUp, deliverables } = data;
    return {
      recorded: { kind, nature, strength, regions, countries, deliverables },
      wording: {
        title: and(c.wording.title, title, whenever),
        summary: and(c.wording.summary, summary, whenever),
        language: and(c.wording.language, language ?? null, whenever),
        condition: and(c.wording.condition, condition ?? null, whenever),
      },
      entries: [...c.entries, stageEntryOf(data, revision)],
      roles: data.agencies.map(({ agency, role, asked }) => ({ ...whenever, agency, loses: [], gains: role, asked })),
      themes: and(c.themes, { themes: data.themes }, whenever),
      target: and(c.target, data.target ?? null, whenever),
      milestones: (milestones ?? []).flatMap((m, i) =>
        m === null
          ? []
          : {
              ...whenever,
              number: i + 1,
              title: m.title,
              due: and([], m.due ?? null, whenever),
              reached: m.reachedOn ? and([], { on: m.reachedOn }, whenever) : [],
              dropped: [],
            },
      ),
      evidence: withoutRetracted(evidence).map((e) => ({ ...e, ...whenever })),
      relations: withoutRetracted(relations).map((r) => ({ ...r, ...whenever })),
      followsUp: and(c.followsUp, { ids: followsUp ?? [] }, whenever),
    };
  },
  ...stageEvolvers,
  ...responsibilityEvolvers,
  ...contentEvolvers,
  ...editionEvolvers,
  ...lineageEvolvers,
};

/** `c` after a statement. */
function after(c: Commitment, said: Statement): Commitment {
  const evolve = statements[said.name as keyof Statements] as (c: Commitment, event: StreamEvent<object>) => object;
  return { ...c, ...evolve(c, said), reports: [...c.reports, (said.data as { reportedOn: FullDate }).reportedOn] };
}

/** The state after everything that was said, each as corrected since; what was retracted was never said. */
export function refold(said: readonly Statement[]): Commitment {
  const changes = changesOf(said);
  return said.reduce(
    (c, one) => {
      if (!(one.name in statements)) return c;
      const last = changes.get(one.revision)?.at(-1);
      return last?.says === null ? c : after(c, { ...one, data: last?.says ?? one.data });
    },
    { ...nothing, said, changes },
  );
}

type Evolve = Aggregate<Commitment, CommitmentEvents>['evolve'];

const evolve = {
  ...Object.fromEntries(
    Object.keys(statements).map((name) => [
      name,
      (c: Commitment, event: StreamEvent<object>) => {
        const said = { name: name as keyof Statements, data: event.data, revision: event.revision, by: event.by };
        return { ...after(c, said), said: [...c.said, said] };
      },
    ]),
  ),
  Corrected: (c, event) => refold([...c.said, { name: 'Corrected', ...event }]),
  Retracted: (c, event) => refold([...c.said, { name: 'Retracted', ...event }]),
  Blanked: (c, event) => refold([...blanked(c.said, event.data), { name: 'Blanked', ...event }]),
} as Evolve;

export const commitment: Aggregate<Commitment, CommitmentEvents> = { category: 'commitment', initial: nothing, evolve };

// ── A commitment as at a date ───────────────────────────────────────────────────────────────────────────────────────

/** A commitment as at a date by the clock rules of DESIGN.md §2; `null` when it does not exist by then. */
export function asAt(c: Commitment, asOf: FullDate): CommitmentAsAt | null {
  const headline = headlineAsAt(c, asOf);
  if (!headline || !c.recorded) return null;
  const { regions, countries, deliverables, ...recorded } = c.recorded;
  return {
    ...recorded,
    ...contentAsAt(c, asOf),
    stage: headline.stage,
    headline,
    ...stagesAsAt(c, headline, asOf),
    ...responsibilityAsAt(c, asOf),
    regions: regions ?? [],
    countries: countries ?? [],
    deliverables: withoutRetracted(deliverables),
    ...editionsAsAt(c, asOf),
    ...lineageAsAt(c, asOf),
    corrections: correctionsAsAt(c.said, asOf),
    entries: c.entries.filter(({ reportedOn }) => reportedOn <= asOf),
    lastReportedOn: c.reports.reduce((last, on) => (on <= asOf && on > last ? on : last), ''),
  };
}

/** The dates on which anything about a commitment may read otherwise than the day before, in order. */
export function turningPoints(c: Commitment): FullDate[] {
  const amended = c.said.flatMap(({ revision, data }) =>
    (c.changes.get(revision) ?? []).map(({ says }) => says ?? data),
  ) as readonly { reportedOn: FullDate }[];
  const dates = [...c.roles, ...amended].flatMap(({ reportedOn }) => reportedOn ?? []);
  return [...new Set([...c.reports, ...dates])].sort();
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
  act.relations?.forEach(({ type, to }, i) => noCycle(on, type, to, `/relations/${i}/to`));
  const { reference: _, ...data } = dataOf(act);
  const agencies = data.agencies.map((a) => ({ ...a, ...unconfirmedIfNamed(by, act, a.agency, agency ?? lead) }));
  return [{ name: 'Recorded', data: { ...data, agencies, agency } }];
};
