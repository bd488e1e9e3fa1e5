/** The editions of a recurring commitment, and the periods of a standing one. */
import type { Edition, Evidence, HoldEdition, ReportUpkeep, Source, Upkeep } from '#bodies';
import { firstDayOf, lastDayOf, rankedOn, type FullDate, type PartialDate } from '#clocks';
import { refused } from '#eventsourcing';
import { dataOf, datesAreSound, periodIsSound, sourceOf, type Decide, type Evolvers } from './statement.js';

// ── Acts and events ─────────────────────────────────────────────────────────────────────────────────────────────────

export type EditionEvents = { EditionHeld: HoldEdition; UpkeepReported: ReportUpkeep };

// ── State, and as at a date ─────────────────────────────────────────────────────────────────────────────────────────

export interface Editions {
  readonly editions: readonly Edition[];
  readonly upkeep: readonly Upkeep[];
}

export const editionsAtFirst: Editions = { editions: [], upkeep: [] };

export const editionEvolvers: Evolvers<EditionEvents> = {
  EditionHeld: (c, { data, revision }) => {
    const { title = null, held, until = null, nextDue = null, note = null, evidence, reportedOn } = data;
    const edition = { title, held, until, nextDue, note, evidence: evidence ?? [] };
    return { editions: [...c.editions, { ...edition, ...sourceOf(data, { reportedOn, revision }) }] };
  },
  UpkeepReported: (c, { data, revision }) => {
    const { period, keptUp, note = null, evidence, reportedOn } = data;
    const upkeep = { period, keptUp, note, evidence: evidence ?? [] };
    return { upkeep: [...c.upkeep, { ...upkeep, ...sourceOf(data, { reportedOn, revision }) }] };
  },
};

/** In the order in which stage entries are ranked (rule 2), by the period told of. */
const inTime = <F extends Source>(facts: readonly F[], asOf: FullDate, period: (fact: F) => PartialDate): F[] => {
  const rank = (fact: F): string => {
    const day = rankedOn({ effective: period(fact), reportedOn: fact.reportedOn!, revision: fact.revision });
    return `${day} ${fact.reportedOn} ${String(fact.revision).padStart(9, '0')}`;
  };
  return facts.filter(({ reportedOn }) => reportedOn! <= asOf).toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
};

export function editionsAsAt(c: Editions, asOf: FullDate) {
  const editions = inTime(c.editions, asOf, ({ held, until }) => until ?? held);
  const upkeep = inTime(c.upkeep, asOf, ({ period }) => period);
  const lastEdition = editions.at(-1) ?? null;
  return { editions, lastEdition, nextDue: lastEdition?.nextDue ?? null, upkeep, lastUpkeep: upkeep.at(-1) ?? null };
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const datesOf = (evidence: readonly Evidence[] | null | undefined) =>
  Object.fromEntries((evidence ?? []).map(({ date }, i) => [`/evidence/${i}/date`, date]));

export const holdEdition: Decide<HoldEdition> = (c, act, by) => {
  if (c.recorded?.nature !== 'recurring')
    throw refused(
      'not_recurring',
      '/held',
      `Only a recurring commitment has editions; this one is ${c.recorded?.nature}.`,
    );
  datesAreSound(by, act.reportedOn, { '/held': act.held, '/until': act.until, ...datesOf(act.evidence) });
  periodIsSound('/until', act.held, act.until);
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
  datesAreSound(by, act.reportedOn, { '/period': act.period, ...datesOf(act.evidence) });
  if (!act.keptUp && !act.note) throw refused('note_needed', '/note', 'Not kept up: say why.');
  return [{ name: 'UpkeepReported', data: dataOf(act) }];
};
