/**
 * The bytes of published reports, in a folder, each under its SHA-256. They are a convenience: the log says what was published,
 * and the same software makes the same bytes from it again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export class PublishedFiles {
  constructor(private readonly folder: string) {}

  /**
   * Keeps what is being made, durably; what breaks off leaves nothing.
   * @returns its SHA-256 in hexadecimal, and its size in bytes
   */
  async keep(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
    await mkdir(this.folder, { recursive: true });
    const arriving = join(this.folder, `${randomUUID()}.arriving`);
    const hash = createHash('sha256');
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Uint8Array, _, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    try {
      await pipeline(chunks, count, createWriteStream(arriving, { flush: true }));
      const sha256 = hash.digest('hex');
      await rename(arriving, this.#fileOf(sha256));
      await synced(this.folder);
      return { sha256, bytes };
    } catch (error) {
      await rm(arriving, { force: true });
      throw error;
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

/** A name in a folder is durable once the folder is. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
