/**
 * Who works on what, and what is done about what was asked: how many commitments there are where a row and a column meet. Themes
 * and forums hold what is below them. What is asked of a framework, theme or forum both narrows what is counted and, where these
 * are the rows or columns, shows what is directly below.
 */
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { FullDate } from '#clocks';
import { STAGES } from '#commitments';
import { Rejected, type Log, type ReadStore } from '#eventsourcing';
import { clocksOf, LOG, PageSize, WantedFormat, type Format } from '#platform';
import { Registers } from '#registers';
import { listQuery } from './list-query.js';
import { FilterQuery } from './progress.controller.js';
import { Count, dated, DATED, pairs, Progress, Row, Sql } from './progress.projection.js';
import type { At, Facet, Filter, Pinned } from './progress.projection.js';
import { themeTree } from './theme-tree.js';

/** What can stand in the columns of each kind of rows, the usual one first. */
export const CROSSED = { agency: ['theme', 'outcome', 'agency'], theme: ['forum'] } as const;
export type Rows = keyof typeof CROSSED;
export type Columns = (typeof CROSSED)[Rows][number];

const ROWS = Object.keys(CROSSED) as Rows[];
const COLUMNS = [...new Set(Object.values(CROSSED).flat())];

/** How many rows and columns one answer may have. */
export const MOST_CROSSED = 200;

export class MatrixQuery extends FilterQuery {
  @ApiProperty({ required: false, enum: ROWS, default: 'agency' })
  @IsOptional()
  @IsIn(ROWS)
  rows?: Rows;
  @ApiProperty({
    required: false,
    enum: COLUMNS,
    description: `What each kind of rows can be crossed with, the default first: ${ROWS.map((rows) => `${rows}: ${CROSSED[rows].join(', ')}`).join('; ')}`,
  })
  @IsOptional()
  @IsIn(COLUMNS)
  columns?: Columns;
  @PageSize(MOST_CROSSED, MOST_CROSSED, 'Of rows and of columns: those with most commitments in cells')
  limit?: number;
}

export const LIST = 'The query of `/v1/commitments` that lists what is counted';

/** Where a row and a column meet. */
export class Cell extends Row {
  @ApiProperty({ description: 'The code of the column' }) readonly column: string;
  @ApiProperty({ description: LIST, example: 'agency=IOM&theme=HLD06-04&asOf=2011-02-17' }) readonly list: string;
}

/** All of a row, or of a column: each commitment once, in however many cells it stands. */
export class Head extends Row {
  @ApiProperty({ example: 'IOM' }) readonly code: string;
  @ApiProperty() readonly name: string;
  @Count('How many of them stand in any cell, also of those that `limit` leaves away') readonly placed: number;
  @ApiProperty({ description: LIST, example: 'agency=IOM&asOf=2011-02-17' }) readonly list: string;
}

export class MatrixRow extends Head {
  @ApiProperty({
    type: [Cell],
    description: 'In the order of the columns; where there is none, there are no commitments',
  })
  readonly cells: Cell[];
}

/** What the rows and columns are. */
class Axes {
  @ApiProperty({ enum: ROWS }) readonly rows: Rows;
  @ApiProperty({ enum: COLUMNS }) readonly columns: Columns;
}

export class MatrixView {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ description: 'The position of the log that this shows' }) readonly position: string;
  @ApiProperty() readonly by: Axes;
  @ApiProperty({
    description: 'Neither rows nor columns nor cells add up to it: a commitment counts once in each where it belongs',
  })
  readonly total: Row;
  @Count('How many of the total stand in any cell') readonly placed: number;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  @Count('With any commitment in a cell, also those that `limit` leaves away') readonly rowCount: number;
  @Count('With any commitment in a cell, also those that `limit` leaves away') readonly columnCount: number;
  @ApiProperty({ type: [Head] }) readonly columns: Head[];
  @ApiProperty({ type: [MatrixRow] }) readonly rows: MatrixRow[];
}

/** The keys under which commitments count: `SELECT key, reference`, each pair once. */
interface Axis {
  readonly sql: Sql;
  /** The filter of lists that a key is. */
  readonly filter: 'agency' | 'with' | 'theme' | 'followsUp';
  readonly names: ReadonlyMap<string, string>;
}

export class Matrix {
  readonly #progress: Progress;

  constructor(private readonly reads: ReadStore) {
    this.#progress = new Progress(reads);
  }

