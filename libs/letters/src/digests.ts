/** The turns of digests: once a week each follower is told the events, if there are any. */
import { Inject, Injectable } from '@nestjs/common';
import { Projector, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import { LetterClock } from './clock.js';
import { letterId } from './letter-decisions.js';
import { DigestWriter } from './digest-writer.js';
import { Follows, WEEK_MS } from './follows.js';
import { insertLetter } from './outbox.js';

const VIEWS_WAIT_MS = 5_000;

@Injectable()
export class Digests {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly follows: Follows,
    private readonly writer: DigestWriter,
    private readonly clock: LetterClock,
  ) {}

  /** Decides on the digests whose turn it is. Two servers that do so at once decide on one letter. */
  async decide(): Promise<void> {
    const now = this.clock.now();
    await this.follows.forgetUnconfirmed();
    for (const follower of await this.follows.due(now.getTime())) {
      const to = await this.log.store.head();
      if (to === null || !(await this.projector.reached(to, VIEWS_WAIT_MS))) return;
      const follows = (await this.follows.ofFollower(follower.id)).filter(({ confirmed }) => confirmed !== null);
      const after = Object.fromEntries(follows.map(({ id, position }) => [id, position]));
      const facts = { after, to };
      const sections = await this.writer.sections(follower, facts);
      const id = letterId(follower.id, 'digest', String(follower.nextAt));
      const letter = insertLetter({ id, kind: 'digest', follower: follower.id, facts }, now);
      const until = now.getTime() + WEEK_MS;
      await this.follows.turned(follower, until, to, sections.length > 0 ? [letter] : []);
    }
  }
}
