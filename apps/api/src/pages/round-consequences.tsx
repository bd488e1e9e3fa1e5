/** The consequences of an act on a round: whom it writes to, and the effect on returns that have not come. */
import { Injectable } from '@nestjs/common';
import type { VNode } from 'preact';
import type { Round } from '#bodies';
import { todayAt } from '#clocks';
import { Letters } from '#letters';
import { remind, Rounds, RoundViews, type ReturnLine } from '#rounds';
import type { ReturnState } from '#words';
import { LettersOf, WhatHappens } from './confirming.js';
import type { FormAct } from './round-words.js';
import { counted, dateWords } from './words.js';

const OUTSTANDING_STATES: readonly ReturnState[] = ['awaited', 'draft', 'not_received'];

const agenciesInStates = (lines: readonly ReturnLine[], ...states: readonly ReturnState[]): string[] =>
  lines.flatMap(({ agency, state }) => (states.includes(state) ? [agency] : []));

@Injectable()
export class Consequences {
  constructor(
    private readonly rounds: Rounds,
    private readonly views: RoundViews,
    private readonly letters: Letters,
  ) {}

  /** @param round as it is prepared or open */
  async of(name: FormAct, round: Round): Promise<VNode | null> {
    const told = await this.#told(name, round);
    return told && <WhatHappens>{told}</WhatHappens>;
  }

  /** Of several returns that are accepted at once. */
  async ofAccepting(agencies: readonly string[]): Promise<VNode> {
    return (
      <WhatHappens>
        <p>Each that is ticked is accepted, and stands as it is unless it is sent back.</p>
        {agencies.length > 0 && (await this.#letters('word that its return was accepted', agencies))}
      </WhatHappens>
    );
  }

  async #told(name: FormAct, round: Round): Promise<VNode | null> {
    const today = todayAt(new Date());
    const { code, deadline, opens } = round;
    if (name === 'open') {
      const agencies = await this.rounds.expected(round.expected, today);
      return (
        <>
          <p>
            It becomes public, and {counted(agencies.length, 'agency', 'agencies')} can answer until{' '}
            {dateWords(deadline)}. It cannot be unmade; until it is closed it can be amended.
          </p>
          {opens > today && <p>It opens on {dateWords(opens)}: not before that day.</p>}
          {deadline >= today && (await this.#letters('an invitation', agencies))}
        </>
      );
    }
    if (name === 'amend' && (await this.rounds.draft(code))) return null;
    const lines = await this.views.returns(code);
    const state = this.views.opened(code);
    const owing = await this.rounds.owing(state, today);
    switch (name) {
      case 'remind': {
        const [event] = remind(state as never, {}, { today, agencies: [], owing });
        return this.#letters('a reminder', (event!.data as { readonly agencies: readonly string[] }).agencies);
      }
      case 'extend':
        return (
          <>
            <p>Who was late by then stays late.</p>
            {await this.#letters('word of the new deadline, if it is theirs', owing)}
          </>
        );
      case 'amend':
        return (
          <>
            <p>An agency that is added is invited.</p>
            {await this.#letters('word of a later deadline, if there is one', owing)}
          </>
        );
      case 'close': {
        const silent = agenciesInStates(lines, ...OUTSTANDING_STATES);
        const back = agenciesInStates(lines, 'returned');
        return (
          <>
            <p>
              {silent.length === 0
                ? 'Something was received of every agency.'
                : `Of ${counted(silent.length, 'agency', 'agencies')} nothing was received: that stays “not received”, unless the round is reopened for it.`}
            </p>
            {back.length > 0 && <p>Sent back, and not submitted again: {back.join(', ')}.</p>}
            {silent.length > 0 && (await this.#letters('word that it is closed', silent))}
          </>
        );
      }
      case 'publish': {
        const open = agenciesInStates(lines, 'submitted', 'nil', 'returned');
        return (
          <>
            <p>
              Its report is made as at {dateWords(round.asOf)}, as known now, in English, French and Spanish. It never
              changes: what is corrected later stands beside it.
            </p>
            {open.length > 0 && <p>Not accepted yet, and in it as they are: {open.join(', ')}.</p>}
            {await this.#letters('word of the report', state.agencies)}
          </>
        );
      }
      default:
        return <p>The people of that agency are sent word of it, if they can be written to.</p>;
    }
  }

  async #letters(letter: string, agencies: readonly string[]): Promise<VNode> {
    return <LettersOf letter={letter} agencies={agencies} reach={await this.letters.reach(agencies)} />;
  }
}
