/**
 * The one read model of progress: for every commitment the spans of dates over which it reads the same, and the positions of
 * the log between which that was known. `asOf` and `knownAt` are then plain conditions.
 */
import { ApiProperty } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';
import { setImmediate } from 'node:timers/promises';
import { lastDayOf, monthsBefore, todayAt, type FullDate } from '#clocks';
import {
  RoleAsAt,
  asAt,
  citedAsAt,
  commitment,
  isOpen,
  turningPoints,
  ENDS,
  KINDS,
  LIVES,
  NATURES,
  OUTLOOKS,
  STAGES,
  STRENGTHS,
  FINDINGS,
  type Commitment,
  type CommitmentAsAt,
  type CommitmentEvents,
  type End,
  type Life,
  type Nature,
  type Role,
  type Sourced,
  type Stage,
} from '#commitments';
import {
  appliedBefore,
  fold,
  pinned,
  type Log,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Recorded,
  type Value,
} from '#eventsourcing';
import { cursorTo, placeOf, relevanceOf, searched, soughtIn, wordsOf } from '#platform';
import { codeOf, Registers, type Theme } from '#registers';
import { orderOf, SORTS, type Sort } from './order.js';
import {
  TALLIED_STALE_AFTER,
  TALLIES,
  Tallies,
  talliesAsAt,
  themeSet,
  together,
  type Counts,
  type Tally,
} from './tallies.js';
import { themeTree, throughOf, type Through, type ThemeTree } from './theme-tree.js';

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const DATES = `from_date TEXT NOT NULL, to_date TEXT NOT NULL, from_position BIGINT NOT NULL, to_position BIGINT NOT NULL`;

const SCHEMA = `
  CREATE TABLE progress_spans (
    reference TEXT NOT NULL, ${DATES},
    kind TEXT NOT NULL, nature TEXT NOT NULL, strength TEXT NOT NULL,
    stage TEXT NOT NULL, outlook TEXT, lead TEXT NOT NULL,
    target TEXT, target_last TEXT,
    last_reported_on TEXT NOT NULL,
    life TEXT NOT NULL, became TEXT NOT NULL,
    spread TEXT NOT NULL, recurrence TEXT,
    verification TEXT NOT NULL, reading TEXT,
    themes TEXT NOT NULL,
    PRIMARY KEY (reference, from_date, from_position)
  );
  CREATE INDEX progress_spans_as_at ON progress_spans (to_position, to_date, from_date, from_position);
  CREATE TABLE progress_texts (
    reference TEXT NOT NULL, ${DATES},
    title TEXT NOT NULL, search TEXT NOT NULL,
    PRIMARY KEY (reference, from_date, from_position)
  ) WITHOUT ROWID;
  CREATE TABLE progress_facets (
    reference TEXT NOT NULL, ${DATES},
    facet TEXT NOT NULL, value TEXT NOT NULL, role TEXT NOT NULL, asked INTEGER NOT NULL,
    PRIMARY KEY (reference, facet, value, role, from_date, from_position)
  ) WITHOUT ROWID;
  CREATE INDEX progress_facets_value ON progress_facets (facet, value);
  CREATE TABLE progress_corrections (reference TEXT NOT NULL, ${DATES});
  CREATE INDEX progress_corrections_as_at ON progress_corrections (to_position, to_date, from_date);
  ${TALLIES}`;

const FOREVER = Number.MAX_SAFE_INTEGER;
const END_OF_TIME = '9999-99-99';

export type Facet = 'agency' | 'theme' | 'region' | 'country' | 'followsUp' | 'document' | 'relation';

// ── From event to rows ──────────────────────────────────────────────────────────────────────────────────────────────

type Columns = readonly Value[];
type FacetRow = readonly [facet: Facet, value: string, role: string, asked: number];

/** What a commitment reads like from a date on, up to the next one. What is equal is the same object. */
interface Point extends Counts {
  readonly span: Columns;
  readonly text: Text;
  readonly facets: readonly FacetRow[];
}

interface Text extends Pick<CommitmentAsAt, 'title' | 'summary' | 'condition'> {
  readonly columns: Columns;
}

/** A row as it holds now, of all that is known. */
interface Held {
  readonly from: FullDate;
  readonly to: FullDate;
  readonly values: Columns;
  /** The position that it is known from. */
  readonly since: number;
  /** Whether it is in its table. */
  stored: boolean;
}

const TABLES = ['spans', 'texts', 'facets'] as const;
type Table = (typeof TABLES)[number];
type Rows = Readonly<Record<Table, readonly Held[]>>;

/** What is known of a commitment, and what the tables should say of it. */
interface Known {
  readonly state: Commitment;
  readonly revision: number;
  readonly points: readonly Point[];
  readonly rows: Rows;
}

const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  spans: [
    ...['kind', 'nature', 'strength', 'stage', 'outlook', 'lead', 'target', 'target_last', 'last_reported_on'],
    ...['life', 'became', 'spread', 'recurrence', 'verification', 'reading', 'themes'],
  ],
  texts: ['title', 'search'],
  facets: ['facet', 'value', 'role', 'asked'],
};
const DATED_COLUMNS = ['reference', 'from_date', 'to_date', 'from_position', 'to_position'];

/** What stands beside the stage: the secretariat's reading and the agency's reply. */
const readingOf = (verification: CommitmentAsAt['verification']): string | null => {
  if (!verification) return null;
  const { reason, current, replies } = verification;
  return JSON.stringify({ reason, current, replies: replies.map(({ agency, text }) => ({ agency, text })) });
};

type Recurrence = Pick<Item, 'lastEdition' | 'nextDue' | 'lastUpkeep'>;
const NOTHING_RECURS: Recurrence = { lastEdition: null, nextDue: null, lastUpkeep: null };

/** What comes round, and what is kept up. */
const recurrenceOf = ({ lastEdition, nextDue, lastUpkeep }: CommitmentAsAt): string | null =>
  lastEdition || nextDue || lastUpkeep
    ? JSON.stringify({
        lastEdition: lastEdition?.held ?? null,
        nextDue,
        lastUpkeep: lastUpkeep && { period: lastUpkeep.period, keptUp: lastUpkeep.keptUp },
      } satisfies Recurrence)
    : null;

const equal = (a: Columns | readonly FacetRow[], b: Columns | readonly FacetRow[]): boolean =>
  a === b ||
  (a.length === b.length && a.every((one, i) => one === b[i] || (Array.isArray(one) && equal(one, b[i] as never))));

/** One of those known before, if it is equal. */
const known = <T extends Columns | readonly FacetRow[]>(one: T, ...before: (T | undefined)[]): T =>
  before.find((other) => other !== undefined && equal(one, other)) ?? one;

/** What a commitment is called and found by: one of those known, if that says the same. */
function textOf(reference: string, view: CommitmentAsAt, known: readonly (Text | undefined)[]): Text {
  const { title, summary, condition } = view;
  const same = known.find((one) => one?.title === title && one.summary === summary && one.condition === condition);
  if (same) return same;
  const words = wordsOf([reference, title, summary, condition ?? ''].join(' '));
  return { title, summary, condition, columns: [title, ` ${words.join(' ')}`] };
}

