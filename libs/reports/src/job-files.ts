/** The files of reports that are made in the background, in a folder: each under the id of its job. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft } from '#drafts';
import { Rejected } from '#eventsourcing';
import type { Erasures } from './erasures.projection.js';
import { reportFormat } from './formats.js';
import { hasStopped, self, type HeldJob } from './held-job.js';
import type { Job, NamedJob, ReportOrder } from './job.js';
import { renameDurably, writeDurably } from './published-files.js';
import type { NumberedReport } from './report.js';
import { holdsRows, type Reports } from './reports.js';
import { tellingRows } from './rows-read.js';
import { writtenInThread } from './threads.js';

/** The folder of files, and how long they are kept. */
export abstract class JobsKept {
  abstract readonly folder: string;
  abstract readonly hours: number;
}

export class JobFiles {
  constructor(
    private readonly reports: Reports,
    private readonly erasures: Erasures,
    private readonly kept: JobsKept,
  ) {}

  #pathOf(id: string): string {
    return join(this.kept.folder, id);
  }

  /** @throws Rejected `not_done` */
  async of({ id, state, order, file }: NamedJob): Promise<AsyncIterable<Uint8Array>> {
    if (state !== 'done')
      throw new Rejected('not_done', `The report is ${state}: there is no file of it.`, [], 'conflict');
    if (file!.erased !== this.erasures.last) await this.remove(id);
    else if (await stat(this.#pathOf(id)).catch(() => null)) return createReadStream(this.#pathOf(id));
    return writtenInThread(order.format, await this.#made(order));
  }

  async #made({ kind, parameters, since, format, staleAfter, ...order }: ReportOrder): Promise<NumberedReport> {
    const query = { ...parameters, ...order, ...(since && { since }), staleAfter: String(staleAfter) };
    const { reads } = reportFormat(format);
    return holdsRows(await this.reports.make(kind, this.reports.query(kind, query), undefined, reads), format);
  }

  /** Makes the file of a job; it is there once all of it is written. */
  async write(id: string, order: ReportOrder, held: HeldJob, signal: AbortSignal): Promise<Pick<Job, 'file'>> {
    const arriving = `${this.#pathOf(id)}.${self().start}.arriving`;
    try {
      const erased = this.erasures.last;
      const made = await this.#made(order);
      const { telling } = tellingRows(made, reportFormat(order.format), (rows) => held.tell(rows));
      signal.throwIfAborted();
      await held.save({ state: 'writing' });
      await mkdir(this.kept.folder, { recursive: true });
      const done = await writeDurably(writtenInThread(order.format, telling, signal), arriving, undefined, signal);
      await renameDurably(arriving, this.#pathOf(id));
      return { file: { ...done, erased } };
    } catch (error) {
      await rm(arriving, { force: true });
      throw error;
    }
  }

  remove(id: string): Promise<void> {
    return rm(this.#pathOf(id), { force: true });
  }

  /** Deletes the files that belong to none of these jobs, and those that nobody is writing any more. */
  async sweep(jobs: readonly Draft<Job>[]): Promise<void> {
    const known = new Map(jobs.map(({ id, content }) => [id, content]));
    for (const name of await readdir(this.kept.folder).catch(() => [])) {
      const [id = '', arriving] = name.split('.');
      const job = known.get(id);
      if (!job || (arriving !== undefined && hasStopped(job.worker))) await this.remove(name);
    }
  }
}
