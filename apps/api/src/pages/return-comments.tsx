/** The comments on a return: each at the field that it is about, with the answers to it, and the fields to write them. */
import type { CommentOfReturn, CommitmentReturn, Question, ReturnDraft } from '#bodies';
import { ACTS } from '#commitments';
import { newCommandId } from '#eventsourcing';
import { contentOf, questionWords, type ReturnSoFar } from '#rounds';
import { labelOf } from '#words';
import { KEY } from './form-parts.js';
import { PostForm } from './signed-in.js';
import { hasSaid, TriedFaults, useTried } from './tried.js';
import { dateWords, languageName, textWords } from './words.js';

/** A field of a return, as a comment points to it (RFC 6901; `null`: the whole), and its words. */
interface CommentedField {
  readonly at: string | null;
  readonly words: string;
}

const answerFields = (at: string, answers: ReturnDraft['answers'], questions: readonly Question[]): CommentedField[] =>
  (answers ?? []).map(({ question: id }, i) => {
    const question = questions.find((one) => one.id === id);
    return { at: `${at}/answers/${i}`, words: question ? questionWords(question) : id };
  });

export function fieldsOfCommitment(
  said: CommitmentReturn,
  i: number,
  questions: readonly Question[],
): CommentedField[] {
  const at = `/commitments/${i}`;
  const acts = (said.acts ?? []).flatMap(({ act, body }, k): CommentedField[] => {
    const words = ACTS[act].button;
    const fields = Object.keys(body).map((name) => ({
      at: `${at}/acts/${k}/body/${name}`,
      words: `${words}: ${labelOf(name).toLowerCase()}`,
    }));
    return [{ at: `${at}/acts/${k}`, words }, ...fields];
  });
  const words = (['why', 'note'] as const).flatMap((name) =>
    said[name] ? { at: `${at}/${name}`, words: labelOf(name) } : [],
  );
  return [{ at, words: 'all of it' }, ...acts, ...words, ...answerFields(at, said.answers, questions)];
}

/** The parts of a return beside single commitments. */
export const fieldsOfWhole = (
  { answers, narratives, newCommitments }: ReturnDraft,
  questions: readonly Question[],
): CommentedField[] => [
  { at: null, words: 'the whole return' },
  ...answerFields('', answers, questions),
  ...(newCommitments ?? []).map(({ body }, i) => ({
    at: `/newCommitments/${i}`,
    words: `New: ${textWords(String(body['title'] ?? ''))}`,
  })),
  ...(narratives ?? []).map(({ language }, i) => ({
    at: `/narratives/${i}`,
    words: `In its words (${languageName(language)})`,
  })),
];

/** A comment with the answers to it, in the order in which they were made. */
export interface Thread {
  readonly root: CommentOfReturn;
  readonly answers: readonly CommentOfReturn[];
  /** The commitment that it is about; `null`: of none alone. */
  readonly reference: string | null;
  /** The field that it is about, in words; `null`: the whole return. */
  readonly about: string | null;
}

/** The comments on a return; each points into the version submitted by then. */
export function threadsOf({ comments, submissions }: ReturnSoFar, questions: readonly Question[]): Thread[] {
  const rootOf = ({ answers, number }: CommentOfReturn): number =>
    answers === null || !comments[answers] ? number : rootOf(comments[answers]);
  const roots = comments.filter((one) => rootOf(one) === one.number);
  return roots.map((root): Thread => {
    const answers = comments.filter((one) => one !== root && rootOf(one) === root.number);
    const said = submissions.find(({ revision }) => revision === root.submission)?.said;
    const content = said ? contentOf(said) : null;
    const row = Number(/^\/commitments\/(\d+)/.exec(root.at ?? '')?.[1] ?? NaN);
    const of = content?.commitments[row];
    const fields = of ? fieldsOfCommitment(of, row, questions) : content ? fieldsOfWhole(content, questions) : [];
    const about = root.at === null ? null : (fields.find(({ at }) => at === root.at)?.words ?? root.at);
    return { root, answers, reference: of?.reference ?? null, about };
  });
}

