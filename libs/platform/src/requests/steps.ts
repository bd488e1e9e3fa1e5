/**
 * The steps of every request, in the order in which they run. Hooks, guards, interceptors, pipes and filters have the names that
 * Fastify and Nest give them; `test/requests.http.spec.ts` compares the list with a server. `server.ts` registers the hooks, or
 * calls the function of the named file that does; `app.module.ts` the rest, if nothing else is said.
 *
 *  1. onRequest 6 × `anonymous` (Nest's adapter): nothing, as no option asks for it
 *  2. onRequest `guardBrowsers`: the headers that guard browsers (`guarding-headers.ts`)
 *  3. onRequest `beginObservation` (`observability/requests.ts`): its correlation and its span
 *  4. onRequest `refuseExpectations`: an expectation but 100-continue is refused
 *  5. onRequest `handleCors` (@fastify/cors): another site's page, where `CORS_ORIGINS` names one
 *  6. onRequest `admit` (`admission.ts`): several hosts are refused; the owner of the token or the session is found; the budget of the
 *     client is charged; it waits for room for the answer
 *  7. onRequest `answerKnownPath` (`known-paths.ts`): another method, or a slash too many
 *  8. onRequest `refusesUnreadableQueries`: a query that is not in UTF-8 is refused
 *  9. onRequest `tidyAddress` (`pages/rendering.tsx`): pages get a tidy address
 * 10. onRequest `keepStrangersOut` (`admission.ts`): a request without the token that it needs is refused
 * 11. onRequest `runMiddie` (Nest's adapter): nothing, as there is no middleware
 * 12. onRequest `anonymous` (@fastify/multipart): a client that goes away is noticed
 * 13. onRequest `onRequest` (@fastify/compress), of most routes: compression is made ready
 * 14. preParsing `askForBody`: a client that asks whether to send a body is told to
 * 15. Fastify's parser: the body is read, up to its limit: as JSON (`json-bodies.ts`), where a page's form is taken as that
 *     (`forms.ts`), or as a workbook (`uploads.ts`)
 * 16. preValidation `goOnObserved` (`observability/requests.ts`): from here on all is done under the correlation and the span
 * 17. preValidation `readForm` (`uploads.ts`): a form with files is read
 * 18. guard `AccessGuard`: who may not ask is refused, and so is a form that no page of ours sent
 * 19. interceptor `AnswerInterceptor`: the route offers an accepted format (`formats.ts`); it takes a query, if there is one; it has
 *     the file that it needs (`uploads.ts`); the views reach `If-Position-At-Least`; `Idempotency-Key` is claimed; a list that is
 *     sent as it is read gets a validator, or 304
 * 20. interceptor `PageInterceptor` (`pages/rendering.tsx`, by `@RendersPages()`): of the query only the fields stay that the page takes
 * 21. pipe `Validation` (`validation.ts`): body, query and parameters are validated
 * 22. pipe `CodesAreKnown` (registered in `libs/progress/src/index.ts`): the codes of a query are known
 * 23. pipe `SettleClocks` (`clock-query.ts`), by `@AtClocks()`: the clocks of a query are settled
 * 24. controller: it answers; acts on commitments and registers go through Nest's CommandBus, with a span and a measure (`observed.ts`)
 * 25. `PageInterceptor`: the page becomes HTML; `AnswerInterceptor`: the address of a new thing is `Location`
 *     (`answers.ts`), a list takes the requested format (`downloads.ts`), an answer with a revision gets `ETag`, and a refused request gives its `Idempotency-Key` back
 * 26. filter `ProblemFilter` (`problem.ts`): an error becomes problem+json or a page
 * 27. onSend `giveCorrelation` (`observability/requests.ts`): `X-Correlation-Id`
 * 28. onSend `limitSending` (`admission.ts`): the time that a reader may take
 * 29. onSend `closeWhileEnding`: `Connection: close` while the server ends
 * 30. onSend `giveValidator` (`validators.ts`), of a GET: a validator, or 304
 * 31. onSend `headRouteOnSendHandler` (Fastify), of a HEAD: no body
 * 32. onSend `onSend` (@fastify/compress): compression
 * 33. onResponse `anonymous` (Nest's adapter): nothing
 * 34. onResponse `endObservation` (`observability/requests.ts`): the measure, the end of the span, the log line
 * 35. onResponse `noteRequest` (`auditing.ts`): the audit
 * 36. onResponse `anonymous` (@fastify/multipart): it tidies up
 *
 * An address that cannot be read meets none of these steps: `frameworkErrors` in `server.ts` answers it.
 * `answersUnreadable` (`problem.ts`) answers bytes that are no request at all.
 *
 * The routes of acts take steps 18, 19, 21, 24 and 25 in the same order without Nest between them (`direct.ts`).
 */
