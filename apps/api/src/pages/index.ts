/** The server-rendered pages, as a context of their own. */
import type { Context } from '#platform';
import { AgencyPages } from './agencies.js';
import { CommitmentPage } from './commitment.js';
import { CommitmentsPage } from './commitments.js';
import { DocumentPages } from './documents.js';
import { ForumPages } from './forums.js';
import { OutcomePages } from './outcomes.js';
import { OverviewPage } from './overview.js';
import { AssetsController, problemPage } from './rendering.js';
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
    CommitmentsPage,
    CommitmentPage,
    OutcomePages,
    ForumPages,
    DocumentPages,
    AssetsController,
  ],
  providers: [{ provide: PublicUrl, useValue: { value: publicUrl.replace(/\/$/, '') } }, Views, FollowedUp],
  problemPage,
});
