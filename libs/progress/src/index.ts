/** The front door of progress, and its context: the read model and its views. */
import { APP_PIPE } from '@nestjs/core';
import { FindsDuplicates } from '#acts';
import { Projector } from '#eventsourcing';
import type { Context } from '#platform';
import { Coverage, CoverageController } from './coverage.js';
import { Deadlines, DeadlinesController } from './deadlines.js';
import { Duplicates } from './duplicates.js';
import { Flows, FlowsController } from './flows.js';
import { CodesAreKnown, KnownCodes } from './known-codes.js';
import { Matrix, MatrixController } from './matrix.js';
import { Partnerships, PartnershipsController } from './partnerships.js';
import { ProgressController } from './progress.controller.js';
import { Crosswalks } from './crosswalk.js';
import { Progress } from './progress.js';
import { ProgressProjection } from './progress.projection.js';
import { Search, SearchController } from './search.js';
import { Silence, SilenceController } from './silence.js';
import { Suggestions } from './suggestions.js';
import { Timeline, TimelineController } from './timeline.js';
import { WaitingTasks } from './waiting-tasks.js';

export * from './coverage.js';
export * from './deadlines.js';
export { mayBeSame } from './duplicates.js';
export { tellingWords } from './titles.js';
export * from './flows.js';
export * from './matrix.js';
export * from './partnerships.js';
export { COMMITMENT_COLUMNS, commitmentInRow, CommitmentsQuery, listQueryOf } from './progress.controller.js';
export * from './count.js';
export * from './filters.js';
export * from './items.js';
export { KnownCodes } from './known-codes.js';
export { LookFactory } from './look.js';
export { Crosswalks, type ThroughCrosswalk } from './crosswalk.js';
export * from './progress.js';
export { ProgressProjection } from './progress.projection.js';
export type { ViewClocks, PinnedClocks } from './scan.js';
export { listQuery } from './list-query.js';
export { SORTS, type Sort } from './order.js';
export * from './search.js';
export * from './silence.js';
export { listIdOf, Suggestions, type Suggestion } from './suggestions.js';
export * from './timeline.js';
export * from './waiting-tasks.js';
export type { CrosswalkChoice } from './theme-tree.js';

/** This context, for the composition root. */
export const progressContext: Context = {
  projections: (log) => [new ProgressProjection(log)],
  controllers: [
    ProgressController,
    MatrixController,
    CoverageController,
    PartnershipsController,
    TimelineController,
    FlowsController,
    DeadlinesController,
    SilenceController,
    SearchController,
  ],
  providers: [
    { provide: FindsDuplicates, useFactory: (projector: Projector) => new Duplicates(projector), inject: [Projector] },
    { provide: APP_PIPE, useFactory: (codes: KnownCodes) => new CodesAreKnown(codes), inject: [KnownCodes] },
    Suggestions,
  ],
  views: [
    Progress,
    Crosswalks,
    Matrix,
    Coverage,
    Partnerships,
    Timeline,
    Flows,
    Deadlines,
    Silence,
    Search,
    WaitingTasks,
    KnownCodes,
  ],
};
