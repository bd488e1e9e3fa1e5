/**
 * One decorator per field of a body: it validates (class-validator), converts (class-transformer) and describes (OpenAPI) at
 * once. Every field takes `{ optional, description, example }`; an optional field may be absent or null.
 */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  isEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { isFullDate, isPartialDate } from '#clocks';
import { cleanText, isTangled, isVisible, ONE_ADDRESS, unfitIn, type Unfit } from '#text';
import { isCountry } from './countries.js';

interface About {
  optional?: boolean;
  description?: string;
  example?: unknown;
}

type Body = new () => object;

/** What a field holds where it holds no text. */
const holdsOf = ({ type, isArray }: ApiPropertyOptions): Marks['holds'] =>
  isArray
    ? 'list'
    : type === Boolean
      ? 'yes-no'
      : type === 'integer' || type === 'number' || type === Number
        ? 'number'
        : undefined;

const field = ({ optional, description, example }: About, schema: ApiPropertyOptions, ...checks: PropertyDecorator[]) =>
  applyDecorators(
    mark({ holds: holdsOf(schema) }),
    ApiProperty({
      ...schema,
      description,
      example,
      required: !optional,
      ...(optional && { nullable: true }),
    } as ApiPropertyOptions),
    ...(optional ? [IsOptional()] : []),
    ...checks,
  );

const check = (name: string, message: string, validate: (value: unknown) => boolean) =>
  ValidateBy({ name, validator: { validate, defaultMessage: () => `$property ${message}` } });

/** What is known of a field beside its validation. */
interface Marks {
  /** The kinds that its code may have. */
  readonly kinds?: KindsOf;
  /** The class of what stands in it. */
  readonly within?: () => Body;
  readonly free?: true;
  /** It holds a date, or the beginning of one. */
  readonly dated?: true;
  /** It is kept as `cleanText` makes it. */
  readonly written?: true;
  /** Absent: a text, or an object. */
  readonly holds?: 'number' | 'yes-no' | 'list' | undefined;
}

/** By the prototype of a body's class, then by field. */
const declared = new Map<object, Map<string, Marks>>();

const mark =
  (marks: Marks): PropertyDecorator =>
  (target, property) => {
    if (!declared.has(target)) declared.set(target, new Map());
    const fields = declared.get(target)!;
    fields.set(String(property), { ...fields.get(String(property)), ...marks });
  };

const complete = new WeakMap<object, ReadonlyMap<string, Marks>>();

/** The marks of all fields of a class, with those of its superclasses, by its prototype; collected once. */
function marksOf(prototype: object): ReadonlyMap<string, Marks> {
  const known = complete.get(prototype);
  if (known) return known;
  const above = Object.getPrototypeOf(prototype) as object | null;
  const all = new Map<string, Marks>(above ? marksOf(above) : []);
  for (const [field, marks] of declared.get(prototype) ?? []) all.set(field, { ...all.get(field), ...marks });
  complete.set(prototype, all);
  return all;
}

const marksFree: PropertyDecorator = mark({ free: true });
const marksWritten: PropertyDecorator = mark({ written: true });

const pointer = '^(/[A-Za-z0-9]{1,40}){1,6}$';
/** A pointer (RFC 6901) into what was said. */
export const Pointer = (about: About = {}) =>
  field(
    about,
    { type: String, pattern: pointer },
    IsString(),
    Matches(new RegExp(pointer), { message: '$property must be a pointer such as /evidence/0' }),
  );

/** The first character that no text may hold, anywhere in a value. */
function firstUnfit(value: unknown): Unfit | null {
  if (typeof value === 'string') return unfitIn(value);
  if (typeof value !== 'object' || value === null) return null;
  const texts = Array.isArray(value) ? value : Object.entries(value).flat();
  for (const text of texts) {
    const unfit = firstUnfit(text);
    if (unfit) return unfit;
  }
  return null;
}

/** Refuses characters that some output cannot hold, by name. */
const fitText = ValidateBy({
  name: 'isFit',
  validator: {
    validate: (value) => firstUnfit(value) === null,
    defaultMessage: (args) => {
      const { code, what, at } = firstUnfit(args?.value)!;
      return `$property may not hold ${code} (${what}, after ${at} ${at === 1 ? 'character' : 'characters'})`;
    },
  },
});

