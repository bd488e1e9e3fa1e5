/** A kind of report: its query, the version of its form, and how it is made. */
import { Transform } from 'class-transformer';
import { ProgressClockQuery, OnDate, QueryChoice } from '#platform';
import { Rejected } from '#eventsourcing';
import { OptionalText, type Filter } from '#progress';
import type { Draft } from './draft.js';
import { REPORT_FORMAT_NAMES, type ReportFormatName } from './formats.js';
import { LANGUAGES, type Language, type Report, type Section } from './report.js';

/** The parameters of every kind, beside its filters. */
export class ReportQuery extends ProgressClockQuery {
  // A form that was not filled in sends an empty one.
  @Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value))
  @OnDate({
    optional: true,
    description: 'The report covers what came between this date and `asOf`; not after `asOf`',
    example: '2006-11-21',
  })
  since?: string;
  @OptionalText(
    'The report comes out of this reporting round: as at its cut-off, with who answered, the answers and the words of the agencies; without `since` it covers what came since the round before',
    'CM-2011',
  )
  round?: string;
  @QueryChoice(LANGUAGES, { default: 'en', description: 'Of the report; people’s words stay in their own language' })
  language?: Language;
  @QueryChoice(REPORT_FORMAT_NAMES, {
    default: 'html',
    description: 'Of the report; `manifest` is all that its bytes depend on, to make it again',
  })
  format?: ReportFormatName;
}

/** A report but for what is the same in every kind. */
export interface Made extends Pick<Report, 'cover' | 'data'> {
  /** They are made only where they are read: a table program is given the data alone. */
  sections(): Promise<Section[]>;
}

/** The filters of reports; each kind takes those that its query class declares. */
export type ReportFilter = Filter & { readonly forum?: string };

export interface ReportMaker {
  /** Raised when the form of the report changes. */
  readonly template: number;
  /** @throws Rejected when something is not there that was asked for */
  make(draft: Draft, asked: ReportFilter): Promise<Made>;
}

/** @throws Rejected `invalid` where what the report is about is not named */
export function needed(value: string | undefined, field: string): string {
  if (value) return value;
  const message = `${field} is needed: it says what the report is about`;
  throw new Rejected('invalid', message, [{ pointer: `/${field}`, message }]);
}
