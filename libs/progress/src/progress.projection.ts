/**
 * The one read model of progress: for every commitment the spans of dates over which it reads the same, and the positions of
 * the log between which that was known. `asOf` and `knownAt` are then plain conditions.
 */
import { ApiProperty } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastDayOf, monthsBefore, type FullDate } from '#clocks';
import {
  AgencyRole,
  asAt,
  commitment,
  turningPoints,
  KINDS,
  NATURES,
  STAGES,
  STRENGTHS,
  type Commitment,
  type Nature,
  type Role,
  type Stage,
} from '#commitments';
import {
  fold,
  Rejected,
  type Log,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Recorded,
  type Value,
} from '#eventsourcing';
import { codeOf, Registers } from '#registers';

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const SCHEMA = `
  CREATE TABLE progress_spans (
    reference TEXT NOT NULL,
    from_date TEXT NOT NULL, to_date TEXT NOT NULL,
    from_position INTEGER NOT NULL, to_position INTEGER NOT NULL,
    title TEXT NOT NULL, search TEXT NOT NULL,
    kind TEXT NOT NULL, nature TEXT NOT NULL, strength TEXT NOT NULL,
    stage TEXT NOT NULL, lead TEXT NOT NULL,
    target TEXT, target_last TEXT,
    last_reported_on TEXT NOT NULL,
    PRIMARY KEY (reference, from_date, from_position)
  );
  CREATE INDEX progress_spans_as_at ON progress_spans (to_position, to_date, from_date);
  CREATE TABLE progress_facets (
    reference TEXT NOT NULL,
    facet TEXT NOT NULL, value TEXT NOT NULL, role TEXT NOT NULL,
    from_date TEXT NOT NULL, to_date TEXT NOT NULL,
    from_position INTEGER NOT NULL, to_position INTEGER NOT NULL,
    PRIMARY KEY (facet, value, reference, role, from_date, from_position)
  );
  CREATE INDEX progress_facets_reference ON progress_facets (reference, facet)`;

const FOREVER = Number.MAX_SAFE_INTEGER;
const END_OF_TIME = '9999-99-99';

export type Facet = 'agency' | 'theme' | 'region' | 'country' | 'followsUp' | 'document';

// ── From event to rows ──────────────────────────────────────────────────────────────────────────────────────────────

interface Span {
  readonly from: FullDate;
  readonly to: FullDate;
  /** The row's columns after the dates and positions. */
  readonly values: readonly Value[];
}

/** The words of a text in lower case without accents, so that a search for «metis» finds «Métis». */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** What the tables should say of a commitment: by key, so that only what changed is written. */
interface Spans {
  readonly spans: ReadonlyMap<string, Span>;
  readonly facets: ReadonlyMap<string, Span>;
}

interface Known extends Spans {
  readonly state: Commitment;
  readonly revision: number;
}

function spansOf(c: Commitment, reference: string): Spans {
  const [spans, facets, open] = [new Map<string, Span>(), new Map<string, Span>(), new Map<string, Span>()];
  const points = turningPoints(c);
  points.forEach((from, i) => {
    const view = asAt(c, from);
    if (!view) return;
    const to = points[i + 1] ?? END_OF_TIME;
    const { title, kind, nature, strength, stage, target, agencies, lastReportedOn } = view;
    const search = ` ${wordsOf([reference, title, view.summary, view.condition ?? ''].join(' ')).join(' ')}`;
    const targetLast = target && lastDayOf(target.date);
    const lead = agencies[0]!.agency;
    const values = [
      title,
      search,
      kind,
      nature,
      strength,
      stage,
      lead,
      target?.date ?? null,
      targetLast,
      lastReportedOn,
    ];
    spans.set(JSON.stringify([from, to, values]), { from, to, values });

    const cited = [...view.entries, ...view.evidence].flatMap(({ citation }) => citation?.document ?? []);
    const present: [Facet, string, string][] = [
      ...agencies.map(({ agency, role }): [Facet, string, string] => ['agency', agency, role]),
      ...view.themes.map((theme): [Facet, string, string] => ['theme', theme, '']),
      ...view.regions.map((region): [Facet, string, string] => ['region', region, '']),
      ...view.countries.map((country): [Facet, string, string] => ['country', country, '']),
      ...view.followsUp.map((id): [Facet, string, string] => ['followsUp', id, '']),
      ...[...new Set(cited)].map((document): [Facet, string, string] => ['document', document, '']),
    ];
    for (const facet of present) {
      const key = JSON.stringify(facet);
      const before = open.get(key);
      open.set(key, { from: before?.to === from ? before.from : from, to, values: facet });
      if (before && before.to !== from) facets.set(JSON.stringify([before.from, before.to, before.values]), before);
    }
  });
  for (const span of open.values()) facets.set(JSON.stringify([span.from, span.to, span.values]), span);
  return { spans, facets };
}

