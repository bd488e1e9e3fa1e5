/** Counts what was found, by none, one or two kinds of keys. Every figure of every view comes from here. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { STAGES, type Stage } from '#commitments';
import { dateOf, NONE, type Coded, type Codes, type Columns, type Meanings } from './columns.js';
import { CORRECTED, OVERDUE, STAGE_BITS, STALE, WITH_TARGET, type Condition, type Selection } from './scan.js';

export const COUNT = { type: 'integer', minimum: 0 } as const;
export const Count = (description?: string) => ApiProperty({ ...COUNT, description });
/** A count for each of some names. */
export const CountsBy = (names: readonly string[], description?: string) =>
  ApiProperty({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, COUNT])),
    required: [...names],
    selfRequired: true,
    additionalProperties: false,
    description,
  });

/** The number of commitments, and their counts by stage and mark. A commitment counts once. */
export class Row {
  @Count() readonly total: number;
  @CountsBy(STAGES) readonly byStage: Readonly<Record<Stage, number>>;
  @Count('With a target as at the date, whatever the stage') readonly withTarget: number;
  @Count() readonly overdue: number;
  @Count() readonly stale: number;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly lastReportedOn: FullDate | null;
}

/** A key under which a commitment counts; of an agency, whether it has yet to accept its role. */
export interface Under {
  readonly key: string;
  readonly asked?: boolean;
}

/** Keys as they are counted by. */
type Counting = Pick<Keys<'agencies'>, 'names' | 'codes' | 'size' | 'of'>;

/** Under which keys a commitment counts, by what a row says in one column. */
export class Keys<C extends Coded> {
  /** By the number of a key. */
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** By code: the numbers of its keys, twice, and one more for those that are asked. */
  readonly #of: (readonly number[] | undefined)[] = [];
  readonly #entries: readonly Meanings[C][];

  /**
   * @param under the keys of an entry; the same one twice counts once
   * @param name names what `under` does, if that is the same at all dates and positions: such keys are kept
   */
  constructor(
    private readonly columns: Columns,
    readonly column: C,
    private readonly under: (entry: Meanings[C]) => readonly Under[],
    private readonly name: string | null = null,
  ) {
    this.#entries = columns.dictionaries[column].entries;
  }

  /** Keys with a name, made once: dictionaries only grow. */
  static named<C extends Coded>(
    columns: Columns,
    column: C,
    name: string | null,
    under: (entry: Meanings[C]) => readonly Under[],
  ): Keys<C> {
    if (name === null) return new Keys(columns, column, under);
    let keys = columns.keys.get(name) as Keys<C> | undefined;
    if (!keys) columns.keys.set(name, (keys = new Keys(columns, column, under, name)));
    return keys;
  }

  get codes(): Codes {
    return this.columns.columns[this.column];
  }

  /** The number of codes. */
  get size(): number {
    return this.#entries.length;
  }

  of(code: number): readonly number[] {
    return (this.#of[code] ??= this.#read(code));
  }

  #read(code: number): readonly number[] {
    const keys = new Map<number, boolean>();
    for (const { key, asked = false } of this.under(this.#entries[code]!)) {
      let number = this.#numbers.get(key);
      if (number === undefined) {
        this.#numbers.set(key, (number = this.names.length));
        this.names.push(key);
      }
      keys.set(number, asked || (keys.get(number) ?? false));
    }
    return [...keys].map(([number, asked]) => number * 2 + Number(asked));
  }

  /** Whether a commitment counts under any key. */
  get any(): Condition {
    const holds = new Uint8Array(this.#entries.length);
    for (let code = 0; code < holds.length; code++) if (this.of(code).length > 0) holds[code] = 1;
    return { codes: this.codes, holds };
  }

  /** The same keys, each only of commitments that have one of others, too, which is not the same. */
  beside(others: Keys<C>): Keys<C> {
    return Keys.named(this.columns, this.column, this.#nameWith('beside', others), (entry) => {
      const beside = others.under(entry);
      return this.under(entry).filter(({ key }) => beside.some((other) => other.key !== key));
    });
  }

  /** Only some of these keys. */
  only(names: readonly string[]): Counting & { readonly any: Condition } {
    const { any } = this; // every key has its number then
    const wanted = new Uint8Array(this.names.length);
    for (const name of names) wanted[this.#numbers.get(name)!] = 1;
    const isWanted = (one: number) => wanted[one >> 1] === 1;
    const of = (code: number) => this.of(code).filter(isWanted);
    const holds = any.holds.map((has, code) => (has && this.of(code).some(isWanted) ? 1 : 0));
    return { names: this.names, codes: this.codes, size: this.size, of, any: { codes: this.codes, holds } };
  }

  #nameWith(how: string, others: Keys<C>): string | null {
    return this.name !== null && others.name !== null ? `${this.name} ${how} ${others.name}` : null;
  }

  /** The pairs of these keys with others which are not the same, as one key. */
  with(others: Keys<C>): Keys<C> {
    return Keys.named(this.columns, this.column, this.#nameWith('with', others), (entry) => {
      const beside = [...new Set(others.under(entry).map(({ key }) => key))];
      const own = [...new Set(this.under(entry).map(({ key }) => key))];
      return own.flatMap((key) => beside.flatMap((other) => (other === key ? [] : { key: pairOf(key, other) })));
    });
  }
}

