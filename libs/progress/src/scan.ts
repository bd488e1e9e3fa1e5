/**
 * One pass over the columns: the row of every commitment that holds as at a date, as known at a position, and meets the
 * conditions. This file computes overdue and stale (rules 4 and 5) as at one date; timeline.ts does for many dates at once.
 */
import { monthsBefore, type FullDate } from '#clocks';
import { isOpen, STAGES } from '#commitments';
import { dayOf, NO_ROW, type Codes, type Columns, type Standing } from './columns.js';

/** The clocks of a view. `knownAt` is a position; absent: all that the view has applied. */
export interface ViewClocks {
  readonly asOf: FullDate;
  readonly knownAt?: string;
  /** Calendar months, default 12. */
  readonly staleAfter?: number;
}

/** `knownAt` is settled: every query of an answer asks for the same log. */
export type PinnedClocks = ViewClocks & { readonly knownAt: string };

/** A row meets it when the flag of its code is set. */
export interface Condition {
  /** Of each row. */
  readonly codes: Codes;
  /** By code: 1 or 0. */
  readonly holds: Uint8Array;
}

/** The condition on a row at the date. */
export interface OnTheDay {
  readonly overdue?: boolean;
  readonly stale?: boolean;
}

/** A stage in the first bits of a status, and in those after them the other counted facts of a commitment. */
export const STAGE_BITS = 2 ** Math.ceil(Math.log2(STAGES.length)) - 1;
const FIRST_MARK = STAGE_BITS + 1;
export const [WITH_TARGET, OVERDUE, STALE, CORRECTED_LATER] = [
  FIRST_MARK,
  FIRST_MARK * 2,
  FIRST_MARK * 4,
  FIRST_MARK * 8,
] as const;

/** Memory of selections that are over, for the next ones: a new request to the system sets the collector going. */
interface ScanRoom {
  readonly rows: Int32Array;
  readonly statuses: Uint8Array;
}
const rooms: ScanRoom[] = [];
const MAX_POOLED_ROOMS = 4;

function roomFor(size: number): ScanRoom {
  const room = rooms.pop();
  if (room && room.rows.length >= size) return room;
  const most = size + (size >> 4);
  return { rows: new Int32Array(most), statuses: new Uint8Array(most) };
}

/** The result of a scan: a row for each commitment, in the order of their numbers, and its status. */
export class Selection {
  #room: ScanRoom | null;
  readonly #rows: Int32Array;
  readonly #statuses: Uint8Array;

  constructor(
    readonly columns: Columns,
    room: ScanRoom,
    readonly size: number,
  ) {
    this.#room = room;
    this.#rows = room.rows.subarray(0, size);
    this.#statuses = room.statuses.subarray(0, size);
  }

  get rows(): Int32Array {
    this.#mustBeHeld();
    return this.#rows;
  }

  get statuses(): Uint8Array {
    this.#mustBeHeld();
    return this.#statuses;
  }

  /** Others may write where the rows stood. */
  #mustBeHeld(): void {
    if (!this.#room) throw new Error('The selection is over.');
  }

