/** What forums and resolutions asked for, and which commitments follow it up. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { Progress } from '#progress';
import { Registers, type Document, type Forum, type Outcome } from '#registers';
import { Figure } from './figures.js';
import { following, FollowUp, type Following } from './follow-up.js';
import { Page } from './layout.js';
import { AgencyLink, ThemeLink } from './links.js';
import { RendersPages } from './rendering.js';
import { Words } from './source.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords } from './words.js';

@RendersPages()
@Controller('outcomes')
export class OutcomePages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
  ) {}

  @Get()
  async outcomes(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const [outcomes, forums, followed] = await Promise.all([
      this.registers.all('outcome', view.position),
      this.registers.all('forum', view.position),
      this.progress.inUse('followsUp', view.at),
    ]);
    const reported = outcomes.filter(({ document }) => view.isReported(document));
    return <Outcomes view={view} outcomes={reported} forums={forums} followed={followed} />;
  }

  @Get(':id')
  async outcome(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const outcome = await this.registers.one('outcome', id, view.position);
    if (!outcome) throw new Rejected('not_found', `There is no outcome ${id}.`);
    const [document, forum, followUp] = await Promise.all([
      this.registers.one('document', outcome.document, view.position),
      outcome.forum ? this.registers.one('forum', outcome.forum, view.position) : null,
      following(this.progress, view, id),
    ]);
    return <OutcomeReport {...{ view, outcome, document, forum, ...followUp }} />;
  }
}

const Addressees = ({ view, addressees }: { view: View; addressees: readonly string[] }) => (
  <>
    {addressees.map((addressee, i) => (
      <span key={addressee}>
        {i > 0 && ', '}
        {view.names.agency.has(addressee) ? <AgencyLink view={view} code={addressee} /> : addressee}
      </span>
    ))}
  </>
);

interface ListParts {
  readonly view: View;
  readonly outcomes: readonly Outcome[];
  /** How many commitments follow up each id; absent where none does. */
  readonly followed?: ReadonlyMap<string, number>;
}

/** Outcomes with whom they address and, where that is asked, how many commitments follow them up. */
export const OutcomeList = ({ view, outcomes, followed }: ListParts) => (
  <table class="outcomes">
    <caption class="hidden">Outcomes</caption>
    <thead>
      <tr>
        <th scope="col">What was asked</th>
        <th scope="col">Of whom</th>
        {followed && (
          <th scope="col" class="n">
            Commit&shy;ments
          </th>
        )}
      </tr>
    </thead>
    <tbody>
      {outcomes.map(({ id, text, addressees }) => (
        <tr key={id}>
          <th scope="row">
            <a href={view.link(path('outcomes', id))}>
              <Words text={text} />
            </a>{' '}
            <small class="code">{id}</small>
          </th>
          <td>
            <Addressees view={view} addressees={addressees} />
          </td>
          {followed && (
            <td class="n" data-label="Commitments">
              <Figure n={followed.get(id) ?? 0} href={view.link('/commitments', { followsUp: id })} />
            </td>
          )}
        </tr>
      ))}
    </tbody>
  </table>
);

const Outcomes = ({ view, outcomes, forums, followed }: Required<ListParts> & { forums: readonly Forum[] }) => {
  const open = outcomes.filter(({ id }) => !followed.has(id)).length;
  const groups = [...Map.groupBy(outcomes, ({ forum }) => forums.find(({ id }) => id === forum))];
  return (
    <Page
      view={view}
      title="What was asked"
      lead={
        <p>
          Recommendations and requests of forums and resolutions, with the commitments that follow them up.{' '}
          <strong>
            {count(open)} of {counted(outcomes.length, 'outcome')}
          </strong>{' '}
          had not been taken up by {dateWords(view.asOf)}.
        </p>
      }
      json={view.api('/outcomes', {})}
      csv={view.api('/outcomes', { format: 'csv' })}
    >
      {groups
        .sort(([a], [b]) => (b?.start ?? '').localeCompare(a?.start ?? ''))
        .map(([forum, asked]) => (
          <section key={forum?.id ?? ''}>
            <h2>{forum ? <a href={view.link(path('forums', forum.id))}>{forum.name}</a> : 'Elsewhere'}</h2>
            <OutcomeList view={view} outcomes={asked} followed={followed} />
          </section>
        ))}
    </Page>
  );
};

interface OutcomeParts extends Following {
  readonly view: View;
  readonly outcome: Outcome;
  readonly document: Document | null;
  readonly forum: Forum | null;
}

const OutcomeReport = ({ view, outcome, document, forum, ...followUp }: OutcomeParts) => (
  <Page
    view={view}
    title={outcome.id}
    eyebrow="Outcome"
    lead={
      <p>
        <Words text={outcome.text} />
      </p>
    }
    json={view.api(path('outcomes', outcome.id), {})}
    csv={view.api('/commitments', { followsUp: outcome.id, format: 'csv' })}
  >
    <dl class="facts">
      <div>
        <dt>Asked of</dt>
        <dd>
          <Addressees view={view} addressees={outcome.addressees} />
        </dd>
      </div>
      {forum && (
        <div>
          <dt>Forum</dt>
          <dd>
            <a href={view.link(path('forums', forum.id))}>{forum.name}</a>
          </dd>
        </div>
      )}
      {(outcome.themes ?? []).length > 0 && (
        <div>
          <dt>Themes</dt>
          <dd>
            {outcome.themes!.map((code, i) => (
              <span key={code}>
                {i > 0 && ', '}
                <ThemeLink view={view} code={code} />
              </span>
            ))}
          </dd>
        </div>
      )}
      <div>
        <dt>Read in</dt>
        <dd>
          <a href={view.link(path('documents', outcome.document))}>{document?.title ?? outcome.document}</a>,{' '}
          {outcome.locator}
        </dd>
      </div>
    </dl>
    {followUp.row.total === 0 ? (
      <p class="callout">No commitment follows it up as at {dateWords(view.asOf)}.</p>
    ) : (
      <FollowUp view={view} id={outcome.id} {...followUp} />
    )}
  </Page>
);
