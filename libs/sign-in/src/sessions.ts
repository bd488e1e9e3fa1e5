/** The sessions of people: begun when somebody signs in, ended by them, by an erasure, or by time. */
import { LRUCache } from 'lru-cache';
import { randomBytes, randomUUID } from 'node:crypto';
import { UntilChanged, type AccessStore } from '#access';
import { places } from '#databases';
import { Rejected } from '#eventsourcing';
import { principalAt, Sessions, type Holder, type Principal, type Session } from '#platform';

/** The ways to sign in, as they are kept. */
export const SIGN_IN_WAYS = ['link', 'command line', 'provider', 'passkey'] as const;
export type Way = (typeof SIGN_IN_WAYS)[number];

/** A session as its person sees it in a list. Instants are ISO 8601. */
export interface SessionRow {
  readonly id: string;
  readonly way: Way;
  /** `Firefox on Linux` */
  readonly browser: string;
  readonly begun: string;
  /** To the minute. */
  readonly seen: string;
  readonly ends: string;
}

export interface SessionLimits {
  /** The time for which one may be left alone. */
  readonly idleMs: number;
  /** The time for which one lasts, however much it is used. */
  readonly longestMs: number;
}

/** The interval at which it is noted that a session is used. */
const LAST_USE_INTERVAL_MS = 60_000;

/** How a session began at the provider. */
export interface AtProvider {
  /** When the person signed in there, in ms; `null`: it does not say. */
  readonly proven: number | null;
  /** The session there; `null`: it does not say. */
  readonly session: string | null;
}

interface KnownSession {
  readonly proven: number | null;
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly actingFor: string | null;
  readonly seen: number;
  readonly holder: Holder;
}

export class KeptSessions extends Sessions {
  readonly #known: UntilChanged<KnownSession>;
  /** When the last use of a session was noted, by its id. */
  readonly #noted = new LRUCache<string, number>({ maxSize: 10_000, sizeCalculation: () => 1 });

  constructor(
    private readonly access: AccessStore,
    private readonly limits: SessionLimits,
  ) {
    super();
    this.#known = new UntilChanged(access);
  }

