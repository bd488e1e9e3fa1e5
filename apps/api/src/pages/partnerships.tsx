/** The partnerships of agencies: those that share most as a heat map, and all pairs with their themes. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { withClocksOfCursor } from '#platform';
import {
  Matrix,
  Partnerships,
  PartnershipsQuery,
  type Filter,
  type MatrixView,
  type PartnershipRow,
  type PartnershipsView,
} from '#progress';
import type { Choosable } from './choice.js';
import { NothingFound } from './conditions.js';
import { Figure, Legend, TotalHeads, TotalCells } from './figures.js';
import { HeatMap } from './heat-map.js';
import { Pager } from './lists.js';
import { Page, Section } from './layout.js';
import { CorrectedLater } from './lineage.js';
import { Listed } from './links.js';
import { Kinds } from './matrix.js';
import { MemberOf, OnlyMembers } from './member-of.js';
import { Narrow, FilterChoices } from './narrow.js';
import { WideTable } from './take-away.js';
import { RendersPages } from './rendering.js';
import { withoutClocks, path, Views, type View } from './view.js';
import { count, counted } from './words.js';

const PAIRS_PER_PAGE = 20;

const AGENCIES_IN_HEAT_MAP = 20;
/** The number of themes listed for a pair. */
const THEMES_PER_PAIR = 4;

@RendersPages()
@Controller('partnerships')
export class PartnershipsPage {
  constructor(
    private readonly views: Views,
    private readonly partnerships: Partnerships,
    private readonly matrix: Matrix,
    private readonly filterChoices: FilterChoices,
    private readonly memberOf: MemberOf,
  ) {}

  @Get()
  async between(@Query() query: PartnershipsQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request, withClocksOfCursor(query));
    const { limit, cursor, ...filter } = withoutClocks(query);
    const crossed = { ...filter, rows: 'agency', columns: 'agency', limit: AGENCIES_IN_HEAT_MAP } as const;
    const [partnerships, matrix, choices, bodies, members] = await Promise.all([
      this.partnerships.between(view.at, filter, { limit: limit ?? PAIRS_PER_PAGE, cursor }),
      filter.agency || cursor !== undefined ? null : this.matrix.crossed(view.at, crossed),
      this.filterChoices.choices(view),
      this.memberOf.choice(view),
      this.memberOf.count(view),
    ]);
    return <WithWhom {...{ view, partnerships, matrix, filter, choices, bodies, members }} />;
  }
}

interface WithWhomParts {
  readonly view: View;
  readonly partnerships: PartnershipsView;
  /** The agencies that share most; `null` where one agency or a further page is asked for. */
  readonly matrix: MatrixView | null;
  readonly filter: Filter;
  readonly choices: readonly Choosable[];
  readonly bodies: Choosable;
  readonly members: number | null;
}

const WithWhom = ({ view, partnerships, matrix, filter, choices, bodies, members }: WithWhomParts) => {
  const { total, joint, rows, rowCount, agencies, nextCursor } = partnerships;
  const { cursor: _cursor, limit: _limit, ...asked } = view.asked;
  const name = filter.agency && (view.names.agency.get(filter.agency) ?? filter.agency);
  return (
    <Page
      view={view}
      title={name ? `With whom ${name} works` : 'Who works with whom'}
      lead={
        <p>
          {joint.list === null ? (
            count(joint.total)
          ) : (
            <Figure n={joint.total} href={view.list({ ...filter, joint: true })} />
          )}{' '}
          of <Figure n={total.total} href={view.list(filter)} />{' '}
          {total.total === 1 ? 'commitment is' : 'commitments are'} shared by several agencies, as lead, co-lead or
          partner: {counted(rowCount, 'pair')} of {counted(agencies, 'agency', 'agencies')}.
        </p>
      }
      api={['/progress/partnerships']}
      list={['/progress/partnerships', asked]}
    >
      <Kinds view={view} rows="agency" columns="agency" />
      <Narrow view={view} choices={[bodies, ...choices]} />
      <OnlyMembers view={view} members={members} />
      <CorrectedLater view={view} n={partnerships.correctedLater} of={total.total} />
      {rows.length === 0 && <NothingFound view={view} what="shared commitment" />}
      {matrix && matrix.rows.length > 0 && (
        <section>
          <h2>
            {matrix.rowCount > AGENCIES_IN_HEAT_MAP
              ? `The ${AGENCIES_IN_HEAT_MAP} agencies that share most`
              : 'The agencies that share commitments'}
          </h2>
          <HeatMap
            view={view}
            matrix={matrix}
            caption="Commitments in which both agencies stand"
            rows={{
              title: 'Agency',
              all: 'All commitments of each',
              href: (code) => view.here({ agency: code, cursor: null }),
              filter: 'agency',
            }}
            columns={{
              title: 'With',
              all: '',
              href: (code) => view.here({ agency: code, cursor: null }),
              coded: true,
              filter: 'with',
            }}
            filter={filter}
            coloured="count"
          />
        </section>
      )}
      {rows.length > 0 && (
        <Section title={name ? 'Its partners' : 'All pairs'}>
          <Legend />
          <Pairs view={view} rows={rows} rowCount={rowCount} filter={filter} />
          <Pager view={view} next={nextCursor} />
        </Section>
      )}
      <p class="note">
        A commitment of three agencies counts under each of their three pairs: these rows do not add up to{' '}
        {count(joint.total)}.
      </p>
    </Page>
  );
};

interface PairsParts extends Pick<WithWhomParts, 'view' | 'filter'> {
  readonly rows: readonly PartnershipRow[];
  readonly rowCount: number;
}

const Pairs = ({ view, rows, rowCount, filter }: PairsParts) => {
  const longest = Math.max(...rows.map(({ total }) => total));
  return (
    <WideTable
      label="Pairs of agencies"
      class="breakdown pairs"
      rows={rows.length}
      caption={`${count(rows.length)} of ${counted(rowCount, 'pair')}, most commitments first`}
      heads={['Agencies', <TotalHeads />, 'Themes']}
    >
      {rows.map((row) => {
        const both = { ...filter, agency: row.agency, with: row.with };
        const rest = row.themes.length - THEMES_PER_PAIR;
        return (
          <tr key={`${row.agency} ${row.with}`}>
            <th scope="row">
              {!filter.agency && (
                <>
                  <a href={view.link(path('agencies', row.agency), view.scope)} title={row.name}>
                    {row.agency}
                  </a>{' '}
                  with{' '}
                </>
              )}
              <a href={view.link(path('agencies', row.with), view.scope)} title={row.withName}>
                {filter.agency ? row.withName : row.with}
              </a>
              {filter.agency && row.withName !== row.with && <small class="code"> {row.with}</small>}
            </th>
            <TotalCells row={row} longest={longest} href={view.list(both)} />
            <td class="on-what">
              <Listed
                all={row.themes.slice(0, THEMES_PER_PAIR).map(({ theme, name, total }) => (
                  <>
                    {name} <Figure n={total} href={view.list({ ...both, theme })} />
                  </>
                ))}
              />
              {rest > 0 && ` and ${counted(rest, 'other theme')}`}
            </td>
          </tr>
        );
      })}
    </WideTable>
  );
};