/** Two keys as one, which no code is part of. */
export const pairOf = (one: string, other: string): string => `${one}\n${other}`;
export function splitPair(pair: string): [one: string, other: string] {
  const end = pair.indexOf('\n');
  return [pair.slice(0, end), pair.slice(end + 1)];
}

/** The place of each count of a set: the total, one for each stage, and the others. */
const [TOTAL, STAGE, TARGETED] = [0, 1, 1 + STAGES.length] as const;
const [DUE, SILENT, LATER, ASKED] = [TARGETED + 1, TARGETED + 2, TARGETED + 3, TARGETED + 4] as const;
const [LAST, WIDTH] = [TARGETED + 5, TARGETED + 6] as const;

const NO_STAGES = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;

/** Counts of commitments, one set after the other. */
class Tallies {
  #counts = new Int32Array(64 * WIDTH);
  size = 0;

  add(): number {
    if ((this.size + 1) * WIDTH > this.#counts.length) {
      const counts = new Int32Array(this.#counts.length * 2);
      counts.set(this.#counts);
      this.#counts = counts;
    }
    return this.size++ * WIDTH;
  }

  count(at: number, status: number, last: number): void {
    const counts = this.#counts;
    counts[at + TOTAL]!++;
    counts[at + STAGE + (status & STAGE_BITS)]!++;
    // Not by conditions: which of them hold nobody can foresee, and a processor that tries takes several times as long.
    counts[at + TARGETED]! += +((status & WITH_TARGET) !== 0);
    counts[at + DUE]! += +((status & OVERDUE) !== 0);
    counts[at + SILENT]! += +((status & STALE) !== 0);
    counts[at + LATER]! += +((status & CORRECTED) !== 0);
    if (last > counts[at + LAST]!) counts[at + LAST] = last;
  }

  /** Adds a set of others to one of these. @param asked whether all of it has yet to be accepted */
  addAll(at: number, tallies: Tallies, from: number, asked = 0): void {
    const [counts, others] = [this.#counts, tallies.#counts];
    for (let which = 0; which < LAST; which++) counts[at + which]! += others[from + which]!;
    if (asked) counts[at + ASKED]! += others[from + TOTAL]!;
    if (others[from + LAST]! > counts[at + LAST]!) counts[at + LAST] = others[from + LAST]!;
  }

  at(which: number): number {
    return this.#counts[which]!;
  }
}

/** The count under a key, or where two meet. */
export class Counted {
  constructor(
    readonly keys: readonly string[],
    private readonly tallies: Tallies,
    private readonly at: number,
  ) {}

  get total(): number {
    return this.tallies.at(this.at + TOTAL);
  }

  get asked(): number {
    return this.tallies.at(this.at + ASKED);
  }

  get correctedLater(): number {
    return this.tallies.at(this.at + LATER);
  }

  get row(): Row {
    const n = (which: number) => this.tallies.at(this.at + which);
    const byStage = { ...NO_STAGES };
    for (let i = 0; i < STAGES.length; i++) byStage[STAGES[i]!] = n(STAGE + i);
    return {
      total: n(TOTAL),
      byStage,
      withTarget: n(TARGETED),
      overdue: n(DUE),
      stale: n(SILENT),
      lastReportedOn: n(LAST) === 0 ? null : dateOf(n(LAST)),
    };
  }
}

/** Of nothing. */
export const NO_ROW: Row = new Counted([], new Tallies(), 0).row;

/** Beyond so many places where two keys may meet, only those where they do are kept. */
const MOST_PLACES = 4_000_000;

/** The place of each pair of numbers that was met; `NONE` before. */
function placesFor(size: number): { get(at: number): number | undefined; set(at: number, place: number): unknown } {
  if (size > MOST_PLACES) return new Map<number, number>();
  const places = new Int32Array(size);
  return {
    get: (at) => (places[at]! - 1 >= 0 ? places[at]! - 1 : undefined),
    set: (at, place) => (places[at] = place + 1),
  };
}

/** The counts of rows that say the same: a group for each code of a column, or for each pair of codes of two, that is met. */
interface Groups {
  readonly tallies: Tallies;
  /** Of each group: its place in the tallies, and its codes. */
  readonly places: number[];
  readonly ones: number[];
  readonly others: number[];
}

/** By the columns that they are made of: views count what they found by several kinds of keys of one column. */
const groupsOf = new WeakMap<Selection, Map<Codes, Map<Codes, Groups>>>();

/** Rows by what they say: there are few sets of agencies or of themes, and many rows. */
function grouped(found: Selection, one: Counting, other: Counting = one): Groups {
  if (one.size > other.size) {
    const { ones, others, ...groups } = grouped(found, other, one);
    return { ...groups, ones: others, others: ones };
  }
  let all = groupsOf.get(found);
  if (!all) groupsOf.set(found, (all = new Map()));
  let known = all.get(one.codes);
  if (!known) all.set(one.codes, (known = new Map()));
  let groups = known.get(other.codes);
  if (!groups) known.set(other.codes, (groups = groupsBy(found, one, other)));
  return groups;
}

/** @param one has the fewer codes */
function groupsBy(found: Selection, one: Counting, other: Counting): Groups {
  const { rows, statuses } = found;
  const { lastReportedOn } = found.columns.columns;
  const groups: Groups = { tallies: new Tallies(), places: [], ones: [], others: [] };
  const [own, beside] = [one.codes, other.codes];
  /** By the other code: its group, and one; of a code before, those are below `first`. */
  const groupOf = new Int32Array(other.size);
  const order = own === beside ? null : inOrder(rows, one);
  for (let i = 0, first = 0, code = NONE; i < rows.length; i++) {
    const place = order ? order[i]! : i;
    const row = rows[place]!;
    if (order && own[row] !== code) {
      code = own[row]!;
      first = groups.places.length;
    }
    let group = groupOf[beside[row]!]! - 1;
    if (group < first) {
      group = groups.places.length;
      groupOf[beside[row]!] = group + 1;
      groups.places.push(groups.tallies.add());
      groups.ones.push(own[row]!);
      groups.others.push(beside[row]!);
    }
    groups.tallies.count(group * WIDTH, statuses[place]!, lastReportedOn[row]!);
  }
  return groups;
}

/** The places of rows in the order of their codes. */
function inOrder(rows: Int32Array, { codes, size }: Counting): Int32Array {
  const ends = new Int32Array(size + 1);
  for (let i = 0; i < rows.length; i++) ends[codes[rows[i]!]! + 1]!++;
  for (let code = 0; code < size; code++) ends[code + 1]! += ends[code]!;
  const order = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) order[ends[codes[rows[i]!]!]!++] = i;
  return order;
}

/** The counts under each key, or where a key of each kind meets; a commitment counts once under each. */
export const countBy = (found: Selection, one: Counting, other?: Counting): Counted[] => {
  const groups = grouped(found, one, other);
  return other ? meetings(groups, one, other) : under(groups, groups.ones, one);
};

/** Where a key of each kind meets; how many do in all, and under each key. */
export function countCrossed(found: Selection, one: Counting, other: Counting) {
  const all = grouped(found, one, other);
  const both: Groups = { tallies: all.tallies, places: [], ones: [], others: [] };
  for (let group = 0; group < all.places.length; group++) {
    if (one.of(all.ones[group]!).length === 0 || other.of(all.others[group]!).length === 0) continue;
    both.places.push(all.places[group]!);
    both.ones.push(all.ones[group]!);
    both.others.push(all.others[group]!);
  }
  return {
    both: both.places.reduce((sum, place) => sum + both.tallies.at(place + TOTAL), 0),
    ones: totalsUnder(both, both.ones, one),
    others: totalsUnder(both, both.others, other),
    cells: meetings(both, one, other),
  };
}

/** How many commitments count under each key. */
export const totalsBy = (found: Selection, keys: Counting): ReadonlyMap<string, number> => {
  const groups = grouped(found, keys);
  return totalsUnder(groups, groups.ones, keys);
};

function totalsUnder({ tallies, places }: Groups, codes: readonly number[], keys: Counting): Map<string, number> {
  const totals: number[] = [];
  for (let group = 0; group < codes.length; group++) {
    const total = tallies.at(places[group]! + TOTAL);
    for (const under of keys.of(codes[group]!)) totals[under >> 1] = (totals[under >> 1] ?? 0) + total;
  }
  return new Map(keys.names.map((name, number) => [name, totals[number] ?? 0]));
}

function under({ tallies: each, places }: Groups, codes: readonly number[], keys: Counting): Counted[] {
  const tallies = new Tallies();
  for (let group = 0; group < codes.length; group++)
    for (const under of keys.of(codes[group]!)) {
      while (tallies.size <= under >> 1) tallies.add();
      tallies.addAll((under >> 1) * WIDTH, each, places[group]!, under & 1);
    }
  return Array.from({ length: tallies.size }, (_, i) => new Counted([keys.names[i]!], tallies, i * WIDTH)).filter(
    ({ total }) => total > 0,
  );
}

function meetings(groups: Groups, one: Counting, other: Counting): Counted[] {
  const [ones, others] = [groups.ones.map((code) => one.of(code)), groups.others.map((code) => other.of(code))];
  const width = Math.max(other.names.length, 1);
  const places = placesFor(one.names.length * width);
  const tallies = new Tallies();
  const keys: [string, string][] = [];
  for (let group = 0; group < ones.length; group++)
    for (const under of ones[group]!)
      for (const beside of others[group]!) {
        const at = (under >> 1) * width + (beside >> 1);
        let place = places.get(at);
        if (place === undefined) {
          places.set(at, (place = tallies.add()));
          keys.push([one.names[under >> 1]!, other.names[beside >> 1]!]);
        }
        tallies.addAll(place, groups.tallies, groups.places[group]!);
      }
  return keys.map((names, i) => new Counted(names, tallies, i * WIDTH));
}

/** All of what was found, each commitment once; or of that, what has any of some keys. */
export const countAll = (found: Selection, having?: Counting): Counted => {
  if (having) {
    const { tallies, places, ones, others } = grouped(found, having);
    const has = (_: number, group: number) => having.of(ones[group]!).length > 0;
    return sum({ tallies, places: places.filter(has), ones, others });
  }
  const groups = fewestGroups(found);
  if (groups) return sum(groups);
  const tallies = new Tallies();
  const at = tallies.add();
  const { lastReportedOn } = found.columns.columns;
  for (let i = 0; i < found.rows.length; i++) tallies.count(at, found.statuses[i]!, lastReportedOn[found.rows[i]!]!);
  return new Counted([], tallies, at);
};

/** Of the groups that were made of what was found, the fewest. */
function fewestGroups(found: Selection): Groups | undefined {
  const all = [...(groupsOf.get(found)?.values() ?? [])].flatMap((known) => [...known.values()]);
  return all.sort((a, b) => a.places.length - b.places.length)[0];
}

function sum({ tallies: each, places }: Groups): Counted {
  const tallies = new Tallies();
  const at = tallies.add();
  for (const place of places) tallies.addAll(at, each, place);
  return new Counted([], tallies, at);
}
