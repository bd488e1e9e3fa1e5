/**
 * Reports that are made in the background: a job is a draft, beside the log and shared by all servers, and its file lies in a
 * folder under the job's id. A server works on one at a time. A job whose server was killed is taken up again, once.
 */
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { DraftsStore, type Draft } from '#drafts';
import { canonicalJson, Conflict, Rejected, StoreUnavailable, WrongRevision } from '#eventsourcing';
import { problemOf, type Problem } from '#platform';
import { Erasures } from './erasures.projection.js';
import { reportFormat, type ReportFormatName } from './formats.js';
import { arrived, digested } from './published-files.js';
import type { Language, NumberedReport, ReportKind } from './report.js';
import { holdsRows, Reports } from './reports.js';
import { tellingRows, type RowsRead } from './rows-read.js';
import { written } from './threads.js';

const KIND = 'report-job';
const ACCOUNT = 'reports';

/** In all, and of one client: so many wait or are made at once. */
const [MOST, MOST_OF_CLIENT] = [32, 4] as const;
/** How often a job is begun: a second time after its server was killed. */
const ATTEMPTS = 2;
/** How often somebody who waits for a job looks at it. */
const ASK_MS = 100;
/** How often a server says that it is still at work, and how long after it last did so it is taken for gone. */
const [BEAT_MS, GONE_MS] = [2_000, 20_000] as const;
/** How often a server looks for what others left, and for what has been kept long enough. */
const LOOK_MS = 5_000;
/** All files together, in bytes: of more the oldest go first. */
const MOST_BYTES = 2_000_000_000;

export const JOB_STATES = ['waiting', 'reading', 'writing', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];
const isOver = (state: JobState): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

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

/** The process that works on a job. */
interface Worker {
  readonly host: string;
  readonly pid: number;
  /** Another one of each start. */
  readonly start: string;
  /** When it last said so, in milliseconds since 1970. */
  readonly at: number;
}

export interface ReportJob {
  readonly order: ReportOrder;
  /** Of whoever asked for it. */
  readonly client: string;
  readonly state: JobState;
  /** Instants. */
  readonly askedAt: string;
  readonly endedAt: string | null;
  readonly rows: RowsRead | null;
  readonly attempts: number;
  readonly worker: Worker | null;
  readonly file: { readonly bytes: number; readonly sha256: string; readonly erased: number } | null;
  readonly problem: Problem | null;
}

export type NamedJob = ReportJob & { readonly id: string };
type JobDraft = Draft<ReportJob>;

/** The folder of files, and how long they are kept. */
export abstract class JobsKept {
  abstract readonly folder: string;
  abstract readonly hours: number;
}

const SELF = { host: hostname(), pid: process.pid, start: randomUUID() } as const;
const CLIENTS = randomBytes(32);

/** Tells clients apart until this process ends, and tells nothing of them. */
export const clientOf = (name: string): string => createHmac('sha256', CLIENTS).update(name).digest('base64url');

/** Why a job was broken off. */
const [CANCELLED, STOPPED, TAKEN] = ['cancelled', 'stopped', 'taken'] as const;

