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
  ValidateNested,
} from 'class-validator';
import { isFullDate, isPartialDate } from '#clocks';
import { holdsUser, isTangled, ONE_ADDRESS } from '#text';
import { oneOf } from '#words';
import { holdsOf, kindsOf, mark, type BodyClass, type KindsOf, type RegisteredKind } from './marks.js';
import { validator, areCountries, fitText, hasNoUser, isWholeAddress, isShown } from './checks.js';

interface FieldOptions {
  optional?: boolean;
  description?: string;
  example?: unknown;
}

const field = (
  { optional, description, example }: FieldOptions,
  schema: ApiPropertyOptions,
  ...checks: PropertyDecorator[]
) =>
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

const marksFree: PropertyDecorator = mark({ free: true });
const marksWritten: PropertyDecorator = mark({ written: true });

/** Of a text in an entry of a register: whether searches find the entry by it, and the register whose code it may be. */
interface AboutText extends FieldOptions {
  searched?: boolean;
  orCodeOf?: RegisteredKind;
}

/** A text of a form. @param form its name in refusals */
const patterned = (
  about: FieldOptions,
  { pattern, form, ...schema }: { pattern: string; form: string; format?: string; maxLength?: number },
) =>
  field(
    about,
    { type: String, pattern, ...schema },
    IsString(),
    ...(schema.maxLength === undefined ? [] : [MaxLength(schema.maxLength)]),
    Matches(new RegExp(pattern), { message: `$property must be ${form}` }),
  );

const pointer = '^(/[A-Za-z0-9]{1,40}){1,6}$';
/** A pointer (RFC 6901) into the body. */
export const Pointer = (about: FieldOptions = {}) =>
  patterned(about, { pattern: pointer, form: 'a pointer such as /evidence/0' });

/**
 * Text of 1 to `max` characters, not blank. It can be blanked, as a person may have written it, unless it is not `free`. Searches
 * find the entry of a register by it, unless it is not `searched`. The feed of an agency has the events that name it in
 * a text `orCodeOf`.
 */
export const Text = ({
  max = 300,
  free = true,
  searched = true,
  orCodeOf,
  ...about
}: AboutText & { max?: number; free?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, minLength: 1, maxLength: max },
      IsString(),
      MinLength(1),
      MaxLength(max),
      validator('isNotBlank', 'should not be blank', isShown),
      fitText,
    ),
    marksWritten,
    mark({ searched, orCodeOf }),
    ...(free ? [marksFree] : []),
  );

/** Text in Markdown: paragraphs, lists, emphasis, links. */
export const Markdown = ({
  max = 20_000,
  description = 'Markdown: paragraphs, lists, emphasis, links',
  ...about
}: FieldOptions & { max?: number } = {}) =>
  applyDecorators(
    Text({ max, description, ...about }),
    validator(
      'isPlainMarkdown',
      'nests quotations or lists more than ten deep, or has more than 200 marks of emphasis in a paragraph',
      (value) => typeof value !== 'string' || !isTangled(value),
    ),
    validator(
      'namesNoUser',
      'may hold no web address with a user or a password: it is published',
      (value) => typeof value !== 'string' || !holdsUser(value),
    ),
  );

/** Several texts of 1 to 300 characters; each can be blanked. @see Text */
export const Texts = ({ searched = true, orCodeOf, ...about }: AboutText = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, isArray: true, maxItems: 100 },
      IsArray(),
      ArrayMaxSize(100),
      IsString({ each: true }),
      MinLength(1, { each: true }),
      MaxLength(300, { each: true }),
      validator(
        'areNotBlank',
        'should hold nothing blank',
        (values) => !Array.isArray(values) || values.every(isShown),
      ),
      fitText,
    ),
    marksWritten,
    mark({ searched, orCodeOf }),
    marksFree,
  );

/** One of a closed list. */
export const OneOf = (values: readonly string[], about: FieldOptions = {}) =>
  field(about, { type: String, enum: [...values] }, IsIn(values, { message: `$property must be ${oneOf(values)}` }));

