/** A return that was received, as it is read: what it says of each commitment, beside what the last one said; and comments. */
import type { Answer, CommitmentReturn, Question, ReturnDraft } from '#bodies';
import { ACTS } from '#commitments';
import { canonicalJson } from '#eventsourcing';
import type { CommitmentInQuestion, NewlyRecorded } from '#rounds';
import { KEY } from './form.js';
import { actInWords } from './acts-in-words.js';
import { NarrativeWords } from './narrative.js';
import { NextStep, type NextStepParts } from './parts.js';
import { CommentField, fieldsOfCommitment, Threads, type Answering, type Thread } from './return-comments.js';
import { questionWords, RETURN_WORD_WORDS } from './round-words.js';
import { CsrfField } from './signed-in.js';
import { hasSaid, TriedFaults, useTried, type Tried } from './tried.js';
import { path, type View } from './view.js';
import { count, dateWords, languageName, textWords } from './words.js';

/** The value of an answer, in words. */
export const valuesIn = ({ text, choice, number, yes }: Answer): string =>
  text ?? choice ?? (number === undefined || number === null ? (yes ? 'Yes' : 'No') : count(number));

interface SaidParts {
  readonly view: View;
  readonly said: CommitmentReturn;
  readonly questions: readonly Question[];
  /** What the last round's return said of it: what is said otherwise now is marked. */
  readonly last?: CommitmentReturn | undefined;
}

/** What a return says of one commitment. */
export const SaidOfCommitment = ({ view, said: { says, why, note, acts, answers }, questions, last }: SaidParts) => {
  const isNew = (kind: 'acts' | 'answers', one: object): boolean =>
    last !== undefined && !(last[kind] ?? []).some((other) => canonicalJson(other) === canonicalJson(one));
  return (
    <>
      <span class={`says ${says}`}>{RETURN_WORD_WORDS[says]}</span>
      {(why ?? note) && <span dir="auto"> {textWords((why ?? note)!)}</span>}
      {(acts ?? []).length > 0 && (
        <ul class="said-acts">
          {acts!.map((act, i) => {
            const { note: word, effective } = act.body as Readonly<Record<string, string | undefined>>;
            const { nextStep, nextStepDue, noNextStep, ...said } = act.body as NextStepParts;
            const words = actInWords(
              `commitment.${ACTS[act.act].yields}`,
              { ...said, milestone: act.milestone },
              NOWHERE(view),
            );
            return (
              <li key={i}>
                {isNew('acts', act) ? <mark>{words}</mark> : words}
                {effective && /^\d{4}/.test(effective) && ` since ${dateOrText(effective)}`}
                {word && <small dir="auto"> {textWords(word)}</small>}
                <NextStep of={{ nextStep, nextStepDue, noNextStep, revision: -1 }} />
              </li>
            );
          })}
        </ul>
      )}
      {(answers ?? []).length > 0 && <AnswersRead answers={answers!} questions={questions} />}
    </>
  );
};

const NOWHERE = (view: View) => ({ view, revision: -1, milestones: [] });
const dateOrText = (date: string): string => (/^\d{4}(-\d\d){0,2}$/.test(date) ? dateWords(date) : date);

const AnswersRead = ({ answers, questions }: { answers: readonly Answer[]; questions: readonly Question[] }) => (
  <dl class="answers-read">
    {answers.map((answer) => {
      const question = questions.find(({ id }) => id === answer.question);
      return (
        <div key={answer.question}>
          <dt dir="auto">{question ? questionWords(question) : answer.question}</dt>
          <dd dir="auto">{textWords(valuesIn(answer))}</dd>
        </div>
      );
    })}
  </dl>
);

interface ReadParts {
  readonly view: View;
  readonly content: ReturnDraft;
  readonly before: ReturnDraft | null;
  readonly questions: readonly Question[];
  readonly register: readonly CommitmentInQuestion[];
  /** What was submitted before this, if it was sent back: what differs from it is marked. */
  readonly sentBack: ReturnDraft | null;
  readonly threads: readonly Thread[];
  readonly answering: Answering | undefined;
  /** What it newly recorded. */
  readonly recorded: readonly NewlyRecorded[];
  /** Where comments on each commitment are sent, by the form `return-comments`; `null`: none can be written. */
  readonly writes: string | null;
}

/** The whole return; with `writes` each commitment has a field for a comment. */
export const ReturnRead = (parts: ReadParts) => {
  const { view, content, before, sentBack, questions, register, threads, answering, recorded, writes } = parts;
  const titles = new Map(register.map(({ reference, title }) => [reference, title]));
  const own = questions.filter((one) => one.of === 'agency');
  return (
    <>
      {(content.answers ?? []).length > 0 && (
        <section>
          <h2>Answers</h2>
          <div class={before?.answers?.length ? 'side-by-side' : undefined}>
            <AnswersRead answers={content.answers!} questions={own} />
            {before?.answers?.length ? (
              <div class="last-time">
                <small>Last round</small>
                <AnswersRead answers={before.answers} questions={own} />
              </div>
            ) : null}
          </div>
        </section>
      )}
      <section>
        <h2>Commitments</h2>
        <ol class="return-read">
          {content.commitments.map((said, i) => {
            const last = before?.commitments.find(({ reference }) => reference === said.reference);
            const isChanged = last && canonicalJson(last) !== canonicalJson(said);
            const was = sentBack?.commitments.find(({ reference }) => reference === said.reference);
            const isMended = sentBack !== null && canonicalJson(was ?? null) !== canonicalJson(said);
            const fields = fieldsOfCommitment(said, i, questions);
            return (
              <li key={said.reference} id={`c${i}`}>
                <h3>
                  <a class="code" href={view.link(path('commitments', said.reference))}>
                    {said.reference}
                  </a>{' '}
                  <span dir="auto">{textWords(titles.get(said.reference) ?? '')}</span>{' '}
                  {isChanged && <small class="changed">differs from the last round</small>}{' '}
                  {isMended && <small class="changed">changed since it was sent back</small>}
                </h3>
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
                <Threads
                  threads={threads.filter(({ reference }) => reference === said.reference)}
                  answering={answering}
                />
                {writes && <CommentField action={writes} fields={fields} n={i} of={said.reference} />}
              </li>
            );
          })}
        </ol>
      </section>
      {recorded.length > 0 && (
        <section>
          <h2>New commitments</h2>
          <ul>
            {recorded.map((one) => (
              <Recorded key={one.reference} view={view} recorded={one} />
            ))}
          </ul>
        </section>
      )}
      {(content.narratives ?? []).map(({ language, text }) => (
        <section key={language}>
          <h2>In its words ({languageName(language)})</h2>
          <div class="narrative" dir="auto" lang={language}>
            <NarrativeWords text={text} />
          </div>
        </section>
      ))}
    </>
  );
};

/** A commitment that a return newly recorded, and what it may be over again. */
const Recorded = ({
  view,
  recorded: { reference, title, likelyDuplicates },
}: {
  view: View;
  recorded: NewlyRecorded;
}) => (
  <li>
    <a class="code" href={view.link(path('commitments', reference))}>
      {reference}
    </a>{' '}
    <span dir="auto">{textWords(title)}</span>
    {likelyDuplicates.map((one) => (
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

/** The fields by which the secretariat says on what authority it acts for an agency. */
export const Authority = ({ agency, tried = null }: { agency: string; tried?: Tried | null }) => {
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
    <form class="one-button" method="post" action={action}>
      <CsrfField />
      <input type="hidden" name={KEY} value={keyed} />
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
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
    </form>
  );
};
