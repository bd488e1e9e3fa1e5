/** The page of one commitment: its stage, the sources of the stage, and its whole history. */
import { actsFor, historyOf, viewOf, type ActFor, type CommitmentView, type History } from '#acts';
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import type { ComponentChildren } from 'preact';
import { isOpen } from '#commitments';
import type { Log } from '#eventsourcing';
import { monthsBefore } from '#clocks';
import { LOG, type ApiRequest } from '#platform';
import { Progress } from '#progress';
import { Registers, type AgencyAsAt, type Outcome, type Forum } from '#registers';
import { WHOLE_NUMBER } from '#text';
import { FactList } from './fact.js';
import { actInWords } from './acts-in-words.js';
import { CODES_IN_ADDRESS, EndedAgencies, endedAgencies } from './after-act.js';
import { ActsOffered, StatementActs } from './acts-offered.js';
import { Claims, EditionLine, ConditionLine, Editions, EvidenceLink, Upkeep } from './editions.js';
import { ShownDate, StageTag } from './figures.js';
import { HistoryList } from './history.js';
import { Page, Section } from './layout.js';
import {
  EndOfRecord,
  relationsBack,
  sidesOf,
  titlesOf,
  TookOver,
  type RelationBack,
  type TitlesByReference,
} from './lineage.js';
import { ActivityLink, AgencyLink, CommitmentLink, ThemeLink, NameLink } from './links.js';
import { YetToAccept, EachPart, LeadOnOffer, NextStepLine, Outlook } from './parts.js';
import { ReadingAndReply } from './finding.js';
import { RendersPages } from './rendering.js';
import { WithRemovalReasons, Paragraph, Source, Words } from './source.js';
import { PageQuery, path, Views, type View } from './view.js';
import {
  counted,
  countryName,
  dateWords,
  NATURE_WORDS,
  regionName,
  roleWords,
  sentence,
  standingWords,
  textWords,
} from './words.js';

/** After an act: the revision of its statement, likely duplicates of the record that it made, and agencies that may have ended. */
class CommitmentQuery extends PageQuery {
  @IsOptional() @Matches(new RegExp(WHOLE_NUMBER)) done?: string;
  @IsOptional() @Matches(CODES_IN_ADDRESS) like?: string;
  @IsOptional() @Matches(CODES_IN_ADDRESS) ended?: string;
}

@RendersPages()
@Controller('commitments')
export class CommitmentPage {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get(':reference')
  async commitment(@Param('reference') reference: string, @Query() query: CommitmentQuery, @Req() request: ApiRequest) {
    const { done, like, ended, ...asked } = query;
    const view = await this.views.open(asked, request);
    const clocks = { asOf: view.asOf, knownAt: view.position };
    const [commitment, history] = await Promise.all([
      viewOf(this.log, reference, clocks),
      historyOf(this.log, reference, clocks),
    ]);
    const [forums, outcomes, titles, back, endedSince] = await Promise.all([
      this.registers.all('forum', view.position),
      this.registers.all('outcome', view.position),
      titlesOf(this.progress, view, commitment),
      relationsBack(this.progress, view, reference),
      endedAgencies(this.registers, ended, view.position),
    ]);
    const followsUp = {
      forums: forums.filter(({ id }) => commitment.followsUp.includes(id)),
      outcomes: outcomes.filter(({ id }) => commitment.followsUp.includes(id)),
    };
    const { principal, session } = request;
    const isNow = query.asOf === undefined && query.knownAt === undefined;
    const acts = session && principal && isNow ? await actsFor(this.log, reference, principal) : [];
    const named = new Map(forums.map(({ id, name }) => [id, textWords(name)]));
    return (
      <WithRemovalReasons by={commitment.corrections}>
        <StatementActs.Provider value={acts}>
          <CommitmentReport {...{ view, commitment, history, followsUp, titles, back, forums: named, acts }}>
            {session && done !== undefined && (
              <DoneNote {...{ view, commitment, history, done: Number(done), like, ended: endedSince }} />
            )}
          </CommitmentReport>
        </StatementActs.Provider>
      </WithRemovalReasons>
    );
  }
}

