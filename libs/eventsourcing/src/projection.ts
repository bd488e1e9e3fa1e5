import { setTimeout as sleep } from 'node:timers/promises';
import type { EventMap, Recorded } from './events.js';
import { Rejected, type Aggregate } from './aggregate.js';

export type Row = Record<string, string | number | null>;
export type Value = string | number | null;

/** The transaction a projection writes in. What `run` is refused may only be known at the next `all` or the commit. */
export interface ReadTx {
  run(sql: string, ...values: Value[]): void;
  /** Many rows at once. `otherwise`: an `ON CONFLICT …` clause; no two of the rows may then be in conflict with each other. */
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly Value[])[],
    otherwise?: string,
  ): Promise<void>;
  all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]>;
}

type Handler<Data> = (event: Recorded<Data>, tx: ReadTx) => void | Promise<void>;

/**
 * A read model: its tables, and what each event does to them. Its tables are all named `<name>_…`; every `version` has its
 * own, filled from the log.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  /** `CREATE TABLE` and `CREATE INDEX` statements. */
  readonly schema: string;
  /** By wire name: events of other types are passed over. */
  readonly on: Readonly<Record<string, Handler<never>>>;
  /**
   * The rows of one stream's events do not depend on the events of others. Then a generation is filled stream by stream, if
   * the store can read so, and nothing of a stream is needed again once it is done.
   */
  readonly byStream?: boolean;
  /** Writes what it holds back of the events handled since the last commit; called before every commit. */
  flush?(tx: ReadTx): Promise<void>;
  /** The same with nothing in memory yet: what is kept there belongs to the tables of one generation. */
  fresh?(): Projection;
  /** Forgets what is kept in memory, because the transaction it belongs to was not committed. */
  reset?(): void;
}

/** Handlers keyed by the event names of an aggregate: a misspelt one does not compile. */
export const on = <M extends EventMap>(
  aggregate: Aggregate<never, M> | { readonly category: string; readonly evolve: { readonly [N in keyof M]: unknown } },
  handlers: { readonly [N in keyof M & string]?: Handler<M[N]> },
): Record<string, Handler<never>> =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [`${aggregate.category}.${name}`, handler as Handler<never>]),
  );

/**
 * One filling of a projection's tables, which are its own. Readers see the generation that serves; another one can be built
 * beside it, and the one that served before is kept, no longer written to, until a third is built.
 */
export interface Generation {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly state: 'building' | 'serving' | 'former';
  /** The identity of the log that it follows. */
  readonly log: string;
  /** The last position applied; `null` while it is filled stream by stream. */
  readonly position: string | null;
  /** How far it is filled stream by stream. */
  readonly cursor: string | null;
  /** How many events of the log that took. */
  readonly events: number;
  readonly startedAt: string;
}

/** Where a generation gets to, and by how many more events. */
export type Checkpoint = Pick<Generation, 'position' | 'events'> & Partial<Pick<Generation, 'cursor'>>;

/** The generation is not where it was, or no longer written to: another process was faster, and nothing was applied. */
export class CheckpointMoved extends Error {}

/** Another process has taken over the lease under which this one wrote; nothing was applied. */
export class LeaseLost extends Error {}

/** Who of several processes brings the views up to date. */
export interface Lease {
  readonly holder: string;
  /** How long ago it ended, by the clock of the database; null while it holds. */
  readonly endedMsAgo: number | null;
}

export const beingBuilt = (names: readonly string[]): Rejected =>
  new Rejected('not_yet', `The views of ${names.join(' and ')} are being built. Try again soon.`);

/**
 * The port to the database that holds the views. The SQL is that of the projections: `?` for values, and what SQLite and
 * PostgreSQL understand alike. Numbers come back as numbers, truth as 1 and 0, text in the order of its code points.
 * What the database cannot do now (`StoreUnavailable`) is told apart from what it refuses, which is the fault of an event.
 */
export interface ReadStore {
  /** Every generation of every projection and version, oldest first. */
  generations(): Promise<Generation[]>;
  /** The generation of this version that serves, else the one being built. Queries read this version from now on. */
  current(projection: Projection): Promise<Generation | null>;
  /** Makes empty tables, to be filled. What was being built of this version before is dropped. */
  build(projection: Projection, log: string): Promise<Generation>;
  /** Takes up a former generation again, as one being built. What was being built of this version before is dropped. */
  revive(generation: Generation): Promise<Generation>;
  /**
   * Runs `work` on the tables of a generation and moves its checkpoint, in one transaction; without `to` it stays.
   * @throws CheckpointMoved | LeaseLost | StoreUnavailable | whatever `work` throws; then nothing was written
   */
  apply(generation: Generation, to: Checkpoint | null, work: (tx: ReadTx) => Promise<void>): Promise<Generation>;
  /**
   * Lets readers see it instead of the one they saw, at once. When that one is further, `catchUp` is to bring it as far;
   * nobody can move the other one meanwhile. @throws CheckpointMoved
   */
  serve(generation: Generation, catchUp: (position: string) => Promise<Generation>): Promise<void>;
  drop(generation: Generation): Promise<void>;
  /**
   * Takes the lease to bring the views up to date, or renews it, for `ms` by the clock of the database. Whatever this store
   * writes from then on, it writes only as long as no other has taken the lease over, which waits for what is being written.
   * A store that never took it is not asked for it.
   * @returns its term, which rises whenever the lease passes on; null while another one holds it
   */
  takeLease(holder: string, ms: number): Promise<number | null>;
  /** Ends the lease of `holder`, if it has it: another one can take it at once. */
  endLease(holder: string): Promise<void>;
  /** The last lease; null: there never was one. */
  lease(): Promise<Lease | null>;
  /** Rows of the generations that serve. @throws Rejected `not_yet` while the first one is being built */
  all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]>;
  /** The position that all of these projections have reached. @throws Rejected `not_yet` */
  position(...names: string[]): Promise<string>;
  close(): Promise<void>;
}

/**
 * The position to be shown of some projections: the one asked for, or how far all of them are. One that they have yet to
 * reach is waited for.
 * @throws Rejected `not_yet`
 */
export async function pinned(
  reads: ReadStore,
  names: readonly string[],
  knownAt: string | undefined,
  patienceMs: number,
): Promise<string> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(20)) {
    const reached = await reads.position(...names);
    if (knownAt === undefined || BigInt(knownAt) <= BigInt(reached)) return knownAt ?? reached;
    if (Date.now() >= deadline)
      throw new Rejected('not_yet', `The views have not reached position ${knownAt} yet. Try again soon.`);
  }
}
