/**
 * The read model of progress in memory: a row for every date on which a commitment may change, and for every stretch of
 * the log in which that was known. Rows are numbers in typed arrays; each is a code of a dictionary, so that a filter
 * is looked up once per entry of a dictionary, and a scan only compares numbers.
 */
import { LRUCache } from 'lru-cache';
import type { FullDate } from '#clocks';
import type { ActivityId, CommitmentAsAt, Life, Nature, Role, Stage } from '#commitments';
import type { NextStepWord } from '#words';
import { copyOf, Passages, withRoom, type Memory } from '#eventsourcing';
import { sortKey } from '#text';
import { Deliveries, type Days } from './deliveries.js';
import { GREATEST_OF_WIDTH, GROWTH_FACTOR, INITIAL_CAPACITY, roomy, wideFor, widthOf, type Column } from './numbers.js';
import { Texts } from './texts.js';

export { dateOf, dayOf } from './days.js';

export const NO_ROW = -1;

/** Texts by the order in which they came, each once, and the meaning of each. */
export class Dictionary<E> {
  readonly keys: string[] = [];
  readonly entries: E[] = [];
  readonly #codes = new Map<string, number>();

  constructor(private readonly meaning: (key: string) => E) {}

  get size(): number {
    return this.keys.length;
  }

  codeOf(key: string): number {
    let code = this.#codes.get(key);
    if (code === undefined) {
      this.#codes.set(key, (code = this.keys.length));
      this.keys.push(key);
      this.entries.push(this.meaning(key));
    }
    return code;
  }

  clear(): void {
    this.keys.length = this.entries.length = 0;
    this.#codes.clear();
  }
}

/** The standing of a commitment: its kind, its stage, and other words from short lists. */
export interface Standing {
  readonly stage: Stage;
  readonly nature: Nature;
  readonly life: Life;
  readonly verification: string;
  readonly outlook: string | null;
  readonly kind: string;
  readonly strength: string;
}

export interface AgencyInRole {
  readonly agency: string;
  readonly role: Role;
  readonly asked: boolean;
}

export interface Target {
  /** `2011-06`; null: none. */
  readonly date: string | null;
  /** The last day of its period as a number; 0: none. */
  readonly last: number;
}

/** Of the entry that the stage rests on: whether it tells of a next step, and when that is due. */
export interface NextStep {
  readonly says: NextStepWord;
  /** `2013-03`; null: it is not said. */
  readonly date: string | null;
  /** The last day of its period as a number; 0: none. */
  readonly last: number;
}

export interface RelationTo {
  readonly to: string;
  readonly type: string;
}

/** The details that rows show, and that no filter of lists asks for. */
export interface Details {
  readonly into: readonly string[];
  readonly spread: CommitmentAsAt['spread'];
  readonly lastEdition: string | null;
  readonly nextDue: string | null;
  /** The agency that has yet to answer an offer of the lead. */
  readonly leadOfferedTo: string | null;
  readonly lastUpkeep: { readonly period: string; readonly keptUp: boolean } | null;
}

/** The values of each column with a dictionary. */
export interface Meanings {
  readonly standing: Standing;
  /** In the order in which they are shown, the lead first. */
  readonly agencies: readonly AgencyInRole[];
  readonly themes: readonly string[];
  readonly followsUp: readonly string[];
  readonly places: { readonly regions: readonly string[]; readonly countries: readonly string[] };
  readonly documents: readonly string[];
  readonly relations: readonly RelationTo[];
  readonly activityIds: readonly ActivityId[];
  readonly target: Target;
  readonly nextStep: NextStep;
  readonly details: Details;
  /** On which day each agency but the lead last reported itself. */
  readonly heard: DaysHeard;
}
export type Coded = keyof Meanings;

/** The last day of each of some agencies. */
export type DaysHeard = Readonly<Record<string, FullDate>>;

const parsedKey = <T>(key: string): T => JSON.parse(key) as T;

/** Agencies in roles, each once: many thousands of sets are made of some hundreds. */
function agenciesInRoles(): (key: string) => readonly AgencyInRole[] {
  const known = new Map<string, AgencyInRole>();
  return (key) =>
    parsedKey<AgencyInRole[]>(key).map((one) => {
      const own = `${one.agency} ${one.role} ${one.asked}`;
      const same = known.get(own) ?? one;
      if (same === one) known.set(own, one);
      return same;
    });
}

type Dictionaries = { readonly [C in Coded]: Dictionary<Meanings[C]> };

