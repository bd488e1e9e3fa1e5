/** Replays a round that was held before the register was: opened, answered by papers and closed on the days that a folder tells. */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PastRound } from '#bodies';
import { handle, load, Projector, type Log } from '#eventsourcing';
import { LOG, metaOfPart, tracedCommand, type CommandContext } from '#platform';
import { todayAnywhere } from '#clocks';
import { aReturn, receivePaper, returnId } from './return.js';
import { round as rounds } from './round.js';
import { Rounds } from './rounds.js';

export class ReplayRound extends Command<void> {
  constructor(
    readonly round: PastRound,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The members of bodies are shown by then. */
const MEMBERS_WAIT_MS = 300_000;

/** Recorded events stay: a replay that was cut off goes on where it ended. */
@CommandHandler(ReplayRound)
export class ReplayRoundHandler implements ICommandHandler<ReplayRound> {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly rounds: Rounds,
    private readonly projector: Projector,
  ) {}

  execute({ round, context }: ReplayRound): Promise<void> {
    return tracedCommand({ category: rounds.category, act: 'replay', reference: round.code }, () =>
      this.#replay(round, context),
    );
  }

  async #replay(past: PastRound, context: CommandContext): Promise<void> {
    const { closedOn, returns, ...round } = past;
    const { code } = round;
    const contextOf = (part: number): CommandContext => ({ by: context.by, meta: metaOfPart(context.meta, part) });
    const before = (await load(this.log, rounds, code)).state;
    if (!before.round) {
      await this.projector.reached(await this.log.store.head(), MEMBERS_WAIT_MS);
      await this.rounds.decide('open', code, round, contextOf(0), { on: round.opens });
    }
    const opened = (await load(this.log, rounds, code)).state;
    const latest = todayAnywhere(new Date());
    for (const [i, { agency, ...paper }] of returns.entries()) {
      const id = returnId(code, agency);
      const { papers } = (await load(this.log, aReturn, id)).state;
      if (papers.some(({ citation }) => citation.document === paper.citation.document)) continue;
      const on = { round: opened, agency, today: paper.reportedOn, latest };
      await handle(this.log, aReturn, id, (state) => receivePaper(state, paper, on) as never, contextOf(i + 1).meta);
    }
    if (!opened.closedOn)
      await this.rounds.decide('close', code, { on: closedOn }, contextOf(returns.length + 1), { on: closedOn });
  }
}
