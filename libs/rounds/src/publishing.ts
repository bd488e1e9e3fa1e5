/** The port by which a round has its report made and published: the context of reports implements it. */
import type { Recorded } from '#eventsourcing';
import type { CommandContext } from '#platform';
import type { OpenedRound, RoundEvents } from './round.js';

export type RoundPublished = Recorded<RoundEvents['Published']>;

export abstract class RoundReports {
  /**
   * Makes the report of a round under a symbol, and keeps it ready to be published; nobody sees it yet.
   * @throws Rejected where it cannot be made, or the symbol is that of another report
   */
  abstract make(round: OpenedRound, symbol: string, context: CommandContext): Promise<void>;
  /**
   * Publishes what was made ready, because its round was published. It may be done again, by several processes at once.
   * @returns the position of the publication
   */
  abstract publish(event: RoundPublished): Promise<string>;
}
