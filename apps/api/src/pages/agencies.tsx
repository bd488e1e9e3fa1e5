/** Progress per agency, and one agency's report. */
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isResponsible, ROLES, type Role } from '#commitments';
import {
  AgenciesQuery,
  Coverage,
  Progress,
  ProgressQuery,
  type AgencyRow,
  type OutcomeRow,
  type ItemList,
  type ProgressView,
  type ThemeRow,
} from '#progress';
import { OTHER_ROLES } from '#words';
import { Registers, type AgencyAsAt, type Forum, type Framework, type MemberAsAt, type Theme } from '#registers';
import { RoundViews, type RoundOfAgency } from '#rounds';
import { compareTexts, fold } from '#text';
import { QueryChoice } from '#platform';
import { EntryFacts } from './entry-fields.js';
import { Listed } from './links.js';
import { AgenciesAs, AgencyIdentity, Members, AgencyEndNotice } from './agency-identity.js';
import type { Choosable } from './choice.js';
import { NothingFound } from './conditions.js';
import { Contents } from './contents.js';
import { agencyLines, Breakdown, Headline, Legend, mostFirst, NoSum, ShownDate } from './figures.js';
import { feedPath, followPath } from './feed-path.js';
import { Folded } from './folded.js';
import { Page, Section } from './layout.js';
import { apartOf, correctedCount, CorrectedLater, EndedApart, type EndedCounts } from './lineage.js';
import { ByStage, MAX_COMMITMENTS_LISTED, stagesIn } from './lists.js';
import { MemberOf, OnlyMembers } from './member-of.js';
import { OutcomeList } from './outcome-lists.js';
import { EntryLink } from './register-words.js';
import { RendersPages } from './rendering.js';
import { RoundsOfAgency } from './round-timeline.js';
import { FollowedUp, Scope } from './scope.js';
import { ByFramework } from './theme-tree.js';
import { path, Views, type View } from './view.js';
import { count, counted, dateWords, roleWords, sentence } from './words.js';

/** `Observers, funders and hosts` */
const OTHER_ROLES_IN_WORDS = sentence(
  new Intl.ListFormat('en-GB').format(OTHER_ROLES.map((role) => `${roleWords(role)}s`)),
);

class AgenciesPageQuery extends AgenciesQuery {
  @QueryChoice(['number', 'name']) sort?: 'number' | 'name';
}

@RendersPages()
@Controller('agencies')
export class AgencyPages {
  constructor(
    private readonly views: Views,
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
    private readonly memberOf: MemberOf,
    private readonly coverage: Coverage,
    private readonly roundViews: RoundViews,
  ) {}

  @Get()
  async agencies(@Query() query: AgenciesPageQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const [progress, forums, bodies, members] = await Promise.all([
      this.progress.agencies(view.at, { ...view.scope, memberOf: query.memberOf }),
      this.followedUp.forums(view),
      this.memberOf.choice(view),
      this.memberOf.count(view),
    ]);
    return <Agencies {...{ view, progress, forums, bodies, members }} />;
  }

  @Get(':code')
  async agency(@Param('code') code: string, @Query() query: ProgressQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const agency = await this.registers.needed('agency', code, view.position, { asOf: view.asOf });
    const filter = { ...view.scope, agency: code };
    const [progress, commitments, apart, roles, open, forums, frameworks, themes, members, all] = await Promise.all([
      this.progress.agency(code, view.at, view.scope),
      this.progress.commitments(view.at, filter, { limit: MAX_COMMITMENTS_LISTED }),
      apartOf(this.progress, view, filter),
      this.roles(view, code),
      this.notTakenUp(view, agency),
      this.followedUp.forums(view),
      this.registers.all('framework', view.position),
      this.registers.all('theme', view.position),
      this.registers.members(code, view.position, view.asOf),
      this.registers.all('agency', view.position, view.asOf),
    ]);
    const before = all.filter(({ succeededBy }) => succeededBy === code);
    const figures = { progress, commitments, apart, roles, open };
    const asked = await this.roundViews.ofAgency(code, { knownAt: view.position });
    const rounds = asked.filter(({ opens }) => opens <= view.asOf);
    return <AgencyReport {...{ view, agency, before, rounds, members, forums, frameworks, themes, ...figures }} />;
  }

  /** In how many commitments an agency has each role. */
  private async roles(view: View, agency: string): Promise<RoleCount[]> {
    const counts = ROLES.map(async (role) => {
      const { total } = await this.progress.commitments(view.at, { ...view.scope, agency, role }, { limit: 1 });
      return { role, total };
    });
    return (await Promise.all(counts)).filter(({ total }) => total > 0);
  }

