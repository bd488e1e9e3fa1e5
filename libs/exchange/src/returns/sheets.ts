/**
 * A return as sheets of rows: the words in each cell, and the cells from which a draft is made again. An unchanged cell
 * changes nothing; so a workbook that comes back as it was sent is the draft that it was made of. Pure.
 */
import type { Answer, CommitmentReturn, Question, ReturnAct, ReturnDraft, Round } from '#bodies';
import { hash } from 'node:crypto';
import { canonicalJson, withoutNulls } from '#eventsourcing';
import { ANSWER_FIELD, fieldsInReturn, questionWords, type CommitmentInQuestion } from '#rounds';
import { ACTS_OF_RETURNS, RETURN_WORDS, STAGES, type ActOfReturn, type CodeWords } from '#words';
import { isSource, ROLE_COLUMNS, tableFieldsOf, type TableField } from '../fields.js';
import { recordOf } from '../row-changes.js';
import { sheetOfAct, type SheetWords } from './words.js';
import {
  cellWords,
  choiceOfValues,
  choiceOfCodes,
  fieldColumns,
  readOnlyColumn,
  WIDE_CHARS,
  yesOrNo,
  type CellSpec,
  type PlainSheet,
  type PlainColumn,
  type ReturnRow,
  type ReturnSheet,
  type SheetSource,
  type RowValues,
} from './cells.js';

// ── Sheets ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A digest by which a workbook tells the draft that it was made of. */
export const keyOfDraft = (draft: ReturnDraft): string =>
  hash('sha256', canonicalJson(withoutNulls(draft)), 'hex').slice(0, 16);

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const specOfQuestion = ({ kind, choices }: Question, words: SheetWords): CellSpec =>
  kind === 'text'
    ? { form: 'text' }
    : kind === 'number'
      ? { form: 'number' }
      : kind === 'yes_no'
        ? yesOrNo(words)
        : choiceOfValues(choices ?? [], (one) => one);

const answered = (answers: readonly Answer[] | null | undefined, { id, kind }: Question): unknown =>
  answers?.find(({ question }) => question === id)?.[ANSWER_FIELD[kind]] ?? null;

export const questionsOf = ({ questions }: Round, of: Question['of']): readonly Question[] =>
  (questions ?? []).filter((one) => one.of === of);

function answersSheet({ round, draft, before, words }: SheetSource): PlainSheet[] {
  const rows = questionsOf(round, 'agency').map((question): ReturnRow => ({
    key: question.id,
    shown: {
      id: question.id,
      question: questionWords(question),
      required: question.required ? words.say('Yes') : '',
      last: cellWords(answered(before?.answers, question), specOfQuestion(question, words)),
      answer: answered(draft.answers, question),
    },
    specs: { answer: specOfQuestion(question, words) },
  }));
  if (rows.length === 0) return [];
  const columns = [
    readOnlyColumn('id', 'Question', 14),
    readOnlyColumn('question', 'It asks', 60),
    readOnlyColumn('required', 'Must be answered', 12),
    readOnlyColumn('last', 'Last round', 30),
    { name: 'answer', head: 'Your answer', width: 60, spec: { form: 'text' } } as const,
  ];
  return [{ id: 'Answers', explains: 'The questions to your agency.', key: 'id', columns, rows, room: 0 }];
}

// ── Commitments ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The name of the column of a question that is asked of each commitment. */
export const columnOfQuestion = (id: string): string => `answer ${id}`;

const STAGE_FIELDS = fieldsInReturn('reportStage');

interface RowOfCommitment {
  readonly known: CommitmentInQuestion;
  readonly said: CommitmentReturn | undefined;
}

const stageActOf = (said: CommitmentReturn | undefined): ReturnAct | undefined =>
  said?.acts?.find(({ act }) => act === 'reportStage');