const emptyDictionaries = (): Dictionaries => ({
  standing: new Dictionary<Standing>(parsedKey),
  agencies: new Dictionary<Meanings['agencies']>(agenciesInRoles()),
  themes: new Dictionary<Meanings['themes']>(parsedKey),
  followsUp: new Dictionary<Meanings['followsUp']>(parsedKey),
  places: new Dictionary<Meanings['places']>(parsedKey),
  documents: new Dictionary<Meanings['documents']>(parsedKey),
  relations: new Dictionary<Meanings['relations']>(parsedKey),
  activityIds: new Dictionary<Meanings['activityIds']>(parsedKey),
  target: new Dictionary<Target>(parsedKey),
  nextStep: new Dictionary<NextStep>(parsedKey),
  details: new Dictionary<Details>(parsedKey),
  heard: new Dictionary<DaysHeard>(parsedKey),
});

/** The columns that hold codes of dictionaries: each has one. */
export const CODED_COLUMNS = Object.keys(emptyDictionaries()) as readonly Coded[];
const POINTER_COLUMNS = ['commitment', 'next', 'from'] as const;
/** `reading`: the number of its text, and one; 0: there is none. */
const VALUE_COLUMNS = ['lastReportedOn', 'leadReportedOn', 'text', 'reading', 'entry', ...CODED_COLUMNS] as const;
const POSITION_COLUMNS = ['since', 'until'] as const;
type ValueName = (typeof VALUE_COLUMNS)[number];
const COLUMN_NAMES = [...POINTER_COLUMNS, ...VALUE_COLUMNS, ...POSITION_COLUMNS] as const;

/** The arrays of codes: a byte for each row, or two, while it fits. */
export type Codes = Int32Array | Uint16Array | Uint8Array;
type Positions = Int32Array | Float64Array;

/** A row, in codes: of each column at its place. */
export type RowValues = readonly number[];
/** The place of each column in the values of a row. */
export const VALUE_AT = Object.fromEntries(VALUE_COLUMNS.map((name, place) => [name, place])) as Readonly<
  Record<ValueName, number>
>;

/** The dates and positions between which a figure that was shown was yet to be corrected. */
export interface CorrectedSpan {
  readonly commitment: number;
  readonly from: number;
  readonly to: number;
  readonly since: number;
  readonly until: number;
}

export class Columns {
  /** By number of the commitment. */
  readonly references = new Passages();
  readonly #referenceKeys: string[] = [];
  readonly texts = new Texts((commitment) => this.references.at(commitment)!);
  /** The secretariat's reading and the replies, as JSON. */
  readonly readings = new Passages();
  /** The entry that the stage rests on (`headlineText`). */
  readonly entries = new Passages();
  readonly deliveries = new Deliveries();
  corrections: CorrectedSpan[] = [];
  /** The latest row of each commitment, by the code of its reference. */
  heads: Int32Array = new Int32Array(0);
  readonly columns = {} as Record<(typeof POINTER_COLUMNS)[number], Int32Array> &
    Record<ValueName, Codes> &
    Record<(typeof POSITION_COLUMNS)[number], Positions>;
  /** Those of the values of a row, by place. */
  #values: Codes[] = [];
  rows = 0;
  /** Keys by which entries are counted, at any date and position. */
  readonly keys = new LRUCache<string, object>({ max: 100 });
  /** The position of the last change of rows or corrections: from there on the rows hold that are known now. */
  changedAt = 0;

  constructor(readonly dictionaries: Dictionaries = emptyDictionaries()) {
    this.#grow(INITIAL_CAPACITY);
  }

