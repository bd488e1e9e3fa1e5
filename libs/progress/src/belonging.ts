/** Lists of the numbers that belong to each commitment, in arrays that grow. */

const NONE = -1;
const FEWEST = 1024;

/** An array with more room, and what it held. */
export const grown = <A extends Int32Array | Float64Array>(array: A, most: number, empty = 0): A => {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(FEWEST, Math.ceil(most * 1.5)));
  larger.fill(empty);
  larger.set(array as never);
  return larger;
};

/** The numbers that belong to each commitment, the last first. */
export class Belonging {
  #last: Int32Array = new Int32Array(0);
  #before: Int32Array = new Int32Array(0);

  add(commitment: number, number: number): void {
    if (commitment >= this.#last.length) this.#last = grown(this.#last, commitment + 1, NONE);
    if (number >= this.#before.length) this.#before = grown(this.#before, number + 1, NONE);
    this.#before[number] = this.#last[commitment]!;
    this.#last[commitment] = number;
  }

  of(commitment: number): number[] {
    const all: number[] = [];
    for (let number = this.#last[commitment] ?? NONE; number !== NONE; number = this.#before[number]!) all.push(number);
    return all;
  }

  forget(commitment: number): void {
    if (commitment < this.#last.length) this.#last[commitment] = NONE;
  }
}
