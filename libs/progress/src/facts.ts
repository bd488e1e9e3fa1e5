/**
 * A commitment as at a date, in the words of a row: each part by the same function of the domain of which `asAt`
 * consists, so that the clock rules exist once. Pure. Most events change few parts, and these as at few dates.
 */
import type { Citation, OnBehalf } from '#bodies';
import { lastDayOf, Series, type FullDate } from '#clocks';
import {
  documentsCitedAsAt,
  documentsIn,
  nextStepWord,
  REPORTS_ON_PARTS,
  agencyOfPart,
  standingAt,
  viewAsAt,
  type Commitment,
  type CommitmentAsAt,
  type Role,
  type Sourced,
  type Statement,
} from '#commitments';
import { compareTexts } from '#text';
import { RESPONSIBLE_ROLES } from '#words';
import { dayOf, type Details, type DaysHeard, type Meanings, type Standing } from './columns.js';
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
  readonly on: DaysHeard;
  /** All entries; otherwise they are added to the former ones. */
  readonly whole: boolean;
}
export type PointPart = keyof Point;

const RANKED_ROLES: readonly Role[] = RESPONSIBLE_ROLES;
const rankOf = (role: Role): number => (RANKED_ROLES.includes(role) ? RANKED_ROLES.indexOf(role) : RANKED_ROLES.length);
const sorted = (values: readonly string[]): string =>
  values.length === 0 ? '[]' : JSON.stringify([...new Set(values)].sort(compareTexts));

/** The entry that the stage rests on: when it happened, and where that is said. */
interface Headline {
  readonly effective: string;
  readonly note: string | null;
  readonly nextStep: string | null;
  readonly sources: readonly Citation[];
  /** The agency on whose behalf the secretariat reported, and the authority. */
  readonly onBehalf: OnBehalf | null;
}

/** A headline as text: shorter if it has no more than the date and the added part, as most do. */
const headlineText = ({ effective, note, nextStep, onBehalf, sources }: Headline): string =>
  JSON.stringify(
    sources.length === 0 && nextStep === null && onBehalf === null
      ? [effective, note]
      : [effective, note, nextStep, onBehalf, ...sources],
  );

export function headlineIn(text: string): Headline {
  const [effective, note, nextStep = null, onBehalf = null, ...sources] = JSON.parse(text) as [
    ...[effective: string, note: string | null, nextStep?: string | null, onBehalf?: OnBehalf | null],
    ...Citation[],
  ];
  return { effective, note, nextStep, sources, onBehalf };
}

/** A standing as JSON. Each of its words is of a short list, and no letter of theirs is written otherwise there. */
const standingText = ({ stage, nature, life, verification, outlook, kind, strength }: Standing): string =>
  `{"stage":"${stage}","nature":"${nature}","life":"${life}","verification":"${verification}",` +
  `"outlook":${outlook === null ? 'null' : `"${outlook}"`},"kind":"${kind}","strength":"${strength}"}`;

/** The same of parts that are shown and not filtered by, if the spread of stages is the only one, as of most. */
function ofSpread(spread: Details['spread']): string {
  let counts = '';
  for (const stage in spread) counts += `${counts && ','}"${stage}":${spread[stage as keyof typeof spread]}`;
  return `{"into":[],"spread":{${counts}},"lastEdition":null,"nextDue":null,"leadOfferedTo":null,"lastUpkeep":null}`;
}

/** The agencies that reported themselves by a statement: whose part it reports on, and whose focal point acted. */
function heardIn(c: Commitment, { name, by, data }: Statement): string[] {
  const { reportedOn, agency } = data as Partial<Sourced> & { readonly agency?: string };
  if (!reportedOn) return [];
  return [
    ...(REPORTS_ON_PARTS.has(name) ? [agencyOfPart(c, { agency, reportedOn })] : []),
    ...(by.agency ? [by.agency] : []),
  ];
}

/** On which days each agency reported itself, in order, by a state that is asked about as at many dates. */
const heardDays = new WeakMap<Commitment, ReadonlyMap<string, Series<FullDate>>>();

