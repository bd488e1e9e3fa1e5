/**
 * Durable commands over HTTP by 32 connections: validation, token, rules, append with FULL durability, views kept up in the
 * same process (`PROJECTIONS=off`: without them); against a bare Nest handler on Fastify that takes the same bodies. The load
 * comes from a process of its own; the CPU time is the server's.
 */
import { join } from 'node:path';
import { SqliteAccessStore } from '#access';
import { commitment, COMMITMENTS, CONNECTIONS, post, prepare, stage } from './commands.js';
import { inScratch, machine, median, row, ROUNDS, type Measured } from './measure.js';
import { Served } from './served.js';

/** A load, and the CPU time that the server took for each call, in microseconds. */
interface Loaded extends Measured {
  readonly cpu: number;
}

async function loaded(server: Served, load: () => Promise<Measured>): Promise<Loaded> {
  const before = await server.cpu();
  const measured = await load();
  return { ...measured, cpu: ((await server.cpu()) - before) / measured.latencies.length };
}

const cpuOf = (rounds: readonly Loaded[]): string =>
  `${median(rounds.map(({ cpu }) => cpu)).toFixed(0)} (${Math.min(...rounds.map(({ cpu }) => cpu)).toFixed(0)})`;

console.log(`Durable commands over HTTP, ${CONNECTIONS} connections\n${await machine()}`);
await inScratch(async (folder) => {
  const access = new SqliteAccessStore(join(folder, 'access.db'));
  const { token } = await access.create(null, 'bench');
  await access.close();
  const bare = await Served.start('bare-server.js');
  const api = await Served.start('api-server.js', { DATA_DIR: folder });
  await prepare(api.url, token);

  let [recorded, reported] = [COMMITMENTS, 0];
  const measures: Record<string, { path: () => string; body: () => object }> = {
    'report a stage': {
      path: () => `/v1/commitments/${commitment(reported++ % COMMITMENTS).reference}/stage`,
      body: () => stage,
    },
    'record a commitment': { path: () => '/v1/commitments', body: () => commitment(recorded++) },
  };
  const table = [];
  for (const [name, { path, body }] of Object.entries(measures)) {
    const ours = () => loaded(api, () => post(api.url, path, body, token));
    const raw = () => loaded(bare, () => post(bare.url, () => '/bare', body, token));
    const [oursRounds, rawRounds]: [Loaded[], Loaded[]] = [[], []];
    await raw();
    await ours();
    for (let round = 0; round < ROUNDS; round++) {
      rawRounds.push(await raw());
      oursRounds.push(await ours());
    }
    table.push({
      ...row(name, oursRounds, rawRounds, '≥ 0.35, ≥ 8,000/s, ≤ 140 µs'),
      'CPU µs (least)': cpuOf(oursRounds),
      'bare CPU µs': cpuOf(rawRounds),
      'of bare CPU': median(oursRounds.map(({ cpu }, round) => cpu / rawRounds[round]!.cpu)).toFixed(1),
    });
  }
  console.table(table);
  bare.stop();
  api.stop();
});
