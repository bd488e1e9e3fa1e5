/** The post: decides on letters and digests, and sends them. Every server may do it; each letter goes from one. */
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Lookout, type Log } from '#eventsourcing';
import { LetterNotSent, Mailer } from '#mail';
import { LOG } from '#platform';
import { LetterClock } from './clock.js';
import { LetterComposer } from './letter-composer.js';
import { LetterDecisions } from './letter-decisions.js';
import { Digests } from './digests.js';
import { Follows } from './follows.js';
import { Newcomers } from './newcomers.js';
import { Outbox } from './outbox.js';
import { ReminderCalendar } from './reminder-calendar.js';

/** When letters that are due are looked for. */
const LOOK_TIMES = { everyMs: 30_000, pauseMs: 1_000 };
/** The time for which a process has a letter for itself: longer than a mail server may take. */
const LEASE_MS = 180_000;
const LETTERS_PER_READ = 50;
/** The waits before a letter is tried again: 1 min, 5 min, 30 min, then every 3 hours for three days. Then it is given up. */
const BACKOFF_MS: readonly number[] = [1, 5, 30, ...Array<number>(24).fill(180)].map((minutes) => minutes * 60_000);

@Injectable()
export class Post implements OnModuleDestroy {
  readonly #me = randomUUID();
  readonly #logger = new Logger('Letters');
  readonly #lookout: Lookout;

  constructor(
    @Inject(LOG) log: Log,
    private readonly outbox: Outbox,
    private readonly decisions: LetterDecisions,
    private readonly reminders: ReminderCalendar,
    private readonly newcomers: Newcomers,
    private readonly digests: Digests,
    private readonly follows: Follows,
    private readonly composer: LetterComposer,
    private readonly mailer: Mailer,
    private readonly clock: LetterClock,
  ) {
    this.#lookout = new Lookout(log.store, {
      look: () => this.pass(),
      hears: (after, batch) => decisions.passOver(after ?? '0', batch),
      ...LOOK_TIMES,
    });
  }

  /** Begins; a second call changes nothing. */
  start(): void {
    this.#lookout.start();
  }

  /** Looks at once. */
  look(): void {
    this.#lookout.look();
  }

  onModuleDestroy(): Promise<void> {
    return this.#lookout.stop();
  }

  /** Does all that is due now, once. */
  async pass(): Promise<void> {
    await this.#tried('Reminders', () => this.reminders.remind());
    await this.#tried('Letters', async () => {
      while (!this.#lookout.signal.aborted && (await this.decisions.decide()) > 0);
    });
    await this.#tried('Invitations', () => this.newcomers.invite());
    await this.#tried('Digests', () => this.digests.decide());
    await this.#tried('Letters', () => this.#sendAll());
  }

  /** Leaves a part that fails to the next look; the others go on. */
  async #tried(what: string, act: () => Promise<void>): Promise<void> {
    if (this.#lookout.signal.aborted) return;
    try {
      await act();
    } catch (error) {
      this.#logger.warn(`${what} wait: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #sendAll(): Promise<void> {
    for (let ids; (ids = await this.outbox.due(this.clock.now().getTime(), LETTERS_PER_READ)).length > 0;)
      for (const id of ids) {
        if (this.#lookout.signal.aborted) return;
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
      const composed = await this.composer.compose(row);
      if (composed) await this.mailer.send(composed.letter);
      await this.outbox.settle(id, this.#me, composed ? 'sent' : 'not_needed', this.clock.now());
      if (composed && row.kind === 'digest') await this.follows.sent(row.follower!);
    } catch (error) {
      const refused = error instanceof LetterNotSent && !error.again;
      // The words of other errors may hold the text of a letter.
      const why = error instanceof LetterNotSent ? error.message : 'The letter could not be written now.';
      const wait = BACKOFF_MS[row.attempts];
      this.#logger.warn(`${row.kind} ${id}: ${why}`);
      if (refused || wait === undefined) await this.outbox.settle(id, this.#me, 'given_up', now, why);
      else await this.outbox.failed(id, this.#me, now.getTime() + wait, why);
    }
  }
}
