/**
 * A snapshot of the read models of a process in a file, read at a start in place of the whole log. It is written aside and
 * renamed. It is used only if it is whole, of this log and this software, and if the log still holds its last event.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { EventStore } from './event-store.js';
import type { ParkedBefore } from './parked-streams.js';

/** The arrays of numbers that a snapshot keeps, by the bytes that a number takes. */
export const ARRAY_OF_WIDTH = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array, 8: Float64Array } as const;
type Width = keyof typeof ARRAY_OF_WIDTH;
type OfBuffer = new (buffer: ArrayBufferLike, from?: number, length?: number) => Numbers;
const arrayOf = (width: number): OfBuffer => ARRAY_OF_WIDTH[width as Width] as OfBuffer;
export type Numbers = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** The memory of a read model: numbers in typed arrays, all else in lists of JSON values. */
export interface Memory {
  readonly arrays: Readonly<Record<string, Numbers>>;
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
}

/** The checkpoint of a projection. */
export interface Standstill {
  readonly name: string;
  readonly version: number;
  readonly position: string | null;
  readonly parking: ParkedBefore;
}

/** All read models of a process at a position of the log. */
export interface SnapshotContent {
  readonly position: string;
  readonly projections: readonly (Standstill & { readonly memory: Memory | null })[];
}

/** A part of the file, in the order of the file. */
type SnapshotPart =
  | { readonly projection: number; readonly list: string; readonly bytes: number }
  | { readonly projection: number; readonly array: string; readonly width: Width; readonly bytes: number };

interface Manifest {
  readonly form: typeof SNAPSHOT_FORMAT;
  readonly log: string;
  readonly software: string;
  readonly position: string;
  /** Of the event at the position. */
  readonly hash: string;
  readonly projections: readonly Standstill[];
  readonly parts: readonly SnapshotPart[];
}

const SNAPSHOT_FORMAT = 3;
/** The file ends with the length of its manifest and the checksum (CRC-32) of all before it. */
const [LENGTH_BYTES, CHECKSUM_BYTES] = [8, 4];
/** The number of entries of a list that become text before other work has its turn. */
const ENTRIES_PER_LINE = 1_000;
const CHUNK_BYTES = 4_000_000;
/** Arrays that are read have room for one number more of so many. */
const NUMBERS_PER_SPARE = 64;

/** The reason why a snapshot is not used. */
export class SnapshotRejected extends Error {}

export class SnapshotFile {
  constructor(
    readonly path: string,
    /** Names the code that wrote it: other code may compute other views from the same events. */
    private readonly software: string,
  ) {}

  /** @throws NotTaken if there is none, or it cannot be used; then it is deleted */
  async read(store: EventStore): Promise<SnapshotContent> {
    this.#tidy();
    if (!existsSync(this.path)) throw new SnapshotRejected('There is none.');
    let reader: SnapshotReader | null = null;
    try {
      reader = await SnapshotReader.of(this.path);
      await this.#isOf(await reader.manifest(), store);
      return await reader.content();
    } catch (error) {
      await rm(this.path, { force: true });
      throw error instanceof SnapshotRejected ? error : new SnapshotRejected(`It cannot be read: ${String(error)}`);
    } finally {
      await reader?.close();
    }
  }

