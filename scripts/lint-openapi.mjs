// Two linters look at the OpenAPI document by the rules that they recommend: Redocly and Spectral, part of `npm run check`.
// A document that they found nothing in is not looked at again. `node scripts/lint-openapi.mjs FILE` looks at another document.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const CLEAN = 'node_modules/.cache/openapi-clean';

const [file] = process.argv.slice(2);
const document = file ? readFileSync(file, 'utf8') : await ownDocument();
const digest = createHash('sha256').update(document).update(readFileSync('package-lock.json')).digest('hex');
if (!file && isClean()) process.exit(0);

const folder = mkdtempSync(join(tmpdir(), 'followthrough-linters-'));
writeFileSync(join(folder, 'openapi.json'), document);
// Redocly looks at the examples, too: Spectral took nine tenths of its time for them.
const rules = { extends: ['spectral:oas'], rules: { 'oas3-valid-media-example': 'off' } };
writeFileSync(join(folder, 'rules.json'), JSON.stringify(rules));
const problems = (await Promise.all([redocly(), spectral()])).flat();
rmSync(folder, { recursive: true });
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
mkdirSync(dirname(CLEAN), { recursive: true });
if (!file) writeFileSync(CLEAN, digest);
process.exit(0);

async function ownDocument() {
  const { build } = await import('./build.mjs');
  if ((await build()) !== 0) process.exit(1);
  const { apiDocument } = await import('./api-document.mjs');
  return apiDocument({ PUBLIC_URL: 'https://followthrough.example.org/' });
}

function isClean() {
  try {
    return readFileSync(CLEAN, 'utf8') === digest;
  } catch {
    return false; // Nothing was found clean yet.
  }
}

async function redocly() {
  const program = '@redocly/cli/bin/cli.js';
  const found = JSON.parse(await run(program, 'lint', '--extends=recommended', '--format=json', 'openapi.json'));
  return found.problems.map(
    ({ severity, ruleId, message, location }) => `Redocly: ${severity} ${ruleId} ${location[0]?.pointer} ${message}`,
  );
}

async function spectral() {
  const program = '@stoplight/spectral-cli/dist/index.js';
  const found = JSON.parse(await run(program, 'lint', '-r', 'rules.json', '-f', 'json', '--quiet', 'openapi.json'));
  return found.map(({ code, message, path }) => `Spectral: ${code} ${path.join('/')} ${message}`);
}

/** @returns the output of a program of the packages, also if it found something */
function run(program, ...args) {
  const env = { ...process.env, NODE_OPTIONS: '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [resolve('node_modules', program), ...args],
      { cwd: folder, env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => (stdout === '' ? fail(new Error(stderr, { cause: error })) : done(stdout)),
    );
  });
}
