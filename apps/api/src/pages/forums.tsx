/** A meeting or process: what it asked for, and what follows it up. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { Coverage, Progress, type OutcomeRow } from '#progress';
import { Registers, type Forum } from '#registers';
import { On } from './figures.js';
import { following, FollowUp, type Following } from './follow-up.js';
import { Page } from './layout.js';
import { relationsBack, type Back } from './lineage.js';
import { CommitmentTable } from './lists.js';
import { OutcomesByKind } from './outcomes.js';
import { RendersPages } from './rendering.js';
import { PageQuery, path, Views, type View } from './view.js';
import { counted, dateWords, RELATION_WORDS, sentence, textWords } from './words.js';

@RendersPages()
@Controller('forums')
export class ForumPages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly coverage: Coverage,
  ) {}

  @Get(':id')
  async forum(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const forum = await this.registers.one('forum', id, view.position);
    if (!forum) throw new Rejected('not_found', `There is no forum ${id}.`);
    const [forums, { rows }, put, followUp, back] = await Promise.all([
      this.registers.all('forum', view.position),
      this.coverage.outcomes(view.at, { followsUp: id, concerns: 'any' }, { limit: null }),
      this.coverage.outcomes(view.at, { addressedTo: id, concerns: 'any' }, { limit: null }),
      following(this.progress, view, id),
      relationsBack(this.progress, view, id),
    ]);
    const outcomes = rows.filter((row) => row.forum === id);
    return <ForumReport {...{ view, forum, forums, outcomes, putTo: put.rows, back, ...followUp }} />;
  }
}

interface ForumParts extends Following {
  readonly view: View;
  readonly outcomes: readonly OutcomeRow[];
  /** What was put to it, by whomever. */
  readonly putTo: readonly OutcomeRow[];
  readonly forum: Forum;
  readonly forums: readonly Forum[];
  /** The commitments that prepare for it. */
  readonly back: readonly Back[];
}

const ForumReport = ({ view, forum, forums, outcomes, putTo, back, ...followUp }: ForumParts) => {
  const parent = forums.find(({ id }) => id === forum.parent);
  const below = forums.filter(({ parent }) => parent === forum.id);
  const when = forum.start && (
    <>
      <On date={forum.start} />
      {forum.end && forum.end !== forum.start && (
        <>
          {' – '}
          <On date={forum.end} />
        </>
      )}
    </>
  );
  return (
    <Page
      view={view}
      title={forum.name}
      eyebrow={`${forum.id} · ${sentence(forum.kind)}`}
      lead={
        <p>
          {when} {forum.place} {forum.host && <>· hosted by {view.names.agency.get(forum.host) ?? forum.host}</>}
          {forum.outcomeDocument && <> · its outcome document is {forum.outcomeDocument}</>}
          {parent && (
            <>
              {' '}
              · part of <a href={view.link(path('forums', parent.id))}>{textWords(parent.name)}</a>
            </>
          )}
        </p>
      }
      json={view.api(path('forums', forum.id), {})}
      csv={view.api('/commitments', { followsUp: forum.id, format: 'csv' })}
    >
      {followUp.row.total === 0 ? (
        <p class="callout">No commitment follows it up as at {dateWords(view.asOf)}.</p>
      ) : (
        <p>
          <a href={view.link('/agencies', { followsUp: forum.id })}>Its follow-up per agency</a> ·{' '}
          <a href={view.link('/themes', { followsUp: forum.id })}>per theme</a>
        </p>
      )}
      {below.length > 0 && (
        <section>
          <h2>Parts of it</h2>
          <ul>
            {below.map(({ id, name }) => (
              <li key={id}>
                <a href={view.link(path('forums', id))}>{textWords(name)}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {outcomes.length > 0 && (
        <section>
          <h2>What came of it</h2>
          <OutcomesByKind view={view} rows={outcomes} />
        </section>
      )}
      {putTo.length > 0 && (
        <section>
          <h2>What was put to it</h2>
          <p class="note">By others; these are no outcomes of it.</p>
          <OutcomesByKind view={view} rows={putTo} />
        </section>
      )}
      {followUp.row.total > 0 && <FollowUp view={view} id={forum.id} {...followUp} />}
      {back.map(({ type, items }) => {
        const active = items.filter(({ life }) => life === 'active');
        return (
          active.length > 0 && (
            <section key={type}>
              <h2>{RELATION_WORDS[type][1]}</h2>
              <CommitmentTable view={view} caption={counted(active.length, 'commitment')} items={active} />
            </section>
          )
        );
      })}
    </Page>
  );
};
