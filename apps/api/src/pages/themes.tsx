/** Progress per theme, by framework, and one theme's report. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  Crosswalks,
  Progress,
  ThemesQuery,
  ThroughQuery,
  type AgencyRow,
  type ItemList,
  type ProgressView,
  type ThemeRow,
  type ThroughCrosswalk,
} from '#progress';
import { LATEST_DATE, Registers, type CrosswalkAsAt, type Forum, type Framework, type Theme } from '#registers';
import { Contents } from './contents.js';
import { NothingFound } from './conditions.js';
import { EntryFacts } from './entry-fields.js';
import { agencyLines, Breakdown, Headline, Legend, mostFirst, NoSum } from './figures.js';
import { feedPath, followPath } from './feed-path.js';
import { Page, Section } from './layout.js';
import { ThemeLink } from './links.js';
import { apartOf, correctedCount, CorrectedLater, EndedApart, type EndedCounts } from './lineage.js';
import { ByStage, MAX_COMMITMENTS_LISTED, stagesIn } from './lists.js';
import { EntryLink } from './register-words.js';
import { RendersPages } from './rendering.js';
import { FollowedUp, Scope } from './scope.js';
import { ByFramework, themeTreeRows, themeLine } from './theme-tree.js';
import { AsRead, noEquivalentLine, THROUGH_FIELDS, ThroughFields, crosswalkParamsOf } from './through.js';
import { path, Views, type View } from './view.js';
import { count } from './words.js';

@RendersPages()
@Controller('themes')
export class ThemePages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly crosswalks: Crosswalks,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
  ) {}

  @Get()
  async themes(@Query() query: ThemesQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { followsUp } = view.scope;
    const asked = { followsUp, ...crosswalkParamsOf(view) };
    const through = await this.crosswalks.through(view.at, asked);
    // A crosswalk that was chosen since shows the themes that it leads to.
    const framework = through?.to ?? query.framework;
    const [progress, frameworks, themes, forums, crosswalks] = await Promise.all([
      this.progress.themes(view.at, { ...asked, framework }),
      this.registers.all('framework', view.position),
      this.registers.all('theme', view.position),
      this.followedUp.forums(view),
      this.registers.all('crosswalk', view.position, LATEST_DATE),
    ]);
    if (framework && !frameworks.some(({ code }) => code === framework))
      throw await this.registers.missing('framework', framework, view.position);
    return <Themes {...{ view, progress, through, framework, frameworks, themes, forums, crosswalks }} />;
  }

  @Get(':code')
  async theme(@Param('code') code: string, @Query() query: ThroughQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const theme = await this.registers.needed('theme', code, view.position);
    const { followsUp } = view.scope;
    const asked = { followsUp, ...crosswalkParamsOf(view) };
    const through = await this.crosswalks.through(view.at, asked, theme.framework);
    const [progress, frameworks, themes, all, commitments, forums, apart, crosswalks] = await Promise.all([
      this.progress.theme(code, view.at, { ...view.scope, ...asked }),
      this.registers.all('framework', view.position),
      this.registers.all('theme', view.position),
      this.progress.themes(view.at, { ...asked, framework: theme.framework }),
      this.progress.commitments(view.at, { theme: code, ...asked }, { limit: MAX_COMMITMENTS_LISTED }),
      this.followedUp.forums(view),
      apartOf(this.progress, view, { theme: code, ...asked }),
      this.registers.all('crosswalk', view.position, LATEST_DATE),
    ]);
    const below = themeTreeRows(themes, code).flatMap(({ theme, depth }) => themeLines(view, all.rows, theme, depth));
    return (
      <ThemeReport
        {...{ view, theme, frameworks, themes, progress, through, below, commitments, forums, apart, crosswalks }}
      />
    );
  }
}

/** A theme's line of a breakdown, read as the page is. */
const themeLines = (view: View, rows: readonly ThemeRow[], theme: Theme, depth: number) =>
  themeLine(view, rows, theme, depth, crosswalkParamsOf(view)).map((line) => ({
    ...line,
    href: view.link(path('themes', line.code), { ...view.scope, ...crosswalkParamsOf(view) }),
  }));

interface ThemesParts {
  readonly view: View;
  /** The result of reading through a crosswalk, where one is chosen. */
  readonly through: ThroughCrosswalk | null;
  /** The only framework that is shown. */
  readonly framework?: string;
  readonly crosswalks: readonly CrosswalkAsAt[];
  readonly progress: ProgressView<ThemeRow>;
  readonly frameworks: readonly Framework[];
  readonly themes: readonly Theme[];
  readonly forums: readonly Forum[];
}