const CLOSE_SPAN =
  'UPDATE progress_spans SET to_position = ? WHERE reference = ? AND from_date = ? AND to_position = ?';
const OPEN_SPAN = `INSERT INTO progress_spans
  (reference, from_date, to_date, from_position, to_position, title, search, kind, nature, strength, stage, lead, target, target_last, last_reported_on)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const CLOSE_FACET = `UPDATE progress_facets SET to_position = ?
  WHERE reference = ? AND facet = ? AND value = ? AND role = ? AND from_date = ? AND to_position = ?`;
const OPEN_FACET = `INSERT INTO progress_facets
  (reference, from_date, to_date, from_position, to_position, facet, value, role) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** The projection; `log` gives back the earlier events of a commitment that is no longer in memory. */
export function progressProjection(log: Log): Projection {
  const known = new LRUCache<string, Known>({ max: 20_000 });

  const before = async ({ stream, revision }: Recorded, reference: string): Promise<Known> => {
    const kept = known.get(stream);
    if (kept?.revision === revision - 1) return kept;
    const earlier = revision === 0 ? [] : (await log.store.read(stream)).slice(0, revision);
    const state = fold(commitment, commitment.initial, earlier.map((event) => log.codec.decode(event)) as never);
    return { state, revision: revision - 1, ...spansOf(state, reference) };
  };

  const apply = async (event: Recorded, tx: ReadTx): Promise<void> => {
    const [reference, position] = [event.stream.slice(commitment.category.length + 1), Number(event.position)];
    const was = await before(event, reference);
    const state = fold(commitment, was.state, [event as never]);
    const is = { state, revision: event.revision, ...spansOf(state, reference) };
    known.set(event.stream, is);
    for (const [key, { from }] of was.spans)
      if (!is.spans.has(key)) tx.run(CLOSE_SPAN, position, reference, from, FOREVER);
    for (const [key, { from, to, values }] of is.spans)
      if (!was.spans.has(key)) tx.run(OPEN_SPAN, reference, from, to, position, FOREVER, ...values);
    for (const [key, { from, values }] of was.facets)
      if (!is.facets.has(key)) tx.run(CLOSE_FACET, position, reference, ...values, from, FOREVER);
    for (const [key, { from, to, values }] of is.facets)
      if (!was.facets.has(key)) tx.run(OPEN_FACET, reference, from, to, position, FOREVER, ...values);
  };

  return {
    name: 'progress',
    version: 1,
    schema: SCHEMA,
    on: Object.fromEntries(Object.keys(commitment.evolve).map((name) => [`${commitment.category}.${name}`, apply])),
    reset: () => known.clear(),
  };
}

// ── Queries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The clocks of a view. `knownAt` is a position; absent: all that the view has applied. */
export interface At {
  readonly asOf: FullDate;
  readonly knownAt?: string;
  /** Calendar months, default 12. */
  readonly staleAfter?: number;
}

export interface Filter {
  /** References, separated by commas. */
  readonly reference?: string;
  readonly agency?: string;
  /** `any`: lead, co_lead or partner. */
  readonly role?: Role | 'any';
  /** A theme, or any below it. */
  readonly theme?: string;
  readonly stage?: string;
  readonly kind?: string;
  readonly nature?: string;
  readonly strength?: string;
  readonly country?: string;
  readonly region?: string;
  readonly document?: string;
  /** A forum includes its round tables and outcomes. */
  readonly followsUp?: string;
  readonly withTarget?: boolean;
  readonly overdue?: boolean;
  readonly stale?: boolean;
  /** Words of reference, title, summary or condition, or their beginnings; each must be found. */
  readonly q?: string;
}

const COUNT = { type: 'integer', minimum: 0 } as const;
const Count = (description?: string) => ApiProperty({ ...COUNT, description });