/** @param before how it reads from the date before on @param same how it read from this date on until now */
function pointAt(c: Commitment, reference: string, from: FullDate, before?: Point, same?: Point): Point | null {
  const view = asAt(c, from);
  if (!view) return null;
  const { kind, nature, strength, stage, headline, target, agencies, lastReportedOn, life, end } = view;
  const plain = (facet: Facet, all: readonly string[]) => all.map((value): FacetRow => [facet, value, '', 0]);
  return {
    ...{ from, life, stage, nature, lastReportedOn, agencies, themes: view.themes },
    targetLast: target && lastDayOf(target.date),
    span: known(
      [
        ...[kind, nature, strength, stage, headline.outlook ?? null, agencies[0]!.agency],
        ...[target?.date ?? null, target && lastDayOf(target.date), lastReportedOn],
        ...[life, JSON.stringify(end?.into ?? []), JSON.stringify(view.spread), recurrenceOf(view)],
        ...[view.verification?.verification ?? 'unreviewed', readingOf(view.verification)],
        themeSet(view),
      ],
      same?.span,
    ),
    text: textOf(reference, view, [before?.text, same?.text]),
    facets: known(
      [
        ...agencies.map(({ agency, role, asked }): FacetRow => ['agency', agency, role, asked ? 1 : 0]),
        ...view.relations.map(({ to, type }): FacetRow => ['relation', to, type, 0]),
        ...plain('theme', view.themes),
        ...plain('region', view.regions),
        ...plain('country', view.countries),
        ...plain('followsUp', view.followsUp),
        ...plain('document', citedAsAt(c, from)),
      ],
      before?.facets,
      same?.facets,
    ),
  };
}

/** How a commitment reads from every turning point on; before `since` as it did. */
function pointsOf(c: Commitment, reference: string, was: readonly Point[], since: FullDate): readonly Point[] {
  const points = was.filter(({ from }) => from < since);
  for (const from of turningPoints(c)) {
    if (from < since) continue;
    const [before, same] = [points.at(-1), was.find((one) => one.from === from)];
    const point = pointAt(c, reference, from, before, same);
    if (point) points.push(point);
  }
  return points;
}

type Run = Pick<Held, 'from' | 'to' | 'values'>;

/** What goes on unchanged, from which date on. */
function stretches<T>(points: readonly Point[], of: (point: Point) => T): { from: FullDate; it: T }[] {
  const all: { from: FullDate; it: T }[] = [];
  for (const point of points) if (all.at(-1)?.it !== of(point)) all.push({ from: point.from, it: of(point) });
  return all;
}

const ended = <T extends { from: FullDate }>(all: readonly T[]): (T & { to: FullDate })[] =>
  all.map((one, i) => ({ ...one, to: all[i + 1]?.from ?? END_OF_TIME }));

/** Each facet from when to when it goes on. */
function facetRuns(points: readonly Point[]): Run[] {
  const [runs, open] = [[] as Run[], new Map<string, { from: FullDate; values: FacetRow }>()];
  for (const { from, it } of stretches(points, ({ facets }) => facets)) {
    const present = new Map(it.map((values) => [values.join('\n'), values]));
    for (const [key, { from: opened, values }] of open)
      if (!present.has(key)) {
        runs.push({ from: opened, to: from, values });
        open.delete(key);
      }
    for (const [key, values] of present) if (!open.has(key)) open.set(key, { from, values });
  }
  for (const { from, values } of open.values()) runs.push({ from, to: END_OF_TIME, values });
  return runs;
}

/** The rows that say what the points say: of what goes on unchanged, one. */
const RUNS: Readonly<Record<Table, (points: readonly Point[]) => Run[]>> = {
  spans: (points) => ended(points.map(({ from, span: values }) => ({ from, values }))),
  texts: (points) => ended(stretches(points, ({ text }) => text).map(({ from, it }) => ({ from, values: it.columns }))),
  facets: facetRuns,
};

const sameRun = (a: Run | undefined, b: Run): boolean =>
  a !== undefined && a.from === b.from && a.to === b.to && equal(a.values, b.values);

const sameStretches = <T>(was: readonly Point[], is: readonly Point[], of: (point: Point) => T): boolean => {
  const [a, b] = [stretches(was, of), stretches(is, of)];
  return a.length === b.length && a.every(({ from, it }, i) => from === b[i]!.from && it === b[i]!.it);
};

/** The rows that hold from a position on: those that still do, and new ones. */
function heldFrom(position: number, table: Table, was: Known, points: readonly Point[]): readonly Held[] {
  const rows = was.rows[table];
  if (table === 'texts' && sameStretches(was.points, points, ({ text }) => text)) return rows;
  if (table === 'facets' && sameStretches(was.points, points, ({ facets }) => facets)) return rows;
  return RUNS[table](points).map((run, i) => {
    const same = sameRun(rows[i], run) ? rows[i] : rows.find((row) => sameRun(row, run));
    return same ?? { ...run, since: position, stored: false };
  });
}

/** Between which dates two read differently. */
function differences(was: readonly Point[], is: readonly Point[]): { from: FullDate; to: FullDate }[] {
  const dates = [...new Set([...was, ...is].map(({ from }) => from))].sort();
  const on = (points: readonly Point[], date: FullDate) => points.findLast(({ from }) => from <= date);
  const read = (point: Point | undefined) => point && [point.span, point.text.columns, point.facets.map(String).sort()];
  return dates.flatMap((from, i) => {
    const [a, b] = [on(was, from), on(is, from)];
    const same = a === b || JSON.stringify(read(a)) === JSON.stringify(read(b));
    return same ? [] : [{ from, to: dates[i + 1] ?? END_OF_TIME }];
  });
}

const CLOSE: Readonly<Record<Table, string>> = {
  spans: 'UPDATE progress_spans SET to_position = ? WHERE reference = ? AND from_date = ? AND to_position = ?',
  texts: 'UPDATE progress_texts SET to_position = ? WHERE reference = ? AND from_date = ? AND to_position = ?',
  facets: `UPDATE progress_facets SET to_position = ? WHERE reference = ? AND from_date = ? AND to_position = ?
    AND facet = ? AND value = ? AND role = ? AND asked = ?`,
};
const FORGET = [...TABLES, 'corrections'].map((table) => `DELETE FROM progress_${table} WHERE reference = ?`);

/** Of the commitments that are kept in memory together, as what comes next is often about one of them: about 6 kB each. */
const EVENTS_IN_MEMORY = 2_000;

