/** A kind of report: its query, the version of its form, and how it is made. */
import { Transform } from 'class-transformer';
import { ProgressClockQuery, OnDate, QueryChoice } from '#platform';
import { refused } from '#eventsourcing';
import { OptionalText, type Filter } from '#progress';
import type { Registers } from '#registers';
import type { Draft } from './draft.js';
import { REPORT_FORMAT_NAMES, type ReportFormatName } from './formats.js';
import { LANGUAGES, type Cover, type Language, type Report, type ReportKind, type Section } from './report.js';

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

/** A report without the parts that are the same in every kind. */
export interface MadeReport extends Pick<Report, 'data'> {
  readonly cover: Omit<Cover, 'symbol'>;
  /** They are made only where they are read: a table program is given the data alone. */
  sections(): Promise<Section[]>;
}

/** The filters of reports; each kind takes those that its query class declares. */
export type ReportFilter = Filter & { readonly forum?: string };

export interface ReportMaker {
  /** The answer of its route. */
  readonly summary: string;
  readonly query: new () => ReportQuery & ReportFilter;
  /** Raised when the form of the report changes. */
  readonly template: number;
  /** @throws Rejected when something is not there that was asked for */
  make(draft: Draft, asked: ReportFilter): Promise<MadeReport>;
}

/** The kinds that are about one thing. */
export type ReportSubject = Extract<ReportKind, 'agency' | 'theme' | 'forum'>;

/**
 * The subject of a report. @param at the pointer to the object with its field @throws Rejected `invalid` | `not_found`
 */
export async function reportSubject<S extends ReportSubject>(
  registers: Registers,
  kind: S,
  asked: ReportFilter,
  { knownAt, asOf }: { readonly knownAt: string; readonly asOf?: string },
  at = '',
) {
  const code = asked[kind];
  if (!code) throw refused('invalid', `/${at}${kind}`, `${kind} is needed: it says what the report is about`);
  return registers.needed(kind, code, knownAt, { asOf, field: `${at}${kind}` });
}
