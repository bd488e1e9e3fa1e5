/** Sends the bytes of a report. */
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { ReportFormat } from './report.js';

/** What cannot be read is said before anything is sent: the first bytes are awaited. */
export async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  return following(first, rest);
}

async function* following(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = first; !chunk.done; chunk = await rest.next()) yield chunk.value;
  } finally {
    await rest.return?.();
  }
}

/** @param name of the file, without its extension; what a file system may not hold becomes a hyphen */
export async function sendFile(
  reply: FastifyReply,
  { mediaType, extension }: Pick<ReportFormat, 'mediaType' | 'extension'>,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  await reply
    .type(isText ? `${mediaType}; charset=utf-8` : mediaType)
    .header('Content-Disposition', `inline; filename="${name.replaceAll(/[^\w.-]+/g, '-')}.${extension}"`)
    .send(Readable.from(chunks, { objectMode: false }));
}
