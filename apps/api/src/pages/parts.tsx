/** The responsible agencies of a commitment: their parts, requests and refusals of roles, and an offered lead. */
import type { CommitmentPart, CommitmentView } from '#acts';
import type { Stage } from '#commitments';
import { ShownDate, StageTag } from './figures.js';
import { Section } from './layout.js';
import { AgencyLink, Joined } from './links.js';
import { FindingInFull, Replies } from './finding.js';
import { Table } from './take-away.js';
import { Paragraph, Source, Words } from './source.js';
import type { View } from './view.js';
import {
  count,
  counted,
  dateWords,
  OUTLOOK_WORDS,
  READING_WORDS,
  roleWords,
  SHOWN_STAGES,
  STAGE_WORDS,
  whenWords,
} from './words.js';

export interface CommitmentOnPage {
  readonly view: View;
  readonly commitment: CommitmentView;
}

/** The mark of an agency that another one named, and that has not accepted yet. */
export const YetToAccept = () => <small class="asked"> (asked, yet to accept)</small>;

export const Outlook = ({ outlook }: { outlook?: string | null }) =>
  outlook ? <span class={`outlook ${outlook}`}>{OUTLOOK_WORDS[outlook as keyof typeof OUTLOOK_WORDS]}</span> : null;

/** The next step of a report; nothing where it says nothing of one. */
export const NextStep = ({ of }: { of: NextStepParts }) => {
  const { nextStep, nextStepDue, noNextStep } = of;
  if (!nextStep && !noNextStep) return null;
  return (
    <span class="next-step">
      {nextStep ? (
        <>
          Next: <Words text={nextStep} of={of} />
          {nextStepDue && (
            <>
              , due <ShownDate date={nextStepDue} short />
            </>
          )}
        </>
      ) : (
        'No next step'
      )}
    </span>
  );
};

/** The same as a paragraph. */
export const NextStepLine = ({ of }: { of: NextStepParts }) =>
  of.nextStep || of.noNextStep ? (
    <p>
      <NextStep of={of} />
    </p>
  ) : null;

export interface NextStepParts {
  readonly nextStep?: string | null;
  readonly nextStepDue?: string | null;
  readonly noNextStep?: boolean | null;
  /** Of the event that says so. */
  readonly revision?: number;
}

type Spread = CommitmentView['spread'];

/** `1 completed, 2 unreported` */
const spreadWords = (spread: Spread): string =>
  [...SHOWN_STAGES, 'unreported' as const]
    .filter((stage) => spread[stage])
    .map((stage) => `${count(spread[stage]!)} ${stage === 'unreported' ? stage : STAGE_WORDS[stage].toLowerCase()}`)
    .join(', ');

/** The parts of a commitment in few words: beside the stage, which is only the lead's. */
export const SpreadMark = ({ spread, stage }: { spread: Spread; stage: Stage }) => {
  const parts = Object.values(spread).reduce((sum, n) => sum + n, 0);
  if (parts < 2) return null;
  const heard = parts - (spread.unreported ?? 0);
  return (
    <small class="spread">
      {heard === (spread[stage] ?? 0) && heard < parts
        ? `${count(heard)} of ${counted(parts, 'part')} reported`
        : `Parts: ${spreadWords(spread)}`}
    </small>
  );
};

