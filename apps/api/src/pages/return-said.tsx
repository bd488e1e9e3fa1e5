/** The word of a return on one commitment: in full, and in a line. */
import type { Answer, CommitmentReturn, Question } from '#bodies';
import { ACTS } from '#commitments';
import { canonicalJson } from '#eventsourcing';
import { questionWords } from '#rounds';
import { actInWords } from './acts-in-words.js';
import { choiceWords } from './field-words.js';
import { NextStep, type NextStepParts } from './parts.js';
import type { View } from './view.js';
import { count, dateWords, RETURN_WORD_WORDS, textWords } from './words.js';

export const answerWords = ({ text, choice, number, yes }: Answer): string =>
  text ?? choice ?? (number === undefined || number === null ? (yes ? 'Yes' : 'No') : count(number));

interface SaidParts {
  readonly view: View;
  readonly said: CommitmentReturn;
  readonly questions: readonly Question[];
  /** The words of the last round's return on it: differences from them are marked. */
  readonly last?: CommitmentReturn | undefined;
}

export const SaidOfCommitment = ({ view, said: { says, why, note, acts, answers }, questions, last }: SaidParts) => {
  const isNew = (kind: 'acts' | 'answers', one: object): boolean =>
    last !== undefined && !(last[kind] ?? []).some((other) => canonicalJson(other) === canonicalJson(one));
  return (
    <>
      <span class={`says ${says}`}>{RETURN_WORD_WORDS[says]}</span>
      {(why ?? note) && (
        <>
          : <span dir="auto">{textWords((why ?? note)!)}</span>
        </>
      )}
      {(acts ?? []).length > 0 && (
        <ul class="said-acts">
          {acts!.map((act, i) => {
            const { note: word, effective } = act.body as Readonly<Record<string, string | undefined>>;
            const { nextStep, nextStepDue, noNextStep, ...said } = act.body as NextStepParts;
            const words = actInWords(
              `commitment.${ACTS[act.act].yields}`,
              { ...said, milestone: act.milestone },
              contextOfDraft(view),
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

const contextOfDraft = (view: View) => ({ view, revision: -1, milestones: [] });
const dateOrText = (date: string): string => (/^\d{4}(-\d\d){0,2}$/.test(date) ? dateWords(date) : date);

export const AnswersRead = ({ answers, questions }: { answers: readonly Answer[]; questions: readonly Question[] }) => (
  <dl class="answers-read">
    {answers.map((answer) => {
      const question = questions.find(({ id }) => id === answer.question);
      return (
        <div key={answer.question}>
          <dt dir="auto">{question ? questionWords(question) : answer.question}</dt>
          <dd dir="auto">{textWords(answerWords(answer))}</dd>
        </div>
      );
    })}
  </dl>
);

/** A commitment of a return in a line: `Update: in progress since 2012-11; attach evidence`. */
export function commitmentInShort({ says, why, note, acts }: CommitmentReturn): string {
  const said = (acts ?? []).map(({ act, body }) => {
    const { stage, effective } = body as Readonly<Record<string, string | undefined>>;
    return act === 'reportStage' && stage
      ? `${choiceWords(stage).toLowerCase()}${effective ? ` since ${effective}` : ''}`
      : ACTS[act].button.toLowerCase();
  });
  const words = [
    ...said,
    ...[why ?? note].flatMap((one) => (one ? [one.length > 60 ? `${one.slice(0, 59)}…` : one] : [])),
  ];
  return [RETURN_WORD_WORDS[says], words.join('; ')].filter(Boolean).join(': ');
}
