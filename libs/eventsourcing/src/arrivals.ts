/** The waiting readers of a log. */
export class Arrivals {
  readonly #waiting = new Set<() => void>();

  /** Something came, or the log was closed. */
  tell(): void {
    this.#waiting.forEach((wake) => wake());
  }

  /** Waits until something is told, for `ms` at most; ends at once when the signal aborts. */
  next(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake);
      this.#waiting.add(wake);
    });
  }
}

/** Wakes one who looks for work from time to time; what is told while it works is not forgotten. */
export class Bell {
  readonly #arrivals = new Arrivals();
  #rung = false;

  ring(): void {
    if (this.#rung) return;
    this.#rung = true;
    this.#arrivals.tell();
  }

  /** Waits until it is rung, for `ms` at most; ends at once when the signal aborts, or it was rung since the last wait. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung) await this.#arrivals.next(ms, signal);
    this.#rung = false;
  }
}
