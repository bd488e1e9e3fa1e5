/** Builds and starts the HTTP server: Fastify with its hooks, and Nest on it. */
import fastifyAccepts from '@fastify/accepts';
import fastifyCompress from '@fastify/compress';
import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import { HttpException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constants as zlib } from 'node:zlib';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Projector } from '#eventsourcing';
import {
  AccessGuard,
  type AdmissionMarks,
  admitsRequests,
  answersConditionally,
  answersDirectly,
  answersKnownPaths,
  answersUnreadable,
  Correlation,
  FASTIFY_REFUSALS,
  FORMAT_NAMES,
  formatNamed,
  isProbe,
  keepsStrangersOut,
  MAX_PARAMETER_CHARS,
  Logging,
  observeRequests,
  PROBLEM_JSON,
  problemOf,
  readsFiles,
  readsForms,
  readsJson,
  wantsPage,
} from '#platform';
import { Deliveries } from '#feed';
import { Post } from '#letters';
import { ReportJobs } from '#reports';
import { AccessStore, Audit } from '#access';
import { unreadableFields } from '#text';
import { noteAddress } from './address.js';
import { auditsRequests } from './auditing.js';
import { guardingHeaders } from './guarding-headers.js';
import { refuseUnsafe } from './production.js';
import { AppModule, openStores, type Stores } from './app.module.js';
import { LogCheck } from './log-check.js';
import { showsDocs } from './docs.js';
import { openApi } from './openapi.js';
import { Shutdown } from './operations.controller.js';
import { pagesContext, tidyAddress } from './pages/index.js';
import type { Settings } from './settings.js';

/** The time in which a server brings its views up to date before it answers; after it, it says of each that it is being built. */
const VIEWS_WAIT_MS = 5_000;

/** The number of connections that may wait to be taken. */
const CONNECTION_BACKLOG = 4_096;

/** The time that requests under way have to finish when the server ends. */
const DRAIN_TIMEOUT_MS = 15_000;

/**
 * Opens the stores, brings the views up to date and answers, before that if it takes long; the caller closes it.
 * @param onBuilt is given the server before anybody is answered: by then signals must be heeded
 */
export async function startServer(
  settings: Settings,
  { stores, onBuilt }: { readonly stores?: Stores; readonly onBuilt?: (app: NestFastifyApplication) => void } = {},
): Promise<NestFastifyApplication> {
  await refuseBusyPort(settings);
  const app = await buildServer(settings, stores ?? (await openStores(settings)));
  onBuilt?.(app);
  try {
    await refuseUnsafe(settings, app.get(AccessStore));
    const building = app.get(Projector).start();
    await Promise.race([building, sleep(VIEWS_WAIT_MS, undefined, { ref: false })]);
    await Promise.all([
      building,
      app.listen({ port: settings.port, host: settings.host, backlog: CONNECTION_BACKLOG }),
    ]);
    await noteAddress(settings);
    giveBackMemory();
    app.get(LogCheck).start();
    app.get(Deliveries).start();
    app.get(ReportJobs).start();
    app.get(Post).start();
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/** A larger heap is worth a pause after the start: V8 would keep 40 MB that only the start needed. */
const MUCH_BYTES = 60_000_000;

/** Gives back to the system the memory that only building the views needed: V8 would keep it. */
function giveBackMemory(): void {
  if (getHeapStatistics().total_heap_size < MUCH_BYTES) return;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (how: object) => void;
  collect({ type: 'major', flavor: 'last-resort', execution: 'sync' });
}

/** Checks that a server could listen, before any long work. @throws Error that names the setting to change */
export async function refuseBusyPort({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<void> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    const why: Readonly<Record<string, string>> = {
      EADDRINUSE: `Port ${port} of ${host} is in use by another program. Set PORT to a free one, such as PORT=${port + 1}.`,
      EACCES: `Port ${port} of ${host} takes more rights than this program has. Set PORT to one from 1024 on, such as PORT=3000.`,
      EADDRNOTAVAIL: `${host} is no address of this machine. Set HOST to one, or to 0.0.0.0 for all.`,
      ENOTFOUND: `There is no host ${host}. Set HOST to an address of this machine, or to 0.0.0.0 for all.`,
    };
    const { code = '' } = error as NodeJS.ErrnoException;
    throw code in why ? new Error(why[code], { cause: error }) : error;
  } finally {
    probe.close();
  }
}

/**
 * On SIGINT or SIGTERM says that it is not ready, goes on answering for `drainMs`, so that it is asked no more, then takes no
 * more connections, lets requests under way finish, closes the stores and ends with 0. A second signal changes nothing: npm
 * passes on the Ctrl-C that the terminal has sent already.
 */
export function closeOnSignal(app: NestFastifyApplication, { drainMs }: Settings): void {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    app.get(Shutdown).begun = true;
    await sleep(drainMs);
    setTimeout(() => app.getHttpServer().closeAllConnections(), DRAIN_TIMEOUT_MS).unref();
    await app.close();
    process.exit(0);
  };
  const once = () => void (closing ??= close());
  process.on('SIGINT', once).on('SIGTERM', once);
}

/** A client that is answered while the server ends is told to come back by another connection, to another server. */
function closesConnections(app: NestFastifyApplication): void {
  const shutdown = app.get(Shutdown);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', function closeWhileEnding(_request, reply, payload, done) {
      if (shutdown.begun) void reply.header('Connection', 'close');
      done(null, payload);
    });
}

