/** Lists of commitments. */
import { BLANKED_TEXT } from '#commitments';
import { marked } from '#search';
import type { Filter, Item, Sort } from '#progress';
import type { ContentsEntry } from './contents.js';
import { ShownDate, StageTag } from './figures.js';
import { Folded } from './folded.js';
import { Section } from './layout.js';
import { AgencyLink, CommitmentLink, Listed } from './links.js';
import { YetToAccept, Outlook, SpreadMark } from './parts.js';
import { ReadingMark } from './finding.js';
import { Table } from './take-away.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import { count, counted, dateWords, END_WORDS, roleWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

/** The number of commitments that a page about something else lists before it refers to the whole list. */
export const MAX_COMMITMENTS_LISTED = 500;

/** Leads on in a list, and back to its start; `to`: where on the page it stands. */
export const Pager = ({ view, next, to = '' }: { view: View; next: string | null; to?: string }) => (
  <nav class="pager" aria-label="Pages of the list">
    {view.asked['cursor'] !== undefined && <a href={view.here({ cursor: null }) + to}>To the start</a>}
    {next && (
      <a href={view.here({ cursor: next }) + to} rel="next">
        Next page
      </a>
    )}
  </nav>
);

/** Agencies with their roles: the lead first, partners without a word; one of several roles is named once. */
const AgenciesWithRoles = ({ view, agencies }: { view: View; agencies: Item['agencies'] }) => (
  <span class="who">
    <Listed
      all={[...Map.groupBy(agencies, ({ agency }) => agency)].map(([agency, held]) => {
        const roles = held
          .filter(({ role }) => role !== 'partner' || held.length > 1)
          .map(({ role }) => roleWords(role));
        return (
          <>
            <AgencyLink view={view} code={agency} />
            {roles.length > 0 && <small> {roles.join(' and ')}</small>}
            {held.some(({ asked }) => asked) && <YetToAccept />}
          </>
        );
      })}
    />
  </span>
);

/** The end of a record that no total counts any more. */
const EndOfItem = ({ view, item: { life, into } }: { view: View; item: Item }) =>
  life === 'active' ? null : (
    <span class="ended-mark">
      {END_WORDS[life]}{' '}
      <Listed
        all={into.map((reference) => (
          <CommitmentLink view={view} reference={reference} />
        ))}
      />
    </span>
  );

/** The lead's stage, and the rest beside it: outlook, the other parts, the reading and the reply. */
const Stands = ({ view, item, staged }: { view: View; item: Item; staged: boolean }) => (
  <>
    {!staged && <StageTag stage={item.stage} nature={item.nature} />} <Outlook outlook={item.outlook} />
    <SpreadMark spread={item.spread} stage={item.stage} />
    <EndOfItem view={view} item={item} />
    <ReadingMark reading={item.verification} />
    {item.onBehalf && (
      <small class="behalf">
        By the secretariat on behalf of {item.onBehalf.agency} ({item.onBehalf.authority})
      </small>
    )}
  </>
);

/** Whether the row has notes beside its stage. */
const hasMore = ({ outlook, verification, life, spread, onBehalf }: Item): boolean =>
  Boolean(outlook) ||
  onBehalf !== null ||
  verification !== null ||
  life !== 'active' ||
  Object.values(spread).some((n, _, all) => n > 1 || all.length > 1);

/** The notes beside a target and a last report. */
const TargetNotes = ({ item: { target, lastReportedOn, leadReportedOn, nature, life, ...item } }: { item: Item }) => {
  const [overdue, stale] = [life === 'active' && item.overdue, life === 'active' && item.stale];
  return (
    <>
      {target && (
        <span class={overdue ? 'alert' : undefined}>
          {overdue ? 'Overdue: target ' : 'Target '}
          <ShownDate date={target} short />
        </span>
      )}
      <span class={stale ? 'dated' : undefined}>
        {stale ? 'No update since ' : nature === 'standing' ? 'Last confirmed ' : 'Last report '}
        <ShownDate date={stale ? lastReportedOn : (leadReportedOn ?? lastReportedOn)} short />
      </span>
      {item.nextStepDue && life === 'active' && (
        <span>
          Next step <ShownDate date={item.nextStepDue} short />
        </span>
      )}
      {leadReportedOn !== lastReportedOn && !stale && (
        <span>
          {leadReportedOn ? 'Last mentioned ' : 'By another than its lead '}
          <ShownDate date={lastReportedOn} short />
        </span>
      )}
    </>
  );
};

/** The orders that a reader can choose. */
export const ORDER_WORDS: Readonly<Record<Sort, string>> = {
  relevance: 'Best matches first',
  reference: 'By reference',
  '-reference': 'By reference, the last first',
  title: 'By title',
  '-title': 'By title, the last first',
  stage: 'By stage, proposed first',
  '-stage': 'By stage, discontinued first',
  lead: 'By lead agency',
  '-lead': 'By lead agency, the last first',
  target: 'By target date, the earliest first',
  '-target': 'By target date, the latest first',
  nextStepDue: 'By next step, the earliest first',
  '-nextStepDue': 'By next step, the latest first',
  lastReportedOn: 'By last report, the oldest first',
  '-lastReportedOn': 'By last report, the latest first',
};

interface Order {
  readonly sort: Sort;
  /** The same list in another order. */
  readonly href: (sort: Sort) => string;
}

