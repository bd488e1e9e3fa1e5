import type { Context } from '#platform';
import { ProgressController } from './progress.controller.js';
import { Progress, progressProjection } from './progress.projection.js';

export { CommitmentsQuery, ProgressQuery, ThemesQuery } from './progress.controller.js';
export * from './progress.projection.js';

/** What the composition root takes of this context. */
export const progressContext: Context = {
  projections: (log) => [progressProjection(log)],
  controllers: [ProgressController],
  views: [Progress],
};