/** How many commitments, and how they stand. A commitment counts once. */
export class Row {
  @Count() readonly total: number;
  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries(STAGES.map((stage) => [stage, COUNT])),
    required: [...STAGES],
    selfRequired: true,
    additionalProperties: false,
  })
  readonly byStage: Readonly<Record<Stage, number>>;
  @Count('With a target as at the date, whatever the stage') readonly withTarget: number;
  @Count() readonly overdue: number;
  @Count() readonly stale: number;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly lastReportedOn: FullDate | null;
}

export class AgencyRow extends Row {
  @ApiProperty() readonly agency: string;
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
  abstract readonly rows: R[];
}

export class Item {
  @ApiProperty() readonly reference: string;
  @ApiProperty() readonly title: string;
  @ApiProperty({ enum: KINDS }) readonly kind: string;
  @ApiProperty({ enum: NATURES }) readonly nature: Nature;
  @ApiProperty({ enum: STRENGTHS }) readonly strength: string;
  @ApiProperty({ enum: STAGES }) readonly stage: Stage;
  @ApiProperty() readonly lead: string;
  @ApiProperty({ type: [AgencyRole] }) readonly agencies: AgencyRole[];
  @ApiProperty({ type: [String] }) readonly themes: string[];
  @ApiProperty({ type: [String] }) readonly followsUp: string[];
  @ApiProperty({ type: String, nullable: true, example: '2013-06' }) readonly target: string | null;
  @ApiProperty() readonly overdue: boolean;
  @ApiProperty() readonly stale: boolean;
  @ApiProperty({ type: String, format: 'date' }) readonly lastReportedOn: FullDate;
}

export class ItemList {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @Count('Of all pages') readonly total: number;
  @ApiProperty({ type: [Item] }) readonly items: Item[];
  @ApiProperty({ type: String, nullable: true, description: 'null: this is the last page' })
  readonly nextCursor: string | null;
}

const OPEN = `stage NOT IN ('completed', 'discontinued')`;
const COUNTS = [
  'COUNT(*) AS total',
  ...STAGES.map((stage) => `COUNT(*) FILTER (WHERE stage = '${stage}') AS ${stage}`),
  'COUNT(target_last) AS "withTarget"',
  'COUNT(*) FILTER (WHERE overdue = 1) AS overdue',
  'COUNT(*) FILTER (WHERE stale = 1) AS stale',
  'MAX(last_reported_on) AS "lastReportedOn"',
].join(', ');

type Counted = { [column: string]: number | string | null; key: string };

/** SQL text with the values of its question marks. */
class Sql {
  constructor(
    readonly text: string,
    readonly values: readonly Value[] = [],
  ) {}
}

const list = (values: readonly Value[]): Sql => new Sql(values.map(() => '?').join(', ') || 'NULL', values);

/** The queries over the read model. */
export class Progress {
  readonly #registers: Registers;

  constructor(
    private readonly reads: ReadStore,
    private readonly patienceMs = 5_000,
  ) {
    this.#registers = new Registers(reads);
  }