interface CommitmentReportParts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly history: History;
  readonly followsUp: { readonly forums: readonly Forum[]; readonly outcomes: readonly Outcome[] };
  /** The other commitments that it names. */
  readonly titles: TitlesByReference;
  readonly back: readonly RelationBack[];
  /** The names of all forums. */
  readonly forums: ReadonlyMap<string, string>;
  /** The acts that the reader may do. */
  readonly acts: readonly ActFor[];
  readonly children?: ComponentChildren;
}

const CommitmentReport = ({
  view,
  commitment: c,
  history,
  followsUp,
  titles,
  back,
  forums,
  acts,
  children,
}: CommitmentReportParts) => (
  <Page
    view={view}
    title={c.title}
    lang={c.language}
    eyebrow={
      <>
        <span class="code">{c.reference}</span> · {sentence(c.kind)}
      </>
    }
    lead={
      <p lang={c.language ?? undefined} dir="auto">
        <Words text={c.summary} of={{ revision: 0 }} />
      </p>
    }
    api={[path('commitments', c.reference), {}]}
    since={c.entries.map(({ reportedOn }) => reportedOn).sort()[0]}
    list={['/commitments', { reference: c.reference }]}
  >
    {children}
    <ActsOffered acts={acts} commitment={c} />
    <EndOfRecord view={view} commitment={c} titles={titles} />
    {c.correctedLater.length > 0 && (
      <p class="callout">
        {counted(c.correctedLater.length, 'statement')} shown here {c.correctedLater.length === 1 ? 'was' : 'were'}{' '}
        corrected later: see <a href="#history">its history</a>, or{' '}
        <a href={view.here({ knownAt: null })}>show what is known now</a>.
      </p>
    )}
    <LeadOnOffer view={view} commitment={c} />
    <div class="columns">
      <div>
        <Stands view={view} commitment={c} />
        <EachPart view={view} commitment={c} />
        <Editions view={view} commitment={c} />
        <Upkeep view={view} commitment={c} />
        <Claims view={view} commitment={c} />
        <TookOver view={view} commitment={c} titles={titles} />
        <Section id="history" title="Its history">
          <p class="note">
            Every statement in the order in which it was recorded. The stage rests on the one of the lead that tells of
            the latest time. Nothing is taken out: what was corrected or retracted is struck through.{' '}
            <a href={view.api(`${path('commitments', c.reference)}/history`, {})}>As JSON</a>
          </p>
          <HistoryList view={view} commitment={c} history={history} />
        </Section>
      </div>
      <aside aria-label="Facts">
        <dl class="facts">
          <FactList name="Agencies">
            {c.agencies.map(({ agency, role, asked }) => (
              <li key={`${agency} ${role}`}>
                <AgencyLink view={view} code={agency} long /> <small>{roleWords(role)}</small>
                {asked && <YetToAccept />}
              </li>
            ))}
          </FactList>
          <FactList name="Themes">
            {c.themes.map((theme) => (
              <li key={theme}>
                <ThemeLink view={view} code={theme} /> <small class="code">{theme}</small>
              </li>
            ))}
          </FactList>
          <FactList name="Follows up">
            {followsUp.forums.map(({ id, name }) => (
              <li key={id}>
                <NameLink to={view.link(path('forums', id))} name={name} />
              </li>
            ))}
            {followsUp.outcomes.map(({ id, text }) => (
              <li key={id}>
                <a href={view.link(path('outcomes', id))}>{id}</a>
                <small class="quote">
                  <Words text={text} />
                </small>
              </li>
            ))}
          </FactList>
          <FactList name="Activities elsewhere">
            {c.activityIds.map(({ scheme, id }) => (
              <li key={id}>
                <ActivityLink view={view} scheme={scheme} id={id} />
              </li>
            ))}
          </FactList>
          <FactList name="Nature and strength">
            <li>
              {NATURE_WORDS[c.nature]}, {c.strength}
            </li>
          </FactList>
          <FactList name="Target">
            {c.target && (
              <li>
                <ShownDate date={c.target.date} />
                {c.overdue && !c.end && <span class="alert"> overdue</span>}
                {c.target.note && (
                  <small class="quote">
                    <Words text={c.target.note} />
                  </small>
                )}
              </li>
            )}
          </FactList>
          <FactList name="Milestones">
            {c.milestones.map(({ milestone, title, due, reached, reachedOn, dropped }) => (
              <li key={milestone}>
                <Words text={title} />
                <small class="quote">
                  {dropped !== null
                    ? `dropped: ${dropped}`
                    : reached
                      ? `reached${reachedOn ? ` ${dateWords(reachedOn)}` : ''}`
                      : due
                        ? `due ${dateWords(due)}`
                        : 'not reached'}
                </small>
              </li>
            ))}
          </FactList>
          <FactList name="Deliverables">
            {c.deliverables.map(({ type, title }) => (
              <li key={`${type} ${title}`}>
                <Words text={title} /> <small>{sentence(type).toLowerCase()}</small>
              </li>
            ))}
          </FactList>
          <FactList name="Evidence">
            {c.evidence.map((evidence, i) => (
              <li key={`${evidence.revision} ${i}`}>
                <EvidenceLink {...evidence} />
                <Source view={view} of={evidence} uncited={null} />
              </li>
            ))}
          </FactList>
          {sidesOf({ view, commitment: c, titles, back, forums }).map(({ words, links }) => (
            <FactList key={words} name={words}>
              {links.map(({ key, link, source }) => (
                <li key={key}>
                  {link}
                  {source && <Source view={view} of={source} uncited={null} />}
                </li>
              ))}
            </FactList>
          ))}
          <FactList name="Places">
            {[...c.regions.map(regionName), ...c.countries.map(countryName)].map((place) => (
              <li key={place}>{place}</li>
            ))}
          </FactList>
        </dl>
      </aside>
    </div>
  </Page>
);

