/** The front door of reports, and their context: the model, the kinds, the formats, and the routes. */
import type { Context } from '#platform';
import { ReportsController } from './reports.controller.js';
import { Imprint } from './reports.js';

export * from './formats.js';
export { numbered } from './numbered.js';
export * from './report.js';
export { written } from './threads.js';
export { Imprint, makeReport, manifestOf, REPORTS } from './reports.js';
export { say, wordsOf, type Counted, type Words } from './words/index.js';

/** What a server or a command line takes of this context. */
export const reportsContext = (imprint: Imprint): Context => ({
  controllers: [ReportsController],
  providers: [{ provide: Imprint, useValue: imprint }],
});
