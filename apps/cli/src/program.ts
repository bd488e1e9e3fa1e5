/** The verbs of the command line, and the options of each. The code of a verb is loaded only when it is called. */
import { Command } from 'commander';
import { ACCOUNT_ROLES } from '#words';
import { settingsFrom } from '../../api/src/settings.js';
import type { ImportOptions } from './imports.js';
import type { AccountOptions, AppointOptions, TokenOptions } from './accounts.js';
import type { AuditOptions } from './audit.js';
import type { Anchors } from './logs.js';
import type { ReportOptions } from './reports.js';

/** The roles of accounts, as a sentence names them. */
const ROLES_IN_WORDS = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(ACCOUNT_ROLES);

const DEMO_FOLDER = 'data/hld-follow-up';

/** The verbs that change nothing. */
const reading = new WeakSet<Command>();

/** A verb, and whether it changes anything: the audit notes those that do. */
function verb(of: Command, does: 'reads' | 'changes', name: string, options?: { readonly isDefault: true }): Command {
  const command = of.command(name, options);
  if (does === 'reads') reading.add(command);
  return command;
}

/**
 * Runs a verb, and prints its fault.
 * @param args as typed; without them those of the process, of which the exit code is set
 */
export async function run(args?: readonly string[]): Promise<void> {
  // Nobody else on this machine may read the files that this process writes.
  process.umask(0o027);
  try {
    await program().parseAsync(args, { from: args ? 'user' : 'node' });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** The verbs of `followthrough`. */
export function program(): Command {
  const settings = settingsFrom();
  const cli = new Command('followthrough').description('Tracks what agencies undertook, and what has come of it.');

  verb(cli, 'changes', 'demo')
    .description(`import ${DEMO_FOLDER}, make fresh tokens and start the server`)
    .action(async () => (await import('./demo.js')).demo(settings, DEMO_FOLDER));

  verb(cli, 'changes', 'import <path>')
    .description(
      'import a spreadsheet (.xlsx, .csv), a folder of them, a folder in the form of data/hld-follow-up, or a folder that export wrote; also while the server runs. Of spreadsheets at most 16 MB, 20,000 rows and 10,000 changes at once',
    )
    .option('--dry-run', 'only say what would be imported, and every problem')
    .option('--reported-on <date>', 'of a spreadsheet: the date of the report, where a row names none (default: today)')
    .option('--document <id>', 'of a spreadsheet: the document that is cited, where a row cites none')
    .option('--locator <place>', 'where in that document')
    .option(
      '--mapping <json or name>',
      'of a spreadsheet: by the heads of columns, the fields that they are for; or the name of a mapping that was kept',
    )
    .option('--dates <order>', 'of a spreadsheet: dmy or mdy, for days with slashes')
    .option('--epoch <year>', 'of CSV: 1904, where days are counted from then')
    .action(async (path: string, options: ImportOptions & { dryRun?: boolean }) => {
      process.exitCode = (await (await import('./imports.js')).importPath(settings, path, options)) ? 0 : 1;
    });

  verb(cli, 'changes', 'undo-import <id>')
    .description('take an import back as a whole, by the id that it ended with')
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, { reason }: { reason: string }) => {
      process.exitCode = (await (await import('./imports.js')).undoImport(settings, id, reason)) ? 0 : 1;
    });

  verb(cli, 'reads', 'export <folder>')
    .description('write everything to a new folder: the log, and tables as CSV and JSON, with how to cite them')
    .option('--as-at <date>', 'the date as at which the tables stand (default: today)')
    .option('--doi <doi>', 'the identifier under which this release is published')
    .action(async (folder: string, options: { asAt?: string; doi?: string }) =>
      (await import('./dumps.js')).exportDump(settings, folder, options),
    );

  verb(cli, 'reads', 'publish-site <folder>')
    .description('write the public pages as plain files, with a search, for several dates; they need no server')
    .option('--as-at <date...>', 'the dates (default: those of the last five documents)')
    .option('--known-at <position>', 'as was known at a position of the log, or at an instant (default: now)')
    .action(async (folder: string, options: { asAt?: string[]; knownAt?: string }) =>
      (await import('./publish-site.js')).publishSite(settings, folder, options),
    );

  verb(cli, 'reads', 'verify')
    .description('check order, revisions, times and the hash chain of the whole log')
    .option('--anchor <file>', 'check too that the log still contains what this anchor says it once held')
    .option('--write-anchor <file>', 'keep the last position and a digest of all streams, to be stored elsewhere')
    .action(async (anchors: Anchors) => (await import('./logs.js')).verifyLog(settings, anchors));

  verb(cli, 'reads', 'backup <file>')
    .description('a consistent, verified copy of the log, also while it is written to')
    .option('--anchor <file>', 'check too that it still contains what this anchor says the log once held')
    .option('--write-anchor <file>', 'keep its last position and a digest of all streams, to be stored elsewhere')
    .action(async (file: string, anchors: Anchors) => (await import('./logs.js')).backup(settings, file, anchors));

  verb(cli, 'changes', 'restore <file>')
    .description('make a backup the log, verified; refused where there is a log already')
    .option('--anchor <file>', 'check too that it contains what this anchor says the log once held')
    .action(async (file: string, anchors: Anchors) => (await import('./logs.js')).restore(settings, file, anchors));

  verb(cli, 'changes', 'copy-log')
    .description('copy a log to another store as it is, verified; cut off, or to follow what was written since: again')
    .requiredOption('--from <url>', 'the log, in the form of LOG_URL')
    .requiredOption('--to <url>', 'an empty store, or an earlier copy of the same log')
    .action(async (urls: { from: string; to: string }) => (await import('./logs.js')).copy(urls));

  verb(cli, 'reads', 'projections')
    .description('work out all views from the log, and say how far that comes and which streams have to wait')
    .action(async () => (await import('./projections.js')).listProjections(settings));

  verb(cli, 'changes', 'release <name> <stream> <position>')
    .description(
      'pass over the event that a stream waits for, for good, in every process; what waits behind it is tried',
    )
    .action(async (name: string, stream: string, position: string) =>
      (await import('./projections.js')).release(settings, name, stream, position),
    );

  const report = cli.command('report').description('reports: make one, make one again, check a file');
  verb(report, 'reads', 'make [kind] [code]', { isDefault: true })
    .description('make a report: agency CODE, theme CODE, forum CODE, synthesis or register')
    .option('--manifest <file>', 'make the report again that this manifest is of, to the byte')
    .option('--where <name=value...>', 'a filter, as the route of its kind takes it')
    .option('--as-at <date>', 'the date as at which its figures stand (default: today)')
    .option('--known-at <position>', 'as was known at a position of the log, or at an instant (default: now)')
    .option('--since <date>', 'tell what came since then')
    .option('--stale-after <months>', 'without a report for so long a commitment is stale')
    .option('--language <code>', 'en, fr or es')
    .option('--format <name>', 'html, pdf, docx …; without it that of the name of the output')
    .option('-o, --output <file>', 'where it is written')
    .action(async (kind: string | undefined, code: string | undefined, options: ReportOptions) =>
      (await import('./reports.js')).makeReportFile(settings, kind, code, options),
    );
  verb(report, 'reads', 'verify <file>')
    .description('say whether a file is one that was published; ends with 1 when it is not')
    .action(async (file: string) => (await import('./reports.js')).verifyReportFile(settings, file));

  const token = cli.command('token').description('the bearer tokens of accounts');
  verb(token, 'changes', 'add')
    .description('make a token; it is shown this once')
    .option('--secretariat', 'of a new account of the secretariat')
    .option('--agency <code>', 'of a new account of a focal point of this agency')
    .option('--account <account>', 'of this account')
    .option('--scopes <names>', 'read, report, record, register, publish, admin, separated by commas')
    .option('--expires <date>', 'its last day; without it in a year')
    .option('--label <text>', 'what it is for', 'by the command line')
    .action(async (options: TokenOptions) => (await import('./accounts.js')).addToken(settings, options));
  verb(token, 'reads', 'list')
    .description('every token that was ever given out')
    .action(async () => (await import('./accounts.js')).listTokens(settings));
  verb(token, 'changes', 'revoke <id-or-label>')
    .description('revoke one token by its id, or all of a label')
    .action(async (which: string) => (await import('./accounts.js')).revokeTokens(settings, which));
  verb(token, 'changes', 'rotate <id>')
    .description('make a token in the place of another, which works on for a time')
    .option('--overlap <hours>', 'for how long', '24')
    .action(async (id: string, { overlap }: { overlap: string }) =>
      (await import('./accounts.js')).rotateToken(settings, id, overlap),
    );

  const account = cli.command('account').description('the accounts of people and systems, and their roles over time');
  verb(account, 'changes', 'add')
    .description('open an account')
    .requiredOption('--name <text>', 'of the person or system; kept beside the log, and can be erased')
    .option('--email <address>', 'by which a person signs in')
    .option('--machine', 'it is a system, not a person')
    .option('--role <name>', `its first role: ${ROLES_IN_WORDS}`)
    .option('--agency <code>', 'for whom')
    .action(async (options: AccountOptions) => (await import('./accounts.js')).addAccount(settings, options));
  verb(account, 'reads', 'list')
    .description('every account, and who could act for whom')
    .option('--agency <code>', 'those that ever had a role for it')
    .option('--at <date>', 'the roles of this day, not of today')
    .action(async (options: { agency?: string; at?: string }) =>
      (await import('./accounts.js')).listAccounts(settings, options),
    );
  verb(account, 'changes', 'appoint <account>')
    .description('give an account a role')
    .requiredOption('--role <name>', ROLES_IN_WORDS)
    .option('--agency <code>', 'for whom')
    .option('--from <date>', 'the first day; without it at once')
    .option('--to <date>', 'the last day; without it there is no end')
    .action(async (of: string, options: AppointOptions) =>
      (await import('./accounts.js')).appointAccount(settings, of, options),
    );
  verb(account, 'changes', 'relieve <appointment>')
    .description('end a role at once, by the id that `account list` shows')
    .action(async (id: string) => (await import('./accounts.js')).relieveAccount(settings, id));
  verb(account, 'changes', 'sign-in-link <who>')
    .description('print a link that signs in, once, the person of this address or pseudonym')
    .action(async (who: string) => (await import('./sign-in.js')).printSignInLink(settings, who));
  verb(account, 'changes', 'erase <account>')
    .description('erase all that tells who it is, to the last byte; its roles and tokens end')
    .action(async (of: string) => (await import('./accounts.js')).eraseAccount(settings, of));

  verb(cli, 'reads', 'audit')
    .description('print who did what, and tried what and was refused; the newest first')
    .option('--from <instant>', 'from then on')
    .option('--to <instant>', 'before then')
    .option('--account <account>', 'only what this account asked')
    .option('--agency <code>', 'only what was asked for this agency')
    .option('--outcome <outcome>', 'done or refused')
    .option('--format <name>', 'csv or ndjson', 'csv')
    .action(async (options: AuditOptions) => (await import('./audit.js')).printAudit(settings, options));
  // A verb that changes nothing is not noted.
  cli.hook('postAction', async (_, action) => {
    const names = verbName(action);
    if (reading.has(action) || action.opts()['dryRun']) return;
    await (
      await import('./audit.js')
    ).noteVerb(settings, names, action.processedArgs.filter(isTextWithoutAddress).join(' '));
  });
  return cli;
}

/** An address of a person is not noted. */
const isTextWithoutAddress = (value: unknown): value is string => typeof value === 'string' && !value.includes('@');

/** `token add` */
const verbName = (command: Command): string =>
  command.parent?.parent ? `${verbName(command.parent)} ${command.name()}` : command.name();
