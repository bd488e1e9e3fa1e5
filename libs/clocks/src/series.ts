/** An immutable list whose change costs as much with twenty thousand items as with twenty. */

/** How many items a piece has at most. A change copies one piece, and the list of pieces. */
const ITEMS_PER_PIECE = 64;

/**
 * Most lists only grow, one item at a time. So the list with one more item shares the last piece of the list before it:
 * each knows how many of its items are its own, and another item in the same place is put into a copy of the piece.
 */
export class Series<T> implements Iterable<T> {
  static readonly #empty = new Series<never>([], 0, 0);

  readonly #pieces: readonly T[][];
  /** How many items of the last piece are of this list. */
  readonly #last: number;

  private constructor(
    pieces: readonly T[][],
    readonly length: number,
    last = pieces.at(-1)?.length ?? 0,
  ) {
    this.#pieces = pieces;
    this.#last = last;
  }

  static of<T>(...items: readonly T[]): Series<T> {
    return Series.from(items);
  }

  static from<T>(items: readonly T[]): Series<T> {
    return items.length === 0 ? Series.#empty : new Series(piecesOf(items), items.length);
  }

  /** How many items of a piece are of this list. */
  #lengthOf(piece: number): number {
    return piece === this.#pieces.length - 1 ? this.#last : this.#pieces[piece]!.length;
  }

  /** The list and one more item at its end. */
  with(item: T): Series<T> {
    const [pieces, last] = [this.#pieces, this.#last];
    const length = this.length + 1;
    const shared = pieces.at(-1);
    if (!shared) return new Series([[item]], length);
    if (last === ITEMS_PER_PIECE) return new Series(pieces.concat([[item]]), length);
    if (shared.length === last) {
      shared.push(item);
      return new Series(pieces, length, last + 1);
    }
    return new Series([...pieces.slice(0, -1), [...shared.slice(0, last), item]], length);
  }

  /** The list without some items at a place, and with others there. */
  spliced(at: number, removed: number, ...items: readonly T[]): Series<T> {
    const [pieces, { length }] = [this.#pieces, this];
    if (at === length && items.length === 1) return this.with(items[0]!);
    let [first, start] = [0, 0];
    while (first < pieces.length - 1 && start + pieces[first]!.length < at) start += pieces[first++]!.length;
    let [end, covered] = [first, pieces.length === 0 ? 0 : this.#lengthOf(first)];
    while (start + covered < at + removed) covered += this.#lengthOf(++end);
    const changed = pieces.slice(first, end + 1).flat();
    changed.length = covered;
    changed.splice(at - start, removed, ...items);
    const after = pieces.slice(end + 1);
    const made = [...pieces.slice(0, first), ...halved(changed), ...after];
    return new Series(made, length - removed + items.length, after.length > 0 ? this.#last : undefined);
  }

  /** @param holds of the first items, and of none after them @returns of how many */
  count(holds: (item: T) => boolean): number {
    const pieces = this.#pieces;
    if (pieces.length === 0) return 0;
    if (holds(this.at(-1)!)) return this.length;
    const piece = leading(pieces, pieces.length, ([first]) => holds(first!)) - 1;
    if (piece < 0) return 0;
    let before = 0;
    for (let i = 0; i < piece; i++) before += pieces[i]!.length;
    return before + leading(pieces[piece]!, this.#lengthOf(piece), holds);
  }

  /** @param holds of the first items, and of none after them @returns the last of them */
  lastOf(holds: (item: T) => boolean): T | undefined {
    const pieces = this.#pieces;
    const last = this.at(-1);
    if (last === undefined || holds(last)) return last;
    const piece = leading(pieces, pieces.length, ([first]) => holds(first!)) - 1;
    return piece < 0 ? undefined : pieces[piece]![leading(pieces[piece]!, this.#lengthOf(piece), holds) - 1];
  }

  at(index: number): T | undefined {
    if (index === -1) return this.#pieces.at(-1)?.[this.#last - 1];
    let within = index < 0 ? this.length + index : index;
    if (within < 0 || within >= this.length) return undefined;
    for (const piece of this.#pieces) {
      if (within < piece.length) return piece[within];
      within -= piece.length;
    }
    return undefined;
  }

  /** From one place up to another. */
  between(first: number, end: number): T[] {
    const items: T[] = [];
    const before = Math.min(end, this.length);
    let start = 0;
    for (const piece of this.#pieces) {
      if (start >= before) break;
      if (start + piece.length > first) items.push(...piece.slice(Math.max(first - start, 0), before - start));
      start += piece.length;
    }
    return items;
  }

  toArray(): readonly T[] {
    const all = this.#pieces.length === 1 ? this.#pieces[0]!.slice(0, this.#last) : this.#pieces.flat();
    all.length = this.length;
    return all;
  }

  toJSON(): readonly T[] {
    return this.toArray();
  }

  /** The same, only to be looked at before the list can grow. */
  #items(): readonly T[] {
    const only = this.#pieces.length === 1 ? this.#pieces[0]! : undefined;
    return only?.length === this.length ? only : this.toArray();
  }

  [Symbol.iterator](): ArrayIterator<T> {
    return this.toArray()[Symbol.iterator]();
  }

  filter(test: (item: T) => boolean): T[] {
    return this.#items().filter((item) => test(item));
  }

  map<U>(made: (item: T) => U): U[] {
    return this.#items().map((item) => made(item));
  }

  flatMap<U>(made: (item: T) => U | readonly U[]): U[] {
    return this.#items().flatMap((item) => made(item));
  }

  find(test: (item: T) => boolean): T | undefined {
    const pieces = this.#pieces;
    for (let piece = 0; piece < pieces.length; piece++) {
      const length = this.#lengthOf(piece);
      for (let i = 0; i < length; i++) if (test(pieces[piece]![i]!)) return pieces[piece]![i];
    }
    return undefined;
  }

  /** The list without the items of which something holds; itself where there are none. */
  without(test: (item: T) => boolean): Series<T> {
    return this.some(test) ? Series.from(this.filter((item) => !test(item))) : this;
  }

  some(test: (item: T) => boolean): boolean {
    let holds = false;
    this.find((item) => (holds = test(item)));
    return holds;
  }
}

/** Of the first so many items, the number of those for which something holds: the first of them, found by halving. */
function leading<T>(items: readonly T[], length: number, holds: (item: T) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function piecesOf<T>(items: readonly T[]): T[][] {
  const pieces = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_PIECE) pieces.push(items.slice(at, at + ITEMS_PER_PIECE));
  return pieces;
}

/** As one piece if it is short enough. */
function halved<T>(items: T[]): T[][] {
  if (items.length === 0) return [];
  if (items.length <= ITEMS_PER_PIECE) return [items];
  const middle = items.length >> 1;
  return [...halved(items.slice(0, middle)), ...halved(items.slice(middle))];
}
