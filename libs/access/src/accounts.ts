/** Accounts: pseudonyms with roles over time; and, apart from them, the names and addresses that can be erased. */
import { DAY_MS } from '#clocks';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { randomBytes, randomUUID } from 'node:crypto';
import type { SqlStatement, Statements } from '#databases';
import { ACTING_ROLES, Instant, InstantOrNull, ShownList, Shown, TextOrNull } from '#platform';
import type { Appointment, Holder } from '#platform';
import { ACCOUNT_KINDS, ACCOUNT_ROLES, fitsAgency, REPORT_LANGUAGES, SCOPES } from '#words';
import type { AccountKind, AccountRole, ReportLanguage, Scope } from '#words';

const AccountOrCli = () => TextOrNull('An account; null: the command line');

/** A role of an account for a time. Instants are ISO 8601. */
@ApiSchema({ name: 'AppointmentView' })
export class AppointmentRow {
  @ApiProperty({ format: 'uuid' }) readonly id: string;
  @ApiProperty() readonly account: string;
  @ApiProperty({ enum: ACCOUNT_ROLES }) readonly role: AccountRole;
  /** Of a reader `null`: of everything. */
  @ApiProperty({ type: String, nullable: true, example: 'IOM' }) readonly agency: string | null;
  @Instant() readonly since: string;
  @InstantOrNull('null: it has no end') readonly until: string | null;
  @AccountOrCli() readonly appointedBy: string | null;
  @AccountOrCli() readonly relievedBy: string | null;
}

/** An account, with the roles that it ever had. */
@ApiSchema({ name: 'AccountView' })
export class AccountRow {
  @Shown('A pseudonym, as it stands in events') readonly account: string;
  @ApiProperty({ enum: ACCOUNT_KINDS }) readonly kind: AccountKind;
  @TextOrNull('null: none was given, or it was erased') readonly name: string | null;
  @TextOrNull() readonly email: string | null;
  @ApiProperty({ enum: REPORT_LANGUAGES, nullable: true, description: 'Of letters; null: none was chosen, so English' })
  readonly language: ReportLanguage | null;
  @Instant() readonly created: string;
  @AccountOrCli() readonly createdBy: string | null;
  @InstantOrNull('When all that tells who it is was erased') readonly erased: string | null;
  @ShownList(AppointmentRow, 'Every role that it has or had, or will have')
  readonly appointments: readonly AppointmentRow[];
}

export interface NewAppointment {
  readonly role: AccountRole;
  readonly agency: string | null;
  /** Absent: from now on. */
  readonly since?: Date;
  /** Absent: it has no end. */
  readonly until?: Date;
  readonly by?: string | null;
}

interface NewAccount {
  /** Its pseudonym; absent: a new one. */
  readonly account?: string;
  readonly kind: AccountKind;
  readonly name?: string;
  readonly email?: string;
  readonly language?: ReportLanguage;
  readonly by?: string | null;
}

/** The database of the accounts. */
interface Database extends Pick<Statements, 'query'> {
  /** Changes somebody's rights, in one transaction. @throws StoreUnavailable */
  change(...statements: SqlStatement[]): Promise<void>;
  /** Overwrites deleted rows in the files. @throws StoreUnavailable */
  scrub(): Promise<void>;
}

/** Accounts, who they belong to, and their roles over time. */
export class Accounts {
  constructor(private readonly store: Database) {}

  /** @throws an error of the database with `unique` in it where another account has the address */
  async open({ account = newAccount(), ...whose }: NewAccount, ...first: NewAppointment[]): Promise<string> {
    await this.store.change(...openingOf(account, whose), ...first.map((one) => insertAppointment(account, one)));
    return account;
  }

  /** The account of a person, by an address that is proven to be the caller's. */
  async byEmail(email: string): Promise<string | null> {
    const [row] = await this.store.query<{ account: string }>(
      'SELECT account FROM people WHERE email = ?',
      foldedEmail(email),
    );
    return row?.account ?? null;
  }

