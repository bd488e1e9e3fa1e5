/** What was said about a commitment, statement by statement, with its three dates and its source. */
import type { ComponentChildren } from 'preact';
import { outranks, rankedOn } from '#clocks';
import type { Citation, CommitmentEvents, CommitmentView, History, StageEntry } from '#commitments';
import type { Document } from '#registers';
import { On, StageTag } from './figures.js';
import { AgencyLink, ThemeLink } from './lists.js';
import { path, type View } from './view.js';
import { dateWords, instantWords, roleWords, sentence } from './words.js';

type Documents = ReadonlyMap<string, Document>;

/** Where a statement can be read; without a citation the agency itself has said it. */
export const Source = ({
  view,
  citation,
  documents,
}: {
  view: View;
  citation?: Citation | null;
  documents: Documents;
}) => (
  <p class="source">
    {citation ? (
      <>
        <a href={view.link(path('documents', citation.document))}>
          {documents.get(citation.document)?.title ?? citation.document}
        </a>
        , {citation.locator}
      </>
    ) : (
      'Said by the reporting agency itself'
    )}
  </p>
);

type Says<N extends keyof CommitmentEvents> = (
  data: CommitmentEvents[N],
  view: View,
  milestones: CommitmentView['milestones'],
) => ComponentChildren;

/** What each act says, in a few words. */
const SAYS: { readonly [N in keyof CommitmentEvents]?: Says<N> } = {
  Recorded: ({ stage }) => (
    <>
      Recorded as <StageTag stage={stage} />
    </>
  ),
  StageReported: ({ stage }) => (
    <>
      Reported as <StageTag stage={stage} />
    </>
  ),
  AgencyAdded: ({ agency, role }, view) => (
    <>
      <AgencyLink view={view} code={agency} /> joins as {roleWords(role)}
    </>
  ),
  RoleChanged: ({ agency, from, role }, view) => (
    <>
      <AgencyLink view={view} code={agency} /> is {roleWords(role)}, no longer {roleWords(from)}
    </>
  ),
  AgencyRemoved: ({ agency, roles }, view) => (
    <>
      <AgencyLink view={view} code={agency} /> is no longer {roles.map(roleWords).join(', ')}
    </>
  ),
  ThemesSet: ({ themes }, view) => (
    <>
      Its themes are{' '}
      {themes.map((code, i) => (
        <span key={code}>
          {i > 0 && ', '}
          <ThemeLink view={view} code={code} />
        </span>
      ))}
    </>
  ),
  TargetSet: ({ date }) => (date ? <>Its target is {dateWords(date)}</> : 'It has no target any more'),
  MilestoneAdded: ({ title, due }) => `Milestone: ${title}${due ? `, due ${dateWords(due)}` : ''}`,
  MilestoneReached: ({ milestone, reachedOn }, _, milestones) =>
    `Milestone reached${reachedOn ? ` ${dateWords(reachedOn)}` : ''}: ${titleOf(milestone, milestones)}`,
  MilestoneRescheduled: ({ milestone, due }, _, milestones) =>
    `Milestone now due ${dateWords(due)}: ${titleOf(milestone, milestones)}`,
  MilestoneDropped: ({ milestone }, _, milestones) => `Milestone dropped: ${titleOf(milestone, milestones)}`,
  EvidenceAttached: ({ title }) => `Evidence: ${title}`,
  Related: ({ type, to }) => `${sentence(type)} ${to}`,
  WordingAmended: () => 'Its wording was amended',
};

const titleOf = (number: number, milestones: CommitmentView['milestones']): string =>
  milestones.find(({ milestone }) => milestone === number)?.title ?? `number ${number}`;

/** The words of an act that this version knows; of any other, its name. */
const saysOf = (type: string, data: object, view: View, { milestones }: CommitmentView): ComponentChildren => {
  const name = type.slice(type.indexOf('.') + 1);
  const says = SAYS[name as keyof CommitmentEvents] as Says<keyof CommitmentEvents> | undefined;
  return says ? says(data as CommitmentEvents[keyof CommitmentEvents], view, milestones) : sentence(name);
};

interface Parts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly history: History;
  readonly documents: Documents;
}

export const HistoryList = ({ view, commitment, history, documents }: Parts) => (
  <ol class="history">
    {history.items.map(({ revision, position, recordedAt, type, reportedOn, headline, by, data }) => {
      const { effective, note, citation } = data as Partial<StageEntry>;
      const entry = commitment.entries.find((entry) => entry.revision === revision);
      return (
        <li key={revision} class={headline ? 'holds' : undefined}>
          <p class="said">
            {saysOf(type, data, view, commitment)} {headline && <strong class="holding">This holds</strong>}
          </p>
          {note && <p>{note}</p>}
          <Source view={view} citation={citation} documents={documents} />
          <dl class="clocks">
            {effective && (
              <div>
                <dt>Effective</dt>
                <dd>
                  <On date={effective} />
                </dd>
              </div>
            )}
            <div>
              <dt>Reported on</dt>
              <dd>
                <On date={reportedOn} />
              </dd>
            </div>
            <div>
              <dt>Recorded</dt>
              <dd>
                <time dateTime={recordedAt}>{instantWords(recordedAt)}</time>, {by.agency ?? by.role.replace('_', ' ')},
                position {position}
              </dd>
            </div>
          </dl>
          {reportedOn > view.asOf && (
            <p class="why">
              Reported after {dateWords(view.asOf)}: its stage does not count yet, what it says of the commitment does.
            </p>
          )}
          {entry && !headline && <OutOfOrder entry={entry} headline={commitment.headline} />}
        </li>
      );
    })}
  </ol>
);

/** Why a statement that came after another does not change the stage (rule 2). */
const OutOfOrder = ({ entry, headline }: { entry: StageEntry; headline: StageEntry }) => {
  const cameLater = entry.reportedOn > headline.reportedOn || entry.revision > headline.revision;
  if (!cameLater || !outranks(headline, entry)) return null;
  const [of, held] = [rankedOn(entry), rankedOn(headline)];
  return (
    <p class="why">
      This came {entry.reportedOn > headline.reportedOn ? 'later' : 'in later'}, but does not change the stage:{' '}
      {of < held ? (
        <>
          it tells of the time up to <On date={of} />, and the statement that holds tells of <On date={held} />.
        </>
      ) : entry.reportedOn < headline.reportedOn ? (
        <>
          both tell of <On date={held} />, and the statement that holds was reported after it, on{' '}
          <On date={headline.reportedOn} />.
        </>
      ) : (
        <>both tell of and were reported on the same days, and the statement that holds was recorded after it.</>
      )}
    </p>
  );
};
