import type { Context } from '#platform';
import { BatchesController } from './batches.controller.js';
import { commitment } from './commitment.js';
import { followingProjection } from './following.js';
import { CommitmentCommandHandler, CommitmentsController } from './commitments.controller.js';
import { numbering } from './numbering.js';

export * from './commitment.js';
export { citedAsAt } from './citations.js';
export {
  addressOf,
  CommitmentCommand,
  CommitmentCommandHandler,
  decideAll,
  historyOf,
  namedIn,
  viewOf,
  type CommitmentAct,
  type CommitmentView,
  type History,
} from './commitments.controller.js';

/** What the composition root takes of this context. */
export const commitmentsContext: Context = {
  catalogs: [commitment, numbering],
  projections: (log) => [followingProjection(log)],
  controllers: [CommitmentsController, BatchesController],
  providers: [CommitmentCommandHandler],
};
