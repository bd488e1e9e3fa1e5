/** Stages over time: the chart, and the same in a table. */
import { monthsBefore, type FullDate } from '#clocks';
import type { Row } from '#progress';
import { stagesChart, type Step } from './chart.js';
import { Legend } from './figures.js';
import type { View } from './view.js';
import { count, counted, dateWords, SHOWN_STAGES, STAGE_WORDS } from './words.js';

/** Since when nothing at all was reported; `null` where that is not long. */
export const silentSince = (view: View, { lastReportedOn }: Row): FullDate | null =>
  lastReportedOn && lastReportedOn < monthsBefore(view.asOf, view.staleAfter) ? lastReportedOn : null;

interface Parts {
  readonly view: View;
  readonly total: Row;
  readonly steps: readonly Step[];
}

export const OverTime = ({ view, total, steps }: Parts) => {
  const changes = steps.filter(({ row }, i) => JSON.stringify(row) !== JSON.stringify(steps[i - 1]?.row));
  const title = 'Stages over time, as reported';
  const silent = silentSince(view, total);
  return (
    <section>
      <h2>{title}</h2>
      <figure class="chart">
        <Legend>
          <li>
            <span class="stale-line">Open, but not heard of for {counted(view.staleAfter, 'month')}</span>
          </li>
        </Legend>
        {steps.length > 1 && (
          <>
            <div
              class="wide"
              dangerouslySetInnerHTML={{ __html: stagesChart(steps, silent, { width: 1200, height: 340 }) }}
            />
            <div
              class="narrow"
              dangerouslySetInnerHTML={{ __html: stagesChart(steps, silent, { width: 340, height: 260 }) }}
            />
          </>
        )}
        <figcaption>
          Number of commitments in each stage on each day, by what had been reported by then. Stages change only when
          someone reports; the dotted line shows how many open ones nobody had spoken of for{' '}
          {counted(view.staleAfter, 'month')}.
        </figcaption>
        <details>
          <summary>The figures of this chart</summary>
          <div class="table" role="region" aria-label={title} tabIndex={0}>
            <table>
              <caption>{title}: the dates on which figures change</caption>
              <thead>
                <tr>
                  <th scope="col">As at</th>
                  <th scope="col" class="n">
                    Commitments
                  </th>
                  {SHOWN_STAGES.map((stage) => (
                    <th key={stage} scope="col" class="n">
                      {STAGE_WORDS[stage]}
                    </th>
                  ))}
                  <th scope="col" class="n">
                    Not heard of
                  </th>
                </tr>
              </thead>
              <tbody>
                {changes.map(({ asOf, row }) => (
                  <tr key={asOf}>
                    <th scope="row">
                      <a href={view.here({ asOf })}>{dateWords(asOf)}</a>
                    </th>
                    <td class="n">{count(row.total)}</td>
                    {SHOWN_STAGES.map((stage) => (
                      <td key={stage} class="n">
                        {count(row.byStage[stage])}
                      </td>
                    ))}
                    <td class="n">{count(row.stale)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </figure>
    </section>
  );
};
