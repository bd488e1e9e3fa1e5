// The folder in which the specs of one run find what they share (shared.ts). At the end the server in it is stopped.
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RUN = join(tmpdir(), 'followthrough-run-');
const ours = `${RUN}${process.pid}`;

export default function setup() {
  for (const folder of globSync(`${RUN}*`)) if (!lives(Number(folder.slice(RUN.length)))) remove(folder);
  remove(ours);
  mkdirSync(ours);
  chmodSync(ours, 0o755);
  process.env.TEST_RUN = ours;
  // Processes that are started again and again load their code compiled.
  process.env.NODE_COMPILE_CACHE ??= join(process.cwd(), 'node_modules/.cache/compiled');
  process.once('exit', () => remove(ours));
}

function remove(folder) {
  const pidFile = join(folder, 'postgres/data/postmaster.pid');
  if (existsSync(pidFile)) end(Number(readFileSync(pidFile, 'utf8').split('\n')[0]));
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function end(pid) {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch {
    // it has ended by itself
  }
}
