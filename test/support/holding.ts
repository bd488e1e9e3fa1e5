/** Holds a process where a test wants to find it, however fast the machine is. */

/**
 * @param held a file: as long as it is there, no file gets a name that matches `pattern` from another one
 * @returns what Node is to `--import`
 */
export const holdingRenames = (held: string, pattern: RegExp): string =>
  `data:text/javascript,${encodeURIComponent(`
    import { existsSync } from 'node:fs';
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { rename } = fs;
    fs.rename = async (from, to) => {
      while (${String(pattern)}.test(to) && existsSync(${JSON.stringify(held)})) await sleep(10);
      return rename(from, to);
    };
    syncBuiltinESMExports();`)}`;