function commitmentsSheet({ round, draft, register, before, words }: SheetSource): PlainSheet {
  const questions = questionsOf(round, 'commitment');
  const columns: PlainColumn[] = [
    readOnlyColumn('reference', undefined, 15),
    readOnlyColumn('title', 'Commitment', 40),
    readOnlyColumn('role', 'Your role', 12),
    readOnlyColumn('stands', 'Stands at', 13),
    readOnlyColumn('since', 'Since', 11),
    readOnlyColumn('heard', 'You last said so', 13),
    readOnlyColumn('words', 'Your last words', 40),
    readOnlyColumn('next', 'Next step, as you said', 30),
    readOnlyColumn('target', undefined, 11),
    readOnlyColumn('last', 'Last round', 14),
    {
      name: 'says',
      head: 'What you say',
      width: 14,
      spec: choiceOfCodes('inReturn', RETURN_WORDS, words),
    },
    { name: 'why', head: 'Why not assessed', width: 24, spec: { form: 'text' } },
    ...STAGE_FIELDS.flatMap((field) => fieldColumns(field, words)),
    { name: 'document', head: 'Document that says so', width: 18, spec: { form: 'code', registers: ['document'] } },
    { name: 'locator', head: 'Where in it', width: 18, spec: { form: 'text' } },
    ...questions.map((question) => ({
      name: columnOfQuestion(question.id),
      head: `${questionWords(question)} [${question.id}]`,
      width: 24,
      spec: specOfQuestion(question, words),
    })),
  ];
  const rows = register.map((known): ReturnRow => {
    const said = draft.commitments.find(({ reference }) => reference === known.reference);
    const last = before?.commitments.find(({ reference }) => reference === known.reference);
    return {
      key: known.reference,
      shown: { ...valuesToLookAt(known, last, words), ...valuesOfSaying({ known, said }, questions) },
      ...(known.stages.length < STAGES.length && {
        specs: { stage: choiceOfCodes('stage', known.stages, words) },
      }),
    };
  });
  return {
    id: 'Commitments',
    explains:
      'Of each of your commitments: an update, no change, or not assessed and why. What you leave open says nothing, and is asked for before you submit.',
    ...{ key: 'reference', columns, rows, room: 0 },
  };
}

const valuesToLookAt = (
  known: CommitmentInQuestion,
  last: CommitmentReturn | undefined,
  words: SheetWords,
): RowValues => {
  const { reference, title, role, stage, own, target, overdue } = known;
  return {
    ...{ reference, title: words.text(title), role: words.code('role', role) },
    stands: words.code('stage', own?.stage ?? stage),
    since: own?.effective ?? '',
    heard: own?.reportedOn ?? '',
    words: own?.note ? words.text(own.note) : '',
    next: [own?.nextStep && words.text(own.nextStep), own?.nextStepDue && words.date(own.nextStepDue)]
      .filter(Boolean)
      .join(', '),
    target: target ? `${target}${overdue ? ` (${words.say('overdue')})` : ''}` : '',
    last: last ? words.code('inReturn', last.says) : '',
  };
};

function valuesOfSaying({ said }: RowOfCommitment, questions: readonly Question[]): RowValues {
  const body = (stageActOf(said)?.body ?? {}) as RowValues;
  const { document, locator } = (body['citation'] ?? {}) as RowValues;
  return {
    says: said?.says ?? null,
    why: said?.why ?? null,
    ...Object.fromEntries(STAGE_FIELDS.map(({ name }) => [name, body[name] ?? null])),
    note: said?.note ?? body['note'] ?? null,
    ...{ document, locator },
    ...Object.fromEntries(questions.map((one) => [columnOfQuestion(one.id), answered(said?.answers, one)])),
  };
}

// ── Milestones ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The acts on a milestone, each with the field of its date. */
export const DATE_OF_MILESTONE_ACT = {
  reachMilestone: 'reachedOn',
  rescheduleMilestone: 'due',
  dropMilestone: null,
} as const satisfies Partial<Record<ActOfReturn, string | null>>;
export type MilestoneAct = keyof typeof DATE_OF_MILESTONE_ACT;
export const isMilestoneAct = (act: ActOfReturn): act is MilestoneAct => act in DATE_OF_MILESTONE_ACT;

export const milestoneKey = (reference: string, milestone: number): string => `${reference} ${milestone}`;