const shown = (value: unknown): boolean => typeof value !== 'string' || isVisible(value);

/** Text of 1 to `max` characters, not blank. It can be blanked, as a person may have written it, unless it is not `free`. */
export const Text = ({ max = 300, free = true, ...about }: About & { max?: number; free?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, minLength: 1, maxLength: max },
      IsString(),
      MinLength(1),
      MaxLength(max),
      check('isNotBlank', 'should not be blank', shown),
      fitText,
    ),
    marksWritten,
    ...(free ? [marksFree] : []),
  );

/** Text in Markdown: paragraphs, lists, emphasis, links. */
export const Markdown = ({ description = 'Markdown: paragraphs, lists, emphasis, links', ...about }: About = {}) =>
  applyDecorators(
    Text({ max: 20_000, description, ...about }),
    check(
      'isPlainMarkdown',
      'nests quotations or lists more than ten deep, or has more than 200 marks of emphasis in a paragraph',
      (value) => typeof value !== 'string' || !isTangled(value),
    ),
  );

/** Several texts of 1 to 300 characters; each can be blanked. */
export const Texts = (about: About = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, isArray: true, maxItems: 100 },
      IsArray(),
      ArrayMaxSize(100),
      IsString({ each: true }),
      MinLength(1, { each: true }),
      MaxLength(300, { each: true }),
      check('areNotBlank', 'should hold nothing blank', (values) => !Array.isArray(values) || values.every(shown)),
      fitText,
    ),
    marksWritten,
    marksFree,
  );

/** One of a closed list. */
export const OneOf = (values: readonly string[], about: About = {}) =>
  field(
    about,
    { type: String, enum: [...values] },
    IsIn(values, { message: `$property must be one of: ${values.join(', ')}` }),
  );

/** Some of a closed list, each once. */
export const SomeOf = (values: readonly string[], { min = 0, ...about }: About & { min?: number } = {}) =>
  field(
    about,
    { type: String, isArray: true, enum: [...values], minItems: min, maxItems: values.length },
    IsArray(),
    ArrayMinSize(min),
    ArrayUnique(),
    IsIn(values, { each: true, message: `each value in $property must be one of: ${values.join(', ')}` }),
  );

/** Whether a text is an e-mail address that a letter can go to. */
export const isEmailAddress = (text: unknown): boolean =>
  typeof text === 'string' && isEmail(text) && ONE_ADDRESS.test(text);

/** An e-mail address. */
export const EmailAddress = (about: About = {}) =>
  field(
    about,
    { type: String, format: 'email', maxLength: 254 },
    MaxLength(254),
    check('isEmailAddress', 'must be one e-mail address, without a name, quotes or spaces', isEmailAddress),
    fitText,
    Matches(/^\P{Default_Ignorable_Code_Point}+$/u, { message: '$property may hold no invisible characters' }),
  );

/** Yes or no. */
export const YesNo = (about: About = {}) => field(about, { type: Boolean }, IsBoolean());

/** A whole number, from 0 or `min` on. */
export const Whole = ({ min = 0, ...about }: About & { min?: number } = {}) =>
  field(about, { type: 'integer', minimum: min }, IsInt(), Min(min), Max(Number.MAX_SAFE_INTEGER));

/** A number, with or without a fraction. */
export const AnyNumber = (about: About = {}) =>
  field(
    about,
    { type: 'number' },
    IsNumber({}, { message: '$property must be a number' }),
    Min(-Number.MAX_SAFE_INTEGER),
    Max(Number.MAX_SAFE_INTEGER),
  );

/** Pointers (RFC 6901) into what was said. */
export const Pointers = (about: About = {}) =>
  field(
    about,
    { type: String, isArray: true, pattern: pointer, minItems: 1, maxItems: 100 },
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(100),
    ArrayUnique(),
    Matches(new RegExp(pointer), { each: true, message: 'each value in $property must be a pointer such as /note' }),
  );

