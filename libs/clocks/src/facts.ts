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

/** Statements in the order of the log, each of which keeps its place when it is corrected. */
export function inLogOrder<F extends Reported>(said: Series<F>, fact: F): Series<F> {
  const last = said.at(-1);
  if (!last || last.revision <= fact.revision) return said.with(fact);
  return said.spliced(
    said.count(({ revision }) => revision <= fact.revision),
    0,
    fact,
  );
}

/** The statements of one event. */
export const ofEvent = <F extends Pick<Reported, 'revision'>>(said: Series<F>, revision: number): F[] =>
  said.between(
    said.count((one) => one.revision < revision),
    said.count((one) => one.revision <= revision),
  );

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
    const { last } = this;
    if (!last || !isLater(last, fact)) return new Facts(this.inOrder.with(fact));
    const at = this.inOrder.count((one) => !isLater(one, fact));
    return new Facts(this.inOrder.spliced(at, 0, fact));
  }

  asAt(asOf: FullDate): F | undefined {
    return this.inOrder.lastOf(reportedBy(asOf));
  }

  /** All but those of one event; itself where it said none. */
  without(event: Reported): Facts<F> {
    const first = this.inOrder.count((one) => isLater(event, one));
    const gone = this.inOrder.count((one) => !isLater(one, event)) - first;
    return gone === 0 ? this : new Facts(this.inOrder.spliced(first, gone));
  }

  /** All that were reported from one date on and before another. */
  between(since: FullDate, before: FullDate): F[] {
    const count = (date: FullDate) => this.inOrder.count(({ reportedOn }) => (reportedOn ?? '') < date);
    return this.inOrder.between(count(since), count(before));
  }

  /** How many were reported by a date. */
  countUpTo(asOf: FullDate): number {
    return this.inOrder.count(reportedBy(asOf));
  }

  /** All that were reported by a date. */
  upTo(asOf: FullDate): readonly F[] {
    const count = this.countUpTo(asOf);
    return count === this.length ? this.inOrder.toArray() : this.inOrder.between(0, count);
  }

  [Symbol.iterator](): ArrayIterator<F> {
    return this.inOrder[Symbol.iterator]();
  }
}

/** A stage entry: the stage, its effective date, and the date of its report. */
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

/** Entries of which the greatest by (ranked day, reportedOn, revision) holds as at a date: rule 2. */
export class Ranking<E extends DatedEntry> {
  static readonly none = new Ranking<never>(Series.of(), Series.of());

  /** @param all and `holders`, those that hold as at any date, each of which outranks the one before: in the order of reports */
  private constructor(
    private readonly all: Series<E>,
    private readonly holders: Series<E>,
  ) {}

  static of<E extends DatedEntry>(...entries: readonly E[]): Ranking<E> {
    return entries.reduce((all: Ranking<E>, entry) => all.with(entry), Ranking.none as Ranking<E>);
  }

  get length(): number {
    return this.all.length;
  }

  with(entry: E): Ranking<E> {
    const { holders } = this;
    const isBefore = (one: E) => !isLater(one, entry);
    const last = this.all.at(-1);
    const isLast = !last || isBefore(last);
    const all = isLast ? this.all.with(entry) : this.all.spliced(this.all.count(isBefore), 0, entry);
    const at = isLast ? holders.length : holders.count(isBefore);
    if (at > 0 && outranks(holders.at(at - 1)!, entry)) return new Ranking(all, holders);
    if (at === holders.length) return new Ranking(all, holders.with(entry));
    let outranked = 0;
    while (at + outranked < holders.length && outranks(entry, holders.at(at + outranked)!)) outranked++;
    return new Ranking(all, holders.spliced(at, outranked, entry));
  }

  /** All facts but that of one event, if there is one. Facts that this one alone outranked hold again. */
  without(event: Reported): Ranking<E> {
    const { holders } = this;
    const isBefore = (one: E) => isLater(event, one);
    const isGone = (one: E | undefined) => one?.revision === event.revision;
    const [place, at] = [this.all.count(isBefore), holders.count(isBefore)];
    if (!isGone(this.all.at(place))) return this;
    const all = this.all.spliced(place, 1);
    if (!isGone(holders.at(at))) return new Ranking(all, holders);
    const next = holders.at(at + 1);
    const until = next ? all.count((one) => isLater(next, one)) : all.length;
    const again: E[] = [];
    let best = at > 0 ? holders.at(at - 1) : undefined;
    for (const one of all.between(place, until)) if (!best || outranks(one, best)) again.push((best = one));
    return new Ranking(all, holders.spliced(at, 1, ...again));
  }

  asAt(asOf: FullDate): E | undefined {
    return this.holders.lastOf(reportedBy(asOf));
  }
}
