/** Checks the indexes of a log against its tables: SQLite itself trusts them and reports no difference. */
import type Database from 'better-sqlite3';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Damage } from '#eventsourcing';

/** Looked at when a log is opened up to this size, in bytes; a larger one in a thread of its own, and written to only then. */
export const AT_ONCE_BYTES = 48_000_000;

const CHECK = 'PRAGMA integrity_check(1)';
/** The first event that the index of streams does not name as it is. */
const FIRST = `SELECT e.position FROM events e NOT INDEXED WHERE NOT EXISTS (
  SELECT 1 FROM events i INDEXED BY sqlite_autoindex_events_1
  WHERE i.stream = e.stream AND i.revision = e.revision AND i.position = e.position) ORDER BY e.position LIMIT 1`;

/** The fault of the file of a log, `null` if there is none; reads all of it. */
export function integrityOf(db: Database.Database): Damage | null {
  const said = orMessage(() => db.prepare<[], string>(CHECK).pluck().get()!);
  if (said === 'ok') return null;
  const first = orMessage(() => db.prepare<[], number>(FIRST).pluck().get());
  return { position: typeof first === 'number' ? String(first) : null, reason: `the file is damaged: ${said}` };
}

function orMessage<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return (error as Error).message;
  }
}

/** The same in a thread of its own, which ends when the signal aborts (then: `null`). */
export function integrityAside(file: string, signal: AbortSignal): Promise<Damage | null> {
  const work = `
    const { parentPort, workerData: { sqlite, file, check } } = require('node:worker_threads');
    const db = new (require(sqlite))(file, { readonly: true, timeout: 10000 });
    let said;
    try { said = db.prepare(check).pluck().get(); } catch (error) { said = error.message; }
    db.close();
    parentPort.postMessage(said);`;
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(work, { eval: true, workerData: { sqlite, file, check: CHECK } });
  worker.unref();
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => void worker.terminate().then(() => resolve(null)));
    worker.once('error', reject);
    worker.once('message', (said: string) =>
      resolve(said === 'ok' ? null : { position: null, reason: `the file is damaged: ${said}` }),
    );
  });
}
