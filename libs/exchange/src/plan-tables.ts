/**
 * Plans the import of tables: compares every row with the register, makes it the ordinary acts that bring about its
 * values, and tries these on a rehearsal of the log, with the rights of the sender. Nothing is written.
 */
import { Acts, FindsDuplicates, rehearsalOf, viewOf, type CommitmentView } from '#acts';
import { todayAt, type FullDate } from '#clocks';
import { load, NO_STREAM, Rejected, Turns, withoutNulls, WrongRevision, type Log } from '#eventsourcing';
import { metaOfPart, type RequestContext } from '#platform';
import { asAt, entryCode, registers, Registers, type Entry, type Register } from '#registers';
import { fold } from '#text';
import { Codes } from './codes.js';
import { EXAMPLE_CODE, isSource, keyFieldOf, type CommitmentField, type TableSubject } from './fields.js';
import type { ImportRow } from './preview.js';
import { ACTS_OF_DATED_FIELDS, LISTED_ACTS, listedActs, membersIn } from './agency-changes.js';
import { candidateOf, likelyDuplicates } from './likely-duplicates.js';
import {
  rowActs,
  comparable,
  isReported,
  recordActs,
  saidOf,
  saysTheSame,
  type RowValues,
  changedMeanwhile,
  whyItStays,
} from './row-changes.js';
import type { Base, SentTable } from './sent-tables.js';
import { valueInWords } from './shown.js';
import { executableCommand, type KeptCommand } from './kept-commands.js';
import { readRows } from './read-rows.js';
import { isOfTotals, saysItIsThere, TableRow, type SourceTerms } from './table-row.js';

/** The rows of a list as texts, by reference. */
type ListedRows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** The parts of the application that the planning needs. */
interface Planning {
  readonly log: Log;
  readonly registers: Registers;
  readonly duplicates: FindsDuplicates;
  readonly codes: Codes;
  readonly context: RequestContext;
  /** The rows of a list as it was exported, by reference. */
  readonly listed: (subject: TableSubject, base: Base) => Promise<ListedRows>;
}

interface TablesPlan {
  readonly rows: readonly ImportRow[];
  readonly commands: readonly KeptCommand[];
}

export async function planTables(
  tables: readonly SentTable[],
  terms: SourceTerms,
  planning: Planning,
): Promise<TablesPlan> {
  // Things that others name come before those that name them.
  const order = (table: SentTable) => SUBJECT_ORDER[table.subject];
  const rows = tables
    .toSorted((x, y) => order(x) - order(y))
    .flatMap((table) => table.rows.map((row) => new TableRow(table, row)));
  const streams = await readRows(rows, terms.dates, planning.codes);
  const plan = new Plan(terms, planning, await rehearsalOf(planning.log), streams);
  const turns = new Turns();
  for (const row of rows) {
    await turns.next();
    await plan.plan(row);
  }
  await plan.likelyDuplicates(rows);
  const shown = rows.filter((row) => !row.isEmpty);
  return { rows: shown.map((row) => row.shown()), commands: rows.flatMap((row) => row.command ?? []) };
}

const SUBJECT_ORDER: Readonly<Record<TableSubject, number>> = {
  ...{ document: 0, agency: 1, framework: 2, theme: 3, forum: 4, outcome: 5, commitment: 6 },
};

class Plan {
  readonly #rehearsal: Acts;
  /** By subject and code, the rows about it that were planned by now. */
  readonly #first = new Map<string, TableRow[]>();
  /** By register, its codes by their form without case. */
  readonly #codes = new Map<Register, Promise<Map<string, string>>>();
  readonly #lists = new Map<string, Promise<ListedRows>>();
  #part = 0;

  constructor(
    private readonly terms: SourceTerms,
    private readonly planning: Planning,
    private readonly rehearsed: Log,
    /** The streams that the rows are about. */
    private readonly importedStreams: ReadonlySet<string>,
  ) {
    this.#rehearsal = new Acts(rehearsed);
  }

