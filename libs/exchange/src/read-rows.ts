/** Reads the cells of rows, and puts the codes in place that are meant by other cases and by names. */
import { Rejected, Turns } from '#eventsourcing';
import { FILE_LIMITS } from '#files';
import { valueInCell, type DateOrder } from './cell-values.js';
import { Codes } from './codes.js';
import { keyFieldOf, type TableField } from './fields.js';
import type { SheetProblem } from './preview.js';
import { shortText } from './shown.js';
import type { TableColumn } from './tables.js';
import { TableRow } from './table-row.js';

/** A file with more is not one that somebody meant to send. */
const MAX_PROBLEMS = 10_000;

function tooMany(row: TableRow): Rejected {
  const [{ sheet, row: number, column, message }] = row.problems as [SheetProblem];
  const first = `The first: ${sheet} row ${number}${column ? ` column ${column}` : ''}: ${message}.`;
  return new Rejected('unreadable_file', `The file has more than ${MAX_PROBLEMS} problems. ${first}`, [], 'invalid');
}

/**
 * Reads the cells of all rows, and the codes that they bring: any row may name the entry of another row.
 * @returns the streams that the rows are about
 */
export async function readRows(
  rows: readonly TableRow[],
  dates: DateOrder,
  codes: Codes,
): Promise<ReadonlySet<string>> {
  const streams = new Set<string>();
  const turns = new Turns();
  let problems = 0;
  for (const row of rows) {
    await turns.next();
    for (const column of row.table.columns) if (column.field) readRowCell(row, column, column.field, dates);
    if (row.table.isText) row.noMoreThanNamed();
    if ((problems += row.problems.length) > MAX_PROBLEMS) throw tooMany(rows.find((one) => one.problems.length > 0)!);
    const key = row.values[keyFieldOf(row.table.subject)];
    row.id = typeof key === 'string' ? key : null;
    const title = row.values['title'] ?? row.values['name'] ?? row.values['label'] ?? row.values['text'];
    row.title = typeof title === 'string' ? shortText(title) : null;
    if (row.id !== null) streams.add(row.stream);
  }
  for (const row of rows) {
    await turns.next();
    await putCodes(row, codes, streams);
  }
  return streams;
}

function readRowCell(
  row: TableRow,
  { column, letters, dates: own }: TableColumn,
  field: TableField,
  dates: DateOrder,
): void {
  const cell = row.row.cells.get(column);
  if (row.table.exported && !row.table.isText && cell && cell.text.length >= FILE_LIMITS.letters) {
    row.notes.push({ column: letters, message: 'is as long as a cell can be, and so may be cut: it is not read' });
    return;
  }
  const read = valueInCell(cell, field, { epoch: row.table.epoch, dates: own ?? dates });
  if ('wrong' in read) return row.problem(field.name, read.wrong, read.right);
  // Beside our own lists an empty cell says nothing; in them, that there is nothing.
  if (read.value !== null || row.table.exported) row.values[field.name] = read.value;
  if (read.note) row.notes.push({ column: letters, message: read.note });
}

/** Puts the codes in place that are meant by other cases and by names. */
async function putCodes(row: TableRow, codes: Codes, streams: ReadonlySet<string>): Promise<void> {
  for (const { field } of row.table.columns) {
    if (!field || !('registers' in field)) continue;
    const { name, form, registers } = field;
    const value = row.values[name];
    if (!value) continue;
    const put = async (code: string): Promise<string> => {
      if (registers.some((kind) => streams.has(`${kind}-${code}`))) return code;
      const meant = await codes.meant(registers, code);
      if (meant !== code) row.note(name, `«${code}» was read as ${meant}`);
      return meant;
    };
    if (form === 'code') row.values[name] = await put(value as string);
    if (form === 'codes') row.values[name] = await Promise.all((value as string[]).map(put));
    if (form === 'roles')
      row.values[name] = await Promise.all(
        (value as { agency: string }[]).map(async (one) => ({ ...one, agency: await put(one.agency) })),
      );
  }
}
