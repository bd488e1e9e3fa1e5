// Compiles apps, libs and bench to dist/, with the files that they read beside them, and bundles the programs to dist/program/,
// if anything is newer than the last build. Runs on the machine's own Node (20 or newer), too.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILED = 'dist/.tsbuildinfo';
const FOLDERS = ['apps', 'libs', 'bench'];
const BESIDE = ['scripts/bundle.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Everything below some folders: files, and folders, which change when a file goes. */
const below = (folders) =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    ]);

/** The files that compiled code reads beside itself. */
const isRead = (name) => /\.(css|sql|typ|browser\.js)$/.test(name);

const changedAt = (file) => statSync(file).mtimeMs;
const upToDate = () => {
  if (!existsSync(COMPILED)) return false;
  const built = changedAt(COMPILED);
  return ![...BESIDE, ...below(FOLDERS)].some((file) => changedAt(file) >= built);
};

function copyWhatIsRead() {
  for (const file of below(['dist/apps', 'dist/libs']).filter(isRead)) rmSync(file);
  for (const file of below(['apps', 'libs']).filter(isRead)) {
    mkdirSync(join('dist', dirname(file)), { recursive: true });
    copyFileSync(file, join('dist', file));
  }
}

/** @returns the exit code of the compiler, 0 where there was nothing to do */
export async function build() {
  if (upToDate()) return 0;
  const begun = new Date();
  const args = ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.build.json'];
  const status = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  if (status !== 0) return status;
  copyWhatIsRead();
  const { bundle } = await import('./bundle.mjs'); // whose packages are there by now
  await bundle();
  utimesSync(COMPILED, begun, begun);
  return status;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await build());
