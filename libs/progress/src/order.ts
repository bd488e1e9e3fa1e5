/** The orders in which a list of commitments can be given: the same on every store, and each commitment at one place. */
import { STAGES } from '#commitments';
import type { Value } from '#eventsourcing';

/** What `found` is ordered by; those that are alike follow in the order of their references. */
const KEYS = {
  reference: 'reference',
  title: 'title',
  stage: `CASE stage ${STAGES.map((stage, i) => `WHEN '${stage}' THEN ${i}`).join(' ')} END`,
  lead: 'lead',
  target: 'target_last',
  lastReportedOn: 'last_reported_on',
} as const;
type Key = keyof typeof KEYS;

export type Sort = Key | `-${Key}` | 'relevance';
/** `-`: the last first, but those without the key are always at the end. `relevance`: what a search finds best first. */
export const SORTS = [
  ...(Object.keys(KEYS) as Key[]).flatMap((key) => [key, `-${key}`] as const),
  'relevance',
] as const;

/** The SQL of an order. */
export function orderOf(sort: Exclude<Sort, 'relevance'>) {
  const key = KEYS[sort.replace(/^-/, '') as Key];
  const [direction, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['', '>'];
  return {
    /** An expression over a row of `found`. */
    key,
    by: key === 'reference' ? `reference ${direction}` : `${key} IS NULL, ${key} ${direction}, reference`,
    /** The condition that a row comes after the one with this key and reference. */
    after(value: Value, reference: string): { text: string; values: Value[] } {
      if (key === 'reference') return { text: `reference ${beyond} ?`, values: [reference] };
      if (value === null) return { text: `${key} IS NULL AND reference > ?`, values: [reference] };
      return {
        text: `(${key} ${beyond} ? OR ${key} = ? AND reference > ? OR ${key} IS NULL)`,
        values: [value, value, reference],
      };
    },
  };
}
