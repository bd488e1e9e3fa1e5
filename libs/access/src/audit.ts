/** The record of who did what, tried what and was refused: beside the log, only ever added to, kept for a set time. */
import type { SqlStatement, SqlValue } from '#databases';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Mutex } from 'async-mutex';
import { DAY_MS } from '#clocks';
import { fieldsIn, TextOrNull } from '#platform';
import type { AccessStore } from './access-store.js';

/** Something that was asked, with its number. No body, no query and no secret is in it. */
@ApiSchema({ name: 'AuditedView' })
export class AuditRow {
  @ApiProperty({ type: 'integer' }) readonly id: number;
  @ApiProperty({ format: 'date-time' }) readonly at: string;
  /** A pseudonym, as in events. */
  @TextOrNull('null: nobody known') readonly account: string | null;
  @TextOrNull() readonly role: string | null;
  @TextOrNull() readonly agency: string | null;
  /** Or `command line`. */
  @TextOrNull('Of the network; null: it was erased') readonly address: string | null;
  /** Method and route, with the names of its parameters. */
  @ApiProperty({ example: 'POST /v1/commitments/:reference/stage' }) readonly what: string;
  /** The thing that the address named: a reference, a code. */
  @ApiProperty({ type: String, nullable: true, example: 'IOM-2011-12' }) readonly subject: string | null;
  @ApiProperty({ type: 'integer', description: 'As it was answered' }) readonly status: number;
  @TextOrNull('Of the problem, where it was refused') readonly code: string | null;
  @TextOrNull('X-Correlation-Id, also of the events') readonly correlation: string | null;
}

export type NewAuditRow = Omit<AuditRow, 'id'>;

export interface AuditFilter {
  /** ISO 8601: from then on, and before. */
  readonly from?: string;
  readonly to?: string;
  readonly account?: string;
  readonly agency?: string;
  readonly outcome?: 'done' | 'refused';
  /** Only entries with a smaller number: the next page of the newest first. */
  readonly before?: number;
}

const AUDIT_COLUMNS = fieldsIn(AuditRow.prototype).filter((name) => name !== 'id') as readonly (keyof NewAuditRow)[];
/** A person who was erased meanwhile leaves no address. */
const ADDRESS_SQL =
  'CASE WHEN EXISTS (SELECT 1 FROM accounts WHERE account = ? AND erased IS NOT NULL) THEN NULL ELSE ? END';
const ROW_PLACEHOLDERS = `(${AUDIT_COLUMNS.map((name) => (name === 'address' ? ADDRESS_SQL : '?')).join(', ')})`;
/** By one statement so many entries are written, as long as there are as many. */
const ENTRIES_PER_INSERT = [64, 8, 1] as const;
const INSERT_BY_ROW_COUNT = new Map(
  ENTRIES_PER_INSERT.map((rows) => [
    rows,
    `INSERT INTO audit (${AUDIT_COLUMNS.join(', ')}) VALUES ${Array<string>(rows).fill(ROW_PLACEHOLDERS).join(', ')}`,
  ]),
);

const auditValues = (one: NewAuditRow): SqlValue[] =>
  AUDIT_COLUMNS.flatMap((name): SqlValue[] => (name === 'address' ? [one.account, one.address] : [one[name]]));

function insertsOf(entries: readonly NewAuditRow[]): SqlStatement[] {
  const statements: SqlStatement[] = [];
  for (let at = 0; at < entries.length;) {
    const rows = ENTRIES_PER_INSERT.find((some) => some <= entries.length - at)!;
    statements.push([INSERT_BY_ROW_COUNT.get(rows)!, ...entries.slice(at, at + rows).flatMap(auditValues)]);
    at += rows;
  }
  return statements;
}

/** How long entries wait for each other; so much is lost when the process is killed. */
const MAX_DELAY_MS = 1_000;
/** The greatest number of entries that wait for a store that cannot be reached; the oldest are lost then. */
const MAX_WAITING_ENTRIES = 10_000;

/** Writes entries together, at some distance from the requests that they tell of. */
export class Audit {
  #waiting: NewAuditRow[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #turns = new Mutex();
  #pruned = -Infinity;

  /**
   * @param days so long entries are kept
   * @param onLost is told how many entries could not be kept
   */
  constructor(
    private readonly store: Pick<AccessStore, 'query' | 'keep'>,
    private readonly days: number,
    private readonly onLost: (count: number) => void = () => {},
  ) {}

  note(entry: NewAuditRow): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING_ENTRIES) {
      this.#waiting.shift();
      this.onLost(1);
    }
    this.#timer ??= setTimeout(() => void this.flush(), MAX_DELAY_MS).unref();
  }

  /** Writes the waiting entries. An entry that cannot be written now goes on waiting. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#turns.runExclusive(() => this.#write());
  }

  async #write(): Promise<void> {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    this.#waiting = [];
    try {
      await this.store.keep(insertsOf(entries));
    } catch {
      this.#waiting = [...entries, ...this.#waiting];
      const over = this.#waiting.length - MAX_WAITING_ENTRIES;
      if (over > 0) this.onLost(this.#waiting.splice(0, over).length);
      this.#timer ??= setTimeout(() => void this.flush(), MAX_DELAY_MS).unref();
      return;
    }
    if (performance.now() - this.#pruned < DAY_MS) return;
    this.#pruned = performance.now();
    await this.prune().catch(() => (this.#pruned = -Infinity));
  }

  /** Deletes entries that have been kept long enough. */
  async prune(now = Date.now()): Promise<void> {
    await this.store.query(
      'DELETE FROM audit WHERE at < ? RETURNING id',
      new Date(now - this.days * DAY_MS).toISOString(),
    );
  }

  /** The newest first. @throws StoreUnavailable */
  async find({ from, to, account, agency, outcome, before }: AuditFilter, limit: number): Promise<AuditRow[]> {
    await this.flush();
    const asked: [string, SqlValue | undefined][] = [
      ['at >= ?', from],
      ['at < ?', to],
      ['account = ?', account],
      ['agency = ?', agency],
      ['id < ?', before],
    ];
    const given = asked.filter((one): one is [string, SqlValue] => one[1] !== undefined);
    const where = [...given.map(([sql]) => sql), outcome && `status ${outcome === 'refused' ? '>=' : '<'} 400`].filter(
      Boolean,
    );
    const rows = await this.store.query<AuditRow>(
      `SELECT id, ${AUDIT_COLUMNS.join(', ')} FROM audit ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY id DESC LIMIT ?`,
      ...given.map(([, value]) => value),
      limit,
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), status: Number(row.status) }));
  }

  /** All of them, page by page. */
  async *pages(filter: AuditFilter, size: number): AsyncGenerator<AuditRow[]> {
    for (let before = filter.before; ;) {
      const page = await this.find({ ...filter, before }, size);
      if (page.length > 0) yield page;
      if (page.length < size) return;
      before = page.at(-1)!.id;
    }
  }
}
