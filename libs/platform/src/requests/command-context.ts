/** The command side of a request: the caller, and the headers about the command. */
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { newCommandId, Rejected, type Meta } from '#eventsourcing';
import { WHOLE_DIGITS } from '#text';
import { isActing } from '#words';
import type { Actor, ApiRequest, Principal } from './principal.js';

/** The part of a request that a command needs. */
export interface CommandContext {
  readonly by: Actor;
  readonly meta: Meta;
  /** The revision of `If-Match`. */
  readonly expected?: number;
  /** Throws once there is nobody left to work for; to be asked between one act and the next. */
  readonly checkConnected?: () => Promise<void>;
}

/** The command side of a request by a token or in a session. */
export interface RequestContext extends CommandContext {
  readonly by: Principal;
}

const KEY_NAMESPACE = 'e5b1d0fe-7a39-5c54-9d43-3f6d2a1b9c07';

/** The owner of idempotency keys: an agency, or the secretariat, whichever of its tokens they came with. */
export const ownerOf = ({ role, agency }: Actor): string => (agency === null ? role : `focal_point ${agency}`);

/**
 * The meta of a command given by someone.
 * @param once the parts that make it the same command when it is given again (an idempotency key and its request): then
 * it has the same id; else a new one
 */
export function metaOf(by: Actor, once?: string, correlationId?: string): Meta {
  const { account, role, agency } = by;
  const commandId = once === undefined ? newCommandId() : uuidv5(`${ownerOf(by)}\n${once}`, KEY_NAMESPACE);
  // In the order in which it is written.
  return { actor: account, agency, causationId: null, commandId, correlationId: correlationId ?? commandId, role };
}

/** The meta of one of several commands of a request; the same request again has the same ones. */
export const metaOfPart = (meta: Meta, index: number): Meta => ({
  ...meta,
  commandId: uuidv5(String(index), meta.commandId),
});

export const actorOf = ({ actor, role, agency }: Meta): Actor => ({
  account: actor,
  role: role as Actor['role'],
  agency,
});

/** The command side of a request: who asks, `If-Match`, `Idempotency-Key`, `X-Correlation-Id`. */
export const CurrentCommand = createParamDecorator((_: unknown, context: ExecutionContext): RequestContext =>
  commandContextOf(context.switchToHttp().getRequest<ApiRequest>()),
);

export function commandContextOf({
  principal,
  headers,
  correlation,
  digest,
  checkConnected,
}: ApiRequest): RequestContext {
  if (!isActing(principal!))
    throw new Rejected('forbidden', 'This account acts for nobody, or for several: say for whom, Acting-For: CODE.');
  const key = headers['idempotency-key'] as string | undefined;
  // A key that was freed may come with another body: that is another command.
  const meta = metaOf(principal!, key === undefined ? undefined : `${key}\n${digest}`, correlation?.known);
  correlation?.is(meta.correlationId);
  return { by: principal!, meta, expected: expectedOf(headers['if-match']), checkConnected };
}

/** The reader, if a token names one. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | null =>
    context.switchToHttp().getRequest<ApiRequest>().principal ?? null,
);

/** As the document has it, too. */
export const TAG_OF_REVISION = `^(?:W/)?"${WHOLE_DIGITS}(?:-[\\w-]{1,40})?"$`;
const OF_REVISION = new RegExp(TAG_OF_REVISION);

function expectedOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  // The answer to a GET has a digest behind the revision (validators.ts).
  const revision = OF_REVISION.exec(ifMatch)?.[1];
  if (revision === undefined)
    throw new Rejected('bad_request', `If-Match takes one ETag as it was given, such as "3", not ${ifMatch}.`);
  return Number(revision);
}