  /** The requests to the agency, reported by then, that no commitment follows up. */
  private async notTakenUp(view: View, { code }: AgencyAsAt): Promise<OutcomeRow[]> {
    return (await this.coverage.outcomes(view.at, { addressee: code, covered: false }, { limit: null })).rows;
  }
}

interface RoleCount {
  readonly role: Role;
  readonly total: number;
}

interface AgenciesParts {
  readonly view: View;
  readonly progress: ProgressView<AgencyRow>;
  readonly forums: readonly Forum[];
  readonly bodies: Choosable;
  readonly members: number | null;
}

const Agencies = ({ view, progress, forums, bodies, members }: AgenciesParts) => {
  const { rows, total, apart, correctedLater } = progress;
  const { sort = 'number', ...asked } = view.asked;
  const order = (by: string, words: string) =>
    sort === by ? <strong>{words}</strong> : <a href={view.here({ sort: by })}>{words}</a>;
  return (
    <Page
      view={view}
      title="Progress per agency"
      lead={
        <p>
          {counted(rows.length, 'agency', 'agencies')} share {counted(total.total, 'commitment')}.
        </p>
      }
      api={['/progress/agencies', asked]}
    >
      <Scope view={view} forums={forums} choices={[bodies]} />
      <OnlyMembers view={view} members={members} />
      <EndedApart apart={apart} list={(life) => view.list({ life })} />
      <CorrectedLater view={view} n={correctedLater} of={total.total} />
      <AgenciesAs view={view} />
      <p class="order">
        Ordered {order('number', 'by number of commitments')} · {order('name', 'by name')}
      </p>
      {rows.length === 0 ? (
        <NothingFound view={view} what="commitment" />
      ) : (
        <>
          <Legend />
          <InGroups view={view} rows={rows} sort={sort} />
        </>
      )}
      <NoSum of="agencies" total={total.total} />
    </Page>
  );
};

/** The number that is not folded, unless it is all. */
const MAX_UNFOLDED_AGENCIES = 24;

/** The agencies with most commitments, and folded those with fewer; or all by the first letter of their names. */
const InGroups = ({
  view,
  rows,
  sort,
}: Pick<AgenciesParts, 'view'> & { rows: readonly AgencyRow[]; sort: unknown }) => {
  const ordered = sort === 'name' ? [...rows].sort((a, b) => compareTexts(a.name, b.name)) : mostFirst(rows);
  const least = ordered.length > MAX_UNFOLDED_AGENCIES ? ordered[MAX_UNFOLDED_AGENCIES - 1]!.total : 0;
  const groups = Map.groupBy(ordered, ({ name, total }) =>
    least === 0 ? '' : sort === 'name' ? fold(name).slice(0, 1).toUpperCase() : total < least ? 'fewer' : '',
  );
  const longest = Math.max(...rows.map(({ total }) => total));
  const table = (group: readonly AgencyRow[], more: string) => (
    <Breakdown
      view={view}
      caption={`Commitments per agency${more}`}
      of="Agency"
      longest={longest}
      lines={agencyLines(group, (agency) => view.link(path('agencies', agency), view.scope))}
    />
  );
  return (
    <>
      <Contents entries={[...groups].map(([id, of]) => id.length === 1 && { id, name: id, n: of.length })} />
      {[...groups].map(([id, group]) =>
        id === '' ? (
          table(group, '')
        ) : (
          <Folded
            key={id}
            id={id}
            title={id === 'fewer' ? `With fewer than ${counted(least, 'commitment')}` : id}
            note={counted(group.length, 'agency', 'agencies')}
            level={2}
            open={false}
          >
            {table(group, id === 'fewer' ? `, with fewer than ${counted(least, 'commitment')}` : `: ${id}`)}
          </Folded>
        ),
      )}
    </>
  );
};

interface AgencyReportParts {
  readonly view: View;
  readonly agency: AgencyAsAt;
  readonly before: readonly AgencyAsAt[];
  readonly members: readonly MemberAsAt[];
  readonly progress: ProgressView<ThemeRow> & { row: AgencyRow | null };
  readonly commitments: ItemList;
  readonly apart: EndedCounts;
  readonly roles: readonly RoleCount[];
  readonly open: readonly OutcomeRow[];
  readonly forums: readonly Forum[];
  readonly frameworks: readonly Framework[];
  readonly themes: readonly Theme[];
  readonly rounds: readonly RoundOfAgency[];
}

