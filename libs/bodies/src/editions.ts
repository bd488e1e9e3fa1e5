/** Bodies and views: the editions of recurring commitments, and the upkeep of standing ones. */
import { ApiProperty } from '@nestjs/swagger';
import type { PartialDate } from '#clocks';
import { TextOrNull, InPeriod, ListOf, Text, YesNo } from '#platform';
import { Evidence } from './content.js';
import { Act, Source } from './statement.js';

export class HoldEdition extends Act {
  @Text({ optional: true, example: 'Fifth Coordination Meeting' }) title?: string | null;
  @InPeriod({ description: 'When it was held, or began', example: '2006-11-20' }) held: PartialDate;
  @InPeriod({ optional: true, description: 'When it ended', example: '2006-11-21' }) until?: PartialDate | null;
  @InPeriod({ optional: true, description: 'When the next one is due', example: '2007-10' })
  nextDue?: PartialDate | null;
  @ListOf(() => Evidence, { optional: true }) evidence?: Evidence[] | null;
}

export class ReportUpkeep extends Act {
  @InPeriod({ description: 'The period that is told of', example: '2011' }) period: PartialDate;
  @YesNo({ description: 'Whether it was kept up; if not, the note says why', example: true }) keptUp: boolean;
  @ListOf(() => Evidence, { optional: true }) evidence?: Evidence[] | null;
}

export class Edition extends Source {
  @TextOrNull() readonly title: string | null;
  @ApiProperty({ type: String, example: '2006-11-20' }) readonly held: PartialDate;
  @ApiProperty({ type: String, nullable: true, example: '2006-11-21' }) readonly until: PartialDate | null;
  @ApiProperty({ type: String, nullable: true, example: '2007-10' }) readonly nextDue: PartialDate | null;
  @ApiProperty({ type: [Evidence] }) readonly evidence: readonly Evidence[];
  @TextOrNull() readonly note: string | null;
}

export class Upkeep extends Source {
  @ApiProperty({ type: String, example: '2011' }) readonly period: PartialDate;
  @ApiProperty() readonly keptUp: boolean;
  @ApiProperty({ type: [Evidence] }) readonly evidence: readonly Evidence[];
  @TextOrNull() readonly note: string | null;
}
