// Builds, checks and runs all tests (or builds and runs those named), and says last how it went: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { JEST } from './jest.mjs';

/** Ten times as many runs of each property, with random values; every server where by day one stands for all. */
const deep = process.argv.includes('--deep');
const chosen = process.argv.slice(2).filter((arg) => arg !== '--deep');

/** @returns the exit code of a program, and its output if that is to be kept */
async function run(program, args, options = {}) {
  const { stdio = 'inherit', shell = false, env = process.env } = options;
  const child = spawn(program, args, { stdio: ['ignore', stdio, stdio], shell, env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (printed += text));
  const [code] = await once(child, 'close');
  return { code: code ?? 1, printed };
}
const node = (...args) => run(process.execPath, args);
/** The linter is written in Go, and takes a third less time where it need not collect its garbage below 2 GB. */
const LINTER_MEMORY = { GOGC: 'off', GOMEMLIMIT: '2GiB' };
const check = () =>
  run('npm run --silent check', [], { stdio: 'pipe', shell: true, env: { ...LINTER_MEMORY, ...process.env } });

/** Ends the run. A check that failed counts as a failed test. */
function say({ passed = 0, failed = 0, skipped = 0 }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed > 0 ? 1 : 0);
}

/** Every test of a Jest report with its file; a file that could not be loaded is one failed test. */
const testsOf = ({ testResults }) =>
  testResults.flatMap(({ name, status, assertionResults }) =>
    assertionResults.length === 0 && status === 'failed'
      ? [{ file: name, fullName: 'could not be loaded', status }]
      : assertionResults.map((test) => ({ file: name, ...test })),
  );

/** `it.skip('… (skipped: why)')`: a test may be skipped only with its reason. */
const hasReason = ({ fullName }) => /\(skipped: \S.*\)/.test(fullName);

if ((await node('scripts/build.mjs')).code !== 0) say({ failed: 1 });

if (deep) {
  process.env.DEEP = 'yes';
  process.env.SEED ??= String(Date.now() % 2 ** 31);
  console.log(`SEED=${process.env.SEED}`);
}
const folder = mkdtempSync(join(tmpdir(), 'followthrough-tests-'));
const report = join(folder, 'report.json');
const [checked, { code }] = await Promise.all([
  chosen.length === 0 ? check() : { code: 0 },
  node(...JEST, '--json', `--outputFile=${report}`, ...chosen),
]);
if (checked.code !== 0) console.error(`npm run check failed:\n${checked.printed}`);
let tests = [];
try {
  tests = testsOf(JSON.parse(readFileSync(report, 'utf8')));
} catch (error) {
  console.error(`Jest left no report: ${error.message}`);
}
rmSync(folder, { recursive: true });

const passed = tests.filter((test) => test.status === 'passed').length;
const failed = tests.filter((test) => test.status === 'failed').length + (checked.code === 0 ? 0 : 1);
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
const unexplained = chosen.length === 0 ? skipped.filter((test) => !hasReason(test)) : [];
if (chosen.length === 0)
  for (const { file, fullName } of skipped) console.log(`skipped: ${relative('.', file)}: ${fullName}`);
for (const { fullName } of unexplained) console.error(`Skipped without a reason: ${fullName}`);
const unaccounted = failed + unexplained.length === 0 && (code !== 0 || tests.length === 0) ? 1 : 0;
say({ passed, failed: failed + unexplained.length + unaccounted, skipped: skipped.length - unexplained.length });
