/** Counts the found rows, by none, one or two kinds of keys. Every figure of every view comes from here. */
import { Count, CountsBy, Day, DayOrNull, Shown } from '#platform';
import type { FullDate } from '#clocks';
import { STAGES, type Stage } from '#commitments';
import { dateOf, type Codes } from './columns.js';
import { grown, type CountingKeys, type KeyLists } from './keys.js';
import { CORRECTED_LATER, OVERDUE, STAGE_BITS, STALE, WITH_TARGET, type Selection } from './scan.js';

/** Figures as at a date. */
export class FiguresAnswer {
  @Day() readonly asOf: FullDate;
  @Shown('The position of the log that this shows') readonly position: string;
}

/** The number of commitments, and their counts by stage and mark. A commitment counts once. */
export class Row {
  @Count() readonly total: number;
  @CountsBy(STAGES) readonly byStage: Readonly<Record<Stage, number>>;
  @Count('With a target as at the date, whatever the stage') readonly withTarget: number;
  @Count() readonly overdue: number;
  @Count() readonly stale: number;
  @DayOrNull() readonly lastReportedOn: FullDate | null;
}

/**
 * A set of counts is `COUNTS_PER_SET` numbers in a row: first the commitments of each stage, without a target and with one; from `MARKS_OFFSET` on
 * those of each combination of the other marks; then the last day, and the number of those that are asked for a role. A commitment
 * is counted at two places, by its stage and by its marks.
 */
const STAGE_MASK = STAGE_BITS | WITH_TARGET;
const MARK_BITS = Math.log2(OVERDUE);
const [MARKS_OFFSET, MARK_COMBINATIONS] = [
  STAGE_MASK + 1,
  ((OVERDUE | STALE | CORRECTED_LATER) >> MARK_BITS) + 1,
] as const;
const [LATEST_OFFSET, ASKED_OFFSET, COUNTS_PER_SET] = [
  MARKS_OFFSET + MARK_COMBINATIONS,
  MARKS_OFFSET + MARK_COMBINATIONS + 1,
  MARKS_OFFSET + MARK_COMBINATIONS + 2,
] as const;
const OFFSET_OF_STAGE = Object.fromEntries(STAGES.map((stage, i) => [stage, i])) as Record<Stage, number>;

/** Counts of commitments, one set after the other. */
class Tallies {
  counts: Int32Array<ArrayBuffer>;

  constructor(public size = 0) {
    this.counts = new Int32Array(Math.max(size, 64) * COUNTS_PER_SET);
  }

  add(): number {
    if ((this.size + 1) * COUNTS_PER_SET > this.counts.length) this.counts = grown(this.counts);
    return this.size++ * COUNTS_PER_SET;
  }
}

/** One more in a set. */
function tally(counts: Int32Array, at: number, status: number, last: number): void {
  counts[at + (status & STAGE_MASK)]!++;
  counts[at + MARKS_OFFSET + (status >> MARK_BITS)]!++;
  if (last > counts[at + LATEST_OFFSET]!) counts[at + LATEST_OFFSET] = last;
}

const totalAt = (counts: Int32Array, at: number): number => {
  let total = 0;
  for (let which = 0; which <= STAGE_MASK; which++) total += counts[at + which]!;
  return total;
};

/** Adds a set of others to a set. @param asked 1 where all of it has yet to be accepted */
function addAll(counts: Int32Array, at: number, others: Int32Array, from: number, asked: number): void {
  for (let which = 0; which < LATEST_OFFSET; which++) counts[at + which]! += others[from + which]!;
  if (others[from + LATEST_OFFSET]! > counts[at + LATEST_OFFSET]!)
    counts[at + LATEST_OFFSET] = others[from + LATEST_OFFSET]!;
  if (asked === 1) counts[at + ASKED_OFFSET]! += totalAt(others, from);
}

/** How many of a set have a mark. */
function markedAt(counts: Int32Array, at: number, mark: number): number {
  let sum = 0;
  for (let marks = 0; marks < MARK_COMBINATIONS; marks++)
    if (((marks << MARK_BITS) & mark) > 0) sum += counts[at + MARKS_OFFSET + marks]!;
  return sum;
}

const stageAt = (counts: Int32Array, at: number, stage: Stage): number =>
  counts[at + OFFSET_OF_STAGE[stage]]! + counts[at + OFFSET_OF_STAGE[stage] + WITH_TARGET]!;

function rowAt(counts: Int32Array, at: number): Row {
  let withTarget = 0;
  for (let stage = 0; stage < STAGES.length; stage++) withTarget += counts[at + WITH_TARGET + stage]!;
  const last = counts[at + LATEST_OFFSET]!;
  return {
    total: totalAt(counts, at),
    // Of very many: one by one is several times as fast as by their names in turn.
    byStage: {
      proposed: stageAt(counts, at, 'proposed'),
      planned: stageAt(counts, at, 'planned'),
      in_progress: stageAt(counts, at, 'in_progress'),
      on_hold: stageAt(counts, at, 'on_hold'),
      completed: stageAt(counts, at, 'completed'),
      discontinued: stageAt(counts, at, 'discontinued'),
    },
    withTarget,
    overdue: markedAt(counts, at, OVERDUE),
    stale: markedAt(counts, at, STALE),
    lastReportedOn: last === 0 ? null : dateOf(last),
  };
}