  async plan(row: TableRow): Promise<void> {
    if (row.isEmpty) return;
    if (Object.values(row.values).includes(EXAMPLE_CODE))
      row.problem(null, 'is an example of the template', 'a row of your own in its place, or none');
    if (isOfTotals(row)) {
      row.problems.length = 0;
      row.problem(null, 'seems to be a row of totals', 'leave it out', row.table.columns[0]);
    }
    if (row.problems.length > 0) return;
    try {
      if (row.table.subject === 'commitment') await this.#commitment(row);
      else await this.#entry(row, row.table.subject);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      row.refused(error, null);
    }
  }

  // ── Commitments ───────────────────────────────────────────────────────────────────────────────────────────────────

  async #commitment(row: TableRow): Promise<void> {
    const { log } = this.planning;
    const before = row.id === null ? null : (this.#first.get(row.stream) ?? null);
    const recorded = row.id !== null && (await log.store.read(`commitment-${row.id}`)).length > 0;
    if (before && !recorded) return row.problem('reference', saysItIsThere(before[0]!, row));
    if (!recorded) {
      const meant = row.id?.toUpperCase() ?? null;
      if (meant !== row.id && (await log.store.read(`commitment-${meant}`)).length > 0)
        return row.problem('reference', `There is no commitment ${row.id}`, meant);
      return this.#record(row);
    }
    this.#first.set(row.stream, [...(before ?? []), row]);
    await this.#change(row, row.id!, before ?? []);
  }

