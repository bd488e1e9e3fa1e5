/** The pages of sources, with the statements read in each. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Coverage, Progress, type ItemList, type OutcomeRow } from '#progress';
import { Registers, type Document } from '#registers';
import { EntryFacts } from './entry-fields.js';
import { Figure, ShownDate } from './figures.js';
import { Page, Section } from './layout.js';
import { NameLink } from './links.js';
import { ByStage, MAX_COMMITMENTS_LISTED } from './lists.js';
import { OutcomesByKind } from './outcome-lists.js';
import { RecordTable } from './take-away.js';
import { RendersPages } from './rendering.js';
import { WhenSignedIn } from './signed-in.js';
import { PageQuery, path, Views, type View } from './view.js';
import { counted, dateWords, languageName } from './words.js';

@RendersPages()
@Controller('documents')
export class DocumentPages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly coverage: Coverage,
  ) {}

  @Get()
  async documents(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    return <Documents view={view} citing={await this.progress.valuesInUse('document', view.at)} />;
  }

  @Get(':id')
  async document(@Param('id') id: string, @Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const document = await this.registers.needed('document', id, view.position);
    const [list, outcomes] = await Promise.all([
      this.progress.commitments(view.at, { document: id }, { limit: MAX_COMMITMENTS_LISTED }),
      this.coverage.outcomes(view.at, { concerns: 'any' }, { limit: null }),
    ]);
    const read = outcomes.rows.filter((outcome) => outcome.document === id);
    return <DocumentReport view={view} document={document} list={list} outcomes={read} />;
  }
}

const Documents = ({ view, citing }: { view: View; citing: ReadonlyMap<string, number> }) => (
  <Page
    view={view}
    title="Sources"
    lead={<p>The documents in which statements were read. Their statements count as reported from the date shown.</p>}
    api={['/documents', {}]}
  >
    <RecordTable
      class="outcomes"
      caption="Documents"
      hideCaption
      records={view.reports.flatMap(({ date, documents }) => documents.map((document) => ({ ...document, date })))}
      columns={{
        Document: ({ id, title, publisher, symbol }) => (
          <>
            <NameLink to={view.link(path('documents', id))} name={title} />{' '}
            <small>{[publisher, symbol].filter(Boolean).join(', ')}</small>
          </>
        ),
        'Reported on': { class: 'date', cell: ({ date }) => <ShownDate date={date} /> },
        'Commit\u00adments': {
          class: 'n',
          cell: ({ id }) => <Figure n={citing.get(id) ?? 0} href={view.link('/commitments', { document: id })} />,
        },
      }}
    />
  </Page>
);

interface DocumentReportParts {
  readonly view: View;
  readonly document: Document;
  readonly list: ItemList;
  readonly outcomes: readonly OutcomeRow[];
}

const PLACED_FIELDS = [
  ...(['id', 'symbol', 'title', 'series', 'publisher', 'published'] as const),
  ...(['reportedOn', 'pages', 'language', 'url'] as const),
];

const DocumentReport = ({ view, document, list, outcomes }: DocumentReportParts) => (
  <Page
    view={view}
    title={document.title}
    eyebrow={['Document', document.symbol, document.id].filter(Boolean).join(' · ')}
    lead={
      <p>
        {[document.series, document.publisher].filter(Boolean).join(', ')}, <ShownDate date={document.published} />
        {document.pages ? `, ${counted(document.pages, 'page')}` : ''}
        {document.language && document.language !== 'en' && `, in ${languageName(document.language)}`}.{' '}
        {document.url && (
          <>
            <a href={document.url} rel="noreferrer nofollow">
              Read it
            </a>
            .{' '}
          </>
        )}
        <WhenSignedIn>
          <a href={`${path('documents', document.id)}/paper`}>Read it statement by statement</a>.{' '}
          <a href={path('register', 'document', document.id)}>Its entry in the register</a>.{' '}
        </WhenSignedIn>
        Its statements count as reported on{' '}
        <a href={view.here({ asOf: document.reportedOn })}>{dateWords(document.reportedOn)}</a>.
      </p>
    }
    api={[path('documents', document.id), {}]}
    entry={path('documents', document.id)}
    list={['/commitments', { document: document.id }]}
  >
    <EntryFacts {...{ view, kind: 'document', entry: document }} placed={PLACED_FIELDS} />
    {outcomes.length > 0 && (
      <Section title="Outcomes read in it">
        <OutcomesByKind view={view} rows={outcomes} />
      </Section>
    )}
    <ByStage
      view={view}
      items={list.items}
      total={list.total}
      filter={{ document: document.id }}
      title="Commitments that cite it"
    />
  </Page>
);