/** The count under a key, or where two meet. */
export class KeyCount {
  constructor(
    readonly keys: readonly string[],
    private readonly tallies: Tallies,
    private readonly at: number,
  ) {}

  get total(): number {
    return totalAt(this.tallies.counts, this.at);
  }

  get asked(): number {
    return this.tallies.counts[this.at + ASKED_OFFSET]!;
  }

  get correctedLater(): number {
    return markedAt(this.tallies.counts, this.at, CORRECTED_LATER);
  }

  get row(): Row {
    return rowAt(this.tallies.counts, this.at);
  }
}

export const ZERO_ROW: Row = new KeyCount([], new Tallies(), 0).row;

/** Codes of the rows that are counted just now. */
const scratch = [new Int32Array(0), new Int32Array(0)];

/** The codes of rows in a column, until this is asked again: loops are fast over arrays of one kind, and columns are of several. */
function gathered({ rows }: Selection, codes: Codes, which: 0 | 1 = 0): Int32Array {
  if (scratch[which]!.length < rows.length) scratch[which] = new Int32Array(rows.length + (rows.length >> 4));
  const to = scratch[which]!;
  for (let i = 0; i < rows.length; i++) to[i] = codes[rows[i]!]!;
  return to;
}

/** Where there are so many rows for each code, those of a code are counted before they are added under its keys. */
const MIN_ROWS_PER_KEY = 8;

/** The counts under each key; a commitment counts once under each. */
export function countBy(found: Selection, keys: CountingKeys): KeyCount[] {
  const { lists } = keys;
  const tallies = new Tallies(keys.names.length);
  const { rows } = found;
  const codes = gathered(found, keys.codes);
  if (rows.length > keys.size * MIN_ROWS_PER_KEY) {
    const groups = new Int32Array(keys.size * COUNTS_PER_SET);
    tallyByCode(groups, codes, found);
    for (let code = 0; code < keys.size; code++) addUnder(tallies.counts, lists, code, groups);
  } else tallyByKey(tallies.counts, lists, codes, found);
  return keys.names
    .map((name, number) => new KeyCount([name], tallies, number * COUNTS_PER_SET))
    .filter(({ total }) => total > 0);
}

// Each loop over rows is a function of its own: see scan.ts.

function tallyByCode(groups: Int32Array, codes: Int32Array, { rows, statuses, columns }: Selection): void {
  const { lastReportedOn } = columns.columns;
  for (let i = 0; i < rows.length; i++)
    tally(groups, codes[i]! * COUNTS_PER_SET, statuses[i]!, lastReportedOn[rows[i]!]!);
}

function addUnder(counts: Int32Array, { starts, numbers }: KeyLists, code: number, groups: Int32Array): void {
  for (let at = starts[code]!; at < starts[code + 1]!; at++)
    addAll(counts, (numbers[at]! >> 1) * COUNTS_PER_SET, groups, code * COUNTS_PER_SET, numbers[at]! & 1);
}

function tallyByKey(
  counts: Int32Array,
  lists: KeyLists,
  codes: Int32Array,
  { rows, statuses, columns }: Selection,
): void {
  const { lastReportedOn } = columns.columns;
  const { starts, numbers } = lists;
  for (let i = 0; i < rows.length; i++)
    tallyUnder(counts, starts, numbers, codes[i]!, statuses[i]!, lastReportedOn[rows[i]!]!);
}

function tallyUnder(
  counts: Int32Array,
  starts: Int32Array,
  numbers: Int32Array,
  code: number,
  status: number,
  last: number,
): void {
  for (let at = starts[code]!; at < starts[code + 1]!; at++) {
    const under = numbers[at]!;
    tally(counts, (under >> 1) * COUNTS_PER_SET, status, last);
    counts[(under >> 1) * COUNTS_PER_SET + ASKED_OFFSET]! += under & 1;
  }
}

/** All found rows, each commitment once. */
export function countAll(found: Selection): KeyCount {
  const tallies = new Tallies(1);
  tallyAll(tallies.counts, found);
  return new KeyCount([], tallies, 0);
}

function tallyAll(counts: Int32Array, { rows, statuses, columns }: Selection): void {
  const { lastReportedOn } = columns.columns;
  for (let i = 0; i < rows.length; i++) tally(counts, 0, statuses[i]!, lastReportedOn[rows[i]!]!);
}

/** Beyond so many places where two keys may meet, only those where they do are kept. */
const MAX_DENSE_PLACES = 4_000_000;

/** The place of each pair of numbers that was met, and one; 0 before. */
type Places = Int32Array | Map<number, number>;

/**
 * The counts where a key of each of two kinds meets; a commitment counts once in each cell. No key meets itself: where both are
 * of one column, they are of the same things.
 */
