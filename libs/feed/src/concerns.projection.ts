/** The concerns of each event: all agencies, themes, forums … in its stream up to it, and all above these. */
import {
  Passages,
  Rejected,
  type EventType,
  type Memory,
  type Projection,
  type Projector,
  type Recorded,
} from '#eventsourcing';
import { kindsOfFields, type RegisteredKind } from '#platform';
import type { EntryOf, Register } from '#registers';
import { NumberLists } from './number-lists.js';

/** The positions that are kept for each code: the last ones. */
const POSITIONS_PER_CODE = 50;

/** The kinds of things that a feed can be narrowed to. */
export const CONCERNED_KINDS = ['agency', 'theme', 'forum', 'commitment'] as const;
export type ConcernedKind = (typeof CONCERNED_KINDS)[number];

/** By the kind of an entry below another, the field that says so, and the kind of the other: lists count so, too. */
const PARENT_FIELDS: Readonly<Record<string, readonly [field: string, kind: ConcernedKind]>> = {
  theme: ['parent', 'theme'],
  forum: ['parent', 'forum'],
  outcome: ['forum', 'forum'],
} satisfies { readonly [R in Register]?: readonly [field: keyof EntryOf<R>, kind: ConcernedKind] };

const concernKey = (kind: string, code: string): string => `${kind} ${code}`;

/** The kind of a stream, and the code in its name: `agency-IOM`. */
const kindAndCodeOf = (stream: string): [kind: string, code: string] => {
  const at = stream.indexOf('-');
  return [stream.slice(0, at), stream.slice(at + 1)];
};

/** Adds a key to those of a stream, or names it earlier. */
function nameSince(keys: number[], number: number, position: number): void {
  for (let i = 0; i < keys.length; i += 2)
    if (keys[i] === number) {
      keys[i + 1] = Math.min(keys[i + 1]!, position);
      return;
    }
  keys.push(number, position);
}

type CodeFields = ReadonlyMap<string, ReadonlySet<RegisteredKind>>;

/** Tells every code that some data names, by the fields that hold codes in the bodies of acts. */
function hearCodes(data: object, fields: CodeFields, hear: (key: string) => void): void {
  for (const field of Object.keys(data)) {
    const value = (data as Readonly<Record<string, unknown>>)[field];
    const kinds = fields.get(field); // of an entry of a list none: its field is a number
    if (kinds)
      for (const one of Array.isArray(value) ? (value.flat() as unknown[]) : [value])
        if (typeof one === 'string') for (const kind of kinds) hear(concernKey(kind, one));
    if (typeof value === 'object' && value !== null) hearCodes(value, fields, hear);
  }
}

/** Adds a position to the last ones of a key, in any order. */
function keepLast(positions: number[], position: number): void {
  let at = positions.length;
  while (at > 0 && positions[at - 1]! > position) at--;
  if (at === positions.length) positions.push(position);
  else if (positions.length < POSITIONS_PER_CODE || at > 0) positions.splice(at, 0, position);
  if (positions.length > POSITIONS_PER_CODE) positions.shift();
}

/** Of each stream its keys, each with the position since which it names it; of each key the last positions. */
export class ConcernsProjection implements Projection {
  readonly name = 'concerns';
  readonly version = 4;
  readonly on: Projection['on'];
  readonly #fields: CodeFields = kindsOfFields();
  /** The keys by number, each kept once. */
  readonly #keys = new Passages();
  /** Of each stream, by the number of its own key: numbers of keys, each followed by the position. */
  readonly #streams = new NumberLists();
  readonly #recent = new NumberLists();
  /** By the number of a key, that of its present parent. */
  readonly #above = new Map<number, number>();

  constructor(types: readonly EventType[]) {
    const handler = (event: Recorded) => this.#follow(event);
    this.on = Object.fromEntries(types.map(({ type }) => [type, handler]));
  }

  clear(): void {
    this.#keys.clear();
    this.#streams.clear();
    this.#recent.clear();
    this.#above.clear();
  }

