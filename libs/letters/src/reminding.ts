/** The calendar of reminders: on the days that its terms say, a round is given the act by which those who owe are reminded. */
import { Injectable, Logger } from '@nestjs/common';
import { todayAt } from '#clocks';
import { Projector, Rejected } from '#eventsourcing';
import { metaOf, type Actor } from '#platform';
import { Rounds, RoundsProjection } from '#rounds';
import { LetterClock } from './clock.js';
import { isTimeToRemind } from './occasions.js';

/** What it does is the secretariat's, by the terms of the round. */
const CALENDAR: Actor = { account: 'calendar', role: 'secretariat', agency: null };

@Injectable()
export class Reminding {
  readonly #logger = new Logger('Reminders');

  constructor(
    private readonly projector: Projector,
    private readonly rounds: Rounds,
    private readonly clock: LetterClock,
  ) {}

  /** Reminds whoever is to be reminded today, in every round. Done again, or by two servers at once, it reminds nobody twice. */
  async remind(): Promise<void> {
    const today = todayAt(this.clock.now());
    for (const [code, state] of this.projector.model(RoundsProjection).rounds) {
      const asked = state.agencies.filter((agency) => isTimeToRemind(state, agency, today));
      const owing = asked.length > 0 ? await this.rounds.owing(state, today) : [];
      const agencies = asked.filter((agency) => owing.includes(agency));
      if (agencies.length === 0) continue;
      const meta = metaOf(CALENDAR, `remind ${code} ${today} ${agencies.join()}`);
      try {
        await this.rounds.act('remind', code, { agencies }, { by: CALENDAR, meta }, { on: today });
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        this.#logger.warn(`${code} reminds nobody: ${error.message}`);
      }
    }
  }
}
