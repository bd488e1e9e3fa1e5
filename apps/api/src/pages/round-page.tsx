/** One reporting round: who answered and who did not, its questions, and beside its publication the later changes. */
import type { Round } from '#bodies';
import type { FullDate } from '#clocks';
import { newCommandId } from '#eventsourcing';
import { reportOf, type ResponseRates, type ReturnLine, type RoundView, type SincePublished } from '#rounds';
import type { NamedJob, PublishingOrder } from '#reports';
import { AgencyLink, Listed, NameLink } from './links.js';
import { Fact } from './fact.js';
import { PlainPage, Section } from './layout.js';
import { publishingPath } from './publishing.js';
import { OneButton } from './return-read.js';
import { isToAccept } from './round-accepting.js';
import { offeredIn } from './round-desk.js';
import { Asks } from './round-terms.js';
import { ROUND_FORM_TITLES, daysWords, RETURN_STATE_WORDS, ROUND_STATE_WORDS } from './round-words.js';
import { Table } from './take-away.js';
import { path, type View } from './view.js';
import { count, counted, dateWords, textWords } from './words.js';

/** The number of commitments that a return speaks of; one that is nil or came as a paper speaks of none. */
const commitmentsSaid = ({ receivedOn, isNil, paper, says }: ReturnLine, what: keyof ReturnLine['says']): string =>
  receivedOn && !isNil && !paper ? count(says[what]) : '–';

/** A round that nobody but the secretariat knows of. */
export const PreparedRound = ({ view, round }: { view: View; round: Round }) => (
  <PlainPage
    title={round.name}
    path="/rounds"
    eyebrow={<a href="/rounds">Being prepared</a>}
    lead={
      <p>
        Opens on {dateWords(round.opens)}, due on {dateWords(round.deadline)}. Nothing of it is public yet.
      </p>
    }
  >
    <div class="acts">
      <a class="button" href={`${path('rounds', round.code)}/open`}>
        Open it
      </a>
      <a href={`${path('rounds', round.code)}/amend`}>Change it</a>
      <a href={`${path('rounds', round.code)}/discard`}>Throw it away</a>
    </div>
    <Asks view={view} round={round} isDesk />
  </PlainPage>
);

/** Whether an agency owes its return now: silent or sent back, and the round is open for it. */
const owesNow = ({ state, reopenedUntil }: ReturnLine, roundIsOpen: boolean): boolean =>
  (state === 'awaited' || state === 'draft' || state === 'returned') && (roundIsOpen || reopenedUntil !== null);

interface RoundParts {
  readonly view: View;
  readonly round: RoundView;
  readonly lines: readonly ReturnLine[];
  readonly isDesk: boolean;
  /** The agency of this reader. */
  readonly own: string | null;
  /** The corrections and replies since it was published; `null`: no report of it is published. */
  readonly since: SincePublished | null;
  /** The round before it, with its cut-off; `null`: it says of none that it came before. */
  readonly before: { readonly code: string; readonly name: string; readonly asOf: FullDate } | null;
  readonly job: NamedJob<PublishingOrder> | null;
}

