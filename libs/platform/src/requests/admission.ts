/**
 * The admission of requests, before a body is read: who asks is found, so often and so much at once may one client ask, and
 * strangers send nothing that needs a token. Answers that nobody reads are cut.
 */
import { unauthenticated } from './principal.js';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { Rejected } from '#eventsourcing';
import type { AdmissionMarks } from './admission-marks.js';
import { FORMAT_NAMES, formatOf } from '../lists/formats.js';
import { formRouteOf, isOpenForm, type FormOf } from './forms.js';
import { nothingAt } from './problem.js';
import type { ApiRequest } from './principal.js';
import { routeOf } from './route.js';
import { takesFile } from './uploads.js';
import { WaitingRoom, type Turn } from './waiting-room.js';

export interface Budgets {
  /** Requests a minute; `null`: any number. */
  readonly rateLimit: number | null;
  /** The same of a client with a token or a session. */
  readonly tokenRateLimit: number | null;
  /** The same of signing in, and of tokens that are not known. */
  readonly signInRateLimit: number | null;
  /** Answers at once in all; of one client a sixteenth. */
  readonly concurrency: number;
  /** The time for which an answer waits for a client that reads nothing of it. */
  readonly sendTimeoutMs: number;
}

/** The largest body of strangers, in bytes. */
const STRANGERS_BODY = 16_384;
/** The bytes of a refused body that are read and passed over; a client that sends more is cut off. */
const MAX_DRAINED_BYTES = 65_536;
/** The bytes that are read of a form whose sender is not signed in any more, and given back to be sent again. */
const FORM_KEPT = 262_144;

/** Where people sign in, or have letters sent: few tries are enough. */
const RATE_LIMITED_PATH = /^\/sign-in\/|^\/follow(?:\/|$)/;

const marksOf = (request: FastifyRequest) => (routeOf(request).config ?? {}) as AdmissionMarks;
const reads = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';
/** Probes are asked of a server that has much to do most of all. */
const isProbe = (request: FastifyRequest): boolean => routeOf(request).url?.startsWith('/health/') ?? false;

/** Whose budget a request is of: an account's, else that of an address (of IPv6, of its /64). */
export const clientOf = ({ principal, session, ip }: ApiRequest): string =>
  principal?.account ?? session?.account ?? networkOf(ip);

const networkOf = (ip: string | undefined): string =>
  ip === undefined ? 'gone' : ip.includes(':') ? normalizeIP(ip) : ip;

/** The parts of a room that an act, an answer and a batch take. */
const REQUEST_SIZES = { act: 1, answer: 8, batch: 32 } as const;

const requestSize = (request: FastifyRequest): number =>
  marksOf(request).bodies ? REQUEST_SIZES.batch : reads(request) ? REQUEST_SIZES.answer : REQUEST_SIZES.act;

/** A kind of request, whose members cost much the same: a route, and its format if it reads. */
const requestKind = (request: FastifyRequest): string => {
  if (!reads(request)) return `${request.method} ${routeOf(request).url}`;
  const asked = formatOf(request);
  return `${request.method} ${routeOf(request).url} ${FORMAT_NAMES.find((name) => name === asked)}`;
};

/** The share of the whole room that one client may have. */
const CLIENT_SHARE = 1 / 16;
/** The share that all answers which take as long as their clients take to read may have together: the rest is for short ones. */
const LONG_ANSWERS_SHARE = 3 / 4;
/** An answer that is read for more than so many times this limit gives way to requests that wait for room. */
const PATIENCE_IN_TIMEOUTS = 4;

/** Rooms for answers, and for feeds that are followed, which cost little but stay. */
const roomsFor = ({ concurrency, sendTimeoutMs }: Budgets) => {
  const [all, feeds] = [concurrency * REQUEST_SIZES.answer, concurrency * 16];
  return {
    answers: new WaitingRoom({
      ...{
        all,
        client: Math.max(all * CLIENT_SHARE, REQUEST_SIZES.batch),
        long: all * LONG_ANSWERS_SHARE,
        atOnce: REQUEST_SIZES.act,
      },
      ...{ waiting: 2_000, clientWaiting: 1_000, patience: sendTimeoutMs * PATIENCE_IN_TIMEOUTS },
    }),
    feeds: new WaitingRoom({
      ...{ all: feeds, client: feeds / 8, long: feeds, atOnce: 1 },
      ...{ waiting: 0, clientWaiting: 0, patience: Infinity },
    }),
  };
};

/** To be called before any other hook that answers. @param guard gives the guard of the application, once it is made */
export async function admitsRequests(
  server: FastifyInstance,
  guard: () => { identify(request: ApiRequest): Promise<void> },
  budgets: Budgets,
): Promise<void> {
  server.addHook('onRoute', (route) => {
    const { open, form } = (route.config ?? {}) as AdmissionMarks & { form?: FormOf };
    if (open || isOpenForm(form)) route.bodyLimit = STRANGERS_BODY;
  });
  const counted = await counters(server, budgets);
  const rooms = roomsFor(budgets);
  server.server.on('connection', () => rooms.answers.hear());
  server.addHook('onRequest', async function admit(request: ApiRequest, reply) {
    refuseOtherThanOneHost(request);
    if (isProbe(request)) return;
    await guard().identify(request);
    await counted(request, reply);
    await entered(rooms, request, reply);
  });
  server.addHook('onSend', function limitSending(request, _reply, payload, done) {
    // A feed says something every 15 s.
    const patience = marksOf(request).follows?.(request) ? 2 : 1;
    // A request within the process (`inject`) has a socket that cannot wait.
    if (reads(request) && !isProbe(request)) request.raw.socket.setTimeout?.(budgets.sendTimeoutMs * patience);
    done(null, payload);
  });
}

