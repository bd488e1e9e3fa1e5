/** The outcomes of forums and resolutions, and the commitments that follow them up. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { withClocksOfCursor } from '#platform';
import { Coverage, OutcomesQuery, Progress, TOLD_KINDS, type OutcomesView } from '#progress';
import { Registers, type Forum, type OutcomeAsAt } from '#registers';
import { entryFacts } from './entry-fields.js';
import { Fact } from './fact.js';
import { Contents } from './contents.js';
import { agencyOptions, choice, optionsOf, yesNoOptions, type Choosable } from './choice.js';
import { NothingFound } from './conditions.js';
import { Legend } from './figures.js';
import { FollowedUpBy, loadFollowUp, FollowUp, type FollowUpData } from './follow-up.js';
import { Pager } from './lists.js';
import { Page } from './layout.js';
import { Listed, ThemeLink } from './links.js';
import { MemberOf, OnlyMembers } from './member-of.js';
import { EntryLink } from './register-words.js';
import { RendersPages } from './rendering.js';
import { CoverageFigures, PerForum, PerKind } from './outcome-figures.js';
import { Addressees, ForumLink, Issuer, OutcomesByKind } from './outcome-lists.js';
import { FollowedUp, Scope } from './scope.js';
import { Paragraph, PlaceInDocument } from './source.js';
import { withoutClocks, PageQuery, path, Views, type View } from './view.js';
import {
  count,
  counted,
  dateWords,
  OPEN_STAGES,
  OUTCOME_KIND_WORDS,
  SHOWN_STAGES,
  STAGE_WORDS,
  textWords,
} from './words.js';

@RendersPages()
@Controller('outcomes')
export class OutcomePages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly coverage: Coverage,
    private readonly followedUp: FollowedUp,
    private readonly memberOf: MemberOf,
  ) {}

  @Get()
  async outcomes(@Query() query: OutcomesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request, withClocksOfCursor(query));
    const { limit, cursor, ...filter } = withoutClocks(query);
    const [coverage, forums, followed, bodies, members] = await Promise.all([
      this.coverage.outcomes(view.at, filter, { limit, cursor }),
      this.registers.all('forum', view.position),
      this.followedUp.forums(view),
      this.memberOf.choice(view),
      this.memberOf.count(view),
    ]);
    return <Outcomes {...{ view, coverage, forums, followed, bodies, members }} />;
  }

  @Get(':id')
  async outcome(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const outcome = await this.registers.needed('outcome', id, view.position, { asOf: view.asOf });
    const [{ rows }, followUp] = await Promise.all([
      this.coverage.outcomes(view.at, { followsUp: id, concerns: 'any' }),
      loadFollowUp(this.progress, view, id),
    ]);
    const followedUpOn = rows.find((row) => row.outcome === id)?.followedUpOn ?? null;
    return <OutcomeReport {...{ view, outcome, followedUpOn, ...followUp }} />;
  }
}

/** The most groups that are not folded. */
const MAX_UNFOLDED_GROUPS = 3;

interface OutcomesParts {
  readonly view: View;
  readonly coverage: OutcomesView;
  readonly forums: readonly Forum[];
  readonly followed: readonly Forum[];
  readonly bodies: Choosable;
  readonly members: number | null;
}

const Outcomes = ({ view, coverage, forums, followed, bodies, members }: OutcomesParts) => {
  const { total, rows, rowCount, nextCursor } = coverage;
  const groups = [...Map.groupBy(rows, ({ forum }) => forum)];
  const agencies = agencyOptions(view, view.names.agency.keys());
  const kinds = optionsOf(TOLD_KINDS, (kind) => OUTCOME_KIND_WORDS[kind]);
  const stages = [[OPEN_STAGES, 'Open'] as const, ...optionsOf(SHOWN_STAGES, (stage) => STAGE_WORDS[stage])];
  const concerns = { organisation: 'The arrangement of meetings', any: 'Both' };
  const choices = [
    choice('kind', 'Kind', 'Of any kind', kinds),
    choice('concerns', 'About', 'The matter itself', Object.entries(concerns)),
    choice('covered', 'Show', 'All outcomes', yesNoOptions('With follow-up', 'Without follow-up')),
    choice('stage', 'With a commitment that is', 'In any stage, or none', stages),
    choice('addressee', 'Addressed to', 'Anyone', agencies),
    choice('agency', 'Follow-up by', 'Anyone', agencies),
    bodies,
  ];
  return (
    <Page
      view={view}
      title="Recommendations and their follow-up"
      lead={
        <p>
          What forums and agencies decided, recommended, concluded, said, proposed or asked for, with the commitments
          that follow it up.{' '}
          <strong>
            {count(total.outcomes - total.covered)} of {counted(total.outcomes, 'outcome')}
          </strong>{' '}
          had no follow-up by {dateWords(view.asOf)}.
          {coverage.leftOut > 0 && (
            <>
              {' '}
              <a href={view.here({ concerns: 'any', cursor: null })}>
                {counted(coverage.leftOut, 'outcome')} that only {coverage.leftOut === 1 ? 'arranges' : 'arrange'} a
                meeting
              </a>{' '}
              {coverage.leftOut === 1 ? 'is' : 'are'} left out.
            </>
          )}
        </p>
      }
      api={['/progress/outcomes']}
    >
      <OnlyMembers view={view} members={members} />
      <CoverageFigures view={view} total={total} />
      <Scope view={view} forums={followedOrAsking(forums, followed, coverage)} choices={choices} />
      <Contents
        entries={[
          { id: 'kinds', name: 'By kind' },
          { id: 'forums', name: 'Follow-up per forum', n: coverage.forums.length },
          { id: 'outcomes', name: 'Outcomes', n: rowCount },
        ]}
      />
      <PerKind view={view} coverage={coverage} />
      <PerForum view={view} coverage={coverage} />
      <section>
        <h2 id="outcomes">
          {counted(rowCount, 'outcome')}
          {rowCount < total.outcomes && ` of ${count(total.outcomes)}`}
        </h2>
        {rowCount === 0 ? <NothingFound view={view} what="outcome" /> : <Legend />}
        {groups.map(([id, of]) => {
          const forum = forums.find((one) => one.id === id);
          return (
            <details key={id ?? ''} class="framework" open={groups.length <= MAX_UNFOLDED_GROUPS}>
              <summary>
                <h3 id={`of-${id ?? 'none'}`} dir="auto">
                  {forum ? textWords(forum.name) : 'Of no forum'}
                </h3>{' '}
                <small>
                  {counted(of.length, 'outcome')}, {count(of.filter(({ covered }) => covered).length)} with follow-up
                </small>
              </summary>
              {forum && (
                <p class="note">
                  <a href={view.link(path('forums', forum.id))}>The page of this forum</a>
                </p>
              )}
              <OutcomesByKind view={view} rows={of} level={4} />
            </details>
          );
        })}
        <Pager view={view} next={nextCursor} />
      </section>
    </Page>
  );
};

