/** The history of a commitment: each statement with its dates, its source and its corrections. */
import { type CommitmentView, type History, type HistoryItem } from '#acts';
import { Fragment, type ComponentChildren, type VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { outranks, rankedOn, type FullDate, type PartialDate } from '#clocks';
import { BLANKED_TEXT, type CommitmentEvents, type StageEntry } from '#commitments';
import { canonicalJson } from '#eventsourcing';
import { nameInWords } from '#words';
import { Fact } from './fact.js';
import { ActsOnStatement } from './acts-offered.js';
import { valueWords, actInWords, type StatementContext } from './acts-in-words.js';
import { ShownDate } from './figures.js';
import { AgencyLink, Instant } from './links.js';
import { Source, Words, type CitedStatement } from './source.js';
import type { View } from './view.js';
import { instantWords } from './words.js';

interface HistoryParts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly history: History;
}

type Correction = HistoryItem['corrections'][number];
type EventField = { [E in keyof CommitmentEvents]: keyof CommitmentEvents[E] }[keyof CommitmentEvents];
/** The data of any act, by field. */
type StatementVersion = CitedStatement & {
  readonly effective?: PartialDate;
  readonly reportedOn?: FullDate;
  readonly [field: string]: unknown;
};

export const HistoryList = ({ view, commitment, history }: HistoryParts) => {
  const isKnown = ({ by }: Correction) => by <= commitment.revision;
  return (
    <ol class="history">
      {history.items.map((statement) => {
        const { revision, reportedOn, headline, corrections } = statement;
        const entry = commitment.entries.find((entry) => entry.revision === revision);
        const known = corrections.filter(isKnown);
        const isRetracted = known.some(({ kind, item }) => kind === 'retracted' && !item);
        return (
          <li key={revision} id={`r${revision}`} class={headline ? 'holds' : isRetracted ? 'retracted' : undefined}>
            <SaidSo view={view} commitment={commitment} statement={statement} known={known} isRetracted={isRetracted} />
            <ActsOnStatement revision={revision} />
            {known.map((correction) => (
              <CorrectionNote key={correction.by} view={view} correction={correction} history={history} />
            ))}
            {corrections
              .filter((correction) => !isKnown(correction))
              .map(({ by, kind, recordedAt }) => (
                <p key={by} class="why">
                  {kind === 'corrected' ? 'Corrected' : kind === 'retracted' ? 'Retracted' : 'Words removed'} later, on{' '}
                  <Instant at={recordedAt} />.{' '}
                  <a href={`${view.here({ knownAt: null })}#r${revision}`}>Show what is known now</a>
                </p>
              ))}
            {reportedOn > view.asOf && (
              <p class="why">
                Reported after <ShownDate date={view.asOf} />: its stage does not count yet, what it says of the
                commitment does.
              </p>
            )}
            {entry && !headline && <OutOfOrder entry={entry} commitment={commitment} />}
          </li>
        );
      })}
    </ol>
  );
};

/** The versions of a statement: first as it was made, then after each correction. */
interface Versions {
  readonly versions: readonly StatementVersion[];
  readonly isRetracted: boolean;
}

const htmlOf = (shown: ComponentChildren): string => renderToString((<>{shown}</>) as VNode);

/** A part of a statement: its present text, and before it, struck through, the former one. */
const ShownVersions = ({
  versions,
  isRetracted,
  show,
}: Versions & { show: (said: StatementVersion) => ComponentChildren }) => {
  const shown = versions.map(show).filter((one, i, all) => i === 0 || htmlOf(one) !== htmlOf(all[i - 1]));
  const is = isRetracted ? null : shown.pop();
  const was = shown.filter(Boolean);
  if (was.length === 0) return <>{is}</>;
  return (
    <>
      {was.map((one, i) => (
        <Fragment key={i}>
          <del>
            <span class="hidden">No longer: </span>
            {one}
          </del>{' '}
        </Fragment>
      ))}
      {is && (
        <ins>
          <span class="hidden">Instead: </span>
          {is}
        </ins>
      )}
    </>
  );
};

/** The fields with a line of their own, and the words that begin it. */
const LINE_BEGINNINGS = {
  ...({ note: '', text: '', reason: 'Why: ', staysOpen: 'What stays open: ' } satisfies { [F in EventField]?: string }),
};
const PLACED_FIELDS: readonly string[] = [
  ...Object.keys(LINE_BEGINNINGS),
  ...(['effective', 'reportedOn', 'citation', 'citations', 'onBehalf', 'asked'] satisfies EventField[]),
];

interface SaidParts {
  readonly view: View;
  readonly commitment: CommitmentView;
  readonly statement: HistoryItem;
  readonly known: readonly Correction[];
  readonly isRetracted: boolean;
}

