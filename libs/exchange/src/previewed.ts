/** What a preview of an import tells of its sheets, its rows and the terms on which it was read. */
import { todayAt, type FullDate } from '#clocks';
import { Rejected } from '#eventsourcing';
import type { DateOrder } from './cell-values.js';
import { ROW_OUTCOMES, type ImportPreview, type ImportRow, type SheetProblem } from './preview.js';
import type { ReadingTerms, SentTable, SentTables } from './sent-tables.js';
import type { ImportPlan } from './import-folder.js';
import type { Terms } from './table-row.js';

/** The sheets that were read and those that were not. */
export function sheetsOf({ tables, unread }: SentTables): ImportPreview['sheets'] {
  return [
    ...tables.map(({ sheet, subject, head, columns }) => ({
      ...{ sheet, subject, head, unread: null },
      columns: columns.map(({ letters, head, field, by, hidden }) => ({
        ...{ column: letters, head, field: field?.name ?? null, by, hidden },
      })),
    })),
    ...unread.map(({ sheet, why }) => ({ sheet, subject: null, head: null, columns: [], unread: why })),
  ];
}

/** How many rows there are of each outcome. */
export function countsOf(rows: readonly ImportRow[]): ImportPreview['counts'] {
  const counts = Object.fromEntries(ROW_OUTCOMES.map((outcome) => [outcome, 0])) as Record<string, number>;
  for (const { outcome } of rows) counts[outcome]!++;
  return counts as never;
}

/** The one list that all rows are compared with; none where they came from several. */
export function comparedWith(tables: readonly SentTable[]): ImportPreview['terms']['comparedWith'] {
  const bases = new Set(tables.map(({ base }) => JSON.stringify(base ?? null)));
  const base = bases.size === 1 ? tables[0]!.base : undefined;
  return base ? { asOf: base.asOf, knownAt: base.knownAt ?? null } : null;
}

/** What somebody says of a file that is to be imported. */
export interface ImportRequest extends ReadingTerms {
  readonly reportedOn?: FullDate;
  readonly document?: string;
  readonly locator?: string;
  readonly dates?: DateOrder;
}

/** How days are read, where no column says it. */
export const DATES_WORDS: Readonly<Record<DateOrder, string>> = {
  iso: 'Days are read as YYYY-MM-DD; those with slashes are refused where the head of their column does not say which is the day.',
  dmy: 'Days with slashes are read as dd/mm/yyyy.',
  mdy: 'Days with slashes are read as mm/dd/yyyy.',
};

/** @throws Rejected `invalid` where a document is cited without a place in it */
export function termsOf({ reportedOn, document, locator, dates = 'iso' }: ImportRequest): Terms {
  if (document !== undefined && locator === undefined) throw needs('/locator', 'says where in the document');
  return {
    ...{ reportedOn: reportedOn ?? todayAt(new Date()), dates },
    citation: document === undefined ? null : { document, locator: locator! },
  };
}

/** The rows of a folder, with what is wrong in each; those that cannot be read have no more than a place. */
export function withProblems({ rows, problems, files }: ImportPlan): ImportRow[] {
  const placeOf = (at: { sheet: string; row: number }) => `${at.sheet} ${at.row}`;
  const wrong = Map.groupBy(problems.map(asProblem), placeOf);
  const refused = rows.map((row): ImportRow => {
    const own = wrong.get(placeOf(row));
    return own ? { ...row, outcome: 'refused', acts: [], changes: [], problems: own } : row;
  });
  const sound = new Set(rows.map(placeOf));
  const subjects = new Map(files.map(({ file, subject }) => [file, subject]));
  const unread = [...wrong].flatMap(([place, own]): ImportRow[] => {
    const { sheet, row } = own[0]!;
    const subject = subjects.get(sheet);
    if (sound.has(place) || row === 0 || !subject) return [];
    const { id } = problems.find((one) => one.file === sheet && one.row === row)!;
    return [
      {
        ...{ sheet, row, hidden: false, subject, reference: id || null, title: null, outcome: 'refused' },
        ...{ acts: [], changes: [], problems: own, notes: [], duplicates: [] },
      },
    ];
  });
  return [...refused, ...unread];
}

export const asProblem = ({ file, row, field, message }: ImportPlan['problems'][number]): SheetProblem => ({
  ...{ sheet: file, row, column: null, field: field || null, value: null, message, right: null },
});

const needs = (pointer: string, message: string): Rejected =>
  new Rejected('invalid', `${pointer}: ${message}`, [{ pointer, message }]);
