/**
 * All measures, one after the other, in ten minutes: each may take its share and the time that those before it left over. One
 * that takes longer is ended, and the last table says so. A name or several as arguments (`views http`): only these, without a
 * limit.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { endsWithThis } from './measure.js';

/** Rounds and sizes that leave all of them room; each measure has its own defaults. */
const QUICK_SETTINGS = { BENCH_ROUNDS: '3', BENCH_SECONDS: '1', BENCH_EVENTS: '10000,1000000' };

/** The minutes that each may take. */
const MINUTES_OF_MEASURE: Readonly<Record<string, number>> = {
  append: 0.5,
  'append-postgres': 0.7,
  'append-kurrentdb': 0.7,
  peers: 0.5,
  http: 0.6,
  start: 0.5,
  sizes: 0.8,
  'long-streams': 0.5,
  views: 4.2,
  reports: 0.5,
  register: 0.5,
};

/** @returns how it ended, unless well: when its time was over, or with a code */
async function run(name: string, minutes: number): Promise<string> {
  const child = endsWithThis(
    spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, `${name}.js`)], {
      env: { ...QUICK_SETTINGS, ...process.env },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: Math.round(minutes * 60_000),
    }),
  );
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(
        child.killed ? `ended after ${minutes.toFixed(1)} minutes` : code === 0 ? '' : `failed: ${code ?? signal}`,
      ),
    );
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => MINUTES_OF_MEASURE[name] === undefined);
if (unknown.length > 0)
  throw new Error(
    `There is no measure ${unknown.join(', ')}; there are ${Object.keys(MINUTES_OF_MEASURE).join(', ')}.`,
  );
const took: object[] = [];
let spare = 0;
for (const [name, minutes] of Object.entries(MINUTES_OF_MEASURE)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${name} ──`);
  const begun = performance.now();
  const ended = await run(name, asked.length > 0 ? 1_000 : minutes + spare);
  const lasted = performance.now() - begun;
  spare += minutes - lasted / 60_000;
  took.push({ measure: name, seconds: Math.round(lasted / 1000), ended });
}
console.table(took);
