/** Many short lists of numbers, each by its own number. Those of a snapshot stay one after the other until they change. */
import type { Memory } from '#eventsourcing';

/** The greatest number that takes four bytes. */
const GREATEST_INT32 = 0x7fffffff;

export class NumberLists {
  #ends: ArrayLike<number> = [];
  #loaded: Int32Array | Float64Array = new Int32Array(0);
  readonly #changed: (number[] | undefined)[] = [];

  /** How many there may be: those behind the last one are empty. */
  get length(): number {
    return Math.max(this.#ends.length, this.#changed.length);
  }

  /** Empty where nothing was told of it. */
  of(number: number): ArrayLike<number> {
    const changed = this.#changed[number];
    if (changed || number >= this.#ends.length) return changed ?? [];
    return this.#loaded.subarray(number === 0 ? 0 : this.#ends[number - 1]!, this.#ends[number]!);
  }

  /** The same, to be changed. */
  changing(number: number): number[] {
    return (this.#changed[number] ??= Array.from(this.of(number)));
  }

  set(number: number, list: number[]): void {
    this.#changed[number] = list;
  }

  clear(): void {
    this.#ends = [];
    this.#loaded = new Int32Array(0);
    this.#changed.length = 0;
  }

  /** For a snapshot, under names that begin so; from then on they stay as they are there until they change. */
  save(name: string): Memory['arrays'] {
    const ends = new Int32Array(this.length);
    let [end, greatest] = [0, 0];
    for (let i = 0; i < ends.length; i++) {
      const list = this.of(i);
      for (let at = 0; at < list.length; at++) if (list[at]! > greatest) greatest = list[at]!;
      ends[i] = end += list.length;
    }
    const numbers = greatest > GREATEST_INT32 ? new Float64Array(end) : new Int32Array(end);
    for (let i = 0; i < ends.length; i++) numbers.set(this.of(i), ends[i]! - this.of(i).length);
    [this.#ends, this.#loaded] = [ends, numbers];
    this.#changed.length = 0;
    return { [`${name}.ends`]: ends, [`${name}.numbers`]: numbers };
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.clear();
    this.#ends = arrays[`${name}.ends`]!;
    this.#loaded = arrays[`${name}.numbers`] as Int32Array<ArrayBuffer>;
  }
}