/** The projection; `log` gives back the earlier events of a commitment that is no longer in memory. */
export function progressProjection(log: Log): Projection {
  const name = 'progress';
  const recent = new LRUCache<string, Known>({
    maxSize: EVENTS_IN_MEMORY,
    sizeCalculation: ({ revision }) => revision + 1,
  });
  /** What was written of since the last commit, and what the tables say of it. */
  const touched = new Map<string, { readonly before: Known; is: Known }>();
  /** Rows that came and went since the last commit, and rows of the tables that went. */
  let [past, closed]: [Record<Table, Value[][]>, [table: Table, values: Value[]][]] = [nothingPast(), []];
  let corrections: Value[][] = [];
  /** Of the last event handled. */
  let last = 0;

  const nothing: Known = {
    state: commitment.initial,
    revision: -1,
    points: [],
    rows: { spans: [], texts: [], facets: [] },
  };

  const before = async ({ stream, revision }: Recorded, reference: string, tx: ReadTx): Promise<Known> => {
    const kept = touched.get(stream)?.is ?? recent.get(stream);
    if (kept?.revision === revision - 1) return kept;
    if (revision === 0) return nothing;
    const earlier = await appliedBefore(log, name, stream, revision, tx);
    const state = fold(commitment, commitment.initial, earlier as never);
    const points = pointsOf(state, reference, [], '');
    const stored = (table: Table) => RUNS[table](points).map((run): Held => ({ ...run, since: 0, stored: true }));
    const rows = { spans: stored('spans'), texts: stored('texts'), facets: stored('facets') };
    return { state, revision: revision - 1, points, rows };
  };

  /** What an event changes; `corrects` is the position of the event that it corrects. */
  const follow = (event: Recorded, was: Known, corrects?: number): Known => {
    const [reference, position] = [referenceOf(event), Number(event.position)];
    last = Math.max(last, position);
    const state = fold(commitment, was.state, [event as never]);
    // Rule 1: as at the days before something was reported, it changes nothing.
    const since = corrects === undefined ? (event.data as Sourced).reportedOn : '';
    const points = pointsOf(state, reference, was.points, since);
    const held = (table: Table): readonly Held[] => {
      const rows = heldFrom(position, table, was, points);
      for (const row of rows === was.rows[table] ? [] : was.rows[table]) {
        if (rows.includes(row)) continue;
        if (row.stored)
          closed.push([table, [position, reference, row.from, FOREVER, ...(table === 'facets' ? row.values : [])]]);
        else past[table].push([reference, row.from, row.to, row.since, position, ...row.values]);
      }
      return rows;
    };
    const rows = { spans: held('spans'), texts: held('texts'), facets: held('facets') };
    if (corrects !== undefined)
      for (const { from, to } of differences(was.points, points))
        corrections.push([reference, from, to, corrects, position]);
    const is = { state, revision: event.revision, points, rows };
    touched.set(event.stream, { before: touched.get(event.stream)?.before ?? was, is });
    return is;
  };

  const apply = async (event: Recorded, tx: ReadTx): Promise<void> => {
    follow(event, await before(event, referenceOf(event), tx));
  };

  const positionOf = (all: readonly Pick<Recorded, 'position'>[], { data }: Recorded): number =>
    Number(all[(data as CommitmentEvents['Corrected']).revision]!.position);

  const correct = async (event: Recorded, tx: ReadTx): Promise<void> => {
    follow(event, await before(event, referenceOf(event), tx), positionOf(await log.store.read(event.stream), event));
  };

  /** The words that went stand in what was shown earlier, too: all of it is made anew without them. */
  const blank = async (event: Recorded, tx: ReadTx): Promise<void> => {
    const { stream, revision } = event;
    const was = await before(event, referenceOf(event), tx);
    await flush(tx);
    for (const sql of FORGET) tx.run(sql, referenceOf(event));
    const all = await log.store.read(stream);
    let is = nothing;
    for (const one of await appliedBefore(log, name, stream, revision + 1, tx))
      is = follow(one, is, /^(Corrected|Retracted)$/.test(one.name) ? positionOf(all, one) : undefined);
    touched.set(stream, { before: was, is });
  };

  const flush = async (tx: ReadTx): Promise<void> => {
    const tallies = new Tallies();
    for (const [table, values] of closed) tx.run(CLOSE[table], ...values);
    const present = past;
    for (const [i, [stream, { before, is }]] of [...touched].entries()) {
      if (i % AT_ONCE === AT_ONCE - 1) await setImmediate(); // others have their turn
      const reference = stream.slice(commitment.category.length + 1);
      for (const table of TABLES)
        for (const row of is.rows[table]) {
          if (row.stored) continue;
          present[table].push([reference, row.from, row.to, row.since, FOREVER, ...row.values]);
          row.stored = true;
        }
      tallies.less(before.points).and(is.points);
      recent.set(stream, is);
    }
    for (const table of TABLES)
      await tx.insert(`progress_${table}`, [...DATED_COLUMNS, ...COLUMNS[table]], present[table]);
    await tx.insert('progress_corrections', DATED_COLUMNS, corrections);
    if (touched.size > 0) await tallies.write(tx, last);
    touched.clear();
    [past, closed, corrections] = [nothingPast(), [], []];
  };

  const handlers = { Corrected: correct, Retracted: correct, Blanked: blank };
  return {
    name,
    version: 5,
    schema: SCHEMA,
    byStream: true,
    on: Object.fromEntries(
      Object.keys(commitment.evolve).map((name) => [
        `${commitment.category}.${name}`,
        name in handlers ? handlers[name as keyof typeof handlers] : apply,
      ]),
    ),
    flush,
    fresh: () => progressProjection(log),
    reset: () => {
      recent.clear();
      touched.clear();
      [past, closed, corrections] = [nothingPast(), [], []];
    },
  };
}

const referenceOf = ({ stream }: Recorded): string => stream.slice(commitment.category.length + 1);
const nothingPast = (): Record<Table, Value[][]> => ({ spans: [], texts: [], facets: [] });

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The clocks of a view. `knownAt` is a position; absent: all that the view has applied. */
export interface At {
  readonly asOf: FullDate;
  readonly knownAt?: string;
  /** Calendar months, default 12. */
  readonly staleAfter?: number;
}

/** `knownAt` is settled: every query of an answer asks for the same log. */
export type Pinned = At & { readonly knownAt: string };

export interface Filter extends Through {
  /** References, separated by commas. */
  readonly reference?: string;
  readonly agency?: string;
  /** `any`: lead, co_lead or partner. */
  readonly role?: Role | 'any';
  /** Another agency that stands in it, too, as lead, co-lead or partner. */
  readonly with?: string;
  /** No other agencies count than those that were members of this body. */
  readonly memberOf?: string;
  /** Whether several agencies stand in it as lead, co-lead or partner, or one alone. */
  readonly joint?: boolean;
  /** A theme, or any below it, or any that a link of the crosswalk leads from to one of these. */
  readonly theme?: string;
  /** Any theme of a framework. */
  readonly framework?: string;
  /** A crosswalk: a theme of its first framework from which a link leads to one of the second … */
  readonly reached?: string;
  /** … or such a theme, and none from which a link leads. */
  readonly noEquivalent?: string;
  readonly stage?: string;
  readonly kind?: string;
  readonly nature?: string;
  readonly strength?: string;
  readonly country?: string;
  readonly region?: string;
  readonly document?: string;
  /** A forum includes its round tables and outcomes. */
  readonly followsUp?: string;
  /** Lives, separated by commas, or `any`; absent: only active records. */
  readonly life?: string;
  readonly outlook?: string;
  readonly verification?: string;
  /** The reference of a commitment or the id of a forum that a relation leads to … */
  readonly relatedTo?: string;
  /** … and of which type. */
  readonly relation?: string;
  /** `today`: an agency stands for all that have become it. */
  readonly agencies?: 'then' | 'today';
  readonly withTarget?: boolean;
  /** The period of the target ends on this day or later … */
  readonly dueFrom?: FullDate;
  /** … and on this day or before. */
  readonly dueBy?: FullDate;
  readonly overdue?: boolean;
  readonly stale?: boolean;
  /**
   * Words of reference, title, summary or condition, or their beginnings, or words in quotation marks as they are; each must
   * be found.
   */
  readonly q?: string;
}

