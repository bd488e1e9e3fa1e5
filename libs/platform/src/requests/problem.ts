/** Every error of the API as `application/problem+json`, with its status and title. */
import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Logger, NotFoundException } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import accepts from 'accepts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  DamagedEvent,
  InvalidAppend,
  Rejected,
  StoreUnavailable,
  UnknownEvent,
  WrongRevision,
  type FieldError,
  type RefusalKind,
} from '#eventsourcing';
import { rejections } from '../observability/metrics.js';
import { FASTIFY_REFUSALS } from './fastify-refusals.js';
import { isOwnPath } from './sessions.js';
import type { ApiRequest } from './principal.js';
import { SavedByOthers, SavedMeanwhile } from './saved-meanwhile.js';

/** RFC 9457, with our `code` and the fields at fault. */
export class Problem {
  @ApiProperty({ format: 'uri' }) type: string;
  @ApiProperty() title: string;
  @ApiProperty({ type: 'integer' }) status: number;
  @ApiProperty({ description: 'For people' }) detail: string;
  @ApiProperty({ description: 'For programs: the exact reason of the refusal' }) code: string;
  @ApiProperty({ required: false, type: () => [FieldAtFault] }) errors?: readonly FieldError[];
  @ApiProperty({
    required: false,
    type: () => SavedMeanwhile,
    description: 'Of the draft of a return that others saved',
  })
  meanwhile?: SavedMeanwhile;
  @ApiProperty({ required: false, description: 'The address that was asked' }) instance?: string;
  @ApiProperty({ required: false, description: 'Of an error that was logged: by this the log names it' })
  correlationId?: string;
}

class FieldAtFault implements FieldError {
  @ApiProperty({ description: 'Where in the body or query (RFC 6901)' }) readonly pointer: string;
  @ApiProperty() readonly message: string;
}

/** The status of each kind of `Rejected`. */
const STATUS_OF_REFUSAL: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rule: 422,
  too_many_requests: 429,
  not_yet: 503,
};

const TITLE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'Not sent in time',
  409: 'Conflict',
  412: 'Revision conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  422: 'Rule violated',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Service unavailable',
};

/** Every error as `application/problem+json`, from the one failure channel: Rejected, WrongRevision; all else is a bug. */
export function problemOf(error: unknown): Problem {
  const problem = (status: number, code: string, detail: string, errors?: readonly FieldError[]): Problem => ({
    type: `urn:followthrough:problem:${code}`,
    title: TITLE_OF_STATUS[status] ?? 'Refused',
    status,
    detail,
    code,
    ...(errors?.length && { errors }),
  });
  if (error instanceof Rejected) return problem(STATUS_OF_REFUSAL[error.kind], error.code, error.message, error.errors);
  if (error instanceof WrongRevision) {
    const told = `It is at revision ${error.actual}, not ${error.expected}: read it again and decide anew.`;
    const meanwhile = error instanceof SavedByOthers && { meanwhile: error.meanwhile };
    return { ...problem(412, 'wrong_revision', told), ...meanwhile };
  }
  if (error instanceof InvalidAppend) return problem(413, 'too_large', error.message);
  if (error instanceof StoreUnavailable) return problem(503, 'store_unavailable', error.message);
  // Written by a newer server, or changed by the disk: this one cannot tell its meaning.
  if (error instanceof UnknownEvent) return problem(503, 'unknown_event', error.message);
  if (error instanceof DamagedEvent) return problem(503, 'damaged_event', error.message);
  // Nest wraps the refusals of Fastify.
  const refusal: unknown = error instanceof HttpException ? error.cause : error;
  const { statusCode = 500, code = '' } = (refusal ?? {}) as { statusCode?: number; code?: string };
  if (statusCode >= 400 && statusCode < 500) {
    const detail = FASTIFY_REFUSALS[code] ?? `${TITLE_OF_STATUS[statusCode] ?? 'Refused'}.`;
    return problem(statusCode, problemCode(statusCode), detail);
  }
  if (error instanceof HttpException) return problem(error.getStatus(), problemCode(error.getStatus()), error.message);
  return problem(500, 'internal_error', 'An unexpected error. It was logged.');
}

const problemCode = (status: number): string =>
  ({
    400: 'bad_request',
    404: 'not_found',
    405: 'method_not_allowed',
    406: 'not_acceptable',
    413: 'too_large',
    414: 'address_too_long',
    408: 'not_sent_in_time',
    415: 'unsupported_media_type',
    417: 'expectation_failed',
    429: 'too_many_requests',
    431: 'headers_too_large',
  })[status] ?? 'refused';

/** The refusal of an address that no route takes. */
export const nothingAt = (url: string): Rejected =>
  new Rejected('not_found', `There is nothing at ${url.split('?', 1)[0]}.`);

