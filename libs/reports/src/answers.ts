/** A report as the API answers it in JSON: the model of report.ts, as a schema. */
import { ApiProperty } from '@nestjs/swagger';
import { LANGUAGES, REPORT_KINDS, type Language, type Manifest, type ReportKind } from './report.js';

const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;
const TEXTS_SCHEMA = { type: 'array', items: { type: 'string' } } as const;

/** An object of a schema, or none. */
export const OrNull = (schema: string, description: string) =>
  ApiProperty({ oneOf: [{ $ref: `#/components/schemas/${schema}` }, { type: 'null' }], description });

export class ReportManifest implements Manifest {
  @ApiProperty({ enum: REPORT_KINDS }) readonly kind: ReportKind;
  @ApiProperty({ type: String, nullable: true, description: 'Of the publication whose words it has' })
  readonly symbol: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { agency: 'IOM' } })
  readonly parameters: Readonly<Record<string, string>>;
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: string;
  @ApiProperty({ description: 'The position of the log' }) readonly knownAt: string;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly since: string | null;
  @ApiProperty({ type: 'integer', description: 'Calendar months' }) readonly staleAfter: number;
  @ApiProperty({ enum: LANGUAGES }) readonly language: Language;
  @ApiProperty({ enum: ['asOf', 'knownAt'], isArray: true, description: 'Not asked for, but as they were then' })
  readonly filledIn: readonly ('asOf' | 'knownAt')[];
  @ApiProperty({ description: 'The identity of the log' }) readonly log: string;
  @ApiProperty() readonly publisher: string;
  @ApiProperty({ description: 'The address to which links lead' }) readonly site: string;
  @ApiProperty({ type: String, nullable: true, description: 'Of the data, by its SPDX name' })
  readonly licence: string | null;
  @ApiProperty({ type: 'integer', description: 'Of the form of this kind of report' }) readonly template: number;
  @ApiProperty() readonly software: string;
}

class ReportCover {
  @ApiProperty({ type: String, nullable: true, description: 'null until it is published' })
  readonly symbol: string | null;
  @ApiProperty() readonly title: string;
  @ApiProperty({ type: 'array', items: {}, description: 'Inlines' }) readonly subtitle: readonly unknown[];
  @ApiProperty() readonly asAt: string;
  @ApiProperty(TEXTS_SCHEMA) readonly issuedBy: readonly string[];
  @ApiProperty({ type: 'array', items: ANY_OBJECT, description: 'The few figures that a reader looks for first' })
  readonly figures: readonly object[];
}

class ReportSection {
  @ApiProperty() readonly id: string;
  @ApiProperty({ example: 'II' }) readonly number: string;
  @ApiProperty({ type: 'array', items: {}, description: 'Inlines' }) readonly title: readonly unknown[];
  @ApiProperty({
    type: 'array',
    items: ANY_OBJECT,
    description: 'By their `type`: paragraph, list, table, chart or narrative',
  })
  readonly blocks: readonly object[];
  @ApiProperty({ type: () => [ReportSection] }) readonly sections: readonly ReportSection[];
}

class ReportNote {
  @ApiProperty({ enum: ['note'] }) readonly type: 'note';
  @ApiProperty({ example: 'ESA/P/WP.204, para. 12' }) readonly citation: string;
  @ApiProperty({ required: false }) readonly href?: string;
  @ApiProperty({ type: 'integer' }) readonly number: number;
}

class ReportAbbreviation {
  @ApiProperty({ example: 'IOM' }) readonly short: string;
  @ApiProperty() readonly long: string;
}

export class ReportAnswer {
  @ApiProperty({ enum: REPORT_KINDS }) readonly kind: ReportKind;
  @ApiProperty({ enum: LANGUAGES }) readonly language: Language;
  @ApiProperty() readonly cover: ReportCover;
  @ApiProperty({ type: [ReportSection] }) readonly sections: readonly ReportSection[];
  @ApiProperty({ ...ANY_OBJECT, description: 'A table: the subjects of the report, one row each' })
  readonly data: object;
  @ApiProperty({ type: [ReportAbbreviation] }) readonly abbreviations: readonly ReportAbbreviation[];
  @ApiProperty() readonly manifest: ReportManifest;
  @ApiProperty({ type: [ReportNote], description: 'In the order of their numbers' })
  readonly notes: readonly ReportNote[];
}