export const COUNT = { type: 'integer', minimum: 0 } as const;
export const Count = (description?: string) => ApiProperty({ ...COUNT, description });
/** A count for each of some names. */
export const CountsBy = (names: readonly string[], description?: string) =>
  ApiProperty({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, COUNT])),
    required: [...names],
    selfRequired: true,
    additionalProperties: false,
    description,
  });

/** How many commitments, and how they stand. A commitment counts once. */
export class Row {
  @Count() readonly total: number;
  @CountsBy(STAGES) readonly byStage: Readonly<Record<Stage, number>>;
  @Count('With a target as at the date, whatever the stage') readonly withTarget: number;
  @Count() readonly overdue: number;
  @Count() readonly stale: number;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly lastReportedOn: FullDate | null;
}

export class AgencyRow extends Row {
  @ApiProperty() readonly agency: string;
  @ApiProperty({
    ...COUNT,
    required: false,
    description: 'In how many it has yet to accept the role that another agency named it for; absent: in none',
  })
  readonly asked?: number;
  @ApiProperty() readonly name: string;
}
export class ThemeRow extends Row {
  @ApiProperty() readonly theme: string;
  @ApiProperty() readonly name: string;
}

/** Rows do not add up to the total: a commitment counts once under each of its agencies and themes. */
export abstract class ProgressView<R> {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ description: 'The position of the log that this shows' }) readonly position: string;
  @ApiProperty({ description: 'The rows do not add up to it: a commitment counts once under each agency and theme' })
  readonly total: Row;
  @CountsBy(ENDS, 'Records that have ended by then; they are in no total')
  readonly apart: Readonly<Record<End, number>>;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  abstract readonly rows: R[];
}

class ReplyInShort {
  @ApiProperty() readonly agency: string;
  @ApiProperty() readonly text: string;
}

/** Whether a standing commitment was kept up in the last period told of. */
class UpkeepInShort {
  @ApiProperty({ example: '2011' }) readonly period: string;
  @ApiProperty() readonly keptUp: boolean;
}

/** The secretariat's reading beside the stage. */
export class ReadingInShort {
  @ApiProperty({ enum: FINDINGS }) readonly verification: string;
  @ApiProperty() readonly reason: string;
  @ApiProperty({ description: 'Whether the stage still rests on what was read' }) readonly current: boolean;
  @ApiProperty({ type: [ReplyInShort] }) readonly replies: readonly ReplyInShort[];
}

export class Item {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ enum: KINDS }) readonly kind: string;
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: string;
  @ApiProperty({ enum: STAGES, description: 'The lead’s part' }) readonly stage: Stage;
  @ApiProperty({ enum: OUTLOOKS, nullable: true }) readonly outlook: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: COUNT,
    description: 'The parts of lead, co-leads and partners by stage',
    example: { in_progress: 1, unreported: 1 },
  })
  readonly spread: CommitmentAsAt['spread'];
  @ApiProperty({ type: () => ReadingInShort, nullable: true, description: 'null: unreviewed' })
  readonly verification: ReadingInShort | null;
  @ApiProperty({ type: String, nullable: true, example: '2006-11-20', description: 'When the last edition was held' })
  readonly lastEdition: string | null;
  @ApiProperty({ type: String, nullable: true, example: '2007', description: 'When the next edition is due' })
  readonly nextDue: string | null;
  @ApiProperty({ type: () => UpkeepInShort, nullable: true }) readonly lastUpkeep: UpkeepInShort | null;
  @ApiProperty({ enum: LIVES }) readonly life: Life;
  @ApiProperty({ type: [String], description: 'The commitments that it became' }) readonly into: string[];
  @ApiProperty() readonly lead: string;
  @ApiProperty({ type: [RoleAsAt] }) readonly agencies: RoleAsAt[];
  @ApiProperty({ type: [String] }) readonly themes: string[];
  @ApiProperty({ type: [String] }) readonly followsUp: string[];
  @ApiProperty({ type: String, nullable: true, example: '2013-06' }) readonly target: string | null;
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty() readonly stale: boolean;
  @ApiProperty({ type: String, format: 'date' }) readonly lastReportedOn: FullDate;
  @ApiProperty({ description: 'Whether what is shown was corrected after `knownAt`' }) readonly correctedLater: boolean;
}

const RANKED = 20_000;
/** How many are looked up at once, and shown at once, of a list that is read whole. */
const [AHEAD, AT_ONCE] = [10_000, 500];

export class ItemList {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @Count('Of all pages') readonly total: number;
  @ApiProperty({
    enum: SORTS,
    description: `Of more than ${RANKED} that a search finds: reference instead of relevance`,
  })
  readonly sort: Sort;
  @ApiProperty({ type: [Item] }) readonly items: Item[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The next page, of what was known when the first one was read. null: this is the last page',
  })
  readonly nextCursor: string | null;
}

/** The stages of open commitments, as the `stage` filter takes them. */
export const OPEN_STAGES = STAGES.filter(isOpen).join(',');
export const OPEN = `stage NOT IN ('completed', 'discontinued')`;
/** The columns of a `Row`, to be counted over `found`. */
export const COUNTS = [
  'COUNT(*) AS total',
  ...STAGES.map((stage) => `COUNT(*) FILTER (WHERE stage = '${stage}') AS ${stage}`),
  'COUNT(target_last) AS "withTarget"',
  'COUNT(*) FILTER (WHERE overdue = 1) AS overdue',
  'COUNT(*) FILTER (WHERE stale = 1) AS stale',
  'MAX(last_reported_on) AS "lastReportedOn"',
  'COUNT(*) FILTER (WHERE corrected = 1) AS "correctedLater"',
].join(', ');

export type Counted = { [column: string]: number | string | null; key: string };

type ItemRow = Record<
  | 'reference'
  | 'title'
  | 'kind'
  | 'nature'
  | 'strength'
  | 'stage'
  | 'lead'
  | 'lastReportedOn'
  | 'life'
  | 'became'
  | 'spread'
  | 'verification',
  string
> &
  Record<'outlook' | 'target' | 'reading' | 'recurrence', string | null> &
  Record<'overdue' | 'stale' | 'correctedLater', number>;

/** SQL text with the values of its question marks. */
export class Sql {
  constructor(
    readonly text: string,
    readonly values: readonly Value[] = [],
  ) {}
}

export const list = (values: readonly Value[]): Sql => new Sql(values.map(() => '?').join(', ') || 'NULL', values);

