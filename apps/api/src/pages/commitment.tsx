/** One commitment: how it stands, what that rests on, and everything that was ever said about it. */
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import type { FastifyRequest } from 'fastify';
import { historyOf, isOpen, REFERENCE, viewOf, type CommitmentView, type History } from '#commitments';
import type { Log } from '#eventsourcing';
import { monthsBefore } from '#clocks';
import { LOG, ProgressClockQuery } from '#platform';
import { Progress } from '#progress';
import { Registers, type Outcome, type Forum, type Document } from '#registers';
import { On, StageTag } from './figures.js';
import { HistoryList, Source } from './history.js';
import { Page } from './layout.js';
import { AgencyLink, ThemeLink } from './lists.js';
import { RendersPages } from './rendering.js';
import { path, Views, type View } from './view.js';
import { countryName, dateWords, NATURE_WORDS, regionName, roleWords, sentence, standingWords } from './words.js';

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
  async commitment(
    @Param('reference') reference: string,
    @Query() query: ProgressClockQuery,
    @Req() request: FastifyRequest,
  ) {
    const view = await this.views.open(query, request);
    const clocks = { asOf: view.asOf, knownAt: view.position };
    const [commitment, history] = await Promise.all([
      viewOf(this.log, reference, clocks),
      historyOf(this.log, reference, clocks),
    ]);
    const [forums, outcomes, related] = await Promise.all([
      this.registers.all('forum', view.position),
      this.registers.all('outcome', view.position),
      this.related(view, commitment),
    ]);
    const followsUp = {
      forums: forums.filter(({ id }) => commitment.followsUp.includes(id)),
      outcomes: outcomes.filter(({ id }) => commitment.followsUp.includes(id)),
    };
    const names = new Map([...forums.map(({ id, name }) => [id, name] as const), ...related]);
    const documents = new Map(view.reports.flatMap(({ documents }) => documents.map((d) => [d.id, d])));
    return <CommitmentReport {...{ view, commitment, history, followsUp, names, documents }} />;
  }

  /** The titles of the commitments it is related to that exist as at the date. */
  private async related(view: View, { relations }: CommitmentView): Promise<(readonly [string, string])[]> {
    const reference = relations.map(({ to }) => to).join(',');
    if (!reference) return [];
    const { items } = await this.progress.commitments(view.at, { reference }, { limit: relations.length });
    return items.map(({ reference, title }) => [reference, title]);
  }
}

interface Parts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly history: History;
  readonly followsUp: { readonly forums: readonly Forum[]; readonly outcomes: readonly Outcome[] };
  /** What the forums and the commitments that it is related to are called; absent: not yet there as at the date. */
  readonly names: ReadonlyMap<string, string>;
  readonly documents: ReadonlyMap<string, Document>;
}

