/** The command side of a request: who asks, and what its headers say of the command. */
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { newCommandId, Rejected, type Meta } from '#eventsourcing';
import type { Asking, Principal } from './principal.js';

/** What a command is to know of its request. */
export interface Asked {
  readonly by: Principal;
  readonly meta: Meta;
  /** The revision of `If-Match`. */
  readonly expected?: number;
}

const KEYS = 'e5b1d0fe-7a39-5c54-9d43-3f6d2a1b9c07';

/** The meta of a command given by someone; the id is derived from an idempotency key, or new. */
export function metaOf({ account, role, agency }: Principal, key?: string, correlationId?: string): Meta {
  const commandId = key === undefined ? newCommandId() : uuidv5(`${account}\n${key}`, KEYS);
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
export const AskedBy = createParamDecorator((_: unknown, context: ExecutionContext): Asked =>
  askedBy(context.switchToHttp().getRequest<Asking>()),
);

export function askedBy({ principal, headers, correlation }: Asking): Asked {
  const meta = metaOf(principal!, headers['idempotency-key'] as string | undefined, correlation?.known);
  correlation?.is(meta.correlationId);
  return { by: principal!, meta, expected: expectedOf(headers['if-match']) };
}

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