/** The spread of all parts, and each agency's statement on its own; nothing if one agency does it alone. */
export const EachPart = ({ view, commitment }: CommitmentOnPage) => {
  const { parts, spread, declined, headline } = commitment;
  if (parts.length < 2 && declined.length === 0) return null;
  const heard = parts.filter(({ entry, verification }) => entry ?? verification);
  const isAsked = ({ agency }: CommitmentPart) => commitment.agencies.some((a) => a.agency === agency && a.asked);
  const unheard = parts.filter((part) => !heard.includes(part));
  const isAllAbove = heard.every(({ entry }) => entry?.revision === headline.revision);
  return (
    <Section id="parts" title="Each agency’s part">
      <p>
        Of {counted(parts.length, 'part')}: {spreadWords(spread)}.{' '}
        {parts[0]!.entry
          ? 'The stage above is the lead’s part.'
          : 'The lead has reported nothing of its own yet; the stage above is what was said before.'}
      </p>
      {!isAllAbove && <PartsTable view={view} parts={heard} isAsked={isAsked} />}
      {unheard.length > 0 && (
        <p>
          Nothing of {unheard.length === 1 ? 'its' : 'their'} own was reported by{' '}
          <Joined
            all={unheard.map((part) => (
              <>
                <AgencyLink view={view} code={part.agency} /> <small>{roleWords(part.role)}</small>
                {isAsked(part) && <YetToAccept />}
              </>
            ))}
          />
          .
        </p>
      )}
      {declined.length > 0 && (
        <>
          <h3>Declined</h3>
          <ul class="declined">
            {declined.map(({ agency, role, reason, reportedOn, revision }) => (
              <li key={revision}>
                <AgencyLink view={view} code={agency} /> declined to be {roleWords(role)} on{' '}
                <ShownDate date={reportedOn} />: <Words text={reason} of={{ revision }} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
};

interface PartsTableParts {
  readonly view: View;
  readonly parts: readonly CommitmentPart[];
  readonly isAsked: (part: CommitmentPart) => boolean;
}

/** A row per agency: its word, and where any was read the reading and the reply beside it. */
const PartsTable = ({ view, parts, isAsked }: PartsTableParts) => {
  const isRead = parts.some(({ verification }) => verification);
  return (
    <Table
      class={isRead ? 'parts read' : 'parts'}
      caption="Each agency’s part"
      hideCaption
      heads={['Agency', 'Statement on its part', isRead && 'The secretariat’s reading', isRead && 'The agency’s reply']}
    >
      {parts.map((part) => (
        <tr key={part.agency}>
          <th scope="row">
            <AgencyLink view={view} code={part.agency} /> <small>{roleWords(part.role)}</small>
            {isAsked(part) && <YetToAccept />}
          </th>
          <td>{part.entry ? <Word view={view} entry={part.entry} /> : <span class="nil">Nothing any more</span>}</td>
          {isRead && (
            <td data-label="The secretariat’s reading">
              {part.verification ? (
                <FindingInFull view={view} verification={part.verification} />
              ) : (
                <span class="nil">{READING_WORDS.unreviewed}</span>
              )}
            </td>
          )}
          {isRead && (
            <td data-label={part.verification ? 'The agency’s reply' : undefined}>
              {part.verification && <Replies view={view} verification={part.verification} />}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
};

/** The report of an agency on its part. */
const Word = ({ view, entry }: { view: View; entry: NonNullable<CommitmentPart['entry']> }) => (
  <>
    <p class="found">
      <StageTag stage={entry.stage} /> <Outlook outlook={entry.outlook} />
    </p>
    <Paragraph text={entry.note} of={entry} />
    <NextStepLine of={entry} />
    <p class="source">
      Effective {dateWords(entry.effective, 'short')}, reported {dateWords(entry.reportedOn, 'short')}
    </p>
    <Source view={view} of={entry} />
  </>
);

/** An offer of the lead that nobody has answered yet. */
export const LeadOnOffer = ({ view, commitment: { leadTransfer: offer } }: CommitmentOnPage) =>
  offer && (
    <section class="callout" aria-label="The lead is on offer">
      <h2>
        The lead is on offer to <AgencyLink view={view} code={offer.to} long />
      </h2>
      <p>
        <AgencyLink view={view} code={offer.from} /> offered it on <ShownDate date={offer.reportedOn} />, to be taken{' '}
        {whenWords(offer.effective)}: <Words text={offer.reason} of={offer} />
      </p>
      {offer.staysOpen && (
        <p>
          What stays open: <Words text={offer.staysOpen} of={offer} />
        </p>
      )}
      <p class="note">
        <AgencyLink view={view} code={offer.from} /> leads until <AgencyLink view={view} code={offer.to} /> accepts
        {offer.formerLeadBecomes === 'none'
          ? ', and then has no part in it any more.'
          : `, and then becomes ${roleWords(offer.formerLeadBecomes ?? 'partner')}.`}
      </p>
      <Source view={view} of={offer} uncited={null} />
    </section>
  );