  /** @throws Rejected `invalid` when the two cannot be crossed */
  async crossed(
    at: At,
    asked: Filter & { readonly rows?: Rows; readonly columns?: Columns; readonly limit?: number } = {},
  ): Promise<MatrixView> {
    const { rows = 'agency', columns = CROSSED[rows][0], limit = MOST_CROSSED, ...filter } = asked;
    if (!(CROSSED[rows] as readonly Columns[]).includes(columns)) {
      const message = `columns can be ${CROSSED[rows].join(' or ')} where the rows are of kind ${rows}`;
      throw new Rejected('invalid', message, [{ pointer: '/columns', message }]);
    }
    const pinned = await this.#progress.pin(at);
    // What reaches the themes of a framework through a crosswalk need not carry any of them.
    const narrowed = filter.crosswalk ? { ...filter, framework: undefined } : filter;
    const [one, other] = [await this.#axis(rows, pinned, filter), await this.#axis(columns, pinned, filter, true)];
    const counted = await this.#counts(pinned, narrowed, one, other, rows === columns);
    const parts = Map.groupBy(counted, ({ part }) => part);
    const of = (part: string) => parts.get(part) ?? [];
    const [heads, feet] = [placedOf(of('row'), of('inRow')), placedOf(of('column'), of('inColumn'))];
    const [shownRows, shownColumns] = [mostPlaced(heads, limit), mostPlaced(feet, limit)];
    const cells = Map.groupBy(of('cell'), ({ key }) => key);
    const list = (...keys: [Axis, string][]) =>
      listQuery({ ...narrowed, ...Object.fromEntries(keys.map(([axis, key]) => [axis.filter, key])) }, pinned);
    const head = (axis: Axis, { key, placed, row }: Placed): Head => ({
      code: key,
      name: axis.names.get(key) ?? key,
      placed,
      list: list([axis, key]),
      ...row,
    });
    const { row: total, correctedLater } = rowOfAlike(of('total'));
    return {
      asOf: at.asOf,
      position: pinned.knownAt,
      by: { rows, columns },
      total,
      placed: Number(of('placed')[0]!.n),
      correctedLater,
      rowCount: heads.filter(({ placed }) => placed > 0).length,
      columnCount: feet.filter(({ placed }) => placed > 0).length,
      columns: shownColumns.map((column) => head(other, column)),
      rows: shownRows.map((row) => {
        const own = Map.groupBy(cells.get(row.key) ?? [], ({ other }) => other);
        return {
          ...head(one, row),
          cells: shownColumns.flatMap(({ key }): Cell[] => {
            const cell = own.get(key);
            return cell ? [{ column: key, list: list([one, row.key], [other, key]), ...rowOfAlike(cell).row }] : [];
          }),
        };
      }),
    };
  }

  /** Every figure of the answer, in one query over what is found. */
  async #counts(at: Pinned, filter: Filter, one: Axis, other: Axis, same: boolean): Promise<Alike[]> {
    const met = meeting(await this.#progress.found(at, filter), one.sql, other.sql, same);
    // Where none meets itself, a key may be the only one of a commitment.
    const [inRows, inColumns] = same
      ? [
          '(SELECT DISTINCT key, reference FROM met) AS met',
          '(SELECT DISTINCT other AS key, reference FROM met) AS met',
        ]
      : [
          'one WHERE reference IN (SELECT reference FROM other)',
          'other WHERE reference IN (SELECT reference FROM one)',
        ];
    return this.reads.all<Alike>(
      `${met.text}
       SELECT 'total' AS part, '' AS key, '' AS other, ${ALIKE} FROM counted GROUP BY status
       UNION ALL SELECT 'placed', '', '', 0, COUNT(*), '' FROM counted WHERE reference IN (SELECT reference FROM met)
       UNION ALL SELECT 'row', key, '', ${ALIKE} FROM one GROUP BY key, status
       UNION ALL SELECT 'column', key, '', ${ALIKE} FROM other JOIN counted USING (reference) GROUP BY key, status
       UNION ALL SELECT 'inRow', key, '', 0, COUNT(*), '' FROM ${inRows} GROUP BY key
       UNION ALL SELECT 'inColumn', key, '', 0, COUNT(*), '' FROM ${inColumns} GROUP BY key
       UNION ALL SELECT 'cell', key, other, ${ALIKE} FROM met GROUP BY key, other, status`,
      ...met.values,
    );
  }

  /** @param beside agencies as they stand beside others, in whatever responsible role */
  async #axis(kind: Rows | Columns, at: Pinned, filter: Filter, beside = false): Promise<Axis> {
    if (kind === 'agency') {
      const { agencies, memberOf } = filter;
      const holders = await this.#progress.holders(at, beside ? { agencies, memberOf, agency: filter.with } : filter);
      return {
        sql: holders,
        filter: beside ? 'with' : 'agency',
        names: await this.#progress.registers.names('agency', at.knownAt, agencies === 'today' ? undefined : at.asOf),
      };
    }
    if (kind === 'theme') return themeAxis(this.#progress.registers, at, filter);
    return this.#followUps(kind, at, filter);
  }

  async #followUps(kind: 'forum' | 'outcome', at: Pinned, { followsUp }: Filter): Promise<Axis> {
    const { registers } = this.#progress;
    const forums = (await registers.all('forum', at.knownAt)).map(({ id, name, parent }) => ({
      code: id,
      name,
      parent,
    }));
    const outcomes = (await registers.all('outcome', at.knownAt)).map(({ id, text, forum }) => ({
      code: id,
      name: text,
      parent: forum,
    }));
    const all = [...forums, ...outcomes];
    const parents = new Map(all.map(({ code, parent }) => [code, parent]));
    const above = (code: string): string[] => {
      const up: string[] = [];
      for (let next: string | null | undefined = code; next && !up.includes(next); next = parents.get(next))
        up.push(next);
      return up;
    };
    const shown =
      kind === 'forum'
        ? directlyBelow(
            followsUp,
            all,
            forums.filter(({ parent }) => !parents.has(parent ?? '')),
          )
        : outcomes.filter(({ code }) => !followsUp || above(code).includes(followsUp));
    return {
      sql: under('followsUp', all, above, shown, at),
      filter: 'followsUp',
      names: new Map(all.map(({ code, name }) => [code, name])),
    };
  }
}

