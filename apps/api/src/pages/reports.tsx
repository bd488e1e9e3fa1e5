/** The form of a report, and the page of one that is made in the background: how far it is, and its file. */
import { Body, Controller, Get, Param, Req } from '@nestjs/common';
import { PostsForm, Reads, SeeOther, YesNo, type ApiRequest } from '#platform';
import { RETRY_AFTER_S, OrderReport, ReportJobs, ReportOrders, type JobState, type NamedJob } from '#reports';
import { PlainPage, Section } from './layout.js';
import { RendersPages } from './rendering.js';
import { REPORT_KIND_WORDS, REPORT_FORMAT_WORDS, REPORT_LANGUAGE_WORDS } from './report-form.js';
import { path } from './view.js';
import { count, dateWords, instantWords } from './words.js';

const JOB_STATE_WORDS: Readonly<Record<Exclude<JobState, 'publishing'>, string>> = {
  waiting: 'Others are made first.',
  reading: 'What the report says is being looked up.',
  writing: 'It is being written.',
  done: 'It is done.',
  failed: 'It could not be made.',
  cancelled: 'It was cancelled.',
};

/** A report as a page orders it: in a format, or as a page to look at first. */
class OrderOnPage extends OrderReport {
  @YesNo({ optional: true, description: 'As HTML, whatever the format' }) preview?: boolean | null;
}

@RendersPages()
@Controller('reports')
export class ReportPages {
  constructor(
    private readonly orders: ReportOrders,
    private readonly jobs: ReportJobs,
  ) {}

  /** A form leads here; a reader who comes by the address looks for reports. */
  @Get()
  all() {
    return new SeeOther('/publications');
  }

  @PostsForm('', 'anyone')
  @Reads()
  async order(@Body() { preview, ...sent }: OrderOnPage, @Req() request: ApiRequest) {
    const order: OrderReport = preview ? { ...sent, format: 'html' } : sent;
    const quick = await this.orders.addressIfQuick(order);
    return new SeeOther(quick ?? jobPath(await this.orders.place(order, request)));
  }

  @Get('jobs/:id')
  async job(@Param('id') id: string) {
    const job = await this.jobs.one(id);
    return <Job job={job} keptUntil={this.jobs.keptUntil(job)} />;
  }

  @PostsForm('jobs/:id/cancel', 'anyone')
  @Reads()
  async cancel(@Param('id') id: string) {
    return new SeeOther(jobPath(await this.jobs.cancel(id)));
  }
}

interface HowFarParts {
  readonly words: string;
  readonly rows: NamedJob['rows'];
  /** The name of one of the things that are counted. */
  readonly unit: string;
}

/** How far a job is that is under way. */
export const HowFar = ({ words, rows, unit }: HowFarParts) => (
  <>
    <p>{words} This page asks again by itself; you may close it and come back.</p>
    {rows && (
      <p>
        <progress max={rows.of} value={rows.read} aria-label={`The ${unit} that are written`}>
          {count(rows.read)}
        </progress>{' '}
        {count(rows.read)} of {count(rows.of)} {unit}
      </p>
    )}
  </>
);

const jobPath = ({ id }: NamedJob): string => path('reports', 'jobs', id);

const Job = ({ job, keptUntil }: { job: NamedJob; keptUntil: string | null }) => {
  const { id, order, state, rows, file, problem } = job;
  const { kind, parameters, asOf, since, language, format } = order;
  const about = Object.values(parameters).filter(Boolean).join(', ');
  const isUnderWay = keptUntil === null;
  const words = JOB_STATE_WORDS[state as keyof typeof JOB_STATE_WORDS];
  return (
    <PlainPage
      title={[REPORT_KIND_WORDS[kind], about].filter(Boolean).join(': ')}
      path={jobPath(job)}
      eyebrow="Report"
      again={isUnderWay ? RETRY_AFTER_S : undefined}
      lead={
        <p>
          {since ? `From ${dateWords(since)} to ${dateWords(asOf)}` : `As at ${dateWords(asOf)}`}, in{' '}
          {REPORT_LANGUAGE_WORDS[language]}, as {REPORT_FORMAT_WORDS[format]}.
        </p>
      }
    >
      <Section title={isUnderWay ? 'It is being made' : words}>
        <div role="status">
          {isUnderWay && <HowFar words={words} rows={rows} unit="rows" />}
          {problem && <p>{problem.detail}</p>}
          {file && (
            <p>
              <a class="button" href={`/v1/reports/jobs/${id}/file`}>
                Open the report
              </a>{' '}
              ({count(Math.ceil(file.bytes / 1024))} kB)
            </p>
          )}
        </div>
        {keptUntil && <p class="note">This page and its file are kept until {instantWords(keptUntil)}.</p>}
        {isUnderWay && (
          <form method="post" action={`${jobPath(job)}/cancel`}>
            <button type="submit">Cancel it</button>
          </form>
        )}
      </Section>
    </PlainPage>
  );
};
