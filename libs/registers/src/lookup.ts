/** The lookup of codes in the registers, from the log itself. */
import type { Theme } from '#bodies';
import type { PartialDate } from '#clocks';
import {
  decodeAll,
  fold,
  load,
  NO_STREAM,
  Rejected,
  streamOf,
  type Aggregate,
  type EventStore,
  type Log,
} from '#eventsourcing';
import type { Reference, RegisteredKind } from '#platform';
import { agency as agencies, endedBefore, LATEST_DATE, successorAt, type AgencyState } from './agency.js';
import type { EntryHistory } from './corrections.js';
import {
  entryCode,
  registers,
  type Entry,
  type EntryOf,
  type Register,
  type RegisterEvents,
  type Registration,
} from './register.js';

/** The knowledge that all lookups in a log share. */
class LookedUp {
  readonly found = new Set<string>();
  /** Agencies at the last look: of each only later events are read. */
  readonly agencies = new Map<string, { readonly state: AgencyState & EntryHistory; readonly revision: number }>();
}
const lookedUpIn = new WeakMap<EventStore, LookedUp>();

/** Finds the entries that the codes of a body name. It reads the log itself, so every acknowledged entry is found. */
export class Lookup {
  readonly #known: LookedUp;

  constructor(private readonly log: Log) {
    this.#known = lookedUpIn.get(log.store) ?? new LookedUp();
    lookedUpIn.set(log.store, this.#known);
  }

  async entry<R extends Register>(kind: R, code: string): Promise<EntryOf<R> | null> {
    return (await this.#state(kind, code)).entry;
  }

  async #state<R extends Register>(kind: R, code: string): Promise<Registration<EntryOf<R>>> {
    const aggregate = registers[kind] as unknown as Aggregate<Registration<EntryOf<R>>, RegisterEvents<EntryOf<R>>>;
    return (await load(this.log, aggregate, code)).state;
  }

  /** Whether something is registered (or, for a commitment, recorded) under a code. Found codes stay found. */
  async has(kind: RegisteredKind, code: string): Promise<boolean> {
    const stream = streamOf({ category: kind }, code);
    if (this.#known.found.has(stream)) return true;
    const found = (await this.log.store.read(stream)).length > 0;
    if (found) this.#known.found.add(stream);
    return found;
  }

  /**
   * @param importedStreams streams that will be written together with the body, and so are as good as known
   * @param wayOut the advice about an unknown code of a kind
   * @returns the refusal that names every unknown code and its place in the body; `null` when all are known
   */
  async unknownIn(
    references: readonly Reference[],
    importedStreams: ReadonlySet<string> = new Set(),
    wayOut: Partial<Record<RegisteredKind, string>> = {},
  ): Promise<Rejected | null> {
    const errors = [];
    for (const { kinds, code, pointer } of references) {
      let known = kinds.some((kind) => importedStreams.has(streamOf({ category: kind }, code)));
      for (const kind of kinds) known ||= await this.has(kind, code);
      if (!known) errors.push({ pointer, message: `Unknown ${kinds.join(' or ')}: ${code}${wayOut[kinds[0]!] ?? ''}` });
    }
    return errors[0]
      ? new Rejected('unknown_reference', errors.map(({ message }) => message).join('; '), errors)
      : null;
  }

  /** @throws Rejected `unknown_reference` that names every unknown code */
  async refuseUnknown(references: readonly Reference[]): Promise<void> {
    const unknown = await this.unknownIn(references);
    if (unknown) throw unknown;
  }

  /** All that is said of an agency by now; its entry is `null` when there is none of this code. */
  async agency(code: string): Promise<AgencyState> {
    const known = this.#known.agencies.get(code) ?? { state: agencies.initial, revision: NO_STREAM };
    const since = await decodeAll(this.log, await this.log.store.read(streamOf(agencies, code), known.revision + 1));
    if (since.length === 0) return known.state;
    const state = fold(agencies, known.state, since as never);
    this.#known.agencies.set(code, { state, revision: since.at(-1)!.revision });
    return state;
  }

  /**
   * Nothing new is given to an agency that has ended.
   * @returns the refusal that names every one of them, its successor, and its place in the body; `null` when there is none
   */
  async endedAmong(taking: readonly TakingAgency[]): Promise<Rejected | null> {
    const errors = [];
    for (const { agency, from, pointer } of taking) {
      const state = await this.agency(agency);
      const message = state.entry && endedBefore(state, from);
      if (message) errors.push({ pointer, message });
    }
    return errors[0] ? new Rejected('agency_has_ended', errors.map(({ message }) => message).join(' '), errors) : null;
  }

  /**
   * A parent must be of the same framework, and no chain of parents or successors may come back to its start.
   * @param pointerOf where in the body a field stands
   * @returns the fault; `null` when there is none
   */
  async cycleIn(
    kind: Register,
    entry: EntryAbove & { code?: string; id?: string },
    pointerOf = (field: keyof EntryAbove) => `/${field}`,
  ): Promise<Rejected | null> {
    for (const field of ['parent', 'succeededBy'] as const) {
      let above = entry[field];
      if (above && kind === 'theme') {
        const parent = await this.entry('theme', above);
        if (parent && parent.framework !== (entry as Theme).framework)
          return new Rejected('other_framework', `${above} is a theme of ${parent.framework}.`, [
            { pointer: pointerOf(field), message: 'must be a theme of the same framework' },
          ]);
      }
      const start = entryCode(entry as Entry);
      for (let steps = 0; above; steps++) {
        if (above === start || steps > 100)
          return new Rejected('cycle', `${start} would be above itself.`, [
            { pointer: pointerOf(field), message: 'leads back to itself' },
          ]);
        above = await this.#above(kind, above, field);
      }
    }
    return null;
  }

  async #above(kind: Register, code: string, field: keyof EntryAbove): Promise<string | null | undefined> {
    const state = await this.#state(kind, code);
    if (kind === 'agency' && field === 'succeededBy') return successorAt(state as AgencyState, LATEST_DATE);
    return (state.entry as EntryAbove | null)?.[field];
  }
}

/** An agency that takes something on, from a period on, and where in a body that stands. */
export interface TakingAgency {
  readonly agency: string;
  readonly from: PartialDate;
  readonly pointer: string;
}

/** The fields of an entry that name another entry of the same register. */
interface EntryAbove {
  readonly parent?: string | null;
  readonly succeededBy?: string | null;
}
