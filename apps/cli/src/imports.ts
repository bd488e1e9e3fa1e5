/** Imports a spreadsheet, or a folder of them, from the command line: the same preview, and the same acts, as over HTTP. */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Rejected } from '#eventsourcing';
import {
  folderOf,
  Imports,
  ImportsController,
  isOfForm,
  NewImport,
  type ImportPreview,
  type SentFolder,
} from '#exchange';
import { metaOf, validated, type Actor, type RequestContext, type Upload } from '#platform';
import type { Settings } from '../../api/src/settings.js';
import { SCOPES } from '#words';
import { counted } from './counted.js';
import { withApp } from './opened.js';
import { progressBar } from './progress-bar.js';

/** What can be said of a file on the command line: the fields of the form that it is sent with. */
export type ImportOptions = Partial<Omit<NewImport, 'file'>>;

/** What a spreadsheet is called, also one of a form that is not read, which is told then. */
const SPREADSHEET = /\.(?:xls[xmb]?|xlt[xm]|csv|tsv|ods|fods|numbers)$/i;
/** What programs keep beside an open spreadsheet, and systems in every folder. */
const PASSED_OVER = /^(?:\.|~\$)|^(?:thumbs\.db|desktop\.ini)$/i;

/** The files of a folder by what is done with them, or `null` where it holds no spreadsheet. */
export function spreadsheetsIn(folder: string) {
  const names = readdirSync(folder)
    .filter((name) => !PASSED_OVER.test(name))
    .sort();
  const sheets = names.filter((name) => SPREADSHEET.test(name) && statSync(join(folder, name)).isFile());
  if (sheets.length === 0) return null;
  return { sheets, ofForm: names.filter(isOfForm), unread: names.filter((name) => !sheets.includes(name)) };
}

/**
 * @param path of a spreadsheet, or of a folder of them, which are imported as one
 * @param actor whose acts they are
 * @returns whether it could be imported, or on a dry run, could have been
 */
export async function importSpreadsheet(
  settings: Settings,
  path: string,
  options: ImportOptions,
  dryRun: boolean,
  actor: Actor,
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
  const by = { ...actor, scopes: SCOPES, sees: 'all' as const };
  const context = { by, meta: metaOf(by) };
  return withApp(settings, (get) => imported(get(Imports), get(ImportsController), sent, options, dryRun, context));
}

function fileAt(path: string): Upload {
  const bytes = readFileSync(path);
  return { name: basename(path), bytes, sha256: hash('sha256', bytes, 'hex') };
}

async function imported(
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
    const id = context.meta.commandId;
    const shown = dryRun
      ? await imports.planned(sent, asked, context, id)
      : await imports.preview(sent, asked, context);
    printPreview(shown);
    if (shown.problems.length > 0) {
      console.error(`${counted(shown.problems.length, 'problem')}; nothing was imported.`);
      return false;
    }
    if (dryRun) console.log('Dry run: nothing was imported.');
    if (dryRun || shown.commands.length === 0) return true;
    const draft = await imports.one(id, by);
    const bar = progressBar('importing', shown.commands.length);
    const confirmed = await imports.confirm(draft, by, (done) => bar.update(done)).finally(() => bar.stop());
    for (const { outcome, sheet, row, reference } of confirmed.rows)
      if (outcome === 'recorded') console.log(`${sheet} row ${row} is ${reference}`);
    console.log(`Import ${id} is done. It can be undone as a whole: POST /v1/imports/${id}/undo`);
    return true;
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    console.error(error.message);
    return false;
  }
}

function printPreview({ file, sheets, counts, rows, problems }: ImportPreview): void {
  for (const line of file.readAs) console.log(line);
  for (const { sheet, subject, columns, unread } of sheets) {
    if (unread) console.log(`Sheet «${sheet}» ${unread}, and is not read.`);
    const strange = columns.filter(({ by }) => by === 'nothing').map(({ column, head }) => `${column} «${head}»`);
    if (strange.length > 0)
      console.log(`Sheet «${sheet}», read as ${subject}: not read, as nobody knows what for: ${strange.join(', ')}`);
  }
  const { recorded, changed, recognised, refused } = counts;
  console.log(`${recorded} new, ${changed} changed, ${recognised} known, ${refused} refused`);
  for (const { sheet, row, reference, title, changes, notes, duplicates } of rows) {
    const at = `${sheet} row ${row} (${reference ?? title ?? 'new'})`;
    if (reference !== null)
      for (const { field, from, to } of changes)
        console.log(`${at} ${field}: ${from ?? 'nothing'} → ${to ?? 'nothing'}`);
    for (const { column, message } of notes) console.log(`${at}${column ? ` ${column}` : ''}: ${message}`);
    for (const { that } of duplicates)
      console.log(`${at} may be the same as ${that.reference ?? `${that.sheet} row ${that.row}`} «${that.title}»`);
  }
  for (const { sheet, row, column, message, right } of problems)
    console.error(
      `${sheet}${row ? ` row ${row}` : ''}${column ? ` column ${column}` : ''}: ${message}${right ? `. Right would be: ${right}` : ''}`,
    );
}
