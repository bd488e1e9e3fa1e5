/**
 * The matrix: the number of commitments where a row and a column meet. Themes and forums include everything below them. A query
 * for a framework, theme or forum narrows the count and, where these are the rows or columns, shows those directly below it.
 */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { refused } from '#eventsourcing';
import {
  Shown,
  ShownList,
  Answers,
  Count,
  AtClocks,
  formatNamed,
  PageSize,
  WantedFormat,
  type Format,
  QueryChoice,
  TABLE_FORMAT_WORDS,
} from '#platform';
import { compareTexts } from '#text';
import { FiguresAnswer, countAll, countBy, CrossTab, Row, type KeyCount } from './count.js';
import { FilterQuery, type Filter } from './filters.js';
import { directlyBelow } from './hierarchy.js';
import { Keys } from './keys.js';
import { crossedQueries, listQueries } from './list-query.js';
import { keyed, View, type Look } from './look.js';
import type { ViewClocks } from './scan.js';
import { withAncestors } from './theme-tree.js';

/** The possible columns of each kind of rows, the usual one first. */
export const COLUMN_AXES_OF_ROWS = { agency: ['theme', 'outcome', 'agency'], theme: ['forum'] } as const;
export type RowAxis = keyof typeof COLUMN_AXES_OF_ROWS;
export type ColumnAxis = (typeof COLUMN_AXES_OF_ROWS)[RowAxis][number];

const ROW_AXES = Object.keys(COLUMN_AXES_OF_ROWS) as RowAxis[];
const COLUMN_AXES = [...new Set(Object.values(COLUMN_AXES_OF_ROWS).flat())];

/** The greatest number of rows and columns in an answer. */
export const MAX_CROSSED = 200;

export class MatrixQuery extends FilterQuery {
  @QueryChoice(ROW_AXES, { default: 'agency' }) rows?: RowAxis;
  @QueryChoice(COLUMN_AXES, {
    description: `The columns for each kind of rows, the default first: ${ROW_AXES.map((rows) => `${rows}: ${COLUMN_AXES_OF_ROWS[rows].join(', ')}`).join('; ')}`,
  })
  columns?: ColumnAxis;
  @PageSize(MAX_CROSSED, MAX_CROSSED, 'Of rows and of columns: those with most commitments in cells') limit?: number;
}

export const LIST_DESCRIPTION = 'The query of `/v1/commitments` that lists the counted ones';

/** The meeting of a row and a column. */
export class Cell extends Row {
  @Shown('The code of the column') readonly column: string;
  @Shown(LIST_DESCRIPTION, 'agency=IOM&theme=HLD06-04&asOf=2011-02-17') readonly list: string;
}

/** All of a row, or of a column: each commitment once, in however many cells it stands. */
export class Head extends Row {
  @ApiProperty({ example: 'IOM' }) readonly code: string;
  @ApiProperty() readonly name: string;
  @Count('How many of them stand in any cell, also of those that `limit` leaves away') readonly placed: number;
  @Shown(LIST_DESCRIPTION, 'agency=IOM&asOf=2011-02-17') readonly list: string;
}

export class MatrixRow extends Head {
  @ShownList(Cell, 'In the order of the columns; where there is none, there are no commitments') readonly cells: Cell[];
}

/** The kinds of the rows and columns. */
class Axes {
  @ApiProperty({ enum: ROW_AXES }) readonly rows: RowAxis;
  @ApiProperty({ enum: COLUMN_AXES }) readonly columns: ColumnAxis;
}

export class MatrixView extends FiguresAnswer {
  @ApiProperty() readonly by: Axes;
  @Shown('Neither rows nor columns nor cells add up to it: a commitment counts once in each where it belongs')
  readonly total: Row;
  @Count('How many of the total stand in any cell') readonly placed: number;
  @Count('Of the total: in how many something was corrected after `knownAt`') readonly correctedLater: number;
  @Count('With any commitment in a cell, also those that `limit` leaves away') readonly rowCount: number;
  @Count('With any commitment in a cell, also those that `limit` leaves away') readonly columnCount: number;
  @ApiProperty({ type: [Head] }) readonly columns: Head[];
  @ApiProperty({ type: [MatrixRow] }) readonly rows: MatrixRow[];
}

/** The keys under which commitments count. */
interface Axis {
  readonly keys: Keys<'agencies'> | Keys<'themes'> | Keys<'followsUp'>;
  /** The filter of lists that a key is. */
  readonly filter: 'agency' | 'with' | 'theme' | 'followsUp';
  readonly names: ReadonlyMap<string, string>;
}

