/** The marks of fields, beside their validation: the codes, dates and free text in a body, and how each is kept. */
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { cleanText } from '#text';

export type BodyClass = new () => object;

export interface Marks {
  /** The kinds that its code may have. */
  readonly kinds?: KindsOf;
  /** The kind of the code that its text may be, instead of words. */
  readonly orCodeOf?: RegisteredKind | undefined;
  /** The class of its value. */
  readonly within?: () => BodyClass;
  readonly free?: true;
  /** It holds a date, or the beginning of one. */
  readonly dated?: true;
  /** It is kept as `cleanText` makes it. */
  readonly written?: true;
  /** Its words find the entry of a register that says them. */
  readonly searched?: boolean;
  /** Absent: a text, or an object. */
  readonly holds?: 'number' | 'yes-no' | 'list' | undefined;
}

/** The kind of value in a field that holds no text. */
export const holdsOf = ({ type, isArray }: ApiPropertyOptions): Marks['holds'] =>
  isArray
    ? 'list'
    : type === Boolean
      ? 'yes-no'
      : type === 'integer' || type === 'number' || type === Number
        ? 'number'
        : undefined;

/** By the prototype of a body's class, then by field. */
const declared = new Map<object, Map<string, Marks>>();

/** Says something of a field. */
export const mark =
  (marks: Marks): PropertyDecorator =>
  (target, property) => {
    if (!declared.has(target)) declared.set(target, new Map());
    const fields = declared.get(target)!;
    fields.set(String(property), { ...fields.get(String(property)), ...marks });
  };

/** Of a field of which nothing is said. */
const NO_MARKS: Marks = {};

const marksOfPrototype = new WeakMap<object, ReadonlyMap<string, Marks>>();

/** The marks of all fields of a class, with those of its superclasses, by its prototype; collected once. */
function marksOf(prototype: object): ReadonlyMap<string, Marks> {
  const known = marksOfPrototype.get(prototype);
  if (known) return known;
  const above = Object.getPrototypeOf(prototype) as object | null;
  const all = new Map<string, Marks>(above ? marksOf(above) : []);
  for (const [field, marks] of declared.get(prototype) ?? []) all.set(field, { ...all.get(field), ...marks });
  marksOfPrototype.set(prototype, all);
  return all;
}

/** The kind of a code: the register that must contain it. */
const REGISTERED_KINDS = ['agency', 'framework', 'theme', 'forum', 'outcome', 'document', 'commitment'] as const;
export type RegisteredKind = (typeof REGISTERED_KINDS)[number];

/** A code in a body that must be registered, and where in the body it stands. */
export interface Reference {
  readonly kinds: readonly RegisteredKind[];
  readonly code: string;
  readonly pointer: string;
}

/** The kinds that a code may have, given its object. */
export type KindsOf = (body: object) => readonly RegisteredKind[];

export function kindsOf(kinds: RegisteredKind | readonly RegisteredKind[] | KindsOf): KindsOf {
  if (typeof kinds === 'function') return kinds;
  const all = [kinds].flat();
  return () => all;
}

/** The registers that hold the codes in fields of each name, in any body, also of texts that may be codes. */
export function kindsOfFields(): ReadonlyMap<string, ReadonlySet<RegisteredKind>> {
  const all = new Map<string, Set<RegisteredKind>>();
  for (const fields of declared.values())
    for (const [field, { kinds, orCodeOf }] of fields) {
      // A class that depends on its body may be any.
      const named = kinds ? (kinds.length === 0 ? kinds({}) : REGISTERED_KINDS) : orCodeOf ? [orCodeOf] : [];
      if (named.length > 0) all.set(field, new Set([...(all.get(field) ?? []), ...named]));
    }
  return all;
}

/** The registers of which one must contain the code in a field of a class, given nothing else; none where it may be any. */
export const registersOfField = (prototype: object, field: string): readonly RegisteredKind[] =>
  marksOf(prototype).get(field)?.kinds?.({}) ?? [];

/** The register that must contain the code in a field of a class; `null` where it may be one of several, or stands in none. */
export function registerOfField(prototype: object, field: string): RegisteredKind | null {
  const kinds = marksOf(prototype).get(field)?.kinds;
  const all = kinds && kinds.length === 0 ? kinds({}) : [];
  return all.length === 1 ? all[0]! : null;
}

/** The names of the fields of some bodies that hold free text. */
export const freeTextOf = (bodies: readonly BodyClass[]): ReadonlySet<string> =>
  new Set(
    bodies.flatMap(({ prototype }) =>
      [...(declared.get(prototype as object) ?? [])].flatMap(([field, { free }]) => (free ? field : [])),
    ),
  );

export type FieldValues = Readonly<Record<string, unknown>>;

/** A body with its texts as they are kept: composed, without spaces around them. The same object if nothing changes. */
export function cleanBody<B extends object>(body: BodyClass, given: B): B {
  let kept: Record<string, unknown> | null = null;
  const marks = marksOf((body as { prototype: object }).prototype);
  for (const field of Object.keys(given)) {
    const { within, written } = marks.get(field) ?? NO_MARKS;
    if (!written && !within) continue;
    const said = (given as FieldValues)[field];
    const value = written ? cleanedAll(said) : cleanedIn(within!(), said);
    if (value !== said) (kept ??= { ...(given as FieldValues) })[field] = value;
  }
  return (kept as B | null) ?? given;
}

