/**
 * The number of runs of properties: by day few, with the same values on every machine, so that a failure comes from the
 * change at hand; with `npm run test:deep` ten times as many, with random values. SEED=n repeats a run that has printed
 * it.
 */
import type fc from 'fast-check';

export const seed = Number(process.env['SEED'] ?? 20_061_121);
export const deep = process.env['DEEP'] !== undefined;

/** The parameters of a property that is tried so many times by day. A slow machine ends none of them early. */
export const runs = <T>(byDay: number, examples: T[] = []): fc.Parameters<T> => ({
  seed,
  numRuns: deep ? 10 * byDay : byDay,
  examples,
});
