/** The documents that the statements of a commitment cite. */
import type { FullDate } from '#clocks';
import type { Commitment } from './commitment.js';

/** The citations of a list of statements, kept since the same list is asked about as at many dates. */
const known = new WeakMap<object, readonly string[]>();

/** Every document that a statement cites: whatever stands in it under `citation` or `citations`, at any depth. */
function documentsIn(said: object): readonly string[] {
  let documents = known.get(said);
  if (!documents) {
    documents = Object.entries(said as Record<string, unknown>).flatMap(([key, value]) => {
      if (typeof value !== 'object' || value === null) return [];
      const cited = key === 'citation' || key === 'citations' ? ([value].flat() as { document: string }[]) : [];
      return [...cited.flatMap((one) => one?.document ?? []), ...documentsIn(value)];
    });
    known.set(said, documents);
  }
  return documents;
}

/**
 * Every document that anything cites which was said of a commitment, as corrected since, and reported by a date. What the
 * record act cites counts whenever the commitment exists (DESIGN.md §2, rule 1). A correction or retraction has no date of
 * its own: what it cites counts with the statement that it is about.
 */
export function documentsCitedAsAt(c: Commitment, asOf: FullDate): string[] {
  if (!c.entries.some(({ reportedOn }) => reportedOn <= asOf)) return [];
  const cited = c.said.flatMap(({ revision, data }) => {
    const changes = c.changes.get(revision) ?? [];
    const says = changes.findLast((change) => change.says)?.says ?? data;
    const { reportedOn } = says as { reportedOn?: FullDate };
    if (revision !== 0 && !(reportedOn && reportedOn <= asOf)) return [];
    const stands = changes.at(-1)?.says !== null;
    return [...(stands ? documentsIn(says) : []), ...changes.flatMap(({ says: _says, ...why }) => documentsIn(why))];
  });
  return [...new Set(cited)];
}
