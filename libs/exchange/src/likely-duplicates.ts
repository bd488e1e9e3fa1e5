/** Likely duplicates among commitments, by their titles. */
import { wordsOf } from '#search';

/** The fields of a commitment that show whether it may repeat another one. */
export interface DuplicateCandidate {
  readonly reference: string;
  readonly title: string;
  readonly agencies: readonly string[];
  readonly followsUp: readonly string[];
}

const SMALL = new Set('a an and as at by for from in into its of on or the their to with within'.split(' '));

const tellingWords = (title: string): Set<string> =>
  new Set(wordsOf(title).filter((word) => !/^[a-z]$/.test(word) && !SMALL.has(word)));

/** A word in more titles than this tells nothing. */
const COMMON = 200;

/**
 * Pairs of commitments that may be the same: they share an agency, and most of their titles' words (Jaccard ≥ 0.7), or half
 * of these and an outcome or forum that they follow up; or, as a joint item that two agencies recorded, all of the words and
 * what they follow up.
 */
export function likelyDuplicates(rows: readonly DuplicateCandidate[], known: readonly DuplicateCandidate[]): string[] {
  const fresh = new Set(rows.map(({ reference }) => reference));
  const all = [...rows, ...known.filter(({ reference }) => !fresh.has(reference))];
  const words = all.map(({ title }) => tellingWords(title));
  const titlesWith = new Map<string, number[]>();
  words.forEach((of, i) =>
    of.forEach((word) => {
      const titles = titlesWith.get(word);
      if (titles) titles.push(i);
      else titlesWith.set(word, [i]);
    }),
  );

  const found: string[] = [];
  rows.forEach((one, i) => {
    const sharing = new Set<number>();
    for (const word of words[i]!) {
      const titles = titlesWith.get(word)!;
      if (titles.length <= COMMON) titles.filter((k) => k > i).forEach((k) => sharing.add(k));
    }
    for (const k of sharing) {
      const other = all[k]!;
      const shared = [...words[i]!].filter((word) => words[k]!.has(word)).length;
      const alike = shared / (words[i]!.size + words[k]!.size - shared);
      const sameOutcome = one.followsUp.some((id) => other.followsUp.includes(id));
      const sameAgency = one.agencies.some((agency) => other.agencies.includes(agency));
      if (sameAgency ? alike >= (sameOutcome ? 0.5 : 0.7) : sameOutcome && alike === 1)
        found.push(`${one.reference} «${one.title}» and ${other.reference} «${other.title}»`);
    }
  });
  return found;
}