/**
 * A form, in which all is text, as the body that it stands for: numbers, yes or no, and lists are made of the texts. A
 * text that cannot be converted stays as it is, and is refused as such.
 */
export function bodyOfForm(body: BodyClass, form: FieldValues): FieldValues {
  const marks = marksOf((body as { prototype: object }).prototype);
  return Object.fromEntries(
    Object.entries(form).map(([name, said]) => {
      const { holds, within } = marks.get(name) ?? {};
      const several = holds === 'list' && typeof said === 'string' ? [said] : said;
      return [
        name,
        Array.isArray(several) ? several.map((one) => heldBy(one, holds, within)) : heldBy(said, holds, within),
      ];
    }),
  );
}

function heldBy(said: unknown, holds: Marks['holds'], within: Marks['within']): unknown {
  if (within && typeof said === 'object' && said !== null) return bodyOfForm(within(), said as FieldValues);
  if (holds === 'number' && typeof said === 'string' && /^-?\d+(?:\.\d+)?$/.test(said)) return Number(said);
  // A box that is ticked sends `on`; one that is not sends nothing.
  if (holds === 'yes-no') return said === 'on' || said === 'true' ? true : said === 'false' ? false : said;
  return said;
}

const cleanedIn = (body: BodyClass, said: unknown): unknown => {
  if (Array.isArray(said)) return inEach(said, (one) => cleanedIn(body, one));
  return typeof said === 'object' && said !== null ? cleanBody(body, said) : said;
};

/** Every text in a value. */
function cleanedAll(said: unknown): unknown {
  if (typeof said === 'string') return cleanText(said) || said; // a blank text is refused as it is
  if (Array.isArray(said)) return inEach(said, cleanedAll);
  if (typeof said !== 'object' || said === null) return said;
  const entries = Object.entries(said);
  const values = inEach(
    entries.map(([, value]: [string, unknown]) => value),
    cleanedAll,
  );
  return values.every((value, i) => value === entries[i]![1])
    ? said
    : Object.fromEntries(entries.map(([name], i) => [name, values[i]]));
}

function inEach(all: readonly unknown[], clean: (one: unknown) => unknown): readonly unknown[] {
  const values = all.map(clean);
  return values.every((value, i) => value === all[i]) ? all : values;
}

/** Every code in a body that must be registered. */
export function referencesIn(body: object, pointer = ''): Reference[] {
  const found: Reference[] = [];
  const marks = marksOf(Object.getPrototypeOf(body) as object);
  for (const field of Object.keys(body)) {
    const { kinds, within } = marks.get(field) ?? NO_MARKS;
    if (!kinds && !within) continue;
    const value = (body as FieldValues)[field];
    if (value === null || value === undefined) continue;
    const at = `${pointer}/${field}`;
    const find = (item: unknown, at: string): void => {
      if (kinds && typeof item === 'string') found.push({ kinds: kinds(body), code: item, pointer: at });
      else if (within && item && typeof item === 'object') found.push(...referencesIn(item, at));
    };
    if (Array.isArray(value)) value.forEach((item, i) => find(item, `${at}/${i}`));
    else find(value, at);
  }
  return found;
}

/** By the prototype of a body's class, its fields that are searched, and those that hold objects; collected once. */
const searched = new WeakMap<object, readonly (readonly [field: string, within: BodyClass | null])[]>();

function searchedOf(prototype: object) {
  let fields = searched.get(prototype);
  if (!fields) {
    fields = [...marksOf(prototype)].flatMap(([field, { searched, within }]) =>
      searched || within ? [[field, within?.() ?? null] as const] : [],
    );
    searched.set(prototype, fields);
  }
  return fields;
}

/** The texts of a body that are searched, also those of the objects in it. */
export function searchedIn({ prototype }: BodyClass, content: object): string[] {
  const found: string[] = [];
  for (const [field, within] of searchedOf(prototype as object)) {
    const value = (content as FieldValues)[field];
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
      if (typeof one === 'string') found.push(one);
      else if (within && one) found.push(...searchedIn(within, one));
  }
  return found;
}

/** Every date in a body, with where it stands. */
export function datesIn(body: object, pointer = ''): { readonly date: string; readonly pointer: string }[] {
  const found: { readonly date: string; readonly pointer: string }[] = [];
  const marks = marksOf(Object.getPrototypeOf(body) as object);
  for (const field of Object.keys(body)) {
    const about = marks.get(field);
    if (!about?.dated && !about?.within) continue;
    const value = (body as FieldValues)[field];
    const at = `${pointer}/${field}`;
    if (about.dated && typeof value === 'string') found.push({ date: value, pointer: at });
    else if (!about.within || typeof value !== 'object' || value === null) continue;
    else if (!Array.isArray(value)) found.push(...datesIn(value, at));
    else
      value.forEach((one: unknown, i) => {
        if (typeof one === 'object' && one) found.push(...datesIn(one, `${at}/${i}`));
      });
  }
  return found;
}