export const RoundPage = ({ view, round, lines, isDesk, own, since, before, job }: RoundParts) => {
  const [state, rates] = [round.state!, round.responses!];
  const here = path('rounds', round.code);
  const acceptable = isDesk && lines.some(isToAccept);
  return (
    <PlainPage
      title={round.name}
      path={here}
      eyebrow={<a href="/rounds">Reporting round</a>}
      lead={
        <p>
          {ROUND_STATE_WORDS[state]}. As at {dateWords(round.asOf)}; due on {dateWords(round.deadline)}
          {round.closedOn && `; closed on ${dateWords(round.closedOn)}`}
          {round.publishedOn && `; published on ${dateWords(round.publishedOn)}`}.
        </p>
      }
    >
      {own !== null && lines.some(({ agency }) => agency === own) && (
        <p>
          <a class="button" href={`${here}/returns/${encodeURIComponent(own)}`}>
            The return of {own}
          </a>
        </p>
      )}
      {job && (
        <p class="callout">
          It is being published. <a href={publishingPath(job)}>See how far it is</a>
        </p>
      )}
      {isDesk && (
        <nav class="offered" aria-label="Actions">
          <h2>Actions</h2>
          <ul>
            {offeredIn(
              state,
              lines.some((line) => owesNow(line, state === 'open')),
            ).map((act) => (
              <li key={act}>
                <a href={`${here}/${act}`}>{ROUND_FORM_TITLES[act]}</a>
              </li>
            ))}
            <li>
              <a href={`/letters?round=${encodeURIComponent(round.code)}`}>See the letters that it has sent</a>
            </li>
          </ul>
        </nav>
      )}
      {round.forum && (
        <p>
          It serves{' '}
          <a href={view.link(path('forums', round.forum))}>{view.names.forum.get(round.forum) ?? round.forum}</a>.
        </p>
      )}
      {view.asked['knownAt'] !== undefined && (
        <p class="callout">
          As known at position {view.position}. <a href={here}>As known now</a>
        </p>
      )}
      {isDesk && state !== 'published' && (
        <p>
          <a href={previewOf(round)}>Its report, as it would be published now</a>
        </p>
      )}
      {since ? (
        <Published
          view={view}
          since={since}
          asOf={round.asOf}
          own={lines.some(({ agency }) => agency === own) ? own : null}
        />
      ) : (
        round.publication && (
          <p>
            Out came <a href={path('publications', round.publication)}>{round.publication}</a>.
          </p>
        )
      )}
      {before && (
        <p>
          Before it came <a href={path('rounds', before.code)}>{before.name}</a>.{' '}
          <a href={view.link('/changes-since', { asOf: null, from: before.asOf, to: round.asOf })}>
            Each difference between their figures
          </a>
        </p>
      )}
      <Rates view={view} rates={rates} isOpen={state === 'open'} />
      <section id="returns">
        <h2>Returns</h2>
        <Table
          class="breakdown"
          caption="The returns of all agencies that were asked"
          hideCaption
          heads={[
            acceptable && 'Accept',
            'Agency',
            'Return',
            'When',
            'Updates',
            'No change',
            'Not assessed',
            'New',
            'Comments',
          ]}
        >
          {lines.map((line) => (
            <tr key={line.agency}>
              {acceptable && (
                <td data-label={isToAccept(line) ? 'Accept' : undefined} class="ticked">
                  {isToAccept(line) && (
                    <input
                      type="checkbox"
                      name="agencies"
                      form="accept-returns"
                      value={line.agency}
                      aria-label={`Accept the return of ${line.agency}`}
                    />
                  )}
                </td>
              )}
              <th scope="row">
                <NameLink to={`${here}/returns/${encodeURIComponent(line.agency)}`} name={line.name} />
              </th>
              <td data-label="Return">
                <span class={`return-state ${line.state}`}>{RETURN_STATE_WORDS[line.state]}</span>
                {line.isNil && line.state !== 'nil' && ': a nil return'}
                {line.paper && <small> as a paper, {line.paper}</small>}
                {line.drafted && (
                  <small>
                    {' '}
                    {count(line.drafted.said)} of {count(line.drafted.of)}
                  </small>
                )}
                {line.authority && <small>, by the secretariat on its behalf ({line.authority})</small>}
                {line.late && line.state !== 'not_received' && <span class="alert"> late</span>}
              </td>
              <td data-label="When">
                {line.receivedOn
                  ? dateWords(line.receivedOn, 'short')
                  : line.daysLeft !== null && (state === 'open' || line.reopenedUntil)
                    ? daysWords(line.daysLeft)
                    : '–'}
                {line.reopenedUntil && line.state !== 'accepted' && (
                  <small> reopened until {dateWords(line.reopenedUntil, 'short')}</small>
                )}
                {isDesk && line.remindedOn && <small> reminded {dateWords(line.remindedOn, 'short')}</small>}
              </td>
              <td data-label="Updates">{commitmentsSaid(line, 'update')}</td>
              <td data-label="No change">{commitmentsSaid(line, 'no_change')}</td>
              <td data-label="Not assessed">{commitmentsSaid(line, 'not_assessed')}</td>
              <td data-label="New">{commitmentsSaid(line, 'new')}</td>
              <td data-label="Comments">{line.comments > 0 ? count(line.comments) : '–'}</td>
            </tr>
          ))}
        </Table>
        {acceptable && (
          <form id="accept-returns" method="get" action={`${here}/accept`}>
            <button>Accept those that are ticked …</button>
          </form>
        )}
      </section>
      <Asks view={view} round={round} isDesk={isDesk} />
    </PlainPage>
  );
};

