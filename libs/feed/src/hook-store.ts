/** The port of webhooks and their dead letters, and its statements, which both databases understand. */
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Statements } from '#databases';
import { Shown } from '#platform';
import type { FeedFilter } from './concerns.projection.js';

/** A webhook: where events are sent, which, and how far. */
export interface Hook {
  readonly id: string;
  /** The agency whose it is; `null`: the secretariat's. */
  readonly owner: string | null;
  readonly account: string;
  readonly url: string;
  readonly description: string | null;
  readonly filter: FeedFilter;
  readonly secret: string;
  /** The secret before it, which still signs until an instant (ms). */
  readonly formerSecret: string | null;
  readonly formerUntil: number;
  readonly created: string;
  readonly ended: string | null;
  /** Everything up to here was delivered, passed over, or is a dead letter; `null`: nothing yet. */
  readonly position: string | null;
  readonly delivered: number;
  readonly deliveredAt: string | null;
  /** The failed attempts at the event it is at. */
  readonly attempts: number;
  /** The instant (ms) before which it is not tried again; 0: at once. */
  readonly nextAt: number;
  readonly error: string | null;
}

/** An event that was given up. */
@ApiSchema({ name: 'WebhookDeadLetter' })
export class DeadLetter {
  @Shown('Of the event') readonly position: string;
  @ApiProperty({ example: 'commitment.StageReported' }) readonly type: string;
  @ApiProperty({ type: 'integer', minimum: 1 }) readonly attempts: number;
  @Shown('Why the last attempt failed') readonly error: string;
  @ApiProperty({ format: 'date-time', description: 'When it was given up' }) readonly at: string;
  @Shown('Whether it is about to be sent again') readonly replay: boolean;
}

type Counts = 'formerUntil' | 'delivered' | 'attempts' | 'nextAt';
type WebhookRow = Omit<Hook, 'filter' | Counts> & { readonly filter: string } & Readonly<
    Record<Counts, number | string>
  >;

const WEBHOOK_COLUMNS = `id, owner, account, url, description, filter, secret, former_secret AS "formerSecret",
  former_until AS "formerUntil", created, ended, position, delivered, delivered_at AS "deliveredAt", attempts,
  next_at AS "nextAt", error`;

/** PostgreSQL gives large numbers as texts. */
const hookOf = (row: WebhookRow): Hook => ({
  ...row,
  filter: JSON.parse(row.filter) as FeedFilter,
  formerUntil: Number(row.formerUntil),
  delivered: Number(row.delivered),
  attempts: Number(row.attempts),
  nextAt: Number(row.nextAt),
});

/**
 * Webhooks, beside the log and shared by all processes. One process at a time has the lease of a hook and sends to it;
 * its notes count only while it has the lease.
 */
export class HookStore {
  constructor(private readonly statements: Statements) {}

  /** Makes a hook; the same id again makes nothing. */
  async create(
    hook: Pick<Hook, 'id' | 'owner' | 'account' | 'url' | 'description' | 'filter' | 'secret' | 'position'>,
  ): Promise<Hook> {
    const { id, owner, account, url, description, filter, secret, position } = hook;
    await this.statements.query(
      `INSERT INTO webhooks (id, owner, account, url, description, filter, secret, position, created)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id`,
      ...[id, owner, account, url, description, JSON.stringify(filter), secret, position, new Date().toISOString()],
    );
    return (await this.one(id))!;
  }

  async one(id: string): Promise<Hook | null> {
    const [row] = await this.statements.query<WebhookRow>(`SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE id = ?`, id);
    return row ? hookOf(row) : null;
  }

  async all(): Promise<Hook[]> {
    return (
      await this.statements.query<WebhookRow>(`SELECT ${WEBHOOK_COLUMNS} FROM webhooks ORDER BY created, id`)
    ).map(hookOf);
  }

  /** The number of hooks in each state, and of the events that all of them gave up. */
  async standing(): Promise<{ states: Record<'going' | 'waiting' | 'ended', number>; deadLetters: number }> {
    const states = { going: 0, waiting: 0, ended: 0 };
    for (const { ended, attempts } of await this.all())
      states[ended !== null ? 'ended' : attempts > 0 ? 'waiting' : 'going']++;
    const [row] = await this.statements.query<{ n: number | string }>('SELECT COUNT(*) AS n FROM dead_letters');
    return { states, deadLetters: Number(row!.n) };
  }

  /** Ends a hook: nothing is sent to it any more. */
  async end(id: string, why: string | null = null): Promise<void> {
    await this.statements.query(
      `UPDATE webhooks SET ended = COALESCE(ended, ?), error = COALESCE(?, error), lease = NULL WHERE id = ? RETURNING id`,
      ...[new Date().toISOString(), why, id],
    );
  }

  /** Begins again where it ended, at once. */
  async resume(id: string): Promise<void> {
    const sql = 'UPDATE webhooks SET ended = NULL, attempts = 0, next_at = 0, error = NULL WHERE id = ? RETURNING id';
    await this.statements.query(sql, id);
  }