/** An object whose fields are checked elsewhere; it has some, unless it `mayBeEmpty`. */
export const Plain = ({ mayBeEmpty = false, ...about }: About & { mayBeEmpty?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: 'object', additionalProperties: true, ...(!mayBeEmpty && { minProperties: 1 }) },
      IsObject(),
      check('isNotEmpty', 'must say something', (value) => mayBeEmpty || Object.keys(value ?? {}).length > 0),
      fitText,
    ),
    marksWritten,
  );

const kebab = '^[a-z0-9]+(-[a-z0-9]+)*$';
/** An open kebab-case code, `development-bank`. */
const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
export const Uuid = (about: About = {}) =>
  field(
    about,
    { type: String, format: 'uuid', pattern: uuid },
    IsString(),
    Matches(new RegExp(uuid), { message: '$property must be a UUID in lower case' }),
  );
export const Kebab = (about: About = {}) =>
  field(
    about,
    { type: String, pattern: kebab, maxLength: 60 },
    IsString(),
    MaxLength(60),
    Matches(new RegExp(kebab), { message: '$property must be a kebab-case code' }),
  );

/** Several open kebab-case codes. */
export const Kebabs = (about: About = {}) =>
  field(
    about,
    { type: String, isArray: true, pattern: kebab, maxItems: 50 },
    IsArray(),
    ArrayMaxSize(50),
    ArrayUnique(),
    MaxLength(60, { each: true }),
    Matches(new RegExp(kebab), { each: true, message: 'each value in $property must be a kebab-case code' }),
  );

const code = '^[A-Za-z0-9][A-Za-z0-9._/-]{0,119}$';
const codeWithoutSlash = code.replace('/', '');
/** A code or id that something is registered under. @param slash whether it may have one */
export const Code = ({ slash = true, ...about }: About & { slash?: boolean } = {}) => {
  const pattern = slash ? code : codeWithoutSlash;
  return field(
    about,
    { type: String, pattern },
    IsString(),
    Matches(new RegExp(pattern), {
      message: `$property must be 1 to 120 of A-Z a-z 0-9 . _ ${slash ? '/ ' : ''}-, the first a letter or digit`,
    }),
  );
};

/** The kind of a code: the register that must contain it. */
const REGISTERED = ['agency', 'framework', 'theme', 'forum', 'outcome', 'document', 'commitment'] as const;
export type Registered = (typeof REGISTERED)[number];

/** A code in a body that must be registered, and where in the body it stands. */
export interface Reference {
  readonly kinds: readonly Registered[];
  readonly code: string;
  readonly pointer: string;
}

/** The kinds that a code may have, given its object. */
type KindsOf = (body: object) => readonly Registered[];

function kindsOf(kinds: Registered | readonly Registered[] | KindsOf): KindsOf {
  if (typeof kinds === 'function') return kinds;
  const all = [kinds].flat();
  return () => all;
}

/** The code of something registered as one of `kinds`; an unknown one is refused by name. */
export const CodeOf = (kinds: Registered | readonly Registered[] | KindsOf, about: About = {}) =>
  applyDecorators(Code(about), mark({ kinds: kindsOf(kinds) }));

/** Codes of things registered as one of `kinds`, each at most once. */
export const CodesOf = (
  kinds: Registered | readonly Registered[],
  { min = 0, ...about }: About & { min?: number } = {},
) =>
  applyDecorators(
    field(
      about,
      { type: String, isArray: true, pattern: code, minItems: min, maxItems: 200 },
      IsArray(),
      ArrayMinSize(min),
      ArrayMaxSize(200),
      ArrayUnique(),
      Matches(new RegExp(code), { each: true, message: 'each value in $property must be a code' }),
    ),
    mark({ kinds: kindsOf(kinds) }),
  );

/** The registers that hold the codes in fields of each name, in any body. */
export function kindsOfFields(): ReadonlyMap<string, ReadonlySet<Registered>> {
  const all = new Map<string, Set<Registered>>();
  for (const fields of declared.values())
    for (const [field, { kinds }] of fields) {
      if (!kinds) continue;
      const known = all.get(field) ?? new Set();
      // What depends on its body may be any.
      for (const kind of kinds.length === 0 ? kinds({}) : REGISTERED) known.add(kind);
      all.set(field, known);
    }
  return all;
}

