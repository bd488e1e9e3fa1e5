import type { Projection, ReadStore, ReadTx, Recorded } from '#eventsourcing';
import { codeOf, registers, type Entry, type EntryOf, type Register, type RegisterEvents } from './register.js';

const FOREVER = Number.MAX_SAFE_INTEGER;

const write = (kind: Register) => (event: Recorded<Entry>, tx: ReadTx) => {
  const [code, position] = [codeOf(event.data), Number(event.position)];
  tx.run(
    'UPDATE registers_entries SET to_position = ? WHERE kind = ? AND code = ? AND to_position = ?',
    position,
    kind,
    code,
    FOREVER,
  );
  tx.run(
    'INSERT INTO registers_entries (kind, code, entry, from_position, to_position) VALUES (?, ?, ?, ?, ?)',
    kind,
    code,
    JSON.stringify(event.data),
    position,
    FOREVER,
  );
};

/** Every entry of every register, as it was known from one position of the log to another. */
export const registersProjection: Projection = {
  name: 'registers',
  version: 1,
  schema: `
    CREATE TABLE registers_entries (
      kind TEXT NOT NULL, code TEXT NOT NULL, entry TEXT NOT NULL,
      from_position INTEGER NOT NULL, to_position INTEGER NOT NULL,
      PRIMARY KEY (kind, code, from_position)
    )`,
  on: Object.fromEntries(
    (Object.keys(registers) as Register[]).flatMap((kind) =>
      Object.keys(registers[kind].evolve satisfies Record<keyof RegisterEvents, unknown>).map((name) => [
        `${kind}.${name}`,
        write(kind) as Projection['on'][string],
      ]),
    ),
  ),
};

/** The registers as known at a position (absent: now). */
export class Registers {
  constructor(private readonly reads: ReadStore) {}

  /** The position of the log that is shown. */
  async position(): Promise<string> {
    const [row] = await this.reads.all<{ position: string | null }>(
      `SELECT position FROM checkpoints WHERE name = 'registers'`,
    );
    return row?.position ?? '0';
  }

  /** All entries of a register, ordered by code. */
  async all<R extends Register>(kind: R, knownAt?: string): Promise<EntryOf<R>[]> {
    const at = Number(knownAt ?? FOREVER - 1);
    const rows = await this.reads.all<{ entry: string }>(
      'SELECT entry FROM registers_entries WHERE kind = ? AND from_position <= ? AND to_position > ? ORDER BY code',
      kind,
      at,
      at,
    );
    return rows.map(({ entry }) => JSON.parse(entry) as EntryOf<R>);
  }

  async one<R extends Register>(kind: R, code: string, knownAt?: string): Promise<EntryOf<R> | null> {
    const at = Number(knownAt ?? FOREVER - 1);
    const rows = await this.reads.all<{ entry: string }>(
      'SELECT entry FROM registers_entries WHERE kind = ? AND code = ? AND from_position <= ? AND to_position > ?',
      kind,
      code,
      at,
      at,
    );
    return rows[0] ? (JSON.parse(rows[0].entry) as EntryOf<R>) : null;
  }

  /** Names by code. */
  async names(kind: Register, knownAt?: string): Promise<Map<string, string>> {
    return new Map((await this.all(kind, knownAt)).map((entry) => [codeOf(entry), nameOf(entry)]));
  }
}

/** What people call an entry. */
export const nameOf = (entry: Entry): string =>
  'name' in entry ? entry.name : 'label' in entry ? entry.label : 'title' in entry ? entry.title : entry.text;
