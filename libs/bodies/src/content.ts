/** Bodies and views: the content of a commitment, and its evidence. */
import { ApiProperty } from '@nestjs/swagger';
import type { FullDate, PartialDate } from '#clocks';
import { Shown, Day, DayOrNull, TextOrNull, WebAddress, CodesOf, InPeriod, Kebab, Language, Text } from '#platform';
import { Citation, OnBehalf } from './agency.js';
import { Act, Source, Sourced } from './statement.js';

export class Target {
  @InPeriod({ example: '2011' }) date: PartialDate;
  @Text({ max: 2000, optional: true }) note?: string | null;
}

export class Milestone {
  @Text({ example: 'Research Guide produced' }) title: string;
  @InPeriod({ optional: true, example: '2011-06' }) due?: PartialDate | null;
  @InPeriod({ optional: true, example: '2011' }) reachedOn?: PartialDate | null;
}

export class Deliverable {
  @Kebab({ example: 'publication' }) type: string;
  @Text({ example: 'Research Guide' }) title: string;
}

export class Evidence {
  @Text({ max: 500, example: 'Research Guide' }) title: string;
  @InPeriod({ optional: true, example: '2011' }) date?: PartialDate | null;
  @WebAddress({ optional: true, example: 'https://example.org/research-guide' }) url?: string | null;
  @Language({ optional: true }) language?: string | null;
}

export class SetThemes extends Act {
  @CodesOf('theme', { min: 1, example: ['HLD06-15', 'HLD06-01'] }) themes: string[];
}

export class SetTarget extends Act {
  @InPeriod({ optional: true, description: 'Without it: no target any more', example: '2013-06' })
  date?: PartialDate | null;
}

export class AddMilestone extends Act {
  @Text({ example: 'Indicators piloted in two countries' }) title: string;
  @InPeriod({ optional: true, example: '2013-03' }) due?: PartialDate | null;
}

export class ReachMilestone extends Act {
  @InPeriod({ optional: true, example: '2013-02' }) reachedOn?: PartialDate | null;
}

export class RescheduleMilestone extends Act {
  @InPeriod({ example: '2013-09' }) due: PartialDate;
}

export class DropMilestone extends Sourced {
  @Text({ max: 2000, description: 'Why', example: 'Merged with the regional pilot' }) note: string;
}

export class AttachEvidence extends Act {
  @Text({ max: 500, example: 'Research Guide' }) title: string;
  @InPeriod({ optional: true, example: '2011' }) date?: PartialDate | null;
  @WebAddress({ optional: true, example: 'https://example.org/research-guide' }) url?: string | null;
  @Language({ optional: true }) language?: string | null;
}

export class AmendWording extends Act {
  @Text({ optional: true, example: 'ACP Observatory on Migration' }) title?: string | null;
  @Text({ max: 4000, optional: true }) summary?: string | null;
  @Language({ optional: true }) language?: string | null;
  @Text({ max: 2000, optional: true, description: 'Its condition; one that was lifted comes back' })
  condition?: string | null;
}

export class LiftCondition extends Act {
  @InPeriod({ description: 'When', example: '2011-05' }) liftedOn: PartialDate;
  @Text({ max: 2000, description: 'The reason', example: 'The European Commission’s grant was signed' })
  liftedBy: string;
}

export class Claim extends Act {
  @Kebab({ description: 'The subject of the claim, in a word', example: 'organiser' }) about: string;
  @Text({ max: 1000, example: 'Organised by the International Labour Organization' }) says: string;
}

export class ReportedEvidence extends Evidence implements Source {
  @DayOrNull() readonly reportedOn: FullDate | null;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty({ type: () => Citation, required: false, nullable: true }) readonly citation?: Citation | null;
  @ApiProperty({ type: () => [Citation], required: false, nullable: true }) readonly citations?: Citation[] | null;
  @ApiProperty({ type: () => OnBehalf, required: false, nullable: true }) readonly onBehalf?: OnBehalf | null;
}

/** The claim of one source about a subject; other sources may claim otherwise. */
export class ReportedClaim extends Source {
  @ApiProperty() readonly says: string;
  @TextOrNull() readonly note: string | null;
}

export class MilestoneAsAt {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Its number, for acts on it' }) milestone: number;
  @ApiProperty() title: string;
  @ApiProperty({ type: String, nullable: true, example: '2011-06' }) due: PartialDate | null;
  @ApiProperty() reached: boolean;
  @ApiProperty({ type: String, nullable: true, example: '2011' }) reachedOn: PartialDate | null;
  @TextOrNull('Why it was given up') dropped: string | null;
}

export class LiftedCondition {
  @ApiProperty({ type: String, example: '2011-05' }) readonly liftedOn: PartialDate;
  @ApiProperty() readonly liftedBy: string;
  @Day() readonly reportedOn: FullDate;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
}

/** The claims of all sources about one subject, side by side. */
export class Claims {
  @ApiProperty({ example: 'organiser' }) readonly about: string;
  @Shown('Whether the sources say different things') readonly contradictory: boolean;
  @ApiProperty({ type: [ReportedClaim] }) readonly claims: readonly ReportedClaim[];
}
