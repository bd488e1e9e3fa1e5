/** The post: decides on letters and digests, and sends what waits. Every server may do it; each letter goes from one. */
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bell, Tail, type Log } from '#eventsourcing';
import { LetterNotSent, Mailer } from '#mail';
import { LOG } from '#platform';
import { LetterClock } from './clock.js';
import { Composing } from './composing.js';
import { Deciding } from './deciding.js';
import { Digests } from './digests.js';
import { Following } from './following.js';
import { Newcomers } from './newcomers.js';
import { Outbox } from './outbox.js';
import { Reminding } from './reminding.js';

/** The interval between looks for what is due, where nothing is recorded. */
const LOOK_MS = 30_000;
/** What is recorded so shortly after a look waits for the next one, together. */
const PAUSE_MS = 1_000;
/** The time for which a process has a letter for itself: longer than a mail server may take. */
const LEASE_MS = 180_000;
const AT_ONCE = 50;
/** The waits before a letter is tried again: 1 min, 5 min, 30 min, then every 3 hours for three days. Then it is given up. */
const RETRIES_MS: readonly number[] = [1, 5, 30, ...Array<number>(24).fill(180)].map((minutes) => minutes * 60_000);

@Injectable()
export class Post implements OnModuleDestroy {
  readonly #me = randomUUID();
  readonly #stopping = new AbortController();
  readonly #logger = new Logger('Letters');
  readonly #bell = new Bell();
  #running: Promise<unknown> | undefined;

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly outbox: Outbox,
    private readonly deciding: Deciding,
    private readonly reminding: Reminding,
    private readonly newcomers: Newcomers,
    private readonly digests: Digests,
    private readonly following: Following,
    private readonly composing: Composing,
    private readonly mailer: Mailer,
    private readonly clock: LetterClock,
  ) {}

  /** Begins; a second call changes nothing. */
  start(): void {
    this.#running ??= Promise.all([this.#run(), this.#follow()]);
  }

  /** Looks at once. */
  look(): void {
    this.#bell.ring();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Does all that is due now, once. */
  async pass(): Promise<void> {
    await this.#tried('Reminders', () => this.reminding.remind());
    await this.#tried('Letters', async () => {
      while (!this.#stopping.signal.aborted && (await this.deciding.decide()) > 0);
    });
    await this.#tried('Invitations', () => this.newcomers.invite());
    await this.#tried('Digests', () => this.digests.decide());
    await this.#tried('Letters', () => this.#sendAll());
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.pass();
      await sleep(PAUSE_MS, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      await this.#bell.next(LOOK_MS, this.#stopping.signal);
    }
  }

  /** Looks whenever something is recorded. */
  async #follow(): Promise<void> {
    const tail = new Tail(this.log.store);
    while (!this.#stopping.signal.aborted)
      try {
        let after = await this.log.store.head();
        for await (const batch of tail.subscribe(after, this.#stopping.signal)) {
          this.deciding.passOver(after ?? '0', batch);
          after = batch.at(-1)!.position;
          this.look();
        }
      } catch {
        await sleep(1_000, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
      }
  }

  /** What fails now is done the next time; the rest goes on. */
  async #tried(what: string, act: () => Promise<void>): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    try {
      await act();
    } catch (error) {
      this.#logger.warn(`${what} wait: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #sendAll(): Promise<void> {
    for (let ids; (ids = await this.outbox.due(this.clock.now().getTime(), AT_ONCE)).length > 0;)
      for (const id of ids) {
        if (this.#stopping.signal.aborted) return;
        await this.#send(id);
      }
  }

  /**
   * Sends one letter. A process that is killed after it was sent and before that is noted leaves it to be sent once more, after the
   * lease: under the same Message-ID, by which mail programs know it.
   */
  async #send(id: string): Promise<void> {
    const now = this.clock.now();
    const row = await this.outbox.take(id, this.#me, now.getTime(), now.getTime() + LEASE_MS);
    if (!row) return;
    try {
      const composed = await this.composing.compose(row);
      if (composed) await this.mailer.send(composed.letter);
      await this.outbox.settle(id, this.#me, composed ? 'sent' : 'not_needed', this.clock.now());
      if (composed && row.kind === 'digest') await this.following.sent(row.follower!);
    } catch (error) {
      const refused = error instanceof LetterNotSent && !error.again;
      // The words of other errors may hold what a letter says.
      const why = error instanceof LetterNotSent ? error.message : 'The letter could not be written now.';
      const wait = RETRIES_MS[row.attempts];
      this.#logger.warn(`${row.kind} ${id}: ${why}`);
      if (refused || wait === undefined) await this.outbox.settle(id, this.#me, 'given_up', now, why);
      else await this.outbox.failed(id, this.#me, now.getTime() + wait, why);
    }
  }
}
