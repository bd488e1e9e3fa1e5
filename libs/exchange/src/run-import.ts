/** Runs an import: the commands of a plan, in turn. */
import type { CommandBus } from '@nestjs/cqrs';
import { WrongRevision } from '#eventsourcing';
import type { ImportPlan } from './import-folder.js';

/** Somebody wrote meanwhile what the plan rests on. Planned anew, what was done by then is known. */
export class Overtaken extends Error {}

/** How many commands are under way at once; they are given in order, and the log's group commit takes them together. */
const AT_ONCE = 32;

/**
 * Executes the commands of a plan without problems, each on the revision that it was planned on.
 * @param onProgress after every few commands
 * @throws Overtaken
 */
export async function runImport(
  plan: ImportPlan,
  commands: CommandBus,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  if (plan.problems.length > 0) throw new Error('A folder with problems is not imported.');
  const all = plan.commands.length + plan.rounds.length;
  for (let done = 0; done < plan.commands.length; done += AT_ONCE) {
    const few = plan.commands.slice(done, done + AT_ONCE);
    const results = await Promise.allSettled(few.map((command) => commands.execute(command as never)));
    for (const result of results)
      if (result.status === 'rejected')
        throw result.reason instanceof WrongRevision ? new Overtaken(result.reason.message) : result.reason;
    onProgress(Math.min(done + AT_ONCE, plan.commands.length));
  }
  // They rest on all else.
  for (const [i, round] of plan.rounds.entries()) {
    await commands.execute(round);
    onProgress(all - plan.rounds.length + i + 1);
  }
}
