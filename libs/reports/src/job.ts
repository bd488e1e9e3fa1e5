/** A job, as it is kept: a report that is made as a file, or published. */
import { v5 as uuidv5 } from 'uuid';
import type { Draft } from '#drafts';
import type { Meta } from '#eventsourcing';
import { problemOf, type Problem } from '#platform';
import type { ReportFormatName } from './formats.js';
import type { Publishes } from './publishing.js';
import type { Manifest } from './report.js';
import type { RowsRead } from './rows-read.js';

export const JOB_STATES = ['waiting', 'reading', 'writing', 'done', 'failed', 'cancelled'] as const;
/** Those of publications: from `publishing` on nothing stops it. */
export const PUBLISHING_STATES = [...JOB_STATES.slice(0, 3), 'publishing', ...JOB_STATES.slice(3)] as const;
export type JobState = (typeof PUBLISHING_STATES)[number];

/** The report that is to be made: its dates are settled, so that it is the same whenever it is made. */
export interface ReportOrder extends Pick<
  Manifest,
  'kind' | 'parameters' | 'asOf' | 'knownAt' | 'since' | 'staleAfter' | 'language'
> {
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

/** The fields of jobs of both kinds. */
export interface Job<O extends object = ReportOrder | PublishingOrder> {
  readonly order: O;
  /** Of the client that ordered it. */
  readonly client: string;
  readonly state: JobState;
  /** Instants. */
  readonly askedAt: string;
  readonly endedAt: string | null;
  /** Of a report its long tables' rows, of a publication its files. */
  readonly rows: RowsRead | null;
  readonly attempts: number;
  readonly worker: Worker | null;
  readonly file: { readonly bytes: number; readonly sha256: string; readonly erased: number } | null;
  /** The position of the publication. */
  readonly position?: string;
  readonly problem: Problem | null;
}

export type NamedJob<O extends object = ReportOrder> = Job<O> & { readonly id: string };
export const namedJob = <O extends object>({ id, content }: Draft<Job<O>>): NamedJob<O> => ({ ...content, id });
export const isPublishing = (job: NamedJob<object>): job is NamedJob<PublishingOrder> => 'publishes' in job.order;
export const isOver = (state: JobState): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/** The namespace of the ids of jobs that publish. */
const JOBS_NAMESPACE = '6f0a3c0e-54a0-4c0e-9f0f-2d0b6d7f4c11';

/** The id of the job that publishes a round, or a report of none. */
export const publishingJobId = ({ round, publication }: Pick<Publishes, 'round' | 'publication'>): string =>
  uuidv5(round === null ? `report ${publication}` : `round ${round}`, JOBS_NAMESPACE);

export const newJob = <O extends object>(order: O, client: string): Job<O> => ({
  ...{ order, client, state: 'waiting', askedAt: new Date().toISOString(), endedAt: null, rows: null, attempts: 0 },
  ...{ worker: null, file: null, problem: null },
});

export const endedNow = (state: 'done' | 'failed') => ({ state, endedAt: new Date().toISOString() });

/** The problem of a job whose server ended twice. */
export const LOST_JOB: Problem = {
  ...problemOf(new Error('lost')),
  detail: 'The server ended twice while it made this report.',
  code: 'lost',
  type: 'urn:followthrough:problem:lost',
};
