/**
 * Durable commands over HTTP by 32 connections: validation, token, rules, append with FULL durability, views kept up in the
 * same process; against a bare Nest handler on Fastify that takes the same bodies, in turn. The load comes from a process of
 * its own; the CPU time is the server's. Beside that of whole rounds stands the least of short windows, which other work on
 * the machine disturbed least.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteAccessStore } from '#access';
import { commitment, COMMITMENT_COUNT, CONNECTION_COUNT, post, prepare, stage } from './commands.js';
import { inScratch, machine, median, row, MEASURED_ROUNDS, type Measured } from './measure.js';
import { Served } from './served.js';

/** The length of a window, and how many calls there must be in it. */
const [WINDOW_MS, MIN_CALLS_PER_WINDOW] = [150, 60];

/** A load, and the CPU time that the server took for each call, in microseconds: of all, and of each window. */
interface Loaded extends Measured {
  readonly cpu: number;
  readonly windows: readonly number[];
}

async function loaded(server: Served, load: (answered: () => void) => Promise<Measured>): Promise<Loaded> {
  const begun = await server.cpu();
  const windows: number[] = [];
  const ended = new AbortController();
  let [calls, last] = [0, { cpu: begun, calls: 0 }];
  const watching = (async () => {
    for (; !ended.signal.aborted; await sleep(WINDOW_MS)) {
      const now = { cpu: await server.cpu(), calls };
      if (now.calls - last.calls >= MIN_CALLS_PER_WINDOW) windows.push((now.cpu - last.cpu) / (now.calls - last.calls));
      last = now;
    }
  })();
  const measured = await load(() => calls++);
  ended.abort();
  await watching;
  return { ...measured, windows, cpu: ((await server.cpu()) - begun) / measured.latencies.length };
}

const leastOf = (rounds: readonly Loaded[]): number => Math.min(...rounds.flatMap(({ windows }) => windows));
const cpuOf = (rounds: readonly Loaded[]): string =>
  `${median(rounds.map(({ cpu }) => cpu)).toFixed(0)} (${leastOf(rounds).toFixed(0)})`;

console.log(`Durable commands over HTTP, ${CONNECTION_COUNT} connections\n${await machine()}`);
await inScratch(async (folder) => {
  const access = new SqliteAccessStore(join(folder, 'access.db'));
  const { token } = await access.create(null, 'bench');
  await access.close();
  const bare = await Served.start('bare-server.js');
  const api = await Served.start('api-server.js', { DATA_DIR: folder });
  await prepare(api.url, token);

  let [recorded, reported] = [COMMITMENT_COUNT, 0];
  const measures: Record<string, { path: () => string; body: () => object }> = {
    'report a stage': {
      path: () => `/v1/commitments/${commitment(reported++ % COMMITMENT_COUNT).reference}/stage`,
      body: () => stage,
    },
    'record a commitment': { path: () => '/v1/commitments', body: () => commitment(recorded++) },
  };
  const table = [];
  for (const [name, { path, body }] of Object.entries(measures)) {
    const ours = () => loaded(api, (answered) => post(api.url, path, body, token, CONNECTION_COUNT, answered));
    const raw = () =>
      loaded(bare, (answered) => post(bare.url, () => '/bare', body, token, CONNECTION_COUNT, answered));
    const [oursRounds, rawRounds]: [Loaded[], Loaded[]] = [[], []];
    await raw();
    await ours();
    for (let round = 0; round < MEASURED_ROUNDS; round++) {
      rawRounds.push(await raw());
      oursRounds.push(await ours());
    }
    table.push({
      ...row(name, oursRounds, rawRounds, '≥ 0.35, ≥ 8,000/s, ≤ 140 µs'),
      'CPU µs (least window)': cpuOf(oursRounds),
      'bare CPU µs': cpuOf(rawRounds),
      'of bare CPU (least windows)':
        `${median(oursRounds.map(({ cpu }, round) => cpu / rawRounds[round]!.cpu)).toFixed(1)} ` +
        `(${(leastOf(oursRounds) / leastOf(rawRounds)).toFixed(1)})`,
    });
  }
  console.table(table);
  bare.stop();
  api.stop();
});