/** The registers of which one must contain the code in a field of a class, given nothing else; none where it may be any. */
export const registersOfField = (prototype: object, field: string): readonly Registered[] =>
  marksOf(prototype).get(field)?.kinds?.({}) ?? [];

/** The register that must contain the code in a field of a class; `null` where it may be one of several, or stands in none. */
export function registerOfField(prototype: object, field: string): Registered | null {
  const kinds = marksOf(prototype).get(field)?.kinds;
  const all = kinds && kinds.length === 0 ? kinds({}) : [];
  return all.length === 1 ? all[0]! : null;
}

/** The names of the fields of some bodies that hold free text. */
export const freeTextOf = (bodies: readonly Body[]): ReadonlySet<string> =>
  new Set(
    bodies.flatMap(({ prototype }) =>
      [...(declared.get(prototype as object) ?? [])].flatMap(([field, { free }]) => (free ? field : [])),
    ),
  );

type Given = Readonly<Record<string, unknown>>;

/** A body with what people wrote in it as it is kept: composed, with nothing around it. The same object where nothing changes. */
export function cleanBody<B extends object>(body: Body, given: B): B {
  let kept: Record<string, unknown> | null = null;
  const marks = marksOf((body as { prototype: object }).prototype);
  for (const field of Object.keys(given)) {
    const { within, written } = marks.get(field) ?? {};
    if (!written && !within) continue;
    const said = (given as Given)[field];
    const value = written ? cleanedAll(said) : cleanedIn(within!(), said);
    if (value !== said) (kept ??= { ...(given as Given) })[field] = value;
  }
  return (kept as B | null) ?? given;
}

/**
 * A form, in which all is text, as the body that it stands for: of a field that holds a number, yes or no, or a list, that is
 * made of what was sent. What cannot be made into it stays as it is, and is refused as such.
 */
export function bodyOfForm(body: Body, form: Given): Given {
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
  if (within && typeof said === 'object' && said !== null) return bodyOfForm(within(), said as Given);
  if (holds === 'number' && typeof said === 'string' && /^-?\d+(?:\.\d+)?$/.test(said)) return Number(said);
  // A box that is ticked sends `on`; one that is not sends nothing.
  if (holds === 'yes-no') return said === 'on' || said === 'true' ? true : said === 'false' ? false : said;
  return said;
}

const cleanedIn = (body: Body, said: unknown): unknown => {
  if (Array.isArray(said)) return inEach(said, (one) => cleanedIn(body, one));
  return typeof said === 'object' && said !== null ? cleanBody(body, said) : said;
};

