/** An immutable list whose change costs as much with twenty thousand items as with twenty. */

/** How many items a piece has at most. A change copies one piece, and the list of pieces. */
const PIECE = 64;

export class Series<T> implements Iterable<T> {
  static readonly #empty = new Series<never>([], 0);

  private constructor(
    private readonly pieces: readonly (readonly T[])[],
    readonly length: number,
  ) {}

  static of<T>(...items: readonly T[]): Series<T> {
    return items.length === 0 ? Series.#empty : new Series(cut(items), items.length);
  }

  static from<T>(items: readonly T[]): Series<T> {
    return items.length === 0 ? Series.#empty : new Series(cut(items), items.length);
  }

  /** The list and one more item at its end. */
  with(item: T): Series<T> {
    const { pieces, length } = this;
    const last = pieces.at(-1);
    if (!last || last.length === PIECE) return new Series([...pieces, [item]], length + 1);
    const longer = [...last, item];
    return new Series(pieces.length === 1 ? [longer] : [...pieces.slice(0, -1), longer], length + 1);
  }

  /** The list without some items at a place, and with others there. */
  spliced(at: number, removed: number, ...items: readonly T[]): Series<T> {
    const { pieces, length } = this;
    if (at === length && items.length === 1) return this.with(items[0]!);
    let [first, start] = [0, 0];
    while (first < pieces.length - 1 && start + pieces[first]!.length < at) start += pieces[first++]!.length;
    let [end, covered] = [first, pieces[first]?.length ?? 0];
    while (start + covered < at + removed) covered += pieces[++end]!.length;
    const changed = pieces.slice(first, end + 1).flat() as T[];
    changed.splice(at - start, removed, ...items);
    const made = [...pieces.slice(0, first), ...halved(changed), ...pieces.slice(end + 1)];
    return new Series(made, length - removed + items.length);
  }

  /** @param holds of the first items, and of none after them @returns of how many */
  count(holds: (item: T) => boolean): number {
    const { pieces } = this;
    if (pieces.length === 0) return 0;
    if (holds(pieces.at(-1)!.at(-1)!)) return this.length;
    const piece = leading(pieces, ([first]) => holds(first!)) - 1;
    if (piece < 0) return 0;
    let before = 0;
    for (let i = 0; i < piece; i++) before += pieces[i]!.length;
    return before + leading(pieces[piece]!, holds);
  }

  /** @param holds of the first items, and of none after them @returns the last of them */
  lastOf(holds: (item: T) => boolean): T | undefined {
    const { pieces } = this;
    const last = pieces.at(-1)?.at(-1);
    if (last === undefined || holds(last)) return last;
    const piece = pieces[leading(pieces, ([first]) => holds(first!)) - 1];
    return piece && piece[leading(piece, holds) - 1];
  }

  at(index: number): T | undefined {
    let within = index < 0 ? this.length + index : index;
    if (within < 0) return undefined;
    for (const piece of this.pieces) {
      if (within < piece.length) return piece[within];
      within -= piece.length;
    }
    return undefined;
  }

  /** From one place up to another. */
  between(first: number, end: number): T[] {
    const items: T[] = [];
    let start = 0;
    for (const piece of this.pieces) {
      if (start >= end) break;
      if (start + piece.length > first) items.push(...piece.slice(Math.max(first - start, 0), end - start));
      start += piece.length;
    }
    return items;
  }

  toArray(): readonly T[] {
    return this.pieces.length === 1 ? this.pieces[0]! : this.pieces.flat();
  }

  [Symbol.iterator](): ArrayIterator<T> {
    return this.toArray()[Symbol.iterator]();
  }

  filter(test: (item: T) => boolean): T[] {
    return this.toArray().filter((item) => test(item));
  }

  map<U>(made: (item: T) => U): U[] {
    return this.toArray().map((item) => made(item));
  }

  flatMap<U>(made: (item: T) => U | readonly U[]): U[] {
    return this.toArray().flatMap((item) => made(item));
  }

  find(test: (item: T) => boolean): T | undefined {
    return this.toArray().find((item) => test(item));
  }

  /** The list without the items of which something holds; itself where there are none. */
  without(test: (item: T) => boolean): Series<T> {
    return this.some(test) ? Series.from(this.filter((item) => !test(item))) : this;
  }

  some(test: (item: T) => boolean): boolean {
    return this.pieces.some((piece) => piece.some((item) => test(item)));
  }
}

/** The number of first items for which something holds, found by halving. */
function leading<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cut<T>(items: readonly T[]): (readonly T[])[] {
  const pieces = [];
  for (let at = 0; at < items.length; at += PIECE) pieces.push(items.slice(at, at + PIECE));
  return pieces;
}

/** As one piece if it is short enough. */
function halved<T>(items: readonly T[]): (readonly T[])[] {
  if (items.length === 0) return [];
  if (items.length <= PIECE) return [items];
  const middle = items.length >> 1;
  return [...halved(items.slice(0, middle)), ...halved(items.slice(middle))];
}