  save(): Memory {
    return {
      arrays: { ...this.#keys.save('keys'), ...this.#streams.save('streams'), ...this.#recent.save('recent') },
      lists: { above: [...this.#above] },
    };
  }

  load({ arrays, lists }: Memory): void {
    this.clear();
    this.#keys.load('keys', arrays);
    this.#streams.load('streams', arrays);
    this.#recent.load('recent', arrays);
    for (const [key, above] of lists['above'] as [number, number][]) this.#above.set(key, above);
  }

  /** Whether an event concerns something: by a position its stream had named it. */
  concerns(stream: string, position: string, kind: ConcernedKind, code: string): boolean {
    const number = this.#keys.find(concernKey(kind, code));
    const own = this.#keys.find(concernKey(...kindAndCodeOf(stream)));
    if (number < 0 || own < 0) return false;
    const keys = this.#streams.of(own);
    for (let i = 0; i < keys.length; i += 2) if (keys[i] === number) return keys[i + 1]! <= Number(position);
    return false;
  }

  /** The positions of the last events that concern something, the last one last. */
  recent(kind: ConcernedKind, code: string): readonly number[] {
    const number = this.#keys.find(concernKey(kind, code));
    return number < 0 ? [] : Array.from(this.#recent.of(number));
  }

  /** Notes the parent of an entry of a register, from the event on that registers or amends it. */
  #place(own: number, kind: string, { data, revision }: Recorded): void {
    const [field, of] = PARENT_FIELDS[kind] ?? [];
    if (field === undefined || !('code' in data || 'id' in data)) return;
    const above = (data as Readonly<Record<string, unknown>>)[field];
    if (typeof above === 'string') this.#above.set(own, this.#keys.add(concernKey(of!, above)));
    else this.#above.delete(own);
    if (revision === 0 && this.#recent.of(own).length > 0) this.#placeFromTheFirst(own);
  }

  /** An entry that was named before it was registered, as imports may, was never anywhere else. */
  #placeFromTheFirst(own: number): void {
    const all: number[] = [];
    for (let up = this.#above.get(own); up !== undefined && !all.includes(up); up = this.#above.get(up)) all.push(up);
    for (let stream = 0; stream < this.#streams.length; stream++) {
      const keys = this.#streams.of(stream);
      for (let i = 0; i < keys.length; i += 2) {
        if (keys[i] !== own) continue;
        for (const up of all) nameSince(this.#streams.changing(stream), up, keys[i + 1]!);
        break;
      }
    }
    for (const up of all) {
      const both = new Set([...Array.from(this.#recent.of(up)), ...Array.from(this.#recent.of(own))]);
      this.#recent.set(up, [...both].sort((x, y) => x - y).slice(-POSITIONS_PER_CODE));
    }
  }

  #follow(event: Recorded): void {
    const { stream, position, meta, data } = event;
    const at = Number(position);
    const [kind, code] = kindAndCodeOf(stream);
    const own = this.#keys.add(concernKey(kind, code));
    const keys = this.#streams.changing(own);
    const add = (number: number) => nameSince(keys, number, at);
    this.#place(own, kind, event);
    if (keys.length === 0) add(own);
    if (meta.agency !== null) add(this.#keys.add(concernKey('agency', meta.agency)));
    hearCodes(data, this.#fields, (key) => add(this.#keys.add(key)));
    // Codes that are added here are looked at, too, and so are all above them.
    for (let i = 0; i < keys.length; i += 2) {
      const above = this.#above.get(keys[i]!);
      if (above !== undefined) add(above);
    }
    for (let i = 0; i < keys.length; i += 2) keepLast(this.#recent.changing(keys[i]!), at);
  }
}

/** A narrowing of the feed: of each kind any of some codes, and any of some types of events. */
export type FeedFilter = { readonly [K in ConcernedKind]?: readonly string[] } & { readonly type?: readonly string[] };

/** The events by the entries and commitments that they concern. */
export class Concerns {
  readonly #model: ConcernsProjection;

  constructor(
    private readonly projector: Projector,
    private readonly patienceMs = 5_000,
  ) {
    this.#model = projector.model(ConcernsProjection);
  }

  /**
   * The events of a batch that pass a filter, without any later ones.
   * @throws Rejected `not_yet` where the batch cannot be told yet
   */
  async among<E extends { readonly stream: string; readonly position: string; readonly type: string }>(
    events: readonly E[],
    filter: FeedFilter,
  ): Promise<readonly E[]> {
    const last = events.at(-1);
    if (!last || !isNarrow(filter)) return events;
    if (!(await this.projector.reached(last.position, this.patienceMs)))
      throw new Rejected('not_yet', `What follows position ${last.position} cannot be told apart yet. Try again soon.`);
    const kinds = CONCERNED_KINDS.filter((kind) => filter[kind] !== undefined);
    return events.filter(
      ({ stream, position, type }) =>
        (filter.type?.some((wanted) => type === wanted || type.startsWith(`${wanted}.`)) ?? true) &&
        kinds.every((kind) => filter[kind]!.some((code) => this.#model.concerns(stream, position, kind, code))),
    );
  }

  /** The positions of the last events that concern something, the last one first. */
  recent(kind: ConcernedKind, code: string): readonly number[] {
    return this.#model.recent(kind, code).toReversed();
  }
}

export const isNarrow = (filter: FeedFilter): boolean => Object.values(filter).some((one) => one !== undefined);
