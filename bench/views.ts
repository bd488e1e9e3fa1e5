/**
 * The growth of views with the log: for each size of a log of the shape of the real one, the time and memory to build them, the
 * time of every view at any date, position and filter, and the time until a server is ready and until a change is seen.
 * Computing is measured in CPU time, which a busy machine changes less than the time of the clock.
 * `BENCH_EVENTS` (default 10000,100000,1000000) names the sizes, `BENCH_LOGS` a folder in which the logs are kept.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { v7 as uuidv7 } from 'uuid';
import { SqliteAccessStore } from '#access';
import { monthsBefore } from '#clocks';
import { SqliteEventStore } from '#event-store-sqlite';
import { Projector, type Log } from '#eventsourcing';
import {
  Coverage,
  Deadlines,
  Flows,
  Matrix,
  Partnerships,
  Progress,
  ProgressProjection,
  Silence,
  Timeline,
  type ViewClocks,
} from '#progress';
import { registersContext } from '#registers';
import { codec } from '../apps/api/src/app.module.js';
import { bigLog } from './big-log.js';
import { cpu, inScratch, machine, median, ownCpu, percentile } from './measure.js';
import { startOfServer, type Start } from './starting.js';

const LOG_SIZES = (process.env['BENCH_EVENTS'] ?? '10000,100000,1000000').split(',').map(Number);
/** How much CPU time is spent on one view at most. */
const ENOUGH_MS = 1_000;
/** Of so many changes it is told when they are seen. */
const CHANGE_COUNT = 1_000;
const TODAY = '2026-11-21';
const DATES = [TODAY, ...Array.from({ length: 10 }, (_, n) => `${2007 + 2 * n}-0${1 + (n % 9)}-15`)];

const projectorOf = (log: Log) =>
  new Projector(log, [...registersContext.projections!(log), new ProgressProjection(log)]);

interface Built {
  readonly projector: Projector;
  /** Of the clock, and of the CPU. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** p99, in milliseconds. */
  readonly delay: number;
}

async function build(log: Log): Promise<Built> {
  const projector = projectorOf(log);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [start, begun] = [performance.now(), cpu()];
  await projector.start();
  await projector.stop();
  const [seconds, cpuSeconds] = [(performance.now() - start) / 1000, (cpu() - begun) / 1000];
  return { projector, seconds, cpuSeconds, delay: delay.percentile(99) / 1e6 };
}

/** Every view, by its name in the table. */
function viewsOf(projector: Projector): Record<string, (at: ViewClocks) => Promise<unknown>> {
  const progress = new Progress(projector);
  const half = String(Number(projector.position()) >> 1);
  const of = <V>(View: new (projector: Projector) => V): V => new View(projector);
  return {
    'per agency': (at) => progress.agencies(at),
    'per theme': (at) => progress.themes(at),
    'per agency, followsUp': (at) => progress.agencies(at, { followsUp: 'HLD-2006' }),
    'per theme, followsUp': (at) => progress.themes(at, { followsUp: 'HLD-2006' }),
    'per agency, knownAt': (at) => progress.agencies({ ...at, knownAt: half }),
    'per theme, knownAt': (at) => progress.themes({ ...at, knownAt: half }),
    'per theme, staleAfter 6': (at) => progress.themes({ ...at, staleAfter: 6 }),
    'of one agency': (at) => progress.agency('IOM', at),
    'of one theme': (at) => progress.theme('HLD06-04', at),
    'first page of the list': (at) => progress.commitments(at),
    'first page, by title': (at) => progress.commitments(at, {}, { sort: 'title' }),
    'list of an agency': (at) => progress.commitments(at, { agency: 'IOM' }),
    'list, search': (at) => progress.commitments(at, { q: 'remittances' }, { sort: 'relevance' }),
    'list, search, knownAt': (at) => progress.commitments({ ...at, knownAt: half }, { q: 'remittances' }),
    'matrix, agencies by themes': (at) => of(Matrix).crossed(at, { rows: 'agency', columns: 'theme' }),
    'matrix, agencies by themes, knownAt': (at) => of(Matrix).crossed({ ...at, knownAt: half }),
    'matrix, agencies by outcomes': (at) => of(Matrix).crossed(at, { rows: 'agency', columns: 'outcome' }),
    'matrix, agencies by agencies': (at) => of(Matrix).crossed(at, { rows: 'agency', columns: 'agency' }),
    'outcomes covered': (at) => of(Coverage).outcomes(at),
    'outcomes covered, knownAt': (at) => of(Coverage).outcomes({ ...at, knownAt: half }),
    'timeline of 20 years, by quarters': (at) =>
      of(Timeline).steps(at, { from: '2006-01-01', to: at.asOf, step: 'quarter' }),
    'timeline of an agency, knownAt': (at) =>
      of(Timeline).steps({ ...at, knownAt: half }, { from: '2006-01-01', to: at.asOf, step: 'month', agency: 'IOM' }),
    'flows of a year': (at) => of(Flows).between(at, { from: monthsBefore(at.asOf, 12), to: at.asOf }),
    'flows of a year, knownThen': (at) =>
      of(Flows).between(at, { from: monthsBefore(at.asOf, 12), to: at.asOf, knownThen: half }),
    'deadlines ahead': (at) => of(Deadlines).ahead(at),
    'silent agencies': (at) => of(Silence).agencies(at),
    'silent agencies, knownAt': (at) => of(Silence).agencies({ ...at, knownAt: half }),
    partnerships: (at) => of(Partnerships).between(at),
    'partnerships, knownAt': (at) => of(Partnerships).between({ ...at, knownAt: half }),
  };
}