/** Themes at the top of their frameworks, or what is directly below the one asked for, with all below them. */
export async function themeAxis(registers: Registers, at: Pinned, filter: Filter): Promise<Axis> {
  const tree = await themeTree(registers, filter, at);
  const framework = filter.framework ?? tree.reading?.crosswalk.to;
  const known = new Set(tree.themes.map(({ code }) => code));
  const tops = tree.themes.filter(
    (theme) => !known.has(theme.parent ?? '') && [undefined, theme.framework].includes(framework),
  );
  return {
    sql: under('theme', tree.themes, (code) => tree.above(code), directlyBelow(filter.theme, tree.themes, tops), at),
    filter: 'theme',
    names: new Map(tree.themes.map(({ code, label }) => [code, label])),
  };
}

/** What a row counts of a commitment, in one number: so that the database groups once for all of its counts. */
const STATUS = `CASE stage ${STAGES.map((stage, i) => `WHEN '${stage}' THEN ${i * 16}`).join(' ')} END
  + CASE WHEN target_last IS NULL THEN 0 ELSE 8 END + 4 * overdue + 2 * stale + corrected`;

/** Commitments that count alike, under a key or where two meet. */
export interface Alike {
  readonly [column: string]: string | number | null;
  readonly part: string;
  readonly key: string;
  readonly other: string;
  readonly status: number;
  readonly n: number;
  readonly last: FullDate;
}

/** `… AS status, … AS n, … AS last`, to be grouped by status. */
export const ALIKE = 'status, COUNT(*) AS n, MAX(last) AS last';

/** The row of commitments, and how many of them were corrected later. */
export function rowOfAlike(all: readonly Alike[] = []): { readonly row: Row; readonly correctedLater: number } {
  const sum = (test: (status: number) => boolean) =>
    all.reduce((total, { status, n }) => (test(Number(status)) ? total + Number(n) : total), 0);
  const row: Row = {
    total: sum(() => true),
    byStage: Object.fromEntries(
      STAGES.map((stage, i) => [stage, sum((status) => status >> 4 === i)]),
    ) as Row['byStage'],
    withTarget: sum((status) => (status & 8) > 0),
    overdue: sum((status) => (status & 4) > 0),
    stale: sum((status) => (status & 2) > 0),
    lastReportedOn: all.reduce<FullDate | null>(
      (last, one) => (last !== null && last > one.last ? last : one.last),
      null,
    ),
  };
  return { row, correctedLater: sum((status) => (status & 1) > 0) };
}

/**
 * `WITH … counted, one, other (key, reference, status, last), met (key, other, …)`: where two kinds of keys meet in what is found.
 * @param same whether both are of one kind, where none meets itself
 */
