/**
 * The same commands sent to each size of the system on this one machine (docs/operating.md): the cost of each, and how
 * long after the last of them its views are up to date.
 */
import { join } from 'node:path';
import { openAccess } from '../apps/api/src/app.module.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { PostgresServer } from '../test/support/postgres.js';
import { Service } from '../test/support/service.js';
import { commitment, COMMITMENT_COUNT, CONNECTION_COUNT, post, prepare, stage } from './commands.js';
import { inScratch, machine, median, percentile, MEASURED_ROUNDS, type Measured } from './measure.js';

interface Size {
  readonly servers: number;
  readonly env: (folder: string, database: string) => NodeJS.ProcessEnv;
}

const inPostgres = (_: string, url: string): NodeJS.ProcessEnv => ({ LOG_URL: url, ACCESS_URL: url });
const sizes: Readonly<Record<string, Size>> = {
  'one process, SQLite': { servers: 1, env: () => ({}) },
  'one server, PostgreSQL': { servers: 1, env: inPostgres },
  'two servers, PostgreSQL': { servers: 2, env: inPostgres },
};

const server = await PostgresServer.start({ durable: true });
console.log(`Reports of a stage, ${CONNECTION_COUNT} connections in all\n${await machine()}`);
const table: object[] = [];
for (const [size, { servers, env }] of Object.entries(sizes))
  await inScratch(async (folder) => {
    const all = {
      ...env(folder, server.url(await server.newDatabase())),
      DATA_DIR: join(folder, 'data'),
    };
    const access = openAccess(settingsFrom(all));
    const { token } = await access.create(null, 'bench');
    await access.close();
    const apis = await Promise.all(Array.from({ length: servers }, () => Service.start('api', all)));
    await Promise.all(apis.map((api) => api.ready()));
    await prepare(apis[0]!.url, token);

    const [rounds, lags]: [Measured[], number[]] = [[], []];
    for (let [round, n] = [0, 0]; round < MEASURED_ROUNDS; round++) {
      const path = () => `/v1/commitments/${commitment(n++ % COMMITMENT_COUNT).reference}/stage`;
      const sent = await Promise.all(
        apis.map(({ url }) => post(url, path, () => stage, token, CONNECTION_COUNT / servers)),
      );
      const ended = performance.now();
      for (let lag = 1; lag > 0;) {
        const { projections } = (await (await fetch(`${apis[0]!.url}/health/ready`)).json()) as {
          projections: { lag: number }[];
        };
        lag = Math.max(...projections.map((one) => one.lag));
      }
      lags.push((performance.now() - ended) / 1000);
      rounds.push({
        rate: sent.reduce((sum, { rate }) => sum + rate, 0),
        latencies: sent.flatMap(({ latencies }) => latencies),
      });
    }
    const latencies = rounds.flatMap((round) => round.latencies);
    table.push({
      size,
      'commands/s': median(rounds.map(({ rate }) => rate)).toFixed(0),
      'p50 ms': percentile(latencies, 50).toFixed(1),
      'p99 ms': percentile(latencies, 99).toFixed(1),
      'views up to date after s': median(lags).toFixed(1),
    });
    await Promise.all(apis.map((one) => one.end()));
  });
console.table(table);
await server.stop();
