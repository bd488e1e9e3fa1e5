// Runs Jest; `--watchAll` only where somebody watches.
import { spawnSync } from 'node:child_process';

export const JEST = ['--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

if (import.meta.main === undefined) throw new Error('This is another Node than ours: prefix the command with npx.');
if (import.meta.main) {
  const watching = process.stdout.isTTY && !process.env.CI;
  const args = process.argv.slice(2).filter((arg) => watching || arg !== '--watchAll');
  process.exit(spawnSync(process.execPath, [...JEST, ...args], { stdio: 'inherit' }).status ?? 1);
}
