/** The port by which a round has its report made and published: the context of reports implements it. */
import type { Round } from '#bodies';
import type { Recorded } from '#eventsourcing';
import type { CommandContext } from '#platform';
import type { OpenedRound, RoundEvents } from './round.js';

export type RoundPublished = Recorded<RoundEvents['Published']>;

/** Callers that wait until a finished report is published. */
export interface Listener {
  /** Hears how many of its files are made. Throws where nobody wants them any more. */
  readonly told: (files: number, of: number) => Promise<void>;
  /** Comes right before anything is kept or recorded: from then on nothing stops it. Throws where nobody wants it any more. */
  readonly deciding: () => Promise<void>;
}

export abstract class RoundReports {
  /** @throws Rejected where the report that a round names could not be made: nothing is there that it is about */
  abstract refuseImpossible(round: Round): Promise<void>;
  /** @throws Conflict where the symbol is that of another report | Rejected where the report could not be made */
  abstract check(round: OpenedRound, symbol: string): Promise<void>;
  /**
   * Makes the report of a round under a symbol, and keeps it ready to be published; nobody sees it yet.
   * @throws Rejected where it cannot be made, or the symbol is that of another report
   */
  abstract make(round: OpenedRound, symbol: string, context: CommandContext, listener: Listener): Promise<void>;
  /**
   * Publishes the prepared report, because its round was published. It may be done again, by several processes at once.
   * @returns the position of the publication
   */
  abstract publish(event: RoundPublished): Promise<string>;
}
