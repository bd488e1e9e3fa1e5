/** The registers as they are and were: every entry of each, as known at any position of the log. */
import type { AgencyAsAt, ChairAsAt, MemberAsAt, MembershipAsAt, OutcomeAsAt, PublicationAsAt } from '#bodies';
import { LRUCache } from 'lru-cache';
import type { FullDate } from '#clocks';
import { compareTexts } from '#text';
import {
  fold,
  Rejected,
  type Aggregate,
  type Earlier,
  type EventMap,
  type Memory,
  type Projection,
  type Projector,
  type Recorded,
} from '#eventsourcing';
import { asAt, LATEST_DATE, nameAt, successorAt, type AgencyState } from './agency.js';
import type { EntryHistory } from './corrections.js';
import { crosswalkAt, type CrosswalkAsAt, type CrosswalkState } from './crosswalk.js';
import { unknownCode } from './unknown-code.js';
import { outcomeAt, type OutcomeState } from './outcome.js';
import { publicationShown, type PublicationState } from './publication.js';
import { entryCode, registers, type Entry, type EntryOf, type Register, type Registration } from './register.js';

const FOREVER = Number.MAX_SAFE_INTEGER;

/** An entry as it was known from one position of the log to another. */
interface Version {
  readonly state: EntryHistory;
  readonly since: number;
  until: number;
}

type SavedEntry = [kind: Register, code: string, versions: Version[]];

/** The most entries that are kept as they were shown lately, in all lists together. */
const MAX_CACHED_ENTRIES = 20_000;

/** Every entry of every register, with all that it was, in the order of codes. */
export class RegistersProjection implements Projection {
  readonly name = 'registers';
  readonly version = 7;
  readonly on: Projection['on'];
  readonly #entries = new Map<Register, Map<string, Version[]>>();
  /** Sorted when they are asked for. */
  readonly #codes = new Map<Register, string[]>();
  /** Lists of entries that were made lately: every page asks for the same few. */
  readonly #made = new LRUCache<string, CachedList>({ maxSize: MAX_CACHED_ENTRIES, sizeCalculation: cachedSizeOf });

  constructor() {
    this.on = Object.fromEntries(
      (Object.keys(registers) as Register[]).flatMap((kind) =>
        Object.keys(registers[kind].evolve).map((name) => [
          `${kind}.${name}`,
          name === 'Blanked'
            ? (event: Recorded, earlier: Earlier) => this.#blank(kind, event, earlier)
            : (event: Recorded, earlier: Earlier) => this.#follow(kind, event, earlier),
        ]),
      ),
    );
    this.clear();
  }

  clear(): void {
    for (const kind of Object.keys(registers) as Register[]) this.#entries.set(kind, new Map());
    this.#codes.clear();
    this.#made.clear();
  }

  /** Something that follows from the entries as they are, made once until one of them changes. */
  made<T extends CachedList>(key: string, make: () => T): T {
    let made = this.#made.get(key) as T | undefined;
    if (!made) this.#made.set(key, (made = make()));
    return made;
  }

