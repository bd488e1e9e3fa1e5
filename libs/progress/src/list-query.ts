/** The queries of lists that figures stand for. */
import type { PinnedClocks } from './scan.js';

/** Of a matrix every cell has a query, and few values stand in them. */
const encoded = new Map<string, string>();
const MAX_REMEMBERED_VALUES = 10_000;

function encode(value: string): string {
  let known = encoded.get(value);
  if (known === undefined) {
    if (encoded.size === MAX_REMEMBERED_VALUES) encoded.clear();
    encoded.set(value, (known = new URLSearchParams([['', value]]).toString().slice(1)));
  }
  return known;
}

/** The query that lists exactly the commitments of a figure: `stage=planned&asOf=2011-02-17&knownAt=1362`. */
export const listQuery = (asked: object, at: PinnedClocks): string => listQueries(asked, at)();

/** The queries of figures that differ in the values of some fields: their common part is made once. */
export function listQueries(
  asked: object,
  at: PinnedClocks,
  ...fields: readonly string[]
): (...values: readonly string[]) => string {
  const { texts, between } = textsAround(asked, at, fields);
  return (...values) => {
    let text = texts[0]!;
    for (let i = 0; i < between.length; i++) text += encode(values[between[i]!]!) + texts[i + 1]!;
    return text;
  };
}

/** The same of figures where two fields meet, which are very many: the first value, then the other one. */
export function crossedQueries(
  asked: object,
  at: PinnedClocks,
  one: string,
  other: string,
): (value: string) => (other: string) => string {
  const { texts, between } = textsAround(asked, at, [one, other]);
  const [before, middle, after] = texts as [string, string, string];
  const isFirst = between[0] === 0;
  /** By the other value: the key on its side of the first one. */
  const beside = new Map<string, string>();
  const besideOf = (value: string): string => {
    let text = beside.get(value);
    if (text === undefined)
      beside.set(value, (text = isFirst ? encode(value) + after : before + encode(value) + middle));
    return text;
  };
  return (value) => {
    const own = isFirst ? before + encode(value) + middle : encode(value) + after;
    return isFirst ? (other) => own + besideOf(other) : (other) => besideOf(other) + own;
  };
}

/** The texts around the values of some fields, and which field stands between each two. */
function textsAround(asked: object, { asOf, knownAt, staleAfter }: PinnedClocks, fields: readonly string[]) {
  const open = Object.fromEntries(fields.map((field) => [field, '']));
  const texts = [''];
  const between: number[] = [];
  for (const [name, value] of Object.entries<unknown>({ ...asked, ...open, asOf, knownAt, staleAfter })) {
    if (value === undefined || value === null) continue;
    const last = texts.length - 1;
    texts[last] += `${texts.length > 1 || texts[0] ? '&' : ''}${name}=`;
    if (name in open) {
      between.push(fields.indexOf(name));
      texts.push('');
    } else texts[last] += encode(String(value));
  }
  return { texts, between };
}
