/** The matrix of commitments by agencies, themes, outcomes and forums, as a heat map. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  COLUMN_AXES_OF_ROWS,
  Matrix,
  MatrixQuery,
  MAX_CROSSED,
  Progress,
  type ColumnAxis,
  type Filter,
  type MatrixView,
  type RowAxis,
} from '#progress';
import { Registers, type Framework, type Theme } from '#registers';
import { capital } from '#words';
import { QueryChoice } from '#platform';
import { choice, type Choosable } from './choice.js';
import { NothingFound } from './conditions.js';
import { Figure } from './figures.js';
import { COLOUR_MEASURES, HeatMap, type Coloured, type AxisOnPage } from './heat-map.js';
import { Page } from './layout.js';
import { CorrectedLater } from './lineage.js';
import { ThemeLink } from './links.js';
import { MemberOf, OnlyMembers } from './member-of.js';
import { Narrow, FilterChoices } from './narrow.js';
import { RendersPages } from './rendering.js';
import { withoutClocks, path, Views, type View } from './view.js';
import { count, counted } from './words.js';

class MatrixPageQuery extends MatrixQuery {
  @QueryChoice(COLOUR_MEASURES) colour?: Coloured;
}

/** The number of rows and columns shown at first. */
const DEFAULT_LIMIT = 25;

/** The subject of each kind of matrix. */
const MATRIX_TITLES: Readonly<Record<string, { readonly tab: string; readonly title: string }>> = {
  'agency theme': { tab: 'Agencies and themes', title: 'Who works on what' },
  'agency outcome': { tab: 'Agencies and outcomes', title: 'Who follows up what' },
  'agency agency': { tab: 'Agencies and agencies', title: 'Who works with whom' },
  'theme forum': { tab: 'Themes and forums', title: 'What is done about which theme of which forum' },
};

const AXIS_NAMES: Readonly<Record<RowAxis | ColumnAxis, { readonly one: string; readonly many: string }>> = {
  agency: { one: 'agency', many: 'agencies' },
  theme: { one: 'theme', many: 'themes' },
  forum: { one: 'forum', many: 'forums' },
  outcome: { one: 'outcome', many: 'outcomes' },
};

@RendersPages()
@Controller('matrix')
export class MatrixPage {
  constructor(
    private readonly views: Views,
    private readonly matrix: Matrix,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly filterChoices: FilterChoices,
    private readonly memberOf: MemberOf,
  ) {}

  @Get()
  async crossed(@Query() query: MatrixPageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { colour = 'count', limit = DEFAULT_LIMIT, ...asked } = withoutClocks(query);
    const [frameworks, themes] = await Promise.all([
      this.registers.all('framework', view.position),
      this.registers.all('theme', view.position),
    ]);
    const { rows = 'agency', columns = COLUMN_AXES_OF_ROWS[rows][0] } = asked;
    const isOfThemes = rows === 'theme' || columns === 'theme';
    const own = isOfThemes && !asked.theme && !asked.crosswalk ? await this.mostUsed(view, themes) : undefined;
    const filter = { ...asked, framework: asked.framework ?? own };
    const [matrix, choices, bodies, members] = await Promise.all([
      this.matrix.crossed(view.at, { ...filter, limit }),
      this.filterChoices.choices(view),
      this.memberOf.choice(view),
      this.memberOf.count(view),
    ]);
    return <Crossed {...{ view, matrix, filter, limit, colour, frameworks, themes, choices, bodies, members }} />;
  }

  /** The framework whose themes most commitments carry. */
  private async mostUsed(view: View, themes: readonly Theme[]): Promise<string | undefined> {
    const inUse = await this.progress.valuesInUse('theme', view.at);
    const uses = new Map<string, number>();
    for (const { code, framework } of themes) uses.set(framework, (uses.get(framework) ?? 0) + (inUse.get(code) ?? 0));
    return [...uses].sort(([, a], [, b]) => b - a)[0]?.[0];
  }
}

interface MatrixParts {
  readonly view: View;
  readonly matrix: MatrixView;
  /** The query, and the choices of this page where it has none. */
  readonly filter: Filter & { readonly rows?: RowAxis; readonly columns?: ColumnAxis };
  readonly limit: number;
  readonly colour: Coloured;
  readonly frameworks: readonly Framework[];
  readonly themes: readonly Theme[];
  readonly choices: readonly Choosable[];
  readonly bodies: Choosable;
  readonly members: number | null;
}

