/** Starts programs and measures their cost. CPU time and memory come from /proc, and are NaN where there is none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgres.js';
import { endsWithThis } from './measure.js';

const DIST = join(import.meta.dirname, '..');
/** A server gives back the memory that only its start needed. */
const REST_MS = 2_000;

export interface Start {
  /** In milliseconds. */
  readonly wall: number;
  readonly cpu: number;
  /** The memory that it has when it has come to rest, in MB. */
  readonly resident: number;
}

/** The system's state of a process that has not been waited for. */
function read<T>({ pid }: ChildProcess, file: string, value: (text: string) => T): T | number {
  try {
    return value(readFileSync(`/proc/${pid}/${file}`, 'utf8'));
  } catch {
    return NaN;
  }
}

const cpuOf = (child: ChildProcess): number =>
  read(child, 'stat', (text) => {
    const fields = text.split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
const residentOf = (child: ChildProcess): number =>
  read(child, 'status', (text) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)![1]) / 1_000));

/** The options of Node with which `npm start` and the image start a server. */
const AS_STARTED = ['--max-semi-space-size=16', '--no-allocation-site-pretenuring'];

/** @param options of Node */
export function run(
  program: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  options: readonly string[] = [],
): ChildProcess {
  const all = [...options, join(DIST, program), ...args];
  return endsWithThis(spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: 'ignore' }));
}

/** Starts a server on the data of a folder, until it says that it is ready, and ends it. */
export async function startOfServer(program: string, folder: string): Promise<Start> {
  const port = await freePort();
  const began = performance.now();
  const child = run(program, { DATA_DIR: folder, PORT: String(port) }, [], AS_STARTED);
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) await sleep(10);
  const [wall, cpu] = [performance.now() - began, cpuOf(child)];
  await sleep(REST_MS);
  const start = { wall, cpu, resident: residentOf(child) };
  child.kill();
  await once(child, 'exit');
  return start;
}
