/** The follows: the subjects of each person's digests. An address without an account counts once it is confirmed. */
import { Inject, Injectable } from '@nestjs/common';
import { Mutex } from 'async-mutex';
import { randomBytes, randomUUID } from 'node:crypto';
import { AccessStore, foldedEmail } from '#access';
import type { SqlStatement } from '#databases';
import { Conflict, Rejected, refused, type Log } from '#eventsourcing';
import { LOG } from '#platform';
import type { ReportLanguage } from '#words';
import { DAY_MS } from '#clocks';
import { LetterClock } from './clock.js';
import { letterId } from './letter-decisions.js';
import { FollowTargets, type FollowKind } from './follow-targets.js';
import { insertLetter } from './outbox.js';

export const WEEK_MS = 7 * DAY_MS;
/** One follower follows so many things. */
const MAX_FOLLOWS_PER_FOLLOWER = 50;
/** The most follows that wait for the confirmation of one address, each with one letter, until a week has passed. */
const MAX_UNCONFIRMED_FOLLOWS = 3;
/** The most letters an hour to addresses that nobody has confirmed, of all senders together. */
const MAX_CONFIRMATIONS_PER_HOUR = 100;

/** Something that somebody follows. */
export interface Follow {
  readonly id: string;
  readonly kind: FollowKind;
  /** The code of the subject; of a list its query. */
  readonly code: string;
  /** Everything up to here was told, or was there before. */
  readonly position: string;
  readonly created: string;
  /** `null`: the owner of the address has not confirmed yet. */
  readonly confirmed: string | null;
}

/** Who gets digests: an account, or an address. */
export interface Follower {
  readonly id: string;
  readonly account: string | null;
  readonly email: string | null;
  readonly language: ReportLanguage;
  /** A secret in the links of its letters: its holder may confirm and end, and nothing else. */
  readonly secret: string;
  /** The instant (ms) before which it gets no digest. */
  readonly nextAt: number;
}

const FOLLOWER_COLUMNS = 'id, account, email, language, secret, next_at AS "nextAt"';
type FollowerRow = Omit<Follower, 'nextAt'> & { readonly nextAt: number | string };
const followerOf = (row: FollowerRow): Follower => ({ ...row, nextAt: Number(row.nextAt) });

/** A request to follow something. */
interface FollowTarget {
  readonly kind: FollowKind;
  readonly code: string;
}