/** The forums with outcomes, and the chosen one. */
const followedOrAsking = (forums: readonly Forum[], followed: readonly Forum[], coverage: OutcomesView) => {
  const shown = new Set([...followed.map(({ id }) => id), ...coverage.forums.map(({ forum }) => forum)]);
  return forums.filter(({ id }) => shown.has(id));
};

interface OutcomeParts extends FollowUpData {
  readonly view: View;
  readonly outcome: OutcomeAsAt;
  readonly followedUpOn: string | null;
}

const MAX_TITLE_CHARS = 160;

/** The beginning of a text, as a heading. */
const shortHeading = (text: string): string =>
  text.length <= MAX_TITLE_CHARS
    ? text
    : `${text.slice(0, text.lastIndexOf(' ', MAX_TITLE_CHARS)) || text.slice(0, MAX_TITLE_CHARS)} …`;

const PLACED_FIELDS = [
  ...(['id', 'kind', 'forum', 'issuedBy', 'issuer', 'addressedTo', 'concerns', 'text'] as const),
  ...(['document', 'locator', 'section', 'paragraph', 'addressees', 'themes'] as const),
];

const OutcomeReport = ({ view, outcome, followedUpOn, ...followUp }: OutcomeParts) => (
  <Page
    view={view}
    title={shortHeading(outcome.text)}
    eyebrow={
      <>
        <span class="code">{outcome.id}</span> · {OUTCOME_KIND_WORDS[outcome.kind ?? 'not_told']}
      </>
    }
    lead={shortHeading(outcome.text) !== outcome.text && <Paragraph text={outcome.text} />}
    api={[`/progress${path('outcomes', outcome.id)}`, {}]}
    entry={path('outcomes', outcome.id)}
    list={['/commitments', { followsUp: outcome.id }]}
  >
    <EntryLink kind="outcome" code={outcome.id} />
    {followUp.row.total === 0 ? (
      <p class="callout">No commitment follows it up as at {dateWords(view.asOf)}.</p>
    ) : (
      <FollowedUpBy view={view} id={outcome.id} {...followUp} />
    )}
    <dl class="facts">
      <Fact name="Addressed to">
        <Addressees view={view} addressees={outcome.addressees} />
      </Fact>
      <Fact name="Said by">{(outcome.issuedBy ?? outcome.issuer) && <Issuer view={view} of={outcome} />}</Fact>
      <Fact name="Came from">{outcome.forum && <ForumLink view={view} id={outcome.forum} />}</Fact>
      {outcome.addressedTo && (
        <Fact name="Put to">
          <ForumLink view={view} id={outcome.addressedTo} />, whose outcome it is not
        </Fact>
      )}
      {outcome.concerns === 'organisation' && (
        <Fact name="Concerns">The arrangement of a meeting only; not counted among what is to be followed up</Fact>
      )}
      {outcome.endorsed.length > 0 && (
        <Fact name="Endorsed">
          <Listed
            by="; "
            all={outcome.endorsed.map((one) => (
              <>
                by <Issuer view={view} of={{ issuedBy: one.by }} />, reported on {dateWords(one.reportedOn)}
                {one.citation && (
                  <>
                    {' '}
                    (<PlaceInDocument view={view} of={one.citation} />)
                  </>
                )}
              </>
            ))}
          />
        </Fact>
      )}
      {followedUpOn && <Fact name="Followed up">by a commitment, as first reported on {dateWords(followedUpOn)}</Fact>}
      {(outcome.themes ?? []).length > 0 && (
        <Fact name="Themes">
          <Listed
            all={outcome.themes!.map((code) => (
              <ThemeLink view={view} code={code} />
            ))}
          />
        </Fact>
      )}
      {entryFacts({ view, kind: 'outcome', entry: outcome, placed: PLACED_FIELDS })}
      <Fact name="Read in">
        <PlaceInDocument view={view} of={outcome} />
      </Fact>
    </dl>
    {followUp.row.total > 0 && <FollowUp view={view} id={outcome.id} {...followUp} />}
  </Page>
);
