import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessStore } from '#access';
import { NothingThere } from '#databases';
import { Projector, type ParkedStream } from '#eventsourcing';
import { planImport, runImport, type ImportPlan, type Titled } from '#exchange';
import { LOG, Logging, metaOf, type Asked } from '#platform';
import { Progress } from '#progress';
import { Lookup } from '#registers';
import { AppModule, openAccess, openEventStore, openLog, openStores, type Purpose } from '../../api/src/app.module.js';
import { closeOnSignal, startServer } from '../../api/src/server.js';
import { settingsFrom, type Settings } from '../../api/src/settings.js';
import { backup, copy, restore, verifyLog, type Anchors } from './logs.js';
import { progressBar } from './progress-bar.js';

/** What the import is recorded as having been done by. */
const IMPORTER: Asked['by'] = { account: 'import', role: 'secretariat', agency: null };
/** What an event is released as. */
const OPERATOR: Asked['by'] = { account: 'operator', role: 'secretariat', agency: null };
const DEMO_FOLDER = 'data/hld-follow-up';
const DEMO_LABEL = 'demo';

/** The verbs of `followthrough`. */
export function program(): Command {
  const settings = settingsFrom();
  const cli = new Command('followthrough').description('Tracks what agencies undertook, and what has come of it.');

  cli
    .command('demo')
    .description(`import ${DEMO_FOLDER}, make fresh tokens and start the server`)
    .action(() => demo(settings));

  cli
    .command('import <folder>')
    .description('import a folder in the form of data/hld-follow-up; also while the server runs')
    .option('--dry-run', 'only say what would be imported, and every problem')
    .action(async (folder: string, { dryRun }: { dryRun?: boolean }) => {
      process.exitCode = (await importFolder(settings, folder, dryRun ?? false)) ? 0 : 1;
    });

  cli
    .command('verify')
    .description('check order, revisions, times and the hash chain of the whole log')
    .option('--anchor <file>', 'check too that the log still contains what this anchor says it once held')
    .option('--write-anchor <file>', 'keep the last position and a digest of all streams, to be stored elsewhere')
    .action((anchors: Anchors) => verifyLog(settings, anchors));

  cli
    .command('backup <file>')
    .description('a consistent, verified copy of the log, also while it is written to')
    .option('--anchor <file>', 'check too that it still contains what this anchor says the log once held')
    .option('--write-anchor <file>', 'keep its last position and a digest of all streams, to be stored elsewhere')
    .action((file: string, anchors: Anchors) => backup(settings, file, anchors));

  cli
    .command('restore <file>')
    .description('make a backup the log, verified; refused where there is a log already')
    .option('--anchor <file>', 'check too that it contains what this anchor says the log once held')
    .action((file: string, anchors: Anchors) => restore(settings, file, anchors));

  cli
    .command('copy-log')
    .description('copy a log to another store as it is, verified; cut off, or to follow what was written since: again')
    .requiredOption('--from <url>', 'the log, in the form of LOG_URL')
    .requiredOption('--to <url>', 'an empty store, or an earlier copy of the same log')
    .action((urls: { from: string; to: string }) => copy(urls));

  cli
    .command('projections')
    .description('work out all views from the log, and say how far that comes and which streams have to wait')
    .action(() => withProjector(settings, listProjections));

  cli
    .command('release <name> <stream> <position>')
    .description(
      'pass over the event that a stream waits for, for good, in every process; what waits behind it is tried',
    )
    .action((name: string, stream: string, position: string) =>
      withProjector(settings, async (projector) =>
        printParked(name, await projector.release(name, stream, position, metaOf(OPERATOR))),
      ),
    );

  const token = cli.command('token').description('the bearer tokens of accounts');
  token
    .command('add')
    .description('make a token; it is shown this once')
    .option('--secretariat', 'for the secretariat')
    .option('--agency <code>', 'for a focal point of this agency')
    .option('--label <text>', 'what it is for', 'by the command line')
    .action((options: { secretariat?: boolean; agency?: string; label: string }) => addToken(settings, options));
  token
    .command('list')
    .description('every token that was ever given out')
    .action(() => withAccess(settings, 'look', async (access) => console.table(await access.list())));
  token
    .command('revoke <id-or-label>')
    .description('revoke one token by its id, or all of a label')
    .action((which: string) =>
      withAccess(settings, 'look', async (access) => console.log(`${await access.revoke(which)} revoked`)),
    );
  return cli;
}

async function demo(settings: Settings): Promise<void> {
  const { store } = await openLog(settings);
  const empty = (await store.head()) === null;
  await store.close();
  if (!(await importFolder(settings, DEMO_FOLDER, false))) {
    if (empty) throw new Error(`${DEMO_FOLDER} cannot be imported.`);
    console.log('What the demo imported was worked on since, so it starts with what is there.');
  }
  const app = await startServer(settings);
  closeOnSignal(app, settings);
  const access = app.get(AccessStore);
  await access.revoke(DEMO_LABEL);
  const [secretariat, iom] = [await access.create(null, DEMO_LABEL), await access.create('IOM', DEMO_LABEL)];
  console.log(`
  Followthrough is running. Ctrl-C ends it.

  Pages              ${settings.publicUrl}
  API documentation  ${settings.publicUrl}/docs

  Secretariat token      ${secretariat.token}
  IOM focal point token  ${iom.token}
`);
}

