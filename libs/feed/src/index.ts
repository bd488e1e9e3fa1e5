/** The front door of the feed, and its context: the events of the log, for those who follow it. */
import { PostgresStatements, SqliteStatements } from '#databases';
import type { Projector } from '#eventsourcing';
import type { Context } from '#platform';
import { ChangesController } from './changes.controller.js';
import { Concerns, ConcernsProjection } from './concerns.projection.js';
import { Deliveries, BACKOFF, BACKOFF_MS } from './deliveries.js';
import { HookStore } from './hook-store.js';
import { WebhookClient } from './webhook-client.js';
import { WebhooksController } from './webhooks.controller.js';

export { Change } from './change.js';
export { ChangesController } from './changes.controller.js';
export { Concerns, CONCERNED_KINDS, type ConcernedKind } from './concerns.projection.js';
export { Deliveries, BACKOFF } from './deliveries.js';
export { HookStore } from './hook-store.js';
export { isPublic, WebhookClient } from './webhook-client.js';
export { NewWebhook, OfOwn, ReplayDeadLetters, WebhooksController, type Webhook } from './webhooks.controller.js';

/** One of our processes at a time makes the tables. */
const MIGRATION_LOCK = 0x66656564;

const MIGRATIONS_FOLDER = new URL('./tables/', import.meta.url);

export const sqliteHooks = (file: string): HookStore =>
  new HookStore(new SqliteStatements('Webhooks', file, MIGRATIONS_FOLDER));
export const postgresHooks = (url: string): HookStore =>
  new HookStore(new PostgresStatements('Webhooks', url, 'followthrough_feed', MIGRATIONS_FOLDER, MIGRATION_LOCK));

/** The part of this context that the composition root takes. */
export const feedContext = (hooks: HookStore, allowPrivate: boolean): Context => ({
  projections: (log) => [new ConcernsProjection(log.codec.types)],
  controllers: [ChangesController, WebhooksController],
  providers: [
    { provide: HookStore, useValue: hooks },
    { provide: WebhookClient, useValue: new WebhookClient(allowPrivate) },
    { provide: BACKOFF, useValue: BACKOFF_MS },
    Deliveries,
    WebhooksController,
  ],
  views: [Concerns as new (projector: Projector) => Concerns],
});