interface ThreadsParts {
  readonly threads: readonly Thread[];
  /** Whether the commitment that each is about is told. */
  readonly named?: boolean;
  /** Where an answer goes, and whose it is (`null`: the secretariat’s); absent: nobody answers here. */
  readonly answering?: AnswerTarget | undefined;
}

export interface AnswerTarget {
  readonly action: string;
  readonly agency: string | null;
}

export const Threads = ({ threads, named = false, answering }: ThreadsParts) =>
  threads.length === 0 ? null : (
    <ul class="comments">
      {threads.map(({ root, answers, reference, about }) => {
        const { number } = root;
        const last = answers.at(-1) ?? root;
        return (
          <li key={number} id={`comment-${number}`}>
            <Comment one={root} about={[named ? reference : null, about].filter((part) => part !== null).join(': ')} />
            {answers.map((one) => (
              <div key={one.number} class="answer">
                <Comment one={one} />
              </div>
            ))}
            {answering && last.agency !== answering.agency && <AnswerForm answering={answering} number={number} />}
          </li>
        );
      })}
    </ul>
  );

const AnswerForm = ({ answering: { action }, number }: { answering: AnswerTarget; number: number }) => {
  const tried = useTried(action, ({ answers }) => answers === String(number));
  return (
    <PostForm class="one-button" action={action} hidden={{ [KEY]: newCommandId(), answers: number }}>
      <TriedFaults tried={tried} id={`answer-${number}-fault`} at={() => true} />
      <label>
        Answer <input name="text" maxLength={4000} required dir="auto" value={tried ? hasSaid(tried, 'text') : ''} />
      </label>
      <button class="quiet">Answer</button>
    </PostForm>
  );
};

const Comment = ({ one: { text, agency, on, beside }, about }: { one: CommentOfReturn; about?: string }) => (
  <>
    <small>
      {agency ?? 'The secretariat'}, {dateWords(on)}
      {beside !== null && `, beside ${beside}`}
      {about && (
        <>
          , on <span dir="auto">{textWords(about)}</span>
        </>
      )}
    </small>
    <p dir="auto">{textWords(text)}</p>
  </>
);

interface CommentFieldParts {
  /** Where the form of all comments is sent. */
  readonly action: string;
  readonly fields: readonly CommentedField[];
  /** Its number among the fields for comments of the page. */
  readonly n: number;
  readonly of: string;
}

/** A field for a comment, and for its subject, of the form `return-comments`. */
export const CommentField = ({ action, fields, n, of }: CommentFieldParts) => {
  const tried = useTried(action);
  const all = (tried?.filled['comments'] ?? []) as readonly { readonly at?: string; readonly text: string }[];
  const own = all.findIndex((one) => fields.some(({ at }) => (at ?? undefined) === one.at));
  const id = `comment-field-${n}`;
  const isAsked = (pointer: string) =>
    (own >= 0 && pointer.startsWith(`/comments/${own}`)) || (pointer === '/comments' && fields[0]!.at === null);
  const isWrong = tried?.faults.some(({ pointer }) => isAsked(pointer));
  return (
    <details class="comment-field" open={own >= 0 || isWrong || undefined}>
      <summary>Comment on {of}</summary>
      {fields.length > 1 ? (
        <label>
          <span class="hidden">About</span>
          <select name={`comments.${n}.at`} form="return-comments">
            {fields.map(({ at, words }) => (
              <option key={at} value={at ?? ''} selected={own >= 0 && (at ?? undefined) === all[own]!.at}>
                {words}
              </option>
            ))}
          </select>
        </label>
      ) : (
        fields[0]!.at !== null && (
          <input type="hidden" name={`comments.${n}.at`} value={fields[0]!.at} form="return-comments" />
        )
      )}
      <TriedFaults tried={tried} id={`${id}-fault`} at={isAsked} />
      <textarea
        {...{ id, name: `comments.${n}.text`, rows: 2, form: 'return-comments', dir: 'auto' }}
        aria-label={`Comment on ${of}`}
        aria-invalid={isWrong || undefined}
        aria-describedby={isWrong ? `${id}-fault` : undefined}
      >
        {all[own]?.text ?? ''}
      </textarea>
    </details>
  );
};