/** A table of two columns of text. */
export const pairs = (rows: readonly (readonly [string, string])[]): Sql =>
  rows.length === 0
    ? new Sql("SELECT '' AS column1, '' AS column2 WHERE 1 = 0")
    : new Sql(`VALUES ${rows.map(() => '(?, ?)').join(', ')}`, rows.flat());

interface Tallied {
  readonly asOf: FullDate;
  readonly knownAt: string;
  readonly of: (dimension: Tally['dimension']) => Tally[];
  readonly totals: Totals;
}
type Totals = Omit<ProgressView<never>, 'rows'>;
type ViewFilter = Pick<Filter, 'followsUp' | 'role' | 'agencies' | 'memberOf'>;

/** Only what every view can be narrowed to. */
const scopeOf = ({ followsUp, role, agencies, memberOf }: ViewFilter): ViewFilter => ({
  followsUp,
  role,
  agencies,
  memberOf,
});

/** The queries over the read model. */
export class Progress {
  /** The registers that the same store holds. */
  readonly registers: Registers;

  constructor(
    readonly reads: ReadStore,
    private readonly patienceMs = 5_000,
    /** Of more than this nobody reads the best: they are not ranked. */
    private readonly mostRanked = RANKED,
  ) {
    this.registers = new Registers(reads);
  }

  /** Progress per agency. */
  async agencies(at: At, filter: ViewFilter = {}): Promise<ProgressView<AgencyRow>> {
    const tallied = await this.#tallied(at, filter, 'agency');
    if (tallied) return { ...tallied.totals, rows: await this.#talliedAgencies(tallied, filter.role) };
    const pinned = await this.pin(at);
    const scope = scopeOf(filter);
    return {
      ...(await this.totals(pinned, scope)),
      rows: await this.#agencyRows(pinned, scope),
    };
  }

  /** One agency's progress, and per theme what it is about; `row` is `null` for an agency that has no commitment. */
  async agency(
    code: string,
    at: At,
    filter: ViewFilter = {},
  ): Promise<ProgressView<ThemeRow> & { row: AgencyRow | null }> {
    const tallied = await this.#tallied(at, filter, 'agency');
    const pinned = await this.pin({ ...at, knownAt: tallied?.knownAt ?? at.knownAt });
    const scope = scopeOf(filter);
    const ofAgency = { ...scope, agency: code };
    const own = tallied ? await this.#talliedAgencies(tallied, filter.role) : await this.#agencyRows(pinned, ofAgency);
    return {
      ...(tallied?.totals ?? (await this.totals(pinned, scope))),
      row: own.find(({ agency }) => agency === code) ?? null,
      rows: await this.#themeRows(pinned, ofAgency),
    };
  }

  /** Progress per theme, of one framework or of all; a theme's commitments count under its parents too. */
  async themes(
    at: At,
    filter: Pick<Filter, 'followsUp' | 'framework'> & Through = {},
  ): Promise<ProgressView<ThemeRow>> {
    const { followsUp, framework } = filter;
    const tallied = await this.#tallied(at, filter, 'themes');
    if (tallied) return { ...tallied.totals, rows: await this.#talliedThemes(tallied, framework) };
    const pinned = await this.pin(at);
    const sets = await this.#sets(pinned, { followsUp, life: 'any' });
    const tree = await themeTree(this.registers, throughOf(filter), pinned);
    return {
      ...totalsOf(pinned, sets),
      rows: themeRows(
        sets.filter(({ life }) => life === 'active'),
        tree,
        framework,
      ),
    };
  }

  /** One theme's progress, with all below it, and per agency who works on it. */
  async theme(
    code: string,
    at: At,
    filter: ViewFilter & Through = {},
  ): Promise<ProgressView<AgencyRow> & { row: ThemeRow | null }> {
    const tallied = await this.#tallied(at, filter, 'themes');
    const pinned = await this.pin({ ...at, knownAt: tallied?.knownAt ?? at.knownAt });
    const scope = scopeOf(filter);
    const onTheme = { ...scope, theme: code, ...throughOf(filter) };
    const own = tallied ? await this.#talliedThemes(tallied) : await this.#themeRows(pinned, onTheme);
    return {
      ...(tallied?.totals ?? (await this.totals(pinned, scope))),
      row: own.find(({ theme }) => theme === code) ?? null,
      rows: await this.#agencyRows(pinned, onTheme),
    };
  }

  /** How many commitments a filter finds, and how they stand. */
  async total(at: At, filter: Filter = {}): Promise<Row> {
    const found = await this.found(await this.pin(at), filter);
    const rows = await this.reads.all<Counted>(`${found.text} SELECT '' AS key, ${COUNTS} FROM found`, ...found.values);
    return rowOf(rows[0]!);
  }

  /**
   * Commitments in an order, else in that of their references; `cursor` is an answer's `nextCursor`, which keeps to the log and
   * the clocks of the first page.
   */
  async commitments(
    at: At,
    filter: Filter = {},
    page: { limit?: number; cursor?: string; sort?: Sort } = {},
  ): Promise<ItemList> {
    const { limit = 50, cursor, sort: wanted = 'reference' } = page;
    const asked = { ...filter, sort: wanted };
    const place = cursor === undefined ? null : placeOf(cursor, asked, at);
    const { asOf = at.asOf, knownAt = at.knownAt, staleAfter = at.staleAfter ?? 12 } = place ?? {};
    const pinned = await this.pin({ asOf, knownAt, staleAfter });
    const counted = place ? Promise.resolve(place.total) : this.#count(pinned, filter);
    const sort = wanted === 'relevance' && (await counted) > this.mostRanked ? 'reference' : wanted;
    const [total, references] = await Promise.all([
      counted,
      this.#ordered(pinned, filter, sort, place?.after, limit + 1),
    ]);
    const shown = references.slice(0, limit);
    const next = { asOf, knownAt: pinned.knownAt, staleAfter, total, after: shown.at(-1)! };
    return {
      asOf,
      position: pinned.knownAt,
      total,
      sort,
      items: await this.#items(pinned, shown),
      nextCursor: references.length > limit ? cursorTo(next, asked) : null,
    };
  }

  /** The same list whole, or from a cursor on, some at a time: what is not asked for yet is not read yet. */
  async *allCommitments(
    at: Pinned,
    filter: Filter = {},
    { cursor, sort: wanted = 'reference' }: { cursor?: string; sort?: Sort } = {},
  ): AsyncGenerator<Item[]> {
    const place = cursor === undefined ? null : placeOf(cursor, { ...filter, sort: wanted }, at);
    const total = place?.total ?? (await this.#count(at, filter));
    const sort = wanted === 'relevance' && total > this.mostRanked ? 'reference' : wanted;
    for (let references: string[] = [], after = place?.after; ; after = references.at(-1)) {
      references = await this.#ordered(at, filter, sort, after, AHEAD);
      for (let i = 0; i < references.length; i += AT_ONCE)
        yield await this.#items(at, references.slice(i, i + AT_ONCE));
      if (references.length < AHEAD) return;
    }
  }

  async #count(at: Pinned, filter: Filter): Promise<number> {
    const found = await this.found(at, filter);
    const rows = await this.reads.all(`${found.text} SELECT COUNT(*) AS total FROM found`, ...found.values);
    return Number(rows[0]!['total']);
  }

  /** The references of what is found, in an order, after one of them. */
  async #ordered(at: Pinned, filter: Filter, sort: Sort, after: string | undefined, limit: number): Promise<string[]> {
    if (sort === 'relevance') {
      const ranked = await this.#ranked(at, filter);
      const from = after === undefined ? 0 : ranked.indexOf(after) + 1;
      return ranked.slice(from, from + limit);
    }
    const order = orderOf(sort);
    const found = await this.#titled(at, filter);
    const beyond = after === undefined ? null : order.after(await this.#keyOf(at, order.key, after), after);
    const rows = await this.reads.all<{ reference: string }>(
      `${found.text} SELECT reference FROM ${order.key === 'title' ? 'titled' : 'found'}
       ${beyond ? `WHERE ${beyond.text}` : ''} ORDER BY ${order.by} LIMIT ?`,
      ...[...found.values, ...(beyond?.values ?? []), limit],
    );
    return rows.map(({ reference }) => reference);
  }

  /** `found`, and `titled`: the same with `title` and `search`. */
  async #titled(at: Pinned, filter: Filter): Promise<Sql> {
    const found = await this.found(at, filter);
    return new Sql(
      `${found.text}, texts AS (SELECT reference AS "of", title, search FROM progress_texts WHERE ${DATED}),
       titled AS (SELECT found.*, title, search FROM found CROSS JOIN texts WHERE "of" = reference)`,
      [...found.values, ...dated(at.asOf, at.knownAt)],
    );
  }

  /** What a commitment is ordered by. It is asked anew and stands in no cursor: words of it may have been blanked. */
  async #keyOf(at: Pinned, key: string, reference: string): Promise<Value> {
    const one = await this.#titled(at, { reference, life: 'any' });
    const [row] = await this.reads.all(`${one.text} SELECT ${key} AS key FROM titled`, ...one.values);
    return row?.['key'] ?? null;
  }

