/** Accounts and their roles over time: who acts for whom, and could as at any date. */
import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { hash } from 'node:crypto';
import {
  AccessStore,
  appointmentFrom,
  heldOn,
  isKnownTo,
  appointmentPeriod,
  refuseAppointing,
  shownTo,
  AccountRow,
  AppointmentRow,
} from '#access';
import { todayAt, type FullDate } from '#clocks';
import { Conflict, refused, Rejected, type Log } from '#eventsourcing';
import {
  Answers,
  QueryText,
  Day,
  TextOrNull,
  ACTING_ROLES,
  APPOINTING_ROLES,
  Caller,
  CodeOf,
  CurrentCommand,
  EmailAddress,
  LOG,
  Nested,
  OnDate,
  OneOf,
  referencesIn,
  refuseUnlessProven,
  Rights,
  Text,
  type Principal,
  type RequestContext,
} from '#platform';
import { Mailer } from '#mail';
import { Lookup, unknownCode } from '#registers';
import {
  ACCOUNT_KINDS,
  ACCOUNT_ROLES,
  REPORT_LANGUAGES,
  type AccountKind,
  type AccountRole,
  type ReportLanguage,
} from '#words';

export class Appoint {
  @OneOf(ACCOUNT_ROLES, {
    description: 'A focal point leads for its agency and appoints its alternates',
    example: 'alternate',
  })
  role: AccountRole;
  @CodeOf('agency', { optional: true, description: 'For whom; of a reader null: everything', example: 'IOM' })
  agency?: string | null;
  @OnDate({
    optional: true,
    description: 'The first day (UTC), today or later; without it at once',
    example: '2027-01-01',
  })
  from?: FullDate | null;
  @OnDate({ optional: true, description: 'The last day (UTC); without it there is no end', example: '2028-12-31' })
  to?: FullDate | null;
}

export class OpenAccount {
  @OneOf(ACCOUNT_KINDS, { example: 'person' }) kind: AccountKind;
  @Text({
    max: 200,
    description: 'Of the person or system; it is kept beside the log and can be erased',
    example: 'Anna Ndiaye',
  })
  name: string;
  @EmailAddress({ optional: true, description: 'By which a person signs in', example: 'anna.ndiaye@iom.example' })
  email?: string | null;
  @OneOf(REPORT_LANGUAGES, { optional: true, description: 'Of letters to it; without it English', example: 'fr' })
  language?: ReportLanguage | null;
  @Nested(() => Appoint, { optional: true, description: 'Its first role' }) appointment?: Appoint | null;
}

export class Relieve {
  @OnDate({ optional: true, description: 'The last day (UTC); without it at once', example: '2027-06-30' })
  to?: FullDate | null;
}

class AccountsView {
  @ApiProperty({ type: [AccountRow] }) readonly items: readonly AccountRow[];
}

export class WhoCould extends AppointmentRow {
  @ApiProperty({ enum: ACCOUNT_KINDS }) readonly kind: AccountKind;
  @TextOrNull() readonly name: string | null;
}

class AppointmentsView {
  @Day() readonly at: FullDate;
  @ApiProperty({ type: [WhoCould] }) readonly items: readonly WhoCould[];
}

class AccountsQuery {
  @QueryText('Those that ever had a role for it', { example: 'IOM', message: 'agency must be the code of one agency' })
  agency?: string;
}

class AppointmentsQuery extends AccountsQuery {
  @OnDate({
    optional: true,
    description: 'Those who could act on this day (UTC); without it today',
    example: '2026-11-29',
  })
  at?: FullDate | null;
}

const accountAddress = ({ account }: AccountRow): string => `/v1/accounts/${encodeURIComponent(account)}`;

@ApiTags('Accounts')
@Controller('v1')
export class AccountsController {
  readonly #lookup: Lookup;

  constructor(
    private readonly access: AccessStore,
    private readonly mailer: Mailer,
    @Inject(LOG) log: Log,
  ) {
    this.#lookup = new Lookup(log);
  }

  @Get('accounts')
  @Rights({ scope: 'read', roles: ACTING_ROLES, only: 'of the own agency' })
  @Answers(
    AccountsView,
    'Accounts, with every role that they ever had',
    'The secretariat sees all; an agency’s people see those who act or ever acted for their agency.',
  )
  async listAccounts(@Query() { agency }: AccountsQuery, @Caller() caller: Principal): Promise<AccountsView> {
    const of = caller.role === 'secretariat' ? agency : (caller.agency ?? '');
    if (agency !== undefined && agency !== of)
      throw new Rejected('forbidden', `The accounts of ${agency} are for its own people and the secretariat.`);
    if (agency !== undefined && !(await this.#lookup.has('agency', agency)))
      throw unknownCode('agency', agency, [], 'agency');
    return { items: (await this.access.accounts.all(of)).map((account) => shownTo(caller, account)) };
  }

  @Get('appointments')
  @Rights({ scope: 'read', roles: ACTING_ROLES, only: 'of the own agency' })
  @Answers(
    AppointmentsView,
    'Who could act for whom on a day',
    'Appointments that held at some time of the day, the agencies in the order of their codes.',
  )
  async listAppointments(@Query() query: AppointmentsQuery, @Caller() caller: Principal): Promise<AppointmentsView> {
    const at = query.at ?? todayAt(new Date());
    const { items } = await this.listAccounts(query, caller);
    const all = items.flatMap(({ kind, name, appointments }) =>
      heldOn({ appointments }, at)
        .filter((one) => !query.agency || query.agency === one.agency)
        .map((one) => ({ ...one, kind, name })),
    );
    const order = ({ agency, since, id }: AppointmentRow): string => [agency ?? '', since, id].join(' ');
    return { at, items: all.sort((a, b) => (order(a) < order(b) ? -1 : 1)) };
  }

  @Get('accounts/:account')
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'its own, and of the own agency' })
  @Answers(AccountRow, 'One account', 'Its kind, and its roles over time.')
  async getAccount(@Param('account') account: string, @Caller() caller: Principal): Promise<AccountRow> {
    return shownTo(caller, await knownAccount(this.access, account, caller));
  }

