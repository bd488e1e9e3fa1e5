/** Lists of commitments, and the links to what they name. */
import type { Role } from '#commitments';
import type { Filter, Item } from '#progress';
import { On, StageTag } from './figures.js';
import { path, type View } from './view.js';
import { count, dateWords, roleWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

/** How many commitments a page about something else lists before it refers to the whole list. */
export const LISTED = 500;

/** An agency by its code, or by its name. */
export const AgencyLink = ({ view, code, long = false }: { view: View; code: string; long?: boolean }) => {
  const name = view.names.agency.get(code);
  if (name === undefined) return <>{code}</>;
  return (
    <a href={view.link(path('agencies', code))} title={long ? undefined : name}>
      {long ? name : code}
    </a>
  );
};

export const ThemeLink = ({ view, code }: { view: View; code: string }) => {
  const label = view.names.theme.get(code);
  return label === undefined ? <>{code}</> : <a href={view.link(path('themes', code))}>{label}</a>;
};

/** Agencies with their roles: the lead first, partners without a word. */
const Who = ({ view, agencies }: { view: View; agencies: readonly { agency: string; role: Role }[] }) => (
  <span class="who">
    {agencies.map(({ agency, role }, i) => (
      <span key={`${agency} ${role}`}>
        {i > 0 && ', '}
        <AgencyLink view={view} code={agency} />
        {role !== 'partner' && <small> {roleWords(role)}</small>}
      </span>
    ))}
  </span>
);

/** What is worth knowing about a target and a last report. */
const Standing = ({ item: { target, overdue, stale, lastReportedOn, nature } }: { item: Item }) => (
  <>
    {target && (
      <span class={overdue ? 'alert' : undefined}>
        {overdue ? 'Overdue: target ' : 'Target '}
        <On date={target} short />
      </span>
    )}
    <span class={stale ? 'silent' : undefined}>
      {stale ? 'Not heard of since ' : nature === 'standing' ? 'Last confirmed ' : 'Last report '}
      <On date={lastReportedOn} short />
    </span>
  </>
);

interface ListParts {
  readonly view: View;
  readonly caption: string;
  readonly items: readonly Item[];
  /** Shows this agency's role instead of all agencies. */
  readonly agency?: string;
  /** Without the column of the stage: the caption says it. */
  readonly staged?: boolean;
}

export const CommitmentTable = ({ view, caption, items, agency, staged = false }: ListParts) => (
  <table class="commitments">
    <caption>{caption}</caption>
    <thead>
      <tr>
        <th scope="col">Commitment</th>
        <th scope="col">{agency ? 'Role' : 'Agencies'}</th>
        {!staged && <th scope="col">Stage</th>}
        <th scope="col">Target and last report</th>
      </tr>
    </thead>
    <tbody>
      {items.map((item) => (
        <tr key={item.reference}>
          <th scope="row">
            <a href={view.link(path('commitments', item.reference))}>{item.title}</a>{' '}
            <small class="code">{item.reference}</small>
          </th>
          <td>
            {agency ? <Roles view={view} item={item} agency={agency} /> : <Who view={view} agencies={item.agencies} />}
          </td>
          {!staged && (
            <td>
              <StageTag stage={item.stage} nature={item.nature} />
            </td>
          )}
          <td class="standing">
            <Standing item={item} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** What an agency does in a commitment, and with whom it does it. */
const Roles = ({ view, item: { agencies, lead }, agency }: { view: View; item: Item; agency: string }) => (
  <span class="who">
    {agencies
      .filter((a) => a.agency === agency)
      .map(({ role }) => roleWords(role))
      .join(', ')}
    {lead !== agency && (
      <small>
        {' '}
        of <AgencyLink view={view} code={lead} />
      </small>
    )}
  </span>
);

interface ByStageParts extends Omit<ListParts, 'caption' | 'staged'> {
  readonly total: number;
  readonly filter: Filter;
  readonly title?: string;
}

/** All commitments that something is about, a table per stage. */
export const ByStage = ({ view, items, total, filter, agency, title = 'Its commitments' }: ByStageParts) => (
  <section>
    <h2 id="commitments">{title}</h2>
    {total === 0 && <p>None as at {dateWords(view.asOf)}.</p>}
    {SHOWN_STAGES.map((stage) => {
      const staged = items.filter((item) => item.stage === stage);
      return (
        staged.length > 0 && (
          <CommitmentTable
            key={stage}
            view={view}
            caption={`${STAGE_WORDS[stage]}: ${count(staged.length)}`}
            items={staged}
            agency={agency}
            staged
          />
        )
      );
    })}
    {total > items.length && (
      <p class="note">
        The first {count(items.length)} of {count(total)} are listed. <a href={view.list(filter)}>See all</a>.
      </p>
    )}
  </section>
);
