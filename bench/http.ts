/**
 * Durable commands over HTTP by 32 connections: validation, token, rules, append with FULL durability, projections in the
 * same process; against a bare Nest handler on Fastify that takes the same bodies. The load comes from a process of its own.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { SqliteAccessStore } from '#access';
import { commitment, COMMITMENTS, CONNECTIONS, post, prepare, stage } from './commands.js';
import { inScratch, machine, row, ROUNDS, type Measured } from './measure.js';

async function serve(script: string, env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(import.meta.dirname, script), { env: { ...process.env, ...env } });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  return { child, url };
}

console.log(`Durable commands over HTTP, ${CONNECTIONS} connections\n${await machine()}`);
await inScratch(async (folder) => {
  const access = new SqliteAccessStore(join(folder, 'access.db'));
  const { token } = await access.create(null, 'bench');
  await access.close();
  const bare = await serve('bare-server.js');
  const api = await serve('api-server.js', { DATA_DIR: folder });
  await prepare(api.url, token);

  let [recorded, reported] = [COMMITMENTS, 0];
  const measures = {
    'report a stage': {
      ours: () =>
        post(
          api.url,
          () => `/v1/commitments/${commitment(reported++ % COMMITMENTS).reference}/stage`,
          () => stage,
          token,
        ),
      raw: () =>
        post(
          bare.url,
          () => '/bare',
          () => stage,
          token,
        ),
    },
    'record a commitment': {
      ours: () =>
        post(
          api.url,
          () => '/v1/commitments',
          () => commitment(recorded++),
          token,
        ),
      raw: () =>
        post(
          bare.url,
          () => '/bare',
          (n) => commitment(n),
          token,
        ),
    },
  };
  const table = [];
  for (const [name, { ours, raw }] of Object.entries(measures)) {
    const [oursRounds, rawRounds]: [Measured[], Measured[]] = [[], []];
    await raw();
    await ours();
    for (let round = 0; round < ROUNDS; round++) {
      rawRounds.push(await raw());
      oursRounds.push(await ours());
    }
    table.push(row(name, oursRounds, rawRounds, '≥ 0.35, ≥ 10,000/s'));
  }
  console.table(table);
  bare.child.kill();
  api.child.kill();
});
