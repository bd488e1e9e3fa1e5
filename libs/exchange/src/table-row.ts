/** A row of a table on its way to acts: the values of its cells, their faults, and the place of each field. */
import type { AgencyRole } from '#bodies';
import type { FullDate } from '#clocks';
import type { ActName, BodyOf } from '#commitments';
import type { FieldError, Rejected } from '#eventsourcing';
import type { SheetRow } from '#files';
import { oneOf } from '#words';
import { LISTED_ACTS } from './agency-changes.js';
import type { DateOrder } from './cell-values.js';
import { tableFieldsOf, type CommitmentField } from './fields.js';
import type { FieldChange, ImportRow, LikelyDuplicate, SheetNote, SheetProblem } from './preview.js';
import { comparable, type RowAct } from './row-changes.js';
import type { SentTable } from './sent-tables.js';
import { shortText, valueInWords } from './shown.js';
import type { TableColumn } from './tables.js';
import type { KeptCommand } from './kept-commands.js';

/** The terms on which acts rest where the rows do not say them. */
export interface SourceTerms {
  readonly reportedOn: FullDate;
  readonly citation: { readonly document: string; readonly locator: string } | null;
  readonly dates: DateOrder;
}

export class TableRow {
  readonly values: Record<string, unknown> = {};
  readonly problems: SheetProblem[] = [];
  readonly notes: SheetNote[] = [];
  readonly changes: FieldChange[] = [];
  readonly duplicates: LikelyDuplicate[] = [];
  acts: RowAct[] = [];
  outcome: 'recorded' | 'changed' | 'recognised' = 'recognised';
  id: string | null = null;
  title: string | null = null;
  expected: number | undefined;

  constructor(
    readonly table: SentTable,
    readonly row: SheetRow,
  ) {}

  get isEmpty(): boolean {
    return Object.values(this.values).every((value) => value === null) && this.problems.length === 0;
  }

  /** The stream of its subject. */
  get stream(): string {
    return `${this.table.subject}-${this.id}`;
  }

  columnOf(field: string | null): TableColumn | undefined {
    return this.table.columns.find((column) => column.field?.name === field);
  }

  problem(field: string | null, message: string, right: string | null = null, of = this.columnOf(field)): void {
    const text = of ? (this.row.cells.get(of.column)?.text ?? null) : null;
    const value = text && shortText(text);
    const at = { sheet: this.table.sheet, row: this.row.number, column: of?.letters ?? null };
    const known = this.problems.some((one) => one.message === message && one.column === at.column);
    if (!known) this.problems.push({ ...at, field: field ?? of?.head ?? null, value, message, right });
  }

  /** Puts the faults of a refusal at the columns that they come from. */
  refused({ errors, message }: Pick<Rejected, 'message'> & Partial<Rejected>, act: RowAct | null): void {
    const all: readonly FieldError[] = errors?.length ? errors : [{ pointer: '', message }];
    for (const { pointer, message: why } of all) {
      const [, first = '', inner = ''] = pointer.split('/');
      const named = COLUMNS_OF[act?.act ?? '']?.[first] ?? (first === 'citation' ? inner || 'document' : first);
      const own = this.columnOf(named) ? named : null;
      const roles = ROLE_POINTERS.has(first) ? (this.columnOf('agencies') ? 'agencies' : 'lead') : null;
      const at = own ?? roles ?? act?.fields.find((field) => this.columnOf(field)) ?? (named || null);
      this.problem(at, why, why === `${first} is missing` ? lacking(this, named) : null);
    }
  }

  /** Refuses cells behind the last one that the head names. */
  noMoreThanNamed(): void {
    const { columns } = this.table;
    const last = columns.findLastIndex(({ head }) => head !== '');
    const beyond = columns.slice(last + 1).find(({ column }) => this.row.cells.has(column));
    if (beyond)
      this.problem(
        null,
        'stands behind the last column that the head names',
        'a cell that holds the sign between cells stands in quotation marks',
        beyond,
      );
  }

  note(field: string | null, message: string): void {
    this.notes.push({ column: this.columnOf(field)?.letters ?? null, message });
  }