import {
  Inject,
  Injectable,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { canonicalJson, isFit, Projector, Rejected, REQUEST_DIGESTS } from '#eventsourcing';

import { addressOfMade } from './answers.js';
import { ownerOf } from './command-context.js';
import { todayAt } from '#clocks';
import { isWholeNumber } from '#text';
import { refuseQuery } from '../fields/validation.js';
import { asDownload } from '../lists/downloads.js';
import { isStreamed, refuseUnacceptable } from '../lists/formats.js';
import { PUBLIC_URL } from '../context.js';
import { FORM_METADATA, formRouteOf, isFromOwnPage, isOpenForm, refuseForgedForm, type FormOf } from './forms.js';
import {
  ALWAYS_OPEN,
  bearerOf,
  READS_METADATA,
  ReadingIsPublic,
  Sessions,
  SIGNED_IN,
  Tokens,
  type ApiRequest,
  type Session,
  unauthenticated,
} from './principal.js';
import { refuseWithout, RIGHTS_METADATA, type RouteRights } from './rights.js';
import { problemOf } from './problem.js';
import { Cookies } from './sessions.js';
import { refuseWithoutFile } from './uploads.js';
import { hasAlready, validatorOf, vary } from './validators.js';

/** Remembers which body came with an idempotency key; all processes that write to a log share it. */
export abstract class IdempotencyKeys {
  /** `first`: the key was not known; `same`: it came with this body before; `other`: it came with another body. */
  abstract claim(owner: string, key: string, digest: string): Promise<'first' | 'same' | 'other'>;
  /** Takes back a claim whose command was refused. The key is free again once every claim of it was taken back. */
  abstract release(owner: string, key: string, digest: string): Promise<void>;
}

/**
 * Claims a key for a request by its digest; one that was claimed by a former algorithm's digest stays claimed by that.
 * @param digests that by the present algorithm first
 * @returns the digest that it is claimed by; `null`: it came with another request
 */
export async function claimKey(
  keys: IdempotencyKeys,
  owner: string,
  key: string,
  digests: Iterable<string>,
): Promise<string | null> {
  for (const digest of digests) if ((await keys.claim(owner, key, digest)) !== 'other') return digest;
  return null;
}

/** The version of our code: an answer of another one may differ. */
export abstract class Software {
  abstract readonly digest: string;
}

/** The mark of a route about who may ask. */
interface RouteMarks {
  readonly open: boolean;
  readonly rights?: RouteRights;
  readonly signedIn?: boolean;
  readonly form?: FormOf;
  /** It records nothing, though it is a POST. */
  readonly reads?: boolean;
}

/**
 * Writing needs `Authorization: Bearer …`, or a form of a page and the session that it was made for; reading needs neither,
 * unless that is switched off.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #marks = new WeakMap<object, RouteMarks>();

  constructor(
    private readonly tokens: Tokens,
    private readonly sessions: Sessions,
    private readonly cookies: Cookies,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    private readonly publicReading: ReadingIsPublic,
    private readonly reflector: Reflector,
  ) {}

  get #ownOrigin(): string {
    return new URL(this.publicUrl).origin;
  }

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.admit(context.switchToHttp().getRequest<ApiRequest>(), this.#marksOf(context));
  }

  /** Finds who asks: before the body is read, once (`admission.ts`). */
  async identify(request: ApiRequest): Promise<void> {
    const actingFor = request.headers['acting-for'] as string | undefined;
    const token = bearerOf(request.headers.authorization);
    const session = token === undefined ? await this.#sessionOf(request) : null;
    const principal = token ? await this.tokens.principalOf(token, actingFor) : (session?.principal ?? null);
    if (token !== undefined && !principal)
      request.whyNot = async () => (token ? this.tokens.whyNot(token) : 'Authorization: Bearer … names no token.');
    if (session) request.session = session;
    else request.isOurForm = formRouteOf(request) !== undefined && isFromOwnPage(request, this.#ownOrigin);
    if (principal) request.principal = principal;
    request.checkConnected = () => this.#stands(request, principal ? token : undefined);
  }

  /** @throws Rejected `unauthenticated` | `forbidden` */
  async admit(request: ApiRequest, { open, rights, signedIn = false, reads = false, form }: RouteMarks): Promise<true> {
    if (request.raw.socket.destroyed) throw new Rejected('gone', 'The caller has gone.');
    const { principal, session = null } = request;
    if (form) refuseForgedForm(request, form, session, this.#ownOrigin);
    if (signedIn && !session) throw new Rejected('unauthenticated', 'This is for those who are signed in.');
    const reading = reads || request.method === 'GET' || request.method === 'HEAD';
    if (open || (isOpenForm(form) && !reads) || (reading && !rights && (signedIn || this.publicReading.value)))
      return true;
    if (!principal && !(form && session)) throw unauthenticated();
    if (rights && !principal) throw new Rejected('forbidden', 'This account has no role now.');
    if (rights) refuseWithout(principal!, rights);
    return true;
  }

  /**
   * The session that a request comes with. A browser sends a cookie with any request to the site. So the API takes it for
   * reading alone, and only from our own pages or from no page; pages take it for reading, and with a form.
   */
  async #sessionOf(request: ApiRequest): Promise<Session | null> {
    const { method, url, headers } = request;
    const secret = this.cookies.read('session', headers.cookie);
    if (secret === undefined || !this.cookies.safe) return null;
    const reading = method === 'GET' || method === 'HEAD';
    if (!reading && !formRouteOf(request)) return null;
    const site = headers['sec-fetch-site'];
    const isOthers = site !== undefined && site !== 'same-origin' && site !== 'none';
    return url.startsWith('/v1/') && isOthers ? null : this.sessions.sessionOf(secret);
  }

  async #stands({ raw, headers, session, principal }: ApiRequest, token: string | undefined): Promise<void> {
    if (raw.socket.destroyed) throw new Rejected('gone', 'The caller has gone.');
    if (session && !(await this.sessions.sessionOf(session.secret)))
      throw new Rejected('unauthenticated', 'You were signed out meanwhile.');
    const actingFor = headers['acting-for'] as string | undefined;
    if (token === undefined) return;
    const now = await this.tokens.principalOf(token, actingFor);
    if (!now) throw new Rejected('unauthenticated', 'The token was revoked meanwhile.');
    if (now.role !== principal?.role || now.agency !== principal.agency)
      throw new Rejected('forbidden', 'The account has another role now.');
  }

  #marksOf(context: ExecutionContext): RouteMarks {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const known = this.#marks.get(handler);
    if (known) return known;
    const marked = (mark: string) => this.reflector.getAllAndOverride<boolean>(mark, [handler, controller]) ?? false;
    const marks = {
      open: marked(ALWAYS_OPEN),
      rights: this.reflector.get<RouteRights | undefined>(RIGHTS_METADATA, handler),
      signedIn: marked(SIGNED_IN),
      reads: marked(READS_METADATA),
      form: this.reflector.get<FormOf | undefined>(FORM_METADATA, handler),
    };
    // A handler that several controllers inherit may be marked by one of them.
    if (Object.hasOwn(controller.prototype as object, handler.name)) this.#marks.set(handler, marks);
    return marks;
  }
}

