/** The pages of crosswalks between frameworks: their links, and the themes read through them. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Crosswalks, Progress, type ThemeRow, type ThroughCrosswalk } from '#progress';
import {
  LATEST_DATE,
  Registers,
  versionOf,
  type CrosswalkAsAt,
  type CrosswalkVersion,
  type Framework,
  type Theme,
} from '#registers';
import { Figure, ShownDate } from './figures.js';
import { Page, Section } from './layout.js';
import { ThemeLink, NameLink } from './links.js';
import { Table } from './take-away.js';
import { EntryLink } from './register-words.js';
import { RendersPages } from './rendering.js';
import { Paragraph, Source, Words } from './source.js';
import { themeTreeRows } from './theme-tree.js';
import { Author, InForce, MATCH_WORDS, NoVersionYet, CrosswalkReach } from './through.js';
import { PageQuery, path, Views, type View } from './view.js';
import { counted, dateWords } from './words.js';

class CrosswalkPageQuery extends PageQuery {
  @IsOptional()
  @IsString()
  @MaxLength(60)
  version?: string;
}

@RendersPages()
@Controller('crosswalks')
export class CrosswalkPages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly crosswalks: Crosswalks,
    private readonly registers: Registers,
  ) {}

  @Get()
  async all(@Query() query: PageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    return <AllCrosswalks view={view} crosswalks={await this.registers.all('crosswalk', view.position, view.asOf)} />;
  }

  @Get(':code')
  async one(@Param('code') code: string, @Query() query: CrosswalkPageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const known = await this.registers.needed('crosswalk', code, view.position, { asOf: LATEST_DATE });
    const asked = { crosswalk: code, crosswalkVersion: query.version };
    const [byThen, through, carried, themes, frameworks] = await Promise.all([
      this.registers.one('crosswalk', code, view.position, view.asOf),
      this.crosswalks.through(view.at, asked),
      this.progress.themes(view.at, { framework: known.from }),
      this.registers.all('theme', view.position),
      this.registers.all('framework', view.position),
    ]);
    const version = query.version === undefined ? versionOf(byThen!) : versionOf(known, query.version);
    return (
      <CrosswalkReport
        {...{ view, crosswalk: known, version, through: through!, rows: carried.rows, themes, frameworks }}
      />
    );
  }
}

const AllCrosswalks = ({ view, crosswalks }: { view: View; crosswalks: readonly CrosswalkAsAt[] }) => (
  <Page
    view={view}
    title="Crosswalks"
    lead={
      <p>
        A crosswalk says which themes of one framework stand for which of another, so that what was filed under the
        topics of one year can be read by the agenda of another.
      </p>
    }
    api={['/crosswalks']}
  >
    {crosswalks.length === 0 ? (
      <p>There is none.</p>
    ) : (
      <Table
        class="outcomes"
        caption="Crosswalks"
        hideCaption
        heads={['Crosswalk', `Version that holds as at ${dateWords(view.asOf)}`]}
      >
        {crosswalks.map((crosswalk) => (
          <tr key={crosswalk.code}>
            <th scope="row">
              <NameLink to={view.link(path('crosswalks', crosswalk.code))} name={crosswalk.title} />{' '}
              <small class="code">{crosswalk.code}</small>
            </th>
            <td data-label="Version">
              <InForce view={view} version={versionOf(crosswalk)} />
            </td>
          </tr>
        ))}
      </Table>
    )}
  </Page>
);

interface CrosswalkReportParts {
  readonly view: View;
  /** With all its versions. */
  readonly crosswalk: CrosswalkAsAt;
  readonly version: CrosswalkVersion | null;
  readonly through: ThroughCrosswalk;
  /** The counts under each theme of the framework from which the links lead. */
  readonly rows: readonly ThemeRow[];
  readonly themes: readonly Theme[];
  readonly frameworks: readonly Framework[];
}

