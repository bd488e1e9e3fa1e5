/** Wakes the subscribers of a process when the log grows: one look and one connection for all of them. */
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { Arrivals } from '#eventsourcing';
import { CHANNEL } from './schema.js';

/** The interval of looks for events that another process has appended. */
const POLL_MS = 50;
/** The time that a subscriber waits at most before it looks itself. */
const MAX_SUBSCRIBER_WAIT_MS = 1_000;
/** The interval of tries to listen, and the time limit of a connection. */
const [LISTEN_AGAIN_MS, CONNECT_MS] = [10_000, 5_000];

export class News {
  readonly #arrivals = new Arrivals();
  /** The number of times that the log grew, and of subscribers that wait. */
  #count = 0;
  #idle = 0;
  #watching: Promise<void> | undefined;
  #headSeen: string | null = null;
  #listener: pg.Client | undefined;
  #listenNotBefore = 0;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly head: () => Promise<string | null>,
  ) {}

  /** Grows with every piece of news. */
  get count(): number {
    return this.#count;
  }

  tell(): void {
    this.#count++;
    this.#arrivals.tell();
  }

  async next(signal: AbortSignal): Promise<void> {
    this.#idle++;
    this.#watching ??= this.#watch();
    try {
      await this.#arrivals.next(MAX_SUBSCRIBER_WAIT_MS, signal);
    } finally {
      this.#idle--;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.tell();
    await this.#watching;
    await this.#listener?.end().catch(() => {});
  }

  /** One look at the log for all who wait; when it fails, they find out themselves. */
  async #watch(): Promise<void> {
    for (; this.#idle > 0 && !this.#closed; await sleep(POLL_MS, undefined, { ref: false })) {
      this.#listen();
      const head = await this.head().catch(() => undefined);
      if (head === this.#headSeen) continue;
      this.#headSeen = head ?? null;
      this.tell();
    }
    this.#watching = undefined;
  }

  /**
   * A hint, sooner than the next look; where it cannot be had, nothing is missing. LISTEN holds its session: from the pool it
   * would take a connection from the appends.
   */
  #listen(): void {
    if (this.#listener || performance.now() < this.#listenNotBefore) return;
    this.#listenNotBefore = performance.now() + LISTEN_AGAIN_MS;
    const listener = new pg.Client({
      connectionString: this.url,
      application_name: 'followthrough-log',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    const lost = () => {
      if (this.#listener === listener) this.#listener = undefined;
      listener.end().catch(() => {});
    };
    this.#listener = listener.on('notification', () => this.tell()).on('error', lost);
    listener
      .connect()
      .then(() => listener.query(`LISTEN ${CHANNEL}`))
      .catch(lost);
  }
}
