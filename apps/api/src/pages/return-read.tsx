/** A return that was received: its words on each commitment, beside those of the last one; and comments. */
import type { CommitmentReturn, Question, ReturnDraft } from '#bodies';
import { canonicalJson } from '#eventsourcing';
import type { CommitmentInQuestion, NewlyRecorded } from '#rounds';
import { KEY } from './form-parts.js';
import { Section } from './layout.js';
import { NarrativeWords } from './narrative.js';
import { factsOf, isChosen, type ChosenRows, type RowFacts } from './return-choice.js';
import { CommentField, fieldsOfCommitment, Threads, type AnswerTarget, type Thread } from './return-comments.js';
import { ReturnIndex } from './return-index.js';
import { AnswersRead, commitmentInShort, SaidOfCommitment } from './return-said.js';
import { PostForm } from './signed-in.js';
import { hasSaid, TriedFaults, useTried, type TriedForm } from './tried.js';
import { path, type View } from './view.js';
import { counted, languageName, textWords } from './words.js';

interface ReadParts {
  readonly view: View;
  readonly content: ReturnDraft;
  readonly before: ReturnDraft | null;
  readonly questions: readonly Question[];
  readonly register: readonly CommitmentInQuestion[];
  /** The submission before this one, if it was sent back: differences from it are marked. */
  readonly sentBack: ReturnDraft | null;
  readonly threads: readonly Thread[];
  readonly answering: AnswerTarget | undefined;
  readonly recorded: readonly NewlyRecorded[];
  /** Where comments on each commitment are sent, by the form `return-comments`; `null`: none can be written. */
  readonly writes: string | null;
  /** The address of its page. */
  readonly here: string;
  readonly odd: ReadonlySet<string>;
  readonly chosen: ChosenRows;
  readonly unfold: boolean;
}

/** Up to this number of them all that they say is shown; of more, a line each. */
const MAX_SHOWN_IN_FULL = 12;

/** The whole return; with `writes` each commitment has a field for a comment. */
export const ReturnRead = (parts: ReadParts) => {
  const { view, content, before, questions, recorded } = parts;
  const own = questions.filter((one) => one.of === 'agency');
  return (
    <>
      {(content.answers ?? []).length > 0 && (
        <Section title="Answers">
          <div class={before?.answers?.length ? 'side-by-side' : undefined}>
            <AnswersRead answers={content.answers!} questions={own} />
            {before?.answers?.length ? (
              <div class="last-time">
                <small>Last round</small>
                <AnswersRead answers={before.answers} questions={own} />
              </div>
            ) : null}
          </div>
        </Section>
      )}
      <Commitments parts={parts} />
      {recorded.length > 0 && (
        <Section title="New commitments">
          <ul>
            {recorded.map((one) => (
              <Recorded key={one.reference} view={view} recorded={one} />
            ))}
          </ul>
        </Section>
      )}
      {(content.narratives ?? []).map(({ language, text }) => (
        <Section key={language} title={`In its words (${languageName(language)})`}>
          <div class="narrative" dir="auto" lang={language}>
            <NarrativeWords text={text} />
          </div>
        </Section>
      ))}
    </>
  );
};

