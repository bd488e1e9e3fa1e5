/** Parts of the page of a commitment: editions, upkeep, conditions, deliverables, and the claims of sources. */
import type { ComponentChildren } from 'preact';
import { lastDayOf, type PartialDate } from '#clocks';
import type { Edition, Evidence as EvidenceOf, Upkeep as Upkept } from '#commitments';
import { Section } from './layout.js';
import { Listed } from './links.js';
import { ShownDate } from './figures.js';
import type { CommitmentOnPage } from './parts.js';
import { Table } from './take-away.js';
import { Paragraph, Source, Words } from './source.js';
import type { View } from './view.js';
import { counted, dateWords, periodWords, sentence, whenWords } from './words.js';

export const EvidenceLink = ({ title, date, url, language, revision }: EvidenceOf & { revision: number }) => (
  <>
    {url ? (
      <a href={url} rel="noreferrer nofollow" hreflang={language ?? undefined}>
        <Words text={title} of={{ revision }} lang={language} />
      </a>
    ) : (
      <Words text={title} of={{ revision }} lang={language} />
    )}
    {date && <small> {dateWords(date)}</small>}
  </>
);

const EvidenceList = ({ evidence, revision }: { evidence: readonly EvidenceOf[]; revision: number }) => (
  <Listed
    by="; "
    all={evidence.map((one) => (
      <EvidenceLink {...one} revision={revision} />
    ))}
  />
);

/** When something was held. */
const heldWords = ({ held, until }: { held: PartialDate; until: PartialDate | null }): string =>
  until ? periodWords(held, until) : dateWords(held);

/** Whether a due date is past by the date shown. */
const dueWords = (view: View, due: PartialDate): string =>
  `${lastDayOf(due) < view.asOf ? 'was due' : 'is due'} ${whenWords(due)}`;

/** The last edition and the next due date, or the last upkeep; in a line. */
export const EditionLine = ({ view, commitment: c }: CommitmentOnPage) => {
  if (c.nature === 'recurring')
    return (
      <p>
        {c.lastEdition ? (
          <>
            Last edition: {c.lastEdition.title && <Words text={c.lastEdition.title} of={c.lastEdition} />}
            {c.lastEdition.title && ', '}
            {heldWords(c.lastEdition)}.{' '}
            {c.nextDue ? `The next ${dueWords(view, c.nextDue)}.` : 'When the next is due was not said.'}
          </>
        ) : (
          'It comes round, but no edition has been reported by itself.'
        )}
        {c.stage === 'completed' &&
          ' Completed, as it comes round, means: its last edition was done, or the series ended.'}
      </p>
    );
  if (!c.lastUpkeep) return null;
  return (
    <p>
      Last told of <ShownDate date={c.lastUpkeep.period} />: {c.lastUpkeep.keptUp ? 'kept up' : 'not kept up'}.
    </p>
  );
};

interface Lines<T> {
  readonly view: View;
  readonly caption: string;
  /** The titles of the first two columns. */
  readonly columns: readonly [when: string, what: string];
  readonly lines: readonly T[];
  readonly when: (line: T) => ComponentChildren;
  readonly what: (line: T) => ComponentChildren;
}

/** The reports period by period, the last one first, each with its evidence. */
const PeriodByPeriod = <T extends Edition | Upkept>({ view, caption, columns, lines, when, what }: Lines<T>) => (
  <Table class="told" caption={caption} hideCaption heads={[...columns, 'Source']}>
    {lines.toReversed().map((line) => (
      <tr key={line.revision}>
        <th scope="row">{when(line)}</th>
        <td>
          {what(line)}
          <Paragraph text={line.note} of={line} />
        </td>
        <td>
          {line.evidence.length > 0 && (
            <p>
              <EvidenceList {...line} />
            </p>
          )}
          <Source view={view} of={line} />
        </td>
      </tr>
    ))}
  </Table>
);

/** Every edition, the last one first. */
export const Editions = ({ view, commitment: { editions } }: CommitmentOnPage) =>
  editions.length > 0 ? (
    <Section title="Editions">
      <p class="note">{counted(editions.length, 'edition')} reported, the last one first.</p>
      <PeriodByPeriod
        view={view}
        caption="Editions"
        columns={['Held', 'Edition']}
        lines={editions}
        when={heldWords}
        what={(edition) => (
          <>
            <Paragraph text={edition.title} of={edition} />
            {edition.nextDue && <p class="source">The next was to come {whenWords(edition.nextDue)}</p>}
          </>
        )}
      />
    </Section>
  ) : null;

/** The upkeep, period by period. */
export const Upkeep = ({ view, commitment: { upkeep } }: CommitmentOnPage) =>
  upkeep.length > 0 ? (
    <Section title="Kept up or not">
      <p class="note">
        Kept up in {upkeep.filter(({ keptUp }) => keptUp).length} of {counted(upkeep.length, 'period')} reported.
      </p>
      <PeriodByPeriod
        view={view}
        caption="Kept up or not, per period"
        columns={['Period', 'Kept up']}
        lines={upkeep}
        when={({ period }) => <ShownDate date={period} />}
        what={({ keptUp }) => <p class={keptUp ? undefined : 'dated'}>{keptUp ? 'Kept up' : 'Not kept up'}</p>}
      />
    </Section>
  ) : null;

/** The condition of the commitment, and its lifting. */
export const ConditionLine = ({
  commitment: { condition, conditionLifted: lifted },
}: Pick<CommitmentOnPage, 'commitment'>) =>
  condition ? (
    <p>
      On condition: <Words text={condition} />.{' '}
      {lifted ? (
        <>
          Lifted {whenWords(lifted.liftedOn)}: <Words text={lifted.liftedBy} of={lifted} /> (reported{' '}
          <a href={`#r${lifted.revision}`}>{dateWords(lifted.reportedOn)}</a>).
        </>
      ) : (
        <span class="dated">Not lifted.</span>
      )}
    </p>
  ) : null;

/** The claims of the sources about one thing, side by side. */
export const Claims = ({ view, commitment: { claims } }: CommitmentOnPage) =>
  claims.length > 0 ? (
    <Section title="Claims of sources">
      {claims.map(({ about, contradictory, claims }) => (
        <div key={about} class="matter">
          <h3>
            {sentence(about)}{' '}
            <small>
              {claims.length === 1
                ? 'one source'
                : contradictory
                  ? `${counted(claims.length, 'source')}, which contradict each other`
                  : `${counted(claims.length, 'source')}, which say the same`}
            </small>
          </h3>
          <ul class="claims">
            {claims.map((claim) => (
              <li key={claim.revision}>
                <Paragraph class="said" text={claim.says} of={claim} />
                <Paragraph text={claim.note} of={claim} />
                <Source view={view} of={claim} />
                {claim.reportedOn && (
                  <p class="source">
                    Reported on <ShownDate date={claim.reportedOn} />
                  </p>
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Section>
  ) : null;
