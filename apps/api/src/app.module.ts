/** The composition root: every context, the stores of the settings, and the steps around each request. */
import {
  DynamicModule,
  Global,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { join } from 'node:path';
import { AccessStore, Audit, KnownTokens, PostgresAccessStore, SqliteAccessStore } from '#access';
import { actsContext } from '#acts';
import { commitmentsContext } from '#commitments';
import { ofDatabase, retry } from '#databases';
import { DraftsStore, PostgresDraftsStore, SqliteDraftsStore } from '#drafts';
import {
  DamagedLog,
  EventCodec,
  Projector,
  releases,
  SnapshotFile,
  StoreUnavailable,
  type Failure,
  recentStreams,
  type Log,
} from '#eventsourcing';
import { lettersContext } from '#letters';
import { Mailer, mailerOf } from '#mail';
import {
  AccessGuard,
  AnswerInterceptor,
  auditLost,
  Cookies,
  IdempotencyKeys,
  LOG,
  PUBLIC_URL,
  observeAppends,
  ProblemFilter,
  ReadingIsPublic,
  Sessions,
  Software,
  Tokens,
  watchOutages,
  validation,
  type Context,
} from '#platform';
import { exchangeContext, returnSheetsContext } from '#exchange';
import { feedContext, postgresHooks, sqliteHooks, type HookStore } from '#feed';
import { openContext } from '#open';
import { progressContext } from '#progress';
import { registersContext } from '#registers';
import { Bearers, SignIn } from '#sign-in';
import { PublishedFiles, reportsContext, type Imprint } from '#reports';
import { roundsCatalogs, roundsContext } from '#rounds';
import { AccountsController } from './accounts.controller.js';
import { AuditController } from './audit.controller.js';
import { LogCheck } from './log-check.js';
import { openEventStore, systemOf, type Purpose } from './log-stores.js';
import { MeController } from './me.controller.js';
import { Shutdown, OperationsController } from './operations.controller.js';
import type { Settings } from './settings.js';
import { LIGHT_COLOURS } from './pages/stylesheet.js';
import { TokensController } from './tokens.controller.js';
import { runningSoftware, softwareVersion } from './software.js';
import { startTracing, stopTracing } from './tracing.js';

/** The contexts that need no store and no setting of their own; `AppModule.with` adds those that do. */
const contexts: readonly Context[] = [
  registersContext,
  commitmentsContext,
  actsContext,
  progressContext,
  exchangeContext,
];

/** The codec of every event type. */
export const codec = () =>
  new EventCodec([...contexts.flatMap(({ catalogs }) => catalogs ?? []), ...roundsCatalogs, releases]);

/** @throws Error when the log was written by newer software */
export async function openLog({ logUrl }: Settings, purpose: Purpose = 'serve'): Promise<Log> {
  const store = observeAppends(await openEventStore(logUrl, purpose), systemOf(logUrl));
  const log = { store, codec: codec(), recent: recentStreams() };
  try {
    log.codec.check(await log.store.types());
    return log;
  } catch (error) {
    await log.store.close();
    throw error;
  }
}

/** The store of tokens and idempotency keys, by its URL. */
export function openAccess({ accessUrl }: Settings, purpose: Purpose = 'serve'): AccessStore {
  const store = ofDatabase<AccessStore>(
    accessUrl,
    (url) => new PostgresAccessStore(url),
    (file) => new SqliteAccessStore(file, { mustExist: purpose === 'look' }),
  );
  return watchOutages<AccessStore>(store, 'access', 'query', 'change', 'scrub');
}

/** The store of drafts, by its URL. */
function openDrafts({ draftsUrl }: Settings): DraftsStore {
  const store = ofDatabase<DraftsStore>(
    draftsUrl,
    (url) => new PostgresDraftsStore(url),
    (file) => new SqliteDraftsStore(file),
  );
  return watchOutages<DraftsStore>(store, 'drafts', 'create', 'read', 'put', 'list', 'delete');
}

export interface Stores {
  readonly log: Log;
  readonly access: AccessStore;
  readonly drafts: DraftsStore;
  readonly hooks: HookStore;
}

/**
 * Opens the stores of a process; logs the databases that cannot be reached yet, and waits for them.
 * @throws Error that names the database, once that has taken too long
 */
export async function openStores(settings: Settings): Promise<Stores> {
  await startTracing(settings);
  const log = await patiently(settings, 'the log', settings.logUrl, () => openLog(settings));
  const [access, drafts, hooks] = [
    openAccess(settings),
    openDrafts(settings),
    ofDatabase(settings.webhooksUrl, postgresHooks, sqliteHooks),
  ];
  try {
    await patiently(settings, 'tokens and keys', settings.accessUrl, () => access.holderOf(''));
    await patiently(settings, 'drafts', settings.draftsUrl, () => drafts.list(''));
    await patiently(settings, 'webhooks', settings.webhooksUrl, () => hooks.ping());
    return { log, access, drafts, hooks };
  } catch (error) {
    await Promise.allSettled([hooks, drafts, access, log.store].map((one) => one.close()));
    throw error;
  }
}

/** The interval between tries, and between log lines about the wait. */
const [AGAIN_MS, SAY_MS] = [500, 5_000];

const isAway = (error: unknown): error is StoreUnavailable =>
  error instanceof StoreUnavailable && !(error instanceof DamagedLog);

async function patiently<T>(
  { startPatienceMs: forMs }: Settings,
  what: string,
  url: string,
  open: () => Promise<T>,
): Promise<T> {
  const where = `${what} (${url.replace(/\/\/[^/@]*@/, '//')})`;
  const start = performance.now();
  let said = -Infinity;
  const mayCome = (error: unknown): boolean => {
    if (isAway(error) && performance.now() - said >= SAY_MS) {
      said = performance.now();
      new Logger('Start').warn(`Waiting for ${where}. ${error.message}`);
    }
    return isAway(error);
  };
  return retry(open, { forMs, everyMs: AGAIN_MS, after: mayCome }).catch((cause: unknown) => {
    if (!isAway(cause)) throw cause;
    const seconds = Math.round((performance.now() - start) / 1000);
    throw new Error(`No connection to ${where} for ${seconds} s. ${cause.message}`, { cause });
  });
}

const projectorLog = new Logger('Projector');

/** Tells of a projection that fails, by the names of the event that it fails for. */
function logFailure({ projection, error, parked }: Failure): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const { stream, position, type, meta } = parked ?? {};
  const told = { projection, stream, position, type, correlationId: meta?.correlationId };
  const what = parked ? `cannot apply ${type} of ${stream}, which waits now` : 'cannot follow the log now';
  projectorLog.error(`${projection} ${what}: ${message}`, stack, told);
}