@Injectable()
export class Follows {
  /** One is asked at a time: so the letters that were sent are counted. */
  readonly #asking = new Mutex();

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly access: AccessStore,
    private readonly targets: FollowTargets,
    private readonly clock: LetterClock,
  ) {}

  /** The follows of an account. */
  async of(account: string): Promise<Follow[]> {
    const follower = await this.#follower('account', account);
    return follower ? this.ofFollower(follower.id) : [];
  }

  /** @throws Rejected where there is no such thing, or the account has no address */
  async follow(account: string, asked: FollowTarget): Promise<Follow> {
    const { kind, code } = await this.targets.checked(asked);
    const person = await this.access.accounts.one(account);
    if (!person?.email) throw new Conflict('no_address', 'Letters need an e-mail address, and this account has none.');
    const follower = await this.#made('account', account, person.language ?? 'en');
    await this.#add(follower, { kind, code }, true);
    return (await this.ofFollower(follower.id)).find((one) => one.kind === kind && one.code === code)!;
  }

  /**
   * Asks the owner of an address whether to send digests there. Nobody is told whether the address follows it already,
   * or is somebody's.
   * @throws Rejected where there is no such thing, or too many are asked
   */
  async ask(email: string, language: ReportLanguage, asked: FollowTarget): Promise<void> {
    const known = await this.targets.checked(asked);
    await this.#asking.runExclusive(() => this.#ask(foldedEmail(email), language, known));
  }

  async #ask(email: string, language: ReportLanguage, { kind, code }: FollowTarget): Promise<void> {
    await this.forgetUnconfirmed();
    const now = this.clock.now();
    const hour = new Date(now.getTime() - 3_600_000).toISOString();
    const sql = `SELECT count(*) AS sent FROM letters WHERE kind = 'confirmation' AND decided > ?`;
    const [row] = await this.access.query<{ sent: number | string }>(sql, hour);
    if (Number(row!.sent) >= MAX_CONFIRMATIONS_PER_HOUR)
      throw new Rejected('too_many_requests', 'Very many ask for letters now. Try again in an hour.');
    const follower = await this.#made('email', email, language);
    const known = await this.ofFollower(follower.id);
    if (known.some((one) => one.kind === kind && one.code === code)) return;
    if (
      known.filter(({ confirmed }) => confirmed === null).length >= MAX_UNCONFIRMED_FOLLOWS ||
      known.length >= MAX_FOLLOWS_PER_FOLLOWER
    )
      return;
    const id = randomUUID();
    await this.access.keep([
      this.#inserting(follower.id, id, { kind, code }, await this.#head(), null),
      insertLetter(
        {
          id: letterId(follower.id, 'confirmation', `${kind} ${code}`),
          ...{ kind: 'confirmation', follower: follower.id, facts: { follow: id } },
        },
        now,
      ),
    ]);
  }

  /** The follower and, where it is named, the follow that a link in a letter is about. @throws Rejected `not_found` */
  async behind(secret: string, follow?: string): Promise<{ follower: Follower; follows: Follow[] }> {
    const follower = await this.#follower('secret', secret);
    const follows = follower ? await this.ofFollower(follower.id) : [];
    const named = follow === undefined ? follows : follows.filter(({ id }) => id === follow);
    if (!follower || named.length === 0) throw linkEnded();
    return { follower, follows: named };
  }

  /** @throws Rejected `not_found` */
  async confirm(secret: string, follow: string): Promise<Follow> {
    const { follows } = await this.behind(secret, follow);
    await this.access.query(
      'UPDATE follows SET confirmed = ?, position = ? WHERE id = ? AND confirmed IS NULL RETURNING id',
      ...[this.clock.now().toISOString(), await this.#head(), follow],
    );
    return follows[0]!;
  }

  /** Ends one or, without a name, all of a follower. An ended one is no fault: a program may ask twice. */
  async endBy(secret: string, follow?: string): Promise<void> {
    const follower = await this.#follower('secret', secret);
    if (!follower) return;
    if (follow === undefined) await this.access.query('DELETE FROM follows WHERE follower = ?', follower.id);
    else await this.access.query('DELETE FROM follows WHERE follower = ? AND id = ?', follower.id, follow);
    await this.#forgetIdle();
  }

  /** Ends one of an account. @throws Rejected `not_found` */
  async end(account: string, id: string): Promise<void> {
    const follower = await this.#follower('account', account);
    if (!follower || !(await this.ofFollower(follower.id)).some((one) => one.id === id))
      throw new Rejected('not_found', `You follow nothing as ${id}.`);
    await this.endBy(follower.secret, id);
  }

  async ofFollower(follower: string): Promise<Follow[]> {
    return this.access.query<Follow>(
      'SELECT id, kind, code, position, created, confirmed FROM follows WHERE follower = ? ORDER BY created, id',
      follower,
    );
  }

  one(id: string): Promise<Follower | null> {
    return this.#follower('id', id);
  }

  /** Those whose turn it is, and to whom no digest is on its way. */
  async due(now: number): Promise<Follower[]> {
    const rows = await this.access.query<FollowerRow>(
      `SELECT ${FOLLOWER_COLUMNS} FROM followers f WHERE next_at <= ? AND NOT EXISTS
         (SELECT 1 FROM letters l WHERE l.follower = f.id AND l.kind = 'digest' AND l.state = 'waiting') ORDER BY next_at`,
      now,
    );
    return rows.map(followerOf);
  }

  /** Moves the turn of a follower on, with the record of its digests and the other changes; once in all processes. */
  turned({ id, nextAt }: Follower, until: number, told: string, more: readonly SqlStatement[] = []): Promise<void> {
    const mine = 'EXISTS (SELECT 1 FROM followers WHERE id = ? AND next_at = ?)';
    return this.access.keep([
      ...more,
      [
        `UPDATE follows SET position = ? WHERE follower = ? AND confirmed IS NOT NULL AND ${mine}`,
        ...[told, id, id, nextAt],
      ],
      ['UPDATE followers SET next_at = ? WHERE id = ? AND next_at = ?', until, id, nextAt],
    ]);
  }

  /** From when a digest was sent a week passes until the next. */
  async sent(follower: string): Promise<void> {
    const until = this.clock.now().getTime() + WEEK_MS;
    await this.access.query('UPDATE followers SET next_at = ? WHERE id = ? RETURNING id', until, follower);
  }

  /** Deletes addresses that nobody has confirmed for a week. */
  async forgetUnconfirmed(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - WEEK_MS).toISOString();
    await this.access.query('DELETE FROM follows WHERE confirmed IS NULL AND created < ?', before);
    await this.#forgetIdle();
  }

  /** An address that follows nothing is kept no longer. */
  async #forgetIdle(): Promise<void> {
    await this.access.query(
      `DELETE FROM followers WHERE email IS NOT NULL AND id NOT IN (SELECT follower FROM follows)`,
    );
  }

  async #follower(by: 'id' | 'account' | 'email' | 'secret', value: string): Promise<Follower | null> {
    const [row] = await this.access.query<FollowerRow>(
      `SELECT ${FOLLOWER_COLUMNS} FROM followers WHERE ${by} = ?`,
      value,
    );
    return row ? followerOf(row) : null;
  }

  async #made(by: 'account' | 'email', value: string, language: ReportLanguage): Promise<Follower> {
    const now = this.clock.now();
    await this.access.query(
      `INSERT INTO followers (id, ${by}, language, secret, next_at, created) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (${by}) DO NOTHING RETURNING id`,
      ...[randomUUID(), value, language, randomBytes(24).toString('base64url')],
      ...[now.getTime() + WEEK_MS, now.toISOString()],
    );
    return (await this.#follower(by, value))!;
  }

  async #add(follower: Follower, asked: FollowTarget, confirmed: boolean): Promise<void> {
    const known = await this.ofFollower(follower.id);
    if (known.some(({ kind, code }) => kind === asked.kind && code === asked.code)) return;
    if (known.length >= MAX_FOLLOWS_PER_FOLLOWER)
      throw refused('too_many', '/code', `One follows ${MAX_FOLLOWS_PER_FOLLOWER} things at most.`);
    const at = confirmed ? this.clock.now().toISOString() : null;
    const head = await this.#head();
    await this.access.keep([this.#inserting(follower.id, randomUUID(), asked, head, at)]);
  }

  #inserting(
    follower: string,
    id: string,
    { kind, code }: FollowTarget,
    head: string,
    confirmed: string | null,
  ): SqlStatement {
    return [
      `INSERT INTO follows VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (follower, kind, code) DO NOTHING`,
      ...[id, follower, kind, code, head, this.clock.now().toISOString(), confirmed],
    ];
  }

  async #head(): Promise<string> {
    return (await this.log.store.head()) ?? '0';
  }
}

const linkEnded = () => new Rejected('not_found', 'This link is not good any more: what it is about has ended.');
