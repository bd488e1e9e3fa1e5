/** The page of a report that is being published, alone or with its round: its progress, and its result. */
import { Controller, Get, Param, Req } from '@nestjs/common';
import { newCommandId } from '#eventsourcing';
import { ForSignedIn, PostsForm, SeeOther, type ApiRequest } from '#platform';
import { RETRY_AFTER_S, ReportJobs, type JobState, type NamedJob, type PublishingOrder } from '#reports';
import { PlainPage, Section } from './layout.js';
import { RendersPages } from './rendering.js';
import { HowFar } from './reports.js';
import { OneButton } from './return-read.js';
import { needsDesk } from './signed-in.js';
import { path } from './view.js';
import { instantWords } from './words.js';

const PUBLISHING_STATE_WORDS: Readonly<Record<JobState, string>> = {
  waiting: 'Others are made first.',
  reading: 'What the report says is being looked up.',
  writing: 'Its files are being made, in every language and format.',
  publishing: 'It is being recorded.',
  done: 'It is published',
  failed: 'It could not be published',
  cancelled: 'It was cancelled: nothing was published',
};

export const publishingPath = ({ id }: Pick<NamedJob, 'id'>): string => path('publishing', id);

@RendersPages()
@ForSignedIn()
@Controller('publishing')
export class PublishingPages {
  constructor(private readonly jobs: ReportJobs) {}

  @Get(':id')
  async job(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    const job = await this.jobs.onePublishing(id);
    return <BeingPublished job={job} keptUntil={this.jobs.keptUntil(job)} />;
  }

  @PostsForm(':id/cancel')
  async cancel(@Param('id') id: string, @Req() request: ApiRequest) {
    needsDesk(request);
    return new SeeOther(publishingPath(await this.jobs.cancelPublishing(id)));
  }
}

const BeingPublished = ({ job, keptUntil }: { job: NamedJob<PublishingOrder>; keptUntil: string | null }) => {
  const { state, order, rows, problem } = job;
  const { round, publication } = order.publishes;
  const isUnderWay = keptUntil === null;
  return (
    <PlainPage
      title={round === null ? `Publishing ${publication}` : `Publishing the round ${round}`}
      path={publishingPath(job)}
      eyebrow={round === null ? <a href="/publications">Published reports</a> : <a href="/rounds">Reporting rounds</a>}
      again={isUnderWay ? RETRY_AFTER_S : undefined}
      lead={<p>{round === null ? 'A report of no round.' : `Its report is ${publication}.`}</p>}
    >
      <Section title={isUnderWay ? 'It is being published' : PUBLISHING_STATE_WORDS[state]}>
        <div role="status">
          {isUnderWay && <HowFar words={PUBLISHING_STATE_WORDS[state]} rows={rows} unit="files" />}
          {problem && <p>{problem.detail}</p>}
        </div>
        <div class="acts">
          {state === 'done' && (
            <a class="button" href={path('publications', publication)}>
              See the report
            </a>
          )}
          {round !== null && <a href={path('rounds', round)}>See the round</a>}
          {round === null && state !== 'done' && <a href={path('publications', publication)}>See what was prepared</a>}
          {isUnderWay && state !== 'publishing' && (
            <OneButton action={`${publishingPath(job)}/cancel`} keyed={newCommandId()} button="Cancel it" quiet />
          )}
        </div>
        {keptUntil && <p class="note">This page is kept until {instantWords(keptUntil)}.</p>}
      </Section>
    </PlainPage>
  );
};
