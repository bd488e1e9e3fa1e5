/** The caller: its account, for whom it acts, and the tasks that wait for it. */
import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { AccessStore } from '#access';
import { Rejected } from '#eventsourcing';
import { Answers, Instant, InstantOrNull, TextOrNull, Caller, Rights, OrNull, type Principal } from '#platform';
import { ACCOUNT_ROLES, path, SCOPES, type Scope } from '#words';
import { WaitingTasks, waitingView, WaitingView } from '#progress';
import { Registers } from '#registers';

class AgencyOfCaller {
  @ApiProperty({ example: 'IOM' }) readonly code: string;
  @ApiProperty() readonly name: string;
  @ApiProperty({ example: '/v1/agencies/IOM' }) readonly href: string;
}

class TokenOfCaller {
  @ApiProperty({ format: 'uuid', description: 'To rotate or revoke it' }) readonly id: string;
  @ApiProperty({ description: 'Its purpose' }) readonly label: string;
  @Instant() readonly createdAt: string;
  @Instant() readonly expiresAt: string;
}

class RoleOfCaller {
  @ApiProperty({ enum: ACCOUNT_ROLES }) readonly role: Principal['role'];
  @TextOrNull() readonly agency: string | null;
  @Instant() readonly since: string;
  @InstantOrNull('null: it has no end') readonly until: string | null;
}

class Me {
  @ApiProperty({ description: 'As it stands in events; no personal data' }) readonly account: string;
  @ApiProperty({ enum: ACCOUNT_ROLES }) readonly role: Principal['role'];
  @OrNull(() => AgencyOfCaller, 'For whom it acts; null: the secretariat') readonly agency: AgencyOfCaller | null;
  @ApiProperty({
    enum: SCOPES,
    isArray: true,
    description:
      'read: drafts. report: how things stand. record: commitments and their agencies. register: the registers. publish: reports. admin: accounts, tokens, erasures',
  })
  readonly scopes: readonly Scope[];
  @OrNull(() => TokenOfCaller, 'null: it is a session') readonly token: TokenOfCaller | null;
  @ApiProperty({ type: [RoleOfCaller], description: 'Every role that it has now; Acting-For names one of several' })
  readonly appointments: readonly RoleOfCaller[];
  @OrNull(() => WaitingView, 'The tasks that wait for its agency; null: it acts for none')
  readonly waiting: WaitingView | null;
}

@ApiTags('Operations')
@Controller('v1/me')
export class MeController {
  constructor(
    private readonly access: AccessStore,
    private readonly registers: Registers,
    private readonly waiting: WaitingTasks,
  ) {}

  @Get()
  @Rights({ scope: null, roles: ACCOUNT_ROLES })
  @Answers(
    Me,
    'The caller: its account, for whom it acts, and the tasks that wait for it',
    'Of the token that the request was sent with. The waiting tasks are as at today: roles and leads to accept, readings to reply to.',
  )
  async getMe(@Caller() caller: Principal | null): Promise<Me> {
    if (!caller) throw new Rejected('unauthenticated', 'This tells whose a token is: Authorization: Bearer …');
    const { account, role, agency, scopes } = caller;
    const token = (await this.access.tokens(account)).find(({ id }) => id === caller.token);
    const { appointments } = (await this.access.accounts.one(account))!;
    const now = new Date().toISOString();
    const entry = agency === null ? null : await this.registers.one('agency', agency);
    return {
      account,
      role,
      agency:
        agency === null ? null : { code: agency, name: entry?.name ?? agency, href: path('v1', 'agencies', agency) },
      scopes,
      token: token ? { id: token.id, label: token.label, createdAt: token.created, expiresAt: token.expires } : null,
      appointments: appointments
        .filter(({ since, until }) => since <= now && (until === null || until > now))
        .map(({ role, agency, since, until }) => ({ role, agency, since, until })),
      waiting: agency === null ? null : waitingView(agency, await this.waiting.forAgency(agency)),
    };
  }
}
