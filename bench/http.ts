/**
 * Durable commands over HTTP by 32 connections: validation, token, rules, append with FULL durability, projections in the
 * same process; against a bare Nest handler on Fastify that takes the same bodies. The load comes from a process of its own.
 */
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { SqliteAccessStore } from '#access';
import { inScratch, machine, row, ROUNDS, SECONDS, type Measured } from './measure.js';

const CONNECTIONS = 32;
const COMMITMENTS = 2_000;

const commitment = (n: number) => ({
  reference: `IOM-2012-${String(n).padStart(6, '0')}`,
  title: 'ACP indicators of human mobility and development',
  summary: 'An inventory of possible effects is to grow into detailed indicators for the countries of the group.',
  kind: 'data',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['T-1'],
  regions: ['africa'],
  countries: ['SEN'],
  stage: 'planned',
  effective: '2012-06',
  reportedOn: '2012-11-02',
});
const stage = {
  stage: 'in_progress',
  effective: '2012-11',
  reportedOn: '2012-11-02',
  note: 'Research projects being set up',
};

async function serve(script: string, env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(import.meta.dirname, script), { env: { ...process.env, ...env } });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  return { child, url };
}

async function post(
  url: string,
  path: (n: number) => string,
  body: (n: number) => object,
  token: string,
  seconds = SECONDS,
): Promise<Measured> {
  let n = 0;
  const latencies: number[] = [];
  const options: autocannon.Options = {
    url,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        setupRequest: (request) => ({ ...request, path: path(++n), body: JSON.stringify(body(n)) }),
      },
    ],
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error as Error) : resolve(done)));
    instance.on('response', (_client, _status, _bytes, ms) => latencies.push(ms));
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  return { rate: result['2xx'] / result.duration, latencies };
}

console.log(`Durable commands over HTTP, ${CONNECTIONS} connections\n${await machine()}`);
await inScratch(async (folder) => {
  const access = new SqliteAccessStore(join(folder, 'access.db'));
  const { token } = await access.create(null, 'bench');
  await access.close();
  const bare = await serve('bare-server.js');
  const api = await serve('api-server.js', { DATA_DIR: folder });
  const send = (path: string, body: object) =>
    fetch(api.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
  await send('/v1/agencies', { code: 'IOM', name: 'IOM', kind: 'igo' });
  await send('/v1/frameworks', { code: 'T', name: 'T', version: '1', source: 'bench' });
  await send('/v1/themes', { code: 'T-1', framework: 'T', label: 'T-1' });
  for (let i = 0; i < COMMITMENTS; i += 50)
    await Promise.all(Array.from({ length: 50 }, (_, k) => send('/v1/commitments', commitment(i + k))));

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