function daysHeard(c: Commitment): ReadonlyMap<string, Series<FullDate>> {
  const days = new Map<string, FullDate[]>();
  for (const said of c.said) {
    const last = c.changes.get(said.revision)?.at(-1);
    if (last?.says === null) continue;
    const one = { ...said, data: last?.says ?? said.data };
    for (const agency of heardIn(c, one)) {
      const known = days.get(agency);
      const { reportedOn } = one.data as { reportedOn: FullDate };
      if (known) known.push(reportedOn);
      else days.set(agency, [reportedOn]);
    }
  }
  return new Map([...days].map(([agency, all]) => [agency, Series.from(all.sort())]));
}

/** So many reports are gone through, rather than all that was ever said. */
const MAX_REPORTS_SCANNED = 64;

/** When each agency last reported itself, by a date. A corrected report counts as corrected, a retracted one never. */
function heardAsAt(c: Commitment, asOf: FullDate): DaysHeard {
  const heard: Record<string, FullDate> = {};
  const reports = c.reports.countUpTo(asOf);
  if (reports <= MAX_REPORTS_SCANNED) {
    for (const { revision, reportedOn } of c.reports.upTo(asOf))
      for (const agency of heardIn(c, standingAt(c, revision)!)) heard[agency] = reportedOn;
    return heard;
  }
  let days = heardDays.get(c);
  if (!days) heardDays.set(c, (days = daysHeard(c)));
  for (const [agency, all] of days) {
    const last = all.lastOf((on) => on <= asOf);
    if (last) heard[agency] = last;
  }
  return heard;
}

interface PartDefinition<P extends PointPart> {
  /** The parts of the state that it comes from: while these are the same, so is it. */
  readonly from: readonly (keyof Commitment)[];
  readonly at: (view: CommitmentAsAt, c: Commitment, asOf: FullDate) => Point[P];
}

