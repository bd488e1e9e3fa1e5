/**
 * Reports that are made in the background: a job is a draft, beside the log and shared by all servers. The file of a
 * report is in a folder under the job's id; a publication is recorded (publishing.ts). A server works on one at a time;
 * publications go before, and a report under way makes way for one. A job whose server was killed is taken up again,
 * once; one that is being published already, until it is.
 */
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DraftsStore, isSameContent, type Draft } from '#drafts';
import { Conflict, Rejected, StoreUnavailable, WrongRevision, type Meta } from '#eventsourcing';
import { actorOf, problemOf } from '#platform';
import { Erasures } from './erasures.projection.js';
import { JOBS_ACCOUNT, HeldJob, hasStopped, NotHeld, self } from './held-job.js';
import {
  endedNow,
  publishingJobId,
  isOver,
  isPublishing,
  LOST_JOB,
  namedJob,
  newJob,
  type Job,
  type NamedJob,
  type PublishingOrder,
  type ReportOrder,
} from './job.js';
import { JobFiles, JobsKept } from './job-files.js';
import { Publishing, type Publishes } from './publishing.js';
import { Reports } from './reports.js';

const DRAFT_KIND = 'report-job';

/** In all, and of one client: so many wait or are made at once. */
const [MAX_WAITING_JOBS, MAX_WAITING_JOBS_PER_CLIENT] = [32, 4] as const;
/** How often a job is begun: a second time after its server was killed. */
const MAX_ATTEMPTS = 2;
/** How often somebody who waits for a job looks at it. */
const JOB_POLL_MS = 100;
/** How often a server looks for jobs of others, and for files that have been kept long enough. */
const JOBS_POLL_MS = 5_000;
/** All files together, in bytes: of more the oldest go first. */
const MAX_KEPT_BYTES = 2_000_000_000;

type JobDraft = Draft<Job>;

const CLIENT_KEY = randomBytes(32);

/** The secretariat as a publisher is one client, with any of its accounts. */
const PUBLISHERS_CLIENT = 'publishers';

/** Tells clients apart until this process ends, and tells nothing of them. */
export const clientOf = (name: string): string => createHmac('sha256', CLIENT_KEY).update(name).digest('base64url');

/** Why a job was broken off. */
const [CANCELLATION, STOP, TAKEOVER, MADE_WAY] = ['cancelled', 'stopped', 'taken', 'made way'] as const;

