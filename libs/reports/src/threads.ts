/**
 * Writes a report in its format; a long one in a thread of its own, so that others are answered meanwhile. Rows go to
 * the thread page by page, and bytes come from it, each as fast as the other side takes them.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ReadableStream, TransformStream, type WritableStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { Rejected } from '#eventsourcing';
import { reportFormat, type ReportFormatName } from './formats.js';
import { isStream, pagesOf, withTables, type NumberedReport, type Row, type Table } from './report.js';

/** The task of a thread. */
export interface Work {
  readonly name: ReportFormatName;
  readonly report: NumberedReport;
  readonly into: WritableStream<Uint8Array>;
}

/** When so many reports wait, others are refused. */
const MAX_WAITING_REPORTS = 16;
/** The part of a thread's memory that is for new objects. */
const YOUNG_SHARE = 1 / 8;
/** So many rows are sent at once: a millisecond of work. */
const ROWS_PER_MESSAGE = 40;

const THREAD_FILE = fileURLToPath(new URL('thread.js', import.meta.url));

const pools = new Map<number, Promise<Piscina>>();

/** Threads with so much memory: they start with the first report, and end when none has come for a minute. */
function threadsWith(memory: number): Promise<Piscina> {
  const known = pools.get(memory);
  if (known) return known;
  const pool = import('piscina').then(
    ({ Piscina }) =>
      new Piscina({
        filename: THREAD_FILE,
        name: 'write',
        minThreads: 0,
        maxThreads: Math.max(1, Math.floor(availableParallelism() / 2)),
        // One more, for the task that does nothing.
        maxQueue: MAX_WAITING_REPORTS + 1,
        idleTimeout: 60_000,
        resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: memory * YOUNG_SHARE },
      }),
  );
  pools.set(memory, pool);
  return pool;
}

/**
 * @param signal ends the writing, and the thread with it
 * @param stuckAfterMs so long without a byte, a thread that has begun makes nothing any more; of slow formats all bytes come at the
 *   end
 */
export async function* writtenInThread(
  name: ReportFormatName,
  report: NumberedReport,
  signal?: AbortSignal,
  stuckAfterMs = 300_000,
): AsyncGenerator<Uint8Array> {
  const format = reportFormat(name);
  // From sources, as in tests, there is no file that a thread could run.
  if (format.inThread === undefined || !existsSync(THREAD_FILE)) {
    yield* format.write(report);
    return;
  }
  const running = await threadsWith(format.inThread);
  if (running.queueSize >= MAX_WAITING_REPORTS)
    throw new Rejected('not_yet', `${MAX_WAITING_REPORTS} reports wait to be written; ask again later`);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const { sent, streams } = sendable(report);
  const ending = new AbortController();
  const task = running.run({ name, report: sent, into: writable } satisfies Work, {
    transferList: [writable, ...streams],
    signal: AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]),
  }) as Promise<void>;
  const failed = new Promise<never>((_, reject) => void task.catch(reject));
  failed.catch(() => undefined);
  const reader = readable.getReader();
  const read = () => Promise.race([reader.read(), failed]);
  const next = () => {
    const timer = setTimeout(() => ending.abort(), stuckAfterMs);
    return read().finally(() => clearTimeout(timer));
  };
  try {
    const begun = await read();
    if (begun.done) return;
    for (let chunk = await next(); !chunk.done; chunk = await next()) yield chunk.value;
    await task;
  } finally {
    ending.abort();
    // Piscina replaces the thread that this ends only when another task comes: waiting tasks would wait for that.
    if (running.queueSize > 0) running.run(null, { name: 'doNothing' }).catch(() => undefined);
    reader.cancel().catch(() => undefined);
  }
}

/** A report whose long tables are streams that can be given to another thread. */
function sendable(report: NumberedReport) {
  const streams: ReadableStream<readonly Row[]>[] = [];
  const table = (table: Table): Table => {
    if (!isStream(table.rows) && table.rows.length <= ROWS_PER_MESSAGE) return table;
    const stream = ReadableStream.from(shortPages(table));
    streams.push(stream);
    return { ...table, rows: stream };
  };
  const sent = { ...report, data: table(report.data), sections: report.sections.map((one) => withTables(one, table)) };
  return { sent, streams };
}

async function* shortPages(table: Table): AsyncGenerator<readonly Row[]> {
  for await (const page of pagesOf(table))
    for (let at = 0; at < page.length; at += ROWS_PER_MESSAGE) yield page.slice(at, at + ROWS_PER_MESSAGE);
}
