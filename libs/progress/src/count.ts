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
    const wanted = new Set(names.map((name) => this.#numbers.get(name)));
    const kept: (readonly number[] | undefined)[] = [];
    const of = (code: number) => (kept[code] ??= this.of(code).filter((one) => wanted.has(one >> 1)));
    const holds = Uint8Array.from(this.#entries, (_, code) => Number(of(code).length > 0));
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
export const splitPair = (pair: string): [one: string, other: string] => pair.split('\n') as [string, string];

/** The place of each count of a set: the total, one for each stage, and the others. */
const [TOTAL, STAGE, TARGETED] = [0, 1, 1 + STAGES.length] as const;
const [DUE, SILENT, LATER, ASKED] = [TARGETED + 1, TARGETED + 2, TARGETED + 3, TARGETED + 4] as const;
const [LAST, WIDTH] = [TARGETED + 5, TARGETED + 6] as const;

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
    if (status & WITH_TARGET) counts[at + TARGETED]!++;
    if (status & OVERDUE) counts[at + DUE]!++;
    if (status & STALE) counts[at + SILENT]!++;
    if (status & CORRECTED) counts[at + LATER]!++;
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
    const byStage = {} as Record<Stage, number>;
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
  readonly ones: readonly number[];
  readonly others: readonly number[];
}

/** By the columns that they are made of: views count what they found by several kinds of keys of one column. */
const groupsOf = new WeakMap<Selection, Map<Codes, Map<Codes, Groups>>>();

/** Rows by what they say: there are few sets of agencies or of themes, and many rows. */
function grouped(found: Selection, one: Counting, other: Counting): Groups {
  let all = groupsOf.get(found);
  if (!all) groupsOf.set(found, (all = new Map()));
  if (one.size > other.size) {
    const { tallies, ones, others } = grouped(found, other, one);
    return { tallies, ones: others, others: ones };
  }
  let known = all.get(one.codes);
  if (!known) all.set(one.codes, (known = new Map()));
  let groups = known.get(other.codes);
  if (!groups) known.set(other.codes, (groups = groupsBy(found, one, other)));
  return groups;
}

function groupsBy(found: Selection, one: Counting, other: Counting): Groups {
  const { rows, statuses } = found;
  const { lastReportedOn } = found.columns.columns;
  const tallies = new Tallies();
  const [ones, others]: [number[], number[]] = [[], []];
  /** By the other code: its group, and one; of a code before, those are below `first`. */
  const groups = new Int32Array(other.size);
  const order = one.codes === other.codes ? null : inOrder(rows, one);
  for (let i = 0, first = 0, code = NONE; i < rows.length; i++) {
    const place = order ? order[i]! : i;
    const row = rows[place]!;
    const [own, beside] = [one.codes[row]!, other.codes[row]!];
    if (own !== code && order) [code, first] = [own, tallies.size];
    let group = groups[beside]! - 1;
    if (group < first) {
      group = tallies.size;
      groups[beside] = group + 1;
      tallies.add();
      ones.push(own);
      others.push(beside);
    }
    tallies.count(group * WIDTH, statuses[place]!, lastReportedOn[row]!);
  }
  return { tallies, ones, others };
}

/** The places of rows in the order of their codes, which are better few. */
function inOrder(rows: Int32Array, { codes, size }: Counting): Int32Array {
  const ends = new Int32Array(size + 1);
  for (let i = 0; i < rows.length; i++) ends[codes[rows[i]!]! + 1]!++;
  for (let code = 0; code < size; code++) ends[code + 1]! += ends[code]!;
  const order = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) order[ends[codes[rows[i]!]!]!++] = i;
  return order;
}

/** The counts under each key, or where a key of each kind meets; a commitment counts once under each. */
export const countBy = (found: Selection, one: Counting, other?: Counting): Counted[] =>
  other ? countMeetings(found, one, other) : countUnder(found, one);

function countUnder(found: Selection, one: Counting): Counted[] {
  const groups = grouped(found, one, one);
  const tallies = new Tallies();
  for (let group = 0; group < groups.ones.length; group++)
    for (const under of one.of(groups.ones[group]!)) {
      while (tallies.size <= under >> 1) tallies.add();
      tallies.addAll((under >> 1) * WIDTH, groups.tallies, group * WIDTH, under & 1);
    }
  return Array.from({ length: tallies.size }, (_, i) => new Counted([one.names[i]!], tallies, i * WIDTH)).filter(
    ({ total }) => total > 0,
  );
}

function countMeetings(found: Selection, one: Counting, other: Counting): Counted[] {
  const groups = grouped(found, one, other);
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
        tallies.addAll(place, groups.tallies, group * WIDTH);
      }
  return keys.map((names, i) => new Counted(names, tallies, i * WIDTH));
}

/** All of what was found, each commitment once. */
export function countAll({ columns, rows, statuses }: Selection): Counted {
  const tallies = new Tallies();
  const at = tallies.add();
  for (let i = 0; i < rows.length; i++) tallies.count(at, statuses[i]!, columns.columns.lastReportedOn[rows[i]!]!);
  return new Counted([], tallies, at);
}
