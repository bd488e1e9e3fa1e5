import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadStore } from './projection.js';
import type { Projector } from './projector.js';

/** How long a lease holds, how often it is renewed, and how often others look whether it is free. */
const [LEASE_MS, RENEW_MS, LOOK_MS] = [5_000, 1_000, 250];

/**
 * Of several processes that do so on one read store, one follows the log; the others stand by until it ends, or is silent for
 * some seconds. One that was cut off meanwhile can write nothing any more, forgets what it has in memory, and stands by.
 * @param say hears when that changes, and why
 */
export async function followUnderLease(
  projector: Projector,
  reads: ReadStore,
  signal: AbortSignal,
  say: (what: string) => void = () => {},
): Promise<void> {
  const holder = randomUUID();
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  let said = '';
  const sayOnce = (what: string) => {
    if (what !== said) say(what);
    said = what;
  };
  /** `undefined`: the database cannot say. What this process may write is not in doubt: the database decides that, too. */
  const take = () =>
    reads.takeLease(holder, LEASE_MS).catch((error: unknown) => {
      sayOnce(`The lease cannot be asked for: ${(error as Error).message}`);
      return undefined;
    });
  while (!signal.aborted) {
    const term = await take();
    if (typeof term !== 'number') {
      if (term === null) sayOnce('Stands by: another process brings the views up to date.');
      await pause(LOOK_MS);
      continue;
    }
    sayOnce(`Brings the views up to date (term ${term}).`);
    let over = false;
    projector.start().catch((error: unknown) => {
      over = true;
      sayOnce(`The views cannot be brought up to date: ${(error as Error).message}`);
    });
    while (!signal.aborted && !over) {
      await pause(RENEW_MS);
      const now = await take();
      over ||= now !== undefined && now !== term;
    }
    await projector.stop();
  }
  await reads.endLease(holder).catch(() => {});
}
