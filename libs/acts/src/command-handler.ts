/** The one handler behind Nest's CommandBus: it executes every act, with a span and a measure for each. */
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Log } from '#eventsourcing';
import { LOG, tracedCommand } from '#platform';
import { ActCommand, Acts, NO_STREAMS, type AnyActCommand, type ActResult } from './acts.js';
import { Warnings } from './warnings.js';

@CommandHandler(ActCommand)
export class ActCommandHandler implements ICommandHandler<ActCommand> {
  readonly #acts: Acts;

  constructor(
    @Inject(LOG) log: Log,
    private readonly warnings: Warnings,
  ) {
    this.#acts = new Acts(log);
  }

  execute(command: ActCommand): Promise<ActResult> {
    const { subject: category, id, acts } = command;
    const act = acts.length === 1 ? acts[0]!.act : 'several';
    return tracedCommand({ category, act, reference: id }, () => {
      const execute = () => this.#acts.execute(command as AnyActCommand);
      // The plan of an import points out more, and in one go.
      return command.importedStreams === NO_STREAMS ? this.warnings.around(command, execute) : execute();
    });
  }
}