/** The head of a column, by whose contents the list can be ordered: once more, the other way round. */
const SortableHead = ({ order, by }: { order?: Order; by: Readonly<Partial<Record<Sort, string>>> }) => {
  const opposite = (sort: string) => (sort.startsWith('-') ? sort.slice(1) : `-${sort}`) as Sort;
  const sorts = Object.keys(by) as Sort[];
  const current = sorts.find((sort) => order?.sort === sort || order?.sort === opposite(sort));
  return (
    <th scope="col" aria-sort={current && (order!.sort.startsWith('-') ? 'descending' : 'ascending')}>
      {sorts.map((sort, i) => (
        <span key={sort}>
          {i > 0 && ' and '}
          {order ? (
            <a
              href={order.href(order.sort === sort ? opposite(sort) : sort)}
              title={ORDER_WORDS[order.sort === sort ? opposite(sort) : sort]}
              class={sort === current ? (order.sort.startsWith('-') ? 'falling' : 'rising') : undefined}
            >
              {by[sort]}
            </a>
          ) : (
            by[sort]
          )}
        </span>
      ))}
    </th>
  );
};

/** A title with the words marked that were searched for. */
const Title = ({ text, lang, search }: { text: string; lang: string | null; search: string }) =>
  search && text !== BLANKED_TEXT ? (
    <span dir="auto" lang={lang ?? undefined}>
      {marked(text, search, lang).map(({ text, found }, i) => (found ? <mark key={i}>{text}</mark> : text))}
    </span>
  ) : (
    <Words text={text} lang={lang} />
  );

interface CommitmentTableParts {
  readonly view: View;
  readonly caption: string;
  readonly items: readonly Item[];
  /** The order that they are in, where it can be chosen. */
  readonly order?: Order;
  readonly search?: string;
  /** Shows this agency's role instead of all agencies. */
  readonly agency?: string;
  /** Without the column of the stage: the heading above says it. */
  readonly staged?: boolean;
}

export const CommitmentTable = ({
  view,
  caption,
  items,
  order,
  search = '',
  agency,
  staged = false,
}: CommitmentTableParts) => {
  const more = !staged || items.some(hasMore);
  return (
    <Table
      class={order ? 'commitments ordered' : 'commitments'}
      rows={items.length}
      caption={caption}
      hideCaption={staged}
      heads={[
        <SortableHead order={order} by={{ title: 'Commitment', ...(order && { reference: 'reference' }) }} />,
        <SortableHead order={order} by={{ lead: agency ? 'Role' : 'Agencies' }} />,
        more && <SortableHead order={order} by={{ stage: staged ? 'Parts and reading' : 'Stage' }} />,
        <SortableHead order={order} by={{ target: 'Target', '-lastReportedOn': 'last report' }} />,
      ]}
    >
      {items.map((item) => (
        <tr key={item.reference}>
          <th scope="row">
            <a href={view.link(path('commitments', item.reference))}>
              <Title text={item.title} lang={item.language} search={search} />
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
              <AgenciesWithRoles view={view} agencies={item.agencies} />
            )}
          </td>
          {more && (
            <td>
              <Stands view={view} item={item} staged={staged} />
            </td>
          )}
          <td class="standing">
            <TargetNotes item={item} />
          </td>
        </tr>
      ))}
    </Table>
  );
};

/** The role of an agency, or of its successor, in a commitment, and the other agencies. */
const Roles = ({ view, item: { agencies, lead }, agency }: { view: View; item: Item; agency: string }) => {
  const own = view.standsFor(agency);
  return (
    <span class="who">
      <Listed
        all={agencies
          .filter((a) => own.includes(a.agency))
          .map(({ agency: then, role, asked }) => (
            <>
              {roleWords(role)}
              {then !== agency && <small> as {then}</small>}
              {asked && <YetToAccept />}
            </>
          ))}
      />
      {!own.includes(lead) && (
        <small>
          {' '}
          of <AgencyLink view={view} code={lead} />
        </small>
      )}
    </span>
  );
};

interface ByStageParts extends Omit<CommitmentTableParts, 'caption' | 'staged'> {
  readonly total: number;
  readonly filter: Filter;
  readonly title?: string;
}

/** The parts of `ByStage`, for the index of a page. */
export const stagesIn = (items: readonly Item[]): ContentsEntry[] =>
  SHOWN_STAGES.map((stage) => ({
    id: stage,
    name: STAGE_WORDS[stage],
    n: items.filter((item) => item.stage === stage).length,
  })).filter(({ n }) => n > 0);

/** More commitments than so many are folded. */
const MAX_UNFOLDED_COMMITMENTS = 12;

/** All commitments that something is about, a table per stage. */
export const ByStage = ({ view, items, total, filter, agency, title = 'Its commitments' }: ByStageParts) => (
  <Section id="commitments" title={title}>
    {total === 0 && <p>None as at {dateWords(view.asOf)}.</p>}
    {SHOWN_STAGES.map((stage) => {
      const staged = items.filter((item) => item.stage === stage);
      return (
        staged.length > 0 && (
          <Folded
            key={stage}
            id={stage}
            title={STAGE_WORDS[stage]}
            note={counted(staged.length, 'commitment')}
            open={items.length <= MAX_UNFOLDED_COMMITMENTS}
          >
            <CommitmentTable
              view={view}
              caption={`${STAGE_WORDS[stage]}: ${count(staged.length)}`}
              items={staged}
              agency={agency}
              staged
            />
          </Folded>
        )
      );
    })}
    {total > items.length && (
      <p class="note">
        The first {count(items.length)} of {count(total)} are listed. <a href={view.list(filter)}>See all</a>.
      </p>
    )}
  </Section>
);
