/** Secrets that are good once and for a short time: only their hashes are kept. */
import { randomBytes } from 'node:crypto';
import type { AccessStore } from '#access';
import { places } from '#databases';

/**
 * A link in a letter; a sign-in that a browser has begun at the identity provider, or with a passkey; a passkey that is
 * to be added; a logout token of the provider.
 */
type Purpose = 'link' | 'provider' | 'passkey' | 'new-passkey' | 'logout';

interface SecretOptions {
  /** Whose it is, where that is known: it goes with the person. */
  readonly account?: string | null;
  /** The secret that the browser has shown that began it, and must show again. */
  readonly browser?: string | null;
  /** The data that is needed when it is taken. */
  readonly kept?: object;
  /** The time for which it is good. */
  readonly forMs: number;
}

/** A value that was made once, as it is taken. */
interface TakenSecret {
  readonly account: string | null;
  readonly kept: Readonly<Record<string, unknown>>;
}

export class Once {
  constructor(private readonly access: AccessStore) {}

  /** @returns the secret, which is kept nowhere */
  async make(purpose: Purpose, { account = null, browser = null, kept = {}, forMs }: SecretOptions): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    await this.#keep(secret, purpose, account, browser === null ? null : this.access.secrets.of(browser), kept, forMs);
    return secret;
  }

  /** Notes a name that somebody else has made, for a time. @returns whether it is the first time that it comes */
  async isFirst(purpose: Purpose, name: string, forMs: number): Promise<boolean> {
    const named = `${purpose} ${name}`;
    const hashes = this.access.secrets.all(named);
    const known = await this.access.query(
      `SELECT hash FROM once WHERE hash IN (${places(hashes)}) AND ends > ?`,
      ...[...hashes, new Date().toISOString()],
    );
    return known.length === 0 && this.#keep(named, purpose, null, null, {}, forMs);
  }

  /** @returns whether it was not there yet */
  async #keep(
    secret: string,
    purpose: Purpose,
    account: string | null,
    browser: string | null,
    kept: object,
    forMs: number,
  ): Promise<boolean> {
    const now = Date.now();
    await this.access.query('DELETE FROM once WHERE ends < ?', new Date(now).toISOString());
    const made = await this.access.query(
      'INSERT INTO once VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING RETURNING hash',
      ...[
        this.access.secrets.of(secret),
        purpose,
        account,
        browser,
        JSON.stringify(kept),
        new Date(now + forMs).toISOString(),
      ],
    );
    return made.length > 0;
  }

  /** Takes it, so that nobody can again. @returns `null` for one that was never made, was taken, is over, or another browser's */
  take(purpose: Purpose, secret: string, browser: string | null = null): Promise<TakenSecret | null> {
    return this.#found('DELETE', 'RETURNING account, kept', purpose, secret, browser);
  }

  /** The same, without taking it. */
  look(purpose: Purpose, secret: string, browser: string | null = null): Promise<TakenSecret | null> {
    return this.#found('SELECT account, kept', '', purpose, secret, browser);
  }

  /** The number of those of an account that are still good. */
  async open(purpose: Purpose, account: string): Promise<number> {
    const [row] = await this.access.query<{ open: number | string }>(
      'SELECT count(*) AS open FROM once WHERE purpose = ? AND account = ? AND ends > ?',
      ...[purpose, account, new Date().toISOString()],
    );
    return Number(row!.open);
  }

  async #found(
    what: string,
    gives: string,
    purpose: Purpose,
    secret: string,
    browser: string | null,
  ): Promise<TakenSecret | null> {
    const { secrets } = this.access;
    const [hashes, browsers] = [secrets.all(secret), browser === null ? [] : secrets.all(browser)];
    const whose = browser === null ? 'browser IS NULL' : `(browser IS NULL OR browser IN (${places(browsers)}))`;
    const [row] = await this.access.query<{ account: string | null; kept: string }>(
      `${what} FROM once WHERE hash IN (${places(hashes)}) AND purpose = ? AND ends > ? AND ${whose} ${gives}`,
      ...[...hashes, purpose, new Date().toISOString(), ...browsers],
    );
    return row ? { account: row.account, kept: JSON.parse(row.kept) as TakenSecret['kept'] } : null;
  }
}
