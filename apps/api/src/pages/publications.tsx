/** The pages of published reports: the publication, its files, and later corrections. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { Total } from '#progress';
import { Registers, type PublicationAsAt } from '#registers';
import {
  changesCountedBy,
  Corrections,
  LANGUAGES,
  PublicationDrafts,
  Publications as PublicationsWork,
  ReportJobs,
  roundOf,
  type CorrectedSince,
  type PreparedDraft,
} from '#reports';
import { RoundViews, type RoundView } from '#rounds';
import { type ApiRequest } from '#platform';
import { ChangedTable } from './changed-table.js';
import { Page, Section } from './layout.js';
import { NameLink } from './links.js';
import { NarrativeWords } from './narrative.js';
import { PreparedReport, preparerOf } from './prepared-report.js';
import { RendersPages } from './rendering.js';
import { Replies } from './round-page.js';
import { REPORT_KIND_WORDS, REPORT_FORMAT_WORDS, REPORT_LANGUAGE_WORDS } from './report-form.js';
import { RecordTable } from './take-away.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords, languageName, SHOWN_STAGES, STAGE_WORDS } from './words.js';

@RendersPages()
@Controller('publications')
export class PublicationPages {
  constructor(
    private readonly views: Views,
    private readonly registers: Registers,
    private readonly corrections: Corrections,
    private readonly rounds: RoundViews,
    private readonly work: PublicationsWork,
    private readonly drafts: PublicationDrafts,
    private readonly jobs: ReportJobs,
  ) {}

  @Get()
  async publications(@Query() query: PageQuery, @Req() request: ApiRequest) {
    const view = await this.views.open(query, request);
    const all = await this.registers.all('publication', view.position);
    const published = all
      .filter(({ published }) => published !== null)
      .sort((a, b) => (a.published!.publishedOn < b.published!.publishedOn ? 1 : -1));
    const by = preparerOf(request);
    const preparing = by && (await this.drafts.all());
    const corrected = new Map<string, number>();
    for (const one of published) corrected.set(one.id, (await this.corrections.since(one, view.position, 0)).total);
    const isDesk = by?.role === 'secretariat';
    return <Publications {...{ view, published, corrected, preparing, isDesk }} />;
  }

  @Get(':id')
  async publication(@Param('id') id: string, @Query() query: PageQuery, @Req() request: ApiRequest) {
    const view = await this.views.open(query, request);
    const by = preparerOf(request);
    const draft = by && (await this.drafts.read(id));
    if (by && draft) {
      const { sections } = await this.work.trial(draft.content.entry);
      const job = await this.jobs.publishingOf({ round: roundOf(draft.content.entry), publication: id });
      return <PreparedReport {...{ draft, sections, by, job }} />;
    }
    const known = await this.registers.one('publication', id, view.position);
    if (!known?.published) throw await this.registers.missing('publication', id, view.position);
    const code = known.parameters?.['round'];
    const round = code ? await this.rounds.one(code, view.position) : null;
    return <PublishedReport {...{ view, known, round }} since={await this.corrections.since(known, view.position)} />;
  }
}

/** The kind of report, and its subject if it has one. */
const reportWords = ({ kind, parameters }: Pick<PublicationAsAt, 'kind' | 'parameters'>): string =>
  [REPORT_KIND_WORDS[kind], Object.values(parameters ?? {}).join(', ')].filter(Boolean).join(': ');

interface PublicationListParts {
  readonly view: View;
  readonly published: readonly PublicationAsAt[];
  /** By their symbols: how many of their commitments count otherwise by now. */
  readonly corrected: ReadonlyMap<string, number>;
  /** `null`: this reader may not see them. */
  readonly preparing: readonly PreparedDraft[] | null;
  readonly isDesk: boolean;
}

const Publications = ({ view, published, corrected, preparing, isDesk }: PublicationListParts) => (
  <Page
    view={view}
    title="Published reports"
    lead={<p>{counted(published.length, 'report')}, the latest first. What is published never changes.</p>}
    api={['/publications', {}]}
  >
    {isDesk && (
      <p>
        <a class="button" href="/publications/prepare">
          Prepare a report
        </a>
      </p>
    )}
    {preparing && preparing.length > 0 && (
      <Section title="Being prepared">
        <ul class="items">
          {preparing.map(({ id, content: { entry } }) => (
            <li key={id}>
              <a href={path('publications', id)}>{id}</a>{' '}
              <small>
                {reportWords(entry)}, as at {dateWords(entry.asOf)}
              </small>
            </li>
          ))}
        </ul>
      </Section>
    )}
    {published.length === 0 ? (
      <p>
        Nothing is published yet. A report of what a page shows can be made on the page itself: of an agency, a theme, a
        forum, or of everything on the <a href={view.link('/')}>overview</a>.
      </p>
    ) : (
      <RecordTable
        class="outcomes"
        caption="Published reports"
        hideCaption
        records={published}
        columns={{
          Symbol: ({ id }) => <a href={view.link(path('publications', id))}>{id}</a>,
          Report: reportWords,
          'As at': ({ asOf }) => dateWords(asOf),
          Published: ({ published }) => dateWords(published!.publishedOn),
          'Corrected since': ({ id }) =>
            corrected.get(id)! > 0 ? counted(corrected.get(id)!, 'commitment') : 'Nothing',
        }}
      />
    )}
  </Page>
);

