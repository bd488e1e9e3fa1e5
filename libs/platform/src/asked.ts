import {
  createParamDecorator,
  ExecutionContext,
  Injectable,
  type CallHandler,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import { catchError, concatMap, from, map, throwError, type Observable } from 'rxjs';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { canonicalJson, Projector, Rejected, type Meta } from '#eventsourcing';
import { problemOf } from './problem.js';
import type { Asking, Principal } from './principal.js';

/** What a command is to know of its request. */
export interface Asked {
  readonly by: Principal;
  readonly meta: Meta;
  /** The revision of `If-Match`. */
  readonly expected?: number;
}

const KEYS = 'e5b1d0fe-7a39-5c54-9d43-3f6d2a1b9c07';

/** Whose idempotency keys are known: an agency's, or the secretariat's, whichever of its tokens they came with. */
export const ownerOf = ({ role, agency }: Principal): string => (agency === null ? role : `${role} ${agency}`);

/** What a request asks for, its address and body, as a digest. */
const digests = new WeakMap<object, string>();
function requestDigest(request: Asking): string {
  let digest = digests.get(request);
  if (digest === undefined) {
    const { url, body } = request;
    digest = createHash('sha256')
      .update(`${url}\n${canonicalJson(body ?? null)}`)
      .digest('base64url');
    digests.set(request, digest);
  }
  return digest;
}

/**
 * The meta of a command given by someone.
 * @param once what makes it the same command when it is given again (an idempotency key and what came with it): then it has
 * the same id; else a new one
 */
export function metaOf(by: Principal, once?: string, correlationId?: string): Meta {
  const { account, role, agency } = by;
  const commandId = once === undefined ? uuidv7() : uuidv5(`${ownerOf(by)}\n${once}`, KEYS);
  return { actor: account, role, agency, commandId, correlationId: correlationId ?? commandId, causationId: null };
}

/** The meta of one of several commands of a request; the same request again has the same ones. */
export const metaOfPart = (meta: Meta, index: number): Meta => ({
  ...meta,
  commandId: uuidv5(String(index), meta.commandId),
});

/** Who gave a command, by its meta. */
export const principalOf = ({ actor, role, agency }: Meta): Principal => ({
  account: actor,
  role: role as Principal['role'],
  agency,
});

/** The command side of a request: who asks, `If-Match`, `Idempotency-Key`, `X-Correlation-Id`. */
export const AskedBy = createParamDecorator((_: unknown, context: ExecutionContext): Asked => {
  const request = context.switchToHttp().getRequest<Asking>();
  const { principal, headers, correlation } = request;
  const key = headers['idempotency-key'] as string | undefined;
  const once = key === undefined ? undefined : `${key}\n${requestDigest(request)}`;
  const meta = metaOf(principal!, once, correlation?.known);
  correlation?.is(meta.correlationId);
  return { by: principal!, meta, expected: expectedOf(headers['if-match']) };
});

/** Who reads, if they say so. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | null =>
    context.switchToHttp().getRequest<Asking>().principal ?? null,
);

function expectedOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const revision = /^(?:W\/)?"(\d+)"$/.exec(ifMatch)?.[1];
  if (revision === undefined)
    throw new Rejected('bad_request', `If-Match takes one ETag as it was given, such as "3", not ${ifMatch}.`);
  return Number(revision);
}

/** Remembers which body came with an idempotency key; all processes that write to a log share it. */
export abstract class IdempotencyKeys {
  /** `first`: the key was not known; `same`: it came with this body before; `other`: it came with another body. */
  abstract claim(owner: string, key: string, digest: string): Promise<'first' | 'same' | 'other'>;
  /** Takes back a claim whose command was refused. The key is free again once every claim of it was taken back. */
  abstract release(owner: string, key: string, digest: string): Promise<void>;
}

/** The same key with another body is refused; a key whose command was refused, or only tried, is free again. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Asking>();
    const { method, headers, principal, body } = request;
    const key = headers['idempotency-key'] as string | undefined;
    if (method !== 'POST' || key === undefined || !principal) return next.handle();
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      throw new Rejected('bad_request', 'An Idempotency-Key is 1 to 200 visible ASCII characters.');
    if ((body as { dryRun?: unknown } | null)?.dryRun === true) return next.handle();
    const [owner, digest] = [ownerOf(principal), requestDigest(request)];
    const claim = await this.keys.claim(owner, key, digest);
    if (claim === 'other')
      throw new Rejected(
        'idempotency_key_reused',
        'This Idempotency-Key came with another request before. Use a new one.',
      );
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (problemOf(error).status >= 500) return throwError(() => error);
        return from(this.keys.release(owner, key, digest)).pipe(concatMap(() => throwError(() => error)));
      }),
    );
  }
}

/** `ETag` from the answer's revision, for `If-Match`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        const revision = (answer as { revision?: unknown } | null)?.revision;
        if (typeof revision === 'number') void reply.header('ETag', `"${revision}"`);
        return answer;
      }),
    );
  }
}

/** How long a reader waits for its own write to show. */
const WAIT_MS = 5_000;

/** Read your writes: waits until the views have reached the position of `If-Position-At-Least`. */
@Injectable()
export class PositionInterceptor implements NestInterceptor {
  constructor(private readonly projector: Projector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { headers, method } = context.switchToHttp().getRequest<Asking>();
    const position = headers['if-position-at-least'];
    if (position === undefined || method !== 'GET') return next.handle();
    if (typeof position !== 'string' || !/^\d{1,19}$/.test(position))
      throw new Rejected('bad_request', 'If-Position-At-Least takes a position as an answer gave it.');
    if (!(await this.projector.reached(position, WAIT_MS)))
      throw new Rejected('not_yet', `The views have not reached position ${position} yet. Try again soon.`);
    return next.handle();
  }
}
