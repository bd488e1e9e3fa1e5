/** A report as the API answers it in JSON: the model of report.ts, as a schema. */
import { ApiProperty } from '@nestjs/swagger';
import { Day, DayOrNull, Integer, Shown, ShownList, TextOrNull } from '#platform';
import type { FullDate } from '#clocks';
import { REPORT_KINDS, REPORT_LANGUAGES as LANGUAGES, type ReportKind, type ReportLanguage as Language } from '#words';

const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;
const TEXTS_SCHEMA = { type: 'array', items: { type: 'string' } } as const;

/** An object of a schema, or none. */
export const OrNull = (schema: string, description: string) =>
  ApiProperty({ oneOf: [{ $ref: `#/components/schemas/${schema}` }, { type: 'null' }], description });

/** All that the bytes of a report depend on: with it the same log gives the same report again. */
export class ReportManifest {
  @ApiProperty({ enum: REPORT_KINDS }) readonly kind: ReportKind;
  @TextOrNull('Of the publication whose words it has') readonly symbol: string | null;
  /** Without clocks, language and format, in the order of their names. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { agency: 'IOM' } })
  readonly parameters: Readonly<Record<string, string>>;
  @Day() readonly asOf: FullDate;
  @Shown('The position of the log') readonly knownAt: string;
  /** The first day that the report covers; `null`: from the beginning. */
  @DayOrNull() readonly since: FullDate | null;
  @Integer('Calendar months') readonly staleAfter: number;
  @ApiProperty({ enum: LANGUAGES }) readonly language: Language;
  @ApiProperty({ enum: ['asOf', 'knownAt'], isArray: true, description: 'Not asked for, but as they were then' })
  readonly filledIn: readonly ('asOf' | 'knownAt')[];
  @Shown('The identity of the log') readonly log: string;
  @ApiProperty() readonly publisher: string;
  @Shown('The address to which links lead') readonly site: string;
  @TextOrNull('Of the data, by its SPDX name') readonly licence: string | null;
  @Integer('Of the form of this kind of report') readonly template: number;
  @ApiProperty() readonly software: string;
}

class ReportCover {
  @TextOrNull('null until it is published') readonly symbol: string | null;
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

/** Where a statement was read: the mark of a note, and the note itself. */
export class ReportNote {
  @ApiProperty({ enum: ['note'] }) readonly type: 'note';
  @ApiProperty({ example: 'ESA/P/WP.204, para. 12' }) readonly citation: string;
  @ApiProperty({ required: false }) readonly href?: string;
  /** In the order of the report from 1; the same citation has one number. 0 until `numbered`. */
  @Integer() readonly number: number;
}

export class ReportAbbreviation {
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
  @ShownList(ReportNote, 'In the order of their numbers') readonly notes: readonly ReportNote[];
}
