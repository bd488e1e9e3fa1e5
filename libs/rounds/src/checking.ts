/** The findings about a return before it is submitted: missing, wrong and odd entries. Pure. */
import type { Answer, CommitmentReturn, FoundAbout, Question, ReturnDraft, Round } from '#bodies';
import { FIRST_YEAR, firstDayOf, isPartialDate, lastDayOf, monthsBefore, type FullDate } from '#clocks';
import { oneOf, type QuestionKind } from '#words';
import type { CommitmentInQuestion } from './in-question.js';
import { supports } from './return.js';

/** The facts of a commitment that findings rest on. */
type CheckedCommitment = Pick<CommitmentInQuestion, 'reference' | 'open' | 'target' | 'own' | 'evidence'>;

export type ReturnFinding = FoundAbout;

/** A target is long past once this many months have gone by since. */
const LONG_PAST_MONTHS = 12;

export const ANSWER_FIELD: { readonly [K in QuestionKind]: keyof Answer } = {
  text: 'text',
  choice: 'choice',
  number: 'number',
  yes_no: 'yes',
};

/** `How many staff? (persons)` */
export const questionWords = ({ text, unit }: Question): string => (unit ? `${text} (${unit})` : text);

const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

/** The findings about answers to the questions on a subject. */
function* answerFindings(
  at: string,
  questions: readonly Question[],
  answers: readonly Answer[],
): Generator<ReturnFinding> {
  const seen = new Set<string>();
  for (const [i, answer] of answers.entries()) {
    const pointer = `${at}/${i}`;
    const question = questions.find(({ id }) => id === answer.question);
    const wrong = (code: string, field: string, message: string): ReturnFinding => ({
      ...{ level: 'wrong', code, pointer: `${pointer}/${field}`, message },
    });
    if (!question) {
      yield wrong('unknown_question', 'question', `There is no question ${answer.question} here.`);
      continue;
    }
    if (seen.has(question.id)) yield wrong('answered_twice', 'question', `${question.id} is answered twice.`);
    seen.add(question.id);
    const field = ANSWER_FIELD[question.kind];
    const other = Object.values(ANSWER_FIELD).find((one) => one !== field && isSaid(answer[one]));
    if (other) yield wrong('other_kind', other, `${question.id} is answered in ${field}.`);
    if (!isSaid(answer[field])) {
      if (question.required)
        yield {
          level: 'missing',
          code: 'no_answer',
          pointer: `${pointer}/${field}`,
          message: `${question.id} needs an answer.`,
        };
    } else if (question.kind === 'choice' && !question.choices!.includes(answer.choice!))
      yield wrong('unknown_choice', 'choice', `${question.id} must be ${oneOf(question.choices!)}.`);
  }
  for (const { id, required } of questions)
    if (required && !seen.has(id))
      yield { level: 'missing', code: 'no_answer', pointer: at, message: `${id} needs an answer.` };
}

/** The findings about the words on one commitment. */
function* commitmentAt(
  at: string,
  said: CommitmentReturn,
  questions: readonly Question[],
  known: CheckedCommitment | undefined,
  today: FullDate,
): Generator<ReturnFinding> {
  const { reference, says, why, acts } = said;
  const missing = (code: string, field: string, message: string): ReturnFinding => ({
    ...{ level: 'missing', code, pointer: `${at}/${field}`, message },
  });
  const odd = (code: string, pointer: string, message: string): ReturnFinding => ({
    level: 'odd',
    code,
    pointer,
    message,
  });
  const wrong = (field: string, message: string): ReturnFinding => ({
    ...{ level: 'wrong', code: 'contradiction', pointer: `${at}/${field}`, message },
  });
  if (says === 'update' && !acts?.length)
    yield missing('no_update', 'acts', `${reference}: say what is new, or no change.`);
  if (says !== 'update' && acts?.length)
    yield wrong(
      'acts',
      `${reference}: “${says.replaceAll('_', ' ')}” goes with no update: empty what is filled in, or say update.`,
    );
  if (says === 'not_assessed' && !why) yield missing('no_reason', 'why', `${reference}: say why it was not assessed.`);
  if (says !== 'not_assessed') yield* answerFindings(`${at}/answers`, questions, said.answers ?? []);
  const stages = (acts ?? []).flatMap(({ act, body }, i) => (act === 'reportStage' ? [{ body, i }] : []));
  const proves = (acts ?? []).some(supports);
  for (const { body, i } of stages) {
    const { stage, effective, citation } = body as { stage?: unknown; effective?: unknown; citation?: unknown };
    const pointer = `${at}/acts/${i}/body`;
    if (stage === 'completed' && !citation && !proves)
      yield odd('no_evidence', `${pointer}/stage`, `${reference} is completed: where can that be seen?`);
    const own = known?.own;
    if (typeof effective !== 'string' || !isPartialDate(effective)) continue;
    if (effective < FIRST_YEAR)
      yield odd(
        'long_ago',
        `${pointer}/effective`,
        `${effective} is before ${FIRST_YEAR}: is that the year that is meant?`,
      );
    if (own && lastDayOf(effective) < firstDayOf(own.effective))
      yield odd(
        'before_the_last',
        `${pointer}/effective`,
        `${effective} is before ${own.effective}, when ${own.stage} came about by the last report: the stage would stay as it is.`,
      );
  }
  const settled =
    says === 'not_assessed' ||
    (acts ?? []).some(({ act }) => act === 'setTarget') ||
    stages.some(({ body }) => body['stage'] === 'completed' || body['stage'] === 'discontinued');
  if (known?.open && known.target && lastDayOf(known.target) < monthsBefore(today, LONG_PAST_MONTHS) && !settled)
    yield odd('target_long_past', at, `${reference} was due by ${known.target} and is open: is there another target?`);
}

/**
 * Everything that a draft itself shows; refusals by the commitments are found by rehearsing it.
 * @param known the commitments in question
 * @param recorded those that an earlier submission of the return recorded: it has told of them already
 */
export function* findingsIn(
  draft: ReturnDraft,
  { questions }: Pick<Round, 'questions'>,
  known: readonly CheckedCommitment[],
  today: FullDate,
  recorded: ReadonlySet<string> = new Set(),
): Generator<ReturnFinding> {
  const of = (subject: Question['of']) => (questions ?? []).filter((one) => one.of === subject);
  yield* answerFindings('/answers', of('agency'), draft.answers ?? []);
  const byReference = new Map(known.map((one) => [one.reference, one]));
  const said = new Set<string>();
  for (const [i, one] of draft.commitments.entries()) {
    const at = `/commitments/${i}`;
    if (said.has(one.reference))
      yield {
        level: 'wrong',
        code: 'said_twice',
        pointer: `${at}/reference`,
        message: `${one.reference} is there twice.`,
      };
    said.add(one.reference);
    yield* commitmentAt(at, one, of('commitment'), byReference.get(one.reference), today);
  }
  for (const { reference } of known)
    if (!said.has(reference) && !recorded.has(reference))
      yield {
        ...{ level: 'missing', code: 'not_mentioned', pointer: '/commitments' },
        message: `${reference}: an update, no change, or not assessed?`,
      };
}
