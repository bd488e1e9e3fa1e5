/** What is said of every act, and how one on an entry of a register is decided. */
import type { BodyName, Forms } from '#bodies';
import type { FullDate } from '#clocks';
import type { EventMap, NewEvent } from '#eventsourcing';

/** What the table of acts says of each, for those who offer it: routes, their document, batches and pages. */
export interface ActLine {
  readonly body: BodyName;
  /** The name of its event. */
  readonly yields: string;
  /** Where it is done, below what it is done on; empty: it makes that. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** When it is refused because things stand otherwise. */
  readonly conflict?: string;
  /** Whose it is beside the secretariat's: the agency that this field of its body names. Absent: nobody's. */
  readonly ownedBy?: string;
  /** The way out for an agency whose it is not. */
  readonly otherwise?: string;
  /** Its name in the document of the API, if that is another one. */
  readonly operationId?: string;
}

/** What the route of an act on an entry names, and what its decision has to know. */
export interface OnEntry {
  /** The code or id of the entry. */
  readonly id: string;
  /** Of the event that is retracted or blanked. */
  readonly revision?: number;
  /** UTC. */
  readonly today: FullDate;
  /** What bodies of acts have to be like. */
  readonly forms: Forms;
  /** The framework of a theme; `undefined` for one that is unknown, or registered together with the entry. */
  readonly frameworkOf: (theme: string) => string | undefined;
}

/** Decides an act on an entry: the events it yields, or `Rejected`. */
export type DecideEntry<State, A, M extends EventMap> = (state: State, act: A, on: OnEntry) => NewEvent<M>[];
