/** The view of a search in everything: commitments, agencies, themes, outcomes, forums and sources, the best of each. */
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { forms } from '#bodies';
import type { FullDate } from '#clocks';
import type { Log, Projector } from '#eventsourcing';
import {
  Answers,
  ShownList,
  Shown,
  Count,
  Day,
  TextOrNull,
  ClockQuery,
  clocksOf,
  LOG,
  PageSize,
  PUBLIC_URL,
  QueryChoices,
  SearchWords,
} from '#platform';
import { entryCode, formerNames, entryName, Registers, searchWordsOf, type Document, type Entry } from '#registers';
import { relevanceOf, termsIn, type SearchTerm } from '#search';
import { compareTexts } from '#text';
import { pagePath, PATHS } from '#words';
import { listQuery } from './list-query.js';
import { Progress } from './progress.js';
import type { ViewClocks } from './scan.js';

/** The kinds of things that can be searched. */
export const SEARCHED_KINDS = ['commitment', 'agency', 'theme', 'outcome', 'forum', 'document'] as const;
export type SearchedKind = (typeof SEARCHED_KINDS)[number];

/** How many of each kind are shown, if nothing else is asked for, and at most. */
const [DEFAULT_LIMIT, MAX_LIMIT] = [5, 1_000];

/** The field of a query that names the kinds. */
export const KindsField = (): PropertyDecorator =>
  QueryChoices(SEARCHED_KINDS, { description: 'Only these kinds', example: 'agency,theme' });
/** The field of a query that says how many of each kind are wanted. */
export const HitsField = (): PropertyDecorator => PageSize(DEFAULT_LIMIT, MAX_LIMIT, 'Of each kind at most');

export class SearchQuery extends ClockQuery {
  @SearchWords(
    'Words, their beginnings, and other forms of them (study, studies); in quotation marks, words as they are',
    { optional: false, example: 'remittances' },
  )
  q: string;
  @KindsField() kinds?: string;
  @HitsField() limit?: number;
}

export class SearchHit {
  @Shown('Reference, code or id', 'IOM') readonly code: string;
  @Shown('Its name for people: title, name, label or text') readonly name: string;
  @TextOrNull('The language of that, where it is told') readonly language: string | null;
  @TextOrNull('Of an agency the former name that was found, of a source its symbol, of a commitment its lead')
  readonly beside: string | null;
  @Shown('The address of its page', 'https://followthrough.example.org/agencies/IOM') readonly page: string;
}

export class SearchGroup {
  @ApiProperty({ enum: SEARCHED_KINDS }) readonly kind: SearchedKind;
  @Count('Found in all') readonly total: number;
  @ShownList(SearchHit, 'The best first') readonly hits: readonly SearchHit[];
  @Shown('The address of the list of all', '/v1/agencies?q=migration') readonly all: string;
}

export class SearchResults {
  @ApiProperty() readonly q: string;
  @Day() readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
  @Count('Of all kinds') readonly total: number;
  @ShownList(SearchGroup, 'One for each kind that is asked for') readonly groups: readonly SearchGroup[];
}

/** The results as they are found: their addresses are made where they are answered. */
export type Found = Awaited<ReturnType<Search['everything']>>;

export class Search {
  readonly #progress: Progress;
  readonly #registers: Registers;

  constructor(projector: Projector) {
    this.#progress = new Progress(projector);
    this.#registers = this.#progress.registers;
  }

  async everything(
    clocks: ViewClocks,
    q: string,
    { kinds = SEARCHED_KINDS, limit = DEFAULT_LIMIT }: { kinds?: readonly SearchedKind[]; limit?: number } = {},
  ) {
    const at = await this.#progress.pin(clocks);
    const ofKind = async (kind: SearchedKind) => ({
      kind,
      ...(await (kind === 'commitment' ? this.#commitments(at, q, limit) : this.#entries(kind, at, q, limit))),
    });
    const groups = await Promise.all(SEARCHED_KINDS.filter((one) => kinds.includes(one)).map(ofKind));
    const total = groups.reduce((sum, group) => sum + group.total, 0);
    return { q, asOf: at.asOf, position: at.knownAt, total, groups };
  }

  async #commitments(at: ViewClocks, q: string, limit: number) {
    const { total, items } = await this.#progress.commitments(at, { q }, { limit, sort: 'relevance' });
    const hits = items.map(({ reference, title, language, lead }) => ({
      ...{ code: reference, name: title, language, beside: lead },
    }));
    return { total, hits };
  }

  async #entries(kind: Exclude<SearchedKind, 'commitment'>, { asOf, knownAt }: ViewClocks, q: string, limit: number) {
    const terms = termsIn(q);
    const found = ((await this.#registers.all(kind, knownAt, asOf)) as Entry[])
      .map((entry) => ({ entry, score: relevanceOf(terms, searchWordsOf(kind, entry, forms)) }))
      .filter(({ score }) => score > 0)
      .sort(
        (a, b) =>
          b.score - a.score ||
          compareTexts(entryName(a.entry), entryName(b.entry)) ||
          compareTexts(entryCode(a.entry), entryCode(b.entry)),
      );
    const hits = found.slice(0, limit).map(({ entry }) => {
      const [code, name] = [entryCode(entry), entryName(entry)];
      const language = 'language' in entry ? (entry.language ?? null) : null;
      return { code, name, language, beside: besideOf(kind, entry, terms) };
    });
    return { total: found.length, hits };
  }
}

/** The former name of an agency that answers where its name now does not; the symbol of a document. */
function besideOf(kind: SearchedKind, entry: Entry, terms: readonly SearchTerm[]): string | null {
  if (kind === 'document') return (entry as Document).symbol ?? null;
  const answers = (text: string) => relevanceOf(terms, [{ text }]) > 0;
  const former = formerNames(entry).find(answers);
  return former === undefined || answers(entryName(entry)) ? null : former;
}

@ApiTags('Progress')
@Controller('v1/search')
export class SearchController {
  constructor(
    private readonly searching: Search,
    @Inject(LOG) private readonly log: Log,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Get()
  @Answers(
    SearchResults,
    'Search everything: commitments, agencies, themes, outcomes, forums and sources',
    'The best few of each kind, with their number and the address of the list of all.',
  )
  async search(@Query() { q, kinds, limit, ...clocks }: SearchQuery): Promise<SearchResults> {
    const at = await clocksOf(clocks, this.log.store);
    const results = await this.searching.everything(at, q, { kinds: kindsIn(kinds), limit });
    const query = listQuery({ q }, { asOf: results.asOf, knownAt: results.position });
    const groups = results.groups.map(({ hits, ...group }) => ({
      ...group,
      hits: hits.map((hit) => ({ ...hit, page: this.publicUrl + pagePath(group.kind, hit.code) })),
      all: `/v1/${PATHS[group.kind]}?${query}`,
    }));
    return { ...results, groups };
  }
}

export const kindsIn = (kinds?: string): SearchedKind[] | undefined => kinds?.split(',') as SearchedKind[] | undefined;