  /** The account of a person, as an identity provider names it. */
  async byIdentity(issuer: string, subject: string): Promise<string | null> {
    const [row] = await this.store.query<{ account: string }>(
      'SELECT account FROM identities WHERE issuer = ? AND subject = ?',
      ...[issuer, subject],
    );
    return row?.account ?? null;
  }

  /** Lets a person in by an identity from now on. @throws an error of the database where it is another account's */
  async identify(account: string, issuer: string, subject: string): Promise<void> {
    const sql = 'INSERT INTO identities VALUES (?, ?, ?, ?)';
    await this.store.query(sql, issuer, subject, account, instantNow());
  }

  /** The account as `principalAt` takes it, with its roles over time; `null`: there is none, or it was erased. */
  async holder(account: string, expires: number, scopes: readonly Scope[] = SCOPES): Promise<Holder | null> {
    const rows = await this.store.query<RoleRow>(
      `SELECT c.account, a.role, a.agency, a.since, a.until
       FROM accounts c LEFT JOIN appointments a ON a.account = c.account
       WHERE c.account = ? AND c.erased IS NULL`,
      account,
    );
    return rows.length === 0 ? null : { account, scopes, expires, appointments: rows.flatMap(appointmentIn) };
  }

  async one(account: string): Promise<AccountRow | null> {
    return (await this.#rows('WHERE c.account = ?', account))[0] ?? null;
  }

  /** The people who were appointed to answer for an agency since a day (UTC), each with the day. */
  async appointedSince(day: string): Promise<{ account: string; agency: string; day: string }[]> {
    const rows = await this.store.query<{ account: string; agency: string; since: string }>(
      `SELECT account, agency, since FROM appointments
       WHERE role IN (${ACTING_ROLES.map(() => '?').join()}) AND agency IS NOT NULL AND since >= ? ORDER BY since, id`,
      ...ACTING_ROLES,
      day,
    );
    return rows.map(({ account, agency, since }) => ({ account, agency, day: since.slice(0, 10) }));
  }

  /** Every account, or those that ever had a role for an agency. */
  async all(agency?: string): Promise<AccountRow[]> {
    if (agency === undefined) return this.#rows('');
    return this.#rows('WHERE c.account IN (SELECT account FROM appointments WHERE agency = ?)', agency);
  }

  async #rows(where: string, ...values: string[]): Promise<AccountRow[]> {
    const accounts = await this.store.query<Omit<AccountRow, 'appointments'>>(
      `SELECT c.account, c.kind, c.created, c.created_by AS "createdBy", c.erased, p.name, p.email, p.language
       FROM accounts c LEFT JOIN people p ON p.account = c.account ${where} ORDER BY c.created, c.account`,
      ...values,
    );
    const appointments = await this.store.query<AppointmentRow>(
      `SELECT a.id, a.account, a.role, a.agency, a.since, a.until, a.appointed_by AS "appointedBy",
         a.relieved_by AS "relievedBy"
       FROM appointments a JOIN accounts c ON c.account = a.account ${where} ORDER BY a.since, a.id`,
      ...values,
    );
    const of = Map.groupBy(appointments, ({ account }) => account);
    return accounts.map((row) => ({ ...row, appointments: of.get(row.account) ?? [] }));
  }

  /** Letters to somebody come in this language from now on. */
  async writeIn(account: string, language: ReportLanguage): Promise<void> {
    await this.store.query('UPDATE people SET language = ? WHERE account = ?', language, account);
  }

  /** @returns the id of the appointment */
  async appoint(account: string, to: NewAppointment, id: string = randomUUID()): Promise<string> {
    await this.store.change(insertAppointment(account, to, id));
    return id;
  }

