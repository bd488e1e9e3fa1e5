/** Progress per theme, by framework, and one theme's report. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import {
  Progress,
  ProgressQuery,
  ThemesQuery,
  type AgencyRow,
  type ItemList,
  type ProgressView,
  type ThemeRow,
} from '#progress';
import { Registers, type Forum, type Framework, type Theme } from '#registers';
import { Breakdown, Headline, Legend, mostFirst, NoSum } from './figures.js';
import { Page } from './layout.js';
import { ThemeLink } from './links.js';
import { apartOf, correctedAmong, CorrectedLater, EndedApart, type Apart } from './lineage.js';
import { ByStage, LISTED } from './lists.js';
import { RendersPages } from './rendering.js';
import { FollowedUp, Scope } from './scope.js';
import { ByFramework, inOrder, lineOf } from './theme-tree.js';
import { path, Views, type View } from './view.js';
import { count } from './words.js';

@RendersPages()
@Controller('themes')
export class ThemePages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
  ) {}

  @Get()
  async themes(@Query() query: ThemesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const [progress, frameworks, themes, forums] = await Promise.all([
      this.progress.themes(view.at, { ...view.scope, framework: query.framework }),
      this.registers.all('framework', view.position),
      this.registers.all('theme', view.position),
      this.followedUp.forums(view),
    ]);
    if (query.framework && !frameworks.some(({ code }) => code === query.framework))
      throw new Rejected('not_found', `There is no framework ${query.framework}.`);
    return <Themes {...{ view, progress, frameworks, themes, forums }} />;
  }

  @Get(':code')
  async theme(@Param('code') code: string, @Query() query: ProgressQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const theme = await this.registers.one('theme', code, view.position);
    if (!theme) throw new Rejected('not_found', `There is no theme ${code}.`);
    const { followsUp } = view.scope;
    const [progress, framework, themes, all, commitments, forums, apart] = await Promise.all([
      this.progress.theme(code, view.at, view.scope),
      this.registers.one('framework', theme.framework, view.position),
      this.registers.all('theme', view.position),
      this.progress.themes(view.at, { followsUp, framework: theme.framework }),
      this.progress.commitments(view.at, { theme: code, followsUp }, { limit: LISTED }),
      this.followedUp.forums(view),
      apartOf(this.progress, view, { theme: code, followsUp }),
    ]);
    const below = inOrder(themes, code).flatMap(({ theme, depth }) => lineOf(view, all.rows, theme, depth));
    return <ThemeReport {...{ view, theme, framework, themes, progress, below, commitments, forums, apart }} />;
  }
}

interface ThemesParts {
  readonly view: View;
  readonly progress: ProgressView<ThemeRow>;
  readonly frameworks: readonly Framework[];
  readonly themes: readonly Theme[];
  readonly forums: readonly Forum[];
}

const Themes = ({ view, progress, frameworks, themes, forums }: ThemesParts) => (
  <Page
    view={view}
    title="Progress per theme"
    lead={
      <p>
        Themes are taken from several frameworks. A commitment may have themes of more than one, and counts under the
        parents of its themes too.
      </p>
    }
    json={view.api('/progress/themes')}
    csv={view.api('/progress/themes', { ...view.asked, format: 'csv' })}
  >
    <Scope view={view} forums={forums} />
    <EndedApart apart={progress.apart} list={(life) => view.list({ life })} />
    <CorrectedLater view={view} n={progress.correctedLater} of={progress.total.total} />
    <h2>By framework</h2>
    <Legend />
    <NoSum of="themes" total={progress.total.total} />
    <ByFramework
      view={view}
      rows={progress.rows}
      frameworks={frameworks.filter(({ code }) => [undefined, code].includes(view.asked['framework'] as string))}
      themes={themes}
    />
  </Page>
);

interface ReportParts extends Omit<ThemesParts, 'progress' | 'frameworks'> {
  readonly theme: Theme;
  readonly framework: Framework | null;
  readonly progress: ProgressView<AgencyRow> & { row: ThemeRow | null };
  readonly below: ReturnType<typeof lineOf>;
  readonly commitments: ItemList;
  readonly apart: Apart;
}

const ThemeReport = ({ view, theme, framework, progress, below, commitments, forums, apart }: ReportParts) => {
  const filter = { theme: theme.code };
  return (
    <Page
      view={view}
      title={theme.label}
      eyebrow={
        <>
          {theme.code} ·{' '}
          <a href={view.link('/themes', { framework: theme.framework })}>{framework?.name ?? theme.framework}</a>
        </>
      }
      lead={
        theme.parent && (
          <p>
            Part of <ThemeLink view={view} code={theme.parent} />
          </p>
        )
      }
      json={view.api(`/progress${path('themes', theme.code)}`)}
      csv={view.api(`/progress${path('themes', theme.code)}`, { ...view.asked, format: 'csv' })}
    >
      <Scope view={view} forums={forums} />
      {progress.row ? (
        <Headline view={view} row={progress.row} filter={filter}>
          of {count(progress.total.total)} on all themes
        </Headline>
      ) : (
        <p>No commitment as at this date.</p>
      )}
      <EndedApart apart={apart} list={(life) => view.list({ ...filter, life })} />
      <CorrectedLater view={view} {...correctedAmong(commitments.items)} />
      {below.length > 0 && (
        <section>
          <h2>Themes below it</h2>
          <Legend />
          <Breakdown view={view} caption={`Below ${theme.label}`} of="Theme" lines={below} />
        </section>
      )}
      {progress.rows.length > 0 && (
        <section>
          <h2>Who works on it</h2>
          <Legend />
          <Breakdown
            view={view}
            caption={`Agencies with commitments on ${theme.label}`}
            of="Agency"
            lines={mostFirst(progress.rows).map((row) => ({
              code: row.agency,
              name: row.name,
              href: view.link(path('agencies', row.agency), view.scope),
              filter: { ...filter, agency: row.agency },
              row,
              asked: row.asked,
            }))}
          />
          <NoSum of="agencies" total={progress.row?.total ?? 0} />
        </section>
      )}
      <ByStage view={view} items={commitments.items} total={commitments.total} filter={filter} />
    </Page>
  );
};