const PART_DEFINITIONS: { readonly [P in PointPart]: PartDefinition<P> } = {
  standing: {
    from: ['recorded', 'parts', 'anybody', 'roles', 'readings', 'ends'],
    at: ({ stage, nature, life, verification, headline, kind, strength }) =>
      standingText({
        stage,
        nature,
        life,
        verification: verification?.verification ?? 'unreviewed',
        outlook: headline.outlook ?? null,
        kind,
        strength,
      }),
  },
  agencies: {
    from: ['roles'],
    at: ({ agencies }) =>
      JSON.stringify(
        agencies
          .map(({ agency, role, asked }) => ({ agency, role, asked: asked === true }))
          .sort(
            (a, b) =>
              rankOf(a.role) - rankOf(b.role) || compareTexts(a.agency, b.agency) || compareTexts(a.role, b.role),
          ),
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
  activityIds: {
    from: ['activityIds'],
    at: ({ activityIds }) =>
      JSON.stringify(activityIds.toSorted((a, b) => compareTexts(a.scheme, b.scheme) || compareTexts(a.id, b.id))),
  },
  target: {
    from: ['target'],
    at: ({ target }) =>
      JSON.stringify({ date: target?.date ?? null, last: target ? dayOf(lastDayOf(target.date)) : 0 }),
  },
  nextStep: {
    from: ['parts', 'anybody', 'roles'],
    at: ({ headline }) => {
      const { nextStepDue: due } = headline;
      const says = nextStepWord(headline);
      const last = due ? dayOf(lastDayOf(due)) : 0;
      return `{"says":"${says}","date":${due ? `"${due}"` : 'null'},"last":${last}}`; // a NextStep
    },
  },
  details: {
    from: ['parts', 'roles', 'offers', 'ends', 'editions', 'upkeep'],
    at: ({ end, spread, lastEdition, nextDue, lastUpkeep, leadTransfer }) => {
      if (!end && !lastEdition && !lastUpkeep && !leadTransfer) return ofSpread(spread);
      return JSON.stringify({
        into: end?.into ?? [],
        spread,
        lastEdition: lastEdition?.held ?? null,
        nextDue,
        leadOfferedTo: leadTransfer?.to ?? null,
        lastUpkeep: lastUpkeep && { period: lastUpkeep.period, keptUp: lastUpkeep.keptUp },
      } satisfies Details);
    },
  },
  wording: {
    from: ['wording'],
    at: ({ title, summary, condition, language }) => ({ title, summary, condition, language }),
  },
  entry: {
    from: ['parts', 'anybody', 'roles'],
    at: ({ headline: { effective, note, nextStep, citation, citations, onBehalf } }) => {
      const sources = [citation ?? [], citations ?? []].flat();
      return headlineText({
        effective,
        note: note ?? null,
        nextStep: nextStep ?? null,
        sources,
        onBehalf: onBehalf ?? null,
      });
    },
  },
  heard: { from: ['leads', 'changes'], at: (_, c, asOf) => ({ on: heardAsAt(c, asOf), whole: true }) },
  reading: {
    from: ['parts', 'anybody', 'roles', 'readings', 'replies'],
    at: ({ verification }, c) => {
      if (c.readings.size === 0 || !verification) return null;
      const { reason, current, replies } = verification;
      return JSON.stringify({ reason, current, replies: replies.map(({ agency, text }) => ({ agency, text })) });
    },
  },
};
const ALL_PARTS = Object.keys(PART_DEFINITIONS) as PointPart[];

type NewPoint = { -readonly [P in PointPart]?: Point[P] };

function pointOf(view: CommitmentAsAt, c: Commitment, asOf: FullDate, parts: readonly PointPart[]): NewPoint {
  const point: { [P in PointPart]?: unknown } = {};
  for (const part of parts) point[part] = PART_DEFINITIONS[part].at(view, c, asOf);
  return point as NewPoint;
}

/** How a commitment reads from a date on; `null`: it does not exist by then. */
export function pointAt(c: Commitment, from: FullDate): Point | null {
  const view = viewAsAt(c, from);
  return view && (pointOf(view, c, from, ALL_PARTS) as Point);
}

type StatePart = keyof Commitment;

/** By part of the state: whether an event still decides it as at a date, or on later ones. A part that is absent: it may. */
const STILL_DECIDES: { readonly [S in StatePart]?: (c: Commitment, revision: number, asOf: FullDate) => boolean } = {
  parts: ({ parts }, revision, asOf) => {
    for (const part of parts.values()) if (part.asAt(asOf)?.revision === revision) return true;
    return false;
  },
  anybody: ({ anybody }, revision, asOf) => anybody.asAt(asOf)?.revision === revision,
  target: ({ target }, revision, asOf) => target.asAt(asOf)?.revision === revision,
  wording: ({ wording }, revision, asOf) =>
    Object.values(wording).some((values) => values.asAt(asOf)?.revision === revision),
  editions: ({ editions }, revision, asOf) => editions.ranked.asAt(asOf)?.revision === revision,
  upkeep: ({ upkeep }, revision, asOf) => upkeep.ranked.asAt(asOf)?.revision === revision,
  readings: ({ readings }, revision, asOf) =>
    [...readings.values()].some((each) => each.asAt(asOf)?.revision === revision),
};

const STATE_PARTS = [...new Set(ALL_PARTS.flatMap((part) => PART_DEFINITIONS[part].from))];
/** Of each of these, the parts that come from it, as bits. */
const PARTS_FED = STATE_PARTS.map((of) =>
  ALL_PARTS.reduce((bits, part, n) => (PART_DEFINITIONS[part].from.includes(of) ? bits | (1 << n) : bits), 0),
);
const partsOfBits = new Map<number, readonly PointPart[]>();

/** The parts in which two states differ, and the parts of a row that come from them. */
function differing(before: Commitment, c: Commitment): { from: StatePart[]; parts: readonly PointPart[] } {
  const from: StatePart[] = [];
  let bits = 0;
  for (let i = 0; i < STATE_PARTS.length; i++) {
    if (before[STATE_PARTS[i]!] === c[STATE_PARTS[i]!]) continue;
    from.push(STATE_PARTS[i]!);
    bits |= PARTS_FED[i]!;
  }
  let parts = partsOfBits.get(bits);
  if (!parts) partsOfBits.set(bits, (parts = ALL_PARTS.filter((_, n) => (bits & (1 << n)) !== 0)));
  return { from, parts };
}

/** The difference that an event makes to a commitment, as at the dates from its report on. */
export class Difference {
  readonly #parts: readonly PointPart[];
  readonly #from: readonly StatePart[];
  /** Documents that it cites, and agencies that report themselves by it. */
  readonly #cited: readonly string[];
  readonly #heard: readonly string[];
  readonly #reportedOn: FullDate;

  constructor(
    before: Commitment,
    private readonly c: Commitment,
  ) {
    ({ from: this.#from, parts: this.#parts } = differing(before, c));
    const said = c.said.at(-1)!;
    this.#cited = documentsIn(said.data);
    this.#heard = heardIn(c, said);
    this.#reportedOn = (said.data as Sourced).reportedOn;
  }

  /**
   * Whether as at a date or a later one anything may read otherwise.
   * @param heard when agencies last reported themselves by then, before the event
   */
  lasts(asOf: FullDate, heard: (agency: string) => FullDate): boolean {
    const { revision } = this.c.said.at(-1)!;
    if (this.#cited.length > 0 || this.#heard.some((agency) => heard(agency) < this.#reportedOn)) return true;
    return this.#from.some((of) => STILL_DECIDES[of]?.(this.c, revision, asOf) ?? true);
  }

  /**
   * The parts that read otherwise as at a date, of a commitment that existed by then.
   * @param cited the documents, and `heard` when agencies last reported themselves, before the event
   */
  at(asOf: FullDate, cited: readonly string[], heard: (agency: string) => FullDate): Partial<Point> {
    const point = pointOf(viewAsAt(this.c, asOf)!, this.c, asOf, this.#parts);
    if (this.#cited.length > 0) point.documents = sorted([...cited, ...this.#cited]);
    const anew = this.#heard.filter((agency) => heard(agency) < this.#reportedOn);
    if (!point.heard && anew.length > 0)
      point.heard = { on: Object.fromEntries(anew.map((agency) => [agency, this.#reportedOn])), whole: false };
    return point;
  }
}

/** An amended statement before and now; `null`: there was none, or is none. */
export interface AmendedStatement {
  readonly was: Statement | null;
  readonly is: Statement | null;
}

export const reportedOnOf = (one: Statement | null): FullDate => (one ? (one.data as Sourced).reportedOn : '');

/** The documents that a statement and its amendments cite. */
const citedBy = ({ changes }: Commitment, revision: number, one: Statement | null): readonly string[] => [
  ...(one ? documentsIn(one.data) : []),
  ...(changes.get(revision)?.flatMap(({ says: _says, ...why }) => documentsIn(why)) ?? []),
];

/** The difference that the amendment of a statement makes to a commitment. */
export class AmendedDifference {
  readonly #parts: readonly PointPart[];
  readonly #from: readonly StatePart[];
  readonly #revision: number;
  /** Whether other documents are cited, and which agencies are heard of on other days. */
  readonly #recites: boolean;
  readonly #heard: readonly string[];
  /** The last day on which it reports or reported. */
  readonly #last: FullDate;

  constructor(
    private readonly before: Commitment,
    private readonly c: Commitment,
    { was, is }: AmendedStatement,
  ) {
    const { revision } = (is ?? was)!;
    this.#revision = revision;
    const moved = reportedOnOf(was) !== reportedOnOf(is);
    const differ = (some: readonly string[], others: readonly string[]) =>
      sorted(some) !== sorted(others) || (moved && some.length + others.length > 0);
    this.#recites = differ(citedBy(before, revision, was), citedBy(c, revision, is));
    const heard = [was ? heardIn(before, was) : [], is ? heardIn(c, is) : []] as const;
    this.#heard = differ(...heard) ? heard.flat() : [];
    this.#last = [reportedOnOf(was), reportedOnOf(is)].sort().at(-1)!;
    const { from, parts } = differing(before, c);
    this.#from = from.filter((of) => of !== 'changes');
    this.#parts = parts.filter(
      (part) => (part !== 'documents' || this.#recites) && (part !== 'heard' || this.#heard.length > 0),
    );
  }

  /** Whether as at a date after all its reports, or a later one, anything may read otherwise. */
  lasts(asOf: FullDate, heard: (agency: string) => FullDate): boolean {
    if (this.#recites || this.#heard.some((agency) => heard(agency) <= this.#last)) return true;
    return this.#from.some((of) =>
      [this.before, this.c].some((state) => STILL_DECIDES[of]?.(state, this.#revision, asOf) ?? true),
    );
  }

  /** The parts that may read otherwise as at a date, of a commitment that existed by then. */
  at(asOf: FullDate): Partial<Point> {
    return pointOf(viewAsAt(this.c, asOf)!, this.c, asOf, this.#parts);
  }
}