export const PROBLEM_JSON = 'application/problem+json';

/**
 * Answers a request that could not be read as one: there is nothing but its connection, which ends. One that is in the midst of
 * another answer ends without a word.
 */
export function answersUnreadable({ code }: NodeJS.ErrnoException, socket: Socket): void {
  const { _httpMessage: under } = socket as Socket & { readonly _httpMessage?: ServerResponse | null };
  if (code === 'ECONNRESET' || !socket.writable || under?.headersSent) return void socket.destroy();
  const [status, detail] = PARSER_PROBLEMS[code ?? ''] ?? [400, 'This is no request of HTTP/1.1.'];
  const body = JSON.stringify(problemOf(new HttpException(detail, status)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...[`Content-Type: ${PROBLEM_JSON}; charset=utf-8`, `Content-Length: ${Buffer.byteLength(body)}`],
    ...['Connection: close', 'Cache-Control: no-store', 'X-Content-Type-Options: nosniff'],
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** By the code of Node's parser. */
const PARSER_PROBLEMS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request was not sent in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
};

/**
 * Whether a request is for a page, by somebody who looks at it in a browser: those name HTML, programs take anything. A request
 * that Fastify cannot read has no `accepts()`.
 */
export const wantsPage = ({ url, raw }: FastifyRequest): boolean =>
  !url.startsWith('/v1/') && [accepts(raw).types()].flat().includes('text/html');

/** Answers a failed page request with a page, when one can be made. */
export type ProblemPage = (problem: Problem, reply: FastifyReply) => string;

/** The page of ours from which a form was sent. */
function ownPageOf(referer: string | undefined): string {
  const path = referer !== undefined && URL.canParse(referer) ? new URL(referer).pathname : '';
  return isOwnPath(path) ? path : '/account';
}

/** How to say who one is; of a token that was sent, why it is not taken (RFC 6750, section 3). */
const challengeOf = ({ detail }: Problem, { whyNot }: ApiRequest): string =>
  whyNot
    ? `Bearer error="invalid_token", error_description="${detail.replaceAll(/[^\x20-\x7e]|["\\]/g, '.')}"`
    : 'Bearer';

/** The interval at which an outage that goes on is logged. */
const OUTAGE_LOG_INTERVAL_MS = 10_000;

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');
  /** By message: when it was logged, and how often it came since. */
  readonly #outages = new Map<string, { readonly at: number; readonly unsaid: number }>();

  constructor(private readonly page?: ProblemPage) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ApiRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(request.is404 && error instanceof NotFoundException ? nothingAt(request.url) : error);
    request.refusal = problem.code;
    if (error instanceof Rejected) rejections.inc({ code: error.code });
    else if (problem.status >= 500) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      const more = { correlationId: request.correlation?.id };
      if (problem.status !== 503) this.logger.error(message, stack, more);
      if (problem.status !== 503 || this.#outage(message, more)) problem.correlationId = more.correlationId;
    }
    if (reply.sent) return;
    const asPage = this.page !== undefined && wantsPage(request);
    const { method, headers } = request;
    if (problem.status === 401 && asPage && method === 'GET' && !request.whyNot) {
      void reply.header('Cache-Control', 'no-store');
      return void reply.redirect(`/sign-in?to=${encodeURIComponent(request.url)}`, 303);
    }
    if (problem.code === 'sign_in_again' && asPage) {
      void reply.header('Cache-Control', 'no-store');
      return void reply.redirect(`/sign-in?again=true&to=${encodeURIComponent(ownPageOf(headers.referer))}`, 303);
    }
    if (problem.status === 401) void reply.header('WWW-Authenticate', challengeOf(problem, request));
    if ((problem.status === 503 || problem.status === 429) && !reply.hasHeader('Retry-After'))
      void reply.header('Retry-After', '1');
    void reply.status(problem.status);
    if (asPage) void reply.send(this.page!(problem, reply));
    else void reply.type(PROBLEM_JSON).send(JSON.stringify({ ...problem, instance: request.url }));
  }

  /**
   * Logs an outage, which everybody meets, once, and after a while again with its count; the code is not at fault. @returns
   * whether it was one
   */
  #outage(message: string, more: object): boolean {
    const now = performance.now();
    const said = this.#outages.get(message) ?? { at: -Infinity, unsaid: 0 };
    if (now - said.at < OUTAGE_LOG_INTERVAL_MS) {
      this.#outages.set(message, { ...said, unsaid: said.unsaid + 1 });
      return false;
    }
    if (this.#outages.size >= 100) this.#outages.clear();
    this.#outages.set(message, { at: now, unsaid: 0 });
    this.logger.error(said.unsaid === 0 ? message : `${message} (${said.unsaid} more times)`, undefined, more);
    return true;
  }
}