/** @throws NothingThere where there is no log; looking makes none */
async function mustBeThere({ logUrl }: Settings): Promise<void> {
  const store = await openEventStore(logUrl, 'look');
  try {
    await store.head();
  } finally {
    await store.close();
  }
}

/** Imports a folder through the ordinary commands. @returns whether there was anything to import, and it could be */
async function importFolder(settings: Settings, folder: string, dryRun: boolean): Promise<boolean> {
  if (!dryRun) return importInto(settings, folder, false);
  try {
    await mustBeThere(settings);
  } catch (error) {
    if (!(error instanceof NothingThere)) throw error;
    return withScratch((scratch) => importInto({ ...settings, ...scratch }, folder, true));
  }
  return importInto(settings, folder, true);
}

/** Empty stores that are gone afterwards. */
async function withScratch<T>(
  use: (where: Pick<Settings, 'dataDir' | 'logUrl' | 'accessUrl'>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'followthrough-'));
  const at = (name: string) => `sqlite:${join(folder, name)}`;
  try {
    return await use({ dataDir: folder, logUrl: at('log.db'), accessUrl: at('access.db') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function importInto(settings: Settings, folder: string, dryRun: boolean): Promise<boolean> {
  const stores = await openStores(settings);
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, stores), {
    logger: new Logging(settings),
  });
  try {
    await app.init();
    const projector = app.get(Projector);
    await projector.start();
    const known = await knownTitles(app.get(Progress));
    const plan = await planImport(folder, app.get(LOG), () => ({ by: IMPORTER, meta: metaOf(IMPORTER) }), known);
    printPlan(folder, plan, dryRun);
    if (plan.problems.length > 0 || Object.keys(plan.counts).length === 0) return false;
    if (dryRun || plan.commands.length === 0) return true;
    const bar = progressBar('importing', plan.commands.length);
    try {
      await runImport(plan, app.get(CommandBus), (done) => bar.update(done));
    } finally {
      bar.stop();
    }
    const head = await stores.log.store.head();
    if (head) await projector.reached(head, 60_000);
    return true;
  } finally {
    await app.close();
  }
}

async function knownTitles(progress: Progress): Promise<Titled[]> {
  const titles: Titled[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await progress.commitments({ asOf: '9999-12-31' }, {}, { limit: 1000, cursor });
    for (const { reference, title, agencies, followsUp } of page.items)
      titles.push({ reference, title, followsUp, agencies: agencies.map(({ agency }) => agency) });
    cursor = page.nextCursor;
  }
  return titles;
}

function printPlan(folder: string, { counts, duplicates, problems, unread }: ImportPlan, dryRun: boolean): void {
  for (const [file, { new: fresh, known, extended }] of Object.entries(counts))
    console.log(`${file}: ${fresh} new, ${known} known${extended ? `, ${extended} with further history` : ''}`);
  if (unread.length > 0) console.error(`Not read, as no file of the form is called so: ${unread.join(', ')}`);
  if (Object.keys(counts).length === 0 && problems.length === 0) console.error(`${folder} holds nothing to import.`);
  if (duplicates.length > 0 && Object.values(counts).some((count) => count.new > 0))
    console.log(
      `${counted(duplicates.length, 'pair')} may be the same:\n${duplicates.map((pair) => `  ${pair}`).join('\n')}`,
    );
  for (const { file, row, id, field, message } of problems)
    console.error(`${file}${row ? ` row ${row}` : ''}${id ? ` (${id})` : ''}${field ? ` ${field}` : ''}: ${message}`);
  if (problems.length > 0) console.error(`${counted(problems.length, 'problem')}; nothing was imported.`);
  else if (dryRun) console.log('Dry run: nothing was imported.');
}

async function withProjector(settings: Settings, use: (projector: Projector) => Promise<void>): Promise<void> {
  await mustBeThere(settings);
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, await openStores(settings)), {
    logger: new Logging(settings),
  });
  try {
    const projector = app.get(Projector);
    await projector.start();
    await use(projector);
  } finally {
    await app.close();
  }
}

async function listProjections(projector: Projector): Promise<void> {
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

async function addToken(
  settings: Settings,
  { secretariat, agency, label }: { secretariat?: boolean; agency?: string; label: string },
) {
  if (!secretariat === !agency) throw new Error('Say for whom: --secretariat or --agency CODE.');
  const known = agency === undefined || (await isRegistered(settings, agency));
  if (!known) throw new Error(`There is no agency ${agency} in the register.`);
  const { id, token } = await withAccess(settings, 'serve', (access) => access.create(agency ?? null, label));
  console.log(`id     ${id}\ntoken  ${token}`);
}

async function isRegistered(settings: Settings, agency: string): Promise<boolean> {
  const log = await openLog(settings, 'look');
  try {
    return await new Lookup(log).has('agency', agency);
  } finally {
    await log.store.close();
  }
}

async function withAccess<T>(
  settings: Settings,
  purpose: Purpose,
  use: (access: AccessStore) => Promise<T>,
): Promise<T> {
  const access = openAccess(settings, purpose);
  try {
    return await use(access);
  } finally {
    await access.close();
  }
}

/** `2 pairs`, `1 pair`. */
function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}
