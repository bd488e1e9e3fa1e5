// Compiles apps, libs and bench to dist/, with the files that they read beside them, if anything is newer than what was built
// last.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';

const COMPILED = 'dist/.tsbuildinfo';
const SOURCES = ['{apps,libs,bench}/**/*', 'tsconfig*.json', 'package-lock.json'];

/** What compiled code reads beside itself. */
const READ = '{apps,libs}/**/*.{css,sql,typ}';

const changedAt = (file) => statSync(file).mtimeMs;
const upToDate = () =>
  existsSync(COMPILED) && !globSync(SOURCES).some((file) => changedAt(file) >= changedAt(COMPILED));

function copyWhatIsRead() {
  for (const file of globSync(join('dist', READ))) rmSync(file);
  for (const file of globSync(READ)) {
    mkdirSync(join('dist', dirname(file)), { recursive: true });
    copyFileSync(file, join('dist', file));
  }
}

/** @returns the exit code of the compiler, 0 where there was nothing to do */
export function build() {
  if (upToDate()) return 0;
  const begun = new Date();
  const args = ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.build.json'];
  const status = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  if (status !== 0) return status;
  copyWhatIsRead();
  utimesSync(COMPILED, begun, begun);
  return status;
}

if (import.meta.main) process.exit(build());
