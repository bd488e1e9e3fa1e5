/** The parts of the form of a return beside its commitments: questions, new commitments, and the words of the agency. */
import type { ComponentChildren } from 'preact';
import type { Answer, NewCommitment, Question, ReturnDraft, ReturnNarrative, Round } from '#bodies';
import type { FieldError } from '#eventsourcing';
import type { FormField, FieldValues, BodyClass } from '#platform';
import {
  fieldsInReturn,
  questionWords,
  type Clash,
  type CommitmentInQuestion,
  type ReturnFinding,
  ANSWER_FIELD,
} from '#rounds';
import type { ActOfReturn } from '#words';
import type { Suggestion } from '#progress';
import { Options } from './choice.js';
import { Faults, FieldPlace } from './form.js';
import { asFilled, fieldId, type FormParts } from './form-parts.js';
import type { ChosenRows } from './return-choice.js';
import type { Thread } from './return-comments.js';
import { MARKDOWN_HINT } from './field-words.js';
import { answerWords } from './return-said.js';
import type { View } from './view.js';
import { textWords } from './words.js';

/** As much of a return that is written as these parts show. */
interface WrittenReturn {
  readonly round: Round;
  readonly agency: string;
  readonly draft: ReturnDraft;
  readonly clashes: readonly Clash[];
  readonly addsNew: boolean;
  /** The return of the last round. */
  readonly before: ReturnDraft | null;
}

/** An empty act that is shown, though nothing of it is said yet: `IOM-2011-12 reachMilestone 2`. */
export interface AddedAct {
  readonly reference: string;
  readonly act: ActOfReturn;
  readonly milestone?: number;
}

export interface ReturnFormParts extends WrittenReturn {
  readonly view: View;
  readonly of: BodyClass;
  readonly revision: number;
  readonly once: string;
  readonly register: readonly CommitmentInQuestion[];
  readonly found: readonly ReturnFinding[];
  readonly faults: readonly FieldError[];
  readonly added: AddedAct | null;
  /** The list in which there is room for more. */
  readonly more: string | undefined;
  /** The commitments that this return recorded when it was submitted before: it need not say more of them. */
  readonly recorded: ReadonlySet<string>;
  /** The comments on the submitted return. */
  readonly threads: readonly Thread[];
  /** The secretariat writes it for the agency, on an authority that it names when it submits. */
  readonly actsFor: boolean;
  readonly suggestions: ReadonlyMap<string, readonly Suggestion[]>;
  /** When and by whom it was saved last, in words. */
  readonly saved: string;
  /** Which commitments are shown, beside those of which something is wrong. */
  readonly chosen: ChosenRows;
  /** All that can be said of each is shown. */
  readonly unfold: boolean;
  /** Those of which something looks odd. */
  readonly odd: ReadonlySet<string>;
}

/** The other person's words for a part that both changed. */
export const OtherPersonsWords = ({
  clash,
  children,
}: {
  clash: Clash | undefined;
  children: (theirs: unknown) => ComponentChildren;
}) =>
  clash ? (
    <div class="callout theirs">
      <strong>The other draft says:</strong> {clash.theirs === null ? 'nothing' : children(clash.theirs)}
    </div>
  ) : null;

export const clashAt = ({ clashes }: Pick<WrittenReturn, 'clashes'>, part: string): Clash | undefined =>
  clashes.find((one) => one.part === part);

interface AnswersParts {
  readonly form: FormParts;
  readonly parts: WrittenReturn;
  readonly of: Question['of'];
  readonly at: readonly string[];
  readonly answers: NonNullable<ReturnDraft['answers']>;
  readonly title?: string;
}

