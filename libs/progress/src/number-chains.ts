/** Lists of the numbers that belong to each of other numbers, such as the wordings of a commitment. */
import { copyOf, type Memory } from '#eventsourcing';
import { GROWTH_FACTOR, INITIAL_CAPACITY, type Column } from './numbers.js';

const NO_NUMBER = -1;

function roomy(array: Int32Array, place: number): Int32Array {
  if (place < array.length) return array;
  const larger = new Int32Array(Math.max(INITIAL_CAPACITY, Math.ceil((place + 1) * GROWTH_FACTOR))).fill(NO_NUMBER);
  larger.set(array);
  return larger;
}

/** The numbers that belong to each, the last first. */
export class NumberChains {
  #last: Int32Array = new Int32Array(0);
  #before: Int32Array = new Int32Array(0);

  add(to: number, number: number): void {
    [this.#last, this.#before] = [roomy(this.#last, to), roomy(this.#before, number)];
    this.#before[number] = this.#last[to]!;
    this.#last[to] = number;
  }

  each(of: number, hear: (number: number) => void): void {
    for (let number = this.#last[of] ?? NO_NUMBER; number !== NO_NUMBER; number = this.#before[number] ?? NO_NUMBER)
      hear(number);
  }

  of(one: number): number[] {
    const all: number[] = [];
    this.each(one, (number) => all.push(number));
    return all;
  }

  /** Those of one of which a column has a value. */
  having(one: number, column: Column, value: number): number[] {
    const [before, found]: [Int32Array, number[]] = [this.#before, []];
    for (let number = this.#last[one] ?? NO_NUMBER; number !== NO_NUMBER; number = before[number] ?? NO_NUMBER)
      if (column[number] === value) found.push(number);
    return found;
  }

  forget(one: number): void {
    if (one < this.#last.length) this.#last[one] = NO_NUMBER;
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    const used = (array: Int32Array) => copyOf(array, array.findLastIndex((number) => number !== NO_NUMBER) + 1);
    return { [`${name}.last`]: used(this.#last), [`${name}.before`]: used(this.#before) };
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.#last = arrays[`${name}.last`] as Int32Array;
    this.#before = arrays[`${name}.before`] as Int32Array;
  }
}
