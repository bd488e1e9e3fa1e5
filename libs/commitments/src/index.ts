/** The front door of the commitments, and their context. */
import type { Context } from '#platform';
import { commitment } from './commitment.js';
import { followingProjection } from './following.js';
import { numbering } from './numbering.js';

export { ACT_GROUPS, ACTS, actOf, CHANGE_KINDS, changeOf, givenBy, REPORTS_ON_PARTS } from './acts.js';
export type { ActGroup, ActName, BodyOf, ChangeKind, Line, ActOwners } from './acts.js';
export { RETRACTABLE_LISTS } from './amending.js';
export * from './deciding.js';
export * from './commitment.js';
export { documentsCitedAsAt, documentsIn } from './citations.js';
export { milestoneOverTime } from './content.js';
export { BLANKED_TEXT, isAmendment, statementAt, type Statement } from './corrections.js';
export { follow, isFollowed } from './following.js';
export { linkedCommitments } from './links.js';
export { numbering, referencesTaken, referenceTakenBy, takeReference } from './numbering.js';
export type * from '#bodies';
export * from '#words';

/** This context, for the composition root. */
export const commitmentsContext: Context = {
  catalogs: [commitment, numbering],
  projections: (log) => [followingProjection(log)],
};
