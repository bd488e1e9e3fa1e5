/**
 * One pass over the columns: the row of every commitment that holds as at a date, as known at a position, and meets the
 * conditions. This file computes overdue and stale (rules 4 and 5) as at one date; timeline.ts does for many dates at once.
 */
import { monthsBefore, type FullDate } from '#clocks';
import { isOpen, STAGES } from '#commitments';
import { dayOf, NONE, type Codes, type Columns, type Standing } from './columns.js';

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
  /** By code. */
  readonly holds: Uint8Array;
}

/** The condition on a row at the date. */
export interface OnTheDay {
  readonly overdue?: boolean;
  readonly stale?: boolean;
}

/** A stage in the first bits of a status, and in those after them what else is counted of a commitment. */
export const STAGE_BITS = 2 ** Math.ceil(Math.log2(STAGES.length)) - 1;
const AFTER = STAGE_BITS + 1;
export const [WITH_TARGET, OVERDUE, STALE, CORRECTED] = [AFTER, AFTER * 2, AFTER * 4, AFTER * 8] as const;

/** The result of a scan: a row for each commitment, in the order of their numbers, and its status. */
export class Selection {
  constructor(
    readonly columns: Columns,
    readonly rows: Int32Array,
    readonly statuses: Uint8Array,
  ) {}

  get size(): number {
    return this.rows.length;
  }

  /** The status of a selected row. */
  statusOf(row: number): number {
    const { commitment } = this.columns.columns;
    let [low, high] = [0, this.size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (commitment[this.rows[middle]!]! < commitment[row]!) low = middle + 1;
      else high = middle;
    }
    return this.statuses[low]!;
  }

  /** The selected rows that meet a condition. */
  where({ codes, holds }: Condition): Selection {
    const [rows, statuses] = [new Int32Array(this.size), new Uint8Array(this.size)];
    let n = 0;
    for (let i = 0; i < this.size; i++) {
      if (!holds[codes[this.rows[i]!]!]) continue;
      rows[n] = this.rows[i]!;
      statuses[n++] = this.statuses[i]!;
    }
    return new Selection(this.columns, rows.subarray(0, n), statuses.subarray(0, n));
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
function corrected({ corrections, references, laid }: Columns, day: number, position: number): Uint8Array | null {
  if (position >= laid) return null;
  const found = new Uint8Array(references.size);
  for (const { commitment, from, to, since, until } of corrections)
    if (from <= day && to > day && since <= position && until > position) found[commitment] = 1;
  return found;
}

/** The row of a commitment that holds as at a date, as known at a position; `NONE`: it does not exist then. */
export function rowAt({ heads, columns }: Columns, commitment: number, { asOf, knownAt }: PinnedClocks): number {
  const { from, since, until, next } = columns;
  const [day, position] = [dayOf(asOf), Number(knownAt)];
  let row = heads[commitment]!;
  while (row !== NONE && (from[row]! > day || since[row]! > position || until[row]! <= position)) row = next[row]!;
  return row;
}

/** Finds. @returns rows in the order in which their commitments were recorded */
export function scan(
  columns: Columns,
  at: PinnedClocks,
  conditions: readonly Condition[],
  only: OnTheDay = {},
): Selection {
  const { heads, references, forever } = columns;
  const { from, since, until, next, standing, target, lastReportedOn } = columns.columns;
  const [day, position] = [dayOf(at.asOf), Number(at.knownAt)];
  const staleBefore = dayOf(monthsBefore(at.asOf, at.staleAfter ?? 12));
  const all = position >= columns.laid;
  const later = corrected(columns, day, position);
  const { stages, canBeOverdue, open } = standings(columns);
  const due = Int32Array.from(columns.dictionaries.target.entries, ({ last }) => last);
  const size = references.size;
  const [rows, statuses] = [new Int32Array(size), new Uint8Array(size)];
  let n = 0;
  commitments: for (let commitment = 0; commitment < size; commitment++) {
    let row = heads[commitment]!;
    if (all) while (row !== NONE && (from[row]! > day || until[row] !== forever)) row = next[row]!;
    else
      while (row !== NONE && (from[row]! > day || since[row]! > position || until[row]! <= position)) row = next[row]!;
    if (row === NONE) continue;
    for (let i = 0; i < conditions.length; i++) {
      const condition = conditions[i]!;
      if (condition.holds[condition.codes[row]!] === 0) continue commitments;
    }
    const stands = standing[row]!;
    const last = due[target[row]!]!;
    const isOverdue = last !== 0 && last < day && canBeOverdue[stands] === 1;
    const isStale = lastReportedOn[row]! < staleBefore && open[stands] === 1;
    if (only.overdue !== undefined && only.overdue !== isOverdue) continue;
    if (only.stale !== undefined && only.stale !== isStale) continue;
    rows[n] = row;
    statuses[n++] =
      stages[stands]! |
      (last === 0 ? 0 : WITH_TARGET) |
      (isOverdue ? OVERDUE : 0) |
      (isStale ? STALE : 0) |
      (later !== null && later[commitment] === 1 ? CORRECTED : 0);
  }
  return new Selection(columns, rows.subarray(0, n), statuses.subarray(0, n));
}

/** The days up to the date on which something was reported of anything, in order. */
export function days({ columns, rows }: Columns, at: PinnedClocks): number[] {
  const { from, since, until } = columns;
  const [day, position] = [dayOf(at.asOf), Number(at.knownAt)];
  const found = new Set<number>();
  for (let row = 0; row < rows; row++)
    if (from[row]! <= day && since[row]! <= position && until[row]! > position) found.add(from[row]!);
  return [...found].sort((a, b) => a - b);
}
