/** The documents that the statements of a commitment cite. */
import { ofEvent, type FullDate } from '#clocks';
import type { Commitment } from './commitment.js';

const NO_DOCUMENTS: readonly string[] = [];

/** Every document that a statement cites: every `citation` or `citations` in it, at any depth. */
export function documentsIn(said: object): readonly string[] {
  let documents = NO_DOCUMENTS;
  for (const key of Object.keys(said)) {
    const value = (said as Record<string, unknown>)[key];
    if (typeof value !== 'object' || value === null) continue;
    if (key === 'citation' || key === 'citations')
      documents = [...documents, ...([value].flat() as { document: string }[]).flatMap((one) => one?.document ?? [])];
    const within = documentsIn(value);
    if (within.length > 0) documents = [...documents, ...within];
  }
  return documents;
}

/** From a date on, all documents that were cited by then. */
interface CitedByDate {
  readonly from: FullDate;
  readonly documents: readonly string[];
}

/** Up to this number of reports each is gone through, rather than all that was ever said. */
const MAX_REPORTS_SCANNED = 64;

/** Of a state that is asked about as at many dates. */
const citedByState = new WeakMap<Commitment, readonly CitedByDate[]>();

function citedIn(c: Commitment): readonly CitedByDate[] {
  const each = c.said.flatMap(({ revision, data }) => {
    const changes = c.changes.get(revision)?.toArray() ?? [];
    const says = changes.findLast((change) => change.says)?.says ?? data;
    const { reportedOn } = says as { reportedOn?: FullDate };
    if (revision !== 0 && !reportedOn) return [];
    const stands = changes.at(-1)?.says !== null;
    const documents = [
      ...(stands ? documentsIn(says) : []),
      ...changes.flatMap(({ says: _says, ...why }) => documentsIn(why)),
    ];
    return documents.length === 0 ? [] : { from: revision === 0 ? '' : reportedOn!, documents };
  });
  each.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const all = new Set<string>();
  return each.flatMap(({ from, documents }) => {
    const before = all.size;
    for (const one of documents) all.add(one);
    return all.size === before ? [] : { from, documents: [...all] };
  });
}

/**
 * Every document that a statement on a commitment cites, as corrected since, and reported by a date. A citation of the
 * record act counts whenever the commitment exists (DESIGN.md §2, rule 1). A correction or retraction has no date of
 * its own: its citation counts with the statement that it is about.
 */
export function documentsCitedAsAt(c: Commitment, asOf: FullDate): readonly string[] {
  if (!c.anybody.asAt(asOf)) return [];
  const reports = c.changes.size === 0 ? c.reports.countUpTo(asOf) : Infinity;
  if (reports <= MAX_REPORTS_SCANNED) {
    const by = [c.said.at(0)!, ...c.reports.upTo(asOf).flatMap(({ revision }) => ofEvent(c.said, revision))];
    return [...new Set(by.flatMap(({ data }) => documentsIn(data)))];
  }
  let cited = citedByState.get(c);
  if (!cited) citedByState.set(c, (cited = citedIn(c)));
  return cited.findLast(({ from }) => from <= asOf)?.documents ?? [];
}
