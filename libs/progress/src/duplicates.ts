/** Commitments that may be another one over again: by the words of their titles, their agencies and what they follow up. */
import { FindsDuplicates, type DuplicateCandidate } from '#acts';
import type { Projector } from '#eventsourcing';
import { wordsOf } from '#search';
import { compareTexts } from '#text';
import { NONE, type Columns } from './columns.js';
import { ProgressProjection } from './progress.projection.js';
import { rowAt } from './scan.js';

const SMALL = new Set('a an and as at by for from in into its of on or the their to with within'.split(' '));

/** The words of a title, but for small ones. A letter is a word where words are not parted. */
export const tellingWords = (title: string): Set<string> =>
  new Set(wordsOf(title).filter((word) => !/^[a-z]$/.test(word) && !SMALL.has(word)));

/**
 * Whether two may be the same: they share an agency, and most of their titles' words (Jaccard ≥ 0.7), or half of these and an
 * outcome or forum that they follow up; or, as a joint item that two agencies recorded, all of the words and what they follow up.
 */
export function mayBeSame(
  one: DuplicateCandidate,
  other: DuplicateCandidate,
  words: ReadonlySet<string> = tellingWords(one.title),
  otherWords: ReadonlySet<string> = tellingWords(other.title),
): boolean {
  const shared = [...words].filter((word) => otherWords.has(word)).length;
  const alike = shared === 0 ? 0 : shared / (words.size + otherWords.size - shared);
  const sameOutcome = one.followsUp.some((id) => other.followsUp.includes(id));
  const sameAgency = one.agencies.some((agency) => other.agencies.includes(agency));
  return sameAgency ? alike >= (sameOutcome ? 0.5 : 0.7) : sameOutcome && alike === 1;
}

/** More are not named. */
const MOST = 10;

/** A date that nothing is after. */
const LATEST = '9999-12-31';

export class Duplicates extends FindsDuplicates {
  readonly #columns: Columns;

  constructor(private readonly projector: Projector) {
    super();
    this.#columns = projector.model(ProgressProjection).columns;
  }

  async of(one: DuplicateCandidate): Promise<DuplicateCandidate[]> {
    const words = tellingWords(one.title);
    const { texts, columns } = this.#columns;
    const knownAt = this.projector.position();
    const found: DuplicateCandidate[] = [];
    for (const { code, commitment } of texts.sharing([...words], one.title)) {
      const row = rowAt(this.#columns, commitment, { asOf: LATEST, knownAt });
      if (row === NONE || columns.text[row] !== code) continue;
      const other = this.#titled(row);
      if (other.reference !== one.reference && mayBeSame(one, other, words)) found.push(other);
      if (found.length === MOST) break;
    }
    return found.sort((a, b) => compareTexts(a.reference, b.reference));
  }

  #titled(row: number): DuplicateCandidate {
    const { columns, dictionaries, references, texts } = this.#columns;
    return {
      reference: references.keys[columns.commitment[row]!]!,
      title: texts.wording(columns.text[row]!)!.title,
      agencies: dictionaries.agencies.entries[columns.agencies[row]!]!.map(({ agency }) => agency),
      followsUp: dictionaries.followsUp.entries[columns.followsUp[row]!]!,
    };
  }
}
