/** The follow-up of outcomes in figures and tables: in all, by kind and by forum. */
import type { ComponentChildren } from 'preact';
import type { OutcomesView } from '#progress';
import { Figure } from './figures.js';
import { Section } from './layout.js';
import { Joined, NameLink } from './links.js';
import { WideTable } from './take-away.js';
import { path, type PageParameters, type View } from './view.js';
import { count, counted, OUTCOME_KIND_WORDS, textWords } from './words.js';

const NOTHING_CHOSEN = { kind: null, addressedTo: null, covered: null, stage: null, cursor: null };

/** The list of outcomes of a page, with nothing chosen but some filters. */
const outcomesOf = (view: View) => (changes: PageParameters) =>
  `${view.here({ ...NOTHING_CHOSEN, ...changes })}#outcomes`;

/** The follow-up in figures: each with its total, and a link to the outcomes behind it. */
export const CoverageFigures = ({ view, total }: { view: View; total: OutcomesView['total'] }) => {
  const outcomes = outcomesOf(view);
  const part = (what: string, n: number, of: string, changes: PageParameters) => (
    <div>
      <dt>{what}</dt>
      <dd>
        <Figure n={n} href={outcomes(changes)} />
      </dd>
      <dd class="of">
        of{' '}
        <Figure
          n={of === 'all' ? total.outcomes : total.covered}
          href={outcomes(of === 'all' ? {} : { covered: true })}
        />{' '}
        {of === 'all' ? 'outcomes' : 'with follow-up'}
      </dd>
    </div>
  );
  return (
    <section class="headline" aria-label="Totals">
      <dl>
        {part('With follow-up', total.covered, 'all', { covered: true })}
        {part('Without follow-up', total.outcomes - total.covered, 'all', { covered: false })}
        {part('With something completed', total.byStage.completed, 'covered', { stage: 'completed' })}
        {part('With something in progress', total.byStage.in_progress, 'covered', { stage: 'in_progress' })}
      </dl>
    </section>
  );
};

const ShareBar = ({ n, of }: { n: number; of: number }) => {
  const words = `${count(n)} of ${count(of)} with follow-up`;
  return (
    <svg class="bar share" role="img" aria-label={words} width="100%" height="16" preserveAspectRatio="none">
      <title>{words}</title>
      <rect class="none" width="100%" height="16" />
      <rect class="completed" width={`${(100 * n) / Math.max(of, 1)}%`} height="16" />
    </svg>
  );
};

interface RowOfFollowUp {
  readonly key: string;
  readonly head: ComponentChildren;
  readonly outcomes: number;
  readonly covered: number;
  /** Outcomes that a completed commitment follows up; absent: the table has no such column. */
  readonly completed?: number;
  /** The list of the outcomes of the row, narrowed further. */
  readonly list: (changes: PageParameters) => string;
}

interface TableOfFollowUp {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly head: string;
  readonly rows: readonly RowOfFollowUp[];
  readonly children?: ComponentChildren;
}

/** A table of outcomes with and without follow-up; every number leads to its list. */
const FollowUpTable = ({ id, title, caption, head, rows, children }: TableOfFollowUp) => {
  const cells = ({ outcomes, covered, completed, list }: RowOfFollowUp) => [
    ['Outcomes', outcomes, list({})] as const,
    ['With follow-up', covered, list({ covered: true })] as const,
    null,
    ...(completed === undefined
      ? []
      : [['With something completed', completed, list({ stage: 'completed' })] as const]),
    ['Without follow-up', outcomes - covered, list({ covered: false })] as const,
  ];
  return (
    <Section id={id} title={title}>
      <WideTable
        label={title}
        class="breakdown coverage"
        rows={rows.length}
        few
        caption={caption}
        heads={[
          head,
          ...rows.slice(0, 1).flatMap((row) =>
            cells(row).map((cell) => (
              <th scope="col" class={cell ? 'n' : 'of-bar'} key={cell?.[0] ?? ''}>
                {cell?.[0] ?? 'Share with follow-up'}
              </th>
            )),
          ),
        ]}
      >
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.head}</th>
            {cells(row).map((cell) =>
              cell ? (
                <td class="n" data-label={cell[0]} key={cell[0]}>
                  <Figure n={cell[1]} href={cell[2]} />
                </td>
              ) : (
                <td class="of-bar" key="">
                  <ShareBar n={row.covered} of={row.outcomes} />
                </td>
              ),
            )}
          </tr>
        ))}
      </WideTable>
      {children}
    </Section>
  );
};

/** The number of outcomes of each kind, and the number with follow-up. */
export const PerKind = ({ view, coverage: { kinds, putTo } }: { view: View; coverage: OutcomesView }) => {
  const outcomes = outcomesOf(view);
  return (
    <FollowUpTable
      id="kinds"
      title="By kind"
      caption="They add up"
      head="Kind"
      rows={kinds.map(({ kind, outcomes: all, covered }) => ({
        ...{ key: kind, head: OUTCOME_KIND_WORDS[kind], outcomes: all, covered },
        list: (changes) => outcomes({ kind, ...changes }),
      }))}
    >
      {putTo.length > 0 && (
        <p class="note">
          Put to a forum, and no outcome of it:{' '}
          <Joined
            all={putTo.map(({ forum, name, outcomes: n }) => (
              <a key={forum} href={outcomes({ addressedTo: forum })}>
                {count(n)} to {textWords(name)}
              </a>
            ))}
          />
          .
        </p>
      )}
    </FollowUpTable>
  );
};

/** The outcomes of each forum, and the share with follow-up. */
export const PerForum = ({ view, coverage: { forums, elsewhere } }: { view: View; coverage: OutcomesView }) => {
  const outcomes = outcomesOf(view);
  return (
    <FollowUpTable
      id="forums"
      title="Follow-up per forum"
      caption="With its round tables"
      head="Forum"
      rows={forums.map(({ forum, name, outcomes: all, covered, byStage }) => ({
        ...{ key: forum, outcomes: all, covered, completed: byStage.completed },
        head: <NameLink to={view.link(path('forums', forum))} name={name} />,
        list: (changes) => outcomes({ ...changes, followsUp: forum }),
      }))}
    >
      <p class="note">
        An outcome counts in its forum and in the one that forum is part of: these rows do not add up.{' '}
        {elsewhere.outcomes > 0 &&
          `Of ${counted(elsewhere.outcomes, 'outcome')} of no forum, ${count(elsewhere.covered)} ${elsewhere.covered === 1 ? 'has' : 'have'} follow-up.`}
      </p>
    </FollowUpTable>
  );
};
