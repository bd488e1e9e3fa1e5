/** The tables and functions of the log, and their installation. */
import { readFileSync } from 'node:fs';
import { DIGEST_ALGORITHMS, EVENT_DIGESTS, prefixOf } from '#eventsourcing';

/** Raised when a table or function changes, and with the algorithm of the chain; a greater one was made by newer software. */
export const FORMAT = 2 + DIGEST_ALGORITHMS.indexOf(EVENT_DIGESTS.present);
/** One writer at a time holds this advisory lock until its transaction has ended; one process erases. */
export const [WRITES, ERASES] = [0x6c6f67, 0x6c6f68];
export const CHANNEL = 'followthrough_log';
/** The time that a write waits for another's. */
export const LOCK_MS = 8_000;
/** Of events that do not follow on those here. */
export const MISFIT = 'FT001';
/** The time for which a rewriting may keep others waiting before it begins. */
const ERASE_LOCK_MS = 2_000;
/** By how much, in ms, times may fall from one stream to another in a log that was taken over. */
const DISORDER_MS = 60_000;

const SCHEMA_CONSTANTS = {
  ...{ FORMAT, WRITES, ERASES, CHANNEL, LOCK_MS, MISFIT, ERASE_LOCK_MS, DISORDER_MS },
  ...{ HASH: EVENT_DIGESTS.present, HASHED_BY: prefixOf(EVENT_DIGESTS.present) },
};

/** The text of a file, with the values between @ put in. */
function sql(name: string, values: Readonly<Record<string, string | number>> = SCHEMA_CONSTANTS): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8').replace(/@(\w+)@/g, (_, fact: string) => {
    if (!(fact in values)) throw new Error(`${name} names ${fact}, which is nothing that schema.ts knows.`);
    return String(values[fact]);
  });
}

/** Makes missing and outdated tables. */
export const makeSchema = (): string =>
  sql('./install.sql', { ...SCHEMA_CONSTANTS, TABLES: sql('./tables.sql'), FUNCTIONS: sql('./functions.sql') });
