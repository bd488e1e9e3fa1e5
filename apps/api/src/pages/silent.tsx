/** Which agencies have not been heard of, and for how long. */
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Silence, SilentQuery, type SilenceView } from '#progress';
import { Choice } from './choice.js';
import { Figure, On } from './figures.js';
import { Page } from './layout.js';
import { narrowed, Narrow, Narrowing } from './narrow.js';
import { RendersPages } from './rendering.js';
import { path, Views, type View } from './view.js';
import { count, counted, OPEN_STAGES } from './words.js';

@RendersPages()
@Controller('silent')
export class SilentPage {
  constructor(
    private readonly views: Views,
    private readonly silence: Silence,
    private readonly narrowing: Narrowing,
  ) {}

  @Get()
  async agencies(@Query() query: SilentQuery, @Req() request: FastifyRequest) {
    const view = await this.views.open(query, request);
    const { agency: _agency, role, ...filter } = narrowed(view);
    const [silence, choices] = await Promise.all([
      this.silence.agencies(view.at, { ...filter, role: role ?? 'lead', silent: query.silent }),
      this.narrowing.choices(view),
    ]);
    const own = choices.filter(({ name }) => name !== 'agency' && name !== 'role');
    return <Silent view={view} silence={silence} choices={own} />;
  }
}

interface Parts {
  readonly view: View;
  readonly silence: SilenceView;
  readonly choices: Parameters<typeof Narrow>[0]['choices'];
}

const Silent = ({ view, silence: { total, rows, staleAfter }, choices }: Parts) => {
  const { role = 'lead', silent, ...asked } = view.asked;
  const filter = { ...narrowed(view), agency: undefined };
  const lists = (agency: string) => ({ ...filter, agency, role: role as 'lead' });
  const does = role === 'lead' ? 'lead' : 'have a part in';
  return (
    <Page
      view={view}
      title="Who has gone silent"
      lead={
        <p>
          Of {counted(total.agencies, 'agency', 'agencies')} that {does} open commitments,{' '}
          <strong>{count(total.silent)}</strong> have not been heard of for {counted(staleAfter, 'month')}: nothing was
          reported of any of them. In all,{' '}
          <Figure n={total.stale} href={view.list({ ...filter, role: undefined, stale: true })} /> of{' '}
          <Figure n={total.open} href={view.list({ ...filter, role: undefined, stage: OPEN_STAGES })} /> open
          commitments are so.
        </p>
      }
      json={view.api('/progress/silent')}
      csv={view.api('/progress/silent', { ...asked, role, silent, format: 'csv' })}
    >
      <Narrow view={view} choices={choices} own={['role', 'silent', 'staleAfter']}>
        <Choice
          name="role"
          label="Agencies that"
          any="Lead"
          options={[['any', 'Lead, co-lead or are partners']]}
          value={role === 'lead' ? undefined : role}
        />
        <Choice
          name="silent"
          label="Show"
          any="All of them"
          options={[
            ['true', 'Only silent ones'],
            ['false', 'Only those heard of'],
          ]}
          value={silent}
        />
        <label>
          <span>Silent after so many months</span>
          <input type="number" name="staleAfter" min="0" max="1200" value={String(staleAfter)} />
        </label>
      </Narrow>
      {rows.length === 0 ? (
        <p>No agency is as asked for.</p>
      ) : (
        <div class="table" role="region" aria-label="Silence per agency" tabIndex={0}>
          <table class="breakdown">
            <caption>The longest silence first; an agency is silent when all of its open commitments are</caption>
            <thead>
              <tr>
                <th scope="col">Agency</th>
                <th scope="col">Last heard of</th>
                <th scope="col" class="n">
                  Months since
                </th>
                <th scope="col" class="n">
                  Not heard of <small>of its open ones</small>
                </th>
                <th scope="col">Silent</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ agency, name, open, stale, silent, lastHeardOn, months }) => (
                <tr key={agency}>
                  <th scope="row">
                    <a href={view.link(path('agencies', agency), view.scope)}>{name}</a>{' '}
                    {name !== agency && <small class="code">{agency}</small>}
                  </th>
                  <td class="date" data-label="Last heard of">
                    <On date={lastHeardOn} short />
                  </td>
                  <td class="n" data-label="Months since">
                    {count(months)}
                  </td>
                  <td class="n" data-label="Not heard of">
                    <Figure n={stale} href={view.list({ ...lists(agency), stale: true })} />
                    <small>
                      {' '}
                      of <Figure n={open} href={view.list({ ...lists(agency), stage: OPEN_STAGES })} />
                    </small>
                  </td>
                  <td data-label="Silent">
                    {silent ? <strong class="silent">Yes</strong> : <span class="nil">No</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="note">
        A commitment counts once in the totals and once under each of its agencies: these rows do not add up. What one
        partner reports breaks the silence of all who have a part in the commitment.
      </p>
    </Page>
  );
};
