/**
 * The read model of progress in memory: a row for every date on which a commitment may read otherwise than before, and for
 * every stretch of the log in which that was known. Rows are numbers in typed arrays; what they say is a code of a dictionary,
 * so that a filter is looked up once per entry of a dictionary, and a scan only compares numbers.
 */
import { LRUCache } from 'lru-cache';
import type { FullDate } from '#clocks';
import type { ActivityId, CommitmentAsAt, Life, Nature, Role, Stage } from '#commitments';
import type { NextStepWord } from '#words';
import { withRoom, type Memory } from '#eventsourcing';
import { sortKey } from '#text';
import { Deliveries, type Days } from './deliveries.js';
import { Passages } from './passages.js';
import { Texts } from './texts.js';

/** The rows that there is room for at first. */
const FEWEST = 1_024;

export { dateOf, dayOf } from './days.js';

export const FOREVER = Number.MAX_SAFE_INTEGER;
/** No row. */
export const NONE = -1;

/** Texts by the order in which they came, each once, and what each means. */
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

  /** The code of a text that is known. */
  find(key: string): number | undefined {
    return this.#codes.get(key);
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

/** The fields that are shown and not filtered by. */
export interface ShownOnly {
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
  readonly beside: ShownOnly;
  /** On which day each agency but the lead last reported itself. */
  readonly heard: Heard;
}
export type Coded = keyof Meanings;

/** The last day of each of some agencies. */
export type Heard = Readonly<Record<string, FullDate>>;

const json = <T>(key: string): T => JSON.parse(key) as T;

type Dictionaries = { readonly [C in Coded]: Dictionary<Meanings[C]> };

const emptyDictionaries = (): Dictionaries => ({
  standing: new Dictionary<Standing>(json),
  agencies: new Dictionary<Meanings['agencies']>(json),
  themes: new Dictionary<Meanings['themes']>(json),
  followsUp: new Dictionary<Meanings['followsUp']>(json),
  places: new Dictionary<Meanings['places']>(json),
  documents: new Dictionary<Meanings['documents']>(json),
  relations: new Dictionary<Meanings['relations']>(json),
  activityIds: new Dictionary<Meanings['activityIds']>(json),
  target: new Dictionary<Target>(json),
  nextStep: new Dictionary<NextStep>(json),
  beside: new Dictionary<ShownOnly>(json),
  heard: new Dictionary<Heard>(json),
});

/** The columns that hold codes of dictionaries: each has one. */
export const CODED = Object.keys(emptyDictionaries()) as readonly Coded[];
const INTS = [
  ...(['commitment', 'next', 'from', 'lastReportedOn', 'leadReportedOn', 'text', 'reading', 'entry'] as const),
  ...CODED,
] as const;
const FLOATS = ['since', 'until'] as const;
const isCoded = (name: string): name is Coded => (CODED as readonly string[]).includes(name);
export type IntColumn = (typeof INTS)[number];
type FloatColumn = (typeof FLOATS)[number];

/** The codes of rows. Those of dictionaries take two bytes each while they fit. */
export type Codes = Int32Array | Uint16Array;
const WIDEST_NARROW = 0xffff;

type Said = Exclude<IntColumn, 'commitment' | 'next' | 'from'>;
const SAID = INTS.filter((name): name is Said => name !== 'commitment' && name !== 'next' && name !== 'from');
/** A row, in codes: of each column at its place. */
export type RowValues = readonly number[];
/** The place of each column in the values of a row. */
export const AT = Object.fromEntries(SAID.map((name, place) => [name, place])) as Readonly<Record<Said, number>>;

/** From which date up to which one, and between which positions, what was shown was yet to be corrected. */
export interface Corrected {
  readonly commitment: number;
  readonly from: number;
  readonly to: number;
  readonly since: number;
  readonly until: number;
}

export class Columns {
  readonly references = new Dictionary((reference) => reference);
  readonly #referenceKeys: string[] = [];
  readonly texts = new Texts((commitment) => this.references.keys[commitment]!);
  /** The secretariat's reading and the replies, as JSON: words of one commitment, which go when they are blanked. */
  readonly readings = new Passages();
  /** The entry that the stage rests on (`headlineText`): the same. */
  readonly entries = new Passages();
  readonly deliveries = new Deliveries();
  corrections: Corrected[] = [];
  /** The latest row of each commitment, by the code of its reference. */
  heads: Int32Array = new Int32Array(0);
  readonly columns = {} as Record<Exclude<IntColumn, Coded>, Int32Array<SharedArrayBuffer>> &
    Record<Coded, Codes> &
    Record<FloatColumn, Float64Array<SharedArrayBuffer>>;
  /** Those of the values of a row, by place. */
  #said: Codes[] = [];
  rows = 0;
  /** Keys by which entries are counted, whatever the date and position. */
  readonly keys = new LRUCache<string, object>({ max: 100 });
  /** The last position from or up to which any row was known. */
  laid = 0;

  constructor(readonly dictionaries: Dictionaries = emptyDictionaries()) {
    this.#grow(FEWEST);
  }

  /** Makes room for so many rows. @param kept how many rows there are */
  #grow(capacity: number, kept = this.rows): void {
    const { columns } = this;
    const grown = <A extends Codes | Float64Array>(array: A, before: A | undefined): A => {
      if (before) array.set(before.subarray(0, kept) as never);
      return array;
    };
    for (const name of INTS) {
      const before = columns[name] as Codes | undefined;
      const bytes = isCoded(name) && !(before instanceof Int32Array) ? 2 : 4;
      const buffer = new SharedArrayBuffer(capacity * bytes);
      columns[name] = grown(bytes === 2 ? new Uint16Array(buffer) : new Int32Array(buffer), before) as never;
    }
    for (const name of FLOATS)
      columns[name] = grown(new Float64Array(new SharedArrayBuffer(capacity * 8)), columns[name]);
    this.#said = SAID.map((name) => columns[name]);
  }

  /** Gives a column whose codes became too many for two bytes four. */
  #widen(place: number): Codes {
    const narrow = this.#said[place]!;
    const wide = new Int32Array(new SharedArrayBuffer(narrow.length * 4));
    wide.set(narrow);
    this.columns[SAID[place]!] = wide;
    return (this.#said[place] = wide);
  }

  /** The number of a commitment. */
  commitmentOf(reference: string): number {
    const known = this.references.size;
    const code = this.references.codeOf(reference);
    if (code < known) return code;
    if (code >= this.heads.length) {
      const heads = new Int32Array(new SharedArrayBuffer(Math.max(FEWEST, this.heads.length * 2) * 4)).fill(NONE);
      heads.set(this.heads);
      this.heads = heads;
    }
    return code;
  }

  /** By which the reference of a commitment is put in order. */
  referenceKey(commitment: number): string {
    return (this.#referenceKeys[commitment] ??= sortKey(this.references.keys[commitment]!));
  }

  /** The rows that are known now, in the order of their days. */
  known(commitment: number): number[] {
    const { next, until } = this.columns;
    const rows = [];
    for (let row = this.heads[commitment]!; row !== NONE; row = next[row]!) if (until[row] === FOREVER) rows.push(row);
    return rows.reverse();
  }

  /** The values of the rows of a commitment in a column, each once. */
  codesOf(commitment: number, name: 'reading' | 'entry'): number[] {
    const { next, [name]: column } = this.columns;
    const codes = new Set<number>();
    for (let row = this.heads[commitment]!; row !== NONE; row = next[row]!) codes.add(column[row]!);
    return [...codes];
  }

  saysTheSame(row: number, values: RowValues): boolean {
    const said = this.#said;
    for (let place = 0; place < said.length; place++) if (said[place]![row] !== values[place]) return false;
    return true;
  }

  /** The values of a row. */
  valuesOf(row: number): number[] {
    const said = this.#said;
    const values: number[] = [];
    for (let place = 0; place < said.length; place++) values.push(said[place]![row]!);
    return values;
  }

  sayTheSame(one: number, other: number): boolean {
    return this.#said.every((column) => column[one] === column[other]);
  }

  /** Remembers between which days something beside the rows was shown otherwise before a correction. */
  correct(commitment: number, days: readonly Days[], since: number | null, until: number): void {
    if (days.length === 0 || since === null) return;
    this.corrections.push(...days.map((some) => ({ commitment, ...some, since, until })));
    this.laid = Math.max(this.laid, until);
  }

  close(row: number, position: number): void {
    this.columns.until[row] = position;
    this.laid = Math.max(this.laid, position);
  }

  /**
   * Adds a row, the first of its day.
   * @param later a row of the commitment that is later; `NONE`: none that is known is
   */
  add(commitment: number, day: number, values: RowValues, position: number, later: number): number {
    const row = this.#put(commitment, day, values, position);
    const { columns } = this;
    let after = later;
    let next = later === NONE ? this.heads[commitment]! : columns.next[later]!;
    while (next !== NONE && columns.from[next]! > day) {
      after = next;
      next = columns.next[next]!;
    }
    columns.next[row] = next;
    if (after === NONE) this.heads[commitment] = row;
    else columns.next[after] = row;
    this.laid = Math.max(this.laid, position);
    return row;
  }

  /** Puts a row at the end, which is in no list yet. */
  #put(commitment: number, day: number, values: RowValues, position: number): number {
    if (this.rows === this.columns.from.length) this.#grow(Math.max(FEWEST, Math.ceil(this.rows * 1.5)));
    const row = this.rows++;
    const { columns } = this;
    columns.commitment[row] = commitment;
    columns.from[row] = day;
    columns.since[row] = position;
    columns.until[row] = FOREVER;
    for (let place = 0; place < values.length; place++) {
      let column = this.#said[place]!;
      if (values[place]! > WIDEST_NARROW && column instanceof Uint16Array) column = this.#widen(place);
      column[row] = values[place]!;
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
      return (code: number) => (code === NONE ? NONE : codes[code]!);
    };
    const texts = aside.texts.all().map((wording) => this.texts.codeOf(commitment, wording));
    const [reading, entry] = [moved(this.readings, aside.readings), moved(this.entries, aside.entries)];
    let after = NONE;
    for (let from = aside.heads[0] ?? NONE; from !== NONE; from = aside.columns.next[from]!) {
      const values = aside.valuesOf(from);
      values[AT.text] = texts[values[AT.text]!]!;
      values[AT.reading] = reading(values[AT.reading]!);
      values[AT.entry] = entry(values[AT.entry]!);
      const row = this.#put(commitment, aside.columns.from[from]!, values, aside.columns.since[from]!);
      const { columns } = this;
      columns.until[row] = aside.columns.until[from]!;
      columns.next[row] = NONE;
      if (after === NONE) this.heads[commitment] = row;
      else columns.next[after] = row;
      after = row;
    }
    this.corrections.push(...aside.corrections.map((one) => ({ ...one, commitment })));
    this.laid = Math.max(this.laid, aside.laid);
  }

  /** Takes everything of a commitment away, and its words. */
  forget(commitment: number): void {
    const { next, since, until, reading, entry } = this.columns;
    for (let row = this.heads[commitment]!; row !== NONE; row = next[row]!) {
      if (reading[row] !== NONE) this.readings.forget(reading[row]!);
      this.entries.forget(entry[row]!);
      since[row] = until[row] = 0;
    }
    this.texts.forget(commitment);
    this.deliveries.forget(commitment);
    this.heads[commitment] = NONE;
    this.corrections = this.corrections.filter((one) => one.commitment !== commitment);
  }

  clear(): void {
    for (const dictionary of Object.values(this.dictionaries)) dictionary.clear();
    this.references.clear();
    this.keys.clear();
    for (const texts of [this.texts, this.readings, this.entries, this.deliveries]) texts.clear();
    this.#referenceKeys.length = this.rows = this.laid = 0;
    this.corrections = [];
    this.heads = new Int32Array(0);
    for (const name of CODED) delete (this.columns as Partial<Columns['columns']>)[name];
    this.#grow(FEWEST);
  }

  save(): Memory {
    const { rows, columns, dictionaries, references, readings, entries, corrections, heads, laid } = this;
    const [texts, deliveries] = [this.texts.save(), this.deliveries.save()];
    const arrays = Object.fromEntries(
      [...INTS, ...FLOATS].map((name) => [name, columns[name].slice(0, rows)]),
    ) as Memory['arrays'];
    const lists = Object.fromEntries(Object.entries(dictionaries).map(([name, { keys }]) => [name, keys.slice()]));
    return {
      arrays: {
        ...arrays,
        ...texts.arrays,
        ...readings.save('readings'),
        ...entries.save('entries'),
        ...deliveries.arrays,
        heads: heads.slice(0, references.size),
      },
      lists: {
        ...lists,
        ...texts.lists,
        ...deliveries.lists,
        references: references.keys.slice(),
        corrections: corrections.slice(),
        laid: [laid],
      },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    const { columns } = this;
    this.rows = arrays['from']!.length;
    for (const name of [...INTS, ...FLOATS]) columns[name] = withRoom(arrays[name]!) as never;
    this.#said = SAID.map((name) => columns[name]);
    this.heads = withRoom(arrays['heads']!) as Int32Array;
    this.heads.fill(NONE, arrays['heads']!.length);
    for (const [name, dictionary] of Object.entries(this.dictionaries))
      for (const key of lists[name] as string[]) dictionary.codeOf(key);
    for (const reference of lists['references'] as string[]) this.references.codeOf(reference);
    this.texts.load({ arrays, lists });
    this.readings.load('readings', arrays);
    this.entries.load('entries', arrays);
    this.deliveries.load({ arrays, lists });
    this.corrections = lists['corrections'] as Corrected[];
    this.laid = (lists['laid'] as number[])[0]!;
  }

  /** The size of the rows in memory. */
  get bytes(): number {
    return [...INTS, ...FLOATS].reduce((sum, name) => sum + this.columns[name].byteLength, 0);
  }
}
