/** Validators of GET answers (`ETag`), the answer 304 for the same again, and how long an answer may be kept. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hash } from 'node:crypto';
import { isWholeNumber } from '#text';
import { isProbe } from '../observability/requests.js';
import type { ApiRequest } from './principal.js';

const digest = (text: string | Buffer): string => hash('sha1', text, 'base64url').slice(0, 22);

/**
 * The validator of an answer that is sent as it is read: a digest of everything that settles it.
 * @param position of the views before they were read; every erasure is an event, and so moves it, also at an address that is
 * kept to an earlier position
 */
export const validatorOf = ({ url, headers }: FastifyRequest, today: string, position: string, software: string) =>
  `W/"${digest([url, headers.accept, today, position, software].join('\n'))}"`;

/** Whether the caller has the answer of the validator (RFC 9110, 13.1.2: revisions and digests count, not strength). */
export function hasAlready({ headers }: FastifyRequest, validator: string): boolean {
  const given = headers['if-none-match'];
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (
    given !== undefined && (given.trim() === '*' || given.split(',').some((tag) => opaque(tag) === opaque(validator)))
  );
}

/** Names another header that an answer depends on. */
export function vary(reply: FastifyReply, ...headers: readonly string[]): void {
  const others = reply.getHeader('Vary');
  const all = new Set([...(others === undefined ? [] : String(others).split(', ')), ...headers]);
  void reply.header('Vary', [...all].join(', '));
}

/** How long an answer may be used without asking again if the address itself settles its content. */
const MAX_AGE_S = 300;

/**
 * An address with a date and a position shows the same for ever, with two exceptions: blanked words, and markers of
 * later corrections. So it is kept for minutes, not for ever: after that its validator is asked for, and nobody goes on
 * showing blanked words. All else may be kept, and is asked for each time; an answer to a token or a session only by
 * its caller.
 */
function keptFor(request: ApiRequest): string {
  const { headers, query, session } = request;
  if (headers.authorization !== undefined || session) return 'private, no-cache';
  const { asOf, knownAt } = (query ?? {}) as Readonly<Record<string, unknown>>;
  const pinned = typeof asOf === 'string' && isWholeNumber(knownAt);
  return pinned ? `public, max-age=${MAX_AGE_S}, must-revalidate` : 'no-cache';
}

/**
 * Gives every answer to a GET a validator, and answers 304 to a client that sends it back. It is a digest of the answer
 * itself: every change of the content (by an event, an erasure, another day, another version of the software, another
 * caller) changes it, and nothing else does. It is weak, as the same answer may be compressed or not. A revision in
 * front of it is that of `If-Match`.
 */
export function answersConditionally(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (isProbe(route.url) || !(methods.includes('GET') || methods.includes('HEAD'))) return;
    // First, as the hook for HEAD takes the body away.
    route.onSend = [giveValidator, ...[route.onSend ?? []].flat()];
  });
}

function giveValidator(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload?: unknown) => void,
): void {
  const { statusCode } = reply;
  if ((statusCode !== 200 && statusCode !== 304) || reply.getHeader('Cache-Control') === 'no-store')
    return done(null, payload);
  const revision = /^"(\d+)"$/.exec(String(reply.getHeader('ETag')))?.[1];
  if (statusCode === 200 && (typeof payload === 'string' || Buffer.isBuffer(payload)))
    void reply.header('ETag', `W/"${revision === undefined ? '' : `${revision}-`}${digest(payload)}"`);
  const validator = reply.getHeader('ETag');
  if (typeof validator !== 'string') return done(null, payload);
  if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', keptFor(request));
  if (request.url.startsWith('/v1/')) vary(reply, 'Authorization', 'Cookie');
  if (!hasAlready(request, validator)) return done(null, payload);
  for (const header of ['Content-Type', 'Content-Length', 'Content-Disposition']) reply.removeHeader(header);
  void reply.status(304);
  done(null, null);
}
