/** Imports from the command line, and takes imports back: the same preview, and the same acts, as over HTTP. */
import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { NothingThere } from '#databases';
import { Rejected } from '#eventsourcing';
import {
  folderOf,
  Imports,
  ImportsController,
  isOfForm,
  jsonFolderAt,
  NewImport,
  type ImportPreview,
  type LikelyDuplicate,
  type SentFolder,
} from '#exchange';
import { isDump } from '#open';
import { metaOf, validated, type RequestContext, type Upload } from '#platform';
import { settingsFrom, type Settings } from '../../api/src/settings.js';
import { SCOPES } from '#words';
import { countedWords } from './counted.js';
import { importDump } from './dumps.js';
import { mustBeThere, withApp } from './opened.js';
import { progressBar } from './progress-bar.js';

/** The actor of imports, as it is recorded. */
const IMPORTER = { account: 'import', role: 'secretariat', agency: null, scopes: SCOPES, sees: 'all' } as const;

/** The options for a file on the command line: the fields of the form with which it is sent. */
export type ImportOptions = Partial<Omit<NewImport, 'file'>>;

/** The endings of the names of spreadsheets, also of a form that is not read, which is told then. */
const SPREADSHEET_NAME = /\.(?:xls[xmb]?|xlt[xm]|csv|tsv|ods|fods|numbers)$/i;
/** The files that programs keep beside an open spreadsheet, and systems in every folder. */
const IGNORED_FILE = /^(?:\.|~\$)|^(?:thumbs\.db|desktop\.ini)$/i;

/** The files of a folder by the way in which they are read, or `null` if it holds no spreadsheet. */
function spreadsheetsIn(folder: string) {
  const names = readdirSync(folder)
    .filter((name) => !IGNORED_FILE.test(name))
    .sort();
  const sheets = names.filter((name) => SPREADSHEET_NAME.test(name) && statSync(join(folder, name)).isFile());
  if (sheets.length === 0) return null;
  return { sheets, ofForm: names.filter(isOfForm), unread: names.filter((name) => !sheets.includes(name)) };
}

/** Imports a folder, a spreadsheet, or a folder of them. @returns whether there was anything to import, and it could be */
export async function importPath(
  settings: Settings,
  path: string,
  { dryRun = false, ...options }: ImportOptions & { readonly dryRun?: boolean },
): Promise<boolean> {
  const at = statSync(path, { throwIfNoEntry: false });
  const isOne = at?.isFile() || (at?.isDirectory() && !isDump(path) && spreadsheetsIn(path) !== null);
  if (!isOne) return importFolder(settings, path, dryRun);
  return orInScratch(settings, dryRun, (where) => importSpreadsheet(where, path, options, dryRun));
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
  return orInScratch(settings, dryRun, (where) => orRefused(() => importSent(where, jsonFolderAt(folder), {}, dryRun)));
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

/**
 * @param path of a spreadsheet, or of a folder of them, which are imported as one
 * @returns whether it could be imported, or on a dry run, could have been
 */
async function importSpreadsheet(
  settings: Settings,
  path: string,
  options: ImportOptions,
  dryRun: boolean,
): Promise<boolean> {
  const found = statSync(path).isDirectory() ? spreadsheetsIn(path) : null;
  if (found && found.ofForm.length > 0) {
    console.error(
      `${path} holds spreadsheets (${found.sheets.join(', ')}) and files of the other form (${found.ofForm.join(', ')}): put them in folders of their own. Nothing was imported.`,
    );
    return false;
  }
  if (found && found.unread.length > 0) console.error(`Not read, as it is no spreadsheet: ${found.unread.join(', ')}`);
  const sent = found
    ? folderOf(
        basename(resolve(path)),
        found.sheets.map((name) => fileAt(join(path, name))),
      )
    : fileAt(path);
  return importSent(settings, sent, options, dryRun);
}

/** Does an act, or says why it is refused. @returns `false`: it is */
async function orRefused(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    console.error(error.message);
    return false;
  }
}

const importSent = (
  settings: Settings,
  sent: Upload | SentFolder,
  options: ImportOptions,
  dryRun: boolean,
): Promise<boolean> =>
  withApp(settings, (get) =>
    importFiles(get(Imports), get(ImportsController), sent, options, dryRun, { by: IMPORTER, meta: metaOf(IMPORTER) }),
  );

/** Takes an import back as a whole. @returns whether it was, or is by now */
export async function undoImport(settings: Settings, id: string, reason: string): Promise<boolean> {
  await mustBeThere(settings);
  return withApp(settings, (get) =>
    orRefused(async () => {
      const imports = get(Imports);
      const { file, remark } = await imports.undo(await imports.kept.one(id, IMPORTER), IMPORTER, reason);
      console.log(`The import of ${file.name} is undone.${remark ? ` ${remark}` : ''}`);
      return true;
    }),
  );
}

function fileAt(path: string): Upload {
  const bytes = readFileSync(path);
  return { name: basename(path), bytes, sha256: hash('sha256', bytes, 'hex') };
}

