/** The port of accounts, tokens and idempotency keys, and its statements, which both databases understand. */
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { randomBytes, randomUUID } from 'node:crypto';
import { places, retry, StillRead, type SqlStatement, type Statements, type SqlValue } from '#databases';
import { SECRET_DIGESTS, type Digests } from '#eventsourcing';
import { IdempotencyKeys, Instant, InstantOrNull, Shown, TextOrNull, type Holder } from '#platform';
import { SCOPES, type AccountRole, type Scope } from '#words';
import {
  Accounts,
  insertAppointment,
  instantNow,
  appointmentIn,
  newAccount,
  openingOf,
  type RoleRow,
} from './accounts.js';

/** A token as it is listed: without its secret and digest. Instants are ISO 8601. */
@ApiSchema({ name: 'TokenView' })
export class TokenRow {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty() readonly account: string;
  @ApiProperty() readonly label: string;
  @ApiProperty({ enum: SCOPES, isArray: true }) readonly scopes: readonly Scope[];
  @Shown('It works only while the demo runs') readonly demo: boolean;
  /** When it was given; one that came in the place of another has the instant of that: nobody has shown then who it is. */
  @Instant() readonly created: string;
  @TextOrNull('An account; null: the command line') readonly madeBy: string | null;
  @Instant() readonly expires: string;
  @InstantOrNull('To the minute') readonly lastUsed: string | null;
  @InstantOrNull() readonly revoked: string | null;
}

interface NewToken
  extends Pick<TokenRow, 'account' | 'label' | 'scopes'>, Partial<Pick<TokenRow, 'id' | 'demo' | 'created'>> {
  /** Absent: in a year. */
  readonly expires?: Date;
  readonly by?: string | null;
}

/** The holder of a token, and which token it is. */
export interface TokenHolder extends Holder {
  readonly token: string;
  readonly demo: boolean;
  readonly proven: number;
}

/**
 * Accounts, tokens (only their digests are kept) and idempotency keys, beside the log and shared by all processes that
 * write to it. Nothing here is needed to read the log: a loss costs access, not data. Every question goes to the
 * database; servers ask through `KnownTokens`.
 */
export abstract class AccessStore implements IdempotencyKeys {
  readonly accounts: Accounts = new Accounts(this);

  /** @param secrets the hashing of secrets that let somebody in */
  constructor(
    protected readonly statements: Statements,
    readonly secrets: Digests = SECRET_DIGESTS,
  ) {}

  /** Changes when another process has changed somebody's rights. Looking is cheap: it may be done every `marksHoldMs`. */
  abstract mark(): string | Promise<string>;
  abstract readonly marksHoldMs: number;
  /** The number of changes of rights through this object. */
  ownChanges = 0;

  /** Runs one statement, with `?` for values. @throws StoreUnavailable */
  query<R extends object>(sql: string, ...values: SqlValue[]): Promise<R[]> {
    return this.statements.query(sql, ...values);
  }

  /** Keeps rows that change nobody's rights, in one transaction. @throws StoreUnavailable */
  keep(statements: readonly SqlStatement[]): Promise<void> {
    return this.statements.together(statements);
  }

  /**
   * Overwrites deleted rows in the files, so that no byte of them is left; waits a while for readers of these rows.
   * @throws StoreUnavailable while others read them
   */
  scrub(): Promise<void> {
    return retry(() => this.statements.scrub(), { ...SCRUB_RETRIES, after: (error) => error instanceof StillRead });
  }

  close(): Promise<void> {
    return this.statements.close();
  }

  /** Changes somebody's rights, in one transaction, and tells every process so. @throws StoreUnavailable */
  async change(...statements: SqlStatement[]): Promise<void> {
    await this.keep([...statements, ['UPDATE mark SET changes = changes + 1']]);
    this.ownChanges++;
  }

  // ── Tokens ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** @returns `null` for a token that was never given out, or was revoked; the caller judges whether it has expired */
  async holderOf(token: string): Promise<TokenHolder | null> {
    const hashes = this.secrets.all(token);
    const rows = await this.query<
      RoleRow &
        Pick<TokenRow, 'id' | 'account' | 'created' | 'expires'> & { hash: string; scopes: string; demo: number }
    >(
      `SELECT t.id, t.hash, t.account, t.scopes, t.demo, t.created, t.expires, a.role, a.agency, a.since, a.until
       FROM tokens t LEFT JOIN appointments a ON a.account = t.account
       WHERE t.hash IN (${places(hashes)}) AND t.revoked IS NULL`,
      ...hashes,
    );
    if (!rows[0]) return null;
    await this.keepAnew('tokens', rows[0], hashes[0]);
    const { id, account, scopes, demo, created, expires } = rows[0];
    return {
      ...{ token: id, account, demo: Boolean(demo), scopes: scopesIn(scopes) },
      ...{ expires: Date.parse(expires), proven: Date.parse(created) },
      appointments: rows.flatMap(appointmentIn),
    };
  }