export const Answers = ({ form, parts, of, at, answers, title }: AnswersParts) => {
  const { round, before } = parts;
  const questions = (round.questions ?? []).filter((one) => one.of === of);
  if (questions.length === 0) return null;
  const asked = questions.map((question, i) => {
    const here = [...at, 'answers', String(i)];
    const [name, id] = [here.join('.'), fieldId([...here, ANSWER_FIELD[question.kind]])];
    const index = answers.findIndex((one) => one.question === question.id);
    const answer = asFilled(answers[index] ?? {}) as Readonly<Record<string, string | undefined>>;
    const value = answer[ANSWER_FIELD[question.kind]] ?? '';
    const input = { id, name: `${name}.${ANSWER_FIELD[question.kind]}` };
    const options =
      question.kind === 'choice'
        ? (question.choices ?? []).map((one) => ({ value: one, label: one }))
        : [
            { value: 'true', label: 'Yes' },
            { value: 'false', label: 'No' },
          ];
    const last = of === 'agency' ? before?.answers?.find((one) => one.question === question.id) : undefined;
    return (
      <div key={question.id} class="field">
        <input type="hidden" name={`${name}.question`} value={question.id} />
        <label for={id} dir="auto">
          {questionWords(question)} {!question.required && <small>(optional)</small>}
        </label>
        {index >= 0 && <Faults form={form} path={[...at, 'answers', String(index), ANSWER_FIELD[question.kind]]} />}
        {last && <small>Last round: {answerWords(last)}</small>}
        {of === 'agency' && (
          <OtherPersonsWords clash={clashAt(parts, `answer ${question.id}`)}>
            {(theirs) => answerWords(theirs as Answer)}
          </OtherPersonsWords>
        )}
        {question.kind === 'text' ? (
          <textarea {...input} rows={2} dir="auto">
            {value}
          </textarea>
        ) : question.kind === 'number' ? (
          <input {...input} class="short" inputMode="decimal" value={value} />
        ) : (
          <select {...input}>
            <option value="">–</option>
            <Options of={options.map((one) => [one.value, one.label])} chosen={value} />
          </select>
        )}
      </div>
    );
  });
  if (!title) return <div class="answers">{asked}</div>;
  return (
    <section id="answers" class="answers">
      <h2>{title}</h2>
      <Faults form={form} path={['answers']} />
      {asked}
    </section>
  );
};

/** A field as a return asks for it: the return says once, for all, when it is reported. */
const ofReturn = ({ description, ...field }: FormField): FormField => ({
  ...field,
  description: description?.replace(/\breportedOn\b/, 'the date of the return'),
});

export const NewCommitments = ({ parts, form }: { parts: WrittenReturn; form: FormParts }) => {
  const known = (parts.draft.newCommitments ?? []).map(({ body }) => body as object);
  const own = { agencies: [{ agency: parts.agency, role: 'lead' }] };
  const all = parts.addsNew ? [...known, own] : known;
  return (
    <section id="new">
      <h2>New commitments</h2>
      {all.map((body, i) => (
        <fieldset key={i} class="return-row">
          <legend>New commitment {i + 1}</legend>
          <OtherPersonsWords clash={clashAt(parts, `new ${i}`)}>
            {(theirs) => textWords(String((theirs as NewCommitment).body['title'] ?? ''))}
          </OtherPersonsWords>
          <Faults form={form} path={['newCommitments', String(i)]} />
          {fieldsInReturn('record').map((field) => (
            <FieldPlace
              key={field.name}
              form={form}
              field={ofReturn(field)}
              path={['newCommitments', String(i), 'body', field.name]}
              value={(asFilled(body) as FieldValues)[field.name]}
            />
          ))}
        </fieldset>
      ))}
      <button class="quiet" name="_do" value="new">
        Add a new commitment
      </button>
    </section>
  );
};

export const Narratives = ({ parts, form }: { parts: WrittenReturn; form: FormParts }) => {
  const { draft } = parts;
  const all = draft.narratives?.length ? draft.narratives : [{ language: 'en', text: '' }];
  return (
    <section id="narrative">
      <h2>In your words</h2>
      {all.map(({ language, text }, i) => (
        <div key={i} class="field">
          <label for={`narrative-${i}`}>Words beside the figures</label>
          <OtherPersonsWords clash={clashAt(parts, `narrative ${language}`)}>
            {(theirs) => <span dir="auto">{textWords((theirs as ReturnNarrative).text)}</span>}
          </OtherPersonsWords>
          <p class="help" id={`narrative-${i}-help`}>
            {MARKDOWN_HINT}.
          </p>
          <Faults form={form} path={['narratives', String(i), 'text']} />
          <textarea
            {...{ id: `narrative-${i}`, name: `narratives.${i}.text`, rows: 8, dir: 'auto', lang: language }}
            aria-describedby={`narrative-${i}-help`}
          >
            {text}
          </textarea>
          <label>
            <small>Its language</small>{' '}
            <input class="short" name={`narratives.${i}.language`} value={language} maxLength={35} />
            <Faults form={form} path={['narratives', String(i), 'language']} />
          </label>
        </div>
      ))}
    </section>
  );
};
