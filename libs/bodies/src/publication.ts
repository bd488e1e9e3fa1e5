/** Reports that are published: the report that is meant, the words that people add to it, and the files that were published. */
import { ApiProperty, OmitType } from '@nestjs/swagger';
import type { FullDate } from '#clocks';
import { Code, CodeOf, Kebab, Language, ListOf, Markdown, OnDate, OneOf, Plain, Text, WholeNumber } from '#platform';
import { REPORT_KINDS, REPORT_LANGUAGES, type ReportKind, type ReportLanguage } from '#words';

/** A report that is to be published. */
export class Publication {
  @Code({ description: 'Its symbol', example: 'FT/2012/1' }) id: string;
  @OneOf(REPORT_KINDS, { example: 'agency' }) kind: ReportKind;
  @Plain({
    optional: true,
    description: 'Its subject, as the route of its kind takes it: without dates, language and format',
    example: { agency: 'IOM' },
  })
  parameters?: Readonly<Record<string, string>> | null;
  @OnDate({ description: 'The date as at which its figures stand', example: '2012-11-02' }) asOf: FullDate;
  @OnDate({ optional: true, description: 'It covers what came since then', example: '2011-02-17' })
  since?: FullDate | null;
  @WholeNumber({ optional: true, min: 1, description: 'The months after which a commitment is stale; without it 12' })
  staleAfter?: number | null;
}

/** Words of the secretariat, or of an agency on its own part, in a section of the report. */
export class WriteNarrative {
  @Code({ description: 'The section of the report, by its id', example: 'theme-HLD06-04' }) section: string;
  @CodeOf('agency', {
    optional: true,
    description: 'Whose words they are; without it the secretariat’s',
    example: 'IOM',
  })
  agency?: string | null;
  @Language({ example: 'en' }) language: string;
  @Markdown() text: string;
}

/** Words that are taken away again. */
export class RemoveNarrative extends OmitType(WriteNarrative, ['text']) {}

/** The subject of a report, for forms: each kind takes the parameters of its route. */
export class AboutReport {
  @CodeOf('agency', { optional: true, description: 'For a report on one agency' }) agency?: string | null;
  @CodeOf('theme', { optional: true, description: 'For a report on one theme' }) theme?: string | null;
  @CodeOf('forum', { optional: true, description: 'For a report on the follow-up to one forum' }) forum?: string | null;
  @CodeOf('agency', {
    optional: true,
    description: 'Only the members of this body; not for a report on one agency or theme',
  })
  memberOf?: string | null;
  @CodeOf('framework', { optional: true, description: 'The framework by whose themes it is set out' })
  framework?: string | null;
}

/** A narrative as it stands: the last one of its section, agency and language. */
export class Narrative extends WriteNarrative {
  @ApiProperty({ type: 'integer', description: 'Of the event that says so' }) readonly revision: number;
}

export class PublishedFile {
  @OneOf(REPORT_LANGUAGES) language: ReportLanguage;
  @Kebab({ example: 'pdf' }) format: string;
  @Text({ max: 64, free: false, description: 'SHA-256 of its bytes, in hexadecimal' }) sha256: string;
  @WholeNumber({ description: 'Its size in bytes' }) bytes: number;
}

/** Everything that the files of a published report rest on. */
export class PublishReport {
  @Text({ max: 20, free: false, description: 'The position as known at which it was made' }) knownAt: string;
  @Text({ max: 100, free: false, description: 'The identity of the log' }) log: string;
  @WholeNumber({ min: 1, description: 'The version of the form of this kind of report' }) template: number;
  @Text({ max: 100, free: false, description: 'The version of the software' }) software: string;
  @OnDate({ description: 'The day on which it was published' }) publishedOn: FullDate;
  @ListOf(() => PublishedFile, { min: 1 }) files: PublishedFile[];
}

/** A report that is to be published, or was, with the words added to it. */
export class PublicationAsAt extends Publication {
  @ApiProperty({ type: [Narrative] }) readonly narratives: readonly Narrative[];
  @ApiProperty({
    oneOf: [{ $ref: '#/components/schemas/PublishReport' }, { type: 'null' }],
    description: 'null: not yet published',
  })
  readonly published: PublishReport | null;
}
