/**
 * A commitment as at a date, as a row: each part by the same function of the domain that `asAt` uses, so that the clock rules
 * stand once. Pure. Most events change few parts; the others are not computed again.
 */
import type { Citation } from '#bodies';
import { lastDayOf, lastReported, type FullDate } from '#clocks';
import {
  agenciesAsAt,
  documentsCitedAsAt,
  contentAsAt,
  editionsAsAt,
  headlineAsAt,
  lineageAsAt,
  partOf,
  stagesAsAt,
  type Commitment,
  type Role,
  type Sourced,
  type StageEntry,
  type Statement,
} from '#commitments';
import { compareTexts } from '#text';
import { dayOf, type ShownOnly, type Heard, type Meanings, type Standing } from './columns.js';
import type { Wording } from './texts.js';

/**
 * A row in words: of each dictionary the text of its entry, the wording, the reading (`null`: unreviewed), the entry that the
 * stage rests on, and when each agency last reported itself.
 */
export type Point = { readonly [P in Exclude<keyof Meanings, 'heard'>]: string } & {
  readonly wording: Wording;
  readonly reading: string | null;
  readonly entry: string;
  readonly heard: HeardSince;
};

/** When agencies last reported themselves. */
export interface HeardSince {
  readonly on: Heard;
  /** All that there is; otherwise it is added to what was before. */
  readonly whole: boolean;
}
export type Part = keyof Point;

const RANKS: readonly Role[] = ['lead', 'co_lead', 'partner'];
const rankOf = (role: Role): number => (RANKS.includes(role) ? RANKS.indexOf(role) : RANKS.length);
const sorted = (values: readonly string[]): string => JSON.stringify([...new Set(values)].sort(compareTexts));

/** The entry that the stage rests on: when it happened, and where that is said. */
export interface Headline {
  readonly effective: string;
  readonly note: string | null;
  readonly sources: readonly Citation[];
}

/** The agencies that reported themselves: whose part a stage entry tells of, and whose focal point acted. */
function heardIn(
  c: Commitment,
  said: Pick<Statement, 'name' | 'by' | 'data'>,
  entries: readonly StageEntry[],
): Heard | null {
  const heard: Record<string, FullDate> = {};
  for (const entry of entries) heard[partOf(c, entry)] = entry.reportedOn;
  const { reportedOn } = said.data as Partial<Sourced>;
  if (said.by.agency && reportedOn) heard[said.by.agency] = reportedOn;
  return Object.keys(heard).length > 0 ? heard : null;
}

/** When each agency last reported itself, by a date. What was corrected or retracted counts as corrected, or not. */
function heardAsAt(c: Commitment, asOf: FullDate): Heard {
  const heard: Record<string, FullDate> = {};
  const hear = (agency: string, on: FullDate) => {
    if (on <= asOf && on > (heard[agency] ?? '')) heard[agency] = on;
  };
  for (const entry of c.entries) hear(partOf(c, entry), entry.reportedOn);
  for (const { by, data, revision } of c.said) {
    const changes = c.changes.get(revision);
    const { reportedOn } = (changes ? (changes.at(-1)!.says ?? {}) : data) as Partial<Sourced>;
    if (by.agency && reportedOn) hear(by.agency, reportedOn);
  }
  return heard;
}

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
          .sort(
            (a, b) =>
              rankOf(a.role) - rankOf(b.role) || compareTexts(a.agency, b.agency) || compareTexts(a.role, b.role),
          ),
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
      language: lastReported(wording.language, asOf)?.value ?? null,
    }),
  },
  entry: {
    from: ['entries', 'roles'],
    at: ({ headline: { effective, note, citation, citations } }) => {
      const sources = [citation ?? [], citations ?? []].flat();
      return JSON.stringify({ effective, note: note ?? null, sources } satisfies Headline);
    },
  },
  heard: { from: ['entries', 'roles', 'said'], at: ({ c, asOf }) => ({ on: heardAsAt(c, asOf), whole: true }) },
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
/** Parts to which an event adds. */
const ADDED: readonly Part[] = ['documents', 'heard'];

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
 * as before is the same. Of documents only those that are cited anew, of agencies only those that reported: they are added to
 * those before.
 */
export function changesAt(before: Commitment, c: Commitment, from: FullDate): Partial<Point> {
  const changed = ALL.filter((part) => !ADDED.includes(part) && PARTS[part].from.some((of) => before[of] !== c[of]));
  // Whose part an entry without an agency tells of comes from the roles.
  const whole = before.roles !== c.roles;
  const on = whole ? heardAsAt(c, from) : heardIn(c, c.said.at(-1)!, c.entries.slice(before.entries.length));
  const point = { ...workedOut(new AsAt(c, from), changed), ...(on && { heard: { on, whole } }) };
  if (!cites(c.said.at(-1)!.data)) return point;
  return { ...point, documents: sorted(documentsCitedAsAt({ ...c, said: c.said.slice(-1) }, from)) };
}
