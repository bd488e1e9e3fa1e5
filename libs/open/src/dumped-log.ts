/** Reads the log in a dump, as a source that a log can be copied from. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import type { Envelope, EventCodec, LogSource } from '#eventsourcing';
import { CHECKSUMS_FILE, DESCRIPTOR_FILE, LOG_FILE } from './dump.js';

/** Whether a folder holds a dump. */
export const isDump = (folder: string): boolean =>
  [DESCRIPTOR_FILE, LOG_FILE].every((file) => existsSync(join(folder, file)));

/**
 * Whether every file of a dump is as it was written.
 * @throws Error that names the first that is not
 */
export async function checkDump(folder: string): Promise<void> {
  const sums = join(folder, CHECKSUMS_FILE);
  if (!existsSync(sums))
    throw new Error(`${sums} is missing: it cannot be told whether the rest is as it was written.`);
  const lines = readFileSync(sums, 'utf8').split('\n').filter(Boolean);
  const named = new Set<string>();
  for (const line of lines) {
    const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (!sha256 || !path) throw new Error(`${CHECKSUMS_FILE} has a line that is none: ${line.slice(0, 200)}`);
    const file = resolve(folder, path);
    if (!file.startsWith(resolve(folder) + sep))
      throw new Error(`${CHECKSUMS_FILE} names a file outside the folder: ${path}`);
    if (!existsSync(file)) throw new Error(`${path} is missing.`);
    if ((await digestOfFile(file)) !== sha256) throw new Error(`${path} is not as it was exported.`);
    named.add(path);
  }
  if (!named.has(LOG_FILE)) throw new Error(`${CHECKSUMS_FILE} does not name ${LOG_FILE}.`);
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** The log of a dump. Where each event begins is looked up once; the file is read as it is asked for. */
export class DumpedLog implements LogSource {
  readonly #file: number;

  private constructor(
    private readonly folder: string,
    private readonly positions: readonly number[],
    private readonly starts: readonly number[],
  ) {
    this.#file = openSync(join(folder, LOG_FILE), 'r');
  }

  /**
   * @param codec the events that this software knows
   * @throws UnknownEvent when newer software wrote it, Error when a line is no event
   */
  static async open(folder: string, codec: EventCodec): Promise<DumpedLog> {
    const [positions, starts, types]: [number[], number[], Set<string>] = [[], [0], new Set()];
    const input = createReadStream(join(folder, LOG_FILE));
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const { position, type, version } = eventIn(line, positions.length + 1);
      const known = `${type} ${version}`;
      if (!types.has(known)) codec.check([{ type, version }]);
      types.add(known);
      positions.push(Number(position));
      starts.push(starts.at(-1)! + Buffer.byteLength(line) + 1);
    }
    return new DumpedLog(folder, positions, starts);
  }

  async identity(): Promise<string> {
    return `dump ${resolve(this.folder)}`;
  }

  async head(): Promise<string | null> {
    return this.positions.length > 0 ? String(this.positions.at(-1)!) : null;
  }

  async readAll(after: string | null, limit: number): Promise<Envelope[]> {
    const first = this.#firstAfter(Number(after ?? 0));
    const last = Math.min(first + limit, this.positions.length);
    if (first >= last) return [];
    const bytes = Buffer.alloc(this.starts[last]! - this.starts[first]!);
    readSync(this.#file, bytes, 0, bytes.length, this.starts[first]!);
    return bytes
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line, i) => eventIn(line, first + i + 1));
  }

  /** The first event after a position, by halving. */
  #firstAfter(position: number): number {
    let [low, high] = [0, this.positions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.positions[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async close(): Promise<void> {
    closeSync(this.#file);
  }
}

/** @throws Error that names the line */
function eventIn(line: string, number: number): Envelope {
  try {
    const event = JSON.parse(line) as Partial<Envelope> | null;
    if (typeof event?.stream === 'string' && typeof event.type === 'string' && typeof event.position === 'string')
      return event as Envelope;
  } catch {
    // said below
  }
  throw new Error(`${LOG_FILE}, line ${number}: that is no event.`);
}
