/**
 * The logs beside those of Emmett, a peer, on SQLite and on PostgreSQL: appends of one event with revision check by one caller
 * and by 32, and catching up from the beginning with a projection that counts the stages. Each in turn in one run, with the CPU
 * time of the process; a server of PostgreSQL is not counted in it.
 *
 * Emmett is none of our dependencies. `BENCH_PEERS` names a folder in which it is installed:
 * `npm install --prefix FOLDER --legacy-peer-deps @event-driven-io/emmett@0.42.0 @event-driven-io/emmett-sqlite@0.42.4
 * @event-driven-io/emmett-postgresql@0.42.0 @event-driven-io/pongo@0.16.11 @event-driven-io/dumbo@0.12.7 sqlite3@5.1.7 pg@8
 * uuid@10 async-retry ansis@3 cli-table3@0.6 commander@12 pg-connection-string@2`
 */
import { Mutex } from 'async-mutex';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { PostgresEventStore } from '#event-store-postgres';
import { SqliteEventStore } from '#event-store-sqlite';
import { NO_STREAM, type EventStore } from '#eventsourcing';
import { PostgresServer } from '../test/support/postgres.js';
import { data, fields, meta, EVENTS_PER_PAGE, EVENT_TYPE } from './logs.js';
import {
  cpu,
  inScratch,
  load,
  machine,
  median,
  percentile,
  MEASURED_ROUNDS,
  SECONDS_PER_ROUND,
  type Measured,
} from './measure.js';

/** A log to which one event at a time is appended, and which a projection follows. */
interface Peer {
  append(stream: string): Promise<unknown>;
  /** Reads everything from the beginning. @returns how many events of each stage there are */
  catchUp(events: number): Promise<Readonly<Record<string, number>>>;
  close(): Promise<unknown>;
}

interface EmmettEvent {
  readonly type: string;
  readonly data: typeof fields;
}
/** As much of its store as is used here. */
interface Emmett {
  appendToStream(
    stream: string,
    events: readonly EmmettEvent[],
    options: object,
  ): Promise<{ nextExpectedStreamVersion: bigint }>;
  consumer(
    options: object,
  ): { start(): Promise<void>; close(): Promise<void> } & Record<'processor' | 'reactor', (options: object) => unknown>;
  close?(): Promise<void>;
}

const folder = process.env['BENCH_PEERS'];
if (folder === undefined) {
  console.log('BENCH_PEERS names no folder in which Emmett is installed: nothing is measured.');
  process.exit();
}
const peers = createRequire(resolve(folder, 'peers.js'));

function ourPeer(store: EventStore): Peer {
  const revisions = new Map<string, number>();
  return {
    async append(stream) {
      const event = { type: EVENT_TYPE, version: 1, data };
      const { revision } = await store.append(stream, revisions.get(stream) ?? NO_STREAM, [event], meta());
      revisions.set(stream, revision);
    },
    async catchUp() {
      const counts: Record<string, number> = {};
      for (let after: string | null = null, page; ; after = page.at(-1)!.position) {
        page = await store.readAll(after, EVENTS_PER_PAGE);
        if (page.length === 0) return counts;
        for (const event of page) {
          const { stage } = JSON.parse(event.data!) as typeof fields;
          counts[stage] = (counts[stage] ?? 0) + 1;
        }
      }
    },
    close: () => store.close(),
  };
}

function emmett(store: Emmett, kind: 'processor' | 'reactor'): Peer {
  const versions = new Map<string, bigint>();
  return {
    async append(stream) {
      const expectedStreamVersion = versions.get(stream) ?? 'STREAM_DOES_NOT_EXIST';
      const done = await store.appendToStream(stream, [{ type: EVENT_TYPE, data: fields }], { expectedStreamVersion });
      versions.set(stream, done.nextExpectedStreamVersion);
    },
    async catchUp(events) {
      const counts: Record<string, number> = {};
      let seen = 0;
      const consumer = store.consumer({ pulling: { batchSize: EVENTS_PER_PAGE, pullingFrequencyInMs: 1 } });
      consumer[kind]({
        ...{ processorId: 'stages', startFrom: 'BEGINNING', stopAfter: () => seen >= events },
        eachMessage: ({ data: { stage } }: EmmettEvent) => {
          counts[stage] = (counts[stage] ?? 0) + 1;
          seen++;
        },
      });
      await consumer.start();
      await consumer.close();
      return counts;
    },
    close: async () => store.close?.(),
  };
}

