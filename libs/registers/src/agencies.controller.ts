/** The agencies: read as they were on a date, and the acts that only they have. */
import {
  applyDecorators,
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  Query,
} from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiConflictResponse, ApiOkResponse, ApiOperation, ApiParam, ApiProperty } from '@nestjs/swagger';
import { todayAt, type FullDate } from '#clocks';
import { fold, handle, load, Rejected, type Log } from '#eventsourcing';
import {
  AskedBy,
  ClockQuery,
  clocksOf,
  FieldsOf,
  goingOn,
  InRows,
  LOG,
  referencesIn,
  WantedFormat,
  type Asked,
  type Format,
} from '#platform';
import {
  Agency,
  agency,
  AgencyAsAt,
  asAt,
  chair,
  ChairBody,
  dissolve,
  DissolveAgency,
  join,
  JoinBody,
  leave,
  LATEST,
  LeaveBody,
  merge,
  MergeAgency,
  rename,
  RenameAgency,
  retract,
  RetractDatedAct,
  successorAt,
  type AgencyState,
} from './agency.js';
import type { Kept } from './corrections.js';
import { Lookup } from './register.js';
import { pageOf, RegisterListQuery, RegisterPage } from './list.js';
import { registerController, RegisterAnswer } from './registers.controller.js';
import { MemberAsAt } from './registers.projection.js';

const ACTS = { rename, merge, dissolve, join, leave, chair, retract };

/** One act on an agency: which, and what it says. */
export type AgencyAct = {
  [A in keyof typeof ACTS]: { readonly act: A; readonly body: Parameters<(typeof ACTS)[A]>[0] };
}[keyof typeof ACTS];

export class AgencyCommand extends Command<RegisterAnswer> {
  constructor(
    readonly code: string,
    readonly act: AgencyAct,
    readonly asked: Asked,
  ) {
    super();
  }
}

@CommandHandler(AgencyCommand)
export class AgencyCommandHandler implements ICommandHandler<AgencyCommand> {
  private readonly lookup: Lookup;

  constructor(@Inject(LOG) private readonly log: Log) {
    this.lookup = new Lookup(log);
  }

  async execute({ code, act, asked }: AgencyCommand): Promise<RegisterAnswer> {
    const wrong = (await this.lookup.unknownIn(referencesIn(act.body))) ?? (await this.cycleIn(code, act));
    const decided = ACTS[act.act](act.body as never, todayAt(new Date()));
    // Whether the agency can do so at all is told before what the body names.
    const decide = (state: AgencyState & Kept) => {
      const events = decided(state);
      if (wrong) throw wrong;
      return events;
    };
    const { revision, position } = await handle(this.log, agency, code, decide, asked.meta, asked.expected);
    return { code, revision, position };
  }

  /** Whether the successor that a body names, or that holds again without an act, would lead back to the agency. */
  private async cycleIn(code: string, { act, body }: AgencyAct): Promise<Rejected | null> {
    if (act === 'retract') {
      const { state } = await load(this.log, agency, code);
      const without = fold(agency, state, [{ name: 'Retracted', data: body }], state.said.length - 1);
      return this.lookup.cycleIn('agency', { code, succeededBy: successorAt(without, LATEST) }, () => '');
    }
    const { into, succeededBy = into } = body as Partial<MergeAgency & DissolveAgency>;
    return this.lookup.cycleIn('agency', { code, succeededBy }, () => (into ? '/into' : '/succeededBy'));
  }
}

class AgencyView extends AgencyAsAt {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ type: [MemberAsAt], description: 'Who is a member of it on the date' })
  readonly members: MemberAsAt[];
  @ApiProperty({ description: 'What was registered or last amended, which the next amendment replaces' })
  readonly entry: Agency;
  @ApiProperty({ type: 'integer', description: 'Of its last event; also the ETag' }) readonly revision: number;
  @ApiProperty() readonly position: string;
}

class AgencyList extends RegisterPage {
  @ApiProperty({ type: String, format: 'date' }) readonly asOf: FullDate;
  @ApiProperty({ type: [AgencyAsAt] }) readonly items: AgencyAsAt[];
}

class AgencyListQuery extends RegisterListQuery {
  @FieldsOf(AgencyAsAt) fields?: string[];
}

