/** Projections: a read model in the memory of a process, or an action because of events of the log. */
import { Rejected } from './aggregate.js';
import type { Recorded } from './events.js';
import type { Memory } from './snapshot.js';

/** The earlier events of the same stream that the projection was told of, in order. */
export type Earlier = () => Promise<Recorded[]>;

/** Applies an event. One that throws must have changed nothing: its stream waits from then on. */
export type Handler<Data> = (event: Recorded<Data>, earlier: Earlier) => void | Promise<void>;

/**
 * A read model in memory, with a handler for each event. Every process keeps its own, from the log. Each event is told once, in
 * the order of the log; before the views are shown, only in the order of each stream.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  /** By wire name: events of other types are passed over. */
  readonly on: Readonly<Record<string, Handler<never>>>;
  /**
   * It has no memory, but acts elsewhere: in the order of the log, at its own pace; the views do not wait for it. An event may be
   * told again, and must then change nothing.
   */
  readonly acts?: true;
  clear?(): void;
  /** Its whole memory at this moment. */
  save?(): Memory;
  /** Loads a saved memory, before any event is told. */
  load?(memory: Memory): void;
}

/** The progress of the first filling of the views. */
export interface Build {
  /** Of the log, in per cent. */
  readonly percent: number;
  /** Up to where the views have applied the log; `null` while they are filled stream by stream. */
  readonly position: string | null;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly secondsLeft: number | null;
}

export interface ProjectionStatus {
  readonly projection: string;
  readonly version: number;
  /** The last position applied. */
  readonly position: string | null;
  /** The last position of the log when it was last looked at. */
  readonly head: string | null;
  /** The reason why it cannot follow the log now; it tries again. */
  readonly error: string | null;
  /** Whether its views can be read. */
  readonly serving: boolean;
  readonly parked: number;
  readonly building: Build | null;
}

export const beingBuilt = (names: readonly string[]): Rejected =>
  new Rejected('not_yet', `The views of ${names.join(' and ')} are being built. Try again soon.`);
