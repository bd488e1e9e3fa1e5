/** The list of commitments: every filter of the API as a plain form. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { NEXT_STEPS } from '#words';
import { ENDS, KINDS, NATURES, OUTLOOKS, ROLES, STRENGTHS, VERIFICATIONS } from '#commitments';
import { withClocksOfCursor } from '#platform';
import { CommitmentsQuery, listOf, Progress, type Facet, type ItemList, type Row } from '#progress';
import { Registers } from '#registers';
import { byFramework, Choice, type ChoiceParts } from './choice.js';
import { conditionsOf, NothingFound, withoutEach, type Without } from './conditions.js';
import { StageBar } from './figures.js';
import { KeptFields } from './as-at.js';
import { followPath } from './feed-path.js';
import { Page } from './layout.js';
import { apartOf, correctedCount, CorrectedLater, EndedApart, type EndedCounts } from './lineage.js';
import { CommitmentTable, ORDER_WORDS, Pager } from './lists.js';
import { MemberOf } from './member-of.js';
import { RendersPages } from './rendering.js';
import { FollowedUp } from './scope.js';
import { ListedThrough, LISTED_BY } from './through.js';
import { Views, type View } from './view.js';
import {
  count,
  counted,
  countryName,
  dateWords,
  NATURE_WORDS,
  OPEN_STAGES,
  NEXT_STEP_WORDS,
  OUTLOOK_WORDS,
  READING_WORDS,
  regionName,
  roleWords,
  sentence,
  SHOWN_STAGES,
  STAGE_WORDS,
} from './words.js';

@RendersPages()
@Controller('commitments')
export class CommitmentsPage {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
    private readonly memberOf: MemberOf,
  ) {}

  @Get()
  async commitments(@Query() query: CommitmentsQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request, withClocksOfCursor(query));
    const { filter, page } = listOf(query);
    const [list, row, choices, apart] = await Promise.all([
      this.progress.commitments(view.at, filter, page),
      this.progress.total(view.at, filter),
      this.choices(view),
      filter.life ? null : apartOf(this.progress, view, filter),
    ]);
    const without =
      list.total === 0
        ? await withoutEach(
            view,
            async (changes) => (await this.progress.total(view.at, { ...filter, ...changes })).total,
          )
        : [];
    return <Commitments {...{ view, list, row, choices, apart, without }} />;
  }

  /** The selects of the form, filled from the registers with what is in use. */
  private async choices(view: View): Promise<Choices> {
    const inUse = async (facet: Facet) => [...(await this.progress.inUse(facet, view.at)).keys()];
    const [agencies, themes, frameworks, countries, regions, documents, forums] = await Promise.all([
      inUse('agency'),
      this.registers.all('theme', view.position),
      this.registers.all('framework', view.position),
      inUse('country'),
      inUse('region'),
      this.registers.all('document', view.position),
      this.followedUp.forums(view),
    ]);
    const words = (codes: readonly string[]) => codes.map((code) => [code, sentence(code)] as const);
    return [
      {
        name: 'stage',
        label: 'Stage',
        any: 'Any',
        options: [[OPEN_STAGES, 'Open (any of these)'], ...SHOWN_STAGES.map((s) => [s, STAGE_WORDS[s]] as const)],
      },
      {
        name: 'agency',
        label: 'Agency',
        any: 'Any',
        options: agencies.map((code) => [code, `${code} – ${view.names.agency.get(code) ?? code}`]),
      },
      {
        name: 'role',
        label: 'Its role',
        any: 'Lead, co-lead or partner',
        options: ROLES.map((role) => [role, sentence(roleWords(role))]),
      },
      {
        name: 'theme',
        label: 'Theme',
        any: 'Any',
        options: [],
        groups: byFramework(frameworks, themes),
      },
      {
        name: 'verification',
        label: 'Secretariat’s reading',
        any: 'Any, or unreviewed',
        options: VERIFICATIONS.map((v) => [v, READING_WORDS[v]]),
      },
      { name: 'outlook', label: 'Outlook', any: 'Any, or none', options: OUTLOOKS.map((o) => [o, OUTLOOK_WORDS[o]]) },
      {
        name: 'life',
        label: 'Records',
        any: 'Active',
        options: [...words(ENDS), [ENDS.join(','), 'All that have ended'], ['any', 'Active and ended']],
      },
      { name: 'followsUp', label: 'Follows up', any: 'Anything', options: forums.map(({ id, name }) => [id, name]) },
      {
        name: 'with',
        label: 'Together with',
        any: 'Anyone, or no one',
        options: agencies.map((code) => [code, `${code} – ${view.names.agency.get(code) ?? code}`]),
      },
      await this.memberOf.choice(view),
      {
        name: 'joint',
        label: 'Agencies responsible',
        any: 'One or several',
        options: yesNo('Several', 'One alone'),
      },
      {
        name: 'asked',
        label: 'Roles that wait for an answer',
        any: 'With or without',
        options: yesNo('With', 'Without'),
      },
      { name: 'kind', label: 'Kind', any: 'Any', options: words(KINDS) },
      { name: 'nature', label: 'Nature', any: 'Any', options: NATURES.map((n) => [n, NATURE_WORDS[n]]) },
      { name: 'strength', label: 'Strength', any: 'Any', options: words(STRENGTHS) },
      { name: 'country', label: 'Country', any: 'Any', options: countries.map((code) => [code, countryName(code)]) },
      { name: 'region', label: 'Region', any: 'Any', options: regions.map((code) => [code, regionName(code)]) },
      {
        name: 'document',
        label: 'Read in',
        any: 'Any document',
        options: documents.map(({ id, title }) => [id, title]),
      },
      {
        name: 'withActivity',
        label: 'Activities elsewhere',
        any: 'Named or not',
        options: yesNo('Named', 'None named'),
      },
      { name: 'withTarget', label: 'Target date', any: 'With or without', options: yesNo('With', 'Without') },
      {
        name: 'nextStep',
        label: 'Next step',
        any: 'Whatever is said',
        options: NEXT_STEPS.map((word) => [word, sentence(NEXT_STEP_WORDS[word])]),
      },
      { name: 'overdue', label: 'Overdue', any: 'Either', options: yesNo('Overdue', 'Not overdue') },
      {
        name: 'stale',
        label: `Update within ${counted(view.staleAfter, 'month')}`,
        any: 'Either',
        options: yesNo('None', 'Updated'),
      },
    ];
  }
}

