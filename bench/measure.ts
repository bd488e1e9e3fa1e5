/** The common part of every measure: rounds of ours and a raw baseline in turn, ratios round by round, and their report. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A rate per second with the latencies of single calls in milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly latencies: readonly number[];
}

export const MEASURED_ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
export const SECONDS_PER_ROUND = Number(process.env['BENCH_SECONDS'] ?? 2);

export const percentile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * p) / 100))] ?? NaN;
export const median = (values: readonly number[]): number => percentile(values, 50);

const msOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/** Milliseconds of CPU that this process has taken, with its collector and its compilers. */
export const cpu = (): number => msOf(process.cpuUsage());
/** The same of this thread alone. */
export const ownCpu = (): number => msOf(process.threadCpuUsage());

/** The longest time for which other work waits while something is done: ms of CPU of this thread between two turns of the event loop. */
export async function standstillOf(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, isDone] = [0, ownCpu(), false];
  const look = () => {
    longest = Math.max(longest, ownCpu() - last);
    last = ownCpu();
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isDone = true;
  return longest;
}

// A measure may be told to end at any time: the work that remains is done at its exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** Ends a child together with this process. */
export function endsWithThis<T extends ChildProcess>(child: T): T {
  const end = () => void child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** A scratch folder that is removed at the end. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Calls `call` from `callers` at once, over and over, for some seconds. */
export async function load(
  callers: number,
  seconds: number,
  call: (caller: number, turn: number) => Promise<unknown>,
): Promise<Measured> {
  const [latencies, start] = [[] as number[], performance.now()];
  const end = start + seconds * 1000;
  const caller = async (_: unknown, which: number): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn++) {
      const called = performance.now();
      await call(which, turn);
      latencies.push(performance.now() - called);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { rate: (latencies.length * 1000) / (performance.now() - start), latencies };
}

/** The machine, as far as it tells on the figures: processors, Node, SQLite, and how many durable commits it makes. */
export async function machine(): Promise<string> {
  const commits = await inScratch(async (folder) => {
    const db = new Database(join(folder, 'probe.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE probe (n INTEGER)');
    const insert = db.prepare('INSERT INTO probe VALUES (1)');
    const { rate } = await load(1, 1, async () => insert.run());
    db.close();
    return Math.round(rate);
  });
  const sqlite = new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get();
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, SQLite ${String(sqlite)}, ${commits} bare FULL commits/s`;
}

export function row(
  name: string,
  ours: readonly Measured[],
  raw: readonly Measured[],
  target: string,
): Record<string, string> {
  const ratios = ours.map(({ rate }, i) => rate / raw[i]!.rate);
  const all = ours.flatMap(({ latencies }) => latencies);
  return {
    measure: name,
    'ours/s': median(ours.map(({ rate }) => rate)).toFixed(0),
    'raw/s': median(raw.map(({ rate }) => rate)).toFixed(0),
    ratio: `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    'p50 ms': percentile(all, 50).toFixed(2),
    'p99 ms': percentile(all, 99).toFixed(2),
    target,
  };
}
