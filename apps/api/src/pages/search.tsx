/** The page of a search in everything, by kind: the best few of each, and a way to all. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { HitsField, KindsField, kindsIn, Search, type SearchedKind, type Found } from '#progress';
import { marked, whyNotSought } from '#search';
import { pagePath } from '#words';
import { Contents } from './contents.js';
import { Page } from './layout.js';
import { RendersPages } from './rendering.js';
import { PageQuery, Views, type View } from './view.js';
import { count, counted, textWords } from './words.js';

class SearchPageQuery extends PageQuery {
  @IsOptional() @IsString() @MaxLength(300) q?: string;
  @KindsField() kinds?: string;
  @HitsField() limit?: number;
}

@RendersPages()
@Controller('search')
export class SearchPage {
  constructor(
    private readonly views: Views,
    private readonly search: Search,
  ) {}

  @Get()
  async everything(@Query() query: SearchPageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { q = '', kinds, limit } = query;
    const results =
      whyNotSought(q) === null ? await this.search.everything(view.at, q, { kinds: kindsIn(kinds), limit }) : null;
    return <Results view={view} q={q} results={results} />;
  }
}

const SEARCHED_KIND_WORDS: Readonly<Record<SearchedKind, readonly [one: string, many: string]>> = {
  commitment: ['commitment', 'commitments'],
  agency: ['agency', 'agencies'],
  theme: ['theme', 'themes'],
  outcome: ['outcome', 'outcomes'],
  forum: ['forum or meeting', 'forums and meetings'],
  document: ['source', 'sources'],
};
const kindHeading = (kind: SearchedKind): string =>
  SEARCHED_KIND_WORDS[kind][1].replace(/^./, (letter) => letter.toUpperCase());

/** As many as a page of all of a kind shows. */
const MAX_HITS_PER_KIND = 1_000;

const Results = ({ view, q, results }: { view: View; q: string; results: Found | null }) => {
  const found = results?.groups.filter(({ total }) => total > 0) ?? [];
  return (
    <Page
      view={view}
      title={q ? `Search for “${q}”` : 'Search'}
      searched={q}
      lead={
        <p>
          {!results && q.trim() !== '' && <>{whyNotSought(q)} </>}
          {!results && 'Search commitments, agencies, themes, outcomes, forums and sources in the field above.'}
          {results &&
            (results.total > 0
              ? `${counted(results.total, 'result')}, the best of each kind first.`
              : 'Nothing was found.')}
        </p>
      }
      api={results ? ['/search'] : undefined}
      list={null}
    >
      {results?.total === 0 && <NothingThere view={view} />}
      {found.length > 1 && (
        <Contents entries={found.map(({ kind, total }) => ({ id: kind, name: kindHeading(kind), n: total }))} />
      )}
      {found.map((group) => (
        <Hits key={group.kind} view={view} q={q} group={group} />
      ))}
    </Page>
  );
};

/** The ways out where nothing was found. */
const NothingThere = ({ view }: { view: View }) => (
  <ul>
    <li>Fewer words, or only the beginning of a word, find more.</li>
    <li>Words in quotation marks are found only as they stand there.</li>
    <li>
      Only what was reported by the date shown is found.{' '}
      {view.asOf !== view.today && <a href={view.here({ asOf: view.today })}>Search as at today</a>}
    </li>
    {view.asked['kinds'] !== undefined && (
      <li>
        <a href={view.here({ kinds: null, limit: null })}>Search everything</a>
      </li>
    )}
    <li>
      <a href={view.link('/commitments')}>All commitments</a> · <a href={view.link('/agencies')}>All agencies</a>
    </li>
  </ul>
);

const Hits = ({ view, q, group: { kind, total, hits } }: { view: View; q: string; group: Found['groups'][number] }) => (
  <section>
    <h2 id={kind}>
      {kindHeading(kind)} <small class="n">{count(total)}</small>
    </h2>
    <ol class="hits">
      {hits.map(({ code, name, language, beside }) => (
        <li key={code}>
          <a href={view.link(pagePath(kind, code))} dir="auto" lang={language ?? undefined}>
            {marked(textWords(name), q, language).map(({ text, found }, i) =>
              found ? <mark key={i}>{text}</mark> : text,
            )}
          </a>{' '}
          <small class="code">{code}</small>
          {beside !== null && (
            <small dir="auto">
              {' '}
              {kind === 'agency'
                ? `formerly ${beside}`
                : kind === 'commitment'
                  ? `led by ${view.names.agency.get(beside) ?? beside}`
                  : beside}
            </small>
          )}
        </li>
      ))}
    </ol>
    {total > hits.length && (
      <p>
        <a
          href={
            kind === 'commitment'
              ? view.link('/commitments', { q })
              : view.here({ kinds: kind, limit: MAX_HITS_PER_KIND })
          }
        >
          All {counted(total, ...SEARCHED_KIND_WORDS[kind])}
        </a>
      </p>
    )}
  </section>
);