  async #record(row: TableRow): Promise<void> {
    const values = row.values as RowValues;
    const same = row.id === null ? await this.#recognised(values) : null;
    if (same !== null) {
      row.id = same;
      return;
    }
    if (row.id !== null) this.#first.set(row.stream, [row]);
    row.outcome = 'recorded';
    row.expected = row.id === null ? undefined : NO_STREAM;
    row.acts = recordActs(values).map((act) => ({ ...act, body: { ...act.body, ...row.source(this.terms) } }));
    for (const { field } of row.table.columns)
      if (field && (values[field.name as CommitmentField] ?? null) !== null && !isSource(field.name))
        row.changes.push(row.changeOf(field.name, null, values[field.name as CommitmentField]));
    await this.#try(row);
  }

  /** The reference of a commitment that says all that a row without a reference says; one that was taken back says nothing. */
  async #recognised(values: RowValues): Promise<string | null> {
    const candidate = candidateOf(null, values);
    if (!candidate) return null;
    const likely = await this.planning.duplicates.of(candidate);
    for (const { reference, title } of likely) {
      if (title !== candidate.title) continue;
      const view = await this.#viewOf(reference);
      const said = Object.keys(values).filter((field) => !isSource(field)) as CommitmentField[];
      if (
        view &&
        view.life !== 'withdrawn' &&
        said.every((field) => saysTheSame(field, values[field], saidOf(view, field), false))
      )
        return reference;
    }
    return null;
  }

  #viewOf(
    reference: string,
    at: { asOf: FullDate; knownAt?: string } = { asOf: this.#today() },
    log = this.planning.log,
  ) {
    return viewOf(log, reference, at).catch((error: unknown) => {
      if (error instanceof Rejected && error.code === 'not_found') return null;
      throw error;
    });
  }

  #today = (): FullDate => todayAt(new Date());

  async #change(row: TableRow, reference: string, before: readonly TableRow[]): Promise<void> {
    const { base } = row.table;
    const now = await this.#viewOf(reference, undefined, this.rehearsed);
    if (!now) return row.problem('reference', `${reference} does not exist yet as at today`);
    const compared = base && before.length === 0 ? ((await this.#viewOf(reference, base)) ?? now) : now;
    row.expected = before.length > 0 ? undefined : now.revision;
    const values = row.values as RowValues;
    const fields = (Object.keys(values) as CommitmentField[]).filter(
      (field) => !isSource(field) && field !== 'reference',
    );
    const same = (field: CommitmentField, one: unknown, other: unknown) =>
      saysTheSame(field, one, other, row.table.exported);
    const differs = fields.filter(
      (field) =>
        !same(field, values[field], saidOf(compared, field)) && !same(field, values[field], saidOf(now, field)),
    );
    const then = differs.length > 0 ? await this.#onDayOfReport(row, reference) : null;
    const changed = differs.filter((field) => !then || !same(field, values[field], saidOf(then, field)));
    for (const field of changed) {
      const [was, is] = [saidOf(compared, field), saidOf(now, field)];
      if (!same(field, was, is)) row.problem(field, ...changedMeanwhile(was, is));
      row.changes.push(row.changeOf(field, is, values[field]));
    }
    await this.#computed(row);
    if (changed.length === 0 || isReported(values, changed, now, this.terms.reportedOn)) {
      row.changes.length = 0;
      return;
    }
    if (row.problems.length > 0) return;
    row.outcome = 'changed';
    const { acts, not } = rowActs(values, changed, now, row.table.exported);
    for (const { field, message, right } of not) row.problem(field, message, right);
    row.acts = acts.map((act) => ({ ...act, body: { ...act.body, ...row.source(this.terms) } }));
    if (changed.includes('stage') && !changed.includes('effective'))
      row.note('effective', `the stage changes, and the date of it stays ${valueInWords(saidOf(now, 'effective'))}`);
    if (before.length > 0) this.#joins(row, before);
    if (row.problems.length > 0 || !(await this.#try(row))) return;
    const after = (await this.#viewOf(reference, undefined, this.rehearsed))!;
    for (const field of changed)
      if (!same(field, values[field], saidOf(after, field)))
        row.problem(field, `would stay ${valueInWords(saidOf(after, field))}: ${whyItStays(field, after)}`);
  }

  /** Several rows about one commitment are several reports of its stage, each of a day of its own. */
  #joins(row: TableRow, before: readonly TableRow[]): void {
    const reports = [...before, row].every(({ acts }) => acts.every(({ act }) => act === 'reportStage'));
    const days = [...before, row].map(({ values }) => values['reportedOn']);
    if (!reports || new Set(days).size < days.length)
      row.problem(
        'reference',
        saysItIsThere(before[0]!, row),
        'one row for a commitment, or several that report its stage, each with its own date of report',
      );
  }

  /** The commitment on the day of a row's report, if that is past: a value that held then is no change, as others reported since. */
  async #onDayOfReport({ values }: TableRow, reference: string): Promise<CommitmentView | null> {
    const asOf = (values['reportedOn'] as FullDate | null | undefined) ?? this.terms.reportedOn;
    return asOf < this.#today() ? this.#viewOf(reference, { asOf }) : null;
  }

  /** Computed columns cannot be changed in a list; a change of one can be seen where the date of the list is known. */
  async #computed(row: TableRow): Promise<void> {
    const columns = row.table.columns.filter(({ by, head }) => by === 'computed' && head !== 'page');
    const { base, subject } = row.table;
    if (columns.length === 0 || !base?.knownAt) return;
    const listed = (await this.#listOf(subject, base)).get(row.id!);
    if (!listed) return;
    for (const column of columns) {
      const [said, was] = [row.row.cells.get(column.column)?.text.trim() ?? '', String(listed[column.head] ?? '')];
      if (said !== was)
        row.problem(
          null,
          `${column.head} follows from what is recorded and is not changed by itself`,
          was || 'nothing',
          column,
        );
    }
  }

  #listOf(subject: TableSubject, base: Base): Promise<ListedRows> {
    const key = JSON.stringify([subject, base]);
    const list = this.#lists.get(key) ?? this.planning.listed(subject, base);
    this.#lists.set(key, list);
    return list;
  }

  // ── Entries of registers ──────────────────────────────────────────────────────────────────────────────────────────

  async #entry(row: TableRow, kind: Register & TableSubject): Promise<void> {
    const key = keyFieldOf(row.table.subject);
    if (row.id === null) return row.problem(key, `${key} is missing`);
    const before = this.#first.get(row.stream);
    if (before) return row.problem(key, saysItIsThere(before[0]!, row));
    this.#first.set(row.stream, [row]);
    const { state, revision } = await load(this.planning.log, registers[kind] as never, row.id);
    const entry = (state as { entry: Entry | null }).entry;
    const values = row.values;
    if (!entry) {
      const other = await this.#otherCase(kind, row.id);
      if (other !== null) return row.problem(key, `differs from ${other} by case only`, `${other}, or another code`);
      row.outcome = 'recorded';
      row.expected = NO_STREAM;
      row.acts = [{ act: 'enter', body: withoutNulls(values), fields: [] }];
      for (const [field, value] of Object.entries(values))
        if (value !== null) row.changes.push(row.changeOf(field, null, value));
      await this.#try(row);
      return;
    }
    row.expected = revision;
    const { base } = row.table;
    const on = base?.asOf ?? this.#today();
    const asShown = (one: unknown): Record<string, unknown> =>
      kind === 'agency' ? { ...asAt(one as never, on) } : { ...(one as { entry: Entry }).entry };
    const then = base?.knownAt ? await load(this.planning.log, registers[kind] as never, row.id, base.knownAt) : null;
    const now = asShown(state);
    const was = (then?.state as { entry: Entry | null } | undefined)?.entry ? asShown(then!.state) : now;
    await this.#computed(row);
    const same = (field: string, one: unknown, other: unknown) =>
      field in LISTED_ACTS
        ? comparable(membersIn(field, one)) === comparable(membersIn(field, other))
        : comparable(one) === comparable(other);
    const registered = entry as unknown as Readonly<Record<string, unknown>>;
    const changed = Object.keys(values).filter((field) => {
      const said = values[field];
      return !same(field, said, was[field]) && !same(field, said, now[field]) && !same(field, said, registered[field]);
    });
    if (changed.length === 0) return;
    row.outcome = 'changed';
    for (const field of changed) {
      row.changes.push(row.changeOf(field, now[field] ?? null, values[field]));
      if (!same(field, was[field], now[field])) row.problem(field, ...changedMeanwhile(was[field], now[field]));
      if (kind === 'agency' && ACTS_OF_DATED_FIELDS[field])
        row.problem(field, 'changes by an act of its own, from a date on', ACTS_OF_DATED_FIELDS[field]);
    }
    const amended = changed.filter((field) => !(field in LISTED_ACTS));
    const body = withoutNulls({
      ...withoutNulls(entry),
      ...Object.fromEntries(amended.map((field) => [field, values[field]])),
    });
    const listed = changed
      .filter((field) => field in LISTED_ACTS)
      .map((field) => listedActs(field, values[field], now[field]));
    for (const { field, message, right } of listed.flatMap(({ not }) => not)) row.problem(field, message, right);
    row.acts = [
      ...(amended.length > 0 ? [{ act: 'amend', body, fields: [] }] : []),
      ...listed.flatMap(({ acts }) => acts),
    ];
    if (row.problems.length === 0) await this.#try(row);
  }

  /** The code that another one differs from by case only; if there is none, it is known from now on. */
  async #otherCase(kind: Register, code: string): Promise<string | null> {
    let codes = this.#codes.get(kind);
    if (!codes) {
      codes = this.planning.registers
        .all(kind)
        .then((all) => new Map(all.map(entryCode).map((one) => [fold(one), one])));
      this.#codes.set(kind, codes);
    }
    const other = (await codes).get(fold(code)) ?? null;
    if (other === null) (await codes).set(fold(code), code);
    return other;
  }

  // ── Trying ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tries the acts of a row on the rehearsal, each by itself, so that a refusal names its column. @returns whether all would be done */
  async #try(row: TableRow): Promise<boolean> {
    const { subject } = row.table;
    let id = row.id;
    for (const act of row.acts) {
      try {
        const command = executableCommand(
          { sheet: '', row: 0, subject, id, acts: [act] },
          { ...this.planning.context, meta: metaOfPart(this.planning.context.meta, this.#part++) },
          this.importedStreams,
        );
        id = (await this.#rehearsal.execute(command)).id;
      } catch (error) {
        if (!(error instanceof Rejected || error instanceof WrongRevision)) throw error;
        row.refused(error, act);
        return false;
      }
    }
    return true;
  }

  /** Names likely duplicates of a new row: existing records, and other new rows. */
  async likelyDuplicates(rows: readonly TableRow[]): Promise<void> {
    const fresh = rows.filter((row) => row.outcome === 'recorded' && !row.isEmpty);
    const { log, duplicates, registers } = this.planning;
    const found = await likelyDuplicates(
      fresh.map((row) => ({
        row: { sheet: row.table.sheet, row: row.row.number },
        ...{ subject: row.table.subject, reference: row.id, says: withoutNulls(row.values) },
      })),
      { log, duplicates, entries: (kind) => registers.all(kind) as Promise<Entry[]> },
    );
    fresh.forEach((row, i) => row.duplicates.push(...found[i]!));
  }
}
