/** The port of tokens and idempotency keys, and its statements, which both databases understand. */
import { hash, randomBytes, randomUUID } from 'node:crypto';
import { IdempotencyKeys, Tokens, type Principal } from '#platform';

export interface TokenRow extends Principal {
  readonly id: string;
  readonly label: string;
  readonly created: string;
  readonly revoked: string | null;
}

/**
 * Tokens (only their SHA-256 is kept) and idempotency keys, beside the log and shared by all processes that write to it.
 * Nothing here is needed to read the log: what is lost is access, not data. Every question goes to the database; servers ask
 * through `KnownTokens`.
 */
export abstract class AccessStore implements Tokens, IdempotencyKeys {
  /** Runs one statement, with `?` for values. @throws StoreUnavailable */
  protected abstract query<R extends object>(sql: string, ...values: (string | null)[]): Promise<R[]>;
  abstract close(): Promise<void>;
  /** Changes with every revocation by another process. Looking is cheap: it may be done every `marksHoldMs`. */
  abstract tokensMark(): string | Promise<string>;
  abstract readonly marksHoldMs: number;
  /** The number of revocations through this object. */
  ownRevocations = 0;

  async principalOf(token: string): Promise<Principal | null> {
    const sql = 'SELECT account, role, agency FROM tokens WHERE hash = ? AND revoked IS NULL';
    return (await this.query<Principal>(sql, hashOf(token)))[0] ?? null;
  }

  /** Makes a token for the secretariat (`agency` null) or a focal point. It is shown this once. */
  async create(agency: string | null, label: string, token = newToken()): Promise<{ id: string; token: string }> {
    const id = randomUUID();
    const role = agency === null ? 'secretariat' : 'focal_point';
    await this.query(
      'INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL) RETURNING id',
      ...[id, hashOf(token), `account-${id.slice(0, 8)}`, role, agency, label, new Date().toISOString()],
    );
    return { id, token };
  }

  list(): Promise<TokenRow[]> {
    return this.query('SELECT id, account, role, agency, label, created, revoked FROM tokens ORDER BY created, id');
  }

  /** Revokes by id, or all of a label. @returns how many */
  async revoke(idOrLabel: string): Promise<number> {
    const sql = 'UPDATE tokens SET revoked = ? WHERE revoked IS NULL AND (id = ? OR label = ?) RETURNING id';
    const revoked = await this.query(sql, new Date().toISOString(), idOrLabel, idOrLabel);
    this.ownRevocations++;
    return revoked.length;
  }

  async claim(owner: string, key: string, digest: string): Promise<'first' | 'same' | 'other'> {
    const [kept] = await this.query<{ digest: string; tries: number }>(
      `INSERT INTO idempotency_keys (owner, key, digest) VALUES (?, ?, ?)
       ON CONFLICT (owner, key) DO UPDATE
         SET tries = idempotency_keys.tries + CASE WHEN idempotency_keys.digest = excluded.digest THEN 1 ELSE 0 END
       RETURNING digest, tries`,
      ...[owner, key, digest],
    );
    if (kept!.digest !== digest) return 'other';
    return kept!.tries === 1 ? 'first' : 'same';
  }

  async release(owner: string, key: string, digest: string): Promise<void> {
    const own = 'WHERE owner = ? AND key = ? AND digest = ?';
    await this.query(`UPDATE idempotency_keys SET tries = tries - 1 ${own} RETURNING key`, owner, key, digest);
    await this.query(`DELETE FROM idempotency_keys ${own} AND tries < 1 RETURNING key`, owner, key, digest);
  }
}

export const newToken = (): string => `ft_${randomBytes(24).toString('base64url')}`;

export const hashOf = (token: string): string => hash('sha256', token, 'base64url');
