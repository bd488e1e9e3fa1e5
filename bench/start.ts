/**
 * The start of the programs: CPU and wall time until a server with an empty log is ready, and until `--help` has been answered,
 * each bundled (`dist/program/`) and as single modules, in turn. CPU time is read from /proc, and is NaN where there is none.
 */
import { once } from 'node:events';
import { inScratch, machine, median, MEASURED_ROUNDS } from './measure.js';
import { run, startOfServer, type Start } from './starting.js';

const PROGRAMS = {
  server: { bundled: 'program/server.js', 'single modules': 'apps/api/src/main.js' },
  '--help': { bundled: 'program/cli.js', 'single modules': 'apps/cli/src/main.js' },
} as const;

async function startOfHelp(program: string): Promise<Start> {
  const began = performance.now();
  await once(run(program, {}, ['--help']), 'exit');
  return { wall: performance.now() - began, cpu: NaN, resident: NaN };
}

console.log(`The start of the programs\n${await machine()}`);
const starts = new Map<string, Start[]>();
for (let round = 0; round <= MEASURED_ROUNDS; round++)
  for (const [what, forms] of Object.entries(PROGRAMS))
    for (const [form, program] of Object.entries(forms)) {
      const start = await (what === 'server'
        ? inScratch((folder) => startOfServer(program, folder))
        : startOfHelp(program));
      const name = `${what}, ${form}`;
      // The first fills the cache of compiled code.
      starts.set(name, round === 0 ? [] : [...starts.get(name)!, start]);
    }
const medianAndLeast = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)})`;
console.table(
  [...starts].map(([start, all]) => ({
    start,
    'wall ms, median (least)': medianAndLeast(all.map(({ wall }) => wall)),
    'CPU ms, median (least)': medianAndLeast(all.map(({ cpu }) => cpu)),
    target: start.startsWith('server') ? '≤ 1,200 with 1 M events' : '≤ 300',
  })),
);