const CrosswalkReport = ({ view, crosswalk, version, through, rows, themes, frameworks }: CrosswalkReportParts) => {
  const { code, from, to } = crosswalk;
  const name = (framework: string) => frameworks.find((one) => one.code === framework)?.name ?? framework;
  const reads = { crosswalk: code, crosswalkVersion: view.asked['version'] };
  return (
    <Page
      view={view}
      title={crosswalk.title}
      eyebrow={
        <>
          <a href={view.link('/crosswalks')}>Crosswalk</a> · {code}
        </>
      }
      lead={
        <>
          <p>
            From <a href={view.link('/themes', { framework: from })}>{name(from)}</a> to{' '}
            <a href={view.link('/themes', { framework: to })}>{name(to)}</a>.
          </p>
          <p>
            <InForce view={view} version={version} />.
          </p>
        </>
      }
      api={[path('crosswalks', code)]}
      entry={path('crosswalks', code)}
    >
      <EntryLink kind="crosswalk" code={code} />
      {version ? (
        <>
          <Paragraph class="note" text={version.note} />
          <Source view={view} of={version} uncited={null} />
          <Section title="Results">
            <CrosswalkReach view={view} through={through} from={name(from)} to={name(to)} />
            <p>
              <a href={view.link('/themes', reads)}>Read the themes of “{name(to)}” through it</a>
            </p>
          </Section>
          <CrosswalkLinks view={view} version={version} rows={rows} />
          <WithoutLink
            view={view}
            version={version}
            rows={rows}
            themes={themes.filter(({ framework }) => framework === from)}
          />
        </>
      ) : (
        <NoVersionYet view={view} crosswalk={crosswalk} field="version" />
      )}
      <Versions view={view} crosswalk={crosswalk} shown={version} />
    </Page>
  );
};

interface LinkTableParts {
  readonly view: View;
  readonly version: CrosswalkVersion;
  readonly rows: readonly ThemeRow[];
}

const themeTotal = (rows: readonly ThemeRow[], theme: string) => rows.find((row) => row.theme === theme)?.total ?? 0;

const CrosswalkLinks = ({ view, version, rows }: LinkTableParts) => (
  <Section title="Its links">
    <Table
      class="outcomes linked"
      caption={`${counted(version.links.length, 'link')}. What is said of a theme holds for all below it.`}
      heads={['Theme', { n: 'Commit\u00adments' }, 'Link']}
    >
      {[...Map.groupBy(version.links, ({ from }) => from)].map(([from, links]) => (
        <tr key={from}>
          <th scope="row">
            <ThemeLink view={view} code={from} /> <small class="code">{from}</small>
          </th>
          <td class="n" data-label="Commitments">
            <Figure n={themeTotal(rows, from)} href={view.list({ theme: from })} />
          </td>
          <td>
            {links.map(({ to, match, note }) => (
              <p key={to}>
                {MATCH_WORDS[match][0]} <ThemeLink view={view} code={to} /> <small class="code">{to}</small>
                {note && (
                  <span class="note">
                    {' '}
                    <Words text={note} />
                  </span>
                )}
              </p>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  </Section>
);

/** The themes that no link leads from, and whether that was said. */
const WithoutLink = ({ view, version, rows, themes }: LinkTableParts & { themes: readonly Theme[] }) => {
  const linked = (theme: Theme | undefined): boolean =>
    theme !== undefined &&
    (version.links.some(({ from }) => from === theme.code) || linked(themes.find(({ code }) => code === theme.parent)));
  const said = new Map(version.noEquivalent?.map(({ theme, note }) => [theme, note]));
  const without = themeTreeRows(themes, null).filter(({ theme }) => !linked(theme));
  if (without.length === 0) return null;
  return (
    <Section id="none" title="Themes that no link leads from">
      <Table
        class="outcomes linked"
        caption="Themes without a link"
        hideCaption
        heads={['Theme', { n: 'Commit\u00adments' }, 'Statement']}
      >
        {without.map(({ theme: { code, label } }) => {
          const note = said.get(code);
          return (
            <tr key={code}>
              <th scope="row">
                <NameLink to={view.link(path('themes', code))} name={label} /> <small class="code">{code}</small>
              </th>
              <td class="n" data-label="Commitments">
                <Figure n={themeTotal(rows, code)} href={view.list({ theme: code })} />
              </td>
              <td>
                {said.has(code) ? 'Has no equivalent' : 'Nothing'}
                <Paragraph class="note" text={note} />
              </td>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
};

const Versions = ({
  view,
  crosswalk,
  shown,
}: Pick<CrosswalkReportParts, 'view' | 'crosswalk'> & { shown: CrosswalkVersion | null }) => (
  <Section title="Its versions">
    {crosswalk.versions.length === 0 && <p>None has been published.</p>}
    <ul>
      {crosswalk.versions.toReversed().map((version) => (
        <li key={version.revision}>
          <a
            href={view.link(path('crosswalks', crosswalk.code), { version: version.version })}
            aria-current={version.revision === shown?.revision ? 'true' : undefined}
          >
            Version {version.version}
          </a>
          , by <Author view={view} author={version.author} />, published on <ShownDate date={version.reportedOn} />:{' '}
          {counted(version.links.length, 'link')}
          {version.reportedOn > view.asOf && <> (later than {dateWords(view.asOf)})</>}
        </li>
      ))}
    </ul>
  </Section>
);
