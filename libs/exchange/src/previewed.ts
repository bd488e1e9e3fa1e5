/** The content of previews: the sheets, the rows, and the terms on which a file or a folder was read. */
import { todayAt, type FullDate } from '#clocks';
import { Rejected } from '#eventsourcing';
import type { Upload } from '#platform';
import type { DateOrder } from './cell-values.js';
import type { ImportPlan } from './import-folder.js';
import type { KeptCommand } from './kept-commands.js';
import type { SourceTerms } from './table-row.js';
import { ROW_OUTCOMES, type ImportPreview, type ImportRow, type SheetProblem } from './preview.js';
import type { ReadingTerms, SentFolder, SentTable, SentTables } from './sent-tables.js';
import type { KeptImport } from './kept-imports.js';

/** The sheets that were read and those that were not. */
function previewedSheets({ tables, unread }: SentTables): ImportPreview['sheets'] {
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
function countsOf(rows: readonly ImportRow[]): ImportPreview['counts'] {
  const counts = Object.fromEntries(ROW_OUTCOMES.map((outcome) => [outcome, 0])) as Record<string, number>;
  for (const { outcome } of rows) counts[outcome]!++;
  return counts as never;
}

/** The one list that all rows are compared with; none where they came from several. */
function comparedWith(tables: readonly SentTable[]): ImportPreview['terms']['comparedWith'] {
  const bases = new Set(tables.map(({ base }) => JSON.stringify(base ?? null)));
  const base = bases.size === 1 ? tables[0]!.base : undefined;
  return base ? { asOf: base.asOf, knownAt: base.knownAt ?? null } : null;
}

/** A sender's terms for a file that is to be imported. */
export interface ImportRequest extends ReadingTerms {
  readonly reportedOn?: FullDate;
  readonly document?: string;
  readonly locator?: string;
  readonly dates?: DateOrder;
}

/** How days are read, where no column says it. */
const DATES_WORDS: Readonly<Record<DateOrder, string>> = {
  iso: 'Days are read as YYYY-MM-DD; those with slashes are refused where the head of their column does not say which is the day.',
  dmy: 'Days with slashes are read as dd/mm/yyyy.',
  mdy: 'Days with slashes are read as mm/dd/yyyy.',
};

/** @throws Rejected `invalid` where a document is cited without a place in it */
export function sourceTerms({ reportedOn, document, locator, dates = 'iso' }: ImportRequest): SourceTerms {
  if (document !== undefined && locator === undefined) throw wrongIn('/locator', 'says where in the document');
  return {
    ...{ reportedOn: reportedOn ?? todayAt(new Date()), dates },
    citation: document === undefined ? null : { document, locator: locator! },
  };
}

/** The rows of a folder, with the faults of each; those that cannot be read have no more than a place. */
function withProblems({ rows, problems, files }: ImportPlan): ImportRow[] {
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

const asProblem = ({ file, row, field, message }: ImportPlan['problems'][number]): SheetProblem => ({
  ...{ sheet: file, row, column: null, field: field || null, value: null, message, right: null },
});

export const wrongIn = (pointer: string, message: string): Rejected =>
  new Rejected('invalid', `${pointer}: ${message}`, [{ pointer, message }]);

/** The preview of a folder. @param unread the names of files that are not read */
export function folderPreview(
  id: string,
  folder: SentFolder,
  plan: ImportPlan,
  unread: readonly string[],
  terms: SourceTerms,
): KeptImport {
  const rows = withProblems(plan);
  return {
    ...{ id, state: 'previewed', problems: plan.problems.map(asProblem), rows, counts: countsOf(rows), remark: null },
    file: {
      ...{ name: folder.name, sha256: folder.sha256, format: 'json' },
      size: folder.files.reduce((sum, { bytes }) => sum + bytes.length, 0),
      readAs: ['A folder of JSON in the form of data/hld-follow-up, compared with what is recorded.'],
    },
    terms: { reportedOn: terms.reportedOn, dates: 'iso', document: null, locator: null, comparedWith: null },
    sheets: [
      ...plan.files.map(({ file, subject }) => ({ sheet: file, subject, head: null, columns: [], unread: null })),
      ...unread.map((sheet) => ({
        ...{ sheet, subject: null, head: null, columns: [], unread: 'is called as no file of the form' },
      })),
    ],
    ...{ commands: plan.commands, rounds: plan.rounds },
  };
}

export function tablesPreview(
  id: string,
  sent: Upload | SentFolder,
  read: SentTables,
  rows: readonly ImportRow[],
  commands: readonly KeptCommand[],
  terms: SourceTerms,
): KeptImport {
  const problems = [...read.problems, ...rows.flatMap((row) => row.problems)];
  return {
    ...{ id, state: 'previewed' as const },
    file: {
      ...{ name: sent.name, size: read.size, sha256: sent.sha256, format: read.format },
      readAs: [...read.readAs, DATES_WORDS[terms.dates]],
    },
    terms: {
      ...{ reportedOn: terms.reportedOn, dates: terms.dates },
      ...{ document: terms.citation?.document ?? null, locator: terms.citation?.locator ?? null },
      comparedWith: comparedWith(read.tables),
    },
    sheets: previewedSheets(read),
    counts: countsOf(rows),
    ...{ problems, rows, remark: null },
    commands: problems.length > 0 ? [] : commands,
  };
}
