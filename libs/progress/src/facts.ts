/**
 * A commitment as at a date, as a row: each part by the same function of the domain that `asAt` uses, so that the clock rules
 * stand once. Pure. Most events change few parts; the others are not computed again.
 */
import { lastDayOf, lastReported, type FullDate } from '#clocks';
import {
  agenciesAsAt,
  documentsCitedAsAt,
  contentAsAt,
  editionsAsAt,
  headlineAsAt,
  lineageAsAt,
  stagesAsAt,
  type Commitment,
  type Role,
  type StageEntry,
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

/** A commitment as at a date; what several parts need is worked out once. */
class AsAt {
  #stages: ReturnType<typeof stagesAsAt> | undefined;
  #headline: StageEntry | undefined;
  #lineage: ReturnType<typeof lineageAsAt> | undefined;

  constructor(
    readonly c: Commitment,
    readonly asOf: FullDate,
  ) {}

  get headline(): StageEntry {
    return (this.#headline ??= headlineAsAt(this.c, this.asOf)!);
  }

  get stages(): ReturnType<typeof stagesAsAt> {
    return (this.#stages ??= stagesAsAt(this.c, this.headline, this.asOf));
  }

  get lineage(): ReturnType<typeof lineageAsAt> {
    return (this.#lineage ??= lineageAsAt(this.c, this.asOf));
  }
}

interface Definition<P extends Part> {
  /** The parts of the state that it comes from: while these are the same, so is it. */
  readonly from: readonly (keyof Commitment)[];
  readonly at: (view: AsAt) => Point[P];
}

const PARTS: { readonly [P in Part]: Definition<P> } = {
  standing: {
    from: ['recorded', 'entries', 'roles', 'readings', 'ends'],
    at: ({ c, headline, stages, lineage }) => {
      const { nature, kind, strength } = c.recorded!;
      const { stage, outlook = null } = headline;
      const verification = stages.verification?.verification ?? 'unreviewed';
      const standing = { stage, nature, life: lineage.life, verification, outlook: outlook ?? null, kind, strength };
      return JSON.stringify(standing satisfies Standing);
    },
  },
  agencies: {
    from: ['roles'],
    at: ({ c, asOf }) =>
      JSON.stringify(
        agenciesAsAt(c, asOf)
          .map(({ agency, role, asked }) => ({ agency, role, asked: asked === true }))
          .sort((a, b) => rankOf(a.role) - rankOf(b.role) || compare(a.agency, b.agency) || compare(a.role, b.role)),
      ),
  },
  themes: { from: ['themes'], at: ({ c, asOf }) => sorted(contentAsAt(c, asOf).themes) },
  followsUp: { from: ['followsUp'], at: ({ lineage }) => sorted(lineage.followsUp) },
  places: {
    from: ['recorded'],
    at: ({ c }) => {
      const { regions, countries } = c.recorded!;
      return `{"regions":${sorted(regions ?? [])},"countries":${sorted(countries ?? [])}}`;
    },
  },
  documents: { from: ['said', 'changes'], at: ({ c, asOf }) => sorted(documentsCitedAsAt(c, asOf)) },
  relations: {
    from: ['relations'],
    at: ({ lineage }) => JSON.stringify(lineage.relations.map(({ to, type }) => ({ to, type }))),
  },
  target: {
    from: ['target'],
    at: ({ c, asOf }) => {
      const target = lastReported(c.target, asOf)?.value;
      return JSON.stringify({ date: target?.date ?? null, last: target ? dayOf(lastDayOf(target.date)) : 0 });
    },
  },
  beside: {
    from: ['entries', 'roles', 'ends', 'editions', 'upkeep'],
    at: ({ c, asOf, stages: { spread }, lineage: { end } }) => {
      const { lastEdition, nextDue, lastUpkeep } = editionsAsAt(c, asOf);
      return JSON.stringify({
        into: end?.into ?? [],
        spread,
        lastEdition: lastEdition?.held ?? null,
        nextDue,
        lastUpkeep: lastUpkeep && { period: lastUpkeep.period, keptUp: lastUpkeep.keptUp },
      } satisfies ShownOnly);
    },
  },
  wording: {
    from: ['wording'],
    at: ({ c: { wording }, asOf }) => ({
      title: lastReported(wording.title, asOf)!.value!,
      summary: lastReported(wording.summary, asOf)!.value!,
      condition: lastReported(wording.condition, asOf)?.value ?? null,
    }),
  },
  reading: {
    from: ['entries', 'roles', 'readings', 'replies'],
    at: ({ c, stages }) => {
      if (c.readings.length === 0 || !stages.verification) return null;
      const { reason, current, replies } = stages.verification;
      return JSON.stringify({ reason, current, replies: replies.map(({ agency, text }) => ({ agency, text })) });
    },
  },
};
const ALL = Object.keys(PARTS) as Part[];

const workedOut = (view: AsAt, parts: readonly Part[]): Partial<Point> =>
  Object.fromEntries(parts.map((part) => [part, PARTS[part].at(view)]));

/** A commitment from a date on; `null`: it does not exist by then. */
export function pointAt(c: Commitment, from: FullDate): Point | null {
  if (!c.recorded || !headlineAsAt(c, from)) return null;
  return workedOut(new AsAt(c, from), ALL) as Point;
}

/** Whether anything in a statement may cite a document. */
function cites(said: object): boolean {
  for (const [name, value] of Object.entries(said))
    if (
      name === 'citation' ||
      name === 'citations' ||
      (typeof value === 'object' && value !== null && cites(value as object))
    )
      return true;
  return false;
}

/**
 * What of it reads otherwise than before, from a date on by which all was said that was said before: what comes from the same
 * as before is the same. Of documents only those that are cited anew; they are added to those before.
 */
export function changesAt(before: Commitment, c: Commitment, from: FullDate): Partial<Point> {
  const changed = ALL.filter((part) => part !== 'documents' && PARTS[part].from.some((of) => before[of] !== c[of]));
  const point = workedOut(new AsAt(c, from), changed);
  if (!cites(c.said.at(-1)!.data)) return point;
  return { ...point, documents: sorted(documentsCitedAsAt({ ...c, said: c.said.slice(-1) }, from)) };
}