const ms = (values: readonly number[]): string =>
  `${percentile(values, 50).toFixed(1)} / ${percentile(values, 99).toFixed(1)}`;

/** CPU milliseconds of each call, over and over at all dates. */
async function timed(view: (at: ViewClocks) => Promise<unknown>): Promise<number[]> {
  const [all, begun]: [number[], number] = [[], cpu()];
  for (let n = 0; n < 20 && (n === 0 || cpu() - begun < ENOUGH_MS); n++)
    for (const asOf of DATES) {
      const start = cpu();
      await view({ asOf });
      all.push(cpu() - start);
    }
  return all;
}

/** Milliseconds from an append's answer to the moment at which the views show it: of the clock, and of the CPU of this thread. */
async function visible(log: Log, projector: Projector): Promise<{ readonly clock: number[]; readonly own: number[] }> {
  await projector.start();
  const [clock, own]: [number[], number[]] = [[], []];
  const { stream } = (await log.store.readByStream!('commitment', null, (await log.store.head())!, 1))[0]!;
  const { revision } = (await log.store.read(stream)).at(-1)!;
  for (let n = 0; n < CHANGE_COUNT; n++) {
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
    const { position } = await log.store.append(stream, revision + n, [event], meta);
    const [start, begun] = [performance.now(), ownCpu()];
    if (!(await projector.reached(position, 10_000))) throw new Error('The views do not follow.');
    clock.push(performance.now() - start);
    own.push(ownCpu() - begun);
  }
  await projector.stop();
  return { clock, own };
}

async function measure(folder: string, size: number): Promise<void> {
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

  const log: Log = { store: new SqliteEventStore(join(data, 'log.db')), codec: codec() };
  const events = Number(await log.store.head());
  const { projector, seconds, cpuSeconds, delay } = await build(log);
  globalThis.gc?.();
  const { columns } = projector.model(ProgressProjection);
  console.log(
    `\n${size} events, ${size / 10} commitments\n` +
      `built in ${seconds.toFixed(1)} s (${((cpuSeconds * 1e6) / events).toFixed(1)} µs of CPU an event), ` +
      `${columns.rows} rows in ${Math.round(columns.bytes / 1e6)} MB, ` +
      `${Math.round(process.memoryUsage().rss / 1e6)} MB resident, event loop p99 ${delay.toFixed(1)} ms`,
  );
  const rows: Record<string, string>[] = [];
  for (const [view, ask] of Object.entries(viewsOf(projector))) {
    for (const asOf of DATES) await ask({ asOf });
    const times = ms(await timed(ask));
    if (process.stderr.isTTY) process.stderr.write(`\r${view}: ${times} `);
    rows.push({ events: String(size), view, 'p50 / p99, ms of CPU': times });
  }
  console.table(rows);
  const { clock, own } = await visible(log, projector);
  console.log(`a change is seen after ${ms(clock)} ms of the clock, ${ms(own)} ms of the CPU (p50 / p99)`);
  await log.store.close();
  const starts = [];
  for (let n = 0; n < 4; n++) starts.push(await startOfServer('program/server.js', data));
  const [built, ...read] = starts as [Start, ...Start[]]; // the first has no snapshot yet
  const of = (what: keyof Start) => Math.round(median(read.map((one) => one[what])));
  console.log(
    `a server is ready after ${of('wall')} ms, ${of('cpu')} ms of CPU, and has ${of('resident')} MB; ` +
      `without a snapshot after ${Math.round(built.cpu / 1000)} s of CPU, with ${built.resident} MB`,
  );
  rmSync(data, { recursive: true });
}

await inScratch(async (folder) => {
  console.log(await machine());
  for (const size of LOG_SIZES) await measure(folder, size);
});
