import type { Context } from '#platform';
import { commitment } from './commitment.js';
import { followingProjection } from './following.js';
import { numbering } from './numbering.js';

export * from './acts.js';
export * from './commitment.js';
export { citedAsAt } from './citations.js';
export { follow, isFollowed, linkedTo } from './following.js';
export { takeReference } from './numbering.js';
export type * from '#bodies';
export * from '#words';

/** What the composition root takes of this context. */
export const commitmentsContext: Context = {
  catalogs: [commitment, numbering],
  projections: (log) => [followingProjection(log)],
};
