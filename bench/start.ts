/**
 * The start of the programs: CPU and wall time until a server with an empty log is ready, and until `--help` has been answered,
 * each bundled (`dist/program/`) and as single modules, in turn. CPU time is read from /proc, and is NaN where there is none.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgres.js';
import { inScratch, machine, median, ROUNDS } from './measure.js';

const DIST = join(import.meta.dirname, '..');
const PROGRAMS = {
  server: { bundled: 'program/server.js', 'single modules': 'apps/api/src/main.js' },
  '--help': { bundled: 'program/cli.js', 'single modules': 'apps/cli/src/main.js' },
} as const;

/** In milliseconds. */
interface Start {
  readonly wall: number;
  readonly cpu: number;
}

/** So far, of a process that has not been waited for. */
function cpuOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return NaN;
  }
}

function run(program: string, env: NodeJS.ProcessEnv = {}, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(DIST, program), ...args], { env: { ...process.env, ...env }, stdio: 'ignore' });
}

const startOfServer = (program: string): Promise<Start> =>
  inScratch(async (folder) => {
    const port = await freePort();
    const began = performance.now();
    const child = run(program, { DATA_DIR: folder, PORT: String(port) });
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) await sleep(10);
    const start = { wall: performance.now() - began, cpu: cpuOf(child) };
    child.kill();
    await once(child, 'exit');
    return start;
  });

async function startOfHelp(program: string): Promise<Start> {
  const began = performance.now();
  await once(run(program, {}, '--help'), 'exit');
  return { wall: performance.now() - began, cpu: NaN };
}

console.log(`The start of the programs\n${await machine()}`);
const starts = new Map<string, Start[]>();
for (let round = 0; round <= ROUNDS; round++)
  for (const [what, forms] of Object.entries(PROGRAMS))
    for (const [form, program] of Object.entries(forms)) {
      const start = await (what === 'server' ? startOfServer(program) : startOfHelp(program));
      const name = `${what}, ${form}`;
      // The first fills the cache of compiled code.
      starts.set(name, round === 0 ? [] : [...starts.get(name)!, start]);
    }
const shown = (values: readonly number[]): string => `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)})`;
console.table(
  [...starts].map(([start, all]) => ({
    start,
    'wall ms, median (least)': shown(all.map(({ wall }) => wall)),
    'CPU ms, median (least)': shown(all.map(({ cpu }) => cpu)),
    target: start.startsWith('server') ? '≤ 1,200 with 1 M events' : '≤ 300',
  })),
);
