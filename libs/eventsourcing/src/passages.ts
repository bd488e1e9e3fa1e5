/**
 * Texts by number, each once, as bytes one after the other: a million of them take little more memory than their letters. A text
 * is found by its bytes in a table of their hashes.
 */
import { memoryOf, withRoom, type Memory } from './snapshot.js';

/** The least room, in bytes and in texts. */
const FEWEST = 1_024;
/** No letter of a text takes more bytes. */
const LETTER_BYTES = 3;
const GROWTH = 1.25;
/** The table has more places than this many times the texts. */
const FREE = 1.5;

export class Passages {
  #bytes: Buffer = Buffer.alloc(FEWEST);
  /** Of each text, and of the one that comes next: up to 2 GB. */
  #starts = new Int32Array(FEWEST);
  #size = 0;
  /** By hash: the number of a text, and one; what is taken looks on in the next places. */
  #table = new Int32Array(FEWEST);

  get size(): number {
    return this.#size;
  }

  /**
   * @param text not empty, and without a zero at its beginning
   * @returns its number: that of the same text, if it is there
   */
  add(text: string): number {
    const { place, start, end } = this.#written(text);
    const known = this.#table[place]! - 1;
    if (known >= 0) {
      this.#bytes.fill(0, start, end);
      return known;
    }
    if (this.#size + 1 >= this.#starts.length) {
      const before = this.#starts;
      this.#starts = new Int32Array(Math.max(FEWEST, Math.ceil(before.length * GROWTH)));
      this.#starts.set(before);
    }
    const number = this.#size++;
    this.#starts[this.#size] = end;
    this.#table[place] = number + 1;
    if (this.#size * FREE > this.#table.length) this.#order();
    return number;
  }

  /** The number of a text that is there; -1: it is not. */
  find(text: string): number {
    const { place, start, end } = this.#written(text);
    this.#bytes.fill(0, start, end);
    return this.#table[place]! - 1;
  }

  /** Writes a text behind the others, to be compared or kept there. */
  #written(text: string): { place: number; start: number; end: number } {
    const start = this.#starts[this.#size]!;
    const most = start + text.length * LETTER_BYTES;
    if (most > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = Buffer.from(memoryOf(Math.ceil(most * GROWTH)));
      this.#bytes.set(before);
    }
    const end = start + this.#bytes.write(text, start);
    return { place: this.#placeOf(start, end), start, end };
  }

  /** The place in the table of some bytes: that of the text which they are, or a free one. */
  #placeOf(start: number, end: number): number {
    const [bytes, table, last] = [this.#bytes, this.#table, this.#table.length - 1];
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    for (let place = (hash ^ (hash >>> 15)) & last; ; place = (place + 1) & last) {
      const number = table[place]! - 1;
      if (number < 0 || this.#isAt(number, start, end)) return place;
    }
  }

  #isAt(number: number, start: number, end: number): boolean {
    const [from, to] = [this.#starts[number]!, this.#starts[number + 1]!];
    return to - from === end - start && this.#bytes.compare(this.#bytes, from, to, start, end) === 0;
  }

  /** Makes a table twice as large, without the texts that are gone. */
  #order(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let number = 0; number < this.#size; number++)
      if (this.has(number)) this.#table[this.#placeOf(this.#starts[number]!, this.#starts[number + 1]!)] = number + 1;
  }

  /** The text of a number; `null`: it is gone. */
  at(number: number): string | null {
    return this.has(number) ? this.#bytes.toString('utf8', this.#starts[number], this.#starts[number + 1]) : null;
  }

  /** Those that are not gone. */
  *all(): Generator<string> {
    for (let number = 0; number < this.#size; number++) if (this.has(number)) yield this.at(number)!;
  }

  /** Whether the text of a number is still there. */
  has(number: number): boolean {
    return this.#bytes[this.#starts[number]!] !== 0;
  }

  /** Overwrites texts. @param gone by number: whether it is one of them */
  forget(gone: Uint8Array): void {
    for (let number = 0; number < gone.length; number++)
      if (gone[number] === 1) this.#bytes.fill(0, this.#starts[number], this.#starts[number + 1]);
  }

  clear(): void {
    [this.#bytes, this.#starts, this.#size] = [Buffer.alloc(FEWEST), new Int32Array(FEWEST), 0];
    this.#table = new Int32Array(FEWEST);
  }

  /** The memory that they take, in bytes. */
  get bytes(): number {
    return this.#bytes.byteLength + this.#starts.byteLength + this.#table.byteLength;
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#starts[this.#size]));
    const starts = this.#starts.slice(0, this.#size + 1);
    return { [`${name}.bytes`]: bytes, [`${name}.starts`]: starts, [`${name}.table`]: this.#table.slice() };
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.#bytes = Buffer.from(arrays[`${name}.bytes`]!.buffer);
    this.#size = arrays[`${name}.starts`]!.length - 1;
    this.#starts = withRoom(arrays[`${name}.starts`]!) as Int32Array<ArrayBuffer>;
    this.#table = arrays[`${name}.table`] as Int32Array<ArrayBuffer>;
  }
}
