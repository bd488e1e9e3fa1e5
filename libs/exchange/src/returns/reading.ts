/** Reads a return that comes back as a workbook: its changes, cell by cell, and the draft that they make. Pure. */
import { listField, ANSWER_FIELD } from '#rounds';
import type { Answer, CommitmentReturn, Question, ReturnAct, ReturnDraft } from '#bodies';
import type { SpreadsheetFile } from '#files';
import type { ActOfReturn } from '#words';
import type { SheetProblem } from '../preview.js';
import {
  columnOfQuestion,
  isMilestoneAct,
  isOfStage,
  ACTS_WITH_SHEET,
  milestoneKey,
  newCommitmentOf,
  DATE_OF_MILESTONE_ACT,
  questionsOf,
  sheetsOf,
  type MilestoneAct,
} from './sheets.js';
import { cellWords, type Choice, type ReturnSheet, type SheetSource, type RowValues } from './cells.js';
import {
  choicesIn,
  WorkbookReader,
  type CellChange,
  type WorkbookPlace,
  type ReadRow,
  type SheetRead,
} from './changes.js';
import { sheetOfAct } from './words.js';
import { nearestPlace, type PlaceOfColumn } from './places.js';

export interface ReadReturn {
  /** As in the workbook, without later changes by others. */
  readonly draft: ReturnDraft;
  readonly changes: readonly CellChange[];
  readonly problems: readonly SheetProblem[];
  /** How it was read, where that is not plain to see. */
  readonly notes: readonly string[];
  /** The place of a field of a draft; the nearest one, or `null`. */
  readonly placeOf: (draft: ReturnDraft, pointer: string) => WorkbookPlace | null;
}

/** An object with some of its fields set; those that are `null` are left out. */
function withFields(
  base: RowValues,
  fields: readonly (readonly [name: string, value: unknown])[],
): Record<string, unknown> {
  const body: Record<string, unknown> = { ...base };
  for (const [name, value] of fields)
    if (value === null || value === undefined) delete body[name];
    else body[name] = value;
  return body;
}

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

/** Answers as they were, with those that were changed. */
function answersWith(
  before: readonly Answer[] | null | undefined,
  changed: readonly (readonly [Question, unknown])[],
): Answer[] {
  const of = new Map(changed.map(([question, value]) => [question.id, { question, value }]));
  const answer = ({ question: { id, kind }, value }: { question: Question; value: unknown }): Answer[] =>
    value === null ? [] : [{ question: id, [ANSWER_FIELD[kind]]: value }];
  const kept = (before ?? []).flatMap((one) => {
    const now = of.get(one.question);
    of.delete(one.question);
    return now ? answer(now) : [one];
  });
  return [...kept, ...[...of.values()].flatMap(answer)];
}

/** The part of a return on one commitment, between the draft and the workbook's version of it. */
class CommitmentSaid {
  readonly acts: { said: ReturnAct | null; at: ReadRow['at'] | null }[];
  row: ReadRow | null = null;
  touched = false;

  constructor(
    readonly reference: string,
    readonly before: CommitmentReturn | undefined,
  ) {
    this.acts = (before?.acts ?? []).map((said) => ({ said, at: null }));
  }

  set(index: number, said: ReturnAct | null, at: ReadRow['at'] | null): void {
    this.touched = true;
    if (index < 0) this.acts.push({ said, at });
    else this.acts[index] = { said, at };
  }

  stage(row: ReadRow, isNoChange: boolean): void {
    const { values, changed } = row;
    const index = this.acts.findIndex(({ said }) => said?.act === 'reportStage');
    const base = (this.acts[index]?.said?.body ?? {}) as RowValues;
    const fields = [...changed].filter(isOfStage).map((name) => [name, values[name]] as const);
    const noteMoves = changed.has('note') || changed.has('says');
    const note = noteMoves && !isNoChange ? ([['note', values['note']]] as const) : [];
    const body = withFields(base, [...fields, ...note]);
    if (changed.has('document') || changed.has('locator')) {
      const citation = withFields((base['citation'] ?? {}) as RowValues, [
        ['document', values['document']],
        ['locator', values['locator']],
      ]);
      if (values['document'] || values['locator']) body['citation'] = citation;
      else delete body['citation'];
    }
    if (index >= 0 || !isEmpty(body)) this.set(index, isEmpty(body) ? null : { act: 'reportStage', body }, row.at);
  }
}

