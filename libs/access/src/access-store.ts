import { hash, randomBytes, randomUUID } from 'node:crypto';
import { IdempotencyKeys, Tokens, type Principal } from '#platform';

/** What both databases understand, but for the words that only SQLite knows (`STRICT`, `WITHOUT ROWID`). */
export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS tokens (
    id      TEXT PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    role    TEXT NOT NULL CHECK (role IN ('secretariat', 'focal_point')),
    agency  TEXT CHECK ((role = 'secretariat') = (agency IS NULL)),
    label   TEXT NOT NULL,
    created TEXT NOT NULL,
    revoked TEXT
  ) STRICT`,
  `CREATE TABLE IF NOT EXISTS idempotency_keys (
    account TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  TEXT NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (account, key)
  ) STRICT, WITHOUT ROWID`,
];

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
  /** Changes with every revocation by any process. Looking is cheap: it may be done every `marksHoldMs`. */
  abstract tokensMark(): string | Promise<string>;
  abstract readonly marksHoldMs: number;

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
    return (await this.query(sql, new Date().toISOString(), idOrLabel, idOrLabel)).length;
  }

  async claim(account: string, key: string, digest: string): Promise<'first' | 'same' | 'other'> {
    const [kept] = await this.query<{ digest: string; tries: number }>(
      `INSERT INTO idempotency_keys (account, key, digest) VALUES (?, ?, ?)
       ON CONFLICT (account, key) DO UPDATE
         SET tries = idempotency_keys.tries + CASE WHEN idempotency_keys.digest = excluded.digest THEN 1 ELSE 0 END
       RETURNING digest, tries`,
      ...[account, key, digest],
    );
    if (kept!.digest !== digest) return 'other';
    return kept!.tries === 1 ? 'first' : 'same';
  }

  async release(account: string, key: string, digest: string): Promise<void> {
    const own = 'WHERE account = ? AND key = ? AND digest = ?';
    await this.query(`UPDATE idempotency_keys SET tries = tries - 1 ${own} RETURNING key`, account, key, digest);
    await this.query(`DELETE FROM idempotency_keys ${own} AND tries < 1 RETURNING key`, account, key, digest);
  }
}

export const newToken = (): string => `ft_${randomBytes(24).toString('base64url')}`;

export const hashOf = (token: string): string => hash('sha256', token, 'base64url');