  /** Gives it another secret; the one before it goes on signing until an instant (ms). */
  async renew(id: string, secret: string, formerUntil: number): Promise<void> {
    await this.statements.query(
      'UPDATE webhooks SET former_secret = secret, former_until = ?, secret = ? WHERE id = ? RETURNING id',
      ...[formerUntil, secret, id],
    );
  }

  async deadLetters(id: string): Promise<DeadLetter[]> {
    const rows = await this.statements.query<
      Omit<DeadLetter, 'replay' | 'attempts'> & Record<'replay' | 'attempts', number | string>
    >(
      'SELECT position, type, attempts, error, at, replay FROM dead_letters WHERE webhook = ? ORDER BY length(position), position',
      id,
    );
    return rows.map((row) => ({ ...row, attempts: Number(row.attempts), replay: Number(row.replay) === 1 }));
  }

  /** Asks for dead letters to be sent again: all, or those of some positions. @returns how many */
  async replay(id: string, positions?: readonly string[]): Promise<number> {
    const which = positions ? `AND position IN (${positions.map(() => '?').join()})` : '';
    const sql = `UPDATE dead_letters SET replay = 1 WHERE webhook = ? ${which} RETURNING position`;
    return (await this.statements.query(sql, id, ...(positions ?? []))).length;
  }

  // ── Notes of the sender ───────────────────────────────────────────────────────────────────────────────────────────

  /** The hooks that may be sent to now. */
  async due(now: number): Promise<string[]> {
    const sql = 'SELECT id FROM webhooks WHERE ended IS NULL AND next_at <= ? AND (lease IS NULL OR lease_until <= ?)';
    return (await this.statements.query<{ id: string }>(sql, now, now)).map(({ id }) => id);
  }

  /** Takes the lease of a hook, or keeps it. @returns the hook; `null`: another has it, or it has ended */
  async lease(id: string, lease: string, now: number, until: number): Promise<Hook | null> {
    const [row] = await this.statements.query<WebhookRow>(
      `UPDATE webhooks SET lease = ?, lease_until = ?
       WHERE id = ? AND ended IS NULL AND (lease IS NULL OR lease = ? OR lease_until <= ?) RETURNING ${WEBHOOK_COLUMNS}`,
      ...[lease, until, id, lease, now],
    );
    return row ? hookOf(row) : null;
  }

  async release(id: string, lease: string): Promise<void> {
    await this.statements.query('UPDATE webhooks SET lease = NULL WHERE id = ? AND lease = ? RETURNING id', id, lease);
  }

  /** Notes that everything up to a position is done. @returns whether the lease was still held */
  async advance(id: string, lease: string, position: string, delivered: number): Promise<boolean> {
    const done = await this.statements.query(
      `UPDATE webhooks SET position = ?, delivered = delivered + ?, attempts = 0, next_at = 0,
         delivered_at = CASE WHEN CAST(? AS integer) > 0 THEN ? ELSE delivered_at END,
         error = CASE WHEN CAST(? AS integer) > 0 THEN NULL ELSE error END
       WHERE id = ? AND lease = ? RETURNING id`,
      ...[position, delivered, delivered, new Date().toISOString(), delivered, id, lease],
    );
    return done.length > 0;
  }

  /** Notes a failure, and when it is tried again; the lease is given back. */
  async failed(id: string, lease: string, attempts: number, nextAt: number, error: string): Promise<void> {
    await this.statements.query(
      'UPDATE webhooks SET attempts = ?, next_at = ?, error = ?, lease = NULL WHERE id = ? AND lease = ? RETURNING id',
      ...[attempts, nextAt, error, id, lease],
    );
  }

  /** Gives an event up, and goes on behind it; or notes that one which was given up failed again. */
  async bury(id: string, letter: Omit<DeadLetter, 'replay'>): Promise<void> {
    const { position, type, attempts, error, at } = letter;
    await this.statements.query(
      `INSERT INTO dead_letters (webhook, position, type, attempts, error, at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (webhook, position) DO UPDATE
         SET attempts = excluded.attempts, error = excluded.error, at = excluded.at, replay = 0 RETURNING position`,
      ...[id, position, type, attempts, error, at],
    );
  }

  /** A dead letter was delivered after all. */
  async revive(id: string, position: string): Promise<void> {
    const sql = 'DELETE FROM dead_letters WHERE webhook = ? AND position = ? RETURNING position';
    await this.statements.query(sql, id, position);
    await this.statements.query(
      `UPDATE webhooks SET delivered = delivered + 1, delivered_at = ?,
         error = CASE WHEN attempts = 0 THEN NULL ELSE error END WHERE id = ? RETURNING id`,
      ...[new Date().toISOString(), id],
    );
  }

  /** Looks whether the store answers. @throws StoreUnavailable */
  async ping(): Promise<void> {
    await this.statements.query('SELECT 1 AS one');
  }

  close(): Promise<void> {
    return this.statements.close();
  }
}
