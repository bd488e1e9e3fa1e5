/** The server-rendered pages, as a context of their own. */
import { Cookies, type Context } from '#platform';
import { AccountPages } from './account.js';
import { AccountsPages } from './accounts.js';
import { AboutPages } from './about.js';
import { ActForms, actFormPages } from './act-forms.js';
import { AgencyThemePage } from './agency-theme.js';
import { AgencyPages } from './agencies.js';
import { ChangesPage } from './changes.js';
import { CommitmentPage } from './commitment.js';
import { CommitmentsPage } from './commitments.js';
import { CrosswalkPages } from './crosswalks.js';
import { DeadlinesPage } from './deadlines.js';
import { DocumentPages } from './documents.js';
import { FeedPages } from './feeds.js';
import { ForumPages } from './forums.js';
import { Freshness } from './freshness.js';
import { FollowPages } from './follow.js';
import { HomePage } from './home.js';
import { LetterPages } from './letters.js';
import { ImportPages } from './imports.js';
import { OperationsPage } from './operations.js';
import { MatrixPage } from './matrix.js';
import { MemberOf } from './member-of.js';
import { OutcomePages } from './outcomes.js';
import { FilterChoices } from './narrow.js';
import { TimelinePage } from './over-time.js';
import { OverviewPage } from './overview.js';
import { PaperPages } from './paper.js';
import { PartnershipsPage } from './partnerships.js';
import { PreparingPages, PreviewController } from './preparing.js';
import { PublicationPages } from './publications.js';
import { PublishingPages } from './publishing.js';
import { problemPage } from './rendering.js';
import { RegisterForms, registerFormPages, RegisterPages } from './register-forms.js';
import { ReportPages } from './reports.js';
import { NoUpdatePage } from './no-update.js';
import { ReturnSheetFile, ReturnSheetPages } from './return-sheets.js';
import { ReturnShown } from './return-shown.js';
import { ReturnPages } from './returns.js';
import { RoundAcceptingPages } from './round-accepting.js';
import { Consequences } from './round-consequences.js';
import { RoundDeskPages } from './round-desk.js';
import { RoundPages } from './rounds.js';
import { FollowedUp } from './scope.js';
import { SearchPage } from './search.js';
import { SignInPages } from './sign-in.js';
import { SiteController } from './site.js';
import { ThemePages } from './themes.js';
import { WebhookPages } from './webhooks.js';
import { Publication, Views } from './view.js';

export { tidyAddress } from './rendering.js';

export const pagesContext = ({ publicUrl, publisher, dataLicence }: Publication): Context => ({
  controllers: [
    OverviewPage,
    AgencyPages,
    AgencyThemePage,
    ThemePages,
    CrosswalkPages,
    CommitmentsPage,
    CommitmentPage,
    ...actFormPages,
    ...registerFormPages,
    RegisterPages,
    HomePage,
    RoundPages,
    ReturnSheetPages,
    ReturnSheetFile,
    RoundAcceptingPages,
    RoundDeskPages,
    ReturnPages,
    OutcomePages,
    MatrixPage,
    PartnershipsPage,
    ForumPages,
    DocumentPages,
    PreparingPages,
    PreviewController,
    PublicationPages,
    PublishingPages,
    ReportPages,
    TimelinePage,
    ChangesPage,
    DeadlinesPage,
    NoUpdatePage,
    SearchPage,
    FeedPages,
    WebhookPages,
    SignInPages,
    AccountPages,
    FollowPages,
    LetterPages,
    AccountsPages,
    AboutPages,
    ImportPages,
    PaperPages,
    OperationsPage,
    SiteController,
  ],
  providers: [
    ReturnShown,
    Consequences,
    RegisterForms,
    {
      provide: Publication,
      useValue: { publicUrl: publicUrl.replace(/\/$/, ''), publisher, dataLicence } satisfies Publication,
    },
    Views,
    FollowedUp,
    FilterChoices,
    MemberOf,
    Freshness,
    ActForms,
  ],
  problemPage: problemPage(new Cookies(publicUrl).safe),
});