export const meeting = (found: Sql, one: Sql, other: Sql, same: boolean): Sql =>
  new Sql(
    `${found.text}, counted AS MATERIALIZED (
       SELECT reference, ${STATUS} AS status, last_reported_on AS last FROM found),
     one AS MATERIALIZED (
       SELECT key, counted.reference, status, last
       FROM counted JOIN (${one.text}) AS keyed ON keyed.reference = counted.reference),
     other AS MATERIALIZED (${other.text}),
     met AS MATERIALIZED (
       SELECT one.key AS key, other.key AS other, one.reference, status, last
       FROM one JOIN other ON other.reference = one.reference ${same ? 'WHERE one.key <> other.key' : ''})`,
    [...found.values, ...one.values, ...other.values],
  );

interface Node {
  readonly code: string;
  readonly parent?: string | null;
}

/** What stands directly below one of them, or that one itself where nothing does; without it those at the top. */
function directlyBelow(code: string | undefined, nodes: readonly Node[], tops: readonly Node[]): readonly Node[] {
  if (!code) return tops;
  const below = nodes.filter(({ parent }) => parent === code);
  return below.length > 0 ? below : [{ code }];
}

/** The commitments that carry a value of a facet, under those of the shown ones that stand above it. */
function under(
  facet: Facet,
  nodes: readonly Node[],
  above: (code: string) => readonly string[],
  shown: readonly Node[],
  { asOf, knownAt }: Pinned,
): Sql {
  const keys = new Set(shown.map(({ code }) => code));
  const up = pairs(
    nodes.flatMap(({ code }) => above(code).flatMap((key) => (keys.has(key) ? [[code, key] as const] : []))),
  );
  return new Sql(
    `SELECT DISTINCT column2 AS key, reference FROM (${up.text}) AS up JOIN progress_facets ON value = column1
     WHERE facet = '${facet}' AND ${DATED}`,
    [...up.values, ...dated(asOf, knownAt)],
  );
}

/** A key with all its commitments, and how many of them stand in any cell. */
interface Placed {
  readonly key: string;
  readonly row: Row;
  readonly placed: number;
}

function placedOf(all: readonly Alike[], inCells: readonly Alike[]): Placed[] {
  const placed = new Map(inCells.map(({ key, n }) => [key, Number(n)]));
  return [...Map.groupBy(all, ({ key }) => key)].map(([key, alike]) => ({
    key,
    row: rowOfAlike(alike).row,
    placed: placed.get(key) ?? 0,
  }));
}

const byCode = (a: { readonly key: string }, b: { readonly key: string }): number => (a.key < b.key ? -1 : 1);

/** Those with most commitments in cells, in the order of their codes. */
const mostPlaced = (keys: readonly Placed[], most: number): Placed[] =>
  keys
    .filter(({ placed }) => placed > 0)
    .sort((a, b) => b.placed - a.placed || b.row.total - a.row.total || byCode(a, b))
    .slice(0, most)
    .sort(byCode);

/** The matrix as a table: a line per row, one for all, and a column per column. */
export function matrixTable({ by, rows, columns, total, placed }: MatrixView): object[] {
  const line = (code: string, name: string, all: number, inCells: number, inColumn: (column: string) => number) => ({
    [by.rows]: code,
    name,
    total: all,
    placed: inCells,
    ...Object.fromEntries(columns.map((column) => [`${column.code} ${column.name}`, inColumn(column.code)])),
  });
  return [
    ...rows.map(({ code, name, total, placed, cells }) =>
      line(code, name, total, placed, (column) => cells.find((cell) => cell.column === column)?.total ?? 0),
    ),
    line(
      '',
      'All, each commitment once',
      total.total,
      placed,
      (code) => columns.find((column) => column.code === code)!.total,
    ),
  ];
}

@ApiTags('Progress')
@Controller('v1/progress/matrix')
export class MatrixController {
  constructor(
    private readonly matrix: Matrix,
    private readonly registers: Registers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Commitments where agencies, themes, forums and outcomes meet',
    description:
      'Themes, forums and outcomes stand for what is below them. A framework, theme or forum that is asked for narrows what is ' +
      'counted and shows what is directly below it. As CSV: a table.',
    operationId: 'progressMatrix',
  })
  @ApiOkResponse({ type: MatrixView })
  async crossed(@Query() query: MatrixQuery, @WantedFormat() wanted: Format) {
    const { asOf, knownAt, staleAfter, format: _, ...asked } = query;
    const at = { ...(await clocksOf({ asOf, knownAt }, this.log.store)), staleAfter };
    if (asked.framework && !(await this.registers.one('framework', asked.framework, at.knownAt)))
      throw new Rejected('not_found', `There is no framework ${asked.framework}.`);
    const view = await this.matrix.crossed(at, asked);
    return wanted === 'csv' ? { ...view, rows: matrixTable(view) } : view;
  }
}
