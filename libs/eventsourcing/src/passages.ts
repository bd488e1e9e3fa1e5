/**
 * Texts by number, each once, as bytes one after the other: a million of them take little more memory than their letters. A text
 * is found by its bytes in a table of their hashes.
 */
import { copyOf, memoryOf, withRoom, type Memory } from './snapshot.js';

/** The least room, in bytes and in texts. */
const INITIAL_CAPACITY = 1_024;
/** No letter of a text takes more bytes. */
const LETTER_BYTES = 3;
const GROWTH_FACTOR = 1.25;
/** The table has more places than this many times the texts. */
const PLACES_PER_TEXT = 1.5;
const LAST_ASCII = 0x7f;

/** The hash of bytes (FNV-1a). */
const [NO_HASH, PRIME] = [0x811c9dc5 | 0, 0x01000193];
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = NO_HASH;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME);
  return hash;
}

/** All bytes of some memory. A view of no given length is asked how long it is with every byte, which takes thirty times as long. */
const bufferOver = (memory: ArrayBufferLike): Buffer => Buffer.from(memory, 0, memory.byteLength);

export class Passages {
  #bytes: Buffer = Buffer.alloc(INITIAL_CAPACITY);
  /** Of each text, and of the one that comes next: up to 2 GB. */
  #starts = new Int32Array(INITIAL_CAPACITY);
  #size = 0;
  /** Of the text that was written last. */
  #hash = 0;
  /** By hash: the number of a text, and one; if the place is taken, the search goes on in the next places. */
  #table = new Int32Array(INITIAL_CAPACITY);

  get size(): number {
    return this.#size;
  }

  /**
   * @param text not empty, and without a zero at its beginning
   * @returns its number: that of the same text, if it is there
   */
  add(text: string): number {
    const end = this.#write(text);
    const start = this.#starts[this.#size]!;
    const place = this.#placeOf(this.#hash, start, end);
    const known = this.#table[place]! - 1;
    if (known >= 0) {
      this.#wipe(start, end);
      return known;
    }
    if (this.#size + 1 >= this.#starts.length) {
      const before = this.#starts;
      this.#starts = new Int32Array(Math.max(INITIAL_CAPACITY, Math.ceil(before.length * GROWTH_FACTOR)));
      this.#starts.set(before);
    }
    const number = this.#size++;
    this.#starts[this.#size] = end;
    this.#table[place] = number + 1;
    if (this.#size * PLACES_PER_TEXT > this.#table.length) this.#order();
    return number;
  }

  /** The number of a text that is there; -1: it is not. */
  find(text: string): number {
    const end = this.#write(text);
    const start = this.#starts[this.#size]!;
    const number = this.#table[this.#placeOf(this.#hash, start, end)]! - 1;
    this.#wipe(start, end);
    return number;
  }

  /** Writes a text behind the others, to be compared or kept there, and works out its hash. @returns its end */
  #write(text: string): number {
    const start = this.#starts[this.#size]!;
    const most = start + text.length * LETTER_BYTES;
    if (most > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = bufferOver(memoryOf(Math.ceil(most * GROWTH_FACTOR)));
      this.#bytes.set(before);
    }
    const bytes = this.#bytes;
    let hash = NO_HASH;
    for (let at = 0; at < text.length; at++) {
      const letter = text.charCodeAt(at);
      if (letter > LAST_ASCII) {
        const end = start + bytes.write(text, start);
        this.#hash = hashOf(bytes, start, end);
        return end;
      }
      bytes[start + at] = letter;
      hash = Math.imul(hash ^ letter, PRIME);
    }
    this.#hash = hash;
    return start + text.length;
  }

  /** Nothing is left of a text that was written to be compared. */
  #wipe(start: number, end: number): void {
    const bytes = this.#bytes;
    for (let at = start; at < end; at++) bytes[at] = 0;
  }

  /** The place in the table of some bytes: that of the text which they are, or a free one. */
  #placeOf(hash: number, start: number, end: number): number {
    const [table, last] = [this.#table, this.#table.length - 1];
    for (let place = (hash ^ (hash >>> 15)) & last; ; place = (place + 1) & last) {
      const number = table[place]! - 1;
      if (number < 0 || this.#isAt(number, start, end)) return place;
    }
  }

  #isAt(number: number, start: number, end: number): boolean {
    const from = this.#starts[number]!;
    if (this.#starts[number + 1]! - from !== end - start) return false;
    const bytes = this.#bytes;
    for (let at = start, other = from; at < end; at++, other++) if (bytes[at] !== bytes[other]) return false;
    return true;
  }

  /** Makes a table twice as large, without the texts that are gone. */
  #order(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let number = 0; number < this.#size; number++) {
      if (!this.has(number)) continue;
      const [start, end] = [this.#starts[number]!, this.#starts[number + 1]!];
      this.#table[this.#placeOf(hashOf(this.#bytes, start, end), start, end)] = number + 1;
    }
  }

  /** The text of a number; `null`: it is gone. */
  at(number: number): string | null {
    return this.has(number) ? this.#bytes.toString('utf8', this.#starts[number], this.#starts[number + 1]) : null;
  }

  /** The texts that are not gone. */
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
    [this.#bytes, this.#starts, this.#size] = [Buffer.alloc(INITIAL_CAPACITY), new Int32Array(INITIAL_CAPACITY), 0];
    this.#table = new Int32Array(INITIAL_CAPACITY);
  }

  /** The memory that they take, in bytes. */
  get bytes(): number {
    return this.#bytes.byteLength + this.#starts.byteLength + this.#table.byteLength;
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    return {
      [`${name}.bytes`]: copyOf(this.#bytes, this.#starts[this.#size]),
      [`${name}.starts`]: copyOf(this.#starts, this.#size + 1),
      [`${name}.table`]: copyOf(this.#table),
    };
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.#bytes = bufferOver(arrays[`${name}.bytes`]!.buffer);
    this.#size = arrays[`${name}.starts`]!.length - 1;
    this.#starts = withRoom(arrays[`${name}.starts`]!) as Int32Array<ArrayBuffer>;
    this.#table = arrays[`${name}.table`] as Int32Array<ArrayBuffer>;
  }
}
