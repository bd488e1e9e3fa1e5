/** How a commitment reads as at a date, as a row says it. Pure: everything comes from `asAt`, so that the clock rules stand once. */
import { lastDayOf, type FullDate } from '#clocks';
import { asAt, citedAsAt, type Commitment, type CommitmentAsAt, type Role } from '#commitments';
import { dayOf, type Beside, type Meanings } from './columns.js';

/** What a row says, in words: the texts of its codes. */
export interface Point {
  readonly lastReportedOn: FullDate;
  readonly title: string;
  readonly summary: string;
  readonly condition: string | null;
  /** `null`: unreviewed. */
  readonly reading: string | null;
  readonly keys: Readonly<Record<keyof Meanings, string>>;
}

/** What stands beside the stage: the secretariat's reading and the agency's reply. */
const readingOf = (verification: CommitmentAsAt['verification']): string | null => {
  if (!verification) return null;
  const { reason, current, replies } = verification;
  return JSON.stringify({ reason, current, replies: replies.map(({ agency, text }) => ({ agency, text })) });
};

const besideOf = ({ end, spread, lastEdition, nextDue, lastUpkeep }: CommitmentAsAt): Beside => ({
  into: end?.into ?? [],
  spread,
  lastEdition: lastEdition?.held ?? null,
  nextDue,
  lastUpkeep: lastUpkeep && { period: lastUpkeep.period, keptUp: lastUpkeep.keptUp },
});

const RANKS: readonly Role[] = ['lead', 'co_lead', 'partner'];
const rankOf = (role: Role): number => (RANKS.includes(role) ? RANKS.indexOf(role) : RANKS.length);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The agencies in the order in which they are shown. */
const agenciesOf = ({ agencies }: CommitmentAsAt): Meanings['agencies'] =>
  agencies
    .map(({ agency, role, asked }) => ({ agency, role, asked: asked === true }))
    .sort((a, b) => rankOf(a.role) - rankOf(b.role) || compare(a.agency, b.agency) || compare(a.role, b.role));

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** How a commitment reads from a date on; `null`: it does not exist by then. */
export function pointAt(c: Commitment, from: FullDate): Point | null {
  const view = asAt(c, from);
  if (!view) return null;
  const { stage, nature, life, kind, strength, headline, target, verification } = view;
  const means: Meanings = {
    standing: {
      ...{ stage, nature, life, verification: verification?.verification ?? 'unreviewed' },
      ...{ outlook: headline.outlook ?? null, kind, strength },
    },
    agencies: agenciesOf(view),
    themes: sorted(view.themes),
    followsUp: sorted(view.followsUp),
    places: { regions: sorted(view.regions), countries: sorted(view.countries) },
    documents: sorted(citedAsAt(c, from)),
    relations: view.relations.map(({ to, type }) => ({ to, type })),
    target: { date: target?.date ?? null, last: target ? dayOf(lastDayOf(target.date)) : 0 },
    beside: besideOf(view),
  };
  return {
    lastReportedOn: view.lastReportedOn,
    title: view.title,
    summary: view.summary,
    condition: view.condition,
    reading: readingOf(verification),
    keys: Object.fromEntries(
      Object.entries(means).map(([name, value]) => [name, JSON.stringify(value)]),
    ) as Point['keys'],
  };
}
