/** A return as it is read: its state, its words, and for the secretariat its review. */
import type { ReturnDraft } from '#bodies';
import { newCommandId } from '#eventsourcing';
import type { Principal } from '#platform';
import { contentOf, type CommitmentInQuestion, type ReturnInRound, type NewlyRecorded } from '#rounds';
import { KEY } from './form-parts.js';
import { Section } from './layout.js';
import type { ChosenRows } from './return-choice.js';
import { CommentField, fieldsOfWhole, Threads, threadsOf } from './return-comments.js';
import { OneButton, ReturnRead } from './return-read.js';
import { StateOf } from './return-state.js';
import { PostForm } from './signed-in.js';
import { Source } from './source.js';
import { path, type View } from './view.js';
import { dateWords } from './words.js';

interface ReviewParts {
  readonly view: View;
  readonly known: ReturnInRound;
  readonly agency: string;
  readonly register: readonly CommitmentInQuestion[];
  /** Who is signed in. */
  readonly by: Principal | null;
  /** Whether this person works on the return, and whether it can be written now. */
  readonly works: boolean;
  readonly open: boolean;
  readonly hasDraft: boolean;
  readonly recorded: readonly NewlyRecorded[];
  /** The return of the last round. */
  readonly before: ReturnDraft | null;
  /** The last submission; `null`: there is none. */
  readonly content: ReturnDraft | null;
  readonly odd: ReadonlySet<string>;
  readonly chosen: ChosenRows;
  readonly unfold: boolean;
}

export const Review = (parts: ReviewParts) => {
  const { view, known, agency, register, by, works, open, hasDraft, recorded, before, content } = parts;
  const { state } = known;
  const { code, questions } = known.round.round!;
  const isSecretariat = by?.role === 'secretariat';
  const [last, earlier] = state.submissions.filter(({ outcome }) => outcome !== 'taken_back').toReversed();
  const said = last?.said ?? state.nil;
  const here = path('rounds', code, 'returns', agency);
  const received = state.state !== 'none';
  const judges = isSecretariat && received && state.state !== 'accepted';
  const threads = threadsOf(state, questions ?? []);
  const general = threads.filter(({ reference }) => reference === null);
  const fields = content ? fieldsOfWhole(content, questions ?? []) : [{ at: null, words: 'the whole return' }];
  const answering = works ? { action: `${here}/comments`, agency: by!.agency } : undefined;
  return (
    <>
      <p class="big" id="submitted">
        <StateOf known={known} agency={agency} hasDraft={hasDraft} />
      </p>
      {state.nil && (
        <p class="callout">
          A nil return: the agency said on {dateWords(state.nil.on)} that there is nothing to report.{' '}
          {state.nil.note && <q dir="auto">{state.nil.note}</q>}
        </p>
      )}
      {said?.onBehalf && <Source view={view} of={said} />}
      {!received && (
        <p>
          Nothing was received from the agency. That is silence: it says neither that nothing has changed nor that there
          is nothing to report.
        </p>
      )}
      {works && !open && state.state === 'returned' && (
        <p class="callout">
          {isSecretariat ? (
            <>
              The round is closed: {agency} can answer your comments. To change its return it needs the round{' '}
              <a href={`${path('rounds', code)}/reopen`}>reopened for it</a>.
            </>
          ) : (
            'The round is closed: you can answer the comments below. To change the return, ask the secretariat to reopen the round for you.'
          )}
        </p>
      )}
      {open && (
        <p>
          <a class={received ? undefined : 'button'} href={`${here}?edit=yes`}>
            {isSecretariat ? `Write it for ${agency}` : received ? 'Change it' : 'Write it'}
          </a>
        </p>
      )}
      {state.papers.map(({ citation, on }) => (
        <p key={citation.document}>
          Received as a paper,{' '}
          <a href={view.link(path('documents', citation.document))}>
            {view.names.document.get(citation.document) ?? citation.document}
          </a>
          , on {dateWords(on)}.
        </p>
      ))}
      {content && (
        <ReturnRead
          {...{ view, content, before, register, threads, answering, recorded, here }}
          {...{ odd: parts.odd, chosen: parts.chosen, unfold: parts.unfold }}
          sentBack={earlier ? contentOf(earlier.said) : null}
          questions={questions ?? []}
          writes={judges ? `${here}/return` : null}
        />
      )}
      {(general.length > 0 || judges) && (
        <Section title="Comments">
          <Threads threads={general} answering={answering} />
          {judges && <CommentField action={`${here}/return`} fields={fields} n={10_000} of="the whole" />}
        </Section>
      )}
      {judges && (
        <div class="return-bar">
          <PostForm id="return-comments" action={`${here}/return`} hidden={{ [KEY]: newCommandId() }}>
            <button class="quiet">Send back with these comments</button>
          </PostForm>
          {state.state !== 'returned' && <OneButton action={`${here}/accept`} keyed={newCommandId()} button="Accept" />}
        </div>
      )}
      {works && received && !judges && (
        <OneButton
          action={`${here}/comments`}
          keyed={newCommandId()}
          button="Comment"
          quiet
          field="text"
          label="A word to the other side"
        />
      )}
    </>
  );
};