  /** Ends an appointment, at once or on a day; one that has ended stays as it was. With the last one its sessions end. */
  async relieve(id: string, by: string | null = null, until = new Date()): Promise<void> {
    const ends = 'UPDATE appointments SET until = ?, relieved_by = ? WHERE id = ? AND (until IS NULL OR until > ?)';
    const at = instantNow();
    await this.store.change(
      [ends, until.toISOString(), by, id, at],
      // A person without any role is signed out.
      [
        `DELETE FROM sessions WHERE account = (SELECT account FROM appointments WHERE id = ?) AND NOT EXISTS
           (SELECT 1 FROM appointments a WHERE a.account = sessions.account AND (a.until IS NULL OR a.until > ?))`,
        ...[id, instantNow()],
      ],
    );
  }

  /**
   * Erases all that identifies a person, so that no byte of it is left in the files, and ends the person's roles and
   * tokens. The acts stay under the pseudonym. It may be repeated if the files were being read.
   * @throws StoreUnavailable where it is gone, but not yet from the files
   */
  async erase(account: string, by: string | null = null): Promise<void> {
    const at = instantNow();
    await this.store.change(
      ['DELETE FROM followers WHERE email = (SELECT email FROM people WHERE account = ?)', account],
      ['DELETE FROM people WHERE account = ?', account],
      ['UPDATE accounts SET erased = ? WHERE account = ? AND erased IS NULL', at, account],
      ['UPDATE audit SET address = NULL WHERE account = ?', account],
      [
        'UPDATE appointments SET until = ?, relieved_by = ? WHERE account = ? AND (until IS NULL OR until > ?)',
        ...[at, by, account, at],
      ],
      ['UPDATE tokens SET revoked = ? WHERE account = ? AND revoked IS NULL', at, account],
      ["UPDATE tokens SET label = '' WHERE account = ?", account],
    );
    await this.store.scrub();
  }
}

/** A role of an account, if it has one, beside the other conditions. */
export interface RoleRow extends Pick<AppointmentRow, 'agency' | 'since' | 'until'> {
  readonly role: AccountRole | null;
}

export const appointmentIn = ({ role, agency, since, until }: RoleRow): Appointment[] =>
  role === null ? [] : [{ role, agency, since: Date.parse(since), until: until === null ? null : Date.parse(until) }];

/** The appointments that held at some time of a day (UTC). */
export function heldOn({ appointments }: Pick<AccountRow, 'appointments'>, day: string): AppointmentRow[] {
  const [begins, ends] = [new Date(day).toISOString(), new Date(Date.parse(day) + DAY_MS).toISOString()];
  return appointments.filter(
    ({ since, until }) => since < ends && (until === null || (until > begins && until > since)),
  );
}

/** The statements that open an account. */
export const openingOf = (
  account: string,
  { kind, name, email, language, by = null }: Omit<NewAccount, 'account'>,
): SqlStatement[] => [
  ['INSERT INTO accounts VALUES (?, ?, ?, ?, NULL)', account, kind, instantNow(), by],
  ...(name === undefined && email === undefined
    ? []
    : [
        [
          'INSERT INTO people (account, name, email, language) VALUES (?, ?, ?, ?)',
          ...[account, name ?? '', email ? foldedEmail(email) : null, language ?? null],
        ] as const,
      ]),
];

/** The statement that appoints an account. */
export const insertAppointment = (
  account: string,
  { role, agency, since, until, by = null }: NewAppointment,
  id = randomUUID() as string,
): SqlStatement => {
  if (!fitsAgency(role, agency)) throw new Error(`No ${role} is given for ${agency ?? 'no agency'}.`);
  const period = [since?.toISOString() ?? instantNow(), until?.toISOString() ?? null];
  return ['INSERT INTO appointments VALUES (?, ?, ?, ?, ?, ?, ?, NULL)', id, account, role, agency, ...period, by];
};

/** An address as it is compared: no two people have addresses that differ by case. */
export const foldedEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase();

/** The instant, as tables keep it: ISO 8601 in UTC. */
export const instantNow = (): string => new Date().toISOString();

/** A pseudonym, which tells nothing. */
export const newAccount = (): string => `account-${randomBytes(8).toString('hex')}`;
