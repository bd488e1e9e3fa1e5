/**
 * How a commitment reads as at a date, in the words of a row: each part by the same function of the domain of which `asAt`
 * consists, so that the clock rules exist once. Pure. Most events change few parts, and these as at few dates.
 */
import { lastDayOf, type FullDate } from '#clocks';
import {
  documentsCitedAsAt,
  documentsIn,
  viewAsAt,
  type Commitment,
  type CommitmentAsAt,
  type Role,
} from '#commitments';
import { dayOf, type ShownOnly, type Meanings, type Standing } from './columns.js';

/** The names by which a commitment is called and found. */
export interface Wording {
  readonly title: string;
  readonly summary: string;
  readonly condition: string | null;
}

/** A row in words: of each dictionary the text of its entry, the wording, and the reading (`null`: unreviewed). */
export type Point = { readonly [P in keyof Meanings]: string } & {
  readonly wording: Wording;
  readonly reading: string | null;
};
export type Part = keyof Point;

const RANKS: readonly Role[] = ['lead', 'co_lead', 'partner'];
const rankOf = (role: Role): number => (RANKS.includes(role) ? RANKS.indexOf(role) : RANKS.length);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (values: readonly string[]): string => JSON.stringify([...new Set(values)].sort());

interface Definition<P extends Part> {
  /** What of the state it comes from: while these are the same, so is it. */
  readonly from: readonly (keyof Commitment)[];
  readonly at: (view: CommitmentAsAt, c: Commitment, asOf: FullDate) => Point[P];
}

const PARTS: { readonly [P in Part]: Definition<P> } = {
  standing: {
    from: ['recorded', 'parts', 'anybody', 'roles', 'readings', 'ends'],
    at: ({ stage, nature, life, verification, headline, kind, strength }) =>
      JSON.stringify({
        ...{ stage, nature, life, verification: verification?.verification ?? 'unreviewed' },
        ...{ outlook: headline.outlook ?? null, kind, strength },
      } satisfies Standing),
  },
  agencies: {
    from: ['roles'],
    at: ({ agencies }) =>
      JSON.stringify(
        agencies
          .map(({ agency, role, asked }) => ({ agency, role, asked: asked === true }))
          .sort((a, b) => rankOf(a.role) - rankOf(b.role) || compare(a.agency, b.agency) || compare(a.role, b.role)),
      ),
  },
  themes: { from: ['themes'], at: ({ themes }) => sorted(themes) },
  followsUp: { from: ['followsUp'], at: ({ followsUp }) => sorted(followsUp) },
  places: {
    from: ['recorded'],
    at: ({ regions, countries }) => `{"regions":${sorted(regions)},"countries":${sorted(countries)}}`,
  },
  documents: { from: ['changes'], at: (_, c, asOf) => sorted(documentsCitedAsAt(c, asOf)) },
  relations: {
    from: ['relations'],
    at: ({ relations }) => JSON.stringify(relations.map(({ to, type }) => ({ to, type }))),
  },
  target: {
    from: ['target'],
    at: ({ target }) =>
      JSON.stringify({ date: target?.date ?? null, last: target ? dayOf(lastDayOf(target.date)) : 0 }),
  },
  beside: {
    from: ['parts', 'roles', 'ends', 'editions', 'upkeep'],
    at: ({ end, spread, lastEdition, nextDue, lastUpkeep }) =>
      JSON.stringify({
        into: end?.into ?? [],
        spread,
        lastEdition: lastEdition?.held ?? null,
        nextDue,
        lastUpkeep: lastUpkeep && { period: lastUpkeep.period, keptUp: lastUpkeep.keptUp },
      } satisfies ShownOnly),
  },
  wording: {
    from: ['wording'],
    at: ({ title, summary, condition }) => ({ title, summary, condition }),
  },
  reading: {
    from: ['parts', 'anybody', 'roles', 'readings', 'replies'],
    at: ({ verification }, c) => {
      if (c.readings.size === 0 || !verification) return null;
      const { reason, current, replies } = verification;
      return JSON.stringify({ reason, current, replies: replies.map(({ agency, text }) => ({ agency, text })) });
    },
  },
};
const ALL = Object.keys(PARTS) as Part[];

function pointOf(view: CommitmentAsAt, c: Commitment, asOf: FullDate, parts: readonly Part[]): Partial<Point> {
  const point: { [P in Part]?: unknown } = {};
  for (const part of parts) point[part] = PARTS[part].at(view, c, asOf);
  return point as Partial<Point>;
}

/** How a commitment reads from a date on; `null`: it does not exist by then. */
export function pointAt(c: Commitment, from: FullDate): Point | null {
  const view = viewAsAt(c, from);
  return view && (pointOf(view, c, from, ALL) as Point);
}

type Of = keyof Commitment;

/** Whether what an event says of a part of the state may hold as at a date or a later one; absent: it may. */
const HOLDS: { readonly [S in Of]?: (c: Commitment, revision: number, asOf: FullDate) => boolean } = {
  parts: ({ parts }, revision, asOf) => [...parts.values()].some((part) => part.asAt(asOf)?.revision === revision),
  anybody: ({ anybody }, revision, asOf) => anybody.asAt(asOf)?.revision === revision,
  target: ({ target }, revision, asOf) => target.asAt(asOf)?.revision === revision,
  wording: ({ wording }, revision, asOf) =>
    Object.values(wording).some((values) => values.asAt(asOf)?.revision === revision),
  editions: ({ editions }, revision, asOf) => editions.ranked.asAt(asOf)?.revision === revision,
  upkeep: ({ upkeep }, revision, asOf) => upkeep.ranked.asAt(asOf)?.revision === revision,
};

const FROM = [...new Set(ALL.flatMap((part) => PARTS[part].from))];

/** What an event changes of how a commitment reads, as at the dates from its report on. */
export class Difference {
  readonly #parts: readonly Part[];
  readonly #from: readonly Of[];
  /** Documents that it cites. */
  readonly #cited: readonly string[];

  constructor(
    before: Commitment,
    private readonly c: Commitment,
  ) {
    this.#from = FROM.filter((of) => before[of] !== c[of]);
    this.#parts = ALL.filter((part) => PARTS[part].from.some((of) => this.#from.includes(of)));
    this.#cited = documentsIn(c.said.at(-1)!.data);
  }

  /** Whether as at a date or a later one anything may read otherwise. */
  lasts(asOf: FullDate): boolean {
    const { revision } = this.c.said.at(-1)!;
    return this.#cited.length > 0 || this.#from.some((of) => HOLDS[of]?.(this.c, revision, asOf) ?? true);
  }

  /** What reads otherwise as at a date, of a commitment that existed by then. @param cited documents, before the event */
  at(asOf: FullDate, cited: readonly string[]): Partial<Point> {
    const point = pointOf(viewAsAt(this.c, asOf)!, this.c, asOf, this.#parts);
    return this.#cited.length === 0 ? point : { ...point, documents: sorted([...cited, ...this.#cited]) };
  }
}
