/**
 * Reads files that people send in a thread of its own, with so much memory and so much time and no more: others are answered
 * meanwhile, and a file that was made to do harm harms only its thread.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { Rejected } from '#eventsourcing';
import type { GivenPaper, Paper } from './paper.js';
import type { GivenSpreadsheet } from './read.js';
import { readFileOf, type ReadOutcome, type ReadTask } from './reading.js';
import { UnreadableFile, type SpreadsheetFile } from './sheet.js';

/** In megabytes, the memory that a thread may keep. */
const THREAD_MEMORY_MB = 768;
/** In milliseconds: no file within the limits takes so long. */
const TOO_LONG = 60_000;
/** When so many files wait, others are refused. */
const MAX_WAITING_FILES = 8;

const THREAD_FILE = fileURLToPath(new URL('thread.js', import.meta.url));

let pool: Promise<Piscina> | undefined;

/** One thread: it starts with the first file, and ends when none has come for a minute. */
const thread = (): Promise<Piscina> =>
  (pool ??= import('piscina').then(
    ({ Piscina }) =>
      new Piscina({
        filename: THREAD_FILE,
        name: 'readOne',
        minThreads: 0,
        maxThreads: 1,
        maxQueue: MAX_WAITING_FILES,
        idleTimeout: 60_000,
        resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MB },
      }),
  ));

/** @throws UnreadableFile | Rejected `not_yet` when too many files wait */
export const spreadsheetIn = (given: GivenSpreadsheet) =>
  readApart({ what: 'spreadsheet', given }) as Promise<SpreadsheetFile>;

/** @throws UnreadableFile | Rejected `not_yet` when too many files wait */
export const paperIn = (given: GivenPaper) => readApart({ what: 'paper', given }) as Promise<Paper>;

async function readApart(reading: ReadTask): Promise<SpreadsheetFile | Paper> {
  const done = await readInThread(reading);
  if ('unreadable' in done) throw new UnreadableFile(done.unreadable);
  return done.file;
}

async function readInThread(reading: ReadTask): Promise<ReadOutcome> {
  // From sources, as in tests, there is no file that a thread could run.
  if (!existsSync(THREAD_FILE)) return readFileOf(reading);
  const running = await thread();
  if (running.queueSize >= MAX_WAITING_FILES)
    throw new Rejected('not_yet', `${MAX_WAITING_FILES} files wait to be read; send it again later.`);
  try {
    return (await running.run(reading, { signal: AbortSignal.timeout(TOO_LONG) })) as ReadOutcome;
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    if (name === 'AbortError') return { unreadable: `The file takes longer to read than ${TOO_LONG / 1000} seconds.` };
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') return { unreadable: 'The file takes more memory to read than it may.' };
    throw error;
  }
}
