/** The port of drafts, and its statements, which both databases understand. */
import { Mutex } from 'async-mutex';
import { randomUUID } from 'node:crypto';
import { PostgresStatements, SqliteStatements, type Statements } from '#databases';
import { canonicalJson, Conflict, NO_STREAM, WrongRevision } from '#eventsourcing';

/** The name of a draft: its kind, such as `return`, and its id within this kind. */
export interface DraftName {
  readonly kind: string;
  readonly id: string;
}

/** One revision of a draft: who saved it, and when. */
export interface DraftRevision {
  readonly revision: number;
  /** The account that saved it. */
  readonly account: string;
  /** The instant, in ISO 8601. */
  readonly saved: string;
}

export interface Draft<Content extends object = object> extends DraftName, DraftRevision {
  /** The agency whose draft it is; `null`: the secretariat's. */
  readonly owner: string | null;
  readonly content: Content;
}

type DraftLine = Omit<Draft, 'content'>;

interface DraftRow extends DraftLine {
  readonly content: string;
}

const DRAFT_COLUMNS = 'd.kind, d.id, d.owner, r.revision, r.account, r.saved';
const FROM_DRAFTS_WITH_REVISIONS = 'FROM drafts d JOIN revisions r ON r.kind = d.kind AND r.id = d.id';
const IS_LATEST_REVISION =
  'NOT EXISTS (SELECT 1 FROM revisions n WHERE n.kind = r.kind AND n.id = r.id AND n.revision = r.revision + 1)';
const IS_THIS_DRAFT = 'd.kind = ? AND d.id = ?';

/** Whether two contents are the same to the letter. */
export const isSameContent = (one: object, other: object): boolean => canonicalJson(one) === canonicalJson(other);

/** The time between two tries to remove deleted drafts from the files. */
const SCRUB_RETRY_MS = 60_000;

/**
 * Drafts with all their revisions, beside the log and shared by all processes that write to it. No position, list, feed or
 * count of the log tells that they exist. The content of a draft is any JSON object.
 */
export class DraftsStore {
  readonly #turns = new Mutex();
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  /** Deletes a draft of a kind and an id that has no later revision than one. */
  protected readonly deletion: string = `DELETE FROM drafts WHERE kind = ? AND id = ? AND NOT EXISTS (
    SELECT 1 FROM revisions r WHERE r.kind = drafts.kind AND r.id = drafts.id AND r.revision > CAST(? AS bigint)) RETURNING id`;

  constructor(private readonly statements: Statements) {
    void this.erased();
  }

  /** Makes a draft: its revision 0. @throws Conflict `draft_exists` */
  async create<C extends object>(
    { kind, id }: DraftName,
    owner: string | null,
    content: C,
    account: string,
  ): Promise<Draft<C>> {
    await this.statements.query(
      `INSERT INTO drafts (kind, id, owner) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET owner = excluded.owner
         WHERE NOT EXISTS (SELECT 1 FROM revisions r WHERE r.kind = excluded.kind AND r.id = excluded.id) RETURNING id`,
      ...[kind, id, owner],
    );
    const saved = await this.#append({ kind, id }, NO_STREAM, content, account);
    if (!saved) throw new Conflict('draft_exists', `There is a draft ${id} already.`);
    return { kind, id, owner, content, ...saved };
  }

  /** A draft as it stands, or one of its earlier revisions; `null`: there is none. */
  async read<C extends object>({ kind, id }: DraftName, revision?: number): Promise<Draft<C> | null> {
    const which = revision === undefined ? IS_LATEST_REVISION : 'r.revision = CAST(? AS integer)';
    const values = revision === undefined ? [kind, id] : [kind, id, String(revision)];
    const sql = `SELECT ${DRAFT_COLUMNS}, r.content ${FROM_DRAFTS_WITH_REVISIONS} WHERE ${IS_THIS_DRAFT} AND ${which}`;
    const [row] = await this.statements.query<DraftRow>(sql, ...values);
    return row ? { ...row, content: JSON.parse(row.content) as C } : null;
  }

  /**
   * Saves a draft anew. The same content again is the same revision, so that a request may be repeated.
   * @param expected the revision on which the content rests
   * @throws WrongRevision when someone was faster, or there is no such draft (`actual` is then NO_STREAM)
   */
  async put<C extends object>(name: DraftName, content: C, account: string, expected: number): Promise<DraftRevision> {
    const now = await this.read(name);
    if (now && now.revision === expected && isSameContent(now.content, content)) return now;
    const saved = now?.revision === expected ? await this.#append(name, expected, content, account) : null;
    if (saved) return saved;
    const last = await this.read(name);
    const isMine = last?.revision === expected + 1 && last.account === account;
    if (isMine && isSameContent(last.content, content)) return last;
    throw new WrongRevision(`${name.kind} ${name.id}`, expected, last?.revision ?? NO_STREAM);
  }

  /** Saves a draft over the one that is there, or makes it. Of two who do so at once, the later one's stays. */
  async keep<C extends object>(
    name: DraftName,
    owner: string | null,
    content: C,
    account: string,
  ): Promise<DraftRevision> {
    for (;;) {
      const before = await this.read(name);
      try {
        if (before) return await this.put(name, content, account, before.revision);
        return await this.create(name, owner, content, account);
      } catch (error) {
        if (!(error instanceof WrongRevision || error instanceof Conflict)) throw error;
      }
    }
  }

