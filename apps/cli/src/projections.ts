/** The verbs of projections: list them, and release a stream that waits. */
import { Projector, type ParkedStream } from '#eventsourcing';
import { metaOf, type CommandContext } from '#platform';
import type { Settings } from '../../api/src/settings.js';
import { countedWords } from './counted.js';
import { mustBeThere, withApp } from './opened.js';

/** The actor of a release, as it is recorded. */
const OPERATOR: CommandContext['by'] = { account: 'operator', role: 'secretariat', agency: null };

async function withProjector(settings: Settings, use: (projector: Projector) => Promise<void>): Promise<void> {
  await mustBeThere(settings);
  await withApp(settings, (get) => use(get(Projector)));
}

export async function listProjections(settings: Settings): Promise<void> {
  return withProjector(settings, printProjections);
}

async function printProjections(projector: Projector): Promise<void> {
  console.table(await projector.progress(), ['projection', 'version', 'position', 'parked']);
  for (const name of projector.names) printParked(name, await projector.parked(name), false);
}

function printParked(name: string, parked: readonly ParkedStream[], fails = true): void {
  for (const { stream, position, type, error, events } of parked)
    console.error(
      `${name}: ${stream} waits since position ${position} (${type}), ${countedWords(events, 'event')}: ${error}`,
    );
  if (parked.length === 0) console.log(`${name}: nothing waits`);
  else if (fails) process.exitCode = 1;
}

/** Passes over the event that a stream waits for. */
export const release = (settings: Settings, name: string, stream: string, position: string): Promise<void> =>
  withProjector(settings, async (projector) =>
    printParked(name, await projector.release(name, stream, position, metaOf(OPERATOR))),
  );
