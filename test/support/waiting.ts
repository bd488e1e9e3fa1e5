/** Waiting in tests: for a condition, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Only a test of broken code waits so long: a busy machine is slow. */
export const LIMIT_MS = 300_000;

/** Waits until something is so. @throws Error when it never is */
export async function waitUntil(is: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; !(await is()); await sleep(10))
    if (performance.now() > end) throw new Error(`waited in vain until ${is.toString()}`);
}