async function importFiles(
  imports: Imports,
  routes: ImportsController,
  sent: Upload | SentFolder,
  options: ImportOptions,
  dryRun: boolean,
  context: RequestContext,
): Promise<boolean> {
  const { by } = context;
  try {
    const asked = await routes.request(validated(NewImport, { ...options, file: sent.sha256 }), context);
    const begun = dryRun ? null : await imports.kept.brokenOff(sent, by);
    if (begun) console.log(`An import of it was broken off: it goes on where it stopped.`);
    const id = begun ?? context.meta.commandId;
    const shown = begun
      ? (await imports.kept.one(begun, by)).content
      : dryRun
        ? await imports.planned(sent, asked, context, id)
        : await imports.preview(sent, asked, context);
    printPreview(shown);
    const toDo = shown.commands.length + (shown.rounds?.length ?? 0);
    if (shown.problems.length > 0) {
      console.error(`${countedWords(shown.problems.length, 'problem')}; nothing was imported.`);
      if (!dryRun) await imports.kept.discard(await imports.kept.one(id, by));
      return false;
    }
    if (dryRun) console.log('Dry run: nothing was imported.');
    else if (toDo === 0) await imports.kept.discard(await imports.kept.one(id, by));
    if (dryRun || toDo === 0) return true;
    const draft = await imports.kept.one(id, by);
    const bar = progressBar('importing', toDo);
    const folder = shown.file.format === 'json' ? (sent as SentFolder) : undefined;
    const confirmed = await imports
      .confirm(draft, by, (done) => bar.update(Math.min(done, toDo)), folder)
      .finally(() => bar.stop());
    if (!folder)
      for (const { outcome, sheet, row, reference } of confirmed.rows)
        if (outcome === 'recorded') console.log(`${sheet} row ${row} is ${reference}`);
    console.log(`Import ${id} is done. It can be undone as a whole: undo-import ${id} --reason …`);
    return true;
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    console.error(error.message);
    return false;
  }
}

function printPreview({ file, sheets, counts, rows, problems }: ImportPreview): void {
  const isJson = file.format === 'json';
  if (isJson) printFiles({ sheets, rows });
  else {
    for (const line of file.readAs) console.log(line);
    for (const { sheet, subject, columns, unread } of sheets) {
      if (unread) console.log(`Sheet «${sheet}» ${unread}, and is not read.`);
      const strange = columns.filter(({ by }) => by === 'nothing').map(({ column, head }) => `${column} «${head}»`);
      if (strange.length > 0)
        console.log(`Sheet «${sheet}», read as ${subject}: not read, as nobody knows what for: ${strange.join(', ')}`);
    }
    const { recorded, changed, recognised, refused } = counts;
    console.log(`${recorded} new, ${changed} changed, ${recognised} known, ${refused} refused`);
  }
  for (const { sheet, row, reference, title, outcome, changes, notes, duplicates } of rows) {
    const at = `${sheet} row ${row} (${reference ?? title ?? 'new'})`;
    if (reference !== null && (!isJson || outcome === 'changed'))
      for (const { field, from, to } of changes)
        console.log(`${at} ${field}: ${from ?? 'nothing'} → ${to ?? 'nothing'}`);
    for (const { column, message } of notes) console.log(`${at}${column ? ` ${column}` : ''}: ${message}`);
    for (const pair of duplicates) printSides(at, pair);
  }
  const pairs = rows.reduce((sum, { duplicates }) => sum + duplicates.length, 0);
  if (pairs > 0) console.log(`${countedWords(pairs, 'pair')} may be the same`);
  for (const { sheet, row, column, field, message, right } of problems) {
    const id = isJson ? rows.find((one) => one.sheet === sheet && one.row === row)?.reference : null;
    const at = [row ? ` row ${row}` : '', id ? ` (${id})` : '', isJson && field ? ` ${field}` : ''].join('');
    console.error(
      `${sheet}${at}${column ? ` column ${column}` : ''}: ${message}${right ? `. Right would be: ${right}` : ''}`,
    );
  }
}

/** The number of new rows in each file of a folder of JSON. */
function printFiles({ sheets, rows }: Pick<ImportPreview, 'sheets' | 'rows'>): void {
  for (const { sheet, subject } of sheets.filter(({ unread }) => !unread)) {
    const own = rows.filter((row) => row.sheet === sheet && row.subject === subject);
    const [fresh, known, extended] = ['recorded', 'recognised', 'changed'].map(
      (outcome) => own.filter((row) => row.outcome === outcome).length,
    );
    console.log(`${sheet}: ${fresh} new, ${known} known${extended ? `, ${extended} with further history` : ''}`);
  }
  const unread = sheets.flatMap(({ sheet, unread }) => (unread ? sheet : []));
  if (unread.length > 0) console.error(`Not read, as no file of the form is called so: ${unread.join(', ')}`);
}

/** Both sides, one above the other if a line has no room for both; differences are marked. */
function printSides(at: string, { that, fields }: LikelyDuplicate): void {
  const other = that.reference ?? `${that.sheet} row ${that.row}`;
  console.log(
    `${at} may be the same as ${that.row === null ? '' : `${that.sheet} row ${that.row}, `}${other} «${that.title}»`,
  );
  const width = Math.max(0, ...fields.map(({ field }) => field.length));
  const cut = (text: string | null): string => {
    const line = (text ?? '–').replaceAll(/\s+/g, ' ');
    return line.length > SIDE_CHARS ? `${line.slice(0, SIDE_CHARS - 1)}…` : line;
  };
  for (const one of fields)
    console.log(
      `  ${one.differs ? '≠' : ' '} ${one.field.padEnd(width)}  ${cut(one.this).padEnd(SIDE_CHARS)}  ${cut(one.that)}`.trimEnd(),
    );
}

/** In letters, so wide is a side. */
const SIDE_CHARS = 44;