/** The media types of texts, and those of lists that are texts. */
const TEXT_TYPES = /^text\/(?!event-stream)|[+/](?:(?:x-nd)?json|xml|csv)(?:;|$)/;
const TEXT_LIST_TYPES = FORMAT_NAMES.map(formatNamed).flatMap(({ text, mediaType }) => (text ? mediaType : []));

/** Everything that is read is compressed for those who accept that, and so are the results of batches; nothing else is large. */
async function answersCompressed(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRoute', (route) => {
    const { direct } = (route.config ?? {}) as { direct?: unknown };
    if (direct || isProbe(route.url)) route.compress = false;
  });
  await app.register(fastifyCompress, {
    encodings: ['br', 'gzip'],
    globalDecompression: false,
    // A chunk is sent as soon as it is there: streamed answers flow.
    zlibOptions: { flush: zlib.Z_SYNC_FLUSH },
    brotliOptions: { flush: zlib.BROTLI_OPERATION_FLUSH },
    customTypes: (type) => TEXT_TYPES.test(type) || TEXT_LIST_TYPES.includes(type.split(';', 1)[0]!),
  });
}

/**
 * Lets pages of other sites read the API in a browser, without the reader's credentials there; also the reason of a
 * refusal. To be called before every hook that refuses.
 */
async function answersOtherSites(server: FastifyInstance, { corsOrigins }: Settings): Promise<void> {
  if (corsOrigins.length === 0) return;
  server.addHook('onRoute', (route) => {
    const isRead = route.method !== 'POST' && /^(?:\/v1\/|\/openapi\.json$|\*$)/.test(route.url);
    if (!isRead) route.config = { ...route.config, cors: false } as typeof route.config;
  });
  const named = {
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    methods: ['GET', 'HEAD'],
    allowedHeaders: READING_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    maxAge: 86_400,
  };
  const none = { origin: false };
  await server.register(fastifyCors, {
    delegator: ({ method, headers }: FastifyRequest, done: (error: null, options: FastifyCorsOptions) => void) =>
      // A request from no other site gets the answer of its path.
      done(null, method === 'OPTIONS' && !(headers.origin && headers['access-control-request-method']) ? none : named),
  });
}

const READING_HEADERS = [
  'Acting-For',
  'Authorization',
  'If-None-Match',
  'If-Position-At-Least',
  'Last-Event-ID',
  'X-Correlation-Id',
  'X-Log',
];
const ANSWER_HEADERS = [
  'Content-Disposition',
  'ETag',
  'Link',
  'Retry-After',
  'X-As-Of',
  'X-Correlation-Id',
  'X-Log',
  'X-Position',
];

