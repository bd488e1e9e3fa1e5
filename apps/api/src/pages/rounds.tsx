/** The pages of reporting rounds: all of them, and each one. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { DraftsStore } from '#drafts';
import { Rejected } from '#eventsourcing';
import { type ApiRequest } from '#platform';
import { ReportJobs } from '#reports';
import { draftsKnownTo, Returns, Rounds, RoundViews, type SincePublished } from '#rounds';
import { PlainPage } from './layout.js';
import { NameLink } from './links.js';
import { RendersPages } from './rendering.js';
import { PreparedRound, RoundPage } from './round-page.js';
import { Timeline } from './round-timeline.js';
import { ROUND_STATE_WORDS } from './round-words.js';
import { RoundsInPreparation, roundsPrepared } from './rounds-in-preparation.js';
import { deskOf } from './signed-in.js';
import { RecordTable } from './take-away.js';
import { PageQuery, path, Views } from './view.js';
import { count, dateWords } from './words.js';

@RendersPages()
@Controller('rounds')
export class RoundPages {
  constructor(
    private readonly rounds: Rounds,
    private readonly returns: Returns,
    private readonly roundViews: RoundViews,
    private readonly drafts: DraftsStore,
    private readonly views: Views,
    private readonly jobs: ReportJobs,
  ) {}

  @Get()
  async list(@Query() query: PageQuery, @Req() request: ApiRequest) {
    const view = await this.views.open(query, request);
    const knownAt = query.knownAt && view.position;
    const desk = deskOf(request);
    const prepared = desk ? await roundsPrepared(this.rounds) : [];
    const all = await this.roundViews.list(knownAt);
    return (
      <PlainPage
        title="Reporting rounds"
        path="/rounds"
        lead={<p>The secretariat asks the agencies what has come of their commitments. Here is who answered.</p>}
      >
        {desk && (
          <p>
            <a class="button" href="/rounds/prepare">
              Prepare a round
            </a>
          </p>
        )}
        <RoundsInPreparation rounds={prepared} />
        {all.length === 0 ? (
          <p>There was no round yet.</p>
        ) : (
          <section>
            {prepared.length > 0 && <h2>Opened</h2>}
            <RecordTable
              class="breakdown"
              caption="Reporting rounds, the last cut-off first"
              hideCaption
              records={all}
              columns={{
                Round: ({ code, name }) => <NameLink to={path('rounds', code)} name={name} />,
                State: ({ state }) => state && ROUND_STATE_WORDS[state],
                Deadline: ({ deadline }) => dateWords(deadline),
                Answered: ({ responses: r }) => r && `${count(r.received.count)} of ${count(r.expected.count)}`,
                'Nil return': ({ responses }) => responses && count(responses.nil.count),
                Silent: ({ responses }) => responses && count(responses.silent.count),
                Late: ({ responses }) => responses && count(responses.late.count),
              }}
            />
          </section>
        )}
        <Timeline
          view={view}
          rounds={[...all].reverse()}
          lines={await Promise.all([...all].reverse().map(({ code }) => this.roundViews.returns(code, { knownAt })))}
        />
      </PlainPage>
    );
  }

  @Get(':round')
  async one(@Param('round') code: string, @Query() query: PageQuery, @Req() request: ApiRequest) {
    const desk = deskOf(request);
    const view = await this.views.open(query, request);
    const knownAt = query.knownAt && view.position;
    const draft = desk && !knownAt ? await this.rounds.draft(code) : null;
    if (draft) return <PreparedRound view={view} round={draft.content} />;
    const round = await this.roundViews.one(code, knownAt);
    const caller = request.session ? (request.principal ?? null) : null;
    const drafts = await draftsKnownTo(this.drafts, caller, knownAt);
    const shown = await this.roundViews.returns(code, { knownAt, drafts });
    const drafted = await this.returns.drafted(code, this.roundViews.opened(code), drafts);
    const lines = shown.map((line) => ({ ...line, drafted: drafted.get(line.agency) ?? null }));
    const since = round.publication ? await this.#since(code, knownAt) : null;
    const { previous } = round;
    const before = previous ? { code: previous, ...(await this.roundViews.before(previous, knownAt)) } : null;
    const job = desk && (await this.jobs.publishingOf({ round: code, publication: code }));
    return (
      <RoundPage {...{ view, round, lines, since, before, job }} isDesk={desk !== null} own={caller?.agency ?? null} />
    );
  }

  /** `null`: its report is not published (yet). */
  async #since(code: string, knownAt?: string): Promise<SincePublished | null> {
    return this.roundViews.since(code, knownAt).catch((error: unknown) => {
      if (error instanceof Rejected && error.code === 'not_published') return null;
      throw error;
    });
  }
}
