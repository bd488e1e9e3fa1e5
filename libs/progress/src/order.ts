/** The orders in which a list of commitments can be given, in each of which every commitment has one place. */
import { setImmediate as turn } from 'node:timers/promises';
import { STAGES } from '#commitments';
import { sortKey } from '#text';
import type { Columns } from './columns.js';

type SortValue = string | number | null;

const leadKeys = new Map<string, string>();
const leadKey = (agency: string): string => {
  let key = leadKeys.get(agency);
  if (key === undefined) leadKeys.set(agency, (key = sortKey(agency)));
  return key;
};

/** The sort key of a row; equal rows follow in the order of their references. */
const SORT_KEYS = {
  reference: (columns: Columns, row: number): SortValue => columns.referenceKey(columns.columns.commitment[row]!),
  title: ({ texts, columns }: Columns, row: number): SortValue => texts.titleKey(columns.text[row]!),
  stage: ({ dictionaries, columns }: Columns, row: number): SortValue =>
    STAGES.indexOf(dictionaries.standing.entries[columns.standing[row]!]!.stage),
  lead: ({ dictionaries, columns }: Columns, row: number): SortValue =>
    leadKey(dictionaries.agencies.entries[columns.agencies[row]!]![0]!.agency),
  target: ({ dictionaries, columns }: Columns, row: number): SortValue =>
    dictionaries.target.entries[columns.target[row]!]!.last || null,
  nextStepDue: ({ dictionaries, columns }: Columns, row: number): SortValue =>
    dictionaries.nextStep.entries[columns.nextStep[row]!]!.last || null,
  lastReportedOn: ({ columns }: Columns, row: number): SortValue => columns.lastReportedOn[row]!,
} as const;
type SortKey = keyof typeof SORT_KEYS;

export type Sort = SortKey | `-${SortKey}` | 'relevance';
/** `-`: the last first, but those without the key are always last. `relevance`: the best hits of a search first. */
export const SORTS = [
  ...(Object.keys(SORT_KEYS) as SortKey[]).flatMap((key) => [key, `-${key}`] as const),
  'relevance',
] as const;

export interface PlaceInOrder {
  readonly key: SortValue;
  /** Those of equal keys follow in the order of their references, and each reference has one place. */
  readonly referenceKey: string;
  readonly reference: string;
}

/** An order: where a row stands, and which of two comes first (negative: the first one). */
export interface Order {
  placeOf(row: number): PlaceInOrder;
  compare(a: PlaceInOrder, b: PlaceInOrder): number;
  /** As `compare`, of a row that has no place yet: most rows of a long list need none. */
  against(row: number, place: PlaceInOrder): number;
}

const compareValues = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** @param scores by the code of a wording, how well it answers the search: for the order of relevance */
export function orderOf(columns: Columns, sort: Sort, scores?: Int32Array): Order {
  const { commitment, text } = columns.columns;
  const descends = sort.startsWith('-') || sort === 'relevance';
  const keyIn = SORT_KEYS[sort.replace(/^-/, '') as SortKey];
  const keyOf =
    sort === 'relevance' ? (row: number): SortValue => scores?.[text[row]!] ?? 0 : (row: number) => keyIn(columns, row);
  const inOrder = (a: SortValue, b: SortValue): number => {
    if (a === b) return 0;
    if (a === null) return 1;
    if (b === null) return -1;
    return descends ? compareValues(b, a) : compareValues(a, b);
  };
  return {
    placeOf: (row) => ({
      key: keyOf(row),
      referenceKey: columns.referenceKey(commitment[row]!),
      reference: columns.references.at(commitment[row]!)!,
    }),
    compare: (a, b) =>
      inOrder(a.key, b.key) || compareValues(a.referenceKey, b.referenceKey) || compareValues(a.reference, b.reference),
    against: (row, place) =>
      inOrder(keyOf(row), place.key) ||
      compareValues(columns.referenceKey(commitment[row]!), place.referenceKey) ||
      compareValues(columns.references.at(commitment[row]!)!, place.reference),
  };
}

/** The number of rows compared before other work has its turn. */
const ROWS_PER_TURN = 5_000;

/** The first rows after a place in an order; all of them if there is no limit. */
export async function firstIn(
  rows: Int32Array,
  { placeOf, compare, against }: Order,
  after: PlaceInOrder | null,
  limit = Infinity,
): Promise<number[]> {
  let best: { readonly row: number; readonly place: PlaceInOrder }[] = [];
  const byPlace = (a: (typeof best)[number], b: (typeof best)[number]) => compare(a.place, b.place);
  /** When there are twice as many as asked for, the better half is kept. */
  const most = Math.max(2 * limit, 1_000);
  let worst: PlaceInOrder | null = null;
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) await turn();
    const row = rows[i]!;
    if (after && against(row, after) <= 0) continue;
    if (worst && against(row, worst) >= 0) continue;
    best.push({ row, place: placeOf(row) });
    if (best.length < most) continue;
    best = best.sort(byPlace).slice(0, limit);
    worst = best.at(-1)!.place;
  }
  return best
    .sort(byPlace)
    .slice(0, limit)
    .map(({ row }) => row);
}