  /** Begins a session. @returns its secret, for the cookie; only its hash is kept */
  async begin(account: string, way: Way, userAgent: string | undefined, there?: AtProvider): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    const now = Date.now();
    const proven = there ? there.proven : now;
    const [begun, ends] = [new Date(now), new Date(now + this.limits.longestMs)].map((at) => at.toISOString());
    await this.access.query('DELETE FROM sessions WHERE ends < ?', begun!);
    await this.access.query(
      'INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)',
      ...[randomUUID(), this.access.secrets.of(secret), account, way, browserWords(userAgent), begun!, begun!, ends!],
      ...[proven === null ? null : new Date(proven).toISOString(), there?.session ?? null],
    );
    return secret;
  }

  async sessionOf(secret: string): Promise<Session | null> {
    const hash = this.access.secrets.of(secret);
    const now = Date.now();
    const isAlone = ({ id, seen }: KnownSession): boolean =>
      now - Math.max(seen, this.#noted.get(id) ?? 0) > this.limits.idleMs;
    let known = await this.#known.get(hash, () => this.#ask(secret));
    if (known && isAlone(known)) {
      // Another process may have seen it meanwhile.
      this.#known.forget(hash);
      known = await this.#known.get(hash, () => this.#ask(secret));
    }
    if (!known || now >= known.holder.expires) return null;
    if (isAlone(known)) {
      await this.end(known.account, known.id);
      return null;
    }
    if (now - Math.max(known.seen, this.#noted.get(known.id) ?? 0) >= LAST_USE_INTERVAL_MS) this.#note(known.id, now);
    const { id, account, name, actingFor, holder, proven } = known;
    return { id, secret, account, name, proven, principal: principalOfSession({ ...holder, proven }, actingFor, now) };
  }

  /** The sessions of an account that are not over, the last begun first. */
  async of(account: string): Promise<SessionRow[]> {
    const now = Date.now();
    return this.access.query<SessionRow>(
      `SELECT id, way, browser, begun, seen, ends FROM sessions
       WHERE account = ? AND ends > ? AND seen > ? ORDER BY begun DESC, id`,
      ...[account, new Date(now).toISOString(), new Date(now - this.limits.idleMs).toISOString()],
    );
  }

  /** Ends one session of an account, everywhere at once. */
  async end(account: string, id: string): Promise<void> {
    await this.access.change(['DELETE FROM sessions WHERE account = ? AND id = ?', account, id]);
  }

  /** Ends all sessions of an account, but for one where it is named. */
  async endAll(account: string, but = ''): Promise<void> {
    await this.access.change(['DELETE FROM sessions WHERE account = ? AND id <> ?', account, but]);
  }

  /** Ends the sessions that began at the provider: all of an account, or those of one session there. */
  async endOfProvider(account: string | null, session: string | null): Promise<void> {
    const which = [account !== null && 'account = ?', session !== null && 'provider_session = ?'].filter(Boolean);
    const values = [account, session].filter((one) => one !== null);
    await this.access.change([`DELETE FROM sessions WHERE way = 'provider' AND ${which.join(' AND ')}`, ...values]);
  }

  /**
   * Says for whom a session acts from now on.
   * @param actingFor the code of an agency, or `secretariat`
   * @throws Rejected `forbidden` where the account has no such role now
   */
  async actFor({ id, account }: Session, actingFor: string): Promise<void> {
    const holder = await this.access.accounts.holder(account, Infinity);
    if (!holder || !principalAt(holder, actingFor, Date.now()))
      throw new Rejected('forbidden', `This account does not act for ${actingFor}.`);
    await this.access.change(['UPDATE sessions SET acting_for = ? WHERE id = ?', actingFor, id]);
  }

  async #ask(secret: string): Promise<KnownSession | null> {
    const hashes = this.access.secrets.all(secret);
    const [row] = await this.access.query<{
      id: string;
      hash: string;
      account: string;
      name: string;
      actingFor: string | null;
      seen: string;
      ends: string;
      proven: string | null;
    }>(
      `SELECT s.id, s.hash, s.account, p.name, s.acting_for AS "actingFor", s.seen, s.ends, s.proven
       FROM sessions s JOIN people p ON p.account = s.account WHERE s.hash IN (${places(hashes)})`,
      ...hashes,
    );
    if (row) await this.access.keepAnew('sessions', row, hashes[0]);
    const holder = row ? await this.access.accounts.holder(row.account, Date.parse(row.ends)) : null;
    if (!row || !holder) return null;
    const { id, account, name, actingFor, seen } = row;
    const proven = row.proven === null ? null : Date.parse(row.proven);
    return { id, account, name, actingFor, seen: Date.parse(seen), holder, proven };
  }

  /** Nobody waits for it, and nobody is refused when it fails. */
  #note(id: string, now: number): void {
    this.#noted.set(id, now);
    const at = new Date(now).toISOString();
    const sql = 'UPDATE sessions SET seen = ? WHERE id = ? AND seen < ?';
    void this.access.query(sql, at, id, at).catch(() => this.#noted.delete(id));
  }
}

/** A person who has lost the chosen role acts in the roles that are left. */
function principalOfSession(holder: Holder, actingFor: string | null, now: number): Principal | null {
  try {
    return principalAt(holder, actingFor ?? undefined, now);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return principalAt(holder, undefined, now);
  }
}

const BROWSERS = [
  [/\bEdg/, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrom/, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const;
const SYSTEMS = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** `Firefox on Linux`: enough to tell one's own browsers apart, and no more is kept. */
export function browserWords(userAgent = ''): string {
  const find = (known: readonly (readonly [RegExp, string])[]) => known.find(([sign]) => sign.test(userAgent))?.[1];
  return [find(BROWSERS) ?? 'Another browser', find(SYSTEMS)].filter(Boolean).join(' on ');
}