  /** A machine's account with one role, the secretariat's (`agency` null) or a focal point's, and a token of it. */
  async create(
    agency: string | null,
    label: string,
    token = newToken(),
    more: Partial<Pick<NewToken, 'scopes' | 'expires' | 'demo'>> = {},
  ): Promise<{ id: string; token: string; account: string }> {
    const account = newAccount();
    const role: AccountRole = agency === null ? 'secretariat' : 'focal_point';
    const scopes = SCOPES.filter((scope) => agency === null || scope !== 'admin');
    const made = this.#giving({ account, label, scopes, ...more }, token);
    await this.change(
      ...openingOf(account, { kind: 'machine' }),
      insertAppointment(account, { role, agency }),
      made.statement,
    );
    return { id: made.id, token, account };
  }

  /** Replaces a digest by a former algorithm with one by the present algorithm. */
  async keepAnew(
    table: 'tokens' | 'sessions',
    { id, hash }: { readonly id: string; readonly hash: string },
    present: string,
  ): Promise<void> {
    if (hash !== present) await this.query(`UPDATE ${table} SET hash = ? WHERE id = ?`, present, id);
  }

  /** Makes a token. It is shown this once. */
  async give(to: NewToken, token = newToken()): Promise<{ id: string; token: string }> {
    const { id, statement } = this.#giving(to, token);
    await this.change(statement);
    return { id, token };
  }

  /**
   * A token in the place of another: with the same account, label and scopes; the other works on for a time.
   * @param id of the other
   * @param overlapMs for how long, unless it expires before
   * @returns `null` where there is none that could be used
   */
  async rotate(
    id: string,
    { overlapMs, ...made }: Pick<NewToken, 'id' | 'by'> & { readonly overlapMs: number },
  ): Promise<{ id: string; token: string; expires: string } | null> {
    const old = await this.token(id);
    if (!old || old.revoked !== null || Date.parse(old.expires) <= Date.now()) return null;
    const token = newToken();
    const { label, account, scopes, demo, created } = old;
    const given = this.#giving({ account, label, scopes, demo, created, ...made }, token);
    const ends = new Date(Math.min(Date.now() + overlapMs, Date.parse(old.expires))).toISOString();
    await this.change(given.statement, ['UPDATE tokens SET expires = ? WHERE id = ?', ends, id]);
    return { id: given.id, token, expires: given.expires };
  }

  #giving(
    { id = randomUUID(), account, label, scopes, expires, by = null, demo = false, created = instantNow() }: NewToken,
    token: string,
  ) {
    const end = new Date();
    end.setUTCFullYear(end.getUTCFullYear() + TOKEN_YEARS);
    const until = (expires ?? end).toISOString();
    const statement: SqlStatement = [
      `INSERT INTO tokens (id, hash, account, label, scopes, demo, created, made_by, expires)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, this.secrets.of(token), account, label, scopes.join(' '), demo ? 1 : 0, created, by, until],
    ];
    return { id, expires: until, statement };
  }

  /** Every token that was ever given out, or those of one account. */
  tokens(account?: string): Promise<TokenRow[]> {
    return account === undefined ? this.#tokens('') : this.#tokens('WHERE account = ?', account);
  }

  async token(id: string): Promise<TokenRow | undefined> {
    return (await this.#tokens('WHERE id = ?', id))[0];
  }

  /** The token that a secret is of, whether or not it can be used. */
  async tokenOf(secret: string): Promise<TokenRow | undefined> {
    const hashes = this.secrets.all(secret);
    return (await this.#tokens(`WHERE hash IN (${places(hashes)})`, ...hashes))[0];
  }

  async #tokens(where: string, ...values: string[]): Promise<TokenRow[]> {
    const rows = await this.query<Omit<TokenRow, 'scopes' | 'demo'> & { scopes: string; demo: number }>(
      `SELECT id, account, label, scopes, demo, created, made_by AS "madeBy", expires, last_used AS "lastUsed", revoked
       FROM tokens ${where} ORDER BY created, id`,
      ...values,
    );
    return rows.map(({ scopes, demo, ...row }) => ({ ...row, scopes: scopesIn(scopes), demo: Boolean(demo) }));
  }

  /** Revokes by id, or all of a label. @returns how many */
  async revoke(idOrLabel: string): Promise<number> {
    const which = 'revoked IS NULL AND (id = ? OR label = ?)';
    const found = await this.query(`SELECT id FROM tokens WHERE ${which}`, idOrLabel, idOrLabel);
    if (found.length > 0)
      await this.change([`UPDATE tokens SET revoked = ? WHERE ${which}`, instantNow(), idOrLabel, idOrLabel]);
    return found.length;
  }

  /** Notes that a token was used, at an instant. */
  async used(id: string, at: string): Promise<void> {
    const sql = 'UPDATE tokens SET last_used = ? WHERE id = ? AND (last_used IS NULL OR last_used < ?)';
    await this.query(sql, at, id, at);
  }

  // ── Idempotency keys ──────────────────────────────────────────────────────────────────────────────────────────────

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
    await this.query(`UPDATE idempotency_keys SET tries = tries - 1 ${own}`, owner, key, digest);
    await this.query(`DELETE FROM idempotency_keys ${own} AND tries < 1`, owner, key, digest);
  }
}

const scopesIn = (text: string): Scope[] => SCOPES.filter((scope) => text.split(' ').includes(scope));

/** How long, and how often, overwriting deleted rows is tried while somebody may be reading them. */
const SCRUB_RETRIES = { forMs: 3_000, everyMs: 100 } as const;

/** The time for which a token is good, unless another is given. */
const TOKEN_YEARS = 1;

export const newToken = (): string => `ft_${randomBytes(24).toString('base64url')}`;