const Themes = ({ view, progress, through, framework, frameworks, themes, forums, crosswalks }: ThemesParts) => (
  <Page
    view={view}
    title="Progress per theme"
    lead={
      <p>
        Themes are taken from several frameworks. A commitment may have themes of more than one, and counts under the
        parents of its themes too.
      </p>
    }
    api={['/progress/themes', { ...view.asked, framework }]}
  >
    <Scope view={view} forums={forums} fields={THROUGH_FIELDS}>
      <ThroughFields view={view} crosswalks={crosswalks} />
    </Scope>
    <EndedApart apart={progress.apart} list={(life) => view.list({ life })} />
    <CorrectedLater view={view} n={progress.correctedLater} of={progress.total.total} />
    {through && <AsRead {...{ view, through, crosswalks, frameworks }} />}
    <h2>{through ? frameworks.find(({ code }) => code === framework)?.name : 'By framework'}</h2>
    <Legend />
    <NoSum of="themes" total={progress.total.total} />
    {through ? (
      <Breakdown
        view={view}
        caption="Commitments per theme, and those without equivalent"
        of="Theme"
        lines={[
          ...themeTreeRows(
            themes.filter((theme) => theme.framework === framework),
            null,
          ).flatMap(({ theme, depth }) => themeLines(view, progress.rows, theme, depth)),
          noEquivalentLine(view, through),
        ]}
      />
    ) : (
      <ByFramework
        view={view}
        unfolded={18}
        rows={progress.rows}
        frameworks={frameworks.filter(({ code }) => [undefined, code].includes(framework))}
        themes={themes}
      />
    )}
    <p>
      <a href={view.link('/crosswalks')}>Crosswalks between frameworks</a>
    </p>
  </Page>
);

interface ThemeReportParts extends Omit<ThemesParts, 'progress' | 'framework'> {
  readonly theme: Theme;
  readonly progress: ProgressView<AgencyRow> & { row: ThemeRow | null };
  readonly below: ReturnType<typeof themeLine>;
  readonly commitments: ItemList;
  readonly apart: EndedCounts;
}

const ThemeReport = (parts: ThemeReportParts) => {
  const { view, theme, frameworks, progress, through, below, commitments, forums, apart, crosswalks } = parts;
  const framework = frameworks.find(({ code }) => code === theme.framework);
  const filter = { theme: theme.code, ...crosswalkParamsOf(view) };
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
      api={[`/progress${path('themes', theme.code)}`]}
      entry={path('themes', theme.code)}
      feed={feedPath('themes', theme.code)}
      follow={followPath('theme', theme.code)}
      report={{
        kind: 'theme',
        asked: {
          theme: theme.code,
          ...crosswalkParamsOf(view),
          followsUp: view.asked['followsUp'],
        },
      }}
    >
      <EntryLink kind="theme" code={theme.code} />
      <EntryFacts {...{ view, kind: 'theme', entry: theme }} placed={['code', 'framework', 'label', 'parent']} />
      {through && <AsRead {...{ view, through, crosswalks, frameworks }} />}
      {progress.row ? (
        <Headline view={view} row={progress.row} filter={filter}>
          of {count(progress.total.total)} on all themes
        </Headline>
      ) : (
        <NothingFound view={view} what="commitment" />
      )}
      <Scope view={view} forums={forums} fields={THROUGH_FIELDS}>
        <ThroughFields view={view} crosswalks={crosswalks.filter(({ to }) => to === theme.framework)} />
      </Scope>
      <EndedApart apart={apart} list={(life) => view.list({ ...filter, life })} />
      <CorrectedLater view={view} {...correctedCount(commitments.items)} />
      <Contents
        entries={[
          below.length > 0 && { id: 'below', name: 'Themes below it', n: below.length },
          progress.rows.length > 0 && { id: 'agencies', name: 'Agencies', n: progress.rows.length },
          ...stagesIn(commitments.items),
        ]}
      />
      {below.length > 0 && (
        <Section id="below" title="Themes below it">
          <Legend />
          <Breakdown view={view} caption={`Below ${theme.label}`} of="Theme" lines={below} />
        </Section>
      )}
      {progress.rows.length > 0 && (
        <Section id="agencies" title="Agencies">
          <Legend />
          <Breakdown
            view={view}
            caption={`Agencies with commitments on ${theme.label}`}
            of="Agency"
            lines={agencyLines(
              mostFirst(progress.rows),
              (agency) => view.link(path('agencies', agency, 'themes', theme.code), view.scope),
              filter,
            )}
          />
          <NoSum of="agencies" total={progress.row?.total ?? 0} />
        </Section>
      )}
      <ByStage view={view} items={commitments.items} total={commitments.total} filter={filter} />
    </Page>
  );
};
