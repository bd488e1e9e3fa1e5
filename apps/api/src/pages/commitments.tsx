/** The list of commitments: every filter of the API as a plain form. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { NEXT_STEPS } from '#words';
import { ENDS, KINDS, NATURES, OUTLOOKS, ROLES, STRENGTHS, VERIFICATIONS } from '#commitments';
import { withClocksOfCursor } from '#platform';
import { CommitmentsQuery, listQueryOf, Progress, type Facet, type ItemList, type Row } from '#progress';
import { Registers } from '#registers';
import { agencyOptions, byFramework, choice, Choices, optionsOf, yesNoOptions, type Choosable } from './choice.js';
import { pageConditions, NothingFound, withoutEach, type WithoutCondition } from './conditions.js';
import { StageBar, StageFigures } from './figures.js';
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
    const { filter, page } = listQueryOf(query);
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

  /** The selects of the form, filled from the registers with the codes in use. */
  private async choices(view: View): Promise<Choosable[]> {
    const inUse = async (facet: Facet) => [...(await this.progress.valuesInUse(facet, view.at)).keys()];
    const [agencies, themes, frameworks, countries, regions, documents, forums] = await Promise.all([
      inUse('agency'),
      this.registers.all('theme', view.position),
      this.registers.all('framework', view.position),
      inUse('country'),
      inUse('region'),
      this.registers.all('document', view.position),
      this.followedUp.forums(view),
    ]);
    const words = (codes: readonly string[]) => optionsOf(codes, sentence);
    const stages = optionsOf(SHOWN_STAGES, (stage) => STAGE_WORDS[stage]);
    const ends = [...words(ENDS), [ENDS.join(','), 'All that have ended'], ['any', 'Active and ended']] as const;
    const followed = forums.map(({ id, name }) => [id, name] as const);
    const read = documents.map(({ id, title }) => [id, title] as const);
    const steps = optionsOf(NEXT_STEPS, (word) => sentence(NEXT_STEP_WORDS[word]));
    const roles = optionsOf(ROLES, (role) => sentence(roleWords(role)));
    const readings = optionsOf(VERIFICATIONS, (reading) => READING_WORDS[reading]);
    const outlooks = optionsOf(OUTLOOKS, (outlook) => OUTLOOK_WORDS[outlook]);
    const natures = optionsOf(NATURES, (nature) => NATURE_WORDS[nature]);
    const months = counted(view.staleAfter, 'month');
    return [
      choice('stage', 'Stage', 'Any', [[OPEN_STAGES, 'Open (any of these)'], ...stages]),
      choice('agency', 'Agency', 'Any', agencyOptions(view, agencies)),
      choice('role', 'Its role', 'Lead, co-lead or partner', roles),
      { ...choice('theme', 'Theme', 'Any', []), groups: byFramework(frameworks, themes) },
      choice('verification', 'Secretariat’s reading', 'Any, or unreviewed', readings),
      choice('outlook', 'Outlook', 'Any, or none', outlooks),
      choice('life', 'Records', 'Active', ends),
      choice('followsUp', 'Follows up', 'Anything', followed),
      choice('with', 'Together with', 'Anyone, or no one', agencyOptions(view, agencies)),
      await this.memberOf.choice(view),
      choice('joint', 'Agencies responsible', 'One or several', yesNoOptions('Several', 'One alone')),
      choice('asked', 'Roles that wait for an answer', 'With or without', yesNoOptions('With', 'Without')),
      choice('kind', 'Kind', 'Any', words(KINDS)),
      choice('nature', 'Nature', 'Any', natures),
      choice('strength', 'Strength', 'Any', words(STRENGTHS)),
      choice('country', 'Country', 'Any', optionsOf(countries, countryName)),
      choice('region', 'Region', 'Any', optionsOf(regions, regionName)),
      choice('document', 'Read in', 'Any document', read),
      choice('withActivity', 'Activities elsewhere', 'Named or not', yesNoOptions('Named', 'None named')),
      choice('withTarget', 'Target date', 'With or without', yesNoOptions('With', 'Without')),
      choice('nextStep', 'Next step', 'Whatever is said', steps),
      choice('overdue', 'Overdue', 'Either', yesNoOptions('Overdue', 'Not overdue')),
      choice('stale', `Update within ${months}`, 'Either', yesNoOptions('None', 'Updated')),
    ];
  }
}

interface CommitmentsParts {
  readonly view: View;
  readonly list: ItemList;
  readonly row: Row;
  readonly choices: readonly Choosable[];
  /** The ended records that the same filter finds; `null` where they are asked for themselves. */
  readonly apart: EndedCounts | null;
  /** For an empty list: the count without each condition. */
  readonly without: readonly WithoutCondition[];
}

/** The choices that are always in sight; the others fold away until one is made. */
const CHOICES_IN_SIGHT = 4;

const Commitments = ({ view, list, row, choices, apart, without }: CommitmentsParts) => {
  const { limit: _limit, cursor: _cursor, ...asked } = view.asked;
  const made = choices.filter(({ name }) => asked[name] !== undefined);
  const isNarrowed = pageConditions(view).length > 0 || LISTED_BY.some((field) => asked[field] !== undefined);
  const search = asked['q'] === undefined ? '' : String(asked['q']);
  const orders = Object.entries(ORDER_WORDS).filter(([sort]) => search || sort !== 'relevance');
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
        <Choices view={view} of={choices.slice(0, CHOICES_IN_SIGHT)} />
        <details open={choices.slice(CHOICES_IN_SIGHT).some((choice) => made.includes(choice))}>
          <summary>More filters</summary>
          <div class="filters">
            <Choices view={view} of={choices.slice(CHOICES_IN_SIGHT)} />
          </div>
        </details>
        <Choices view={view} of={[choice('sort', 'Order', ORDER_WORDS[search ? 'relevance' : 'reference'], orders)]} />
        <p class="act">
          <button type="submit">Show</button> {isNarrowed && <a href={view.link('/commitments')}>Clear</a>}
        </p>
      </form>
      <ListedThrough view={view} />
      {asked['life'] !== undefined && (
        <p class="note">Records that have ended by {dateWords(view.asOf)} are in no total of the other pages.</p>
      )}
      {row.total > 0 && <StageBar row={row} />}
      <StageFigures
        row={row}
        stages={SHOWN_STAGES.filter((stage) => row.byStage[stage] > 0)}
        href={(stage) => view.here({ stage, cursor: null })}
      />
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