  /** All that is kept, in the order of kinds and codes. */
  save(): Memory {
    const all = [...this.#entries].flatMap(([kind, entries]) =>
      this.#codesOf(kind).map((code): SavedEntry => [
        kind,
        code,
        entries.get(code)!.map((version) => ({ ...version })),
      ]),
    );
    return { arrays: {}, lists: { entries: all } };
  }

  load({ lists }: Memory): void {
    this.clear();
    for (const [kind, code, versions] of lists['entries'] as SavedEntry[]) this.#entries.get(kind)!.set(code, versions);
  }

  /** The entries of a register as known at a position, or the one of a code. */
  statesOf(kind: Register, knownAt: number, code?: string): EntryHistory[] {
    const entries = this.#entries.get(kind)!;
    const codes = code === undefined ? this.#codesOf(kind) : [code];
    return codes.flatMap((one) => {
      const versions = entries.get(one) ?? [];
      return versions.find(({ since, until }) => since <= knownAt && until > knownAt)?.state ?? [];
    });
  }

  #codesOf(kind: Register): readonly string[] {
    let codes = this.#codes.get(kind);
    if (!codes) this.#codes.set(kind, (codes = [...this.#entries.get(kind)!.keys()].sort(compareTexts)));
    return codes;
  }

  #follow(kind: Register, event: Recorded, earlier: Earlier): Promise<void> | void {
    const last = this.#entries.get(kind)!.get(codeInStream(kind, event))?.at(-1);
    if (event.revision === 0 || last?.state.said.at(-1)?.revision === event.revision - 1)
      return this.#put(kind, event, foldedHistory(kind, last?.state, [event]));
    return earlier().then((before) => this.#put(kind, event, foldedHistory(kind, undefined, [...before, event])));
  }

  #put(kind: Register, event: Recorded, state: EntryHistory): void {
    const [code, since] = [codeInStream(kind, event), Number(event.position)];
    const entries = this.#entries.get(kind)!;
    this.#made.clear();
    const versions = entries.get(code);
    const last = versions?.at(-1);
    if (last) last.until = since;
    const version = { state, since, until: FOREVER };
    if (versions) versions.push(version);
    else {
      entries.set(code, [version]);
      this.#codes.delete(kind);
    }
  }

  /** Blanked words are in earlier content, too: all of it is made anew. */
  async #blank(kind: Register, event: Recorded, earlier: Earlier): Promise<void> {
    const all = [...(await earlier()), event];
    let state: EntryHistory | undefined;
    const versions = all.map((one, i): Version => {
      state = foldedHistory(kind, state, [one]);
      return { state, since: Number(one.position), until: Number(all[i + 1]?.position ?? FOREVER) };
    });
    this.#entries.get(kind)!.set(codeInStream(kind, event), versions);
    this.#codes.delete(kind);
    this.#made.clear();
  }
}

type CachedList = readonly unknown[] | ReadonlyMap<unknown, unknown>;
const cachedSizeOf = (one: CachedList): number => 1 + ('size' in one ? one.size : one.length);

const codeInStream = (kind: Register, { stream }: Pick<Recorded, 'stream'>): string => stream.slice(kind.length + 1);

function foldedHistory(kind: Register, before: EntryHistory | undefined, events: readonly Recorded[]): EntryHistory {
  const aggregate = registers[kind] as unknown as Aggregate<EntryHistory, EventMap>;
  return fold(aggregate, before ?? aggregate.initial, events as never);
}

/** An entry as it is shown: of an agency, as it was on a date; of a crosswalk, with its versions. */
type ShownEntry<R extends Register> = R extends 'agency'
  ? AgencyAsAt
  : R extends 'crosswalk'
    ? CrosswalkAsAt
    : R extends 'outcome'
      ? OutcomeAsAt
      : R extends 'publication'
        ? PublicationAsAt
        : EntryOf<R>;

/** The registers as known at a position (absent: now); agencies and crosswalks as on a date (absent: the latest). */
export class Registers {
  readonly #entries: RegistersProjection;

  constructor(
    private readonly projector: Projector,
    private readonly patienceMs = 5_000,
  ) {
    this.#entries = projector.model(RegistersProjection);
  }

  /** The position of the log that is shown. @throws Rejected `not_yet` */
  async position(): Promise<string> {
    return this.projector.position();
  }

  /**
   * The position to be shown: one that the registers have yet to reach is waited for.
   * @throws Rejected `not_yet`
   */
  async pinned(knownAt?: string): Promise<string> {
    return this.projector.pinned(knownAt, this.patienceMs);
  }

