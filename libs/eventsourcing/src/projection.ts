import type { EventMap, Recorded } from './events.js';
import type { Aggregate } from './aggregate.js';

export type Row = Record<string, string | number | null>;
export type Value = string | number | null;

/** The transaction a projection writes in. `run` may be deferred until `all` or the commit. */
export interface ReadTx {
  run(sql: string, ...values: Value[]): void;
  all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]>;
}

type Handler<Data> = (event: Recorded<Data>, tx: ReadTx) => void | Promise<void>;

/**
 * A read model: its tables, and what each event does to them. Its tables are all named `<name>_…`; they are dropped and
 * filled again from the log when `version` changes.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  /** `CREATE TABLE` and `CREATE INDEX` statements. */
  readonly schema: string;
  /** By wire name: events of other types are passed over. */
  readonly on: Readonly<Record<string, Handler<never>>>;
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

/** Where a projection stands: the log it follows and the last position it has applied. */
export interface Checkpoint {
  readonly log: string;
  readonly position: string | null;
}

/** Another process has moved the checkpoint since it was read: nothing was applied. */
export class CheckpointMoved extends Error {}

/** The port to the database that holds the views. */
export interface ReadStore {
  /** Makes the projection's tables, afresh when its version or the log it was filled from is another one. */
  prepare(projection: Projection, log: string, head: string | null): Promise<Checkpoint>;
  /** @throws Error when another version of the projection has taken its place */
  checkpoint(projection: Projection): Promise<Checkpoint>;
  /**
   * Runs `apply` and moves the checkpoint from `from` to `to` in one transaction.
   * @throws CheckpointMoved when another process was faster
   */
  apply(projection: Projection, from: Checkpoint, to: string, apply: (tx: ReadTx) => Promise<void>): Promise<void>;
  all<R extends Row = Row>(sql: string, ...values: Value[]): Promise<R[]>;
  close(): Promise<void>;
}