@Injectable()
export class ReportJobs implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Reports');
  /** The job that this server works on. */
  #current: { readonly id: string; readonly breaking: AbortController } | null = null;
  #working: Promise<void> | null = null;
  /** Those that are over need not be read again. */
  #over: ReadonlyMap<string, JobDraft> = new Map();
  #again: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly drafts: DraftsStore,
    private readonly reports: Reports,
    private readonly erasures: Erasures,
    private readonly kept: JobsKept,
  ) {}

  /** Works on what waits, and goes on looking for more, until it is stopped. */
  start(): void {
    if (this.#isStopped || this.#again) return;
    this.#wake();
    this.#again = setInterval(() => this.#wake(), LOOK_MS).unref();
  }

  /** What is being made is put back, for the next server or the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#again);
    this.#current?.breaking.abort(STOPPED);
    await this.#working;
  }

  /**
   * Orders a report. The same order of the same client that is under way is the same job.
   * @param id as the client has named it: given again, it is the same job
   * @throws Rejected `not_yet` when too many wait | Conflict `another_order` for an id of another one
   */
  async order(order: ReportOrder, client: string, id: string = randomUUID()): Promise<NamedJob> {
    const before = await this.drafts.read<ReportJob>({ kind: KIND, id });
    if (before) {
      if (before.content.client === client && isSame(before.content.order, order)) return named(before);
      throw new Conflict('another_order', 'This id was given to another order.', '/id');
    }
    const open = (await this.#all()).filter(({ content }) => !isOver(content.state));
    const own = open.filter(({ content }) => content.client === client);
    const same = own.find(({ content }) => isSame(content.order, order));
    if (same) return named(same);
    if (own.length >= MOST_OF_CLIENT)
      throw new Rejected(
        'not_yet',
        `${own.length} of your reports are being made already. Ask again when one is done.`,
      );
    if (open.length >= MOST)
      throw new Rejected('not_yet', `${open.length} reports wait to be made already. Ask again later.`);
    const job: ReportJob = {
      ...{ order, client, state: 'waiting', askedAt: new Date().toISOString(), endedAt: null, rows: null, attempts: 0 },
      ...{ worker: null, file: null, problem: null },
    };
    await this.drafts.create({ kind: KIND, id }, null, job, ACCOUNT);
    this.start();
    this.#wake();
    return { ...job, id };
  }

  /** @throws Rejected `not_found` */
  async one(id: string): Promise<NamedJob> {
    return named(await this.#draftOf(id));
  }

  /** A job once it is over, or as it is when that takes longer. @throws Rejected `not_found` */
  async over(id: string, patienceMs: number): Promise<NamedJob> {
    for (const end = performance.now() + patienceMs; ; await pause(ASK_MS)) {
      const job = await this.one(id);
      if (isOver(job.state) || performance.now() > end) return job;
    }
  }

  /** When a job that is over is no longer kept, as an instant. */
  keptUntil({ endedAt }: ReportJob): string | null {
    return endedAt && new Date(Date.parse(endedAt) + this.kept.hours * 3_600_000).toISOString();
  }

  /** Breaks a job off, where it is not over. @throws Rejected `not_found` */
  async cancel(id: string): Promise<NamedJob> {
    for (;;) {
      const draft = await this.#draftOf(id);
      if (isOver(draft.content.state)) return named(draft);
      const job: ReportJob = { ...draft.content, state: 'cancelled', endedAt: new Date().toISOString(), worker: null };
      try {
        await this.drafts.put(draft, job, ACCOUNT, draft.revision);
      } catch (error) {
        if (error instanceof WrongRevision) continue;
        throw error;
      }
      if (this.#current?.id === id) this.#current.breaking.abort(CANCELLED);
      return { ...job, id };
    }
  }

  /**
   * The bytes of a job that is done. Where another server has them, or words were erased since, they are made again.
   * @throws Rejected `not_done`
   */
  async file({ id, state, order, file }: NamedJob): Promise<AsyncIterable<Uint8Array>> {
    if (state !== 'done')
      throw new Rejected('not_done', `The report is ${state}: there is no file of it.`, [], 'conflict');
    if (file!.erased === this.erasures.last) {
      const kept = await this.#kept(id);
      if (kept) return kept;
    } else await rm(this.#fileOf(id), { force: true });
    return written(order.format, await this.#made(order));
  }

  async #kept(id: string): Promise<Readable | null> {
    const found = await stat(this.#fileOf(id)).catch(() => null);
    return found && createReadStream(this.#fileOf(id));
  }

  async #made({ kind, parameters, since, format, staleAfter, ...order }: ReportOrder): Promise<NumberedReport> {
    const query = { ...parameters, ...order, ...(since && { since }), staleAfter: String(staleAfter) };
    return holdsRows(await this.reports.make(kind, this.reports.query(kind, query)), format);
  }

  #fileOf(id: string): string {
    return join(this.kept.folder, id);
  }

  async #draftOf(id: string): Promise<JobDraft> {
    const draft = await this.drafts.read<ReportJob>({ kind: KIND, id });
    if (!draft) throw new Rejected('not_found', `There is no job ${id}, or it was kept long enough.`);
    return draft;
  }

  async #all(): Promise<JobDraft[]> {
    const lines = await this.drafts.list(KIND);
    const all: JobDraft[] = [];
    for (const line of lines) {
      const known = this.#over.get(line.id);
      const draft = known?.revision === line.revision ? known : await this.drafts.read<ReportJob>(line);
      if (draft) all.push(draft);
    }
    this.#over = new Map(all.filter(({ content }) => isOver(content.state)).map((draft) => [draft.id, draft]));
    return all.sort((a, b) => (a.content.askedAt < b.content.askedAt ? -1 : 1));
  }

  // ── Working ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #wake(): void {
    this.#working ??= this.#work()
      .catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) this.#logger.error('Cannot work on reports', String(error));
      })
      .finally(() => {
        this.#working = null;
      });
  }

  async #work(): Promise<void> {
    await this.#sweep();
    while (!this.#isStopped) {
      const taken = await this.#take();
      if (!taken) return;
      await this.#run(taken);
    }
  }

  /** Takes the first job that waits, or whose server is gone. `null`: there is none. */
  async #take(): Promise<JobDraft | null> {
    for (const draft of await this.#all()) {
      const { state, worker, attempts } = draft.content;
      if (isOver(state) || (state !== 'waiting' && !isGone(worker))) continue;
      const isLost = attempts >= ATTEMPTS;
      const job: ReportJob = isLost
        ? { ...draft.content, ...ended('failed'), worker: null, problem: LOST }
        : {
            ...draft.content,
            state: 'reading',
            rows: null,
            attempts: attempts + 1,
            worker: { ...SELF, at: Date.now() },
          };
      try {
        const { revision } = await this.drafts.put(draft, job, ACCOUNT, draft.revision);
        if (!isLost) return { ...draft, content: job, revision };
      } catch (error) {
        // Another server was faster.
        if (!(error instanceof WrongRevision)) throw error;
      }
    }
    return null;
  }

  async #run(taken: JobDraft): Promise<void> {
    const { id } = taken;
    const { order } = taken.content;
    const breaking = new AbortController();
    const held = new HeldJob(this.drafts, taken, () => breaking.abort(TAKEN));
    this.#current = { id, breaking };
    const beating = held.beat(breaking.signal);
    const arriving = `${this.#fileOf(id)}.${SELF.start}.arriving`;
    try {
      const erased = this.erasures.last;
      const made = await this.#made(order);
      const { telling } = tellingRows(made, reportFormat(order.format), (rows) => held.tell(rows));
      breaking.signal.throwIfAborted();
      await held.save({ state: 'writing' });
      await mkdir(this.kept.folder, { recursive: true });
      const chunks = written(order.format, telling, breaking.signal);
      const done = await digested(chunks, arriving, undefined, breaking.signal);
      await arrived(arriving, this.#fileOf(id));
      await held.save({ ...ended('done'), worker: null, file: { ...done, erased } });
    } catch (error) {
      await rm(arriving, { force: true });
      const why: unknown = breaking.signal.reason;
      if (why === STOPPED)
        await held.save({ state: 'waiting', worker: null, rows: null, attempts: taken.content.attempts - 1 });
      else if (why === CANCELLED || error instanceof WrongRevision) await rm(this.#fileOf(id), { force: true });
      else if (why !== TAKEN) {
        const problem = problemOf(error);
        if (problem.status >= 500) this.#logger.error(`Cannot make the report of job ${id}`, String(error));
        await held.save({ ...ended('failed'), worker: null, problem });
      }
    } finally {
      this.#current = null;
      breaking.abort();
      await beating;
    }
  }

  /** Deletes what was kept long enough, what is too much, and files that no job has. */
  async #sweep(): Promise<void> {
    const all = await this.#all();
    const over = all.filter(({ content }) => isOver(content.state)).reverse();
    let bytes = 0;
    for (const { id, content } of over) {
      bytes += content.file?.bytes ?? 0;
      const isLate = Date.parse(this.keptUntil(content)!) < Date.now();
      if (!isLate && bytes <= MOST_BYTES) continue;
      await this.drafts.delete({ kind: KIND, id });
      all.splice(
        all.findIndex((one) => one.id === id),
        1,
      );
    }
    const known = new Set(all.map(({ id }) => id));
    for (const name of await readdir(this.kept.folder).catch(() => [])) {
      const [id = '', arriving] = name.split('.');
      const isWritten =
        arriving !== undefined && known.has(id) && all.some((one) => one.id === id && !isGone(one.content.worker));
      if (arriving === undefined ? !known.has(id) : !isWritten) await rm(join(this.kept.folder, name), { force: true });
    }
  }
}

