/** The work of a thread: it writes one report, chunk by chunk. */
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { reportFormat } from './formats.js';
import type { Work } from './threads.js';

/** Where a processor is short, requests are answered first: on Linux a thread has a priority of its own. */
if (process.platform === 'linux' && !isMainThread)
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), Math.min(19, getPriority() + 10));

/** Tells that the thread has come to this report: it may have waited long for others. */
const BEGUN_SIGNAL = new Uint8Array(0);
const CHUNK_BYTES = 65_536;

/** A task that does nothing. */
export const doNothing = (): void => undefined;

export async function write({ name, report, into }: Work): Promise<void> {
  const writer = into.getWriter();
  const send = async (bytes: Uint8Array): Promise<void> => {
    await writer.ready;
    await writer.write(bytes);
  };
  try {
    await send(BEGUN_SIGNAL);
    for await (const chunk of filledChunks(reportFormat(name).write(report))) await send(chunk);
    await writer.close();
  } catch (e) {
    await writer.abort(e).catch(() => undefined);
    throw e;
  }
}

/**
 * The same bytes in chunks that are worth sending, each in memory of its own: a chunk that is a part of something larger would
 * take all of that to the other thread.
 */
async function* filledChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const waiting = new Uint8Array(CHUNK_BYTES);
  let length = 0;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length;) {
      const some = chunk.subarray(at, at + CHUNK_BYTES - length);
      waiting.set(some, length);
      [at, length] = [at + some.length, length + some.length];
      if (length < CHUNK_BYTES) continue;
      yield waiting.slice();
      length = 0;
    }
  if (length > 0) yield waiting.slice(0, length);
}