const Crossed = (parts: MatrixParts) => {
  const { view, matrix, filter, limit, colour, frameworks, choices, bodies, members } = parts;
  const { rows, columns } = matrix.by;
  const { rows: _r, columns: _c, ...narrowed } = filter;
  const [one, other] = [AXIS_NAMES[rows].many, AXIS_NAMES[columns].many];
  const left = matrix.rowCount > matrix.rows.length || matrix.columnCount > matrix.columns.length;
  const isOfThemes = rows === 'theme' || columns === 'theme';
  const asked = { ...filter, ...matrix.by, limit };
  const named = frameworks.map(({ code, name }) => [code, name] as const);
  const framework = choice('framework', 'Themes of', 'The framework most used', named, filter.framework ?? null);
  const ofThemes = isOfThemes ? [framework] : [];
  const share = colour === 'share' ? colour : null;
  const colours = choice('colour', 'Coloured by', 'Number of commitments', [['share', 'Share of the row']], share);
  return (
    <Page
      view={view}
      title={MATRIX_TITLES[`${rows} ${columns}`]!.title}
      lead={
        <p>
          {matrix.placed < matrix.total.total && `${count(matrix.placed)} of `}
          <Figure n={matrix.total.total} href={view.list(narrowed)} />{' '}
          {matrix.total.total === 1 ? 'commitment' : 'commitments'} {matrix.placed === 1 ? 'stands' : 'stand'} in a cell
          of this table, where {counted(matrix.rowCount, AXIS_NAMES[rows].one, one)} and{' '}
          {counted(matrix.columnCount, AXIS_NAMES[columns].one, other)} meet.
        </p>
      }
      api={['/progress/matrix', asked]}
    >
      <Kinds view={view} rows={rows} columns={columns} />
      <Narrow view={view} choices={[...ofThemes, bodies, colours, ...choices]} />
      <OnlyMembers view={view} members={members} />
      <CorrectedLater view={view} n={matrix.correctedLater} of={matrix.total.total} />
      <MatrixPath {...parts} />
      {matrix.rows.length === 0 ? (
        <NothingFound view={view} what="commitment that meets here" />
      ) : (
        <HeatMap
          view={view}
          matrix={matrix}
          caption={`Commitments per ${AXIS_NAMES[rows].one} and ${AXIS_NAMES[columns].one}`}
          rows={axisOnPage(rows, parts)}
          columns={axisOnPage(columns, parts, true)}
          filter={narrowed}
          coloured={colour}
        />
      )}
      {left && (
        <p>
          Shown are the {count(matrix.rows.length)} {one} and {count(matrix.columns.length)} {other} with most
          commitments.{' '}
          <a href={view.here({ limit: MAX_CROSSED })}>
            Show {matrix.rowCount > MAX_CROSSED || matrix.columnCount > MAX_CROSSED ? 'more' : 'all'}
          </a>
        </p>
      )}
      <p class="note">
        A commitment counts once in every cell, row and column where it belongs: neither rows nor columns add up.
        {isOfThemes && ' A theme holds what is below it.'}{' '}
        {columns === 'forum' && 'A forum holds its round tables and outcomes. '}
        The margins count everything of a row or column, whether it stands in a cell or not.
      </p>
    </Page>
  );
};

/** The kinds of matrices; agencies and agencies have a page of their own. */
export const Kinds = ({ view, rows, columns }: { view: View; rows: RowAxis; columns: ColumnAxis }) => {
  const scope = { ...view.scope, memberOf: view.asked['memberOf'] };
  return (
    <nav class="kinds" aria-label="Rows and columns">
      <ul>
        {(Object.keys(COLUMN_AXES_OF_ROWS) as RowAxis[]).flatMap((one) =>
          COLUMN_AXES_OF_ROWS[one].map((other: ColumnAxis) => (
            <li key={`${one} ${other}`}>
              <a
                href={
                  one === other
                    ? view.link('/partnerships', scope)
                    : view.link('/matrix', { rows: one, columns: other, ...scope })
                }
                aria-current={one === rows && other === columns ? 'page' : undefined}
              >
                {MATRIX_TITLES[`${one} ${other}`]!.tab}
              </a>
            </li>
          )),
        )}
      </ul>
    </nav>
  );
};

/** The path of rows and columns down to this matrix, and the way back. */
const MatrixPath = ({ view, matrix: { by }, themes }: MatrixParts) => {
  const theme = themes.find(({ code }) => code === view.asked['theme']);
  const { followsUp } = view.asked;
  const isOfThemes = by.rows === 'theme' || by.columns === 'theme';
  return (
    <>
      {theme && (
        <p>
          {isOfThemes ? 'What is below the theme' : 'Only the theme'} <ThemeLink view={view} code={theme.code} />.{' '}
          <a href={view.here({ theme: theme.parent ?? null, framework: theme.framework })}>
            {theme.parent ? 'One step up' : 'All themes'}
          </a>
        </p>
      )}
      {followsUp && by.columns === 'forum' && (
        <p>
          What is below the forum <a href={view.link(path('forums', String(followsUp)))}>{followsUp}</a>.{' '}
          <a href={view.here({ followsUp: null })}>All forums</a>
        </p>
      )}
    </>
  );
};

function axisOnPage(kind: RowAxis | ColumnAxis, { view, themes, filter }: MatrixParts, across = false): AxisOnPage {
  const { one, many } = AXIS_NAMES[kind];
  const side = { title: capital(one), all: `All ${many}, each commitment once` };
  if (kind === 'agency')
    return {
      ...side,
      href: (code) => view.link(path('agencies', code), view.scope),
      coded: across,
      filter: across ? 'with' : 'agency',
    };
  if (kind === 'theme')
    return {
      ...side,
      // To the level below it, or to its own page.
      href: (code) =>
        themes.some(({ parent }) => parent === code) && filter.theme !== code
          ? view.here({ theme: code, limit: null })
          : view.link(path('themes', code), { followsUp: view.scope.followsUp }),
      filter: 'theme',
    };
  return {
    ...side,
    href: (code) =>
      kind === 'forum' && filter.followsUp !== code
        ? view.here({ followsUp: code, limit: null })
        : view.link(path(kind === 'forum' ? 'forums' : 'outcomes', code)),
    coded: kind === 'outcome',
    filter: 'followsUp',
  };
}