const isSame = (a: ReportOrder, b: ReportOrder): boolean => canonicalJson(a) === canonicalJson(b);
const named = ({ id, content }: JobDraft): NamedJob => ({ ...content, id });
const ended = (state: 'done' | 'failed') => ({ state, endedAt: new Date().toISOString() });

const LOST: Problem = {
  ...problemOf(new Error('lost')),
  detail: 'The server ended twice while it made this report.',
  code: 'lost',
  type: 'urn:followthrough:problem:lost',
};

/**
 * Whether a process no longer works on a job: it is of this machine and has ended, or it has said nothing for long. This process
 * asks only while it works on none.
 */
function isGone(worker: Worker | null): boolean {
  if (!worker || worker.start === SELF.start) return true;
  const { host, pid, at } = worker;
  if (Date.now() - at > GONE_MS) return true;
  if (host !== SELF.host) return false;
  if (pid === SELF.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A job that this server works on: what comes of it is saved in turn, and nothing over what others said. */
class HeldJob {
  #revision: number;
  #job: ReportJob;
  #rows: RowsRead | null = null;
  #saving: Promise<unknown> = Promise.resolve();

  /** @param lost hears that somebody else has changed it */
  constructor(
    private readonly drafts: DraftsStore,
    private readonly draft: JobDraft,
    private readonly lost: () => void,
  ) {
    [this.#revision, this.#job] = [draft.revision, draft.content];
  }

  tell(rows: RowsRead): void {
    this.#rows = rows;
  }

  /** @throws WrongRevision when it was cancelled, or another server took it */
  save(change: Partial<ReportJob>): Promise<void> {
    const saved = this.#saving.then(() => this.#put(change));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  async #put(change: Partial<ReportJob>): Promise<void> {
    this.#job = { ...this.#job, rows: this.#rows, ...change };
    this.#revision = (await this.drafts.put(this.draft, this.#job, ACCOUNT, this.#revision)).revision;
  }

  /** Says again and again that somebody is at work, and how far. */
  async beat(until: AbortSignal): Promise<void> {
    for (;;) {
      await pause(BEAT_MS, undefined, { signal: until, ref: false }).catch(() => undefined);
      if (until.aborted) return;
      await this.save({ worker: { ...SELF, at: Date.now() } }).catch((error: unknown) => {
        if (error instanceof WrongRevision) this.lost();
      });
    }
  }
}
