// The folder in which the specs of one run keep their files, and find the shared ones (shared.ts). At the end the
// server in it is stopped.
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** The most bytes that the files of a run may have. */
const ROOM = 6 * 2 ** 30;

// Files that outlast a run stay on the disk: Chromium, unpacked (browser.ts).
process.env.TMPDIR_ON_DISK ??= tmpdir();
/** In memory, where there is room: every write waits for the disk, which matters only where a machine loses its power. */
const RUN = join(roomIn(MEMORY) > ROOM ? MEMORY : process.env.TMPDIR_ON_DISK, 'followthrough-run-');
const ours = `${RUN}${process.pid}`;

export default function setup() {
  for (const folder of globSync(`${RUN}*`)) if (!lives(Number(folder.slice(RUN.length)))) remove(folder);
  remove(ours);
  process.env.TMPDIR = join(ours, 'tmp');
  mkdirSync(process.env.TMPDIR, { recursive: true });
  for (const folder of [ours, process.env.TMPDIR]) chmodSync(folder, 0o755);
  process.env.TEST_RUN = ours;
  process.once('exit', () => remove(ours));
}

/** The bytes that are free in a file system; none where there is no such folder. */
function roomIn(folder) {
  if (!existsSync(folder)) return 0;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
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
