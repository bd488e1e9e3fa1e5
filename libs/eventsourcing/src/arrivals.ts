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
