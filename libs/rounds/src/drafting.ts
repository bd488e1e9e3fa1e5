/** The draft of a return: the fields that it asks for of an act, and the join of two versions of one draft. Pure. */
import { classOf, type BodyName, type CommitmentReturn, type ReturnDraft } from '#bodies';
import { ACTS } from '#commitments';
import { canonicalJson, withoutNulls } from '#eventsourcing';
import type { Draft, DraftName, DraftRevision } from '#drafts';
import { formFieldsIn, type FormField, type SavedMeanwhile } from '#platform';
import type { ActOfReturn } from '#words';
import { returnId } from './return.js';

export const RETURN_DRAFTS = 'return';

export const draftOf = (round: string, agency: string): DraftName => ({
  kind: RETURN_DRAFTS,
  id: returnId(round, agency),
});

export interface PresentDraft {
  readonly content: ReturnDraft;
  readonly revision: number;
  /** `null`: none was saved. */
  readonly saved: Draft<ReturnDraft> | null;
}

/** The fields by which every act says where it stands: a return says that once, for all of them. */
const SOURCE_FIELDS = new Set([...formFieldsIn(classOf('Sourced')).map(({ name }) => name), 'agency']);

/** The class of the body of an act in a return. */
export const bodyInReturn = (act: ActOfReturn | 'record'): new () => object => classOf(ACTS[act].body as BodyName);

const isOfNextStep = ({ name }: FormField): boolean => /nextstep/i.test(name);

/** The fields of an act that a return asks for; the next step is the last one. */
export function fieldsInReturn(act: ActOfReturn | 'record'): FormField[] {
  const asked = formFieldsIn(bodyInReturn(act)).filter(({ name }) => !SOURCE_FIELDS.has(name));
  return [...asked.filter((field) => !isOfNextStep(field)), ...asked.filter(isOfNextStep)];
}

const said = (value: unknown): string => canonicalJson(withoutNulls({ value: value ?? null }));
const isSamePart = (one: unknown, other: unknown): boolean => said(one) === said(other);
/** A field for a list that is left out where the list is empty. */
export const listField = <T>(name: string, all: readonly T[]) => (all.length > 0 ? { [name]: all } : {});

/** A draft by its parts, each of which one person writes at a time: `commitment IOM-2011-12`, `new 0`, `answer staff`, `narrative en`. */
function partsOfDraft({ commitments, newCommitments, answers, narratives }: ReturnDraft): Map<string, unknown> {
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
    ...listField('newCommitments', of('new')),
    ...listField('answers', of('answer')),
    ...listField('narratives', of('narrative')),
  } as ReturnDraft;
}

/** A part that two people wrote differently: `null` where one of them took it out. */
export interface Clash {
  readonly part: string;
  readonly mine: unknown;
  readonly theirs: unknown;
}

/** Where a part stands in a draft (RFC 6901); `null`: it does not. */
function partPointer({ commitments, newCommitments, answers, narratives }: ReturnDraft, part: string): string | null {
  const lists = {
    commitment: ['commitments', commitments.map(({ reference }) => reference)],
    new: ['newCommitments', (newCommitments ?? []).map((_, i) => String(i))],
    answer: ['answers', (answers ?? []).map(({ question }) => question)],
    narrative: ['narratives', (narratives ?? []).map(({ language }) => language)],
  } as const;
  const [kind, name] = part.split(' ') as [keyof typeof lists, string];
  const [list, names] = lists[kind];
  const at = names.indexOf(name);
  return at < 0 ? null : `/${list}/${at}`;
}

/**
 * One draft of two that were made of the same one: of each part the changed one. If both changed it, mine is in it, and
 * it is a clash. `changed`: all parts of theirs that are not as they were.
 */
export function joinedDrafts(base: ReturnDraft, mine: ReturnDraft, theirs: ReturnDraft) {
  const [was, one, other] = [partsOfDraft(base), partsOfDraft(mine), partsOfDraft(theirs)];
  const clashes: Clash[] = [];
  const changed: string[] = [];
  const parts = new Map<string, unknown>();
  for (const part of new Set([...other.keys(), ...one.keys()])) {
    const [before, ours, others] = [was.get(part), one.get(part), other.get(part)];
    const value = isSamePart(ours, before) ? others : ours;
    if (!isSamePart(others, before)) changed.push(part);
    if (!isSamePart(ours, before) && !isSamePart(others, before) && !isSamePart(ours, others))
      clashes.push({ part, mine: ours ?? null, theirs: others ?? null });
    if (value !== undefined) parts.set(part, value);
  }
  return { draft: ofParts(parts), clashes, changed };
}

/**
 * The changes that others saved of a draft since it was read.
 * @param draft the address of it
 * @param there who saved it last, and when; `null`: there is none
 */
export function savedMeanwhile(
  draft: string,
  there: DraftRevision | null,
  read: ReturnDraft,
  mine: ReturnDraft,
  theirs: ReturnDraft,
): SavedMeanwhile {
  const { changed, clashes } = joinedDrafts(read, mine, theirs);
  return {
    ...{ revision: there === null ? 0 : there.revision + 1, by: there?.account ?? null, saved: there?.saved ?? null },
    ...{ draft, changed },
    conflicts: clashes.map(({ part, theirs }) => ({
      ...{ part, pointer: partPointer(mine, part), theirs: theirs as object | null },
    })),
  };
}

export const isSameDraft = (one: ReturnDraft, other: ReturnDraft): boolean => isSamePart(one, other);
