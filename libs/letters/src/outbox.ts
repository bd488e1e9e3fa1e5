/** The outbox: letters that were decided on, and how far each is. Beside the accounts, in SQLite or PostgreSQL. */
import type { AccessStore } from '#access';
import type { SqlStatement } from '#databases';

/** The occasions on which somebody is written to. */
export const LETTER_KINDS = [
  'invitation',
  'reminder',
  'extended',
  'reopened',
  'returned',
  'accepted',
  'closed',
  'published',
  'confirmation',
  'digest',
] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/**
 * The states of a letter. `sent`: handed over to the mail server, or laid in the folder. `not_needed`: it was of no use any more when
 * it was its turn. `given_up`: the mail server refused it for good, or for days. `nobody`: the agency has nobody with an address.
 */
export const LETTER_STATES = ['waiting', 'sent', 'not_needed', 'given_up', 'nobody'] as const;
export type LetterState = (typeof LETTER_STATES)[number];

/** The facts of a letter that cannot be looked up when it is written. */
export interface LetterFacts {
  /** Of a digest: by follow the position after which, and the position up to which it tells. */
  readonly after?: Readonly<Record<string, string>>;
  readonly to?: string;
  /** Of a confirmation: the follow. */
  readonly follow?: string;
}

export interface NewLetter {
  /** Follows from its occasion and its recipient: it is there once, however often it is decided. */
  readonly id: string;
  readonly kind: LetterKind;
  /** The pseudonym of a person, or a follower; neither: there is nobody to write to. */
  readonly account?: string | null;
  readonly follower?: string | null;
  readonly round?: string | null;
  readonly agency?: string | null;
  readonly facts: LetterFacts;
}

export interface LetterRow extends Required<NewLetter> {
  /** Instants. */
  readonly decided: string;
  readonly settled: string | null;
  readonly state: LetterState;
  readonly attempts: number;
  /** The instant (ms) before which it is not tried again. */
  readonly nextAt: number;
  readonly error: string | null;
}

type OutboxRow = Omit<LetterRow, 'facts' | 'attempts' | 'nextAt'> & {
  readonly facts: string;
  readonly attempts: number | string;
  readonly nextAt: number | string;
};

const LETTER_COLUMNS = `id, kind, account, follower, round, agency, facts, decided, settled, state, attempts,
  next_at AS "nextAt", error`;

const letterOf = (row: OutboxRow): LetterRow => ({
  ...row,
  facts: JSON.parse(row.facts) as LetterFacts,
  attempts: Number(row.attempts),
  nextAt: Number(row.nextAt),
});

const CHECKPOINT_NAME = 'log';

/** A letter is decided once, sent by one process at a time, and noted when it was sent. */
export class Outbox {
  constructor(private readonly access: AccessStore) {}

  /** The position up to which the log was read for letters; a new outbox begins with the next event. */
  async checkpoint(head: string): Promise<string> {
    const sql = 'SELECT position FROM letters_checkpoint WHERE name = ?';
    const known = () => this.access.query<{ position: string }>(sql, CHECKPOINT_NAME);
    let [row] = await known();
    if (!row) {
      const insert = `INSERT INTO letters_checkpoint VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING name`;
      await this.access.query(insert, CHECKPOINT_NAME, head);
      [row] = await known();
    }
    return row!.position;
  }

  /** Keeps the letters decided up to a position, with the position: both or nothing. */
  decided(letters: readonly NewLetter[], from: string, to: string, now: Date): Promise<void> {
    return this.access.keep([
      ...letters.map((letter) => insertLetter(letter, now)),
      ['UPDATE letters_checkpoint SET position = ? WHERE name = ? AND position = ?', to, CHECKPOINT_NAME, from],
    ]);
  }

  /** Keeps letters that follow from no event of the log. */
  kept(letters: readonly NewLetter[], now: Date): Promise<void> {
    return this.access.keep(letters.map((letter) => insertLetter(letter, now)));
  }

