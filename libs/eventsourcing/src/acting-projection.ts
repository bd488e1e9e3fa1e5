/** A projection that acts because of events, such as one that finishes submitted returns. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './command-handling.js';
import type { Envelope } from './events.js';
import type { Follower } from './follower.js';
import { decodedOf, messageOf } from './follower.js';

/** How long a projection waits after each failure in a row, in ms. */
export const BACKOFF_MS: readonly number[] = [100, 500, 2_000, 10_000];
/** Waits after so many failures in a row, or until the signal is aborted. */
export const pause = (pauses: readonly number[], failures: number, signal: AbortSignal): Promise<void> =>
  sleep(pauses[Math.min(failures, pauses.length) - 1], undefined, { signal }).catch(() => {});

/** An event to act on; without its type it has to be read again. */
type Due = Envelope | Pick<Envelope, 'stream' | 'revision' | 'position'>;

/** A projection that acts: it takes events one after the other, in the order of the log, at its own pace. */
export class ActingProjection {
  readonly due: Due[] = [];
  #working: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(
    private readonly log: Log,
    readonly follower: Follower,
    private readonly pauses: readonly number[],
  ) {}

  /** Takes the due events, in the background. @param upTo the position to which the log was read */
  go(upTo: () => string | null, signal: AbortSignal, say: (error: unknown) => void): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#working = this.#work(upTo, signal, say).finally(() => (this.#busy = false));
  }

  get done(): Promise<void> {
    return this.#working;
  }

  async #work(upTo: () => string | null, signal: AbortSignal, say: (error: unknown) => void): Promise<void> {
    const { follower } = this;
    for (let failures = 0; !signal.aborted;) {
      const next = this.due[0];
      if (!next) {
        follower.position = upTo();
        return;
      }
      try {
        const envelope = 'type' in next ? next : (await this.log.store.read(next.stream, next.revision, 1))[0]!;
        await follower.apply(await decodedOf(this.log, [envelope]), false, true);
        follower.position = envelope.position;
        follower.error = null;
        this.due.shift();
        failures = 0;
      } catch (error) {
        if (follower.error === null) say(error);
        follower.error = messageOf(error);
        await pause(this.pauses, ++failures, signal);
      }
    }
  }
}