/** Some of a closed list, each once. */
export const SomeOf = (values: readonly string[], { min = 0, ...about }: FieldOptions & { min?: number } = {}) =>
  field(
    about,
    { type: String, isArray: true, enum: [...values], minItems: min, maxItems: values.length },
    IsArray(),
    ArrayMinSize(min),
    ArrayUnique(),
    IsIn(values, { each: true, message: `each value in $property must be ${oneOf(values)}` }),
  );

/** Whether a text is an e-mail address that a letter can go to. */
export const isEmailAddress = (text: unknown): boolean =>
  typeof text === 'string' && text.isWellFormed() && isEmail(text) && ONE_ADDRESS.test(text);

export const EmailAddress = (about: FieldOptions = {}) =>
  field(
    about,
    { type: String, format: 'email', maxLength: 254 },
    MaxLength(254),
    validator('isEmailAddress', 'must be one e-mail address, without a name, quotes or spaces', isEmailAddress),
    fitText,
    Matches(/^\P{Default_Ignorable_Code_Point}+$/u, { message: '$property may hold no invisible characters' }),
  );

export const YesNo = (about: FieldOptions = {}) => field(about, { type: Boolean }, IsBoolean());

/** A whole number, from 0 or `min` on. */
export const WholeNumber = ({ min = 0, ...about }: FieldOptions & { min?: number } = {}) =>
  field(about, { type: 'integer', minimum: min }, IsInt(), Min(min), Max(Number.MAX_SAFE_INTEGER));

/** A number, with or without a fraction. */
export const AnyNumber = (about: FieldOptions = {}) =>
  field(
    about,
    { type: 'number' },
    IsNumber({}, { message: '$property must be a number' }),
    Min(-Number.MAX_SAFE_INTEGER),
    Max(Number.MAX_SAFE_INTEGER),
  );

/** Pointers (RFC 6901) into the body. */
export const Pointers = (about: FieldOptions = {}) =>
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
export const Plain = ({ mayBeEmpty = false, ...about }: FieldOptions & { mayBeEmpty?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: 'object', additionalProperties: true, ...(!mayBeEmpty && { minProperties: 1 }) },
      IsObject(),
      validator('isNotEmpty', 'must say something', (value) => mayBeEmpty || Object.keys(value ?? {}).length > 0),
      fitText,
    ),
    marksWritten,
  );

const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
export const Uuid = (about: FieldOptions = {}) =>
  patterned(about, { pattern: uuid, format: 'uuid', form: 'a UUID in lower case' });

const kebab = '^[a-z0-9]+(-[a-z0-9]+)*$';
/** An open kebab-case code, `development-bank`. */
export const Kebab = (about: FieldOptions = {}) =>
  patterned(about, { pattern: kebab, maxLength: 60, form: 'a kebab-case code' });

/** Several open kebab-case codes. */
export const Kebabs = (about: FieldOptions = {}) =>
  field(
    about,
    { type: String, isArray: true, pattern: kebab, maxItems: 50 },
    IsArray(),
    ArrayMaxSize(50),
    ArrayUnique(),
    MaxLength(60, { each: true }),
    Matches(new RegExp(kebab), { each: true, message: 'each value in $property must be a kebab-case code' }),
  );

const CODE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._/-]{0,119}$';
const codeWithoutSlash = CODE_PATTERN.replace('/', '');
/** A code or id that something is registered under. @param slash whether it may have one */
export const Code = ({ slash = true, ...about }: FieldOptions & { slash?: boolean } = {}) =>
  patterned(about, {
    pattern: slash ? CODE_PATTERN : codeWithoutSlash,
    form: `1 to 120 of A-Z a-z 0-9 . _ ${slash ? '/ ' : ''}-, the first a letter or digit`,
  });

/** The code of something registered as one of `kinds`; an unknown one is refused by name. */
export const CodeOf = (kinds: RegisteredKind | readonly RegisteredKind[] | KindsOf, about: FieldOptions = {}) =>
  applyDecorators(Code(about), mark({ kinds: kindsOf(kinds) }));

