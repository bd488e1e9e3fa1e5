import type { AgencyAsAt, ChairAsAt, MemberAsAt, MembershipAsAt } from '#bodies';
import type { FullDate } from '#clocks';
import {
  appliedBefore,
  fold,
  pinned,
  type Aggregate,
  type EventMap,
  type Log,
  type Projection,
  type ReadStore,
  type ReadTx,
  type Recorded,
} from '#eventsourcing';
import { asAt, LATEST, nameAt, successorAt, type AgencyState } from './agency.js';
import type { Kept } from './corrections.js';
import { crosswalkAt, type CrosswalkAsAt, type CrosswalkState } from './crosswalk.js';
import { codeOf, registers, type Entry, type EntryOf, type Register, type Registration } from './register.js';

const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * Every entry of every register, as it was known from one position of the log to another; `log` gives back the earlier events
 * of an entry.
 */
export const registersProjection = (log: Log): Projection => {
  /** Keeps what an entry's stream has come to. Words that went stand in what was shown earlier, too: all of it is made anew. */
  const write = (kind: Register) => async (event: Recorded, tx: ReadTx) => {
    const code = event.stream.slice(kind.length + 1);
    const known = await appliedBefore(log, 'registers', event.stream, event.revision + 1, tx);
    const anew = event.name === 'Blanked';
    if (anew) tx.run('DELETE FROM registers_entries WHERE kind = ? AND code = ?', kind, code);
    else
      tx.run(
        'UPDATE registers_entries SET to_position = ? WHERE kind = ? AND code = ? AND to_position = ?',
        ...[Number(event.position), kind, code, FOREVER],
      );
    for (const { revision, position } of anew ? known : [event]) {
      const [sofar, next] = [known.filter((e) => e.revision <= revision), known.find((e) => e.revision > revision)];
      const aggregate = registers[kind] as unknown as Aggregate<Kept, EventMap>;
      const { said: _, ...state } = fold(aggregate, aggregate.initial, sofar as never);
      tx.run(
        'INSERT INTO registers_entries (kind, code, state, from_position, to_position) VALUES (?, ?, ?, ?, ?)',
        ...[kind, code, JSON.stringify(state), Number(position), Number(next?.position ?? FOREVER)],
      );
    }
  };
  return {
    name: 'registers',
    version: 5,
    byStream: true,
    schema: `
      CREATE TABLE registers_entries (
        kind TEXT NOT NULL, code TEXT NOT NULL, state TEXT NOT NULL,
        from_position BIGINT NOT NULL, to_position BIGINT NOT NULL,
        PRIMARY KEY (kind, code, from_position)
      )`,
    on: Object.fromEntries(
      (Object.keys(registers) as Register[]).flatMap((kind) =>
        Object.keys(registers[kind].evolve).map((name) => [`${kind}.${name}`, write(kind) as Projection['on'][string]]),
      ),
    ),
  };
};

/** What is shown of an entry: of an agency, how it was on a date; of a crosswalk, the versions there were. */
type Shown<R extends Register> = R extends 'agency' ? AgencyAsAt : R extends 'crosswalk' ? CrosswalkAsAt : EntryOf<R>;

/** The registers as known at a position (absent: now); agencies and crosswalks as on a date (absent: the latest). */
export class Registers {
  constructor(
    private readonly reads: ReadStore,
    private readonly patienceMs = 5_000,
  ) {}

  /** The position of the log that is shown. */
  async position(): Promise<string> {
    return this.reads.position('registers');
  }

  /**
   * The position to be shown: one that the registers have yet to reach is waited for.
   * @throws Rejected `not_yet`
   */
  async pinned(knownAt?: string): Promise<string> {
    return pinned(this.reads, ['registers'], knownAt, this.patienceMs);
  }

  /** All entries of a register, ordered by code. */
  async all<R extends Register>(kind: R, knownAt?: string, asOf: FullDate = LATEST): Promise<Shown<R>[]> {
    return (await this.#states(kind, knownAt)).map((state) => shown(kind, state, asOf));
  }

  async one<R extends Register>(
    kind: R,
    code: string,
    knownAt?: string,
    asOf: FullDate = LATEST,
  ): Promise<Shown<R> | null> {
    const [state] = await this.#states(kind, knownAt, code);
    return state ? shown(kind, state, asOf) : null;
  }

  /** Names by code. */
  async names(kind: Register, knownAt?: string, asOf: FullDate = LATEST): Promise<Map<string, string>> {
    const states = await this.#states(kind, knownAt);
    return new Map(
      states.map((state) => [
        codeOf(state.entry!),
        kind === 'agency' ? nameAt(state as AgencyState, asOf) : nameOf(state.entry!),
      ]),
    );
  }

  /** What each agency that has a successor has become by a date, however many steps that took. Others are left out. */
  async successors(knownAt: string | undefined, today: FullDate): Promise<Map<string, string>> {
    const steps = new Map(
      (await this.#states('agency', knownAt)).flatMap((state) => {
        const successor = successorAt(state as AgencyState, today);
        return successor ? [[codeOf(state.entry!), successor] as const] : [];
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
  async members(body: string, knownAt?: string, asOf: FullDate = LATEST): Promise<MemberAsAt[]> {
    const isOf = (one: MembershipAsAt | ChairAsAt) => one.body === body;
    return (await this.all('agency', knownAt, asOf)).flatMap(({ code: agency, name, memberships, chairs }) => {
      const membership = memberships.find((one) => isOf(one) && one.member);
      if (!membership) return [];
      const { body: _, member: __, ...since } = membership;
      const chairing = chairs.some((one) => isOf(one) && one.chairing);
      return [{ agency, name, ...since, chairing }];
    });
  }

  async #states<R extends Register>(kind: R, knownAt?: string, code?: string): Promise<Registration<EntryOf<R>>[]> {
    const at = Number(knownAt ?? FOREVER - 1);
    const rows = await this.reads.all<{ state: string }>(
      `SELECT state FROM registers_entries WHERE kind = ? AND from_position <= ? AND to_position > ?
       ${code === undefined ? '' : 'AND code = ?'} ORDER BY code`,
      ...[kind, at, at, ...(code === undefined ? [] : [code])],
    );
    return rows.map(({ state }) => JSON.parse(state) as Registration<EntryOf<R>>);
  }
}

function shown<R extends Register>(kind: R, state: Registration<EntryOf<R>>, asOf: FullDate): Shown<R> {
  if (kind === 'agency') return asAt(state as AgencyState, asOf) as Shown<R>;
  if (kind === 'crosswalk') return crosswalkAt(state as CrosswalkState, asOf) as Shown<R>;
  return state.entry! as Shown<R>;
}

/** What people call an entry. */
export const nameOf = (entry: Entry): string =>
  'name' in entry ? entry.name : 'label' in entry ? entry.label : 'title' in entry ? entry.title : entry.text;
