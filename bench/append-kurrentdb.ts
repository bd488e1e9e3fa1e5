/**
 * Appends to a log in KurrentDB by 1, 32 and 256 callers, one event each, with revision check, idempotence and hash chain,
 * and reads the whole log; against the bare client, which does the same without any of that, with the same server in turn.
 * The server is that of KURRENTDB_URL; without one a double in a process of its own, which keeps its log in memory only.
 */
import {
  jsonEvent,
  KurrentDBClient,
  NO_STREAM as NO_SUCH_STREAM,
  START,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { v7 as uuidv7 } from 'uuid';
import { KurrentdbEventStore } from '#event-store-kurrentdb';
import { NO_STREAM } from '#eventsourcing';
import { appendAndRead, data, fields, meta, TYPE } from './logs.js';
import { load, machine, row, ROUNDS, SECONDS, type Measured } from './measure.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 20_000);

/** The server, and how to stop it. */
async function server(): Promise<{ url: string; kind: string; stop: () => void }> {
  const url = process.env['KURRENTDB_URL'];
  if (url) return { url, kind: 'the server of KURRENTDB_URL', stop: () => {} };
  const child = fork(new URL('kurrentdb-double.js', import.meta.url));
  const [its] = (await once(child, 'message')) as [string];
  return { url: its, kind: 'a double, its log in memory only', stop: () => void child.kill() };
}

const { url, kind, stop } = await server();
const logUrl = () => `${url}${url.includes('?') ? '&' : '?'}prefix=bench-${uuidv7()}.`;

async function bare(callers: number): Promise<Measured> {
  const client = KurrentDBClient.connectionString(url);
  const prefix = `bare-${uuidv7()}`;
  const revisions = new Map<string, bigint>();
  const measured = await load(callers, SECONDS, async (caller, turn) => {
    const stream = `${prefix}-${caller}-${turn % 100}`;
    const metadata = { ...meta(), salt: uuidv7(), digest: uuidv7() + uuidv7(), hash: uuidv7() + uuidv7() };
    const event = jsonEvent({ id: uuidv7(), type: TYPE, data: fields, metadata });
    const streamState = revisions.get(stream) ?? NO_SUCH_STREAM;
    revisions.set(stream, (await client.appendToStream(stream, event, { streamState })).nextExpectedRevision);
  });
  void client.dispose();
  return measured;
}

async function ours(callers: number): Promise<Measured> {
  const store = new KurrentdbEventStore(logUrl());
  await store.identity();
  const { appended } = await appendAndRead(store, callers);
  await store.close();
  return appended;
}

/** A log to read: its URL and the prefix of its streams. */
async function written(): Promise<{ log: string; prefix: string }> {
  const log = logUrl();
  const store = new KurrentdbEventStore(log);
  const event = { type: TYPE, version: 1, data };
  await Promise.all(
    Array.from({ length: EVENTS / 100 }, (_, n) =>
      store.append(
        `commitment-${n}`,
        NO_STREAM,
        Array.from({ length: 100 }, () => event),
        meta(),
      ),
    ),
  );
  await store.close();
  return { log, prefix: log.replace(/^.*prefix=/, '') };
}

const asRate = (events: number, begun: number): Measured => {
  const ms = performance.now() - begun;
  return { rate: (events * 1000) / ms, latencies: [ms] };
};

async function bareCatchUp(prefix: string): Promise<Measured> {
  const client = KurrentDBClient.connectionString(`${url}${url.includes('?') ? '&' : '?'}discoveryInterval=50`);
  const begun = performance.now();
  let events = 0;
  for await (const _ of client.readAll({ fromPosition: START, filter: streamNameFilter({ prefixes: [prefix] }) }))
    events++;
  void client.dispose();
  return asRate(events, begun);
}

async function oursCatchUp(log: string): Promise<Measured> {
  const store = new KurrentdbEventStore(log);
  const begun = performance.now();
  const abort = new AbortController();
  let events = 0;
  for await (const batch of store.subscribe(null, abort.signal)) if ((events += batch.length) >= EVENTS) break;
  const measured = asRate(events, begun);
  await store.close();
  return measured;
}

try {
  console.log(`Appending to a log in KurrentDB: ${kind}\n${await machine()}`);
  const table = [];
  for (const callers of [1, 32, 256]) {
    const [oursRounds, bareRounds]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      bareRounds.push(await bare(callers));
      oursRounds.push(await ours(callers));
    }
    table.push(row(`${callers} callers`, oursRounds, bareRounds, '≥ 0.9'));
  }
  const { log, prefix } = await written();
  const [oursRounds, bareRounds]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    bareRounds.push(await bareCatchUp(prefix));
    oursRounds.push(await oursCatchUp(log));
  }
  table.push(row(`catch-up, ${EVENTS} events`, oursRounds, bareRounds, '≥ 0.9'));
  console.table(table);
} finally {
  stop();
}
process.exit(0);
