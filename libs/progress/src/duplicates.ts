/** Commitments that may be another one over again: by the words of their titles, their agencies and what they follow up. */
import { FindsDuplicates, type DuplicateCandidate } from '#acts';
import type { Projector } from '#eventsourcing';
import { compareTexts } from '#text';
import { NONE, type Columns } from './columns.js';
import { ProgressProjection } from './progress.projection.js';
import { LEAST_ALIKE, likeness, tellingWords } from './titles.js';

/** The things that two commitments share beside words of their titles. */
interface InCommon {
  readonly agency: boolean;
  readonly outcome: boolean;
}

/**
 * Whether two may be the same whose titles are so much alike: they share an agency, and most of their titles' words, or half of
 * these and an outcome or forum that they follow up; or, as a joint item that two agencies recorded, all of the words and what
 * they follow up.
 */
const isLikely = (alike: number, { agency, outcome }: InCommon): boolean =>
  agency ? alike >= (outcome ? LEAST_ALIKE : 0.7) : outcome && alike === 1;

const haveOne = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.includes(one));

/** Whether two may be the same. */
export function mayBeSame(
  one: DuplicateCandidate,
  other: DuplicateCandidate,
  words: ReadonlySet<string> = tellingWords(one.title),
  otherWords: ReadonlySet<string> = tellingWords(other.title),
): boolean {
  const shared = [...words].filter((word) => otherWords.has(word)).length;
  return isLikely(likeness(shared, words.size, otherWords.size), {
    agency: haveOne(one.agencies, other.agencies),
    outcome: haveOne(one.followsUp, other.followsUp),
  });
}

/** More are not named. */
const MOST = 10;
/** The titles that are read and are not alike after all, before no more are read. */
const MOST_IN_VAIN = 4;

export class Duplicates extends FindsDuplicates {
  readonly #columns: Columns;

  constructor(private readonly projector: Projector) {
    super();
    this.#columns = projector.model(ProgressProjection).columns;
  }

  async of(one: DuplicateCandidate): Promise<DuplicateCandidate[]> {
    this.projector.position(); // while views are built there is none
    const { texts, columns, dictionaries } = this.#columns;
    const words = tellingWords(one.title);
    const agency = flagsOf(dictionaries.agencies.entries, (of) =>
      of.some((some) => one.agencies.includes(some.agency)),
    );
    const outcome = flagsOf(dictionaries.followsUp.entries, (of) => haveOne(of, one.followsUp));
    const found: DuplicateCandidate[] = [];
    let inVain = 0;
    texts.alike(words, (code, most) => {
      const row = this.#latest(texts.commitmentOf(code));
      if (row === NONE || columns.text[row] !== code) return false;
      const inCommon = { agency: agency(columns.agencies[row]!), outcome: outcome(columns.followsUp[row]!) };
      if (!isLikely(most, inCommon)) return false;
      const other = this.#titled(row);
      if (other.reference === one.reference) return false;
      if (other.title === one.title || mayBeSame(one, other, words)) found.push(other);
      else inVain++;
      return found.length === MOST || inVain === MOST_IN_VAIN;
    });
    return found.sort((a, b) => compareTexts(a.reference, b.reference));
  }

  /** The last row of a commitment that is known now. */
  #latest(commitment: number): number {
    const { heads, columns, forever } = this.#columns;
    let row = heads[commitment]!;
    while (row !== NONE && columns.until[row] !== forever) row = columns.next[row]!;
    return row;
  }

  #titled(row: number): DuplicateCandidate {
    const { columns, dictionaries, references, texts } = this.#columns;
    return {
      reference: references.at(columns.commitment[row]!)!,
      title: texts.titleOf(columns.text[row]!)!,
      agencies: dictionaries.agencies.entries[columns.agencies[row]!]!.map(({ agency }) => agency),
      followsUp: dictionaries.followsUp.entries[columns.followsUp[row]!]!,
    };
  }
}

/** Tests entries of a dictionary, by their codes; each once. */
function flagsOf<E>(entries: readonly E[], test: (entry: E) => boolean): (code: number) => boolean {
  const known = new Map<number, boolean>();
  return (code) => {
    let holds = known.get(code);
    if (holds === undefined) known.set(code, (holds = test(entries[code]!)));
    return holds;
  };
}
