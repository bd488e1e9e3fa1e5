/** Runs an import: the commands of a plan, in turn. */
import type { CommandBus } from '@nestjs/cqrs';
import type { ImportPlan } from './import-folder.js';

/** The number of commands under way at once; they are given in order, and the log's group commit takes them together. */
const AT_ONCE = 32;

/** Executes the commands of a plan without problems. @param onProgress after every few commands */
export async function runImport(
  plan: ImportPlan,
  commands: CommandBus,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  if (plan.problems.length > 0) throw new Error('A folder with problems is not imported.');
  for (let done = 0; done < plan.commands.length; done += AT_ONCE) {
    await Promise.all(plan.commands.slice(done, done + AT_ONCE).map((command) => commands.execute(command as never)));
    onProgress(Math.min(done + AT_ONCE, plan.commands.length));
  }
}
