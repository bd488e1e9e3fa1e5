/** Bodies and views: stages of a commitment, and their verification. */
import { ApiProperty } from '@nestjs/swagger';
import type { DatedEntry, PartialDate } from '#clocks';
import { Integer, Shown, OrNull, CodeOf, InPeriod, OneOf, Text, YesNo } from '#platform';
import {
  FINDINGS,
  OUTLOOKS,
  RESPONSIBLE_ROLES,
  STAGES,
  type Finding,
  type Outlook,
  type Role,
  type Stage,
} from '#words';
import { Act, Reasoned, Source, Sourced } from './statement.js';

export class ReportStage extends Act {
  @OneOf(STAGES, {
    description: 'Completed, of a recurring commitment: its last edition was done, or the series ended',
    example: 'in_progress',
  })
  stage: Stage;
  @InPeriod({ description: 'When it happened; may not begin after reportedOn', example: '2012-11-02' })
  effective: PartialDate;
  @OneOf(OUTLOOKS, { optional: true, description: 'How the agency sees it going', example: 'on_track' })
  outlook?: Outlook | null;
  @Text({
    max: 1000,
    optional: true,
    description: 'The next step, in this report',
    example: 'The second edition goes to print',
  })
  nextStep?: string | null;
  @InPeriod({ optional: true, description: 'When the next step is due', example: '2013-03' })
  nextStepDue?: PartialDate | null;
  @YesNo({ optional: true, description: 'There is no next step' }) noNextStep?: boolean | null;
  @CodeOf('agency', {
    optional: true,
    description:
      'The agency whose part this is; without it the lead’s as at reportedOn. A focal point always reports for its own agency',
    example: 'IOM',
  })
  agency?: string | null;
}

/** No change: an agency's last statement about its part still holds. */
export class Confirm extends Act {
  @CodeOf('agency', {
    optional: true,
    description:
      'The agency whose part this is; without it the lead’s as at reportedOn. A focal point always confirms for its own agency',
    example: 'IOM',
  })
  agency?: string | null;
}

export class Verify extends Reasoned {
  @OneOf(FINDINGS, { example: 'documented' }) verification: Finding;
  @CodeOf('agency', { optional: true, description: 'Whose part was read; without it the lead’s', example: 'IOM' })
  agency?: string | null;
}

export class Reply extends Sourced {
  @Text({ max: 4000, example: 'The guide was handed to both ministries; the receipt is attached.' }) text: string;
  @CodeOf('agency', { optional: true, description: 'Whose part was read; without it the lead’s', example: 'IOM' })
  agency?: string | null;
}

export class StageEntry extends ReportStage implements DatedEntry {
  @Integer('Of the event that says so') readonly revision: number;
}

export class ReplyAsAt extends Source {
  @ApiProperty() readonly text: string;
  @ApiProperty() readonly agency: string;
}

/** The secretariat's reading of a part, and the replies of the agency. */
export class Verification extends Source {
  @ApiProperty({ enum: FINDINGS }) readonly verification: Finding;
  @ApiProperty() readonly reason: string;
  @Integer('The revision of the stage entry that was read') readonly entry: number;
  @Shown('Whether the part still rests on the entry that was read') readonly current: boolean;
  @ApiProperty({ type: [ReplyAsAt] }) readonly replies: readonly ReplyAsAt[];
}

/** The report of one agency on its part. */
export class Part {
  @ApiProperty() readonly agency: string;
  @ApiProperty({ enum: RESPONSIBLE_ROLES }) readonly role: Role;
  @OrNull(() => StageEntry, 'null: it has reported nothing of its own') readonly entry: StageEntry | null;
  @OrNull(() => Verification, 'null: unreviewed') readonly verification: Verification | null;
}
