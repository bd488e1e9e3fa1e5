/** The record of who did what and tried what, for the secretariat. */
import { applyDecorators, Controller, Get, Query, Req } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsISO8601, IsOptional } from 'class-validator';
import { AccessStore, Audit, type AuditFilter, AuditRow } from '#access';
import {
  Answers,
  CursorField,
  Page,
  QueryText,
  TextOrNull,
  formatOf,
  InBom,
  InFormat,
  PageSize,
  Rights,
  type ApiRequest,
  type Format,
  QueryChoice,
} from '#platform';
import { unknownCode } from '#registers';

const ENTRIES_PER_BATCH = 500;
const AUDIT_OUTCOMES = ['done', 'refused'] as const;

const AtInstant = (description: string, example?: string) =>
  applyDecorators(
    ApiProperty({ required: false, type: String, format: 'date-time', description, example }),
    IsOptional(),
    IsISO8601({ strict: true }),
  );

class AuditQuery {
  @AtInstant('From then on', '2012-11-02T00:00:00Z') from?: string;
  @AtInstant('Before then') to?: string;
  @QueryText('Only requests of this account', { max: 100 }) account?: string;
  @QueryText('Only requests for this agency', { example: 'IOM', max: 100 }) agency?: string;
  @QueryChoice(AUDIT_OUTCOMES, { description: 'Only acts that were done, or refused' })
  outcome?: (typeof AUDIT_OUTCOMES)[number];
  @CursorField() cursor?: string;
  @PageSize(100) limit?: number;
  @InFormat() format?: Format;
  @InBom() bom?: string;
}

class AuditView {
  @ApiProperty({ type: [AuditRow], description: 'The newest first' }) readonly items: readonly AuditRow[];
  @TextOrNull() readonly nextCursor: string | null;
}

@ApiTags('Accounts')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: Audit,
    private readonly access: AccessStore,
  ) {}

  @Get()
  @Rights({ scope: 'admin', roles: ['secretariat'] })
  @Answers(
    AuditView,
    'Who did what, and tried what and was refused',
    'For the secretariat. Every request that changes something, is refused for want of a right, or shows accounts; without ' +
      'bodies. An entry is there within a second, and is kept for AUDIT_DAYS.',
  )
  async listAudit(@Query() query: AuditQuery, @Req() request: ApiRequest) {
    const { from, to, account, agency, outcome, cursor, limit } = query;
    if (account !== undefined && !(await this.access.accounts.one(account)))
      throw unknownCode('account', account, [], 'account');
    const asked = {
      ...{ from: from && new Date(from).toISOString(), to: to && new Date(to).toISOString() },
      ...{ account, agency, outcome },
    };
    const page = new Page({}, asked, cursor);
    const filter: AuditFilter = { ...asked, before: page.afterNumber };
    if (formatOf(request) !== 'json' && limit === undefined)
      return { items: this.audit.pages(filter, ENTRIES_PER_BATCH) };
    const most = limit ?? 100;
    const found = await this.audit.find(filter, most + 1);
    const items = found.slice(0, most);
    // The audit is beside the log: its pages have no position, and nobody counts its entries.
    return { items, nextCursor: found.length > most ? page.next(String(items.at(-1)!.id), 0, '0') : null };
  }
}