  /** `agency account` of everybody who was written to in a round, or is going to be. */
  async writtenTo(round: string): Promise<ReadonlySet<string>> {
    const sql = 'SELECT DISTINCT agency, account FROM letters WHERE round = ? AND account IS NOT NULL';
    const rows = await this.access.query<{ agency: string; account: string }>(sql, round);
    return new Set(rows.map(({ agency, account }) => `${agency} ${account}`));
  }

  async one(id: string): Promise<LetterRow | null> {
    const [row] = await this.access.query<OutboxRow>(`SELECT ${LETTER_COLUMNS} FROM letters WHERE id = ?`, id);
    return row ? letterOf(row) : null;
  }

  /** The last ones first. @param round only those of one round */
  async latest(limit: number, round?: string): Promise<LetterRow[]> {
    const where = round === undefined ? 'WHERE follower IS NULL' : 'WHERE round = ?';
    const rows = await this.access.query<OutboxRow>(
      `SELECT ${LETTER_COLUMNS} FROM letters ${where} ORDER BY decided DESC, id LIMIT ?`,
      ...(round === undefined ? [limit] : [round, limit]),
    );
    return rows.map(letterOf);
  }

  /** The letters whose turn it is. */
  async due(now: number, limit: number): Promise<string[]> {
    const rows = await this.access.query<{ id: string }>(
      `SELECT id FROM letters WHERE state = 'waiting' AND next_at <= ? AND (lease IS NULL OR lease_until <= ?)
       ORDER BY decided, id LIMIT ?`,
      ...[now, now, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Takes a letter to send it. @returns `null`: another process has it, or it was sent */
  async take(id: string, lease: string, now: number, until: number): Promise<LetterRow | null> {
    const [row] = await this.access.query<OutboxRow>(
      `UPDATE letters SET lease = ?, lease_until = ?
       WHERE id = ? AND state = 'waiting' AND (lease IS NULL OR lease_until <= ?) RETURNING ${LETTER_COLUMNS}`,
      ...[lease, until, id, now],
    );
    return row ? letterOf(row) : null;
  }

  /** Notes the fate of a letter that was taken. */
  async settle(id: string, lease: string, state: LetterState, now: Date, error: string | null = null): Promise<void> {
    await this.access.query(
      `UPDATE letters SET state = ?, settled = ?, error = ?, attempts = attempts + 1, lease = NULL
       WHERE id = ? AND lease = ? RETURNING id`,
      ...[state, now.toISOString(), error, id, lease],
    );
  }

  /** Notes that it is tried again, and when. */
  async failed(id: string, lease: string, nextAt: number, error: string): Promise<void> {
    await this.access.query(
      `UPDATE letters SET attempts = attempts + 1, next_at = ?, error = ?, lease = NULL
       WHERE id = ? AND lease = ? RETURNING id`,
      ...[nextAt, error, id, lease],
    );
  }

  /** Lets a letter that was given up, or that waits, go at once. @returns whether there is such a one */
  async again(id: string): Promise<boolean> {
    const rows = await this.access.query(
      `UPDATE letters SET state = 'waiting', attempts = 0, next_at = 0, settled = NULL
       WHERE id = ? AND state IN ('given_up', 'waiting') RETURNING id`,
      id,
    );
    return rows.length > 0;
  }
}

/** The statement that keeps a letter, unless it is there already. */
export const insertLetter = (letter: NewLetter, now: Date): SqlStatement => {
  const { id, kind, account = null, follower = null, round = null, agency = null, facts } = letter;
  const state: LetterState = (account ?? follower) ? 'waiting' : 'nobody';
  return [
    `INSERT INTO letters (id, kind, account, follower, round, agency, facts, decided, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    ...[id, kind, account, follower, round, agency, JSON.stringify(facts), now.toISOString(), state],
  ];
};
