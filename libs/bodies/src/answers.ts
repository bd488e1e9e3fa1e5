/** The answers to acts on commitments. */
import { ApiProperty } from '@nestjs/swagger';
import { STAGES, type Stage } from '#words';
import { Integer, Shown, OneWord } from '#platform';

/** Something that was recorded as asked for, and should be looked at again. */
export class ActWarning {
  @OneWord(
    ['likely_duplicate', 'same_name', 'agency_has_ended', 'long_ago', 'not_compared'],
    'agency_has_ended: an agency that the act names, or that does it, had ended by its date, or has a successor since a day that is not registered; long_ago: a date lies before 1800, and is most likely mistyped; not_compared: views are being built, so nobody has looked',
  )
  code: 'likely_duplicate' | 'same_name' | 'agency_has_ended' | 'long_ago' | 'not_compared';
  @ApiProperty({ example: 'ILO-2012-15 “Joint handbook on migration” may be the same.' }) message: string;
  @Shown('The reference or code of the other record, if any', 'ILO-2012-15') of: string;
}

const Warned = () =>
  ApiProperty({
    required: false,
    type: [ActWarning],
    description: 'Likely duplicates, equal names, agencies that have ended, dates long ago. Absent: none',
  });

export class ActAnswer {
  @ApiProperty({ example: 'IOM-2011-12' }) reference: string;
  @Integer('Of the commitment’s last event; also the ETag', 3) revision: number;
  @Shown('Opaque; for If-Position-At-Least and knownAt', '1841') position: string;
  @Warned() warnings?: ActWarning[];
}

export class Outranked {
  @Integer('The revision of the entry that holds', 2) revision: number;
  @ApiProperty({ enum: STAGES }) stage: Stage;
  @ApiProperty({ example: '2006-11' }) effective: string;
  @ApiProperty({ example: '2006-11-21' }) reportedOn: string;
  @Shown('Why it holds, and how to say otherwise') hint: string;
}

export class PartAnswer {
  @Shown('The agency whose part the report is') agency: string;
  @OneWord(STAGES, 'How that part stands now') stage: Stage;
  @Shown('Whether this report is what the part now rests on') changed: boolean;
}

export class StageAnswer extends ActAnswer {
  @OneWord(STAGES, 'The stage now: the lead’s part') stage: Stage;
  @Shown('Whether this report is what the stage now rests on') headlineChanged: boolean;
  @ApiProperty({ type: PartAnswer }) part: PartAnswer;
  @ApiProperty({ required: false, type: Outranked }) outrankedBy?: Outranked;
}

export class RegisterAnswer {
  @ApiProperty({ example: 'IOM' }) code: string;
  @Integer('Of its last event; also the ETag') revision: number;
  @Shown('Opaque; for If-Position-At-Least and knownAt') position: string;
  @Warned() warnings?: ActWarning[];
}