  /** Makes room for so many rows. */
  #grow(room: number): void {
    const columns = this.columns as Record<string, Column | undefined>;
    for (const name of COLUMN_NAMES) {
      const isCode = (VALUE_COLUMNS as readonly string[]).includes(name);
      const before = columns[name];
      columns[name] = roomy(before ? widthOf(before) : isCode ? 1 : 4, room, before);
    }
    this.#values = VALUE_COLUMNS.map((name) => this.columns[name]);
  }

  /** Until when a row is known that is known now. */
  get forever(): number {
    return GREATEST_OF_WIDTH[widthOf(this.columns.until)];
  }

  /** Makes positions wide enough for one. */
  #reach(position: number): void {
    this.changedAt = Math.max(this.changedAt, position);
    if (position < this.forever) return;
    const { columns } = this;
    for (const name of POSITION_COLUMNS) columns[name] = wideFor(columns[name], position + 1) as Positions;
    const { until } = columns;
    for (let row = 0; row < this.rows; row++) if (until[row] === GREATEST_OF_WIDTH[4]) until[row] = this.forever;
  }

  commitmentOf(reference: string): number {
    const known = this.references.size;
    const code = this.references.add(reference);
    if (code < known) return code;
    if (code >= this.heads.length) {
      const heads = new Int32Array(new SharedArrayBuffer(Math.max(INITIAL_CAPACITY, this.heads.length * 2) * 4)).fill(
        NO_ROW,
      );
      heads.set(this.heads);
      this.heads = heads;
    }
    return code;
  }

  /** By which the reference of a commitment is put in order. */
  referenceKey(commitment: number): string {
    return (this.#referenceKeys[commitment] ??= sortKey(this.references.at(commitment)!));
  }

  /** The rows that are known now, in the order of their days. */
  known(commitment: number): number[] {
    const { next, until } = this.columns;
    const { forever } = this;
    const rows = [];
    for (let row = this.heads[commitment]!; row !== NO_ROW; row = next[row]!)
      if (until[row] === forever) rows.push(row);
    return rows.reverse();
  }

  saysTheSame(row: number, values: RowValues): boolean {
    const columns = this.#values;
    for (let place = 0; place < columns.length; place++) if (columns[place]![row] !== values[place]) return false;
    return true;
  }

  valuesOf(row: number): number[] {
    const columns = this.#values;
    const values: number[] = [];
    for (let place = 0; place < columns.length; place++) values.push(columns[place]![row]!);
    return values;
  }

  sayTheSame(one: number, other: number): boolean {
    return this.#values.every((column) => column[one] === column[other]);
  }

  /** Remembers between which days something beside the rows was shown otherwise before a correction. */
  correct(commitment: number, days: readonly Days[], since: number | null, until: number): void {
    if (days.length === 0 || since === null) return;
    this.corrections.push(...days.map((some) => ({ commitment, ...some, since, until })));
    this.changedAt = Math.max(this.changedAt, until);
  }

  close(row: number, position: number): void {
    this.#reach(position);
    this.columns.until[row] = position;
  }

  /**
   * Adds a row, the first of its day.
   * @param later a row of the commitment that is later; `NO_ROW`: none that is known is
   */
  add(commitment: number, day: number, values: RowValues, position: number, later: number): number {
    const row = this.#put(commitment, day, values, position);
    const { columns } = this;
    let after = later;
    let next = later === NO_ROW ? this.heads[commitment]! : columns.next[later]!;
    while (next !== NO_ROW && columns.from[next]! > day) {
      after = next;
      next = columns.next[next]!;
    }
    columns.next[row] = next;
    if (after === NO_ROW) this.heads[commitment] = row;
    else columns.next[after] = row;
    return row;
  }

  /** Puts a row at the end, which is in no list yet. */
  #put(commitment: number, day: number, values: RowValues, position: number): number {
    if (this.rows === this.columns.from.length)
      this.#grow(Math.max(INITIAL_CAPACITY, Math.ceil(this.rows * GROWTH_FACTOR)));
    this.#reach(position);
    const row = this.rows++;
    const { columns } = this;
    columns.commitment[row] = commitment;
    columns.from[row] = day;
    columns.since[row] = position;
    columns.until[row] = this.forever;
    for (let place = 0; place < values.length; place++) {
      const column = this.#values[place]!;
      const wide = wideFor(column, values[place]!);
      wide[row] = values[place]!;
      if (wide !== column) this.columns[VALUE_COLUMNS[place]!] = this.#values[place] = wide as Codes;
    }
    return row;
  }

  /** Columns with the same dictionaries, in which the rows of one commitment are worked out that are to replace its own. */
  aside(): Columns {
    return new Columns(this.dictionaries);
  }

  /** Takes the rows of the only commitment of others in place of its own, whose words are forgotten. */
  replace(commitment: number, aside: Columns): void {
    this.forget(commitment);
    /** The code here of each text there. */
    const moved = (texts: Passages, from: Passages) => {
      const codes = Array.from({ length: from.size }, (_, code) => texts.add(from.at(code)!));
      return (code: number) => codes[code]!;
    };
    // Aside no words are gone: nothing was forgotten there.
    const texts = aside.texts.all().map((wording) => this.texts.codeOf(commitment, wording!));
    const [reading, entry] = [moved(this.readings, aside.readings), moved(this.entries, aside.entries)];
    let after = NO_ROW;
    for (let from = aside.heads[0] ?? NO_ROW; from !== NO_ROW; from = aside.columns.next[from]!) {
      const values = aside.valuesOf(from);
      values[VALUE_AT.text] = texts[values[VALUE_AT.text]!]!;
      if (values[VALUE_AT.reading]! > 0) values[VALUE_AT.reading] = reading(values[VALUE_AT.reading]! - 1) + 1;
      values[VALUE_AT.entry] = entry(values[VALUE_AT.entry]!);
      const row = this.#put(commitment, aside.columns.from[from]!, values, aside.columns.since[from]!);
      const { columns } = this;
      if (aside.columns.until[from] !== aside.forever) columns.until[row] = aside.columns.until[from]!;
      columns.next[row] = NO_ROW;
      if (after === NO_ROW) this.heads[commitment] = row;
      else columns.next[after] = row;
      after = row;
    }
    this.corrections.push(...aside.corrections.map((one) => ({ ...one, commitment })));
    this.changedAt = Math.max(this.changedAt, aside.changedAt);
  }

  /** Takes everything of a commitment away, and its words. */
  forget(commitment: number): void {
    const { next, since, until, reading, entry } = this.columns;
    const [entries, readings] = [new Uint8Array(this.entries.size), new Uint8Array(this.readings.size + 1)];
    for (let row = this.heads[commitment]!; row !== NO_ROW; row = next[row]!) {
      entries[entry[row]!] = readings[reading[row]!] = 1;
      since[row] = until[row] = 0;
    }
    for (let row = 0; row < this.rows; row++)
      // others may say the same
      if (until[row] !== 0) entries[entry[row]!] = readings[reading[row]!] = 0;
    this.entries.forget(entries);
    this.readings.forget(readings.subarray(1));
    this.texts.forget(commitment);
    this.deliveries.forget(commitment);
    this.heads[commitment] = NO_ROW;
    this.corrections = this.corrections.filter((one) => one.commitment !== commitment);
  }

  clear(): void {
    for (const dictionary of Object.values(this.dictionaries)) dictionary.clear();
    this.references.clear();
    this.keys.clear();
    for (const texts of [this.texts, this.readings, this.entries, this.deliveries]) texts.clear();
    this.#referenceKeys.length = this.rows = this.changedAt = 0;
    this.corrections = [];
    this.heads = new Int32Array(0);
    for (const name of COLUMN_NAMES) delete (this.columns as Partial<Columns['columns']>)[name];
    this.#grow(INITIAL_CAPACITY);
  }

  save(): Memory {
    const { rows, columns, dictionaries, references, readings, entries, corrections, heads, changedAt } = this;
    const [texts, deliveries] = [this.texts.save(), this.deliveries.save()];
    const arrays = Object.fromEntries(
      COLUMN_NAMES.map((name) => [name, copyOf(columns[name], rows)]),
    ) as Memory['arrays'];
    const lists = Object.fromEntries(Object.entries(dictionaries).map(([name, { keys }]) => [name, keys.slice()]));
    return {
      arrays: {
        ...arrays,
        ...references.save('references'),
        ...texts.arrays,
        ...readings.save('readings'),
        ...entries.save('entries'),
        ...deliveries.arrays,
        heads: copyOf(heads, references.size),
      },
      lists: {
        ...lists,
        ...texts.lists,
        ...deliveries.lists,
        corrections: corrections.slice(),
        changedAt: [changedAt],
      },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    const { columns } = this;
    this.rows = arrays['from']!.length;
    for (const name of COLUMN_NAMES) columns[name] = withRoom(arrays[name]!) as never;
    this.#values = VALUE_COLUMNS.map((name) => columns[name]);
    this.heads = withRoom(arrays['heads']!) as Int32Array;
    this.heads.fill(NO_ROW, arrays['heads']!.length);
    for (const [name, dictionary] of Object.entries(this.dictionaries))
      for (const key of lists[name] as string[]) dictionary.codeOf(key);
    this.references.load('references', arrays);
    this.texts.load({ arrays, lists });
    this.readings.load('readings', arrays);
    this.entries.load('entries', arrays);
    this.deliveries.load({ arrays, lists });
    this.corrections = lists['corrections'] as CorrectedSpan[];
    this.changedAt = (lists['changedAt'] as number[])[0]!;
  }

  /** The size of the rows in memory. */
  get bytes(): number {
    return COLUMN_NAMES.reduce((sum, name) => sum + this.columns[name].byteLength, 0);
  }
}