  async #isOf({ form, log, software, position, hash }: Manifest, store: EventStore): Promise<void> {
    if (form !== SNAPSHOT_FORMAT || software !== this.software)
      throw new SnapshotRejected('It was made by other software.');
    if (log !== (await store.identity())) throw new SnapshotRejected('It is of another log.');
    const [event] = await store.readAll(String(BigInt(position) - 1n), 1);
    if (event?.position !== position || event.hash !== hash)
      throw new SnapshotRejected('The log says something else there.');
  }

  /**
   * Writes one, a slice at a time.
   * @param stillTrue asked before it replaces the former one: words may have been blanked meanwhile
   * @returns whether it has replaced it
   */
  async write(store: EventStore, saved: SnapshotContent, stillTrue: () => boolean): Promise<boolean> {
    const [event] = await store.readAll(String(BigInt(saved.position) - 1n), 1);
    if (event?.position !== saved.position) return false;
    mkdirSync(dirname(this.path), { recursive: true });
    const aside = `${this.path}.${process.pid}.new`;
    const file = await open(aside, 'w');
    try {
      const writer = new Writer(file);
      const parts: SnapshotPart[] = [];
      for (const [projection, { memory }] of saved.projections.entries()) {
        for (const [array, values] of Object.entries(memory?.arrays ?? {})) {
          parts.push({ projection, array, width: values.BYTES_PER_ELEMENT as Width, bytes: values.byteLength });
          await writer.write(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
        }
        for (const [list, entries] of Object.entries(memory?.lists ?? {}))
          parts.push({ projection, list, bytes: await writer.list(entries) });
      }
      const projections = saved.projections.map(({ memory: _memory, ...standstill }) => standstill);
      const manifest: Manifest = {
        ...{ form: SNAPSHOT_FORMAT, log: await store.identity(), software: this.software },
        ...{ position: saved.position, hash: event.hash, projections, parts },
      };
      await writer.end(Buffer.from(JSON.stringify(manifest)));
      await file.sync();
      await file.close();
      if (!stillTrue()) return false;
      await rename(aside, this.path);
      await synced(dirname(this.path));
      return true;
    } finally {
      await file.close().catch(() => {});
      await rm(aside, { force: true });
    }
  }

  /** Overwrites and deletes it, with the words in it. */
  async erase(): Promise<void> {
    const size = await stat(this.path).then(
      (found) => found.size,
      () => 0,
    );
    if (size === 0) return;
    const file = await open(this.path, 'r+');
    try {
      const nothing = Buffer.alloc(Math.min(size, CHUNK_BYTES));
      for (let at = 0; at < size; at += nothing.length)
        await file.write(nothing, 0, Math.min(nothing.length, size - at), at);
      await file.sync();
    } finally {
      await file.close();
    }
    await rm(this.path, { force: true });
  }

  /** Removes the files of processes that were killed while they wrote. */
  #tidy(): void {
    const [folder, name] = [dirname(this.path), basename(this.path)];
    for (const left of existsSync(folder) ? readdirSync(folder) : []) {
      const pid = Number(left.startsWith(`${name}.`) && left.endsWith('.new') ? left.slice(name.length + 1, -4) : NaN);
      if (pid === process.pid || (pid > 0 && !isRunning(pid))) rmSync(join(folder, left), { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => {}); // not every file system can
  await handle.close();
}

/** Writes in chunks, and sums them up. */
class Writer {
  #checksum = 0;

  constructor(private readonly file: FileHandle) {}

  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      this.#checksum = crc32(chunk, this.#checksum);
      await this.file.write(chunk);
    }
  }

  /** Lines of so many entries each. @returns how many bytes */
  async list(entries: readonly unknown[]): Promise<number> {
    let bytes = 0;
    for (let at = 0; at < entries.length; at += ENTRIES_PER_LINE) {
      const line = Buffer.from(`${JSON.stringify(entries.slice(at, at + ENTRIES_PER_LINE))}\n`);
      bytes += line.length;
      await this.write(line);
      await turn();
    }
    return bytes;
  }

  async end(manifest: Buffer): Promise<void> {
    await this.write(manifest);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeBigUInt64LE(BigInt(manifest.length));
    await this.write(length);
    const checksum = Buffer.alloc(CHECKSUM_BYTES);
    checksum.writeUInt32LE(this.#checksum);
    await this.file.write(checksum);
  }
}

/** Reads each part straight to the place at which it stays. */
class SnapshotReader {
  #checksum = 0;
  #at = 0;
  #manifest: Promise<Manifest> | null = null;
  /** The manifest as text, with its length. */
  #end = Buffer.alloc(0);

  private constructor(
    private readonly file: FileHandle,
    private readonly size: number,
  ) {}

  static async of(path: string): Promise<SnapshotReader> {
    const file = await open(path);
    return new SnapshotReader(file, (await file.stat()).size);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  async #read(bytes: Buffer, from: number): Promise<Buffer> {
    for (let read = 0; read < bytes.length;) {
      const { bytesRead } = await this.file.read(bytes, read, Math.min(bytes.length - read, CHUNK_BYTES), from + read);
      if (bytesRead === 0) throw new SnapshotRejected('It is too short.');
      read += bytesRead;
    }
    return bytes;
  }

  /** The next bytes, summed up. */
  async #next(bytes: Buffer): Promise<Buffer> {
    await this.#read(bytes, this.#at);
    this.#at += bytes.length;
    this.#checksum = crc32(bytes, this.#checksum);
    return bytes;
  }

  /** It may be damaged until the content is read. */
  manifest(): Promise<Manifest> {
    return (this.#manifest ??= (async () => {
      const end = this.size - CHECKSUM_BYTES;
      if (end < LENGTH_BYTES) throw new SnapshotRejected('It is too short.');
      const length = await this.#read(Buffer.alloc(LENGTH_BYTES), end - LENGTH_BYTES);
      const begins = end - LENGTH_BYTES - Number(length.readBigUInt64LE());
      if (begins < 0) throw new SnapshotRejected('It is damaged.');
      this.#end = (await this.#read(Buffer.alloc(end - begins), begins)) as Buffer<ArrayBuffer>;
      return JSON.parse(this.#end.toString('utf8', 0, this.#end.length - LENGTH_BYTES)) as Manifest;
    })());
  }

  /** @throws SnapshotRejected when its checksum is another */
  async content(): Promise<SnapshotContent> {
    const { position, projections, parts } = await this.manifest();
    const memories = projections.map(() => ({
      arrays: {} as Record<string, Numbers>,
      lists: {} as Record<string, unknown[]>,
    }));
    const texts: [list: unknown[], bytes: Buffer][] = [];
    for (const part of parts) {
      const memory = memories[part.projection]!;
      if ('array' in part) memory.arrays[part.array] = await this.#numbers(part.width, part.bytes);
      else
        texts.push([
          (memory.lists[part.list] = []),
          await this.#next(Buffer.from(memoryOf(part.bytes), 0, part.bytes)),
        ]);
    }
    const checksum = await this.#read(Buffer.alloc(CHECKSUM_BYTES), this.size - CHECKSUM_BYTES);
    const isWhole = crc32(this.#end, this.#checksum) === checksum.readUInt32LE();
    if (this.#at + this.#end.length + CHECKSUM_BYTES !== this.size || !isWhole)
      throw new SnapshotRejected('It is damaged.');
    for (const [list, bytes] of texts) fillWith(list, bytes);
    return { position, projections: projections.map((one, i) => ({ ...one, memory: memories[i]! })) };
  }

  /** With room behind them in their buffer, for later entries. */
  async #numbers(width: Width, bytes: number): Promise<Numbers> {
    const length = bytes / width;
    const buffer = memoryOf((length + Math.ceil(length / NUMBERS_PER_SPARE)) * width);
    await this.#next(Buffer.from(buffer, 0, bytes));
    return new (arrayOf(width))(buffer, 0, length);
  }
}

function fillWith(list: unknown[], bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    for (const entry of JSON.parse(bytes.toString('utf8', at, end)) as unknown[]) list.push(entry);
    at = end + 1;
  }
}

/** An array of a snapshot with the room behind it. */
export const withRoom = (array: Numbers): Numbers =>
  new (arrayOf(array.BYTES_PER_ELEMENT))(array.buffer, 0, array.buffer.byteLength / array.BYTES_PER_ELEMENT);

/** A copy of the first so many numbers for a snapshot, in memory that goes back to the system when it is written. */
export function copyOf(array: Numbers, length = array.length): Numbers {
  const bytes = length * array.BYTES_PER_ELEMENT;
  const copy = new (arrayOf(array.BYTES_PER_ELEMENT))(memoryOf(bytes), 0, length);
  copy.set(array.subarray(0, length));
  return copy;
}

/**
 * Memory that goes back to the system when nobody needs it: V8 asks the system itself for memory that may grow, and
 * `malloc`, which keeps freed memory between other blocks, for all else.
 */
export const memoryOf = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes, { maxByteLength: bytes });
