/**
 * Many lists of whole numbers as bytes in one array, so that a million small lists take little more memory than their
 * bytes. A number takes as many bytes as it needs, seven bits each (LEB128). A number that is taken out is overwritten.
 */

/** An array of numbers as it is kept. */
export type KeptArrays = Readonly<Record<string, Uint8Array | Int32Array>>;

const INITIAL_CAPACITY = 16;
const GROWTH_FACTOR = 1.25;
/** A number takes so many bytes at most. */
const MAX_VARINT_BYTES = 5;
/** Where more than this part of a pool is free, the lists are moved together before it grows. */
const MAX_FREE_SHARE = 1 / 4;

function grown<A extends Int32Array | Uint8Array>(array: A, least: number): A {
  const larger = new (array.constructor as new (length: number) => A)(
    Math.max(INITIAL_CAPACITY, least, Math.ceil(array.length * GROWTH_FACTOR)),
  );
  larger.set(array);
  return larger;
}

/** Writes a number. @returns where the next one begins */
function writeNumber(pool: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest > 127; rest >>>= 7) pool[at++] = (rest & 127) | 128;
  pool[at] = rest;
  return at + 1;
}

const varintBytes = (value: number): number => {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
};

/** Reads numbers from one place up to another. */
class ListReader {
  constructor(
    private readonly pool: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {}

  get more(): boolean {
    return this.at < this.end;
  }

  /** Where the next one stands. */
  get place(): number {
    return this.at;
  }

  next(): number {
    let byte = this.pool[this.at++]!;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = this.pool[this.at++]!;
      value |= (byte & 127) << shift;
    }
    return value;
  }
}

/** Sequences of numbers from 0 on, each of which is put down once, by number. */
export class Sequences {
  #pool: Uint8Array = new Uint8Array(INITIAL_CAPACITY);
  #used = 0;
  #freed = 0;
  /** Where each begins, with its length in bytes, and one; 0: there is none. */
  #starts: Int32Array = new Int32Array(INITIAL_CAPACITY);

  get bytes(): number {
    return this.#pool.byteLength + this.#starts.byteLength;
  }

