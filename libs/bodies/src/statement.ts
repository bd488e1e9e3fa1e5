/** The fields common to every act on a commitment, and the source of a shown fact. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate, Reported } from '#clocks';
import { ListOf, Nested, OnDate, Text } from '#platform';
import { Citation, ON_BEHALF, OnBehalf } from './agency.js';
import { Document } from './document.js';

/** The fields of every act: the date of its source, and the place in it … */
export class Sourced {
  @OnDate({ description: 'The date of the document or return that says so; not after today', example: '2012-11-02' })
  reportedOn: FullDate;
  @Nested(() => Citation, { optional: true, description: 'Without it the reporting agency itself is the source' })
  citation?: Citation | null;
  @ListOf(() => Citation, { optional: true, max: 20, description: 'Further places that say the same' })
  citations?: Citation[] | null;
  @Nested(() => Document, {
    optional: true,
    description:
      'A document that the act cites and nobody has registered yet: it is registered together with the act. An agency ' +
      'does so for its own, with its code as the publisher',
  })
  newDocument?: Document | null;
  @Nested(() => OnBehalf, ON_BEHALF) onBehalf?: OnBehalf | null;
}

/** … and most may say a word about it … */
export class Act extends Sourced {
  @Text({ max: 2000, optional: true }) note?: string | null;
}

/** … or must say why. */
export class Reasoned extends Sourced {
  @Text({ max: 2000, description: 'Why', example: 'Recorded twice, from two papers of the same year' }) reason: string;
}

const REPORTED_ON = {
  type: String,
  format: 'date',
  nullable: true,
  description: 'null: said when the commitment was recorded, and so true whenever it exists',
} as const;

/** The source of a shown fact. */
export class Source implements Reported {
  @ApiProperty(REPORTED_ON) readonly reportedOn: FullDate | null;
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly revision: number;
  @Nested(() => Citation, { optional: true }) readonly citation?: Citation | null;
  @ListOf(() => Citation, { optional: true }) readonly citations?: Citation[] | null;
  @Nested(() => OnBehalf, ON_BEHALF) readonly onBehalf?: OnBehalf | null;
}