const milestoneActOf = (draft: ReturnDraft, reference: string, number: number): ReturnAct | undefined =>
  draft.commitments
    .find((one) => one.reference === reference)
    ?.acts?.find(({ act, milestone }) => isMilestoneAct(act) && milestone === number);

function milestonesSheet({ draft, register, words }: SheetSource): PlainSheet[] {
  const rows = register.flatMap(({ reference, title: of, milestones }) =>
    milestones.map(({ milestone, title, due, reached, reachedOn }): ReturnRow => {
      const said = milestoneActOf(draft, reference, milestone);
      const body = (said?.body ?? {}) as RowValues;
      const field = said && DATE_OF_MILESTONE_ACT[said.act as MilestoneAct];
      return {
        key: milestoneKey(reference, milestone),
        shown: {
          ...{ key: milestoneKey(reference, milestone), of: words.text(of), title: words.text(title), due },
          reached: reached ? (reachedOn ?? words.say('Yes')) : '',
          ...{ says: said?.act ?? null, date: field ? (body[field] ?? null) : null, note: body['note'] ?? null },
        },
      };
    }),
  );
  if (rows.length === 0) return [];
  const columns: PlainColumn[] = [
    readOnlyColumn('key', 'Milestone', 18),
    readOnlyColumn('of', 'Commitment', 34),
    readOnlyColumn('title', 'It is', 40),
    readOnlyColumn('due', undefined, 12),
    readOnlyColumn('reached', 'Reached', 12),
    {
      name: 'says',
      head: 'What you say',
      width: 16,
      spec: choiceOfValues(Object.keys(DATE_OF_MILESTONE_ACT), (act) =>
        words.say(sheetOfAct(act as MilestoneAct).name),
      ),
    },
    { name: 'date', head: 'Reached on, or the new date', width: 18, spec: { form: 'period' } },
    { name: 'note', width: WIDE_CHARS, spec: { form: 'text' } },
  ];
  return [{ id: 'Milestones', explains: 'What has become of each milestone.', key: 'key', columns, rows, room: 0 }];
}

// ── All else that can be said of a commitment ───────────────────────────────────────────────────────────────────────

/** The acts that have a sheet of their own, in which every row is one of them. */
export const ACTS_WITH_SHEET: readonly ActOfReturn[] = ACTS_OF_RETURNS.filter(
  (act) => act !== 'reportStage' && !isMilestoneAct(act),
);

/** The place of a statement in the draft: its commitment, and its number among the statements on it. */
const placeOf = (reference: string, index: number): string => `${reference}/${index}`;

/** Room for new entries. */
const EMPTY_ROWS = 40;

function listedSheet(act: ActOfReturn, { draft, register, words }: SheetSource): PlainSheet[] {
  const fitting = register.filter(({ acts }) => acts.some((one) => one.act === act));
  const said = draft.commitments.filter(({ acts }) => acts?.some((one) => one.act === act));
  if (fitting.length + said.length === 0) return [];
  const fields = fieldsInReturn(act).flatMap((field) => fieldColumns(field, words));
  const references = [...new Set([...fitting, ...said].map(({ reference }) => reference))];
  const options = references.map((reference) => [reference, reference] as const);
  const columns: PlainColumn[] = [
    readOnlyColumn('place', 'Written already', 18),
    { name: 'reference', head: 'Commitment', width: 16, spec: { form: 'choice', options } },
    ...fields,
  ];
  const rows = draft.commitments.flatMap(({ reference, acts }) =>
    (acts ?? []).flatMap((one, i): ReturnRow[] =>
      one.act === act
        ? [
            {
              key: placeOf(reference, i),
              shown: {
                ...{ place: placeOf(reference, i), reference },
                ...Object.fromEntries(fields.map(({ name }) => [name, one.body[name] ?? null])),
              },
            },
          ]
        : [],
    ),
  );
  const { name: id, purpose: explains } = sheetOfAct(act);
  return [{ id, explains, key: 'place', columns, rows, room: EMPTY_ROWS }];
}

// ── New commitments, and words ──────────────────────────────────────────────────────────────────────────────────────

