/** Drafts in PostgreSQL. */
import { PostgresStatements } from '#databases';
import { DraftsStore } from './drafts-store.js';

/** One of our processes at a time makes the tables. */
const MAKES = 0x647261;
const SCHEMA = 'followthrough_drafts';

/** Drafts in PostgreSQL, in the schema `followthrough_drafts`. */
export class PostgresDraftsStore extends DraftsStore {
  readonly #statements: PostgresStatements;

  constructor(url: string) {
    super();
    this.#statements = new PostgresStatements('Drafts', url, SCHEMA, new URL('./postgres/', import.meta.url), MAKES);
    void this.erased();
  }

  protected override readonly deletion = 'SELECT delete_up_to(?, ?, CAST(? AS bigint)) AS id';

  protected query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]> {
    return this.#statements.query(sql, ...values);
  }

  /** Writes the tables anew, without what was deleted, unless someone may still see that. */
  protected async erase(): Promise<boolean> {
    await this.#statements.prepared();
    const client = await this.#statements.pool.connect();
    /** Rows that someone may still see, and so are kept: the number in the notice, wherever its language has it. */
    let kept = 0;
    client.on('notice', ({ detail }) => (kept += Number(/\d+/.exec(detail ?? '')?.[0] ?? 0)));
    try {
      for (const table of ['revisions', 'openings', 'drafts'])
        await client.query(`CLUSTER VERBOSE ${SCHEMA}.${table} USING ${table}_pkey`);
      return kept === 0;
    } finally {
      client.release(true);
    }
  }

  protected closeDatabase(): Promise<void> {
    return this.#statements.close();
  }
}
