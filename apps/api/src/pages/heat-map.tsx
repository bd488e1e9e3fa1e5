/** A matrix as a table with cells coloured by their numbers; every number leads to its list. */
import type { Filter, MatrixView } from '#progress';
import { barWords, Figure, mostFirst } from './figures.js';
import { NameLink } from './links.js';
import { Table } from './take-away.js';
import type { View } from './view.js';
import { count } from './words.js';

export const COLOUR_MEASURES = ['count', 'share'] as const;
/** By the number of commitments, or by their share of the row. */
export type Coloured = (typeof COLOUR_MEASURES)[number];

/** From how much on each of the colours is taken: always the same, so that dates can be compared. */
const COLOUR_THRESHOLDS: Readonly<Record<Coloured, readonly number[]>> = {
  count: [1, 2, 4, 8, 16],
  share: [0, 0.1, 0.25, 0.5, 0.75],
};

const heatOf = (coloured: Coloured, n: number, of: number): number =>
  COLOUR_THRESHOLDS[coloured].filter((from) => (coloured === 'count' ? n : n / of) >= from).length;

const stepWords = (coloured: Coloured, i: number): string => {
  const [from, next] = [COLOUR_THRESHOLDS[coloured][i]!, COLOUR_THRESHOLDS[coloured][i + 1]];
  if (coloured === 'share') return next === undefined ? `${from * 100}% or more` : `under ${next * 100}%`;
  if (next === undefined) return `${from} or more`;
  return next - from === 1 ? String(from) : `${from}–${next - 1}`;
};

/** The meaning of an axis on the page. */
export interface AxisOnPage {
  readonly title: string;
  /** Of all together: `All agencies`. */
  readonly all: string;
  /** The link of the head of a row or column. */
  readonly href: (code: string) => string;
  /** Heads show the code alone: names are long texts. */
  readonly coded?: boolean;
  /** The filter of lists that a code is. */
  readonly filter: 'agency' | 'with' | 'theme' | 'followsUp';
}

interface HeatMapParts {
  readonly view: View;
  readonly matrix: MatrixView;
  readonly caption: string;
  readonly rows: AxisOnPage;
  readonly columns: AxisOnPage;
  /** The link to the list of all that the matrix counts. */
  readonly filter: Filter;
  readonly coloured: Coloured;
}

export const HeatMap = ({ view, matrix, caption, rows, columns, filter, coloured }: HeatMapParts) => {
  const list = (more: Filter) => view.list({ ...filter, ...more });
  const foremost = rows.filter === 'agency' && columns.filter === 'with' ? mostFirst(matrix.columns) : matrix.columns;
  return (
    <>
      <ul class="legend heats" aria-label="Colours">
        {COLOUR_THRESHOLDS[coloured].map((_, i) => (
          <li key={i}>
            <span class={`heat-${i + 1}`}>{stepWords(coloured, i)}</span>
          </li>
        ))}
        <li>{coloured === 'count' ? 'commitments in a cell' : 'of the commitments of the row'}</li>
      </ul>
      <div class="table heat" role="region" aria-label={caption} tabIndex={0}>
        <Table
          class="matrix"
          caption={caption}
          heads={[
            rows.title,
            { n: 'All' },
            ...foremost.map(({ code, name }) => (
              <th key={code} scope="col" class="turned" title={name}>
                <NameLink to={columns.href(code)} name={columns.coded ? code : name} />
              </th>
            )),
          ]}
          foot={
            <tr>
              <th scope="row">{rows.all}</th>
              <td class="n all">
                <Figure n={matrix.total.total} href={list({})} />
              </td>
              {foremost.map(({ code, total }) => (
                <td key={code} class="n all">
                  <Figure n={total} href={list({ [columns.filter]: code })} />
                </td>
              ))}
            </tr>
          }
        >
          {mostFirst(matrix.rows).map((row) => {
            const cells = new Map(row.cells.map((cell) => [cell.column, cell]));
            return (
              <tr key={row.code}>
                <th scope="row">
                  <a href={rows.href(row.code)}>
                    <span class="name" dir="auto">
                      {row.name}
                    </span>
                    {row.name !== row.code && <small class="code">{row.code}</small>}
                  </a>
                </th>
                <td class="n all">
                  <Figure n={row.total} href={list({ [rows.filter]: row.code })} />
                </td>
                {foremost.map((column) => {
                  const cell = cells.get(column.code);
                  if (!cell)
                    return (
                      <td key={column.code}>
                        <span class="hidden">0</span>
                      </td>
                    );
                  const both = { [rows.filter]: row.code, [columns.filter]: column.code };
                  return (
                    <td key={column.code} class={`heat-${heatOf(coloured, cell.total, row.total)}`}>
                      <a href={list(both)} title={`${row.name} – ${column.name}. ${barWords(cell)}`}>
                        {count(cell.total)}
                      </a>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </Table>
      </div>
    </>
  );
};
