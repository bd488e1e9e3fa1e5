/**
 * The number of runs of properties: by day few, with the same values on every machine, so that a failure comes from the
 * change at hand; with `npm run test:deep` ten times as many, with random values. SEED=n repeats a run that has printed
 * it.
 */
import fc from 'fast-check';

export const seed = Number(process.env['SEED'] ?? 20_061_121);
export const deep = process.env['DEEP'] !== undefined;

/** The parameters of a property that is tried so many times by day. A slow machine ends none of them early. */
export const runs = <T>(byDay: number, examples: T[] = []): fc.Parameters<T> => ({
  seed,
  numRuns: deep ? 10 * byDay : byDay,
  examples,
});

/** Text of any characters. fast-check's own, `binary`, lists a million of them first: that takes a second. */
export const anyText = fc.string({
  unit: fc.nat(0x10ffff - 0x800).map(
    (n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800),
    (character) => {
      const code = (character as string).codePointAt(0)!;
      if (String.fromCodePoint(code) !== character) throw new Error('Not one character');
      return code < 0xd800 ? code : code - 0x800;
    },
  ),
});
