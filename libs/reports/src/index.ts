/** The front door of reports, and their context: the model, the kinds, the formats, and the routes. */
import type { Context } from '#platform';
import { actControllers, historyController } from '#acts';
import type { DraftsStore } from '#drafts';
import { RoundReports } from '#rounds';
import { Erasures, ErasuresProjection } from './erasures.projection.js';
import { PublicationDrafts } from './publication-drafts.js';
import { Publications } from './publications.js';
import { Publishing } from './publishing.js';
import { PublishingController, PublishingOrders } from './publishing.controller.js';
import { publishingProjection, ReportsOfRounds } from './publishing-rounds.js';
import { Corrections } from './corrected.js';
import { PublicationsController, VerifyController } from './publications.controller.js';
import { PublishedFiles } from './published-files.js';
import { JobsKept } from './job-files.js';
import { ReportJobs } from './jobs.js';
import { ReportJobsController, ReportOrders } from './jobs.controller.js';
import { reportController } from './reports.controller.js';
import { REPORT_KINDS } from './report.js';
import { Imprint, ReportViews } from './draft.js';
import { Reports } from './reports.js';

export * from './formats.js';
export { blocksOf } from './narrative.js';
export { mayPrepare, PublicationDrafts, roundOf, type PreparedDraft } from './publication-drafts.js';
export { Publications } from './publications.js';
export { changesCountedBy, Corrections, type CorrectedSince } from './corrected.js';
export { sendFile } from './sent.js';
export { numbered } from './numbered.js';
export * from './report.js';
export { renameDurably, writeDurably, publishedAs, PublishedFiles } from './published-files.js';
export { Imprint } from './draft.js';
export { holdsRows, REPORT_MAKERS, Reports } from './reports.js';
export type { JobState, NamedJob, PublishingOrder } from './job.js';
export { JobsKept } from './job-files.js';
export { ReportJobs } from './jobs.js';
export { RETRY_AFTER_S, OrderReport, ReportOrders } from './jobs.controller.js';
export { PublishingOrders } from './publishing.controller.js';
export { tellingRows } from './rows-read.js';
export { writtenInThread } from './threads.js';
export { say, reportWords, type CountedList, type Words } from './words/index.js';

/** The parts of this context that a server or a command line takes. */
export const reportsContext = (
  imprint: Imprint,
  published: PublishedFiles,
  kept: JobsKept,
  drafts: DraftsStore,
): Context => ({
  controllers: [
    VerifyController,
    ReportJobsController,
    ...REPORT_KINDS.map(reportController),
    PublishingController,
    PublicationsController,
    historyController('publication'),
    ...actControllers('publication', (name) => name === 'blank'),
  ],
  projections: (log) => [new ErasuresProjection(), publishingProjection(log, new PublicationDrafts(drafts))],
  providers: [
    ReportViews,
    Reports,
    PublicationDrafts,
    Publications,
    Corrections,
    { provide: RoundReports, useClass: ReportsOfRounds },
    ReportJobs,
    ReportOrders,
    Publishing,
    PublishingOrders,
    { provide: Imprint, useValue: imprint },
    { provide: PublishedFiles, useValue: published },
    { provide: JobsKept, useValue: kept },
  ],
  views: [Erasures],
});
