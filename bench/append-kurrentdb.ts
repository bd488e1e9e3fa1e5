/**
 * Appends to a log in KurrentDB by 1, 32 and 256 callers, one event each, with revision check, idempotence and hash chain,
 * and reads the whole log; against the bare client, which does the same without any of that, with the same server in turn.
 * The server is that of KURRENTDB_URL; without one a double in a process of its own, which keeps its log in memory only.
 * Both append for a while before they are measured: ours looks at the log before each batch at first (ADR 16). Beside the
 * rates stands the CPU time of this process, and of the server where KURRENTDB_PID says which it is.
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
import { readFileSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import { KurrentdbEventStore } from '#event-store-kurrentdb';
import { NO_STREAM } from '#eventsourcing';
import { data, fields, meta, EVENT_TYPE } from './logs.js';
import {
  endsWithThis,
  load,
  machine,
  median,
  row,
  MEASURED_ROUNDS,
  SECONDS_PER_ROUND,
  type Measured,
} from './measure.js';

/** How long both append before they are measured, in s. */
const WARM_UP_S = 2.5;
const EVENT_COUNT = Number(process.env['BENCH_EVENTS'] ?? 20_000);

/** The server, and how to stop it. */
async function server(): Promise<{ url: string; kind: string; stop: () => void }> {
  const url = process.env['KURRENTDB_URL'];
  if (url) return { url, kind: 'the server of KURRENTDB_URL', stop: () => {} };
  const child = endsWithThis(fork(new URL('kurrentdb-double.js', import.meta.url)));
  const [its] = (await once(child, 'message')) as [string];
  return { url: its, kind: 'a double, its log in memory only', stop: () => void child.kill() };
}

const { url, kind, stop } = await server();
const logUrl = () => `${url}${url.includes('?') ? '&' : '?'}prefix=bench-${uuidv7()}.`;

/** A rate, and the CPU time of an event in µs: here, and in the server. */
interface WithCpu extends Measured {
  readonly cpu: number;
  readonly serverCpu: number;
}

/** In ms; NaN when nothing says which process the server is. */
function cpuOfServer(): number {
  const pid = process.env['KURRENTDB_PID'];
  if (!pid) return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measured(callers: number, call: (caller: number, turn: number) => Promise<unknown>): Promise<WithCpu> {
  await load(callers, WARM_UP_S, call);
  const [cpu, serverCpu] = [process.cpuUsage(), cpuOfServer()];
  const loaded = await load(callers, SECONDS_PER_ROUND, call);
  const { user, system } = process.cpuUsage(cpu);
  const events = loaded.latencies.length;
  return { ...loaded, cpu: (user + system) / events, serverCpu: ((cpuOfServer() - serverCpu) * 1_000) / events };
}

async function bare(callers: number): Promise<WithCpu> {
  const client = KurrentDBClient.connectionString(url);
  const prefix = `bare-${uuidv7()}`;
  const revisions = new Map<string, bigint>();
  const appended = await measured(callers, async (caller, turn) => {
    const stream = `${prefix}-${caller}-${turn % 100}`;
    const metadata = { ...meta(), salt: uuidv7(), digest: uuidv7() + uuidv7(), hash: uuidv7() + uuidv7() };
    const event = jsonEvent({ id: uuidv7(), type: EVENT_TYPE, data: fields, metadata });
    const streamState = revisions.get(stream) ?? NO_SUCH_STREAM;
    revisions.set(stream, (await client.appendToStream(stream, event, { streamState })).nextExpectedRevision);
  });
  void client.dispose();
  return appended;
}

/** @param follows whether the process also follows the log, as a server does for its views */
async function appendsOfOurStore(callers: number, follows: boolean): Promise<WithCpu> {
  const store = new KurrentdbEventStore(logUrl());
  await store.identity();
  const abort = new AbortController();
  const following = follows ? follow(store, abort.signal) : Promise.resolve();
  const revisions = new Map<string, number>();
  const appended = await measured(callers, async (caller, turn) => {
    const stream = `commitment-${caller}-${turn % 100}`;
    const event = { type: EVENT_TYPE, version: 1, data };
    const { revision } = await store.append(stream, revisions.get(stream) ?? NO_STREAM, [event], meta());
    revisions.set(stream, revision);
  });
  abort.abort();
  await following;
  await store.close();
  return appended;
}

async function follow(store: KurrentdbEventStore, signal: AbortSignal): Promise<void> {
  for await (const _ of store.subscribe(null, signal));
}

/** A log to read: its URL and the prefix of its streams. */
async function written(): Promise<{ log: string; prefix: string }> {
  const log = logUrl();
  const store = new KurrentdbEventStore(log);
  const event = { type: EVENT_TYPE, version: 1, data };
  await Promise.all(
    Array.from({ length: EVENT_COUNT / 100 }, (_, n) =>
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
  for await (const batch of store.subscribe(null, abort.signal)) if ((events += batch.length) >= EVENT_COUNT) break;
  const measured = asRate(events, begun);
  await store.close();
  return measured;
}

try {
  console.log(`Appending to a log in KurrentDB: ${kind}\n${await machine()}`);
  const table = [];
  for (const callers of [1, 32, 256]) {
    const sides: WithCpu[][] = [[], [], []];
    for (let round = 0; round < MEASURED_ROUNDS; round++) {
      sides[0]!.push(await bare(callers));
      sides[1]!.push(await appendsOfOurStore(callers, false));
      sides[2]!.push(await appendsOfOurStore(callers, true));
    }
    const [raw, alone, following] = sides as [WithCpu[], WithCpu[], WithCpu[]];
    const cpu = (rounds: WithCpu[]) =>
      [rounds.map((r) => r.cpu), rounds.map((r) => r.serverCpu)].map((µs) => median(µs).toFixed(0)).join(' + ');
    for (const [name, rounds] of [
      ['', alone],
      [', following the log', following],
    ] as const)
      table.push({
        ...row(`${callers} callers${name}`, rounds, raw, '≥ 0.9'),
        'CPU µs, here + server': cpu(rounds),
        'raw CPU µs': cpu(raw),
      });
  }
  const { log, prefix } = await written();
  const [oursRounds, bareRounds]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < MEASURED_ROUNDS; round++) {
    bareRounds.push(await bareCatchUp(prefix));
    oursRounds.push(await oursCatchUp(log));
  }
  table.push(row(`catch-up, ${EVENT_COUNT} events`, oursRounds, bareRounds, '≥ 0.9'));
  console.table(table);
} finally {
  stop();
}
process.exit(0);
