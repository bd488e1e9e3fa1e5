/** The rows of one commitment that are known now, by their dates: which an event changes, and how they are changed. */
import type { FullDate } from '#clocks';
import { turningPoints, type Commitment, type Sourced } from '#commitments';
import type { Recorded } from '#eventsourcing';
import { compareTexts } from '#text';
import {
  VALUE_AT,
  CODED_COLUMNS,
  dateOf,
  dayOf,
  NO_ROW,
  type Coded,
  type Columns,
  type DaysHeard,
  type RowValues,
} from './columns.js';
import { END_OF_TIME } from './days.js';
import {
  AmendedDifference,
  Difference,
  pointAt,
  reportedOnOf,
  type AmendedStatement,
  type HeardSince,
  type Point,
} from './facts.js';

/** The state that is known from a day on; `null`: none any more. */
export interface RowChange {
  readonly day: number;
  readonly values: RowValues | null;
}

export class CommitmentRows {
  /** In the order of their days. */
  #rows: number[];
  #number: number;

  constructor(
    private readonly columns: Columns,
    private readonly reference: string,
  ) {
    this.#number = columns.references.find(reference);
    this.#rows = this.#number === NO_ROW ? [] : columns.known(this.#number);
  }

  /** Its number, which is given with its first row. */
  get commitment(): number {
    if (this.#number === NO_ROW) this.#number = this.columns.commitmentOf(this.reference);
    return this.#number;
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
   * The one row that an event changes, if it reports on the last day that has a row, or later, and moves no role, as most events
   * do. `null`: it may change other rows, too.
   * @param before the commitment without the event
   */
  onlyChangedBy(event: Recorded, before: Commitment, c: Commitment): readonly RowChange[] | null {
    const day = dayOf((event.data as Sourced).reportedOn);
    const last = this.#rows.length - 1;
    if (last < 0 || before.roles !== c.roles || day < this.#dayOf(last)) return null;
    const base = this.columns.valuesOf(this.#rows[last]!);
    const change = this.#changeOn(day, base, new Difference(before, c), day);
    return [
      change ?? {
        day,
        values: this.#valuesOf(base, NOTHING_ELSE, Math.max(base[VALUE_AT.lastReportedOn]!, day)),
      },
    ];
  }

  /**
   * The changes of an event as at a day; `null`: none but perhaps the day of the last report.
   * @param base the row of that day, or the one before it, and `reported` the day of the event
   */
  #changeOn(on: number, base: RowValues, difference: Difference, reported: number): RowChange | null {
    const heard = (agency: string) => this.#heardIn(base, agency);
    const date = dateOf(on);
    if (!difference.lasts(date, heard)) return null;
    const cited = this.columns.dictionaries.documents.entries[base[VALUE_AT.documents]!]!;
    const last = Math.max(base[VALUE_AT.lastReportedOn]!, reported);
    return { day: on, values: this.#valuesOf(base, difference.at(date, cited, heard), last) };
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
      const change = this.#changeOn(on, base, difference, day);
      const lastReportedOn = base[VALUE_AT.lastReportedOn]!;
      if (!change && lastReportedOn >= day && days.length === 0) return;
      yield change ?? { day: on, values: this.#valuesOf(base, NOTHING_ELSE, Math.max(lastReportedOn, day)) };
    }
  }

  /**
   * The rows that the amendment of a statement changes: those from the day on which it reports or reported as long as it makes a
   * difference.
   * @param before the commitment without the amendment
   * @param since the first date that it may change
   */
  *amendedBy(said: AmendedStatement, before: Commitment, c: Commitment, since: FullDate): Generator<RowChange> {
    const of = [said.was, said.is].filter((one) => one !== null);
    const days = [...new Set(of.map((one) => dayOf(reportedOnOf(one))))].sort((a, b) => a - b);
    const isWide = of.some(({ name }) => name === 'Recorded') || before.roles !== c.roles;
    if (isWide || this.#rows.length === 0 || days.length === 0 || days[0]! <= this.#dayOf(0)) {
      yield* this.anewFrom(c, since);
      return;
    }
    const difference = new AmendedDifference(before, c, said);
    const [last, moved] = [days.at(-1)!, reportedOnOf(said.was) !== reportedOnOf(said.is)];
    for (let index = this.#from(days[0]!); days.length > 0 || index < this.#rows.length;) {
      const known = index < this.#rows.length ? this.#dayOf(index) : END_OF_TIME;
      const on = Math.min(days[0] ?? END_OF_TIME, known);
      const date = dateOf(on);
      if (on === days[0]) days.shift();
      const base = this.columns.valuesOf(this.#rows[on === known ? index++ : index - 1]!);
      const isLate = on > last && (!moved || base[VALUE_AT.lastReportedOn]! > last);
      if (isLate && !difference.lasts(date, (agency) => this.#heardIn(base, agency))) return;
      const reads = on > last || turningPoints(c, date, `${date}~`).length > 0;
      const reported = dayOf(c.reports.asAt(date)!.reportedOn);
      yield { day: on, values: reads ? this.#valuesOf(base, difference.at(date), reported) : null };
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
      const last = point && dayOf(c.reports.asAt(date)!.reportedOn);
      yield { day: dayOf(date), values: point && this.#valuesOf(null, point, last!) };
    }
  }

  /** @param base the other parts of the point */
  #valuesOf(base: RowValues | null, point: Partial<Point>, lastReportedOn: number): RowValues {
    const { dictionaries, texts, readings, entries } = this.columns;
    const { wording, reading, entry, heard } = point;
    const values = base ? base.slice() : PLACED_COLUMNS.map(() => 0);
    values[VALUE_AT.lastReportedOn] = lastReportedOn;
    if (wording) values[VALUE_AT.text] = texts.codeOf(this.commitment, wording);
    if (reading !== undefined) values[VALUE_AT.reading] = reading === null ? 0 : readings.add(reading) + 1;
    if (entry !== undefined) values[VALUE_AT.entry] = entries.add(entry);
    for (const part in point) {
      if (!(part in KEYED_COLUMNS)) continue;
      const [key, at, dictionary] = [point[part as Keyed]!, VALUE_AT[part as Coded], dictionaries[part as Coded]];
      // Most parts stay as they were.
      if (!base || dictionary.keys[base[at]!] !== key) values[at] = dictionary.codeOf(key);
    }
    if (heard || base?.[VALUE_AT.agencies] !== values[VALUE_AT.agencies]) this.#hear(values, base, heard);
    return values;
  }

  #leadIn(values: RowValues): string {
    return this.columns.dictionaries.agencies.entries[values[VALUE_AT.agencies]!]![0]!.agency;
  }

  /** The day on which an agency last reported itself; empty: it never did. */
  #heardIn(row: RowValues, agency: string): FullDate {
    if (agency !== this.#leadIn(row))
      return this.columns.dictionaries.heard.entries[row[VALUE_AT.heard]!]![agency] ?? '';
    return row[VALUE_AT.leadReportedOn]! > 0 ? dateOf(row[VALUE_AT.leadReportedOn]!) : '';
  }

  /** When agencies last reported themselves: the lead's day stands in a column of its own, since it changes with most reports. */
  #hear(values: number[], base: RowValues | null, since: HeardSince = NOTHING_HEARD): void {
    const { heard } = this.columns.dictionaries;
    const lead = this.#leadIn(values);
    const agencies = Object.keys(since.on);
    if (base && !since.whole && lead === this.#leadIn(base) && agencies.every((agency) => agency === lead)) {
      if (since.on[lead]) values[VALUE_AT.leadReportedOn] = dayOf(since.on[lead]);
      return;
    }
    const known: Record<string, FullDate> =
      base && !since.whole
        ? {
            ...heard.entries[base[VALUE_AT.heard]!],
            [this.#leadIn(base)]: this.#heardIn(base, this.#leadIn(base)),
          }
        : {};
    const { [lead]: own, ...others } = { ...known, ...since.on };
    values[VALUE_AT.leadReportedOn] = own ? dayOf(own) : 0;
    const told = Object.entries(others).filter(([, on]) => on);
    values[VALUE_AT.heard] = heard.codeOf(
      JSON.stringify(Object.fromEntries(told.sort(([a], [b]) => compareTexts(a, b)))),
    );
  }

  /**
   * Changes the rows, all at once.
   * @param corrects the position of the event that is corrected by the one at `position`
   */
  lay(changes: readonly RowChange[], position: number, corrects: number | null = null): void {
    const { columns, commitment } = this;
    const place = corrects === null || changes.length === 0 ? null : this.#placeOf(changes);
    const before = place && this.#rows.slice(place.first, this.#rows.length - place.after);
    for (const { day, values } of changes) {
      const index = this.#from(day);
      const there = index < this.#rows.length && this.#dayOf(index) === day;
      if (there && values && columns.saysTheSame(this.#rows[index]!, values)) continue;
      if (there) columns.close(this.#rows[index]!, position);
      const later = this.#rows[there ? index + 1 : index] ?? NO_ROW;
      if (!values) this.#rows.splice(index, Number(there));
      else {
        const row = columns.add(commitment, day, values, position, later);
        if (there) this.#rows[index] = row;
        else this.#rows.splice(index, 0, row);
      }
    }
    columns.changedAt = Math.max(columns.changedAt, position);
    if (!before) return;
    const after = this.#rows.slice(place.first, this.#rows.length - place.after);
    this.#differ(before, after, corrects!, position);
  }

  /** The rows that changes may touch, with one more on each side: the first of them, and how many come after them. */
  #placeOf(changes: readonly RowChange[]): { first: number; after: number } {
    let [first, last] = [END_OF_TIME, 0];
    for (const { day } of changes) [first, last] = [Math.min(first, day), Math.max(last, day)];
    return {
      first: Math.max(0, this.#from(first) - 1),
      after: Math.max(0, this.#rows.length - this.#from(last + 1) - 1),
    };
  }

  /** Remembers between which days a correction changed how it reads. */
  #differ(before: readonly number[], after: readonly number[], since: number, until: number): void {
    const { columns, commitment } = this;
    const { from } = columns.columns;
    let same = 0;
    while (same < after.length && before[same] === after[same]) same++;
    let [end, last] = [before.length, after.length];
    while (end > same && last > same && before[end - 1] === after[last - 1]) [end, last] = [end - 1, last - 1];
    for (let [b, a] = [same, same]; b < end || a < last;) {
      const [was, is] = [before[b], after[a]].map((row) => (row === undefined ? END_OF_TIME : from[row]!));
      const on = Math.min(was!, is!);
      if (was === on) b++;
      if (is === on) a++;
      const [then, now] = [before[b - 1] ?? NO_ROW, after[a - 1] ?? NO_ROW];
      if (then === now || (then !== NO_ROW && now !== NO_ROW && columns.sayTheSame(then, now))) continue;
      const days = [before[b], after[a]].map((row) => (row === undefined ? END_OF_TIME : from[row]!));
      columns.corrections.push({ commitment, from: on, to: Math.min(...days), since, until });
    }
  }
}

type Keyed = Exclude<Coded, 'heard'>;
/** Columns of which the text of the entry is a part of a point as it is. */
const KEYED_COLUMNS: Readonly<Record<string, true>> = Object.fromEntries(
  CODED_COLUMNS.filter((name) => name !== 'heard').map((name) => [name, true]),
);
const PLACED_COLUMNS = Object.keys(VALUE_AT);
const NOTHING_ELSE: Partial<Point> = {};
const NOTHING_HEARD: HeardSince = { on: {} satisfies DaysHeard, whole: false };