const CommitmentReport = ({ view, commitment: c, history, followsUp, names, documents }: Parts) => (
  <Page
    view={view}
    title={c.title}
    eyebrow={
      <>
        <span class="code">{c.reference}</span> · {sentence(c.kind)}
      </>
    }
    lead={<p lang={c.language ?? undefined}>{c.summary}</p>}
    json={view.api(path('commitments', c.reference), {})}
    since={c.entries.map(({ reportedOn }) => reportedOn).sort()[0]}
    csv={view.api('/commitments', { reference: c.reference, format: 'csv' })}
  >
    <div class="columns">
      <div>
        <Stands view={view} commitment={c} documents={documents} />
        <section>
          <h2>Its history</h2>
          <p class="note">
            Every statement in the order in which it was recorded. The stage rests on the one that tells of the latest
            time. <a href={view.api(`${path('commitments', c.reference)}/history`, {})}>As JSON</a>
          </p>
          <HistoryList view={view} commitment={c} history={history} documents={documents} />
        </section>
      </div>
      <aside aria-label="Facts">
        <dl class="facts">
          <Fact name="Agencies">
            {c.agencies.map(({ agency, role }) => (
              <li key={`${agency} ${role}`}>
                <AgencyLink view={view} code={agency} long /> <small>{roleWords(role)}</small>
              </li>
            ))}
          </Fact>
          <Fact name="Themes">
            {c.themes.map((theme) => (
              <li key={theme}>
                <ThemeLink view={view} code={theme} /> <small class="code">{theme}</small>
              </li>
            ))}
          </Fact>
          <Fact name="Follows up">
            {followsUp.forums.map(({ id, name }) => (
              <li key={id}>
                <a href={view.link(path('forums', id))}>{name}</a>
              </li>
            ))}
            {followsUp.outcomes.map(({ id, text }) => (
              <li key={id}>
                <a href={view.link(path('outcomes', id))}>{id}</a>
                <small class="quote">{text}</small>
              </li>
            ))}
          </Fact>
          <Fact name="Nature and strength">
            <li>
              {NATURE_WORDS[c.nature]}, {c.strength}
            </li>
            {c.condition && <li>On condition: {c.condition}</li>}
          </Fact>
          <Fact name="Target">
            {c.target && (
              <li>
                <On date={c.target.date} />
                {c.overdue && <span class="alert"> overdue</span>}
                {c.target.note && <small class="quote">{c.target.note}</small>}
              </li>
            )}
          </Fact>
          <Fact name="Milestones">
            {c.milestones.map(({ milestone, title, due, reached, reachedOn, dropped }) => (
              <li key={milestone}>
                {title}
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
          </Fact>
          <Fact name="Deliverables">
            {c.deliverables.map(({ type, title }) => (
              <li key={`${type} ${title}`}>
                {title} <small>{sentence(type).toLowerCase()}</small>
              </li>
            ))}
          </Fact>
          <Fact name="Evidence">
            {c.evidence.map(({ title, date, url, language, revision }, i) => (
              <li key={`${revision} ${i}`}>
                {url ? (
                  <a href={url} rel="noreferrer nofollow" hreflang={language ?? undefined}>
                    {title}
                  </a>
                ) : (
                  title
                )}
                {date && <small> {dateWords(date)}</small>}
              </li>
            ))}
          </Fact>
          <Fact name="Related">
            {c.relations.map(({ type, to }) => (
              <li key={`${type} ${to}`}>
                {sentence(type)}{' '}
                {names.has(to) ? (
                  <a href={view.link(path(REFERENCE.test(to) ? 'commitments' : 'forums', to))}>{names.get(to)}</a>
                ) : (
                  <>{to}, not reported by then</>
                )}
              </li>
            ))}
          </Fact>
          <Fact name="Where">
            {[...c.regions.map(regionName), ...c.countries.map(countryName)].map((place) => (
              <li key={place}>{place}</li>
            ))}
          </Fact>
        </dl>
      </aside>
    </div>
  </Page>
);

/** A fact with its values; nothing where there are none. */
const Fact = ({ name, children }: { name: string; children: ComponentChildren }) =>
  [children].flat(2).some(Boolean) ? (
    <div>
      <dt>{name}</dt>
      <dd>
        <ul>{children}</ul>
      </dd>
    </div>
  ) : null;

/** The stage, and the statement it rests on. */
const Stands = ({ view, commitment: c, documents }: Pick<Parts, 'view' | 'commitment' | 'documents'>) => {
  const silent = isOpen(c.stage) && c.lastReportedOn < monthsBefore(view.asOf, view.staleAfter);
  const { headline } = c;
  return (
    <section class="stands" aria-label="How it stands">
      <p class="big">
        <StageTag stage={c.stage} />
        {c.nature === 'standing' && (
          <span>
            Standing: {standingWords(c.stage).toLowerCase()}
            {silent && ' when last heard of'}
          </span>
        )}
        {c.overdue && <span class="alert">Overdue</span>}
        {silent && (
          <span class="silent">
            Not heard of since <On date={c.lastReportedOn} />
          </span>
        )}
      </p>
      <p>
        Effective <On date={headline.effective} />, reported on <On date={headline.reportedOn} />
        {(headline.agency || !headline.citation) && (
          <>
            {' '}
            by <AgencyLink view={view} code={headline.agency ?? c.agencies[0]!.agency} />
          </>
        )}
        .
      </p>
      {headline.note && <p>{headline.note}</p>}
      <Source view={view} citation={headline.citation} documents={documents} />
    </section>
  );
};
