/** Imports a spreadsheet from the command line: the same preview, and the same acts, as over HTTP. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Rejected } from '#eventsourcing';
import { Imports, ImportsController, NewImport, type ImportPreview } from '#exchange';
import { metaOf, validated, type Actor, type RequestContext, type Upload } from '#platform';
import type { Settings } from '../../api/src/settings.js';
import { SCOPES } from '#words';
import { counted } from './counted.js';
import { withApp } from './opened.js';
import { progressBar } from './progress-bar.js';

/** What can be said of a file on the command line: the fields of the form that it is sent with. */
export type ImportOptions = Partial<Omit<NewImport, 'file'>>;

/**
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
  const bytes = readFileSync(path);
  const upload = { name: basename(path), bytes, sha256: hash('sha256', bytes, 'hex') };
  const by = { ...actor, scopes: SCOPES, sees: 'all' as const };
  const context = { by, meta: metaOf(by) };
  return withApp(settings, (get) => imported(get(Imports), get(ImportsController), upload, options, dryRun, context));
}

async function imported(
  imports: Imports,
  routes: ImportsController,
  upload: Upload,
  options: ImportOptions,
  dryRun: boolean,
  context: RequestContext,
): Promise<boolean> {
  const { by } = context;
  try {
    const asked = await routes.request(validated(NewImport, { ...options, file: upload.sha256 }), context);
    const id = context.meta.commandId;
    const shown = dryRun
      ? await imports.planned(upload, asked, context, id)
      : await imports.preview(upload, asked, context);
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
      console.log(`${at} may be the same as ${that.reference ?? `row ${that.row}`} «${that.title}»`);
  }
  for (const { sheet, row, column, message, right } of problems)
    console.error(
      `${sheet}${row ? ` row ${row}` : ''}${column ? ` column ${column}` : ''}: ${message}${right ? `. Right would be: ${right}` : ''}`,
    );
}