@Injectable()
export class ReportJobs implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Reports');
  readonly #files: JobFiles;
  /** The job that this server works on. */
  #current: { readonly id: string; readonly publishes: boolean; readonly breaking: AbortController } | null = null;
  #working: Promise<void> | null = null;
  /** Something came since this server last looked. */
  #isWoken = false;
  /** Jobs that are over need not be read again. */
  #over: ReadonlyMap<string, JobDraft> = new Map();
  #again: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly drafts: DraftsStore,
    reports: Reports,
    erasures: Erasures,
    private readonly kept: JobsKept,
    private readonly publishing: Publishing,
  ) {
    this.#files = new JobFiles(reports, erasures, kept);
  }

  /** Works on waiting jobs, and goes on looking for more, until it is stopped. */
  start(): void {
    if (this.#isStopped || this.#again) return;
    this.#wake();
    this.#again = setInterval(() => this.#wake(), JOBS_POLL_MS).unref();
  }

  /** Puts the job under way back, for the next server or the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#again);
    this.#current?.breaking.abort(STOP);
    await this.#working;
  }

  /**
   * Orders a report. The same order of the same client that is under way is the same job.
   * @param id as the client has named it: given again, it is the same job
   * @throws Rejected `not_yet` when too many wait | Conflict `another_order` for an id of another one
   */
  async order(order: ReportOrder, client: string, id: string = randomUUID()): Promise<NamedJob> {
    const before = await this.drafts.read<Job<ReportOrder>>({ kind: DRAFT_KIND, id });
    if (before) {
      if (before.content.client === client && isSameContent(before.content.order, order)) return namedJob(before);
      throw new Conflict('another_order', 'This id was given to another order.', '/id');
    }
    const same = await this.#hasRoom(client, (other) => isSameContent(other, order));
    if (same) return namedJob(same as Draft<Job<ReportOrder>>);
    const job = newJob(order, client);
    await this.drafts.create({ kind: DRAFT_KIND, id }, null, job, JOBS_ACCOUNT);
    this.start();
    this.#wake();
    return { ...job, id };
  }

  /**
   * Orders a publication. The id of the job is that of the publication, so that the store takes one alone, of orders
   * that come at once, to other servers as well; one that is over makes way for the next.
   * @throws Rejected `not_yet` when too many wait | Conflict `being_published` in another way already
   */
  async publish(publishes: Publishes, meta: Meta): Promise<NamedJob<PublishingOrder>> {
    const id = publishingJobId(publishes);
    const before = await this.drafts.read<Job<PublishingOrder>>({ kind: DRAFT_KIND, id });
    if (before && !isOver(before.content.state)) {
      if (isSameContent(before.content.order.publishes, publishes)) return namedJob(before);
      throw new Conflict('being_published', `It is being published already: see its job ${id}, or cancel it.`);
    }
    await this.#hasRoom(PUBLISHERS_CLIENT);
    const job = newJob({ publishes, meta }, PUBLISHERS_CLIENT);
    try {
      if (before) await this.drafts.put(before, job, JOBS_ACCOUNT, before.revision);
      else await this.drafts.create({ kind: DRAFT_KIND, id }, null, job, JOBS_ACCOUNT);
    } catch (error) {
      // Another order was faster.
      if (error instanceof WrongRevision || error instanceof Conflict) return this.publish(publishes, meta);
      throw error;
    }
    this.start();
    if (this.#current?.publishes === false) this.#current.breaking.abort(MADE_WAY);
    this.#wake();
    return { ...job, id };
  }

  /** The last job that publishes a round, or a report of none; `null`: it was never ordered, or long ago. */
  async lastPublishingOf(of: Pick<Publishes, 'round' | 'publication'>): Promise<NamedJob<PublishingOrder> | null> {
    const draft = await this.drafts.read<Job<PublishingOrder>>({ kind: DRAFT_KIND, id: publishingJobId(of) });
    return draft && namedJob(draft);
  }

  /** The one that is under way. */
  async publishingOf(of: Pick<Publishes, 'round' | 'publication'>): Promise<NamedJob<PublishingOrder> | null> {
    const job = await this.lastPublishingOf(of);
    return job && !isOver(job.state) ? job : null;
  }

  /** @returns a job of the client that is under way and is the same */
  async #hasRoom(client: string, isSameOrder: (order: object) => boolean = () => false): Promise<JobDraft | null> {
    const open = (await this.#all()).filter(({ content }) => !isOver(content.state));
    const own = open.filter(({ content }) => content.client === client);
    const same = own.find(({ content }) => isSameOrder(content.order));
    if (same) return same;
    if (own.length >= MAX_WAITING_JOBS_PER_CLIENT)
      throw new Rejected(
        'not_yet',
        `${own.length} of your reports are being made already. Ask again when one is done.`,
      );
    if (open.length >= MAX_WAITING_JOBS)
      throw new Rejected('not_yet', `${open.length} reports wait to be made already. Ask again later.`);
    return null;
  }

  /** A job whose report is a file. @throws Rejected `not_found` */
  async one(id: string): Promise<NamedJob> {
    const job = namedJob(await this.#draftOf(id));
    if (isPublishing(job)) throw noJob(id);
    return job as NamedJob;
  }

  /** A job that publishes. @throws Rejected `not_found` */
  async onePublishing(id: string): Promise<NamedJob<PublishingOrder>> {
    const job = namedJob(await this.#draftOf(id));
    if (!isPublishing(job)) throw noJob(id);
    return job;
  }

  /** A job once it is over, or as it is when that takes longer. @throws Rejected `not_found` */
  async over(id: string, patienceMs: number): Promise<NamedJob> {
    for (const end = performance.now() + patienceMs; ; await pause(JOB_POLL_MS)) {
      const job = await this.one(id);
      if (isOver(job.state) || performance.now() > end) return job;
    }
  }

  /** When a job that is over is no longer kept, as an instant. */
  keptUntil({ endedAt }: Pick<Job, 'endedAt'>): string | null {
    return endedAt && new Date(Date.parse(endedAt) + this.kept.hours * 3_600_000).toISOString();
  }

  /** Breaks the making of a report off, where it is not over. @throws Rejected `not_found` */
  async cancel(id: string): Promise<NamedJob> {
    await this.one(id);
    return (await this.#cancel(id)) as NamedJob;
  }

  /** Breaks a publishing off. @throws Rejected `not_found` | Conflict `being_published` once nothing stops it */
  async cancelPublishing(id: string): Promise<NamedJob<PublishingOrder>> {
    await this.onePublishing(id);
    return (await this.#cancel(id)) as NamedJob<PublishingOrder>;
  }

  async #cancel(id: string): Promise<NamedJob<object>> {
    for (;;) {
      const draft = await this.#draftOf(id);
      if (isOver(draft.content.state)) return namedJob(draft);
      if (draft.content.state === 'publishing')
        throw new Conflict('being_published', 'It is being recorded by now: nothing stops it.');
      const job: Job = { ...draft.content, state: 'cancelled', endedAt: new Date().toISOString(), worker: null };
      try {
        await this.drafts.put(draft, job, JOBS_ACCOUNT, draft.revision);
      } catch (error) {
        if (error instanceof WrongRevision) continue;
        throw error;
      }
      if (this.#current?.id === id) this.#current.breaking.abort(CANCELLATION);
      return { ...job, id };
    }
  }

  /**
   * The bytes of a job that is done. Where another server has them, or words were erased since, they are made again.
   * @throws Rejected `not_done`
   */
  file(job: NamedJob): Promise<AsyncIterable<Uint8Array>> {
    return this.#files.of(job);
  }

  async #draftOf(id: string): Promise<JobDraft> {
    const draft = await this.drafts.read<Job>({ kind: DRAFT_KIND, id });
    if (!draft) throw noJob(id);
    return draft;
  }

  async #all(): Promise<JobDraft[]> {
    const lines = await this.drafts.list(DRAFT_KIND);
    const all: JobDraft[] = [];
    for (const line of lines) {
      const known = this.#over.get(line.id);
      const draft = known?.revision === line.revision ? known : await this.drafts.read<Job>(line);
      if (draft) all.push(draft);
    }
    this.#over = new Map(all.filter(({ content }) => isOver(content.state)).map((draft) => [draft.id, draft]));
    return all.sort((a, b) => (a.content.askedAt < b.content.askedAt ? -1 : 1));
  }

  // ── Working ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #wake(): void {
    this.#isWoken = true;
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
      this.#isWoken = false;
      const taken = await this.#take();
      if (taken) await this.#run(taken);
      else if (!this.#isWoken) return;
    }
  }

  /** Takes the first job that waits, or whose server is gone; a publication, if there is any. `null`: there is none. */
  async #take(): Promise<JobDraft | null> {
    const all = await this.#all();
    const publishes = ({ content }: JobDraft) => 'publishes' in content.order;
    for (const draft of [...all.filter(publishes), ...all.filter((one) => !publishes(one))]) {
      const { state, worker, attempts } = draft.content;
      if (isOver(state) || (state !== 'waiting' && !hasStopped(worker))) continue;
      const isLost = attempts >= MAX_ATTEMPTS && state !== 'publishing';
      const job: Job = isLost
        ? { ...draft.content, ...endedNow('failed'), worker: null, problem: LOST_JOB }
        : {
            ...draft.content,
            state: state === 'publishing' ? state : 'reading',
            rows: null,
            attempts: attempts + 1,
            worker: self(),
          };
      try {
        const { revision } = await this.drafts.put(draft, job, JOBS_ACCOUNT, draft.revision);
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
    const held = new HeldJob(this.drafts, taken, () => breaking.abort(TAKEOVER));
    this.#current = { id, publishes: 'publishes' in order, breaking };
    const beating = held.beat(breaking.signal);
    try {
      const done =
        'publishes' in order
          ? await this.#publishes(order, held, breaking.signal)
          : await this.#files.write(id, order, held, breaking.signal);
      await held.save({ ...endedNow('done'), worker: null, ...done });
    } catch (error) {
      const why: unknown = breaking.signal.reason;
      // A job that is being recorded is taken up again, until it is recorded.
      if (held.state === 'publishing' && error instanceof StoreUnavailable) throw error;
      if (why === STOP || why === MADE_WAY) {
        const state = held.state === 'publishing' ? held.state : 'waiting';
        await held.save({ state, worker: null, rows: null, attempts: taken.content.attempts - 1 });
      } else if (why === CANCELLATION || error instanceof NotHeld) await this.#files.remove(id);
      else if (why !== TAKEOVER) {
        const problem = problemOf(error);
        if (problem.status >= 500) this.#logger.error(`Cannot do job ${id}`, String(error));
        await held.save({ ...endedNow('failed'), worker: null, problem });
      }
    } finally {
      this.#current = null;
      breaking.abort();
      await beating;
    }
  }

  async #publishes(order: PublishingOrder, held: HeldJob, signal: AbortSignal): Promise<Pick<Job, 'position'>> {
    const listener = {
      told: async (files: number, of: number) => {
        signal.throwIfAborted();
        held.tell({ read: files, of });
        if (held.state === 'reading') await held.save({ state: 'writing' });
      },
      deciding: async () => {
        signal.throwIfAborted();
        await held.save({ state: 'publishing' });
      },
    };
    return {
      position: await this.publishing.run(order.publishes, { by: actorOf(order.meta), meta: order.meta }, listener),
    };
  }

  /** Deletes files that were kept long enough, those beyond the limit, and files that no job has. */
  async #sweep(): Promise<void> {
    const all = await this.#all();
    const over = all.filter(({ content }) => isOver(content.state)).reverse();
    const gone = new Set<JobDraft>();
    let bytes = 0;
    for (const draft of over) {
      bytes += draft.content.file?.bytes ?? 0;
      const isLate = Date.parse(this.keptUntil(draft.content)!) < Date.now();
      if (!isLate && bytes <= MAX_KEPT_BYTES) continue;
      await this.drafts.delete(draft);
      gone.add(draft);
    }
    await this.#files.sweep(all.filter((draft) => !gone.has(draft)));
  }
}

const noJob = (id: string) => new Rejected('not_found', `There is no job ${id}, or it was kept long enough.`);
