/**
 * The register of 100,000 commitments through a server, in each format that streams: its memory, and how long others wait for a
 * small answer meanwhile, against how long they wait while nothing else is done.
 * `BENCH_COMMITMENTS` and `BENCH_LOGS` (a folder in which the log is kept) may be set; arguments choose the formats.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/postgres.js';
import { bigLog } from './big-log.js';
import { endsWithThis, inScratch, machine, percentile } from './measure.js';

const COMMITMENT_COUNT = Number(process.env['BENCH_COMMITMENTS'] ?? 100_000);
const LOG_SIZE = { events: 2 * COMMITMENT_COUNT, commitments: COMMITMENT_COUNT, agencies: 200, seed: 1 };
const FORMATS = process.argv.length > 2 ? process.argv.slice(2) : ['csv', 'json', 'html', 'xlsx'];
const ROOT = join(import.meta.dirname, '../..');
/** As `npm start` does. */
const START_ARGUMENTS = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  .scripts.start.split(' ')
  .slice(1);
/** Small answers of which the times are told while nothing else is done, and the pause between two. */
const [IDLE_SAMPLES, PAUSE_MS] = [500, 5] as const;

/** Of a process, in MB: now, or at most since it was last asked to forget that. */
const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
const forgetsMost = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');
/** In seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

console.log(`The register of ${COMMITMENT_COUNT} commitments\n${await machine()}`);
await inScratch(async (folder) => {
  const logs = process.env['BENCH_LOGS'] ?? folder;
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `register-${COMMITMENT_COUNT}.db`);
  await (await bigLog(file, LOG_SIZE)).store.close();
  copyFileSync(file, join(folder, 'log.db'));
  for (const format of FORMATS) await measured(format, folder);
});

/** Of a server of its own: memory that a server keeps after a report would be counted as at rest. */
async function measured(format: string, folder: string): Promise<void> {
  const port = await freePort();
  // As it is started; without it, this one client would soon have asked too often.
  const env = { ...process.env, DATA_DIR: folder, PORT: String(port), RATE_LIMIT: '0' };
  const server = endsWithThis(spawn(process.execPath, START_ARGUMENTS, { env, stdio: 'ignore', cwd: ROOT }));
  try {
    const url = `http://127.0.0.1:${port}`;
    const ready = () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await ready())) await sleep(100);
    const small = async (): Promise<number> => {
      const start = performance.now();
      await (await fetch(`${url}/v1/agencies/IOM`)).arrayBuffer();
      return performance.now() - start;
    };
    const during = async (isOver: (n: number) => boolean): Promise<number[]> => {
      const times: number[] = [];
      while (!isOver(times.length)) {
        times.push(await small());
        await sleep(PAUSE_MS);
      }
      return times;
    };
    await during((n) => n >= 100); // warm
    const idle = percentile(await during((n) => n >= IDLE_SAMPLES), 99);
    const rest = memoryOf(server.pid!, 'VmRSS');
    forgetsMost(server.pid!);
    const [before, start] = [cpuOf(server.pid!), performance.now()];
    const answer = await fetch(`${url}/v1/reports/register?format=${format}`);
    if (!answer.ok) throw new Error(`${format}: ${answer.status} ${await answer.text()}`);
    let [bytes, isOver] = [0, false];
    const reading = (async () => {
      for await (const chunk of answer.body!) bytes += chunk.length;
      isOver = true;
    })();
    const times = await during(() => isOver);
    await reading;
    const [waited, most] = [percentile(times, 99), memoryOf(server.pid!, 'VmHWM')];
    console.log(
      `${format.padEnd(5)} ${(bytes / 1e6).toFixed(1)} MB in ${((performance.now() - start) / 1000).toFixed(0)} s, ` +
        `${(cpuOf(server.pid!) - before).toFixed(1)} s CPU; ${rest.toFixed(0)} MB at rest, ${(most - rest).toFixed(0)} more at most; ` +
        `a small answer ${waited.toFixed(1)} ms at p99, ${idle.toFixed(1)} idle (${(waited / idle).toFixed(1)} ×)`,
    );
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}
