/** A job, as it is kept: a report that is made as a file, or published. */
import type { Meta } from '#eventsourcing';
import type { Problem } from '#platform';
import type { ReportFormatName } from './formats.js';
import type { Publishes } from './publishing.js';
import type { Language, ReportKind } from './report.js';
import type { RowsRead } from './rows-read.js';

export const JOB_STATES = ['waiting', 'reading', 'writing', 'done', 'failed', 'cancelled'] as const;
/** Those of what is published: from `publishing` on nothing stops it. */
export const PUBLISHING_STATES = [
  'waiting',
  'reading',
  'writing',
  'publishing',
  'done',
  'failed',
  'cancelled',
] as const;
export type JobState = (typeof PUBLISHING_STATES)[number];

/** The report that is to be made: its dates are settled, so that it is the same whenever it is made. */
export interface ReportOrder {
  readonly kind: ReportKind;
  readonly parameters: Readonly<Record<string, string>>;
  readonly asOf: string;
  readonly knownAt: string;
  readonly since: string | null;
  readonly staleAfter: number;
  readonly language: Language;
  readonly format: ReportFormatName;
}

/** A report that is to be published, by a command as it was given. */
export interface PublishingOrder {
  readonly publishes: Publishes;
  readonly meta: Meta;
}

/** The process that works on a job. */
export interface Worker {
  readonly host: string;
  readonly pid: number;
  /** Another one of each start. */
  readonly start: string;
  /** When it last said so, in milliseconds since 1970. */
  readonly at: number;
}

/** What jobs of both kinds have. */
export interface Job<O extends object = ReportOrder | PublishingOrder> {
  readonly order: O;
  /** Of whoever asked for it. */
  readonly client: string;
  readonly state: JobState;
  /** Instants. */
  readonly askedAt: string;
  readonly endedAt: string | null;
  /** Of a report its long tables' rows, of what is published its files. */
  readonly rows: RowsRead | null;
  readonly attempts: number;
  readonly worker: Worker | null;
  readonly file: { readonly bytes: number; readonly sha256: string; readonly erased: number } | null;
  /** The position of what was published. */
  readonly position?: string;
  readonly problem: Problem | null;
}
