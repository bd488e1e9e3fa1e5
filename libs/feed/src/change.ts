/** An event as followers of the feed read it. */
import { Shown, TextOrNull } from '#platform';
import { ApiProperty } from '@nestjs/swagger';
import type { Meta, Recorded } from '#eventsourcing';
import { ACCOUNT_ROLES } from '#words';

class ChangeMeta implements Meta {
  @Shown('An account; no personal data') readonly actor: string;
  @TextOrNull() readonly agency: string | null;
  @ApiProperty({ enum: ACCOUNT_ROLES }) readonly role: string;
  @ApiProperty({ format: 'uuid' }) readonly commandId: string;
  @ApiProperty() readonly correlationId: string;
  @TextOrNull() readonly causationId: string | null;
  @ApiProperty({ required: false, description: 'W3C Trace Context of the append, when its trace was recorded' })
  readonly traceparent?: string;
}

class ChangeBlanked implements NonNullable<Recorded['blanked']> {
  @ApiProperty({ type: 'integer', description: 'Of the Blanked event, in the same stream' }) readonly revision: number;
  @ApiProperty() readonly reason: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
}

export class Change {
  @Shown('Strictly rising; for `after`') readonly position: string;
  @ApiProperty({ example: 'commitment-IOM-2011-12' }) readonly stream: string;
  @ApiProperty({ type: 'integer' }) readonly revision: number;
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty({ example: 'commitment.StageReported' }) readonly type: string;
  @ApiProperty({ type: 'integer' }) readonly version: number;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt: string;
  @ApiProperty() readonly meta: ChangeMeta;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly data: object;
  @ApiProperty({ required: false, description: 'When its payload was erased; `data` is what is left of it' })
  readonly blanked?: ChangeBlanked;
}

export const feedChangeOf = ({
  position,
  stream,
  revision,
  id,
  type,
  version,
  recordedAt,
  meta,
  data,
  blanked,
}: Recorded): Change => ({
  ...{ position, stream, revision, id, type, version, recordedAt, meta, data },
  ...(blanked && { blanked }),
});
