/** The queries of lists that figures stand for. */
import { LRUCache } from 'lru-cache';
import type { PinnedClocks } from './scan.js';

/** Of a matrix every cell has a query, and few values stand in them. */
const encoded = new LRUCache<string, string>({ max: 10_000 });

function encode(value: string): string {
  let known = encoded.get(value);
  if (known === undefined) encoded.set(value, (known = new URLSearchParams([['', value]]).toString().slice(1)));
  return known;
}

/** The query that lists exactly what a figure counts: `stage=planned&asOf=2011-02-17&knownAt=1362`. */
export function listQuery(asked: object, { asOf, knownAt, staleAfter }: PinnedClocks): string {
  const query = { ...asked, asOf, knownAt, staleAfter } as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value !== undefined && value !== null) text += `${text && '&'}${name}=${encode(String(value))}`;
  }
  return text;
}
