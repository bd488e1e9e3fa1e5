/** The server-rendered pages, as a context of their own. */
import type { Context } from '#platform';
import { AgencyPages } from './agencies.js';
import { ChangesPage } from './changes.js';
import { CommitmentPage } from './commitment.js';
import { CommitmentsPage } from './commitments.js';
import { CrosswalkPages } from './crosswalks.js';
import { DeadlinesPage } from './deadlines.js';
import { DocumentPages } from './documents.js';
import { ForumPages } from './forums.js';
import { Freshness } from './freshness.js';
import { OperationsPage } from './operations.js';
import { MatrixPage } from './matrix.js';
import { MemberOf } from './member-of.js';
import { OutcomePages } from './outcomes.js';
import { Narrowing } from './narrow.js';
import { TimelinePage } from './over-time.js';
import { OverviewPage } from './overview.js';
import { PartnershipsPage } from './partnerships.js';
import { AssetsController, problemPage } from './rendering.js';
import { SilentPage } from './silent.js';
import { FollowedUp } from './scope.js';
import { ThemePages } from './themes.js';
import { PublicUrl, Views } from './view.js';

export { tidyAddress } from './rendering.js';

/** @param publicUrl where people reach the pages */
export const pagesContext = (publicUrl: string): Context => ({
  controllers: [
    OverviewPage,
    AgencyPages,
    ThemePages,
    CrosswalkPages,
    CommitmentsPage,
    CommitmentPage,
    OutcomePages,
    MatrixPage,
    PartnershipsPage,
    ForumPages,
    DocumentPages,
    TimelinePage,
    ChangesPage,
    DeadlinesPage,
    SilentPage,
    OperationsPage,
    AssetsController,
  ],
  providers: [
    { provide: PublicUrl, useValue: { value: publicUrl.replace(/\/$/, '') } },
    Views,
    FollowedUp,
    Narrowing,
    MemberOf,
    Freshness,
  ],
  problemPage,
});
