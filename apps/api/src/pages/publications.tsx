/** The pages of published reports: what was published, its files, and what was corrected since. */
import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { Flows, FLOWS, withCauses, type Changed, type FlowFilter, type FlowsView } from '#progress';
import type { Log } from '#eventsourcing';
import { Registers, type PublicationAsAt } from '#registers';
import {
  LANGUAGES,
  PublicationDrafts,
  Publications as PublicationsWork,
  ReportJobs,
  roundOf,
  type PreparedDraft,
} from '#reports';
import { RoundViews, type RoundView, type SincePublished } from '#rounds';
import { LOG, type ApiRequest } from '#platform';
import { ChangedTable } from './changes.js';
import { Page } from './layout.js';
import { NarrativeWords } from './narrative.js';
import { PreparedReport, preparerOf } from './prepared-report.js';
import { RendersPages } from './rendering.js';
import { Replies } from './round-page.js';
import { KIND_WORDS, REPORT_FORMAT_WORDS, REPORT_LANGUAGE_WORDS } from './report-form.js';
import { Table } from './take-away.js';
import { PageQuery, path, Views, type View } from './view.js';
import { count, counted, dateWords, languageName } from './words.js';

/** Corrections that are shown; the list has all. */
const SHOWN = 20;

const NARROW = ['agency', 'role', 'memberOf', 'theme', 'crosswalk', 'crosswalkVersion', 'match', 'followsUp'] as const;

/**
 * The parameters of a report by which changes can be counted; `null`: it is narrowed by something else, too. The framework of a
 * report sets out its commitments and narrows them in none but the register, the round only adds to it.
 */
function narrowed({ kind, parameters }: Pick<PublicationAsAt, 'kind' | 'parameters'>): FlowFilter | null {
  const { forum, round: _round, ...given } = parameters ?? {};
  const { framework, ...asked } =
    kind === 'register' ? { framework: undefined, ...given } : { framework: '', ...given };
  const all = { ...asked, ...(forum && { followsUp: forum }), ...(kind === 'register' && framework && { framework }) };
  return Object.keys(all).every((name) => (NARROW as readonly string[]).includes(name)) ? all : null;
}

@RendersPages()
@Controller('publications')
export class PublicationPages {
  constructor(
    private readonly views: Views,
    private readonly registers: Registers,
    private readonly flows: Flows,
    private readonly rounds: RoundViews,
    private readonly work: PublicationsWork,
    private readonly drafts: PublicationDrafts,
    private readonly jobs: ReportJobs,
    @Inject(LOG) private readonly log: Log,
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
    return <Publications view={view} published={published} preparing={preparing} isDesk={by?.role === 'secretariat'} />;
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
    const replies = round?.publication === id ? (await this.rounds.since(code!, view.position)).replies : [];
    return <PublishedReport {...{ view, known, round, replies }} since={await this.#since(view, known)} />;
  }

  /** What is known otherwise by now of the date of a report. */
  async #since(view: View, known: PublicationAsAt): Promise<CorrectedSince | null> {
    const { asOf, published } = known;
    const filter = narrowed(known);
    const { knownAt } = published!;
    if (filter === null || Number(knownAt) >= Number(view.position)) return null;
    const [at, dates] = [
      { ...view.at, asOf },
      { from: asOf, to: asOf, knownThen: knownAt },
    ];
    const flows = await this.flows.between(at, dates, filter);
    const changed = FLOWS.filter((flow) => flow !== 'same');
    const page = await this.flows.commitments(at, dates, { flow: changed, leg: 'learned' }, filter, { limit: SHOWN });
    return { flows, filter, total: page.total, items: await withCauses(this.log, 'learned', page) };
  }
}

const aboutWords = ({ parameters }: Pick<PublicationAsAt, 'parameters'>): string =>
  Object.values(parameters ?? {}).join(', ');

interface ListParts {
  readonly view: View;
  readonly published: readonly PublicationAsAt[];
  /** `null`: whoever looks may not see them. */
  readonly preparing: readonly PreparedDraft[] | null;
  readonly isDesk: boolean;
}

const Publications = ({ view, published, preparing, isDesk }: ListParts) => (
  <Page
    view={view}
    title="Published reports"
    lead={<p>{counted(published.length, 'report')}, the latest first. What is published never changes.</p>}
    json={view.api('/publications', {})}
    csv={view.api('/publications', { format: 'csv' })}
  >
    {isDesk && (
      <p>
        <a class="button" href="/publications/prepare">
          Prepare a report
        </a>
      </p>
    )}
    {preparing && preparing.length > 0 && (
      <section>
        <h2>Being prepared</h2>
        <ul class="items">
          {preparing.map(({ id, content: { entry } }) => (
            <li key={id}>
              <a href={path('publications', id)}>{id}</a>{' '}
              <small>
                {[KIND_WORDS[entry.kind], aboutWords(entry)].filter(Boolean).join(': ')}, as at {dateWords(entry.asOf)}
              </small>
            </li>
          ))}
        </ul>
      </section>
    )}
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

/** What is known otherwise by now. */
interface CorrectedSince {
  readonly flows: FlowsView;
  readonly filter: FlowFilter;
  readonly total: number;
  /** The first of them, with what was said. */
  readonly items: readonly Changed[];
}

interface ReportParts {
  readonly view: View;
  readonly known: PublicationAsAt;
  readonly since: CorrectedSince | null;
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

const Since = ({ view, known, since }: Omit<ReportParts, 'round' | 'replies'>) => {
  const { asOf, published } = known;
  if (narrowed(known) === null)
    return <p>This report is narrowed by what changes are not counted by. The list that it was made of shows them.</p>;
  if (!since?.flows.learned) return <p>Nothing was recorded since it was published.</p>;
  const { flows, filter, total, items } = since;
  const moved = flows.totalThen.total !== flows.totalThenAsKnownNow.total;
  const link = view.link('/changes-since', {
    ...filter,
    asOf: null,
    from: asOf,
    to: asOf,
    knownThen: published!.knownAt,
  });
  return (
    <>
      <p>
        As published: {counted(flows.totalThen.total, 'commitment')} as at {dateWords(asOf)}.{' '}
        {moved
          ? `As corrected since: ${count(flows.totalThenAsKnownNow.total)}.`
          : 'As recorded by now the total is the same.'}{' '}
        {total === 0 && 'No commitment stands otherwise than it did.'}
      </p>
      {total > 0 && <ChangedTable view={view} items={items} total={total} />}
      <p>
        <a href={link}>All that was recorded or corrected since about that date</a>
      </p>
    </>
  );
};
