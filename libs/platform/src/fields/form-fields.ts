/** The fields of a body as a form asks for them: made of the declarations by which it is validated. */
import { classIn, describedAs, fieldsIn, type DescribedField } from '../lists/columns-of.js';
import { KIND_OF_PATTERN } from './fields.js';
import { registersOfField, type BodyClass, type FieldValues, type RegisteredKind } from './marks.js';

/** `word`: an open code; `words`: a long text; `plain`: an object whose fields another class has. */
export type FieldKind =
  | 'text'
  | 'words'
  | 'word'
  | 'code'
  | 'choice'
  | 'yes-no'
  | 'number'
  | 'date'
  | 'period'
  | 'address'
  | 'language'
  | 'country'
  | 'pointer'
  | 'object'
  | 'plain';

export interface FormField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly optional: boolean;
  /** It takes a list. */
  readonly several: boolean;
  readonly description: string | undefined;
  readonly example: unknown;
  /** Of a text: the characters that it may have. */
  readonly max: number | undefined;
  /** Of a list: the entries that it must have. */
  readonly min: number;
  /** Of a choice. */
  readonly values: readonly string[];
  /** Of a code: the registers of which one must contain it; none: it may be any. */
  readonly registers: readonly RegisteredKind[];
  /** Of an object, or of each of several. */
  readonly of: BodyClass | null;
}

/** A text may be longer than a line from here on. */
const MAX_LINE_CHARS = 500;

type FieldSchema = DescribedField & {
  readonly required?: boolean;
  readonly example?: unknown;
  readonly maxLength?: number;
  readonly minItems?: number;
};

function fieldKindOf(
  { type, format, pattern, enum: values, maxLength = 0 }: FieldSchema,
  of: BodyClass | null,
): FieldKind {
  if (of) return 'object';
  if (values) return 'choice';
  if (format === 'date') return 'date';
  if (format === 'uri') return 'address';
  if (type === Boolean) return 'yes-no';
  if (type === Number || type === 'integer' || type === 'number') return 'number';
  if (type === 'object') return 'plain';
  if (pattern !== undefined) {
    const kind = KIND_OF_PATTERN.get(pattern);
    if (!kind) throw new Error(`A form has no field for ${pattern}.`);
    return kind;
  }
  return maxLength > MAX_LINE_CHARS ? 'words' : 'text';
}

const formFieldsOf = new WeakMap<BodyClass, readonly FormField[]>();

/** The fields of a body, those of its own before those that it has from others. */
export function formFieldsIn(body: BodyClass): readonly FormField[] {
  const before = formFieldsOf.get(body);
  if (before) return before;
  const prototype = body.prototype as object;
  const fields = fieldsIn(prototype).map((name): FormField => {
    const schema = describedAs(prototype, name) as FieldSchema;
    const of = classIn(schema) as BodyClass | null;
    return {
      name,
      kind: fieldKindOf(schema, of),
      optional: schema.required === false,
      several: schema.isArray ?? false,
      description: schema.description,
      example: schema.example,
      max: schema.maxLength,
      min: schema.minItems ?? 0,
      values: (schema.enum ?? []) as readonly string[],
      registers: registersOfField(prototype, name),
      of,
    };
  });
  formFieldsOf.set(body, fields);
  return fields;
}

/** The field that a pointer leads to, or the nearest one around it; `null`: the body has no such field. */
export function fieldAt(body: BodyClass, pointer: string): FormField | null {
  const [name, ...below] = pointer.split('/').slice(1);
  const field = formFieldsIn(body).find((one) => one.name === name);
  if (!field?.of) return field ?? null;
  const rest = field.several ? below.slice(1) : below;
  return rest.length === 0 ? field : (fieldAt(field.of, `/${rest.join('/')}`) ?? field);
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** `November 2012`, `2 Nov 2012`, `11/2012` as dates are kept; anything else as it is. */
function periodFrom(text: string): string {
  const [, day, month, year] = /^(?:(\d{1,2})[ .]+)?([a-z]{3,9})\.?,? +(\d{4})$/i.exec(text) ?? [];
  const number = month
    ? 1 + MONTHS.indexOf(month.slice(0, 3).toLowerCase())
    : Number(/^(\d{1,2})\/\d{4}$/.exec(text)?.[1]);
  if (!number) return text;
  const parts = [year ?? text.slice(-4), String(number).padStart(2, '0'), ...(day ? [day.padStart(2, '0')] : [])];
  return parts.join('-');
}

/** The ways in which people write the value of a field of a kind. */
const TIDIED_INPUT: Readonly<Partial<Record<FieldKind, (text: string) => string>>> = {
  word: (text) => text.toLowerCase().replaceAll(/[\s_]+/g, '-'),
  period: periodFrom,
  country: (text) => text.toUpperCase(),
};

/** The input of a form as fields of its kinds take it: `Policy brief` is `policy-brief`, `Nov 2012` is `2012-11`. */
export function tidied(body: BodyClass, filled: FieldValues): FieldValues {
  const fields = new Map(formFieldsIn(body).map((field) => [field.name, field]));
  const one = ({ kind, of }: FormField, value: unknown): unknown =>
    typeof value === 'string'
      ? (TIDIED_INPUT[kind]?.(value.trim()) ?? value)
      : of && typeof value === 'object' && value !== null
        ? tidied(of, value as FieldValues)
        : value;
  return Object.fromEntries(
    Object.entries(filled).map(([name, value]) => {
      const field = fields.get(name);
      if (!field) return [name, value];
      return [name, Array.isArray(value) ? value.map((each) => one(field, each)) : one(field, value)];
    }),
  );
}
