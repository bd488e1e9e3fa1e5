/** The fields of answers: a decorator names the kind of a value, whether it may be null, and its meaning. */
import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate } from '#clocks';

const DAY_SCHEMA = { type: String, format: 'date' } as const;
const INSTANT_SCHEMA = { type: String, format: 'date-time' } as const;

/** A value of the type that it is declared with. */
export const Shown = (description: string, example?: unknown) => ApiProperty({ description, example });
export const OneWord = (values: readonly unknown[], description: string, example?: unknown) =>
  ApiProperty({ enum: [...values], description, example });
export const ShownList = (of: Type<unknown>, description: string, example?: unknown) =>
  ApiProperty({ type: [of], description, example });
export const OrNull = (of: () => Type<unknown>, description: string) => {
  const type = () => of(); // OpenAPI takes a function of this name only
  return ApiProperty({ type, nullable: true, description });
};
export const TextOrNull = (description?: string, example?: string) =>
  ApiProperty({ type: String, nullable: true, description, example });

/** `2006-11-20` */
export const Day = (description?: string) => ApiProperty({ ...DAY_SCHEMA, description });
export const DayOrNull = (description?: string) => ApiProperty({ ...DAY_SCHEMA, nullable: true, description });

/** `2006-11-20T09:30:00.000Z` */
export const Instant = (description?: string) => ApiProperty({ ...INSTANT_SCHEMA, description });
export const InstantOrNull = (description?: string) => ApiProperty({ ...INSTANT_SCHEMA, nullable: true, description });

export const Integer = (description?: string, example?: unknown) =>
  ApiProperty({ type: 'integer', description, example });
export const IntegerOrNull = (description: string) => ApiProperty({ type: 'integer', nullable: true, description });
export const COUNT_SCHEMA = { type: 'integer', minimum: 0 } as const;
export const Count = (description?: string) => ApiProperty({ ...COUNT_SCHEMA, description });
export const CountsBy = (names: readonly string[], description?: string) =>
  ApiProperty({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, COUNT_SCHEMA])),
    required: [...names],
    selfRequired: true,
    additionalProperties: false,
    description,
  });

/** An answer as at a date, as known at a position of the log. */
export class DatedAnswer {
  @Day() readonly asOf: FullDate;
  @ApiProperty() readonly position: string;
}