  /** Progress per agency. */
  async agencies(at: At, filter: Pick<Filter, 'followsUp' | 'role'> = {}): Promise<ProgressView<AgencyRow>> {
    const pinned = await this.#pin(at);
    const followUp = { followsUp: filter.followsUp };
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      total: await this.#total(pinned, followUp),
      rows: await this.#agencyRows(pinned, followUp, filter.role),
    };
  }

  /** One agency's progress, and per theme what it is about; `row` is `null` for an agency that has no commitment. */
  async agency(
    code: string,
    at: At,
    filter: Pick<Filter, 'followsUp' | 'role'> = {},
  ): Promise<ProgressView<ThemeRow> & { row: AgencyRow | null }> {
    const pinned = await this.#pin(at);
    const { followsUp, role } = filter;
    const row = (await this.#agencyRows(pinned, { followsUp, agency: code, role }, role)).find(
      ({ agency }) => agency === code,
    );
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      total: await this.#total(pinned, { followsUp }),
      row: row ?? null,
      rows: await this.#themeRows(pinned, { followsUp, agency: code, role }),
    };
  }

  /** Progress per theme, of one framework or of all; a theme's commitments count under its parents too. */
  async themes(
    at: At,
    filter: Pick<Filter, 'followsUp'> & { framework?: string } = {},
  ): Promise<ProgressView<ThemeRow>> {
    const pinned = await this.#pin(at);
    const { followsUp, framework } = filter;
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      total: await this.#total(pinned, { followsUp }),
      rows: await this.#themeRows(pinned, { followsUp }, framework),
    };
  }

  /** One theme's progress, with all below it, and per agency who works on it. */
  async theme(
    code: string,
    at: At,
    filter: Pick<Filter, 'followsUp' | 'role'> = {},
  ): Promise<ProgressView<AgencyRow> & { row: ThemeRow | null }> {
    const pinned = await this.#pin(at);
    const { followsUp, role } = filter;
    const row = (await this.#themeRows(pinned, { followsUp, theme: code })).find(({ theme }) => theme === code);
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      total: await this.#total(pinned, { followsUp }),
      row: row ?? null,
      rows: await this.#agencyRows(pinned, { followsUp, theme: code }, role),
    };
  }

  /** Counts by stage as at each of some dates. */
  async timeline(dates: readonly FullDate[], at: At, filter: Filter = {}): Promise<{ asOf: FullDate; row: Row }[]> {
    const pinned = await this.#pin(at);
    const steps = [];
    for (const asOf of dates) steps.push({ asOf, row: await this.#total({ ...pinned, asOf }, filter) });
    return steps;
  }

  /** Commitments, ordered by reference; `cursor` is an answer's `nextCursor`. */
  async commitments(at: At, filter: Filter = {}, page: { limit?: number; cursor?: string } = {}): Promise<ItemList> {
    const pinned = await this.#pin(at);
    const found = await this.#asAt(pinned, filter);
    const [{ total }] = (await this.reads.all<{ total: number }>(
      `${found.text} SELECT COUNT(*) AS total FROM found`,
      ...found.values,
    )) as [{ total: number }];
    const limit = page.limit ?? 50;
    const after = page.cursor === undefined ? '' : Buffer.from(page.cursor, 'base64url').toString();
    const rows = await this.reads.all<
      Omit<Record<keyof Item, string>, 'overdue' | 'stale'> & { overdue: number; stale: number }
    >(
      `${found.text} SELECT reference, title, kind, nature, strength, stage, lead, target, overdue, stale,
         last_reported_on AS "lastReportedOn" FROM found WHERE reference > ? ORDER BY reference LIMIT ?`,
      ...found.values,
      after,
      limit + 1,
    );
    const items = rows.slice(0, limit);
    const facets = await this.#facets(
      pinned,
      items.map(({ reference }) => reference),
    );
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      total: Number(total),
      items: items.map((row) => {
        const own = facets.filter(({ reference }) => reference === row.reference);
        const of = (facet: Facet) => own.filter((f) => f.facet === facet);
        return {
          ...row,
          nature: row.nature as Nature,
          stage: row.stage as Stage,
          overdue: row.overdue === 1,
          stale: row.stale === 1,
          agencies: of('agency').map(({ value, role }) => ({ agency: value, role: role as Role })),
          themes: of('theme').map(({ value }) => value),
          followsUp: of('followsUp').map(({ value }) => value),
        };
      }),
      nextCursor: rows.length > limit ? Buffer.from(items.at(-1)!.reference).toString('base64url') : null,
    };
  }

  /** The values of a facet as at a date, each with the number of commitments that carry it. */
  async inUse(facet: Facet, at: At): Promise<Map<string, number>> {
    const { asOf, knownAt } = await this.#pin(at);
    const rows = await this.reads.all<{ value: string; total: number }>(
      `SELECT value, COUNT(DISTINCT reference) AS total FROM progress_facets
       WHERE facet = ? AND from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?
       GROUP BY value ORDER BY value`,
      ...[facet, asOf, asOf, Number(knownAt), Number(knownAt)],
    );
    return new Map(rows.map(({ value, total }) => [value, Number(total)]));
  }

  /** The dates up to `asOf` on which something was reported, in order. */
  async reportDates(at: At): Promise<FullDate[]> {
    const { asOf, knownAt } = await this.#pin(at);
    const rows = await this.reads.all<{ date: string }>(
      `SELECT DISTINCT from_date AS date FROM progress_spans
       WHERE from_date <= ? AND from_position <= ? AND to_position > ? ORDER BY date`,
      ...[asOf, Number(knownAt), Number(knownAt)],
    );
    return rows.map(({ date }) => date);
  }

  /** The position of the log that can be shown: both this view and the registers that it reads have reached it. */
  async position(): Promise<string> {
    const rows = await this.reads.all<{ position: string | null }>(
      `SELECT position FROM checkpoints WHERE name IN ('progress', 'registers')`,
    );
    return String(Math.min(...rows.map(({ position }) => Number(position ?? 0))));
  }

  /**
   * The position shown: pinned once, so that all figures of one answer are of the same log. A position that the views have
   * yet to reach is waited for.
   * @throws Rejected `not_yet`
   */
  async #pin(at: At): Promise<At & { knownAt: string }> {
    const deadline = Date.now() + this.patienceMs;
    for (;;) {
      const reached = await this.position();
      if (at.knownAt === undefined || Number(at.knownAt) <= Number(reached))
        return { ...at, knownAt: at.knownAt ?? reached };
      if (Date.now() >= deadline)
        throw new Rejected('not_yet', `The views have not reached position ${at.knownAt} yet. Try again soon.`);
      await sleep(20);
    }
  }

  /** `WITH found AS (…)`: the spans of the commitments that exist and match, with overdue and stale (rules 4 and 5). */
  async #asAt({ asOf, knownAt, staleAfter }: At & { knownAt: string }, filter: Filter): Promise<Sql> {
    const position = Number(knownAt);
    const dated = [asOf, asOf, position, position];
    const DATED = 'from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?';
    const conditions: Sql[] = [];
    const has = (facet: Facet, values: readonly string[], roles: readonly string[] = []) => {
      const [valueList, roleList] = [list(values), list(roles)];
      conditions.push(
        new Sql(
          `reference IN (SELECT reference FROM progress_facets WHERE facet = '${facet}' AND value IN (${valueList.text})` +
            `${roles.length ? ` AND role IN (${roleList.text})` : ''} AND ${DATED})`,
          [...valueList.values, ...(roles.length ? roleList.values : []), ...dated],
        ),
      );
    };
    const words = (column: 'reference' | 'stage' | 'kind' | 'nature' | 'strength') => {
      if (!filter[column]) return;
      const values = list(filter[column].split(','));
      conditions.push(new Sql(`${column} IN (${values.text})`, values.values));
    };
    words('reference');
    words('stage');
    words('kind');
    words('nature');
    words('strength');
    if (filter.agency) has('agency', [filter.agency], rolesOf(filter.role));
    if (filter.theme) has('theme', await this.#below('theme', filter.theme, knownAt));
    if (filter.country) has('country', [filter.country]);
    if (filter.region) has('region', [filter.region]);
    if (filter.document) has('document', [filter.document]);
    if (filter.followsUp) has('followsUp', await this.#followUpsOf(filter.followsUp, knownAt));
    if (filter.withTarget !== undefined)
      conditions.push(new Sql(`target_last IS ${filter.withTarget ? 'NOT NULL' : 'NULL'}`));
    if (filter.overdue !== undefined) conditions.push(new Sql('overdue = ?', [filter.overdue ? 1 : 0]));
    if (filter.stale !== undefined) conditions.push(new Sql('stale = ?', [filter.stale ? 1 : 0]));
    const sought = wordsOf(filter.q ?? '');
    if (filter.q?.trim() && sought.length === 0) conditions.push(new Sql('1 = 0')); // asked for something that is no word
    for (const word of sought) conditions.push(new Sql('search LIKE ?', [`% ${word}%`]));

    const staleBefore = monthsBefore(asOf, staleAfter ?? 12);
    const where = conditions.map(({ text }) => `AND ${text}`).join(' ');
    return new Sql(
      `WITH dated AS (
         SELECT *,
           CASE WHEN target_last < ? AND ${OPEN} AND nature <> 'standing' THEN 1 ELSE 0 END AS overdue,
           CASE WHEN last_reported_on < ? AND ${OPEN} THEN 1 ELSE 0 END AS stale
         FROM progress_spans WHERE ${DATED}),
       found AS (SELECT * FROM dated WHERE 1 = 1 ${where})`,
      [asOf, staleBefore, ...dated, ...conditions.flatMap(({ values }) => values)],
    );
  }

  async #total(at: At & { knownAt: string }, filter: Filter): Promise<Row> {
    const found = await this.#asAt(at, filter);
    const rows = await this.reads.all<Counted>(`${found.text} SELECT '' AS key, ${COUNTS} FROM found`, ...found.values);
    return rowOf(rows[0]!);
  }

  async #agencyRows(at: At & { knownAt: string }, filter: Filter, role?: Filter['role']): Promise<AgencyRow[]> {
    const found = await this.#asAt(at, filter);
    const [roles, position] = [list(rolesOf(role)), Number(at.knownAt)];
    const rows = await this.reads.all<Counted>(
      `${found.text}, keyed AS (
         SELECT DISTINCT value AS key, reference FROM progress_facets
         WHERE facet = 'agency' AND role IN (${roles.text}) AND from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?)
       SELECT key, ${COUNTS} FROM keyed JOIN found USING (reference) GROUP BY key ORDER BY key`,
      ...found.values,
      ...roles.values,
      ...[at.asOf, at.asOf, position, position],
    );
    const names = await this.#registers.names('agency', at.knownAt);
    return rows.map((row) => ({ agency: row.key, name: names.get(row.key) ?? row.key, ...rowOf(row) }));
  }

  async #themeRows(at: At & { knownAt: string }, filter: Filter, framework?: string): Promise<ThemeRow[]> {
    const found = await this.#asAt(at, filter);
    const themes = await this.#registers.all('theme', at.knownAt);
    const parents = new Map(themes.map(({ code, parent }) => [code, parent]));
    const up = themes.flatMap(({ code }) => {
      const pairs = [];
      for (let above: string | null | undefined = code; above && pairs.length < 100; above = parents.get(above))
        pairs.push([code, above]);
      return pairs;
    });
    const position = Number(at.knownAt);
    const rows = await this.reads.all<Counted>(
      `${found.text}, up AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS theme, json_extract(value, '$[1]') AS above FROM json_each(?)),
       keyed AS (
         SELECT DISTINCT up.above AS key, reference FROM progress_facets JOIN up ON up.theme = progress_facets.value
         WHERE facet = 'theme' AND from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?)
       SELECT key, ${COUNTS} FROM keyed JOIN found USING (reference) GROUP BY key ORDER BY key`,
      ...found.values,
      JSON.stringify(up),
      ...[at.asOf, at.asOf, position, position],
    );
    const byCode = new Map(themes.map((theme) => [theme.code, theme]));
    return rows
      .filter(({ key }) => !framework || byCode.get(key)?.framework === framework)
      .map((row) => ({ theme: row.key, name: byCode.get(row.key)?.label ?? row.key, ...rowOf(row) }));
  }

  /** A theme or forum with all below it. */
  async #below(kind: 'theme' | 'forum', code: string, knownAt: string): Promise<string[]> {
    const entries = await this.#registers.all(kind, knownAt);
    const below = [code];
    for (const above of below)
      below.push(...entries.filter((e) => e.parent === above && !below.includes(codeOf(e))).map(codeOf));
    return below;
  }

  async #followUpsOf(id: string, knownAt: string): Promise<string[]> {
    const forums = await this.#below('forum', id, knownAt);
    const outcomes = await this.#registers.all('outcome', knownAt);
    return [...forums, ...outcomes.filter(({ forum }) => forum && forums.includes(forum)).map(({ id }) => id)];
  }

  #facets({ asOf, knownAt }: At & { knownAt: string }, references: readonly string[]) {
    const wanted = list(references);
    return this.reads.all<{ reference: string; facet: string; value: string; role: string }>(
      `SELECT reference, facet, value, role FROM progress_facets
       WHERE reference IN (${wanted.text}) AND facet IN ('agency', 'theme', 'followsUp')
         AND from_date <= ? AND to_date > ? AND from_position <= ? AND to_position > ?
       ORDER BY CASE role WHEN 'lead' THEN 0 WHEN 'co_lead' THEN 1 WHEN 'partner' THEN 2 ELSE 3 END, value`,
      ...wanted.values,
      ...[asOf, asOf, Number(knownAt), Number(knownAt)],
    );
  }
}

const rolesOf = (role: Filter['role']): readonly string[] =>
  role === undefined || role === 'any' ? ['lead', 'co_lead', 'partner'] : [role];

const rowOf = (row: Counted): Row => ({
  total: Number(row['total']),
  byStage: Object.fromEntries(STAGES.map((stage) => [stage, Number(row[stage])])) as Record<Stage, number>,
  withTarget: Number(row['withTarget']),
  overdue: Number(row['overdue']),
  stale: Number(row['stale']),
  lastReportedOn: row['lastReportedOn'] as string | null,
});