/** The address of the report as it would come out of a round now. */
function previewOf(round: Round): string {
  const { kind, parameters } = reportOf(round);
  return `/v1/reports/${kind}?${new URLSearchParams({ ...parameters, format: 'html' })}`;
}

interface PublishedParts {
  readonly view: View;
  readonly since: SincePublished;
  readonly asOf: string;
  /** The agency of this reader, if it was asked. */
  readonly own: string | null;
}

/** The published report, which never changes; beside it the corrections since, and the replies of the agencies. */
const Published = ({ view, since: { round, publication, figures, replies }, asOf, own }: PublishedParts) => {
  const { totalThen, learned, knownThen } = figures;
  const moved = learned!.moves.length > 0 || totalThen.total !== figures.totalThenAsKnownNow.total;
  const file = (format: string) => `/v1/publications/${encodeURIComponent(publication)}/file?format=${format}`;
  return (
    <section id="published">
      <h2>The publication</h2>
      <p>
        <a href={view.link(path('publications', publication))}>{publication}</a> (<a href={file('html')}>to read</a>,{' '}
        <a href={file('pdf')}>PDF</a>, <a href={file('docx')}>Word</a>): {counted(totalThen.total, 'commitment')} as at{' '}
        {dateWords(asOf)}. It never changes.
      </p>
      <h3>Corrected since</h3>
      {moved ? (
        <p>
          As recorded by now: {learned!.equation}.{' '}
          <a href={view.link('/changes-since', { asOf: null, from: asOf, to: asOf, knownThen })}>
            The corrections, with their reasons
          </a>
        </p>
      ) : (
        <p>Nothing that was recorded since changes its figures.</p>
      )}
      <Replies replies={replies} />
      {own !== null && (
        <OneButton
          action={`${path('rounds', round, 'returns', own)}/comments`}
          keyed={newCommandId()}
          button="Reply"
          quiet
          field="text"
          label="A word of your agency beside the report"
        />
      )}
    </section>
  );
};

/** The right of reply: words of the agencies beside the published report. */
export const Replies = ({ replies }: { replies: SincePublished['replies'] }) =>
  replies.length === 0 ? null : (
    <>
      <h3>Replies of agencies</h3>
      <ul class="comments">
        {replies.map(({ agency, number, text, on }) => (
          <li key={`${agency} ${number}`}>
            <small>
              {agency}, {dateWords(on)}
            </small>
            <p dir="auto">{textWords(text)}</p>
          </li>
        ))}
      </ul>
    </>
  );

/** Who answered, with names: silence, nil returns and answers apart. */
const Rates = ({ view, rates, isOpen }: { view: View; rates: ResponseRates; isOpen: boolean }) => {
  const { expected, received, nil, silent, late } = rates;
  const rows = [
    ['Answered', received, expected.count],
    ['Nil return: nothing to report', nil, expected.count],
    [isOpen ? 'Nothing received yet' : 'Silent: nothing received', silent, expected.count],
    ['Late, of what came', late, received.count + nil.count],
  ] as const;
  return (
    <Section title="Responses">
      <dl class="rates">
        {rows.map(([words, { count: n, agencies }, of]) => (
          <Fact key={words} name={words}>
            <strong>{count(n)}</strong> of {count(of)}
            {agencies.length > 0 && (
              <small>
                {' '}
                <Listed
                  all={agencies.map((code) => (
                    <AgencyLink view={view} code={code} />
                  ))}
                />
              </small>
            )}
          </Fact>
        ))}
      </dl>
    </Section>
  );
};
