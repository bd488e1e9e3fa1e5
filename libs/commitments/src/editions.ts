/** The editions of a recurring commitment, and the periods of a standing one. */
import type { Edition, Evidence, HoldEdition, ReportUpkeep, Source, Upkeep } from '#bodies';
import {
  firstDayOf,
  inLogOrder,
  lastDayOf,
  Ranking,
  rankedOn,
  Series,
  type DatedEntry,
  type FullDate,
  type PartialDate,
} from '#clocks';
import { refused } from '#eventsourcing';
import {
  dataOf,
  refuseUnsoundDates,
  refuseUnsoundPeriod,
  sourceOf,
  type Decide,
  type Evolvers,
  type FieldFunctions,
} from './statement.js';

// ── Acts and events ─────────────────────────────────────────────────────────────────────────────────────────────────

export type EditionEvents = { EditionHeld: HoldEdition; UpkeepReported: ReportUpkeep };

// ── State, and as at a date ─────────────────────────────────────────────────────────────────────────────────────────

export interface Editions {
  readonly editions: ReportedPeriods<Edition>;
  readonly upkeep: ReportedPeriods<Upkeep>;
}

/** Statements about periods, ranked as stage entries are (rule 2). */
type ReportedPeriods<T> = {
  readonly all: Series<T & Source>;
  readonly ranked: Ranking<DatedEntry & { readonly of: T }>;
};

const nothingTold = { all: Series.of<never>(), ranked: Ranking.none };
export const editionsAtFirst: Editions = { editions: nothingTold, upkeep: nothingTold };

const entryOf = <T extends Source>(of: T, effective: PartialDate) => ({
  ...{ effective, reportedOn: of.reportedOn!, revision: of.revision },
  of,
});
const editionEntry = (one: Edition) => entryOf(one, one.until ?? one.held);
const upkeepEntry = (one: Upkeep) => entryOf(one, one.period);

export const editionEvolvers: Evolvers<EditionEvents> = {
  EditionHeld: ({ editions: { all, ranked } }, { data, revision }) => {
    const { title = null, held, until = null, nextDue = null, note = null, evidence, reportedOn } = data;
    const said = { title, held, until, nextDue, note, evidence: evidence ?? [] };
    const edition = { ...said, ...sourceOf(data, { reportedOn, revision }) };
    return { editions: { all: inLogOrder(all, edition), ranked: ranked.with(editionEntry(edition)) } };
  },
  UpkeepReported: ({ upkeep: { all, ranked } }, { data, revision }) => {
    const { period, keptUp, note = null, evidence, reportedOn } = data;
    const upkeep = {
      ...{ period, keptUp, note, evidence: evidence ?? [] },
      ...sourceOf(data, { reportedOn, revision }),
    };
    return { upkeep: { all: inLogOrder(all, upkeep), ranked: ranked.with(upkeepEntry(upkeep)) } };
  },
};

/** In the order in which stage entries are ranked (rule 2), by the period told of. */
const inPeriodOrder = <T extends Source>(
  { all }: ReportedPeriods<T>,
  asOf: FullDate,
  entry: (fact: T) => DatedEntry,
): T[] => {
  const rank = (fact: T): string =>
    `${rankedOn(entry(fact))} ${fact.reportedOn} ${String(fact.revision).padStart(9, '0')}`;
  return all
    .filter(({ reportedOn }) => reportedOn! <= asOf)
    .map((fact) => ({ fact, rank: rank(fact) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ fact }) => fact);
};

export const editionFields: FieldFunctions<'editions' | 'lastEdition' | 'nextDue' | 'upkeep' | 'lastUpkeep'> = {
  editions: (c, asOf) => inPeriodOrder(c.editions, asOf, editionEntry),
  lastEdition: (c, asOf) => c.editions.ranked.asAt(asOf)?.of ?? null,
  nextDue: (_, __, { lastEdition }) => lastEdition?.nextDue ?? null,
  upkeep: (c, asOf) => inPeriodOrder(c.upkeep, asOf, upkeepEntry),
  lastUpkeep: (c, asOf) => c.upkeep.ranked.asAt(asOf)?.of ?? null,
};

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const evidenceDates = (evidence: readonly Evidence[] | null | undefined) =>
  Object.fromEntries((evidence ?? []).map(({ date }, i) => [`/evidence/${i}/date`, date]));

export const holdEdition: Decide<HoldEdition> = (c, act, by) => {
  if (c.recorded?.nature !== 'recurring')
    throw refused(
      'not_recurring',
      '/held',
      `Only a recurring commitment has editions; this one is ${c.recorded?.nature}.`,
    );
  refuseUnsoundDates(by, act.reportedOn, { '/held': act.held, '/until': act.until, ...evidenceDates(act.evidence) });
  refuseUnsoundPeriod('/until', act.held, act.until);
  if (act.nextDue && lastDayOf(act.nextDue) <= firstDayOf(act.held))
    throw refused('next_is_before', '/nextDue', `The next edition is due after ${act.held}.`);
  return [{ name: 'EditionHeld', data: dataOf(act) }];
};

export const reportUpkeep: Decide<ReportUpkeep> = (c, act, by) => {
  if (c.recorded?.nature !== 'standing')
    throw refused(
      'not_standing',
      '/period',
      `Only a standing commitment is kept up; this one is ${c.recorded?.nature}.`,
    );
  refuseUnsoundDates(by, act.reportedOn, { '/period': act.period, ...evidenceDates(act.evidence) });
  if (!act.keptUp && !act.note) throw refused('note_needed', '/note', 'Not kept up: say why.');
  return [{ name: 'UpkeepReported', data: dataOf(act) }];
};
