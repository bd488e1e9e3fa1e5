/** The page of agencies without reports, and the dates of their last ones. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Silence, SilentQuery, type SilenceView } from '#progress';
import { choice, Choices, Field, yesNoOptions, type Choosable } from './choice.js';
import { NothingFound } from './conditions.js';
import { Figure, ShownDate } from './figures.js';
import { Page } from './layout.js';
import { NameLink } from './links.js';
import { narrowingParams, Narrow, FilterChoices } from './narrow.js';
import { WideTable } from './take-away.js';
import { RendersPages } from './rendering.js';
import { path, Views, type View } from './view.js';
import { count, counted, OPEN_STAGES } from './words.js';

@RendersPages()
@Controller('no-update')
export class NoUpdatePage {
  constructor(
    private readonly views: Views,
    private readonly silence: Silence,
    private readonly filterChoices: FilterChoices,
  ) {}

  @Get()
  async agencies(@Query() query: SilentQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { agency: _agency, role, ...filter } = narrowingParams(view);
    const [silence, choices] = await Promise.all([
      this.silence.agencies(view.at, { ...filter, role: role ?? 'lead', silent: query.silent }),
      this.filterChoices.choices(view),
    ]);
    const own = choices.filter(({ name }) => name !== 'agency' && name !== 'role');
    return <NoUpdate view={view} silence={silence} choices={own} />;
  }
}

interface NoUpdateParts {
  readonly view: View;
  readonly silence: SilenceView;
  readonly choices: readonly Choosable[];
}

const NoUpdate = ({ view, silence: { total, rows, staleAfter }, choices }: NoUpdateParts) => {
  const { role = 'lead', silent, ...asked } = view.asked;
  const filter = { ...narrowingParams(view), agency: undefined };
  const lists = (agency: string) => ({ ...filter, agency, role: role as 'lead' });
  const does = role === 'lead' ? 'lead' : 'have a part in';
  const any = [['any', 'Lead, co-lead or are partners']] as const;
  const roles = choice('role', 'Agencies that', 'Lead', any, role === 'lead' ? null : role);
  const which = yesNoOptions('Only those with no update', 'Only those with an update');
  const shown = choice('silent', 'Show', 'All of them', which);
  return (
    <Page
      view={view}
      title="No update since"
      lead={
        <p>
          Of {counted(total.agencies, 'agency', 'agencies')} that {does} open commitments,{' '}
          <strong>{count(total.silent)}</strong> had no update for {counted(staleAfter, 'month')}: nothing was reported
          on any of them. In all,{' '}
          <Figure n={total.stale} href={view.list({ ...filter, role: undefined, stale: true })} /> of{' '}
          <Figure n={total.open} href={view.list({ ...filter, role: undefined, stage: OPEN_STAGES })} /> open
          commitments had none.
        </p>
      }
      api={['/progress/silent']}
      list={['/progress/silent', { ...asked, role, silent }]}
    >
      <Narrow view={view} choices={choices} own={['role', 'silent', 'staleAfter']}>
        <Choices view={view} of={[roles, shown]} />
        <Field
          label="No update for so many months"
          type="number"
          name="staleAfter"
          min="0"
          max="1200"
          value={String(staleAfter)}
        />
      </Narrow>
      {rows.length === 0 ? (
        <NothingFound view={view} what="agency" />
      ) : (
        <WideTable
          label="The last update per agency"
          class="breakdown"
          rows={rows.length}
          caption="The oldest update first; an agency counts as without update when all of its open commitments are"
          heads={[
            'Agency',
            'Last update',
            { n: 'Months since' },
            { n: 'No update', among: 'of its open ones' },
            'Without update',
          ]}
        >
          {rows.map(({ agency, name, open, stale, silent, lastHeardOn, lastOwnReportOn, months }) => (
            <tr key={agency}>
              <th scope="row">
                <NameLink to={view.link(path('agencies', agency), view.scope)} name={name} />{' '}
                {name !== agency && <small class="code">{agency}</small>}
              </th>
              <td class="date" data-label="Last update">
                <ShownDate date={lastHeardOn} short />
                {lastOwnReportOn !== lastHeardOn && (
                  <small>
                    {' '}
                    {lastOwnReportOn ? (
                      <>
                        its own: <ShownDate date={lastOwnReportOn} short />
                      </>
                    ) : (
                      'none its own'
                    )}
                  </small>
                )}
              </td>
              <td class="n" data-label="Months since">
                {count(months)}
              </td>
              <td class="n" data-label="No update">
                <Figure n={stale} href={view.list({ ...lists(agency), stale: true })} />
                <small>
                  {' '}
                  of <Figure n={open} href={view.list({ ...lists(agency), stage: OPEN_STAGES })} />
                </small>
              </td>
              <td data-label="Without update">
                {silent ? <strong class="dated">Yes</strong> : <span class="nil">No</span>}
              </td>
            </tr>
          ))}
        </WideTable>
      )}
      <p class="note">
        A commitment counts once in the totals and once under each of its agencies: these rows do not add up. What one
        partner reports is an update of the commitment for all who have a part in it.
      </p>
    </Page>
  );
};
