/** The calendar of forums, meetings below their forum, with how many of their outcomes are followed up. */
import type { OutcomesView } from '#progress';
import type { Forum } from '#registers';
import { compareTexts } from '#text';
import { Contents } from './contents.js';
import { Figure } from './figures.js';
import { Folded } from './folded.js';
import { Page } from './layout.js';
import { NameLink } from './links.js';
import { Table } from './take-away.js';
import { path, type PageParameters, type View } from './view.js';
import { counted, periodWords, sentence } from './words.js';

/** The number of years that are not folded. */
const UNFOLDED_YEARS = 3;

/** No forum is nested deeper. */
const MAX_FORUM_DEPTH = 20;

interface CalendarParts {
  readonly view: View;
  readonly forums: readonly Forum[];
  readonly coverage: OutcomesView;
}

/** All forums by the year in which they began, each followed by its parts. */
export const Calendar = ({ view, forums, coverage }: CalendarParts) => {
  const counts = new Map(coverage.forums.map((row) => [row.forum, row]));
  const known = new Set(forums.map(({ id }) => id));
  const first = (a: Forum, b: Forum) => (a.start ?? '').localeCompare(b.start ?? '') || compareTexts(a.name, b.name);
  const top = forums.filter(({ parent }) => !parent || !known.has(parent)).sort(first);
  const years = [...Map.groupBy(top, ({ start }) => start?.slice(0, 4) ?? '')].sort(([a], [b]) => (a < b ? 1 : -1));
  const withParts = (forum: Forum, depth = 0): { forum: Forum; depth: number }[] => [
    { forum, depth },
    ...(depth > MAX_FORUM_DEPTH ? [] : forums.filter(({ parent }) => parent === forum.id).sort(first)).flatMap((part) =>
      withParts(part, depth + 1),
    ),
  ];
  return (
    <Page
      view={view}
      title="Forums and meetings"
      lead={
        <p>
          {counted(forums.length, 'meeting')} and processes, the latest first; {counted(counts.size, 'one', 'of them')}{' '}
          with outcomes.
        </p>
      }
      api={['/forums', {}]}
    >
      <Contents
        entries={years.map(([year, of]) => ({ id: `y${year}`, name: year || 'Without a date', n: of.length }))}
      />
      {years.map(([year, of], i) => (
        <Folded
          key={year}
          id={`y${year}`}
          title={year || 'Without a date'}
          note={counted(of.length, 'meeting or process', 'meetings and processes')}
          level={2}
          open={i < UNFOLDED_YEARS}
        >
          <Table
            class="breakdown brief calendar"
            caption={`Forums and meetings${year ? ` of ${year}` : ' without a date'}`}
            hideCaption
            heads={['Forum or meeting', 'When', 'Where', { n: 'Outcomes' }, { n: 'With follow-up' }]}
          >
            {of
              .flatMap((forum) => withParts(forum))
              .map(({ forum, depth }) => (
                <CalendarRow key={forum.id} view={view} forum={forum} depth={depth} counts={counts.get(forum.id)} />
              ))}
          </Table>
        </Folded>
      ))}
    </Page>
  );
};

interface RowParts {
  readonly view: View;
  readonly forum: Forum;
  readonly counts?: OutcomesView['forums'][number];
  /** The depth below the forum of which it is a part. */
  readonly depth: number;
}

const CalendarRow = ({ view, forum: { id, name, kind, start, end, place }, counts, depth }: RowParts) => {
  const outcomes = (more: PageParameters) => `${view.link('/outcomes', { followsUp: id, ...more })}#outcomes`;
  return (
    <tr>
      <th scope="row" class={`depth-${Math.min(depth, 3)}`}>
        <NameLink to={view.link(path('forums', id))} name={name} /> <small>{sentence(kind)}</small>
      </th>
      <td data-label={start ? 'When' : undefined}>{start && periodWords(start, end ?? start)}</td>
      <td data-label={place ? 'Where' : undefined} dir="auto">
        {place}
      </td>
      <td class="n" data-label="Outcomes">
        <Figure n={counts?.outcomes ?? 0} href={outcomes({})} />
      </td>
      <td class="n" data-label="With follow-up">
        <Figure n={counts?.covered ?? 0} href={outcomes({ covered: true })} />
      </td>
    </tr>
  );
};
