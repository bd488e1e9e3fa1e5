/** Commitments that may be duplicates: by the words of their titles, their agencies and their outcomes. */
import { FindsDuplicates, type DuplicateCandidate } from '#acts';
import type { Projector } from '#eventsourcing';
import { compareTexts } from '#text';
import { NO_ROW, type Columns } from './columns.js';
import { ProgressProjection } from './progress.projection.js';
import { MIN_LIKENESS, likeness, tellingWords } from './titles.js';

/** The things that two commitments share beside words of their titles. */
interface InCommon {
  readonly agency: boolean;
  readonly outcome: boolean;
}

/**
 * How alike the titles of two likely duplicates must be: most of their words if they share an agency, or half of these
 * and an outcome or forum that they follow up; all words if two agencies recorded, as a joint item, the same follow-up.
 */
const leastAlike = ({ agency, outcome }: InCommon): number =>
  agency ? (outcome ? MIN_LIKENESS : 0.7) : outcome ? 1 : Infinity;

const haveOne = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.includes(one));

export function mayBeSame(
  one: DuplicateCandidate,
  other: DuplicateCandidate,
  words: ReadonlySet<string> = tellingWords(one.title),
  otherWords: ReadonlySet<string> = tellingWords(other.title),
): boolean {
  const shared = [...words].filter((word) => otherWords.has(word)).length;
  const inCommon = { agency: haveOne(one.agencies, other.agencies), outcome: haveOne(one.followsUp, other.followsUp) };
  return likeness(shared, words.size, otherWords.size) >= leastAlike(inCommon);
}

/** More are not named. */
const MAX_DUPLICATES_PER_COMMITMENT = 10;

export class Duplicates extends FindsDuplicates {
  readonly #columns: Columns;

  constructor(private readonly projector: Projector) {
    super();
    this.#columns = projector.model(ProgressProjection).columns;
  }

  async of(one: DuplicateCandidate): Promise<DuplicateCandidate[]> {
    this.projector.position(); // while views are built there is none
    const { texts, columns, dictionaries, references } = this.#columns;
    const agency = flagsOf(dictionaries.agencies.entries, (of) =>
      of.some((some) => one.agencies.includes(some.agency)),
    );
    const outcome = flagsOf(dictionaries.followsUp.entries, (of) => haveOne(of, one.followsUp));
    const latest = (code: number) => {
      const row = this.#latest(texts.commitmentOf(code));
      return row === NO_ROW || columns.text[row] !== code ? NO_ROW : row;
    };
    const itself = references.find(one.reference);
    const least = (code: number) => {
      const row = latest(code);
      if (row === NO_ROW || columns.commitment[row] === itself) return Infinity;
      return leastAlike({ agency: agency(columns.agencies[row]!), outcome: outcome(columns.followsUp[row]!) });
    };
    return texts.titles
      .alike(tellingWords(one.title), least, MAX_DUPLICATES_PER_COMMITMENT)
      .map(({ code }) => this.#titled(latest(code)))
      .sort((a, b) => compareTexts(a.reference, b.reference));
  }

  /** The last row of a commitment that is known now. */
  #latest(commitment: number): number {
    const { heads, columns, forever } = this.#columns;
    let row = heads[commitment]!;
    while (row !== NO_ROW && columns.until[row] !== forever) row = columns.next[row]!;
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
