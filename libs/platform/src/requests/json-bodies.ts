/** The reader of bodies: they are plain UTF-8, and plain JSON. */
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Rejected } from '#eventsourcing';
import { jsonOf, decodedText, Unreadable } from '#text';
import { malformed } from '../fields/validation.js';

type ParserDone = (error: Error | null, json?: unknown) => void;

/** The fault of a body, as it is answered. */
function faultOf(error: unknown): Error {
  if (!(error instanceof Unreadable)) return error as Error;
  const { pointer, message } = error;
  return pointer ? malformed([{ pointer, message }]) : new Rejected('bad_request', `The body ${message}.`);
}

/** The fault of a body that does not say that it is plain UTF-8. */
function notUtf8(type: string, coding: string | undefined): Error | null {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    return new UnsupportedMediaTypeException(`A body is in UTF-8, not in ${charset}.`);
  if (coding !== undefined && coding !== 'identity')
    return new UnsupportedMediaTypeException(`A body is sent as it is, not with Content-Encoding: ${coding}.`);
  return null;
}

/**
 * Lets a server refuse bodies that are not UTF-8, naming the byte, and JSON that is not plain, naming the field. A body without
 * a byte is none, whatever its type.
 */
export function readsJson(server: FastifyInstance): void {
  server.removeContentTypeParser('application/json');
  const utf8 = new Set(['application/json']); // the content types known to be so
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done: ParserDone) => {
    const { 'content-type': type = '', 'content-encoding': coding } = request.headers;
    if (!utf8.has(type) || coding !== undefined) {
      const refused = notUtf8(type, coding);
      if (refused) return done(refused);
      if (utf8.size < 100) utf8.add(type);
    }
    let json: unknown;
    try {
      if (body.length > 0) json = jsonOf(decodedText(body as Buffer));
    } catch (error) {
      return done(faultOf(error));
    }
    done(null, json);
  });
}