/** A client that asks before it sends a body (`Expect: 100-continue`) is told to go on once it is let in; nothing else is expected. */
function asksForBodies(server: FastifyInstance): void {
  for (const asked of ['checkContinue', 'checkExpectation'])
    server.server.on(asked, (request, reply) => server.server.emit('request', request, reply));
  server.addHook('onRequest', function refuseExpectations({ headers: { expect = '100-continue' } }, _reply, done) {
    const isFault = !/^100-continue$/i.test(expect);
    done(isFault ? new HttpException(`Expect takes 100-continue alone, not ${expect}.`, 417) : undefined);
  });
  server.addHook('preParsing', function askForBody(request, reply, payload, done) {
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
    done(null, payload);
  });
}

/** A request on an open connection is answered as usual while the server ends. */
const CLOSING_OPTIONS = { return503OnClosing: false };

/**
 * Refuses a question that is not in UTF-8, such as `q=%E9tude` of Latin-1: it would be sought as it stands, and nothing would be
 * found. A page refuses it by the fields that it takes (`rendering.tsx`): mail and social media add others.
 */
function refusesUnreadableQueries(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const isFault = unreadableFields(request.url).length > 0 && !wantsPage(request);
  done(isFault ? new HttpException(FASTIFY_REFUSALS['FST_ERR_BAD_URL']!, 400) : undefined);
}

/** The application, not yet listening and its projections not yet started. */
export async function buildServer(settings: Settings, stores: Stores): Promise<NestFastifyApplication> {
  const pages = pagesContext(settings);
  const guards = await guardingHeaders(settings.publicUrl.startsWith('https:'));
  const adapter = new FastifyAdapter({
    ...CLOSING_OPTIONS,
    bodyLimit: settings.bodyLimit,
    // A body that stops half-way is not waited for.
    requestTimeout: settings.requestTimeoutMs,
    // An address with a host in it (RFC 9112, 3.2.2) is that of ours: it leads nowhere else.
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*\/?/i, '/')),
    http: {
      // admission.ts refuses them in our words.
      requireHostHeader: false,
      requestTimeout: settings.requestTimeoutMs,
      headersTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, settings.requestTimeoutMs),
    },
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARS },
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    clientErrorHandler: answersUnreadable,
    // Requests refused before they reach a route: addresses that cannot be read.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = { ...problemOf(error), instance: request.url };
      void reply.headers(guards).header('X-Correlation-Id', new Correlation(request.headers['x-correlation-id']).id);
      void reply.status(problem.status);
      if (wantsPage(request)) void reply.send(pages.problemPage!(problem, reply));
      else void reply.type(PROBLEM_JSON).send(JSON.stringify(problem));
    },
  });
  adapter.getInstance().addHook('onRoute', (route) => {
    const { bodies } = (route.config ?? {}) as AdmissionMarks;
    if (bodies) route.bodyLimit = bodies * settings.bodyLimit;
  });
  adapter.getInstance().addHook('onRequest', function guardBrowsers(_request, reply, done) {
    void reply.headers(guards);
    done();
  });
  observeRequests(adapter.getInstance());
  asksForBodies(adapter.getInstance());
  await answersOtherSites(adapter.getInstance() as never, settings);
  // The application is made below: by then nobody is answered.
  const found: { guard?: AccessGuard } = {};
  await admitsRequests(adapter.getInstance() as never, () => found.guard!, settings);
  answersKnownPaths(adapter.getInstance());
  adapter.getInstance().addHook('onRequest', refusesUnreadableQueries);
  adapter.getInstance().addHook('onRequest', tidyAddress);
  keepsStrangersOut(adapter.getInstance() as never);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings, stores, pages), adapter, {
    logger: new Logging(settings),
    abortOnError: false,
  });
  found.guard = app.get(AccessGuard);
  auditsRequests(adapter.getInstance() as never, () => app.get(Audit));
  answersDirectly(adapter.getInstance(), (of) => app.get(of));
  answersConditionally(adapter.getInstance());
  await app.register(fastifyAccepts);
  await readsFiles(adapter.getInstance() as never);
  await answersCompressed(app);
  closesConnections(app);
  showsDocs(adapter.getInstance(), () => openApi(app, settings));
  await app.init();
  adapter.getInstance().removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
  readsJson(adapter.getInstance() as never);
  readsForms(adapter.getInstance() as never);
  return app;
}
