/**
 * Corrections, retractions and blankings of statements. Each is an event; nothing is edited or deleted. The state is folded as
 * if the named event had said the corrected words, or had never been recorded.
 */
import type { Amending, Citation, Correction } from '#bodies';
import { Series, type FullDate } from '#clocks';
import { Rejected, type Blanked, type StreamEvent } from '#eventsourcing';
import type { Commitment, CommitmentEvents } from './commitment.js';

export { BLANKED_TEXT, blanked } from '#registers';

// ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type CorrectionEvents = {
  /** `says` is all that the event at `revision` should have said. */
  Corrected: Amending & { revision: number; says: object };
  Retracted: Amending & { revision: number; item?: string | null };
  Blanked: Blanked;
};

/** An event as it was recorded; of a blanked one, the rest. */
export interface Statement extends StreamEvent<object> {
  readonly name: keyof CommitmentEvents;
}

/** A correction or retraction of an event; `says` is `null` if the event is retracted. */
export interface Amendment {
  readonly revision: number;
  readonly reason: string;
  readonly item?: string | null;
  readonly citation?: Citation | null;
  readonly says: object | null;
}

const statementOf = (said: Series<Statement>, revision: number): Statement | undefined => {
  const last = said.lastOf((one) => one.revision <= revision);
  return last?.revision === revision ? last : undefined;
};

/** The event that an act is about, as it was said. @throws Rejected */
export function statementAt(said: Series<Statement>, revision: number | undefined): Statement {
  const found = revision === undefined ? undefined : statementOf(said, revision);
  if (!found) throw new Rejected('not_found', `There is no revision ${revision}.`);
  return found;
}

/** A statement as it stands: as it was corrected last; `null`: it is retracted. */
export function standingAt(
  { said, changes }: Pick<Commitment, 'said' | 'changes'>,
  revision: number,
): Statement | null {
  const last = changes.get(revision)?.at(-1);
  if (last?.says === null) return null;
  const one = statementAt(said, revision);
  return last ? { ...one, data: last.says } : one;
}

/** The changes of every event that was changed, in order. */
export type Changes = ReadonlyMap<number, Series<Amendment>>;

/** Whether an event corrects or retracts another one. */
export const isAmendment = ({ name }: { name: string }): boolean => name === 'Corrected' || name === 'Retracted';

/** The changes, and one more. */
export function changedBy(changes: Changes, said: Series<Statement>, { name, data, revision }: Statement): Changes {
  const change = data as CorrectionEvents['Corrected'] & CorrectionEvents['Retracted'];
  const before = changes.get(change.revision) ?? Series.of();
  const was = before.at(-1)?.says ?? statementOf(said, change.revision)?.data ?? {};
  const says = name === 'Corrected' ? change.says : change.item ? withoutItem(was, change.item) : null;
  const { reason, item, citation } = change;
  const one: Amendment = { revision, reason, says, ...(item && { item }), ...(citation && { citation }) };
  return new Map(changes).set(change.revision, before.with(one));
}

/** `data` with nothing at a pointer to an item of a list: the others keep their places. */
function withoutItem(data: object, pointer: string): object {
  const [list, index] = pointer.slice(1).split('/');
  const items = (data as Record<string, unknown>)[list!];
  if (!Array.isArray(items)) return data;
  return { ...data, [list!]: items.map((item: unknown, i) => (i === Number(index) ? null : item)) };
}

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The corrections of statements reported by a date, in the order in which they were made. */
export function correctionsAsAt({ said, changes }: Commitment, asOf: FullDate): Correction[] {
  /** Whether each event was reported by then, as it was said or as it was corrected. */
  const known = new Map<number, boolean>([[0, true]]);
  const isBy = (one: object | null | undefined): boolean =>
    Boolean(one) && ((one as { reportedOn?: FullDate }).reportedOn ?? '') <= asOf;
  const reported = (revision: number): boolean => {
    let is = known.get(revision);
    if (is === undefined) {
      is = isBy(statementOf(said, revision)?.data) || (changes.get(revision)?.some(({ says }) => isBy(says)) ?? false);
      known.set(revision, is);
    }
    return is;
  };
  return said.flatMap(({ name, data, revision: by }): Correction[] => {
    if (name !== 'Corrected' && name !== 'Retracted' && name !== 'Blanked') return [];
    const { revision, reason, item, citation, onBehalf, says } = data as Partial<CorrectionEvents['Corrected']> &
      CorrectionEvents['Retracted'];
    if (!reported(revision)) return [];
    const kind = name.toLowerCase() as Correction['kind'];
    return [
      {
        ...{ revision, kind, reason, by, ...(item && { item }), ...(citation && { citation }) },
        ...{ ...(onBehalf && { onBehalf }), ...(says && { says }) },
      },
    ];
  });
}
