// Compiles apps, libs and bench to dist/, with the files that they read, if anything there is newer than what was compiled last.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, statSync, utimesSync } from 'node:fs';

const COMPILED = 'dist/.tsbuildinfo';
const SOURCES = ['{apps,libs,bench}/**/*', 'tsconfig*.json', 'package-lock.json'];

const changedAt = (file) => statSync(file).mtimeMs;
const upToDate = () =>
  existsSync(COMPILED) && !globSync(SOURCES).some((file) => changedAt(file) >= changedAt(COMPILED));

/** @returns the exit code of the compiler, 0 where there was nothing to do */
export function build() {
  if (upToDate()) return 0;
  const begun = new Date();
  const args = ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.build.json'];
  const run = (args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  const status = run(args) || run(['scripts/copy-files.mjs']);
  if (status === 0) utimesSync(COMPILED, begun, begun);
  return status;
}

if (import.meta.main) process.exit(build());