/** The statement, with its corrections, retractions and blankings. */
const SaidSo = ({ view, commitment: { milestones }, statement, known, isRetracted }: SaidParts) => {
  const { type, data, headline, position, recordedAt, by, revision } = statement;
  const context: StatementContext = { view, milestones, revision };
  const versions = [
    data,
    ...known.flatMap(({ kind, says }) => (kind === 'corrected' && says) || []),
  ] as StatementVersion[];
  const of = { versions, isRetracted };
  return (
    <>
      <p class="said">
        <ShownVersions {...of} show={(said) => actInWords(type, said, context)} />{' '}
        {headline && <strong class="holding">This holds</strong>}
      </p>
      {Object.entries(LINE_BEGINNINGS)
        .filter(([key]) => versions.some((said) => said[key]))
        .map(([key, label]) => (
          <p key={key}>
            {label}
            <ShownVersions
              {...of}
              show={(said) => (said[key] ? <Words text={said[key] as string} of={statement} /> : null)}
            />
          </p>
        ))}
      {changedElsewhere(statement, versions, context).map((key) => (
        <p key={key}>
          {nameInWords(key)}:{' '}
          <ShownVersions
            {...of}
            show={(said) =>
              said[key] === BLANKED_TEXT ? (
                <Words text={BLANKED_TEXT} of={statement} />
              ) : (
                valueWords(key, said[key], context)
              )
            }
          />
        </p>
      ))}
      {known.map(
        ({ item }) =>
          item && (
            <p key={item}>
              {nameInWords(item.split('/')[1]!)}:{' '}
              <ShownVersions versions={versions.slice(0, 1)} isRetracted show={itemAt(item, context)} />
            </p>
          ),
      )}
      <ShownVersions
        {...of}
        show={(said) => <Source view={view} of={{ ...said, revision }} uncited={uncited(statement)} />}
      />
      <dl class="clocks">
        {versions[0]!.effective && (
          <Fact name="Effective">
            <ShownVersions {...of} show={({ effective }) => <ShownDate date={effective!} />} />
          </Fact>
        )}
        {!isOnStatements(statement) && (
          <Fact name="Reported on">
            <ShownVersions {...of} show={({ reportedOn }) => <ShownDate date={reportedOn!} />} />
          </Fact>
        )}
        <Fact name="Recorded">
          <time dateTime={recordedAt} title={`Position ${position} of the log, revision ${revision}`}>
            {instantWords(recordedAt)}
          </time>
          , <ActorOf by={by} view={view} />
        </Fact>
      </dl>
    </>
  );
};

/** The fields that were corrected or blanked and that neither the sentence nor a line of the statement shows. */
function changedElsewhere(
  { type }: HistoryItem,
  versions: readonly StatementVersion[],
  context: StatementContext,
): string[] {
  const [first] = versions as [StatementVersion];
  const sentenceWith = (key: string, value: unknown) => htmlOf(actInWords(type, { ...first, [key]: value }, context));
  return [...new Set(versions.flatMap(Object.keys))].filter((key) => {
    if (PLACED_FIELDS.includes(key)) return false;
    const others = versions.map((said) => said[key]).filter((value) => jsonOf(value) !== jsonOf(first[key]));
    if (first[key] === BLANKED_TEXT) others.push('');
    return others.length > 0 && others.every((value) => sentenceWith(key, value) === sentenceWith(key, first[key]));
  });
}

const jsonOf = (value: unknown): string => canonicalJson(value ?? null);

/** Shows the item of a list that a pointer names. */
const itemAt = (pointer: string, context: StatementContext) => {
  const [list = '', index] = pointer.slice(1).split('/');
  return (said: StatementVersion): string =>
    valueWords(list, (said[list] as unknown[] | undefined)?.[Number(index)], context);
};

/** Acts on other statements: they have no date and need no source of their own. */
const isOnStatements = ({ type }: HistoryItem): boolean => /\.(Corrected|Retracted|Blanked)$/.test(type);

const ActorOf = ({ by, view }: { by: HistoryItem['by']; view: View }) =>
  by.role === 'secretariat' ? (
    <>
      the secretariat
      {by.agency && (
        <>
          {' '}
          on behalf of <AgencyLink view={view} code={by.agency} />
        </>
      )}
    </>
  ) : (
    <AgencyLink view={view} code={by.agency ?? ''} />
  );

/** The author of a statement that cites no document. */
function uncited(statement: HistoryItem): string | null {
  const { by, data } = statement;
  if (isOnStatements(statement)) return null;
  if (by.agency) return `Said by ${by.agency} itself`;
  return 'reason' in data ? 'No document is cited' : 'Said by the reporting agency itself';
}

/** The corrections of a statement since: why, by whom, and when. */
const CorrectionNote = ({ view, correction, history }: { view: View; correction: Correction; history: History }) => {
  const { kind, item, reason, recordedAt, by } = correction;
  const act = history.items.find(({ revision }) => revision === by);
  const what = {
    corrected: 'Corrected',
    retracted: item ? 'Retracted in part' : 'Retracted',
    blanked: 'Words removed',
  };
  return (
    <div class="why">
      <p>
        {what[kind]}: <Words text={reason} />
      </p>
      <p class="source">
        <a href={`#r${by}`}>
          <Instant at={recordedAt} />
        </a>
        {act && (
          <>
            , <ActorOf by={act.by} view={view} />
          </>
        )}
      </p>
      <Source view={view} of={correction} uncited={null} />
    </div>
  );
};

/** The reason why a later statement does not change the stage (rule 2), or the part that it is about. */
const OutOfOrder = ({ entry, commitment }: { entry: StageEntry; commitment: CommitmentView }) => {
  const { headline, agencies } = commitment;
  const lead = agencies[0]!.agency;
  if (entry.agency && entry.agency !== lead)
    return <p class="source">This is its own part; the stage is that of {lead}, which leads.</p>;
  const cameLater = entry.reportedOn > headline.reportedOn || entry.revision > headline.revision;
  if (!cameLater || !outranks(headline, entry)) return null;
  const [of, held] = [rankedOn(entry), rankedOn(headline)];
  return (
    <p class="why">
      This came {entry.reportedOn > headline.reportedOn ? 'later' : 'in later'}, but does not change the stage:{' '}
      {of < held ? (
        <>
          it tells of the time up to <ShownDate date={of} />, and the statement that holds tells of{' '}
          <ShownDate date={held} />.
        </>
      ) : entry.reportedOn < headline.reportedOn ? (
        <>
          both tell of <ShownDate date={held} />, and the statement that holds was reported after it, on{' '}
          <ShownDate date={headline.reportedOn} />.
        </>
      ) : (
        <>both tell of and were reported on the same days, and the statement that holds was recorded after it.</>
      )}
    </p>
  );
};
