/** Checks the indexes of a log against its tables: SQLite itself trusts them and reports no difference. */
import type Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import type { Damage } from '#eventsourcing';

/** Looked at when a log is opened up to this size, in bytes; a larger one in a process of its own, and written to only then. */
export const MAX_BYTES_CHECKED_AT_OPEN = 48_000_000;

const INTEGRITY_CHECK = 'PRAGMA integrity_check(1)';
/** The first event that the index of streams does not name as it is. */
const FIRST_UNINDEXED = `SELECT e.position FROM events e NOT INDEXED WHERE NOT EXISTS (
  SELECT 1 FROM events i INDEXED BY sqlite_autoindex_events_1
  WHERE i.stream = e.stream AND i.revision = e.revision AND i.position = e.position) ORDER BY e.position LIMIT 1`;

/** The fault of the file of a log, `null` if there is none; reads all of it. */
export function integrityOf(db: Database.Database): Damage | null {
  const said = orMessage(() => db.prepare<[], string>(INTEGRITY_CHECK).pluck().get()!);
  if (said === 'ok') return null;
  const first = orMessage(() => db.prepare<[], number>(FIRST_UNINDEXED).pluck().get());
  return { position: typeof first === 'number' ? String(first) : null, reason: `the file is damaged: ${said}` };
}

function orMessage<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * The same in a process of its own, behind all other work: a thread would leave some 30 MB to this one, which its memory does not
 * give back. It ends when the signal aborts (then: `null`).
 * @throws Error when there is no such process, or it was ended
 */
export function integrityAside(file: string, signal: AbortSignal): Promise<Damage | null> {
  const work = `
    const [, sqlite, file, check] = process.argv;
    const db = new (require(sqlite))(file, { readonly: true, timeout: 10000 });
    let said;
    try { said = db.prepare(check).pluck().get(); } catch (error) { said = error.message; }
    db.close();
    process.stdout.write(said);`;
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const args = ['--input-type=commonjs', '-e', work, sqlite, file, INTEGRITY_CHECK];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { signal }, (error, said) => {
      if (signal.aborted) resolve(null);
      else if (error) reject(new Error(`The file of the log could not be checked: ${error.message}`, { cause: error }));
      else resolve(said === 'ok' ? null : { position: null, reason: `the file is damaged: ${said}` });
    });
    for (const one of [child, child.stdout, child.stderr] as { unref?: () => void }[]) one?.unref?.();
    if (child.pid !== undefined) behindOthers(child.pid);
  });
}

/** Lets a process have only the time that others leave. */
function behindOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or this process may not say so: then it takes its turn.
  }
}
