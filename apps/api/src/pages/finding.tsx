/** The secretariat's reading of an agency's report and the agency's reply, beside each stage. */
import { type CommitmentView } from '#acts';
import type { VerificationWord } from '#commitments';
import type { Item } from '#progress';
import { Fact } from './fact.js';
import { ShownDate } from './figures.js';
import { AgencyLink } from './links.js';
import { Paragraph, Source, Words } from './source.js';
import type { View } from './view.js';
import { READING_WORDS } from './words.js';

export const FindingLabel = ({ verification }: { verification: string }) => (
  <span class={`finding ${verification}`}>{READING_WORDS[verification as VerificationWord]}</span>
);

/** In a list: a word beside the stage, which opens to the words of both. */
export const ReadingMark = ({ reading }: { reading: Item['verification'] }) => {
  if (!reading) return null;
  const { verification, reason, current, replies } = reading;
  return (
    <details class="reading">
      <summary title={reason}>
        <FindingLabel verification={verification} />
        {replies.length > 0 && <small> · agency replied</small>}
        {!current && <small> · of an earlier statement</small>}
      </summary>
      <p>
        <small>Secretariat:</small> <Words text={reason} />
      </p>
      {replies.map(({ agency, text }, i) => (
        <p key={i}>
          <small>{agency}:</small> <Words text={text} />
        </p>
      ))}
    </details>
  );
};

type ReadingOfPart = NonNullable<CommitmentView['verification']>;

interface ReadingParts {
  readonly view: View;
  readonly verification: ReadingOfPart;
}

/** The finding of the secretariat, its reason and its source. */
export const FindingInFull = ({ view, verification: read }: ReadingParts) => (
  <>
    <p class="found">
      <FindingLabel verification={read.verification} /> {read.reportedOn && <ShownDate date={read.reportedOn} short />}
    </p>
    <Paragraph text={read.reason} of={read} />
    <Source view={view} of={read} uncited={null} />
    {!read.current && (
      <p class="why">
        This was read on <a href={`#r${read.entry}`}>an earlier statement</a>, not on the one that holds now.
      </p>
    )}
  </>
);

/** The reply of the agency. */
export const Replies = ({ view, verification: { replies } }: ReadingParts) =>
  replies.length === 0 ? (
    <p class="nil">No reply</p>
  ) : (
    <>
      {replies.map((reply) => (
        <div key={reply.revision}>
          <p class="found">
            <AgencyLink view={view} code={reply.agency} />{' '}
            {reply.reportedOn && <ShownDate date={reply.reportedOn} short />}
          </p>
          <Paragraph text={reply.text} of={reply} />
          <Source view={view} of={reply} uncited={null} />
        </div>
      ))}
    </>
  );

/** Both, side by side. */
export const ReadingAndReply = ({ view, verification }: { view: View; verification: ReadingOfPart | null }) =>
  verification ? (
    <dl class="both">
      <Fact name="The secretariat’s reading">
        <FindingInFull view={view} verification={verification} />
      </Fact>
      <Fact name="The agency’s reply">
        <Replies view={view} verification={verification} />
      </Fact>
    </dl>
  ) : (
    <p class="source">Unreviewed by the secretariat</p>
  );
