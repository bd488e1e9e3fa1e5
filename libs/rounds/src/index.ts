/** The front door of reporting rounds, and their context: rounds, returns, and the consequences of both. */
import { DraftsStore } from '#drafts';
import { Projector, type Log } from '#eventsourcing';
import { LOG, type Context } from '#platform';
import { FindsInQuestion, InQuestionToday } from './in-question.js';
import { aReturn } from './return.js';
import { returnActControllers, ReturnsController } from './returns.controller.js';
import { Returns } from './returns.js';
import { round } from './round.js';
import { roundActControllers, RoundsController, RoundsOfAgencyController } from './rounds.controller.js';
import { ReplayRoundHandler } from './replay.js';
import { Rounds } from './rounds.js';
import { RoundsProjection } from './rounds.projection.js';
import { submittingProjection } from './submitting.js';
import { RoundViews } from './views.js';

export * from './acts.js';
export * from './checking.js';
export * from './drafting.js';
export * from './in-question.js';
export * from './return.js';
export { Returns, type ReturnInRound } from './returns.js';
export { mustSee, FOR_OWN_AGENCY, RETURN_SIZE_IN_BODIES, ReturnPath, ReturnView } from './returns.controller.js';
export * from './publishing.js';
export * from './round.js';
export { ReplayRound } from './replay.js';
export { ROUND_DRAFTS, Rounds } from './rounds.js';
export { RoundsProjection } from './rounds.projection.js';
export { draftsKnownTo, roundsOf } from './rounds.controller.js';
export { contentOf } from './submitting.js';
export * from './views.js';
export { refuseUnlessOwn, worksFor } from './owners.js';

/** The events of this context. */
export const roundsCatalogs = [round, aReturn];

/** This context, for the composition root. */
export const roundsContext = (drafts: DraftsStore): Context => ({
  catalogs: roundsCatalogs,
  projections: (log) => {
    // It asks nothing of the views.
    const none = { of: async () => [], count: async () => 0 };
    const returns = new Returns(log, drafts, none, none);
    return [new RoundsProjection(), submittingProjection(log, (code, agency) => returns.applied(code, agency))];
  },
  controllers: [
    RoundsController,
    ...roundActControllers,
    RoundsOfAgencyController,
    ReturnsController,
    ...returnActControllers,
  ],
  providers: [
    Rounds,
    Returns,
    ReplayRoundHandler,
    { provide: FindsInQuestion, useClass: InQuestionToday },
    {
      provide: RoundViews,
      useFactory: (projector: Projector, log: Log) => new RoundViews(projector, log),
      inject: [Projector, LOG],
    },
  ],
});