/** Closes all that is open, in the order that loses nothing: the projections, then the log, then the traces of both. */
@Injectable()
class Closing implements OnApplicationShutdown {
  constructor(
    private readonly projector: Projector,
    private readonly stores: Stores,
    private readonly audit: Audit,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const { log, access, drafts, hooks } = this.stores;
    await this.projector.stop();
    await this.audit.flush();
    await log.store.close();
    await drafts.close();
    await hooks.close();
    await access.close();
    await stopTracing();
  }
}

/** The publisher and the software that reports name. */
const imprintOf = ({ publicUrl, publisher, dataLicence }: Settings): Imprint => ({
  ...{ publicUrl, publisher, dataLicence },
  software: softwareVersion(),
  colours: LIGHT_COLOURS,
});

@Global()
@Module({})
export class AppModule {
  /** The whole application; `extra` adds the modules that only a server has, such as the pages. */
  static with(settings: Settings, stores: Stores, extra: Context = {}): DynamicModule {
    const all = [
      ...contexts,
      roundsContext(stores.drafts),
      reportsContext(
        imprintOf(settings),
        new PublishedFiles(join(settings.dataDir, 'published')),
        {
          folder: join(settings.dataDir, 'jobs'),
          hours: settings.reportsKeptHours,
        },
        stores.drafts,
      ),
      openContext(settings),
      feedContext(stores.hooks, settings.webhooksToPrivate),
      lettersContext(stores.access),
      returnSheetsContext,
      extra,
    ];
    const { log, access, drafts } = stores;
    const projections = all.flatMap((one) => one.projections?.(log) ?? []);
    const software = runningSoftware();
    const snapshot = new SnapshotFile(join(settings.dataDir, 'views.snapshot'), software);
    const views: Provider[] = all
      .flatMap(({ views }) => views ?? [])
      .map((View) => ({
        provide: View,
        useFactory: (projector: Projector) => new View(projector),
        inject: [Projector],
      }));
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        ...all.flatMap(({ controllers }) => controllers ?? []),
        AuditController,
        AccountsController,
        TokensController,
        MeController,
        OperationsController,
      ],
      providers: [
        { provide: LOG, useValue: log },
        { provide: PUBLIC_URL, useValue: settings.publicUrl.replace(/\/$/, '') },
        { provide: Projector, useFactory: () => new Projector(log, projections, logFailure, snapshot) },
        {
          provide: Closing,
          useFactory: (projector: Projector, audit: Audit) => new Closing(projector, stores, audit),
          inject: [Projector, Audit],
        },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(extra.problemPage) },
        Shutdown,
        LogCheck,
        { provide: AccessStore, useValue: access },
        { provide: Audit, useFactory: () => new Audit(access, settings.auditDays, (lost) => auditLost.inc(lost)) },
        { provide: DraftsStore, useValue: drafts },
        { provide: SignIn, useFactory: (mailer: Mailer) => new SignIn(access, mailer, settings), inject: [Mailer] },
        {
          provide: Tokens,
          useFactory: ({ provider }: SignIn) => new Bearers(new KnownTokens(access, settings.demo), provider),
          inject: [SignIn],
        },
        { provide: Sessions, useFactory: ({ sessions }: SignIn) => sessions, inject: [SignIn] },
        { provide: Cookies, useFactory: () => new Cookies(settings.publicUrl) },
        { provide: IdempotencyKeys, useExisting: AccessStore },
        { provide: Mailer, useValue: mailerOf(settings) },
        { provide: Software, useValue: { digest: software } },
        { provide: ReadingIsPublic, useValue: { value: settings.publicReading } },
        AccessGuard,
        { provide: APP_GUARD, useExisting: AccessGuard },
        { provide: APP_PIPE, useFactory: validation },
        AnswerInterceptor,
        { provide: APP_INTERCEPTOR, useExisting: AnswerInterceptor },
        ...views,
        ...all.flatMap(({ providers }) => providers ?? []),
      ],
    };
  }
}
