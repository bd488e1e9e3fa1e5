/** People who get a role for an agency after a round was opened: they are invited like the others, if the agency still owes. */
import { Inject, Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { AccessStore } from '#access';
import { todayAt } from '#clocks';
import { load, Projector, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import { aReturn, closedFor, returnId, RoundsProjection, type OpenedRound } from '#rounds';
import { LetterClock } from './clock.js';
import { letterId, reachable } from './letter-decisions.js';
import { stillHolds } from './occasions.js';
import { Outbox, type NewLetter } from './outbox.js';

const NEWCOMERS_NAMESPACE = '5d9c2c0e-9a0f-5b43-8f6c-0b7a51d8e3f1';

@Injectable()
export class Newcomers {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly projector: Projector,
    private readonly access: AccessStore,
    private readonly outbox: Outbox,
    private readonly clock: LetterClock,
  ) {}

  /**
   * Invites people who have come since a round was opened, while somebody can answer it. Done again, or by two servers
   * at once, it invites nobody twice.
   */
  async invite(): Promise<void> {
    const today = todayAt(this.clock.now());
    const open = [...this.projector.model(RoundsProjection).rounds].filter(
      ([, state]) => state.openedOn && state.agencies.some((agency) => closedFor(state, agency, today) === null),
    );
    if (open.length === 0) return;
    const first = open.map(([, { openedOn }]) => openedOn!).sort()[0]!;
    const since = await this.access.accounts.appointedSince(first);
    for (const [code, state] of open) {
      const ofRound = since.filter(({ agency, day }) => day >= state.openedOn! && state.agencies.includes(agency));
      const letters = ofRound.length > 0 ? await this.#invitations(code, state, ofRound) : [];
      if (letters.length > 0) await this.outbox.kept(letters, this.clock.now());
    }
  }

  async #invitations(
    code: string,
    round: OpenedRound,
    people: readonly { readonly account: string; readonly agency: string }[],
  ): Promise<NewLetter[]> {
    const now = this.clock.now();
    const writtenTo = await this.outbox.writtenTo(code);
    const letters: NewLetter[] = [];
    for (const { account, agency } of people) {
      if (writtenTo.has(`${agency} ${account}`)) continue;
      const whose = await this.access.accounts.one(account);
      if (!whose || reachable([whose], agency, now).length === 0) continue;
      const { state } = await load(this.log, aReturn, returnId(code, agency));
      if (!stillHolds('invitation', round, agency, state, todayAt(now))) continue;
      const id = letterId(uuidv5(code, NEWCOMERS_NAMESPACE), 'invitation', `${agency} ${account}`);
      letters.push({ id, kind: 'invitation', account, round: code, agency, facts: {} });
    }
    return letters;
  }
}
