/** Checks the whole log while it is served, over and over, at a small share of a core. */
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { setTimeout as sleep } from 'node:timers/promises';
import { DamagedLog, LogVerification, type Log, type FirstFault } from '#eventsourcing';
import { InstantOrNull, OrNull, TextOrNull, LOG } from '#platform';

/** Events in one go: their check takes no more than a few milliseconds. */
const BATCH_SIZE = 50;
/** The share of the time in which it works. */
const WORKING_SHARE = 0.05;
/** The rest between one pass and the next, and after a read that failed. */
const [BETWEEN_MS, AGAIN_MS] = [600_000, 5_000];

class LogFault {
  @ApiProperty({ type: String, nullable: true, example: '478' }) position: string | null;
  @ApiProperty({ example: 'its data is not what it was recorded with' }) reason: string;
}

/** The findings of the checks so far. */
export class LogChecked {
  @InstantOrNull('null: the first pass is under way') readonly checkedAt: string | null;
  @TextOrNull('How far the pass under way, or the last one, has come') readonly position: string | null;
  /** It stays until a whole pass has found none. */
  @OrNull(() => LogFault, 'The first fault of the last pass') readonly fault: LogFault | null;
}

/**
 * Reads the log from its first event to its last, and again some time later: a disk may damage an event that it has
 * returned intact before. Outages are waited for.
 */
@Injectable()
export class LogCheck implements BeforeApplicationShutdown {
  readonly #logger = new Logger('LogCheck');
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #found: LogChecked = { checkedAt: null, position: null, fault: null };

  constructor(@Inject(LOG) private readonly log: Log) {}

  get found(): LogChecked {
    return this.#found;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#ending.signal.aborted) this.#logger.error(`The log is not checked any more: ${String(error)}`);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const fault = await this.#pass();
      if (fault && fault.position !== this.#found.fault?.position)
        this.#logger.error(`The log is not sound at position ${fault.position ?? '(none)'}: ${fault.reason}`);
      this.#found = { ...this.#found, checkedAt: new Date().toISOString(), fault };
      await this.#pause(BETWEEN_MS);
    }
  }

  /** One pass. @returns the first fault, `null` if there is none */
  async #pass(): Promise<LogChecked['fault']> {
    const verification = new LogVerification();
    for (;;) {
      const begun = performance.now();
      let events;
      try {
        events = await this.log.store.readAll(verification.position, BATCH_SIZE);
      } catch (error) {
        if (error instanceof DamagedLog)
          return { position: verification.position, reason: `after it: ${error.message}` };
        await this.#pause(AGAIN_MS);
        continue;
      }
      if (events.length === 0) return faultOf(verification.end());
      for (const event of events) {
        const fault = faultOf(verification.next(event));
        if (fault) return fault;
      }
      this.#found = { ...this.#found, position: verification.position };
      await this.#pause((performance.now() - begun) * (1 / WORKING_SHARE - 1));
    }
  }

  /** @throws AbortError when the server ends */
  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: this.#ending.signal });
  }
}

const faultOf = (verdict: { readonly ok: true } | FirstFault | null): LogChecked['fault'] =>
  verdict === null || verdict.ok ? null : { position: verdict.position, reason: verdict.reason };
