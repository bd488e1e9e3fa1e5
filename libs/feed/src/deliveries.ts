/** Sends the events of the log to webhooks: in order, at least once each, again and again until it is given up. */
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { decodeAll, Lookout, type Envelope, type Log, type Recorded } from '#eventsourcing';
import { LOG, webhookMessages } from '#platform';
import { feedChangeOf } from './change.js';
import { Concerns } from './concerns.projection.js';
import { HookStore, type Hook } from './hook-store.js';
import { WebhookClient, type PostOutcome } from './webhook-client.js';
import { signedHeaders } from './signing.js';

/** The waits before an event is tried again, in seconds: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h. Then it is a dead letter. */
const BACKOFF_S = [5, 30, 120, 600, 3_600, 21_600, 86_400];
/** A part of a wait is left to chance, so that not all come at once. */
const BACKOFF_JITTER = 0.2;
/** The pause after a look at the hooks. */
const PAUSE_MS = 50;
const BATCH_SIZE = 100;
/** A receiver that answers so wants nothing any more. */
const HTTP_GONE = 410;

/** Injects the waits before an event is tried again, in ms. */
export const BACKOFF = Symbol('BACKOFF');
export const BACKOFF_MS: readonly number[] = BACKOFF_S.map((seconds) => seconds * 1_000);

@Injectable()
export class Deliveries implements OnModuleDestroy {
  /** The time for which a process has a hook for itself; it is taken anew with every delivery. */
  static leaseMs = 60_000;
  /** The interval between looks at the hooks, where nothing is recorded. */
  static everyMs = 5_000;
  readonly #me = randomUUID();
  readonly #logger = new Logger('Webhooks');
  readonly #busy = new Map<string, Promise<void>>();
  readonly #lookout: Lookout;

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly hooks: HookStore,
    private readonly concerns: Concerns,
    private readonly client: WebhookClient,
    @Inject(BACKOFF) private readonly retriesMs: readonly number[],
  ) {
    const look = () => this.#serveAll();
    this.#lookout = new Lookout(log.store, { look, everyMs: Deliveries.everyMs, pauseMs: PAUSE_MS });
  }

  /** Begins to send; a second call changes nothing. */
  start(): void {
    this.#lookout.start();
  }

  /** Looks at once whether something is due: a hook is new, or was resumed. */
  look(): void {
    this.#lookout.look();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#lookout.stop();
    await Promise.all(this.#busy.values());
  }

  async #serveAll(): Promise<void> {
    try {
      for (const id of await this.hooks.due(Date.now()))
        if (!this.#busy.has(id))
          this.#busy.set(
            id,
            this.#serve(id).finally(() => this.#busy.delete(id)),
          );
    } catch (error) {
      this.#logger.warn(`What is due cannot be looked up now: ${String(error)}`);
    }
  }

  /** Sends a hook the events after its last one, as long as this goes well. */
  async #serve(id: string): Promise<void> {
    try {
      const hook = await this.#leased(id);
      if (!hook) return;
      await this.#replay(hook);
      if (await this.#deliver(hook)) await this.hooks.release(id, this.#me);
    } catch (error) {
      this.#logger.warn(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      await this.hooks.release(id, this.#me).catch(() => undefined);
    }
  }

  #leased(id: string): Promise<Hook | null> {
    const now = Date.now();
    return this.hooks.lease(id, this.#me, now, now + Deliveries.leaseMs);
  }

  /** @returns whether all went well; else the lease was given back, or lost */
  async #deliver(hook: Hook): Promise<boolean> {
    let { position, attempts } = hook;
    for (let batch; (batch = await this.log.store.readAll(position, BATCH_SIZE)).length > 0;) {
      const wanted = new Set(await this.concerns.among(batch, hook.filter));
      for (const event of batch) {
        if (this.#lookout.signal.aborted) return true;
        if (wanted.has(event)) {
          const sent = await this.#send(hook, event);
          if (sent.error === null) attempts = 0;
          else if (!(await this.#gaveUp(hook, event, sent, (attempts += 1)))) return false;
          else attempts = 0;
          // The event is noted as done before the next is sent: two messages after a crash are one event.
          if (!(await this.hooks.advance(hook.id, this.#me, event.position, sent.error === null ? 1 : 0))) return false;
          if (!(await this.#leased(hook.id))) return false;
        }
        position = event.position;
      }
      if (!(await this.hooks.advance(hook.id, this.#me, position!, 0))) return false;
    }
    return true;
  }

  /** After a failure: waits, or gives the event up, or the hook. @returns whether to go on behind the event */
  async #gaveUp({ id }: Hook, event: Envelope, { status, error }: PostOutcome, attempts: number): Promise<boolean> {
    if (status === HTTP_GONE) {
      await this.hooks.end(id, 'It was answered 410: it wants nothing any more');
      return false;
    }
    const wait = this.retriesMs[attempts - 1];
    if (wait !== undefined) {
      const nextAt = Date.now() + Math.round(wait * (1 + BACKOFF_JITTER * Math.random()));
      await this.hooks.failed(id, this.#me, attempts, nextAt, error!);
      setTimeout(() => this.look(), Math.max(0, nextAt - Date.now())).unref();
      return false;
    }
    const { position, type } = event;
    await this.hooks.bury(id, { position, type, attempts, error: error!, at: new Date().toISOString() });
    webhookMessages.inc({ outcome: 'given_up' });
    this.#logger.warn(`${id}: position ${position} was given up after ${attempts} attempts: ${error}`);
    return true;
  }

  /** Sends dead letters again that somebody asked for. */
  async #replay(hook: Hook): Promise<void> {
    for (const letter of await this.hooks.deadLetters(hook.id)) {
      if (!letter.replay || this.#lookout.signal.aborted) continue;
      const [event] = await this.log.store.readAll(String(BigInt(letter.position) - 1n), 1);
      const sent = event?.position === letter.position ? await this.#send(hook, event) : null;
      if (sent?.error === null) await this.hooks.revive(hook.id, letter.position);
      else
        await this.hooks.bury(hook.id, {
          ...letter,
          attempts: letter.attempts + 1,
          error: sent?.error ?? 'The log has no such position',
          at: new Date().toISOString(),
        });
      if (!(await this.#leased(hook.id))) return;
    }
  }

  /** One message: the same id whenever it is sent. */
  async #send(hook: Hook, event: Envelope): Promise<PostOutcome> {
    const [recorded] = (await decodeAll(this.log, [event])) as [Recorded];
    const body = JSON.stringify({ type: recorded.type, timestamp: recorded.recordedAt, data: feedChangeOf(recorded) });
    const secrets = [hook.secret, ...(hook.formerSecret && hook.formerUntil > Date.now() ? [hook.formerSecret] : [])];
    const sent = await this.client.post(hook.url, body, {
      'content-type': 'application/json',
      'user-agent': 'Followthrough-Webhooks',
      ...signedHeaders(recorded.id, new Date(), body, secrets),
    });
    webhookMessages.inc({ outcome: sent.error === null ? 'delivered' : 'failed' });
    return sent;
  }
}
