/** The reported facts of a commitment, in an order in which the clock rules look them up (DESIGN.md §2, rules 1 and 2). */
import { lastDayOf, type FullDate, type PartialDate } from './dates.js';
import { Series } from './series.js';

/** A fact about a commitment as the clock rules see it: when it was reported, and where in its stream it stands. */
export interface Reported {
  /** `null`: said by the record act, and so true whenever the commitment exists (rule 1). */
  readonly reportedOn: FullDate | null;
  readonly revision: number;
}

/** Rule 1: whether `a` holds, of two facts about one thing. */
export const isLater = (a: Reported, b: Reported): boolean =>
  (a.reportedOn ?? '') === (b.reportedOn ?? '') ? a.revision > b.revision : (a.reportedOn ?? '') > (b.reportedOn ?? '');

/** Rule 1: whether a fact exists as at a date. */
export const reportedBy =
  (asOf: FullDate) =>
  ({ reportedOn }: Reported): boolean =>
    (reportedOn ?? '') <= asOf;

/** Facts about one thing, in the order of (reportedOn, revision). Of several as at a date the last holds: rule 1. */
export class Facts<F extends Reported> implements Iterable<F> {
  static readonly none = new Facts<never>(Series.of());

  private constructor(private readonly inOrder: Series<F>) {}

  static of<F extends Reported>(...facts: readonly F[]): Facts<F> {
    return facts.reduce((all: Facts<F>, fact) => all.with(fact), Facts.none as Facts<F>);
  }

  get length(): number {
    return this.inOrder.length;
  }

  get last(): F | undefined {
    return this.inOrder.at(-1);
  }

  with(fact: F): Facts<F> {
    const at = this.inOrder.count((one) => !isLater(one, fact));
    return new Facts(this.inOrder.spliced(at, 0, fact));
  }

  asAt(asOf: FullDate): F | undefined {
    return this.inOrder.lastOf(reportedBy(asOf));
  }

  /** All that were reported by a date. */
  upTo(asOf: FullDate): readonly F[] {
    const last = this.last;
    return !last || reportedBy(asOf)(last) ? this.inOrder.toArray() : this.inOrder.filter(reportedBy(asOf));
  }

  [Symbol.iterator](): ArrayIterator<F> {
    return this.inOrder[Symbol.iterator]();
  }
}

/** A stage entry: what was said, of when, and when it was said. */
export interface DatedEntry extends Reported {
  readonly effective: PartialDate;
  readonly reportedOn: FullDate;
}

/** The day by which an entry is ranked: the last of its effective period, but not later than its own report (rule 2). */
export const rankedOn = (entry: Pick<DatedEntry, 'effective' | 'reportedOn'>): FullDate => {
  const last = lastDayOf(entry.effective);
  return last < entry.reportedOn ? last : entry.reportedOn;
};

/** Whether `a` is ranked above `b` by rule 2. */
export function outranks(a: DatedEntry, b: DatedEntry): boolean {
  const [rankA, rankB] = [rankedOn(a), rankedOn(b)];
  return rankA === rankB ? isLater(a, b) : rankA > rankB;
}

/**
 * Entries of which the greatest by (ranked day, reportedOn, revision) holds as at a date: rule 2. Only those are kept that hold
 * as at any date, in the order of their reports; each outranks the one before.
 */
export class Ranking<E extends DatedEntry> {
  static readonly none = new Ranking<never>(Series.of());

  private constructor(private readonly holders: Series<E>) {}

  static of<E extends DatedEntry>(...entries: readonly E[]): Ranking<E> {
    return entries.reduce((all: Ranking<E>, entry) => all.with(entry), Ranking.none as Ranking<E>);
  }

  with(entry: E): Ranking<E> {
    const { holders } = this;
    const at = holders.count((one) => !isLater(one, entry));
    if (at > 0 && outranks(holders.at(at - 1)!, entry)) return this;
    let outranked = 0;
    while (at + outranked < holders.length && outranks(entry, holders.at(at + outranked)!)) outranked++;
    return new Ranking(holders.spliced(at, outranked, entry));
  }

  asAt(asOf: FullDate): E | undefined {
    return this.holders.lastOf(reportedBy(asOf));
  }
}