  /** A change of a field, in words. */
  changeOf(field: string, from: unknown, to: unknown): FieldChange {
    const column = this.columnOf(field);
    const words = (value: unknown) =>
      comparable(value) === 'null' ? null : shortText(valueInWords(value, column?.field?.form));
    return { column: column?.letters ?? null, field, from: words(from), to: words(to) };
  }

  /** The source of the acts of a row: its own, or that of the whole file. */
  source(terms: SourceTerms): Record<string, unknown> {
    const { reportedOn, document, locator, section, paragraph } = this.values as Record<string, string | null>;
    const place = locator ?? paragraph ?? section;
    const own = document && {
      document,
      locator: place ?? '',
      ...(section && { section }),
      ...(paragraph && { paragraph }),
    };
    if (document && !place)
      this.problem('document', 'is cited without a place in it', 'a column locator, paragraph or section');
    const citation = own || terms.citation;
    return { reportedOn: reportedOn ?? terms.reportedOn, ...(citation && { citation }) };
  }

  get command(): KeptCommand | null {
    if (this.problems.length > 0 || this.acts.length === 0) return null;
    return {
      ...{ sheet: this.table.sheet, row: this.row.number, subject: this.table.subject, id: this.id },
      acts: this.acts.map(({ fields: _fields, ...act }) => act),
      ...(this.expected !== undefined && { expected: this.expected }),
    };
  }

  shown(): ImportRow {
    const { table, row, problems, notes, changes, duplicates, acts, id, title } = this;
    return {
      ...{ sheet: table.sheet, row: row.number, hidden: row.hidden, subject: table.subject, reference: id, title },
      outcome: problems.length > 0 ? 'refused' : this.outcome,
      acts: problems.length > 0 ? [] : acts.map(({ fields: _fields, ...act }) => act),
      ...{ changes, problems, notes, duplicates },
    };
  }
}

/** The cell that would be right where a row lacks a field that it must have. */
function lacking(row: TableRow, name: string): string | null {
  const field = tableFieldsOf(row.table.subject).find((one) => one.name === name);
  if (!field) return null;
  const words = field.form === 'word' ? [oneOf(field.of)] : [];
  return [...(row.columnOf(name) ? [] : [`a column ${name}`]), ...words].join(', with ') || null;
}

/** Whether a row sums up the others: its first words say so, and behind them stand numbers at most. */
export function isOfTotals({ row: { cells } }: TableRow): boolean {
  const [first = '', ...others] = [...cells.entries()].sort(([x], [y]) => x - y).map(([, { text }]) => text.trim());
  return TOTALS_HEAD.test(first) && others.every((text) => /^[\d\s.,%()-]+$/.test(text));
}
const TOTALS_HEAD =
  /^(?:(?:grand|sub|sous)[\s-]*)?(?:total(?:e?s)?|totaux|sum|somme|suma|subtotal(?:es)?)(?:\s+(?:general|générale?|in all))?\s*(?:[:(=].*|\d+)?$/iu;

/** Says that a row is there before another one. */
export const saysItIsThere = ({ table, row }: TableRow, again: TableRow): string =>
  `is in row ${row.number}${table.sheet === again.table.sheet ? '' : ` of ${table.sheet}`} already`;

/** The fields that say who takes part. */
const ROLE_POINTERS: ReadonlySet<string> = new Set<keyof AgencyRole | CommitmentField>(['agency', 'agencies', 'role']);

/** By the field of a body, the column that it comes from, where it has another name. */
const COLUMNS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...({
    setTarget: { date: 'target', note: 'targetNote' },
    attachEvidence: { title: 'evidence', date: 'evidence', url: 'evidence', language: 'evidence' },
    relate: { type: 'relations', to: 'relations' },
    addMilestone: { title: 'milestones', due: 'milestones' },
    rescheduleMilestone: { due: 'milestones' },
    reachMilestone: { reachedOn: 'milestones' },
  } satisfies { [A in ActName]?: { [F in keyof BodyOf<A>]?: CommitmentField } }),
  ...Object.fromEntries(
    Object.entries(LISTED_ACTS).flatMap(([field, acts]) =>
      acts.map((act) => [act, { body: field, from: field, to: field, role: field }]),
    ),
  ),
};