const AgencyReport = (parts: AgencyReportParts) => {
  const {
    view,
    agency,
    before,
    members,
    progress,
    commitments,
    apart,
    roles,
    open,
    forums,
    frameworks,
    themes,
    rounds,
  } = parts;
  const filter = { agency: agency.code };
  return (
    <Page
      view={view}
      title={agency.name}
      eyebrow={`${agency.code} · ${sentence(agency.kind)}`}
      lead={<AgencyIdentity view={view} agency={agency} before={before} />}
      api={[`/progress${path('agencies', agency.code)}`]}
      entry={path('agencies', agency.code)}
      feed={feedPath('agencies', agency.code)}
      follow={followPath('agency', agency.code)}
      report={{ kind: 'agency', asked: { agency: agency.code, followsUp: view.asked['followsUp'] } }}
    >
      <EntryLink kind="agency" code={agency.code} />
      <EntryFacts
        {...{ view, kind: 'agency', entry: agency }}
        placed={['code', 'name', 'kind', 'parent', 'memberships', 'chairs', 'succeededBy']}
      />
      <AgencyEndNotice view={view} agency={agency} />
      {progress.row ? (
        <Headline view={view} row={progress.row} filter={filter}>
          of {count(progress.total.total)} of all agencies
        </Headline>
      ) : (
        <p>
          As at {dateWords(view.asOf)}, it is responsible for no commitment
          {(view.scope.followsUp ?? view.scope.role) && ' of those asked for'}.
        </p>
      )}
      <Scope view={view} forums={forums} />
      <AgenciesAs view={view} />
      {progress.row && (
        <p>
          {progress.row.lastOwnReportOn ? (
            <>
              It last reported itself on <ShownDate date={progress.row.lastOwnReportOn} />
            </>
          ) : (
            'It has reported nothing itself'
          )}
          {progress.row.lastReportedOn && (
            <>
              ; somebody last mentioned one of its commitments on <ShownDate date={progress.row.lastReportedOn} />
            </>
          )}
          .
        </p>
      )}
      {progress.row?.asked && (
        <p>
          In <a href={view.list({ ...filter, asked: true })}>{count(progress.row.asked)}</a> of these{' '}
          {count(progress.row.total)} another agency named it, and it has yet to accept.
        </p>
      )}
      <EndedApart apart={apart} list={(life) => view.list({ ...filter, life })} />
      <CorrectedLater view={view} {...correctedCount(commitments.items)} />
      {roles.length > 0 && (
        <p class="roles">
          Its part:{' '}
          <Listed
            all={roles.map(({ role, total }) => (
              <>
                {roleWords(role)} in <a href={view.list({ ...filter, role })}>{count(total)}</a>
              </>
            ))}
          />
          .{roles.some(({ role }) => !isResponsible(role)) && ` ${OTHER_ROLES_IN_WORDS} are not counted above.`}
        </p>
      )}
      <Contents
        entries={[
          members.length > 0 && { id: 'members', name: 'Its members', n: members.length },
          progress.rows.length > 0 && { id: 'themes', name: 'By theme' },
          { id: 'open', name: 'Addressed to it, without follow-up', n: open.length },
          rounds.length > 0 && { id: 'rounds', name: 'Reporting rounds', n: rounds.length },
          ...stagesIn(commitments.items),
        ]}
      />
      <p class="order">
        <a href={view.link('/timeline', { ...view.scope, ...filter })}>Over time</a> ·{' '}
        <a href={view.link('/changes-since', { ...view.scope, ...filter })}>Changes</a> ·{' '}
        <a href={view.link('/partnerships', { ...view.scope, ...filter })}>With whom it works</a>
      </p>
      <Members view={view} members={members} />
      {progress.rows.length > 0 && (
        <Section id="themes" title="By theme">
          <Legend />
          <ByFramework
            view={view}
            unfolded={10}
            rows={progress.rows}
            frameworks={frameworks}
            themes={themes}
            filter={filter}
            to={(theme) => view.link(path('agencies', agency.code, 'themes', theme), view.scope)}
          />
          <NoSum of="themes" total={progress.row?.total ?? 0} />
        </Section>
      )}
      <Section id="open" title="Addressed to it, without follow-up">
        {open.length === 0 ? (
          <p>
            No outcome reported by {dateWords(view.asOf)} is addressed to it and without a commitment that follows it
            up.
          </p>
        ) : (
          <>
            <p>
              {counted(open.length, 'outcome')} of forums and resolutions {open.length === 1 ? 'names' : 'name'} it as
              addressee, and no commitment follows {open.length === 1 ? 'it' : 'them'} up as at {dateWords(view.asOf)}.
            </p>
            <OutcomeList view={view} rows={open} brief />
          </>
        )}
      </Section>
      <RoundsOfAgency view={view} rounds={rounds} />
      <ByStage view={view} items={commitments.items} total={commitments.total} filter={filter} agency={agency.code} />
    </Page>
  );
};