  /** The references of what a search finds, the best first. */
  async #ranked(at: Pinned, filter: Filter): Promise<string[]> {
    const found = await this.#titled(at, filter);
    const rows = await this.reads.all<{ reference: string; title: string; search: string }>(
      `${found.text} SELECT reference, title, search FROM titled`,
      ...found.values,
    );
    const sought = soughtIn(filter.q ?? '');
    const relevance = new Map<string, number>();
    for (const [i, { reference, title, search }] of rows.entries()) {
      if (i % AT_ONCE === 0) await setImmediate(); // others have their turn
      relevance.set(reference, relevanceOf(sought, reference, title, search));
    }
    return [...relevance].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([reference]) => reference);
  }

  /** Commitments in the order of these references. */
  async #items(at: Pinned, references: readonly string[]): Promise<Item[]> {
    if (references.length === 0) return [];
    const found = await this.#titled(at, { reference: references.join(','), life: 'any' });
    const rows = await this.reads.all<ItemRow>(
      `${found.text} SELECT reference, title, kind, nature, strength, stage, outlook, lead, target, overdue, stale,
         last_reported_on AS "lastReportedOn", life, became, spread, recurrence, verification, reading,
         corrected AS "correctedLater" FROM titled`,
      ...found.values,
    );
    const facets = await this.#facets(at, references);
    const byReference = new Map(rows.map((row) => [row.reference, row]));
    return references
      .flatMap((reference) => byReference.get(reference) ?? [])
      .map(({ became, reading, recurrence, ...row }): Item => {
        const own = facets.get(row.reference) ?? [];
        const of = (facet: Facet) => own.filter((f) => f.facet === facet);
        return {
          ...row,
          nature: row.nature as Nature,
          stage: row.stage as Stage,
          life: row.life as Life,
          into: JSON.parse(became) as string[],
          spread: JSON.parse(row.spread) as Item['spread'],
          ...(recurrence ? (JSON.parse(recurrence) as Recurrence) : NOTHING_RECURS),
          verification: reading
            ? { verification: row.verification, ...(JSON.parse(reading) as Omit<ReadingInShort, 'verification'>) }
            : null,
          overdue: row.overdue === 1,
          stale: row.stale === 1,
          correctedLater: row.correctedLater === 1,
          agencies: of('agency').map(({ value, role, asked }) => ({
            agency: value,
            role: role as Role,
            ...(asked === 1 && { asked: true }),
          })),
          themes: of('theme').map(({ value }) => value),
          followsUp: of('followsUp').map(({ value }) => value),
        };
      });
  }

  /** The values of a facet as at a date, each with the number of commitments that carry it. */
  async inUse(facet: Facet, at: At): Promise<Map<string, number>> {
    const { asOf, knownAt } = await this.pin(at);
    const rows = await this.reads.all<{ value: string; total: number }>(
      `SELECT value, COUNT(DISTINCT reference) AS total FROM progress_facets
       WHERE facet = ? AND ${DATED} AND reference IN (SELECT reference FROM progress_spans WHERE life = 'active' AND ${DATED})
       GROUP BY value ORDER BY value`,
      ...[facet, ...dated(asOf, knownAt), ...dated(asOf, knownAt)],
    );
    return new Map(rows.map(({ value, total }) => [value, Number(total)]));
  }

  /** The dates up to `asOf` on which something was reported, in order. */
  async reportDates(at: At): Promise<FullDate[]> {
    const { asOf, knownAt } = await this.pin(at);
    const rows = await this.reads.all<{ date: string }>(
      `SELECT DISTINCT from_date AS date FROM progress_spans
       WHERE from_date <= ? AND from_position <= ? AND +to_position > ? ORDER BY date`,
      ...[asOf, Number(knownAt), Number(knownAt)],
    );
    return rows.map(({ date }) => date);
  }

  /** The position of the log that can be shown: both this view and the registers that it reads have reached it. */
  async position(): Promise<string> {
    return this.reads.position('progress', 'registers');
  }

  /**
   * The position shown: pinned once, so that all figures of one answer are of the same log. A position that the views have
   * yet to reach is waited for.
   * @throws Rejected `not_yet`
   */
  async pin(at: At): Promise<Pinned> {
    return { ...at, knownAt: await pinned(this.reads, ['progress', 'registers'], at.knownAt, this.patienceMs) };
  }

  /** `WITH found AS (…)`: the spans of the commitments that exist and match, with overdue and stale (rules 4 and 5). */
  async found(at: Pinned, filter: Filter): Promise<Sql> {
    const { asOf, knownAt, staleAfter } = at;
    const when = dated(asOf, knownAt);
    const conditions: Sql[] = [];
    const has = (facet: Facet, values: readonly string[], roles: readonly string[] = [], isIn = 'IN') => {
      const [valueList, roleList] = [list(values), list(roles)];
      conditions.push(
        new Sql(
          `reference ${isIn} (SELECT reference FROM progress_facets WHERE facet = '${facet}' AND value IN (${valueList.text})` +
            `${roles.length ? ` AND role IN (${roleList.text})` : ''} AND ${DATED})`,
          [...valueList.values, ...(roles.length ? roleList.values : []), ...when],
        ),
      );
    };
    const words = (
      column: 'reference' | 'stage' | 'kind' | 'nature' | 'strength' | 'life' | 'outlook' | 'verification',
      wanted = filter[column],
    ) => {
      if (!wanted) return;
      const values = list(wanted.split(','));
      conditions.push(new Sql(`${column} IN (${values.text})`, values.values));
    };
    words('reference');
    words('stage');
    words('kind');
    words('nature');
    words('strength');
    words('outlook');
    words('verification');
    if (filter.life !== 'any') words('life', filter.life ?? 'active');
    if (filter.agency || filter.memberOf) has('agency', (await this.#counting(at, filter))!, rolesOf(filter.role));
    if (filter.with) has('agency', (await this.#counting(at, { ...filter, agency: filter.with }))!, rolesOf('any'));
    if (filter.joint !== undefined) {
      const holders = await this.holders(at, { agencies: filter.agencies, memberOf: filter.memberOf });
      const several = `SELECT reference FROM (${holders.text}) AS held GROUP BY reference HAVING COUNT(*) > 1`;
      conditions.push(new Sql(`reference ${filter.joint ? 'IN' : 'NOT IN'} (${several})`, holders.values));
    }
    if (filter.relatedTo) has('relation', [filter.relatedTo], filter.relation ? [filter.relation] : []);
    const themes = (crosswalk = filter.crosswalk) => themeTree(this.registers, { ...filter, crosswalk }, at);
    if (filter.theme) has('theme', (await themes()).under(filter.theme));
    if (filter.framework) has('theme', (await themes()).of(filter.framework));
    if (filter.reached) has('theme', (await themes(filter.reached)).linked());
    if (filter.noEquivalent) {
      const tree = await themes(filter.noEquivalent);
      has('theme', tree.from());
      has('theme', tree.linked(), [], 'NOT IN');
    }
    if (filter.country) has('country', [filter.country]);
    if (filter.region) has('region', [filter.region]);
    if (filter.document) has('document', [filter.document]);
    if (filter.followsUp) has('followsUp', await this.followUpsOf(filter.followsUp, knownAt));
    if (filter.withTarget !== undefined)
      conditions.push(new Sql(`target_last IS ${filter.withTarget ? 'NOT NULL' : 'NULL'}`));
    if (filter.dueFrom) conditions.push(new Sql('target_last >= ?', [filter.dueFrom]));
    if (filter.dueBy) conditions.push(new Sql('target_last <= ?', [filter.dueBy]));
    if (filter.overdue !== undefined) conditions.push(new Sql('overdue = ?', [filter.overdue ? 1 : 0]));
    if (filter.stale !== undefined) conditions.push(new Sql('stale = ?', [filter.stale ? 1 : 0]));
    const sought = searched(filter.q ?? '');
    if (sought)
      conditions.push(
        new Sql(`reference IN (SELECT reference FROM progress_texts WHERE ${sought.text} AND ${DATED})`, [
          ...sought.values,
          ...when,
        ]),
      );

    const staleBefore = monthsBefore(asOf, staleAfter ?? 12);
    const where = conditions.map(({ text }) => `AND ${text}`).join(' ');
    return new Sql(
      `WITH dated AS (
         SELECT *,
           CASE WHEN target_last < ? AND ${OPEN} AND nature <> 'standing' THEN 1 ELSE 0 END AS overdue,
           CASE WHEN last_reported_on < ? AND ${OPEN} THEN 1 ELSE 0 END AS stale,
           CASE WHEN reference IN (SELECT reference FROM progress_corrections WHERE ${DATED}) THEN 1 ELSE 0 END AS corrected
         FROM progress_spans WHERE ${DATED}),
       found AS (SELECT * FROM dated WHERE 1 = 1 ${where})`,
      [asOf, staleBefore, ...when, ...when, ...conditions.flatMap(({ values }) => values)],
    );
  }

  /** What is tallied, unless that is not what is asked for: of some only, as known then, or stale after other months. */
  async #tallied(
    at: At,
    { followsUp, memberOf, agencies, crosswalk }: ViewFilter & Through,
    dimension: 'agency' | 'themes',
  ): Promise<Tallied | null> {
    if (followsUp || memberOf || agencies === 'today' || crosswalk) return null;
    if ((at.staleAfter ?? TALLIED_STALE_AFTER) !== TALLIED_STALE_AFTER) return null;
    const { knownAt: reached } = await this.pin(at);
    const { position, tallies } = await talliesAsAt(this.reads, at.asOf, dimension);
    const later = position > Number(reached);
    if (later && (at.knownAt !== undefined || Number(await this.registers.position()) < position)) return null;
    const knownAt = later ? String(position) : reached;
    const of = (dimension: Tally['dimension']) => tallies.filter((tally) => tally.dimension === dimension);
    const lives = of('life').map((tally) => ({ ...tally, life: tally.key as Life }));
    return { ...{ asOf: at.asOf, knownAt, of }, totals: totalsOf({ ...at, knownAt }, lives) };
  }

  async #talliedAgencies({ asOf, knownAt, of }: Tallied, role: Filter['role']): Promise<AgencyRow[]> {
    const roles = rolesOf(role);
    const each = of('agency').map((tally) => ({
      tally,
      named: tally.key.split(' ') as [agency: string, role: string],
    }));
    const byAgency = Map.groupBy(
      each.filter(({ named }) => roles.includes(named[1])),
      ({ named }) => named[0],
    );
    const rows = [...byAgency].map(([key, its]) => ({ key, ...together(its.map(({ tally }) => tally)) }));
    return agencyRows(rows, await this.registers.names('agency', knownAt, asOf));
  }

  async #talliedThemes({ asOf, knownAt, of }: Tallied, framework?: string): Promise<ThemeRow[]> {
    return themeRows(of('themes'), await themeTree(this.registers, {}, { asOf, knownAt }), framework);
  }

  /** The total, what stands apart from it, and how many of it were corrected later. */
  async totals(at: Pinned, filter: Filter): Promise<Totals> {
    const found = await this.found(at, { ...filter, life: 'any' });
    const rows = await this.reads.all<Counted & { life: Life }>(
      `${found.text} SELECT life, '' AS key, ${COUNTS} FROM found GROUP BY life`,
      ...found.values,
    );
    return totalsOf(at, rows);
  }

  /** What is counted per life and set of themes. */
  async #sets(at: Pinned, filter: Filter): Promise<(Counted & { life: Life })[]> {
    const found = await this.found(at, filter);
    return this.reads.all(
      `${found.text} SELECT life, themes AS key, ${COUNTS} FROM found GROUP BY life, themes`,
      ...found.values,
    );
  }

  /**
   * `SELECT key, reference, asked`: the agencies of each commitment in the role, each once. Of those that were members, where that
   * is asked; only the one that is asked for.
   */
  async holders(at: Pinned, filter: Pick<Filter, 'agency' | 'role' | 'agencies' | 'memberOf'>): Promise<Sql> {
    const [roles, counting] = [list(rolesOf(filter.role)), await this.#counting(at, filter)];
    const those = counting && list(counting);
    const held = `facet = 'agency' AND role IN (${roles.text}) AND ${DATED}${those ? ` AND value IN (${those.text})` : ''}`;
    const values = [...roles.values, ...dated(at.asOf, at.knownAt), ...(those?.values ?? [])];
    // As they were then, an agency holds one of these roles at most.
    if (filter.agencies !== 'today')
      return new Sql(`SELECT value AS key, reference, asked FROM progress_facets WHERE ${held}`, values);
    const became = pairs([...(await this.registers.successors(at.knownAt, todayAt(new Date())))]);
    return new Sql(
      `SELECT COALESCE(now, value) AS key, reference, MAX(asked) AS asked
       FROM progress_facets LEFT JOIN (SELECT column1 AS was, column2 AS now FROM (${became.text}) AS became) AS became ON was = value
       WHERE ${held} GROUP BY COALESCE(now, value), reference`,
      [...became.values, ...values],
    );
  }

  /** The agencies that count, as they were then: what the one asked for stands for, and of these the members; `null`: all. */
  async #counting(
    { asOf, knownAt }: Pinned,
    { agency, agencies, memberOf }: Pick<Filter, 'agency' | 'agencies' | 'memberOf'>,
  ): Promise<string[] | null> {
    const own = agency ? await this.standingFor(agency, agencies, knownAt) : null;
    if (!memberOf) return own;
    const members = (await this.registers.members(memberOf, knownAt, asOf)).map((member) => member.agency);
    return own ? own.filter((one) => members.includes(one)) : members;
  }

  /** The agencies that one stands for: itself, or all that have become it by today. */
  async standingFor(agency: string, agencies: Filter['agencies'], knownAt: string): Promise<string[]> {
    if (agencies !== 'today') return [agency];
    const successors = await this.registers.successors(knownAt, todayAt(new Date()));
    const became = [...successors].flatMap(([code, successor]) => (successor === agency ? code : []));
    return successors.has(agency) ? became : [agency, ...became];
  }

  async #agencyRows(at: Pinned, filter: Filter): Promise<AgencyRow[]> {
    const [found, holders] = [await this.found(at, filter), await this.holders(at, filter)];
    const today = filter.agencies === 'today';
    // SQLite takes tables that are joined across in this order: of each commitment that is found, its few agencies.
    const rows = await this.reads.all<Counted>(
      `${found.text}, holders AS (${holders.text})
       SELECT key, SUM(asked) AS asked, ${COUNTS} FROM found ${today ? ',' : 'CROSS JOIN'} holders
       WHERE holders.reference = found.reference GROUP BY key`,
      ...found.values,
      ...holders.values,
    );
    return agencyRows(rows, await this.registers.names('agency', at.knownAt, today ? undefined : at.asOf));
  }

  async #themeRows(at: Pinned, filter: Filter, framework?: string): Promise<ThemeRow[]> {
    const [sets, tree] = [await this.#sets(at, filter), await themeTree(this.registers, filter, at)];
    return themeRows(sets, tree, framework);
  }

  /** A theme or forum with all below it. */
  async below(kind: 'theme' | 'forum', code: string, knownAt: string): Promise<string[]> {
    const entries = await this.registers.all(kind, knownAt);
    const below = [code];
    for (const above of below)
      below.push(...entries.filter((e) => e.parent === above && !below.includes(codeOf(e))).map(codeOf));
    return below;
  }

  async followUpsOf(id: string, knownAt: string): Promise<string[]> {
    const forums = await this.below('forum', id, knownAt);
    const outcomes = await this.registers.all('outcome', knownAt);
    return [...forums, ...outcomes.filter(({ forum }) => forum && forums.includes(forum)).map(({ id }) => id)];
  }

  async #facets({ asOf, knownAt }: Pinned, references: readonly string[]) {
    const wanted = list(references);
    const rows = await this.reads.all<{ reference: string; facet: string; value: string; role: string; asked: number }>(
      `SELECT reference, facet, value, role, asked FROM progress_facets
       WHERE reference IN (${wanted.text}) AND facet IN ('agency', 'theme', 'followsUp') AND ${DATED}
       ORDER BY CASE role WHEN 'lead' THEN 0 WHEN 'co_lead' THEN 1 WHEN 'partner' THEN 2 ELSE 3 END, value`,
      ...wanted.values,
      ...dated(asOf, knownAt),
    );
    return Map.groupBy(rows, ({ reference }) => reference);
  }
}