const yesNo = (yes: string, no: string) =>
  [
    ['true', yes],
    ['false', no],
  ] as const;

type Choices = readonly Omit<ChoiceParts, 'value'>[];

interface Parts {
  readonly view: View;
  readonly list: ItemList;
  readonly row: Row;
  readonly choices: Choices;
  /** The ended records that the same filter finds; `null` where they are asked for themselves. */
  readonly apart: EndedCounts | null;
  /** For an empty list: the count without each condition. */
  readonly without: readonly Without[];
}

/** The choices that are always in sight; the others fold away until one is made. */
const FIRST = 4;

const Commitments = ({ view, list, row, choices, apart, without }: Parts) => {
  const { limit: _limit, cursor: _cursor, ...asked } = view.asked;
  const made = choices.filter(({ name }) => asked[name] !== undefined);
  const isNarrowed = conditionsOf(view).length > 0 || LISTED_BY.some((field) => asked[field] !== undefined);
  const search = asked['q'] === undefined ? '' : String(asked['q']);
  const select = (choice: Choices[number]) => <Choice key={choice.name} {...choice} value={asked[choice.name]} />;
  return (
    <Page
      view={view}
      title="Commitments"
      lead={
        <p>
          <strong id="total">{counted(list.total, 'commitment')}</strong> {isNarrowed ? 'found' : 'in all'}.
        </p>
      }
      api={['/commitments']}
      list={['/commitments', asked]}
      follow={isNarrowed ? followPath('list', view.api('/commitments').replace(/^[^?]*\??/, '')) : undefined}
    >
      {list.total === 0 && <NothingFound view={view} what="commitment" without={without} />}
      <form method="get" action="/commitments" class="filters" aria-label="Find commitments">
        <KeptFields view={view} besides={['q', 'sort', 'limit', ...choices.map(({ name }) => name)]} />
        <label class="search">
          <span>Search</span>
          <input
            type="search"
            name="q"
            value={search}
            placeholder="Words of title, summary or reference, or “a phrase”"
          />
        </label>
        {choices.slice(0, FIRST).map(select)}
        <details open={choices.slice(FIRST).some((choice) => made.includes(choice))}>
          <summary>More filters</summary>
          <div class="filters">{choices.slice(FIRST).map(select)}</div>
        </details>
        <Choice
          name="sort"
          label="Order"
          any={ORDER_WORDS[search ? 'relevance' : 'reference']}
          options={Object.entries(ORDER_WORDS).filter(([sort]) => search || sort !== 'relevance')}
          value={asked['sort']}
        />
        <p class="act">
          <button type="submit">Show</button> {isNarrowed && <a href={view.link('/commitments')}>Clear</a>}
        </p>
      </form>
      <ListedThrough view={view} />
      {asked['life'] !== undefined && (
        <p class="note">Records that have ended by {dateWords(view.asOf)} are in no total of the other pages.</p>
      )}
      {row.total > 0 && <StageBar row={row} />}
      <ul class="legend figures">
        {SHOWN_STAGES.filter((stage) => row.byStage[stage] > 0).map((stage) => (
          <li key={stage}>
            <span class={`stage ${stage}`}>{STAGE_WORDS[stage]}</span>{' '}
            <a href={view.here({ stage, cursor: null })}>{count(row.byStage[stage])}</a>
          </li>
        ))}
      </ul>
      {apart && <EndedApart apart={apart} list={(life) => view.here({ life, cursor: null })} />}
      <CorrectedLater view={view} {...correctedCount(list.items)} />
      {list.items.length > 0 && (
        <CommitmentTable
          view={view}
          caption={`${count(list.items.length)} of ${count(list.total)}: ${ORDER_WORDS[list.sort].toLowerCase()}`}
          items={list.items}
          order={{ sort: list.sort, href: (sort) => view.here({ sort, cursor: null }) }}
          search={search}
        />
      )}
      <Pager view={view} next={list.nextCursor} />
    </Page>
  );
};