  has(list: number): boolean {
    return (this.#starts[list] ?? 0) > 0;
  }

  of(list: number): number[] {
    const values: number[] = [];
    for (const reading = this.#read(list); reading.more;) values.push(reading.next());
    return values;
  }

  /** Whether a sequence is just this. */
  is(list: number, values: readonly number[]): boolean {
    const reading = this.#read(list);
    for (const value of values) if (!reading.more || reading.next() !== value) return false;
    return !reading.more;
  }

  set(list: number, values: readonly number[]): void {
    this.clear(list);
    if (values.length === 0) return;
    let length = 0;
    for (const value of values) length += varintBytes(value);
    if (this.#used + MAX_VARINT_BYTES + length > this.#pool.length) this.#enlarge(MAX_VARINT_BYTES + length);
    if (list >= this.#starts.length) this.#starts = grown(this.#starts, list + 1);
    this.#starts[list] = this.#used + 1;
    this.#used = writeNumber(this.#pool, this.#used, length);
    for (const value of values) this.#used = writeNumber(this.#pool, this.#used, value);
  }

  clear(list: number): void {
    if (!this.has(list)) return;
    const { start, end } = this.#place(list);
    this.#pool.fill(0, start, end);
    this.#freed += end - start;
    this.#starts[list] = 0;
  }

  /** Where a list stands, with its length before it. */
  #place(list: number): { start: number; first: number; end: number } {
    const start = this.#starts[list]! - 1;
    const length = new ListReader(this.#pool, start, this.#used).next();
    const first = start + varintBytes(length);
    return { start, first, end: first + length };
  }

  #read(list: number): ListReader {
    if (!this.has(list)) return new ListReader(this.#pool, 0, 0);
    const { first, end } = this.#place(list);
    return new ListReader(this.#pool, first, end);
  }

  #enlarge(room: number): void {
    if (this.#freed < this.#used * MAX_FREE_SHARE) {
      this.#pool = grown(this.#pool, this.#used + room);
      return;
    }
    const moved = new Uint8Array(Math.ceil((this.#used - this.#freed) * GROWTH_FACTOR) + room);
    let used = 0;
    for (let list = 0; list < this.#starts.length; list++) {
      if (!this.has(list)) continue;
      const { start, end } = this.#place(list);
      moved.set(this.#pool.subarray(start, end), used);
      this.#starts[list] = used + 1;
      used += end - start;
    }
    [this.#pool, this.#used, this.#freed] = [moved, used, 0];
  }

  kept(): KeptArrays {
    return { pool: this.#pool.slice(0, this.#used), starts: this.#starts.slice() };
  }

  /** Takes the sequences that were kept instead of its own. */
  take({ pool, starts }: KeptArrays): void {
    [this.#pool, this.#starts] = [pool as Uint8Array, starts as Int32Array];
    [this.#used, this.#freed] = [this.#pool.length, 0];
  }
}

/** Rising lists of numbers from 0 on, by number: each number is kept as its distance from the one before. */
export class RisingLists {
  #pool: Uint8Array = new Uint8Array(INITIAL_CAPACITY);
  #used = 0;
  #start: Int32Array = new Int32Array(INITIAL_CAPACITY);
  #bytes: Int32Array = new Int32Array(INITIAL_CAPACITY);
  #room: Int32Array = new Int32Array(INITIAL_CAPACITY);
  #length: Int32Array = new Int32Array(INITIAL_CAPACITY);
  #last: Int32Array = new Int32Array(INITIAL_CAPACITY);
  /** Starts of blocks that are free, by their room; and how much room that is. */
  readonly #free = new Map<number, number[]>();
  #freed = 0;

  get bytes(): number {
    return this.#pool.byteLength + 5 * this.#start.byteLength;
  }

  lengthOf(list: number): number {
    return this.#length[list] ?? 0;
  }

  of(list: number): Int32Array {
    const values = new Int32Array(this.lengthOf(list));
    const reading = this.#read(list);
    for (let i = 0, before = 0; reading.more; i++) values[i] = before += reading.next();
    return values;
  }

  #read(list: number): ListReader {
    const start = this.#start[list] ?? 0;
    return new ListReader(this.#pool, start, start + (this.#bytes[list] ?? 0));
  }

  /** Puts a number into a list, once. */
  insert(list: number, value: number): void {
    const length = this.lengthOf(list);
    const bytes = this.#bytes[list] ?? 0;
    if (length > 0 && value === this.#last[list]) return;
    if (length === 0 || value > this.#last[list]!) {
      const step = length === 0 ? value : value - this.#last[list]!;
      this.#provide(list, bytes + varintBytes(step));
      this.#bytes[list] = writeNumber(this.#pool, this.#start[list]! + bytes, step) - this.#start[list]!;
      this.#last[list] = value;
    } else {
      const { from, to, before, found } = this.#find(list, value);
      if (found === value) return;
      this.#replace(list, from, to, [value - before, found - value]);
    }
    this.#length[list] = length + 1;
  }

  /** Takes a number out of a list. */
  delete(list: number, value: number): void {
    if (this.lengthOf(list) === 0 || value > this.#last[list]!) return;
    const { from, to, before, found, after } = this.#find(list, value);
    if (found !== value) return;
    if (after === null) {
      this.#replace(list, from, to, []);
      this.#last[list] = before;
    } else this.#replace(list, from, to + varintBytes(after), [found - before + after]);
    this.#length[list]!--;
    if (this.#length[list] === 0) this.#release(list);
  }

  /** The first number that is not less: where its bytes stand in the list, the one before it, and the step after it. */
  #find(
    list: number,
    value: number,
  ): { from: number; to: number; before: number; found: number; after: number | null } {
    const start = this.#start[list]!;
    const reading = this.#read(list);
    for (let before = 0; ;) {
      const from = reading.place - start;
      const found = before + reading.next();
      if (found < value) before = found;
      else return { from, to: reading.place - start, before, found, after: reading.more ? reading.next() : null };
    }
  }

  /** Puts steps in the place of some bytes of a list. */
  #replace(list: number, from: number, to: number, steps: readonly number[]): void {
    const had = this.#bytes[list]!;
    const bytes = had - (to - from) + steps.reduce((sum, step) => sum + varintBytes(step), 0);
    this.#provide(list, bytes);
    const start = this.#start[list]!;
    this.#pool.copyWithin(start + bytes - (had - to), start + to, start + had);
    steps.reduce((at, step) => writeNumber(this.#pool, at, step), start + from);
    if (bytes < had) this.#pool.fill(0, start + bytes, start + had);
    this.#bytes[list] = bytes;
  }

  /** Makes room for so many bytes. */
  #provide(list: number, bytes: number): void {
    if (list >= this.#start.length) {
      const least = list + 1;
      [this.#start, this.#room] = [grown(this.#start, least), grown(this.#room, least)];
      [this.#bytes, this.#length] = [grown(this.#bytes, least), grown(this.#length, least)];
      this.#last = grown(this.#last, least);
    }
    if (bytes <= this.#room[list]!) return;
    const room = roomFor(bytes);
    if (!this.#free.get(room)?.length && this.#used + room > this.#pool.length) this.#enlarge(room);
    const start = this.#free.get(room)?.pop() ?? this.#used;
    if (start === this.#used) this.#used += room;
    else this.#freed -= room;
    const [from, had] = [this.#start[list]!, this.#bytes[list]!];
    this.#pool.copyWithin(start, from, from + had);
    if (this.#room[list]! > 0) this.#isFree(list);
    this.#start[list] = start;
    this.#room[list] = room;
  }

  /** Makes room at the end: where much is free, by moving the lists together, otherwise in a larger pool. */
  #enlarge(room: number): void {
    if (this.#freed < this.#used * MAX_FREE_SHARE) {
      this.#pool = grown(this.#pool, this.#used + room);
      return;
    }
    const pool = new Uint8Array(Math.ceil((this.#used - this.#freed) * GROWTH_FACTOR) + room);
    [this.#start, this.#used] = this.#together(pool);
    [this.#pool, this.#freed] = [pool, 0];
    this.#free.clear();
  }

  /** Puts the lists one after the other into a pool. @returns where each begins there, and where the last one ends */
  #together(pool: Uint8Array): [starts: Int32Array, end: number] {
    const starts = new Int32Array(this.#start.length);
    let end = 0;
    for (let list = 0; list < starts.length; list++) {
      const from = this.#start[list]!;
      pool.set(this.#pool.subarray(from, from + this.#room[list]!), end);
      starts[list] = end;
      end += this.#room[list]!;
    }
    return [starts, end];
  }

  #release(list: number): void {
    if (this.#room[list]! > 0) this.#isFree(list);
    this.#start[list] = this.#bytes[list] = this.#room[list] = this.#length[list] = this.#last[list] = 0;
  }

  /** The block of a list is free. */
  #isFree(list: number): void {
    const [start, room] = [this.#start[list]!, this.#room[list]!];
    this.#pool.fill(0, start, start + room);
    const free = this.#free.get(room);
    if (free) free.push(start);
    else this.#free.set(room, [start]);
    this.#freed += room;
  }

  /** A copy, in which the lists are moved together. */
  kept(): KeptArrays {
    const pool = new Uint8Array(this.#used - this.#freed);
    const [start] = this.#together(pool);
    const [bytes, room] = [this.#bytes.slice(), this.#room.slice()];
    const [length, last] = [this.#length.slice(), this.#last.slice()];
    return { pool, start, bytes, room, length, last };
  }

  /** Takes the lists that were kept instead of its own. */
  take(kept: KeptArrays): void {
    this.#pool = kept['pool'] as Uint8Array;
    const { start, bytes, room, length, last } = kept as Readonly<Record<string, Int32Array>>;
    [this.#start, this.#bytes, this.#room, this.#length, this.#last] = [start!, bytes!, room!, length!, last!];
    [this.#used, this.#freed] = [this.#pool.length, 0];
    this.#free.clear();
  }
}

/** Room to grow by a quarter; there are few sizes, so that a freed place fits again. */
function roomFor(length: number): number {
  let room = 2;
  while (room < length) room = Math.max(room + 2, Math.ceil(room * GROWTH_FACTOR));
  return room;
}
