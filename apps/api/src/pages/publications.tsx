/** The pages of published reports: what was published, its files, and what was corrected since. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Flows, type FlowsView } from '#progress';
import { Registers, type PublicationAsAt } from '#registers';
import { LANGUAGES } from '#reports';
import { RoundViews, type RoundView, type SincePublished } from '#rounds';
import { Page } from './layout.js';
import { NarrativeWords } from './narrative.js';
import { RendersPages } from './rendering.js';
import { Replies } from './round-page.js';
import { REPORT_FORMAT_WORDS, REPORT_LANGUAGE_WORDS } from './report-form.js';
import { Table } from './take-away.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords, languageName } from './words.js';

/** The kinds of reports. */
export const KIND_WORDS: Readonly<Record<PublicationAsAt['kind'], string>> = {
  agency: 'Progress report of an agency',
  theme: 'Progress report on a theme',
  forum: 'Follow-up to a forum',
  synthesis: 'Synthesis',
  register: 'Register of commitments',
};

/** The part of the parameters of a report by which changes can be counted. */
const narrowed = ({ agency, theme, followsUp, forum }: Readonly<Record<string, string>>) => ({
  ...(agency && { agency }),
  ...(theme && { theme }),
  ...((followsUp ?? forum) && { followsUp: followsUp ?? forum }),
});

@RendersPages()
@Controller('publications')
export class PublicationPages {
  constructor(
    private readonly views: Views,
    private readonly registers: Registers,
    private readonly flows: Flows,
    private readonly rounds: RoundViews,
  ) {}

  @Get()
  async publications(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const all = await this.registers.all('publication', view.position);
    const published = all
      .filter(({ published }) => published !== null)
      .sort((a, b) => (a.published!.publishedOn < b.published!.publishedOn ? 1 : -1));
    return <Publications view={view} published={published} />;
  }

  @Get(':id')
  async publication(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const known = await this.registers.one('publication', id, view.position);
    if (!known?.published) throw await this.registers.missing('publication', id, view.position);
    const { asOf, published, parameters } = known;
    const since =
      Number(published.knownAt) < Number(view.position)
        ? await this.flows.between(
            { ...view.at, asOf },
            { from: asOf, to: asOf, knownThen: published.knownAt },
            narrowed(parameters ?? {}),
          )
        : null;
    const code = known.parameters?.['round'];
    const round = code ? await this.rounds.one(code, view.position) : null;
    const replies = round?.publication === id ? (await this.rounds.since(code!, view.position)).replies : [];
    return <PublishedReport {...{ view, known, since, round, replies }} />;
  }
}

const aboutWords = ({ parameters }: PublicationAsAt): string => Object.values(parameters ?? {}).join(', ');

const Publications = ({ view, published }: { view: View; published: readonly PublicationAsAt[] }) => (
  <Page
    view={view}
    title="Published reports"
    lead={<p>{counted(published.length, 'report')}, the latest first. What is published never changes.</p>}
    json={view.api('/publications', {})}
    csv={view.api('/publications', { format: 'csv' })}
  >
    {published.length === 0 ? (
      <p>
        Nothing is published yet. A report of what a page shows can be made on the page itself: of an agency, a theme, a
        forum, or of everything on the <a href={view.link('/')}>overview</a>.
      </p>
    ) : (
      <Table class="outcomes">
        <caption class="hidden">Published reports</caption>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col">Report</th>
            <th scope="col">As at</th>
            <th scope="col">Published</th>
          </tr>
        </thead>
        <tbody>
          {published.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={view.link(path('publications', one.id))}>{one.id}</a>
              </th>
              <td data-label="Report">{[KIND_WORDS[one.kind], aboutWords(one)].filter(Boolean).join(': ')}</td>
              <td data-label="As at">{dateWords(one.asOf)}</td>
              <td data-label="Published">{dateWords(one.published!.publishedOn)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    )}
  </Page>
);

interface ReportParts {
  readonly view: View;
  readonly known: PublicationAsAt;
  readonly since: FlowsView | null;
  /** The round that it came out of, and what agencies replied beside it. */
  readonly round: RoundView | null;
  readonly replies: SincePublished['replies'];
}

const PublishedReport = ({ view, known, since, round, replies }: ReportParts) => {
  const { id, kind, asOf, narratives, published } = known;
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
          {[KIND_WORDS[kind], aboutWords(known)].filter(Boolean).join(': ')}, as at {dateWords(asOf)}. Published on{' '}
          {dateWords(publishedOn)}; it never changes.
          {round && (
            <>
              {' '}
              It came out of{' '}
              <a href={path('rounds', round.code)} dir="auto">
                {round.name}
              </a>
              .
            </>
          )}
        </p>
      }
      json={view.api(`/publications/${encodeURIComponent(id)}`, {})}
      csv={view.api('/publications', { format: 'csv' })}
    >
      <section>
        <h2>Read it</h2>
        <Table class="breakdown brief">
          <caption class="hidden">Files of the report</caption>
          <thead>
            <tr>
              <th scope="col">Format</th>
              {LANGUAGES.map((language) => (
                <th key={language} scope="col">
                  {REPORT_LANGUAGE_WORDS[language]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {formats.map(([format, words]) => (
              <tr key={format}>
                <th scope="row">{words}</th>
                {LANGUAGES.map((language) => {
                  const file = files.find((one) => one.format === format && one.language === language);
                  return (
                    <td key={language} data-label={REPORT_LANGUAGE_WORDS[language]}>
                      {file && <a href={fileOf(format, language)}>{count(Math.ceil(file.bytes / 1024))} kB</a>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </Table>
      </section>
      <section>
        <h2>Corrected since</h2>
        <Since view={view} known={known} since={since} />
        <Replies replies={replies} />
      </section>
      {narratives.length > 0 && (
        <section>
          <h2>Words added to it</h2>
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
        </section>
      )}
      <section>
        <h2>Check a file</h2>
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
      </section>
    </Page>
  );
};

const Since = ({ view, known: { asOf, parameters, published }, since }: Omit<ReportParts, 'round' | 'replies'>) => {
  const learned = since?.learned;
  const moved = learned ? since.totalThen.total !== since.totalThenAsKnownNow.total : false;
  if (!since || !learned) return <p>Nothing was recorded since it was published.</p>;
  const link = view.link('/changes-since', {
    ...narrowed(parameters ?? {}),
    asOf: null,
    from: asOf,
    to: asOf,
    knownThen: published!.knownAt,
  });
  return (
    <p>
      As published: {counted(since.totalThen.total, 'commitment')} as at {dateWords(asOf)}.{' '}
      {moved
        ? `As corrected since: ${count(since.totalThenAsKnownNow.total)}.`
        : 'As recorded by now the total is the same.'}{' '}
      <a href={link}>What was corrected, and why</a>
    </p>
  );
};
