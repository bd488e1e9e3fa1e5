/** The stores of logs. A line of the table is all that the program knows of a store. */
import { isPostgres, sqliteFile } from '#databases';
import { PostgresEventStore } from '#event-store-postgres';
import { SqliteEventStore } from '#event-store-sqlite';
import type { EventStore } from '#eventsourcing';

/**
 * The purpose of opening a log: to serve it (it is made if need be), or only to look at it (it must exist, and may be damaged).
 */
export type Purpose = 'serve' | 'look';

interface LogStore {
  /** The form of its URLs, in errors and in the README. */
  readonly form: string;
  readonly takes: (url: string) => boolean;
  /** The file of this machine that holds the log; absent: a server holds it. */
  readonly file?: (url: string) => string | null;
  readonly open: (url: string, how: { mustExist?: boolean; toLook?: boolean }) => EventStore | Promise<EventStore>;
}

/** By their names in metrics and traces. */
export const LOG_STORES = {
  sqlite: {
    form: 'sqlite:FILE',
    takes: (url) => sqliteFile(url) !== null,
    file: sqliteFile,
    open: (url, how) => new SqliteEventStore(sqliteFile(url)!, undefined, how),
  },
  postgresql: {
    form: 'postgres://…',
    takes: isPostgres,
    open: (url, how) => new PostgresEventStore(url, undefined, how),
  },
  kurrentdb: {
    form: 'kurrentdb://…',
    takes: (url) => /^(?:kurrentdb|kurrent|kdb|esdb)(?:\+discover)?:/.test(url),
    // Its client is loaded only where it is needed.
    open: async (url) => new (await import('#event-store-kurrentdb')).KurrentdbEventStore(url),
  },
} as const satisfies Readonly<Record<string, LogStore>>;

/** The store of a URL, and its name in metrics and traces. @throws Error that lists the forms of URLs */
function storeOf(url: string): readonly [system: string, store: LogStore] {
  const all = Object.entries<LogStore>(LOG_STORES);
  const found = all.find(([, { takes }]) => takes(url));
  if (found) return found;
  const forms = all.map(([, { form }]) => form);
  throw new Error(
    `Not a store that this version knows: ${url} (${forms.slice(0, -1).join(', ')} and ${forms.at(-1)} are).`,
  );
}

/** The name of the store of a URL in metrics and traces. */
export const systemOf = (url: string): string => storeOf(url)[0];

/** The file of this machine that holds the log of a URL; `null`: a server holds it. */
export const logFileOf = (url: string): string | null => storeOf(url)[1].file?.(url) ?? null;

/** The store of a log, by its URL. */
export async function openEventStore(url: string, purpose: Purpose = 'serve'): Promise<EventStore> {
  return storeOf(url)[1].open(url, purpose === 'look' ? { mustExist: true, toLook: true } : {});
}
