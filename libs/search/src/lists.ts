/** Many sorted lists of whole numbers in one array, so that a million of small lists costs little more than its numbers. */

const FEWEST = 16;
const GROWTH = 1.25;

/** A copy with room for `least`. */
function grown(array: Int32Array, least: number): Int32Array {
  const larger = new Int32Array(Math.max(FEWEST, least, Math.ceil(array.length * GROWTH)));
  larger.set(array);
  return larger;
}

/** Lists as they are kept: where each begins and how long it is; and the blocks that are free, by pairs of room and start. */
export interface KeptLists {
  readonly pool: Int32Array;
  readonly start: Int32Array;
  readonly length: Int32Array;
  readonly room: Int32Array;
  readonly free: Int32Array;
}

/** Lists by number, from 0 on. What is taken out is overwritten. */
export class Lists {
  #pool: Int32Array = new Int32Array(FEWEST);
  #used = 0;
  #start: Int32Array = new Int32Array(FEWEST);
  #length: Int32Array = new Int32Array(FEWEST);
  #room: Int32Array = new Int32Array(FEWEST);
  /** Starts of blocks that are free, by their room; and how much room that is. */
  readonly #free = new Map<number, number[]>();
  #freed = 0;

  get bytes(): number {
    return this.#pool.byteLength + 3 * this.#start.byteLength;
  }

  lengthOf(list: number): number {
    return this.#length[list] ?? 0;
  }

  /** All lists, one after another; until one is changed. */
  get pool(): Int32Array {
    return this.#pool;
  }

  /** Where a list begins in the pool. */
  startOf(list: number): number {
    return this.#start[list] ?? 0;
  }

  /** The numbers of a list, until one is changed. */
  of(list: number): Int32Array {
    const start = this.#start[list] ?? 0;
    return this.#pool.subarray(start, start + this.lengthOf(list));
  }

  /** Takes these as the list. */
  set(list: number, values: ArrayLike<number>): void {
    this.clear(list);
    this.#provide(list, values.length);
    this.#pool.set(values, this.#start[list]!);
    this.#length[list] = values.length;
  }

  clear(list: number): void {
    if (this.lengthOf(list) > 0) this.#release(list);
  }

  /** Makes room for so many numbers, which will be put into an empty list. */
  reserve(list: number, length: number): void {
    this.#provide(list, length);
  }

  /** Puts a number into a sorted list, once. */
  insert(list: number, value: number): void {
    const length = this.lengthOf(list);
    const { at, there } = this.#find(list, value, length);
    if (there) return;
    this.#provide(list, length + 1);
    const start = this.#start[list]!;
    if (at < length) this.#pool.copyWithin(start + at + 1, start + at, start + length);
    this.#pool[start + at] = value;
    this.#length[list] = length + 1;
  }

  /** Takes a number out of a sorted list. */
  delete(list: number, value: number): void {
    const { at, there } = this.#find(list, value, this.lengthOf(list));
    if (!there) return;
    const [start, last] = [this.#start[list]!, this.lengthOf(list) - 1];
    this.#pool.copyWithin(start + at, start + at + 1, start + last + 1);
    this.#pool[start + last] = 0;
    this.#length[list] = last;
    if (last === 0) this.#release(list);
  }

  /** A copy. */
  kept(): KeptLists {
    const free = [...this.#free].flatMap(([room, starts]) => starts.flatMap((start) => [room, start]));
    return {
      pool: this.#pool.slice(0, this.#used),
      start: this.#start.slice(),
      length: this.#length.slice(),
      room: this.#room.slice(),
      free: Int32Array.from(free),
    };
  }

  /** Takes the lists that were kept instead of its own. */
  take({ pool, start, length, room, free }: KeptLists): void {
    [this.#pool, this.#used, this.#freed] = [pool, pool.length, 0];
    [this.#start, this.#length, this.#room] = [start, length, room];
    this.#free.clear();
    for (let i = 0; i < free.length; i += 2) this.#isFree(free[i]!, free[i + 1]!);
  }

  #find(list: number, value: number, length: number): { at: number; there: boolean } {
    const start = this.#start[list] ?? 0;
    let [low, high] = [0, length];
    if (high === 0 || this.#pool[start + high - 1]! < value) return { at: high, there: false };
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#pool[start + middle]! < value) low = middle + 1;
      else high = middle;
    }
    return { at: low, there: this.#pool[start + low] === value };
  }

  /** Makes room for `length` numbers. */
  #provide(list: number, length: number): void {
    if (list >= this.#start.length) {
      this.#start = grown(this.#start, list + 1);
      this.#length = grown(this.#length, list + 1);
      this.#room = grown(this.#room, list + 1);
    }
    if (length <= this.#room[list]!) return;
    const [had, room] = [this.#length[list]!, this.#length[list] === 0 ? length : roomFor(length)];
    if (!this.#free.get(room)?.length && this.#used + room > this.#pool.length) this.#enlarge(room);
    const start = this.#free.get(room)?.pop() ?? this.#used;
    if (start === this.#used) this.#used += room;
    else this.#freed -= room;
    if (had > 0) this.#pool.copyWithin(start, this.#start[list]!, this.#start[list]! + had);
    if (this.#room[list]! > 0) this.#release(list);
    this.#start[list] = start;
    this.#room[list] = room;
    this.#length[list] = had;
  }

  /** Makes room at the end: where much is free, by moving the lists together, otherwise in a larger pool. */
  #enlarge(room: number): void {
    if (this.#freed < this.#used / 4) {
      this.#pool = grown(this.#pool, this.#used + room);
      return;
    }
    const moved = new Int32Array(Math.ceil((this.#used - this.#freed) * GROWTH) + room);
    this.#used = 0;
    for (let list = 0; list < this.#start.length; list++) {
      const held = this.#room[list]!;
      if (held === 0) continue;
      moved.set(this.of(list), this.#used);
      this.#start[list] = this.#used;
      this.#used += held;
    }
    this.#free.clear();
    this.#freed = 0;
    this.#pool = moved;
  }

  #release(list: number): void {
    const [start, room] = [this.#start[list]!, this.#room[list]!];
    this.#pool.fill(0, start, start + room);
    this.#isFree(room, start);
    this.#start[list] = this.#length[list] = this.#room[list] = 0;
  }

  #isFree(room: number, start: number): void {
    let free = this.#free.get(room);
    if (!free) this.#free.set(room, (free = []));
    free.push(start);
    this.#freed += room;
  }
}

/** Room to grow by a quarter; sizes are few, so that what is free fits again. */
function roomFor(length: number): number {
  let room = 1;
  while (room < length) room = Math.max(room + 1, Math.ceil(room * GROWTH));
  return room;
}