  @Post('accounts')
  @Rights({ scope: 'admin', roles: APPOINTING_ROLES, only: 'for the own agency' })
  @Answers(
    AccountRow,
    'Open an account for a person or a system',
    'By the secretariat, or by a focal point with a role for its own agency. Name and address are kept beside the log, and can be erased. It lets nobody in: a person signs in, a system is given a token.',
    201,
    accountAddress,
  )
  @ApiConflictResponse({ description: 'The address is that of another account' })
  async openAccount(@Body() body: OpenAccount, @CurrentCommand() { by, meta }: RequestContext): Promise<AccountRow> {
    const { kind, name, email, language, appointment } = body;
    if (!appointment && by.role !== 'secretariat')
      throw refused('appointment_needed', '/appointment', 'A focal point opens accounts with a role for its agency.');
    const first = appointment ? [appointmentFrom(appointment, by, '/appointment')] : [];
    await this.#lookup.refuseUnknown(referencesIn(body));
    const account = `account-${hash('sha256', meta.commandId).slice(0, 16)}`;
    const known = await this.access.accounts.one(account);
    if (known) return shownTo(by, known);
    try {
      await this.access.accounts.open(
        { account, kind, name, email: email ?? undefined, language: language ?? undefined, by: by.account },
        ...first,
      );
    } catch (error) {
      if (!/unique/i.test(String(error))) throw error;
      const who =
        by.role === 'secretariat'
          ? 'appoint that one'
          : 'where its person is of another agency, the secretariat appoints it';
      throw new Conflict('address_taken', `Another account has this address: ${who}.`, '/email');
    }
    return shownTo(by, await knownAccount(this.access, account, by));
  }

  @Post('accounts/:account/appointments')
  @Rights({ scope: 'admin', roles: APPOINTING_ROLES, only: 'for the own agency' })
  @Answers(
    AccountRow,
    'Appoint an account',
    'By the secretariat, or for its own agency by a focal point. It sees all that was done before it.',
    201,
    accountAddress,
  )
  @ApiConflictResponse({ description: 'It was erased' })
  async appointAccount(
    @Param('account') account: string,
    @Body() body: Appoint,
    @CurrentCommand() { by, meta }: RequestContext,
  ): Promise<AccountRow> {
    const appointment = appointmentFrom(body, by);
    await this.#lookup.refuseUnknown(referencesIn(body));
    const row = await knownAccount(this.access, account, by);
    if (row.erased !== null) throw new Conflict('erased', 'It was erased, and takes no role any more.');
    if (!row.appointments.some(({ id }) => id === meta.commandId))
      await this.access.accounts.appoint(account, appointment, meta.commandId);
    return shownTo(by, (await this.access.accounts.one(account))!);
  }

  @Post('accounts/:account/appointments/:id/relieve')
  @Rights({ scope: 'admin', roles: APPOINTING_ROLES, only: 'for the own agency' })
  @Answers(
    AccountRow,
    'Relieve an account of a role, at once or after a day',
    'By those who may appoint it. From then on its tokens and sessions act in that role no more, on every server.',
  )
  async relieveAccount(
    @Param('account') account: string,
    @Param('id') id: string,
    @Body() { to }: Relieve,
    @CurrentCommand() { by }: RequestContext,
  ): Promise<AccountRow> {
    const appointment = (await knownAccount(this.access, account, by)).appointments.find((one) => one.id === id);
    if (!appointment) throw new Rejected('not_found', `${account} has no appointment ${id}.`);
    refuseAppointing(by, appointment);
    await this.access.accounts.relieve(id, by.account, appointmentPeriod({ to }).until);
    return shownTo(by, await knownAccount(this.access, account, by));
  }

  @Post('accounts/:account/erase')
  @Rights({ scope: 'admin', roles: ['secretariat'] })
  @Answers(
    AccountRow,
    'Erase a person: name, address, identities, sessions; tokens are revoked, roles end',
    'No byte of them is left in the files. The acts of the account stay in the history, under its pseudonym. It may be done again after a 503. By a token only within 15 minutes after it was given.',
  )
  async eraseAccount(@Param('account') account: string, @CurrentCommand() { by }: RequestContext): Promise<AccountRow> {
    refuseUnlessProven(by);
    const { email } = await knownAccount(this.access, account, by);
    // If a later step fails, it can be repeated only while the address is known.
    if (email) await this.mailer.forget(email);
    await this.access.accounts.erase(account, by.account);
    // A letter may have been laid down meanwhile.
    if (email) await this.mailer.forget(email);
    return knownAccount(this.access, account, by);
  }
}

/**
 * An account that a caller may know of.
 * @param field that names it; absent: it is in the address
 * @throws Rejected `not_found`, also for those who may not know of it
 */
export async function knownAccount(
  { accounts }: AccessStore,
  account: string,
  by: Principal,
  field?: string,
): Promise<AccountRow> {
  const row = await accounts.one(account);
  if (!row || !isKnownTo(by, row)) throw unknownCode('account', account, [], field);
  return row;
}