/** @param source of which the workbook was made: its draft is the one that it was made of */
export function readReturn(file: SpreadsheetFile, source: SheetSource): ReadReturn {
  const reading = new WorkbookReader(file);
  const model = sheetsOf(source);
  const read = new Map(model.map((sheet) => [sheet.id, reading.read(sheet)]));
  const { draft, round, agency, register } = source;
  const places = new Map<string, PlaceOfColumn>();
  const said = new Map<string, CommitmentSaid>();
  const of = (reference: string): CommitmentSaid => {
    let one = said.get(reference);
    if (!one) {
      one = new CommitmentSaid(
        reference,
        draft.commitments.find((before) => before.reference === reference),
      );
      said.set(reference, one);
    }
    return one;
  };
  for (const { reference } of draft.commitments) of(reference);
  for (const { reference } of register) of(reference);

  for (const row of read.get('Commitments')?.rows ?? []) {
    const one = of(row.key!);
    one.row = row;
    places.set(one.reference, row.at);
    const touches = [...row.changed].some(
      (name) => isOfStage(name) || ['note', 'says', 'document', 'locator'].includes(name),
    );
    if (row.changed.size > 0) one.touched = true;
    if (touches) one.stage(row, row.values['says'] === 'no_change');
    else one.acts.forEach((act) => act.said?.act === 'reportStage' && (act.at ??= row.at));
  }
  milestones(reading, read.get('Milestones')?.rows ?? [], source, of);
  for (const act of ACTS_WITH_SHEET) listedActs(reading, act, read.get(sheetOfAct(act).name) ?? null, of);

  const questions = questionsOf(round, 'commitment');
  const [own] = model.filter(({ id }) => id === 'Commitments') as [ReturnSheet];
  const commitments = [...said.values()].flatMap((one) => commitmentOf(reading, own, one, questions, places));
  const made = {
    commitments,
    ...listField('newCommitments', newCommitments(reading, read.get('New commitments') ?? null, draft, agency, places)),
    ...listField('answers', agencyAnswers(read.get('Answers')?.rows ?? [], source, places)),
    ...listField('narratives', narratives(reading, read.get('In your words') ?? null, draft, places)),
  } as ReturnDraft;
  return {
    ...{ draft: made, changes: reading.changes, problems: reading.problems, notes: reading.notes },
    placeOf: (of, pointer) => nearestPlace(places, of, pointer),
  };
}

function milestones(
  reading: WorkbookReader,
  rows: readonly ReadRow[],
  { register }: SheetSource,
  of: (reference: string) => CommitmentSaid,
): void {
  const known = new Map(
    register.flatMap(({ reference, milestones }) =>
      milestones.map(({ milestone }) => [milestoneKey(reference, milestone), { reference, milestone }] as const),
    ),
  );
  for (const { key, values, changed, at } of rows) {
    const { reference, milestone } = known.get(key!)!;
    const one = of(reference);
    const index = one.acts.findIndex(({ said }) => said && isMilestoneAct(said.act) && said.milestone === milestone);
    if (changed.size === 0) {
      if (index >= 0) one.acts[index]!.at = at;
      continue;
    }
    const { says, date, note } = values as { says: MilestoneAct | null; date: string | null; note: string | null };
    if (!says && (date || note))
      reading.problem(at('says'), 'says', null, 'is empty', 'say what has become of the milestone');
    if (!says) {
      if (index >= 0) one.set(index, null, at);
      continue;
    }
    const field = DATE_OF_MILESTONE_ACT[says];
    if (date && field === null)
      reading.problem(at('date'), 'date', date, 'has no place here', 'a milestone that is given up has no date');
    const before = one.acts[index]?.said;
    const base = before?.act === says ? before.body : {};
    const body = withFields(base, [...(field ? [[field, date] as const] : []), ['note', note]]);
    one.set(index, { act: says, milestone, body }, (column) => at(column === field ? 'date' : column));
  }
}

function listedActs(
  reading: WorkbookReader,
  act: ActOfReturn,
  sheet: SheetRead | null,
  of: (reference: string) => CommitmentSaid,
): void {
  if (!sheet) return;
  const placed = (key: string) => {
    const slash = key.lastIndexOf('/');
    return { reference: key.slice(0, slash), index: Number(key.slice(slash + 1)) };
  };
  for (const key of sheet.gone) {
    const { reference, index } = placed(key);
    const { shown } = sheet.model.rows.find((row) => row.key === key)!;
    const was = Object.entries(shown).flatMap(([column, value]) =>
      value && column !== 'place' && column !== 'reference' ? cellWords(value, undefined) : [],
    );
    reading.gone(sheet.model, reference, was.join(', '));
    of(reference).set(index, null, null);
  }
  for (const { key, values, changed, at } of sheet.rows) {
    const { reference } = values as { reference: string | null };
    const before = key === null ? null : placed(key);
    if (before && changed.size === 0) {
      of(before.reference).acts[before.index]!.at = at;
      continue;
    }
    if (!reference) {
      reading.problem(at('reference'), 'reference', null, 'is empty', 'the commitment that this is said of');
      continue;
    }
    const was = before ? of(before.reference).acts[before.index]!.said : null;
    const fields = [...changed]
      .filter((column) => column !== 'reference')
      .map((column) => [column, values[column]] as const);
    const next: ReturnAct = { act, body: withFields(was?.body ?? {}, fields) };
    const stays = before?.reference === reference;
    if (before && !stays) of(before.reference).set(before.index, null, null);
    of(reference).set(stays ? before.index : -1, next, at);
  }
}

