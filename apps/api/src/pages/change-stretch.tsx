/** One stretch of changes, of knowledge or of reports, with their sums and their table from stage to stage. */
import type { ComponentChildren } from 'preact';
import type { Stage } from '#commitments';
import {
  ENTRY_REASONS,
  EXIT_REASONS,
  type Filter,
  type FlowName,
  type Leg,
  type LegName,
  type Term,
  type LegTerms,
  type Total,
} from '#progress';
import { Figure, StageTag } from './figures.js';
import { Table, WideTable } from './take-away.js';
import type { View } from './view.js';
import { count, counted, sentence, SHOWN_STAGES, STAGE_WORDS } from './words.js';
import { LIST_PARAMETERS, TERM_WORDS } from './change-words.js';

interface StretchParts {
  readonly view: View;
  readonly title: string;
  readonly leg: Leg;
  readonly name: LegName;
  readonly before: Total;
  readonly after: Total;
  /** The lists behind the totals. */
  readonly lists: Readonly<Record<'before' | 'after', (filter: Filter) => string>>;
  readonly first: ComponentChildren;
  readonly last: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The equation of one leg, in words and numbers, and from which stage to which. */
export const Stretch = ({ view, title, leg, name, before, after, lists, first, last, children }: StretchParts) => {
  const to: ToList = (flow, stages = {}) => {
    const none = Object.fromEntries(LIST_PARAMETERS.map((field) => [field, null]));
    return `${view.here({ ...none, flow: flow.join(','), ...(name === 'learned' && { leg: name }), ...stages })}#list`;
  };
  const terms = [
    ...ENTRY_REASONS.map((flow) => ({ flow, sign: '+', term: leg.entered[flow] as Term })),
    ...EXIT_REASONS.map((flow) => ({ flow, sign: '−', term: leg.left[flow] as Term })),
  ];
  const some = terms.filter(({ term }) => term.total > 0);
  const moved = leg.moves.reduce((sum, move) => sum + move.count, 0);
  return (
    <section class="stretch">
      <h2>{title}</h2>
      <p>{children}</p>
      {some.length + moved === 0 && name === 'learned' ? (
        <p>
          By what is known now they are the same <Figure n={leg.same.total} href={to(['same'])} /> commitments, in the
          same stages.
        </p>
      ) : (
        <>
          <Table class="equation" caption={`${title}: each term`} hideCaption>
            <tr class="total">
              <th scope="row">{first}</th>
              <td class="n">
                <strong>
                  <Figure n={before.total} href={lists.before({})} />
                </strong>
              </td>
              <td>commitments</td>
            </tr>
            {some.map(({ flow, sign, term }) => (
              <tr key={flow}>
                <th scope="row">{sentence(TERM_WORDS[flow][name][0])}</th>
                <td class="n">
                  {sign} <Figure n={term.total} href={to([flow])} />
                </td>
                <td>
                  {TERM_WORDS[flow][name][1]}
                  {flow === 'merged' && `: into ${counted(leg.left.merged.into, 'commitment')}`}
                </td>
              </tr>
            ))}
            {some.length === 0 && (
              <tr>
                <th scope="row">Nothing came in or went out</th>
                <td class="n">+ 0</td>
                <td />
              </tr>
            )}
            <tr class="total">
              <th scope="row">{last}</th>
              <td class="n">
                ={' '}
                <strong>
                  <Figure n={after.total} href={lists.after({})} />
                </strong>
              </td>
              <td>commitments</td>
            </tr>
          </Table>
          <p>
            Of those counted at both ends, <Figure n={leg.same.total} href={to(['same'])} /> are in the same stage and{' '}
            {count(moved)} in another one.
          </p>
          <StageToStage {...{ title, leg, before, after, lists, to }} />
        </>
      )}
    </section>
  );
};

const ENDS_OF_TABLE = { in: 'Came in', out: 'Went out' };

/** The list behind a figure of a leg. */
type ToList = (flow: readonly FlowName[], stages?: Pick<LegTerms, 'before' | 'after'>) => string;

/** Rows: the stage before; columns: the stage after. Every row and every column adds up. */
const StageToStage = ({
  title,
  leg,
  before,
  after,
  lists,
  to,
}: Pick<StretchParts, 'title' | 'leg' | 'before' | 'after' | 'lists'> & { to: ToList }) => {
  const stages = SHOWN_STAGES.filter((stage) => before.byStage[stage] + after.byStage[stage] > 0);
  const moved = new Map(leg.moves.map(({ from, to, count }) => [`${from}-${to}`, count]));
  const sum = (terms: object, stage: Stage) =>
    Object.values(terms as Record<string, Term>).reduce((total, { byStage }) => total + byStage[stage], 0);
  const label = `${title}: from stage to stage`;
  return (
    <WideTable
      label={label}
      class="stages"
      caption="Stages before (rows) and after (columns)"
      heads={[
        'Before',
        ...stages.map((stage) => ({ n: STAGE_WORDS[stage] })),
        { n: ENDS_OF_TABLE.out },
        { n: 'All before' },
      ]}
    >
      {stages.map((from) => (
        <tr key={from}>
          <th scope="row">
            <StageTag stage={from} />
          </th>
          {stages.map((stage) =>
            stage === from ? (
              <td key={stage} class="n same">
                <Figure n={leg.same.byStage[stage]} href={to(['same'], { after: stage })} />
              </td>
            ) : (
              <td key={stage} class="n">
                <Figure n={moved.get(`${from}-${stage}`) ?? 0} href={to([`${from}-${stage}` as FlowName])} />
              </td>
            ),
          )}
          <td class="n">
            <Figure n={sum(leg.left, from)} href={to(EXIT_REASONS, { before: from })} />
          </td>
          <td class="n">
            <Figure n={before.byStage[from]} href={lists.before({ stage: from })} />
          </td>
        </tr>
      ))}
      <tr>
        <th scope="row">{ENDS_OF_TABLE.in}</th>
        {stages.map((stage) => (
          <td key={stage} class="n">
            <Figure n={sum(leg.entered, stage)} href={to(ENTRY_REASONS, { after: stage })} />
          </td>
        ))}
        <td />
        <td />
      </tr>
      <tr class="total">
        <th scope="row">All after</th>
        {stages.map((stage) => (
          <td key={stage} class="n">
            <Figure n={after.byStage[stage]} href={lists.after({ stage })} />
          </td>
        ))}
        <td />
        <td />
      </tr>
    </WideTable>
  );
};