export class Matrix extends View {
  /** @throws Rejected `invalid` when the two cannot be crossed */
  async crossed(
    at: ViewClocks,
    asked: Filter & { readonly rows?: RowAxis; readonly columns?: ColumnAxis; readonly limit?: number } = {},
  ): Promise<MatrixView> {
    const { rows = 'agency', columns = COLUMN_AXES_OF_ROWS[rows][0], limit = MAX_CROSSED, ...filter } = asked;
    if (!(COLUMN_AXES_OF_ROWS[rows] as readonly ColumnAxis[]).includes(columns)) {
      const message = `columns can be ${COLUMN_AXES_OF_ROWS[rows].join(' or ')} where the rows are of kind ${rows}`;
      throw refused('invalid', '/columns', message);
    }
    using look = await this.looks.look(at);
    // A commitment that reaches the themes of a framework through a crosswalk need not have one of them.
    const narrowed = filter.crosswalk ? { ...filter, framework: undefined } : filter;
    const [one, other] = [await axisOf(rows, look, filter), await axisOf(columns, look, filter, true)];
    const found = await look.find(narrowed);
    const crossed = new CrossTab(found, one.keys, other.keys);
    const placed = crossed.all.total;
    const heads = placedOf(countBy(found, one.keys), one.keys, crossed.ones);
    const feet = placedOf(countBy(found, other.keys), other.keys, crossed.others);
    const [shownRows, shownColumns] = [mostPlaced(heads, limit), mostPlaced(feet, limit)];
    const headOf = (axis: Axis) => {
      const list = listQueries(narrowed, look.at, axis.filter);
      return ({ key, placed, row }: PlacedKey): Head => ({
        ...{ code: key, name: axis.names.get(key) ?? key, placed },
        ...{ list: list(key), ...row },
      });
    };
    const [rowHead, lists] = [headOf(one), crossedQueries(narrowed, look.at, one.filter, other.filter)];
    const { row: total, correctedLater } = countAll(found);
    return {
      asOf: at.asOf,
      position: look.at.knownAt,
      by: { rows, columns },
      total,
      placed,
      correctedLater,
      rowCount: heads.filter(({ placed }) => placed > 0).length,
      columnCount: feet.filter(({ placed }) => placed > 0).length,
      columns: shownColumns.map(headOf(other)),
      rows: shownRows.map((row) => {
        const list = lists(row.key);
        return {
          ...rowHead(row),
          cells: shownColumns.flatMap((column): Cell[] => {
            const cell = crossed.cell(row.number, column.number);
            if (!cell) return [];
            // Of very many cells: one by one is several times as fast as all at once.
            const { total, byStage, withTarget, overdue, stale, lastReportedOn } = cell;
            return [
              {
                column: column.key,
                list: list(column.key),
                total,
                byStage,
                withTarget,
                overdue,
                stale,
                lastReportedOn,
              },
            ];
          }),
        };
      }),
    };
  }
}

/** @param beside agencies beside others, in any responsible role */
async function axisOf(kind: RowAxis | ColumnAxis, look: Look, filter: Filter, beside = false): Promise<Axis> {
  if (kind === 'theme') return themeAxis(look, filter);
  if (kind !== 'agency') return followUpAxis(kind, look, filter);
  const { agencies, memberOf } = filter;
  return {
    keys: await look.agencies(beside ? { agencies, memberOf, agency: filter.with } : filter),
    filter: beside ? 'with' : 'agency',
    names: await look.hierarchy.agencyNames(agencies),
  };
}

async function followUpAxis(kind: 'forum' | 'outcome', look: Look, { followsUp }: Filter): Promise<Axis> {
  const { forums, outcomes } = await look.hierarchy.forums();
  const all = [...forums, ...outcomes];
  const parents = new Map(all.map(({ code, parent }) => [code, parent]));
  const tops = forums.filter(({ parent }) => !parents.has(parent ?? ''));
  const shown =
    kind === 'forum'
      ? directlyBelow(followsUp, all, tops)
      : outcomes.filter(({ code }) => !followsUp || withAncestors(code, parents).includes(followsUp));
  const keys = new Set(shown.map(({ code }) => code));
  const known = (id: string) => (parents.has(id) ? withAncestors(id, parents).filter((one) => keys.has(one)) : []);
  return {
    keys: new Keys(look.columns, 'followsUp', (ids) => ids.flatMap(known).map(keyed)),
    filter: 'followsUp',
    names: new Map(all.map(({ code, name }) => [code, name])),
  };
}

/** Themes at the top of their frameworks, or those directly below the requested one, with all below them. */
export async function themeAxis(look: Look, filter: Filter): Promise<Axis & { readonly keys: Keys<'themes'> }> {
  const tree = await look.hierarchy.themes(filter);
  const framework = filter.framework ?? tree.reading?.crosswalk.to;
  const known = new Set(tree.themes.map(({ code }) => code));
  const tops = tree.themes.filter(
    (theme) => !known.has(theme.parent ?? '') && [undefined, theme.framework].includes(framework),
  );
  const keys = new Set(directlyBelow(filter.theme, tree.themes, tops).map(({ code }) => code));
  const shownAbove = (theme: string) => (known.has(theme) ? tree.above(theme).filter((one) => keys.has(one)) : []);
  return {
    keys: new Keys(look.columns, 'themes', (themes) => themes.flatMap(shownAbove).map(keyed)),
    filter: 'theme',
    names: new Map(tree.themes.map(({ code, label }) => [code, label])),
  };
}

/** A key with all its commitments, and how many of them stand in any cell. */
interface PlacedKey {
  readonly key: string;
  readonly number: number;
  readonly row: Row;
  readonly placed: number;
}

const placedOf = (all: readonly KeyCount[], keys: Axis['keys'], placed: Int32Array): PlacedKey[] =>
  all.map(({ keys: [key], row }) => {
    const number = keys.numberOf(key!);
    return { key: key!, number, row, placed: placed[number]! };
  });

const byCode = (a: { readonly key: string }, b: { readonly key: string }): number => compareTexts(a.key, b.key);

/** The keys with most commitments in cells, in the order of their codes. */
const mostPlaced = (keys: readonly PlacedKey[], most: number): PlacedKey[] =>
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
  constructor(private readonly matrix: Matrix) {}

  @Get()
  @Answers(
    MatrixView,
    'Commitments where agencies, themes, forums and outcomes meet',
    'Themes, forums and outcomes include all below them. A framework, theme or forum in the question narrows the count and ' +
      `shows the entries directly below it. As ${TABLE_FORMAT_WORDS}: a table.`,
  )
  async progressMatrix(@AtClocks() { at, ...asked }: MatrixQuery, @WantedFormat() wanted: Format) {
    const view = await this.matrix.crossed(at, asked);
    return formatNamed(wanted).of === 'rows' ? { ...view, rows: matrixTable(view) } : view;
  }
}