/** Codes of things registered as one of `kinds`, each at most once. */
export const CodesOf = (
  kinds: RegisteredKind | readonly RegisteredKind[],
  { min = 0, ...about }: FieldOptions & { min?: number } = {},
) =>
  applyDecorators(
    field(
      about,
      { type: String, isArray: true, pattern: CODE_PATTERN, minItems: min, maxItems: 200 },
      IsArray(),
      ArrayMinSize(min),
      ArrayMaxSize(200),
      ArrayUnique(),
      Matches(new RegExp(CODE_PATTERN), { each: true, message: 'each value in $property must be a code' }),
    ),
    mark({ kinds: kindsOf(kinds) }),
  );

const marksDated: PropertyDecorator = mark({ dated: true });

/** `2006-11-20` */
export const OnDate = (about: FieldOptions = {}) =>
  applyDecorators(
    field(
      { example: '2006-11-21', ...about },
      { type: String, format: 'date' },
      validator('isFullDate', 'must be a real date, YYYY-MM-DD', isFullDate),
    ),
    marksDated,
  );

const PERIOD_PATTERN = '^\\d{4}(-\\d{2}(-\\d{2})?)?$';
/** `2006`, `2006-11` or `2006-11-20` */
export const InPeriod = (about: FieldOptions = {}) =>
  applyDecorators(
    field(
      { example: '2006-11', ...about },
      { type: String, pattern: PERIOD_PATTERN },
      validator('isPartialDate', 'must be a real date: YYYY, YYYY-MM or YYYY-MM-DD', isPartialDate),
    ),
    marksDated,
  );

/**
 * An http(s) address without a user; it can be blanked.
 * @param about.local whether a host may be named as neighbours are: `localhost`, `tracker`
 */
export const WebAddress = ({ local = false, ...about }: FieldOptions & { local?: boolean } = {}) =>
  applyDecorators(
    field(
      about,
      { type: String, format: 'uri', maxLength: 2000 },
      MaxLength(2000),
      IsUrl(
        { protocols: ['http', 'https'], require_protocol: true, allow_underscores: true, require_tld: !local },
        { message: '$property must be an http or https address' },
      ),
      validator('isReadable', 'must be an address as browsers read them', isWholeAddress),
      validator('hasNoUser', 'may hold no user and no password: it is published', hasNoUser),
      fitText,
    ),
    marksFree,
  );

const LANGUAGE_PATTERN = '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$';
/** A language tag (BCP 47), `en`, `fr-CH`. */
export const Language = (about: FieldOptions = {}) =>
  patterned(
    { example: 'en', ...about },
    { pattern: LANGUAGE_PATTERN, maxLength: 35, form: 'a language tag such as en or fr-CH' },
  );

const country = '^[A-Z]{3}$';
/** ISO 3166-1 alpha-3 codes, or those of former countries, in upper case. */
export const Countries = (about: FieldOptions = {}) =>
  field(
    { example: ['MAR', 'SEN'], ...about },
    { type: String, isArray: true, pattern: country, maxItems: 250 },
    IsArray(),
    ArrayMaxSize(250),
    ArrayUnique(),
    areCountries,
  );

export const Nested = (of: () => BodyClass, about: FieldOptions = {}) =>
  applyDecorators(nestedField(of, about, {}, IsObject()), mark({ within: of }));

export const ListOf = (
  of: () => BodyClass,
  { min = 0, max = 200, ...about }: FieldOptions & { min?: number; max?: number } = {},
) =>
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

const nestedField = (
  of: () => BodyClass,
  about: FieldOptions,
  schema: ApiPropertyOptions,
  ...checks: PropertyDecorator[]
) => {
  const type = () => of(); // OpenAPI takes a function of this name only
  return field(about, { ...schema, type } as ApiPropertyOptions, ...checks, ValidateNested(), Type(of));
};

/** The kinds of fields that are told by the pattern of their text. */
export const KIND_OF_PATTERN = new Map([
  [pointer, 'pointer'],
  [kebab, 'word'],
  [CODE_PATTERN, 'code'],
  [codeWithoutSlash, 'code'],
  [LANGUAGE_PATTERN, 'language'],
  [PERIOD_PATTERN, 'period'],
  [country, 'country'],
] as const) as ReadonlyMap<string, 'pointer' | 'word' | 'code' | 'language' | 'period' | 'country'>;
