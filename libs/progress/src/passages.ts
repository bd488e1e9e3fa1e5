/** Texts by number, as bytes one after the other: a million of them take little more memory than their letters. */
import type { Memory } from '#eventsourcing';

/** The least room, in bytes and in texts. */
const FEWEST = 1_024;
/** No letter of a text takes more bytes. */
const LETTER_BYTES = 3;

export class Passages {
  #bytes: Buffer = Buffer.alloc(FEWEST);
  /** Of each text, and of the one that comes next: up to 2 GB. */
  #starts = new Int32Array(FEWEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * @param text not empty, and without a zero at its beginning
   * @returns its number
   */
  add(text: string): number {
    const start = this.#starts[this.#size]!;
    const end = start + text.length * LETTER_BYTES;
    if (end > this.#bytes.length) {
      const before = this.#bytes;
      this.#bytes = Buffer.alloc(Math.ceil(end * 1.5));
      this.#bytes.set(before);
    }
    if (this.#size + 1 >= this.#starts.length) {
      const before = this.#starts;
      this.#starts = new Int32Array(Math.ceil(before.length * 1.5));
      this.#starts.set(before);
    }
    this.#starts[this.#size + 1] = start + this.#bytes.write(text, start);
    return this.#size++;
  }

  /** The text of a number; `null`: it is gone. */
  at(number: number): string | null {
    return this.has(number) ? this.#bytes.toString('utf8', this.#starts[number], this.#starts[number + 1]) : null;
  }

  /** Whether the text of a number is still there. */
  has(number: number): boolean {
    return this.#bytes[this.#starts[number]!] !== 0;
  }

  /** Overwrites a text. */
  forget(number: number): void {
    this.#bytes.fill(0, this.#starts[number], this.#starts[number + 1]);
  }

  clear(): void {
    [this.#bytes, this.#starts, this.#size] = [Buffer.alloc(FEWEST), new Int32Array(FEWEST), 0];
  }

  /** The memory that they take, in bytes. */
  get bytes(): number {
    return this.#bytes.byteLength + this.#starts.byteLength;
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#starts[this.#size]));
    return { [`${name}.bytes`]: bytes, [`${name}.starts`]: this.#starts.slice(0, this.#size + 1) };
  }

  load(name: string, arrays: Memory['arrays']): void {
    const bytes = arrays[`${name}.bytes`]!;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#starts = arrays[`${name}.starts`] as Int32Array<ArrayBuffer>;
    this.#size = this.#starts.length - 1;
  }
}
