/** Bodies and views: corrections, retractions and blankings. */
import { ApiProperty } from '@nestjs/swagger';
import { Nested, Plain, Pointer, Text } from '#platform';
import { Citation, ON_BEHALF, OnBehalf } from './agency.js';

/** The reason and its source. It has no date of its own: it acts on all that is known, as at every date. */
export class Amending {
  @Text({ max: 2000, description: 'Why', example: 'The paper says 2010, not 2011' }) reason: string;
  @Nested(() => Citation, { optional: true }) citation?: Citation | null;
  @Nested(() => OnBehalf, ON_BEHALF) onBehalf?: OnBehalf | null;
}

export class Correct extends Amending {
  @Plain({
    description:
      'The fields that were wrong, as the act takes them; null takes one away. The others stay as they were said',
    example: { effective: '2010' },
  })
  says: Record<string, unknown>;
}

export class Retract extends Amending {
  @Pointer({
    optional: true,
    description: 'Of the record act: which of its milestones, evidence, deliverables or relations',
    example: '/evidence/0',
  })
  item?: string | null;
}

/** Something that was said and then corrected, retracted or blanked. */
export class Correction {
  @ApiProperty({ type: 'integer', description: 'Of the event that it is about' }) readonly revision: number;
  @ApiProperty({ enum: ['corrected', 'retracted', 'blanked'] }) readonly kind: 'corrected' | 'retracted' | 'blanked';
  @ApiProperty() readonly reason: string;
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly by: number;
  @ApiProperty({ required: false, description: 'Of the record act: only this item' }) readonly item?: string;
  @ApiProperty({ type: () => Citation, required: false }) readonly citation?: Citation;
  @ApiProperty({ type: () => OnBehalf, required: false }) readonly onBehalf?: OnBehalf;
  @ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false, description: 'The corrected fields' })
  readonly says?: object;
}
