/** Columns of whole numbers from 0 on, in arrays that take as many bytes a number as the greatest of them needs. */
import { ARRAY_OF_WIDTH, copyOf, memoryOf, withRoom, type Memory, type Numbers } from '#eventsourcing';

/** The greatest number by the bytes that it takes. */
export const GREATEST_OF_WIDTH = { 1: 0xff, 2: 0xffff, 4: 0x7fffffff, 8: Number.MAX_SAFE_INTEGER } as const;
export type Width = keyof typeof GREATEST_OF_WIDTH;
export type Column = Numbers;

export const widthOf = (column: Column): Width => column.BYTES_PER_ELEMENT as Width;
const widthFor = (value: number): Width =>
  value <= GREATEST_OF_WIDTH[1]
    ? 1
    : value <= GREATEST_OF_WIDTH[2]
      ? 2
      : value <= GREATEST_OF_WIDTH[4]
        ? 4
        : (8 as const);

/** A column with room for so many, and the values of another one. */
export function roomy(width: Width, room: number, before?: Column): Column {
  const Wider = ARRAY_OF_WIDTH[width] as new (buffer: SharedArrayBuffer, from: number, length: number) => Column;
  const wider = new Wider(memoryOf(room * width), 0, room);
  if (before) wider.set(before as never);
  return wider;
}

/** The column, or a wider copy that holds a number. */
export const wideFor = (column: Column, value: number): Column =>
  value <= GREATEST_OF_WIDTH[widthOf(column)] ? column : roomy(widthFor(value), column.length, column);

/** The numbers that a table has room for at first, and by how much it grows. */
export const [INITIAL_CAPACITY, GROWTH_FACTOR] = [1_024, 1.25] as const;

/** Rows of some columns, by number. */
export class NumberTable<N extends string> {
  size = 0;
  columns: Record<N, Column>;

  constructor(private readonly names: readonly N[]) {
    this.columns = this.#none();
  }

  #none(): Record<N, Column> {
    return Object.fromEntries(this.names.map((name) => [name, roomy(1, INITIAL_CAPACITY)])) as Record<N, Column>;
  }

  add(row: Readonly<Record<N, number>>): number {
    const number = this.size++;
    for (const name of this.names) {
      const column = this.columns[name];
      if (number >= column.length)
        this.columns[name] = roomy(
          widthOf(column),
          Math.max(INITIAL_CAPACITY, Math.ceil(number * GROWTH_FACTOR)),
          column,
        );
      this.set(name, number, row[name]);
    }
    return number;
  }

  set(name: N, number: number, value: number): void {
    const column = wideFor(this.columns[name], value);
    column[number] = value;
    this.columns[name] = column;
  }

  clear(): void {
    [this.columns, this.size] = [this.#none(), 0];
  }

  get bytes(): number {
    return this.names.reduce((sum, name) => sum + this.columns[name].byteLength, 0);
  }

  /** A copy for a snapshot, under names that begin so. */
  save(name: string): Memory['arrays'] {
    return Object.fromEntries(this.names.map((of) => [`${name}.${of}`, copyOf(this.columns[of], this.size)]));
  }

  load(name: string, arrays: Memory['arrays']): void {
    this.size = arrays[`${name}.${this.names[0]!}`]!.length;
    for (const of of this.names) this.columns[of] = withRoom(arrays[`${name}.${of}`]!);
  }
}
