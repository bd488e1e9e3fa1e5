import Database from 'better-sqlite3';
import { randomBytes, createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { IdempotencyKeys, Tokens, type Principal } from '#platform';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tokens (
    id      TEXT PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    role    TEXT NOT NULL CHECK (role IN ('secretariat', 'focal_point')),
    agency  TEXT CHECK ((role = 'secretariat') = (agency IS NULL)),
    label   TEXT NOT NULL,
    created TEXT NOT NULL,
    revoked TEXT
  ) STRICT;

  CREATE TABLE IF NOT EXISTS idempotency_keys (
    account TEXT NOT NULL,
    key     TEXT NOT NULL,
    digest  TEXT NOT NULL,
    PRIMARY KEY (account, key)
  ) STRICT, WITHOUT ROWID;`;

export interface TokenRow extends Principal {
  readonly id: string;
  readonly label: string;
  readonly created: string;
  readonly revoked: string | null;
}

/**
 * Tokens (only their SHA-256 is kept) and idempotency keys, in a file beside the log. Nothing here is needed to read the
 * log: a lost file loses access, not data.
 */
export class AccessStore implements Tokens, IdempotencyKeys {
  readonly #db: Database.Database;

  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#db = new Database(file, { timeout: 5_000 });
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(SCHEMA);
    this.#find = this.#db.prepare('SELECT account, role, agency FROM tokens WHERE hash = ? AND revoked IS NULL');
    this.#claim = this.#db.prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#digest = this.#db
      .prepare<[string, string], string>('SELECT digest FROM idempotency_keys WHERE account = ? AND key = ?')
      .pluck();
  }

  readonly #find: Database.Statement<[string], Principal>;
  readonly #claim: Database.Statement<[string, string, string]>;
  readonly #digest: Database.Statement<[string, string], string>;

  async principalOf(token: string): Promise<Principal | null> {
    return this.#find.get(hashOf(token)) ?? null;
  }

  /** Makes a token for the secretariat (`agency` null) or a focal point. It is shown this once. */
  create(agency: string | null, label: string): { id: string; token: string } {
    const [id, token] = [randomUUID(), `ft_${randomBytes(24).toString('base64url')}`];
    const role = agency === null ? 'secretariat' : 'focal_point';
    this.#db
      .prepare('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL)')
      .run(id, hashOf(token), `account-${id.slice(0, 8)}`, role, agency, label, new Date().toISOString());
    return { id, token };
  }

  list(): TokenRow[] {
    return this.#db
      .prepare<[], TokenRow>('SELECT id, account, role, agency, label, created, revoked FROM tokens ORDER BY created')
      .all();
  }

  /** Revokes by id, or all of a label. @returns how many */
  revoke(idOrLabel: string): number {
    return this.#db
      .prepare('UPDATE tokens SET revoked = ? WHERE revoked IS NULL AND (id = ? OR label = ?)')
      .run(new Date().toISOString(), idOrLabel, idOrLabel).changes;
  }

  async claim(account: string, key: string, digest: string): Promise<'first' | 'same' | 'other'> {
    if (this.#claim.run(account, key, digest).changes === 1) return 'first';
    return this.#digest.get(account, key) === digest ? 'same' : 'other';
  }

  async release(account: string, key: string): Promise<void> {
    this.#db.prepare('DELETE FROM idempotency_keys WHERE account = ? AND key = ?').run(account, key);
  }

  close(): void {
    this.#db.close();
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
