/** The draft of a return as its form sends it, and what two people made of the same draft. Pure. */
import { classOf, type BodyName, type CommitmentReturn, type ReturnAct, type ReturnDraft } from '#bodies';
import { ACTS } from '#commitments';
import { canonicalJson } from '#eventsourcing';
import { bodyOfForm, formFieldsIn, tidied, type FormField } from '#platform';
import type { ActOfReturn } from '#words';
import { asFilled, type Filled } from './form.js';

/** The fields by which every act says where it stands: a return says that once, for all of them. */
const OF_SOURCE = new Set([...formFieldsIn(classOf('Sourced')).map(({ name }) => name), 'agency']);

const bodyOf = (act: ActOfReturn | 'record'): new () => object => classOf(ACTS[act].body as BodyName);

/** The fields of an act that the form of a return asks for. */
export const fieldsOf = (act: ActOfReturn | 'record'): FormField[] =>
  formFieldsIn(bodyOf(act)).filter(({ name }) => !OF_SOURCE.has(name));

const isAsked = (act: ActOfReturn | 'record', name: string): boolean =>
  fieldsOf(act).some((field) => field.name === name);

const same = (one: unknown, other: unknown): boolean =>
  canonicalJson(asFilled(one) ?? null) === canonicalJson(asFilled(other) ?? null);

const list = (value: unknown): readonly Filled[] => (Array.isArray(value) ? (value as Filled[]) : []);
const some = <T>(name: string, all: readonly T[]) => (all.length > 0 ? { [name]: all } : {});

/** The body of an act: what was filled in, and what the draft holds that no form asks for. */
function bodyIn(act: ActOfReturn | 'record', filled: unknown, before: object | undefined): Record<string, unknown> {
  const kept = Object.entries(before ?? {}).filter(([name]) => !isAsked(act, name));
  return { ...Object.fromEntries(kept), ...bodyOfForm(bodyOf(act), tidied(bodyOf(act), (filled ?? {}) as Filled)) };
}

function actsIn(sent: unknown, before: readonly ReturnAct[]): ReturnAct[] {
  return list(sent).flatMap((one, i): ReturnAct[] => {
    const act = one['act'] as ActOfReturn;
    if (!(act in ACTS)) return [];
    const milestone = one['milestone'] === undefined ? {} : { milestone: Number(one['milestone']) };
    const was = before[i]?.act === act ? before[i].body : undefined;
    const body = bodyIn(act, one['body'], was);
    // To reach or drop a milestone little need be said: being there says it.
    const says = Object.keys(body).length > 0 || (one['body'] === undefined && one['done'] !== undefined);
    return says ? [{ act, ...milestone, body } as ReturnAct] : [];
  });
}

const ANSWERED = ['text', 'choice', 'number', 'yes'];
const answersIn = (sent: unknown): object[] =>
  list(sent).filter((one) => ANSWERED.some((field) => one[field] !== undefined));

/** A form in the fields of a draft, without those that were left empty; the rest is as it was `before`. */
export function draftIn(sent: Filled, before: ReturnDraft): ReturnDraft {
  const was = new Map(before.commitments.map((one) => [one.reference, one]));
  const commitments = list(sent['commitments']).flatMap((row): object[] => {
    const { reference, says, why, note, acts: _, answers: __ } = row as Readonly<Record<string, string | undefined>>;
    const acts = actsIn(row['acts'], was.get(reference!)?.acts ?? []);
    const answers = answersIn(row['answers']);
    const word = says ?? (acts.length > 0 ? 'update' : answers.length > 0 ? 'no_change' : undefined);
    if (word === undefined) return [];
    return [
      {
        ...{ reference, says: word },
        ...(why !== undefined && { why }),
        ...(note !== undefined && { note }),
        ...some('acts', acts),
        ...some('answers', answers),
      },
    ];
  });
  const shown = new Set(list(sent['commitments']).map(({ reference }) => reference));
  const others = before.commitments.filter(({ reference }) => !shown.has(reference));
  const made = list(sent['newCommitments']).flatMap(({ body }, i) => {
    const filled = bodyIn('record', body, before.newCommitments?.[i]?.body);
    return filled['title'] === undefined && filled['summary'] === undefined ? [] : [{ body: filled }];
  });
  const narratives = list(sent['narratives']).filter(({ text }) => text !== undefined);
  const draft = {
    commitments,
    ...some('newCommitments', made),
    ...some('answers', answersIn(sent['answers'])),
    ...some('narratives', narratives),
  };
  const typed = bodyOfForm(classOf('ReturnDraft'), draft) as unknown as ReturnDraft;
  return { ...typed, commitments: [...typed.commitments, ...others] };
}

/** A draft by its parts, each of which one person writes at a time. */
function partsOf({ commitments, newCommitments, answers, narratives }: ReturnDraft): Map<string, unknown> {
  return new Map<string, unknown>([
    ...commitments.map((one) => [`commitment ${one.reference}`, one] as const),
    ...(newCommitments ?? []).map((one, i) => [`new ${i}`, one] as const),
    ...(answers ?? []).map((one) => [`answer ${one.question}`, one] as const),
    ...(narratives ?? []).map((one) => [`narrative ${one.language}`, one] as const),
  ]);
}

function ofParts(parts: ReadonlyMap<string, unknown>): ReturnDraft {
  const of = (kind: string) => [...parts].flatMap(([key, part]) => (key.startsWith(`${kind} `) ? [part] : []));
  return {
    commitments: of('commitment') as CommitmentReturn[],
    ...some('newCommitments', of('new')),
    ...some('answers', of('answer')),
    ...some('narratives', of('narrative')),
  } as ReturnDraft;
}

/** A part that two people wrote differently: `null` where one of them took it out. */
export interface Clash {
  readonly part: string;
  readonly mine: unknown;
  readonly theirs: unknown;
}

/**
 * One draft of two that were made of the same one: of each part that which was changed. Where both were, mine stands in it, and
 * it is told as a clash.
 */
export function joined(base: ReturnDraft, mine: ReturnDraft, theirs: ReturnDraft) {
  const [was, one, other] = [partsOf(base), partsOf(mine), partsOf(theirs)];
  const clashes: Clash[] = [];
  const parts = new Map<string, unknown>();
  for (const part of new Set([...other.keys(), ...one.keys()])) {
    const [before, ours, others] = [was.get(part), one.get(part), other.get(part)];
    const value = same(ours, before) ? others : ours;
    if (!same(ours, before) && !same(others, before) && !same(ours, others))
      clashes.push({ part, mine: ours ?? null, theirs: others ?? null });
    if (value !== undefined) parts.set(part, value);
  }
  return { draft: ofParts(parts), clashes };
}

export const isSame = (one: ReturnDraft, other: ReturnDraft): boolean => same(one, other);
