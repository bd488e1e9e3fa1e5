/** Removes blanked words from the files, too, as soon as nobody can see them any more. */
import type pg from 'pg';

/** The interval of tries, ever longer, and the time limit of a rewriting. Nobody waits for a later try: a timer begins it. */
const [AGAIN_MS, AGAIN_AT_MOST_MS, ERASE_MS] = [1_000, 600_000, 3_600_000];

export class Eraser {
  #now: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #pause = AGAIN_MS;
  #closed = false;

  constructor(private readonly pool: pg.Pool) {}

  /** One try that begins after the blankings so far; those who ask meanwhile share it. */
  soon(): Promise<void> {
    this.#next ??= this.#now.then(() => {
      this.#next = undefined;
      return (this.#now = this.#erase());
    });
    return this.#next;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await this.#now;
  }

  async #erase(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#again);
    const done = await this.#rewrite().catch(() => false);
    this.#pause = done ? AGAIN_MS : Math.min(2 * this.#pause, AGAIN_AT_MOST_MS);
    if (!done && !this.#closed) this.#again = setTimeout(() => void this.soon(), this.#pause / 2).unref();
  }

  /** @returns whether nothing is left */
  async #rewrite(): Promise<boolean> {
    const client = await this.pool.connect();
    /** Rows that someone may still see, and so are kept: the number in the notice, wherever its language has it. */
    let kept = 0;
    client.on('notice', ({ detail }) => (kept += Number(/\d+/.exec(detail ?? '')?.[0] ?? 0)));
    try {
      // In one message, as for writing. Limits on the statements of others must not keep this one from ever being done.
      const text = `BEGIN ISOLATION LEVEL READ COMMITTED;
        SELECT set_config(name, '${ERASE_MS}', true) FROM pg_settings
          WHERE name IN ('statement_timeout', 'transaction_timeout');
        SELECT followthrough_log.erase() AS erased; COMMIT`;
      const answers = await client.query({ text, query_timeout: ERASE_MS } as pg.QueryConfig);
      const { rows } = (answers as unknown as pg.QueryResult<{ erased: string | null }>[])[2]!;
      const { erased } = rows[0]!;
      if (erased === null || kept > 0) return false;
      await client.query('UPDATE followthrough_log.about SET erased = greatest(erased, $1)', [erased]);
      return true;
    } finally {
      client.release(true);
    }
  }
}
