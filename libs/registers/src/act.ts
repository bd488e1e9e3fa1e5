/** The line of every act in its table, and the decision of an act on an entry. */
import type { BodyName, Forms } from '#bodies';
import type { FullDate } from '#clocks';
import type { EventMap, NewEvent } from '#eventsourcing';
import type { Scope } from '#words';

/** The line of an act, for those who offer it: routes, their document, batches and pages. */
export interface ActLine {
  readonly body: BodyName;
  /** The name of its event. */
  readonly yields: string;
  /** Its path below its subject; empty: the act makes the subject. */
  readonly path: string;
  /** Of the token by which it is done. */
  readonly scope: Scope;
  readonly summary: string;
  /** Its words on a button. */
  readonly button: string;
  /** By whom it is done, and the rule that is worth knowing. */
  readonly description: string;
  /** When it is refused because things stand otherwise. */
  readonly conflict?: string;
  /** The field of its body that names the agency who may do it, beside the secretariat. Absent: no agency. */
  readonly ownedBy?: string;
  /** The way out for an agency whose it is not. */
  readonly otherwise?: string;
  /** Its name in the document of the API, if that is another one. */
  readonly operationId?: string;
}

/** Nothing more is asked of a table with none left over; of another one, a member that names the rest. */
export type NoneLeft<Name extends string, Left> = [Left] extends [never] ? unknown : Readonly<Record<Name, Left>>;

/** The context of a decision on an entry: the entry of the route, and the facts that the rules need. */
export interface OnEntry {
  /** The code or id of the entry. */
  readonly id: string;
  /** Of the event that is retracted or blanked. */
  readonly revision?: number;
  /** UTC. */
  readonly today: FullDate;
  /** The forms of the bodies of acts. */
  readonly forms: Forms;
  /** The framework of a theme; `undefined` for one that is unknown, or registered together with the entry. */
  readonly frameworkOf: (theme: string) => string | undefined;
}

/** Decides an act on an entry: the events it yields, or `Rejected`. */
export type DecideEntry<State, A, M extends EventMap> = (state: State, act: A, on: OnEntry) => NewEvent<M>[];
