/** The documents that answer everything that is sought, one thing after the other. */

/** Which documents answer all that was sought so far, and how well. */
export class Answers {
  /** How many of the sought words a document answers. */
  readonly #met: Uint16Array;
  readonly #sums: Int32Array;
  /** The best worth of the one that is sought now, and the documents that have any. */
  readonly #best: Uint8Array;
  readonly #now: Int32Array;
  #count = 0;
  #sought = 0;

  constructor(ids: number) {
    this.#met = new Uint16Array(ids);
    this.#sums = new Int32Array(ids);
    this.#best = new Uint8Array(ids);
    this.#now = new Int32Array(ids);
  }

  /** Whether a document answers all before. */
  isSought(id: number): boolean {
    return this.#met[id] === this.#sought;
  }

  by(id: number, worth: number): void {
    if (this.#met[id] !== this.#sought) return;
    const best = this.#best[id]!;
    if (best === 0) this.#now[this.#count++] = id;
    if (worth > best) this.#best[id] = worth;
  }

  /** Goes on to the next that is sought; how many documents answer all so far. */
  next(): number {
    const count = this.#count;
    this.#sought++;
    this.#count = 0;
    this.#sum(count);
    return count;
  }

  #sum(count: number): void {
    const [now, met, sums, best] = [this.#now, this.#met, this.#sums, this.#best];
    for (let i = 0; i < count; i++) {
      const id = now[i]!;
      met[id]!++;
      sums[id]! += best[id]!;
      best[id] = 0;
    }
  }

  /** By document: how well it answers; 0 where it does not answer all. */
  scores(): Int32Array {
    const [sums, met, sought] = [this.#sums, this.#met, this.#sought];
    for (let id = 0; id < sums.length; id++) sums[id]! *= +(met[id] === sought);
    return sums;
  }
}