interface Costs {
  /** CPU time in microseconds an event. */
  readonly cpu: number;
  readonly measured: Measured;
}

async function costs(events: () => number, work: () => Promise<Measured>): Promise<Costs> {
  const begun = cpu();
  const measured = await work();
  return { measured, cpu: ((cpu() - begun) * 1000) / events() };
}

/** Appends by so many callers, then catches up. @throws Error where the projection has missed an event */
async function measured(peer: Peer, callers: number): Promise<readonly [appended: Costs, caughtUp: Costs]> {
  let events = 0;
  await peer.append('warm-up');
  const appended = await costs(
    () => events,
    () =>
      load(
        callers,
        SECONDS_PER_ROUND,
        async (caller, turn) => (await peer.append(`c-${caller}-${turn % 100}`), events++),
      ),
  );
  const caughtUp = await costs(
    () => events,
    async () => {
      const start = performance.now();
      const counts = await peer.catchUp(events + 1);
      const took = performance.now() - start;
      if (counts[fields.stage] !== events + 1) throw new Error(`${JSON.stringify(counts)} of ${events + 1} events`);
      return { rate: (events * 1000) / took, latencies: [took] };
    },
  );
  await peer.close();
  return [appended, caughtUp];
}

type Open = () => Promise<Peer>;

async function compared(name: string, callers: number, open: { readonly ours: Open; readonly emmett: Open }) {
  const rounds: Record<keyof typeof open, (readonly [Costs, Costs])[]> = { ours: [], emmett: [] };
  for (let round = 0; round < MEASURED_ROUNDS; round++)
    for (const who of ['emmett', 'ours'] as const) rounds[who].push(await measured(await open[who](), callers));
  return (['append', 'catch up, with a projection'] as const).map((what, i) => {
    const of = (who: keyof typeof open) => rounds[who].map((round) => round[i]!);
    const [own, peer] = [of('ours'), of('emmett')];
    const middle = (costs: readonly Costs[]) => median(costs.map((one) => one.measured.rate));
    const p99 = (costs: readonly Costs[]) =>
      percentile(
        costs.flatMap((one) => one.measured.latencies),
        99,
      ).toFixed(1);
    return {
      log: name,
      measure: i === 0 ? `${what}, ${callers === 1 ? '1 caller' : `${callers} callers`}` : what,
      'ours/s': Math.round(middle(own)),
      'Emmett/s': Math.round(middle(peer)),
      ratio: median(own.map((one, n) => one.measured.rate / peer[n]!.measured.rate)).toFixed(2),
      'ours, µs CPU': Math.round(median(own.map((one) => one.cpu))),
      'Emmett, µs CPU': Math.round(median(peer.map((one) => one.cpu))),
      'p99 ms, ours / Emmett': i === 0 ? `${p99(own)} / ${p99(peer)}` : '',
    };
  });
}

console.log(`The logs beside those of Emmett\n${await machine()}`);
const table: object[] = [];
const { getSQLiteEventStore } = peers('@event-driven-io/emmett-sqlite') as {
  getSQLiteEventStore(options: object): Emmett;
};
await inScratch(async (scratch) => {
  let files = 0;
  const file = () => join(scratch, `${files++}.db`);
  // Of two appends at once it fails one (SQLITE_BUSY): its callers wait for each other.
  const openEmmett = async (): Promise<Peer> => {
    const peer = emmett(getSQLiteEventStore({ fileName: file() }), 'processor');
    const turn = new Mutex();
    return { ...peer, append: (stream) => turn.runExclusive(() => peer.append(stream)) };
  };
  for (const callers of [1, 32])
    table.push(
      ...(await compared('SQLite', callers, {
        ours: async () => ourPeer(new SqliteEventStore(file())),
        emmett: openEmmett,
      })),
    );
});
const { getPostgreSQLEventStore } = peers('@event-driven-io/emmett-postgresql') as {
  getPostgreSQLEventStore(url: string): Emmett;
};
const server = await PostgresServer.start({ durable: true });
const url = async () => server.url(await server.newDatabase());
for (const callers of [1, 32])
  table.push(
    ...(await compared('PostgreSQL', callers, {
      ours: async () => ourPeer(new PostgresEventStore(await url())),
      emmett: async () => emmett(getPostgreSQLEventStore(await url()), 'reactor'),
    })),
  );
await server.stop();
console.table(table);
process.exit();
