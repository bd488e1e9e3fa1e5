/** The front door of reports, and their context: the model, the kinds, the formats, and the routes. */
import type { Context } from '#platform';
import { actControllers, historyController } from '#acts';
import { Erasures, ErasuresProjection } from './erasures.projection.js';
import { PublicationsController, VerifyController } from './publications.controller.js';
import { PublishedFiles } from './published-files.js';
import { ReportsController } from './reports.controller.js';
import { Imprint, Reports } from './reports.js';

export * from './formats.js';
export { numbered } from './numbered.js';
export * from './report.js';
export { digested, publishedAs, PublishedFiles } from './published-files.js';
export { Imprint, makeReport, manifestOf, REPORTS, Reports } from './reports.js';
export { written } from './threads.js';
export { say, wordsOf, type Counted, type Words } from './words/index.js';

/** What a server or a command line takes of this context. */
export const reportsContext = (imprint: Imprint, published: PublishedFiles): Context => ({
  controllers: [
    VerifyController,
    ReportsController,
    PublicationsController,
    historyController('publication'),
    ...actControllers('publication', (name) => name === 'retract' || name === 'blank'),
  ],
  projections: () => [new ErasuresProjection()],
  providers: [Reports, { provide: Imprint, useValue: imprint }, { provide: PublishedFiles, useValue: published }],
  views: [Erasures],
});
