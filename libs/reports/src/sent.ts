/** Sends the bytes of a report. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { asRead, hasAlready } from '#platform';
import { REPORT_FORMATS, REPORT_FORMAT_NAMES, type ReportFormatName } from './formats.js';
import type { Manifest, ReportFormat } from './report.js';

/** Waits for the first bytes: a failure to read is told before anything is sent. */
export async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (let chunk = first; !chunk.done; chunk = await rest.next()) yield chunk.value;
    } finally {
      await rest.return?.();
    }
  }
  return all();
}

/** The format that is named, or that the caller accepts best. */
export function wantedFormat(request: FastifyRequest, named: ReportFormatName | undefined): ReportFormatName {
  if (named) return named;
  const types = REPORT_FORMAT_NAMES.map((name) => REPORT_FORMATS[name].mediaType);
  const best = request.accepts().type([...new Set(types)]);
  return REPORT_FORMAT_NAMES.find((name) => REPORT_FORMATS[name].mediaType === best) ?? 'html';
}

/** The validator of a report: a digest of all that settles its bytes. @param erased the last erasure, which changes words */
export const tagOf = (manifest: Manifest, format: ReportFormatName, erased: number): string =>
  createHash('sha256')
    .update(JSON.stringify([manifest, format, erased]))
    .digest('base64url');

/** Gives the validator of a file, and answers 304 to a client that has it. @returns whether it did */
export async function wasHad(request: FastifyRequest, reply: FastifyReply, tag: string): Promise<boolean> {
  const validator = `"${tag}"`;
  void reply.header('ETag', validator);
  if (!hasAlready(request, validator)) return false;
  await reply.status(304).send();
  return true;
}

/** `agency-IOM-2006-11-21-fr` */
export function fileName({
  kind,
  language,
  parameters,
  asOf,
}: Pick<Manifest, 'kind' | 'language' | 'parameters' | 'asOf'>): string {
  const { agency, theme, forum, followsUp } = parameters;
  return [kind, agency, theme, forum, followsUp, asOf, language].filter(Boolean).join('-');
}

/** @param name of the file, without its extension; characters that a file system may not hold become a hyphen */
export async function sendFile(
  reply: FastifyReply,
  { mediaType, extension, policy }: Pick<ReportFormat, 'mediaType' | 'extension' | 'policy'>,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const isText = mediaType.startsWith('text/') || mediaType === 'application/json';
  if (policy) void reply.header('Content-Security-Policy', policy);
  await reply
    .type(isText ? `${mediaType}; charset=utf-8` : mediaType)
    .header('Content-Disposition', `inline; filename="${name.replaceAll(/[^\w.-]+/g, '-')}.${extension}"`)
    .send(asRead(chunks));
}