function commitmentOf(
  reading: WorkbookReader,
  { name: sheet, columns }: ReturnSheet,
  { reference, before, row, acts: all, touched }: CommitmentSaid,
  questions: readonly Question[],
  places: Map<string, PlaceOfColumn>,
): CommitmentReturn[] {
  const acts = all.flatMap(({ said }) => (said ? [said as ReturnAct] : []));
  let k = 0;
  for (const { said, at } of all) {
    if (!said) continue;
    if (at) places.set(`${reference} acts ${k}`, at);
    k++;
  }
  if (!touched) return before ? [before] : [];
  const { changed, values } = row ?? { changed: new Set<string>(), values: {} as RowValues };
  const answers = answersWith(
    before?.answers,
    questions.flatMap((one) => {
      const name = columnOfQuestion(one.id);
      return changed.has(name) ? [[one, values[name]] as const] : [];
    }),
  );
  const word = (changed.has('says') ? values['says'] : before?.says) as CommitmentReturn['says'] | null | undefined;
  const says = word ?? (acts.length > 0 ? 'update' : null);
  const { why: _why, note: _note, acts: _acts, answers: _answers, ...rest } = before ?? { reference };
  const why = changed.has('why') ? values['why'] : before?.why;
  const note =
    changed.has('note') || changed.has('says') ? (says === 'no_change' ? values['note'] : null) : before?.note;
  if (!says) {
    if (answers.length > 0 || why)
      reading.problem(
        row?.at('says') ?? { sheet, row: 0, column: null },
        'says',
        null,
        `is empty, though something is said of ${reference}`,
        choicesIn(columns.find(({ name }) => name === 'says')!.spec as Choice),
      );
    return [];
  }
  return [
    {
      ...{ ...rest, reference, says },
      ...(why ? { why: why as string } : {}),
      ...(note ? { note: note as string } : {}),
      ...listField('acts', acts),
      ...listField('answers', answers),
    },
  ];
}

function newCommitments(
  reading: WorkbookReader,
  sheet: SheetRead | null,
  { newCommitments: before }: ReturnDraft,
  agency: string,
  places: Map<string, PlaceOfColumn>,
) {
  if (!sheet) return before ?? [];
  for (const key of sheet.gone) reading.gone(sheet.model, key, String(before![Number(key) - 1]!.body['title'] ?? ''));
  return sheet.rows.map(({ key, values, changed, at }, i) => {
    places.set(`new ${i}`, (column) => at(column === 'agencies' ? 'lead' : column));
    const { place: _place, ...said } = values;
    if (key !== null && changed.size === 0) return before![Number(key) - 1]!;
    return { body: newCommitmentOf(said, agency) };
  });
}

function agencyAnswers(
  rows: readonly ReadRow[],
  { draft, round }: SheetSource,
  places: Map<string, PlaceOfColumn>,
): Answer[] {
  const questions = new Map(questionsOf(round, 'agency').map((one) => [one.id, one]));
  for (const { key, at } of rows) places.set(`answer ${key}`, at);
  return answersWith(
    draft.answers,
    rows.flatMap(({ key, values, changed }) =>
      changed.has('answer') ? [[questions.get(key!)!, values['answer']] as const] : [],
    ),
  );
}

function narratives(
  reading: WorkbookReader,
  sheet: SheetRead | null,
  { narratives: before }: ReturnDraft,
  places: Map<string, PlaceOfColumn>,
) {
  if (!sheet) return before ?? [];
  for (const key of sheet.gone) reading.gone(sheet.model, key, before![Number(key) - 1]!.text);
  return sheet.rows.flatMap(({ key, values, changed, at }, i) => {
    places.set(`words ${i}`, at);
    if (key !== null && changed.size === 0) return [before![Number(key) - 1]!];
    const { language, text } = values as { language: string | null; text: string | null };
    return text ? [{ language: language ?? 'en', text }] : [];
  });
}
