/** The one handler behind Nest's CommandBus: it executes every act, with a span and a measure for each. */
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Projector, type Log } from '#eventsourcing';
import { LOG, tracedCommand } from '#platform';
import { ActCommand, Acts, NONE, type AnyActCommand, type ActResult } from './acts.js';
import { FindsDuplicates, Warnings } from './warnings.js';

@CommandHandler(ActCommand)
export class ActCommandHandler implements ICommandHandler<ActCommand> {
  readonly #acts: Acts;
  readonly #warnings: Warnings;

  constructor(@Inject(LOG) log: Log, projector: Projector, duplicates: FindsDuplicates) {
    this.#acts = new Acts(log);
    this.#warnings = new Warnings(projector, duplicates);
  }

  execute(command: ActCommand): Promise<ActResult> {
    const { subject: category, id, acts } = command;
    const act = acts.length === 1 ? acts[0]!.act : 'several';
    return tracedCommand({ category, act, reference: id }, () => {
      const execute = () => this.#acts.execute(command as AnyActCommand);
      // The plan of an import points out more, and in one go.
      return command.importedStreams === NONE ? this.#warnings.around(command, execute) : execute();
    });
  }
}
