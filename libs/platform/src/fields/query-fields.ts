/** The fields of queries that take words of a closed list: another word is refused by name, with those that there are. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, MaxLength, ValidateBy } from 'class-validator';
import { whyNotSought } from '#search';
import { isWholeNumber } from '#text';
import { isCountry } from './countries.js';

interface QueryFieldOptions {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: string;
  readonly default?: string;
}

/** A list as one text: `a, b` or `a` and `b` given apart are `a,b`. */
export const listText = (value: unknown): string =>
  [value]
    .flat()
    .flatMap((part) => String(part).split(','))
    .map((part) => part.trim())
    .join();

const checkedValue = (name: string, validate: (value: unknown) => boolean, message: (value: string) => string) =>
  ValidateBy({
    name,
    validator: { validate, defaultMessage: (args) => message(String((args as { value: unknown }).value)) },
  });

/** The refusal of a word that a query cannot have. */
export const knowsNo = (value: string, values: readonly string[], property = '$property'): string =>
  `${property} knows no ${value || '(nothing)'}; it takes ${values.join(', ')}`;

/** Of a field that is read as a list: each is a word of a closed list. */
export const EachKnown = (values: readonly string[]) =>
  IsIn(values, { each: true, message: ({ value }) => knowsNo(String(value), values) });

/** A text. @param max so many characters at the most */
export const QueryText = (
  description: string,
  { example, max, message }: { readonly example?: string; readonly max?: number; readonly message?: string } = {},
) =>
  applyDecorators(
    ApiProperty({ required: false, type: String, description, example }),
    IsOptional(),
    IsString({ message }),
    ...(max === undefined ? [] : [MaxLength(max)]),
  );

/** Words to search for: a letter or a digit at least. */
export const SearchWords = (
  description: string,
  { optional = true, example }: Omit<QueryFieldOptions, 'description'> = {},
) =>
  applyDecorators(
    ApiProperty({ required: !optional, type: String, description, example }),
    ...(optional ? [IsOptional()] : []),
    IsString(),
    MaxLength(300),
    checkedValue(
      'canBeSought',
      (value) => whyNotSought(String(value)) === null,
      (value) => whyNotSought(value)!,
    ),
  );

/** A whole number, in digits. @param unit of the things that it counts */
export const QueryNumber = (
  min: number,
  max: number,
  { unit, ...about }: { readonly description?: string; readonly default?: number; readonly unit?: string },
) =>
  applyDecorators(
    ApiProperty({ ...about, required: false, type: 'integer', minimum: min, maximum: max }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) => (isWholeNumber(String(value)) ? Number(value) : value)),
    checkedValue(
      'isWholeBetween',
      (value) => Number.isInteger(value) && min <= Number(value) && Number(value) <= max,
      (value) => `$property takes a whole number${unit ? ` of ${unit}` : ''} from ${min} to ${max}, not ${value}`,
    ),
  );

/** One word of a closed list. */
export const QueryChoice = (values: readonly string[], { optional = true, ...about }: QueryFieldOptions = {}) =>
  applyDecorators(
    ApiProperty({ ...about, required: !optional, enum: [...values] }),
    ...(optional ? [IsOptional()] : []),
    checkedValue(
      'isOneAmong',
      (value) => values.includes(value as string),
      (value) => knowsNo(value, values),
    ),
  );

/** Words of a closed list, separated by commas; `alone` goes with no other. */
export const QueryChoices = (
  values: readonly string[],
  { optional = true, alone, ...about }: QueryFieldOptions & { alone?: string } = {},
) => {
  const wrong = (value: unknown) =>
    String(value)
      .split(',')
      .filter((one) => !values.includes(one));
  const areCombined = (value: unknown) =>
    String(value).includes(',') &&
    String(value)
      .split(',')
      .includes(alone ?? ',');
  return applyDecorators(
    ApiProperty({
      ...about,
      ...(about.example && { example: about.example.split(',') as never }),
      description: `${about.description}: one or more, separated by commas`,
      required: !optional,
      type: 'array',
      items: { type: 'string', enum: [...values] },
    }),
    ...(optional ? [IsOptional()] : []),
    Transform(({ value }: { value: unknown }) => (value === undefined || value === null ? value : listText(value))),
    checkedValue(
      'areAmong',
      (value) => wrong(value).length === 0 && !areCombined(value),
      (value) =>
        areCombined(value) && wrong(value).length === 0
          ? `$property takes ${alone} alone`
          : knowsNo(wrong(value).join(', '), values),
    ),
  );
};

/** The alpha-3 code of a country. */
export const InCountry = ({ optional = true, ...about }: QueryFieldOptions = {}) =>
  applyDecorators(
    ApiProperty({ ...about, required: !optional, type: String, pattern: '^[A-Z]{3}$' }),
    ...(optional ? [IsOptional()] : []),
    checkedValue('isCountry', isCountry, (value) => {
      const upper = value.trim().toUpperCase();
      return `$property knows no ${value}; it takes a code of ISO 3166-1 alpha-3${isCountry(upper) ? `, such as ${upper}` : ', such as SLV'}`;
    }),
  );
