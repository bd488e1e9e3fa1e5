/** The orders of lists, said again as plainly as can be; see naive-views.ts. */
import { lastDay, STAGES, type NaiveCommitment } from './naive-views.js';

type Key = string | number | null;

/** Small letters without accents and punctuation, and numbers of one length. */
export const asPeopleSort = (text: string): string =>
  foldedText(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => word.replace(/\d+/g, (digits) => digits.padStart(12, '0')))
    .join(' ');

/** The keys by which a list is ordered; a test changes one of these, to see that it would be found out. */
export const ORDERS = {
  keys: {
    reference: (c: NaiveCommitment): Key => asPeopleSort(c.reference),
    title: (c: NaiveCommitment): Key => asPeopleSort(c.title),
    stage: (c: NaiveCommitment): Key => STAGES.indexOf(c.stage),
    lead: (c: NaiveCommitment): Key => asPeopleSort(c.agencies[0]!.agency),
    target: (c: NaiveCommitment): Key => c.target && lastDay(c.target),
    nextStepDue: (c: NaiveCommitment): Key => c.nextStepDue && lastDay(c.nextStepDue),
    lastReportedOn: (c: NaiveCommitment): Key => c.lastReportedOn,
  } as Readonly<Record<string, (c: NaiveCommitment) => Key>>,
  /** Where those without a key stand: 1 at the end. */
  without: ((_descending) => 1) as (descending: boolean) => number,
  /** The order of commitments with the same key. */
  alike: (a: NaiveCommitment, b: NaiveCommitment): number =>
    asPeopleSort(a.reference) < asPeopleSort(b.reference) ? -1 : 1,
  /** The weight of a word that is found. */
  worth: (where: 'title' | 'wording' | 'notes', whole: boolean): number =>
    ({ title: 5, wording: 3, notes: 1 })[where] + (whole ? 1 : 0),
};
export type Orders = typeof ORDERS;

const foldedText = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const wordsIn = (text: string): string[] => foldedText(text).split(/[^a-z0-9]+/);

function relevance(c: NaiveCommitment, q: string, { worth }: Orders): number {
  const texts = { title: `${c.reference} ${c.title}`, wording: c.words, notes: c.notes };
  const words = Object.entries(texts).map(([where, text]) => [where as keyof typeof texts, wordsIn(text)] as const);
  const sum = [...new Set(wordsIn(q).filter(Boolean))].map((sought) =>
    Math.max(
      ...words.flatMap(([where, all]) =>
        all.map((word) => (word.startsWith(sought) ? worth(where, word === sought) : 0)),
      ),
    ),
  );
  return sum.reduce((a, b) => a + b, 0);
}

/** Commitments in an order. */
export function ordered(
  all: readonly NaiveCommitment[],
  sort: string,
  q = '',
  orders: Orders = ORDERS,
): NaiveCommitment[] {
  if (sort === 'relevance')
    return [...all].sort((a, b) => relevance(b, q, orders) - relevance(a, q, orders) || orders.alike(a, b));
  const descending = sort.startsWith('-');
  const key = orders.keys[descending ? sort.slice(1) : sort]!;
  return [...all].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === y) return orders.alike(a, b);
    if (x === null) return orders.without(descending);
    if (y === null) return -orders.without(descending);
    return x < y === descending ? 1 : -1;
  });
}
