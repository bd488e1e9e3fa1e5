/** The verbs of `followthrough`. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore } from '#access';
import { NothingThere } from '#databases';
import { Projector, type ParkedStream } from '#eventsourcing';
import { isDump } from '#open';
import { metaOf, type CommandContext } from '#platform';
import { openLog } from '../../api/src/app.module.js';
import { closeOnSignal, refuseBusyPort, startServer } from '../../api/src/server.js';
import { settingsFrom, type Settings } from '../../api/src/settings.js';
import { counted } from './counted.js';
import type { ImportOptions } from './imports.js';
import { importDump } from './dumps.js';
import { mustBeThere, withApp } from './opened.js';
export { exportDump } from './dumps.js';
export { backup, copy, restore, verifyLog } from './logs.js';

/** The actor of the import, as it is recorded. */
const IMPORTER: CommandContext['by'] = { account: 'import', role: 'secretariat', agency: null };
/** The actor of a release, as it is recorded. */
const OPERATOR: CommandContext['by'] = { account: 'operator', role: 'secretariat', agency: null };
const DEMO_LABEL = 'demo';
/** The words of the data are quoted from papers of others, which say nothing of a licence. */
const DEMO_TERMS = `  The data is quoted from papers of IOM and the United Nations, under their terms.
  It states no licence; if you publish data of your own, set DATA_LICENCE.
`;

/** @param folder the data of the demo */
export async function demo(settings: Settings, folder: string): Promise<void> {
  await refuseBusyPort(settings);
  const { store } = await openLog(settings);
  const empty = (await store.head()) === null;
  await store.close();
  if (!(await importFolder(settings, folder, false))) {
    if (empty) throw new Error(`${folder} cannot be imported.`);
    console.log('What the demo imported was worked on since, so it starts with what is there.');
  }
  const app = await startServer({ ...settings, demo: true }, { onBuilt: (built) => closeOnSignal(built, settings) });
  const access = app.get(AccessStore);
  await access.revoke(DEMO_LABEL);
  const [secretariat, iom] = [
    await access.create(null, DEMO_LABEL, undefined, { demo: true }),
    await access.create('IOM', DEMO_LABEL, undefined, { demo: true }),
  ];
  const { demoLink, LINK_MINUTES } = await import('./sign-in.js');
  const links = [
    await demoLink(settings, access, 'Demo, secretariat', 'secretariat', null),
    await demoLink(settings, access, 'Demo, focal point of IOM', 'focal_point', 'IOM'),
  ];
  console.log(`
  Followthrough is running. Ctrl-C ends it.

  Pages              ${settings.publicUrl}
  API documentation  ${settings.publicUrl}/docs

  Secretariat token      ${secretariat.token}
  IOM focal point token  ${iom.token}

  To sign in, once, in the next ${LINK_MINUTES} minutes:
  as the secretariat         ${links[0]}
  as the focal point of IOM  ${links[1]}

${settings.dataLicence ? '' : DEMO_TERMS}`);
}

/** Imports a folder, a spreadsheet, or a folder of them. @returns whether there was anything to import, and it could be */
export async function importPath(
  settings: Settings,
  path: string,
  { dryRun = false, ...options }: ImportOptions & { readonly dryRun?: boolean },
): Promise<boolean> {
  const { importSpreadsheet, spreadsheetsIn } = await import('./imports.js');
  const at = statSync(path, { throwIfNoEntry: false });
  const isOne = at?.isFile() || (at?.isDirectory() && !isDump(path) && spreadsheetsIn(path) !== null);
  if (!isOne) return importFolder(settings, path, dryRun);
  return orInScratch(settings, dryRun, (where) => importSpreadsheet(where, path, options, dryRun, IMPORTER));
}

/** Takes an import back as a whole. @returns whether it was, or is by now */
export async function undoImport(settings: Settings, id: string, reason: string): Promise<boolean> {
  return (await import('./imports.js')).undoImport(settings, id, reason, IMPORTER);
}

/** Does something; a trial without a log runs in empty stores. */
async function orInScratch(settings: Settings, dryRun: boolean, use: (settings: Settings) => Promise<boolean>) {
  if (!dryRun) return use(settings);
  try {
    await mustBeThere(settings);
  } catch (error) {
    if (!(error instanceof NothingThere)) throw error;
    return withScratch((scratch) => use({ ...settings, ...scratch }));
  }
  return use(settings);
}

/**
 * Imports a folder through the ordinary commands; of a dump, takes over its log.
 * @returns whether there was anything to import, and it could be
 */
export async function importFolder(settings: Settings, folder: string, dryRun: boolean): Promise<boolean> {
  if (isDump(folder)) return importDump(settings, folder, dryRun);
  const { importJsonFolder } = await import('./imports.js');
  return orInScratch(settings, dryRun, (where) => importJsonFolder(where, folder, dryRun, IMPORTER));
}

/** Empty stores, in all settings that lead to the data folder; they are gone afterwards. */
async function withScratch<T>(use: (where: Partial<Settings>) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-'));
  const all = Object.entries(settingsFrom({ DATA_DIR: folder }));
  try {
    return await use(Object.fromEntries(all.filter(([, value]) => String(value).includes(folder))));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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
      `${name}: ${stream} waits since position ${position} (${type}), ${counted(events, 'event')}: ${error}`,
    );
  if (parked.length === 0) console.log(`${name}: nothing waits`);
  else if (fails) process.exitCode = 1;
}

/** Passes over the event that a stream waits for. */
export const release = (settings: Settings, name: string, stream: string, position: string): Promise<void> =>
  withProjector(settings, async (projector) =>
    printParked(name, await projector.release(name, stream, position, metaOf(OPERATOR))),
  );
