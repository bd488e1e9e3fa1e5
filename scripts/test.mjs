// Builds, checks and runs all tests (or builds and runs those named), and says last how it went: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const chosen = process.argv.slice(2);

const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;

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

for (const script of chosen.length === 0 ? ['build', 'check'] : ['build'])
  if (spawnSync(`npm run --silent ${script}`, { stdio: 'inherit', shell: true }).status !== 0) say({ failed: 1 });

const folder = mkdtempSync(join(tmpdir(), 'followthrough-tests-'));
const report = join(folder, 'report.json');
const status = run(
  ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
  ...['--json', `--outputFile=${report}`, ...chosen],
);
let tests = [];
try {
  tests = testsOf(JSON.parse(readFileSync(report, 'utf8')));
} catch (error) {
  console.error(`Jest left no report: ${error.message}`);
}
rmSync(folder, { recursive: true });

const passed = tests.filter((test) => test.status === 'passed').length;
const failed = tests.filter((test) => test.status === 'failed').length;
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
const unexplained = chosen.length === 0 ? skipped.filter((test) => !hasReason(test)) : [];
if (chosen.length === 0)
  for (const { file, fullName } of skipped) console.log(`skipped: ${relative('.', file)}: ${fullName}`);
for (const { fullName } of unexplained) console.error(`Skipped without a reason: ${fullName}`);
const unaccounted = failed + unexplained.length === 0 && (status !== 0 || tests.length === 0) ? 1 : 0;
say({ passed, failed: failed + unexplained.length + unaccounted, skipped: skipped.length - unexplained.length });
