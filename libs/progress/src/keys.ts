/** Keys under which commitments count, by one column of their rows. */
import { compareTexts } from '#text';
import type { Coded, Codes, Columns, Meanings } from './columns.js';

/** A key under which a commitment counts; of an agency, whether it has yet to accept its role. */
export interface CountingKey {
  readonly key: string;
  readonly asked?: boolean;
}

/**
 * The keys of each code, one code after the other: those of a code stand from its start up to the start of the next one. Of each
 * its number, twice, and one more where it is asked.
 */
export interface KeyLists {
  readonly starts: Int32Array;
  readonly numbers: Int32Array;
}

export class GrowingLists implements KeyLists {
  starts = new Int32Array(256);
  numbers = new Int32Array(1_024);
  /** How many there are. */
  size = 0;

  /** Puts a number into the last list, which is yet to end. */
  add(number: number): void {
    const at = this.starts[this.size]!;
    const end = this.#end++;
    if (end === this.numbers.length) this.numbers = grown(this.numbers);
    for (let i = at; i < end; i++)
      if (this.numbers[i]! >> 1 === number >> 1) {
        this.numbers[i]! |= number & 1;
        this.#end--;
        return;
      }
    this.numbers[end] = number;
  }
  #end = 0;

  end(): void {
    if (++this.size === this.starts.length) this.starts = grown(this.starts);
    this.starts[this.size] = this.#end;
  }
}

/** A copy with twice the room. */
export function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Keys as they are counted by. */
export interface CountingKeys {
  readonly column: Coded;
  /** By the number of a key. */
  readonly names: readonly string[];
  readonly codes: Codes;
  /** Of all codes that there are by now. */
  readonly lists: KeyLists;
  /** The number of codes. */
  readonly size: number;
}

/** The keys under which a commitment counts, by one column of a row. */
export class Keys<C extends Coded> implements CountingKeys {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #lists = new GrowingLists();
  readonly #entries: readonly Meanings[C][];

  /** @param under the keys of an entry; the same one twice counts once */
  constructor(
    private readonly columns: Columns,
    readonly column: C,
    private readonly under: (entry: Meanings[C]) => readonly CountingKey[],
  ) {
    this.#entries = columns.dictionaries[column].entries;
  }

  /**
   * Keys with a name, made once: dictionaries only grow.
   * @param name names the work of `under`, if that is the same at all dates and positions: such keys are kept
   */
  static named<C extends Coded>(
    columns: Columns,
    column: C,
    name: string | null,
    under: (entry: Meanings[C]) => readonly CountingKey[],
  ): Keys<C> {
    if (name === null) return new Keys(columns, column, under);
    let keys = columns.keys.get(name) as Keys<C> | undefined;
    if (!keys) columns.keys.set(name, (keys = new Keys(columns, column, under)));
    return keys;
  }

  get codes(): Codes {
    return this.columns.columns[this.column];
  }

  get size(): number {
    return this.#entries.length;
  }

  get lists(): KeyLists {
    const lists = this.#lists;
    while (lists.size < this.#entries.length) {
      for (const { key, asked = false } of this.under(this.#entries[lists.size]!))
        lists.add(this.#give(key) * 2 + Number(asked));
      lists.end();
    }
    return lists;
  }

  /** The number of a key, which may be new. */
  #give(key: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.names.length));
      this.names.push(key);
    }
    return number;
  }

  /** The number of a key; -1: nothing counts under it. */
  numberOf(key: string): number {
    return this.#numbers.get(key) ?? -1;
  }
}

/** Codes in the order of people, each once, and the place there of each of those that were given. */
export function inOrder(codes: readonly string[]): { readonly sorted: readonly string[]; readonly places: Int32Array } {
  const sorted = [...new Set(codes)].sort(compareTexts);
  const placeOf = new Map(sorted.map((code, place) => [code, place]));
  return { sorted, places: Int32Array.from(codes, (code) => placeOf.get(code)!) };
}
