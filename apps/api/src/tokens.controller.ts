/** Tokens of accounts: given, rotated, revoked. */
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  AccessStore,
  actsForAlone,
  endOfLastDay,
  refuseGiving,
  refuseMinding,
  type AccountRow,
  TokenRow,
} from '#access';
import type { FullDate } from '#clocks';
import { Conflict, refused, Rejected } from '#eventsourcing';
import {
  Answers,
  QueryText,
  ACTING_ROLES,
  Caller,
  Code,
  CurrentCommand,
  OnDate,
  refuseUnlessProven,
  refuseWithoutScope,
  Rights,
  SomeOf,
  Text,
  WholeNumber,
  type Principal,
  type RequestContext,
} from '#platform';
import { knownAccount } from './accounts.controller.js';
import { SCOPES, type Scope } from '#words';

const HOUR_MS = 3_600_000;
const OVERLAP_HOURS = 24;

class GiveToken {
  @Code({ optional: true, description: 'Whose it is to be; without it the caller’s own account' })
  account?: string | null;
  @Text({ max: 200, description: 'Its purpose', example: 'Nightly export' }) label: string;
  @SomeOf(SCOPES, {
    min: 1,
    description: 'The rights of the token, within those of its account',
    example: ['report'],
  })
  scopes: Scope[];
  @OnDate({
    optional: true,
    description: 'The last day (UTC), within two years; without it in a year',
    example: '2027-06-30',
  })
  expires?: FullDate | null;
}

class RotateToken {
  @WholeNumber({
    optional: true,
    description: `The hours for which the former one still works; without it ${OVERLAP_HOURS}, 720 at most`,
    example: OVERLAP_HOURS,
  })
  overlapHours?: number | null;
}

class GivenToken extends TokenRow {
  @ApiProperty({ description: 'It is shown this once', example: 'ft_…' }) readonly token: string;
}

class TokensView {
  @ApiProperty({ type: [TokenRow] }) readonly items: readonly TokenRow[];
}

class TokensQuery {
  @QueryText('Only its tokens', { message: 'account must be one account' }) account?: string;
}

const tokensAddress = ({ account }: TokenRow): string => `/v1/tokens?account=${encodeURIComponent(account)}`;

@ApiTags('Accounts')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly access: AccessStore) {}

  @Get()
  @Rights({ scope: 'read', roles: ACTING_ROLES, only: 'of the own agency' })
  @Answers(
    TokensView,
    'Tokens, without what would let anyone in',
    'The secretariat sees all; an agency’s people see those of accounts that act for their agency alone.',
  )
  async listTokens(@Query() { account }: TokensQuery, @Caller() caller: Principal): Promise<TokensView> {
    if (account !== undefined) await knownAccount(this.access, account, caller, 'account');
    const accounts = await this.access.accounts.all(caller.role === 'secretariat' ? undefined : (caller.agency ?? ''));
    const known = new Set(accounts.filter((one) => actsForAlone(caller, one)).map((one) => one.account));
    return { items: (await this.access.tokens(account)).filter((one) => known.has(one.account)) };
  }

  @Post()
  @Rights({
    scope: 'admin',
    roles: ACTING_ROLES,
    only: 'for the own account; a focal point, for accounts that act for its agency alone',
  })
  @Answers(
    GivenToken,
    'Give a token to an account; it is shown this once',
    'Nobody gives a scope that their own token has not; `admin` only who has just shown who it is, or by a token of the last 15 minutes. Only its digest is kept.',
    201,
    tokensAddress,
  )
  @ApiConflictResponse({ description: 'It was given already by the same Idempotency-Key, and is not shown again' })
  async giveToken(@Body() body: GiveToken, @CurrentCommand() { by, meta }: RequestContext): Promise<GivenToken> {
    const account = await this.#account(body.account ?? by.account, by);
    refuseGiving(by, account, body.scopes);
    if (body.scopes.includes('admin')) refuseUnlessProven(by);
    const { commandId: id } = meta;
    if (await this.access.token(id))
      throw new Conflict('shown_once', `The token ${id} was given already; it is shown once.`);
    const { label, scopes, expires } = body;
    const until = expires ? { expires: endOfLastDay(expires) } : {};
    const given = { id, account: account.account, label, scopes, by: by.account, ...until };
    const { token } = await this.access.give(given);
    return { ...(await this.access.token(id))!, token };
  }

  @Post(':id/rotate')
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'by itself; or who may give it, with the scope `admin`' })
  @Answers(
    GivenToken,
    'A token in the place of another, which works on for a time',
    'With the same account, label and scopes, good for a year. A token may be rotated by itself.',
    201,
    tokensAddress,
  )
  @ApiConflictResponse({ description: 'It was revoked or has expired' })
  async rotateToken(
    @Param('id') id: string,
    @Body() { overlapHours }: RotateToken,
    @CurrentCommand() { by, meta }: RequestContext,
  ): Promise<GivenToken> {
    const hours = overlapHours ?? OVERLAP_HOURS;
    if (hours > 720) throw refused('too_long', '/overlapHours', 'Both work for 720 hours at most.');
    const old = await this.#mine(id, by);
    if (await this.access.token(meta.commandId))
      throw new Conflict('shown_once', 'It was rotated already; a token is shown once.');
    refuseGiving(
      { ...by, scopes: by.token === id ? old.scopes : by.scopes },
      await this.#account(old.account, by),
      old.scopes,
    );
    const given = await this.access.rotate(id, { id: meta.commandId, overlapMs: hours * HOUR_MS, by: by.account });
    if (!given) throw new Conflict('not_in_use', 'It was revoked or has expired: give a new one.');
    return { ...(await this.access.token(given.id))!, token: given.token };
  }

  @Post(':id/revoke')
  @Rights({ scope: null, roles: ACTING_ROLES, only: 'by itself; or who may give it, with the scope `admin`' })
  @Answers(
    TokenRow,
    'Revoke a token, on every server within a second',
    'Batches and feeds under way end, too. Revoked twice it stays so. A token may revoke itself.',
  )
  async revokeToken(@Param('id') id: string, @CurrentCommand() { by }: RequestContext): Promise<TokenRow> {
    await this.#mine(id, by);
    await this.access.revoke(id);
    return (await this.access.token(id))!;
  }

  /** @throws Rejected `not_found` | `forbidden` | `insufficient_scope` */
  async #mine(id: string, by: Principal): Promise<TokenRow> {
    const row = await this.access.token(id);
    if (!row) throw noToken(id);
    const account = await this.#account(row.account, by).catch(() => {
      throw noToken(id);
    });
    if (by.token === id) return row;
    refuseWithoutScope(by, 'admin');
    refuseMinding(by, account);
    return row;
  }

  async #account(account: string, by: Principal): Promise<AccountRow> {
    const row = await knownAccount(this.access, account, by);
    if (row.erased !== null) throw new Conflict('erased', 'It was erased, and nobody gets in by it any more.');
    return row;
  }
}

const noToken = (id: string) => new Rejected('not_found', `There is no token ${id}.`);
