/** The words that others saved in a draft since it was read: enough for a program to join them with its own. */
import { ApiProperty } from '@nestjs/swagger';
import { WrongRevision } from '#eventsourcing';
import { ShownList, Shown, TextOrNull } from '../fields/answer-fields.js';

class SavedOtherwise {
  @ApiProperty({ example: 'commitment IOM-2011-12' }) readonly part: string;
  @TextOrNull('Where in the body that was sent (RFC 6901); null: it is not in it', '/commitments/3')
  readonly pointer: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'As it was saved meanwhile; null: it was taken out',
  })
  readonly theirs: object | null;
}

export class SavedMeanwhile {
  @ApiProperty({ type: 'integer', description: 'Of the draft as it is now; 0: there is none' })
  readonly revision: number;
  @TextOrNull('The account that saved it') readonly by: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) readonly saved: string | null;
  @Shown('The address of the draft', '/v1/rounds/CM-2013/returns/IOM') readonly draft: string;
  @ShownList(String, 'The parts that others changed since the revision that was read', [
    'commitment IOM-2011-12',
    'narrative en',
  ])
  readonly changed: readonly string[];
  @ShownList(
    SavedOtherwise,
    'Those of them that the body changes, too, in another way: of these one has to choose. All other parts that were changed are taken from the draft',
  )
  readonly conflicts: readonly SavedOtherwise[];
}

/** Someone has saved meanwhile; the answer gives those changes. */
export class SavedByOthers extends WrongRevision {
  constructor(
    stream: string,
    expected: number,
    readonly meanwhile: SavedMeanwhile,
  ) {
    super(stream, expected, meanwhile.revision);
  }
}