/** To be called after the hooks that answer requests without a route. */
export function keepsStrangersOut(server: FastifyInstance): void {
  server.addHook('onRequest', async function keepStrangersOut(request: ApiRequest, reply) {
    const form = formRouteOf(request);
    const isOpen = marksOf(request).open || isOpenForm(form) || reads(request) || request.method === 'OPTIONS';
    if (!request.whyNot && (isOpen || request.principal || request.session)) return;
    const { 'content-length': length } = request.headers;
    // It is refused once it is read: forms.ts.
    if (form && request.isOurForm && !takesFile(request) && Number(length) <= FORM_KEPT) return;
    // All else of the body is not waited for.
    if (!(Number(length ?? 0) <= MAX_DRAINED_BYTES) || request.headers['transfer-encoding'] !== undefined)
      void reply.header('Connection', 'close');
    if (request.is404) throw nothingAt(request.url);
    // A client that sends a token means to be known: an answer as to anybody would hide that the token is invalid.
    if (request.whyNot) throw new Rejected('unauthenticated', await request.whyNot());
    throw form
      ? new Rejected('unauthenticated', 'You are not signed in any more. Sign in, and send the form again.')
      : unauthenticated();
  });
}

type CountRequest = (request: ApiRequest, reply: FastifyReply) => Promise<void>;

/** Counts the requests of each client, and refuses those that are too many. */
async function counters(server: FastifyInstance, budgets: Budgets): Promise<CountRequest> {
  await server.register(rateLimit, {
    global: false,
    enableDraftSpec: true,
    cache: 20_000,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { after }) =>
      new HttpException(`So many requests in a minute are too many. Try again in ${after}.`, 429),
  });
  const counter = (max: number | null, of: (request: ApiRequest) => string): CountRequest => {
    if (max === null) return async () => {};
    const count = server.rateLimit({ max, keyGenerator: of as (request: FastifyRequest) => string });
    return async (request, reply) => void (await count.call(server, request, reply));
  };
  const address = ({ ip }: ApiRequest) => networkOf(ip);
  const [strangers, known, tries] = [
    counter(budgets.rateLimit, address),
    counter(budgets.tokenRateLimit, clientOf),
    counter(budgets.signInRateLimit, address),
  ];
  return (request, reply) => {
    const { url = '' } = routeOf(request);
    // A look at the form that asks for letters is no try.
    if (RATE_LIMITED_PATH.test(url) && !(url === '/follow' && reads(request))) return tries(request, reply);
    if (request.principal || request.session) return known(request, reply);
    return (request.whyNot ? tries : strangers)(request, reply);
  };
}

/** Waits for room; it is given back once the answer is sent, or the client has gone. */
async function entered(
  { answers, feeds }: ReturnType<typeof roomsFor>,
  request: ApiRequest,
  reply: FastifyReply,
): Promise<void> {
  const { socket } = request.raw;
  const [client, begun] = [clientOf(request), Promise.withResolvers<void>()];
  const enter = (asked: Turn | 'client' | 'all'): Turn => {
    if (typeof asked !== 'string') {
      leavesWith(socket, reply, asked);
      return asked;
    }
    void reply.header('Retry-After', '1');
    throw asked === 'client'
      ? new Rejected(
          'too_many_requests',
          'So many requests at once are too many. Wait for answers before you ask more.',
        )
      : new Rejected('too_busy', 'There is more to do than can be done now. Try again soon.', [], 'not_yet');
  };
  // Until a follower has all past events, its answer is read as any other is.
  if (marksOf(request).follows?.(request)) enter(feeds.enter(client, 1, 'feed', { begin: () => {} }));
  const turn = enter(
    answers.enter(client, requestSize(request), requestKind(request), {
      begin: begun.resolve,
      cut: () => {
        const isRead = reads(request) && reply.raw.headersSent;
        if (isRead) socket.destroy();
        return isRead;
      },
    }),
  );
  request.goesOn = () => turn.goOn();
  request.caughtUp = () => turn.leave();
  await begun.promise;
}

const OPEN_TURNS = new WeakMap<Socket, Set<Turn>>();

/** An answer that stands behind others of its connection does not tell when the connection ends; that does. */
function leavesWith(socket: Socket, reply: FastifyReply, turn: Turn): void {
  let open = OPEN_TURNS.get(socket);
  if (!open) {
    const turns = (open = new Set<Turn>());
    OPEN_TURNS.set(socket, turns);
    socket.once('close', () => {
      for (const one of turns) one.leave();
    });
  }
  open.add(turn);
  reply.raw.once('close', () => {
    open.delete(turn);
    turn.leave();
  });
}

/** Those before and behind a proxy must mean the same host. @throws Rejected */
function refuseOtherThanOneHost({ raw: { rawHeaders, httpVersion } }: FastifyRequest): void {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') hosts++;
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0'))
    throw new Rejected('bad_request', 'A request names one Host.');
}
