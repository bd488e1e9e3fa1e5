/** The page of one agency on one theme. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Progress, ProgressQuery, Timeline, type ItemList, type Row } from '#progress';
import { Registers, type AgencyAsAt, type Theme } from '#registers';
import { AgenciesAs } from './agency-identity.js';
import { datesToPlot, type TimelineStep } from '#charts';
import { Contents } from './contents.js';
import { NothingFound } from './conditions.js';
import { Headline } from './figures.js';
import { Page } from './layout.js';
import { AgencyLink, ThemeLink } from './links.js';
import { apartOf, correctedCount, CorrectedLater, EndedApart, type EndedCounts } from './lineage.js';
import { ByStage, MAX_COMMITMENTS_LISTED, stagesIn } from './lists.js';
import { OverTime } from './over-time.js';
import { RendersPages } from './rendering.js';
import { Views, type View } from './view.js';
import { count, textWords } from './words.js';

@RendersPages()
@Controller('agencies')
export class AgencyThemePage {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly timeline: Timeline,
    private readonly registers: Registers,
  ) {}

  @Get(':code/themes/:theme')
  async both(
    @Param('code') code: string,
    @Param('theme') themeCode: string,
    @Query() query: ProgressQuery,
    @Req() request: FastifyRequest,
  ) {
    const view = await this.views.open(query, request);
    const [agency, theme] = await Promise.all([
      this.registers.one('agency', code, view.position, view.asOf),
      this.registers.one('theme', themeCode, view.position),
    ]);
    if (!agency) throw await this.registers.missing('agency', code, view.position);
    if (!theme) throw await this.registers.missing('theme', themeCode, view.position);
    const filter = { ...view.scope, agency: code, theme: themeCode };
    const [row, ofAgency, list, apart, reported] = await Promise.all([
      this.progress.total(view.at, filter),
      this.progress.total(view.at, { ...view.scope, agency: code }),
      this.progress.commitments(view.at, filter, { limit: MAX_COMMITMENTS_LISTED }),
      apartOf(this.progress, view, filter),
      this.progress.reportDates(view.at),
    ]);
    const drawn = await this.timeline.on(datesToPlot(reported, view.asOf, view.staleAfter), view.at, filter);
    return <AgencyTheme {...{ view, agency, theme, row, ofAgency, list, apart, drawn }} />;
  }
}

interface AgencyThemeParts {
  readonly view: View;
  readonly agency: AgencyAsAt;
  readonly theme: Theme;
  readonly row: Row;
  /** Of the agency, on all themes. */
  readonly ofAgency: Row;
  readonly list: ItemList;
  readonly apart: EndedCounts;
  readonly drawn: readonly TimelineStep[];
}

const AgencyTheme = ({ view, agency, theme, row, ofAgency, list, apart, drawn }: AgencyThemeParts) => {
  const filter = { agency: agency.code, theme: theme.code };
  const asked = { ...view.asked, ...filter };
  return (
    <Page
      view={view}
      title={`${textWords(agency.name)}: ${textWords(theme.label)}`}
      eyebrow={`${agency.code} · ${theme.code}`}
      lead={
        <p>
          What <AgencyLink view={view} code={agency.code} long /> does on <ThemeLink view={view} code={theme.code} />.
        </p>
      }
      api={['/commitments', asked]}
    >
      {row.total === 0 ? (
        <NothingFound view={view} what="commitment" />
      ) : (
        <Headline view={view} row={row} filter={filter}>
          of its {count(ofAgency.total)} on all themes
        </Headline>
      )}
      <AgenciesAs view={view} />
      <EndedApart apart={apart} list={(life) => view.list({ ...filter, life })} />
      <CorrectedLater view={view} {...correctedCount(list.items)} />
      {row.total > 0 && (
        <>
          <Contents entries={[{ id: 'over-time', name: 'Over time' }, ...stagesIn(list.items)]} />
          <OverTime view={view} drawn={drawn} steps={drawn} filter={{ ...view.scope, ...filter }} />
          <ByStage view={view} items={list.items} total={list.total} filter={filter} agency={agency.code} />
        </>
      )}
    </Page>
  );
};