export class CrossTab {
  /** By number of a key: how many of its commitments count in any cell. */
  readonly ones: Int32Array;
  readonly others: Int32Array;
  /** The numbers of the keys of each cell, in the order in which they were met. */
  readonly metOnes: number[] = [];
  readonly metOthers: number[] = [];
  readonly #tallies = new Tallies(1);
  readonly #places: Places;

  readonly #lists: KeyLists;
  readonly #otherLists: KeyLists;
  /** By the number of a key: that of the same key among the others; -1: it is not there. */
  readonly #alike: Int32Array;

  /** @param found counts now */
  constructor(found: Selection, one: CountingKeys, other: CountingKeys) {
    [this.#lists, this.#otherLists] = [one.lists, other.lists];
    this.ones = new Int32Array(one.names.length);
    this.others = new Int32Array(other.names.length);
    const size = one.names.length * other.names.length;
    this.#places = size > MAX_DENSE_PLACES ? new Map() : new Int32Array(size);
    this.#alike = alikeIn(one, other);
    this.#countEach(found, gathered(found, one.codes), gathered(found, other.codes, 1));
  }

  #countEach({ rows, statuses, columns }: Selection, codes: Int32Array, beside: Int32Array): void {
    const { lastReportedOn } = columns.columns;
    const { starts } = this.#lists;
    const { starts: otherStarts } = this.#otherLists;
    for (let i = 0; i < rows.length; i++) {
      const [code, by] = [codes[i]!, beside[i]!];
      if (starts[code] === starts[code + 1] || otherStarts[by] === otherStarts[by + 1]) continue;
      this.#count(code, by, statuses[i]!, lastReportedOn[rows[i]!]!);
    }
  }

  /** Counts a commitment where the keys of two codes meet. */
  #count(code: number, beside: number, status: number, last: number): void {
    const { starts, numbers } = this.#lists;
    const { starts: otherStarts, numbers: otherNumbers } = this.#otherLists;
    const [from, to] = [starts[code]!, starts[code + 1]!];
    const [first, end] = [otherStarts[beside]!, otherStarts[beside + 1]!];
    const alike = this.#alike;
    let meets = false;
    for (let k = from; k < to; k++) {
      const number = numbers[k]! >> 1;
      const isMet = this.#countKey(number, first, end, status, last);
      meets ||= isMet;
      this.ones[number]! += +isMet;
    }
    if (!meets) return;
    tally(this.#tallies.counts, 0, status, last);
    for (let l = first; l < end; l++) {
      const by = otherNumbers[l]! >> 1;
      if (to - from > 1 || alike[numbers[from]! >> 1] !== by) this.others[by]!++;
    }
  }

  /** @returns whether the key meets any of some others */
  #countKey(number: number, first: number, end: number, status: number, last: number): boolean {
    const places = this.#places instanceof Int32Array ? this.#places : null;
    const { numbers } = this.#otherLists;
    const [width, same] = [this.others.length, this.#alike[number]!];
    let isMet = false;
    for (let l = first; l < end; l++) {
      const by = numbers[l]! >> 1;
      if (same === by) continue;
      isMet = true;
      const at = (places ? places[number * width + by]! : 0) || this.#placeOf(number, by);
      tally(this.#tallies.counts, at, status, last);
    }
    return isMet;
  }

  /** Where the counts of a cell begin; 0: its keys have not met. */
  #known(one: number, other: number): number {
    const at = one * this.others.length + other;
    const places = this.#places;
    return (places instanceof Int32Array ? places[at] : places.get(at)) ?? 0;
  }

  /** The same, of keys that meet now: their cell may be new. */
  #placeOf(one: number, other: number): number {
    const known = this.#known(one, other);
    if (known > 0) return known;
    const [at, places, place] = [one * this.others.length + other, this.#places, this.#tallies.add()];
    if (places instanceof Int32Array) places[at] = place;
    else places.set(at, place);
    this.metOnes.push(one);
    this.metOthers.push(other);
    return place;
  }

  /** The commitments that count in any cell, each once. */
  get all(): KeyCount {
    return new KeyCount([], this.#tallies, 0);
  }

  /** A cell by the numbers of its keys; `null`: they do not meet. */
  cell(one: number, other: number): Row | null {
    const place = this.#known(one, other);
    return place > 0 ? rowAt(this.#tallies.counts, place) : null;
  }

  /** The total of each cell, in the same order. */
  get totals(): Int32Array {
    const { counts } = this.#tallies;
    return Int32Array.from(this.metOnes, (_, i) => totalAt(counts, (i + 1) * COUNTS_PER_SET));
  }
}

/** By the number of a key: that of the same key among others of the same column; -1: it is not there. */
function alikeIn(one: CountingKeys, other: CountingKeys): Int32Array {
  const alike = new Int32Array(one.names.length).fill(-1);
  if (one.column !== other.column) return alike;
  const numbers = new Map(other.names.map((name, number) => [name, number]));
  return alike.map((none, number) => numbers.get(one.names[number]!) ?? none);
}
