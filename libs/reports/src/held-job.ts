/** A job that this server works on, and whether the server of another one is still at work. */
import { Mutex } from 'async-mutex';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Draft, DraftsStore } from '#drafts';
import { WrongRevision } from '#eventsourcing';
import type { Job, Worker } from './job.js';
import type { RowsRead } from './rows-read.js';

/** How often a server says that it is still at work, and how long after it last did so it is taken for gone. */
const [BEAT_MS, GONE_MS] = [2_000, 20_000] as const;

/** The account by which jobs are saved. */
export const JOBS_ACCOUNT = 'reports';

const THIS_WORKER = { host: hostname(), pid: process.pid, start: randomUUID() } as const;

/** This process, at work now. */
export const self = (): Worker => ({ ...THIS_WORKER, at: Date.now() });

/**
 * Whether a process no longer works on a job: it is of this machine and has ended, or it has said nothing for long. This process
 * asks only while it works on none.
 */
export function hasStopped(worker: Worker | null): boolean {
  if (!worker || worker.start === THIS_WORKER.start) return true;
  const { host, pid, at } = worker;
  if (Date.now() - at > GONE_MS) return true;
  if (host !== THIS_WORKER.host) return false;
  if (pid === THIS_WORKER.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** It was cancelled, or another server took it. */
export class NotHeld extends Error {}

/** A job that this server works on: its states are saved in turn, and none over a state that others saved. */
export class HeldJob {
  #revision: number;
  #job: Job;
  #rows: RowsRead | null = null;
  readonly #turns = new Mutex();

  /** @param lost hears that somebody else has changed it */
  constructor(
    private readonly drafts: DraftsStore,
    private readonly draft: Draft<Job>,
    private readonly lost: () => void,
  ) {
    [this.#revision, this.#job] = [draft.revision, draft.content];
  }

  get state(): Job['state'] {
    return this.#job.state;
  }

  tell(rows: RowsRead): void {
    this.#rows = rows;
  }

  /** @throws NotHeld */
  save(change: Partial<Job>): Promise<void> {
    return this.#turns.runExclusive(() => this.#put(change));
  }

  async #put(change: Partial<Job>): Promise<void> {
    const job = { ...this.#job, rows: this.#rows, ...change };
    const saved = await this.drafts.put(this.draft, job, JOBS_ACCOUNT, this.#revision).catch((error: unknown) => {
      throw error instanceof WrongRevision ? new NotHeld() : error;
    });
    this.#revision = saved.revision;
    this.#job = job;
  }

  /** Says again and again that somebody is at work, and how far. */
  async beat(until: AbortSignal): Promise<void> {
    for (;;) {
      await pause(BEAT_MS, undefined, { signal: until, ref: false }).catch(() => undefined);
      if (until.aborted) return;
      await this.save({ worker: self() }).catch((error: unknown) => {
        if (error instanceof NotHeld) this.lost();
      });
    }
  }
}
