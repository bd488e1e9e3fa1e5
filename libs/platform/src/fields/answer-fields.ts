/** The fields of answers: a decorator names the kind of a value, whether it may be null, and its meaning. */
import { ApiProperty } from '@nestjs/swagger';

const DAY = { type: String, format: 'date' } as const;
const INSTANT = { type: String, format: 'date-time' } as const;

export const TextOrNull = (description?: string) => ApiProperty({ type: String, nullable: true, description });

/** `2006-11-20` */
export const Day = (description?: string) => ApiProperty({ ...DAY, description });
export const DayOrNull = (description?: string) => ApiProperty({ ...DAY, nullable: true, description });

/** `2006-11-20T09:30:00.000Z` */
export const Instant = (description?: string) => ApiProperty({ ...INSTANT, description });
export const InstantOrNull = (description?: string) => ApiProperty({ ...INSTANT, nullable: true, description });

export const COUNT = { type: 'integer', minimum: 0 } as const;
export const Count = (description?: string) => ApiProperty({ ...COUNT, description });
/** A count for each of some names. */
export const CountsBy = (names: readonly string[], description?: string) =>
  ApiProperty({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, COUNT])),
    required: [...names],
    selfRequired: true,
    additionalProperties: false,
    description,
  });