/** The act that the reader has just recorded. */
const DoneNote = ({
  view,
  commitment,
  history,
  done,
  like,
  ended,
}: Pick<CommitmentReportParts, 'view' | 'commitment' | 'history'> & DoneParts) => {
  const own = history.items.find(({ revision }) => revision === done);
  return (
    <div class="callout done" role="status">
      <p>
        <strong>Recorded.</strong>{' '}
        {own && actInWords(own.type, own.data, { view, revision: done, milestones: commitment.milestones })}{' '}
        <a href={`#r${done}`}>In its history</a>
      </p>
      {like?.split(',').map((reference) => (
        <p key={reference}>
          <CommitmentLink view={view} reference={reference} /> may be the same. If it is, the secretariat or the lead
          merges one into the other.
        </p>
      ))}
      <EndedAgencies view={view} agencies={ended} />
    </div>
  );
};
interface DoneParts {
  readonly done: number;
  readonly like: string | undefined;
  readonly ended: readonly AgencyAsAt[];
}

/** The stage, the statement it rests on, and beside it the reading and the reply. */
const Stands = ({ view, commitment: c }: Pick<CommitmentReportParts, 'view' | 'commitment'>) => {
  const isOld = !c.end && isOpen(c.stage) && c.lastReportedOn < monthsBefore(view.asOf, view.staleAfter);
  const { headline } = c;
  return (
    <section class="stands" aria-label="Stage and outlook">
      <p class="big">
        <span>
          <StageTag stage={c.stage} /> <Outlook outlook={headline.outlook} />
        </span>
        {c.nature === 'standing' && !c.lastUpkeep && (
          <span>
            Standing: {standingWords(c.stage).toLowerCase()}
            {isOld && ' when last reported on'}
          </span>
        )}
        {c.overdue && !c.end && <span class="alert">Overdue</span>}
        {isOld && (
          <span class="dated">
            No update since <ShownDate date={c.lastReportedOn} />
          </span>
        )}
      </p>
      <p>
        Effective <ShownDate date={headline.effective} />, reported on <ShownDate date={headline.reportedOn} />
        {(headline.agency || !headline.citation) && (
          <>
            {' '}
            by <AgencyLink view={view} code={headline.agency ?? c.agencies[0]!.agency} />
          </>
        )}
        .
        {c.corrections.some(({ revision, kind }) => revision === headline.revision && kind === 'corrected') && (
          <>
            {' '}
            <a href={`#r${headline.revision}`}>Corrected since it was first said.</a>
          </>
        )}
      </p>
      <Paragraph text={headline.note} of={headline} />
      <NextStepLine of={headline} />
      <Source view={view} of={headline} />
      <ConditionLine commitment={c} />
      <EditionLine view={view} commitment={c} />
      <ReadingAndReply view={view} verification={c.verification} />
    </section>
  );
};