  /** All revisions of a draft, the first first. */
  async history({ kind, id }: DraftName): Promise<DraftRevision[]> {
    const sql = `SELECT r.revision, r.account, r.saved ${FROM_DRAFTS_WITH_REVISIONS} WHERE ${IS_THIS_DRAFT} ORDER BY r.revision`;
    return this.statements.query<DraftRevision>(sql, kind, id);
  }

  /** The drafts of a kind by their ids. @param owner only those of an agency; `null`: of the secretariat; absent: all */
  async list(kind: string, owner?: string | null): Promise<DraftLine[]> {
    const [whose, values] =
      owner === undefined ? ['', []] : owner === null ? ['AND d.owner IS NULL', []] : ['AND d.owner = ?', [owner]];
    const sql = `SELECT ${DRAFT_COLUMNS} ${FROM_DRAFTS_WITH_REVISIONS} WHERE d.kind = ? ${whose} AND ${IS_LATEST_REVISION} ORDER BY d.id`;
    return this.statements.query<DraftLine>(sql, kind, ...values);
  }

  /** Notes that somebody has a draft open now. */
  async opened({ kind, id }: DraftName, account: string): Promise<void> {
    await this.statements.query(
      `INSERT INTO openings (kind, id, account, at) SELECT d.kind, d.id, ?, ? FROM drafts d WHERE ${IS_THIS_DRAFT}
       ON CONFLICT (kind, id, account) DO UPDATE SET at = excluded.at RETURNING account`,
      ...[account, new Date().toISOString(), kind, id],
    );
  }

  /** The accounts that had a draft open since an instant, and when last. */
  async openBy({ kind, id }: DraftName, since: Date): Promise<{ readonly account: string; readonly at: string }[]> {
    const sql = 'SELECT account, at FROM openings WHERE kind = ? AND id = ? AND at >= ? ORDER BY account';
    return this.statements.query(sql, kind, id, since.toISOString());
  }

  /**
   * Deletes a draft with all its revisions; its bytes leave the files soon after (`erased`).
   * @param upTo not if there is a later revision than this one
   * @returns whether it was there, and is no more
   */
  async delete({ kind, id }: DraftName, upTo = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    await this.statements.query('INSERT INTO to_erase (deletion) VALUES (?) RETURNING deletion', randomUUID());
    const deleted = await this.statements.query(this.deletion, kind, id, String(upTo));
    void this.erased();
    return deleted.length > 0;
  }

  /** Removes the drafts deleted by now from the files; if that is impossible yet, it is tried again later. */
  erased(): Promise<void> {
    return this.#turns.runExclusive(() => this.#tryToErase());
  }

  async #tryToErase(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#again);
    try {
      const deletions = await this.statements.query<{ deletion: string }>('SELECT deletion FROM to_erase');
      if (deletions.length === 0) return;
      await this.statements.scrub();
      for (const { deletion } of deletions)
        await this.statements.query('DELETE FROM to_erase WHERE deletion = ? RETURNING deletion', deletion);
    } catch {
      // The database is away, or locked, or somebody may still see deleted rows: later, by a timer, as nobody waits for it.
      if (!this.#closed) this.#again = setTimeout(() => void this.erased(), SCRUB_RETRY_MS).unref();
    }
  }

  async close(): Promise<void> {
    await this.#turns.waitForUnlock();
    this.#closed = true;
    clearTimeout(this.#again);
    await this.statements.close();
  }

  /** Writes the revision after another one. `null`: it is there already, or the draft, or the other one, is not. */
  async #append(
    { kind, id }: DraftName,
    after: number,
    content: object,
    account: string,
  ): Promise<DraftRevision | null> {
    const revision = after + 1;
    const saved = new Date().toISOString();
    const [row] = await this.statements
      .query(
        `INSERT INTO revisions (kind, id, revision, content, account, saved)
       SELECT d.kind, d.id, CAST(? AS integer), ?, ?, ? FROM drafts d WHERE ${IS_THIS_DRAFT} AND (CAST(? AS integer) = 0
         OR EXISTS (SELECT 1 FROM revisions r WHERE r.kind = d.kind AND r.id = d.id AND r.revision = CAST(? AS integer)))
       ON CONFLICT (kind, id, revision) DO NOTHING RETURNING revision`,
        ...[String(revision), JSON.stringify(content), account, saved, kind, id, String(revision), String(after)],
      )
      .catch((error: unknown) => {
        if (isForeignKeyFailure(error)) return [];
        throw error;
      });
    return row ? { revision, account, saved } : null;
  }
}

/** PostgreSQL's refusal of a revision whose draft was deleted at the same moment. */
const isForeignKeyFailure = (error: unknown): boolean => (error as { code?: unknown }).code === '23503';

const MIGRATIONS_FOLDER = new URL('./tables/', import.meta.url);
/** One of our processes at a time makes the tables. */
const MIGRATION_LOCK = 0x647261;

export class SqliteDraftsStore extends DraftsStore {
  constructor(file: string) {
    super(new SqliteStatements('Drafts', file, MIGRATIONS_FOLDER));
  }
}

/** Drafts in PostgreSQL, in the schema `followthrough_drafts`. */
export class PostgresDraftsStore extends DraftsStore {
  protected override readonly deletion = 'SELECT delete_up_to(?, ?, CAST(? AS bigint)) AS id';

  constructor(url: string) {
    super(new PostgresStatements('Drafts', url, 'followthrough_drafts', MIGRATIONS_FOLDER, MIGRATION_LOCK));
  }
}