/** A row of spans or facets holds as at a date and position; its four values are `dated`. */
export const DATED = 'from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?';
export const dated = (asOf: FullDate, knownAt: string): Value[] => [asOf, asOf, Number(knownAt), Number(knownAt)];

export const rolesOf = (role: Filter['role']): readonly string[] =>
  role === undefined || role === 'any' ? ['lead', 'co_lead', 'partner'] : [role];

export const rowOf = (row: Partial<Counted> = {}): Row => ({
  total: Number(row['total'] ?? 0),
  byStage: Object.fromEntries(STAGES.map((stage) => [stage, Number(row[stage] ?? 0)])) as Record<Stage, number>,
  withTarget: Number(row['withTarget'] ?? 0),
  overdue: Number(row['overdue'] ?? 0),
  stale: Number(row['stale'] ?? 0),
  lastReportedOn: (row['lastReportedOn'] ?? null) as string | null,
});

/** The total, what stands apart from it, and how many of it were corrected later, of what is counted per life. */
function totalsOf({ asOf, knownAt }: Pinned, counts: readonly (Counted & { readonly life: Life })[]): Totals {
  const of = (life: Life) => counts.filter((one) => one.life === life);
  const total = (life: Life) => rowOf(together(of(life)));
  return {
    ...{ asOf, position: knownAt, total: total('active') },
    apart: Object.fromEntries(ENDS.map((life) => [life, total(life).total])) as Record<End, number>,
    correctedLater: of('active').reduce((sum, one) => sum + Number(one['correctedLater'] ?? 0), 0),
  };
}

/** Keys come in the order of a database, or of values that it may order as people do. */
const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1);

const agencyRows = (rows: readonly Counted[], names: ReadonlyMap<string, string>): AgencyRow[] =>
  rows.toSorted(byKey).map((row) => ({
    agency: row.key,
    name: names.get(row.key) ?? row.key,
    ...rowOf(row),
    ...(Number(row['asked']) > 0 && { asked: Number(row['asked']) }),
  }));

/** What is counted per set of themes, under each theme that one of a set counts under. */
function themeRows(sets: readonly Counted[], tree: ThemeTree, framework: string | undefined): ThemeRow[] {
  const under = new Map<string, Counted[]>();
  for (const one of sets)
    for (const theme of new Set(one.key.split(' ').flatMap((code) => tree.above(code))))
      under.set(theme, [...(under.get(theme) ?? []), one]);
  const themes = new Map<string, Theme>(tree.themes.map((theme) => [theme.code, theme]));
  return [...under]
    .map(([key, its]) => ({ key, ...together(its) }))
    .filter(({ key }) => themes.has(key) && (!framework || themes.get(key)!.framework === framework))
    .sort(byKey)
    .map((row) => ({ theme: row.key, name: themes.get(row.key)!.label, ...rowOf(row) }));
}