const ActRoute = (path: string, summary: string, operationId: string, conflict?: string) =>
  applyDecorators(
    Post(`:code/${path}`),
    HttpCode(200),
    Header('Cache-Control', 'no-store'),
    ApiOperation({ summary, operationId }),
    ApiOkResponse({ type: RegisterAnswer }),
    ...(conflict ? [ApiConflictResponse({ description: conflict })] : []),
  );
const ENDED_ALREADY = 'It has ended already';
const NOT_SO = 'It is no dated act, or was taken back already';

/** An agency as a row of a table: of a name or membership what it is and when, not where that can be read. */
const inRow = ({ names, memberships, chairs, ...agency }: Partial<AgencyAsAt>) => ({
  ...agency,
  ...(names && { names: names.map(({ name, from }) => (from ? `${name} (from ${from})` : name)) }),
  ...(memberships && { memberships: memberships.map(({ body, from, to }) => ({ body, from, to })) }),
  ...(chairs && { chairs: chairs.map(({ body, from, to }) => ({ body, from, to })) }),
});

@Controller('v1/agencies')
export class AgenciesController extends registerController('agency', 'agencies') {
  @Get()
  @ApiOperation({ summary: 'All agencies as at a date', operationId: 'listAgencies' })
  @ApiOkResponse({ type: AgencyList })
  @InRows(inRow)
  override async list(@Query() query: AgencyListQuery, @WantedFormat() format: Format) {
    const { asOf, knownAt } = await clocksOf(goingOn(query), this.log.store);
    const position = await this.registered.pinned(knownAt);
    const all = await this.registered.all('agency', position, asOf);
    return { asOf, ...pageOf(all, query, { list: 'agencies', asOf, position }, format) };
  }

  @Get(':code')
  @ApiOperation({ summary: 'One of the agencies as at a date', operationId: 'getAgency' })
  @ApiOkResponse({ type: AgencyView })
  override async one(@Param('code') code: string, @Query() query: ClockQuery) {
    const { asOf, knownAt } = await clocksOf(query, this.log.store);
    const { state, revision, position } = await load(this.log, agency, code, knownAt);
    if (!state.entry) throw new Rejected('not_found', `There is no agency ${code}.`);
    const members = await this.registered.members(code, await this.registered.pinned(knownAt), asOf);
    return { ...asAt(state, asOf), asOf, members, entry: state.entry, revision, position };
  }

  @ActRoute('rename', 'An agency gets another name from a date on', 'renameAgency')
  rename(@Param('code') code: string, @Body() body: RenameAgency, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'rename', body }, asked));
  }

  @ActRoute('merge', 'An agency becomes part of another', 'mergeAgency', ENDED_ALREADY)
  merge(@Param('code') code: string, @Body() body: MergeAgency, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'merge', body }, asked));
  }

  @ActRoute('dissolve', 'An agency ends; another may take its place', 'dissolveAgency', ENDED_ALREADY)
  dissolve(@Param('code') code: string, @Body() body: DissolveAgency, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'dissolve', body }, asked));
  }

  @ActRoute('join', 'An agency becomes a member of a body', 'joinBody', 'It is a member of it then already')
  join(@Param('code') code: string, @Body() body: JoinBody, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'join', body }, asked));
  }

  @ActRoute('leave', 'An agency leaves a body that it is a member of', 'leaveBody', 'It has left it already')
  leave(@Param('code') code: string, @Body() body: LeaveBody, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'leave', body }, asked));
  }

  @ActRoute('chair', 'A member chairs a body for a time', 'chairBody', 'It chairs it then already')
  chair(@Param('code') code: string, @Body() body: ChairBody, @AskedBy() asked: Asked) {
    return this.commands.execute(new AgencyCommand(code, { act: 'chair', body }, asked));
  }

  @ActRoute('history/:revision/retract', 'Take back a dated act that was a mistake', 'retractAgencyAct', NOT_SO)
  @ApiParam({ name: 'revision', schema: { type: 'integer' } })
  retract(
    @Param('code') code: string,
    @Param('revision', ParseIntPipe) revision: number,
    @Body() body: RetractDatedAct,
    @AskedBy() asked: Asked,
  ) {
    const act = { act: 'retract', body: Object.assign(body, { revision }) } as const;
    return this.commands.execute(new AgencyCommand(code, act, asked));
  }
}
