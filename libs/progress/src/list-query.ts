import type { Pinned } from './scan.js';

/** The query that lists exactly what a figure counts: `stage=planned&asOf=2011-02-17&knownAt=1362`. */
export const listQuery = (asked: object, { asOf, knownAt, staleAfter }: Pinned): string =>
  new URLSearchParams(
    Object.entries({ ...asked, asOf, knownAt, staleAfter }).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, String(value)]],
    ),
  ).toString();
