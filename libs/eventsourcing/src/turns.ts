/** Long work in turns with all other work of the process. */
import { setImmediate as turn } from 'node:timers/promises';

/** How long other work may have to wait. */
const SLICE_MS = 8;

export class Turns {
  #began = performance.now();

  /** Awaited only when it is time. */
  next(): Promise<void> | undefined {
    if (performance.now() - this.#began < SLICE_MS) return undefined;
    return turn().then(() => void (this.#began = performance.now()));
  }
}
