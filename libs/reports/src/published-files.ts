/**
 * The bytes of published reports, in a folder, each under its SHA-256. They are a convenience: the log records the
 * publication, and the same software makes the same bytes from it again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Registers } from '#registers';

/** A report that makes no byte for five minutes is ended: a file unchanged for an hour has lost its server. */
const ABANDONED_AFTER_MS = 3_600_000;

export class PublishedFiles {
  constructor(private readonly folder: string) {}

  /**
   * Keeps a file while it is made, durably; one that breaks off leaves nothing.
   * @returns its SHA-256 in hexadecimal, and its size in bytes
   */
  async keep(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
    await mkdir(this.folder, { recursive: true });
    await this.#sweep();
    const arriving = join(this.folder, `${randomUUID()}.arriving`);
    const written = await writeDurably(chunks, arriving);
    await renameDurably(arriving, this.#fileOf(written.sha256));
    return written;
  }

  async #sweep(): Promise<void> {
    const arriving = (await readdir(this.folder)).filter((name) => name.endsWith('.arriving'));
    for (const file of arriving.map((name) => join(this.folder, name))) {
      const changed = await stat(file).catch(() => null);
      if (changed && Date.now() - changed.mtimeMs > ABANDONED_AFTER_MS) await rm(file, { force: true });
    }
  }

  /** The bytes; `null` when they are not kept here. */
  async read(sha256: string): Promise<Readable | null> {
    const found = await stat(this.#fileOf(sha256)).catch(() => null);
    return found && createReadStream(this.#fileOf(sha256));
  }

  async forget(sha256: string): Promise<void> {
    await rm(this.#fileOf(sha256), { force: true });
  }

  #fileOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`${sha256} is no SHA-256.`);
    return join(this.folder, sha256);
  }
}

/**
 * Writes a file, durably; one that breaks off leaves nothing.
 * @param told hears how many bytes are written so far
 * @returns its SHA-256 in hexadecimal, and its size in bytes
 */
export async function writeDurably(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  told: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      told((bytes += chunk.length));
      yield chunk;
    }
  }
  try {
    await pipeline(counted(), createWriteStream(file, { flush: true }), { signal });
    return { sha256: hash.digest('hex'), bytes };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Every publication that a file of this SHA-256 belongs to. */
export const publishedAs = async (registers: Registers, sha256: string) =>
  (await registers.all('publication')).flatMap(({ id, published }) =>
    (published?.files ?? [])
      .filter((file) => file.sha256 === sha256)
      .map(({ language, format }) => ({ publication: id, language, format, publishedOn: published!.publishedOn })),
  );

/** Gives a file that is whole its name, durably: a name in a folder is durable once the folder is. */
export async function renameDurably(arriving: string, file: string): Promise<void> {
  await rename(arriving, file);
  const handle = await open(dirname(file), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