interface PublishedReportParts {
  readonly view: View;
  readonly known: PublicationAsAt;
  readonly since: CorrectedSince;
  /** The round that it came out of. */
  readonly round: RoundView | null;
}

const PublishedReport = ({ view, known, since, round }: PublishedReportParts) => {
  const { id, asOf, narratives, published } = known;
  const { files, publishedOn, template, software } = published!;
  const fileOf = (format: string, language: string) =>
    `/v1/publications/${encodeURIComponent(id)}/file?format=${format}&language=${language}`;
  const formats = Object.entries(REPORT_FORMAT_WORDS).filter(([format]) =>
    files.some((file) => file.format === format),
  );
  return (
    <Page
      view={view}
      eyebrow="Published report"
      title={id}
      lead={
        <p>
          {reportWords(known)}, as at {dateWords(asOf)}. Published on {dateWords(publishedOn)}; it never changes.
          {round && (
            <>
              {' '}
              It came out of <NameLink to={path('rounds', round.code)} name={round.name} />.
            </>
          )}
        </p>
      }
      api={[path('publications', id), {}]}
      list={null}
    >
      <Section title="Read it">
        <RecordTable
          class="breakdown brief"
          caption="Files of the report"
          hideCaption
          records={formats}
          columns={{
            Format: ([, words]) => words,
            ...Object.fromEntries(
              LANGUAGES.map((language) => [
                REPORT_LANGUAGE_WORDS[language],
                ([format]) => {
                  const file = files.find((one) => one.format === format && one.language === language);
                  return file && <a href={fileOf(format, language)}>{count(Math.ceil(file.bytes / 1024))} kB</a>;
                },
              ]),
            ),
          }}
        />
      </Section>
      <Section title="Corrected since">
        <ChangedSince view={view} known={known} since={since} />
        <Replies replies={since.replies} />
      </Section>
      {narratives.length > 0 && (
        <Section title="Words added to it">
          {narratives.map(({ section, agency, language, text, revision }) => (
            <figure key={revision}>
              <blockquote lang={language} dir="auto">
                <NarrativeWords text={text} />
              </blockquote>
              <figcaption>
                {agency ?? 'The secretariat'}, in the section “{section}” ({languageName(language)})
              </figcaption>
            </figure>
          ))}
        </Section>
      )}
      <Section title="Check a file">
        <p>
          A file is the one that was published when its SHA-256 is among these. It was made by Followthrough {software},
          with version {template} of this kind of report.
        </p>
        <details>
          <summary>SHA-256 of every file</summary>
          <ul class="digests">
            {files.map(({ language, format, sha256 }) => (
              <li key={`${language} ${format}`}>
                {REPORT_LANGUAGE_WORDS[language]}, {format}: <code>{sha256}</code>
              </li>
            ))}
          </ul>
        </details>
      </Section>
    </Page>
  );
};

const ChangedSince = ({ view, known, since: { figures, total, changed } }: Omit<PublishedReportParts, 'round'>) => {
  const { asOf, published } = known;
  const filter = changesCountedBy(known);
  if (filter === null)
    return <p>This report is narrowed by what changes are not counted by. The list that it was made of shows them.</p>;
  if (!figures?.learned) return <p>Nothing was recorded since it was published.</p>;
  const link = view.link('/changes-since', {
    ...filter,
    asOf: null,
    from: asOf,
    to: asOf,
    knownThen: published!.knownAt,
  });
  return (
    <>
      {total === 0 ? (
        <p>As recorded by now every figure is the same: no commitment stands otherwise than it did.</p>
      ) : (
        <>
          <BesideEachOther asOf={asOf} then={figures.totalThen} now={figures.totalThenAsKnownNow} />
          <ChangedTable view={view} items={changed} total={total} />
        </>
      )}
      <p>
        <a href={link}>All that was recorded or corrected since about that date</a>
      </p>
    </>
  );
};

/** The figures as they were published, and as they are known by now. */
const BesideEachOther = ({ asOf, then, now }: { asOf: string; then: Total; now: Total }) => {
  const rows = [
    ['All', then.total, now.total, [then.list, now.list]] as const,
    ...SHOWN_STAGES.map((stage) => {
      const of = ({ list }: Total) => `${list}&stage=${stage}`;
      return [STAGE_WORDS[stage], then.byStage[stage], now.byStage[stage], [of(then), of(now)]] as const;
    }),
  ];
  return (
    <RecordTable
      class="breakdown brief"
      caption={`Commitments as at ${dateWords(asOf)}`}
      records={rows}
      columns={{
        Stage: ([words]) => words,
        'As published': ([, was, , [before]]) => <a href={`/commitments?${before}`}>{count(was)}</a>,
        'As corrected since': ([, was, is, [, after]]) => {
          const now = <a href={`/commitments?${after}`}>{count(is)}</a>;
          return was === is ? now : <strong>{now}</strong>;
        },
      }}
    />
  );
};
