/** The rows of one commitment that are known now, by their dates: which an event changes, and how they are changed. */
import type { FullDate } from '#clocks';
import { turningPoints, type Commitment, type Sourced } from '#commitments';
import type { Recorded } from '#eventsourcing';
import { wordsOf } from '#platform';
import { CODED, Columns, dateOf, dayOf, NONE, type RowValues } from './columns.js';
import { Difference, pointAt, type Point, type Wording } from './facts.js';

/** What is known from a day on; `null`: nothing any more. */
export interface RowChange {
  readonly day: number;
  readonly values: RowValues | null;
}

const END_OF_TIME = 10_000 * 512;

export class CommitmentRows {
  /** In the order of their days. */
  #rows: number[];
  /** Codes of words and of readings that rows of it have. */
  readonly #texts = new Map<string, number>();
  #readings: Map<string, number> | null = null;

  constructor(
    private readonly columns: Columns,
    private readonly reference: string,
  ) {
    const number = columns.references.find(reference);
    this.#rows = number === undefined ? [] : columns.known(number);
    const codes = number === undefined ? [] : columns.codesOf(number, 'text');
    for (const code of codes) this.#texts.set(keyOf(columns.texts[code]!), code);
  }

  get #number(): number {
    return this.columns.commitmentOf(this.reference);
  }

  #dayOf(index: number): number {
    return this.columns.columns.from[this.#rows[index]!]!;
  }

  /** The index of the first row from a day on. */
  #from(day: number): number {
    let [low, high] = [0, this.#rows.length];
    if (high > 0 && this.#dayOf(high - 1) < day) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#dayOf(middle) < day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The rows that an event changes, in the order of their days: those from its report on as long as it makes a difference.
   * @param before the commitment without the event
   */
  *changedBy(event: Recorded, before: Commitment, c: Commitment): Generator<RowChange> {
    const { reportedOn } = event.data as Sourced;
    const day = dayOf(reportedOn);
    const first = this.#rows.length > 0 ? this.#dayOf(0) : END_OF_TIME;
    if (day < first)
      yield* this.#anew(turningPoints(c, reportedOn, first === END_OF_TIME ? undefined : dateOf(first)), c);
    const difference = new Difference(before, c);
    const days = day < first ? [] : [day];
    if (before.roles !== c.roles && first < END_OF_TIME)
      for (const role of c.roles)
        if (role.revision === event.revision && dayOf(role.reportedOn!) > Math.max(day, first))
          days.push(dayOf(role.reportedOn!));
    for (let index = this.#from(day); days.length > 0 || index < this.#rows.length;) {
      const known = index < this.#rows.length ? this.#dayOf(index) : END_OF_TIME;
      const on = Math.min(days[0] ?? END_OF_TIME, known);
      if (on === days[0]) days.shift();
      const base = this.columns.valuesOf(this.#rows[on === known ? index++ : index - 1]!);
      const lasts = difference.lasts(dateOf(on));
      if (!lasts && base.lastReportedOn >= day && days.length === 0) return;
      const cited = this.columns.dictionaries.documents.entries[base.documents]!;
      const point = lasts ? difference.at(dateOf(on), cited) : {};
      yield { day: on, values: this.#valuesOf(base, point, Math.max(base.lastReportedOn, day)) };
    }
  }

  /** All rows from a date on, worked out anew. */
  *anewFrom(c: Commitment, since: FullDate): Generator<RowChange> {
    const days = new Set<number>();
    for (const change of this.#anew(turningPoints(c, since), c)) {
      days.add(change.day);
      yield change;
    }
    for (let index = since === '' ? 0 : this.#from(dayOf(since)); index < this.#rows.length; index++)
      if (!days.has(this.#dayOf(index))) yield { day: this.#dayOf(index), values: null };
  }

  *#anew(dates: readonly FullDate[], c: Commitment): Generator<RowChange> {
    for (const date of dates) {
      const point = pointAt(c, date);
      const last = point && dayOf(c.reports.lastOf((on) => on <= date)!);
      yield { day: dayOf(date), values: point && this.#valuesOf(null, point, last!) };
    }
  }

  /** @param base of what the point does not say */
  #valuesOf(base: RowValues | null, point: Partial<Point>, lastReportedOn: number): RowValues {
    const { dictionaries } = this.columns;
    const values = { ...base, lastReportedOn } as Record<keyof RowValues, number>;
    if (point.wording) values.text = this.#textOf(point.wording);
    if (point.reading !== undefined) values.reading = point.reading === null ? NONE : this.#readingOf(point.reading);
    for (const part of CODED) {
      const key = point[part];
      if (key !== undefined) values[part] = dictionaries[part].codeOf(key);
    }
    return values;
  }

  #textOf({ title, summary, condition }: Wording): number {
    const words = `${title}\n${summary}\n${condition ?? ''}`;
    let code = this.#texts.get(words);
    if (code === undefined) {
      const search = ` ${wordsOf([this.reference, title, summary, condition ?? ''].join(' ')).join(' ')} `;
      const text = { title, search };
      code = this.#texts.get(keyOf(text)) ?? this.columns.texts.push(text) - 1;
      this.#texts.set(words, code);
    }
    return code;
  }

  #readingOf(reading: string): number {
    const { readings } = this.columns;
    if (!this.#readings) {
      const codes = this.columns.codesOf(this.#number, 'reading').filter((code) => code !== NONE);
      this.#readings = new Map(codes.map((code) => [readings[code]!, code]));
    }
    let code = this.#readings.get(reading);
    if (code === undefined) this.#readings.set(reading, (code = readings.push(reading) - 1));
    return code;
  }

  /**
   * Changes the rows, all at once.
   * @param corrects the position of the event that is corrected by the one at `position`
   */
  lay(changes: readonly RowChange[], position: number, corrects: number | null = null): void {
    const { columns } = this;
    const commitment = this.#number;
    const before = corrects === null ? null : this.#rows.slice();
    for (const { day, values } of changes) {
      const index = this.#from(day);
      const there = index < this.#rows.length && this.#dayOf(index) === day;
      if (there && values && columns.saysTheSame(this.#rows[index]!, values)) continue;
      if (there) columns.close(this.#rows[index]!, position);
      const later = this.#rows[there ? index + 1 : index] ?? NONE;
      const added = values ? [columns.add(commitment, day, values, position, later)] : [];
      if (index === this.#rows.length) this.#rows.push(...added);
      else this.#rows.splice(index, Number(there), ...added);
    }
    columns.laid = Math.max(columns.laid, position);
    if (before) this.#differ(before, corrects!, position);
  }

  /** Remembers between which days a correction changed how it reads. */
  #differ(before: readonly number[], since: number, until: number): void {
    const { columns } = this;
    const { from } = columns.columns;
    const [commitment, after] = [this.#number, this.#rows];
    for (let [b, a] = [0, 0]; b < before.length || a < after.length;) {
      const [was, is] = [before[b], after[a]].map((row) => (row === undefined ? END_OF_TIME : from[row]!));
      const on = Math.min(was!, is!);
      if (was === on) b++;
      if (is === on) a++;
      const [then, now] = [before[b - 1] ?? NONE, after[a - 1] ?? NONE];
      if (then === now || (then !== NONE && now !== NONE && columns.sayTheSame(then, now))) continue;
      const days = [before[b], after[a]].map((row) => (row === undefined ? END_OF_TIME : from[row]!));
      columns.corrections.push({ commitment, from: on, to: Math.min(...days), since, until });
    }
  }
}

const keyOf = ({ title, search }: { readonly title: string; readonly search: string }): string =>
  `${title}\n\n${search}`;