  /** Gives its memory to the next ones: nothing can be read of it any more. */
  end(): void {
    if (this.#room && rooms.length < MAX_POOLED_ROOMS) rooms.push(this.#room);
    this.#room = null;
  }

  statusOf(row: number): number {
    const { commitment } = this.columns.columns;
    const { rows, statuses } = this;
    let [low, high] = [0, this.size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (commitment[rows[middle]!]! < commitment[row]!) low = middle + 1;
      else high = middle;
    }
    return statuses[low]!;
  }

  /** The selected rows that meet conditions. */
  where(...conditions: readonly Condition[]): Selection {
    const { rows, statuses } = roomFor(this.size);
    rows.set(this.rows);
    statuses.set(this.statuses);
    let n = this.size;
    for (const { codes, holds } of conditions) {
      const before = n;
      n = 0;
      for (let i = 0; i < before; i++) {
        const row = rows[i]!;
        rows[n] = row;
        statuses[n] = statuses[i]!;
        n += holds[codes[row]!]! | 0; // a code that is newer than the condition meets none
      }
    }
    return new Selection(this.columns, { rows, statuses }, n);
  }
}

/** A flag for each entry of a dictionary. */
export function flags<E>(entries: readonly E[], test: (entry: E) => boolean): Uint8Array {
  const holds = new Uint8Array(entries.length);
  for (let i = 0; i < entries.length; i++) if (test(entries[i]!)) holds[i] = 1;
  return holds;
}

const canBeOverdue = ({ stage, nature }: Standing): boolean => isOpen(stage) && nature !== 'standing';

/** By the code of its standing: the stage of a commitment, whether it can be overdue, and whether it is open. */
export function standings({ dictionaries }: Columns) {
  const { entries } = dictionaries.standing;
  return {
    stages: Uint8Array.from(entries, ({ stage }) => STAGES.indexOf(stage)),
    canBeOverdue: flags(entries, canBeOverdue),
    open: flags(entries, ({ stage }) => isOpen(stage)),
  };
}

/** By commitment: whether something that is shown was corrected after the position; `null`: nothing was. */
function corrected({ corrections, references, changedAt }: Columns, day: number, position: number): Uint8Array | null {
  if (position >= changedAt) return null;
  const found = new Uint8Array(references.size);
  for (const { commitment, from, to, since, until } of corrections)
    if (from <= day && to > day && since <= position && until > position) found[commitment] = 1;
  return found;
}

/** The row of a commitment that holds as at a date, as known at a position; `NO_ROW`: it does not exist then. */
export function rowAt({ heads, columns }: Columns, commitment: number, { asOf, knownAt }: PinnedClocks): number {
  const { from, since, until, next } = columns;
  const [day, position] = [dayOf(asOf), Number(knownAt)];
  let row = heads[commitment]!;
  while (row !== NO_ROW && (from[row]! > day || since[row]! > position || until[row]! <= position)) row = next[row]!;
  return row;
}

/** Puts the rows that hold at the clocks to the beginning of an array, in the order in which their commitments were recorded. */
function putHeld(
  { heads, references, forever, changedAt, columns }: Columns,
  day: number,
  position: number,
  rows: Int32Array,
): number {
  const { from, since, until, next } = columns;
  const size = references.size;
  let n = 0;
  if (position >= changedAt)
    for (let commitment = 0; commitment < size; commitment++) {
      let row = heads[commitment]!;
      while (row !== NO_ROW && (from[row]! > day || until[row] !== forever)) row = next[row]!;
      if (row !== NO_ROW) rows[n++] = row;
    }
  else
    for (let commitment = 0; commitment < size; commitment++) {
      let row = heads[commitment]!;
      while (row !== NO_ROW && (from[row]! > day || since[row]! > position || until[row]! <= position))
        row = next[row]!;
      if (row !== NO_ROW) rows[n++] = row;
    }
  return n;
}

// A loop over all rows is a function of its own, and its work on several parts of a row another one: V8 makes fast code
// of a loop that runs, and throws it away when it comes to code that it has not seen, such as the code after the loop.

// Rows are written whether or not they are kept: which are nobody can foresee, and a processor that tries takes longer.

/** Keeps the rows that meet a condition. @returns how many */
function keep(rows: Int32Array, size: number, { codes, holds }: Condition): number {
  let n = 0;
  for (let i = 0; i < size; i++) {
    const row = rows[i]!;
    rows[n] = row;
    n += holds[codes[row]!]! | 0; // a code that is newer than the condition meets none
  }
  return n;
}

/** Finds. @returns rows in the order in which their commitments were recorded */
export function scan(
  columns: Columns,
  at: PinnedClocks,
  conditions: readonly Condition[],
  only: OnTheDay = {},
): Selection {
  const room = roomFor(columns.references.size);
  const { rows } = room;
  const [day, position] = [dayOf(at.asOf), Number(at.knownAt)];
  let n = putHeld(columns, day, position, rows);
  for (const condition of conditions) n = keep(rows, n, condition);
  putStatuses(columns, at, room, n);
  for (const [mark, wanted] of [[OVERDUE, only.overdue] as const, [STALE, only.stale] as const])
    if (wanted !== undefined) n = keepMarked(room, n, mark, wanted);
  return new Selection(columns, room, n);
}

/** Says the status of rows. */
function putStatuses(columns: Columns, at: PinnedClocks, { rows, statuses }: ScanRoom, size: number): void {
  const day = dayOf(at.asOf);
  const staleBefore = dayOf(monthsBefore(at.asOf, at.staleAfter ?? 12));
  const { entries } = columns.dictionaries.target;
  const targets = {
    targeted: Uint8Array.from(entries, ({ last }) => (last === 0 ? 0 : WITH_TARGET)),
    passed: Uint8Array.from(entries, ({ last }) => Number(last !== 0 && last < day)),
  };
  putMarks(columns.columns, rows, size, statuses, standings(columns), targets, staleBefore);
  const later = corrected(columns, day, Number(at.knownAt));
  if (later) markCorrected(columns.columns.commitment, rows, size, statuses, later);
}

function putMarks(
  { standing, target, lastReportedOn }: Columns['columns'],
  rows: Int32Array,
  size: number,
  statuses: Uint8Array,
  { stages, canBeOverdue, open }: ReturnType<typeof standings>,
  { targeted, passed }: { readonly targeted: Uint8Array; readonly passed: Uint8Array },
  staleBefore: number,
): void {
  for (let i = 0; i < size; i++) {
    const row = rows[i]!;
    const stands = standing[row]!;
    const due = target[row]!;
    statuses[i] =
      stages[stands]! |
      targeted[due]! |
      ((passed[due]! & canBeOverdue[stands]!) * OVERDUE) |
      (+(lastReportedOn[row]! < staleBefore) * open[stands]! * STALE);
  }
}

function markCorrected(
  commitment: Int32Array,
  rows: Int32Array,
  size: number,
  statuses: Uint8Array,
  later: Uint8Array,
): void {
  for (let i = 0; i < size; i++) statuses[i]! |= later[commitment[rows[i]!]!]! * CORRECTED_LATER;
}

function keepMarked({ rows, statuses }: ScanRoom, size: number, mark: number, wanted: boolean): number {
  let n = 0;
  for (let i = 0; i < size; i++) {
    const status = statuses[i]!;
    rows[n] = rows[i]!;
    statuses[n] = status;
    n += Number((status & mark) > 0 === wanted);
  }
  return n;
}

/** The days up to the date on which something was reported of anything, in order. */
export function reportDays({ columns, rows }: Columns, at: PinnedClocks): number[] {
  const { from, since, until } = columns;
  const [day, position] = [dayOf(at.asOf), Number(at.knownAt)];
  let first = day;
  for (let row = 0; row < rows; row++)
    if (from[row]! < first && since[row]! <= position && until[row]! > position) first = from[row]!;
  const reported = new Uint8Array(day - first + 1);
  for (let row = 0; row < rows; row++)
    if (from[row]! <= day && since[row]! <= position && until[row]! > position) reported[from[row]! - first] = 1;
  const found: number[] = [];
  for (let one = 0; one < reported.length; one++) if (reported[one] === 1) found.push(first + one);
  return found;
}
