/** The table of commitments that changed, with the statements that changed them. */
import type { Changed } from '#progress';
import { eventWords } from './acts-in-words.js';
import { CommitmentLink, Listed } from './links.js';
import { ShownDate, StageTag } from './figures.js';
import { Table } from './take-away.js';
import { Words } from './source.js';
import { path, type View } from './view.js';
import { count } from './words.js';

/** The commitments that changed between two dates or two states of knowledge, with the statements about each. */
export const ChangedTable = ({ view, items, total }: { view: View; items: readonly Changed[]; total: number }) => (
  <Table
    class="commitments changed"
    caption={`${count(items.length)} of ${count(total)}, in the order of their references`}
    heads={['Commitment', 'Before and after', 'Statement']}
  >
    {items.map(({ reference, title, before, after, into, why }) => (
      <tr key={reference}>
        <th scope="row">
          <a href={view.link(path('commitments', reference))}>
            <Words text={title} />
          </a>{' '}
          <small class="code">{reference}</small>
        </th>
        <td>
          <span class="step">{before ? <StageTag stage={before} /> : 'Not counted before'}</span>{' '}
          <span class="step">then {after ? <StageTag stage={after} /> : 'not counted any more'}</span>
          {after === null && into.length > 0 && (
            <small class="ended-mark">
              went on in{' '}
              <Listed
                all={into.map((other) => (
                  <CommitmentLink view={view} reference={other} />
                ))}
              />
            </small>
          )}
        </td>
        <td>
          {why.length === 0 && <span class="nil">Nothing was said of it itself</span>}
          <ul class="why-list">
            {why.map(({ revision, type, reportedOn, reason }) => (
              <li key={revision}>
                <a href={`${view.link(path('commitments', reference))}#r${revision}`}>{eventWords(type)}</a>,{' '}
                <ShownDate date={reportedOn} short />
                {reason !== null && (
                  <>
                    : <Words text={reason} />
                  </>
                )}
              </li>
            ))}
          </ul>
        </td>
      </tr>
    ))}
  </Table>
);
