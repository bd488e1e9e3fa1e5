/**
 * Events that a projection could not apply, and what waits behind them: a stream that is parked waits as a whole and in its
 * order, everything else goes on. The tables are the projection's own, so each generation has its own parked streams.
 */
import { decodeAll } from './blanking.js';
import type { Log } from './command-handling.js';
import type { Envelope, Recorded } from './events.js';
import type { ReadStore, ReadTx } from './projection.js';

/** A stream that waits, since the event at `position`. */
export interface ParkedStream {
  readonly stream: string;
  readonly position: string;
  readonly type: string;
  readonly error: string;
  readonly since: string;
  /** How many of its events wait, the one that failed included. */
  readonly events: number;
}

type ParkedRow = Record<'stream' | 'type' | 'since', string> &
  Record<'position' | 'revision', number> & { error: string | null };

/** The statements over the two tables beside a projection's own. */
export class Parking {
  readonly schema: string;

  constructor(private readonly name: string) {
    const columns = `stream TEXT NOT NULL, revision BIGINT NOT NULL, position BIGINT NOT NULL, type TEXT NOT NULL,
      error TEXT, since TEXT NOT NULL, PRIMARY KEY (stream, revision)`;
    this.schema = `CREATE TABLE ${name}_parked (${columns}); CREATE TABLE ${name}_released (${columns});`;
  }

  /** The streams that wait. */
  async streams(tx: ReadTx): Promise<Set<string>> {
    const rows = await tx.all<{ stream: string }>(`SELECT DISTINCT stream FROM ${this.name}_parked`);
    return new Set(rows.map(({ stream }) => stream));
  }

  /** Parks an event; without an error: behind others of its stream. One that was released before is passed over. */
  async park(tx: ReadTx, { stream, revision, position, type }: Envelope | Recorded, error: string | null) {
    const [released] = await tx.all(
      `SELECT position FROM ${this.name}_released WHERE stream = ? AND revision = ?`,
      stream,
      revision,
    );
    if (released) return;
    tx.run(
      `INSERT INTO ${this.name}_parked (stream, revision, position, type, error, since) VALUES (?, ?, ?, ?, ?, ?)`,
      ...[stream, revision, Number(position), type, error, new Date().toISOString()],
    );
  }

  /** The first event of a stream that waits. */
  async first(tx: ReadTx, stream: string): Promise<ParkedRow | undefined> {
    const [row] = await tx.all<ParkedRow>(
      `SELECT stream, revision, position, type, error, since FROM ${this.name}_parked WHERE stream = ? ORDER BY revision LIMIT 1`,
      stream,
    );
    return row;
  }

  remove(tx: ReadTx, { stream, revision }: { readonly stream: string; readonly revision: number }): void {
    tx.run(`DELETE FROM ${this.name}_parked WHERE stream = ? AND revision = ?`, stream, revision);
  }

  blame(tx: ReadTx, { stream, revision }: Envelope, error: string): void {
    tx.run(`UPDATE ${this.name}_parked SET error = ? WHERE stream = ? AND revision = ?`, error, stream, revision);
  }

  /** Leaves a trace of an event that is passed over for good. */
  release(tx: ReadTx, row: ParkedRow): void {
    tx.run(
      `INSERT INTO ${this.name}_released (stream, revision, position, type, error, since) VALUES (?, ?, ?, ?, ?, ?)`,
      ...[row.stream, row.revision, row.position, row.type, row.error, new Date().toISOString()],
    );
  }

  /** What was released in the generation that serves, for one that is built beside it. */
  released(reads: ReadStore): Promise<ParkedRow[]> {
    return reads.all<ParkedRow>(`SELECT stream, revision, position, type, error, since FROM ${this.name}_released`);
  }

  /** The streams of the generation that serves which wait, longest first. */
  async inView(reads: ReadStore): Promise<ParkedStream[]> {
    const rows = await reads.all<ParkedRow & { error: string; events: number }>(
      `SELECT p.stream, p.position, p.type, p.error, p.since, c.events FROM ${this.name}_parked p
       JOIN (SELECT stream, MIN(revision) AS revision, COUNT(*) AS events FROM ${this.name}_parked GROUP BY stream) c
         ON c.stream = p.stream AND c.revision = p.revision
       ORDER BY p.position`,
    );
    return rows.map(({ stream, position, type, error, since, events }) => ({
      ...{ stream, position: String(position), type, error, since, events },
    }));
  }
}

/** The events of a stream before a revision that a projection was told of: all but those that were released. */
export async function appliedBefore(
  log: Log,
  name: string,
  stream: string,
  revision: number,
  tx: ReadTx,
): Promise<Recorded[]> {
  const rows = await tx.all<{ revision: number }>(`SELECT revision FROM ${name}_released WHERE stream = ?`, stream);
  const released = new Set(rows.map((row) => row.revision));
  const earlier = (await log.store.read(stream)).filter((e) => e.revision < revision && !released.has(e.revision));
  return decodeAll(log, earlier);
}
