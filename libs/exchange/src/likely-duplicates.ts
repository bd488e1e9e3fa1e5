import { wordsOf } from '#progress';

/** What of a commitment tells whether it may be another one over again. */
export interface Titled {
  readonly reference: string;
  readonly title: string;
  readonly agencies: readonly string[];
  readonly followsUp: readonly string[];
}

const SMALL = new Set('a an and as at by for from in into its of on or the their to with within'.split(' '));

const tellingWords = (title: string): Set<string> =>
  new Set(wordsOf(title).filter((word) => word.length > 1 && !SMALL.has(word)));

/**
 * Pairs of commitments that may be the same: they share an agency, and most of their titles' words (Jaccard ≥ 0.7), or half
 * of these and an outcome or forum that they follow up.
 */
export function likelyDuplicates(rows: readonly Titled[], known: readonly Titled[]): string[] {
  const all = [...rows, ...known.filter(({ reference }) => !rows.some((row) => row.reference === reference))].map(
    (row) => ({
      ...row,
      words: tellingWords(row.title),
    }),
  );
  const byAgency = new Map<string, number[]>();
  all.forEach(({ agencies }, i) =>
    agencies.forEach((agency) => byAgency.set(agency, [...(byAgency.get(agency) ?? []), i])),
  );
  const found: string[] = [];
  for (let i = 0; i < rows.length; i++) {
    const one = all[i]!;
    const candidates = new Set(one.agencies.flatMap((agency) => byAgency.get(agency)!).filter((k) => k > i));
    for (const k of candidates) {
      const other = all[k]!;
      const shared = [...one.words].filter((word) => other.words.has(word)).length;
      const alike = shared / (one.words.size + other.words.size - shared);
      const sameOutcome = one.followsUp.some((id) => other.followsUp.includes(id));
      if (alike >= (sameOutcome ? 0.5 : 0.7))
        found.push(`${one.reference} «${one.title}» and ${other.reference} «${other.title}»`);
    }
  }
  return found;
}