/** The step around the answer to a request. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly projector: Projector,
    private readonly keys: IdempotencyKeys,
    private readonly software: Software,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const [request, reply] = [http.getRequest<ApiRequest>(), http.getResponse<FastifyReply>()];
    refuseUnacceptable(request, context);
    if (request.url.startsWith('/v1/') && !takesQuery(context)) refuseQuery(request.query);
    refuseWithoutFile(request);
    const answer = async () => {
      if (isStreamed(request, context) && this.#wasSent(request, reply)) return '';
      const given: unknown = await lastValueFrom(next.handle());
      const address = addressOfMade(context.getHandler(), given);
      if (address !== undefined) void reply.header('Location', address);
      return asDownload(given, request, reply, context.getHandler());
    };
    return from(this.around(request, reply, answer));
  }

  /** Whether the caller has the list that is to be sent as it is read. Its validator is given before it is read, and so is no newer. */
  #wasSent(request: ApiRequest, reply: FastifyReply): boolean {
    const validator = validatorOf(request, todayAt(new Date()), this.projector.position(), this.software.digest);
    void reply.header('ETag', validator);
    if (!hasAlready(request, validator)) return false;
    vary(reply, 'Accept');
    void reply.status(304);
    return true;
  }

  /** @param answer validates and answers; its error frees the idempotency key, unless the fault is ours */
  async around<A>(request: ApiRequest, reply: FastifyReply, answer: () => Promise<A>): Promise<A> {
    if (request.method === 'GET') await this.#reaches(request.headers['if-position-at-least']);
    const release = await this.#claimed(request);
    try {
      const given = await answer();
      const revision = (given as { revision?: unknown } | null | undefined)?.revision;
      if (typeof revision === 'number') void reply.header('ETag', `"${revision}"`);
      return given;
    } catch (error) {
      if (release && problemOf(error).status < 500) await release();
      throw error;
    }
  }

  /** Read your writes: waits until the views have reached a position. */
  async #reaches(position: string | string[] | undefined): Promise<void> {
    if (position === undefined) return;
    if (!isWholeNumber(position))
      throw new Rejected('bad_request', 'If-Position-At-Least takes a position as an answer gave it.');
    if (!(await this.projector.reached(position, OWN_WRITE_TIMEOUT_MS)))
      throw new Rejected('not_yet', `The views have not reached position ${position} yet. Try again soon.`);
  }

  /**
   * The same key with another body is refused; a key whose command was refused, or only tried, is free again.
   * @returns a function that frees the key; `null` when there is none
   */
  async #claimed(request: ApiRequest): Promise<(() => Promise<void>) | null> {
    const { method, headers, principal, url, body } = request;
    const key = headers['idempotency-key'] as string | undefined;
    if (method !== 'POST' || key === undefined || !principal) return null;
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      throw new Rejected('bad_request', 'An Idempotency-Key is 1 to 200 visible ASCII characters.');
    if (!isFit(body)) return null; // it will be refused
    // A dry run asks of the request that would be sent without `dryRun`.
    const { dryRun, ...meant } = (body ?? {}) as { dryRun?: unknown };
    const tried = dryRun === true;
    const asked = `${url}\n${canonicalJson(tried ? meant : (body ?? null))}`;
    if (tried) {
      request.digest = REQUEST_DIGESTS.of(asked);
      return null;
    }
    const owner = ownerOf(principal);
    const digest = await claimKey(this.keys, owner, key, REQUEST_DIGESTS.each(asked));
    if (digest === null)
      throw new Rejected(
        'idempotency_key_reused',
        'This Idempotency-Key came with another request before. Use a new one.',
      );
    request.digest = digest;
    return () => this.keys.release(owner, key, digest);
  }
}

/** By controller, the handlers that take a query: one that takes none would answer as if nothing had been asked. */
const takingQueries = new WeakMap<object, Map<string, boolean>>();

function takesQuery(context: ExecutionContext): boolean {
  const [controller, { name }] = [context.getClass(), context.getHandler()];
  let known = takingQueries.get(controller);
  if (!known) takingQueries.set(controller, (known = new Map()));
  let takes = known.get(name);
  if (takes === undefined) {
    const of = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as object;
    takes = Object.keys(of).some((argument) => argument.startsWith(`${RouteParamtypes.QUERY}:`));
    known.set(name, takes);
  }
  return takes;
}

/** The time that a reader waits for its own write to show. */
const OWN_WRITE_TIMEOUT_MS = 5_000;