/** The commitments of the return, all or those that were chosen: each in a line, and folded below it in full. */
const Commitments = ({ parts }: { parts: ReadParts }) => {
  const { view, content, before, sentBack, register, threads, writes, here } = parts;
  const known = new Map(register.map((one) => [one.reference, one]));
  const lasts = new Map(before?.commitments.map((one) => [one.reference, one]));
  const wases = new Map(sentBack?.commitments.map((one) => [one.reference, one]));
  const written = useTried(writes ?? '');
  const typed = (written?.filled['comments'] ?? []) as readonly { readonly at?: string }[];
  const isFew = content.commitments.length <= MAX_SHOWN_IN_FULL;
  const rows = content.commitments.map((said, i) => {
    const { reference, says } = said;
    const last = lasts.get(reference);
    const own = threads.filter((one) => one.reference === reference);
    const is = factsOf({
      ...{ [says]: true, odd: parts.odd.has(reference), comments: own.length > 0 },
      overdue: known.get(reference)?.overdue ?? false,
      changed: last !== undefined && canonicalJson(last) !== canonicalJson(said),
      mended: sentBack !== null && canonicalJson(wases.get(reference) ?? null) !== canonicalJson(said),
    });
    const { themes = [], role = 'lead' } = known.get(reference) ?? {};
    const facts: RowFacts = { reference, themes, role, is };
    const isTyped = typed.some(({ at }) => at === `/commitments/${i}` || at?.startsWith(`/commitments/${i}/`));
    return { said, i, last, own, facts, isTyped };
  });
  const shown = rows.filter(({ facts, isTyped }) => isTyped || isChosen(facts, parts.chosen));
  return (
    <section id="commitments">
      <h2>Commitments</h2>
      {!isFew && (
        <>
          {!writes && <form id="return-choice" method="get" action={here} />}
          <ReturnIndex
            {...{
              view,
              chosen: parts.chosen,
              unfold: parts.unfold,
              form: writes ? 'return-comments' : 'return-choice',
            }}
            rows={rows.map(({ facts }) => facts)}
          />
        </>
      )}
      {shown.length === 0 && <p>None of them is so.</p>}
      <ol class="return-read">
        {shown.map(({ said, i, last, own, facts: { is }, isTyped }) => (
          <li key={said.reference} id={`c${i}`} class={isFew ? undefined : 'folds'}>
            <h3>
              <a class="code" href={view.link(path('commitments', said.reference))}>
                {said.reference}
              </a>{' '}
              <span dir="auto">{textWords(known.get(said.reference)?.title ?? '')}</span>{' '}
              {is.has('changed') && <small class="changed">differs from the last round</small>}{' '}
              {is.has('mended') && <small class="changed">changed since it was sent back</small>}
            </h3>
            {isFew ? (
              <SaidInFull {...{ parts, said, i, last, own }} />
            ) : (
              <details open={parts.unfold || own.length > 0 || isTyped || undefined}>
                <summary>
                  <span class="so-far">{commitmentInShort(said)}</span>{' '}
                  <small>
                    {is.has('overdue') && <span class="alert">overdue </span>}
                    {is.has('odd') && <span class="changed">looks odd </span>}
                    {own.length > 0 && counted(own.length, 'comment')}
                  </small>
                </summary>
                <SaidInFull {...{ parts, said, i, last, own }} />
              </details>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
};

interface FullParts {
  readonly parts: ReadParts;
  readonly said: CommitmentReturn;
  readonly i: number;
  /** The words of the last round's return on it. */
  readonly last: CommitmentReturn | undefined;
  readonly own: readonly Thread[];
}

const SaidInFull = ({ parts: { view, questions, answering, writes }, said, i, last, own }: FullParts) => (
  <>
    <div class={last ? 'side-by-side' : undefined}>
      <div>
        <SaidOfCommitment view={view} said={said} questions={questions} last={last} />
      </div>
      {last && (
        <div class="last-time">
          <small>Last round</small> <SaidOfCommitment view={view} said={last} questions={questions} />
        </div>
      )}
    </div>
    <Threads threads={own} answering={answering} />
    {writes && (
      <CommentField action={writes} fields={fieldsOfCommitment(said, i, questions)} n={i} of={said.reference} />
    )}
  </>
);

/** A commitment that a return newly recorded, and its likely duplicates. */
const Recorded = ({ view, recorded }: { view: View; recorded: NewlyRecorded }) => (
  <li>
    <a class="code" href={view.link(path('commitments', recorded.reference))}>
      {recorded.reference}
    </a>{' '}
    <span dir="auto">{textWords(recorded.title)}</span>
    {recorded.likelyDuplicates.map((one) => (
      <small key={one.reference} class="changed">
        {' '}
        may be the same as{' '}
        <a href={view.link(path('commitments', one.reference))} dir="auto">
          {one.reference} “{textWords(one.title)}”
        </a>
      </small>
    ))}
  </li>
);

interface ActFormParts {
  readonly action: string;
  readonly keyed: string;
  readonly button: string;
  readonly quiet?: boolean;
  readonly field?: string;
  readonly label?: string;
  readonly hidden?: Readonly<Record<string, string>>;
  /** The agency for which the secretariat does it. */
  readonly authority?: string | null;
}

/** The fields by which the secretariat names the authority for an act on behalf of an agency. */
export const Authority = ({ agency, tried = null }: { agency: string; tried?: TriedForm | null }) => {
  const { citation } = (tried?.filled['onBehalf'] ?? {}) as { citation?: Partial<Record<string, string>> };
  return (
    <>
      <p class="note">
        The secretariat submits it for {agency}: say by which letter or e-mail {agency} has it done. Everything that is
        recorded by it says so.
      </p>
      <input type="hidden" name="onBehalf.agency" value={agency} />
      <TriedFaults tried={tried} id="authority-fault" at={(pointer) => pointer.startsWith('/onBehalf')} />
      <div class="field">
        <label for="authority-document">The letter or e-mail, by its code among the documents</label>
        <input
          {...{ id: 'authority-document', name: 'onBehalf.citation.document', list: 'list-document', maxLength: 200 }}
          value={citation?.['document'] ?? ''}
        />
      </div>
      <div class="field">
        <label for="authority-locator">Where in it</label>
        <input
          {...{ id: 'authority-locator', name: 'onBehalf.citation.locator', maxLength: 500, dir: 'auto' }}
          value={citation?.['locator'] ?? ''}
        />
      </div>
    </>
  );
};

/** A form of one button, with a word if one likes. */
export const OneButton = ({ action, keyed, button, quiet, field, label, hidden = {}, authority }: ActFormParts) => {
  const tried = useTried(action, ({ answers }) => answers === undefined);
  return (
    <PostForm class="one-button" action={action} hidden={{ [KEY]: keyed, ...hidden }}>
      {field && (
        <>
          <TriedFaults tried={tried} id={`${field}-fault`} at={(pointer) => pointer === `/${field}`} />
          <label>
            {label} <input name={field} maxLength={2000} dir="auto" value={tried ? hasSaid(tried, field) : ''} />
          </label>
        </>
      )}
      {authority && <Authority agency={authority} tried={tried} />}
      <button class={quiet ? 'quiet' : undefined}>{button}</button>
    </PostForm>
  );
};
