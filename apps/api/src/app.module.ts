import {
  DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AccessStore } from '#access';
import { commitmentsContext } from '#commitments';
import { KurrentdbEventStore } from '#event-store-kurrentdb';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, Projector, type EventStore, type Loaded, type Log, type ReadStore } from '#eventsourcing';
import {
  AccessGuard,
  Downloads,
  EtagInterceptor,
  IdempotencyInterceptor,
  IdempotencyKeys,
  LOG,
  PositionInterceptor,
  ProblemFilter,
  READS,
  ReadingIsPublic,
  Tokens,
  validation,
  type Context,
} from '#platform';
import { progressContext } from '#progress';
import { PostgresReadStore, SqliteReadStore, type Erases } from '#read-store';
import { registersContext } from '#registers';
import { OperationsController } from './operations.controller.js';
import { sqliteFile, type Settings } from './settings.js';

/** The composition root: every context there is. */
const contexts: readonly Context[] = [registersContext, commitmentsContext, progressContext];

/** The codec of every event type. */
export const codec = () => new EventCodec(contexts.flatMap(({ catalogs }) => catalogs ?? []));

/** The store of a log, by its URL. */
export const openEventStore = (url: string): EventStore =>
  /^(?:kurrentdb|kurrent|kdb|esdb)(?:\+discover)?:/.test(url)
    ? new KurrentdbEventStore(url)
    : new SqliteEventStore(sqliteFile(url));

/** @throws Error when the log was written by newer software */
export async function openLog({ logUrl }: Settings): Promise<Log> {
  const log = { store: openEventStore(logUrl), codec: codec(), recent: new LRUCache<string, Loaded>({ max: 10_000 }) };
  try {
    log.codec.check(await log.store.types());
    return log;
  } catch (error) {
    await log.store.close();
    throw error;
  }
}

export const openAccess = (settings: Settings): AccessStore => {
  mkdirSync(settings.dataDir, { recursive: true });
  return new AccessStore(join(settings.dataDir, 'access.db'));
};

/** The store of the views, by its URL. */
export const openReads = ({ viewsUrl }: Settings): ReadStore & Erases =>
  /^postgres(?:ql)?:/.test(viewsUrl) ? new PostgresReadStore(viewsUrl) : new SqliteReadStore(sqliteFile(viewsUrl));

export interface Stores {
  readonly log: Log;
  readonly reads: ReadStore & Erases;
  readonly access: AccessStore;
}

export const openStores = async (settings: Settings): Promise<Stores> => ({
  log: await openLog(settings),
  reads: openReads(settings),
  access: openAccess(settings),
});

/** Closes what is open, in the order that loses nothing: the projections, then the log. */
@Injectable()
class Closing implements OnApplicationShutdown {
  constructor(
    private readonly projector: Projector,
    @Inject(LOG) private readonly log: Log,
    @Inject(READS) private readonly reads: ReadStore,
    private readonly access: AccessStore,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.projector.stop();
    await this.reads.close();
    await this.log.store.close();
    this.access.close();
  }
}

@Global()
@Module({})
export class AppModule {
  /** The whole application; `extra` adds what only a server has, such as the pages. */
  static with(settings: Settings, stores: Stores, extra: Context = {}): DynamicModule {
    const all = [...contexts, extra];
    const { log, reads, access } = stores;
    const projections = all.flatMap(({ projections }) => projections?.(log) ?? []);
    const views: Provider[] = all
      .flatMap(({ views }) => views ?? [])
      .map((View) => ({ provide: View, useFactory: () => new View(reads) }));
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [...all.flatMap(({ controllers }) => controllers ?? []), OperationsController],
      providers: [
        { provide: LOG, useValue: log },
        { provide: READS, useValue: reads },
        { provide: AccessStore, useValue: access },
        { provide: Tokens, useExisting: AccessStore },
        { provide: IdempotencyKeys, useExisting: AccessStore },
        { provide: ReadingIsPublic, useValue: { value: settings.publicReading } },
        { provide: Projector, useFactory: () => new Projector(log, reads, projections) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useFactory: validation },
        { provide: APP_INTERCEPTOR, useClass: PositionInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
        { provide: APP_INTERCEPTOR, useClass: Downloads },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(extra.problemPage) },
        ...views,
        ...all.flatMap(({ providers }) => providers ?? []),
        Closing,
      ],
    };
  }
}
