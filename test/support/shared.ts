/** The things that the specs of one run share: each is made once, by the first that asks. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Outside Jest a run is a process. */
const run = (): string => (process.env['TEST_RUN'] ??= mkdtempSync(join(tmpdir(), 'followthrough-run-')));

/**
 * A folder, filled once a run; other callers wait meanwhile until it is.
 * @throws Error when it could not be filled, now or before
 */
export async function filledOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(run(), name);
  const outcome = `${folder}.outcome`;
  if (mkdirSync(folder, { recursive: true }) !== undefined) {
    const failure = await fill(folder).then(
      () => '',
      (error: unknown) => String((error as Error).stack),
    );
    writeFileSync(`${outcome}~`, failure);
    renameSync(`${outcome}~`, outcome);
  }
  while (!existsSync(outcome)) await sleep(20);
  const failure = readFileSync(outcome, 'utf8');
  if (failure) throw new Error(`${name} could not be made: ${failure}`);
  return folder;
}
