/** Holds a process where a test wants to find it, however fast the machine is. */

/**
 * @param held a file: as long as it is there, the process is held
 * @param module a module of Node: `of`
 * @param code puts in the place of one of its functions one that awaits `isLetGo()`
 * @returns the module that Node is to `--import`
 */
const holding = (held: string, module: string, code: string): string =>
  `data:text/javascript,${encodeURIComponent(`
    import { existsSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import timers from 'node:timers/promises';
    import of from '${module}';
    const { setTimeout: sleep } = timers;
    const isLetGo = async () => {
      while (existsSync(${JSON.stringify(held)})) await sleep(10);
    };
    ${code}
    syncBuiltinESMExports();`)}`;

/** As long as the file `held` is there, no file is opened, or gets a new name, where a path matches `pattern`. */
export const holdingFiles = (held: string, what: 'open' | 'rename', pattern: RegExp): string =>
  holding(
    held,
    'node:fs/promises',
    `const { ${what}: go } = of;
    of.${what} = async (...asked) => {
      if (asked.some((path) => ${String(pattern)}.test(path))) await isLetGo();
      return go(...asked);
    };`,
  );

/** A wait of exactly so many ms lasts as long as the file `held` is there instead. */
export const holdingWaits = (held: string, ms: number): string =>
  holding(
    held,
    'node:timers/promises',
    `of.setTimeout = (given, ...more) => (given === ${ms} ? isLetGo() : sleep(given, ...more));`,
  );
