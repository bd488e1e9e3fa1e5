/** Likely duplicates among commitments that are imported, and those that are recorded. */
import type { DuplicateCandidate } from '#acts';
import { mayBeSame, tellingWords } from '#progress';

/** A word in more titles than this tells nothing, but where titles are the same. */
const COMMON = 200;

/** Pairs of commitments that may be the same, in words. @see mayBeSame */
export function likelyDuplicates(rows: readonly DuplicateCandidate[], known: readonly DuplicateCandidate[]): string[] {
  const fresh = new Set(rows.map(({ reference }) => reference));
  const all = [...rows, ...known.filter(({ reference }) => !fresh.has(reference))];
  const words = all.map(({ title }) => tellingWords(title));
  const titlesWith = new Map<string, number[]>();
  const alike = (i: number, key: string) => {
    const titles = titlesWith.get(key);
    if (titles) titles.push(i);
    else titlesWith.set(key, [i]);
  };
  const whole = (of: ReadonlySet<string>) => `= ${[...of].sort().join(' ')}`;
  words.forEach((of, i) => [...of, whole(of)].forEach((key) => alike(i, key)));

  return rows.flatMap((one, i) => {
    const sharing = new Set(titlesWith.get(whole(words[i]!))!.filter((k) => k > i));
    for (const word of words[i]!) {
      const titles = titlesWith.get(word)!;
      if (titles.length <= COMMON) titles.filter((k) => k > i).forEach((k) => sharing.add(k));
    }
    return [...sharing]
      .filter((k) => mayBeSame(one, all[k]!, words[i], words[k]))
      .map((k) => `${one.reference} «${one.title}» and ${all[k]!.reference} «${all[k]!.title}»`);
  });
}