/** Every text in a value. */
function cleanedAll(said: unknown): unknown {
  if (typeof said === 'string') return cleanText(said) || said; // what is blank is refused as it is
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
    const { kinds, within } = marks.get(field) ?? {};
    const value = kinds || within ? (body as Given)[field] : undefined;
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

const marksDated: PropertyDecorator = mark({ dated: true });

/** Every date in a body, with where it stands. */
export function datesIn(body: object, pointer = ''): { readonly date: string; readonly pointer: string }[] {
  const marks = marksOf(Object.getPrototypeOf(body) as object);
  return Object.entries(body).flatMap(([field, value]: [string, unknown]) => {
    const { dated, within } = marks.get(field) ?? {};
    const at = `${pointer}/${field}`;
    if (dated && typeof value === 'string') return [{ date: value, pointer: at }];
    if (!within || typeof value !== 'object' || value === null) return [];
    return Array.isArray(value)
      ? value.flatMap((one: unknown, i) => (typeof one === 'object' && one ? datesIn(one, `${at}/${i}`) : []))
      : datesIn(value, at);
  });
}

/** `2006-11-20` */
export const OnDate = (about: About = {}) =>
  applyDecorators(
    field(
      { example: '2006-11-21', ...about },
      { type: String, format: 'date' },
      check('isFullDate', 'must be a real date, YYYY-MM-DD', isFullDate),
    ),
    marksDated,
  );

const period = '^\\d{4}(-\\d{2}(-\\d{2})?)?$';
/** `2006`, `2006-11` or `2006-11-20` */
export const InPeriod = (about: About = {}) =>
  applyDecorators(
    field(
      { example: '2006-11', ...about },
      { type: String, pattern: period },
      check('isPartialDate', 'must be a real date: YYYY, YYYY-MM or YYYY-MM-DD', isPartialDate),
    ),
    marksDated,
  );

/** Whether the host of an address has no user before it, as a browser reads it. */
const hasNoUser = (address: unknown): boolean => {
  if (typeof address !== 'string' || !URL.canParse(address)) return true; // refused as no address
  const { username, password } = new URL(address);
  return !username && !password && !/^[^/?#]*[/\\]{2}[^/?#\\]*@/.test(address);
};

/**
 * An http(s) address without a user; it can be blanked.
 * @param about.local whether a host may be named as neighbours are: `localhost`, `tracker`
 */
export const WebAddress = ({ local = false, ...about }: About & { local?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, format: 'uri', maxLength: 2000 },
      MaxLength(2000),
      IsUrl(
        { protocols: ['http', 'https'], require_protocol: true, allow_underscores: true, require_tld: !local },
        { message: '$property must be an http or https address' },
      ),
      check('isReadable', 'must be an address as browsers read them', (address) => URL.canParse(String(address))),
      check('hasNoUser', 'may hold no user and no password: it is published', hasNoUser),
      fitText,
    ),
    marksFree,
  );

const language = '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$';
/** A language tag (BCP 47), `en`, `fr-CH`. */
export const Language = (about: About = {}) =>
  field(
    { example: 'en', ...about },
    { type: String, pattern: language, maxLength: 35 },
    IsString(),
    MaxLength(35),
    Matches(new RegExp(language), { message: '$property must be a language tag such as en or fr-CH' }),
  );

const country = '^[A-Z]{3}$';
/** ISO 3166-1 alpha-3 codes, or those of former countries, in upper case. */
export const Countries = (about: About = {}) =>
  field(
    { example: ['MAR', 'SEN'], ...about },
    { type: String, isArray: true, pattern: country, maxItems: 250 },
    IsArray(),
    ArrayMaxSize(250),
    ArrayUnique(),
    ValidateBy({
      name: 'areCountries',
      validator: {
        validate: (codes: unknown) => Array.isArray(codes) && codes.every(isCountry),
        defaultMessage: (args) =>
          `Unknown country: ${[args?.value as unknown]
            .flat()
            .filter((code) => !isCountry(code))
            .map((code) => (code && typeof code === 'object' ? JSON.stringify(code) : code))
            .join(', ')} (ISO 3166-1 alpha-3)`,
      },
    }),
  );

/** One nested object. */
export const Nested = (of: () => Body, about: About = {}) =>
  applyDecorators(nestedField(of, about, {}, IsObject()), mark({ within: of }));

/** A list of nested objects. */
export const ListOf = (of: () => Body, { min = 0, max = 200, ...about }: About & { min?: number; max?: number } = {}) =>
  applyDecorators(
    nestedField(
      of,
      about,
      { isArray: true, minItems: min, maxItems: max },
      IsArray(),
      ArrayMinSize(min),
      ArrayMaxSize(max),
    ),
    IsObject({ each: true, message: 'each value in $property must be an object' }),
    mark({ within: of }),
  );

const nestedField = (of: () => Body, about: About, schema: ApiPropertyOptions, ...checks: PropertyDecorator[]) => {
  const type = () => of(); // OpenAPI takes a function of this name only
  return field(about, { ...schema, type } as ApiPropertyOptions, ...checks, ValidateNested(), Type(of));
};

/** The kinds of fields that are told by the pattern of their text. */
export const PATTERNS = new Map([
  [pointer, 'pointer'],
  [kebab, 'word'],
  [code, 'code'],
  [codeWithoutSlash, 'code'],
  [language, 'language'],
  [period, 'period'],
  [country, 'country'],
] as const) as ReadonlyMap<string, 'pointer' | 'word' | 'code' | 'language' | 'period' | 'country'>;