/** Roles stand in a column each; where a statement can be read is the return itself. */
const NEW_FIELDS = tableFieldsOf('commitment').filter(({ name }) => name !== 'agencies' && !isSource(name));
function valuesOfNew(body: RowValues): RowValues {
  const { target, agencies, ...rest } = body as RowValues & {
    readonly target?: { readonly date: string; readonly note?: string } | null;
    readonly agencies?: readonly { readonly agency: string; readonly role: string }[];
  };
  const holding = (role: string) => (agencies ?? []).flatMap((one) => (one.role === role ? one.agency : []));
  const roles = ROLE_COLUMNS.map(([column, role]) => {
    const all = holding(role);
    return [column, role === 'lead' ? (all[0] ?? null) : all.length > 0 ? all : null];
  });
  return {
    ...rest,
    ...{ target: target?.date ?? null, targetNote: target?.note ?? null },
    ...Object.fromEntries(roles),
  };
}

/** The body of a new commitment of the values of a row; without a lead the agency itself leads it. */
export const newCommitmentOf = (values: RowValues, agency: string): RowValues =>
  recordOf({ ...values, lead: values['lead'] ?? agency });

const specOfTable = (field: TableField, words: SheetWords): CellSpec =>
  field.form === 'word'
    ? choiceOfCodes(field.name as keyof CodeWords, field.of, words)
    : field.form === 'tick'
      ? yesOrNo(words)
      : field;

function newSheet({ draft, words }: SheetSource): PlainSheet {
  const columns: PlainColumn[] = [
    readOnlyColumn('place', 'Written already', 10),
    ...NEW_FIELDS.map((field): PlainColumn => ({
      name: field.name,
      width: field.form === 'text' ? 34 : 16,
      spec: specOfTable(field, words),
    })),
  ];
  const rows = (draft.newCommitments ?? []).map(({ body }, i): ReturnRow => ({
    key: String(i + 1),
    shown: { ...valuesOfNew(body), place: i + 1 },
  }));
  return {
    id: 'New commitments',
    explains:
      'What your agency has undertaken since, a row for each. Several codes in one cell are parted by semicolons.',
    ...{ key: 'place', columns, rows, room: EMPTY_ROWS },
  };
}

function wordsSheet({ draft }: SheetSource): PlainSheet {
  const columns: PlainColumn[] = [
    readOnlyColumn('place', 'Written already', 10),
    { name: 'language', head: 'Its language', width: 12, spec: { form: 'language' } },
    { name: 'text', head: 'In your words', width: 110, spec: { form: 'text' } },
  ];
  const rows = (draft.narratives ?? []).map(({ language, text }, i): ReturnRow => ({
    key: String(i + 1),
    shown: { place: i + 1, language, text },
  }));
  return {
    id: 'In your words',
    explains: 'What the figures do not say.',
    ...{ key: 'place', columns, rows, room: 4 },
  };
}

export const sheetsOf = (source: SheetSource): ReturnSheet[] =>
  [
    ...answersSheet(source),
    commitmentsSheet(source),
    ...milestonesSheet(source),
    ...ACTS_WITH_SHEET.flatMap((act) => listedSheet(act, source)),
    newSheet(source),
    wordsSheet(source),
  ].map((sheet) => inLanguage(sheet, source.words));

/** A name of a sheet has at most 31 letters. */
const MAX_NAME_CHARS = 31;

const inLanguage = (sheet: PlainSheet, words: SheetWords): ReturnSheet => ({
  ...sheet,
  name: words.say(sheet.id).slice(0, MAX_NAME_CHARS),
  explains: words.say(sheet.explains),
  columns: sheet.columns.map((column) => ({
    ...column,
    head: column.head === undefined ? words.field(column.name) : words.say(column.head),
    isField: column.head === undefined,
    ...(column.help !== undefined && { help: words.say(column.help) }),
  })),
});

/** The fields of the report of a stage but its note, where a word with no change stands, too. */
export const isOfStage = (name: string): boolean =>
  name !== 'note' && STAGE_FIELDS.some((field) => field.name === name);
