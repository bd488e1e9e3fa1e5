/** The calendar of reminders: on the days that its terms say, a round is given the act by which those who owe are reminded. */
import { Injectable, Logger } from '@nestjs/common';
import { todayAt, type FullDate } from '#clocks';
import { Projector, Rejected } from '#eventsourcing';
import { metaOf, type Actor } from '#platform';
import { Rounds, RoundsProjection, type OpenedRound } from '#rounds';
import { LetterClock } from './clock.js';
import { isTimeToRemind } from './occasions.js';

/** The actor of reminders: the secretariat, by the terms of the round. */
const CALENDAR_ACTOR: Actor = { account: 'calendar', role: 'secretariat', agency: null };

@Injectable()
export class ReminderCalendar {
  readonly #logger = new Logger('Reminders');
  readonly #asked = new WeakMap<OpenedRound, { readonly today: FullDate; readonly agencies: readonly string[] }>();

  constructor(
    private readonly projector: Projector,
    private readonly rounds: Rounds,
    private readonly clock: LetterClock,
  ) {}

  /** Those whom it is time to remind: a round that has not changed has the same all day. */
  #askedOn(today: FullDate, round: OpenedRound): readonly string[] {
    const known = this.#asked.get(round);
    if (known?.today === today) return known.agencies;
    const agencies = round.agencies.filter((agency) => isTimeToRemind(round, agency, today));
    this.#asked.set(round, { today, agencies });
    return agencies;
  }

  /** Reminds the agencies whose day it is, in every round. Done again, or by two servers at once, it adds nothing. */
  async remind(): Promise<void> {
    const today = todayAt(this.clock.now());
    for (const [code, state] of this.projector.model(RoundsProjection).rounds) {
      const asked = this.#askedOn(today, state);
      const owing = asked.length > 0 ? await this.rounds.owing(state, today) : [];
      const agencies = asked.filter((agency) => owing.includes(agency));
      if (agencies.length === 0) continue;
      const meta = metaOf(CALENDAR_ACTOR, `remind ${code} ${today} ${agencies.join()}`);
      try {
        await this.rounds.act('remind', code, { agencies }, { by: CALENDAR_ACTOR, meta }, { on: today });
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        this.#logger.warn(`${code} reminds nobody: ${error.message}`);
      }
    }
  }
}
