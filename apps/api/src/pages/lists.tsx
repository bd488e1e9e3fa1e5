/** Lists of commitments. */
import type { Filter, Item } from '#progress';
import { On, StageTag } from './figures.js';
import { AgencyLink } from './links.js';
import { Asked, Outlook, SpreadMark } from './parts.js';
import { ReadingMark } from './reading.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import { count, dateWords, END_WORDS, roleWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

/** How many commitments a page about something else lists before it refers to the whole list. */
export const LISTED = 500;

/** Agencies with their roles: the lead first, partners without a word. */
const Who = ({ view, agencies }: { view: View; agencies: Item['agencies'] }) => (
  <span class="who">
    {agencies.map(({ agency, role, asked }, i) => (
      <span key={`${agency} ${role}`}>
        {i > 0 && ', '}
        <AgencyLink view={view} code={agency} />
        {role !== 'partner' && <small> {roleWords(role)}</small>}
        {asked && (
          <>
            {' '}
            <Asked />
          </>
        )}
      </span>
    ))}
  </span>
);

/** What became of a record that is in no total any more. */
const Ended = ({ view, item: { life, into } }: { view: View; item: Item }) =>
  life === 'active' ? null : (
    <span class="ended-mark">
      {END_WORDS[life]}{' '}
      {into.map((reference, i) => (
        <span key={reference}>
          {i > 0 && ', '}
          <a href={view.link(path('commitments', reference))}>{reference}</a>
        </span>
      ))}
    </span>
  );

/** The lead's stage, and what else there is to say of it: outlook, the other parts, the reading and the reply. */
const Stands = ({ view, item, staged }: { view: View; item: Item; staged: boolean }) => (
  <>
    {!staged && <StageTag stage={item.stage} nature={item.nature} />} <Outlook outlook={item.outlook} />
    <SpreadMark spread={item.spread} stage={item.stage} />
    <Ended view={view} item={item} />
    <ReadingMark reading={item.verification} />
  </>
);

/** Whether there is more to say of how it stands than its stage. */
const hasMore = ({ outlook, verification, life, spread }: Item): boolean =>
  Boolean(outlook) ||
  verification !== null ||
  life !== 'active' ||
  Object.values(spread).some((n, _, all) => n > 1 || all.length > 1);

/** What is worth knowing about a target and a last report. */
const Standing = ({ item: { target, lastReportedOn, nature, life, ...item } }: { item: Item }) => {
  const [overdue, stale] = [life === 'active' && item.overdue, life === 'active' && item.stale];
  return (
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
};

interface ListParts {
  readonly view: View;
  readonly caption: string;
  readonly items: readonly Item[];
  /** Shows this agency's role instead of all agencies. */
  readonly agency?: string;
  /** Without the column of the stage: the caption says it. */
  readonly staged?: boolean;
}

export const CommitmentTable = ({ view, caption, items, agency, staged = false }: ListParts) => {
  const more = !staged || items.some(hasMore);
  return (
    <table class="commitments">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Commitment</th>
          <th scope="col">{agency ? 'Role' : 'Agencies'}</th>
          {more && <th scope="col">{staged ? 'Parts and reading' : 'Stage'}</th>}
          <th scope="col">Target and last report</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.reference}>
            <th scope="row">
              <a href={view.link(path('commitments', item.reference))}>
                <Words text={item.title} />
              </a>{' '}
              <small class="code">{item.reference}</small>
              {item.correctedLater && (
                <>
                  {' '}
                  <a class="later" href={view.now(path('commitments', item.reference))}>
                    corrected later
                  </a>
                </>
              )}
            </th>
            <td>
              {agency ? (
                <Roles view={view} item={item} agency={agency} />
              ) : (
                <Who view={view} agencies={item.agencies} />
              )}
            </td>
            {more && (
              <td>
                <Stands view={view} item={item} staged={staged} />
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
};

/** What an agency, or what it stands for, does in a commitment, and with whom it does it. */
const Roles = ({ view, item: { agencies, lead }, agency }: { view: View; item: Item; agency: string }) => {
  const own = view.standsFor(agency);
  return (
    <span class="who">
      {agencies
        .filter((a) => own.includes(a.agency))
        .map(({ agency: then, role, asked }, i) => (
          <span key={`${then} ${role}`}>
            {i > 0 && ', '}
            {roleWords(role)}
            {then !== agency && <small> as {then}</small>}
            {asked && (
              <>
                {' '}
                <Asked />
              </>
            )}
          </span>
        ))}
      {!own.includes(lead) && (
        <small>
          {' '}
          of <AgencyLink view={view} code={lead} />
        </small>
      )}
    </span>
  );
};

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
