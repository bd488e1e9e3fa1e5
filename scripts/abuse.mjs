// Sends 100,000 requests by chance to a server (test/abuse.http.spec.ts), or as many as ABUSE_REQUESTS says; SEED repeats a run.
import { spawnSync } from 'node:child_process';
import { JEST } from './jest.mjs';

process.env.ABUSE_REQUESTS ??= '100000';
process.env.SEED ??= String(Date.now() % 2 ** 31);
console.log(`SEED=${process.env.SEED}`);
process.exit(
  spawnSync(process.execPath, [...JEST, '--testTimeout=3600000', 'abuse.http'], { stdio: 'inherit' }).status ?? 1,
);
