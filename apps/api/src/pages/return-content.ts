/** The draft of a return as its form sends it. Pure. */
import { classOf, type ReturnAct, type ReturnDraft } from '#bodies';
import { ACTS } from '#commitments';
import { bodyOfForm, tidied, type FieldValues } from '#platform';
import { bodyInReturn, fieldsInReturn, listField, ANSWER_FIELD } from '#rounds';
import type { ActOfReturn } from '#words';

const takesField = (act: ActOfReturn | 'record', name: string): boolean =>
  fieldsInReturn(act).some((field) => field.name === name);

const listOrNone = (value: unknown): readonly FieldValues[] => (Array.isArray(value) ? (value as FieldValues[]) : []);

/** The body of an act: the entries of the form, and the parts of the draft that no form asks for. */
function actBody(act: ActOfReturn | 'record', filled: unknown, before: object | undefined): Record<string, unknown> {
  const kept = Object.entries(before ?? {}).filter(([name]) => !takesField(act, name));
  return {
    ...Object.fromEntries(kept),
    ...bodyOfForm(bodyInReturn(act), tidied(bodyInReturn(act), (filled ?? {}) as FieldValues)),
  };
}

function actsFromForm(sent: unknown, before: readonly ReturnAct[]): ReturnAct[] {
  return listOrNone(sent).flatMap((one, i): ReturnAct[] => {
    const act = one['act'] as ActOfReturn;
    if (!(act in ACTS)) return [];
    const milestone = one['milestone'] === undefined ? {} : { milestone: Number(one['milestone']) };
    const was = before[i]?.act === act ? before[i].body : undefined;
    const body = actBody(act, one['body'], was);
    // To reach or drop a milestone little need be said: being there says it.
    const says = Object.keys(body).length > 0 || (one['body'] === undefined && one['done'] !== undefined);
    return says ? [{ act, ...milestone, body } as ReturnAct] : [];
  });
}

const answersIn = (sent: unknown): object[] =>
  listOrNone(sent).filter((one) => Object.values(ANSWER_FIELD).some((field) => one[field] !== undefined));

/** A form in the fields of a draft, without those that were left empty; the rest is as it was `before`. */
export function draftIn(sent: FieldValues, before: ReturnDraft): ReturnDraft {
  const was = new Map(before.commitments.map((one) => [one.reference, one]));
  const commitments = listOrNone(sent['commitments']).flatMap((row): object[] => {
    const { reference, says, why, note, acts: _, answers: __ } = row as Readonly<Record<string, string | undefined>>;
    const acts = actsFromForm(row['acts'], was.get(reference!)?.acts ?? []);
    const answers = answersIn(row['answers']);
    const word = says ?? (acts.length > 0 ? 'update' : answers.length > 0 ? 'no_change' : undefined);
    if (word === undefined) return [];
    return [
      {
        ...{ reference, says: word },
        ...(why !== undefined && { why }),
        ...(note !== undefined && { note }),
        ...listField('acts', acts),
        ...listField('answers', answers),
      },
    ];
  });
  const shown = new Set(listOrNone(sent['commitments']).map(({ reference }) => reference));
  const others = before.commitments.filter(({ reference }) => !shown.has(reference));
  const made = listOrNone(sent['newCommitments']).flatMap(({ body }, i) => {
    const filled = actBody('record', body, before.newCommitments?.[i]?.body);
    return filled['title'] === undefined && filled['summary'] === undefined ? [] : [{ body: filled }];
  });
  const narratives = listOrNone(sent['narratives']).filter(({ text }) => text !== undefined);
  const draft = {
    commitments,
    ...listField('newCommitments', made),
    ...listField('answers', answersIn(sent['answers'])),
    ...listField('narratives', narratives),
  };
  const typed = bodyOfForm(classOf('ReturnDraft'), draft) as unknown as ReturnDraft;
  return { ...typed, commitments: [...typed.commitments, ...others] };
}