  /** All entries of a register, ordered by code. */
  async all<R extends Register>(kind: R, knownAt?: string, asOf: FullDate = LATEST_DATE): Promise<ShownEntry<R>[]> {
    const states = await this.#states(kind, knownAt);
    return [
      ...this.#entries.made(JSON.stringify(['all', kind, knownAt, asOf]), () =>
        states.map((state) => shownEntry(kind, state, asOf)),
      ),
    ];
  }

  async one<R extends Register>(
    kind: R,
    code: string,
    knownAt?: string,
    asOf: FullDate = LATEST_DATE,
  ): Promise<ShownEntry<R> | null> {
    const [state] = await this.#states(kind, knownAt, code);
    return state ? shownEntry(kind, state, asOf) : null;
  }

  /** An entry that somebody names in a field. @throws Rejected `not_found` | `invalid` */
  async needed<R extends Register>(
    kind: R,
    code: string,
    knownAt?: string,
    { asOf, field }: { readonly asOf?: FullDate; readonly field?: string } = {},
  ): Promise<ShownEntry<R>> {
    const entry = await this.one(kind, code, knownAt, asOf);
    if (!entry) throw await this.missing(kind, code, knownAt, field);
    return entry;
  }

  /** The refusal of a code that no entry of a register has. @see unknownCode */
  async missing(kind: Register, code: string, knownAt?: string, field?: string): Promise<Rejected> {
    const codes = (await this.#states(kind, knownAt)).map((state) => entryCode(state.entry!));
    return unknownCode(kind, code, codes, field);
  }

  /** Names by code. */
  async names(kind: Register, knownAt?: string, asOf: FullDate = LATEST_DATE): Promise<ReadonlyMap<string, string>> {
    const states = await this.#states(kind, knownAt);
    return this.#entries.made(
      JSON.stringify(['names', kind, knownAt, asOf]),
      () =>
        new Map(
          states.map((state) => [
            entryCode(state.entry!),
            kind === 'agency' ? nameAt(state as AgencyState, asOf) : entryName(state.entry!),
          ]),
        ),
    );
  }

  /** The successor of each agency by a date, over any number of steps. Agencies without one are left out. */
  async successors(knownAt: string | undefined, today: FullDate): Promise<Map<string, string>> {
    const steps = new Map(
      (await this.#states('agency', knownAt)).flatMap((state) => {
        const successor = successorAt(state as AgencyState, today);
        return successor ? [[entryCode(state.entry!), successor] as const] : [];
      }),
    );
    const last = (code: string): string => {
      const seen = new Set<string>(); // two simultaneous mergers can close a circle
      for (let next = steps.get(code); next && !seen.has(code); next = steps.get(code)) {
        seen.add(code);
        code = next;
      }
      return code;
    };
    return new Map([...steps.keys()].map((code) => [code, last(code)]));
  }

  /** The members of a body on a date, ordered by code. Two may be in the chair, when both are said to be. */
  async members(body: string, knownAt?: string, asOf: FullDate = LATEST_DATE): Promise<MemberAsAt[]> {
    const isOf = (one: MembershipAsAt | ChairAsAt) => one.body === body;
    return (await this.all('agency', knownAt, asOf)).flatMap(({ code: agency, name, memberships, chairs }) => {
      const membership = memberships.find((one) => isOf(one) && one.member);
      if (!membership) return [];
      const { body: _, member: __, ...since } = membership;
      return [{ agency, name, ...since, chairing: chairs.some((one) => isOf(one) && one.chairing) }];
    });
  }

  async #states<R extends Register>(
    kind: R,
    knownAt?: string,
    code?: string,
  ): Promise<readonly Registration<EntryOf<R>>[]> {
    this.projector.position(); // throws while the view is only half there
    const states = () => this.#entries.statesOf(kind, Number(knownAt ?? FOREVER - 1), code);
    const all = code === undefined ? this.#entries.made(JSON.stringify(['states', kind, knownAt]), states) : states();
    return all as unknown as Registration<EntryOf<R>>[];
  }
}

function shownEntry<R extends Register>(kind: R, state: Registration<EntryOf<R>>, asOf: FullDate): ShownEntry<R> {
  if (kind === 'agency') return asAt(state as AgencyState, asOf) as ShownEntry<R>;
  if (kind === 'crosswalk') return crosswalkAt(state as CrosswalkState, asOf) as ShownEntry<R>;
  if (kind === 'outcome') return outcomeAt(state as OutcomeState, asOf) as ShownEntry<R>;
  if (kind === 'publication') return publicationShown(state as PublicationState) as ShownEntry<R>;
  return state.entry! as ShownEntry<R>;
}

/** The name of an entry, for people. */
export const entryName = (entry: Entry): string =>
  'name' in entry
    ? entry.name
    : 'label' in entry
      ? entry.label
      : 'title' in entry
        ? entry.title
        : 'text' in entry
          ? entry.text
          : entry.id;
